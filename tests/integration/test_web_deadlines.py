"""Who gets in to which deadlines, what can they do there, and what is left behind by those who only look?"""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from demo import scene
from engine.core.access.links import LONGEST_LIFE
from engine.core.programme.calendar import local_date
from engine.core.record.letters import ALERT, CASE, REMINDER, WAY_IN
from engine.store import cases, obligations, outbox
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.conclude_case import Condition, conclude_case
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.obligations.remind import remind
from engine.use_cases.people.erase_person import erase_person
from engine.use_cases.projects.change_facts import change_facts
from tests.deadline_builders import PROJECT_LEADER, TODAY, give_project_leader, owed_by, status_of, way_in
from tests.web_builders import ANSWERED_AT, LEADER, SECOND, SECRETARY, Letter, Office, settings_for

ROS = "duty:ros"
REPORT = "duty:statusrapport"


def inside(office: Office, email: str) -> TestClient:
    """A browser that has come in to somebody's deadlines."""
    letter, browser = way_in(office, email), office.browser()
    entered = browser.post(f"/b/{letter.token}", data={"kode": letter.code})
    assert entered.headers["location"] == "/frister"
    return browser


def letters(office: Office, kind: str) -> list[str]:
    with office.db.reading() as tx:
        return [one.recipient for one in outbox.list_letters(tx) if one.kind == kind]


def due_of(office: Office, id_: str) -> date:
    with office.db.reading() as tx:
        found = obligations.by_id(tx, id_)
    assert found is not None
    return found.obligation.due_on


def summaries(content: bytes) -> list[str]:
    calendar = Calendar.from_ical(content)
    return [str(one["summary"]) for one in calendar.walk("VEVENT")]


# ---------------------------------------------------------------- the door


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_door_page_and_calendar_changes_not_one_byte(deadline_office: Office, method: str) -> None:
    office = deadline_office
    letter, browser = way_in(office, SECRETARY), inside(office, SECRETARY)
    browser.post("/frister/kalender")
    page = browser.get("/frister").text
    feed = page.split('readonly value="')[1].split('"')[0]
    assert feed
    before = office.dump()
    for path in (f"/b/{letter.token}?frist=abc", "/frister?frist=abc", "/arshjul", "/arshjul.svg"):
        assert browser.request(method, path).status_code == 200, path
    assert office.browser().request(method, feed).status_code == 200
    assert office.browser().request(method, f"/b/{letter.token}").headers.get("set-cookie") is None
    assert office.dump() == before


def test_the_door_names_the_programme_and_shows_nothing_that_is_owed(deadline_office: Office) -> None:
    letter = way_in(deadline_office, SECRETARY)
    page = deadline_office.browser().get(f"/b/{letter.token}").text
    assert "Fristene dine" in page
    assert "risiko" not in page
    assert "Statusrapport" not in page


def test_a_line_of_the_letter_leads_to_its_deadline_and_nowhere_else(deadline_office: Office) -> None:
    office = deadline_office
    line = owed_by(office, SECRETARY, ROS)[0].id
    letter, browser = way_in(office, SECRETARY), office.browser()
    assert f'name="frist" value="{line}"' in browser.get(f"/b/{letter.token}?frist={line}").text
    wrong = browser.post(f"/b/{letter.token}", data={"kode": "000000", "frist": line})
    assert f'name="frist" value="{line}"' in wrong.text, "kept when the code is wrong"
    came = browser.post(f"/b/{letter.token}", data={"kode": letter.code, "frist": line})
    assert came.headers["location"] == f"/frister?frist={line}#frist-{line}"
    for planted in ("//evil.example", "x\r\nSet-Cookie: a=b", '"><script>', "../sak/1"):
        page = browser.get(f"/b/{letter.token}", params={"frist": planted})
        assert 'name="frist"' not in page.text
        came = browser.post(f"/b/{letter.token}", data={"kode": letter.code, "frist": planted})
        assert came.headers["location"] == "/frister"


def test_a_link_to_deadlines_opens_no_case_and_a_link_to_a_case_no_deadlines(deadline_office: Office) -> None:
    office = deadline_office
    browser = inside(office, SECOND)
    office.settings = settings_for("https://faseport.example.org", open_portal=False)
    assert browser.get(f"/sak/{office.case}").status_code == 403
    letter, other = office.letters[SECOND], office.browser()
    office.now = ANSWERED_AT
    other.post(f"/b/{letter.token}", data={"kode": letter.code})
    assert other.get("/frister").status_code == 403
    assert office.browser().get("/frister").status_code == 403


def test_a_dead_link_gives_way_to_a_new_one_by_letter_only(deadline_office: Office) -> None:
    office = deadline_office
    letter, browser = way_in(office, PROJECT_LEADER, now=TODAY - LONGEST_LIFE), office.browser()
    shut = browser.get(f"/b/{letter.token}")
    assert shut.status_code == 410
    assert "Fristene dine ligger der fortsatt" in shut.text
    assert "En ny lenke er på vei" in browser.post(f"/b/{letter.token}/ny-lenke").text
    assert letters(office, WAY_IN) == [letter.person]
    assert browser.get("/frister").status_code == 403


def test_whoever_is_erased_is_out_at_once(deadline_office: Office) -> None:
    office = deadline_office
    browser = inside(office, PROJECT_LEADER)
    browser.post("/frister/kalender")
    feed = browser.get("/frister").text.split('value="')[1].split('"')[0]
    erase_person(office.db, who=PROJECT_LEADER, now=office.now)
    assert browser.get("/frister").status_code == 403
    assert office.browser().get(feed).status_code == 410


# ---------------------------------------------------------------- one's own


def test_the_page_shows_what_the_person_answers_for_and_nobody_elses(deadline_office: Office) -> None:
    page = inside(deadline_office, PROJECT_LEADER).get("/frister").text
    assert "Statusrapport for prosjektet, 1. tertial 2025" in page
    assert "Fristen var torsdag 15. mai 2025, tre virkedager siden." in page
    assert f'href="/rapportering/{scene.PROJECT}/2025-T1"' in page
    assert "Andres frister" not in page
    assert "Gi ny frist" not in page
    assert "Revidert risiko" not in page


def test_what_is_done_is_said_there_once_and_leaves_the_page(deadline_office: Office) -> None:
    office = deadline_office
    browser, line = inside(office, SECRETARY), owed_by(office, SECRETARY, ROS)[0].id
    empty = browser.post(f"/frister/{line}/utfort", data={"notat": " "})
    assert empty.status_code == 422
    assert f'href="#notat-{line}"' in empty.text
    assert "Skriv kort hva som er gjort." in empty.text
    too_long = browser.post(f"/frister/{line}/utfort", data={"notat": "x" * 4001})
    assert "x" * 4001 in too_long.text, "nothing that was typed is lost"
    before = len(office.dump()["ledger_leaf"])
    for _ in range(2):
        done = browser.post(f"/frister/{line}/utfort", data={"notat": "Revidert."})
        assert done.headers["location"] == "/frister?gjort=utfort", "the same form once more is no error"
    assert len(office.dump()["ledger_leaf"]) == before + 1
    assert status_of(office, line) == "settled"
    page = browser.get("/frister?gjort=utfort").text
    assert "Meldt som utført" in page
    assert f'id="frist-{line}"' not in page


def test_nobody_settles_or_moves_what_is_not_theirs(deadline_office: Office) -> None:
    office = deadline_office
    browser, line = inside(office, PROJECT_LEADER), owed_by(office, SECRETARY, ROS)[0].id
    before = office.dump()
    for way, form in (
        ("utfort", {"notat": "x"}),
        ("ny-frist", {"frist": "2025-06-10", "grunn": "x"}),
        ("varsle", {}),
    ):
        refused = browser.post(f"/frister/{line}/{way}", data=form)
        assert refused.status_code == 422, way
        assert "Bare" in refused.text
    assert office.browser().post(f"/frister/{line}/utfort", data={"notat": "x"}).status_code == 403
    assert browser.post("/frister/finnes-ikke/utfort", data={"notat": "x"}).status_code == 404
    assert browser.post(f"/frister/{line}/utfort", data={"notat": "x", "annet": "y"}).status_code == 400
    assert browser.post(f"/frister/{line}/utfort", data={}).status_code == 400
    strange = browser.post(
        f"/frister/{line}/utfort", data={"notat": "x"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert strange.status_code == 403
    assert office.dump() == before


def test_a_case_is_answered_through_its_own_link_which_is_sent_anew(office: Office) -> None:
    plan_obligations(office.db, now=office.now)
    browser, line = inside(office, SECOND), owed_by(office, SECOND, "svar")[0].id
    assert "Send meg lenken til saken" in browser.get("/frister").text
    had = letters(office, CASE).count(office.letters[SECOND].person)
    sent = browser.post(f"/frister/{line}/lenke")
    assert sent.headers["location"] == "/frister?gjort=lenke"
    assert letters(office, CASE).count(office.letters[SECOND].person) == had + 1
    not_theirs = inside(office, SECRETARY).post(f"/frister/{line}/lenke")
    assert not_theirs.status_code == 422


# ---------------------------------------------------------------- programkontoret


def test_programkontoret_sees_what_others_are_late_with_and_can_follow_up(deadline_office: Office) -> None:
    office = deadline_office
    browser, late = inside(office, SECRETARY), owed_by(office, PROJECT_LEADER, REPORT)[0].id
    page = browser.get("/frister").text
    assert f'id="frist-{late}"' in page
    assert f'href="mailto:{PROJECT_LEADER}?subject=' in page
    assert letters(office, ALERT) == []

    told = browser.post(f"/frister/{late}/varsle")
    assert told.headers["location"] == "/frister?gjort=varslet"
    assert len(letters(office, ALERT)) == 1
    again = browser.post(f"/frister/{late}/varsle")
    assert again.status_code == 422
    assert "er alt varslet i dag" in again.text
    assert len(letters(office, ALERT)) == 1

    for given, said in (("snart", "er ikke en dato"), ("2025-05-19", "er passert"), ("", "er ikke en dato")):
        wrong = browser.post(f"/frister/{late}/ny-frist", data={"frist": given, "grunn": "Ferie"})
        assert wrong.status_code == 422
        assert said in wrong.text
        assert f'href="#nyfrist-{late}"' in wrong.text
    moved = browser.post(f"/frister/{late}/ny-frist", data={"frist": "2025-06-02", "grunn": "Ferie"})
    assert moved.headers["location"] == "/frister?gjort=flyttet"
    assert due_of(office, late) == date(2025, 6, 2)
    assert f'id="frist-{late}"' not in browser.get("/frister").text
    assert "Fikk fristen 02.06.2025: Ferie" in inside(office, PROJECT_LEADER).get("/frister").text


def test_a_condition_is_documented_to_programkontoret_who_accepts_it_there(
    meeting_office: Office,
) -> None:
    office = meeting_office
    office.now = TODAY
    condition = Condition(text="Mål nullpunktet.", owner="prosjektleder", due="2025-05-15")
    give_project_leader(office)
    with office.db.reading() as tx:
        state = cases.state(tx, office.case)
    assert state is not None
    for entry in state.roll[:6]:
        cast_ballot(
            office.db,
            case=office.case,
            person=str(entry["person"]),
            seat=str(entry["seat"]),
            choice="godkjenn",
            version=state.version,
            nonce=str(entry["seat"]),
            now=ANSWERED_AT,
        )
    conclude_case(
        office.db,
        case=office.case,
        by=LEADER,
        outcome="godkjent_med_forutsetninger",
        wording="Godkjent.",
        conditions=[condition],
        now=ANSWERED_AT + timedelta(days=6),
    )
    plan_obligations(office.db, now=TODAY)
    (line,) = owed_by(office, PROJECT_LEADER, "forutsetning")

    theirs = inside(office, PROJECT_LEADER)
    page = theirs.get("/frister").text
    assert "Send dokumentasjon" in page
    subject = f"Dokumentasjon%20p%C3%A5%20forutsetning%20{line.condition}".replace(":", "%3A")
    assert f"mailto:{SECRETARY}?subject={subject}" in page
    refused = theirs.post(f"/frister/{line.id}/godta", data={"dokumentasjon": "Målt."})
    assert refused.status_code == 422
    assert "Bare programkontoret" in refused.text

    browser = inside(office, SECRETARY)
    empty = browser.post(f"/frister/{line.id}/godta", data={"dokumentasjon": ""})
    assert f'href="#dokumentasjon-{line.id}"' in empty.text
    for _ in range(2):
        done = browser.post(f"/frister/{line.id}/godta", data={"dokumentasjon": "Målt i to soner."})
        assert done.headers["location"] == "/frister?gjort=godtatt"
    assert status_of(office, line.id) == "settled"
    remind(office.db, now=TODAY)
    assert not any("forutsetning" in one.kind for one in owed_by(office, PROJECT_LEADER))


def test_a_benefit_is_measured_there_and_what_is_wrong_with_it_is_said_by_field(
    deadline_office: Office,
) -> None:
    office = deadline_office
    benefits = [
        {
            "id": "tilsyn",
            "title": "Færre tilsyn",
            "kind": "frigjort_tid",
            "prioritised": True,
            "owner": scene.BENEFIT_OWNER,
            "due": "2025-05-19",
            "indicators": [
                {
                    "id": "natt",
                    "title": "Tilsyn per natt",
                    "unit": "tilsyn",
                    "baseline": 79.0,
                    "baseline_on": "2025-04-01",
                }
            ],
        }
    ]
    change_facts(
        office.db,
        key=scene.PROJECT,
        changes={"benefits": benefits},
        by=SECRETARY,
        effective=TODAY.date(),
        now=TODAY,
    )
    plan_obligations(office.db, now=TODAY)
    (line,) = owed_by(office, scene.BENEFIT_OWNER, "maling")
    browser = inside(office, scene.BENEFIT_OWNER)
    assert "Legg inn målingen" in browser.get("/frister").text
    for value, day, field in (
        ("", "2025-05-19", "verdi"),
        ("mange", "2025-05-19", "verdi"),
        ("41", "i går", "maltdag"),
        ("41", "2025-05-21", "maltdag"),
    ):
        wrong = browser.post(f"/frister/{line.id}/maling", data={"verdi": value, "maltdag": day})
        assert wrong.status_code == 422
        assert f'href="#{field}-{line.id}"' in wrong.text, (value, day)
    done = browser.post(f"/frister/{line.id}/maling", data={"verdi": "41 tilsyn", "maltdag": "2025-05-19"})
    assert done.headers["location"] == "/frister?gjort=malt"
    assert status_of(office, line.id) == "settled"
    ros = owed_by(office, SECRETARY, ROS)[0].id
    other = inside(office, SECRETARY).post(
        f"/frister/{ros}/maling", data={"verdi": "1", "maltdag": "2025-05-19"}
    )
    assert other.status_code == 404


def test_the_report_opens_from_the_page_for_whoever_reports(deadline_office: Office) -> None:
    deadline_office.settings = settings_for("https://faseport.example.org", open_portal=False)
    browser = inside(deadline_office, PROJECT_LEADER)
    report = browser.get(f"/rapportering/{scene.PROJECT}/2025-T1")
    assert report.status_code == 200
    assert deadline_office.browser().get(f"/rapportering/{scene.PROJECT}/2025-T1").status_code == 403


# ---------------------------------------------------------------- calendars


def feed_in(browser: TestClient) -> str:
    page = browser.get("/frister").text
    return page.split('id="kalenderadresse"')[1].split('value="')[1].split('"')[0]


def test_everybody_has_one_calendar_address_of_their_own_until_they_close_it(deadline_office: Office) -> None:
    office = deadline_office
    browser = inside(office, PROJECT_LEADER)
    for _ in range(2):
        made = browser.post("/frister/kalender")
        assert made.headers["location"] == "/frister?gjort=kalender"
    address = feed_in(browser)
    assert sum("fpk" in str(row) for row in office.dump()["link"]) == 0, "only the digest is stored"
    got = office.browser().get(address)
    assert got.headers["content-type"] == "text/calendar; charset=utf-8"
    assert summaries(got.content)[0] == "Frist: Statusrapport for prosjektet, 1. tertial 2025"
    first = Calendar.from_ical(got.content).walk("VEVENT")[0]
    assert first.decoded("dtstart") == date(2025, 5, 15)
    office.now += timedelta(days=400)
    assert office.browser().get(address).status_code == 200, "a calendar asks for years"

    office.now = TODAY
    assert browser.post("/frister/kalender/steng").headers["location"] == "/frister?gjort=stengt"
    gone = office.browser().get(address)
    assert gone.status_code == 410
    assert "Statusrapport" not in gone.text
    browser.post("/frister/kalender")
    assert feed_in(browser) != address
    assert office.browser().get(address).status_code == 410


def test_a_calendar_address_is_no_way_in_and_a_way_in_no_calendar(deadline_office: Office) -> None:
    office = deadline_office
    browser = inside(office, PROJECT_LEADER)
    browser.post("/frister/kalender")
    token = feed_in(browser).rpartition("/")[2].removesuffix(".ics")
    assert office.browser().get(f"/b/{token}").status_code == 404
    assert office.browser().post(f"/b/{token}", data={"kode": "000000"}).status_code == 404
    assert office.browser().post(f"/b/{token}/ny-lenke").status_code == 404
    letter: Letter = way_in(office, PROJECT_LEADER)
    for name in (f"{letter.token}.ics", f"{token}.txt", token, "x.ics", f"{token[:-1]}.ics"):
        assert office.browser().get(f"/kalender/{name}").status_code == 404, name


# ---------------------------------------------------------------- the year


def test_the_wheel_is_a_page_a_picture_and_a_calendar(deadline_office: Office) -> None:
    browser = deadline_office.browser()
    page = browser.get("/arshjul").text
    assert "Årshjul 2025" in page
    assert "Revidert risiko- og sårbarhetsanalyse for programmet, 1. tertial 2025" in page
    assert "(prosjektleder i hvert prosjekt)" in page
    picture = browser.get("/arshjul.svg", params={"ar": 2025})
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "<desc" in picture.text
    told: Sequence[str] = summaries(browser.get("/arshjul.ics").content)
    assert "Frist: Statusrapport for prosjektet, 1. tertial 2025" in told
    assert "Møte: Styringsgruppa" in told
    assert browser.get("/arshjul", params={"ar": 1999}).status_code == 404
    assert browser.get("/arshjul", params={"ar": "i fjor"}).status_code == 422
    assert local_date(deadline_office.now).year == 2025


def test_the_wheel_follows_the_rules_of_the_portal(deadline_office: Office) -> None:
    deadline_office.settings = settings_for("https://faseport.example.org", open_portal=False)
    for path in ("/arshjul", "/arshjul.svg", "/arshjul.ics"):
        shown = deadline_office.browser().get(path)
        assert shown.status_code == 401
        assert "risiko" not in shown.text


def test_letters_of_reminders_lead_to_the_page(deadline_office: Office) -> None:
    office = deadline_office
    remind(office.db, now=TODAY + timedelta(days=1))
    assert owed_by(office, PROJECT_LEADER)[0].id
    assert len(letters(office, REMINDER)) >= 2
