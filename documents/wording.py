"""Which words stand in a paper? From a model to content that both the page and the PDF only have to set.

Content is JSON: texts, lists and mappings, every date and code already written for people. What people wrote
themselves is in it as it is; the two formats each take care that it stays text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from documents.papers import (
    Agenda,
    AgendaItem,
    Answer,
    Approval,
    Attendee,
    CarriedOn,
    CaseMinutes,
    CasePaper,
    EarlierCondition,
    ItemKind,
    ItemMinutes,
    Minutes,
    Remark,
    Requirement,
)
from documents.text import named, paragraphs
from engine.core.facts import PROJECT_FIELDS, ROLES, Field
from language import formats
from language.sentences import sentence

Content = dict[str, Any]

_FIELD_OF: Final[Mapping[str, Field]] = {field.name: field for field in PROJECT_FIELDS}

_FACTS: Final = (
    "problem",
    "goals",
    "success_signs",
    "strategy_link",
    "cost_overview",
    "cost_total",
    "plan",
    "introduction_plan",
    "started_on",
    "planned_end_on",
    "size",
    "user_involvement",
    "union_involvement",
    "children_heard",
)
_ASSESSMENTS: Final = ("benefit_assessment", "technology_assessed", "staff_capacity", "change_load")
"""What somebody has judged, and so stands apart from the facts."""

_CHOICES: Final = (
    "godkjenn",
    "godkjenn_med_forutsetninger",
    "ikke_godkjenn",
    "ta_i_motet",
    "avstar",
)
_ITEM_KINDS: Final[Mapping[ItemKind, str]] = {
    "godkjenning": "Godkjenning",
    "beslutning": "Til beslutning",
    "orientering": "Til orientering",
    "drofting": "Til drøfting",
    "eventuelt": "Eventuelt",
}
_APPROVALS: Final[Mapping[Approval, str]] = {
    "utkast": "Utkast, ikke sendt ut",
    "sendt": "Sendt ut, godkjennes i neste møte",
    "godkjent": "Godkjent",
}
_FILE_TYPES: Final = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "image/jpeg": "Bilde",
    "image/png": "Bilde",
    "text/markdown": "Tekst",
    "text/plain": "Tekst",
}
_NUMBERED: Final = re.compile(r"\d{1,2}[.)]\s+")


# ---------------------------------------------------------------- saksframlegg


def case_content(paper: CasePaper) -> Content:
    """The words of a saksframlegg."""
    benefits = [_benefit(one) for one in paper.facts.get("benefits", ())]
    return {
        **_frame(
            kind="Saksframlegg",
            title=named(paper.project),
            subtitle=f"{paper.gate} {paper.gate_title}".strip(),
            body=paper.body,
            running=f"Sak {paper.number}",
            contact=paper.contact,
            address=paper.contact_address,
        ),
        "about": _rows(_about_case(paper)),
        "proposal": lines(paper.proposal),
        "standing": standing(paper),
        "facts": _rows(_facts(paper)),
        "benefits": sorted(benefits, key=lambda one: not one["prioritised"]),
        "assessments": _rows(_assessments(paper)),
        "requirements": [_requirement(one) for one in _open_first(paper.requirements)],
        "earlier": [_earlier(one) for one in paper.earlier_conditions],
        "attachments": [
            {
                "title": one.title,
                "about": " · ".join((one.kind, _FILE_TYPES.get(one.media_type, "Fil"), _size(one.size))),
            }
            for one in paper.attachments
        ],
        "changes": [
            {
                "version": str(one.version),
                "on": formats.plain_date(one.at),
                "what": one.what,
                "word": "Endring" if one.substance else "Rettelse uten betydning for saken",
            }
            for one in paper.changes
        ],
        "evidence": f"Saksunderlaget er fryst: versjon {paper.version}, fingeravtrykk {paper.digest[:16]}.",
    }


def standing(paper: CasePaper) -> str:
    """«11 av 11 må-krav er oppfylt. Ett bør-krav er åpent: nytte/kost er beskrevet, ikke beregnet.»"""
    told = f"{paper.must_met} av {paper.must_total} må-krav er oppfylt."
    waived = [one.title for one in paper.requirements if one.status == "waived"]
    if waived:
        told += f" Fraveket: {formats.listed([formats.lower_first(one) for one in waived])}."
    number = len(paper.should_open)
    if number:
        word = "Ett bør-krav er åpent" if number == 1 else f"{_capital(number)} bør-krav er åpne"
        said = [formats.lower_first(one.rstrip(". ")) for one in paper.should_open]
        told += f" {word}: {formats.listed(said)}."
    return told


def _about_case(paper: CasePaper) -> Iterator[tuple[str, str]]:
    yield "Avgjøres av", paper.body
    if paper.handling == "skriftlig":
        yield "Behandling", f"Skriftlig, svar innen {formats.deadline(paper.answer_by)}"
    else:
        met = "" if paper.meeting_at is None else f" {formats.moment(paper.meeting_at)}"
        # Answers beforehand are usually open until the meeting starts; then that is said already.
        early = paper.answer_by != paper.meeting_at
        until = f", forhåndssvar innen {formats.deadline(paper.answer_by)}" if early else ""
        yield "Behandling", f"I møte{met}{until}"
    if paper.to_phase:
        yield "Faseovergang", f"Fra {paper.from_phase} til {paper.to_phase}"
    if paper.political:
        yield "Politisk", paper.political
    yield "Bedt om av", f"{paper.requested_by}, {formats.day_and_year(paper.requested_at)}"
    titles = dict(ROLES)
    for role, name in paper.roles.items():
        if name and name != paper.requested_by:
            yield titles.get(role, formats.upper_first(formats.role_word(role))), name


def _facts(paper: CasePaper) -> Iterator[tuple[str, str]]:
    project: Mapping[str, Any] = paper.facts.get("project", {})
    for name in _FACTS:
        if project.get(name) is not None:
            yield _FIELD_OF[name].title.removesuffix(" (kr)"), _shown(_FIELD_OF[name], project[name])
    funding = [
        f"{_choice('funding', 'type', one.get('type'))}: {formats.kroner(one['amount'])}"
        + (f" ({one['source']})" if one.get("source") else "")
        for one in paper.facts.get("funding", ())
        if one.get("amount") is not None
    ]
    if funding:
        yield _FIELD_OF["funding"].title, "\n".join(funding)
    alternatives = [
        ". ".join(part.rstrip(". ") for part in (one.get("title"), one.get("description")) if part) + "."
        for one in paper.facts.get("alternatives", ())
    ]
    if alternatives:
        yield _FIELD_OF["alternatives"].title, "\n".join(alternatives)


def _assessments(paper: CasePaper) -> Iterator[tuple[str, str]]:
    project: Mapping[str, Any] = paper.facts.get("project", {})
    chosen = [one for one in paper.facts.get("alternatives", ()) if one.get("recommended")]
    for one in chosen:
        yield (
            "Anbefalt alternativ",
            "\n".join(str(part) for part in (one.get("title"), one.get("benefit_cost")) if part),
        )
    for name in _ASSESSMENTS:
        if project.get(name) is not None:
            yield _FIELD_OF[name].title, str(project[name])
    for field in _FIELD_OF["priority"].fields:
        if project.get("priority", {}).get(field.name):
            yield field.title, str(project["priority"][field.name])
    for one in paper.requirements:
        if one.explanation or one.value:
            yield one.title, _answered(one)
    for risk in paper.facts.get("risks", ()):
        yield (
            f"{_choice('risks', 'kind', risk.get('kind')) or 'Risiko'}: {risk.get('title', '')}",
            _risk(risk),
        )


def _answered(one: Requirement) -> str:
    confirmed = f", bekreftet av {one.confirmed_by}" if one.confirmed_by else ""
    by = f"({one.answered_by}{confirmed})" if one.answered_by else ""
    value = f"{formats.upper_first(one.value)}." if one.value else ""
    return " ".join(part for part in (value, one.explanation, by) if part)


def _risk(risk: Mapping[str, Any]) -> str:
    weighed = [
        f"{word} {risk[name]} av 5"
        for word, name in (("sannsynlighet", "probability"), ("konsekvens", "consequence"))
        if risk.get(name) is not None
    ]
    parts = [formats.upper_first(formats.listed(weighed)) + "."] if weighed else []
    for word, name in (
        ("", "assessment"),
        ("Tiltak: ", "measures"),
        ("Tiltak hvis det skjer: ", "mitigation"),
    ):
        if risk.get(name):
            parts.append(f"{word}{risk[name]}")
    return " ".join(parts) or "Ikke vurdert."


def _benefit(one: Mapping[str, Any]) -> Content:
    freed = one.get("freed_fte")
    return {
        "title": str(one.get("title", "")),
        "prioritised": bool(one.get("prioritised")),
        "priority": "Prioritert" if one.get("prioritised") else "Ikke prioritert",
        "indicators": [_indicator(each) for each in one.get("indicators", ())] or ["Mangler"],
        "ambition": str(one.get("ambition") or "Ikke satt"),
        "due": formats.plain_date(one["due"]) if one.get("due") else "Ikke satt",
        "freed": f"{formats.number(freed)} frigjorte årsverk" if freed is not None else "",
    }


def _indicator(one: Mapping[str, Any]) -> str:
    told = str(one.get("title", ""))
    baseline, target = one.get("baseline"), one.get("target")
    if baseline is not None:
        told += f", nullpunkt {formats.number(baseline)}"
    if target is not None:
        told += f", mål {formats.number(target)}"
    return told


def _requirement(one: Requirement) -> Content:
    return {
        "status": one.status,
        "word": formats.check_status_word(one.status),
        "weight": formats.upper_first(one.weight),
        "title": one.title,
        "notes": [sentence(reason) for reason in one.reasons],
    }


def _open_first(requirements: Iterable[Requirement]) -> list[Requirement]:
    order = ("unmet", "waived", "met", "not_applicable")
    return sorted(requirements, key=lambda one: order.index(one.status))


def _earlier(one: EarlierCondition) -> Content:
    due = "" if one.due is None else f", frist {formats.plain_date(one.due)}"
    return {
        "gate": one.gate,
        "text": one.text,
        "word": "Innfridd" if one.settled else f"Ikke innfridd{due}",
        "settled": one.settled,
    }


# ---------------------------------------------------------------- saksliste


def agenda_content(agenda: Agenda) -> Content:
    """The words of an agenda; each item has its clock as long as the times before it are known."""
    return {
        **_frame(
            kind="Saksliste",
            title=f"{agenda.body}, {formats.day_and_year(agenda.starts_at)}",
            subtitle=_tally_of_items(agenda.items),
            body=agenda.body,
            running=f"Saksliste {formats.plain_date(agenda.starts_at)}",
            contact=agenda.contact,
            address=agenda.contact_address,
        ),
        "about": _rows(
            (
                ("Tid", _span(agenda.starts_at, agenda.ends_at)),
                ("Sted", agenda.place),
                ("Møteleder", agenda.chair),
                ("Innkalt", "\n".join(_attendee(one) for one in agenda.called)),
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
    about = [_ITEM_KINDS[item.kind]] if _ITEM_KINDS[item.kind] != item.title else []
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


# ---------------------------------------------------------------- referat


def minutes_content(minutes: Minutes) -> Content:
    """The words of the minutes."""
    approval = _APPROVALS[minutes.approval]
    if minutes.approved_on is not None:
        approval += f" i møtet {formats.day_and_year(minutes.approved_on)}"
    return {
        **_frame(
            kind="Referat",
            title=f"{minutes.body}, {formats.day_and_year(minutes.starts_at)}",
            subtitle=approval,
            body=minutes.body,
            running=f"Referat {formats.plain_date(minutes.starts_at)}",
            contact=minutes.contact,
            address=minutes.contact_address,
        ),
        "about": _rows(
            (
                ("Tid", _span(minutes.starts_at, minutes.ended_at)),
                ("Sted", minutes.place),
                ("Møteleder", minutes.chair),
                ("Sekretær", minutes.secretary),
                ("Til stede", "\n".join(_attendee(one) for one in minutes.present)),
                ("Forfall", "\n".join(_attendee(one) for one in minutes.absent)),
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
            "kind": _ITEM_KINDS[item.kind],
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


def _attendee(one: Attendee) -> str:
    name = one.name if one.name and one.name != one.office else ""
    if one.deputy:
        office = formats.lower_first(one.office)
        return f"{name}, stedfortreder for {office}" if name else f"Stedfortreder for {office}"
    told = f"{one.office}: {name}" if name else one.office
    return f"{told} (konstituert)" if one.acting else told


# ---------------------------------------------------------------- common


def lines(text: str) -> Content:
    """A text as lines; `numbered` when people numbered each of them, and the numbers are then left out."""
    said = paragraphs(text)
    numbered = len(said) > 1 and all(_NUMBERED.match(line) for line in said)
    return {
        "numbered": numbered,
        "lines": [_NUMBERED.sub("", line, count=1) if numbered else line for line in said],
    }


def _frame(
    *, kind: str, title: str, subtitle: str, body: str, running: str, contact: str, address: str
) -> Content:
    return {
        "kind": kind,
        "title": title,
        "subtitle": subtitle,
        "body": body,
        "running": running,
        "contact": contact,
        "address": address,
    }


def _rows(pairs: Iterable[tuple[str, str]]) -> list[Content]:
    return [{"label": label, "lines": said} for label, text in pairs if (said := paragraphs(text))]


def _shown(field: Field, value: Any) -> str:
    if field.type == "money":
        return formats.kroner(value)
    if field.type == "date":
        return formats.upper_first(formats.day_and_year(value))
    return dict(field.choices).get(str(value), str(value))


def _choice(list_: str, name: str, value: object) -> str:
    field = next(each for each in _FIELD_OF[list_].fields if each.name == name)
    return dict(field.choices).get(str(value), "")


def _capital(number: int) -> str:
    return formats.upper_first(formats.in_words(number))


def _span(start: datetime, end: datetime | None) -> str:
    told = formats.upper_first(formats.clock(start))
    return told if end is None else f"{told}–{formats.clock(end).removeprefix('kl. ')}"


def _size(size: int) -> str:
    if size < 1_000:
        return f"{size} byte"
    if size < 1_000_000:
        return f"{round(size / 1_000)} kB"
    return f"{formats.number(round(size / 1_000_000, 1))} MB"
