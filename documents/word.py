"""How does a report become a Word file that people can go on writing in?

Real headings, lists, tables with header rows and captions, pictures with their text alternatives. A programme
may give a template of its own (.docx): then its styles, header, footer and page are kept, and the report
stands where the template has a paragraph `{{ rapport }}`, or else instead of all it says. Text is never read
as markup. The same report gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from documents.charts import LIGHT_COLOURS
from documents.pdf import TEMPLATES, picture, replaced_sentence
from documents.text import fit, tame
from documents.wording import Content

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "word_template_unreadable": (),
    "word_template_too_large": ("limit",),
    "word_template_unusual": (),
}
TEMPLATE_LIMIT: Final = 20 * 1024 * 1024

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_EMU: Final = 9525
"""English metric units in a CSS pixel."""
_TEXT_WIDTH: Final = 9300
"""Of an A4 page, in twentieths of a point."""
_HERE: Final = re.compile(r"\{\{\s*rapport\s*\}\}")
_BULLETS: Final = 9001
_NUMBERS: Final = 9002
_FIRST_LIST: Final = 9100

_STYLES: Final = {
    "title": ("Title", "title"),
    "subtitle": ("Subtitle", "subtitle"),
    "1": ("Heading1", "heading 1"),
    "2": ("Heading2", "heading 2"),
    "3": ("Heading3", "heading 3"),
    "caption": ("Caption", "caption"),
    "table": ("TableGrid", "table grid"),
    "list": ("ListParagraph", "list paragraph"),
}
"""What we call a style: its id in our own file, and the name a template knows it by."""


class TemplateError(Exception):
    """A template that cannot be used; holds a code of `CODES` and its data."""

    def __init__(self, code: str, **data: str | int) -> None:
        super().__init__(code, data)
        self.code = code
        self.data: Mapping[str, str | int] = data


@dataclass(slots=True)
class _Writer:
    styles: Mapping[str, str]
    pictures: list[bytes] = field(default_factory=list)
    numbered: int = 0


def word(content: Content, *, dated: datetime, template: bytes | None = None) -> bytes:
    """The report's content as DOCX, on `template` where one is given. Raises TemplateError for one that
    cannot be used.
    """
    fitted = tame(content)
    shown = {**fitted.content, "replaced": replaced_sentence(fitted.replaced)}
    parts = _own_parts(shown, dated) if template is None else _read_template(template)
    styles = {name: id_ for name, (id_, _) in _STYLES.items()} if template is None else _styles_of(parts)
    writer = _Writer(styles=styles)
    body = "".join(_body(writer, shown))
    document = parts["word/document.xml"].decode("utf-8")
    parts["word/document.xml"] = _placed(document, body).encode()
    parts["word/numbering.xml"] = _numbering(parts.get("word/numbering.xml"), writer.numbered).encode()
    _relate(parts, writer)
    return _packed(parts, dated)


# ---------------------------------------------------------------- the body


def _body(writer: _Writer, shown: Content) -> Iterator[str]:
    yield _paragraph(writer, shown["title"], "title")
    yield _paragraph(writer, f"{shown['kind']} – {shown['subtitle']}", "subtitle")
    yield from _contents(writer, shown)
    for block in shown["blocks"]:
        yield from _block(writer, block)
    for line in (shown["evidence"], _spelt(shown), shown["replaced"]):
        if line:
            yield _paragraph(writer, line)


def _spelt(shown: Content) -> str:
    if not shown["address"]:
        return ""
    return f"Spørsmål? Skriv til {shown['contact']}, {shown['address']}."


def _contents(writer: _Writer, shown: Content) -> Iterator[str]:
    """A table of contents that Word can update; until then it lists the main headings."""
    headings = [one["text"] for one in shown["blocks"] if one["type"] == "heading" and one["level"] == 2]
    yield _paragraph(writer, "Innhold", "2")
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    for number, text in enumerate(headings):
        first, last = number == 0, number == len(headings) - 1
        yield f"<w:p>{begin if first else ''}{_run(text)}{end if last else ''}</w:p>"


def _block(writer: _Writer, block: Content) -> Iterator[str]:
    match block["type"]:
        case "heading":
            yield _paragraph(writer, block["text"], str(block["level"] - 1), new_page=block["page"])
        case "text":
            for line in block["lines"]:
                yield _paragraph(writer, line)
        case "list":
            yield from _list(writer, block)
        case "box":
            yield _paragraph(writer, block["title"], bold=True)
            for line in block["lines"]:
                yield _paragraph(writer, line)
        case "figure":
            yield _paragraph(writer, block["caption"], "caption", keep=True)
            yield _figure(writer, block)
            yield _paragraph(writer, block["alt"])
        case _:
            yield _paragraph(writer, block["caption"], "caption", keep=True)
            yield _table(writer, block)
            yield "<w:p/>"


def _paragraph(
    writer: _Writer,
    text: str,
    style: str = "",
    *,
    bold: bool = False,
    keep: bool = False,
    new_page: bool = False,
    properties: str = "",
) -> str:
    name = writer.styles.get(style, "")
    told = f"<w:pStyle w:val={quoteattr(name)}/>" if name else ""
    told += "<w:keepNext/>" if keep else ""
    told += "<w:pageBreakBefore/>" if new_page else ""
    told += properties
    # A template without the style still gets what sets a heading off.
    strong = bold or (bool(style) and not name and style != "list")
    return f"<w:p>{f'<w:pPr>{told}</w:pPr>' if told else ''}{_run(text, bold=strong)}</w:p>"


def _run(text: str, *, bold: bool = False, colour: str = "") -> str:
    told = ("<w:b/>" if bold else "") + (f'<w:color w:val="{colour.lstrip("#")}"/>' if colour else "")
    given = f"<w:rPr>{told}</w:rPr>" if told else ""
    return f'<w:r>{given}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _list(writer: _Writer, block: Content) -> Iterator[str]:
    if block["numbered"]:
        number = _FIRST_LIST + writer.numbered
        writer.numbered += 1
    else:
        number = _BULLETS
    properties = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
    for item in block["items"]:
        yield _paragraph(writer, item, "list", properties=properties)


def _figure(writer: _Writer, block: Content) -> str:
    svg = fit(block["svg"]).content
    size = re.search(r'width="(\d+)" height="(\d+)"', svg)
    assert size is not None
    writer.pictures.append(picture(svg))
    number = len(writer.pictures)
    shrink = 0.8 if block["narrow"] else 0.86
    wide, tall = (round(int(each) * shrink) * _EMU for each in size.groups())
    about = f'id="{number}" name="Figur {number}" descr={quoteattr(block["alt"])}'
    return (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        f'wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{tall}"/>'
        f'<wp:docPr {about}/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f"<pic:nvPicPr><pic:cNvPr {about}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>"
        f'<a:blip xmlns:r="{_R}" r:embed="rIdFaseport{number}"/><a:stretch><a:fillRect/></a:stretch>'
        '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{wide}" cy="{tall}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def _table(writer: _Writer, block: Content) -> str:
    columns = block["columns"]
    weights = [min(one["weight"], 5.0) if one["number"] else one["weight"] for one in columns]
    widths = [round(_TEXT_WIDTH * weight / sum(weights)) for weight in weights]
    style = writer.styles.get("table", "")
    named = f"<w:tblStyle w:val={quoteattr(style)}/>" if style else ""
    borders = "" if style else _BORDERS
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = "".join(
        _cell(f"<w:p>{_aligned(one['number'])}{_run(one['title'], bold=True)}</w:p>", width)
        for one, width in zip(columns, widths, strict=True)
    )
    rows = "".join(_row(row, columns, widths) for row in block["rows"])
    return (
        f'<w:tbl><w:tblPr>{named}<w:tblW w:w="{_TEXT_WIDTH}" w:type="dxa"/>{borders}'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="04A0" w:firstRow="1" w:lastRow="0"'
        ' w:firstColumn="1" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        f"<w:tblCaption w:val={quoteattr(block['caption'])}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}"
        "</w:tbl>"
    )


def _row(row: Sequence[Content], columns: Sequence[Content], widths: Sequence[int]) -> str:
    cells = "".join(
        _cell("".join(_lines(cell, number=column["number"], bold=cell["strong"])), width)
        for cell, column, width in zip(row, columns, widths, strict=False)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _lines(cell: Content, *, number: bool, bold: bool) -> Iterator[str]:
    sign = _run(f"{cell['sign']} ", colour=LIGHT_COLOURS[cell["light"]]) if cell["light"] else ""
    for index, line in enumerate(cell["lines"] or [""]):
        yield f"<w:p>{_aligned(number)}{sign if index == 0 else ''}{_run(line, bold=bold)}</w:p>"


def _aligned(number: bool) -> str:
    return '<w:pPr><w:jc w:val="right"/></w:pPr>' if number else ""


def _cell(inside: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{inside}</w:tc>'


_BORDERS: Final = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="C9CED4"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders>"
)


# ---------------------------------------------------------------- the package


def _placed(document: str, body: str) -> str:
    """The document with the report in its place."""
    for paragraph in re.finditer(r"<w:p[ >].*?</w:p>", document, re.S):
        said = "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", paragraph[0]))
        if _HERE.fullmatch(said.strip()):
            return document[: paragraph.start()] + body + document[paragraph.end() :]
    start = re.search(r"<w:body\s*>", document)
    end = document.rfind("</w:body>")
    if start is None or end < 0:
        raise TemplateError("word_template_unusual")
    last = document.rfind("<w:sectPr", start.end(), end)
    # The last section's properties lie directly in the body, and hold the page, header and footer.
    section = document[last:end] if last >= 0 and "</w:p>" not in document[last:end] else ""
    return document[: start.end()] + body + section + document[end:]


def _numbering(existing: bytes | None, numbered: int) -> str:
    text = existing.decode("utf-8") if existing else f'{_XML}<w:numbering xmlns:w="{_W}"></w:numbering>'
    abstract = _abstract(_BULLETS, "bullet", "•") + _abstract(_NUMBERS, "decimal", "%1.")
    lists = f'<w:num w:numId="{_BULLETS}"><w:abstractNumId w:val="{_BULLETS}"/></w:num>'
    lists += "".join(
        f'<w:num w:numId="{_FIRST_LIST + one}"><w:abstractNumId w:val="{_NUMBERS}"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for one in range(numbered)
    )
    first = re.search(r"<w:num [^>]*w:numId", text)
    end = re.search(r"<w:numIdMacAtCleanup|</w:numbering>", text)
    if end is None:
        raise TemplateError("word_template_unusual")
    at = first.start() if first else end.start()
    return text[:at] + abstract + text[at : end.start()] + lists + text[end.start() :]


def _abstract(number: int, how: str, text: str) -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/>'
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{how}"/><w:lvlText w:val="{text}"/>'
        '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="425" w:hanging="357"/></w:pPr></w:lvl></w:abstractNum>'
    )


def _relate(parts: dict[str, bytes], writer: _Writer) -> None:
    """Enter pictures and numbering where the package keeps account of its parts."""
    relations = parts["word/_rels/document.xml.rels"].decode("utf-8")
    new = "".join(
        f'<Relationship Id="rIdFaseport{number}" Type="{_R}/image" Target="media/faseport{number}.png"/>'
        for number in range(1, len(writer.pictures) + 1)
    )
    if "/numbering" not in relations:
        new += f'<Relationship Id="rIdFaseport0" Type="{_R}/numbering" Target="numbering.xml"/>'
    parts["word/_rels/document.xml.rels"] = relations.replace(
        "</Relationships>", f"{new}</Relationships>"
    ).encode()
    for number, content in enumerate(writer.pictures, 1):
        parts[f"word/media/faseport{number}.png"] = content
    types = parts["[Content_Types].xml"].decode("utf-8")
    added = ""
    if not re.search(r'Extension="png"', types, re.I):
        added += '<Default Extension="png" ContentType="image/png"/>'
    # Defaults must stand before overrides in what some readers accept.
    types = re.sub(r"(<Types[^>]*>)", rf"\g<1>{added}", types, count=1)
    if "/word/numbering.xml" not in types:
        override = f'<Override PartName="/word/numbering.xml" ContentType="{_TYPES}.numbering+xml"/>'
        types = types.replace("</Types>", f"{override}</Types>")
    parts["[Content_Types].xml"] = types.encode()


def _read_template(template: bytes) -> dict[str, bytes]:
    if len(template) > TEMPLATE_LIMIT:
        raise TemplateError("word_template_too_large", limit=TEMPLATE_LIMIT // 1024 // 1024)
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            if sum(part.file_size for part in package.infolist()) > 4 * TEMPLATE_LIMIT:
                raise TemplateError("word_template_too_large", limit=4 * TEMPLATE_LIMIT // 1024 // 1024)
            parts = {part.filename: package.read(part) for part in package.infolist() if not part.is_dir()}
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        raise TemplateError("word_template_unreadable") from None
    needed = ("[Content_Types].xml", "word/document.xml", "word/_rels/document.xml.rels")
    if any(name not in parts for name in needed):
        raise TemplateError("word_template_unreadable")
    if b"<w:body" not in parts["word/document.xml"]:
        raise TemplateError("word_template_unusual")
    # A template (.dotx) opens as a new document; what we make is one.
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"wordprocessingml.template.main+xml", b"wordprocessingml.document.main+xml"
    )
    return parts


def _styles_of(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The ids of the styles we use that a template has, found by their names in any case."""
    text = parts.get("word/styles.xml", b"").decode("utf-8", "replace")
    by_name: dict[str, str] = {}
    for style in re.finditer(r"<w:style [^>]*w:styleId=\"([^\"]*)\"[^>]*>.*?</w:style>", text, re.S):
        name = re.search(r'<w:name w:val="([^"]*)"', style[0])
        if name is not None:
            by_name[name[1].casefold()] = style[1]
    return {ours: by_name[name] for ours, (_, name) in _STYLES.items() if name in by_name}


def _packed(parts: Mapping[str, bytes], dated: datetime) -> bytes:
    when: Any = dated.astimezone(UTC).timetuple()[:6]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(parts, key=lambda one: (one != "[Content_Types].xml", one)):
            package.writestr(zipfile.ZipInfo(name, date_time=when), parts[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()


# ---------------------------------------------------------------- our own look


def _own_parts(shown: Content, dated: datetime) -> dict[str, bytes]:
    instant = dated.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    core = (
        f'{_XML}<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(shown['kind'])}: {escape(shown['title'])}</dc:title>"
        f"<dc:creator>{escape(shown['body'])}</dc:creator><dc:language>nb-NO</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{instant}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{instant}</dcterms:modified></cp:coreProperties>'
    )
    footer = (
        f'{_XML}<w:ftr xmlns:w="{_W}"><w:p>{_run(shown["running"] + " – side ")}'
        '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
    )
    parts = {name: (TEMPLATES / "word" / file).read_bytes().strip() for name, file in _OWN.items()}
    return parts | {"docProps/core.xml": core.encode(), "word/footer1.xml": footer.encode()}


_CORE: Final = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_OWN: Final = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package.rels",
    "word/_rels/document.xml.rels": "document.rels",
    "word/settings.xml": "settings.xml",
    "word/styles.xml": "styles.xml",
    "word/document.xml": "document.xml",
}
"""The parts of our own file that are the same in every report."""
