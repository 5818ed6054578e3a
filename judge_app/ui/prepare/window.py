"""The Prepare window: five steps from a workbook or a preset to a folder a room. Setters in, wishes out (desk.py)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from judge_app.core.errors import Problem
from judge_app.ui.language import either, tr
from judge_app.ui.prepare.hand_out_page import HandOutPage
from judge_app.ui.prepare.order_page import OrderPage
from judge_app.ui.prepare.rules_page import RulesPage
from judge_app.ui.prepare.sessions_page import SessionsPage
from judge_app.ui.prepare.steps import StepBar, StepWords
from judge_app.ui.prepare.workbook_page import WorkbookPage
from judge_app.ui.theme import Tone, theme_of
from judge_app.ui.widgets import (
    ActionButton,
    AppearanceButton,
    AskPanel,
    ElidedLabel,
    Label,
    NextStepButton,
    Pill,
    Question,
    TopBar,
)
from judge_app.ui.widgets.trouble import Trouble, TroublePanel

SMALL_HEIGHT = 640
"""Below this height (logical pixels) a question and a page have no room together."""
STEPS = ("workbook", "rules", "sessions", "order", "rooms")


class PrepareWindow(QWidget):
    """``step_requested`` (place of a step), ``next_requested``, ``save_requested``, ``undo_requested``,
    ``redo_requested``; the wishes of a step are its page's. ``close_requested``: it was closed while
    ``may_close`` does not allow it."""

    step_requested = Signal(int)
    next_requested = Signal()
    save_requested = Signal()
    undo_requested = Signal()
    redo_requested = Signal()
    close_requested = Signal()
    language_requested = Signal(str)
    look_requested = Signal(str)
    scale_requested = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.may_close = True
        self._make()
        self._lay_out()
        self._connect()
        self.setMinimumSize(960, 540)
        self.resize(1280, 720)
        self.retranslate()

    def _make(self) -> None:
        self._bar = TopBar()
        self._product = Label("", "strong")
        self._file = ElidedLabel("", "second")
        self._file.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.saved = Pill()
        self.undo_button = ActionButton("", "Ctrl+Z", kind="small")
        self.redo_button = ActionButton("", "Ctrl+Y", kind="small")
        self.save_button = ActionButton("", "Ctrl+S", kind="small")
        for button in (self.undo_button, self.redo_button, self.save_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where one works
        self.appearance = AppearanceButton()
        self.workbook_page = WorkbookPage()
        self.rules_page = RulesPage()
        self.sessions_page = SessionsPage()
        self.order_page = OrderPage()
        self.hand_out_page = HandOutPage()
        self.pages = QStackedWidget()
        self.ask = AskPanel()
        self.troubles = TroublePanel()
        self.steps = StepBar(len(STEPS))
        self.next_button = NextStepButton()
        keeps = self.next_button.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the steps beside it stay where they are while something is asked
        self.next_button.setSizePolicy(keeps)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._bar.add_left(self._product, self._file)
        self._bar.add_right(self.saved, self.undo_button, self.redo_button, self.save_button, self.appearance)
        self._bar.give_way(self.redo_button, self.undo_button, self._file)
        outer.addWidget(self._bar)
        inside = QVBoxLayout()
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(10)
        for page in (
            self.workbook_page,
            self.rules_page,
            self.sessions_page,
            self.order_page,
            self.hand_out_page,
        ):
            self.pages.addWidget(page)
        inside.addWidget(self.pages, 1)
        inside.addStretch(0)
        inside.addWidget(self.troubles)
        inside.addWidget(self.ask)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.steps, 64)
        below.addWidget(self.next_button, 36)
        inside.addLayout(below)
        outer.addLayout(inside, 1)
        last: QWidget = self.next_button
        for button in (self.undo_button, self.redo_button, self.save_button, self.appearance):
            self.setTabOrder(last, button)  # what one works on comes first
            last = button

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        held = self.focusWidget()
        if held is None or not held.isVisibleTo(self) or not held.isEnabled():
            self.focus_first()

    def focus_first(self) -> None:
        """The focus on what comes next: what is to be put right, the filled button, or where a file is asked for; never on
        what happens to stand first in the window."""
        self._next_place().setFocus(Qt.FocusReason.OtherFocusReason)

    def _next_place(self) -> QWidget:
        page = self.workbook_page
        if self.step == 0 and not page.shows_sheets:
            return page.path
        if self.step == 0 and page.fix_text.isVisibleTo(self):
            return page.fix_text
        if self.next_button.isEnabled():
            return self.next_button
        return self.hand_out_page.path if self.step + 1 == len(STEPS) else self.steps.tabs[self.step]

    def _connect(self) -> None:
        self.ask.asking.connect(self.next_button.setHidden)
        for done in (self.ask.answered, self.ask.dropped):
            done.connect(lambda *_: self._end_question())
        self.steps.picked.connect(self.step_requested)
        self.next_button.clicked.connect(self.next_requested)
        self.hand_out_page.path.returnPressed.connect(self._take_folder)
        self.save_button.clicked.connect(self.save_requested)
        self.undo_button.clicked.connect(self.undo_requested)
        self.redo_button.clicked.connect(self.redo_requested)
        self.appearance.language_requested.connect(self.language_requested)
        self.appearance.look_requested.connect(self.look_requested)
        self.appearance.scale_requested.connect(self.scale_requested)
        for keys, wish in (
            (QKeySequence.StandardKey.Save, self.save_requested),
            (QKeySequence.StandardKey.Undo, self.undo_requested),
            (QKeySequence.StandardKey.Redo, self.redo_requested),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(wish)
        for at in range(len(STEPS)):
            shortcut = QShortcut(QKeySequence(f"Alt+{at + 1}"), self)
            shortcut.activated.connect(lambda at=at: self.step_requested.emit(at))

    # setters

    def set_file(self, name: str, saved: str, tone: Tone) -> None:
        """The file's name, and in a word whether it is saved."""
        self._file.setText(name)
        self.saved.set(saved, tone)
        self._bar.fit()

    def set_history(self, undo: bool, redo: bool, save: bool) -> None:
        """Which of the three there is anything to do for."""
        self.undo_button.setEnabled(undo)
        self.redo_button.setEnabled(redo)
        self.save_button.setEnabled(save)

    def set_steps(self, words: list[StepWords], open_now: bool) -> None:
        """How each step stands; before anything is open only the first can be gone to."""
        self.steps.set_words(words)
        for tab in self.steps.tabs[1:]:
            tab.setEnabled(open_now)

    def show_step(self, at: int) -> None:
        self.pages.setCurrentIndex(at)
        self.steps.show_step(at)

    def _take_folder(self) -> None:
        if self.next_button.isEnabled():
            self.next_requested.emit()

    def finish_typing(self) -> None:
        """Takes what is being typed and not told yet: before it is saved, handed out, left or stepped back from."""
        self.workbook_page.finish_typing()
        self.rules_page.finish_typing()

    @property
    def step(self) -> int:
        return self.pages.currentIndex()

    def set_next(self, text: str, note: str = "", *, enabled: bool = True) -> None:
        """What the one filled button does."""
        self.next_button.set_step(text, note)
        self.next_button.setEnabled(enabled)

    def ask_question(self, question: Question) -> None:
        """Asks inside the window; on a small one the question takes the page's place until it is answered."""
        self.ask.ask(question)
        self._fit_question()

    def _end_question(self) -> None:
        self._fit_question()
        held = self.focusWidget()
        if self.ask.question is None and (held is None or not self.pages.isAncestorOf(held)):
            self.focus_first()

    def _fit_question(self) -> None:
        roomy = self.height() >= theme_of(self).px(SMALL_HEIGHT)
        self.pages.setVisible(roomy or self.ask.question is None)

    def set_failed(self, title: str, problems: Sequence[Problem] = ()) -> None:
        """What could not be done, and why; an empty title takes it away."""
        text = "\n".join(
            tr("{place}: {what}", place=one.place, what=either(one.zh, one.en)) if one.place else either(one.zh, one.en)
            for one in problems
        )
        self.troubles.set_troubles([Trouble("failed", title, text)] if title else [])

    def set_said(self, title: str, text: str = "") -> None:
        """What was done."""
        self.troubles.set_troubles([Trouble("done", title, text, tone="ok")])

    def forget_said(self) -> None:
        """What was done is not so any more, or was long ago; what failed stays."""
        if any(one.key == "done" for one in self.troubles.troubles):
            self.troubles.set_troubles([])

    def retranslate(self) -> None:
        """The texts that stand whatever is shown."""
        self.setWindowTitle(tr("Prepare a contest"))
        self._product.setText(tr("Prepare a contest"))
        self.undo_button.set_action(tr("Undo"))
        self.redo_button.set_action(tr("Redo"))
        self.save_button.set_action(tr("Save"))
        self.workbook_page.retranslate()
        self.rules_page.retranslate()
        self.sessions_page.retranslate()
        self.order_page.retranslate()
        self.hand_out_page.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_question()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.may_close:
            super().closeEvent(event)
        else:
            event.ignore()
            self.close_requested.emit()
