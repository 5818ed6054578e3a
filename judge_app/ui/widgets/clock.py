"""The clock's face and the bar of phases under it; both draw themselves from deadlines."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from judge_app.core.clock import SECOND
from judge_app.core.views import ClockView
from judge_app.ui.theme import theme_of
from judge_app.ui.theme.type import BOLD, CLOCK, LARGE, SMALL
from judge_app.ui.widgets.paint import paint_text
from judge_app.ui.widgets.running import Now, left_ns, shown, tone_of, until_change_ms


class RunningWidget(QWidget):
    """A widget that draws a clock: repaints itself when the shown second changes, and only while it is seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock: ClockView | None = None
        self._now: Now | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)

    def set_clock(self, clock: ClockView | None) -> None:
        """The phase to show; None: no phase has been run."""
        if clock != self._clock:
            self._clock = clock
            self._tick()

    def set_now(self, now: Now | None) -> None:
        """The room's time."""
        self._now = now
        self._tick()

    @property
    def left(self) -> int | None:
        """Nanoseconds left of the phase now, or None."""
        return None if self._clock is None else left_ns(self._clock, self._now() if self._now else None)

    def _tick(self) -> None:
        self.update()
        self._timer.stop()
        left = self.left
        if self.isVisible() and self._clock is not None and self._clock.deadline_ns is not None and left is not None:
            self._timer.start(until_change_ms(left))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


class ClockFace(RunningWidget):
    """The time left, as large as the widget and the type scale allow, with a word above it and one below.

    Ink while there is time, amber in the last minute, red at time-up; grey with its word while held or stale.
    """

    def __init__(self, size: int = CLOCK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._idle = "–:––"
        self._stale = False
        self._figure = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def set_idle(self, text: str) -> None:
        """What stands there while there is no phase (8:00, what the next one will have)."""
        if text != self._idle:
            self._idle = text
            self.update()

    def set_figure(self, figure: str) -> None:
        """A figure in the clock's place (4/12 sheets in); '' gives the place back to the clock."""
        if figure != self._figure:
            self._figure = figure
            self.update()

    def set_stale(self, stale: bool) -> None:
        """Grey, because nothing has been heard from the room lately."""
        if stale != self._stale:
            self._stale = stale
            self.update()

    @property
    def text(self) -> str:
        """What is shown now."""
        if self._figure:
            return self._figure
        left = self.left
        if self._clock is None:
            return self._idle
        return "–:––" if left is None else shown(self._clock, left)

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        metrics = QFontMetrics(theme.font(self._size, BOLD))
        return QSize(metrics.horizontalAdvance("88:88"), round(metrics.capHeight() * 1.25))

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(theme_of(self).font(min(LARGE, self._size), BOLD))
        return QSize(metrics.horizontalAdvance("88:88"), round(metrics.capHeight() * 1.25))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        text = self.text
        size = self._fitting(text)
        left = self.left
        tone = "plain"
        if self._clock is not None and left is not None and not self._stale:
            tone = tone_of(self._clock, left)
        held = self._clock is not None and self._clock.held is not None
        if self._figure:
            colour = theme.colour("ink")
        elif self._clock is None or self._stale or left is None or (held and tone == "brand"):
            colour = theme.colour("ink_3")
        elif tone == "brand":
            colour = theme.colour("ink")
        else:
            colour = theme.text(tone)  # type: ignore[arg-type]  # a Tone by construction
        font = theme.font(size, BOLD)
        painter.setFont(font)
        painter.setPen(QPen(colour))
        metrics = QFontMetrics(font)
        left_edge = (self.width() - metrics.horizontalAdvance(text)) // 2
        painter.drawText(left_edge, (self.height() + metrics.capHeight()) // 2, text)
        self.setAccessibleName(text)

    def _fitting(self, text: str) -> int:
        """The largest size, as ``theme.font`` takes it (before the look's own scale), at which the text fits."""
        theme = theme_of(self)
        metrics = QFontMetrics(theme.font(100, BOLD))
        wide = max(1, metrics.horizontalAdvance(text)) / 100
        tall = metrics.capHeight() * (1.5 if self._figure else 1.12) / 100
        return int(max(12, min(self._size, self.width() / wide, self.height() / tall)))


class BarPhase(msgspec.Struct, frozen=True):
    """A stretch of the phase bar: ``seconds`` is its width and None where it has no set time (scoring)."""

    key: str
    name: str
    seconds: int | None = None


class PhaseBar(RunningWidget):
    """The phases of one project's turn as one bar: past ones full, the running one filling, later ones empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phases: tuple[BarPhase, ...] = ()
        self._done: frozenset[str] = frozenset()
        self._active = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_phases(self, phases: Sequence[BarPhase]) -> None:
        self._phases = tuple(phases)
        self.update()

    def set_progress(self, done: frozenset[str], active: str = "") -> None:
        """Which phases are over, and which one without a clock (scoring) lasts."""
        if (done, active) != (self._done, self._active):
            self._done, self._active = done, active
            self.update()

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        return QSize(theme.px(320), theme.px(18) + QFontMetrics(theme.font(SMALL)).lineSpacing())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme_of(self).px(160), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._phases:
            return
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font(SMALL)
        metrics = QFontMetrics(font)
        gap = theme.px(6)
        room = self.width() - gap * (len(self._phases) - 1)
        for phase, (at, width) in zip(self._phases, self._stretches(room, gap, metrics), strict=True):
            bar = QRectF(at, theme.px(2), width, theme.px(10))
            self._paint_stretch(painter, phase, bar)
            label = QRect(at, theme.px(16), width, metrics.lineSpacing())
            colour = theme.colour("ink" if self._is_on(phase) else "ink_2")
            paint_text(painter, label, self._label(phase), font, colour)

    def _label(self, phase: BarPhase) -> str:
        if phase.seconds is None:
            return phase.name
        return f"{phase.name} {phase.seconds // 60}:{phase.seconds % 60:02d}"

    def _is_on(self, phase: BarPhase) -> bool:
        clock = self._clock
        return phase.key == self._active or (clock is not None and clock.ended_ns is None and clock.phase == phase.key)

    def _stretches(self, room: int, gap: int, metrics: QFontMetrics) -> list[tuple[int, int]]:
        """(x, width) of each: by its seconds, but never too narrow for its label where there is room."""
        least = [
            min(metrics.horizontalAdvance(self._label(one)) + 4, room // len(self._phases)) for one in self._phases
        ]
        weights = [float(one.seconds or 0) for one in self._phases]
        typical = sum(weights) / max(1, sum(1 for weight in weights if weight)) or 1.0
        weights = [weight or typical * 0.35 for weight in weights]
        free = max(0, room - sum(least))
        wanted = [max(0.0, room * weight / sum(weights) - low) for weight, low in zip(weights, least, strict=True)]
        share = free / sum(wanted) if sum(wanted) else 0.0
        widths = [int(low + want * share) for low, want in zip(least, wanted, strict=True)]
        found, at = [], 0
        for width in widths:
            found.append((at, width))
            at += width + gap
        return found

    def _paint_stretch(self, painter: QPainter, phase: BarPhase, bar: QRectF) -> None:
        theme = theme_of(self)
        radius = bar.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        on = self._is_on(phase)
        painter.setBrush(theme.colour("brand_soft" if on else "plain_soft"))
        painter.drawRoundedRect(bar, radius, radius)
        if theme.palette.least >= 7:
            painter.setPen(QPen(theme.colour("edge"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            painter.setPen(Qt.PenStyle.NoPen)
        share = self._share(phase, on)
        if share <= 0:
            return
        tone = "brand"
        left = self.left
        if on and self._clock is not None and left is not None and phase.key == self._clock.phase:
            tone = tone_of(self._clock, left)
        painter.setBrush(theme.text(tone))  # type: ignore[arg-type]  # a Tone by construction
        painter.save()
        painter.setClipRect(QRectF(bar.x(), bar.y(), bar.width() * share, bar.height()))
        painter.drawRoundedRect(bar, radius, radius)
        painter.restore()

    def _share(self, phase: BarPhase, on: bool) -> float:
        if phase.key in self._done and not on:
            return 1.0
        if not on or phase.seconds is None or self._clock is None:
            return 0.0
        left, whole = self.left, self._clock.planned_ns + self._clock.added_ns
        if left is None or whole <= 0:
            return 0.0
        return min(1.0, max(0.0, 1 - left / whole))


class Countdown(QWidget):
    """Tells at an instant of the room's clock that it has come, and until then the whole seconds left: for 5-second
    undo. ``set_until(None)`` hides it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._until: int | None = None
        self._now: Now | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self.hide()

    def set_now(self, now: Now | None) -> None:
        self._now = now
        self._tick()

    def set_until(self, until_ns: int | None) -> None:
        self._until = until_ns
        self._tick()

    @property
    def seconds(self) -> int:
        """Whole seconds left, 0 when it is over or not known."""
        now = self._now() if self._now else None
        if self._until is None or now is None:
            return 0
        return max(0, -(-(self._until - now) // SECOND))

    def on_second(self, seconds: int) -> None:
        """What a second left means to a subclass."""

    def _tick(self) -> None:
        seconds = self.seconds
        self.setVisible(seconds > 0)
        self.on_second(seconds)
        if seconds > 0 and self._until is not None and self._now is not None:
            now = self._now()
            if now is not None:
                self._timer.start(until_change_ms(self._until - now))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.on_second(self.seconds)
