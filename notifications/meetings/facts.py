"""What do letters about a meeting say? Its list, that it is not opened, that it has changed, and its referat.

One letter holds all the reader's cases of the meeting.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from engine.core.record.letters import subject_of_meeting
from engine.queries.cases.show_case import CaseView, show_case
from engine.queries.meetings.show_meeting import MeetingView, show_meeting
from engine.store import cases
from engine.store.meetings import Minutes
from engine.store.outbox import Claimed
from engine.store.session import Connection
from notifications import facts
from notifications.facts import Facts, instant

LENGTH: Final = timedelta(minutes=90)
"""How long a meeting is taken to last: for calendars, which must be told."""

_MEETING: Final = subject_of_meeting("")


def meeting_facts(tx: Connection, letter: Claimed, *, now: datetime) -> Facts:
    """Everything a letter about a meeting says.

    Every kind has: thread, body, contact {name, email}, meeting {id, starts_at, planned_on, place, status}.
    Beyond that, see the function of the kind. Raises Unknown when there is no such meeting, KeyError for a
    kind without words.
    """
    view = show_meeting(tx, letter.subject.removeprefix(_MEETING), now=now, viewer=letter.recipient)
    meeting = view.meeting
    common: Facts = {
        "thread": letter.subject,
        "body": view.body_title,
        "contact": {"name": view.programme_office or "Programkontoret", "email": view.programme_address},
        "meeting": {
            "id": meeting.id,
            "starts_at": instant(meeting.starts_at),
            "planned_on": meeting.planned_on.isoformat(),
            "place": view.place,
            "status": meeting.status,
        },
    }
    match letter.kind:
        case "agenda":
            return common | _agenda(tx, view, letter.recipient, now)
        case "unopened":
            return common | _unopened(view, letter.recipient)
        case "meeting_changed":
            return common | _meeting_changed(tx, view, letter.recipient, now)
        case "minutes":
            return common | _minutes(tx, view, letter.occurrence)
        case "receipt":
            return common | _receipt(tx, view, letter, now)
        case _:
            raise KeyError(letter.kind)


def _agenda(tx: Connection, view: MeetingView, reader: str, now: datetime) -> Facts:
    """The list: cases (each with proposal, criteria, seat, came, referred_from, answers), orientation,
    discussion, approves, deputy_for, member, keeps, event.
    """
    here = _concern(view, reader)
    mine = [chair for chair in view.chairs if chair.person == reader]
    # Whoever is called in to one case takes no part in the rest of the meeting.
    sits = bool(mine) or view.keeps
    approves = view.to_approve if sits else None
    return {
        "cases": [_on_the_list(tx, case) for case in here],
        "orientation": _items(view, "orientering") if sits else [],
        "discussion": _items(view, "drofting") if sits else [],
        "approves": None if approves is None else facts.starts_at(tx, approves.meeting),
        "deputy_for": [chair.office for chair in mine if chair.deputy],
        "member": view.is_member,
        "keeps": view.keeps,
        "event": _event(view, here, method="REQUEST", now=now),
    }


def _concern(view: MeetingView, reader: str) -> list[CaseView]:
    """The open cases that concern a reader: all of them, or only those somebody has been called in to."""
    is_open = [case for case in view.cases if case.status == "open"]
    sits = view.keeps or any(chair.person == reader for chair in view.chairs)
    return is_open if sits else [case for case in is_open if case.mine is not None]


def _on_the_list(tx: Connection, case: CaseView) -> Facts:
    stops = facts.course(tx, case)
    came = stops[-1].why if stops else ""
    referred = next((stop.body for stop in reversed(stops) if stop.body != stops[-1].body), "")
    return {
        **facts.named(case),
        "proposal": case.proposal,
        "criteria": facts.criteria(case),
        "seat": facts.seat(case.mine) | ({"recused": True} if case.out else {}),
        "answers": case.may_answer and case.mine is not None and not case.mine.recused,
        "came": came,
        "referred_from": facts.body_title(tx, referred) if referred else "",
    }


def _items(view: MeetingView, kind: str) -> list[Facts]:
    return [{"title": item.title, "text": item.text} for item in view.items if item.kind == kind]


def _unopened(view: MeetingView, reader: str) -> Facts:
    """What waits unread: cases by name, when the list was sent, whether the reader has anything to answer."""
    here = _concern(view, reader)
    called = view.meeting.called_at
    return {
        "cases": [facts.named(case) for case in here],
        "called_at": instant(called or view.meeting.papers_by),
        "answers": any(case.may_answer for case in here),
        "asks_for_code": any(case.link_level != "enkel" for case in here),
    }


def _meeting_changed(tx: Connection, view: MeetingView, reader: str, now: datetime) -> Facts:
    """That the meeting is off, or held at another time: reason, the cases it had and when they come up."""
    off = view.meeting.status == "cancelled"
    went = list(_gone_from(tx, view, now)) if off else []
    here = [case for case, _ in went] if off else _concern(view, reader)
    return {
        "reason": view.meeting.reason,
        "cases": [facts.named(case) for case in here],
        "next": next((facts.starts_at(tx, meeting) for _, meeting in went), ""),
        "event": _event(view, here, method="CANCEL" if off else "REQUEST", now=now),
    }


def _gone_from(tx: Connection, view: MeetingView, now: datetime) -> Iterator[tuple[CaseView, str]]:
    """The open cases that went on from this meeting, and to which."""
    for state in cases.list_cases(tx, status="open"):
        if state.body == view.body and state.meeting not in (None, view.meeting.id):
            case = show_case(tx, state.id, now=now)
            stops = facts.course(tx, case)
            if len(stops) > 1 and stops[-2].meeting == view.meeting.id:
                yield case, state.meeting or ""


def _minutes(tx: Connection, view: MeetingView, occurrence: str) -> Facts:
    """What was decided, from the same model as the paper: cases (outcome, to_phase, conditions), carried,
    version.
    """
    written = _version(view, occurrence)
    went = list(_gone_from(tx, view, written.written_at))
    return {
        "version": written.version,
        "cases": [
            {
                "number": one["number"],
                "project": one["title"],
                "gate": one["gate"],
                "outcome": one["outcome"],
                "to_phase": one["to_phase"] or "",
                "awaits": bool(one.get("awaits")),
                "conditions": facts.conditions(one["conditions"]),
            }
            for one in written.model.get("cases", ())
        ],
        "carried": [facts.named(case) for case, _ in went],
        "next": next((facts.starts_at(tx, meeting) for _, meeting in went), ""),
    }


def _version(view: MeetingView, occurrence: str) -> Minutes:
    """The version a letter is about; one that goes again to a new address tells the newest."""
    sent = [one for one in view.minutes if one.sent]
    return next((one for one in sent if str(one.version) == occurrence), sent[-1])


def _receipt(tx: Connection, view: MeetingView, letter: Claimed, now: datetime) -> Facts:
    """All that the reader has answered in the meeting, also in what was withdrawn since: answers, receipt,
    closes_at, in_meeting, may_change.
    """
    meeting = view.meeting
    here = [show_case(tx, state.id, now=now) for state in cases.list_cases(tx, meeting=meeting.id)]
    ballots = [(case, facts.newest_ballot(tx, case.id, letter.recipient)) for case in here]
    answered = [(case, ballot) for case, ballot in ballots if ballot is not None]
    return {
        "receipt": letter.occurrence,
        "answers": [facts.answer(case, ballot) for case, ballot in answered],
        "closes_at": instant(meeting.starts_at),
        "in_meeting": True,
        "may_change": now < meeting.starts_at and any(case.status == "open" for case, _ in answered),
        "asks_for_code": any(case.link_level != "enkel" for case, _ in answered),
    }


def _event(view: MeetingView, here: list[CaseView], *, method: str, now: datetime) -> Facts | None:
    """What a calendar is told; None when nobody can be named as the one who calls the meeting.

    No link and no code: invitations are passed on.
    """
    if not view.programme_address:
        return None
    meeting = view.meeting
    return {
        "method": method,
        "id": meeting.id,
        "title": view.body_title,
        "starts_at": instant(meeting.starts_at),
        "ends_at": instant(meeting.starts_at + LENGTH),
        "place": view.place,
        "description": "\n".join(f"{case.number} {case.project_title} ({case.gate})" for case in here),
        "sequence": meeting.sequence,
        "changed_at": instant(now.replace(microsecond=0)),
        "organiser": {"name": view.programme_office, "address": view.programme_address},
        "path": f"/mote/{meeting.id}",
    }
