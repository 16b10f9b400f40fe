"""The words of a saksliste: what comes up, when, and what has been answered so far."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from documents.formats.blocks import Content
from documents.formats.text import named, paragraphs
from documents.papers.paper import Agenda, AgendaItem
from documents.papers.referat import attendee
from documents.papers.words import ITEM_KINDS, frame, lines, rows, span
from language import formats


def agenda_content(agenda: Agenda) -> Content:
    """The words of an agenda; each item has its clock as long as the times before it are known."""
    return {
        **frame(
            kind="Saksliste",
            title=f"{agenda.body}, {formats.day_and_year(agenda.starts_at)}",
            subtitle=_tally_of_items(agenda.items),
            body=agenda.body,
            running=f"Saksliste {formats.plain_date(agenda.starts_at)}",
            contact=agenda.contact,
            address=agenda.contact_address,
        ),
        "about": rows(
            (
                ("Tid", span(agenda.starts_at, agenda.ends_at)),
                ("Sted", agenda.place),
                ("Møteleder", agenda.chair),
                ("Innkalt", "\n".join(attendee(one) for one in agenda.called)),
            )
        ),
        "items": [
            {"position": str(position), "clock": clock, **_item(item)}
            for position, (item, clock) in enumerate(_timed(agenda), 1)
        ],
        "evidence": f"Versjon {agenda.version}, {formats.day_and_year(agenda.issued_at)}.",
    }


def _tally_of_items(items: Sequence[AgendaItem]) -> str:
    decisions = sum(item.kind == "beslutning" for item in items)
    return f"{formats.upper_first(formats.count(decisions, 'sak'))} til beslutning"


def _item(item: AgendaItem) -> Content:
    about = [ITEM_KINDS[item.kind]] if ITEM_KINDS[item.kind] != item.title else []
    return {
        "about": " · ".join([*about, *([f"Sak {item.number}"] if item.number else [])]),
        "title": named(item.title),
        "gate": item.gate,
        "proposal": lines(item.proposal),
        "text": paragraphs(item.text),
        "presenter": item.presenter,
        "minutes": f"{item.minutes} min" if item.minutes is not None else "",
    }


def _timed(agenda: Agenda) -> Iterator[tuple[AgendaItem, str]]:
    at: datetime | None = agenda.starts_at
    for item in agenda.items:
        yield item, "" if at is None else formats.clock(at)
        at = None if at is None or item.minutes is None else at + timedelta(minutes=item.minutes)
