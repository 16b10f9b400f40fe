"""The referat as a meeting's minutes keep it: the maker that use cases are given."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from engine.store.session import Database
    from engine.use_cases.meetings.write_minutes import Render


def referat_maker(db: "Database", clock: "Callable[[], datetime]") -> "Render":
    """Who makes the referat that is kept and sent: a PDF, from what `write_minutes.model_of` tells of a
    meeting.
    """
    from documents.editions import referat
    from documents.papers.paper import minutes_of
    from engine.core.programme.calendar import local_date
    from engine.queries.people.actors import PROGRAMME_OFFICE
    from engine.store import meetings, people

    def made(model: "Mapping[str, Any]") -> bytes:
        now = clock()
        with db.reading() as tx:
            office = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now))
            version = len(meetings.minutes(tx, model["meeting"])) + 1
        paper = minutes_of(
            model,
            version=version,
            issued_at=now,
            contact="" if office is None else office.name or "",
            contact_address="" if office is None else office.email or "",
        )
        return referat(paper, format="pdf").content

    return made
