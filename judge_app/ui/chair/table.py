"""The sheets of one class of judges for one project: every mark, the totals, what was dropped and why."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from judge_app.core.rules import Component
from judge_app.core.stages import SheetStatus
from judge_app.core.views import Briefing, ChairView, SheetLine
from judge_app.core.working import ProjectResult, Use
from judge_app.ui.glossary import SHEETS, component_name, criterion_name, hundredths, people, points
from judge_app.ui.language import tr
from judge_app.ui.own_rules import rules_of
from judge_app.ui.theme import Theme, Tone, theme_of
from judge_app.ui.theme.type import BODY, BOLD, MEDIUM, REGULAR, SMALL
from judge_app.ui.widgets.label import broken
from judge_app.ui.widgets.paint import paint_pill, paint_text, pill_size

Index = QModelIndex | QPersistentModelIndex


class Cell(msgspec.Struct, frozen=True):
    """A mark: ``struck`` where it was dropped, ``strong`` where it is a total."""

    text: str
    struck: bool = False
    strong: bool = False


class SheetRow(msgspec.Struct, frozen=True):
    """One judge's line: his marks and totals, and words about it."""

    judge: str
    name: str
    cells: tuple[Cell, ...]
    notes: tuple[tuple[str, Tone], ...] = ()
    tip: str = ""

    def spoken(self) -> str:
        return " ".join((self.name, *(cell.text for cell in self.cells), *(words for words, _ in self.notes)))


class Columns(msgspec.Struct, frozen=True):
    """The class's columns: (heading, full heading) of each mark."""

    judges: str
    marks: tuple[tuple[str, str], ...]


def columns(briefing: Briefing, entry_no: str, judge_class: str, title: str) -> Columns:
    """A column for every criterion, then the component's total; a component of one criterion has one column."""
    marks: list[tuple[str, str]] = []
    for component in rules_of(briefing, entry_no).components_of(judge_class):
        whole = component_name(component)
        if len(component.criteria) > 1:
            marks += [(_short(criterion_name(one)), criterion_name(one)) for one in component.criteria]
            marks.append((tr("Sum"), tr("{component}: sum", component=whole)))
        else:
            marks.append((_short(whole), whole))
    return Columns(judges=title, marks=tuple(marks))


def _short(name: str) -> str:
    """A heading of a narrow column; the whole of it is its tool tip."""
    return name


def rows(view: ChairView, briefing: Briefing, entry_no: str, judge_class: str) -> list[SheetRow]:
    """The lines of one class, in the panel's order."""
    components = rules_of(briefing, entry_no).components_of(judge_class)
    result = None
    if view.tabulation is not None and entry_no in view.visible:
        result = next((one for one in view.tabulation.projects if one.entry_no == entry_no), None)
    lines = {line.judge: line for line in view.sheets if line.entry_no == entry_no}
    asked = {judge: reason for no, judge, reason in view.return_requests if no == entry_no}
    made = []
    for card in briefing.judges:
        line = lines.get(card.no)
        if card.judge_class != judge_class or line is None:
            continue
        cells: list[Cell] = []
        notes = _status_notes(line, briefing)
        for at, component in enumerate(components):
            own, why = _cells(line, component, result, named=at > 0)
            cells += own
            notes += why
        if card.no in asked:
            notes.append((tr("Asks for it back"), "warn"))
        tip = "\n".join(part for part in (card.name, line.reason, line.comment, asked.get(card.no, "")) if part)
        made.append(
            SheetRow(judge=card.no, name=f"{card.no} {card.name}", cells=tuple(cells), notes=tuple(notes), tip=tip)
        )
    return made


def _status_notes(line: SheetLine, briefing: Briefing) -> list[tuple[str, Tone]]:
    notes: list[tuple[str, Tone]] = []
    if line.status is not SheetStatus.SUBMITTED:
        words, tone = SHEETS[line.status]
        missing = line.status in (SheetStatus.EMPTY, SheetStatus.RETURNED)
        notes.append((tr("Not in") if line.status is SheetStatus.EMPTY else tr(words), "warn" if missing else tone))
    if line.replaced_by:
        name = next((card.name for card in briefing.judges if card.no == line.replaced_by), line.replaced_by)
        notes.append((tr("{name} judges instead", name=name), "info"))
    if line.paper is not None:
        notes.append((tr("From paper: {names}", names=people(list(line.paper.names))), "info"))
    if line.late:
        notes.append((tr("Late"), "warn"))
    if line.late_kept:
        notes.append((tr("{n} too late to count", n=len(line.late_kept)), "warn"))
    if line.revision > 1:
        notes.append((tr("Version {n}", n=line.revision), "info"))
    return notes


def _cells(
    line: SheetLine, component: Component, result: ProjectResult | None, *, named: bool
) -> tuple[list[Cell], list[tuple[str, Tone]]]:
    given = None if line.points is None else line.points.get(component.key)
    held = result.components.get(component.key) if result is not None else None
    mark = next((one for one in held.marks if one.judge == line.judge), None) if held is not None else None
    dropped = mark.use in (Use.DROPPED_HIGH, Use.DROPPED_LOW) if mark is not None else False
    by_criterion = {one.name: one for one in held.criteria} if held is not None else {}
    hidden = line.hidden
    cells = []
    for criterion in component.criteria:
        value = None if given is None else given.get(criterion.name)
        worked = by_criterion.get(criterion.name)
        struck = worked is not None and line.judge in (*worked.dropped_high, *worked.dropped_low)
        cells.append(Cell("•" if hidden else hundredths(value), struck=struck and value is not None))
    total = sum(given.values()) if given is not None and all(v is not None for v in given.values()) else None
    words: list[tuple[str, Tone]] = []
    if dropped and mark is not None:
        high = mark.use is Use.DROPPED_HIGH
        if named:
            name = component_name(component)
            words.append(
                (
                    tr("{component}: high dropped", component=name)
                    if high
                    else tr("{component}: low dropped", component=name),
                    "plain",
                )
            )
        else:
            words.append((tr("High dropped") if high else tr("Low dropped"), "plain"))
    if len(component.criteria) > 1:
        text = "•" if hidden else points(None if total is None else Decimal(total).scaleb(-2))
        cells.append(Cell(text, struck=dropped, strong=True))
    elif cells:
        cells[-1] = msgspec.structs.replace(cells[-1], struck=cells[-1].struck or dropped, strong=True)
    return cells, words


class SheetModel(QAbstractTableModel):
    """Rows and columns as they are painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heads = Columns("", ())
        self.lines: tuple[SheetRow, ...] = ()

    def set_table(self, heads: Columns, lines: list[SheetRow]) -> bool:
        """Other content; says whether anything changed."""
        if heads == self.heads and tuple(lines) == self.lines:
            return False
        same = heads == self.heads and [one.judge for one in lines] == [one.judge for one in self.lines]
        if same:
            self.lines = tuple(lines)
            self.dataChanged.emit(self.index(0, 0), self.index(len(lines) - 1, self.columnCount() - 1))
            return True
        self.beginResetModel()
        self.heads, self.lines = heads, tuple(lines)
        self.endResetModel()
        return True

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.heads.marks) + 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return line
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.spoken()
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.tip
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        heads = [(self.heads.judges, self.heads.judges), *self.heads.marks, ("", "")]
        if section >= len(heads):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return heads[section][0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return heads[section][1]
        return None


_TIGHTER = ((True, 36, 168), (False, 36, 168), (False, 28, 112))
"""How columns give way, step by step: whether words of headings stay whole, the narrowest mark, the widest name."""
_LINES = 3
"""The most lines of a heading."""


def _hyphened(text: str, metrics: QFontMetrics, room: int) -> list[str]:
    """A heading in lines; an English word that has to be broken has a hyphen where it is."""
    lines = broken(text, metrics, room, _LINES)
    if not text.isascii() or all(line in text.split(" ") or " " in line for line in lines):
        return lines
    narrower = broken(text, metrics, room - metrics.horizontalAdvance("-"), _LINES)
    lines = narrower if metrics.horizontalAdvance(narrower[-1]) <= room else lines
    at, made = 0, []
    for line in lines:
        at = text.index(line, at) + len(line)
        inside = line[-1:].isalpha() and text[at : at + 1].isalpha()
        made.append(f"{line}-" if inside and metrics.horizontalAdvance(f"{line}-") <= room else line)
    return made


def _heading_width(metrics: QFontMetrics, text: str, least: int, most: int, *, words: bool = True) -> int:
    """The narrowest column from ``least`` to ``most`` in which a heading is whole; ``words``: no word of it is broken."""
    longest = max((metrics.horizontalAdvance(word) for word in text.split() if word.isascii()), default=0)
    for width in range(max(least, min(longest, most)) if words else least, most, 2):
        lines = _hyphened(text, metrics, width)
        lost = any(line.isascii() and len(line.rstrip("-")) < 3 for line in lines)  # the end of a broken word
        if not lost and all(metrics.horizontalAdvance(line) < width for line in lines):
            return width
    return most


def _balanced(text: str, metrics: QFontMetrics, room: int) -> list[str]:
    """A heading in as few lines as there is room for; one in Chinese in lines about equally long."""
    lines = _hyphened(text, metrics, room)
    if text.isascii():
        return lines
    for width in range(room - 2, room // 2, -2):
        narrower = broken(text, metrics, width, _LINES)
        if len(narrower) > len(lines) or any(metrics.horizontalAdvance(line) > width for line in narrower):
            break
        lines = narrower
    return lines


class _Header(QHeaderView):
    """Headings in up to three lines."""

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        theme = theme_of(self)
        painter.save()
        painter.fillRect(rect, theme.colour("paper"))
        text = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
        font = theme.font(SMALL, MEDIUM)
        first = section == 0
        room = rect.adjusted(theme.px(16) if first else theme.px(2), 0, -theme.px(2), 0)
        lines = _balanced(text, QFontMetrics(font), room.width())
        spacing = QFontMetrics(font).lineSpacing()
        top = rect.y() + (rect.height() - spacing * len(lines)) // 2
        side = Qt.AlignmentFlag.AlignLeft if first else Qt.AlignmentFlag.AlignHCenter
        for line in lines:
            at = QRect(room.x(), top, room.width(), spacing)
            paint_text(painter, at, line, font, theme.colour("ink_2"), side | Qt.AlignmentFlag.AlignVCenter)
            top += spacing
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        painter.restore()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme_of(self).font(SMALL, MEDIUM))
        height = metrics.lineSpacing() * self._lines() + theme_of(self).px(10)
        return QSize(super().sizeHint().width(), height)

    def _lines(self) -> int:
        """How many lines the headings take at the present widths."""
        theme = theme_of(self)
        metrics = QFontMetrics(theme.font(SMALL, MEDIUM))
        most = 1
        for section in range(self.count()):
            text = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
            room = self.sectionSize(section) - theme.px(18 if section == 0 else 4)
            most = max(most, len(_hyphened(text, metrics, room)))
        return most


class _Cells(QStyledItemDelegate):
    """Names, marks and notes."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(Qt.ItemDataRole.UserRole)
        view = self.parent()
        if not isinstance(row, SheetRow) or not isinstance(view, SheetTable):
            return
        theme = theme_of(view)
        rect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("brand_soft"))
        last = index.column() == len(row.cells) + 1
        if index.column() == 0:
            font = theme.font(BODY)
            at = rect.adjusted(theme.px(16), 0, -theme.px(4), 0)
            paint_text(painter, at, row.name, font, theme.colour("ink"))
        elif last:
            _paint_notes(painter, theme, rect, row)
        else:
            _paint_mark(painter, theme, rect, row.cells[index.column() - 1])
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        painter.restore()


def _paint_mark(painter: QPainter, theme: Theme, rect: QRect, cell: Cell) -> None:
    font = theme.font(BODY, BOLD if cell.strong and not cell.struck else REGULAR)
    font.setStrikeOut(cell.struck)
    colour = theme.colour("ink_3" if cell.struck or cell.text == "—" else "ink")
    align = Qt.AlignmentFlag.AlignCenter
    paint_text(painter, rect, cell.text, font, colour, align)


def _note_lines(theme: Theme, row: SheetRow, width: int) -> list[list[tuple[str, Tone]]]:
    """The words about a line, as many in a row as have room."""
    lines: list[list[tuple[str, Tone]]] = [[]]
    left = 0
    for note in row.notes:
        wide = pill_size(theme, note[0]).width()
        if lines[-1] and left + wide > width:
            lines.append([])
            left = 0
        lines[-1].append(note)
        left += wide + theme.px(4)
    return lines


def _paint_notes(painter: QPainter, theme: Theme, rect: QRect, row: SheetRow) -> None:
    lines = _note_lines(theme, row, rect.width() - theme.px(_NOTE_EDGE))
    tall = rect.height() // len(lines)
    for place, line in enumerate(lines):
        left = rect.x() + theme.px(8)
        for words, tone in line:
            size = pill_size(theme, words)
            top = rect.y() + place * tall + (tall - size.height()) // 2
            paint_pill(painter, theme, QRect(left, top, size.width(), size.height()), words, tone)
            left += size.width() + theme.px(4)


_NOTE_EDGE = 12


class SheetTable(QTableView):
    """A table as tall as its lines. ``picked`` carries the judge of a chosen line."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = SheetModel(self)
        self.setModel(self.lines)
        self.setItemDelegate(_Cells(self))
        self.setHorizontalHeader(_Header(Qt.Orientation.Horizontal, self))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setMinimumSectionSize(24)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setTabKeyNavigation(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda index: self._pick(index.row()))

    def set_table(self, heads: Columns, lines: list[SheetRow]) -> None:
        before = self.chosen
        if self.lines.set_table(heads, lines):
            self.setAccessibleName(heads.judges)
            self._fit()
            place = next((at for at, one in enumerate(lines) if one.judge == before), -1)
            if place >= 0:
                self.selectRow(place)

    @property
    def chosen(self) -> str:
        """The judge whose line is marked, or ''."""
        index = self.currentIndex()
        return self.lines.lines[index.row()].judge if 0 <= index.row() < len(self.lines.lines) else ""

    def choose(self, judge: str) -> None:
        """Marks a judge's line; a judge who is not here marks none."""
        place = next((at for at, one in enumerate(self.lines.lines) if one.judge == judge), -1)
        if place >= 0:
            self.selectRow(place)
        else:
            self.clear_choice()

    def clear_choice(self) -> None:
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())

    def _pick(self, row: int) -> None:
        if 0 <= row < len(self.lines.lines):
            self.picked.emit(self.lines.lines[row].judge)

    def _fit(self) -> None:
        theme = theme_of(self)
        marks = len(self.lines.heads.marks)
        body = QFontMetrics(theme.font(BODY))
        widest = max((body.horizontalAdvance(one.name) for one in self.lines.lines), default=0)
        heads = QFontMetrics(theme.font(SMALL, MEDIUM))
        title = _heading_width(heads, self.lines.heads.judges, theme.px(60), theme.px(120))
        pills = [[pill_size(theme, words).width() for words, _ in one.notes] for one in self.lines.lines]
        edge = theme.px(_NOTE_EDGE)
        notes = max((sum(one) + theme.px(4) * len(one) for one in pills), default=0) + edge
        widest_note = max((wide for one in pills for wide in one), default=0) + edge
        for words, narrowest, most_names in _TIGHTER:
            names = min(max(widest, title) + theme.px(22), theme.px(most_names))
            room = self.viewport().width() - names
            least = self._least(heads, theme.px(narrowest), words=words)
            if sum(least) + widest_note <= room:
                break
        free = room - sum(least) - min(notes, theme.px(280))
        wanted = [max(theme.px(68), heads.horizontalAdvance(text) + theme.px(8)) for text, _ in self.lines.heads.marks]
        most = [min(one, theme.px(120)) if marks > 3 else theme.px(120) for one in wanted]
        wide = [max(one, min(up, one + max(0, free) // marks)) for one, up in zip(least, most, strict=True)]
        last = max(theme.px(40), room - sum(wide), widest_note)
        self.setColumnWidth(0, names)
        for column, width in enumerate(wide, start=1):
            self.setColumnWidth(column, width)
        self.setColumnWidth(marks + 1, last)
        tall = [theme.px(30 + 26 * (len(_note_lines(theme, one, last - edge)) - 1)) for one in self.lines.lines]
        for row, height in enumerate(tall):
            self.setRowHeight(row, height)
        self.updateGeometries()
        bar = self.horizontalScrollBar()
        beyond = names + sum(wide) + last > self.viewport().width()
        extra = bar.sizeHint().height() if beyond else 0
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + sum(tall) + extra + 2)

    def _least(self, heads: QFontMetrics, narrowest: int, *, words: bool) -> list[int]:
        theme = theme_of(self)
        return [
            _heading_width(heads, text, narrowest, theme.px(80), words=words) + theme.px(4)
            for text, _ in self.lines.heads.marks
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick(self.currentIndex().row())
        elif event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)
