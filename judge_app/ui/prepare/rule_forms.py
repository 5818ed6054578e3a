"""The sections of the rule editor: each builds its fields from a rule set's data, and tells what was changed in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from judge_app.core import rule_draft
from judge_app.core.errors import Problem
from judge_app.core.rule_draft import Draft, Path, source_of, value_at
from judge_app.core.rules import RuleSet
from judge_app.exchange.workbook import JUDGE_CLASSES
from judge_app.ui.glossary import judge_class
from judge_app.ui.language import either, tr
from judge_app.ui.prepare.fields import CheckField, ChoiceField, Field, TextField
from judge_app.ui.widgets import ActionButton, Card, FlowLayout, Label


class Section(QWidget):
    """``edited`` (path, value), ``added`` (path of a list, item), ``removed`` (path of an item), ``moved`` (path, to).

    ``show_draft`` builds the fields anew where the rule set has other parts than before, else only fills them.
    """

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
        for path, field in self.fields.items():
            field.show_value(value_at(draft, path))
            card = next((at for at, _ in self._cards if path[: len(at)] == at), ())
            own = source_of(draft, path) == "assumed" and source_of(draft, card) != "assumed"
            field.set_doubt(tr("to confirm") if own else "")
        self._show_problems(problems)
        self._focus_wanted()

    def shape(self) -> object:
        """What makes the fields others than before."""
        return ()

    def build(self) -> None:
        """Makes the fields of ``self.draft`` in ``self.column``."""
        raise NotImplementedError

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
        if isinstance(target, QHBoxLayout | QVBoxLayout):
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

    def flow(self, layout: QVBoxLayout) -> FlowLayout:
        """A row that breaks where there is no room."""
        holder = QWidget()
        flow = FlowLayout(holder, gap=12)
        layout.addWidget(holder)
        return flow

    def item_buttons(self, path: Path, count: int, what: str) -> QWidget:
        """Up, down and away for an item of a list."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        at = path[-1]
        assert isinstance(at, int)
        for words, sign, enabled, act in (
            (tr("Up: {what}", what=what), "↑", at > 0, lambda: self.moved.emit(path, at - 1)),
            (tr("Down: {what}", what=what), "↓", at < count - 1, lambda: self.moved.emit(path, at + 1)),
            (tr("Remove: {what}", what=what), "✕", count > 1 or path[0] == "awards", lambda: self.removed.emit(path)),
        ):
            button = ActionButton(sign, kind="small")
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.setEnabled(enabled)
            button.clicked.connect(lambda _=False, act=act: act())
            row.addWidget(button)
        return holder

    def add_button(self, layout: Any, words: str, path: Path, item: Any) -> None:
        button = ActionButton(words, kind="plain")

        def add() -> None:
            self.want((*path, len(value_at(self.draft, path) or ()), "name"))
            self.added.emit(path, item())

        button.clicked.connect(add)
        if isinstance(layout, QVBoxLayout):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            layout.addWidget(button)


class Basics(Section):
    """Names, the preset that it began from, rounding, order, what is read out."""

    preset_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets: tuple[RuleSet, ...] = ()

    def set_presets(self, presets: Sequence[RuleSet]) -> None:
        self._presets = tuple(presets)

    def build(self) -> None:
        body = self.card(tr("Rule set"))
        start = ChoiceField(
            ("preset",),
            tr("Begin again from a preset"),
            [("", tr("As it stands")), *((one.key, either(one.name.zh, one.name.en)) for one in self._presets)],
        )
        start.edited.connect(lambda _, key: self.preset_chosen.emit(key) if key else None)
        body.addWidget(start)
        self.add(TextField(("name", "zh"), tr("Name in Chinese")), body)
        self.add(TextField(("name", "en"), tr("Name in English")), body)
        self.add(TextField(("key",), tr("Key: the name of its file"), hint="our-final-2026"), body)
        body = self.card(tr("Counting"))
        flow = self.flow(body)
        rounding = [("HALF_UP", tr("half up")), ("HALF_EVEN", tr("half to even")), ("DOWN", tr("cut off"))]
        self.add(ChoiceField(("rounding", "mode"), tr("Rounding"), rounding), flow)
        self.add(TextField(("rounding", "places"), tr("Decimal places"), kind="whole", width=64), flow)
        stage = [
            ("component_then_sum", tr("each component, then added up")),
            ("final_only", tr("once, at the end")),
        ]
        self.add(ChoiceField(("rounding_stage",), tr("When to round"), stage), flow)
        body = self.card(tr("On the day"))
        flow = self.flow(body)
        orders = [
            ("draw", tr("by draw")),
            ("strokes", tr("by strokes of the name")),
            ("registration", tr("as registered")),
            ("manual", tr("by hand")),
        ]
        self.add(ChoiceField(("order_method",), tr("Running order"), orders), flow)
        read_out = [
            ("full", tr("everything: marks dropped, sum, mean, total")),
            ("short", tr("marks dropped and the total")),
            ("components", tr("each component and the total")),
            ("total", tr("the total alone")),
        ]
        self.add(ChoiceField(("announce",), tr("What is read out"), read_out), flow)


class Components(Section):
    """What is judged: components with their class, full marks, lines, trim and weight."""

    def shape(self) -> object:
        return [
            (
                one.get("key"),
                one.get("source", "judges"),
                one.get("trim") is not None,
                len(one.get("criteria") or ()),
            )
            for one in self.draft.get("components") or ()
        ]

    def build(self) -> None:
        parts = list(self.draft.get("components") or ())
        for at, part in enumerate(parts):
            self._component(("components", at), part, len(parts))
        self.add_button(
            self.column, tr("Add a component"), ("components",), lambda: rule_draft.new_component(self.draft)
        )

    def _component(self, path: Path, part: dict[str, Any], count: int) -> None:
        at = path[1]
        assert isinstance(at, int)
        body = self.card(tr("Component {n}", n=at + 1), path)
        top = QHBoxLayout()
        top.setSpacing(8)
        self.add(TextField((*path, "name"), tr("Name in Chinese")), top, 1)
        self.add(TextField((*path, "name_en"), tr("Name in English")), top, 1)
        top.addWidget(self.item_buttons(path, count, tr("Component {n}", n=at + 1)), 0, Qt.AlignmentFlag.AlignBottom)
        body.addLayout(top)
        flow = self.flow(body)
        sources = [("judges", tr("by judges")), ("external", tr("outside result"))]
        self.add(ChoiceField((*path, "source"), tr("Given by"), sources), flow)
        judged = part.get("source", "judges") == "judges"
        if judged:
            classes = [(name, judge_class(name)) for name in JUDGE_CLASSES]
            self.add(ChoiceField((*path, "judge_class"), tr("Judge class"), classes), flow)
        self.add(TextField((*path, "max"), tr("Full marks"), kind="number", width=76), flow)
        if judged:
            self.add(TextField((*path, "step"), tr("Step"), kind="number", width=76), flow)
        self.add(TextField((*path, "weight"), tr("Weight"), kind="number", width=76), flow)
        if not judged:
            entries = [("once", tr("entered once")), ("twice", tr("entered twice by two people"))]
            self.add(ChoiceField((*path, "entry"), tr("Entry"), entries), flow)
            self.add(CheckField((*path, "required"), tr("Needed for a total")), body)
            return
        self._trim(path, part, body)
        self._criteria(path, part, body)

    def _trim(self, path: Path, part: dict[str, Any], body: QVBoxLayout) -> None:
        trim = (*path, "trim")
        self.add(CheckField(trim, tr("Drop the highest and lowest"), yes=rule_draft.NEW_TRIM, no=None), body)
        if part.get("trim") is None:
            return
        flow = self.flow(body)
        self.add(TextField((*trim, "high"), tr("Highest"), kind="whole", width=64), flow)
        self.add(TextField((*trim, "low"), tr("Lowest"), kind="whole", width=64), flow)
        self.add(TextField((*trim, "from_n"), tr("From sheets"), kind="whole", width=64), flow)
        on = [("judge_total", tr("each judge's total")), ("criterion", tr("each criterion"))]
        self.add(ChoiceField((*trim, "on"), tr("Dropped from"), on), flow)
        below = [("ruling", tr("the chair rules")), ("plain_mean", tr("plain mean of all"))]
        self.add(ChoiceField((*trim, "below"), tr("With fewer"), below), flow)

    def _criteria(self, path: Path, part: dict[str, Any], body: QVBoxLayout) -> None:
        lines = list(part.get("criteria") or ())
        for at, line in enumerate(lines):
            here = (*path, "criteria", at)
            row = QHBoxLayout()
            row.setSpacing(8)
            first = at == 0
            self.add(TextField((*here, "name"), tr("Criterion") if first else ""), row, 1)
            english = tr("In English")
            self.add(TextField((*here, "name_en"), english if first else "", hint=english), row, 1)
            self.add(TextField((*here, "max"), tr("Points") if first else "", kind="number", width=60), row)
            step = TextField(
                (*here, "step"),
                tr("Step") if first else "",
                kind="optional number",
                width=56,
                hint=str(part.get("step") or ""),
            )
            self.add(step, row)
            name = str(line.get("name") or at + 1)
            row.addWidget(self.item_buttons(here, len(lines), name), 0, Qt.AlignmentFlag.AlignBottom)
            body.addLayout(row)
            row = QHBoxLayout()
            row.setSpacing(8)
            self.add(TextField((*here, "look_for"), "", hint=tr("What to look at")), row, 3)
            self.add(TextField((*here, "bands"), "", kind="bands", hint=tr("Grades: A 17–20, B 14–16")), row, 2)
            body.addLayout(row)
        self.add_button(
            body,
            tr("Add a criterion"),
            (*path, "criteria"),
            lambda: rule_draft.new_criterion(value_at(self.draft, path)),
        )


class Times(Section):
    """The phases of a turn and their prompts."""

    def shape(self) -> object:
        timing = self.draft.get("timing")
        return timing is not None, len(timing["phases"]) if timing else 0

    def build(self) -> None:
        body = self.card(tr("Times of one project"), ("timing",))
        self.add(CheckField(("timing",), tr("With a clock (a roadshow)"), yes=rule_draft.NEW_TIMING, no=None), body)
        timing = self.draft.get("timing")
        if timing is None:
            body.addWidget(Label(tr("Without a clock: a paper review over days."), "second", wrap=True))
            return
        for at, phase in enumerate(timing["phases"]):
            here = ("timing", "phases", at)
            row = QHBoxLayout()
            row.setSpacing(8)
            self.add(TextField((*here, "name"), tr("Phase in Chinese")), row, 1)
            self.add(TextField((*here, "name_en"), tr("Phase in English")), row, 1)
            self.add(TextField((*here, "seconds"), tr("Minutes"), kind="minutes", width=76), row)
            name = str(phase.get("name") or at + 1)
            buttons = self.item_buttons(here, len(timing["phases"]), name)
            row.addWidget(buttons, 0, Qt.AlignmentFlag.AlignBottom)
            body.addLayout(row)
            flow = self.flow(body)
            self.add(CheckField((*here, "slides_end"), tr("Its end takes the slides off")), flow)
            self.add(CheckField((*here, "auto_advance"), tr("The next phase starts by itself")), flow)
        self.add_button(
            body, tr("Add a phase"), ("timing", "phases"), lambda: rule_draft.new_phase(self.draft["timing"])
        )
        prompts = TextField(
            ("timing", "prompts_remaining"), tr("Prompts, in seconds that are left (0 = time is up)"), kind="seconds"
        )
        self.add(prompts, body)


class Ranking(Section):
    """Ties, rank scope, who goes on, awards, publicity."""

    def shape(self) -> object:
        advance = self.draft.get("advance")
        return (
            len(self.draft.get("awards") or ()),
            tuple(self.draft.get("tie_keys") or ()),
            advance["type"] if advance else None,
            tuple((one.get("key"), one.get("name")) for one in self.draft.get("components") or ()),
        )

    def build(self) -> None:
        body = self.card(tr("Ranks"))
        scopes = [
            ("all", tr("the whole contest")),
            ("track", tr("each track")),
            ("topic", tr("each topic")),
            ("session", tr("each session")),
        ]
        self.add(ChoiceField(("rank_scope",), tr("Ranked within"), scopes), self.flow(body))
        self._ties()
        self._advance(scopes)
        self._awards()
        body = self.card(tr("After the contest"))
        flow = self.flow(body)
        self.add(TextField(("publicity_days",), tr("Days of publicity"), kind="optional whole", width=76), flow)
        self.add(TextField(("appeal_minutes",), tr("Minutes to appeal on site"), kind="optional whole", width=76), flow)

    def _ties(self) -> None:
        body = self.card(tr("Equal totals"), ("tie_keys",))
        body.addWidget(Label(tr("They are told apart by, in this order:"), "second", wrap=True))
        keys = [str(key) for key in self.draft.get("tie_keys") or ()]
        for at in range(len(keys)):
            row = QHBoxLayout()
            row.setSpacing(8)
            self.add(ChoiceField(("tie_keys", at), "", self._tie_choices()), row, 1)
            row.addWidget(self.item_buttons(("tie_keys", at), len(keys), str(at + 1)))
            body.addLayout(row)
        free = [key for key, _ in self._tie_choices() if key not in keys]
        if free:
            self.add_button(body, tr("Add a tie key"), ("tie_keys",), lambda: free[0])
        body.addWidget(Label(tr("What stays equal then shares the rank."), "second", wrap=True))

    def _tie_choices(self) -> list[tuple[str, str]]:
        parts = [one for one in self.draft.get("components") or () if one.get("key")]
        found = [("exact_total", tr("the exact total, not rounded")), ("untrimmed_mean", tr("the mean of all sheets"))]
        for part in parts:
            words = either(str(part.get("name")), str(part.get("name_en") or ""))
            found.append((str(part["key"]), words))
            if part.get("source", "judges") == "judges":
                found.append((f"untrimmed_mean:{part['key']}", tr("the mean of all sheets: {name}", name=words)))
        for part in parts:
            for line in part.get("criteria") or ():
                if len(part.get("criteria") or ()) > 1 and line.get("name"):
                    words = either(str(line["name"]), str(line.get("name_en") or ""))
                    found.append((f"criterion:{line['name']}", tr("criterion: {name}", name=words)))
        return found

    def _advance(self, scopes: list[tuple[str, str]]) -> None:
        body = self.card(tr("Who goes on"), ("advance",))
        some = CheckField(("advance",), tr("Some go on to the next round"), yes=rule_draft.NEW_ADVANCE, no=None)
        self.add(some, body)
        rule = self.draft.get("advance")
        if rule is None:
            return
        flow = self.flow(body)
        kinds = [
            ("top_n", tr("the first places")),
            ("ratio", tr("a share")),
            ("score_line", tr("from a line of points on")),
        ]
        self.add(ChoiceField(("advance", "type"), tr("How"), kinds), flow)
        match rule["type"]:
            case "top_n":
                self.add(TextField(("advance", "n"), tr("How many"), kind="optional whole", width=76), flow)
            case "ratio":
                ratio = TextField(("advance", "ratio"), tr("Share (20 % is 0.20)"), kind="optional number", width=76)
                self.add(ratio, flow)
                bases = [
                    ("passed_initial_review", tr("those who passed the initial review")),
                    ("ranked_in_final", tr("those ranked")),
                ]
                self.add(ChoiceField(("advance", "basis"), tr("Of"), bases), flow)
                ways = [
                    ("half_up", tr("half up")),
                    ("floor", tr("down")),
                    ("ceil", tr("up")),
                    ("largest_remainder", tr("largest remainder")),
                ]
                self.add(ChoiceField(("advance", "rounding"), tr("Rounding"), ways), flow)
            case _:
                self.add(TextField(("advance", "line"), tr("Line of points"), kind="optional number", width=76), flow)
        per = [(None, tr("as ranked")), *scopes]
        self.add(ChoiceField(("advance", "per"), tr("One list for"), per), flow)
        quotas = [("hard", tr("a ruling is needed")), ("soft", tr("all of them go on"))]
        self.add(ChoiceField(("advance", "quota"), tr("A tie at the line"), quotas), flow)

    def _awards(self) -> None:
        body = self.card(tr("Awards"), ("awards",))
        awards = list(self.draft.get("awards") or ())
        kinds = [("composite", tr("by rank")), ("single", tr("by decision")), ("organisation", tr("organisation"))]
        for at, award in enumerate(awards):
            here = ("awards", at)
            row = QHBoxLayout()
            row.setSpacing(8)
            first = at == 0
            self.add(TextField((*here, "name"), tr("Award in Chinese") if first else ""), row, 3)
            english = TextField(
                (*here, "name_en"), tr("Award in English") if first else "", hint=tr("Award in English")
            )
            self.add(english, row, 3)
            count = TextField((*here, "count"), tr("How many") if first else "", kind="optional whole", width=64)
            self.add(count, row)
            self.add(ChoiceField((*here, "kind"), tr("Awarded") if first else "", kinds), row)
            buttons = self.item_buttons(here, len(awards), str(award.get("name") or at + 1))
            row.addWidget(buttons, 0, Qt.AlignmentFlag.AlignBottom)
            body.addLayout(row)
        self.add_button(body, tr("Add an award"), ("awards",), lambda: dict(rule_draft.NEW_AWARD))


class PopularityForm(Section):
    """Points by the rank of the votes, and their cap."""

    def shape(self) -> object:
        return self.draft.get("popularity") is not None

    def build(self) -> None:
        body = self.card(tr("Popularity points"), ("popularity",))
        vote = CheckField(
            ("popularity",), tr("Votes of the public give points"), yes=rule_draft.NEW_POPULARITY, no=None
        )
        self.add(vote, body)
        if self.draft.get("popularity") is None:
            return
        self.add(TextField(("popularity", "name"), tr("Name in Chinese")), body)
        self.add(TextField(("popularity", "table"), tr("Points by rank, first place first"), kind="points"), body)
        flow = self.flow(body)
        ties = [("same_rank_same_points", tr("the same points")), ("mean_of_places", tr("the mean of their places"))]
        self.add(ChoiceField(("popularity", "tie"), tr("Equal votes"), ties), flow)
        self.add(TextField(("popularity", "zero_votes"), tr("No votes"), kind="number", width=76), flow)
        scopes = [
            ("all", tr("the whole contest")),
            ("track", tr("each track")),
            ("topic", tr("each topic")),
            ("session", tr("each session")),
        ]
        self.add(ChoiceField(("popularity", "scope"), tr("Ranked within"), scopes), flow)
        flow = self.flow(body)
        caps = [
            ("own_total", tr("of the project's own total")),
            ("full_marks_clip", tr("of full marks, the rest cut")),
            ("full_marks_scale", tr("of full marks, all points scaled")),
            ("none", tr("no cap")),
        ]
        self.add(ChoiceField(("popularity", "cap_mode"), tr("Cap"), caps), flow)
        self.add(TextField(("popularity", "cap"), tr("Share (5 % is 0.05)"), kind="optional number", width=76), flow)
