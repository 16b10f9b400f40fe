"""Can everybody read the PDFs, and is what people wrote nothing but text in them?"""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.formats.blocks import Content
from documents.formats.glyphs import SHOWABLE
from documents.formats.pdf import NotPrintableError, Pdf, pdf
from documents.papers.referat import minutes_content
from documents.papers.saksframlegg import case_content
from documents.papers.saksliste import agenda_content
from tests.paper_builders import SECRET, a_case_paper, an_agenda, some_minutes

DATED = datetime(2025, 1, 24, 9, 20, tzinfo=UTC)


def papers() -> dict[str, Content]:
    return {
        "saksframlegg": case_content(a_case_paper()),
        "saksliste": agenda_content(an_agenda()),
        "referat": minutes_content(some_minutes()),
    }


def a_case(**changes: object) -> Pdf:
    return pdf("saksframlegg", case_content(a_case_paper(**changes)), dated=DATED, most_pages=2)


def asked(program: str, made: Pdf, *options: str) -> str:
    ran = subprocess.run(
        [program, *options, "-", *(["-"] if program == "pdftotext" else [])],
        input=made.content,
        capture_output=True,
        check=True,
    )
    return ran.stdout.decode()


def text_of(made: Pdf) -> str:
    return " ".join(asked("pdftotext", made, "-layout").split())


def test_a_paper_may_be_dated_to_the_microsecond() -> None:
    content = papers()["saksliste"]
    precise = pdf("saksliste", content, dated=DATED.replace(microsecond=123456))
    assert precise.content == pdf("saksliste", content, dated=DATED).content


@pytest.mark.parametrize("name", papers())
def test_the_same_paper_has_the_same_bytes(name: str) -> None:
    first, second = (pdf(name, papers()[name], dated=DATED) for _ in range(2))
    assert first.content == second.content
    assert first.content.startswith(b"%PDF-1.7")
    assert first.warnings == ()


@pytest.mark.parametrize("name", papers())
@pytest.mark.poppler
def test_a_paper_is_tagged_titled_and_dated_by_itself(name: str) -> None:
    told = asked("pdfinfo", pdf(name, papers()[name], dated=DATED))
    assert re.search(r"^Tagged: +yes$", told, re.M)
    assert re.search(rf"^Title: +{name.capitalize()}: \S", told, re.M)
    assert re.search(r"^CreationDate: +Fri Jan 24 .*2025", told, re.M)
    assert re.search(r"^Page size: .*\(A4\)$", told, re.M)


@pytest.mark.poppler
def test_a_saksframlegg_tells_what_is_to_be_decided_before_anything_else() -> None:
    text = text_of(a_case())
    parts = (
        "Forslag til beslutning", "1. Prosjektet går videre", "2 av 2 må-krav er oppfylt", "Bedt om av",
        "Fakta", "Vurdering", "Krav", "Ikke oppfylt", "Forutsetninger fra tidligere", "Saksunderlag",
    )  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "onsdag 5. februar 2025 kl. 09.00" in text


@pytest.mark.poppler
def test_what_people_write_is_never_run() -> None:
    hostile = '#read("/etc/passwd") $x^2$ `raw` *b* _i_ <label> @ref #import "x": * // c \\ ~ "q" #{1+1}'
    made = a_case(project=hostile, proposal=hostile, body=hostile)
    assert made.warnings == ()
    text = text_of(made)
    assert text.count(hostile) >= 2
    assert "root:" not in text


@pytest.mark.poppler
def test_a_han_sign_an_emoji_and_a_turned_text_stop_nothing_and_are_told() -> None:
    made = a_case(proposal="Godkjent 漢 av 👨‍👩‍👧 og Kari\u202e.")
    assert made.substituted == 3
    assert [(one.code, dict(one.data)) for one in made.warnings] == [("paper_signs_replaced", {"found": 3})]
    text = text_of(made)
    assert "Godkjent □ av □ og Kari□." in text
    assert "Tre tegn som ikke kan vises her, er byttet med □." in text


def test_a_saksframlegg_of_more_than_two_pages_says_so() -> None:
    short, long = a_case(), a_case(proposal="Et langt forslag som ingen rekker å lese. " * 200)
    assert short.pages <= 2
    assert short.warnings == ()
    assert long.pages > 2
    assert [(one.code, dict(one.data)) for one in long.warnings] == [
        ("paper_long", {"found": long.pages, "limit": 2})
    ]


@pytest.mark.poppler
def test_the_referat_shows_who_answered_how_and_never_why_somebody_is_recused() -> None:
    text = text_of(pdf("referat", papers()["referat"], dated=DATED))
    assert "Kommunalsjef sykehjem og omsorgsboliger er inhabil" in text
    assert SECRET not in text
    assert "Kommunalsjef psykisk helse og rus (ført av sekretær)" in text
    assert "F1" in text
    assert "fredag 4. april 2025" in text


def test_empty_lists_leave_no_empty_parts_and_no_warning() -> None:
    bare = a_case_paper(
        facts={}, requirements=(), earlier_conditions=(), attachments=(), changes=(), roles={}, should_open=()
    )
    assert pdf("saksframlegg", case_content(bare), dated=DATED).pages == 1


@given(st.text(max_size=80), st.text(alphabet=sorted(SHOWABLE), max_size=80))
@settings(max_examples=40, deadline=None)
def test_whatever_is_written_the_paper_can_be_exported(anything: str, showable: str) -> None:
    a_case(proposal=anything, project=showable, body=anything, roles={"prosjekteier": showable})


@pytest.mark.poppler
def test_a_long_address_is_broken_and_stays_on_the_page() -> None:
    address = "https://rom.example.org/" + "velferdsteknologi-i-alle-soner/" * 8
    benefit = {"title": address, "prioritised": True, "ambition": address}
    made = a_case(proposal=address, facts={"benefits": [benefit], "project": {"goals": address}})
    boxes = asked("pdftotext", made, "-bbox")
    ends = [float(end) for end in re.findall(r'<word [^>]*xMax="([0-9.]+)"', boxes)]
    assert len(ends) > 40
    assert max(ends) < 595 - 40


def test_every_character_we_call_showable_can_be_exported_in_each_weight(tmp_path: Path) -> None:
    page = tmp_path / "all.typ"
    page.write_text(
        '#set document(title: "a")\n#set text(lang: "nb", font: "Libertinus Serif", fallback: false)\n'
        "#let all = json(bytes(sys.inputs.all))\n"
        "#for each in all { box(text(each)) }\n#for each in all { box(text(weight: 600, each)) }\n",
        encoding="utf-8",
    )
    fonts = typst.Fonts(include_system_fonts=False)

    def warnings_for(characters: list[str]) -> list[str]:
        _, warnings = typst.compile_with_warnings(
            page,
            format="pdf",
            pdf_standards="ua-1",
            font_paths=fonts,
            sys_inputs={"all": json.dumps(characters)},
        )
        return [warning.message for warning in warnings]

    assert warnings_for(sorted(SHOWABLE)) == []
    with pytest.raises(typst.TypstError):
        warnings_for(["漢"])


def test_a_warning_from_the_compiler_stops_the_paper(tmp_path: Path) -> None:
    (tmp_path / "skjev.typ").write_text(
        '#set document(title: "a")\n#set text(font: "Finnes ikke")\nHei', encoding="utf-8"
    )
    with pytest.raises(NotPrintableError, match="unknown font family"):
        pdf("skjev", {}, dated=DATED, templates=tmp_path)
