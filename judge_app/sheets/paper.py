"""The paper of a form: A4, the head and foot that every form has, page counts, and the PDF that it is written to.

A document holds one form or many, each with its own page count, and carries what they say as canonical JSON besides.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import segno
from reportlab import rl_config
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from judge_app.core.contest import Struct
from judge_app.sheets.fonts import Weight, font, printable
from judge_app.sheets.layout import MM, Block, Pen
from judge_app.sheets.text import INK, SOFT, Line, Paragraph, Span, Style, balanced, wrap

PORTRAIT: Final = (210 * MM, 297 * MM)
LANDSCAPE: Final = (297 * MM, 210 * MM)
FORMAT: Final = "judge-app/sheet/1"
ATTACHMENT: Final = "content.json"
"""The name of the embedded file: the canonical JSON of the sheet, or a list of them where a document holds several."""

_MARGIN_X: Final = 17 * MM
_MARGIN_TOP: Final = 12 * MM
_MARGIN_BOTTOM: Final = 17 * MM
_QR: Final = 19 * MM


class Head(Struct, frozen=True):
    """What every form says about itself, on every page. Empty strings print nothing; ``head_seq`` None: no journal."""

    contest_name: str = ""
    edition: str = ""
    region: str = ""
    round: str = ""
    session: str = ""
    hall: str = ""
    date: str = ""
    """As printed (2026年12月5日)."""
    preset_name: str = ""
    rules_version: int = 1
    printed_at: str = ""
    """Local time with its offset, ISO 8601; empty on a blank form."""
    document_no: str = ""
    version: int = 1
    supersedes: str = ""
    """What an earlier print said that this one replaces, in words; empty for a first print."""
    status: str = ""
    """The state of the results when this was printed (待复核, 已锁定, …)."""
    head_seq: int | None = None
    head_hash: str = ""
    rehearsal: bool = False


class Form(msgspec.Struct, frozen=True):
    """One form ready to be set. ``content`` is the canonical JSON of what it says; ``about`` tells its pages apart from
    those of its sisters (参赛序号 03 · 评委 E2) from the second page on."""

    code: str
    title: str
    head: Head
    blocks: tuple[Block, ...]
    content: bytes
    landscape: bool = False
    about: str = ""

    @property
    def size(self) -> tuple[float, float]:
        return LANDSCAPE if self.landscape else PORTRAIT


class _Page(msgspec.Struct):
    fragments: list[tuple[float, Any]]


_CONTEST: Final = Style(size=11, weight=Weight.MEDIUM, leading=1.35)
_TITLE: Final = Style(size=19, weight=Weight.BOLD, leading=1.4)
_RUNNING: Final = Style(size=10, weight=Weight.BOLD, leading=1.4)
_META: Final = Style(size=8.6, leading=1.45)
_META_LABEL: Final = Style(size=8.6, ink=SOFT, leading=1.45)
_MARK: Final = Style(size=8.6, weight=Weight.BOLD, leading=1.35)
_FINE: Final = Style(size=7.2, ink=SOFT, leading=1.35)


def meta_line(items: Iterable[tuple[str, str]]) -> Paragraph:
    """Label–value pairs as one paragraph; pairs without a value are left out."""
    spans: list[Span] = []
    for name, value in items:
        if value:
            if spans:
                spans.append(Span("\u3000", _META))
            spans += [Span(f"{name}：", _META_LABEL), Span(value, _META)]
    return tuple(spans)


class _HeadSet(msgspec.Struct, frozen=True):
    """The head of a page, set: centred lines over lines of data."""

    centred: tuple[Line, ...]
    data: tuple[Line, ...]
    mark: tuple[Line, ...]
    height: float


def _head(form: Form, first: bool) -> _HeadSet:
    head = form.head
    width = form.size[0] - 2 * _MARGIN_X
    middle = width - 2 * (_QR + 3 * MM)
    name = full_name(head)
    marks = [*(("演　练", "非正式记录") if head.rehearsal else ()), head.status, head.supersedes]
    mark = tuple(line for word in marks if word for line in wrap((Span(word, _MARK),), _QR - 2 * MM))
    if first:
        centred = (
            *(wrap((Span(name, _CONTEST),), middle) if name else ()),
            *balanced((Span(form.title, _TITLE),), middle),
        )
        data = (
            *wrap(
                meta_line((("阶段", head.round), ("场次", head.session), ("会场", head.hall), ("日期", head.date))),
                width - _QR - 3 * MM,
            ),
            *wrap(
                meta_line(
                    (("赛制", f"{head.preset_name}（规则第 {head.rules_version} 版）" if head.preset_name else ""),)
                ),
                width - _QR - 3 * MM,
            ),
        )
        data = tuple(line for line in data if line.pieces)
        stamp = sum(line.height for line in mark) + 2.4 * MM if mark else 0.0
        height = max(sum(line.height for line in centred), stamp) + 1.2 * MM
        height += sum(line.height for line in data)
        return _HeadSet(centred, data, mark, max(height, _QR) + 1.6 * MM)
    running = "　".join(part for part in (form.title, form.about, name, head.session) if part)
    lines = wrap((Span(f"{running}（续）", _RUNNING),), width)
    return _HeadSet(lines, (), (), sum(line.height for line in lines) + 1.6 * MM)


def _paginate(form: Form) -> list[_Page]:
    width, height = form.size[0] - 2 * _MARGIN_X, form.size[1]
    bottom = height - _MARGIN_BOTTOM
    first = _MARGIN_TOP + _head(form, True).height
    later = _MARGIN_TOP + _head(form, False).height
    pages: list[_Page] = []
    fragments: list[tuple[float, Any]] = []
    y = top = first
    for block in form.blocks:
        pending: Block | None = block
        while pending is not None:
            placed, pending = pending.place(width, bottom - y, bottom - top)
            if placed is not None:
                fragments.append((y, placed))
                y += placed.height
            if pending is not None:
                pages.append(_Page(fragments))
                fragments = []
                y = top = later
    pages.append(_Page(fragments))
    return pages


def full_name(head: Head) -> str:
    """The contest with its edition and region, each said once."""
    parts = [head.contest_name]
    parts += [part for part in (head.edition, head.region) if part and part not in head.contest_name]
    return "　".join(part for part in parts if part)


def qr_text(head: Head) -> str:
    """What the QR code of a sheet says: document number, version, the journal's seq and head hash."""
    return f"RSJ1*{head.document_no}*{head.version}*{head.head_seq or 0}*{head.head_hash.upper()}"


def _set_page(
    canvas: Canvas, form: Form, page: _Page, number: int, of: int, code: Sequence[Sequence[int]] | None
) -> None:
    width, height = form.size
    canvas.setPageSize(form.size)
    pen = Pen(canvas, form.size)
    inner = width - 2 * _MARGIN_X
    head = _head(form, number == 1)
    y = pen.lines(head.centred, _MARGIN_X, _MARGIN_TOP, inner, "center" if number == 1 else "left")
    if number == 1:
        if head.mark:
            wide = max(line.width for line in head.mark) + 4 * MM
            low = pen.lines(head.mark, _MARGIN_X, _MARGIN_TOP + 0.7 * MM, wide, "center")
            pen.box(_MARGIN_X, _MARGIN_TOP, wide, low + 0.7 * MM - _MARGIN_TOP, line=0.7)
        pen.lines(
            head.data,
            _MARGIN_X,
            _MARGIN_TOP + head.height - 1.6 * MM - sum(line.height for line in head.data),
            inner,
            "left",
        )
        if code is not None:
            pen.code(width - _MARGIN_X - _QR, _MARGIN_TOP + head.height - 1.6 * MM - _QR, _QR, code)
    else:
        pen.rule(_MARGIN_X, y, _MARGIN_X + inner, y, 0.6, INK)
    for top, fragment in page.fragments:
        fragment.draw(pen, _MARGIN_X, top, inner)
    _foot(pen, form, number, of, height - _MARGIN_BOTTOM + 4 * MM, inner)
    pen.finish()
    canvas.showPage()


def _foot(pen: Pen, form: Form, number: int, of: int, y: float, inner: float) -> None:
    head = form.head
    pen.rule(_MARGIN_X, y, _MARGIN_X + inner, y)
    words = [
        f"文件编号 {head.document_no}" if head.document_no else form.code,
        f"第 {head.version} 版" if head.document_no else "",
    ]
    if head.printed_at:
        words.append(f"打印时间 {printed_time(head.printed_at)}")
    if head.head_seq is not None:
        words.append(f"记录 #{head.head_seq}　{grouped(head.head_hash[:16])}")
    pages = (Span(f"第 {number} 页　共 {of} 页", Style(size=8, weight=Weight.MEDIUM, leading=1.35)),)
    right = wrap(pages, inner)
    lines = wrap((Span("　　".join(word for word in words if word), _FINE),), inner - right[0].width - 4 * MM)
    pen.lines(lines[:2], _MARGIN_X, y + 1 * MM, inner, "left")
    pen.lines(right, _MARGIN_X, y + 0.8 * MM, inner, "right")


def grouped(text: str) -> str:
    """A hash in groups of four, for eyes."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def printed_time(iso: str) -> str:
    """``2026-12-05 17:20:31 +08:00`` of an ISO instant."""
    at = datetime.fromisoformat(iso)
    offset = at.strftime("%z")
    return at.strftime("%Y-%m-%d %H:%M:%S") + (f" {offset[:3]}:{offset[3:5]}" if offset else "")


def render(forms: Sequence[Form], title: str) -> bytes:
    """The PDF of one or more forms, each with its own page count and its content attached; equal forms give equal bytes.

    Raises ValueError where there is no form.
    """
    if not forms:
        raise ValueError("no form to print")
    out = io.BytesIO()
    canvas: Any = Canvas(  # its stubs take the initial font for a number and leave its document out
        out,
        pagesize=forms[0].size,
        invariant=1,
        pageCompression=1,
        initialFontName=_initial_font(),  # type: ignore[arg-type]
        initialFontSize=9,
        lang="zh-CN",
        pdfVersion=(1, 7),
    )
    head = forms[0].head
    canvas.setTitle(title)
    canvas.setAuthor(head.contest_name or "Judge App")
    canvas.setSubject("　".join(part for part in (full_name(head), head.session) if part))
    canvas.setCreator("Judge App")
    canvas.setProducer("Judge App (reportlab)")
    canvas.setKeywords(" ".join(form.head.document_no for form in forms[:1] if form.head.document_no))
    stamp = _pdf_date(head.printed_at)
    canvas.setDateFormatter(lambda *_: stamp)
    for index, form in enumerate(forms):
        pages = _paginate(form)
        code = _matrix(form.head)
        if len(forms) > 1:
            key = f"form{index}"
            canvas.bookmarkPage(key)
            canvas.addOutlineEntry(printable(form.about or form.title), key, 0)
        for number, page in enumerate(pages, start=1):
            _set_page(canvas, form, page, number, len(pages), code if number == 1 else None)
    _attach(canvas._doc, forms, stamp)
    canvas.save()
    return out.getvalue()


def _initial_font() -> str:
    """The font that reportlab begins every page with: without it Helvetica, not embedded, gets into the document.

    Streams stay binary: ASCII-85 over them makes a file a quarter larger and takes a fifth of the time.
    """
    rl_config.useA85 = 0
    font(Weight.REGULAR)
    return Weight.REGULAR.value


def _matrix(head: Head) -> tuple[tuple[int, ...], ...] | None:
    if not head.document_no:
        return None
    # a fixed mask: choosing the best of eight takes five times as long, and every reader takes any
    made = segno.make(qr_text(head), micro=False, error="m", mask=2, boost_error=False)
    return tuple(tuple(row) for row in made.matrix)


def _pdf_date(iso: str) -> str:
    if not iso:
        return "D:20000101000000Z"
    at = datetime.fromisoformat(iso)
    offset = at.strftime("%z") or "+0000"
    return at.strftime("D:%Y%m%d%H%M%S") + f"{offset[:3]}'{offset[3:5]}'"


def _attach(doc: Any, forms: Sequence[Form], stamp: str) -> None:
    """The forms' content as one embedded JSON file, so that a program reads what the paper says."""
    data = forms[0].content if len(forms) == 1 else b"[" + b",".join(form.content for form in forms) + b"]"
    stream = pdfdoc.PDFStream()
    stream.content = data
    stream.filters = [pdfdoc.PDFZCompress]
    stream.dictionary["Type"] = "/EmbeddedFile"
    stream.dictionary["Subtype"] = "/application#2Fjson"
    stream.dictionary["Params"] = pdfdoc.PDFDictionary({"Size": len(data), "ModDate": pdfdoc.PDFString(stamp)})
    reference = doc.Reference(stream, "attachedContent")
    name = pdfdoc.PDFString(ATTACHMENT)
    spec = pdfdoc.PDFDictionary(
        {
            "Type": "/Filespec",
            "F": name,
            "UF": name,
            "AFRelationship": "/Data",
            "EF": pdfdoc.PDFDictionary({"F": reference, "UF": reference}),
        }
    )
    doc.Catalog.Names = pdfdoc.PDFDictionary(
        {"EmbeddedFiles": pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray([name, doc.Reference(spec, "attachedSpec")])})}
    )


def canonical(form: str, head: Head, content: Struct) -> bytes:
    """The canonical JSON of a sheet: keys sorted, no white space, UTF-8; equal content gives equal bytes."""
    return msgspec.json.encode({"format": FORMAT, "form": form, "head": head, "content": content}, order="sorted")
