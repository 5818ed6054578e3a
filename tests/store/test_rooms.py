"""All rooms as a watcher sees them: from files, from a centre, from both, and when something does not agree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from judge_app.core.errors import BadInput
from judge_app.core.journal import Record
from judge_app.store.backups import Backups
from judge_app.store.central import Central
from judge_app.store.errors import StoreFailed
from judge_app.store.rooms import Watch
from judge_app.store.session_file import SessionFile
from tests.core.contests import heard, sitting
from tests.store.conftest import renamed
from tests.store.test_central import by_hand, follow, send, started


def written(path: Path, records: Sequence[Record]) -> Path:
    with SessionFile.create(path) as file:
        file.append(records)
        file.seal()
    return path


@pytest.fixture(scope="module")
def first() -> list[Record]:
    made = heard(0, [0.9, 0.7])
    return renamed(made.records, made.setup.session_id)


@pytest.fixture(scope="module")
def second() -> list[Record]:
    made = sitting(1)
    made.call("3")
    return renamed(made.records, made.setup.session_id)


def test_a_folder_of_session_files_in_the_order_of_the_plan(tmp_path, first, second) -> None:
    written(tmp_path / "b.roadshow", first)
    written(tmp_path / "a.roadshow", second)
    (tmp_path / "x.damaged-1.roadshow").write_bytes(b"")
    seen = Watch([tmp_path]).look()
    assert [room.state.session.session.name for room in seen.rooms] == ["第一场", "第二场"]
    assert [(room.place, room.check.by, room.check.equal) for room in seen.rooms] == [
        ("b.roadshow", "chain", True),
        ("a.roadshow", "chain", True),
    ]
    assert seen.troubles == ()
    assert seen.rooms[0].state.locked


def test_what_is_new_is_seen_at_the_next_look_and_the_rest_is_left(tmp_path, second) -> None:
    path = tmp_path / "a.roadshow"
    with SessionFile.create(path) as file:
        file.append(second[:1])
        file.seal()
    watch = Watch([path])
    before = watch.look()
    assert watch.look().rooms == before.rooms
    with SessionFile.open(path) as file:
        file.append(second[1:])
        file.seal()
    assert watch.look().rooms[0].state.current == "3"


def test_a_file_that_a_room_holds_is_seen_by_its_last_backup(tmp_path, second) -> None:
    path = tmp_path / "a.roadshow"
    with SessionFile.create(path) as file:
        file.append(second)
        seen = Watch([tmp_path]).look()
        assert seen.rooms == ()
        assert "正由另一个进程使用" in seen.troubles[0].zh
        Backups(tmp_path / "backups", "a").take(file)
        watch = Watch([tmp_path])
        seen = watch.look()
        assert [(room.stale, room.state.current) for room in seen.rooms] == [(True, "3")]
        assert seen.troubles == ()


def test_a_damaged_file_is_named_and_hides_no_other(tmp_path, first) -> None:
    written(tmp_path / "a.roadshow", first)
    (tmp_path / "b.roadshow").write_bytes(b"x" * 200)
    seen = Watch([tmp_path]).look()
    assert [room.place for room in seen.rooms] == ["a.roadshow"]
    assert [problem.place for problem in seen.troubles] == ["b.roadshow"]


def test_of_two_copies_the_longer_one_is_seen_and_two_chains_are_contested(tmp_path, first) -> None:
    written(tmp_path / "a.roadshow", first[:20])
    written(tmp_path / "b.roadshow", first)
    (room,) = Watch([tmp_path]).look().rooms
    assert (room.place, room.contested) == ("b.roadshow", False)
    written(tmp_path / "c.roadshow", [*first[:20], *follow(first[:20], started(9))])
    (room,) = Watch([tmp_path]).look().rooms
    assert room.contested


def test_the_centre_s_rooms_and_what_is_new_there(central, url, first, second) -> None:
    send(central, first[0].event.setup.session_id, first)
    watch = Watch([url])
    (room,) = watch.look().rooms
    assert (room.folded.seq, room.check.by, room.check.equal, room.place) == (len(first), "tables", True, "")
    send(central, second[0].event.setup.session_id, second[:1])
    assert [room.state.current for room in watch.look().rooms] == ["2", None]
    send(central, second[0].event.setup.session_id, second[1:])
    assert [room.state.current for room in watch.look().rooms] == ["2", "3"]
    watch.close()


def test_a_second_chain_is_shown_with_its_heads_and_alarms(central, url, first) -> None:
    session_id = first[0].event.setup.session_id
    send(central, session_id, first[:30])
    send(central, session_id, [*first[:20], *follow(first[:20], started(9))], host="h2")
    watch = Watch([url])
    (room,) = watch.look().rooms
    assert room.contested
    assert len(room.heads) == 2
    assert [alarm.kind for alarm in room.alarms] == ["contested"]
    watch.close()


def test_the_centre_is_compared_with_the_room_s_own_file(central, url, tmp_path, first) -> None:
    session_id = first[0].event.setup.session_id
    send(central, session_id, first[:-3])
    path = written(tmp_path / "a.roadshow", first)
    watch = Watch([url, path])
    (room,) = watch.look().rooms
    assert (room.check.by, room.check.equal, room.place) == ("file", False, "a.roadshow")
    assert {one.what for one in room.check.differences} >= {"count", "head"}
    send(central, session_id, first)
    (room,) = watch.look().rooms
    assert (room.check.by, room.check.equal) == ("file", True)
    watch.close()


def test_a_mark_changed_in_the_tables_is_red_once_it_stays(central, url, first) -> None:
    session_id = first[0].event.setup.session_id
    send(central, session_id, first)
    by_hand(
        url, "UPDATE scores SET hundredths = hundredths + 100 WHERE entry_no = '1' AND judge = 'E1' AND criterion <> ''"
    )
    watch = Watch([url])
    assert watch.look().rooms[0].check.equal, "the tables may just be behind"
    (room,) = watch.look().rooms
    assert [(one.what, one.entry_no) for one in room.check.differences][:1] == [("sum", "1")]
    assert not room.check.equal
    watch.close()


def test_a_session_that_the_centre_lacks_is_seen_from_its_file(central, url, tmp_path, first, second) -> None:
    send(central, first[0].event.setup.session_id, first)
    path = written(tmp_path / "b.roadshow", second)
    watch = Watch([url, path])
    assert [(room.place, room.check.by) for room in watch.look().rooms] == [("", "tables"), ("b.roadshow", "chain")]
    watch.close()


def test_a_centre_that_is_not_there_is_said_and_not_made(tmp_path) -> None:
    path = tmp_path / "none.sqlite"
    with pytest.raises(BadInput):
        Watch([f"sqlite:///{path}"])
    assert not path.exists()
    with pytest.raises((BadInput, StoreFailed)):
        Watch(["postgresql://nobody:x@127.0.0.1:1/none"]).look()
    with pytest.raises(BadInput):
        Watch([tmp_path / "none"])
    with pytest.raises(BadInput):
        Watch(["sqlite:///a", "sqlite:///b"])
    with pytest.raises(BadInput):
        Watch(["mysql://h/db"])


def test_what_is_decided_lies_beside_what_it_is_about(tmp_path) -> None:
    assert Watch([tmp_path]).folder == tmp_path
    path = tmp_path / "central.sqlite"
    Central.connect(f"sqlite:///{path}").close()
    assert Watch([f"sqlite:///{path}"]).folder == tmp_path
    assert Watch(["postgresql://h/db"]).folder is None
