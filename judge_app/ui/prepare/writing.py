"""The rooms being written, beside the window's thread: slides may be gigabytes, and a stick is slow."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from judge_app.core.errors import BadInput, Problem
from judge_app.exchange.hand_out import HandOut, Report, Stopped

log = logging.getLogger(__name__)


class Writing(QObject):
    """One hand-out on a thread of its own. ``progressed`` carries percent; then one of ``done`` (a HandOut), ``failed``
    (problems) and ``stopped``. The thread keeps the process alive until what it writes is whole or gone."""

    progressed = Signal(int)
    done = Signal(object)
    failed = Signal(object)
    stopped = Signal()

    def __init__(self, write: Callable[[Report], HandOut], parent: QObject) -> None:
        super().__init__(parent)
        self._write = write
        self._end = threading.Event()
        self._percent = -1
        self._thread = threading.Thread(target=self._run, name="hand-out")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No further than this: what was written of this hand-out goes again. ``stopped`` says when."""
        self._end.set()

    def _report(self, done: int, total: int) -> bool:
        percent = done * 100 // total if total else 0
        if percent != self._percent:
            self._percent = percent
            self.progressed.emit(percent)
        return not self._end.is_set()

    def _run(self) -> None:
        try:
            made = self._write(self._report)
        except BadInput as error:
            self.failed.emit(tuple(error.problems))
        except Stopped:
            self.stopped.emit()
        except Exception as error:  # the top of a thread: whatever it was, the person is told
            log.exception("the rooms were not written")
            self.failed.emit((Problem("", f"意外错误：{error}", f"unexpected: {error}"),))
        else:
            self.done.emit(made)
