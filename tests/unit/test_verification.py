"""Is an unsound definition found out, with the place and an example of what would go wrong?"""

from functools import cache
from pathlib import Path

import pytest

from engine.core.facts import tree as facts
from engine.core.programme.checks import parse_programme
from engine.core.programme.model import Programme
from engine.core.refusal import Mistake
from engine.core.workflow import examples, verification
from engine.core.workflow.checks import parse_definition
from engine.core.workflow.definition import Definition
from engine.core.workflow.verification import spare_members, verify
from tests.unit.test_programme import SMALL as PROGRAMME
from tests.unit.wrong_files import edited, marked, placed

SOUND = """\
workflow: liten_vei
version: 1
title: Liten vei
kind: utviklingsprosjekt
roles: {leader: prosjektleder, owner: prosjekteier}
facts:
  - {id: chosen, title: Konsept er valgt, type: yes_no, by: prosjektleder}
phases:
  - {id: ide, title: Idé, reported_as: Konsept, start: true}
  - {id: arbeid, title: Arbeid, reported_as: Konsept}
  - {id: slutt, title: Slutt, reported_as: Avsluttet, end: true}
gates:
  - id: P1
    title: Begynne
    from: ide
    decided_by: gruppa
    outcomes: {godkjent: arbeid, ikke_godkjent: stay, avsluttet_uten_videreforing: slutt}
    criteria:
      - id: mal
        title: Målene er skrevet
        weight: må
        rule: has(project.goals)
        source: "1"
      - id: gevinster
        title: Gevinstene har frist
        weight: bør
        when: has(project.chosen) && project.chosen
        each: benefits.filter(b, has(b.prioritised) && b.prioritised)
        rule: has(item.due)
        source: "2"
      - id: enighet
        title: Alle er enige
        weight: må
        attest: {explain_by: prosjektleder, confirm_by: kontor, accept: [ja]}
        waive_by: kontor
        source: "3"
  - id: P2
    title: Avslutte
    from: arbeid
    decided_by:
      - {when: has(project.cost_total) && project.cost_total > 5000000, body: styret}
      - {body: gruppa}
    outcomes: {godkjent: slutt, sendt_tilbake: ide}
"""


@cache
def definition(text: str = SOUND) -> Definition:
    found = parse_definition(text)
    assert isinstance(found, Definition), found
    return found


@cache
def programme(text: str = PROGRAMME) -> Programme:
    found = parse_programme(text)
    assert isinstance(found, Programme), found
    return found


def test_a_sound_definition_has_nothing_said_against_it() -> None:
    assert verify(definition()) == ()
    assert verify(definition(), programme()) == ()


Edit = tuple[str, str]

SHORTCUT = "{id: ▸SNAR, title: Snarvei, from: ide, decided_by: gruppa, outcomes: {godkjent: arbeid}}"
OTHER_WAY = SHORTCUT.replace("▸", "").replace("from: ide", "from: ide, when: '!has(project.chosen)'")

# The mistake, and the edits of the sound definition that bring it about; the mark says where it is told.
UNSOUND: list[tuple[str, *tuple[Edit, ...]]] = [
    (
        "verification.unreachable_phase",
        ("  - {id: slutt,", "  - {id: ▸oy, title: Øy}\n  - {id: slutt,"),
        ("from: arbeid\n", "from: [arbeid, oy]\n"),
    ),
    (
        "verification.dead_end",
        ("  - {id: slutt,", "  - {id: ▸blindvei, title: Blindvei}\n  - {id: slutt,"),
        ("sendt_tilbake: ide", "sendt_tilbake: ide, godkjent_med_forutsetninger: blindvei"),
    ),
    (
        "verification.shortcut",
        ("  - id: P2\n", f"  - {SHORTCUT}\n  - id: P2\n"),
    ),
    ("verification.moved_without_approval", ("ikke_godkjent: stay", "ikke_godkjent: ▸arbeid")),
    (
        "verification.stop_is_no_end",
        ("avsluttet_uten_videreforing: slutt", "avsluttet_uten_videreforing: ▸arbeid"),
    ),
    ("verification.never_false", ("rule: has(project.goals)", "rule: ▸has(project.goals) || true")),
    ("verification.never_false", ("rule: has(project.goals)", "rule: ▸has(project.title)")),
    ("verification.never_false", ("rule: has(project.goals)", "rule: ▸size(benefits) >= 0")),
    ("verification.never_true", ("rule: has(project.goals)", "rule: ▸size(benefits) < 0")),
    (
        "verification.never_true",
        (
            "rule: has(project.goals)",
            'rule: ▸has(project.size) && project.size == "stor" && project.size == "liten"',
        ),
    ),
    ("verification.never_true", ("rule: has(item.due)", "rule: ▸has(item.prioritised) && !item.prioritised")),
    (
        "verification.never_true",
        ("when: has(project.chosen) &&", "when: ▸has(project.chosen) && !project.chosen &&"),
    ),
    (
        "verification.never_decided",
        (
            "rule: has(project.goals)",
            "rule: ▸timestamp(project.goals) < timestamp(project.plan)",
        ),
    ),
    (
        "verification.never_any_item",
        ("each: benefits.filter(b, has(b.prioritised) && b.prioritised)", "each: ▸benefits.filter(b, false)"),
    ),
    (
        "verification.never_true",
        ("has(project.cost_total) && project.cost_total > 5000000", "▸size(risks) < 0"),
    ),
    (
        "verification.nobody_decides",
        ("decided_by:\n", "▸decided_by:\n"),
        ("      - {body: gruppa}\n", "      - {when: size(risks) > 0, body: gruppa}\n"),
    ),
    ("verification.unknown_body", ("decided_by: gruppa", "decided_by: ▸grupa")),
    ("verification.unknown_body", ("- {body: gruppa}", "- {body: ▸grupa}")),
    ("verification.unknown_actor", ("confirm_by: kontor", "confirm_by: ▸kontroll")),
    ("verification.unknown_actor", ("waive_by: kontor", "waive_by: ▸kontoret")),
    ("verification.unknown_actor", ("by: prosjektleder}", "by: ▸sekretariatet}")),
    ("verification.unknown_actor", ("gates:\n", "override: {by: [kontor, ▸kontoret]}\ngates:\n")),
    (
        "verification.nobody_above",
        ("gates:\n", "▸override: {by: kontor}\ngates:\n"),
        ("- {body: gruppa}", "- {body: styret}"),
        ("decided_by: gruppa", "decided_by: styret"),
    ),
    ("verification.not_reported", ("reported_as: Konsept}", "reported_as: ▸Prosjekt}")),
    ("verification.other_kind", ("kind: utviklingsprosjekt", "kind: ▸forskningsprosjekt")),
]
CASES = [pytest.param(code, edits, id=f"{code} {number}") for number, (code, *edits) in enumerate(UNSOUND)]


def found_in(*edits: Edit) -> tuple[tuple[Mistake, ...], list[tuple[int, int]]]:
    text, places = marked(edited(SOUND, *edits))
    return verify(definition(text), programme()), places


@pytest.mark.parametrize(("code", "edits"), CASES)
def test_an_unsound_definition_is_found_out_at_its_place(code: str, edits: list[Edit]) -> None:
    mistakes, places = found_in(*edits)

    assert placed(mistakes) == [(code, *places[0])]
    for mistake in mistakes:
        assert set(mistake.data) == set(verification.CODES[mistake.code]), mistake


def test_every_code_of_verification_is_met_by_some_test() -> None:
    bodies = {"verification.too_few_members", "verification.no_absence_possible"}
    costs = {"verification.too_costly", "verification.gate_too_costly"}  # in test_cost

    assert set(verification.CODES) == {code for code, *_ in UNSOUND} | bodies | costs


def test_a_dead_end_is_told_with_the_way_that_leads_there() -> None:
    (mistake,), _ = found_in(
        ("  - {id: slutt,", "  - {id: blindvei, title: Blindvei}\n  - {id: slutt,"),
        ("sendt_tilbake: ide", "sendt_tilbake: ide, godkjent_med_forutsetninger: blindvei"),
    )

    assert mistake.data == {"phase": "blindvei", "route": "ide → arbeid → blindvei"}


def test_a_rule_that_cannot_be_false_is_told_with_a_project_that_shows_it() -> None:
    (mistake,), _ = found_in(("rule: has(project.goals)", "rule: size(risks) >= 0"))

    assert mistake.data["example"].startswith('{"risks": [')  # type: ignore[union-attr]
    assert mistake.data["tried"] == 300


def test_going_back_without_approval_is_allowed() -> None:
    assert verify(definition(edited(SOUND, ("sendt_tilbake: ide", "ikke_godkjent: ide")))) == ()


def test_two_gates_on_one_way_are_sound_when_each_has_its_condition() -> None:
    text = edited(
        SOUND,
        ("    from: ide\n", "    from: ide\n    when: has(project.chosen)\n"),
        ("  - id: P2\n", f"  - {OTHER_WAY}\n  - id: P2\n"),
    )

    assert verify(definition(text)) == ()


def test_what_depends_on_bodies_waits_for_a_programme() -> None:
    text = edited(SOUND, ("decided_by: gruppa", "decided_by: kommer_senere"))

    assert verify(definition(text)) == ()
    assert [mistake.code for mistake in verify(definition(text), programme())] == [
        "verification.unknown_body"
    ]


def test_a_body_at_the_top_must_be_able_to_spare_a_member() -> None:
    two = edited(
        PROGRAMME,
        ("    above: styret\n", ""),
        ("reports_to: direktor\n", "reports_to: sjef-to\n"),
    )
    mistakes = verify(definition(), programme(two))

    assert {(each.code, each.data["gate"], each.data["body"]) for each in mistakes} == {
        ("verification.no_absence_possible", "P1", "gruppa"),
        ("verification.no_absence_possible", "P2", "gruppa"),
    }
    assert spare_members(programme().body("styret")) == 1
    assert spare_members(programme(two).body("gruppa")) == 0


def test_a_body_whose_seats_are_held_by_too_few_cannot_decide_at_all() -> None:
    same = edited(PROGRAMME, ("name: Sjef to, email: sjef.to@", "name: Sjef en, email: sjef.en@"))
    mistakes = verify(definition(), programme(same))

    assert {each.code for each in mistakes} >= {"verification.too_few_members"}
    assert next(each.data for each in mistakes if each.code.endswith("members")) == {
        "gate": "P1",
        "body": "gruppa",
        "quorum": 2,
        "members": 1,
    }


def test_verifying_twice_gives_the_same_answer() -> None:
    text = edited(SOUND, ("rule: has(project.goals)", "rule: size(risks) >= 0"))

    assert verify(definition(text)) == verify(definition(text))


@pytest.mark.parametrize(
    "paths",
    [
        ["project.goals", "project.priority.order", "today"],
        ["benefits[].indicators[].baseline", "benefits[].due", "roles.prosjekteier.name"],
        ["benefits", "risks[].probability", "shared_with[]", "papers[].kind", "conditions[].blocks"],
    ],
)
def test_examples_are_projects_that_could_be(paths: list[str]) -> None:
    scope = facts.scope()
    naming = ['project.cost_total > 5 && today < "2025-01-31"']
    trees = list(examples.projects(paths, scope=scope, naming=naming, tries=40))

    assert len(trees) == 40
    for tree in trees:
        assert facts.check_tree(tree, scope) == (), tree


ROOT = Path(__file__).parents[2] / "workflows"


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "programmes").glob("*.yaml")))
def test_the_shipped_workflows_are_sound_in_the_programmes_that_use_them(name: str) -> None:
    used_in = programme((ROOT / "programmes" / f"{name}.yaml").read_text("utf-8"))

    for workflow in used_in.workflows.values():
        assert verify(definition((ROOT / f"{workflow}.yaml").read_text("utf-8")), used_in) == ()
