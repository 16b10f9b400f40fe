"""Does the programme office get through its day on the pages, and nobody else?"""

from datetime import date

import pytest

from engine.core.programme.calendar import local_date
from engine.store import people, projects
from tests.sign_in_builders import signed_in
from tests.web_builders import LEADER, SECOND, Office, settings_for

PEOPLE = "/kontor/personer"
IMPORT = "/kontor/import"
TABLE = "key,title,workflow,phase\nny-ide,Ny idé,prosjektveiviseren,konsept\n"


@pytest.fixture
def shut(meeting_office: Office) -> Office:
    meeting_office.settings = settings_for("https://faseport.example.org", open_portal=False)
    return meeting_office


@pytest.mark.parametrize("path", ["/kontor", PEOPLE, IMPORT])
def test_the_desk_is_the_offices_alone(shut: Office, path: str) -> None:
    assert signed_in(shut).get(path).status_code == 200
    assert signed_in(shut, LEADER).get(path).status_code == 403
    assert shut.browser().get(path).status_code == 401
    assert "/kontor" not in signed_in(shut, LEADER).get("/").text


def test_today_tells_the_next_meeting_and_its_cases(shut: Office) -> None:
    page = signed_in(shut).get("/kontor").text
    assert f'href="/mote/{shut.meeting}"' in page
    assert "To saker" in page


def test_a_person_is_registered_and_given_a_seat_from_a_day(shut: Office) -> None:
    desk = signed_in(shut)
    new = "ny-kommunalsjef@example.org"
    assert desk.post(f"{PEOPLE}/ny", data={"navn": "Ny kommunalsjef", "epost": new}).status_code == 303
    before = desk.get(PEOPLE).text
    place = before.split('<option value="styringsgruppa/')[2].split('"')[0]
    sent = {"plass": f"styringsgruppa/{place}", "hvem": new, "fra": "2025-03-01", "som": "holder"}
    assert desk.post(f"{PEOPLE}/plass", data=sent).status_code == 303
    assert "<td>Ny kommunalsjef" in desk.get(PEOPLE, params={"dag": "2025-03-01"}).text
    assert "<td>Ny kommunalsjef" not in desk.get(PEOPLE, params={"dag": "2025-02-28"}).text


def test_what_is_missing_or_wrong_is_said_at_its_field_and_changes_nothing(shut: Office) -> None:
    desk = signed_in(shut)
    before = shut.dump()
    empty = desk.post(f"{PEOPLE}/plass", data={"plass": "styringsgruppa/x", "hvem": "", "fra": "i dag"})
    assert empty.status_code == 422
    assert "Velg hvem." in empty.text
    assert "Dette er ikke en dag i kalenderen." in empty.text
    unknown = {"plass": "styringsgruppa/finnes-ikke", "hvem": SECOND, "fra": "2025-03-01"}
    assert desk.post(f"{PEOPLE}/plass", data=unknown).status_code == 422
    reversed_ = {"borte": SECOND, "borte-fra": "2025-03-02", "borte-til": "2025-03-01"}
    assert desk.post(f"{PEOPLE}/fravar", data=reversed_).status_code == 422
    assert desk.post(f"{PEOPLE}/ny", data={"navn": "A", "epost": "ikke en adresse"}).status_code == 422
    assert shut.dump() == before


def test_an_absence_is_noted_and_shown(shut: Office) -> None:
    desk = signed_in(shut)
    sent = {"borte": SECOND, "borte-fra": "2025-02-10", "borte-til": "2025-02-14", "vikar": LEADER}
    assert desk.post(f"{PEOPLE}/fravar", data=sent).status_code == 303
    with shut.db.reading() as tx:
        assert date(2025, 2, 10) in {one.away_from for one in people.absences(tx)}
    assert "10.02.2025" in desk.get(PEOPLE).text


def test_a_table_is_looked_over_before_anything_is_stored_and_then_read_in(shut: Office) -> None:
    desk = signed_in(shut)
    before = shut.dump()
    form = {"fra": "2025-01-01"}
    seen = desk.post(IMPORT, data=form, files={"fil": ("Portefølje.csv", TABLE.encode())})
    assert seen.status_code == 200, seen.text
    assert "1 rader, 1 klare" in seen.text
    assert "Ny idé" in seen.text
    assert shut.dump() == before
    carried = seen.text.split('name="innhold" value="')[1].split('"')[0]
    assert desk.post(f"{IMPORT}/les-inn", data={"innhold": carried, "fra": "2025-01-01"}).status_code == 303
    with shut.db.reading() as tx:
        assert projects.facts(tx, "ny-ide", on=local_date(shut.now))["title"] == "Ny idé"


def test_a_table_with_mistakes_names_each_at_its_row_and_cannot_be_read_in(shut: Office) -> None:
    desk = signed_in(shut)
    wrong = TABLE + "b,Feil fase,prosjektveiviseren,Pågående\nc,Feil flyt,finnes-ikke,konsept\n"
    seen = desk.post(IMPORT, files={"fil": ("p.csv", wrong.encode())})
    assert seen.status_code == 422
    assert "3 rader, 1 klare, 2 med feil" in seen.text
    assert 'name="innhold"' not in seen.text
    rubbish = desk.post(IMPORT, files={"fil": ("p.xlsx", b"PK\x03\x04" + b"0" * 5000)})
    assert rubbish.status_code == 422
    assert "kan ikke leses" in rubbish.text
    assert desk.post(f"{IMPORT}/les-inn", data={"innhold": "%%%"}).status_code in (400, 422)
