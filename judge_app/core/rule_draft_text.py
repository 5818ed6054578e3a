"""A rule set as text to be typed in: the TOML of its file, read back with the line of whatever is wrong in it.

``text_of`` writes a draft (rule_draft.py), sections for parts and their items as in the preset files; ``read_text`` reads
it. Comments are not part of a rule set and are not kept.
"""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

import msgspec

from judge_app.core.errors import BadInput, Problem
from judge_app.core.rule_check import check
from judge_app.core.rule_draft import Draft, Path, path_of
from judge_app.core.rules import RuleSet, decode_rules

_IN_LINE = frozenset({"name", "rounding", "trim", "bands"})
"""Small tables that stand in the line of their key."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_AT = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")

_SYNTAX = (
    ("Expected '=' after a key", "名称后面缺等号"),
    ("Expected newline or end of document", "一行只能写一项，后面多了内容"),
    ("Unterminated string", "引号没有配对"),
    ('Expected \'"""\'', "引号没有配对"),
    ("Illegal character", "有不能用的字符；引号要用英文引号，文字要放在引号里"),
    ("Invalid statement", "这一行不是“名称 = 值”"),
    ("Invalid initial character for a key part", "名称只能用字母、数字、下划线、连字符"),
    ("Invalid value", "等号后面不是一个值；文字要放在英文引号里"),
    ("Cannot overwrite a value", "这一项写了两次"),
    ("Duplicate inline table key", "花括号里有一项写了两次"),
    ("Cannot declare", "这一节写了两次"),
    ("Cannot mutate immutable namespace", "这一项前面已经用花括号写完了"),
    ("Unclosed array", "方括号没有配对"),
    ("Unclosed inline table", "花括号没有配对"),
    ("Expected ']'", "节名后面缺方括号"),
    ("Unescaped '\\' in a string", "引号里的反斜杠要写两个"),
    ("Invalid date or datetime", "日期不对"),
)


class TextProblem(msgspec.Struct, frozen=True):
    """What is wrong, and in which line (from 1)."""

    line: int
    problem: Problem


class Reading(msgspec.Struct, frozen=True):
    """A text as it was read: the rule set where it is well-formed, all that keeps it from being used, and the data as TOML
    has it (empty where it is none)."""

    rules: RuleSet | None
    problems: tuple[TextProblem, ...]
    data: Mapping[str, Any] = msgspec.field(default_factory=dict)


# writing


def text_of(draft: Draft) -> str:
    """The draft as TOML, whether it can be used or not; ``read_text`` reads a well-formed one back as the same."""
    lines: list[str] = []
    off = {"outliers": False} if draft.get("outliers", False) is None else {}  # left out it would be the usual rule
    _section(lines, (), {**draft, **off})
    return "\n".join(lines).lstrip("\n") + "\n"


def _section(lines: list[str], path: tuple[str, ...], table: Mapping[str, Any]) -> None:
    held = {str(key): value for key, value in table.items() if value is not None}
    below = {key: value for key, value in held.items() if _has_sections(key, value)}
    for key, value in held.items():
        if key not in below:
            lines.append(f"{_key(key)} = {_value(value)}")
    for key, value in below.items():
        here = (*path, _key(key))
        for item in value if isinstance(value, list) else [value]:
            name = ".".join(here)
            lines += ["", f"[[{name}]]" if isinstance(value, list) else f"[{name}]"]
            _section(lines, here, item)


def _has_sections(key: str, value: Any) -> bool:
    if key in _IN_LINE or not value:
        return False
    return isinstance(value, Mapping) or (isinstance(value, list) and all(isinstance(item, Mapping) for item in value))


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = [f"{_key(str(key))} = {_value(item)}" for key, item in value.items() if item is not None]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON's escapes are TOML's, but DEL


# reading


def read_text(text: str) -> Reading:
    """The rule set in a text, and everything that is wrong with it, each with its line; raises nothing."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Reading(None, (_syntax(text, str(error)),))
    except RecursionError:
        return Reading(None, (TextProblem(1, Problem("", "括号套得太深", "brackets are nested too deep")),))
    lines = lines_of(text)
    try:
        rules = decode_rules(data)
    except BadInput as error:
        return Reading(None, tuple(_placed(lines, one) for one in error.problems), data)
    found = [_placed(lines, one) for one in check(rules)]
    return Reading(rules, tuple(sorted(found, key=lambda one: one.line)), data)


def _syntax(text: str, said: str) -> TextProblem:
    at = _AT.search(said)
    words = said[: at.start()] if at else said
    zh = next((zh for begin, zh in _SYNTAX if words.startswith(begin)), f"写法不对（{words}）")
    line = int(at["line"]) if at and at["line"] else text.count("\n") + 1
    return TextProblem(line, Problem("", zh, words))


def _placed(lines: Mapping[Path, int], problem: Problem) -> TextProblem:
    path = path_of(problem.place) if problem.place != "$" else ()
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return TextProblem(lines[path[:end]], problem)
    return TextProblem(1, problem)


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) at which each path of a valid TOML text begins: sections, keys, and items of lists."""
    return _Scanner(text).lines


class _Scanner:
    """Walks through a text that tomllib takes, and notes where things begin."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [place for place, letter in enumerate(text) if letter == "\n"]
        self._counts: dict[Path, int] = {}
        self.lines: dict[Path, int] = {}
        self._document()

    def _note(self, path: Path, at: int) -> None:
        self.lines.setdefault(path, bisect_right(self._breaks, at - 1) + 1)

    def _peek(self, count: int = 1) -> str:
        return self._text[self._at : self._at + count]

    def _blank(self, letters: str = " \t\r\n") -> None:
        """Over blanks and comments."""
        while self._at < len(self._text):
            if self._peek() in letters:
                self._at += 1
            elif self._peek() == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            else:
                return

    def _document(self) -> None:
        table: Path = ()
        self._blank()
        while self._at < len(self._text):
            if self._peek() == "[":
                table = self._heading()
            else:
                self._pair(table)
            self._blank()

    def _heading(self) -> Path:
        start, several = self._at, self._peek(2) == "[["
        self._at += 2 if several else 1
        parts = self._keys("]")
        self._at += 2 if several else 1
        path: Path = ()
        for place, part in enumerate(parts):
            path = (*path, part)
            if several and place == len(parts) - 1:
                self._note(path, start)
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        self._note(path, start)
        return path

    def _keys(self, end: str) -> list[str]:
        """The parts of a dotted name up to ``end``, which is left."""
        parts = []
        while True:
            self._blank(" \t")
            letter = self._peek()
            if letter in "\"'":
                (part,) = tomllib.loads(f"{self._string()} = 0")
                parts.append(part)
            else:
                match = _BARE.match(self._text, self._at)
                assert match is not None  # tomllib has taken the text
                parts.append(match[0])
                self._at = match.end()
            self._blank(" \t")
            if self._peek() == end:
                return parts
            self._at += 1  # the dot

    def _pair(self, table: Path) -> None:
        start = self._at
        path = table
        for part in self._keys("="):
            path = (*path, part)
            self._note(path, start)
        self._at += 1
        self._blank(" \t")
        self._held(path)

    def _held(self, path: Path) -> None:
        letter = self._peek()
        if letter in "\"'":
            self._string()
        elif letter == "[":
            self._list(path)
        elif letter == "{":
            self._inner(path)
        else:
            while self._peek() and self._peek() not in ",]}#\r\n":
                self._at += 1

    def _list(self, path: Path) -> None:
        self._at += 1
        place = 0
        self._blank()
        while self._peek() != "]":
            self._note((*path, place), self._at)
            self._held((*path, place))
            place += 1
            self._blank()
            if self._peek() == ",":
                self._at += 1
                self._blank()
        self._at += 1

    def _inner(self, path: Path) -> None:
        self._at += 1
        self._blank()
        while self._peek() != "}":
            self._pair(path)
            self._blank()
            if self._peek() == ",":
                self._at += 1
                self._blank()
        self._at += 1

    def _string(self) -> str:
        """A text as it is written, with its quotation marks; which is left."""
        start = self._at
        quote = self._peek()
        end = quote * 3 if self._peek(3) == quote * 3 else quote
        self._at += len(end)
        while self._peek(len(end)) != end:
            self._at += 2 if quote == '"' and self._peek() == "\\" else 1
        self._at += len(end)
        while len(end) == 3 and self._peek() == quote:  # a quotation mark just before the end belongs to the text
            self._at += 1
        return self._text[start : self._at]
