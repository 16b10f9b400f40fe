"""How are dates, numbers, money and our own codes written for people?

Every function takes a date, an instant or its ISO text (letters are frozen as JSON), and a language: nb, nn
or en. Instants are shown in Oslo time. Months, weekdays and separators are Babel's; the words for codes are
ours.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal

OSLO: Final = ZoneInfo("Europe/Oslo")

_LOOSE: Final = re.compile(r"(?<=\bkl\.) (?=\d)|(?<=\d\.) (?=[a-zæøå])")
_BABEL: Final = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
_DAY: Final = {"nb": "EEEE d. MMMM", "nn": "EEEE d. MMMM", "en": "EEEE d MMMM"}
_CLOCK: Final = {"nb": "HH.mm", "nn": "HH.mm", "en": "HH:mm"}
_AT: Final = {"nb": "kl.", "nn": "kl.", "en": "at"}

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "nb": ("null", "en", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv"),
    "nn": ("null", "ein", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv"),
    "en": (
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ),
}  # fmt: skip

_NOUNS: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = {
    # one of it, as «én sak» and «ett krav»; several
    "nb": {
        "forutsetning": ("én", "forutsetning", "forutsetninger"),
        "krav": ("ett", "krav", "krav"),
        "mangel": ("én", "mangel", "mangler"),
        "sak": ("én", "sak", "saker"),
        "svar": ("ett", "svar", "svar"),
        "plass": ("én", "plass", "plasser"),
        "nøkkel": ("én", "nøkkel", "nøkler"),
        "prosjekt": ("ett", "prosjekt", "prosjekter"),
        "vedlegg": ("ett", "vedlegg", "vedlegg"),
        "forsøk": ("ett", "forsøk", "forsøk"),
        "feil": ("én", "feil", "feil"),
        "brev": ("ett", "brev", "brev"),
        "dag": ("én", "dag", "dager"),
        "minutt": ("ett", "minutt", "minutter"),
        "tegn": ("ett", "tegn", "tegn"),
        "rad": ("én", "rad", "rader"),
        "felt": ("ett", "felt", "felt"),
        "linje": ("én", "linje", "linjer"),
        "rapport": ("én", "rapport", "rapporter"),
        "frist": ("én", "frist", "frister"),
        "virkedag": ("én", "virkedag", "virkedager"),
    },
    "nn": {
        "forutsetning": ("éin", "føresetnad", "føresetnader"),
        "krav": ("eitt", "krav", "krav"),
        "mangel": ("éin", "mangel", "manglar"),
        "sak": ("éi", "sak", "saker"),
        "svar": ("eitt", "svar", "svar"),
        "plass": ("éin", "plass", "plassar"),
        "nøkkel": ("éin", "nykel", "nyklar"),
        "prosjekt": ("eitt", "prosjekt", "prosjekt"),
        "vedlegg": ("eitt", "vedlegg", "vedlegg"),
        "forsøk": ("eitt", "forsøk", "forsøk"),
        "feil": ("éin", "feil", "feil"),
        "brev": ("eitt", "brev", "brev"),
        "dag": ("éin", "dag", "dagar"),
        "minutt": ("eitt", "minutt", "minutt"),
        "felt": ("eitt", "felt", "felt"),
        "linje": ("éi", "linje", "linjer"),
        "rapport": ("éin", "rapport", "rapportar"),
        "tegn": ("eitt", "teikn", "teikn"),
        "rad": ("éi", "rad", "rader"),
        "frist": ("éin", "frist", "fristar"),
        "virkedag": ("éin", "virkedag", "virkedagar"),
    },
    "en": {
        "forutsetning": ("one", "condition", "conditions"),
        "krav": ("one", "criterion", "criteria"),
        "mangel": ("one", "shortcoming", "shortcomings"),
        "sak": ("one", "case", "cases"),
        "svar": ("one", "answer", "answers"),
        "plass": ("one", "seat", "seats"),
        "nøkkel": ("one", "key", "keys"),
        "prosjekt": ("one", "project", "projects"),
        "vedlegg": ("one", "attachment", "attachments"),
        "forsøk": ("one", "attempt", "attempts"),
        "feil": ("one", "mistake", "mistakes"),
        "brev": ("one", "letter", "letters"),
        "felt": ("one", "field", "fields"),
        "linje": ("one", "line", "lines"),
        "rapport": ("one", "report", "reports"),
        "dag": ("one", "day", "days"),
        "minutt": ("one", "minute", "minutes"),
        "tegn": ("one", "character", "characters"),
        "rad": ("one", "row", "rows"),
        "frist": ("one", "deadline", "deadlines"),
        "virkedag": ("one", "working day", "working days"),
    },
}

_TERTIALS: Final = {"nb": "{n}. tertial {year}", "nn": "{n}. tertial {year}", "en": "tertial {n} of {year}"}
_CHOICES: Final[Mapping[str, tuple[str, str, str]]] = {
    # nb, nn, en
    "godkjenn": ("Godkjenn", "Godkjenn", "Approve"),
    "godkjenn_med_forutsetninger": (
        "Godkjenn med forutsetninger",
        "Godkjenn med føresetnader",
        "Approve with conditions",
    ),
    "ikke_godkjenn": ("Ikke godkjenn", "Ikkje godkjenn", "Do not approve"),
    "ta_i_motet": ("Ta saken i møtet", "Ta saka i møtet", "Take the case to the meeting"),
    "avstar": ("Avstår", "Avstår", "Abstain"),
    "inhabil": ("Jeg er inhabil", "Eg er inhabil", "I have a conflict of interest"),
}
_OUTCOMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "godkjent": ("Godkjent", "Godkjent", "Approved"),
    "godkjent_med_forutsetninger": (
        "Godkjent med forutsetninger",
        "Godkjent med føresetnader",
        "Approved with conditions",
    ),
    "ikke_godkjent": ("Ikke godkjent", "Ikkje godkjent", "Not approved"),
    "utsatt": ("Utsatt", "Utsett", "Postponed"),
    "sendt_tilbake": (
        "Sendt tilbake for utfylling",
        "Sendt tilbake for utfylling",
        "Sent back to be completed",
    ),
    "avsluttet_uten_videreforing": (
        "Avsluttet uten videreføring",
        "Avslutta utan vidareføring",
        "Closed without continuation",
    ),
    "avsluttet_uten_realisering": (
        "Avsluttet uten realisering",
        "Avslutta utan realisering",
        "Closed without realisation",
    ),
}
_CASE_STATUSES: Final[Mapping[str, tuple[str, str, str]]] = {
    "open": ("Til behandling", "Til behandling", "Open"),
    "decided": ("Avgjort", "Avgjord", "Decided"),
    "withdrawn": ("Trukket tilbake", "Trekt tilbake", "Withdrawn"),
}
_MEETING_STATUSES: Final[Mapping[str, tuple[str, str, str]]] = {
    "planned": ("Planlagt", "Planlagd", "Planned"),
    "moved": ("Flyttet", "Flytt", "Moved"),
    "called": ("Innkalt", "Innkalla", "Called"),
    "held": ("Avsluttet", "Avslutta", "Over"),
    "cancelled": ("Avlyst", "Avlyst", "Cancelled"),
}
_CHECK_STATUSES: Final[Mapping[str, tuple[str, str, str]]] = {
    "met": ("Oppfylt", "Oppfylt", "Met"),
    "unmet": ("Ikke oppfylt", "Ikkje oppfylt", "Not met"),
    "waived": ("Fraveket", "Fråvike", "Waived"),
    "not_applicable": ("Gjelder ikke", "Gjeld ikkje", "Does not apply"),
}
_HANDLINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "i_mote": ("I møte", "I møte", "In a meeting"),
    "skriftlig": ("Skriftlig", "Skriftleg", "In writing"),
}
_RULES: Final[Mapping[str, tuple[str, str, str]]] = {
    "konsensus": ("Enighet", "Semje", "Consensus"),
    "leder": ("Lederen avgjør", "Leiaren avgjer", "The chair decides"),
    "flertall": ("Flertall", "Fleirtal", "Majority"),
    "to_tredeler": ("To tredeler", "To tredelar", "Two thirds"),
    "enstemmig": ("Enstemmig", "Samrøystes", "Unanimity"),
    "stille_samtykke": ("Stille samtykke", "Stilltiande samtykke", "Silent consent"),
}
_ROLES: Final[Mapping[str, tuple[str, str, str]]] = {
    "utredningsleder": ("utredningsleder", "utgreiingsleiar", "study leader"),
    "prosjektleder": ("prosjektleder", "prosjektleiar", "project leader"),
    "prosjekteier": ("prosjekteier", "prosjekteigar", "project owner"),
    "gevinstansvarlig": ("gevinstansvarlig", "gevinstansvarleg", "benefit owner"),
    "ansvarlig_kommunalsjef": ("ansvarlig kommunalsjef", "ansvarleg kommunalsjef", "responsible director"),
    "kontaktperson": ("kontaktperson", "kontaktperson", "contact"),
    "ingen_funnet": ("ikke funnet", "ikkje funnen", "not found"),
    "programkontor": ("programkontoret", "programkontoret", "the programme office"),
    "ressursgruppe-gevinst": (
        "ressursgruppa for gevinstarbeid",
        "ressursgruppa for gevinstarbeid",
        "the resource group for benefits",
    ),
    "ressursgruppe-implementering": (
        "ressursgruppa for implementering",
        "ressursgruppa for implementering",
        "the resource group for implementation",
    ),
}
_LETTER_STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "due": ("Venter på å bli sendt", "Ventar på å bli sendt", "Waiting to be sent"),
    "claimed": ("Sendes nå", "Blir sendt no", "Being sent"),
    "in_doubt": ("Sendes nå", "Blir sendt no", "Being sent"),
    "retry": ("Prøves igjen", "Blir prøvd igjen", "To be tried again"),
    "sent": ("Sendt", "Sendt", "Sent"),
    "bounced": ("Avvist: adressen tar ikke imot", "Avvist: adressa tek ikkje imot", "Refused by the address"),
    "dead": ("Kunne ikke sendes", "Kunne ikkje sendast", "Could not be sent"),
    "withdrawn": ("Trukket tilbake før sending", "Trekt tilbake før sending", "Withdrawn before sending"),
}
_PROGRESS: Final[Mapping[str, tuple[str, str, str]]] = {
    "identifisert": ("Identifisert", "Identifisert", "Identified"),
    "under_arbeid": ("Under arbeid", "Under arbeid", "In progress"),
    "ikke_pabegynt": ("Ikke påbegynt", "Ikkje påbyrja", "Not started"),
}
_LIGHTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "gronn": ("Grønn", "Grøn", "Green"),
    "gul": ("Gul", "Gul", "Yellow"),
    "rod": ("Rød", "Raud", "Red"),
}
_AREAS: Final[Mapping[str, tuple[str, str, str]]] = {
    "helhet": ("Overordnet status", "Overordna status", "Overall status"),
    "fremdrift": ("Fremdrift", "Framdrift", "Progress"),
    "okonomi": ("Økonomi", "Økonomi", "Economy"),
    "gevinst": ("Gevinster", "Gevinstar", "Benefits"),
    "risiko": ("Risiko", "Risiko", "Risk"),
}
_LANGUAGE_COLUMN: Final = {"nb": 0, "nn": 1, "en": 2}


def day(value: date | datetime | str, locale: str = "nb") -> str:
    """«onsdag 5. februar»."""
    return str(format_date(_as_date(value), _DAY.get(locale, _DAY["nb"]), locale=_babel(locale)))


def day_and_year(value: date | datetime | str, locale: str = "nb") -> str:
    """«onsdag 5. februar 2025»."""
    return f"{day(value, locale)} {_as_date(value).year}"


def short_day(value: date | datetime | str, locale: str = "nb") -> str:
    """«5. februar»: for a subject line."""
    pattern = _DAY.get(locale, _DAY["nb"]).removeprefix("EEEE ")
    return str(format_date(_as_date(value), pattern, locale=_babel(locale)))


def plain_date(value: date | datetime | str, locale: str = "nb") -> str:
    """«05.02.2025»: for tables."""
    pattern = "dd/MM/y" if locale == "en" else "dd.MM.y"
    return str(format_date(_as_date(value), pattern, locale=_babel(locale)))


def clock(value: datetime | str, locale: str = "nb") -> str:
    """«kl. 09.21», Oslo time."""
    known = locale if locale in _AT else "nb"
    shown = format_datetime(_as_instant(value), _CLOCK[known], tzinfo=OSLO, locale=_babel(locale))
    return f"{_AT[known]} {shown}"


def moment(value: datetime | str, locale: str = "nb") -> str:
    """«onsdag 5. februar 2025 kl. 09.21», Oslo time."""
    instant = _as_instant(value)
    return f"{day_and_year(instant, locale)} {clock(instant, locale)}"


def deadline(value: datetime | str, locale: str = "nb") -> str:
    """«onsdag 5. februar kl. 15.00», Oslo time; the year goes without saying."""
    instant = _as_instant(value)
    return f"{day(instant, locale)} {clock(instant, locale)}"


def period_words(period: str, *, locale: str = "nb") -> str:
    """`2025-T1` as «1. tertial 2025», a date as a day and year, a year or anything else as it is."""
    tertial = re.fullmatch(r"(\d{4})-T([123])", period)
    if tertial is not None:
        return _TERTIALS.get(locale, _TERTIALS["nb"]).format(n=tertial[2], year=tertial[1])
    if re.fullmatch(r"\d{4}-\d\d-\d\d", period):
        return plain_date(period, locale=locale)
    return period


def number(value: float, locale: str = "nb") -> str:
    """«1 234,5»: at most two decimals; the space does not break."""
    return str(format_decimal(value, format="#,##0.##", locale=_babel(locale)))


def kroner(value: float, locale: str = "nb") -> str:
    """«1,2 mill. kroner», «3,4 mrd. kroner», «850 000 kroner»: shortened only where it loses nothing."""
    currency = "NOK" if locale == "en" else "kroner"
    for size, norwegian, english in ((1_000_000_000, "mrd.", "billion"), (1_000_000, "mill.", "million")):
        if abs(value) >= size and round(value / size, 2) * size == value:
            amount = f"{number(value / size, locale)} {english if locale == 'en' else norwegian}"
            return f"{currency} {amount}" if locale == "en" else f"{amount} {currency}"
    return f"{currency} {number(value, locale)}" if locale == "en" else f"{number(value, locale)} {currency}"


def in_words(value: int, locale: str = "nb") -> str:
    """«to», «tolv», «13»: small numbers as words."""
    words = _WORDS.get(locale, _WORDS["nb"])
    return words[value] if 0 <= value < len(words) else number(value, locale)


def count(value: int, noun: str, locale: str = "nb") -> str:
    """«én sak», «to forutsetninger», «13 krav»; `noun` is in bokmål, KeyError if unknown."""
    one, singular, plural = _NOUNS.get(locale, _NOUNS["nb"])[noun]
    if value == 1:
        return f"{one} {singular}"
    if value == 0 and locale != "en":
        return f"{'ingen'} {plural}"
    return f"{in_words(value, locale) if value else 'no'} {plural}"


def listed(values: Sequence[str], locale: str = "nb") -> str:
    """«a, b og c»."""
    return str(format_list(list(values), locale=_babel(locale)))


def political_words(*, marked: bool, reason: str, reference: str) -> str:
    """How a case stands to the politicians, in bokmål as on pages and papers; empty when it is not marked."""
    if not marked:
        return ""
    if reference:
        return f"Merket for politisk beslutning: {reference.rstrip('. ')}."
    why = f": {reason.rstrip('. ')}" if reason else ""
    return (
        f"Merket for politisk beslutning{why}. Det som besluttes her, gjennomføres først når saken er "
        "politisk behandlet."
    )


def upper_first(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def kept_together(text: str) -> str:
    """The text with «5. februar» and «kl. 09.21» each kept on one line, by spaces that do not break."""
    return _LOOSE.sub("\u00a0", text)


def lower_first(text: str) -> str:
    """The text with a small first letter, the rest as it is: for a title inside a sentence."""
    return text[:1].lower() + text[1:]


def grouped_code(code: str) -> str:
    """«482 913»: a six-digit code as people read it aloud."""
    return f"{code[:3]} {code[3:]}" if len(code) == 6 else code


def choice_word(choice: str, locale: str = "nb") -> str:
    """What a member can answer: «Godkjenn med forutsetninger»."""
    return _word(_CHOICES, choice, locale)


def outcome_word(outcome: str, locale: str = "nb") -> str:
    """How a case ended: «Godkjent med forutsetninger»."""
    return _word(_OUTCOMES, outcome, locale)


def case_status_word(status: str, locale: str = "nb") -> str:
    """Where a case stands: «Til behandling»."""
    return _word(_CASE_STATUSES, status, locale)


def meeting_status_word(status: str, locale: str = "nb") -> str:
    """Where a meeting stands: «Innkalt»."""
    return _word(_MEETING_STATUSES, status, locale)


def check_status_word(status: str, locale: str = "nb") -> str:
    """Where a criterion stands: «Oppfylt»."""
    return _word(_CHECK_STATUSES, status, locale)


def handling_word(handling: str, locale: str = "nb") -> str:
    """How a case is handled: «Skriftlig»."""
    return _word(_HANDLINGS, handling, locale)


def rule_word(rule: str, locale: str = "nb") -> str:
    """By which rule a body decides: «Enighet»."""
    return _word(_RULES, rule, locale)


def role_word(role: str, locale: str = "nb") -> str:
    """A role in a project, as in a sentence: «gevinstansvarlig»."""
    return _word(_ROLES, role, locale)


def progress_word(progress: str, locale: str = "nb") -> str:
    """How far the work with benefits has come: «Under arbeid»."""
    return _word(_PROGRESS, progress, locale)


def light_word(light: str, locale: str = "nb") -> str:
    """A light, which is never shown by its colour alone: «Gul»."""
    return _word(_LIGHTS, light, locale)


def area_word(area: str, locale: str = "nb") -> str:
    """What a light is about: «Økonomi»."""
    return _word(_AREAS, area, locale)


def letter_state_word(state: str, locale: str = "nb") -> str:
    """What has become of a letter: «Prøves igjen»."""
    return _word(_LETTER_STATES, state, locale)


def phase_status_word(reported_as: str | None, *, assumed: bool = False, locale: str = "nb") -> str:
    """The status a phase is reported as, and whether we only assume it: «Prosjekt (antatt)»."""
    if reported_as is None:
        return {"en": "Not reported", "nn": "Blir ikkje rapportert"}.get(locale, "Rapporteres ikke")
    if not assumed:
        return reported_as
    return f"{reported_as} ({ {'en': 'assumed', 'nn': 'gått ut frå'}.get(locale, 'antatt') })"


def _word(table: Mapping[str, tuple[str, str, str]], code: str, locale: str) -> str:
    # A definition may bring codes of its own, such as a role: they are shown as they are.
    words = table.get(code)
    return code.replace("_", " ") if words is None else words[_LANGUAGE_COLUMN.get(locale, 0)]


def _babel(locale: str) -> str:
    return _BABEL.get(locale, _BABEL["nb"])


def _as_date(value: date | datetime | str) -> date:
    """The Oslo date. Raises ValueError for an instant without a zone, or text that is no date."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return _as_instant(value).astimezone(OSLO).date()
    return value


def _as_instant(value: datetime | str) -> datetime:
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone", instant)
    return instant
