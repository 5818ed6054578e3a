"""All rooms of a contest in one window: what each one does, what they give together, and publishing it.

It shows Boards that come from a watcher and never waits for anything; every decision is a wish that somebody carries out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from judge_app.core.contest_log import ObjectionReceived
from judge_app.core.errors import Problem
from judge_app.core.results import Objection
from judge_app.store.rooms import Room
from judge_app.ui.central import questions, steps, troubles
from judge_app.ui.central.asking import Asking
from judge_app.ui.central.awards_page import AwardsPage
from judge_app.ui.central.banner import RoomsBanner
from judge_app.ui.central.bar import RoomsBar
from judge_app.ui.central.board import Board
from judge_app.ui.central.places import PlacesPage
from judge_app.ui.central.publishing import Made, Order
from judge_app.ui.central.publishing_page import PublishingPage
from judge_app.ui.central.questions import Record
from judge_app.ui.central.reference_page import ReferencePage
from judge_app.ui.central.results_page import ResultsPage
from judge_app.ui.central.rooms_page import RoomsPage
from judge_app.ui.language import mark, tr
from judge_app.ui.widgets import AskPanel, FitScroll, Label, NextStepButton, TroublePanel

PAGES = {
    "rooms": mark("Rooms"),
    "results": mark("Results over all"),
    "places": mark("Places and awards"),
    "publishing": mark("Publishing"),
    "reference": mark("For reference"),
}


def _now() -> datetime:
    return datetime.now(UTC)


class CentralWindow(QWidget):
    """Signals are wishes: ``places_chosen`` (list of texts), ``contest_chosen`` (key), ``wished`` (a questions.Wish: a
    record, a chain or alarm to settle, an order to publish), ``folder_requested`` (path to open), ``reference_wanted``
    (judges and panels are to be compared)."""

    places_chosen = Signal(list)
    contest_chosen = Signal(str)
    wished = Signal(object)
    folder_requested = Signal(str)
    reference_wanted = Signal()
    language_requested = Signal(str)
    look_requested = Signal(str)
    scale_requested = Signal(float)
    leave_requested = Signal()

    def __init__(self, clock: Callable[[], datetime] = _now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._clock = clock
        self._board: Board | None = None
        self._looking = False
        self._failed: Problem | None = None
        self._wrong: Problem | None = None
        self._made: Made | None = None
        self._busy = ""
        self._closing = False
        self._wanted: object = None
        self._page = "rooms"
        self._room = ""
        self._make()
        self._lay_out()
        self._connect()
        self._aging = QTimer(self)
        self._aging.setInterval(10_000)
        self._aging.timeout.connect(self._show_rooms)
        self._aging.start()
        self.setMinimumSize(960, 540)
        self.resize(1280, 720)
        self.retranslate()

    # making

    def _make(self) -> None:
        self.bar = RoomsBar()
        self.banner = RoomsBanner()
        self.places_page = PlacesPage()
        self._tabs = QButtonGroup(self)
        self._tab_row = QWidget()
        self.pages = QStackedWidget()
        self.rooms_page = RoomsPage()
        self.results_page = ResultsPage()
        self.awards_page = AwardsPage()
        self.publishing_page = PublishingPage()
        self.reference_page = ReferencePage()
        self.ask = AskPanel()
        self.asking = Asking(self.ask, self)
        self.tasks = TroublePanel()
        self.next_button = NextStepButton()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.bar)
        outer.addWidget(self.banner)
        self._whole = QStackedWidget()
        self._whole.addWidget(self.places_page)
        self._whole.addWidget(self._loading())
        self._whole.addWidget(self._contest())
        outer.addWidget(self._whole, 1)

    def _loading(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        self._loading_text = Label("", "lead", wrap=True)
        self._loading_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        column.addWidget(self._loading_text)
        column.addStretch(2)
        return page

    def _contest(self) -> QWidget:
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(16, 12, 16, 16)
        columns.setSpacing(16)
        left = QVBoxLayout()
        left.setSpacing(10)
        tabs = QHBoxLayout(self._tab_row)
        tabs.setContentsMargins(0, 0, 0, 0)
        tabs.setSpacing(6)
        for key in PAGES:
            button = QPushButton()
            button.setProperty("kind", "chip")
            button.setProperty("page", key)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._tabs.addButton(button)
            tabs.addWidget(button)
        tabs.addStretch(1)
        left.addWidget(self._tab_row)
        for shown in (
            self.rooms_page,
            self.results_page,
            self.awards_page,
            self.publishing_page,
            self.reference_page,
        ):
            self.pages.addWidget(shown)
        left.addWidget(self.pages, 1)
        columns.addLayout(left, 74)
        columns.addWidget(self._right(), 26)
        return page

    def _right(self) -> QWidget:
        side = QWidget()
        side.setMinimumWidth(264)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._question = FitScroll(self.ask, share=0.9)
        self._question.hide()
        self._task_scroll = FitScroll(self.tasks, share=1.0)
        column.addWidget(self._question)
        column.addWidget(self._task_scroll)
        column.addStretch(1)
        self.next_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column.addWidget(self.next_button)
        return side

    def _connect(self) -> None:
        self.bar.appearance.language_requested.connect(self.language_requested)
        self.bar.appearance.look_requested.connect(self.look_requested)
        self.bar.appearance.scale_requested.connect(self.scale_requested)
        self.bar.contest_chosen.connect(self.contest_chosen)
        self.places_page.places_chosen.connect(self._places_chosen)
        self._tabs.buttonClicked.connect(lambda button: self.show_page(str(button.property("page"))))
        self.rooms_page.picked.connect(self.show_room)
        self.tasks.acted.connect(self._acted)
        self.next_button.clicked.connect(self.take_next_step)
        self.ask.asking.connect(self.next_button.setHidden)
        self.asking.begun.connect(self._question_begun)
        self.asking.over.connect(self._question_gone)
        self.asking.wished.connect(self._wish)
        self.asking.refused.connect(self._refuse)
        self.awards_page.quota_asked.connect(self.asking.ask_quota)
        self.awards_page.departure_asked.connect(self.asking.ask_departure)
        self.results_page.votes_asked.connect(self.asking.ask_votes)
        self.publishing_page.folder_asked.connect(self._open_folder)
        self.publishing_page.decision_asked.connect(self.asking.ask_decision)
        self.publishing_page.objection_form.given.connect(self._objection_given)

    # setters

    def set_looking(self) -> None:
        """The places are being looked at for the first time."""
        self._looking = True
        self._failed = None
        self._show()

    def set_board(self, board: Board | None) -> None:
        """The contest now; None where no room is to be seen yet."""
        self._failed = None
        self._looking = board is None
        before, self._board = self._board, board
        self.asking.set_board(board)
        if board is None:
            self._show()
            return
        if before is None:
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # what had it is gone with the page before
        if before is None or before.named != board.named:
            self._forget()
        elif before.counted is board.counted and before.problems is board.problems and before.log == board.log:
            self._show_state()  # nothing but the rooms' own lines may have changed
            return
        self._show()

    def _forget(self) -> None:
        """Another contest: nothing that was asked, said or half written about the one before is left."""
        self._room = ""
        self._made = None
        self._wrong = None
        self.results_page.forget()
        self.publishing_page.objection_form.clear()
        self.asking.drop()

    def set_failed(self, problem: Problem) -> None:
        """The rooms cannot be looked at now; what was seen last stays in view."""
        self._failed = problem
        self._show()

    def set_busy(self, words: str) -> None:
        """What is being done after a wish, in words; '' when it is over."""
        self._busy = words
        self._show_step()
        self._show_free()

    def set_done(self, made: Made | None, problem: Problem | None) -> None:
        """A wish was carried out (``made``: the files of a publication), or why it was not."""
        self._busy = ""
        self._wrong = problem
        if made is not None:
            self._made = made
        if problem is None and _takes_objection(self._wanted):
            self.publishing_page.objection_form.clear()
        self._wanted = None
        closing, self._closing = self._closing, False
        self._show()
        if closing and problem is None:
            self.close()

    # showing

    @property
    def board(self) -> Board | None:
        return self._board

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self.setWindowTitle(tr("All rooms"))
        for part in (self.bar, self.places_page, self.results_page, self.awards_page, self.publishing_page):
            part.retranslate()
        for button in self._tabs.buttons():
            button.setText(tr(PAGES[str(button.property("page"))]))
        self.asking.retranslate()
        self._show()

    def _show(self) -> None:
        board = self._board
        self._show_state()
        if board is None:
            return
        for button in self._tabs.buttons():
            button.setChecked(button.property("page") == self._page)
        self.pages.setCurrentIndex(list(PAGES).index(self._page))
        self._show_page(board)
        self._show_step()
        self._show_free()

    def _show_page(self, board: Board) -> None:
        """Fills the page in view; the rooms' own lines are never left to age."""
        match self._page:
            case "results":
                self.results_page.set_board(board)
            case "places":
                self.awards_page.set_board(board)
            case "publishing":
                self.publishing_page.set_board(board)
            case "reference":
                self.reference_page.set_board(board)

    def _show_free(self) -> None:
        """Nothing else is begun while a wish is carried out, and the contest stays while it is asked about."""
        free = not self._busy
        self.bar.contests.setEnabled(free and not self.asking.open)
        for part in (self.asking, self.results_page, self.awards_page, self.publishing_page):
            part.set_free(free)
        self.tasks.setEnabled(free or self._closing)

    def _show_state(self) -> None:
        board = self._board
        self._whole.setCurrentIndex(2 if board is not None else 1 if self._looking and self._failed is None else 0)
        self._loading_text.setText(tr("Looking at the rooms…"))
        self.places_page.set_problem(self._failed if board is None else None)
        self.bar.set_board(board, stale=self._failed is not None)
        self.banner.set_board(board, self._failed)
        if board is not None:
            self._show_rooms()
            self._show_tasks()

    def _show_rooms(self) -> None:
        if self._board is not None:
            self.rooms_page.set_board(self._board, self._clock())

    def _show_tasks(self) -> None:
        made = []
        if self._wrong is not None:
            made.append(troubles.not_done(self._wrong))
        if self._closing:
            made.append(troubles.closing(self._busy))
        if self._board is not None:
            room = self._chosen_room(self._board) if self._page == "rooms" else None
            made += troubles.found(self._board, room, self._clock())
        self.tasks.set_troubles(made)
        self._task_scroll.setVisible(bool(made) and not self.asking.open)

    def _chosen_room(self, board: Board) -> Room | None:
        return next((one for one in board.rooms if one.session_id == self._room), None)

    def _show_step(self) -> None:
        step = steps.next_step(self._board)
        if self._busy:
            self.next_button.set_step(step.text, self._busy, "")
            self.next_button.setEnabled(False)
            return
        self.next_button.set_step(step.text, step.note, tr("Space") if step.act else "")
        self.next_button.setEnabled(bool(step.act))

    # what a person does

    def show_page(self, page: str) -> None:
        """Brings one of PAGES into view."""
        if page in PAGES:
            self._page = page
            if page == "reference":
                self.reference_wanted.emit()
            self._show()

    def show_room(self, session_id: str) -> None:
        """What there is to say about one room."""
        self._page = "rooms"
        self._room = session_id
        self.rooms_page.choose(session_id)
        self._show()

    def take_next_step(self) -> None:
        """The one next step."""
        if not self.next_button.isEnabled() or self.asking.open:
            return
        board = self._board
        act = steps.next_step(board).act
        if board is None or board.counted is None or not act:
            return
        match act:
            case "cut" | "award" | "alternate":
                self.asking.ask_ruling(board.counted.before_list[0].key)
            case "room":
                self._see_to(board)
            case "basis":
                self.asking.ask_basis()
            case "value":
                self.asking.ask_confirmation()
            case "objection":
                self.asking.ask_decision(board.log.open_objections[0].number)
            case "publicity":
                self.show_page("publishing")
                self.asking.ask_publicity()
            case "final":
                self.show_page("publishing")
                self.asking.ask_final()

    def _see_to(self, board: Board) -> None:
        """Brings the first room that is in doubt into view; once it is, what can be decided of it is asked."""
        doubted = steps.doubted(board)
        if doubted is None:
            return
        seen = self._page == "rooms" and self._room == doubted.session_id
        self.show_room(doubted.session_id)
        asking = next(
            (one for one in self.tasks.troubles if one.actions and one.key.startswith(("room|", "alarm|"))), None
        )
        if seen and asking is not None:
            self._acted(asking.key, asking.actions[0][0])

    def _acted(self, key: str, action: str) -> None:
        kind, _, rest = key.partition("|")
        board = self._board
        if board is None:
            return
        room = self._chosen_room(board)
        match action:
            case "close":
                self._wrong = None
                self._show_tasks()
            case "close-now":
                self._busy = ""
                self.close()
            case "rule":
                self.asking.ask_ruling(key)
            case "basis":
                self.asking.ask_quota()
            case "confirm":
                self.asking.ask_confirmation()
            case "decide":
                self.asking.ask_decision(rest)
            case "contested" if room is not None:
                self.asking.ask_contested(room)
            case "settle" if room is not None:
                self.asking.ask_alarm(room, int(rest))
            case "room":
                self._see(board, kind, rest)

    def _see(self, board: Board, kind: str, place: str) -> None:
        """The room that an obstacle is about."""
        for room in board.rooms:
            here = place == room.state.session.session.name if kind == "session" else place in room.state.projects
            if here:
                self.show_room(room.session_id)
                return
        self.show_page("rooms")

    def _objection_given(self, objection: Objection, by: str) -> None:
        made = None if self._board is None else questions.received(objection, by, self._board.log)
        if made is not None:
            self.publishing_page.objection_form.set_problem(made if isinstance(made, Problem) else None)
        if isinstance(made, Record):
            self._wish(made)

    def _places_chosen(self, places: list[str]) -> None:
        self.set_looking()
        self.places_chosen.emit(places)

    def _open_folder(self) -> None:
        if self._made is not None:
            self.folder_requested.emit(str(self._made.folder))
        elif self._board is not None:
            self.folder_requested.emit(str(Path(self._board.log_path).with_suffix("")))

    def _wish(self, wish: object) -> None:
        self._wrong = None
        self._wanted = wish
        self.set_busy(tr("Publishing…") if isinstance(wish, Order) else tr("Recording…"))
        self.wished.emit(wish)

    def _refuse(self, problem: Problem) -> None:
        self._wrong = problem
        self._show_tasks()

    def _question_begun(self) -> None:
        self._question.show()
        self._task_scroll.hide()
        self._show_free()

    def _question_gone(self) -> None:
        self._question.hide()
        self._show_tasks()
        self._show_free()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or self.asking.open or self._board is None:
            super().keyPressEvent(event)
            return
        figure = event.text()
        if figure == " ":
            self.take_next_step()
        elif figure in "12345" and figure:
            self.show_page(list(PAGES)[int(figure) - 1])
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """What is being published or recorded is done first; the window says so, and closes then."""
        if not self._busy:
            super().closeEvent(event)
            return
        event.ignore()
        self._closing = True
        self._show_tasks()
        self._show_free()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus(Qt.FocusReason.OtherFocusReason)


def _takes_objection(wish: object) -> bool:
    return isinstance(wish, Record) and any(isinstance(entry, ObjectionReceived) for entry in wish.entries)
