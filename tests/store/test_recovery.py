"""A damaged session is built anew from the longest story its copies agree on, and never from two stories."""

from __future__ import annotations

import msgspec
import pytest

from judge_app.core.errors import BadInput
from judge_app.core.events import PauseKind, SessionPaused
from judge_app.core.journal import GENESIS, seal
from judge_app.store.mirror import Mirror
from judge_app.store.recovery import recover, refill, salvage
from judge_app.store.session_file import CorruptSession, InUse, SessionFile, read_session


@pytest.fixture
def story(session, path, tmp_path, make_records):
    """200 records in the file, 60 in a backup, 180 in the mirror; the file closed."""
    records = make_records(200)
    session.append(records[:60])
    backup = tmp_path / "backup.roadshow"
    session.backup(backup)
    session.append(records[60:180])
    mirror = tmp_path / "usb.jsonl"
    Mirror.open(mirror, session).close()
    session.append(records[180:])
    session.seal()
    return records, path, backup, mirror


def wreck(path, keep):
    """Overwrite the file behind ``keep`` bytes with noise."""
    content = path.read_bytes()
    path.write_bytes(content[:keep] + b"\xa5" * (len(content) - keep))


def test_nothing_is_needed_but_the_mirror_when_the_file_is_gone(story):
    records, path, backup, mirror = story
    path.unlink()
    done = recover(path, [backup, mirror])
    assert (done.records, done.source, done.kept) == (180, str(mirror), None)
    assert read_session(path) == records[:180]


def test_the_longest_copy_wins_and_the_damaged_file_is_kept(story):
    records, path, backup, mirror = story
    wreck(path, 0)
    with pytest.raises(CorruptSession):
        read_session(path)
    done = recover(path, [backup, mirror])
    assert done.records == 180
    assert done.heads == {str(path): 0, str(backup): 60, str(mirror): 180}
    assert done.kept is not None
    assert done.kept.exists()
    with SessionFile.open(path) as again:
        assert list(again.records()) == records[:180]


def test_what_is_left_of_the_file_itself_counts(story):
    records, path, backup, _ = story
    content = bytearray(path.read_bytes())
    where = content.rindex(records[150].data)
    content[where + 40] ^= 1
    path.write_bytes(content)
    assert salvage(path) == records[:150]
    done = recover(path, [backup])
    assert (done.records, done.source) == (150, str(path))


def test_two_stories_are_never_merged(story, make_records, tmp_path):
    records, path, _, mirror = story
    path.unlink()
    other = tmp_path / "other-host.roadshow"
    with SessionFile.create(other) as taken_over:
        taken_over.append(records[:40])
        taken_over.append(make_records(3, taken_over.head()))
    with pytest.raises(BadInput, match="from record 41 on"):
        recover(path, [mirror, other])
    assert not path.exists()


def test_nothing_to_recover_from_is_said(tmp_path):
    lost = tmp_path / "lost.roadshow"
    with pytest.raises(BadInput, match="no records"):
        recover(lost, [tmp_path / "absent.roadshow", tmp_path / "absent.jsonl"])
    lost.write_bytes(bytes(5000))
    with pytest.raises(BadInput, match="no records"):
        recover(lost, [])
    assert lost.read_bytes() == bytes(5000)


def test_a_file_that_a_room_holds_is_not_recovered_under_it(session, path, make_records):
    session.append(make_records(2, (0, GENESIS)))
    with pytest.raises(InUse):
        recover(path, [])


def taken_over(records, kind=PauseKind.TAKEN_OVER):
    """Those records, and a spare's first of its own, as the centre has them."""
    body = msgspec.structs.replace(
        records[-1].body,
        seq=len(records) + 1,
        event_id="f" * 32,
        command_id="f" * 32,
        event=SessionPaused(kind=kind, sheets=0, last_at=""),
    )
    return [*records, seal(body, records[-1].hash)]


def test_what_a_spare_went_on_with_is_not_appended_to_the_old_file(story):
    records, path, _, _ = story
    with SessionFile.open(path) as session, pytest.raises(BadInput, match="spare computer took"):
        refill(session, [], [("centre", taken_over(records))])
    assert read_session(path) == records


def test_the_computer_that_took_over_gets_its_own_records_back(story, tmp_path, make_records):
    """Its file lost its last records; its own backup, or its own and the centre, have them."""
    records, path, _, _ = story
    told = taken_over(records)
    own = tmp_path / "own.roadshow"
    with SessionFile.create(own) as session:
        session.append(told)
        session.seal()
    with SessionFile.open(path) as session:
        assert refill(session, [own], [("centre", told)]) == (1, own.name)
    assert read_session(path) == told
    with SessionFile.open(path) as session, pytest.raises(BadInput, match="spare computer took"):
        refill(session, [own], [("centre", taken_over(told))])


def test_a_damaged_old_file_is_not_put_together_from_what_a_spare_went_on_with(story):
    records, path, _, _ = story
    wreck(path, 20_000)
    before = path.read_bytes()
    with pytest.raises(BadInput, match="spare computer took"):
        recover(path, [], [("centre", taken_over(records))])
    assert path.read_bytes() == before


def test_a_pause_of_the_same_computer_is_taken_from_the_centre(story):
    records, path, _, _ = story
    with SessionFile.open(path) as session:
        assert refill(session, [], [("centre", taken_over(records, PauseKind.OPENED))]) == (1, "centre")
