"""Write docs/reference/access.md from the one table of who may do what, and the pages' own list of acts."""

import sys
from pathlib import Path

from engine.core.access.actor import Level
from engine.core.access.table import OPEN_TO_ALL, TABLE, Portal, Relation, Rule
from web.access.routes import ACTS

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/access.md"
_HEAD = """# Who may do what

Written from `engine/core/access/table.py` and `web/access/routes.py` by `make access`; a test says when it is
old. What does not stand here may nobody do.

Relations: `anyone`; `signed_in`; `leader` (may ask for the project's gates), `owner` and `in_project`
(any role in it), by the project's own workflow; `member` (a seat in a body, or its deputy while the
holder is away); `office`
(programkontoret).

| Act | Who | How surely | Where `FASEPORT_PORTAL` is |
|---|---|---|---|
"""
_PAGES = """
## Which act each address is

| Address | Act |
|---|---|
"""


def page() -> str:
    """The whole page, as it should stand."""
    acts = "".join(_row(str(act), rule, open_to_all=act in OPEN_TO_ALL) for act, rule in TABLE.items())
    addresses = "".join(f"| `{path}` | `{act}` |\n" for path, act in ACTS.items())
    return _HEAD + acts + _PAGES + addresses


def _row(act: str, rule: Rule, *, open_to_all: bool) -> str:
    who = ", ".join(f"`{one}`" for one in Relation if one in rule.relations)
    level = "–" if rule.level is Level.NONE else f"`{rule.level.name.lower()}`"
    where = ", ".join(f"`{one}`" for one in Portal if one in rule.portal)
    where += "; at `apen` also `anyone`" if open_to_all else ""
    return f"| `{act}` | {who} | {level} | {where} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit(0)
