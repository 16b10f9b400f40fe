"""Makes the golden database: a world that every later version of this program must be able to open.

Run ONCE, on commit fb6c0c6, and never again: what is stored in `tests/golden/` is what that commit's own code
wrote, and its worth lies in that nobody can write it any more. It stays here to say what the world holds and
how it came to be. Instants are the story's; ids, salts and secrets are random, so that the files are kept and
not made anew. The PostgreSQL database is the SQLite one's rows in the schema that commit's own migrations
made there, so that both give the same answers; `pg_dump` wrote it.

    python -m tools.make_golden tests/golden
"""

import json
import lzma
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import httpx2

from demo import deadline_story, run
from demo.mailbox import Mail
from demo.scene import OFFICE, STUDY_LEADER
from demo.story import CHAIR, Stage, kind_of
from engine import clock
from engine.core.programme.calendar import local_date, oslo
from engine.core.record.codec import KINDS
from engine.core.record.letters import AGENDA, CASE
from engine.store import people, schema
from engine.store.record import ledger
from engine.store.session import Database
from engine.store.tables.base import metadata
from engine.use_cases.access.send_link import send_link
from engine.use_cases.letters.keep_calendar import open_calendar
from notifications import smtp
from notifications.delivery import MailSettings, deliver_due
from tools.golden_acts import KEYS, MEETING, Acts, at

COMMIT: Final = "fb6c0c6ed248617fcca6670b1a8b6c238f7b0612"
KEY: Final = {1: bytes.fromhex("0f" * 32)}
"""The key of the golden world's links: a test's, and never anybody's."""
STATES: Final = {"due", "claimed", "in_doubt", "retry", "sent", "bounced", "dead", "withdrawn"}
MEMBER: Final = "kommunalsjef-hjemme@example.org"


class _PowerCut(Exception):
    """The worker dies in the middle of a batch."""


def make(url: str) -> dict[str, Any]:
    """Play the world into a new database; says what is needed to walk about in it."""
    db = run.fresh(url)
    try:
        with run.staged(db, keys=KEY, real=clock.now, ticking=False, port=0) as stage:
            told = deadline_story.play(stage)
            assert told.holds, told.checks
            acts = Acts(stage=stage, until=lambda instant: _until(stage, instant))
            acts.everything()
            ways = _walk_in(stage)
            _spoil_letters(stage)
        with db.writing() as tx:
            tx.exec_driver_sql("DELETE FROM setting WHERE name = 'demo'")
        _check(db)
        known = {"made_by": COMMIT, "kinds": sorted(KINDS), "now": at(6, 10, 11).isoformat()}
        return {**known, "cases": acts.cases, **ways}
    finally:
        db.close()


def _until(stage: Stage, instant: datetime) -> None:
    day = local_date(stage.clock())
    while (morning := oslo(day, time(8, 1))) < instant:
        if morning > stage.clock():
            stage.clock.go_to(morning)
            stage.deliver()
        day += timedelta(days=1)
    stage.clock.go_to(instant)
    stage.deliver()


def _walk_in(stage: Stage) -> dict[str, Any]:
    """Letters whose links have not been used, browsers that are inside, and one that is remembered."""
    with stage.db.reading() as tx:
        ids = {who: people.by_email(tx, who).id for who in (CHAIR, OFFICE, MEMBER, STUDY_LEADER)}  # type: ignore[union-attr]
    for who in (OFFICE, STUDY_LEADER):
        send_link(stage.db, person=ids[who], subject=f"person:{ids[who]}", now=stage.clock())
    stage.deliver()

    def newest(kind: str, who: str, words: str = "") -> Mail:
        fitting = [one for one in stage.mailbox.to(who) if one.link and kind_of(stage, one) == kind]
        return [one for one in fitting if words in one.subject + one.text][-1]

    written = KEYS["skriftlig"]
    letters = {
        "chair at the meeting": newest(AGENDA, CHAIR),
        "office at the meeting": newest(AGENDA, OFFICE)
        if _got(stage, AGENDA, OFFICE)
        else newest("way_in", OFFICE),
        "member in writing": newest(CASE, MEMBER, written),
        "chair in writing": newest(CASE, CHAIR, written),
        "leader of the project": newest("way_in", STUDY_LEADER),
        "chair in a political case": newest(CASE, CHAIR, KEYS["politisk"]),
        "member in a withdrawn case": newest(CASE, MEMBER, KEYS["trukket"]),
        "member at a meeting that was held": newest(AGENDA, MEMBER, "28. mai"),
    }
    inside = {
        "chair": [letters["chair at the meeting"], letters["chair in writing"]],
        "office": [letters["office at the meeting"]],
        "member": [letters["member in writing"]],
        "leader": [letters["leader of the project"]],
    }
    browsers = {}
    for name, mails in inside.items():
        with httpx2.Client(base_url=stage.base_url, follow_redirects=False, timeout=30) as client:
            for mail in mails:
                answer = client.post(
                    str(mail.link),
                    data={"kode": str(mail.code), "husk": "ja"},
                    headers={"Origin": stage.base_url},
                )
                assert answer.status_code == 303, answer.text
            browsers[name] = dict(client.cookies.items())
    calendar = open_calendar(stage.db, keys=KEY, person=STUDY_LEADER, now=stage.clock())
    ways = {
        name: {"path": "/b/" + str(mail.link).rpartition("/b/")[2], "code": mail.code}
        for name, mail in letters.items()
    }
    named = {id(mail): name for name, mail in letters.items()}
    devices = {who: named[id(mails[0])] for who, mails in inside.items()}
    return {"links": ways, "browsers": browsers, "devices": devices, "calendar": calendar, "people": ids}


def _got(stage: Stage, kind: str, who: str) -> bool:
    return any(one.link and kind_of(stage, one) == kind for one in stage.mailbox.to(who))


def _spoil_letters(stage: Stage) -> None:
    """Let letters end in every way there is, and the worker die in the middle of a batch."""
    members = {CHAIR, MEMBER, "kommunaldirektor-st@example.org", "kommunalsjef-psykisk-helse@example.org"}
    settings = MailSettings(
        smtp_url="smtp://127.0.0.1:9?tls=none", mail_from="faseport@example.org", base_url=stage.base_url
    )

    def badly(batch: Sequence[smtp.Outgoing], **_: Any) -> tuple[smtp.Outcome, ...]:
        ends = (
            ("bounced", "rcpt", "550 5.1.1 <…> ukjent mottaker"),
            ("dead", "body", "554 5.6.0 meldingen avvises"),
            ("retry", "rcpt", "451 4.7.1 prøv igjen om litt"),
        )
        assert len(batch) >= len(ends), len(batch)
        return tuple(
            smtp.Outcome(letter=one.letter, state=end[0], phase=end[1], reply=end[2])  # type: ignore[arg-type]
            for one, end in zip(batch, [*ends, *[("sent", "body", "250 2.0.0 ok")] * 20], strict=False)
        )

    def die(
        batch: Sequence[smtp.Outgoing], *, before_data: smtp.BeforeData, **_: Any
    ) -> tuple[smtp.Outcome, ...]:
        assert len(batch) > 1, len(batch)
        before_data([batch[0].letter])
        raise _PowerCut

    _ask_again(stage, members)
    deliver_due(stage.db, keys=KEY, settings=settings, worker="vrang", now=stage.clock(), carry=badly)
    _ask_again(stage, members)
    try:
        deliver_due(stage.db, keys=KEY, settings=settings, worker="dør", now=stage.clock(), carry=die)
    except _PowerCut:
        stage.clock.go_to(at(6, 10, 9, 1))
    _ask_again(stage, {OFFICE})


def _ask_again(stage: Stage, addresses: set[str]) -> None:
    with stage.db.reading() as tx:
        found = [people.by_email(tx, one) for one in sorted(addresses)]
    for person in found:
        assert person is not None
        subject = f"person:{person.id}" if addresses == {OFFICE} else f"meeting:{MEETING}"
        assert send_link(stage.db, person=person.id, subject=subject, now=stage.clock()) is None


def _check(db: Database) -> None:
    with db.reading() as tx:
        kinds = set(tx.exec_driver_sql("SELECT DISTINCT kind FROM ledger_leaf").scalars())
        states = set(tx.exec_driver_sql("SELECT DISTINCT state FROM outbox").scalars())
        empty = [t.name for t in metadata.sorted_tables if not tx.execute(t.select().limit(1)).first()]
        faults = ledger.verify(tx).faults
    assert not KINDS.keys() - kinds, KINDS.keys() - kinds
    assert states == STATES, states
    assert empty == ["setting"], empty
    assert not faults, faults


def copy_to(source: str, target: str) -> None:
    """Copy every row into an empty database whose schema is there."""
    old, new = Database(source), Database(target)
    try:
        with old.reading() as rx, new.writing() as tx:
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for table in metadata.sorted_tables:
                rows = [
                    dict(row) for row in rx.execute(table.select().order_by(*table.primary_key)).mappings()
                ]
                if rows:
                    tx.execute(table.insert(), rows)
        with new.reading() as tx:
            assert not ledger.verify(tx).faults
    finally:
        old.close()
        new.close()


def main(folder: Path) -> int:
    """Make all the files; refuses where they are already."""
    from tests import databases, golden_world

    assert not (folder / "golden.db.xz").exists(), "made once, and never again"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, databases.serving() as server:
        url = f"sqlite:///{place}/world.db"
        world = make(url)
        db = Database(url)
        with db._glancer.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=0")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql(f"VACUUM INTO '{place}/golden.db'")
        db.close()
        server.command("CREATE DATABASE golden")
        schema.upgrade(server.url("golden"))
        copy_to(f"sqlite:///{place}/golden.db", server.url("golden"))
        (folder / "golden.db.xz").write_bytes(lzma.compress(Path(place, "golden.db").read_bytes(), preset=9))
        (folder / "golden.sql.xz").write_bytes(lzma.compress(golden_world.dumped(server), preset=9))
        (folder / "secret.key").write_text(json.dumps({str(kid): key.hex() for kid, key in KEY.items()}))
        (folder / "world.json").write_text(json.dumps(world, ensure_ascii=False, indent=1) + "\n")
        copy = golden_world.open_world(Path(place), f"sqlite:///{place}/copy.db")
        answers = json.dumps(golden_world.answers(copy), ensure_ascii=False, indent=0, sort_keys=True)
        (folder / "answers.json.xz").write_bytes(lzma.compress(answers.encode(), preset=9))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
