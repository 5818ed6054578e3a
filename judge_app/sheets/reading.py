"""A printed sheet read back: the JSON it carries, the form that this JSON makes, and whether the paper says the same.

Whether the numbers are those of the session is for who holds the journal to say: compare ``content_of`` with what the
journal's own state gives.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from judge_app.core.errors import BadInput, Problem
from judge_app.sheets import f1_judge_sheet, f2_project_summary, f3_ranking, f4_advancement, f5_correction, f6_timing
from judge_app.sheets.paper import ATTACHMENT, FORMAT, Form, Head, render

_FORMS: Final[dict[str, tuple[Any, Callable[[Head, Any], Form]]]] = {
    f1_judge_sheet.CODE: (f1_judge_sheet.JudgeSheet, f1_judge_sheet.form),
    f2_project_summary.CODE: (f2_project_summary.Summary, f2_project_summary.form),
    f3_ranking.CODE: (f3_ranking.Ranking, f3_ranking.form),
    f4_advancement.CODE: (f4_advancement.Notice, f4_advancement.form),
    f5_correction.CODE: (f5_correction.Record, f5_correction.form),
    f6_timing.CODE: (f6_timing.TimingRecord, f6_timing.form),
}


UNREADABLE: Final = (
    PdfError,
    zlib.error,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    StopIteration,
)
"""What a PDF reader stumbles with over bytes that somebody bent: they are no sheet, and no fault of ours."""


class Enclosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sheet's content as it is embedded."""

    format: str
    form: str
    head: Head
    content: msgspec.Raw


def _bad(zh: str, en: str) -> BadInput:
    return BadInput(Problem("PDF", zh, en))


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """pyHanko logs what it finds with its stack; here that is told in words, to whoever asked."""
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def content_of(pdf: bytes) -> bytes:
    """The JSON that a sheet carries, as its first revision holds it; raises BadInput where it is none of our sheets."""
    try:
        with silent():
            names = PdfFileReader(io.BytesIO(pdf)).get_historical_root(0)["/Names"]["/EmbeddedFiles"]["/Names"]
            at = next(at for at in range(0, len(names), 2) if str(names[at]) == ATTACHMENT)
            held: bytes = names[at + 1]["/EF"]["/F"].data
    except UNREADABLE as error:
        raise _bad("这不是本程序打印的表格", "this is not a sheet that this program printed") from error
    return held


def forms_of(content: bytes) -> list[Form]:
    """The forms that an embedded JSON makes; raises BadInput where it is not one of ours."""
    try:
        raw = msgspec.json.decode(content, type=list[Enclosed] | Enclosed)
        found = []
        for one in raw if isinstance(raw, list) else [raw]:
            if one.format != FORMAT or one.form not in _FORMS:
                raise _bad("内嵌数据的格式不认识", f"an unknown form of content: {one.format} {one.form}")
            kind, form = _FORMS[one.form]
            found.append(form(one.head, msgspec.json.decode(one.content, type=kind)))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _bad(f"内嵌数据不能读取：{error}", f"the content cannot be read: {error}") from error
    return found


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page without white space, as a reader finds it; raises BadInput for what is no PDF."""
    try:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [_text_of(document[number]) for number in range(len(document))]
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise _bad("不是可读的 PDF", "not a readable PDF") from error


def _text_of(page: Any) -> str:
    text = page.get_textpage()
    found = re.sub(r"\s+", "", text.get_text_range())
    text.close()
    page.close()
    return found


def differences(pdf: bytes) -> list[Problem]:
    """Where the pages of a sheet say something else than the JSON it carries; empty where they agree.

    The form is made again from the JSON and the pages are compared word for word. Raises BadInput for what is no sheet.
    """
    forms = forms_of(content_of(pdf))
    printed, again = page_texts(pdf), page_texts(render(forms, ""))
    if len(printed) != len(again):
        return [
            Problem(
                "PDF",
                f"有 {len(printed)} 页，内嵌数据应为 {len(again)} 页",
                f"{len(printed)} pages, the content makes {len(again)}",
            )
        ]
    return [
        Problem(f"第 {number} 页", "页面文字与内嵌数据不符", f"page {number}: the text is not what the content says")
        for number, (here, there) in enumerate(zip(printed, again, strict=True), start=1)
        if here != there
    ]
