"""What a slide show can be asked, whoever shows it: one interface for every program, with typed answers.

A driver is plain and blocking and knows no time-outs: a call that hangs is dealt with by whoever gave it a process of
its own (worker.py). All slides are counted from 1.
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Protocol

from judge_app.core.contest import Struct
from judge_app.core.errors import JudgeAppError


class ShowError(JudgeAppError):
    """A show did not do what it was asked: what is wrong, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(f"{zh} / {en}")


class ShowHung(ShowError):
    """The program that shows did not answer within its budget."""


class Box(Struct, frozen=True):
    """A rectangle of the desktop in device pixels, as the window system counts them."""

    x: int
    y: int
    width: int
    height: int

    def covers(self, other: Box, share: float = 0.9) -> bool:
        """Whether this rectangle lies over at least ``share`` of the other."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        area = other.width * other.height
        return across > 0 and down > 0 and area > 0 and across * down >= share * area


class Position(Struct, frozen=True):
    """The slide that is shown, and of how many."""

    slide: int
    slides: int


class DriverKind(enum.StrEnum):
    """The programs that can show a deck; the value is the name that a cut-off's record carries."""

    PDF = "pdf"
    IMPRESS = "impress"
    POWERPOINT = "powerpoint"
    WPS = "wps"
    KEYNOTE = "keynote"
    POWERPOINT_MAC = "powerpoint-mac"
    FAKE = "fake"
    NONE = "none"
    """Nothing that we can end: the curtain alone."""


class ShowDriver(Protocol):
    """One program that shows decks. Every method may raise ShowError; none of them waits for a person."""

    kind: DriverKind

    def open(self, deck: Path) -> int:
        """Open a deck (a copy of it, read-only) without showing it; how many slides it has."""

    def start(self, screen: Box, slide: int = 1) -> None:
        """Show the deck full-screen on a screen, from a slide on."""

    def go(self, slide: int) -> None:
        """Show another slide of the running show."""

    def position(self) -> Position | None:
        """Where the running show is, or None where none runs."""

    def end(self) -> int:
        """End every show of the program, whoever started it; how many there were."""

    def is_running(self) -> bool:
        """Whether any show of the program runs."""

    def blank(self) -> None:
        """Turn the running show black: less than ending it, but it works with some dialogs open."""

    def close(self) -> None:
        """Close the deck without saving, and end its show."""

    def pids(self) -> tuple[int, ...]:
        """The processes whose death takes the show with it; empty where it is our own."""


def deck_kind(deck: Path) -> str:
    """``pdf``, ``slides`` (PowerPoint or OpenDocument), ``keynote``, or ``""`` for what no driver shows."""
    suffix = deck.suffix.lower()
    if suffix == ".pdf":
        return "pdf"
    if suffix in {".ppt", ".pptx", ".pptm", ".pps", ".ppsx", ".odp", ".dps"}:
        return "slides"
    return "keynote" if suffix == ".key" else ""
