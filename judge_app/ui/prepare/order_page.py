"""The fourth step: the running order of each session, how it was made, what was changed by hand, and its publishing."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from judge_app.core.contest import Contest
from judge_app.core.order import RunningOrder
from judge_app.exchange.planning import Planned
from judge_app.ui.glossary import people
from judge_app.ui.language import mark, tr, tr_count
from judge_app.ui.prepare.lines import LineList, LineRow
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import ActionButton, Card, FitScroll, FlowLayout, Label

METHODS = {
    "draw": mark("by draw"),
    "strokes": mark("by strokes of the name"),
    "registration": mark("as registered"),
    "manual": mark("by hand"),
}


class OrderPage(QWidget):
    """``made`` (session, method, seed, operator, witness), ``move_requested`` (session, entry number, place from 1),
    ``publish_requested`` (session)."""

    made = Signal(str, str, str, str, str)
    move_requested = Signal(str, str, int)
    publish_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contest = Contest(name="")
        self._plans: Mapping[str, Planned] = {}
        self._make()
        self._connect()
        self.retranslate()

    def _make(self) -> None:
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(12)
        self.sessions = LineList()
        self.order = LineList(drags="order", takes=("order",))
        self.log = LineList()
        self._session_card, self._order_card, self._log_card = (Card(flush=True) for _ in range(3))
        self._how_card = Card()
        self.seed, self.operator, self.witness = QLineEdit(), QLineEdit(), QLineEdit()
        self.method_buttons = {method: ActionButton("") for method in ("draw", "strokes", "registration")}
        self.up_button, self.down_button = ActionButton("", "Alt+↑"), ActionButton("", "Alt+↓")
        self.confirm_button, self.publish_button = ActionButton(""), ActionButton("")
        self._state = Label("", "second", wrap=True)
        self._session_card.body.addWidget(self.sessions, 1)
        columns.addWidget(self._session_card, 25)
        self._order_card.body.addWidget(self.order, 1)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(12, 6, 12, 8)
        row = QWidget()
        flow = FlowLayout(row)
        for button in (self.up_button, self.down_button, self.confirm_button):
            flow.addWidget(button)
        inside.addWidget(row)
        self._order_card.body.addWidget(holder)
        columns.addWidget(self._order_card, 40)
        right = QVBoxLayout()
        right.setSpacing(8)
        content = QWidget()
        content.setProperty("kind", "flow")
        body = QVBoxLayout(content)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(6)
        body.addWidget(self._state)
        for field in (self.seed, self.operator, self.witness):
            field.setMaxLength(80)
            body.addWidget(field)
        methods = QWidget()
        flow = FlowLayout(methods)
        for button in self.method_buttons.values():
            flow.addWidget(button)
        body.addWidget(methods)
        body.addWidget(self.publish_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._how_card.body.addWidget(FitScroll(content, 0.45))
        self._log_card.body.addWidget(self.log, 1)
        self._how_card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        right.addWidget(self._how_card)
        right.addWidget(self._log_card, 100)
        right.addStretch(1)
        columns.addLayout(right, 35)

    def _connect(self) -> None:
        self.sessions.selectionModel().currentChanged.connect(lambda *_: self._fill())
        for method, button in self.method_buttons.items():
            button.clicked.connect(lambda _=False, method=method: self._order_by(method))
        self.up_button.clicked.connect(lambda: self._shift(self.order.chosen, -1))
        self.down_button.clicked.connect(lambda: self._shift(self.order.chosen, 1))
        self.confirm_button.clicked.connect(lambda: self._shift(self.order.chosen, 0))
        self.order.shifted.connect(self._shift)
        self.order.dropped.connect(self._dropped)
        self.order.selectionModel().currentChanged.connect(lambda *_: self._enable())
        self.publish_button.clicked.connect(lambda: self.publish_requested.emit(self.session))

    # setters

    def set_plan(self, contest: Contest, plans: Mapping[str, Planned]) -> None:
        """The contest, and the running order of each of its sessions."""
        self._contest, self._plans = contest, plans
        self._fill_sessions()

    @property
    def session(self) -> str:
        """The name of the chosen session, or ''."""
        return self.sessions.chosen

    def choose_session(self, name: str) -> None:
        self.sessions.choose(name)
        self._fill()

    # showing

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self._session_card.set_heading(tr("Sessions"))
        self.sessions.setAccessibleName(tr("Sessions"))
        self._how_card.set_heading(tr("How the order is made"))
        self._log_card.set_heading(tr("What was done"))
        for field, words in (
            (self.seed, tr("Seed (empty: random)")),
            (self.operator, tr("Who holds it")),
            (self.witness, tr("Witness of the draw")),
        ):
            field.setPlaceholderText(words)
            field.setAccessibleName(words)
        self.method_buttons["draw"].set_action(tr("Draw"))
        self.method_buttons["strokes"].set_action(tr("By strokes"))
        self.method_buttons["registration"].set_action(tr("As registered"))
        self.up_button.set_action(tr("Move up"))
        self.down_button.set_action(tr("Move down"))
        self.confirm_button.set_action(tr("Confirm this place…"))
        self.publish_button.set_action(tr("Publish and freeze…"))
        self._fill_sessions()

    def _fill_sessions(self) -> None:
        before = self.sessions.chosen
        rows = [self._session_row(planned.name) for planned in self._contest.sessions]
        self.sessions.set_rows(rows)
        if not self.sessions.chosen and rows:
            self.sessions.choose(before if any(row.key == before for row in rows) else rows[0].key)
        self._fill()

    def _session_row(self, name: str) -> LineRow:
        words, tone = order_state(self._plans.get(name))
        return LineRow(name, name, words, "", tone)

    def _fill(self) -> None:
        session = self.session
        plan = self._plans.get(session)
        order = plan.order if plan is not None else None
        unsure = {one.id: one for one in order.unsure} if order is not None else {}
        self.order.set_rows(
            [
                LineRow(
                    project.entry_no,
                    tr("{place}. {name}", place=place, name=project.name),
                    tr("No. {no} · {unit}", no=project.entry_no, unit=project.lead_unit),
                    tr("to be confirmed") if project.entry_no in unsure else "",
                    "warn",
                )
                for place, project in enumerate(self._contest.heard_in(session), start=1)
            ]
        )
        self._order_card.set_heading(tr("Running order of {session}", session=session))
        self.order.setAccessibleName(tr("Running order of {session}", session=session))
        self._state.setText(self._said(plan))
        self._log_card.setVisible(plan is not None and bool(plan.log))
        lines = plan.log if plan is not None else ()
        rows = [log_row(at, line) for at, line in enumerate(lines)]
        self.log.set_rows(rows[::-1])
        self._enable()

    def _said(self, plan: Planned | None) -> str:
        if plan is None or plan.order is None:
            return tr("The projects stand as the list has them. Make an order, then publish it.")
        if plan.published:
            values = {"by": plan.order.published_by, "at": plan.order.published_at[:16].replace("T", " ")}
            return tr("Published by {by}, {at}: it can no longer be changed.", **values)
        if plan.stale:
            return tr("Projects came or went since the order was made: make it again.")
        if plan.order.unsure:
            return tr_count(
                len(plan.order.unsure),
                "The rule alone does not decide {n} place: confirm or move it.",
                "The rule alone does not decide {n} places: confirm or move each.",
            )
        if plan.order.draw is not None:
            return tr("Drawn with the seed {seed}: anybody can hold it again.", seed=plan.order.draw.seed)
        return tr("Made {how}.", how=tr(METHODS[plan.order.method]))

    def _enable(self) -> None:
        plan = self._plans.get(self.session)
        order: RunningOrder | None = plan.order if plan is not None else None
        frozen = plan is not None and plan.published
        ids = [row.key for row in self.order.rows]
        at = ids.index(self.order.chosen) if self.order.chosen in ids else -1
        for button in self.method_buttons.values():
            button.setEnabled(bool(ids) and not frozen)
        for field in (self.seed, self.operator, self.witness):
            field.setEnabled(bool(ids) and not frozen)
        self.up_button.setEnabled(at > 0 and not frozen)
        self.down_button.setEnabled(0 <= at < len(ids) - 1 and not frozen)
        unsure = {one.id for one in order.unsure} if order is not None else set()
        self.confirm_button.setVisible(bool(unsure))
        self.confirm_button.setEnabled(self.order.chosen in unsure and not frozen)
        stale = plan is not None and plan.stale
        self.publish_button.setEnabled(order is not None and not frozen and not unsure and not stale)

    # wishes

    def _order_by(self, method: str) -> None:
        texts = [field.text().strip() for field in (self.seed, self.operator, self.witness)]
        self.made.emit(self.session, method, *texts)

    def _shift(self, entry_no: str, by: int) -> None:
        ids = [row.key for row in self.order.rows]
        if entry_no in ids and 0 <= ids.index(entry_no) + by < len(ids) and self.method_buttons["draw"].isEnabled():
            self.move_requested.emit(self.session, entry_no, ids.index(entry_no) + by + 1)

    def _dropped(self, key: str, what: str, keys: list[str]) -> None:
        ids = [row.key for row in self.order.rows]
        if key in ids and len(keys) == 1 and keys[0] != key and self.method_buttons["draw"].isEnabled():
            self.move_requested.emit(self.session, keys[0], ids.index(key) + 1)


def order_state(plan: Planned | None) -> tuple[str, Tone]:
    """How a session's running order stands, in a word."""
    if plan is None or plan.order is None:
        return tr("as the list has it"), "plain"
    if plan.published:
        return tr("Order published"), "ok"
    if plan.stale:
        return tr("to be made again"), "warn"
    if plan.order.unsure:
        return tr_count(len(plan.order.unsure), "{n} place to confirm", "{n} places to confirm"), "warn"
    return tr(METHODS[plan.order.method]), "plain"


_ACTS = {
    "抽签": mark("Drawn"),
    "笔画": mark("Ordered by strokes"),
    "报名先后": mark("Ordered as registered"),
    "人工": mark("Ordered by hand"),
    "待确认": mark("Place to confirm"),
    "调整": mark("Moved by hand"),
    "公布": mark("Published"),
}


def log_row(at: int, line: Mapping[str, str]) -> LineRow:
    """One line of the record: what was done, and by whom, why and when."""
    what = line.get("事项", "")
    title = tr(_ACTS[what]) if what in _ACTS else what
    if line.get("原位") and line.get("新位"):
        move = {"no": line.get("参赛序号", ""), "before": line["原位"], "after": line["新位"]}
        title = tr("No. {no}: from place {before} to {after}", **move)
    elif line.get("参赛序号"):
        title = tr("No. {no}: {what}", no=line["参赛序号"], what=title)
    parts = [line.get("署名", ""), line.get("见证人", ""), line.get("种子", "")]
    why = line.get("说明", "")
    if what == "调整":
        parts.append(why)
    elif what == "待确认":
        parts.append(_unsure_words(why))
    parts.append(line.get("时间", "")[:16].replace("T", " "))
    return LineRow(str(at), title, " · ".join(part for part in parts if part), "", "plain")


def _unsure_words(why: str) -> str:
    """Why a place is not decided by strokes, as the record has it: characters without a count, or the same strokes."""
    head, colon, characters = why.partition("：")
    if colon:
        return tr("not in the stroke table: {characters}", characters=characters)
    return tr("the same strokes as No. {nos}", nos=people(head.split("、"))) if head else ""
