"""The numbers that a device gives its commands, as the room has heard them."""

from __future__ import annotations

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
