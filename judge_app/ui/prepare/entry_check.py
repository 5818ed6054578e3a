"""The entry check beside the window's thread: slides are opened for it, and a list of entries may be long."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from judge_app.core.contest import Project
from judge_app.core.entries import DeckFacts
from judge_app.core.rules import RuleSet
from judge_app.exchange.decks import deck_facts
from judge_app.exchange.draft import Draft
from judge_app.exchange.draft_entries import EntryLook, look_at_entries

log = logging.getLogger(__name__)

AFTER_MS = 300
"""How long after a change the entries are looked at again."""


class _Wanted(NamedTuple):
    draft: Draft
    rules: RuleSet | None
    known_presets: tuple[str, ...]
    folder: Path | None


class EntryCheck(QObject):
    """``look`` asks for the entries of a workbook to be checked; ``looked`` carries what was found, of the last that was
    asked for. A deck is opened once, and again when its file is another."""

    looked = Signal(object)
    _made = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: _Wanted | None = None
        self._running: threading.Thread | None = None
        self._facts: dict[tuple[str, str, int, int], DeckFacts] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._begin)
        self._made.connect(self._take)

    def look(self, draft: Draft, rules: RuleSet | None, known_presets: Collection[str], folder: Path | None) -> None:
        """This is the workbook now; ``folder`` is where its slides lie."""
        self._wanted = _Wanted(draft, rules, tuple(known_presets), folder)
        self._timer.start()

    def end(self) -> None:
        """No more is looked at; waits for what is."""
        self._timer.stop()
        self._wanted = None
        if self._running is not None:
            self._running.join()

    def _begin(self) -> None:
        if self._wanted is not None and self._running is None:
            self._running = threading.Thread(target=self._run, args=(self._wanted,), name="entry-check")
            self._running.start()

    def _run(self, wanted: _Wanted) -> None:
        def slides(projects: Sequence[Project]) -> tuple[DeckFacts, ...]:
            return tuple(fact for one in projects for fact in self._facts_of(one, wanted.folder))

        look: EntryLook | None = None
        try:
            look = look_at_entries(wanted.draft, wanted.rules, known_presets=wanted.known_presets, slides=slides)
        except Exception:  # the top of a thread: the window says that nothing was checked
            log.exception("the entries were not checked")
        self._made.emit(wanted, look)

    def _facts_of(self, project: Project, folder: Path | None) -> tuple[DeckFacts, ...]:
        if folder is None or not project.deck:
            return ()
        try:
            held = (folder / project.deck).stat()
        except OSError:
            return deck_facts([project], folder)
        key = (project.entry_no, str(folder / project.deck), held.st_mtime_ns, held.st_size)
        if key not in self._facts:
            self._facts[key] = deck_facts([project], folder)[0]
        return (self._facts[key],)

    def _take(self, wanted: _Wanted, look: EntryLook | None) -> None:
        if self._running is not None:
            self._running.join()
            self._running = None
        if wanted is self._wanted:
            self._wanted = None
            self.looked.emit(look or EntryLook(None))
        elif self._wanted is not None:
            self._timer.start()
