"""Is a report computed as of its period's end, frozen when approved, and never changed once published?"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest

from demo import scene
from documents.tertial.editions import REPORT_FORMATS, statusrapport
from engine.core.files.sheet import Sheet, read_sheet
from engine.core.programme.calendar import oslo
from engine.core.record.events.projects import PhaseEntered
from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.core.report.report import TertialReport
from engine.queries.reports.read_report import read_report
from engine.queries.reports.report_json import report_bytes
from engine.store import publications
from engine.store.record import ledger
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.projects.change_facts import change_facts
from engine.use_cases.reports.approve_programme_report import Approved, approve_programme_report
from engine.use_cases.reports.import_transfers import import_transfers
from engine.use_cases.reports.publish_programme_report import (
    Published,
    publish_programme_report,
    published_bytes,
)
from tests.report_builders import demo_database

APPROVED_AT = datetime.fromisoformat("2025-01-20T11:00:00+00:00")
LATER = APPROVED_AT + timedelta(days=3)
REASON = "Digitalt tilsyn avklares i mars."


@pytest.fixture
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with demo_database(tmp_path_factory.mktemp("publisering")) as opened:
        yield opened


def render(report: TertialReport, despite: str) -> Mapping[str, bytes]:
    return {
        name: statusrapport(report, format=name, despite=despite).content
        for name in REPORT_FORMATS
        if name in {"html", "json"}
    }


def approved(db: Database, *, now: datetime = APPROVED_AT, by: str = scene.OFFICE) -> Approved | Refused:
    return approve_programme_report(db, period="2024-T3", by=by, now=now)


def published(db: Database, *, despite: str = REASON, now: datetime = LATER) -> Published | Refused:
    return publish_programme_report(
        db, period="2024-T3", by=scene.OFFICE, despite=despite, render=render, now=now
    )


def code(answer: object) -> str:
    assert isinstance(answer, Refused), answer
    return answer.reasons[0].code


def close_another_project(db: Database, *, now: datetime) -> None:
    """History that comes in late: a project had closed before the period ended."""
    closed = PhaseEntered(project="e-las", phase="avsluttet", effective="2024-12-20")
    with db.writing() as tx:
        record(tx, [closed], now=now)


def test_what_is_known_later_changes_a_draft_and_not_what_was_approved(db: Database) -> None:
    answer = approved(db)
    assert isinstance(answer, Approved)
    close_another_project(db, now=APPROVED_AT + timedelta(hours=1))
    with db.reading() as tx:
        draft = read_report(tx, "2024-T3", known_at=LATER)
        frozen = read_report(tx, "2024-T3", known_at=APPROVED_AT)
    assert list(draft.counts.values()) == [5, 22, 4, 4]
    assert list(frozen.counts.values()) == [5, 23, 4, 3]
    assert sha256(report_bytes(frozen)).hexdigest() == answer.digest


def test_what_happens_after_the_period_is_not_in_its_report(db: Database) -> None:
    moved = PhaseEntered(project="demenslandsby", phase="planlegge", effective="2025-01-05")
    with db.writing() as tx:
        record(tx, [moved], now=oslo(date(2025, 1, 5), scene.LOADED_AT.time()))
    with db.reading() as tx:
        assert read_report(tx, "2024-T3", known_at=LATER).counts["Konsept"] == 5
        assert read_report(tx, "2025-T1", known_at=LATER).counts["Konsept"] == 4


@pytest.mark.requirement("001-05")
def test_a_report_has_the_focus_areas_of_its_own_time_and_a_project_knows_both(db: Database) -> None:
    change_facts(
        db,
        key="e-las",
        changes={"focus_area_2025": "1c"},
        by=scene.OFFICE,
        effective=date(2025, 6, 1),
        now=LATER,
    )
    with db.reading() as tx:
        old = read_report(tx, "2024-T3", known_at=LATER)
        new = read_report(tx, "2026-T1", known_at=LATER)
    assert [row.code for row in old.area_rows] == ["1", "2", "3", "4", "5"]
    assert [row.strategy for row in old.area_rows] == [""] * 5
    placed = {row.code: row for row in new.area_rows if row.code}
    assert list(placed) == ["1a", "1b", "1c", "1d", "2a", "2b", "2c"]
    assert len({row.strategy for row in placed.values()}) == 2
    assert placed["1c"].counts["Prosjekt"] == 1
    assert old.area_rows[3].counts["Prosjekt"] == 5


def test_publishing_keeps_the_bytes_and_serves_them_again(db: Database) -> None:
    approved(db)
    done = published(db)
    assert isinstance(done, Published)
    close_another_project(db, now=LATER + timedelta(hours=1))
    with db.reading() as tx:
        for name, digest in done.editions.items():
            version, content = published_bytes(tx, "2024-T3", name)
            assert sha256(content).hexdigest() == digest == version.editions[name]
        assert not ledger.verify(tx).faults


def test_publishing_over_what_disagrees_takes_a_reason_that_is_printed(db: Database) -> None:
    approved(db)
    assert code(published(db, despite="")) == "report_disagrees"
    assert code(published(db, despite=" \u200b")) == "report_disagrees"
    done = published(db)
    assert isinstance(done, Published)
    with db.reading() as tx:
        version, page = published_bytes(tx, "2024-T3", "html")
    assert REASON in page.decode()
    assert (version.findings, version.despite) == (3, REASON)


def test_a_report_without_disagreement_needs_no_reason_and_prints_none(db: Database) -> None:
    mended = {"service": "Sykehjem og omsorgsboliger"}
    day = date(2024, 12, 31)
    change_facts(
        db, key="digitalt-tilsyn", changes=mended, by=scene.OFFICE, effective=day, now=scene.LOADED_AT
    )
    change_facts(
        db,
        key="helsestasjon-for-eldre",
        changes={"started_on": "2024-12-01"},
        by=scene.OFFICE,
        effective=day,
        now=scene.LOADED_AT,
    )
    asked = read_sheet(b"project,label,amount\nlagerstyring-hvs,Lagerstyring HVS,3900000\n")
    assert isinstance(asked, Sheet)
    import_transfers(db, period="2024-T3", sheet=asked, by=scene.OFFICE, now=scene.LOADED_AT)
    approved(db)
    done = published(db, despite="Trengs ikke.")
    assert isinstance(done, Published)
    with db.reading() as tx:
        _, page = published_bytes(tx, "2024-T3", "html")
    assert "Trengs ikke" not in page.decode()


def test_nothing_is_published_before_it_is_approved_or_twice(db: Database) -> None:
    assert code(published(db)) == "report_not_approved"
    with db.reading() as tx, pytest.raises(Unknown):
        published_bytes(tx, "2024-T3", "html")
    approved(db)
    assert isinstance(published(db), Published)
    assert code(published(db)) == "report_not_approved"


def test_a_correction_is_a_new_version_and_the_first_stays(db: Database) -> None:
    approved(db)
    first = published(db)
    close_another_project(db, now=LATER + timedelta(hours=1))
    again = approved(db, now=LATER + timedelta(hours=2))
    assert isinstance(first, Published)
    assert isinstance(again, Approved)
    assert again.version == 2
    second = published(db, now=LATER + timedelta(hours=3))
    assert isinstance(second, Published)
    assert first.editions["json"] != second.editions["json"]
    with db.reading() as tx:
        assert [one.editions for one in publications.versions(tx, "2024-T3")] == [
            dict(first.editions),
            dict(second.editions),
        ]


def test_a_period_that_lasts_cannot_be_approved(db: Database) -> None:
    answer = approve_programme_report(db, period="2025-T1", by=scene.OFFICE, now=APPROVED_AT)
    assert code(answer) == "period_not_over"


def test_only_those_who_answer_for_the_programme_may_approve_and_publish(db: Database) -> None:
    with pytest.raises(NotAllowed):
        approved(db, by=scene.STUDY_LEADER)
    assert isinstance(approved(db, by="programleder@example.org"), Approved)
    with pytest.raises(Unknown):
        approve_programme_report(db, period="2024-T4", by=scene.OFFICE, now=LATER)
