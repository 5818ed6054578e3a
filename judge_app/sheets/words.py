"""How values are worded on paper: dates, points, standings and flags, in Chinese, as official forms have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Final

import msgspec

from judge_app.core import explain
from judge_app.core.marks import Ruling, Standing, plain
from judge_app.core.rules import RuleSet
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.working import Mark, Status, Use, Why

SHEET: Final = {
    SheetStatus.EMPTY: "未提交",
    SheetStatus.SUBMITTED: "已提交",
    SheetStatus.RETURNED: "已退回，待重交",
    SheetStatus.RECUSED: "回避",
    SheetStatus.ABSENT: "缺席",
    SheetStatus.LEFT: "离席",
}
STAGE: Final = {
    ProjectStage.WAITING: "待上场",
    ProjectStage.CALLED: "候场",
    ProjectStage.RUNNING: "进行中",
    ProjectStage.BETWEEN: "进行中",
    ProjectStage.SCORING: "评分中",
    ProjectStage.CLOSED: "待复核",
    ProjectStage.LOCKED: "已锁定",
    ProjectStage.FORFEITED: "弃赛（未到场）",
    ProjectStage.WITHDRAWN: "弃赛",
    ProjectStage.DISQUALIFIED: "取消资格",
}
RESULT: Final = {
    Status.FINAL: "可计算",
    Status.FINAL_BY_RULING: "经裁定",
    Status.PENDING_RULING: "待裁定",
    Status.INCOMPLETE: "未齐",
}
OUT: Final = {Standing.WITHDRAWN: "弃赛", Standing.DISQUALIFIED: "取消资格"}
_WHY: Final = {
    Why.ABSENT: "缺席",
    Why.LEFT: "离席",
    Why.RECUSED: "回避",
    Why.BLANK: "未提交",
    Why.UNFINISHED: "未评全",
}
_ROUNDING: Final = {"HALF_UP": "四舍五入", "HALF_EVEN": "四舍六入五成双", "DOWN": "直接舍去"}
_METHOD: Final = {"plain_mean": "裁定取平均分", "literal": "裁定照去最高最低分"}


def chinese_date(iso: str) -> str:
    """2026年12月5日 of 2026-12-05; what is not an ISO date is left as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.year}年{day.month}月{day.day}日"


def on_step(value: Decimal, step: Decimal) -> str:
    """A mark with as many decimals as its step has: 18 on step 1, 8.5 on 0.5, 9.25 on 0.25."""
    return fixed(value, len(plain(step).partition(".")[2]))


def fixed(value: Decimal, places: int) -> str:
    """A number with so many decimals at least; decimals that it has beyond them are kept, never rounded away."""
    exact = plain(value)
    places = max(places, len(exact.partition(".")[2]))
    return format(Decimal(exact), f".{places}f")


def use(mark: Mark) -> str:
    """What became of a judge's mark, in words."""
    if mark.why:
        return _WHY[mark.why]
    return {Use.DROPPED_HIGH: "去掉最高", Use.DROPPED_LOW: "去掉最低", Use.KEPT: "计入"}.get(mark.use, "")


def method(name: str) -> str:
    """The method that a ruling chose for a component with too few sheets."""
    return _METHOD.get(name, name)


def rule_line(rules: RuleSet) -> str:
    """How the results were counted, in one sentence for the foot of the ranking."""
    parts = []
    for component in rules.components:
        weight = "" if component.weight == 1 else f"，权重 {plain(component.weight)}"
        how = explain.trim_words(component.trim).zh if component.judged else "外部成绩"
        parts.append(f"{component.name}（满分 {plain(component.max)}{weight}；{how}）")
    if rules.popularity is not None:
        cap = "" if rules.popularity.cap is None else f"，上限 {plain(rules.popularity.cap * 100)}%"
        parts.append(f"{rules.popularity.name}（按得票名次{cap}）")
    stage = "各项先取整再相加" if rules.rounding_stage == "component_then_sum" else "只在最后取整"
    rounding = f"保留 {rules.rounding.places} 位小数，{_ROUNDING[rules.rounding.mode]}，{stage}"
    ties = " → ".join(explain.key_words(rules, key).zh for key in rules.tie_keys)
    return f"{'；'.join(parts)}。{rounding}。同分依次比较：{ties}，仍相同则并列。"


def flags(texts: Iterable[str], rules: RuleSet) -> tuple[str, ...]:
    """The flags of a result in words, in their order; the same remark on several judges is made once."""
    found: dict[str, list[str]] = {}
    for text in texts:
        kind, _, judge = text.rpartition(":") if text.startswith(("OUTLIER:", "ZERO_SCORE:")) else (text, "", "")
        found.setdefault(kind, []).append(judge)
    return tuple(
        explain.flag_words(rules, f"{kind}:{'、'.join(judges)}" if judges[0] else kind).zh
        for kind, judges in found.items()
    )


def listed(items: Iterable[str], none: str = "无") -> str:
    """Items joined by 、; ``none`` where there are none."""
    return "、".join(items) or none


def listed_sentences(items: Sequence[str]) -> str:
    """Remarks as one text; 无 where there are none."""
    return "；".join(item.rstrip("。") for item in items) + "。" if items else "无"


def local_time(iso: str, zone: tzinfo | None) -> str:
    """``12-05 17:20`` of an instant (ISO 8601, ``Z`` or with an offset) in ``zone``; None: as it is."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    if zone is not None and at.tzinfo is not None:
        at = at.astimezone(zone)
    return at.strftime("%m-%d %H:%M")


def ruling(held: Ruling, rules: RuleSet) -> str:
    """A ruling in words: on what, how, by whom and why."""
    methods: dict[str, str] = {
        "plain_mean": "取全部有效分的平均分",
        "literal": "照去最高最低分",
        "both": "同时进入",
        "order": "排定先后",
        "keep_total": "并列获同一奖项，下一奖项相应减少",
        "add_place": "并列获同一奖项，增加名额",
        **{method: words.zh for method, words in explain.VOTES_METHODS.items()},
    }
    component = rules.component(held.component) if held.component else None
    on = {
        "few_sheets": f"{component.name if component else held.component}有效评分不足",
        "tie": "同分先后",
        "cut": "晋级名额",
        "award": "奖项界线",
        "votes": f"{held.entry_no} 号网络投票",
    }[held.kind]
    how = methods.get(held.method or ("order" if held.order else ""), "")
    order = f"（{' → '.join(held.order)}）" if held.order else ""
    return f"{on}：{how}{order}；{held.by}裁定，理由：{held.reason}"


def rulings_about(rulings: Sequence[tuple[str, str]], entry_no: str, rules: RuleSet) -> tuple[str, ...]:
    """The rulings that touch a project, numbered as they were made (裁定 2：…); ``rulings`` as a chair's view has them."""
    found = []
    for number, (encoded, _) in enumerate(rulings, start=1):
        held = msgspec.json.decode(encoded, type=Ruling)
        if held.entry_no == entry_no or entry_no in held.entries:
            found.append(f"裁定 {number}：{ruling(held, rules)}")
    return tuple(found)
