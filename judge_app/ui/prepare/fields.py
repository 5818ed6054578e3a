"""Fields of the rule editor: each is bound to a path of the rule set, says what it is, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSize, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from judge_app.core.rule_draft import Path
from judge_app.ui.theme import restyle, theme_of
from judge_app.ui.widgets import Label

_WHOLE = re.compile(r"-?\d{1,9}")
_BAND = re.compile(r"(.*?\D)\s*(\d+(?:\.\d+)?)\s*[-–—~～至]\s*(\d+(?:\.\d+)?)")
_MINUTES = re.compile(r"(\d{1,3})[:：](\d{1,2})")


class Field(QWidget):
    """``edited`` carries the path and the value as the rule set's data has it."""

    edited = Signal(object, object)

    def __init__(self, path: Path, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._label = label
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self._head = Label(label, "second", parent=self)
        self._head.setVisible(bool(label))
        self._wrong = Label("", "second", tone="stop", wrap=True, parent=self)
        self._wrong.hide()
        self.column.addWidget(self._head)

    def _finish(self, inner: QWidget) -> None:
        self.column.addWidget(inner)
        self.column.addWidget(self._wrong)
        inner.setAccessibleName(self._label)
        self.setFocusProxy(inner)

    def show_value(self, value: Any) -> None:
        raise NotImplementedError

    def set_problem(self, words: str) -> None:
        """What is wrong with the value; '' for nothing."""
        self._wrong.setText(words)
        self._wrong.setVisible(bool(words))
        proxy = self.focusProxy()
        if isinstance(proxy, QLineEdit):
            restyle(proxy, "tone", "stop" if words else "plain")
            proxy.setAccessibleDescription(words)

    @property
    def problem(self) -> str:
        return self._wrong.text()

    def set_doubt(self, words: str) -> None:
        """Says behind the label that the value waits for confirmation; '' for a value that does not. A field under
        another's label leaves it to that one."""
        if not self._label:
            return
        self._head.setText(f"{self._label} · {words}" if words else self._label)
        self._head.set_tone("warn" if words else "plain")


class _Line(QLineEdit):
    """A line as wide as what it asks for."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._wide = width
        self.setSizePolicy(
            QSizePolicy.Policy.Fixed if width else QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
        )

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(theme_of(self).px(self._wide), hint.height()) if self._wide else hint

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(theme_of(self).px(self._wide or 80), hint.height())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setCursorPosition(0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()


class TextField(Field):
    """A text, a number or a length of time. ``kind``: text; optional (empty is None); number (kept as it is typed, a
    decimal); whole; optional whole; minutes (8:00, kept in seconds); seconds and points (lists with 、);
    bands (优17–20、良14–16)."""

    def __init__(self, path: Path, label: str, *, kind: str = "text", width: int = 0, hint: str = "") -> None:
        super().__init__(path, label)
        self._kind = kind
        self.line = _Line(width)
        self.line.setPlaceholderText(hint)
        self.line.setMaxLength(400)
        self.line.textEdited.connect(lambda text: self.edited.emit(self.path, self._value(text.strip())))
        self._finish(self.line)

    def type(self, text: str) -> None:
        """What a person types in place of what is there."""
        self.line.setText(text)
        self.line.textEdited.emit(text)

    def show_value(self, value: Any) -> None:
        if self._value(self.line.text().strip()) == value and self.line.text():
            return
        text = self._text(value)
        if text != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(0)

    def _value(self, text: str) -> Any:
        match self._kind:
            case "optional" | "optional number":
                return text or None
            case "whole":
                return int(text) if _WHOLE.fullmatch(text) else text
            case "optional whole":
                return (int(text) if _WHOLE.fullmatch(text) else text) if text else None
            case "minutes":
                match = _MINUTES.fullmatch(text)
                if match:
                    return int(match[1]) * 60 + int(match[2])
                return int(text) * 60 if _WHOLE.fullmatch(text) else text
            case "bands":
                return _bands(text)
            case "points":
                return [part for part in re.split(r"[、,，\s]+", text) if part]
            case "seconds":
                parts = [part for part in re.split(r"[、,，\s]+", text) if part]
                return [int(part) if _WHOLE.fullmatch(part) else part for part in parts]
        return text

    def _text(self, value: Any) -> str:
        if value is None:
            return ""
        if self._kind == "minutes" and isinstance(value, int):
            return f"{value // 60}:{value % 60:02d}"
        if self._kind == "bands" and isinstance(value, list):
            return "、".join(f"{band['name']}{band['low']}–{band['high']}" for band in value)
        if isinstance(value, list):
            return "、".join(str(item) for item in value)
        return str(value)


def _bands(text: str) -> Any:
    """Grade bands as they are written, 优17–20、良14–16; the text itself where it is none."""
    found = []
    for part in re.split(r"[、,，;；]+", text):
        if not part.strip():
            continue
        match = _BAND.fullmatch(part.strip())
        if match is None:
            return text
        found.append({"name": match[1].strip(), "low": match[2], "high": match[3]})
    return found


class Box(QComboBox):
    """A choice that the wheel passes by: a page that is scrolled must not change a rule."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("ink_2" if self.isEnabled() else "ink_3"), theme.px(2)))
        x, y, half = self.width() - theme.px(16), self.height() // 2 - theme.px(2), theme.px(4)
        painter.drawPolyline([QPoint(x - half, y), QPoint(x, y + half), QPoint(x + half, y)])

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ChoiceField(Field):
    """One of several values, each with its words."""

    def __init__(self, path: Path, label: str, choices: Sequence[tuple[Any, str]]) -> None:
        super().__init__(path, label)
        self.box = Box()
        self._values = [value for value, _ in choices]
        for _, words in choices:
            self.box.addItem(words)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.box.activated.connect(lambda at: self.edited.emit(self.path, self._values[at]))
        self._finish(self.box)

    def choose(self, value: Any) -> None:
        """What a person chooses."""
        at = self._values.index(value)
        self.box.setCurrentIndex(at)
        self.box.activated.emit(at)

    def show_value(self, value: Any) -> None:
        if value not in self._values:
            self._values.append(value)
            self.box.addItem(str(value))
        self.box.setCurrentIndex(self._values.index(value))


class CheckField(Field):
    """Yes or no; ``yes`` and ``no`` are what the data then has (a whole part of the rules, perhaps, and None)."""

    def __init__(self, path: Path, label: str, *, yes: Any = True, no: Any = False) -> None:
        super().__init__(path, label)
        self._head.hide()
        self._yes, self._no = yes, no
        self.box = QCheckBox(label)
        self.box.clicked.connect(lambda on: self.edited.emit(self.path, self._yes if on else self._no))
        self._finish(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setChecked(value is not None and value != self._no)

    def set_doubt(self, words: str) -> None:
        self.box.setText(f"{self._label} · {words}" if words else self._label)
