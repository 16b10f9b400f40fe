"""Can whoever runs the programme see what will be sent before it is, with nothing changed?"""

from datetime import timedelta

import pytest

from engine import clock
from engine.core.programme.calendar import local_date
from engine.store import obligations, outbox
from engine.store.session import Database
from tests.desk import KEY, Desk

AHEAD = timedelta(days=45)


def span() -> tuple[str, str]:
    today = local_date(clock.now())
    return today.isoformat(), (today + AHEAD).isoformat()


def untouched(desk: Desk) -> bool:
    """Nobody has planned anything or called for any letter."""
    db = Database(f"sqlite:///{desk.folder / 'var' / 'faseport.db'}")
    try:
        with db.reading() as tx:
            return not obligations.list_obligations(tx, status=None) and not outbox.list_letters(tx)
    finally:
        db.close()


def test_the_preview_and_the_simulation_foretell_the_same_letters_and_touch_nothing(desk: Desk) -> None:
    first, last = span()
    foretold = desk.done("reminders", "preview", "--from", first, "--to", last, "--json").json
    played = desk.done("simulate", "--from", first, "--to", last, "--json").json
    assert (foretold["version"], played["version"]) == (1, 1)
    letters = sorted((one["on"], one["to"]["email"]) for one in foretold["letters"])
    assert letters == sorted((one["at"][:10], one["to"]) for one in played["letters"]) != []
    assert set(played["most_per_day"].values()) == {1}
    assert all(one["why"] for letter in foretold["letters"] for one in letter["items"])
    assert foretold["nobody"] == []
    assert untouched(desk)


def test_both_say_it_in_words(desk: Desk) -> None:
    first, last = span()
    said = desk.done("reminders", "preview", "--from", first, "--to", last).out
    assert "virkedager før fristen" in said
    assert "Ingenting er sendt." in said
    played = desk.done("simulate", "--from", first, "--to", last).out
    assert "påminnelse om frister" in played
    assert "Flest på én dag" in played
    assert "over fristen" in played


@pytest.mark.parametrize("command", [("reminders", "preview"), ("simulate",)])
def test_days_that_make_no_span_are_refused(desk: Desk, command: tuple[str, ...]) -> None:
    for first, last, words in (
        ("2030-02-01", "2030-01-31", "er før --from"),
        ("2030-02-30", "2030-03-01", "--from"),
        ("2030-01-01", "2040-01-01", "kan være høyst"),
    ):
        refused = desk.do(*command, "--from", first, "--to", last)
        assert (refused.code, refused.out) == (2, "")
        assert words in refused.err


def test_a_simulation_cannot_begin_before_what_has_happened(desk: Desk) -> None:
    refused = desk.do("simulate", "--from", "2024-01-01", "--to", "2024-02-01")
    assert refused.code == 2
    assert "kan ikke begynne før" in refused.err


def test_every_mistake_in_the_answers_is_told_with_its_line_and_nothing_is_played(desk: Desk) -> None:
    first, last = span()
    wrong = desk.write(
        "svar.yaml",
        f"""answers:
  - {{at: {first}T10:00, do: stemme}}
  - {{at: 2001-01-01T10:00, do: absence, who: programkontor@example.org, from: {first}, to: {first}}}
  - {{at: {first}T10:00, do: request, proposal: Gå., by: ikke-adresse}}
""",
    )
    told = desk.do("simulate", "--from", first, "--to", last, "--answers", wrong)
    assert (told.code, told.out) == (2, "")
    assert [f"svar.yaml:{line}:" in told.err for line in (2, 3, 4)] == [True, True, True]
    assert "må «project» være med" in told.err
    unknown = desk.write(
        "ukjent.yaml",
        f"answers:\n  - {{at: {first}T10:00, do: request, project: finnes-ikke, proposal: Gå., "
        "by: ukjent@example.org}\n",
    )
    told = desk.do("simulate", "--from", first, "--to", last, "--answers", unknown)
    assert told.code == 2
    assert told.err.count("finnes ikke i databasen") == 2
    assert untouched(desk)


def test_an_answer_the_rules_refuse_is_told_with_its_line_after_the_rest(desk: Desk) -> None:
    today = local_date(clock.now())
    first, last = today.isoformat(), (today + timedelta(days=3)).isoformat()
    tomorrow = (today + timedelta(days=1)).isoformat()
    file = desk.write(
        "svar.yaml",
        f"answers:\n  - {{at: {tomorrow}T10:00, do: request, project: {KEY}, proposal: Gå., "
        "by: programkontor@example.org}\n",
    )
    told = desk.do("simulate", "--from", first, "--to", last, "--answers", file, "--json")
    assert told.code == 3
    (refused,) = told.json["not_done"]
    assert (refused["line"], refused["do"]) == (2, "request")
    assert len(refused["why"]) > 3


def test_doctor_knows_deadlines_and_every_part_of_the_worker(desk: Desk) -> None:
    desk.done("tick")
    checks = {one["id"]: one for one in desk.do("doctor", "--json").json["checks"]}
    assert checks["heartbeat"]["status"] == "ok"
    assert (checks["owners"]["status"], checks["plans"]["status"]) == ("ok", "ok")
    assert "prosjektleder i" in checks["owners"]["found"]
    assert checks["failing"]["found"] == "ingen"
