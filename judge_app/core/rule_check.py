"""What in a rule set cannot work, in words that an organiser understands; and what its paths are called.

``check`` finds what would keep a well-formed rule set from being used: weights that do not add up, lines that do not add
up to their component, tie keys and awards that nothing can reach. ``notes`` are worth a look but stop nothing.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from judge_app.core.errors import Problem
from judge_app.core.rules import (
    Advance,
    Award,
    Component,
    Popularity,
    Round,
    RuleSet,
    Timing,
    encode_rules,
)

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_RATIO = re.compile(r"[1-9]\d{0,3}(?:\.\d+)?[:：][1-9]\d{0,3}(?:\.\d+)?")
NAME_PARTS = {
    "lead_unit": "主体单位",
    "project": "项目名称",
    "track": "赛道",
    "unit_short": "单位简称",
    "captain": "队长姓名",
    "phone": "队长手机号",
}
"""What a paper's file may be called by."""
_HUNDREDTH = Decimal("0.01")


class _Findings:
    """Collects problems behind a path."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, place: str, zh: str, en: str) -> None:
        self.problems.append(Problem(place, zh, en))


MAX_STAGE_WORDS = 20
"""What can be read from thirty metres."""


def check(rules: RuleSet) -> list[Problem]:
    """Everything that would keep the rule set from being used, in reading order."""
    found = _Findings()
    if not _KEY.fullmatch(rules.key):
        found.say("key", f"“{rules.key}” 只能用字母、数字、连字符", f"{rules.key!r}: letters, digits and hyphens only")
    if not rules.name.zh.strip():
        found.say("name.zh", "请填写名称", "give it a name")
    if not 0 <= rules.rounding.places <= 6:
        found.say("rounding.places", "小数位数应为 0 到 6", "between 0 and 6 places")
    _components(found, rules.components, "components")
    _tie_keys(found, rules.tie_keys, rules.components, "tie_keys")
    if rules.popularity is not None:
        _popularity(found, rules.popularity)
    if rules.timing is not None:
        _timing(found, rules.timing, "timing")
    elif rules.kind == "roadshow" and not rules.rounds:
        found.say("timing", "路演场次需要计时设置", "a roadshow needs its times")
    for key, text in rules.stage_words.items():
        if not 0 < len(text.zh.strip()) <= MAX_STAGE_WORDS or len(text.en) > 2 * MAX_STAGE_WORDS:
            found.say(
                f"stage_words.{key}",
                f"投影上的文字应为 1 到 {MAX_STAGE_WORDS} 个字",
                f"1 to {MAX_STAGE_WORDS} characters in Chinese, at most {2 * MAX_STAGE_WORDS} in English",
            )
    if rules.advance is not None:
        _advance(found, rules.advance, "advance")
    _awards(found, rules.awards, "awards")
    if rules.publicity_days is not None and rules.publicity_days < 1:
        found.say("publicity_days", "公示期至少 1 天", "at least one day")
    _parts(found, rules)
    _papers(found, rules)
    return found.problems


def _unique(found: _Findings, names: Sequence[str], place: str, key: str) -> None:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if not name.strip():
            found.say(f"{place}[{index}].{key}", "不能为空", "is empty")
        elif name in seen:
            found.say(
                f"{place}[{index}].{key}",
                f"“{name}” 与第 {seen[name] + 1} 项重复",
                f"{name!r} is already number {seen[name] + 1}",
            )
        seen.setdefault(name, index)


def _components(found: _Findings, components: Sequence[Component], place: str) -> None:
    if not components:
        found.say(place, "至少需要一个得分项", "there must be at least one component")
        return
    _unique(found, [component.key for component in components], place, "key")
    for index, component in enumerate(components):
        at = f"{place}[{index}]"
        if component.key in ("exact_total", "untrimmed_mean", "criterion") or ":" in component.key:
            found.say(f"{at}.key", f"{component.key} 有特殊含义，请换一个", f"{component.key} means something else")
        _component(found, component, at)
    weights = sum((component.weight for component in components), Decimal(0))
    if any(component.weight != 1 for component in components) and weights != 1:
        text = " + ".join(_show(component.weight) for component in components)
        text = text if len(components) == 1 else f"{text} = {_show(weights)}"
        found.say(
            place,
            f"权重之和应为 1，现在是 {text}",
            f"the weights must add up to 1, not {text}",
        )


def _show(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _component(found: _Findings, component: Component, at: str) -> None:
    name = component.name or component.key
    if component.max <= 0:
        found.say(f"{at}.max", f"“{name}” 的满分应大于 0", f"the full marks of {name!r} must be more than 0")
    if component.weight <= 0:
        found.say(f"{at}.weight", f"“{name}” 的权重应大于 0", f"the weight of {name!r} must be more than 0")
    if not component.judged:
        if component.criteria or component.trim is not None:
            found.say(
                at, f"“{name}” 不由评委评分，不能有评分要素或去高去低", f"no judge gives {name!r}: no criteria, no trim"
            )
        return
    _steps(found, component, at)
    if not component.judge_class:
        found.say(f"{at}.judge_class", f"请写明由哪类评委给“{name}”打分", f"say which judges give {name!r}")
    if not component.criteria:
        found.say(f"{at}.criteria", f"“{name}” 至少需要一个评分要素", f"{name!r} needs at least one line")
    else:
        _unique(found, [criterion.name for criterion in component.criteria], f"{at}.criteria", "name")
        total = sum((criterion.max for criterion in component.criteria), Decimal(0))
        if total != component.max:
            found.say(
                f"{at}.max",
                f"“{name}” 各要素满分之和为 {_show(total)}，应为 {_show(component.max)}",
                f"the lines of {name!r} add up to {_show(total)}, its full marks are {_show(component.max)}",
            )
    trim = component.trim
    if trim is None:
        return
    if min(trim.high, trim.low, trim.warn_below) < 0:
        found.say(f"{at}.trim", "不能为负数", "must not be negative")
    if trim.from_n <= trim.high + trim.low:
        found.say(
            f"{at}.trim.from_n",
            f"从 {trim.from_n} 份起去掉 {trim.high} 个最高和 {trim.low} 个最低，就没有分数可平均；至少为 {trim.high + trim.low + 1}",
            f"from {trim.from_n} sheets on, dropping {trim.high} + {trim.low} leaves nothing:"
            f" at least {trim.high + trim.low + 1}",
        )


def _steps(found: _Findings, component: Component, at: str) -> None:
    lines = [(f"{at}.step", component.max, component.step)]
    lines += [
        (f"{at}.criteria[{index}]", criterion.max, component.step_of(criterion))
        for index, criterion in enumerate(component.criteria)
    ]
    for place, full, step in lines:
        if step <= 0 or step % _HUNDREDTH != 0:
            found.say(place, f"步长 {_show(step)} 应是 0.01 的倍数", f"step {_show(step)} must be a multiple of 0.01")
        elif full <= 0:
            found.say(f"{place}.max", "满分应大于 0", "the full marks must be more than 0")
        elif full % step != 0:
            found.say(
                place,
                f"满分 {_show(full)} 不是步长 {_show(step)} 的整数倍，满分给不出来",
                f"{_show(full)} is not a multiple of the step {_show(step)}: nobody could give full marks",
            )
    steps = [step for _, _, step in lines[1:] if step > 0]
    for index, step in enumerate(steps):
        if step % min(steps) != 0:
            found.say(
                f"{at}.criteria[{index}]",
                f"步长 {_show(step)} 应是最小步长 {_show(min(steps))} 的整数倍",
                f"step {_show(step)} must be a multiple of the smallest, {_show(min(steps))}",
            )
    for index, criterion in enumerate(component.criteria):
        for number, band in enumerate(criterion.bands):
            if not 0 <= band.low <= band.high <= criterion.max:
                found.say(
                    f"{at}.criteria[{index}].bands[{number}]",
                    f"档次“{band.name}” {_show(band.low)}–{_show(band.high)} 不在 0 到 {_show(criterion.max)} 之间",
                    f"band {band.name!r} {_show(band.low)}–{_show(band.high)} is not within 0 to {_show(criterion.max)}",
                )


def _tie_keys(found: _Findings, keys: Sequence[str], components: Sequence[Component], place: str) -> None:
    judged = {component.key: component for component in components if component.judged}
    known = {component.key for component in components}
    for index, key in enumerate(keys):
        at = f"{place}[{index}]"
        name, _, rest = key.partition(":")
        if (
            key == "exact_total"
            or key in known
            or (name == "untrimmed_mean" and (rest in judged or (not rest and judged)))
        ):
            continue
        if name == "criterion":
            owner, _, inner = rest.partition(":")
            if owner in judged and judged[owner].criterion(inner) is not None:
                continue
            if any(component.criterion(rest) is not None for component in judged.values()):
                continue
            found.say(at, f"没有评分要素“{rest}”", f"there is no criterion {rest!r}")
        elif name == "untrimmed_mean":
            found.say(at, f"没有由评委评分的得分项“{rest}”", f"there is no judged component {rest!r}")
        else:
            choices = "exact_total、untrimmed_mean[:得分项]、criterion:要素"
            found.say(
                at,
                f"不认识的同分比较依据“{key}”；可用 {choices}，或得分项 {'、'.join(known)}",
                f"{key!r} is no tie key: exact_total, untrimmed_mean[:COMPONENT], criterion:NAME or {', '.join(known)}",
            )
    for index, key in enumerate(keys):
        if key in keys[:index]:
            found.say(f"{place}[{index}]", f"“{key}” 写了两次", f"{key!r} is there twice")


def _popularity(found: _Findings, rule: Popularity) -> None:
    if any(value < 0 for value in rule.table) or rule.zero_votes < 0:
        found.say("popularity.table", "积分不能为负数", "points must not be negative")
    for index in range(1, len(rule.table)):
        if rule.table[index] > rule.table[index - 1]:
            found.say(
                f"popularity.table[{index}]",
                f"第 {index + 1} 名的积分高于第 {index} 名",
                f"rank {index + 1} gets more points than rank {index}",
            )
    if rule.cap_mode != "none" and rule.cap is None:
        found.say("popularity.cap", "有上限方式但没有上限比例", "a way to cap needs the share")
    if rule.cap is not None and not 0 <= rule.cap < 1:
        found.say("popularity.cap", "上限比例应在 0 与 1 之间（5 % 写作 0.05）", "a share between 0 and 1: 5 % is 0.05")


def _timing(found: _Findings, timing: Timing, place: str) -> None:
    if not timing.phases:
        found.say(f"{place}.phases", "至少需要一个环节", "there must be at least one phase")
    _unique(found, [phase.key for phase in timing.phases], f"{place}.phases", "key")
    for index, phase in enumerate(timing.phases):
        if not 1 <= phase.seconds <= 24 * 3600:
            found.say(f"{place}.phases[{index}].seconds", "应在 1 秒与 24 小时之间", "between a second and a day")
    if any(second < 0 for second in timing.prompts_remaining):
        found.say(f"{place}.prompts_remaining", "剩余秒数不能为负数", "remaining seconds must not be negative")


def _advance(found: _Findings, rule: Advance, place: str) -> None:
    if rule.type == "top_n" and (rule.n is None or rule.n < 0):
        found.say(f"{place}.n", "请写明取前几名", "say how many go on")
    if rule.type == "ratio" and (rule.ratio is None or not 0 <= rule.ratio <= 1):
        found.say(f"{place}.ratio", "比例应在 0 与 1 之间（20 % 写作 0.20）", "a share between 0 and 1: 20 % is 0.20")
    if rule.type == "score_line" and rule.line is None:
        found.say(f"{place}.line", "请写明分数线", "say the line of points")


def _awards(found: _Findings, awards: Sequence[Award], place: str) -> None:
    _unique(found, [award.name for award in awards], place, "name")
    open_award: str | None = None
    for index, award in enumerate(awards):
        if award.count is not None and award.count < 0:
            found.say(f"{place}[{index}].count", "数量不能为负数", "must not be negative")
        if award.kind != "composite":
            continue
        if award.count is None:
            open_award = open_award or award.name
        elif open_award is not None:
            found.say(
                f"{place}[{index}]",
                f"“{award.name}” 永远评不到：前面的“{open_award}” 没有写数量",
                f"{award.name!r} can never be reached: {open_award!r} before it has no count",
            )


def _parts(found: _Findings, rules: RuleSet) -> None:
    """Events of their own, rounds and deductions."""
    _unique(found, [event.name for event in rules.own_events], "own_events", "name")
    for index, event in enumerate(rules.own_events):
        at = f"own_events[{index}]"
        held = rules.for_event(event.name)
        if event.components is not None:
            _components(found, event.components, f"{at}.components")
        _tie_keys(found, held.tie_keys, held.components, f"{at}.tie_keys" if event.tie_keys is not None else "tie_keys")
        if event.timing is not None:
            _timing(found, event.timing, f"{at}.timing")
        if event.advance is not None:
            _advance(found, event.advance, f"{at}.advance")
        _awards(found, event.awards, f"{at}.awards")
        _day(found, event.age_on, f"{at}.age_on")
        for name in ("max_age", "team_size"):
            _at_least_one(found, getattr(event, name), f"{at}.{name}")
    _unique(found, [held.key for held in rules.rounds], "rounds", "key")
    _unique(found, [held.name for held in rules.rounds], "rounds", "name")
    for index, one in enumerate(rules.rounds):
        _round(found, rules, one, f"rounds[{index}]")
    _unique(found, [rule.key for rule in rules.deductions], "deductions", "key")
    for index, rule in enumerate(rules.deductions):
        if rule.points <= 0:
            found.say(f"deductions[{index}].points", "扣分应大于 0", "must be more than 0")
    _unique(found, [rule.name for rule in rules.deductions], "deductions", "name")
    if rules.outliers is not None and not 0 < rules.outliers.share <= 1:
        found.say("outliers.share", "应在 0 与 1 之间", "between 0 and 1")
    if rules.outliers is not None and rules.outliers.from_n < 3:
        found.say("outliers.from_n", "至少 3 份才能比较", "it takes at least 3 sheets to compare")


def _round(found: _Findings, rules: RuleSet, one: Round, at: str) -> None:
    held = rules.for_round(one.key)
    if one.components is not None:
        _components(found, one.components, f"{at}.components")
        if one.tie_keys is not None:
            _tie_keys(found, one.tie_keys, one.components, f"{at}.tie_keys")
    elif one.tie_keys is not None:
        _tie_keys(found, one.tie_keys, rules.components, f"{at}.tie_keys")
    if held.kind == "roadshow" and held.timing is None:
        found.say(f"{at}.timing", "路演轮次需要计时设置", "a roadshow needs its times")
    if one.timing is not None:
        _timing(found, one.timing, f"{at}.timing")
    if one.advance is not None:
        _advance(found, one.advance, f"{at}.advance")
    _awards(found, one.awards, f"{at}.awards")


def _papers(found: _Findings, rules: RuleSet) -> None:
    entry = rules.entry_rules
    for name in (
        "unit_quota",
        "editions_running",
        "prior_award_months",
        "team_min",
        "team_max",
        "projects_per_person",
        "max_age",
        "fee_covers_members",
    ):
        _at_least_one(found, getattr(entry, name), f"entry_rules.{name}")
    for name in ("partner_units", "partner_members"):
        if (getattr(entry, name) or 0) < 0:
            found.say(f"entry_rules.{name}", "不能为负数", "must not be negative")
    _day(found, entry.age_on, "entry_rules.age_on")
    if entry.slide_ratio and not _RATIO.fullmatch(entry.slide_ratio):
        found.say("entry_rules.slide_ratio", "写作 16:9 这样", "write it as 16:9")
    if entry.team_min is not None and entry.team_max is not None and entry.team_min > entry.team_max:
        found.say("entry_rules.team_min", "最少人数大于最多人数", "the smallest team is larger than the largest")
    _unique(found, [file.kind for file in entry.files], "entry_rules.files", "kind")
    for index, file in enumerate(entry.files):
        unknown = [part for part in file.name_parts if part not in NAME_PARTS]
        if unknown:
            found.say(
                f"entry_rules.files[{index}].name_parts",
                f"文件名里没有“{unknown[0]}”这一部分；可用 {'、'.join(NAME_PARTS.values())}",
                f"{unknown[0]!r} is no part of a file's name; there are {', '.join(NAME_PARTS)}",
            )
        if file.max_bytes is not None and file.max_bytes < 1:
            found.say(f"entry_rules.files[{index}].max_bytes", "应大于 0", "must be more than 0")
    _unique(found, [track.name for track in rules.tracks], "tracks", "name")
    _aliases(found, rules)
    for index, topic in enumerate(rules.topics):
        if topic in rules.topics[:index]:
            found.say(f"topics[{index}]", f"“{topic}” 写了两次", f"{topic!r} is there twice")
    _unique(found, [field.name for field in rules.form_fields], "form_fields", "name")
    for index, field in enumerate(rules.form_fields):
        if field.max_chars is not None and field.max_chars < 1:
            found.say(f"form_fields[{index}].max_chars", "应大于 0", "must be more than 0")


def _aliases(found: _Findings, rules: RuleSet) -> None:
    """An entry's track must be one track, whatever name the applicant wrote."""
    owner = {track.name: track.name for track in rules.tracks}
    for index, track in enumerate(rules.tracks):
        for alias in track.aliases:
            if owner.setdefault(alias, track.name) != track.name:
                found.say(
                    f"tracks[{index}].aliases",
                    f"“{alias}” 也是赛道“{owner[alias]}”的名称",
                    f"{alias!r} is also a name of the track {owner[alias]!r}",
                )


def _day(found: _Findings, day: str, place: str) -> None:
    try:
        if day:
            datetime.date.fromisoformat(day)
    except ValueError:
        found.say(place, "日期写作 2026-12-05 这样", "write the day as 2026-12-05")


def _at_least_one(found: _Findings, value: int | None, place: str) -> None:
    if value is not None and value < 1:
        found.say(place, "至少为 1", "at least 1")


def notes(rules: RuleSet) -> list[Problem]:
    """What works but is worth a look: awards without counts, a popularity rule without a table, a quota of none, and
    marks of origin for what the rules no longer hold."""
    found = _Findings()
    if rules.popularity is not None and not rules.popularity.table:
        found.say("popularity.table", "没有积分表，人气积分都是 0", "there is no table: every project gets 0 points")
    for index, award in enumerate(rules.awards):
        if award.kind == "composite" and award.count is None:
            found.say(f"awards[{index}].count", f"“{award.name}” 没有写数量", f"{award.name!r} has no count")
    if rules.advance is not None and rules.advance.type == "top_n" and rules.advance.n == 0:
        found.say("advance.n", "没有人晋级", "nobody goes on")
    for kind, paths in (("assumed", rules.all_assumed), ("stated", tuple(rules.stated))):
        for path in paths:
            if not values_at(rules, path):
                found.say(f"{kind}.{path}", "规则里没有这个路径", "the rules have nothing at this path")
    return found.problems


def values_at(rules: RuleSet, path: str) -> list[Any]:
    """The values at a path of ``assumed`` or ``stated`` (``components.*.step``); empty if there is nothing."""
    held: list[Any] = [encode_rules(rules)]
    for part in path.split("."):
        held = [one for value in held for one in _step_into(value, part)]
    return held


_NAMES = {
    "components": ("得分项", "components"),
    "criteria": ("评分要素", "criteria"),
    "step": ("打分步长", "step"),
    "max": ("满分", "full marks"),
    "weight": ("权重", "weight"),
    "trim": ("去最高最低", "trim"),
    "timing": ("计时", "times"),
    "tie_keys": ("同分比较依据", "tie keys"),
    "order_method": ("出场顺序方式", "running order"),
    "rank_scope": ("排名范围", "rank scope"),
    "popularity": ("网络人气积分", "popularity points"),
    "cap_mode": ("上限基数", "what the cap is a share of"),
    "cap": ("上限", "cap"),
    "tie": ("票数相同", "equal votes"),
    "table": ("积分表", "points table"),
    "advance": ("晋级", "advancement"),
    "ratio": ("比例", "ratio"),
    "awards": ("奖项", "awards"),
    "publicity_days": ("公示天数", "days of publicity"),
    "own_events": ("独立项目", "events of their own"),
    "rounds": ("轮次", "rounds"),
    "rounding": ("小数", "rounding"),
    "rounding_stage": ("取整时机", "when to round"),
    "key": ("标识", "key"),
    "name": ("名称", "name"),
    "zh": ("中文", "Chinese"),
    "judge_class": ("评委类别", "judge class"),
    "high": ("去掉最高", "highest dropped"),
    "low": ("去掉最低", "lowest dropped"),
    "from_n": ("从几份起", "from how many sheets"),
    "phases": ("环节", "phases"),
    "seconds": ("时长", "length"),
    "prompts_remaining": ("时间提示", "prompts"),
    "n": ("名额", "number"),
    "line": ("分数线", "line of points"),
    "count": ("数量", "count"),
    "places": ("小数位数", "places"),
    "bands": ("档次", "bands"),
    "zero_votes": ("零票", "no votes"),
    "version": ("版本", "version"),
    "notice": ("依据的通知", "notice"),
    "kind": ("种类", "kind"),
    "announce": ("宣读内容", "what is read out"),
    "review": ("成绩复核", "check of results"),
    "stage_words": ("投影用语", "words on the stage"),
    "welcome": ("开场前", "before it begins"),
    "called": ("叫号", "a project is called"),
    "between": ("环节之间", "between two phases"),
    "scoring": ("评分中", "while marks are given"),
    "time_up": ("时间到", "time is up"),
    "paused": ("暂停", "paused"),
    "technical": ("技术暂停", "a technical stop"),
    "end": ("本场结束", "the session is over"),
    "end_note": ("本场结束（小字）", "below: the session is over"),
    "results_soon": ("成绩稍后公布", "results will follow"),
    "appeal_minutes": ("现场申诉时限", "minutes to appeal"),
    "carry_over": ("剩余时间转入下一环节", "time not used goes on"),
    "slides_end": ("结束即撤下演示", "its end takes the slides off"),
    "auto_advance": ("自动进入下一环节", "the next phase starts by itself"),
    "on": ("按什么去", "dropped from"),
    "below": ("不足时", "with fewer"),
    "warn_below": ("少于几份提示", "flag below"),
    "source": ("由谁给出", "given by"),
    "required": ("必需", "needed"),
    "entry": ("录入", "entry"),
    "look_for": ("评分要点", "what to look at"),
    "look_for_en": ("评分要点（英文）", "what to look at, in English"),
    "name_en": ("英文名称", "name in English"),
    "en": ("英文", "English"),
    "type": ("方式", "how"),
    "per": ("按什么范围", "one list for"),
    "basis": ("基数", "of"),
    "quota": ("末位同分", "a tie at the line"),
    "recipient": ("颁给谁", "recipient"),
    "mode": ("取舍方式", "mode"),
    "scope": ("范围", "scope"),
    "tracks": ("赛道", "tracks"),
    "topics": ("主题", "topics"),
    "aliases": ("别名", "other names"),
    "lead_types": ("牵头单位类型", "kinds of unit that may lead"),
    "lead_levels": ("牵头单位等级", "levels of unit that may lead"),
    "entry_rules": ("参赛条件", "entry rules"),
    "unit_quota": ("每单位最多项目数", "most entries of a unit"),
    "unit_quota_roles": ("按什么身份计", "counted"),
    "one_track": ("一个项目一个赛道", "one track an entry"),
    "one_region": ("一个项目一个赛区", "one region an entry"),
    "editions_running": ("连续届数", "editions running"),
    "prior_award_months": ("既往获奖月数", "months since an award"),
    "barred_awards": ("不得参赛的获奖", "awards that bar an entry"),
    "barred_award_levels": ("获奖级别", "levels of award"),
    "team_min": ("团队最少人数", "fewest in a team"),
    "team_max": ("团队最多人数", "most in a team"),
    "single_member_is_captain": ("一人团队即队长", "who is alone is captain"),
    "projects_per_person": ("每人最多项目数", "most projects of a person"),
    "lead_in_health_system": ("牵头单位属于卫健系统", "the lead is of the health system"),
    "partner_units": ("联合单位数", "partner units"),
    "partner_members": ("联合单位人数", "members of a partner"),
    "staff_may_compete": ("工作人员可参赛", "staff may compete"),
    "max_age": ("最大年龄", "oldest age"),
    "age_on": ("年龄计算日", "age on the day"),
    "joint_advice": ("建议联合的单位", "advised to enter together"),
    "fee_covers_members": ("一份费用涵盖人数", "members that one fee covers"),
    "files": ("材料", "papers"),
    "max_bytes": ("大小", "size"),
    "inclusive": ("含上限", "the limit itself is allowed"),
    "extensions": ("文件类型", "types of file"),
    "name_parts": ("文件名", "the file's name"),
    "name_separators": ("连接符", "signs between"),
    "name_strict": ("文件名不符即退回", "another name is refused"),
    "slide_sections": ("演示章节", "sections of the slides"),
    "slide_ratio": ("版面比例", "shape of the slides"),
    "form_fields": ("报名表字段", "fields of the form"),
    "max_chars": ("字数上限", "most characters"),
    "deductions": ("扣分", "deductions"),
    "points": ("扣几分", "points off"),
    "outliers": ("离群分", "marks far from the others"),
    "share": ("偏离比例", "share"),
    "team_size": ("团队人数", "people in a team"),
}


def label_of(rules: RuleSet, path: str) -> tuple[str, str]:
    """What a path is called, in Chinese and English: ``components.*.step`` → 得分项 · 打分步长."""
    return label_in(encode_rules(rules), path)


def label_in(data: Mapping[str, Any], path: str) -> tuple[str, str]:
    """What a path of a rule set's data is called; the data may be wrong."""
    zh: list[str] = []
    en: list[str] = []
    held: list[Any] = [data]
    for part in path.split("."):
        held = [one for value in held for one in _step_into(value, part)]
        if part == "*":
            continue
        if part.isdigit() and len(held) == 1 and isinstance(held[0], dict):
            name = held[0].get("name") or str(int(part) + 1)
            zh.append(str(name))
            en.append(str(held[0].get("name_en") or name))
        else:
            names = _NAMES.get(part, (part, part))
            zh.append(names[0])
            en.append(names[1])
    return " · ".join(zh), " · ".join(en)


def _step_into(value: Any, part: str) -> list[Any]:
    if isinstance(value, dict):
        return [value[part]] if part in value else []
    if isinstance(value, list):
        if part == "*":
            return value
        if part.isdigit() and int(part) < len(value):
            return [value[int(part)]]
    return []
