"""How does somebody without a browser use the pages? Follows links, fills forms, keeps cookies — over real
HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2


@dataclass(slots=True)
class Form:
    """A form as it stands on a page: where it goes, and the values its fields have before anybody types."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class FormNotFoundError(LookupError):
    """The page has no form with such a field; args: the field, the page's address, its status."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._inside = False
        self._select = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(action=told.get("action", "")))
            self._inside = True
        elif self._inside and tag in {"input", "textarea", "select", "button"} and told.get("name"):
            form = self.found[-1]
            form.names.add(told["name"])
            is_set = tag == "input" and told.get("type", "text") not in {"radio", "checkbox", "submit"}
            if is_set or "checked" in told:
                form.fields[told["name"]] = told.get("value", "")
            if tag in {"select", "textarea"}:
                self._select, self._text = (told["name"], "") if tag == "select" else ("", told["name"])
        elif self._select and tag == "option":
            # As in a browser: the one that is marked, else the first.
            value = told.get("value", "")
            if "selected" in told or self._select not in self.found[-1].fields:
                self.found[-1].fields[self._select] = value

    def handle_data(self, data: str) -> None:
        if self._text:
            fields = self.found[-1].fields
            fields[self._text] = fields.get(self._text, "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._text = ""


class Visitor:
    """One person's way through the pages; cookies are kept from page to page."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        self._client = httpx2.Client(base_url=base_url, follow_redirects=True, timeout=30)

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, address: str) -> httpx2.Response:
        """Go to an address."""
        return self._client.get(address)

    def post(self, address: str, **values: str) -> httpx2.Response:
        """Press a button that stands alone in its form."""
        return self._client.post(address, data=values, headers={"Origin": self._base.rstrip("/")})

    def close(self) -> None:
        """Shut the browser; a new one knows nothing of it."""
        self._client.close()

    def fill(
        self,
        page: httpx2.Response,
        by: str,
        typed: Mapping[str, str] | None = None,
        *,
        among: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Fill in and send the form that has a field named `by`, and whose fields hold what `among` says.

        Raises FormNotFoundError when the page has no such form.
        """
        reader = _Forms()
        reader.feed(page.text)
        wanted = dict(among or {})
        form = next(
            (one for one in reader.found if by in one.names and wanted.items() <= one.fields.items()), None
        )
        if form is None:
            raise FormNotFoundError(by, str(page.url), page.status_code)
        target = urljoin(str(page.url), form.action).split("#")[0]
        origin = self._base.rstrip("/")
        return self._client.post(target, data={**form.fields, **(typed or {})}, headers={"Origin": origin})
