"""The JSON forms of ``judge-app tabulate``: ``judge-app/tabulation-input/1`` in, ``judge-app/tabulation/1`` out.

Numbers are decimal strings; a JSON number is taken too, by its digits, never as a binary float. Whatever cannot be
taken raises BadInput with its JSON path (``projects[0].sheets[2].points.综合表现: 21 is over the full marks 20``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from judge_app.core.contest import Presence, Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.marks import METHODS
from judge_app.core.rule_check import check
from judge_app.core.rules import RuleSet, change_rules
from judge_app.core.scoring import (
    ComponentResult,
    Deduction,
    Entry,
    ProjectResult,
    Ruling,
    Sheet,
    Standing,
    Tabulation,
    check_entries,
    check_rulings,
    plain,
    tabulate,
)

INPUT_FORMAT = "judge-app/tabulation-input/1"
OUTPUT_FORMAT = "judge-app/tabulation/1"

LoadPreset = Callable[[str], RuleSet]
"""A preset's key → its rule set; raises BadInput for a key that there is not."""


class TabulationInput(Struct, frozen=True):
    """A file as read: everything but the preset's own rules. ``rule_changes`` is a merge patch on them (RFC 7396)."""

    preset: str
    entries: tuple[Entry, ...]
    rule_changes: dict[str, Any] = msgspec.field(default_factory=dict)
    rulings: tuple[Ruling, ...] = ()
    popularity_voided: bool = False
    passed_initial_review: dict[str, int] = msgspec.field(default_factory=dict)


def _bad(place: str, zh: str, en: str) -> NoReturn:
    raise BadInput(Problem(place or "$", zh, en))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            _bad(key, "同一个对象里出现了两次", "appears twice in one object")
        found[key] = value
    return found


def _constant(text: str) -> NoReturn:
    _bad("$", f"{text} 不是数", f"{text} is not a number")


def _parse(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _bad(f"byte {error.start}", "文件不是 UTF-8 编码", "the file is not UTF-8")
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        _bad(f"line {error.lineno} column {error.colno}", f"不是 JSON：{error.msg}", f"not JSON: {error.msg}")
    except (RecursionError, ValueError):
        _bad("$", "JSON 嵌套过深或数字过长", "the JSON is nested too deeply or a number is too long")


def _kind(value: Any) -> tuple[str, str]:
    """What a JSON value is, in both languages."""
    for types, zh, en in (
        (bool, "真假值", "true or false"),
        (str, "文字", "text"),
        ((int, Decimal), "数字", "a number"),
        (list, "列表", "a list"),
        (dict, "对象", "an object"),
    ):
        if isinstance(value, types):
            return zh, en
    return "空值", "null"


def _expected(place: str, value: Any, zh: str, en: str) -> NoReturn:
    got_zh, got_en = _kind(value)
    _bad(place, f"应为{zh}，得到的是{got_zh}", f"expected {en}, got {got_en}")


def _object(value: Any, place: str, known: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        _expected(place, value, "对象", "an object")
    at = f"{place}." if place else ""
    for key in value:
        if key not in known:
            _bad(f"{at}{key}", f"没有这一项（有 {'、'.join(known)}）", f"there is no such key ({', '.join(known)})")
    for key in required:
        if key not in value:
            _bad(f"{at}{key}", "缺少这一项", "is missing")
    return value


def _mapping(value: Any, place: str) -> dict[str, Any]:
    """An object with free keys; null is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        _expected(place, value, "对象", "an object")
    return value


def _list(value: Any, place: str, *, optional: bool = False) -> list[Any]:
    if value is None and optional:
        return []
    if not isinstance(value, list):
        _expected(place, value, "列表", "a list")
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        _expected(place, value, "文字", "text")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        _bad(place, "含有不成对的代理字符", "holds half of a surrogate pair")
    return value


_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)


def _number(value: Any, place: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        _expected(place, value, "数字", "a number")
    text = str(value)
    if not _NUMBER.fullmatch(text):
        _bad(place, f"{text!r} 不是一个十进制数", f"{text!r} is not a decimal number")
    return Decimal(text)


def _whole(value: Any, place: str) -> int:
    number = _number(value, place)
    if number != number.to_integral_value():
        _bad(place, f"{value} 不是整数", f"{value} is not a whole number")
    return int(number)


def _choice(value: Any, place: str, choices: tuple[str, ...]) -> str:
    text = _text(value, place)
    if text not in choices:
        _bad(place, f"不能是 {text}，只能是 {'、'.join(choices)}", f"{text} is not one of {', '.join(choices)}")
    return text


def read_input(data: bytes) -> TabulationInput:
    """A tabulation-input/1 file (UTF-8, a BOM is allowed). Raises BadInput with the place of what cannot be taken; what
    only the rules can judge (ranges, steps, unknown components) is for ``check_entries``."""
    root = _object(
        _parse(data),
        "",
        ("format", "preset", "projects", "rule_changes", "passed_initial_review", "popularity", "rulings"),
        ("format", "preset", "projects"),
    )
    if root["format"] != INPUT_FORMAT:
        _bad("format", f"应为 {INPUT_FORMAT}", f"must be {INPUT_FORMAT}")
    changes = _mapping(root.get("rule_changes"), "rule_changes")
    passed = _mapping(root.get("passed_initial_review"), "passed_initial_review")
    counts = {track: _whole(count, f"passed_initial_review.{track}") for track, count in passed.items()}
    for track, count in counts.items():
        if count < 0:
            _bad(f"passed_initial_review.{track}", f"{count} 小于 0", f"{count} is below 0")
    popularity = root.get("popularity")
    if popularity is not None:
        _choice(popularity, "popularity", ("voided",))
    return TabulationInput(
        preset=_text(root["preset"], "preset"),
        entries=tuple(
            _entry(one, f"projects[{index}]") for index, one in enumerate(_list(root["projects"], "projects"))
        ),
        rule_changes=changes,
        rulings=tuple(
            read_ruling(one, f"rulings[{index}]")
            for index, one in enumerate(_list(root.get("rulings"), "rulings", optional=True))
        ),
        popularity_voided=popularity is not None,
        passed_initial_review=counts,
    )


_ENTRY_TEXTS = ("name", "lead_unit", "track", "topic", "session")


def _entry(value: Any, place: str) -> Entry:
    known = ("entry_no", *_ENTRY_TEXTS, "sheets", "votes", "popularity_rank", "external", "standing", "deductions")
    held = _object(value, place, known, ("entry_no",))
    texts = {name: _text(held[name], f"{place}.{name}") for name in _ENTRY_TEXTS if held.get(name) is not None}
    sheets = _list(held.get("sheets"), f"{place}.sheets", optional=True)
    external = _mapping(held.get("external"), f"{place}.external")
    votes, rank = held.get("votes"), held.get("popularity_rank")
    standing = held.get("standing")
    deductions = _list(held.get("deductions"), f"{place}.deductions", optional=True)
    return Entry(
        entry_no=_text(held["entry_no"], f"{place}.entry_no"),
        sheets=tuple(_sheet(one, f"{place}.sheets[{index}]") for index, one in enumerate(sheets)),
        votes=None if votes is None else _whole(votes, f"{place}.votes"),
        popularity_rank=None if rank is None else _whole(rank, f"{place}.popularity_rank"),
        external={
            key: _number(score, f"{place}.external.{key}") for key, score in external.items() if score is not None
        },
        standing=Standing.COMPETING
        if standing is None
        else Standing(_choice(standing, f"{place}.standing", tuple(Standing))),
        deductions=tuple(_deduction(one, f"{place}.deductions[{index}]") for index, one in enumerate(deductions)),
        **texts,
    )


def _deduction(value: Any, place: str) -> Deduction:
    held = _object(value, place, ("key", "by", "reason"), ("key", "by", "reason"))
    return Deduction(**{key: _text(one, f"{place}.{key}") for key, one in held.items()})


def _sheet(value: Any, place: str) -> Sheet:
    held = _object(
        value, place, ("judge", "component", "presence", "points", "total", "replaces"), ("judge", "component")
    )
    points = held.get("points")
    if points is not None and not isinstance(points, dict):
        _expected(f"{place}.points", points, "对象", "an object")
    total, replaces, presence = held.get("total"), held.get("replaces"), held.get("presence")
    return Sheet(
        judge=_text(held["judge"], f"{place}.judge"),
        component=_text(held["component"], f"{place}.component"),
        presence=Presence.PRESENT
        if presence is None
        else Presence(_choice(presence, f"{place}.presence", tuple(Presence))),
        points=None
        if points is None
        else {name: None if one is None else _number(one, f"{place}.points.{name}") for name, one in points.items()},
        total=None if total is None else _number(total, f"{place}.total"),
        replaces=None if replaces is None else _text(replaces, f"{place}.replaces"),
    )


_KINDS = tuple(METHODS)
_METHODS = tuple(dict.fromkeys(one for ways in METHODS.values() for one in ways if one))


def read_ruling(value: Any, place: str = "ruling") -> Ruling:
    """A ruling from its JSON object. Raises BadInput; whether it fits the contest is for ``check_rulings``."""
    held = _object(
        value,
        place,
        ("kind", "entry_no", "component", "method", "entries", "order", "by", "reason"),
        ("kind", "by", "reason"),
    )
    _choice(held["kind"], f"{place}.kind", _KINDS)
    if held.get("method") is not None:
        _choice(held["method"], f"{place}.method", _METHODS)
    for name in ("entry_no", "component"):
        if held.get(name) is not None:
            _text(held[name], f"{place}.{name}")
    lists = {
        name: tuple(
            _text(one, f"{place}.{name}[{index}]")
            for index, one in enumerate(_list(held.get(name), f"{place}.{name}", optional=True))
        )
        for name in ("entries", "order")
    }
    return Ruling(
        kind=held["kind"],
        by=_text(held["by"], f"{place}.by"),
        reason=_text(held["reason"], f"{place}.reason"),
        entry_no=held.get("entry_no"),
        component=held.get("component"),
        method=held.get("method"),
        entries=lists["entries"] or lists["order"],
        order=lists["order"],
    )


def _harmless(place: str, changes: Mapping[str, Any]) -> bool:
    """Whether a finding about changed rules leaves the calculation as it is: a preset's own tie key that changed
    components leave without a value decides nothing, and sheets of totals need neither lines nor a class of judges."""
    return (place.startswith("tie_keys") and "tie_keys" not in changes) or place.endswith((".criteria", ".judge_class"))


def tabulate_input(given: TabulationInput, load: LoadPreset) -> tuple[RuleSet, Tabulation]:
    """The rules in force and the results. Raises BadInput with JSON paths."""
    try:
        rules = load(given.preset)
    except BadInput as error:
        _bad("preset", error.problems[0].zh, error.problems[0].en)
    if given.rule_changes:
        rules = change_rules(rules, given.rule_changes)
    problems = [
        Problem(f"rule_changes.{one.place}", one.zh, one.en)
        for one in check(rules)
        if not _harmless(one.place, given.rule_changes)
    ]
    problems = problems or check_entries(rules, given.entries) + check_rulings(rules, given.entries, given.rulings)
    if problems:
        raise BadInput(problems)
    return rules, tabulate(
        rules,
        given.entries,
        rulings=given.rulings,
        popularity_voided=given.popularity_voided,
        passed_initial_review=given.passed_initial_review,
    )


def tabulate_file(data: bytes, load: LoadPreset) -> dict[str, Any]:
    """What ``judge-app tabulate`` prints for a file's bytes, as JSON-ready data. Raises BadInput."""
    given = read_input(data)
    _, tabulation = tabulate_input(given, load)
    return to_json(tabulation, given.preset)


def to_json(tabulation: Tabulation, preset: str) -> dict[str, Any]:
    """A tabulation/1 object. Totals and scores keep their places (``88.80``), sums of marks are plain (``444``)."""
    return {
        "format": OUTPUT_FORMAT,
        "preset": preset,
        "full_marks": plain(tabulation.full_marks),
        "projects": [_project(project) for project in tabulation.projects],
        "advance": list(tabulation.advance),
        "advance_status": str(tabulation.advance_status),
        "advance_candidates": list(tabulation.advance_candidates),
        "awards": {name: list(numbers) for name, numbers in tabulation.awards.items()},
        "award_status": str(tabulation.award_status),
        "assumed": list(tabulation.assumed),
    }


def _printed(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _project(project: ProjectResult) -> dict[str, Any]:
    return {
        "entry_no": project.entry_no,
        "status": str(project.status),
        "total": _printed(project.total),
        "rank": project.rank,
        "tie_key": project.tie_key,
        "flags": list(project.flags),
        "popularity_points": _printed(project.popularity_points),
        "popularity_counted": _printed(project.popularity_counted),
        "components": {key: _component(component) for key, component in project.components.items()},
    }


def _component(component: ComponentResult) -> dict[str, Any]:
    return {
        "score": _printed(component.score),
        "valid": component.valid,
        "dropped_high": _dropped(component.dropped_high),
        "dropped_low": _dropped(component.dropped_low),
        "kept_sum": None if component.score is None else plain(component.kept_sum),
    }


def _dropped(judges: tuple[str, ...]) -> str | list[str] | None:
    """The judge dropped; a list only where a rule drops several."""
    if len(judges) > 1:
        return list(judges)
    return judges[0] if judges else None


def dump(data: Mapping[str, Any]) -> bytes:
    """JSON for standard output: UTF-8, Chinese readable, one object, no line feed at the end."""
    return json.dumps(data, ensure_ascii=False, indent=1).encode()
