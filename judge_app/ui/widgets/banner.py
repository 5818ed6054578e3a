"""The line under the top bar that says how the seat stands with its room; gone while all is well."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from judge_app.seat.state import Connection, Link
from judge_app.ui.language import either, mark, tr
from judge_app.ui.theme import Tone, restyle
from judge_app.ui.widgets.label import Label

_WORDS: dict[Link, tuple[str, str, Tone]] = {
    Link.CONNECTING: (mark("Connecting to the room…"), mark("Nothing is needed from you."), "info"),
    Link.WAITING_ADMISSION: (
        mark("Waiting for the host to let this computer in"),
        mark("Say your name to the host; the window goes on by itself."),
        "info",
    ),
    Link.SILENT: (
        mark("The room has not answered for a moment"),
        mark("What you see may be a little old; the clock goes on."),
        "warn",
    ),
    Link.OFFLINE: (
        mark("No connection to the room"),
        mark("The clock goes on. It connects again by itself; what you do is sent then."),
        "stop",
    ),
    Link.REFUSED: (mark("The room does not take this computer"), mark("Ask the host for a new join link."), "stop"),
}


class ConnectionBanner(QFrame):
    """Shows a Connection in words; ``safe`` is what a window adds about what is kept (a draft on this computer)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "trouble")
        self._connection: Connection | None = None
        self._safe = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(12)
        self._title = Label("", "strong")
        self._text = Label("", "second", wrap=True)
        row.addWidget(self._title)
        row.addWidget(self._text, 1)
        self.hide()

    def set_connection(self, connection: Connection | None) -> None:
        self._connection = connection
        self._show()

    def set_safe(self, words: str) -> None:
        """What is safe meanwhile, in the window's words."""
        self._safe = words
        self._show()

    def _show(self) -> None:
        connection = self._connection
        if connection is None or connection.link is Link.ONLINE:
            self.hide()
            return
        title, text, tone = _WORDS[connection.link]
        restyle(self, "tone", tone)
        self._title.set_tone(tone)
        self._title.setText(tr(title))
        said = either(connection.zh, connection.en) or tr(text)
        whole = tr("{why}. {safe}", why=said.rstrip("。."), safe=self._safe) if self._safe else said
        self._text.setText(whole)
        self.setAccessibleName(f"{self._title.text()} {self._text.text()}")
        self.show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._show()
