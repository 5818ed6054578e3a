"""Looks at the rooms again and again on a thread of its own, and does there whatever takes time; a window never waits."""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.store.errors import StoreFailed
from judge_app.store.rooms import Watch
from judge_app.ui.central.board import Board, Counter

log = logging.getLogger(__name__)

Job = Callable[[], object]


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


class Watcher(QObject):
    """``seen`` carries a Board (None: no room is there yet), ``failed`` a Problem where the rooms cannot be looked at, and
    ``done`` (name of a job, its result or None, what was wrong or None). All are emitted on the window's thread."""

    seen = Signal(object)
    failed = Signal(object)
    done = Signal(str, object, object)

    def __init__(
        self,
        watch: Watch,
        folder: Path,
        *,
        every_s: float = 2.0,
        now: Callable[[], dt.datetime] = _now,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._watch = watch
        self._folder = folder
        self._every_s = every_s
        self._now = now
        self._counter = Counter()
        self._jobs: queue.Queue[tuple[str, Job] | None] = queue.Queue()
        self._chosen = ""
        self._shown = ""
        self._given = 0
        self._worked = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rooms", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def choose(self, key: str) -> None:
        """Another contest, by its key."""
        self._chosen = key
        self.do("", lambda: None)

    def compare(self) -> None:
        """Judges and panels are to be compared from now on."""
        if not self._counter.reference:
            self._counter.reference = True
            self.do("", lambda: None)

    def do(self, name: str, job: Job) -> None:
        """Do something on the watcher's thread, then look again; '' is not told of."""
        self._given += 1
        self._jobs.put((name, job))

    @property
    def busy(self) -> bool:
        """Whether something that was to be done is not yet done."""
        return self._given != self._worked  # each is counted up by one thread alone

    def stop(self, wait_s: float = 3.0, finish_s: float = 30.0) -> None:
        """End the looking. What was to be done is done first, and told of; a look that hangs on the network is left to
        end by itself."""
        self._ended.set()
        self._jobs.put(None)
        if not self._thread.is_alive():
            return
        self._thread.join(wait_s)
        if self._thread.is_alive() and self.busy:
            log.warning("what was begun is finished first")
            self._thread.join(finish_s)

    def _run(self) -> None:
        while not self._ended.is_set():
            self._look()
            try:
                given = self._jobs.get(timeout=self._every_s)
            except queue.Empty:
                continue
            while given is not None:
                self._work(*given)
                try:
                    given = self._jobs.get_nowait()
                except queue.Empty:
                    break
        while self.busy:  # given before the end, while a look went on
            given = self._jobs.get()
            if given is not None:
                self._work(*given)
        self._watch.close()

    def _look(self) -> None:
        problem: Problem | None = None
        board: Board | None = None
        try:
            board = self._counter.board(self._watch.look(), self._folder, self._chosen or self._shown, self._now())
            self._shown = "" if board is None else board.named.key  # another contest comes into view by choice alone
        except BadInput as error:
            problem = error.problems[0]
        except (StoreFailed, Refused) as error:
            problem = Problem("", error.zh, error.en)
        except Exception as error:
            log.exception("looking at the rooms failed")
            problem = Problem("", f"出错：{error}", f"failed: {error}")
        if self._ended.is_set():
            return
        if problem is not None:
            self.failed.emit(problem)
        else:
            self.seen.emit(board)

    def _work(self, name: str, job: Job) -> None:
        result: object = None
        problem: Problem | None = None
        try:
            result = job()
        except BadInput as error:
            problem = error.problems[0]
        except (StoreFailed, Refused) as error:
            problem = Problem("", error.zh, error.en)
        except Exception as error:
            log.exception("%s failed", name)
            problem = Problem("", f"出错：{error}", f"failed: {error}")
        self._worked += 1
        if name:
            self.done.emit(name, result, problem)
