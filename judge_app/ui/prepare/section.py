"""A section of the rule editor: builds its fields from a rule set's data, and tells what was changed in them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from judge_app.core import rule_draft
from judge_app.core.errors import Problem
from judge_app.core.rule_draft import Draft, Path, source_of, value_at
from judge_app.core.rules import RuleSet
from judge_app.ui.language import either, tr
from judge_app.ui.prepare.fields import CheckField, Field
from judge_app.ui.widgets import ActionButton, Card, FlowLayout


class Section(QWidget):
    """``edited`` (path, value), ``added`` (path of a list, item), ``removed`` (path of an item), ``moved`` (path, to).

    ``show_draft`` builds the fields anew where the rule set has other parts than before, else only fills them.
    """

    covers: tuple[Path, ...] = ()
    """The paths whose values and problems belong here."""

    edited = Signal(object, object)
    added = Signal(object, object)
    removed = Signal(object)
    moved = Signal(object, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[Path, Field] = {}
        self.draft: Draft = {}
        self._shape: object = None
        self._cards: list[tuple[Path, Card]] = []
        self._wanted: Path | None = None
        self._inside: QWidget | None = None
        self.column = QVBoxLayout()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 8, 0)
        self._outer = outer

    def show_draft(self, draft: Draft, problems: Sequence[Problem], *, anew: bool = False) -> None:
        """The rule set as it stands, with what is wrong said at the fields that it is about."""
        self.draft = draft
        shape = self.shape()
        if anew or shape != self._shape:
            self._shape = shape
            self._rebuild()
        self.refresh()
        for path, field in self.fields.items():
            field.show_value(value_at(draft, path))
            card = max((at for at, _ in self._cards if path[: len(at)] == at), key=len, default=())
            own = source_of(draft, path) == "assumed" and source_of(draft, card) != "assumed"
            field.set_doubt(tr("to confirm") if own else "")
            field.setToolTip(self._source(path))
        self._show_problems(problems)
        self._focus_wanted()

    def _source(self, path: Path) -> str:
        """The rule of the notice that states a value, with its words; or who confirmed it."""
        source = source_of(self.draft, path)
        if source in ("", "assumed"):
            return ""
        quotes = self.draft.get("quotes") or {}
        said = "；".join(words for rule in source.split(",") if (words := quotes.get(rule.strip())))
        return f"{source} “{said}”" if said else source

    def reach(self, path: Path) -> int:
        """How much of a path this section is about: the longest of what it covers."""
        return max((len(one) for one in self.covers if path[: len(one)] == one), default=0)

    def example_of(self, rules: RuleSet) -> RuleSet:
        """The rules that the worked example counts by while this section is shown."""
        return rules

    def shape(self) -> object:
        """What makes the fields others than before."""
        return ()

    def refresh(self) -> None:
        """What the fields offer, where that follows from what others say."""

    @abstractmethod
    def build(self) -> None:
        """Makes the fields of ``self.draft`` in ``self.column``."""

    def go_to(self, path: Path) -> bool:
        """Puts the focus on the field at a path, or the nearest one under it; False where there is none here."""
        for near in (path, *(path[:end] for end in range(len(path) - 1, 0, -1))):
            for at, field in self.fields.items():
                if at[: len(near)] == near:
                    field.setFocus(Qt.FocusReason.OtherFocusReason)
                    return True
        return False

    def _rebuild(self) -> None:
        if self._inside is not None:
            self._outer.removeWidget(self._inside)
            self._inside.hide()
            self._inside.deleteLater()
        self._inside = QWidget()
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(10)
        self.fields, self._cards = {}, []
        self.build()
        self.column.addStretch(1)
        self._outer.addWidget(self._inside)

    def _show_problems(self, problems: Sequence[Problem]) -> None:
        said: dict[Path, str] = {}
        for one in problems:
            path = rule_draft.path_of(one.place)
            for near in (path, *(path[:end] for end in range(len(path) - 1, 0, -1))):
                at = next((at for at in self.fields if at[: len(near)] == near), None)
                if at is not None and (near == path or len(near) > 1):
                    said.setdefault(at, either(one.zh, one.en))
                    break
        for at, field in self.fields.items():
            field.set_problem(said.get(at, ""))

    def want(self, path: Path) -> None:
        """The field at ``path`` takes the focus once it is there."""
        self._wanted = path

    def _focus_wanted(self) -> None:
        if self._wanted is not None and self.go_to(self._wanted):
            self._wanted = None

    # making

    def add(self, field: Field, layout: Any = None, stretch: int = 0) -> Field:
        self.fields[field.path] = field
        field.edited.connect(self.edited)
        target = self.column if layout is None else layout
        if isinstance(target, QHBoxLayout) and isinstance(field, CheckField):
            field.column.setContentsMargins(0, 0, 0, 8)  # level with the lines beside it
            target.addWidget(field, stretch, Qt.AlignmentFlag.AlignBottom)
        elif isinstance(target, QHBoxLayout):
            target.addWidget(field, stretch, Qt.AlignmentFlag.AlignTop)
        elif isinstance(target, QVBoxLayout):
            target.addWidget(field, stretch)
        else:
            target.addWidget(field)
        return field

    def card(self, heading: str, path: Path = ()) -> QVBoxLayout:
        """A card with a heading; where its whole path is assumed the heading says so."""
        card = Card()
        waits = bool(path) and source_of(self.draft, path) == "assumed"
        card.set_heading(heading, tr("to confirm") if waits else "")
        card.aside.set_tone("warn")
        self._cards.append((path, card))
        self.column.addWidget(card)
        return card.body

    def row(self, layout: QVBoxLayout, *fields: tuple[Field, int], end: QWidget | None = None) -> None:
        """Fields side by side, each with its share of the width; ``end`` stands behind them, level with their lines."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for field, share in fields:
            self.add(field, row, share)
        if end is not None:
            row.addWidget(end, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(row)

    def flow(self, layout: QVBoxLayout) -> FlowLayout:
        """A row that breaks where there is no room."""
        holder = QWidget()
        flow = FlowLayout(holder, gap=12)
        layout.addWidget(holder)
        return flow

    def count(self, path: Path) -> int:
        """How many items the list at a path has."""
        return len(value_at(self.draft, path) or ())

    def item_buttons(self, path: Path, what: str, *, least: int = 1) -> QWidget:
        """Up, down and away for an item of a list that needs ``least`` of them."""
        count = self.count(path[:-1])
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        at = path[-1]
        assert isinstance(at, int)
        for words, sign, enabled, act in (
            (tr("Up: {what}", what=what), "↑", at > 0, lambda: self.moved.emit(path, at - 1)),
            (tr("Down: {what}", what=what), "↓", at < count - 1, lambda: self.moved.emit(path, at + 1)),
            (tr("Remove: {what}", what=what), "✕", count > least, lambda: self.removed.emit(path)),
        ):
            button = ActionButton(sign, kind="small")
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.setEnabled(enabled)
            button.clicked.connect(lambda _=False, act=act: act())
            row.addWidget(button)
        return holder

    def add_button(self, layout: Any, words: str, path: Path, item: Any, *, first: str = "name") -> None:
        """Adds what ``item`` makes to the list at ``path``; its field ``first`` then takes the focus."""
        button = ActionButton(words, kind="plain")

        def add() -> None:
            self.want((*path, self.count(path), first))
            self.added.emit(path, item())

        button.clicked.connect(add)
        if isinstance(layout, QVBoxLayout):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            layout.addWidget(button)
