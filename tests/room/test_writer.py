"""Group commit: in order, whole batches, told only after the commit; after a failure nothing more is acknowledged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from judge_app.core.commands import ShowMessage
from judge_app.core.journal import Record
from judge_app.room.writer import MAX_BATCH, Writer
from tests.core.simulation import Sitting


def records(count: int) -> list[Record]:
    """Records of a real session."""
    sitting = Sitting()
    for _ in range(count - 1):
        sitting.do("host", ShowMessage(text=f"第 {len(sitting.records)} 句"))
    return sitting.records


class Store:
    """Takes batches as the session file does, keeps what it was told, and can be held up or made to fail."""

    def __init__(self) -> None:
        self.batches: list[list[Record]] = []
        self.stored: list[Record] = []
        self.reached = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.held = False
        self.fails_at: int | None = None

    def append(self, batch: Sequence[Record]) -> None:
        if self.held:
            self.reached.release()
            assert self.go.acquire(timeout=30)
        if self.fails_at is not None and any(record.seq >= self.fails_at for record in batch):
            raise OSError(5, "Input/output error")
        self.batches.append(list(batch))
        self.stored += batch


class Told:
    """What a writer told, and how much was stored at that instant."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.committed: list[Record] = []
        self.failed: list[Record] = []
        self.early: list[int] = []

    def on_committed(self, batch: Sequence[Record], took_ns: int) -> None:
        stored = {record.seq for record in self.store.stored}
        self.early += [record.seq for record in batch if record.seq not in stored]
        self.committed += batch
        assert took_ns >= 0

    def on_failed(self, batch: Sequence[Record], error: Exception) -> None:
        assert isinstance(error, OSError)
        self.failed += batch


class Hasty(Writer):
    """The negative control: it tells of the commit before it commits."""

    def _commit(self, batch: Sequence[Record]) -> None:
        self._committed(batch, 0)
        self._file.append(batch)


def writer(store: Store, told: Told, kind: Callable[..., Writer] = Writer) -> Writer:
    made = kind(store, told.on_committed, told.on_failed)
    made.start()
    return made


def test_everything_is_written_in_the_order_given() -> None:
    store = Store()
    told = Told(store)
    given = records(200)
    at_work = writer(store, told)
    for at in range(0, 200, 3):
        at_work.write(given[at : at + 3])
    at_work.stop()
    assert store.stored == given
    assert told.committed == given
    assert told.early == []


def test_what_gathers_while_a_batch_is_written_goes_as_one() -> None:
    store = Store()
    told = Told(store)
    given = records(50)
    store.held = True
    at_work = writer(store, told)
    at_work.write(given[:1])
    assert store.reached.acquire(timeout=30)
    for record in given[1:]:
        at_work.write([record])
    store.held = False
    store.go.release()
    at_work.stop()
    assert [len(batch) for batch in store.batches] == [1, 49]


def test_a_batch_has_an_end() -> None:
    store = Store()
    told = Told(store)
    given = records(MAX_BATCH + 10)
    store.held = True
    at_work = writer(store, told)
    at_work.write(given[:1])
    assert store.reached.acquire(timeout=30)
    for record in given[1:]:
        at_work.write([record])
    store.held = False
    store.go.release()
    at_work.stop()
    assert [len(batch) for batch in store.batches] == [1, MAX_BATCH, 9]


def test_what_comes_between_two_batches_is_done_between_them() -> None:
    store = Store()
    told = Told(store)
    given = records(4)
    seen: list[int] = []
    at_work = writer(store, told)
    at_work.write(given[:2])
    at_work.call(lambda file: seen.append(len(store.stored)))
    at_work.write(given[2:])
    at_work.call(lambda file: seen.append(len(store.stored)))
    at_work.stop()
    assert seen == [2, 4]


def test_after_a_failure_nothing_is_written_and_nothing_acknowledged() -> None:
    store = Store()
    told = Told(store)
    given = records(20)
    store.fails_at = 11
    at_work = writer(store, told)
    for record in given:
        at_work.write([record])
    at_work.stop()
    acknowledged = [record.seq for record in told.committed]
    assert acknowledged == [record.seq for record in store.stored]
    assert acknowledged == list(range(1, len(acknowledged) + 1))
    assert len(acknowledged) <= 10
    assert [record.seq for record in told.failed] == list(range(len(acknowledged) + 1, 21))


def test_a_store_that_recovers_is_not_written_to_behind_a_hole() -> None:
    store = Store()
    told = Told(store)
    given = records(3)
    store.fails_at = 2
    at_work = writer(store, told)
    at_work.write(given[:1])
    at_work.call(lambda file: None)
    at_work.write(given[1:2])
    at_work.call(lambda file: setattr(store, "fails_at", None))
    at_work.write(given[2:])
    at_work.stop()
    assert store.stored == given[:1]
    assert told.failed == given[1:]


def test_a_writer_that_acknowledges_first_is_found_out() -> None:
    store = Store()
    told = Told(store)
    given = records(5)
    at_work = writer(store, told, Hasty)
    for record in given:
        at_work.write([record])
    at_work.stop()
    assert told.early == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("times", [1, 2])
def test_stopping_writes_what_waits_and_may_be_done_again(times: int) -> None:
    store = Store()
    told = Told(store)
    given = records(3)
    at_work = writer(store, told)
    at_work.write(given)
    for _ in range(times):
        at_work.stop()
    assert store.stored == given
