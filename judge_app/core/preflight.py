"""The pre-flight of a session's decks: what each file says of itself, how a trial went, and what is to be done.

The report is written beside the session file, read by the room, and shown on the host's desk.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from judge_app.core.contest import Struct


class Light(enum.StrEnum):
    """What a deck may count on."""

    GREEN = "green"
    AMBER = "amber"
    """It will be shown; somebody should look."""
    RED = "red"
    """It will not be shown, or not be ended, as it is."""


class Fault(enum.StrEnum):
    """What a deck's file says of itself that matters when it is shown."""

    MISSING = "missing"
    EMPTY = "empty"
    OUTSIDE = "outside"
    """Its path leads out of the contest's folder."""
    DAMAGED = "damaged"
    PASSWORD = "password"
    UNKNOWN_KIND = "unknown_kind"
    """Not a kind of file that any driver shows."""
    UNREAD = "unread"
    """A format that we cannot look into (.ppt, .key): only a trial tells."""
    REPAIR = "repair"
    """A part that it names is not there: the program will offer to repair it."""
    WRITE_PASSWORD = "write_password"
    """It asks for a password, or to be opened read-only."""
    MACROS = "macros"
    LINKED = "linked"
    """A film, sound or object that is in another file."""
    MEDIA = "media"
    ADVANCES = "advances"
    """Slides that go on by themselves."""
    KIOSK = "kiosk"
    """A show that loops or takes no keys."""


class DeckFile(Struct, frozen=True):
    """What a deck's file says of itself. ``width`` and ``height`` are in any one unit, 0 where not known; ``fonts`` are
    the families that it names and does not carry; ``sha256`` is empty where it could not be read."""

    name: str
    kind: str = ""
    """``pdf``, ``slides``, ``keynote`` or empty (show/driver.py)."""
    sha256: str = ""
    size: int = 0
    width: float = 0
    height: float = 0
    slides: int = 0
    text: str = ""
    fonts: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


class Finding(Struct, frozen=True):
    """One thing found, and what to do about it."""

    key: str
    light: Light
    zh: str
    en: str
    do_zh: str = ""
    do_en: str = ""


class Trial(Struct, frozen=True):
    """A show that was started and ended for trial. Milliseconds; −1 where it did not come to that. ``zh`` and ``en``
    say what went wrong, ``stage`` where: ``open``, ``start`` or ``end``; empty: nothing did."""

    slides: int = 0
    open_ms: int = -1
    start_ms: int = -1
    end_ms: int = -1
    stage: str = ""
    hung: bool = False
    zh: str = ""
    en: str = ""


class DriverStatus(Struct, frozen=True):
    """A driver on this machine. ``tested`` is when its self-test passed here with this version (UTC ISO); empty: it is
    untested on this system."""

    kind: str
    version: str = ""
    tested: str = ""
    end_ms: int = -1


class DeckReport(Struct, frozen=True):
    """The pre-flight of one project's deck. ``fallback`` says whether a PDF of it is kept, ``stills`` how many pictures
    of its slides."""

    entry_no: str
    name: str
    deck: str
    light: Light
    driver: str = ""
    sha256: str = ""
    slides: int = 0
    fallback: bool = False
    stills: int = 0
    trial: Trial | None = None
    findings: tuple[Finding, ...] = ()


class Preflight(Struct, frozen=True):
    """The pre-flight of a session: when it was made (UTC ISO), the drivers of this machine, and each project's deck."""

    made: str
    drivers: tuple[DriverStatus, ...] = ()
    decks: tuple[DeckReport, ...] = ()


def worst(lights: Iterable[Light]) -> Light:
    """The light of several together."""
    found = set(lights)
    return next((light for light in (Light.RED, Light.AMBER) if light in found), Light.GREEN)
