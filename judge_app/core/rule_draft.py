"""A rule set while it is being written: the data of its file, changed at a path, with its marks of origin kept true.

A draft is the form that ``encode_rules`` gives (numbers as strings) and may be wrong meanwhile; ``look`` says what stands
in the way of using it. A path is a tuple of keys and places: ``("components", 0, "max")``. A value changed where a
notice or a name vouched for it is marked assumed again (待组委会确认), until somebody confirms it by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from judge_app.core.errors import BadInput, Problem
from judge_app.core.rule_check import check
from judge_app.core.rules import (
    Advance,
    Award,
    Component,
    Criterion,
    DeductionRule,
    FileRule,
    FormField,
    OutlierRule,
    OwnEvent,
    Phase,
    Popularity,
    Round,
    Rule,
    RuleSet,
    Timing,
    TrackRule,
    Trim,
    decode_rules,
    encode_rules,
)

Path = tuple[str | int, ...]
Draft = Mapping[str, Any]

CONFIRMED = "组委会确认"
"""How a source in ``stated`` begins where the organiser confirmed a value by name."""

_INDEX = re.compile(r"\[(\d+)\]")
_NAMES = frozenset({"key", "name", "version", "notice", "format"})
"""What calls the rule set something and rules nothing: changing it needs no confirmation."""


_HOLDERS = (("own_events",), ("rounds",))
"""The parts that say themselves which of their values are assumed, by paths within them."""


class Look(msgspec.Struct, frozen=True):
    """A draft as it stands: the rule set where it is well-formed, and what is wrong, in reading order."""

    rules: RuleSet | None
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> RuleSet | None:
        """The rule set, where nothing is wrong."""
        return self.rules if not self.problems else None


def draft_from(rules: RuleSet) -> Draft:
    """A rule set as a draft."""
    return encode_rules(rules)


def look(draft: Draft) -> Look:
    """What the draft is, and what keeps it from being used. A number that is none is named at its place."""
    try:
        rules = decode_rules(draft)
    except BadInput as error:
        return Look(None, tuple(error.problems))
    return Look(rules, tuple(check(rules)))


def place_of(path: Path) -> str:
    """A path as problems name it: components[0].max."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def path_of(place: str) -> Path:
    """The path that a problem names."""
    parts = _INDEX.sub(r".\1", place).split(".")
    return tuple(int(part) if part.isdigit() else part for part in parts if part)


def dotted(path: Path) -> str:
    """A path as marks of origin name it: components.0.max."""
    return ".".join(str(part) for part in path)


def value_at(draft: Any, path: Path) -> Any:
    """What stands at a path, or None."""
    held = draft
    for part in path:
        if isinstance(part, int):
            if not isinstance(held, list) or part >= len(held):
                return None
            held = held[part]
        elif isinstance(held, Mapping):
            held = held.get(part)
        else:
            return None
    return held


def with_value(draft: Draft, path: Path, value: Any) -> Draft:
    """The draft with a value at a path, and the value marked as assumed where a source had vouched for another."""
    if value_at(draft, path) == value:
        return draft
    return _doubted(_put(draft, path, value), path)


def with_typed(draft: Draft, path: Path, value: Any, before: Draft) -> Draft:
    """The draft with what a person typed at a path, and what follows from it: grade bands with a line's points, no words of
    the stage where none are left. ``before`` is the draft before the typing began."""
    if path[-1] == "max" and "criteria" in path:
        return with_points(draft, path, str(value), before)
    if path[0] == "stage_words":
        return with_words(draft, path, str(value))
    return with_value(draft, path, value)


def with_points(draft: Draft, path: Path, points: str, before: Draft) -> Draft:
    """The draft with a criterion's points at ``path`` as typed, and its grade bands scaled with them from what they were
    ``before`` the typing began (17–20 of 20 is 13–15 of 15), so that the digits in between cost nothing."""
    draft = with_value(draft, path, points)
    line = path[:-1]
    bands = value_at(before, (*line, "bands"))
    try:
        old, new = Decimal(str(value_at(before, path))), Decimal(points)
        step = Decimal(str(value_at(draft, (*line, "step")) or value_at(draft, (*path[:-3], "step")) or 1))
        if not bands or not old > 0 or not new > 0 or not step > 0:
            return draft
        ordered = sorted(bands, key=lambda band: Decimal(str(band["low"])), reverse=True)
        high, scaled = new, {}
        for band in ordered:
            low = min((Decimal(str(band["low"])) * new / old / step).to_integral_value(ROUND_HALF_UP) * step, high)
            scaled[band["name"]] = {"name": band["name"], "low": _text(low), "high": _text(high)}
            high = max(low - step, Decimal(0))
    except (ArithmeticError, KeyError, TypeError):
        return draft
    return with_value(draft, (*line, "bands"), [scaled[band["name"]] for band in bands])


def _text(value: Decimal) -> str:
    return format(value.normalize(), "f")


def with_words(draft: Draft, path: Path, text: str) -> Draft:
    """The draft with a text of the stage (``stage_words``, which, language) as typed; one that is empty in both languages
    is none, so that the usual words stand."""
    holder, which, language = path
    held = dict(draft.get(str(holder)) or {})
    words = {"zh": "", "en": "", **(held.get(which) or {}), str(language): text}
    held[which] = words
    if not any(words.values()):
        del held[which]
    return _doubted({**draft, str(holder): held}, path)


def with_item(draft: Draft, path: Path, item: Any, at: int | None = None) -> Draft:
    """The draft with an item more in the list at ``path``, at its end or at a place."""
    items = list(value_at(draft, path) or ())
    where = len(items) if at is None else at
    items.insert(where, item)
    moved = _put(draft, path, items)
    return _doubted(_renumbered(moved, path, lambda place: place + (place >= where)), path)


def without_item(draft: Draft, path: Path) -> Draft:
    """The draft without the item at ``path``; marks of the items behind it move with them."""
    *above, last = path
    assert isinstance(last, int)
    parent = tuple(above)
    items = list(value_at(draft, parent) or ())
    del items[last]
    gone = _put(draft, parent, items)
    marked = _renumbered(gone, parent, lambda place: None if place == last else place - (place > last))
    return _doubted(marked, parent)


def with_item_moved(draft: Draft, path: Path, to: int) -> Draft:
    """The draft with the item at ``path`` at place ``to`` of its list (from 0); nothing where there is no such place."""
    *above, last = path
    assert isinstance(last, int)
    parent = tuple(above)
    items = list(value_at(draft, parent) or ())
    if not 0 <= to < len(items) or to == last:
        return draft
    order = [place for place in range(len(items)) if place != last]
    order.insert(to, last)
    moved = _put(draft, parent, [items[place] for place in order])
    return _doubted(_renumbered(moved, parent, order.index), parent)


def with_rules(draft: Draft, rules: RuleSet) -> Draft:
    """The rule set in place of the draft, as somebody wrote it anew: a value that is another now, and whose mark of origin
    he left as it was, waits to be confirmed like one that was changed by ``with_value``."""
    new = encode_rules(rules)
    held: Draft = new
    for path in _differing(draft, new):
        if path and path[0] not in ("assumed", "stated", "quotes") and source_of(new, path) == source_of(draft, path):
            held = _doubted(held, path)
    return held


def _differing(old: Any, new: Any, path: Path = ()) -> list[Path]:
    """The paths at which two drafts say something else; a list of another length differs as a whole."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        keys = dict.fromkeys((*old, *new))
        return [one for key in keys for one in _differing(old.get(key), new.get(key), (*path, key))]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [one for at in range(len(new)) for one in _differing(old[at], new[at], (*path, at))]
    return [] if old == new else [path]


def renamed(draft: Draft, key: str, zh: str, en: str) -> Draft:
    """The draft as a rule set of its own, so that the one it began from stays what it is."""
    return {**draft, "key": key, "name": {"zh": zh, "en": en}, "version": 1}


# where values come from


def source_of(draft: Draft, path: Path) -> str:
    """Where the value at a path comes from: 'assumed', a rule id or a confirmation, or '' where nothing says."""
    for pattern in draft.get("assumed") or ():
        if _covers(pattern, path):
            return "assumed"
    for pattern in value_at(draft, (*path[:2], "assumed")) or () if path[:1] in _HOLDERS else ():
        if _covers(pattern, path[2:]):
            return "assumed"
    stated = draft.get("stated") or {}
    nearest = max((pattern for pattern in stated if _covers(pattern, path)), key=len, default="")
    return str(stated.get(nearest, ""))


def confirmed(draft: Draft, pattern: str, by: str, on: str) -> Draft:
    """The draft with an assumed path confirmed by a person on a day: it is no longer assumed, and who said so stays."""
    data: dict[str, Any] = dict(draft)
    for holder, name in (("own_events", "own_events."), ("rounds", "rounds.")):
        if pattern.startswith(name) and pattern not in (data.get("assumed") or ()):
            _, at, rest = pattern.split(".", 2)
            held = [dict(one) for one in data[holder]]
            held[int(at)]["assumed"] = [one for one in held[int(at)].get("assumed") or () if one != rest]
            data[holder] = held
    data["assumed"] = [one for one in data.get("assumed") or () if one != pattern]
    data["stated"] = {**(data.get("stated") or {}), pattern: f"{CONFIRMED}：{by.strip()} {on}".strip()}
    return data


def _doubted(draft: Draft, path: Path) -> Draft:
    if not path or path[0] in _NAMES or path[-1] in ("name", "name_en", "look_for", "look_for_en"):
        return draft
    if source_of(draft, path) in ("", "assumed"):
        return draft
    name = dotted(path)
    stated = {pattern: source for pattern, source in (draft.get("stated") or {}).items() if pattern != name}
    return {**draft, "stated": stated, "assumed": [*(draft.get("assumed") or ()), name]}


def _covers(pattern: str, path: Path) -> bool:
    parts = pattern.split(".")
    return len(parts) <= len(path) and all(left in ("*", str(right)) for left, right in zip(parts, path, strict=False))


def _renumbered(draft: Draft, parent: Path, place: Callable[[int], int | None]) -> Draft:
    """Marks of origin with the places in one list changed; a mark of what is gone goes too."""
    depth = len(parent)

    def moved(pattern: str) -> str | None:
        parts = pattern.split(".")
        if len(parts) <= depth or not parts[depth].isdigit() or not _covers(".".join(parts[:depth]), parent):
            return pattern
        new = place(int(parts[depth]))
        return None if new is None else ".".join((*parts[:depth], str(new), *parts[depth + 1 :]))

    if parent[:1] in _HOLDERS and depth >= 3:
        inner = {**value_at(draft, parent[:2])}
        draft = _put(draft, parent[:2], {**inner, "assumed": _renumbered(inner, parent[2:], place)["assumed"]})
    assumed = [new for pattern in draft.get("assumed") or () if (new := moved(pattern)) is not None]
    stated = {
        new: source for pattern, source in (draft.get("stated") or {}).items() if (new := moved(pattern)) is not None
    }
    return {**draft, "assumed": assumed, "stated": stated}


def _put(held: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        items = list(held)
        items[first] = _put(items[first], rest, value)
        return items
    below = held.get(first) if isinstance(held, Mapping) else None
    return {**(held or {}), first: _put(below, rest, value)}


# new items, complete enough to be filled in


def _whole(kind: type[Rule], item: dict[str, Any]) -> dict[str, Any]:
    """An item with every key that its part of the form has."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.convert(item, kind)))
    return data


def new_key(taken: set[str], stem: str) -> str:
    """A key that no other item has: part1, part2, …"""
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def new_component(draft: Draft, root: Path = ()) -> dict[str, Any]:
    """A component of 10 points with one line and no name yet, for the contest or for the round or event at ``root``."""
    there = value_at(draft, (*root, "components")) or ()
    taken = {str(one.get("key")) for one in there}
    classes = [one.get("judge_class") for one in (*there, *(draft.get("components") or ())) if one.get("judge_class")]
    return _whole(
        Component,
        {
            "key": new_key(taken, "part"),
            "name": "",
            "max": "10",
            "judge_class": classes[0] if classes else "评委",
            "criteria": [{"name": "综合评分", "name_en": "Overall", "max": "10"}],
            "trim": NEW_TRIM,
        },
    )


def new_criterion(component: Mapping[str, Any]) -> dict[str, Any]:
    """A line that takes what the component has left of its full marks."""
    try:
        left = Decimal(str(component.get("max"))) - sum(
            (Decimal(str(one.get("max"))) for one in component.get("criteria") or ()), Decimal(0)
        )
    except ArithmeticError:
        left = Decimal(0)
    return _whole(Criterion, {"name": "", "max": format(left, "f") if left > 0 else "10"})


def new_phase(timing: Mapping[str, Any]) -> dict[str, Any]:
    """A phase of two minutes without a name."""
    taken = {str(one.get("key")) for one in timing.get("phases") or ()}
    return _whole(Phase, {"key": new_key(taken, "phase"), "name": "", "seconds": 120})


def new_round(draft: Draft) -> dict[str, Any]:
    """A round without a name that is all the contest's own."""
    taken = {str(one.get("key")) for one in draft.get("rounds") or ()}
    return _whole(Round, {"key": new_key(taken, "round"), "name": ""})


def new_deduction(draft: Draft) -> dict[str, Any]:
    """A deduction of one point without a name."""
    taken = {str(one.get("key")) for one in draft.get("deductions") or ()}
    return _whole(DeductionRule, {"key": new_key(taken, "deduction"), "name": "", "points": "1"})


NEW_TRIM = _whole(Trim, {})
NEW_POPULARITY = _whole(
    Popularity, {"table": [str(points) for points in range(10, 0, -1)], "cap": "0.05", "cap_mode": "own_total"}
)
NEW_TIMING = _whole(
    Timing,
    {
        "phases": [
            {"key": "presentation", "name": "演示", "name_en": "Presentation", "seconds": 480, "slides_end": True},
            {"key": "qa", "name": "问答", "name_en": "Questions", "seconds": 240},
        ]
    },
)
NEW_ADVANCE = _whole(Advance, {"type": "top_n", "n": 5})
NEW_AWARD = _whole(Award, {"name": "", "count": 1})
NEW_TRACK = _whole(TrackRule, {"name": ""})
NEW_EVENT = _whole(OwnEvent, {"name": ""})
NEW_FILE = _whole(FileRule, {"kind": ""})
NEW_FIELD = _whole(FormField, {"name": ""})
NEW_OUTLIERS = _whole(OutlierRule, {})
