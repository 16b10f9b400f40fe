"""Which item of a list is which, through all that has been told of the list?

What is told is the whole list, each time. An item that was told without an id gets one here, from the history
alone: it is the item of the version before with its title, where that is the only one; else it is new, and is
named by the leaf that told it and its place there. So a new version never gives an old item's id to another,
as a place alone would, and nothing that is stored is changed.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Item = Mapping[str, Any]
PARTS: Final = "indicators"
"""The member that is a list of items of its own."""
_BETWEEN: Final = re.compile(r"[\W_]+")
_GIVEN: Final = re.compile(r"[0-9]+\.[0-9]+(\.[0-9]+)*")


def with_history(versions: Iterable[tuple[int, Sequence[Item]]]) -> dict[int, list[dict[str, Any]]]:
    """Every version of a list, by the leaf that told it, each item of it with an id that is its own.

    Versions come in the order in which they were told; what is told later changes no earlier one.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    before: list[dict[str, Any]] = []
    for seq, items in versions:
        before = found[seq] = _identified(items, before, name=str(seq))
    return found


def carried(items: Sequence[Item], before: Sequence[Item]) -> list[dict[str, Any]]:
    """A list as it is about to be told: what has no id has that of the item it was, where it was one."""
    ids = _carried_ids(items, before)
    was = {str(one["id"]): one for one in before if has_id(one)}
    told = []
    for one, id_ in zip(items, ids, strict=True):
        known = dict(one) if id_ is None else {"id": id_, **one}
        if id_ is not None and one.get(PARTS):
            known[PARTS] = carried(one[PARTS], was.get(id_, {}).get(PARTS, ()))
        told.append(known)
    return told


def all_have_ids(items: Sequence[Item]) -> bool:
    """Whether each item of a list, and of its items' own lists, has an id that is its own. What is
    damaged and holds no items has none to give: whoever needs them will say so.
    """
    if not is_whole(items):
        return True
    ids = [one.get("id") for one in items]
    return all(ids) and len(set(ids)) == len(ids) and all(all_have_ids(one.get(PARTS) or ()) for one in items)


def is_whole(items: object) -> bool:
    """Whether this is a list of items, as every list that was told through the fields is."""
    return isinstance(items, Sequence) and all(
        isinstance(one, Mapping) and is_whole(one.get(PARTS) or ()) for one in items
    )


def has_id(item: Item) -> bool:
    """Whether an item was told with an id."""
    return bool(item.get("id"))


def is_given(id_: str) -> bool:
    """Whether an id was given here, for want of one that was told."""
    return _GIVEN.fullmatch(id_) is not None


def folded(title: object) -> str:
    """A title as it is compared: letters and digits only, whatever their case."""
    text = unicodedata.normalize("NFKC", title if isinstance(title, str) else "").casefold()
    return _BETWEEN.sub(" ", text).strip()


def _identified(items: Sequence[Item], before: Sequence[Item], *, name: str) -> list[dict[str, Any]]:
    ids = _carried_ids(items, before)
    taken = {id_ for id_ in ids if id_ is not None}
    was = {str(one["id"]): one for one in before}
    told = []
    for place, (one, carried_id) in enumerate(zip(items, ids, strict=True), 1):
        id_ = carried_id if carried_id is not None else _free(f"{name}.{place}", taken)
        known = {**one, "id": id_}
        if one.get(PARTS):
            parts_before = was.get(id_, {}).get(PARTS, ())
            known[PARTS] = _identified(one[PARTS], parts_before, name=f"{name}.{place}")
        told.append(known)
    return told


def _carried_ids(items: Sequence[Item], before: Sequence[Item]) -> list[str | None]:
    """The id each item was told with, the first of those that share one; or that of the only item before
    with its title, where only it has that title now; else none.
    """
    told: list[str | None] = []
    for one in items:
        id_ = str(one["id"]) if has_id(one) else None
        told.append(None if id_ in told else id_)
    then, now = (Counter(folded(one.get("title")) for one in each) for each in (before, items))
    by_title = {folded(one.get("title")): str(one["id"]) for one in before if has_id(one)}
    for place, one in enumerate(items):
        title = folded(one.get("title"))
        is_only = bool(title) and then[title] == now[title] == 1
        if told[place] is None and not has_id(one) and is_only and by_title.get(title) not in told:
            told[place] = by_title.get(title)
    return told


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += ".1"
    taken.add(name)
    return name
