"""Where does the story begin? The demo's programme: the real portfolio, and one project almost ready for
BP2.

What the sources do not tell is invented here and said to be: people are role titles, figures of the story's
project are examples.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from importlib import resources
from typing import Any, Final

from engine.core.files.sheet import Sheet, read_sheet
from engine.core.programme.calendar import local_date, oslo
from engine.core.refusal import Refused
from engine.store import programmes, settings
from engine.store.session import Database
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.programme.mark_demo import mark_demo
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer
from engine.use_cases.projects.change_facts import assign_role, change_facts
from engine.use_cases.projects.import_projects import import_projects
from engine.use_cases.reports.import_accounts import import_accounts
from engine.use_cases.reports.import_risks import import_risks
from engine.use_cases.reports.import_transfers import import_transfers
from workflows import loader

AS_OF: Final = date(2024, 12, 31)
LOADED_AT: Final = oslo(date(2025, 1, 2), time(9))
REPORTED: Final = "2024-T3"
ACCOUNTS_AS_OF: Final = date(2025, 1, 17)
"""The date the published report gives its accounts; they are loaded before the story begins all the same."""
OPENS_AT: Final = oslo(date(2025, 1, 14), time(13, 5))

EASTER: Final = "      changes:\n        - {date: 2025-04-16, reason: Påskeuka}\n"
"""The lines of the programme file that cancel the meeting of Easter week."""

PROJECT: Final = "implementering-eksisterende-vft"
OFFICE: Final = "programkontor@example.org"
STUDY_LEADER: Final = "utredningsleder-vft@example.org"
BENEFIT_OWNER: Final = "gevinstansvarlig-vft@example.org"
OWNER: Final = "kommunalsjef-hjemme@example.org"
ABSENT: Final = "kommunalsjef-medisinske@example.org"

_NIGHT_CHECKS: Final = {
    "id": "tilsyn-natt",
    "title": "Færre fysiske tilsyn om natta",
    "kind": "frigjort_tid",
    "prioritised": True,
    "owner": BENEFIT_OWNER,
    "ambition": "Fra 79 til 50 tilsyn per natt i to soner",
    "freed_fte": 3.0,
    "from_year": 2027,
}
_DRIVING: Final = {
    "id": "kjoretid",
    "title": "Spart kjøretid",
    "kind": "frigjort_tid",
    "prioritised": True,
    "owner": BENEFIT_OWNER,
    "ambition": "Ti prosent mindre kjøretid",
    "freed_fte": 1.5,
    "from_year": 2027,
    "indicators": [{"title": "Kjøretid per vakt", "unit": "minutter", "method": "uttrekk fra kjørebok"}],
}
_SAFETY: Final = {
    "id": "trygghet",
    "title": "Økt trygghet",
    "kind": "kvalitet",
    "prioritised": False,
    "indicators": [{"title": "Opplevd trygghet", "unit": "1–5", "method": "spørreundersøkelse"}],
}
_INDICATOR: Final = {
    "title": "Fysiske tilsyn per natt",
    "unit": "tilsyn",
    "method": "telling i to soner i fire uker",
}
_DO_IT: Final = {
    "title": "Ta i bruk det kommunen alt har kjøpt, sone for sone",
    "description": "Innføring i hver hjemmetjenestesone med opplæring og fast oppfølging.",
    "benefit_cost": "Mindre kjøring og færre tilsyn mot opplæring og lisenser; ikke regnet om til kroner.",
    "recommended": True,
}
_LEAVE_IT: Final = {"title": "Nullalternativet", "is_null": True}

STARTING_FACTS: Final[Mapping[str, Any]] = {
    "project_number": "P-2024-17",
    "case_number": "24/10117",
    "room_url": "https://rom.example.org/velferdsteknologi",
    "size": "middels",
    "problem": "Kommunen har kjøpt velferdsteknologi som brukes ulikt, eller ikke, i sonene.",
    "goals": "Alle soner bruker den samme teknologien på den samme måten.",
    "success_signs": "Færre fysiske tilsyn om natta, mindre kjøring, like rutiner i alle soner.",
    "strategy_link": "Handlings- og økonomiplanen",
    "cost_overview": "Lisenser 0,5, opplæring 0,4 og prosjektledelse 0,3 mill. kroner",
    "cost_total": 1_200_000,
    "alternatives": [_LEAVE_IT, _DO_IT],
    "benefits": [_NIGHT_CHECKS, _DRIVING, _SAFETY],
    "funding": [{"type": "oremerket", "amount": 1_200_000, "source": "Programmidler"}],
    "proposed_leader": "prosjektleder-vft@example.org",
}
"""What the story's project has filled in when the story begins: everything for BP2 but three things."""

MISSING_FACTS: Final[Mapping[str, Any]] = {
    "benefits": [{**_NIGHT_CHECKS, "indicators": [_INDICATOR]}, _DRIVING, _SAFETY],
    "alternatives": [
        {**_LEAVE_IT, "description": "Sonene fortsetter hver for seg; utstyret blir stående ubrukt."},
        _DO_IT,
    ],
    "union_involvement": "Hovedtillitsvalgt og verneombud er med i arbeidsgruppa og drøfter planen månedlig.",
    "user_involvement": "To brukere og en pårørende er med i arbeidsgruppa; brukerrådet uttaler seg til BP3.",
}
"""The three things, filled in."""

PROPOSAL: Final = (
    "1. Prosjektet går videre fra konsept til planlegging (BP2).\n"
    "2. Den som er foreslått som prosjektleder, utpekes."
)


class NotADemoError(Exception):
    """The database holds something that is no demo, and is left alone; args: its address, no password."""


def prepare(db: Database) -> None:
    """Set the scene in an empty database. Raises NotADemoError for one that is in use."""
    with db.reading() as tx:
        in_use = programmes.current(tx) is not None
        is_demo = settings.get(tx, settings.DEMO) is not None
    if is_demo:
        return
    if in_use:
        raise NotADemoError(db.url.render_as_string(hide_password=True))
    _load_programme(db)
    _load_reporting(db)
    _prepare_project(db)
    mark_demo(db)


def fill_what_is_missing(db: Database, *, now: datetime) -> None:
    """Do what the project leader has to do before BP2."""
    change_facts(db, key=PROJECT, changes=MISSING_FACTS, by=STUDY_LEADER, effective=local_date(now), now=now)


def programme_in_january() -> str:
    """Trondheim's programme file before anybody had thought of Easter week."""
    text = loader.read_programme("trondheim")
    assert text.count(EASTER) == 1
    return text.replace(EASTER, "")


def _load_programme(db: Database) -> None:
    load_programme(db, text=programme_in_january(), now=LOADED_AT)
    for name in ("prosjektveiviseren", "forskningsloypa", "programsaker"):
        register_definition(db, text=loader.read(name), now=LOADED_AT)
    import_projects(db, sheet=_sheet("portfolio.csv"), effective=AS_OF, now=LOADED_AT)


def _load_reporting(db: Database) -> None:
    """The accounts, the transfers applied for and the risks that the report of the third tertial printed."""
    told: dict[str, Any] = {"period": REPORTED, "by": OFFICE, "now": LOADED_AT}
    for done in (
        import_accounts(db, sheet=_sheet("accounts-2024-t3.csv"), as_of=ACCOUNTS_AS_OF, **told),
        import_transfers(db, sheet=_sheet("transfers-2024-t3.csv"), **told),
        import_risks(db, sheet=_sheet("risks-2024-t3.csv"), **told),
    ):
        assert not isinstance(done, Refused), done


def _sheet(name: str) -> Sheet:
    found = read_sheet(resources.files("demo").joinpath(name).read_bytes())
    assert isinstance(found, Sheet), found
    return found


def _prepare_project(db: Database) -> None:
    now = LOADED_AT
    for name, email in (
        ("Utredningsleder velferdsteknologi", STUDY_LEADER),
        ("Gevinstansvarlig velferdsteknologi", BENEFIT_OWNER),
    ):
        register_person(db, name=name, email=email, now=now)
    for role, who in (
        ("utredningsleder", STUDY_LEADER),
        ("gevinstansvarlig", BENEFIT_OWNER),
        ("prosjekteier", OWNER),
    ):
        assign_role(db, key=PROJECT, role=role, who=who, valid_from=AS_OF, by=OFFICE, now=now)
    change_facts(db, key=PROJECT, changes=STARTING_FACTS, by=STUDY_LEADER, effective=AS_OF, now=now)
    paper = resources.files("demo").joinpath("prosjektforslag.md").read_bytes()
    added = add_paper(
        db,
        key=PROJECT,
        kind="prosjektforslag",
        title="Prosjektforslag: velferdsteknologi i alle soner",
        content=paper,
        ending=".md",
        by=STUDY_LEADER,
        now=now,
    )
    assert not isinstance(added, Refused), added
    # The question was answered at BP1, and has been asked again at BP2: «Fortsatt riktig?» – «Ja».
    for gate in ("BP1", "BP2"):
        answer_criterion(
            db,
            key=PROJECT,
            gate=gate,
            criterion="leangen",
            value="ja",
            explanation="Tiltaket bruker det vi har før vi kjøper nytt, og lar folk bo trygt hjemme."
            if gate == "BP1"
            else "",
            by=STUDY_LEADER,
            now=now,
        )
        confirm_answer(db, key=PROJECT, gate=gate, criterion="leangen", by=OFFICE, now=now)
    register_absence(db, who=ABSENT, away_from=date(2025, 1, 27), away_to=date(2025, 2, 14), now=now)
