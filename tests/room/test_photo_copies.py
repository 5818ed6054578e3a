"""The photos of paper sheets lie beside the backups and the mirror too, come back from there, and are missed aloud."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from judge_app.core import commands
from judge_app.room import photo_copies as module
from judge_app.room.mirroring import mirror_file
from judge_app.room.photo_copies import PhotoCopies
from judge_app.room.photos import PhotoFolder, folder_of
from judge_app.wire.messages import Receipt
from tests.core.sessions import sheet
from tests.room.halls import WAIT_S, Hall, hall

JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 8
NAME = hashlib.sha256(JPEG).hexdigest()


async def entered(held: Hall) -> None:
    """A paper sheet is entered, with its photo."""
    scorer = await held.seated("scorer")
    await held.begin()
    await asyncio.to_thread(held.room.photos.keep, NAME, JPEG)
    command = commands.EnterPaper(
        entry_no="1", judge="E2", revision=0, points=sheet(held.setup, "E2", 0.5), name="吴计", photo=NAME
    )
    assert isinstance(await held.room.submit(held.seat("scorer"), scorer.id, scorer.sign(command)), Receipt)


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():  # noqa: ASYNC110 - it is another thread's doing
            await asyncio.sleep(0.01)


def troubles(held: Hall) -> list[str]:
    return [zh for zh, _ in held.room.live().health.trouble]


def places(folder: Path) -> tuple[Path, Path]:
    """Backups, and a mirror's medium that is in."""
    backups, stick = folder / "backups", folder / "stick"
    backups.mkdir()
    stick.mkdir()
    mirror_file(stick, folder / "x.roadshow").touch()
    return backups, stick


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.02)
    monkeypatch.setattr(module, "TURN_S", WAIT_S)


class Medium:
    """A folder whose disk can be made to hang, or to take its time, by a clock that is set by hand."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.takes_s = 0.0
        self.asked = 0
        self.go = threading.Event()
        self.go.set()
        self.now = 0.0
        has = PhotoFolder.has

        def slowly(place: PhotoFolder, digest: str) -> bool:
            if place.path.parent == folder:
                self.asked += 1
                assert self.go.wait(WAIT_S)
                self.now += self.takes_s
            return has(place, digest)

        monkeypatch.setattr(PhotoFolder, "has", slowly)
        monkeypatch.setattr(module, "monotonic", lambda: self.now)
        monkeypatch.setattr(module, "TURN_S", 0.02)

    def hang(self) -> None:
        self.go.clear()
        self.asked = 0

    async def does_not_answer(self) -> None:
        await until(lambda: self.asked)
        self.now += module.ANSWER_S + 1


def test_a_photo_lies_beside_the_backups_and_the_mirror_too(tmp_path: Path) -> None:
    backups, stick = places(tmp_path)

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            copies = PhotoCopies(held.room, backups=backups, mirror=stick)
            copies.start()
            assert not (backups / "x.papers").exists()
            await entered(held)
            await until(lambda: (stick / "x.papers" / f"{NAME}.jpg").is_file())
            await copies.stop()
            assert not troubles(held)

    asyncio.run(scene())
    for folder in (backups, stick):
        assert (folder / "x.papers" / f"{NAME}.jpg").read_bytes() == JPEG


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_photo_that_was_lost_comes_back_from_a_copy_and_a_copy_from_the_photo(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    backups, stick = places(tmp_path)

    def spoil(path: Path) -> None:
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes(JPEG[:-1] + b"x")

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            copies = PhotoCopies(held.room, backups=backups, mirror=stick)
            await entered(held)
            assert await copies.look([NAME]) == module.Look(lost=(), restored=0, problems=())
            own = folder_of(held.room.file.path) / f"{NAME}.jpg"
            spoil(own)
            spoil(backups / "x.papers" / f"{NAME}.jpg")
            assert await copies.look([NAME]) == module.Look(lost=(), restored=1, problems=())
            assert own.read_bytes() == JPEG
            assert (backups / "x.papers" / f"{NAME}.jpg").read_bytes() == JPEG
            assert held.room.photos.known(NAME)

    with caplog.at_level(logging.WARNING):
        asyncio.run(scene())
    assert "came back from a copy" in caplog.text


def test_a_photo_that_is_nowhere_whole_is_missed_aloud_also_by_a_room_that_is_opened_later(tmp_path: Path) -> None:
    backups, stick = places(tmp_path)

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            await entered(held)
        (folder_of(tmp_path / "x.roadshow") / f"{NAME}.jpg").write_bytes(JPEG[:100])
        async with hall(tmp_path, automatic=True) as held:
            copies = PhotoCopies(held.room, backups=backups, mirror=stick)
            copies.start()
            await until(lambda: any(NAME[:8] in zh for zh in troubles(held)))
            await asyncio.to_thread(held.room.photos.put_back, NAME, JPEG)  # negative control: it was found again
            await until(lambda: not troubles(held))
            await copies.stop()

    asyncio.run(scene())


def test_where_the_mirrors_medium_is_away_nothing_is_written_and_a_full_one_is_said(tmp_path: Path) -> None:
    backups, stick = places(tmp_path)
    mirror_file(stick, tmp_path / "x.roadshow").unlink()
    (backups / "x.papers").touch()  # stands where the folder is to be made

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            copies = PhotoCopies(held.room, backups=backups, mirror=stick)
            await entered(held)
            copies.start()
            await until(lambda: any("x.papers" in zh for zh in troubles(held)))
            (backups / "x.papers").unlink()
            await until(lambda: not troubles(held))
            await copies.stop()

    asyncio.run(scene())
    assert not (stick / "x.papers").exists()
    assert (backups / "x.papers" / f"{NAME}.jpg").is_file()


def test_a_session_without_photos_makes_no_folder(tmp_path: Path) -> None:
    backups, stick = places(tmp_path)

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            copies = PhotoCopies(held.room, backups=backups, mirror=stick)
            copies.start()
            await held.begin()
            await copies.stop()

    asyncio.run(scene())
    assert sorted(path.name for path in [*backups.iterdir(), *stick.iterdir()]) == ["x.mirror.jsonl"]


def test_a_medium_that_hangs_is_said_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    backups, stick = places(tmp_path)
    medium = Medium(stick, monkeypatch)

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            copies = PhotoCopies(held.room, backups=backups, mirror=stick)
            medium.hang()
            copies.start()
            await entered(held)
            await medium.does_not_answer()
            await until(lambda: any(f"{stick / 'x.papers'} 没有响应" in zh for zh in troubles(held)))
            copy = backups / "x.papers" / f"{NAME}.jpg"
            await until(copy.is_file)
            own = folder_of(held.room.file.path) / f"{NAME}.jpg"
            await asyncio.to_thread(own.unlink)
            await until(own.is_file)  # from the backups, beside the stick that hangs
            await asyncio.to_thread(copy.unlink)
            await until(copy.is_file)
            await until(lambda: any("没有响应" in zh for zh in troubles(held)))

            def lost() -> bool:
                """Each would come back from the other."""
                for path in (copy, own):
                    path.unlink(missing_ok=True)
                return any(NAME[:8] in zh and "没有响应" in zh for zh in troubles(held))

            await until(lost)
            await asyncio.to_thread(held.room.photos.put_back, NAME, JPEG)
            assert medium.asked == 1, "one thread hangs there, and no more"
            medium.go.set()
            await until(lambda: not any("没有响应" in zh for zh in troubles(held)))
            await until((stick / "x.papers" / f"{NAME}.jpg").is_file)
            await copies.stop()

    with caplog.at_level(logging.WARNING):
        asyncio.run(scene())
    said = [record.message for record in caplog.records if "does not answer" in record.message]
    assert said == [f"the photos' folder {stick / 'x.papers'} does not answer"]


def test_a_slow_medium_answers_as_long_as_it_goes_from_photo_to_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups, stick = places(tmp_path)
    medium = Medium(stick, monkeypatch)
    medium.takes_s = module.ANSWER_S - 1

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            names = []
            for number in range(5):
                data = JPEG + bytes([number])
                names.append(hashlib.sha256(data).hexdigest())
                await asyncio.to_thread(held.room.photos.keep, names[-1], data)
            copies = PhotoCopies(held.room, backups=backups, mirror=stick)
            found = await copies.look(names)
            while found.more:
                assert not found.silent
                found = await copies.look(names)
            assert found == module.Look(lost=(), restored=0, problems=())
            assert medium.now > module.ANSWER_S
            assert len(list((stick / "x.papers").iterdir())) == len(names)

    asyncio.run(scene())
