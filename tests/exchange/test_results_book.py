"""The results workbook: from the sample files to a spreadsheet, with nothing that runs and nothing made up."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import msgspec
import openpyxl
import pytest

from judge_app.core.contest import Contest, ExternalScore, Project
from judge_app.core.results import entries_of
from judge_app.core.rules import RuleSet
from judge_app.core.scoring import tabulate
from judge_app.core.working import Tabulation
from judge_app.exchange.results_book import write_results
from judge_app.exchange.scores import read_scores, sheets_of
from judge_app.exchange.workbook import read_contest
from judge_app.store.presets import Presets

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"


def counted(sample: str) -> tuple[Contest, RuleSet, Tabulation]:
    contest = read_contest(SAMPLES / sample / "contest.xlsx", known_presets=Presets().keys())
    rules = Presets().load(contest.preset)
    scores = read_scores(SAMPLES / sample / "scores.csv", contest, rules)
    entries, problems = entries_of(rules, contest, sheets_of(scores, contest, rules))
    assert problems == []
    return contest, rules, tabulate(rules, entries, passed_initial_review=contest.passed_initial_review)


def table(data: bytes, sheet: str) -> list[dict[str, object]]:
    heading, *rows = openpyxl.load_workbook(io.BytesIO(data))[sheet].iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]  # type: ignore[arg-type]


@pytest.mark.parametrize("sample", ["regional-final", "four-tracks"])
def test_from_the_sample_files_to_the_spreadsheet_every_total_and_rank_is_as_expected(sample: str) -> None:
    contest, rules, tabulation = counted(sample)
    expected = json.loads((SAMPLES / sample / "expected.json").read_text(encoding="utf-8"))
    rows = table(write_results(contest, rules, tabulation), "成绩排名")
    assert {str(row["参赛序号"]): {"total": f"{row['总得分']:.2f}", "rank": row["名次"]} for row in rows} == {
        no: {"total": one["total"], "rank": one["rank"]} for no, one in expected["projects"].items()
    }
    assert [str(row["参赛序号"]) for row in rows if row["晋级"] == "晋级"] == expected["advance"]


def test_every_mark_is_there_with_what_became_of_it() -> None:
    contest, rules, tabulation = counted("regional-final")
    rows = table(write_results(contest, rules, tabulation), "评分明细")
    recused = [row for row in rows if row["在席状态"] == "回避"]
    assert recused
    assert all(row["分数"] == "—" and row["处理"] == "无效" for row in recused)
    of_one = [row["处理"] for row in rows if row["参赛序号"] == "2" and row["得分项"] == "专家评委评分"]
    assert (of_one.count("去掉的最高分"), of_one.count("去掉的最低分"), of_one.count("计入")) == (1, 1, 5)


def test_what_is_not_known_is_a_dash_and_never_zero() -> None:
    contest, rules, _ = counted("four-tracks")
    entries, _ = entries_of(rules, contest, {})
    rows = table(write_results(contest, rules, tabulate(rules, entries)), "成绩排名")
    assert {(row["总得分"], row["名次"], row["状态"], row["晋级"]) for row in rows} == {("—", "—", "未齐", "待定")}


def test_projects_that_left_stand_last_with_the_reason_and_no_number() -> None:
    contest, rules, tabulation = counted("regional-final")
    kept = tuple(one for one in tabulation.projects if one.entry_no != "7")
    held = msgspec.structs.replace(tabulation, projects=kept)
    rows = table(write_results(contest, rules, held, {"7": "弃赛"}), "成绩排名")
    assert len(rows) == len(contest.projects)
    last = rows[-1]
    assert (last["参赛序号"], last["状态"], last["名次"], last["总得分"]) == ("7", "弃赛", "—", "—")
    assert last["项目名称"] == next(one.name for one in contest.projects if one.entry_no == "7")


def test_names_that_a_spreadsheet_would_run_are_defused() -> None:
    contest, rules, tabulation = counted("four-tracks")
    wicked = msgspec.structs.replace(contest.projects[0], name='=HYPERLINK("x")', lead_unit="@SUM(1)")
    contest = msgspec.structs.replace(contest, projects=(wicked, *contest.projects[1:]))
    book = openpyxl.load_workbook(io.BytesIO(write_results(contest, rules, tabulation)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    row = next(row for row in table(write_results(contest, rules, tabulation), "成绩排名") if row["参赛序号"] == "1")
    assert (row["项目名称"], row["主体申报单位"]) == ('\'=HYPERLINK("x")', "'@SUM(1)")


def test_the_rules_sheet_says_what_is_still_assumed() -> None:
    contest, rules, tabulation = counted("four-tracks")
    lines = {str(row["名目"]): str(row["内容"]) for row in table(write_results(contest, rules, tabulation), "规则")}
    assert "tie_keys" in lines["待组委会确认"]
    assert lines["满分"] == "100"


def test_an_external_result_counts_under_its_name_as_under_its_key() -> None:
    rules = Presets().load("shanghai-2025")
    for named in ("performance100", "性能评测"):
        score = ExternalScore(entry_no="1", component=named, score="92.5", entered_by=("甲", "乙"))
        contest = Contest(name="赛", projects=(Project(entry_no="1", name="甲"),), external=(score,))
        (entry,), problems = entries_of(rules, contest, {})
        assert (entry.external, problems) == ({"performance100": Decimal("92.5")}, [])
