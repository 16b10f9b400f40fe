"""How does somebody sign in, in the tests? With the code from the letter that the worker takes out."""

from starlette.testclient import TestClient

from engine.core.record.letters import SIGN_IN
from engine.use_cases.letters.claim_letters import Claim, Composed, claim_letters
from tests.web_builders import KEYS, SECRETARY, Office


def letters_sent(office: Office) -> Claim:
    """What the worker takes out of the outbox now."""
    return claim_letters(
        office.db,
        keys=KEYS,
        base_url=office.settings.base_url,
        worker="test",
        limit=50,
        compose=lambda _tx, _letter: Composed(payload="{}", template_digest="", message_id="<m@example.org>"),
        now=office.now,
    )


def codes(office: Office) -> list[tuple[str, str]]:
    """Address of the door and code in each sign-in letter that leaves now."""
    sent = letters_sent(office).ready
    return [(one.url or "", one.code or "") for one in sent if one.claimed.kind == SIGN_IN]


def signed_in(office: Office, email: str = SECRETARY) -> TestClient:
    """A browser that has signed in to the portal as somebody."""
    browser = office.browser()
    browser.post("/inn", data={"epost": email})
    *_, (_, code) = codes(office)
    assert browser.post("/inn/kode", data={"kode": code, "husk": "ja"}).status_code == 303
    return browser
