"""Is everybody reminded of everything once, on the day and in office hours, whatever happens to the clock,
the machinery and the mail? What should be told is written out by hand, or by an oracle that knows only the
issue.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from jinja2 import UndefinedError

from engine.core.obligations.owed import Key
from engine.core.programme.calendar import OSLO, local_date
from engine.core.record.letters import REMINDER
from engine.store import outbox
from engine.store.session import Database
from engine.use_cases.obligations.look_after import look_after
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.obligations.remind import remind
from engine.use_cases.people.register_person import register_person
from notifications import letters as wording
from notifications.delivery import MailSettings, deliver_due
from tests import reminder_builders as house
from tests.builders import OFFICE
from tests.databases import Fresh
from tests.mail_servers import real_server
from tests.reminder_builders import ECONOMY, KEYS, Post, leader, utc, yearly
from tools import simulate_years

FIVE_MINUTES = timedelta(minutes=5)
MORNING = utc("2026-09-01 06:00")
"""Eight o'clock in Oslo, on a Tuesday."""

Letter = tuple[str, str, tuple[str, ...]]
"""When it left (UTC), to whom, and each line as «duty rung», the most urgent first."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Some weeks, what falls due around them, and every letter of them, written out by hand."""

    first: str
    last: str
    due: dict[str, str]
    letters: tuple[Letter, ...]
    moved: tuple[tuple[str, str], ...] = ()
    """What is given another date in the first hour, and which."""


WEEKS = {
    # The night to Sunday 29 March 2026 has 23 hours; Maundy Thursday is 2 April.
    "2026-03-29": Weeks(
        "2026-03-23",
        "2026-04-04",
        {"sondag": "2026-03-29", "mandag": "2026-03-30"},
        (
            ("2026-03-24 07:00", ECONOMY, ("sondag -3",)),
            ("2026-03-25 07:00", ECONOMY, ("mandag -3",)),
            ("2026-03-27 07:00", ECONOMY, ("sondag +0",)),
            ("2026-03-30 06:00", ECONOMY, ("mandag +0",)),
            ("2026-03-31 06:00", OFFICE, ("sondag +2",)),
            ("2026-04-01 06:00", OFFICE, ("mandag +2",)),
        ),
    ),
    # The night to Sunday 25 October 2026 has 25 hours.
    "2026-10-25": Weeks(
        "2026-10-19",
        "2026-10-31",
        {"sondag": "2026-10-25", "mandag": "2026-10-26"},
        (
            ("2026-10-20 06:00", ECONOMY, ("sondag -3",)),
            ("2026-10-21 06:00", ECONOMY, ("mandag -3",)),
            ("2026-10-23 06:00", ECONOMY, ("sondag +0",)),
            ("2026-10-26 07:00", ECONOMY, ("mandag +0",)),
            ("2026-10-27 07:00", OFFICE, ("sondag +2",)),
            ("2026-10-28 07:00", OFFICE, ("mandag +2",)),
        ),
    ),
    # Easter Sunday 28 March 2027 has 23 hours; free are the 25th, 26th and 29th as well.
    "2027-03-28, Easter": Weeks(
        "2027-03-18",
        "2027-04-03",
        {"sondag": "2027-03-28", "tirsdag": "2027-03-30"},
        (
            ("2027-03-19 07:00", ECONOMY, ("sondag -3",)),
            ("2027-03-22 07:00", ECONOMY, ("tirsdag -3",)),
            ("2027-03-24 07:00", ECONOMY, ("sondag +0",)),
            ("2027-03-30 06:00", ECONOMY, ("tirsdag +0",)),
            ("2027-03-31 06:00", OFFICE, ("sondag +2",)),
            ("2027-04-01 06:00", OFFICE, ("tirsdag +2",)),
        ),
    ),
    # 1 May 2027 is a Saturday; Ascension Day is the 6th; the 17th is Whit Monday too.
    "1 and 17 May 2027": Weeks(
        "2027-04-15",
        "2027-05-21",
        {"forste": "2027-05-01", "syttende": "2027-05-17", "attende": "2027-05-18"},
        (
            ("2027-04-16 06:00", ECONOMY, ("forste -10",)),
            ("2027-04-27 06:00", ECONOMY, ("forste -3",)),
            ("2027-04-29 06:00", ECONOMY, ("syttende -10",)),
            ("2027-04-30 06:00", ECONOMY, ("forste +0", "attende -10")),
            ("2027-05-04 06:00", OFFICE, ("forste +2",)),
            ("2027-05-11 06:00", ECONOMY, ("syttende -3",)),
            ("2027-05-12 06:00", ECONOMY, ("attende -3",)),
            ("2027-05-14 06:00", ECONOMY, ("syttende +0",)),
            ("2027-05-18 06:00", ECONOMY, ("attende +0",)),
            ("2027-05-19 06:00", OFFICE, ("syttende +2",)),
            ("2027-05-20 06:00", OFFICE, ("attende +2",)),
        ),
    ),
    # The night to Sunday 31 October 2027 has 25 hours.
    "2027-10-31": Weeks(
        "2027-10-25",
        "2027-11-05",
        {"sondag": "2027-10-31", "mandag": "2027-11-01"},
        (
            ("2027-10-26 06:00", ECONOMY, ("sondag -3",)),
            ("2027-10-27 06:00", ECONOMY, ("mandag -3",)),
            ("2027-10-29 06:00", ECONOMY, ("sondag +0",)),
            ("2027-11-01 07:00", ECONOMY, ("mandag +0",)),
            ("2027-11-02 07:00", OFFICE, ("sondag +2",)),
            ("2027-11-03 07:00", OFFICE, ("mandag +2",)),
        ),
    ),
    # A deadline on the leap day itself can only be one that somebody has set.
    "2028-02-29": Weeks(
        "2028-02-16",
        "2028-03-05",
        {"skudd": "2028-02-28", "mars": "2028-03-01"},
        (
            ("2028-02-16 07:00", ECONOMY, ("mars -10",)),
            ("2028-02-24 07:00", ECONOMY, ("skudd -3",)),
            ("2028-02-25 07:00", ECONOMY, ("mars -3",)),
            ("2028-02-29 07:00", ECONOMY, ("skudd +0",)),
            ("2028-03-01 07:00", ECONOMY, ("mars +0",)),
            ("2028-03-02 07:00", OFFICE, ("skudd +2",)),
            ("2028-03-03 07:00", OFFICE, ("mars +2",)),
        ),
        moved=(("skudd", "2028-02-29"),),
    ),
}


@pytest.mark.parametrize("weeks", WEEKS.values(), ids=WEEKS.keys())
def test_weeks_at_five_minute_steps_give_the_letters_written_out_by_hand(db: Database, weeks: Weeks) -> None:
    first, last = (house.midnight(date.fromisoformat(one)) for one in (weeks.first, weeks.last))
    duties = [yearly(name, date.fromisoformat(due)) for name, due in weeks.due.items()]
    text = house.duties_text(*duties, follow_from=first.date())
    house.a_house(db, text, now=first)
    for name, due in weeks.moved:
        house.extend(db, key(name, weeks.due[name]), date.fromisoformat(due), now=first + FIVE_MINUTES)
    post = Post()

    for now in beats(first, last):
        if look_after(db, now=now)[1].letters:
            post.deliver(db, now=now)

    assert told(db, post) == list(weeks.letters)
    assert twice_a_day((copy.person, copy.at) for copy in post.copies) == []


def beats(first: datetime, last: datetime) -> Iterator[datetime]:
    """Every five minutes, as the heartbeat's own trigger says."""
    trigger = IntervalTrigger(minutes=5, start_date=first, end_date=last - FIVE_MINUTES, timezone="UTC")
    yield from fires(trigger, first)


def fires(trigger: CronTrigger | IntervalTrigger, now: datetime) -> Iterator[datetime]:
    before: datetime | None = None
    while (at := trigger.get_next_fire_time(before, now)) is not None:
        yield at.astimezone(UTC)
        before = now = at


def key(duty: str, due: str) -> Key:
    return Key(f"duty:{duty}", "programme", due)


def told(db: Database, post: Post) -> list[Letter]:
    emails = {person: email for email, person in house.ids(db).items()}
    return [
        (
            f"{copy.at:%Y-%m-%d %H:%M}",
            emails[copy.person],
            tuple(f"{kind.removeprefix('duty:')} {rung:+d}" for kind, _, _, _, rung in copy.told),
        )
        for copy in post.copies
    ]


def twice_a_day(sent: Iterator[tuple[str, datetime]]) -> list[tuple[str, date]]:
    """Who had more than one letter on which day in Oslo."""
    days = Counter((person, local_date(at)) for person, at in sent)
    return [one for one, count in days.items() if count > 1]


def test_a_cron_trigger_fails_the_same_check_on_the_autumn_nights() -> None:
    found = {}
    for night in (date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)):
        begin = datetime(night.year, night.month, night.day, tzinfo=OSLO) - timedelta(days=1)
        daily = CronTrigger(hour=2, minute=30, timezone="Europe/Oslo", end_date=begin + timedelta(days=4))
        found[str(night)] = twice_a_day(("a@example.org", at) for at in fires(daily, begin))

    assert found == {
        "2026-03-29": [],
        "2026-10-25": [("a@example.org", date(2026, 10, 25))],
        "2027-03-28": [],
        "2027-10-31": [("a@example.org", date(2027, 10, 31))],
    }


def test_two_months_of_stops_doubles_crashes_and_changes_are_as_the_oracle_says(fresh: Fresh) -> None:
    plan = simulate_years.Plan(first=date(2026, 9, 1), years=0, months=2, stops=14, trouble=3, seed=7)

    result, course, faults = simulate_years.run(fresh(), plan)

    assert faults == []
    assert result.post.crashes > 0
    assert result.post.lost_answers > 0
    assert result.at_once > 20
    assert len(result.post.copies) > 5
    assert {what for _, what, _ in course.acts} == {"settle", "extend", "away", "hold"}


def test_the_oracle_sees_a_reminder_that_is_dropped_doubled_or_late(fresh: Fresh) -> None:
    plan = simulate_years.Plan(first=date(2026, 9, 1), years=0, months=2, stops=0, seed=7)
    url = fresh()
    result, course, faults = simulate_years.run(url, plan)
    assert faults == []

    db = Database(url)
    with db.writing() as tx:
        tx.exec_driver_sql("DELETE FROM reminder WHERE rung IN (-5, -3)")
        tx.exec_driver_sql("UPDATE reminder SET rung = rung - 20 WHERE rung IN (-10, -1)")
    kinds = {one.partition(":")[0] for one in simulate_years.faults(db, plan, course, result)}
    db.close()

    assert kinds == {"never said", "said without cause or twice", "dropped"}


# --- stops ----------------------------------------------------------------------------------------------


def test_after_thirty_days_stop_each_has_one_letter_with_everything_of_it(db: Database) -> None:
    due = {"gammel": "2026-09-04", "ti": "2026-09-10", "attien": "2026-09-28", "sju": "2026-10-07"}
    duties = [yearly(name, date.fromisoformat(day)) for name, day in due.items()]
    house.a_house(db, house.duties_text(*duties, follow_from=date(2026, 8, 31)), now=utc("2026-08-31 10:00"))
    post, again = Post(), utc("2026-10-01 07:40")
    look_after(db, now=utc("2026-08-31 10:05"))

    # It stops between the sweep of 1 September and the letter of that morning, and is silent for thirty days.
    assert look_after(db, now=MORNING)[1].letters == 1
    for now in beats(again, again + timedelta(days=1)):
        look_after(db, now=now)
        post.deliver(db, now=now)

    assert sorted(told(db, post)) == [
        ("2026-10-01 07:40", ECONOMY, ("gammel -3", "gammel +0", "ti +0", "attien +0", "sju -10")),
        ("2026-10-01 07:40", OFFICE, ("gammel +2", "ti +2", "attien +2")),
        ("2026-10-02 06:00", ECONOMY, ("sju -3",)),
    ]
    assert twice_a_day((copy.person, copy.at) for copy in post.copies) == []


def test_a_date_that_was_given_before_a_stop_is_reminded_of_after_it(db: Database) -> None:
    house.a_house(
        db, house.duties_text(yearly("a", date(2026, 10, 15)), follow_from=date(2026, 8, 31)), now=MORNING
    )
    look_after(db, now=MORNING)
    post, again = Post(), utc("2026-09-10 08:00")

    # On the day the machinery stops it is agreed to be due on 14 September; -3 of that is the 9th.
    house.extend(db, key("a", "2026-10-15"), date(2026, 9, 14), now=utc("2026-09-01 09:58"))
    for now in beats(again, again + timedelta(days=1)):
        look_after(db, now=now)
        post.deliver(db, now=now)

    assert told(db, post) == [("2026-09-11 06:00", ECONOMY, ("a -3",))]


# --- one letter a day, whoever looks at the same time ----------------------------------------------------


@pytest.fixture
def two_owed(db: Database) -> Post:
    """Økonomiavdelingen is told of «a» on the morning of 1 September, which is its deadline; «b» is due on
    the 29th, and gets the 1st as its date from somebody who is a moment behind.
    """
    text = house.duties_text(
        yearly("a", date(2026, 9, 1)), yearly("b", date(2026, 9, 29)), follow_from=date(2026, 8, 31)
    )
    house.a_house(db, text, now=MORNING - timedelta(hours=20))
    look_after(db, now=MORNING - timedelta(hours=20))
    assert remind(db, now=MORNING).letters == 1
    return Post()


def a_moment_behind(db: Database) -> None:
    """A slow process plans what it read before eight, after another has called for the morning's letters."""
    house.extend(db, key("b", "2026-09-29"), date(2026, 9, 1), now=MORNING - timedelta(minutes=10))
    plan_obligations(db, now=MORNING - timedelta(seconds=1))


def test_what_comes_while_the_letter_waits_stands_in_it(db: Database, two_owed: Post) -> None:
    a_moment_behind(db)
    assert remind(db, now=MORNING + timedelta(seconds=15)).reminders == 1

    two_owed.deliver(db, now=MORNING + timedelta(seconds=30))

    assert told(db, two_owed) == [("2026-09-01 06:00", ECONOMY, ("a +0", "b +0"))]


def test_what_comes_after_the_letter_has_left_is_told_the_next_morning(db: Database, two_owed: Post) -> None:
    two_owed.deliver(db, now=MORNING)
    a_moment_behind(db)
    assert remind(db, now=MORNING + timedelta(seconds=15)).reminders == 1

    for now in beats(MORNING, MORNING + timedelta(days=2)):
        look_after(db, now=now)
        two_owed.deliver(db, now=now)

    assert told(db, two_owed)[:2] == [
        ("2026-09-01 06:00", ECONOMY, ("a +0",)),
        ("2026-09-02 06:00", ECONOMY, ("b +0",)),
    ]


def test_no_letter_leaves_before_the_mornings_sweep_has_been_there(db: Database, two_owed: Post) -> None:
    a_moment_behind(db)
    assert two_owed.deliver(db, now=MORNING + timedelta(seconds=10)) == 0
    look_after(db, now=MORNING + timedelta(seconds=15))
    assert two_owed.deliver(db, now=MORNING + timedelta(seconds=15)) == 1


def test_a_letter_that_failed_all_day_waits_for_the_next_morning_and_is_not_called_late(
    db: Database, two_owed: Post
) -> None:
    closing, night = utc("2026-09-01 14:58"), utc("2026-09-01 15:03")
    two_owed.deliver(db, now=closing, up=False)

    assert two_owed.deliver(db, now=night) == 0
    with db.reading() as tx:
        assert outbox.next_due(tx) == MORNING + timedelta(days=1)
    assert two_owed.deliver(db, now=MORNING + timedelta(days=1)) == 1


def test_a_letter_that_may_have_arrived_keeps_its_identity_and_takes_on_nothing(
    db: Database, two_owed: Post
) -> None:
    two_owed.trouble = 1
    two_owed.deliver(db, now=MORNING, chance=LosesAnswers(0))  # arrived, but the worker did not hear of it
    a_moment_behind(db)
    for now in beats(MORNING + FIVE_MINUTES, MORNING + timedelta(days=2)):
        look_after(db, now=now)
        two_owed.deliver(db, now=now)

    first, again, next_day = two_owed.copies[:3]
    assert (again.message_id, again.dated, again.told) == (first.message_id, first.dated, first.told)
    assert again.doubtful
    assert told(db, two_owed)[2] == ("2026-09-02 06:00", ECONOMY, ("b +0",))
    assert next_day.message_id != first.message_id


class LosesAnswers(Random):
    """Chance that has no worker crash and every answer lost."""

    def choice(self, seq: Sequence[int]) -> int:  # type: ignore[override]
        return 0 * len(seq)

    def randrange(self, *_: int) -> int:  # type: ignore[override]
        return 0


def test_a_reminder_follows_its_reader_to_a_new_address(db: Database, two_owed: Post) -> None:
    assert two_owed.deliver(db, now=MORNING, up=False) == 0
    register_person(db, name="Økonomi", email="ny@example.org", was=ECONOMY, now=MORNING + FIVE_MINUTES)

    with real_server() as (mailbox, port):
        done = deliver_due(
            db, keys=KEYS, settings=settings(port), worker="w2", now=MORNING + timedelta(minutes=10)
        )

    assert (done.sent, done.dead) == (1, 0)
    assert [to for to, _ in mailbox.received] == ["ny@example.org"]


def settings(port: int) -> MailSettings:
    return MailSettings(
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        mail_from="Faseport <faseport@example.org>",
        base_url="http://127.0.0.1:8000",
    )


# --- a letter that cannot be made -----------------------------------------------------------------------


@pytest.mark.parametrize(("place", "phase"), [("facts_for", "compose"), ("render", "render")])
def test_a_letter_that_cannot_be_made_for_one_person_is_set_aside_and_all_others_go(
    db: Database, monkeypatch: pytest.MonkeyPatch, place: str, phase: str
) -> None:
    ros = "  - {id: ros, title: Risiko, each: prosjekt, owner: prosjektleder, rhythm: {per: periode}}\n"
    periods = "periods:\n  - {id: 2026-T2, from: 2026-05-01, to: 2026-08-31, report_due: 2026-09-01}\n"
    text = house.duties_text(ros, follow_from=date(2026, 8, 31), periods=periods)
    house.a_house(db, text, now=MORNING - timedelta(hours=20), projects=4)
    look_after(db, now=MORNING - timedelta(hours=20))
    assert look_after(db, now=MORNING)[1].letters == 4
    unlucky = house.ids(db)[leader(2)]
    whole = getattr(wording, place)

    def broken(*told: object, **more: object) -> object:
        about = told[1] if place == "facts_for" else told[0]
        if getattr(about, "recipient", None) == unlucky or "Prosjektleder 2" in str(about):
            raise UndefinedError("'frist' is undefined") if phase == "render" else KeyError("frist")
        return whole(*told, **more)

    monkeypatch.setattr(wording, place, broken)
    with real_server() as (mailbox, port):
        done = deliver_due(db, keys=KEYS, settings=settings(port), worker="w", now=MORNING)
        again = deliver_due(
            db, keys=KEYS, settings=settings(port), worker="w", now=MORNING + timedelta(hours=5)
        )

    assert (done.sent, done.dead, again.sent, again.dead) == (3, 1, 0, 0)
    assert sorted(to for to, _ in mailbox.received) == [leader(1), leader(3), leader(4)]
    with db.reading() as tx:
        (aside,) = outbox.list_letters(tx, state="dead")
    assert (aside.kind, aside.recipient, aside.reason) == (REMINDER, unlucky, aside.reason)
    assert "frist" in (aside.reason or "")


def test_a_ladder_that_begins_anew_stops_nobody_elses_reminders(db: Database) -> None:
    text = house.duties_text(
        yearly("a", date(2026, 9, 1)), yearly("b", date(2026, 9, 2)), follow_from=date(2026, 8, 31)
    )
    house.a_house(db, text, now=MORNING - timedelta(hours=20))
    look_after(db, now=MORNING - timedelta(hours=20))
    look_after(db, now=MORNING)
    with db.writing() as tx:
        tx.exec_driver_sql("UPDATE obligation SET passed = 1, next_at = planned_at WHERE status = 'open'")

    look_after(db, now=MORNING + timedelta(days=1))
    post = Post()
    post.deliver(db, now=MORNING + timedelta(days=1))

    assert told(db, post)[0][2][-1] == "b +0"
    with db.reading() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM reminder").scalar_one() == 2
