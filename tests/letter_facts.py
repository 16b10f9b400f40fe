"""What do letters say in the tests? The story's case and its meeting, as the facts of each kind of letter."""

from typing import Any, Final

from engine.store.faults import SWEEPS

URL: Final = "https://faseport.example.org/b/fpb1-mfrggzdfmztwq2lknnwg23tpobyxe43u-a2c4"
CODE: Final = "482913"
RECEIPT_CODE: Final = "k3r7-m2xq-abcd-e567"

_COMMON: Final[dict[str, Any]] = {
    "locale": "nb",
    "to": {"name": "Kommunaldirektør sosiale tjenester"},
    "thread": "5f1c",
    "body": "Styringsgruppa",
    "contact": {"name": "Programkontoret", "email": "programkontor@example.org"},
    "case": {
        "number": "3/2025",
        "project": "Implementering av eksisterende velferdsteknologi i hjemmebaserte tjenester",
        "gate": "BP2",
        "gate_title": "Beslutte oppstart av planleggingen",
        "from_phase": "Konsept",
        "to_phase": "Planlegge",
    },
}

ANSWER: Final[dict[str, Any]] = {
    **_COMMON["case"],
    "choice": "godkjenn_med_forutsetninger",
    "cast_at": "2025-01-31T13:00:00+00:00",
    "comment": "Godt forberedt.",
    "condition": "Nullpunkt må måles i to soner før planleggingen er ferdig.",
    "recorded": False,
    "recused": False,
    "void": "",
    "position": 17,
}
OTHER: Final[dict[str, Any]] = {
    "number": "4/2025",
    "project": "Tverrfaglig boligrådgivning",
    "gate": "BP2",
    "gate_title": "Beslutte oppstart av planleggingen",
    "from_phase": "Konsept",
    "to_phase": "Planlegge",
}
"""Another case of the same meeting."""

_CONDITIONS: Final = [
    {"id": "F1", "text": "Nullpunkt målt i to soner", "owner": "gevinstansvarlig", "due": "2025-04-04"},
    {"id": "F2", "text": "Oversikt over gjeldende avtaler", "owner": "prosjektleder", "due": "2025-03-14"},
]
_PLAIN_SEAT: Final = {
    "office": "Kommunaldirektør sosiale tjenester",
    "deputy": False,
    "owner": False,
    "requester": False,
    "recused": False,
}
_AT_MEETING: Final[dict[str, Any]] = {
    **{name: value for name, value in _COMMON.items() if name != "case"},
    "thread": "meeting:styringsgruppa:2025-02-05",
    "meeting": {
        "id": "styringsgruppa:2025-02-05",
        "starts_at": "2025-02-05T08:00:00+00:00",
        "planned_on": "2025-02-05",
        "place": "Rådhuset",
        "status": "called",
    },
}
EVENT: Final[dict[str, Any]] = {
    "method": "REQUEST",
    "id": "styringsgruppa:2025-02-05",
    "title": "Styringsgruppa",
    "starts_at": "2025-02-05T08:00:00+00:00",
    "ends_at": "2025-02-05T09:30:00+00:00",
    "place": "Rådhuset",
    "description": "3/2025 Implementering (BP2)",
    "sequence": 0,
    "changed_at": "2025-01-29T11:00:00+00:00",
    "organiser": {"name": "Programkontoret", "address": "programkontor@example.org"},
    "path": "/mote/styringsgruppa:2025-02-05",
}


_TO_THE_PERSON: Final[dict[str, Any]] = {name: value for name, value in _COMMON.items() if name != "case"} | {
    "thread": "person:7",
    "body": "Program for bærekraftige helse- og sosialtjenester",
}

CONDITION: Final[dict[str, Any]] = {
    "id": "0f3a",
    "kind": "forutsetning",
    "about": {"number": "3/2025", "gate": "BP2", "condition": "F1", "text": "Nullpunkt målt i to soner"},
    "project": _COMMON["case"]["project"],
    "owner": "gevinstansvarlig",
    "responsible": "Gevinstansvarlig velferdsteknologi",
    "due_on": "2025-04-04",
    "due_time": "",
    "late": 0,
    "left": 3,
    "if_nothing": "",
    "stands_in": False,
    "report": "",
    "to_office": False,
    "reminded": [],
}
"""A line of a day's reminders, three working days before its deadline."""
REPORT: Final[dict[str, Any]] = CONDITION | {
    "id": "1b7c",
    "kind": "duty:statusrapport",
    "about": {"title": "Statusrapport for prosjektet", "period": "2025-T1", "fields": "7", "changed": "3"},
    "report": "velferdsteknologi/2025-T1",
    "owner": "prosjektleder",
    "responsible": "Prosjektleder velferdsteknologi",
    "due_on": "2025-05-15",
    "left": 10,
    "if_nothing": "Da vet ikke styringsgruppa hvordan det går med prosjektet dette tertialet.",
}
OVERDUE: Final[dict[str, Any]] = CONDITION | {
    "late": 2,
    "left": 0,
    "to_office": True,
    "reminded": [
        {"on": day, "name": "Gevinstansvarlig velferdsteknologi"}
        for day in ("2025-03-21", "2025-04-01", "2025-04-04")
    ],
}
"""The same condition, as programkontoret is told of it two working days after its deadline."""

DELIVERED: Final[dict[str, Any]] = {
    "key": "velferdsteknologi",
    "project": _COMMON["case"]["project"],
    "period": "2025-T1",
    "version": 1,
    "delivered_by": "Prosjektleder velferdsteknologi",
    "delivered_at": "2025-05-16T08:42:00+00:00",
    "approved_by": "",
    "approved_at": "",
    "fields": 7,
    "changed": 3,
}
"""A project's report of a tertial, delivered one day late."""


def listed(**changes: Any) -> dict[str, Any]:
    """A case as a saksliste has it."""
    return {
        **_COMMON["case"],
        "proposal": "1. Prosjektet går videre fra konsept til planlegging (BP2).\n2. Prosjektleder utpekes.",
        "criteria": {
            "must_met": 11,
            "must_total": 11,
            "should_open": ["nytte/kost er beskrevet, ikke beregnet"],
            "waived": [],
        },
        "seat": _PLAIN_SEAT,
        "answers": True,
        "came": "",
        "referred_from": "",
        **changes,
    }


FACTS: Final[dict[str, dict[str, Any]]] = {
    "case": {
        **_COMMON,
        "kind": "case",
        "version": 1,
        "proposal": (
            "1. Prosjektet går videre fra konsept til planlegging (BP2).\n2. Prosjektleder utpekes."
        ),
        "criteria": {
            "must_met": 11,
            "must_total": 11,
            "should_open": ["nytte/kost er beskrevet, ikke beregnet"],
            "waived": [],
        },
        "answer_by": "2025-02-05T14:00:00+00:00",
        "handling": "skriftlig",
        "referred_from": "",
        "requested_by": "Utredningsleder velferdsteknologi",
        "requested_at": "2025-01-24T09:20:00+00:00",
        "papers": ["Prosjektforslag", "Gevinstkart for hjemmebaserte tjenester"],
        "seat": {
            "office": "Kommunaldirektør sosiale tjenester",
            "deputy": False,
            "owner": False,
            "requester": False,
            "recused": False,
        },
    },
    "receipt": {
        **_COMMON,
        "kind": "receipt",
        "receipt": "b1",
        "answers": [ANSWER],
        "closes_at": "2025-02-05T14:00:00+00:00",
        "in_meeting": False,
        "may_change": True,
        "asks_for_code": True,
    },
    "result": {
        **_COMMON,
        "kind": "result",
        "outcome": "godkjent_med_forutsetninger",
        "to_phase": "Planlegge",
        "awaits": False,
        "decided_at": "2025-02-05T08:21:00+00:00",
        "decided_by": "Kommunaldirektør helse og omsorg",
        "basis": "chair",
        "in_meeting": False,
        "wording": "Prosjektet går videre fra konsept til planlegging. Prosjektleder utpekes.",
        "conditions": _CONDITIONS,
        "next_gate": "BP3",
        "member": True,
        "involved": False,
        "answer": {"choice": "godkjenn"},
    },
    "execution": {
        **_COMMON,
        "kind": "execution",
        "executed": True,
        "on": "2025-03-04",
        "words": "Formannskapet, sak 12/25",
        "outcome": "godkjent_med_forutsetninger",
        "to_phase": "Planlegge",
        "decided_at": "2025-02-05T08:21:00+00:00",
        "next_gate": "BP3",
    },
    "undecidable": {
        **_COMMON,
        "kind": "undecidable",
        "body": "Programstyret",
        "top": True,
        "able": 1,
        "quorum": 2,
        "out": [
            {"office": "Direktør helse", "why": "recused"},
            {"office": "Direktør finans", "why": "vacant"},
        ],
        "ways": ["deputy", "holder", "body", "withdraw"],
    },
    "rescheduled": {
        **_COMMON,
        "kind": "rescheduled",
        "starts_at": "2025-02-19T08:00:00+00:00",
        "why": "meeting_cancelled",
        "reason": "onsdag i påskeuka",
    },
    "trouble": {
        **{name: value for name, value in _COMMON.items() if name != "case"},
        "kind": "trouble",
        "thread": "person:5f1c",
        "outages": [
            {
                "what": "delivery",
                "since": "2025-02-03T07:00:00+00:00",
                "until": "2025-02-03T12:30:00+00:00",
            },
            {"what": "queue", "since": "2025-02-03T07:00:00+00:00", "until": ""},
        ],
        "failing": [{"kind": "agenda", "to": "Kommunalsjef BoA", "reason": "rcpt", "tries": 5}],
        "lost": [{"kind": "agenda", "to": "Kommuneoverlegen", "reason": "550 ukjent", "tries": 1}],
        "faults": [
            {"sweep": sweep, "item": "p1", "kind": "svar", "since": "2025-02-03T07:00:00+00:00"}
            for sweep in SWEEPS
        ],
    },
    "withdrawn": {
        **_COMMON,
        "kind": "withdrawn",
        "reason": "Vi venter på tall fra to soner.",
        "withdrawn_at": "2025-01-31T13:00:00+00:00",
        "answered": True,
    },
    "amended": {
        **_COMMON,
        "kind": "amended",
        "changes": ["Kostnad 1,2 → 1,4 mill. kroner"],
        "answer": {"choice": "godkjenn"},
        "answer_by": "2025-02-05T08:00:00+00:00",
        "in_meeting": True,
        "asks_for_code": True,
    },
    "agenda": {
        **_AT_MEETING,
        "kind": "agenda",
        "cases": [
            listed(**{**OTHER, "number": "2/2025", "project": "Digital dialog"}),
            listed(),
            listed(**OTHER, proposal="Konseptarbeidet avsluttes.", came="not_concluded"),
        ],
        "orientation": [{"title": "Status for tertialrapporten", "text": "Frist 15. mai."}],
        "discussion": [{"title": "Neste års portefølje", "text": ""}],
        "approves": "2025-01-22T08:00:00+00:00",
        "deputy_for": [],
        "member": True,
        "keeps": False,
        "event": EVENT,
    },
    "unopened": {
        **_AT_MEETING,
        "kind": "unopened",
        "cases": [{**OTHER, "number": "2/2025", "project": "Digital dialog"}, _COMMON["case"], OTHER],
        "called_at": "2025-01-29T11:00:00+00:00",
        "answers": True,
        "asks_for_code": True,
    },
    "meeting_changed": {
        **_AT_MEETING,
        "kind": "meeting_changed",
        "meeting": {
            "id": "styringsgruppa:2025-04-16",
            "starts_at": "2025-04-16T07:00:00+00:00",
            "planned_on": "2025-04-16",
            "place": "Rådhuset",
            "status": "cancelled",
        },
        "reason": "onsdag i påskeuka",
        "cases": [_COMMON["case"], OTHER],
        "next": "2025-04-30T07:00:00+00:00",
        "event": {**EVENT, "method": "CANCEL", "sequence": 1},
    },
    "minutes": {
        **_AT_MEETING,
        "kind": "minutes",
        "version": 1,
        "cases": [
            {
                "number": "3/2025",
                "project": _COMMON["case"]["project"],
                "gate": "BP2",
                "outcome": "godkjent_med_forutsetninger",
                "to_phase": "Planlegge",
                "awaits": False,
                "conditions": _CONDITIONS,
            },
            {
                "number": "4/2025",
                "project": OTHER["project"],
                "gate": "BP2",
                "outcome": "utsatt",
                "to_phase": "",
                "awaits": False,
                "conditions": [],
            },
        ],
        "carried": [{**OTHER, "number": "5/2025", "project": "Digital dialog"}],
        "next": "2025-02-19T08:00:00+00:00",
    },
    "reminder": {
        **_TO_THE_PERSON,
        "kind": "reminder",
        "on": "2025-04-01",
        "deadlines": [CONDITION],
    },
    "alert": {
        **_TO_THE_PERSON,
        "kind": "alert",
        "on": "2025-04-08",
        "deadline": OVERDUE | {"responsible_address": "gevinstansvarlig-vft@example.org"},
    },
    "way_in": {**_TO_THE_PERSON, "kind": "way_in", "number": 2},
    "sign_in": {**_TO_THE_PERSON, "kind": "sign_in", "asked_at": "2025-01-30T07:12:00+00:00"},
    "report_delivered": {
        **_TO_THE_PERSON,
        "kind": "report_delivered",
        "approve_by": "2025-05-21",
        "report": DELIVERED,
    },
    "report_approved": {
        **_TO_THE_PERSON,
        "kind": "report_approved",
        "approve_by": "2025-05-21",
        "report": DELIVERED
        | {
            "approved_by": "Kommunalsjef hjemmebaserte tjenester",
            "approved_at": "2025-05-16T09:30:00+00:00",
        },
    },
}
