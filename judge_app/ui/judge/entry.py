"""The field for one mark: typed, stepped by − and +, by arrow keys and by the wheel while it has the focus.

What is typed is kept as it stands and checked with every key: a mark over the full marks or between the steps is shown
in red with the reason, and counts as missing until it is put right. Nothing is corrected in silence.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from judge_app.ui.judge.lines import Line, Wrong, plain, read, stepped, written
from judge_app.ui.language import tr
from judge_app.ui.theme import Theme, restyle, theme_of
from judge_app.ui.theme.type import BOLD, TITLE

_PAGE = 5
"""Steps of the page keys."""


class _Field(QLineEdit):
    """The text itself; keys that move the mark are handed to the entry."""

    moved = Signal(int)
    onward = Signal(int)
    """Enter (1) or Shift+Enter (−1): on to another line."""
    focused = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: _PAGE,
            Qt.Key.Key_PageDown: -_PAGE,
            Qt.Key.Key_Plus: 1,
            Qt.Key.Key_Minus: -1,
        }.get(Qt.Key(event.key()))
        if steps is not None and not self.isReadOnly():
            self.moved.emit(steps)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.onward.emit(-1 if back else 1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() or self.isReadOnly():
            event.ignore()
            return
        notches = event.angleDelta().y()
        if notches:
            self.moved.emit(1 if notches > 0 else -1)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason and not self.isReadOnly():
            self.selectAll()
        self.focused.emit(True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.hasSelectedText() and not self.isReadOnly():
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)


class PointsEntry(QWidget):
    """``changed`` says that the mark or its fault is another; ``onward`` that Enter was pressed (1 on, −1 back)."""

    changed = Signal()
    onward = Signal(int)
    focused = Signal(bool)

    def __init__(self, line: Line, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._wrong: Wrong | None = None
        self._value: int | None = None
        self._dressed: Theme | None = None
        self.less = QToolButton()
        self.more = QToolButton()
        self.field = _Field()
        for button, sign in ((self.less, "−"), (self.more, "＋")):
            button.setText(sign)
            button.setProperty("kind", "step")
            button.setAutoRepeat(True)
            button.setAutoRepeatDelay(400)
            button.setAutoRepeatInterval(120)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.field.setProperty("kind", "points")
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setMaxLength(8)
        self.field.setFrame(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._row.addWidget(self.less)
        self._row.addWidget(self.field, 1)
        self._row.addWidget(self.more)
        self.setFocusProxy(self.field)

        self.less.clicked.connect(lambda: self._step(-1))
        self.more.clicked.connect(lambda: self._step(1))
        self.field.moved.connect(self._step)
        self.field.onward.connect(self.onward)
        self.field.focused.connect(self._focused)
        self.field.textEdited.connect(self._typed)
        self._dress()
        self.retranslate()

    @property
    def value(self) -> int | None:
        """The mark in hundredths; None while blank or wrong."""
        return self._value

    @property
    def wrong(self) -> str:
        """What is wrong with what stands there; empty where nothing is."""
        return "" if self._wrong is None else self._wrong.words

    def set_value(self, value: int | None) -> None:
        """Show a mark; nothing is told."""
        self._value, self._wrong = value, None
        text = "" if value is None else written(value, self._line)
        if self.field.text() != text:
            self.field.setText(text)
        self._show_state()

    def choose(self, value: int | None) -> None:
        """Take a mark as if it had been typed."""
        before = (self._value, self._wrong)
        self.set_value(value)
        if (self._value, self._wrong) != before:
            self.changed.emit()

    def set_writable(self, writable: bool) -> None:
        self.field.setReadOnly(not writable)
        if not writable:
            self.field.deselect()
        self.field.setFocusPolicy(Qt.FocusPolicy.StrongFocus if writable else Qt.FocusPolicy.ClickFocus)
        self.less.setEnabled(writable)
        self.more.setEnabled(writable)
        self.update()

    def retranslate(self) -> None:
        name = self._line.criterion.name
        self.field.setAccessibleName(
            tr(
                "{name}, 0 to {full} in steps of {step}",
                name=name,
                full=plain(self._line.full),
                step=plain(self._line.step),
            )
        )
        self.less.setAccessibleName(tr("One step less"))
        self.more.setAccessibleName(tr("One step more"))
        if self._wrong is not None:
            self._typed(self.field.text())

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        return QSize(theme.px(148), theme.px(48))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _typed(self, text: str) -> None:
        found = read(text, self._line)
        self._wrong = found if isinstance(found, Wrong) else None
        self._value = None if isinstance(found, Wrong) else found
        self._show_state()
        self.changed.emit()

    def _step(self, steps: int) -> None:
        self.choose(stepped(self._value, steps, self._line))
        self.field.selectAll()

    def _focused(self, has: bool) -> None:
        if not has and self._wrong is None and self._value is not None:
            self.set_value(self._value)  # 8 becomes 8.0
        self.update()
        self.focused.emit(has)

    def _show_state(self) -> None:
        restyle(self.field, "tone", "stop" if self._wrong is not None else "plain")
        self.field.setAccessibleDescription(self.wrong)
        self.update()

    def _dress(self) -> None:
        theme = theme_of(self)
        if theme == self._dressed:
            return
        self._dressed = theme
        figure = theme.px(TITLE)
        self._row.setContentsMargins(theme.px(2), theme.px(2), theme.px(2), theme.px(2))
        p = theme.palette
        self.setStyleSheet(
            f"QLineEdit {{ border: none; background: transparent; min-height: 0; padding: 0; color: {p.ink};"
            f" font-size: {figure}px; font-weight: {BOLD}; selection-background-color: {p.plain_soft};"
            f" selection-color: {p.ink}; }}"
            f'QLineEdit[tone="stop"] {{ color: {p.stop}; border: none; }}'
            f"QLineEdit:read-only {{ background: transparent; }}"
            f"QToolButton {{ border: none; background: transparent; font-size: {figure}px; font-weight: 400;"
            f" color: {p.ink_2}; padding: 0; min-height: 0; min-width: {theme.px(40)}px; max-width: {theme.px(40)}px;"
            f" border-radius: {theme.px(6)}px; }}"
            f"QToolButton:hover {{ background: {p.brand_soft}; color: {p.brand}; }}"
            f"QToolButton:disabled {{ color: transparent; }}"
        )
        height = theme.px(44)
        self.less.setFixedHeight(height)
        self.more.setFixedHeight(height)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.field.isReadOnly():
            if self._value is None:
                painter.setPen(theme.colour("ink_3"))
                painter.drawText(QRect(self.rect()), int(Qt.AlignmentFlag.AlignCenter), "—")
            return
        if self._wrong is not None:
            pen = QPen(theme.colour("stop"), theme.px(2))
        elif self.field.hasFocus():
            pen = QPen(theme.colour("brand"), theme.px(2))
        else:
            pen = QPen(theme.colour("edge"), 1)
        painter.setPen(pen)
        painter.setBrush(theme.colour("paper"))
        painter.drawRoundedRect(frame, theme.px(8), theme.px(8))
        if not self.field.text() and not self.field.hasFocus():
            painter.setPen(theme.colour("ink_3"))
            painter.setFont(theme.font(TITLE))
            painter.drawText(QRect(self.rect()), int(Qt.AlignmentFlag.AlignCenter), "—")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._dress()
        elif event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._dress()
