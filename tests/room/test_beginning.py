"""With what a room begins: the check of its set-up, the clock after a reboot, and its epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge_app.core import events
from judge_app.core.clock import HoldKind
from judge_app.core.errors import BadInput
from judge_app.room import beginning
from judge_app.room.beginning import check_setup
from judge_app.room.room import open_room
from judge_app.store.session_file import SessionFile, read_session
from tests.core.sessions import setup as small_setup
from tests.room.halls import hall, play


def test_a_session_without_projects_or_without_judges_for_a_component_is_not_opened(tmp_path: Path) -> None:
    whole = small_setup()
    contest = whole.contest
    empty = msgspec.structs.replace(whole, contest=msgspec.structs.replace(contest, projects=()))
    one_class = msgspec.structs.replace(whole, contest=msgspec.structs.replace(contest, judges=contest.judges[:3]))
    for setup, words in ((empty, "没有项目"), (one_class, "没有评委")):
        with pytest.raises(BadInput) as caught:
            check_setup(setup)
        assert words in caught.value.problems[0].zh

        async def scene(setup: Any = setup) -> None:
            with pytest.raises(BadInput):
                open_room(tmp_path / "x.roadshow", setup)

        play(scene)
    assert list(tmp_path.iterdir()) == []


def test_after_a_reboot_the_clock_stands_until_the_host_has_settled_it(tmp_path: Path) -> None:
    """Another boot id in the file is what a reboot leaves: the journal is sealed anew with one."""

    async def scene() -> None:
        async with hall(tmp_path) as held:
            await held.begin()
            remaining = held.room.state.run
            assert remaining is not None
        _rebooted(tmp_path)
        async with hall(tmp_path) as held:
            run = held.room.state.run
            assert run is not None
            assert run.hold is not None
            assert run.hold.kind is HoldKind.TECHNICAL
            assert held.room.state.room is not None
            assert held.room.state.room.boot_id != "another-boot"

    play(scene)


def _rebooted(folder: Path) -> None:
    from judge_app.core import journal

    path = folder / "x.roadshow"
    records = list(read_session(path))
    path.rename(folder / "before.roadshow")
    (folder / "x.roadshow.key").rename(folder / "kept.key")
    file = SessionFile.create(path)
    prev = journal.GENESIS
    sealed = []
    for record in records:
        body = record.body
        event = body.event
        if isinstance(event, events.RoomStarted):
            event = msgspec.structs.replace(event, boot_id="another-boot")
        stamp = msgspec.structs.replace(body.at, boot_id="another-boot")
        sealed.append(journal.seal(msgspec.structs.replace(body, at=stamp, event=event), prev))
        prev = sealed[-1].hash
    file.append(sealed)
    file.close()
    (folder / "kept.key").rename(folder / "x.roadshow.key")


def test_a_take_over_is_above_every_recovery_and_recoveries_go_up_with_time() -> None:
    recovered, taken_over = events.PauseKind.RECOVERED, events.PauseKind.TAKEN_OVER
    first = beginning.next_epoch(1, recovered, 0)
    later = beginning.next_epoch(1, recovered, 90)  # from a copy that does not know of the first
    assert 1 < first < later
    spare = beginning.next_epoch(1, taken_over, 30)
    assert later < spare
    assert beginning.next_epoch(later, recovered, 10**9) < spare < beginning.next_epoch(spare, recovered, 95)
    assert beginning.next_epoch(spare, recovered, 95) < beginning.next_epoch(spare, taken_over, 0)
    wrong_clock = beginning.next_epoch(1, recovered, 10**9)
    assert wrong_clock < beginning.next_epoch(wrong_clock, recovered, 10**9) < spare, "the next one has a number too"
