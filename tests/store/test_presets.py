"""The preset files: equal to the reference value for value, checked by themselves, each value with its source."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core.errors import BadInput
from judge_app.core.rule_check import check, label_of, notes, values_at
from judge_app.core.rules import RuleSet, Text, change_rules, decode_rules, encode_rules
from judge_app.store.presets import Presets, decode_toml, encode_toml, presets_for, read_rules, shipped, write_rules

REFERENCE: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).resolve().parents[1] / "acceptance" / "presets-reference.json").read_text("utf-8")
)
KEYS = Presets().keys()


def differences(wanted: Any, found: Any, path: str) -> list[str]:
    """Where ``found`` says something else than ``wanted``; more keys are allowed, fewer are not."""
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return [path]
        gone = [f"{path}.{key} is missing" for key in wanted if key not in found]
        return gone + [
            one for key in wanted if key in found for one in differences(wanted[key], found[key], f"{path}.{key}")
        ]
    if isinstance(wanted, list):
        if len(wanted) != len(found):
            return [f"{path}: {len(wanted)} against {len(found)}"]
        pairs = zip(wanted, found, strict=True)
        return [one for at, (left, right) in enumerate(pairs) for one in differences(left, right, f"{path}[{at}]")]
    return [] if wanted == found else [f"{path}: {wanted!r} against {found!r}"]


@pytest.mark.parametrize("key", sorted(REFERENCE))
def test_a_preset_file_says_what_the_reference_says(key: str) -> None:
    assert differences(REFERENCE[key], encode_rules(Presets().load(key)), key) == []


def test_the_comparison_sees_a_changed_value() -> None:
    changed = json.loads(json.dumps(REFERENCE["shanxi-2019"]))
    changed["components"][2]["criteria"][0]["step"] = "1"
    assert differences(changed, encode_rules(Presets().load("shanxi-2019")), "") == [
        ".components[2].criteria[0].step: '1' against '0.5'"
    ]


def test_all_nine_presets_are_there_in_their_order() -> None:
    assert [
        *("sichuan-2023", "shanxi-2019", "national-2020", "tianjin-2025", "national-2026"),
        *("shanghai-2025", "common-5", "common-7", "blank"),
    ] == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_preset_finds_nothing_wrong_with_itself(key: str) -> None:
    rules = Presets().load(key)
    assert rules.key == key
    assert check(rules) == []
    assert not [note for note in notes(rules) if note.place.startswith(("stated", "assumed", "advance", "popularity"))]


@pytest.mark.parametrize("key", KEYS)
def test_a_preset_survives_being_encoded_and_decoded(key: str) -> None:
    rules = Presets().load(key)
    assert decode_rules(json.loads(json.dumps(encode_rules(rules)))) == rules


@pytest.mark.parametrize("key", KEYS)
def test_every_source_is_a_rule_of_the_presets_own_notice(key: str) -> None:
    rules = Presets().load(key)
    for path, source in rules.stated.items():
        assert values_at(rules, path), path
        for one in source.split(", "):
            assert re.fullmatch(r"S[0-4]-\d\d", one)
            assert one[1] == str(int(rules.notice))
            assert one in rules.quotes, f"{one} has no quote"


@pytest.mark.parametrize("key", KEYS)
def test_every_assumed_value_has_a_name_in_both_languages(key: str) -> None:
    rules = Presets().load(key)
    for path in rules.all_assumed:
        zh, en = label_of(rules, path)
        assert re.search(r"[一-鿿]", zh), path
        assert en != zh


def test_the_full_marks_are_those_of_the_notices() -> None:
    assert {key: int(Presets().load(key).full_marks) for key in KEYS} == {
        "sichuan-2023": 100,
        "shanxi-2019": 140,
        "national-2020": 150,
        "tianjin-2025": 100,
        "national-2026": 100,
        "shanghai-2025": 100,
        "common-5": 100,
        "common-7": 100,
        "blank": 100,
    }


def test_each_round_of_a_contest_is_a_rule_set_of_its_own() -> None:
    rules = Presets().load("shanghai-2025")
    first, second, final = (rules.for_round(key) for key in ("first", "second", "final"))
    assert (first.kind, first.timing) == ("paper_review", None)
    assert (second.kind, second.timing) == ("roadshow", rules.timing)
    assert [one.key for one in first.components] == ["paper100"]
    assert [one.key for one in second.components] == ["onsite100"]
    assert final.components == rules.components
    assert first.full_marks == second.full_marks == final.full_marks == 100
    with pytest.raises(KeyError):
        rules.for_round("quarter")


def test_a_preset_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(BadInput) as caught:
        Presets().load("sichuan-2024")
    assert "sichuan-2024" in str(caught.value)
    assert "sichuan-2023" in str(caught.value)
    with pytest.raises(BadInput):
        Presets().load("../presets/blank")


def test_an_organisers_own_rule_file_is_found_beside_the_shipped_ones(tmp_path: Path) -> None:
    text = (shipped() / "blank.toml").read_text("utf-8").replace('key = "blank"', 'key = "mine"')
    (tmp_path / "mine.toml").write_text(text, "utf-8-sig")
    presets = Presets(shipped(), tmp_path)
    assert presets.keys()[-1] == "mine"
    assert presets.load("mine").key == "mine"
    assert presets.load("blank") == Presets().load("blank")
    assert [rules.key for rules in presets.all()] == presets.keys()


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"\xff\xfe", "mine.toml", "UTF-8"),
        (b"key = ", "mine.toml", "TOML"),
        (b'key = "a"', "mine.toml: name", "missing"),
        (b'[[components]]\nsource = "judge"', "mine.toml: components[0].source", "choices"),
        (b"a = " + b"[" * 5000, "mine.toml", "TOML"),
    ],
)
def test_a_rule_file_that_cannot_be_read_names_the_place(data: bytes, place: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        decode_toml(data, "mine.toml")
    assert caught.value.problems[0].place.startswith(place)
    assert words in caught.value.problems[0].en


def test_a_misspelt_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = (shipped() / "blank.toml").read_text("utf-8")
    path.write_text(text.replace("warn_below", "warn_bellow"), "utf-8")
    with pytest.raises(BadInput) as caught:
        read_rules(path)
    assert caught.value.problems[0].place == "mine.toml: components[0].trim.warn_bellow"
    with pytest.raises(BadInput, match=r"none\.toml"):
        read_rules(tmp_path / "none.toml")


def test_the_talk_show_has_its_own_sheet_and_no_quota() -> None:
    rules: RuleSet = Presets().load("tianjin-2025").for_event("星锐TALK秀")
    assert [one.key for one in rules.components] == ["talk100"]
    assert rules.advance is None
    assert rules.full_marks == 100


@pytest.mark.parametrize("key", KEYS)
def test_a_rule_set_written_is_the_one_read(key: str, tmp_path: Path) -> None:
    rules = msgspec.structs.replace(Presets().load(key), key="mine", version=2)
    write_rules(tmp_path / "mine.toml", rules)
    assert read_rules(tmp_path / "mine.toml") == rules
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=3), max_size=3),
)
def test_whatever_is_typed_survives_the_file(name: str, stated: dict[str, str]) -> None:
    rules = msgspec.structs.replace(Presets().load("blank"), name=Text(zh=name, en=name), stated=stated)
    assert decode_toml(encode_toml(rules), "mine.toml") == rules


def test_a_rule_set_that_cannot_work_is_not_written_and_a_shipped_one_stays(tmp_path: Path) -> None:
    broken = change_rules(Presets().load("blank"), {"tie_keys": ["luck"]})
    with pytest.raises(BadInput, match="luck"):
        write_rules(tmp_path / "mine.toml", broken)
    with pytest.raises(BadInput, match="save a copy"):
        write_rules(shipped() / "blank.toml", Presets().load("common-5"))
    with pytest.raises(BadInput, match="cannot be written"):
        write_rules(tmp_path / "no" / "mine.toml", Presets().load("blank"))
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_may_name_a_rule_file_beside_it_and_still_the_shipped_ones(tmp_path: Path) -> None:
    own = msgspec.structs.replace(Presets().load("common-5"), key="our-final", name=Text(zh="本赛赛制"))
    write_rules(tmp_path / "our-final.toml", own)
    known = presets_for(tmp_path / "contest.xlsx")
    assert known.keys() == [*Presets().keys(), "our-final"]
    assert known.load("our-final") == own
    assert known.load("common-5") == Presets().load("common-5")
    with pytest.raises(BadInput):
        presets_for(tmp_path / "elsewhere" / "contest.xlsx").load("our-final")
