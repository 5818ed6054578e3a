"""Keynote and PowerPoint on macOS, by AppleScript, in a worker process.

Not tried on a Mac: written against a fake ``osascript`` (tests/show/test_keynote.py), and the host's desk says so until
its self-test has passed there.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psutil

from judge_app.show.driver import Box, DriverKind, Position, ShowError

_OSASCRIPT_S: Final = 8
_NOT_ALLOWED: Final = "-1743"

Run = Callable[[str], str]
"""Carries out a script and gives what it returned; raises ShowError with what it complained of."""


def osascript(script: str) -> str:
    """The system's own interpreter."""
    try:
        done = subprocess.run(
            ["/usr/bin/osascript", "-e", script], capture_output=True, text=True, timeout=_OSASCRIPT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ShowError("AppleScript 没有响应", "AppleScript did not answer") from error
    if done.returncode:
        complaint = done.stderr.strip()
        if _NOT_ALLOWED in complaint:
            raise ShowError(
                "系统不允许控制放映程序：系统设置 → 隐私与安全性 → 自动化",
                "not allowed to control the program: System Settings → Privacy & Security → Automation",
            )
        raise ShowError(f"AppleScript 报错：{complaint}", f"AppleScript failed: {complaint}")
    return done.stdout.strip()


def quoted(text: str) -> str:
    """A text as AppleScript writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Words:
    """One program's way of saying what a driver asks."""

    def __init__(self, application: str, process: str, phrases: dict[str, str]) -> None:
        self.application = application
        self.process = process
        self.phrases = phrases


_KEYNOTE: Final = _Words(
    "Keynote",
    "Keynote",
    {
        "open": "open POSIX file {path}\nreturn count of slides of front document",
        "start": "start front document from slide {slide} of front document",
        "running": "return playing",
        "position": 'return (slide number of current slide of front document as text) & "/" & '
        "(count of slides of front document as text)",
        "go": "show slide {slide} of front document",
        "count": "return count of slides of front document",
        "end": "if playing then\nstop front document\nreturn 1\nend if\nreturn 0",
        "close": "close front document saving no",
    },
)
_POWERPOINT: Final = _Words(
    "Microsoft PowerPoint",
    "Microsoft PowerPoint",
    {
        "open": "open POSIX file {path}\nreturn count of slides of active presentation",
        "start": "set show type of slide show settings of active presentation to slide show type speaker\n"
        "run slide show slide show settings of active presentation\n"
        "go to slide slide show view of slide show window 1 number {slide}",
        "running": "return (count of slide show windows) > 0",
        "position": "return (current show position of slide show view of slide show window 1 as text) & "
        '"/" & (count of slides of active presentation as text)',
        "go": "go to slide slide show view of slide show window 1 number {slide}",
        "count": "return count of slides of active presentation",
        "end": "set n to count of slide show windows\nrepeat with i from n to 1 by -1\n"
        "exit slide show slide show view of slide show window i\nend repeat\nreturn n",
        "blank": "set slide state of slide show view of slide show window 1 to slide show state black screen",
        "close": "close active presentation saving no",
    },
)


class AppleScriptDriver:
    """The driver. Keynote cannot be turned black by a script."""

    def __init__(self, kind: DriverKind, run: Run = osascript) -> None:
        self.kind = kind
        self._run = run
        self._words = _KEYNOTE if kind is DriverKind.KEYNOTE else _POWERPOINT
        self._open = False

    def open(self, deck: Path) -> int:
        if not deck.is_file():
            raise ShowError(f"文件不在：{deck.name}", f"the file is missing: {deck.name}")
        self.close()
        slides = int(self._say("open", path=quoted(str(deck.resolve()))))
        self._open = True
        return slides

    def start(self, screen: Box, slide: int = 1) -> None:
        """macOS decides on the screen by itself: the one that is not the menu bar's."""
        if not self._open:
            raise ShowError("没有打开的演示文稿", "no presentation is open")
        self._say("start", slide=max(1, slide))

    def go(self, slide: int) -> None:
        if not self.is_running():
            raise ShowError("没有在放映", "no show is running")
        self._say("go", slide=max(1, min(int(self._say("count")), slide)))

    def position(self) -> Position | None:
        if not self.is_running():
            return None
        slide, slides = self._say("position").split("/")
        return Position(slide=int(slide), slides=int(slides))

    def end(self) -> int:
        return int(self._say("end")) if self._alive() else 0

    def is_running(self) -> bool:
        return self._alive() and self._say("running") == "true"

    def blank(self) -> None:
        if "blank" not in self._words.phrases:
            raise ShowError("Keynote 不能由脚本黑屏", "Keynote cannot be turned black by a script")
        self._say("blank")

    def close(self) -> None:
        if self._open:
            self._open = False
            self.end()
            self._say("close")

    def pids(self) -> tuple[int, ...]:
        named = (process for process in psutil.process_iter(["name"]) if process.info["name"] == self._words.process)
        return tuple(process.pid for process in named)

    def _alive(self) -> bool:
        """Asked without starting it: ``tell`` alone would."""
        return self._run(f"return application {quoted(self._words.application)} is running") == "true"

    def _say(self, phrase: str, **values: object) -> str:
        body = self._words.phrases[phrase].format(**values)
        return self._run(f"tell application {quoted(self._words.application)}\n{body}\nend tell")
