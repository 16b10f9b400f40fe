"""How does a report become a Word file that people can go on writing in?

Real headings, lists, tables with header rows and captions, pictures with their text alternatives, in the
styles of the programme's own template (see `documents.formats.word_template`) or of ours. The report stands
where the
template has a paragraph `{{ rapport }}`, or else instead of all it says. Text is never read as markup. The
same report gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.section import Section
from docx.shared import Emu, Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle, _TableStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from documents.formats.blocks import Content
from documents.formats.charts import LIGHT_COLOURS
from documents.formats.pdf import picture, replaced_sentence
from documents.formats.text import fit, tame
from documents.formats.word_template import begin_field, end_field, prepared

_PIXEL: Final = 9525
"""A CSS pixel in English metric units."""
_LETTER: Final = 0.59
"""What a letter of a table needs, as a part of its height: the broad ones are seldom alone in a word."""
_WORDS_OWN: Final = 10.0
"""How tall letters are where nothing says so, in points."""
_MARGINS: Final = 13.0
"""Of a cell, in points, and a little for bold letters."""
_LONGEST_WORD: Final = 24
"""What is longer than this many letters may be broken."""
_LIST_SIGNS: Final = {"List Bullet": "•", "List Number": "{number}."}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """`width` is how wide the text is where the report stands, `size` how tall letters are in tables."""

    document: WordDocument
    styles: Mapping[str, ParagraphStyle]
    table: _TableStyle
    width: Length
    size: float


def word(content: Content, *, dated: datetime, template: bytes | None = None) -> bytes:
    """The report's content as DOCX, in `template` where one is given. Raises
    `documents.formats.word_template.TemplateError` for one that cannot be used.
    """
    about = tame({name: told for name, told in content.items() if name != "blocks"})
    shown = about.content
    place = prepared(template, _fields(shown))
    document = place.document
    section = _section_of(document, place.here)
    writer = _Writer(
        document=document,
        styles=place.styles,
        table=place.table,
        width=_text_width(section),
        size=_letters(document, place.table),
    )
    after = _set_aside(place.here)
    _begin(writer, shown, content["blocks"])
    replaced = about.replaced
    for block in content["blocks"]:
        # One at a time: of a large report, a second copy of it all takes as much memory as the document.
        fitted = tame(block)
        _block(writer, fitted.content)
        replaced += fitted.replaced
    _end(writer, shown, replaced_sentence(replaced))
    for element in after:
        document.element.body.sectPr.addprevious(element)
    _describe(document, shown, dated)
    made = io.BytesIO()
    document.save(made)
    return _repacked(made.getvalue(), dated)


def _fields(shown: Content) -> dict[str, str]:
    """What a template may say of the report besides holding it."""
    return {
        "tittel": shown["title"],
        "program": shown["subtitle"],
        "grunnlag": shown["evidence"],
        "kontakt": shown["contact"],
        "adresse": shown["address"],
    }


def _section_of(document: WordDocument, here: Paragraph | None) -> Section:
    sections = document.sections
    return sections[-1] if here is None else sections[len(here._p.xpath("preceding::w:sectPr"))]


def _text_width(section: Section) -> Length:
    wide = section.page_width or Mm(210)
    return Emu(wide - (section.left_margin or 0) - (section.right_margin or 0))


def _letters(document: WordDocument, table: _TableStyle) -> float:
    """How tall letters are in tables, in points: as the style says, or the paragraphs', or the document."""
    styles = document.styles
    own = (table, table.base_style, styles.default(WD_STYLE_TYPE.PARAGRAPH))
    said = [each for one in own if one is not None for each in one.element.xpath("w:rPr/w:sz")]
    said += styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:sz")
    return float(said[0].val.pt) if said else _WORDS_OWN


def _set_aside(here: Paragraph | None) -> list[Any]:
    """What a template says after the report, taken out: the library writes at the end."""
    if here is None:
        return []
    after = [one for one in here._p.itersiblings() if one.tag != qn("w:sectPr")]
    body = here._p.getparent()
    for element in (here._p, *after):
        body.remove(element)
    return after


# ---------------------------------------------------------------- the body


def _begin(writer: _Writer, shown: Content, blocks: Sequence[Content]) -> None:
    _paragraph(writer, shown["title"], "Title")
    _paragraph(writer, f"{shown['kind']} – {shown['subtitle']}", "Subtitle")
    _contents(writer, tame([one for one in blocks if one["type"] == "heading" and one["level"] <= 3]).content)


def _end(writer: _Writer, shown: Content, replaced: str) -> None:
    for line in (shown["evidence"], _spelt(shown), replaced):
        if line:
            _paragraph(writer, line)


def _spelt(shown: Content) -> str:
    if not shown["address"]:
        return ""
    return f"Spørsmål? Skriv til {shown['contact']}, {shown['address']}."


def _contents(writer: _Writer, headings: Sequence[Content]) -> None:
    """A table of contents that Word can update; until then it lists the headings without their pages."""
    _paragraph(writer, "Innhold", "TOC Heading")
    for number, one in enumerate(headings):
        style = writer.styles.get(f"toc {one['level'] - 1}")
        entry = writer.document.add_paragraph(style=style)
        if number == 0:
            begin_field(entry, 'TOC \\o "1-2" \\h \\z \\u')
        entry.add_run(one["text"])
        if number == len(headings) - 1:
            end_field(entry)


def _block(writer: _Writer, block: Content) -> None:
    match block["type"]:
        case "heading":
            made = _paragraph(writer, block["text"], f"Heading {block['level'] - 1}")
            if block["page"]:
                made.paragraph_format.page_break_before = True
        case "text":
            for line in block["lines"]:
                _paragraph(writer, line)
        case "list":
            _list(writer, block)
        case "box":
            _paragraph(writer, block["title"], bold=True)
            for line in block["lines"]:
                _paragraph(writer, line)
        case "figure":
            _paragraph(writer, block["caption"], "Caption").paragraph_format.keep_with_next = True
            _figure(writer, block)
            _paragraph(writer, block["alt"])
        case _:
            _paragraph(writer, block["caption"], "Caption").paragraph_format.keep_with_next = True
            _table(writer, block)
            _gap(writer)


def _gap(writer: _Writer) -> None:
    """What keeps two tables from becoming one."""
    shape = writer.document.add_paragraph().paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = Pt(6)


def _paragraph(writer: _Writer, text: str, style: str = "", *, bold: bool = False) -> Paragraph:
    known = writer.styles.get(style)
    made = writer.document.add_paragraph(style=known)
    # Only what a report can do without may be missing, and still stands out.
    _run(made, text, bold=bold or (bool(style) and known is None))
    return made


def _run(paragraph: Paragraph, text: str, *, bold: bool) -> None:
    run = paragraph.add_run(text)
    # Said only where it is so: in a large report, what is said for nothing costs memory in every cell.
    if bold:
        run.bold = True


def _figure(writer: _Writer, block: Content) -> None:
    svg = fit(block["svg"]).content
    size = re.search(r'width="(\d+)" height="(\d+)"', svg)
    assert size is not None
    wide, tall = (int(each) * (0.8 if block["narrow"] else 0.86) * _PIXEL for each in size.groups())
    shrink = min(1.0, writer.width / wide)
    drawn = writer.document.add_picture(
        io.BytesIO(picture(svg)), width=Emu(round(wide * shrink)), height=Emu(round(tall * shrink))
    )
    # Left unsaid, some readers keep a distance that pushes a wide picture over the margin.
    for side in ("distT", "distB", "distL", "distR"):
        drawn._inline.set(side, "0")
    about = drawn._inline.docPr
    about.set("name", f"Figur {about.id}")
    about.set("descr", block["alt"])


# ---------------------------------------------------------------- lists


def _list(writer: _Writer, block: Content) -> None:
    name = "List Number" if block["numbered"] else "List Bullet"
    style = writer.styles[name]
    how = _list_of(style)
    begun = _begun_anew(writer.document, how) if how is not None and block["numbered"] else None
    for number, item in enumerate(block["items"], 1):
        # A template whose list style makes no list still gets its signs.
        sign = "" if how is not None else _LIST_SIGNS[name].format(number=number) + " "
        made = writer.document.add_paragraph(sign + item, style=style)
        if begun is not None:
            properties = made._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = begun


def _list_of(style: Any) -> int | None:
    """The number of the list a style makes, by itself or as the style it is based on."""
    while style is not None:
        found = style.element.xpath("w:pPr/w:numPr/w:numId")
        if found:
            return int(found[0].val) or None
        style = style.base_style
    return None


def _begun_anew(document: WordDocument, how: int) -> int | None:
    """The number of a new list of the same kind that counts from 1."""
    numbering = document.part.numbering_part.element
    kinds = numbering.xpath(f"w:num[@w:numId='{how}']/w:abstractNumId")
    if not kinds:
        return None
    made = numbering.add_num(kinds[0].val)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(made.numId)


# ---------------------------------------------------------------- tables


def _table(writer: _Writer, block: Content) -> None:
    columns = block["columns"]
    widths = _widths(block, writer.width, writer.size)
    table = writer.document.add_table(rows=0, cols=len(columns), style=writer.table)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _tell(table, block["caption"])
    head = _row(table, head=True)
    for cell, one in zip(head.cells, columns, strict=True):
        _say(cell, [one["title"]], number=one["number"], bold=True)
    for cells in block["rows"]:
        row = _row(table).cells
        for cell, told, column in zip(row, cells, columns, strict=False):
            _say(cell, told["lines"], number=column["number"], bold=told["strong"], light=told)


def _widths(block: Content, width: Length, size: float) -> list[Length]:
    """Widths by weight, but never less than a column's longest word while there is room; together `width`."""
    needs = [_need(index, one, block["rows"], size) for index, one in enumerate(block["columns"])]
    if sum(needs) >= width:
        return [Emu(round(width * need / sum(needs))) for need in needs]
    weights = [one["weight"] for one in block["columns"]]
    # Figures need no more than they need, where there is text to give the room to.
    held = {index for index, one in enumerate(block["columns"]) if one["number"]}
    held = held if len(held) < len(needs) else set()
    while True:
        free = width - sum(needs[index] for index in held)
        total = sum(weight for index, weight in enumerate(weights) if index not in held)
        narrow = {
            index
            for index, weight in enumerate(weights)
            if index not in held and free * weight / total < needs[index]
        }
        if not narrow:
            break
        held |= narrow
    return [
        needs[index] if index in held else Emu(round(free * weight / total))
        for index, weight in enumerate(weights)
    ]


def _need(index: int, column: Content, rows: Sequence[Sequence[Content]], size: float) -> Length:
    said = [column["title"].split()]
    for row in rows:
        for cell in row[index : index + 1]:
            # A light's sign and words stand on one line, and so do a number's groups.
            whole = cell["light"] or column["number"]
            said += [[f"{cell['sign']} {line}"] if whole else line.split() for line in cell["lines"]]
    longest = max((len(word) for words in said for word in words), default=0)
    return Pt(_LETTER * size * min(longest, _LONGEST_WORD) + _MARGINS)


def _tell(table: Table, caption: str) -> None:
    """What the table is, for those who have it read out."""
    table._tbl.tblPr.append(OxmlElement("w:tblCaption", attrs={qn("w:val"): caption}))


def _row(table: Table, *, head: bool = False) -> _Row:
    """A row that stays on one page; a head comes again on each."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    else:
        # The grid and the head say how wide the columns are; said again, it is a fourth of a large report.
        for cell in row._tr.tc_lst:
            cell.remove(cell.get_or_add_tcPr())
    return row


def _say(
    cell: _Cell, lines: Sequence[str], *, number: bool, bold: bool, light: Content | None = None
) -> None:
    for index, line in enumerate(lines or [""]):
        made = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
        if number:
            made.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if light is not None and light["light"] and index == 0:
            sign = made.add_run(f"{light['sign']} ")
            sign.font.color.rgb = RGBColor.from_string(LIGHT_COLOURS[light["light"]].lstrip("#").upper())
        _run(made, line, bold=bold)


# ---------------------------------------------------------------- the package


def _describe(document: WordDocument, shown: Content, dated: datetime) -> None:
    instant = dated.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    about = document.core_properties
    about.title = f"{shown['kind']}: {shown['title']}"[:255]
    about.author = about.last_modified_by = shown["body"][:255]
    about.language = "nb-NO"
    about.created = about.modified = instant
    about.revision = 1


def _repacked(content: bytes, dated: datetime) -> bytes:
    """The same package without the time of day it was written."""
    when: Any = dated.astimezone(UTC).timetuple()[:6]
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in sorted(before.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            after.writestr(zipfile.ZipInfo(name, date_time=when), before.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
