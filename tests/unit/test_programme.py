"""Does a programme file become a programme, and is everything wrong with one told, with its place?"""

from datetime import date, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.cases import voting
from engine.core.files import shape, yaml_source
from engine.core.programme import checks, model
from engine.core.programme.checks import parse_programme
from engine.core.programme.model import Programme
from engine.core.refusal import Mistake
from tests.unit.wrong_files import edited, marked, placed

SMALL = """\
programme: lite
title: Et lite program
language: nb
follow_from: 2025-01-01
workflows: {utviklingsprosjekt: liten_vei}
reported_as: [Konsept, Avsluttet]
offices:
  - {id: kontor, title: Kontoret, email: kontor@example.org}
bodies:
  - id: styret
    title: Styret
    leader: direktor
    handling: skriftlig
    rule: flertall
    quorum: 1
    tie: avslag
    link_level: enkel
    answer_within: {working_days: 3, time: "12:00"}
    seats:
      - id: direktor
        office: Direktør
        holder: {name: Direktør, email: direktor@example.org, from: 2025-01-01}
      - id: radgiver
        office: Rådgiver
        holder: {name: Rådgiver, email: radgiver@example.org, from: 2025-01-01}
  - id: gruppa
    title: Gruppa
    above: styret
    leader: sjef-en
    secretary: kontor
    handling: i_mote
    rule: konsensus
    quorum: 2
    tie: leder
    link_level: kode
    answer_within: {working_days: 5, time: "15:00"}
    meetings:
      weekday: onsdag
      time: "09:00"
      every_weeks: 2
      from: 2025-01-08
      paper_deadline: {working_days: 5, time: "12:00"}
    seats:
      - id: sjef-en
        office: Sjef en
        reports_to: direktor
        holder: {name: Sjef en, email: sjef.en@example.org, acting: true, from: 2025-01-01, to: 2025-12-31}
        deputy: {name: Fagleder en, email: fagleder@example.org, from: 2025-01-01, reports_to: sjef-en}
      - id: sjef-to
        office: Sjef to
        holder: {name: Sjef to, email: sjef.to@example.org, from: 2025-01-01}
taxonomies:
  - id: omrader-2024
    title: Områder
    valid_from: 2024-01-01
    valid_to: 2024-12-31
    terms: [{code: a, title: A, terms: [{code: a1, title: A1}]}, {code: b, title: B}]
  - id: omrader-2025
    title: Områder
    valid_from: 2025-01-01
    terms: [{code: a, title: Ny A}]
platform: {title: Erklæringen, valid_from: 2023-09-29, valid_to: 2027-09-30, references: []}
targets:
  - {term: a1, measure: arsverk, low: 500, high: 800.5, by: 2040, source: "x"}
periods:
  - {id: 2024-T3, from: 2024-09-01, to: 2024-12-31, report_due: 2025-01-15}
  - {id: 2025-T1, from: 2025-01-01, to: 2025-04-30, report_due: 2025-05-15}
benefit_scheme:
  - {letter: T, title: Spart tid, kinds: [frigjort_tid]}
  - {letter: Q, title: Økt kvalitet, kinds: [kvalitet]}
reporting:
  key_figures: [{area: okonomi, figure: avvik_prosent, yellow: 5, red: 10}]
  quality: {scale: [0, 1, 2], indicators: [{id: hoyde, title: Innovasjonshøyde}]}
"""

Edit = tuple[str, str]


def refused(text: str) -> tuple[Mistake, ...]:
    found = parse_programme(text)
    assert not isinstance(found, Programme), "the text was taken as a programme"
    return found


def parsed(text: str) -> Programme:
    found = parse_programme(text)
    assert isinstance(found, Programme), found
    return found


def test_a_sound_file_becomes_a_programme_that_can_be_asked() -> None:
    programme = parsed(SMALL)
    group = programme.body("gruppa")

    assert (group.above, group.leader, group.quorum) == ("styret", "sjef-en", 2)
    assert group.meetings is not None
    assert group.meetings.from_day == date(2025, 1, 8)
    assert group.meetings.paper_deadline.time == time(12)
    holder = group.seat("sjef-en").holder
    assert holder is not None
    assert (holder.acting, holder.to_day) == (True, date(2025, 12, 31))
    assert programme.seat("direktor").office == "Direktør"
    assert programme.office("kontor").email == "kontor@example.org"
    assert programme.period("2024-T3").report_due == date(2025, 1, 15)
    with pytest.raises(KeyError):
        programme.body("ingen")


def test_a_word_is_looked_up_in_the_taxonomy_of_the_day() -> None:
    programme = parsed(SMALL)

    then = programme.taxonomy_on("omrader", date(2024, 12, 31))
    now = programme.taxonomy_on("omrader", date(2025, 1, 1))
    assert then is not None
    assert now is not None
    assert (then.id, now.id) == ("omrader-2024", "omrader-2025")
    assert programme.taxonomy_on("omrader", date(2023, 12, 31)) is None
    old, new = programme.term("a", on=date(2024, 6, 1)), programme.term("a", on=date(2025, 6, 1))
    assert old is not None
    assert new is not None
    assert (old.title, new.title) == ("A", "Ny A")
    assert programme.term("a1", on=date(2024, 6, 1)) is not None
    assert programme.term("a1", on=date(2025, 6, 1)) is None


# The mistake, and the edits of the sound file that bring it about; the mark says where it is to be told.
WRONG: list[tuple[str, *tuple[Edit, ...]]] = [
    ("programme.leader_without_seat", ("leader: sjef-en", "leader: ▸sjef-enn")),
    ("programme.leader_without_seat", ("leader: sjef-en", "leader: ▸direktor")),
    ("shape.missing_key", ("    leader: sjef-en\n", ""), ("- id: gruppa", "- ▸id: gruppa")),
    ("programme.unknown_body", ("above: styret", "above: ▸styre")),
    ("programme.above_in_circle", ("above: styret", "above: ▸gruppa")),
    ("programme.above_in_circle", ("title: Styret", "title: Styret\n    above: ▸gruppa")),
    ("programme.unknown_secretary", ("secretary: kontor", "secretary: ▸kontoret")),
    ("programme.quorum_above_seats", ("quorum: 2", "quorum: ▸3")),
    ("shape.too_small", ("quorum: 2", "quorum: ▸0")),
    ("shape.not_allowed", ("rule: konsensus", "rule: ▸konsensuss")),
    ("shape.not_allowed", ("weekday: onsdag", "weekday: ▸Onsdag")),
    ("programme.other_weekday", ("from: 2025-01-08", "from: ▸2025-01-09")),
    ("programme.unknown_seat", ("reports_to: direktor", "reports_to: ▸direktør")),
    ("programme.unknown_seat", ("reports_to: sjef-en}", "reports_to: ▸sjef-tre}")),
    ("programme.reports_in_circle", ("reports_to: direktor", "reports_to: ▸sjef-en")),
    (
        "programme.reports_in_circle",
        ("reports_to: direktor", "reports_to: ▸sjef-to"),
        ("office: Sjef to", "office: Sjef to\n        reports_to: sjef-en"),
    ),
    ("programme.duplicate_id", ("- id: sjef-to", "- id: ▸sjef-en")),
    ("programme.duplicate_id", ("- id: gruppa", "- id: ▸styret")),
    ("programme.duplicate_id", ("id: 2025-T1", "id: ▸2024-T3")),
    ("programme.duplicate_id", ("- id: sjef-to", "- id: ▸kontor")),
    ("programme.own_deputy", ("email: fagleder@", "email: ▸Sjef.En@")),
    ("programme.address_of_two", ("email: sjef.to@", "email: ▸sjef.en@")),
    ("programme.address_of_two", ("email: sjef.to@", "email: ▸kontor@")),
    ("shape.not_an_address", ("email: sjef.to@example.org", "email: ▸sjef.to@example")),
    ("shape.not_an_address", ("email: sjef.to@example.org", "email: ▸sjef to@example.org")),
    ("shape.not_an_address", ("email: sjef.to@example.org", "email: ▸Sjef <sjef.to@example.org>")),
    (
        "shape.not_an_address",
        ("email: sjef.to@example.org", 'email: ▸"sjef.to@example.org\\nBcc: x@example.org"'),
    ),
    ("shape.mailbox_not_ascii", ("email: sjef.to@example.org", "email: ▸sjef.tå@example.org")),
    ("shape.no_such_domain", ("email: sjef.to@example.org", "email: ▸sjef.to@trøndelag-.no")),
    ("shape.blank", ("name: Sjef to", 'name: ▸"\\u200b\\u2800"')),
    ("source.forbidden_character", ("email: sjef.to@example.org", 'email: ▸"sjef.to@example.org\\r"')),
    ("source.forbidden_character", ("name: Sjef to", 'name: ▸"Sjef \\u202eot"')),
    ("programme.dates_reversed", ("to: 2025-12-31}", "to: ▸2024-12-31}")),
    ("programme.dates_reversed", ("valid_to: 2024-12-31", "valid_to: ▸2023-12-31")),
    ("programme.dates_reversed", ("valid_to: 2027-09-30", "valid_to: ▸2022-09-30")),
    ("programme.due_before_end", ("report_due: 2025-01-15", "report_due: ▸2024-12-30")),
    ("programme.range_reversed", ("high: 800.5", "high: ▸499")),
    ("programme.periods_overlap", ("from: 2025-01-01, to: 2025-04-30", "from: ▸2024-12-31, to: 2025-04-30")),
    ("programme.taxonomies_overlap", ("valid_from: 2025-01-01", "valid_from: ▸2024-12-31")),
    (
        "programme.code_in_two",
        ("valid_from: 2025-01-01", "valid_from: 2024-12-31"),
        ("{code: a, title: Ny A}", "{code: ▸a, title: Ny A}"),
    ),
    ("programme.duplicate_code", ("code: b,", "code: ▸a1,")),
    ("programme.unknown_kind", ("[kvalitet]", "[▸kvalitett]")),
    ("programme.kind_in_two", ("[kvalitet]", "[kvalitet, ▸frigjort_tid]")),
    ("programme.limits_equal", ("yellow: 5, red: 10", "yellow: 5, red: ▸5")),
    ("programme.scale_order", ("scale: [0, 1, 2]", "scale: ▸[0, 2, 1]")),
    ("shape.not_allowed", ("figure: avvik_prosent", "figure: ▸avvik")),
    ("programme.unknown_term", ("term: a1,", "term: ▸a2,")),
    ("shape.date", ("follow_from: 2025-01-01", "follow_from: ▸01.01.2025")),
    ("shape.date", ("follow_from: 2025-01-01", "follow_from: ▸2025-02-30")),
    ("shape.time", ('time: "09:00"', "time: ▸9")),
    ("shape.time", ('time: "09:00"', 'time: ▸"25:00"')),
    ("shape.unknown_key", ("secretary: kontor", "▸sekretær: kontor")),
    ("shape.not_allowed", ("workflows: {utviklingsprosjekt", "workflows: {▸utvikling")),
]
CASES = [pytest.param(code, edits, id=f"{code} {number}") for number, (code, *edits) in enumerate(WRONG)]
ALL_CODES = {**yaml_source.CODES, **shape.CODES, **checks.CODES}


@pytest.mark.parametrize(("code", "edits"), CASES)
def test_a_wrong_programme_is_refused_with_the_place_of_the_mistake(code: str, edits: list[Edit]) -> None:
    text, places = marked(edited(SMALL, *edits))
    mistakes = refused(text)

    assert (code, *places[0]) in placed(mistakes)
    for mistake in mistakes:
        assert tuple(mistake.data) == ALL_CODES[mistake.code], mistake


def test_every_code_of_the_programme_file_is_met_by_some_test() -> None:
    assert set(checks.CODES) <= {code for code, *_ in WRONG}


def test_one_person_may_hold_two_seats_under_one_name() -> None:
    text = edited(SMALL, ("name: Sjef to, email: sjef.to@", "name: sjef  EN, email: Sjef.en@"))

    assert isinstance(parse_programme(text), Programme)


def test_all_mistakes_of_a_programme_are_told_at_once_and_in_order() -> None:
    text, places = marked(
        edited(
            SMALL,
            ("follow_from: 2025-01-01", "follow_from: ▸i fjor"),
            ("quorum: 2", "quorum: ▸3"),
            ("email: sjef.to@example.org", "email: ▸sjef.to"),
            ("term: a1,", "term: ▸a2,"),
        )
    )

    assert placed(refused(text)) == [
        ("shape.date", *places[0]),
        ("programme.quorum_above_seats", *places[1]),
        ("shape.not_an_address", *places[2]),
        ("programme.unknown_term", *places[3]),
    ]


def test_a_circle_is_told_once_and_in_full() -> None:
    text = edited(SMALL, ("title: Styret", "title: Styret\n    above: gruppa"))
    (mistake,) = refused(text)

    assert mistake.data == {"circle": "styret → gruppa → styret"}
    assert mistake.where == "bodies.styret.above"


def test_the_rules_of_a_body_are_those_that_are_counted_by() -> None:
    assert model.DecisionRule.__args__ == voting.RULES  # type: ignore[attr-defined]
    assert model.Tie.__args__ == voting.TIES  # type: ignore[attr-defined]
    assert model.Handling.__args__ == voting.HANDLINGS  # type: ignore[attr-defined]


LINES = SMALL.splitlines(keepends=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mutation_of_a_sound_programme_makes_the_parser_fail(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[at].partition(":")
        value = data.draw(
            st.sampled_from(
                ["[]", "{}", "[[x]]", "{a: {b: c}}", "1", "null", "x", "[{}]", "[{terms: 1}]", "1e999"]
            )
        )
        lines[at] = data.draw(st.sampled_from(["", lines[at] * 2, f"{key}{colon} {value}\n", f"{key}\n"]))

    found = parse_programme("".join(lines))

    if not isinstance(found, Programme):
        assert found, "refused without a mistake"
        for mistake in found:
            assert tuple(mistake.data) == ALL_CODES[mistake.code], mistake
