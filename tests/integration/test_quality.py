"""Are a project's scores those its leader and owner agree on, and is the yearly report whole on paper?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from documents.editions import project_report
from documents.tertial.project import matrix, report_content
from documents.tertial.quality import quality_lines, quality_svg
from engine.core.programme.checks import parse_programme
from engine.core.programme.model import Programme
from engine.core.refusal import NotAllowed, Refused
from engine.queries.reports.report_form import report_form
from engine.queries.reports.show_quality import QualityPicture, quality_picture
from engine.store import reporting
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.projects.change_facts import BadFacts
from engine.use_cases.reports.close_period import close_period
from engine.use_cases.reports.deliver_report import Delivered, deliver_report
from engine.use_cases.reports.import_accounts import import_accounts
from engine.use_cases.reports.score_quality import Scored, score_quality
from tests import builders
from tests.builders import LEADER, NOW, OFFICE, OWNER

KEY, T1, T2 = "trygghet", "2025-T1", "2025-T2"
JULY = datetime(2025, 7, 2, 9, tzinfo=UTC)
OSLO = Path(__file__).parents[2] / "workflows" / "programmes" / "osloplus.yaml"


def reporting_of_oslo() -> str:
    """The part of the shipped programme that says what its projects are scored on and report yearly."""
    text = OSLO.read_text("utf-8")
    return text[text.index("\nreporting:") :]


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db)
    load_programme(db, text=builders.programme_text() + reporting_of_oslo(), now=NOW + timedelta(seconds=1))
    builders.a_project(db, key=KEY, phase="gjennomfore", project_number="P-1")
    return db


def score(db: Database, by: str, **how: Any) -> Any:
    told: dict[str, Any] = {"period": T1, "now": NOW, "told": {"samskaping": "2", "gevinster": 3}} | how
    return score_quality(db, key=KEY, by=by, **told)


def picture(db: Database) -> QualityPicture:
    with db.reading() as tx:
        return quality_picture(tx, period=T1, today=NOW.date())


def standing(db: Database) -> dict[str, tuple[int | None, int | None, int | None]]:
    ((_, _, found),) = picture(db).projects
    return {one.indicator: (one.leader, one.owner, one.agreed) for one in found if one.leader or one.owner}


@pytest.mark.requirement("004-58", "004-59")
def test_a_score_holds_when_leader_and_owner_have_given_the_same(house: Database) -> None:
    assert score(house, LEADER) == Scored(side="prosjektleder", agreed=0, of=6)
    assert score(house, OWNER, told={"samskaping": "2", "gevinster": "1"}).agreed == 1
    assert standing(house) == {"samskaping": (2, 2, 2), "gevinster": (3, 1, None)}
    assert score(house, OWNER, told={"gevinster": "3"}).agreed == 2
    with house.reading() as tx:
        assert ledger.verify(tx).faults == ()
        assert reporting.scores(tx, period=T2) == ()


def test_scores_that_cannot_be_given_are_named_and_nothing_is_kept(house: Database) -> None:
    with pytest.raises(BadFacts) as refused:
        score(house, LEADER, told={"samskapning": "2", "gevinster": "4", "laering": "1"})
    assert [(one.code, one.path) for one in refused.value.problems] == [
        ("score.unknown", "samskapning"),
        ("score.off_scale", "gevinster"),
    ]
    with pytest.raises(BadFacts):
        score(house, LEADER, told={})
    for who in (OFFICE, "medlem-2@example.org"):
        with pytest.raises(NotAllowed):
            score(house, who)
    close_period(house, period=T1, by=OFFICE, now=NOW)
    assert isinstance(score(house, LEADER), Refused)
    assert standing(house) == {}


def test_a_programme_that_scores_nothing_says_so(db: Database) -> None:
    builders.a_programme(db)
    builders.a_project(db, key=KEY)
    with pytest.raises(NotAllowed) as refused:
        score(db, LEADER)
    assert refused.value.code == "no_quality"


@pytest.mark.requirement("004-60")
def test_the_picture_says_the_same_in_words_and_carries_nothing_by_colour_alone(house: Database) -> None:
    builders.a_project(house, key="annet", title="A & <b> \u200fB", phase="gjennomfore")
    score(house, LEADER)
    score(house, OWNER, told={"samskaping": "2", "gevinster": "1"})
    made = quality_svg(picture(house))
    root = ElementTree.fromstring(made)
    texts = ["".join(one.itertext()) for one in root.iter() if one.tag.endswith("text")]
    assert {"2", "3/1", "–"} <= set(texts)
    assert "\u200f" not in made.decode()
    lines = quality_lines(picture(house))
    assert "gevinstarbeid uavklart (leder 3, eier 1)" in lines[1]
    assert "samskaping 2" in lines[1]
    assert "innovasjonshøyde ikke vurdert" in lines[0]


# --- the yearly report --------------------------------------------------------------------------------------

TOLD: dict[str, Any] = {
    "progress": "To bydeler er i gang.",
    "milepaler": "Pilot ferdig i juni.",
    "aktiviteter": "Opplæring er avsluttet.",
    "aksjonspunkter": "Avklare drift.",
    "kostnader": "Mest interne timer.",
    "risks": [
        {"title": "Lite tid", "kind": "trussel", "probability": 5, "consequence": 4, "measures": "Vikarer"},
        {"title": "Flere vil med", "kind": "mulighet", "probability": 2, "consequence": 2},
        {"title": "Uavklart"},
    ],
}


def delivered(db: Database, period: str, now: datetime, **told: Any) -> Any:
    return deliver_report(db, key=KEY, period=period, raw=TOLD | told, by=LEADER, now=now)


@pytest.mark.requirement("004-61", "004-62")
def test_the_yearly_report_has_its_minimum_contents_and_is_asked_for_once_a_year(house: Database) -> None:
    lines = builders.sheet(
        [{"label": "Interne kostnader", "group": "utgift", "project_number": "P-1", "spent": "900000"}]
    )
    import_accounts(house, sheet=lines, period=T2, as_of=date(2025, 7, 1), by=OFFICE, now=JULY)
    with pytest.raises(BadFacts) as early:
        delivered(house, T1, NOW)
    assert {one.path for one in early.value.problems} == {
        "milepaler",
        "aktiviteter",
        "aksjonspunkter",
        "kostnader",
    }
    with pytest.raises(BadFacts) as thin:
        delivered(house, T2, JULY, milepaler=" ", risks=[])
    assert [(one.code, one.path) for one in thin.value.problems] == [
        ("report.missing", "risks"),
        ("report.missing", "milepaler"),
    ]
    done = delivered(house, T2, JULY)
    assert isinstance(done, Delivered)
    assert done.fields == 7 + 4
    with house.reading() as tx:
        form = report_form(tx, key=KEY, period=T2, today=JULY.date())
        programme = parse_programme(builders.programme_text() + reporting_of_oslo())
    assert isinstance(programme, Programme)
    content = report_content(form, programme=programme)
    assert content["kind"] == "Årlig prosjektrapport"
    assert [one["title"] for one in content["sections"]][-4:] == [
        "Fremdrift etter plan og milepæler",
        "Aktiviteter og leveranser",
        "Viktige aksjonspunkter",
        "Kommentar til prosjektregnskapet",
    ]
    assert content["accounts"][0].replace("\u00a0", " ").startswith("Interne kostnader: regnskap 900 000")
    assert content["unplaced"] == "Ikke plassert i matrisen: 3."
    page = project_report(form, programme=programme, format="html").content.decode()
    assert "Risikomatrise" in page
    assert "1: sannsynlighet 5, konsekvens 4 (høy); 2: sannsynlighet 2, konsekvens 2 (lav)" in page
    paper = project_report(form, programme=programme, format="pdf")
    assert paper.content.startswith(b"%PDF")
    assert paper.pages is not None
    assert paper.pages >= 1
    # Titles of long ago that show nothing: the project's, and a benefit's.
    unseen = replace(form, title="\u3164", benefits=({"id": "g-1", "title": "\u200b", "indicators": []},))
    assert project_report(unseen, programme=programme, format="pdf").content.startswith(b"%PDF")
    assert report_content(unseen, programme=programme)["title"] == KEY


def test_a_matrix_places_each_risk_in_one_cell_with_a_word_for_its_level() -> None:
    found = matrix(TOLD["risks"])
    assert [row["probability"] for row in found["rows"]] == ["5", "4", "3", "2", "1"]
    placed = [
        (row["probability"], place, cell["numbers"], cell["level"])
        for row in found["rows"]
        for place, cell in enumerate(row["cells"], 1)
        if cell["numbers"]
    ]
    assert placed == [("5", 4, "1", "høy"), ("2", 2, "2", "lav")]
    assert {cell["level"] for row in found["rows"] for cell in row["cells"]} == {"høy", "middels", "lav"}
