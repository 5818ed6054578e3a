"""The numbers that a device gives its commands, as the room has heard them."""

from __future__ import annotations

import logging

from judge_app.core.seats import Seat
from judge_app.room.health import Health
from judge_app.wire.messages import Submit

log = logging.getLogger(__name__)

MOST = 250
"""How many numbers are remembered, and counted as left out, at most."""


class Counter:
    """One device's numbers since the room's start; what came before, and what is sent again after a recovery, is not
    known and not held against it."""

    def __init__(self) -> None:
        self._ids: dict[int, int] = {}
        self._first = 0
        self._last = 0
        self.missing: set[int] = set()
        self.twice = False

    def take(self, number: int, command_id: str) -> str:
        """A new command: "" where its number is in order, else "late" (it was left out before), "gap" or "twice"."""
        told = hash(command_id)
        if self._ids.setdefault(number, told) != told:
            self.twice = True
            return "twice"
        if len(self._ids) > MOST:
            del self._ids[next(iter(self._ids))]
        if not self._first:
            self._first = self._last = number
            return ""
        if number <= self._last:
            self.missing.discard(number)
            return "late" if number > self._first else ""
        left_out = range(self._last + 1, min(number, self._last + MOST))
        self._last = number
        self.missing |= set(left_out)
        return "gap" if left_out else ""


class Counters:
    """Every device's numbers. The host is told where two commands have one number (they come from two programs with one
    key), and of numbers that are left out for as long as they are: commands that did not arrive, which lie in the seat's
    outbox or were lost with it."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._of: dict[str, Counter] = {}

    def take(self, seat: Seat, device: str, message: Submit) -> None:
        """A new command of a device."""
        counter = self._of.setdefault(device, Counter())
        odd = counter.take(message.counter, message.command_id)
        if odd:
            log.log(
                logging.WARNING if odd == "twice" else logging.INFO,
                "device %s of seat %s: command number %d %s",
                device,
                seat.id,
                message.counter,
                odd,
            )
        name = seat.name or seat.id
        if odd == "twice":
            self._health.set_trouble(
                f"counter:{device}",
                (
                    f"{name} 的席位密钥被两个程序同时使用：请停用该设备，用新链接重新加入",
                    f"two programs use the key of {name}'s device: put it out, and have a new link used",
                ),
            )
        elif not counter.twice:
            missing = len(counter.missing)
            text = (
                f"{name} 的电脑有 {missing} 次操作没有送达（编号不连续）：请与本人核对",
                f"{missing} commands of {name}'s computer did not arrive (numbers are left out): ask the person",
            )
            self._health.set_trouble(f"counter:{device}", text if missing else None)
