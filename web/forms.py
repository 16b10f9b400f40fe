"""What has been filled in? A form is read strictly: known fields only, each once, as text."""

import secrets
from collections.abc import Collection, Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

MOST_FIELDS: Final = 100
MOST_FIELDS_LONG: Final = 800
"""In a form with lists, as a status report."""
FORM_TYPE: Final = "application/x-www-form-urlencoded"


async def _fields(request: Request) -> dict[str, str]:
    return await _read(request, most=MOST_FIELDS)


async def _many_fields(request: Request) -> dict[str, str]:
    return await _read(request, most=MOST_FIELDS_LONG)


async def _read(request: Request, *, most: int) -> dict[str, str]:
    body = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if body and kind != FORM_TYPE:
        raise HTTPException(415, "form_type")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=most,
        )
    except ValueError as error:
        raise HTTPException(400, "form_unreadable") from error
    fields = dict(pairs)
    if len(fields) != len(pairs) or any("\0" in value for value in fields.values()):
        raise HTTPException(400, "form_unreadable")
    return {name: value.replace("\r\n", "\n") for name, value in fields.items()}


Form = Annotated[dict[str, str], Depends(_fields)]
"""The fields of a posted form by name."""

LongForm = Annotated[dict[str, str], Depends(_many_fields)]
"""The same, of a form with lists."""


def only(fields: Mapping[str, str], *, known: Collection[str], needed: Collection[str] = ()) -> None:
    """Refuse a form with fields of its own making, or without those every form of ours carries."""
    if not fields.keys() <= set(known) or not fields.keys() >= set(needed):
        raise HTTPException(400, "form_fields")


def fresh_mark() -> str:
    """A form's own mark: the same form sent twice is one answer."""
    return secrets.token_urlsafe(16)
