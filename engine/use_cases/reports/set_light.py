"""Programkontoret judges an area of the programme in a period, and says why."""

from dataclasses import dataclass
from datetime import datetime

from engine.core.facts.words import read_words
from engine.core.programme.vocabulary import AREAS
from engine.core.record.events.reports import LightSet
from engine.core.refusal import Reason, Refused, unknown
from engine.core.reports.told import LIGHTS
from engine.queries.people.actors import office_only
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.programme.periods import closed_already
from engine.store.record.record import record
from engine.store.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The area and its light; a light that follows from a key figure stands beside it."""

    area: str
    light: str


def set_light(
    db: Database, *, period: str, area: str, light: str, reason: str, by: str, now: datetime
) -> Judged | Refused:
    """Set the light of an area. Raises Unknown for a period, area, light or person, and NotAllowed; Refused
    without a reason, and for a closed period.
    """
    words, unfit = read_words(reason, field="reason")
    with db.writing() as tx:
        asked = period_named(programme_in_force(tx), period)
        person = office_only(tx, by, now)
        for kind, name, known in (("area", area, AREAS), ("light", light, LIGHTS)):
            if name not in known:
                raise unknown(kind, name, known)
        reasons = closed_already(tx, asked.id) + unfit
        if not words and not unfit:
            reasons += (Reason(code="reason_required", data={"outcome": ""}),)
        if reasons:
            return Refused(reasons=reasons)
        judged = LightSet(by=person, project=None, period=asked.id, area=area, light=light, reason=words)
        record(tx, [judged], now=now)
    return Judged(area=area, light=light)
