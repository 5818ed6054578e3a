"""What the All rooms window asks and what becomes of an answer: one question at a time, of the board as it then is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal

from judge_app.core.errors import Problem
from judge_app.store.rooms import Room
from judge_app.ui.central import questions
from judge_app.ui.central.board import Board, Counted
from judge_app.ui.central.questions import Asked
from judge_app.ui.language import tr
from judge_app.ui.widgets import AskPanel


def _nothing() -> Asked | None:
    return None


class Asking(QObject):
    """``begun``: a question comes into the panel; ``over``: none is there any more. ``wished`` carries the questions.Wish
    of an answer, ``refused`` the Problem for which an answer is none."""

    begun = Signal()
    over = Signal()
    wished = Signal(object)
    refused = Signal(object)

    def __init__(self, panel: AskPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._panel = panel
        self._board: Board | None = None
        self._free = True
        self._asked: Asked | None = None
        self._asked_of: Board | None = None
        self._ask_again: Callable[[], Asked | None] = _nothing
        self._name = ""
        panel.answered.connect(self._answered)
        panel.dropped.connect(lambda _: self._question_gone())

    @property
    def open(self) -> bool:
        """Whether a question waits for its answer."""
        return self._asked is not None

    # setters

    def set_board(self, board: Board | None) -> None:
        """What is asked about from now on; a question that is open stays until it is answered."""
        self._board = board

    def set_free(self, free: bool) -> None:
        """Whether anything may be asked now."""
        self._free = free

    def drop(self) -> None:
        """Takes the open question away."""
        if self._asked is not None:
            self._panel.close_question()
            self._question_gone()

    def retranslate(self) -> None:
        """The open question again, in the language in force."""
        if self._asked is not None:
            self._put(self._ask_again)  # so that an answer is to what is read

    # what a person begins

    def ask_ruling(self, key: str) -> None:
        """Asks how projects are told apart, with what each way does."""
        self._put(lambda: self._ruling(key))

    def ask_confirmation(self) -> None:
        self._put(self._confirmation)

    def ask_basis(self) -> None:
        """Asks for the numbers that a quota is a share of."""
        self._put(self._basis)

    def ask_quota(self) -> None:
        counted = self._counted()
        if counted is not None:
            self._put(self._basis if questions.quota_needs_numbers(counted) else self._quota)

    def ask_departure(self, entry_no: str) -> None:
        self._put(lambda: self._departure(entry_no))

    def ask_votes(self, entry_no: str) -> None:
        """Asks what becomes of a project's votes, with what each way does."""
        self._put(lambda: self._votes(entry_no))

    def ask_decision(self, objection: str) -> None:
        self._put(lambda: self._decision(objection))

    def ask_contested(self, room: Room) -> None:
        """Asks which of a session's two records counts."""
        self._put(lambda: questions.contested(room))

    def ask_alarm(self, room: Room, at: int) -> None:
        """Asks what was found out about an alarm, by its place among the room's."""
        alarm, name = room.alarms[at], room.state.session.session.name
        self._put(lambda: questions.settle(alarm, name))

    def ask_publicity(self) -> None:
        """Asks for what is needed to make the list public."""
        self._put(self._publicity)

    def ask_final(self) -> None:
        """Asks for what is needed to publish the results."""
        self._put(self._final)

    # what is asked, from the board as it is; None where there is nothing (any more) to ask

    def _counted(self) -> Counted | None:
        return None if self._board is None else self._board.counted

    def _ruling(self, key: str) -> Asked | None:
        counted = self._counted()
        found = next((one for one in counted.before_list if one.key == key), None) if counted is not None else None
        return questions.ruling(found, counted) if counted is not None and found is not None else None

    def _confirmation(self) -> Asked | None:
        counted = self._counted()
        paths = tuple(one.place for one in counted.before_list if one.kind == "value") if counted is not None else ()
        return questions.confirm(paths, counted, self._name) if counted is not None and paths else None

    def _basis(self) -> Asked | None:
        counted = self._counted()
        return None if counted is None else questions.basis(counted)

    def _quota(self, given: Mapping[str, int] | None = None) -> Asked | None:
        counted = self._counted()
        return None if counted is None else questions.quota(counted, given)

    def _departure(self, entry_no: str) -> Asked | None:
        return None if self._board is None else questions.departure(entry_no, self._board)

    def _votes(self, entry_no: str) -> Asked | None:
        counted = self._counted()
        return None if counted is None else questions.votes(entry_no, counted)

    def _decision(self, objection: str) -> Asked | None:
        held = None if self._board is None else self._board.log.objections.get(objection)
        return questions.decision(held) if held is not None and held.outcome == "open" else None

    def _publicity(self) -> Asked | None:
        return None if self._counted() is None or self._board is None else questions.make_public(self._board)

    def _final(self) -> Asked | None:
        return None if self._board is None else questions.make_final(self._board, self._name)

    # asking and answering

    def _put(self, ask: Callable[[], Asked | None]) -> None:
        """Asks; ``ask`` makes the same question again from the board of that time. Where there is nothing to ask any
        more, the question that stood goes."""
        asked = ask() if self._free else None
        if asked is None:
            self.drop()
            return
        self._asked = asked
        self._ask_again = ask
        self._asked_of = self._board
        self.begun.emit()
        self._panel.ask(asked.question)

    def _answered(self, key: str, choice: str, reason: str, second: str) -> None:
        now = self.asked_now()
        self._question_gone()
        if now is None:
            words = tr("the results changed while this was asked; please look again")
            self.refused.emit(Problem("", words, words))
            return
        if key in ("confirm", "final"):
            self._name = reason
        wish = now.make(choice, reason, second)
        if isinstance(wish, questions.Numbers):
            given = wish.given
            self._put(lambda: self._quota(given))
        elif isinstance(wish, str):
            self.refused.emit(Problem("", wish, wish))
        else:
            self.wished.emit(wish)

    def asked_now(self) -> Asked | None:
        """The open question once more, as the board is now; None where it would be another one by now."""
        before, board = self._asked_of, self._board
        if self._asked is None or before is None or board is None:
            return None
        now = self._ask_again()
        if now is None or now.question != self._asked.question:
            return None
        publishes = now.question.key in ("publicity", "final")
        same = before.counted is board.counted or (
            before.counted is not None and board.counted is not None and before.counted.held == board.counted.held
        )
        return now if same or not publishes else None

    def _question_gone(self) -> None:
        self._asked = None
        self.over.emit()
