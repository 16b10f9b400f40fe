"""Is a stopped part, a stuck queue or a letter that keeps failing seen: in `/healthz`, by `doctor`, and by
programkontoret, once a day at most?
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from random import Random
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from cli import checkup, worker
from cli import wiring as machine
from cli.settings import Settings
from cli.wiring import Wired
from engine.queries.obligations.inspect_obligations import sample_plans, unreachable_owners
from engine.store import obligations
from engine.store.session import Database
from engine.use_cases.machinery.inspect_machinery import LIMITS, Part
from engine.use_cases.obligations.plan_obligations import plan_obligations
from notifications import smtp
from tests import duty_builders as duty
from tests import meeting_builders as group
from tests.builders import LEADER, OFFICE
from tests.meeting_builders import at

STEP = timedelta(seconds=worker.SECONDS)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Post:
    """A mail server that does what it is told; what it has taken is kept by address."""

    down: bool = False
    refused: tuple[str, ...] = ()
    turned_away: tuple[str, ...] = ()
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    def __call__(self, batch: Sequence[smtp.Outgoing], **told: Any) -> tuple[smtp.Outcome, ...]:
        if self.down:
            return tuple(
                smtp.Outcome(letter=one.letter, state="retry", phase="connect", reply="ingen der")
                for one in batch
            )
        told["before_data"]([one.letter for one in batch])
        return tuple(self._ended(one) for one in batch)

    def _ended(self, one: smtp.Outgoing) -> smtp.Outcome:
        if one.recipient in self.refused:
            return smtp.Outcome(letter=one.letter, state="bounced", phase="rcpt", reply="550 ukjent")
        if one.recipient in self.turned_away:
            return smtp.Outcome(letter=one.letter, state="retry", phase="rcpt", reply="451 senere")
        message = BytesParser(policy=policy.default).parsebytes(one.content)
        assert isinstance(message, EmailMessage)
        self.taken.append((one.recipient, message))
        return smtp.Outcome(letter=one.letter, state="sent", phase="done", reply="250 ok")

    def trouble(self) -> list[str]:
        """What programkontoret has been told of the machinery, as text."""
        told = (message for to, message in self.taken if to == OFFICE)
        words = ("Ikke alle brev", "Faseport har stått", "Noe i Faseport lar seg ikke")
        return [
            str(one.get_body(("plain",)).get_content())  # type: ignore[union-attr]
            for one in told
            if str(one["Subject"]).startswith(words)
        ]


@dataclass(slots=True)
class Clock:
    at: datetime

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def wired(db: Database, post: Post) -> Wired:
    duty.a_house(db)
    group.projects(db, "p1")
    return Wired(
        settings=Settings(smtp_url="smtp://localhost?tls=none", mail_from="faseport@example.org"),
        db=db,
        keys=group.KEYS,
        clock=Clock(at(5, 5, 7)),
        carry=post,
    )


def let_time_pass(
    wired: Wired, span: timedelta, *, without: Part | None = None, step: timedelta = STEP
) -> None:
    """The worker's rounds, every fifteen seconds unless told otherwise, one of its parts perhaps stopped."""
    clock = wired.clock
    assert isinstance(clock, Clock)
    parts: dict[Part, Callable[[], None]] = dict(worker.parts(wired, worker="prøve"))
    end = clock.at + span
    while clock.at < end:
        for name, part in parts.items():
            if name != without:
                part()
        clock.at += step


def health(wired: Wired) -> tuple[int, Any]:
    """What `/healthz` answers: status and body."""
    with TestClient(machine.web_application(wired), base_url=wired.settings.base_url) as browser:
        answer = browser.get("/healthz")
    return answer.status_code, answer.json()


def test_all_is_well_while_every_part_beats(wired: Wired) -> None:
    let_time_pass(wired, timedelta(minutes=4))
    status, told = health(wired)
    assert (status, told["ok"], told["wrong"]) == (200, True, [])
    assert set(told["parts"]) == set(LIMITS)
    assert max(told["parts"].values()) <= 60


@pytest.mark.parametrize("part", list(LIMITS))
def test_one_stopped_part_is_named_within_its_limit(wired: Wired, part: Part) -> None:
    let_time_pass(wired, timedelta(minutes=2))
    step = LIMITS[part] / 8
    let_time_pass(wired, LIMITS[part] * 0.6, without=part, step=min(step, timedelta(seconds=30)))
    assert health(wired)[0] == 200
    let_time_pass(wired, LIMITS[part] * 0.5, without=part, step=min(step, timedelta(seconds=30)))
    status, told = health(wired)
    assert (status, told["wrong"]) == (503, [part])
    let_time_pass(wired, STEP)
    assert health(wired)[0] == 200


def test_a_part_that_fails_at_every_round_is_as_silent_as_one_that_has_stopped(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("nei")

    monkeypatch.setattr(worker, "look_after", fails)
    let_time_pass(wired, timedelta(minutes=3))
    assert health(wired)[1]["wrong"] == ["reminding"]


def test_doctor_names_the_silent_part_and_what_to_do(wired: Wired) -> None:
    let_time_pass(wired, timedelta(minutes=3), without="calendar")
    with wired.db.reading() as tx:
        found = checkup._heartbeat(tx, wired.clock())
    assert found.status == "wrong"
    assert "kalenderen (aldri meldt seg)" in found.found
    assert "faseport worker" in found.do


def test_a_letter_that_keeps_failing_is_seen_by_all_three(wired: Wired, post: Post) -> None:
    post.turned_away = (LEADER,)
    minute = timedelta(minutes=1)
    let_time_pass(wired, timedelta(hours=1, minutes=15), step=5 * minute)
    let_time_pass(wired, 5 * minute, step=minute)
    assert health(wired)[0] == 200  # it has been tried for twenty minutes
    let_time_pass(wired, timedelta(hours=1), step=5 * minute)
    let_time_pass(wired, minute, step=minute)
    status, told = health(wired)
    assert (status, told["wrong"], told["failing_letters"]) == (503, ["letters"], 1)
    with wired.db.reading() as tx:
        found = checkup._failing(tx, wired.clock())
    assert found.status == "wrong"
    assert "rcpt" in found.found
    (letter,) = post.trouble()
    assert "Prosjektleder" in letter
    assert "e-posttjeneren tok det ikke imot" in letter
    assert "doctor" in letter
    let_time_pass(wired, timedelta(hours=3), step=HOUR)
    assert len(post.trouble()) == 1  # once a day


def test_while_no_letter_can_leave_it_is_kept_and_told_afterwards(wired: Wired, post: Post) -> None:
    let_time_pass(wired, timedelta(minutes=2))
    post.down = True
    let_time_pass(wired, timedelta(hours=27), step=HOUR)
    assert "letters" in health(wired)[1]["wrong"]
    assert post.taken == []
    post.down = False
    let_time_pass(wired, timedelta(hours=70), step=HOUR)
    told = post.trouble()
    # That it stands or stood still, and at most once more that it has ended.
    assert 1 <= len(told) <= 2
    assert "Utsendingen av brev" in told[0]
    assert "mandag 5. mai" in told[0]
    assert "sto stille fra" in told[-1]
    let_time_pass(wired, timedelta(minutes=2))
    assert health(wired)[0] == 200


def test_a_letter_that_did_not_arrive_is_told_once(wired: Wired, post: Post) -> None:
    post.refused = (LEADER,)
    let_time_pass(wired, timedelta(hours=49), step=HOUR)
    let_time_pass(wired, timedelta(minutes=2))
    (letter,) = post.trouble()
    assert "550 ukjent" in letter
    assert health(wired)[0] == 200  # nothing more can be done about it by waiting


def test_a_worker_that_was_gone_for_hours_says_so_when_it_is_back(wired: Wired, post: Post) -> None:
    let_time_pass(wired, timedelta(minutes=2))
    clock = wired.clock
    assert isinstance(clock, Clock)
    clock.at = at(5, 6, 9)
    assert set(LIMITS) <= set(health(wired)[1]["wrong"])
    let_time_pass(wired, timedelta(minutes=4), step=timedelta(minutes=1))
    (letter,) = post.trouble()
    assert "Arbeideren sto stille fra" in letter
    let_time_pass(wired, timedelta(hours=47), step=HOUR)
    assert len(post.trouble()) == 1


def test_a_short_stop_is_the_operators_matter_alone(wired: Wired, post: Post) -> None:
    let_time_pass(wired, timedelta(minutes=2))
    clock = wired.clock
    assert isinstance(clock, Clock)
    clock.at += timedelta(minutes=100)
    let_time_pass(wired, timedelta(hours=5), step=HOUR)
    assert post.trouble() == []


def test_owners_without_an_address_are_named_and_whether_anybody_is_told_instead(wired: Wired) -> None:
    plan_obligations(wired.db, now=wired.clock())
    with wired.db.reading() as tx:
        assert unreachable_owners(tx, now=wired.clock()) == ()
    with wired.db.writing() as tx:
        tx.execute(text("UPDATE person SET email = NULL WHERE email = :who"), {"who": LEADER})
    with wired.db.reading() as tx:
        (found,) = unreachable_owners(tx, now=wired.clock())
        assert (found.owner, found.project, found.replaced) == ("prosjektleder", "p1", True)
        assert checkup._owners(tx, wired.clock()).status == "ok"
    with wired.db.writing() as tx:
        tx.execute(text("UPDATE person SET email = NULL"))
    with wired.db.reading() as tx:
        wrong = checkup._owners(tx, wired.clock())
    assert wrong.status == "wrong"
    assert "har ingen å minne" in wrong.found


def test_a_stored_time_that_is_not_the_plans_is_found_by_the_sample(wired: Wired) -> None:
    plan_obligations(wired.db, now=wired.clock())
    with wired.db.reading() as tx:
        found = sample_plans(tx, now=wired.clock(), chance=Random(1))
        assert (found.chains >= 2, found.differing) == (True, ())
        (first, *_) = [one for one in obligations.list_obligations(tx, chain="project:p1") if one.next_at]
    with wired.db.writing() as tx:
        later = {"at": at(12, 1, 8), "this": first.id}
        tx.execute(text("UPDATE obligation SET next_at = :at WHERE id = :this"), later)
    with wired.db.reading() as tx:
        (wrong,) = sample_plans(tx, now=wired.clock(), chance=Random(1)).differing
        check = checkup._plans(tx, wired.clock())
    assert wrong.id == first.id
    assert check.status == "wrong"
    assert "statusrapport" in check.found


def test_a_new_address_of_programkontoret_silences_nothing(wired: Wired, post: Post) -> None:
    post.down, post.refused = True, (LEADER,)
    let_time_pass(wired, timedelta(hours=27), step=HOUR)
    with wired.db.writing() as tx:
        new = {"new": "kontoret@example.org", "old": OFFICE}
        tx.execute(text("UPDATE person SET email = :new WHERE email = :old"), new)
    post.down = False
    let_time_pass(wired, timedelta(hours=72), step=HOUR)
    told = [str(message["Subject"]) for to, message in post.taken if to == "kontoret@example.org"]
    about_letters = [one for one in told if one.startswith(("Ikke alle brev", "Faseport har stått"))]
    # The letter that was waiting for the old address, and the one of the day after.
    assert len(about_letters) >= 2
