"""Can whoever sees a page read its paper there, as PDF and as HTML — and nobody else, nor anything more?"""

import pytest

from engine.store import cases, meetings
from engine.use_cases.meetings.run_meeting import add_item, close_meeting
from engine.use_cases.meetings.write_minutes import write_minutes
from engine.use_cases.programme.load_programme import load_programme
from tests.web_builders import LEADER, MET_AT, OWNER, SECOND, SECRETARY, Office, meeting_letters
from workflows import loader

BOA = "kommunalsjef-boa@example.org"
ITEM = "Status for tertialrapporten"


@pytest.fixture
def office(meeting_office: Office) -> Office:
    """The house before the meeting of 5 February, with something for orientation on the list."""
    added = add_item(
        meeting_office.db,
        meeting=meeting_office.meeting or "",
        kind="orientering",
        title=ITEM,
        text="Frist 15. mai.",
        by=SECRETARY,
        now=meeting_office.now,
    )
    assert isinstance(added, str)
    return meeting_office


def place(office: Office) -> str:
    return f"/mote/{office.meeting}"


def recuse(office: Office, email: str) -> None:
    data = {"sak": office.case, "hvem": email.split("@")[0], "inhabil": "ja", "grunn": "Nær slekt."}
    assert office.inside(SECRETARY).post(f"{place(office)}/inhabil", data=data).status_code == 303


@pytest.mark.parametrize("format", ["pdf", "html"])
def test_a_member_reads_saksliste_and_saksframlegg_from_the_pages(office: Office, format: str) -> None:
    member = office.inside(SECOND)
    for page, paper in ((place(office), "saksliste"), (f"/sak/{office.case}", "saksframlegg")):
        address = f"{page}/{paper}.{format}"
        assert f'href="{address}"' in member.get(page).text
        found = member.get(address)
        assert found.status_code == 200
        if format == "pdf":
            assert found.content.startswith(b"%PDF-")
            assert found.headers["content-type"] == "application/pdf"
        else:
            assert "Implementering av eksisterende velferdsteknologi" in found.text
            policy = found.headers["content-security-policy"]
            assert "style-src 'sha256-" in policy
            assert "sandbox" in policy
            assert "unsafe-inline" not in policy


def test_nobody_outside_reads_a_paper_and_no_other_format_is_made(office: Office) -> None:
    stranger, member = office.browser(), office.inside(SECOND)
    for address in (
        f"{place(office)}/saksliste.pdf",
        f"{place(office)}/referat.html",
        f"/sak/{office.case}/saksframlegg.html",
    ):
        assert stranger.get(address).status_code == 403
    assert member.get(f"{place(office)}/saksliste.docx").status_code == 404
    assert member.get(f"/sak/{office.case}/saksframlegg.exe").status_code == 404
    assert member.get(f"{place(office)}/referat.html").status_code == 404, "there is none yet"


def test_a_recused_members_papers_hold_no_more_than_the_page(office: Office) -> None:
    recuse(office, BOA)
    member = office.inside(BOA)
    listed = member.get(f"{place(office)}/saksliste.html")
    assert listed.status_code == 200
    assert "Implementering av eksisterende" in listed.text
    shut = member.get(f"/sak/{office.case}/saksframlegg.html")
    assert shut.status_code == 403
    for told in (listed.text, shut.text):
        assert "Nær slekt" not in told
        assert "Forslag til beslutning" not in told or "Nytt varslingssystem" in told


def test_whoever_is_called_in_to_one_case_sees_that_one_and_no_orientation(office: Office) -> None:
    own = "email: fagleder-boa@example.org, from: 2025-01-01, reports_to: "
    text = loader.read_programme("trondheim").replace(f"{own}kommunalsjef-boa", f"{own}kommunaldirektor-st")
    load_programme(office.db, text=text, now=office.now)
    with office.db.reading() as tx:
        (other,) = (one for one in cases.list_cases(tx, meeting=office.meeting) if one.id != office.case)
    recuse(office, BOA)
    office.letters = meeting_letters(office, office.meeting or "")
    called, seated = office.inside("fagleder-boa@example.org"), office.inside(SECOND)
    for address in (place(office), f"{place(office)}/saksliste.html"):
        assert ITEM in seated.get(address).text
        told = called.get(address).text
        assert "Implementering av eksisterende" in told
        assert ITEM not in told
        assert "Nytt varslingssystem" not in told
    assert called.get(f"/sak/{other.id}/saksframlegg.pdf").status_code == 403


def test_the_chair_sees_on_the_running_page_whom_the_body_found_inhabil_and_who_stands_in(
    office: Office,
) -> None:
    own = "email: fagleder-boa@example.org, from: 2025-01-01, reports_to: "
    text = loader.read_programme("trondheim").replace(f"{own}kommunalsjef-boa", f"{own}kommunaldirektor-st")
    load_programme(office.db, text=text, now=office.now)
    recuse(office, BOA)
    for email in (LEADER, SECRETARY):
        told = " ".join(office.inside(email).get(place(office)).text.split())
        assert "er funnet inhabil;" in told
        assert "svarer for plassen. Grunn: «Nær slekt.»" in told
    assert "er funnet inhabil;" not in office.inside(OWNER).get(place(office)).text


def test_the_referat_is_a_page_too_for_whoever_may_read_it(office: Office) -> None:
    office.now = MET_AT
    close_meeting(office.db, meeting=office.meeting or "", by=SECRETARY, now=MET_AT)
    for send, reader in ((False, SECRETARY), (True, SECOND)):
        write_minutes(
            office.db,
            meeting=office.meeting or "",
            by=SECRETARY,
            send=send,
            render=office.on_paper,
            now=MET_AT,
        )
        told = office.inside(reader).get(f"{place(office)}/referat.html")
        assert told.status_code == 200
        assert "Ikke avgjort i møtet" in told.text
        assert ("Utkast, ikke sendt ut" in told.text) is not send
        if not send:
            assert office.inside(SECOND).get(f"{place(office)}/referat.html").status_code == 404
    with office.db.reading() as tx:
        assert [one.sent for one in meetings.minutes(tx, office.meeting or "")] == [False, True]


def test_the_old_meetings_page_names_the_cases_that_went_on_and_where_to(office: Office) -> None:
    office.now = MET_AT
    close_meeting(office.db, meeting=office.meeting or "", by=SECRETARY, now=MET_AT)
    member = office.inside(SECOND)
    told = member.get(place(office)).text
    assert "Implementering av eksisterende" in member.get(f"{place(office)}/saksliste.html").text
    assert "Gikk videre herfra" in told
    assert "Ble ikke avgjort i møtet. Kommer opp i styringsgruppa onsdag 19. februar." in told
