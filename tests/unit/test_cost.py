"""Is a rule that could keep the machine busy for minutes refused, and one that is written sensibly not?"""

import threading
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.core.facts import catalogue
from engine.core.facts import tree as facts_tree
from engine.core.facts.field import Field, Problem
from engine.core.facts.parsing import LIST_LIMIT, NESTED_LIMIT, parse_value
from engine.core.rules.compile import compile_rule, steps_of
from engine.core.rules.evaluate import evaluate, evaluate_list, ready
from engine.core.rules.kinds import FULL, Sizes
from engine.core.rules.rule import Rule
from engine.core.workflow.checks import parse_definition
from engine.core.workflow.cost import LIMIT, priced, unaffordable
from engine.core.workflow.criteria import check
from engine.core.workflow.definition import Definition, Gate
from engine.core.workflow.verification import verify
from tests.unit.test_verification import SOUND
from tests.unit.wrong_files import edited, marked

SCOPE = facts_tree.scope()
ROOT = Path(__file__).parents[2] / "workflows"

TOO_COSTLY = {
    "two lists added for each pair of items": "benefits.all(a, risks.all(b, size(aliases + aliases) > 0))",
    "fifteen pairs side by side": " && ".join(["benefits.all(a, aliases.all(b, b != ''))"] * 15),
    "a list searched for each pair": "benefits.exists(a, risks.exists(b, a.title + b.title in aliases))",
    "a long text for each pair": "aliases.exists(a, aliases.exists(b, project.goals.contains(a)))",
    "long texts added for each pair": "aliases.exists(a, shared_with.exists(b, project.goals + a == b))",
    "items copied for each that is found": "benefits.filter(b, has(b.title)).exists(b, has(b.due))",
    "items copied for each item": "aliases.exists(a, size(shared_with.filter(b, b == a)) > 1)",
    "many lists crossed": "(aliases + aliases + shared_with).exists(a, aliases.exists(b, a == b))",
}
SENSIBLE = {
    "a list": "benefits.exists(b, has(b.prioritised) && b.prioritised && has(b.due) && b.due < today)",
    "how many": "size(benefits.filter(b, has(b.prioritised) && b.prioritised)) >= 3",
    "how many, the other way round": "benefits.filter(b, has(b.title)).size() >= 3",
    "an item's own list": "benefits.all(b, b.indicators.exists(i, has(i.baseline)))",
    "a list searched": "benefits.exists(b, has(b.title) && b.title in aliases)",
    "pairs of short texts": "aliases.exists(a, shared_with.exists(b, a == b))",
    "two lists added": "size(benefits + benefits) > 2",
    "a long text": "benefits.exists(b, has(b.title) && project.goals.contains(b.title))",
}


def rule(text: str, **how: Any) -> Rule:
    found = compile_rule(text, scope=SCOPE, **how)
    assert isinstance(found, Rule), found
    return found


@pytest.mark.parametrize("text", TOO_COSTLY.values(), ids=TOO_COSTLY)
def test_a_rule_that_multiplies_full_lists_is_refused_with_its_place(text: str) -> None:
    assert rule(text).steps > LIMIT
    written, _ = marked(edited(SOUND, ("rule: has(project.goals)", f'rule: "{text}"')))
    defined = parse_definition(written)
    assert isinstance(defined, Definition), defined
    (mistake,) = verify(defined)
    assert mistake.code == "verification.too_costly"
    assert mistake.data["times"] == -(-rule(text).steps // LIMIT)
    line, column = 1 + written[: written.index(text)].count("\n"), 0
    assert mistake.line == line
    assert mistake.column > column


@pytest.mark.parametrize("text", SENSIBLE.values(), ids=SENSIBLE)
def test_a_rule_that_goes_through_its_lists_once_is_taken(text: str) -> None:
    assert rule(text).steps < LIMIT


def test_the_rules_of_a_gate_are_counted_together() -> None:
    text = "aliases.exists(a, shared_with.exists(b, a == b))"
    assert rule(text).steps < LIMIT < 2 * rule(text).steps
    twice = [
        ("        rule: has(project.goals)\n", f"        rule: {text}\n"),
        (
            "        when: has(project.chosen) && project.chosen\n",
            f"        when: ▸{text}\n".replace("b)", "a)"),
        ),
    ]
    once, _ = marked(edited(SOUND, twice[0]))
    both, _ = marked(edited(SOUND, *twice))
    alone, together = parse_definition(once), parse_definition(both)
    assert isinstance(alone, Definition)
    assert isinstance(together, Definition)
    assert all(not mistake.code.endswith("too_costly") for mistake in verify(alone))
    assert [(one.code, one.data) for one in verify(together)] == [
        ("verification.gate_too_costly", {"gate": "P1", "times": 2})
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in ROOT.glob("*.yaml")))
def test_the_shipped_workflows_cost_little_enough(name: str) -> None:
    defined = parse_definition((ROOT / f"{name}.yaml").read_text("utf-8"))
    assert isinstance(defined, Definition)
    for gate in (*defined.gates, *((defined.intake,) if defined.intake else ())):
        assert sum(one.steps for one in priced(gate, defined)) < LIMIT


def test_an_item_that_takes_a_whole_list_with_it_is_counted_for_each() -> None:
    text = edited(SOUND, ("rule: has(item.due)", "rule: has(item.due) && size(risks) > 0"))
    defined = parse_definition(text)
    assert isinstance(defined, Definition)
    assert [one.code for one in verify(defined)] == ["verification.too_costly"]


def test_a_dozen_questions_of_the_items_own_lists_fit_in_a_gate() -> None:
    asked = "".join(
        f"""
      - id: sak-{number}
        title: Sak {number}
        weight: må
        each: benefits.filter(b, has(b.prioritised) && b.prioritised)
        rule: size(item.indicators) > {number % 3} && item.indicators.all(i, has(i.baseline))
        source: "1\""""
        for number in range(12)
    )
    defined = parse_definition(edited(SOUND, ("    criteria:\n", f"    criteria:{asked}\n")))
    assert isinstance(defined, Definition), defined
    assert sum(one.steps for one in priced(defined.gate("P1"), defined)) < LIMIT


# --- of what was registered before there was a limit ----------------------------------------------------


@cache
def old() -> tuple[Gate, Definition]:
    text = TOO_COSTLY["two lists added for each pair of items"]
    defined = parse_definition(
        edited(
            SOUND,
            ("        rule: has(project.goals)\n", f'        rule: "{text}"\n'),
            ("weight: bør", "weight: må"),
            ("        when: has(project.chosen) && project.chosen\n", ""),
        )
    )
    assert isinstance(defined, Definition)
    return defined.gate("P1"), defined


def tree(items: int) -> dict[str, Any]:
    empty: dict[str, Any] = {name: [] for name, root in SCOPE.roots.items() if root.type == "list"}
    return empty | {
        "project": {"phase": "ide"},
        "roles": {},
        "today": "2025-01-01",
        "aliases": [f"navn {number}" for number in range(items)],
        "benefits": [{"title": "Tid", "prioritised": True, "due": "2026-01-01"}] * items,
        "risks": [{"title": "Fare"}] * items,
    }


def test_a_rule_from_before_is_asked_while_the_lists_are_short() -> None:
    gate, defined = old()
    found = check(gate, definition=defined, facts=tree(3), answers={}, earlier={}, waivers={})
    assert {one.id: one.status for one in found.criteria}["mal"] == "met"


def test_a_rule_from_before_that_would_take_minutes_is_not_asked_but_cannot_be_decided() -> None:
    gate, defined = old()
    given: list[Any] = []

    def ask() -> None:
        given.append(check(gate, definition=defined, facts=tree(1000), answers={}, earlier={}, waivers={}))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(60)
    assert given, "the rule itself takes two minutes and more"
    by_id = {one.id: one for one in given[0].criteria}
    assert [(one.code, one.data) for one in by_id["mal"].reasons] == [
        ("criterion.undecidable", {"why": "too_costly"})
    ]
    assert by_id["gevinster"].status == "met", "its neighbours are asked all the same"


def test_nothing_of_a_gate_within_the_limit_is_left_out() -> None:
    defined = parse_definition(SOUND)
    assert isinstance(defined, Definition)
    assert unaffordable(defined.gate("P1"), defined, tree(1000)) == frozenset()


def test_what_a_rule_costs_follows_the_lists_there_are() -> None:
    text = SENSIBLE["pairs of short texts"]
    few = Sizes(lists={"aliases": 2, "shared_with": 3})
    assert steps_of(rule(text), scope=SCOPE, sizes=FULL) == rule(text).steps
    assert steps_of(rule(text), scope=SCOPE, sizes=few) < 200
    assert steps_of(rule(text), scope=SCOPE, sizes=Sizes(lists={"aliases": 0})) < 30


# --- what is asked in another way than it is written ----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('size(aliases.filter(a, a != ")" && a != "b"))', 2),
        ("size(aliases.filter(a, (a == ')' || (true && a == 'b'))))", 2),
        ("aliases.filter(x, x.contains('c')).size()", 1),
        ("size(aliases.filter(a, size(aliases.filter(b, b < a)) > 1))", 2),
        ("size(aliases.filter(a, a == '\\\\)' || a == 'b'))", 1),
    ],
)
def test_items_that_are_only_counted_need_not_be_copied(text: str, count: int) -> None:
    facts_ = tree(0) | {"aliases": ["b", ")", "c", "d"]}
    assert evaluate(rule(f"{text} == {count}"), facts_) is True
    assert evaluate(rule(f"{text} == {count + 1}"), facts_) is False


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("size(item.indicators) == 2", True),
        ("item.indicators.all(i, has(i.baseline))", False),
        ("item.indicators.exists(i, has(i.title) && i.title == 'Avvik')", True),
        ("item.indicators[1].title == 'Avvik' && item.title == 'Tid'", True),
        ("item.indicators == item.indicators.filter(i, has(i.title))", True),
        ("item.indicators == item.indicators.filter(i, has(i.baseline))", False),
        ("has(item.owner)", False),
    ],
)
def test_a_rule_of_an_item_sees_all_that_it_reads(text: str, holds: bool) -> None:
    item = {
        "title": "Tid",
        "kind": "frigjort_tid",
        "indicators": [{"title": "Timer", "baseline": 1.0}, {"title": "Avvik"}],
    }
    asked = rule(text, item=SCOPE.roots["benefits"])
    assert evaluate(asked, tree(0), item) is holds
    assert evaluate(asked, ready(tree(0)), item) is holds


@pytest.mark.parametrize(
    "text",
    [
        "benefits",
        "benefits.filter(b, has(b.prioritised) && b.prioritised)",
        "benefits.filter(b, has(b.title) && b.title.contains(')'))",
        "benefits.filter(b, has(b.title)).filter(b, b.title != 'Én')",
        "benefits.filter(b, b.prioritised)",
    ],
)
def test_a_list_rule_picks_the_same_items_however_it_is_asked(text: str) -> None:
    seen = tree(0) | {
        "benefits": [
            {"title": "Én", "prioritised": True},
            {"title": "To (2)", "prioritised": False, "indicators": [{"baseline": 1.5}]},
            {"prioritised": True},
        ]
    }
    listed = rule(text, result="list")
    direct = listed.program.execute({"benefits": seen["benefits"]})
    assert evaluate_list(listed, seen) == evaluate_list(listed, ready(seen)) == direct
    without = tree(0) | {"benefits": [{"title": "Uten"}]}
    if "has" not in text and "filter" in text:
        assert getattr(evaluate_list(listed, without), "path", "") == "benefits[].prioritised"


def test_what_one_criterion_has_picked_the_next_takes_over() -> None:
    given = ready(tree(3))
    listed = rule("benefits.filter(b, has(b.title))", result="list")
    assert evaluate_list(listed, given) is evaluate_list(listed, given)


# --- lists in lists -------------------------------------------------------------------------------------


def test_the_lists_that_items_have_are_bounded_all_together() -> None:
    benefits = next(field for field in catalogue.PROJECT_FIELDS if field.name == "benefits")
    assert isinstance(benefits, Field)
    each = NESTED_LIMIT // LIST_LIMIT
    full = [{"title": "Tid", "indicators": [{"title": "Timer"}] * each}] * LIST_LIMIT
    assert isinstance(parse_value(benefits, full), list)
    full[0] = {"title": "Tid", "indicators": [{"title": "Timer"}] * (each + 1)}
    refused = parse_value(benefits, full)
    told = {"found": NESTED_LIMIT + 1, "limit": NESTED_LIMIT}
    assert refused == (Problem(code="value.too_many", data=told, path="benefits"),)
