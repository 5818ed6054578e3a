"""How the room fares: what is wrong now, and what is known of its disk, its copies and the centre. None of it is in the
journal; the host is told of every change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from judge_app.core import views

Text = tuple[str, str]
"""(zh, en)"""


class Health:
    """What ``views.Health`` says. ``tell`` is called with each change; ``tell_all`` first with one that is for everybody."""

    def __init__(self, tell: Callable[[], None], tell_all: Callable[[], None]) -> None:
        self._tell = tell
        self._tell_all = tell_all
        self._troubles: dict[str, Text] = {}
        self._fields: dict[str, Any] = {}
        self._centre = ("", 0)
        self._last_write = ""
        self._commit_us = 0

    def set_trouble(self, what: str, text: Text | None) -> None:
        """Something is wrong, or no longer."""
        before = self._troubles.get(what)
        if text is None:
            self._troubles.pop(what, None)
        else:
            self._troubles[what] = text
        if before != text:
            self._tell()

    def set(self, **fields: Any) -> None:
        """Fields of ``views.Health`` that somebody beside the room watches: copies, disk, battery."""
        if any(self._fields.get(name) != value for name, value in fields.items()):
            self._fields.update(fields)
            self._tell()

    def set_centre(self, status: str, pending: int) -> None:
        """How the centre stands: '', 'ok', 'waiting' or 'contested', and how many events wait for it."""
        if (status, pending) != self._centre:
            before, self._centre = self._centre[0], (status, pending)
            if "contested" in (before, status) and before != status:
                self._tell_all()  # the chair has to say which journal counts
            self._tell()

    def written(self, at: str, took_ns: int) -> None:
        """The store took what it was given, at that wall time. Nobody is told: a commit shows everybody his view."""
        self._last_write = at
        self._commit_us = took_ns // 1000

    def beaten(self, at: str, took_ns: int) -> None:
        """As ``written``, with nothing to show but that."""
        self.written(at, took_ns)
        self._tell()

    def now(self, head_seq: int, *, stage_online: bool) -> views.Health:
        """As the host is told it."""
        centre, pending = self._centre
        return views.Health(
            last_write=self._last_write,
            head_seq=head_seq,
            commit_us=self._commit_us,
            centre=centre,
            pending=pending,
            stage_online=stage_online,
            trouble=tuple(self._troubles.values()),
            **self._fields,
        )
