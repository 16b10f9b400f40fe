"""Is every reminder told exactly once through twenty years, whatever happens to the machinery?

A heartbeat every five minutes from 2026 to 2045, each through the real use case `look_after`, which plans and
reminds, and letters through the real outbox. The machinery stops at random for minutes to forty days; beats
are doubled, and run in three threads over two openings of the database at once; the mail server is down for
hours and days; batches crash before and after DATA, and answers are lost. Meanwhile people settle what they
owe and give new dates at any second, leave, take over and stand in.

An oracle written from the issue (`tests/reminder_oracle.py`) says what should have been told to whom at which
beat, and that is compared with every reminder there is, and with every copy of every letter that arrived.

Usage: simulate_years [sqlite|postgresql|both] [years] [seed]. Exits 1 at the first kind of fault it finds.
"""

import os
import sys
import tempfile
import time as stopwatch
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import text

from engine.core.obligations.owed import Key
from engine.store import outbox, people, schema
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.obligations.look_after import look_after
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.projects.change_facts import assign_role
from tests import reminder_builders as house
from tests import reminder_oracle as oracle
from tests.builders import OFFICE, deputy_email, seat_email
from tests.reminder_builders import Post
from tests.reminder_oracle import USUAL, Owed, Said, Step

FIVE_MINUTES: Final = timedelta(minutes=5)
DAY: Final = timedelta(days=1)
SHORT: Final = (Step(days=-5), Step(days=-1), Step(days=1, to_office=True))
SEED: Final = 20260101
PROJECTS: Final = 8
ADVISERS: Final = 8
LONGEST_BACK_OFF: Final = timedelta(hours=4, minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is simulated. `stops` is how often in a year the machinery stops; of so many batches as `trouble`
    says one crashes, and of so many letters one loses its answer.
    """

    first: date = date(2026, 1, 1)
    years: int = 20
    months: int = 0
    stops: int = 6
    trouble: int = 10
    seed: int = SEED

    @property
    def end(self) -> datetime:
        """When the simulation ends."""
        month = self.first.month - 1 + self.months
        last = date(self.first.year + self.years + month // 12, month % 12 + 1, 1)
        return house.midnight(last)


@dataclass(slots=True, kw_only=True)
class Course:
    """What will happen, all drawn beforehand: stops of the machinery and of the mail server (half-open), and
    what people do, by instant.
    """

    stops: list[tuple[datetime, datetime]]
    mail_down: list[tuple[datetime, datetime]]
    owed: list[Owed]
    people: oracle.People
    acts: list[tuple[datetime, str, object]]


@dataclass(slots=True)
class Result:
    """What came of it."""

    beats: int = 0
    doubled: int = 0
    at_once: int = 0
    idle_seconds: float = 0.0
    idle_beats: int = 0
    looks: list[datetime] = field(default_factory=list)
    post: Post = field(default_factory=Post)


# ---------------------------------------------------------------- what will happen


def foresee(plan: Plan, ids: dict[str, str]) -> Course:
    """Draw everything. Nobody's acts fall on a beat's own instant."""
    chance = Random(plan.seed)  # noqa: S311 - a simulation, no secret
    begin = house.midnight(plan.first)
    span = plan.end - begin
    years = max(1, round(span / timedelta(days=365)))
    course = Course(
        stops=_intervals(chance, begin, span, plan.stops * years, longest=timedelta(days=40)),
        mail_down=_intervals(
            chance, begin, span, 15 * years, least=timedelta(hours=1), longest=timedelta(hours=60)
        ),
        owed=list(_owed(plan)),
        people=_people(ids),
        acts=[],
    )
    for one in course.owed:
        _foresee_end(course, chance, one, begin)
    for _ in range(6 * years):
        _foresee_absence(course, chance, ids, begin + span * chance.random())
    for _ in range(5 * years):
        _foresee_holder(course, chance, ids, begin + span * chance.random())
    course.acts.sort(key=lambda act: act[0])
    # As it became known, which is not the order it was drawn in.
    course.people.away.sort(key=lambda one: one[0])
    for line in course.people.holders.values():
        line.sort(key=lambda one: one[0])
    return course


def _intervals(
    chance: Random,
    begin: datetime,
    span: timedelta,
    number: int,
    *,
    longest: timedelta,
    least: timedelta = FIVE_MINUTES,
) -> list[tuple[datetime, datetime]]:
    """Stops of all sizes, as many of minutes as of days; they may touch, and often begin in the morning."""
    found = []
    for _ in range(number):
        start = begin + span * chance.random()
        if chance.random() < 0.4:
            start = oracle.eight(oracle.wall(start).date()) - timedelta(minutes=chance.randrange(0, 30))
        length = least * (longest / least) ** chance.random()
        found.append((start, start + length))
    return sorted(found)


def _owed(plan: Plan) -> Iterator[Owed]:
    """Every duty of `programme_text`, as the issue would have it fall due."""
    return (one for one in _duties(plan) if one.dates[0][1] >= plan.first)


def _duties(plan: Plan) -> Iterator[Owed]:
    last = plan.end.date() + timedelta(days=400)
    for year in range(plan.first.year, last.year + 1):
        for month in range(1, 13):
            yield from _one("manedsmelding", "okonomi", date(year, month, 15), SHORT)
        for day in (date(year, 3, 1), date(year, 10, 20)):
            yield from _one("arsrapport", "plass-1", day, USUAL)
        for number, end in enumerate((4, 8, 12), 1):
            until = date(year + (end == 12), end % 12 + 1, 1) - DAY
            if until < plan.first:
                continue
            period = f"{year}-T{number}"
            due = until + timedelta(days=20)
            yield _life("programrapport", "programme", period, "programkontor", USUAL, due)
            for project in range(1, PROJECTS + 1):
                key = f"p{project}"
                one = _life("ros", f"project:{key}", period, key, USUAL, oracle.count(until, 10))
                one.project = key
                yield one
    day = date(2026, 1, 8)
    while day < last:
        yield from _one("nettverk", "plass-2", day, SHORT)
        day += timedelta(weeks=6)


def _one(duty: str, owner: str, day: date, ladder: tuple[Step, ...]) -> Iterator[Owed]:
    yield _life(duty, "programme", day.isoformat(), owner, ladder, oracle.back_to_work(day))


def _life(duty: str, subject: str, occurrence: str, owner: str, ladder: tuple[Step, ...], due: date) -> Owed:
    return Owed(
        kind=f"duty:{duty}",
        subject=subject,
        occurrence=occurrence,
        owner=owner,
        ladder=ladder,
        dates=[(None, due)],
    )


def programme_text(plan: Plan) -> str:
    """The programme all this is about, with reporting periods for as long as it lasts."""
    duties = (
        "  - {id: arsrapport, title: Årsrapport, owner: plass-1,"
        ' rhythm: {per: ar, dates: ["03-01", "10-20"]}}\n'
        "  - {id: programrapport, title: Rapport, owner: programkontor, rhythm: {per: periode}}\n"
        "  - {id: ros, title: Risiko, each: prosjekt, owner: prosjektleder,"
        " rhythm: {per: periode, days: 10}}\n"
        "  - {id: nettverk, title: Nettverk, owner: plass-2, ladder: kort,"
        " rhythm: {per: uker, weeks: 6, from: 2026-01-08}}\n"
    )
    return house.duties_text(
        house.monthly("manedsmelding", 15, ladder="kort"),
        duties,
        calendar=house.CALENDAR,
        follow_from=plan.first,
        periods=house.tertials(plan.first.year, plan.end.year + 2),
    )


def _people(ids: dict[str, str]) -> oracle.People:
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    first = {
        "programkontor": OFFICE,
        "okonomi": house.ECONOMY,
        "plass-1": seat_email(1),
        "plass-2": seat_email(2),
        "plass-3": seat_email(3),
    } | {f"p{number}": house.leader(number) for number in range(1, PROJECTS + 1)}
    return oracle.People(
        holders={line: [(long_ago, date(2000, 1, 1), ids[email])] for line, email in first.items()},
        deputies={f"plass-{n}": (f"plass-{n}", ids[deputy_email(n)]) for n in (1, 2, 3)},
    )


def _foresee_end(course: Course, chance: Random, one: Owed, begin: datetime) -> None:
    """It gets another date now and then, and is mostly done: early, in time, late, or never."""
    due = one.dates[0][1]
    before = max(begin, house.midnight(due) - timedelta(days=25))
    for _ in range(2):
        if chance.random() < 0.15:
            at = _off_beat(chance, before + timedelta(days=28) * chance.random())
            due = at.date() + timedelta(days=chance.randrange(1, 45))
            if due in {known for _, known in one.dates}:
                break
            one.dates.append((at, due))
            course.acts.append((at, "extend", (one, due)))
            before = at
    if chance.random() < 0.85:
        latest = house.midnight(due) + timedelta(days=8) - before
        at = _off_beat(chance, before + latest * chance.random())
        if chance.random() < 0.2:
            at = _off_beat(chance, oracle.eight(due) + timedelta(minutes=chance.choice((-7, -2, 1, 4))))
        at = max(at, before + timedelta(seconds=1))
        one.settled = at
        course.acts.append((at, "settle", one))


def _foresee_absence(course: Course, chance: Random, ids: dict[str, str], near: datetime) -> None:
    at = _off_beat(chance, near)
    line = chance.choice(sorted(course.people.holders))
    who = course.people.holder(line, at, at.date())
    first = at.date() + timedelta(days=chance.randrange(0, 20))
    last = first + timedelta(days=chance.randrange(0, 40))
    stand_in = ids[_adviser(chance.randrange(1, ADVISERS + 1))] if chance.random() < 0.7 else None
    if stand_in == who:
        stand_in = None
    course.people.away.append((at, who, first, last, stand_in))
    course.acts.append((at, "away", (who, first, last, stand_in)))


def _foresee_holder(course: Course, chance: Random, ids: dict[str, str], near: datetime) -> None:
    at = _off_beat(chance, near)
    line = chance.choice(sorted(course.people.holders))
    person = ids[_adviser(chance.randrange(1, ADVISERS + 1))]
    since = at.date() + timedelta(days=chance.randrange(0, 30))
    course.people.holders[line].append((at, since, person))
    course.acts.append((at, "hold", (line, person, since)))


def _off_beat(chance: Random, at: datetime) -> datetime:
    return at.replace(second=chance.randrange(1, 59), microsecond=0, minute=at.minute - at.minute % 5 + 2)


def _adviser(number: int) -> str:
    return f"radgiver-{number}@example.org"


# ---------------------------------------------------------------- what happens


def prepare(db: Database, plan: Plan) -> dict[str, str]:
    """The programme, its projects and people; everybody's id by address."""
    began = house.midnight(plan.first)
    house.a_house(db, programme_text(plan), now=began, projects=PROJECTS)
    for number in range(1, ADVISERS + 1):
        register_person(db, name=f"Rådgiver {number}", email=_adviser(number), now=began)
    return house.ids(db)


def play(db: Database, other: Database, plan: Plan, course: Course) -> Result:
    """Beat through all the years. `other` is a second opening of the same database."""
    chance = Random(plan.seed + 1)  # noqa: S311
    result = Result(post=Post(trouble=plan.trouble))
    acts, stops = iter(course.acts), _Spans(course.stops)
    mail = _Spans(course.mail_down)
    act = next(acts, None)
    now, end = house.midnight(plan.first), plan.end
    wakes: datetime | None = None
    with ThreadPoolExecutor(3) as pool:
        while now < end:
            while act is not None and act[0] <= now:
                _do(db, act[1], act[2], act[0])
                act = next(acts, None)
            if not stops.hold(now):
                result.beats += 1
                result.looks.append(now)
                begun = stopwatch.perf_counter()
                lot = chance.random()
                morning = now.minute < 5 and now.hour in (6, 7)
                if lot < 0.001 or (morning and lot < 0.4):
                    result.at_once += 1
                    told = _three_at_once(pool, db, other, now)
                else:
                    told = _beat(db, now)
                    if lot < 0.02:
                        result.doubled += 1
                        told |= _beat(other, now)
                    if not (told or lot < 0.02):
                        result.idle_beats += 1
                        result.idle_seconds += stopwatch.perf_counter() - begun
                if told or (wakes is not None and wakes <= now):
                    result.post.deliver(
                        db, now=now, worker=f"w{result.beats}", up=not mail.hold(now), chance=chance
                    )
                    wakes = _next_letter(db)
            now += FIVE_MINUTES
    return result


class _Spans:
    """Intervals, asked in the order of time."""

    def __init__(self, spans: list[tuple[datetime, datetime]]) -> None:
        self._spans = spans
        self._next = 0
        self._until = datetime(2000, 1, 1, tzinfo=UTC)

    def hold(self, now: datetime) -> bool:
        """Whether one of them is under way."""
        while self._next < len(self._spans) and self._spans[self._next][0] <= now:
            self._until = max(self._until, self._spans[self._next][1])
            self._next += 1
        return now < self._until


def _beat(db: Database, now: datetime) -> bool:
    return look_after(db, now=now)[1].letters > 0


def _three_at_once(pool: ThreadPoolExecutor, db: Database, other: Database, now: datetime) -> bool:
    return any(list(pool.map(lambda one: _beat(one, now), (db, other, db))))


def _next_letter(db: Database) -> datetime | None:
    """When there may be something to deliver: a letter that is due then, or whose lease runs out."""
    wanted = text(
        "SELECT min(CASE WHEN state IN ('due', 'retry') THEN due_at ELSE lease_until END) AS at FROM outbox"
        " WHERE state IN ('due', 'retry', 'claimed', 'in_doubt')"
    ).columns(at=outbox._OUTBOX.c.due_at.type)
    with db.reading() as tx:
        found: datetime | None = tx.execute(wanted).scalar_one()
    return found


def _do(db: Database, what: str, told: object, now: datetime) -> None:
    match what, told:
        case "settle", Owed() as one:
            house.settle(db, Key(*one.key), now=now, project=one.project)
        case "extend", (Owed() as one, date() as due):
            house.extend(db, Key(*one.key), due, now=now, project=one.project)
        case "away", (str(who), date() as first, date() as last, stand_in):
            assert stand_in is None or isinstance(stand_in, str)
            register_absence(db, who=who, away_from=first, away_to=last, stand_in=stand_in, now=now)
        case "hold", (str(line), str(person), date() as since):
            _take_over(db, line, person, since, now)
        case _:
            raise AssertionError(what)


def _take_over(db: Database, line: str, person: str, since: date, now: datetime) -> None:
    if line.startswith("plass-"):
        assign_seat(db, body="gruppa", seat=line, who=person, valid_from=since, now=now)
    elif line.startswith("p") and line[1:].isdigit():
        assign_role(db, key=line, role="prosjektleder", who=person, valid_from=since, by=OFFICE, now=now)
    else:
        assign_seat(db, body=people.OFFICES, seat=line, who=person, valid_from=since, now=now)


# ---------------------------------------------------------------- what should have happened


def faults(db: Database, plan: Plan, course: Course, result: Result) -> list[str]:
    """Every difference between what should have been told and what was, in words."""
    began = house.midnight(plan.first)
    should = Counter(oracle.expected(course.owed, course.people, beats=result.looks, began=began))
    said = Counter(_said(db))
    found = [f"never said: {one}" for one in should - said]
    found += [f"said without cause or twice: {one}" for one in said - should]
    found += [f"said outside office hours: {one}" for one in said if not oracle.in_hours(one[4])]
    found += list(_wrong_letters(course, result))
    found += list(_untold(db, course, result, said))
    with db.reading() as tx:
        found += [f"ledger: {fault}" for fault in ledger.verify(tx).faults]
    return found


def _said(db: Database) -> Iterator[Said]:
    wanted = text(
        "SELECT o.kind, o.subject, o.occurrence, r.due_on, r.rung, r.person, r.at"
        " FROM reminder r JOIN obligation o ON o.id = r.obligation"
    ).columns(at=outbox._OUTBOX.c.due_at.type)
    with db.reading() as tx:
        for row in tx.execute(wanted):
            key = (row.kind, row.subject, row.occurrence)
            yield (key, date.fromisoformat(row.due_on), row.rung, row.person, row.at.astimezone(UTC))


def _wrong_letters(course: Course, result: Result) -> Iterator[str]:
    owed = {one.key: one for one in course.owed}
    identities: dict[str, set[tuple[str, datetime]]] = defaultdict(set)
    days: dict[tuple[str, date], set[str]] = defaultdict(set)
    sent_before: set[str] = set()
    for copy in result.post.copies:
        identities[copy.letter].add((copy.message_id, copy.dated))
        if copy.letter in sent_before and not copy.doubtful:
            yield f"a second copy that nobody has an explanation for: {copy}"
        sent_before.add(copy.letter)
        if not copy.doubtful:
            days[copy.person, oracle.wall(copy.at).date()].add(copy.letter)
        if not oracle.in_hours(copy.at):
            yield f"left outside office hours: {copy}"
        for kind, subject, occurrence, due, _ in copy.told:
            if not owed[kind, subject, occurrence].open_at(copy.at, date.fromisoformat(due)):
                yield f"told after it was settled or dated anew: {copy}"
    yield from (f"one letter under two identities: {one}" for one in identities.values() if len(one) > 1)
    yield from (f"two letters in one day: {day} {one}" for day, one in days.items() if len(one) > 1)


def _untold(db: Database, course: Course, result: Result, said: Counter[Said]) -> Iterator[str]:
    """A reminder that no letter told must have had no time for it: it was settled while letters failed. One
    that two letters told is a fault whatever happened.
    """
    told: dict[tuple[tuple[str, str, str], str, int, str], set[str]] = defaultdict(set)
    for copy in result.post.copies:
        for kind, subject, occurrence, due, rung in copy.told:
            told[(kind, subject, occurrence), due, rung, copy.person].add(copy.letter)
    yield from (f"told by two letters: {what}" for what, letters in told.items() if len(letters) > 1)
    owed = {one.key: one for one in course.owed}
    dead = _lines_of_the_dead(db)
    failed = defaultdict(list)
    for person, at in result.post.failed:
        failed[person].append(at)
    chances = [look for look in result.looks if oracle.in_hours(look)]
    mail = sorted(course.mail_down)
    end = result.looks[-1]
    for key, by, rung, person, at in said:
        line = (key, by.isoformat(), rung, person)
        if told.get(line) or line in dead:
            continue
        over = min(owed[key].ends(by) or end, end)
        misses = failed[person][bisect_left(failed[person], at) : bisect_right(failed[person], over)]
        # After its last failure a letter waits for its next try, and then for the next morning if need be.
        clear = at if not misses else _next_chance(misses[-1] + LONGEST_BACK_OFF)
        place = bisect_left(chances, clear)
        if place < len(chances) and chances[place] < over and not _any(mail, chances[place]):
            yield f"dropped: {key} {by} {rung:+d} to {person}, said {at}, over {over}"


def _next_chance(at: datetime) -> datetime:
    return at if oracle.in_hours(at) else oracle.next_morning(at)


def _any(spans: list[tuple[datetime, datetime]], at: datetime) -> bool:
    return any(start <= at < end for start, end in spans)


def _lines_of_the_dead(db: Database) -> set[tuple[tuple[str, str, str], str, int, str]]:
    """What letters that were given up, and reported so, would have told."""
    wanted = text(
        "SELECT o.kind, o.subject, o.occurrence, r.due_on, r.rung, r.person FROM reminder r"
        " JOIN obligation o ON o.id = r.obligation JOIN outbox x ON x.id = r.letter WHERE x.state = 'dead'"
    )
    with db.reading() as tx:
        return {
            ((row.kind, row.subject, row.occurrence), row.due_on, row.rung, row.person)
            for row in tx.execute(wanted)
        }


# ---------------------------------------------------------------- the run


def run(url: str, plan: Plan) -> tuple[Result, Course, list[str]]:
    """Simulate on one empty database with the newest schema."""
    db, other = Database(url), Database(url)
    try:
        course = foresee(plan, prepare(db, plan))
        result = play(db, other, plan, course)
        return result, course, faults(db, plan, course, result)
    finally:
        other.close()
        db.close()


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="faseport-years-") as folder:
            yield f"sqlite:///{folder}/years.db"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="faseport-"))
    from tests.databases import serving

    with serving() as server:
        yield server.url("postgres")


def main(kinds: list[str], plan: Plan) -> int:
    """Run and tell."""
    wrong = 0
    for kind in kinds:
        with _database(kind) as url:
            schema.upgrade(url)
            begun = stopwatch.perf_counter()
            result, course, found = run(url, plan)
            seconds = stopwatch.perf_counter() - begun
        wrong += len(found)
        post = result.post
        letters = {copy.letter for copy in post.copies}
        print(
            f"{kind}: {result.beats:,} heartbeats in {plan.years} years, {seconds:,.0f} s;"
            f" an idle one {result.idle_seconds / max(1, result.idle_beats) * 1e6:.0f} µs\n"
            f"  {result.doubled:,} doubled, {result.at_once:,} in three threads at once;"
            f" {len(course.stops)} stops, {len(course.mail_down)} mail failures, {post.crashes} crashes,"
            f" {post.lost_answers} lost answers\n"
            f"  {len(course.owed):,} obligations, {len(course.acts):,} acts;"
            f" {sum(len(copy.told) for copy in post.copies):,} reminders told in {len(letters):,} letters,"
            f" {len(post.copies) - len(letters)} copies more, {len(post.dead)} given up and reported\n"
            f"  faults: {len(found)}",
            flush=True,
        )
        for one in found[:20]:
            print("  ", one)
    return int(wrong > 0)


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "both"
    sys.exit(
        main(
            ["sqlite", "postgresql"] if chosen == "both" else [chosen],
            Plan(
                years=int(sys.argv[2]) if len(sys.argv) > 2 else 20,
                seed=int(sys.argv[3]) if len(sys.argv) > 3 else SEED,
            ),
        )
    )
