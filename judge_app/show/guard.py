"""Who carries the ladder out, and keeps an ended show ended.

``Hand`` is how the ladder reaches one program: its driver, its windows on the desktop, its processes. ``end_show``
climbs the ladder with a hand. ``Guard`` does so in a thread of its own, so that no window waits for an office program,
and then looks at 4 Hz whether a show was started again while the phase forbids it (the latch).
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

import psutil

from judge_app.show import ladder
from judge_app.show.desktop import Desktop, DesktopWindow
from judge_app.show.driver import Box, DriverKind, ShowError, ShowHung
from judge_app.show.ladder import Answer, Look, Rung, Try, Verdict

_log = logging.getLogger(__name__)


class Hand(Protocol):
    """How the ladder reaches one program."""

    def attempt(self, rung: Rung, budget_ns: int) -> Answer:
        """Carry out one rung within its budget."""

    def gone(self) -> bool:
        """Whether every witness that can be asked says that no show is left."""


class EndingDriver(Protocol):
    """The part of a driver in a worker that the ladder needs: every call has a budget and raises ShowHung past it."""

    kind: DriverKind

    def end(self, budget_ns: int) -> int: ...

    def blank(self, budget_ns: int) -> None: ...

    def is_running(self, budget_ns: int) -> bool: ...


class ProgramHand:
    """The hand on a foreign program. ``know`` tells it, before it is needed, whose processes and which screen."""

    LOOK_BUDGET_NS = 300 * ladder.MILLISECOND

    def __init__(self, driver: EndingDriver, desktop: Desktop) -> None:
        self._driver = driver
        self._desktop = desktop
        self._processes: tuple[psutil.Process, ...] = ()
        self._screens: tuple[Box, ...] = ()

    def know(self, pids: tuple[int, ...], screens: tuple[Box, ...]) -> None:
        """``pids`` are the processes that show; ``screens`` where a window of theirs that fills one is a show."""
        self._processes = tuple(process for pid in pids if (process := _process(pid)) is not None)
        self._screens = screens

    def attempt(self, rung: Rung, budget_ns: int) -> Answer:
        try:
            match rung:
                case Rung.END:
                    self._driver.end(budget_ns)
                case Rung.BLANK:
                    self._driver.blank(budget_ns)
                case Rung.CLOSE:
                    return self._close_windows()
                case Rung.KILL:
                    return self._kill()
        except ShowHung:
            return Answer.HUNG
        except ShowError as error:
            _log.warning("%s of %s failed: %s", rung, self._driver.kind, error.en)
            return Answer.FAILED
        return Answer.DONE

    def gone(self) -> bool:
        alive = [process for process in self._processes if _alive(process)]
        if self._processes and not alive:
            return True
        if self._desktop.can_see and self._shows():
            return False
        try:
            return not self._driver.is_running(self.LOOK_BUDGET_NS)
        except ShowError:
            return self._desktop.can_see and bool(self._processes)

    def _shows(self) -> list[DesktopWindow]:
        pids = {process.pid for process in self._processes}
        return [
            window
            for window in self._desktop.windows()
            if window.pid in pids and any(window.box.covers(screen, share=0.995) for screen in self._screens)
        ]

    def _close_windows(self) -> Answer:
        shows = self._shows() if self._desktop.can_see else []
        for window in shows:
            self._desktop.close(window)
        return Answer.DONE if shows else Answer.FAILED

    def _kill(self) -> Answer:
        killed = False
        for process in self._processes:
            try:
                process.kill()
                killed = True
            except psutil.NoSuchProcess:
                killed = True
            except psutil.AccessDenied:
                _log.warning("process %d of %s may not be killed", process.pid, self._driver.kind)
        return Answer.DONE if killed else Answer.FAILED


def end_show(hand: Hand, now: Callable[[], int], wait: Callable[[int], bool] = lambda _: False) -> Verdict | None:
    """Climb the ladder; ``now`` gives monotonic ns, ``wait`` pauses for ns and says whether to give up (then None)."""
    climb, act = ladder.begin()
    while True:
        match act:
            case Try(rung=rung, budget_ns=budget_ns):
                answer = hand.attempt(rung, budget_ns)
                climb, act = ladder.tried(climb, answer, now())
            case Look(after_ns=after_ns):
                if wait(after_ns):
                    return None
                climb, act = ladder.looked(climb, hand.gone(), now())
            case Verdict() as verdict:
                return verdict


class Guard:
    """Ends a program's shows when told to, and again whenever one is started while it is forbidden.

    The callbacks come from the guard's thread: ``on_verdict(run, verdict)`` once for each ``forbid``, and
    ``on_relapse(run, None)`` the moment a forbidden show is seen again, then ``on_relapse(run, verdict)``.
    """

    def __init__(
        self,
        hand: Hand,
        on_verdict: Callable[[int, Verdict], None],
        on_relapse: Callable[[int, Verdict | None], None],
        now: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._hand = hand
        self._on_verdict = on_verdict
        self._on_relapse = on_relapse
        self._now = now
        self._change = threading.Condition()
        self._run: int | None = None
        self._order = 0
        self._stopped = False
        self._thread = threading.Thread(target=self._watch, name="show-guard", daemon=True)
        self._thread.start()

    def forbid(self, run: int) -> None:
        """End the show now, on behalf of a phase's run, and keep it ended. Again for the same run: nothing."""
        with self._change:
            if self._run != run:
                self._run = run
                self._order += 1
                self._change.notify_all()

    def allow(self) -> None:
        """A show may run (again); a climb that is under way is given up."""
        with self._change:
            self._run = None
            self._order += 1
            self._change.notify_all()

    def stop(self) -> None:
        """End the thread; what it was doing is given up."""
        with self._change:
            self._stopped = True
            self._order += 1
            self._change.notify_all()
        self._thread.join(timeout=5)

    def _watch(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._stopped or self._run is not None)
                if self._stopped:
                    return
                run, order = self._run, self._order
            assert run is not None
            wait = functools.partial(self._wait, order=order)
            verdict = end_show(self._hand, self._now, wait)
            if verdict is None:
                continue
            self._on_verdict(run, verdict)
            while not wait(ladder.LATCH_EVERY_NS):
                if self._hand.gone():
                    continue
                self._on_relapse(run, None)
                verdict = end_show(self._hand, self._now, wait)
                if verdict is not None:
                    self._on_relapse(run, verdict)

    def _wait(self, ns: int, order: int) -> bool:
        """Wait so long; whether the order has changed meanwhile."""
        with self._change:
            return self._change.wait_for(lambda: self._order != order, timeout=ns / 1e9)


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
