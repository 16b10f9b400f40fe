"""Do the letter to byrådet and the year's report say what the tertials' reports say, and nothing else?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import text as sql

from demo import scene
from documents.editions import report_letter
from documents.tertial.editions import YEAR_FORMATS, YearFormat, arsrapport
from engine.core.record.events.projects import PhaseEntered
from engine.core.refusal import Refused, Unknown
from engine.core.report.year_report import YearReport
from engine.queries.reports.read_published import PublishedReport, published_report, read_year
from engine.store.record.record import record
from engine.store.session import Database
from tests.integration.test_programme_report import LATER, REASON, approved, code, published
from tests.report_builders import demo_database

DATED = LATER + timedelta(days=1)
AFTER_2025 = datetime(2026, 1, 20, 12, tzinfo=UTC)


@pytest.fixture
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with demo_database(tmp_path_factory.mktemp("papirer")) as opened:
        yield opened


def found(db: Database, period: str = "2024-T3") -> PublishedReport | Refused:
    with db.reading() as tx:
        return published_report(tx, period)


def year(db: Database, which: str, *, now: datetime = AFTER_2025) -> YearReport | Refused:
    with db.reading() as tx:
        return read_year(tx, which, now=now)


def letter(db: Database, ask: str = "") -> str:
    one = found(db)
    assert isinstance(one, PublishedReport), one
    made = report_letter(one, format="html", dated=DATED, ask=ask, sender="Programkontoret")
    return unescape(made.content.decode())


def page(report: YearReport | Refused) -> str:
    assert isinstance(report, YearReport), report
    return unescape(arsrapport(report, format="html").content.decode())


def close(db: Database, key: str, day: str, *, now: datetime) -> None:
    with db.writing() as tx:
        record(tx, [PhaseEntered(project=key, phase="avsluttet", effective=day)], now=now)


# --- the letter -----------------------------------------------------------------------------------------


def test_a_report_that_is_not_published_has_no_letter(db: Database) -> None:
    assert code(found(db)) == "report_not_published"
    approved(db)
    assert code(found(db)) == "report_not_published"
    with db.reading() as tx, pytest.raises(Unknown):
        published_report(tx, "2019-T1")


def test_the_letter_says_what_the_published_report_says_and_names_it_by_its_digest(db: Database) -> None:
    approved(db)
    done = published(db)
    assert not isinstance(done, Refused)
    told = letter(db)
    assert "Byråden for helse og omsorg" in told
    assert "Byråden for sosiale tjenester" in told
    assert "Fem prosjekter er i konseptfase, 23 er under gjennomføring, og sju er i realisering" in told
    assert "Byrådet bes om å ta rapporten til orientering." in told
    assert "gikk fra konseptfase til prosjektfase" in told
    assert REASON in told
    assert f"SHA-256: {done.editions['html']}" in told
    assert "versjon 1" in told
    assert "Ingen trafikklys er satt for perioden." in told
    assert "Ta stilling til målet." in letter(db, ask="Ta stilling til målet.")


def test_what_comes_later_leaves_the_letter_as_it_was(db: Database) -> None:
    approved(db)
    published(db)
    before = letter(db)
    close(db, "e-las", "2024-12-20", now=DATED)
    assert letter(db) == before


def test_a_report_that_can_no_longer_be_computed_as_published_is_not_sent(db: Database) -> None:
    approved(db)
    published(db)
    with db.writing() as tx:
        tx.execute(sql("UPDATE programme_report SET digest = 'annet'"))
    assert code(found(db)) == "report_outrun"


def test_the_letter_is_a_tagged_page_or_two_for_whoever_it_is_sent_to(db: Database) -> None:
    approved(db)
    published(db)
    one = found(db)
    assert isinstance(one, PublishedReport)
    made = report_letter(one, format="pdf", dated=DATED, to=["Byrådet <alle>"])
    assert made.content.startswith(b"%PDF")
    assert b"/MarkInfo" in made.content
    assert made.pages == 1
    html = report_letter(one, format="html", dated=DATED, to=["Byrådet <alle>"])
    assert b"Byr\xc3\xa5det &lt;alle&gt;" in html.content
    assert "Byråden for" not in html.content.decode()


# --- the year -------------------------------------------------------------------------------------------


def test_a_year_is_put_together_from_its_tertials_and_names_what_is_not_published(db: Database) -> None:
    close(db, "e-las", "2025-03-10", now=datetime(2025, 3, 11, tzinfo=UTC))
    report = year(db, "2025")
    assert isinstance(report, YearReport)
    assert [one.report.period.id for one in report.parts] == ["2025-T1", "2025-T2", "2025-T3"]
    assert report.counts_before == {"Konsept": 5, "Prosjekt": 23, "Realisering": 4}
    assert [one.key for one in report.closed] == ["e-las"]
    told = page(report)
    for number in (1, 2, 3):
        assert f"Rapporten for {number}. tertial 2025 er ikke publisert." in told
    assert "E-LÅS ble avsluttet 10. mars" in told or "e-lås ble avsluttet 10. mars" in told.lower()
    assert (
        "er fem prosjekter i konseptfase, 22 under gjennomføring og fire i realisering. Ett prosjekt" in told
    )
    assert "Ingen realiserte gevinster er lagt inn." in told


def test_a_published_tertial_counts_as_it_was_frozen(db: Database) -> None:
    approved(db)
    published(db)
    before = year(db, "2024", now=DATED)
    close(db, "e-las", "2024-12-20", now=DATED)
    report = year(db, "2024", now=DATED + timedelta(days=1))
    assert isinstance(report, YearReport)
    assert isinstance(before, YearReport)
    assert report.last == before.last
    assert report.missing == (1, 2)
    told = page(report)
    assert "1. tertial 2024 er ikke med: programmet har ingen slik periode." in told
    assert "Rapporten for 3. tertial 2024 er ikke publisert" not in told
    assert "kan ikke lenger regnes ut" not in told


def test_a_year_that_is_not_over_or_unknown_has_no_report(db: Database) -> None:
    assert code(year(db, "2026")) == "year_not_over"
    with pytest.raises(Unknown):
        year(db, "2019")


@pytest.mark.parametrize("format", YEAR_FORMATS)
def test_the_year_is_written_in_every_format(db: Database, format: YearFormat) -> None:
    report = year(db, "2025")
    assert isinstance(report, YearReport)
    made = arsrapport(report, format=format, contact="Programkontoret", address=scene.OFFICE)
    assert made.filename == f"arsrapport-2025.{format}"
    assert (
        made.content
        == arsrapport(report, format=format, contact="Programkontoret", address=scene.OFFICE).content
    )
    begins = {"html": b"<!doctype", "pdf": b"%PDF", "docx": b"PK", "json": b"{"}
    assert made.content.startswith(begins[format])
    if format == "json":
        told = json.loads(made.content)
        assert (told["version"], told["year"], len(told["parts"])) == (1, 2025, 3)
        assert told["parts"][0]["report"]["period"]["id"] == "2025-T1"
