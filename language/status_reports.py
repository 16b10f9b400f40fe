"""How is it said where a project's report stands? Bokmål, as on pages and in commands."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from engine.core.benefits.told import Measurement
from engine.core.reports.status_report import Approval
from engine.core.reports.told import AccountLine
from language.formats import count, in_words, kroner, number, plain_date, upper_first

_APPROVALS: Final[dict[str, str]] = {
    "godkjent": "Godkjent av eier",
    "venter": "Venter på eier",
    "ikke_godkjent_av_eier": "Ikke godkjent av eier",
}


def form_sentence(fields: int, changed: int | None) -> str:
    """«Sju felt, tre er endret siden sist.»; only the fields for a project's first report."""
    told = upper_first(count(fields, "felt"))
    if changed is None:
        return f"{told}."
    return f"{told}, {'ingen' if changed == 0 else in_words(changed)} er endret siden sist."


def indicator_sentence(indicator: Mapping[str, Any], measured: Sequence[Measurement]) -> str:
    """«Tilsyn per natt (tilsyn): nullpunkt 79 (09.04.2025), ønsket verdi 50, sist målt 61,5 (30.09.2025)»."""
    unit = f" ({indicator['unit']})" if indicator.get("unit") else ""
    told = ["nullpunktet er ikke målt"]
    if indicator.get("baseline") is not None:
        told = [f"nullpunkt {number(indicator['baseline'])}{_on(indicator.get('baseline_on'))}"]
    if indicator.get("target") is not None:
        told.append(f"ønsket verdi {number(indicator['target'])}")
    if measured:
        told.append(f"sist målt {number(measured[-1].value)}{_on(measured[-1].measured_on)}")
    return f"{indicator.get('title', '')}{unit}: {', '.join(told)}"


def _on(day: date | str | None) -> str:
    return f" ({plain_date(day)})" if day else ""


def account_sentence(line: AccountLine) -> str:
    """«Kurs: budsjett 1,2 mill. kroner, regnskap 900 000 kroner per 17.01.2025»."""
    told = [] if line.budget is None else [f"budsjett {kroner(line.budget)}"]
    told += [] if line.spent is None else [f"regnskap {kroner(line.spent)}"]
    return f"{line.label}: {', '.join(told)} per {plain_date(line.as_of)}"


def standing_line(title: str, status: str, delivered_on: date | None, approval: Approval | None) -> str:
    """«Demenslandsby (Konsept): levert 12.05.2025. Godkjent av eier.»"""
    delivered = "" if delivered_on is None else f"levert {plain_date(delivered_on)}. "
    return f"{title} ({status}): {delivered}{approval_word(approval)}."


def approval_word(approval: Approval | None) -> str:
    """«Ikke godkjent av eier»; None is a report that has not been delivered."""
    return "Ikke levert" if approval is None else _APPROVALS[approval]
