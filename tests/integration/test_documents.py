"""Do the papers of a real case and a real meeting come out of the engine as it stands?"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from documents.editions import FORMATS, Format, agenda, referat, saksframlegg
from documents.papers.paper import agenda_of, minutes_of
from engine.queries.cases.show_case import CaseView, show_case
from engine.queries.meetings.show_meeting import show_meeting
from engine.store import schema
from engine.store.session import Database
from engine.use_cases.meetings.write_minutes import model_of
from tests.web_builders import ASKED_AT, open_case

AFTER = datetime(2025, 2, 5, 9, 40, tzinfo=UTC)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, CaseView]]:
    """The story's case, on its way to the meeting of 5 February."""
    url = f"sqlite:///{tmp_path_factory.mktemp('papers') / 'faseport.db'}"
    schema.upgrade(url)
    db = Database(url)
    case = open_case(db, handling="i_mote")
    with db.reading() as tx:
        view = show_case(tx, case, now=ASKED_AT)
    yield db, view
    db.close()


@pytest.mark.parametrize("format", FORMATS)
def test_the_saksframlegg_of_a_case_is_the_same_whenever_it_is_made(
    asked: tuple[Database, CaseView], format: Format
) -> None:
    db, view = asked
    with db.reading() as tx:
        later = show_case(tx, view.id, now=AFTER)
    first, again = saksframlegg(view, format=format), saksframlegg(later, format=format)
    assert first == again
    assert first.filename == f"saksframlegg-1-2025-bp2.{format}"
    assert first.warnings == ()
    assert first.pages in {None, 1, 2}


@pytest.mark.parametrize("format", FORMATS)
def test_agenda_and_referat_of_its_meeting_can_be_made(
    asked: tuple[Database, CaseView], format: Format
) -> None:
    db, view = asked
    assert view.meeting is not None
    with db.reading() as tx:
        meeting = show_meeting(tx, view.meeting, now=ASKED_AT)
        model = model_of(tx, view.meeting, now=AFTER)
    called = agenda(agenda_of(meeting, version=1, issued_at=ASKED_AT), format=format)
    assert called.filename == f"saksliste-2025-02-05.{format}"
    assert called.warnings == ()
    written = referat(minutes_of(model, version=1, issued_at=AFTER), format=format)
    assert written.filename == f"referat-2025-02-05.{format}"
    assert written.warnings == ()
    if format == "html":
        page = called.content.decode()
        assert view.project_title in page
        assert "1/2025" in page
