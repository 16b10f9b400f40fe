"""Which sentences are the pages' own? Outcomes, the count so far, and which field a refusal belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from engine.core.cases.voting import Choice, Tally
from engine.core.facts.catalogue import PROJECT_FIELDS, ROLES
from engine.core.facts.field import Field
from engine.core.refusal import Reason
from engine.queries.cases.political import Execution
from engine.queries.cases.show_case import CaseView, SeatView
from engine.queries.meetings.show_meeting import CarriedView, MeetingView
from language import formats
from language.sentences import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class FormError:
    """What is wrong with one field; `field` is its id on the page, empty for the form as a whole."""

    field: str
    text: str


_FIELDS: Final[Mapping[str, str]] = {
    "choice_missing": "valg",
    "comment_required": "kommentar",
    "condition_required": "forutsetning",
    "outcome_not_allowed": "utfall",
    "reason_required": "ordlyd",
    "conditions_required": "forutsetninger",
    "conditions_not_allowed": "forutsetninger",
}
_LONG_FIELDS: Final = {"comment": "kommentar", "condition": "forutsetning"}
_ROW_FIELDS: Final = {
    "condition_text_missing": "tekst",
    "condition_owner_missing": "ansvar",
    "condition_owner_unknown": "ansvar",
    "condition_due_unreadable": "frist",
    "condition_due_past": "frist",
}

_DAYS_FROM: Final = 48 * 60
"""Minutes; from here on only days are told."""
_SHORT_FACTS: Final = ("problem", "goals", "cost_total", "planned_end_on", "size")
_FIELD_OF: Final[Mapping[str, Field]] = {field.name: field for field in PROJECT_FIELDS}


def form_errors(reasons: Iterable[Reason], *, rows: tuple[int, ...] = ()) -> list[FormError]:
    """Refusals as errors of the form they came from. `rows` are the page's row of each condition."""
    return [FormError(field=_field_of(reason, rows), text=sentence(_on_a_page(reason))) for reason in reasons]


def _on_a_page(reason: Reason) -> Reason:
    """What can be chosen stands in the list beside the field: the sentence need not repeat it."""
    if reason.code != "condition_owner_unknown":
        return reason
    return replace(reason, data={**reason.data, "choices": ""})


def _field_of(reason: Reason, rows: tuple[int, ...]) -> str:
    if reason.code in _ROW_FIELDS:
        at = int(reason.data.get("number", 1)) - 1
        return f"{_ROW_FIELDS[reason.code]}-{rows[at] if at < len(rows) else at + 1}"
    if reason.code == "words_too_long":
        return _LONG_FIELDS.get(str(reason.data.get("field")), "kommentar")
    return _FIELDS.get(reason.code, "")


def outcome_sentence(view: CaseView) -> str:
    """«Styringsgruppa besluttet 5. februar: godkjent. Prosjektet går til fasen Planlegge.»"""
    if view.outcome is None or view.closed_at is None:
        return "Saken er trukket, og det er ikke tatt noen beslutning." if view.status == "withdrawn" else ""
    word = formats.lower_first(formats.outcome_word(view.outcome))
    told = f"{view.body_title} besluttet {formats.short_day(view.closed_at)}: {word}."
    if view.political.execution is not None:
        return f"{told} {_execution_sentence(view, view.political.execution)}"
    led = leads_to(view, view.outcome_phase)
    return f"{told} {led}".rstrip()


_WHY_ON: Final[Mapping[str, str]] = {
    "not_concluded": "Ble ikke avgjort i møtet",
    "meeting_held": "Ble ikke avgjort i møtet",
    "meeting_cancelled": "Møtet utgikk",
    "referred": "Gruppa kunne ikke bli beslutningsdyktig",
}


def carried_sentence(one: CarriedView) -> str:
    """«Ble ikke avgjort i møtet. Kommer opp i styringsgruppa onsdag 19. februar.»"""
    why = _WHY_ON.get(one.why, "Gikk videre")
    when = f" {formats.day(one.starts_at)}" if one.starts_at is not None else ""
    unable = f" {one.body_title} kan ikke avgjøre den slik den er satt sammen nå." if one.unable else ""
    return f"{why}. Kommer opp i {formats.lower_first(one.body_title)}{when}.{unable}"


def unable_sentence(view: CaseView) -> str:
    """Why nobody can decide a case as things stand, and what can be done; empty when somebody can."""
    unable = view.unable
    if unable is None:
        return ""
    above = " Ingen gruppe står over den." if unable.top else ""
    return (
        f"{unable.body} kan ikke avgjøre saken: {formats.count(unable.able, 'plass')} kan svare, og "
        f"{formats.in_words(unable.quorum)} må til.{above} Programkontoret kan peke ut en "
        "settefunksjonær eller stedfortreder, la en annen gruppe avgjøre, eller trekke saken."
    )


def political_sentence(view: CaseView) -> str:
    """«Merket for politisk beslutning: store økonomiske følger. Det som besluttes her, …»"""
    told = view.political
    return formats.political_words(marked=told.marked, reason=told.reason, reference=told.reference)


def leads_to(view: CaseView, phase: str | None) -> str:
    """«Prosjektet går til fasen Planlegge.» Empty for a case about a proposal, which leads to no phase."""
    who = "Programmet" if view.is_programme else "Prosjektet"
    if phase:
        return f"{who} går til fasen {phase}."
    return f"{who} blir i fasen {view.from_phase}." if view.to_phase else ""


def _execution_sentence(view: CaseView, execution: Execution) -> str:
    """What becomes of a decision that the politicians must decide about too."""
    phase = view.outcome_phase if view.outcome_phase != view.from_phase else None
    who = "programmet" if view.is_programme else "prosjektet"
    day = "" if execution.on is None else formats.short_day(execution.on)
    words = execution.words.rstrip(". ")
    if execution.standing == "executed":
        went = f" {formats.upper_first(who)} gikk da til fasen {phase}." if phase else ""
        return f"Politisk behandlet {day} ({words}), og gjennomført.{went}"
    if execution.standing == "lapsed":
        return f"Beslutningen falt bort {day} etter politisk behandling: {words}."
    until = f" Til da er {who} i fasen {view.from_phase}; så går det til {phase}." if phase else ""
    return f"Beslutningen gjennomføres når saken er politisk behandlet.{until}"


def ending_sentence(view: CaseView) -> str:
    """«Saken ble avgjort 5. februar: godkjent med forutsetninger.»"""
    if view.outcome is None or view.closed_at is None:
        return outcome_sentence(view)
    word = formats.lower_first(formats.outcome_word(view.outcome))
    return f"Saken ble avgjort {formats.short_day(view.closed_at)}: {word}."


def tally_sentence(tally: Tally, *, present: int | None = None) -> str:
    """«Tre godkjenner, én avstår og to har ikke svart. Gruppa er beslutningsdyktig.»

    `present` is how many of the counted seats are filled in the meeting, once that is noted.
    """
    parts = (
        (tally.for_, "godkjenner"),
        (tally.with_conditions, "godkjenner med forutsetninger"),
        (tally.against, "godkjenner ikke"),
        (tally.abstained, "avstår"),
        (len(tally.missing), "har ikke svart"),
    )
    told = formats.upper_first(
        formats.listed([f"{_people(number)} {words}" for number, words in parts if number])
    )
    return f"{told}. {_quorum(tally, present)}" if told else _quorum(tally, present)


def _quorum(tally: Tally, present: int | None) -> str:
    wanted = formats.in_words(tally.quorum)
    if present is not None:
        here = f"{formats.upper_first(_people(present))} som teller, er til stede"
        if present >= tally.quorum:
            return f"{here}, og gruppa er beslutningsdyktig."
        return f"{here}. Gruppa er ikke beslutningsdyktig: {wanted} må delta."
    if tally.quorate:
        return "Gruppa er beslutningsdyktig."
    had = _people(tally.base - len(tally.missing))
    return f"Gruppa er ikke beslutningsdyktig ennå: {wanted} må delta, {had} har svart."


def answered_sentence(view: CaseView) -> str:
    """«To av sju har svart. Teller ikke med: kommunalsjef sykehjem og omsorgsboliger (inhabil).»"""
    tally = view.tally
    had, base = tally.base - len(tally.missing), tally.base
    told = f"{formats.upper_first(_people(had))} av {formats.in_words(base)} har svart."
    return f"{told} {out_sentence(view)}".rstrip()


def out_sentence(view: CaseView) -> str:
    """Who does not count in a case, and why; empty when everybody does."""
    out = [f"{formats.lower_first(seat.office)} ({why})" for seat in view.seats if (why := _why_out(seat))]
    return f"Teller ikke med: {formats.listed(out)}." if out else ""


def _why_out(seat: SeatView) -> str:
    if seat.recused or seat.choice == Choice.RECUSE:
        return "inhabil"
    if seat.requester:
        return "ba om faseovergangen"
    return "" if seat.person else "ledig plass"


def attendance_sentence(view: MeetingView) -> str:
    """«Sju av åtte er til stede. Gruppa er beslutningsdyktig med fem.»"""
    rule = f"Gruppa er beslutningsdyktig med {formats.in_words(view.quorum)}."
    if view.meeting.present is None:
        return f"Oppmøtet er ikke ført ennå. {rule}"
    here = sum(chair.present is True for chair in view.chairs)
    told = f"{formats.upper_first(_people(here))} av {formats.in_words(len(view.chairs))}"
    return f"{told} er til stede. {rule}"


def elapsed(start: datetime, end: datetime) -> str:
    """«1 time og 19 minutter», «12 minutter», «3 dager»: how long something took, as people say it."""
    minutes = max(0, int((end - start).total_seconds()) // 60)
    if minutes >= _DAYS_FROM:
        return f"{minutes // (24 * 60)} dager"
    hours, rest = divmod(minutes, 60)
    parts = [
        *([f"{hours} time{'r' if hours > 1 else ''}"] if hours else []),
        *([f"{rest} minutt{'er' if rest != 1 else ''}"] if rest or not hours else []),
    ]
    return formats.listed(parts)


def _people(number: int) -> str:
    return {0: "ingen", 1: "én"}.get(number) or formats.in_words(number)


def short_facts(view: CaseView) -> list[tuple[str, str]]:
    """The few facts of a project that a decider looks for: (label, value), in the order they help."""
    project: Mapping[str, Any] = view.facts.get("project", {})
    told = [
        (field.title.removesuffix(" (kr)"), _shown(field, project[name]))
        for name in _SHORT_FACTS
        if (field := _FIELD_OF.get(name)) is not None and project.get(name) is not None
    ]
    benefits = [str(one.get("title", "")) for one in view.facts.get("benefits", []) if one.get("prioritised")]
    if benefits:
        told.append(("Prioriterte gevinstmål", " · ".join(benefits)))
    titles = dict(ROLES)
    return [*told, *((titles.get(role, role), name) for role, name in view.roles.items() if name)]


def _shown(field: Field, value: Any) -> str:
    if field.type == "money":
        return formats.kroner(value)
    if field.type == "date":
        return formats.upper_first(formats.day_and_year(value))
    return dict(field.choices).get(str(value), str(value))
