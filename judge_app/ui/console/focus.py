"""The middle of the console: the project on stage, the clock, the bar of phases, and the line of proof below."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from judge_app.core.clock import REOPENED, SECOND, EndedBy, HoldKind
from judge_app.core.rules import Phase
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ClockView, CutOff, HostView, Step
from judge_app.ui.console.troubles import has_show
from judge_app.ui.glossary import OUT, duration, number, phase_name, phase_words
from judge_app.ui.language import either, tr
from judge_app.ui.own_rules import rules_of
from judge_app.ui.theme import Tone, theme_of
from judge_app.ui.theme.type import SMALL
from judge_app.ui.widgets import (
    ActionButton,
    BarPhase,
    Card,
    ClockFace,
    Countdown,
    ElidedLabel,
    Label,
    PhaseBar,
    Pill,
    RunningWidget,
)
from judge_app.ui.widgets.paint import paint_text
from judge_app.ui.widgets.running import Now

SCORING = "@scoring"
"""The key of the bar's last stretch."""


class NextPrompt(RunningWidget):
    """Which prompt comes next: ``Next prompt 1:00``; nothing where none is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prompts: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, QFontMetrics(theme_of(self).font(SMALL)).height() + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def set_prompts(self, seconds: tuple[int, ...]) -> None:
        """The prompts of the phase, as seconds left."""
        self._prompts = seconds
        self.update()

    @property
    def text(self) -> str:
        left = self.left
        if self._clock is None or self._clock.ended_ns is not None or left is None:
            return ""
        coming = next((one for one in self._prompts if one * SECOND < left), None)
        if coming is None:
            return ""
        return tr("Next prompt at {time}", time=duration(coming))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint_text(QPainter(self), self.rect(), self.text, theme.font(SMALL), theme.colour("ink_2"), align)


class UndoButton(Countdown):
    """Taking back the last step, while there is time: ``Take it back 4 s``."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._button = ActionButton("", "U")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.clicked)
        row.addWidget(self._button)

    def on_second(self, seconds: int) -> None:
        self._button.set_action(tr("Take it back ({n} s)", n=seconds))


class FocusCard(Card):
    """Setters in, signals out; ``undo_asked`` is the only thing that is asked here."""

    undo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._briefing: Briefing | None = None
        self._view: HostView | None = None
        self._clock_alone = False
        self._number = Label("", "head", tone="brand")
        self._name = ElidedLabel("", "title", lines=2)
        self._unit = ElidedLabel("", "second")
        self._phase = Label("", "lead")
        self._phase.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clock = ClockFace()
        self._below = Label("", "second")
        self._below.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = PhaseBar()
        self._proof = Pill()
        self._prompt = NextPrompt()
        self.undo = UndoButton()
        self._lay_out()
        self.undo.clicked.connect(self.undo_asked)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(16)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self._name)
        names.addWidget(self._unit)
        head.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(names, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._proof)
        foot.addWidget(self._prompt, 1)
        foot.addWidget(self.undo)
        self._foot = QWidget()
        self._foot.setLayout(foot)
        foot.setContentsMargins(0, 0, 0, 0)
        self._foot.setMinimumHeight(40)
        self.body.setContentsMargins(24, 16, 24, 12)
        self.body.setSpacing(4)
        self.body.addLayout(head)
        self.body.addStretch(1)
        self.body.addWidget(self._phase)
        self.body.addWidget(self.clock, 12)
        self.body.addWidget(self._below)
        self.body.addStretch(1)
        self.body.addWidget(self.bar)
        self.body.addWidget(self._foot)

    def set_now(self, now: Now | None) -> None:
        for widget in (self.clock, self.bar, self._prompt, self.undo):
            widget.set_now(now)

    def set_stale(self, stale: bool) -> None:
        self.clock.set_stale(stale)

    def set_compact(self, compact: bool, *, clock_alone: bool = False, low: bool = False) -> None:
        """Only what must be seen: the project, the clock and the bar (while something is asked and room is short); on the
        smallest screens the clock alone, with the phase's name. ``low``: the largest type on a small screen, where the
        unit gives way to the project's name."""
        self._unit.setVisible(not compact and not low)
        self._foot.setVisible(not compact)
        if clock_alone != self._clock_alone:
            self._clock_alone = clock_alone
            self._show()
        self.body.setContentsMargins(*((24, 8, 24, 8) if compact else (24, 16, 24, 12)))

    def set_briefing(self, briefing: Briefing) -> None:
        self._briefing = briefing
        self._show()

    def set_view(self, view: HostView) -> None:
        self._view = view
        self._show()

    def retranslate(self) -> None:
        self._show()
        self._prompt.update()

    def _show(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            self._empty()
            return
        entry_no = view.current or (view.next_step.entry_no if view.next_step.step is Step.CALL else "")
        project = next((one for one in briefing.projects if one.entry_no == entry_no), None)
        progress = next((one for one in view.projects if one.entry_no == entry_no), None)
        self._number.setText(number(entry_no) if entry_no else "")
        self._number.setVisible(bool(entry_no) and not self._clock_alone)
        self._name.setVisible(not self._clock_alone)
        self._name.setText(project.name if project else "")
        self._unit.setText(" · ".join(part for part in (project.lead_unit, project.captain) if part) if project else "")
        stage = progress.stage if progress else None
        clock = view.clock
        timing = rules_of(briefing, entry_no).timing
        phases = () if timing is None else timing.phases
        self._show_clock(clock, phases, view, stage)
        self._show_bar(clock, phases, view, stage)
        proof = self._proof_words(view, clock)
        self._proof.set(*proof)
        self.undo.set_until(view.undo_until_ns)

    def _empty(self) -> None:
        self._number.hide()
        self._name.setText("")
        self._unit.setText("")
        self._phase.setText(tr("Waiting for the room…"))
        self._below.setText("")
        self.clock.set_clock(None)
        self._proof.set("")

    def _show_clock(
        self, clock: ClockView | None, phases: tuple[Phase, ...], view: HostView, stage: ProjectStage | None
    ) -> None:
        assert self._briefing is not None
        self.clock.set_clock(clock)
        self._prompt.set_clock(clock)
        rules = rules_of(self._briefing, view.current or view.next_step.entry_no)
        timing = rules.timing
        if clock is not None:
            phase = next((one for one in phases if one.key == clock.phase), None)
            self._prompt.set_prompts(timing.prompts_of(phase) if timing is not None and phase is not None else ())
        elif phases:
            self.clock.set_idle(duration(phases[0].seconds))
        self.clock.set_figure(_figure(view, stage))
        words, tone = self._phase_words(clock, view, stage)
        self._phase.setText(words)
        self._phase.set_tone(tone)
        self._below.setText(self._below_words(clock, view))

    def _phase_words(self, clock: ClockView | None, view: HostView, stage: ProjectStage | None) -> tuple[str, Tone]:
        assert self._briefing is not None
        if view.next_step.step is Step.DONE:
            if view.published:
                return tr("The results are published"), "ok"
            if view.session_locked:
                return tr("The results of this session are locked"), "ok"
            return tr("All projects have been heard"), "plain"
        if clock is None or stage is ProjectStage.CALLED:
            call = next((one.call for one in view.projects if one.entry_no == view.current), 0)
            if stage is ProjectStage.CALLED:
                return (tr("Called {n} times", n=call), "warn") if call > 1 else (tr("Called"), "brand")
            return tr("Next up"), "plain"
        phase = phase_name(rules_of(self._briefing, clock.entry_no), clock.phase)
        if clock.held is HoldKind.TECHNICAL:
            return tr("{phase} · technical stop", phase=phase), "stop"
        if clock.held is HoldKind.PAUSE:
            return tr("{phase} · paused", phase=phase), "warn"
        if stage is ProjectStage.SCORING:
            return tr("Scoring: sheets in"), "plain"
        if stage is ProjectStage.CLOSED:
            return tr("Scoring is closed"), "plain"
        if stage is ProjectStage.LOCKED:
            return tr("Result locked"), "ok"
        if clock.ended_ns is not None:
            over = tr("{phase} · time is up", phase=phase) if clock.ended_by is EndedBy.DEADLINE else ""
            return over or tr("{phase} · over", phase=phase), "plain"
        return phase, "plain"

    def _below_words(self, clock: ClockView | None, view: HostView) -> str:
        if view.next_step.step is Step.DONE:
            counts = {
                tr("Locked"): sum(1 for one in view.projects if one.stage is ProjectStage.LOCKED),
                tr("To review"): sum(1 for one in view.projects if one.stage is ProjectStage.CLOSED),
                tr("Out"): sum(1 for one in view.projects if one.stage in OUT),
            }
            return " · ".join(f"{words} {count}" for words, count in counts.items() if count)
        if clock is None:
            return ""
        run = next((one for one in view.runs if one.run == clock.run), None)
        if clock.held is not None and run is not None and run.hold is not None:
            reason = run.hold.reason
            return tr("Reason: {reason}", reason=either(*REOPENED) if reason == " / ".join(REOPENED) else reason)
        if clock.added_ns:
            seconds = clock.added_ns // SECOND
            return (
                tr("{time} given", time=duration(seconds))
                if seconds > 0
                else tr("{time} taken", time=duration(-seconds))
            )
        return ""

    def _show_bar(
        self, clock: ClockView | None, phases: tuple[Phase, ...], view: HostView, stage: ProjectStage | None
    ) -> None:
        stretches = [BarPhase(one.key, phase_words(one), one.seconds) for one in phases]
        self.bar.set_phases([*stretches, BarPhase(SCORING, tr("Scoring"))])
        here = {
            run.phase
            for run in view.runs
            if run.entry_no == view.current and run.ended_by in (EndedBy.DEADLINE, EndedBy.HOST)
        }
        over = stage in (ProjectStage.CLOSED, ProjectStage.LOCKED)
        self.bar.set_progress(
            frozenset(here | ({SCORING} if over else set())), SCORING if stage is ProjectStage.SCORING else ""
        )
        self.bar.set_clock(clock)
        self.bar.setVisible(
            not self._clock_alone
            and not view.published
            and (view.next_step.step is not Step.DONE or view.current is not None)
        )

    def _proof_words(self, view: HostView, clock: ClockView | None) -> tuple[str, Tone, str]:
        """The show's end: how it went, or whether it will go by itself."""
        report = next((one for one in reversed(view.cut_offs) if one.entry_no == view.current), None)
        if clock is not None and clock.ended_ns is None and clock.slides_end:
            if view.health.stage_online:
                return tr("The slides end by themselves"), "ok", ""
            return tr("Stage not connected"), "stop", ""
        if report is not None:
            return _cut_words(report)
        return "", "plain", ""


def _figure(view: HostView, stage: ProjectStage | None) -> str:
    """What stands in the clock's place once a project's time is over: how many sheets are in, or projects heard."""
    if view.next_step.step is Step.DONE:
        heard = [one for one in view.projects if one.stage not in OUT]
        return f"{len(heard)}/{len(view.projects)}"
    if stage in (ProjectStage.SCORING, ProjectStage.CLOSED, ProjectStage.LOCKED):
        here = next(one for one in view.projects if one.entry_no == view.current)
        return f"{here.done}/{here.expected}"
    return ""


def _cut_words(report: CutOff) -> tuple[str, Tone, str]:
    tip = tr(
        "Driver {driver}, method {method}; curtain after {curtain} ms",
        driver=report.driver,
        method=report.method,
        curtain=_ms(report.curtain_us),
    )
    if not has_show(report):
        return tr("No slides to end"), "plain", tip
    if not report.confirmed:
        return tr("Covered, end not confirmed"), "stop", tip
    if report.relapse:
        return tr("Started again, ended again · {ms} ms", ms=_ms(report.gone_us)), "warn", tip
    return tr("Show ended · {ms} ms", ms=_ms(report.gone_us if report.gone_us >= 0 else report.curtain_us)), "ok", tip


def _ms(us: int) -> str:
    return "—" if us < 0 else str(max(1, round(us / 1000)))
