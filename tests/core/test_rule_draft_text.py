"""Rule sets as text: every preset comes back the same, and whatever is wrong is said with its line."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core.rule_draft import Path, draft_from
from judge_app.core.rule_draft_text import lines_of, read_text, text_of
from judge_app.store.presets import Presets, decode_toml, encode_toml, shipped

KEYS = Presets().keys()


@pytest.mark.parametrize("key", KEYS)
def test_a_preset_comes_back_from_its_text_as_it_was(key: str) -> None:
    rules = Presets().load(key)
    reading = read_text(text_of(draft_from(rules)))
    assert reading.rules == rules
    assert reading.problems == ()


def test_a_rule_set_that_flags_no_mark_stays_so() -> None:
    rules = msgspec.structs.replace(Presets().load("common-5"), outliers=None)
    assert read_text(text_of(draft_from(rules))).rules == rules
    assert decode_toml(encode_toml(rules), "x.toml") == rules


@pytest.mark.parametrize("key", KEYS)
def test_the_lines_of_a_hand_written_file_are_those_of_its_keys(key: str) -> None:
    text = (shipped() / f"{key}.toml").read_text("utf-8")
    lines, rows = lines_of(text), text.split("\n")
    for path, _ in _leaves(tomllib.loads(text)):
        name = next(part for part in reversed(path) if isinstance(part, str))
        at = lines[path]
        while not any(mark in rows[at - 1] for mark in (name, json.dumps(name, ensure_ascii=False))):
            at -= 1  # an item of a list that goes over several lines
            assert "[" in "".join(rows[at - 1 : lines[path]]), path
        assert at > 0


def _leaves(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for at, item in enumerate(value) for leaf in _leaves(item, (*path, at))]
    return [(path, value)]


_NAMES = st.text(st.sampled_from("ab-_1.中文 \"'\\#[]{}=,\t"), min_size=1, max_size=6)
_PLAIN = st.one_of(st.booleans(), st.integers(-9, 9), st.text(max_size=8).filter(lambda text: "\r" not in text))
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(_NAMES, inner, max_size=3),
        st.lists(st.dictionaries(_NAMES, inner, min_size=1, max_size=2), min_size=1, max_size=3),
    ),
    max_leaves=12,
)


@given(st.dictionaries(_NAMES, _VALUES, max_size=4))
def test_any_data_is_read_back_and_each_leaf_has_its_line(data: dict[str, Any]) -> None:
    text = text_of(data)
    assert tomllib.loads(text) == data
    lines, rows = lines_of(text), text.split("\n")
    assert all(1 <= line <= len(rows) for line in lines.values())
    for path, value in _leaves(data):
        assert path in lines
        said = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        assert said in rows[lines[path] - 1], (path, lines[path])


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\n\n# b = 2\nb = 3\n", ("b",), 4),
        ('a = """\nx = 1\n"""\nb = 2\n', ("b",), 4),
        ("a = '''\n'x\n''''\nb = 2\n", ("b",), 4),
        ('a = "\\"#"\nb = 2\n', ("b",), 2),
        ("a = [\n 1, # eins ]\n 2,\n]\nb = 2\n", ("a", 1), 3),
        ("a = [{ x = 1 },\n { x = 2 }]\n", ("a", 1, "x"), 2),
        ("[[a]]\nx = 1\n[[a.b]]\ny = 1\n[[a]]\n[[a.b]]\ny = 2\n", ("a", 1, "b", 0, "y"), 7),
        ("a.b.c = 1\n[d.'e f']\ng = 2\n", ("d", "e f", "g"), 3),
        ("a = 1\r\nb = 2\r\n", ("b",), 2),
        ('a = "\\U0001F600 x"\nb = 2\n', ("b",), 2),
        ('a = "x\ty\\\\z"\nb = 2\n', ("b",), 2),
        ('"\\U0001F600\t\\"" = 1\n', ('\U0001f600\t"',), 1),
    ],
)
def test_what_toml_can_say_is_found_at_its_line(text: str, path: Path, line: int) -> None:
    assert lines_of(text)[path] == line


def _text(*changes: tuple[str, str]) -> str:
    text = text_of(draft_from(Presets().load("common-5")))
    for old, new in changes:
        assert text.count(old) >= 1
        text = text.replace(old, new, 1)
    return text


def _line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("change", "part", "zh"),
    [
        (('step = "', "step = 半分 #"), "step = 半分", "等号后面不是一个值"),
        (("places = 2", "places 2"), "places 2", "名称后面缺等号"),
        (("rounding_stage =", "rounding_stagee ="), "rounding_stagee", "没有这个设置项"),
        (('max = "30"', 'max = "25"'), 'max = "100"', "95"),
        (('max = "30"', 'max = "三十"'), 'max = "三十"', "不是一个数"),
        (('announce = "full"', 'announce = "loud"'), 'announce = "loud"', "不能是"),
        (('name = "', 'title = "'), "title", "没有这个设置项"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(change: tuple[str, str], part: str, zh: str) -> None:
    text = _text(change)
    (found, *_) = read_text(text).problems
    assert zh in found.problem.zh
    assert found.line == _line(text, part)


def test_a_key_that_lacks_is_said_at_its_section() -> None:
    text = _text(('key = "presentation"\n', ""))
    (found,) = read_text(text).problems
    assert found.line == _line(text, "[[timing.phases]]")


def test_an_end_that_comes_too_early_is_the_last_line() -> None:
    (found,) = read_text("a = [1,\n2,\n").problems
    assert found.line == 3


def test_a_usable_text_has_no_problem_and_a_deep_one_is_refused() -> None:
    assert read_text(_text()).problems == ()
    assert read_text("a = " + "[" * 5000).rules is None


@pytest.mark.parametrize("text", ['notice = "\\U0001F600 !"\n', 'key = "a\tb\\\\c"\n'])
def test_what_toml_can_say_and_json_cannot_is_read(text: str) -> None:
    problems = [found.problem.zh for found in read_text(text).problems]
    assert problems
    assert not any("等号" in zh for zh in problems)
