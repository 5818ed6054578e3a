"""Backups are taken whole, counted only when checked, and the oldest go first."""

from __future__ import annotations

import pytest

from judge_app.store.backups import Backups
from judge_app.store.errors import StoreFailed
from judge_app.store.session_file import read_session


def test_a_backup_is_named_after_its_head_and_reads_like_the_session(session, tmp_path, make_records):
    records = make_records(5)
    session.append(records)
    taken = Backups(tmp_path / "copies", "上午场").take(session)
    assert taken.seq == 5
    assert taken.path.name == f"上午场-000005-{session.head()[1].hex()[:8]}.roadshow"
    assert read_session(taken.path) == records


def test_only_the_newest_are_kept_and_other_files_are_not_touched(session, tmp_path, make_records):
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "other-000001-00000000.roadshow").write_text("another session's")
    backups = Backups(folder, "a", keep=3)
    for _ in range(5):
        session.append(make_records(1, session.head()))
        backups.take(session)
    assert [backup.seq for backup in backups.list()] == [5, 4, 3]
    assert {path.name for path in folder.iterdir()} >= {"notes.txt", "other-000001-00000000.roadshow"}
    assert len(list(folder.iterdir())) == 5


def test_a_second_backup_of_the_same_head_takes_the_place_of_the_first(session, tmp_path, make_records):
    session.append(make_records(2))
    backups = Backups(tmp_path / "copies", "a")
    assert backups.take(session).path == backups.take(session).path
    assert len(backups.list()) == 1


def test_the_newest_good_one_is_found_past_a_damaged_one(session, tmp_path, make_records):
    backups = Backups(tmp_path / "copies", "a")
    assert backups.newest_good() is None
    for _ in range(2):
        session.append(make_records(1, session.head()))
        last = backups.take(session)
    last.path.write_bytes(last.path.read_bytes()[:5000])
    good = backups.newest_good()
    assert good is not None
    assert good.seq == 1


def test_a_backup_that_fails_removes_no_older_one(session, tmp_path, make_records):
    backups = Backups(tmp_path / "copies", "a", keep=1)
    session.append(make_records(1))
    first = backups.take(session)
    (tmp_path / "copies" / "a.taking.part").mkdir()  # stands where the copy is to be written
    session.append(make_records(1, session.head()))
    with pytest.raises(StoreFailed):
        backups.take(session)
    assert backups.newest_good() == first
