"""The hand on a program's show that falls back on the deck's PDF, made before the session, where the program fails.

The program is asked first. Where it fails to open or to start the deck, or takes too long, the built-in show takes over
at the same slide, and the program is kept ended by its guard, so that it cannot come up over it later. A cut-off ends
both, and is proved only when both are gone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from judge_app.show.driver import DriverKind, ShowError
from judge_app.show.kept import KeptDecks, content_of
from judge_app.show.ladder import CURTAIN_ONLY, Verdict
from judge_app.show.pdf import PdfPages
from judge_app.ui.stage.deckhand import DeckHand, PdfDeckHand

_log = logging.getLogger(__name__)
PATIENCE_MS = 8000
"""How long a talk waits for the program's show before the PDF is shown."""
_LOOK_S = 3.0
_HELD_DOWN = -1_000_000
"""The run under which the guard keeps a failed program down while the PDF is shown; no phase has it."""


class NoProgramHand(DeckHand):
    """The hand on a program that is not there: it shows nothing, and nothing of it is left to end."""

    kind = DriverKind.NONE

    def show_deck(self, deck: Path, screen: QScreen, slide: int, inside: QRect | None = None) -> None:
        self.failed.emit(f"本机没有能放映 {deck.name} 的程序", f"no program here shows {deck.name}")

    def cut(self, run: int) -> None:
        self.verdict.emit(run, Verdict(method=CURTAIN_ONLY, gone_ns=None, confirmed=False))


class FallbackDeckHand(DeckHand):
    """See the module. ``program`` is the hand on the program."""

    def __init__(
        self,
        program: DeckHand,
        kept: KeptDecks,
        parent: QObject | None = None,
        now: Callable[[], int] = time.monotonic_ns,
        patience_ms: int = PATIENCE_MS,
    ) -> None:
        super().__init__(parent)
        self.kind = program.kind
        self._program = program
        self._pdf = PdfDeckHand(self, now)
        self._kept = kept
        self._active: DeckHand = program
        self._found: dict[Path, Path] = {}
        self._looking: dict[Path, threading.Thread] = {}
        self._broken: set[Path] = set()
        self._asked: tuple[Path, QScreen, int, QRect | None] | None = None
        self._pages: PdfPages | None = None
        self._run: int | None = None
        self._own_verdict: Verdict | None = None
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(patience_ms)

        self._slow.timeout.connect(self._too_slow)
        program.shown.connect(self._program_shown)
        program.moved.connect(lambda slide, slides: self._moved(self._program, slide, slides))
        program.failed.connect(self._program_failed)
        program.verdict.connect(self._program_verdict)
        program.relapsed.connect(self._program_relapsed)
        program.stray.connect(self._program_stray)
        self._pdf.shown.connect(lambda up: self._shown(self._pdf, up))
        self._pdf.moved.connect(lambda slide, slides: self._moved(self._pdf, slide, slides))
        self._pdf.failed.connect(self.failed)
        self._pdf.verdict.connect(self._pdf_verdict)

    @property
    def ready(self) -> bool:
        """Whether the program has a deck open, so that showing it takes no time."""
        return bool(getattr(self._program, "ready", False))

    @property
    def pages(self) -> PdfPages | None:
        """The deck's pages: of the PDF that is shown, or of the one that is kept of the program's deck."""
        if self._active is self._pdf:
            return self._pdf.pages
        if self._asked is not None:
            self._open_pages(self._asked[0])
        return self._pages

    @property
    def overlay_parent(self) -> QWidget | None:
        return self._active.overlay_parent

    def prepare(self, deck: Path) -> None:
        self._begin_to_look(deck)
        self._program.prepare(deck)

    def show_deck(self, deck: Path, screen: QScreen, slide: int, inside: QRect | None = None) -> None:
        self._begin_to_look(deck)
        self._asked = (deck, screen, slide, inside)
        self._own_verdict = None
        self._run = None
        self._turn_to(self._program)
        if (deck in self._broken or inside is not None) and self._has_pdf(deck):
            self._fall_back()  # a program's show always fills a screen: it cannot keep to a part
            return
        self._slow.start()
        self._program.show_deck(deck, screen, slide, inside)

    def go(self, slide: int) -> None:
        self._active.go(slide)

    def cut(self, run: int) -> None:
        self._slow.stop()
        self._asked = None
        self._run = run
        self._own_verdict = None
        if self._active is self._pdf:
            self._pdf.cut(run)
            if self._program.kind is DriverKind.NONE:
                assert self._own_verdict is not None
                self.verdict.emit(run, self._own_verdict)
                return
        self._program.cut(run)

    def allow(self) -> None:
        self._pdf.allow()
        self._program.allow()

    def rest(self) -> None:
        self._slow.stop()
        self._asked = None
        self._pdf.rest()
        self._program.rest()
        self._turn_to(self._program)

    def stop(self) -> None:
        self._slow.stop()
        self._asked = None
        for looking in self._looking.values():
            looking.join(timeout=_LOOK_S)
        if self._pages is not None:
            self._pages.close()
            self._pages = None
        self._pdf.stop()
        self._program.stop()

    def _begin_to_look(self, deck: Path) -> None:
        if deck not in self._looking:
            looking = threading.Thread(target=self._look_for, args=(deck,), name="fallback", daemon=True)
            self._looking[deck] = looking
            looking.start()

    def _has_pdf(self, deck: Path) -> bool:
        """Asked only once the program has failed: then there is nothing better to wait for."""
        self._looking[deck].join(timeout=_LOOK_S)
        return deck in self._found

    def _look_for(self, deck: Path) -> None:
        """In a thread of its own where there is time: a large deck takes a moment to read."""
        try:
            pdf = self._kept.pdf(content_of(deck))
        except OSError:
            return
        if pdf is not None:
            self._found[deck] = pdf

    def _open_pages(self, deck: Path) -> None:
        """The kept PDF's pages, for the presenter's monitor."""
        pdf = self._found.get(deck)
        if self._pages is not None and self._pages.path != pdf:
            self._pages.close()
            self._pages = None
        if self._pages is None and pdf is not None:
            try:
                self._pages = PdfPages(pdf)
            except ShowError:
                del self._found[deck]

    def _turn_to(self, hand: DeckHand) -> None:
        self._active = hand
        self.kind = hand.kind

    def _fall_back(self) -> None:
        """Show the PDF, with the program kept down."""
        assert self._asked is not None
        deck, screen, slide, inside = self._asked
        self._slow.stop()
        self._program.cut(_HELD_DOWN)
        self._turn_to(self._pdf)
        _log.info("the PDF is shown in the stead of %s", deck.name)
        self._pdf.show_deck(self._found[deck], screen, slide, inside)

    def _too_slow(self) -> None:
        if self._asked is None or self._active is not self._program or not self._has_pdf(self._asked[0]):
            return
        self._broken.add(self._asked[0])
        self._fall_back()
        self.failed.emit(
            "放映程序迟迟没有开始，已改为放映 PDF", "the slide-show program did not begin: its PDF is shown instead"
        )

    # what the two hands say

    def _shown(self, hand: DeckHand, up: bool) -> None:
        if hand is self._active:
            self.shown.emit(up)

    def _program_shown(self, up: bool) -> None:
        if up:
            self._slow.stop()
        self._shown(self._program, up)

    def _moved(self, hand: DeckHand, slide: int, slides: int) -> None:
        if hand is self._active:
            self.moved.emit(slide, slides)

    def _program_failed(self, zh: str, en: str) -> None:
        if self._active is not self._program:
            return
        asked = self._asked
        if asked is not None and self._has_pdf(asked[0]):
            self._broken.add(asked[0])
            self._fall_back()
            self.failed.emit(f"{zh}；已改为放映 PDF", f"{en}; its PDF is shown instead")
            return
        self.failed.emit(zh, en)

    def _program_verdict(self, run: int, verdict: Verdict) -> None:
        if run != self._run:
            return
        own, self._own_verdict = self._own_verdict, None
        if own is not None:
            verdict = _both(own, verdict)
        self.verdict.emit(run, verdict)

    def _pdf_verdict(self, run: int, verdict: Verdict) -> None:
        self._own_verdict = verdict

    def _program_stray(self, there: bool) -> None:
        if self._active is self._program:
            self.stray.emit(there)

    def _program_relapsed(self, run: int, verdict: Verdict | None) -> None:
        if run != _HELD_DOWN:
            self.relapsed.emit(run, verdict)


def _both(own: Verdict, program: Verdict) -> Verdict:
    """Our show and the program's, as one: gone when the later one is."""
    if own.gone_ns is None or program.gone_ns is None:
        return msgspec.structs.replace(program, gone_ns=None, confirmed=False)
    return msgspec.structs.replace(
        program, gone_ns=max(own.gone_ns, program.gone_ns), confirmed=own.confirmed and program.confirmed
    )
