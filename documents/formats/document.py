"""A paper as bytes, with its type and its name."""

from dataclasses import dataclass

from documents.formats.pdf import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper ready to be kept, sent or handed out. `pages` is None for a page."""

    content: bytes
    media_type: str
    filename: str
    pages: int | None
    warnings: tuple[Notice, ...]
