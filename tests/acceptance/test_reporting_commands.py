"""Do the commands about benefits and reports do what they say, and name what is wrong in a file?"""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.desk import KEY, OFFICE, Desk

OWNER = "kommunalsjef-hjemme@example.org"
ACCOUNTS = Path(__file__).parents[2] / "demo" / "accounts-2024-t3.csv"
PERIOD = "2026-T1"


@pytest.fixture
def reporting(desk: Desk) -> Desk:
    """The real portfolio, with people in the project's roles; the commands run on the real clock."""
    desk.done("project", "set", KEY, f"role.prosjekteier={OWNER}", f"role.prosjektleder={OFFICE}")
    return desk


def test_a_benefit_is_added_estimated_measured_and_listed(reporting: Desk) -> None:
    do = reporting.done
    told = '{"title": "Tilsyn per natt", "unit": "tilsyn"}'
    said = do("benefit", "add", KEY, "--title", "Færre tilsyn", "--kind", "A", "--indicator", told)
    assert "A1" in said.err
    do("benefit", "measure", KEY, "A1", "79", "--on", "2025-04-09", "--baseline", "--by", OFFICE)
    said = do("benefit", "measure", KEY, "A1", "61,5 tilsyn", "--on", "30.9.2025", "--by", OFFICE)
    assert "61,5 tilsyn (nullpunkt 79)" in said.err
    do("benefit", "estimate", KEY, "A1", "--fte", "2027=3,5", "--by", OFFICE)
    (one,) = do("benefit", "list", KEY, "--json").json
    assert (one["class"]["letter"], one["estimates"][0]["fte"]) == ("A", 3.5)
    assert "Gevinstarbeidet: gevinstmål under arbeid" in do("benefit", "list", KEY).out
    sums = do("benefit", "list", "--json").json
    assert [(target["term"], target["low"], target["high"]) for target in sums["targets"]] == [
        ("hs1", 1000, 1000),
        ("hs2", 500, 800),
    ]


def test_what_is_wrong_about_a_benefit_is_said_with_its_place(reporting: Desk) -> None:
    reporting.done("benefit", "add", KEY, "--title", "Færre tilsyn", "--kind", "A", "--indicator", "Tilsyn")
    said = reporting.do("benefit", "measure", KEY, "A1", "1.234", "--on", "2025-05-01", "--by", OFFICE)
    assert said.code == 2
    assert said.err.splitlines() == [
        "value: «1.234» kan leses på to måter. Skriv tallet uten skilletegn for tusener.",
        "on: «Tilsyn» har ikke noe nullpunkt. Mål det først.",
    ]
    said = reporting.do("benefit", "estimate", KEY, "A1", "--fte", "2027=300 000 kr", "--by", OFFICE)
    assert (said.code, said.err.strip()) == (
        2,
        "fte 2027: Tallet er oppgitt i «kr», men måleenheten er «årsverk».",
    )


@pytest.mark.requirement("004-57")
def test_a_board_is_shown_how_every_project_stands(reporting: Desk) -> None:
    file = reporting.write("rapport.json", json.dumps({"progress": "Opplæring i fire soner."}))
    reporting.done("report", "submit", KEY, PERIOD, file, "--by", OFFICE)
    # Whichever meets next: a board that meets every tenth week has none ahead when its day is taken out.
    (day, body), *_ = [
        (one["starts_at"][:10], one["body"])
        for one in reporting.done("meeting", "list", "--json").json
        if one["status"] == "planned"
    ]
    said = reporting.done("meeting", "status", day, PERIOD, "--body", body)
    assert "«Status for prosjektene, " in said.err
    listed = reporting.done("meeting", "agenda", day, "--body", body).out
    assert "Status for prosjektene, " in listed
    assert "Venter på eier." in listed
    assert "(Prosjekt): Ikke levert." in listed
    assert listed.count("): ") >= 30


def test_a_report_is_delivered_approved_and_shown(reporting: Desk) -> None:
    told = {"progress": "Opplæring i fire soner.", "risks": [{"title": "Lite tid"}]}
    file = reporting.write("rapport.json", json.dumps(told))
    said = reporting.done("report", "submit", KEY, PERIOD, file, "--by", OFFICE)
    assert "er levert (versjon 1). Fem felt." in said.err
    assert reporting.do("report", "approve", KEY, PERIOD, "--by", OFFICE).code == 2
    reporting.done("report", "approve", KEY, PERIOD, "--by", OWNER)
    shown = reporting.done("report", "show", KEY, PERIOD, "--json").json
    assert (shown["version"], shown["approval"]) == (1, "godkjent")
    assert shown["values"]["progress"] == "Opplæring i fire soner."
    assert "Godkjent av eier, versjon 1." in reporting.done("report", "show", KEY, PERIOD).out
    assert "1 av " in reporting.done("report", "delivered", PERIOD).out
    again = reporting.do("report", "submit", KEY, PERIOD, file, "--by", OFFICE)
    assert again.code == 3
    reporting.done("report", "close-period", PERIOD)
    assert reporting.do("report", "submit", KEY, PERIOD, file, "--by", OFFICE).code == 3


def test_a_workbook_goes_out_and_comes_back_and_is_refused_by_sheet_and_cell(reporting: Desk) -> None:
    out = reporting.folder / "bok.xlsx"
    reporting.done("report", "export-workbook", "--all", PERIOD, "--out", out)
    book = load_workbook(out)
    rows = [row for row in book["Rapport"].iter_rows(min_row=2) if row[0].value == KEY]
    rows[0][5].value = "Opplæring i fire soner."
    book.save(out)
    said = reporting.done("report", "import-workbook", out, "--by", OFFICE)
    assert said.err.startswith("Leverte én rapport.")
    book["Rapport"]["F1"] = "Kommentar"
    book.save(out)
    said = reporting.do("report", "import-workbook", out, "--by", OFFICE)
    assert said.code == 2
    assert (
        said.err.strip() == f"{out} Rapport!F1: Her skulle kolonnen «Svar» stått, men her står «Kommentar»."
    )
    reporting.done("report", "export-workbook", KEY, PERIOD, "--out", out)
    said = reporting.do("report", "export-workbook", PERIOD, "--out", out)
    assert (said.code, said.err.strip()) == (2, "Oppgi ett prosjekt og perioden, eller --all og perioden.")


def test_the_accounts_are_imported_or_refused_by_cell(reporting: Desk) -> None:
    said = reporting.done("report", "import-accounts", ACCOUNTS, "2024-T3", "--as-of", "17.1.2025")
    assert said.err.startswith("Leste inn ti linjer")
    file = reporting.write("feil.csv", "label,group,project_number,spent\nKurs,utgift,P-99,1\n")
    said = reporting.do("report", "import-accounts", file, "2024-T3", "--as-of", "2025-01-17")
    assert (said.code, said.err.strip()) == (2, f"{file}:2:3 Ingen prosjekter har prosjektnummeret «P-99».")
    file = reporting.write("overforing.csv", "project,label,amount\ne-las,Elektronisk dørlås,500 000\n")
    assert "500 000" in reporting.done("report", "import-transfers", file, "2024-T3").err.replace(
        "\u00a0", " "
    )
    file = reporting.write("risiko.csv", "number,title\n1,Lite kapasitet\n")
    reporting.done("report", "import-risks", file, "2024-T3")
    said = reporting.done("report", "light", "2024-T3", "okonomi", "gul", "--reason", "Mindreforbruk.")
    assert said.err.strip() == "Økonomi i 2024-T3: Gul."
    reporting.done("report", "text", "2024-T3", "status", "Godt i gang.")
    lights = {
        one["area"]: one["light"] for one in reporting.done("report", "lights", "2024-T3", "--json").json
    }
    assert lights["okonomi"] == "gul"
    assert "Mindreforbruk." in reporting.done("report", "lights", "2024-T3").out


def test_a_programme_without_quality_indicators_says_so_and_a_report_becomes_a_paper(reporting: Desk) -> None:
    said = reporting.do("report", "score", KEY, PERIOD, "samskaping=2", "--by", OFFICE)
    assert (said.code, said.err.strip()) == (2, "Programmet har ingen kvalitetsindikatorer.")
    assert reporting.do("report", "quality", PERIOD).code == 2
    out = reporting.folder / "rapport.html"
    assert reporting.do("report", "project", KEY, PERIOD, "--out", out, "--format", "html").code == 2
    file = reporting.write("rapport.json", '{"progress": "Opplæring i fire soner."}')
    reporting.done("report", "submit", KEY, PERIOD, file, "--by", OFFICE)
    reporting.done("report", "project", KEY, PERIOD, "--out", out, "--format", "html")
    assert "Opplæring i fire soner." in out.read_text("utf-8")
