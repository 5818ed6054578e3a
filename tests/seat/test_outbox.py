"""The outbox: on the disk before the first send, whatever breaks off, and of one window alone."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core.errors import BadInput
from judge_app.seat.outbox import FileOutbox, MemoryOutbox, Outbox
from judge_app.wire.messages import Receipt, Refusal, Submit


def submit(number: int, data: str = "{}") -> Submit:
    return Submit(command_id=str(uuid.UUID(int=number)), counter=number, data=data, signature="00")


def receipt(number: int) -> Receipt:
    return Receipt(command_id=str(uuid.UUID(int=number)), seq=number, hash="", digest="", at="", signature="")


def refusal(number: int) -> Refusal:
    return Refusal(command_id=str(uuid.UUID(int=number)), code="x", zh="甲", en="a")


@pytest.fixture(params=["memory", "file"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Both kinds keep the same promises, but for what outlives the process."""
    made = MemoryOutbox() if request.param == "memory" else FileOutbox(tmp_path / "seat.outbox")
    yield made
    made.close()


def reopened(outbox: FileOutbox, path: Path) -> FileOutbox:
    outbox.close()
    return FileOutbox(path)


def test_a_command_is_pending_until_it_is_answered_for_good(outbox: Outbox) -> None:
    for number in (1, 2, 3):
        outbox.put(submit(number))
    assert outbox.pending() == [submit(1), submit(2), submit(3)]
    outbox.settle(receipt(2))
    outbox.settle(refusal(3))
    assert outbox.pending() == [submit(1)]
    assert outbox.find(submit(1).command_id) == submit(1)
    assert outbox.find(submit(2).command_id) == submit(2)
    assert outbox.find(submit(3).command_id) is None
    assert outbox.recorded() == [submit(2)]
    assert outbox.receipts() == {receipt(2).command_id: receipt(2)}


def test_counters_grow_by_one_and_never_come_again(outbox: Outbox) -> None:
    assert outbox.next_counter() == 1
    outbox.put(submit(1))
    outbox.settle(receipt(1))
    assert outbox.next_counter() == 2
    outbox.put(submit(7))
    assert outbox.next_counter() == 8


def test_a_receipt_for_what_is_not_known_does_no_harm(outbox: Outbox) -> None:
    outbox.settle(receipt(9))
    outbox.settle(receipt(9))
    assert outbox.pending() == []


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "seat.outbox"
    outbox = FileOutbox(path)
    outbox.put(submit(1, '{"评语":"好\\n"}'))
    outbox.put(submit(2))
    outbox.settle(receipt(2))
    outbox = reopened(outbox, path)
    assert outbox.pending() == [submit(1, '{"评语":"好\\n"}')]
    assert outbox.receipts() == {receipt(2).command_id: receipt(2)}
    assert outbox.next_counter() == 3
    outbox.close()


@settings(max_examples=60)
@given(st.data())
def test_a_file_cut_off_anywhere_loses_only_the_line_that_was_cut(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("outbox") / "seat.outbox"
    outbox = FileOutbox(path)
    for number in (1, 2, 3):
        outbox.put(submit(number))
    outbox.close()
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:at])
    outbox = FileOutbox(path)
    kept = whole[:at].count(b"\n")
    assert outbox.pending() == [submit(number) for number in range(1, kept + 1)]
    outbox.put(submit(9))
    outbox = reopened(outbox, path)
    assert outbox.pending() == [*(submit(number) for number in range(1, kept + 1)), submit(9)]
    outbox.close()


def test_zeros_behind_the_last_line_as_a_power_cut_leaves_them_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "seat.outbox"
    outbox = FileOutbox(path)
    outbox.put(submit(1))
    outbox.close()
    with open(path, "ab") as file:
        file.write(bytes(500))
    outbox = FileOutbox(path)
    outbox.put(submit(2))
    outbox = reopened(outbox, path)
    assert outbox.pending() == [submit(1), submit(2)]
    outbox.close()


@pytest.mark.parametrize("damage", [b"{\n", b"\xff\xfe\n", b'{"submit":{"command_id":1}}\n', b"\0\0\0\n", b"\n"])
def test_a_damaged_line_costs_no_other_and_the_file_is_kept(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "seat.outbox"
    outbox = FileOutbox(path)
    for number in (1, 2, 3):
        outbox.put(submit(number))
    outbox.close()
    lines = path.read_bytes().splitlines(keepends=True)
    broken = lines[0] + damage + lines[2]
    path.write_bytes(broken)
    with caplog.at_level(logging.WARNING):
        outbox = FileOutbox(path)
    assert outbox.pending() == [submit(1), submit(3)]
    assert (tmp_path / "seat.outbox.damaged").read_bytes() == broken
    assert "damaged" in caplog.text
    outbox.close()


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    FileOutbox(tmp_path / "seat.outbox").close()
    assert stat.S_IMODE((tmp_path / "seat.outbox").stat().st_mode) == 0o600


def test_a_second_window_of_the_same_seat_is_told_so(tmp_path: Path) -> None:
    first = FileOutbox(tmp_path / "seat.outbox")
    with pytest.raises(BadInput) as caught:
        FileOutbox(tmp_path / "seat.outbox")
    assert "另一个窗口" in caught.value.problems[0].zh
    first.put(submit(1))
    first.close()
    second = FileOutbox(tmp_path / "seat.outbox")
    assert second.pending() == [submit(1)]
    second.close()


def test_a_killed_window_leaves_no_lock_and_what_it_had_put(tmp_path: Path) -> None:
    """kill -9 between put and send: the command is there, whole, for the next run."""
    path = tmp_path / "seat.outbox"
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from judge_app.seat.outbox import FileOutbox\n"
        "from judge_app.wire.messages import Submit\n"
        "outbox = FileOutbox(Path(sys.argv[1]))\n"
        f"outbox.put(Submit(command_id={submit(1).command_id!r}, counter=1, data='{{}}', signature='00'))\n"
        "os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, 'SIGKILL') else signal.SIGTERM)\n"
    )
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run([sys.executable, "-c", code, str(path)], cwd=root, check=False, timeout=120)
    assert ended.returncode != 0
    outbox = FileOutbox(path)
    assert outbox.pending() == [submit(1)]
    outbox.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_disk_that_takes_nothing_is_an_error_before_anything_is_sent(tmp_path: Path) -> None:
    outbox = FileOutbox(tmp_path / "seat.outbox")
    outbox.put(submit(1))
    kept = outbox._file
    with open("/dev/full", "r+b", buffering=0) as full:
        outbox._file = full
        with pytest.raises(OSError, match="No space"):
            outbox.put(submit(2))
        outbox._file = kept
    assert outbox.pending() == [submit(1)]
    outbox.close()


def test_wiping_leaves_nothing(tmp_path: Path) -> None:
    outbox = FileOutbox(tmp_path / "seat.outbox")
    outbox.put(submit(1))
    outbox.wipe()
    assert list(tmp_path.iterdir()) == []
