"""The contest's log on the disk: chained, by name, in turn, and never half a line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from judge_app.core.contest import Contest
from judge_app.core.contest_log import ContestOpened, ValueConfirmed, folded
from judge_app.core.errors import BadInput, Refused
from judge_app.core.journal import GENESIS, chain
from judge_app.store.contest_file import append, log_beside, read_contest_log
from judge_app.store.errors import CorruptSession, StoreFailed
from judge_app.verify.files import verify_file
from judge_app.verify.report import Witness

OPENED = ContestOpened(contest="小赛")
CONFIRMED = ValueConfirmed(path="tie_keys", by="甲")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "小赛.contest"


def test_entries_are_read_back_as_they_were_written(path: Path) -> None:
    assert read_contest_log(path) == []
    clock = lambda: datetime(2026, 12, 7, 1, 2, 3, tzinfo=UTC)  # noqa: E731
    append(path, [OPENED], " 甲 ", seen=0, clock=clock)
    written = append(path, [CONFIRMED], "甲", seen=1, clock=clock)
    read = read_contest_log(path)
    assert read == written
    assert [(one.seq, one.body.actor, one.body.at) for one in read] == [
        (1, "甲", "2026-12-07T01:02:03.000Z"),
        (2, "甲", "2026-12-07T01:02:03.000Z"),
    ]
    assert folded(read).confirmed == {"tie_keys": "甲"}
    assert read[0].prev_hash == GENESIS
    assert read[1].hash == chain(read[0].hash, read[1].data)
    assert read[0].body.salt != read[1].body.salt


def test_whoever_has_not_seen_the_last_entry_does_not_write(path: Path) -> None:
    append(path, [OPENED], "甲", seen=0)
    with pytest.raises(Refused, match="moved"):
        append(path, [CONFIRMED], "乙", seen=0)
    with pytest.raises(Refused, match="name_missing"):
        append(path, [CONFIRMED], " ", seen=1)
    assert len(read_contest_log(path)) == 1


def test_a_torn_line_does_not_count_and_is_cut_off_by_the_next_one(path: Path) -> None:
    append(path, [OPENED, CONFIRMED], "甲", seen=0)
    whole = path.read_bytes()
    for end in range(1, len(whole)):
        path.write_bytes(whole[:end])
        assert len(read_contest_log(path)) == whole[:end].count(b"\n") - 1 if b"\n" in whole[:end] else True
    path.write_bytes(whole[:-5])
    append(path, [CONFIRMED], "乙", seen=1)
    assert [one.body.actor for one in read_contest_log(path)] == ["甲", "乙"]


@pytest.mark.parametrize(("old", "new"), [("tie_keys", "timing.."), ('"seq":2', '"seq":3'), ("小赛", "大赛")])
def test_a_hand_in_the_log_is_noticed(path: Path, old: str, new: str) -> None:
    append(path, [OPENED, CONFIRMED], "甲", seen=0)
    whole = path.read_bytes()
    changed = whole.replace(old.encode(), new.encode(), 1)
    assert changed != whole
    path.write_bytes(changed)
    with pytest.raises(CorruptSession):
        read_contest_log(path)
    with pytest.raises(CorruptSession):
        append(path, [CONFIRMED], "甲", seen=2)
    assert path.read_bytes() == changed, "it is left as it is"


def test_a_line_taken_out_is_noticed(path: Path) -> None:
    append(path, [OPENED, CONFIRMED, CONFIRMED], "甲", seen=0)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[3]]))
    with pytest.raises(CorruptSession):
        read_contest_log(path)


def test_what_is_no_log_is_not_written_to(path: Path) -> None:
    path.write_text('{"format": "judge-app/mirror/1"}\n', "utf-8")
    for attempt in (lambda: read_contest_log(path), lambda: append(path, [OPENED], "甲", seen=0)):
        with pytest.raises(BadInput):
            attempt()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        append(tmp_path / "none" / "x.contest", [OPENED], "甲", seen=0)


def test_every_contest_has_its_own_log_beside_its_sessions(tmp_path: Path) -> None:
    contest = Contest(name="小赛: 决赛/总", edition="第二届")
    assert log_beside(tmp_path, contest, rehearsal=False).name == "小赛_决赛_总-第二届.contest"
    assert log_beside(tmp_path, contest, rehearsal=True).name == "小赛_决赛_总-第二届-演练.contest"


def test_the_independent_check_reads_a_log_and_names_its_first_bad_entry(path: Path) -> None:
    records = append(path, [OPENED, CONFIRMED, CONFIRMED], "甲", seen=0)
    report = verify_file(path, [Witness(3, records[2].hash.hex())])
    assert (report.ok, report.kind, report.records, report.head) == (True, "contest", 3, records[2].hash.hex())
    assert report.witnesses
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"tie_keys", b"timing..", 1))
    report = verify_file(path)
    assert (report.ok, report.first_bad, report.faults[0].code) == (False, 2, "hash")
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    assert verify_file(path).ok, "a log that was cut is a shorter log"
    assert not verify_file(path, [Witness(3, records[2].hash.hex())]).ok, "unless somebody knows more of it"


def test_entries_whose_sync_fails_do_not_stand(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(path, [OPENED], "甲", seen=0)
    before = path.read_bytes()

    def broken(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("judge_app.store.contest_file.os.fsync", broken)
        with pytest.raises(StoreFailed):
            append(path, [CONFIRMED, CONFIRMED], "甲", seen=1)
    assert path.read_bytes() == before
    append(path, [CONFIRMED], "甲", seen=1)
    assert len(read_contest_log(path)) == 2
