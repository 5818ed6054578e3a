"""Rule sets as text for a terminal: what ``judge-app presets list``, ``show`` and ``check`` print, Chinese then English.

What no notice states is marked 待组委会确认; what one states carries its rule id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from judge_app.core.errors import Problem
from judge_app.core.explain import key_words, trim_words
from judge_app.core.marks import plain
from judge_app.core.rule_check import label_of, notes
from judge_app.core.rules import Advance, Award, Component, OwnEvent, Round, RuleSet, Timing

ASSUMED = "待组委会确认 / to be confirmed"

_SCOPES = {
    "all": "全部 / all together",
    "track": "按赛道 / by track",
    "topic": "按主题 / by topic",
    "session": "按场次 / by session",
}
_ORDERS = {
    "draw": "抽签 / by draw",
    "strokes": "按笔画 / by strokes",
    "registration": "按报名先后 / as registered",
    "manual": "人工排定 / by hand",
}
_KINDS = {"roadshow": "路演 / roadshow", "paper_review": "材料评审 / paper review"}
_ROUNDING = {"HALF_UP": "四舍五入 / half up", "HALF_EVEN": "四舍六入五成双 / half to even", "DOWN": "舍去 / cut off"}
_STAGES = {
    "component_then_sum": "各项先取整再相加 / parts first, then the sum",
    "final_only": "只在最后取整 / once at the end",
}
_BASES = {
    "passed_initial_review": "通过初审项目数 / passed the initial review",
    "ranked_in_final": "决赛排名项目数 / ranked in the final",
}
_QUOTAS = {
    "hard": "硬名额，同分须裁定 / hard: a tie needs a ruling",
    "soft": "软名额，同分都进 / soft: all who tie go on",
}
_CAPS = {
    "own_total": "按本项目总得分 / of its own total",
    "full_marks_clip": "按满分封顶 / of full marks, clipped",
    "full_marks_scale": "按满分折算 / of full marks, scaled",
    "none": "不设 / none",
}


def list_text(all_rules: Iterable[RuleSet]) -> str:
    """One line a rule set: key, full marks, how many values wait for confirmation, name."""
    lines = []
    for rules in all_rules:
        waiting = len(rules.all_assumed)
        mark = f"{waiting} 项待确认 / {waiting} to confirm" if waiting else "—"
        lines.append(f"{rules.key:<16} 满分 {plain(rules.full_marks):>4}  {mark:<28} {rules.name.zh} / {rules.name.en}")
    return "\n".join(lines)


def show_text(rules: RuleSet) -> str:
    """A whole rule set, section by section."""
    lines = [f"{rules.key} · {rules.name.zh}", f"  {rules.name.en}"]
    if rules.notice:
        lines.append(f"通知 / notice {rules.notice} · 版本 / version {rules.version}")
    lines.append(f"形式 / kind: {_KINDS[rules.kind]}")
    lines.append(f"满分 / full marks: {plain(rules.full_marks)}")
    lines += ["", "得分项 / components"]
    for index, component in enumerate(rules.components):
        lines += _component(rules, component, f"components.{index}")
    if rules.popularity is not None:
        table = "、".join(plain(value) for value in rules.popularity.table)
        cap = rules.popularity.cap
        share = "" if cap is None else f"{plain(cap * 100)}%，"
        lines += [
            "",
            f"{rules.popularity.name} / {rules.popularity.name_en}{_mark(rules, 'popularity.table')}",
            f"  名次积分 / points by rank: {table} · {_SCOPES[rules.popularity.scope]}",
            f"  上限 / cap: {share}{_CAPS[rules.popularity.cap_mode]}{_mark(rules, 'popularity.cap_mode')}",
        ]
    lines += [
        "",
        f"取整 / rounding: {rules.rounding.places} 位 / places，{_ROUNDING[rules.rounding.mode]}；"
        f"{_STAGES[rules.rounding_stage]}",
        f"同分 / ties{_mark(rules, 'tie_keys')}:",
        *(
            f"  {number}. {key_words(rules, key).zh} / {key_words(rules, key).en}"
            for number, key in enumerate(rules.tie_keys, 1)
        ),
        f"排名范围 / rank scope: {_SCOPES[rules.rank_scope]}{_mark(rules, 'rank_scope')}",
        f"出场顺序 / running order: {_ORDERS[rules.order_method]}{_mark(rules, 'order_method')}",
    ]
    lines += _timing(rules.timing, _mark(rules, "timing"))
    lines += _advance(rules, rules.advance, _mark(rules, "advance"))
    lines += _awards(rules.awards, _mark(rules, "awards"))
    if rules.publicity_days is not None:
        lines.append(f"公示 / publicity: {rules.publicity_days} 天 / days{_mark(rules, 'publicity_days')}")
    for event in rules.own_events:
        lines += _event(rules, event)
    if rules.rounds:
        lines += ["", "轮次 / rounds"]
        lines += [_round(rules, held, index) for index, held in enumerate(rules.rounds)]
    if rules.tracks:
        lines += ["", "赛道 / tracks: " + "、".join(track.name for track in rules.tracks)]
    if rules.topics:
        lines.append("主题 / topics: " + "、".join(rules.topics))
    if rules.all_assumed:
        lines += ["", ASSUMED]
        lines += [f"  {path}: {' / '.join(label_of(rules, path))}" for path in rules.all_assumed]
    return "\n".join(lines)


def check_text(rules: RuleSet, problems: Sequence[Problem]) -> str:
    """What checking a rule file found: problems, notes, and what waits for confirmation."""
    lines = [f"✗ {one.place}: {one.zh} / {one.en}" for one in problems]
    lines += [f"! {one.place}: {one.zh} / {one.en}" for one in notes(rules)]
    lines += [f"? {path}: {label_of(rules, path)[0]} · {ASSUMED}" for path in rules.all_assumed]
    if not problems:
        lines.append(f"✓ {rules.key}: 可以使用 / can be used · 满分 / full marks {plain(rules.full_marks)}")
    return "\n".join(lines)


def _mark(rules: RuleSet, path: str) -> str:
    """Where a value comes from: its rule id, or that it is assumed."""
    parts = path.split(".")
    for assumed in rules.all_assumed:
        pattern = assumed.split(".")
        if len(pattern) <= len(parts) and all(
            left in ("*", right) for left, right in zip(pattern, parts, strict=False)
        ):
            return f"  [{ASSUMED}]"
    for length in range(len(parts), 0, -1):
        source = rules.stated.get(".".join(parts[:length]))
        if source:
            return f"  [{source}]"
    return ""


def _component(rules: RuleSet, component: Component, path: str) -> list[str]:
    name = f"{component.name} / {component.name_en}" if component.name_en else component.name
    weight = "" if component.weight == 1 else f" · 权重 / weight {plain(component.weight)}"
    who = component.judge_class if component.judged else "非评委评分 / not by judges"
    lines = [f"  {name} · {plain(component.max)}{weight} · {who}{_mark(rules, path)}"]
    if not component.judged:
        if component.entry == "twice":
            lines.append("    由两人各录入一次 / entered twice by two people")
        return lines
    how = trim_words(component.trim)
    lines.append(f"    {how.zh} / {how.en}")
    for index, criterion in enumerate(component.criteria):
        step = f"步长 / step {plain(component.step_of(criterion))}"
        mark = _mark(rules, f"{path}.criteria.{index}.max")
        lines.append(
            f"    {plain(criterion.max):>4}  {criterion.name} ({step}){mark if mark != _mark(rules, path) else ''}"
        )
    return lines


def _timing(timing: Timing | None, mark: str) -> list[str]:
    if timing is None:
        return ["计时 / times: 无 / none"]
    phases = " + ".join(
        f"{phase.name} {_minutes(phase.seconds)}{'（到时结束PPT / slides end）' if phase.slides_end else ''}"
        for phase in timing.phases
    )
    return [f"计时 / times: {phases}{mark}"]


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _advance(rules: RuleSet, rule: Advance | None, mark: str) -> list[str]:
    if rule is None:
        return ["晋级 / advancement: 通知未写明 / not stated"]
    per = _SCOPES[rule.per or rules.rank_scope]
    if rule.type == "top_n":
        what = f"前 {rule.n} 名 / the first {rule.n} · {per}"
    elif rule.type == "score_line":
        what = f"{rule.line} 分以上 / from {rule.line} points · {per}"
    else:
        share = plain((rule.ratio or Decimal(0)) * 100)
        what = f"{share}% · {per} · {_BASES[rule.basis]}{_mark(rules, 'advance.ratio')}"
    return [f"晋级 / advancement: {what} · {_QUOTAS[rule.quota]}{mark}"]


def _awards(awards: Sequence[Award], mark: str) -> list[str]:
    if not awards:
        return ["奖项 / awards: 无 / none"]
    counted = "、".join(f"{award.name} {award.count if award.count is not None else '若干'}" for award in awards)
    return [f"奖项 / awards: {counted}{mark}"]


def _event(rules: RuleSet, event: OwnEvent) -> list[str]:
    held = rules.for_event(event.name)
    lines = ["", f"独立项目 / an event of its own: {event.name} / {event.name_en}"]
    for component in held.components:
        lines += ["  " + line for line in _component(held, component, "-")]
    return lines


def _round(rules: RuleSet, held: Round, index: int) -> str:
    own = rules.for_round(held.key)
    what = "、".join(f"{component.name} {plain(component.max)}" for component in own.components)
    return f"  {held.name} / {held.name_en} · {_KINDS[held.kind]} · {what}{_mark(rules, f'rounds.{index}')}"
