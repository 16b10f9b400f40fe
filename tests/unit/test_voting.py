"""Does the count follow the rules of the group, in every situation a group can be in?

The table is written from the rules. One letter is one seat's answer, the leader's first:
G godkjenn, F godkjenn med forutsetninger, N ikke godkjenn, M ta saken i møtet, A avstår, I inhabil,
- ikke svart.
A second row of letters marks the seats: r recused, q requester, v vacant, e the project's owner, . nothing.
"""

import itertools
import timeit
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.cases.voting import CODES, HANDLINGS, RULES, TIES, Ballot, Choice, Rules, Seat, Tally, count

ANSWERS = {
    "G": Choice.APPROVE,
    "F": Choice.APPROVE_WITH_CONDITIONS,
    "N": Choice.REJECT,
    "M": Choice.TAKE_TO_MEETING,
    "A": Choice.ABSTAIN,
    "I": Choice.RECUSE,
}
POSSIBLE = (Choice.APPROVE, Choice.APPROVE_WITH_CONDITIONS, Choice.REJECT, Choice.ABSTAIN, None)


def group(marks: str) -> list[Seat]:
    return [
        Seat(
            key=f"plass-{n}",
            office=f"Kommunalsjef {n}",
            person=None if mark == "v" else f"person-{n}",
            leader=n == 1,
            recused=mark == "r",
            requester=mark == "q",
            owner=mark == "e",
        )
        for n, mark in enumerate(marks, 1)
    ]


def given_answers(letters: str) -> list[Ballot]:
    return [
        Ballot(seat=f"plass-{n}", choice=ANSWERS[letter])
        for n, letter in enumerate(letters, 1)
        if letter in ANSWERS
    ]


def rules(text: str) -> Rules:
    """``rule quorum tie handling``, the last two optional."""
    rule, quorum, *rest = text.split()
    tie = next((word for word in rest if word in TIES), "mote")
    handling = next((word for word in rest if word in HANDLINGS), "skriftlig")
    return Rules(rule=rule, quorum=int(quorum), tie=tie, handling=handling)


def codes(tally: Tally) -> set[str]:
    return {remark.code for remark in tally.remarks}


SITUATIONS = [
    # rules, answers, marks, state, outcome, a remark that must be there
    # --- konsensus i møte: Trondheim's default; answers are given beforehand and the chair concludes
    ("konsensus 5 i_mote", "GGGFF--A", "", "chair", "godkjent_med_forutsetninger", "vote_advance_answers"),
    ("konsensus 5 i_mote", "GGGGGGGG", "", "chair", "godkjent", "vote_advance_answers"),
    ("konsensus 5 i_mote", "GGGGGGGN", "", "chair", None, "vote_advance_answers"),
    ("konsensus 5 i_mote", "--------", "", "chair", None, "vote_advance_answers"),
    ("konsensus 5 i_mote", "GG------", "", "chair", None, "vote_advance_answers"),
    ("konsensus 5 i_mote", "GGGGGGGM", "", "chair", None, "vote_asked_for_meeting"),
    ("konsensus 5 i_mote", "GGGGGGGI", "", "chair", "godkjent", "vote_recused"),
    ("konsensus 5 i_mote", "GGGIIII-", "", "above", None, "vote_quorum_unreachable"),
    ("konsensus 5 i_mote", "G-GGG--I", "..e....r", "chair", None, "vote_owner"),
    ("flertall 3 leder i_mote", "GGGNN", "", "chair", "godkjent", "vote_advance_answers"),
    ("flertall 3 leder i_mote", "NNNGG", "", "chair", "ikke_godkjent", "vote_advance_answers"),
    ("leder 1 i_mote", "N----", "", "chair", "ikke_godkjent", "vote_advance_answers"),
    ("enstemmig 2 i_mote", "GGG", "", "chair", "godkjent", "vote_advance_answers"),
    ("to_tredeler 3 i_mote", "GGG", "rr.", "above", None, "vote_quorum_unreachable"),
    ("stille_samtykke 1 i_mote", "---", "", "chair", None, "vote_advance_answers"),
    # --- konsensus i skriftlig behandling
    ("konsensus 5", "GGGGGGGG", "", "certain", "godkjent", "vote_agreed"),
    ("konsensus 5", "GGGGGGG-", "", "open", None, "vote_waiting"),
    ("konsensus 5", "GGGGGGGA", "", "certain", "godkjent", "vote_agreed"),
    ("konsensus 5", "GAAAAAAA", "", "certain", "godkjent", "vote_agreed"),
    ("konsensus 5", "AAAAAAAA", "", "chair", None, "vote_nobody_for"),
    ("konsensus 5", "GGGGGGGN", "", "chair", None, "vote_disagreement"),
    ("konsensus 5", "NNNNNNNN", "", "chair", None, "vote_disagreement"),
    ("konsensus 5", "GGGGGGN-", "", "open", None, "vote_waiting"),
    ("konsensus 5", "GGGGGGGF", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("konsensus 5", "FFFFFFFF", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("konsensus 5", "FGGGGGGN", "", "chair", None, "vote_disagreement"),
    ("konsensus 5", "GGGGGGG-", ".......r", "certain", "godkjent", "vote_recused"),
    ("konsensus 5", "GGGGGGGI", "", "certain", "godkjent", "vote_recused"),
    ("konsensus 5", "GGGGGGG-", ".......q", "certain", "godkjent", "vote_requester"),
    ("konsensus 5", "GGGGGGG-", ".......v", "certain", "godkjent", "vote_vacant"),
    ("konsensus 5", "GGGGGGGN", ".......r", "certain", "godkjent", "vote_not_counted"),
    ("konsensus 5", "GGGG----", "....rrrr", "above", None, "vote_quorum_unreachable"),
    ("konsensus 5", "GGGGG---", ".....rqv", "certain", "godkjent", "vote_agreed"),
    ("konsensus 5", "-------M", "", "meeting", None, "vote_asked_for_meeting"),
    ("konsensus 5", "GGGGGGGM", ".......r", "certain", "godkjent", "vote_not_counted"),
    # --- leder
    ("leder 1", "G-------", "", "certain", "godkjent", "vote_leader_decides"),
    ("leder 1", "N-------", "", "certain", "ikke_godkjent", "vote_leader_decides"),
    ("leder 1", "GNNNNNNN", "", "certain", "godkjent", "vote_leader_decides"),
    ("leder 1", "F-------", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("leder 1", "-GGGGGGG", "", "open", None, "vote_waiting"),
    ("leder 3", "GN------", "", "open", None, "vote_waiting"),
    ("leder 3", "GNA-----", "", "certain", "godkjent", "vote_leader_decides"),
    ("leder 3", "NGGGGGGG", "", "certain", "ikke_godkjent", "vote_leader_decides"),
    ("leder 3", "AGGGGGGG", "", "chair", None, "vote_leader_abstains"),
    ("leder 3", "AGG-----", "", "open", None, "vote_waiting"),
    ("leder 3", "-GGGGGGG", "r.......", "chair", None, "vote_leader_out"),
    ("leder 3", "IGGGGGGG", "", "chair", None, "vote_leader_out"),
    ("leder 3", "GGGGGGGG", "q.......", "chair", None, "vote_leader_out"),
    ("leder 3", "GG-MMMMM", "", "meeting", None, "vote_asked_for_meeting"),
    ("leder 9", "GGGGGGGG", "", "above", None, "vote_quorum_unreachable"),
    # --- flertall
    ("flertall 3", "GGGGNNN", "", "certain", "godkjent", "vote_agreed"),
    ("flertall 3", "GGGNNNN", "", "certain", "ikke_godkjent", "vote_fell"),
    ("flertall 3", "GGGG---", "", "certain", "godkjent", "vote_agreed"),
    ("flertall 3", "GGG----", "", "open", None, "vote_waiting"),
    ("flertall 3", "NNNN---", "", "certain", "ikke_godkjent", "vote_fell"),
    ("flertall 3", "GGGNN--", "", "open", None, "vote_waiting"),
    ("flertall 3", "GGGN---", "....rrr", "certain", "godkjent", "vote_agreed"),
    ("flertall 5", "GGGG---", "", "open", None, "vote_waiting"),
    ("flertall 5", "GGGGA--", "", "certain", "godkjent", "vote_agreed"),
    ("flertall 3", "GAAAAAA", "", "certain", "godkjent", "vote_agreed"),
    ("flertall 3", "AAAAAAA", "", "meeting", None, "vote_no_clear_answer"),
    ("flertall 3 leder", "GGNN", "", "certain", "godkjent", "vote_tie_by_leader"),
    ("flertall 3 leder", "NNGG", "", "certain", "ikke_godkjent", "vote_tie_by_leader"),
    ("flertall 3 leder", "FFNN", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("flertall 3 leder", "AGNGN", "", "meeting", None, "vote_tie_to_meeting"),
    ("flertall 3 leder", "-GNGN", "r....", "meeting", None, "vote_tie_to_meeting"),
    ("flertall 3 avslag", "GGNN", "", "certain", "ikke_godkjent", "vote_tie_falls"),
    ("flertall 3 mote", "GGNN", "", "meeting", None, "vote_tie_to_meeting"),
    ("flertall 3 avslag", "NNNGG-", "", "certain", "ikke_godkjent", "vote_fell"),
    ("flertall 3 mote", "NNNGG-", "", "open", None, "vote_waiting"),
    ("flertall 3 leder", "NNNGG-", "", "certain", "ikke_godkjent", "vote_fell"),
    ("flertall 3 leder", "GNNNG-", "", "open", None, "vote_waiting"),
    # the second step: of those who go on
    ("flertall 3", "GGFNN", "", "certain", "godkjent", "vote_agreed"),
    ("flertall 3", "GFFNN", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("flertall 3 mote", "GGFF", "", "meeting", None, "vote_no_clear_answer"),
    ("flertall 3 leder", "GGFF", "", "certain", "godkjent", "vote_tie_by_leader"),
    ("flertall 3 leder", "FFGG", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("flertall 3 avslag", "GGFF", "", "meeting", None, "vote_no_clear_answer"),
    ("flertall 3", "FFFFF--", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("flertall 3", "GGFFF--", "", "open", None, "vote_waiting"),
    ("flertall 3 leder", "GFNGFN", "", "certain", "godkjent", "vote_tie_by_leader"),
    # --- to tredeler
    ("to_tredeler 3", "GGGGNN", "", "certain", "godkjent", "vote_agreed"),
    ("to_tredeler 3", "GGGNN-", ".....r", "certain", "ikke_godkjent", "vote_fell"),
    ("to_tredeler 3", "GGGNNN", "", "certain", "ikke_godkjent", "vote_fell"),
    ("to_tredeler 3", "GGAAAN", "", "certain", "godkjent", "vote_agreed"),
    ("to_tredeler 3", "GGGG--", "", "certain", "godkjent", "vote_agreed"),
    ("to_tredeler 3", "GGG--", "", "open", None, "vote_waiting"),
    ("to_tredeler 3", "NNN---", "", "certain", "ikke_godkjent", "vote_fell"),
    ("to_tredeler 3", "GGFFNN", "", "meeting", None, "vote_no_clear_answer"),
    ("to_tredeler 3", "GFFFFN", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("to_tredeler 3", "AAAA", "", "meeting", None, "vote_no_clear_answer"),
    # --- enstemmig
    ("enstemmig 3", "GGGGG", "", "certain", "godkjent", "vote_agreed"),
    ("enstemmig 3", "GGGGN", "", "certain", "ikke_godkjent", "vote_fell"),
    ("enstemmig 3", "GGN--", "", "certain", "ikke_godkjent", "vote_fell"),
    ("enstemmig 3", "GGGG-", "", "open", None, "vote_waiting"),
    ("enstemmig 3", "GGGAA", "", "certain", "godkjent", "vote_agreed"),
    ("enstemmig 3", "GGGGF", "", "meeting", None, "vote_no_clear_answer"),
    ("enstemmig 3", "FFFFF", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("enstemmig 3", "GGGGN", "....r", "certain", "godkjent", "vote_not_counted"),
    # --- stille samtykke, before closing
    ("stille_samtykke 3", "-----", "", "open", None, "vote_waiting"),
    ("stille_samtykke 3", "GGGG-", "", "open", None, "vote_waiting"),
    ("stille_samtykke 3", "GGGGG", "", "certain", "godkjent", "vote_agreed"),
    ("stille_samtykke 3", "----N", "", "meeting", None, "vote_objection"),
    ("stille_samtykke 3", "----M", "", "meeting", None, "vote_asked_for_meeting"),
    ("stille_samtykke 3", "GGGGF", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("stille_samtykke 3", "-----", "...rr", "open", None, "vote_waiting"),
    ("stille_samtykke 3", "-----", "..rrr", "above", None, "vote_quorum_unreachable"),
    # --- nobody left, and a rule nobody knows
    ("konsensus 1", "---", "rrr", "above", None, "vote_quorum_unreachable"),
    ("flertall 0", "---", "rqv", "above", None, "vote_quorum_unreachable"),
    ("konsensus 1", "", "", "above", None, "vote_quorum_unreachable"),
    ("loddtrekning 1", "GGG", "", "chair", None, "vote_unknown_rule"),
]

AT_CLOSING = [
    ("konsensus 3", "GGG--", "", "chair", "godkjent", "vote_silent"),
    ("konsensus 3", "GGF--", "", "chair", "godkjent_med_forutsetninger", "vote_conditions"),
    ("konsensus 3", "GG---", "", "meeting", None, "vote_quorum_missing"),
    ("leder 2", "-GGGG", "", "chair", None, "vote_leader_silent"),
    ("leder 2", "G----", "", "meeting", None, "vote_quorum_missing"),
    ("flertall 3", "GGN--", "", "certain", "godkjent", "vote_agreed"),
    ("flertall 3 leder", "GNGN-", "", "certain", "godkjent", "vote_tie_by_leader"),
    ("flertall 3 leder", "-NGN-", "", "certain", "ikke_godkjent", "vote_fell"),
    ("flertall 4", "GGN--", "", "meeting", None, "vote_quorum_missing"),
    ("to_tredeler 3", "GGN--", "", "certain", "godkjent", "vote_agreed"),
    ("enstemmig 3", "GGG--", "", "certain", "godkjent", "vote_agreed"),
    ("enstemmig 3", "GG---", "", "meeting", None, "vote_quorum_missing"),
    ("stille_samtykke 3", "-----", "", "certain", "godkjent", "vote_silence_is_consent"),
    ("stille_samtykke 3", "AAAAA", "", "meeting", None, "vote_no_clear_answer"),
    ("stille_samtykke 3", "G---F", "", "chair", "godkjent_med_forutsetninger", "vote_silence_is_consent"),
    ("stille_samtykke 3", "G---N", "", "meeting", None, "vote_objection"),
    ("stille_samtykke 3", "-----", "rrr..", "above", None, "vote_quorum_unreachable"),
    ("stille_samtykke 3 i_mote", "-----", "", "chair", "godkjent", "vote_silence_is_consent"),
    ("konsensus 3 i_mote", "GGG--", "", "chair", "godkjent", "vote_advance_answers"),
]


@pytest.mark.parametrize(("how", "answers", "marks", "state", "outcome", "remark"), SITUATIONS)
def test_a_group_in_this_situation_gets_this_answer(
    how: str, answers: str, marks: str, state: str, outcome: str | None, remark: str
) -> None:
    tally = count(rules(how), group(marks or "." * len(answers)), given_answers(answers))
    assert (tally.state, tally.outcome) == (state, outcome)
    assert remark in codes(tally)


@pytest.mark.parametrize(("how", "answers", "marks", "state", "outcome", "remark"), AT_CLOSING)
def test_when_the_time_for_answering_is_over_silence_gets_this_meaning(
    how: str, answers: str, marks: str, state: str, outcome: str | None, remark: str
) -> None:
    tally = count(rules(how), group(marks or "." * len(answers)), given_answers(answers), closing=True)
    assert (tally.state, tally.outcome) == (state, outcome)
    assert remark in codes(tally)


def test_the_situations_are_all_different() -> None:
    assert len({row[:3] for row in SITUATIONS}) == len(SITUATIONS)


def test_the_advance_answers_of_the_story_leave_the_conclusion_to_the_chair() -> None:
    """Eight seats, one recused, three silent: the story's case 3 on 5 February 2025."""
    tally = count(rules("konsensus 5 i_mote"), group("..e.r..."), given_answers("GG-GIF--"))
    assert (tally.state, tally.base, tally.for_, tally.with_conditions) == ("chair", 7, 3, 1)
    assert tally.missing == ("plass-3", "plass-7", "plass-8")
    assert not tally.quorate


def test_a_person_with_two_seats_answers_once_and_the_first_seat_counts() -> None:
    seats = [
        Seat(key="a", office="Kommunalsjef A", person="kari", leader=False),
        Seat(key="b", office="Kommunaldirektør B", person="kari", leader=True),
        Seat(key="c", office="Kommunalsjef C", person="ola", leader=False),
    ]
    tally = count(rules("leder 1"), seats, [Ballot(seat="b", choice=Choice.APPROVE)])
    assert (tally.base, tally.for_, tally.missing) == (2, 1, ("c",))
    assert (tally.state, tally.outcome) == ("certain", "godkjent")
    (remark,) = [r for r in tally.remarks if r.code == "vote_second_seat"]
    assert remark.data == {"seat": "b", "office": "Kommunaldirektør B", "counted": "a"}


def test_a_person_who_gives_two_different_answers_sends_the_case_to_the_meeting() -> None:
    seats = [
        Seat(key="a", office="A", person="kari", leader=True),
        Seat(key="b", office="B", person="kari", leader=False),
    ]
    torn = [Ballot(seat="a", choice=Choice.APPROVE), Ballot(seat="b", choice=Choice.REJECT)]
    tally = count(rules("flertall 1"), seats, torn)
    assert tally.state == "meeting"
    assert "vote_several_answers" in codes(tally)


def test_recusal_is_personal_and_takes_every_seat_of_that_person_out() -> None:
    seats = [
        Seat(key="a", office="A", person="kari", leader=True, recused=True),
        Seat(key="b", office="B", person="kari", leader=False),
        Seat(key="c", office="C", person="ola", leader=False),
    ]
    tally = count(rules("flertall 1"), seats, [Ballot(seat="b", choice=Choice.REJECT)])
    assert (tally.base, tally.against, tally.missing) == (1, 0, ("c",))
    assert {"vote_recused", "vote_out_by_other_seat", "vote_not_counted"} <= codes(tally)


def test_a_deputy_answers_for_the_seat_and_is_named_in_the_explanation() -> None:
    seats = group("...")
    seats[2] = Seat(
        key="plass-3", office="Kommunalsjef 3", person="vara", leader=False, deputy_for="person-3"
    )
    tally = count(rules("konsensus 3"), seats, given_answers("GGG"))
    assert tally.outcome == "godkjent"
    (remark,) = [r for r in tally.remarks if r.code == "vote_deputy"]
    assert remark.data["deputy_for"] == "person-3"


def test_an_answer_from_a_seat_outside_the_group_is_set_aside_and_remarked_upon() -> None:
    tally = count(rules("leder 1"), group(".."), [Ballot(seat="ukjent", choice=Choice.APPROVE)])
    assert (tally.state, tally.for_) == ("open", 0)
    assert "vote_foreign_answer" in codes(tally)


# ------------------------------------------------------------------ properties

PEOPLE = ("ada", "bo", "cai", "dag", "eli", None)


@st.composite
def bodies(draw: st.DrawFn) -> list[Seat]:
    size = draw(st.integers(0, 6))
    leader = draw(st.integers(0, 6))
    return [
        Seat(
            key=f"s{n}",
            office=f"Plass {n}",
            person=draw(st.sampled_from((*PEOPLE, f"egen-{n}", f"egen-{n}", f"egen-{n}"))),
            leader=n == leader,
            recused=draw(st.integers(0, 5)) == 0,
            requester=draw(st.integers(0, 7)) == 0,
            owner=draw(st.booleans()),
            deputy_for=draw(st.sampled_from((None, None, "fast"))),
        )
        for n in range(size)
    ]


settings_of_a_body = st.builds(
    Rules,
    rule=st.sampled_from((*RULES, "ukjent")),
    quorum=st.integers(-1, 6),
    tie=st.sampled_from((*TIES, "ukjent")),
    handling=st.sampled_from((*HANDLINGS, "skriftlig", "ukjent")),
)
some_ballots = st.lists(
    st.builds(
        Ballot, seat=st.sampled_from([f"s{n}" for n in range(8)]), choice=st.sampled_from(list(Choice))
    ),
    max_size=9,
)
ordinary = st.lists(st.sampled_from("GGGFFNNA--"), min_size=1, max_size=6).map("".join)


@given(settings_of_a_body, bodies(), some_ballots, st.booleans())
def test_every_combination_gets_a_tally_that_explains_itself(
    how: Rules, seats: list[Seat], ballots: list[Ballot], closing: bool
) -> None:
    tally = count(how, seats, ballots, closing=closing)
    assert tally.remarks or tally.base
    for remark in tally.remarks:
        assert tuple(remark.data) == CODES[remark.code]
    asked = sum(remark.code == "vote_asked_for_meeting" for remark in tally.remarks)
    answered = tally.for_ + tally.with_conditions + tally.against + tally.abstained + asked
    assert answered + len(tally.missing) == tally.base <= len(seats)
    assert (tally.outcome is not None) >= (tally.state == "certain")
    assert not (closing and tally.state == "open")
    if how.handling != "skriftlig":
        assert tally.state in ("chair", "above")


@given(settings_of_a_body, bodies(), some_ballots, st.randoms(), st.booleans())
def test_the_order_of_the_answers_never_matters(
    how: Rules, seats: list[Seat], ballots: list[Ballot], chance: object, closing: bool
) -> None:
    shuffled = list(ballots)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert count(how, seats, ballots, closing=closing) == count(how, seats, shuffled, closing=closing)


@given(settings_of_a_body, ordinary, st.booleans())
def test_one_more_approval_never_turns_approval_into_rejection(
    how: Rules, answers: str, closing: bool
) -> None:
    seats = group("." * len(answers))
    before = count(how, seats, given_answers(answers), closing=closing)
    for at, letter in enumerate(answers):
        if letter == "-" and before.outcome in ("godkjent", "godkjent_med_forutsetninger"):
            more = answers[:at] + "G" + answers[at + 1 :]
            assert count(how, seats, given_answers(more), closing=closing).outcome != "ikke_godkjent"


@given(settings_of_a_body, ordinary, st.booleans(), st.booleans())
def test_a_group_in_which_everybody_is_recused_never_approves(
    how: Rules, answers: str, closing: bool, by_answer: bool
) -> None:
    seats = group(("." if by_answer else "r") * len(answers))
    ballots = given_answers("I" * len(answers) if by_answer else answers)
    tally = count(how, seats, ballots, closing=closing)
    assert (tally.state, tally.outcome, tally.base) == ("above", None, 0)


def completions(seats: Iterable[str], ballots: list[Ballot]) -> Iterable[list[Ballot]]:
    """Every way in which the seats that have not answered can still answer, or stay silent."""
    silent = list(seats)
    for choices in itertools.product(POSSIBLE, repeat=len(silent)):
        later = [
            Ballot(seat=seat, choice=choice)
            for seat, choice in zip(silent, choices, strict=True)
            if choice is not None
        ]
        yield ballots + later


def check_against_every_completion(
    how: Rules, seats: list[Seat], ballots: list[Ballot], counted: Callable[..., Tally] = count
) -> None:
    now = counted(how, seats, ballots)
    ends = {
        (end.state, end.outcome)
        for later in completions(now.missing, ballots)
        for end in [count(how, seats, later, closing=True)]
    }
    if now.state == "certain":
        assert ends == {("certain", now.outcome)}
    elif now.state == "open":
        # Not too careful either: what is sure to become an outcome is not left waiting.
        assert len(ends) > 1 or {outcome for _, outcome in ends} == {None}
    elif now.state == "chair" and now.missing:
        assert ends == {("chair", now.outcome)}
    elif now.state == "above":
        assert ends == {("above", None)}


@settings(max_examples=150, deadline=None)
@given(
    st.builds(
        Rules,
        rule=st.sampled_from(RULES),
        quorum=st.integers(0, 5),
        tie=st.sampled_from(TIES),
        handling=st.just("skriftlig"),
    ),
    bodies().filter(lambda seats: len(seats) <= 5),
    some_ballots,
)
def test_an_outcome_is_certain_exactly_when_every_completion_ends_in_it(
    how: Rules, seats: list[Seat], ballots: list[Ballot]
) -> None:
    check_against_every_completion(how, seats, ballots)


@pytest.mark.parametrize("rule", RULES)
def test_all_answers_of_four_members_agree_with_trying_every_completion(rule: str) -> None:
    for tie, quorum, answers in itertools.product(
        TIES, (1, 3), itertools.combinations_with_replacement("GFNA-", 3)
    ):
        for leader in "GFNA-":
            how = Rules(rule=rule, quorum=quorum, tie=tie, handling="skriftlig")
            check_against_every_completion(how, group("...."), given_answers(leader + "".join(answers)))


def test_a_count_that_does_not_wait_for_the_silent_is_found_out() -> None:
    def hasty(how: Rules, seats: list[Seat], ballots: list[Ballot]) -> Tally:
        return replace(count(how, seats, ballots, closing=True), missing=count(how, seats, ballots).missing)

    check_against_every_completion(rules("flertall 2"), group("....."), given_answers("GGG--"), hasty)
    with pytest.raises(AssertionError):
        check_against_every_completion(rules("flertall 2"), group("....."), given_answers("GG---"), hasty)


def test_a_count_of_eight_seats_takes_well_under_a_millisecond() -> None:
    how, seats, ballots = rules("flertall 5 leder"), group("..e.r..."), given_answers("GFGN-GA-")
    fastest = min(timeit.repeat(lambda: count(how, seats, ballots), number=200, repeat=5)) / 200
    assert fastest < 300e-6, f"{fastest * 1e6:.0f} µs"
