"""Can the report be read on the web, as it was published, and by those who may?"""

from demo import scene
from documents.tertial.editions import REPORT_FORMATS, statusrapport
from engine.core.refusal import Refused
from engine.use_cases.reports.approve_programme_report import approve_programme_report
from engine.use_cases.reports.publish_programme_report import Published, publish_programme_report
from tests.web_builders import Office, settings_for

PAGE = "/rapport/2024-T3"


def publish(office: Office) -> Published:
    now = office.now
    approved = approve_programme_report(office.db, period="2024-T3", by=scene.OFFICE, now=now)
    assert not isinstance(approved, Refused), approved
    done = publish_programme_report(
        office.db,
        period="2024-T3",
        by=scene.OFFICE,
        despite="Digitalt tilsyn avklares i mars.",
        render=lambda report, despite: {
            name: statusrapport(report, format=name, despite=despite).content for name in REPORT_FORMATS
        },
        now=now,
    )
    assert isinstance(done, Published), done
    return done


def test_a_draft_says_that_it_is_one_and_offers_no_files(office: Office) -> None:
    page = office.browser().get(PAGE)
    assert page.status_code == 200
    assert "utkast" in page.text
    assert "Fem prosjekter er i konseptfase, 23 er under gjennomføring" in page.text
    assert f"{PAGE}/pdf" not in page.text
    assert office.browser().get(f"{PAGE}/pdf").status_code == 404


def test_a_published_report_is_shown_with_its_reason_and_its_files(office: Office) -> None:
    done = publish(office)
    browser = office.browser()
    page = browser.get(PAGE).text
    assert "Digitalt tilsyn avklares i mars." in page
    assert "versjon 1" in page
    for name in done.editions:
        assert f'href="{PAGE}/{name}"' in page
        answer = browser.get(f"{PAGE}/{name}")
        assert answer.status_code == 200
        assert f'filename="statusrapport-2024-t3.{name}"' in answer.headers["content-disposition"]
    assert browser.get(f"{PAGE}/pdf").content.startswith(b"%PDF")


def test_what_is_not_there_is_not_found(office: Office) -> None:
    browser = office.browser()
    for path in ("/rapport/2024-T9", "/rapport/2024-T9/pdf", f"{PAGE}/exe", "/rapport/%3Cscript%3E"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "<script" not in answer.text


def test_a_shut_portal_shows_no_report(office: Office) -> None:
    publish(office)
    office.settings = settings_for("https://faseport.example.org", open_portal=False)
    for path in (PAGE, f"{PAGE}/pdf"):
        answer = office.browser().get(path)
        assert "konseptfase" not in answer.text
        assert not answer.content.startswith(b"%PDF")
