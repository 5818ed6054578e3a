"""What is wrong with an input, in place: where it is, what is wrong, what to do; each in the language in force."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from judge_app.core.errors import Problem
from judge_app.ui.glossary import where
from judge_app.ui.language import either
from judge_app.ui.theme import Theme
from judge_app.ui.theme.type import MEDIUM, SMALL
from judge_app.ui.widgets.paint import wrapped_lines
from judge_app.ui.widgets.rows import Row, RowDelegate, RowList


class ProblemRow(msgspec.Struct, frozen=True):
    """One problem in the language in force."""

    key: str
    place: str
    text: str

    def spoken(self) -> str:
        return f"{self.place}\n{self.text}"


class ProblemDelegate(RowDelegate):
    """The place above, the words below, both whole."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, ProblemRow)
        place, text = theme.font(SMALL, MEDIUM), theme.font()
        room = width - theme.px(16)
        tall = wrapped_lines(row.place, place, room) * QFontMetrics(place).lineSpacing()
        return tall + wrapped_lines(row.text, text, room) * QFontMetrics(text).lineSpacing() + theme.px(16)

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, ProblemRow)
        place, text = theme.font(SMALL, MEDIUM), theme.font()
        room = rect.width() - theme.px(16)
        tall = wrapped_lines(row.place, place, room) * QFontMetrics(place).lineSpacing()
        top, left = rect.y() + theme.px(8), rect.x() + theme.px(8)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        painter.setFont(place)
        painter.setPen(theme.colour("stop"))
        painter.drawText(QRect(left, top, room, tall), flags, row.place)
        painter.setFont(text)
        painter.setPen(theme.colour("ink"))
        painter.drawText(QRect(left, top + tall, room, rect.bottom() - top - tall), flags, row.text)


class ProblemList(RowList):
    """All problems, in reading order."""

    def __init__(self, parent: QWidget | None = None, *, fit: bool = False) -> None:
        super().__init__(ProblemDelegate, parent, fit=fit)
        self._problems: tuple[Problem, ...] = ()

    @property
    def count(self) -> int:
        return len(self._problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._problems

    def set_problems(self, problems: Sequence[Problem]) -> None:
        self._problems = tuple(problems)
        self.retranslate()

    def retranslate(self) -> None:
        self.set_rows(
            [ProblemRow(str(at), where(one.place), either(one.zh, one.en)) for at, one in enumerate(self._problems)]
        )
