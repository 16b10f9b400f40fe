"""The body finds that a member is inhabil in a case — or is not — without that member."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.core.cases.case import CaseState
from engine.core.cases.voting import count
from engine.core.facts.words import read_words
from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Programme
from engine.core.record.events.cases import CaseReferred, RecusalDecided
from engine.core.record.events.event import Event
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown, unknown
from engine.queries.cases.panel import panel_for, planned
from engine.queries.cases.tally import chair_of, rules_of, seats_of
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.queries.programme.in_force import body_named, programme_in_force
from engine.store import cases, people
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.cases.reroll import asks_now, owner_of, roll_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found. `referred_to` names the body above when this one has lost its quorum."""

    case: str
    seat: str
    recused: bool
    referred_to: str | None


def decide_recusal(
    db: Database, *, case: str, seat: str, recused: bool, reason: str, by: str, now: datetime
) -> Found | Refused:
    """Take a seat out of a case, or back in, as the body's chair or secretary.

    The deputy is called unless they report to the recused seat; direct subordinates are flagged; a body
    that has lost its quorum hands the case to the one above, where all answer afresh. Raises Unknown for
    case, seat or person, NotAllowed for anybody else than chair and secretary, and for one's own seat.
    """
    words, unfit = read_words(reason, field="reason")
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        if state is None:
            raise Unknown("case", case)
        entry = next((one for one in state.roll if one["seat"] == seat), None)
        if entry is None:
            raise unknown("seat", seat, [one["seat"] for one in state.roll])
        _may_find(tx, state, entry, by, now)
        if state.status != "open":
            closed = Reason(code="case_closed", data={"number": state.number, "status": state.status})
            return Refused(reasons=(closed,))
        if unfit or not words:
            return Refused(reasons=unfit or (Reason(code="reason_required", data={"outcome": "inhabil"}),))
        programme = programme_in_force(tx)
        body = body_named(programme, state.body)
        owner = owner_of(tx, state, on=local_date(max(state.answer_by, now)))
        if body.owner == "inhabil" and owner is not None and owner in (entry["person"], entry.get("out")):
            rule = Reason(code="owner_takes_no_part", data={"body": text_in(body.title)})
            return Refused(reasons=(rule,))
        standing = {name for name, one in cases.recusals(tx, case).items() if one.recused} - {seat}
        out = frozenset(standing | ({seat} if recused else set()))
        roll = roll_now(tx, programme, state, now=now, recused=out)
        known = {one["person"] for one in state.roll}
        newcomers = (str(one["person"]) for one in roll if one["person"] and one["person"] not in known)
        found = RecusalDecided(
            by=person_named(tx, by).id,
            project=state.project,
            case=case,
            seat=seat,
            recused=recused,
            roll=tuple(roll),
            told=tuple(dict.fromkeys(newcomers)) if asks_now(tx, state) else (),
            meeting=state.meeting,
            reason=words,
        )
        plans, referred = _referred(tx, programme, state, found, now)
        if referred:
            # The body that called the deputies has nothing left to ask them.
            found = replace(found, told=())
        # The programme's chain before the project's, as everywhere: no two writers wait for each other.
        record(tx, [*plans, found, *referred], now=now)
    above = next((event.body for event in referred if isinstance(event, CaseReferred)), None)
    return Found(case=case, seat=seat, recused=recused, referred_to=above)


def _may_find(tx: Connection, state: CaseState, entry: Any, by: str, now: datetime) -> None:
    person = person_named(tx, by)
    # A leader who takes no part in the case does not settle either who else does.
    chair = chair_of(state, cases.ballots(tx, state.id))
    leads = chair is not None and chair["person"] == person.id
    keeps = PROGRAMME_OFFICE in capacities(tx, person.id, project=state.project, on=local_date(now))
    if not (leads or keeps):
        raise NotAllowed("not_running", {"body": state.body})
    if person.id in (entry["person"], entry.get("out")):
        raise NotAllowed("own_recusal", {})


def _referred(
    tx: Connection, programme: Programme, state: CaseState, found: RecusalDecided, now: datetime
) -> tuple[list[Event], list[Event]]:
    """The events that plan the meeting of the body above, and those that take the case there.

    Whoever has been found inhabil stays so: a member of both bodies takes no part in the other either. What
    follows for the project's owner there is for that body's own rule to say.
    """
    tally = count(rules_of(state.rules, handling=state.handling), seats_of(found.roll), ())
    above = body_named(programme, state.body).above
    if tally.state != "above" or above is None:
        return [], []
    day = local_date(now)
    owner = owner_of(tx, state, on=day)
    by_rule = {owner} if body_named(programme, state.body).owner == "inhabil" else set()
    out = {entry["out"] for entry in found.roll if entry.get("out")} - by_rule
    seats = people.roll(tx, body_named(programme, above), on=day, owner=None, requester=None)
    recused = frozenset(entry["seat"] for entry in seats if entry["person"] in out)
    try:
        panel = panel_for(
            tx,
            programme,
            above,
            owner=owner,
            requester=state.requested_by,
            now=now,
            recused=recused,
        )
    except NotAllowed:
        # Nobody further up can either. What was found stands all the same; the secretary is told.
        return [], []
    meeting, plans = (None, []) if panel.term.slot is None else planned(tx, panel.body.id, panel.term.slot)
    body, roll = panel.body, tuple(panel.roll)
    referred = CaseReferred(
        project=state.project,
        case=state.id,
        body=body.id,
        handling=panel.term.handling,
        rules={"rule": body.rule, "quorum": body.quorum, "tie": body.tie, "link_level": body.link_level},
        roll=roll,
        version=state.version + 1,
        answer_by=panel.term.answer_by.isoformat(),
        meeting=meeting,
        told=() if meeting is None or state.requested_by is None else (state.requested_by,),
    )
    kept = [
        replace(found, seat=entry["seat"], recused=True, roll=roll, told=(), meeting=meeting)
        for entry in roll
        if entry.get("out") in out
    ]
    return plans, [referred, *kept]
