"""How is something owed called, and what happens if nothing is done about it?

`kind` and `about` are those of `use_cases.show_obligations.ObligationView`; every function takes a language.
"""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Final

from language import formats

_WHAT: Final[Mapping[str, tuple[str, str, str]]] = {
    # nb, nn, en
    "svar": ("Svar i sak {number}", "Svar i sak {number}", "Answer in case {number}"),
    "saksunderlag": (
        "Nytt saksunderlag etter sak {number}",
        "Nytt saksunderlag etter sak {number}",
        "New papers after case {number}",
    ),
    "forutsetning": ("{condition}: {text}", "{condition}: {text}", "{condition}: {text}"),
    "maling": (
        "Mål «{indicator}» for gevinstmålet «{benefit}»",
        "Mål «{indicator}» for gevinstmålet «{benefit}»",
        "Measure “{indicator}” for the benefit “{benefit}”",
    ),
    "ses_pa_igjen": ("Se på prosjektet igjen", "Sjå på prosjektet på nytt", "Look at the project again"),
    "rapportgodkjenning": (
        "Godkjenn statusrapporten for {period}",
        "Godkjenn statusrapporten for {period}",
        "Approve the status report for {period}",
    ),
    "referat": (
        "Få referatet fra {on} godkjent ({body})",
        "Få referatet frå {on} godkjent ({body})",
        "Have the minutes of {on} approved ({body})",
    ),
    "duty": ("{title}, {period}", "{title}, {period}", "{title}, {period}"),
}
_IF_NOTHING: Final[Mapping[str, tuple[str, str, str]]] = {
    "svar": (
        "Svarer du ikke, telles ikke stemmen din, eller saken tas i møtet.",
        "Svarar du ikkje, blir ikkje røysta di talt, eller saka blir teken i møtet.",
        "If you do not answer, your vote is not counted, or the case is taken in the meeting.",
    ),
    "saksunderlag": (
        "Kommer det ikke innen fristen, går saken til et senere møte.",
        "Kjem det ikkje innan fristen, går saka til eit seinare møte.",
        "If they come late, the case goes to a later meeting.",
    ),
    "forutsetning": (
        "Programkontoret får beskjed to virkedager etter fristen.",
        "Programkontoret får melding to virkedagar etter fristen.",
        "The programme office is told two working days after the deadline.",
    ),
    "maling": (
        "Gevinsten står uten måling i neste rapport.",
        "Gevinsten står utan måling i neste rapport.",
        "The benefit has no measurement in the next report.",
    ),
    "ses_pa_igjen": ("Prosjektet blir stående.", "Prosjektet blir ståande.", "The project stays on hold."),
    "rapportgodkjenning": (
        "Rapporten går videre, merket «ikke godkjent av eier».",
        "Rapporten går vidare, merkt «ikkje godkjend av eigar».",
        "The report goes on, marked “not approved by the owner”.",
    ),
    "referat": (
        "Referatet blir stående som ikke godkjent.",
        "Referatet blir ståande som ikkje godkjent.",
        "The minutes remain unapproved.",
    ),
}
_WHERE: Final[Mapping[str, str]] = {
    "sak": "Du svarer i saken, med lenken i e-posten om den.",
    "anmodning": "Be om faseovergangen på nytt med rettet saksunderlag. Da er fristen holdt.",
    "forutsetning": "Send dokumentasjonen til programkontoret. Når de godtar den, er forutsetningen oppfylt.",
    "rapportgodkjenning": "Rapporten godkjennes på sin egen side.",
    "referat": "Referatet godkjennes i gruppas neste møte, og sekretæren fører det.",
    "maling": "Legg inn den målte verdien. Da er fristen holdt.",
    "rapport": "Rapporten leveres på sin egen side. Da er fristen holdt.",
    "programrapport": "Fristen er holdt når programmets rapport for perioden er publisert.",
    "krav": "Svar på kravet på nytt. Da er fristen holdt.",
    "moter": "Fristen er holdt når gruppa har hatt så mange møter som den skal.",
}
_DUE_ELSEWHERE: Final[Mapping[str, str]] = {
    "sak": "Fristen følger saken, og flyttes ikke her.",
    "moteplan": "Fristen følger gruppas møteplan, og flyttes ikke her.",
}


def obligation_words(kind: str, about: Mapping[str, str], *, locale: str = "nb") -> str:
    """What is owed, on one line. A text that has been erased is left out."""
    words = _in(_WHAT["duty" if kind.startswith("duty:") else kind], locale)
    told = dict.fromkeys(re.findall(r"\{(\w+)\}", words), "…") | dict(about)
    if "period" in told:
        told["period"] = formats.period_words(told["period"], locale=locale)
    if "on" in about:
        told["on"] = formats.plain_date(about["on"], locale=locale)
    return words.format_map(told)


def if_nothing_words(kind: str, given: str, *, locale: str = "nb") -> str:
    """What happens if nothing is done: the programme's own words for its duties, else ours."""
    if given or kind.startswith("duty:"):
        return given
    return _in(_IF_NOTHING[kind], locale)


def where_words(where: str) -> str:
    """Where something is settled that is not settled by saying so; a word of the core's."""
    return _WHERE.get(where, where)


def due_elsewhere_words(what: str) -> str:
    """What the date of something follows; a word of the core's."""
    return _DUE_ELSEWHERE.get(what, what)


def due_words(due_on: date, due_time: time | None, *, late: int, left: int, locale: str = "nb") -> str:
    """«Frist fredag 14. mars 2025, om tre virkedager»; `late` and `left` are working days."""
    day = formats.day_and_year(due_on, locale)
    if due_time is not None:
        day = f"{day} kl. {due_time:%H.%M}"
    if late:
        return f"Fristen var {day}, {formats.count(late, 'virkedag', locale)} siden"
    if not left:
        return f"Fristen er {day}"
    return f"Frist {day}, om {formats.count(left, 'virkedag', locale)}"


def _in(words: tuple[str, str, str], locale: str) -> str:
    return words[{"nn": 1, "en": 2}.get(locale, 0)]
