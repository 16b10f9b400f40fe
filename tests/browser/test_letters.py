"""Can everybody read every kind of letter, on a phone and at a desk, in every language?"""

from typing import Any

import pytest
from playwright.sync_api import Browser

from engine.core.record.letters import CARRIES_CODE, LINKLESS
from language.catalogues import LOCALES
from notifications.letters import KINDS, render
from tests.browser.test_answer import SCREENS, chromium, inspect, page_on, pytestmark
from tests.letter_facts import (
    ANSWER,
    CODE,
    CONDITION,
    FACTS,
    OTHER,
    OVERDUE,
    RECEIPT_CODE,
    REPORT,
    URL,
    listed,
)

__all__ = ["chromium", "pytestmark"]

_SEAT = listed()["seat"]
LETTERS: dict[str, dict[str, Any]] = {
    **{kind: FACTS[kind] for kind in KINDS},
    "agenda-of-a-deputy": {
        **FACTS["agenda"],
        "deputy_for": ["Kommunalsjef medisinske tjenester"],
        "cases": [
            listed(seat={**_SEAT, "owner": True}, came="taken_by_member"),
            listed(**OTHER, seat={**_SEAT, "recused": True}, answers=False),
        ],
    },
    "receipt-for-two": {
        **FACTS["receipt"],
        "answers": [ANSWER, {**ANSWER, **OTHER, "choice": "inhabil", "recused": True, "void": "withdrawn"}],
    },
    "reminder-of-several": {
        **FACTS["reminder"],
        "deadlines": [{**CONDITION, "left": 0, "due_on": "2025-04-01", "stands_in": True}, REPORT],
    },
    "reminder-to-the-office": {**FACTS["reminder"], "deadlines": [OVERDUE, REPORT]},
}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_readable_on_every_screen(chromium: Browser, name: str, screen: str) -> None:
    page = page_on(chromium, screen)
    # The narrowest screen is where longer words would show first.
    for locale in LOCALES if screen == "narrow" else ("nb",):
        told = {**LETTERS[name], "locale": locale}
        letter = render(
            told,
            url=None if told["kind"] in LINKLESS else URL,
            code=CODE if told["kind"] in CARRIES_CODE else None,
            receipt_code=RECEIPT_CODE,
        )
        page.set_content(letter.html)
        inspect(page, f"letter-{name}-{locale}-{screen}")
    page.context.close()
