"""What does a member see, what is stored when they answer, and what never is?"""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo import scene
from engine.store import cases, projects
from engine.use_cases.cases.withdraw_case import withdraw_case
from tests.web_builders import LEADER, MEMBERS, OWNER, SECOND, Office

BOA = "kommunalsjef-boa@example.org"


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the answer form."""
    form = page[page.index("/svar") :]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[: form.index("</form>")])
    return {name: html.unescape(value) for name, value in fields}


def answer(browser: TestClient, office: Office, choice: str, **typed: str) -> Any:
    """Read the case, choose and send, as a person would."""
    page = browser.get(f"/sak/{office.case}").text
    return browser.post(f"/sak/{office.case}/svar", data={**hidden(page), "valg": choice, **typed})


def ballots(office: Office) -> list[tuple[str, str]]:
    with office.db.reading() as tx:
        return [(one.seat, one.choice) for one in cases.ballots(tx, office.case)]


def test_the_case_page_puts_the_proposal_first_and_says_where_reading_may_stop(office: Office) -> None:
    page = office.inside(SECOND).get(f"/sak/{office.case}").text
    order = [
        "Forslag til beslutning",
        "Prosjektet går videre fra konsept til planlegging",
        "11 av 11",
        "Dette er alt du må lese",
        "Send svaret",
        "Saksunderlag",
        "Kravene til BP2",
        "Teknisk bevis",
    ]
    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)
    assert "checked" not in page
    assert "<script" not in page


def test_an_answer_is_stored_and_receipted_and_can_be_changed(office: Office) -> None:
    browser = office.inside(SECOND)
    sent = answer(browser, office, "godkjenn")
    assert sent.status_code == 303
    receipt = browser.get(sent.headers["location"])
    assert receipt.status_code == 200
    for words in (
        "Svaret ditt er registrert",
        "Godkjenn",
        "torsdag 30. januar 2025 kl. 08.12",
        "Var det ikke deg?",
    ):
        assert words in receipt.text
    office.now += timedelta(minutes=2)
    assert answer(browser, office, "avstar").status_code == 303
    assert ballots(office) == [("kommunaldirektor-st", "godkjenn"), ("kommunaldirektor-st", "avstar")]
    assert "Du har svart på nytt siden" in browser.get(sent.headers["location"]).text


def test_reading_changes_nothing(office: Office) -> None:
    browser = office.inside(SECOND)
    receipt = answer(browser, office, "godkjenn").headers["location"]
    before = office.dump()
    for path in (
        f"/sak/{office.case}",
        receipt,
        "/prosjekter",
        f"/prosjekt/{scene.PROJECT}",
        "/api/v1/projects",
        "/metrics",
    ):
        for method in ("GET", "HEAD"):
            looked = browser.request(method, path)
            assert looked.status_code == 200 or path.startswith("/api"), path
            assert "set-cookie" not in looked.headers
    assert office.dump() == before


def test_what_is_missing_is_told_all_at_once_and_nothing_typed_is_lost(office: Office) -> None:
    browser = office.inside(SECOND)
    refused = answer(browser, office, "", kommentar="Et <b>godt</b> forslag & mer")
    assert refused.status_code == 422
    assert "Et &lt;b&gt;godt&lt;/b&gt; forslag &amp; mer" in refused.text
    assert 'href="#valg"' in refused.text
    without_reason = answer(browser, office, "ikke_godkjenn")
    assert without_reason.status_code == 422
    assert 'href="#kommentar"' in without_reason.text
    assert re.search(r'value="ikke_godkjenn"[^>]*checked', without_reason.text)
    without_condition = answer(browser, office, "godkjenn_med_forutsetninger")
    assert 'href="#forutsetning"' in without_condition.text
    assert ballots(office) == []


def test_the_same_form_twice_is_one_answer_and_one_receipt(office: Office) -> None:
    browser = office.inside(SECOND)
    fields = {**hidden(browser.get(f"/sak/{office.case}").text), "valg": "godkjenn"}
    sent = [browser.post(f"/sak/{office.case}/svar", data=fields) for _ in range(3)]
    assert len({one.headers["location"] for one in sent}) == 1
    assert len(ballots(office)) == 1


def test_others_answers_are_seen_after_ones_own_and_a_recusal_keeps_its_reason(office: Office) -> None:
    answer(office.inside(SECOND), office, "godkjenn", kommentar="Godt forberedt.")
    answer(office.inside(MEMBERS[3]), office, "inhabil", kommentar="Ektefellen er ansatt hos en leverandør.")
    browser = office.inside(BOA)
    before = browser.get(f"/sak/{office.case}").text
    assert "Godt forberedt." in before
    assert "Hva de andre har svart, ser du når du har svart selv" in before
    answered = before[before.index("Svarene") :]
    assert "<span>Inhabil</span>" in answered
    assert "<span>Godkjenn</span>" not in answered
    answer(browser, office, "avstar")
    after = browser.get(f"/sak/{office.case}").text
    assert "<span>Godkjenn</span>" in after[after.index("Svarene") :]
    assert "Ektefellen" not in after
    assert "Ektefellen" in office.inside(LEADER).get(f"/sak/{office.case}").text


def test_a_proposed_condition_can_be_joined_and_is_only_filled_in(office: Office) -> None:
    condition = "Nullpunkt må måles i to soner."
    answer(office.inside(BOA), office, "godkjenn_med_forutsetninger", forutsetning=condition)
    browser = office.inside(SECOND)
    answer(browser, office, "godkjenn")
    page = browser.get(f"/sak/{office.case}").text
    link = re.search(r'href="(/sak/[^"]*slutt=[^"#]*)#svar"', page)
    assert link is not None
    before = office.dump()
    joined = browser.get(html.unescape(link[1])).text
    assert re.search(rf"<textarea[^>]*name=\"forutsetning\"[^>]*>{condition}</textarea>", joined)
    assert "checked" not in joined
    assert office.dump() == before


def test_an_answer_to_a_closed_case_is_not_stored_and_shows_how_it_ended(office: Office) -> None:
    browser = office.inside(SECOND)
    page = browser.get(f"/sak/{office.case}").text
    withdraw_case(office.db, case=office.case, by="programkontor@example.org", reason="Feil", now=office.now)
    before = office.dump()
    late = browser.post(f"/sak/{office.case}/svar", data={**hidden(page), "valg": "godkjenn"})
    assert late.status_code == 409
    assert "Det du sendte, er ikke lagret" in late.text
    assert office.dump() == before


def test_an_answer_to_an_older_version_is_not_stored_and_keeps_what_was_typed(office: Office) -> None:
    browser = office.inside(SECOND)
    fields = hidden(browser.get(f"/sak/{office.case}").text)
    for version in ("0", "2", "17"):
        late = browser.post(
            f"/sak/{office.case}/svar",
            data={**fields, "versjon": version, "valg": "godkjenn", "kommentar": "Skrevet med omhu"},
        )
        assert late.status_code == 409
        assert "Saken er endret" in late.text
        assert "Skrevet med omhu" in late.text
    assert ballots(office) == []


def test_a_page_made_for_one_member_does_not_answer_for_the_next_in_the_same_browser(office: Office) -> None:
    browser = office.inside(SECOND)
    stale = hidden(browser.get(f"/sak/{office.case}").text)
    browser.post(f"/b/{office.letters[BOA].token}", data={"kode": office.letters[BOA].code})
    refused = browser.post(f"/sak/{office.case}/svar", data={**stale, "valg": "godkjenn"})
    assert refused.status_code == 409
    assert "Du er inne som en annen nå" in refused.text
    assert ballots(office) == []


def test_nobody_gets_in_without_a_session_or_with_another_cases(office: Office) -> None:
    stranger = office.browser()
    inside = office.inside(SECOND)
    (secret,) = inside.cookies.values()
    for path in (f"/sak/{office.case}", "/sak/finnes-ikke", "/kvittering/aaaa-bbbb-cccc-dddd"):
        assert stranger.get(path).status_code == 403
        assert "Åpne saken fra e-posten" in stranger.get(path).text
    # The same secret under another case's name opens nothing there.
    stranger.cookies.set("__Host-fp-sak-finnes-ikke", secret)
    assert stranger.get("/sak/finnes-ikke").status_code == 403
    posted = stranger.post(
        f"/sak/{office.case}/svar",
        data={"engang": "x", "versjon": "1", "plass": "kommunaldirektor-st", "valg": "godkjenn"},
    )
    assert posted.status_code == 403
    assert ballots(office) == []


def test_a_receipt_is_for_the_one_who_answered(office: Office) -> None:
    receipt = answer(office.inside(SECOND), office, "godkjenn").headers["location"]
    assert office.inside(BOA).get(receipt).status_code == 403
    assert office.inside(SECOND).get(receipt).status_code == 200


@pytest.mark.parametrize(
    "tampered",
    [
        {"person": "noen-andre"},
        {"versjon": "x"},
        {"engang": ""},
        {"engang": "x" * 500},
    ],
)
def test_a_tampered_form_is_refused(office: Office, tampered: dict[str, str]) -> None:
    browser = office.inside(SECOND)
    fields = hidden(browser.get(f"/sak/{office.case}").text)
    assert browser.post(
        f"/sak/{office.case}/svar", data={**fields, "valg": "godkjenn", **tampered}
    ).status_code in {400, 422}
    missing = {name: value for name, value in fields.items() if name != "plass"}
    assert browser.post(f"/sak/{office.case}/svar", data={**missing, "valg": "godkjenn"}).status_code == 400
    assert ballots(office) == []


def test_a_choice_that_does_not_exist_is_no_answer(office: Office) -> None:
    assert answer(office.inside(SECOND), office, "kanskje").status_code == 422
    assert ballots(office) == []


def test_a_paper_is_handed_out_as_a_download_and_never_as_a_page(office: Office) -> None:
    browser = office.inside(SECOND)
    page = browser.get(f"/sak/{office.case}").text
    path = re.search(r'href="(/sak/[^"]*/underlag/[^"]*)"', page)
    assert path is not None
    paper = browser.get(path[1])
    assert paper.status_code == 200
    assert paper.headers["content-disposition"].startswith("attachment;")
    assert not paper.headers["content-type"].startswith("text/html")
    assert len(paper.content) > 100
    assert office.browser().get(path[1]).status_code == 403
    assert browser.get(f"/sak/{office.case}/underlag/finnes-ikke").status_code == 404


def test_when_all_agree_in_writing_the_last_answer_decides_and_the_old_link_tells(office: Office) -> None:
    for email in MEMBERS:
        sent = answer(office.inside(email), office, "godkjenn")
        assert sent.status_code == 303
    with office.db.reading() as tx:
        state, project = cases.state(tx, office.case), projects.load(tx, scene.PROJECT)
    assert state is not None
    assert project is not None
    assert (state.status, state.outcome, project.phase) == ("decided", "godkjent", "planlegge")
    door = office.browser().get(f"/b/{office.letters[SECOND].token}")
    assert door.status_code == 200
    assert "besluttet 30. januar: godkjent" in door.text
    assert re.findall(r'<input[^>]* name="(\w+)"', door.text) == ["kode"]
    assert "Kommunaldirektør" not in door.text


# ---------------------------------------------------------------- the leader


def conclusion(browser: TestClient, office: Office, **typed: str) -> Any:
    page = browser.get(f"/sak/{office.case}").text
    fields = {name: hidden(page)[name] for name in ("versjon", "plass")}
    return browser.post(f"/sak/{office.case}/konkluder", data={**fields, **typed})


def five_answers(office: Office) -> None:
    for email in MEMBERS[1:6]:
        answer(office.inside(email), office, "godkjenn")


def test_only_the_leader_is_offered_to_conclude_and_only_the_leader_can(office: Office) -> None:
    five_answers(office)
    member = office.inside(SECOND)
    assert "Konkluder" not in member.get(f"/sak/{office.case}").text
    assert conclusion(member, office, utfall="godkjent").status_code == 403
    assert "Konkluder" in office.inside(LEADER).get(f"/sak/{office.case}").text


def test_the_leader_concludes_with_conditions_and_the_project_moves(office: Office) -> None:
    five_answers(office)
    browser = office.inside(LEADER)
    concluded = conclusion(
        browser,
        office,
        **{
            "utfall": "godkjent_med_forutsetninger",
            "ordlyd": "Prosjektet går videre til planlegging.",
            "tekst-2": "Nullpunkt målt i to soner",
            "ansvar-2": "Gevinstansvarlig",
            "frist-2": "2025-04-04",
        },
    )
    assert concluded.status_code == 303
    page = browser.get(concluded.headers["location"]).text
    for words in (
        "godkjent med forutsetninger",
        "F1",
        "Nullpunkt målt i to soner",
        "fredag 4. april",
        "fasen Planlegge",
    ):
        assert words in page
    with office.db.reading() as tx:
        project = projects.load(tx, scene.PROJECT)
    assert project is not None
    assert project.phase == "planlegge"


def test_a_half_filled_condition_comes_back_with_its_row_marked(office: Office) -> None:
    five_answers(office)
    refused = conclusion(
        office.inside(LEADER),
        office,
        **{
            "utfall": "godkjent_med_forutsetninger",
            "ordlyd": "Ja.",
            "tekst-3": "Nullpunkt",
            "frist-3": "i morgen",
        },
    )
    assert refused.status_code == 422
    assert 'href="#ansvar-3"' in refused.text
    assert 'href="#frist-3"' in refused.text
    assert "Nullpunkt</textarea>" in refused.text


def test_turning_a_case_down_takes_words_of_the_leaders_own(office: Office) -> None:
    five_answers(office)
    browser = office.inside(LEADER)
    for wording in ("", scene.PROPOSAL, scene.PROPOSAL.replace("\n", "\r\n")):
        refused = conclusion(browser, office, utfall="ikke_godkjent", ordlyd=wording)
        assert refused.status_code == 422
        assert 'href="#ordlyd"' in refused.text
    assert conclusion(browser, office, utfall="ikke_godkjent", ordlyd="For tidlig.").status_code == 303


def test_more_rows_keep_what_was_written_and_decide_nothing(office: Office) -> None:
    five_answers(office)
    before = office.dump()
    browser = office.inside(LEADER)
    more = conclusion(
        browser,
        office,
        **{"utfall": "utsatt", "ordlyd": "Vent", "tekst-1": "Noe", "tekst-3": "", "flere": "ja"},
    )
    assert more.status_code == 200
    assert 'id="tekst-5"' in more.text
    assert ">Noe</textarea>" in more.text
    after = office.dump()
    assert after["gate_case"] == before["gate_case"]
    assert after["ledger_leaf"] == before["ledger_leaf"]


def test_a_conclusion_on_an_older_version_is_not_taken(office: Office) -> None:
    five_answers(office)
    browser = office.inside(LEADER)
    fields = hidden(browser.get(f"/sak/{office.case}").text)
    late = browser.post(
        f"/sak/{office.case}/konkluder",
        data={"versjon": "2", "plass": fields["plass"], "utfall": "godkjent", "ordlyd": "Ja"},
    )
    assert late.status_code == 409
    with office.db.reading() as tx:
        state = cases.state(tx, office.case)
    assert state is not None
    assert state.status == "open"


def test_the_owner_is_marked_and_told_so(office: Office) -> None:
    page = office.inside(OWNER).get(f"/sak/{office.case}").text
    assert "Du eier prosjektet" in page
    assert "Eier av prosjektet" in page
