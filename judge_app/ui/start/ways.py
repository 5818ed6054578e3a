"""The ways in: what a person may want to do, as large rows to choose from."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from judge_app.ui.language import mark, tr
from judge_app.ui.theme import Theme
from judge_app.ui.theme.type import BOLD, LEAD, SMALL
from judge_app.ui.widgets.paint import key_size, paint_key, paint_text, wrapped_lines
from judge_app.ui.widgets.rows import Row, RowDelegate

Way = Literal["host", "join", "rehearse", "prepare", "rooms"]

WAYS: dict[Way, tuple[str, str]] = {
    "host": (mark("Host a session"), mark("Open a workbook, let the judges in, call, time, score.")),
    "join": (mark("Join as judge, chair or desk"), mark("With the link or the code that the host shows.")),
    "rehearse": (mark("Rehearse with sample data"), mark("A whole invented session; nothing real is touched.")),
    "prepare": (mark("Prepare a contest"), mark("Import, check, split into sessions, set the rules.")),
    "rooms": (mark("All rooms"), mark("Every session of the contest at a glance.")),
}


class WayRow(msgspec.Struct, frozen=True):
    """One way in, with the figure that chooses it."""

    key: str
    figure: str
    title: str
    text: str
    chosen: bool = False

    def spoken(self) -> str:
        return f"{self.title}. {self.text}"


def rows(ways: tuple[Way, ...], chosen: str) -> list[WayRow]:
    return [WayRow(way, str(at + 1), tr(WAYS[way][0]), tr(WAYS[way][1]), way == chosen) for at, way in enumerate(ways)]


class WayDelegate(RowDelegate):
    """Title, a line of what it is, and its key."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, WayRow)
        title, text = theme.font(LEAD, BOLD), theme.font(SMALL)
        room = width - theme.px(64)
        tall = wrapped_lines(row.title, title, room) * QFontMetrics(title).lineSpacing()
        return tall + wrapped_lines(row.text, text, room) * QFontMetrics(text).lineSpacing() + theme.px(28)

    def paint_ground(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, WayRow)
        if row.chosen:
            painter.fillRect(rect, theme.colour("brand_soft"))
            painter.fillRect(rect.x(), rect.y(), theme.px(4), rect.height(), theme.colour("brand"))

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, WayRow)
        title, text = theme.font(LEAD, BOLD), theme.font(SMALL)
        room, left = rect.width() - theme.px(64), rect.x() + theme.px(20)
        top = rect.y() + theme.px(14)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        tall = wrapped_lines(row.title, title, room) * QFontMetrics(title).lineSpacing()
        painter.setFont(title)
        painter.setPen(theme.colour("ink"))
        painter.drawText(QRect(left, top, room, tall), flags, row.title)
        painter.setFont(text)
        painter.setPen(theme.colour("ink_2"))
        painter.drawText(QRect(left, top + tall, room, rect.bottom() - top - tall), flags, row.text)
        cap = key_size(theme, row.figure)
        at = QRect(rect.right() - cap.width(), top + theme.px(4), cap.width(), cap.height())
        paint_key(painter, theme, at, row.figure, theme.colour("ink_2"), theme.colour("edge"))


class Recent(msgspec.Struct, frozen=True):
    """A session opened before: its file, what it is, and when it was last open (ISO 8601, or words)."""

    path: str
    title: str
    when: str = ""

    @property
    def shown_when(self) -> str:
        """``12-04 16:02`` on this computer's clock."""
        try:
            return datetime.fromisoformat(self.when).astimezone().strftime("%m-%d %H:%M")
        except ValueError:
            return self.when

    @property
    def key(self) -> str:
        return self.path

    def spoken(self) -> str:
        return f"{self.title} {self.shown_when}\n{self.path}"


class RecentDelegate(RowDelegate):
    """Title and when."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        return theme.px(40)

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, Recent)
        small = theme.font(SMALL)
        width = QFontMetrics(small).horizontalAdvance(row.shown_when) + 2
        right = QRect(rect.right() - width, rect.y(), width, rect.height())
        paint_text(painter, right, row.shown_when, small, theme.colour("ink_2"))
        room = rect.adjusted(theme.px(20), 0, -width - theme.px(8), 0)
        paint_text(painter, room, row.title, theme.font(), theme.colour("ink"))
