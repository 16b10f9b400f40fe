"""The words of a referat: who was there, what was decided and how it was counted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from documents.formats.blocks import Content
from documents.formats.text import named, paragraphs
from documents.papers.paper import (
    Answer,
    Approval,
    Attendee,
    CarriedOn,
    CaseMinutes,
    ItemMinutes,
    Minutes,
    Remark,
)
from documents.papers.words import ITEM_KINDS, frame, lines, rows, span
from language import formats

_CHOICES: Final = (
    "godkjenn",
    "godkjenn_med_forutsetninger",
    "ikke_godkjenn",
    "ta_i_motet",
    "avstar",
)


_APPROVALS: Final[Mapping[Approval, str]] = {
    "utkast": "Utkast, ikke sendt ut",
    "sendt": "Sendt ut, godkjennes i neste møte",
    "godkjent": "Godkjent",
}


def minutes_content(minutes: Minutes) -> Content:
    """The words of the minutes."""
    approval = _APPROVALS[minutes.approval]
    if minutes.approved_on is not None:
        approval += f" i møtet {formats.day_and_year(minutes.approved_on)}"
    return {
        **frame(
            kind="Referat",
            title=f"{minutes.body}, {formats.day_and_year(minutes.starts_at)}",
            subtitle=approval,
            body=minutes.body,
            running=f"Referat {formats.plain_date(minutes.starts_at)}",
            contact=minutes.contact,
            address=minutes.contact_address,
        ),
        "about": rows(
            (
                ("Tid", span(minutes.starts_at, minutes.ended_at)),
                ("Sted", minutes.place),
                ("Møteleder", minutes.chair),
                ("Sekretær", minutes.secretary),
                ("Til stede", "\n".join(attendee(one) for one in minutes.present)),
                ("Forfall", "\n".join(attendee(one) for one in minutes.absent)),
            )
        ),
        "items": [
            {"position": str(position), **_minuted(item, minutes.body)}
            for position, item in enumerate(minutes.items, 1)
        ],
        "carried": [_carried(one, minutes.body) for one in minutes.carried],
        "evidence": (f"Versjon {minutes.version}, {formats.day_and_year(minutes.issued_at)}. {approval}."),
    }


def _minuted(item: ItemMinutes | CaseMinutes, body: str) -> Content:
    if isinstance(item, ItemMinutes):
        return {
            "case": False,
            "kind": ITEM_KINDS[item.kind],
            "title": named(item.title),
            "text": paragraphs(item.text),
        }
    return {
        "case": True,
        "kind": f"Sak {item.number}",
        "title": named(item.project),
        "gate": f"{item.gate} {item.gate_title}".strip(),
        "proposal": lines(item.proposal),
        "recusals": _recusals(item),
        "answers": list(_counted(item.answers)),
        "silent": formats.listed(item.silent),
        "outcome": formats.outcome_word(item.outcome),
        "outcome_sentence": outcome_sentence(item, body),
        "wording": lines(item.wording),
        "conditions": [
            {
                "id": one.id,
                "text": one.text,
                "owner": formats.upper_first(one.owner),
                "due": formats.day_and_year(one.due),
            }
            for one in item.conditions
        ],
        "remarks": [_remark(one) for one in item.remarks],
    }


def _carried(one: CarriedOn, body: str) -> str:
    """«Sak 3/2025: Trygghet hjemme (P2). Saken tas opp igjen onsdag 19. februar 2025.»"""
    to = f" i {formats.lower_first(one.body)}" if one.body != body else ""
    when = f" {formats.day_and_year(one.starts_at)}" if one.starts_at is not None else ""
    told = (
        f"Sak {one.number}: {one.project} ({one.gate}). Saken tas opp{' igjen' if not to else ''}{to}{when}."
    )
    return told + (f" {one.body} kan ikke avgjøre den slik den er satt sammen nå." if one.unable else "")


def outcome_sentence(item: CaseMinutes, body: str) -> str:
    """«Styringsgruppa besluttet: godkjent med forutsetninger. Prosjektet går til Planlegge.»"""
    told = f"{body} besluttet: {formats.lower_first(formats.outcome_word(item.outcome))}."
    if item.awaits:
        then = f" Da går prosjektet til {item.to_phase}." if item.to_phase else ""
        return f"{told} Beslutningen gjennomføres når saken er politisk behandlet.{then}"
    return f"{told} Prosjektet går til {item.to_phase}." if item.to_phase else told


def _recusals(item: CaseMinutes) -> list[str]:
    return [f"{office} er inhabil og var ikke med på å avgjøre saken." for office in item.recused]


def _counted(answers: Sequence[Answer]) -> Iterator[Content]:
    for choice in _CHOICES:
        given = [one for one in answers if one.choice == choice]
        if given:
            yield {
                "word": formats.choice_word(choice),
                "number": str(len(given)),
                "offices": [_office(one) for one in given],
            }


def _office(answer: Answer) -> str:
    marks = [
        word
        for word, holds in (
            ("stedfortreder", answer.deputy),
            ("eier av prosjektet", answer.owner),
            ("ført av sekretær", answer.recorded),
        )
        if holds
    ]
    return f"{answer.office} ({', '.join(marks)})" if marks else answer.office


def _remark(one: Remark) -> Content:
    proposed = "foreslo en forutsetning som ikke ble tatt med" if one.left_out else "foreslo en forutsetning"
    kind = "uenig" if one.against else proposed if one.condition else ""
    return {"office": one.office, "kind": kind, "text": one.text}


def attendee(one: Attendee) -> str:
    """One who was there, as the referat says it."""
    name = one.name if one.name and one.name != one.office else ""
    if one.deputy:
        office = formats.lower_first(one.office)
        return f"{name}, stedfortreder for {office}" if name else f"Stedfortreder for {office}"
    told = f"{one.office}: {name}" if name else one.office
    return f"{told} (konstituert)" if one.acting else told
