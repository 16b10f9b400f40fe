"""Can the programme office follow a case to the politicians and back by commands alone?"""

from tests.acceptance.test_commands import opened_case
from tests.desk import KEY, SEATS, Desk, desk, empty_desk

__all__ = ["desk", "empty_desk"]


def decided(desk: Desk) -> str:
    """A marked case that its answers have closed; its number."""
    opened_case(desk)
    number = str(desk.done("case", "list", "--json").json[0]["number"])
    assert "merket" in desk.done("case", "political", number, "--reason", "Store kostnader.").err
    for seat in SEATS:
        desk.done("case", "vote", number, "--seat", seat, "--choice", "godkjenn")
    return number


def phase(desk: Desk) -> str:
    return str(desk.done("project", "show", KEY, "--json").json["phase"])


def test_a_marked_case_waits_and_is_executed_by_its_reference(desk: Desk) -> None:
    number = decided(desk)
    shown = desk.done("case", "show", number, "--json").json["political"]
    assert (shown["marked"], shown["reason"], shown["standing"]) == (True, "Store kostnader.", "awaits")
    assert phase(desk) == "konsept"
    assert "venter på politisk behandling" in desk.done("case", "list").out
    told = desk.done("case", "show", number).out
    assert "Merket for politisk beslutning: Store kostnader." in told
    assert "Beslutningen gjennomføres når saken er politisk behandlet." in told

    ahead = desk.do("case", "execute", number, "--reference", "Sak 12/25", "--on", "1.1.2199")
    assert (ahead.code, phase(desk)) == (3, "konsept")
    assert "Planlegge" in desk.done("case", "execute", number, "--reference", "Formannskapet, sak 12/25").err
    assert phase(desk) == "planlegge"
    shown = desk.done("case", "show", number, "--json").json["political"]
    assert (shown["standing"], shown["case"]) == ("executed", "Formannskapet, sak 12/25")
    assert desk.do("case", "lapse", number, "--reason", "Nei.").code == 3
    assert desk.done("ledger", "verify", "--json").json["sound"] is True


def test_a_decision_the_politicians_stopped_lapses(desk: Desk) -> None:
    number = decided(desk)
    assert "falt bort" in desk.done("case", "lapse", number, "--reason", "Bystyret sa nei.").err
    assert phase(desk) == "konsept"
    assert "Bystyret sa nei." in desk.done("case", "show", number).out


def test_an_item_goes_on_a_meeting_of_the_plan_that_has_no_case(desk: Desk) -> None:
    planned = desk.done("meeting", "list", "--json").json
    later = next(one for one in planned if one["status"] == "planned" and not one["cases"])
    assert later["id"] in desk.done("meeting", "add", later["id"], "orientering", "Tertialrapporten").err
    assert "Tertialrapporten" in desk.done("meeting", "show", later["id"]).out
    unknown = desk.do("meeting", "add", "styringsgruppa:1999-01-01", "orientering", "X")
    assert unknown.code == 2
