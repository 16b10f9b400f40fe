"""Somebody wishes the house ill, or a form was changed by hand: what do they get? A refusal, and no more."""

from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import structlog

from engine.core.facts.words import read_words
from engine.core.refusal import NotAllowed, Refused
from engine.queries.letters.subject import subject_named
from engine.store import cases
from engine.use_cases.cases.decide_recusal import decide_recusal
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.load_programme import load_programme
from tests.web_builders import LEADER, MET_AT, OWNER, SECOND, SECRETARY, Office, meeting_letters
from web.guard import masked
from workflows import loader

BOA = "kommunalsjef-boa@example.org"
NURSING = "kommunalsjef-sykehjem@example.org"
LATER = "styringsgruppa:2025-02-19"
MARKUP = '"\'><img src=x onerror=alert(1)><a href=javascript:alert(1)>x</a>{{7*7}}{%raw%}#read("/etc/passwd")'


def seat_of(email: str) -> str:
    return email.partition("@")[0]


def form(seat: str, **changed: str) -> dict[str, str]:
    return {"engang": f"merke-{seat}", "versjon": "1", "plass": seat, "valg": "godkjenn"} | changed


def votes(office: Office) -> list[tuple[str, str]]:
    with office.db.reading() as tx:
        return [(one.seat, one.choice) for one in cases.ballots(tx, office.case)]


def place(office: Office) -> str:
    return f"/mote/{office.meeting}"


# ---------------------------------------------------------------- answering for somebody else


def test_without_the_code_or_with_anothers_nobody_comes_in_and_nobody_votes(office: Office) -> None:
    mine, theirs = office.letters[SECOND], office.letters[OWNER]
    browser = office.browser()
    for code in (theirs.code, "", "000000", f"{mine.code}0", "٠١٢٣٤٥", "' OR 1=1 --"):
        assert browser.post(f"/b/{mine.token}", data={"kode": code}).status_code in {410, 422}
    assert not browser.cookies
    assert browser.post(f"/sak/{office.case}/svar", data=form(seat_of(SECOND))).status_code == 403
    assert votes(office) == []


def test_no_field_of_the_form_answers_for_another_seat(office: Office) -> None:
    browser = office.inside(SECOND)
    svar = f"/sak/{office.case}/svar"
    assert browser.post(svar, data=form(seat_of(OWNER))).status_code == 409
    for extra in ("person", "hvem", "recorded_by", "link", "sak"):
        assert browser.post(svar, data=form(seat_of(SECOND), **{extra: seat_of(OWNER)})).status_code == 400
    twice = f"engang=a&versjon=1&plass={seat_of(SECOND)}&plass={seat_of(OWNER)}&valg=godkjenn"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post(svar, content=twice, headers=kind).status_code == 400
    assert browser.post(svar, json=form(seat_of(SECOND))).status_code == 415
    assert browser.post(svar, files={"plass": b"x"}).status_code == 415
    many = "&".join(f"f{n}=1" for n in range(101))
    assert browser.post(svar, content=many, headers=kind).status_code == 400
    assert votes(office) == []


def test_a_form_that_has_been_used_answers_for_no_other_person_and_no_other_seat(office: Office) -> None:
    assign_seat(
        office.db,
        body="styringsgruppa",
        seat=seat_of(BOA),
        who=SECOND,
        valid_from=date(2025, 1, 29),
        now=office.now,
    )
    browser, svar = office.inside(SECOND), f"/sak/{office.case}/svar"
    mark = "mitt-merke"
    assert browser.post(svar, data=form(seat_of(SECOND), engang=mark)).status_code == 303
    assert office.inside(OWNER).post(svar, data=form(seat_of(OWNER), engang=mark)).status_code == 422
    assert browser.post(svar, data=form(seat_of(BOA), engang=mark)).status_code == 422
    assert votes(office) == [(seat_of(SECOND), "godkjenn")]


def test_a_secret_under_another_name_opens_nothing(office: Office) -> None:
    browser = office.browser()
    letter = office.letters[SECOND]
    browser.post(f"/b/{letter.token}", data={"kode": letter.code, "husk": "ja"})
    session = browser.cookies[f"__Host-fp-sak-{office.case}"]
    device = browser.cookies[f"__Host-fp-enhet-{letter.person}"]
    other = office.letters[OWNER]
    for name, secret in (
        (f"__Host-fp-sak-{office.case}", device),
        (f"fp-sak-{office.case}", session),
        ("__Host-fp-mote-styringsgruppa.2025-02-05", session),
        (f"__Host-fp-sak-{office.case}", "x" * 10_000),
        (f"__Host-fp-sak-{office.case}", "' OR 1=1 --"),
    ):
        planted = {"cookie": f"{name}={secret}"}
        assert office.browser().get(f"/sak/{office.case}", headers=planted).status_code == 403
        assert office.browser().get("/mote/styringsgruppa:2025-02-05", headers=planted).status_code == 403
    for secret in (device, session):
        planted = {"cookie": f"__Host-fp-enhet-{other.person}={secret}"}
        assert office.browser().post(f"/b/{other.token}", headers=planted).status_code == 422


# ---------------------------------------------------------------- those who are no longer asked


def test_whoever_leaves_the_seat_is_out_of_the_case_at_once(office: Office) -> None:
    browser = office.inside(SECOND)
    register_person(office.db, name="Ny direktør", email="ny@example.org", now=office.now)
    assign_seat(
        office.db,
        body="styringsgruppa",
        seat=seat_of(SECOND),
        who="ny@example.org",
        valid_from=date(2025, 1, 30),
        now=office.now,
    )
    assert office.browser().get(f"/b/{office.letters[SECOND].token}").status_code == 410
    assert browser.get(f"/sak/{office.case}").status_code == 403
    assert browser.post(f"/sak/{office.case}/svar", data=form(seat_of(SECOND))).status_code == 403


def test_a_changed_address_shuts_the_old_door_the_session_and_the_remembered_device(office: Office) -> None:
    browser, letter = office.browser(), office.letters[SECOND]
    browser.post(f"/b/{letter.token}", data={"kode": letter.code, "husk": "ja"})
    register_person(office.db, name="Direktør", email="bedre@example.org", was=SECOND, now=office.now)
    assert browser.get(f"/sak/{office.case}").status_code == 403
    assert browser.post(f"/b/{letter.token}", data={"kode": letter.code}).status_code == 410


def test_whoever_finds_a_living_link_throws_nobody_out_by_asking_for_another(office: Office) -> None:
    browser, token = office.inside(SECOND), office.letters[SECOND].token
    assert office.browser().post(f"/b/{token}/ny-lenke").status_code == 200
    assert browser.get(f"/sak/{office.case}").status_code == 200
    assert office.browser().get(f"/b/{token}").status_code == 200


# ---------------------------------------------------------------- acting as chair or secretary


def test_a_member_reads_no_draft_of_the_last_referat(meeting_office: Office) -> None:
    office = meeting_office
    office.now = MET_AT + timedelta(minutes=40)
    secretary = office.inside(SECRETARY)
    assert secretary.post(f"{place(office)}/avslutt").status_code == 303
    assert secretary.post(f"{place(office)}/referat").status_code == 303
    held, office.letters = place(office), meeting_letters(office, LATER)
    office.meeting, office.now = LATER, MET_AT + timedelta(hours=2)
    member, keeper = office.inside(SECOND), office.inside(SECRETARY)
    assert member.get(f"{place(office)}/forrige-referat").status_code == 404
    assert "forrige-referat" not in member.get(place(office)).text
    # Nobody approves what nobody was sent; a draft is read where it was written.
    assert keeper.get(f"{place(office)}/forrige-referat").status_code == 404
    assert secretary.get(f"{held}/referat").content.startswith(b"%PDF-")
    assert secretary.post(f"{held}/referat", data={"send": "ja"}).status_code == 303
    assert member.get(f"{place(office)}/forrige-referat").content.startswith(b"%PDF-")
    assert office.browser().get(f"{place(office)}/forrige-referat").status_code == 403


def test_the_secretary_does_not_lift_the_finding_about_a_seat_of_their_own(meeting_office: Office) -> None:
    office = meeting_office
    own = "email: fagleder-boa@example.org, from: 2025-01-01, reports_to: "
    text = loader.read_programme("trondheim").replace(f"{own}kommunalsjef-boa", f"{own}kommunaldirektor-st")
    load_programme(office.db, text=text, now=office.now)
    seat = seat_of(BOA)
    assign_seat(
        office.db,
        body="styringsgruppa",
        seat=seat,
        who=SECRETARY,
        valid_from=date(2025, 1, 29),
        now=office.now,
    )
    case: dict[str, Any] = {"db": office.db, "case": office.case, "seat": seat, "now": office.now}
    found = decide_recusal(**case, recused=True, reason="Nær slekt.", by=LEADER)
    assert not isinstance(found, Refused)
    with pytest.raises(NotAllowed) as refused:
        decide_recusal(**case, recused=False, reason="Ikke så nær.", by=SECRETARY)
    assert refused.value.code == "own_recusal"


def test_a_leader_who_is_inhabil_does_not_settle_who_else_is(meeting_office: Office) -> None:
    office = meeting_office
    leader = office.inside(LEADER)
    given = form(seat_of(LEADER), valg="inhabil", kommentar="Min egen sak.")
    assert leader.post(f"/sak/{office.case}/svar", data=given).status_code == 303
    against = {"sak": office.case, "hvem": seat_of(SECOND), "inhabil": "ja", "grunn": "Ut."}
    before = office.dump()
    assert leader.post(f"{place(office)}/inhabil", data=against).status_code == 422
    assert office.dump() == before


def test_a_members_forms_run_no_meeting_and_reach_no_other_case(meeting_office: Office) -> None:
    office = meeting_office
    member, secretary = office.inside(SECOND), office.inside(SECRETARY)
    with office.db.reading() as tx:
        both = [one.id for one in cases.list_cases(tx, meeting=office.meeting)]
    before = office.dump()
    oral = {"engang": "x", "versjon": "1", "sak": both[0], "plass": seat_of(BOA), "valg": "godkjenn"}
    recusal = {"sak": both[0], "hvem": seat_of(BOA), "inhabil": "ja", "grunn": "Fordi."}
    for path, fields in (
        ("svar", oral),
        ("inhabil", recusal),
        ("oppmote", {f"til-stede-{seat_of(BOA)}": "ja"}),
        ("punkt", {"slag": "orientering", "tittel": "Mitt", "tekst": ""}),
        ("avslutt", {}),
        ("referat", {"send": "ja"}),
        ("godkjent", {}),
    ):
        assert member.post(f"{place(office)}/{path}", data=fields).status_code == 403, path
        assert secretary.post(f"/mote/{LATER}/{path}", data=fields).status_code == 403, path
    for case in ("finnes-ikke", f"{both[0]}' --", "../1", "%00", ""):
        for path, fields in (("svar", oral), ("inhabil", recusal)):
            asked = secretary.post(f"{place(office)}/{path}", data=fields | {"sak": case})
            assert asked.status_code in {400, 404}
    assert office.dump() == before


# ---------------------------------------------------------------- reading what one may not


def test_why_somebody_is_inhabil_is_in_no_page_no_letter_and_no_program_but_those_two_read_it(
    meeting_office: Office,
) -> None:
    office, own, found = meeting_office, "Svogeren eier firmaet", "Han er på lønningslista"
    given = form(seat_of(NURSING), valg="inhabil", kommentar=own)
    assert office.inside(NURSING).post(f"/sak/{office.case}/svar", data=given).status_code == 303
    secretary = office.inside(SECRETARY)
    recusal = {"sak": office.case, "hvem": seat_of(BOA), "inhabil": "ja", "grunn": found}
    assert secretary.post(f"{place(office)}/inhabil", data=recusal).status_code == 303
    member, stranger = office.inside(SECOND), office.browser()
    assert member.post(f"/sak/{office.case}/svar", data=form(seat_of(SECOND))).status_code == 303
    read = [
        *(member.get(path).text for path in (place(office), f"/sak/{office.case}")),
        *(stranger.get(path).text for path in ("/api/v1/cases", f"/api/v1/cases/{office.case}", "/metrics")),
        office.inside(BOA).get(f"/sak/{office.case}").text,
    ]
    assert not [page for page in read if own in page or found in page]
    assert own in secretary.get(place(office)).text
    assert found in secretary.get(place(office)).text


def test_a_leader_who_is_found_inhabil_does_not_read_why(meeting_office: Office) -> None:
    office, found = meeting_office, "Han er på lønningslista"
    recusal = {"sak": office.case, "hvem": seat_of(LEADER), "inhabil": "ja", "grunn": found}
    secretary, leader = office.inside(SECRETARY), office.inside(LEADER)
    assert secretary.post(f"{place(office)}/inhabil", data=recusal).status_code == 303
    for path in (place(office), f"/sak/{office.case}"):
        assert found not in leader.get(path).text
        assert found in secretary.get(path).text


def test_whoever_is_called_in_to_one_case_opens_no_other(meeting_office: Office) -> None:
    office = meeting_office
    own = "email: fagleder-boa@example.org, from: 2025-01-01, reports_to: "
    text = loader.read_programme("trondheim").replace(f"{own}kommunalsjef-boa", f"{own}kommunaldirektor-st")
    load_programme(office.db, text=text, now=office.now)
    with office.db.reading() as tx:
        (other,) = (one for one in cases.list_cases(tx, meeting=office.meeting) if one.id != office.case)
    recusal = {"sak": office.case, "hvem": seat_of(BOA), "inhabil": "ja", "grunn": "Nær slekt."}
    assert office.inside(SECRETARY).post(f"{place(office)}/inhabil", data=recusal).status_code == 303
    office.letters = meeting_letters(office, office.meeting or "")
    called = office.inside("fagleder-boa@example.org")
    assert called.get(f"/sak/{office.case}").status_code == 200
    assert called.get(f"/sak/{other.id}").status_code == 403
    page = called.get(place(office)).text
    assert office.case in page
    assert other.id not in page


def test_nobody_reads_the_others_answers_before_giving_their_own(meeting_office: Office) -> None:
    office = meeting_office
    given = form(seat_of(SECOND), valg="avstar")
    assert office.inside(SECOND).post(f"/sak/{office.case}/svar", data=given).status_code == 303
    member, stranger = office.inside(BOA), office.browser()
    for page in (member.get(place(office)).text, member.get(f"/sak/{office.case}").text):
        assert "<span>Avstår</span>" not in page
        assert "én avstår" not in page.lower()
    told = stranger.get(f"/api/v1/cases/{office.case}").json()
    assert told["ballots"] == [{"seat": seat_of(SECOND)}]
    assert stranger.get(f"/sak/{office.case}").status_code == 403


# ---------------------------------------------------------------- odd requests


def test_no_redirect_names_the_host_that_the_request_named(office: Office) -> None:
    token = office.letters[SECOND].token
    for path in (f"/b/{token}/", f"/sak/{office.case}/", "/static", "//ond.example.net/", "/api/v1/cases/"):
        asked = office.browser().get(
            f"https://faseport.example.org{path}", headers={"host": "ond.example.net"}
        )
        assert "ond.example" not in asked.headers.get("location", "")
        assert asked.status_code in {200, 404}, path


def test_a_token_stays_out_of_the_log_however_the_address_is_spoilt(office: Office) -> None:
    token = office.letters[SECOND].token
    with structlog.testing.capture_logs() as logged:
        for path in (f"//b/{token}", f"/{token}", f"/x/{token.upper()}", f"/b/{token}/", f"/sak/{token}%20x"):
            office.browser().get(f"https://faseport.example.org{path}")
    assert len(logged) == 5
    assert token not in str(logged).lower()
    assert masked("/kvittering/abcd-efgh") == "/kvittering/abcd-efgh"


def test_an_odd_address_is_refused_calmly(office: Office) -> None:
    browser = office.inside(SECOND)
    for path in (
        "/sak/%00",
        "/mote/%00",
        "/prosjekt/%00",
        "/api/v1/projects/%00",
        "/api/v1/cases?status=%00",
        "/?q=a%00b",
        "/sak/%ed%a0%80",
        "/mote/..%2f..%2fetc",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/vendor",
        "/kvittering/%27%20OR%201=1",
    ):
        assert browser.get(path).status_code in {403, 404}, path


def test_an_absurd_length_is_refused_calmly(office: Office) -> None:
    door = f"/b/{office.letters[SECOND].token}"
    for length in (b"1" * 5_000, b"\xb2", b"-1", b"1e3"):
        headers = {b"content-length": length}
        assert office.browser().post(door, content=b"", headers=headers).status_code == 413


def test_looking_changes_nothing_whatever_is_looked_at_and_however(meeting_office: Office) -> None:
    office = meeting_office
    browser = office.inside(SECRETARY)
    before = office.dump()
    for method in ("GET", "HEAD"):
        for path in ("svar", "inhabil", "oppmote", "punkt", "avslutt", "referat", "godkjent", ""):
            answer = browser.request(method, f"{place(office)}/{path}".rstrip("/"))
            assert answer.status_code in {200, 404, 405}
        browser.request(method, f"/sak/{office.case}/konkluder?utfall=godkjent&versjon=1")
        browser.request(method, f"/b/{office.letters[SECOND].token}?kode={office.letters[SECOND].code}")
    assert office.dump() == before


# ---------------------------------------------------------------- words that are not words


def test_a_reason_that_nobody_can_see_is_no_reason(office: Office) -> None:
    unseen = "\u200b\u2060\xa0\ufeff"
    assert read_words(unseen, field="reason") == ("", ())
    given = form(seat_of(SECOND), valg="ikke_godkjenn", kommentar=unseen)
    assert office.inside(SECOND).post(f"/sak/{office.case}/svar", data=given).status_code == 422
    assert votes(office) == []


class Elements(HTMLParser):
    """Collects what no page of ours has."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"img", "script", "iframe"}:
            self.foreign.append(tag)
        self.foreign += [name for name, value in attrs if name.startswith("on")]
        self.foreign += [value for _, value in attrs if value and value.strip().startswith("javascript:")]


def test_markup_in_any_field_is_shown_and_never_obeyed(meeting_office: Office) -> None:
    office = meeting_office
    member, secretary = office.inside(SECOND), office.inside(SECRETARY)
    words = {"forutsetning": MARKUP, "kommentar": MARKUP}
    svar = f"/sak/{office.case}/svar"
    pages = [member.post(svar, data=form(seat_of(SECOND), **words, valg=MARKUP)).text]
    given = form(seat_of(SECOND), **words, valg="godkjenn_med_forutsetninger")
    assert member.post(svar, data=given).status_code == 303
    item = {"slag": "orientering", "tittel": MARKUP, "tekst": MARKUP}
    assert secretary.post(f"{place(office)}/punkt", data=item).status_code == 303
    recusal = {"sak": office.case, "hvem": seat_of(BOA), "inhabil": "ja", "grunn": MARKUP}
    assert secretary.post(f"{place(office)}/inhabil", data=recusal).status_code == 303
    pages += [
        secretary.post(f"{place(office)}/inhabil", data=recusal | {"hvem": MARKUP}).text,
        secretary.post(f"{place(office)}/punkt", data=item | {"tittel": ""}).text,
        office.inside(LEADER)
        .post(
            f"/sak/{office.case}/konkluder",
            data={
                "versjon": "1",
                "plass": seat_of(LEADER),
                "utfall": MARKUP,
                "ordlyd": MARKUP,
                "tekst-1": MARKUP,
                "ansvar-1": MARKUP,
                "frist-1": MARKUP,
            },
        )
        .text,
        *(office.inside(email).get(place(office)).text for email in (LEADER, SECOND, SECRETARY)),
        *(office.inside(email).get(f"/sak/{office.case}").text for email in (LEADER, SECOND, SECRETARY)),
        office.browser().get("/prosjekter", params={"q": MARKUP, "status": MARKUP, "omrade": MARKUP}).text,
    ]
    shown = 0
    for page in pages:
        elements = Elements()
        elements.feed(page)
        assert elements.foreign == []
        shown += "onerror=alert(1)" in page
    assert shown >= len(pages) - 1


# ---------------------------------------------------------------- what has gone


def test_a_link_or_letter_about_something_that_is_gone_stops_nothing_else(meeting_office: Office) -> None:
    office = meeting_office
    with office.db.reading() as tx:
        person = office.letters[SECOND].person
        assert subject_named(tx, "meeting:nedlagt:2025-01-01", person, now=office.now) is None
        assert subject_named(tx, "case:finnes-ikke", person, now=office.now) is None
