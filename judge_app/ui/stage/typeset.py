"""Text set as large as its place allows: the size shrinks first, then the text breaks, and only then it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from judge_app.ui.theme.type import FAMILY

_NEVER_FIRST = frozenset("，。、；：！？）》」』”’…·,.;:!?)/％%")
_NEVER_LAST = frozenset("（《「『“‘(")


def type_of(size: float, weight: int) -> QFont:
    """The family at a size in pixels."""
    font = QFont(FAMILY)
    font.setPixelSize(max(1, round(size)))
    font.setWeight(QFont.Weight(weight))
    return font


def broken(text: str, font: QFont, width: float, lines: int) -> list[str]:
    """The text in at most so many lines, the last one cut with … where it does not fit."""
    metrics = QFontMetricsF(font)
    done: list[str] = []
    rest = text.strip()
    while rest and len(done) < lines - 1 and metrics.horizontalAdvance(rest) > width:
        at = _break(rest, metrics, width)
        done.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    if rest or not done:
        done.append(metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width))
    return done


def fitted(text: str, width: float, sizes: Sequence[float], weight: int, lines: int = 1) -> tuple[QFont, list[str]]:
    """The largest size at which the text stands whole in ``lines``; at the smallest it is cut."""
    for size in sizes:
        font = type_of(size, weight)
        metrics = QFontMetricsF(font)
        for count in range(1, lines + 1):
            set_lines = broken(text, font, width, count)
            if all(metrics.horizontalAdvance(line) <= width + 0.5 for line in set_lines) and _whole(text, set_lines):
                return font, _balanced(text, font, width, set_lines)
    font = type_of(sizes[-1], weight)
    return font, broken(text, font, width, lines)


def _whole(text: str, lines: list[str]) -> bool:
    """Whether nothing is lost and no word is split between lines."""
    if "".join(lines).replace(" ", "") != text.replace(" ", ""):
        return False
    at = 0
    for line, following in pairwise(lines):
        at = text.index(line, at) + len(line)
        if following and not text[at : at + 1].isspace() and _joined(line[-1], following[0]):
            return False
    return True


def _balanced(text: str, font: QFont, width: float, lines: list[str]) -> list[str]:
    """Lines of nearly one length: no lone character on the last."""
    count = len(lines)
    if count < 2:
        return lines
    best, low = lines, QFontMetricsF(font).horizontalAdvance(text) / count
    trial = low
    while trial < width:
        tried = broken(text, font, trial, count)
        if _whole(text, tried) and len(tried) == count:
            return tried
        trial += width / 40
    return best


def _break(text: str, metrics: QFontMetricsF, width: float) -> int:
    at = 1
    while at < len(text) and metrics.horizontalAdvance(text[: at + 1]) <= width:
        at += 1
    fits = at
    while at > 1 and at < len(text) and _joined(text[at - 1], text[at]):
        at -= 1
    return at if at > 1 else fits


def _joined(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return True
    return before.isascii() and after.isascii() and before != " " and after != " "
