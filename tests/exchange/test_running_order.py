"""The running order of a file, worded for people and as data."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import openpyxl
import pytest

from judge_app.core.errors import BadInput, Refused
from judge_app.exchange.running_order import order_file, read_entrants, stroke_table

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "resources" / "samples"


def test_a_text_file_of_names_is_ordered_by_strokes(tmp_path: Path) -> None:
    path = tmp_path / "名单.txt"
    for encoding in ("utf-8", "utf-8-sig", "gbk"):
        path.write_bytes("互联网\r\n\r\n 区域云 \r\n5G急救\r\n".encode(encoding))
        report = order_file(path, method="strokes")
        assert report.order.ids == ("5G急救", "区域云", "互联网")
        assert report.text().splitlines() == [
            "出场顺序（按项目名称笔划），共 3 个项目",
            "1  5G急救",
            "2  区域云",
            "3  互联网",
        ]


def test_the_samples_order_by_strokes_is_the_one_it_is_numbered_by() -> None:
    report = order_file(SAMPLES / "regional-final" / "contest.xlsx", method="strokes")
    names = [entrant.name for _, entrant in report.rows()]
    assert names.index("区域影像共享云") < names.index("互联网医院慢病随访") < names.index("肺结节随访管家")
    assert report.order.unsure == ()


def test_a_workbook_of_projects_alone_is_enough(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "项目"
    for row in (
        ["参赛序号", "项目名称", "主体申报单位", "场次"],
        ["B", "互联网", "院", None],
        ["A", "区域云", "院", None],
    ):
        sheet.append(row)
    book.save(tmp_path / "contest.xlsx")
    assert order_file(tmp_path / "contest.xlsx", method="strokes").order.ids == ("A", "B")
    assert order_file(tmp_path / "contest.xlsx", method="registration").order.ids == ("B", "A")


def test_the_draw_list_lets_anybody_redo_the_draw() -> None:
    report = order_file(SAMPLES / "four-tracks" / "contest.xlsx", method="draw", seed="3200.11", at="2026-12-05 08:00")
    listed = report.draw_list()
    assert "种子：3200.11" in listed
    first = report.order.ids[0]
    assert hashlib.sha256(f"3200.11:{first}".encode()).hexdigest()[:16] in listed.splitlines()[4]
    assert listed.count("签字") == len(report.entrants)
    assert report.data()["draw"] == {"seed": "3200.11", "algorithm": "judge-app/draw/1"}


def test_a_draw_needs_a_seed_and_a_list_that_was_not_drawn_has_no_draw_list(tmp_path: Path) -> None:
    path = SAMPLES / "four-tracks" / "contest.xlsx"
    with pytest.raises(Refused, match="NO_SEED"):
        order_file(path, method="draw")
    with pytest.raises(ValueError, match="not drawn"):
        order_file(path, method="strokes").draw_list()


def test_what_has_no_strokes_is_told_in_text_and_data(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("䶮医\n人工\n入工\n", encoding="utf-8")
    report = order_file(path, method="strokes")
    assert "需人工确认：䶮医（笔画表缺字 䶮，暂排在同位字之后）" in report.text()
    assert "to be confirmed by hand: 人工 has the very strokes of 入工" in report.text("en")
    data = json.loads(json.dumps(report.data(), ensure_ascii=False))
    assert [one["why"] for one in data["unsure"]] == ["equal", "equal", "lacking"]


@pytest.mark.parametrize(
    ("data", "place", "zh", "en"),
    [
        (b"\n \n", "names.txt", "没有任何项目名称", "no project name"),
        ("甲\n乙\n甲\n".encode(), "names.txt · 第 3 行", "与第 1 行相同", "already line 1"),
        (("长" * 501).encode(), "names.txt · 第 1 行", "501 个字", "501 characters"),
        (b"\x00\x01\x02", "names.txt", "不是文本", "not text"),
        (b"\xff\xff\xff", "names.txt", "不是文本", "not text"),
        (b"", "names.txt", "空的", "empty"),
        ("\n".join(str(number) for number in range(20_001)).encode(), "names.txt", "20000", "20000"),
    ],
)
def test_a_wrong_list_is_told_what_is_wrong(data: bytes, place: str, zh: str, en: str, tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(data)
    with pytest.raises(BadInput) as caught:
        read_entrants(path)
    problem = caught.value.problems[0]
    assert problem.place == place
    assert zh in problem.zh
    assert en in problem.en


def test_a_workbook_under_another_name_is_read_as_a_workbook(tmp_path: Path) -> None:
    copied = tmp_path / "名单.txt"
    copied.write_bytes((SAMPLES / "four-tracks" / "contest.xlsx").read_bytes())
    assert len(read_entrants(copied)) == 22


def test_the_shipped_stroke_table_says_where_it_comes_from() -> None:
    assert len(stroke_table()) == 20_976
    folder = ROOT / "resources" / "strokes"
    assert "ISC" in (folder / "README.md").read_text(encoding="utf-8")
    assert "Permission to use, copy" in (folder / "LICENSE").read_text(encoding="utf-8")
