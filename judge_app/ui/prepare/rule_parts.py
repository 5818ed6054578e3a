"""The parts of a rule set that the contest, its rounds and its events of their own all have: components with their trim and
lines, times, ties, who goes on, awards. Each function adds its cards to a section, for the part at ``root``.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from judge_app.core import rule_draft
from judge_app.core.rule_draft import Draft, Path, value_at
from judge_app.exchange.workbook import JUDGE_CLASSES
from judge_app.ui.glossary import judge_class
from judge_app.ui.language import either, tr
from judge_app.ui.prepare.fields import CheckField, ChoiceField, TextField
from judge_app.ui.prepare.section import Section
from judge_app.ui.widgets import Label

Choices = list[tuple[Any, str]]


def scopes() -> Choices:
    """Within what something is compared."""
    return [
        ("all", tr("the whole contest")),
        ("track", tr("each track")),
        ("topic", tr("each topic")),
        ("session", tr("each session")),
    ]


def kinds_of_judging() -> Choices:
    """With a clock or without."""
    return [("roadshow", tr("a roadshow with a clock")), ("paper_review", tr("a paper review over days"))]


def components_in(draft: Draft, root: Path) -> list[Any]:
    """The components that count at ``root``: its own, or the contest's."""
    own = value_at(draft, (*root, "components"))
    return list(draft.get("components") or ()) if own is None else list(own)


def components_shape(draft: Draft, root: Path) -> object:
    """What makes the fields of components others than before."""
    return [
        (one.get("key"), one.get("source", "judges"), one.get("trim") is not None, len(one.get("criteria") or ()))
        for one in value_at(draft, (*root, "components")) or ()
    ]


def timing_shape(draft: Draft, root: Path) -> object:
    """What makes the fields of the times others than before."""
    timing = value_at(draft, (*root, "timing"))
    return len(timing["phases"]) if timing else None


def ranking_shape(draft: Draft, root: Path) -> object:
    """What makes the fields of ties, advancement and awards others than before."""
    advance, keys = value_at(draft, (*root, "advance")), value_at(draft, (*root, "tie_keys"))
    return (
        len(value_at(draft, (*root, "awards")) or ()),
        None if keys is None else tuple(keys),
        advance["type"] if advance else None,
        tuple((one.get("key"), len(one.get("criteria") or ())) for one in components_in(draft, root)),
    )


def refresh_ties(section: Section, root: Path = ()) -> None:
    """The tie keys that can be chosen, by the names that components and lines have now."""
    for path, field in section.fields.items():
        if path[: len(root) + 1] == (*root, "tie_keys") and isinstance(field, ChoiceField):
            field.set_choices(_tie_choices(section.draft, root))


def add_components(section: Section, root: Path = ()) -> None:
    """A card a component, and a button for one more."""
    path = (*root, "components")
    for at, part in enumerate(value_at(section.draft, path) or ()):
        _component(section, (*path, at), part)
    section.add_button(
        section.column, tr("Add a component"), path, lambda: rule_draft.new_component(section.draft, root)
    )


def _component(section: Section, path: Path, part: dict[str, Any]) -> None:
    at = path[-1]
    assert isinstance(at, int)
    called = tr("Component {n}", n=at + 1)
    body = section.card(called, path)
    section.row(
        body,
        (TextField((*path, "name"), tr("Name in Chinese")), 1),
        (TextField((*path, "name_en"), tr("Name in English")), 1),
        end=section.item_buttons(path, called),
    )
    flow = section.flow(body)
    sources = [("judges", tr("by judges")), ("external", tr("outside result"))]
    section.add(ChoiceField((*path, "source"), tr("Given by"), sources), flow)
    judged = part.get("source", "judges") == "judges"
    if judged:
        classes = [(name, judge_class(name)) for name in JUDGE_CLASSES]
        section.add(ChoiceField((*path, "judge_class"), tr("Judge class"), classes), flow)
    section.add(TextField((*path, "max"), tr("Full marks"), kind="number", width=76), flow)
    if judged:
        section.add(TextField((*path, "step"), tr("Step"), kind="number", width=76), flow)
    section.add(TextField((*path, "weight"), tr("Weight"), kind="number", width=76), flow)
    if not judged:
        entries = [("once", tr("entered once")), ("twice", tr("entered twice by two people"))]
        section.add(ChoiceField((*path, "entry"), tr("Entry"), entries), flow)
    section.add(CheckField((*path, "required"), tr("Needed for a total")), body)
    if not judged:
        return
    _trim(section, path, part, body)
    _criteria(section, path, part, body)


def _trim(section: Section, path: Path, part: dict[str, Any], body: QVBoxLayout) -> None:
    trim = (*path, "trim")
    section.add(CheckField(trim, tr("Drop the highest and lowest"), yes=rule_draft.NEW_TRIM, no=None), body)
    if part.get("trim") is None:
        return
    flow = section.flow(body)
    section.add(TextField((*trim, "high"), tr("Highest"), kind="whole", width=64), flow)
    section.add(TextField((*trim, "low"), tr("Lowest"), kind="whole", width=64), flow)
    section.add(TextField((*trim, "from_n"), tr("From sheets"), kind="whole", width=64), flow)
    on = [("judge_total", tr("each judge's total")), ("criterion", tr("each criterion"))]
    section.add(ChoiceField((*trim, "on"), tr("Dropped from"), on), flow)
    below = [("ruling", tr("the chair rules")), ("plain_mean", tr("plain mean of all"))]
    section.add(ChoiceField((*trim, "below"), tr("With fewer"), below), flow)
    section.add(TextField((*trim, "warn_below"), tr("Flag below"), kind="whole", width=64), flow)


def _criteria(section: Section, path: Path, part: dict[str, Any], body: QVBoxLayout) -> None:
    for at, line in enumerate(part.get("criteria") or ()):
        here, first = (*path, "criteria", at), at == 0
        english, usual = tr("In English"), str(part.get("step") or "")
        step = TextField((*here, "step"), tr("Step") if first else "", kind="optional number", width=56, hint=usual)
        section.row(
            body,
            (TextField((*here, "name"), tr("Criterion") if first else ""), 1),
            (TextField((*here, "name_en"), english if first else "", hint=english), 1),
            (TextField((*here, "max"), tr("Points") if first else "", kind="number", width=60), 0),
            (step, 0),
            end=section.item_buttons(here, str(line.get("name") or at + 1)),
        )
        section.row(
            body,
            (TextField((*here, "look_for"), "", hint=tr("What to look at")), 3),
            (TextField((*here, "look_for_en"), "", hint=tr("What to look at, in English")), 3),
            (TextField((*here, "bands"), "", kind="bands", hint=tr("Grades: A 17–20")), 3),
        )
    section.add_button(
        body,
        tr("Add a criterion"),
        (*path, "criteria"),
        lambda: rule_draft.new_criterion(value_at(section.draft, path)),
    )


def add_times(section: Section, root: Path = ()) -> None:
    """The phases of a turn and their prompts, where the part has times."""
    path = (*root, "timing")
    timing = value_at(section.draft, path)
    if timing is None:
        return
    body = section.card(tr("Phases"), path)
    for at, phase in enumerate(timing["phases"]):
        here = (*path, "phases", at)
        section.row(
            body,
            (TextField((*here, "name"), tr("Phase in Chinese")), 1),
            (TextField((*here, "name_en"), tr("Phase in English")), 1),
            (TextField((*here, "seconds"), tr("Minutes"), kind="minutes", width=76), 0),
            end=section.item_buttons(here, str(phase.get("name") or at + 1)),
        )
        flow = section.flow(body)
        section.add(CheckField((*here, "slides_end"), tr("Its end takes the slides off")), flow)
        section.add(CheckField((*here, "auto_advance"), tr("The next phase starts by itself")), flow)
        own = TextField(
            (*here, "prompts_remaining"),
            "",
            kind="optional seconds",
            width=240,
            hint=tr("Own prompts: 60, 30, 0"),
        )
        section.add(own, flow)
    section.add_button(
        body, tr("Add a phase"), (*path, "phases"), lambda: rule_draft.new_phase(value_at(section.draft, path))
    )
    prompts = TextField(
        (*path, "prompts_remaining"), tr("Prompts, in seconds that are left (0 = time is up)"), kind="seconds"
    )
    section.add(prompts, body)
    section.add(CheckField((*path, "carry_over"), tr("Time not used goes to the next phase")), body)


def add_ties(section: Section, root: Path = ()) -> None:
    """What tells equal totals apart, in order."""
    path = (*root, "tie_keys")
    body = section.card(tr("Equal totals"), path)
    body.addWidget(Label(tr("They are told apart by, in this order:"), "second", wrap=True))
    keys = [str(key) for key in value_at(section.draft, path) or ()]
    for at in range(len(keys)):
        row = QHBoxLayout()
        row.setSpacing(8)
        section.add(ChoiceField((*path, at), "", _tie_choices(section.draft, root), fills=True), row, 1)
        row.addWidget(section.item_buttons((*path, at), str(at + 1)))
        body.addLayout(row)
    free = [key for key, _ in _tie_choices(section.draft, root) if key not in keys]
    if free:
        section.add_button(body, tr("Add a tie key"), path, lambda: free[0])
    body.addWidget(Label(tr("What stays equal then shares the rank."), "second", wrap=True))


def _tie_choices(draft: Draft, root: Path) -> Choices:
    parts = [one for one in components_in(draft, root) if one.get("key")]
    found = [("exact_total", tr("the exact total, not rounded")), ("untrimmed_mean", tr("the mean of all sheets"))]
    for part in parts:
        words = either(str(part.get("name")), str(part.get("name_en") or ""))
        found.append((str(part["key"]), words))
        if part.get("source", "judges") == "judges":
            found.append((f"untrimmed_mean:{part['key']}", tr("untrimmed mean: {name}", name=words)))
    for part in parts:
        for line in part.get("criteria") or ():
            if len(part.get("criteria") or ()) > 1 and line.get("name"):
                words = either(str(line["name"]), str(line.get("name_en") or ""))
                found.append((f"criterion:{line['name']}", tr("criterion: {name}", name=words)))
    return found


def add_advance(section: Section, root: Path = ()) -> None:
    """Who goes on."""
    path = (*root, "advance")
    body = section.card(tr("Who goes on"), path)
    some = CheckField(path, tr("Some go on to the next round"), yes=rule_draft.NEW_ADVANCE, no=None)
    section.add(some, body)
    rule = value_at(section.draft, path)
    if rule is None:
        return
    flow = section.flow(body)
    kinds = [
        ("top_n", tr("the first places")),
        ("ratio", tr("a share")),
        ("score_line", tr("from a line of points on")),
    ]
    section.add(ChoiceField((*path, "type"), tr("How"), kinds), flow)
    match rule["type"]:
        case "top_n":
            section.add(TextField((*path, "n"), tr("How many"), kind="optional whole", width=76), flow)
        case "ratio":
            ratio = TextField((*path, "ratio"), tr("Share (20 % is 0.20)"), kind="optional number", width=76)
            section.add(ratio, flow)
            bases = [
                ("passed_initial_review", tr("those who passed the initial review")),
                ("ranked_in_final", tr("those ranked")),
            ]
            section.add(ChoiceField((*path, "basis"), tr("Of"), bases), flow)
            ways = [
                ("half_up", tr("half up")),
                ("floor", tr("down")),
                ("ceil", tr("up")),
                ("largest_remainder", tr("largest remainder")),
            ]
            section.add(ChoiceField((*path, "rounding"), tr("Rounding"), ways), flow)
        case _:
            section.add(TextField((*path, "line"), tr("Line of points"), kind="optional number", width=76), flow)
    per = [(None, tr("as ranked")), *scopes()]
    section.add(ChoiceField((*path, "per"), tr("One list for"), per), flow)
    quotas = [("hard", tr("a ruling is needed")), ("soft", tr("all of them go on"))]
    section.add(ChoiceField((*path, "quota"), tr("A tie at the line"), quotas), flow)


def add_awards(section: Section, root: Path = ()) -> None:
    """The awards, in the order in which they are filled."""
    path = (*root, "awards")
    body = section.card(tr("Awards"), path)
    kinds = [("composite", tr("by rank")), ("single", tr("by decision")), ("organisation", tr("organisation"))]
    recipients = [("project", tr("to the project")), ("person", tr("to a person")), ("unit", tr("to the unit"))]
    per: Choices = [
        (None, tr("within what is ranked")),
        *((key, tr("one for {scope}", scope=words)) for key, words in scopes()),
    ]
    for at, award in enumerate(value_at(section.draft, path) or ()):
        here, first = (*path, at), at == 0
        english = tr("Award in English")
        count = TextField((*here, "count"), tr("How many") if first else "", kind="optional whole", width=64)
        section.row(
            body,
            (TextField((*here, "name"), tr("Award in Chinese") if first else ""), 3),
            (TextField((*here, "name_en"), english if first else "", hint=english), 3),
            (count, 0),
            end=section.item_buttons(here, str(award.get("name") or at + 1), least=0),
        )
        flow = section.flow(body)
        section.add(ChoiceField((*here, "kind"), "", kinds), flow)
        section.add(ChoiceField((*here, "recipient"), "", recipients), flow)
        section.add(ChoiceField((*here, "per"), "", per), flow)
    section.add_button(body, tr("Add an award"), path, lambda: dict(rule_draft.NEW_AWARD))
