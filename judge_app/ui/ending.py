"""Whether the program is being ended from outside (its starter, a signal, the user logging off): nothing is asked then."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

_ENDING = "ending"


def end() -> None:
    """Close every window, none of which may object."""
    app = QGuiApplication.instance()
    if app is not None:
        app.setProperty(_ENDING, True)
    QApplication.closeAllWindows()


def ending() -> bool:
    app = QGuiApplication.instance()
    return isinstance(app, QGuiApplication) and (bool(app.property(_ENDING)) or app.isSavingSession())
