"""The chair's window, and the desk's: who gave what, what was dropped, how the total came about, what waits for a ruling.

A scorer and a checker see the same and, where the rules want it, compare every number of a result with the printed
sheets (review.py); they and the supervisor sign for themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from judge_app.core import commands
from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView, SheetLine
from judge_app.core.working import Status
from judge_app.seat.state import CommandState, Connection, Delivery
from judge_app.ui.chair import charts, paper, pending, projects, questions, review, steps, table, votes
from judge_app.ui.chair.acts import ActsCard
from judge_app.ui.chair.paper import PaperCard
from judge_app.ui.chair.printed import told
from judge_app.ui.chair.questions import Asked
from judge_app.ui.chair.review import ReviewCard
from judge_app.ui.chair.sheet_panel import SheetPanel
from judge_app.ui.chair.signatures import SIGNERS, SignatureCard
from judge_app.ui.chair.table import SheetTable
from judge_app.ui.chair.working import WorkingPanel, announcement
from judge_app.ui.glossary import OUT, ROLES, judge_class, number, people
from judge_app.ui.language import either, tr, tr_count
from judge_app.ui.own_rules import rules_of
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import (
    ActionButton,
    AppearanceButton,
    AskPanel,
    Card,
    ConnectionBanner,
    ElidedLabel,
    FitScroll,
    Label,
    NextStepButton,
    Pill,
    RowList,
    TopBar,
    Trouble,
    TroublePanel,
    rule,
)
from judge_app.ui.widgets.running import Now

FORMS = ("F1", "F2", "F3", "F6")
"""What can be printed: judges' sheets and the summary of a project, the ranking and the times of the session."""


class ChairWindow(QWidget):
    """``command`` carries a core.commands value; ``print_requested`` (form, entry number or '' for the session)."""

    command = Signal(object)
    print_requested = Signal(str, str)
    photo = Signal(bytes)
    """A photo of a paper sheet, before the command that names it."""
    language_requested = Signal(str)
    look_requested = Signal(str)
    scale_requested = Signal(float)
    leave_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._briefing: Briefing | None = None
        self._view: ChairView | None = None
        self._shown = ""
        self._followed = True
        self._asked: Asked | None = None
        self._sending: set[str] = set()
        self._refused: CommandState | None = None
        self._last_name = ""
        self._reviewer = ""
        self._reader = ""
        self._again = ""
        self._printing: tuple[str, str] | None = None
        self._printed: Trouble | None = None
        self._entering = False
        self._charting = False
        self._make()
        self._lay_out()
        self._connect()
        self.setMinimumSize(960, 540)
        self.resize(1280, 720)
        self.retranslate()

    # making

    def _make(self) -> None:
        self._bar = TopBar()
        self._who = ElidedLabel("", "strong")
        self._session = Pill()
        self._rehearsal = Pill()
        self._rulings = Pill()
        self._unsigned = Pill()
        self._assumed = Pill()
        self._record = Pill()
        self.appearance = AppearanceButton()
        self.banner = ConnectionBanner()
        self.project_list = RowList(projects.ProjectDelegate)
        self.project_card = Card(flush=True)
        self.sheet_card = Card(flush=True)
        self._number = Label("", "head", tone="brand")
        self._name = ElidedLabel("", "title", lines=2)
        self._unit = ElidedLabel("", "second")
        self._state = Pill()
        self._nothing = Label("", "second", wrap=True)
        self._tables: dict[str, SheetTable] = {}
        self.sheet_panel = SheetPanel()
        self.working = WorkingPanel()
        self._announce = QFrame()
        self._announce_title = Label("", "strong")
        self._announce_text = Label("", "second", wrap=True)
        self._copy = ActionButton("", kind="quiet")
        self.ask = AskPanel()
        self.tasks = TroublePanel()
        self.signatures = SignatureCard()
        self.review_card = ReviewCard()
        self.acts_card = ActsCard()
        self.chart_list = RowList(charts.ChartDelegate)
        self.paper_card = PaperCard()
        self.paper_button = ActionButton("", "P")
        self.print_button = QToolButton()
        self._paper_note = Label("", "second", wrap=True)
        self._paper_note.hide()
        self._print_menu = QMenu(self.print_button)
        self.next_button = NextStepButton()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._who.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._bar.add_left(self._who, self._session, self._rehearsal)
        self._bar.add_right(self._rulings, self._unsigned, self._assumed, self._record, self.appearance)
        self._bar.give_way(self._session, self._record, self._unsigned, self._assumed, self._rulings)
        outer.addWidget(self._bar)
        outer.addWidget(self.banner)
        columns = QHBoxLayout()
        columns.setContentsMargins(16, 16, 16, 16)
        columns.setSpacing(16)
        self.project_card.setMinimumWidth(176)
        self.project_card.body.addWidget(self.project_list, 1)
        columns.addWidget(self.project_card, 20)
        columns.addWidget(self._centre(), 54)
        columns.addWidget(self._right(), 26)
        outer.addLayout(columns, 1)

    def _centre(self) -> QWidget:
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 10)
        head.setSpacing(12)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._name)
        names.addWidget(self._unit)
        head.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(names, 1)
        head.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)
        self._sheets = QWidget()
        self._sheets.setProperty("kind", "flow")
        self._column = QVBoxLayout(self._sheets)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._empty = QWidget()
        empty = QVBoxLayout(self._empty)
        empty.setContentsMargins(16, 24, 16, 24)
        empty.addWidget(self._nothing)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._sheets)
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(16, 8, 16, 12)
        foot.setSpacing(8)
        foot.addWidget(self.working)
        self._announce.setProperty("kind", "well")
        said = QHBoxLayout(self._announce)
        said.setContentsMargins(12, 4, 4, 4)
        said.setSpacing(12)
        said.addWidget(self._announce_title)
        said.addWidget(self._announce_text, 1)
        said.addWidget(self._copy)
        foot.addWidget(self._announce)
        body = self.sheet_card.body
        body.addLayout(head)
        body.addWidget(rule())
        self._sheet_scroll = scroll
        self.paper_card.hide()
        body.addWidget(self.paper_card, 1)
        self.chart_list.hide()
        body.addWidget(self.chart_list, 1)
        body.addWidget(scroll, 1)
        body.addWidget(self._foot)
        return self.sheet_card

    def _right(self) -> QWidget:
        column = QWidget()
        column.setMinimumWidth(264)
        lay = QVBoxLayout(column)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(12)
        self._question = FitScroll(self.ask, share=0.85)
        self._question.hide()
        self._task_scroll = FitScroll(self.tasks, share=0.42, first=self.tasks.first_height)
        self._task_scroll.hide()
        self._papers = QWidget()
        papers = QVBoxLayout(self._papers)
        papers.setContentsMargins(0, 0, 0, 0)
        papers.setSpacing(8)
        self.print_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.print_button.setMenu(self._print_menu)
        self.print_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.print_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        papers.addWidget(self.sheet_panel)
        papers.addWidget(self.signatures)
        self.paper_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        papers.addWidget(self.paper_button)
        papers.addWidget(self.print_button)
        papers.addWidget(self._paper_note)
        self.next_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        lay.addWidget(self._question)
        lay.addWidget(self._task_scroll)
        self.review_card.hide()
        lay.addWidget(self.review_card, 100)
        self.acts_card.hide()
        lay.addWidget(self.acts_card, 100)
        self._paper_scroll = FitScroll(self._papers, share=1.0)
        lay.addWidget(self._paper_scroll)
        lay.addStretch(1)
        lay.addWidget(self.next_button)
        return column

    def _connect(self) -> None:
        self.appearance.language_requested.connect(self.language_requested)
        self.appearance.look_requested.connect(self.look_requested)
        self.appearance.scale_requested.connect(self.scale_requested)
        self.project_list.picked.connect(self.show_project)
        self.sheet_panel.asked.connect(self._sheet_asked)
        self.next_button.clicked.connect(self.take_next_step)
        self.ask.asking.connect(self.next_button.setHidden)
        self.ask.answered.connect(self._answered)
        self.ask.dropped.connect(self._question_gone)
        self.tasks.acted.connect(self._task_acted)
        self.signatures.sign_asked.connect(lambda role: self.ask_signature(Role(role)))
        self.paper_button.clicked.connect(self.ask_paper)
        self.paper_card.changed.connect(self._show_step)
        self.paper_card.closed.connect(self.put_paper_away)
        self.paper_card.finished.connect(lambda: self.next_button.setFocus(Qt.FocusReason.TabFocusReason))
        self.review_card.changed.connect(self._show_step)
        self.review_card.differs_asked.connect(self.ask_difference)
        self.review_card.again_asked.connect(self.look_again)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._announce_text.text()))
        self._print_menu.aboutToShow.connect(self._fill_print_menu)

    # setters

    def set_briefing(self, briefing: Briefing) -> None:
        """What does not change while the session runs."""
        self._briefing = briefing
        self._show()

    def set_view(self, view: ChairView) -> None:
        """All the rest, as the room sends it. Until a project is picked the window follows the session."""
        if view == self._view:
            return
        before, self._view = self._view, view
        if not self._shown or (self._followed and before is not None and before.current != view.current):
            self._shown = self._first(view)
        self._show()

    def set_connection(self, connection: Connection) -> None:
        self.banner.set_connection(connection)

    def set_command_state(self, state: CommandState) -> None:
        """What became of a command of this window."""
        if state.delivery is Delivery.SENDING:
            self._sending.add(state.command_id)
        else:
            self._sending.discard(state.command_id)
            self._refused = state if state.delivery is Delivery.REFUSED else None
        self._show_tasks()
        self._show_step()

    def set_printed(self, form: str, path: str, error: str, *, opened: bool = True) -> None:
        """A form is in the file ``path`` (``opened``: in the system's viewer as well), or why it is not; no path and no
        error: there was nothing to print."""
        entry_no = self._printing[1] if self._printing is not None and self._printing[0] == form else ""
        self._printing = None
        self._printed = told(form, entry_no, path, error, opened=opened)
        self._paper_note.setText(tr("Opened in the viewer: {file}", file=Path(path).name) if opened and path else "")
        self._paper_note.setToolTip(path)
        self._show_printing()
        self._show_tasks()

    def set_now(self, now: Now | None) -> None:
        """The room's time; the chair's window shows no clock."""

    @property
    def shown(self) -> str:
        """The project whose sheets are in view."""
        return self._shown

    # showing

    def _first(self, view: ChairView) -> str:
        """What to look at to begin with: what waits for review, else what is on stage, else the first."""
        waiting = steps.following(view, "")
        return waiting or view.current or (view.projects[0].entry_no if view.projects else "")

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self._announce_title.setText(tr("To read out"))
        self._copy.set_action(tr("Copy"))
        self._show_printing()
        self.project_list.setAccessibleName(tr("Projects"))
        self.signatures.retranslate()
        self.sheet_panel.retranslate()
        self._show()

    def _show_printing(self) -> None:
        """While a form is being made the next one waits."""
        busy = self._printing is not None
        self.print_button.setEnabled(not busy)
        self.print_button.setText(tr("Making the pages…") if busy else tr("Print and more…"))
        self._paper_note.setVisible(bool(self._paper_note.text()) and not busy)

    def print_form(self, form: str, entry_no: str) -> None:
        """Asks for a form (FORMS), of a project or ('') of the session."""
        self._printing = form, entry_no
        self._printed = None
        self._show_printing()
        self._show_tasks()
        self.print_requested.emit(form, entry_no)

    def _show(self) -> None:
        self._show_bar()
        self._show_projects()
        self._show_sheets()
        self._show_result()
        self._show_acts()
        self._show_tasks()
        self._show_paper()
        self._show_review()
        self._show_papers()
        self._show_step()

    def _show_bar(self) -> None:
        briefing, view = self._briefing, self._view
        if briefing is None:
            self._who.setText(tr("Connecting…"))
            self._bar.fit()
            return
        role = tr(ROLES[briefing.seat.role])
        self.setWindowTitle(role)
        self._who.setText(" · ".join(part for part in (role, briefing.seat.name) if part))
        self._session.set(briefing.session.name)
        self._rehearsal.set(tr("Rehearsal") if briefing.rehearsal else "", "info")
        if view is None:
            return
        waiting = len(pending.rulings_needed(view))
        self._rulings.set(tr_count(waiting, "{n} ruling needed", "{n} rulings needed") if waiting else "", "warn")
        unsigned = sum(1 for role_ in SIGNERS if not steps.signed(view, role_))
        done = view.session_locked
        self._unsigned.set(
            tr_count(unsigned, "{n} signature to come", "{n} signatures to come") if unsigned and not done else "",
            "info",
        )
        left = len(steps.unconfirmed(view, briefing))
        self._assumed.set(tr_count(left, "{n} value to confirm", "{n} values to confirm") if left else "", "warn")
        self._record.set(tr("Record #{seq}", seq=view.head_seq), "ok", view.head_hash)
        self._bar.fit()

    def _show_projects(self) -> None:
        view, briefing = self._view, self._briefing
        self.project_card.set_heading(tr("Projects"))
        if view is None or briefing is None:
            return
        locked = sum(1 for one in view.projects if one.stage is ProjectStage.LOCKED)
        self.project_card.set_heading(
            tr("Projects"), tr("{done} of {total} locked", done=locked, total=len(view.projects))
        )
        before = self.project_list.rows
        self.project_list.set_rows(projects.rows(view, briefing, self._shown))
        if not before:
            self.project_list.show_row(self._shown)

    def _show_sheets(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None or not self._shown:
            self._number.hide()
            self._nothing.setText(tr("Waiting for the room…"))
            return
        project = next((one for one in briefing.projects if one.entry_no == self._shown), None)
        self._number.setText(number(self._shown))
        self._number.show()
        self._name.setText(project.name if project else "")
        parts = (project.lead_unit, project.track or project.topic) if project else ()
        self._unit.setText(" · ".join(part for part in parts if part))
        progress = next(one for one in view.projects if one.entry_no == self._shown)
        result = (
            next((one for one in view.tabulation.projects if one.entry_no == self._shown), None)
            if (view.tabulation is not None)
            else None
        )
        hidden = self._shown in view.own_pending
        self._state.set(*projects.state(progress, result, hidden=hidden, reviewed=review.wanted(briefing)))
        seen = self._shown in view.visible
        self._empty.setVisible(not seen)
        self._nothing.setText(self._why_hidden(progress.stage, hidden))
        classes = list(dict.fromkeys(card.judge_class for card in briefing.judges))
        for name in classes:
            made = table.rows(view, briefing, self._shown, name) if seen else []
            shown_table = self._tables.get(name) or self._new_table(name)
            shown_table.setVisible(bool(made))
            if made:
                shown_table.set_table(table.columns(briefing, self._shown, name, judge_class(name)), made)

    def _why_hidden(self, stage: ProjectStage, own: bool) -> str:
        assert self._briefing is not None
        if self._briefing.seat.role is Role.CHAIR and own:
            if stage in (ProjectStage.WAITING, ProjectStage.CALLED):
                return tr("This project has not been heard yet.")
            return tr("Your own sheet first. The others' sheets of this project show once yours is recorded.")
        if stage in OUT:
            return tr("This project is out of the contest; its sheets stay in the record.")
        return tr("The sheets show when scoring of this project is closed.")

    def _new_table(self, name: str) -> SheetTable:
        made = SheetTable()
        made.picked.connect(lambda _judge, name=name: self._line_picked(name))
        made.selectionModel().currentRowChanged.connect(lambda *_: self._show_acts())
        self._tables[name] = made
        self._column.insertWidget(self._column.count() - 1, made)
        return made

    def _line_picked(self, name: str) -> None:
        for other, shown_table in self._tables.items():
            if other != name:
                shown_table.clear_choice()
        self._show_acts()

    def _show_result(self) -> None:
        view, briefing = self._view, self._briefing
        result = None
        if view is not None and view.tabulation is not None and self._shown in view.visible:
            result = next((one for one in view.tabulation.projects if one.entry_no == self._shown), None)
        stage = next((one.stage for one in view.projects if one.entry_no == self._shown), None) if view else None
        over = stage in (ProjectStage.CLOSED, ProjectStage.LOCKED)
        self._foot.setVisible(result is not None and over)
        if briefing is None or result is None or not over:
            return
        rules = rules_of(briefing, self._shown)
        self.working.set_result(rules, result)
        self._announce_text.setText(announcement(rules, result))

    def _chosen_line(self) -> SheetLine | None:
        view = self._view
        if view is None:
            return None
        for shown_table in self._tables.values():
            judge = shown_table.chosen if shown_table.isVisibleTo(self) else ""
            if judge:
                return next((one for one in view.sheets if one.entry_no == self._shown and one.judge == judge), None)
        return None

    def _is_chair(self) -> bool:
        return self._briefing is not None and self._briefing.seat.role is Role.CHAIR

    def _show_acts(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        line = self._chosen_line()
        card = next((one for one in briefing.judges if line is not None and one.no == line.judge), None)
        stage = next((one.stage for one in view.projects if one.entry_no == self._shown), None)
        may_void = self._is_chair() and votes.may_rule(view, briefing, self._shown)
        self.sheet_panel.set_line(line, card, stage, self._is_chair(), votes=may_void)
        supervises = briefing.seat.role is Role.SUPERVISOR
        has_some = self._shown in view.visible or may_void
        self.sheet_panel.setVisible(has_some and not (supervises and line is None))

    def _sheet_asked(self, what: str) -> None:
        acts = {
            "return": self.ask_return,
            "presence": self.ask_presence,
            "reopen": self.ask_reopen,
            "disqualify": self.ask_disqualify,
            "votes": self.ask_votes,
        }
        acts[what]()

    def _show_tasks(self) -> None:
        made = self._troubles()
        self.tasks.set_troubles(made)
        self._task_scroll.setVisible(bool(made) and self._asked is None)

    def _troubles(self) -> list[Trouble]:
        view, briefing = self._view, self._briefing
        made: list[Trouble] = []
        if self._refused is not None:
            why = either(self._refused.zh, self._refused.en)
            made.append(
                Trouble("refused", tr("Not done: {why}", why=why), "", "warn", (("close", tr("Understood"), False),))
            )
        if self._printed is not None:
            made.append(self._printed)
        if view is None or briefing is None:
            return made
        made += self._paper_tasks(view, briefing)
        if not self._is_chair():
            return made
        if view.contested:
            made.append(
                Trouble(
                    "contested",
                    tr("The centre holds two records of this session"),
                    tr("A spare took over, or a file was restored from a copy. Nothing counts there until you decide."),
                    "stop",
                    (("choose-chain", tr("Decide…"), False),),
                )
            )
        made += self._proposed(view)
        for one in pending.rulings_needed(view):
            made.append(
                Trouble(
                    f"rule|{one.key}",
                    pending.title(one, view, briefing),
                    pending.explanation(one),
                    "warn",
                    (("rule", tr("Rule…"), False),),
                )
            )
        locked = {one.entry_no for one in view.projects if one.stage is ProjectStage.LOCKED}
        for entry_no, judge, reason in view.return_requests:
            if entry_no in locked:
                continue  # answered by the lock; it is there again where the result is opened again
            made.append(
                Trouble(
                    f"return|{entry_no}|{judge}",
                    tr(
                        "{name} asks for the sheet of {no} back",
                        name=questions.judge_name(briefing, judge),
                        no=number(entry_no),
                    ),
                    reason,
                    "info",
                    (("return", tr("Return…"), False), ("show", tr("See it"), False)),
                )
            )
        made += self._differences(view, briefing)
        made += self._incomplete(view, briefing)
        left = steps.unconfirmed(view, briefing)
        if left and steps.all_settled(view):
            made.append(
                Trouble(
                    "assumed",
                    tr_count(len(left), "{n} value to confirm", "{n} values to confirm"),
                    tr("No notice states them; nothing is published before."),
                    "warn",
                    (("confirm", tr("Confirm…"), False),),
                )
            )
        return made

    def _paper_tasks(self, view: ChairView, briefing: Briefing) -> list[Trouble]:
        """Paper sheets that wait: for a second reading, or for two that agree."""
        made = []
        for one in view.papers:
            may = one.judge in paper.open_sheets(view, briefing, one.entry_no)
            mine = any(seat == briefing.seat.id for seat, _ in one.entered)
            name = questions.judge_name(briefing, one.judge)
            by = people([who for _, who in one.entered])
            words = paper.difference_words(briefing, one)
            if len(one.entered) > 1:
                title = tr("Two readings of {name}'s sheet for {no} differ", name=name, no=number(one.entry_no))
            else:
                title = tr("{name}'s sheet for {no}: a second reading is needed", name=name, no=number(one.entry_no))
            text = "\n".join((tr("From paper, read by {names}", names=by), *words))
            acts: tuple[tuple[str, str, bool], ...] = ()
            if may and (not mine or len(one.entered) > 1):
                acts = (("paper", tr("Enter it…"), False),)
            if mine:
                acts = (*acts, ("drop", tr("Void it"), True))
            tone: Tone = "warn" if len(one.entered) > 1 or (may and not mine) else "info"
            made.append(Trouble(f"paper|{one.entry_no}|{one.judge}", title, text, tone, acts))
        return made

    def _proposed(self, view: ChairView) -> list[Trouble]:
        """Judges who walked in, for the chair to agree to."""
        return [
            Trouble(
                f"judge|{one.no}",
                tr("{name} is to join as {no}", name=one.name, no=one.no),
                "\n".join(
                    part
                    for part in (
                        " · ".join(
                            part
                            for part in (
                                judge_class(one.judge_class),
                                tr("Reserve") if one.reserve else tr("Scores the projects that still wait"),
                                one.unit,
                            )
                            if part
                        ),
                        tr("Reason: {reason}", reason=one.reason),
                    )
                    if part
                ),
                "info",
                (("agree", tr("Agree"), False), ("decline", tr("Decline…"), True)),
            )
            for one in view.proposed
        ]

    def _differences(self, view: ChairView, briefing: Briefing) -> list[Trouble]:
        """What the desk found otherwise on the sheets, for the chair to settle."""
        closed = {one.entry_no for one in view.projects if one.stage is ProjectStage.CLOSED}
        made = []
        for one in view.reviews:
            found = [tick for by in (one.recomputed, one.checked) if by is not None for tick in by.differences]
            if found and one.entry_no in closed:
                words = [review.difference_words(briefing, one.entry_no, tick) for tick in found]
                made.append(
                    Trouble(
                        f"differs|{one.entry_no}",
                        tr_count(
                            len(found),
                            "{no}: the desk found {n} difference",
                            "{no}: the desk found {n} differences",
                            no=number(one.entry_no),
                        ),
                        "\n".join(words),
                        "stop",
                        (("show", tr("See it"), False),),
                    )
                )
        return made

    def _incomplete(self, view: ChairView, briefing: Briefing) -> list[Trouble]:
        results = {one.entry_no: one for one in view.tabulation.projects} if view.tabulation is not None else {}
        made = []
        for one in view.projects:
            held = results.get(one.entry_no)
            missing = pending.missing(view, one.entry_no)
            if one.stage is ProjectStage.CLOSED and held is not None and held.status is Status.INCOMPLETE and missing:
                names = people([questions.judge_name(briefing, no) for no in missing])
                made.append(
                    Trouble(
                        f"missing|{one.entry_no}",
                        tr("{no} is incomplete", no=number(one.entry_no)),
                        tr("Missing: {names}", names=names),
                        "warn",
                        (("absent", tr("Mark absent…"), True), ("show", tr("See it"), False)),
                    )
                )
        return made

    def _show_paper(self) -> None:
        """The reading of a paper sheet in the place of the sheets, as long as that sheet is still expected."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        card = self.paper_card
        self.paper_button.set_action(tr("Enter a paper sheet…"))
        self.paper_button.setVisible(bool(paper.open_sheets(view, briefing, self._shown)) and not self._entering)
        if self._entering and card.judge not in paper.open_sheets(view, briefing, card.entry_no):
            self._entering = False
        card.show_words(view)
        card.setVisible(self._entering)
        self._charting = self._charting and not self._entering
        self.chart_list.setVisible(self._charting)
        if self._charting:
            self.chart_list.set_rows(charts.rows(view, briefing))
        self._sheet_scroll.setVisible(not self._entering and not self._charting)
        if self._entering or self._charting:
            self._foot.hide()

    def _show_review(self) -> None:
        """The numbers to compare, where it is this seat's turn; else nothing."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        again = review.may_look_again(view, briefing, self._shown)
        if self._again and not (again or self._again != self._shown):
            self._again = ""
        turn = review.my_turn(view, briefing, self._shown) or self._again == self._shown
        again = again and not turn
        self.review_card.set_project(
            self._shown, briefing, review.lines_of(view, briefing, self._shown) if turn else ()
        )
        words = review.standing_words(view, self._shown)
        words += review.found_words(view, briefing, self._shown) if again else []
        self.review_card.show_done(words, again=again)
        self.review_card.setVisible((turn or again) and self._asked is None and not self._entering)

    def _show_papers(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            self._paper_scroll.hide()
            return
        role = briefing.seat.role
        may = frozenset(SIGNERS) if role is Role.CHAIR else frozenset({role}) & frozenset(SIGNERS)
        self.signatures.set_state(view, may, steps.all_settled(view))
        self.signatures.setVisible(role is not Role.SUPERVISOR or steps.all_settled(view))
        self.acts_card.show_acts(view, briefing)
        self.acts_card.setVisible(role is Role.SUPERVISOR and self._asked is None)
        self._paper_scroll.setVisible(self._asked is None and self.review_card.isHidden())

    def _step(self, view: ChairView, briefing: Briefing) -> steps.ChairStep:
        if self._entering:
            return steps.paper_step(self.paper_card.complete, self.paper_card.form.filled, self.paper_card.form.lines)
        card = self.review_card
        return steps.next_step(view, briefing, self._shown, comparing=card.comparing, at_hand=card.at_hand)

    def _show_step(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            self.next_button.set_step(tr("Connecting…"), "", "")
            self.next_button.setEnabled(False)
            return
        step = self._step(view, briefing)
        if self._sending:
            self.next_button.set_step(step.text, tr("Sending…"), tr("Space"))
            self.next_button.setEnabled(False)
            return
        self.next_button.set_step(step.text, step.note, tr("Space") if step.act else "")
        self.next_button.setEnabled(bool(step.act))

    # what the chair does

    def show_project(self, entry_no: str) -> None:
        """Brings a project into view."""
        view = self._view
        if view is None or all(one.entry_no != entry_no for one in view.projects):
            return
        self._shown = entry_no
        self._followed = False
        self._entering = self._charting = False
        for shown_table in self._tables.values():
            shown_table.clear_choice()
        self._show()
        self.project_list.choose(entry_no)
        self.project_list.show_row(entry_no)

    def choose_judge(self, judge: str) -> None:
        """Marks a judge's line of the project in view."""
        for shown_table in self._tables.values():
            shown_table.choose(judge)
        self._show_acts()

    def take_next_step(self) -> None:
        """The one next step."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None or not self.next_button.isEnabled():
            return
        step = self._step(view, briefing)
        match step.act:
            case "tick":
                self.review_card.tick()
            case "record":
                self.ask_record()
            case "paper":
                self.record_paper()
            case "lock":
                requests = steps.asked_back(view, step.entry_no)
                if requests:
                    self._put(questions.lock_asked_back(briefing, step.entry_no, requests))
                else:
                    self.command.emit(commands.LockProject(entry_no=step.entry_no))
            case "rule":
                open_ones = [
                    one for one in pending.rulings_needed(view) if not step.entry_no or step.entry_no in one.entries
                ]
                if open_ones:
                    self.ask_ruling(open_ones[0].key)
            case "show":
                self.show_project(step.entry_no)
            case "sign":
                self.ask_signature(briefing.seat.role)
            case "lock-session":
                self._put(questions.lock_session([one for one in SIGNERS if not steps.signed(view, one)]))
            case "confirm":
                self.ask_confirmation()
            case "publish":
                self._put(questions.publish())

    def ask_ruling(self, key: str) -> None:
        """Asks how an open question is decided, with what each way does to the ranking."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        found = next((one for one in pending.rulings_needed(view) if one.key == key), None)
        asked = questions.ruling(found, view, briefing) if found is not None else None
        if found is not None and found.kind == "few_sheets" and found.entries[0] != self._shown:
            self.show_project(found.entries[0])
        if asked is not None:
            self._put(asked)

    def ask_return(self) -> None:
        line = self._chosen_line()
        if line is not None and self._briefing is not None and self.sheet_panel.can("return"):
            self._put(questions.return_sheet(self._briefing, line.entry_no, line.judge, self._asked_why(line)))

    def _asked_why(self, line: SheetLine) -> str:
        requests = self._view.return_requests if self._view is not None else ()
        return next((why for no, judge, why in requests if (no, judge) == (line.entry_no, line.judge)), "")

    def ask_presence(self) -> None:
        line = self._chosen_line()
        if line is not None and self._briefing is not None and self.sheet_panel.can("presence"):
            self._put(questions.presence(self._briefing, line.entry_no, line.judge))

    def ask_reopen(self) -> None:
        self._put(questions.reopen(self._shown))

    def ask_disqualify(self) -> None:
        if self._briefing is not None:
            name = next((one.name for one in self._briefing.projects if one.entry_no == self._shown), "")
            self._put(questions.disqualify(self._shown, name))

    def ask_votes(self) -> None:
        """Asks what becomes of the votes of the project in view, with what each way does to the ranking."""
        view, briefing = self._view, self._briefing
        asked = None if view is None or briefing is None else votes.asked(view, briefing, self._shown)
        if asked is not None:
            self._put(asked)

    def ask_signature(self, role: Role) -> None:
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None:
            own = briefing.seat.name if role is briefing.seat.role else ""
            self._put(questions.sign(view, role, own))

    def ask_confirmation(self) -> None:
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None:
            left = steps.unconfirmed(view, briefing)
            if left:
                self._put(questions.confirm(left, briefing.rules, self._last_name))

    def ask_difference(self) -> None:
        """What stands on the sheet instead of the number at hand."""
        line = self.review_card.at_hand
        if line is not None and self._briefing is not None:
            question = questions.differs(self._briefing, self._shown, line)
            self._put(Asked(question, lambda *_: []))

    def ask_record(self) -> None:
        """Records the ticks; the name is asked for once."""
        if self._briefing is None or not self.review_card.complete:
            return
        asked = questions.record_review(
            self._briefing, self._shown, self.review_card.ticks, self._reviewer or self._briefing.seat.name
        )
        if self._reviewer:
            self._give(asked, "", self._reviewer, "")
        else:
            self._put(asked)

    def show_charts(self) -> None:
        """The charts in the place of the sheets; a second time, or another project, puts them away."""
        self._charting = not self._charting
        self._show()

    def ask_paper(self) -> None:
        """Which judge's paper sheet of the project in view is entered; with one alone, that one."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        found = paper.choices(view, briefing, self._shown)
        if len(found) == 1:
            self.enter_paper(self._shown, found[0][0])
        elif found:
            self._put(Asked(questions.which_paper(self._shown, found), lambda *_: []))

    def enter_paper(self, entry_no: str, judge: str) -> None:
        """Opens the form for a judge's paper sheet of a project."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None or judge not in paper.open_sheets(view, briefing, entry_no):
            return
        if entry_no != self._shown:
            self.show_project(entry_no)
        self.paper_card.begin(briefing, view, entry_no, judge, self._reader or briefing.seat.name)
        self._entering = True
        self._show()
        self.paper_card.focus_first()

    def put_paper_away(self) -> None:
        self._entering = False
        self._show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def record_paper(self) -> None:
        """Records the reading as this seat's; the room makes it the judge's sheet once another one agrees."""
        view, card = self._view, self.paper_card
        if view is None or not card.complete:
            return
        line = next(one for one in view.sheets if (one.entry_no, one.judge) == (card.entry_no, card.judge))
        self._reader = card.name.text().strip()
        if card.photo is not None:
            self.photo.emit(card.photo)
        self.command.emit(
            commands.EnterPaper(
                entry_no=card.entry_no,
                judge=card.judge,
                revision=line.revision,
                points=card.points(),
                name=self._reader,
                photo=card.digest,
            )
        )
        self.put_paper_away()

    def look_again(self) -> None:
        """Who reported a difference goes through the numbers once more; the new look takes the old one's place."""
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None and review.may_look_again(view, briefing, self._shown):
            self._again = self._shown
            self._show()

    def _give(self, asked: Asked, choice: str, reason: str, second: str) -> None:
        if asked.question.key == "review":
            self._again = ""
        for made in asked.make(choice, reason, second):
            self.command.emit(made)

    def _put(self, asked: Asked) -> None:
        self._asked = asked
        self.review_card.hide()
        self._question.show()
        self._paper_scroll.hide()
        self._task_scroll.hide()
        self.ask.ask(asked.question)

    def _answered(self, key: str, choice: str, reason: str, second: str) -> None:
        asked = self._asked
        self._question_gone()
        if asked is None:
            return
        if key == "confirm":
            self._last_name = reason
        if key == "review":
            self._reviewer = reason
        if key == "paper":
            self.enter_paper(self._shown, choice)
        if key == "differs":
            self.review_card.tick(reason, second)
        self._give(asked, choice, reason, second)

    def _question_gone(self) -> None:
        self._asked = None
        self._question.hide()
        self._show_tasks()
        self._show_review()
        self._show_papers()
        self._show_step()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _task_acted(self, key: str, action: str) -> None:
        kind, _, rest = key.partition("|")
        parts = rest.split("|")
        if kind == "refused":
            self._refused = None
            self._show_tasks()
        elif kind == "printed":
            form, entry_no, path = rest.split("|", 2)
            self._printed = None
            self._show_tasks()
            if action == "again":
                self.print_form(form, entry_no)
            elif action == "copy":
                QGuiApplication.clipboard().setText(path)
        elif action == "rule":
            self.ask_ruling(rest)
        elif action == "confirm":
            self.ask_confirmation()
        elif action == "choose-chain":
            self._put(questions.choose_chain())
        elif action == "show":
            self.show_project(parts[0])
        elif action == "paper":
            self.enter_paper(parts[0], parts[1])
        elif action == "agree":
            self.command.emit(commands.AgreeJudge(no=parts[0]))
        elif action == "decline":
            self._put(questions.decline_judge(parts[0]))
        elif action == "drop":
            self._put(questions.drop_paper(parts[0], parts[1]))
        elif action == "return" and self._briefing is not None:
            why = next((r for no, j, r in self._view.return_requests if [no, j] == parts), "") if self._view else ""
            self._put(questions.return_sheet(self._briefing, parts[0], parts[1], why))
        elif action == "absent" and self._briefing is not None and self._view is not None:
            missing = pending.missing(self._view, parts[0])
            if missing:
                self._put(questions.presence(self._briefing, parts[0], missing[0], "absent"))

    def _fill_print_menu(self) -> None:
        self._print_menu.clear()
        no = number(self._shown) if self._shown else ""
        seen = self._view is not None and self._shown in self._view.visible
        words = {
            "F1": tr("Judges' sheets of {no} (F1)", no=no),
            "F2": tr("Summary of {no} (F2)", no=no),
            "F3": tr("Ranking of the session (F3)"),
            "F6": tr("Time record of the session (F6)"),
        }
        for form in FORMS:
            action = QAction(words[form], self._print_menu)
            of_project = form in ("F1", "F2")
            action.setEnabled(not of_project or seen)
            entry_no = self._shown if of_project else ""
            action.triggered.connect(lambda _=False, form=form, entry_no=entry_no: self.print_form(form, entry_no))
            self._print_menu.addAction(action)
        self._print_menu.addSeparator()
        drawn = QAction(tr("Charts: marks of each judge, time used"), self._print_menu)
        drawn.setCheckable(True)
        drawn.setChecked(self._charting)
        drawn.triggered.connect(self.show_charts)
        self._print_menu.addAction(drawn)
        leave = QAction(tr("Leave the room"), self._print_menu)
        leave.triggered.connect(self.leave_requested)
        self._print_menu.addAction(leave)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or self._asked is not None:
            super().keyPressEvent(event)
            return
        acts: dict[str, Callable[[], None]] = {" ": self.take_next_step}
        if self._is_chair():
            acts |= {"r": self.ask_return, "a": self.ask_presence}
        elif not self.review_card.isHidden():
            acts["d"] = self.ask_difference
        if not self.paper_button.isHidden():
            acts["p"] = self.ask_paper
        act = acts.get(event.text().lower())
        if act is not None:
            act()
        elif event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self._turn(1 if event.key() == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def _turn(self, by: int) -> None:
        order = [one.entry_no for one in self._view.projects] if self._view is not None else []
        if self._shown in order:
            at = order.index(self._shown) + by
            if 0 <= at < len(order):
                self.show_project(order[at])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
