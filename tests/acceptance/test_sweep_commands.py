"""Does one project's damaged facts stop anything but that project, on the whole of Trondheim's portfolio?"""

import json

import pytest
from sqlalchemy import create_engine, text

from tests.desk import ASKER, KEY, Desk, fill_in
from tests.mail_servers import real_server

BENEFITS = json.dumps(
    [
        {
            "title": "Spart tid",
            "prioritised": True,
            "due": "2027-06-01",
            "indicators": [{"title": "Kjøretid"}, {"title": "Ventetid"}],
        }
    ]
)
MEASURED = "maling"
USUAL = {"mail", "heartbeat", "owners", "seats", "base_url"}


def send_through(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
    monkeypatch.setenv("FASEPORT_MAIL_FROM", "Faseport <faseport@example.org>")


def measured(desk: Desk, project: str) -> list[tuple[str, str]]:
    """What is to be measured in a project: the indicator's title and the day."""
    owed = desk.done("obligation", "list", "--json").json
    mine = [one for one in owed if (one["project"], one["kind"]) == (project, MEASURED)]
    return sorted((one["about"]["indicator"], one["due_on"]) for one in mine)


def checks(desk: Desk) -> dict[str, str]:
    """What `doctor` finds wrong, by check, but for what a desk without people and a worker must lack."""
    told = json.loads(desk.do("doctor", "--json").out)
    return {
        one["id"]: one["found"]
        for one in told["checks"]
        if one["status"] == "wrong" and one["id"] not in USUAL
    }


def test_two_indicators_without_ids_are_two_deadlines_and_every_letter_goes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_in(desk)
    desk.done("gate", "request", KEY, "--by", ASKER, "--proposal", "Gå videre.", "--handling", "skriftlig")
    desk.done("project", "set", KEY, f"benefits={BENEFITS}")
    with real_server() as (mailbox, port):
        send_through(monkeypatch, port)
        assert desk.done("tick", "--json").json["letters"]["sent"] == 8
    assert len(mailbox.received) == 8
    assert measured(desk, KEY) == [("Kjøretid", "2027-06-01"), ("Ventetid", "2027-06-01")]
    assert checks(desk) == {}
    assert desk.done("ledger", "verify", "--json").json["sound"] is True


def test_a_chain_that_is_impossible_stops_no_letter_and_is_the_only_one_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_in(desk)
    desk.done("gate", "request", KEY, "--by", ASKER, "--proposal", "Gå videre.", "--handling", "skriftlig")
    others = [one["key"] for one in desk.done("project", "list", "--json").json if one["key"] != KEY]
    broken, other = others[:2]
    for key in (broken, other):
        desk.done("project", "set", key, f"benefits={BENEFITS}")
    engine = create_engine(f"sqlite:///{desk.folder / 'var' / 'faseport.db'}")
    damage = (
        "UPDATE prose SET text = '{\"benefits\": [7]}' WHERE digest ="
        " (SELECT value_ref FROM fact WHERE project = :key AND name = 'benefits' ORDER BY seq DESC LIMIT 1)"
    )
    with engine.begin() as tx:
        whole = tx.execute(
            text(damage.replace("UPDATE prose SET text = '{\"benefits\": [7]}'", "SELECT text FROM prose")),
            {"key": broken},
        ).scalar_one()
        assert tx.execute(text(damage), {"key": broken}).rowcount == 1
    with real_server() as (_, port):
        send_through(monkeypatch, port)
        assert desk.done("tick", "--json").json["letters"]["sent"] == 8
        assert measured(desk, other) == [("Kjøretid", "2027-06-01"), ("Ventetid", "2027-06-01")]
        found = checks(desk)
        assert set(found) == {"faults"}
        assert broken in found["faults"]
        assert ";" not in found["faults"], "only that one is named"
        with engine.begin() as tx:
            tx.execute(
                text(damage.replace("'{\"benefits\": [7]}'", ":whole")), {"key": broken, "whole": whole}
            )
        desk.done("tick")
    assert measured(desk, broken) == [("Kjøretid", "2027-06-01"), ("Ventetid", "2027-06-01")]
    assert checks(desk) == {}
    assert desk.done("ledger", "verify", "--json").json["sound"] is True
