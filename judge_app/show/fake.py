"""A slide-show program that misbehaves as real ones do, and its driver: for the contract tests and rehearsals.

The program is a process of its own that keeps its shows in a folder, so that it can be frozen, killed and looked at
from outside: ``show.json`` says what its screen shows, which a lying driver cannot change. ``mood.json`` says how it
behaves:

``refuse``: it opens no deck · ``freeze``: its start never comes back, and nothing comes up · ``hang``: ends never come
back · ``lie``: it says that it ended, and goes on · ``deny``: it says that nothing runs · ``slow_ms``: it ends so much
later · ``dialog``: an end fails while a dialog is open · ``stubborn``: a close of its window does nothing.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing.connection as wire
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from judge_app.core.contest import Struct
from judge_app.show.desktop import DesktopWindow
from judge_app.show.driver import Box, DriverKind, Position, ShowError

_KEY = b"fake-office"


class Mood(Struct, frozen=True):
    """How the fake program behaves; see the module."""

    refuse: bool = False
    freeze: bool = False
    hang: bool = False
    lie: bool = False
    deny: bool = False
    slow_ms: int = 0
    dialog: bool = False
    stubborn: bool = False


class Screen(Struct, frozen=True):
    """What the fake program shows, truly."""

    showing: bool = False
    slide: int = 0
    slides: int = 0
    deck: str = ""
    black: bool = False


def read_screen(folder: Path) -> Screen:
    """What the program in a folder shows now, whatever its driver says."""
    return msgspec.json.decode((folder / "show.json").read_bytes(), type=Screen)


def set_mood(folder: Path, mood: Mood) -> None:
    """Make the program behave so from its next request on."""
    _write(folder / "mood.json", msgspec.json.encode(mood))


class FakeOffice:
    """The fake program's process, from outside: started here, killed here."""

    def __init__(self, folder: Path, slides: int = 6) -> None:
        self.folder = folder
        set_mood(folder, Mood())
        _write(folder / "show.json", msgspec.json.encode(Screen(slides=slides)))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "judge_app.show.fake", str(folder)], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def showing(self) -> bool:
        """Whether a show is on its screen: none is once the process is dead."""
        return self.alive and read_screen(self.folder).showing

    def press_f5(self) -> None:
        """Somebody starts the show again by hand."""
        _ask(self.folder, "start", {"slide": 1})

    def close_window(self) -> bool:
        """The window system asks its window to close; whether it had one."""
        if not self.showing:
            return False
        _ask(self.folder, "close_window", {})
        return True

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class FakeDesktop:
    """The desktop that the fake program's window is on: the truth, whatever its driver says."""

    can_see = True

    def __init__(self, office: FakeOffice, screen: Box) -> None:
        self._office = office
        self._screen = screen

    def windows(self) -> tuple[DesktopWindow, ...]:
        if not self._office.showing:
            return ()
        return (DesktopWindow(id=1, pid=self._office.pid, title="show", box=self._screen, order=0),)

    def close(self, window: DesktopWindow) -> None:
        """Only a message, as on a real desktop: nobody waits for a frozen program to read it."""
        threading.Thread(target=self._post_close, daemon=True).start()

    def _post_close(self) -> None:
        with contextlib.suppress(ShowError):
            self._office.close_window()


class FakeDriver:
    """The driver of the fake program in a folder."""

    kind = DriverKind.FAKE

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, deck: Path) -> int:
        return int(_ask(self._folder, "open", {"deck": str(deck)}))

    def start(self, screen: Box, slide: int = 1) -> None:
        _ask(self._folder, "start", {"slide": slide})

    def go(self, slide: int) -> None:
        _ask(self._folder, "go", {"slide": slide})

    def position(self) -> Position | None:
        answer = _ask(self._folder, "position", {})
        return None if answer is None else Position(slide=answer[0], slides=answer[1])

    def end(self) -> int:
        return int(_ask(self._folder, "end", {}))

    def is_running(self) -> bool:
        return bool(_ask(self._folder, "is_running", {}))

    def blank(self) -> None:
        _ask(self._folder, "blank", {})

    def close(self) -> None:
        _ask(self._folder, "close", {})

    def pids(self) -> tuple[int, ...]:
        return (int(_ask(self._folder, "pid", {})),)


def _address(folder: Path) -> str:
    return rf"\\.\pipe\fake-office-{folder.name}" if sys.platform == "win32" else str(folder / "socket")


def _ask(folder: Path, op: str, arguments: dict[str, Any]) -> Any:
    try:
        with wire.Client(_address(folder), authkey=_KEY) as line:
            line.send_bytes(json.dumps([op, arguments]).encode())
            answer = json.loads(line.recv_bytes())
    except (OSError, EOFError) as error:
        raise ShowError("放映程序没有运行", "the slide-show program is not running") from error
    if isinstance(answer, dict):
        raise ShowError(answer["zh"], answer["en"])
    return answer[0]


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(path)


def _run(folder: Path) -> None:
    """The program: one request at a time, as an apartment-threaded office does."""
    path = Path(_address(folder))
    if sys.platform != "win32":
        path.unlink(missing_ok=True)
    with wire.Listener(_address(folder), authkey=_KEY) as listener:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            with listener.accept() as line:
                op, arguments = json.loads(line.recv_bytes())
                mood = msgspec.json.decode((folder / "mood.json").read_bytes(), type=Mood)
                line.send_bytes(json.dumps(_answer(folder, mood, op, arguments)).encode())


def _answer(folder: Path, mood: Mood, op: str, arguments: dict[str, Any]) -> Any:
    screen = read_screen(folder)

    def show(**changes: Any) -> None:
        _write(folder / "show.json", msgspec.json.encode(msgspec.structs.replace(screen, **changes)))

    match op:
        case "open":
            if mood.refuse or not Path(arguments["deck"]).is_file():
                return {"zh": "打不开这个文件", "en": "the file cannot be opened"}
            show(deck=arguments["deck"])
            return [screen.slides]
        case "start":
            if mood.freeze:
                time.sleep(3600)
            show(showing=True, slide=arguments["slide"], black=False)
        case "go":
            if not screen.showing:
                return {"zh": "没有在放映", "en": "no show is running"}
            show(slide=max(1, min(screen.slides, arguments["slide"])))
        case "position":
            return [[screen.slide, screen.slides] if screen.showing else None]
        case "end":
            if mood.dialog:
                return {"zh": "“是否保留墨迹？”", "en": "“Keep your ink annotations?”"}
            if mood.hang:
                time.sleep(3600)
            time.sleep(mood.slow_ms / 1000)
            if not mood.lie:
                show(showing=False)
            return [int(screen.showing)]
        case "is_running":
            return [screen.showing and not (mood.lie or mood.deny)]
        case "blank":
            show(black=True)
        case "close" | "close_window":
            if op == "close" or not mood.stubborn:
                show(showing=False)
        case "pid":
            return [os.getpid()]
    return [None]


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
