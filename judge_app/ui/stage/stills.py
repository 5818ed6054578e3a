"""Pictures of one deck's slides, to show one again in the questions: those that were kept, or the pages of its PDF.

A picture is ours from the first moment: the show itself stays ended. The deck's content is read in a thread (it may be
large); everything else belongs to the GUI thread.
"""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from judge_app.show.driver import ShowError, deck_kind
from judge_app.show.kept import KeptDecks, content_of
from judge_app.show.making import STILL_SIZE
from judge_app.show.pdf import PdfPages

_LOOK_S = 3.0


class Stills(QObject):
    """``counted`` says of how many slides there are pictures, some moments after ``look``; 0: of none."""

    counted = Signal(int)
    _read = Signal(object, str)

    def __init__(self, kept: KeptDecks | None = None) -> None:
        super().__init__()
        self._kept = kept
        self._deck: Path | None = None
        self._content = ""
        self._pages: PdfPages | None = None
        self._count: int | None = None
        self._last: tuple[int, QImage] | None = None
        self._reading: threading.Thread | None = None
        self._read.connect(self._found)

    @property
    def count(self) -> int | None:
        """Of how many slides there are pictures; None while that is being looked for, and without a deck."""
        return self._count

    def look(self, deck: Path | None) -> None:
        """Another deck, or none."""
        if deck == self._deck:
            return
        self._forget()
        self._deck = deck
        if deck is not None:
            self._reading = threading.Thread(target=self._read_content, args=(deck,), name="stills", daemon=True)
            self._reading.start()

    def look_again(self) -> None:
        """Where there was nothing of the deck: the pre-flight may have made it since."""
        if self._count == 0:
            self._deck, deck = None, self._deck
            self.look(deck)

    def picture(self, slide: int) -> QImage | None:
        """The picture of a slide (from 1); None where there is none. The same one as long as it is asked for."""
        if not 1 <= slide <= (self._count or 0):
            return None
        if self._last is None or self._last[0] != slide:
            image = self._make(slide)
            self._last = None if image is None else (slide, image)
        return None if self._last is None else self._last[1]

    def stop(self) -> None:
        """Let go of everything."""
        self._forget()
        if self._reading is not None:
            self._reading.join(timeout=_LOOK_S)

    def _forget(self) -> None:
        self._deck, self._content, self._count, self._last = None, "", None, None
        if self._pages is not None:
            self._pages.close()
            self._pages = None

    def _read_content(self, deck: Path) -> None:
        try:
            content = content_of(deck)
        except OSError:
            content = ""
        self._read.emit(deck, content)

    def _found(self, deck: Path, content: str) -> None:
        if deck != self._deck:
            return
        self._content = content
        kept = self._kept.stills(content) if self._kept is not None and content else 0
        if not kept:
            self._open(deck)
        self._count = kept or (0 if self._pages is None else self._pages.count)
        self.counted.emit(self._count)

    def _open(self, deck: Path) -> None:
        """The pages of the deck itself, or of the PDF that is kept of it."""
        pdf: Path | None = deck if deck_kind(deck) == "pdf" else None
        if pdf is None and self._kept is not None and self._content:
            pdf = self._kept.pdf(self._content)
        if pdf is None:
            return
        try:
            self._pages = PdfPages(pdf)
        except ShowError:
            return

    def _make(self, slide: int) -> QImage | None:
        if self._pages is not None:
            return self._pages.picture(slide, QSize(STILL_SIZE))
        path = None if self._kept is None else self._kept.still(self._content, slide)
        image = QImage() if path is None else QImage(str(path))
        return None if image.isNull() else image
