"""What is about to be submitted, to be looked over once more: every line with its mark, and the totals."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from judge_app.core.commands import Points
from judge_app.core.rules import Component
from judge_app.ui.glossary import component_name, criterion_name
from judge_app.ui.judge.lines import lines_of, plain, totals, written
from judge_app.ui.language import tr
from judge_app.ui.widgets import Card, Label, rule


class SubmitSummary(Card):
    """Shown in the place of the totals while the judge decides; ``set_sheet`` fills it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(flush=True, parent=parent)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._note = Label("", "second", wrap=True)
        self._zeros = Label("", "second", tone="warn", wrap=True)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 8, 16, 12)
        foot.setSpacing(4)
        foot.addWidget(self._zeros)
        foot.addWidget(self._note)
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(rule())
        self.body.addLayout(foot)

    def set_sheet(self, number: str, points: Points, components: Sequence[Component], comment: str) -> None:
        """The sheet as it will be sent."""
        self.set_heading(tr("Project {number}: look it over", number=number))
        inside = QWidget()
        inside.setProperty("kind", "flow")
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 4, 16, 8)
        column.setSpacing(8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        at = 0
        sums = totals(points, components)
        zeros: list[str] = []
        for component, total in zip(components, sums, strict=True):
            if len(component.criteria) > 1:
                for line in lines_of((component,)):
                    value = points[component.key][line.criterion.name]
                    if value == 0:
                        zeros.append(criterion_name(line.criterion))
                    grid.addWidget(Label(criterion_name(line.criterion), "second", wrap=True), at, 0)
                    grid.addWidget(Label(written(value, line)), at, 1)
                    at += 1
            elif total == 0:
                zeros.append(component_name(component))
            grid.addWidget(Label(component_name(component), "strong", wrap=True), at, 0)
            grid.addWidget(Label(f"{plain(total)} / {plain(int(component.max * 100))}", "strong"), at, 1)
            at += 1
        column.addLayout(grid)
        if comment:
            row = QHBoxLayout()
            row.addWidget(Label(comment, "second", wrap=True), 1)
            column.addWidget(rule())
            column.addLayout(row)
        column.addStretch(1)
        self._scroll.setWidget(inside)
        self._zeros.setText(tr("Marked 0: {names}", names=", ".join(zeros)) if zeros else "")
        self._zeros.setVisible(bool(zeros))
        self._note.setText(tr("Once recorded it can only be changed if the chair returns it."))
