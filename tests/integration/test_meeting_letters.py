"""Does everybody hear of a meeting what they must, in few letters, and nothing that is no longer true?"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Final

import pytest
import vobject

from documents.calendars.invite import calendar_file
from engine.core.record.letters import (
    AGENDA,
    AMENDED,
    CASE,
    MEETING_CHANGED,
    MINUTES,
    RECEIPT,
    RESULT,
    UNOPENED,
)
from engine.core.refusal import Refused
from engine.store.session import Database
from engine.use_cases.access.open_door import Entered, open_door
from engine.use_cases.cases.amend_case import Amended, amend_case
from engine.use_cases.cases.conclude_case import Concluded, Condition, conclude_case
from engine.use_cases.cases.decide_recusal import Found, decide_recusal
from engine.use_cases.meetings.run_meeting import add_item, close_meeting
from engine.use_cases.meetings.write_minutes import Written, write_minutes
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.projects.change_facts import change_facts
from notifications.delivery import Delivered, MailSettings, deliver_due
from tests.builders import ASKER, LEADER, OFFICE
from tests.mail_servers import DROP, Mailbox, Script, real_server, scripted_server
from tests.meeting_builders import (
    CALLED,
    KEYS,
    MEETING,
    MEETS,
    SUPERIORS,
    a_called_case,
    a_sound_house,
    ask,
    at,
    call,
    change_series,
    deputy,
    email,
    letters,
    person,
    projects,
    vote,
    votes,
)

SEATS: Final = tuple(SUPERIORS)


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    """A steering group that meets every second Wednesday."""
    yield from a_sound_house(db)


@pytest.fixture
def post() -> Iterator[tuple[Mailbox, int]]:
    with real_server() as server:
        yield server


def deliver(db: Database, port: int, *, now: datetime, worker: str = "w1") -> Delivered:
    """Everything that is due, sent; no letter may have died."""
    settings = MailSettings(
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        mail_from="Faseport <faseport@example.org>",
        base_url="http://127.0.0.1:8000",
        invite=calendar_file,
    )
    done = deliver_due(db, keys=KEYS, settings=settings, worker=worker, now=now)
    assert done.dead == 0, done.failures
    return done


def newest(mailbox: Mailbox, address: str) -> EmailMessage:
    """The last letter somebody got."""
    return next(
        letter
        for (to, _), letter in reversed(list(zip(mailbox.received, mailbox.letters(), strict=True)))
        if to == address
    )


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def enter(db: Database, letter: EmailMessage, *, now: datetime) -> Entered | Refused:
    """Open the door with the link and the code of a letter."""
    text = text_of(letter)
    (token,) = re.findall(r"^http://127\.0\.0\.1:8000/b/(\S+)$", text, re.M)
    (code,) = re.findall(r"^(\d{3} \d{3})$", text, re.M)
    return open_door(db, keys=KEYS, token=token, code=code, remember=False, now=now)


def calendar_in(letter: EmailMessage) -> Any:
    """What a calendar reads in a letter; the attachment must hold the same."""
    (shown,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    (attached,) = letter.iter_attachments()
    assert attached.get_payload(decode=True) == shown.get_payload(decode=True)
    calendar = vobject.readOne(shown.get_payload(decode=True).decode())  # type: ignore[union-attr]
    assert shown["Content-Type"].params["method"] == calendar.method.value
    return calendar


def states(db: Database, kind: str) -> Counter[str]:
    return Counter(letter.state for letter in letters(db, kind))


def three_cases(db: Database) -> tuple[str, str, str]:
    """Three cases for the meeting of 5 February."""
    projects(db, "p1", "p2", "p3")
    one, two, three = (ask(db, key).case for key in ("p1", "p2", "p3"))
    return one, two, three


def concluded(db: Database, case: str, outcome: str, *, now: datetime, **how: Any) -> None:
    done = conclude_case(db, case=case, by=email("ho"), outcome=outcome, now=now, **how)
    assert isinstance(done, Concluded), done


def test_a_meeting_from_its_list_to_its_referat(house: Database, post: tuple[Mailbox, int]) -> None:
    mailbox, port = post
    one, two, three = three_cases(house)
    register_absence(
        house,
        who=email("medisinske"),
        away_from=date(2025, 1, 27),
        away_to=date(2025, 2, 14),
        now=at(1, 26, 9),
    )
    added = add_item(
        house,
        meeting=MEETING,
        kind="orientering",
        title="Status for rapporten",
        text="",
        by=OFFICE,
        now=at(1, 28, 9),
    )
    assert isinstance(added, str)
    assert call(house).called == 1

    # The list: one letter for each seat and for the secretary.
    assert deliver(house, port, now=CALLED + timedelta(minutes=1)) == Delivered(sent=9)
    assert deliver(house, port, now=CALLED + timedelta(minutes=2)) == Delivered()
    expected = {email(seat) for seat in SEATS} - {email("medisinske")} | {deputy("medisinske"), OFFICE}
    assert {to for to, _ in mailbox.received} == expected
    for letter in mailbox.letters():
        text = text_of(letter)
        assert letter["Subject"] == "Styringsgruppa 5. februar: 3 saker til beslutning"
        assert text.count("Forslag til beslutning:") == 3
        assert "- Status for rapporten\n" in text
        event = calendar_in(letter).vevent
        assert event.dtstart.value.astimezone(UTC) == MEETS
        assert event.attendee.value == f"mailto:{letter['To'].addresses[0].addr_spec}"
        assert "/b/" not in event.url.value
    assert "Du møter som stedfortreder for leder medisinske." in text_of(
        newest(mailbox, deputy("medisinske"))
    )
    secretary = text_of(newest(mailbox, OFFICE))
    assert "Du fører sakslista for dette møtet." in secretary
    assert "Åpne sakslista:\n" in secretary
    assert "Du eier prosjektet." in text_of(newest(mailbox, email("hjemme")))

    # Two open their letter; one answers two cases, and gets one receipt for both.
    entered = enter(house, newest(mailbox, email("st")), now=at(1, 30, 8, 12))
    assert isinstance(entered, Entered)
    assert entered.meeting == MEETING
    assert isinstance(enter(house, newest(mailbox, email("boa")), now=at(1, 30, 9)), Entered)
    vote(house, one, "st", now=at(1, 30, 8, 13))
    vote(house, two, "st", "ikke_godkjenn", now=at(1, 30, 8, 20))
    assert deliver(house, port, now=at(1, 30, 8, 30)) == Delivered()
    assert deliver(house, port, now=at(1, 30, 8, 36)).sent == 1
    receipt = newest(mailbox, email("st"))
    assert receipt["Subject"] == "Kvittering: svarene dine i to saker – Styringsgruppa 5. februar"
    assert "Du svarte «Godkjenn» torsdag 30. januar 2025 kl. 08.13." in text_of(receipt)
    assert "Du svarte «Ikke godkjenn» torsdag 30. januar 2025 kl. 08.20." in text_of(receipt)
    assert not re.search(r"^\d{3} \d{3}$", text_of(receipt), re.M)

    # The reminder goes to those who have not opened their letter, and to nobody else.
    deliver(house, port, now=at(2, 3, 9))
    assert states(house, UNOPENED)["withdrawn"] >= 2
    reminded = {one.recipient for one in letters(house, UNOPENED, state="sent")}
    assert not {person(house, email(seat)) for seat in ("st", "boa")} & reminded
    assert person(house, OFFICE) not in reminded, "the secretary has nothing to answer"
    reminder = newest(mailbox, email("psykisk"))
    assert reminder["Subject"] == "Tre saker til onsdag 5. februar – Styringsgruppa"
    assert "/b/" in text_of(reminder)
    assert not re.search(r"^\d{3} \d{3}$", text_of(reminder), re.M)

    # The meeting: the secretary enters an answer, the chair concludes two cases, the third is carried over.
    for case in (one, two):
        votes(house, case, "ho", "boa", "psykisk", "arbeid", now=at(2, 5, 9, 10))
    vote(house, two, "st", now=at(2, 5, 9, 11), recorded_by=person(house, OFFICE))
    terms = [
        Condition(text="Nullpunkt målt i to soner.", owner="gevinstansvarlig", due="2025-04-04"),
        Condition(text="Oversikt over avtaler", owner="prosjektleder", due="2025-03-14"),
    ]
    concluded(house, one, "godkjent_med_forutsetninger", now=at(2, 5, 9, 21), conditions=terms)
    concluded(house, two, "utsatt", now=at(2, 5, 9, 22), wording="Vi venter på tall.")
    deliver(house, port, now=at(2, 5, 9, 23))
    for address in (ASKER, LEADER, email("hjemme")):
        about = [
            text_of(letter)
            for (to, _), letter in zip(mailbox.received, mailbox.letters(), strict=True)
            if to == address and "besluttet" in text_of(letter)
        ]
        assert len(about) == 1
        assert (
            "Styringsgruppa besluttet 5. februar at prosjektet går videre fra Konsept til Gjennomføre (P2), "
            "med to forutsetninger:\n"
            "F1 Nullpunkt målt i to soner. Frist: fredag 4. april. Ansvar: gevinstansvarlig.\n"
            "F2 Oversikt over avtaler. Frist: fredag 14. mars. Ansvar: prosjektleder.\n"
        ) in about[0]
        assert "Neste beslutning er P3." in about[0]
    close_meeting(house, meeting=MEETING, by=OFFICE, now=at(2, 5, 10))
    written = write_minutes(
        house, meeting=MEETING, by=OFFICE, send=True, render=lambda _: b"%PDF-", now=at(2, 5, 10, 40)
    )
    assert isinstance(written, Written)
    deliver(house, port, now=at(2, 5, 10, 41))
    referat = newest(mailbox, email("st"))
    assert referat["Subject"] == "Referat: Styringsgruppa 5. februar"
    text = text_of(referat)
    assert "(P2): Godkjent med forutsetninger. Prosjektet går til Gjennomføre.\nF1 " in text
    assert "(P2): Utsatt.\n" in text
    assert "Ikke avgjort, tas opp igjen onsdag 19. februar:\n- Sak 3/2025: Trygghet p3 (P2)\n" in text
    assert "Les referatet:\nhttp://127.0.0.1:8000/b/" in text
    assert len({str(letter["Message-ID"]) for letter in mailbox.letters()}) == len(mailbox.received)

    # The budget: at most four letters for one meeting to a member, however many cases.
    sent = Counter(
        letter.recipient
        for letter in letters(house, state="sent")
        if letter.kind in (AGENDA, UNOPENED, RECEIPT, MINUTES)
    )
    assert max(sent.values()) <= 4, sent
    assert states(house, MINUTES) == Counter(sent=8)

    # The next list says why the third case is on it.
    assert call(house, now=at(2, 12, 12)).called == 1
    deliver(house, port, now=at(2, 12, 12, 1))
    again = text_of(newest(mailbox, email("st")))
    assert "Sak 3/2025: Trygghet p3 (P2)\n" in again
    assert "Saken ble ikke avgjort i et tidligere møte.\n" in again
    assert "Møtet begynner med å godkjenne referatet fra onsdag 5. februar." in again
    assert three


def test_an_undelivered_list_goes_again_as_the_same_bytes(house: Database) -> None:
    a_called_case(house)
    with scripted_server(Script(body=DROP)) as (first, port):
        assert deliver(house, port, now=CALLED + timedelta(minutes=1)).retried == 9
    with scripted_server(Script()) as (second, port):
        assert deliver(house, port, now=CALLED + timedelta(minutes=5), worker="w2").sent == 9
    assert first.received == second.received
    assert all(b"text/calendar" in content for _, content in first.received)


def test_only_those_who_had_answered_hear_that_a_case_has_changed(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    case = a_called_case(house)
    deliver(house, port, now=CALLED + timedelta(minutes=1))
    votes(house, case, "st", "boa", now=at(1, 30, 9))
    deliver(house, port, now=at(1, 30, 10))
    before = len(mailbox.received)
    change_facts(
        house,
        key="p1",
        changes={"cost_total": 1_400_000},
        by=OFFICE,
        effective=date(2025, 1, 31),
        now=at(1, 31, 9),
    )
    amended = amend_case(
        house, case=case, what="Kostnad 1,2 → 1,4 mill. kroner", by=OFFICE, now=at(1, 31, 9, 5)
    )
    assert isinstance(amended, Amended)
    deliver(house, port, now=at(1, 31, 9, 6))
    assert sorted(to for to, _ in mailbox.received[before:]) == [email("boa"), email("st")]
    letter = newest(mailbox, email("st"))
    text = text_of(letter)
    assert letter["Subject"] == "Endret etter at du svarte: Trygghet p1 (P2)"
    assert "Kostnad 1,2 → 1,4 mill. kroner\n\nSvaret ditt, «Godkjenn», gjelder ikke lenger.\n" in text
    assert "Svar på nytt før møtet, onsdag 5. februar kl. 09.00.\n\nSvar på nytt:\nhttp://" in text
    assert states(house, AMENDED) == Counter(sent=2)


def test_a_cancelled_meeting_takes_back_its_invitation_and_says_where_the_cases_go(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    a_called_case(house)
    deliver(house, port, now=CALLED + timedelta(minutes=1))
    invited = calendar_in(newest(mailbox, email("st"))).vevent
    change_series(house, changes='[{date: 2025-02-05, reason: "streik"}]', now=at(1, 30, 9))
    call(house, now=at(1, 30, 9, 1))
    deliver(house, port, now=at(1, 30, 9, 2))
    assert states(house, MEETING_CHANGED) == Counter(sent=9)
    letter = newest(mailbox, email("st"))
    assert letter["Subject"] == "Styringsgruppa 5. februar: møtet utgår"
    assert text_of(letter).startswith(
        "Møtet onsdag 5. februar utgår. Saken flyttes til 19. februar.\nGrunn: streik.\n\n"
        "Dette flyttes:\n- Sak 1/2025: Trygghet p1 (P2)\n"
    )
    assert "/b/" not in text_of(letter)
    cancelled = calendar_in(letter)
    assert cancelled.method.value == "CANCEL"
    assert cancelled.vevent.uid.value == invited.uid.value
    assert int(cancelled.vevent.sequence.value) > int(invited.sequence.value)
    assert "reminder" not in {one.kind for one in letters(house, UNOPENED, state="due")}
    call(house, now=at(2, 12, 12))
    deliver(house, port, now=at(2, 12, 12, 1))
    assert "Saken er flyttet hit fra et møte som gikk ut." in text_of(newest(mailbox, email("st")))


def test_a_moved_meeting_keeps_its_event_its_link_and_its_answers(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    case = a_called_case(house)
    deliver(house, port, now=CALLED + timedelta(minutes=1))
    agenda = newest(mailbox, email("st"))
    vote(house, case, "boa", now=at(1, 30, 9))
    change_series(
        house,
        changes='[{date: 2025-02-05, to: 2025-02-06, time: "10:00", reason: "befaring"}]',
        now=at(1, 31, 9),
    )
    call(house, now=at(1, 31, 9, 1))
    deliver(house, port, now=at(1, 31, 9, 2))
    letter = newest(mailbox, email("st"))
    assert letter["Subject"] == "Styringsgruppa 5. februar: møtet er flyttet til torsdag 6. februar kl. 10.00"
    assert "Lenken og koden i sakslista gjelder fortsatt." in text_of(letter)
    moved, first = calendar_in(letter), calendar_in(agenda)
    assert moved.method.value == "REQUEST"
    assert moved.vevent.uid.value == first.vevent.uid.value
    assert int(moved.vevent.sequence.value) > int(first.vevent.sequence.value)
    assert moved.vevent.dtstart.value.astimezone(UTC) == at(2, 6, 10)
    assert isinstance(enter(house, agenda, now=at(2, 5, 20)), Entered)


def test_a_meeting_that_changes_twice_before_the_post_goes_is_told_of_once(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    a_called_case(house)
    deliver(house, port, now=CALLED + timedelta(minutes=1))
    for minute, day in enumerate(("2025-02-06", "2025-02-07")):
        changes = f'[{{date: 2025-02-05, to: {day}, time: "10:00", reason: "befaring"}}]'
        change_series(house, changes=changes, now=at(1, 31, 9, minute))
        call(house, now=at(1, 31, 9, minute))
    assert deliver(house, port, now=at(1, 31, 9, 5)) == Delivered(sent=10, withdrawn=9)
    assert "flyttet til fredag 7. februar kl. 10.00" in str(newest(mailbox, email("st"))["Subject"])


def test_somebody_who_has_read_the_change_and_answered_is_left_in_peace(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    _, port = post
    case = a_called_case(house)
    deliver(house, port, now=CALLED + timedelta(minutes=1))
    votes(house, case, "st", "boa", now=at(1, 30, 9))
    amended = amend_case(
        house, case=case, what="Nytt forslag", proposal="Et annet forslag.", by=OFFICE, now=at(1, 31, 9)
    )
    assert isinstance(amended, Amended)
    vote(house, case, "st", now=at(1, 31, 9, 1))
    deliver(house, port, now=at(1, 31, 9, 2))
    assert states(house, AMENDED) == Counter(sent=1, withdrawn=1)


def test_a_stedfortreder_called_in_for_one_case_sees_only_that_one(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    one, _, _ = three_cases(house)
    call(house)
    deliver(house, port, now=CALLED + timedelta(minutes=1))
    found = decide_recusal(
        house,
        case=one,
        seat="medisinske",
        recused=True,
        reason="Ektefellen er leverandør.",
        by=OFFICE,
        now=at(1, 30, 10),
    )
    assert isinstance(found, Found)
    deliver(house, port, now=at(1, 30, 10, 1))
    letter = newest(mailbox, deputy("medisinske"))
    assert letter["Subject"] == "Styringsgruppa 5. februar: 1 sak til beslutning"
    text = text_of(letter)
    assert "I denne saken svarer du som stedfortreder for leder medisinske." in text
    assert "Ektefellen" not in text
    assert isinstance(enter(house, letter, now=at(1, 30, 11)), Entered)


def test_a_case_that_a_member_takes_to_the_meeting_comes_on_the_list_with_its_history(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    projects(house, "p1")
    case = ask(house, "p1", handling="skriftlig").case
    deliver(house, port, now=at(1, 24, 10, 21))
    assert states(house, CASE) == Counter(sent=8)
    vote(house, case, "st", "ta_i_motet", now=at(1, 24, 11))
    deliver(house, port, now=at(1, 24, 11, 20))
    receipt = text_of(newest(mailbox, email("st")))
    assert "Du svarte «Ta saken i møtet»" in receipt
    assert "fram til møtet, onsdag 5. februar kl. 09.00." in receipt
    assert "Se eller endre svaret:\nhttp://127.0.0.1:8000/b/" in receipt
    call(house)
    deliver(house, port, now=CALLED + timedelta(minutes=1))
    assert "Et medlem har tatt saken fra skriftlig behandling til møtet." in text_of(
        newest(mailbox, email("boa"))
    )


def test_a_case_for_the_body_above_says_where_it_comes_from(
    house: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    case = a_called_case(house)
    deliver(house, port, now=CALLED + timedelta(minutes=1))
    for number, seat in enumerate(("sykehjem", "boa", "psykisk", "arbeid")):
        found = decide_recusal(
            house, case=case, seat=seat, recused=True, reason="Part i saken.", by=OFFICE,
            now=at(1, 30, 9, number),
        )  # fmt: skip
        assert isinstance(found, Found), found
        above = found.referred_to
    assert above == "programstyret"
    later = at(2, 27, 12)
    call(house, now=later)
    deliver(house, port, now=later + timedelta(minutes=1))
    letter = newest(mailbox, "finans@example.org")
    assert str(letter["Subject"]).startswith("Programstyret 6. mars: 1 sak til beslutning")
    assert (
        "Styringsgruppa kan ikke bli beslutningsdyktig i denne saken. Den er derfor sendt til programstyret"
        in text_of(letter)
    )
    assert states(house, RESULT) == Counter()
