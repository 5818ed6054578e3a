"""Lists of painted rows: a model of plain row values, a list that leaves letters and the space bar to its window.

A row is a frozen value. Two rows that are equal are drawn the same, so that an update repaints only what changed; with
200 rows that is the difference between milliseconds and a stutter.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol, TypeVar, cast

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from judge_app.ui.theme import Theme, theme_of


class Row(Protocol):
    """What a list can hold. ``key`` stays while the row's other values change."""

    @property
    def key(self) -> str: ...

    def spoken(self) -> str:
        """The row in words, for a screen reader."""
        ...


R = TypeVar("R", bound=Row)
Index = QModelIndex | QPersistentModelIndex


class RowModel(QAbstractListModel):
    """Rows by their place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Other rows. The same keys in the same order: only what changed is told; else the whole list is."""
        new = tuple(rows)
        old = self._rows
        if new == old:
            return
        if [row.key for row in new] != [row.key for row in old]:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return
        self._rows = new
        changed = [at for at, (one, other) in enumerate(zip(new, old, strict=True)) if one != other]
        for first, last in _runs(changed):
            self.dataChanged.emit(self.index(first), self.index(last))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return row.spoken()
        return None

    def at(self, key: str) -> int:
        """The place of a key, or −1."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), -1)


def _runs(places: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


class RowDelegate(QStyledItemDelegate):
    """Paints rows; subclasses say how tall a row is and what is on it."""

    @abstractmethod
    def height(self, theme: Theme, row: Row, width: int) -> int:
        """How tall a row is, in pixels, at a width."""

    @abstractmethod
    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        """Paints in ``rect``, which is as wide as ``height`` was told."""

    def paint_ground(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        """Paints what lies under the row, over the whole width of the list."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = cast(RowList, self.parent())
        row = index.data(Qt.ItemDataRole.UserRole)
        width = view.row_width
        return QSize(width, self.height(theme_of(view), row, width) if row is not None else 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(Qt.ItemDataRole.UserRole)
        if row is None:
            return
        view = cast(RowList, self.parent())
        theme = theme_of(view)
        painter.save()
        rect = option.rect
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("plain_soft"))
        self.paint_ground(painter, theme, rect, row)
        self.paint_row(painter, theme, QRect(rect.x(), rect.y(), view.row_width, rect.height()), row)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        if state & QStyle.StateFlag.State_HasFocus and view.hasFocus():
            painter.setPen(theme.colour("brand"))
            for inset in range(theme.px(2)):
                painter.drawRect(rect.adjusted(inset, inset, -1 - inset, -1 - inset))
        painter.restore()


class RowList(QListView):
    """A list of rows. ``picked`` carries the key of a row that was clicked, or taken with Enter.

    ``fit``: the list is as tall as its rows, where there is room. Letters, digits and the space bar are left to the
    window, whose shortcuts they are.
    """

    picked = Signal(str)

    def __init__(self, delegate: type[RowDelegate], parent: QWidget | None = None, *, fit: bool = False) -> None:
        super().__init__(parent)
        self._fit = fit
        self._seen = ""
        if fit:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._model = RowModel(self)
        self.setModel(self._model)
        self.setItemDelegate(delegate(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.clicked.connect(self._pick)

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._model.rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        chosen = self.chosen
        self._model.set_rows(rows)
        if self._fit:
            self.updateGeometry()
        if chosen and self.chosen != chosen:
            self.choose(chosen)

    @property
    def row_width(self) -> int:
        """What a row may use: the same with and without a scroll bar, so that heights stay true."""
        return max(40, self.width() - 2 * self.frameWidth() - self.verticalScrollBar().sizeHint().width())

    @property
    def chosen(self) -> str:
        """The key of the row that is marked, or ''."""
        row = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return str(row.key) if row is not None else ""

    def choose(self, key: str) -> None:
        """Marks a row without saying that it was picked; a key that is not there marks none."""
        place = self._model.at(key)
        self.setCurrentIndex(self._model.index(place) if place >= 0 else QModelIndex())

    def show_row(self, key: str) -> None:
        """Scrolls so that a row is seen, one above and one below it too, also once the list has another size."""
        self._seen = key
        place = self._model.at(key)
        for near in (place - 1, place + 1, place):
            if 0 <= near < len(self.rows) and place >= 0:
                self.scrollTo(self._model.index(near))

    def sizeHint(self) -> QSize:
        if not self._fit:
            return super().sizeHint()
        return QSize(super().sizeHint().width(), self.content_height)

    def minimumSizeHint(self) -> QSize:
        if not self._fit:
            return super().minimumSizeHint()
        return QSize(48, min(self.content_height, 64))

    @property
    def content_height(self) -> int:
        """What all rows take at the present width."""
        theme, delegate = theme_of(self), cast(RowDelegate, self.itemDelegate())
        return sum(delegate.height(theme, row, self.row_width) for row in self.rows) + 2 * self.frameWidth()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fit and event.size().width() != event.oldSize().width():
            self.updateGeometry()
        if self._seen:
            self.show_row(self._seen)

    def _pick(self, index: QModelIndex) -> None:
        row = index.data(Qt.ItemDataRole.UserRole)
        if row is not None:
            self.picked.emit(row.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self._pick(self.currentIndex())
            return
        if event.text() and event.text().isprintable():
            event.ignore()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.scheduleDelayedItemsLayout()
