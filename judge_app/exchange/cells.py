"""The value of one cell: what people type, read with care as text, a number, a date or a time.

Functions raise Unreadable with both languages; who calls knows the place.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal

CellValue = object
"""What openpyxl gives: str, int, float, bool, datetime, date, time, timedelta or None."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_INVISIBLE = dict.fromkeys(
    (
        *(*range(0x00, 0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0x200B, 0x2060, 0xFEFF),
        *(0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    )
)
"""Control, zero-width and direction marks; the joiners inside emoji (U+200C, U+200D) and variation selectors stay."""
_SPACES = re.compile(r"[\s\u00a0\u3000]+")
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff]) (?=[\u3400-\u9fff\U00020000-\U0003ffff])")
_LIST_GAP = re.compile(r"[、,，;；\n\r]+")
_ID = re.compile(r"[\w.#-]{1,32}")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,9})?")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_DATE_8 = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(
    r"(上午|早上|下午|晚上|中午)?\s*(\d{1,2})\s*(?:[:.]\s*(\d{2})(?:\s*:\s*(\d{2}))?|[点时]\s*(?:(半)|(\d{1,2})\s*分?)?)"
)


class Unreadable(ValueError):
    """A cell that does not say what its column asks for: ``zh`` and ``en`` say what is wrong and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(f"{zh} / {en}")


def shown(value: CellValue) -> str:
    """The value as a message may quote it: short and on one line."""
    text = _SPACES.sub(" ", str(value).translate(_INVISIBLE))
    return text if len(text) <= 40 else text[:39] + "…"


def text(value: CellValue) -> str:
    """Free text: trimmed, runs of spaces and line breaks made one space, full-width letters and digits made plain.

    Full-width punctuation is Chinese and stays. A number is written without its ".0"; a date as ISO. None gives "".
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        raise Unreadable(
            f"这里是逻辑值 {value}，应为文字；请改成文字", f"this is the logical value {value}; write text"
        )
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ") if value.time() != datetime.time() else value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return _SPACES.sub(" ", str(value).translate(_FULL_WIDTH).translate(_INVISIBLE)).strip()


def plain_number(value: float) -> str:
    """A binary float of a workbook as the decimal a spreadsheet shows: 15 significant digits, no exponent, no ".0"."""
    if value != value or value in (float("inf"), float("-inf")):
        raise Unreadable("这不是有限的数；请改正", "this is not a finite number; correct it")
    return format(Decimal(format(value, ".15g")).normalize(), "f")


def person(value: CellValue) -> str:
    """A person's name; the spaces that pad a Chinese name ("张　三") are dropped, those of other names stay."""
    return _HAN_GAP.sub("", text(value))


def identifier(value: CellValue) -> str:
    """An entry number or a judge's number: NFKC, at most 32 letters, digits, Chinese characters or ``- _ . #``."""
    if isinstance(value, float) and not value.is_integer():
        raise Unreadable(
            f"编号 {plain_number(value)} 不是整数；请改成整数或文字编号",
            f"{plain_number(value)} is not a whole number; give a whole number or a text",
        )
    name = unicodedata.normalize("NFKC", text(value)).strip()
    if name and (not _ID.fullmatch(name) or name[0] in "-."):
        raise Unreadable(
            f"编号“{shown(name)}”不能用；请只用字母、数字、汉字和 - _ .，最多 32 个字，不以 - 或 . 开头",
            f'the number "{shown(name)}" cannot be used; use at most 32 letters, digits, Chinese characters, - _ . '
            "and begin with none of - .",
        )
    return name


def listed(value: CellValue) -> tuple[str, ...]:
    """A list with 、 (also , ; and line breaks) between the items; empty items are dropped, order is kept."""
    if not isinstance(value, str):
        item = text(value)
        return (item,) if item else ()
    return tuple(item for item in (text(part) for part in _LIST_GAP.split(value)) if item)


def whole(value: CellValue, most: int = 1_000_000_000) -> int:
    """A whole number from 0 to ``most``; 1.0 and "8,100" are taken."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    else:
        written = unicodedata.normalize("NFKC", text(value)).replace(" ", "")
        if _GROUPED.fullmatch(written):
            written = written.replace(",", "")
        if not re.fullmatch(r"[0-9]{1,15}(\.0+)?", written):
            raise Unreadable(
                f"“{shown(value)}”不是整数；请填 0 或正整数", f'"{shown(value)}" is not a whole number; give 0 or more'
            )
        number = int(written.split(".")[0])
    if not 0 <= number <= most:
        raise Unreadable(f"{number} 超出范围；请填 0 到 {most} 的整数", f"{number} is out of range; give 0 to {most}")
    return number


def decimal(value: CellValue) -> Decimal:
    """A plain decimal, 0 or more: no sign, no exponent, no unit. A workbook's float is taken at 15 digits."""
    written = unicodedata.normalize("NFKC", text(value)).strip()
    if not _DECIMAL.fullmatch(written) or not written.isascii():
        raise Unreadable(
            f"“{shown(value)}”不是分数；请只填数字，如 18 或 18.5，不带单位、符号或公式",
            f'"{shown(value)}" is not a number of points; write digits only, as 18 or 18.5, no unit, sign or formula',
        )
    return Decimal(written)


def date(value: CellValue) -> str:
    """An ISO date (2026-12-05) from a date cell, 2026-12-05, 2026/12/5, 2026.12.5, 2026年12月5日 or 20261205."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    written = unicodedata.normalize("NFKC", text(value)).strip()
    if not written:
        return ""
    match = _DATE.fullmatch(written) or _DATE_8.fullmatch(written)
    if match:
        try:
            return datetime.date(*(int(part) for part in match.groups())).isoformat()
        except ValueError:
            raise Unreadable(
                f"没有 {shown(written)} 这一天；请改正", f"there is no such day as {shown(written)}"
            ) from None
    raise Unreadable(
        f"“{shown(value)}”不是日期；请写成 2026-12-05", f'"{shown(value)}" is not a date; write it as 2026-12-05'
    )


def time(value: CellValue) -> str:
    """A local time HH:MM from a time cell, a fraction of a day, 8:30, 08:30:00, 8点30分, 8点半 or 下午1:30."""
    if isinstance(value, datetime.datetime | datetime.time):
        return f"{value.hour:02d}:{value.minute:02d}"
    if isinstance(value, datetime.timedelta) or (isinstance(value, float) and 0 <= value < 1):
        seconds = value.total_seconds() if isinstance(value, datetime.timedelta) else value * 86400
        minutes = round(seconds / 60)
        if 0 <= minutes < 1440:
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
    written = unicodedata.normalize("NFKC", text(value)).strip()
    if not written:
        return ""
    match = _TIME.fullmatch(written)
    if match:
        hour = int(match[2])
        minute = 30 if match[5] else int(match[3] or match[6] or 0)
        if match[1] in ("下午", "晚上") and hour < 12:
            hour += 12
        if hour < 24 and minute < 60:
            return f"{hour:02d}:{minute:02d}"
    raise Unreadable(f"“{shown(value)}”不是时间；请写成 08:30", f'"{shown(value)}" is not a time; write it as 08:30')


def moment(value: CellValue) -> str:
    """A date, or a date with a time ("2023-06-30 24:00" gives 2023-07-01T00:00: domain.md A-36)."""
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="minutes") if value.time() != datetime.time() else value.date().isoformat()
    written = unicodedata.normalize("NFKC", text(value)).strip()
    head, _, tail = re.sub(r"(\d日?)\s*[T ]\s*(?=\d|上|下|晚|中|早)", r"\1|", written).partition("|")
    if not tail and "日" in head and not head.endswith("日"):
        head, _, tail = written.partition("日")
        head += "日"
    day = date(head)
    if not tail:
        return day
    if re.fullmatch(r"24\s*(:00(:00)?|[点时](00分)?)", tail.strip()):
        return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat() + "T00:00"
    return f"{day}T{time(tail)}"


def in_english(listed: str) -> str:
    """A row of names, set as Chinese sets it, as English does."""
    return listed.replace("、", ", ").replace("（无）", "none")
