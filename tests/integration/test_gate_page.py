"""Does a project leader get through a gate on the page alone, and what stands in the way of others?"""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from demo import scene
from engine.core.programme.calendar import local_date
from engine.queries.projects.gate_form import gate_form
from engine.store import cases, projects, schema
from engine.store.session import Database
from engine.use_cases.projects.change_facts import change_facts
from tests.sign_in_builders import signed_in
from tests.web_builders import ASKED_AT, OWNER, SECOND, SECRETARY, Office, settings_for

PAGE = f"/prosjekt/{scene.PROJECT}/beslutningspunkt"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    """The story's project in Konsept, before anybody has asked for BP2."""
    place = f"sqlite:///{tmp_path / 'faseport.db'}"
    schema.upgrade(place)
    db = Database(place)
    scene.prepare(db)
    settings = settings_for("https://faseport.example.org", open_portal=False)
    yield Office(db=db, now=ASKED_AT - timedelta(days=10), case="", letters={}, settings=settings)
    db.close()


def seen(page: str, fact: str) -> str:
    found = re.search(rf'name="sett-{fact}" value="([0-9a-f]+)"', page)
    assert found, fact
    return found[1]


def facts_of(desk: Office) -> dict[str, Any]:
    with desk.db.reading() as tx:
        return dict(projects.facts(tx, scene.PROJECT, on=local_date(desk.now)))


def criterion_of(page: str, fact: str) -> str:
    """Which question asks for a fact."""
    found = re.search(
        rf'beslutningspunkt/([\w-]+)/opplysninger"(?:(?!</form>).)*name="sett-{fact}"', page, re.S
    )
    assert found, fact
    return found[1]


def test_every_missing_fact_has_its_field_on_the_page(desk: Office) -> None:
    page = signed_in(desk, scene.STUDY_LEADER).get(PAGE)
    assert page.status_code == 200
    assert "<i>må</i>-krav er oppfylt" in page.text
    assert page.text.count("<details") > 5
    assert len(re.findall(r"<details[^>]*fp-question[^>]* open", page.text)) == 1
    with desk.db.reading() as tx:
        form = gate_form(tx, key=scene.PROJECT, today=local_date(desk.now))
    for question in form.questions:
        if question.check.status == "unmet" and question.check.weight == "må":
            assert question.can_be_filled_in or question.id == "forutsetninger", question.id
            assert unescape(question.check.title) in unescape(page.text)


def test_a_list_with_rows_in_rows_is_written_in_fields_and_stored_with_its_types(desk: Office) -> None:
    leader = signed_in(desk, scene.STUDY_LEADER)
    page = leader.get(PAGE).text
    criterion = criterion_of(page, "benefits")
    sent = {
        "benefits-0-title": "Færre tilsyn",
        "benefits-0-prioritised": "ja",
        "benefits-0-due": "2026-12-31",
        "benefits-0-freed_fte": "1,5",
        "benefits-0-ambition": "En tredel færre",
        "benefits-0-indicators-0-title": "Tilsyn per natt",
        "benefits-1-title": "",
        "sett-benefits": seen(page, "benefits"),
    }
    saved = leader.post(f"{PAGE}/{criterion}/opplysninger", data=sent)
    assert saved.status_code == 303, saved.text
    assert saved.headers["location"].endswith(f"?lagret={criterion}#{criterion}")
    (benefit,) = facts_of(desk)["benefits"]
    assert (benefit["title"], benefit["prioritised"], benefit["freed_fte"]) == ("Færre tilsyn", True, 1.5)
    assert benefit["indicators"][0]["title"] == "Tilsyn per natt"
    assert 'value="1,5"' in leader.get(PAGE).text


def test_what_cannot_be_used_is_told_at_its_own_field_and_nothing_typed_is_lost(desk: Office) -> None:
    leader = signed_in(desk, scene.STUDY_LEADER)
    page = leader.get(PAGE).text
    criterion = criterion_of(page, "benefits")
    before = facts_of(desk)
    answer = leader.post(
        f"{PAGE}/{criterion}/opplysninger",
        data={
            "benefits-0-title": "Bedre natt",
            "benefits-3-title": "Spart tid",
            "benefits-3-due": "i morgen",
            "sett-benefits": seen(page, "benefits"),
        },
    )
    assert answer.status_code == 422
    assert 'href="#benefits-3-due"' in answer.text or 'href="#benefits-1-due"' in answer.text
    assert "Spart tid" in answer.text
    assert facts_of(desk) == before


def test_two_who_change_the_same_fact_both_see_both_and_two_different_ones_do_not_meet(desk: Office) -> None:
    one, other = signed_in(desk, scene.STUDY_LEADER), signed_in(desk, SECRETARY)
    page = other.get(PAGE).text
    problem, goals = criterion_of(page, "problem"), criterion_of(page, "goals")
    version = seen(page, "problem")
    sent = {"problem": "Først", "sett-problem": version}
    assert one.post(f"{PAGE}/{problem}/opplysninger", data=sent).status_code == 303
    second = other.post(f"{PAGE}/{problem}/opplysninger", data=sent | {"problem": "Etterpå"})
    assert second.status_code == 409
    assert "Noen andre har endret dette" in second.text
    assert "Først" in second.text
    assert "Etterpå" in second.text
    assert facts_of(desk)["problem"] == "Først"
    apart = {"goals": "Alle får hjelp i tide.", "sett-goals": seen(page, "goals")}
    assert other.post(f"{PAGE}/{goals}/opplysninger", data=apart).status_code == 303


def test_nobody_without_a_part_in_the_project_fills_in(desk: Office) -> None:
    member = signed_in(desk, SECOND)
    page = member.get(PAGE)
    assert page.status_code == 200
    assert "<form" not in page.text
    assert member.post(f"{PAGE}/problem/opplysninger", data={"problem": "x"}).status_code == 403
    assert desk.browser().post(f"{PAGE}/problem/opplysninger", data={"problem": "x"}).status_code == 401


def test_a_question_is_answered_by_one_and_confirmed_by_another(desk: Office) -> None:
    leader, office = signed_in(desk, scene.STUDY_LEADER), signed_in(desk, SECRETARY)
    empty = leader.post(f"{PAGE}/leangen/svar", data={"forklaring": "Vi følger den."})
    assert empty.status_code == 422
    assert "Velg et svar." in empty.text
    answered = leader.post(f"{PAGE}/leangen/svar", data={"svar": "ja", "forklaring": "Vi følger den."})
    assert answered.status_code == 303
    assert "venter på programkontoret" in leader.get(PAGE).text
    assert leader.post(f"{PAGE}/leangen/bekreft").status_code == 422
    assert office.post(f"{PAGE}/leangen/bekreft").status_code == 303
    assert re.search(r'id="leangen".*?Oppfylt', office.get(PAGE).text, re.S)


def test_reading_the_page_changes_nothing(desk: Office) -> None:
    leader = signed_in(desk, scene.STUDY_LEADER)
    before = desk.dump()
    leader.get(PAGE)
    assert desk.dump() == before


def test_a_fact_changed_elsewhere_to_the_same_value_is_no_conflict(desk: Office) -> None:
    leader = signed_in(desk, scene.STUDY_LEADER)
    page = leader.get(PAGE).text
    change_facts(
        desk.db,
        key=scene.PROJECT,
        changes={"problem": "Likt"},
        by=SECRETARY,
        effective=local_date(desk.now),
        now=desk.now,
    )
    sent = {"problem": "Likt", "sett-problem": seen(page, "problem")}
    assert leader.post(f"{PAGE}/{criterion_of(page, 'problem')}/opplysninger", data=sent).status_code == 303


ASK = f"/prosjekt/{scene.PROJECT}/be-om"


def ready(desk: Office) -> None:
    scene.fill_what_is_missing(desk.db, now=desk.now)


def test_what_the_group_will_read_is_seen_before_anything_is_sent(desk: Office) -> None:
    ready(desk)
    leader = signed_in(desk, scene.STUDY_LEADER)
    before = desk.dump()
    page = leader.get(ASK)
    assert page.status_code == 200
    assert "Slik blir saken" in page.text
    assert "Send til møtet" in page.text
    assert scene.PROJECT not in page.headers.get("location", "")
    paper = leader.post(f"{ASK}/saksframlegg.html", data={"forslag": "Prosjektet går til planlegging."})
    assert paper.status_code == 200
    assert "Prosjektet går til planlegging." in paper.text
    assert leader.post(f"{ASK}/saksframlegg.pdf", data={"forslag": "x"}).content.startswith(b"%PDF")
    assert desk.dump() == before


def test_a_leader_asks_sees_who_has_answered_and_takes_it_back(desk: Office) -> None:
    ready(desk)
    leader = signed_in(desk, scene.STUDY_LEADER)
    sent = leader.post(ASK, data={"forslag": "Prosjektet går til planlegging (BP2).", "send": "ja"})
    assert (sent.status_code, sent.headers["location"]) == (303, ASK)
    shown = leader.get(ASK).text
    assert "er sendt" in shown
    assert "0 av 8 har svart" in shown
    assert "venter på beslutning" in leader.get(PAGE).text
    assert leader.post(ASK, data={"forslag": "En gang til.", "send": "ja"}).status_code in (200, 422)
    empty = leader.post(f"/prosjekt/{scene.PROJECT}/trekk", data={"grunn": ""})
    assert empty.status_code == 422
    taken_back = leader.post(f"/prosjekt/{scene.PROJECT}/trekk", data={"grunn": "Tallene må rettes."})
    assert taken_back.status_code == 303
    assert "Be om faseovergang" in leader.get(PAGE).text


def test_a_gate_that_lacks_something_names_all_of_it_and_sends_nothing(desk: Office) -> None:
    leader = signed_in(desk, scene.STUDY_LEADER)
    page = leader.get(ASK)
    assert page.status_code == 422
    assert page.text.count("<li>") >= 3
    refused = leader.post(ASK, data={"forslag": "Likevel.", "send": "ja"})
    assert refused.status_code == 422
    with desk.db.reading() as tx:
        assert cases.open_for(tx, scene.PROJECT) is None


def test_only_the_leader_and_the_office_ask(desk: Office) -> None:
    ready(desk)
    owner = signed_in(desk, OWNER)
    assert owner.get(ASK).status_code == 403
    assert owner.post(ASK, data={"forslag": "x", "send": "ja"}).status_code == 403
    assert signed_in(desk, SECRETARY).get(ASK).status_code == 200


def test_a_paper_keeps_its_name_and_a_forbidden_one_is_refused_at_its_field(
    desk: Office,
) -> None:
    leader = signed_in(desk, scene.STUDY_LEADER)
    page = leader.get(PAGE).text
    found = re.search(r'name="slag" value="(\w+)"><input type="hidden" name="krav" value="([\w:]+)"', page)
    assert found
    form = {"slag": found[1], "krav": found[2]}
    address = f"/prosjekt/{scene.PROJECT}/underlag"
    for name, content in (("lur.exe", b"MZ"), ("tom.pdf", b"")):
        refused = leader.post(address, data=form, files={"fil": (name, content)})
        assert refused.status_code == 422, name
    large = b"%PDF" + b"0" * (3 * 1024 * 1024)
    taken = leader.post(address, data=form, files={"fil": ("C:\\mappe\\Prosjektforslag åpent.pdf", large)})
    assert taken.status_code == 303
    assert "Prosjektforslag åpent" in leader.get(PAGE).text
    assert desk.browser().post(address, data=form, files={"fil": ("a.pdf", large)}).status_code in (401, 413)
