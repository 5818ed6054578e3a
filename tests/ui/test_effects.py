"""What a decision does is said in full: whoever gains and whoever loses, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from judge_app.core.results import Change
from judge_app.core.working import Status
from judge_app.ui.effects import change_words, moved_words
from tests.ui.desk import dressed


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[None]:
    with dressed(qapp):
        yield


def change(entry_no: str, **fields: Any) -> Change:
    """A change of these fields alone."""
    same = {
        "status_before": Status.FINAL,
        "status_after": Status.FINAL,
        "total_before": Decimal("88.00"),
        "total_after": Decimal("88.00"),
        "rank_before": 1,
        "rank_after": 1,
        "awards_before": (),
        "awards_after": (),
        "advances_before": False,
        "advances_after": False,
    }
    return Change(entry_no=entry_no, **{**same, **fields})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"awards_before": ("一等奖",)}, "07 号：无奖项"),
        ({"awards_before": ("一等奖",), "awards_after": ("二等奖",)}, "07 号：二等奖"),
        ({"awards_before": ("一等奖", "人气奖"), "awards_after": ("人气奖",)}, "07 号：人气奖"),
        ({"advances_after": True}, "晋级：07"),
        ({"advances_before": True}, "不再晋级：07"),
        ({"total_after": Decimal("80.50")}, "07 号总得分 88.00 → 80.50"),
        ({"rank_after": None}, "07 号名次 1 → —"),
    ],
)
def test_whatever_a_project_gains_or_loses_is_said(fields: dict[str, Any], said: str) -> None:
    assert change_words([change("7", **fields)]) == [said]


def test_where_nothing_changes_there_is_nothing_to_say() -> None:
    assert change_words([]) == change_words([change("7")]) == []


def test_who_advances_stands_first_and_of_many_that_move_the_others_are_counted() -> None:
    moved = [change(str(no), rank_before=no, rank_after=no + 1, total_after=Decimal(no)) for no in range(1, 6)]
    said = change_words([*moved, change("6", advances_after=True)])
    assert said[0] == "晋级：06"
    assert [one for one in said if one.startswith("另有")] == ["另有 2 个总得分变化", "另有 2 个名次变化"]
    assert len(said) == 1 + 2 * (3 + 1)


def test_a_project_that_is_spoken_of_apart_keeps_its_place_in_the_lists_alone() -> None:
    own = change("7", rank_after=4, total_after=Decimal("80.00"), awards_before=("一等奖",))
    other = change("8", rank_before=2)
    assert change_words([own, other], but="7") == ["07 号：无奖项", "08 号名次 2 → 1"]
    assert moved_words([own, other], but="7") == ["08 号名次 2 → 1"]
