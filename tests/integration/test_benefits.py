"""Are benefits kept, measured after their nullpunkt, estimated by tertial, and summed against the targets?"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.queries.benefits.show_benefits import portfolio_sums, project_benefits, project_progress
from engine.store import benefits as stored
from engine.store import projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.benefits.add_benefit import add_benefit
from engine.use_cases.benefits.estimate_benefit import Estimated, estimate_benefit
from engine.use_cases.benefits.measure_benefit import measure_benefit
from engine.use_cases.benefits.realise_benefit import realise_benefit
from engine.use_cases.benefits.state_progress import state_progress
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.projects.change_facts import BadFacts, change_facts
from tests import builders
from tests.builders import LEADER, NOW, OFFICE, OWNER

KEY = "trygghet"
INDICATOR = {"title": "Tilsyn per natt", "unit": "tilsyn", "target": "50"}
JUNE = datetime(2025, 6, 2, 9, tzinfo=UTC)


@pytest.fixture
def house(db: Database) -> Database:
    """A programme with targets, and a project with one benefit, A1, that has one indicator."""
    taxonomy = """
taxonomies:
  - id: strategier
    title: Strategier
    valid_from: 2024-01-01
    terms: [{code: hs1, title: Mindre behov, terms: [{code: 1a, title: Tidlig innsats}]}]
targets: [{term: hs1, measure: arsverk, low: 500, high: 800, by: 2040}]
"""
    builders.a_programme(db)
    load_programme(db, text=builders.programme_text() + taxonomy, now=NOW + timedelta(seconds=1))
    builders.a_project(db, key=KEY, phase="gjennomfore", focus_area_2025="1a")
    add(db, kind="A", indicators=[INDICATOR], owner="medlem-2@example.org", prioritised=True)
    return db


def add(db: Database, *, key: str = KEY, by: str = LEADER, **told: Any) -> str:
    return add_benefit(db, key=key, told={"title": "Færre tilsyn"} | told, by=by, now=NOW).benefit


def listed(db: Database, key: str = KEY) -> list[dict[str, Any]]:
    with db.reading() as tx:
        found: list[dict[str, Any]] = projects.facts(tx, key)["benefits"]
    return found


def measure(db: Database, value: str, on: date, **how: Any) -> Any:
    told: dict[str, Any] = {"benefit": "A1", "by": LEADER, "now": JUNE} | how
    return measure_benefit(db, key=KEY, value=value, measured_on=on, **told)


def estimate(db: Database, fte: dict[str, str] | None = None, **how: Any) -> Any:
    told: dict[str, Any] = {"key": KEY, "benefit": "A1", "by": LEADER, "now": NOW, "kroner": {}} | how
    return estimate_benefit(db, fte=fte or {}, **told)


def problems(act: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(BadFacts) as refused:
        act()
    return [(one.code, one.path) for one in refused.value.problems]


def untouched(db: Database, act: Callable[[], object]) -> list[tuple[str, str]]:
    """The problems of an act that must leave no trace."""
    with db.reading() as tx:
        before = ledger.heads(tx)
    found = problems(act)
    with db.reading() as tx:
        assert ledger.heads(tx) == before
    return found


# --- adding -----------------------------------------------------------------------


def test_a_benefit_gets_an_id_with_the_letter_of_its_class(house: Database) -> None:
    assert listed(house)[0] | {} == {
        "id": "A1",
        "title": "Færre tilsyn",
        "kind": "frigjort_tid",
        "owner": "medlem-2@example.org",
        "prioritised": True,
        "indicators": [{"id": "i1", "title": "Tilsyn per natt", "unit": "tilsyn", "target": 50.0}],
    }
    assert add(house, title="Tryggere brukere", kind="kvalitet") == "K1"
    assert add(house, title="Mindre kjøring", kind="a") == "A2"


def test_every_mistake_of_a_new_benefit_is_named_and_nothing_is_added(house: Database) -> None:
    told: dict[str, Any] = {
        "title": "FÆRRE TILSYN",
        "kind": "gratis",
        "owner": "to personer",
        "due": "snart",
        "colour": "blå",
        "indicators": [{"title": "x", "baseline": "mye"}],
    }
    found = untouched(house, lambda: add(house, **told))
    assert found == [
        ("benefit.kind_outside", "kind"),
        ("value.not_an_address", "owner"),
        ("value.not_a_date", "due"),
        ("value.unknown_field", "colour"),
        ("value.not_a_number", "indicators[0].baseline"),
    ]
    assert untouched(house, lambda: add(house)) == [("benefit.known", "title")]
    assert untouched(house, lambda: add(house, title=" ")) == [("benefit.untitled", "title")]


def test_benefits_are_for_the_projects_own_people_and_the_programme_office(house: Database) -> None:
    for who in (OWNER, OFFICE):
        add(house, title=f"Fra {who}", by=who)
    with pytest.raises(NotAllowed):
        add(house, title="Fra en annen", by="medlem-3@example.org")
    assert measure(house, "79", date(2025, 4, 9), as_baseline=True, by="medlem-2@example.org").value == 79


# --- measuring -----------------------------------------------------------------------


def test_the_nullpunkt_comes_first_and_the_measurements_beside_it(house: Database) -> None:
    assert untouched(house, lambda: measure(house, "60", date(2025, 5, 30))) == [
        ("benefit.no_baseline", "on")
    ]
    measure(house, "79 tilsyn", date(2025, 4, 9), as_baseline=True)
    done = measure(house, "61,5", date(2025, 5, 30), comment="Sone 1 og 2")
    assert (done.value, done.baseline, done.target, done.unit) == (61.5, 79, 50, "tilsyn")
    with house.reading() as tx:
        (one,) = stored.measurements(tx, KEY)
        assert (one.value, one.measured_on, one.comment) == (61.5, date(2025, 5, 30), "Sone 1 og 2")
        (view,) = project_benefits(tx, KEY, period="2025-T2", on=date(2025, 6, 2))
        assert [each.value for each in view.measurements["i1"]] == [61.5]


def test_a_measurement_that_cannot_be_is_refused_with_every_reason(house: Database) -> None:
    measure(house, "79", date(2025, 4, 9), as_baseline=True)
    assert untouched(house, lambda: measure(house, "3 timer", date(2025, 4, 8))) == [
        ("benefit.wrong_unit", "value"),
        ("benefit.before_baseline", "on"),
    ]
    assert untouched(house, lambda: measure(house, "1.234", date(2025, 6, 3))) == [
        ("value.ambiguous_number", "value"),
        ("benefit.in_future", "on"),
    ]
    assert untouched(house, lambda: measure(house, " ", date(2025, 5, 1))) == [
        ("benefit.nothing_told", "value")
    ]
    measure(house, "70", date(2025, 5, 1))
    assert untouched(house, lambda: measure(house, "80", date(2025, 5, 2), as_baseline=True)) == [
        ("benefit.baseline_after_measurement", "on")
    ]


def test_an_unknown_benefit_or_indicator_is_named_with_the_nearest(house: Database) -> None:
    with pytest.raises(Unknown) as asked:
        measure(house, "1", date(2025, 5, 1), benefit="Færre tilsynn")
    assert (asked.value.kind, asked.value.nearest) == ("benefit", "Færre tilsyn")
    with pytest.raises(Unknown) as asked:
        measure(house, "1", date(2025, 5, 1), indicator="Tilsyn pr natt")
    assert (asked.value.kind, asked.value.nearest) == ("indicator", "Tilsyn per natt")


def test_a_benefit_from_before_ids_is_measured_and_keeps_the_id_it_gets(house: Database) -> None:
    old = [
        {"title": "Gammel", "indicators": [{"title": "Timer", "baseline": 5, "baseline_on": "2025-01-01"}]}
    ]
    change_facts(house, key=KEY, changes={"benefits": old}, by=LEADER, effective=NOW.date(), now=NOW)
    measure(house, "4", date(2025, 5, 1), benefit="Gammel")
    measure(house, "3", date(2025, 5, 2), benefit="G1", indicator="i1")
    assert listed(house)[0]["id"] == "G1"
    with house.reading() as tx:
        assert [(one.benefit, one.indicator) for one in stored.measurements(tx, KEY)] == [("G1", "i1")] * 2


# --- estimating -----------------------------------------------------------------------


@pytest.mark.requirement("001-21")
def test_estimates_are_kept_by_tertial_and_the_facts_follow(house: Database) -> None:
    first = estimate(house, {"2027": "3,0 årsverk", "2026": "1"}, kroner={"2027": "2 400 000"})
    assert isinstance(first, Estimated)
    assert (first.period, first.years, first.steady) == ("2025-T1", (2026, 2027), 3.0)
    later = estimate(house, {"2027": "4,5"}, now=JUNE)
    assert later.period == "2025-T2"
    assert (listed(house)[0]["freed_fte"], listed(house)[0]["from_year"]) == (4.5, 2027)
    with house.reading() as tx:
        told = [(one.year, one.period, one.fte, one.kroner) for one in stored.estimates(tx, KEY)]
        (then,) = project_benefits(tx, KEY, period="2025-T1", on=date(2025, 6, 2))
    assert told == [
        (2026, "2025-T1", 1.0, None),
        (2027, "2025-T1", 3.0, 2_400_000),
        (2027, "2025-T2", 4.5, 2_400_000),
    ]
    assert then.estimates == {2026: (1.0, None), 2027: (3.0, 2_400_000)}


def test_what_was_known_at_an_instant_is_read_again(house: Database) -> None:
    estimate(house, {"2027": "3"})
    estimate(house, {"2027": "4"}, now=JUNE)
    with house.reading() as tx:
        assert [one.fte for one in stored.estimates(tx, known_at=NOW + timedelta(days=1))] == [3.0]


def test_every_wrong_figure_is_named_by_its_year_and_nothing_is_told(house: Database) -> None:
    found = untouched(
        house,
        lambda: estimate(
            house,
            {"2027": "300 000 kr", "snart": "1", "2028": "3"},
            kroner={"2027": "1,2 mill.", "2127": "1"},
        ),
    )
    assert found == [
        ("benefit.wrong_unit", "fte 2027"),
        ("value.not_a_number", "fte snart"),
        ("value.number_in_words", "kroner 2027"),
        ("value.out_of_range", "kroner 2127"),
    ]
    assert untouched(house, lambda: estimate(house)) == [("benefit.nothing_told", "")]


def test_a_period_that_is_not_there_or_has_not_begun_takes_no_estimates(house: Database) -> None:
    with pytest.raises(Unknown) as asked:
        estimate(house, {"2027": "3"}, period="2025-T9")
    assert (asked.value.kind, asked.value.nearest) == ("period", "2025-T2")
    refused = estimate(house, {"2027": "3"}, period="2025-T2")
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.reasons] == ["period_not_begun"]


@pytest.mark.requirement("000-45")
def test_what_was_realised_stands_beside_the_estimate(house: Database) -> None:
    estimate(house, {"2025": "3"})
    told: dict[str, Any] = {"key": KEY, "benefit": "A1", "kroner": {}, "by": OWNER}
    later = datetime(2028, 2, 1, 9, tzinfo=UTC)
    realise_benefit(house, fte={"2026": "2,5", "2027": "2"}, now=later, **told)
    realise_benefit(house, fte={"2026": "2,75"}, now=later, **told)
    with house.reading() as tx:
        (view,) = project_benefits(tx, KEY, period="2025-T1", on=later.date())
    assert view.estimates == {2025: (3.0, None)}
    assert view.realised == {2026: (2.75, None), 2027: (2.0, None)}
    found = untouched(
        house,
        lambda: realise_benefit(house, fte={"2029": "1"}, now=later, **told),
    )
    assert found == [("benefit.in_future", "2029")]


# --- all of them -----------------------------------------------------------------------


@pytest.mark.requirement("000-18", "000-19", "001-23")
def test_the_sums_stand_beside_the_targets_and_leave_out_concepts(house: Database) -> None:
    builders.a_project(house, key="annet", phase="gjennomfore", focus_area_2025="1a")
    builders.a_project(house, key="konsept", focus_area_2025="1a")
    builders.a_project(house, key="uten", phase="gjennomfore")
    for key, fte in (("annet", "1,5"), ("konsept", "9"), ("uten", "2")):
        add(house, key=key, title=f"Gevinst i {key}", kind="A")
        estimate(house, {"2027": fte}, key=key)
    estimate(house, {"2027": "3"})
    with house.reading() as tx:
        sums = portfolio_sums(tx, period="2025-T1", on=NOW.date())
    (target,) = sums.targets
    assert (target.term, target.low, target.high, target.by) == ("hs1", 500, 800, 2040)
    assert (target.fte, target.projects) == (4.5, ("annet", KEY))
    assert (sums.unplaced, sums.concepts, sums.doubles) == (("uten",), ("konsept",), ())


def test_a_benefit_counted_elsewhere_is_flagged_and_not_summed_twice(house: Database) -> None:
    builders.a_project(house, key="annet", phase="gjennomfore", focus_area_2025="1a")
    add(house, key="annet", kind="A")
    estimate(house, {"2027": "3"})
    estimate(house, {"2027": "3"}, key="annet")
    with house.reading() as tx:
        twice = portfolio_sums(tx, period="2025-T1", on=NOW.date())
    assert twice.targets[0].fte == 6.0
    assert [(one.name, one.settled) for one in twice.doubles] == [("Færre tilsyn", False)]
    told = [listed(house, "annet")[0] | {"counted_in": KEY}]
    change_facts(house, key="annet", changes={"benefits": told}, by=LEADER, effective=NOW.date(), now=NOW)
    with house.reading() as tx:
        once = portfolio_sums(tx, period="2025-T1", on=NOW.date())
    assert once.targets[0].fte == 3.0
    assert [one.settled for one in once.doubles] == [True]


def test_somebody_may_know_better_than_the_computed_progress_and_says_why(house: Database) -> None:
    def progress() -> tuple[str, str]:
        with house.reading() as tx:
            return project_progress(tx, KEY, period="2025-T1", on=NOW.date())["ambisjon"]

    def state(value: str | None, reason: str = "Avklart i møte.") -> object:
        return state_progress(
            house,
            key=KEY,
            period="2025-T1",
            column="ambisjon",
            progress=value,
            reason=reason,
            by=OFFICE,
            now=NOW,
        )

    assert progress() == ("ikke_pabegynt", "")
    assert isinstance(state("identifisert", " "), Refused)
    state("under_arbeid")
    assert progress() == ("under_arbeid", "Avklart i møte.")
    state(None)
    assert progress() == ("ikke_pabegynt", "")
    with pytest.raises(Unknown):
        state("ferdig")


def test_whatever_was_told_about_benefits_can_be_rebuilt(house: Database) -> None:
    measure(house, "79", date(2025, 4, 9), as_baseline=True)
    measure(house, "70", date(2025, 5, 1), comment="Én sone")
    estimate(house, {"2027": "3"}, kroner={"2027": "2 200 000 000"})
    realise_benefit(house, key=KEY, benefit="A1", fte={"2025": "1"}, kroner={}, by=LEADER, now=JUNE)
    state_progress(
        house,
        key=KEY,
        period="2025-T1",
        column="ambisjon",
        progress="identifisert",
        reason="Avklart.",
        by=OFFICE,
        now=NOW,
    )
    with house.reading() as tx:
        assert ledger.verify(tx).faults == ()
