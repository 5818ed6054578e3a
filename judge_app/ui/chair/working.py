"""How a result came about, in numbers: 446 ÷ 5 = 89.20 for each part, and the total with its rank."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from judge_app.core.explain import announce, flag_words, key_words
from judge_app.core.rules import Component, RuleSet
from judge_app.core.working import VOTES_OF_ONE_ROOM, ComponentResult, ProjectResult, Status
from judge_app.ui.glossary import component_name, points, printed
from judge_app.ui.language import either, tr
from judge_app.ui.theme import Tone, restyle, theme_of
from judge_app.ui.theme.type import BOLD, HEAD, SMALL, TITLE
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
    tone: Tone = "brand"
    if VOTES_OF_ONE_ROOM in result.flags and result.total is not None:
        rank, tone = tr("provisional until all rooms are counted"), "warn"
    made.append(Part(tr("Total / {full}", full=full), rank, printed(result.total), tone))
    return made


def flags(rules: RuleSet, result: ProjectResult) -> list[str]:
    """What is to be seen about a result, each as a sentence that stands alone."""
    said = [flag_words(rules, flag) for flag in result.flags]
    return [text[:1].upper() + text[1:] for text in (either(one.zh, one.en) for one in said)]


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
        name = f"{name} × {points(component.weight)}"  # the figure is the mean; the total takes this much of it
    if held.kept and not held.criteria:
        working += " ="
    return Part(name, working, printed(held.score))


def _popularity(rules: RuleSet, result: ProjectResult) -> Part:
    assert rules.popularity is not None
    name = either(rules.popularity.name, rules.popularity.name_en)
    if result.votes_voided:
        return Part(name, tr("Votes voided"), printed(result.popularity_counted))
    rank, cap = result.popularity_rank, result.popularity_cap
    if VOTES_OF_ONE_ROOM in result.flags:
        return Part(name, tr("by this room's votes alone"), printed(result.popularity_counted), "warn")
    if rank is None:
        working = tr("no votes")
    elif cap is None:
        working = tr("rank {n} by votes", n=rank)
    else:
        working = tr(
            "rank {n}: {points}, cap {cap}", n=rank, points=printed(result.popularity_points), cap=printed(cap)
        )
    return Part(name, working, printed(result.popularity_counted))


class WorkingPanel(QWidget):
    """The parts side by side, the flags below them, and what the host reads out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] = ()
        self._placed = 0, ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._parts: list[_Cell] = []
        self._cells = QGridLayout()
        self._cells.setHorizontalSpacing(16)
        self._cells.setVerticalSpacing(6)
        column.addLayout(self._cells)
        self._flags = QWidget()
        self._flag_row = FlowLayout(self._flags)
        column.addWidget(self._flags)

    def set_result(self, rules: RuleSet, result: ProjectResult | None) -> None:
        """Shows a result; None clears it."""
        made = parts(rules, result) if result is not None else []
        said = flags(rules, result) if result is not None else []
        shown = (tuple(made), tuple(said))
        if shown == self._shown:
            return
        self._shown = shown
        _empty(self._cells)
        _empty(self._flag_row)
        self._parts = [_Cell(part) for part in made]
        self._placed = 0, ""
        self._place()
        for words in said:
            self._flag_row.addWidget(Pill(words, "warn"))
        self._flags.setVisible(bool(said))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._place()

    def _place(self) -> None:
        """All parts in a row, with smaller figures where there is less room; two rows where even those have none."""
        room, gap, count = self.width(), self._cells.horizontalSpacing(), len(self._parts)
        roles = ("head", "title")
        fits = [role for role in roles if sum(part.needed(role) + gap for part in self._parts) <= room + gap]
        columns, role = (count, fits[0]) if fits else ((count + 1) // 2, "title")
        if (columns, role) == self._placed:
            return
        self._placed = columns, role
        for at, part in enumerate(self._parts):
            part.set_role(role)
            self._cells.removeWidget(part)
            self._cells.addWidget(part, at // columns, at % columns)
        for at in range(count):
            self._cells.setColumnStretch(at, 1 if at < columns else 0)


class _Cell(QWidget):
    def __init__(self, part: Part) -> None:
        super().__init__()
        self._part = part
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(ElidedLabel(part.name, "second", lines=2))
        working = ElidedLabel(part.working, "second", lines=3)
        if part.tone == "warn":
            working.set_tone("warn")
        column.addWidget(working)
        self._score = Label(part.score, "head", tone=part.tone if part.tone == "brand" else "plain")
        column.addStretch(1)
        column.addWidget(self._score)
        self.setAccessibleName(f"{part.name} {part.working} {part.score}")

    def needed(self, role: str) -> int:
        """The width in which its score is whole in a type, and its words are in two lines."""
        theme = theme_of(self)
        small = QFontMetrics(theme.font(SMALL))
        score = QFontMetrics(theme.font(HEAD if role == "head" else TITLE, BOLD)).horizontalAdvance(self._part.score)
        words = max(small.horizontalAdvance(text) * 3 // 5 for text in (self._part.name, self._part.working))
        return max(score, min(words, theme.px(96))) + theme.px(4)

    def set_role(self, role: str) -> None:
        restyle(self._score, "role", role)


def _empty(layout: QGridLayout | FlowLayout) -> None:
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
