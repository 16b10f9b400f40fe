"""When the time for answering in writing is up: what does the silence of the others mean?"""

from collections.abc import Callable
from functools import partial

import pytest

from engine.core.refusal import Refused
from engine.store.session import Database
from engine.use_cases.cases.close_overdue import close_overdue
from engine.use_cases.cases.conclude_case import Concluded, conclude_case
from tests import meeting_builders as group
from tests.at_once import at_once
from tests.meeting_builders import ASKED, MEETING, SUPERIORS, at, email

DUE = at(1, 31, 15)
"""Five working days after ASKED, at 15.00."""
SEATS = tuple(SUPERIORS)


def a_written_case(db: Database, rule: str, *, quorum: int = 3, tie: str = "leder") -> str:
    group.a_house(db, handling="skriftlig", rule=rule, quorum=quorum, tie=tie)
    opened = group.a_case(db)
    assert opened.answer_by == DUE
    return opened.case


def answer(db: Database, case: str, letters: str) -> None:
    """One letter a seat: G godkjenn, F med forutsetninger, N ikke godkjenn, A avstår, I inhabil, - taus."""
    choices = {
        "G": "godkjenn",
        "F": "godkjenn_med_forutsetninger",
        "N": "ikke_godkjenn",
        "A": "avstar",
        "I": "inhabil",
    }
    for seat, letter in zip(SEATS, letters, strict=True):
        if letter in choices:
            group.votes(db, case, seat, choice=choices[letter], now=at(1, 28, 9))


def outcome(db: Database, case: str) -> tuple[str, str | None]:
    found = group.state(db, case)
    return found.status, found.outcome


@pytest.mark.parametrize(
    ("rule", "answers", "status", "decided"),
    [
        ("flertall", "GGG-----", "decided", "godkjent"),
        ("flertall", "GGGN----", "decided", "godkjent"),
        ("flertall", "-NNG----", "decided", "ikke_godkjent"),
        ("flertall", "GNA-----", "decided", "godkjent"),
        ("flertall", "NGA-----", "decided", "ikke_godkjent"),
        ("flertall", "GG------", "open", None),
        ("flertall", "FFG-----", "open", None),
        ("to_tredeler", "GGN-----", "decided", "godkjent"),
        ("to_tredeler", "GNN-----", "decided", "ikke_godkjent"),
        ("enstemmig", "GGG-----", "decided", "godkjent"),
        ("enstemmig", "-GN-G---", "decided", "ikke_godkjent"),
        ("leder", "GN-A----", "decided", "godkjent"),
        ("leder", "-GGG----", "open", None),
        ("konsensus", "GGGGGGG-", "open", None),
        ("stille_samtykke", "--------", "decided", "godkjent"),
        ("stille_samtykke", "G-A-----", "decided", "godkjent"),
        ("stille_samtykke", "G--F----", "open", None),
        ("stille_samtykke", "IIIII---", "decided", "godkjent"),
        ("stille_samtykke", "IIIIII--", "open", None),
    ],
)
def test_at_the_deadline_the_rule_says_what_silence_means(
    db: Database, rule: str, answers: str, status: str, decided: str | None
) -> None:
    case = a_written_case(db, rule)
    answer(db, case, answers)
    assert close_overdue(db, now=at(1, 31, 14, 59)) == 0
    waits = group.state(db, case).status == "open"
    assert close_overdue(db, now=DUE) == int(waits and status == "decided")
    assert outcome(db, case) == (status, decided)
    assert close_overdue(db, now=DUE) == 0
    group.assert_sound(db)


def test_a_case_without_a_clear_answer_at_the_deadline_comes_up_in_the_meeting(db: Database) -> None:
    case = a_written_case(db, "flertall", tie="mote")
    answer(db, case, "GGNN----")
    assert close_overdue(db, now=DUE) == 0
    found = group.state(db, case)
    assert (found.status, found.handling) == ("open", "i_mote")
    assert found.meeting == "styringsgruppa:2025-02-19", "the papers for 5 February have closed"
    assert close_overdue(db, now=DUE) == 0
    assert group.call(db, now=at(2, 12, 12)).called == 1
    group.assert_sound(db)


def test_a_single_objection_ends_the_silence_before_the_deadline(db: Database) -> None:
    case = a_written_case(db, "stille_samtykke")
    group.votes(db, case, "boa", choice="ikke_godkjenn", now=at(1, 28, 9))
    assert group.state(db, case).meeting == MEETING
    assert close_overdue(db, now=DUE) == 0
    group.assert_sound(db)


def test_a_consensus_that_lacks_answers_waits_for_the_chair(db: Database) -> None:
    case = a_written_case(db, "konsensus")
    answer(db, case, "GGGG----")
    close_overdue(db, now=DUE)
    found = conclude_case(db, case=case, by=email("ho"), outcome="godkjent", now=at(2, 3, 9))
    assert isinstance(found, Concluded), found
    group.assert_sound(db)


def test_a_case_handled_in_a_meeting_is_never_closed_by_the_clock(db: Database) -> None:
    group.a_house(db, rule="stille_samtykke")
    case = group.a_called_case(db)
    assert close_overdue(db, now=at(2, 28, 9)) == 0
    assert group.state(db, case).status == "open"
    group.assert_sound(db)


def test_two_heartbeats_and_the_chair_at_once_give_one_decision(db: Database) -> None:
    group.a_house(db, handling="skriftlig", rule="stille_samtykke", quorum=3)
    opened = [group.a_case(db, f"p{n}").case for n in range(4)]
    tick = partial(close_overdue, db, now=DUE)
    told = {"by": email("ho"), "outcome": "utsatt", "wording": "Senere.", "now": DUE}
    chair = [partial(conclude_case, db, case=case, **told) for case in opened]  # type: ignore[arg-type]
    rounds: list[list[Callable[[], object]]] = [[tick, tick, one] for one in chair]
    for given in at_once(rounds):
        assert not [one for one in given if isinstance(one, Exception)], given
        assert isinstance(given[2], Concluded | Refused)
    assert {group.state(db, case).status for case in opened} == {"decided"}
    assert ASKED < DUE
    group.assert_sound(db)
