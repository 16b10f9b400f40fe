"""Can people settle, move and pass on what they owe, and does every reminder stop the moment they have?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Final

import pytest

from engine.core.programme.calendar import oslo
from engine.core.record.letters import ALERT, REMINDER, subject_of_person
from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.queries.obligations.show_obligations import ObligationView, show_mine
from engine.store import cases, obligations, outbox, people
from engine.store.obligations import Stored
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.access.send_link import send_link
from engine.use_cases.cases.conclude_case import Condition, conclude_case
from engine.use_cases.letters.begin_delivery import begin_delivery
from engine.use_cases.letters.claim_letters import Claim, claim_letters
from engine.use_cases.obligations.alert_owner import Alerted, alert_owner
from engine.use_cases.obligations.extend_obligation import Extended, extend_obligation
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.obligations.remind import Reminded, remind
from engine.use_cases.obligations.settle_condition import settle_condition
from engine.use_cases.obligations.settle_obligation import Settled, settle_obligation
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.close_programme import Closed, close_programme
from engine.use_cases.programme.load_programme import load_programme
from notifications import delivery
from notifications.delivery import Delivered, MailSettings, deliver_due
from tests import builders
from tests.at_once import at_once
from tests.builders import ASKER, LEADER, NOW, OFFICE, OWNER
from tests.mail_servers import Mailbox, real_server

KEYS: Final = {1: b"0" * 32}
DUTIES: Final = """duties:
  - id: risiko
    title: Revidert risikoanalyse
    owner: programkontor
    rhythm: {per: ar, dates: ["02-05"]}
    if_nothing: Da gjelder den gamle analysen.
  - id: status
    title: Status til gruppa
    each: prosjekt
    owner: prosjektleder
    rhythm: {per: ar, dates: ["02-05"]}
    if_nothing: Da vet ikke gruppa hvordan det går.
  - id: plan
    title: Plan for opplæring
    each: prosjekt
    owner: prosjektleder
    rhythm: {per: ar, dates: ["02-05"]}
  - id: leangen
    title: Bekreftet forankring
    each: prosjekt
    owner: prosjektleder
    settled_by: svar
    criterion: maal
    rhythm: {per: ar, dates: ["06-02"]}
"""
DUE: Final = date(2025, 2, 5)


def at(month: int, day: int, hour: int = 9) -> datetime:
    """A wall time in Oslo in 2025."""
    return oslo(date(2025, month, day), time(hour))


TEN_BEFORE, ON_THE_DAY, TWO_AFTER = at(1, 22), at(2, 5), at(2, 7)


def set_up(db: Database) -> None:
    """A programme with duties, followed from New Year."""
    outcomes = (
        "{godkjent: gjennomfore,",
        "{godkjent: gjennomfore, godkjent_med_forutsetninger: gjennomfore,",
    )
    builders.a_programme(db, workflow=builders.EASY_WORKFLOW.replace(*outcomes, 1))
    text = builders.programme_text().replace("follow_from: 2024-01-01", "follow_from: 2025-01-01")
    load_programme(db, text=text + DUTIES, now=NOW + timedelta(seconds=1))


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    """A programme with duties, and one project that owes some of them."""
    set_up(db)
    builders.a_project(db)
    plan_obligations(db, now=NOW)
    yield db
    with db.reading() as tx:
        assert ledger.verify(tx).faults == ()


@pytest.fixture
def post() -> Iterator[tuple[Mailbox, int]]:
    with real_server() as server:
        yield server


def owed(db: Database, kind: str, *, status: str | None = None) -> Stored:
    """The one obligation of a kind."""
    with db.reading() as tx:
        (found,) = obligations.list_obligations(tx, status=status, kind=kind, until=date(2025, 12, 31))
    return found


def settle(db: Database, kind: str = "duty:status", *, by: str = LEADER, **how: object) -> Settled | Refused:
    told = {"note": "Sendt til gruppa.", "now": TEN_BEFORE} | how
    return settle_obligation(db, obligation=owed(db, kind).id, by=by, **told)  # type: ignore[arg-type]


def extend(db: Database, kind: str = "duty:status", **how: object) -> Extended | Refused:
    told = {"due": date(2025, 3, 5), "reason": "Leder er ny.", "by": OFFICE, "now": TWO_AFTER} | how
    return extend_obligation(db, obligation=owed(db, kind).id, **told)  # type: ignore[arg-type]


def alert(db: Database, kind: str = "duty:status", **how: object) -> Alerted | Refused:
    told = {"by": OFFICE, "now": TWO_AFTER} | how
    return alert_owner(db, obligation=owed(db, kind).id, **told)  # type: ignore[arg-type]


def codes(found: object) -> list[str]:
    assert isinstance(found, Refused), found
    return [one.code for one in found.reasons]


def mine(db: Database, email: str, now: datetime) -> list[ObligationView]:
    with db.reading() as tx:
        person = people.by_email(tx, email)
        assert person is not None
        return [one for one in show_mine(tx, person.id, now=now) if one.due_on.year == now.year]


def kinds_of(views: Sequence[ObligationView]) -> list[str]:
    return [one.kind for one in views]


def deliver(db: Database, port: int, now: datetime) -> Delivered:
    settings = MailSettings(
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        mail_from="Faseport <faseport@example.org>",
        base_url="http://127.0.0.1:8000",
    )
    done = deliver_due(db, keys=KEYS, settings=settings, worker="w1", now=now)
    assert done.dead == 0, done.failures
    return done


def claim(db: Database, now: datetime) -> Claim:
    def compose(tx: object, letter: object) -> object:
        return delivery._compose(tx, letter, domain="example.org", now=now)  # type: ignore[arg-type]

    return claim_letters(
        db,
        keys=KEYS,
        base_url="http://127.0.0.1:8000",
        worker="w1",
        limit=20,
        compose=compose,  # type: ignore[arg-type]
        now=now,
    )


def letters(db: Database, kind: str) -> list[tuple[str, str | None]]:
    """The state of each letter of a kind, and why it ended so."""
    with db.reading() as tx:
        return [(one.state, one.reason) for one in outbox.list_letters(tx) if one.kind == kind]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def to(mailbox: Mailbox, address: str) -> list[EmailMessage]:
    got = zip(mailbox.received, mailbox.letters(), strict=True)
    return [letter for (whom, _), letter in got if whom == address]


# ---------------------------------------------------------------- settling


def test_whoever_answers_for_it_says_that_it_is_done_and_the_ladder_stops(house: Database) -> None:
    assert kinds_of(mine(house, LEADER, NOW)) == ["duty:plan", "duty:status", "duty:leangen"]
    assert isinstance(settle(house), Settled)
    done = owed(house, "duty:status")
    assert (done.status, done.next_at, done.obligation.settled_at) == ("settled", None, TEN_BEFORE)
    assert kinds_of(mine(house, LEADER, NOW)) == ["duty:plan", "duty:leangen"]
    assert remind(house, now=ON_THE_DAY) == Reminded(reminders=2, letters=2), "the plan, and risiko"


def test_programkontoret_may_settle_for_anybody_and_nobody_else_may(house: Database) -> None:
    with pytest.raises(NotAllowed, match="may_not_settle"):
        settle(house, by=ASKER)
    with pytest.raises(NotAllowed, match="may_not_settle"):
        settle(house, "duty:risiko", by=LEADER)
    with pytest.raises(Unknown):
        settle(house, by="ukjent@example.org")
    with pytest.raises(Unknown):
        settle_obligation(house, obligation="finnes-ikke", note="x", by=OFFICE, now=NOW)
    assert isinstance(settle(house, by=OFFICE), Settled)


@pytest.mark.parametrize("by", [LEADER, ASKER])
def test_in_an_absence_both_the_absent_and_the_stand_in_may_settle(house: Database, by: str) -> None:
    away = {"away_from": date(2025, 1, 20), "away_to": date(2025, 1, 31), "now": NOW}
    register_absence(house, who=LEADER, stand_in=ASKER, **away)  # type: ignore[arg-type]
    assert "duty:status" in kinds_of(mine(house, ASKER, TEN_BEFORE))
    assert isinstance(settle(house, by=by), Settled)


def test_what_was_done_must_be_said_in_words_that_can_be_kept(house: Database) -> None:
    assert codes(settle(house, note=" \u200b ")) == ["note_required"]
    assert codes(settle(house, note="x" * 4001)) == ["words_too_long"]
    assert owed(house, "duty:status").status == "open"


def test_it_is_settled_once_also_by_two_at_the_same_instant(house: Database) -> None:
    (found,) = at_once([[lambda: settle(house, by=LEADER), lambda: settle(house, by=OFFICE)]])
    assert sorted(type(one).__name__ for one in found) == ["Refused", "Settled"]
    assert codes(settle(house)) == ["obligation_settled"]


def test_what_is_done_elsewhere_is_refused_with_where(house: Database) -> None:
    builders.a_case(house, key="trygghet", now=NOW)
    plan_obligations(house, now=NOW)
    with house.reading() as tx:
        answers = obligations.list_obligations(tx, kind="svar")
    for one in answers:
        found = settle_obligation(house, obligation=one.id, note="Svart.", by=OFFICE, now=NOW)
        assert codes(found) == ["settled_elsewhere"]
        assert found.reasons[0].data == {"where": "sak"}  # type: ignore[union-attr]
        moved = extend_obligation(
            house, obligation=one.id, due=date(2025, 3, 5), reason="Ferie.", by=OFFICE, now=NOW
        )
        assert codes(moved) == ["due_elsewhere"]
    assert len(answers) == 3
    leangen = settle(house, "duty:leangen")
    assert leangen.reasons[0].data == {"where": "krav"}  # type: ignore[union-attr]


# ---------------------------------------------------------------- letters already queued


def test_a_queued_reminder_of_what_is_settled_before_it_leaves_is_withdrawn(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    settle(house, "duty:plan", now=NOW)
    settle(house, "duty:risiko", by=OFFICE, now=NOW)
    assert remind(house, now=TEN_BEFORE).letters == 1
    settle(house)
    assert deliver(house, port, TEN_BEFORE) == Delivered(withdrawn=1)
    assert letters(house, REMINDER) == [("withdrawn", "settled")]
    assert mailbox.received == []


def test_a_queued_digest_loses_the_line_that_has_been_settled(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    remind(house, now=TEN_BEFORE)
    settle(house)
    deliver(house, port, TEN_BEFORE)
    (letter,) = to(mailbox, LEADER)
    assert "Plan for opplæring" in text_of(letter)
    assert "Status til gruppa" not in text_of(letter)


@pytest.mark.parametrize("moved", [False, True], ids=["settled", "given another date"])
def test_a_digest_that_is_worded_and_about_to_leave_goes_back_and_leaves_without_the_line(
    house: Database, post: tuple[Mailbox, int], *, moved: bool
) -> None:
    mailbox, port = post
    remind(house, now=TEN_BEFORE)
    ready = claim(house, TEN_BEFORE).ready
    (theirs,) = [one for one in ready if "duty:status" in one.frozen.payload]
    if moved:
        extend(house, now=TEN_BEFORE)
    else:
        settle(house)

    begun = begin_delivery(house, letters=[one.claimed for one in ready], worker="w1", now=TEN_BEFORE)
    assert (len(begun.letters), begun.withdrawn, begun.anew) == (1, (), 1)
    assert theirs.claimed.id not in begun.letters
    deliver(house, port, TEN_BEFORE)
    (letter,) = to(mailbox, LEADER)
    assert "Status til gruppa" not in text_of(letter)
    assert "Plan for opplæring" in text_of(letter)
    assert letter["Message-ID"] == f"<{theirs.frozen.message_id}>"
    with house.reading() as tx:
        (told,) = obligations.reminders_of(tx, owed(house, "duty:status").id)
    assert told.letter is None, "no letter carried it"


def test_a_digest_whose_every_line_is_settled_at_the_last_moment_does_not_leave(house: Database) -> None:
    remind(house, now=TEN_BEFORE)
    ready = [one for one in claim(house, TEN_BEFORE).ready if "duty:status" in one.frozen.payload]
    settle(house)
    settle(house, "duty:plan")
    begun = begin_delivery(house, letters=[one.claimed for one in ready], worker="w1", now=TEN_BEFORE)
    assert (begun.letters, [one.reply for one in begun.withdrawn]) == ((), ["settled"])


def test_a_reader_with_a_new_address_gets_the_same_reminders_there(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    remind(house, now=TEN_BEFORE)
    claim(house, TEN_BEFORE)
    register_person(house, name="Prosjektleder", email="ny@example.org", was=LEADER, now=TEN_BEFORE)
    deliver(house, port, TEN_BEFORE + outbox.LEASE + timedelta(minutes=1))
    (letter,) = to(mailbox, "ny@example.org")
    assert "Status til gruppa" in text_of(letter)
    assert to(mailbox, LEADER) == []


# ---------------------------------------------------------------- another date


def test_a_new_date_moves_the_deadline_and_only_what_lies_ahead_is_reminded(house: Database) -> None:
    assert extend(house) == Extended(obligation=owed(house, "duty:status").id, due=date(2025, 3, 5))
    moved = owed(house, "duty:status")
    assert (moved.obligation.due_on, moved.status) == (date(2025, 3, 5), "open")
    assert moved.next_at is not None
    assert moved.next_at > TWO_AFTER
    (view,) = [one for one in mine(house, LEADER, TWO_AFTER) if one.kind == "duty:status"]
    assert view.moved == ((date(2025, 3, 5), "Leder er ny."),)


def test_a_new_date_lies_ahead_is_another_one_and_has_a_reason(house: Database) -> None:
    assert codes(extend(house, due=date(2025, 2, 6))) == ["due_past"]
    assert codes(extend(house, due=DUE, now=NOW)) == ["due_unchanged"]
    assert codes(extend(house, due=date(2025, 2, 6), reason="")) == ["due_past", "reason_for_new_date"]
    with pytest.raises(NotAllowed, match="may_not_follow_up"):
        extend(house, by=LEADER)
    assert isinstance(extend(house, due=TWO_AFTER.date()), Extended), "today is not past"
    assert codes(extend(house, due=TWO_AFTER.date())) == ["due_unchanged"], "the same form sent twice"
    settle(house, now=TWO_AFTER)
    assert codes(extend(house)) == ["obligation_settled"]


def test_a_condition_gets_its_date_as_a_condition_and_is_accepted_as_one(house: Database) -> None:
    case = builders.a_case(house, key="trygghet").case
    builders.answers(house, case, ["avstar", "avstar"])
    conclude_case(
        house,
        case=case,
        by=builders.seat_email(1),
        outcome="godkjent_med_forutsetninger",
        wording="Godkjent.",
        conditions=[Condition(text="Avklar bemanningen.", owner="Prosjektleder", due="2025-02-05")],
        now=NOW + timedelta(hours=2),
    )
    plan_obligations(house, now=TEN_BEFORE)
    assert codes(settle(house, "forutsetning")) == ["settled_elsewhere"]
    assert isinstance(extend(house, "forutsetning"), Extended)
    with house.reading() as tx:
        (condition,) = cases.conditions(tx, "trygghet")
    assert condition.due == "2025-03-05"
    assert owed(house, "forutsetning").obligation.due_on == date(2025, 3, 5)
    (view,) = [one for one in mine(house, LEADER, TWO_AFTER) if one.kind == "forutsetning"]
    settle_condition(house, condition=view.condition, evidence="Ansatt.", by=OFFICE, now=TWO_AFTER)
    assert owed(house, "forutsetning").status == "settled", "in the same transaction"


# ---------------------------------------------------------------- the owner


def test_the_owner_is_told_when_programkontoret_presses_and_at_no_other_time(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    for now in (TEN_BEFORE, ON_THE_DAY, TWO_AFTER, at(3, 3)):
        remind(house, now=now)
        deliver(house, port, now)
    assert to(mailbox, OWNER) == []

    found = alert(house)
    assert isinstance(found, Alerted)
    assert found.name == "Prosjekteier"
    deliver(house, port, TWO_AFTER + timedelta(minutes=1))
    (letter,) = to(mailbox, OWNER)
    assert str(letter["Subject"]) == "Over fristen: Status til gruppa, 05.02.2025"
    text = text_of(letter)
    assert "Fristen var onsdag 5. februar 2025, to virkedager siden." in text
    assert "Ansvarlig er prosjektleder (Prosjektleder)." in text
    assert f"Ansvarlig: Prosjektleder, {LEADER}" in text
    assert "Da vet ikke gruppa hvordan det går." in text
    assert "/b/" not in text


def test_the_owner_is_told_of_the_same_thing_once_a_day(house: Database) -> None:
    assert isinstance(alert(house), Alerted)
    assert codes(alert(house)) == ["alerted_today"]
    assert isinstance(alert(house, "duty:plan"), Alerted), "another thing"
    assert isinstance(alert(house, now=at(2, 10)), Alerted), "another day"
    assert [state for state, _ in letters(house, ALERT)] == ["due"] * 3
    (view,) = [one for one in mine(house, LEADER, TWO_AFTER) if one.kind == "duty:status"]
    assert view.alerted == (date(2025, 2, 7), date(2025, 2, 10))


def test_there_must_be_an_owner_to_tell_and_something_to_tell_of(house: Database) -> None:
    assert codes(alert(house, "duty:risiko")) == ["no_owner_to_alert"]
    with pytest.raises(NotAllowed, match="may_not_follow_up"):
        alert(house, by=LEADER)
    settle(house)
    assert codes(alert(house)) == ["obligation_settled"]


def test_a_project_without_an_owner_has_nobody_to_tell(db: Database) -> None:
    set_up(db)
    builders.a_project(db, prosjekteier="")
    plan_obligations(db, now=NOW)
    assert codes(alert(db)) == ["nobody_to_alert"]
    assert letters(db, ALERT) == []


def test_whoever_stands_in_for_the_owner_is_told(house: Database, post: tuple[Mailbox, int]) -> None:
    mailbox, port = post
    away = {"away_from": date(2025, 2, 3), "away_to": date(2025, 2, 14), "now": NOW}
    register_absence(house, who=OWNER, stand_in=ASKER, **away)  # type: ignore[arg-type]
    alert(house)
    deliver(house, port, TWO_AFTER)
    assert len(to(mailbox, ASKER)) == 1


def test_an_alert_about_what_is_settled_before_it_leaves_is_withdrawn(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    alert(house)
    settle(house, now=TWO_AFTER)
    deliver(house, port, TWO_AFTER)
    assert letters(house, ALERT) == [("withdrawn", "settled")]
    assert to(mailbox, OWNER) == []


# ---------------------------------------------------------------- the end of the programme


def test_what_is_still_owed_goes_to_the_line_and_what_comes_again_stops(house: Database) -> None:
    heir = register_person(house, name="Enhet for eldreomsorg", email="enhet@example.org", now=NOW)
    done = close_programme(
        house, ended_on=TWO_AFTER.date(), heir="enhet@example.org", by=OFFICE, now=TWO_AFTER
    )
    assert isinstance(done, Closed)
    assert [(one.view.kind, one.before, one.view.responsible) for one in done.handed] == [
        ("duty:plan", "Prosjektleder", "Prosjekteier"),
        ("duty:risiko", "Programkontoret", "Enhet for eldreomsorg"),
        ("duty:status", "Prosjektleder", "Prosjekteier"),
    ]
    assert done.stopped == 2, "the one of June, and next year's"
    assert kinds_of(mine(house, OFFICE, TWO_AFTER)) == []
    assert kinds_of(mine(house, OWNER, TWO_AFTER)) == ["duty:plan", "duty:status"]
    plan_obligations(house, now=at(12, 1))
    with house.reading() as tx:
        assert len(obligations.list_obligations(tx)) == 3, "nothing has come again"
        assert obligations.programme_end(tx) == obligations.ProgrammeEnd(ended_on=TWO_AFTER.date(), heir=heir)

    with pytest.raises(NotAllowed, match="may_not_follow_up"):
        extend(house, due=date(2025, 4, 1), now=at(3, 3))
    moved = extend(house, by="enhet@example.org", due=date(2025, 4, 1), now=at(3, 3))
    assert isinstance(moved, Extended), "the heir follows up"
    assert owed(house, "duty:status").status == "open", "though it is due after the end now"
    assert isinstance(settle(house, by=OWNER, now=at(3, 4)), Settled)


def test_reminders_go_to_the_line_when_the_programme_has_ended(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    register_person(house, name="Enhet for eldreomsorg", email="enhet@example.org", now=NOW)
    close_programme(house, ended_on=DUE, heir="enhet@example.org", by=OFFICE, now=at(2, 3))
    for now in (ON_THE_DAY, TWO_AFTER):
        remind(house, now=now)
        deliver(house, port, now)
    assert {whom for whom, _ in mailbox.received} == {OWNER, "enhet@example.org"}


def test_the_programme_ends_once_by_programkontoret_with_somebody_to_take_over(house: Database) -> None:
    def close(**how: object) -> Closed | Refused:
        told = {"ended_on": DUE, "heir": OWNER, "by": OFFICE, "now": NOW} | how
        return close_programme(house, **told)  # type: ignore[arg-type]

    with pytest.raises(NotAllowed, match="may_not_follow_up"):
        close(by=LEADER)
    with pytest.raises(Unknown):
        close(heir="ukjent@example.org")
    assert isinstance(close(), Closed)
    assert codes(close()) == ["programme_closed"]


# ---------------------------------------------------------------- the way in


def test_the_way_in_is_sent_three_times_an_hour_to_whoever_it_belongs_to(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    with house.reading() as tx:
        person = people.by_email(tx, LEADER)
    assert person is not None
    subject = subject_of_person(person.id)
    for _ in range(3):
        assert send_link(house, person=person.id, subject=subject, now=NOW) is None
    assert codes(send_link(house, person=person.id, subject=subject, now=NOW)) == ["too_many_links"]
    assert codes(send_link(house, person="annen", subject=subject, now=NOW)) == ["link_unknown"]
    deliver(house, port, NOW)
    told = [text_of(one) for one in to(mailbox, LEADER)]
    assert len(told) == 3
    assert all("Du har nå tre frister å følge opp." in one for one in told), told[0]
    links_in = {line for one in told for line in one.splitlines() if "/b/fpo1-" in line}
    assert len(links_in) == 1, "a living link is carried again"


def test_a_reminder_that_has_left_is_not_called_back(house: Database, post: tuple[Mailbox, int]) -> None:
    _, port = post
    remind(house, now=TEN_BEFORE)
    deliver(house, port, TEN_BEFORE)
    settle(house)
    deliver(house, port, TEN_BEFORE + timedelta(hours=1))
    assert [state for state, _ in letters(house, REMINDER)] == ["sent", "sent"]


def test_a_claimed_letter_of_another_kind_is_never_worded_anew(house: Database) -> None:
    builders.a_case(house, key="trygghet", now=NOW)
    ready = claim(house, NOW).ready
    frozen = [replace(one.claimed, frozen=one.frozen) for one in ready]
    begun = begin_delivery(house, letters=frozen, worker="w1", now=NOW)
    assert (len(begun.letters), begun.anew) == (len(ready), 0)
