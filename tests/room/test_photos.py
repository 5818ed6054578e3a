"""Photos of paper sheets: whole or not there, under their hash, within limits; and the command that names one."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from judge_app.core import commands
from judge_app.core.errors import Refused
from judge_app.core.stages import SheetStatus
from judge_app.room import photos
from judge_app.room.photos import PhotoFolder, Photos, folder_of
from judge_app.wire import messages
from judge_app.wire.messages import Refusal
from tests.core.sessions import sheet
from tests.room.halls import WAIT_S, hall, heard

JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 8


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_photo_is_kept_under_its_hash_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "a.roadshow"
    kept = Photos(file)
    kept.keep(digest(JPEG), JPEG)
    kept.keep(digest(JPEG), JPEG)
    assert [path.name for path in folder_of(file).iterdir()] == [f"{digest(JPEG)}.jpg"]
    assert Photos(file).known(digest(JPEG))
    assert not Photos(file).known(digest(b""))


@pytest.mark.parametrize(
    ("data", "named", "code"),
    [
        (b"<svg/>", digest(b"<svg/>"), "not_a_photo"),
        (b"", digest(b""), "not_a_photo"),
        (JPEG, digest(b"other"), "photo_damaged"),
        (b"\xff\xd8\xff" + bytes(messages.MAX_PHOTO), "00" * 32, "photo_too_large"),
    ],
)
def test_what_is_no_photo_of_that_name_is_refused(tmp_path: Path, data: bytes, named: str, code: str) -> None:
    kept = Photos(tmp_path / "a.roadshow")
    with pytest.raises(Refused, match=code):
        kept.keep(named, data)
    assert not folder_of(tmp_path / "a.roadshow").exists()


def test_a_session_keeps_so_many_and_no_more(tmp_path: Path) -> None:
    kept = Photos(tmp_path / "a.roadshow")
    for number in range(photos.MOST):
        kept._kept.add(str(number))
    with pytest.raises(Refused, match="too_many"):
        kept.keep(digest(JPEG), JPEG)


def test_a_photo_that_was_damaged_since_is_taken_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.roadshow"
    kept = Photos(file)
    kept.keep(digest(JPEG), JPEG)
    path = folder_of(file) / f"{digest(JPEG)}.jpg"
    path.write_bytes(JPEG[:9])
    Photos(file).keep(digest(JPEG), JPEG)
    assert path.read_bytes() == JPEG


def test_a_photo_that_two_write_at_once_is_whole_all_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has written before either puts its file in place."""
    folder = PhotoFolder(tmp_path / "x.papers")
    name = digest(JPEG)
    written = threading.Barrier(2)
    fsync, replace = os.fsync, Path.replace
    seen: list[bytes] = []
    failed: list[BaseException] = []

    def both(descriptor: int) -> None:
        fsync(descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            written.wait(WAIT_S)

    def looked_at(path: Path, target: Path) -> Path:
        seen.append(path.read_bytes())
        return replace(path, target)

    def write() -> None:
        try:
            folder.put(name, JPEG)
        except BaseException as error:
            failed.append(error)

    monkeypatch.setattr(os, "fsync", both)
    monkeypatch.setattr(Path, "replace", looked_at)
    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert not failed
    assert seen == [JPEG, JPEG]
    assert folder.read(name) == JPEG
    assert [path.name for path in folder.path.iterdir()] == [f"{name}.jpg"]


def test_a_photo_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = PhotoFolder(tmp_path / "x.papers")

    def full(descriptor: int) -> None:
        raise OSError(28, "no space left")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            folder.put(digest(JPEG), JPEG)
    assert not list(folder.path.iterdir())
    folder.put(digest(JPEG), JPEG)
    assert folder.read(digest(JPEG)) == JPEG


def test_a_reading_names_a_photo_that_the_room_has(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            scorer, checker = await held.seated("scorer"), await held.seated("checker")
            judge = await held.seated("judge:E3")
            await held.begin()
            points = sheet(held.setup, "E2", 0.5)
            async with held.socket(scorer) as ws, held.socket(checker) as other, held.socket(judge) as third:

                async def enter(name: str, socket: object, device: object, photo: str) -> object:
                    command = commands.EnterPaper(
                        entry_no="1", judge="E2", revision=0, points=points, name=name, photo=photo
                    )
                    await socket.send_str(messages.encode(device.sign(command)).decode())  # type: ignore[attr-defined]
                    return await heard(socket, messages.Receipt | Refusal)  # type: ignore[arg-type]

                answer = await enter("吴计", ws, scorer, digest(JPEG))
                assert isinstance(answer, Refusal)
                assert answer.code == "photo_missing"
                for socket in (ws, third):
                    photo = messages.KeepPhoto(digest=digest(JPEG), data=JPEG)
                    await socket.send_str(messages.encode(photo).decode())
                kept = await heard(ws, messages.PhotoKept)
                assert kept.code == ""
                assert isinstance(await enter("吴计", ws, scorer, digest(JPEG)), messages.Receipt)
                assert isinstance(await enter("郑核", other, checker, ""), messages.Receipt)
            recorded = held.room.committed.projects["1"].sheets["E2"]
            assert recorded.status is SheetStatus.SUBMITTED
            assert recorded.paper is not None
            assert recorded.paper.photo == digest(JPEG)

    asyncio.run(scene())


def test_a_judge_keeps_no_photo(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            judge = await held.seated("judge:E3")
            async with held.socket(judge) as ws:
                await heard(ws, messages.Welcome)
                photo = messages.KeepPhoto(digest=digest(JPEG), data=JPEG)
                await ws.send_str(messages.encode(photo).decode())
                await ws.send_str(messages.encode(messages.Ping(sent_ns=1)).decode())
                await heard(ws, messages.Pong)
            assert not held.room.photos.known(digest(JPEG))

    asyncio.run(scene())


def test_a_photo_that_was_being_written_at_a_crash_is_not_known(tmp_path: Path) -> None:
    session_file = tmp_path / "x.roadshow"
    folder = folder_of(session_file)
    folder.mkdir()
    name = digest(JPEG)
    left = folder / f"{name}-0.new"
    left.write_bytes(JPEG[:10])
    kept = Photos(session_file)
    assert not left.exists()
    assert not kept.known(name)
    kept.keep(name, JPEG)
    assert Photos(session_file).known(name)
