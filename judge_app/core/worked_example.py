"""A small invented contest under a rule set, counted for real: what the rules do, before anybody's marks depend on it.

Three projects, a panel of each judge class, marks that spread as marks do and lie on the rules' own steps. The counting
is ``scoring.tabulate``, the words are ``explain.words``: nothing is worked out here.
"""

from __future__ import annotations

from decimal import Decimal

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.explain import Explanation, announce, explain, words
from judge_app.core.marks import Entry, Sheet
from judge_app.core.rule_check import check
from judge_app.core.rules import Component, RuleSet, Text
from judge_app.core.scoring import tabulate
from judge_app.core.working import Tabulation

_SPREAD = ("0.92", "0.85", "0.88", "0.97", "0.74", "0.90", "0.83", "0.87", "0.79")
_BETTER = ("0", "-0.04", "-0.07")
"""How much of full marks the three projects lie apart."""
_VOTES = (812, 955, 126)
_LETTERS = {"专家评委": "E", "专业评委": "P", "评委": "J"}


class Example(Struct, frozen=True):
    """Three counted projects, and the first one's working. ``judges`` of each class sat."""

    judges: int
    entries: tuple[Entry, ...]
    tabulation: Tabulation
    first: Explanation
    words: tuple[Text, ...]
    announcement: Text


def panel_of(judge_class: str | None, judges: int) -> tuple[str, ...]:
    """The numbers of an invented panel: E1 … for expert judges, P1 … for professional ones, J1 … for others."""
    letter = _LETTERS.get(judge_class or "", "J")
    return tuple(f"{letter}{at}" for at in range(1, judges + 1))


def example(rules: RuleSet, judges: int = 7, *, part: RuleSet | None = None) -> Example:
    """The example under ``rules`` with so many judges of each class (1 to 9); ``part`` is what one of their rounds or
    events makes of them, to be counted by instead. Raises BadInput where the rules cannot be used: ask ``rule_check.check``
    first."""
    problems: list[Problem] = check(rules)
    if problems:
        raise BadInput(problems)
    held = part or (rules if rules.components or not rules.rounds else rules.for_round(rules.rounds[0].key))
    entries = tuple(_entry(held, at, judges) for at in range(3))
    basis = {entry.track: 5 for entry in entries}
    tabulation = tabulate(held, entries, passed_initial_review=basis)
    first = explain(held, tabulation, entries, "1")
    return Example(
        judges=judges,
        entries=entries,
        tabulation=tabulation,
        first=first,
        words=words(held, first),
        announcement=announce(held, tabulation.project("1")),
    )


def _entry(rules: RuleSet, at: int, judges: int) -> Entry:
    own = {event.name for event in rules.own_events}
    track = next((one.name for one in rules.tracks if one.name not in own), "")
    sheets = tuple(
        _sheet(component, judge, place, at)
        for component in rules.judged_components
        for place, judge in enumerate(panel_of(component.judge_class, judges))
    )
    external = {
        component.key: _on_step(component.max * (Decimal("0.86") + Decimal(_BETTER[at])), Decimal("0.01"))
        for component in rules.components
        if not component.judged
    }
    return Entry(
        entry_no=str(at + 1),
        track=track,
        topic=rules.topics[0] if rules.topics else "",
        sheets=sheets,
        votes=_VOTES[at] if rules.popularity is not None else None,
        external=external,
    )


def _sheet(component: Component, judge: str, place: int, at: int) -> Sheet:
    points: dict[str, Decimal | None] = {}
    for line, criterion in enumerate(component.criteria):
        share = Decimal(_SPREAD[(place + 2 * line * (line % 2) + at) % len(_SPREAD)]) + Decimal(_BETTER[at])
        points[criterion.name] = _on_step(criterion.max * share, component.step_of(criterion))
    return Sheet(judge=judge, component=component.key, points=points)


def _on_step(value: Decimal, step: Decimal) -> Decimal:
    return value // step * step
