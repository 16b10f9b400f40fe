"""Do the commands about the programme's report do what they say, and name what is wrong?"""

import hashlib
from pathlib import Path

import pytest
from openpyxl import load_workbook

from cli import reports
from tests.desk import Desk

PRINTED = Path(__file__).parents[2] / "demo" / "printed-2024-t3.csv"


@pytest.fixture
def at_the_end(desk: Desk) -> Desk:
    """The real portfolio; the commands run on the real clock, long after the third tertial of 2024."""
    return desk


@pytest.mark.parametrize("format", ["html", "pdf", "docx", "xlsx", "json"])
def test_a_report_of_a_past_period_is_written_in_every_format(at_the_end: Desk, format: str) -> None:
    out = at_the_end.folder / f"rapport.{format}"
    said = at_the_end.done("report", "build", "2024-T3", "--format", format, "--out", out)
    assert str(out) in said.err
    begins = {"html": b"<!doctype", "pdf": b"%PDF", "docx": b"PK", "xlsx": b"PK", "json": b"{"}
    assert out.read_bytes().startswith(begins[format])


def test_without_a_file_the_report_gets_a_name_of_its_own(
    at_the_end: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(at_the_end.folder)
    at_the_end.done("report", "build", "2024-T3", "--format", "json")
    assert (at_the_end.folder / "statusrapport-2024-t3.json").exists()


def test_check_names_what_disagrees_and_leaves_by_its_own_door(at_the_end: Desk) -> None:
    said = at_the_end.do("report", "check", "2024-T3")
    assert said.code == 3
    assert "Digitalt tilsyn står i to områder" in said.out
    assert "Rettes av prosjektlederen." in said.out


def test_check_against_a_published_report_finds_its_errors(at_the_end: Desk) -> None:
    said = at_the_end.do("report", "check", "2024-T3", "--against", PRINTED, "--json")
    assert said.code == 3
    found = {one["code"]: one for one in said.json}
    assert [side["value"] for side in found["transfers_differ"]["sides"]] == [3_960_000, 3_900_000]
    assert found["transfers_differ"]["difference"] == 60_000
    assert found["two_areas"]["project"] == "digitalt-tilsyn"


def test_a_bad_file_is_told_cell_by_cell(at_the_end: Desk) -> None:
    bad = at_the_end.write("tall.csv", "place,row,column,value\nfaser,alle,Konsept,fem\nfase,x,y,1\n")
    said = at_the_end.do("report", "check", "2024-T3", "--against", bad)
    assert said.code == 2
    assert "tall.csv:2:4" in said.err
    assert "tall.csv:3:1" in said.err


def test_a_workbook_of_figures_can_be_compared_with(at_the_end: Desk) -> None:
    out = at_the_end.folder / "rapport.xlsx"
    at_the_end.done("report", "build", "2024-T3", "--format", "xlsx", "--out", out)
    book = load_workbook(out)
    for name in book.sheetnames[:-1]:
        del book[name]
    book.save(out)
    said = at_the_end.do("report", "check", "2024-T3", "--against", out, "--json")
    own = at_the_end.do("report", "check", "2024-T3", "--json")
    grades = [{one["code"] for one in told.json if one["grade"] == "avvik"} for told in (said, own)]
    assert grades[0] == grades[1]


def test_a_report_is_approved_published_and_served_as_it_was(at_the_end: Desk) -> None:
    do = at_the_end.do
    assert "Ingen godkjent versjon" in do("report", "publish", "2024-T3").err
    at_the_end.done("report", "approve", "2024-T3")
    refused = do("report", "publish", "2024-T3")
    assert refused.code == 3
    assert "avvik" in refused.err
    at_the_end.done("report", "publish", "2024-T3", "--despite", "Digitalt tilsyn avklares i mars.")
    (version,) = at_the_end.done("report", "show", "2024-T3", "--json").json
    out = at_the_end.folder / "publisert.html"
    at_the_end.done("report", "show", "2024-T3", "--format", "html", "--out", out)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == version["editions"]["html"]
    assert "Digitalt tilsyn avklares i mars." in out.read_text(encoding="utf-8")
    assert "avklares i mars" in at_the_end.done("report", "show", "2024-T3").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build", "2024-T9"), "Perioden «2024-T9» finnes ikke"),
        (("build", "2024-T3", "--format", "word"), "--format: «word» kan ikke velges"),
        (("build", "2024-T3", "--known-at", "i går"), "--known-at: «i går» er ikke et tidspunkt"),
        (("build", "2024-T3", "--template", "mal.docx"), "--template: bare docx"),
        (("build", "2024-T3", "--format", "docx", "--template", "mal.docx"), "finnes ikke"),
        (("check", "2024-T3", "--against", "borte.csv"), "finnes ikke"),
        (("approve", "2027-T3"), "varer til"),
        (("show", "2024-T3", "--out", "x.pdf"), "Ingen rapport er publisert"),
        (("approve", "e-las", "2024-T3"), "--by: oppgi prosjekteieren"),
    ],
)
def test_what_cannot_be_done_is_said(at_the_end: Desk, arguments: tuple[str, ...], said: str) -> None:
    done = at_the_end.do("report", *arguments)
    assert done.code in (2, 3)
    assert said in done.err


def test_a_report_as_known_before_the_portfolio_was_loaded_is_empty(at_the_end: Desk) -> None:
    out = at_the_end.folder / "tom.json"
    at_the_end.done(
        "report", "build", "2024-T3", "--format", "json", "--known-at", "2024-12-01T12:00", "--out", out
    )
    assert '"total": 0' in out.read_text(encoding="utf-8")


def test_long_work_tells_how_far_it_has_come_and_short_work_is_silent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = reports.progress()
    told("leser", 0, 35)
    assert capsys.readouterr().err == ""
    told("leser", 0, 10_000)
    told("leser", 4_500, 10_000)
    assert capsys.readouterr().err.splitlines() == ["Leser 10000 prosjekter …", "Leser … 4500 av 10000"]


def test_a_published_report_goes_to_byradet_with_a_letter_and_no_other_does(at_the_end: Desk) -> None:
    out = at_the_end.folder / "brev.pdf"
    refused = at_the_end.do("report", "letter", "2024-T3", "--out", out)
    assert refused.code == 3
    assert "Rapporten for 2024-T3 er ikke publisert" in refused.err
    assert not out.exists()
    at_the_end.done("report", "approve", "2024-T3")
    at_the_end.done("report", "publish", "2024-T3", "--despite", "Digitalt tilsyn avklares i mars.")
    at_the_end.done("report", "letter", "2024-T3", "--out", out)
    assert out.read_bytes().startswith(b"%PDF")
    page = at_the_end.folder / "brev.html"
    at_the_end.done(
        "report", "letter", "2024-T3", "--out", page, "--to", "Byrådet", "--ask", "Merk dere målet."
    )
    assert "Merk dere målet." in page.read_text()


def test_the_year_is_written_from_its_tertials_and_a_wrong_year_is_named(at_the_end: Desk) -> None:
    out = at_the_end.folder / "ar.html"
    at_the_end.done("report", "year", "2025", "--out", out)
    assert "Rapporten for 1. tertial 2025 er ikke publisert." in out.read_text()
    unknown = at_the_end.do("report", "year", "2019", "--out", out)
    assert unknown.code == 2
    assert "2019" in unknown.err
    assert at_the_end.do("report", "year", "2025", "--format", "xlsx").code == 2
