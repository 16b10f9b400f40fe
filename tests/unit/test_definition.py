"""Does a workflow text become a definition, and is everything wrong with one told, with its place?"""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from engine.core.facts import catalogue
from engine.core.files import shape, yaml_source
from engine.core.files.shape import text_in
from engine.core.refusal import Mistake
from engine.core.rules import compile as rules
from engine.core.workflow import checks, definition
from engine.core.workflow.checks import json_schema, parse_definition
from engine.core.workflow.definition import Definition
from tests.unit.wrong_files import edited, marked, placed

SMALL = """\
workflow: liten_vei
version: 2
title: {nb: Liten vei, nn: Liten veg}
kind: utviklingsprosjekt
roles: {leader: [prosjektleder], owner: prosjekteier}
paper_kinds:
  - {id: plan, title: Plan}
facts:
  - id: chosen
    title: Konsept er valgt
    type: yes_no
    by: utredningsleder
    from: arbeid
  - {id: route, title: Vei videre, type: choice, choices: [kort, lang]}
phases:
  - {id: ide, title: Idé, reported_as: null, start: true}
  - {id: arbeid, title: Arbeid, reported_as: Prosjekt, parts: true}
  - {id: slutt, title: Slutt, reported_as: Avsluttet, end: true}
gates:
  - id: P1
    title: Begynne
    from: ide
    decided_by: gruppa
    outcomes: {godkjent: arbeid, ikke_godkjent: stay}
    papers: [plan]
    criteria:
      - id: mal
        title: Målene er skrevet
        weight: må
        rule: has(project.goals)
        otherwise: Målene for {project.title} mangler
        fill: [goals]
        source: "1"
      - id: gevinster
        title: Gevinstene har frist
        weight: bør
        each: benefits.filter(b, has(b.kind))
        at_least: 1
        rule: has(item.due)
        otherwise: Gevinsten «{item.title}» mangler frist
        source: "2"
      - id: enighet
        title: Alle er enige
        weight: må
        attest: {explain_by: prosjektleder, confirm_by: programkontor, accept: [ja]}
        source: "3"
  - id: P2
    title: Avslutte
    from: [arbeid]
    when: has(project.chosen)
    decided_by:
      - {when: has(project.size), body: gruppa}
      - {body: styret}
    outcomes: {godkjent: slutt, sendt_tilbake: stay, utsatt: next_part}
    combined: [P1]
    criteria:
      - id: verdi
        title: Verdien er stor nok
        weight: tips
        score: {scale: [0, 1, 2], threshold: 2, explain_by: prosjektleder}
        source: "4"
      - id: rapport
        title: Rapport er lagt ved
        weight: bør
        paper: plan
        waive_by: [programkontor]
        source: "5"
"""


def refused(text: str) -> tuple[Mistake, ...]:
    found = parse_definition(text)
    assert not isinstance(found, Definition), "the text was taken as a definition"
    return found


def parsed(text: str) -> Definition:
    found = parse_definition(text)
    assert isinstance(found, Definition), found
    return found


def test_a_sound_text_becomes_a_definition_that_can_be_asked() -> None:
    workflow = parsed(SMALL)

    assert (workflow.workflow, workflow.version, workflow.start.id) == ("liten_vei", 2, "ide")
    assert text_in(workflow.title, "nn") == "Liten veg"
    assert text_in(workflow.title, "en") == "Liten vei", (
        "a language without a translation falls back to bokmål"
    )
    assert workflow.gate("P1").from_phases == ("ide",)
    assert [decider.body for decider in workflow.gate("P2").decided_by] == ["gruppa", "styret"]
    kinds = [each.kind for gate in workflow.gates for each in gate.criteria]
    assert kinds == ["rule", "each", "attest", "score", "paper"]
    attest = workflow.gate("P1").criterion("enighet").attest
    assert attest is not None
    assert [choice.id for choice in attest.choices] == ["ja", "nei"]
    assert [field.name for field in workflow.own_fields()] == ["chosen", "route"]
    with pytest.raises(KeyError):
        workflow.gate("P9")


def test_the_same_text_gives_the_same_digest_whatever_its_line_ends() -> None:
    workflow = parsed(SMALL)

    assert parsed(SMALL.replace("\n", "\r\n")).digest == workflow.digest
    assert parsed(SMALL.replace("version: 2", "version: 3")).digest != workflow.digest
    assert workflow.text == SMALL
    assert len(workflow.digest) == 64


def test_a_definition_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parsed(SMALL).version = 3


Edit = tuple[str, str]

# The mistake, and the edits of the sound text that bring it about; the mark says where it is to be told.
WRONG: list[tuple[str, *tuple[Edit, ...]]] = [
    ("shape.unknown_key", ("version: 2", "▸verson: 2")),
    ("shape.wrong_kind", ("version: 2", "version: ▸to")),
    ("shape.too_small", ("version: 2", "version: ▸0")),
    ("shape.wrong_kind", ("version: 2", 'version: ▸"2"')),
    ("shape.id", ("workflow: liten_vei", "workflow: ▸Liten vei")),
    ("shape.needs_quotes", ("title: Begynne", "title: ▸2025")),
    ("shape.no_value", ("title: Begynne", "▸title:")),
    ("shape.blank", ("title: Begynne", 'title: ▸"  "')),
    ("shape.unknown_key", ("title: Begynne", "title: {▸sv: Börja, nb: Begynne}")),
    ("shape.missing_key", ("title: Begynne", "title: ▸{nn: Byrje}")),
    ("shape.wrong_kind", ("title: Begynne", "title: ▸[Begynne]")),
    ("shape.not_allowed", ("kind: utviklingsprosjekt", "kind: ▸utviklingprosjekt")),
    ("shape.not_allowed", ("leader: [prosjektleder]", "leader: [▸prosjektlder]")),
    ("shape.not_allowed", ("reported_as: Prosjekt,", "reported_as: ▸prosjekt,")),
    ("shape.wrong_kind", ("parts: true", "parts: ▸ja")),
    ("definition.unknown_phase", ("from: ide\n", "from: ▸idea\n")),
    ("definition.unknown_phase", ("from: [arbeid]", "from: [arbeid, ▸arbied]")),
    ("definition.gate_from_end", ("from: [arbeid]", "from: [arbeid, ▸slutt]")),
    ("definition.unknown_phase", ("    from: arbeid\n  - {id: r", "    from: ▸nei\n  - {id: r")),
    ("definition.unknown_target", ("godkjent: arbeid,", "godkjent: ▸arbeide,")),
    ("shape.not_allowed", ("{godkjent: arbeid, ikke", "{▸godkjendt: arbeid, ikke")),
    ("definition.gate_leads_nowhere", ("outcomes: {godkjent: arbeid, ", "▸outcomes: {godkjent: stay, ")),
    ("definition.no_parts", ("ikke_godkjent: stay", "ikke_godkjent: ▸next_part")),
    ("definition.unknown_paper", ("papers: [plan]", "papers: [▸planen]")),
    ("definition.unknown_paper", ("paper: plan", "paper: ▸plann")),
    ("definition.unknown_gate", ("combined: [P1]", "combined: [▸P3]")),
    (
        "definition.unknown_gate",
        ("gates:\n", "intake: {title: Tatt inn, required_at: [P1, ▸P3]}\ngates:\n"),
    ),
    ("definition.unknown_role", ("gates:\n", "override: {by: ▸prosjekteir}\ngates:\n")),
    ("shape.not_allowed", ("gates:\n", "override: {by: kontor, only: ▸nedover}\ngates:\n")),
    ("definition.combined_itself", ("combined: [P1]", "combined: [▸P2]")),
    ("definition.combined_apart", ("papers: [plan]", "combined: [▸P2]")),
    ("definition.duplicate_id", ("- id: P2", "- id: ▸P1")),
    ("definition.duplicate_id", ("- id: gevinster", "- id: ▸mal")),
    ("definition.duplicate_id", ("choices: [kort, lang]", "choices: [kort, ▸kort]")),
    ("definition.same_id_other_question", ("- id: verdi", "- id: ▸enighet")),
    ("definition.no_start_phase", (", start: true", ""), ("phases:\n", "▸phases:\n")),
    ("definition.second_start_phase", ("parts: true", "▸start: true")),
    ("definition.no_end_phase", (", end: true", ""), ("phases:\n", "▸phases:\n")),
    ("definition.start_is_end", ("start: true", "start: true, ▸end: true")),
    ("definition.reserved_phase", ("id: arbeid,", "id: ▸stay,")),
    ("definition.fact_name_taken", ("- id: chosen", "- id: ▸benefits")),
    ("definition.fact_name_taken", ("- id: chosen", "- id: ▸in")),
    ("shape.not_allowed", ("type: yes_no", "type: ▸ja_nei")),
    ("definition.choices_missing", ("type: yes_no", "type: ▸choice")),
    ("definition.choices_misplaced", ("type: choice, choices:", "type: text, ▸choices:")),
    ("definition.unknown_role", ("by: utredningsleder", "by: ▸utredningslder")),
    ("definition.unknown_role", ("explain_by: prosjektleder, c", "explain_by: ▸prosjektlder, c")),
    ("definition.no_kind", ("        paper: plan\n", ""), ("- id: rapport", "- ▸id: rapport")),
    (
        "definition.several_kinds",
        ("        paper: plan", "        paper: plan\n        ▸rule: has(project.plan)"),
    ),
    (
        "definition.only_with",
        ("        rule: has(item.due)\n        otherwise: Gevinsten «{item.title}» mangler frist\n", ""),
        ("each: benefits", "▸each: benefits"),
    ),
    ("definition.only_with", ("        paper: plan", "        paper: plan\n        ▸at_least: 1")),
    ("definition.not_together", ("at_least: 1", "at_least: 1\n        ▸may_be_empty: true")),
    ("definition.not_a_choice", ("accept: [ja]", "accept: [▸jaa]")),
    ("definition.scale_order", ("scale: [0, 1, 2]", "scale: ▸[0, 2, 1]")),
    ("definition.threshold_off_scale", ("threshold: 2", "threshold: ▸3")),
    ("definition.unknown_fact", ("fill: [goals]", "fill: [▸gaols]")),
    ("definition.unknown_fact", ("fill: [goals]", "fill: [▸roles.prosjektlder]")),
    ("rule.unknown_path", ("rule: has(project.goals)", "rule: has(project.▸gaols)")),
    ("rule.unknown_path", ("rule: has(item.due)", "rule: has(item.▸dum)")),
    ("rule.syntax", ("rule: has(project.goals)", "rule: has(project.goals) && ▸)")),
    ("rule.unknown_path", ("when: has(project.size)", "when: has(project.▸sise)")),
    (
        "rule.unknown_path",
        ("otherwise: Målene for {project.title}", "otherwise: Målene for ▸{project.titel}"),
    ),
    ("rule.text_brace", ("otherwise: Målene for {project.title}", "otherwise: Målene for ▸{{0.x}")),
    (
        "rule.item_outside_each",
        ("otherwise: Målene for {project.title}", "otherwise: Målene for ▸{item.title}"),
    ),
    ("shape.missing_key", ('        source: "4"\n', ""), ("- id: verdi", "- ▸id: verdi")),
    (
        "definition.never_reached",
        ("- {when: has(project.size), body: gruppa}", "- {body: gruppa}"),
        ("- {body: styret}", "- ▸{body: styret}"),
    ),
    ("shape.not_allowed", ("weight: tips", "weight: ▸kanskje")),
    ("source.duplicate_key", ("weight: tips", "weight: tips\n        ▸weight: bør")),
    ("source.anchor", ("title: Begynne", "title: ▸&a Begynne")),
    ("source.forbidden_character", ("title: Begynne", 'title: ▸"Beg\\u202eynne"')),
]

CASES = [pytest.param(code, edits, id=f"{code} {number}") for number, (code, *edits) in enumerate(WRONG)]


@pytest.mark.parametrize(("code", "edits"), CASES)
def test_a_wrong_definition_is_refused_with_the_place_of_the_mistake(code: str, edits: list[Edit]) -> None:
    text, places = marked(edited(SMALL, *edits))

    assert (code, *places[0]) in placed(refused(text))


def test_a_rule_fault_in_a_folded_text_points_into_its_own_line() -> None:
    text, places = marked(
        edited(
            SMALL,
            (
                "rule: has(project.goals)",
                "rule: >-\n          has(project.goals)\n          && has(project.▸gaols)",
            ),
        )
    )

    assert placed(refused(text)) == [("rule.unknown_path", *places[0])]


def test_all_mistakes_of_a_file_are_told_at_once_and_in_order() -> None:
    text, places = marked(
        edited(
            SMALL,
            ("version: 2", "▸verson: 2"),
            ("from: ide\n", "from: ▸idea\n"),
            ("rule: has(project.goals)", "rule: has(project.▸gaols)"),
            ("accept: [ja]", "accept: [▸jaa]"),
            ("paper: plan", "paper: ▸plann"),
        )
    )

    assert placed(refused(text)) == [
        ("shape.missing_key", 1, 1),
        ("shape.unknown_key", *places[0]),
        ("definition.unknown_phase", *places[1]),
        ("rule.unknown_path", *places[2]),
        ("definition.not_a_choice", *places[3]),
        ("definition.unknown_paper", *places[4]),
    ]


def test_a_mistake_offers_the_nearest_name_there_is() -> None:
    (unknown,) = refused(edited(SMALL, ("from: [arbeid]", "from: [arbeid, arbied]")))
    key = refused(edited(SMALL, ("weight: tips", "weigth: tips")))[-1]

    assert unknown.data == {"name": "arbied", "nearest": "arbeid", "allowed": "ide, arbeid, slutt"}
    assert unknown.where == "gates.P2.from.2"
    assert (key.code, key.data["nearest"], key.where) == (
        "shape.unknown_key",
        "weight",
        "gates.P2.criteria.verdi.weigth",
    )


def test_a_misspelt_fact_does_not_blame_the_rules_that_read_it() -> None:
    text = edited(SMALL, ("type: yes_no", "type: ja_nei"))

    assert [mistake.code for mistake in refused(text)] == ["shape.not_allowed"]


def test_the_names_here_are_the_names_elsewhere() -> None:
    roles = definition.Role.__args__  # type: ignore[attr-defined]
    kinds = definition.ProjectKind.__args__  # type: ignore[attr-defined]
    kind = next(field for field in catalogue.PROJECT_FIELDS if field.name == "kind")

    assert roles == tuple(id_ for id_, _ in catalogue.ROLES)
    assert kinds == tuple(id_ for id_, _ in kind.choices)
    assert definition.Outcome.__args__ == definition.OUTCOMES  # type: ignore[attr-defined]


ALL_CODES = {**yaml_source.CODES, **shape.CODES, **rules.CODES, **checks.CODES}


@pytest.mark.parametrize(("code", "edits"), CASES)
def test_every_mistake_carries_the_data_its_sentence_needs(code: str, edits: list[Edit]) -> None:
    text, _ = marked(edited(SMALL, *edits))
    for mistake in refused(text):
        assert tuple(mistake.data) == ALL_CODES[mistake.code], mistake


def test_every_code_of_the_language_is_met_by_some_test() -> None:
    assert set(checks.CODES) <= {code for code, *_ in WRONG}


LINES = SMALL.splitlines(keepends=True)
NOISE = st.sampled_from(
    ["", "\t", "  ", ":", "- ", "{", "]", '"', "&a ", "*a", "!t ", "null", "12", "é", "\x00", "#", "|"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mutation_of_a_sound_text_makes_the_parser_fail(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "swap", "noise", "other value"])):
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "noise":
                line = lines[at]
                cut = data.draw(st.integers(0, len(line)))
                lines[at] = line[:cut] + data.draw(NOISE) + line[cut:]
            case "other value":
                key, colon, _ = lines[at].partition(":")
                value = data.draw(
                    st.sampled_from(["[]", "{}", "[[x]]", "{a: {b: c}}", "1", "null", "x", "[{}]"])
                )
                lines[at] = f"{key}{colon} {value}\n"

    found = parse_definition("".join(lines))

    if not isinstance(found, Definition):
        assert found, "refused without a mistake"
        for mistake in found:
            assert tuple(mistake.data) == ALL_CODES[mistake.code], mistake
            assert mistake.line >= 1
            assert mistake.column >= 1


def test_the_published_schema_takes_what_the_parser_takes() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    as_written = parsed(SMALL).source.data

    assert list(validator.iter_errors(as_written)) == []
    for key, wrong in (("version", "to"), ("kind", "annet"), ("gates", []), ("ukjent", 1)):
        assert isinstance(as_written, dict)
        assert list(validator.iter_errors({**as_written, key: wrong})), key


def test_the_published_schema_names_keys_as_they_are_written() -> None:
    gate = json_schema()["$defs"]["Gate"]["properties"]

    assert "from" in gate
    assert "from_phases" not in gate
    assert "when" in gate
    assert {"type": "string"} in gate["from"]["anyOf"]


SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "workflow.schema.json"


def test_the_schema_in_the_documentation_is_current() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == json_schema(), "run: python -m tools.write_schema"


def test_the_parser_reads_what_another_yaml_reader_reads() -> None:
    assert YAML(typ="safe", pure=True).load(SMALL) == parsed(SMALL).source.data
