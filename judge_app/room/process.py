"""The room process: one session served on the LAN until it is told to stop: by a signal, or by the word on its standard
input (starter.py), which is the way that works on every system (on Windows a process is terminated, not asked)."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import logging
import signal
import socket
import sys
from pathlib import Path

import psutil

from judge_app.core.events import SessionSetup
from judge_app.priority import go_first
from judge_app.room.checkpoints import Checkpoints
from judge_app.room.discovery import Announcement
from judge_app.room.machine import Machine
from judge_app.room.mirroring import Mirroring
from judge_app.room.opening import take_up
from judge_app.room.photo_copies import PhotoCopies
from judge_app.room.room import Room, open_room
from judge_app.room.server import Server
from judge_app.room.starter import Starter
from judge_app.room.sync import Sync

log = logging.getLogger(__name__)


def interfaces() -> list[tuple[str, str]]:
    """This machine's IPv4 addresses as others may reach it, each with its network's name: likely ones first, virtual
    networks (VPN, containers) and loopback last."""
    found: list[tuple[int, str, str]] = []
    for name, entries in psutil.net_if_addrs().items():
        stats = psutil.net_if_stats().get(name)
        if stats is not None and not stats.isup:
            continue
        for entry in entries:
            if entry.family is not socket.AF_INET:
                continue
            address = ipaddress.ip_address(entry.address)
            virtual = name.lower().startswith(
                ("tun", "tap", "wg", "docker", "veth", "br-", "vmnet", "vbox", "utun", "zt")
            )
            if address.is_link_local:
                continue
            rank = 3 if address.is_loopback else 2 if virtual else 0 if address.is_private else 1
            found.append((rank, entry.address, name))
    return [(address, name) for _, address, name in sorted(found)]


def reachable(bind: str) -> tuple[tuple[str, str], ...]:
    """The addresses, with their networks' names, at which a room that is bound so can be reached."""
    if bind in ("0.0.0.0", "::"):
        return tuple(interfaces()) or (("127.0.0.1", ""),)
    return ((bind, dict(interfaces()).get(bind, "")),)


async def serve(
    path: Path,
    setup: SessionSetup | None,
    *,
    bind: str = "127.0.0.1",
    port: int = 0,
    rate: int = 1,
    central: str | None = None,
    backups: Path | None = None,
    mirror: Path | None = None,
    by_hand: bool = False,
    spare: bool = False,
    ready: bool = False,
    announce: bool = False,
    heed_starter: bool = False,
) -> None:
    """Run the room of a session file until a signal, or with ``heed_starter`` until the process that started it says so on
    standard input (starter.py). ``mirror`` is a folder on a second medium; ``by_hand``: the host opened a session again,
    which begins paused; ``spare``: this computer takes over from one that is gone. With ``announce`` it says by mDNS that
    it is here, unless it is bound to loopback. Raises BadInput, what the store raises, and OSError for the port."""
    pause = take_up(path, by_hand=by_hand, spare=spare, mirror=mirror, backups=backups, central=central)
    room = open_room(path, setup, rate=rate, pause=pause)
    # The writer's thread must not wait 5 ms for the interpreter behind a busy loop, several times a commit.
    sys.setswitchinterval(0.0005)
    go_first()
    server = Server(room)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(getattr(signal, name), stop.set)
    starter = Starter(stop) if heed_starter else None
    sync = None
    mirroring = None
    checkpoints = Checkpoints(room)
    photos = PhotoCopies(room, backups=backups, mirror=mirror)
    try:
        room.start()
        photos.start()
        checkpoints.start()
        if mirror is not None:
            mirroring = Mirroring(room, mirror)
            checkpoints.signed.append(mirroring.signed)
            mirroring.start()
        bound = await server.start(bind, port)
        reached = reachable(bind)
        host = reached[0][0]
        _tell_addresses(room, server, reached)
        if central:
            sync = Sync(room, central)
            sync.start()
        watching = asyncio.create_task(Machine(room, None if backups is None else BACKUP_S).watch())
        copying = asyncio.create_task(_back_up(room, backups)) if backups is not None else None
        announcement = None
        if announce and not _is_loopback(bind):
            announcement = Announcement(room.state.session.session.name, room.keys.fingerprint, bound)
        moving = asyncio.create_task(_follow_addresses(room, server, bind, announcement))
        if ready:
            told = {
                "ready": True,
                "port": bound,
                "host": host,
                "addresses": [address for address, _ in reached],
                "session": room.state.session.session_id,
                "links": {seat: server.link(host, seat) for seat in room.joining.seats},
            }
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        alone = asyncio.create_task(starter.watch(room)) if starter is not None else None
        await stop.wait()
        if alone is not None:
            alone.cancel()
        moving.cancel()
        watching.cancel()
        if copying is not None:
            copying.cancel()
        if announcement is not None:
            await announcement.stop()
    finally:
        await server.stop()
        await checkpoints.stop()
        # Each waits for a medium or a centre that may be away: not one after the other.
        followers = [one.stop() for one in (photos, mirroring, sync) if one is not None]
        for ended in await asyncio.gather(*followers, return_exceptions=True):
            if ended is not None:
                log.error("a copy did not end in order", exc_info=ended)
        await room.stop()


ADDRESSES_S = 5.0
"""How often it is looked whether this computer has moved to another network."""
ANNOUNCE_TURNS = 12
"""After so many looks an announcement that could not be made is tried again."""


def _tell_addresses(room: Room, server: Server, reached: tuple[tuple[str, str], ...]) -> None:
    """Join links name the likeliest address; the host sees all of them."""
    host = reached[0][0]
    room.joining.set_links(lambda seat: server.passing_link(host, seat), lambda seat: server.link(host, seat))
    room.joining.set_addresses(tuple((f"{address}:{server.port}", name) for address, name in reached))


async def _follow_addresses(room: Room, server: Server, bind: str, announcement: Announcement | None) -> None:
    """Links and the announcement go with this computer where it gets another address."""
    before: tuple[tuple[str, str], ...] = ()
    told, turn = False, 0
    while True:
        try:
            reached, turn = reachable(bind), turn + 1
            moved = reached != before
            if moved:
                _tell_addresses(room, server, reached)
                before = reached
            if announcement is not None and (moved or (not told and turn % ANNOUNCE_TURNS == 0)):
                told = await announcement.start([address for address, _ in reached])
        except Exception:  # a network that is just changing: looked at again
            log.exception("the addresses could not be looked at")
        await asyncio.sleep(ADDRESSES_S)


def _is_loopback(bind: str) -> bool:
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return bind == "localhost"


BACKUP_S = 300.0


async def _back_up(room: Room, folder: Path) -> None:
    """A verified copy every five minutes; a failure is shown to the host and tried again."""
    while True:
        try:
            await room.backup(folder)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # a full or missing disk must not stop the room
            log.exception("the backup failed")
            room.health.set_trouble("backup", (f"备份失败：{error}", f"the backup failed: {error}"))
        else:
            room.health.set_trouble("backup", None)
        await asyncio.sleep(BACKUP_S)
