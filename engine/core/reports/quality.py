"""What have a project's leader and its owner each scored it, and do they agree?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.core.facts.field import Problem
from engine.core.programme.model import Quality
from engine.core.reports.told import Score
from engine.core.text import nearest, shown

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "score.unknown": ("name", "nearest"),
    "score.off_scale": ("value", "allowed"),
    "score.none": (),
}
"""What can be wrong with scores, with the keys of the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One indicator of one project: both sides' scores, and the score they agree on, if they do."""

    indicator: str
    leader: int | None
    owner: int | None

    @property
    def agreed(self) -> int | None:
        """The score that both have given. Source: 004:781-783."""
        return self.leader if self.leader is not None and self.leader == self.owner else None


def read_scores(quality: Quality, told: Mapping[str, object]) -> tuple[dict[str, int], tuple[Problem, ...]]:
    """Scores by indicator, as written; and every problem."""
    known = [one.id for one in quality.indicators]
    scores: dict[str, int] = {}
    problems: list[Problem] = []
    for name, value in told.items():
        text = str(value).strip()
        if name not in known:
            data: dict[str, str | int] = {"name": shown(name), "nearest": nearest(name, known)}
            problems.append(Problem(code="score.unknown", data=data, path=shown(name)))
        elif text not in [str(step) for step in quality.scale]:
            among = ", ".join(str(step) for step in quality.scale)
            data = {"value": shown(text), "allowed": among}
            problems.append(Problem(code="score.off_scale", data=data, path=name))
        else:
            scores[name] = int(text)
    if not told:
        problems.append(Problem(code="score.none", data={}, path=""))
    return scores, tuple(problems)


def agreements(quality: Quality, scores: Sequence[Score]) -> tuple[Agreement, ...]:
    """One project's indicators, in the programme's order."""
    by_side = {(one.indicator, one.side): one.score for one in scores}
    return tuple(
        Agreement(
            indicator=one.id,
            leader=by_side.get((one.id, "prosjektleder")),
            owner=by_side.get((one.id, "prosjekteier")),
        )
        for one in quality.indicators
    )
