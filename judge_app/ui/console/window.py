"""The host's desk: left the running order, in the middle the clock and the one next step, right the seats."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from judge_app.core import commands
from judge_app.core.clock import SECOND
from judge_app.core.seats import Role, may
from judge_app.core.stages import ProjectStage, Showing
from judge_app.core.views import Briefing, HostView, SeatStatus, Step
from judge_app.seat.state import CommandState, Connection, Delivery, Link
from judge_app.ui.console import order, questions, seats, steps, troubles
from judge_app.ui.console.bounce import Bounce
from judge_app.ui.console.focus import FocusCard
from judge_app.ui.console.health import battery, copies, saved
from judge_app.ui.console.join_box import named
from judge_app.ui.console.pace import Pace, pace
from judge_app.ui.console.project_panel import ProjectPanel
from judge_app.ui.console.questions import Asked
from judge_app.ui.console.results_row import ResultsRow
from judge_app.ui.console.seat_panel import SeatPanel
from judge_app.ui.console.still_row import StillRow
from judge_app.ui.ending import ending
from judge_app.ui.language import either, mark, tr, tr_count
from judge_app.ui.theme import theme_of
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
)
from judge_app.ui.widgets.running import Now

SHOW = commands.ShowResults(kind=Showing.RANKING, step=1)
TWICE = mark("Pressed twice: only the first press counted.")
CLICKER = mark("A clicker does not end a talk early: press Space for that.")
AWAY = mark("Another window, such as the slides, has the keyboard; click here to use this one's keys.")


def utc_now() -> datetime:
    return datetime.now(UTC)


class ConsoleWindow(QWidget):
    """``command`` carries a core.commands value, ``code_asked`` a seat that needs a join code. Space is the next step;
    every other key stands on its button. A clicker's keys do the same: page down (→) the next step, but for ending a
    talk early, page up (←) takes it back, B pauses.

    ``wall`` tells the wall time (UTC), for how long a seat has been away and when the session may end; ``monotonic``
    (ns) how long the present step has been shown: a second press on the heels of the first is none.
    """

    command = Signal(object)
    code_asked = Signal(str)
    print_requested = Signal(str, str)
    language_requested = Signal(str)
    look_requested = Signal(str)
    scale_requested = Signal(float)
    leave_requested = Signal()

    def __init__(
        self,
        wall: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], int] = time.monotonic_ns,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._wall = wall
        self._monotonic = monotonic
        self._step_bounce = Bounce(monotonic)
        self._call_bounce = Bounce(monotonic)
        self._called_since: tuple[str, int] | None = None
        self._now: Now | None = None
        self._briefing: Briefing | None = None
        self._view: HostView | None = None
        self._online = False
        self._asked: Asked | None = None
        self._ask_again: Callable[[], Asked] = questions.take_over
        self._draft: tuple[str, ...] | None = None
        self._sending: set[str] = set()
        self._refused: CommandState | None = None
        self._printed: tuple[str, str] | None = None
        self._entry_shown: str | None = None
        self._make()
        self._lay_out()
        self._connect()
        self.setMinimumSize(960, 540)
        self.resize(1280, 720)
        self.retranslate()

    # making

    def _make(self) -> None:
        self._bar = TopBar()
        self._contest = ElidedLabel("", "strong")
        self._place = ElidedLabel("", "second")
        self._done = Pill()
        self._finish = Pill()
        self._rehearsal = Pill()
        self._written = Pill()
        self._backup = Pill()
        self._battery = Pill()
        self._centre = Pill()
        self._stage = Pill()
        self.appearance = AppearanceButton()
        self.banner = ConnectionBanner()
        self.order_list = RowList(order.OrderDelegate)
        self.order_card = Card(flush=True)
        self._draft_bar = QFrame()
        self._draft_words = Label("", "second", wrap=True)
        self._draft_take = ActionButton("")
        self._draft_drop = ActionButton("")
        self.project_panel = ProjectPanel()
        self.focus_card = FocusCard()
        self.results_row = ResultsRow(self._monotonic, led_elsewhere=True)
        self.still_row = StillRow()
        self.ask = AskPanel()
        self.hold_button = ActionButton("", "P")
        self.technical_button = ActionButton("", "T")
        self.time_button = ActionButton("", "+ −")
        self.end_button = ActionButton("", "E", kind="danger")
        self.more_button = QToolButton()
        self._menu = QMenu(self.more_button)
        self.next_button = NextStepButton()
        self.seat_list = RowList(seats.SeatDelegate)
        self.seat_card = Card(flush=True)
        self.seat_panel = SeatPanel()
        self._join_at = Label("", "second", wrap=True)
        self.trouble_panel = TroublePanel()
        self._not_taken = QTimer(self)
        self._not_taken.setSingleShot(True)
        self._not_taken.setInterval(2500)
        self._why_not = ""
        self._away = False
        self._may_leave = False
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.setTimerType(Qt.TimerType.CoarseTimer)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._top_bar())
        outer.addWidget(self.banner)
        columns = QHBoxLayout()
        columns.setContentsMargins(16, 16, 16, 16)
        columns.setSpacing(16)
        columns.addWidget(self._left(), 22)
        columns.addWidget(self._centre_column(), 52)
        columns.addWidget(self._right(), 26)
        outer.addLayout(columns, 1)

    def _top_bar(self) -> QWidget:
        bar = self._bar
        for label in (self._contest, self._place):
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        bar.add_left(self._contest, self._place, self._rehearsal, self._done, self._finish)
        bar.add_right(self._battery, self._written, self._backup, self._centre, self._stage, self.appearance)
        bar.give_way(self._place, self._finish, self._backup, self._centre, self._stage, self._done, self._written)
        return bar

    def _left(self) -> QWidget:
        column = QWidget()
        column.setMinimumWidth(208)
        lay = QVBoxLayout(column)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(8)
        self.order_card.body.addWidget(self.order_list, 1)
        self._draft_bar.setProperty("kind", "trouble")
        self._draft_bar.setProperty("tone", "info")
        inside = QVBoxLayout(self._draft_bar)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.addWidget(self._draft_words)
        buttons = QHBoxLayout()
        buttons.addWidget(self._draft_take, 1)
        buttons.addWidget(self._draft_drop)
        inside.addLayout(buttons)
        self._draft_bar.hide()
        lay.addWidget(self.order_card, 1)
        lay.addWidget(self._draft_bar)
        self._project = FitScroll(self.project_panel, share=0.62)
        self._project.hide()
        lay.addWidget(self._project)
        return column

    def _centre_column(self) -> QWidget:
        column = QWidget()
        lay = QVBoxLayout(column)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(12)
        self._question = FitScroll(self.ask, share=0.64)
        self._question.hide()
        self._hands = QWidget()
        row = QHBoxLayout(self._hands)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button in (self.hold_button, self.technical_button, self.time_button, self.end_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        self.more_button.setText("…")
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setMenu(self._menu)
        self.more_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.addWidget(self.more_button)
        self.next_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        lay.addWidget(self.focus_card, 1)
        lay.addWidget(self.results_row)
        lay.addWidget(self.still_row)
        lay.addWidget(self._question)
        lay.addWidget(self._hands)
        lay.addWidget(self.next_button)
        return column

    def _right(self) -> QWidget:
        column = QWidget()
        column.setMinimumWidth(248)
        lay = QVBoxLayout(column)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(8)
        self.seat_card.body.addWidget(self.seat_list, 1)
        self._join_at.setContentsMargins(16, 6, 12, 8)
        self._join_at.hide()
        self.seat_card.body.addWidget(self._join_at)
        self._seats = QStackedWidget()
        self._seats.addWidget(self.seat_card)
        self._seats.addWidget(self.seat_panel)
        self._troubles = FitScroll(self.trouble_panel, share=0.45)
        self._troubles.hide()
        lay.addWidget(self._seats, 1)
        lay.addWidget(self._troubles)
        return column

    def _connect(self) -> None:
        self.appearance.language_requested.connect(self.language_requested)
        self.appearance.look_requested.connect(self.look_requested)
        self.appearance.scale_requested.connect(self.scale_requested)
        self.next_button.clicked.connect(self.take_next_step)
        self.hold_button.clicked.connect(self.hold_or_release)
        self.technical_button.clicked.connect(self.ask_technical_stop)
        self.time_button.clicked.connect(lambda: self.ask_time(60))
        self.end_button.clicked.connect(self.ask_end)
        self.focus_card.undo_asked.connect(self.undo)
        self.results_row.command.connect(self.command)
        self.still_row.command.connect(self.command)
        self.still_row.done.connect(lambda: self.setFocus(Qt.FocusReason.OtherFocusReason))
        self.ask.asking.connect(self.next_button.setHidden)
        self.ask.answered.connect(self._answered)
        self.ask.dropped.connect(self._question_gone)
        self.order_list.picked.connect(self.show_project)
        self.project_panel.asked.connect(self._project_asked)
        self.project_panel.closed.connect(self._hide_project)
        self._draft_take.clicked.connect(self._ask_reorder)
        self._draft_drop.clicked.connect(self._drop_draft)
        self.seat_list.picked.connect(self.show_seat)
        self.seat_panel.closed.connect(self._hide_seat)
        self.seat_panel.presence_asked.connect(self.ask_presence)
        self.seat_panel.replace_asked.connect(self.ask_replace)
        self.seat_panel.code_asked.connect(self.code_asked)
        self.trouble_panel.acted.connect(self._trouble_acted)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._second.timeout.connect(self._on_second)
        self._not_taken.timeout.connect(self._show_step)

    # setters

    def set_briefing(self, briefing: Briefing) -> None:
        """What does not change while the session runs."""
        self._briefing = briefing
        self.focus_card.set_briefing(briefing)
        self._show()

    def set_view(self, view: HostView) -> None:
        """All the rest, as the room sends it."""
        if view == self._view:
            return
        if self._view is not None and _step_of(view) != _step_of(self._view):
            self._step_bounce.changed()
        if self._view is not None and _calls_of(view) != _calls_of(self._view):
            self._call_bounce.changed()
        self._view = view
        self._watch_call(view)
        self._settle_draft()
        self.focus_card.set_view(view)
        self._show()
        if view.current != self._entry_shown:
            self._entry_shown = view.current
            self.order_list.show_row(view.current or view.next_step.entry_no)
        if self._asked is not None and self._asked.question.key in _OF_THE_CLOCK and not steps.running_phase(view):
            self.ask.close_question()
            self._question_gone()

    def set_connection(self, connection: Connection) -> None:
        self._online = connection.link is Link.ONLINE
        self.banner.set_connection(connection)
        self.focus_card.set_stale(connection.link not in (Link.ONLINE, Link.CONNECTING))
        self._show_step()

    def set_command_state(self, state: CommandState) -> None:
        """What became of a command of this window: while one is on its way the next step waits for it."""
        if state.delivery is Delivery.SENDING:
            self._sending.add(state.command_id)
        else:
            self._sending.discard(state.command_id)
            self._refused = state if state.delivery is Delivery.REFUSED else None
            if self._refused is not None and state.kind == "ShowSlide":
                self.still_row.refused()
            self._show_troubles()
        self._show_step()

    def set_printed(self, form: str, path: str, error: str) -> None:
        """The seat cards are in the file ``path``, or why they are not."""
        self._printed = (path, error)
        self._show_troubles()

    def set_now(self, now: Now | None) -> None:
        """The room's time in nanoseconds, or None while it is not known."""
        self._now = now
        self.focus_card.set_now(now)
        self.seat_panel.set_now(now)
        self.still_row.set_now(now)

    # showing

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self.setWindowTitle(tr("Host's desk"))
        self.hold_button.set_action(tr("Pause"))
        self.technical_button.set_action(tr("Technical stop…"))
        self.time_button.set_action(tr("Time…"))
        self.end_button.set_action(tr("End…"))
        self.more_button.setAccessibleName(tr("More"))
        self.more_button.setToolTip(tr("More"))
        self.order_list.setAccessibleName(tr("Running order"))
        self.seat_list.setAccessibleName(tr("Seats"))
        self._draft_take.set_action(tr("Take it…"))
        self._draft_drop.set_action(tr("Drop it"))
        self._draft_words.setText(tr("A new running order, not taken yet"))
        self.project_panel.retranslate()
        self.seat_panel.retranslate()
        self.focus_card.retranslate()
        if self._asked is not None:
            self._asked = self._ask_again()
            self.ask.reword(self._asked.question)
        self._show()

    def _show(self) -> None:
        self._show_bar()
        self._show_order()
        self._show_seats()
        self._show_hands()
        if self._view is not None:
            self.results_row.set_view(self._view, self._briefing)
            self.still_row.set_view(self._view)
        self._show_step()
        self._show_troubles()

    def _show_bar(self) -> None:
        briefing, view = self._briefing, self._view
        if briefing is None:
            self._contest.setText(tr("Connecting…"))
            return
        self._contest.setText(briefing.contest_name)
        self._place.setText(" · ".join(part for part in (briefing.session.name, briefing.session.hall) if part))
        self._rehearsal.set(tr("Rehearsal") if briefing.rehearsal else "", "info")
        if view is None:
            return
        heard = sum(1 for one in view.projects if one.stage not in (ProjectStage.WAITING, ProjectStage.CALLED))
        self._done.set(tr("{done} of {total} heard", done=heard, total=len(view.projects)))
        self._show_pace(view, briefing)
        health = view.health
        self._written.set(*saved(health))
        self._backup.set(*copies(health, self._wall()))
        self._battery.set(*battery(health))
        match health.centre:
            case "ok":
                self._centre.set(tr("Centre up to date"), "ok")
            case "waiting":
                self._centre.set(
                    tr("Centre: {n} to send", n=health.pending), "warn", tr("Sent by itself when it answers")
                )
            case "contested":
                self._centre.set(tr("Centre disagrees"), "stop")
            case _:
                self._centre.set("")
        if health.stage_online:
            self._stage.set(tr("Stage on"), "ok")
        else:
            self._stage.set(tr("Stage off"), "warn")
        self._bar.fit()

    def _show_pace(self, view: HostView, briefing: Briefing) -> None:
        now = self._now() if self._now else None
        found = pace(view, briefing, now, self._wall()) if now is not None else Pace()
        minutes = round(found.late.total_seconds() / 60) if found.late is not None else 0
        late = tr("{n} min late", n=minutes) if minutes >= 1 else ""
        ends = tr("ends about {time}", time=found.ends.strftime("%H:%M")) if found.ends is not None else ""
        self._finish.set(
            " · ".join(part for part in (late, ends) if part),
            "warn" if minutes >= LATE_MIN else "plain",
            tr("Late against the plan of the day; the end at the pace so far"),
        )

    def _show_order(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            self.order_card.set_heading(tr("Running order"))
            return
        self.order_card.set_heading(tr("Running order"), tr_count(len(view.projects), "{n} project", "{n} projects"))
        self.order_list.set_rows(order.rows(view, briefing, self._whole_draft()))
        self._draft_bar.setVisible(self._draft is not None)
        shown = self.project_panel.entry_no
        if shown and self.project_panel.isVisibleTo(self):
            self.project_panel.show_project(shown, view, briefing, self._waiting())

    def _show_seats(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            self.seat_card.set_heading(tr("Judges"))
            return
        progress = next((one for one in view.projects if one.entry_no == view.current), None)
        aside = tr("{done} of {total} in", done=progress.done, total=progress.expected) if progress else ""
        self.seat_card.set_heading(tr("Judges"), aside)
        wall = self._wall()
        self.seat_list.set_rows(seats.rows(view, briefing, wall))
        self._show_join_at(view)
        if self._seats.currentWidget() is self.seat_panel:
            self.seat_panel.show_seat(self.seat_panel.seat_id, view, briefing, view.current, wall)
        away = any(seats.away_seconds(status, wall) is not None for status in view.seats)
        ticks = away or self._called_since is not None
        if ticks and not self._second.isActive():
            self._second.start()
        elif not ticks:
            self._second.stop()

    def _show_join_at(self, view: HostView) -> None:
        """Where to join, while somebody who is listed has not come yet."""
        listed = {row.key for row in self.seat_list.rows}
        coming = any(not one.seen and one.seat.id in listed for one in view.seats)
        self._join_at.setVisible(coming and bool(view.addresses))
        if view.addresses:
            self._join_at.setText(
                tr("Join at {address}. Choose a seat (S) for its code.", address=named(*view.addresses[0]))
            )
            self._join_at.setToolTip("\n".join(named(*one) for one in view.addresses))

    def _on_second(self) -> None:
        self._show_seats()
        self._show_troubles()

    def _show_hands(self) -> None:
        view = self._view
        clock = view.clock if view is not None else None
        running = clock is not None and clock.ended_ns is None
        held = running and clock is not None and clock.held is not None
        self.hold_button.set_action(tr("Go on") if held else tr("Pause"))
        self.hold_button.setEnabled(running)
        self.technical_button.setEnabled(running and not held)
        self.time_button.setEnabled(running)
        self.end_button.setEnabled(running)
        self.still_row.set_aside(self._asked is not None)
        self._hands.setVisible(self._asked is None)
        self._question.setVisible(self._asked is not None)
        self._fit_focus()

    def _fit_focus(self) -> None:
        height = self.height() / theme_of(self).scale
        tight = height < 700 and self._asked is not None
        led = height < 600 and self._view is not None and self._view.published  # the row of the results needs the room
        self.focus_card.set_compact(tight or led, clock_alone=tight and height < 600, low=height < 420)
        policy = QSizePolicy.Policy.Ignored if tight else QSizePolicy.Policy.Preferred
        self.focus_card.setSizePolicy(QSizePolicy.Policy.Preferred, policy)  # the question has what it needs first

    def _show_step(self) -> None:
        view, briefing = self._view, self._briefing
        key = tr("Space")
        if view is None or briefing is None:
            self.next_button.set_step(tr("Connecting…"), "", "")
            self.next_button.setEnabled(False)
            return
        said = steps.words(view, briefing)
        if view.published:
            text, there_is = self.results_row.step
            if not may(briefing.seat.role, SHOW):
                self.next_button.set_step(text, tr("The host does this."), "")
                self.next_button.setEnabled(False)
                return
            self.next_button.set_step(text, "", key if there_is else "")
            self.next_button.setEnabled(there_is)
            return
        if self._sending:
            self.next_button.set_step(said.text, tr("Sending…"), key)
            self.next_button.setEnabled(False)
            return
        made = steps.command(view)
        if made is not None and not may(briefing.seat.role, made):
            self.next_button.set_step(said.text, tr("The host does this."), "")
            self.next_button.setEnabled(False)
            return
        note = said.note
        if self._not_taken.isActive():
            note = tr(self._why_not)
        elif self._away and steps.ends_slides(view):  # a show that fills the projector takes the keys, for its clicker
            note = tr(AWAY)
        self.next_button.set_step(said.text, note, key if said.enabled else "")
        self.next_button.setEnabled(said.enabled)

    def _show_troubles(self) -> None:
        view, briefing = self._view, self._briefing
        made: list[Trouble] = []
        if self._refused is not None:
            made.append(
                Trouble(
                    key="refused",
                    title=tr("Not done: {why}", why=either(self._refused.zh, self._refused.en)),
                    tone="warn",
                    actions=(("close", tr("Understood"), False),),
                )
            )
        if view is not None and briefing is not None:
            made += troubles.found(view, briefing, self._wall(), self._uncounted())
        if self._printed is not None:  # after who waits to be let in: A and the space bar are for him
            first = [at for at, one in enumerate(made) if one.key.startswith(("refused", "admit|"))]
            made.insert(first[-1] + 1 if first else 0, _printed(*self._printed))
        self.trouble_panel.set_troubles(made)
        self._troubles.setVisible(bool(made))

    # what the host does

    def take_next_step(self) -> None:
        """The one next step: gives its command, or asks what has to be asked first."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None or not self.next_button.isEnabled() or self.results_row.advance():
            return
        if self._step_bounce.too_soon:
            self._take_not(TWICE)
            return
        self._not_taken.stop()
        made = steps.command(view)
        if made is not None:
            self.command.emit(made)
        elif view.next_step.step is Step.GO_ON:
            self._put(questions.take_over)
        elif view.next_step.step is Step.RELEASE and view.clock is not None:
            self._put(partial(questions.release, view.clock))
        elif view.next_step.step is Step.CLOSE_SCORING:
            self._put(partial(questions.close_scoring, briefing, view.next_step.entry_no, view.next_step.missing))

    def take_clickers_step(self) -> None:
        """The next step by a clicker's key. Slides that are up are not ended by one: their presenter's own clicker sends the
        same to this window, where it happens to have the keys of the computer that shows them."""
        if self._view is not None and steps.ends_slides(self._view):
            self._take_not(CLICKER)
        else:
            self.take_next_step()

    def _take_not(self, why: str) -> None:
        """A press that does nothing says why, for a moment."""
        self._why_not = why
        self._not_taken.start()
        self._show_step()

    def hold_or_release(self) -> None:
        """Pause at once; or let a held clock run on (after a technical stop: ask what becomes of the lost time)."""
        view = self._view
        if view is None or not steps.running_phase(view) or view.clock is None or self._sending:
            return
        if view.clock.held is not None:
            self.take_next_step()
        else:
            self.command.emit(commands.HoldClock(technical=False, reason=tr("Paused by the host")))

    def ask_technical_stop(self) -> None:
        clock = self._view.clock if self._view is not None else None
        if clock is not None and clock.ended_ns is None and clock.held is None:
            self._put(questions.technical_stop)

    def ask_time(self, seconds: int) -> None:
        if self._view is not None and steps.running_phase(self._view) and self._view.clock is not None:
            self._put(partial(questions.change_time, self._view.clock, seconds))

    def ask_end(self) -> None:
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None and steps.running_phase(view) and view.clock is not None:
            self._put(partial(questions.end_phase, briefing, view.clock, self.focus_card.clock.left))

    def ask_restart(self) -> None:
        view, briefing = self._view, self._briefing
        if view is not None and briefing is not None and view.clock is not None:
            self._put(partial(questions.restart_phase, briefing, view.clock))

    def ask_message(self) -> None:
        if self._view is not None:
            self._put(partial(questions.message, self._view.message))

    def undo(self) -> None:
        """Takes the last start or end of a phase back, while it can be."""
        if self.focus_card.undo.seconds > 0:
            self.command.emit(commands.UndoStep())

    def ask_presence(self, seat_id: str, chosen: str = "") -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None or view.current is None:
            return
        status = self._status(seat_id)
        if status is not None:
            self._put(partial(questions.presence, view, briefing, status, view.current, chosen))

    def ask_judge(self) -> None:
        """A judge who walked in: proposed to the chair."""
        if self._briefing is not None:
            self._put(partial(questions.propose_judge, self._briefing))

    def ask_replace(self, seat_id: str) -> None:
        """Another computer for a seat: the one that sits there goes out, and a code for the next one comes."""
        status = self._status(seat_id)
        if status is not None and status.device:
            self._put(partial(questions.replace, status))

    def _status(self, seat_id: str) -> SeatStatus | None:
        return next((one for one in self._view.seats if one.seat.id == seat_id), None) if self._view else None

    def show_seat(self, seat_id: str) -> None:
        """One seat with its ways in, in place of the list."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        if self.seat_panel.show_seat(seat_id, view, briefing, view.current, self._wall()):
            self._seats.setCurrentWidget(self.seat_panel)

    def show_project(self, entry_no: str) -> None:
        """One project of the running order, with what can be done with it."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        if self.project_panel.show_project(entry_no, view, briefing, self._waiting()):
            self._project.show()
            self.order_list.choose(entry_no)
            QTimer.singleShot(0, lambda: self.order_list.show_row(entry_no))

    def _hide_seat(self) -> None:
        self._seats.setCurrentWidget(self.seat_card)

    def _hide_project(self) -> None:
        self._project.hide()
        self.order_list.choose("")

    def _project_asked(self, what: str) -> None:
        view, briefing, entry_no = self._view, self._briefing, self.project_panel.entry_no
        if view is None or briefing is None:
            return
        progress = next(one for one in view.projects if one.entry_no == entry_no)
        match what:
            case "call":
                self._call(entry_no)
            case "earlier" | "later":
                self._move(entry_no, -1 if what == "earlier" else 1)
            case "no-show":
                self._put(partial(questions.no_show, briefing, entry_no, progress.call))
            case "withdraw" | "disqualify":
                self._put(partial(questions.remove, briefing, entry_no, disqualified=what == "disqualify"))
            case "close":
                missing = view.next_step.missing if view.next_step.entry_no == entry_no else ()
                self._put(partial(questions.close_scoring, briefing, entry_no, missing))

    # a new running order

    def _waiting(self) -> tuple[str, ...]:
        if self._draft is not None:
            return self._draft
        view = self._view
        return () if view is None else tuple(one.entry_no for one in view.projects if one.stage is ProjectStage.WAITING)

    def _whole_draft(self) -> list[str] | None:
        """The running order with the draft's order in the places of those who wait."""
        if self._draft is None or self._view is None:
            return None
        coming = iter(self._draft)
        return [next(coming) if one.stage is ProjectStage.WAITING else one.entry_no for one in self._view.projects]

    def _move(self, entry_no: str, by: int) -> None:
        waiting = list(self._waiting())
        at = waiting.index(entry_no)
        waiting[at], waiting[at + by] = waiting[at + by], waiting[at]
        self._draft = tuple(waiting)
        self._settle_draft()
        self._show_order()
        self.order_list.choose(entry_no)
        self.order_list.show_row(entry_no)

    def _settle_draft(self) -> None:
        """A draft that says nothing new, or no longer fits those who wait, is dropped."""
        if self._draft is None or self._view is None:
            return
        waiting = tuple(one.entry_no for one in self._view.projects if one.stage is ProjectStage.WAITING)
        if self._draft == waiting or sorted(self._draft) != sorted(waiting):
            self._draft = None

    def _ask_reorder(self) -> None:
        if self._draft is not None:
            self._put(partial(questions.reorder, self._draft))

    def _drop_draft(self) -> None:
        self._draft = None
        self._show_order()

    # questions

    def _put(self, ask: Callable[[], Asked]) -> None:
        """Asks; ``ask`` makes the same question again in another language."""
        self._asked, self._ask_again = ask(), ask
        self._show_hands()
        self.ask.ask(self._asked.question)

    def _answered(self, _key: str, choice: str, reason: str, second: str) -> None:
        asked = self._asked
        self._question_gone()
        if asked is None:
            return
        if asked.make is None:
            self._may_leave = True
            self.leave_requested.emit()
            return
        made = asked.make(choice, reason, second)
        self.command.emit(made)
        if asked.question.key == "replace" and isinstance(made, commands.RevokeDevice):
            self.show_seat(made.seat)
            self.code_asked.emit(made.seat)

    def _question_gone(self) -> None:
        self._asked = None
        self._show_hands()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _trouble_acted(self, key: str, action: str) -> None:
        kind, *rest = key.split("|")
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # the card goes, and the space bar is the next step's again
        if kind in ("refused", "printed"):
            self._refused = None if kind == "refused" else self._refused
            self._printed = None if kind == "printed" else self._printed
            self._show_troubles()
        elif action == "admit":
            self.command.emit(commands.AdmitDevice(seat=rest[0], device=rest[1]))
        elif action == "deny":
            self._ask_refuse(rest[0], rest[1])
        elif action == "seat":
            self.show_seat(rest[0] if rest else "stage")
        elif action == "start":
            self.take_next_step()
        elif action == "replace":
            self.ask_replace(rest[0])
        elif action == "absent":
            self.ask_presence(rest[0], "absent")
        elif action == "no-show" and self._briefing is not None:
            self._put(partial(questions.no_show, self._briefing, rest[0], 3))

    def _ask_refuse(self, seat_id: str, device: str) -> None:
        status = self._status(seat_id)
        if status is not None:
            self._put(partial(questions.revoke, status, device))

    def _ask_no_show(self) -> None:
        view, briefing = self._view, self._briefing
        if view is None or briefing is None:
            return
        called = next(
            (one for one in view.projects if one.entry_no == view.current and one.stage is ProjectStage.CALLED), None
        )
        if called is not None:
            self._put(partial(questions.no_show, briefing, called.entry_no, called.call))

    def _go_to_trouble(self) -> None:
        """The keys go to the first thing that can be done about what is wrong."""
        button = next((one for one in self.trouble_panel.findChildren(QPushButton) if one.isVisible()), None)
        if button is not None:
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go_to_seats(self) -> None:
        self._hide_seat()
        _go_to(self.seat_list)

    def _watch_call(self, view: HostView) -> None:
        """Since when the present project has been called without a clock."""
        stage = next((one.stage for one in view.projects if one.entry_no == view.current), None)
        if view.current is None or stage is not ProjectStage.CALLED:
            self._called_since = None
        elif self._called_since is None or self._called_since[0] != view.current:
            self._called_since = (view.current, self._monotonic())

    def _uncounted(self) -> int | None:
        """For how many seconds the called project has had no clock; None where nothing is called."""
        return None if self._called_since is None else (self._monotonic() - self._called_since[1]) // SECOND

    def _ask_code(self) -> None:
        if self._seats.currentWidget() is self.seat_panel:
            self.code_asked.emit(self.seat_panel.seat_id)

    def _fill_menu(self) -> None:
        self._menu.clear()
        view = self._view
        clock = view.clock if view is not None else None
        called = view is not None and any(
            one.entry_no == view.current and one.stage is ProjectStage.CALLED for one in view.projects
        )
        between = view is not None and any(
            one.entry_no == view.current and one.stage in (ProjectStage.RUNNING, ProjectStage.BETWEEN)
            for one in view.projects
        )
        for words, key, act, possible in (
            (tr("Words for the presenter…"), "M", self.ask_message, view is not None),
            (tr("Clear the words for the presenter"), "", self._clear_message, bool(view and view.message)),
            (tr("Call again"), "C", self._call_again, called),
            (tr("Did not come…"), "N", self._ask_no_show, called),
            (tr("Run the phase again…"), "R", self.ask_restart, between and clock is not None),
            (tr("Start scoring now"), "", self._score_now, between),
            (tr("A judge who was not planned…"), "", self.ask_judge, view is not None and not view.session_locked),
            (tr("Print the seat cards"), "", lambda: self.print_requested.emit("cards", ""), view is not None),
            (tr("Leave the room"), "", self.leave, True),
        ):
            action = QAction(f"{words}\t{key}" if key else words, self._menu)
            action.setEnabled(possible)
            action.triggered.connect(act)
            self._menu.addAction(action)

    @property
    def _in_the_middle(self) -> bool:
        """Whether a project is under way, that the end of the room with this window would break off."""
        view, briefing = self._view, self._briefing
        if view is None or briefing is None or briefing.seat.role is not Role.HOST or briefing.rehearsal:
            return False
        return any(one.stage in _UNDER_WAY for one in view.projects)

    def leave(self) -> None:
        """Leaves; in the middle of a project only once that is answered."""
        if self._in_the_middle and not self._may_leave:
            self._put(questions.leave)
        else:
            self.leave_requested.emit()

    def _call_again(self) -> None:
        view = self._view
        if view is not None and view.current is not None:
            stage = next((one.stage for one in view.projects if one.entry_no == view.current), None)
            if stage is ProjectStage.CALLED:
                self._call(view.current)

    def _call(self, entry_no: str) -> None:
        """Calls are counted, and the third offers a no-show: one that bounces is none."""
        if not self._sending and not self._call_bounce.too_soon:
            self.command.emit(commands.CallProject(entry_no=entry_no))

    def _clear_message(self) -> None:
        self.command.emit(commands.ShowMessage(text=""))

    def _score_now(self) -> None:
        self.command.emit(commands.OpenScoring())

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The window's keys; a field that is being written in has them first."""
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
            return
        if event.matches(QKeySequence.StandardKey.Copy) and self._seats.currentWidget() is self.seat_panel:
            self.seat_panel.join_box.copy_invitation()
            return
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
            return
        acts: dict[str, Callable[[], None]] = {
            " ": self.take_next_step,
            "p": self.hold_or_release,
            "t": self.ask_technical_stop,
            "b": self.hold_or_release,
            "+": lambda: self.ask_time(60),
            "=": lambda: self.ask_time(60),
            "-": lambda: self.ask_time(-60),
            "e": self.ask_end,
            "u": self.undo,
            "m": self.ask_message,
            "c": self._call_again,
            "r": self.ask_restart,
            "k": self._ask_code,
            "n": self._ask_no_show,
            "a": self._go_to_trouble,
            "o": lambda: _go_to(self.order_list),
            "s": self._go_to_seats,
            "g": self.still_row.ask,
            "[": lambda: self.still_row.step(-1),
            "]": lambda: self.still_row.step(1),
            "x": self.still_row.take_away,
        }
        keys: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Right: self.take_clickers_step,
            Qt.Key.Key_PageDown: self.take_clickers_step,
            Qt.Key.Key_Left: self.undo,
            Qt.Key.Key_PageUp: self.undo,
            Qt.Key.Key_Up: lambda: self.ask_time(10),
            Qt.Key.Key_Down: lambda: self.ask_time(-10),
        }
        act = keys.get(event.key()) or acts.get(event.text().lower())
        if act is not None and self._asked is None:
            act()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        if self._seats.currentWidget() is self.seat_panel:
            self._hide_seat()
        elif self.project_panel.isVisibleTo(self):
            self._hide_project()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._in_the_middle and not self._may_leave and not ending():
            event.ignore()
            if self.isMinimized():
                self.showNormal()
                self.activateWindow()
            self._put(questions.leave)
        else:
            super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() is QEvent.Type.ActivationChange:
            self._away = not self.isActiveWindow()
            self._show_step()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_focus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus(Qt.FocusReason.OtherFocusReason)


_UNDER_WAY = frozenset((ProjectStage.CALLED, ProjectStage.RUNNING, ProjectStage.BETWEEN, ProjectStage.SCORING))

LATE_MIN = 5
"""From how many minutes on lateness is a warning."""


def _go_to(rows: RowList) -> None:
    """The keys go to a list: arrows move, Enter opens."""
    if rows.rows and not rows.chosen:
        rows.choose(rows.rows[0].key)
    rows.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _step_of(view: HostView) -> tuple[object, ...]:
    """What the next step is: another press may only follow once this has been seen."""
    step = view.next_step
    return step.step, step.entry_no, step.phase, view.clock.held if view.clock is not None else None


def _calls_of(view: HostView) -> tuple[int, ...]:
    """How often each project has been called."""
    return tuple(one.call for one in view.projects)


_OF_THE_CLOCK = frozenset({"technical", "release", "time", "end"})
"""Questions that mean nothing once the phase is over."""


def _printed(path: str, error: str) -> Trouble:
    if error:
        title, text = tr("The seat cards could not be written: {why}", why=error), ""
    else:
        title = tr("The seat cards are ready to print, on both sides of the paper")
        text = tr("{file} · Each carries its seat's secret link: hand it to its judge alone.", file=path)
    close = (("close", tr("Understood"), False),)
    return Trouble(key="printed", title=title, text=text, tone="warn" if error else "info", actions=close)
