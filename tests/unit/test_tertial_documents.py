"""Can everybody read the report, in every format, and is what people wrote nothing but text in it?"""

import io
import posixpath
import re
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from openpyxl import load_workbook

from documents.formats import charts
from documents.formats.word import word
from documents.formats.word_template import TemplateError, own_template
from documents.tertial.content import report_content
from documents.tertial.editions import REPORT_FORMATS, ROWS_IN_PRINT, ReportFormat, for_print, statusrapport
from engine.core.benefits.told import Estimate
from engine.core.files.sheet import Sheet, read_sheet
from engine.core.programme.vocabulary import AREAS
from engine.core.report.known import Group, Known, Reported, Term
from engine.core.report.printed import NEEDED, read_printed, vocabulary_of
from engine.core.report.report import TertialReport
from engine.core.report.sections import tertial_report
from engine.core.reports.told import Judgement, Light, Risk
from language.sentences import sentence
from tests.report_builders import a_benefit, an_entry, known_of

AT = datetime(2025, 1, 5, tzinfo=UTC)
STRANGE = (
    "=SUM(A1:A9)",
    "+47 & <b>fet</b>",
    "@lenke",
    "-2+3",
    "#let x = 1",
    "\\frac $x$ *ting* _under_",
    "]]> </w:t>",
    "漢字",
    "👨‍👩‍👧 😀",
    "\u202eabc\u202c",
    "{{ rapport }}",
    "{_{ x }_} {% x %}",
    "a\x00\x07b\ufffec\uffff",
    "<script>alert(1)</script>",
    "' onload='x",
    'sitat " og \\ strek',
)


def shown_as(text: str) -> str:
    """The text as a screen shows it: marks that turn the writing, and what is no character, are replaced."""
    return re.sub("[\u202a-\u202e\x00-\x08\ufffe\uffff]", "□", text)


def the_known(text: str = "Vanlig tekst") -> Known:
    """A report with every kind of block, and the text wherever people write."""
    entries = (
        an_entry("a", "Konsept", title=f"A {text}", description=text),
        an_entry("b", title=f"B {text}", service=text, benefits=(a_benefit(kind="kvalitet", title=text),)),
        an_entry("c", "Realisering", benefits=(a_benefit(title=text),), shared_with=("boa",)),
        an_entry("d", "Avsluttet", since=date(2024, 10, 1), closing_reason=text, carried_to=text),
        an_entry("e", outside=True, title=f"E {text}"),
    )
    lights: tuple[Light, ...] = ("gronn", "gul", "rod", "gronn", "gul")
    told = Reported(
        estimates=tuple(
            Estimate(
                project="b", benefit="A1", year=2026, period=period, fte=fte, kroner=kroner, recorded_at=AT
            )
            for period, fte, kroner in (("2024-T2", 1.0, None), ("2024-T3", 2.5, 100_000))
        ),
        risks=(
            Risk(
                number=1, title=text, kind="trussel", probability=3, consequence=5, assessment=text,
                measures=text, owner=text, due=date(2025, 3, 1),
            ),
        ),
        judgements=tuple(
            Judgement(
                project=None, period="2024-T3", area=area, light=light, reason=text, by=None, recorded_at=AT
            )
            for area, light in zip(AREAS, lights, strict=True)
        ),
        texts={"helhet": text, "okonomi": text},
    )  # fmt: skip
    terms = (Term(code="1", title=f"Innsats {text}"), Term(code="2", title="To"))
    before = {"a": None, "b": "Konsept", "c": "Prosjekt", "d": "Konsept"}
    return known_of(
        *entries,
        before=before,
        reported=told,
        focus_areas=(Group(code="", title="", terms=terms),),
        programme=f"Program {text}",
    )


def the_report(text: str = "Vanlig tekst") -> TertialReport:
    return tertial_report(the_known(text))


def made(format: ReportFormat, text: str = "Vanlig tekst", **more: Any) -> bytes:
    return statusrapport(the_report(text), format=format, **more).content


def asked(program: str, content: bytes, *options: str) -> str:
    ran = subprocess.run(
        [program, *options, "-", *(["-"] if program == "pdftotext" else [])],
        input=content, capture_output=True, check=True,
    )  # fmt: skip
    return ran.stdout.decode(errors="replace")


class Page(HTMLParser):
    """What a page has: its elements with their attributes, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def words_of(content: bytes) -> str:
    """The text of a Word file."""
    root = ET.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml"))
    return "\n".join(node.text or "" for node in root.iter() if node.tag.endswith("}t"))


# --- the same everywhere --------------------------------------------------------------------------------


@pytest.mark.parametrize("format", REPORT_FORMATS)
def test_the_same_report_has_the_same_bytes(format: ReportFormat) -> None:
    first, second = (statusrapport(the_report(), format=format) for _ in range(2))
    assert first == second
    assert first.filename == f"statusrapport-2024-t3.{format}"


def test_every_format_says_what_every_block_says() -> None:
    blocks = report_content(the_report())["blocks"]
    page = Page(made("html")).text
    document = words_of(made("docx"))
    for block in blocks:
        for said in (
            block.get("text"),
            block.get("caption"),
            *block.get("lines", ()),
            *block.get("items", ()),
        ):
            if said:
                assert said in page
                assert said in document


@pytest.mark.parametrize("format", ["html", "pdf", "docx"])
def test_the_reason_it_was_published_despite_is_printed(format: ReportFormat) -> None:
    content = made(format, despite="Avklares i mars.")
    assert content != made(format)
    if format != "pdf":
        assert "Avklares i mars." in (Page(content).text if format == "html" else words_of(content))


@pytest.mark.requirement("001-03", "001-08")
def test_the_sections_stand_in_the_order_of_the_printed_report() -> None:
    headings = [
        (one["level"], one["text"])
        for one in report_content(the_report())["blocks"]
        if one["type"] == "heading"
    ]
    assert [text for level, text in headings if level == 2] == [
        "Innledning",
        "Del 1: Rapportering på program",
        "Del 2: Rapportering på prosjektporteføljen",
        "Vedlegg 1: Oversikt over porteføljen per 31.12.2024",
        "Vedlegg 2: Status på gevinstarbeidet i prosjektene per 31.12.2024",
    ]
    assert [text for level, text in headings if level == 3][:13] == [
        "Inndeling",
        "Trafikklys",
        "Innledning",
        "Overordnet status",
        "Fremdrift",
        "Økonomi",
        "Gevinster",
        "Risiko",
        "Endringer i porteføljen siden forrige rapport",
        "Samlet portefølje per 31.12.2024",
        "Fordeling per innsatsområde",
        "Fordeling per byrådsavdeling og virksomhetsområde",
        "Prosjekter utenfor programmet (1)",
    ]


# --- text is text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", STRANGE)
def test_strange_text_makes_no_element_and_stays_readable_on_the_page(text: str) -> None:
    plain, strange = Page(made("html")), Page(made("html", text))
    # Where marks that turn the writing are replaced, the page says so in one more paragraph.
    said = ["p"] if "□" in shown_as(text) else []
    assert sorted(tag for tag, _ in strange.elements) == sorted([tag for tag, _ in plain.elements] + said)
    assert not any(name and name.startswith("on") for _, given in strange.elements for name in given)
    shown = shown_as(text)
    assert shown in strange.text


@pytest.mark.parametrize("text", STRANGE)
def test_strange_text_makes_no_element_in_the_word_file(text: str) -> None:
    def shape(content: bytes) -> list[str]:
        parts = zipfile.ZipFile(io.BytesIO(content))
        return [
            node.tag
            for name in parts.namelist()
            if name.endswith((".xml", ".rels"))
            for node in ET.fromstring(parts.read(name)).iter()
        ]

    if "□" not in shown_as(text):
        assert shape(made("docx", text)) == shape(made("docx"))
    assert shown_as(text) in words_of(made("docx", text))


@pytest.mark.parametrize("text", STRANGE)
def test_no_cell_of_the_workbook_is_a_formula(text: str) -> None:
    content = made("xlsx", text)
    book = load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert b"<f>" not in b"".join(
        zipfile.ZipFile(io.BytesIO(content)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
    )
    shown = shown_as(text)
    assert any(shown in str(cell.value) for cell in cells)


@pytest.mark.parametrize("text", STRANGE)
def test_strange_text_is_set_as_text_or_visibly_replaced_in_the_pdf(text: str) -> None:
    done = statusrapport(the_report(text), format="pdf")
    replaced = [one for one in done.warnings if one.code == "paper_signs_replaced"]
    assert bool(replaced) == (text in {"漢字", "👨‍👩‍👧 😀", "\u202eabc\u202c", "a\x00\x07b\ufffec\uffff"})


# --- the page -------------------------------------------------------------------------------------------


def test_the_page_has_a_language_one_first_heading_and_no_level_left_out() -> None:
    page = Page(made("html"))
    assert page.all("html") == [{"lang": "nb"}]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_of_the_page_has_a_caption_and_headings_both_ways() -> None:
    page = Page(made("html"))
    assert len(page.all("caption")) == len(page.all("table")) > 10
    assert {given.get("scope") for given in page.all("th")} == {"col", "row"}


def test_every_picture_of_the_page_says_in_words_what_it_shows() -> None:
    page = Page(made("html"))
    pictures = [given for _, given in page.elements if given.get("role") == "img"]
    ids = {given["id"] for _, given in page.elements if given.get("id")}
    assert len(pictures) == len(page.all("svg")) == 4
    for given in pictures:
        assert {given["aria-labelledby"], given["aria-describedby"]} <= ids


def test_a_light_is_never_told_by_colour_alone() -> None:
    content = made("html").decode()
    for light, sign, said in (("gronn", "●", "Grønn"), ("gul", "▲", "Gul"), ("rod", "■", "Rød")):
        assert re.search(rf'light-{light}" aria-hidden="true">{sign}</span>\s*{said}', content)


def test_ids_are_told_apart() -> None:
    ids = [given["id"] for _, given in Page(made("html")).elements if "id" in given]
    assert len(ids) == len(set(ids))


# --- the PDF --------------------------------------------------------------------------------------------


@pytest.mark.poppler
def test_the_pdf_is_tagged_titled_and_in_order() -> None:
    content = made("pdf")
    about = asked("pdfinfo", content)
    assert re.search(r"^Tagged:\s+yes$", about, re.M)
    assert re.search(r"^Title:\s+Statusrapport: 3\. tertial 2024$", about, re.M)
    text = " ".join(asked("pdftotext", content).split())
    headings = [one["text"] for one in report_content(the_report())["blocks"] if one["type"] == "heading"]
    places = [text.rindex(" ".join(one.split())) for one in headings if one.startswith(("Del", "Vedlegg"))]
    assert places == sorted(places)


@pytest.mark.poppler
def test_the_pdfs_pictures_have_their_text_alternatives_in_its_tree() -> None:
    structure = asked("pdfinfo", made("pdf"), "-struct-text")
    assert structure.count("Figure") >= 4
    assert "TH" in structure


def test_a_table_too_long_to_print_is_said_to_be_elsewhere() -> None:
    entries = [an_entry(f"p{number}") for number in range(ROWS_IN_PRINT + 1)]
    content = for_print(report_content(tertial_report(known_of(*entries))))
    by_id = {one["id"]: one for one in content["blocks"]}
    assert by_id["tabell-v1-1"]["type"] == "text"
    assert "for mange til å trykkes" in by_id["tabell-v1-1"]["lines"][0]
    assert by_id["tabell-4"]["type"] == "table"


# --- the Word file --------------------------------------------------------------------------------------


def parts_of(content: bytes) -> dict[str, bytes]:
    package = zipfile.ZipFile(io.BytesIO(content))
    return {name: package.read(name) for name in package.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def opened(content: bytes) -> WordDocument:
    return Document(io.BytesIO(content))


def test_the_word_file_is_whole() -> None:
    parts = parts_of(made("docx"))
    for name, relations in parts.items():
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            targets = re.findall(r'Target="([^"]+)"', relations.decode())
            assert {posixpath.normpath(posixpath.join(folder, one)) for one in targets} <= set(parts)
    used = re.findall(r'r:(?:embed|id)="([^"]+)"', parts["word/document.xml"].decode())
    given = re.findall(r'Id="([^"]+)"', parts["word/_rels/document.xml.rels"].decode())
    assert set(used) <= set(given)
    document = parts["word/document.xml"].decode()
    styles = set(re.findall(r'w:styleId="([^"]+)"', parts["word/styles.xml"].decode()))
    assert set(re.findall(r'<w:(?:pStyle|tblStyle) w:val="([^"]+)"', document)) <= styles
    lists = set(re.findall(r'<w:numId w:val="(\d+)"', document))
    assert lists <= set(re.findall(r'<w:num [^>]*w:numId="(\d+)"', parts["word/numbering.xml"].decode()))
    types = parts["[Content_Types].xml"].decode()
    for name in parts:
        assert f'PartName="/{name}"' in types or f'Extension="{name.rpartition(".")[2]}"' in types


def test_the_word_files_headings_are_those_of_the_report_at_their_levels() -> None:
    blocks = [one for one in report_content(the_report())["blocks"] if one["type"] == "heading"]
    found = [
        (one.style.name, one.text, bool(one.paragraph_format.page_break_before))
        for one in opened(made("docx")).paragraphs
        if one.style is not None and (one.style.name or "").startswith("Heading")
    ]
    assert found == [(f"Heading {one['level'] - 1}", one["text"], one["page"]) for one in blocks]


def test_the_word_files_tables_have_captions_and_header_rows_that_come_again() -> None:
    document = opened(made("docx"))
    blocks = [one for one in report_content(the_report())["blocks"] if one["type"] == "table"]
    assert len(document.tables) == len(blocks) > 10
    for table, block in zip(document.tables, blocks, strict=True):
        assert table._tbl.tblPr.xpath("string(w:tblCaption/@w:val)") == block["caption"]
        above = Paragraph(table._tbl.getprevious(), document)
        assert (above.style and above.style.name, above.text) == ("Caption", block["caption"])
        assert [cell.text for cell in table.rows[0].cells] == [one["title"] for one in block["columns"]]
        assert [bool(row._tr.xpath("w:trPr/w:tblHeader")) for row in table.rows] == [
            index == 0 for index in range(len(block["rows"]) + 1)
        ]


def test_the_word_files_tables_are_as_wide_as_the_text_and_break_no_common_word() -> None:
    document = opened(made("docx"))
    section = document.sections[0]
    assert None not in (section.page_width, section.left_margin, section.right_margin)
    text = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    for table in document.tables:
        widths = [column.width or 0 for column in table.columns]
        assert abs(sum(widths) - text) < Pt(len(widths))
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                longest = max((len(word) for word in cell.text.split()), default=0)
                assert width >= Pt(5 * longest), cell.text


def test_the_word_files_pictures_say_in_words_what_they_show() -> None:
    figures = [one for one in report_content(the_report())["blocks"] if one["type"] == "figure"]
    document = opened(made("docx"))
    about = [one._inline.docPr for one in document.inline_shapes]
    assert [one.get("descr") for one in about] == [one["alt"] for one in figures]
    assert len({one.id for one in about}) == len(figures) == 4
    assert all(
        part.startswith(b"\x89PNG") for name, part in parts_of(made("docx")).items() if "media" in name
    )


def test_the_word_file_has_a_table_of_contents_that_can_be_updated() -> None:
    body = opened(made("docx")).element.body
    assert "TOC" in body.xpath("string(.//w:instrText)")
    assert body.xpath(".//w:fldChar/@w:fldCharType") == ["begin", "separate", "end"]


def test_each_numbered_list_of_the_word_file_begins_at_one() -> None:
    document = opened(made("docx"))
    blocks = [
        one for one in report_content(the_report())["blocks"] if one["type"] == "list" and one["numbered"]
    ]
    items = [
        (one.text, one._p.xpath("string(w:pPr/w:numPr/w:numId/@w:val)"))
        for one in document.paragraphs
        if one.style is not None and one.style.name == "List Number"
    ]
    assert [text for text, _ in items] == [item for one in blocks for item in one["items"]]
    lists = list(dict.fromkeys(number for _, number in items))
    assert len(lists) == len(blocks) > 1
    numbering = document.part.numbering_part.element
    for number in lists:
        begun = numbering.xpath(f"string(w:num[@w:numId='{number}']//w:startOverride/@w:val)")
        assert begun == "1"


def test_the_word_file_is_in_bokmal_and_carries_no_time_but_the_reports() -> None:
    content = made("docx")
    document = opened(content)
    assert document.styles.element.xpath("w:docDefaults//w:lang/@w:val") == ["nb-NO"]
    about = document.core_properties
    known = the_report().known_at.astimezone(UTC).replace(microsecond=0)
    assert (about.language, about.created, about.modified) == ("nb-NO", known, known)
    assert (about.title, about.author) == ("Statusrapport: 3. tertial 2024", "Program Vanlig tekst")
    packed_at = {one.date_time for one in zipfile.ZipFile(io.BytesIO(content)).infolist()}
    assert packed_at == {known.timetuple()[:6]}


def test_the_word_file_has_programme_title_and_page_number_on_every_page() -> None:
    section = opened(made("docx", "=1 & <b>")).sections[0]
    assert section.header.paragraphs[0].text == "Program =1 & <b>"
    assert section.footer.paragraphs[0].text == "3. tertial 2024 – side 1 av 1"
    assert section.footer._element.xpath(".//w:instrText/text()") == [" PAGE ", " NUMPAGES "]


def saved(document: WordDocument) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def template_saying(*texts: str, without: Sequence[str] = ()) -> WordDocument:
    """A template of a programme's own: a landscape page, a header, its own style ids, and some words."""
    document = opened(own_template())
    section = document.sections[0]
    section.page_width, section.page_height = section.page_height, section.page_width
    section.header.paragraphs[0].text = "{{ program }}, {{ kontakt }}"
    document.styles["Heading 1"].element.set(qn("w:styleId"), "Overskrift1")
    for name in without:
        document.styles[name].delete()
    document.paragraphs[0].text = texts[0]
    for text in texts[1:]:
        document.add_paragraph(text)
    return document


def test_a_template_keeps_what_it_says_around_the_report_and_its_own_styles() -> None:
    template = saved(template_saying("Forside: {{ tittel }}", "{{rapport}}", "Bakside"))
    content = made("docx", "=1 & <b>", template=template, contact="Kontoret")
    document = opened(content)
    texts = [one.text for one in document.paragraphs]
    assert texts[:2] == ["Forside: 3. tertial 2024", "3. tertial 2024"]
    assert texts[-1] == "Bakside"
    assert document.sections[0].header.paragraphs[0].text == "Program =1 & <b>, Kontoret"
    assert document.element.body.xpath("boolean(w:p/w:pPr/w:pStyle[@w:val='Overskrift1'])")
    assert len(document.element.body.xpath(".//w:sectPr")) == 1
    section = document.sections[0]
    text = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    for table in document.tables:
        assert abs(sum(one.width or 0 for one in table.columns) - text) < Pt(20)
    assert content == made("docx", "=1 & <b>", template=template, contact="Kontoret")


@pytest.mark.parametrize("where", ["table", "paragraphs", "document"])
def test_columns_have_room_for_their_words_in_the_letters_of_the_template(where: str) -> None:
    template = template_saying("{{ rapport }}")
    template.styles["Table Grid"].font.size = Pt(13) if where == "table" else None
    template.styles["Normal"].font.size = Pt(13) if where == "paragraphs" else None
    for size in template.styles.element.xpath("w:docDefaults//w:sz"):
        size.set(qn("w:val"), "26" if where == "document" else "8")
    document = opened(made("docx", template=saved(template)))
    lights = document.tables[0]
    assert (lights.columns[0].width or 0) >= Pt(7 * len("Overordnet"))
    years = next(one for one in document.tables if one.cell(0, 1).text == "2024")
    assert (years.columns[1].width or 0) >= Pt(7 * len("2024") + 10)


def test_a_report_stands_in_the_width_of_the_section_it_is_put_in() -> None:
    document = template_saying("{{ rapport }}")
    narrow = document.sections[0].page_height
    later = document.add_section()
    later.page_width = narrow
    widths = {
        sum(one.width or 0 for one in table.columns) // Pt(10)
        for table in opened(made("docx", template=saved(document))).tables
    }
    assert {one > Mm(220) // Pt(10) for one in widths} == {True}


def test_a_template_without_a_place_for_the_report_lends_only_its_look() -> None:
    document = opened(made("docx", template=saved(template_saying("Noe annet"))))
    texts = [one.text for one in document.paragraphs]
    assert texts[0] == "3. tertial 2024"
    assert "Noe annet" not in texts
    assert document.sections[0].header.paragraphs[0].text == "Program Vanlig tekst, "


def test_a_template_file_of_words_own_kind_gives_a_document() -> None:
    parts = parts_of(own_template())
    kind = "wordprocessingml.{}.main+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        kind.format("document").encode(), kind.format("template").encode()
    )
    assert made("docx", template=packed(parts)) == made("docx")


def test_a_list_style_that_makes_no_list_still_gets_its_signs() -> None:
    document = template_saying("{{ rapport }}")
    for name in ("List Bullet", "List Number"):
        for given in document.styles[name].element.xpath("w:pPr/w:numPr"):
            given.getparent().remove(given)
    texts = [one.text for one in opened(made("docx", template=saved(document))).paragraphs]
    assert {"1. Innsats Vanlig tekst", "2. To", "• E Vanlig tekst"} <= set(texts)


def refused(template: bytes) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        word(report_content(the_report()), dated=AT, template=template)
    return caught.value


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (b"ikke en fil", "word_template_unreadable"),
        (packed({"noe.txt": b"hei"}), "word_template_unreadable"),
        (
            packed(
                {
                    "[Content_Types].xml": b"<Types/>",
                    "word/document.xml": b"<x/>",
                    "word/_rels/document.xml.rels": b"<Relationships/>",
                }
            ),
            "word_template_unusual",
        ),
        (b"PK" + b"0" * 21_000_000, "word_template_too_large"),
        (packed({"word/document.xml": b"0" * 90_000_000}), "word_template_too_large"),
    ],
)
def test_what_is_no_template_is_refused(template: bytes, code: str) -> None:
    assert refused(template).code == code


def test_every_style_a_template_lacks_is_named() -> None:
    error = refused(saved(template_saying("{{ rapport }}", without=("Caption", "Heading 2", "Table Grid"))))
    assert sentence(error) == (
        "Malen mangler «Overskrift 2» (Heading 2), «Bildetekst» (Caption), «Tabellrutenett» (Table Grid)."
        " Bruk hver stil én gang i malen, og lagre den på nytt."
    )


def test_every_field_that_does_not_exist_is_named() -> None:
    error = refused(saved(template_saying("{{ titel }}", "{{ rapport }}", "{{ dato }}")))
    assert sentence(error) == (
        "Malen har felt som ikke finnes: «dato», «titel»."
        " Velg mellom: adresse, grunnlag, kontakt, program, rapport, tittel."
    )


@pytest.mark.parametrize(
    "text", ["{{ tittel", "{% if %}", "{{ tittel / 0 }}", "{{ tittel.__class__.__mro__ }}"]
)
def test_an_expression_that_cannot_be_filled_in_is_refused(text: str) -> None:
    assert refused(saved(template_saying("{{ rapport }}", text))).code == "word_template_expression"


def test_a_report_has_one_place_and_that_is_a_paragraph_of_its_own() -> None:
    twice = template_saying("{{ rapport }}", "{{ rapport }}")
    among = template_saying("Her er {{ rapport }}")
    boxed = template_saying("Først")
    boxed.add_table(rows=1, cols=1).cell(0, 0).text = "{{ rapport }}"
    above = template_saying("{{ rapport }}")
    above.sections[0].header.paragraphs[0].text = "{{ rapport }}"
    for template in (twice, among, boxed, above):
        assert refused(saved(template)).code == "word_template_place"


# --- the workbook ---------------------------------------------------------------------------------------


def test_the_workbook_has_a_sheet_for_each_table_with_numbers_as_numbers() -> None:
    book = load_workbook(io.BytesIO(made("xlsx")))
    tables = [one for one in report_content(the_report())["blocks"] if one["type"] == "table"]
    assert len(book.sheetnames) == len(tables) + 2
    table = book["Tabell 4"]
    assert [cell.value for cell in table[1]] == [
        "Innsatsområde", "Konsept", "Prosjekt", "Realisering", "Avsluttet", "Sum",
    ]  # fmt: skip
    assert [cell.value for cell in table[2]][1:] == [1, 1, 1, 1, 4]


def test_the_report_as_a_workbook_can_be_checked_against_as_it_is() -> None:
    sheet = read_sheet(made("xlsx"), NEEDED)
    assert isinstance(sheet, Sheet), sheet
    assert (sheet.name, sheet.columns) == ("Tall", NEEDED)
    read = read_printed(sheet, vocabulary_of(the_known()))
    assert isinstance(read, dict), read
    assert read["faser", "alle", "Prosjekt"].value == 1


# --- the drawings ---------------------------------------------------------------------------------------


def test_a_drawing_escapes_what_it_is_told() -> None:
    series = [charts.Series(code="<b>", title="A & <script>", values=(1.0, 2.0))]
    drawn = charts.stacked_years((2024, 2025), series, [])
    root = ET.fromstring(drawn)
    assert not [one for one in root.iter() if one.tag.endswith("script")]
    assert "A & <script>" in [one.text for one in root.iter() if one.tag.endswith("text")]


def test_bars_are_as_high_as_their_numbers() -> None:
    series = [charts.Series(code="1", title="En", values=(1.0, 2.0, 4.0))]
    root = ET.fromstring(charts.stacked_years((2024, 2025, 2026), series, []))
    bars = [one for one in root.iter() if one.tag.endswith("rect") and one.attrib["width"] != "22.0"]
    heights = [float(one.attrib["height"]) for one in bars]
    assert heights == [pytest.approx(heights[0] * factor) for factor in (1, 2, 4)]


def test_a_risk_stands_in_the_square_of_its_probability_and_consequence() -> None:
    def centre(probability: int, consequence: int) -> tuple[float, float]:
        root = ET.fromstring(charts.risk_matrix([(1, probability, consequence)]))
        (circle,) = (one for one in root.iter() if one.tag.endswith("circle"))
        return float(circle.attrib["cx"]), float(circle.attrib["cy"])

    assert centre(1, 5)[0] > centre(1, 1)[0]
    assert centre(5, 1)[1] < centre(1, 1)[1]


def test_an_empty_portfolio_still_makes_a_report() -> None:
    report = tertial_report(replace(known_of(), focus_areas=(), departments=(), targets=()))
    for format in REPORT_FORMATS:
        assert statusrapport(report, format=format).content
