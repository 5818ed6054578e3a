"""What waits for the chair: rulings, requests for a sheet's return, what is missing, values to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Literal

import msgspec

from judge_app.core.awards import Outcome
from judge_app.core.marks import Ruling
from judge_app.core.results import Change
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import Briefing, ChairView
from judge_app.core.working import Status, Tabulation
from judge_app.ui.chair import trial
from judge_app.ui.effects import change_words, moved_words
from judge_app.ui.glossary import component_name, number, people, printed
from judge_app.ui.language import tr, tr_count
from judge_app.ui.own_rules import rules_of
from judge_app.ui.widgets import Choice

Kind = Literal["few_sheets", "cut", "award"]


class Open(msgspec.Struct, frozen=True):
    """One open question. few_sheets: ``entries`` is one project and ``component`` what lacks sheets."""

    kind: Kind
    entries: tuple[str, ...]
    component: str = ""

    @property
    def key(self) -> str:
        return "|".join((self.kind, self.component, *self.entries))


def rulings_needed(view: ChairView) -> list[Open]:
    """What the results wait for, project by project, then the lists."""
    results = view.tabulation
    if results is None:
        return []
    closed = {one.entry_no for one in view.projects if one.stage is ProjectStage.CLOSED}
    made = [
        Open("few_sheets", (result.entry_no,), key)
        for result in results.projects
        if result.entry_no in closed
        for key, component in result.components.items()
        if component.status is Status.PENDING_RULING
    ]
    if results.advance_status is Outcome.PENDING_RULING and results.advance_candidates:
        made.append(Open("cut", results.advance_candidates))
    if results.award_status is Outcome.PENDING_RULING:
        made += [Open("award", group) for group in results.award_candidates]
    return made


def title(one: Open, view: ChairView, briefing: Briefing) -> str:
    """The open question in words."""
    if one.kind == "few_sheets":
        component = rules_of(briefing, one.entries[0]).component(one.component)
        result = view.tabulation.project(one.entries[0]) if view.tabulation is not None else None
        valid = result.components[one.component].valid if result is not None else 0
        name = component_name(component) if component is not None else one.component
        return tr_count(
            valid,
            "{no}: only {n} valid sheet for {component}",
            "{no}: only {n} valid sheets for {component}",
            no=number(one.entries[0]),
            component=name,
        )
    listed = people([number(no) for no in one.entries])
    if one.kind == "cut":
        return tr("{nos} tie at the last place that advances", nos=listed)
    return tr("{nos} tie across an award boundary", nos=listed)


def explanation(one: Open) -> str:
    if one.kind == "few_sheets":
        return tr("Too few for dropping the highest and the lowest. Record how it is counted, and why.")
    return tr("The rules leave it open. Record what the panel decides, and why.")


MOST_PERMUTED = 3
"""Up to so many tied projects every order is offered as a choice."""


def choices(one: Open, view: ChairView, briefing: Briefing) -> list[tuple[Choice, Ruling]]:
    """Every way to decide, each with what it does to the results; a way that decides nothing is left out."""
    if one.kind == "few_sheets":
        ways = [("plain_mean", tr("The mean of all valid sheets")), ("literal", tr("Drop by the rule all the same"))]
        base = {"kind": one.kind, "by": "—", "reason": "—", "entry_no": one.entries[0], "component": one.component}
        made = [(key, words, msgspec.convert({**base, "method": key}, Ruling)) for key, words in ways]
    else:
        made = _list_ways(one)
    found = []
    for key, words, ruling in made:
        tried = trial.with_ruling(view, briefing, ruling)
        if tried is None:
            continue
        after, change = tried
        if one.kind == "few_sheets":
            component = after.project(one.entries[0]).components[one.component]
            if component.score is None:
                continue
        found.append((Choice(key, words, _effect_words(one, after, change.changes)), ruling))
    return found


def _list_ways(one: Open) -> list[tuple[str, str, Ruling]]:
    base = {"kind": one.kind, "by": "—", "reason": "—", "entries": one.entries}
    made: list[tuple[str, str, Ruling]] = []
    if one.kind == "cut":
        made.append(("both", tr("All of them advance"), msgspec.convert({**base, "method": "both"}, Ruling)))
    else:
        made.append(
            (
                "keep_total",
                tr("The same award; the next one shrinks"),
                msgspec.convert({**base, "method": "keep_total"}, Ruling),
            )
        )
        made.append(
            (
                "add_place",
                tr("The same award; a place is added"),
                msgspec.convert({**base, "method": "add_place"}, Ruling),
            )
        )
    if len(one.entries) <= MOST_PERMUTED:
        for order in permutations(one.entries):
            words = tr("In this order: {nos}", nos=people([number(no) for no in order]))
            extra = {"order": order} if one.kind == "cut" else {"method": "order", "order": order}
            made.append((">".join(order), words, msgspec.convert({**base, **extra}, Ruling)))
    return made


def _effect_words(one: Open, after: Tabulation, changes: Sequence[Change]) -> str:
    if one.kind != "few_sheets":
        return " · ".join(change_words(changes))
    result = after.project(one.entries[0])
    parts = [f"→ {printed(result.components[one.component].score)}"]
    if result.total is not None:
        parts.append(tr("total {total}", total=printed(result.total)))
    if result.rank is not None:
        parts.append(tr("rank {n} so far", n=result.rank))
    parts += moved_words(changes, but=result.entry_no) or [tr("no other rank changes")]
    return " · ".join(parts)


def encoded(ruling: Ruling, by: str, reason: str) -> str:
    """The ruling as a command carries it."""
    return msgspec.json.encode(msgspec.structs.replace(ruling, by=by, reason=reason)).decode()


def missing(view: ChairView, entry_no: str) -> tuple[str, ...]:
    """Judges whose sheet for a project is still expected."""
    return tuple(
        line.judge
        for line in view.sheets
        if line.entry_no == entry_no
        and line.status in (SheetStatus.EMPTY, SheetStatus.RETURNED)
        and not line.replaced_by
    )
