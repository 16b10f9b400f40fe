"""Where does the report of a tertial disagree with itself, or with figures that were published elsewhere?"""

from dataclasses import dataclass
from datetime import datetime

from engine.core.files.sheet import Sheet
from engine.core.refusal import Invalid
from engine.core.report.disagreements import reconcile
from engine.core.report.finding import Finding
from engine.core.report.printed import read_printed, vocabulary_of
from engine.core.report.report import TertialReport
from engine.core.report.sections import tertial_report
from engine.queries.reports.read_report import Tell, gather
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A report, and what it disagrees with."""

    report: TertialReport
    findings: tuple[Finding, ...]


def check_report(
    tx: Connection,
    period: str,
    *,
    known_at: datetime,
    against: Sheet | None = None,
    tell: Tell = lambda _step, _done, _of: None,
) -> Checked:
    """Run every check on a report, or on the figures in `against` (see `engine.core.report.printed`).

    Raises Unknown for a period, and Invalid with every cell of `against` that cannot be read.
    """
    known = gather(tx, period, known_at=known_at, tell=tell)
    tell("regner", 0, len(known.entries))
    report = tertial_report(known)
    printed = None if against is None else read_printed(against, vocabulary_of(known))
    if isinstance(printed, tuple):
        raise Invalid(printed)
    tell("kontrollerer", 0, len(known.entries))
    return Checked(report=report, findings=reconcile(known, report, printed=printed))
