"""The sample's decks: 16:9, the seven sections, the same every time, and readable words."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge_app.core.contest import Contest, Project
from judge_app.rehearsal.decks import SECTIONS, make_decks
from judge_app.show.pdf import PdfPages

PLAIN = Project(
    entry_no="5",
    name="全流程输血安全管理",
    lead_unit="松涧市中心血站",
    topic="医疗健康信息管理",
    captain="郦清和",
    members=("郦清和", "尚景澄", "佟怀瑾"),
)
BARE = Project(
    entry_no="12", name="基于“多模态”大模型的区域医学影像质量控制与同质化诊断协同服务平台建设及其在县域的示范应用/二期"
)
CONTEST = Contest(name="样例大赛", projects=(PLAIN, BARE))


def words(path: Path) -> str:
    pages = PdfPages(path)
    try:
        return "".join(pages.text(slide) for slide in range(1, pages.count + 1))
    finally:
        pages.close()


def test_every_project_gets_a_deck_of_six_slides_in_16_to_9(tmp_path: Path) -> None:
    decks = make_decks(CONTEST, tmp_path / "decks")
    assert list(decks) == ["5", "12"]
    for path in decks.values():
        pages = PdfPages(path)
        assert pages.count == 6
        assert all(pages.size(slide)[0] / pages.size(slide)[1] == pytest.approx(16 / 9) for slide in range(1, 7))
        pages.close()


def test_the_seven_sections_are_found_as_words(tmp_path: Path) -> None:
    for path in make_decks(CONTEST, tmp_path).values():
        text = words(path)
        assert [section for section in SECTIONS if section not in text] == []


def test_a_deck_names_its_project_its_unit_and_its_team_and_says_that_it_is_a_sample(tmp_path: Path) -> None:
    text = words(make_decks(CONTEST, tmp_path)["5"])
    for name in ("全流程输血安全管理", "松涧市中心血站", "郦清和", "尚景澄", "佟怀瑾", "样例幻灯片，数据均为虚构"):
        assert name in text


def test_two_makings_are_the_same_bytes(tmp_path: Path) -> None:
    first = make_decks(CONTEST, tmp_path / "1")
    second = make_decks(CONTEST, tmp_path / "2")
    assert all(first[no].read_bytes() == second[no].read_bytes() for no in first)
    assert first["5"].read_bytes() != first["12"].read_bytes()
