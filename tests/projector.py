"""An X server of its own with two monitors side by side, for what must be seen on a real projector.

The left monitor is the host's, the right one the audience's. GTK (LibreOffice) knows no monitor without an output and
Xvfb has one output only, so that the right monitor has it: the show comes up there, as it would on a projector.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from judge_app.show.driver import Box

LAPTOP = Box(x=0, y=0, width=1280, height=720)
BEAMER = Box(x=1280, y=0, width=1280, height=720)


def missing() -> str:
    """The program that this needs and that is not there; empty where all are."""
    return next((name for name in ("Xvfb", "xrandr", "openbox") if shutil.which(name) is None), "")


@contextlib.contextmanager
def projector() -> Iterator[str]:
    """The name of the display (``:93``), as long as it is needed."""
    quiet = subprocess.DEVNULL
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        told = Path(folder) / "display"
        with told.open("wb") as file:
            server = subprocess.Popen(
                ["Xvfb", "-displayfd", "1", "-screen", "0", "2560x720x24", "-nolisten", "tcp", "-noreset"],
                stdout=file,
                stderr=quiet,
            )
        stack.callback(_end, server)
        until = time.monotonic() + 30
        while not told.read_text().strip():
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError("Xvfb did not start")
        display = f":{told.read_text().strip()}"
        environment = {**os.environ, "DISPLAY": display}
        plug(display)
        _monitor(display, "*L", "1280/300x720/200+0+0", "none")
        manager = subprocess.Popen(["openbox"], env=environment, stdout=quiet, stderr=quiet)
        stack.callback(_end, manager)
        yield display


def plug(display: str) -> None:
    """The projector is there (again)."""
    _monitor(display, "R", "1280/300x720/200+1280+0", "screen")


def unplug(display: str) -> None:
    """The projector's cable is pulled: its output goes over to a mirror of the laptop, and a monitor without one is
    gone."""
    _monitor(display, "Mirror", "1280/300x720/200+0+0", "screen")


def _monitor(display: str, name: str, place: str, output: str) -> None:
    command = ["xrandr", "--display", display, "--setmonitor", name, place, output]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
