"""Every value of a rule set has a field on a page of the editor: changed there, it is what the rules then say; and a rule set
that is only looked at stays as it is."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from judge_app.core import rule_draft
from judge_app.core.rule_draft import Path, value_at
from judge_app.core.rule_draft_text import read_text, text_of
from judge_app.core.rules import RuleSet, decode_rules, encode_rules
from judge_app.store.presets import Presets
from judge_app.ui.prepare import PrepareDesk
from judge_app.ui.prepare.entry_forms import Entry, Papers, Penalties, Tracks
from judge_app.ui.prepare.fields import CheckField, ChoiceField, Field, TextField
from judge_app.ui.prepare.round_forms import Events, Rounds
from judge_app.ui.prepare.rule_forms import Basics, Components, PopularityForm, Ranking, Times
from judge_app.ui.prepare.rules_page import RulesPage
from judge_app.ui.prepare.section import Section
from tests.ui.prepare.preparing import begun, prepared, window_of

KEYS = Presets().keys()
WITHOUT_A_FIELD = {
    "format": "the form of the file",
    "version": "counted by the program",
    "assumed": "marks of origin: by the fields and the page of assumed values",
    "stated": "marks of origin",
    "quotes": "the notice's words",
    "own_events.*.assumed": "marks of origin",
    "rounds.*.assumed": "marks of origin",
}
KEYS_OF_ITEMS = ("components.*.key", "timing.phases.*.key", "deductions.*.key")
"""Made by the program where an item is added; in rounds and events too."""


def _full() -> RuleSet:
    """A rule set that has some of everything."""
    data = encode_rules(Presets().load("shanghai-2025"))
    tianjin = encode_rules(Presets().load("tianjin-2025"))
    national = encode_rules(Presets().load("national-2020"))
    part = dict(data["components"][0])
    part["criteria"] = [{**line, "bands": [{"name": "优", "low": "1", "high": "2"}]} for line in part["criteria"][:2]]
    part["trim"] = rule_draft.NEW_TRIM
    outside = {**part, "key": "outside", "source": "external", "criteria": [], "trim": None}
    timing = {**rule_draft.NEW_TIMING}
    timing["phases"] = [{**phase, "prompts_remaining": [60, 30, 0]} for phase in timing["phases"]]
    inner = {
        "components": [part, outside],
        "timing": timing,
        "tie_keys": ["exact_total", "untrimmed_mean"],
        "advance": rule_draft.NEW_ADVANCE,
        "awards": [rule_draft.NEW_AWARD, rule_draft.NEW_AWARD],
    }
    return decode_rules(
        {
            **data,
            **inner,
            "popularity": national["popularity"],
            "own_events": [{**tianjin["own_events"][0], **inner, "max_age": 35, "team_size": 1}],
            "rounds": [{**one, **inner, "kind": "roadshow"} for one in data["rounds"][:2]],
            "tracks": tianjin["tracks"][:2],
            "topics": ["甲", "乙"],
            "entry_rules": {**data["entry_rules"], "files": tianjin["entry_rules"]["files"]},
            "form_fields": [rule_draft.NEW_FIELD, rule_draft.NEW_FIELD],
            "deductions": [rule_draft.new_deduction({})],
            "stage_words": {"welcome": {"zh": "欢迎", "en": "Welcome"}},
        }
    )


def _desk(qtbot: QtBot, rules: RuleSet) -> PrepareDesk:
    desk = prepared(qtbot)
    desk.begin("blank")
    window_of(desk).rules_page.rewritten.emit(msgspec.structs.replace(rules, key="full", assumed=(), stated={}))
    desk.go_to(1)
    return desk


def _sections(page: RulesPage) -> list[Section]:
    return list(page.findChildren(Section))


def _shown(section: Section) -> Iterator[None]:
    """Each part of a section in turn."""
    if isinstance(section, Rounds | Events):
        for at in range(len(section.items)):
            section.choose(at)
            yield
    else:
        yield


def _pattern(path: Path) -> str:
    return ".".join("*" if isinstance(part, int) else part for part in path)


def _paths(kind: Any, prefix: str = "") -> Iterator[str]:
    """The paths of all values of a part of the form."""
    for field in msgspec.structs.fields(kind):
        yield from _of_type(field.type, f"{prefix}.{field.name}".lstrip("."))


def _of_type(kind: Any, path: str) -> Iterator[str]:
    inner = [one for one in typing.get_args(kind) if one not in (type(None), ...)]
    if typing.get_origin(kind) is tuple and isinstance(inner[0], type) and issubclass(inner[0], msgspec.Struct):
        yield from _paths(inner[0], f"{path}.*")
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _paths(kind, path)
    elif typing.get_origin(kind) is dict:
        yield path
    elif typing.get_origin(kind) not in (tuple, typing.Literal) and inner:
        for one in inner:
            yield from _of_type(one, path)
    else:
        yield path


def test_every_value_of_a_rule_set_has_a_field(qtbot: QtBot) -> None:
    desk = _desk(qtbot, _full())
    there: set[str] = set()
    kinds = ("top_n", "ratio", "score_line")
    for kind in kinds:
        for root in ((), ("rounds", 0), ("own_events", 0)):
            window_of(desk).rules_page.edited.emit((*root, "advance", "type"), kind)
        for section in _sections(window_of(desk).rules_page):
            for _ in _shown(section):
                there |= {_pattern(path) for path in section.fields}
    wanted = set(_paths(RuleSet))
    assert len(wanted) > 150
    for path in sorted(wanted):
        if path in WITHOUT_A_FIELD or any(path.endswith(key) for key in KEYS_OF_ITEMS):
            continue
        covered = {path, path.rpartition(".*.")[0], f"{path}.*"}  # bands and tie keys are typed as one
        assert covered & there or any(one.startswith(f"{path}.") for one in there), path
    assert not [path for path in WITHOUT_A_FIELD if path in there]


@pytest.mark.parametrize("key", KEYS)
def test_a_preset_that_is_looked_at_on_every_page_stays_as_it_is(qtbot: QtBot, key: str) -> None:
    desk = begun(qtbot, key, 1)
    before, page = desk.preparation.rules, window_of(desk).rules_page
    for section in _sections(page):
        for _ in _shown(section):
            for path, field in section.fields.items():
                if isinstance(field, TextField) and value_at(before, path) is not None:
                    field.line.textEdited.emit(field.line.text())  # typed, but the same
    assert desk.preparation.rules == before
    assert not desk.preparation.can_undo


def _other(field: Field, value: Any) -> Any:
    """Something else that a person can put into a field; None where there is nothing else."""
    if isinstance(field, CheckField):
        return "click"
    if isinstance(field, ChoiceField):
        return next((one for one in field._values if one != value), None)
    assert isinstance(field, TextField)
    if isinstance(value, bool):
        raise AssertionError(field.path)
    if isinstance(value, int):
        return "7:30" if field._kind == "minutes" else "7 MB" if field._kind == "size" else "7"
    match field._kind:
        case "optional whole" | "whole" | "number" | "optional number":
            return "7"
        case "size":
            return "7 MB"
        case "seconds" | "optional seconds" | "points":
            return "9、8"
        case "bands":
            return "上3–4、下1–2"
        case "names":
            return "、".join(list(field._words.values())[1:3]) if field._words else "丙、丁 戊"
        case "signs":
            return "+ 无"
    return "新 words"


SECTIONS = (
    Components,
    Basics,
    Times,
    Ranking,
    PopularityForm,
    Rounds,
    Events,
    Tracks,
    Entry,
    Papers,
    Penalties,
)


@pytest.mark.parametrize("kind", SECTIONS)
def test_every_field_of_a_page_can_be_changed_and_is_read_back(qtbot: QtBot, kind: type[Section]) -> None:
    """One field after the other, each from the same rules: the rules say it, their text says it, the field shows it."""
    begun = rule_draft.draft_from(_full())
    section, told = kind(), []
    qtbot.addWidget(section)
    section.edited.connect(lambda path, value: told.append((path, value)))
    section.show_draft(begun, ())
    changed = 0
    for _ in _shown(section):
        for path in list(section.fields):
            field = section.fields[path]
            other = _other(field, value_at(begun, path))
            if path == ("preset",) or other is None:
                continue
            _put_in(field, other)
            now = rule_draft.with_typed(begun, *told.pop(), begun)
            assert told == []
            assert value_at(now, path) != value_at(begun, path), path
            said = json.loads(json.dumps(value_at(now, path)))
            reading = read_text(text_of(now))
            assert reading.rules is not None, (path, reading.problems)
            assert value_at(encode_rules(reading.rules), path) == said, path
            section.show_draft(now, ())
            again = section.fields[path]
            if isinstance(again, TextField):
                assert again._value(again.line.text()) == said, path
            section.show_draft(begun, ())
            changed += 1
    assert changed >= 4


def _put_in(field: Field, other: Any) -> None:
    if isinstance(field, CheckField):
        field.box.click()
    elif isinstance(field, ChoiceField):
        field.choose(other)
    else:
        assert isinstance(field, TextField)
        field.type(str(other))
