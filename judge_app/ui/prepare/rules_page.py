"""The second step: the rule set, section by section, with a worked example that follows every change."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from judge_app.core import rule_draft
from judge_app.core.errors import Problem
from judge_app.core.marks import plain
from judge_app.core.rule_check import label_in
from judge_app.core.rule_draft import Draft, Look
from judge_app.core.rules import RuleSet
from judge_app.ui.language import either, mark, tr
from judge_app.ui.prepare.confirm_form import ConfirmForm
from judge_app.ui.prepare.entry_forms import Entry, Papers, Penalties, Tracks
from judge_app.ui.prepare.example import ExamplePanel
from judge_app.ui.prepare.round_forms import Events, Rounds
from judge_app.ui.prepare.rule_forms import Basics, Components, PopularityForm, Ranking, Times
from judge_app.ui.prepare.section import Section
from judge_app.ui.prepare.text_form import TextForm
from judge_app.ui.start.problems import ProblemList
from judge_app.ui.widgets import Card, FlowLayout, Label

SECTIONS = {
    "components": mark("What is judged"),
    "basics": mark("Basics"),
    "times": mark("Times"),
    "ranking": mark("Ranks and awards"),
    "popularity": mark("Popularity"),
    "rounds": mark("Rounds"),
    "events": mark("Own events"),
    "tracks": mark("Tracks"),
    "entry": mark("Who may enter"),
    "papers": mark("Form, papers"),
    "penalties": mark("Deductions"),
    "confirm": mark("Assumed values"),
    "text": mark("All as text"),
}


class RulesPage(QWidget):
    """``edited`` (path, value), ``added`` (path, item), ``removed`` (path), ``moved`` (path, to), ``preset_chosen``
    (key), ``confirm_requested`` (paths), ``rewritten`` (a whole rule set, typed as text), ``typed`` (in that text)."""

    edited = Signal(object, object)
    added = Signal(object, object)
    removed = Signal(object)
    moved = Signal(object, int)
    preset_chosen = Signal(str)
    confirm_requested = Signal(object)
    rewritten = Signal(object)
    typed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft: Draft | None = None
        self._look = Look(None, ())
        self.basics, self.components, self.times = Basics(), Components(), Times()
        self.ranking, self.popularity, self.confirm = Ranking(), PopularityForm(), ConfirmForm()
        self.rounds, self.events, self.tracks = Rounds(), Events(), Tracks()
        self.entry, self.papers, self.penalties = Entry(), Papers(), Penalties()
        self.text = TextForm()
        self._forms: dict[str, QWidget] = {
            "components": self.components,
            "basics": self.basics,
            "times": self.times,
            "ranking": self.ranking,
            "popularity": self.popularity,
            "rounds": self.rounds,
            "events": self.events,
            "tracks": self.tracks,
            "entry": self.entry,
            "papers": self.papers,
            "penalties": self.penalties,
            "confirm": self.confirm,
            "text": self.text,
        }
        self._name = "components"
        self._make()
        self._connect()
        self.retranslate()

    def _make(self) -> None:
        both = QHBoxLayout(self)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(12)
        left = QVBoxLayout()
        left.setSpacing(8)
        chips = QWidget()
        flow = FlowLayout(chips)
        self._chips = QButtonGroup(self)
        self._pages = QStackedWidget()
        self._pages.setProperty("kind", "flow")
        for name, form in self._forms.items():
            chip = QPushButton()
            chip.setProperty("kind", "chip")
            chip.setProperty("section", name)
            chip.setCheckable(True)
            self._chips.addButton(chip)
            flow.addWidget(chip)
            form.setProperty("kind", "flow")
            if form is self.text:  # it scrolls by itself
                self._pages.addWidget(form)
                continue
            scroll = QScrollArea()
            scroll.setWidgetResizable(True)
            scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            scroll.setWidget(form)
            self._pages.addWidget(scroll)
        left.addWidget(chips)
        left.addWidget(self._pages, 1)
        both.addLayout(left, 62)
        right = QVBoxLayout()
        right.setSpacing(8)
        self._wrong_card = Card(flush=True, tone="stop")
        self.problems = ProblemList(fit=True)
        self._wrong_card.body.addWidget(self.problems)
        self._example_card = Card(flush=True)
        self.example = ExamplePanel()
        self.example.setProperty("kind", "flow")
        self._example_scroll = QScrollArea()
        self._example_scroll.setWidgetResizable(True)
        self._example_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._example_scroll.setWidget(self.example)
        self._example_card.body.addWidget(self._example_scroll, 1)
        right.addWidget(self._wrong_card)
        right.addWidget(self._example_card, 1)
        self._none = Label("", wrap=True)
        right.addWidget(self._none)
        both.addLayout(right, 38)

    def _connect(self) -> None:
        for form in self._forms.values():
            if isinstance(form, Section):
                form.edited.connect(self.edited)
                form.added.connect(self.added)
                form.removed.connect(self.removed)
                form.moved.connect(self.moved)
        for part in (self.rounds, self.events):
            part.turned.connect(self._show_example)
        self.basics.preset_chosen.connect(self.preset_chosen)
        self.confirm.confirm_requested.connect(self.confirm_requested)
        self.text.applied.connect(self.rewritten)
        self.text.typed.connect(self._show_chips)
        self.text.typed.connect(self.typed)
        self._chips.buttonClicked.connect(lambda chip: self.show_section(str(chip.property("section"))))
        self.problems.picked.connect(lambda key: self.go_to_problem(int(key)))

    # setters

    def set_presets(self, presets: Sequence[RuleSet]) -> None:
        """What one may begin again from."""
        self.basics.set_presets(presets)

    def set_rules(self, draft: Draft | None, look: Look | None) -> None:
        """The rule set as it stands; None where the workbook names none that there is."""
        self._draft = draft
        self._look = look or Look(None, ())
        self._fill()

    @property
    def section(self) -> str:
        return self._name

    def show_section(self, name: str) -> None:
        if name in self._forms:
            self._name = name
            self._pages.setCurrentIndex(list(self._forms).index(name))
            self._show_text()
            self._show_example()
            self._show_chips()

    def go_to_problem(self, at: int) -> None:
        """Shows the field that a problem is about."""
        path = rule_draft.path_of(self._look.problems[at].place)
        name = self._about(path)
        form = self._forms.get(name)
        if isinstance(form, Section):
            self.show_section(name)
            form.go_to(path)

    def _about(self, path: rule_draft.Path) -> str:
        """The section that a path belongs to; '' for none but the text."""
        reach = {name: form.reach(path) for name, form in self._forms.items() if isinstance(form, Section)}
        name = max(reach, key=lambda name: reach[name])
        return name if reach[name] else ""

    def finish_typing(self) -> None:
        """Takes over what was typed as text, where it can be."""
        self.text.apply()

    # showing

    def _show_example(self) -> None:
        """Counted by the rules of what is shown: a round's, an event's, or the contest's."""
        usable, form = self._look.usable, self._forms[self._name]
        part = form.example_of(usable) if usable is not None and isinstance(form, Section) else usable
        self.example.set_rules(usable, part)
        self._example_card.set_heading(
            tr("Worked example"), tr("full marks {n}", n=plain(part.full_marks)) if part is not None else ""
        )

    def _show_text(self) -> None:
        """The text is made only where it is seen: it is long."""
        if self._draft is not None and (self._name == "text" or self.text.unapplied):
            self.text.show_draft(self._draft)

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self._wrong_card.set_heading(tr("What cannot work yet"))
        self._example_card.set_heading(tr("Worked example"))
        self._none.setText(tr("The workbook names no rule set that there is: choose one on the sheet Contest."))
        self.example.retranslate()
        self._fill(anew=True)

    def _hold_still(self) -> None:
        """What is said about other fields moves the field that one types in; it is moved back to where it was."""
        scroll, field = self._pages.currentWidget(), self.window().focusWidget()
        if not isinstance(scroll, QScrollArea) or field is None or not scroll.isAncestorOf(field):
            return
        before = field.mapTo(scroll, QPoint(0, 0)).y()

        def back() -> None:
            if scroll.isAncestorOf(field):
                bar = scroll.verticalScrollBar()
                bar.setValue(bar.value() + field.mapTo(scroll, QPoint(0, 0)).y() - before)

        QTimer.singleShot(0, field, back)  # not where it is gone by then

    def _fill(self, *, anew: bool = False) -> None:
        self._hold_still()
        draft, look = self._draft, self._look
        self._none.setVisible(draft is None)
        self._pages.setVisible(draft is not None)
        self._example_card.setVisible(draft is not None)
        self._wrong_card.setVisible(bool(look.problems))
        if draft is None:
            return
        for form in self._forms.values():
            if isinstance(form, Section):
                form.show_draft(draft, look.problems, anew=anew)
        self.confirm.show_draft(draft, look)
        if anew:
            self.text.retranslate()
        self._show_text()
        self.problems.set_problems([self._named(draft, one) for one in look.problems])
        self._show_example()
        self._show_chips()

    @staticmethod
    def _named(draft: Draft, problem: Problem) -> Problem:
        zh, en = label_in(draft, rule_draft.dotted(rule_draft.path_of(problem.place)))
        return Problem(either(zh, en), problem.zh, problem.en)

    def _show_chips(self) -> None:
        wrong: dict[str, int] = {}
        for one in self._look.problems:
            name = self._about(rule_draft.path_of(one.place))
            wrong[name] = wrong.get(name, 0) + 1
        unread = len(self.text.wrong)
        if unread:
            wrong["text"] = wrong.get("text", 0) + unread
        waiting = len(self.confirm.waiting)
        for chip in self._chips.buttons():
            name = str(chip.property("section"))
            words = tr(SECTIONS[name])
            if wrong.get(name):
                words = tr("{sheet} · {n} to put right", sheet=words, n=wrong[name])
            elif name == "text" and self.text.unapplied:
                words = tr("{sheet} · not taken over", sheet=words)
            elif name == "confirm" and waiting:
                words = tr("{sheet} · {n}", sheet=words, n=waiting)
            chip.setText(words)
            chip.setChecked(name == self._name)
