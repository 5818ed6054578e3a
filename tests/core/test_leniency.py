"""The leniency sheet: who gives more or less than the others, for information only."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from judge_app.core.leniency import leniency, rank_correlation
from judge_app.core.scoring import Entry, Sheet, tabulate
from judge_app.store.presets import Presets

BLANK = Presets().load("blank")


def entries(*rows: tuple[str, tuple[str, ...]]) -> list[Entry]:
    """(session, marks of J1, J2, …) for each project."""
    return [
        Entry(
            entry_no=str(at),
            session=session,
            sheets=tuple(
                Sheet(judge=f"J{j}", component="judges100", total=Decimal(mark)) for j, mark in enumerate(marks, 1)
            ),
        )
        for at, (session, marks) in enumerate(rows, 1)
    ]


HELD = entries(
    ("上午", ("90", "80", "70")),
    ("上午", ("92", "82", "72")),
    ("上午", ("94", "84", "71")),
    ("下午", ("60", "60", "60")),
)


def test_a_mild_judge_stands_above_the_others_on_the_same_projects() -> None:
    sheet = leniency(BLANK, tabulate(BLANK, HELD), HELD)
    first = sheet.judges[0]
    assert (first.judge, first.session, first.marks) == ("J1", "上午", 3)
    assert (str(first.mean), str(first.spread), str(first.against_panel), str(first.agreement)) == (
        *("92.00", "2.00", "15.50"),
        "1.00",
    )
    third = sheet.judges[2]
    assert str(third.against_panel) == "-16.00"
    assert str(third.agreement) == "0.50"
    alone = sheet.judges[3]
    assert (alone.spread, alone.agreement, str(alone.against_panel)) == (None, None, "0.00")


def test_panels_are_compared_with_all_panels_and_the_sheet_says_it_is_only_information() -> None:
    sheet = leniency(BLANK, tabulate(BLANK, HELD), HELD)
    assert [(one.session, one.marks, str(one.mean), str(one.against_all)) for one in sheet.panels] == [
        ("上午", 9, "81.67", "5.42"),
        ("下午", 3, "60.00", "-16.25"),
    ]
    assert sheet.notice.zh == "仅供参考，不影响任何成绩"


def test_nothing_but_valid_marks_is_compared() -> None:
    held = [*HELD, Entry(entry_no="9", session="晚上")]
    assert {one.session for one in leniency(BLANK, tabulate(BLANK, held), held).panels} == {"上午", "下午"}


def ranks(*values: int) -> list[Fraction]:
    return [Fraction(value) for value in values]


def test_rank_correlation_is_spearmans_with_mean_ranks_for_ties() -> None:
    assert str(rank_correlation(ranks(1, 2, 3, 4), ranks(10, 20, 30, 40))) == "1.00"
    assert str(rank_correlation(ranks(1, 2, 3, 4), ranks(4, 3, 2, 1))) == "-1.00"
    assert str(rank_correlation(ranks(1, 2, 3, 4, 5), ranks(2, 1, 4, 3, 5))) == "0.80"
    assert str(rank_correlation(ranks(1, 2, 2, 3), ranks(1, 2, 3, 4))) == "0.95"
    assert rank_correlation(ranks(1, 2), ranks(1, 2)) is None
    assert rank_correlation(ranks(1, 1, 1), ranks(1, 2, 3)) is None
