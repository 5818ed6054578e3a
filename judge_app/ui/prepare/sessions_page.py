"""The third step: which project is heard where, and who judges there; by drag, by buttons and by keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from judge_app.core.contest import Contest, Judge, PanelRole, PlannedSession
from judge_app.core.errors import Refused
from judge_app.core.rules import RuleSet
from judge_app.core.split import Conflict, timetable
from judge_app.ui.glossary import counts, judge_class, people
from judge_app.ui.language import mark, tr, tr_count
from judge_app.ui.prepare.fields import Box
from judge_app.ui.prepare.lines import LineList, LineRow
from judge_app.ui.widgets import ActionButton, Card, FlowLayout

NOWHERE = "\0"
"""The key of the row for projects that have no session yet."""
ROLES = {PanelRole.CHAIR: mark("Chair"), PanelRole.JUDGE: mark("Judge"), PanelRole.RESERVE: mark("Reserve")}


class SessionsPage(QWidget):
    """``projects_moved`` (entry numbers, session or ''), ``judges_seated`` (numbers, session, sit or leave),
    ``role_given`` (judge, role), ``split_requested``, ``session_added``, ``session_removed`` (name),
    ``session_edited`` (name: show its row), ``relation_requested`` (judge, entry number)."""

    projects_moved = Signal(object, str)
    judges_seated = Signal(object, str, bool)
    role_given = Signal(str, str)
    split_requested = Signal()
    session_added = Signal()
    session_removed = Signal(str)
    session_edited = Signal(str)
    relation_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contest = Contest(name="")
        self._rules: RuleSet | None = None
        self._conflicts: tuple[Conflict, ...] = ()
        self._frozen: frozenset[str] = frozenset()
        self._make()
        self._connect()
        self.retranslate()

    def _make(self) -> None:
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(12)
        self.sessions = LineList(takes=("projects", "judges"))
        self.projects = LineList(drags="projects", several=True)
        self.judges = LineList(drags="judges", several=True)
        self.conflict_list = LineList()
        self._session_card, self._project_card, self._judge_card = (Card(flush=True) for _ in range(3))
        self._conflict_card = Card(flush=True, tone="warn")
        self.split_button, self.add_button = ActionButton(""), ActionButton("")
        self.edit_button, self.remove_button = ActionButton(""), ActionButton("", kind="danger")
        self.where = Box()
        self.where.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.where.setMinimumContentsLength(12)
        self.move_button = ActionButton("")
        self.sit_button, self.leave_button = ActionButton(""), ActionButton("")
        self.role_buttons = {role: ActionButton("", kind="small") for role in ROLES}
        self.relation_button = ActionButton("", kind="small")
        self._column(columns, self._session_card, self.sessions, 30)
        self._flow(self._session_card, self.split_button, self.add_button, self.edit_button, self.remove_button)
        middle = QVBoxLayout()
        middle.setSpacing(8)
        self._project_card.body.addWidget(self.projects, 1)
        self._flow(self._project_card, self.where, self.move_button)
        self._conflict_card.body.addWidget(self.conflict_list, 1)
        middle.addWidget(self._project_card, 3)
        middle.addWidget(self._conflict_card, 1)
        columns.addLayout(middle, 38)
        self._column(columns, self._judge_card, self.judges, 32)
        self._flow(self._judge_card, self.sit_button, self.leave_button)
        self._flow(self._judge_card, *self.role_buttons.values(), self.relation_button)

    @staticmethod
    def _column(columns: QHBoxLayout, card: Card, content: QWidget, share: int) -> None:
        card.body.addWidget(content, 1)
        columns.addWidget(card, share)

    @staticmethod
    def _flow(card: Card, *widgets: QWidget) -> None:
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(12, 6, 12, 8)
        inside = QWidget()
        flow = FlowLayout(inside)
        for widget in widgets:
            flow.addWidget(widget)
        outer.addWidget(inside)
        card.body.addWidget(holder)

    def _connect(self) -> None:
        self.sessions.picked.connect(lambda _: self._fill())
        self.sessions.selectionModel().currentChanged.connect(lambda *_: self._fill())
        self.sessions.dropped.connect(self._dropped)
        self.split_button.clicked.connect(self.split_requested)
        self.add_button.clicked.connect(self.session_added)
        self.edit_button.clicked.connect(lambda: self.session_edited.emit(self.session))
        self.remove_button.clicked.connect(lambda: self.session_removed.emit(self.session))
        self.move_button.clicked.connect(self._move)
        self.sit_button.clicked.connect(lambda: self._seat(True))
        self.leave_button.clicked.connect(lambda: self._seat(False))
        self.judges.toggled.connect(self._toggle)
        for role, button in self.role_buttons.items():
            button.clicked.connect(lambda _=False, role=role: self._give(role))
        self.relation_button.clicked.connect(self._relate)
        for held in (self.projects, self.judges):
            held.selectionModel().selectionChanged.connect(lambda *_: self._enable())

    # setters

    def set_plan(
        self,
        contest: Contest,
        rules: RuleSet | None,
        conflicts: Sequence[Conflict],
        frozen: Sequence[str],
    ) -> None:
        """The contest as planned; ``frozen`` are the sessions whose order was published."""
        self._contest, self._rules = contest, rules
        self._conflicts, self._frozen = tuple(conflicts), frozenset(frozen)
        self._fill_sessions()

    @property
    def session(self) -> str:
        """The name of the chosen session, or ''."""
        chosen = self.sessions.chosen
        return "" if chosen == NOWHERE else chosen

    def choose_session(self, name: str) -> None:
        self.sessions.choose(name or NOWHERE)
        self._fill()

    # showing

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self.split_button.set_action(tr("Split…"))
        self.add_button.set_action(tr("Add a session"))
        self.edit_button.set_action(tr("Hall and time…"))
        self.remove_button.set_action(tr("Remove"))
        self.move_button.set_action(tr("Move there"))
        self.where.setAccessibleName(tr("Session to move to"))
        self.sit_button.set_action(tr("Seat here"))
        self.leave_button.set_action(tr("Out of here"))
        for role, button in self.role_buttons.items():
            button.set_action(tr(ROLES[role]))
        self.relation_button.set_action(tr("Relation…"))
        self.relation_button.setToolTip(tr("A relation between the chosen judge and the chosen project"))
        self._session_card.set_heading(tr("Sessions"))
        self.sessions.setAccessibleName(tr("Sessions"))
        self._fill_sessions()

    def _fill_sessions(self) -> None:
        held = self._contest
        loose = sum(not project.session for project in held.projects)
        rows = (
            [LineRow(NOWHERE, tr("No session yet"), tr_count(loose, "{n} project", "{n} projects"), "", "plain")]
            if loose
            else []
        )
        rows += [self._session_row(planned) for planned in held.sessions]
        before = self.sessions.chosen
        self.sessions.set_rows(rows)
        if not self.sessions.chosen and rows:
            self.sessions.choose(before if any(row.key == before for row in rows) else rows[0].key)
        self._fill()

    def _session_row(self, planned: PlannedSession) -> LineRow:
        heard = self._contest.heard_in(planned.name)
        panel = [judge for judge in self._contest.panel(planned.name) if judge.role is not PanelRole.RESERVE]
        wrong = sum(one.session == planned.name for one in self._conflicts)
        parts = [
            planned.hall,
            self._when(planned, len(heard)),
            planned.scope,
            counts(projects=len(heard), judges=len(panel)),
        ]
        state, tone = ("", "plain")
        if planned.name in self._frozen:
            state, tone = tr("Order published"), "ok"
        elif wrong:
            state, tone = tr_count(wrong, "{n} conflict", "{n} conflicts"), "warn"
        return LineRow(planned.name, planned.name, " · ".join(part for part in parts if part), state, tone)  # type: ignore[arg-type]  # the tones above

    def _when(self, planned: PlannedSession, projects: int) -> str:
        when = " ".join(part for part in (planned.date, planned.start) if part)
        timing = self._rules.timing if self._rules is not None else None
        if timing is None or not planned.start or not projects:
            return when
        seconds = sum(phase.seconds for phase in timing.phases)
        try:
            ends = timetable([str(at) for at in range(projects)], start=planned.start, talk_seconds=seconds).ends
        except Refused:
            return when
        return f"{when}–{ends[:5]}"

    def _fill(self) -> None:
        session, held = self.session, self._contest
        heard = [project for project in held.projects if project.session == session]
        doubts: dict[str, int] = {}
        for one in self._conflicts:
            if one.session == session:
                doubts[one.entry_no] = doubts.get(one.entry_no, 0) + 1
        self.projects.set_rows(
            [
                LineRow(
                    project.entry_no,
                    tr("{no} · {name}", no=project.entry_no, name=project.name),
                    " · ".join(part for part in (project.lead_unit, project.track or project.topic) if part),
                    tr_count(doubts[project.entry_no], "{n} conflict", "{n} conflicts")
                    if project.entry_no in doubts
                    else "",
                    "warn",
                )
                for project in heard
            ]
        )
        projects = tr("Projects of {session}", session=session) if session else tr("Projects without a session")
        judges = tr("Judges of {session}", session=session) if session else tr("All judges")
        self._project_card.set_heading(projects, str(len(heard)))
        self._judge_card.set_heading(judges)
        self.projects.setAccessibleName(projects)
        self.judges.setAccessibleName(judges)
        ordered = sorted(held.judges, key=lambda judge: session not in judge.sessions)
        self.judges.set_rows([self._judge_row(judge, session) for judge in ordered])
        self.where.clear()
        for planned in held.sessions:
            if planned.name != session:
                self.where.addItem(planned.name, planned.name)
        if session:
            self.where.addItem(tr("No session yet"), "")
        self._show_conflicts(session)
        self._enable()

    def _judge_row(self, judge: Judge, session: str) -> LineRow:
        here = session in judge.sessions and bool(session)
        parts = [judge_class(judge.judge_class), judge.unit]
        if not here:
            parts.append(people(list(judge.sessions)) or tr("sits nowhere"))
        tone = "brand" if judge.role is PanelRole.CHAIR else "plain"
        return LineRow(
            judge.no,
            f"{judge.no} {judge.name}",
            " · ".join(part for part in parts if part),
            tr(ROLES[judge.role]) if here else "",
            tone,  # type: ignore[arg-type]  # one of the tones
            mark=here,
        )

    def _show_conflicts(self, session: str) -> None:
        names = {judge.no: judge.name for judge in self._contest.judges}
        rows = [
            LineRow(str(at), conflict_words(one, names.get(one.judge, "")), "", "", "plain")
            for at, one in enumerate(self._conflicts)
            if one.session == session
        ]
        self._conflict_card.set_heading(tr("Conflicts: the judge may have to withdraw for the project"))
        self._conflict_card.setVisible(bool(rows))
        self.conflict_list.set_rows(rows)

    def _enable(self) -> None:
        session = self.session
        judges, projects = self.judges.chosen_keys, self.projects.chosen_keys
        here = {judge.no for judge in self._contest.judges if session in judge.sessions}
        open_here = bool(session) and session not in self._frozen
        self.edit_button.setEnabled(bool(session))
        self.remove_button.setEnabled(open_here and len(self._contest.sessions) > 1)
        self.split_button.setEnabled(bool(self._contest.projects) and not self._frozen)
        self.move_button.setEnabled(bool(projects) and self.where.count() > 0 and session not in self._frozen)
        self.sit_button.setEnabled(bool(session) and any(number not in here for number in judges))
        self.leave_button.setEnabled(any(number in here for number in judges))
        for button in self.role_buttons.values():
            button.setEnabled(len(judges) == 1)
        self.relation_button.setEnabled(len(judges) == 1 and len(projects) == 1)

    # wishes

    def _dropped(self, key: str, what: str, keys: list[str]) -> None:
        session = "" if key == NOWHERE else key
        if what == "projects":
            self.projects_moved.emit(keys, session)
        elif session:
            self.judges_seated.emit(keys, session, True)

    def _move(self) -> None:
        self.projects_moved.emit(self.projects.chosen_keys, str(self.where.currentData() or ""))

    def _seat(self, sit: bool) -> None:
        if self.session and self.judges.chosen_keys:
            self.judges_seated.emit(self.judges.chosen_keys, self.session, sit)

    def _toggle(self, keys: list[str]) -> None:
        here = {judge.no for judge in self._contest.judges if self.session in judge.sessions}
        self._seat(any(number not in here for number in keys))

    def _give(self, role: PanelRole) -> None:
        for number in self.judges.chosen_keys:
            self.role_given.emit(number, role.value)

    def _relate(self) -> None:
        self.relation_requested.emit(self.judges.chosen, self.projects.chosen)


def conflict_words(one: Conflict, name: str) -> str:
    """A conflict in a sentence."""
    values = {"judge": f"{one.judge} {name}".strip(), "no": one.entry_no, "detail": one.detail}
    match one.kind:
        case "lead_unit":
            return tr("{judge} and project {no}: same unit, {detail}", **values)
        case "partner_unit":
            return tr("{judge} and project {no}: a partner unit, {detail}", **values)
        case "member":
            return tr("{judge} and project {no}: in its team", **values)
    return tr("{judge} and project {no}: declared, {detail}", **values)
