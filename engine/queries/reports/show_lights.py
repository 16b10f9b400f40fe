"""Which light has each area of the programme: as somebody has judged it, and as a key figure gives it?"""

from dataclasses import dataclass
from datetime import date

from engine.core.benefits import benefits
from engine.core.programme.vocabulary import AREAS, Area
from engine.core.reports import lights
from engine.core.reports.told import Judgement, Light
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.reports.delivery import deliveries
from engine.store import benefits as told
from engine.store import projects, reporting
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLight:
    """One area: the light somebody has set, and the one a key figure gives; either may be missing, and where
    they differ both are shown.
    """

    area: Area
    judged: Judgement | None
    computed: Light | None

    @property
    def differs(self) -> bool:
        """Whether both are there and say different things."""
        return self.judged is not None and self.computed is not None and self.judged.light != self.computed


def programme_lights(tx: Connection, *, period: str, today: date) -> tuple[AreaLight, ...]:
    """The programme's lights in a period, in the order of AREAS. Raises Unknown for a period."""
    programme = programme_in_force(tx)
    asked = period_named(programme, period)
    judged = {one.area: one for one in reporting.lights(tx, asked.id) if one.project is None}
    computed: dict[Area, Light] = {}
    rules = programme.reporting.key_figures
    if rules:
        counted = deliveries(tx, period=asked.id, today=today)
        known = projects.facts_of_all(tx, on=min(asked.to_day, today))
        listed = {
            key: benefits.identified(facts.get("benefits", []), programme.scheme)
            for key, facts in known.items()
        }
        held = benefits.with_facts(benefits.standing(told.estimates(tx), period=asked.id), listed)
        estimated = {place[0] for place in held}
        figures = lights.figures(
            accounts=reporting.accounts(tx, asked.id),
            expected=len(counted),
            delivered=sum(one.version is not None for one in counted),
            counted=len(counted),
            estimated=sum(one.project in estimated for one in counted),
            risks=reporting.risks(tx, asked.id),
        )
        computed = lights.computed(rules, figures)
    return tuple(AreaLight(area=area, judged=judged.get(area), computed=computed.get(area)) for area in AREAS)
