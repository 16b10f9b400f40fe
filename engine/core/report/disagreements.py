"""Where does a report disagree with itself, with the facts, or with what was printed elsewhere?

Every check is a function that yields findings: what disagrees, where, by how much, and whose it is to mend.
An `avvik` is two numbers or two names that cannot both be right; publishing over one takes a reason. A
`merknad` is something a reader could misunderstand. The checks are those of the printed report's structure
and the classes of contradiction found in the report of the third tertial of 2024. No check compares every
project with every other.
"""

from collections.abc import Iterator

from engine.core.report.against_printed import disagreeing_with_printed
from engine.core.report.facts_disagree import facts_disagreeing
from engine.core.report.figures_disagree import figures_disagreeing, names_alike
from engine.core.report.finding import FINDINGS, Finding, Side, finding_of
from engine.core.report.known import Known, is_counted
from engine.core.report.printed import Figure, Figures, figures_of, indexed
from engine.core.report.report import TertialReport


def reconcile(known: Known, report: TertialReport, *, printed: Figures | None = None) -> tuple[Finding, ...]:
    """Everything that disagrees: within the report, or within `printed` and between it and the report.

    Avvik come first; each grade in the order of `FINDINGS`.
    """
    figures = figures_of(report) if printed is None else printed
    index = indexed(figures)
    found = [*facts_disagreeing(known, report, index), *figures_disagreeing(known, index)]
    if printed is None:
        found += _about_own(known, report)
    else:
        labels = {key: row["navn"] for key, row in index["overforinger"].items() if "navn" in row}
        found += names_alike(known, labels)
        found += disagreeing_with_printed(known, figures_of(report), printed)
    order = {code: number for number, code in enumerate(FINDINGS)}
    return tuple(sorted(found, key=lambda one: (one.grade != "avvik", order[one.code])))


def _about_own(known: Known, report: TertialReport) -> Iterator[Finding]:
    for entry in known.entries:
        if entry.aliases and is_counted(entry, known.period):
            yield finding_of(
                "known_by_several_names",
                entry.title,
                *(Side(place="prosjektet", value=name) for name in (entry.title, *entry.aliases)),
                project=entry.key,
                unit="tekst",
                difference=float(len(entry.aliases) + 1),
            )
    yield from names_alike(known, {one.key: Figure(value=one.label) for one in report.transfers})
    missing = [one.area for one in report.lights if one.light is None and one.computed is None]
    if missing:
        yield finding_of(
            "light_missing", "", Side(place="trafikklys", value=float(len(missing))), names=missing
        )
    for one in report.lights:
        if one.differs:
            yield finding_of(
                "lights_differ",
                one.area,
                Side(place="vurdering", value=one.light or ""),
                Side(place="nokkeltall", value=one.computed or ""),
                unit="tekst",
            )
    bare = [
        one.title
        for one in report.risks
        if one.probability is None or one.consequence is None or not one.owner or one.due is None
    ]
    if bare:
        yield finding_of("risk_incomplete", "", Side(place="tabell_3", value=float(len(bare))), names=bare)
    given = report.delivery
    for code, named in (("not_delivered", given.missing), ("not_approved", given.not_approved)):
        if named:
            yield finding_of(
                code,
                "",
                Side(place="rapporterende", value=float(len(given.expected))),
                Side(place="statusrapporter", value=float(len(given.expected) - len(named))),
                owner="prosjektleder" if code == "not_delivered" else "prosjekteier",
                difference=float(len(named)),
                names=[one.title for one in named],
            )
