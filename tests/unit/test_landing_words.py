"""Is whoever asks for a decision told at which meeting it comes up, and why at none before?"""

from cli.gates import coming_up
from engine.core.cases.meetings import landing
from engine.core.programme.calendar import PLAIN
from tests.unit.test_meetings import a_rhythm, at


def told(asked_on: str, clock: str, **changes: object) -> str:
    found = landing(a_rhythm(**changes), PLAIN, asked_at=at(asked_on, clock))
    assert found is not None
    return coming_up(found)


def test_a_request_in_time_is_told_its_meeting_and_no_more() -> None:
    assert told("2025-01-15", "12:00") == "Saken kommer opp onsdag 22. januar."


def test_a_late_request_is_told_which_deadline_it_missed() -> None:
    assert told("2025-01-15", "12:01") == (
        "Saken kommer opp onsdag 5. februar. Saksfristen for 22. januar var onsdag 15. januar kl. 12.00."
    )


def test_a_cancelled_meeting_is_named_with_its_reason() -> None:
    cancelled = [{"date": "2025-04-16", "reason": "Påskeuka"}]
    assert told("2025-04-03", "09:00", changes=cancelled) == (
        "Saken kommer opp onsdag 30. april. Møtet 16. april holdes ikke: Påskeuka."
    )


def test_a_moved_meeting_is_told_with_the_day_it_was_planned_for() -> None:
    moved = [{"date": "2025-02-05", "to": "2025-02-07", "reason": "Byrådet har budsjettmøte."}]
    assert told("2025-01-24", "10:20", changes=moved) == (
        "Saken kommer opp fredag 7. februar. "
        "Møtet onsdag 5. februar er flyttet dit: Byrådet har budsjettmøte."
    )
