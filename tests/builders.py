"""How does a test get a programme, a project and a case? Through the real use cases, in one line each.

Everything is small and plain: three phases, two gates, titles of roles for names, addresses at example.org.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from engine.core.files.sheet import Row, Sheet
from engine.core.refusal import Refused
from engine.store import cases
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer
from engine.use_cases.projects.import_projects import import_projects

NOW: Final = datetime(2025, 1, 14, 9, 0, tzinfo=UTC)
"""A Tuesday morning; Oslo is one hour ahead."""

SINCE: Final = date(2024, 12, 31)
OFFICE: Final = "programkontor@example.org"
ASKER: Final = "utredningsleder@example.org"
LEADER: Final = "prosjektleder@example.org"
OWNER: Final = "prosjekteier@example.org"
PROPOSAL: Final = "Styringsgruppa godkjenner at prosjektet går til gjennomføring."

_SEATS: Final = (
    "Kommunaldirektør",
    "Kommunalsjef hjemmebaserte tjenester",
    "Kommunalsjef sykehjem",
    "Kommunalsjef mestring",
    "Kommunalsjef økonomi",
    "Kommunalsjef utvikling",
    "Kommuneoverlege",
)


def seat_email(number: int) -> str:
    """The address of whoever holds seat number 1, 2, 3 …"""
    return f"medlem-{number}@example.org"


def deputy_email(number: int) -> str:
    """The address of that seat's stedfortreder."""
    return f"stedfortreder-{number}@example.org"


def programme_text(
    *,
    seats: int = 3,
    rule: str = "flertall",
    quorum: int = 2,
    handling: str = "skriftlig",
    tie: str = "leder",
    link_level: str = "kode",
) -> str:
    """A programme with one steering group, seat 1 leading, and a board of two above it."""
    group = "".join(
        f"""
      - id: plass-{number}
        office: {_SEATS[number - 1]}
        holder: {{name: {_SEATS[number - 1]}, email: {seat_email(number)}, from: 2024-01-01}}
        deputy: {{name: Stedfortreder {number}, email: {deputy_email(number)}, from: 2024-01-01}}"""
        for number in range(1, seats + 1)
    )
    above = f"""
  - id: styret
    title: Styret
    leader: styreleder
    handling: i_mote
    rule: leder
    quorum: 1
    tie: leder
    link_level: {link_level}
    answer_within: {{working_days: 5, time: "15:00"}}
    seats:
      - id: styreleder
        office: Styreleder
        holder: {{name: Styreleder, email: styreleder@example.org, from: 2024-01-01}}
      - id: styremedlem
        office: Styremedlem
        holder: {{name: Styremedlem, email: styremedlem@example.org, from: 2024-01-01}}"""
    return f"""programme: proveprogram
title: Prøveprogrammet
language: nb
follow_from: 2024-01-01
workflows: {{utviklingsprosjekt: liten}}
reported_as: [Konsept, Prosjekt, Avsluttet]
periods:
  - {{id: 2024-T3, from: 2024-09-01, to: 2024-12-31, report_due: 2025-01-15}}
  - {{id: 2025-T1, from: 2025-01-01, to: 2025-04-30, report_due: 2025-05-15}}
  - {{id: 2025-T2, from: 2025-05-01, to: 2025-08-31, report_due: 2025-09-12}}
offices:
  - {{id: programkontor, title: Programkontoret, email: {OFFICE}}}
bodies:
  - id: gruppa
    title: Styringsgruppa
    above: styret
    leader: plass-1
    secretary: programkontor
    handling: {handling}
    rule: {rule}
    quorum: {quorum}
    tie: {tie}
    link_level: {link_level}
    answer_within: {{working_days: 5, time: "15:00"}}
    seats:{group}{above}
"""


def workflow_text(*, version: int = 1, body: str = "gruppa") -> str:
    """A workflow with every kind of criterion at the gate from Konsept to Gjennomføre, called P2."""
    return f"""workflow: liten
version: {version}
title: Liten flyt
kind: utviklingsprosjekt
roles: {{leader: [utredningsleder, prosjektleder], owner: prosjekteier}}
paper_kinds:
  - {{id: prosjektforslag, title: Prosjektforslag}}
facts:
  - {{id: concept_chosen, title: Konsept er valgt, type: yes_no, by: utredningsleder, from: konsept}}
phases:
  - {{id: konsept, title: Konsept, reported_as: Konsept, start: true}}
  - {{id: gjennomfore, title: Gjennomføre, reported_as: Prosjekt}}
  - {{id: avsluttet, title: Avsluttet, reported_as: Avsluttet, end: true}}
gates:
  - id: P2
    title: Beslutte gjennomføring
    from: konsept
    decided_by: {body}
    outcomes: {{godkjent: gjennomfore, godkjent_med_forutsetninger: gjennomfore, ikke_godkjent: stay,
               utsatt: stay, sendt_tilbake: stay, avsluttet_uten_videreforing: avsluttet}}
    papers: [prosjektforslag]
    criteria:
      - id: maal
        title: Målene er beskrevet
        weight: må
        help: Skriv hva prosjektet skal oppnå.
        rule: has(project.goals)
        otherwise: Målene er ikke beskrevet
        source: "prøve:1"
      - id: gevinst-maalbar
        title: Gevinstmålene kan måles
        weight: må
        help: Gi hvert prioriterte gevinstmål en måleindikator.
        each: benefits.filter(b, has(b.prioritised) && b.prioritised)
        rule: size(item.indicators) > 0
        at_least: 1
        otherwise: "Gevinstmålet «{{item.title}}» mangler måleindikator"
        source: "prøve:2"
      - id: forankret
        title: Eieren står bak
        weight: må
        help: Utredningslederen forklarer, programkontoret bekrefter.
        attest: {{explain_by: utredningsleder, confirm_by: programkontor, accept: [ja]}}
        waive_by: [programkontor]
        source: "prøve:3"
      - id: kostnad
        title: Kostnaden er anslått
        weight: bør
        help: Skriv hva prosjektet koster.
        rule: has(project.cost_total)
        source: "prøve:4"
  - id: P3
    title: Beslutte avslutning
    from: gjennomfore
    decided_by: {body}
    outcomes: {{godkjent: avsluttet, ikke_godkjent: stay}}
    criteria:
      - id: oppsummert
        title: Erfaringene er ført videre
        weight: må
        help: Skriv hvor erfaringene brukes videre.
        rule: has(project.experience_carried_to)
        source: "prøve:5"
"""


EASY_WORKFLOW: Final = """workflow: liten
version: 1
title: Liten flyt
kind: utviklingsprosjekt
roles: {leader: [utredningsleder, prosjektleder], owner: prosjekteier}
phases:
  - {id: konsept, title: Konsept, reported_as: Konsept, start: true}
  - {id: gjennomfore, title: Gjennomføre, reported_as: Prosjekt}
  - {id: avsluttet, title: Avsluttet, reported_as: Avsluttet, end: true}
gates:
  - id: P2
    title: Beslutte gjennomføring
    from: konsept
    decided_by: gruppa
    outcomes: {godkjent: gjennomfore, ikke_godkjent: stay, avsluttet_uten_videreforing: avsluttet}
    criteria:
      - {id: maal, title: Målene er beskrevet, weight: må, help: Skriv målene., rule: has(project.goals),
         source: "prøve:1"}
  - id: P3
    title: Beslutte avslutning
    from: gjennomfore
    decided_by: gruppa
    outcomes: {godkjent: avsluttet, ikke_godkjent: stay}
    criteria:
      - {id: maal, title: Målene er beskrevet, weight: må, help: Skriv målene., rule: has(project.goals),
         source: "prøve:1"}
"""
"""The same phases with one short criterion a gate: for tests that need many open cases quickly."""


def a_programme(
    db: Database,
    *,
    seats: int = 3,
    rule: str = "flertall",
    quorum: int = 2,
    handling: str = "skriftlig",
    tie: str = "leder",
    link_level: str = "kode",
    workflow: str = EASY_WORKFLOW,
    now: datetime = NOW,
) -> None:
    """A programme in force, a workflow registered, and the people who are not in the programme file."""
    text = programme_text(
        seats=seats, rule=rule, quorum=quorum, handling=handling, tie=tie, link_level=link_level
    )
    load_programme(db, text=text, now=now)
    register_definition(db, text=workflow, now=now)
    for name, email in (("Utredningsleder", ASKER), ("Prosjektleder", LEADER), ("Prosjekteier", OWNER)):
        register_person(db, name=name, email=email, now=now)


def projects(db: Database, count: int, *, now: datetime = NOW, **cells: str) -> tuple[str, ...]:
    """That many projects in Konsept, with goals and leaders, imported as one table."""
    given = {
        "title": "Trygghet hjemme",
        "workflow": "liten",
        "phase": "konsept",
        "started_on": "2024-03-01",
        "goals": "Flere kan bo hjemme lenger.",
        "utredningsleder": ASKER,
        "prosjektleder": LEADER,
        "prosjekteier": OWNER,
    } | cells
    return import_projects(
        db,
        sheet=sheet([{"key": f"prosjekt-{number}"} | given for number in range(1, count + 1)]),
        effective=SINCE,
        now=now,
    ).keys


def a_project(db: Database, *, key: str = "trygghet", now: datetime = NOW, **cells: str) -> str:
    """One project in Konsept that the easy workflow's gate is open for; an empty cell is left out."""
    return projects(db, 1, now=now, **({"key": key} | cells))[0]


def a_bare_project(db: Database, *, key: str = "tomt", now: datetime = NOW) -> str:
    """A project nobody has filled anything in for but its leader."""
    return a_project(db, key=key, now=now, title="Tomt prosjekt", goals="", prosjekteier="", started_on="")


BENEFIT: Final = '[{"title": "Frigjort tid", "prioritised": true, "indicators": [{"title": "Timer i uka"}]}]'


def a_ready_project(db: Database, *, key: str = "klar", now: datetime = NOW) -> str:
    """A project in Konsept with all that the whole workflow's gate P2 asks for."""
    a_project(db, key=key, now=now, benefits=BENEFIT)
    paper = add_paper(
        db,
        key=key,
        kind="prosjektforslag",
        title="Prosjektforslag",
        content=b"%PDF-1.7 forslag",
        ending=".pdf",
        by=ASKER,
        now=now,
    )
    answered = answer_criterion(
        db, key=key, criterion="forankret", value="ja", explanation="Eieren har sagt ja.", by=ASKER, now=now
    )
    assert not isinstance(paper, Refused)
    assert not isinstance(answered, Refused)
    confirm_answer(db, key=key, criterion="forankret", by=OFFICE, now=now)
    return key


def sheet(rows: list[dict[str, str]]) -> Sheet:
    """A table with these rows, as if read from a file; empty cells are left out."""
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Sheet(
        columns=columns,
        rows=tuple(
            Row(number=number, cells={name: cell for name, cell in row.items() if cell})
            for number, row in enumerate(rows, 2)
        ),
    )


def a_case(
    db: Database, *, key: str | None = None, proposal: str = PROPOSAL, by: str = ASKER, now: datetime = NOW
) -> Opened:
    """An open case: for a project of its own, unless one is named."""
    found = request_transition(
        db, key=a_project(db, now=now) if key is None else key, proposal=proposal, by=by, now=now
    )
    assert isinstance(found, Opened), found
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody on a case's roll."""

    seat: str
    person: str
    leader: bool


def members(db: Database, case: str) -> tuple[Member, ...]:
    """Who may answer a case, in the order of the seats."""
    with db.reading() as tx:
        state = cases.state(tx, case)
    assert state is not None
    return tuple(
        Member(seat=entry["seat"], person=entry["person"], leader=entry["leader"])
        for entry in state.roll
        if entry["person"]
    )


def answers(
    db: Database,
    case: str,
    choices: Mapping[str, str] | list[str],
    *,
    now: datetime = NOW + timedelta(hours=1),
) -> list[Answered]:
    """Cast these choices, by seat or in the order of the seats; each must be accepted."""
    roll = members(db, case)
    by_seat = (
        choices
        if isinstance(choices, Mapping)
        else {one.seat: choice for one, choice in zip(roll, choices, strict=False)}
    )
    done: list[Answered] = []
    for one in roll:
        if one.seat in by_seat:
            found = cast_ballot(
                db,
                case=case,
                person=one.person,
                seat=one.seat,
                choice=by_seat[one.seat],
                version=1,
                nonce=f"{case}-{one.seat}",
                comment="Fordi.",
                condition="Rapporter i mars.",
                now=now,
            )
            assert isinstance(found, Answered), found
            done.append(found)
    return done
