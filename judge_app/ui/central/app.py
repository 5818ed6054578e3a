"""The All rooms window with its watcher: what is seen goes to the window, what is wished is done beside it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from judge_app.core.errors import BadInput, Problem
from judge_app.store.rooms import Watch
from judge_app.ui.application import Application, Settings, data_folder
from judge_app.ui.central.board import Board
from judge_app.ui.central.publishing import Made, Order, publish, record
from judge_app.ui.central.questions import Record, Resolve, Settle
from judge_app.ui.central.watcher import Watcher
from judge_app.ui.central.window import CentralWindow

Opener = Callable[[QUrl], bool]


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


class RoomsHall:
    """Connects a window with the places that it looks at; other places replace them."""

    def __init__(
        self,
        window: CentralWindow,
        *,
        log_folder: Path | None = None,
        every_s: float = 2.0,
        now: Callable[[], dt.datetime] = _now,
        opener: Opener = QDesktopServices.openUrl,
    ) -> None:
        self.window = window
        self.watcher: Watcher | None = None
        self._before: Watcher | None = None
        self._log_folder = log_folder
        self._every_s = every_s
        self._now = now
        self._opener = opener
        self._watch: Watch | None = None
        window.places_chosen.connect(self.look_at)
        window.contest_chosen.connect(self._choose)
        window.wished.connect(self._wished)
        window.folder_requested.connect(self._open)
        window.reference_wanted.connect(self._compare)

    def look_at(self, places: Sequence[str]) -> None:
        """Look at these places from now on; what is wrong with them is said in the window."""
        self.stop()
        try:
            watch = Watch(places)
        except BadInput as error:
            self.window.set_failed(error.problems[0])
            return
        folder = self._log_folder or watch.folder or data_folder() / "contests"
        folder.mkdir(parents=True, exist_ok=True)
        self._watch = watch
        self.watcher = Watcher(watch, folder, every_s=self._every_s, now=self._now)
        self.watcher.seen.connect(self.window.set_board)
        self.watcher.failed.connect(self.window.set_failed)
        self.watcher.done.connect(self._done)
        self.window.set_looking()
        self.watcher.start()

    def stop(self) -> None:
        """Look no longer; what was to be done is done first."""
        watcher, self.watcher = self.watcher, None
        if watcher is not None:
            self._before = watcher  # kept, so that what it tells at the end is heard
            for signal in (watcher.seen, watcher.failed):
                signal.disconnect()
            watcher.stop()

    def _choose(self, key: str) -> None:
        if self.watcher is not None:
            self.watcher.choose(key)

    def _compare(self) -> None:
        if self.watcher is not None:
            self.watcher.compare()

    def _wished(self, wish: object) -> None:
        board, watcher, watch = self.window.board, self.watcher, self._watch
        if board is None or watcher is None or watch is None:
            return
        match wish:
            case Record(entries=entries, actor=actor):
                watcher.do("record", lambda: record(board, list(entries), actor))
            case Order() as order:
                watcher.do("publish", lambda: self._publish(board, order))
            case Resolve(session_id=session_id, head=head, by=by, why=why):
                watcher.do("resolve", lambda: watch.resolve(session_id, head, by, why))
            case Settle(alarm=alarm, by=by, why=why):
                watcher.do("settle", lambda: watch.settle(alarm, by, why))

    def _publish(self, board: Board, order: Order) -> Made:
        try:
            return publish(board, order, self._now())
        except OSError as error:
            place = str(error.filename or board.log_path)
            raise BadInput(Problem(place, f"文件无法写入：{error.strerror}", f"cannot be written: {error}")) from error

    def _done(self, name: str, result: object, problem: Problem | None) -> None:
        self.window.set_done(result if isinstance(result, Made) else None, problem)
        if name == "publish" and isinstance(result, Made):
            self._open(str(result.folder))

    def _open(self, folder: str) -> None:
        self._opener(QUrl.fromLocalFile(folder))


def run_central(places: Sequence[str], log_folder: Path | None = None) -> int:
    """The All rooms window until it is closed; without places it asks for them. Returns the exit status."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    application = Application(Settings(data_folder() / "settings.json"))

    async def main() -> int:
        window = CentralWindow()
        application.serve(window)
        hall = RoomsHall(window, log_folder=log_folder)
        left = asyncio.Event()
        application.qt.lastWindowClosed.connect(left.set)
        window.leave_requested.connect(left.set)
        window.show()
        if places:
            hall.look_at(places)
        await left.wait()
        hall.stop()
        return 0

    return application.run(main)
