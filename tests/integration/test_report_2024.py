"""Does the computed report of the third tertial of 2024 print what the real one did, and find its errors?"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from demo import report_facts
from documents.tertial.content import blocks_by_id, report_content
from engine.core.report.disagreements import reconcile
from engine.core.report.finding import Finding, open_findings
from engine.core.report.known import Known
from engine.core.report.printed import figures_of, read_printed, vocabulary_of
from engine.core.report.report import TertialReport
from engine.core.report.sections import tertial_report
from language import findings as words
from tests.report_builders import demo_database, known_t3_2024

TABLE_4 = {
    "1": (0, 0, 0, 0),
    "2": (1, 5, 0, 1),
    "3": (1, 11, 4, 1),
    "4": (2, 5, 0, 0),
    "5": (1, 2, 0, 1),
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    with demo_database(tmp_path_factory.mktemp("rapport")) as db:
        yield known_t3_2024(db)


@pytest.fixture(scope="module")
def report(known: Known) -> TertialReport:
    return tertial_report(known)


@pytest.fixture(scope="module")
def against_print(known: Known, report: TertialReport) -> tuple[Finding, ...]:
    printed = read_printed(report_facts.printed(), vocabulary_of(known))
    assert isinstance(printed, dict), printed
    return reconcile(known, report, printed=printed)


def found(findings: tuple[Finding, ...], code: str) -> list[Finding]:
    return [one for one in findings if one.code == code]


@pytest.mark.requirement("001-02", "001-39")
def test_as_many_stand_in_each_phase(report: TertialReport) -> None:
    assert list(report.counts.values()) == [5, 23, 4, 3]
    assert report.total == 35


@pytest.mark.requirement("001-40")
def test_every_cell_of_table_4_is_the_printed_one(report: TertialReport) -> None:
    assert {row.code: tuple(row.counts.values()) for row in report.area_rows} == TABLE_4


@pytest.mark.requirement("001-41", "001-42")
def test_departments_and_their_areas_have_as_many(report: TertialReport) -> None:
    assert [one.total for one in report.departments] == [23, 12]
    assert [[column.total for column in one.columns] for one in report.departments] == [
        [8, 8, 1, 6],
        [8, 3, 0, 1],
    ]


@pytest.mark.requirement("001-17")
def test_both_columns_of_table_1_come_to_the_same(report: TertialReport) -> None:
    accounts = report.accounts
    assert accounts is not None
    assert accounts.income == accounts.budget == accounts.spent == 24_751_000
    assert accounts.underspent == 3_900_000


@pytest.mark.requirement("001-37")
def test_three_moved_three_closed_and_two_are_new(report: TertialReport) -> None:
    moved: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for one in report.changes:
        moved[one.before, one.after].append(one.key)
    assert {way: sorted(keys) for way, keys in moved.items()} == {
        (None, "Konsept"): ["demenslandsby", "implementering-eksisterende-vft"],
        ("Konsept", "Prosjekt"): [
            "aktivitet-og-deltakelse-boa",
            "lagerstyring-hvs",
            "mobilitet-og-transport",
        ],
        ("Prosjekt", "Avsluttet"): ["pa-lag", "rett-hjem"],
        ("Konsept", "Avsluttet"): ["ressursteam-hv"],
    }
    assert list(report.counts_before.values()) == [7, 22, 4]
    assert report.new_in_realisation == ()
    assert len(report.in_realisation) == 4


@pytest.mark.requirement("001-28", "001-29")
def test_what_is_realised_and_what_was_learnt_is_told(report: TertialReport) -> None:
    blocks = blocks_by_id(report_content(report))
    assert blocks["realisering.nye"]["lines"] == ["Ingen prosjekter gikk over i realisering i perioden."]
    (said,) = blocks["realisering.alle"]["lines"]
    assert said.startswith("Fire prosjekter følges opp i realisering: ")
    assert "Heltid og årsplanlegging" in said
    notes = blocks["realisering.erfaringer"]["items"]
    assert len(notes) == 3
    assert any("Går ikke over i realisering" in one and "forsterket utskrivningsteam" in one for one in notes)


@pytest.mark.requirement("001-44")
def test_vedlegg_1_lists_every_project_under_its_focus_area_and_says_where_there_is_none(
    report: TertialReport,
) -> None:
    assert [len(band.rows) for band in report.bands] == [0, 7, 17, 7, 4]
    blocks = blocks_by_id(report_content(report))
    assert blocks["vedlegg-1.1.tom"]["lines"] == ["Ingen prosjekter hører til dette innsatsområdet nå."]
    titles = [column["title"] for column in blocks["tabell-v1-2"]["columns"]]
    assert titles == ["Prosjekt", "Beskrivelse", "Tjeneste", "Fase"]


@pytest.mark.requirement("001-16")
def test_transfers_are_found_to_differ_from_the_accounts(against_print: tuple[Finding, ...]) -> None:
    (one,) = found(against_print, "transfers_differ")
    assert [side.value for side in one.sides] == [3_960_000, 3_900_000]
    assert one.difference == 60_000
    assert one.owner == "programkontoret"
    assert one.sides[1].source == "001:135"


@pytest.mark.requirement("001-27")
def test_five_projects_are_found_missing_from_vedlegg_2(against_print: tuple[Finding, ...]) -> None:
    (one,) = [each for each in found(against_print, "missing_in_list") if each.subject == "vedlegg_2"]
    assert [side.value for side in one.sides] == [23, 18]
    assert set(one.names) == {
        "Helsestasjon for eldre",
        "Boligmatrise BoA",
        "Boligmatrise Eldre",
        "Boligmatrise PHR",
        "Profesjonell rekruttering og introduksjon av nyansatte i helse og velferd",
    }


def test_one_project_is_found_in_two_areas(against_print: tuple[Finding, ...]) -> None:
    (one,) = found(against_print, "two_areas")
    assert one.project == "digitalt-tilsyn"
    assert [side.value for side in one.sides] == ["Hjemmebaserte tjenester", "Sykehjem og omsorgsboliger"]
    assert one.owner == "prosjektleder"


def test_one_project_is_found_to_start_after_the_period(against_print: tuple[Finding, ...]) -> None:
    (one,) = found(against_print, "starts_after_period")
    assert one.project == "helsestasjon-for-eldre"
    assert "01.01.2025" in words.told(one)


@pytest.mark.requirement("001-58")
def test_projects_are_found_under_several_names(against_print: tuple[Finding, ...]) -> None:
    named = {one.project: {side.value for side in one.sides} for one in found(against_print, "several_names")}
    assert named["e-las"] == {"e-Lås", "Elås", "E - lås", "Elektronisk dørlås"}
    assert len(named["boligmatrise-hv-overbyggende"]) == 4
    assert "sykepleier-pa-hjul" not in named
    assert len(named) == 22


def test_one_focus_area_is_found_without_projects(against_print: tuple[Finding, ...]) -> None:
    (one,) = found(against_print, "area_without_projects")
    assert one.subject == "Innbyggernes egen innsats"


def test_every_class_of_contradiction_is_named(against_print: tuple[Finding, ...]) -> None:
    codes = {one.code for one in against_print}
    assert codes >= {
        "transfers_differ",  # M1
        "missing_in_list",  # M2
        "claim_not_shown",  # M3
        "two_areas",  # M4
        "several_services_one_area",  # M5
        "area_never_named",  # M6
        "starts_after_period",  # M7
        "part_counted_apart",  # M8
        "estimates_claimed",  # M9
        "coverage_base",  # M9
        "area_without_projects",  # M10
        "column_missing",  # M11
        "underspent_elsewhere",  # M12
        "name_fits_several",  # M13
        "closing_but_counted",  # M14
        "closed_from_concept",  # M15
        "successor_unknown",  # M16
        "shared_counted_once",  # M17
        "heading_varies",  # M18
        "caption_missing",  # M19
        "several_names",
    }


def test_nothing_printed_right_is_called_wrong(against_print: tuple[Finding, ...]) -> None:
    """The sums that hold in the published report hold here too; which 12 have estimates is not printed."""
    assert found(against_print, "sums_differ") == []
    assert [one.subject for one in found(against_print, "differs_from_computed")] == ["med_anslag"]


def test_the_report_itself_differs_only_where_the_facts_do(known: Known, report: TertialReport) -> None:
    own = open_findings(reconcile(known, report))
    assert [one.code for one in own] == ["transfers_differ", "two_areas", "starts_after_period"]


def test_a_report_compared_with_its_own_figures_has_no_difference(
    known: Known, report: TertialReport
) -> None:
    again = open_findings(reconcile(known, report, printed=figures_of(report)))
    assert [one.code for one in again] == ["transfers_differ", "two_areas", "starts_after_period"]


def test_a_printed_number_that_is_wrong_is_found_wherever_it_stands(
    known: Known, report: TertialReport
) -> None:
    """Every number of the report in turn: one more than it is, and some finding puts the two side by side."""
    figures = figures_of(report)
    for spot, figure in figures.items():
        if not isinstance(figure.value, float) or spot[0] == "kolonner":
            continue
        wrong = {**figures, spot: replace(figure, value=figure.value + 1)}
        new = set(reconcile(known, report, printed=wrong)) - set(reconcile(known, report, printed=figures))
        assert any(figure.value + 1 in [side.value for side in one.sides] or one.difference for one in new), (
            spot
        )


def test_every_finding_says_what_stands_where_and_whose_it_is(against_print: tuple[Finding, ...]) -> None:
    for one in against_print:
        said = words.told(one)
        assert said[0].isupper() or not said[0].isalpha()
        assert said.endswith(".")
        assert words.title(one)
        assert words.owner(one).startswith("Rettes av ")
        assert one.code not in said
