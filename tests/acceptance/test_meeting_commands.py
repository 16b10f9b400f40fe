"""Can the programme office run a meeting by commands alone, from the request to the approved referat?

A meeting lies ahead of the clock, which nobody turns here: where its time must have come, its stored times
are moved instead.
"""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from engine import clock
from tests.desk import ASKER, KEY, OFFICE, SEATS, Desk, Said, fill_in
from tests.mail_servers import real_server

CHAIR = f"{SEATS[0]}@example.org"


def asked(desk: Desk) -> Said:
    fill_in(desk)
    return desk.done("gate", "request", KEY, "--by", ASKER, "--proposal", "Gå videre.")


def the_meeting(desk: Desk) -> str:
    """The meeting that has a case."""
    (found,) = [one["id"] for one in desk.done("meeting", "list", "--json").json if one["cases"]]
    return str(found)


def moved(desk: Desk, meeting: str, column: str) -> None:
    """Let one of a meeting's times have come an hour ago."""
    then = clock.now() - timedelta(hours=1)
    engine = create_engine(f"sqlite:///{desk.folder / 'var' / 'faseport.db'}")
    with engine.begin() as tx:
        done = tx.execute(
            text(f"UPDATE meeting SET {column} = :then WHERE id = :id"),
            {"then": f"{then:%Y-%m-%d %H:%M:%S.%f}", "id": meeting},
        )
        assert done.rowcount == 1
    engine.dispose()


def concluded(desk: Desk, number: str, *more: str) -> Said:
    return desk.do("case", "conclude", number, "--wording", "Gå videre.", "--by", CHAIR, *more)


# ---------------------------------------------------------------- before the meeting


def test_the_plan_of_meetings_is_shown_before_any_case_and_knows_which_it_lands_in(desk: Desk) -> None:
    before = desk.done("meeting", "list", "--json").json
    assert len(before) >= 6
    assert {one["cases"] for one in before} == {0}
    said = asked(desk)
    meeting = the_meeting(desk)
    assert meeting in {one["id"] for one in before}
    shown = desk.done("meeting", "show", meeting, "--json").json
    assert [case["project"] for case in shown["cases"]] == [KEY]
    assert (shown["status"], shown["body"], shown["quorum"]) == ("planned", "styringsgruppa", 5)
    assert "Saken kommer opp onsdag " in said.err
    assert "ved saksfristen" in said.err
    by_date = desk.done("meeting", "show", shown["planned_on"], "--body", "styringsgruppa", "--json").json
    assert by_date == shown


def test_a_tick_after_the_paper_deadline_calls_the_meeting_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(desk)
    assert desk.done("tick", "--json").json["meetings_called"] == 0
    meeting = the_meeting(desk)
    moved(desk, meeting, "papers_by")
    with real_server() as (mailbox, port):
        monkeypatch.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        monkeypatch.setenv("FASEPORT_MAIL_FROM", "Faseport <faseport@example.org>")
        first, second = (desk.done("tick", "--json").json for _ in range(2))
    assert (first["meetings_called"], second["meetings_called"]) == (1, 0)
    assert (first["letters"]["dead"], first["letters"]["sent"]) == (0, len(mailbox.received))
    assert f"{SEATS[1]}@example.org" in {recipient for recipient, _ in mailbox.received}
    assert desk.done("meeting", "show", meeting, "--json").json["status"] == "called"


def test_the_agenda_holds_the_cases_and_what_the_secretary_adds_and_ends_with_eventuelt(desk: Desk) -> None:
    asked(desk)
    meeting = the_meeting(desk)
    desk.done("meeting", "add", meeting, "drofting", "Kapasitet i sonene", "Muntlig innledning.")
    lines = desk.done("meeting", "agenda").out.splitlines()
    titles = [line for line in lines if line[:1].isdecimal()]
    assert len(titles) == 3
    assert "Sak 1/" in titles[0]
    assert titles[1] == "2. Kapasitet i sonene (Til drøfting)"
    assert titles[2] == "3. Eventuelt"
    assert desk.done("meeting", "agenda", meeting).out.splitlines() == lines


@pytest.mark.parametrize(("name", "begins"), [("liste.pdf", b"%pdf-1.7"), ("liste.html", b"<!doctype html>")])
def test_papers_are_written_in_the_format_the_file_is_named_for(name: str, begins: bytes, desk: Desk) -> None:
    asked(desk)
    number = desk.done("case", "list", "--json").json[0]["number"]
    for command in (["meeting", "agenda"], ["case", "paper", number]):
        desk.done(*command, "--out", desk.folder / name)
        assert (desk.folder / name).read_bytes().lower().startswith(begins)


def test_a_paper_without_a_file_or_in_a_format_nobody_has_is_misuse(desk: Desk) -> None:
    asked(desk)
    number = desk.done("case", "list", "--json").json[0]["number"]
    assert "--out" in desk.do("case", "paper", number).err
    assert "--out" in desk.do("meeting", "agenda", "--format", "pdf").err
    wrong = desk.do("meeting", "agenda", "--format", "pfd", "--out", "x")
    assert (wrong.code, "Mente du «pdf»?" in wrong.err) == (2, True)
    nowhere = desk.do("case", "paper", number, "--out", desk.folder / "borte" / "s.pdf")
    assert (nowhere.code, "kan ikke skrives" in nowhere.err) == (2, True)


def test_meetings_that_are_not_there_are_misuse(desk: Desk) -> None:
    assert desk.do("meeting", "agenda").code == 2
    asked(desk)
    meeting = the_meeting(desk)
    near = desk.do("meeting", "show", meeting.replace("styringsgruppa", "styringsgrupa"))
    assert (near.code, f"Mente du «{meeting}»?" in near.err) == (2, True)
    for name in ("2.1.1999", "snart"):
        assert desk.do("meeting", "show", name).code == 2
    assert "Mente du «styringsgruppa»?" in desk.do("meeting", "list", "--body", "styringsgrupa").err
    kind = desk.do("meeting", "add", meeting, "orientring", "Tittel")
    assert (kind.code, "Mente du «orientering»?" in kind.err) == (2, True)


# ---------------------------------------------------------------- the meeting and after


def test_a_meeting_is_held_and_its_referat_sent_and_approved(desk: Desk) -> None:
    asked(desk)
    meeting = the_meeting(desk)
    number = desk.done("case", "list", "--json").json[0]["number"]
    assert "fem av åtte plasser" in desk.done("meeting", "attendance", meeting, *SEATS[:5]).err
    assert concluded(desk, number, "--outcome", "godkjent").code == 0
    early = desk.do("meeting", "close", meeting)
    assert (early.code, "har ikke begynt" in early.err) == (3, True)
    assert desk.do("meeting", "referat", meeting, "--send").code == 3
    moved(desk, meeting, "starts_at")
    desk.done("meeting", "close", meeting)
    draft = desk.done("meeting", "referat", meeting).out
    assert "Utkast" in draft
    assert "Styringsgruppa besluttet: godkjent." in draft
    assert desk.do("meeting", "approve", meeting).code == 2
    sent = desk.done("meeting", "referat", meeting, "--send", "--out", desk.folder / "sendt.pdf")
    assert "versjon 1, er lagret. Åtte brev går til medlemmene." in sent.err
    desk.done("meeting", "approve", meeting)
    assert desk.do("meeting", "approve", meeting).code == 3
    told = desk.done("meeting", "referat", meeting, "--json").json
    assert (told["version"], told["sent"], told["approved_at"] is not None) == (1, True, True)
    assert [case["outcome"] for case in told["model"]["cases"]] == ["godkjent"]
    desk.done("meeting", "referat", meeting, "--out", desk.folder / "igjen.pdf")
    assert (desk.folder / "igjen.pdf").read_bytes() == (desk.folder / "sendt.pdf").read_bytes()


def test_somebody_else_in_a_seat_is_noted_by_address_and_an_unknown_seat_by_nobody(desk: Desk) -> None:
    asked(desk)
    meeting = the_meeting(desk)
    stand_in = "assisterende-ho@example.org"
    desk.done("meeting", "attendance", meeting, f"{SEATS[0]}={stand_in}", SEATS[1])
    seats = desk.done("meeting", "show", meeting, "--json").json["seats"]
    assert [one["present"] for one in seats] == [True, True, *[False] * 6]
    wrong = desk.do("meeting", "attendance", meeting, "kommunalsjef-bo")
    assert (wrong.code, "Mente du «kommunalsjef-boa»?" in wrong.err) == (2, True)


def test_a_case_that_was_not_concluded_goes_on_to_the_next_meeting(desk: Desk) -> None:
    asked(desk)
    meeting = the_meeting(desk)
    moved(desk, meeting, "starts_at")
    assert "Én sak går videre" in desk.done("meeting", "close", meeting).err
    assert the_meeting(desk) != meeting


def test_a_recused_seat_is_out_until_it_is_found_to_belong_again(desk: Desk) -> None:
    asked(desk)
    number = desk.done("case", "list", "--json").json[0]["number"]
    finding = ["case", "recuse", number, "--seat", SEATS[5], "--reason", "Gift med leverandøren."]
    own = desk.do(*finding, "--by", f"{SEATS[5]}@example.org")
    assert own.code == 2
    desk.done(*finding, "--by", OFFICE)
    shown = desk.done("case", "show", number).out
    assert shown.count("ute av saken (inhabil)") == 1
    assert "Gift" not in shown
    assert "er med i saken igjen" in desk.done(*finding, "--by", CHAIR, "--undo").err
    assert "ute av saken" not in desk.done("case", "show", number).out


def test_an_amended_case_voids_the_answers_and_a_corrected_one_none(desk: Desk) -> None:
    asked(desk)
    number = desk.done("case", "list", "--json").json[0]["number"]
    desk.done("case", "vote", number, "--seat", SEATS[1], "--choice", "godkjenn")
    assert desk.do("case", "amend", number, "--what", "Ingenting").code == 3
    desk.done("project", "set", KEY, "goals=Alle soner bruker det likt.", "--by", ASKER)
    desk.done("case", "amend", number, "--what", "Skrivefeil i målene", "--correction")
    assert len(desk.done("case", "show", number, "--json").json["ballots"]) == 1
    again = ["--what", "Nytt forslag", "--proposal", "Gå videre i to soner."]
    changed = desk.done("case", "amend", number, *again)
    assert "versjon 2. Ett svar gjelder ikke lenger; den som ga det, får saken på nytt." in changed.err
    shown = desk.done("case", "show", number).out
    assert "Gå videre i to soner." in shown
    assert "Rettet, uten betydning for saken, " in shown
    assert ": Nytt forslag" in shown
    stranger = desk.do("case", "amend", number, "--what", "x", "--by", CHAIR)
    assert stranger.code == 2


# ---------------------------------------------------------------- conditions


def with_condition(desk: Desk, told: str) -> str:
    """A decision on one condition; its name."""
    asked(desk)
    number = str(desk.done("case", "list", "--json").json[0]["number"])
    desk.done("meeting", "attendance", the_meeting(desk), *SEATS)
    more = ["--outcome", "godkjent_med_forutsetninger", "--condition", told]
    assert concluded(desk, number, *more).code == 0
    return f"{number}:F1"


def test_a_condition_is_extended_and_then_settled_with_what_shows_it(desk: Desk) -> None:
    name = with_condition(desk, "Nullpunkt er målt. | Gevinstansvarlig | 1.4.2199")
    (first,) = desk.done("condition", "list", KEY, "--json").json
    assert (first["condition"], first["due"], first["blocks"]) == (name, "2199-04-01", False)
    extending = ["condition", "extend", name, "--reason", "Målerne er forsinket.", "--due"]
    assert desk.do(*extending, "1.4.2024").code == 3
    desk.done(*extending, "2199-05-01")
    settling = ["condition", "settle", name, "--evidence", "Målerapport fra to soner."]
    assert desk.do(*settling, "--by", CHAIR).code == 2
    desk.done(*settling)
    (after,) = desk.done("condition", "list", KEY, "--json").json
    assert (after["due"], after["evidence"]) == ("2199-05-01", "Målerapport fra to soner.")
    assert after["settled_at"] is not None
    assert "Målerapport" in desk.done("condition", "list", KEY).out
    assert desk.do(*settling).code == 3


def test_a_condition_that_stops_says_so_and_keeps_the_next_gate_shut(desk: Desk) -> None:
    name = with_condition(desk, "Nullpunkt | er målt. | Gevinstansvarlig | 1.4.2199 | Stanser")
    (told,) = desk.done("condition", "list", KEY, "--json").json
    assert (told["blocks"], told["text"]) == (True, "Nullpunkt | er målt.")
    assert "stanser neste punkt" in desk.done("condition", "list", KEY).out
    assert conditions_at_the_gate(desk) == "unmet"
    desk.done("condition", "settle", name, "--evidence", "Målt.")
    assert conditions_at_the_gate(desk) == "met"


def conditions_at_the_gate(desk: Desk) -> str:
    criteria = desk.done("gate", "check", KEY, "--json").json["criteria"]
    return str(next(one["status"] for one in criteria if one["id"] == "forutsetninger"))


@pytest.mark.parametrize("name", ["F1", "1/2025", ":F1", "9/1999:F1"])
def test_a_condition_nobody_has_set_is_misuse(name: str, desk: Desk) -> None:
    assert desk.do("condition", "settle", name, "--evidence", "x").code == 2


@pytest.mark.parametrize("told", ["Tekst", "Tekst | Ansvar", "Tekst | Ansvar | snart", "Tekst | stanser"])
def test_a_condition_that_is_written_wrong_is_misuse(told: str, desk: Desk) -> None:
    said = concluded(desk, "1/2025", "--outcome", "godkjent", "--condition", told)
    assert (said.code, "--condition" in said.err) == (2, True)
