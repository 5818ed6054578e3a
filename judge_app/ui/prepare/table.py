"""A sheet of the workbook as a table to type in: what is wrong stands in its cell, and columns that lack can be filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QHeaderView, QTableView, QWidget

from judge_app.core.errors import Problem
from judge_app.exchange.draft import SHEETS, Draft, heading_of, last_row, shown
from judge_app.exchange.tables import Located, RawCell, label_of
from judge_app.ui.language import either
from judge_app.ui.theme import theme_of

Index = QModelIndex | QPersistentModelIndex
SPARE_ROWS = 12
"""Empty rows below the last one, to type or paste into."""
HEADING_NAMES = 2
"""How many names of columns make a pasted line a heading."""


class SheetModel(QAbstractTableModel):
    """One sheet. ``edited`` carries row → column name → text for what was typed; the model changes when told anew."""

    edited = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self._draft: Draft | None = None
        self._title = ""
        self._first = 0
        self._rows = 0
        self._names: list[str] = []
        self._columns: dict[str, int] = {}
        self._problems: dict[tuple[int, int], list[Problem]] = {}

    def set_sheet(self, draft: Draft, title: str, findings: Sequence[Located]) -> None:
        """Shows a sheet; the same columns and rows as before: only what they say is told anew."""
        first, columns = heading_of(draft, title)
        names = [*columns, *(name for name in _known(title) if name not in columns)]
        rows = max(last_row(draft, title) - first, 0) + SPARE_ROWS
        problems: dict[tuple[int, int], list[Problem]] = {}
        for one in findings:
            if one.title == title and one.row:
                problems.setdefault((one.row, one.column), []).append(one.problem)
        same = (title, first, names, rows) == (self._title, self._first, self._names, self._rows)
        if not same:
            self.beginResetModel()
        self._draft, self._title, self._first, self._rows = draft, title, first, rows
        self._names, self._columns, self._problems = names, columns, problems
        if not same:
            self.endResetModel()
        elif self._rows and self._names:
            self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, len(self._names) - 1))

    @property
    def names(self) -> list[str]:
        return self._names

    def row_of(self, place: int) -> int:
        """The sheet's row at a place of the table."""
        return self._first + 1 + place

    def find(self, row: int, column: int) -> QModelIndex:
        """The table's cell for a row and a column of the sheet; without a column the first of the row."""
        names = {number: name for name, number in self._columns.items()}
        at = self._names.index(names[column]) if column in names else 0
        return self.index(row - self._first - 1, at)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._rows

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._names)

    def text(self, index: Index) -> str:
        assert self._draft is not None
        column = self._columns.get(self._names[index.column()], 0)
        return shown(self._draft.sheets.get(self._title, {}).get(self.row_of(index.row()), {}).get(column))

    def problems(self, index: Index) -> list[Problem]:
        column = self._columns.get(self._names[index.column()], 0)
        return self._problems.get((self.row_of(index.row()), column), []) if column else []

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self._draft is None or not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self.text(index)
        found = self.problems(index)
        if role == Qt.ItemDataRole.ToolTipRole:
            said = [either(one.zh, one.en) for one in found]
            return "\n".join(said or [self.text(index)])
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return " ".join(either(one.zh, one.en) for one in found)
        if found and role == Qt.ItemDataRole.BackgroundRole:
            return theme_of(self._view).soft("stop")
        if found and role == Qt.ItemDataRole.ForegroundRole:
            return theme_of(self._view).text("stop")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation == Qt.Orientation.Horizontal:
                return self._names[section] if section < len(self._names) else None
            return str(self.row_of(section))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or str(value) == self.text(index):
            return False
        self.type_into({(index.row(), index.column()): str(value)})
        return True

    def type_into(self, given: Mapping[tuple[int, int], str]) -> None:
        """What was typed or pasted, by places of the table; columns past the last are left out."""
        rows: dict[int, dict[str, str]] = {}
        for (row, column), text in given.items():
            if 0 <= column < len(self._names):
                rows.setdefault(self.row_of(row), {})[self._names[column]] = text
        if rows:
            self.edited.emit(rows)

    def paste(self, at: Index, lines: Sequence[Sequence[str]]) -> None:
        """Cells from a spreadsheet: from ``at`` on, as they stand; copied together with their heading, each goes into
        the column that the heading names, whatever their order, and one that lacks here is added."""
        heading = [label_of(RawCell(text, "s")) or text.strip() for text in lines[0]]
        if len(lines) > 1 and sum(name in self._names for name in heading) >= HEADING_NAMES:
            below = enumerate(lines[1:], self.row_of(at.row()))
            rows: dict[int, dict[str, str]] = {}
            for row, line in below:
                held = rows.setdefault(row, {})
                for name, text in zip(heading, line, strict=False):
                    if name:
                        held.setdefault(name, text)  # of two columns of one name the first is read
            self.edited.emit(rows)
            return
        self.type_into(
            {
                (at.row() + down, at.column() + across): text
                for down, line in enumerate(lines)
                for across, text in enumerate(line)
            }
        )


def _known(title: str) -> tuple[str, ...]:
    columns = SHEETS.get(title)
    return columns.all if columns is not None else ()


class SheetTable(QTableView):
    """The table: Enter or typing edits, Delete empties, Ctrl+C and Ctrl+V copy and paste as spreadsheets do."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = SheetModel(self)
        self.setModel(self.sheet)
        self.sheet.edited.connect(self.edited)
        self.setWordWrap(False)
        self.setCornerWidget(QWidget())
        self.setShowGrid(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self.verticalHeader().setHighlightSections(False)

    def set_sheet(self, draft: Draft, title: str, findings: Sequence[Located]) -> None:
        before = list(self.sheet.names)
        self.sheet.set_sheet(draft, title, findings)
        theme = theme_of(self)
        self.verticalHeader().setDefaultSectionSize(theme.px(40))
        self.verticalHeader().setMinimumWidth(theme.px(36))
        if self.sheet.names != before:
            self._fit_columns()

    def _fit_columns(self) -> None:
        theme = theme_of(self)
        for column in range(self.sheet.columnCount()):
            wanted = max(self.sizeHintForColumn(column), self.horizontalHeader().sectionSizeHint(column))
            self.setColumnWidth(column, min(max(wanted + theme.px(16), theme.px(88)), theme.px(260)))

    def _widen_columns(self) -> None:
        """Columns as wide as what was pasted into them; none gets narrower."""
        theme = theme_of(self)
        for column in range(self.sheet.columnCount() - 1):
            wanted = min(self.sizeHintForColumn(column) + theme.px(16), theme.px(260))
            if wanted > self.columnWidth(column):
                self.setColumnWidth(column, wanted)

    def go_to(self, row: int, column: int) -> None:
        """Shows a cell of the sheet and makes it the current one."""
        index = self.sheet.find(row, column)
        if index.isValid():
            self.scrollTo(index)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def finish_typing(self) -> None:
        """Takes what is being typed in a cell as if Enter had been pressed."""
        editor = self.indexWidget(self.currentIndex())
        if self.state() is QAbstractItemView.State.EditingState and editor is not None:
            self.commitData(editor)
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def copy(self) -> None:
        """The selected cells on the clipboard, a line a row, tabs between."""
        chosen = {(index.row(), index.column()) for index in self.selectedIndexes()}
        if not chosen:
            return
        rows, columns = sorted({row for row, _ in chosen}), sorted({column for _, column in chosen})
        lines = ["\t".join(self.sheet.text(self.sheet.index(row, column)) for column in columns) for row in rows]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paste(self) -> None:
        """The clipboard's cells from the current one on; rows under their own heading go by its names."""
        at = self.currentIndex()
        text = QGuiApplication.clipboard().text().replace("\r\n", "\n").removesuffix("\n")
        if not at.isValid() or not text:
            return
        self.sheet.paste(at, [line.split("\t") for line in text.split("\n")])
        self._widen_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            filled = [index for index in self.selectedIndexes() if self.sheet.text(index)]
            self.sheet.type_into({(index.row(), index.column()): "" for index in filled})
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)
