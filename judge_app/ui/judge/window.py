"""The judge's window: one sheet at a time, bound to its project, and a word on what of it is recorded.

A sheet that is being written stays on screen when the next project is called: nothing that is typed can land on
another project. Nothing is ever submitted by the clock. Drafts are told (``draft_changed``) and kept by others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from judge_app.core.commands import AskReturn, Points, Recuse, SubmitSheet
from judge_app.core.contest import Project
from judge_app.core.rules import Component
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, JudgeCard, JudgeView
from judge_app.seat.drafts import Draft
from judge_app.seat.state import CommandState, Connection, Delivery, Link
from judge_app.ui.glossary import component_name, local_time, number, people, points
from judge_app.ui.judge import standing as standings
from judge_app.ui.judge.earlier import OwnDelegate, OwnRow, marks
from judge_app.ui.judge.form import SheetForm
from judge_app.ui.judge.header import JudgeBar, ProjectHead, TotalsCard
from judge_app.ui.judge.lines import components_for, totals
from judge_app.ui.judge.questions import recuse_question, return_question
from judge_app.ui.judge.standing import Stand, Standing, standing
from judge_app.ui.judge.summary import SubmitSummary
from judge_app.ui.language import tr, tr_count
from judge_app.ui.theme import SCALES, theme_of
from judge_app.ui.widgets import (
    ActionButton,
    AskPanel,
    Card,
    ConnectionBanner,
    Label,
    NextStepButton,
    RowList,
    Trouble,
    TroublePanel,
    rule,
)
from judge_app.ui.widgets.running import Now

_SAVE_AFTER_MS = 400


def utc_now() -> datetime:
    return datetime.now(UTC)


class JudgeWindow(QWidget):
    """``command`` carries a core.commands value. Ctrl+Enter is the next step; Enter goes from line to line."""

    command = Signal(object)
    draft_changed = Signal(str, object, str)
    """(entry number, Points filled in so far, comment)"""
    progress = Signal(str, int, int)
    """(entry number, lines with a mark, lines)"""
    language_requested = Signal(str)
    look_requested = Signal(str)
    scale_requested = Signal(float)
    leave_requested = Signal()

    def __init__(self, wall: Callable[[], datetime] = utc_now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._wall = wall
        self._briefing: Briefing | None = None
        self._view: JudgeView | None = None
        self._connection: Connection | None = None
        self._drafts: dict[str, Draft] = {}
        self._sent: dict[str, CommandState] = {}
        self._sent_sheets: dict[str, Draft] = {}
        self._entry: str | None = None
        self._called: str | None = None
        self._waiting_entry: str | None = None
        self._confirming = False
        self._saved_at = ""
        self._loaded: tuple[str, int, Stand] | None = None
        self._make()
        self._lay_out()
        self._connect()
        self.setMinimumSize(960, 540)
        self.resize(1280, 720)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocus()
        self.retranslate()

    # making

    def _make(self) -> None:
        self.bar = JudgeBar()
        self.banner = ConnectionBanner()
        self.head = ProjectHead()
        self.troubles = TroublePanel()
        self.form = SheetForm()
        self.comment = QPlainTextEdit()
        self.comment.document().setDocumentMargin(8)  # its words stand as far in as a line's field has them
        self.totals_card = TotalsCard()
        self.summary = SubmitSummary()
        self.own_card = Card(flush=True)
        self.own_list = RowList(OwnDelegate)
        self.ask = AskPanel()
        self.recuse_button = ActionButton("")
        self.return_button = ActionButton("")
        self.back_button = ActionButton("")
        self.next_button = NextStepButton(key="Ctrl ⏎")
        self.foot = Label("", "hint", wrap=True)
        self._empty_title = Label("", "head")
        self._empty_text = Label("", "second")
        self._empty_what = Label("", "second")
        self._empty_what.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._pages = QStackedWidget()
        self._save = QTimer(self)
        self._save.setSingleShot(True)
        self._save.setInterval(_SAVE_AFTER_MS)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.bar)
        outer.addWidget(self.banner)
        columns = QHBoxLayout()
        columns.setContentsMargins(16, 16, 16, 16)
        columns.setSpacing(16)
        columns.addWidget(self._sheet_card(), 1)
        columns.addWidget(self._side())
        outer.addLayout(columns, 1)

    def _sheet_card(self) -> QWidget:
        card = Card(flush=True)
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule())
        said = QVBoxLayout()
        said.setContentsMargins(16, 8, 16, 0)
        said.addWidget(self.troubles)
        self._said_box = QWidget()
        self._said_box.setLayout(said)
        column.addWidget(self._said_box)
        column.addWidget(self.form, 1)
        words = QVBoxLayout()
        words.setContentsMargins(24, 8, 24, 16)
        words.addWidget(self.comment)
        column.addLayout(words)
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.addStretch(2)
        middle.addWidget(self._empty_title, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addWidget(self._empty_text, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addSpacing(24)
        middle.addWidget(self._empty_what, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(3)
        self._pages.addWidget(empty)
        self._pages.addWidget(sheet)
        card.body.addWidget(self._pages)
        return card

    def _side(self) -> QWidget:
        side = QWidget()
        self._side_widget = side
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.own_card.body.addWidget(self.own_list)
        self._spring = QWidget()
        self._spring.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        for widget, stretch in (
            (self.totals_card, 0),
            (self.summary, 1),
            (self.own_card, 1),
            (self.ask, 0),
            (self._spring, 0),
            (self.recuse_button, 0),
            (self.return_button, 0),
            (self.back_button, 0),
            (self.next_button, 0),
            (self.foot, 0),
        ):
            column.addWidget(widget, stretch)
        self.summary.hide()
        return side

    def _connect(self) -> None:
        self.bar.larger.clicked.connect(self._larger)
        self.bar.appearance.language_requested.connect(self.language_requested)
        self.bar.appearance.look_requested.connect(self.look_requested)
        self.bar.appearance.scale_requested.connect(self.scale_requested)
        self.form.changed.connect(self._edited)
        self.form.finished.connect(lambda: self.next_button.setFocus(Qt.FocusReason.TabFocusReason))
        self.comment.textChanged.connect(self._edited)
        self.own_list.picked.connect(self._pick)
        self.troubles.acted.connect(self._act)
        self.ask.asking.connect(self.next_button.setHidden)
        self.ask.answered.connect(self._answered)
        self.ask.dropped.connect(lambda _: self._show())
        self.recuse_button.clicked.connect(self._ask_recuse)
        self.return_button.clicked.connect(self._ask_return)
        self.back_button.clicked.connect(self._stop_confirming)
        self.next_button.clicked.connect(self._next)
        self._save.timeout.connect(self._keep_draft)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._next)
        QShortcut(QKeySequence("Esc"), self, self._stop_confirming)

    # setters

    def set_briefing(self, briefing: Briefing) -> None:
        self._briefing = briefing
        self._empty_what.setText(self._duties())
        self.bar.set_judge(self._card, briefing)
        self._loaded = None
        self._show()

    def _show_clock(self, view: JudgeView) -> None:
        stage = next((one.stage for one in view.projects if one.entry_no == view.current), None)
        scoring = stage in (ProjectStage.SCORING, ProjectStage.CLOSED)
        self.bar.set_clock(view.clock, self._briefing, scoring=scoring)

    def set_view(self, view: JudgeView) -> None:
        self._view = view
        self._show_clock(view)
        for entry_no, sheet in view.sheets.items():
            sent = self._sent.get(entry_no)
            if sent is not None and sent.delivery is Delivery.RECORDED and sheet.seq is not None:
                del self._sent[entry_no]
                self._sent_sheets.pop(entry_no, None)
        self._follow()
        self._show()

    def set_connection(self, connection: Connection) -> None:
        self._connection = connection
        self.banner.set_connection(connection)
        self.bar.set_connection(connection)
        self._show()

    def set_command_state(self, state: CommandState) -> None:
        """What became of a sheet; other commands are only answered where they were refused."""
        if state.kind == "SubmitSheet":
            self._sent[state.entry_no] = state
            if state.delivery is Delivery.RECORDED:
                self._drafts.pop(state.entry_no, None)
            elif state.delivery is Delivery.REFUSED and state.entry_no in self._sent_sheets:
                self._drafts[state.entry_no] = self._sent_sheets.pop(state.entry_no)
        elif state.delivery is Delivery.REFUSED:
            self._sent[state.entry_no] = state
        self._show()

    def set_now(self, now: Now | None) -> None:
        self.bar.set_now(now)

    def set_drafts(self, drafts: Mapping[str, Draft]) -> None:
        """What was kept on this computer before."""
        self._drafts.update(drafts)
        self._loaded = None
        self._show()

    # what is known

    @property
    def entry_no(self) -> str | None:
        """The project whose sheet is shown."""
        return self._entry

    @property
    def _card(self) -> JudgeCard | None:
        return None if self._briefing is None or not self._briefing.judges else self._briefing.judges[0]

    @property
    def _online(self) -> bool:
        return self._connection is not None and self._connection.link is Link.ONLINE

    def _duties(self) -> str:
        """What this judge will fill in, said while there is nothing to fill in yet."""
        if self._briefing is None:
            return ""
        first = self._briefing.projects[0].entry_no if self._briefing.projects else None
        said = [
            tr_count(
                len(self._briefing.projects),
                "{session}: {n} project",
                "{session}: {n} projects",
                session=self._briefing.session.name,
            )
        ]
        for component in self._components(first):
            name, full = component_name(component), points(component.max)
            said.append(
                tr_count(
                    len(component.criteria),
                    "{name}: {n} criterion, full marks {full}",
                    "{name}: {n} criteria, full marks {full}",
                    name=name,
                    full=full,
                )
            )
        return "\n".join(said)

    def _project(self, entry_no: str | None) -> Project | None:
        if self._briefing is None:
            return None
        return next((project for project in self._briefing.projects if project.entry_no == entry_no), None)

    def _components(self, entry_no: str | None) -> tuple[Component, ...]:
        card = self._card
        if self._briefing is None or card is None:
            return ()
        return components_for(self._briefing.rules, self._project(entry_no), card.judge_class)

    def _standing(self, entry_no: str) -> Standing:
        assert self._view is not None
        return standing(self._view, entry_no, self._sent.get(entry_no))

    def _dirty(self) -> bool:
        """Whether the sheet that is shown is being written and could still be submitted."""
        if self._entry is None or self._view is None or not self._standing(self._entry).submittable:
            return False
        return bool(self.form.filled or self.form.faults or self.comment.toPlainText().strip())

    # which project

    def _follow(self) -> None:
        """Go along with the project on stage, unless a sheet would be left half written."""
        assert self._view is not None
        current = self._view.current
        if current is not None and current != self._called:
            self._called = current
            if self._entry is None or self._entry == current or not self._dirty():
                self._open(current)
            else:
                self._waiting_entry = current
        if self._entry is None and self._view.open:
            self._open(self._view.open[-1])

    def _open(self, entry_no: str) -> None:
        if entry_no == self._entry:
            return
        self._keep_draft()
        self._entry = entry_no
        self._confirming = False
        self._saved_at = ""
        self._loaded = None
        self.ask.close_question()
        if self._waiting_entry == entry_no:
            self._waiting_entry = None

    def _pick(self, entry_no: str) -> None:
        self._open(entry_no)
        self._show()

    # showing

    def _show(self) -> None:
        """Everything, from what is known."""
        view, entry_no = self._view, self._entry
        theme = theme_of(self)
        self._side_widget.setFixedWidth(min(theme.px(300), max(300, self.width() * 42 // 100)))
        self.banner.set_safe(self._safe_words())
        self._show_own()
        if view is None or entry_no is None or self._briefing is None:
            self._pages.setCurrentIndex(0)
            self._show_side(None)
            return
        held = self._standing(entry_no)
        self._pages.setCurrentIndex(1)
        components = self._components(entry_no)
        self.form.set_components(components)
        self._load(entry_no, held)
        self.form.set_writable(held.writable and not self._confirming)
        self.comment.setReadOnly(not held.writable or self._confirming)
        self.comment.setVisible(held.writable or bool(self.comment.toPlainText()))
        word, tone = standings.words(held, self.form.filled, self.form.lines, online=self._online)
        self.head.set_project(self._project(entry_no), entry_no, components, word, tone)
        said = self._said(entry_no, held)
        self.troubles.set_troubles(said)
        self._said_box.setVisible(bool(said))
        given = self.form.points()
        sums = [
            total if given.get(one.key) else None
            for one, total in zip(components, totals(given, components), strict=True)
        ]
        self.totals_card.set_totals(components, sums, self.form.lines - self.form.filled)
        self._show_side(held)

    def _load(self, entry_no: str, held: Standing) -> None:
        """Fill the form once for each version of a sheet; what is being typed is never touched."""
        version = (entry_no, held.revision, held.stand)
        if version == self._loaded:
            return
        before, self._loaded = self._loaded, version
        same = before is not None and before[:2] == version[:2]
        assert self._view is not None
        sheet = self._view.sheets.get(entry_no)
        draft = self._drafts.get(entry_no)
        sent = self._sent_sheets.get(entry_no)
        if same and held.writable and before is not None and before[2] in (Stand.EARLY, Stand.OPEN, Stand.RETURNED):
            return
        points: Points | None = None
        comment = ""
        if held.stand in (Stand.RECORDED, Stand.ASKED, Stand.LOCKED) and sheet is not None and sheet.points is not None:
            points, comment = sheet.points, sheet.comment
        elif held.stand in (Stand.SENDING, Stand.RECORDED) and sent is not None:
            points, comment = sent.points, sent.comment
        elif draft is not None:
            points, comment = draft.points, draft.comment
        elif held.stand is Stand.RETURNED and sheet is not None:
            points, comment = sheet.points, sheet.comment
        self.form.set_points(points)
        self.comment.blockSignals(True)
        self.comment.setPlainText(comment)
        self.comment.blockSignals(False)
        if held.writable and self.isActiveWindow():
            self.form.focus_first_open()
        self.progress.emit(entry_no, self.form.filled, self.form.lines)

    def _show_side(self, held: Standing | None) -> None:
        """The right column: totals or the summary, and what can be done."""
        asking = self.ask.question is not None
        confirming = self._confirming and held is not None and held.submittable
        cramped = asking and theme_of(self).scale > 1.2
        self.totals_card.setVisible(held is not None and not confirming and not cramped)
        self.summary.setVisible(confirming)
        self.own_card.setVisible(not confirming and not asking)
        self._spring.setVisible(asking and not confirming)
        self.back_button.setVisible(confirming)
        can_recuse = held is not None and held.stand in (Stand.EARLY, Stand.OPEN, Stand.RETURNED)
        self.recuse_button.setVisible(can_recuse and not confirming and not asking)
        self.return_button.setVisible(held is not None and held.stand is Stand.RECORDED and not asking)
        text, note, enabled = self._next_words(held, confirming)
        self.next_button.set_step(text, note, "Ctrl ⏎" if enabled else "")
        self.next_button.setEnabled(enabled)
        self.foot.setText(self._foot_words(held))

    def _next_words(self, held: Standing | None, confirming: bool) -> tuple[str, str, bool]:
        current = None if self._view is None else self._view.current
        if held is None or self._entry is None:
            return tr("Waiting for a project to be called"), "", False
        missing = self.form.lines - self.form.filled
        match held.stand:
            case Stand.EARLY:
                return tr("Can be submitted once the talk begins"), "", False
            case Stand.OPEN | Stand.RETURNED if confirming:
                return tr("Confirm and submit"), "", True
            case Stand.OPEN | Stand.RETURNED if self.form.faults:
                return tr("Go to what is to be corrected"), "", True
            case Stand.OPEN | Stand.RETURNED if missing:
                return tr("{n} to fill in", n=missing), "", True
            case Stand.OPEN | Stand.RETURNED:
                return tr("Submit"), tr("You will see it once more before it goes out."), True
            case Stand.SENDING:
                if self._online:
                    return tr("Sending…"), "", False
                return tr("Kept here, not sent yet"), tr("It goes out by itself once connected."), False
        if current is not None and current != self._entry:
            return tr("Back to project {number}", number=number(current)), "", True
        return tr("Waiting for the next project"), "", False

    def _foot_words(self, held: Standing | None) -> str:
        if held is None or not held.writable:
            return ""
        if not self._saved_at:
            return tr("Time-up submits nothing by itself.")
        return tr("Draft kept here {time} · time-up submits nothing", time=self._saved_at)

    def _safe_words(self) -> str:
        """What is recorded and what is not, while the room is away."""
        if self._view is None:
            return ""
        recorded = sum(sheet.seq is not None for sheet in self._view.sheets.values())
        pending = sum(state.delivery is Delivery.SENDING for state in self._sent.values())
        if pending:
            return tr("Recorded: {n}. Kept here and not sent yet: {pending}.", n=recorded, pending=pending)
        return tr("Recorded: {n}. What you write is kept on this computer.", n=recorded)

    def _said(self, entry_no: str, held: Standing) -> list[Trouble]:
        """What has to be said over the sheet."""
        said: list[Trouble] = []
        refused = standings.refusal(self._sent.get(entry_no))
        if refused:
            text = tr("{reason}. What you wrote is still here.", reason=refused.rstrip("。."))
            said.append(Trouble(key="refused", title=tr("This was not taken"), text=text))
        if self._waiting_entry is not None and self._waiting_entry != entry_no:
            title = tr("Project {number} has been called", number=number(self._waiting_entry))
            text = tr("This sheet, project {number}, has not been submitted yet.", number=number(entry_no))
            go = tr("Go to project {number}", number=number(self._waiting_entry))
            said.append(Trouble(key="called", title=title, text=text, tone="warn", actions=(("go", go, False),)))
        title, text, tone = "", held.why, "info"
        match held.stand:
            case Stand.RETURNED:
                title, tone = tr("The chair has returned this sheet"), "warn"
            case Stand.RECUSED:
                title = tr("You are recused from this project: no mark of yours counts")
            case Stand.ABSENT:
                title, tone = tr("You are entered as absent for this project"), "warn"
                text = text or tr("If that is wrong, tell the host.")
            case Stand.ASKED:
                title, text = tr("You have asked for this sheet back"), tr("The chair decides.")
            case Stand.MISSED:
                title, tone = tr("The result was locked without a sheet of yours"), "stop"
            case Stand.OUT:
                title = tr("This project no longer competes")
            case Stand.OPEN if held.late:
                title, tone = tr("Scoring was closed: this sheet will be noted as late"), "warn"
        if title:
            said.append(Trouble(key=held.stand.value, title=title, text=text, tone=tone))  # type: ignore[arg-type]  # a Tone by construction
        return said + self._beside(entry_no)

    def _beside(self, entry_no: str) -> list[Trouble]:
        """What was done with this sheet that its judge did not do, or that came too late."""
        own = self._view.sheets.get(entry_no) if self._view is not None else None
        said: list[Trouble] = []
        if own is not None and own.paper is not None:
            title = tr("Entered from your paper sheet by {names}", names=people(list(own.paper.names)))
            said.append(
                Trouble(key="paper", title=title, text=tr("If a line is wrong, ask for its return."), tone="info")
            )
        if own is not None and own.late_kept:
            numbers = people([f"#{seq}" for seq in own.late_kept])
            said.append(
                Trouble(
                    key="evidence",
                    title=tr("What you sent after the lock is kept: {numbers}", numbers=numbers),
                    text=tr("It is evidence and does not count; the chair sees it."),
                    tone="warn",
                )
            )
        return said

    def _show_own(self) -> None:
        if self._view is None or self._briefing is None:
            self.own_list.set_rows(())
            return
        names = {project.entry_no: project.name for project in self._briefing.projects}
        rows: list[OwnRow] = []
        for one in self._view.projects:
            entry_no = one.entry_no
            shown = entry_no == self._entry
            known = entry_no in self._view.sheets or entry_no in self._view.open or entry_no in self._drafts
            if not (known or shown or entry_no == self._view.current):
                continue
            held = self._standing(entry_no)
            components = self._components(entry_no)
            points = self._points_known(entry_no, held)
            filled = sum(len(given) for given in (points or {}).values())
            lines = sum(len(component.criteria) for component in components)
            word, tone = standings.words(held, filled, lines, online=self._online)
            main, others = marks(points, components)
            rows.append(
                OwnRow(
                    key=entry_no,
                    number=number(entry_no),
                    name=names.get(entry_no, ""),
                    main=main,
                    others=others,
                    word=word,
                    tone=tone,
                    shown=shown,
                )
            )
        before = [row.key for row in self.own_list.rows if isinstance(row, OwnRow) and row.shown]
        self.own_list.set_rows(rows)
        if self._entry is not None and before != [self._entry]:
            self.own_list.show_row(self._entry)

    def _points_known(self, entry_no: str, held: Standing) -> Points | None:
        if entry_no == self._entry and self._loaded is not None and held.writable:
            return self.form.points()
        assert self._view is not None
        sheet, draft, sent = (
            self._view.sheets.get(entry_no),
            self._drafts.get(entry_no),
            self._sent_sheets.get(entry_no),
        )
        if sent is not None:
            return sent.points
        if draft is not None and held.writable:
            return draft.points
        return None if sheet is None else sheet.points

    # what the judge does

    def _edited(self) -> None:
        if self._entry is None or self._view is None or not self._standing(self._entry).writable:
            return
        sent = self._sent.get(self._entry)
        if sent is not None and sent.delivery is Delivery.REFUSED:
            del self._sent[self._entry]
        self._confirming = False
        self._save.start()
        self.progress.emit(self._entry, self.form.filled, self.form.lines)
        self._show()

    def _keep_draft(self) -> None:
        """Tell the draft, if there is anything new in it."""
        self._save.stop()
        if self._entry is None or self._view is None or self._loaded is None:
            return
        if not self._standing(self._entry).writable:
            return
        draft = Draft(points=self.form.points(), comment=self.comment.toPlainText().strip())
        if draft == self._drafts.get(self._entry, Draft(points={})):
            return
        self._drafts[self._entry] = draft
        self.draft_changed.emit(self._entry, draft.points, draft.comment)
        self._saved_at = local_time(self._wall().isoformat())
        self.foot.setText(self._foot_words(self._standing(self._entry)))

    def _next(self) -> None:
        """The one button."""
        if self._entry is None or self._view is None or not self.next_button.isEnabled():
            return
        held = self._standing(self._entry)
        if held.submittable:
            if self._confirming:
                self._submit(held)
            elif not self.form.focus_first_open():
                self._confirm()
        elif self._view.current is not None and self._view.current != self._entry:
            self._pick(self._view.current)

    def _confirm(self) -> None:
        assert self._entry is not None
        self._keep_draft()
        components = self._components(self._entry)
        self.summary.set_sheet(number(self._entry), self.form.points(), components, self.comment.toPlainText().strip())
        self._confirming = True
        self._show()
        self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stop_confirming(self) -> None:
        if self._confirming:
            self._confirming = False
            self._show()

    def _submit(self, held: Standing) -> None:
        assert self._entry is not None
        entry_no, points = self._entry, self.form.points()
        comment = self.comment.toPlainText().strip()
        self._confirming = False
        self._sent_sheets[entry_no] = Draft(points=points, comment=comment)
        self._sent[entry_no] = CommandState(
            command_id="", delivery=Delivery.SENDING, kind="SubmitSheet", entry_no=entry_no
        )
        self.command.emit(SubmitSheet(entry_no=entry_no, revision=held.revision, points=points, comment=comment))
        if self._waiting_entry is not None:
            self._pick(self._waiting_entry)
        self._show()

    def _ask_recuse(self) -> None:
        if self._entry is not None:
            self.ask.ask(recuse_question(self._entry))
            self._show()

    def _ask_return(self) -> None:
        if self._entry is not None:
            self.ask.ask(return_question(self._entry))
            self._show()

    def _answered(self, key: str, choice: str, reason: str, second: str) -> None:
        self.ask.close_question()
        kind, _, entry_no = key.partition(":")
        if kind == "recuse":
            self.command.emit(Recuse(entry_no=entry_no, reason=reason))
        elif kind == "return":
            self.command.emit(AskReturn(entry_no=entry_no, reason=reason))
        self._show()

    def _act(self, trouble: str, action: str) -> None:
        if action == "go" and self._waiting_entry is not None:
            self._pick(self._waiting_entry)

    def _larger(self) -> None:
        """The next larger type; after the largest, the first again."""
        scale = theme_of(self).scale
        self.scale_requested.emit(next((one for one in SCALES[:4] if one > scale + 0.01), SCALES[0]))

    # events

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Judge"))
        self.comment.setPlaceholderText(tr("Comment (optional)"))
        self.comment.setAccessibleName(tr("Comment (optional)"))
        self._dress()
        self.recuse_button.set_action(tr("An interest in this project: recuse…"))
        self.return_button.set_action(tr("Ask for this sheet back…"))
        self.back_button.set_action(tr("Back, to change something"), "Esc")
        self.own_card.set_heading(tr("My marks (seen by me alone)"))
        self._empty_title.setText(tr("Waiting for the host to call a project"))
        self._empty_text.setText(tr("The sheet opens here by itself."))
        self._empty_what.setText(self._duties())
        if self._briefing is not None:
            self.bar.set_judge(self._card, self._briefing)
            if self._view is not None:
                self._show_clock(self._view)
        if self._confirming and self._entry is not None:
            self._confirm()
        self._show()

    def _dress(self) -> None:
        theme = theme_of(self)
        palette = theme.palette
        self.comment.setFixedHeight(theme.px(60))
        self.comment.setStyleSheet(
            f"QPlainTextEdit {{ background: {palette.paper}; border: 1px solid {palette.edge};"
            f" border-radius: {theme.px(8)}px; padding: {theme.px(4)}px {theme.px(8)}px; }}"
            f"QPlainTextEdit:focus {{ border: {theme.px(2)}px solid {palette.brand}; }}"
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange) and hasattr(self, "_save"):
            self.retranslate()
        elif event.type() is QEvent.Type.ActivationChange and self.isVisible() and self.isActiveWindow():
            self._to_first_open()

    def _to_first_open(self) -> None:
        """The keys go to the first open line, so that a figure that is typed is a mark."""
        rows = self.form.rows
        nowhere = self.focusWidget() in (None, self) and self.ask.question is None
        if nowhere and rows and not rows[0].entry.field.isReadOnly():
            self.form.focus_first_open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A figure that is typed while no field has the keys (after A+, or a click beside them) begins a mark."""
        before = self.focusWidget()
        if event.text().isdigit():
            self._to_first_open()
        now = self.focusWidget()
        if now is not None and now is not before:
            QApplication.sendEvent(now, event)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._keep_draft()
        self.leave_requested.emit()
        super().closeEvent(event)
