"""All rooms of a contest in one window: what each one does, what they give together, and publishing it.

It shows Boards that come from a watcher and never waits for anything; every decision is a wish that somebody carries out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from judge_app.core import overall
from judge_app.core.awards import Outcome
from judge_app.core.contest_log import ObjectionReceived
from judge_app.core.errors import Problem
from judge_app.core.leniency import NOTICE
from judge_app.core.overall import Obstacle
from judge_app.core.results import Objection, Publicity, basis_of, check_objection
from judge_app.core.rules import Text
from judge_app.store.central import Difference
from judge_app.store.rooms import Room
from judge_app.ui.central import questions, rows
from judge_app.ui.central.board import Board, Counted, gathered, trusted
from judge_app.ui.central.objection_form import ObjectionForm
from judge_app.ui.central.places import PlacesPage
from judge_app.ui.central.publishing import Made, Order
from judge_app.ui.central.questions import Asked, Record
from judge_app.ui.central.table import Table
from judge_app.ui.glossary import ago, hundredths, local_time, number
from judge_app.ui.language import either, mark, tr, tr_count
from judge_app.ui.theme import Tone, restyle
from judge_app.ui.widgets import (
    AppearanceButton,
    AskPanel,
    Card,
    ElidedLabel,
    FitScroll,
    Label,
    NextStepButton,
    Pill,
    TopBar,
    Trouble,
    TroublePanel,
)

PAGES = {
    "rooms": mark("Rooms"),
    "results": mark("Results over all"),
    "places": mark("Places and awards"),
    "publishing": mark("Publishing"),
    "reference": mark("For reference"),
}


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing() -> Asked | None:
    return None


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
        self._asked: Asked | None = None
        self._asked_of: Board | None = None
        self._ask_again: Callable[[], Asked | None] = _nothing
        self._page = "rooms"
        self._per = ""
        self._room = ""
        self._name = ""
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
        self._bar = TopBar()
        self._title = ElidedLabel("", "strong")
        self._rehearsal = Pill()
        self.contests = QComboBox()
        self._source = Pill()
        self._open = Pill()
        self.appearance = AppearanceButton()
        self._banner = QFrame()
        self._banner_title = Label("", "strong")
        self._banner_text = Label("", "second", wrap=True)
        self.places_page = PlacesPage()
        self._tabs = QButtonGroup(self)
        self._tab_row = QWidget()
        self.pages = QStackedWidget()
        self.room_table = Table()
        self.room_card = Card(flush=True)
        self._scopes = QButtonGroup(self)
        self._scope_row = QWidget()
        self.search = QLineEdit()
        self.result_table = Table()
        self.result_card = Card(flush=True)
        self.quota_card, self.quota_table = Card(flush=True), Table(fit=True)
        self._quota_note = Label("", "second", wrap=True)
        self.list_card, self.list_table = Card(flush=True), Table(fit=True)
        self.award_card, self.award_table = Card(flush=True), Table(fit=True)
        self.top_card, self.top_table = Card(flush=True), Table(fit=True)
        self.ruling_card, self.ruling_table = Card(flush=True), Table(fit=True)
        self.publication_card, self.publication_table = Card(flush=True), Table(fit=True)
        self.public_card, self.public_table = Card(flush=True), Table(fit=True)
        self._public_note = Label("", "second", wrap=True)
        self.objection_card, self.objection_table = Card(flush=True), Table(fit=True)
        self.objection_form = ObjectionForm()
        self._notice = Label("", "strong", tone="warn", wrap=True)
        self.panel_card, self.panel_table = Card(flush=True), Table(fit=True)
        self.judge_card, self.judge_table = Card(flush=True), Table(fit=True)
        self.ask = AskPanel()
        self.tasks = TroublePanel()
        self.next_button = NextStepButton()
        self.quota_button = _quiet()
        self.leave_list_button = _quiet()
        self.votes_button = _quiet()
        self.folder_button = _quiet()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._bar.add_left(self._title, self._rehearsal, self.contests)
        self._bar.add_right(self._open, self._source, self.appearance)
        self._bar.give_way(self._source, self._open)
        outer.addWidget(self._bar)
        self._banner.setProperty("kind", "trouble")
        inside = QHBoxLayout(self._banner)
        inside.setContentsMargins(16, 6, 16, 6)
        inside.setSpacing(12)
        inside.addWidget(self._banner_title)
        inside.addWidget(self._banner_text, 1)
        self._banner.hide()
        outer.addWidget(self._banner)
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
        self.room_card.body.addWidget(self.room_table)
        self.pages.addWidget(self.room_card)
        self.pages.addWidget(self._results_page())
        self.pages.addWidget(
            _scrolled(
                (self.quota_card, self._quota_note, self.quota_table, self.quota_button),
                (self.list_card, None, self.list_table, self.leave_list_button),
                (self.award_card, None, self.award_table, None),
                (self.top_card, None, self.top_table, None),
                (self.ruling_card, None, self.ruling_table, None),
            )
        )
        self.pages.addWidget(
            _scrolled(
                (self.publication_card, None, self.publication_table, self.folder_button),
                (self.public_card, self._public_note, self.public_table, None),
                (self.objection_card, None, self.objection_table, None),
                last=self.objection_form,
            )
        )
        self.pages.addWidget(
            _scrolled(
                (self.panel_card, None, self.panel_table, None),
                (self.judge_card, None, self.judge_table, None),
                first=self._notice,
            )
        )
        left.addWidget(self.pages, 1)
        columns.addLayout(left, 74)
        columns.addWidget(self._right(), 26)
        return page

    def _results_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        scopes = QHBoxLayout(self._scope_row)
        scopes.setContentsMargins(0, 0, 0, 0)
        scopes.setSpacing(6)
        for key in rows.SCOPES:
            button = QPushButton()
            button.setProperty("kind", "chip")
            button.setProperty("per", key)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._scopes.addButton(button)
            scopes.addWidget(button)
        row.addWidget(self._scope_row)
        row.addStretch(1)
        self.search.setMaximumWidth(260)
        self.search.setMinimumWidth(120)
        row.addWidget(self.search, 1)
        column.addLayout(row)
        self.result_card.body.addWidget(self.result_table)
        self._votes_row = QWidget()
        votes = QHBoxLayout(self._votes_row)
        votes.setContentsMargins(8, 4, 8, 8)
        votes.addWidget(self.votes_button)
        votes.addStretch(1)
        self.result_card.body.addWidget(self._votes_row)
        column.addWidget(self.result_card, 1)
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
        self.appearance.language_requested.connect(self.language_requested)
        self.appearance.look_requested.connect(self.look_requested)
        self.appearance.scale_requested.connect(self.scale_requested)
        self.places_page.places_chosen.connect(self._places_chosen)
        self.contests.activated.connect(lambda at: self.contest_chosen.emit(str(self.contests.itemData(at))))
        self._tabs.buttonClicked.connect(lambda button: self.show_page(str(button.property("page"))))
        self._scopes.buttonClicked.connect(lambda button: self.show_scope(str(button.property("per"))))
        self.search.textChanged.connect(lambda _: self._show_results())
        self.room_table.picked.connect(self.show_room)
        self.tasks.acted.connect(self._acted)
        self.next_button.clicked.connect(self.take_next_step)
        self.ask.asking.connect(self.next_button.setHidden)
        self.ask.answered.connect(self._answered)
        self.ask.dropped.connect(lambda _: self._question_gone())
        self.quota_button.clicked.connect(self.ask_quota)
        self.list_table.picked.connect(lambda _: self._show_list_button())
        self.list_table.list.selectionModel().currentRowChanged.connect(lambda *_: self._show_list_button())
        self.result_table.picked.connect(lambda _: self._show_votes_button())
        self.result_table.list.selectionModel().currentRowChanged.connect(lambda *_: self._show_votes_button())
        self.votes_button.clicked.connect(lambda: self.ask_votes(self.result_table.list.chosen))
        self.leave_list_button.clicked.connect(lambda: self.ask_departure(self.list_table.list.chosen))
        self.folder_button.clicked.connect(self._open_folder)
        self.objection_table.picked.connect(self.ask_decision)
        self.objection_form.given.connect(self._objection_given)

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
        if board is None:
            self._board = None
            self._show()
            return
        before, self._board = self._board, board
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
        self._per = ""
        self._made = None
        self._wrong = None
        self.objection_form.clear()
        if self._asked is not None:
            self.ask.close_question()
            self._question_gone()

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
            self.objection_form.clear()
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
        self.places_page.retranslate()
        self.objection_form.retranslate()
        self.contests.setAccessibleName(tr("Contest"))
        for button in self._tabs.buttons():
            button.setText(tr(PAGES[str(button.property("page"))]))
        for button in self._scopes.buttons():
            button.setText(tr(rows.SCOPES[str(button.property("per"))]))
        self.search.setPlaceholderText(tr("Find…"))
        self.search.setAccessibleName(tr("Find number, name, unit"))
        self.quota_button.setText(tr("Choose the rounding…"))
        self.leave_list_button.setText(tr("The chosen project leaves the list…"))
        self.votes_button.setText(tr("Rule on the chosen project's votes…"))
        self.folder_button.setText(tr("Open the folder"))
        if self._asked is not None:
            self._put(self._ask_again)  # so that an answer is to what is read
        self._show()

    def _show(self) -> None:
        board = self._board
        self._show_state()
        if board is None:
            return
        for button in self._tabs.buttons():
            button.setChecked(button.property("page") == self._page)
        self.pages.setCurrentIndex(list(PAGES).index(self._page))
        self._show_results()
        self._show_places()
        self._show_publishing()
        self._show_reference()
        self._show_step()
        self._show_free()

    def _show_free(self) -> None:
        """Nothing else is begun while a wish is carried out, and the contest stays while it is asked about."""
        free = not self._busy
        self.contests.setEnabled(free and self._asked is None)
        for one in (self.quota_button, self.objection_table, self.objection_form):
            one.setEnabled(free)
        self.tasks.setEnabled(free or self._closing)
        self._show_list_button()
        self._show_votes_button()

    def _show_state(self) -> None:
        board = self._board
        self._whole.setCurrentIndex(2 if board is not None else 1 if self._looking and self._failed is None else 0)
        self._loading_text.setText(tr("Looking at the rooms…"))
        self.places_page.set_problem(self._failed if board is None else None)
        self._show_bar()
        self._show_banner()
        if board is not None:
            self._show_rooms()
            self._show_tasks()

    def _show_bar(self) -> None:
        board = self._board
        if board is None:
            self._title.setText(tr("All rooms"))
            for pill in (self._rehearsal, self._source, self._open):
                pill.set("")
            self.contests.hide()
            self._bar.fit()
            return
        named = board.named
        self._title.setText(" ".join(one for one in (named.name, named.edition, named.region, named.round) if one))
        self._rehearsal.set(tr("Rehearsal") if named.rehearsal else "", "info")
        self.contests.setVisible(len(board.contests) > 1)
        if [self.contests.itemData(at) for at in range(self.contests.count())] != [one.key for one in board.contests]:
            self.contests.clear()
            for one in board.contests:
                words = " ".join(part for part in (one.name, one.edition, one.region, one.round) if part)
                self.contests.addItem(words + (f" · {tr('Rehearsal')}" if one.rehearsal else ""), one.key)
        self.contests.setCurrentIndex([one.key for one in board.contests].index(named.key))
        self._open.set(*self._standing(board))
        stale = self._failed is not None
        self._source.set(
            tr("Seen {at}", at=local_time(board.at)), "stop" if stale else "ok", tr("Looked at every two seconds.")
        )
        self._bar.fit()

    def _standing(self, board: Board) -> tuple[str, Tone]:
        """How near the contest is to its publication, in a word."""
        counted = board.counted
        if counted is None:
            return tr("Cannot be counted"), "stop"
        if board.log.final is not None and not self._changed(counted, board):
            return tr("Published"), "ok"
        left = [one for one in counted.before_final if one.kind not in ("list", "period")]
        if left:
            return _things(len(gathered(board, left))), "warn"
        kinds = {one.kind for one in counted.before_final}
        if "list" in kinds:
            return tr("The list can be made public"), "ok"
        if "period" in kinds:
            return tr("Open to objections"), "info"
        return tr("Nothing keeps it back"), "ok"

    def _show_banner(self) -> None:
        board, problem = self._board, self._failed
        if board is None or (problem is None and not board.troubles):
            self._banner.hide()
            return
        tone: Tone
        if problem is not None:
            tone = "stop"
            title = tr("The rooms cannot be seen now")
            seen = tr("Shown is what was seen at {at}; it tries again by itself.", at=local_time(board.at))
            text = f"{_sentence(either(problem.zh, problem.en))}{either('', ' ')}{seen}"
        else:
            tone = "warn"
            title = tr_count(len(board.troubles), "{n} file cannot be read", "{n} files cannot be read")
            text = " · ".join(
                tr("{place}: {what}", place=one.place, what=either(one.zh, one.en)) for one in board.troubles[:3]
            )
        restyle(self._banner, "tone", tone)
        self._banner_title.set_tone(tone)
        self._banner_title.setText(title)
        self._banner_text.setText(text)
        self._banner.show()

    def _show_rooms(self) -> None:
        board = self._board
        if board is None:
            return
        total = sum(one.total for one in board.progress.values())
        heard = sum(one.heard + one.out for one in board.progress.values())
        locked = sum(1 for room in board.rooms if room.state.locked)
        self.room_card.set_heading(
            tr_count(len(board.rooms), "{n} session", "{n} sessions"),
            tr("{locked} locked · {heard} of {total} projects heard", locked=locked, heard=heard, total=total),
        )
        self.room_table.set_table(tr("Rooms"), rows.room_columns(), rows.room_rows(board, self._clock()))

    def _counted(self) -> Counted | None:
        return None if self._board is None else self._board.counted

    def _show_results(self) -> None:
        counted = self._counted()
        if counted is None:
            self.result_card.set_heading("")
            self.result_table.set_table(tr("Results over all"), [], [], self._why_uncounted())
            self._scope_row.setVisible(False)
            return
        official = counted.held.rules.rank_scope
        self._per = self._per if self._per in counted.places else official
        for button in self._scopes.buttons():
            per = str(button.property("per"))
            button.setVisible(per in counted.places)
            button.setChecked(per == self._per)
        self._scope_row.setVisible(len(counted.places) > 1)
        words = (
            tr("Ranks as the rules have them") if self._per == official else tr("For reading: the rules rank otherwise")
        )
        self.result_card.set_heading(words, rows.full_marks(counted))
        if self._page == "results":
            made = rows.result_rows(counted, self._per, self.search.text().strip())
            empty = tr("Nothing is found.") if self.search.text().strip() else tr("No project has been counted yet.")
            self.result_table.set_table(tr("Results over all"), rows.result_columns(counted), made, empty)

    def _why_uncounted(self) -> str:
        problems = self._board.problems if self._board is not None else ()
        said = "\n".join(" · ".join(one for one in (p.place, either(p.zh, p.en)) if one) for p in problems)
        return f"{tr('The rooms cannot be counted together:')}\n{said}"

    def _show_places(self) -> None:
        counted = self._counted()
        for card in (self.quota_card, self.list_card, self.award_card, self.top_card, self.ruling_card):
            card.setVisible(counted is not None)
        if counted is None or self._page != "places":
            return
        held = counted.held
        self.quota_card.setVisible(bool(counted.quotas))
        self.quota_card.set_heading(tr("How many advance"), _said(basis_of(held.rules)))
        warnings = [either(*one) for table in counted.quotas.values() for one in table.warnings]
        self._quota_note.setText("\n".join(map(_sentence, dict.fromkeys(warnings))))
        self._quota_note.setVisible(bool(warnings))
        self.quota_table.set_table(tr("How many advance"), rows.quota_columns(), rows.quota_rows(counted))
        words, _ = rows.OUTCOME_WORDS[held.tabulation.advance_status]
        self.list_card.setVisible(held.rules.advance is not None)
        self.list_card.set_heading(tr("Those who advance"), tr(words))
        self.list_table.set_table(
            tr("Those who advance"),
            rows.list_columns(),
            rows.list_rows(counted),
            tr("Nobody yet: {why}", why=tr(words)),
        )
        words, _ = rows.OUTCOME_WORDS[held.tabulation.award_status]
        self.award_card.set_heading(tr("Awards"), tr(words))
        unstated = held.tabulation.award_status is Outcome.NOT_STATED
        empty = tr("The rules do not say how many awards there are.") if unstated else tr("None is decided yet.")
        self.award_table.set_table(tr("Awards"), rows.award_columns(), rows.award_rows(counted), empty)
        firsts = rows.top_rows(counted)
        self.top_card.setVisible(bool(firsts))
        words = tr("First of each track") if counted.top.get("track") else tr("First of each topic")
        self.top_card.set_heading(words)
        self.top_table.set_table(words, rows.top_columns(), firsts)
        self.ruling_card.set_heading(tr("Rulings that count"))
        self.ruling_table.set_table(
            tr("Rulings that count"), rows.ruling_columns(), rows.ruling_rows(counted), tr("None has been needed.")
        )
        self._show_list_button()

    def _show_list_button(self) -> None:
        board, counted = self._board, self._counted()
        chosen = self.list_table.list.chosen
        can = board is not None and counted is not None and chosen in counted.held.advance
        public = board is not None and board.log.listed is not None
        self.leave_list_button.setVisible(public)
        self.leave_list_button.setEnabled(can and not self._busy)

    def _show_votes_button(self) -> None:
        counted = self._counted()
        self._votes_row.setVisible(counted is not None and counted.held.rules.popularity is not None)
        chosen = self.result_table.list.chosen
        entry = None
        if counted is not None:
            entry = next((one for one in counted.held.book.entries if one.entry_no == chosen), None)
        self.votes_button.setEnabled(entry is not None and bool(entry.votes) and not self._busy)

    def _show_publishing(self) -> None:
        board, counted = self._board, self._counted()
        if board is None or self._page != "publishing":
            return
        kept = tr("Recorded in {file}", file=board.log_path.name) if board.log.publications else ""
        self.publication_card.set_heading(tr("What was published"), kept)
        self.publication_table.set_table(
            tr("What was published"),
            rows.publication_columns(),
            rows.publication_rows(board),
            tr("Nothing yet. What is published is recorded here with who, when and from which records."),
        )
        self.folder_button.setVisible(bool(board.log.publications))
        listed = board.log.listed
        self.public_card.setVisible(counted is not None and overall.needs_list(counted.held.rules))
        if counted is not None:
            period = f"{listed.published.start} – {listed.published.end}" if listed is not None else ""
            self.public_card.set_heading(tr("The list"), period)
            note = _said(basis_of(counted.held.rules))
            self._public_note.setText(note)
            self.public_table.set_table(
                tr("The list"), rows.list_columns(), rows.list_rows(counted), tr("Nobody is on it yet.")
            )
        self.objection_card.setVisible(listed is not None)
        self.objection_form.setVisible(listed is not None)
        self.objection_card.set_heading(tr("Objections"))
        self.objection_table.set_table(
            tr("Objections"), rows.objection_columns(), rows.objection_rows(board), tr("None has come in.")
        )

    def _show_reference(self) -> None:
        counted = self._counted()
        if counted is None or self._page != "reference":
            return
        self._notice.setText(_sentence(_said(NOTICE)))
        empty = tr("Comparing…") if counted.leniency is None else tr("No marks yet.")
        self.panel_card.set_heading(tr("Panels compared"))
        self.panel_table.set_table(tr("Panels compared"), rows.panel_columns(), rows.panel_rows(counted), empty)
        self.judge_card.set_heading(tr("Judges compared with the others on the same projects"))
        self.judge_table.set_table(tr("Judges"), rows.judge_columns(), rows.judge_rows(counted), empty)

    # what is to be done

    def _show_tasks(self) -> None:
        made = self._troubles()
        self.tasks.set_troubles(made)
        self._task_scroll.setVisible(bool(made) and self._asked is None)

    def _troubles(self) -> list[Trouble]:
        board, counted = self._board, self._counted()
        made: list[Trouble] = []
        if self._wrong is not None:
            why = either(self._wrong.zh, self._wrong.en)
            made.append(
                Trouble("wrong", tr("Not done: {why}", why=why), "", "warn", (("close", tr("Understood"), False),))
            )
        if self._closing:
            text = tr(
                "The window closes by itself as soon as it is done; if it cannot be done, it stays and says why. Closed"
                " before that, look here again whether it was done."
            )
            made.append(
                Trouble("closing", self._busy, text, "info", (("close-now", tr("Close without waiting"), True),))
            )
        if board is None:
            return made
        room = next((one for one in board.rooms if one.session_id == self._room), None)
        if room is not None and self._page == "rooms":
            made += self._about_room(room)
        if counted is None:
            made.append(Trouble("uncounted", tr("The results cannot be counted"), self._why_uncounted(), "stop"))
            return made
        made += self._obstacles(board, counted.before_list)
        listed = board.log.listed
        if listed is not None and board.log.final is None:
            known = {one.key for one in counted.before_list}
            made += self._obstacles(board, [one for one in counted.before_final if one.key not in known])
        return made

    def _about_room(self, room: Room) -> list[Trouble]:
        name = room.state.session.session.name
        made = []
        if room.contested:
            act = (("contested", tr("Decide…"), False),) if room.heads else ()
            text = tr("Two computers wrote two records of this session. Ask its chair which one counts.")
            made.append(Trouble(f"room|{room.session_id}", tr("{name} is contested", name=name), text, "stop", act))
        if not room.check.equal:
            said = [_difference(one) for one in room.check.differences[:4]]
            made.append(
                Trouble(f"check|{room.session_id}", tr("{name}: room and centre differ", name=name), "\n".join(said))
            )
        for parked in room.folded.parked[:3]:
            title = tr("Record {seq} of {name} cannot be read", seq=parked.seq, name=name)
            made.append(Trouble(f"parked|{parked.seq}", title, parked.reason, "warn"))
        for at, alarm in enumerate(room.alarms):
            if alarm.kind == "contested":
                continue
            made.append(
                Trouble(
                    f"alarm|{at}",
                    tr("Alarm of {session}, {at}", session=name, at=local_time(alarm.raised_at)),
                    alarm.detail,
                    "warn",
                    (("settle", tr("Settle…"), False),),
                )
            )
        if not made:
            text = f"{rows.check_tip(room)}\n{tr('Last record {when}.', when=ago(room.folded.last_at, self._clock()))}"
            made.append(Trouble(f"fine|{room.session_id}", tr("{name}: nothing is wrong", name=name), text, "ok"))
        return made

    def _obstacles(self, board: Board, obstacles: Sequence[Obstacle]) -> list[Trouble]:
        actions: dict[str, tuple[str, str]] = {
            "session": ("room", tr("See it")),
            "value": ("confirm", tr("Confirm…")),
            "cut": ("rule", tr("Rule…")),
            "award": ("rule", tr("Rule…")),
            "alternate": ("rule", tr("Rule…")),
            "basis": ("basis", tr("Give the numbers…")),
            "objection": ("decide", tr("Decide…")),
        }
        made = []
        here = {room.state.session.session.name: room for room in board.rooms}
        for one, places in gathered(board, obstacles):
            told = here.get(one.place) if one.kind == "session" else None
            if told is not None and not trusted(told) and self._page == "rooms" and told.session_id == self._room:
                continue  # what is wrong with it stands above, with what to do
            title, text = _capital(either(one.zh, one.en)), ""
            if one.kind in questions.TIES:
                title = questions.tie_words(one)
            elif one.kind == "objection":
                objection = board.log.objections[one.place]
                title = tr("Objection {n} about {no} is open", n=one.place, no=number(objection.entry_no))
                text = objection.facts
            elif one.kind == "value":
                title = tr_count(len(places), "{n} value to confirm", "{n} values to confirm")
                text = tr("No notice states them; nothing is published before.")
            elif one.kind == "session" and places:
                shown = questions.numbers(places, 8)
                text = tr_count(
                    len(places), "{n} project is unfinished: {nos}", "{n} projects are unfinished: {nos}", nos=shown
                )
                title = tr("{session} is not finished", session=one.place) if one.zh.startswith(places[0]) else title
            act = actions.get(one.kind)
            if one.kind == "session" and one.place not in here:
                act = None
            tone: Tone = "info" if one.kind in ("period", "list") else "warn"
            doable = () if act is None else ((act[0], act[1], False),)
            made.append(Trouble(one.key, title, text, tone, doable))
        return made

    def _step(self) -> tuple[str, str, str]:
        """(what is next, a note, the act)."""
        board, counted = self._board, self._counted()
        if board is None or counted is None:
            return tr("Nothing can be published yet"), "", ""
        first = counted.before_list[0] if counted.before_list else None
        doubted = self._doubted(board)
        if doubted is not None:
            note = _things(len(gathered(board, counted.before_list)))
            return tr("See to {session}", session=doubted.state.session.session.name), note, "room"
        if first is not None:
            words = {
                "session": tr("Wait for {session}", session=first.place),
                "project": tr("Wait for the sessions"),
                "cut": tr("Rule on the tie"),
                "award": tr("Rule on the tie"),
                "alternate": tr("Rule on the alternate"),
                "basis": tr("Give the numbers"),
                "value": tr("Confirm the values"),
            }
            note = _things(len(gathered(board, counted.before_list)))
            act = "" if first.kind in ("session", "project") else first.kind
            return words[first.kind], note, act
        if board.log.final is not None and not self._changed(counted, board):
            return tr("The results are published"), "", ""
        if not counted.before_final:
            return tr("Publish the results"), tr("workbook, ranking (F3) and the record"), "final"
        kinds = {one.kind for one in counted.before_final}
        if kinds & {"list", "changed"}:
            again = "changed" in kinds
            note = tr("workbook, ranking (F3), public list (F4)")
            return tr("Publish the list again") if again else tr("Make the list public"), note, "publicity"
        if "objection" in kinds:
            return tr("Decide the objection"), "", "objection"
        end = next((one.place for one in counted.before_final if one.kind == "period"), "")
        return tr("Open to objections until {day}", day=end), "", ""

    @staticmethod
    def _doubted(board: Board) -> Room | None:
        """The first room whose records cannot be relied on before somebody has looked at it."""
        return next((room for room in board.rooms if not trusted(room)), None)

    @staticmethod
    def _changed(counted: Counted, board: Board) -> bool:
        final = board.log.final
        assert final is not None
        now = overall.fingerprint(counted.held.tabulation), counted.held.advance
        return (final.published.results_sha256, final.published.advance) != now

    def _show_step(self) -> None:
        text, note, act = self._step()
        if self._busy:
            self.next_button.set_step(text, self._busy, "")
            self.next_button.setEnabled(False)
            return
        self.next_button.set_step(text, note, tr("Space") if act else "")
        self.next_button.setEnabled(bool(act))

    # what a person does

    def show_page(self, page: str) -> None:
        """Brings one of PAGES into view."""
        if page in PAGES:
            self._page = page
            if page == "reference":
                self.reference_wanted.emit()
            self._show()

    def show_scope(self, per: str) -> None:
        """Ranks by all, session, track or topic."""
        self._per = per
        self._show_results()

    def show_room(self, session_id: str) -> None:
        """What there is to say about one room."""
        self._page = "rooms"
        self._room = session_id
        self.room_table.list.choose(session_id)
        self._show()

    def take_next_step(self) -> None:
        """The one next step."""
        if not self.next_button.isEnabled() or self._asked is not None:
            return
        board, counted = self._board, self._counted()
        _, _, act = self._step()
        if board is None or counted is None or not act:
            return
        match act:
            case "cut" | "award" | "alternate":
                self.ask_ruling(counted.before_list[0].key)
            case "room":
                self._see_to(board)
            case "basis":
                self._put(self._basis)
            case "value":
                self.ask_confirmation()
            case "objection":
                self.ask_decision(board.log.open_objections[0].number)
            case "publicity":
                self.show_page("publishing")
                self._put(self._publicity)
            case "final":
                self.show_page("publishing")
                self._put(self._final)

    def _see_to(self, board: Board) -> None:
        """Brings the first room that is in doubt into view; once it is, what can be decided of it is asked."""
        doubted = self._doubted(board)
        if doubted is None:
            return
        seen = self._page == "rooms" and self._room == doubted.session_id
        self.show_room(doubted.session_id)
        asking = next(
            (one for one in self.tasks.troubles if one.actions and one.key.startswith(("room|", "alarm|"))), None
        )
        if seen and asking is not None:
            self._acted(asking.key, asking.actions[0][0])

    def ask_ruling(self, key: str) -> None:
        """Asks how projects are told apart, with what each way does."""
        self._put(lambda: self._ruling(key))

    def ask_confirmation(self) -> None:
        self._put(self._confirmation)

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

    # what is asked, from the board as it is; None where there is nothing (any more) to ask

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

    def _acted(self, key: str, action: str) -> None:
        kind, _, rest = key.partition("|")
        board = self._board
        if board is None:
            return
        room = next((one for one in board.rooms if one.session_id == self._room), None)
        match action:
            case "close":
                self._wrong = None
                self._show_tasks()
            case "close-now":
                self._busy = ""
                self.close()
            case "rule":
                self.ask_ruling(key)
            case "basis":
                self.ask_quota()
            case "confirm":
                self.ask_confirmation()
            case "decide":
                self.ask_decision(rest)
            case "contested" if room is not None:
                self._put(lambda: questions.contested(room))
            case "settle" if room is not None:
                alarm, name = room.alarms[int(rest)], room.state.session.session.name
                self._put(lambda: questions.settle(alarm, name))
            case "room":
                self._see(kind, rest)

    def _see(self, kind: str, place: str) -> None:
        """The room that an obstacle is about."""
        assert self._board is not None
        for room in self._board.rooms:
            here = place == room.state.session.session.name if kind == "session" else place in room.state.projects
            if here:
                self.show_room(room.session_id)
                return
        self.show_page("rooms")

    def _objection_given(self, objection: Objection, by: str) -> None:
        board = self._board
        listed = None if board is None else board.log.listed
        if board is None or listed is None:
            return
        held = listed.published
        public = Publicity(
            rows=held.rows, start=held.start, end=held.end, basis=Text(zh="", en=""), order=Text(zh="", en="")
        )
        made = msgspec.structs.replace(objection, number=str(len(board.log.objections) + 1))
        problems = check_objection(made, public)
        if not by:
            problems.append(Problem("by", "请写明由谁受理", "say who takes it"))
        self.objection_form.set_problem(problems[0] if problems else None)
        if not problems:
            self._wish(Record((ObjectionReceived(objection=made),), by))

    def _places_chosen(self, places: list[str]) -> None:
        self.set_looking()
        self.places_chosen.emit(places)

    def _open_folder(self) -> None:
        if self._made is not None:
            self.folder_requested.emit(str(self._made.folder))
        elif self._board is not None:
            self.folder_requested.emit(str(Path(self._board.log_path).with_suffix("")))

    def _put(self, ask: Callable[[], Asked | None]) -> None:
        """Asks; ``ask`` makes the same question again from the board of that time. Where there is nothing to ask any
        more, the question that stood goes."""
        asked = None if self._busy else ask()
        if asked is None:
            if self._asked is not None:
                self.ask.close_question()
                self._question_gone()
            return
        self._asked = asked
        self._ask_again = ask
        self._asked_of = self._board
        self._question.show()
        self._task_scroll.hide()
        self._show_free()
        self.ask.ask(asked.question)

    def _answered(self, key: str, choice: str, reason: str, second: str) -> None:
        now = self._asked_now()
        self._question_gone()
        if now is None:
            words = tr("the results changed while this was asked; please look again")
            self._wrong = Problem("", words, words)
            self._show_tasks()
            return
        if key in ("confirm", "final"):
            self._name = reason
        wish = now.make(choice, reason, second)
        if isinstance(wish, questions.Numbers):
            given = wish.given
            self._put(lambda: self._quota(given))
        elif isinstance(wish, str):
            self._wrong = Problem("", wish, wish)
            self._show_tasks()
        else:
            self._wish(wish)

    def _asked_now(self) -> Asked | None:
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

    def _wish(self, wish: object) -> None:
        self._wrong = None
        self._wanted = wish
        self.set_busy(tr("Publishing…") if isinstance(wish, Order) else tr("Recording…"))
        self.wished.emit(wish)

    def _question_gone(self) -> None:
        self._asked = None
        self._question.hide()
        self._show_tasks()
        self._show_free()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or self._asked is not None or self._board is None:
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


def _quiet() -> QPushButton:
    button = QPushButton()
    button.setProperty("kind", "quiet")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _takes_objection(wish: object) -> bool:
    return isinstance(wish, Record) and any(isinstance(entry, ObjectionReceived) for entry in wish.entries)


def _said(text: Text) -> str:
    return either(text.zh, text.en)


def _things(n: int) -> str:
    return tr_count(n, "{n} thing keeps it from being published", "{n} things keep it from being published")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    """What the core says in passing, as a sentence of its own."""
    ends = not text or text.endswith((".", "。", "!", "！", "?", "？"))
    return _capital(text) + ("" if ends else either("。", "."))


def _difference(one: Difference) -> str:
    """In what room and centre differ."""
    words = {
        "count": tr("Number of records: {room} in the room, {centre} at the centre"),
        "head": tr("Last record: {room} in the room, {centre} at the centre"),
        "sum": tr("Sum of marks: {room} in the room, {centre} at the centre"),
    }
    said = words[one.what].format(room=_short(one.room, one.what), centre=_short(one.centre, one.what))
    return tr("{no} · {what}", no=number(one.entry_no), what=said) if one.entry_no else said


def _short(text: str, what: str) -> str:
    """What differs, as it can be compared by eye: a head (number and hash) cut short, a sum in points."""
    if what == "sum":
        return hundredths(int(text)) if text.isdigit() else text
    seq, _, digest = text.partition(" ")
    return f"{seq} {digest[:8]}" if digest else text


def _scrolled(
    *parts: tuple[Card, Label | None, Table, QPushButton | None],
    first: QWidget | None = None,
    last: QWidget | None = None,
) -> QScrollArea:
    """Cards below each other, each with a note, a table and a button; longer than the window it scrolls."""
    inside = QWidget()
    inside.setProperty("kind", "flow")
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    if first is not None:
        column.addWidget(first)
    for card, note, table, button in parts:
        if note is not None:
            beside = QHBoxLayout()  # margins of the label's own are lost when the style changes
            beside.setContentsMargins(16, 8, 16, 4)
            beside.addWidget(note)
            card.body.addLayout(beside)
        card.body.addWidget(table)
        if button is not None:
            row = QHBoxLayout()
            row.setContentsMargins(8, 4, 8, 8)
            row.addWidget(button)
            row.addStretch(1)
            card.body.addLayout(row)
        column.addWidget(card)
    if last is not None:
        column.addWidget(last)
    column.addStretch(1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(inside)
    return scroll
