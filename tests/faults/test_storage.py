"""Pulled plugs under the session file, with real processes: what was acknowledged is stored, once, and the chain holds.

The long forms (every system call, power loss, a killed Postgres) are in tests/faults/long.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge_app.store.session_file import InUse, SessionFile, StoreFailed, read_session
from tests.faults.ledger import WRITER, Ledger, Writers

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork, signals and mounts of Linux")
pytestmark = linux


@pytest.fixture(scope="module")
def writers() -> Iterator[Writers]:
    with Writers() as made:
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "上午场.roadshow"


def killed_at(writers: Writers, path: Path, ledger: Ledger, mode: str, seed: int, after: int) -> None:
    """A writer runs until ``after`` lines of acknowledgement have been heard and is killed wherever it is by then."""
    pid = writers.start(path, mode, seed, 10_000)
    heard = 0
    for line in writers.words():
        ledger.hear(line)
        heard += line.startswith("ack")
        if heard == after:
            os.kill(pid, signal.SIGKILL)
    assert not ledger.ended


def test_a_writer_killed_at_any_moment_again_and_again_loses_nothing_it_acknowledged(writers, path):
    chance = random.Random()
    ledger = Ledger()
    for round_ in range(25):
        killed_at(writers, path, ledger, "good", round_, chance.randint(1, 120))
        assert ledger.problems(path) == []
    assert len(ledger.acknowledged) > 25
    with SessionFile.open(path) as file:
        assert file.head()[0] >= max(ledger.acknowledged)


@pytest.mark.parametrize(("mode", "caught"), [("good", False), ("early", True)])
def test_a_build_that_acknowledges_before_the_commit_is_caught(writers, path, mode, caught):
    """Killed while it waits behind its third acknowledgement: where that came first, the commit never came."""
    ledger = Ledger()
    pid = writers.start(path, mode, 1, 10, "--step")
    batches = 0
    for line in writers.words():
        ledger.hear(line)
        if line.startswith("ack"):
            batches += 1
            if batches == 3:
                os.kill(pid, signal.SIGKILL)
            elif batches < 3:
                writers.say()
    found = ledger.problems(path)
    assert bool(found) == caught
    assert all("not stored" in problem or "cut off" in problem for problem in found)


def test_a_writer_that_is_frozen_keeps_its_file_and_goes_on_afterwards(writers, path):
    ledger = Ledger()
    pid = writers.start(path, "good", 1, 2, "--step")
    lines = writers.words()
    assert next(lines).startswith("open")
    ledger.hear(next(lines))
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(InUse, match=f"pid {pid} "):
        SessionFile.open(path)
    with pytest.raises(InUse):
        read_session(path)
    os.kill(pid, signal.SIGCONT)
    writers.say()
    for line in lines:
        ledger.hear(line)
        if line.startswith("ack"):
            writers.say()
    assert ledger.ended == "done"
    assert ledger.problems(path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB; mounting one takes root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).returncode != 0:
        pytest.skip("mounting a small file system takes root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_stops_the_writer_loudly_and_room_made_lets_it_go_on(writers, small_disk):
    path = small_disk / "a.roadshow"
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    ledger = Ledger()
    writers.start(path, "good", 1, 10_000)
    ledger.hear_all(writers.words())
    assert ledger.ended == "failed SQLITE_FULL"
    assert ledger.acknowledged
    with pytest.raises(StoreFailed) as full:  # nothing is acknowledged on a disk that takes no heartbeat
        SessionFile.open(path)
    assert "腾出空间" in full.value.zh
    ballast.unlink()
    assert ledger.problems(path) == []
    ledger.ended = ""
    writers.start(path, "good", 2, 5)
    ledger.hear_all(writers.words())
    assert ledger.ended == "done"
    assert ledger.problems(path) == []


def test_a_file_system_that_turns_read_only_stops_the_writer_and_can_still_be_read(small_disk):
    path = small_disk / "a.roadshow"
    command = [*WRITER, str(path), "good", "1", "3"]
    ledger = Ledger()
    ledger.hear_all(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines(keepends=True)
    )
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StoreFailed, match="cannot be written"):
        SessionFile.open(path)
    assert ledger.problems(path) == []


STRACE = shutil.which("strace")


def inject(path: Path, what: str) -> Ledger:
    """A writer under strace with a fault injected; skips where tracing is not allowed."""
    command = [
        STRACE or "",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"inject={what}",
        *WRITER,
        str(path),
        "good",
        "1",
        "60",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if "ptrace" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("tracing is not allowed here")
    ledger = Ledger()
    ledger.hear_all(done.stdout.splitlines(keepends=True))
    return ledger


@pytest.mark.skipif(STRACE is None, reason="needs strace")
@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("fdatasync:error=EIO:when=9", "SQLITE_IOERR_FSYNC"),
        ("fdatasync:error=EIO:when=14+", "SQLITE_IOERR_FSYNC"),
        ("pwrite64:error=EIO:when=61", "SQLITE_IOERR_WRITE"),
        ("pwrite64:error=ENOSPC:when=70", "SQLITE_FULL"),
    ],
)
def test_an_error_of_the_disk_ends_the_writers_use_and_loses_nothing(path, what, code):
    ledger = inject(path, what)
    assert ledger.ended == f"failed {code}"
    assert ledger.problems(path) == []
    with SessionFile.open(path) as file:
        file.heartbeat()


@pytest.mark.skipif(STRACE is None, reason="needs strace")
@pytest.mark.parametrize(
    "what", ["pwrite64:signal=SIGKILL:when=40", "pwrite64:signal=SIGKILL:when=75", "fdatasync:signal=SIGKILL:when=20"]
)
def test_killed_inside_a_system_call_of_the_commit(path, what):
    ledger = inject(path, what)
    assert ledger.ended == ""
    assert ledger.acknowledged
    assert ledger.problems(path) == []
