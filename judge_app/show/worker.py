"""A driver in a process of its own, that can be killed: calls with a budget, over lines of JSON on its pipes.

A program that shows slides may freeze inside a call (a dialog, a repair, a dead printer). The call then costs its
budget and its worker process, never the stage. ``WorkerDriver`` keeps two workers ready: one that opens, starts and
asks for the position, and one that does nothing but end, so that an end never waits behind a start that hangs.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from judge_app.show.driver import Box, DriverKind, Position, ShowDriver, ShowError, ShowHung

SECOND_NS: Final = 1_000_000_000
OPEN_BUDGET_NS: Final = 30 * SECOND_NS
START_BUDGET_NS: Final = 10 * SECOND_NS
ASK_BUDGET_NS: Final = SECOND_NS // 2


class Worker:
    """One worker process and its calls, one at a time. Started by the first call, and again after it was lost."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._argv = list(argv)
        self._environment = {**os.environ, **(environment or {}), "PYTHONIOENCODING": "utf-8"}
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._serial = 0
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Start the process now, so that the first call does not pay for it."""
        with self._lock:
            self._ensure()

    def call(self, op: str, budget_ns: int, **arguments: object) -> Any:
        """The answer of one call. Raises ShowHung when the budget is spent (the process is killed and started anew),
        ShowError when the driver said no or its process died."""
        with self._lock:
            process = self._ensure()
            self._serial += 1
            request = json.dumps({"id": self._serial, "op": op, "args": arguments}, ensure_ascii=True)
            try:
                assert process.stdin is not None
                process.stdin.write(request + "\n")
                process.stdin.flush()
                line = self._answers.get(timeout=budget_ns / SECOND_NS)
            except queue.Empty:
                self._discard()
                self._ensure()
                raise ShowHung(
                    f"放映程序在 {budget_ns / SECOND_NS:g} 秒内没有响应（{op}）",
                    f"the slide-show program did not answer within {budget_ns / SECOND_NS:g} s ({op})",
                ) from None
            except OSError:
                line = None
            if line is None:
                self._discard()
                raise ShowError(f"放映驱动进程已退出（{op}）", f"the slide-show driver's process has gone ({op})")
            answer = json.loads(line)
            if "zh" in answer:
                raise ShowError(answer["zh"], answer["en"])
            return answer["value"]

    def stop(self) -> None:
        """End the process. What it had opened stays open in the program it drives."""
        with self._lock:
            self._discard()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def _ensure(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._discard()
        self._process = subprocess.Popen(
            self._argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            bufsize=1,
            env=self._environment,
        )
        assert self._process.stdout is not None
        answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._answers = answers
        threading.Thread(target=_pump, args=(self._process.stdout, answers), name="show-worker", daemon=True).start()
        return self._process

    def _discard(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()


def _pump(lines: IO[str], answers: queue.SimpleQueue[str | None]) -> None:
    with lines:
        for line in lines:
            answers.put(line)
    answers.put(None)


class WorkerDriver:
    """A ShowDriver whose calls are carried out in workers; see the module. Safe to call from several threads."""

    def __init__(self, kind: DriverKind, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.kind = kind
        self._works = Worker(argv, environment)
        self._ends = Worker(argv, environment)

    def warm(self) -> None:
        """Start both workers before they are needed."""
        self._works.warm()
        self._ends.warm()

    def open(self, deck: Path, budget_ns: int = OPEN_BUDGET_NS) -> int:
        return int(self._works.call("open", budget_ns, deck=str(deck)))

    def start(self, screen: Box, slide: int = 1, budget_ns: int = START_BUDGET_NS) -> None:
        box = {"x": screen.x, "y": screen.y, "width": screen.width, "height": screen.height}
        self._works.call("start", budget_ns, screen=box, slide=slide)

    def go(self, slide: int, budget_ns: int = ASK_BUDGET_NS) -> None:
        self._works.call("go", budget_ns, slide=slide)

    def position(self, budget_ns: int = ASK_BUDGET_NS) -> Position | None:
        answer = self._works.call("position", budget_ns)
        return None if answer is None else Position(slide=answer[0], slides=answer[1])

    def end(self, budget_ns: int = 3 * ASK_BUDGET_NS) -> int:
        return int(self._ends.call("end", budget_ns))

    def is_running(self, budget_ns: int = ASK_BUDGET_NS) -> bool:
        return bool(self._ends.call("is_running", budget_ns))

    def blank(self, budget_ns: int = ASK_BUDGET_NS) -> None:
        self._ends.call("blank", budget_ns)

    def close(self, budget_ns: int = 6 * ASK_BUDGET_NS) -> None:
        self._works.call("close", budget_ns)

    def pids(self, budget_ns: int = ASK_BUDGET_NS) -> tuple[int, ...]:
        return tuple(self._ends.call("pids", budget_ns))

    def stop(self) -> None:
        """End both workers; the program they drive goes on."""
        self._works.stop()
        self._ends.stop()


def worker_argv(kind: DriverKind, *arguments: str) -> list[str]:
    """How to start this program as a worker for a driver, from source and frozen alike."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "show-worker", kind.value, *arguments]
    return [sys.executable, "-m", "judge_app.show.worker", kind.value, *arguments]


def serve(driver: ShowDriver, requests: Iterator[str], answer: Callable[[str], None]) -> None:
    """The worker's side: one request a line, one answer a line, until the requests end."""
    for line in requests:
        request = json.loads(line)
        try:
            value = _carry_out(driver, request["op"], request["args"])
        except ShowError as error:
            reply: dict[str, object] = {"zh": error.zh, "en": error.en}
        except Exception as error:  # a process's edge: whatever a foreign program raises is an answer, not our end
            reply = {"zh": f"放映程序报错：{error}", "en": f"the slide-show program failed: {error}"}
        else:
            reply = {"value": value}
        answer(json.dumps({"id": request["id"], **reply}, ensure_ascii=True))


def _carry_out(driver: ShowDriver, op: str, arguments: Mapping[str, Any]) -> object:
    match op:
        case "open":
            return driver.open(Path(arguments["deck"]))
        case "start":
            driver.start(Box(**arguments["screen"]), arguments["slide"])
        case "go":
            driver.go(arguments["slide"])
        case "position":
            position = driver.position()
            return None if position is None else (position.slide, position.slides)
        case "end":
            return driver.end()
        case "is_running":
            return driver.is_running()
        case "blank":
            driver.blank()
        case "close":
            driver.close()
        case "pids":
            return list(driver.pids())
        case _:
            raise ShowError(f"驱动不会 {op}", f"a driver knows no {op}")
    return None


def main(arguments: Sequence[str]) -> int:
    """The process of one driver: ``KIND [argument …]``. Its standard output belongs to the protocol alone."""
    kind = DriverKind(arguments[0])
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(line: str) -> None:
        protocol.write(line + "\n")
        protocol.flush()

    serve(_driver(kind, arguments[1:]), iter(sys.stdin), answer)
    return 0


def _driver(kind: DriverKind, arguments: Sequence[str]) -> ShowDriver:
    if kind is DriverKind.FAKE:
        from judge_app.show.fake import FakeDriver

        return FakeDriver(Path(arguments[0]))
    if kind in (DriverKind.POWERPOINT, DriverKind.WPS):
        from judge_app.show.office_com import connect

        return connect(kind)
    if kind in (DriverKind.KEYNOTE, DriverKind.POWERPOINT_MAC):
        from judge_app.show.keynote import AppleScriptDriver

        return AppleScriptDriver(kind)
    raise SystemExit(f"no worker for {kind}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
