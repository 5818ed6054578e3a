"""Fields of the rule editor: each is bound to a path of the rule set, says what it is, and what is wrong with it."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSize, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from judge_app.core.rule_draft import Path
from judge_app.ui.glossary import people
from judge_app.ui.language import tr
from judge_app.ui.theme import restyle, theme_of
from judge_app.ui.widgets import Label

_WHOLE = re.compile(r"-?\d{1,9}")
_BAND = re.compile(r"(.*?\D)\s*(\d+(?:\.\d+)?)\s*[-–—~～至]\s*(\d+(?:\.\d+)?)")
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([KMG]i?B?|B|字节)?", re.IGNORECASE)
_UNITS = {"B": 1, "字": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_NOTHING = ("无", "none")
"""How a sign that is no sign is typed."""
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

    @abstractmethod
    def show_value(self, value: Any) -> None:
        """Shows the value that the rules have now."""

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
    decimal); whole; optional whole; minutes (8:00, kept in seconds); seconds, points and names (lists with 、; names may
    have blanks); optional seconds (empty is None); bands (优17–20、良14–16); size (5 MB, kept in bytes, empty is None);
    signs (with blanks between, 无 for none). ``words``: what the items of a list are called that the data has by a key."""

    def __init__(
        self,
        path: Path,
        label: str,
        *,
        kind: str = "text",
        width: int = 0,
        hint: str = "",
        words: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(path, label)
        self._kind = kind
        self._words = dict(words or {})
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
            case "names":
                keys = {words: key for key, words in self._words.items()}
                parts = [part.strip() for part in re.split(r"[、,，;；]+", text)]
                return [keys.get(part, part) for part in parts if part]
            case "signs":
                return ["" if part in _NOTHING else part for part in text.split()]
            case "size":
                return _size(text)
            case "optional seconds" if not text:
                return None
            case "seconds" | "optional seconds":
                parts = [part for part in re.split(r"[、,，\s]+", text) if part]
                return [int(part) if _WHOLE.fullmatch(part) else part for part in parts]
        return text

    def _text(self, value: Any) -> str:
        if value is None:
            return ""
        if self._kind == "minutes" and isinstance(value, int):
            return f"{value // 60}:{value % 60:02d}"
        if self._kind == "bands" and isinstance(value, list):
            return people([f"{band['name']}{band['low']}–{band['high']}" for band in value])
        if self._kind == "size" and isinstance(value, int):
            return _size_text(value)
        if self._kind == "signs" and isinstance(value, list):
            return " ".join(str(item) or tr("none") for item in value)
        if isinstance(value, list):
            return people([self._words.get(str(item), str(item)) for item in value])
        return str(value)


def _size(text: str) -> Any:
    """A size as it is written, 5 MB or 500 KB, in bytes; without a unit MB; the text itself where it is none."""
    if not text:
        return None
    match = _SIZE.fullmatch(text)
    if match is None:
        return text
    size = Decimal(match[1]) * _UNITS[(match[2] or "M")[0].upper()]
    return int(size) if size == int(size) else text


def _size_text(size: int) -> str:
    for unit in ("G", "M", "K"):
        if size and size % _UNITS[unit] == 0:
            return f"{size // _UNITS[unit]} {unit}B"
    return f"{size} B"


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
    """One of several values, each with its words. ``fills``: as wide as its row has room, not as its longest words."""

    def __init__(self, path: Path, label: str, choices: Sequence[tuple[Any, str]], *, fills: bool = False) -> None:
        super().__init__(path, label)
        self.box = Box()
        self._values = [value for value, _ in choices]
        for _, words in choices:
            self.box.addItem(words)
        policies = QComboBox.SizeAdjustPolicy
        self.box.setSizeAdjustPolicy(
            policies.AdjustToMinimumContentsLengthWithIcon if fills else policies.AdjustToContents
        )
        self.box.setMinimumContentsLength(12 if fills else 0)
        self.box.activated.connect(lambda at: self.edited.emit(self.path, self._values[at]))
        self._finish(self.box)

    def set_choices(self, choices: Sequence[tuple[Any, str]]) -> None:
        """Other choices or other words for them; what is chosen stays."""
        if [value for value, _ in choices] == self._values and [words for _, words in choices] == self._offered():
            return
        held = self._values[self.box.currentIndex()] if self.box.count() else None
        self._values = [value for value, _ in choices]
        self.box.clear()
        self.box.addItems([words for _, words in choices])
        self.show_value(held)

    def _offered(self) -> list[str]:
        return [self.box.itemText(at) for at in range(self.box.count())]

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
    """Yes or no; ``yes`` and ``no`` are what the data then has (a whole part of the rules, perhaps, and None). A ``yes``
    that can be called gives it when it is needed."""

    def __init__(self, path: Path, label: str, *, yes: Any = True, no: Any = False) -> None:
        super().__init__(path, label)
        self._head.hide()
        self._yes, self._no = yes, no
        self.box = QCheckBox(label)
        self.box.clicked.connect(lambda on: self.edited.emit(self.path, self._value(on)))
        self._finish(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setChecked(value is not None and value != self._no)

    def _value(self, on: bool) -> Any:
        if not on:
            return self._no
        return self._yes() if callable(self._yes) else self._yes

    def set_doubt(self, words: str) -> None:
        self.box.setText(f"{self._label} · {words}" if words else self._label)
