"""A table of painted rows: columns that share the width, the least needed of which give way where there is no room."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from judge_app.ui.theme import Theme, Tone, theme_of
from judge_app.ui.theme.type import BODY, BOLD, MEDIUM, REGULAR, SMALL
from judge_app.ui.widgets import Label, RowDelegate, RowList
from judge_app.ui.widgets.paint import paint_pill, paint_text, pill_size
from judge_app.ui.widgets.rows import Row


class Column(msgspec.Struct, frozen=True):
    """``share`` of the room that is left, ``least`` width in logical pixels, ``give`` > 0: may be left out, the highest
    first. ``right``: figures, set to the right. ``whole``: never cut, as words of ours are."""

    title: str
    share: float = 1.0
    least: int = 48
    give: int = 0
    right: bool = False
    whole: bool = False


class Cell(msgspec.Struct, frozen=True):
    """What stands in a column: a text with a smaller one below it, or (``pill``) a word of state."""

    text: str = ""
    below: str = ""
    tone: Tone = "plain"
    pill: bool = False
    strong: bool = False


DASH = Cell("—")


class TableRow(msgspec.Struct, frozen=True):
    """A row. ``tip`` is told beside its cells by a tool tip; ``mark`` colours its left edge."""

    key: str
    cells: tuple[Cell, ...]
    tip: str = ""
    mark: Tone = "plain"

    def spoken(self) -> str:
        said = [part for cell in self.cells for part in (cell.text, cell.below) if part and part != "—"]
        return "\n".join(part for part in (" · ".join(said), self.tip) if part)


_GAP = 12
_EDGE = 16


class _Delegate(RowDelegate):
    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, TableRow)
        lines = 2 if any(cell.below for cell in row.cells) else 1
        body = QFontMetrics(theme.font(BODY)).lineSpacing()
        small = QFontMetrics(theme.font(SMALL)).lineSpacing()
        return body + (small if lines > 1 else 0) + theme.px(14)

    def paint_ground(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, TableRow)
        if row.mark != "plain":
            painter.fillRect(rect.x(), rect.y(), theme.px(4), rect.height(), theme.text(row.mark))

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        view = self.parent()
        assert isinstance(row, TableRow)
        assert isinstance(view, TableList)
        for at, left, width in view.places(rect.width()):
            if at < len(row.cells):
                _paint_cell(
                    painter,
                    theme,
                    QRect(rect.x() + left, rect.y(), width, rect.height()),
                    row.cells[at],
                    right=view.columns[at].right,
                )


def _paint_cell(painter: QPainter, theme: Theme, rect: QRect, cell: Cell, *, right: bool) -> None:
    if not cell.text:
        return
    if cell.pill:
        size = pill_size(theme, cell.text)
        width = min(size.width(), rect.width())
        top = rect.y() + (rect.height() - size.height()) // 2
        paint_pill(painter, theme, QRect(rect.x(), top, width, size.height()), cell.text, cell.tone)
        return
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    align = side | Qt.AlignmentFlag.AlignVCenter
    font = theme.font(BODY, BOLD if cell.strong else REGULAR)
    ink = theme.colour("ink" if cell.text != "—" else "ink_3") if cell.tone == "plain" else theme.text(cell.tone)
    if not cell.below:
        paint_text(painter, rect, cell.text, font, ink, align)
        return
    body, small = QFontMetrics(font).lineSpacing(), QFontMetrics(theme.font(SMALL)).lineSpacing()
    top = rect.y() + (rect.height() - body - small) // 2
    paint_text(painter, QRect(rect.x(), top, rect.width(), body), cell.text, font, ink, align)
    below = QRect(rect.x(), top + body, rect.width(), small)
    paint_text(painter, below, cell.below, theme.font(SMALL), theme.colour("ink_2"), align)


class TableList(RowList):
    """The rows of a table."""

    def __init__(self, parent: QWidget | None = None, *, fit: bool = False) -> None:
        super().__init__(_Delegate, parent, fit=fit)
        self.columns: tuple[Column, ...] = ()
        self._pills: tuple[frozenset[str], ...] = ()
        self._whole: tuple[frozenset[tuple[str, str]], ...] = ()

    def set_columns(self, columns: Sequence[Column]) -> None:
        if tuple(columns) != self.columns:
            self.columns = tuple(columns)
            self.scheduleDelayedItemsLayout()

    def set_rows(self, rows: Sequence[Row]) -> None:
        held: list[set[str]] = [set() for _ in self.columns]
        whole: list[set[tuple[str, str]]] = [set() for _ in self.columns]
        for row in rows:
            assert isinstance(row, TableRow)
            for at, cell in enumerate(row.cells[: len(held)]):
                if cell.pill and cell.text:
                    held[at].add(cell.text)
                elif self.columns[at].whole:
                    whole[at].add((cell.text, cell.below))
        self._pills = tuple(frozenset(one) for one in held)
        self._whole = tuple(frozenset(one) for one in whole)
        super().set_rows(rows)

    def places(self, width: int) -> list[tuple[int, int, int]]:
        """(column, left, width) of every column that has room."""
        theme = theme_of(self)
        gap, room = theme.px(_GAP), width - 2 * theme.px(_EDGE)
        least = [self._least(theme, at) for at in range(len(self.columns))]
        shown = list(range(len(self.columns)))
        while shown and sum(least[at] for at in shown) + gap * (len(shown) - 1) > room:
            last = max(shown, key=lambda at: (self.columns[at].give, at))
            if self.columns[last].give == 0:
                break
            shown.remove(last)
        free = max(0, room - sum(least[at] for at in shown) - gap * (len(shown) - 1))
        shares = sum(self.columns[at].share for at in shown) or 1.0
        found, left = [], theme.px(_EDGE)
        for at in shown:
            wide = least[at] + int(free * self.columns[at].share / shares)
            found.append((at, left, wide))
            left += wide + gap
        return found

    def _least(self, theme: Theme, at: int) -> int:
        column = self.columns[at]
        pills = self._pills[at] if at < len(self._pills) else frozenset[str]()
        words = QFontMetrics(theme.font(SMALL, MEDIUM)).horizontalAdvance(column.title) + 4
        kept = self._whole[at] if at < len(self._whole) else frozenset[tuple[str, str]]()
        body, small = QFontMetrics(theme.font(BODY, BOLD)), QFontMetrics(theme.font(SMALL))
        widths = [pill_size(theme, text).width() for text in pills]
        widths += [max(body.horizontalAdvance(text), small.horizontalAdvance(below)) + 2 for text, below in kept]
        return max([theme.px(column.least), words, *widths])


class _Head(QWidget):
    """The titles over the columns."""

    def __init__(self, rows: TableList) -> None:
        super().__init__()
        self._rows = rows
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        return QSize(100, QFontMetrics(theme.font(SMALL, MEDIUM)).lineSpacing() + theme.px(12))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        font = theme.font(SMALL, MEDIUM)
        for at, left, width in self._rows.places(self._rows.row_width):
            column = self._rows.columns[at]
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            rect = QRect(left, 0, width, self.height())
            paint_text(painter, rect, column.title, font, theme.colour("ink_2"), side | Qt.AlignmentFlag.AlignVCenter)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()


class Table(QWidget):
    """Titles and rows; ``empty`` is said where there are none. ``picked`` carries the key of a chosen row."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, fit: bool = False) -> None:
        super().__init__(parent)
        self.list = TableList(fit=fit)
        self._head = _Head(self.list)
        self._empty = Label("", "second", wrap=True)
        self._empty_row = QWidget()
        inside = QVBoxLayout(self._empty_row)  # margins of the label's own are lost when the style changes
        inside.setContentsMargins(_EDGE, 12, _EDGE, 12)
        inside.addWidget(self._empty)
        self._empty_row.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._empty_row)
        column.addWidget(self.list, 0 if fit else 1)
        if fit:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.list.picked.connect(self.picked)

    def set_table(self, name: str, columns: Sequence[Column], rows: Sequence[TableRow], empty: str = "") -> None:
        """Other content; ``name`` is what a screen reader calls it."""
        self.list.setAccessibleName(name)
        self.list.set_columns(columns)
        self.list.set_rows(rows)
        self._empty.setText(empty)
        self._empty_row.setVisible(not rows and bool(empty))
        self._head.setVisible(bool(rows))
        self.list.setVisible(bool(rows))
        self._head.update()

    @property
    def rows(self) -> tuple[TableRow, ...]:
        return tuple(row for row in self.list.rows if isinstance(row, TableRow))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._head.update()
