"""What do letters say in the tests? The story's case in writing, as the facts of each kind of letter."""

from typing import Any, Final

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
        "requested_by": "Utredningsleder velferdsteknologi",
        "requested_at": "2025-01-24T09:20:00+00:00",
        "papers": ["Prosjektforslag", "Gevinstkart for hjemmebaserte tjenester"],
        "seat": {
            "office": "Kommunaldirektør sosiale tjenester",
            "deputy": False,
            "owner": False,
            "requester": False,
        },
    },
    "receipt": {
        **_COMMON,
        "kind": "receipt",
        "receipt": "b1",
        "answer": {
            "choice": "godkjenn_med_forutsetninger",
            "cast_at": "2025-01-31T13:00:00+00:00",
            "comment": "Godt forberedt.",
            "condition": "Nullpunkt må måles i to soner før planleggingen er ferdig.",
            "recorded": False,
            "recused": False,
        },
        "answer_by": "2025-02-05T14:00:00+00:00",
        "asks_for_code": True,
        "ledger": {"position": 17},
    },
    "result": {
        **_COMMON,
        "kind": "result",
        "outcome": "godkjent_med_forutsetninger",
        "to_phase": "Planlegge",
        "decided_at": "2025-02-05T08:21:00+00:00",
        "decided_by": "Kommunaldirektør helse og omsorg",
        "basis": "chair",
        "wording": "Prosjektet går videre fra konsept til planlegging. Prosjektleder utpekes.",
        "conditions": [
            {
                "id": "F1",
                "text": "Nullpunkt målt i to soner",
                "owner": "gevinstansvarlig",
                "due": "2025-04-04",
            },
            {
                "id": "F2",
                "text": "Oversikt over gjeldende avtaler",
                "owner": "prosjektleder",
                "due": "2025-03-14",
            },
        ],
        "next_gate": "BP3",
        "member": True,
        "involved": False,
        "answer": {"choice": "godkjenn"},
    },
    "withdrawn": {
        **_COMMON,
        "kind": "withdrawn",
        "reason": "Vi venter på tall fra to soner.",
        "withdrawn_at": "2025-01-31T13:00:00+00:00",
        "answered": True,
    },
}
