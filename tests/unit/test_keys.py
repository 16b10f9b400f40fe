"""Is every name read again as it was, whatever signs it holds, and do two keys never become one?"""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.benefits.measurements import Measuring, spelt, told_by
from engine.core.keys import packed, unpacked
from engine.core.record.events.obligations import OwnerAlerted
from engine.core.record.letters import (
    again,
    alert_of,
    change_of,
    first_call,
    move_of,
    read_alert,
    read_report_subject,
    read_version,
    subject_of_report,
)

NAMES = st.text(st.sampled_from("aZ1æ/+ %-:2F0."), max_size=8)
MARKS = st.text(st.sampled_from("0123456789abcdef"), min_size=16, max_size=16)
SIGNS = st.sampled_from([" ", "/", "+"])
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(st.lists(NAMES, min_size=1, max_size=5), SIGNS)
def test_what_is_packed_is_read_again(parts: list[str], by: str) -> None:
    assert unpacked(packed(*parts, by=by), by=by, parts=len(parts)) == tuple(parts)


@given(st.lists(NAMES, min_size=2, max_size=2), st.lists(NAMES, min_size=2, max_size=2))
def test_two_keys_are_never_one(one: list[str], other: list[str]) -> None:
    assert (packed(*one, by="/") == packed(*other, by="/")) == (one == other)


def test_a_name_without_signs_stands_as_it_is() -> None:
    assert packed("A1", "i1", "2027-06-01", by="/") == "A1/i1/2027-06-01"
    with pytest.raises(ValueError, match="x"):
        packed("a", "b", by="x")
    with pytest.raises(ValueError, match="a/b"):
        unpacked("a/b", by="/", parts=3)


@given(NAMES, NAMES, DAYS, st.lists(MARKS, max_size=3))
def test_an_alert_is_about_the_obligation_it_was_asked_for(
    benefit: str, indicator: str, due: date, marks: list[str]
) -> None:
    about = Measuring(benefit, indicator, due).occurrence
    event = OwnerAlerted(
        project="p1",
        kind="maling",
        subject="project:p1",
        occurrence=about,
        told="x",
        on="2025-01-02",
    )
    occurrence = alert_of(event)
    for mark in marks:
        occurrence = again(occurrence, mark)
    assert read_alert(occurrence) == ("2025-01-02", "maling", "project:p1", about)
    assert first_call(occurrence) == alert_of(event)


def test_an_alert_from_before_keys_were_packed_is_still_read() -> None:
    told = "2025-01-02 maling project:p1 A+1/i 1/2027-06-01"
    about = ("2025-01-02", "maling", "project:p1", "A+1/i 1/2027-06-01")
    assert read_alert(told) == about
    assert read_alert(f"{told}+0123456789abcdef") == about


@given(NAMES, NAMES)
def test_a_report_is_named_by_project_and_period(project: str, period: str) -> None:
    assert read_report_subject(subject_of_report(project, period)) == (project, period)
    assert read_version(again("v12", "0123456789abcdef")) == 12


def test_a_letter_that_goes_again_to_a_new_address_tells_of_the_newest_change() -> None:
    assert change_of("moved-0123456789abcdef") is None
    assert move_of("moved-0123456789abcdef") == ("moved-0123456789abcdef", None)
    assert change_of("cancelled-2025-02-05T08:00:00+00:00") is not None


ITEMS = st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4, unique=True)


@given(ITEMS, DAYS)
def test_every_measurement_has_a_key_of_its_own_that_leads_back_to_it(
    pairs: list[tuple[str, str]], due: date
) -> None:
    listed: list[dict[str, Any]] = [{"id": one, "indicators": [{"id": each}]} for one, each in pairs]
    wanted = [Measuring(one, each, due) for one, each in pairs]
    for known in ([], [name for one in wanted for name in one.formerly]):
        names = spelt(wanted, known)
        assert len(set(names.values())) == len(pairs)
    for one, item in zip(wanted, listed, strict=True):
        found = told_by(one.occurrence, listed)
        assert found is not None
        assert (found[0]["id"], found[1]["id"]) == (item["id"], item["indicators"][0]["id"])


def test_a_key_from_before_is_kept_while_it_can_be_no_others() -> None:
    due = date(2027, 6, 1)
    plus, given_one, other = (
        Measuring(*ids, due) for ids in (("A+1", "i1"), ("4.1", "4.1.1"), ("4.2", "4.2.1"))
    )
    assert spelt([plus], {"A+1/i1/2027-06-01"}) == {plus: "A+1/i1/2027-06-01"}
    assert spelt([given_one], {"//2027-06-01"}) == {given_one: "//2027-06-01"}
    assert spelt([given_one, other], {"//2027-06-01"}) == {
        given_one: "4.1/4.1.1/2027-06-01",
        other: "4.2/4.2.1/2027-06-01",
    }
    listed = [{"id": "4.1", "indicators": [{"id": "4.1.1"}]}]
    assert told_by("//2027-06-01", listed) is not None
    assert told_by("borte/i1/2027-06-01", listed) is None
    assert told_by("uten dag", listed) is None
