"""Two computers with a bad radio between them: two network namespaces, joined by packets that this process passes on.

Each namespace has a TUN device; what leaves one comes out of the other, late, or never (``loss``). Nothing but these two
can be reached from inside. It takes root, ``ip`` and /dev/net/tun; ``why_not()`` says what is missing. (netem would do the
same, where the kernel has it.)
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import heapq
import itertools
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

ROOM, SEAT, SEAT_MOVED, ROOM_MOVED = "10.71.0.1", "10.71.0.2", "10.71.0.3", "10.71.0.4"
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI, _CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000


def why_not() -> str:
    """Why there can be no such network here; '' where there can."""
    if not sys.platform.startswith("linux"):
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "network namespaces take root"
    if shutil.which("ip") is None:
        return "the program `ip` is not installed"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    name = f"judge-probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "network namespaces are not allowed here"
    subprocess.run(["ip", "netns", "delete", name], check=True)
    return ""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Air:
    """What is between the two: change ``loss`` (0 to 1) and ``delay_s`` (mean, drawn up to twice of it) at any time."""

    def __init__(self, seed: int) -> None:
        self.loss = 0.0
        self.delay_s = 0.0
        self.passed = 0
        self.lost = 0
        self._chance = random.Random(seed)
        number = os.getpid() % 100_000
        self.room, self.seats = f"judge-room-{number}", f"judge-seats-{number}"
        """The names of the namespaces."""
        self._names = {self.room: f"jr{number}", self.seats: f"js{number}"}
        self._fds: list[int] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="air", daemon=True)

    def open(self) -> None:
        for space, address in ((self.room, ROOM), (self.seats, SEAT)):
            name = self._names[space]
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            self._fds.append(fd)
            fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
            _ip("netns", "add", space)
            _ip("link", "set", name, "netns", space)
            _ip("-n", space, "link", "set", "lo", "up")
            _ip("-n", space, "link", "set", name, "up", "mtu", "1400")
            self.move(space, address)
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        for fd in self._fds:
            os.close(fd)
        for space in (self.room, self.seats):
            subprocess.run(["ip", "netns", "delete", space], capture_output=True)

    def move(self, space: str, address: str) -> None:
        """That computer has this address now, and no other."""
        _ip("-n", space, "addr", "flush", "dev", self._names[space])
        _ip("-n", space, "addr", "add", f"{address}/24", "dev", self._names[space])

    @contextlib.contextmanager
    def inside(self, space: str) -> Iterator[None]:
        """What this thread opens meanwhile, and the threads that it starts, is in that namespace."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{space}") as there:
            if libc.setns(there.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "the network namespace cannot be entered")
            try:
                yield
            finally:
                libc.setns(home.fileno(), _CLONE_NEWNET)

    def _run(self) -> None:
        one, other = self._fds
        opposite = {one: other, other: one}
        due: list[tuple[float, int, int, bytes]] = []
        number = itertools.count()
        while not self._end.is_set():
            wait = max(0.0, min(0.05, due[0][0] - time.monotonic())) if due else 0.05
            for fd in select.select(self._fds, [], [], wait)[0]:
                with contextlib.suppress(BlockingIOError):
                    packet = os.read(fd, 2_048)
                    if self._chance.random() < self.loss:
                        self.lost += 1
                        continue
                    at = time.monotonic() + self._chance.uniform(0, 2 * self.delay_s)
                    heapq.heappush(due, (at, next(number), opposite[fd], packet))
            while due and due[0][0] <= time.monotonic():
                _, _, fd, packet = heapq.heappop(due)
                with contextlib.suppress(OSError):
                    os.write(fd, packet)
                    self.passed += 1


@contextlib.contextmanager
def air(seed: int = 7) -> Iterator[Air]:
    """Two namespaces and what is between them; all is gone afterwards."""
    made = Air(seed)
    try:
        made.open()
        yield made
    finally:
        made.close()
