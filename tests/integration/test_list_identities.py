"""Is a benefit the same one through all that happens to it, whatever its id holds and if none was given?"""

from datetime import date, timedelta
from typing import Any

import pytest

from engine.core.record.events.obligations import ObligationExtended
from engine.core.record.events.projects import FactsChanged
from engine.core.record.letters import ALERT
from engine.queries.obligations.show_obligations import show_obligations
from engine.store import obligations, projects
from engine.store.obligations import Stored
from engine.store.record import ledger
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.benefits.measure_benefit import measure_benefit
from engine.use_cases.obligations.alert_owner import Alerted, alert_owner
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.projects.change_facts import change_facts
from tests.builders import LEADER, NOW, OFFICE, OWNER
from tests.integration.test_obligation_acts import TWO_AFTER, deliver, house, letters, post, to
from tests.mail_servers import Mailbox

__all__ = ["house", "post"]

KEY = "trygghet"
DUE = "2025-02-05"


def benefit(title: str, *indicators: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": title, "prioritised": True, "due": DUE, "indicators": [*indicators], **more}


def told(db: Database, *benefits: dict[str, Any], days: int = 0) -> None:
    """Facts as an early version kept them: as they were told, without ids."""
    changed = FactsChanged(
        project=KEY, names=("benefits",), effective="2025-01-14", values={"benefits": [*benefits]}
    )
    with db.writing() as tx:
        record(tx, [changed], now=NOW + timedelta(days=days))
    plan_obligations(db, now=NOW + timedelta(days=days))


def set_now(db: Database, *benefits: dict[str, Any], days: int = 0) -> list[dict[str, Any]]:
    """Facts as they are set today; what is then known."""
    change_facts(
        db,
        key=KEY,
        changes={"benefits": [*benefits]},
        by=OFFICE,
        effective=NOW.date(),
        now=NOW + timedelta(days=days),
    )
    plan_obligations(db, now=NOW + timedelta(days=days))
    return known(db)


def known(db: Database) -> list[dict[str, Any]]:
    with db.reading() as tx:
        found: list[dict[str, Any]] = projects.facts(tx, KEY)["benefits"]
    return found


def owed(db: Database) -> dict[str, Stored]:
    """What is to be measured, by the indicator's title."""
    with db.reading() as tx:
        found = obligations.list_obligations(tx, kind="maling")
        views = show_obligations(tx, found, on=NOW.date())
    return {view.about["indicator"]: stored for view, stored in zip(views, found, strict=True)}


@pytest.mark.parametrize("id_", ["A+1", "A/1", "A 1", "50%", "+", "a/b+c d%2F"])
def test_an_alert_about_a_benefit_arrives_whatever_its_id_holds(
    house: Database, post: tuple[Mailbox, int], id_: str
) -> None:
    mailbox, port = post
    set_now(house, benefit("Spart tid", {"id": f"{id_}i", "title": "Kjøretid"}, id=id_))
    (late,) = owed(house).values()
    found = alert_owner(house, obligation=late.id, by=OFFICE, now=TWO_AFTER)
    assert isinstance(found, Alerted)
    deliver(house, port, TWO_AFTER)
    assert letters(house, ALERT) == [("sent", None)]
    (letter,) = to(mailbox, OWNER)
    assert "Kjøretid" in str(letter["Subject"])


def test_a_benefit_is_given_an_id_when_it_is_told_and_keeps_it(house: Database) -> None:
    first = set_now(house, benefit("Spart tid", {"title": "Kjøretid"}, {"title": "Ventetid"}), benefit("Ro"))
    assert [one["id"] for one in first] == ["G1", "G2"]
    assert [one["id"] for one in first[0]["indicators"]] == ["i1", "i2"]
    second = set_now(house, benefit("Ro"), benefit("Vei"), days=1)
    assert [one["id"] for one in second] == ["G2", "G3"], "what is gone gives its id to nobody"
    third = set_now(house, benefit("Spart tid"), days=2)
    assert [one["id"] for one in third] == ["G4"]


def test_indicators_told_without_ids_are_measured_each_by_itself(house: Database) -> None:
    told(
        house,
        benefit("Spart tid", {"title": "Kjøretid", "baseline": 1.0}, {"title": "Ventetid", "baseline": 1.0}),
        benefit("Ro", {"title": "Uro", "baseline": 1.0}),
    )
    before = owed(house)
    assert set(before) == {"Kjøretid", "Ventetid", "Uro"}
    measured = measure_benefit(
        house,
        key=KEY,
        benefit="Spart tid",
        indicator="Ventetid",
        value="2",
        measured_on=date(2025, 1, 14),
        by=LEADER,
        now=NOW,
    )
    assert measured
    plan_obligations(house, now=NOW)
    assert set(owed(house)) == {"Kjøretid", "Uro"}
    # Told again in another order, by a version that gave no ids either: each is still what it was.
    told(house, benefit("Ro", {"title": "Uro"}), benefit("Spart tid", {"title": "Kjøretid"}), days=1)
    assert {title: one.id for title, one in owed(house).items()} == {
        title: before[title].id for title in ("Kjøretid", "Uro")
    }
    with house.reading() as tx:
        assert ledger.verify(tx).faults == ()


@pytest.mark.parametrize("item", [{"id": "A+1"}, {}], ids=["separator", "without an id"])
def test_what_was_done_under_an_earlier_key_still_holds(house: Database, item: dict[str, Any]) -> None:
    earlier = f"{item.get('id', '')}/{item.get('id', '')}/{DUE}"
    extended = ObligationExtended(
        kind="maling",
        subject=f"project:{KEY}",
        occurrence=earlier,
        project=KEY,
        due="2025-03-03",
        reason="Avtalt.",
    )
    with house.writing() as tx:
        record(tx, [extended], now=NOW)
    told(house, benefit("Spart tid", {"title": "Kjøretid", **item}, **item))
    (found,) = owed(house).values()
    assert found.obligation.key.occurrence == earlier
    assert found.obligation.due_on == date(2025, 3, 3)
