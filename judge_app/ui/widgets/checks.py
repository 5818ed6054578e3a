"""A list of checks, each with ✓ or ✗, how it stands, and where it does not, what to do."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from judge_app.ui.language import either, mark, tr
from judge_app.ui.theme import Tone
from judge_app.ui.widgets.label import Label

NAMES = {
    "address": mark("Address"),
    "port": mark("Port"),
    "certificate": mark("Certificate"),
    "room": mark("Room"),
    "seat": mark("Seat"),
}


class Check(msgspec.Struct, frozen=True):
    """One check by its key in ``NAMES``: done well, failed, or (None) not come to. The texts say how it stands."""

    name: str
    ok: bool | None = None
    zh: str = ""
    en: str = ""


class CheckList(QFrame):
    """Shows every check of ``NAMES`` in their order; those not come to are named alone."""

    def __init__(self, names: Sequence[str] = tuple(NAMES), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "well")
        self._names = tuple(names)
        self._checks: tuple[Check, ...] = ()
        self._rows: dict[str, tuple[Label, Label, Label]] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        for at, name in enumerate(self._names):
            row = (Label("", "strong"), Label("", "strong"), Label("", "second", wrap=True))
            for column, label in enumerate(row):
                grid.addWidget(label, at, column)
            self._rows[name] = row
        self._show()
        self.hide()

    @property
    def checks(self) -> tuple[Check, ...]:
        return self._checks

    def set_checks(self, checks: Sequence[Check]) -> None:
        """What has been found so far; nothing hides the list."""
        self._checks = tuple(checks)
        self._show()
        self.setVisible(bool(self._checks))

    def _show(self) -> None:
        found = {check.name: check for check in self._checks}
        failed = any(check.ok is False for check in self._checks)
        for name, (sign, title, text) in self._rows.items():
            check = found.get(name, Check(name))
            words: dict[bool | None, tuple[str, Tone]] = {True: ("✓", "ok"), False: ("✗", "stop"), None: ("–", "plain")}
            sign.setText(words[check.ok][0])
            sign.set_tone(words[check.ok][1])
            title.setText(tr(NAMES[name]))
            text.setText(either(check.zh, check.en) or (tr("Not checked") if failed and check.ok is None else ""))
        self.setAccessibleName(
            " ".join(f"{sign.text()} {title.text()} {text.text()}" for sign, title, text in self._rows.values())
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._show()
