"""A person at a screen: finds the windows of a process, brings one to the front, presses keys and clicks, and looks.

Everything goes through the X server (xdotool, import), as from a keyboard and a mouse; nothing reaches into a process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QImage

from judge_app.ui.theme import LIGHT

T = TypeVar("T")

PATIENCE_S = 60.0
BRAND = tuple(bytes.fromhex(colour)[::-1] for colour in (LIGHT.brand[1:], LIGHT.brand_hover[1:]))
"""The one filled button of a window, plain and hovered, in the light look: blue, green, red."""


def missing() -> str:
    """The program that this needs and that is not there; empty where all are."""
    return next((name for name in ("xdotool", "import") if shutil.which(name) is None), "")


class TooLate(AssertionError):
    """What was waited for has not come."""


def until(what: str, found: Callable[[], T | bool | None], patience_s: float = PATIENCE_S) -> T:
    """What ``found`` gives once it gives something; raises TooLate."""
    end = time.monotonic() + patience_s
    while True:
        value = found()
        if value:
            return value  # type: ignore[return-value]  # a bool only where T is bool
        if time.monotonic() > end:
            raise TooLate(what)
        time.sleep(0.1)


class Hands:
    """One pair of hands at one display."""

    def __init__(self, display: str) -> None:
        self._environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}

    def _run(self, *command: str) -> bytes:
        return subprocess.run(command, env=self._environment, capture_output=True, check=False, timeout=30).stdout

    def windows(self, pid: int) -> list[tuple[str, str]]:
        """The visible windows of a process, as (id, title)."""
        ids = self._run("xdotool", "search", "--onlyvisible", "--pid", str(pid)).split()
        return [(one.decode(), self._run("xdotool", "getwindowname", one.decode()).decode().strip()) for one in ids]

    def window(self, pid: int, title: str) -> str:
        """The window of a process with that title, as soon as it is there."""
        return until(
            f"a window {title!r} of process {pid}, of {self.windows(pid)}",
            lambda: next((one for one, said in self.windows(pid) if said == title), None),
        )

    def take(self, window: str) -> None:
        """Bring a window to the front, with the keys."""
        until("the window in front", lambda: self._in_front(window))

    def settle(self, window: str) -> None:
        """Wait until a window that has just opened has taken the keys; where it takes none, not for long."""
        with contextlib.suppress(TooLate):
            until("the new window in front", lambda: self.in_front == window, 3.0)

    @property
    def in_front(self) -> str:
        """The window that has the keys; '' where none has."""
        return self._run("xdotool", "getactivewindow").strip().decode()

    def _in_front(self, window: str) -> bool:
        if self.in_front == window:
            time.sleep(0.05)  # until the program has heard of it, too
            return True
        self._run("xdotool", "windowactivate", window)
        time.sleep(0.05)
        return False

    def press(self, window: str, *keys: str) -> None:
        """Keys one after another: ``space``, ``Return``, ``ctrl+Return``, ``5``."""
        self.take(window)
        for key in keys:
            self._run("xdotool", "key", "--clearmodifiers", key)
            time.sleep(0.03)

    def write(self, window: str, text: str) -> None:
        """Plain ASCII text."""
        self.take(window)
        self._run("xdotool", "type", "--clearmodifiers", "--delay", "8", text)

    def click(self, window: str, x: int, y: int) -> None:
        """A click at a place of a window."""
        self.take(window)
        self._run("xdotool", "mousemove", "--window", window, str(x), str(y), "click", "1")

    def look(self, window: str) -> QImage:
        """What the window shows."""
        self.take(window)
        seen = QImage.fromData(self._run("import", "-window", window, "png:-"))
        return seen.convertToFormat(QImage.Format.Format_RGB32)

    def next_button(self, window: str) -> tuple[int, int] | None:
        """The middle of the window's filled button; None where there is none that can be pressed."""
        seen = self.look(window)
        filled = {y: across for y in range(0, seen.height(), 4) if len(across := _filled(seen, y)) > 150}
        for last in sorted(filled, reverse=True):
            top = last
            while top - 4 in filled:
                top -= 4
            if last - top >= 24:  # lower ones are borders
                return (filled[last][0] + filled[last][-1]) // 2, (top + last) // 2
        return None

    def click_next(self, window: str) -> None:
        """Click on the filled button, once it can be pressed."""
        self.click(window, *until("a button to press", lambda: self.next_button(window)))

    def keep(self, path: Path) -> None:
        """The whole display as a picture, for who looks why something failed."""
        self._run("import", "-window", "root", str(path))

    def close_window(self, window: str) -> None:
        """As by the window's own cross (or Alt F4)."""
        self._run("xdotool", "key", "--clearmodifiers", "alt+F4")

    def clipboard(self) -> str:
        """What was copied last."""
        code = (
            "import sys; from PySide6.QtGui import QGuiApplication; app = QGuiApplication([]);"
            "sys.stdout.buffer.write(app.clipboard().text().encode())"
        )
        return self._run(sys.executable, "-c", code).decode()


def _filled(seen: QImage, y: int) -> list[int]:
    """Where in a line the filled button's colour stands."""
    line = bytes(seen.constScanLine(y))
    return [at // 4 for at in range(0, 4 * seen.width(), 4) if line[at : at + 3] in BRAND]
