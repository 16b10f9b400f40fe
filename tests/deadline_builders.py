"""What do the tests of «Mine frister» start from? The story's house with its deadlines worked out, and a way
in to them for anybody.
"""

from datetime import date, datetime, time

import pytest

from demo import scene
from engine.core.access.links import LONGEST_LIFE, Link, Purpose, code_for, token_for, token_hash
from engine.core.programme.calendar import oslo
from engine.core.record.letters import subject_of_person
from engine.queries.obligations.show_obligations import ObligationView, show_mine
from engine.store import links, obligations, people
from engine.store.session import new_id
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.people.register_person import register_person
from engine.use_cases.projects.change_facts import assign_role
from tests.web_builders import KEYS, SECRETARY, Letter, Office

PROJECT_LEADER = "prosjektleder-vft@example.org"
TODAY = oslo(date(2025, 5, 20), time(9, 30))
"""A Tuesday: the status reports of the first tertial were due three working days ago."""


@pytest.fixture
def deadline_office(office: Office) -> Office:
    """The story's house in May, with a project leader who has not reported."""
    office.now = TODAY
    give_project_leader(office)
    plan_obligations(office.db, now=TODAY)
    return office


def give_project_leader(office: Office) -> None:
    """The story's project gets its leader."""
    register_person(office.db, name="Prosjektleder velferdsteknologi", email=PROJECT_LEADER, now=TODAY)
    assign_role(
        office.db,
        key=scene.PROJECT,
        role="prosjektleder",
        who=PROJECT_LEADER,
        by=SECRETARY,
        valid_from=date(2025, 2, 5),
        now=TODAY,
    )


def way_in(office: Office, email: str, *, now: datetime | None = None) -> Letter:
    """A link and a code to somebody's deadlines, as a letter of reminders would carry them."""
    at = now or office.now
    with office.db.writing() as tx:
        person = people.by_email(tx, email)
        assert person is not None
        link = Link(
            id=new_id(),
            purpose=Purpose.OBLIGATION,
            kid=1,
            generation=1,
            person=person.id,
            subject=subject_of_person(person.id),
            level="kode",
            created_at=at,
            not_after=at + LONGEST_LIFE,
        )
        token = token_for(KEYS, kid=1, purpose=link.purpose, link_id=link.id, generation=1)
        links.insert(tx, link, token_sha256=token_hash(token))
    code = code_for(KEYS, kid=1, link_id=link.id, generation=1)
    return Letter(person=person.id, token=token, code=code, link=link.id)


def owed_by(office: Office, email: str, kind: str = "") -> list[ObligationView]:
    """What somebody answers for now, of a kind if named."""
    with office.db.reading() as tx:
        person = people.by_email(tx, email)
        assert person is not None
        return [one for one in show_mine(tx, person.id, now=office.now, forms=True) if kind in ("", one.kind)]


def status_of(office: Office, id_: str) -> str:
    """How an obligation stands: open, settled or void."""
    with office.db.reading() as tx:
        found = obligations.by_id(tx, id_)
    assert found is not None
    return found.status
