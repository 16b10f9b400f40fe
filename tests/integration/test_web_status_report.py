"""Can a project's leader report a tertial in a browser, and its owner approve it with one press?"""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo import scene
from engine.core.access.links import Link, Purpose, code_for, last_moment, token_for, token_hash
from engine.core.record.letters import subject_of_person
from engine.store import links, people, projects, reporting
from engine.store.record import ledger
from engine.store.session import new_id
from engine.use_cases.access.open_door import Entered, open_door
from engine.use_cases.benefits.measure_benefit import measure_benefit
from engine.use_cases.projects.change_facts import assign_role
from engine.use_cases.reports.close_period import close_period
from engine.use_cases.reports.import_accounts import import_accounts
from tests.builders import sheet
from tests.web_builders import KEYS, OWNER, SECOND, SECRETARY, Office, dump, settings_for

KEY, PERIOD = scene.PROJECT, "2025-T1"
PATH = f"/rapportering/{KEY}/{PERIOD}"
DELIVERED_AT = datetime(2025, 1, 30, 9, 42, tzinfo=UTC)
THIRD = "kommunalsjef-boa@example.org"


@pytest.fixture
def desk(office: Office) -> Office:
    """The story's house: one member of the group leads the project, another owns it."""
    assign_role(
        office.db,
        key=KEY,
        role="prosjektleder",
        who=SECOND,
        valid_from=date(2025, 1, 1),
        by=SECRETARY,
        now=office.now,
    )
    office.now = DELIVERED_AT
    return office


def answers(**told: str) -> dict[str, str]:
    return {"versjon": "0", "progress": "Vi har avklart omfanget."} | told


def sent(browser: TestClient, **told: str) -> Any:
    return browser.post(PATH, data=answers(**told))


def test_the_form_is_filled_in_from_what_is_known_and_delivered(desk: Office) -> None:
    browser = desk.inside(SECOND)
    page = unescape(browser.get(PATH).text)
    assert "Statusrapport 1. tertial 2025" in page
    assert "Rapporter innen torsdag 15. mai" in page
    assert "Fem felt." in page
    assert 'value="A1"' not in page
    assert 'name="benefits-1-benefit" value="tilsyn-natt"' in page
    answer = sent(
        browser,
        **{
            "benefits-1-benefit": "tilsyn-natt",
            "benefits-1-comment": "Nullpunktet er målt.",
            "risks-1-title": "Lite tid",
            "risks-1-kind": "trussel",
            "risks-1-probability": "4",
            "risks-1-consequence": "3",
            "risks-1-due": "30.6.2025",
        },
    )
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    page = unescape(browser.get(PATH).text)
    assert "Venter på eier." in page
    assert "Versjon 1, levert torsdag 30. januar 2025 kl. 10.42" in page
    with desk.db.reading() as tx:
        (report,) = reporting.reports(tx, project=KEY)
        risks = projects.facts(tx, KEY, on=date(2025, 1, 30))["risks"]
        assert ledger.verify(tx).faults == ()
    assert report.fields["benefits"] == [{"benefit": "tilsyn-natt", "comment": "Nullpunktet er målt."}]
    assert (risks[0]["probability"], risks[0]["due"]) == (4, "2025-06-30")


def test_what_is_measured_and_what_is_spent_is_shown_and_not_asked_for(desk: Office) -> None:
    lines = sheet([{"label": "Kurs", "group": "utgift", "project_number": "P-2024-17", "spent": "900000"}])
    told: dict[str, Any] = {"period": PERIOD, "by": SECRETARY, "now": desk.now}
    import_accounts(desk.db, sheet=lines, as_of=date(2025, 1, 29), **told)
    about: dict[str, Any] = {"key": KEY, "benefit": "tilsyn-natt", "by": SECOND, "now": desk.now}
    measure_benefit(desk.db, value="79", measured_on=date(2025, 1, 10), as_baseline=True, **about)
    measure_benefit(desk.db, value="61,5 tilsyn", measured_on=date(2025, 1, 28), **about)
    page = unescape(desk.inside(SECOND).get(PATH).text).replace("\u00a0", " ")
    assert "Kurs: regnskap 900 000 kroner per 29.01.2025" in page
    assert "Fysiske tilsyn per natt (tilsyn): nullpunkt 79 (10.01.2025), sist målt 61,5 (28.01.2025)." in page


def test_the_owner_approves_with_one_press(desk: Office) -> None:
    sent(desk.inside(SECOND))
    owner = desk.inside(OWNER)
    page = owner.get(PATH).text
    assert "Godkjenn rapporten" in page
    assert "Lever rapporten" not in page
    assert owner.post(f"{PATH}/godkjent", data={"versjon": "1"}).status_code == 303
    assert "Godkjent av eier." in owner.get(PATH).text
    assert "Godkjenn rapporten" not in owner.get(PATH).text
    assert owner.post(f"{PATH}/godkjent", data={"versjon": "1"}).status_code == 422


def test_every_mistake_is_shown_at_its_field_and_nothing_typed_is_lost(desk: Office) -> None:
    browser = desk.inside(SECOND)
    before = dump(desk.db)
    answer = sent(
        browser,
        **{
            "progress": " ",
            "deviations": "Litt <b>sent</b>",
            "risks-2-title": "Lite tid",
            "risks-2-probability": "3",
            "risks-2-due": "snart",
        },
    )
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert '<a class="ds-link" href="#progress">«Fremdrift og resultater» mangler.</a>' in page
    assert '<a class="ds-link" href="#risks-1-due">«snart» er ikke en dato.' in page
    assert 'id="risks-1-due" name="risks-1-due" value="snart"' in page
    assert "&lt;b&gt;sent" in answer.text
    assert dump(desk.db) == before


def test_more_rows_can_be_asked_for_without_losing_what_is_typed(desk: Office) -> None:
    browser = desk.inside(SECOND)
    page = sent(browser, flere="risks", **{"risks-1-title": "Lite tid"})
    assert page.status_code == 200
    assert 'name="risks-4-title"' in page.text
    assert 'value="Lite tid"' in page.text
    with desk.db.reading() as tx:
        assert reporting.reports(tx) == ()


def test_a_correction_is_a_new_version_and_nobody_overwrites_what_they_have_not_seen(desk: Office) -> None:
    browser = desk.inside(SECOND)
    sent(browser)
    stale = sent(browser, progress="Sent fra en gammel side")
    assert stale.status_code == 422
    assert "Versjon 1 er levert i mellomtiden" in stale.text
    assert sent(browser, versjon="1", progress="Rettet.").status_code == 303
    assert "Versjon 2" in browser.get(PATH).text


def test_only_those_with_a_part_in_the_project_report_and_approve(desk: Office) -> None:
    desk.settings = settings_for("https://faseport.example.org", open_portal=False)
    sent(desk.inside(SECOND))
    for browser in (desk.browser(), desk.inside(THIRD)):
        assert browser.get(PATH).status_code == 403
        assert browser.get("/rapportering/finnes-ikke/2025-T1").status_code == 403
        assert sent(browser, versjon="1", progress="Inn fra siden").status_code == 403
        assert browser.post(f"{PATH}/godkjent", data={"versjon": "1"}).status_code == 403
    assert sent(desk.inside(OWNER), versjon="1", progress="Eier").status_code == 403
    assert desk.inside(SECOND).get(f"/rapportering/{KEY}/2031-T1").status_code == 404


def test_whoever_came_in_by_a_reminders_link_reports_without_a_seat_anywhere(desk: Office) -> None:
    """The reminder's link is a person's own: it leads to no case and no meeting."""
    desk.settings = settings_for("https://faseport.example.org", open_portal=False)
    with desk.db.reading() as tx:
        leader = people.by_email(tx, scene.STUDY_LEADER)
    assert leader is not None
    link = Link(
        id=new_id(),
        purpose=Purpose.OBLIGATION,
        kid=1,
        generation=1,
        person=leader.id,
        subject=subject_of_person(leader.id),
        level="kode",
        created_at=desk.now,
        not_after=last_moment(desk.now, desk.now + timedelta(days=10)),
    )
    told: dict[str, Any] = {"kid": 1, "link_id": link.id, "generation": 1}
    token = token_for(KEYS, purpose=link.purpose, **told)
    with desk.db.writing() as tx:
        links.insert(tx, link, token_sha256=token_hash(token))
    code = code_for(KEYS, **told)
    entered = open_door(desk.db, keys=KEYS, token=token, code=code, remember=False, now=desk.now)
    assert isinstance(entered, Entered), entered
    browser = desk.browser()
    assert sent(browser).status_code == 403
    browser.cookies.set("__Host-fp-frister", entered.session)
    assert "Lever rapporten" in browser.get(PATH).text
    assert sent(browser).status_code == 303


def test_an_open_portal_shows_what_is_delivered_and_takes_nothing(desk: Office) -> None:
    stranger = desk.browser()
    assert "Rapporten er ikke levert ennå." in stranger.get(PATH).text
    sent(desk.inside(SECOND))
    page = stranger.get(PATH).text
    assert "Vi har avklart omfanget." in page
    assert "<form" not in page
    assert stranger.get("/rapportering/finnes-ikke/2025-T1").status_code == 404
    assert f'href="{PATH}">1. tertial 2025</a>' in stranger.get(f"/prosjekt/{KEY}").text


@pytest.mark.parametrize(
    "extra", [{"ukjent": "1"}, {"versjon": "ja"}, {"versjon": ""}, {"risks-99-title": "x"}]
)
def test_a_form_of_somebodys_own_making_is_refused(desk: Office, extra: dict[str, str]) -> None:
    assert sent(desk.inside(SECOND), **extra).status_code == 400


def test_a_closed_period_takes_no_report(desk: Office) -> None:
    close_period(desk.db, period=PERIOD, by=SECRETARY, now=desk.now)
    browser = desk.inside(SECOND)
    assert "Perioden er lukket" in browser.get(PATH).text
    assert "<textarea" not in browser.get(PATH).text
    refused = sent(browser)
    assert refused.status_code == 422
    assert "Perioden 2025-T1 er lukket." in refused.text
