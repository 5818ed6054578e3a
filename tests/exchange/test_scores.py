"""scores.csv: what is read, and what every wrong line is told, in both languages and with the place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core.contest import Contest, Judge, PanelRole, PlannedSession, Presence, Project
from judge_app.core.errors import BadInput, Problem
from judge_app.core.rules import RuleSet
from judge_app.exchange.scores import COLUMNS, GivenScores, GivenSheet, read_scores, write_scores
from judge_app.exchange.workbook import read_contest
from judge_app.store.presets import Presets

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"
RULES = Presets().load("shanxi-2019")
CRITERIA = tuple(criterion.name for criterion in RULES.components[0].criteria)
HEAD = ",".join(COLUMNS)


def judge(
    no: str, judge_class: str = "专家评委", *, session: str = "第一场", role: PanelRole = PanelRole.JUDGE
) -> Judge:
    return Judge(no=no, name=f"评委{no}", judge_class=judge_class, sessions=(session,), role=role)


CONTEST = Contest(
    name="赛",
    preset="shanxi-2019",
    sessions=(PlannedSession(name="第一场"), PlannedSession(name="第二场")),
    projects=(
        Project(entry_no="1", name="甲", session="第一场"),
        Project(entry_no="2", name="乙", session="第一场"),
        Project(entry_no="3", name="丙", session="第二场"),
    ),
    judges=(
        judge("E1"),
        judge("E2"),
        judge("R1", role=PanelRole.RESERVE),
        judge("R2", role=PanelRole.RESERVE),
        judge("P1", "专业评委"),
        judge("E9", session="第二场"),
    ),
)


def sheet(
    entry: str = "1", who: str = "E1", *, points: str = "18", creative: str = "8.5", tail: str = "在席,,"
) -> list[str]:
    """An expert's whole sheet."""
    return [f"{entry},{who},expert100,{name},{points},{tail}" for name in CRITERIA] + [
        f"{entry},{who},creative10,创新创意分,{creative},{tail}"
    ]


def file(*lines: str) -> bytes:
    return "\n".join((HEAD, *lines)).encode()


def read(data: bytes, contest: Contest = CONTEST, rules: RuleSet = RULES) -> GivenScores:
    return read_scores(data, contest, rules)


def problems(data: bytes) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        read(data)
    for problem in caught.value.problems:
        assert any("\u4e00" <= char <= "\u9fff" for char in problem.zh), problem
        assert any("a" <= char <= "z" for char in problem.en), problem
    return caught.value.problems


# What is read


@pytest.mark.parametrize(("sample", "count"), [("regional-final", 120), ("four-tracks", 154)])
def test_the_samples_are_read_and_come_back_the_same(sample: str, count: int) -> None:
    contest = read_contest(SAMPLES / sample / "contest.xlsx", known_presets=Presets().keys())
    rules = Presets().load(contest.preset)
    scores = read_scores(SAMPLES / sample / "scores.csv", contest, rules)
    assert len(scores.sheets) == count
    assert read(write_scores(scores), contest, rules) == scores


def test_all_lines_of_one_judge_for_one_project_are_one_sheet() -> None:
    (given_,) = read(file(*sheet())).sheets
    assert given_.points["expert100"] == dict.fromkeys(CRITERIA, Decimal(18))
    assert given_.points["creative10"] == {"创新创意分": Decimal("8.5")}
    assert (given_.presence, given_.totals, given_.blank) == (Presence.PRESENT, {}, False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_utf_8_and_gbk_with_any_line_ending_are_the_same(encoding: str, ending: str) -> None:
    text = ending.join((HEAD, *sheet())) + ending
    assert read(text.encode(encoding)) == read(file(*sheet()))


def test_full_width_digits_case_of_judge_numbers_and_component_names_are_taken() -> None:
    lines = [line.replace("1,E1,expert100", "１,e1,专家评委评分").replace(",18,", ",１８,") for line in sheet()]
    assert read(file(*lines)) == read(file(*sheet()))


def test_columns_may_stand_in_any_order_and_more_of_them_do_no_harm() -> None:
    text = "说明,分数,评分要素,得分项,评委编号,参赛序号,在席状态,备注\n好,,,expert100,E1,1,回避,x"
    (given_,) = read(text.encode()).sheets
    assert (given_.presence, given_.note) == (Presence.RECUSED, "好")


def test_absent_recused_zero_and_blank_are_four_different_things() -> None:
    lines = [
        "1,E1,expert100,,,缺席,,",
        "1,E2,,,,回避,,单位相同",
        *sheet("2", "E1", points="0", creative="0"),
        "2,E2,expert100,,,在席,,",
    ]
    given_ = read(file(*lines)).by_seat()
    assert [given_[seat].presence for seat in (("1", "E1"), ("1", "E2"))] == [Presence.ABSENT, Presence.RECUSED]
    assert given_["2", "E1"].points["expert100"]["综合表现"] == 0
    assert not given_["2", "E1"].blank
    assert given_["2", "E2"].blank
    assert given_["2", "E2"].presence is Presence.PRESENT


def test_a_total_stands_for_its_criteria_and_beside_them_it_must_agree() -> None:
    (only,) = read(file("1,E1,expert100,,91,在席,,", "1,E1,creative10,,8.5,在席,,")).sheets
    assert only.totals == {"expert100": Decimal(91), "creative10": Decimal("8.5")}
    (beside,) = read(file(*sheet(), "1,E1,expert100,,90,在席,,")).sheets
    assert beside.totals == {}
    assert len(beside.points["expert100"]) == 5


def test_who_left_keeps_what_he_gave() -> None:
    (given_,) = read(file(*sheet(tail="离席,,"))).sheets
    assert given_.presence is Presence.LEFT
    assert not given_.blank


def test_a_reserve_names_whom_he_replaces() -> None:
    scores = read(file("1,E1,expert100,,,缺席,,迟到", *sheet(who="R1", tail="在席,E1,")))
    assert scores.by_seat()["1", "R1"].replaces == "E1"


def test_a_presence_written_on_one_line_holds_for_the_sheet() -> None:
    lines = sheet(tail=",,")
    lines[3] = lines[3].replace(",,,", ",在席,,") if ",,," in lines[3] else lines[3]
    assert read(file(*lines)).sheets[0].presence is Presence.PRESENT


def test_an_own_events_projects_are_read_by_its_own_components() -> None:
    rules = Presets().load("tianjin-2025")
    contest = Contest(
        name="赛",
        sessions=(PlannedSession(name="一"),),
        projects=(Project(entry_no="T1", name="秀", track="星锐TALK秀", session="一"),),
        judges=(judge("J1", session="一"),),
    )
    component = rules.for_event("星锐TALK秀").components[0]
    lines = [f"T1,J1,{component.key},{criterion.name},{criterion.max},在席,," for criterion in component.criteria]
    assert read(file(*lines), contest, rules).sheets[0].points[component.key]


def test_a_note_with_commas_quotes_and_line_breaks_is_kept_in_its_quotes() -> None:
    (given_,) = read(file('1,E1,,,,回避,,"同一单位，""导师"",\n已申报"', "")).sheets
    assert given_.note == '同一单位，"导师", 已申报'


POINTS = st.integers(0, 20)


@given(
    seats=st.lists(st.sampled_from([("1", "E1"), ("1", "E2"), ("2", "E1"), ("2", "E2")]), unique=True),
    points=st.lists(POINTS, min_size=5, max_size=5),
    halves=st.integers(0, 20),
)
def test_what_is_written_comes_back(seats: list[tuple[str, str]], points: list[int], halves: int) -> None:
    scores = GivenScores(
        sheets=tuple(
            GivenSheet(
                entry_no=entry_no,
                judge=who,
                points={
                    "expert100": {name: Decimal(one) for name, one in zip(CRITERIA, points, strict=True)},
                    "creative10": {"创新创意分": Decimal(halves) / 2},
                },
            )
            for entry_no, who in seats
        )
    )
    if seats:
        assert read(write_scores(scores)) == scores


def test_what_is_written_runs_no_formula() -> None:
    note = '=HYPERLINK("x")'
    text = write_scores([GivenSheet(entry_no="1", judge="E1", presence=Presence.ABSENT, note=note)]).decode("utf-8-sig")
    assert "'=HYPERLINK" in text


# What is told

LINE = "1,E1,expert100,综合表现,{},在席,,"


def points(value: str) -> tuple[bytes, str]:
    lines = sheet()
    lines[0] = LINE.format(value)
    return file(*lines), "scores.csv · 第 2 行 · 分数"


def line(changed: str) -> bytes:
    return file(*sheet("2"), changed)


SEVENTH = "scores.csv · 第 8 行"

WRONG: dict[str, tuple[bytes, str, str, str]] = {
    "over the full marks": (*points("21"), "超过“综合表现”的满分 20", "over the full marks 20"),
    "off the step": (*points("17.5"), "打分步长 1", "step 1"),
    "a hundredth off the step": (*points("17.01"), "打分步长 1", "step 1"),
    "negative": (*points("-1"), "不是分数", "not a number of points"),
    "with a plus": (*points("+18"), "不是分数", "not a number of points"),
    "not a number": (*points("NaN"), "不是分数", "not a number of points"),
    "infinite": (*points("inf"), "不是分数", "not a number of points"),
    "with an exponent": (*points("1e309"), "不是分数", "not a number of points"),
    "a small exponent": (*points("1e1"), "不是分数", "not a number of points"),
    "with a unit": (*points("18分"), "18分", "18分"),
    "a word": (*points("优"), "优", "优"),
    "with underscores": (*points("1_8"), "不是分数", "not a number of points"),
    "hexadecimal": (*points("0x12"), "不是分数", "not a number of points"),
    "other digits": (*points("١٨"), "不是分数", "not a number of points"),
    "very many digits": (*points("9" * 4000), "不是分数", "not a number of points"),
    "a formula": (*points("=9+9"), "公式", "formula"),
    "a full-width formula": (*points("＝9+9"), "公式", "formula"),
    "a formula in the note": (line("1,E1,,,,缺席,,=cmd()"), f"{SEVENTH} · 说明", "公式", "formula"),
    "one blank among the given": (
        *(
            (file(*sheet()[:2], LINE.format("").replace("综合表现", CRITERIA[2]), *sheet()[3:])),
            "scores.csv · 第 2 行 · 评分要素",
        ),
        CRITERIA[2],
        "lacks",
    ),
    "a criterion lacking": (file(*sheet()[1:]), "scores.csv · 第 2 行 · 评分要素", "缺 综合表现", "lacks 综合表现"),
    "a component lacking": (file(*sheet()[:-1]), "scores.csv · 第 2 行 · 得分项", "缺得分项“创新创意分”", "not whole"),
    "a total over the full marks": (
        file("1,E1,expert100,,101,在席,,"),
        "scores.csv · 第 2 行 · 分数",
        "满分 100",
        "full marks 100",
    ),
    "a total off the smallest step": (
        file("1,E1,creative10,,8.3,在席,,"),
        "scores.csv · 第 2 行 · 分数",
        "步长 0.5",
        "step 0.5",
    ),
    "a total that is not the sum": (
        file(*sheet(), "1,E1,expert100,,91,在席,,"),
        SEVENTH + " · 分数",
        "不符",
        "not the sum",
    ),
    "an unknown project": (line("9,E1,,,,缺席,,"), SEVENTH + " · 参赛序号", "没有参赛序号 9", "no entry 9"),
    "no project": (line(",E1,,,,缺席,,"), SEVENTH + " · 参赛序号", "空的", "empty"),
    "an unknown judge": (line("1,E8,,,,缺席,,"), SEVENTH + " · 评委编号", "没有编号为 E8", "no judge E8"),
    "no judge": (line("1,,,,,缺席,,"), SEVENTH + " · 评委编号", "空的", "empty"),
    "a judge of another session": (
        line("1,E9,,,,缺席,,"),
        SEVENTH + " · 评委编号",
        "不在 1 号项目的场次",
        "does not sit",
    ),
    "a judge of another class": (
        line("1,P1,expert100,综合表现,18,在席,,"),
        SEVENTH + " · 得分项",
        "专业评委",
        "专业评委",
    ),
    "an unknown component": (
        line("1,E1,expert10,综合表现,18,在席,,"),
        SEVENTH + " · 得分项",
        "expert10",
        "no component",
    ),
    "points of no component": (line("1,E1,,,18,在席,,"), SEVENTH + " · 得分项", "没有得分项", "no component"),
    "an unknown criterion": (
        line("1,E1,expert100,综合表演,18,在席,,"),
        SEVENTH + " · 评分要素",
        "综合表演",
        "no criterion",
    ),
    "a criterion of another component": (
        line("1,E1,creative10,综合表现,8,在席,,"),
        SEVENTH + " · 评分要素",
        "没有评分要素",
        "no criterion",
    ),
    "an unknown presence": (line("1,E1,,,,请假,,"), SEVENTH + " · 在席状态", "请假", "no presence"),
    "neither points nor presence": (line("1,E1,,,,,,忘了"), SEVENTH + " · 在席状态", "也没有在席状态", "neither"),
    "two presences on one sheet": (
        file(*sheet()[:5], sheet(tail="离席,,")[5]),
        "scores.csv · 第 7 行 · 在席状态",
        "与第 2 行矛盾",
        "contradicts line 2",
    ),
    "an absent judge's points": (
        file(*sheet(tail="缺席,,")),
        "scores.csv · 第 2 行 · 在席状态",
        "却有分数",
        "yet there are points",
    ),
    "a recused judge's points": (
        file(*sheet(tail="回避,,")),
        "scores.csv · 第 2 行 · 在席状态",
        "却有分数",
        "yet there are points",
    ),
    "a line twice": (file(*sheet(), sheet()[0]), SEVENTH + " · 评分要素", "与第 2 行重复", "line 2 already"),
    "a line twice with other points": (
        file(*sheet(), sheet(points="3")[0]),
        SEVENTH + " · 评分要素",
        "重复",
        "already",
    ),
    "a reserve for nobody": (file(*sheet(who="R1")), "scores.csv · 第 2 行 · 代评", "候补", "reserve"),
    "in place of an unknown judge": (
        file(*sheet(who="R1", tail="在席,E7,")),
        "scores.csv · 第 2 行 · 代评",
        "E7",
        "no judge E7",
    ),
    "in place of himself": (file(*sheet(who="R1", tail="在席,R1,")), "scores.csv · 第 2 行 · 代评", "自己", "himself"),
    "in place of another class": (
        file(*sheet(who="R1", tail="在席,P1,")),
        "scores.csv · 第 2 行 · 代评",
        "专业评委",
        "专业评委",
    ),
    "in place of another session's": (
        file(*sheet(who="R1", tail="在席,E9,")),
        "scores.csv · 第 2 行 · 代评",
        "不在这一场",
        "does not sit",
    ),
    "in place of one who gave": (
        file(*sheet(who="R1", tail="在席,E1,"), *sheet()),
        "scores.csv · 第 2 行 · 代评",
        "也给 1 号打了分",
        "points of his own",
    ),
    "two in place of one": (
        file(*sheet(who="R1", tail="在席,E1,"), *sheet(who="R2", tail="在席,E1,")),
        SEVENTH + " · 代评",
        "已由 R1 代评",
        "already replaced",
    ),
    "two in one place": (
        file(*sheet(who="R1", tail="在席,E1,")[:5], sheet(who="R1", tail="在席,E2,")[5]),
        "scores.csv · 第 7 行 · 代评",
        "E1",
        "E1",
    ),
    "external by a judge": (b"", "", "", ""),
    "more cells than columns": (line("1,E1,,,,缺席,,好,不好"), SEVENTH, "9 格", "9 cells"),
    "an open quote": (file('1,E1,,,,缺席,,"好', "2,E1,,,,缺席,,"), "scores.csv · 第 2 行", "引号", "quotes"),
    "no heading": ("\n".join(sheet()).encode(), "scores.csv · 第 1 行 · 参赛序号", "缺少“参赛序号”列", "missing"),
    "a column missing": (
        HEAD.replace("分数", "成绩").encode() + b"\n1",
        "scores.csv · 第 1 行 · 分数",
        "缺少“分数”列",
        "missing",
    ),
    "a column twice": (
        HEAD.replace("说明", "分数").encode() + b"\n1",
        "scores.csv · 第 1 行 · 分数",
        "两个“分数”",
        "twice",
    ),
    "semicolons": (file(*sheet()).replace(b",", b";"), "scores.csv · 第 1 行", "分号", "semicolon"),
    "tabs": (file(*sheet()).replace(b",", b"\t"), "scores.csv · 第 1 行", "逗号", "comma"),
    "Chinese commas": (
        file(*sheet()).decode().replace(",", "，").encode(),
        "scores.csv · 第 1 行",
        "中文逗号",
        "Chinese comma",
    ),
    "a heading alone": (HEAD.encode(), "scores.csv", "只有表头", "no score"),
    "nothing": (b" \r\n", "scores.csv", "空的", "empty"),
    "UTF-16": ("\n".join((HEAD, *sheet())).encode("utf-16"), "scores.csv", "UTF-16", "UTF-16"),
    "neither UTF-8 nor GBK": (HEAD.encode() + b"\n\xff\xfe\xff", "scores.csv", "编码", "UTF-8 or GBK"),
    "binary": (HEAD.encode() + b"\n\x00", "scores.csv", "编码", "UTF-8 or GBK"),
    "a workbook": (b"PK\x03\x04....", "scores.csv", "工作簿", "workbook"),
    "over 20 MB": (bytes(20 * 1024 * 1024 + 1), "scores.csv", "20 MB", "20 MB"),
}
del WRONG["external by a judge"]


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_wrong_line_is_told_its_place_what_is_wrong_and_what_to_do(case: str) -> None:
    data, place, zh, en = WRONG[case]
    found = problems(data)
    about = [problem for problem in found if problem.place == place]
    assert about, found
    assert any(zh in problem.zh and en in problem.en for problem in about), about


def test_a_component_that_no_judge_gives_is_told_where_it_belongs() -> None:
    rules = Presets().load("shanghai-2025")
    contest = Contest(
        name="赛",
        sessions=(PlannedSession(name="一"),),
        projects=(Project(entry_no="1", name="甲", session="一"),),
        judges=(judge("J1", "评委", session="一"),),
    )
    with pytest.raises(BadInput) as caught:
        read(file("1,J1,性能评测,,90,在席,,"), contest, rules)
    assert "外部成绩" in caught.value.problems[0].zh


def test_everything_wrong_is_told_at_once_in_reading_order() -> None:
    found = problems(file("9,E1,,,,缺席,,", *sheet(points="99"), "1,E2,,,,请假,,"))
    assert [int(problem.place.split("第 ")[1].split(" ")[0]) for problem in found] == [2, 3, 4, 5, 6, 7, 9]


def test_a_file_is_asked_for_its_size_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    with path.open("wb") as huge:
        huge.truncate(100 * 1024 * 1024)
    with pytest.raises(BadInput, match="超过上限"):
        read_scores(path, CONTEST, RULES)


def test_nothing_is_taken_from_a_file_with_one_problem() -> None:
    with pytest.raises(BadInput):
        read(file(*sheet(), "9,E1,,,,缺席,,"))
