"""How a result came about, in numbers: 446 ÷ 5 = 89.20 for each part, and the total with its rank."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from judge_app.core.explain import announce, flag_words, key_words
from judge_app.core.rules import Component, RuleSet
from judge_app.core.working import ComponentResult, ProjectResult, Status
from judge_app.ui.glossary import component_name, points, printed
from judge_app.ui.language import either, tr
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import ElidedLabel, FlowLayout, Label, Pill


class Part(msgspec.Struct, frozen=True):
    """One part of a total: its name, its working in words, its score."""

    name: str
    working: str
    score: str
    tone: Tone = "plain"


def parts(rules: RuleSet, result: ProjectResult) -> list[Part]:
    """Every component, the popularity points, what was deducted, and the total last."""
    made = [
        _component(component, result.components[component.key])
        for component in rules.components
        if component.key in result.components
    ]
    if rules.popularity is not None:
        made.append(_popularity(rules, result))
    if result.deducted:
        made.append(Part(tr("Deducted"), "", f"−{printed(result.deducted)}"))
    full = points(rules.full_marks)
    rank = ""
    if result.rank is not None:
        rank = tr("Rank {n} so far", n=result.rank)
        if result.tie_key:
            text = key_words(rules, result.tie_key)
            rank = tr("Rank {n} by {key}", n=result.rank, key=either(text.zh, text.en))
    elif result.status is Status.PENDING_RULING:
        rank = tr("Ruling needed")
    elif result.status is Status.INCOMPLETE:
        rank = tr("Incomplete")
    made.append(Part(tr("Total / {full}", full=full), rank, printed(result.total), "brand"))
    return made


def _component(component: Component, held: ComponentResult) -> Part:
    name = component_name(component)
    if held.omitted:
        return Part(name, tr("Nothing given"), "—")
    if held.status is Status.INCOMPLETE:
        return Part(name, tr("Incomplete"), "—", "warn")
    if held.status is Status.PENDING_RULING:
        return Part(name, tr("Ruling needed"), "—", "warn")
    if held.criteria:
        working = tr("each criterion for itself")
    elif held.kept:
        working = f"{points(held.kept_sum)} ÷ {held.kept}"
    else:
        working = ""
    if component.weight != 1:
        working = tr("{working} × {weight}", working=working, weight=points(component.weight))
    if held.kept and not held.criteria:
        working += " ="
    return Part(name, working, printed(held.score))


def _popularity(rules: RuleSet, result: ProjectResult) -> Part:
    assert rules.popularity is not None
    name = either(rules.popularity.name, rules.popularity.name_en)
    working = tr("{points} before the cap", points=printed(result.popularity_points))
    if result.popularity_cap is not None:
        working = tr(
            "{points}, at most {cap}", points=printed(result.popularity_points), cap=printed(result.popularity_cap)
        )
    return Part(name, working, printed(result.popularity_counted))


class WorkingPanel(QWidget):
    """The parts side by side, the flags below them, and what the host reads out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._cells = QHBoxLayout()
        self._cells.setSpacing(16)
        column.addLayout(self._cells)
        self._flags = QWidget()
        self._flag_row = FlowLayout(self._flags)
        column.addWidget(self._flags)

    def set_result(self, rules: RuleSet, result: ProjectResult | None) -> None:
        """Shows a result; None clears it."""
        made = parts(rules, result) if result is not None else []
        flags = [flag_words(rules, flag) for flag in result.flags] if result is not None else []
        said = [either(text.zh, text.en) for text in flags]
        shown = (tuple(made), tuple(said))
        if shown == self._shown:
            return
        self._shown = shown
        _empty(self._cells)
        _empty(self._flag_row)
        for part in made:
            self._cells.addWidget(_Cell(part), 1)
        for words in said:
            self._flag_row.addWidget(Pill(words, "warn"))
        self._flags.setVisible(bool(said))


class _Cell(QWidget):
    def __init__(self, part: Part) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(ElidedLabel(part.name, "second"))
        working = ElidedLabel(part.working, "second")
        if part.tone == "warn":
            working.set_tone("warn")
        column.addWidget(working)
        column.addWidget(Label(part.score, "head", tone=part.tone if part.tone == "brand" else "plain"))
        self.setAccessibleName(f"{part.name} {part.working} {part.score}")


def _empty(layout: QHBoxLayout | FlowLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def announcement(rules: RuleSet, result: ProjectResult) -> str:
    """What the host reads out."""
    text = announce(rules, result)
    return either(text.zh, text.en)
