"""The sections of the rule editor on what is judged and how it is counted, timed and ranked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from judge_app.core import rule_draft
from judge_app.core.rules import RuleSet
from judge_app.ui.language import both, either, mark, tr
from judge_app.ui.prepare import rule_parts
from judge_app.ui.prepare.fields import CheckField, ChoiceField, TextField
from judge_app.ui.prepare.section import Section
from judge_app.ui.widgets import Label


class Basics(Section):
    """Names, the preset that it began from, rounding, order, what is read out, and the contest's own words on the stage."""

    covers = (
        ("key",),
        ("name",),
        ("notice",),
        ("kind",),
        ("rounding",),
        ("rounding_stage",),
        ("order_method",),
        ("announce",),
        ("review",),
        ("stage_words",),
    )
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
        flow = self.flow(body)
        self.add(ChoiceField(("kind",), tr("Kind of judging"), rule_parts.kinds_of_judging()), flow)
        self.add(TextField(("notice",), tr("Notice that it follows"), width=200), flow)
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
        reviews = [("none", tr("by the chair alone")), ("two_people", tr("first by scorer and checker, two people"))]
        self.add(ChoiceField(("review",), tr("Results are checked"), reviews), flow)
        self._words()

    def _words(self) -> None:
        body = self.card(tr("Words on the stage"), ("stage_words",))
        body.addWidget(Label(tr("Where a line is empty the usual words stand."), "second", wrap=True))
        for at, (key, words, usual) in enumerate(STAGE_TEXTS):
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(Label(tr(words), "second", wrap=True), 2)
            zh, en = both(usual)
            self.add(TextField(("stage_words", key, "zh"), tr("In Chinese") if not at else "", hint=zh), row, 3)
            self.add(
                TextField(("stage_words", key, "en"), tr("In English", note="language") if not at else "", hint=en),
                row,
                3,
            )
            body.addLayout(row)


STAGE_TEXTS = (
    ("welcome", mark("Before it begins"), "Welcome"),
    ("called", mark("A project is called"), "Now on stage"),
    ("between", mark("Between two phases"), "Up next"),
    ("scoring", mark("While marks are given"), "The judges are scoring"),
    ("time_up", mark("Time is up"), "Time is up: please stop presenting"),
    ("paused", mark("Paused"), "Paused: the clock is held"),
    ("technical", mark("A technical stop"), "Technical stop: the clock is held"),
    ("end", mark("The session is over"), "Thank you all"),
    ("end_note", mark("Below: the session is over"), "The results will follow"),
    ("results_soon", mark("Results will follow"), "The results are about to be announced"),
)
"""The words that the audience reads: which, when, and the usual ones (ui/stage)."""


class Components(Section):
    """What is judged: components with their class, full marks, lines, trim and weight."""

    covers = (("components",),)

    def shape(self) -> object:
        return rule_parts.components_shape(self.draft, ())

    def build(self) -> None:
        rule_parts.add_components(self)


class Times(Section):
    """The phases of a turn and their prompts."""

    covers = (("timing",),)

    def shape(self) -> object:
        return rule_parts.timing_shape(self.draft, ())

    def build(self) -> None:
        body = self.card(tr("Times of one project"))
        self.add(CheckField(("timing",), tr("With a clock (a roadshow)"), yes=rule_draft.NEW_TIMING, no=None), body)
        if self.draft.get("timing") is None:
            body.addWidget(Label(tr("Without a clock: a paper review over days."), "second", wrap=True))
        rule_parts.add_times(self)


class Ranking(Section):
    """Ties, rank scope, who goes on, awards, publicity."""

    covers = (("rank_scope",), ("tie_keys",), ("advance",), ("awards",), ("publicity_days",), ("appeal_minutes",))

    def shape(self) -> object:
        return rule_parts.ranking_shape(self.draft, ())

    def refresh(self) -> None:
        rule_parts.refresh_ties(self)

    def build(self) -> None:
        body = self.card(tr("Ranks"))
        self.add(ChoiceField(("rank_scope",), tr("Ranked within"), rule_parts.scopes()), self.flow(body))
        rule_parts.add_ties(self)
        rule_parts.add_advance(self)
        rule_parts.add_awards(self)
        body = self.card(tr("After the contest"))
        flow = self.flow(body)
        self.add(TextField(("publicity_days",), tr("Days of publicity"), kind="optional whole", width=76), flow)
        self.add(TextField(("appeal_minutes",), tr("Minutes to appeal on site"), kind="optional whole", width=76), flow)


class PopularityForm(Section):
    """Points by the rank of the votes, and their cap."""

    covers = (("popularity",),)

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
        self.row(
            body,
            (TextField(("popularity", "name"), tr("Name in Chinese")), 1),
            (TextField(("popularity", "name_en"), tr("Name in English")), 1),
        )
        self.add(TextField(("popularity", "table"), tr("Points by rank, first place first"), kind="points"), body)
        flow = self.flow(body)
        ties = [("same_rank_same_points", tr("the same points")), ("mean_of_places", tr("the mean of their places"))]
        self.add(ChoiceField(("popularity", "tie"), tr("Equal votes"), ties), flow)
        self.add(TextField(("popularity", "zero_votes"), tr("No votes"), kind="number", width=76), flow)
        self.add(ChoiceField(("popularity", "scope"), tr("Ranked within"), rule_parts.scopes()), flow)
        flow = self.flow(body)
        caps = [
            ("own_total", tr("of the project's own total")),
            ("full_marks_clip", tr("of full marks, the rest cut")),
            ("full_marks_scale", tr("of full marks, all points scaled")),
            ("none", tr("no cap")),
        ]
        self.add(ChoiceField(("popularity", "cap_mode"), tr("Cap"), caps), flow)
        self.add(TextField(("popularity", "cap"), tr("Share (5 % is 0.05)"), kind="optional number", width=76), flow)
