"""A second press on the heels of the first: what the key does has become something else meanwhile, and nobody meant that."""

from __future__ import annotations

from collections.abc import Callable

TWICE_NS = 800_000_000
"""A press so soon after what it does has changed was meant for what it did before."""


class Bounce:
    """Guards one thing that a press does. ``monotonic`` gives nanoseconds."""

    def __init__(self, monotonic: Callable[[], int]) -> None:
        self._monotonic = monotonic
        self._since: int | None = None

    def changed(self) -> None:
        """From now on a press does something else."""
        self._since = self._monotonic()

    @property
    def too_soon(self) -> bool:
        """Whether a press now was meant for what was there before."""
        return self._since is not None and self._monotonic() - self._since < TWICE_NS
