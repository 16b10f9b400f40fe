"""What does a member see of a meeting, what can chair and secretary do there, and what can nobody else?"""

import html
import re
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo import scene
from engine.core.refusal import Refused
from engine.store import cases, meetings, people, projects
from engine.store.meetings import Meeting
from engine.use_cases.cases.amend_case import amend_case
from engine.use_cases.cases.conclude_case import Condition, conclude_case
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.meetings.call_meetings import call_meetings
from engine.use_cases.obligations.settle_condition import settle_condition
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.projects.change_facts import change_facts
from tests.web_builders import (
    KEYS,
    LEADER,
    MEMBERS,
    MET_AT,
    OWNER,
    SECOND,
    SECRETARY,
    Office,
    meeting_letters,
)
from web.app import create_app
from workflows import loader

BOA = "kommunalsjef-boa@example.org"
NURSING = "kommunalsjef-sykehjem@example.org"
DEPUTY = "fagleder-medisinske@example.org"


@pytest.fixture
def office(meeting_office: Office) -> Office:
    """The house before the meeting of 5 February."""
    return meeting_office


def place(office: Office) -> str:
    return f"/mote/{office.meeting}"


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a case page's answer form."""
    form = page[page.index("/svar") :]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[: form.index("</form>")])
    return {name: html.unescape(value) for name, value in fields}


def answer(browser: TestClient, office: Office, choice: str, **typed: str) -> Any:
    page = browser.get(f"/sak/{office.case}").text
    return browser.post(f"/sak/{office.case}/svar", data={**hidden(page), "valg": choice, **typed})


def orally(browser: TestClient, office: Office, seat: str, choice: str, **typed: str) -> Any:
    page = browser.get(place(office)).text
    mark = re.search(r'name="engang" value="([^"]*)"', page)
    assert mark is not None
    fields = {"engang": mark[1], "versjon": "1", "sak": office.case, "plass": seat, "valg": choice}
    return browser.post(f"{place(office)}/svar", data={**fields, **typed})


def conclude(browser: TestClient, office: Office, outcome: str, **typed: str) -> Any:
    page = browser.get(f"/sak/{office.case}").text
    fields = re.search(
        r'/konkluder".*?name="versjon" value="(\d+)".*?name="plass" value="([\w-]+)"', page, re.DOTALL
    )
    assert fields is not None
    return browser.post(
        f"/sak/{office.case}/konkluder",
        data={"versjon": fields[1], "plass": fields[2], "utfall": outcome, **typed},
    )


def meeting_of(office: Office) -> Meeting:
    with office.db.reading() as tx:
        found = meetings.load(tx, office.meeting or "")
    assert found is not None
    return found


def hold_the_meeting(office: Office) -> TestClient:
    """Five have answered, the meeting has begun, attendance is noted; the secretary's browser."""
    for email in MEMBERS[:2] + MEMBERS[4:7]:
        assert answer(office.inside(email), office, "godkjenn").status_code == 303
    office.now = MET_AT + timedelta(minutes=1)
    secretary = office.inside(SECRETARY)
    with office.db.reading() as tx:
        state = cases.state(tx, office.case)
    assert state is not None
    present = {f"til-stede-{entry['seat']}": "ja" for entry in state.roll if entry["person"]}
    assert secretary.post(f"{place(office)}/oppmote", data=present).status_code == 303
    return secretary


# ---------------------------------------------------------------- the list


def test_one_code_opens_the_list_and_every_case_on_it(office: Office) -> None:
    browser, letter = office.browser(), office.letters[SECOND]
    entered = browser.post(f"/b/{letter.token}", data={"kode": letter.code})
    assert entered.headers["location"] == place(office)
    page = browser.get(place(office)).text
    order = [
        "Styringsgruppa onsdag 5. februar",
        "Onsdag 5. februar 2025 kl. 09.00",
        "To saker til beslutning",
        "Sak 1/2025",
        "Prosjektet går videre fra konsept til planlegging",
        "11 av 11",
        "Ikke svart",
        "Sak 2/2025",
        "Eventuelt",
    ]
    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)
    for path in re.findall(r'href="(/sak/\w+)"', page):
        assert browser.get(path).status_code == 200
    assert page.count("/sak/") == 2
    assert "<script" not in page


def test_the_list_says_what_one_has_answered_and_for_whom(office: Office) -> None:
    browser = office.inside(SECOND)
    sent = answer(browser, office, "godkjenn")
    receipt = browser.get(sent.headers["location"])
    assert "Du kan endre det til møtet" in receipt.text
    assert f'href="{place(office)}"' in receipt.text
    page = browser.get(place(office)).text
    assert "Du har svart «Godkjenn»" in page
    assert page.count("Ikke svart") == 1
    assert "Stedfortreder for kommunalsjef" in office.inside(DEPUTY).get(place(office)).text
    assert "Sekretær for møtet" in office.inside(SECRETARY).get(place(office)).text


def test_the_case_of_a_meeting_says_that_the_answer_is_given_beforehand(office: Office) -> None:
    page = office.inside(OWNER).get(f"/sak/{office.case}").text
    assert "forhåndssvar" in page
    assert "gruppas leder konkluderer i møtet onsdag 5. februar kl. 09.00" in page
    assert "Eier av prosjektet" in page
    assert "Stedfortreder svarer" in page
    assert "Møteleder" in page


def test_reading_the_list_changes_nothing(office: Office) -> None:
    browser = office.inside(SECRETARY)
    before = office.dump()
    for path in (place(office), f"/sak/{office.case}", f"{place(office)}/referat"):
        for method in ("GET", "HEAD"):
            assert "set-cookie" not in browser.request(method, path).headers
    assert office.dump() == before


def test_nobody_gets_in_without_a_session_or_with_another_meetings(office: Office) -> None:
    stranger = office.browser()
    assert stranger.get(place(office)).status_code == 403
    assert stranger.get("/mote/styringsgruppa:2031-01-01").status_code == 403
    inside = office.inside(SECOND)
    (secret,) = inside.cookies.values()
    stranger.cookies.set("__Host-fp-mote-styringsgruppa.2025-02-19", secret)
    assert stranger.get("/mote/styringsgruppa:2025-02-19").status_code == 403
    assert stranger.get(f"/sak/{office.case}").status_code == 403


def test_a_receipt_from_a_meeting_is_for_the_one_who_answered(office: Office) -> None:
    receipt = answer(office.inside(SECOND), office, "godkjenn").headers["location"]
    assert office.inside(BOA).get(receipt).status_code == 403
    assert office.inside(SECOND).get(receipt).status_code == 200


def change_series(office: Office, change: str) -> None:
    """Load the programme again with one meeting held otherwise, and follow it up."""
    text = loader.read_programme("trondheim")
    changed = text.replace("      changes:\n", f"      changes:\n        - {change}\n", 1)
    assert changed != text
    load_programme(office.db, text=changed, now=office.now)
    call_meetings(office.db, now=office.now)


def test_a_moved_meeting_says_so_and_a_cancelled_one_says_so_at_the_door(office: Office) -> None:
    browser, letter = office.inside(SECOND), office.letters[BOA]
    change_series(office, "{date: 2025-02-05, to: 2025-02-06, reason: Sykdom}")
    page = browser.get(place(office)).text
    assert "Styringsgruppa torsdag 6. februar" in page
    assert "Det skulle vært onsdag 5. februar. Sykdom." in page
    change_series(office, "{date: 2025-02-05, reason: Streik}")
    cancelled = browser.get(place(office)).text
    assert "Møtet utgår" in cancelled
    door = office.browser().get(f"/b/{letter.token}")
    assert door.status_code == 200
    assert "Streik. Sakene flyttes til neste møte" in door.text
    assert "<form" not in door.text
    entered = office.browser().post(f"/b/{letter.token}", data={"kode": letter.code})
    assert entered.status_code == 200
    assert "set-cookie" not in entered.headers


# ---------------------------------------------------------------- recusal


def test_a_member_who_says_inhabil_is_told_that_the_group_decides_without_them(office: Office) -> None:
    browser = office.inside(NURSING)
    answer(browser, office, "inhabil", kommentar="Ektefellen leder en leverandør.")
    told = "Du er meldt inhabil. Gruppa avgjør dette uten deg. Du får ikke flere påminnelser om saken."
    assert told in browser.get(f"/sak/{office.case}").text
    assert "Du er inhabil" in browser.get(place(office)).text
    others = office.inside(BOA).get(f"/sak/{office.case}").text
    assert "Ingen av sju har svart" in others
    assert "Teller ikke med: kommunalsjef sykehjem og omsorgsboliger (inhabil)." in others
    assert "Ektefellen" not in office.inside(BOA).get(f"/sak/{office.case}").text
    for email in (LEADER, SECRETARY):
        assert "Ektefellen" in office.inside(email).get(place(office)).text


def test_the_group_finds_a_member_inhabil_and_only_chair_and_secretary_read_why(office: Office) -> None:
    secretary = office.inside(SECRETARY)
    without = secretary.post(
        f"{place(office)}/inhabil",
        data={"sak": office.case, "hvem": "kommunalsjef-sykehjem", "inhabil": "ja", "grunn": ""},
    )
    assert without.status_code == 422
    assert f'href="#grunn-{office.case}"' in without.text
    found = secretary.post(
        f"{place(office)}/inhabil",
        data={
            "sak": office.case,
            "hvem": "kommunalsjef-sykehjem",
            "inhabil": "ja",
            "grunn": "Nært slektskap.",
        },
    )
    assert found.status_code == 303
    page = office.inside(NURSING).get(f"/sak/{office.case}").text
    assert "Gruppa avgjør dette uten deg" in page
    assert "Send svaret" not in page
    assert "Nært slektskap" not in page + office.inside(NURSING).get(place(office)).text
    for email, reads in ((BOA, False), (LEADER, True), (SECRETARY, True)):
        browser = office.inside(email)
        assert "<span>Inhabil</span>" in browser.get(f"/sak/{office.case}").text
        assert ("Nært slektskap" in browser.get(f"/sak/{office.case}").text) is reads
        assert ("Nært slektskap" in browser.get(place(office)).text) is reads


def found_inhabil(office: Office, seat: str, *, reason: str = "Nært slektskap.") -> None:
    """The secretary enters that the group has found a seat's holder inhabil."""
    done = office.inside(SECRETARY).post(
        f"{place(office)}/inhabil",
        data={"sak": office.case, "hvem": seat, "inhabil": "ja", "grunn": reason},
    )
    assert done.status_code == 303, done.text


def test_a_deputy_called_for_a_recused_member_comes_in_and_answers_and_the_member_does_not(
    office: Office,
) -> None:
    own = "email: fagleder-boa@example.org, from: 2025-01-01, reports_to: "
    text = loader.read_programme("trondheim")
    elsewhere = text.replace(f"{own}kommunalsjef-boa", f"{own}kommunaldirektor-st")
    assert elsewhere != text
    load_programme(office.db, text=elsewhere, now=office.now)
    member = office.inside(BOA)
    found_inhabil(office, "kommunalsjef-boa")
    page = member.get(f"/sak/{office.case}").text
    assert "Gruppa avgjør dette uten deg" in page
    assert "Send svaret" not in page
    assert "Du er inhabil" in member.get(place(office)).text

    office.letters = meeting_letters(office, office.meeting or "")
    deputy = office.inside("fagleder-boa@example.org")
    assert "Stedfortreder for en som er inhabil" in deputy.get(place(office)).text
    assert "(stedfortreder)" in deputy.get(f"/sak/{office.case}").text
    assert answer(deputy, office, "godkjenn").status_code == 303
    with office.db.reading() as tx:
        assert [one.seat for one in cases.ballots(tx, office.case)] == ["kommunalsjef-boa"]


def test_when_a_superior_is_recused_those_below_are_marked_and_asked_to_think_of_themselves(
    office: Office,
) -> None:
    found_inhabil(office, "kommunaldirektor-st")
    with office.db.reading() as tx:
        state = cases.state(tx, office.case)
        assert state is not None
        below = next(entry for entry in state.roll if entry["flagged"])
        who = people.by_id(tx, below["person"])
    assert who is not None
    page = office.inside(who.email or "").get(f"/sak/{office.case}").text
    assert "Overordnet er inhabil" in page
    assert "Den du rapporterer til, er inhabil i saken" in page


def test_when_the_leader_is_recused_the_next_one_finds_the_way_to_conclude(office: Office) -> None:
    hold_the_meeting(office)
    found_inhabil(office, "kommunaldirektor-ho")
    browser = office.inside(SECOND)
    page = browser.get(place(office)).text
    assert f'href="/sak/{office.case}#konkluder"' in page
    assert "Kjør møtet" not in page
    assert conclude(browser, office, "godkjent", ordlyd="Ja.").status_code == 303
    with office.db.reading() as tx:
        state = cases.state(tx, office.case)
    assert state is not None
    assert state.outcome == "godkjent"


def test_only_chair_and_secretary_run_the_meeting(office: Office) -> None:
    member = office.inside(SECOND)
    page = member.get(place(office)).text
    assert "Kjør møtet" not in page
    before = office.dump()
    for path, data in (
        ("oppmote", {}),
        ("punkt", {"slag": "orientering", "tittel": "Nytt", "tekst": ""}),
        ("avslutt", {}),
        ("referat", {"send": "ja"}),
        ("godkjent", {}),
        ("svar", {"engang": "x", "versjon": "1", "sak": office.case, "plass": "kommunaldirektor-st"}),
        ("inhabil", {"sak": office.case, "hvem": "kommunaldirektor-ho", "grunn": "Fordi"}),
    ):
        assert member.post(f"{place(office)}/{path}", data=data).status_code == 403, path
        assert office.browser().post(f"{place(office)}/{path}", data=data).status_code == 403, path
    assert office.dump() == before


# ---------------------------------------------------------------- running it


def test_an_answer_given_aloud_is_marked_as_the_secretarys_entry_everywhere(office: Office) -> None:
    secretary = hold_the_meeting(office)
    assert orally(secretary, office, "kommunalsjef-arbeid", "godkjenn").status_code == 303
    for page in (
        secretary.get(place(office)).text,
        office.inside(LEADER).get(f"/sak/{office.case}").text,
        office.inside("kommunalsjef-arbeid@example.org").get(f"/sak/{office.case}").text,
    ):
        assert "Ført av sekretær: programkontoret" in page
    own = office.inside("kommunalsjef-arbeid@example.org").get(place(office)).text
    assert "Du har svart «Godkjenn», ført av sekretær" in own
    with office.db.reading() as tx:
        (found,) = [one for one in cases.ballots(tx, office.case) if one.seat == "kommunalsjef-arbeid"]
    assert found.recorded_by is not None


def test_an_oral_answer_that_lacks_something_comes_back_with_what_was_typed(office: Office) -> None:
    secretary = hold_the_meeting(office)
    refused = orally(secretary, office, "kommunalsjef-arbeid", "ikke_godkjenn", forutsetning="Vent litt")
    assert refused.status_code == 422
    assert f'href="#kommentar-{office.case}"' in refused.text
    assert "Vent litt</textarea>" in refused.text
    nobody = orally(secretary, office, "", "godkjenn")
    assert nobody.status_code == 422
    assert "Velg hvem det gjelder" in nobody.text


def test_the_chair_enters_no_answers_for_others_and_nobody_decides_their_own_recusal(office: Office) -> None:
    hold_the_meeting(office)
    chair = office.inside(LEADER)
    before = office.dump()
    form = {"engang": "x", "versjon": "1", "sak": office.case, "plass": "kommunalsjef-arbeid"}
    refused = chair.post(f"{place(office)}/svar", data={**form, "valg": "godkjenn"})
    assert refused.status_code == 422
    assert "kan føre svar for andre" in refused.text
    own = {"sak": office.case, "hvem": "kommunaldirektor-ho", "inhabil": "nei", "grunn": "Ikke nært."}
    assert chair.post(f"{place(office)}/inhabil", data=own).status_code == 422
    assert office.dump() == before


@pytest.mark.requirement("000-72")
def test_the_project_moves_when_the_chair_concludes_and_no_answer_moves_it(office: Office) -> None:
    hold_the_meeting(office)
    with office.db.reading() as tx:
        waiting = projects.load(tx, scene.PROJECT)
    assert waiting is not None
    assert waiting.phase == "konsept"
    chair = office.inside(LEADER)
    page = chair.get(place(office)).text
    assert f'href="/sak/{office.case}#konkluder"' in page
    assert "til stede" in page
    done = conclude(
        chair,
        office,
        "godkjent_med_forutsetninger",
        **{
            "ordlyd": "Prosjektet går videre.",
            "tekst-1": "Nullpunkt målt",
            "ansvar-1": "Gevinstansvarlig",
            "frist-1": "2025-04-04",
            "stanser-1": "ja",
        },
    )
    assert done.status_code == 303, done.text
    with office.db.reading() as tx:
        (condition,) = cases.conditions(tx, scene.PROJECT)
        project = projects.load(tx, scene.PROJECT)
    assert condition.blocks is True
    assert project is not None
    assert project.phase == "planlegge"
    assert "godkjent med forutsetninger" in office.inside(BOA).get(place(office)).text


def test_a_case_changed_since_the_chair_read_it_is_not_concluded(office: Office) -> None:
    hold_the_meeting(office)
    chair = office.inside(LEADER)
    page = chair.get(f"/sak/{office.case}").text
    seat = re.search(r'/konkluder".*?name="plass" value="([\w-]+)"', page, re.DOTALL)
    assert seat is not None
    amend(office)
    late = chair.post(
        f"/sak/{office.case}/konkluder",
        data={"versjon": "1", "plass": seat[1], "utfall": "godkjent", "ordlyd": "Ja"},
    )
    assert late.status_code == 409
    assert "Saken er endret" in late.text


def test_other_items_are_put_on_the_list_after_the_decisions(office: Office) -> None:
    secretary = office.inside(SECRETARY)
    empty = secretary.post(
        f"{place(office)}/punkt", data={"slag": "orientering", "tittel": "", "tekst": "Kort om status"}
    )
    assert empty.status_code == 422
    assert 'href="#tittel"' in empty.text
    assert "Kort om status</textarea>" in empty.text
    for kind, title in (("drofting", "Bemanning i høst"), ("orientering", "Nytt fra programstyret")):
        sent = secretary.post(f"{place(office)}/punkt", data={"slag": kind, "tittel": title, "tekst": ""})
        assert sent.status_code == 303
    page = office.inside(SECOND).get(place(office)).text
    order = ["Sak 2/2025", "Orientering: Nytt fra programstyret", "Drøfting: Bemanning", "Eventuelt"]
    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)
    odd = secretary.post(f"{place(office)}/punkt", data={"slag": "vedtak", "tittel": "X", "tekst": ""})
    assert odd.status_code == 400


def test_the_meeting_ends_and_its_referat_is_written_read_sent_and_timed(office: Office) -> None:
    secretary = hold_the_meeting(office)
    assert conclude(office.inside(LEADER), office, "godkjent", ordlyd="Ja.").status_code == 303
    office.now = MET_AT + timedelta(minutes=40)
    assert "Én sak er ikke avgjort" in secretary.get(place(office)).text
    assert secretary.post(f"{place(office)}/avslutt").status_code == 303
    assert meeting_of(office).status == "held"
    assert secretary.post(f"{place(office)}/avslutt").status_code == 422

    office.now += timedelta(minutes=50)
    assert secretary.post(f"{place(office)}/referat").status_code == 303
    draft = secretary.get(f"{place(office)}/referat")
    assert draft.content.startswith(b"%PDF-")
    assert draft.headers["content-type"] == "application/pdf"
    assert draft.headers["content-disposition"].startswith("attachment;")
    member = office.inside(SECOND)
    assert member.get(f"{place(office)}/referat").status_code == 404
    assert "Referatet er ikke ferdig ennå" in member.get(place(office)).text

    office.now += timedelta(minutes=29)
    assert secretary.post(f"{place(office)}/referat", data={"send": "ja"}).status_code == 303
    assert "1 time og 19 minutter" in secretary.get(place(office)).text
    assert "1 time og 19 minutter" in member.get(place(office)).text
    sent = member.get(f"{place(office)}/referat").content
    with office.db.reading() as tx:
        kept = meetings.minutes(tx, office.meeting or "")
    assert [one.sent for one in kept] == [False, True]
    assert [sha256(one).hexdigest() for one in (draft.content, sent)] == [one.sha256 for one in kept]
    assert office.browser().get(f"{place(office)}/referat").status_code == 403
    assert "Besluttet" not in member.get(place(office)).text
    assert "besluttet 5. februar: godkjent" in member.get(place(office)).text


def test_the_next_meeting_approves_the_last_referat_first_and_has_what_was_left(office: Office) -> None:
    secretary = hold_the_meeting(office)
    office.now = MET_AT + timedelta(minutes=40)
    secretary.post(f"{place(office)}/avslutt")
    secretary.post(f"{place(office)}/referat", data={"send": "ja"})
    later = "styringsgruppa:2025-02-19"
    office.letters = meeting_letters(office, later)
    office.meeting, office.now = later, MET_AT + timedelta(days=14)

    member, keeper = office.inside(SECOND), office.inside(SECRETARY)
    page = member.get(place(office)).text
    order = ["Godkjenning av referat", "Referatet fra onsdag 5. februar", "Sak 1/2025", "Sak 2/2025"]
    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)
    assert member.get(f"{place(office)}/forrige-referat").content.startswith(b"%PDF-")
    assert "Godkjent</button>" not in page
    assert keeper.post(f"{place(office)}/godkjent").status_code == 303
    assert "Godkjent onsdag 19. februar" in member.get(place(office)).text
    with office.db.reading() as tx:
        assert meetings.minutes(tx, "styringsgruppa:2025-02-05")[-1].approved_at == office.now


def test_without_someone_to_make_papers_nothing_offers_to(office: Office) -> None:
    secretary = hold_the_meeting(office)
    office.now = MET_AT + timedelta(minutes=40)
    secretary.post(f"{place(office)}/avslutt")
    app = create_app(
        db=office.db,
        clock=lambda: office.now,
        keys=KEYS,
        settings=office.settings,
        health=lambda: {"ok": True},
    )
    plain = TestClient(app, base_url=office.settings.base_url, follow_redirects=False)
    plain.cookies = secretary.cookies
    assert "Skriv referat" not in plain.get(place(office)).text
    assert plain.post(f"{place(office)}/referat").status_code == 404


def test_a_forged_form_is_refused(office: Office) -> None:
    secretary = office.inside(SECRETARY)
    before = office.dump()
    for path, data in (
        ("oppmote", {"til-stede-finnes-ikke": "ja"}),
        ("punkt", {"slag": "orientering"}),
        ("avslutt", {"na": "ja"}),
        ("svar", {"engang": "x", "versjon": "en", "sak": office.case, "plass": "kommunaldirektor-st"}),
        ("inhabil", {"sak": office.case}),
    ):
        assert secretary.post(f"{place(office)}/{path}", data=data).status_code == 400, path
    other = {"engang": "x", "versjon": "1", "sak": "en-annen-sak", "plass": "kommunaldirektor-st"}
    assert secretary.post(f"{place(office)}/svar", data=other).status_code == 404
    assert office.dump() == before


# ---------------------------------------------------------------- changes and conditions


def amend(office: Office, *, what: str = "Kostnad 1,2 → 1,4 mill. kroner", substance: bool = True) -> None:
    changes = {"cost_total": 1_400_000} if substance else {"cost_overview": "Lisenser, opplæring og ledelse"}
    change_facts(
        office.db,
        key=scene.PROJECT,
        changes=changes,
        by=scene.STUDY_LEADER,
        effective=office.now.date(),
        now=office.now,
    )
    amend_case(office.db, case=office.case, what=what, by=SECRETARY, substance=substance, now=office.now)


def test_whoever_answered_before_a_change_is_told_what_has_changed_and_the_rest_see_a_list(
    office: Office,
) -> None:
    browser = office.inside(SECOND)
    answer(browser, office, "godkjenn")
    office.now += timedelta(hours=1)
    amend(office)
    page = browser.get(f"/sak/{office.case}").text
    for words in (
        "Saken er endret etter at du svarte",
        "Kostnad 1,2 → 1,4 mill. kroner",
        "Svaret ditt gjelder ikke lenger",
    ):
        assert words in page
    assert "Saken er endret: svar på nytt" in browser.get(place(office)).text
    other = office.inside(BOA).get(f"/sak/{office.case}").text
    assert "Saken er endret etter at du svarte" not in other
    assert "Kostnad 1,2 → 1,4 mill. kroner" in other
    assert answer(browser, office, "godkjenn").status_code == 303
    assert "Saken er endret etter at du svarte" not in browser.get(f"/sak/{office.case}").text


def test_a_correction_is_shown_and_the_answer_stands(office: Office) -> None:
    browser = office.inside(SECOND)
    answer(browser, office, "godkjenn")
    office.now += timedelta(hours=1)
    amend(office, what="Skrivefeil i kostnadsoversikten", substance=False)
    page = browser.get(f"/sak/{office.case}").text
    assert "Saken er endret etter at du svarte" not in page
    assert "Skrivefeil i kostnadsoversikten" in page
    assert "Rettelse uten betydning for saken; svarene står." in page
    assert "Du har svart «Godkjenn»" in page


def test_conditions_of_an_earlier_decision_are_shown_as_they_stand_now(office: Office) -> None:
    secretary = hold_the_meeting(office)
    with office.db.reading() as tx:
        second = next(one for one in cases.list_cases(tx, meeting=office.meeting) if one.id != office.case)
        chair = next(entry["person"] for entry in second.roll if entry["leader"])
    conditions = [
        Condition(text="Opplæringsplan", owner="Prosjektleder", due="2025-02-14"),
        Condition(text="Nullpunkt målt", owner="Gevinstansvarlig", due="2025-04-04", blocks=True),
    ]
    concluded = conclude_case(
        office.db,
        case=second.id,
        by=chair,
        outcome="godkjent_med_forutsetninger",
        conditions=conditions,
        now=office.now,
    )
    assert not isinstance(concluded, Refused), concluded
    settle_condition(
        office.db,
        condition=f"{second.number}:F1",
        evidence="Planen er godkjent",
        by=SECRETARY,
        now=office.now,
    )
    secretary.post(f"{place(office)}/avslutt")
    again = request_transition(
        office.db, key=second.project, proposal="Avslutt.", by=scene.STUDY_LEADER, now=office.now
    )
    assert isinstance(again, Refused)  # F2 stops the gate
    settle_condition(
        office.db, condition=f"{second.number}:F2", evidence="Målt i to soner", by=SECRETARY, now=office.now
    )
    again = request_transition(
        office.db, key=second.project, proposal="Avslutt.", by=scene.STUDY_LEADER, now=office.now
    )
    assert isinstance(again, Opened), again
    later = "styringsgruppa:2025-02-19"
    office.letters, office.meeting = meeting_letters(office, later), later
    page = office.inside(SECOND).get(f"/sak/{again.case}").text
    for words in (
        "Forutsetninger fra tidligere beslutninger",
        "Oppfylt onsdag 5. februar: Planen er godkjent",
        "Oppfylt onsdag 5. februar: Målt i to soner",
        f"P2, sak {second.number}",
    ):
        assert words in page


# ---------------------------------------------------------------- afterwards


def test_the_old_link_tells_how_each_case_ended_and_lets_in_to_the_referat_with_the_code(
    office: Office,
) -> None:
    secretary = hold_the_meeting(office)
    conclude(
        office.inside(LEADER),
        office,
        "godkjent_med_forutsetninger",
        **{"ordlyd": "Ja.", "tekst-1": "Nullpunkt", "ansvar-1": "Gevinstansvarlig", "frist-1": "2025-04-04"},
    )
    office.now = MET_AT + timedelta(minutes=40)
    secretary.post(f"{place(office)}/avslutt")
    letter = office.letters["kommunalsjef-arbeid@example.org"]
    early = office.browser().get(f"/b/{letter.token}").text
    assert "Referatet er ikke ferdig ennå" in early
    secretary.post(f"{place(office)}/referat", data={"send": "ja"})

    office.now += timedelta(days=1)
    late = office.browser()
    before = office.dump()
    door = late.get(f"/b/{letter.token}")
    assert door.status_code == 200
    assert "Saken ble avgjort 5. februar: godkjent med forutsetninger." in door.text
    assert "Les referatet" in door.text
    assert "Kommunaldirektør" not in door.text
    assert office.dump() == before
    assert late.post(f"/b/{letter.token}", data={"kode": ""}).status_code == 422
    entered = late.post(f"/b/{letter.token}", data={"kode": letter.code})
    assert entered.headers["location"] == place(office)
    assert late.get(f"{place(office)}/referat").content.startswith(b"%PDF-")
    assert "Send svaret" not in late.get(f"/sak/{office.case}").text
    with office.db.reading() as tx:
        assert len(cases.ballots(tx, office.case)) == 5
