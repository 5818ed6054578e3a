"""What the chair's window asks and what becomes of an answer: one question at a time, and the commands that it makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from judge_app.core.review import Line, Tick
from judge_app.core.seats import Role
from judge_app.core.views import Briefing, ChairView
from judge_app.ui.chair import pending, questions, steps, votes
from judge_app.ui.chair.questions import Asked
from judge_app.ui.chair.signatures import SIGNERS
from judge_app.ui.widgets import AskPanel


class Asking(QObject):
    """``begun``: a question comes into the panel; ``over``: none is there any more. ``given``: an answer was taken, as
    (key, choice, reason, second text), and its commands follow, each a ``command``. ``project_wanted`` (entry number):
    what is asked is about another project than the one in view."""

    begun = Signal()
    over = Signal()
    given = Signal(str, str, str, str)
    command = Signal(object)
    project_wanted = Signal(str)

    def __init__(self, panel: AskPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._panel = panel
        self._view: ChairView | None = None
        self._briefing: Briefing | None = None
        self._shown = ""
        self._asked: Asked | None = None
        self._ask_again: Callable[[], Asked | None] = questions.publish
        self._last_name = ""
        self._reviewer = ""
        panel.answered.connect(self._answered)
        panel.dropped.connect(lambda _: self._question_gone())

    @property
    def open(self) -> bool:
        """Whether a question waits for its answer."""
        return self._asked is not None

    def set_view(self, view: ChairView | None, briefing: Briefing | None, shown: str) -> None:
        """What is asked about from now on; ``shown``: the project in view. An open question stays."""
        self._view, self._briefing, self._shown = view, briefing, shown

    # what a person begins

    def ask_ruling(self, key: str) -> None:
        """Asks how an open question is decided, with what each way does to the ranking."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        found = next((one for one in pending.rulings_needed(view) if one.key == key), None)
        if found is None:
            return
        if found.kind == "few_sheets" and found.entries[0] != self._shown:
            self.project_wanted.emit(found.entries[0])
        self._put(partial(questions.ruling, found, view, briefing))

    def ask_return(self, entry_no: str, judge: str) -> None:
        """Asks why a sheet goes back; where the judge wished for it, his reason is there already."""
        if self._briefing is not None:
            self._put(
                partial(questions.return_sheet, self._briefing, entry_no, judge, self._asked_why(entry_no, judge))
            )

    def _asked_why(self, entry_no: str, judge: str) -> str:
        requests = self._view.return_requests if self._view is not None else ()
        return next((why for no, by, why in requests if (no, by) == (entry_no, judge)), "")

    def ask_asked_back(self, entry_no: str, requests: Sequence[tuple[str, str]]) -> None:
        """Asks whether a project is locked though judges asked for their sheets back, as (judge, why)."""
        if self._briefing is not None:
            self._put(partial(questions.lock_asked_back, self._briefing, entry_no, requests))

    def ask_presence(self, entry_no: str, judge: str, chosen: str = "") -> None:
        if self._briefing is not None:
            self._put(partial(questions.presence, self._briefing, entry_no, judge, chosen))

    def ask_reopen(self) -> None:
        self._put(partial(questions.reopen, self._shown))

    def ask_disqualify(self) -> None:
        if self._briefing is not None:
            name = next((one.name for one in self._briefing.projects if one.entry_no == self._shown), "")
            self._put(partial(questions.disqualify, self._shown, name))

    def ask_votes(self) -> None:
        """Asks what becomes of the votes of the project in view, with what each way does to the ranking."""
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None:
            self._put(partial(votes.asked, view, briefing, self._shown))

    def ask_signature(self, role: Role) -> None:
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None:
            own = briefing.seat.name if role is briefing.seat.role else ""
            self._put(partial(questions.sign, view, role, own))

    def ask_confirmation(self) -> None:
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None:
            left = steps.unconfirmed(view, briefing)
            if left:
                self._put(partial(questions.confirm, left, briefing.rules, self._last_name))

    def ask_difference(self, line: Line) -> None:
        """What stands on the sheet instead of the number at hand."""
        if self._briefing is not None:
            ask = partial(questions.differs, self._briefing, self._shown, line)
            self._put(lambda: Asked(ask(), lambda *_: []))

    def ask_record(self, ticks: tuple[Tick, ...]) -> None:
        """Records the ticks; the name is asked for once."""
        if self._briefing is None:
            return
        name = self._reviewer or self._briefing.seat.name
        ask = partial(questions.record_review, self._briefing, self._shown, ticks, name)
        if self._reviewer:
            self._give(ask(), "", self._reviewer, "")
        else:
            self._put(ask)

    def ask_which_paper(self, sheets: Sequence[tuple[str, str, str]]) -> None:
        """Which judge's paper sheet is entered, out of paper.choices."""
        ask = partial(questions.which_paper, self._shown, sheets)
        self._put(lambda: Asked(ask(), lambda *_: []))

    def ask_drop_paper(self, entry_no: str, judge: str) -> None:
        self._put(partial(questions.drop_paper, entry_no, judge))

    def ask_decline(self, no: str) -> None:
        """Asks why a judge who walked in is not to judge."""
        self._put(partial(questions.decline_judge, no))

    def ask_chain(self) -> None:
        """Asks which of the session's two records counts."""
        self._put(questions.choose_chain)

    def ask_lock(self) -> None:
        """Asks whether the session is to be locked, with who has not signed."""
        if self._view is not None:
            view = self._view
            self._put(partial(questions.lock_session, [one for one in SIGNERS if not steps.signed(view, one)]))

    def ask_publish(self) -> None:
        self._put(questions.publish)

    # asking and answering

    def retranslate(self) -> None:
        """An open question in the language in force, with what was chosen and written."""
        asked = self._ask_again() if self._asked is not None else None
        if asked is not None:
            self._asked = asked
            self._panel.reword(asked.question)

    def _put(self, ask: Callable[[], Asked | None]) -> None:
        """Asks, where there is something to ask; ``ask`` makes the same question again in another language."""
        asked = ask()
        if asked is None:
            return
        self._asked, self._ask_again = asked, ask
        self.begun.emit()
        self._panel.ask(asked.question)

    def _answered(self, key: str, choice: str, reason: str, second: str) -> None:
        asked = self._asked
        self._question_gone()
        if asked is None:
            return
        if key == "confirm":
            self._last_name = reason
        if key == "review":
            self._reviewer = reason
        self._give(asked, choice, reason, second)

    def _give(self, asked: Asked, choice: str, reason: str, second: str) -> None:
        self.given.emit(asked.question.key, choice, reason, second)
        for made in asked.make(choice, reason, second):
            self.command.emit(made)

    def _question_gone(self) -> None:
        self._asked = None
        self.over.emit()
