"""Do the shipped workflows and programmes say what the sources say, and can the story be played on them?"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from engine.core.facts import catalogue
from engine.core.facts import tree as facts_tree
from engine.core.programme.calendar import PLAIN, add_working_days
from engine.core.programme.checks import parse_programme
from engine.core.programme.model import Programme
from engine.core.workflow import criteria
from engine.core.workflow.checks import parse_definition
from engine.core.workflow.criteria import Answer, CriterionCheck, GateCheck
from engine.core.workflow.definition import Criterion, Definition

WORKFLOWS = Path(__file__).parents[2] / "workflows"
PROGRAMMES = WORKFLOWS / "programmes"
TODAY = date(2025, 1, 14)


@cache
def workflow(name: str) -> Definition:
    found = parse_definition((WORKFLOWS / f"{name}.yaml").read_bytes())
    assert isinstance(found, Definition), found
    return found


@cache
def programme(name: str) -> Programme:
    found = parse_programme((PROGRAMMES / f"{name}.yaml").read_bytes())
    assert isinstance(found, Programme), found
    return found


def answer(criterion: str, value: str = "ja", explanation: str = "Fordi.") -> Answer:
    return Answer(
        criterion=criterion,
        value=value,
        explanation=explanation,
        explained_by="1",
        explained_by_name="Utredningsleder",
        confirmed_by="2",
        confirmed_by_name="Programkontoret",
        round=1,
        gate="",
        on=TODAY,
    )


def checked(
    name: str,
    gate_id: str | None,
    values: Mapping[str, object],
    *,
    roles: Iterable[str] = (),
    papers: Iterable[str] = (),
    answers: Iterable[Answer] = (),
    conditions: Iterable[Mapping[str, object]] = (),
) -> GateCheck:
    """The gate's check on a project with these facts; `gate_id` None is being taken in."""
    definition = workflow(name)
    gate = definition.gate(gate_id) if gate_id else definition.intake
    assert gate is not None
    tree = facts_tree.tree(
        values,
        key="prosjekt",
        title="Prosjektet",
        phase=definition.gate(gate_id).from_phases[0] if gate_id else definition.start.id,
        roles={role: {"name": "Navn", "office": "Stilling"} for role in roles},
        papers=[{"kind": kind, "title": kind, "on": "2025-01-10"} for kind in papers],
        conditions=list(conditions),
        today=TODAY,
        own_fields=definition.own_fields(),
    )
    return criteria.check(
        gate,
        definition=definition,
        facts=tree,
        answers={each.criterion: each for each in answers},
        earlier={},
        waivers={},
    )


def named(check: GateCheck, id_: str) -> CriterionCheck:
    return next(each for each in check.criteria if each.id == id_)


def open_ones(check: GateCheck, weight: str) -> set[str]:
    return {each.id for each in check.criteria if each.weight == weight and each.status == "unmet"}


def sentences(check: GateCheck, weight: str) -> list[str]:
    return [
        str(reason.data["text"])
        for each in check.criteria
        if each.weight == weight and each.status == "unmet"
        for reason in each.reasons
        if reason.code == "criterion.otherwise"
    ]


def all_criteria(definition: Definition) -> list[Criterion]:
    own = definition.intake.criteria if definition.intake else ()
    return [*own, *(criterion for gate in definition.gates for criterion in gate.criteria)]


# --- every file ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_workflow_parses_and_every_criterion_tells_what_to_do(path: Path) -> None:
    definition = workflow(path.stem)
    assert definition.workflow == path.stem
    silent = [each.id for each in all_criteria(definition) if not each.help or not each.source]
    assert silent == []
    # What can stop or be shown to the deciders has a sentence of its own; a missing paper has the engine's.
    mute = [
        each.id
        for each in all_criteria(definition)
        if each.weight != "tips" and each.kind != "paper" and not each.otherwise
    ]
    assert mute == []


@pytest.mark.parametrize("path", sorted(PROGRAMMES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_programme_names_workflows_bodies_and_offices_that_exist(path: Path) -> None:
    found = programme(path.stem)
    offices = {each.id for each in found.offices}
    roles = {id_ for id_, _ in catalogue.ROLES}
    for name in found.workflows.values():
        definition = workflow(name)
        deciders = {each.body for gate in definition.gates for each in gate.decided_by}
        assert deciders <= {body.id for body in found.bodies}
        actors: set[str] = set()
        for each in all_criteria(definition):
            actors.update(each.waive_by)
            for question in (each.attest, each.score):
                if question:
                    actors.update({question.explain_by, question.confirm_by or question.explain_by})
        assert actors <= offices | roles
        assert {phase.reported_as for phase in definition.phases} - {None} <= set(found.reported_as)


# --- Prosjektveiviseren, as the story needs it -----------------------------------------------------------

INDICATOR = {"id": "tilsyn", "title": "Tilsyn per natt", "unit": "tilsyn", "baseline_on": "2025-03-01"}
NIGHT = {
    "id": "natt",
    "title": "Færre fysiske tilsyn om natta",
    "kind": "frigjort_tid",
    "indicators": [INDICATOR],
}
SAFETY = {
    "id": "trygghet",
    "title": "Økt trygghet",
    "kind": "kvalitet",
    "indicators": [{**INDICATOR, "id": "t"}],
}
NULL = {"title": "Fortsette som i dag", "is_null": True, "description": "Tilsynene øker."}
CHOSEN = {"title": "Digitalt tilsyn", "description": "…", "benefit_cost": "Færre turer.", "recommended": True}
CONCEPT: Mapping[str, object] = {
    "problem": "Nattpatruljene rekker ikke over.",
    "goals": "Færre unødige tilsyn.",
    "success_signs": "Tallet på tilsyn går ned.",
    "cost_overview": "Lisenser og opplæring.",
    "cost_total": 1_200_000,
    "union_involvement": "Med i gruppa.",
    "user_involvement": "Brukerrådet er spurt.",
    "proposed_leader": "prosjektleder@example.org",
    "benefits": [NIGHT, SAFETY],
    "alternatives": [NULL, CHOSEN],
}
OWNERS = ("prosjekteier", "gevinstansvarlig")


def bp2(values: Mapping[str, object]) -> GateCheck:
    return checked(
        "prosjektveiviseren",
        "BP2",
        values,
        roles=OWNERS,
        papers=["prosjektforslag"],
        answers=[answer("leangen")],
    )


def test_a_ready_concept_meets_eleven_of_eleven_and_leaves_one_open_for_the_deciders() -> None:
    check = bp2(CONCEPT)
    assert check.open
    summary = criteria.summary(check)
    assert (summary.must_met, summary.must_total) == (11, 11)
    assert sentences(check, "bør") == ["Nytte/kost er beskrevet, ikke beregnet"]
    assert open_ones(check, "bør") == {"nytte-kost-beregnet"}


@pytest.mark.requirement("001-52", "000-59")
def test_the_three_gaps_of_the_concept_are_told_at_once() -> None:
    gaps = {
        "benefits": [{**NIGHT, "indicators": []}, SAFETY],
        "alternatives": [{"title": "Fortsette som i dag", "is_null": True}, CHOSEN],
        "union_involvement": "",
    }
    check = bp2({**CONCEPT, **gaps})
    assert not check.open
    assert sorted(sentences(check, "må")) == [
        "Det er ikke avklart hvordan tillitsvalgte og brukere involveres",
        "Gevinstmålet «Færre fysiske tilsyn om natta» mangler måleindikator",
        "Nullalternativet er ikke beskrevet",
    ]


@pytest.mark.requirement("002-09", "002-10", "002-11", "002-12")
@pytest.mark.parametrize(
    ("fact", "criterion"),
    [
        ("problem", "problem"),
        ("goals", "mal"),
        ("success_signs", "mal"),
        ("alternatives", "alternativer"),
        ("cost_overview", "kostnad"),
        ("cost_total", "kostnad"),
    ],
)
def test_no_planning_starts_without_problem_goals_alternatives_and_cost(fact: str, criterion: str) -> None:
    check = bp2({key: value for key, value in CONCEPT.items() if key != fact})
    assert criterion in open_ones(check, "må")


PLAN: Mapping[str, object] = {
    **CONCEPT,
    "plan": "Tre soner, én om gangen.",
    "introduction_plan": "Alle soner i 2026.",
    "change_load": "Én annen endring i sonene.",
    "technology_assessed": "Teknologien er tiltaket.",
    "benefits": [
        {
            **NIGHT,
            "prioritised": True,
            "ambition": "50",
            "due": "2026-12-31",
            "freed_fte": 3.0,
            "owner": "a@example.org",
        },
        {
            "id": "kjoretid",
            "title": "Spart kjøretid",
            "prioritised": True,
            "ambition": "En time per natt",
            "due": "2026-12-31",
            "freed_fte": 1.5,
            "owner": "a@example.org",
            "indicators": [{**INDICATOR, "id": "tid", "baseline": 79.0}],
        },
        SAFETY,
    ],
    "risks": [{"title": "Dårlig dekning", "kind": "trussel", "measures": "Måle først."}],
}


def bp3(values: Mapping[str, object], conditions: Iterable[Mapping[str, object]] = ()) -> GateCheck:
    return checked(
        "prosjektveiviseren",
        "BP3",
        values,
        roles=OWNERS,
        papers=["styringsdokument", "gevinstrealiseringsplan"],
        conditions=conditions,
    )


@pytest.mark.requirement("001-53")
def test_the_project_that_lacks_one_deadline_is_told_that_and_nothing_else() -> None:
    benefits = PLAN["benefits"]
    assert isinstance(benefits, list)
    drive = {key: value for key, value in benefits[1].items() if key != "due"}
    check = bp3({**PLAN, "benefits": [benefits[0], drive, benefits[2]]})
    summary = criteria.summary(check)
    assert (summary.must_met, summary.must_total) == (12, 13)
    assert sentences(check, "må") == ["Gevinstmålet «Spart kjøretid» mangler tidsfrist"]
    assert bp3(PLAN).open


@pytest.mark.requirement("001-53")
@pytest.mark.parametrize(
    ("gap", "criterion"),
    [
        ({"prioritised": False}, "gevinstmal-indikator"),
        ({"indicators": []}, "gevinstmal-indikator"),
        ({"ambition": ""}, "gevinstmal-ambisjon"),
        ({"due": ""}, "gevinstmal-tidsfrist"),
    ],
)
def test_delivery_needs_ranked_goals_with_indicator_ambition_and_deadline(
    gap: Mapping[str, object], criterion: str
) -> None:
    benefits = PLAN["benefits"]
    assert isinstance(benefits, list)
    check = bp3({**PLAN, "benefits": [{**benefits[0], **gap}]})
    assert criterion in open_ones(check, "må")


@pytest.mark.requirement("002-13", "001-21", "001-34", "000-23")
@pytest.mark.parametrize(
    ("values", "criterion"),
    [
        ({"plan": ""}, "plan"),
        ({"introduction_plan": ""}, "innforing"),
        ({"change_load": ""}, "endringsmengde"),
        ({"technology_assessed": ""}, "teknologi-vurdert"),
        ({"benefits": [NIGHT]}, "frigjorte-arsverk"),
        ({"risks": []}, "risiko"),
    ],
)
def test_delivery_needs_a_plan_an_estimate_and_a_look_at_load_technology_and_risk(
    values: Mapping[str, object], criterion: str
) -> None:
    assert criterion in open_ones(bp3({**PLAN, **values}), "må")


def test_a_condition_that_blocks_keeps_the_next_gate_shut_until_it_is_settled() -> None:
    condition = {"gate": "BP2", "text": "Nullpunkt i to soner", "blocks": True, "settled": False}
    assert sentences(bp3(PLAN, [condition]), "må") == [
        "Forutsetningen «Nullpunkt i to soner» fra BP2 er ikke oppfylt"
    ]
    assert bp3(PLAN, [{**condition, "settled": True}]).open
    assert bp3(PLAN, [{**condition, "blocks": False}]).open


@pytest.mark.requirement("002-14")
def test_a_change_with_political_consequence_cannot_close_without_the_political_case() -> None:
    marked = {**PLAN, "political_consequence": True}
    assert "politisk-sak" in open_ones(bp3(marked), "bør")
    assert "politisk-sak" in open_ones(checked("prosjektveiviseren", "BP5", marked), "må")
    decided = {**marked, "political_case": "Sak 12/25"}
    assert "politisk-sak" not in open_ones(checked("prosjektveiviseren", "BP5", decided), "må")


@pytest.mark.requirement("000-31", "000-32", "000-33", "000-34", "000-35", "000-36", "000-43")
def test_being_taken_in_asks_the_six_priority_questions_and_for_measurable_benefits() -> None:
    nothing = checked("prosjektveiviseren", None, {})
    six = {"leangen", "bidrag", "innsatsomrade", "nytteverdi", "ressursbruk", "rekkefolge"}
    benefits = {"gevinster-vurdert", "gevinster-beskrevet", "gevinster-malbare"}
    assert six | benefits | {"planer"} == open_ones(nothing, "må")
    everything = {
        "strategy_link": "Helse- og omsorgsplanen",
        "focus_area": "4",
        "benefit_assessment": "Regnet på tre soner.",
        "benefits": [NIGHT],
        "priority": {
            "contribution": "Mye",
            "utility": "Tryggere netter",
            "resources": "Ja",
            "order": "Først",
        },
    }
    answers = [answer("leangen"), answer("gevinster-malbare")]
    assert checked("prosjektveiviseren", None, everything, answers=answers).open


@pytest.mark.requirement("000-26", "000-27")
@pytest.mark.parametrize("name", ["prosjektveiviseren", "forskningsloypa"])
def test_every_project_must_accord_with_the_platform_and_an_adopted_plan(name: str) -> None:
    first = workflow(name).gates[0].id
    assert {"leangen", "planer"} <= open_ones(checked(name, first, {}), "må")
    met = checked(name, first, {"strategy_link": "Planen"}, answers=[answer("leangen")])
    assert not {"leangen", "planer"} & open_ones(met, "må")
    refused = checked(name, first, {}, answers=[answer("leangen", value="nei")])
    assert "leangen" in open_ones(refused, "må")


@pytest.mark.requirement("000-44")
def test_a_project_closes_only_when_group_and_owner_both_agree() -> None:
    both = {"enige-om-innforing", "enige-om-gevinster"}
    agreed = checked("prosjektveiviseren", "BP5", PLAN, answers=[answer(each) for each in both])
    assert not both & open_ones(agreed, "må")
    for each in both:
        alone = answer(each)
        unconfirmed = Answer(
            **{name: getattr(alone, name) for name in alone.__slots__ if not name.startswith("confirmed")},
            confirmed_by=None,
            confirmed_by_name=None,
        )
        check = checked("prosjektveiviseren", "BP5", PLAN, answers=[unconfirmed])
        assert each in open_ones(check, "må")


def test_a_project_that_is_not_realised_must_say_why_and_where_the_experience_goes() -> None:
    without = {**PLAN, "goes_to_realisation": False}
    check = checked("prosjektveiviseren", "BP5", without)
    assert "grunn-uten-realisering" in open_ones(check, "må")
    assert named(check, "enige-om-gevinster").status == "not_applicable"
    told = {**without, "closing_reason": "For små gevinster.", "experience_carried_to": "Linja prøver selv."}
    assert "grunn-uten-realisering" not in open_ones(checked("prosjektveiviseren", "BP5", told), "må")
    assert workflow("prosjektveiviseren").gate("BP5").outcomes["avsluttet_uten_realisering"] == "avsluttet"


@pytest.mark.requirement("000-29")
def test_a_documented_result_must_be_in_both_plan_and_yearly_assignment() -> None:
    documented = {"result_documented": True, "budget_plan_reference": "Kapittel 4"}
    assert "innarbeidet" in open_ones(checked("prosjektveiviseren", "BP6", documented), "må")
    both = {**documented, "assignment_reference": "Punkt 2"}
    assert "innarbeidet" not in open_ones(checked("prosjektveiviseren", "BP6", both), "må")
    neither = checked("forskningsloypa", "FP3", {})
    assert {"handlingsplan", "arsoppdrag"} <= open_ones(neither, "må")


def test_a_concept_can_be_stopped_without_being_ready_for_planning() -> None:
    assert open_ones(checked("prosjektveiviseren", "STANS", {}), "må") == {"grunn", "erfaringer"}
    told = {"closing_reason": "Lite aktivitet.", "experience_carried_to": "Boligmatrisen"}
    assert checked("prosjektveiviseren", "STANS", told).open


@pytest.mark.requirement("000-72", "000-80")
@pytest.mark.parametrize("name", ["prosjektveiviseren", "forskningsloypa"])
def test_the_steering_group_decides_every_gate_of_both_models(name: str) -> None:
    assert name in programme("trondheim").workflows.values()
    assert {each.body for gate in workflow(name).gates for each in gate.decided_by} == {"styringsgruppa"}


def test_no_gate_blocks_on_a_mere_checklist() -> None:
    for gate in workflow("prosjektveiviseren").gates:
        assert [
            each.id
            for each in gate.criteria
            if each.weight == "må" and each.source.startswith("prosjektveiviseren")
        ] == []


# --- forskningsløypa --------------------------------------------------------------------------------------


@pytest.mark.requirement("000-21")
@pytest.mark.parametrize("value", ["ja", "nei"])
def test_health_economics_may_be_declined_but_not_without_a_reason(value: str) -> None:
    reasoned = checked("forskningsloypa", "FP0", {}, answers=[answer("helseokonomi", value=value)])
    assert named(reasoned, "helseokonomi").status == "met"
    bare = checked(
        "forskningsloypa", "FP0", {}, answers=[answer("helseokonomi", value=value, explanation="")]
    )
    assert named(bare, "helseokonomi").status == "unmet"


@pytest.mark.requirement("000-40")
def test_commissioned_research_is_a_warning_and_not_a_stop() -> None:
    check = checked("forskningsloypa", "FP0", {"research_kind": "oppdragsforskning"})
    assert "bidragsforskning" in open_ones(check, "bør")
    wanted = checked("forskningsloypa", "FP0", {"research_kind": "bidragsforskning"})
    assert "bidragsforskning" not in open_ones(wanted, "bør")


@pytest.mark.requirement("000-58")
def test_children_are_heard_where_research_touches_them() -> None:
    assert named(checked("forskningsloypa", "FP0", {}), "barn-hort").status == "not_applicable"
    assert "barn-hort" in open_ones(checked("forskningsloypa", "FP0", {"affects_children": True}), "må")


@pytest.mark.requirement("000-76", "000-77")
def test_research_needs_its_area_head_and_contact_person_and_the_report_to_the_resource_group() -> None:
    check = checked("forskningsloypa", "FP0", {})
    assert {"ansvarlig-kommunalsjef", "kontaktperson"} <= open_ones(check, "må")
    assert "paper:rapport" in open_ones(checked("forskningsloypa", "FP1", {}), "må")


# --- the programmes -----------------------------------------------------------------------------------------


@pytest.mark.requirement("000-64", "000-70")
def test_trondheim_has_its_board_of_three_and_its_steering_group_of_eight() -> None:
    found = programme("trondheim")
    board, group = found.body("programstyret"), found.body("styringsgruppa")
    assert [seat.office for seat in board.seats] == [
        "Kommunaldirektør helse og omsorg",
        "Kommunaldirektør sosiale tjenester",
        "Kommunaldirektør finans",
    ]
    assert board.seat(board.leader).office == "Kommunaldirektør helse og omsorg"
    assert len(group.seats) == 8
    assert group.quorum == 5
    directors = [seat.id for seat in group.seats if seat.office.startswith("Kommunaldirektør")]
    heads = [seat for seat in group.seats if seat.office.startswith("Kommunalsjef")]
    assert len(directors) == 2
    assert {seat.reports_to for seat in heads} == set(directors)


@pytest.mark.requirement("000-15", "000-16", "000-17", "001-05")
def test_five_focus_areas_in_2024_become_two_strategies_with_seven() -> None:
    found = programme("trondheim")
    before = found.taxonomy_on("innsatsomrader", date(2024, 12, 31))
    after = found.taxonomy_on("strategier", date(2025, 6, 30))
    assert before is not None
    assert after is not None
    assert [term.code for term in before.terms] == ["1", "2", "3", "4", "5"]
    assert [(term.code, len(term.terms)) for term in after.terms] == [("hs1", 4), ("hs2", 3)]
    assert found.taxonomy_on("strategier", date(2024, 12, 31)) is None
    assert found.taxonomy_on("innsatsomrader", date(2025, 6, 30)) is None


def test_reports_are_due_ten_working_days_after_the_tertial() -> None:
    for period in programme("trondheim").periods:
        assert period.report_due == add_working_days(period.to_day, 10, PLAIN), period.id


@pytest.mark.requirement("004-47")
def test_unions_sit_in_the_board_of_oslo_plus() -> None:
    offices = [seat.office for seat in programme("osloplus").body("programstyret").seats]
    assert len(offices) == 10
    assert {"Norsk Sykepleierforbund", "Fagforbundet"} <= set(offices)
    assert sum(office.startswith("Bydelsdirektør") for office in offices) == 3


@pytest.mark.requirement("003-13")
def test_the_committee_of_chief_executives_decides_in_lakseregionen() -> None:
    found = programme("lakseregionen")
    assert len(found.body("kdu").seats) == 10
    gates = workflow(found.workflows["utviklingsprosjekt"]).gates
    assert {each.body for gate in gates for each in gate.decided_by} == {"kdu"}


FUNDED: Mapping[str, object] = {
    "theme": "Tidlig innsats",
    "benefit_assessment": "Regnet i to bydeler.",
    "benefits": [NIGHT],
    "cocreation_plan": "Med høgskolen.",
    "user_involvement": "Seniorer er med.",
    "sharing_plan": "Åpne dager.",
    "project_number": "P-7",
    "partners": ["Bydel A", "Bydel B"],
}
AGREED = (answer("innovasjonshoyde", value="2"), answer("overforbart"))


def oslo(values: Mapping[str, object], answers: Iterable[Answer] = AGREED) -> GateCheck:
    return checked("oslopluss_prosjekt", "INNTAK", values, papers=["prosjektsoknad"], answers=answers)


@pytest.mark.requirement(
    "004-35", "004-36", "004-37", "004-38", "004-39", "004-40", "004-41", "004-42", "004-43"
)
def test_each_of_the_nine_conditions_for_funding_can_stop_a_project_alone() -> None:
    assert oslo(FUNDED).open
    stopped: set[str] = set()
    for gap in FUNDED:
        stopped |= open_ones(oslo({name: value for name, value in FUNDED.items() if name != gap}), "må")
    stopped |= open_ones(oslo({**FUNDED, "partners": ["Bydel A"]}), "må")
    for kept in AGREED:
        stopped |= open_ones(oslo(FUNDED, [kept]), "må")
    assert len(stopped) == 9
    assert "innovasjonshoyde" in open_ones(
        oslo(FUNDED, [answer("innovasjonshoyde", value="1"), AGREED[1]]), "må"
    )


PREPARED: Mapping[str, object] = {
    "working_group_started_on": "2023-01-16",
    "sketch_ready_on": "2023-04-28",
    "pilots": ["Lederprogram"],
    "enrolled": ["Kommune A", "Kommune B"],
    "grant_application_on": "2023-06-12",
    "first_workshop_on": "2023-04-04",
    "second_workshop_on": "2023-10-10",
}


@pytest.mark.requirement("003-07", "003-20", "003-21", "003-23", "003-25")
@pytest.mark.parametrize(
    ("late", "criterion"),
    [
        ({"working_group_started_on": ""}, "arbeidsgruppe-i-gang"),
        ({"sketch_ready_on": "2023-05-02"}, "skisse-klar"),
        ({"grant_application_on": "2023-07-01"}, "soknad-sendt"),
        ({"pilots": []}, "pilot-valgt"),
        ({"enrolled": []}, "paameldte"),
    ],
)
def test_milestones_of_the_pre_project_are_points_to_stop_at(
    late: Mapping[str, object], criterion: str
) -> None:
    assert checked("forprosjekt", "PILOT", PREPARED, papers=["delrapport"]).open
    assert open_ones(checked("forprosjekt", "PILOT", {**PREPARED, **late}, papers=["delrapport"]), "må") == {
        criterion
    }
    assert open_ones(checked("forprosjekt", "PILOT", PREPARED), "må") == {"paper:delrapport"}
