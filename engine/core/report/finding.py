"""A finding: what disagrees, where, by how much, whose it is to mend; and the catalogue of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from engine.core.report.printed import Figure

Grade = Literal["avvik", "merknad"]
Owner = Literal["programkontoret", "prosjektleder", "prosjekteier"]
Unit = Literal["antall", "kroner", "tekst"]

Index = Mapping[str, Mapping[str, Mapping[str, Figure]]]

FELLES: Final = "felles"
"""An area whose code begins so is a bucket for projects across areas. Source: org.csv, 001:427."""
SEVERAL: Final = "flere"
"""What is printed as the service of a project across services. Source: 001:666."""
NO_CAPTION: Final = "mangler"
STEM: Final = 5
"""So many equal words at the beginning make two names look like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one place says: the place's code, and the number or text that stands there."""

    place: str
    value: float | str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that disagrees: its code, what it is about, both sides, and by how much where that is known.

    `names` are the projects, areas or tables it concerns; `project` is the key where it is about one.
    """

    code: str
    grade: Grade
    subject: str
    sides: tuple[Side, ...]
    owner: Owner
    project: str = ""
    difference: float | None = None
    unit: Unit = "antall"
    names: tuple[str, ...] = ()


FINDINGS: Final[Mapping[str, Grade]] = {
    # numbers
    "sums_differ": "avvik",
    "transfers_differ": "avvik",
    "differs_from_computed": "avvik",
    "claim_not_shown": "avvik",
    "estimates_claimed": "avvik",
    # lists
    "missing_in_list": "avvik",
    "extra_in_list": "avvik",
    "column_missing": "avvik",
    # projects
    "two_areas": "avvik",
    "starts_after_period": "avvik",
    "several_names": "avvik",
    "known_by_several_names": "merknad",
    "not_placed": "avvik",
    "closing_but_counted": "merknad",
    "closed_from_concept": "merknad",
    "successor_unknown": "merknad",
    "shared_counted_once": "merknad",
    "part_counted_apart": "merknad",
    "several_services_one_area": "merknad",
    "name_fits_several": "merknad",
    "benefit_twice": "avvik",
    # areas
    "area_without_projects": "merknad",
    "area_never_named": "merknad",
    # money and coverage
    "underspent_elsewhere": "merknad",
    "coverage_base": "merknad",
    # form
    "heading_varies": "merknad",
    "caption_missing": "merknad",
    "light_missing": "merknad",
    "lights_differ": "merknad",
    "risk_incomplete": "merknad",
    "not_delivered": "merknad",
    "not_approved": "merknad",
}
"""Every code of a finding with its grade."""


def open_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that publishing must have a reason for."""
    return tuple(one for one in findings if one.grade == "avvik")


def finding_of(
    code: str,
    subject: str,
    *sides: Side,
    owner: Owner = "programkontoret",
    project: str = "",
    difference: float | None = None,
    unit: Unit = "antall",
    names: Iterable[str] = (),
) -> Finding:
    """A finding of the catalogue, with its sides."""
    return Finding(
        code=code,
        grade=FINDINGS[code],
        subject=subject,
        sides=sides,
        owner=owner,
        project=project,
        difference=difference,
        unit=unit,
        names=tuple(names),
    )
