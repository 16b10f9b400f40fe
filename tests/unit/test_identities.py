"""Does an item keep its id through all that is told of its list, and has each one of its own?"""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.core.benefits.benefits import identified
from engine.core.facts.identities import all_have_ids, carried, with_history
from engine.core.programme.vocabulary import FOUR_FIELDS


def titled(*titles: str) -> list[dict[str, Any]]:
    return [{"title": title} for title in titles]


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in items]


def test_an_item_is_known_by_its_title_and_a_new_one_by_its_leaf_never_by_its_place() -> None:
    told = with_history(
        [
            (4, titled("Tid", "Ro")),
            (7, titled("Ro", "Tid", "Vei")),
            (9, titled("Vei")),
            (12, titled("Ro", "Vei")),
        ]
    )
    assert [ids(told[seq]) for seq in told] == [
        ["4.1", "4.2"],
        ["4.2", "4.1", "7.3"],
        ["7.3"],
        ["12.1", "7.3"],
    ]


def test_ids_that_were_told_stand_and_are_carried_to_where_none_was_told() -> None:
    told = with_history([(1, [{"id": "A1", "title": "Tid"}]), (2, titled("tid", "Ro"))])
    assert ids(told[2]) == ["A1", "2.2"]
    explicit = with_history([(1, titled("Tid")), (2, [{"id": "A1", "title": "Tid"}]), (3, titled("Tid"))])
    assert ids(explicit[3]) == ["A1"]


def test_of_two_with_one_title_neither_is_taken_for_the_other() -> None:
    told = with_history([(1, titled("Tid")), (2, titled("Tid", "Tid"))])
    assert ids(told[2]) == ["2.1", "2.2"]
    without = with_history([(1, [{}, {}]), (2, [{}])])
    assert ids(without[2]) == ["2.1"]


def test_indicators_are_known_within_their_benefit() -> None:
    benefit = {"title": "Tid", "indicators": titled("Kjøretid", "Ventetid")}
    moved = {"title": "Tid", "indicators": titled("Ventetid", "Ny", "Kjøretid")}
    told = with_history([(3, [benefit]), (5, [{"title": "Først"}, moved])])
    assert ids(told[3][0]["indicators"]) == ["3.1.1", "3.1.2"]
    assert ids(told[5][1]["indicators"]) == ["3.1.2", "5.2.2", "3.1.1"]


def test_an_id_two_items_share_is_the_firsts() -> None:
    told = with_history([(1, [{"id": "A1", "title": "a"}, {"id": "A1", "title": "b"}])])
    assert ids(told[1]) == ["A1", "1.2"]


def test_a_list_that_is_told_again_keeps_its_ids_and_gives_no_old_one_away() -> None:
    before = [{"id": "G1", "title": "Tid", "indicators": [{"id": "i1", "title": "Kjøretid"}]}]
    again: list[dict[str, Any]] = [
        {"title": "Ro"},
        {"title": "Tid", "indicators": titled("Kjøretid", "Ventetid")},
    ]
    told = identified(again, FOUR_FIELDS, before=before, ever={"G1": {"i1", "i2"}, "G2": set()})
    assert ids(told) == ["G3", "G1"]
    assert ids(told[1]["indicators"]) == ["i1", "i3"]
    assert "id" not in carried(titled("Ro"), before)[0]


LISTS = st.lists(
    st.fixed_dictionaries(
        {"title": st.sampled_from(["Tid", "tid", "Ro", "Vei", ""])},
        optional={
            "id": st.sampled_from(["A1", "1.1", "2.1", "2.1.1"]),
            "indicators": st.lists(
                st.fixed_dictionaries(
                    {"title": st.sampled_from(["Kø", "Vent"])}, optional={"id": st.just("i1")}
                ),
                max_size=3,
            ),
        },
    ),
    max_size=4,
)


@given(st.lists(LISTS, max_size=5))
def test_whatever_is_told_each_has_an_id_of_its_own_and_the_past_stays(versions: list[Any]) -> None:
    numbered = list(enumerate(versions, 1))
    told = with_history(numbered)
    assert all(all_have_ids(items) for items in told.values())
    assert told == with_history(numbered), "the history alone decides"
    for seq, items in told.items():
        assert with_history(numbered[:seq])[seq] == items, "what is told later changes no earlier version"
        assert [_bare(one) for one in items] == [_bare(one) for one in versions[seq - 1]]
        assert list(_given_ids(items, versions[seq - 1])) == []


def _bare(item: Any) -> Any:
    return {name: value for name, value in item.items() if name not in ("id", "indicators")}


def _given_ids(items: list[Any], was: list[Any]) -> Iterator[str]:
    """Ids that were told and are another now, though no item before had them."""
    seen: set[str] = set()
    for one, before in zip(items, was, strict=True):
        if before.get("id") and before["id"] not in seen:
            seen.add(before["id"])
            if one["id"] != before["id"]:
                yield before["id"]
