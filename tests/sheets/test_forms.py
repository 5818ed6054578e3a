"""The forms: what each says of a session, word for word and number for number, read back from the PDF."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from judge_app.core import session
from judge_app.core.clock import SECOND, EndedBy, end
from judge_app.core.marks import plain
from judge_app.core.rules import decode_rules
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import Briefing, ChairView
from judge_app.sheets import f1_judge_sheet, f2_project_summary, f3_ranking, f6_timing, words
from judge_app.sheets.paper import Form, Head, render
from tests.sheets import pages
from tests.sheets.sittings import (
    AT,
    at_stage,
    contest_of,
    judged,
    opened,
    preset,
    regional_final,
    shown,
    with_sheet,
)

HEAD = Head(contest_name="样例大赛", session="第一场", printed_at=AT.isoformat(), document_no="8F3A21C0-X")


def printed(form: Form) -> str:
    return pages.text(render([form], form.title))


def f1_of(view: tuple[Briefing, ChairView], entry_no: str, judge: str) -> str:
    data = next(one for one in f1_judge_sheet.from_chair(*view) if (one.entry_no, one.judge_no) == (entry_no, judge))
    return printed(f1_judge_sheet.form(HEAD, data))


def f2_of(view: tuple[Briefing, ChairView], entry_no: str, **options: Any) -> str:
    data = next(one for one in f2_project_summary.from_chair(*view, **options) if one.entry_no == entry_no)
    return printed(f2_project_summary.form(HEAD, data))


def changed(**patch: Any) -> tuple[Any, dict[str, int]]:
    """The regional final's rules with changes, and a panel for them."""
    return decode_rules({**preset("shanxi-2019"), **patch}), {"专家评委": 5, "专业评委": 5}


# F1


def test_f1_holds_each_mark_its_total_and_the_creative_score_on_its_step(final: tuple[Briefing, ChairView]) -> None:
    found = f1_of(final, "1", "E1")
    for mark in ("综合表现", "技术先进性", "合计10092", "创新创意分0–10分，打分步长0.5分108.0"):
        assert mark in found
    assert "1综合表现主创团队专业性，方案、演示表达清晰2018" in found
    assert "参赛序号1项目名称一站式多学科会诊平台主体申报单位栖云市第一人民医院" in found
    assert "评委编号E1评委姓名沈知衡评委类别专家评委" in found
    assert "电子提交：系统记录#21，第1次提交。" in found
    assert "评委签字：" in found
    assert "收表人（计时员）签字：" in found
    assert "不得涂抹" in found


def test_f1_of_a_judge_who_recused_himself_says_so_and_why(final: tuple[Briefing, ChairView]) -> None:
    found = f1_of(final, "1", "E3")
    assert "■申请回避，理由：与项目单位存在利益关系" in found
    assert "合计100—" in found
    assert "系统记录" not in found


def test_f1_tells_absent_left_returned_and_unsent_apart() -> None:
    rules, panel = changed()
    state = judged(opened(contest_of(1, panel), rules), lambda *_: 800)
    for judge, status, words_ in (
        ("E1", SheetStatus.ABSENT, "评委缺席（航班取消），未评分。"),
        ("E2", SheetStatus.LEFT, "评委离席（身体不适），未评分。"),
        ("E3", SheetStatus.RETURNED, "本表已退回（漏评），原分数不作数，待评委重新提交。"),
        ("E4", SheetStatus.EMPTY, "本表尚未提交。"),
    ):
        reason = words_.partition("（")[2].partition("）")[0]
        found = f1_of(shown(with_sheet(state, "01", judge, status=status, reason=reason)), "01", judge)
        assert words_ in found


def test_zero_is_printed_as_zero_and_nothing_as_nothing() -> None:
    rules, panel = changed()
    state = judged(opened(contest_of(1, panel), rules), lambda *_: 0)
    assert "合计1000" in f1_of(shown(state), "01", "E1")
    assert "创新创意分0–10分，打分步长0.5分100.0" in f1_of(shown(state), "01", "E1")
    empty = with_sheet(state, "01", "E1", status=SheetStatus.EMPTY, points=None)
    assert "合计1006创新创意分" in f1_of(shown(empty), "01", "E1")


def test_a_mark_is_never_printed_off_its_step_and_bands_stand_beside_it() -> None:
    data = preset("shanxi-2019")
    data["components"][0]["step"] = "0.25"
    for criterion in data["components"][0]["criteria"]:
        criterion["step"] = "0.25"
        criterion["bands"] = [{"name": "优", "low": "17", "high": "20"}, {"name": "差", "low": "0", "high": "11"}]
    state = judged(
        opened(contest_of(1, {"专家评委": 3}), decode_rules(data)),
        lambda _no, _judge, name, *_: 800 if name == "创新创意分" else 825,
    )
    found = f1_of(shown(state), "01", "E1")
    assert "优17–20差0–118.25" in found
    assert "合计10041.25" in found


def test_blind_judging_leaves_the_unit_out(final: tuple[Briefing, ChairView]) -> None:
    data = f1_judge_sheet.from_chair(*final, blind=True)[0]
    assert "栖云市" not in printed(f1_judge_sheet.form(HEAD, data))
    assert "主体申报单位" not in printed(f1_judge_sheet.form(HEAD, data))


def test_a_reserve_judge_and_the_one_he_stands_for_name_each_other() -> None:
    rules, panel = changed()
    state = judged(opened(contest_of(1, panel), rules), lambda *_: 800)
    state = with_sheet(state, "01", "E1", status=SheetStatus.ABSENT, replaced_by="E2", reason="未到")
    state = with_sheet(state, "01", "E2", replaces="E1")
    assert "候补评委，代E1评分" in f1_of(shown(state), "01", "E2")
    assert "由候补评委E2代评" in f1_of(shown(state), "01", "E1")


def test_what_the_chair_may_not_see_yet_is_not_printed() -> None:
    rules, panel = changed()
    state = judged(opened(contest_of(2, panel), rules), lambda *_: 800)
    briefing, view = shown(state)
    lines = tuple(msgspec.structs.replace(line, hidden=line.entry_no == "02", points=None) for line in view.sheets)
    hidden = msgspec.structs.replace(view, sheets=lines)
    assert {one.entry_no for one in f1_judge_sheet.from_chair(briefing, hidden)} == {"01"}


# F2


def test_f2_shows_who_was_dropped_and_every_sum(final: tuple[Briefing, ChairView], expected: dict[str, Any]) -> None:
    found = f2_of(final, "1")
    assert "评委编号E1E2E3E4E5E6E7" in found
    assert "得分9288—88889188" in found
    assert "状态去掉最高计入回避计入计入计入去掉最低" in found
    assert "有效评分6去掉最高分92（E1）去掉最低分88（E7）有效分合计355÷4平均分（得分）88.75" in found
    assert "专家评委评分88.75+专业评委评分26.00+创新创意分8.50" in found
    assert "总得分123.25/140名次4" in found
    assert "评委E3回避" in found


def test_every_printed_total_of_the_regional_final_is_the_expected_one(
    final: tuple[Briefing, ChairView], expected: dict[str, Any]
) -> None:
    summaries = {one.entry_no: one for one in f2_project_summary.from_chair(*final)}
    assert set(summaries) == set(expected["projects"])
    for entry_no, want in expected["projects"].items():
        data = summaries[entry_no]
        assert data.total == want["total"]
        assert data.rank == want["rank"]
        scores = dict(
            zip(("expert100", "professional30", "creative10"), (part.score for part in data.parts), strict=True)
        )
        assert scores == {key: want[key] for key in scores}
        found = printed(f2_project_summary.form(HEAD, data))
        assert f"总得分{want['total']}/140名次{want['rank']}" in found


def test_the_printed_sum_over_the_printed_count_is_the_printed_score(final: tuple[Briefing, ChairView]) -> None:
    for data in f2_project_summary.from_chair(*final):
        for part in data.parts:
            kept = [Decimal(one.mark) for one in part.marks if one.counted and one.mark is not None]
            assert part.kept_sum is not None
            assert part.score is not None
            assert sum(kept) == Decimal(part.kept_sum)
            assert len(kept) == part.kept
            assert abs(Decimal(part.kept_sum) / part.kept - Decimal(part.score)) <= Decimal("0.005")


def test_a_result_that_is_not_known_is_a_word_and_a_dash_never_a_number() -> None:
    rules, panel = changed()
    state = judged(opened(contest_of(2, panel), rules), lambda *_: 800)
    missing = with_sheet(state, "01", "E1", status=SheetStatus.EMPTY, points=None)
    found = f2_of(shown(missing), "01")
    assert "总得分未齐/140名次—" in found
    assert "平均分（得分）—" in found
    few = state
    for judge in ("E1", "E2", "E3", "E4"):
        few = with_sheet(few, "01", judge, status=SheetStatus.RECUSED, points=None, reason="同一单位")
    found = f2_of(shown(few), "01")
    assert "总得分待裁定/140" in found


def test_a_ruling_is_told_with_method_reason_and_number() -> None:
    rules, panel = changed()
    state = judged(opened(contest_of(1, panel), rules), lambda *_: 800)
    for judge in ("E1", "E2", "E3"):
        state = with_sheet(state, "01", judge, status=SheetStatus.RECUSED, points=None, reason="同一单位")
    for component in ("expert100", "creative10"):
        ruling = msgspec.json.encode(
            {
                "kind": "few_sheets",
                "entry_no": "01",
                "component": component,
                "method": "plain_mean",
                "by": "评委组长",
                "reason": "只余两位评委",
            }
        ).decode()
        state = session.evolve_ruling(state, ruling, "只余两位评委", "chair")
    found = f2_of(shown(state), "01")
    assert "裁定1：专家评委评分有效评分不足：取全部有效分的平均分；评委组长裁定，理由：只余两位评委" in found
    assert "裁定2：创新创意分" in found
    assert "裁定取平均分" in found
    assert "经裁定" in found


def test_trim_on_each_criterion_shows_who_was_dropped_in_which() -> None:
    data = preset("shanxi-2019")
    data["components"][0]["trim"]["on"] = "criterion"
    state = judged(
        opened(contest_of(1, {"专家评委": 4, "专业评委": 4}), decode_rules(data)),
        lambda _, judge, name, most, step: min(most, int(judge[1:]) * 100),
    )
    found = f2_of(shown(state), "01")
    assert "评分要素去掉最高分的评委去掉最低分的评委其余合计" in found
    assert "综合表现E4E15" in found


def test_weights_popularity_and_deductions_stand_in_the_formula() -> None:
    data = preset("national-2020")
    data["components"][0]["weight"] = "0.5"
    data["deductions"] = [{"key": "late", "name": "超时", "points": "1.00"}]
    rules = decode_rules(data)
    state = judged(opened(contest_of(2, {"专家评委": 5, "专业评委": 5}), rules), lambda *_: 800)
    projects = tuple(
        msgspec.structs.replace(one, votes=100 * index) for index, one in enumerate(state.session.contest.projects, 1)
    )
    contest = msgspec.structs.replace(state.session.contest, projects=projects)
    state = msgspec.structs.replace(state, setup=msgspec.structs.replace(state.session, contest=contest))
    found = f2_of(shown(state), "02")
    assert "权重0.5" in found
    assert "专家评委评分40.00×0.5+专业评委评分8.00+创新创意分8.00+网络人气积分1.89" in found
    assert "投票名次1折前积分10.00上限1.89计入积分1.89" in found


def test_a_presenter_signs_where_the_contest_wants_it(final: tuple[Briefing, ChairView]) -> None:
    assert "参赛代表确认签字" not in f2_of(final, "1")
    assert "参赛代表确认签字" in f2_of(final, "1", presenter_signs=True)


def test_a_confirmation_that_still_holds_is_told_and_a_stale_one_is_not(final: tuple[Briefing, ChairView]) -> None:
    briefing, view = final
    assert "电子确认钱一12-0517:20" in f2_of(final, "1", zone=AT.tzinfo)
    stale = tuple(msgspec.structs.replace(one, stale=True) for one in view.signatures)
    assert "电子确认" not in f2_of((briefing, msgspec.structs.replace(view, signatures=stale)), "1")


@pytest.mark.parametrize("judges", [1, 2, 15, 16, 17, 40])
def test_every_judge_has_a_column_however_many_there_are(judges: int) -> None:
    rules, _ = changed()
    state = judged(opened(contest_of(1, {"专家评委": judges, "专业评委": 3}), rules), lambda *_: 800)
    data = f2_project_summary.from_chair(*shown(state))[0]
    found = printed(f2_project_summary.form(HEAD, data))
    for number in range(1, judges + 1):
        assert f"E{number}" in found


# F3


def test_f3_stands_in_the_order_of_the_ranks_with_the_key_that_decided(
    final: tuple[Briefing, ChairView], expected: dict[str, Any]
) -> None:
    data = f3_ranking.from_chair(*final)
    assert data is not None
    want = sorted(expected["projects"], key=lambda no: expected["projects"][no]["rank"])
    assert [line.entry_no for line in data.lines] == want
    assert [line.entry_no for line in data.lines if line.advance] == expected["advance"]
    found = printed(f3_ranking.form(HEAD, data))
    assert re.search(r"55全流程输血安全管理松涧市中心血站\S+?88\.0026\.008\.00122\.00专家评委评分晋级", found)
    assert re.search(r"66远程超声带教系统\S+?87\.6026\.008\.40122\.00—否", found)
    assert "应到10，实到10" in found
    assert "应到12，实到12" in found
    assert "缺席与回避：E3回避（1号）、E7缺席（8号）" in found
    assert "未齐项目：无" in found
    assert "去掉一个最高分、一个最低分，其余取平均" in found
    assert (
        "同分依次比较：未取整的总得分→专家评委评分→创新创意分→专家评委评分全部有效评分的平均分（不去最高最低）" in found
    )
    for who in ("统分人签字：", "复核人签字：", "监督人签字：", "评委组长签字：", "组委会（盖章）："):
        assert who in found


def test_f3_ranks_within_each_track_under_its_name() -> None:
    rules = decode_rules({**preset("shanxi-2019"), "rank_scope": "track"})
    state = judged(opened(contest_of(4, {"专家评委": 5, "专业评委": 5}), rules), lambda no, *_: 100 * int(no))
    found = printed(f3_ranking.form(HEAD, f3_ranking.from_chair(*shown(state))))  # type: ignore[arg-type]
    assert found.index("赛道：乙赛道") < found.index("项目3") < found.index("项目1") < found.index("赛道：甲赛道")
    assert found.index("项目4") < found.index("项目2")


def test_f3_lists_who_is_out_or_unfinished_and_promises_nothing_meanwhile() -> None:
    rules, panel = changed()
    state = judged(opened(contest_of(7, panel), rules), lambda no, *_: 100 * int(no))
    state = with_sheet(state, "07", "E1", status=SheetStatus.EMPTY, points=None)
    state = at_stage(state, ProjectStage.WITHDRAWN, "03")
    state = at_stage(state, ProjectStage.DISQUALIFIED, "04")
    data = f3_ranking.from_chair(*shown(state))
    assert data is not None
    assert {line.entry_no: line.remark for line in data.lines if line.rank is None} == {
        "07": "未齐",
        "03": "弃赛",
        "04": "取消资格",
    }
    assert {line.advance for line in data.lines} == {None}
    assert data.unfinished == ("07",)
    found = printed(f3_ranking.form(HEAD, data))
    assert "未齐项目：07" in found
    assert "弃赛与取消资格：03号弃赛、04号取消资格" in found


def test_f3_says_that_a_tie_at_the_cut_waits_for_a_ruling() -> None:
    rules = decode_rules({**preset("shanxi-2019"), "advance": {"type": "top_n", "n": 1, "quota": "hard"}})
    state = judged(opened(contest_of(3, {"专家评委": 5, "专业评委": 5}), rules), lambda *_: 800)
    data = f3_ranking.from_chair(*shown(state))
    assert data is not None
    assert {line.advance for line in data.lines} == {None}
    assert "晋级线上同分，待裁定：01、02、03" in printed(f3_ranking.form(HEAD, data))


def test_thirty_long_named_projects_run_over_pages_whole() -> None:
    name = "基于多模态大模型与区块链的“互联网+医疗健康”<b>一体化</b>协同平台Programme" * 4
    rules, panel = changed()
    state = judged(opened(contest_of(30, panel, project=name), rules), lambda no, *_: 100 * (int(no) % 10))
    form = f3_ranking.form(HEAD, f3_ranking.from_chair(*shown(state)))  # type: ignore[arg-type]
    found = pages.texts(render([form], "样"))
    text = "".join(found)
    assert len(found) > 3
    assert text.count("<b>一体化</b>") == 30 * 4
    for number in range(1, 31):
        assert f"单位{number}" in text
    assert all("名次" in page and "总得分" in page for page in found if "一体化" in page)
    assert [f"第{number}页共{len(found)}页" in page for number, page in enumerate(found, 1)] == [True] * len(found)


# F6


def test_f6_tells_the_hall_s_times_holds_additions_the_end_and_the_cut_off(
    final: tuple[Briefing, ChairView],
) -> None:
    start = AT.replace(hour=9, minute=0, second=4)
    data = f6_timing.from_view(*final, wall=f6_timing.anchored(1_000 * SECOND, start), device="会议主机")
    found = printed(f6_timing.form(HEAD, data))
    assert "演示8:0009:00:04——09:08:048:00到时自动—无已结束放映：遮屏12ms，退出18ms（pdf/end）" in found
    assert "1.09:15:09–09:16:01" in found
    assert "2.09:18:29–09:18:49" in found
    assert "1.技术中断：投影无信号（主持人）" in found
    assert "2.暂停：更换话筒电池（计时员）" in found
    assert "8:30到时自动—补时+0:30+0:30（补足试播时间；主持人）" in found
    assert "4:35主动0:35无" in found
    assert "规定用时：演示8:00，问答4:00" in found
    assert "演示：剩余2:00、剩余1:00、剩余0:30、时间到，到时自动结束放映" in found
    assert "计时设备：会议主机" in found
    assert "计时员签字：" in found


@pytest.mark.parametrize(
    ("confirmed", "words"), [(True, "到时后又被打开2次，均已再次结束"), (False, "到时后又被打开2次，2次未能确认结束")]
)
def test_f6_tells_of_a_show_that_was_started_again(
    final: tuple[Briefing, ChairView], confirmed: bool, words: str
) -> None:
    told, view = final
    assert words not in printed(f6_timing.form(HEAD, f6_timing.from_view(told, view)))
    again = msgspec.structs.replace(view.cut_offs[0], relapse=True, confirmed=confirmed)
    more = msgspec.structs.replace(view, cut_offs=(*view.cut_offs, again, again))
    found = printed(f6_timing.form(HEAD, f6_timing.from_view(told, more)))
    assert f"已结束放映：遮屏12ms，退出18ms（pdf/end）；{words}" in found


def test_f6_without_the_hall_s_clock_counts_from_the_first_start_and_says_so(
    final: tuple[Briefing, ChairView],
) -> None:
    data = f6_timing.from_view(*final)
    assert data.relative
    assert data.lines[0].runs[0].started == "00:00:00"
    assert data.lines[0].runs[0].ended == "00:08:00"
    assert "自本场首次开始计时起算" in printed(f6_timing.form(HEAD, data))


def test_f6_keeps_every_run_of_a_phase_that_was_begun_again() -> None:
    state = regional_final()
    first = state.runs[0]
    running = msgspec.structs.replace(first, ended_ns=None, ended_by=None)
    broken = end(running, first.started_ns + 60 * SECOND, EndedBy.RESTART)
    again = msgspec.structs.replace(first, run=99, started_ns=first.started_ns + 70 * SECOND)
    state = msgspec.structs.replace(state, runs=(broken, again, *state.runs[1:]))
    data = f6_timing.from_view(*shown(state))
    assert [run.how_ended for run in data.lines[0].runs] == ["重讲，重新计时", "到时自动", "主动"]


def test_f6_says_of_a_project_that_never_came_what_became_of_it() -> None:
    state = regional_final()
    state = at_stage(
        msgspec.structs.replace(state, runs=tuple(run for run in state.runs if run.entry_no != "3")),
        ProjectStage.FORFEITED,
        "3",
    )
    data = f6_timing.from_view(*shown(state))
    assert [(line.runs, line.remark) for line in data.lines if line.entry_no == "3"] == [((), "弃赛（未到场）")]
    assert "弃赛（未到场）" in printed(f6_timing.form(HEAD, data))


def test_lengths_are_worded_to_the_nearest_second() -> None:
    assert f6_timing.length(0) == "0:00"
    assert f6_timing.length(480 * SECOND) == "8:00"
    assert f6_timing.length(479 * SECOND + SECOND // 2) == "8:00"
    assert f6_timing.length(-35 * SECOND) == "−0:35"


def test_the_room_s_clock_becomes_the_hall_s_time() -> None:
    wall = f6_timing.anchored(5 * SECOND, AT)
    assert wall(5 * SECOND) == AT
    assert wall(65 * SECOND) == AT + timedelta(minutes=1)
    assert wall(0) == AT - timedelta(seconds=5)


def test_due_times_follow_the_plan_and_are_left_out_where_there_is_none(final: tuple[Briefing, ChairView]) -> None:
    briefing, _ = final
    timing = briefing.rules.timing
    assert f6_timing.due_times(briefing.session, timing, ["1", "2"]) == {"1": "08:30", "2": "08:42"}
    assert f6_timing.due_times(msgspec.structs.replace(briefing.session, start=""), timing, ["1"]) == {}
    assert f6_timing.due_times(briefing.session, None, ["1"]) == {}


# blank forms


def test_blank_forms_have_every_heading_and_no_value() -> None:
    rules = decode_rules(preset("shanxi-2019"))
    head = Head(preset_name=rules.name.zh)
    f1 = printed(f1_judge_sheet.blank(rules, head, "专家评委"))
    assert "综合表现" in f1
    assert "合计100" in f1
    assert "系统记录" not in f1
    f2 = printed(f2_project_summary.blank(rules, head, judges=5))
    assert "专业评委评分满分30评委编号" in f2
    f3 = printed(f3_ranking.blank(rules, head, rows=12))
    assert "名次" in f3
    f6 = printed(f6_timing.blank(rules, head, rows=5))
    assert f6.count("演示8:00") == 5 + 1
    for found in (f1, f2, f3, f6):
        assert "—" not in found.replace("——", "")
        assert "文件编号" not in found


# words


def test_marks_and_totals_are_worded_with_the_decimals_of_their_step() -> None:
    assert words.on_step(Decimal("18.00"), Decimal(1)) == "18"
    assert words.on_step(Decimal("8.00"), Decimal("0.5")) == "8.0"
    assert words.on_step(Decimal("8.25"), Decimal("0.25")) == "8.25"
    assert words.on_step(Decimal("8.5"), Decimal(1)) == "8.5", "never rounded away"
    assert words.fixed(Decimal("88.8"), 2) == "88.80"
    assert plain(Decimal("1E+2")) == "100"


def test_dates_are_worded_and_what_is_none_is_left() -> None:
    assert words.chinese_date("2026-12-05") == "2026年12月5日"
    assert words.chinese_date("待定") == "待定"


def test_the_same_flag_on_several_judges_is_told_once() -> None:
    rules = decode_rules(preset("shanxi-2019"))
    assert words.flags(
        ("JUDGE_ABSENT:E3", "OUTLIER:expert100:E1", "OUTLIER:expert100:E2", "OUTLIER:creative10:E1", "SOMETHING_NEW:x"),
        rules,
    ) == (
        "评委 E3 缺席",
        "专家评委评分：评委 E1、E2 的评分与多数评委差异较大，请关注（只提示，不更改）",
        "创新创意分：评委 E1 的评分与多数评委差异较大，请关注（只提示，不更改）",
        "SOMETHING_NEW:x",
    )
