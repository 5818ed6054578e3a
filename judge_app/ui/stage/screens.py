"""Which screen is for whom: the host, the audience, the presenter. Pure, but for the reading of Qt's screens and of the
file in which the choice is kept.

A screen is known again by its name and maker's marks, else by its place and size. Once the audience has a screen it
gets no other by itself: when the cable is pulled, the stage hides rather than land on the host's screen, and binds
again when the screen is back.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from PySide6.QtGui import QGuiApplication, QScreen

from judge_app.core.contest import Struct


class ScreenRole(enum.StrEnum):
    """Who looks at a screen."""

    HOST = "host"
    AUDIENCE = "audience"
    PRESENTER = "presenter"
    SPARE = "spare"
    """Nobody's: what another program shows there stays."""


class ScreenMark(Struct, frozen=True):
    """What a screen is known by. ``place`` is x, y, width, height."""

    name: str
    maker: str = ""
    model: str = ""
    serial: str = ""
    place: tuple[int, int, int, int] = (0, 0, 0, 0)
    primary: bool = False

    @property
    def spot(self) -> tuple[object, ...]:
        """The same device at the same plug and the same place, primary or not."""
        return self.name, self.maker, self.model, self.serial, self.place

    def same(self, other: ScreenMark) -> bool:
        """The same device at the same plug."""
        return (self.name, self.maker, self.model, self.serial) == (other.name, other.maker, other.model, other.serial)


Roles = Mapping[ScreenRole, ScreenMark]


def assign(screens: Sequence[ScreenMark], remembered: Roles) -> dict[ScreenRole, ScreenMark]:
    """The screen of each role that has one. What is remembered is found again or left empty; with nothing remembered
    the primary screen is the host's, the next the audience's, a third the presenter's; a single screen is shared."""
    found: dict[ScreenRole, ScreenMark] = {}
    for role, mark in remembered.items():
        match = next((screen for screen in screens if screen.same(mark)), None) or next(
            (screen for screen in screens if mark.place == screen.place and not _marked(mark)), None
        )
        if match is not None:
            found[role] = match
    taken = {mark.place for mark in found.values()}
    free: list[ScreenMark] = []
    for screen in sorted(screens, key=lambda one: not one.primary):
        if screen.place not in taken:  # a mirror of a screen is not another one
            taken.add(screen.place)
            free.append(screen)
    if ScreenRole.HOST not in remembered and free and (len(screens) > 1 or not found):
        found[ScreenRole.HOST] = free.pop(0)
    if ScreenRole.AUDIENCE not in remembered:
        if free:
            found[ScreenRole.AUDIENCE] = free.pop(0)
        elif ScreenRole.HOST in found and not remembered:
            found[ScreenRole.AUDIENCE] = found[ScreenRole.HOST]
    if ScreenRole.PRESENTER not in remembered and free and ScreenRole.AUDIENCE in found:
        found[ScreenRole.PRESENTER] = free.pop(0)
    return found


def recalled(screens: Sequence[ScreenMark], remembered: Roles) -> dict[ScreenRole, ScreenMark]:
    """What is remembered as far as it speaks of these screens: in another hall, with another projector, nothing is."""
    known = ScreenRole.AUDIENCE in remembered and ScreenRole.AUDIENCE in assign(screens, remembered)
    return dict(remembered) if known else {}


def chosen(roles: Roles, mark: ScreenMark, role: ScreenRole) -> dict[ScreenRole, ScreenMark]:
    """The roles once a person gives a screen this role: whoever had it gets the role that the screen had before."""
    before = next((one for one, had in roles.items() if had.spot == mark.spot), None)
    made = {one: had for one, had in roles.items() if had.spot != mark.spot}
    if role in roles and roles[role].spot != mark.spot and before is not None and before is not role:
        made[before] = roles[role]
    made[role] = mark
    return made


def read_screens(path: Path) -> dict[ScreenRole, ScreenMark]:
    """The choice that was kept; empty where there is none or it cannot be read."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=dict[ScreenRole, ScreenMark])
    return {}


def keep_screens(path: Path, roles: Roles) -> None:
    """Keep a choice for the next time; a disk that takes no write costs the choice alone."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(roles))


def shared(roles: Roles) -> bool:
    """Whether the audience and the host look at one screen (one-monitor mode)."""
    host, audience = roles.get(ScreenRole.HOST), roles.get(ScreenRole.AUDIENCE)
    return host is audience or (host is not None and audience is not None and host.spot == audience.spot)


def mark_of(screen: QScreen) -> ScreenMark:
    """How a screen of Qt's is known again."""
    place = screen.geometry()
    return ScreenMark(
        name=screen.name(),
        maker=screen.manufacturer(),
        model=screen.model(),
        serial=screen.serialNumber(),
        place=(place.x(), place.y(), place.width(), place.height()),
        primary=screen is QGuiApplication.primaryScreen(),
    )


def _marked(mark: ScreenMark) -> bool:
    return bool(mark.maker or mark.model or mark.serial)
