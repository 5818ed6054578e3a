"""The card of the project in view: each judge's sheet in a line, and below how the total came about, to be read out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView
from judge_app.ui.chair import projects, review, table
from judge_app.ui.chair.table import SheetTable
from judge_app.ui.chair.working import WorkingPanel, announcement
from judge_app.ui.glossary import OUT, judge_class, number
from judge_app.ui.language import tr
from judge_app.ui.own_rules import rules_of
from judge_app.ui.widgets import ActionButton, Card, ElidedLabel, Label, Pill, rule


class SheetCard(Card):
    """``instead``: what can stand in the place of the sheets. ``line_changed``: another judge's line is chosen."""

    line_changed = Signal()

    def __init__(self, *instead: QWidget) -> None:
        super().__init__(flush=True)
        self._instead = instead
        self._number = Label("", "head", tone="brand")
        self._name = ElidedLabel("", "title", lines=2)
        self._unit = ElidedLabel("", "second")
        self._state = Pill()
        self._nothing = Label("", "second", wrap=True)
        self._tables: dict[str, SheetTable] = {}
        self.working = WorkingPanel()
        self._announce = QFrame()
        self._announce_title = Label("", "strong")
        self._announce_text = Label("", "second", wrap=True)
        self._copy = ActionButton("", kind="quiet")
        self._lay_out()
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._announce_text.text()))

    def _lay_out(self) -> None:
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
        body = self.body
        body.addLayout(head)
        body.addWidget(rule())
        self._sheet_scroll = scroll
        for one in self._instead:
            one.hide()
            body.addWidget(one, 1)
        body.addWidget(scroll, 1)
        body.addWidget(self._foot)

    def retranslate(self) -> None:
        """The texts that stand whatever is shown."""
        self._announce_title.setText(tr("To read out"))
        self._copy.set_action(tr("Copy"))

    # setters

    def set_project(self, view: ChairView | None, briefing: Briefing | None, entry_no: str) -> None:
        """The project whose sheets are in view; '' and None before there is one."""
        self._show_sheets(view, briefing, entry_no)
        self._show_result(view, briefing, entry_no)

    def show_instead(self, shown: QWidget | None) -> None:
        """Brings one of ``instead`` into the place of the sheets; None: the sheets."""
        for one in self._instead:
            one.setVisible(one is shown)
        self._sheet_scroll.setVisible(shown is None)
        if shown is not None:
            self._foot.hide()

    @property
    def chosen(self) -> str:
        """The judge whose line is chosen, or ''."""
        for shown_table in self._tables.values():
            judge = shown_table.chosen if shown_table.isVisibleTo(self) else ""
            if judge:
                return judge
        return ""

    def choose(self, judge: str) -> None:
        """Marks a judge's line."""
        for shown_table in self._tables.values():
            shown_table.choose(judge)

    def clear_choice(self) -> None:
        for shown_table in self._tables.values():
            shown_table.clear_choice()

    # showing

    def _show_sheets(self, view: ChairView | None, briefing: Briefing | None, entry_no: str) -> None:
        if view is None or briefing is None or not entry_no:
            self._number.hide()
            self._nothing.setText(tr("Waiting for the room…"))
            return
        project = next((one for one in briefing.projects if one.entry_no == entry_no), None)
        self._number.setText(number(entry_no))
        self._number.show()
        self._name.setText(project.name if project else "")
        parts = (project.lead_unit, project.track or project.topic) if project else ()
        self._unit.setText(" · ".join(part for part in parts if part))
        progress = next(one for one in view.projects if one.entry_no == entry_no)
        result = (
            next((one for one in view.tabulation.projects if one.entry_no == entry_no), None)
            if (view.tabulation is not None)
            else None
        )
        hidden = entry_no in view.own_pending
        self._state.set(*projects.state(progress, result, hidden=hidden, reviewed=review.wanted(briefing)))
        seen = entry_no in view.visible
        self._empty.setVisible(not seen)
        self._nothing.setText(_why_hidden(briefing.seat.role, progress.stage, hidden))
        classes = list(dict.fromkeys(card.judge_class for card in briefing.judges))
        for name in classes:
            made = table.rows(view, briefing, entry_no, name) if seen else []
            shown_table = self._tables.get(name) or self._new_table(name)
            shown_table.setVisible(bool(made))
            if made:
                shown_table.set_table(table.columns(briefing, entry_no, name, judge_class(name)), made)

    def _new_table(self, name: str) -> SheetTable:
        made = SheetTable()
        made.picked.connect(lambda _judge, name=name: self._line_picked(name))
        made.selectionModel().currentRowChanged.connect(lambda *_: self.line_changed.emit())
        self._tables[name] = made
        self._column.insertWidget(self._column.count() - 1, made)
        return made

    def _line_picked(self, name: str) -> None:
        for other, shown_table in self._tables.items():
            if other != name:
                shown_table.clear_choice()
        self.line_changed.emit()

    def _show_result(self, view: ChairView | None, briefing: Briefing | None, entry_no: str) -> None:
        result = None
        if view is not None and view.tabulation is not None and entry_no in view.visible:
            result = next((one for one in view.tabulation.projects if one.entry_no == entry_no), None)
        stage = next((one.stage for one in view.projects if one.entry_no == entry_no), None) if view else None
        over = stage in (ProjectStage.CLOSED, ProjectStage.LOCKED)
        self._foot.setVisible(result is not None and over)
        if briefing is None or result is None or not over:
            return
        rules = rules_of(briefing, entry_no)
        self.working.set_result(rules, result)
        self._announce_text.setText(announcement(rules, result))


def _why_hidden(role: Role, stage: ProjectStage, own: bool) -> str:
    if role is Role.CHAIR and own:
        if stage in (ProjectStage.WAITING, ProjectStage.CALLED):
            return tr("This project has not been heard yet.")
        return tr("Your own sheet first. The others' sheets of this project show once yours is recorded.")
    if stage in OUT:
        return tr("This project is out of the contest; its sheets stay in the record.")
    return tr("The sheets show when scoring of this project is closed.")
