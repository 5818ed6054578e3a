"""For the tests of the desk windows: the application in our look and language, sampled windows, and what they asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from judge_app.ui.language import Code, Language
from judge_app.ui.theme import load_fonts, look, wear


@contextmanager
def dressed(app: QApplication, code: Code = "zh") -> Iterator[Language]:
    """The application in our type, light look and a language; English again afterwards."""
    load_fonts()
    wear(app, look("light"))
    language = Language(app, code)
    yield language
    language.use("en")
    language.setParent(None)


class Heard(list[Any]):
    """What a window's command signal carried."""

    def __init__(self, signal: Any) -> None:
        super().__init__()
        signal.connect(self.append)


def button(parent: QWidget, text: str) -> QPushButton:
    """The visible button with these words."""
    found = [one for one in parent.findChildren(QPushButton) if one.text() == text and one.isVisibleTo(parent)]
    assert len(found) == 1, [one.text() for one in parent.findChildren(QPushButton) if one.isVisibleTo(parent)]
    return found[0]


Make = Callable[..., Any]
