"""The chair's window, and the desk's: who gave what, what was dropped, how the total came about, what waits for a ruling.

A scorer and a checker see the same and, where the rules want it, compare every number of a result with the printed
sheets (review.py); they and the supervisor sign for themselves.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from judge_app.core import commands
from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView, SheetLine
from judge_app.seat.state import CommandState, Connection, Delivery
from judge_app.ui.chair import charts, paper, pending, projects, review, steps, troubles, votes
from judge_app.ui.chair.acts import ActsCard
from judge_app.ui.chair.asking import Asking
from judge_app.ui.chair.bar import ChairBar
from judge_app.ui.chair.paper import PaperCard
from judge_app.ui.chair.print_box import PrintBox
from judge_app.ui.chair.review import ReviewCard
from judge_app.ui.chair.sheet_card import SheetCard
from judge_app.ui.chair.sheet_panel import SheetPanel
from judge_app.ui.chair.signatures import SIGNERS, SignatureCard
from judge_app.ui.glossary import ROLES
from judge_app.ui.language import tr
from judge_app.ui.widgets import (
    ActionButton,
    AskPanel,
    Card,
    ConnectionBanner,
    FitScroll,
    NextStepButton,
    RowList,
    TroublePanel,
)
from judge_app.ui.widgets.running import Now


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
        self._sending: set[str] = set()
        self._refused: CommandState | None = None
        self._reader = ""
        self._again = ""
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
        self.bar = ChairBar()
        self.banner = ConnectionBanner()
        self.project_list = RowList(projects.ProjectDelegate)
        self.project_card = Card(flush=True)
        self.paper_card = PaperCard()
        self.chart_list = RowList(charts.ChartDelegate)
        self.sheet_card = SheetCard(self.paper_card, self.chart_list)
        self.ask = AskPanel()
        self.asking = Asking(self.ask, self)
        self.tasks = TroublePanel()
        self.sheet_panel = SheetPanel()
        self.signatures = SignatureCard()
        self.review_card = ReviewCard()
        self.acts_card = ActsCard()
        self.paper_button = ActionButton("", "P")
        self.print_box = PrintBox()
        self.next_button = NextStepButton()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.bar)
        outer.addWidget(self.banner)
        columns = QHBoxLayout()
        columns.setContentsMargins(16, 16, 16, 16)
        columns.setSpacing(16)
        self.project_card.setMinimumWidth(176)
        self.project_card.body.addWidget(self.project_list, 1)
        columns.addWidget(self.project_card, 20)
        columns.addWidget(self.sheet_card, 54)
        columns.addWidget(self._right(), 26)
        outer.addLayout(columns, 1)

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
        papers.addWidget(self.sheet_panel)
        papers.addWidget(self.signatures)
        self.paper_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        papers.addWidget(self.paper_button)
        papers.addWidget(self.print_box)
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
        self.bar.appearance.language_requested.connect(self.language_requested)
        self.bar.appearance.look_requested.connect(self.look_requested)
        self.bar.appearance.scale_requested.connect(self.scale_requested)
        self.project_list.picked.connect(self.show_project)
        self.sheet_card.line_changed.connect(self._show_acts)
        self.sheet_panel.asked.connect(self._sheet_asked)
        self.next_button.clicked.connect(self.take_next_step)
        self.ask.asking.connect(self.next_button.setHidden)
        self.asking.begun.connect(self._question_begun)
        self.asking.over.connect(self._question_gone)
        self.asking.given.connect(self._answer_given)
        self.asking.command.connect(self.command)
        self.asking.project_wanted.connect(self.show_project)
        self.tasks.acted.connect(self._task_acted)
        self.signatures.sign_asked.connect(lambda role: self.asking.ask_signature(Role(role)))
        self.paper_button.clicked.connect(self.ask_paper)
        self.paper_card.changed.connect(self._show_step)
        self.paper_card.closed.connect(self.put_paper_away)
        self.paper_card.finished.connect(lambda: self.next_button.setFocus(Qt.FocusReason.TabFocusReason))
        self.review_card.changed.connect(self._show_step)
        self.review_card.differs_asked.connect(self.ask_difference)
        self.review_card.again_asked.connect(self.look_again)
        self.print_box.print_requested.connect(self.print_requested)
        self.print_box.told_changed.connect(self._show_tasks)
        self.print_box.charts_asked.connect(self.show_charts)
        self.print_box.leave_requested.connect(self.leave_requested)

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
            self._shown = steps.first(view)
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
        self.print_box.set_printed(form, path, error, opened=opened)

    def set_now(self, now: Now | None) -> None:
        """The room's time; the chair's window shows no clock."""

    @property
    def shown(self) -> str:
        """The project whose sheets are in view."""
        return self._shown

    # showing

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self.sheet_card.retranslate()
        self.print_box.retranslate()
        self.project_list.setAccessibleName(tr("Projects"))
        self.signatures.retranslate()
        self.sheet_panel.retranslate()
        self.asking.retranslate()
        self._show()

    def _show(self) -> None:
        view, briefing = self._view, self._briefing
        if briefing is not None:
            self.setWindowTitle(tr(ROLES[briefing.seat.role]))
        self.asking.set_view(view, briefing, self._shown)
        self.bar.set_view(view, briefing)
        self._show_projects()
        self.sheet_card.set_project(view, briefing, self._shown)
        self._show_acts()
        self._show_tasks()
        self._show_paper()
        self._show_review()
        self._show_papers()
        self._show_step()

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

    def _chosen_line(self) -> SheetLine | None:
        view, judge = self._view, self.sheet_card.chosen
        if view is None or not judge:
            return None
        return next((one for one in view.sheets if one.entry_no == self._shown and one.judge == judge), None)

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

    def _show_tasks(self) -> None:
        made = []
        if self._refused is not None:
            made.append(troubles.not_done(self._refused))
        if self.print_box.told is not None:
            made.append(self.print_box.told)
        if self._view is not None and self._briefing is not None:
            made += troubles.found(self._view, self._briefing)
        self.tasks.set_troubles(made)
        self._task_scroll.setVisible(bool(made) and not self.asking.open)

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
        self._charting = self._charting and not self._entering
        self.sheet_card.show_instead(card if self._entering else self.chart_list if self._charting else None)
        if self._charting:
            self.chart_list.set_rows(charts.rows(view, briefing))

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
        self.review_card.setVisible((turn or again) and not self.asking.open and not self._entering)

    def _show_papers(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            self._paper_scroll.hide()
            return
        role = briefing.seat.role
        may = frozenset(SIGNERS) if role is Role.CHAIR else frozenset({role}) & frozenset(SIGNERS)
        self.signatures.set_state(view, may, steps.all_settled(view))
        self.signatures.setVisible(role is not Role.SUPERVISOR or steps.all_settled(view))
        self.print_box.set_project(self._shown, seen=self._shown in view.visible, charting=self._charting)
        self.acts_card.show_acts(view, briefing)
        self.acts_card.setVisible(role is Role.SUPERVISOR and not self.asking.open)
        self._paper_scroll.setVisible(not self.asking.open and self.review_card.isHidden())

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
        self.sheet_card.clear_choice()
        self._show()
        self.project_list.choose(entry_no)
        self.project_list.show_row(entry_no)

    def choose_judge(self, judge: str) -> None:
        """Marks a judge's line of the project in view."""
        self.sheet_card.choose(judge)
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
                    self.asking.ask_asked_back(step.entry_no, requests)
                else:
                    self.command.emit(commands.LockProject(entry_no=step.entry_no))
            case "rule":
                open_ones = [
                    one for one in pending.rulings_needed(view) if not step.entry_no or step.entry_no in one.entries
                ]
                if open_ones:
                    self.asking.ask_ruling(open_ones[0].key)
            case "show":
                self.show_project(step.entry_no)
            case "sign":
                self.asking.ask_signature(briefing.seat.role)
            case "lock-session":
                self.asking.ask_lock()
            case "confirm":
                self.asking.ask_confirmation()
            case "publish":
                self.asking.ask_publish()

    def ask_return(self) -> None:
        line = self._chosen_line()
        if line is not None and self.sheet_panel.can("return"):
            self.asking.ask_return(line.entry_no, line.judge)

    def ask_presence(self) -> None:
        line = self._chosen_line()
        if line is not None and self.sheet_panel.can("presence"):
            self.asking.ask_presence(line.entry_no, line.judge)

    def _sheet_asked(self, what: str) -> None:
        acts = {
            "return": self.ask_return,
            "presence": self.ask_presence,
            "reopen": self.asking.ask_reopen,
            "disqualify": self.asking.ask_disqualify,
            "votes": self.asking.ask_votes,
        }
        acts[what]()

    def ask_difference(self) -> None:
        """What stands on the sheet instead of the number at hand."""
        line = self.review_card.at_hand
        if line is not None:
            self.asking.ask_difference(line)

    def ask_record(self) -> None:
        """Records what was compared, once all of it is."""
        if self.review_card.complete:
            self.asking.ask_record(self.review_card.ticks)

    def look_again(self) -> None:
        """Who reported a difference goes through the numbers once more; the new look takes the old one's place."""
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None and review.may_look_again(view, briefing, self._shown):
            self._again = self._shown
            self._show()

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
            self.asking.ask_which_paper(found)

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

    def _task_acted(self, key: str, action: str) -> None:
        kind, _, rest = key.partition("|")
        parts = rest.split("|")
        if kind == "refused":
            self._refused = None
            self._show_tasks()
        elif kind == "printed":
            self.print_box.act(rest, action)
        elif action == "rule":
            self.asking.ask_ruling(rest)
        elif action == "confirm":
            self.asking.ask_confirmation()
        elif action == "choose-chain":
            self.asking.ask_chain()
        elif action == "show":
            self.show_project(parts[0])
        elif action == "paper":
            self.enter_paper(parts[0], parts[1])
        elif action == "agree":
            self.command.emit(commands.AgreeJudge(no=parts[0]))
        elif action == "decline":
            self.asking.ask_decline(parts[0])
        elif action == "drop":
            self.asking.ask_drop_paper(parts[0], parts[1])
        elif action == "return":
            self.asking.ask_return(parts[0], parts[1])
        elif action == "absent" and self._view is not None:
            missing = pending.missing(self._view, parts[0])
            if missing:
                self.asking.ask_presence(parts[0], missing[0], "absent")

    # questions

    def _question_begun(self) -> None:
        self.review_card.hide()
        self._question.show()
        self._paper_scroll.hide()
        self._task_scroll.hide()

    def _answer_given(self, key: str, choice: str, reason: str, second: str) -> None:
        """What an answer changes in this window; its commands follow."""
        if key == "paper":
            self.enter_paper(self._shown, choice)
        if key == "differs":
            self.review_card.tick(reason, second)
        if key == "review":
            self._again = ""

    def _question_gone(self) -> None:
        self._question.hide()
        self._show_tasks()
        self._show_review()
        self._show_papers()
        self._show_step()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or self.asking.open:
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
