"""One cut-off after the other: the curtain first, then the end of the show, then the report, once for each run."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QScreen

from judge_app.core.commands import ReportCutOff
from judge_app.show.driver import DriverKind
from judge_app.show.ladder import CURTAIN_ONLY, Verdict
from judge_app.ui.stage.curtain import Curtain
from judge_app.ui.stage.deckhand import DeckHand

_CURTAIN_PATIENCE_MS = 150
"""How long the end of the show waits for the curtain: a window system that is slow must not hold up the ladder."""

NO_SLIDES = "no_slides"
"""The method of a cut-off with no show to end: no deck was handed in."""


class CutOffs(QObject):
    """Carries out cut-offs. Instants are of ``now``, monotonic nanoseconds of real time."""

    reported = Signal(object)
    """A ReportCutOff, for the room."""
    done = Signal(int, bool)
    """(key, whether it is proved that the show is gone)"""

    def __init__(
        self, curtain: Curtain, parent: QObject | None = None, now: Callable[[], int] = time.monotonic_ns
    ) -> None:
        super().__init__(parent)
        self._curtain = curtain
        self._now = now
        self._hand: DeckHand | None = None
        self._key: int | None = None
        self._run: int | None = None
        self._deadline_ns = 0
        self._curtain_ns: int | None = None
        self._ending = False
        self._deck = True
        self._seen_ns: int | None = None
        self._again_ns: int | None = None
        curtain.up.connect(self._curtain_up)

    @property
    def key(self) -> int | None:
        """The cut-off that is in force, if any."""
        return self._key

    def cut(
        self,
        key: int,
        run: int | None,
        deadline_ns: int,
        hand: DeckHand | None,
        screen: QScreen | None,
        inside: QRect | None = None,
        deck: bool = True,
    ) -> None:
        """Cut off now, for the run ``key``; reported under ``run`` where that is known. ``deadline_ns`` is the instant
        it was due, on this clock. Without a screen there is nobody to hide it from, and no curtain; ``inside`` is the
        part of the screen that the slides have. ``deck`` False: none was handed in, so that there is no show to end."""
        self._deck = deck
        self._key, self._run, self._deadline_ns = key, run, deadline_ns
        self._curtain_ns = None
        self._ending = False
        self._take(hand)
        if screen is None:
            self._end()
            return
        self._curtain.raise_over(screen, inside)
        QTimer.singleShot(_CURTAIN_PATIENCE_MS, self, lambda: self._end_for(key))

    def release(self) -> None:
        """Nothing is cut off any more."""
        self._key = self._run = None
        if self._hand is not None:
            self._hand.allow()

    def relapsed(self, key: int, verdict: Verdict | None) -> None:
        """A forbidden show was seen again (None), then how it was ended: on the record too, counted from when it was
        seen."""
        if key != self._key or self._hand is None:
            return
        if verdict is None:
            self._seen_ns, self._again_ns = self._now(), None
        elif self._seen_ns is not None:
            self._send(self._hand.kind, verdict, self._seen_ns, self._again_ns, relapse=True)
            self._seen_ns = None

    def _take(self, hand: DeckHand | None) -> None:
        if hand is self._hand:
            return
        if self._hand is not None:
            self._hand.verdict.disconnect(self._told)
        self._hand = hand
        if hand is not None:
            hand.verdict.connect(self._told)

    def _curtain_up(self, at_ns: int) -> None:
        if self._seen_ns is not None and self._again_ns is None:
            self._again_ns = at_ns
        if self._key is None or self._curtain_ns is not None:
            return
        self._curtain_ns = at_ns
        self._end()

    def _end_for(self, key: int) -> None:
        if self._key == key:
            self._end()

    def _end(self) -> None:
        if self._ending or self._key is None:
            return
        self._ending = True
        if self._hand is None and not self._deck:
            self._report(DriverKind.NONE, Verdict(method=NO_SLIDES, gone_ns=None, confirmed=True))
        elif self._hand is None:
            self._report(DriverKind.NONE, Verdict(method=CURTAIN_ONLY, gone_ns=None, confirmed=False))
        else:
            self._hand.cut(self._key)

    def _told(self, key: int, verdict: Verdict) -> None:
        if key == self._key and self._hand is not None:
            self._report(self._hand.kind, verdict)

    def _report(self, kind: DriverKind, verdict: Verdict) -> None:
        assert self._key is not None
        self._send(kind, verdict, self._deadline_ns, self._curtain_ns)
        self.done.emit(self._key, verdict.confirmed)

    def _send(
        self, kind: DriverKind, verdict: Verdict, since_ns: int, curtain_ns: int | None, relapse: bool = False
    ) -> None:
        if self._run is None:
            return
        self.reported.emit(
            ReportCutOff(
                run=self._run,
                driver=kind.value,
                method=str(verdict.method),
                curtain_us=_after(since_ns, curtain_ns),
                gone_us=_after(since_ns, verdict.gone_ns),
                confirmed=verdict.confirmed,
                relapse=relapse,
            )
        )


def _after(since_ns: int, at_ns: int | None) -> int:
    """Microseconds; −1 where it did not come to that."""
    return -1 if at_ns is None else max(0, (at_ns - since_ns) // 1000)
