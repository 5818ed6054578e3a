"""The worked example beside the rule editor: invented marks counted by the rules as they stand, with every step in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from judge_app.core.explain import key_words
from judge_app.core.marks import plain
from judge_app.core.rules import RuleSet
from judge_app.core.worked_example import Example, example
from judge_app.core.working import ComponentResult, ProjectResult, Use
from judge_app.ui.chair.working import Part, flags, parts
from judge_app.ui.glossary import component_name, printed
from judge_app.ui.language import either, tr
from judge_app.ui.widgets import FlowLayout, Label, Pill, rule

PANELS = (3, 5, 7, 9)
"""How many judges of each class may be tried."""


class ExamplePanel(QWidget):
    """``set_rules`` counts the example anew; ``set_judges`` tries another size of panel. ``counted`` tells of each."""

    counted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole: RuleSet | None = None
        self._rules: RuleSet | None = None
        self._judges = 7
        self.example: Example | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(6)
        self._intro = Label("", "second", wrap=True)
        column.addWidget(self._intro)
        holder = QWidget()
        flow = FlowLayout(holder)
        self._how_many = Label("", "second")
        flow.addWidget(self._how_many)
        self._group = QButtonGroup(self)
        for number in PANELS:
            chip = QPushButton(str(number))
            chip.setProperty("kind", "chip")
            chip.setCheckable(True)
            chip.setChecked(number == self._judges)
            self._group.addButton(chip, number)
            flow.addWidget(chip)
        column.addWidget(holder)
        self._body = QVBoxLayout()
        self._body.setSpacing(6)
        column.addLayout(self._body)
        column.addStretch(1)
        self._inside: QWidget | None = None
        self._group.idClicked.connect(self.set_judges)
        self.retranslate()

    def set_rules(self, rules: RuleSet | None, part: RuleSet | None = None) -> None:
        """The rules to count under, or the ``part`` of them that a round or an event makes; None while they cannot be
        used."""
        counted = part or rules
        if (rules, counted) == (self._whole, self._rules) and rules is not None:
            return
        self._whole, self._rules = rules, counted
        self._count()

    def set_judges(self, judges: int) -> None:
        self._judges = judges
        self._group.button(judges).setChecked(True)
        self._count()

    def retranslate(self) -> None:
        self._intro.setText(tr("Invented marks, counted by these rules as they stand."))
        self._how_many.setText(tr("Judges of each class:"))
        for chip in self._group.buttons():
            chip.setAccessibleName(tr("{n} judges of each class", n=self._group.id(chip)))
        self._show()

    def _count(self) -> None:
        whole = self._whole
        self.example = example(whole, self._judges, part=self._rules) if whole is not None else None
        self._show()
        self.counted.emit()

    @property
    def text(self) -> str:
        """Everything that the example says, for a reader and for tests."""
        inside = self._inside or self
        said = [label.text() for label in inside.findChildren(Label)] + [
            pill.text for pill in inside.findChildren(Pill)
        ]
        return "\n".join(text for text in said if text)

    def _show(self) -> None:
        if self._inside is not None:
            self._body.removeWidget(self._inside)
            self._inside.hide()
            self._inside.deleteLater()
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._body.addWidget(self._inside)
        if self.example is None or self._rules is None:
            column.addWidget(Label(tr("It is counted again once the rules can be used."), wrap=True))
            return
        self._project(column, self._rules, self.example)
        self._ranking(column, self._rules, self.example)

    def _project(self, column: QVBoxLayout, rules: RuleSet, held: Example) -> None:
        result = held.tabulation.project("1")
        column.addWidget(rule())
        for component in rules.components:
            found = result.components.get(component.key)
            if found is None or not found.marks:
                continue
            column.addWidget(Label(component_name(component), "strong", wrap=True))
            column.addWidget(_marks(found))
        for part in parts(rules, result):
            column.addWidget(Label(_sum(part), "lead" if part.tone == "brand" else "", wrap=True))
        said = flags(rules, result)
        if said:
            holder = QWidget()
            flow = FlowLayout(holder)
            for words in said:
                flow.addWidget(Pill(words, "warn"))
            column.addWidget(holder)
        column.addWidget(rule())
        column.addWidget(Label(tr("In words"), "strong"))
        column.addWidget(Label("\n".join(either(one.zh, one.en) for one in held.words), "second", wrap=True))
        column.addWidget(Label(tr("Read out"), "strong"))
        column.addWidget(Label(either(held.announcement.zh, held.announcement.en), "second", wrap=True))

    def _ranking(self, column: QVBoxLayout, rules: RuleSet, held: Example) -> None:
        column.addWidget(rule())
        column.addWidget(Label(tr("Three projects"), "strong"))
        awards = {no: name for name, numbers in held.tabulation.awards.items() for no in numbers}
        for result in held.tabulation.ranked:
            column.addWidget(Label(_line(rules, held, result, awards), "second", wrap=True))


def _sum(part: Part) -> str:
    """A part in a line: how its figure came about, or the figure and a word about it."""
    if part.working.endswith("="):
        return tr("{name}: {figure}", name=part.name, figure=f"{part.working} {part.score}")
    if part.working:
        return tr("{name}: {figure} ({words})", name=part.name, figure=part.score, words=part.working)
    return tr("{name}: {figure}", name=part.name, figure=part.score)


def _marks(found: ComponentResult) -> QWidget:
    """Every mark with what became of it; a dropped one says so."""
    holder = QWidget()
    flow = FlowLayout(holder, gap=4)
    for mark in found.marks:
        given = "—" if mark.total is None else plain(mark.total)
        match mark.use:
            case Use.DROPPED_HIGH:
                pill = Pill(tr("{judge} {mark} highest, dropped", judge=mark.judge, mark=given), "warn")
            case Use.DROPPED_LOW:
                pill = Pill(tr("{judge} {mark} lowest, dropped", judge=mark.judge, mark=given), "warn")
            case _:
                pill = Pill(f"{mark.judge} {given}", "plain")
        flow.addWidget(pill)
    return holder


def _line(rules: RuleSet, held: Example, result: ProjectResult, awards: dict[str, str]) -> str:
    words = [
        tr("Project {no}: {total}", no=result.entry_no, total=printed(result.total)),
        tr("rank {n}", n=result.rank) if result.rank is not None else tr("no rank"),
    ]
    if result.tie_key:
        key = key_words(rules, result.tie_key)
        words.append(tr("by {key}", key=either(key.zh, key.en)))
    if result.entry_no in held.tabulation.advance:
        words.append(tr("goes on"))
    if result.entry_no in awards:
        award = next((one for one in rules.awards if one.name == awards[result.entry_no]), None)
        words.append(either(award.name, award.name_en) if award is not None else awards[result.entry_no])
    return " · ".join(words)
