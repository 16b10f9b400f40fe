"""Does a simulated time go as the real one would, on a copy, and does the real database stay as it is?"""

from collections.abc import Callable
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cli.settings import Settings
from cli.simulation import simulator
from cli.simulation.answers import Answers, parse_answers
from cli.simulation.simulator import Simulated
from cli.wiring import Wired
from engine.core.programme.calendar import local_date
from engine.core.refusal import Mistake
from engine.queries.obligations.preview_reminders import preview_reminders
from engine.store.copying import copy_to_sqlite
from engine.store.session import Database
from engine.store.tables.base import metadata
from tests import duty_builders as duty
from tests import meeting_builders as group
from tests.databases import Fresh
from tests.meeting_builders import at

FIRST, LAST = date(2025, 1, 3), date(2025, 12, 31)

Play = Callable[..., Simulated]


@pytest.fixture
def source(fresh: Fresh) -> Any:
    url = fresh()
    db = Database(url)
    duty.a_house(db)
    group.projects(db, "p1", "p2")
    yield url, db
    db.close()


@pytest.fixture
def play(source: tuple[str, Database], tmp_path: Path) -> Play:
    """Copy the source, and play on the copy."""
    numbers = count(1)

    def played(
        answers: str = "answers: []", *, first: date = FIRST, last: date = LAST, now: datetime | None = None
    ) -> Simulated:
        copy = Database(copy_to_sqlite(source[0], tmp_path / f"kopi-{next(numbers)}.db"))
        wired = Wired(settings=Settings(), db=copy, keys=group.KEYS, clock=lambda: at(1, 3, 0))
        try:
            given = parse_answers(answers, first=first, last=last)
            assert isinstance(given, Answers), given
            with copy.reading() as tx:
                assert simulator.mistakes_against(tx, given) == ()
            return simulator.simulate(wired, given, first=first, last=last, now=now or at(1, 3, 0))
        finally:
            copy.close()

    return played


def rows(db: Database) -> dict[str, list[str]]:
    with db.reading() as tx:
        return {
            table.name: sorted(map(repr, tx.execute(text(f'SELECT * FROM "{table.name}"'))))
            for table in metadata.sorted_tables
        }


def test_a_copy_holds_every_row_and_the_source_stays_as_it_is(
    source: tuple[str, Database], tmp_path: Path
) -> None:
    url, db = source
    group.ask(db, "p1", now=at(1, 24, 10))
    before = rows(db)
    copy = Database(copy_to_sqlite(url, tmp_path / "kopi.db"))
    with copy.reading() as there, db.reading() as here:
        for table in metadata.sorted_tables:
            columns = list(table.columns)
            both = [
                sorted(map(repr, tx.execute(table.select().with_only_columns(*columns))))
                for tx in (here, there)
            ]
            assert both[0] == both[1], table.name
    group.assert_sound(copy)
    copy.close()
    assert rows(db) == before
    with pytest.raises(FileExistsError):
        copy_to_sqlite(url, tmp_path / "kopi.db")


def test_a_year_on_a_copy_changes_nothing_and_sends_what_the_preview_foretells(
    source: tuple[str, Database], play: Play
) -> None:
    _, db = source
    before = rows(db)
    found = play()
    with db.reading() as tx:
        foretold = preview_reminders(tx, since=FIRST, until=LAST, now=at(1, 3, 0))
    sent = sorted((one.at, one.to) for one in found.letters)
    assert sent == sorted((one.at, one.email) for one in foretold.digests)
    assert rows(db) == before
    assert set(found.most.values()) == {1}
    assert found.kinds == {"reminder": len(found.letters)}
    assert found.settled == 0
    assert found.late > 10
    # The clock jumps from one due instant to the next.
    assert found.rounds < 100


def test_what_people_do_stops_what_would_have_been_sent(play: Play) -> None:
    found = play(
        """answers:
  - {at: 2025-01-24T10:20, do: request, project: p1, proposal: Gå videre., by: utredningsleder@example.org}
  - {at: 2025-01-30T09:00, do: vote, case: 1/2025, seat: st, choice: godkjenn}
  - {at: 2025-01-30T09:01, do: vote, case: 1/2025, seat: boa, choice: godkjenn}
  - {at: 2025-01-30T09:02, do: vote, case: 1/2025, seat: ho, choice: godkjenn}
  - {at: 2025-01-30T09:03, do: vote, case: 1/2025, seat: psykisk, choice: godkjenn}
  - {at: 2025-01-30T09:04, do: vote, case: 1/2025, seat: arbeid, choice: godkjenn}
  - at: 2025-02-05T09:21
    do: conclude
    case: 1/2025
    outcome: godkjent_med_forutsetninger
    wording: Gå videre.
    by: ho@example.org
    conditions:
      - {text: Nullpunktet er målt, owner: Prosjektleder, due: 2025-04-04}
      - {text: Avtalene er samlet, owner: Prosjektleder, due: 2025-03-14}
  - {at: 2025-03-12T10:00, do: settle, condition: "1/2025:F2", evidence: Sett., by: programkontor@example.org}
  - {at: 2025-04-02T10:00, do: absence, who: prosjektleder@example.org, from: 2025-04-03, to: 2025-04-05,
     stand_in: utredningsleder@example.org}
  - {at: 2025-04-08T12:00, do: settle, condition: "1/2025:F1", evidence: Målt., by: programkontor@example.org}
""",
        last=date(2025, 4, 30),
    )
    assert found.not_done == ()

    def told(of: str) -> list[tuple[str, str]]:
        return [
            (local_date(one.at).isoformat(), one.to.split("@")[0])
            for one in found.letters
            if any(line.startswith(of) for line in one.why)
        ]

    assert told("F2") == [("2025-02-28", "prosjektleder"), ("2025-03-11", "prosjektleder")]
    assert told("F1") == [
        ("2025-03-21", "prosjektleder"),
        ("2025-04-01", "prosjektleder"),
        ("2025-04-04", "utredningsleder"),
        ("2025-04-08", "programkontor"),
    ]
    assert found.kinds["agenda"] >= 8
    assert found.settled == 2


def test_a_duty_that_is_done_is_reminded_of_no_more(play: Play) -> None:
    # Its first rung is on 2 January, its second on 10 January.
    late = {"last": date(2025, 1, 31)}
    before = sum("Risikoanalyse" in line for one in play(**late).letters for line in one.why)
    found = play(
        """answers:
  - {at: 2025-01-09T10:00, do: settle, obligation: "duty:ros programme 2024-T3", evidence: Gjort.,
     by: programkontor@example.org}
""",
        **late,
    )
    after = sum("Risikoanalyse" in line for one in found.letters for line in one.why)
    assert found.not_done == ()
    assert (found.settled, after < before) == (1, True)


def test_what_could_not_be_done_is_told_with_its_line_and_the_rest_goes_on(play: Play) -> None:
    found = play(
        """answers:
  - {at: 2025-01-20T10:00, do: vote, case: 9/2025, seat: st, choice: godkjenn}
  - {at: 2025-01-20T11:00, do: settle, condition: "9/2025:F1", evidence: Sett., by: st@example.org}
  - {at: 2025-01-21T10:00, do: request, project: p1, proposal: Gå., by: st@example.org}
  - {at: 2025-01-24T10:00, do: request, project: p2, proposal: Gå., by: utredningsleder@example.org}
""",
        last=date(2025, 2, 1),
    )
    assert [(one.line, one.do) for one in found.not_done] == [(2, "vote"), (3, "settle"), (4, "request")]
    assert all(one.why for one in found.not_done)
    assert "agenda" in found.kinds


AT = "at: 2025-03-12T10:00"
GONE = "do: absence, who: a@example.org, from: 2025-01-05"
VOTE = "do: vote, case: 1/2025, seat: st"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{{{AT}, do: settle, evidence: x, by: a@example.org}}", "answers.needs_one"),
        (f"{{{AT}, do: settle, condition: '1/2025:F1', by: a@example.org}}", "answers.needs"),
        (f"{{at: 2025-03-12, {GONE}, to: 2025-01-06}}", "shape.moment"),
        (f"{{at: 2025-03-12T25:00, {GONE}, to: 2025-01-06}}", "shape.moment"),
        (f"{{at: 2026-03-12T10:00, {GONE}, to: 2025-01-06}}", "answers.outside"),
        (f"{{{AT}, {GONE}, to: 2025-01-01}}", "answers.reversed"),
        (f"{{{AT}, do: stemme, case: 1/2025}}", "shape.not_allowed"),
        (f"{{{AT}, {VOTE}, choice: ja}}", "shape.not_allowed"),
        (f"{{{AT}, {VOTE}, choice: avstar, outcome: godkjent}}", "answers.not_for"),
        (f"{{{AT}, do: settle, condition: F2, evidence: x, by: a@example.org}}", "answers.unnamed"),
        (f"{{{AT}, {VOTE}, choice: avstar, hvem: meg}}", "shape.unknown_key"),
    ],
)
def test_every_mistake_in_the_answers_is_named_with_its_line(line: str, code: str) -> None:
    found = parse_answers(f"answers:\n  - {line}\n  - {line}\n", first=FIRST, last=LAST)
    assert not isinstance(found, Answers)
    assert [(one.line, one.code) for one in found] == [(2, code), (3, code)]


def test_names_that_the_database_has_not_are_mistakes_with_their_line(source: tuple[str, Database]) -> None:
    found = parse_answers(
        """answers:
  - {at: 2025-01-24T10:20, do: request, project: p9, proposal: Gå., by: ukjent@example.org}
  - {at: 2025-01-30T09:00, do: vote, case: 1/2025, seat: hoo, choice: godkjenn}
""",
        first=FIRST,
        last=LAST,
    )
    assert isinstance(found, Answers)
    with source[1].reading() as tx:
        mistakes: tuple[Mistake, ...] = simulator.mistakes_against(tx, found)
    assert [(one.line, one.data["name"]) for one in mistakes] == [
        (2, "p9"),
        (2, "ukjent@example.org"),
        (3, "hoo"),
    ]


def test_a_simulation_leaves_from_now_so_that_a_later_time_begins_as_it_would(play: Play) -> None:
    found = play(first=date(2025, 6, 1), last=date(2025, 6, 30))
    # What was late before has been told before; a worker that starts on 1 June would tell it all at once.
    assert all("Statusrapport" not in line for one in found.letters for line in one.why)
    assert {local_date(one.at).month for one in found.letters} == {6}
