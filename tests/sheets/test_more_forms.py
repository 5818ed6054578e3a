"""The public list, the record of what went wrong, and the seat cards."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from judge_app import sheets
from judge_app.core import results, session
from judge_app.core.contest import Project
from judge_app.core.rules import decode_rules
from judge_app.core.scoring import open_book
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView
from judge_app.sheets import f4_advancement, f5_correction, reading, seat_card
from judge_app.sheets.f2_project_summary import from_chair
from judge_app.sheets.paper import Form, Head, render
from tests.sheets import pages
from tests.sheets.sittings import AT, at_stage, contest_of, judged, opened, preset, regional_final, shown

HEAD = Head(
    contest_name="第四届样例大赛", region="星澜省", round="复赛", printed_at=AT.isoformat(), document_no="8F3A21C0-X"
)


def printed(form: Form) -> str:
    return pages.text(render([form], form.title))


def listed(final: tuple[Briefing, ChairView], **options: bool) -> results.Publicity:
    briefing, view = final
    assert view.tabulation is not None
    rules = msgspec.structs.replace(briefing.rules, publicity_days=3)
    return results.publicity(rules, view.tabulation, briefing.projects, "2026-12-08", **options)


# F4


def test_f4_names_who_goes_on_by_which_rule_and_for_how_long(final: tuple[Briefing, ChairView]) -> None:
    data = f4_advancement.notice(
        HEAD, listed(final, by_rank=True), contact="组委会办公室", organiser="样例大赛组委会", dated="2026-12-07"
    )
    found = printed(f4_advancement.form(HEAD, data))
    for said in (
        "关于第四届样例大赛星澜省复赛晋级名单的公示",
        "（综合排名前5名晋级）",
        "拟晋级项目共5个",
        "公示期为3天，自2026年12月8日起至2026年12月10日止",
        "14" + "1心电云远程诊断网络望潮县人民医院",
        "书面形式",
        "真实姓名",
        "逾期",
        "联系方式：组委会办公室",
        "样例大赛组委会（盖章）",
        "2026年12月7日",
    ):
        assert said in found
    assert [line.entry_no for line in data.lines] == ["4", "2", "3", "1", "5"]


def test_f4_holds_no_judge_s_mark_and_no_score_unless_it_is_made_public(final: tuple[Briefing, ChairView]) -> None:
    bare = printed(f4_advancement.form(HEAD, f4_advancement.notice(HEAD, listed(final))))
    scored = printed(f4_advancement.form(HEAD, f4_advancement.notice(HEAD, listed(final, scores=True))))
    assert "124.87" not in bare
    assert "124.87" in scored
    for hidden in ("88.60", "E1", "沈知衡"):
        assert hidden not in bare + scored


def test_f4_masks_a_confidential_title(final: tuple[Briefing, ChairView]) -> None:
    briefing, view = final
    assert view.tabulation is not None
    held = results.publicity(briefing.rules, view.tabulation, briefing.projects, "2026-12-08", confidential=["4"])
    found = printed(f4_advancement.form(HEAD, f4_advancement.notice(HEAD, held)))
    assert "涉密项目" in found
    assert "心电云" not in found
    assert "公示期为2026年12月8日当日" in found


def test_a_long_list_runs_over_pages_under_its_heading() -> None:
    rules = decode_rules({**preset("shanxi-2019"), "advance": {"type": "top_n", "n": 60, "quota": "hard"}})
    contest = contest_of(60, {"专家评委": 3, "专业评委": 3}, project="很长的项目名称" * 8)
    state = judged(opened(contest, rules), lambda no, *_: 100 * (int(no) % 10))
    briefing, view = shown(state)
    assert view.tabulation is not None
    projects = tuple(
        Project(entry_no=one.entry_no, name=one.name, lead_unit=one.lead_unit, partner_units=("甲公司", "乙研究院"))
        for one in briefing.projects
    )
    held = results.publicity(rules, view.tabulation, projects, "2026-12-08")
    found = pages.texts(render([f4_advancement.form(HEAD, f4_advancement.notice(HEAD, held))], "样"))
    assert len(found) > 2
    assert "".join(found).count("甲公司、乙研究院") == 60
    assert all("主体申报单位" in page for page in found if "很长的" in page)


# F5


def corrected(new: str) -> f5_correction.Record:
    state = regional_final()
    book = open_book(state.session.rules, session.entries(state))
    entry = next(one for one in book.entries if one.entry_no == "6")
    sheet = next(one for one in entry.sheets if (one.judge, one.component) == ("E1", "expert100"))
    assert sheet.points is not None
    correction = results.Correction(
        entry_no="6",
        judge="E1",
        component="expert100",
        criterion="综合表现",
        old=sheet.points["综合表现"],
        new=Decimal(new),
        by="钱一",
        checked_by="孙二",
        reason="录入与纸质评分表不符",
    )
    _, effect = results.correct(book, correction)
    return f5_correction.of_correction(
        "G-003", correction, effect, state.session.rules, at="2026年12月5日 17:40", place="第一场", applicant="沈知衡"
    )


def test_f5_keeps_the_old_value_beside_the_new_and_tells_the_effect() -> None:
    data = corrected("20")
    found = printed(f5_correction.form(HEAD, data))
    assert "编号G-003" in found
    assert "■评分更正" in found
    assert found.count("■") == 1
    assert found.count("□") == len(f5_correction.Kind) - 1
    assert "原值17新值20" in found
    assert "专家评委评分·综合表现" in found
    changed = {(one.entry_no, one.field): (one.before, one.after) for one in data.impacts or ()}
    assert changed[("6", "总得分")] == ("122.00", "122.60")
    assert changed[("6", "名次")] == ("6", "5")
    assert changed[("6", "晋级")] == ("否", "是")
    assert changed[("5", "晋级")] == ("是", "否")
    assert "6总得分122.00122.60" in found
    for who in ("申请人签字：", "计分员签字：", "复核人签字：", "监督人签字：", "评委组长签字："):
        assert who in found


def test_f5_says_so_where_a_correction_changes_nothing() -> None:
    data = corrected("17")
    assert data.impacts == ()
    assert "对总得分、名次、奖项和晋级均无影响" in printed(f5_correction.form(HEAD, data))


@pytest.mark.parametrize("kind", f5_correction.Kind)
def test_f5_ticks_the_kind_it_is_about(kind: f5_correction.Kind) -> None:
    data = f5_correction.Record(number="1", kind=kind.value, facts="投影无信号", decision="补时 30 秒")
    found = printed(f5_correction.form(HEAD, data))
    assert f"■{kind.value}" in found
    assert "处理依据与决定补时30秒" in found


def test_the_other_forms_too_say_what_their_content_says(final: tuple[Briefing, ChairView]) -> None:
    for form in (
        f4_advancement.form(HEAD, f4_advancement.notice(HEAD, listed(final))),
        f5_correction.form(HEAD, corrected("20")),
        f5_correction.blank(HEAD),
        f4_advancement.blank(HEAD),
    ):
        assert reading.differences(render([form], "样")) == []


# seat cards

LINK = "rsj://192.168.31.20:47231/?fp=4nB2xQe0r7sT1uVw9YzA3bCdEfGhIjKlMnOpQrStUvA&t=Zx8y7W6v5U4t3S2r1Q0pAB"


def test_a_card_has_the_name_in_front_and_the_paper_sheet_behind(
    final: tuple[Briefing, ChairView], tmp_path: Path
) -> None:
    briefing, _ = final
    links = {f"judge:{judge.no}": LINK for judge in briefing.judges}
    path = sheets.print_cards(briefing, links, tmp_path / "cards.pdf", codes={"judge:E1": "48210937"})
    found = pages.texts(path.read_bytes())
    assert len(found) == 2 * len(briefing.judges)
    assert "评委组长E1沈知衡" in found[0]
    assert "48210937" in found[0]
    assert "评委个人评分表" in found[1]
    assert "评委编号E1评委姓名沈知衡" in found[1]
    assert "综合表现" in found[1]
    assert "48210937" not in "".join(found[2:])


def test_the_link_of_a_card_stands_nowhere_but_in_its_code(final: tuple[Briefing, ChairView], tmp_path: Path) -> None:
    briefing, _ = final
    path = sheets.print_cards(briefing, {"judge:E2": LINK}, tmp_path / "card.pdf", judges=["E2"])
    data = path.read_bytes()
    assert len(pages.texts(data)) == 2
    assert b"Zx8y7W6v5U4t3S2r1Q0pAB" not in pages.raw(data)
    with_link, without = data, sheets.print_cards(briefing, {}, tmp_path / "bare.pdf", judges=["E2"]).read_bytes()
    assert len(with_link) > len(without)


def test_a_very_long_name_fits_on_its_card(final: tuple[Briefing, ChairView]) -> None:
    card = seat_card.Card(
        seat="judge:X", name="阿卜杜热合曼·买买提吐尔逊·" * 4, role="专家评委　E9", unit="某单位" * 20
    )
    pdf = render([seat_card.front(HEAD, card, link=LINK, code="12345678")], "卡")
    for width, height, letters in pages.boxes(pdf):
        assert all(box[0] > 40 and box[2] < width - 40 and box[1] > 20 and box[3] < height - 20 for box in letters)
    assert pages.text(pdf).count("阿卜杜热合曼") == 4


def test_no_card_is_printed_for_a_judge_who_is_not_there(final: tuple[Briefing, ChairView], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no form"):
        sheets.print_cards(final[0], {}, tmp_path / "none.pdf", judges=["E99"])


def test_a_final_result_is_told_with_the_stage_it_has_reached() -> None:
    rules = decode_rules(preset("shanxi-2019"))
    state = judged(opened(contest_of(1, {"专家评委": 5, "专业评委": 5}), rules), lambda *_: 800)
    assert from_chair(*shown(state))[0].status == "待复核"
    assert from_chair(*shown(at_stage(state, ProjectStage.LOCKED)))[0].status == "已锁定"
