"""The mirror follows the session file line by line and never silently forgets what it knew."""

from __future__ import annotations

import json

import pytest

from judge_app.core.errors import BadInput
from judge_app.core.journal import chain
from judge_app.store.errors import CorruptSession
from judge_app.store.mirror import Mirror, MirrorAhead, read_mirror
from judge_app.store.session_file import SessionFile


@pytest.fixture
def at(tmp_path):
    return tmp_path / "usb.jsonl"


def test_the_mirror_reads_back_as_the_session(session, at, make_records):
    session.append(make_records(3))
    mirror = Mirror.open(at, session)
    session.append(make_records(600, session.head()))
    assert mirror.catch_up(session) == 600
    assert mirror.catch_up(session) == 0
    assert mirror.head() == session.head()
    mirror.close()
    assert read_mirror(at) == list(session.records())


def test_its_lines_can_be_checked_with_json_and_sha256_alone(session, at, make_records):
    session.append(make_records(4))
    Mirror.open(at, session).close()
    first, *lines = at.read_text("utf-8").splitlines()
    assert json.loads(first) == {"format": "judge-app/mirror/1"}
    prev = bytes(32)
    for number, text in enumerate(lines, 1):
        line = json.loads(text)
        assert line["seq"] == json.loads(line["body"])["seq"] == number
        assert line["prev_hash"] == prev.hex()
        prev = chain(prev, line["body"].encode())
        assert line["hash"] == prev.hex()


def test_a_torn_last_line_is_cut_off_and_written_anew(session, at, make_records):
    session.append(make_records(4))
    Mirror.open(at, session).close()
    whole = at.read_bytes()
    for cut in (1, 50, len(whole) - 10):
        at.write_bytes(whole[:-cut])
        assert len(read_mirror(at)) == (3 if cut < 100 else 0)
        mirror = Mirror.open(at, session)
        mirror.close()
        assert mirror.set_aside is None
        assert at.read_bytes() == whole


def test_a_damaged_mirror_is_kept_aside_and_begun_anew(session, at, make_records):
    session.append(make_records(4))
    Mirror.open(at, session).close()
    hit = at.read_text("utf-8").replace("1850", "1950", 1)
    at.write_text(hit, "utf-8")
    with pytest.raises(CorruptSession) as found:
        read_mirror(at)
    assert found.value.first_bad == 1
    mirror = Mirror.open(at, session)
    mirror.close()
    assert mirror.set_aside is not None
    assert mirror.why is not None
    assert mirror.set_aside.read_text("utf-8") == hit
    assert read_mirror(at) == list(session.records())


def test_the_mirror_of_another_session_is_kept_aside(session, at, tmp_path, make_records):
    with SessionFile.create(tmp_path / "afternoon.roadshow") as other:
        other.append(make_records(2))
        Mirror.open(at, other).close()
    session.append(make_records(1))
    mirror = Mirror.open(at, session)
    mirror.close()
    assert mirror.set_aside is not None
    assert len(read_mirror(mirror.set_aside)) == 2
    assert len(read_mirror(at)) == 1


def test_a_mirror_that_knows_more_than_the_file_is_an_alarm_and_stays_as_it_is(session, at, tmp_path, make_records):
    records = make_records(5)
    session.append(records)
    Mirror.open(at, session).close()
    before = at.read_bytes()
    with SessionFile.create(tmp_path / "restored.roadshow") as older:
        older.append(records[:3])
        with pytest.raises(MirrorAhead, match="5 records"):
            Mirror.open(at, older)
    assert at.read_bytes() == before


def test_a_file_that_is_no_mirror_is_refused(at):
    with pytest.raises(BadInput):
        read_mirror(at)
    at.write_text('{"format": "something"}\n')
    with pytest.raises(BadInput, match="no mirror"):
        read_mirror(at)
