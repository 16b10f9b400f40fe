"""An event, and which of its fields are prose that can be erased."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

TEXT_MARK: Final = "prose"
JSON_MARK: Final = "prose-json"

Prose = Annotated[str, TEXT_MARK]
ProseJson = Annotated[Any, JSON_MARK]
Plain = dict[str, Any]

PROGRAMME_CHAIN: Final = "programme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened; `chain` names the ledger chain that takes it."""

    by: str | None = None
    """The id of the person who did it; None when the clock or the operator did."""

    @property
    def chain(self) -> str:
        """The programme's own chain, unless the event belongs to one project."""
        project = getattr(self, "project", None)
        return project_chain(project) if project else PROGRAMME_CHAIN


def project_chain(key: str) -> str:
    """The name of a project's own chain."""
    return f"project:{key}"
