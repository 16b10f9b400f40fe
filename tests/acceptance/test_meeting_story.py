"""Does the group decide as it does in Trondheim: beforehand by letter, in the meeting, and the referat
after it?

Parts 1 and 3 of the story, with its checks: the real pages over HTTP, real SMTP, a clock that stands still
in between.
"""

from collections.abc import Iterator

import pytest

from demo import meeting_story, scene
from demo.run import fresh, staged
from demo.story import Stage, Told
from engine import clock
from engine.store import cases, meetings, outbox, projects

KEYS = {1: b"m" * 32}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Told, Stage]]:
    db = fresh(f"sqlite:///{tmp_path_factory.mktemp('meetings') / 'demo.db'}")
    with staged(db, keys=KEYS, real=clock.now, ticking=False, port=0) as stage:
        yield meeting_story.play(stage), stage
    db.close()


def test_every_check_of_both_meetings_holds(played: tuple[Told, Stage]) -> None:
    told, _ = played
    assert [check for check in told.checks if not check["holds"]] == []
    assert len(told.checks) >= 30


@pytest.mark.requirement("001-30")
def test_a_concept_is_stopped_at_the_gate_because_its_benefits_do_not_pay(played: tuple[Told, Stage]) -> None:
    _, stage = played
    with stage.db.reading() as tx:
        (decided,) = cases.list_cases(tx, project=meeting_story.STOPPED)
        case, project = cases.load(tx, decided.id), projects.load(tx, meeting_story.STOPPED)
    assert case is not None
    assert project is not None
    assert (case.state.outcome, project.phase) == ("avsluttet_uten_videreforing", "avsluttet")
    assert "Gevinstene er for små" in (case.wording or "")
    assert case.dossier["facts"]["project"]["experience_carried_to"] == "Fagmiljøet for boligtilpasning"


@pytest.mark.requirement("004-63")
def test_the_one_letter_before_the_meeting_holds_every_case_on_its_list(played: tuple[Told, Stage]) -> None:
    _, stage = played
    (letter,) = [
        mail for mail in stage.mailbox.to("kommunaldirektor-st@example.org") if "2 saker" in mail.subject
    ]
    assert "Implementering av eksisterende velferdsteknologi" in letter.text
    assert "Tverrfaglig boligrådgivning" in letter.text


def test_the_counts_are_those_of_the_story(played: tuple[Told, Stage]) -> None:
    told, _ = played
    assert told.before == {"Konsept": 5, "Prosjekt": 23, "Realisering": 4, "Avsluttet": 3}
    assert told.after == {"Konsept": 3, "Prosjekt": 24, "Realisering": 4, "Avsluttet": 4}


def test_no_member_gets_more_mail_than_the_budget_allows(played: tuple[Told, Stage]) -> None:
    _, stage = played
    with stage.db.reading() as tx:
        sent = [
            one
            for one in outbox.list_letters(tx)
            if one.state == "sent" and one.subject.startswith("meeting:")
        ]
        members = {str(entry["person"]) for one in cases.list_cases(tx) for entry in one.roll}
    for meeting in (meeting_story.FIRST, meeting_story.SECOND):
        for member in members:
            mine = [
                one.kind for one in sent if one.recipient == member and one.subject == f"meeting:{meeting}"
            ]
            assert len(mine) == len(set(mine)) <= 4, mine


def test_the_referat_is_kept_as_a_tagged_pdf(played: tuple[Told, Stage]) -> None:
    _, stage = played
    with stage.db.reading() as tx:
        (version,) = meetings.minutes(tx, meeting_story.FIRST)
        content = projects.paper_content(tx, version.sha256)
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content or b"/MarkInfo" in content
    assert [case["number"] for case in version.model["cases"]] == ["1/2025", "2/2025"]


def test_nobody_who_was_away_was_written_to(played: tuple[Told, Stage]) -> None:
    _, stage = played
    first = [mail for mail in stage.mailbox.to(scene.ABSENT) if "5. februar" in mail.subject]
    assert first == []
