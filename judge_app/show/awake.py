"""Keeps this computer and its screens awake while a session runs, and lets them rest again afterwards.

Several ways are tried, since no system has all of them. Each but one ends by itself when this process dies; X11's own
settings do not, so that what they were is kept in a file until it is put back. Windows and macOS: written with care, not
tried there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from PySide6.QtDBus import QDBusConnection, QDBusInterface, QDBusMessage

_log = logging.getLogger(__name__)
WHO: Final = "Judge App"
WHY: Final = "路演评审进行中 / a session is running"
_TRY_S: Final = 5.0
_SETTLE_S: Final = 0.4
"""An inhibitor that is refused says so and ends at once."""


class Way(Protocol):
    """One way to stay awake."""

    name: str

    def hold(self) -> bool:
        """Begin; False where it does not work here."""

    def release(self) -> None:
        """End what was begun."""


class Awake:
    """Holds by every way that works. ``hold`` and ``release`` belong to one thread."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self._ways = ways
        self._held: list[Way] = []

    @property
    def held(self) -> tuple[str, ...]:
        """The ways that hold now; empty: this computer may fall asleep."""
        return tuple(way.name for way in self._held)

    def hold(self) -> None:
        """Stay awake from now on."""
        if self._held:
            return
        self._held = [way for way in self._ways if way.hold()]
        _log.info("kept awake by: %s", ", ".join(self.held) or "nothing")

    def release(self) -> None:
        """Rest as before."""
        held, self._held = self._held, []
        for way in held:
            way.release()


def ways_here(folder: Path, *, screen: bool) -> list[Way]:
    """The ways that this system may have; ``folder`` keeps X11's settings until they are put back. ``screen``: those
    settings are changed too, by one process of a computer alone, since nobody counts who still needs them."""
    if sys.platform == "win32":
        return [WindowsPower()]
    if sys.platform == "darwin":
        return [Helper("caffeinate", ["caffeinate", "-d", "-i", "-m", "-s", "-w", str(os.getpid())])]
    ways: list[Way] = [
        ScreenSaverBus(),
        Helper(
            "systemd-inhibit",
            ["systemd-inhibit", "--what=idle:sleep:handle-lid-switch", f"--who={WHO}", f"--why={WHY}", "cat"],
        ),
    ]
    return [*ways, XScreen(folder / "xscreen.json")] if screen else ways


class ScreenSaverBus:
    """The desktop's screen saver, asked over D-Bus. The bus itself lets go when our connection ends."""

    name = "org.freedesktop.ScreenSaver"
    _CONNECTION = "judge-app-awake"

    def hold(self) -> bool:
        if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
            return False
        bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, self._CONNECTION)
        if bus.isConnected():
            saver = QDBusInterface(self.name, "/org/freedesktop/ScreenSaver", self.name, bus)
            saver.setTimeout(round(_TRY_S * 1000))
            answer = saver.call("Inhibit", WHO, WHY)
            if answer.type() is QDBusMessage.MessageType.ReplyMessage:
                return True
        self.release()
        return False

    def release(self) -> None:
        QDBusConnection.disconnectFromBus(self._CONNECTION)


class Helper:
    """A program that keeps the computer awake for as long as it runs; it ends with us, since its input does."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None

    def hold(self) -> bool:
        if shutil.which(self._command[0]) is None:
            return False
        quiet = subprocess.DEVNULL
        try:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        except OSError:
            return False
        try:
            process.wait(timeout=_SETTLE_S)
        except subprocess.TimeoutExpired:
            self._process = process
            return True
        self._end(process)
        return False

    def release(self) -> None:
        if self._process is not None:
            self._end(self._process)
            self._process = None

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(timeout=_SETTLE_S)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()


class XScreen:
    """The X server's own screen saver and power saving. ``kept`` says what they were: a stage that was killed and started
    again puts back what was there before the first."""

    name = "xset"

    def __init__(self, kept: Path, display: str | None = None) -> None:
        self._kept = kept
        self._display = display

    def hold(self) -> bool:
        if not (self._display or os.environ.get("DISPLAY")) or shutil.which("xset") is None:
            return False
        said = self._xset("q")
        saver = re.search(r"timeout:\s+(\d+)\s+cycle:\s+(\d+)", said)
        if saver is None:
            return False
        if not self._kept.exists():
            was = {"saver": [int(saver[1]), int(saver[2])], "dpms": "DPMS is Enabled" in said}
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            self._kept.write_text(json.dumps(was), "utf-8")
        self._xset("s", "off")
        if "DPMS is Enabled" in said:
            self._xset("-dpms")
        return True

    def release(self) -> None:
        try:
            was = json.loads(self._kept.read_text("utf-8"))
            timeout, cycle = was["saver"]
        except (OSError, ValueError, KeyError):
            return
        self._xset("s", str(int(timeout)), str(int(cycle)))
        if was.get("dpms"):
            self._xset("+dpms")
        self._kept.unlink(missing_ok=True)

    def _xset(self, *arguments: str) -> str:
        display = [] if self._display is None else ["-display", self._display]
        try:
            done = subprocess.run(
                ["xset", *display, *arguments], capture_output=True, text=True, timeout=_TRY_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout


class WindowsPower:
    """SetThreadExecutionState, for the thread that holds. ``call`` is the system's."""

    name = "SetThreadExecutionState"
    CONTINUOUS, SYSTEM, DISPLAY = 0x80000000, 0x1, 0x2

    def __init__(self, call: Callable[[int], int] | None = None) -> None:
        self._call = call or _execution_state

    def hold(self) -> bool:
        return self._call(self.CONTINUOUS | self.SYSTEM | self.DISPLAY) != 0

    def release(self) -> None:
        self._call(self.CONTINUOUS)


def _execution_state(flags: int) -> int:
    import ctypes

    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]  # Windows only
    kernel.SetThreadExecutionState.argtypes = [ctypes.c_uint]
    kernel.SetThreadExecutionState.restype = ctypes.c_uint
    return int(kernel.SetThreadExecutionState(flags))
