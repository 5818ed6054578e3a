"""What every scene of the gallery is made of: its name, what it shows, the wall's time and the state of the line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from PySide6.QtWidgets import QWidget

from judge_app.core.events import SessionSetup
from judge_app.seat.state import Connection, Link

WALL = datetime(2026, 12, 5, 2, 14, 30, tzinfo=UTC)
ONLINE = Connection(link=Link.ONLINE, rtt_ms=3.0)
OFFLINE = Connection(link=Link.OFFLINE, since="2026-12-05T02:14:07Z")


class Shown(msgspec.Struct, frozen=True):
    """A window, the contest it shows (whose names stay as they are in any language), and what else people wrote."""

    widget: QWidget
    setup: SessionSetup | None = None
    written: tuple[str, ...] = ()
    after: Callable[[], None] | None = None
    """What a person does once the window is seen."""


class Scene(msgspec.Struct, frozen=True):
    """``view`` and ``state`` name it; ``make`` makes it anew; ``fixed_look``: it is dark whatever the look chosen."""

    view: str
    state: str
    make: Callable[[], Shown]
    fixed_look: bool = False


def wall() -> datetime:
    """The time on the wall of every scene."""
    return WALL
