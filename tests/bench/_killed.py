"""For the bench of the cut-off: a whole hosted session, some of whose processes are killed shortly before each
deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.hosted import Hosted, wait_for

TALK_S = 3
BEFORE_S = 0.3
"""How long before the deadline a process is killed."""


class KilledStage:
    """As the bench's stage, from outside. ``victims`` are the commands of the processes that are killed: room, console."""

    def __init__(self, victims: Sequence[str], deck: Path, folder: Path, display: str) -> None:
        self._victims = victims
        self._hosted = Hosted(deck, folder, display, TALK_S)
        self._run = 0
        self._killed: dict[str, int] = {}

    @property
    def pid(self) -> int:
        """The stage's process."""
        return self._hosted.process("stage").pid

    def ask(self) -> int:
        """Begin the talk (again), and have the victims killed in time; the deadline, monotonic nanoseconds."""
        self._run, deadline = self._hosted.talk()
        killing = threading.Timer((deadline - time.monotonic_ns()) / 1e9 - BEFORE_S, self._kill)
        killing.daemon = True
        killing.start()
        return deadline

    def report(self) -> tuple[dict[str, Any], int]:
        """What the stage has brought to the journal, and when its curtain was up by that; the victims are back."""
        hosted = self._hosted
        view = hosted.until("the report", lambda view: any(one.run == self._run for one in view.cut_offs))
        told = next(one for one in view.cut_offs if one.run == self._run)
        ended = hosted.looker.monotonic(hosted.ended_ns(self._run))
        for name, pid in self._killed.items():
            wait_for(f"another {name}", lambda name=name, pid=pid: hosted.process(name).pid != pid)
        hosted.desk()
        hosted.until("the stage is there", lambda view: view.health.stage_online)
        return msgspec.to_builtins(told), ended + told.curtain_us * 1000

    def stop(self) -> None:
        self._hosted.stop()

    def _kill(self) -> None:
        processes = {name: self._hosted.process(name) for name in self._victims}
        self._killed = {name: process.pid for name, process in processes.items()}
        for process in processes.values():
            process.kill()
