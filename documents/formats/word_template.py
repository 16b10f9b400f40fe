"""Which Word document does a report stand in? The programme's own template, or one that we make.

A template lends its styles, header, footer and page. Fields in it, such as `{{ tittel }}`, are filled in as
text, never as markup, and its expressions reach nothing but the fields. Whatever keeps a template from being
used is told, all of it, before anything is made.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle, _TableStyle
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "word_template_unreadable": (),
    "word_template_too_large": ("limit",),
    "word_template_unusual": (),
    "word_template_styles": ("styles",),
    "word_template_fields": ("fields", "known"),
    "word_template_expression": ("reason",),
    "word_template_place": (),
}
TEMPLATE_LIMIT: Final = 20 * 1024 * 1024
REPORT: Final = "rapport"
"""The field that is the report itself."""
_MEGABYTE: Final = 1024 * 1024
_MARKER: Final = "\ue000faseport\ue000"
"""What stands where the report will, while the other fields are filled in."""

_TABLE: Final = "Table Grid"
STYLES: Final[Mapping[str, str]] = {
    "Title": "Tittel",
    "Subtitle": "Undertittel",
    "Heading 1": "Overskrift 1",
    "Heading 2": "Overskrift 2",
    "Heading 3": "Overskrift 3",
    "Caption": "Bildetekst",
    "List Bullet": "Punktliste",
    "List Number": "Nummerert liste",
    _TABLE: "Tabellrutenett",
}
"""The styles a report uses, and what Word calls them in Norwegian."""
_WELCOME: Final = ("TOC Heading", "toc 1", "toc 2")
"""Those a report can do without."""

_INK: Final = RGBColor(0x14, 0x21, 0x2E)
_QUIET: Final = RGBColor(0x4D, 0x5A, 0x67)
_ACCENT: Final = RGBColor(0x0B, 0x3A, 0x5E)
_LINE: Final = "C9CED4"
_SOFT: Final = "EAF1F7"
_FONT: Final = "Arial"
"""Every office program has it, or one just as wide."""
_LANGUAGE: Final = "nb-NO"


class TemplateError(Exception):
    """A template that cannot be used; holds a code of `CODES` and its data."""

    def __init__(self, code: str, **data: str | int) -> None:
        super().__init__(code, data)
        self.code = code
        self.data: Mapping[str, str | int] = data


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A document ready for the report. `styles` are the paragraphs' by their English names, `table` the
    tables'; `here` is the paragraph the report shall replace, None where it begins an empty document.
    """

    document: WordDocument
    styles: Mapping[str, ParagraphStyle]
    table: _TableStyle
    here: Paragraph | None


def prepared(template: bytes | None, fields: Mapping[str, str]) -> Place:
    """The programme's template, or our own, with `fields` filled in. Raises TemplateError."""
    content = own_template() if template is None else _checked(template)
    filled = _filled(content, fields)
    document = _opened(filled)
    styles, table = _styles(document)
    here = _here(document, filled)
    if here is None:
        _empty(document)
    _in_bokmal(document)
    return Place(document=document, styles=styles, table=table, here=here)


# ---------------------------------------------------------------- a programme's own


def _checked(template: bytes) -> bytes:
    if len(template) > TEMPLATE_LIMIT:
        raise TemplateError("word_template_too_large", limit=TEMPLATE_LIMIT // _MEGABYTE)
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            if sum(part.file_size for part in package.infolist()) > 4 * TEMPLATE_LIMIT:
                raise TemplateError("word_template_too_large", limit=4 * TEMPLATE_LIMIT // _MEGABYTE)
            parts = {part.filename: package.read(part) for part in package.infolist()}
    except (zipfile.BadZipFile, OSError, RuntimeError):
        raise TemplateError("word_template_unreadable") from None
    if "[Content_Types].xml" not in parts or not any(name.startswith("word/") for name in parts):
        raise TemplateError("word_template_unreadable")
    # A template (.dotx) opens as a new document; what we make is one.
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"wordprocessingml.template.main+xml", b"wordprocessingml.document.main+xml"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, held in parts.items():
            package.writestr(name, held)
    return made.getvalue()


def _opened(content: bytes) -> WordDocument:
    try:
        document = Document(io.BytesIO(content))
        whole = len(document.sections) > 0 and document.styles is not None
    except Exception:
        # The library leaves a broken package with whatever its parts happen to raise.
        raise TemplateError("word_template_unusual") from None
    if not whole:
        raise TemplateError("word_template_unusual")
    return document


def _filled(content: bytes, fields: Mapping[str, str]) -> bytes:
    """The document with its fields filled in, and a marker where the report shall stand."""
    _opened(content)
    template = DocxTemplate(io.BytesIO(content))
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    given = {**fields, REPORT: _MARKER}
    try:
        unknown = template.get_undeclared_template_variables(environment, given)
    except TemplateSyntaxError as error:
        raise TemplateError("word_template_expression", reason=str(error)) from None
    if unknown:
        named = ", ".join(f"«{name}»" for name in sorted(unknown))
        raise TemplateError("word_template_fields", fields=named, known=", ".join(sorted(given)))
    try:
        template.render(given, environment, autoescape=True)
    except Exception as error:
        # An expression of somebody else's can fail in every way an expression can.
        raise TemplateError("word_template_expression", reason=str(error)) from None
    made = io.BytesIO()
    template.save(made)
    return made.getvalue()


def _styles(document: WordDocument) -> tuple[dict[str, ParagraphStyle], _TableStyle]:
    """The styles by their English names; Word keeps them under those in every language, in any case. Raises
    TemplateError naming all that are missing.
    """
    wanted = {name.casefold(): name for name in (*STYLES, *_WELCOME)}
    paragraphs: dict[str, ParagraphStyle] = {}
    table: _TableStyle | None = None
    for style in document.styles:
        name = wanted.get((style.name or "").casefold())
        if isinstance(style, _TableStyle):
            table = style if name == _TABLE else table
        elif name is not None and isinstance(style, ParagraphStyle):
            paragraphs[name] = style
    found = {*paragraphs, *([] if table is None else [_TABLE])}
    missing = [f"«{norwegian}» ({name})" for name, norwegian in STYLES.items() if name not in found]
    if missing or table is None:
        raise TemplateError("word_template_styles", styles=", ".join(missing))
    return paragraphs, table


def _here(document: WordDocument, filled: bytes) -> Paragraph | None:
    """The paragraph of its own where the report shall stand. Raises TemplateError for any other place."""
    with zipfile.ZipFile(io.BytesIO(filled)) as package:
        said = sum(
            package.read(name).decode("utf-8", "ignore").count(_MARKER)
            for name in package.namelist()
            if name.endswith(".xml")
        )
    places = [one for one in document.paragraphs if one.text.strip() == _MARKER]
    if not said:
        return None
    if said != 1 or len(places) != 1:
        raise TemplateError("word_template_place")
    return places[0]


def _empty(document: WordDocument) -> None:
    body = document.element.body
    for element in list(body):
        if element.tag != qn("w:sectPr"):
            body.remove(element)


def _in_bokmal(document: WordDocument) -> None:
    """Let the words be read out and spelt as bokmål, unless a style says otherwise."""
    styles = document.styles.element
    defaults = styles.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    for language in (*defaults, *styles.xpath("w:style[@w:default='1']/w:rPr/w:lang")):
        language.set(qn("w:val"), _LANGUAGE)


# ---------------------------------------------------------------- our own


def own_template() -> bytes:
    """A plain template on A4, for programmes that have none: every style of `STYLES`, programme and title in
    header and footer, page numbers.
    """
    document = Document()
    _page(document)
    _letters(document)
    _tables(document)
    section = document.sections[0]
    section.header.paragraphs[0].text = "{{ program }}"
    footer = section.footer.paragraphs[0]
    footer.add_run("{{ tittel }} – side ")
    add_field(footer, "PAGE", "1")
    footer.add_run(" av ")
    add_field(footer, "NUMPAGES", "1")
    document.add_paragraph(f"{{{{ {REPORT} }}}}")
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """A field at the end of the paragraph, showing `shown` until the program that opens it computes it."""
    begin_field(paragraph, instruction)
    paragraph.add_run(shown)
    end_field(paragraph)


def begin_field(paragraph: Paragraph, instruction: str) -> None:
    """A field whose shown text follows, possibly over several paragraphs, until `end_field`."""
    _field_sign(paragraph, "begin")
    told = OxmlElement("w:instrText", attrs={qn("xml:space"): "preserve"})
    told.text = f" {instruction} "
    paragraph.add_run()._r.append(told)
    _field_sign(paragraph, "separate")


def end_field(paragraph: Paragraph) -> None:
    """The end of the field last begun."""
    _field_sign(paragraph, "end")


def _field_sign(paragraph: Paragraph, kind: str) -> None:
    paragraph.add_run()._r.append(OxmlElement("w:fldChar", attrs={qn("w:fldCharType"): kind}))


def _page(document: WordDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(23), Mm(22)
    section.left_margin, section.right_margin = Mm(23), Mm(22)
    section.header_distance, section.footer_distance = Mm(10), Mm(10)
    # The picture of an empty page that the library's own start carries.
    relations = document.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        relations.pop(key)
    for mode in document.settings.element.xpath(".//w:compatSetting[@w:name='compatibilityMode']"):
        mode.set(qn("w:val"), "15")


def _letters(document: WordDocument) -> None:
    styles = document.styles
    for fonts in styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:rFonts"):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), _FONT)
    for name in ("toc 1", "toc 2"):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True).base_style = styles["Normal"]
    # Said of the whole document and not of Normal, for what Normal says is stronger than what tables say.
    for size in styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/*[self::w:sz or self::w:szCs]"):
        size.set(qn("w:val"), "21")
    for spacing in styles.element.xpath("w:docDefaults/w:pPrDefault/w:pPr/w:spacing"):
        spacing.set(qn("w:after"), "100")
        spacing.set(qn("w:line"), "264")
    _look(styles["Title"], size=22, bold=True, colour=_ACCENT, after=4)
    _look(styles["Subtitle"], size=12, bold=True, colour=_QUIET, after=4)
    _look(styles["TOC Heading"], size=13, bold=True, colour=_INK, before=14, after=4)
    _look(styles["Heading 1"], size=16, bold=True, colour=_ACCENT, before=18, after=4)
    _look(styles["Heading 2"], size=13, bold=True, colour=_INK, before=14, after=4)
    _look(styles["Heading 3"], size=11, bold=True, colour=_QUIET, before=12, after=4)
    _look(styles["Caption"], size=10, bold=True, colour=_INK, before=10, after=4)
    _look(styles["toc 1"], bold=True, before=4, after=2)
    _look(styles["toc 2"], after=1, indent=Mm(6))
    _look(styles["Header"], size=9, colour=_QUIET, after=0)
    _look(styles["Footer"], size=9, colour=_QUIET, after=0)


def _look(
    style: Any,
    *,
    size: float | None = None,
    bold: bool | None = None,
    colour: RGBColor | None = None,
    before: float = 0,
    after: float,
    indent: Mm | None = None,
) -> None:
    """Sizes and spaces in points; what the library's own start says of the style's letters is forgotten."""
    assert isinstance(style, ParagraphStyle)
    for given in style.element.xpath("w:rPr | w:pPr/w:pBdr | w:pPr/w:spacing"):
        given.getparent().remove(given)
    style.font.size = None if size is None else Pt(size)
    style.font.bold = bold
    if colour is not None:
        style.font.color.rgb = colour
    shape = style.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.left_indent = indent
    if bold and not style.name.startswith("toc"):
        shape.keep_with_next = True
    style.hidden = False


def _tables(document: WordDocument) -> None:
    style = document.styles[_TABLE]
    assert isinstance(style, _TableStyle)
    style.font.size = Pt(9)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(1)
    for border in style.element.xpath("w:tblPr/w:tblBorders/*"):
        border.set(qn("w:color"), _LINE)
    for margin in style.element.xpath("w:tblPr/w:tblCellMar/w:left | w:tblPr/w:tblCellMar/w:right"):
        margin.set(qn("w:w"), "85")
    head = OxmlElement("w:tblStylePr", attrs={qn("w:type"): "firstRow"})
    cell = OxmlElement("w:tcPr")
    shade = {qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): _SOFT}
    cell.append(OxmlElement("w:shd", attrs=shade))
    head.append(cell)
    style.element.append(head)
