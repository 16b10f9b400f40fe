"""May a small project take two gates in one case, and nobody else?"""

from datetime import date, time
from typing import Any

import pytest

from demo import scene
from engine.core.programme.calendar import oslo
from engine.core.refusal import NotAllowed, Refused
from engine.queries.projects.check_gate import check_gate
from engine.store import cases, projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.conclude_case import Concluded, conclude_case
from engine.use_cases.cases.request_transition import NotReady, Opened, request_transition
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.change_facts import assign_role, change_facts

KEY = scene.PROJECT
NOW = oslo(date(2025, 1, 24), time(10))
CHAIR = "kommunaldirektor-ho@example.org"


@pytest.fixture
def office(db: Database) -> Database:
    scene.prepare(db)
    scene.fill_what_is_missing(db, now=NOW)
    return db


def change(db: Database, **facts: Any) -> None:
    change_facts(db, key=KEY, changes=facts, by=scene.OFFICE, effective=NOW.date(), now=NOW)


def ask(db: Database) -> Opened | Refused:
    return request_transition(
        db,
        key=KEY,
        gate="BP3",
        proposal="1. Prosjektet går rett til gjennomføring.",
        by=scene.STUDY_LEADER,
        handling="skriftlig",
        now=NOW,
    )


def make_ready(db: Database) -> None:
    benefits = [
        {
            **benefit,
            "due": "2026-12-31",
            "indicators": [{**one, "baseline_on": "2025-02-15"} for one in benefit.get("indicators", [])],
        }
        for benefit in scene.MISSING_FACTS["benefits"]
    ]
    risk = {"title": "For lite tid i sonene", "kind": "trussel", "probability": 3, "consequence": 3}
    change(
        db,
        size="liten",
        benefits=benefits,
        risks=[{**risk, "measures": "Fast tid til opplæring", "owner": scene.BENEFIT_OWNER}],
        plan="Sone for sone",
        introduction_plan="Opplæring i hver sone",
        technology_assessed="Teknologien er kjøpt og prøvd",
        change_load="Én sone om gangen",
        staff_capacity="Fagledere er satt av",
        benefit_assessment="Vurdert, beskrevet og målbare",
    )
    assign_role(
        db,
        key=KEY,
        role="prosjektleder",
        who=scene.STUDY_LEADER,
        valid_from=NOW.date(),
        by=scene.OFFICE,
        now=NOW,
    )
    for kind in ("styringsdokument", "gevinstrealiseringsplan"):
        add_paper(db, key=KEY, kind=kind, title=kind, content=b"x", ending=".txt", by=scene.OFFICE, now=NOW)


def test_a_project_that_is_not_small_takes_one_gate_at_a_time(office: Database) -> None:
    with pytest.raises(NotAllowed) as refused:
        ask(office)
    assert refused.value.code == "only_small_together"


def test_a_small_project_is_told_what_both_gates_lack(office: Database) -> None:
    change(office, size="liten", goals="")
    refused = ask(office)
    assert isinstance(refused, NotReady)
    unmet = {one.id for one in refused.check.criteria if one.weight == "må" and one.status == "unmet"}
    assert "mal" in unmet, "asked by BP2"
    assert "paper:styringsdokument" in unmet, "asked by BP3"


def test_one_decision_takes_a_small_project_through_both_gates(office: Database) -> None:
    make_ready(office)
    with office.reading() as tx:
        checked = check_gate(tx, key=KEY, gate="BP3", today=NOW.date()).check
    unmet = {one.id: [r.code for r in one.reasons] for one in checked.criteria if one.status == "unmet"}
    opened = ask(office)
    assert isinstance(opened, Opened), unmet
    with office.reading() as tx:
        state = cases.state(tx, opened.case)
    assert state is not None
    for seat in state.roll:
        cast_ballot(
            office,
            case=opened.case,
            person=str(seat["person"]),
            choice="godkjenn",
            version=1,
            nonce=f"{seat['seat']:-<32}"[:32],
            now=NOW,
        )
    with office.reading() as tx:
        project, log = projects.load(tx, KEY), projects.phases(tx, KEY)
        assert ledger.verify(tx).faults == ()
    assert project is not None
    assert project.phase == "gjennomfore"
    assert log[-1].case == opened.case


def test_a_refusal_leaves_a_small_project_where_it_was(office: Database) -> None:
    make_ready(office)
    opened = ask(office)
    assert isinstance(opened, Opened)
    concluded = conclude_case(
        office, case=opened.case, by=CHAIR, outcome="utsatt", wording="Vi venter på budsjettet", now=NOW
    )
    assert isinstance(concluded, Concluded)
    assert concluded.to_phase is None
