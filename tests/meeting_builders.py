"""How does a test get a steering group that meets? Eight seats as in Trondheim, every second Wednesday from
8 January 2025 at 09.00, papers five working days before at 12.00; all through the real use cases.

Every test that changes a case ends with `assert_sound`: the chains verify, no open case stands on the list of
a meeting that is over, and none is on two.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, Final

from engine.core.cases.case import CaseState
from engine.core.programme.calendar import oslo
from engine.store import cases, meetings, outbox, people
from engine.store.meetings import Meeting
from engine.store.outbox import Claimed, Posted
from engine.store.record import ledger
from engine.store.session import Connection, Database
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.letters.claim_letters import Composed, claim_letters
from engine.use_cases.letters.settle_letters import settle_letters
from engine.use_cases.meetings.call_meetings import Called, call_meetings
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.import_projects import import_projects
from notifications.letters import facts_for
from tests import builders
from tests.builders import ASKER, LEADER, OFFICE

BODY: Final = "styringsgruppa"
CHAIR: Final = "ho"
SUPERIORS: Final = {
    "ho": "",
    "st": "",
    "hjemme": "ho",
    "sykehjem": "ho",
    "medisinske": "ho",
    "boa": "st",
    "psykisk": "st",
    "arbeid": "st",
}
"""The seats in the programme's order, each with the one it reports to; the first leads."""
FREE_DEPUTY: Final = "medisinske"
"""The one seat whose deputy reports to somebody else than the seat itself."""


def at(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2025) -> datetime:
    """A wall time in Oslo, as an instant."""
    return oslo(date(year, month, day), time(hour, minute))


SET_UP: Final = at(1, 2, 9)
ASKED: Final = at(1, 24, 10, 20)
"""In time for the meeting of 5 February, too late for the one of 22 January."""
CALLED: Final = at(1, 29, 12)
ANSWERED: Final = at(1, 30, 9)
MEETS: Final = at(2, 5, 9)
MEETING: Final = f"{BODY}:2025-02-05"
NEXT_MEETING: Final = f"{BODY}:2025-02-19"


def email(seat: str) -> str:
    """The address of whoever holds a seat."""
    return f"{seat}@example.org"


def deputy(seat: str) -> str:
    """The address of a seat's stedfortreder."""
    return f"stedfortreder-{seat}@example.org"


def programme_text(
    *,
    changes: str = "[]",
    pauses: str = "[]",
    first: str = "2025-01-08",
    weeks: int = 2,
    handling: str = "i_mote",
    rule: str = "konsensus",
    quorum: int = 5,
    tie: str = "leder",
    owner: str = "svarer",
    above: bool = True,
    holders: str = "",
    offices: str = "",
) -> str:
    """The programme as a file; `changes` and `pauses` of the series, and more `offices`, as YAML."""
    seats = "".join(
        f"""
      - id: {seat}
        office: Leder {seat}
        {f"reports_to: {superior}" if superior else ""}
        holder: {{name: Leder {seat}, email: {holders or email(seat)}, from: 2024-01-01}}
        deputy: {{name: Stedfortreder {seat}, email: {deputy(seat)}, from: 2024-01-01,
                 reports_to: {"ho" if seat == FREE_DEPUTY else seat}}}"""
        for seat, superior in SUPERIORS.items()
    )
    board = """
  - id: programstyret
    title: Programstyret
    leader: styre-ho
    handling: i_mote
    rule: konsensus
    quorum: 2
    tie: leder
    link_level: kode
    answer_within: {working_days: 5, time: "15:00"}
    meetings: {weekday: torsdag, time: "10:00", every_weeks: 5, from: 2025-01-30,
               paper_deadline: {working_days: 5, time: "12:00"}}
    seats:
      - id: styre-ho
        office: Direktør helse
        holder: {name: Leder ho, email: ho@example.org, from: 2024-01-01}
      - id: styre-st
        office: Direktør sosial
        holder: {name: Leder st, email: st@example.org, from: 2024-01-01}
      - id: styre-finans
        office: Direktør finans
        holder: {name: Direktør finans, email: finans@example.org, from: 2024-01-01}"""
    return f"""programme: proveprogram
title: Prøveprogrammet
language: nb
follow_from: 2024-01-01
workflows: {{utviklingsprosjekt: liten}}
reported_as: [Konsept, Prosjekt, Realisering, Avsluttet]
offices:
  - {{id: programkontor, title: Programkontoret, email: {OFFICE}}}{offices}
bodies:
  - id: {BODY}
    title: Styringsgruppa
    {"above: programstyret" if above else ""}
    leader: {CHAIR}
    secretary: programkontor
    handling: {handling}
    rule: {rule}
    quorum: {quorum}
    tie: {tie}
    owner: {owner}
    link_level: kode
    answer_within: {{working_days: 5, time: "15:00"}}
    meetings:
      weekday: onsdag
      time: "09:00"
      every_weeks: {weeks}
      from: {first}
      paper_deadline: {{working_days: 5, time: "12:00"}}
      pauses: {pauses}
      changes: {changes}
    seats:{seats}{board if above else ""}
"""


_OUTCOMES: Final = (
    "outcomes: {godkjent: gjennomfore, godkjent_med_forutsetninger: gjennomfore, ikke_godkjent: stay, "
    "utsatt: stay, sendt_tilbake: stay, avsluttet_uten_videreforing: avsluttet}"
)
WORKFLOW: Final = builders.EASY_WORKFLOW.replace("decided_by: gruppa", f"decided_by: {BODY}").replace(
    "outcomes: {godkjent: gjennomfore, ikke_godkjent: stay, avsluttet_uten_videreforing: avsluttet}",
    _OUTCOMES,
)


def a_house(db: Database, **how: Any) -> None:
    """The programme in force, the workflow, and the people who are not in the programme file."""
    load_programme(db, text=programme_text(**how), now=SET_UP)
    register_definition(db, text=WORKFLOW, now=SET_UP)
    for name, address in (("Utredningsleder", ASKER), ("Prosjektleder", LEADER)):
        register_person(db, name=name, email=address, now=SET_UP)


def change_series(db: Database, *, now: datetime, **how: Any) -> None:
    """Load the programme again with another series."""
    load_programme(db, text=programme_text(**how), now=now)


def projects(db: Database, *keys: str, owner: str = "hjemme", leader: str = ASKER) -> None:
    """Projects in Konsept, owned by whoever holds a seat of the group."""
    rows = [
        {
            "key": key,
            "title": f"Trygghet {key}",
            "workflow": "liten",
            "phase": "konsept",
            "started_on": "2024-03-01",
            "goals": "Flere kan bo hjemme lenger.",
            "utredningsleder": leader,
            "prosjektleder": LEADER,
            "prosjekteier": email(owner),
        }
        for key in keys
    ]
    import_projects(db, sheet=builders.sheet(rows), effective=builders.SINCE, now=SET_UP)


def a_case(db: Database, key: str = "p1", *, now: datetime = ASKED, **how: Any) -> Opened:
    """A project of its own, and an open case for it."""
    projects(db, key)
    return ask(db, key, now=now, **how)


def ask(db: Database, key: str, *, now: datetime = ASKED, by: str = ASKER, **how: Any) -> Opened:
    """An open case for a project there is."""
    found = request_transition(db, key=key, proposal=builders.PROPOSAL, by=by, now=now, **how)
    assert isinstance(found, Opened), found
    return found


def a_called_case(db: Database, key: str = "p1", **how: Any) -> str:
    """A case whose meeting has been called; its id."""
    case = a_case(db, key, **how).case
    assert call(db).called == 1
    return case


def call(db: Database, *, now: datetime = CALLED) -> Called:
    """One heartbeat."""
    return call_meetings(db, now=now)


def person(db: Database, address: str) -> str:
    """The id behind an address."""
    with db.reading() as tx:
        found = people.by_email(tx, address)
    assert found is not None
    return found.id


def state(db: Database, case: str) -> CaseState:
    """The case as it is stored."""
    with db.reading() as tx:
        found = cases.state(tx, case)
    assert found is not None
    return found


def meeting(db: Database, name: str = MEETING) -> Meeting:
    """The meeting as it is stored."""
    with db.reading() as tx:
        found = meetings.load(tx, name)
    assert found is not None
    return found


def speaks_for(db: Database, case: str, seat: str) -> str | None:
    """The id of whoever is on a case's roll for a seat."""
    entry = next(one for one in state(db, case).roll if one["seat"] == seat)
    return None if entry["recused"] else entry["person"]


def vote(
    db: Database, case: str, seat: str, choice: str = "godkjenn", *, now: datetime | None = None, **how: Any
) -> Answered | Any:
    """An answer by whoever speaks for a seat, on the case's present version unless told otherwise."""
    found, when = state(db, case), now or ANSWERED
    told = {
        "person": speaks_for(db, case, seat),
        "version": found.version,
        "nonce": f"{case}-{seat}-{when.isoformat()}",
    } | how
    return cast_ballot(
        db, case=case, seat=seat, choice=choice, comment="Fordi.", condition="Mål først.", now=when, **told
    )


def votes(db: Database, case: str, *seats: str, choice: str = "godkjenn", **how: Any) -> None:
    """The same answer by several seats; each must be accepted."""
    for seat in seats:
        found = vote(db, case, seat, choice, **how)
        assert isinstance(found, Answered), found


def all_present(db: Database, *, but: tuple[str, ...] = ()) -> dict[str, str | None]:
    """Every seat with its holder in it, but for some that are empty."""
    return {seat: None if seat in but else person(db, email(seat)) for seat in SUPERIORS}


def letters(db: Database, *kinds: str, state: str | None = None) -> list[Posted]:
    """The letters of some kinds, or all."""
    with db.reading() as tx:
        return [one for one in outbox.list_letters(tx, state=state) if not kinds or one.kind in kinds]


def told(db: Database, *kinds: str, state: str | None = None) -> list[str]:
    """The ids of those the letters of some kinds go to, sorted."""
    return sorted(one.recipient for one in letters(db, *kinds, state=state))


def ids(db: Database, *addresses: str) -> list[str]:
    """The ids behind addresses, sorted."""
    return sorted(person(db, one) for one in addresses)


KEYS: Final = {1: b"k" * 32}


def send(db: Database, *, now: datetime) -> list[tuple[str, str, str | None, str | None]]:
    """Let every letter that is due leave: kind, recipient, link and code of each."""
    return [(kind, reader, url, code) for kind, reader, _, url, code in post(db, now=now)]


def post(db: Database, *, now: datetime) -> list[tuple[str, str, str, str | None, str | None]]:
    """The same, with what each letter is about: kind, recipient, subject, link and code."""
    gone: list[tuple[str, str, str, str | None, str | None]] = []
    while True:
        claim = claim_letters(
            db,
            keys=KEYS,
            base_url="http://127.0.0.1",
            worker="prøve",
            limit=200,
            compose=lambda _tx, letter: Composed(
                payload="{}", template_digest="d", message_id=f"<{letter.id}@example.org>"
            ),
            now=now,
        )
        assert not claim.dead, claim.dead
        if not claim.ready and not claim.withdrawn:
            return gone
        done = [
            outbox.Settlement(
                letter=one.claimed.id,
                attempt=one.claimed.attempts,
                state="sent",
                phase="sent",
                reply="ok",
            )
            for one in claim.ready
        ]
        settle_letters(db, settlements=done, worker="prøve", now=now)
        for one in claim.ready:
            letter = one.claimed
            gone.append((letter.kind, letter.recipient, letter.subject, one.url, one.code))


def assert_sound(db: Database) -> None:
    """Nothing is lost, doubled or forged."""
    with db.reading() as tx:
        assert ledger.verify(tx).faults == ()
        over = {one.id for one in meetings.list_meetings(tx) if one.status in {"held", "cancelled"}}
        lost = [one.number for one in cases.list_cases(tx, status="open") if one.meeting in over]
        assert lost == [], "open cases on the lists of meetings that are over"
        for one in cases.list_cases(tx, status="decided"):
            kinds = [leaf.kind for leaf in ledger.leaves(tx, f"project:{one.project}")]
            closed = [each for each in cases.list_cases(tx, project=one.project) if each.status == "decided"]
            assert kinds.count("CaseDecided") == len(closed)


def a_sound_house(db: Database, **how: Any) -> Iterator[Database]:
    """For a fixture: the house, looked over when the test is done with it."""
    a_house(db, **how)
    yield db
    assert_sound(db)


def told_in_letters(db: Database, kind: str, *, now: datetime) -> list[dict[str, object]]:
    """What each letter of a kind says, when it leaves."""
    told: list[dict[str, object]] = []

    def compose(tx: Connection, letter: Claimed) -> Composed:
        if letter.kind == kind:
            told.append(facts_for(tx, letter, now=now))
        return Composed(payload="{}", template_digest="d", message_id=f"{letter.id}@example.org")

    claim_letters(
        db, keys=KEYS, base_url="http://127.0.0.1", worker="prøve", limit=100, compose=compose, now=now
    )
    return told
