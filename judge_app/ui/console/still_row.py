"""The host's hand on the slides in the questions: slide N shown again as a picture, the one before, the next, away."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from judge_app.core.commands import ShowSlide
from judge_app.core.session import MAX_SLIDE
from judge_app.core.views import HostView
from judge_app.ui.language import tr, tr_count
from judge_app.ui.widgets import ActionButton, ElidedLabel, RunningWidget


class SlideField(QLineEdit):
    """A slide's number. Enter gives it out, Escape leaves it."""

    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers = QIntValidator(1, MAX_SLIDE, self)
        self.setValidator(self._numbers)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)  # no input method between the keys and a number

    @property
    def value(self) -> int:
        """0 while it holds no slide's number."""
        return int(self.text()) if self.hasAcceptableInput() else 0

    def set_last(self, last: int) -> None:
        """The number of the last slide."""
        self._numbers.setTop(last)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(text) for text in ("000", self.placeholderText()))
        return QSize(widest + 26, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() != Qt.Key.Key_Space:  # the next step's: nobody means it while he writes a number
            super().keyPressEvent(event)


class StillRow(RunningWidget):
    """There while the questions after a talk run and time is left; ``command`` carries a ShowSlide, ``done`` says that
    the keys are the window's again."""

    command = Signal(object)
    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: HostView | None = None
        self._asked: int | None = None
        self._aside = False
        self.words = ElidedLabel("", "second")
        self.field = SlideField()
        self.show_button = ActionButton("", "G")
        self.back = ActionButton("", "[")
        self.on = ActionButton("", "]")
        self.away = ActionButton("", "X")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.words, 1)
        for one in (self.field, self.show_button, self.back, self.on, self.away):
            row.addWidget(one)
        for button in (self.show_button, self.back, self.on, self.away):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.field.entered.connect(self.show_again)
        self.field.left.connect(self.done)
        self.show_button.clicked.connect(self.show_again)
        self.back.clicked.connect(lambda: self.step(-1))
        self.on.clicked.connect(lambda: self.step(1))
        self.away.clicked.connect(self.take_away)
        self.retranslate()
        self.hide()

    @property
    def possible(self) -> bool:
        """Whether a slide may be shown again now."""
        left = self.left
        return self._view is not None and self._view.may_show_slide and (left is None or left > 0)

    @property
    def shown(self) -> int:
        """The slide that is shown again, or was asked for last; 0: none."""
        if self._asked is not None:
            return self._asked
        return 0 if self._view is None else self._view.still

    def set_view(self, view: HostView) -> None:
        """Where the session stands."""
        if self._view is None or self._view.still != view.still or not view.may_show_slide:
            self._asked = None
        if self._view is None or self._view.current != view.current:
            self.field.clear()
        self._view = view
        self.set_clock(view.clock)
        self.retranslate()

    def set_aside(self, aside: bool) -> None:
        """Out of the way while something else is asked."""
        if aside != self._aside:
            self._aside = aside
            self.retranslate()

    def refused(self) -> None:
        """What was asked for is not done."""
        self._asked = None
        self.retranslate()

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        view = self._view
        self.field.setAccessibleName(tr("Slide to show again"))
        several = view is not None and view.slides is not None and view.slides > 1
        self.field.setPlaceholderText(f"1–{view.slides}" if view is not None and several and not self.shown else "")
        self.field.updateGeometry()
        self.show_button.set_action(tr("Show slide"))
        self.back.set_action(tr("Previous"))
        self.on.set_action(tr("Next"))
        self.away.set_action(tr("Take off"))
        self.setVisible(self.possible and not self._aside)
        if view is None:
            return
        slides, up = view.slides, bool(self.shown)
        none = slides == 0 or not view.health.stage_online
        self.field.set_last(slides or MAX_SLIDE)
        self.field.setVisible(not none)
        self.show_button.setVisible(not up and not none)
        for button in (self.back, self.on, self.away):
            button.setVisible(up and not none)
        self.back.setEnabled(self.shown > 1)
        self.on.setEnabled(slides is None or self.shown < slides)
        self.words.setText(self._words(view))
        self.words.set_tone("info" if up else "plain")
        self.words.setMinimumWidth(self.words.sizeHint().width() if up else 24)

    def _words(self, view: HostView) -> str:
        if not view.health.stage_online:
            return tr("No slides to show again: the stage is not connected")
        if view.slides == 0:
            return tr("No slides to show again: the stage has no PDF or pictures")
        of = "" if view.slides is None else f"/{view.slides}"
        if self.shown:
            return tr("On screen: {n}", n=f"{self.shown}{of}")
        if view.slides is None:
            return tr("Show a slide again")
        return tr_count(view.slides, "Show its only slide again", "Show one of {n} slides again")

    # what the host does

    def ask(self) -> None:
        """The keys go to the number of the slide."""
        if not self.isHidden() and not self.field.isHidden():
            self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.field.selectAll()

    def show_again(self) -> None:
        """The slide whose number stands in the field."""
        if self.field.value:
            self._give(self.field.value)
        else:
            self.ask()

    def step(self, by: int) -> None:
        """Another slide, counted from the one that is shown."""
        slides = self._view.slides if self._view is not None else None
        if self.shown and 1 <= self.shown + by <= (slides or MAX_SLIDE):
            self._give(self.shown + by)

    def take_away(self) -> None:
        if self.shown:
            self._give(0)

    def _give(self, slide: int) -> None:
        if self.possible and slide != self.shown:
            self._asked = slide
            if slide:
                self.field.setText(str(slide))
            self.command.emit(ShowSlide(slide=slide))
            self.retranslate()
        self.done.emit()

    def _tick(self) -> None:
        if self.isHidden() == (self.possible and not self._aside):
            self.retranslate()
        super()._tick()
