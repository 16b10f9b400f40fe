"""Does the table say who may do what, and does nothing else?"""

from datetime import UTC, datetime, timedelta

import pytest

from engine.core.access.actor import Actor, Level, Session
from engine.core.access.table import OPEN_TO_ALL, TABLE, Act, Denied, Portal, Relation, Rule, allowed
from tools.write_access import PAGE, page

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
NOBODY = Actor(person=None, via=Session())
SOMEBODY = Actor(person="p", via=Session(link="l"), level=Level.KODE, proved_at=NOW)
ANYONE = frozenset({Relation.ANYONE})


def of(*relations: Relation) -> frozenset[Relation]:
    return frozenset({Relation.ANYONE, Relation.SIGNED_IN, *relations})


def test_every_act_has_a_row_and_every_row_an_act() -> None:
    assert set(TABLE) == set(Act)


@pytest.mark.parametrize("act", Act)
def test_what_has_no_row_may_nobody_do(act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "engine.core.access.table.TABLE", {one: row for one, row in TABLE.items() if one != act}
    )
    assert allowed(act, of(*Relation), SOMEBODY, now=NOW, portal=Portal.SIGNED_IN) == Denied(why="closed")


@pytest.mark.parametrize("act", [act for act in Act if TABLE[act].level > Level.NONE])
@pytest.mark.parametrize("portal", Portal)
def test_whoever_has_not_signed_in_reads_an_open_portal_and_nothing_else(act: Act, portal: Portal) -> None:
    denied = allowed(act, ANYONE, NOBODY, now=NOW, portal=portal)
    open_to_all = portal is Portal.OPEN and act in OPEN_TO_ALL
    assert denied == (None if open_to_all else Denied(why="sign_in"))


@pytest.mark.parametrize("act", [act for act in Act if TABLE[act].level > Level.NONE])
def test_a_door_without_a_code_lends_its_key_to_nothing(act: Act) -> None:
    weak = Actor(person="p", via=Session(link="l"), level=Level.ENKEL, proved_at=NOW)
    assert allowed(act, of(*Relation), weak, now=NOW) == Denied(why="level")


@pytest.mark.parametrize(
    ("act", "may"),
    [
        (Act.REQUEST, {Relation.LEADER, Relation.OFFICE}),
        (Act.FILL_IN, {Relation.IN_PROJECT, Relation.OFFICE}),
        (Act.REGISTER, {Relation.OFFICE}),
        (Act.DIRECT, {Relation.OFFICE}),
        (Act.READ_DRAFT, {Relation.OFFICE, Relation.MEMBER}),
    ],
)
def test_what_is_somebodys_own_is_nobody_elses(act: Act, may: set[Relation]) -> None:
    for relation in set(Relation) - {Relation.ANYONE, Relation.SIGNED_IN}:
        denied = allowed(act, of(relation), SOMEBODY, now=NOW)
        assert denied == (None if relation in may else Denied(why="relation")), relation


def test_a_closed_portal_is_read_by_the_office_alone() -> None:
    assert allowed(Act.READ_PORTFOLIO, of(), SOMEBODY, now=NOW, portal=Portal.CLOSED) == Denied(why="closed")
    office = of(Relation.OFFICE)
    assert allowed(Act.READ_PORTFOLIO, office, SOMEBODY, now=NOW, portal=Portal.CLOSED) is None
    assert allowed(Act.READ_OWN, of(), SOMEBODY, now=NOW, portal=Portal.CLOSED) is None


def test_what_cannot_be_taken_back_wants_a_fresh_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule(relations=frozenset({Relation.OFFICE}), fresh=timedelta(minutes=15))
    monkeypatch.setattr("engine.core.access.table.TABLE", {Act.DIRECT: rule})
    later = NOW + timedelta(minutes=15)
    assert allowed(Act.DIRECT, of(Relation.OFFICE), SOMEBODY, now=later) is None
    assert allowed(Act.DIRECT, of(Relation.OFFICE), SOMEBODY, now=later + timedelta(seconds=1)) == Denied(
        why="fresh"
    )


def test_the_page_that_people_read_is_written_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make access writes it anew"
