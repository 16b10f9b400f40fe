"""What do the papers' tests start from? The story's case, agenda and referat, as models made by hand."""

from datetime import UTC, date, datetime
from typing import Any, Final

from documents.papers.paper import (
    Agenda,
    AgendaItem,
    Attachment,
    Attendee,
    CasePaper,
    Change,
    EarlierCondition,
    Minutes,
    Requirement,
    arranged,
    minutes_of,
)
from engine.core.refusal import Reason

PROJECT: Final = "Implementering av eksisterende velferdsteknologi i hjemmebaserte tjenester"
PROPOSAL: Final = "1. Prosjektet går videre fra konsept til planlegging (BP2).\n2. Prosjektleder utpekes."
OFFICES: Final = (
    "Kommunaldirektør helse og omsorg",
    "Kommunaldirektør sosiale tjenester",
    "Kommunalsjef hjemmebaserte tjenester",
    "Kommunalsjef sykehjem og omsorgsboliger",
    "Kommunalsjef medisinske tjenester",
    "Kommunalsjef BoA",
    "Kommunalsjef psykisk helse og rus",
    "Kommunalsjef arbeid og velferd",
)
CONTACT: Final = {"contact": "Programkontoret", "contact_address": "programkontor@example.org"}
STARTS_AT: Final = datetime(2025, 2, 5, 8, 0, tzinfo=UTC)
SECRET: Final = "Ektefellen min har lederstilling hos en leverandør."

FACTS: Final[dict[str, Any]] = {
    "project": {
        "problem": "Kommunen har kjøpt velferdsteknologi som brukes ulikt, eller ikke, i sonene.",
        "goals": "Alle soner bruker den samme teknologien på den samme måten.",
        "cost_total": 1_200_000,
        "started_on": "2024-10-01",
        "user_involvement": "To brukere og en pårørende er med i arbeidsgruppa.",
        "change_load": "Sonene innfører nytt turnussystem samtidig.",
        "priority": {"utility": "Stor for brukere som er urolige om natta."},
    },
    "benefits": [
        {
            "title": "Økt trygghet",
            "prioritised": False,
            "indicators": [{"title": "Opplevd trygghet"}],
        },
        {
            "title": "Færre fysiske tilsyn om natta",
            "prioritised": True,
            "ambition": "Fra 79 til 50 tilsyn per natt i to soner",
            "due": "2026-12-31",
            "freed_fte": 3.0,
            "indicators": [{"title": "Fysiske tilsyn per natt", "baseline": 79, "target": 50}],
        },
    ],
    "alternatives": [
        {"title": "Nullalternativet", "is_null": True, "description": "Sonene fortsetter hver for seg."},
        {
            "title": "Ta i bruk det kommunen alt har kjøpt",
            "recommended": True,
            "description": "Innføring sone for sone.",
            "benefit_cost": "Mindre kjøring mot opplæring og lisenser.",
        },
    ],
    "funding": [{"type": "oremerket", "amount": 1_200_000, "source": "Programmidler"}],
    "risks": [
        {
            "title": "Sonene får ikke fri til opplæring",
            "kind": "trussel",
            "probability": 3,
            "consequence": 4,
            "measures": "Vikarmidler i to måneder",
        }
    ],
}


def a_case_paper(**changes: Any) -> CasePaper:
    """The saksframlegg of the story's case, with what a test changes in it."""
    given: dict[str, Any] = {
        "number": "3/2025",
        "version": 2,
        "digest": "518acd5b8f0784e0" * 4,
        "project": PROJECT,
        "gate": "BP2",
        "gate_title": "Beslutte oppstart av planleggingsfasen",
        "from_phase": "Konsept",
        "to_phase": "Planlegge",
        "body": "Styringsgruppa",
        "handling": "i_mote",
        "requested_by": "Utredningsleder velferdsteknologi",
        "requested_at": datetime(2025, 1, 24, 9, 20, tzinfo=UTC),
        "answer_by": STARTS_AT,
        "meeting_at": STARTS_AT,
        "proposal": PROPOSAL,
        "must_met": 2,
        "must_total": 2,
        "should_open": ("Nytte/kost er beskrevet, ikke beregnet",),
        "requirements": (
            Requirement(title="Problemet er beskrevet", weight="må", status="met"),
            Requirement(
                title="I tråd med Leangen-erklæringen",
                weight="må",
                status="met",
                value="ja",
                explanation="Tiltaket bruker det vi har før vi kjøper nytt.",
                answered_by="Utredningsleder velferdsteknologi",
                confirmed_by="Programkontoret",
            ),
            Requirement(
                title="Nytte og kostnad er beregnet",
                weight="bør",
                status="unmet",
                reasons=(
                    Reason(
                        code="criterion.otherwise", data={"text": "Nytte/kost er beskrevet, ikke beregnet"}
                    ),
                ),
            ),
        ),
        "facts": FACTS,
        "roles": {"prosjekteier": "Kommunalsjef hjemmebaserte tjenester"},
        "earlier_conditions": (
            EarlierCondition(gate="BP1", text="Kostnaden er kjent", settled=False, due=date(2025, 1, 31)),
        ),
        "attachments": (
            Attachment(
                title="Prosjektforslag", kind="Prosjektforslag", media_type="application/pdf", size=340_000
            ),
        ),
        "changes": (
            Change(
                version=2,
                what="Kostnad 1,1 → 1,2 mill. kroner",
                at=datetime(2025, 1, 27, 12, 0, tzinfo=UTC),
                substance=True,
            ),
        ),
        **CONTACT,
    }
    return CasePaper(**{**given, **changes})


def an_agenda(**changes: Any) -> Agenda:
    """The saksliste of 5 February 2025; the items are given out of order."""
    given: dict[str, Any] = {
        "body": "Styringsgruppa",
        "starts_at": STARTS_AT,
        "ends_at": datetime(2025, 2, 5, 9, 30, tzinfo=UTC),
        "place": "Møterom Leangen",
        "chair": OFFICES[0],
        "called": tuple(
            Attendee(office=office, name=office, deputy=number == 4) for number, office in enumerate(OFFICES)
        ),
        "items": arranged(
            [
                AgendaItem(kind="eventuelt", title="Eventuelt"),
                AgendaItem(kind="drofting", title="Rekkefølge på digitalt tilsyn", minutes=20),
                AgendaItem(
                    kind="orientering", title="Status 3. tertial", text="Kort orientering.", minutes=15
                ),
                AgendaItem(
                    kind="beslutning",
                    title=PROJECT,
                    number="3/2025",
                    gate="BP2 Beslutte oppstart av planleggingsfasen",
                    proposal=PROPOSAL,
                    presenter="kommunalsjef hjemmebaserte tjenester",
                    minutes=20,
                ),
                AgendaItem(kind="godkjenning", title="Referat fra møtet onsdag 22. januar", minutes=5),
            ]
        ),
        "version": 1,
        "issued_at": datetime(2025, 1, 29, 11, 0, tzinfo=UTC),
        **CONTACT,
    }
    return Agenda(**{**given, **changes})


def a_minutes_model() -> dict[str, Any]:
    """What `write_minutes` freezes of the meeting on 5 February 2025."""
    choices = (
        "godkjenn", "godkjenn", "avstar", "inhabil", "godkjenn", "godkjenn_med_forutsetninger", "godkjenn",
        "godkjenn",
    )  # fmt: skip
    return {
        "meeting": "styringsgruppa:2025-02-05",
        "body": "Styringsgruppa",
        "place": "Møterom Leangen",
        "starts_at": STARTS_AT.isoformat(),
        "closed_at": "2025-02-05T09:20:00+00:00",
        "quorum": 5,
        "chairs": [
            {
                "office": office,
                "person": f"person-{number}",
                "name": "Fagleder medisinske tjenester" if number == 4 else office,
                "leader": number == 0,
                "deputy": number == 4,
                "acting": number == 0,
                "present": number != 6,
            }
            for number, office in enumerate(OFFICES)
        ],
        "items": [
            {"kind": "orientering", "title": "Status 3. tertial", "text": "Rapporten kommer 17. februar."}
        ],
        "cases": [
            {
                "number": "3/2025",
                "title": PROJECT,
                "gate": "BP2",
                "gate_title": "Beslutte oppstart av planleggingsfasen",
                "proposal": PROPOSAL,
                "outcome": "godkjent_med_forutsetninger",
                "wording": PROPOSAL,
                "to_phase": "Planlegge",
                "conditions": [
                    {
                        "id": "F1",
                        "text": "Nullpunkt måles i to soner.",
                        "owner": "gevinstansvarlig",
                        "due": "2025-04-04",
                    }
                ],
                "answers": [
                    {
                        "office": office,
                        "name": office,
                        "choice": choice,
                        "comment": SECRET if choice == "inhabil" else "Viktig arbeid." if number == 1 else "",
                        "condition": {5: "nullpunkt måles i to soner", 7: "Ta med opplæring"}.get(number, ""),
                        "recorded": number in {6, 7},
                        "owner": number == 2,
                        "recused": choice == "inhabil",
                    }
                    for number, (office, choice) in enumerate(zip(OFFICES, choices, strict=True))
                ],
            }
        ],
        "approves": "styringsgruppa:2025-01-22",
    }


def some_minutes(model: dict[str, Any] | None = None) -> Minutes:
    """The referat of 5 February 2025, as it was sent."""
    return minutes_of(
        a_minutes_model() if model is None else model,
        version=1,
        issued_at=datetime(2025, 2, 5, 9, 40, tzinfo=UTC),
        contact=CONTACT["contact"],
        contact_address=CONTACT["contact_address"],
    )
