"""Which projects of the two real workflows take part in the simulated half-year, and what opens their gates?

Projects in Prosjektveiviseren and Forskningsløypa stand in several phases. Their gate is opened as people do
it: facts are filled in, papers added, questions answered by one role and confirmed by another — and
one criterion is waived where its workflow lets programkontoret do so.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from engine.core.programme.calendar import local_date
from engine.core.refusal import Refused
from engine.core.workflow.criteria import GateCheck
from engine.core.workflow.definition import Criterion, Definition
from engine.queries.projects.check_gate import check_gate
from engine.store import people, projects
from engine.store.session import Connection, Database
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer, waive_criterion
from engine.use_cases.projects.change_facts import change_facts
from engine.use_cases.projects.import_projects import import_projects
from tests import meeting_builders as group
from tests.builders import LEADER, OFFICE, SINCE, sheet
from workflows import loader

PROJECT_WORKFLOW: Final = "prosjektveiviseren"
RESEARCH: Final = "forskningsloypa"
REAL: Final = (PROJECT_WORKFLOW, RESEARCH)
RESOURCE_GROUP: Final = "ressursgruppe@example.org"
OFFICES: Final = (
    "\n  - {id: ressursgruppe-forskning, title: Ressursgruppe forskning, email: " + RESOURCE_GROUP + "}"
    "\n  - {id: ressursgruppe-gevinst, title: Ressursgruppe gevinst, email: gevinst@example.org}"
    "\n  - {id: ressursgruppe-implementering, title: Ressursgruppe innføring, email: innforing@example.org}"
)
"""Offices that answer or confirm at the gates."""
WAIVED: Final = "finansiering"
"""What programkontoret may waive at BP1: a study that is done within a unit's own means."""
_PHASES: Final = {
    PROJECT_WORKFLOW: ("ide", "konsept", "planlegge", "konsept", "ide", "planlegge", "gjennomfore"),
    RESEARCH: ("inntak", "forskning", "utproving", "inntak", "innforing"),
}
_BENEFITS: Final = [
    {
        "id": "natt",
        "title": "Færre fysiske tilsyn om natta",
        "kind": "frigjort_tid",
        "prioritised": True,
        "ambition": "Femti færre i uka",
        "due": "2026-12-31",
        "freed_fte": 1.5,
        "owner": group.email("boa"),
        "indicators": [{"id": "tilsyn", "title": "Tilsyn per natt", "unit": "tilsyn", "baseline": 79.0}],
    }
]
_COMMON: Final[Mapping[str, Any]] = {
    "strategy_link": "Strategi for helse og omsorg",
    "focus_area": "1",
    "priority": {
        "contribution": "Flere kan bo hjemme.",
        "utility": "Tryggere netter.",
        "resources": "Opplæring i to soner.",
        "order": "Etter nattplanen.",
    },
    "union_involvement": "Hovedtillitsvalgt er med.",
    "user_involvement": "Brukerrådet uttaler seg.",
    "benefits": _BENEFITS,
    "risks": [
        {"title": "Dårlig dekning", "kind": "trussel", "measures": "Måle først."},
        {"title": "Færre bilturer", "kind": "mulighet", "measures": "Måle kjøring."},
    ],
    "introduction_plan": "Én sone om gangen.",
    "change_load": "Én annen endring i sonene.",
    "technology_assessed": "Teknologien er tiltaket.",
    "benefit_assessment": "Regnet på tall fra to soner.",
    "closing_reason": "Behovet er borte.",
    "experience_carried_to": "Neste prosjekt.",
    "budget_plan_reference": "Kapittel 4",
    "assignment_reference": "Årsoppdrag 2026, punkt 3",
}
_FACTS: Final[Mapping[str, Mapping[str, Any]]] = {
    PROJECT_WORKFLOW: {
        **_COMMON,
        "problem": "Nattpatruljene rekker ikke over.",
        "goals": "Færre unødige tilsyn.",
        "success_signs": "Tallet på tilsyn går ned.",
        "cost_overview": "Lisenser og opplæring.",
        "cost_total": 1_200_000,
        "proposed_leader": LEADER,
        "alternatives": [
            {"title": "Fortsette som i dag", "is_null": True, "description": "Tilsynene øker."},
            {"title": "Digitalt tilsyn", "benefit_cost": "Færre turer.", "recommended": True},
        ],
        "plan": "Tre soner, én om gangen.",
        "goes_to_realisation": True,
        "result_documented": True,
    },
    RESEARCH: {
        **_COMMON,
        "research_kind": "bidragsforskning",
        "practice_near": "Ansatte og pårørende er med.",
        "knowledge_gap": "Vi vet ikke hva som virker.",
        "knowledge_gap_status": "Hullet er delvis tettet.",
        "knowledge_shared": "Delt med alle soner.",
        "documented_result": "Utprøvingen viste færre tilsyn.",
    },
}
_FUNDING: Final = {"funding": [{"type": "tilskudd", "amount": 200_000, "source": "Programmet"}]}


def import_real(db: Database, count: int) -> None:
    """That many projects of the two workflows, in turn, with nothing filled in but who they are."""
    for name in REAL:
        register_definition(db, text=loader.read(name), now=group.SET_UP)
    rows = []
    for number in range(count):
        workflow = REAL[number % len(REAL)]
        phases = _PHASES[workflow]
        roles = (
            {"utredningsleder": LEADER, "prosjektleder": LEADER, "prosjekteier": group.email("hjemme")}
            | {"gevinstansvarlig": group.email("boa")}
            if workflow == PROJECT_WORKFLOW
            else {"kontaktperson": LEADER, "ansvarlig_kommunalsjef": group.email("sykehjem")}
        )
        row = {
            "key": f"ekte-{number + 1}",
            "title": f"Ekte prosjekt {number + 1}",
            "workflow": workflow,
            "phase": phases[number // len(REAL) % len(phases)],
            "started_on": "2024-03-01",
            # Whoever stands further on was taken in long ago; no gate lets the others out of the first phase.
            "taken_in_on": "2024-02-01",
        }
        rows.append(row | roles)
    import_projects(db, sheet=sheet(rows), effective=SINCE, now=group.SET_UP)


def open_gate(db: Database, key: str, *, gate: str | None, waive: bool, now: datetime) -> str:
    """Fill in, add, answer and confirm all that a gate asks for; `waive` leaves out the money and has
    programkontoret waive it. Returns the gate's id.
    """
    day = local_date(now)
    with db.reading() as tx:
        checked = check_gate(tx, key=key, today=day, gate=gate)
        definition, known = checked.steered.definition, checked.facts
        holders = _holders(tx, definition, key, day)
    facts = {**_FACTS[definition.workflow], **({} if waive else _FUNDING)}
    missing = {name: value for name, value in facts.items() if name not in known}
    if missing:
        change_facts(db, key=key, changes=missing, by=LEADER, effective=day, now=now)
    at = definition.gate(checked.gate.id)
    for kind in at.papers:
        title = f"{kind} {now.isoformat()}"
        added = add_paper(
            db, key=key, kind=kind, title=title, content=title.encode(), ending=".txt", by=LEADER, now=now
        )
        assert not isinstance(added, Refused), added
    for criterion in at.criteria:
        if criterion.weight == "må" and criterion.attest is not None:
            _attest(db, key, at.id, criterion, holders, now)
    if waive:
        found = waive_criterion(
            db, key=key, gate=at.id, criterion=WAIVED, reason="Gjøres innen egen drift.", by=OFFICE, now=now
        )
        assert not isinstance(found, Refused), found
    check = _checked(db, key, at.id, day)
    assert check.open, [
        (one.id, one.reasons) for one in check.criteria if (one.weight, one.status) == ("må", "unmet")
    ]
    return at.id


def may_waive(db: Database, key: str, *, today: date) -> bool:
    """Whether a project stands before a gate whose money may be waived, and has none filled in."""
    with db.reading() as tx:
        checked = check_gate(tx, key=key, today=today)
    waivable = {one.id for one in checked.gate.criteria if one.waive_by}
    return WAIVED in waivable and "funding" not in checked.facts


def _attest(
    db: Database, key: str, gate: str, criterion: Criterion, holders: Mapping[str, str], now: datetime
) -> None:
    attest = criterion.attest
    assert attest is not None
    answered = answer_criterion(
        db,
        key=key,
        gate=gate,
        criterion=criterion.id,
        value=attest.accept[0],
        explanation="Det er gjort.",
        by=holders[attest.explain_by],
        now=now,
    )
    assert not isinstance(answered, Refused), answered
    if attest.confirm_by is not None:
        confirm_answer(db, key=key, gate=gate, criterion=criterion.id, by=holders[attest.confirm_by], now=now)


def _checked(db: Database, key: str, gate: str, today: date) -> GateCheck:
    with db.reading() as tx:
        return check_gate(tx, key=key, today=today, gate=gate).check


def _holders(tx: Connection, definition: Definition, key: str, day: date) -> dict[str, str]:
    """Who has each role and office that a workflow's questions name."""
    roles = {name: role.person for name, role in projects.roles(tx, key, on=day).items()}
    asked = {
        office
        for gate in definition.gates
        for one in gate.criteria
        if one.attest is not None
        for office in (one.attest.explain_by, one.attest.confirm_by)
        if office is not None and office not in roles
    }
    held = {office: people.office_holder(tx, office, on=day) for office in asked}
    return roles | {office: person.id for office, person in held.items() if person is not None}
