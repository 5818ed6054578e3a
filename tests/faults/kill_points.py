"""A real room killed by strace at the N-th system call of a kind while it takes one sheet: the step of the submit path's sweep.

The loop's thread and the others are traced apart, since strace counts the calls of each thread by themselves; so
every call of either, between the frame that is received and the receipt that is sent, is one kill point.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from judge_app.core import commands
from judge_app.wire.messages import Receipt
from tests.faults.history import read_journal
from tests.faults.rooms import WAIT_S, Hall

STRACE = shutil.which("strace")
CAN_TRACE = sys.platform.startswith("linux") and STRACE is not None and os.geteuid() == 0

LOOP = ("recvfrom", "epoll_wait", "getrandom", "futex", "sendto", "getpid")
"""Calls of the loop's thread between the frame and the receipt, as a trace of one submission shows them."""
WRITER = ("futex", "pwrite64", "fdatasync", "sendto")
"""Calls of the journal's thread."""


@dataclasses.dataclass
class Point:
    """Where the room was killed, and how far the sheet had come by then."""

    thread: str
    call: str
    when: int
    died: bool
    phase: str = ""
    """``unread``, ``uncommitted``, ``committed`` (and no receipt heard), or ``sent``."""
    problems: list[str] = dataclasses.field(default_factory=list)


def threads_of(pid: int) -> list[int]:
    return sorted(int(name) for name in os.listdir(f"/proc/{pid}/task"))


class Trace:
    """strace on the loop's thread, or on all the others, with a kill at the N-th call of a kind."""

    def __init__(self, pid: int, thread: str, call: str, when: int, out: Path) -> None:
        tasks = [task for task in threads_of(pid) if (task == pid) == (thread == "loop")]
        command = [STRACE or "strace", "-qq", "-o", str(out), "-s", "0", "-e", "trace=!brk"]
        command += ["-e", f"inject={call}:signal=SIGKILL:when={when}"]
        for task in tasks:
            command += ["-p", str(task)]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + WAIT_S
        while not all(self._traced(pid, task) for task in tasks):
            if self._process.poll() is not None or time.monotonic() > deadline:
                assert self._process.stderr is not None
                raise AssertionError(f"strace did not attach: {self._process.stderr.read()}")
            time.sleep(0.005)

    @staticmethod
    def _traced(pid: int, task: int) -> bool:
        try:
            status = Path(f"/proc/{pid}/task/{task}/status").read_text()
        except OSError:  # killed already
            return True
        return "TracerPid:\t0\n" not in status

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(WAIT_S)
        assert self._process.stderr is not None
        self._process.stderr.close()


def _read(trace: str) -> bool:
    """Whether a trace shows that the sheet's frame had been received, or what follows from it."""
    large = [int(size) for size in re.findall(r"recvfrom\(.*= (\d+)$", trace, re.MULTILINE)]
    return any(call in trace for call in ("pwrite64", "getrandom", "fdatasync")) or any(size > 400 for size in large)


async def killed_at(held: Hall, seat: str, entry_no: str, thread: str, call: str, when: int) -> Point:
    """As ``killed_while``, for one sheet of that judge for that project."""
    return await killed_while(held, seat, held.sheet(seat, entry_no), thread, call, when)


async def killed_while(held: Hall, seat: str, command: commands.AnyCommand, thread: str, call: str, when: int) -> Point:
    """One command, with the room killed at that point, started again, and looked at.

    ``died`` is False where the receipt came before the point was reached.
    """
    out = held.folder / "trace"
    out.unlink(missing_ok=True)
    tracing = await asyncio.to_thread(Trace, held.room.pid, thread, call, when, out)
    connection = held.seats[seat][0]
    command_id = connection.send(command)
    answered = asyncio.ensure_future(connection.answered(command_id))
    died = asyncio.ensure_future(asyncio.to_thread(held.room.wait))
    done, _ = await asyncio.wait((answered, died), timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
    assert done, "neither a receipt nor a death"
    heard = answered.done()
    if heard and not died.done():  # a kill behind the receipt may still be on its way
        await asyncio.wait((died,), timeout=0.05)
    await asyncio.to_thread(tracing.stop)
    point = Point(thread, call, when, died.done())
    if not point.died:  # the point was never reached: killed behind it all, so that each round ends alike
        with contextlib.suppress(ProcessLookupError):  # or it was, at this very moment
            held.room.signal(signal.SIGKILL)
        await died
    point.problems += held.problems()
    if heard:
        point.phase = "sent"
    elif any(row.said["command_id"] == command_id for row in read_journal(held.file)):
        point.phase = "committed"
    else:
        point.phase = "uncommitted" if _read(out.read_text("utf-8", errors="replace")) else "unread"
    await asyncio.to_thread(held.start)
    receipt = await asyncio.wait_for(answered, WAIT_S)
    if not isinstance(receipt, Receipt):
        point.problems.append(f"refused: {receipt.code}")
    return point


class Sheets:
    """One sheet after another that has not been given yet, project by project."""

    def __init__(self, held: Hall, judges: list[str]) -> None:
        self._held, self._judges = held, judges
        self._left: list[tuple[str, str]] = []
        self._projects = [project.entry_no for project in held.setup.contest.projects]

    async def next(self) -> tuple[str, str] | None:
        """(seat, entry number) of a sheet that may be given now; None where every project is done."""
        if not self._left:
            if not self._projects:
                return None
            entry_no = self._projects.pop(0)
            if entry_no != self._held.setup.contest.projects[0].entry_no:
                await self._held.give("host", commands.OpenScoring())
            await self._held.begin(entry_no)
            self._left = [(seat, entry_no) for seat in self._judges]
        return self._left.pop(0)
