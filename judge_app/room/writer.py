"""Group commit: one thread writes the journal; while it fsyncs, the next batch gathers."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence

from judge_app.core.journal import Record
from judge_app.store.session_file import SessionFile

MAX_BATCH = 1_000


class Writer:
    """Takes records in order, commits them in batches and tells of each batch, from its own thread.

    ``committed(records, nanoseconds)`` or ``failed(records, error)`` is called once for every batch; after a failure
    everything that still waits fails too, and nothing is written until ``resume``.
    """

    def __init__(
        self,
        file: SessionFile,
        committed: Callable[[Sequence[Record], int], None],
        failed: Callable[[Sequence[Record], Exception], None],
    ) -> None:
        self._file = file
        self._committed = committed
        self._failed = failed
        self._waiting: queue.SimpleQueue[Sequence[Record] | Callable[[SessionFile], None] | None] = queue.SimpleQueue()
        self._broken: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="journal writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def write(self, records: Sequence[Record]) -> None:
        """Records that follow on all those given before; they are committed together."""
        self._waiting.put(records)

    def call(self, act: Callable[[SessionFile], None]) -> None:
        """Something else to do with the file between two batches, such as a backup."""
        self._waiting.put(act)

    def stop(self) -> None:
        """Write what waits, then end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch: list[Record] = []
            item = self._waiting.get()
            while True:
                if item is None or callable(item):
                    break
                batch.extend(item)
                if len(batch) >= MAX_BATCH:
                    item = ()
                    break
                try:
                    item = self._waiting.get_nowait()
                except queue.Empty:
                    item = ()
                    break
            if batch:
                self._commit(batch)
            if item is None:
                return
            if callable(item):
                item(self._file)

    def _commit(self, batch: Sequence[Record]) -> None:
        if self._broken is not None:
            self._failed(batch, self._broken)
            return
        began = time.perf_counter_ns()
        try:
            self._file.append(batch)
        except Exception as error:  # whatever went wrong, nothing of the batch may be acknowledged
            self._broken = error
            self._failed(batch, error)
        else:
            self._committed(batch, time.perf_counter_ns() - began)
