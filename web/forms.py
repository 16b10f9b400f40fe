"""What has been filled in? A form is read strictly: known fields only, each once, as text."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

MOST_FIELDS: Final = 100
MOST_FIELDS_LONG: Final = 800
"""In a form with lists, as a status report."""
MOST_IN_A_FIELD: Final = 64 * 1024
"""Bytes in a field of a form that carries a file, the file apart."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came, and the other fields of its form."""

    name: str
    content: bytes
    fields: Mapping[str, str]


async def _upload(request: Request) -> Upload:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(415, "form_type")
    try:
        async with request.form(max_files=1, max_fields=10, max_part_size=MOST_IN_A_FIELD) as form:
            files = [one for one in form.values() if isinstance(one, UploadFile)]
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            content = await files[0].read() if files else b""
            name = (files[0].filename or "") if files else ""
    except MultiPartException as error:
        raise HTTPException(400, "form_unreadable") from error
    return Upload(name=name, content=content, fields=fields)


Uploaded = Annotated[Upload, Depends(_upload)]
"""A posted form that carries one file."""

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
