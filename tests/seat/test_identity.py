"""A device's key and what the room gave it; and a judge's unfinished sheets. Both private, both survive damage."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from judge_app.seat.drafts import Draft, Drafts
from judge_app.seat.identity import Identity, machine_of
from judge_app.wire.link import JoinLink
from judge_app.wire.messages import Enrolled

ENROLLED = Enrolled(seat="judge:E2", device="d", secret="s", admitted=True)
posix = pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "seats" / "x.key"
    first = Identity(path)
    assert first.enrolled is None
    first.remember(ENROLLED)
    again = Identity(path)
    assert again.public == first.public
    assert again.enrolled == ENROLLED


def test_without_a_file_it_is_another_each_time() -> None:
    assert Identity(None).public != Identity(None).public


@posix
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    (tmp_path / "x.key.new").write_text("left over")
    (tmp_path / "x.key.new").chmod(0o666)
    Identity(tmp_path / "x.key").remember(ENROLLED)
    assert stat.S_IMODE((tmp_path / "x.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["x.key"]


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'{"private_key":"AAAA"}', b"\0" * 64])
def test_a_damaged_key_is_kept_beside_and_a_new_one_made(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "x.key"
    before = Identity(path).public
    path.write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        after = Identity(path)
    assert after.public != before
    assert after.enrolled is None
    assert (tmp_path / "x.key.damaged").read_bytes() == damage
    assert Identity(path).public == after.public


def test_wiping_leaves_nothing(tmp_path: Path) -> None:
    identity = Identity(tmp_path / "x.key")
    identity.remember(ENROLLED)
    identity.wipe()
    assert list(tmp_path.iterdir()) == []
    Identity(None).wipe()


POINTS = {"expert100": {"表现": 3000}}


def test_drafts_are_there_after_a_restart_and_gone_once_dropped(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "x.drafts")
    drafts.put("1", POINTS, "还没写完")
    drafts.put("2", {}, "")
    again = Drafts(tmp_path / "x.drafts")
    assert again.all() == {"1": Draft(points=POINTS, comment="还没写完"), "2": Draft(points={})}
    again.drop("1")
    again.drop("77")
    assert Drafts(tmp_path / "x.drafts").all().keys() == {"2"}


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'{"1":{"points":3}}', b"[]"])
def test_damaged_drafts_are_kept_beside_and_the_judge_begins_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "x.drafts"
    path.write_bytes(damage)
    drafts = Drafts(path)
    assert drafts.all() == {}
    assert (tmp_path / "x.drafts.damaged").read_bytes() == damage
    drafts.put("1", POINTS, "")
    assert Drafts(path).all().keys() == {"1"}


@posix
def test_only_their_owner_can_read_drafts(tmp_path: Path) -> None:
    Drafts(tmp_path / "x.drafts").put("1", POINTS, "")
    assert stat.S_IMODE((tmp_path / "x.drafts").stat().st_mode) == 0o600


def link(fingerprint: bytes = b"f" * 32, token: str = "t") -> JoinLink:
    return JoinLink(host="127.0.0.1", port=1, fingerprint=fingerprint, token=token)


def test_a_computer_is_one_at_every_seat_of_a_room_and_another_in_another_room(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    own = machine_of(here, link())
    assert own == machine_of(here, link(token="another seat's")) != ""
    assert machine_of(here, link(b"g" * 32)) != own, "rooms cannot put their heads together"
    assert machine_of(there, link()) != own


def test_the_last_seat_that_leaves_takes_the_computers_mark_along(tmp_path: Path) -> None:
    one, two = Identity(tmp_path / "x.key"), Identity(tmp_path / "y.key")
    machine_of(tmp_path, link())
    one.wipe()
    assert (tmp_path / "machine").exists()
    two.wipe()
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_kept_a_computer_has_no_mark(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("x")
    with caplog.at_level(logging.WARNING):
        assert machine_of(tmp_path / "file" / "seats", link()) == ""
