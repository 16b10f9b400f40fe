"""The words of a saksframlegg: the case, what its project has said of itself, and what is still missing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from documents.formats.blocks import Content
from documents.formats.text import named
from documents.papers.paper import CasePaper, EarlierCondition, Requirement
from documents.papers.words import frame, lines, rows
from engine.core.facts.catalogue import PROJECT_FIELDS, ROLES
from engine.core.facts.field import Field
from language import formats
from language.sentences import sentence

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


# ---------------------------------------------------------------- saksframlegg


def case_content(paper: CasePaper) -> Content:
    """The words of a saksframlegg."""
    benefits = [_benefit(one) for one in paper.facts.get("benefits", ())]
    return {
        **frame(
            kind="Saksframlegg",
            title=named(paper.project),
            subtitle=f"{paper.gate} {paper.gate_title}".strip(),
            body=paper.body,
            running=f"Sak {paper.number}",
            contact=paper.contact,
            address=paper.contact_address,
        ),
        "about": rows(_about_case(paper)),
        "proposal": lines(paper.proposal),
        "standing": standing(paper),
        "facts": rows(_facts(paper)),
        "benefits": sorted(benefits, key=lambda one: not one["prioritised"]),
        "assessments": rows(_assessments(paper)),
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


# ---------------------------------------------------------------- common


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


def _size(size: int) -> str:
    if size < 1_000:
        return f"{size} byte"
    if size < 1_000_000:
        return f"{round(size / 1_000)} kB"
    return f"{formats.number(round(size / 1_000_000, 1))} MB"
