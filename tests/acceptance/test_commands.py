"""Do the commands do what officials and operators ask of them, and refuse all else in plain words?"""

import json
import secrets
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import create_engine, text

from cli import errors
from cli.misuse import DatabaseUnusable
from engine import clock
from tests.databases import Fresh
from tests.desk import (
    ASKER,
    KEY,
    OFFICE,
    PORTFOLIO,
    PROGRAMME,
    SEATS,
    WORKFLOW,
    Desk,
    environment,
    faseport,
    fill_in,
)
from tests.mail_servers import real_server


def opened_case(desk: Desk) -> None:
    """The case for BP2, in writing."""
    fill_in(desk)
    desk.done("gate", "request", KEY, "--by", ASKER, "--proposal", "Gå videre.", "--handling", "skriftlig")


# ---------------------------------------------------------------- the sunny day


def test_the_freshly_loaded_portfolio_counts_as_the_report_does(desk: Desk) -> None:
    portfolio = desk.done("project", "list", "--json").json
    reported = [one["reported_as"] for one in portfolio]
    areas = [one["focus_area"] for one in portfolio]
    assert {status: reported.count(status) for status in dict.fromkeys(reported)} == {
        "Avsluttet": 3,
        "Konsept": 5,
        "Prosjekt": 23,
        "Realisering": 4,
    }
    assert [areas.count(area) for area in ("2", "3", "4", "5")] == [7, 17, 7, 4]
    assert (
        "35 prosjekter: 5 Konsept, 23 Prosjekt, 4 Realisering, 3 Avsluttet."
        in desk.done("project", "list").out
    )


@pytest.mark.requirement("000-72")
def test_a_project_goes_from_refused_to_decided_by_commands_alone(desk: Desk) -> None:
    checked = desk.done("gate", "check", KEY, "--json").json
    unmet = [one for one in checked["criteria"] if one["weight"] == "må" and one["status"] == "unmet"]
    assert (checked["gate"], checked["open"]) == ("BP2", False)
    assert (checked["decided_by"]["id"], checked["others"]) == ("styringsgruppa", ["STANS"])
    said = desk.done("gate", "check", KEY).out.splitlines()
    assert said[-2:] == ["Styringsgruppa beslutter.", "Prosjektet kan også be om STANS, med «--gate»."]
    fill_in(desk)
    assert desk.done("gate", "check", KEY, "--json").json["open"] is True
    asked = faseport(
        desk.folder,
        "gate",
        "request",
        KEY,
        "--by",
        ASKER,
        "--proposal",
        "Gå videre.",
        "--handling",
        "skriftlig",
    )
    assert (asked.code, asked.out) == (0, "")
    assert "Sak 1/" in asked.err
    case = desk.done("case", "list", "--json").json[0]
    for seat in SEATS:
        desk.done("case", "vote", case["number"], "--seat", seat, "--choice", "godkjenn")
    decided = desk.done("case", "show", case["id"], "--json").json
    assert (decided["status"], decided["outcome"], len(decided["ballots"])) == ("decided", "godkjent", 8)
    assert desk.done("project", "show", KEY, "--json").json["reported_as"] == "Prosjekt"
    assert desk.done("ledger", "verify", "--json").json["sound"] is True
    assert len(unmet) > 5


def test_a_request_that_is_not_ready_names_every_reason_and_opens_nothing(desk: Desk) -> None:
    desk.done("person", "add", ASKER, "--name", "Utredningsleder")
    desk.done("project", "set", KEY, f"role.utredningsleder={ASKER}")
    checked = desk.done("gate", "check", KEY, "--json").json
    unmet = [one["id"] for one in checked["criteria"] if one["weight"] == "må" and one["status"] == "unmet"]
    refused = faseport(desk.folder, "gate", "request", KEY, "--by", ASKER, "--proposal", "Gå videre.")
    assert (refused.code, refused.out) == (3, "")
    assert [name for name in unmet if f"({name})" not in refused.err] == []
    assert refused.err.count("  – ") >= len(unmet)
    assert desk.done("case", "list", "--json").json == []
    tick = desk.done("tick", "--json").json
    assert tick["letters"] is None  # no mail server is named here; and nothing waits for one
    assert "0, ingen for lenge" in desk.do("doctor").out


def test_the_chair_concludes_with_conditions_and_the_office_withdraws_nothing_after(desk: Desk) -> None:
    opened_case(desk)
    number = desk.done("case", "list", "--json").json[0]["number"]
    for seat in SEATS[:5]:
        desk.done("case", "vote", number, "--seat", seat, "--choice", "godkjenn")
    refused = desk.do(
        "case",
        "conclude",
        number,
        "--outcome",
        "godkjent_med_forutsetninger",
        "--by",
        f"{SEATS[0]}@example.org",
    )
    assert refused.code == 3
    concluded = desk.do(
        "case",
        "conclude",
        number,
        "--outcome",
        "godkjent_med_forutsetninger",
        "--wording",
        "Prosjektet går videre.",
        "--condition",
        "Nullpunkt er målt i to soner. | Gevinstansvarlig | 1.4.2199",
        "--by",
        f"{SEATS[0]}@example.org",
    )
    assert concluded.code == 0, concluded
    told = desk.done("case", "show", number, "--json").json
    assert told["conditions"][0]["due"] == "2199-04-01"
    late = desk.do("case", "withdraw", number, "--reason", "Angrer.")
    assert late.code == 3
    assert "avgjort" in late.err


def test_the_secretary_enters_an_answer_that_was_given_in_the_meeting(desk: Desk) -> None:
    opened_case(desk)
    number = desk.done("case", "list", "--json").json[0]["number"]
    desk.done("case", "vote", number, "--seat", SEATS[1], "--choice", "avstar", "--recorded-by", OFFICE)
    seen = desk.done("case", "show", number, "--by", OFFICE, "--json").json
    assert [(one["seat"], one["recorded_by"] is not None) for one in seen["ballots"]] == [(SEATS[1], True)]
    stranger = desk.do(
        "case", "vote", number, "--seat", SEATS[2], "--choice", "avstar", "--recorded-by", ASKER
    )
    assert stranger.code == 2


def test_letters_leave_at_a_tick_one_to_each_seat(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_case(desk)
    with real_server() as (mailbox, port):
        monkeypatch.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        monkeypatch.setenv("FASEPORT_MAIL_FROM", "Faseport <faseport@example.org>")
        assert desk.done("tick", "--json").json["letters"]["sent"] == 8
        assert desk.done("tick", "--json").json["letters"]["sent"] == 0
        assert len({recipient for recipient, _ in mailbox.received}) == len(mailbox.received) == 8


def test_a_mail_server_that_is_down_stops_no_case_and_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        monkeypatch.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{taken.getsockname()[1]}?tls=none")
        monkeypatch.setenv("FASEPORT_MAIL_FROM", "Faseport <faseport@example.org>")
        opened_case(desk)
        said = desk.done("tick", "--json").json["letters"]
    assert (said["sent"], said["dead"]) == (0, 0)
    assert said["retried"] > 0
    assert desk.done("case", "list", "--json").json[0]["status"] == "open"


@pytest.mark.requirement("000-67")
def test_a_project_may_name_the_body_that_steers_it(desk: Desk) -> None:
    fill_in(desk)
    desk.done("project", "set", KEY, "body=programstyret")
    asked = desk.done("gate", "request", KEY, "--by", ASKER, "--proposal", "Gå videre.")
    assert "programstyret" in asked.err
    assert desk.done("case", "list", "--json").json[0]["body"] == "Programstyret"


def test_a_project_is_taken_in_when_its_own_criteria_are_met_and_once(desk: Desk) -> None:
    refused = desk.do("project", "take-in", KEY)
    checked = desk.done("gate", "check", KEY, "--gate", "inntak", "--json").json
    unmet = [one["id"] for one in checked["criteria"] if one["weight"] == "må" and one["status"] == "unmet"]
    assert (refused.code, checked["gate"], checked["open"]) == (3, "inntak", False)
    assert [name for name in unmet if f"({name})" not in refused.err] == []
    fill_in(desk)
    desk.done(
        "project",
        "set",
        KEY,
        "strategy_link=Temaplanen",
        "priority.contribution=Stort bidrag",
        "priority.utility=Tryggere netter",
        "priority.resources=1,2 millioner kroner",
        "priority.order=Før digitalt tilsyn",
        "benefit_assessment=Gevinstene er vurdert",
    )
    for criterion in ("leangen", "gevinster-malbare"):
        answered = ["gate", "answer", KEY, criterion, "--gate", "inntak", "--value", "ja", "--by", ASKER]
        desk.done(*answered, "--explain", "Kan måles.")
        desk.do("gate", "confirm", KEY, criterion, "--gate", "inntak", "--by", OFFICE)
    assert "Klar for inntak." in desk.done("gate", "check", KEY, "--gate", "inntak").out.splitlines()
    assert desk.do("project", "take-in", KEY, "--by", ASKER).code == 2
    taken = desk.done("project", "take-in", KEY, "--on", "15.1.2025")
    assert "fra onsdag 15. januar 2025" in taken.err
    assert desk.done("project", "show", KEY, "--json").json["taken_in_on"] == "2025-01-15"
    assert desk.do("project", "take-in", KEY).code == 3


# ---------------------------------------------------------------- what is misspelt


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (["project", "show", "implementering-eksisterende-vf"], KEY),
        (["gate", "check", KEY, "--gate", "BP22"], "BP2"),
        (["gate", "answer", KEY, "leangn", "--value", "ja", "--by", OFFICE], "leangen"),
        (["gate", "request", KEY, "--by", "programkontr@example.org", "--proposal", "x"], OFFICE),
        (["gate", "request", KEY, "--by", OFFICE, "--proposal", "x", "--handling", "skriftli"], "skriftlig"),
        (["seat", "assign", "styringsgrupa", SEATS[0], OFFICE, "--from", "2026-01-01"], "styringsgruppa"),
        (
            ["seat", "assign", "styringsgruppa", "kommunalsjef-bo", OFFICE, "--from", "2026-01-01"],
            "kommunalsjef-boa",
        ),
        (["project", "set", KEY, "goalz=x"], "goals"),
        (["project", "set", KEY, f"role.prosjektledr={OFFICE}"], "prosjektleder"),
        (["paper", "add", KEY, "prosjektforslagg", str(PORTFOLIO)], "prosjektforslag"),
        (["workflow", "show", "prosjektveivisern"], "prosjektveiviseren"),
        (["person", "erase", "programkontr@example.org", "--yes"], OFFICE),
    ],
)
def test_an_unknown_name_is_misuse_and_the_nearest_one_is_suggested(
    arguments: list[str], nearest: str, desk: Desk
) -> None:
    said = desk.do(*arguments)
    assert (said.code, said.out) == (2, "")
    assert f"Mente du «{nearest}»?" in said.err


def test_every_wrong_value_is_named_and_none_is_stored(desk: Desk) -> None:
    before = desk.done("project", "show", KEY, "--json").out
    said = desk.do(
        "project", "set", KEY, "goals=Gode mål", "cost_total=mye", "planned_end_on=31.02.2026", "size=enorm"
    )
    assert said.code == 2
    assert [line.partition(":")[0] for line in said.err.splitlines()] == [
        "cost_total",
        "planned_end_on",
        "size",
    ]
    assert desk.done("project", "show", KEY, "--json").out == before


@pytest.mark.parametrize("arguments", [["project", "set", KEY, "uten-verdi"], ["project", "set", KEY, "=x"]])
def test_an_assignment_without_name_or_value_is_misuse(arguments: list[str], desk: Desk) -> None:
    assert desk.do(*arguments).code == 2


def test_somebody_without_the_role_is_refused_by_name_of_the_role(desk: Desk) -> None:
    said = desk.do("gate", "request", KEY, "--by", f"{SEATS[5]}@example.org", "--proposal", "x")
    assert said.code == 2
    assert "tredningsleder" in said.err


# ---------------------------------------------------------------- portfolio files nobody should send


HEADER = "key,title,workflow,phase,focus_area,started_on"


def refused_import(desk: Desk, file: Path) -> list[str]:
    """The lines an import was refused with; the portfolio is untouched."""
    before = desk.done("project", "list", "--json").out
    said = desk.do("project", "import", file)
    assert (said.code, said.out) == (2, "")
    assert desk.done("project", "list", "--json").out == before
    return said.err.splitlines()


def places(lines: list[str], file: Path) -> list[str]:
    """«row:column» of each line, which begins with the file's name."""
    assert all(line.startswith(f"{file}:") for line in lines), lines
    return [line.removeprefix(f"{file}:").split(" ")[0] for line in lines]


def test_every_wrong_cell_is_named_by_row_and_column_and_no_row_is_imported(desk: Desk) -> None:
    file = desk.write(
        "p.csv",
        f"{HEADER}\n"
        "god,Et godt prosjekt,prosjektveiviseren,konsept,2,2025-01-01\n"
        "en,Feil fase,prosjektveiviseren,konsepet,2,2025-01-01\n"
        "to,Feil flyt,prosjektveivisern,konsept,2,2025-01-01\n"
        "god,Samme nøkkel,prosjektveiviseren,konsept,2,2025-01-01\n"
        "tre,,prosjektveiviseren,,2,31.02.2025\n"
        f"{KEY},Finnes fra før,prosjektveiviseren,konsept,2,2025-01-01\n",
    )
    lines = refused_import(desk, file)
    assert places(lines, file) == ["3:4", "4:3", "5:1", "6:2", "6:4", "6:6", "7:1"]
    assert "Mente du «konsept»?" in lines[0]


def test_missing_and_unknown_columns_are_named(desk: Desk) -> None:
    file = desk.write("p.csv", "key,titel,workflow\nen,Tittel,prosjektveiviseren\n")
    lines = refused_import(desk, file)
    assert len(lines) == 3
    assert any("title" in line for line in lines)
    assert any("phase" in line for line in lines)
    assert any("titel" in line for line in lines)


def test_formulas_are_refused_in_csv_and_in_a_workbook(desk: Desk) -> None:
    in_csv = desk.write("p.csv", f'{HEADER}\nen,"=HYPERLINK(""x"")",prosjektveiviseren,konsept,2,\n')
    assert places(refused_import(desk, in_csv), in_csv) == ["2:2"]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append(["en", "=1+1", "prosjektveiviseren", "konsept", "=A1", None])
    book.save(desk.folder / "p.xlsx")
    in_book = desk.folder / "p.xlsx"
    assert places(refused_import(desk, in_book), in_book) == ["2:2", "2:5"]


def test_latin_1_is_refused_where_its_first_foreign_byte_stands(desk: Desk) -> None:
    file = desk.write("p.csv", f"{HEADER}\nen,Blå dør,prosjektveiviseren,konsept,2,\n".encode("latin-1"))
    assert places(refused_import(desk, file), file) == ["2:6"]


@pytest.mark.parametrize("size", [10 * 1024 * 1024 + 1, 10 * 1024 * 1024])
def test_ten_megabytes_of_rubbish_are_refused_at_once(size: int, desk: Desk) -> None:
    file = desk.write("p.csv", secrets.token_bytes(size))
    started = time.monotonic()
    assert len(refused_import(desk, file)) == 1
    assert time.monotonic() - started < 60


def test_a_zip_bomb_is_refused_before_it_is_unpacked(desk: Desk) -> None:
    path = desk.folder / "p.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(60):
            part.write(b"0" * 1024 * 1024)
    assert path.stat().st_size < 1024 * 1024
    assert len(refused_import(desk, path)) == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04tull", b"\0\0\0", b'a,"b\n'])
def test_a_file_that_is_no_table_is_refused(content: bytes, desk: Desk) -> None:
    assert refused_import(desk, desk.write("p.csv", content))


def test_a_file_that_is_not_there_is_misuse(desk: Desk) -> None:
    said = desk.do("project", "import", desk.folder / "borte.csv")
    assert said.code == 2
    assert "finnes ikke" in said.err


# ---------------------------------------------------------------- definitions and programmes


def test_a_sound_workflow_checks_out_alone_and_with_its_programme(desk: Desk) -> None:
    said = desk.done("workflow", "check", WORKFLOW, "--programme", PROGRAMME)
    assert "prosjektveiviseren versjon 2 holder" in said.err


def test_a_wrong_workflow_is_refused_with_every_mistake_and_its_place(desk: Desk) -> None:
    text_ = WORKFLOW.read_text(encoding="utf-8")
    file = desk.write(
        "feil.yaml",
        text_.replace("from: konsept\n    decided", "from: konsepet\n    decided", 1) + "tull: 1\n",
    )
    said = desk.do("workflow", "check", file)
    assert said.code == 2
    assert len(places(said.err.splitlines(), file)) >= 2


def test_a_programme_file_is_refused_with_every_mistake_and_nothing_is_changed(desk: Desk) -> None:
    file = desk.write(
        "program.yaml", PROGRAMME.read_text(encoding="utf-8").replace("quorum: 5", "quorum: mange")
    )
    before = desk.done("programme", "show", "--json").out
    said = desk.do("programme", "load", file)
    assert said.code == 2
    assert places(said.err.splitlines(), file)
    assert desk.done("programme", "show", "--json").out == before


def test_a_changed_programme_is_shown_and_not_put_into_force_without_a_yes(desk: Desk) -> None:
    file = desk.write("program.yaml", PROGRAMME.read_text(encoding="utf-8").replace("quorum: 5", "quorum: 6"))
    asked = desk.do("programme", "load", file)
    assert asked.code == 2
    assert "-    quorum: 5" in asked.err
    assert "+    quorum: 6" in asked.err
    desk.done("programme", "load", file, "--yes")
    assert desk.done("programme", "show", "--json").json["file"]["bodies"][1]["quorum"] == 6


def test_loading_the_same_programme_twice_changes_nothing(desk: Desk) -> None:
    assert "Ingenting er endret" in desk.done("programme", "load", PROGRAMME).err


def test_the_same_version_with_another_text_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    own = desk.folder / "egne"
    own.mkdir()
    changed = WORKFLOW.read_text(encoding="utf-8").replace("Problemet er beskrevet", "Problemet er forklart")
    (own / "prosjektveiviseren.yaml").write_text(changed, encoding="utf-8")
    monkeypatch.setenv("FASEPORT_WORKFLOWS", str(own))
    said = desk.do("init")
    assert said.code == 2
    assert "prosjektveiviseren" in said.err
    raised = changed.replace("version: 2", "version: 3", 1)
    (own / "prosjektveiviseren.yaml").write_text(raised, encoding="utf-8")
    desk.done("init")
    versions = [
        one["version"]
        for one in desk.done("workflow", "list", "--json").json
        if one["workflow"] == "prosjektveiviseren"
    ]
    assert versions == [2, 3]
    assert desk.done("project", "show", KEY, "--json").json["version"] == 2


def test_init_refuses_an_own_workflow_with_every_mistake_and_registers_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = desk.folder / "egne"
    own.mkdir()
    file = own / "egen.yaml"
    text_ = WORKFLOW.read_text(encoding="utf-8").replace("workflow: prosjektveiviseren", "workflow: egen", 1)
    wrong = text_.replace("from: konsept\n    decided", "from: konsepet\n    decided", 1) + "tull: 1\n"
    file.write_text(wrong, encoding="utf-8")
    monkeypatch.setenv("FASEPORT_WORKFLOWS", str(own))
    before = desk.done("workflow", "list", "--json").json
    said = desk.do("init")
    assert said.code == 2
    assert len([line for line in said.err.splitlines() if line.startswith(f"{file}:")]) >= 2
    assert desk.done("workflow", "list", "--json").json == before


def test_an_own_workflow_that_runs_away_is_stopped_in_its_own_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = desk.folder / "egne"
    own.mkdir()
    (own / "egen.yaml").write_text(WORKFLOW.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("FASEPORT_WORKFLOWS", str(own))
    monkeypatch.setattr("cli.workflows.SECONDS", 0.01)
    said = desk.do("init")
    assert said.code == 2
    assert f"{own / 'egen.yaml'}: Prøven ble stanset" in said.err


# ---------------------------------------------------------------- the installation itself


def test_init_makes_what_only_its_owner_can_read_and_twice_changes_nothing(
    installed: Path, desk: Desk
) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (installed / "var").iterdir()}
    assert modes["secret.key"] == modes["faseport.db"] == 0o600
    key = (desk.folder / "var" / "secret.key").read_text(encoding="ascii")
    assert "er slik denne utgaven kjenner den" in desk.done("init").err
    assert (desk.folder / "var" / "secret.key").read_text(encoding="ascii") == key


def test_an_installation_is_made_the_same_way_on_both_databases(
    empty: Fresh, backend: str, empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASEPORT_DATABASE_URL", empty())
    assert empty_desk.do("project", "list").code == 2
    empty_desk.done("init")
    empty_desk.done("programme", "load", PROGRAMME)
    empty_desk.done("project", "import", PORTFOLIO, "--on", "2024-12-31")
    empty_desk.done("tick")
    assert len(empty_desk.done("project", "list", "--json").json) == 35
    assert empty_desk.done("ledger", "verify", "--json").json["sound"] is True
    checks = {one["id"]: one for one in empty_desk.do("doctor", "--json").json["checks"]}
    assert checks["server"]["found"].lower().startswith(backend)
    assert [name for name, one in checks.items() if one["status"] == "wrong"] == ["mail"]


@pytest.mark.parametrize(
    "arguments", [["project", "list"], ["tick"], ["ledger", "verify"], ["serve"], ["worker"]]
)
def test_without_a_database_every_command_names_the_one_that_makes_it(
    arguments: list[str], empty_desk: Desk
) -> None:
    said = empty_desk.do(*arguments)
    assert said.code == 2
    assert "faseport init" in said.err
    assert not list(empty_desk.folder.iterdir())


def test_a_database_from_another_version_is_refused_and_left_alone(desk: Desk) -> None:
    url = f"sqlite:///{desk.folder / 'var' / 'faseport.db'}"
    engine = create_engine(url)
    with engine.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for command in (["project", "list"], ["init"]):
        said = desk.do(*command)
        assert said.code == 2
        assert "9999" in said.err
        assert "faseport init" in said.err


def test_an_older_database_is_refused_with_the_command_that_upgrades_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert errors.report(DatabaseUnusable("sqlite:///x.db", "older", "0000")) == 2
    assert "faseport init" in capsys.readouterr().err


def test_a_file_that_is_no_database_is_refused(empty_desk: Desk) -> None:
    (empty_desk.folder / "var").mkdir()
    empty_desk.write("var/faseport.db", "dette er ikke en database, men en ganske lang tekst " * 100)
    for command in (["project", "list"], ["init"]):
        said = empty_desk.do(*command)
        assert said.code == 2
        assert "kan ikke åpnes" in said.err


def test_a_missing_key_beside_a_database_is_refused_and_none_is_made(desk: Desk) -> None:
    key = desk.folder / "var" / "secret.key"
    key.unlink()
    for command in (["tick"], ["serve"], ["init"]):
        assert desk.do(*command).code == 2
    assert not key.exists()


def test_a_key_made_for_a_lost_one_never_takes_its_number(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_case(desk)
    with real_server() as (_, port):
        monkeypatch.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        monkeypatch.setenv("FASEPORT_MAIL_FROM", "Faseport <faseport@example.org>")
        assert desk.done("tick", "--json").json["letters"]["sent"] == 8
    key = desk.folder / "var" / "secret.key"
    key.unlink()
    desk.done("init", "--new-key")
    assert list(json.loads(key.read_text(encoding="ascii"))) == ["2"]


def test_a_key_that_others_can_read_is_refused_with_what_mends_it(desk: Desk) -> None:
    (desk.folder / "var" / "secret.key").chmod(0o644)
    said = desk.do("tick")
    assert said.code == 2
    assert "chmod 600" in said.err


def test_the_demo_never_touches_a_database_that_is_not_a_demo(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.done("project", "list", "--json").out
    monkeypatch.setenv("FASEPORT_DATABASE_URL", "sqlite:///var/faseport.db")
    refused = desk.do("demo", "--once")
    assert refused.code == 2
    assert "er ikke en demo" in refused.err
    assert desk.done("project", "list", "--json").out == before


def test_serving_unencrypted_on_an_open_address_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASEPORT_BASE_URL", "http://faseport.example.org")
    said = desk.do("serve")
    assert said.code == 2
    assert "https" in said.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7"])
def test_listening_on_the_network_without_encryption_is_refused(host: str, desk: Desk) -> None:
    said = desk.do("serve", "--host", host)
    assert said.code == 2
    assert f"--host {host}" in said.err
    assert "https" in said.err


def test_doctor_before_the_first_init_speaks_of_nothing_lost(empty_desk: Desk) -> None:
    wrong = {
        one["id"]: one for one in empty_desk.do("doctor", "--json").json["checks"] if one["status"] == "wrong"
    }
    assert (wrong["keys"]["found"], wrong["keys"]["do"]) == ("ikke laget ennå", "Kjør: faseport init")
    assert "faseport init" in wrong["schema"]["found"]
    assert not list(empty_desk.folder.iterdir())


def test_doctor_finds_what_is_wrong_and_says_what_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASEPORT_SMPT_URL", "smtp://post.example.org")
    monkeypatch.setenv("FASEPORT_BASE_URL", "http://faseport.example.org")
    (desk.folder / "var" / "secret.key").chmod(0o640)
    said = desk.do("doctor", "--json")
    assert said.code == 3
    wrong = {one["id"]: one["do"] for one in said.json["checks"] if one["status"] == "wrong"}
    assert set(wrong) == {"names", "base_url", "mail", "keys", "heartbeat"}
    assert "FASEPORT_SMTP_URL" in wrong["names"]
    assert all(wrong.values())


def test_doctor_finds_an_empty_seat_and_a_stuck_letter(desk: Desk) -> None:
    opened_case(desk)
    url = f"sqlite:///{desk.folder / 'var' / 'faseport.db'}"
    engine = create_engine(url)
    with engine.begin() as tx:
        tx.execute(text("UPDATE outbox SET due_at = '2026-01-01 00:00:00.000000'"))
        tx.execute(text("DELETE FROM seat_holding WHERE seat = 'kommunalsjef-boa'"))
    engine.dispose()
    wrong = {
        one["id"]: one["found"]
        for one in desk.do("doctor", "--json").json["checks"]
        if one["status"] == "wrong"
    }
    assert "kommunalsjef-boa" in wrong["seats"]
    assert wrong["stuck"].startswith("8 ")


def test_doctor_finds_an_address_of_long_ago_that_no_letter_can_be_sent_to(desk: Desk) -> None:
    opened_case(desk)
    engine = create_engine(f"sqlite:///{desk.folder / 'var' / 'faseport.db'}")
    with engine.begin() as tx:
        tx.execute(text("UPDATE person SET email = 'gammål@example.org' WHERE email LIKE 'utreder@%'"))
    engine.dispose()
    (seats,) = [one for one in desk.do("doctor", "--json").json["checks"] if one["id"] == "seats"]
    assert (seats["status"], seats["found"]) == (
        "wrong",
        "adresser som ikke kan få brev: gammål@example.org",
    )


@pytest.mark.parametrize(("days", "counted"), [(13, 8), (15, 0)])
def test_doctor_lets_go_of_letters_that_were_lost_long_ago(days: int, counted: int, desk: Desk) -> None:
    opened_case(desk)
    lost_at = clock.now() - timedelta(days=days)
    engine = create_engine(f"sqlite:///{desk.folder / 'var' / 'faseport.db'}")
    with engine.begin() as tx:
        tx.execute(
            text("UPDATE outbox SET state = 'dead', reason = '552 For stort', settled_at = :at"),
            {"at": f"{lost_at:%Y-%m-%d %H:%M:%S.%f}"},
        )
    engine.dispose()
    (dead,) = [one for one in desk.do("doctor", "--json").json["checks"] if one["id"] == "dead"]
    assert dead["found"].partition(".")[0] == (str(counted) if counted else "ingen")


def test_doctor_is_content_with_an_installation_where_all_is_well(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with real_server() as (_, port):
        monkeypatch.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        monkeypatch.setenv("FASEPORT_MAIL_FROM", "Faseport <faseport@example.org>")
        desk.done("tick")
        assert desk.done("doctor", "--json").json["ok"] is True


def test_ledger_verify_finds_a_changed_answer(desk: Desk) -> None:
    opened_case(desk)
    number = desk.done("case", "list", "--json").json[0]["number"]
    desk.done("case", "vote", number, "--seat", SEATS[1], "--choice", "ikke_godkjenn", "--comment", "Nei.")
    url = f"sqlite:///{desk.folder / 'var' / 'faseport.db'}"
    engine = create_engine(url)
    with engine.begin() as tx:
        tx.execute(text("UPDATE ballot SET choice = 'godkjenn'"))
    engine.dispose()
    said = desk.do("ledger", "verify", "--json")
    assert said.code == 3
    assert [one["code"] for one in said.json["faults"]] == ["state_changed"]


def test_every_head_is_told_and_bears_witness_the_next_time(desk: Desk) -> None:
    told = desk.done("ledger", "verify", "--json").json
    assert len(told["heads"]) == told["chains"] > 35
    written = desk.done("ledger", "verify").out.splitlines()
    for head in told["heads"]:
        kept = f"{head['chain']}@{head['seq']}:{head['hash']}"
        assert kept in written
    assert desk.done("ledger", "verify", "--witness", kept, "--json").json["sound"] is True
    opened_case(desk)  # more has happened since, and the old head still holds
    desk.done("ledger", "verify", "--witness", kept)
    foreign = f"{head['chain']}@{head['seq']}:{'0' * 64}"
    assert desk.do("ledger", "verify", "--witness", foreign).code == 3


def test_a_day_has_one_checkpoint_of_every_chain(desk: Desk) -> None:
    assert desk.done("tick", "--json").json["heads_witnessed"] == 35
    assert desk.done("tick", "--json").json["heads_witnessed"] == 0
    assert desk.done("ledger", "verify", "--json").json["sound"] is True


def test_an_erased_person_is_gone_and_the_ledger_still_holds(desk: Desk) -> None:
    desk.done("person", "add", "innom@example.org", "--name", "Innom")
    assert desk.do("person", "erase", "innom@example.org").code == 2
    desk.done("person", "erase", "innom@example.org", "--yes")
    assert "innom@example.org" not in desk.done("person", "list", "--json").out
    verified = desk.done("ledger", "verify", "--json").json
    assert verified["sound"] is True
    assert verified["erased"] > 0


def test_help_is_quick_since_it_loads_nothing_heavy(tmp_path: Path) -> None:
    probe = "import sys, cli.main; print({'sqlalchemy', 'pydantic', 'celpy', 'fastapi'} & set(sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "set()"
    assert "gate" in faseport(tmp_path, "--help").out


def test_a_command_waits_only_for_the_libraries_it_needs(desk: Desk) -> None:
    probe = (
        "import sys; from cli.main import main; main(['case', 'list', '--json'])\n"
        "print({'alembic', 'cel', 'celpy', 'fastapi', 'holidays', 'typst'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=desk.folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["[]", "set()"]


def test_what_nobody_expected_ends_short_with_exit_1_and_shows_its_trace_only_on_request(desk: Desk) -> None:
    engine = create_engine(f"sqlite:///{desk.folder / 'var' / 'faseport.db'}")
    with engine.begin() as tx:
        tx.execute(text("UPDATE project SET kind = CAST(x'ff' AS TEXT)"))
    engine.dispose()
    short, whole = desk.do("project", "list"), desk.do("--trace", "project", "list")
    assert (short.code, short.out, len(short.err.splitlines())) == (1, "", 2)
    assert "SELECT" not in short.err
    assert whole.code == 1
    assert "Traceback" in whole.err


# ---------------------------------------------------------------- serving


@contextmanager
def served(folder: Path, **more: str) -> Iterator[str]:
    """A real server process in a folder, told to stop as an operating system does; the address it answers
    on.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "serve"],
        cwd=folder,
        env=environment(FASEPORT_BASE_URL=address, **more),
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        wait_for(f"{address}/healthz")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        logged = process.communicate(timeout=60)[1]
    assert process.returncode == 0, logged
    for line in logged.splitlines():
        assert line.startswith(("{", "Faseport svarer på")), line
    assert "/b/fpb1-" not in logged


def test_a_worker_sends_letters_without_any_pages_and_stops_when_told(desk: Desk) -> None:
    opened_case(desk)
    with real_server() as (mailbox, port):
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "worker"],
            cwd=desk.folder,
            env=environment(
                FASEPORT_SMTP_URL=f"smtp://127.0.0.1:{port}?tls=none",
                FASEPORT_MAIL_FROM="Faseport <faseport@example.org>",
            ),
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        end = time.monotonic() + 60
        while len(mailbox.received) < 8 and time.monotonic() < end and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        logged = [json.loads(line) for line in process.communicate(timeout=60)[1].splitlines()]
    assert process.returncode == 0
    assert len(mailbox.received) == 8
    assert (logged[0]["event"], logged[-1]["event"]) == ("worker started", "worker stopped")


def wait_for(address: str) -> Mapping[str, Any]:
    """What an address says once it is well; fails when it has not been within a minute."""
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                told: Mapping[str, Any] = json.load(answer)
                return told
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def test_serve_shows_the_portfolio_and_sends_letters_by_itself(desk: Desk) -> None:
    opened_case(desk)
    with real_server() as (mailbox, port):
        server = f"smtp://127.0.0.1:{port}?tls=none"
        sender = "Faseport <faseport@example.org>"
        with served(desk.folder, FASEPORT_SMTP_URL=server, FASEPORT_MAIL_FROM=sender) as address:
            end = time.monotonic() + 60
            while len(mailbox.received) < 8 and time.monotonic() < end:
                time.sleep(0.1)
            assert wait_for(f"{address}/healthz")["ok"] is True
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(f"{address}/b/fpb1-{'a' * 32}-abcd", timeout=60)
        assert len(mailbox.received) == 8
