"""The Qt application of every window: fonts, look and language, what a person chose, and Qt and asyncio on one loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import platformdirs
import qasync  # type: ignore[import-untyped]  # ships no types
from PySide6.QtCore import QLibraryInfo, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from judge_app.ui.ending import end
from judge_app.ui.language import Language
from judge_app.ui.theme import load_fonts, look, wear
from judge_app.ui.widgets.help import offer_help


def data_folder() -> Path:
    """Where this user's seats, sessions and settings are kept."""
    return Path(platformdirs.user_data_dir("judge-app", appauthor=False))


class Settings:
    """What a person chose: language, look and scale, and the sessions he opened last; a small JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.values: dict[str, Any] = {"language": "zh", "look": "light", "scale": 1.0, "recent": []}
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(path.read_text("utf-8"))
            if isinstance(known, dict):
                self.values.update(known)

    def set(self, name: str, value: Any) -> None:
        """Keep a choice; a disk that takes no write costs the choice alone."""
        self.values[name] = value
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(self.values, ensure_ascii=False), "utf-8")


TITLE_BAR = 40
"""How tall a window's title bar may be, in logical pixels; its frame is not known before it is shown."""
FRAME = 2


class Application:
    """The QApplication with our fonts, look and language."""

    def __init__(self, settings: Settings) -> None:
        existing = QApplication.instance()
        self.qt = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
        self.qt.setApplicationName("judge-app")
        self.qt.setQuitOnLastWindowClosed(False)
        self.settings = settings
        load_fonts()
        values = settings.values
        wear(self.qt, look(str(values["look"]), float(values["scale"])))
        self.language = Language(self.qt, "en" if values["language"] == "en" else "zh")
        self._qt_texts = QTranslator(self.qt)
        if self._qt_texts.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            self.qt.installTranslator(self._qt_texts)

    def open(self, window: QWidget) -> None:
        """Show a window no larger than the screen has room for, its title bar included."""
        room = window.screen().availableGeometry()
        width, height = room.width() - 2 * FRAME, room.height() - TITLE_BAR
        if window.width() > width or window.height() > height:
            window.resize(min(window.width(), width), min(window.height(), height))
            window.move(room.topLeft())
        window.show()

    def serve(self, window: QWidget) -> None:
        """Connect a window's wishes about language and look, and F1 with its help page."""
        offer_help(window)
        if hasattr(window, "language_requested"):
            window.language_requested.connect(self._use_language)
        if hasattr(window, "look_requested"):
            window.look_requested.connect(self._use_look)
        if hasattr(window, "scale_requested"):
            window.scale_requested.connect(self._use_scale)

    def _use_language(self, code: str) -> None:
        self.language.use("en" if code == "en" else "zh")
        self.settings.set("language", self.language.code)

    def _use_look(self, name: str) -> None:
        self.settings.set("look", name)
        self._wear()

    def _use_scale(self, scale: float) -> None:
        self.settings.set("scale", scale)
        self._wear()

    def _wear(self) -> None:
        values = self.settings.values
        wear(self.qt, look(str(values["look"]), float(values["scale"])))

    def run(self, main: Callable[[], Awaitable[int]]) -> int:
        """Qt and asyncio on one loop until ``main`` returns."""
        loop = qasync.QEventLoop(self.qt)
        asyncio.set_event_loop(loop)
        wake = QTimer()  # lets Python see signals while Qt waits
        wake.start(200)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: end())
        with loop:
            return int(loop.run_until_complete(main()))
