"""Do the commands about deadlines do what programkontoret asks, and refuse all else in plain words?"""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from cli.main import main
from engine import clock
from tests.desk import KEY, OFFICE, PORTFOLIO, PROGRAMME, Desk

NOW = datetime(2025, 5, 20, 8, 0, tzinfo=UTC)
LEADER = "leder@example.org"
OWNER = "kommunalsjef-hjemme@example.org"


@pytest.fixture(scope="module")
def since_january(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that has been there since January 2025: nobody is chased for what fell due before."""
    folder = tmp_path_factory.mktemp("siden januar")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(clock, "now", lambda: datetime(2025, 1, 2, 8, 0, tzinfo=UTC))
        for arguments in (
            ["init"],
            ["programme", "load", str(PROGRAMME)],
            ["project", "import", str(PORTFOLIO), "--on", "2024-12-31"],
        ):
            assert main(arguments) == 0
    return folder


@pytest.fixture
def may(since_january: Path, empty_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """That installation on 20 May 2025, with a project leader who has not reported."""
    desk = empty_desk
    shutil.copytree(since_january / "var", desk.folder / "var")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    desk.done("person", "add", LEADER, "--name", "Prosjektleder")
    desk.done("project", "set", KEY, f"role.prosjektleder={LEADER}", "--on", "2025-02-05")
    desk.done("project", "set", KEY, f"role.prosjekteier={OWNER}", "--on", "2025-02-05")
    return desk


def listed(desk: Desk, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.done("obligation", "list", *options, "--json").json
    return found


def report_of(desk: Desk) -> dict[str, Any]:
    (found,) = [
        one for one in listed(desk, "--person", LEADER, "--late") if one["kind"] == "duty:statusrapport"
    ]
    return found


def test_the_list_tells_who_owes_what_and_is_narrowed_by_person_lateness_and_day(may: Desk) -> None:
    everything = listed(may)
    assert [one["due_on"] for one in everything] == sorted(one["due_on"] for one in everything)
    report = report_of(may)
    assert report == {
        "id": report["id"],
        "kind": "duty:statusrapport",
        "about": {"title": "Statusrapport for prosjektet", "period": "2025-T1"},
        "project": KEY,
        "owner": "prosjektleder",
        "responsible": {"name": "Prosjektleder", "email": LEADER},
        "due_on": "2025-05-15",
        "due_time": None,
        "late": 3,
        "settled": False,
        "settled_elsewhere": "rapport",
        "if_nothing": "Da vet ikke styringsgruppa hvordan det går med prosjektet dette tertialet.",
        "reminded": [],
        "next_on": report["next_on"],
        "extended": [],
        "alerted": [],
    }
    assert all(one["late"] for one in listed(may, "--late"))
    assert max(one["due_on"] for one in listed(may, "--until", "2025-05-31")) <= "2025-05-31"
    assert {one["responsible"]["email"] for one in listed(may, "--person", LEADER)} == {LEADER}
    table = may.done("obligation", "list", "--person", LEADER).out
    assert "Statusrapport for prosjektet, 1. tertial 2025 (over fristen)" in table


def test_a_deadline_is_settled_moved_and_passed_on(may: Desk) -> None:
    (risk,) = [one for one in listed(may, "--late") if one["kind"] == "duty:ros"]
    told = may.done("obligation", "settle", risk["id"], "--note", "Revidert.", "--by", OFFICE)
    assert "Påminnelsene er stoppet" in told.err
    assert risk["id"] not in [one["id"] for one in listed(may)]

    report = report_of(may)
    assert "blir varslet" in may.done("obligation", "alert", report["id"]).err
    again = may.do("obligation", "alert", report["id"])
    assert (again.code, "alt varslet i dag" in again.err) == (3, True)
    moved = may.done("obligation", "extend", report["id"], "--due", "2.6.2025", "--reason", "Sykdom")
    assert "mandag 2. juni 2025" in moved.err
    (after,) = [one for one in listed(may, "--person", LEADER) if one["id"] == report["id"]]
    assert (after["due_on"], after["late"]) == ("2025-06-02", 0)
    assert after["extended"] == [{"due": "2025-06-02", "reason": "Sykdom"}]
    assert after["alerted"] == ["2025-05-20"]


def test_what_cannot_be_done_is_refused_in_words_and_with_the_right_code(may: Desk) -> None:
    report = report_of(may)["id"]
    before = listed(may)
    for code, words, arguments in (
        (3, "Rapporten leveres på sin egen side", ("settle", report, "--note", "x")),
        (3, "Skriv hvorfor", ("extend", report, "--due", "2025-06-02", "--reason", " ")),
        (3, "er passert", ("extend", report, "--due", "2025-05-19", "--reason", "x")),
        (2, "er ikke en dato", ("extend", report, "--due", "snart", "--reason", "x")),
        (
            2,
            "Bare programkontoret",
            ("extend", report, "--due", "2025-06-02", "--reason", "x", "--by", LEADER),
        ),
        (2, "Bare programkontoret", ("alert", report, "--by", LEADER)),
        (2, "Fristen «finnes-ikke» finnes ikke", ("settle", "finnes-ikke", "--note", "x")),
        (2, "Ingen er registrert", ("list", "--person", "ukjent@example.org")),
        (2, "dato", ("list", "--until", "snart")),
        (2, "kan ikke velges", ("wheel", "2025", "--format", "png")),
        (2, "--out", ("wheel", "2025", "--format", "svg")),
    ):
        said = may.do("obligation", *arguments)
        assert (said.code, words in said.err) == (code, True), (arguments, said)
    assert listed(may) == before


def test_the_wheel_is_text_a_picture_or_a_calendar(may: Desk) -> None:
    text = may.done("obligation", "wheel", "2025").out
    assert "Mai" in text
    assert "15. Statusrapport for prosjektet, 1. tertial 2025 (prosjektleder i hvert prosjekt)" in text
    picture, calendar = may.folder / "hjul.svg", may.folder / "hjul.ics"
    may.done("obligation", "wheel", "2025", "--out", str(picture))
    assert picture.read_bytes().startswith(b"<svg ")
    may.done("obligation", "wheel", "2025", "--format", "ics", "--out", str(calendar))
    assert len(Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")) > 30
    said = may.do("obligation", "wheel", "2025", "--out", "/finnes/ikke.svg")
    assert (said.code, "kan ikke skrives" in said.err) == (2, True)
    assert may.do("obligation", "wheel", "25").code == 2


def test_the_programme_is_closed_and_its_deadlines_go_to_the_line(may: Desk) -> None:
    asked = may.do("programme", "close", "--on", "2025-05-20", "--heir", OWNER)
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert may.do("programme", "close", "--on", "2025-05-20", "--heir", "x@example.org", "--yes").code == 2
    closed = may.done("programme", "close", "--on", "2025-05-20", "--heir", OWNER, "--yes")
    assert "Statusrapport for prosjektet, 1. tertial 2025" in closed.out
    assert "som skulle kommet igjen, er stoppet" in closed.err
    left = listed(may)
    assert {one["responsible"]["email"] for one in left if one["project"] == KEY} == {OWNER}
    assert max(date.fromisoformat(one["due_on"]) for one in left if one["kind"][:5] == "duty:") <= NOW.date()
    assert may.do("programme", "close", "--on", "2025-05-20", "--heir", OWNER, "--yes").code == 3
    assert json.loads(may.done("ledger", "verify", "--json").out)["faults"] == []


def test_the_way_in_can_be_sent_to_anybody_who_is_registered_three_times_an_hour(may: Desk) -> None:
    for _ in range(3):
        assert "er på vei" in may.done("obligation", "link", LEADER).err
    refused = may.do("obligation", "link", LEADER)
    assert (refused.code, "flere nye lenker" in refused.err) == (3, True)
    assert may.do("obligation", "link", "ukjent@example.org").code == 2


def test_an_absence_has_a_stand_in_who_answers_for_the_deadlines_meanwhile(may: Desk) -> None:
    away = ("person", "absence", LEADER, "--from", "2025-05-19", "--to", "2025-05-30", "--stand-in")
    assert may.do(*away, LEADER).code == 2
    assert "sin egen stedfortreder" in may.do(*away, LEADER).err
    may.done(*away, OWNER)
    assert "duty:statusrapport" in {one["kind"] for one in listed(may, "--person", OWNER)}
    assert listed(may, "--person", LEADER) == []
