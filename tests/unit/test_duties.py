"""Do the deadlines of a programme file become duties, and is everything wrong in them told?"""

from datetime import date, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core import refusal
from engine.core.files import shape, yaml_source
from engine.core.programme import checks as file
from engine.core.programme import duties
from engine.core.programme.calendar import PLAIN, Policy, is_working_day
from engine.core.programme.checks import parse_programme
from engine.core.programme.ladder import USUAL, Rung
from engine.core.programme.model import Programme
from tests.unit.test_programme import SMALL
from tests.unit.wrong_files import edited, marked, placed

DUTIES = """\
calendar:
  free: ["12-24", "12-31"]
  squeezed_days: true
  quiet: [{from: "07-01", to: "07-31"}]
  hours: {send_at: "07:30", until: "16:00"}
ladders:
  - id: vanlig
    steps: [{days: -10, to: ansvarlig}, {days: -3, to: ansvarlig}, {days: 2, to: programkontor}]
  - id: kort
    steps: [{days: -1, to: ansvarlig}]
chase: {svar: kort}
duties:
  - id: statusrapport
    title: Statusrapport for tertialet
    each: prosjekt
    owner: prosjektleder
    ladder: vanlig
    rhythm: {per: periode, days: 10}
    settled_by: statusrapport
    reported_as: [Konsept]
    projects: [utviklingsprosjekt]
    if_nothing: Da blir prosjektet stående uten rapport.
    source: "000:1-2"
  - id: overforing
    title: Søknad om overføring
    owner: kontor
    rhythm: {per: periode, only: [T3], from: 2025-01-01, to: 2030-12-31}
  - {id: arsrapport, title: Årsrapport, owner: direktor, rhythm: {per: ar, dates: ["03-01", "09-01"]}}
  - {id: hvermaned, title: Månedsmøte, owner: kontor, ladder: kort, rhythm: {per: maned, day: 20}}
  - {id: nettverk, title: Nettverk, owner: kontor, rhythm: {per: uker, weeks: 6, from: 2025-01-08}}
  - {id: status, title: Status, owner: kontor, rhythm: {per: mote, body: gruppa, days: -7}}
  - id: erklaring
    title: Bekreft erklæringen
    each: prosjekt
    owner: prosjekteier
    rhythm: {per: plattform, days: -5}
    settled_by: svar
    criterion: erklaringen
    since_days: 90
  - id: antall
    title: Møter i gruppa
    owner: kontor
    rhythm: {per: ar, dates: ["12-15"]}
    settled_by: motetall
    meetings: {body: gruppa, low: 4, high: 6}
"""
OFFICE = "  - {id: programkontor, title: Programkontoret, email: programkontor@example.org}\n"
BASE = edited(SMALL, ("offices:\n", f"offices:\n{OFFICE}"))
SOUND = BASE + DUTIES

Edit = tuple[str, str]


def refused(text: str) -> tuple[refusal.Mistake, ...]:
    found = parse_programme(text)
    assert not isinstance(found, Programme), "the text was taken as a programme"
    return found


def parsed(text: str) -> Programme:
    found = parse_programme(text)
    assert isinstance(found, Programme), found
    return found


def test_a_sound_file_tells_its_calendar_its_ladders_and_its_duties() -> None:
    programme = parsed(SOUND)

    assert programme.calendar.policy() == Policy(
        free=frozenset({(12, 24), (12, 31)}),
        quiet=(((7, 1), (7, 31)),),
        squeezed=True,
        sends=time(7, 30),
        closes=time(16),
    )
    assert programme.ladder("kort") == (Rung(-1, "ansvarlig"),)
    assert programme.chase == {"svar": "kort"}
    duty = programme.duty("statusrapport")
    assert (duty.each, duty.owner, duty.settled_by, duty.rhythm.per) == (
        "prosjekt",
        "prosjektleder",
        "statusrapport",
        "periode",
    )
    with pytest.raises(KeyError):
        programme.duty("ingen")


def test_a_file_that_says_nothing_of_deadlines_has_the_usual_ladder_and_norways_working_days() -> None:
    programme = parsed(SMALL)

    assert programme.calendar.policy() == PLAIN
    assert programme.ladder(None) == programme.ladder("ingen") == USUAL
    assert programme.duties == ()


def test_the_days_a_programme_takes_out_are_not_worked() -> None:
    policy = parsed(SOUND).calendar.policy()

    free = [date(2026, 7, 1), date(2026, 7, 31), date(2026, 12, 24), date(2026, 12, 31), date(2025, 5, 2)]
    assert not any(is_working_day(day, policy) for day in free)
    assert all(is_working_day(day, PLAIN) for day in free)
    worked = [date(2026, 6, 30), date(2026, 8, 3), date(2026, 12, 23), date(2027, 1, 4)]
    assert all(is_working_day(day, policy) for day in worked)


def test_a_day_is_squeezed_between_days_the_programme_itself_has_taken_out() -> None:
    policy = Policy(free=frozenset({(12, 24)}), squeezed=True)

    # Monday 23 December 2024 lies between Sunday and a free Christmas Eve, Monday the 22nd in 2025 does not.
    assert not is_working_day(date(2024, 12, 23), policy)
    assert is_working_day(date(2025, 12, 22), policy)
    assert is_working_day(date(2024, 12, 23), Policy(squeezed=True))
    # What is squeezed does not squeeze the next: Friday 2 May 2025 after a free Thursday is the only one.
    assert not is_working_day(date(2025, 5, 2), policy)
    assert is_working_day(date(2025, 4, 30), policy)


# The mistake, and the edits of the sound file that bring it about; the mark says where it is to be told.
WRONG: list[tuple[str, *tuple[Edit, ...]]] = [
    ("duty.no_such_day", ('"12-24"', '▸"12-32"')),
    ("duty.no_such_day", ('"09-01"', '▸"09-31"')),
    ("duty.no_such_day", ('from: "07-01"', 'from: ▸"00-01"')),
    ("duty.leap_day", ('dates: ["03-01"', 'dates: [▸"02-29"')),
    ("duty.leap_day", ('"12-31"', '▸"02-29"')),
    ("duty.date_twice", ('"09-01"', '▸"03-01"')),
    (
        "duty.too_much_off",
        ("  free: [", "  ▸free: ["),
        ('{from: "07-01", to: "07-31"}', '{from: "01-01", to: "12-31"}'),
    ),
    ("duty.span_reversed", ('to: "07-31"', 'to: ▸"06-30"')),
    ("duty.span_reversed", ("to: 2030-12-31}", "to: ▸2024-12-31}")),
    ("duty.hours_reversed", ('until: "16:00"', 'until: ▸"07:30"')),
    ("duty.ladder_not_rising", ("{days: -3,", "{days: ▸-10,")),
    ("duty.ladder_not_rising", ("{days: 2,", "{days: ▸-5,")),
    (
        "duty.ladder_never",
        ("{days: -1,", "{days: -23,"),
        ("owner: kontor, ladder: kort", "owner: kontor, ladder: ▸kort"),
    ),
    ("duty.ladder_never", ("{days: -1,", "{days: -5,"), ("svar: kort", "svar: ▸kort")),
    (
        "duty.ladder_never",
        ("{days: -1,", "{days: -30,"),
        ("title: Nettverk,", "title: Nettverk, ladder: ▸kort,"),
    ),
    (
        "duty.ladder_never",
        ("{days: -1,", "{days: -10,"),
        ("title: Status,", "title: Status, ladder: ▸kort,"),
    ),
    (
        "duty.ladder_never",
        ("{days: -1,", "{days: -120,"),
        (
            "    owner: kontor\n    rhythm: {per: periode,",
            "    owner: kontor\n    ladder: ▸kort\n    rhythm: {per: periode,",
        ),
    ),
    ("duty.unknown_ladder", ("ladder: vanlig", "ladder: ▸vanleg")),
    ("duty.unknown_ladder", ("svar: kort", "svar: ▸korte")),
    ("duty.unknown_owner", ("owner: direktor", "owner: ▸direktøren")),
    ("duty.unknown_owner", ("owner: prosjektleder", "owner: ▸prosjektlederen")),
    (
        "duty.owner_without_address",
        ("        holder: {name: Direktør, email: direktor@example.org, from: 2025-01-01}\n", ""),
        ("owner: direktor", "owner: ▸direktor"),
    ),
    ("duty.no_office", (OFFICE, ""), ("to: programkontor", "to: ▸programkontor")),
    ("duty.no_office", (OFFICE, ""), ("{id: arsrapport", "▸{id: arsrapport")),
    ("duty.unknown_body", ("{per: mote, body: gruppa", "{per: mote, body: ▸gruppen")),
    ("duty.unknown_body", ("{body: gruppa, low", "{body: ▸gruppen, low")),
    ("duty.body_without_meetings", ("{per: mote, body: gruppa", "{per: mote, body: ▸styret")),
    ("duty.needs", ('rhythm: {per: ar, dates: ["03-01", "09-01"]}', "rhythm: ▸{per: ar}")),
    ("duty.needs", ("rhythm: {per: maned, day: 20}", "rhythm: ▸{per: maned}")),
    ("duty.needs", ("rhythm: {per: uker, weeks: 6, from: 2025-01-08}", "rhythm: ▸{per: uker, weeks: 6}")),
    ("duty.needs", ("rhythm: {per: mote, body: gruppa, days: -7}", "rhythm: ▸{per: mote, days: -7}")),
    ("duty.not_for", ("day: 20", "day: 20, weeks: ▸2")),
    ("duty.not_for", ("{per: plattform,", "{per: plattform, from: ▸2025-01-01,")),
    ("duty.before_period", ("days: 10}", "days: ▸-1}")),
    ("duty.no_periods", ("only: [T3]", "only: [▸T2]")),
    (
        "duty.no_periods",
        ("  - {id: 2024-T3, from: 2024-09-01, to: 2024-12-31, report_due: 2025-01-15}\n", ""),
        ("periods:\n  - {id: 2025-T1, from: 2025-01-01, to: 2025-04-30, report_due: 2025-05-15}\n", ""),
        ("{per: periode, days", "{per: ▸periode, days"),
    ),
    (
        "duty.no_platform",
        (
            "platform: {title: Erklæringen, valid_from: 2023-09-29, valid_to: 2027-09-30, references: []}\n",
            "",
        ),
        ("per: plattform", "per: ▸plattform"),
    ),
    ("duty.settles_needs", ("  - id: erklaring", "  - ▸id: erklaring"), ("    criterion: erklaringen\n", "")),
    (
        "duty.settles_needs",
        ("  - id: antall", "  - ▸id: antall"),
        ("    meetings: {body: gruppa, low: 4, high: 6}\n", ""),
    ),
    (
        "duty.only_with",
        ("settled_by: motetall", "settled_by: for_hand"),
        ("meetings: {body", "meetings: ▸{body"),
    ),
    ("duty.only_with", ("settled_by: svar", "settled_by: for_hand"), ("criterion: erkl", "criterion: ▸erkl")),
    ("duty.only_with", ("settled_by: svar", "settled_by: for_hand"), ("since_days: 90", "since_days: ▸90")),
    ("duty.only_with", ("settled_by: motetall", "settled_by: ▸statusrapport")),
    ("duty.only_with", ("settled_by: statusrapport", "settled_by: ▸programrapport")),
    (
        "duty.only_with",
        ("settled_by: statusrapport", "settled_by: ▸statusrapport"),
        ("rhythm: {per: periode, days: 10}", "rhythm: {per: maned, day: 1}"),
    ),
    (
        "duty.only_with",
        ("title: Søknad om overføring", "title: Søknad om overføring\n    projects: ▸[utviklingsprosjekt]"),
    ),
    ("duty.role_for_programme", ("owner: direktor", "owner: ▸prosjekteier")),
    ("duty.too_many_meetings", ("high: 6", "high: ▸3")),
    ("programme.duplicate_id", ("id: antall", "id: ▸status")),
    ("programme.duplicate_id", ("- id: kort", "- id: ▸vanlig")),
    ("shape.year_day", ('"12-24"', '▸"24.12"')),
    ("shape.not_allowed", ("only: [T3]", "only: [▸T4]")),
    ("shape.not_allowed", ("chase: {svar", "chase: {▸svaret")),
    ("shape.not_allowed", ("to: programkontor", "to: ▸prosjekteier")),
    ("shape.too_large", ("day: 20", "day: ▸29")),
    ("shape.too_few", ("steps: [{days: -1, to: ansvarlig}]", "steps: ▸[]")),
]
CASES = [pytest.param(code, edits, id=f"{code} {number}") for number, (code, *edits) in enumerate(WRONG)]
ALL_CODES = {**yaml_source.CODES, **shape.CODES, **file.CODES, **duties.CODES}


@pytest.mark.parametrize(("code", "edits"), CASES)
def test_a_wrong_duty_is_refused_with_the_place_of_the_mistake(code: str, edits: list[Edit]) -> None:
    text, places = marked(edited(SOUND, *edits))
    mistakes = refused(text)

    assert (code, *places[0]) in placed(mistakes)
    for mistake in mistakes:
        assert tuple(mistake.data) == ALL_CODES[mistake.code], mistake


def test_every_code_of_the_duties_is_met_by_some_test() -> None:
    assert set(duties.CODES) <= {code for code, *_ in WRONG}


# A step just inside what it is about is sent, and so the ladder can be climbed.
@pytest.mark.parametrize(
    "edits",
    [
        [("{days: -1,", "{days: -22,")],
        [("{days: -1,", "{days: -4,"), ("title: Status,", "title: Status, ladder: kort,")],
        [("settled_by: statusrapport", "settled_by: for_hand")],
    ],
)
def test_what_can_be_is_not_refused(edits: list[Edit]) -> None:
    text = edited(SOUND, *edits).replace("chase: {svar: kort}", "chase: {svar: vanlig}")
    assert isinstance(parse_programme(text), Programme)


LINES = DUTIES.splitlines(keepends=True)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mutation_of_sound_duties_makes_the_parser_fail(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[at].partition(":")
        value = data.draw(
            st.sampled_from(
                [
                    "[]",
                    "{}",
                    "[[x]]",
                    "{a: {b: c}}",
                    "1",
                    "null",
                    "x",
                    "[{}]",
                    "[{per: [], dates: {}}]",
                    '"99-99"',
                ]
            )
        )
        lines[at] = data.draw(st.sampled_from(["", lines[at] * 2, f"{key}{colon} {value}\n", f"{key}\n"]))

    found = parse_programme(BASE + "".join(lines))

    if not isinstance(found, Programme):
        assert found, "refused without a mistake"
        for mistake in found:
            assert tuple(mistake.data) == ALL_CODES[mistake.code], mistake
