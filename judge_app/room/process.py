"""The room process: one session served on the LAN until it is told to stop (SIGTERM, SIGINT, or its input closed)."""

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
from judge_app.room.room import Room, open_room
from judge_app.room.server import Server
from judge_app.room.sync import Sync

log = logging.getLogger(__name__)


def addresses() -> list[str]:
    """This machine's IPv4 addresses as others may reach it, likely ones first, virtual networks and loopback last."""
    found: list[tuple[int, str]] = []
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
            found.append((rank, entry.address))
    return [address for _, address in sorted(found)]


def link_host(bind: str) -> str:
    """The address that a join link names: the bound one, or where all are bound the likeliest."""
    if bind not in ("0.0.0.0", "::"):
        return bind
    return next(iter(addresses()), "127.0.0.1")


async def serve(
    path: Path,
    setup: SessionSetup | None,
    *,
    bind: str = "127.0.0.1",
    port: int = 0,
    rate: int = 1,
    central: str | None = None,
    backups: Path | None = None,
    ready: bool = False,
) -> None:
    """Run the room of a session file until a signal. Raises BadInput, what the store raises, and OSError for the port."""
    # The writer's thread must not wait 5 ms for the interpreter behind a busy loop, several times a commit.
    sys.setswitchinterval(0.0005)
    room = open_room(path, setup, rate=rate)
    server = Server(room)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(getattr(signal, name), stop.set)
    sync = None
    try:
        room.start()
        bound = await server.start(bind, port)
        host = link_host(bind)
        room.set_links(lambda seat: server.link(host, seat))
        if central:
            sync = Sync(room, central)
            sync.start()
        copying = asyncio.create_task(_back_up(room, backups)) if backups is not None else None
        if ready:
            told = {
                "ready": True,
                "port": bound,
                "host": host,
                "addresses": addresses(),
                "session": room.state.session.session_id,
                "links": {seat: server.link(host, seat) for seat in room.seats},
            }
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        await stop.wait()
        if copying is not None:
            copying.cancel()
    finally:
        await server.stop()
        await room.stop()
        if sync is not None:
            await sync.stop()


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
            room.set_trouble("backup", (f"备份失败：{error}", f"the backup failed: {error}"))
        else:
            room.set_trouble("backup", None)
        await asyncio.sleep(BACKUP_S)
