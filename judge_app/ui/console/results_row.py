"""The host's hand on the published results: what of them stands before the audience, and the next step of a reveal."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from judge_app.core.commands import ShowResults
from judge_app.core.session import OUT
from judge_app.core.stages import Showing
from judge_app.core.views import Briefing, HostView, ResultsShowing
from judge_app.ui.console.bounce import Bounce
from judge_app.ui.console.steps import project_name
from judge_app.ui.glossary import number
from judge_app.ui.language import tr
from judge_app.ui.widgets import ActionButton, FlowLayout, Label


class ResultsRow(QFrame):
    """There once results are published; ``command`` carries a ShowResults. ``led_elsewhere``: the next step of a reveal has
    a button of its own outside, which takes its words from ``step``."""

    command = Signal(object)

    def __init__(
        self,
        monotonic: Callable[[], int] = time.monotonic_ns,
        parent: QWidget | None = None,
        *,
        led_elsewhere: bool = False,
    ) -> None:
        super().__init__(parent)
        self._bounce = Bounce(monotonic)
        self.setProperty("kind", "trouble")
        self.setProperty("tone", "info")
        self._briefing: Briefing | None = None
        self._view: HostView | None = None
        self.words = Label("", "strong", wrap=True)
        self.ranking = ActionButton("")
        self.list = ActionButton("")
        self.marks = ActionButton("")
        self._projects = QMenu(self.marks)
        self.on = ActionButton("")
        self.back = ActionButton("")
        self.away = ActionButton("")
        self._choices, self._steps = QWidget(), QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(self.words)
        choices = FlowLayout(self._choices, gap=6)
        for button in (self.ranking, self.list, self.marks):
            choices.addWidget(button)
        steps = QHBoxLayout(self._steps)
        steps.setContentsMargins(0, 0, 0, 0)
        for step in (self.on, self.back, self.away):
            step.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            steps.addWidget(step)
        self.on.setVisible(not led_elsewhere)
        column.addWidget(self._choices)
        column.addWidget(self._steps)
        # Connect Signals
        self.ranking.clicked.connect(lambda: self._show(Showing.RANKING, step=1))
        self.list.clicked.connect(lambda: self._show(Showing.LIST))
        self.on.clicked.connect(lambda: self._step(1))
        self.back.clicked.connect(lambda: self._step(-1))
        self.away.clicked.connect(lambda: self._show(Showing.NOTHING))
        self.marks.clicked.connect(self._choose_project)
        self.hide()

    def set_view(self, view: HostView, briefing: Briefing | None) -> None:
        """Where the session stands; without published results the row is away."""
        if self._view is not None and view.showing != self._view.showing:
            self._bounce.changed()
        self._view, self._briefing = view, briefing
        self.retranslate()
        self.setVisible(view.published)

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        showing = None if self._view is None else self._view.showing
        self.ranking.set_action(tr("Reveal from the last place"))
        self.list.set_action(tr("Show all at once"))
        self.marks.set_action(tr("One project's marks…"))
        self.back.set_action(tr("Back"))
        self.away.set_action(tr("Take it off the stage"))
        self._choices.setVisible(showing is None)
        self._steps.setVisible(showing is not None)
        if showing is None:
            self.words.setText(tr("The stage shows no results yet."))
            return
        self.words.setText(self._where(showing))
        self.on.set_action(_next_words(showing), tr("Space"))
        self.on.setEnabled(showing.step < showing.steps)
        self.back.setEnabled(showing.step > 0)

    def _where(self, showing: ResultsShowing) -> str:
        if showing.kind is Showing.MARKS:
            name = "" if self._briefing is None else project_name(self._briefing, showing.entry_no)
            return tr("On stage: {no} {name}", no=number(showing.entry_no), name=name)
        if showing.kind is Showing.RANKING:
            return tr("On stage: {n} of {all} places", n=showing.step, all=showing.steps)
        return tr("On stage: all results, page {page} of {pages}", page=showing.step + 1, pages=showing.steps + 1)

    def _choose_project(self) -> None:
        self._projects.clear()
        if self._view is None or self._briefing is None:
            return
        for one in self._view.projects:
            if one.stage not in OUT:
                words = f"{number(one.entry_no)}　{project_name(self._briefing, one.entry_no)}"
                action = self._projects.addAction(words)
                action.triggered.connect(lambda _=False, no=one.entry_no: self._show(Showing.MARKS, no))
        self._projects.popup(self.marks.mapToGlobal(self.marks.rect().bottomLeft()))

    def _show(self, kind: Showing, entry_no: str = "", step: int = 0) -> None:
        self.command.emit(ShowResults(kind=kind, entry_no=entry_no, step=step))

    @property
    def step(self) -> tuple[str, bool]:
        """What the next step of the reveal is in words, and whether there is one."""
        showing = None if self._view is None else self._view.showing
        if showing is None:
            return tr("Choose how the stage shows them"), False
        if showing.step >= showing.steps:
            return tr("All of it is on the stage"), False
        return _next_words(showing), True

    def advance(self) -> bool:
        """The next step of the reveal, where there is one; whether there was."""
        showing = None if self._view is None or not self._view.published else self._view.showing
        if showing is None or showing.step >= showing.steps:
            return False
        self._step(1)  # asked for twice before the room has answered it is the same step
        return True

    def _step(self, by: int) -> None:
        showing = None if self._view is None else self._view.showing
        if by > 0 and self._bounce.too_soon:  # what stands before the audience cannot be unseen
            return
        if showing is not None and 0 <= showing.step + by <= showing.steps:
            self._show(showing.kind, showing.entry_no, showing.step + by)


def _next_words(showing: ResultsShowing) -> str:
    """What the next press brings."""
    if showing.kind is Showing.RANKING:
        return tr("Next place")
    if showing.kind is Showing.LIST:
        return tr("Next page")
    if showing.step + 1 >= showing.steps:
        return tr("The total")
    return tr("All marks") if showing.step == 0 else tr("Drop the extremes")
