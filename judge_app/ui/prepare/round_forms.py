"""The sections of the rule editor on rounds and on events of their own: one at a time, with what it has other than the contest."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from judge_app.core import rule_draft
from judge_app.core.errors import Problem
from judge_app.core.rule_draft import Draft, Path, value_at
from judge_app.core.rules import RuleSet
from judge_app.ui.language import either, mark, tr
from judge_app.ui.prepare import rule_parts
from judge_app.ui.prepare.fields import CheckField, ChoiceField, TextField
from judge_app.ui.prepare.section import Section
from judge_app.ui.widgets import Label


class _PartSection(Section):
    """A list of parts of which one is shown: chips choose it. ``turned`` tells that another is shown."""

    turned = Signal()
    holder: str
    """The list in the rule set."""
    intro: str
    """What such parts are for."""
    called: str
    """What a part is called with its number ``n``."""
    one_more: str
    """The button that adds a part."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen = 0
        self.chips: list[QPushButton] = []
        self._problems: tuple[Problem, ...] = ()

    @abstractmethod
    def new(self) -> dict[str, Any]:
        """A part as it begins."""

    @abstractmethod
    def about(self, body: QVBoxLayout, path: Path) -> None:
        """The fields of the part itself."""

    @property
    def items(self) -> list[Any]:
        return list(self.draft.get(self.holder) or ())

    def choose(self, at: int) -> None:
        """Shows another part."""
        self.chosen = at
        self.show_draft(self.draft, self._problems)
        self.turned.emit()

    def show_draft(self, draft: Draft, problems: Sequence[Problem], *, anew: bool = False) -> None:
        self._problems = tuple(problems)
        count = len(draft.get(self.holder) or ())
        if self._wanted is not None and len(self._wanted) > 1 and isinstance(self._wanted[1], int):
            self.chosen = self._wanted[1]
        self.chosen = max(0, min(self.chosen, count - 1))
        super().show_draft(draft, problems, anew=anew)

    def go_to(self, path: Path) -> bool:
        if len(path) > 1 and isinstance(path[1], int) and path[1] != self.chosen and path[1] < len(self.items):
            self.choose(path[1])
        return super().go_to(path)

    def shape(self) -> object:
        root = (self.holder, self.chosen)
        held = value_at(self.draft, root) or {}
        return (
            len(self.items),
            self.chosen,
            held.get("kind"),
            [held.get(name) is None for name in ("components", "timing", "tie_keys")],
            rule_parts.components_shape(self.draft, root),
            rule_parts.timing_shape(self.draft, root),
            rule_parts.ranking_shape(self.draft, root),
        )

    def refresh(self) -> None:
        rule_parts.refresh_ties(self, (self.holder, self.chosen))
        for at, (chip, item) in enumerate(zip(self.chips, self.items, strict=True)):
            name = either(str(item.get("name") or ""), str(item.get("name_en") or ""))
            chip.setText(name or tr(self.called, n=at + 1))

    def build(self) -> None:
        self.chips = []
        self.column.addWidget(Label(tr(self.intro), "second", wrap=True))
        items = self.items
        if items:
            self._chips()
            self._part((self.holder, self.chosen), items[self.chosen])
        self.add_button(self.column, tr(self.one_more), (self.holder,), self.new)

    def _chips(self) -> None:
        flow = self.flow(self.column)
        group = QButtonGroup(self._inside)
        for at in range(len(self.items)):
            chip = QPushButton()
            chip.setProperty("kind", "chip")
            chip.setCheckable(True)
            chip.setChecked(at == self.chosen)
            group.addButton(chip, at)
            self.chips.append(chip)
            flow.addWidget(chip)
        group.idClicked.connect(self.choose)

    def _part(self, path: Path, part: dict[str, Any]) -> None:
        body = self.card(tr(self.called, n=self.chosen + 1), path)
        self.row(
            body,
            (TextField((*path, "name"), tr("Name in Chinese")), 1),
            (TextField((*path, "name_en"), tr("Name in English")), 1),
            end=self.item_buttons(path, str(part.get("name") or self.chosen + 1), least=0),
        )
        self.about(body, path)
        timed = part.get("kind") != "paper_review"
        flow = self.flow(body)
        self._own(flow, path, "components", tr("A sheet of its own"))
        if timed:
            self._own(flow, path, "timing", tr("Times of its own"))
        self._own(flow, path, "tie_keys", tr("Ties of its own"))
        if part.get("components") is not None:
            rule_parts.add_components(self, path)
        if timed:
            rule_parts.add_times(self, path)
        if part.get("tie_keys") is not None:
            rule_parts.add_ties(self, path)
        rule_parts.add_advance(self, path)
        rule_parts.add_awards(self, path)

    def _own(self, layout: Any, path: Path, name: str, words: str) -> None:
        """Begins from a copy of what the contest has."""

        def copy() -> Any:
            new = rule_draft.NEW_TIMING if name == "timing" else ["exact_total"]
            return self.draft.get(name) or new

        self.add(CheckField((*path, name), words, yes=copy, no=None), layout)


class Rounds(_PartSection):
    """The rounds of a contest."""

    covers = (("rounds",),)
    holder = "rounds"
    intro = mark(
        "A contest of one round needs none. Who goes on from one round is the list of the next; what a round has no own"
        " of is the contest's. A room counts by the round that the workbook names as its stage, and by the"
        " contest's own values where it names none."
    )
    called = mark("Round {n}")
    one_more = mark("Add a round")

    def new(self) -> dict[str, Any]:
        return rule_draft.new_round(self.draft)

    def about(self, body: QVBoxLayout, path: Path) -> None:
        flow = self.flow(body)
        self.add(TextField((*path, "key"), tr("Key"), width=120), flow)
        self.add(ChoiceField((*path, "kind"), tr("Kind of judging"), rule_parts.kinds_of_judging()), flow)
        within = [(None, tr("as in the contest")), *rule_parts.scopes()]
        self.add(ChoiceField((*path, "rank_scope"), tr("Ranked within"), within), flow)

    def example_of(self, rules: RuleSet) -> RuleSet:
        return rules.for_round(rules.rounds[self.chosen].key) if self.chosen < len(rules.rounds) else rules


class Events(_PartSection):
    """Events beside the contest."""

    covers = (("own_events",),)
    holder = "own_events"
    intro = mark(
        "An event beside the contest with a ranking of its own: the projects whose track has its name. What it has no own"
        " of is the contest's."
    )
    called = mark("Event {n}")
    one_more = mark("Add an event")

    def new(self) -> dict[str, Any]:
        return dict(rule_draft.NEW_EVENT)

    def about(self, body: QVBoxLayout, path: Path) -> None:
        flow = self.flow(body)
        self.add(TextField((*path, "max_age"), tr("Oldest age"), kind="optional whole", width=76), flow)
        on = TextField((*path, "age_on"), tr("Age on the day"), width=140, hint=tr("entry deadline"))
        self.add(on, flow)
        self.add(TextField((*path, "team_size"), tr("People in a team"), kind="optional whole", width=76), flow)

    def example_of(self, rules: RuleSet) -> RuleSet:
        return rules.for_event(rules.own_events[self.chosen].name) if self.chosen < len(rules.own_events) else rules
