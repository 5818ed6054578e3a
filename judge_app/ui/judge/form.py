"""The sheet itself: a row for each criterion, each component under its own heading, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from judge_app.core.commands import Points
from judge_app.core.rules import Component
from judge_app.ui.glossary import component_name, criterion_name, points
from judge_app.ui.judge.entry import PointsEntry
from judge_app.ui.judge.lines import Line, lines_of, plain, points_of, values_of
from judge_app.ui.judge.slider import PointsSlider
from judge_app.ui.language import either, mark, tr
from judge_app.ui.theme import theme_of
from judge_app.ui.widgets import Label

_NARROW = 640
"""Below this width (of the grid) slider and field stand under the words."""


APART = mark("Counted apart: full marks {full}, in steps of {step}")


class CriterionRow(QWidget):
    """One criterion: its name, what to look at, the slider and the field. ``changed`` and ``onward`` as of the field."""

    changed = Signal()
    onward = Signal(int)
    focused = Signal()

    def __init__(self, line: Line, *, apart: bool = False, parent: QWidget | None = None) -> None:
        """``apart``: the row is a whole component that is counted apart, and says so."""
        super().__init__(parent)
        self.line = line
        self._apart = apart
        self._writable = True
        self._name = Label("", "strong", wrap=True)
        self._look = Label("", "second", wrap=True)
        self.slider = PointsSlider(line)
        self.entry = PointsEntry(line)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._look)
        words.addStretch(1)
        tools = QHBoxLayout()
        tools.setSpacing(20)
        tools.addWidget(self.slider, 1, Qt.AlignmentFlag.AlignVCenter)
        tools.addWidget(self.entry, 0, Qt.AlignmentFlag.AlignVCenter)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(24, 8, 24, 8)
        self._box.setSpacing(16)
        self._box.addLayout(words, 46)
        self._box.addLayout(tools, 54)

        self.entry.changed.connect(self._entered)
        self.entry.onward.connect(self.onward)
        self.entry.focused.connect(self._focused)
        self.slider.chosen.connect(self._slid)
        self.retranslate()

    @property
    def value(self) -> int | None:
        return self.entry.value

    def set_value(self, value: int | None) -> None:
        self.entry.set_value(value)
        self.slider.set_value(value)
        self._show_words()

    def set_writable(self, writable: bool) -> None:
        self._writable = writable
        self.entry.set_writable(writable)
        self.slider.set_writable(writable)

    def retranslate(self) -> None:
        self._name.setText(criterion_name(self.line.criterion))
        self.entry.retranslate()
        self._show_words()

    def _entered(self) -> None:
        self.slider.set_value(self.entry.value)
        self._show_words()
        self.changed.emit()

    def _slid(self, value: int) -> None:
        self.entry.setFocus(Qt.FocusReason.MouseFocusReason)
        self.entry.choose(value)

    def _focused(self, has: bool) -> None:
        self.update()
        if has:
            self.focused.emit()

    def _show_words(self) -> None:
        """What to look at; a fault in its place, so that nothing jumps."""
        wrong = self.entry.wrong
        look = either(self.line.criterion.look_for, self.line.criterion.look_for_en)
        full = tr("Full marks {full}", full=plain(self.line.full))
        if self._apart:
            component = self.line.component
            apart = tr(APART, full=points(component.max), step=points(component.step))
            look = f"{look} · {apart}" if look else apart
        self._look.set_tone("stop" if wrong else "plain")
        self._look.setText(wrong or look or full)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A tap anywhere on the row goes to its field."""
        if self._writable:
            self.entry.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme_of(self).px(_NARROW)
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._box.direction() is not way:
            self._box.setDirection(way)
            self._box.setSpacing(4 if narrow else 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        if self.entry.field.hasFocus() and self._writable:
            painter.fillRect(self.rect(), theme.colour("brand_soft"))
            painter.fillRect(0, 0, theme.px(4), self.height(), theme.colour("brand"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))


class Gap(QWidget):
    """A strip of the ground between components."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(8)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("ground"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))


class ComponentHeading(QFrame):
    """The heading of a component that is counted apart."""

    def __init__(self, component: Component, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._component = component
        self._name = Label("", "strong")
        self._what = Label("", "second")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 8, 24, 8)
        row.setSpacing(12)
        row.addWidget(self._name)
        row.addWidget(self._what)
        row.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        component = self._component
        self._name.setText(component_name(component))
        self._what.setText(tr(APART, full=points(component.max), step=points(component.step)))


class SheetForm(QScrollArea):
    """The rows of one judge's sheet. ``changed``: marks or faults are others; ``finished``: Enter on the last line."""

    changed = Signal()
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows: tuple[CriterionRow, ...] = ()
        self._headings: list[ComponentHeading] = []
        self._components: tuple[Component, ...] = ()

    def set_components(self, components: Sequence[Component]) -> None:
        """The components of the sheet; the same ones again change nothing."""
        wanted = tuple(components)
        if wanted == self._components and self.rows:
            return
        self._components = wanted
        inside = QWidget()
        inside.setProperty("kind", "flow")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        rows: list[CriterionRow] = []
        self._headings = []
        for place, component in enumerate(wanted):
            lines = lines_of((component,))
            alone = place > 0 and len(lines) == 1 and lines[0].criterion.name == component.name
            if place:
                column.addWidget(Gap())
            if place and not alone:
                heading = ComponentHeading(component)
                self._headings.append(heading)
                column.addWidget(heading)
            for line in lines:
                row = CriterionRow(line, apart=alone)
                row.changed.connect(self.changed)
                at = len(rows)
                row.onward.connect(lambda way, at=at: self._onward(at, way))
                row.focused.connect(lambda row=row: self.ensureWidgetVisible(row, 0, 8))
                column.addWidget(row)
                rows.append(row)
        column.addStretch(1)
        self.rows = tuple(rows)
        self.setWidget(inside)

    @property
    def lines(self) -> int:
        return len(self.rows)

    @property
    def filled(self) -> int:
        """How many lines hold a mark."""
        return sum(row.value is not None for row in self.rows)

    @property
    def faults(self) -> tuple[CriterionRow, ...]:
        """The rows whose text is no mark of theirs."""
        return tuple(row for row in self.rows if row.entry.wrong)

    @property
    def complete(self) -> bool:
        return bool(self.rows) and self.filled == self.lines

    def points(self) -> Points:
        """The marks that there are, by component and criterion, in hundredths."""
        return points_of({row.line.key: row.value for row in self.rows if row.value is not None})

    def set_points(self, points: Points | None) -> None:
        """Show marks; nothing is told."""
        values = values_of(points)
        for row in self.rows:
            row.set_value(values.get(row.line.key))

    def set_writable(self, writable: bool) -> None:
        for row in self.rows:
            row.set_writable(writable)

    def focus_first_open(self) -> bool:
        """Go to the first faulty or blank line; whether there was one."""
        for row in (*self.faults, *(row for row in self.rows if row.value is None)):
            row.entry.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def retranslate(self) -> None:
        for heading in self._headings:
            heading.retranslate()
        for row in self.rows:
            row.retranslate()

    def _onward(self, at: int, way: int) -> None:
        following = at + way
        if following >= len(self.rows):
            self.finished.emit()
        elif following >= 0:
            self.rows[following].entry.setFocus(Qt.FocusReason.TabFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
