"""A project's leader delivers its report of a period: a version that never changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.facts.field import Problem
from engine.core.programme.calendar import local_date
from engine.core.record.events.benefits import BenefitRealised
from engine.core.record.events.event import Event
from engine.core.record.events.projects import FactsChanged
from engine.core.record.events.reports import LightSet, ReportDelivered
from engine.core.refusal import NotAllowed, Reason, Refused
from engine.core.reports import status_report
from engine.queries.benefits.benefit_at import At, benefits_at, kept
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities
from engine.queries.programme.periods import shut
from engine.queries.reports.report_form import ReportForm, report_form
from engine.store import benefits as told
from engine.store import projects, reporting
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.benefits.estimate_benefit import Amounts, estimate_events, estimated_facts
from engine.use_cases.projects.change_facts import BadFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The version that was delivered, and how many of its fields are not as last reported (None: first)."""

    project: str
    period: str
    version: int
    fields: int
    changed: int | None


def deliver_report(
    db: Database,
    *,
    key: str,
    period: str,
    raw: Mapping[str, object],
    by: str,
    now: datetime,
    over: int | None = None,
) -> Delivered | Refused:
    """Deliver a project's report, as its leader or programkontoret. `raw` are the form's fields as written.

    `over` is the version the form was filled in from (0 for none), so that nobody overwrites what they have
    not seen.

    Risks become the project's own, estimates are told in this period, realised figures too. Raises Unknown
    for a project, period or person, NotAllowed, BadFacts with every problem and its path; Refused for a
    period that is closed or has not begun, and for a report that says what the last version says.
    """
    with db.writing() as tx:
        done, events, problems = prepared(tx, key=key, period=period, raw=raw, by=by, now=now, over=over)
        if problems:
            raise BadFacts(problems)
        if isinstance(done, Delivered):
            record(tx, events, now=now)
    return done


def prepared(
    tx: Connection,
    *,
    key: str,
    period: str,
    raw: Mapping[str, object],
    by: str,
    now: datetime,
    over: int | None = None,
) -> tuple[Delivered | Refused, list[Event], tuple[Problem, ...]]:
    """What a delivery would write, without writing it: the outcome, its events, and every problem."""
    at = benefits_at(tx, key=key, by=by, now=now)
    form = report_form(tx, key=key, period=period, today=at.today)
    _must_report(tx, at)
    nothing = Delivered(project=key, period=form.period.id, version=0, fields=0, changed=None)
    reasons = shut(tx, form.period, today=at.today)
    version = 1 if form.delivered is None else form.delivered.version + 1
    if over is not None and over != version - 1:
        reasons += (Reason(code="report_overtaken", data={"version": version - 1}),)
    if reasons:
        return Refused(reasons=reasons), [], ()
    read = status_report.read_report(
        form.filled.fields,
        raw,
        benefits=[str(one["id"]) for one in at.benefits],
        year=local_date(now).year,
        needed=form.needed,
    )
    if read.problems:
        return nothing, [], read.problems
    if form.delivered is not None and form.delivered.fields == read.values:
        reason = Reason(code="report_unchanged", data={"version": form.delivered.version})
        return Refused(reasons=(reason,)), [], ()
    delivered = ReportDelivered(
        by=at.person,
        project=key,
        period=form.period.id,
        version=version,
        fields=read.values,
        told=_owner(tx, at),
    )
    events: list[Event] = [delivered, *_followed(tx, at, form, raw, read.values, now=now)]
    done = Delivered(
        project=key,
        period=form.period.id,
        version=version,
        fields=len(form.filled.fields),
        changed=None if form.filled.changed is None else len(form.filled.changed),
    )
    return done, events, ()


def _must_report(tx: Connection, at: At) -> None:
    leaders = at.steered.definition.roles.leader
    held = capacities(tx, at.person, project=at.steered.project.key, on=at.today)
    if not held & {*leaders, PROGRAMME_OFFICE}:
        raise NotAllowed("may_not_report", {"role": " eller ".join(leaders)})


def _owner(tx: Connection, at: At) -> tuple[str, ...]:
    """Whoever can approve it: a letter to somebody else would only be in the way."""
    owner = projects.roles(tx, at.steered.project.key, on=at.today).get(at.steered.definition.roles.owner)
    return () if owner is None or owner.person == at.person else (owner.person,)


def _followed(
    tx: Connection,
    at: At,
    form: ReportForm,
    raw: Mapping[str, object],
    values: Mapping[str, Any],
    *,
    now: datetime,
) -> list[Event]:
    """What the report says that the project itself keeps: nobody is asked for it twice."""
    events: list[Event] = []
    key, period = at.steered.project.key, form.period.id
    before = told.estimates(tx, key)
    now_so = [dict(one) for one in at.benefits]
    estimates: list[Event] = []
    for one in now_so:
        amounts = _amounts(values.get("estimates", ()), str(one["id"]))
        found = estimate_events(at, str(one["id"]), amounts, before=before, period=period)
        if found:
            one |= estimated_facts(at, str(one["id"]), found, before=before, period=period, now=now)
        estimates += found
    if "risks" in raw and values.get("risks", []) != list(form.risks):
        changed = FactsChanged(
            by=at.person,
            project=key,
            names=("risks",),
            effective=at.today.isoformat(),
            values={"risks": values.get("risks")},
        )
        events.append(changed)
    return [
        *events,
        *kept(at, now_so),
        *estimates,
        *_realised(tx, at, values),
        *_lights(tx, at, period, values),
    ]


def _lights(tx: Connection, at: At, period: str, values: Mapping[str, Any]) -> list[Event]:
    key = at.steered.project.key
    known = {one.area: (one.light, one.reason) for one in reporting.lights(tx, period) if one.project == key}
    return [
        LightSet(
            by=at.person,
            project=key,
            period=period,
            area=one["area"],
            light=one["light"],
            reason=one["reason"],
        )
        for one in values.get("lights", ())
        if known.get(one["area"]) != (one["light"], one["reason"])
    ]


def _amounts(rows: Any, benefit: str) -> Amounts:
    return {
        int(one["year"]): {name: one.get(name) for name in ("fte", "kroner")}
        for one in rows
        if one["benefit"] == benefit
    }


def _realised(tx: Connection, at: At, values: Mapping[str, Any]) -> list[Event]:
    key = at.steered.project.key
    known = {(one.benefit, one.year): (one.fte, one.kroner, one.comment) for one in told.realised(tx, key)}
    events: list[Event] = []
    for one in values.get("realised", ()):
        figures = (one.get("fte"), one.get("kroner"), one.get("comment", ""))
        if known.get((one["benefit"], one["year"])) != figures:
            events.append(
                BenefitRealised(
                    by=at.person,
                    project=key,
                    benefit=one["benefit"],
                    year=one["year"],
                    fte=figures[0],
                    kroner=figures[1],
                    comment=figures[2],
                )
            )
    return events
