"""Rows of the Prepare window: a title, a line below it, a word of state; lists of them that can be dragged and dropped on.

What is dragged are the keys of the chosen rows; a list says what it drags and what it takes by a word (``projects``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from judge_app.ui.theme import Theme, Tone
from judge_app.ui.theme.type import BODY, MEDIUM, SMALL
from judge_app.ui.widgets import RowList
from judge_app.ui.widgets.paint import paint_pill, pill_size, wrapped_lines
from judge_app.ui.widgets.rows import Row, RowDelegate

MIME = "application/x-judge-app-rows"


class LineRow(msgspec.Struct, frozen=True):
    """``key`` is its own; ``mark``: it belongs to what is shown beside the list."""

    key: str
    title: str
    text: str
    state: str = ""
    tone: Tone = "plain"
    mark: bool = False

    def spoken(self) -> str:
        return f"{self.title} {self.text} {self.state}"


class LineDelegate(RowDelegate):
    """What it is above, what it says below, how it stands at the right."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, LineRow)
        room = self._room(theme, row, width)
        title, text = theme.font(BODY, MEDIUM), theme.font(SMALL)
        tall = wrapped_lines(row.title, title, room) * QFontMetrics(title).lineSpacing()
        if row.text:
            tall += wrapped_lines(row.text, text, room) * QFontMetrics(text).lineSpacing()
        return max(tall, theme.px(24)) + theme.px(16)

    @staticmethod
    def _room(theme: Theme, row: LineRow, width: int) -> int:
        return width - theme.px(24) - (pill_size(theme, row.state).width() + theme.px(8) if row.state else 0)

    def paint_ground(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, LineRow)
        if row.mark:
            painter.fillRect(rect.x(), rect.y(), theme.px(4), rect.height(), theme.colour("brand"))

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, LineRow)
        room, left, top = self._room(theme, row, rect.width()), rect.x() + theme.px(12), rect.y() + theme.px(8)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        title, text = theme.font(BODY, MEDIUM), theme.font(SMALL)
        tall = wrapped_lines(row.title, title, room) * QFontMetrics(title).lineSpacing()
        painter.setFont(title)
        painter.setPen(theme.colour("ink"))
        painter.drawText(QRect(left, top, room, tall), flags, row.title)
        if row.text:
            painter.setFont(text)
            painter.setPen(theme.colour("ink_2"))
            painter.drawText(QRect(left, top + tall, room, rect.bottom() - top - tall), flags, row.text)
        if not row.state:
            return
        size = pill_size(theme, row.state)
        at = QRect(rect.right() - size.width() - theme.px(8), top, size.width(), size.height())
        paint_pill(painter, theme, at, row.state, row.tone)


class LineList(RowList):
    """A list of LineRows. ``drags``: what its rows are when they are dragged; ``takes``: what may be dropped on a row.

    ``dropped`` carries the row's key, what was dropped, and its keys; ``toggled`` the chosen keys on the space bar;
    ``shifted`` a key and −1 or 1 on Alt+Up and Alt+Down.
    """

    dropped = Signal(str, str, object)
    toggled = Signal(object)
    shifted = Signal(str, int)

    def __init__(
        self, parent: QWidget | None = None, *, drags: str = "", takes: Sequence[str] = (), several: bool = False
    ) -> None:
        super().__init__(LineDelegate, parent)
        self._drags = drags
        self._takes = tuple(takes)
        self._pressed: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # its keys are for the rows that were clicked
        if several:
            self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        if takes:
            self.setAcceptDrops(True)
            self.viewport().setAcceptDrops(True)

    @property
    def chosen_keys(self) -> list[str]:
        """The keys of all marked rows, in their order."""
        places = sorted(index.row() for index in self.selectedIndexes())
        return [self.rows[place].key for place in places]

    def choose_several(self, keys: Sequence[str]) -> None:
        """Marks rows."""
        self.clearSelection()
        model = self.model()
        for place, row in enumerate(self.rows):
            if row.key in keys:
                self.selectionModel().select(model.index(place, 0), self.selectionModel().SelectionFlag.Select)

    def mime(self, keys: Sequence[str]) -> QMimeData:
        """What is carried when rows are dragged."""
        data = QMimeData()
        data.setData(MIME, json.dumps([self._drags, list(keys)]).encode())
        return data

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self.indexAt(at)
        self._pressed = at if self._drags and event.button() == Qt.MouseButton.LeftButton and index.isValid() else None
        if self._pressed is not None and self.selectionModel().isSelected(index) and not event.modifiers():
            return  # several marked rows stay so while they are dragged
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        moved = (event.position().toPoint() - self._pressed).manhattanLength()
        if moved >= QApplication.startDragDistance() and self.chosen_keys:
            self._pressed = None
            drag = QDrag(self)
            drag.setMimeData(self.mime(self.chosen_keys))
            drag.exec(Qt.DropAction.MoveAction)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            index = self.indexAt(self._pressed)
            self._pressed = None
            if index.isValid() and not event.modifiers():
                self.setCurrentIndex(index)
        super().mouseReleaseEvent(event)

    def _carried(self, data: QMimeData) -> tuple[str, list[str]]:
        if not data.hasFormat(MIME):
            return "", []
        what, keys = json.loads(bytes(data.data(MIME).data()))
        return (what, keys) if what in self._takes else ("", [])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._carried(event.mimeData())[0]:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self._carried(event.mimeData())[0] and index.isValid():
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        what, keys = self._carried(event.mimeData())
        index = self.indexAt(event.position().toPoint())
        if what and index.isValid():
            event.acceptProposedAction()
            self.dropped.emit(self.rows[index.row()].key, what, keys)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            if self.chosen:
                self.shifted.emit(self.chosen, -1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() == Qt.Key.Key_Space and self.chosen_keys:
            self.toggled.emit(self.chosen_keys)
        else:
            super().keyPressEvent(event)
