"""Is what people write read as they meant it, or refused with every reason — and do rules see a tidy tree?"""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.facts.catalogue import GIVEN_FIELDS, KEPT_FIELDS, PROJECT_FIELDS, RESERVED_NAMES, field_named
from engine.core.facts.field import Field, Problem
from engine.core.facts.parsing import (
    CODES,
    LARGEST_WHOLE,
    LIST_LIMIT,
    LONG_TEXT_LIMIT,
    TEXT_LIMIT,
    parse_value,
)
from engine.core.facts.tree import check_tree, scope, tree
from engine.core.text import nearest

FIELDS = {field.name: field for field in PROJECT_FIELDS}
BENEFIT = {field.name: field for field in FIELDS["benefits"].fields}
RISK = {field.name: field for field in FIELDS["risks"].fields}
OWN = (
    Field(name="affects_children", title="Berører barn og unge", type="yes_no"),
    Field(name="pilots", title="Piloter", type="list"),
    Field(
        name="themes",
        title="Temaer",
        type="list",
        choices=(("digital", "Digitalt"), ("forebygging", "Forebygging")),
    ),
)


def parsed(field: Field, raw: object) -> Any:
    """The value; fails the test when it was refused."""
    value = parse_value(field, raw)
    assert not isinstance(value, tuple), value
    return value


def refused(field: Field, raw: object) -> list[tuple[str, str]]:
    """(code, path) of each problem."""
    problems = parse_value(field, raw)
    assert isinstance(problems, tuple), f"taken as {problems!r}"
    return [(problem.code, problem.path) for problem in problems]


# --- numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1 200 000", 1_200_000),
        ("1\u00a0200\u00a0000", 1_200_000),
        ("1\u202f200\u202f000 kr", 1_200_000),
        ("kr 1 200", 1_200),
        ("kr. 500", 500),
        ("500,-", 500),
        ("500 NOK", 500),
        ("1200000", 1_200_000),
        ("1.200.000", 1_200_000),
        ("1 200,00", 1_200),
        ("-5", -5),
        ("\u22125", -5),
        ("0", 0),
        (2.0, 2),
        (Decimal("7"), 7),
        (str(LARGEST_WHOLE), LARGEST_WHOLE),
    ],
)
def test_money_is_read_as_norwegians_write_it(raw: object, value: int) -> None:
    found = parsed(FIELDS["cost_total"], raw)
    assert found == value
    assert type(found) is int


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1,5", 1.5), ("1.5", 1.5), ("1 234,25", 1234.25), ("3", 3.0), (3, 3.0), ("0,125", 0.125)],
)
def test_a_number_is_always_a_float_so_that_rules_meet_one_type(raw: object, value: float) -> None:
    found = parsed(BENEFIT["freed_fte"], raw)
    assert found == value
    assert type(found) is float


@given(st.floats(allow_nan=False, min_value=-1e15, max_value=1e15))
def test_a_float_comes_back_as_it_was(number: float) -> None:
    assert parsed(BENEFIT["freed_fte"], number) == number


@given(st.integers(-LARGEST_WHOLE, LARGEST_WHOLE))
def test_a_whole_number_survives_every_way_of_grouping_it(number: int) -> None:
    for blank in (" ", "\u00a0", "\u202f", ""):
        assert parsed(FIELDS["cost_total"], f"{number:,}".replace(",", blank)) == number


# --- refusals: each code is shown -------------------------------------------------------------------

REFUSALS: list[tuple[Field, object, str]] = [
    (FIELDS["title"], True, "value.not_text"),
    (FIELDS["goals"], {"a": 1}, "value.not_text"),
    (FIELDS["title"], "x" * (TEXT_LIMIT + 1), "value.too_long"),
    (FIELDS["goals"], "x" * (LONG_TEXT_LIMIT + 1), "value.too_long"),
    (FIELDS["goals"], "x" * 10 * LONG_TEXT_LIMIT, "value.too_long"),
    (FIELDS["title"], "Trygg\u202ehjemme", "value.forbidden_character"),
    (FIELDS["title"], "Trygg\x00hjemme", "value.forbidden_character"),
    (FIELDS["goals"], "Trygg\x1bhjemme", "value.forbidden_character"),
    (FIELDS["goals"], "Trygg\u2028hjemme", "value.forbidden_character"),
    (FIELDS["goals"], "Trygg\ud800hjemme", "value.forbidden_character"),
    (FIELDS["goals"], "Trygg\uffffhjemme", "value.forbidden_character"),
    (FIELDS["title"], "Trygg\nhjemme", "value.line_break"),
    (FIELDS["cost_total"], "mye", "value.not_a_number"),
    (FIELDS["cost_total"], True, "value.not_a_number"),
    (FIELDS["cost_total"], "12 34", "value.not_a_number"),
    (FIELDS["cost_total"], "1e5", "value.not_a_number"),
    (FIELDS["cost_total"], "\u0661\u0662", "value.not_a_number"),
    (FIELDS["cost_total"], float("nan"), "value.not_a_number"),
    (FIELDS["cost_total"], float("inf"), "value.not_a_number"),
    (FIELDS["cost_total"], Decimal("NaN"), "value.not_a_number"),
    (FIELDS["cost_total"], "9" * 41, "value.not_a_number"),
    (FIELDS["cost_total"], "1.200", "value.ambiguous_number"),
    (BENEFIT["freed_fte"], "1.500", "value.ambiguous_number"),
    (FIELDS["cost_total"], "1,2 mill", "value.number_in_words"),
    (FIELDS["cost_total"], "5 mnok", "value.number_in_words"),
    (FIELDS["cost_total"], "1 620'", "value.number_in_words"),
    (BENEFIT["freed_fte"], "10 %", "value.number_in_words"),
    (FIELDS["cost_total"], "1 200,50", "value.not_whole"),
    (FIELDS["cost_total"], 1.5, "value.not_whole"),
    (FIELDS["cost_total"], 10**400, "value.out_of_range"),
    (FIELDS["cost_total"], -(10**400), "value.out_of_range"),
    (RISK["probability"], "6", "value.out_of_range"),
    (RISK["probability"], 0, "value.out_of_range"),
    (FIELDS["started_on"], "0025-01-01", "value.out_of_range"),
    (FIELDS["started_on"], date(3000, 1, 1), "value.out_of_range"),
    (FIELDS["started_on"], "våren 2025", "value.not_a_date"),
    (FIELDS["started_on"], 45000, "value.not_a_date"),
    (FIELDS["started_on"], "31.12.25", "value.two_digit_year"),
    (FIELDS["started_on"], "31.02.2025", "value.no_such_date"),
    (FIELDS["started_on"], "31.12.2024 23:00", "value.date_with_clock"),
    (FIELDS["started_on"], "2024-12-31T23:00:00", "value.date_with_clock"),
    (FIELDS["started_on"], datetime(2024, 12, 31, 23, 0), "value.date_with_clock"),  # noqa: DTZ001
    (BENEFIT["prioritised"], "kanskje", "value.not_yes_no"),
    (BENEFIT["prioritised"], 1, "value.not_yes_no"),
    (FIELDS["size"], "stort", "value.not_a_choice"),
    (BENEFIT["owner"], "hos meg", "value.not_an_address"),
    (BENEFIT["owner"], "a@b", "value.not_an_address"),
    (BENEFIT["owner"], "olå@example.org", "value.mailbox_not_ascii"),
    (BENEFIT["owner"], "ola@trøndelag-.no", "value.no_such_domain"),
    (FIELDS["room_url"], "javascript:alert(1)", "value.not_a_web_address"),
    (FIELDS["room_url"], "ftp://example.org/", "value.not_a_web_address"),
    (FIELDS["room_url"], "https://bruker:passord@example.org/", "value.not_a_web_address"),
    (FIELDS["room_url"], "https://example.org/ x", "value.not_a_web_address"),
    (FIELDS["room_url"], "https://", "value.not_a_web_address"),
    (FIELDS["parent"], "Helsestasjon for eldre", "value.not_a_project_key"),
    (FIELDS["benefits"], "[{", "value.not_json"),
    (FIELDS["benefits"], "[NaN]", "value.not_json"),
    (FIELDS["benefits"], "[" * 100_000, "value.not_json"),
    (FIELDS["benefits"], "[" + "9" * 5000 + "]", "value.not_json"),
    (FIELDS["benefits"], {"title": "x"}, "value.not_a_list"),
    (FIELDS["aliases"], 5, "value.not_a_list"),
    (FIELDS["priority"], [1], "value.not_a_record"),
    (FIELDS["aliases"], ["a"] * (LIST_LIMIT + 1), "value.too_many"),
    (FIELDS["aliases"], ["a", " "], "value.empty_item"),
    (FIELDS["benefits"], [{}], "value.empty_item"),
    (FIELDS["priority"], {"nytte": "stor"}, "value.unknown_field"),
    (FIELDS["priority"], {5: "stor"}, "value.unknown_field"),
    (FIELDS["priority"], '{"order": "a", "order": "b"}', "value.duplicate_member"),
    (FIELDS["benefits"], [{"id": "a"}, {"id": "a"}], "value.duplicate_id"),
]


@pytest.mark.parametrize(("field", "raw", "code"), REFUSALS)
def test_what_is_no_value_of_the_field_is_refused_with_its_reason(
    field: Field, raw: object, code: str
) -> None:
    assert code in [found for found, _ in refused(field, raw)]


def test_every_code_is_shown_by_an_example_and_carries_the_data_it_promises() -> None:
    shown: dict[str, set[str]] = {}
    found = [problem for field, raw, _ in REFUSALS for problem in problems_of(field, raw)]
    found += check_tree({}, scope())
    for problem in found:
        shown.setdefault(problem.code, set()).update(problem.data)
    assert {code: set(keys) for code, keys in CODES.items()} == shown


def problems_of(field: Field, raw: object) -> tuple[Problem, ...]:
    problems = parse_value(field, raw)
    assert isinstance(problems, tuple)
    return problems


def test_a_refusal_names_the_nearest_choice_by_id_or_by_title() -> None:
    (by_id,) = problems_of(FIELDS["size"], "midels")
    assert by_id.data["nearest"] == "middels"
    (by_title,) = problems_of(FIELDS["kind"], "Prosjekt utenfor")
    assert by_title.data["nearest"] == "utenfor_programmet"
    told = "utviklingsprosjekt, forskningsprosjekt, utenfor_programmet, program"
    assert by_title.data["choices"] == told


def test_a_refusal_repeats_a_value_only_in_a_form_that_harms_no_reader() -> None:
    (problem,) = problems_of(FIELDS["size"], "a" * 200)
    assert len(str(problem.data["value"])) == 60
    (record,) = problems_of(FIELDS["priority"], {"x\n\u202ey": "1"})
    assert record.data["name"] == "x··y"


def test_every_mistake_in_a_list_is_told_at_once_with_its_place() -> None:
    benefits = [
        {"title": "Færre fysiske tilsyn", "indicators": [{"title": "tilsyn", "target": "ti"}], "du": "2026"},
        {"title": "x" * 400, "due": "31.13.2026"},
        "tekst",
    ]
    assert refused(FIELDS["benefits"], json.dumps(benefits)) == [
        ("value.not_a_number", "benefits[0].indicators[0].target"),
        ("value.unknown_field", "benefits[0].du"),
        ("value.too_long", "benefits[1].title"),
        ("value.no_such_date", "benefits[1].due"),
        ("value.not_a_record", "benefits[2]"),
    ]


# --- other values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("started_on", "2025-12-31", "2025-12-31"),
        ("started_on", "31.12.2025", "2025-12-31"),
        ("started_on", "31.12.2025 00:00:00", "2025-12-31"),
        ("started_on", "2025-12-31T00:00:00", "2025-12-31"),
        ("started_on", "2025-12-31 0:00", "2025-12-31"),
        ("started_on", "1.2.2025", "2025-02-01"),
        ("started_on", "1. 2. 2025", "2025-02-01"),
        ("started_on", date(2025, 2, 1), "2025-02-01"),
        ("started_on", datetime(2025, 2, 1, 0, 0), "2025-02-01"),  # noqa: DTZ001 - as openpyxl gives it
        ("size", "liten", "liten"),
        ("size", "Liten", "liten"),
        ("kind", "Prosjekt utenfor programmet", "utenfor_programmet"),
        ("room_url", "https://prosjektrom.example.org/a?b=1#c", "https://prosjektrom.example.org/a?b=1#c"),
        ("room_url", "http://[::1]:8080/", "http://[::1]:8080/"),
        ("parent", "boligmatrise-hv-overbyggende", "boligmatrise-hv-overbyggende"),
        ("title", "  Kafe\u0301  ", "Kafé"),
        ("project_number", 80125, "80125"),
        ("project_number", 80125.0, "80125"),
        ("goals", "Første linje\r\nAndre linje", "Første linje\nAndre linje"),
        ("aliases", "E-lås; Elås\nElektronisk dørlås", ["E-lås", "Elås", "Elektronisk dørlås"]),
        ("aliases", '["E-lås", "Elås"]', ["E-lås", "Elås"]),
        ("aliases", ("E-lås",), ["E-lås"]),
        ("benefits", "[]", []),
        ("priority", '{"order": "etter e-lås", "utility": ""}', {"order": "etter e-lås"}),
    ],
)
def test_a_value_is_kept_in_one_form_whoever_wrote_it(name: str, raw: object, value: object) -> None:
    assert parsed(FIELDS[name], raw) == value


@pytest.mark.parametrize("raw", ["ja", "Ja ", "JA", "true", True])
def test_yes_is_written_in_several_ways(raw: object) -> None:
    assert parsed(BENEFIT["prioritised"], raw) is True


@pytest.mark.parametrize("raw", ["nei", "Nei", "false", False])
def test_so_is_no(raw: object) -> None:
    assert parsed(BENEFIT["prioritised"], raw) is False


@pytest.mark.parametrize("field", [*FIELDS.values(), BENEFIT["prioritised"], BENEFIT["freed_fte"]])
def test_nothing_written_unsets_the_fact(field: Field) -> None:
    assert parse_value(field, "") is None
    assert parse_value(field, "  ") is None
    assert parse_value(field, None) is None


def test_a_list_of_choices_takes_only_its_choices() -> None:
    assert parsed(OWN[2], "Digitalt; forebygging") == ["digital", "forebygging"]
    assert refused(OWN[2], ["digitale"]) == [("value.not_a_choice", "themes[0]")]


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.dates()
    | st.decimals()
    | st.builds(Unshowable)
    | st.sampled_from(["ja", "31.12.2025", "1 200", "[", "[{}]", "https://example.org"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text() | st.sampled_from(["id", "title", "due", "indicators"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from([*PROJECT_FIELDS, *KEPT_FIELDS, *OWN]), ANYTHING)
def test_no_value_makes_reading_raise_and_what_is_taken_is_taken_again(field: Field, raw: object) -> None:
    value = parse_value(field, raw)
    if isinstance(value, tuple):
        assert value
        assert all(
            problem.code in CODES and set(problem.data) == set(CODES[problem.code]) for problem in value
        )
    else:
        assert parse_value(field, value) == value
        json.dumps(value, allow_nan=False)


# --- names ------------------------------------------------------------------------------------------


def test_a_misspelt_fact_is_answered_with_the_nearest_name() -> None:
    for name, near in (
        ("goal", "goals"),
        ("priority.ordr", "priority.order"),
        ("affects_childs", "affects_children"),
    ):
        problem = field_named(name, OWN)
        assert isinstance(problem, Problem)
        assert (problem.code, problem.data["nearest"]) == ("value.unknown_field", near)


def test_facts_are_found_by_name_and_records_by_path() -> None:
    assert field_named("goals") == FIELDS["goals"]
    assert field_named("project.goals") == FIELDS["goals"]
    order = field_named("priority.order")
    assert isinstance(order, Field)
    assert order.type == "long_text"
    assert field_named("affects_children", OWN) == OWN[0]


@pytest.mark.parametrize("name", [*GIVEN_FIELDS, "papers", "goals.x", "priority.order.x", ""])
def test_what_follows_from_events_cannot_be_set(name: str) -> None:
    assert isinstance(field_named(name), Problem)


def test_nothing_near_gives_no_name() -> None:
    assert nearest("zzz", ["goals"]) == ""


# --- the tree rules see -----------------------------------------------------------------------------


def seen(values: dict[str, object] | None = None, **given: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "key": "e-las",
        "title": "E-lås",
        "phase": "planlegge",
        "roles": {},
        "papers": [],
        "conditions": [],
        "today": date(2025, 5, 1),
        "own_fields": OWN,
    }
    return dict(tree(values or {}, **(whole | given)))


def test_an_empty_project_has_every_list_and_no_fact_it_was_not_given() -> None:
    found = seen()
    assert found["project"] == {"key": "e-las", "title": "E-lås", "phase": "planlegge"}
    lists = {field.name for field in (*PROJECT_FIELDS, *KEPT_FIELDS, *OWN) if field.type == "list"}
    assert {name for name, value in found.items() if value == []} == lists
    assert (found["roles"], found["today"]) == ({}, "2025-05-01")


def test_an_unset_fact_is_absent_but_no_and_zero_are_facts() -> None:
    values: dict[str, object] = {
        "goals": "",
        "plan": None,
        "priority": {"order": ""},
        "affects_children": False,
    }
    found = seen(values | {"cost_total": 0})["project"]
    assert found["affects_children"] is False
    assert found["cost_total"] == 0
    assert not {"goals", "plan", "priority"} & set(found)


def test_numbers_reach_rules_in_the_type_of_their_field() -> None:
    found = seen({"cost_total": 5.0, "benefits": [{"freed_fte": 3, "from_year": 2026}]})
    assert type(found["project"]["cost_total"]) is int
    assert type(found["benefits"][0]["freed_fte"]) is float
    assert type(found["benefits"][0]["from_year"]) is int


def test_an_items_own_lists_are_always_there() -> None:
    assert seen({"benefits": [{"title": "Spart tid"}]})["benefits"] == [
        {"title": "Spart tid", "indicators": []}
    ]


def test_an_unfilled_role_is_absent() -> None:
    roles = {
        "prosjektleder": {"name": "", "office": None},
        "prosjekteier": {"name": "Kommunalsjef", "office": "HO"},
    }
    assert set(seen(roles=roles)["roles"]) == {"prosjekteier"}


def test_a_name_that_is_no_fact_is_left_out() -> None:
    assert "bogus" not in seen({"bogus": 1})["project"]


def test_what_is_no_json_shape_is_a_bug_in_the_caller() -> None:
    with pytest.raises(TypeError):
        seen({"goals": object()})


@given(st.dictionaries(st.sampled_from([*FIELDS, *(field.name for field in OWN)]), ANYTHING, max_size=4))
def test_a_tree_of_values_that_were_taken_is_a_sound_tree(raw: dict[str, object]) -> None:
    known = FIELDS | {field.name: field for field in OWN}
    taken = {name: parse_value(known[name], each) for name, each in raw.items() if name not in GIVEN_FIELDS}
    values: dict[str, object] = {name: value for name, value in taken.items() if not isinstance(value, tuple)}
    found = seen(values)
    assert check_tree(found, scope(OWN)) == ()
    json.dumps(found, allow_nan=False)


def test_a_hand_made_tree_is_told_what_it_lacks_and_what_it_has_too_much_of() -> None:
    found = seen()
    del found["benefits"]
    found |= {"benefit": [], "today": "i dag"}
    codes = [(problem.code, problem.path) for problem in check_tree(found, scope(OWN))]
    assert ("value.unknown_field", "benefit") in codes
    assert ("value.missing_list", "benefits") in codes
    assert ("value.not_a_date", "today") in codes


def test_the_same_own_facts_give_the_same_scope_and_never_replace_a_common_one() -> None:
    assert scope(OWN) is scope(list(OWN))
    assert scope() is not scope(OWN)
    intruder = Field(name="goals", title="Noe annet", type="number")
    assert scope([intruder]).field_at("project.goals") == FIELDS["goals"]
    assert {"project", "item", "roles", "today", "benefits", "papers", "goals"} <= RESERVED_NAMES


def test_a_path_leads_to_its_field_or_to_nothing() -> None:
    known = scope(OWN)
    for path, title in (
        ("project.priority.order", None),
        ("roles.prosjektleder.name", "Navn"),
        ("today", "Dagens dato"),
    ):
        found = known.field_at(path)
        assert found is not None
        assert title is None or found.title == title
    assert known.field_at("project.goals.x") is None
    assert known.field_at("bogus") is None
