"""Does every case come up at one meeting, told in time to those who decide — and is the referat right?"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from engine.core.refusal import Misuse, NotAllowed, Refused, Unknown
from engine.queries.cases.show_case import show_case
from engine.queries.meetings.show_meeting import show_meeting
from engine.store import links, meetings
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.conclude_case import Concluded, Condition, conclude_case
from engine.use_cases.cases.decide_recusal import decide_recusal
from engine.use_cases.cases.withdraw_case import withdraw_case
from engine.use_cases.meetings.run_meeting import add_item, close_meeting, note_attendance
from engine.use_cases.meetings.write_minutes import Written, approve_minutes, model_of, write_minutes
from engine.use_cases.people.register_absence import register_absence
from tests import meeting_builders as group
from tests.at_once import at_once
from tests.builders import ASKER, OFFICE
from tests.databases import Fresh
from tests.meeting_builders import CALLED, MEETING, MEETS, NEXT_MEETING, SUPERIORS, at, email

EASTER = "[{date: 2025-04-16, reason: Påskeuka}]"
MOVED = '[{date: 2025-02-05, to: 2025-02-06, time: "13:00", reason: Budsjettmøte}]'


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    yield from group.a_sound_house(db)


def conclude(db: Database, case: str, outcome: str = "godkjent", **how: object) -> Concluded | Refused:
    told = {"by": email("ho"), "now": MEETS + timedelta(minutes=21), "wording": "Slik ble det."} | how
    return conclude_case(db, case=case, outcome=outcome, **told)  # type: ignore[arg-type]


def codes(found: object) -> list[str]:
    assert isinstance(found, Refused), found
    return [one.code for one in found.reasons]


# --- where a case lands ---------------------------------------------------------------------------------


def test_a_late_case_is_told_which_meeting_it_missed_and_when_its_papers_closed(house: Database) -> None:
    opened = group.a_case(house, now=at(1, 16, 9))
    landing = opened.term.landing
    assert landing is not None
    assert [slot.on.isoformat() for slot in landing.too_late_for] == ["2025-01-22"]
    assert landing.too_late_for[0].papers_by == at(1, 15, 12)
    assert opened.answer_by == MEETS
    assert group.state(house, opened.case).meeting == MEETING


def test_nobody_is_written_to_before_the_papers_have_closed(house: Database) -> None:
    group.a_case(house)
    assert group.call(house, now=CALLED - timedelta(minutes=1)).called == 0
    assert group.letters(house) == []


def test_two_cases_share_one_meeting_and_one_letter_to_each_member(house: Database) -> None:
    group.a_case(house, "p1")
    group.a_case(house, "p2")
    assert group.call(house).called == 1
    everybody = group.ids(house, *(email(seat) for seat in SUPERIORS), OFFICE)
    assert group.told(house, "agenda") == everybody


# --- calling --------------------------------------------------------------------------------------------


def test_a_meeting_is_called_once_however_often_the_clock_ticks(house: Database) -> None:
    group.a_called_case(house)
    before = len(group.letters(house))
    for minutes in (0, 1, 60):
        again = group.call(house, now=CALLED + timedelta(minutes=minutes))
        assert (again.called, again.changed) == (0, 0)
    assert len(group.letters(house)) == before


def test_two_workers_at_once_call_a_meeting_once(fresh: Fresh) -> None:
    url = fresh()
    one, other = Database(url), Database(url)
    group.a_house(one)
    group.a_case(one)
    ((first, second),) = at_once([[lambda: group.call(one), lambda: group.call(other)]])
    assert not isinstance(first, Exception), first
    assert not isinstance(second, Exception), second
    assert first.called + second.called == 1
    with one.reading() as tx:
        assert [leaf.kind for leaf in ledger.leaves(tx, "programme")].count("MeetingCalled") == 1
    group.assert_sound(one)
    one.close()
    other.close()


def test_the_reminder_goes_two_days_before_to_those_who_have_not_opened_their_letter(house: Database) -> None:
    group.a_called_case(house)
    assert {one.due_at for one in group.letters(house, "unopened")} == {at(2, 3, 9)}
    group.send(house, now=CALLED)
    reader = group.person(house, email("st"))
    with house.reading() as tx:
        (link,) = links.of_person(tx, reader)
    with house.writing() as tx:
        links.mark_opened(tx, link.id, now=at(1, 30, 8, 12))
    sent = group.send(house, now=at(2, 3, 9))
    assert {kind for kind, *_ in sent} == {"unopened"}
    assert reader not in [who for _, who, *_ in sent]
    assert len(sent) == 7, "the other members; the secretary is not asked for an answer"


def test_nobody_is_reminded_of_a_letter_that_has_just_left(house: Database) -> None:
    group.a_case(house)
    group.call(house, now=at(2, 3, 8, 50))
    assert group.letters(house, "unopened") == []


def test_a_meeting_whose_only_case_was_withdrawn_has_nothing_to_answer(house: Database) -> None:
    case = group.a_called_case(house)
    withdraw_case(house, case=case, by=ASKER, reason="Vi må regne på nytt.", now=CALLED)
    with house.reading() as tx:
        assert show_meeting(tx, MEETING, now=CALLED).cases == ()
    closed = close_meeting(house, meeting=MEETING, by=OFFICE, now=MEETS)
    assert not isinstance(closed, Refused)
    assert closed.carried == 0


def test_nobody_is_called_to_a_meeting_with_nothing_on_its_list(house: Database) -> None:
    case = group.a_case(house).case
    withdraw_case(house, case=case, by=ASKER, reason="Vi må regne på nytt.", now=at(1, 27, 9))
    assert group.call(house).called == 0
    assert group.letters(house, "agenda") == []
    item = add_item(house, meeting=MEETING, kind="drofting", title="Årshjul", text="", by=OFFICE, now=CALLED)
    assert isinstance(item, str)
    assert group.call(house).called == 1


# --- cancelled and moved --------------------------------------------------------------------------------


def test_the_cancelled_meeting_of_easter_week_tells_its_members_and_sends_its_cases_on(
    house: Database,
) -> None:
    case = group.a_case(house, now=at(4, 3, 9)).case
    group.call(house, now=at(4, 9, 12))
    assert group.state(house, case).answer_by == at(4, 16, 9)
    group.change_series(house, now=at(4, 10, 9), changes=EASTER)
    group.call(house, now=at(4, 10, 9, 1))
    cancelled = group.meeting(house, "styringsgruppa:2025-04-16")
    assert (cancelled.status, cancelled.reason) == ("cancelled", "Påskeuka")
    assert cancelled.sequence == 1, "the same event in the calendars, and not a new one"
    found = group.state(house, case)
    assert (found.meeting, found.answer_by) == ("styringsgruppa:2025-04-30", at(4, 30, 9))
    assert group.told(house, "meeting_changed") == group.told(house, "agenda")
    again = group.call(house, now=at(4, 10, 9, 2))
    assert (again.called, again.changed) == (0, 0)
    assert group.send(house, now=at(4, 14, 9)), "told of the change, and then never reminded"
    assert {one.state for one in group.letters(house, "unopened")} == {"withdrawn"}


def test_a_meeting_cancelled_before_it_was_called_disturbs_nobody(house: Database) -> None:
    case = group.a_case(house, now=at(4, 3, 9)).case
    group.change_series(house, now=at(4, 4, 9), changes=EASTER)
    group.call(house, now=at(4, 4, 9, 1))
    assert [(one.kind, one.recipient) for one in group.letters(house)] == [
        ("rescheduled", group.person(house, ASKER))
    ]
    assert group.state(house, case).meeting == "styringsgruppa:2025-04-30"


def test_a_request_after_the_cancellation_is_told_of_the_meeting_that_is_not_held(house: Database) -> None:
    group.change_series(house, now=at(4, 1, 9), changes=EASTER)
    landing = group.a_case(house, now=at(4, 3, 9)).term.landing
    assert landing is not None
    assert [slot.reason for slot in landing.cancelled] == ["Påskeuka"]
    assert landing.slot.on.isoformat() == "2025-04-30"


def test_two_cancelled_meetings_in_a_row_send_their_cases_to_the_same_one(house: Database) -> None:
    early = group.a_case(house, "p1", now=at(6, 16, 9)).case
    late = group.a_case(house, "p2", now=at(6, 19, 9)).case
    assert group.state(house, early).meeting == "styringsgruppa:2025-06-25"
    assert group.state(house, late).meeting == "styringsgruppa:2025-07-09"
    pause = "[{from: 2025-06-20, to: 2025-07-31, reason: Fellesferie}]"
    group.change_series(house, now=at(6, 19, 10), pauses=pause)
    group.call(house, now=at(6, 19, 10, 1))
    assert {group.state(house, case).meeting for case in (early, late)} == {"styringsgruppa:2025-08-06"}
    assert group.meeting(house, "styringsgruppa:2025-08-06").sequence == 0


def test_a_meeting_that_has_begun_is_not_cancelled_behind_its_back(house: Database) -> None:
    case = group.a_called_case(house)
    group.change_series(house, now=MEETS, changes="[{date: 2025-02-05, reason: Sykdom}]")
    assert group.call(house, now=MEETS).changed == 0
    assert group.state(house, case).meeting == MEETING


def test_a_meeting_put_back_into_the_series_takes_cases_again(house: Database) -> None:
    first = group.a_case(house, "p1", now=at(4, 1, 9)).case
    group.change_series(house, now=at(4, 2, 9), changes=EASTER)
    group.call(house, now=at(4, 2, 9))
    group.change_series(house, now=at(4, 3, 9))
    second = group.a_case(house, "p2", now=at(4, 4, 9)).case
    assert group.state(house, first).meeting == "styringsgruppa:2025-04-30"
    assert group.state(house, second).meeting == "styringsgruppa:2025-04-16"
    assert group.call(house, now=at(4, 9, 12)).called == 1
    assert len(group.letters(house, "agenda")) == 9


def test_a_moved_meeting_is_the_same_meeting_on_another_day(house: Database) -> None:
    case = group.a_called_case(house)
    group.send(house, now=CALLED)
    group.change_series(house, now=at(1, 30, 9), changes=MOVED)
    changed = group.call(house, now=at(1, 30, 9))
    assert (changed.called, changed.changed) == (0, 1)
    found = group.meeting(house)
    assert (found.id, found.starts_at, found.sequence) == (MEETING, at(2, 6, 13), 1)
    assert (found.status, found.reason) == ("called", "Budsjettmøte")
    assert group.state(house, case).answer_by == at(2, 6, 13)
    assert len(group.told(house, "meeting_changed")) == 9
    assert len(group.told(house, "agenda")) == 9, "whoever has the list gets no second one"
    waiting = group.letters(house, "unopened", state="due")
    assert {one.due_at for one in waiting} == {at(2, 4, 9)}
    assert len(waiting) == 9
    assert group.call(house, now=at(1, 31, 9)).called == 0


def test_an_agenda_that_has_not_left_yet_still_leaves_when_its_meeting_moves(house: Database) -> None:
    group.a_called_case(house)
    group.change_series(house, now=CALLED + timedelta(minutes=1), changes=MOVED)
    group.call(house, now=CALLED + timedelta(minutes=1))
    kinds = [kind for kind, *_ in group.send(house, now=CALLED + timedelta(minutes=2))]
    assert kinds.count("agenda") == 9


def test_a_series_that_changes_altogether_strands_no_case(house: Database) -> None:
    case = group.a_called_case(house)
    group.change_series(house, now=at(1, 30, 9), first="2025-02-12", weeks=3)
    group.call(house, now=at(1, 30, 9))
    closed = close_meeting(house, meeting=MEETING, by=OFFICE, now=MEETS)
    assert not isinstance(closed, Refused), closed
    assert group.state(house, case).meeting == "styringsgruppa:2025-02-12"


# --- in the meeting -------------------------------------------------------------------------------------


def test_advance_answers_never_decide_but_the_chair_does(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, *SUPERIORS)
    assert group.state(house, case).status == "open"
    found = conclude(house, case)
    assert isinstance(found, Concluded), found
    assert found.to_phase == "gjennomfore"


def test_two_who_lead_at_once_conclude_a_case_once(house: Database) -> None:
    opened = [group.a_case(house, f"p{n}").case for n in range(5)]
    group.call(house)
    present = group.all_present(house)
    note_attendance(house, meeting=MEETING, present=present, by=OFFICE, now=MEETS)
    rounds = [
        [partial(conclude, house, case, outcome) for outcome in ("godkjent", "ikke_godkjent")]
        for case in opened
    ]
    for case, pair in zip(opened, at_once(rounds), strict=True):
        assert sorted(type(one).__name__ for one in pair) == ["Concluded", "Refused"], pair
        assert group.state(house, case).status == "decided"
    assert len(group.letters(house, "result")) == 3 * 5, "requester, leader and owner, once for each case"


def test_closing_a_meeting_while_the_chair_concludes_gives_each_case_one_end(house: Database) -> None:
    opened = [group.a_case(house, f"p{n}").case for n in range(6)]
    group.call(house)
    present = group.all_present(house)
    note_attendance(house, meeting=MEETING, present=present, by=OFFICE, now=MEETS)
    now = MEETS + timedelta(hours=1)
    at_once(
        [
            [
                lambda: [conclude(house, case, now=now) for case in opened],
                lambda: close_meeting(house, meeting=MEETING, by=OFFICE, now=now),
            ]
        ]
    )
    for case in opened:
        found = group.state(house, case)
        assert (found.status == "decided") or (found.meeting == NEXT_MEETING), found
    with house.reading() as tx:
        there = [name for name in (MEETING, NEXT_MEETING) if meetings.load(tx, name) is not None]
        listed = [one.id for name in there for one in show_meeting(tx, name, now=now).cases]
    assert sorted(listed) == sorted(set(listed)), "no case on two lists"


def test_whoever_sits_in_the_room_is_the_quorum(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, *SUPERIORS)
    few = group.all_present(house, but=("st", "hjemme", "sykehjem", "boa"))
    assert note_attendance(house, meeting=MEETING, present=few, by=OFFICE, now=MEETS) is None
    assert codes(conclude(house, case)) == ["quorum_missing"]
    assert isinstance(conclude(house, case, "utsatt"), Concluded), "to put off decides nothing"


def test_without_a_note_of_who_is_there_those_who_have_answered_are_the_quorum(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "ho", "st", "boa", "arbeid")
    assert codes(conclude(house, case)) == ["quorum_missing"]
    group.votes(house, case, "psykisk")
    assert isinstance(conclude(house, case), Concluded)


def test_the_secretary_enters_answers_given_in_the_meeting_and_all_see_that(house: Database) -> None:
    case = group.a_called_case(house)
    office = group.person(house, OFFICE)
    found = group.vote(house, case, "arbeid", recorded_by=office, now=MEETS)
    assert isinstance(found, Answered)
    group.votes(house, case, "ho", "st", "boa", "psykisk", now=MEETS)
    with house.reading() as tx:
        seats = {one.seat: one for one in show_case(tx, case, now=MEETS).seats}
    assert seats["arbeid"].recorded_by == office
    assert seats["st"].recorded_by is None
    conclude(house, case)
    close_meeting(house, meeting=MEETING, by=OFFICE, now=MEETS + timedelta(hours=1))
    with house.reading() as tx:
        (told,) = model_of(tx, MEETING, now=MEETS)["cases"]
    assert [one["office"] for one in told["answers"] if one["recorded"]] == ["Leder arbeid"]


def test_nobody_but_the_secretary_answers_for_others(house: Database) -> None:
    case = group.a_called_case(house)
    with pytest.raises(NotAllowed) as refused:
        group.vote(house, case, "arbeid", recorded_by=group.person(house, email("st")), now=MEETS)
    assert refused.value.code == "may_not_record"


def test_only_chair_and_secretary_run_a_meeting(house: Database) -> None:
    group.a_called_case(house)
    for act in (
        lambda: close_meeting(house, meeting=MEETING, by=email("st"), now=MEETS),
        lambda: note_attendance(house, meeting=MEETING, present={}, by=email("st"), now=MEETS),
        lambda: add_item(
            house, meeting=MEETING, kind="drofting", title="x", text="", by=email("st"), now=MEETS
        ),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "not_running"


def test_a_meeting_is_not_over_before_it_has_begun(house: Database) -> None:
    group.a_called_case(house)
    early = close_meeting(house, meeting=MEETING, by=OFFICE, now=MEETS - timedelta(minutes=1))
    assert codes(early) == ["meeting_not_begun"]


def test_other_items_stand_on_the_list_and_in_the_referat_in_their_order(house: Database) -> None:
    group.a_called_case(house)
    for kind, title in (("orientering", "Status"), ("drofting", "Årshjul")):
        item = add_item(
            house, meeting=MEETING, kind=kind, title=title, text="Kort.", by=OFFICE, now=at(1, 30, 9)
        )
        assert isinstance(item, str)
    with pytest.raises(Unknown):
        add_item(house, meeting=MEETING, kind="kaffe", title="x", text="", by=OFFICE, now=MEETS)
    with house.reading() as tx:
        view = show_meeting(tx, MEETING, now=MEETS)
        model = model_of(tx, MEETING, now=MEETS)
    assert [item.title for item in view.items] == ["Status", "Årshjul"]
    assert [item["title"] for item in model["items"]] == ["Status", "Årshjul"]


def test_whatever_happens_at_once_nobody_waits_for_each_other_for_ever(house: Database) -> None:
    opened = [group.a_case(house, f"p{n}").case for n in range(4)]
    group.call(house)
    group.projects(house, *(f"ny{n}" for n in range(4)))
    present = group.all_present(house)
    note_attendance(house, meeting=MEETING, present=present, by=OFFICE, now=MEETS)
    day = MEETS.date()
    rounds: list[list[Callable[[], object]]] = [
        [
            partial(conclude, house, case),
            partial(group.call, house, now=MEETS),
            partial(register_absence, house, who=email(seat), away_from=day, away_to=day, now=MEETS),
            partial(group.ask, house, f"ny{number}", now=MEETS),
            partial(
                decide_recusal,
                house,
                case=case,
                seat="boa",
                recused=True,
                reason="Slekt.",
                by=OFFICE,
                now=MEETS,
            ),
            partial(group.vote, house, case, "arbeid", now=MEETS),
        ]
        for number, (case, seat) in enumerate(zip(opened, ("st", "hjemme", "psykisk", "st"), strict=True))
    ]
    for told in at_once(rounds):
        assert not [one for one in told if isinstance(one, Exception) and not isinstance(one, Misuse)], told


# --- after the meeting ----------------------------------------------------------------------------------


def test_what_was_not_concluded_goes_to_the_next_meeting_with_its_answers(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "st", "boa")
    closed = close_meeting(house, meeting=MEETING, by=OFFICE, now=MEETS + timedelta(hours=1))
    assert not isinstance(closed, Refused)
    assert closed.carried == 1
    found = group.state(house, case)
    assert (found.status, found.meeting, found.answer_by) == ("open", NEXT_MEETING, at(2, 19, 9))
    assert group.call(house, now=at(2, 12, 12)).called == 1
    with house.reading() as tx:
        (shown,) = show_meeting(tx, NEXT_MEETING, now=at(2, 19, 9)).cases
        assert show_meeting(tx, MEETING, now=at(2, 19, 9)).cases == ()
    assert [one.seat for one in shown.seats if one.answered] == ["st", "boa"]


def test_a_meeting_closed_long_after_sends_its_case_to_one_that_is_still_ahead(house: Database) -> None:
    case = group.a_called_case(house)
    close_meeting(house, meeting=MEETING, by=OFFICE, now=at(2, 20, 9))
    assert group.state(house, case).meeting == "styringsgruppa:2025-03-05"


def test_a_case_that_joins_a_called_meeting_asks_whoever_speaks_there(house: Database) -> None:
    case = group.a_called_case(house)
    group.a_case(house, "p2", now=at(2, 10, 9))
    register_absence(
        house,
        who=email("st"),
        away_from=at(2, 17, 9).date(),
        away_to=at(2, 21, 9).date(),
        now=at(2, 10, 9),
    )
    group.call(house, now=at(2, 12, 12))
    close_meeting(house, meeting=MEETING, by=OFFICE, now=at(2, 13, 9))
    assert group.state(house, case).meeting == NEXT_MEETING
    assert group.speaks_for(house, case, "st") == group.person(house, group.deputy("st"))
    asked = [one.recipient for one in group.letters(house, "agenda") if one.subject.endswith("02-19")]
    assert len(asked) == len(set(asked)) == 9


def test_the_referat_is_written_from_what_was_decided_and_sent_once(house: Database) -> None:
    case = group.a_called_case(house)
    note_attendance(
        house, meeting=MEETING, present=group.all_present(house, but=("boa",)), by=OFFICE, now=MEETS
    )
    firm = Condition(text="Mål nullpunktet.", owner="Gevinstansvarlig", due="2025-04-04")
    concluded = conclude(house, case, "godkjent_med_forutsetninger", conditions=[firm])
    assert isinstance(concluded, Concluded), concluded
    kept: list[Mapping[str, Any]] = []

    def kept_and_made(model: Mapping[str, Any]) -> bytes:
        kept.append(model)
        return b"referat"

    too_early = write_minutes(house, meeting=MEETING, by=OFFICE, send=True, render=lambda m: b"x", now=MEETS)
    assert codes(too_early) == ["meeting_not_closed"]
    close_meeting(house, meeting=MEETING, by=OFFICE, now=MEETS + timedelta(hours=1))
    written = write_minutes(
        house,
        meeting=MEETING,
        by=OFFICE,
        send=True,
        render=kept_and_made,
        now=MEETS + timedelta(hours=1, minutes=40),
    )
    assert isinstance(written, Written)
    assert (written.version, written.letters) == (1, 8)
    (model,) = kept
    assert [one["office"] for one in model["chairs"] if one["present"] is False] == ["Leder boa"]
    (told,) = model["cases"]
    assert (told["outcome"], told["to_phase"]) == ("godkjent_med_forutsetninger", "Gjennomføre")
    assert told["conditions"] == [
        {"id": "F1", "text": "Mål nullpunktet.", "owner": "Gevinstansvarlig", "due": "2025-04-04"}
    ]
    assert len(group.letters(house, "minutes")) == 8


def test_every_version_of_a_referat_is_kept_and_the_newest_is_approved_once(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, *SUPERIORS)
    conclude(house, case)
    close_meeting(house, meeting=MEETING, by=OFFICE, now=MEETS + timedelta(hours=1))
    drafts = iter([b"utkast", b"ferdig"])
    for send in (False, True):
        write_minutes(
            house,
            meeting=MEETING,
            by=OFFICE,
            send=send,
            render=lambda _model: next(drafts),
            now=at(2, 5, 11),
        )
    with house.reading() as tx:
        assert [one.version for one in meetings.minutes(tx, MEETING)] == [1, 2]
        assert len({one.sha256 for one in meetings.minutes(tx, MEETING)}) == 2
    assert len(group.letters(house, "minutes")) == 8
    assert approve_minutes(house, meeting=MEETING, by=email("ho"), now=at(2, 19, 9)) is None
    assert codes(approve_minutes(house, meeting=MEETING, by=email("ho"), now=at(2, 19, 9))) == [
        "minutes_approved"
    ]
    with house.reading() as tx:
        first, second = meetings.minutes(tx, MEETING)
    assert first.approved_at is None
    assert second.approved_at == at(2, 19, 9)


def test_the_last_referat_waits_for_approval_at_the_next_meeting(house: Database) -> None:
    case = group.a_called_case(house)
    group.a_case(house, "p2", now=at(2, 10, 9))
    group.votes(house, case, *SUPERIORS)
    conclude(house, case)
    close_meeting(house, meeting=MEETING, by=OFFICE, now=MEETS + timedelta(hours=1))
    write_minutes(house, meeting=MEETING, by=OFFICE, send=True, render=lambda _m: b"r", now=at(2, 5, 11))
    with house.reading() as tx:
        waiting = show_meeting(tx, NEXT_MEETING, now=at(2, 19, 9)).to_approve
    assert waiting is not None
    assert waiting.meeting == MEETING
    approve_minutes(house, meeting=MEETING, by=OFFICE, now=at(2, 19, 9))
    with house.reading() as tx:
        assert show_meeting(tx, NEXT_MEETING, now=at(2, 19, 9)).to_approve is None


# --- the mail budget ------------------------------------------------------------------------------------


def test_a_member_gets_one_receipt_for_a_meeting_however_many_answers(house: Database) -> None:
    opened = [group.a_case(house, f"p{n}").case for n in range(3)]
    group.call(house)
    group.send(house, now=CALLED)
    for minutes, case in enumerate(opened):
        group.votes(house, case, "st", now=at(1, 30, 9, minutes))
    kinds = [kind for kind, *_ in group.send(house, now=at(1, 30, 9, 20))]
    assert kinds == ["receipt"]
    group.votes(house, opened[0], "st", choice="avstar", now=at(1, 31, 9))
    assert group.send(house, now=at(1, 31, 10)) == [], "the page says that a changed answer is stored"


# --- a written case that somebody wants in the meeting --------------------------------------------------


def test_any_seat_takes_a_written_case_into_the_next_meeting(house: Database) -> None:
    case = group.a_case(house, handling="skriftlig").case
    assert group.state(house, case).meeting is None
    group.vote(house, case, "boa", "ta_i_motet", now=at(1, 27, 9))
    found = group.state(house, case)
    assert (found.handling, found.meeting, found.answer_by) == ("i_mote", MEETING, MEETS)
    assert group.call(house).called == 1
    group.votes(house, case, "st", now=at(1, 30, 9))
    assert group.state(house, case).status == "open"


def test_somebody_who_is_not_on_the_roll_cannot_answer(house: Database) -> None:
    case = group.a_called_case(house)
    with pytest.raises(NotAllowed):
        cast_ballot(
            house,
            case=case,
            person=group.person(house, group.deputy("st")),
            choice="godkjenn",
            version=1,
            nonce="n",
            now=MEETS,
        )
