"""What do letters about a project's report say? Who delivered it and when, what has changed since the last
one, and by when its owner is asked to approve it.
"""

from engine.core.files.shape import text_in
from engine.core.programme.calendar import add_working_days, local_date
from engine.core.record.letters import read_report_subject, read_version
from engine.core.reports.status_report import changed_fields
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.programme.in_force import programme_in_force
from engine.queries.reports.report_form import report_form
from engine.store import people, reporting
from engine.store.outbox import Claimed
from engine.store.session import Connection
from notifications.facts import Facts, instant


def report_facts(tx: Connection, letter: Claimed) -> Facts:
    """Of the version the letter was called for: however often it is tried, it is the same letter.

    It has: thread, body (the programme), contact {name, email}, approve_by, and report {key, project, period,
    version, delivered_by, delivered_at, approved_by, approved_at, fields, changed (None: the first)}. Raises
    KeyError when there is no such version.
    """
    programme = programme_in_force(tx)
    key, period = read_report_subject(letter.subject)
    version = read_version(letter.occurrence)
    delivered = reporting.reports(tx, project=key)
    report = next((one for one in delivered if (one.period, one.version) == (period, version)), None)
    if report is None:
        raise KeyError(letter.subject)
    day = local_date(report.delivered_at)
    form = report_form(tx, key=key, period=period, today=day)
    last = [one for one in delivered if one.period < period]
    office = people.office_holder(tx, PROGRAMME_OFFICE, on=day)
    names = people.names(tx, [one for one in (report.delivered_by, report.approved_by) if one])
    due = add_working_days(day, programme.reporting.owner_days, programme.calendar.policy())
    return {
        "thread": letter.subject,
        "body": text_in(programme.title),
        "contact": {
            "name": "Programkontoret" if office is None else office.name or "",
            "email": "" if office is None else office.email or "",
        },
        "approve_by": due.isoformat(),
        "report": {
            "key": key,
            "project": form.title,
            "period": period,
            "version": version,
            "delivered_by": names.get(report.delivered_by or "", ""),
            "delivered_at": instant(report.delivered_at),
            "approved_by": names.get(report.approved_by or "", ""),
            "approved_at": "" if report.approved_at is None else instant(report.approved_at),
            "fields": len(form.filled.fields),
            "changed": len(changed_fields(form.filled.fields, report.fields, last[-1].fields))
            if last
            else None,
        },
    }
