"""A project leader asks for a faseovergang: is everything in place, and who decides, by when?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from engine.core.cases.voting import HANDLINGS
from engine.core.facts.words import read_words
from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Body
from engine.core.record.events.cases import CaseOpened
from engine.core.record.ledger import canonical
from engine.core.refusal import NotAllowed, Reason, Refused
from engine.core.workflow.criteria import CriterionCheck, GateCheck, summary
from engine.queries.cases.panel import Term, panel_for, planned
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.queries.projects.check_gate import Checked, check_gate
from engine.store import cases
from engine.store.people import Person
from engine.store.record.record import record
from engine.store.session import Connection, Database, new_id
from engine.use_cases.on_snapshot import Expected, on_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The case is open: its letters are in the outbox, or go out when its meeting is called."""

    case: str
    number: str
    gate: str
    body: str
    term: Term
    """By when it is decided, and at which meeting; a late request sees there which meetings it missed."""
    letters: int
    """How many are asked."""

    @property
    def handling(self) -> str:
        """`skriftlig` or `i_mote`."""
        return self.term.handling

    @property
    def answer_by(self) -> datetime:
        """When the answers are due: the deadline in writing, or the start of the meeting."""
        return self.term.answer_by


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady(Refused):
    """The gate is shut; `check` holds every criterion."""

    check: GateCheck


def request_transition(
    db: Database,
    *,
    key: str,
    proposal: str,
    by: str,
    now: datetime,
    gate: str | None = None,
    handling: str | None = None,
) -> Opened | Refused:
    """Open a case for a project at its next gate, or say everything that stands in the way.

    `by` is the id or address of a leader of the project or of programkontoret; `handling` overrides the
    body's own. Raises Unknown and NotAllowed as `check_gate` does, and when `by` may not ask.
    """
    if handling is not None and handling not in HANDLINGS:
        raise NotAllowed("no_such_handling", {"handling": handling})
    asked = _Asked(
        key=key, gate=gate, by=by, words=read_words(proposal, field="proposal"), handling=handling, now=now
    )
    return on_snapshot(db, key=key, read=asked.check, write=asked.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What somebody asks for."""

    key: str
    gate: str | None
    by: str
    words: tuple[str, tuple[Reason, ...]]
    handling: str | None
    now: datetime

    def check(self, tx: Connection) -> tuple[Person, Checked]:
        """Who asks, and how the gate stands."""
        person = person_named(tx, self.by)
        return person, check_gate(tx, key=self.key, today=local_date(self.now), gate=self.gate)

    def open(self, tx: Connection, told: tuple[Person, Checked], expect: Expected) -> Opened | Refused:
        """Open the case on what was checked, or say why not."""
        person, checked = told
        words, unfit = self.words
        _may_request(tx, checked, person.id, local_date(self.now))
        reasons = _under_way(tx, self.key)
        if reasons:
            return Refused(reasons=reasons)
        reasons = _waits(checked) or _shut(checked, words, unfit)
        if reasons:
            return NotReady(reasons=reasons, check=checked.check)
        return self._opened(tx, person.id, checked, expect)

    def _opened(self, tx: Connection, person: str, checked: Checked, expect: Expected) -> Opened:
        proposal, _ = self.words
        owner = checked.roles.get(checked.steered.definition.roles.owner)
        panel = panel_for(
            tx,
            checked.steered.programme,
            checked.decider.body,
            owner=None if owner is None else owner.person,
            requester=person,
            handling=self.handling,
            now=self.now,
        )
        body, term = panel.body, panel.term
        meeting, plans = (None, []) if term.slot is None else planned(tx, body.id, term.slot)
        number = cases.next_number(tx, local_date(self.now).year)
        dossier = dossier_of(checked, body=body, number=number, asked_by=person)
        opened = CaseOpened(
            by=person,
            project=self.key,
            case=new_id(),
            number=number,
            gate=checked.gate.id,
            round=checked.round,
            body=body.id,
            handling=term.handling,
            rules={"rule": body.rule, "quorum": body.quorum, "tie": body.tie, "link_level": body.link_level},
            roll=tuple(panel.roll),
            version=1,
            digest=sha256(canonical([dossier, proposal]).encode()).hexdigest(),
            answer_by=term.answer_by.isoformat(),
            meeting=meeting,
            dossier=dossier,
            proposal=proposal,
        )
        record(tx, [*plans, opened], now=self.now, expect=expect)
        return Opened(
            case=opened.case,
            number=number,
            gate=opened.gate,
            body=body.id,
            term=term,
            letters=len({seat["person"] for seat in panel.roll if seat["person"]}),
        )


def _under_way(tx: Connection, key: str) -> tuple[Reason, ...]:
    """Why a project may ask for nothing more yet: an open case, or one that waits for the politicians."""
    already = cases.open_for(tx, key)
    if already is not None:
        return (Reason(code="case_open", data={"number": already.number, "gate": already.gate}),)
    undone = next(iter(cases.awaiting(tx, project=key)), None)
    if undone is not None:
        return (Reason(code="awaits_political", data={"number": undone.number, "gate": undone.gate}),)
    return ()


def dossier_of(checked: Checked, *, body: Body, number: str, asked_by: str) -> dict[str, Any]:
    """Everything the deciders decide on, as JSON: what is frozen under the case's digest.

    Keys: number, project {key, title, workflow, version}, gate {id, title, from, to}, body {id, title},
    asked_by, summary {must_met, must_total, should_open}, criteria (each with id, title, weight, status,
    reasons, answer, source), papers, facts (the tree without its roles), roles (role → person), outcomes
    (pairs of an outcome and its phase's title or None). People stand here as ids: their names are looked up
    when it is read, so that they can be erased.
    """
    definition, gate = checked.steered.definition, checked.gate
    kinds = {kind.id: text_in(kind.title) for kind in definition.paper_kinds}
    titles = {phase.id: text_in(phase.title) for phase in definition.phases}
    said = summary(checked.check)
    return {
        "number": number,
        "project": {
            "key": checked.steered.project.key,
            "title": checked.title,
            "workflow": definition.workflow,
            "version": definition.version,
        },
        "gate": {
            "id": gate.id,
            "title": checked.check.title,
            "from": titles[checked.check.from_phase],
            "to": titles.get(checked.check.to_phase or "", ""),
        },
        "body": {"id": body.id, "title": text_in(body.title)},
        "asked_by": asked_by,
        "summary": {
            "must_met": said.must_met,
            "must_total": said.must_total,
            "should_open": [
                _what_is_open(one) for one in checked.check.criteria if one.title in said.should_open
            ],
        },
        "criteria": [_criterion(one, checked.waived_by) for one in checked.check.criteria],
        "papers": [
            {
                "id": paper.id,
                "kind": paper.kind,
                "kind_title": kinds.get(paper.kind, paper.kind),
                "title": paper.title,
                "sha256": paper.sha256,
                "media_type": paper.media_type,
                "size": paper.size,
            }
            for paper in checked.papers
        ],
        "facts": {root: value for root, value in checked.tree.items() if root != "roles"},
        "roles": {name: role.person for name, role in checked.roles.items()},
        "outcomes": [[outcome, titles.get(target)] for outcome, target in gate.outcomes.items()],
    }


def _what_is_open(one: CriterionCheck) -> str:
    """What is open, in the definition's own words for it where there are such."""
    said = (str(reason.data["text"]) for reason in one.reasons if "text" in reason.data)
    return next(said, one.title)


def _criterion(one: CriterionCheck, waived_by: Mapping[str, str]) -> dict[str, Any]:
    answer = one.answer
    who = {"by": waived_by[one.id]} if one.status == "waived" and one.id in waived_by else {}
    return {
        "id": one.id,
        "title": one.title,
        "weight": one.weight,
        "status": one.status,
        "reasons": [{"code": reason.code, "data": {**reason.data, **who}} for reason in one.reasons],
        "source": one.source,
        "answer": None
        if answer is None
        else {
            "value": answer.value,
            "explanation": answer.explanation,
            "by": answer.explained_by,
            "confirmed_by": answer.confirmed_by,
        },
    }


def _may_request(tx: Connection, checked: Checked, person: str, today: date) -> None:
    leaders = checked.steered.definition.roles.leader
    held = capacities(tx, person, project=checked.steered.project.key, on=today)
    if not held & {*leaders, PROGRAMME_OFFICE}:
        raise NotAllowed("may_not_request", {"role": " eller ".join(leaders)})


def _waits(checked: Checked) -> tuple[Reason, ...]:
    """A project that is set to wait asks for nothing until somebody has looked at it again."""
    waiting = checked.facts.get("waiting")
    if not waiting:
        return ()
    told = {"reason": str(waiting.get("reason", "")), "until": str(waiting.get("look_again_on", "uten dato"))}
    return (Reason(code="project_waits", data=told),)


def _shut(checked: Checked, proposal: str, unfit: tuple[Reason, ...]) -> tuple[Reason, ...]:
    if not checked.check.open:
        return tuple(
            reason
            for criterion in checked.check.criteria
            if criterion.weight == "må" and criterion.status == "unmet"
            for reason in criterion.reasons
        )
    if unfit:
        return unfit
    return () if proposal else (Reason(code="proposal_missing", data={}),)
