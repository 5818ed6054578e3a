"""Which programs of this machine can show a deck, and the stage's hands on them."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from judge_app.show.desktop import open_desktop
from judge_app.show.driver import Box, DriverKind, ShowError
from judge_app.show.impress import ImpressProgram
from judge_app.show.kept import KeptDecks
from judge_app.show.worker import WorkerDriver, worker_argv
from judge_app.ui.stage.deckhand import DeckHand, Program, ProgramDeckHand, native_box
from judge_app.ui.stage.fallback import FallbackDeckHand, NoProgramHand


class WorkerProgram:
    """A program that its driver starts by itself (PowerPoint, WPS, Keynote)."""

    def __init__(self, kind: DriverKind) -> None:
        self.kind = kind
        self.driver = WorkerDriver(kind, worker_argv(kind))

    def ensure(self) -> None:
        self.driver.warm()

    def pids(self) -> tuple[int, ...]:
        return self.driver.pids()

    def stop(self) -> None:
        self.driver.stop()


def screen_boxes() -> list[Box]:
    """The screens in the window system's order."""
    return [native_box(screen) for screen in QGuiApplication.screens()]


def find_hands(folder: Path, kept: KeptDecks | None = None) -> dict[str, DeckHand]:
    """Kind of deck (show/driver.py) → the hand that shows it here; a kind that nothing shows is left out, and the stage
    says so when such a deck comes. ``folder`` keeps LibreOffice's own profile, ``kept`` the PDFs to fall back on."""
    found: dict[str, DeckHand] = {}
    for deck_kind, program in find_programs(folder):
        hand = ProgramDeckHand(program, open_desktop())
        found[deck_kind] = hand if kept is None else FallbackDeckHand(hand, kept)
    if kept is not None and "slides" not in found:
        found["slides"] = FallbackDeckHand(NoProgramHand(), kept)
    return found


def find_programs(folder: Path) -> list[tuple[str, Program]]:
    """Kind of deck → the program of this machine that shows it; without those that we do not have to look for."""
    if sys.platform == "win32":
        kind = DriverKind.POWERPOINT if _has_powerpoint() else DriverKind.WPS
        return [("slides", WorkerProgram(kind))]
    if sys.platform == "darwin":
        return [
            ("keynote", WorkerProgram(DriverKind.KEYNOTE)),
            ("slides", WorkerProgram(DriverKind.POWERPOINT_MAC)),
        ]
    try:
        return [("slides", ImpressProgram(folder, screen_boxes, open_desktop()))]
    except ShowError:
        return []


def _has_powerpoint() -> bool:
    """Whether Windows knows PowerPoint's class."""
    import winreg

    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, "PowerPoint.Application"))  # type: ignore[attr-defined,unused-ignore]  # Windows only
    except OSError:
        return False
    return True
