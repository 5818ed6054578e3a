"""The two sample contests from the marks their judges give to the results that must come out."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge_app.core.contest import Presence
from judge_app.core.scoring import Entry, Sheet, Tabulation, tabulate
from judge_app.store.presets import Presets

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"
PRESENCE = {"在席": Presence.PRESENT, "缺席": Presence.ABSENT, "离席": Presence.LEFT, "回避": Presence.RECUSED}
FOUR_TRACKS = {"应用创新": range(1, 9), "技术创新": range(9, 15), "医疗信创": range(15, 18), "基层创新": range(18, 23)}
PASSED = {"应用创新": 8, "技术创新": 6, "医疗信创": 3, "基层创新": 5}


def expected(sample: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((SAMPLES / sample / "expected.json").read_text("utf-8"))
    return held


def entries(sample: str, tracks: dict[str, range]) -> list[Entry]:
    """The sample's entries, read with the csv module alone."""
    sheets: dict[str, dict[tuple[str, str], Sheet]] = {}
    text = (SAMPLES / sample / "scores.csv").read_text("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text)):
        held = sheets.setdefault(row["参赛序号"], {})
        key = row["评委编号"], row["得分项"]
        sheet = held.get(key) or Sheet(judge=key[0], component=key[1], presence=PRESENCE[row["在席状态"]])
        if row["分数"]:
            points = {**(sheet.points or {}), row["评分要素"]: Decimal(row["分数"])}
            sheet = msgspec.structs.replace(sheet, points=points)
        held[key] = sheet
    track_of = {str(number): track for track, numbers in tracks.items() for number in numbers}
    return [
        Entry(entry_no=number, track=track_of.get(number, ""), sheets=tuple(held.values()))
        for number, held in sheets.items()
    ]


def regional_final() -> Tabulation:
    return tabulate(Presets().load("shanxi-2019"), entries("regional-final", {}))


def four_tracks() -> Tabulation:
    return tabulate(Presets().load("sichuan-2023"), entries("four-tracks", FOUR_TRACKS), passed_initial_review=PASSED)


@pytest.mark.parametrize(("sample", "run"), [("regional-final", regional_final), ("four-tracks", four_tracks)])
def test_a_sample_contest_comes_out_as_expected(sample: str, run: Any) -> None:
    found: Tabulation = run()
    wanted = expected(sample)
    assert len(found.projects) == len(wanted["projects"])
    for project in found.projects:
        fields = dict(wanted["projects"][project.entry_no])
        assert str(project.total) == fields.pop("total")
        assert project.rank == fields.pop("rank")
        for component, score in fields.items():
            assert str(project.components[component].score) == score
    assert list(found.advance) == wanted["advance"]
    assert found.advance_status == "FINAL"


def test_the_tie_at_the_cut_of_the_regional_final_is_decided_by_the_expert_score() -> None:
    fifth, sixth = (regional_final().project(number) for number in ("5", "6"))
    assert fifth.total == sixth.total
    assert (fifth.rank, fifth.tie_key, sixth.rank, sixth.tie_key) == (5, "expert100", 6, None)


def test_the_exact_tie_in_the_four_tracks_is_decided_by_the_mean_of_all_sheets() -> None:
    found = four_tracks()
    assert found.project("16").total == found.project("15").total
    assert found.project("16").tie_key == "untrimmed_mean"
    assert found.places == {"应用创新": 2, "技术创新": 1, "医疗信创": 1, "基层创新": 1}


def test_the_recused_and_the_absent_judge_are_named_and_not_counted() -> None:
    found = regional_final()
    assert "JUDGE_RECUSED:E3" in found.project("1").flags
    assert "JUDGE_ABSENT:E7" in found.project("8").flags
    assert found.project("1").components["expert100"].valid == 6
    assert found.project("8").components["creative10"].valid == 6
