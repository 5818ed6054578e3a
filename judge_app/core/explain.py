"""Why a result is what it is: the whole working of one project as data, and in words (domain.md, contract 11 and §2.3).

``explain`` gathers what the tabulation kept (which sheets counted, who was dropped, sums, each rounding, the cap before
and after, the tie key that decided and against whom, the rulings that applied); ``words`` tells it in sentences for a
window or form F2; ``announce`` is what the host reads out. A result that is not final is never read as a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from judge_app.core.contest import Struct
from judge_app.core.marks import Entry, Ruling, Standing, plain, rules_for
from judge_app.core.ranking import RULING
from judge_app.core.rules import Component, RuleSet, Text, Trim
from judge_app.core.scoring import tie_value
from judge_app.core.working import (
    VOTES_OF_ONE_ROOM,
    VOTES_VOIDED,
    ComponentResult,
    Mark,
    ProjectResult,
    Status,
    Tabulation,
    Use,
    Why,
)


class ComponentStep(Struct, frozen=True):
    """One component: its rule, its working, and the mean before and after rounding. ``unrounded`` is the mean as a
    fraction ("266/3"); ``counted`` is what it adds to the total (weight × what is printed) as a fraction."""

    component: Component
    result: ComponentResult
    unrounded: str | None = None
    counted: str | None = None
    ruling: Ruling | None = None


class PopularityStep(Struct, frozen=True):
    """Votes → rank → points → cap. ``most`` is the cap in points where there is one."""

    name: str
    name_en: str
    points: Decimal
    counted: Decimal | None
    votes: int | None = None
    rank: int | None = None
    cap: Decimal | None = None
    cap_mode: str = "none"
    most: Decimal | None = None
    voided: bool = False


class TieStep(Struct, frozen=True):
    """The key that put a project ahead of (or behind) one with an equal printed total; values are fractions as text,
    None where a ruling decided."""

    key: str
    other: str
    ahead: bool
    own: str | None = None
    others: str | None = None


class Explanation(Struct, frozen=True):
    """One project's result with everything that made it. ``unrounded`` is the sum of the parts before the last rounding,
    ``exact`` the total with nothing rounded on the way; both are fractions as text."""

    entry_no: str
    status: Status
    standing: Standing
    components: tuple[ComponentStep, ...]
    total: Decimal | None
    full_marks: Decimal
    popularity: PopularityStep | None = None
    deducted: Decimal = Decimal(0)
    unrounded: str | None = None
    exact: str | None = None
    rank: int | None = None
    rank_scope: str = ""
    ranked: int = 0
    """How many projects of the scope have a rank."""
    ties: tuple[TieStep, ...] = ()
    shared_with: tuple[str, ...] = ()
    """Other projects with the same rank."""
    advances: bool | None = None
    """None: not decided, or nobody advances from here."""
    awards: tuple[str, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    flags: tuple[str, ...] = ()


def explain(
    rules: RuleSet, tabulation: Tabulation, entries: Sequence[Entry], entry_no: str, rulings: Sequence[Ruling] = ()
) -> Explanation:
    """The working of one project; KeyError if there is none. ``rulings`` are those the tabulation was made with."""
    given = {entry.entry_no: entry for entry in entries}
    results = {project.entry_no: project for project in tabulation.projects}
    result = results[entry_no]
    entry = given[entry_no]
    own = rules_for(rules, entry)
    applied = [
        ruling
        for position, ruling in enumerate(rulings)
        if position not in tabulation.unused_rulings and (ruling.entry_no == entry_no or entry_no in ruling.entries)
    ]
    steps = tuple(_component_step(own, component, result, applied) for component in own.components)
    rivals = [
        project
        for project in tabulation.projects
        if project.scope == result.scope
        and project.rank is not None
        and rules_for(rules, given[project.entry_no]) == own
    ]
    counted = Fraction(result.popularity_counted or 0) - Fraction(result.deducted)
    parts = [Fraction(step.counted) for step in steps if step.counted is not None]
    exact = tie_value(own, entry, result, "exact_total")
    return Explanation(
        entry_no=entry_no,
        status=result.status,
        standing=result.standing,
        components=steps,
        total=result.total,
        full_marks=own.full_marks,
        popularity=_popularity_step(own, entry, result),
        deducted=result.deducted,
        unrounded=None if result.total is None else str(sum(parts, counted)),
        exact=None if exact is None or result.total is None else str(exact),
        rank=result.rank,
        rank_scope=result.scope,
        ranked=len(rivals),
        ties=_ties(own, given, rivals, result),
        shared_with=tuple(
            one.entry_no for one in rivals if one.rank == result.rank and one.entry_no != entry_no and result.rank
        ),
        advances=_advances(tabulation, entry_no),
        awards=tuple(name for name, numbers in tabulation.awards.items() if entry_no in numbers),
        rulings=tuple(applied),
        flags=result.flags,
    )


def _advances(tabulation: Tabulation, entry_no: str) -> bool | None:
    if entry_no in tabulation.advance:
        return True
    return False if tabulation.advance_status == "FINAL" else None


def _component_step(
    rules: RuleSet, component: Component, result: ProjectResult, applied: Sequence[Ruling]
) -> ComponentStep:
    held = result.components[component.key]
    exact = held.exact
    counted: Fraction | None = None
    if held.score is not None and exact is not None:
        counted = Fraction(component.weight) * (exact if rules.rounding_stage == "final_only" else Fraction(held.score))
    return ComponentStep(
        component=component,
        result=held,
        unrounded=None if exact is None else str(exact),
        counted=None if counted is None else str(counted),
        ruling=next((one for one in reversed(applied) if one.component == component.key and held.method), None),
    )


def _popularity_step(rules: RuleSet, entry: Entry, result: ProjectResult) -> PopularityStep | None:
    rule = rules.popularity
    if rule is None:
        return None
    return PopularityStep(
        name=rule.name,
        name_en=rule.name_en,
        points=result.popularity_points,
        counted=result.popularity_counted,
        votes=entry.votes,
        rank=result.popularity_rank,
        cap=rule.cap,
        cap_mode=rule.cap_mode,
        most=result.popularity_cap,
        voided=result.votes_voided,
    )


def _ties(
    rules: RuleSet, given: dict[str, Entry], rivals: Sequence[ProjectResult], result: ProjectResult
) -> tuple[TieStep, ...]:
    """The keys that told this project from the equal ones next to it: the one behind it, the one ahead of it."""
    if result.rank is None:
        return ()
    equal = [one for one in rivals if one.total == result.total and one.rank != result.rank and one.rank is not None]
    ahead = [one for one in equal if one.rank is not None and one.rank < result.rank]
    behind = [one for one in equal if one.rank is not None and one.rank > result.rank]
    found = []
    if behind and result.tie_key is not None:
        nearest = min(behind, key=lambda one: one.rank or 0)
        found.append(_tie(rules, given, result, nearest, result.tie_key, ahead=True))
    if ahead:
        nearest = max(ahead, key=lambda one: one.rank or 0)
        if nearest.tie_key is not None:
            found.append(_tie(rules, given, result, nearest, nearest.tie_key, ahead=False))
    return tuple(found)


def _tie(
    rules: RuleSet, given: dict[str, Entry], result: ProjectResult, other: ProjectResult, key: str, *, ahead: bool
) -> TieStep:
    if key == RULING:
        return TieStep(key=key, other=other.entry_no, ahead=ahead)
    own = tie_value(rules, given[result.entry_no], result, key)
    others = tie_value(rules, given[other.entry_no], other, key)
    return TieStep(
        key=key,
        other=other.entry_no,
        ahead=ahead,
        own=None if own is None else str(own),
        others=None if others is None else str(others),
    )


# in words


_NUMERALS = "零一两三四五六七八九十"
_WHY = {
    Why.ABSENT: ("缺席", "absent"),
    Why.LEFT: ("离席", "left the panel"),
    Why.RECUSED: ("回避", "recused"),
    Why.BLANK: ("未提交", "no sheet yet"),
    Why.UNFINISHED: ("未评全", "lines are missing"),
}
_METHODS = {
    "plain_mean": ("取全部有效评分的平均分", "the mean of all valid sheets"),
    "literal": ("照去最高分和最低分", "the extremes are dropped as the rule says"),
}
VotesMethod = Literal["void", "void_up", "count"]
VOTES_METHODS: dict[VotesMethod, Text] = {
    "void": Text(zh="作废，计 0 分，其他项目的积分不变", en="no points; the others' points stay"),
    "void_up": Text(zh="作废，计 0 分，得票较少的项目依次递进", en="no points; those with fewer votes move up"),
    "count": Text(zh="恢复计入", en="they count again"),
}
"""The ways to rule on a project's votes: as they are offered, and as the ruling is shown and printed."""
_ROUNDING = {
    "HALF_UP": ("四舍五入", "rounded half up"),
    "HALF_EVEN": ("四舍六入五成双", "rounded half to even"),
    "DOWN": ("舍去尾数", "cut off"),
}
_CAPS = {
    "own_total": ("不超过本项目总得分的 {}", "at most {} of its own total"),
    "full_marks_clip": ("不超过满分的 {}", "at most {} of full marks"),
    "full_marks_scale": (
        "全部积分按比例折算，最高为满分的 {}",
        "all points scaled so that the best is {} of full marks",
    ),
}


def _count(number: int, what: str) -> str:
    """一个最高分, 两个最高分: how many of the extremes, as it is said."""
    return f"{_NUMERALS[number] if number < len(_NUMERALS) else number}个{what}"


def decimals(fraction: str, places: int = 6) -> str:
    """A fraction as text for reading: exact where it ends within ``places``, else cut with an ellipsis (88.666667…)."""
    value = Fraction(fraction)
    scaled = value * 10**places
    if scaled.denominator == 1:
        return plain(Decimal(scaled.numerator).scaleb(-places))
    return f"{format(Decimal(int(scaled)).scaleb(-places), 'f')}…"


def trim_words(trim: Trim | None) -> Text:
    """A trim in words, empty where nothing is dropped."""
    if trim is None or trim.high + trim.low == 0:
        return Text(zh="全部有效评分取平均", en="the mean of all valid sheets")
    zh = "、".join(_count(number, what) for number, what in ((trim.high, "最高分"), (trim.low, "最低分")) if number)
    en = " and ".join(f"{number} {what}" for number, what in ((trim.high, "highest"), (trim.low, "lowest")) if number)
    if trim.on == "criterion":
        return Text(zh=f"每个评分要素去掉{zh}，其余取平均", en=f"on each criterion the {en} go, the rest is averaged")
    return Text(zh=f"去掉{zh}，其余取平均", en=f"the {en} go, the rest is averaged")


def component_named(rules: RuleSet, key: str) -> Component | None:
    """A component of the rule set, or of an event of its own or a round that it holds."""
    lists = [
        rules.components,
        *(event.components for event in rules.own_events),
        *(one.components for one in rules.rounds),
    ]
    return next((component for held in lists for component in held or () if component.key == key), None)


def key_words(rules: RuleSet, key: str) -> Text:
    """A tie key in words (A-08)."""
    name, _, rest = key.partition(":")
    if key == RULING:
        return Text(zh="评委组裁定", en="the panel's ruling")
    if key == "exact_total":
        return Text(zh="未取整的总得分", en="the total before rounding")
    if name == "untrimmed_mean":
        component = component_named(rules, rest) if rest else next(iter(rules.judged_components), None)
        label = "" if component is None else component.name
        return Text(
            zh=f"{label}全部有效评分的平均分（不去最高最低）",
            en=f"mean of all valid sheets ({component.name_en or component.name if component else rest})",
        )
    if name == "criterion":
        owner, _, inner = rest.partition(":")
        held = component_named(rules, owner)
        criterion = inner if held is not None and held.criterion(inner) is not None else rest
        return Text(zh=f"“{criterion}”平均分", en=f"mean of “{criterion}”")
    component = component_named(rules, key)
    return Text(zh=component.name, en=component.name_en or component.name) if component else Text(zh=key, en=key)


def words(rules: RuleSet, held: Explanation) -> tuple[Text, ...]:
    """The explanation in sentences, in the order of the working, in both languages."""
    lines: list[Text] = []
    for step in held.components:
        lines += _component_words(rules, step)
    if held.popularity is not None:
        lines.append(_popularity_words(held.popularity))
    if held.deducted:
        lines.append(Text(zh=f"扣分 {plain(held.deducted)} 分", en=f"{plain(held.deducted)} points are deducted"))
    lines.append(_total_words(rules, held))
    if held.rank is not None:
        shared = "、".join(held.shared_with)
        where_zh = f"（{held.rank_scope}，共 {held.ranked} 个）" if held.rank_scope else f"（共 {held.ranked} 个）"
        where_en = f" of {held.ranked}" + (f" in {held.rank_scope}" if held.rank_scope else "")
        lines.append(
            Text(
                zh=f"名次：第 {held.rank} 名{where_zh}" + (f"，与 {shared} 号并列" if shared else ""),
                en=f"rank {held.rank}{where_en}" + (f", shared with {shared}" if shared else ""),
            )
        )
    lines += [_tie_words(rules, tie) for tie in held.ties]
    lines += [_ruling_words(ruling) for ruling in held.rulings]
    if held.awards:
        lines.append(Text(zh=f"奖项：{'、'.join(held.awards)}", en=f"award: {', '.join(held.awards)}"))
    if held.advances is not None and rules.advance is not None:
        lines.append(Text(zh="晋级", en="advances") if held.advances else Text(zh="未晋级", en="does not advance"))
    return tuple(lines)


def _mark_words(mark: Mark) -> Text:
    given = "—" if mark.total is None else plain(mark.total)
    if mark.why:
        zh, en = _WHY[mark.why]
        return Text(zh=f"{mark.judge} {zh}", en=f"{mark.judge} {en}")
    zh, en = {
        Use.DROPPED_HIGH: ("（去掉最高分）", " (highest, dropped)"),
        Use.DROPPED_LOW: ("（去掉最低分）", " (lowest, dropped)"),
    }.get(mark.use, ("", ""))
    return Text(zh=f"{mark.judge} {given}{zh}", en=f"{mark.judge} {given}{en}")


def _component_words(rules: RuleSet, step: ComponentStep) -> list[Text]:
    component, result = step.component, step.result
    name, name_en = component.name, component.name_en or component.name
    if result.omitted:
        return [Text(zh=f"{name}：没有数据，不计入", en=f"{name_en}: nothing was given, not counted")]
    if not component.judged:
        if result.score is None:
            return [Text(zh=f"{name}：成绩未到", en=f"{name_en}: the result is not there yet")]
        return [_weighted(step, Text(zh=f"{name} {result.score} 分", en=f"{name_en} {result.score}"))]
    marks = [_mark_words(mark) for mark in result.marks]
    lines = [
        Text(
            zh=f"{name}（满分 {plain(component.max)}）：" + ("，".join(one.zh for one in marks) or "尚无评分"),
            en=f"{name_en} (of {plain(component.max)}): " + (", ".join(one.en for one in marks) or "no sheets yet"),
        )
    ]
    if result.score is None or step.unrounded is None:
        if result.status is Status.INCOMPLETE:
            lines.append(Text(zh=f"{name}：评分未齐", en=f"{name_en}: sheets are missing"))
        else:
            lines.append(
                Text(
                    zh=f"{name}：有效评分 {result.valid} 份，不足以按规则计算，待评委组裁定",
                    en=f"{name_en}: {result.valid} valid sheets are too few for the rule: a ruling is needed",
                )
            )
        return lines
    for criterion in result.criteria:
        lines.append(
            Text(
                zh=f"　{criterion.name}：去掉 {'、'.join((*criterion.dropped_high, *criterion.dropped_low)) or '—'}，"
                f"合计 {plain(criterion.kept_sum)} ÷ {result.kept}",
                en=f"  {criterion.name}: without {', '.join((*criterion.dropped_high, *criterion.dropped_low)) or '—'},"
                f" {plain(criterion.kept_sum)} ÷ {result.kept}",
            )
        )
    exact = decimals(step.unrounded)
    rounding_zh, rounding_en = _ROUNDING[rules.rounding.mode]
    is_exact = Fraction(step.unrounded) == Fraction(result.score)
    zh = f"{name}：有效评分 {result.valid} 份，计入 {result.kept} 份，合计 {plain(result.kept_sum)} 分，"
    zh += f"平均 {result.score} 分" if is_exact else f"平均 {exact}，{rounding_zh}为 {result.score} 分"
    en = f"{name_en}: {result.valid} valid sheets, {result.kept} counted, sum {plain(result.kept_sum)}, "
    en += f"mean {result.score}" if is_exact else f"mean {exact}, {rounding_en} to {result.score}"
    if result.method is not None:
        method_zh, method_en = _METHODS[result.method]
        zh, en = f"{zh}（经裁定：{method_zh}）", f"{en} (by ruling: {method_en})"
    lines.append(_weighted(step, Text(zh=zh, en=en)))
    return lines


def _weighted(step: ComponentStep, text: Text) -> Text:
    if step.component.weight == 1 or step.counted is None:
        return text
    weight, counted = plain(step.component.weight), decimals(step.counted)
    return Text(zh=f"{text.zh}；权重 {weight}，计 {counted} 分", en=f"{text.en}; weight {weight}: {counted}")


def _popularity_words(step: PopularityStep) -> Text:
    name, name_en = step.name, step.name_en or step.name
    if step.voided:
        return Text(zh=f"{name}：投票已作废，计 0 分", en=f"{name_en}: the votes were voided, 0 points")
    rank_zh = "没有得票" if step.rank is None else f"得票第 {step.rank} 名"
    rank_en = "no votes" if step.rank is None else f"rank {step.rank} by votes"
    zh, en = f"{name}：{rank_zh}，积 {step.points} 分", f"{name_en}: {rank_en}, {step.points} points"
    if step.cap is not None and step.cap_mode != "none":
        cap_zh, cap_en = _CAPS[step.cap_mode]
        share = f"{plain(step.cap * 100)}%"
        most = f"（{step.most} 分）" if step.most is not None else ""
        zh += f"；{cap_zh.format(share)}{most}"
        en += f"; {cap_en.format(share)}" + (f" ({step.most})" if step.most is not None else "")
    counted = "—" if step.counted is None else str(step.counted)
    return Text(zh=f"{zh}，计入 {counted} 分", en=f"{en}, counted {counted}")


def _total_words(rules: RuleSet, held: Explanation) -> Text:
    if held.standing is not Standing.COMPETING:
        return (
            Text(zh="弃赛，不排名", en="withdrawn: no rank")
            if held.standing is Standing.WITHDRAWN
            else Text(zh="取消资格，不排名", en="disqualified: no rank")
        )
    if held.total is None or held.unrounded is None:
        if held.status is Status.INCOMPLETE:
            return Text(zh="成绩未齐，暂无总得分", en="not complete: no total yet")
        return Text(zh="待评委组裁定，暂无总得分", en="a ruling is needed: no total yet")
    full = plain(held.full_marks)
    if Fraction(held.unrounded) == Fraction(held.total):
        return Text(zh=f"总得分 {held.total} 分（满分 {full}）", en=f"total {held.total} of {full}")
    zh, en = _ROUNDING[rules.rounding.mode]
    value = decimals(held.unrounded)
    return Text(
        zh=f"总得分：合计 {value}，{zh}为 {held.total} 分（满分 {full}）",
        en=f"total: {value}, {en} to {held.total} of {full}",
    )


def _tie_words(rules: RuleSet, tie: TieStep) -> Text:
    key = key_words(rules, tie.key)
    where_zh, where_en = ("排在前", "ahead") if tie.ahead else ("排在后", "behind")
    zh, en = f"与 {tie.other} 号总得分相同，按{key.zh}{where_zh}", f"equal to {tie.other}: {where_en} by {key.en}"
    if tie.own is not None and tie.others is not None:
        own, others = decimals(tie.own), decimals(tie.others)
        zh, en = f"{zh}（{own} 比 {others}）", f"{en} ({own} against {others})"
    return Text(zh=zh, en=en)


def _ruling_words(ruling: Ruling) -> Text:
    return Text(zh=f"裁定：{ruling.by}，理由：{ruling.reason}", en=f"ruling by {ruling.by}: {ruling.reason}")


def flag_words(rules: RuleSet, flag: str) -> Text:
    """A flag in words; one that is not known is shown as it is."""
    name, _, rest = flag.partition(":")
    component, _, tail = rest.partition("=" if name.startswith("VALID_BELOW_") else ":")
    held = component_named(rules, component)
    label = held.name if held is not None else component
    label_en = (held.name_en or held.name) if held is not None else component
    texts = {
        "JUDGE_ABSENT": (f"评委 {rest} 缺席", f"judge {rest} is absent"),
        "JUDGE_RECUSED": (f"评委 {rest} 回避", f"judge {rest} is recused"),
        "JUDGE_REPLACED": (
            f"评委 {rest.partition('→')[0]} 由候补 {rest.partition('→')[2]} 代评",
            f"reserve {rest.partition('→')[2]} scored for {rest.partition('→')[0]}",
        ),
        "OUTLIER": (
            f"{label}：评委 {tail} 的评分与多数评委差异较大，请关注（只提示，不更改）",
            f"{label_en}: judge {tail} is far from the others (flagged, not changed)",
        ),
        "ZERO_SCORE": (f"评委 {rest} 打了 0 分，0 分有效", f"judge {rest} gave 0, which counts"),
        "SINGLE_SCORE_LEFT": ("去掉最高最低后只剩一份评分", "one sheet is left after the extremes are dropped"),
        VOTES_VOIDED: ("网络投票已作废", "the votes were voided"),
        VOTES_OF_ONE_ROOM: (
            "网络人气积分只按本会场的票数计算，总得分以全赛合并计算为准",
            "points by this room's votes alone: the total is that of all rooms together",
        ),
        "TIE_AT_CUT": ("在晋级线上同分", "ties at the cut"),
        "TIE_AT_AWARD": ("在奖项分界上同分", "ties across an award boundary"),
        "WITHDRAWN": ("弃赛", "withdrawn"),
        "DISQUALIFIED": ("取消资格", "disqualified"),
    }
    if name.startswith("VALID_BELOW_"):
        below = name.removeprefix("VALID_BELOW_")
        return Text(
            zh=f"{label}：有效评分 {tail} 份，少于 {below} 份",
            en=f"{label_en}: {tail} valid sheets, fewer than {below}",
        )
    zh, en = texts.get(name, (flag, flag))
    return Text(zh=zh, en=en)


# the announcement


def announce(rules: RuleSet, result: ProjectResult, style: str | None = None) -> Text:
    """What the host reads out (domain.md §2.3). ``style`` (the rule set's ``announce`` by default): full, short,
    components, or total (the total alone, never the parts). With several components full reads them one by one; a
    result that is not final, of a room's votes alone, or of a project that has left, is announced without a number."""
    number = result.entry_no
    if result.standing is Standing.WITHDRAWN:
        return Text(zh=f"{number} 号项目弃赛。", en=f"Project {number} has withdrawn.")
    if result.standing is Standing.DISQUALIFIED:
        return Text(zh=f"{number} 号项目取消资格。", en=f"Project {number} is disqualified.")
    if result.total is None:
        if result.status is Status.INCOMPLETE:
            return Text(
                zh=f"{number} 号项目的成绩尚未齐全，稍后公布。",
                en=f"The result of project {number} is not complete; it will be announced later.",
            )
        return Text(
            zh=f"{number} 号项目的成绩待评委组裁定，稍后公布。",
            en=f"The result of project {number} awaits a ruling of the panel; it will be announced later.",
        )
    if VOTES_OF_ONE_ROOM in result.flags:
        return Text(
            zh=f"{number} 号项目的总得分待各会场的网络投票合并计算后公布。",
            en=f"The total of project {number} will be announced once the votes of all rooms are counted together.",
        )
    chosen = style or rules.announce
    found = [component_named(rules, key) for key, held in result.components.items() if not held.omitted]
    parts = [component for component in found if component is not None]
    votes = rules.popularity is not None and set(result.components) <= {one.key for one in rules.components}
    several = len(parts) > 1 or votes or bool(result.deducted)
    if chosen == "total" or (several and chosen == "short"):
        return Text(
            zh=f"{number} 号项目，总得分 {result.total} 分。", en=f"Project {number}: total {result.total} points."
        )
    if several or chosen == "components" or not parts[0].judged:
        return _announce_components(rules if votes else msgspec.structs.replace(rules, popularity=None), result, parts)
    return _announce_one(parts[0], result, short=chosen == "short")


def _announce_components(rules: RuleSet, result: ProjectResult, parts: Sequence[Component]) -> Text:
    zh = [f"{component.name} {result.components[component.key].score} 分" for component in parts]
    en = [f"{component.name_en or component.name} {result.components[component.key].score}" for component in parts]
    if rules.popularity is not None:
        zh.append(f"{rules.popularity.name} {result.popularity_counted} 分")
        en.append(f"{rules.popularity.name_en or rules.popularity.name} {result.popularity_counted}")
    if result.deducted:
        zh.append(f"扣 {plain(result.deducted)} 分")
        en.append(f"{plain(result.deducted)} deducted")
    return Text(
        zh=f"{result.entry_no} 号项目，{'，'.join(zh)}，总得分 {result.total} 分。",
        en=f"Project {result.entry_no}: {', '.join(en)}; total {result.total} points.",
    )


def _announce_one(component: Component, result: ProjectResult, *, short: bool) -> Text:
    held = result.components[component.key]
    number, total = result.entry_no, result.total
    dropped_zh, dropped_en = [], []
    for use, label, label_en in (
        (Use.DROPPED_HIGH, "最高分", "highest"),
        (Use.DROPPED_LOW, "最低分", "lowest"),
    ):
        marks = [plain(mark.total) for mark in held.marks if mark.use is use and mark.total is not None]
        if marks:
            dropped_zh.append(f"去掉{_count(len(marks), label)} {'、'.join(marks)} 分，")
            dropped_en.append(f"without the {label_en} {', '.join(marks)}, ")
    if held.criteria and component.trim is not None:
        words_of = trim_words(component.trim)
        dropped_zh, dropped_en = [f"{words_of.zh.removesuffix('，其余取平均')}，"], [f"{words_of.en}, "]
    if short:
        sentence = f"{''.join(dropped_en)}project {number} scores {total} points."
        return Text(
            zh=f"{''.join(dropped_zh)}{number} 号项目最后得分 {total} 分。", en=sentence[0].upper() + sentence[1:]
        )
    ruled_zh = "，经评委组裁定取平均" if held.method == "plain_mean" else ""
    ruled_en = ", averaged by ruling" if held.method == "plain_mean" else ""
    rest_zh = f"其余 {held.kept} 位评委的合计分为" if dropped_zh and not held.criteria else "合计分为"
    rest_en = f"the other {held.kept} add up to" if dropped_en and not held.criteria else "they add up to"
    return Text(
        zh=f"{held.valid} 位评委的评分{ruled_zh}，{''.join(dropped_zh)}{rest_zh} {plain(held.kept_sum)} 分，"
        f"平均分为 {held.score} 分。{number} 号项目，最后得分 {total} 分。请签名确认。",
        en=f"{held.valid} judges' marks{ruled_en}; {''.join(dropped_en)}{rest_en} {plain(held.kept_sum)}, "
        f"mean {held.score}. Project {number}: final score {total} points. Please sign.",
    )
