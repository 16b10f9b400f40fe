"""A paper is added to a project."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from engine.core.facts.words import read_words
from engine.core.record.events.projects import PaperAdded
from engine.core.refusal import Reason, Refused, unknown
from engine.queries.people.actors import person_named, steered
from engine.store import projects
from engine.store.record.record import record
from engine.store.session import Database, new_id

SIZE_LIMIT: Final = 25 * 1024 * 1024
MEDIA_TYPES: Final = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
"""What a paper may be, by its file's ending. Nothing that a browser would run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The paper is stored under its digest."""

    paper: str
    sha256: str
    size: int


def add_paper(
    db: Database, *, key: str, kind: str, title: str, content: bytes, ending: str, by: str, now: datetime
) -> Added | Refused:
    """Store a paper of a kind the project's workflow knows. Open cases keep the papers they were opened with.

    `ending` is the file name's ending with its dot. Raises Unknown for a project, person or kind.
    """
    reasons: list[Reason] = []
    if ending.lower() not in MEDIA_TYPES:
        reasons.append(Reason(code="paper_type", data={"ending": ending, "allowed": ", ".join(MEDIA_TYPES)}))
    if not content:
        reasons.append(Reason(code="paper_empty", data={}))
    if len(content) > SIZE_LIMIT:
        reasons.append(Reason(code="paper_too_large", data={"limit": SIZE_LIMIT // 1024 // 1024}))
    name, unfit = read_words(title, field="title", one_line=True)
    reasons += unfit or (() if name else (Reason(code="paper_untitled", data={}),))
    with db.writing() as tx:
        person = person_named(tx, by)
        found = steered(tx, key, lock=True)
        kinds = [one.id for one in found.definition.paper_kinds]
        if kind not in kinds:
            raise unknown("paper_kind", kind, kinds)
        if reasons:
            return Refused(reasons=tuple(reasons))
        digest = sha256(content).hexdigest()
        projects.keep_content(tx, digest, content)
        added = PaperAdded(
            by=person.id,
            project=key,
            paper=new_id(),
            kind=kind,
            sha256=digest,
            media_type=MEDIA_TYPES[ending.lower()],
            size=len(content),
            title=name,
        )
        record(tx, [added], now=now)
    return Added(paper=added.paper, sha256=digest, size=len(content))
