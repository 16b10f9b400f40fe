"""Are reports delivered as versions, approved by their owner, read back from workbooks, and kept for ever?"""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from engine.core.programme.calendar import local_date
from engine.core.refusal import Invalid, NotAllowed, Refused, Unknown
from engine.core.reports.report_book import Book, read_book, write_book
from engine.queries.reports.delivery import deliveries
from engine.queries.reports.report_form import ReportForm, report_form
from engine.store import benefits, projects, reporting
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.benefits.add_benefit import add_benefit
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.projects.change_facts import BadFacts, change_facts
from engine.use_cases.reports.approve_report import approve_report
from engine.use_cases.reports.close_period import close_period
from engine.use_cases.reports.deliver_report import Delivered, deliver_report
from engine.use_cases.reports.import_reports import ImportedReports, import_reports, pages_for
from tests import builders
from tests.at_once import at_once
from tests.builders import ASKER, LEADER, NOW, OFFICE, OWNER

KEY, T1, T2 = "trygghet", "2025-T1", "2025-T2"
MAY = datetime(2025, 5, 16, 8, 42, tzinfo=UTC)
SEPTEMBER = datetime(2025, 9, 8, 8, tzinfo=UTC)
RISK = {"title": "Lite tid", "kind": "trussel", "probability": 4, "consequence": 3, "measures": "Vikarer"}
GOOD: dict[str, Any] = {
    "progress": "Opplæring i fire soner.",
    "deviations": "Ingen.",
    "next_steps": "BP3 i mai.",
    "risks": [RISK],
    "benefits": [{"benefit": "A1", "comment": "Nullpunktet er målt."}],
    "estimates": [{"benefit": "A1", "year": 2027, "fte": "3,5"}],
}


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db)
    builders.a_project(db, key=KEY, phase="gjennomfore")
    add_benefit(db, key=KEY, told={"title": "Færre tilsyn", "kind": "A"}, by=LEADER, now=NOW)
    return db


def deliver(db: Database, period: str = T1, *, by: str = LEADER, now: datetime = MAY, **told: Any) -> Any:
    return deliver_report(db, key=KEY, period=period, raw=GOOD | told, by=by, now=now)


def approve(db: Database, period: str = T1, **how: Any) -> Any:
    told: dict[str, Any] = {"by": OWNER, "now": MAY} | how
    return approve_report(db, key=KEY, period=period, **told)


def form(db: Database, period: str = T1, now: datetime = MAY) -> ReportForm:
    with db.reading() as tx:
        return report_form(tx, key=KEY, period=period, today=local_date(now))


def codes(found: object) -> list[str]:
    assert isinstance(found, Refused), found
    return [one.code for one in found.reasons]


def untouched(db: Database, act: Callable[[], object]) -> object:
    """The exception of an act that must leave no trace."""
    with db.reading() as tx:
        before = ledger.heads(tx)
    with pytest.raises((BadFacts, Invalid)) as refused:
        act()
    with db.reading() as tx:
        assert ledger.heads(tx) == before
    return refused.value


# --- delivering -------------------------------------------------------------------------------------------


def test_a_report_is_delivered_and_the_project_keeps_what_it_says(house: Database) -> None:
    done = deliver(house)
    assert done == Delivered(project=KEY, period=T1, version=1, fields=7, changed=None)
    with house.reading() as tx:
        (report,) = reporting.reports(tx)
        assert (report.version, report.delivered_at, report.approved_at) == (1, MAY, None)
        assert report.fields["progress"] == "Opplæring i fire soner."
        facts = projects.facts(tx, KEY, on=MAY.date())
        assert facts["risks"] == [RISK]
        assert (facts["benefits"][0]["freed_fte"], facts["benefits"][0]["from_year"]) == (3.5, 2027)
        assert [(one.period, one.year, one.fte) for one in benefits.estimates(tx, KEY)] == [(T1, 2027, 3.5)]


def test_the_next_form_is_filled_in_and_says_what_has_changed(house: Database) -> None:
    deliver(house)
    assert form(house, T2, SEPTEMBER).filled.changed == ()
    add_benefit(house, key=KEY, told={"title": "Tryggere", "kind": "K"}, by=LEADER, now=MAY)
    risks = [RISK, {"title": "Ny mulighet", "kind": "mulighet"}]
    change_facts(house, key=KEY, changes={"risks": risks}, by=LEADER, effective=date(2025, 6, 1), now=MAY)
    found = form(house, T2, SEPTEMBER)
    assert found.filled.changed == ("risks", "benefits")
    assert found.filled.values["next_steps"] == "BP3 i mai."
    assert found.filled.values["benefits"][1] == {"benefit": "K1"}
    assert len(found.filled.fields) == 7
    assert deliver(house, T2, now=SEPTEMBER, risks=risks).changed == 2


def test_what_is_wrong_with_a_report_is_all_named_and_nothing_is_kept(house: Database) -> None:
    told: dict[str, Any] = {
        "progress": " ",
        "risks": [{"title": "x", "due": "snart"}],
        "estimates": [{"benefit": "A7"}],
    }
    error = untouched(house, lambda: deliver(house, **told))
    assert isinstance(error, BadFacts)
    assert [(one.code, one.path) for one in error.problems] == [
        ("report.missing", "progress"),
        ("value.not_a_date", "risks[0].due"),
        ("report.unknown_benefit", "estimates[0].benefit"),
        ("report.missing", "estimates[0].year"),
        ("report.no_figure", "estimates[0].fte"),
    ]


def test_a_delivered_report_never_changes_and_is_corrected_by_a_new_version(house: Database) -> None:
    deliver(house)
    approve(house)
    assert codes(deliver(house)) == ["report_unchanged"]
    assert deliver(house, progress="Fem soner, ikke fire.").version == 2
    with house.reading() as tx:
        first, second = reporting.reports(tx, project=KEY, period=T1)
        assert reporting.newest_reports(tx, period=T1)[KEY] == second
    assert (first.fields["progress"], first.approved_at) == ("Opplæring i fire soner.", MAY)
    assert (second.fields["progress"], second.approved_at) == ("Fem soner, ikke fire.", None)


def test_only_the_leader_and_the_programme_office_deliver(house: Database) -> None:
    for who in (OWNER, "medlem-2@example.org"):
        with pytest.raises(NotAllowed) as refused:
            deliver(house, by=who)
        assert refused.value.code == "may_not_report"
    assert deliver(house, by=OFFICE).version == 1
    assert deliver(house, by=ASKER, progress="Nytt").version == 2


def test_a_period_that_is_closed_unknown_or_to_come_takes_no_report(house: Database) -> None:
    with pytest.raises(Unknown):
        deliver(house, "2031-T1")
    assert codes(deliver(house, T2, now=datetime(2025, 4, 30, 9, tzinfo=UTC))) == ["period_not_begun"]
    assert close_period(house, period=T1, by=OFFICE, now=MAY) is None
    assert codes(deliver(house)) == ["period_closed"]
    assert codes(close_period(house, period=T1, by=OFFICE, now=MAY)) == ["period_closed"]
    assert codes(close_period(house, period=T1, by=OFFICE, now=MAY, reopen=True)) == ["reason_required"]
    with pytest.raises(NotAllowed):
        close_period(house, period=T1, by=LEADER, now=MAY, reopen=True, reason="x")
    close_period(house, period=T1, by=OFFICE, now=MAY, reopen=True, reason="Én rapport manglet.")
    assert deliver(house).version == 1


def test_a_field_that_is_left_out_of_a_file_leaves_the_projects_risks_alone(house: Database) -> None:
    deliver(house)
    raw = {name: value for name, value in GOOD.items() if name != "risks"} | {"progress": "Uten risiko"}
    deliver_report(house, key=KEY, period=T1, raw=raw, by=LEADER, now=MAY)
    with house.reading() as tx:
        assert projects.facts(tx, KEY, on=MAY.date())["risks"] == [RISK]
    deliver(house, risks=[])
    with house.reading() as tx:
        assert "risks" not in projects.facts(tx, KEY, on=MAY.date())


# --- approving --------------------------------------------------------------------------------------------


def test_the_owner_approves_once_and_nobody_else_does(house: Database) -> None:
    assert codes(approve(house)) == ["report_missing"]
    deliver(house)
    with pytest.raises(NotAllowed):
        approve(house, by=LEADER)
    assert approve(house).version == 1
    assert codes(approve(house)) == ["report_approved"]


def test_a_newer_version_is_not_approved_unseen(house: Database) -> None:
    deliver(house)
    deliver(house, progress="Rettet.")
    assert codes(approve(house, version=1)) == ["report_newer"]
    assert approve(house, version=2).version == 2


def test_a_silent_owner_is_shown_and_the_report_counts_all_the_same(house: Database) -> None:
    builders.a_project(house, key="annet")
    deliver(house)

    def told(day: date) -> dict[str, str | None]:
        with house.reading() as tx:
            return {one.project: one.approval for one in deliveries(tx, period=T1, today=day)}

    assert told(date(2025, 5, 21)) == {KEY: "venter", "annet": None}
    assert told(date(2025, 5, 22)) == {KEY: "ikke_godkjent_av_eier", "annet": None}
    approve(house)
    assert told(date(2025, 5, 22))[KEY] == "godkjent"


def test_an_approval_is_not_known_before_it_was_given(house: Database) -> None:
    deliver(house)
    approve(house, now=datetime(2025, 6, 1, tzinfo=UTC))
    with house.reading() as tx:
        (then,) = reporting.reports(tx, known_at=MAY)
        assert then.approved_at is None
        assert reporting.reports(tx, known_at=NOW) == ()


def test_two_who_deliver_or_approve_at_once_leave_one_version_and_one_approval(house: Database) -> None:
    (found,) = at_once([[lambda: deliver(house), lambda: deliver(house)]])
    assert sorted(type(one).__name__ for one in found) == ["Delivered", "Refused"]
    (found,) = at_once([[lambda: approve(house), lambda: approve(house)]])
    assert sorted(type(one).__name__ for one in found) == ["Approved", "Refused"]
    with house.reading() as tx:
        assert [one.version for one in reporting.reports(tx)] == [1]
        assert ledger.verify(tx).faults == ()


# --- by workbook ------------------------------------------------------------------------------------------


@pytest.fixture
def many(house: Database) -> Database:
    builders.projects(house, 3, phase="gjennomfore")
    return house


def sent(db: Database, *keys: str) -> Any:
    with db.reading() as tx:
        pages = pages_for(tx, keys=keys or (KEY, "prosjekt-1", "prosjekt-2"), period=T1, now=MAY)
    return load_workbook(io.BytesIO(write_book(pages)))


def returned(db: Database, book: Any, *, by: str = OFFICE) -> ImportedReports:
    content = io.BytesIO()
    book.save(content)
    found = read_book(content.getvalue())
    assert isinstance(found, Book), found
    return import_reports(db, book=found, by=by, now=MAY)


def fill(book: Any, key: str, question: str, answer: Any) -> str:
    """Answer a question in a workbook; where it stands."""
    for row in book["Rapport"].iter_rows(min_row=2):
        if (row[0].value, row[3].value) == (key, question):
            row[5].value = answer
            return f"Rapport!{row[5].coordinate}"
    raise AssertionError(f"{question} is not asked of {key}")


def test_a_workbook_for_all_is_filled_in_and_delivered_at_once(many: Database) -> None:
    book = sent(many)
    fill(book, KEY, "progress", "Ferdig i to soner.")
    fill(book, "prosjekt-2", "progress", "Kom i gang i mars.")
    done = returned(many, book)
    assert [one.project for one in done.delivered] == ["prosjekt-2", KEY]
    assert done.empty == ("prosjekt-1",)
    with many.reading() as tx:
        assert reporting.newest_reports(tx, period=T1)[KEY].fields["progress"] == "Ferdig i to soner."
    again = returned(many, book)
    assert (again.delivered, again.unchanged) == ((), ("prosjekt-2", KEY))


def test_one_mistake_in_a_workbook_stops_all_of_it_and_every_one_is_named(many: Database) -> None:
    book = sent(many)
    fill(book, KEY, "progress", "Ferdig.")
    fill(book, "prosjekt-1", "deviations", "Mangler fremdrift.")
    place = fill(book, "prosjekt-1", "progress", None)
    book["Anslag"].append([KEY, "A1", "Færre tilsyn", 2027, "300 000 kr", None])
    book["Usikkerhet"].append(["prosjekt-2", "Noe", "Fare", None, None, None, None, None, None, "31.02.2025"])
    fill(book, "prosjekt-2", "progress", "x")
    error = untouched(many, lambda: returned(many, book))
    assert isinstance(error, Invalid)
    assert [(one.code, one.where) for one in error.mistakes] == [
        ("report.missing", place),
        ("value.not_a_choice", "Usikkerhet!C2"),
        ("value.no_such_date", "Usikkerhet!J2"),
        ("benefit.wrong_unit", "Anslag!E2"),
    ]


def test_a_workbook_for_a_closed_period_or_from_somebody_else_names_the_row(many: Database) -> None:
    book = sent(many, KEY)
    fill(book, KEY, "progress", "Ferdig.")
    error = untouched(many, lambda: returned(many, book, by="medlem-2@example.org"))
    assert isinstance(error, Invalid)
    assert [(one.code, one.where) for one in error.mistakes] == [("may_not_report", "Rapport!A2")]
    close_period(many, period=T1, by=OFFICE, now=MAY)
    error = untouched(many, lambda: returned(many, book))
    assert isinstance(error, Invalid)
    assert [one.code for one in error.mistakes] == ["period_closed"]


def test_unknown_projects_and_periods_are_named_in_the_workbook(many: Database) -> None:
    book = sent(many, KEY, "prosjekt-1")
    for row in book["Rapport"].iter_rows(min_row=2):
        row[0].value = {KEY: "tryghet", "prosjekt-1": "prosjekt-1"}[row[0].value]
        row[2].value = T1 if row[0].value == "tryghet" else "2025-T7"
        row[5].value = "x"
    del book["Gevinster"]
    error = untouched(many, lambda: returned(many, book))
    assert isinstance(error, Invalid)
    assert [(one.code, one.where, one.data["nearest"]) for one in error.mistakes] == [
        ("book_period_unknown", "Rapport!A6", T2),
        ("book_project_unknown", "Rapport!A2", KEY),
    ]


# --- lights and the ledger --------------------------------------------------------------------------------


def with_lights(db: Database) -> None:
    text = builders.programme_text() + "\nreporting: {project_lights: [fremdrift, risiko], owner_days: 1}\n"
    load_programme(db, text=text, now=NOW + timedelta(seconds=1))


def test_where_the_programme_wants_lights_each_project_sets_its_own(house: Database) -> None:
    with_lights(house)
    assert [field.name for field in form(house).filled.fields][-1] == "lights"
    deliver(house, lights=[{"area": "fremdrift", "light": "gul", "reason": "To uker forsinket."}])
    with house.reading() as tx:
        (one,) = reporting.lights(tx, T1)
    assert (one.project, one.area, one.light, one.reason) == (KEY, "fremdrift", "gul", "To uker forsinket.")


def test_whatever_is_reported_can_be_rebuilt(house: Database) -> None:
    with_lights(house)
    deliver(house, lights=[{"area": "risiko", "light": "rod", "reason": "Mye på én gang."}])
    deliver(house, progress="Rettet.")
    approve(house)
    close_period(house, period=T1, by=OFFICE, now=MAY)
    with house.reading() as tx:
        assert ledger.verify(tx).faults == ()
