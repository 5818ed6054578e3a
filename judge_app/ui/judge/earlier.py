"""The judge's own sheets of this session, for comparison: only his own, each with its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from judge_app.core.commands import Points
from judge_app.core.rules import Component
from judge_app.ui.judge.lines import plain, totals
from judge_app.ui.theme import Theme, Tone
from judge_app.ui.theme.type import BODY, BOLD, REGULAR, TINY
from judge_app.ui.widgets.paint import paint_text
from judge_app.ui.widgets.rows import Row, RowDelegate

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class OwnRow(msgspec.Struct, frozen=True):
    """One project: its number, name, the judge's totals (main, then the others) and the sheet's state."""

    key: str
    number: str
    name: str
    main: str
    others: str
    word: str
    tone: Tone
    shown: bool = False

    def spoken(self) -> str:
        return " ".join(part for part in (self.number, self.name, self.main, self.others, self.word) if part)


def marks(points: Points | None, components: Sequence[Component]) -> tuple[str, str]:
    """The main total and the others of a complete sheet; empty while something is missing."""
    if points is None or any(len(points.get(one.key, {})) < len(one.criteria) for one in components):
        return "", ""
    sums = totals(points, components)
    return plain(sums[0]) if sums else "", " ".join(f"+{plain(one)}" for one in sums[1:])


class OwnDelegate(RowDelegate):
    """Number, name, and the total at the right; the state under the name where it is not simply recorded."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, OwnRow)
        tall = QFontMetrics(theme.font(BODY)).lineSpacing() + QFontMetrics(theme.font(TINY)).lineSpacing()
        return max(theme.px(44), tall + theme.px(8))

    def paint_ground(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, OwnRow)
        if row.shown:
            painter.fillRect(rect, theme.colour("brand_soft"))
            painter.fillRect(rect.x(), rect.y(), theme.px(4), rect.height(), theme.colour("brand"))

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, OwnRow)
        left = rect.x() + theme.px(16)
        paint_text(
            painter,
            QRect(left, rect.y(), theme.px(30), rect.height()),
            row.number,
            theme.font(BODY),
            theme.colour("ink_2"),
        )
        main, others = theme.font(BODY, BOLD), theme.font(TINY)
        wide = QFontMetrics(main).horizontalAdvance(row.main or "—")
        right = rect.right() - theme.px(4)
        if row.others:
            more = QFontMetrics(others).horizontalAdvance(row.others)
            paint_text(
                painter,
                QRect(right - more, rect.y(), more + 1, rect.height()),
                row.others,
                others,
                theme.colour("ink_2"),
                _RIGHT,
            )
            right -= more + theme.px(6)
        ink = theme.colour("ink" if row.main else "ink_3")
        paint_text(painter, QRect(right - wide, rect.y(), wide + 1, rect.height()), row.main or "—", main, ink, _RIGHT)
        name_left = left + theme.px(32)
        room = right - wide - theme.px(8) - name_left
        name, small = theme.font(BODY, BOLD if row.shown else REGULAR), theme.font(TINY)
        tall = QFontMetrics(name).lineSpacing()
        below = QFontMetrics(small).lineSpacing()
        top = rect.y() + (rect.height() - tall - below) // 2
        paint_text(painter, QRect(name_left, top, room, tall), row.name, name, theme.colour("ink"))
        paint_text(painter, QRect(name_left, top + tall, room, below), row.word, small, theme.text(row.tone))


def drafts_marks(drafts: Mapping[str, Points], entry_no: str, components: Sequence[Component]) -> tuple[str, str]:
    """The totals of a draft, where it is complete."""
    return marks(drafts.get(entry_no), components)
