"""Does the reader give every value its place, and name every way in which a text is not plain YAML?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.files.yaml_source import LARGEST_BYTES, digest_of, in_order, read
from engine.core.refusal import Mistake


def found(text: str | bytes) -> list[tuple[str, int, int]]:
    return [(mistake.code, mistake.line, mistake.column) for mistake in read(text).mistakes]


def test_values_come_out_plain_and_dates_stay_text() -> None:
    source = read("a: 1\nb: [ja, true, null, 1.5]\nc: {d: 2025-01-31, e: 09:00, f: no}\n")

    assert source.mistakes == ()
    assert source.data == {
        "a": 1,
        "b": ["ja", True, None, 1.5],
        "c": {"d": "2025-01-31", "e": "09:00", "f": "no"},
    }


def test_every_value_and_key_has_its_place_also_inside_a_line() -> None:
    source = read("gates:\n  - id: BP1\n    from: [ide, konsept]\n")

    assert source.position_of(("gates", 0, "from", 1)) == (3, 17)
    assert source.position_of_key(("gates", 0, "from")) == (3, 5)


def test_what_is_missing_is_placed_where_it_would_stand() -> None:
    source = read("gates:\n  - id: BP1\n    from: ide\n")

    assert source.position_of(("gates", 0, "title", "nb")) == (2, 5)
    assert source.position_of(("nothing",)) == (1, 1)


def test_a_path_is_told_by_the_ids_on_the_way() -> None:
    source = read("gates:\n  - id: BP1\n    scale: [1, 2]\n  - title: uten\n")

    assert source.where(("gates", 0, "scale", 1)) == "gates.BP1.scale.2"
    assert source.where(("gates", 1, "title")) == "gates.2.title"


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("rule: a && feil\n", 5, (1, 12)),
        ("rule: 'a == ''x'' && feil'\n", 12, (1, 22)),
        ('rule: "a == \\"x\\" && feil"\n', 12, (1, 22)),
        ("rule: >-\n  a &&\n  feil\n", 5, (3, 3)),
        ("rule: |\n  a &&\n    feil\n", 7, (3, 5)),
        ("rule: a &&\n  feil\n", 5, (2, 3)),
    ],
)
def test_a_place_inside_a_text_is_found_through_quotes_and_folds(
    text: str, offset: int, place: tuple[int, int]
) -> None:
    source = read(text)

    assert str(source.value_at(("rule",)))[offset:].startswith("feil")
    assert source.position_within(("rule",), offset) == place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("source.empty", 1, 1)]),
        ("# bare en merknad\n", [("source.empty", 1, 1)]),
        ("- en\n- liste\n", [("source.not_a_mapping", 1, 1)]),
        ("a: [1,\n", [("source.syntax", 2, 1)]),
        ("a: 1\n\tb: 2\n", [("source.syntax", 2, 1)]),
        ("a: b: c\n", [("source.syntax", 1, 5)]),
        ("a: 1\n---\nb: 2\n", [("source.several_documents", 2, 1)]),
        ("%YAML 1.1\n---\na: on\n", [("source.directive", 2, 1)]),
        ("a: 1\nb: 2\na: 3\n", [("source.duplicate_key", 3, 1)]),
        ("a: &her 1\n", [("source.anchor", 1, 4)]),
        ("a: &her 1\nb: *her\n", [("source.anchor", 1, 4), ("source.alias", 2, 4)]),
        ("a: !!python/name:os.system x\n", [("source.tag", 1, 4)]),
        ("<<: {a: 1}\n", [("source.merge_key", 1, 1)]),
        ("1: x\n", [("source.key_not_text", 1, 1)]),
        ("? [a, b]\n: 1\n", [("source.key_not_text", 1, 3)]),
        ("a: \x00\n", [("source.forbidden_character", 1, 4)]),
        ("a: x\u202ey\n", [("source.forbidden_character", 1, 5)]),
        ('a: "\\u202e"\n', [("source.forbidden_character", 1, 4)]),
        ('a: "\\Uffffffff"\n', [("source.syntax", 1, 1)]),
        (b"a: x\nb: \xe6\n", [("source.encoding", 2, 4)]),
        (b"a: x\nb: \xe6\n".decode("utf-8", "surrogateescape"), [("source.encoding", 2, 4)]),
        ("a: " + "[" * 40 + "]" * 40, [("source.too_deep", 1, 28)]),
        ("a: " + "9" * 5000, [("source.number", 1, 4)]),
        ("a: " + "x" * LARGEST_BYTES, [("source.too_large", 1, 1)]),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(
    text: str | bytes, expected: list[tuple[str, int, int]]
) -> None:
    assert found(text) == expected


def test_reading_goes_on_after_a_fault_that_can_be_passed_over() -> None:
    source = read("a: 1\na: 2\nb: !x 3\nc: &d {e: 4, e: 5}\n")

    assert [mistake.code.removeprefix("source.") for mistake in source.mistakes] == [
        "duplicate_key",
        "tag",
        "anchor",
        "duplicate_key",
    ]
    assert source.data == {"a": 1, "b": "3", "c": {"e": 4}}


def test_a_duplicate_key_names_the_line_of_the_first() -> None:
    (mistake,) = read("roller:\n  eier: a\n  eier: b\n").mistakes

    assert mistake == Mistake(
        code="source.duplicate_key",
        data={"key": "eier", "first_line": 2},
        line=3,
        column=3,
        where="roller.eier",
    )


def test_line_ends_and_a_byte_order_mark_do_not_change_the_digest() -> None:
    assert digest_of("a: 1\nb: 2\n") == digest_of("\ufeffa: 1\r\nb: 2\r\n") == digest_of("a: 1\rb: 2\r")
    assert digest_of("a: 1\n") != digest_of("a: 1 \n")
    assert digest_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_mistakes_are_told_in_the_order_of_the_text_and_once() -> None:
    first = Mistake(code="b", data={}, line=1, column=9, where="")
    second = Mistake(code="a", data={"x": 1}, line=2, column=1, where="")

    assert in_order([second, first, second]) == (first, second)


@given(st.text(alphabet=st.sampled_from("ab:-? []{}&*!|>'\"%#,\n\t\\\ud800\u202e1.~<é"), max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    source = read(text)

    assert source.mistakes or isinstance(source.data, dict)


@given(st.binary(max_size=60))
def test_no_bytes_make_the_reader_fail(content: bytes) -> None:
    source = read(content)

    assert source.mistakes or isinstance(source.data, dict)
