"""Are careless rules refused with every fault, and do the others say the same thing every time?"""

import math
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import cel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.facts.catalogue import PROJECT_FIELDS
from engine.core.facts.field import Field
from engine.core.facts.tree import scope, tree
from engine.core.rules.compile import CODES, check_text, compile_rule, paths_of, placeholders
from engine.core.rules.evaluate import Ready, Undecidable, evaluate, evaluate_list, ready
from engine.core.rules.rule import COMPREHENSIONS, LENGTH_LIMIT, Rule, RuleFault

OWN = (
    Field(name="affects_children", title="Berører barn og unge", type="yes_no"),
    Field(name="share", title="Andel", type="number"),
)
SCOPE = scope(OWN)
BENEFITS = next(field for field in PROJECT_FIELDS if field.name == "benefits")


def facts(**values: object) -> dict[str, Any]:
    return dict(
        tree(
            values,
            key="e-las",
            title="E-lås",
            phase="planlegge",
            roles={"prosjekteier": {"name": "Kommunalsjef", "office": "Hjemmebaserte tjenester"}},
            papers=[],
            conditions=[],
            today=date(2025, 5, 1),
            own_fields=OWN,
        )
    )


def rule(text: str, *, item: Field | None = None) -> Rule:
    found = compile_rule(text, scope=SCOPE, item=item)
    assert isinstance(found, Rule), found
    return found


def picking(text: str) -> Rule:
    found = compile_rule(text, scope=SCOPE, result="list")
    assert isinstance(found, Rule), found
    return found


def faults(text: str, *, item: Field | None = None, result: Any = "bool") -> tuple[RuleFault, ...]:
    found = compile_rule(text, scope=SCOPE, item=item, result=result)
    assert isinstance(found, tuple), "the rule was taken"
    return found


# --- what is refused --------------------------------------------------------------------------------

REFUSALS: list[tuple[str, str, int]] = [
    ("", "rule.empty", 0),
    (" \n ", "rule.empty", 0),
    ("true" + " " * LENGTH_LIMIT, "rule.too_long", LENGTH_LIMIT),
    ("||".join(["true"] * 120), "rule.too_deep", 0),
    ("has(project.goals) &&", "rule.syntax", 21),
    ("has(project.goals) and true", "rule.syntax", 19),
    ("project.goals = 'x'", "rule.syntax", 14),
    ("prosjekt.mål", "rule.syntax", 10),
    ("true &&\n  project..goals == 'x'", "rule.syntax", 18),
    ("project.goals == null", "rule.unsupported", 17),
    ("1u == 1u", "rule.unsupported", 0),
    ("b'x' == b'x'", "rule.unsupported", 0),
    ("r'x' == 'x'", "rule.unsupported", 0),
    ("'''x''' == 'x'", "rule.unsupported", 0),
    ("{'a': 1} == {'a': 1}", "rule.unsupported", 0),
    (".project.goals == ''", "rule.unsupported", 0),
    ("has(project.gaols)", "rule.unknown_path", 12),
    ("has(roles.prosjektleter)", "rule.unknown_path", 10),
    ("size(benefts) > 0", "rule.unknown_variable", 5),
    ("goals == ''", "rule.unknown_variable", 0),
    ("b.title == ''", "rule.unknown_variable", 0),
    ("length(benefits) > 0", "rule.unknown_function", 0),
    ("project.goals.startWith('a')", "rule.unknown_function", 14),
    ("project.goals.matches('(a+)+')", "rule.unknown_function", 14),
    ("has(item.title)", "rule.item_outside_each", 4),
    ("project.goals.first == 'x'", "rule.path_into_scalar", 14),
    ("today.year == 2025", "rule.path_into_scalar", 6),
    ("benefits.title == 'x'", "rule.path_into_list", 9),
    ("project[today] == 'x'", "rule.wrong_index", 0),
    ("benefits['title'] == 'x'", "rule.wrong_index", 0),
    ("int() == 1", "rule.wrong_arguments", 0),
    ("double(benefits) > 1.0", "rule.wrong_arguments", 0),
    ("size(project) > 0", "rule.wrong_arguments", 0),
    ("project.goals.contains(1)", "rule.wrong_arguments", 0),
    ("benefits.all(b.title, true)", "rule.comprehension_form", 9),
    ("benefits.all(b)", "rule.comprehension_form", 9),
    ("size(project.goals) > 0", "rule.size_of_text", 0),
    ("project.goals.size() > 0", "rule.size_of_text", 0),
    ("size('abc') > 0", "rule.size_of_text", 0),
    ("has(benefits)", "rule.has_on_root", 0),
    ("has(project)", "rule.has_on_root", 0),
    ("benefits.all(b, has(b.indicators))", "rule.has_on_list", 16),
    ("has()", "rule.has_needs_path", 0),
    ("has('goals')", "rule.has_needs_path", 0),
    ("has(project.goals, project.plan)", "rule.has_needs_path", 0),
    ("project.cost_total * 1.5 > 100.0", "rule.mixed_numbers", 0),
    ("1 + 0.5 > 1.0", "rule.mixed_numbers", 0),
    ("project.share + size(benefits) > 1.0", "rule.mixed_numbers", 0),
    ("project.cost_total > '1000'", "rule.mixed_types", 0),
    ("project.goals == 3", "rule.mixed_types", 0),
    ("project.affects_children > false", "rule.mixed_types", 0),
    ("project.priority == project.priority", "rule.mixed_types", 0),
    ("project.share % 2.0 == 0.0", "rule.mixed_types", 0),
    ("-project.goals == 'x'", "rule.mixed_types", 0),
    ("(has(project.goals) ? 1 : 'a') == 1", "rule.mixed_types", 1),
    ("5 in shared_with", "rule.mixed_types", 0),
    ("project.goals && true", "rule.not_boolean", 0),
    ("!project.goals", "rule.not_boolean", 0),
    ("benefits.all(b, b.title)", "rule.not_boolean", 16),
    ("project.goals ? true : false", "rule.not_boolean", 0),
    ("project.all(p, true)", "rule.not_a_list", 8),
    ("'a' in project.goals", "rule.not_a_list", 0),
    ("project.size == 'stort'", "rule.unknown_choice", 0),
    ("project.size in ['liten', 'stort']", "rule.unknown_choice", 0),
    ("benefits.exists(b, b.kind == 'penger')", "rule.unknown_choice", 19),
    ("project.started_on > '1.1.2025'", "rule.not_a_date", 0),
    ("benefits.all(b, b.indicators.all(i, risks.all(r, true)))", "rule.nested_comprehension", 42),
    ("benefits.all(b, size(b.indicators.map(i, i.title)) > 0)", "rule.map_inside", 34),
    ("benefits.all(project, true)", "rule.taken_name", 13),
    ("benefits.all(b, b.indicators.all(b, true))", "rule.taken_name", 33),
    ("benefits.all(item, true)", "rule.taken_name", 13),
    ("project.cost_total", "rule.result_not_boolean", 0),
    ("benefits.map(b, b.title)", "rule.result_not_boolean", 0),
]


@pytest.mark.parametrize(("text", "code", "offset"), REFUSALS)
def test_a_rule_that_would_fail_or_mislead_is_refused_at_its_place(text: str, code: str, offset: int) -> None:
    assert (code, offset) in [(fault.code, fault.offset) for fault in faults(text)]


def test_a_list_rule_must_give_a_list() -> None:
    (fault,) = faults("size(benefits) > 0", result="list")
    assert (fault.code, fault.data) == ("rule.result_not_list", {"type": "bool"})


def test_every_code_is_shown_by_an_example_and_carries_the_data_it_promises() -> None:
    found = [fault for text, _, _ in REFUSALS for fault in faults(text)]
    found += faults("size(benefits) > 0", result="list")
    found += check_text("{ {benefits.title} {project.priority}", scope=SCOPE)
    shown: dict[str, set[str]] = {}
    for fault in found:
        assert 0 <= fault.offset <= LENGTH_LIMIT
        shown.setdefault(fault.code, set()).update(fault.data)
    assert {code: set(keys) for code, keys in CODES.items()} == shown


def test_all_faults_of_a_rule_are_told_at_once_in_the_order_of_the_text() -> None:
    text = "project.gaols == 'a' && benefits.titel == 3 && foo(1) && size(project.plan) > 0"
    assert [fault.code for fault in faults(text)] == [
        "rule.unknown_path",
        "rule.path_into_list",
        "rule.unknown_function",
        "rule.size_of_text",
    ]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("has(project.gaols)", "project.goals"),
        ("has(project.priority.ordr)", "project.priority.order"),
        ("goals == ''", "project.goals"),
        ("project.benefits.all(b, true)", "benefits"),
        ("benefts == benefits", "benefits"),
        ("benefits.all(b, has(b.tittel))", "benefits[].title"),
        ("project.size == 'stort'", "stor"),
        ("project.goals.startWith('a')", "startsWith"),
        ("has(project.zzz)", ""),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest_one(text: str, near: str) -> None:
    assert near in [fault.data.get("nearest") for fault in faults(text)]


# --- what is taken ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("has(project.goals)", ("project.goals",)),
        ("size(benefits) > 0 && size(benefits) < 10", ("benefits",)),
        ("benefits.all(b, has(b.due))", ("benefits", "benefits[].due")),
        (
            "benefits.filter(b, b.prioritised).all(x, x.indicators.exists(i, has(i.target)))",
            ("benefits", "benefits[].prioritised", "benefits[].indicators", "benefits[].indicators[].target"),
        ),
        ("has(project.priority) && has(project.priority.order)", ("project.priority.order",)),
        (
            "project['goals'] == '' || benefits[0].title == ''",
            ("project.goals", "benefits", "benefits[].title"),
        ),
        ("has(roles.prosjekteier) && today > '2025-01-01'", ("roles.prosjekteier", "today")),
        ("1 < 2 // bare en prøve", ()),
    ],
)
def test_a_rule_tells_which_facts_it_reads(text: str, paths: tuple[str, ...]) -> None:
    assert paths_of(rule(text)) == paths


def test_what_a_list_rule_picks_is_what_its_items_are() -> None:
    picked = picking("benefits.filter(b, has(b.prioritised) && b.prioritised)")
    assert picked.element is not None
    asked = rule("size(item.indicators) > 0 && has(item.due)", item=picked.element)
    assert paths_of(asked) == ("item.indicators", "item.due")
    assert [fault.code for fault in faults("has(item.dui)", item=picked.element)] == ["rule.unknown_path"]
    assert paths_of(rule("has(item.due)", item=BENEFITS)) == ("item.due",)
    texts = picking("benefits.map(b, b.title)")
    assert texts.element is not None
    assert texts.element.type == "text"


def test_the_same_rule_in_the_same_scope_is_compiled_once() -> None:
    assert rule("has(project.goals)") is rule("has(project.goals)")


@pytest.mark.parametrize(
    "text",
    [
        "project.cost_total > 1.5",
        "double(project.cost_total) * 1.25 < 1000000.0",
        "project.started_on < today",
        "timestamp(project.closed_on + 'T00:00:00Z') - timestamp(today + 'T00:00:00Z') > duration('720h')",
        'project.size == "stor" ? size(risks) > 2 : true',
        "project.affects_children == true",
        "'ho' in shared_with",
        "benefits.exists_one(b, b.prioritised)",
        "risks.all(r, r.probability * r.consequence < 15)",
        "string(project.cost_total).startsWith('1')",
        "!(has(project.goals) && true)",
    ],
)
def test_a_sound_rule_is_taken(text: str) -> None:
    rule(text)


# --- what rules say ---------------------------------------------------------------------------------

BENEFIT = {"title": "Spart kjøretid", "prioritised": True, "freed_fte": 2, "indicators": [{"title": "km"}]}

SAID: list[tuple[str, dict[str, object], bool]] = [
    ("has(project.goals)", {}, False),
    ("has(project.goals)", {"goals": "Trygghet"}, True),
    ("has(project.priority) && has(project.priority.order)", {}, False),
    ("has(project.priority) && has(project.priority.order)", {"priority": {"order": "først"}}, True),
    ("size(benefits) > 0", {}, False),
    ("benefits.all(b, size(b.indicators) > 0)", {"benefits": [BENEFIT]}, True),
    ("benefits.all(b, size(b.indicators) > 0)", {"benefits": [BENEFIT, {"title": "x"}]}, False),
    ("benefits.exists(b, has(b.freed_fte) && b.freed_fte > 1)", {"benefits": [BENEFIT]}, True),
    ("project.cost_total >= 1000000", {"cost_total": 1_000_000}, True),
    ("project.cost_total < 1000000.5", {"cost_total": 1_000_000}, True),
    ("project.share == 1", {"share": 1}, True),
    ("project.started_on <= today", {"started_on": "2025-05-01"}, True),
    ("project.size in ['liten', 'middels']", {"size": "stor"}, False),
    ("roles.prosjekteier.name == 'Kommunalsjef'", {}, True),
    ("has(roles.prosjektleder)", {}, False),
    ("project.phase == 'planlegge'", {}, True),
]


@pytest.mark.parametrize(("text", "values", "answer"), SAID)
def test_a_rule_says_yes_or_no(text: str, values: dict[str, object], answer: bool) -> None:
    seen = facts(**values)
    assert evaluate(rule(text), seen) is answer
    assert evaluate(rule(text), ready(seen)) is answer


def test_a_rule_about_an_item_is_asked_of_each_item() -> None:
    picked = picking("benefits")
    asked = rule("size(item.indicators) > 0 && has(project.goals)", item=picked.element)
    seen = facts(goals="Trygghet", benefits=[BENEFIT, {"title": "Tomt"}])
    for handed in (seen, ready(seen)):
        items = evaluate_list(picked, handed)
        assert isinstance(items, list)
        assert [evaluate(asked, handed, item) for item in items] == [True, False]


def test_items_come_back_as_they_went_in() -> None:
    seen = facts(benefits=[BENEFIT, {"title": "Annet", "from_year": 2027}])
    items = evaluate_list(picking("benefits"), ready(seen))
    assert items == seen["benefits"]
    assert isinstance(items, list)
    assert isinstance(items[0], Mapping)
    assert type(items[0]["freed_fte"]) is float


@pytest.mark.parametrize(
    ("text", "path", "title"),
    [
        ("project.cost_total < 5", "project.cost_total", "Samlet kostnad (kr)"),
        ("has(project.priority.order)", "project.priority", "Prioritering"),
        ("roles.prosjektleder.name == 'x'", "roles.prosjektleder", "Prosjektleder"),
        ("benefits.all(b, b.due > today)", "benefits[].due", "Tidsfrist"),
    ],
)
def test_an_unguarded_fact_that_is_absent_is_undecidable_and_named(text: str, path: str, title: str) -> None:
    seen = facts(benefits=[BENEFIT])
    expected = Undecidable(why="missing", path=path, title=title)
    assert evaluate(rule(text), seen) == expected
    assert evaluate(rule(text), ready(seen)) == expected


@pytest.mark.parametrize("text", ["1 / 0 == 1", "benefits[7].title == 'x'", "int(project.title) == 1"])
def test_what_fails_is_undecidable_and_never_met(text: str) -> None:
    found = evaluate(rule(text), facts())
    assert isinstance(found, Undecidable)
    assert found.why == "failed"
    assert found.detail


def test_facts_of_the_wrong_type_are_undecidable() -> None:
    seen = facts() | {"project": {"affects_children": "ja", "goals": 2**70}, "benefits": "ingen"}
    assert evaluate(rule("project.affects_children"), seen) == Undecidable(why="not_boolean", detail="ja")
    assert evaluate_list(picking("benefits"), seen) == Undecidable(why="not_a_list", detail="ingen")
    assert isinstance(evaluate(rule("project.goals < 'x'"), ready(seen)), Undecidable)
    assert isinstance(evaluate(rule("project.goals == 'x'"), {}), Undecidable)


def test_facts_that_cel_cannot_hold_spoil_only_the_rules_that_read_them() -> None:
    seen = facts(goals="Trygghet") | {"benefits": [{"freed_fte": object()}]}
    assert ready(seen).context is None
    assert evaluate(rule("has(project.goals)"), ready(seen)) is True
    assert isinstance(evaluate(rule("size(benefits) > 0"), ready(seen)), Undecidable)


# --- nothing raises, nothing hangs ------------------------------------------------------------------

NAMES = "project benefits item roles today b i has size all exists filter map goals title due indicators"
SIGNS = "( ) [ ] { } . , && || ! == != < > in + - * / % ? : 'x' 'stor' 1 1.5 1u true false null // \\ \" ' æ"
WORDS = st.sampled_from([*NAMES.split(), *SIGNS.split(), "\n"])


@given(
    st.lists(WORDS, max_size=25).map(" ".join)
    | st.lists(WORDS, max_size=25).map("".join)
    | st.text(max_size=60)
)
def test_any_text_is_a_rule_or_a_list_of_faults_in_order(text: str) -> None:
    found = compile_rule(text, scope=SCOPE, item=BENEFITS)
    if isinstance(found, Rule):
        assert isinstance(evaluate(found, facts(), {}), bool | Undecidable)
    else:
        assert found
        assert [fault.offset for fault in found] == sorted(fault.offset for fault in found)
        assert all(set(fault.data) == set(CODES[fault.code]) for fault in found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.builds(object),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["goals", "due", "indicators", "title", "prioritised"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(
    st.sampled_from([text for text, _, _ in SAID]),
    st.fixed_dictionaries({"project": JSON, "benefits": JSON, "roles": JSON, "today": JSON}),
)
def test_no_facts_make_a_rule_raise(text: str, seen: dict[str, object]) -> None:
    for given_ in (seen, ready(seen)):
        assert isinstance(given_, dict | Ready)
        found = evaluate(rule(text), given_, seen["project"])
        assert found is True or found is False or isinstance(found, Undecidable)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 499 + "1" + ")" * 499,
        "!" * 990 + "true",
        "[" * 499 + "]" * 499,
        "- " * 490 + "1 == 1",
        "true" + " && true" * 120,
        "1" + "+1" * 490 + " == 1",
        "benefits" + "[0]" * 300,
        "project" + ".goals" * 150,
        "true ? true : " * 70 + "true",
        "".join(f"benefits.all(b{i}, " for i in range(50)) + "true" + ")" * 50,
    ],
)
def test_a_rule_of_pure_depth_neither_crashes_nor_hangs(text: str) -> None:
    started = time.perf_counter()
    assert isinstance(compile_rule(text, scope=SCOPE), Rule | tuple)
    assert time.perf_counter() - started < 60


def test_the_worst_rule_that_is_taken_ends_on_full_lists() -> None:
    full = [{"title": str(number), "prioritised": True} for number in range(1_000)]
    asked = rule("benefits.all(b, benefits.exists(c, c.title == b.title))")
    started = time.perf_counter()
    assert evaluate(asked, facts(benefits=full)) is True
    assert time.perf_counter() - started < 60


# --- sentences with facts in them -------------------------------------------------------------------


def test_a_sentence_takes_only_paths_to_what_fits_in_a_line() -> None:
    sound = "«{item.title}» {project.goals} {today} "
    text = sound + "{item.titel} {benefits.title} {item.indicators} {project} {a b} {"
    found = [(fault.code, fault.offset) for fault in check_text(text, scope=SCOPE, item=BENEFITS)]
    assert found == [
        ("rule.unknown_path", text.index("{item.titel}")),
        ("rule.path_into_list", text.index("{benefits.title}")),
        ("rule.text_of_list", text.index("{item.indicators}")),
        ("rule.text_brace", text.index("{project}")),
        ("rule.text_brace", text.index("{a b}")),
        ("rule.text_brace", len(text) - 1),
    ]
    assert check_text("Ingen krøller her", scope=SCOPE) == ()
    assert [fault.code for fault in check_text("{item.title}", scope=SCOPE)] == ["rule.item_outside_each"]


def test_braces_are_found_with_their_paths() -> None:
    assert list(placeholders("a {b.c} } { d }")) == [(2, "b.c"), (8, ""), (10, "d")]


# --- what the library does, which the rules above rest on ---------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 == 1.0", True),
        ("1 < 1.5", True),
        ("1.0 in [1]", True),
        ("5 / 2", 2),
        ("'3' == 3", False),
        ("true == 1", False),
        ("has(a.b)", False),
        ("a.x || true", True),
        ("a.x && false", False),
        ("[].all(x, x.y)", True),
        ("size('æøå')", 6),
    ],
)
def test_cel_still_behaves_as_measured(text: str, value: object) -> None:
    found = cel.evaluate(text, {"a": {}})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1 + 0.5", TypeError),
        ("'3' < 3", TypeError),
        ("a.b == 1", KeyError),
        ("has(a.b.c)", KeyError),
        ("has(a)", ValueError),
        ("9223372036854775807 + 1", OverflowError),
    ],
)
def test_cel_still_fails_where_measured(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        cel.evaluate(text, {"a": {}})


@pytest.mark.parametrize("number", [0.0, -0.5, 2.0**53, math.pi])
def test_floats_pass_through_cel_unchanged(number: float) -> None:
    found = cel.evaluate("a", {"a": number})
    assert found == number
    assert type(found) is float


def test_every_comprehension_is_known_to_the_library() -> None:
    for name in COMPREHENSIONS:
        assert cel.evaluate(f"[true].{name}(x, x)") in (True, [True])
