"""What follows from every kind of situation a group can be in? A table written from the rules, not the code.

One row is one situation: ``rule quorum [tie] [i_mote] [frist] | answers | seats | state [outcome]``.

answers   one letter a seat, the leader's first: G godkjenn, F godkjenn med forutsetninger, N ikke godkjenn,
          M ta saken i møtet, A avstår, I jeg er inhabil, - har ikke svart
seats     r the body has found it recused, q it asked for the decision, v nobody speaks for it, e it owns the
          project, d its stedfortreder speaks for it, 2 the same person as in the seat before, . nothing
frist     the time for answering is over
state     certain: decided · open: waits for answers · chair: the chair concludes (what the answers point to
          follows) · meeting: must be taken in the meeting · above: no quorum can be had, the body above
          decides

Written from the description of the rules: the requester, the recused and empty seats do not count; a person
counts once; first go on or not (G and F together against N), then with conditions or without; no clear answer
goes to the meeting; conditions are always worded by the chair; answers given before a meeting never decide.
"""

import pytest

from engine.core.cases.voting import Seat, count
from tests.unit.test_voting import AT_CLOSING, SITUATIONS, given_answers, rules

WORDS = {"godkjent": "godkjent", "forutsetninger": "godkjent_med_forutsetninger", "ikke": "ikke_godkjent"}

TABLE = """
# ---- konsensus, skriftlig: all must have answered and none be against
konsensus 3        | GGGGG    | .....    | certain godkjent
konsensus 3        | GGGG-    | .....    | open
konsensus 3        | GGGGA    | .....    | certain godkjent
konsensus 3        | AAAAG    | .....    | certain godkjent
konsensus 3        | AAAAA    | .....    | chair
konsensus 3        | GGGGN    | .....    | chair
konsensus 3        | NGGGG    | .....    | chair
konsensus 3        | GGGGF    | .....    | chair forutsetninger
konsensus 3        | FFFFN    | .....    | chair
konsensus 3        | GGGGM    | .....    | meeting
konsensus 3        | M----    | .....    | meeting
konsensus 3        | GGGGI    | .....    | certain godkjent
konsensus 3        | GGGG-    | ....r    | certain godkjent
konsensus 3        | GGGG-    | ....q    | certain godkjent
konsensus 3        | GGGG-    | ....v    | certain godkjent
konsensus 3        | GGGGN    | ....r    | certain godkjent
konsensus 3        | GGGGM    | ....r    | certain godkjent
konsensus 3        | GGGGF    | ....q    | certain godkjent
konsensus 3        | GGGG-    | ....e    | open
konsensus 3        | GGGGG    | ....e    | certain godkjent
konsensus 3        | GGGGA    | ....e    | certain godkjent
konsensus 3        | GGGGG    | d...d    | certain godkjent
konsensus 3        | GGGG-    | ....d    | open
konsensus 3        | GGGGI    | ....d    | certain godkjent
konsensus 3        | GGGG-    | ....2    | certain godkjent
konsensus 3        | GGG--    | ....2    | open
konsensus 3        | GGGGN    | ....2    | meeting
konsensus 3        | GGG--    | ...rr    | certain godkjent
konsensus 3        | GG---    | ..rrr    | above
konsensus 3        | GGI-I    | ...r.    | above
konsensus 3        | IIGGG    | .....    | certain godkjent
konsensus 4        | IIGGG    | .....    | above
konsensus 4        | GGGG-    | ....v    | certain godkjent
konsensus 5        | GGGG-    | ....v    | above
konsensus 3        | -----    | qqqvv    | above
# ---- konsensus at the deadline: silence is not consent, the chair concludes if enough have answered
konsensus 3 frist  | GGG--    | .....    | chair godkjent
konsensus 3 frist  | GG---    | .....    | meeting
konsensus 3 frist  | GGA--    | .....    | chair godkjent
konsensus 3 frist  | AAA--    | .....    | chair
konsensus 3 frist  | GGN--    | .....    | chair
konsensus 3 frist  | GGF--    | .....    | chair forutsetninger
konsensus 3 frist  | GGGGG    | .....    | certain godkjent
konsensus 3 frist  | GGG-M    | .....    | meeting
konsensus 3 frist  | GG--G    | ...r.    | chair godkjent
konsensus 3 frist  | GGG--    | ...rv    | certain godkjent
konsensus 3 frist  | -----    | .....    | meeting
konsensus 3 frist  | -----    | ..rrr    | above
# ---- i møte: whatever is answered beforehand, the chair concludes
konsensus 3 i_mote | GGGGG    | .....    | chair godkjent
konsensus 3 i_mote | GGG--    | .....    | chair godkjent
konsensus 3 i_mote | GGGGN    | .....    | chair
konsensus 3 i_mote | FGGGG    | .....    | chair forutsetninger
konsensus 3 i_mote | -----    | .....    | chair
konsensus 3 i_mote | GGGGM    | .....    | chair
konsensus 3 i_mote | GGGG-    | ....r    | chair godkjent
konsensus 3 i_mote | GGGGN    | ....r    | chair godkjent
konsensus 3 i_mote | GGGG-    | d...d    | chair godkjent
konsensus 3 i_mote | II-GG    | .....    | chair
konsensus 4 i_mote | II-GG    | .....    | above
flertall 3 i_mote  | GGGNN    | .....    | chair godkjent
flertall 3 i_mote  | GNNNG    | .....    | chair ikke
flertall 3 avslag i_mote | GGNN | ....   | chair ikke
flertall 3 leder i_mote  | GGNN | ....   | chair godkjent
flertall 3 mote i_mote   | GGNN | ....   | chair
leder 1 i_mote     | G----    | .....    | chair godkjent
leder 1 i_mote     | N----    | .....    | chair ikke
leder 1 i_mote     | -GGGG    | .....    | chair
leder 1 i_mote     | -GGGG    | r....    | chair
enstemmig 3 i_mote | GGGGN    | .....    | chair ikke
to_tredeler 3 i_mote | GGNNN  | .....    | chair ikke
stille_samtykke 3 i_mote | ----- | ..... | chair
stille_samtykke 3 i_mote frist | ----- | ..... | chair godkjent
stille_samtykke 3 i_mote frist | ----N | ..... | chair
konsensus 3 i_mote | GG---    | ..rrr    | above
# ---- leder, skriftlig: the leader's answer decides when enough have taken part
leder 1            | G----    | .....    | certain godkjent
leder 1            | F----    | .....    | chair forutsetninger
leder 1            | N----    | .....    | certain ikke
leder 1            | GNNNN    | .....    | certain godkjent
leder 1            | NGGGG    | .....    | certain ikke
leder 1            | -GGGG    | .....    | open
leder 2            | G----    | .....    | open
leder 2            | GA---    | .....    | certain godkjent
leder 2            | GI---    | .....    | open
leder 2            | GG---    | .r...    | open
leder 1            | G----    | d....    | certain godkjent
leder 1            | A----    | .....    | open
leder 1            | AGGGG    | .....    | chair
leder 1            | IGGGG    | .....    | chair
leder 1            | -GGGG    | r....    | chair
leder 1            | -GGGG    | q....    | chair
leder 1            | -GGGG    | v....    | chair
leder 1            | MGGGG    | .....    | meeting
leder 1            | G---M    | .....    | meeting
leder 1 frist      | -GGGG    | .....    | chair
leder 3 frist      | GG---    | .....    | meeting
leder 3 frist      | GGN--    | .....    | certain godkjent
leder 3 frist      | NGG--    | .....    | certain ikke
leder 3 frist      | -GGG-    | r....    | chair
# ---- flertall: more than half of those for or against
flertall 3         | GGGNN    | .....    | certain godkjent
flertall 3         | GGNNN    | .....    | certain ikke
flertall 3         | GGG--    | .....    | certain godkjent
flertall 3         | NNN--    | .....    | certain ikke
flertall 3         | GGN--    | .....    | open
flertall 3         | GGA--    | .....    | open
flertall 3         | GAA-A    | .....    | open
flertall 3         | GAAAA    | .....    | certain godkjent
flertall 3         | NAAAA    | .....    | certain ikke
flertall 3         | AAAAA    | .....    | meeting
flertall 3         | GGGNI    | .....    | certain godkjent
flertall 3         | GGN-N    | ....r    | open
flertall 3         | GGGNN    | ....r    | certain godkjent
flertall 3 mote    | GGNNN    | ....r    | meeting
flertall 3 avslag  | GGNNN    | ....r    | certain ikke
flertall 3 mote    | GGNNN    | ....q    | meeting
flertall 3         | GGNNN    | ....2    | meeting
flertall 3         | GGGNN    | d..dd    | certain godkjent
flertall 3         | GGGGM    | .....    | meeting
flertall 5         | GGGG-    | .....    | open
flertall 5         | GGGGI    | .....    | above
flertall 4         | GGGGI    | .....    | certain godkjent
flertall 3         | GG---    | ...vv    | open
flertall 3         | GGA--    | ...vv    | certain godkjent
flertall 2         | GG---    | ..rrv    | certain godkjent
flertall 2         | G----    | .rrrv    | above
# equal numbers
flertall 3 leder   | GNGN     | ....     | certain godkjent
flertall 3 leder   | NGNG     | ....     | certain ikke
flertall 3 leder   | FNGN     | ....     | chair forutsetninger
flertall 3 leder   | FFNN     | ....     | chair forutsetninger
flertall 3 leder   | AGGNN    | .....    | meeting
flertall 3 leder   | -GGNN    | r....    | meeting
flertall 3 leder   | IGGNN    | .....    | meeting
flertall 3 avslag  | GGNN     | ....     | certain ikke
flertall 3 avslag  | FFNN     | ....     | certain ikke
flertall 3 mote    | GGNN     | ....     | meeting
flertall 2 leder   | GN       | ..       | certain godkjent
flertall 2 leder   | NG       | d.       | certain ikke
flertall 2 avslag  | GN       | ..       | certain ikke
# with conditions or without
flertall 3         | GGF      | ...      | certain godkjent
flertall 3         | GFF      | ...      | chair forutsetninger
flertall 3         | FFFNN    | .....    | chair forutsetninger
flertall 3         | FFNNN    | .....    | certain ikke
flertall 3 leder   | FGFG     | ....     | chair forutsetninger
flertall 3 leder   | GFGF     | ....     | certain godkjent
flertall 3 avslag  | GFGF     | ....     | meeting
flertall 3 mote    | GFGF     | ....     | meeting
flertall 3         | GGGF-    | .....    | certain godkjent
flertall 3         | GGFF-    | .....    | open
flertall 3         | FFFG-    | .....    | chair forutsetninger
flertall 3         | GGGFF    | ....r    | certain godkjent
# at the deadline
flertall 3 frist   | GG---    | .....    | meeting
flertall 3 frist   | GGN--    | .....    | certain godkjent
flertall 3 frist   | GNN--    | .....    | certain ikke
flertall 3 frist   | GAA--    | .....    | certain godkjent
flertall 3 frist   | AAA--    | .....    | meeting
flertall 3 leder frist | GN-GN | .....   | certain godkjent
flertall 3 leder frist | -GGNN | .....   | meeting
flertall 3 mote frist  | GN-GN | .....   | meeting
flertall 3 avslag frist | GN-GN | .....  | certain ikke
flertall 3 frist   | GFF--    | .....    | chair forutsetninger
flertall 3 frist   | GG--I    | .....    | meeting
# ---- to tredeler of those for or against
to_tredeler 3      | GGGGNN   | ......   | certain godkjent
to_tredeler 3      | GGGNNN   | ......   | certain ikke
to_tredeler 3      | GGN      | ...      | certain godkjent
to_tredeler 3      | GNN      | ...      | certain ikke
to_tredeler 3      | GGGN-    | .....    | open
to_tredeler 3      | GGGG-    | .....    | certain godkjent
to_tredeler 3      | GGGGGN   | .....r   | certain godkjent
to_tredeler 3      | GGAAA    | .....    | certain godkjent
to_tredeler 3      | GNAAA    | .....    | certain ikke
to_tredeler 3      | NN---    | .....    | open
to_tredeler 3      | NNN--    | .....    | certain ikke
to_tredeler 3      | NN-G     | ....     | certain ikke
to_tredeler 3      | GGF      | ...      | certain godkjent
to_tredeler 3      | FFG      | ...      | chair forutsetninger
to_tredeler 3      | GFA--    | ...rr    | meeting
to_tredeler 3      | GGGGM    | .....    | meeting
to_tredeler 3 frist | GGN--   | .....    | certain godkjent
to_tredeler 3 frist | GN---   | .....    | meeting
# ---- enstemmig: one against and it falls
enstemmig 3        | GGGGG    | .....    | certain godkjent
enstemmig 3        | GGGG-    | .....    | open
enstemmig 3        | GGGGA    | .....    | certain godkjent
enstemmig 3        | GGN--    | .....    | certain ikke
enstemmig 3        | N----    | .....    | open
enstemmig 3        | NAA--    | .....    | certain ikke
enstemmig 3        | GGGGN    | ....r    | certain godkjent
enstemmig 3        | GGGGN    | ....q    | certain godkjent
enstemmig 3        | GGGGF    | .....    | meeting
enstemmig 3        | FFFFA    | .....    | chair forutsetninger
enstemmig 3        | AAAAA    | .....    | meeting
enstemmig 3        | GGGGI    | .....    | certain godkjent
enstemmig 3 frist  | GGG--    | .....    | certain godkjent
enstemmig 3 frist  | GGN--    | .....    | certain ikke
enstemmig 3 frist  | GG---    | .....    | meeting
# ---- stille samtykke: one against goes to the meeting; at the deadline silence is for
stille_samtykke 3  | -----    | .....    | open
stille_samtykke 3  | GGGG-    | .....    | open
stille_samtykke 3  | GGGGG    | .....    | certain godkjent
stille_samtykke 3  | N----    | .....    | meeting
stille_samtykke 3  | GGGGN    | .....    | meeting
stille_samtykke 3  | N----    | r....    | open
stille_samtykke 3  | GGGGF    | .....    | chair forutsetninger
stille_samtykke 3  | AAAAA    | .....    | meeting
stille_samtykke 3 frist | ----- | .....  | certain godkjent
stille_samtykke 3 frist | A---- | .....  | certain godkjent
stille_samtykke 3 frist | F---- | .....  | chair forutsetninger
stille_samtykke 3 frist | N---- | .....  | meeting
stille_samtykke 3 frist | M---- | .....  | meeting
stille_samtykke 3 frist | II--- | .....  | certain godkjent
stille_samtykke 3 frist | III-- | .....  | above
stille_samtykke 3 frist | ----- | rrd..  | certain godkjent
stille_samtykke 3 frist | ----- | ...22  | certain godkjent
stille_samtykke 4 frist | ----- | ...22  | above
stille_samtykke 3 frist | N---- | q....  | certain godkjent
"""

ROWS = [line for line in TABLE.splitlines() if line and not line.startswith("#")]


def seated(marks: str) -> list[Seat]:
    seats: list[Seat] = []
    for number, mark in enumerate(marks, 1):
        person: str | None = f"person-{number}"
        if mark == "v":
            person = None
        elif mark == "2":
            person = seats[-1].person
        seats.append(
            Seat(
                key=f"plass-{number}",
                office=f"Kommunalsjef {number}",
                person=person,
                leader=number == 1,
                recused=mark == "r",
                requester=mark == "q",
                owner=mark == "e",
                deputy_for=f"plass-{number}" if mark == "d" else None,
            )
        )
    return seats


@pytest.mark.parametrize("row", ROWS)
def test_a_group_in_this_situation_gets_this_answer(row: str) -> None:
    how, answers, marks, expected = (part.strip() for part in row.split("|"))
    assert len(answers) == len(marks), "a seat each"
    state, *word = expected.split()
    closing = "frist" in how.split()
    tally = count(rules(how), seated(marks), given_answers(answers), closing=closing)
    assert (tally.state, tally.outcome) == (state, WORDS[word[0]] if word else None)


def test_there_are_two_hundred_different_situations_and_more() -> None:
    spaced = {" ".join(row.split()) for row in ROWS}
    assert len(spaced) == len(ROWS), "no row twice"
    assert len(ROWS) + len(SITUATIONS) + len(AT_CLOSING) >= 300
    assert len(ROWS) >= 200
