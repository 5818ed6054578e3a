"""What a tabulation is made of: judges' sheets, entries and rulings, and the checks of what is given.

A judge's lines for one project are one sheet with one presence; a zero, a blank, an absence and a recusal are four
different things (domain.md, contract 2 and 3).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from judge_app.core.contest import Presence, Struct
from judge_app.core.errors import Problem
from judge_app.core.rules import Component, RuleSet


class Sheet(Struct, frozen=True):
    """One judge's lines of one component for one project.

    ``points`` by criterion (None: left blank) or ``total`` alone (a paper sheet entered by its sum); neither: blank.
    ``replaces`` names the judge for whom a reserve scores.
    """

    judge: str
    component: str
    presence: Presence = Presence.PRESENT
    points: dict[str, Decimal | None] | None = None
    total: Decimal | None = None
    replaces: str | None = None


class Standing(enum.StrEnum):
    """Whether a project still competes. One that does not has no rank and leaves its place to the next (依序递补)."""

    COMPETING = "competing"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


class Deduction(Struct, frozen=True):
    """A penalty recorded against a project; ``key`` names a deduction of the rule set."""

    key: str
    by: str
    reason: str


class Entry(Struct, frozen=True):
    """One project with everything given for it. ``popularity_rank`` stands where the rank of the votes is known from
    elsewhere (it then goes before ``votes``); ``external`` holds the components that no judge gives."""

    entry_no: str
    name: str = ""
    lead_unit: str = ""
    track: str = ""
    topic: str = ""
    session: str = ""
    sheets: tuple[Sheet, ...] = ()
    votes: int | None = None
    popularity_rank: int | None = None
    external: dict[str, Decimal] = msgspec.field(default_factory=dict)
    standing: Standing = Standing.COMPETING
    deductions: tuple[Deduction, ...] = ()


class Ruling(Struct, frozen=True):
    """裁定: what the rules leave open, decided by a person for a reason.

    few_sheets: ``entry_no``, ``component``, ``method`` plain_mean or literal. tie: ``entries`` and their ``order``,
    best first. cut: ``entries`` with ``method`` both or an ``order``. award: ``entries`` with ``method`` order (and
    ``order``), keep_total or add_place. votes (投票作废): ``entry_no`` whose votes give no points, with ``method`` void
    (they keep their place among the others' votes, whose points stay) or void_up (who had fewer votes moves up; not where
    ranks by votes are given), or count (they count again). A ruling that fits nothing (any more) changes nothing and is listed as unused.
    """

    kind: Literal["few_sheets", "tie", "cut", "award", "votes"]
    by: str
    reason: str
    entry_no: str | None = None
    component: str | None = None
    method: (
        Literal["plain_mean", "literal", "both", "order", "keep_total", "add_place", "void", "void_up", "count"] | None
    ) = None
    entries: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


METHODS: dict[str, tuple[str | None, ...]] = {
    "few_sheets": ("plain_mean", "literal"),
    "tie": (None, "order"),
    "cut": ("both", "order"),
    "award": ("order", "keep_total", "add_place"),
    "votes": ("void", "void_up", "count"),
}
"""The ways in which each kind of question can be ruled on; None: its order says it."""


def rules_for(rules: RuleSet, entry: Entry) -> RuleSet:
    """The rules that apply to a project: those of an event of its own if its track is one."""
    for event in rules.own_events:
        if entry.track == event.name:
            return rules.for_event(event.name)
    return rules


def check_entries(rules: RuleSet, entries: Sequence[Entry], place: str = "projects") -> list[Problem]:
    """Everything in ``entries`` that cannot be taken under ``rules``, in reading order; places are JSON paths."""
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for index, entry in enumerate(entries):
        at = f"{place}[{index}]"
        if entry.entry_no in seen:
            problems.append(
                Problem(
                    f"{at}.entry_no",
                    f"参赛序号 {entry.entry_no} 与 {place}[{seen[entry.entry_no]}] 重复",
                    f"{entry.entry_no} is already {place}[{seen[entry.entry_no]}]",
                )
            )
        seen.setdefault(entry.entry_no, index)
        problems += check_entry(rules_for(rules, entry), entry, at)
    return problems


def check_entry(rules: RuleSet, entry: Entry, place: str) -> list[Problem]:
    """Everything in one entry that cannot be taken under the rules that apply to it."""
    problems: list[Problem] = []

    def wrong(at: str, zh: str, en: str) -> None:
        problems.append(Problem(f"{place}{at}", zh, en))

    if not entry.entry_no:
        wrong(".entry_no", "参赛序号不能为空", "is empty")
    judged = {component.key: component for component in rules.judged_components}
    presences: dict[str, tuple[Presence, int]] = {}
    lines: dict[tuple[str, str], int] = {}
    for index, sheet in enumerate(entry.sheets):
        at = f".sheets[{index}]"
        component = judged.get(sheet.component)
        if not sheet.judge:
            wrong(f"{at}.judge", "评委编号不能为空", "is empty")
        if component is None:
            known = "、".join(judged)
            wrong(
                f"{at}.component",
                f"没有得分项 {sheet.component}（有 {known}）",
                f"{sheet.component} is not one of {known}",
            )
            continue
        before = lines.setdefault((sheet.judge, sheet.component), index)
        if before != index:
            wrong(
                at,
                f"评委 {sheet.judge} 的 {sheet.component} 已有一份（sheets[{before}]）",
                f"{sheet.judge} already has a sheet for {sheet.component} (sheets[{before}])",
            )
        presence, first = presences.setdefault(sheet.judge, (sheet.presence, index))
        if presence != sheet.presence:
            wrong(
                f"{at}.presence",
                f"{sheet.presence} 与 sheets[{first}] 的 {presence} 不一致：一位评委对一个项目只有一种在席状态",
                f"{sheet.presence} differs from {presence} in sheets[{first}]: a judge has one presence for a project",
            )
        if sheet.replaces == sheet.judge:
            wrong(f"{at}.replaces", "不能代替自己", "a judge cannot replace himself")
        problems += _check_points(component, sheet, f"{place}{at}")
    external = {component.key: component for component in rules.components if not component.judged}
    for key, score in entry.external.items():
        component = external.get(key)
        if component is None:
            known = "、".join(external) or "—"
            wrong(f".external.{key}", f"没有这个外部得分项（有 {known}）", f"is not an external component ({known})")
        elif not 0 <= score <= component.max:
            wrong(f".external.{key}", f"{score} 不在 0 到 {component.max} 之间", _over(score, component.max))
    if entry.votes is not None and entry.votes < 0:
        wrong(".votes", f"{entry.votes} 小于 0", f"{entry.votes} is below 0")
    if entry.popularity_rank is not None and entry.popularity_rank < 1:
        wrong(".popularity_rank", f"{entry.popularity_rank} 小于 1", f"{entry.popularity_rank} is below 1")
    deductions = {rule.key for rule in rules.deductions}
    for index, deduction in enumerate(entry.deductions):
        if deduction.key not in deductions:
            wrong(
                f".deductions[{index}].key",
                f"规则中没有扣分项 {deduction.key}",
                f"the rules have no deduction {deduction.key}",
            )
    return problems


def _over(value: Decimal, full: Decimal) -> str:
    return f"{value} is below 0" if value < 0 else f"{value} is over the full marks {plain(full)}"


def plain(value: Decimal) -> str:
    """A number without trailing zeros and without an exponent: 444, 88.5, 140."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _check_points(component: Component, sheet: Sheet, place: str) -> list[Problem]:
    """What is wrong with the numbers of one sheet."""
    problems: list[Problem] = []

    def number(at: str, value: Decimal, full: Decimal, step: Decimal) -> None:
        if value < 0:
            problems.append(Problem(at, f"{value} 小于 0", f"{value} is below 0"))
        elif value > full:
            problems.append(Problem(at, f"{value} 超过满分 {plain(full)}", _over(value, full)))
        elif value * 100 != int(value * 100):
            problems.append(Problem(at, f"{value} 超过两位小数", f"{value} has more than two decimals"))
        elif value % step != 0:
            problems.append(
                Problem(at, f"{value} 不在步长 {plain(step)} 上", f"{value} is not on the step {plain(step)}")
            )

    if sheet.points is not None:
        for name, value in sheet.points.items():
            criterion = component.criterion(name)
            if criterion is None:
                known = "、".join(one.name for one in component.criteria)
                problems.append(
                    Problem(
                        f"{place}.points.{name}",
                        f"没有这个评分要素（有 {known}）",
                        f"is not a criterion of {component.key} ({known})",
                    )
                )
            elif value is not None:
                number(f"{place}.points.{name}", value, criterion.max, component.step_of(criterion))
    if sheet.total is not None:
        number(f"{place}.total", sheet.total, component.max, component.smallest_step)
        if sheet.points is None:
            if component.trim is not None and component.trim.on == "criterion" and sheet.presence is Presence.PRESENT:
                problems.append(
                    Problem(
                        f"{place}.total",
                        "本规则逐项去掉最高最低分，必须给出每个评分要素的分数",
                        "the extremes are dropped on each criterion: give the points of every criterion, not the total",
                    )
                )
        elif not problems:
            given = sum((value for value in sheet.points.values() if value is not None), Decimal(0))
            if given != sheet.total:
                problems.append(
                    Problem(
                        f"{place}.total",
                        f"{sheet.total} 与各要素之和 {given} 不符",
                        f"{sheet.total} is not the sum of the points, {given}",
                    )
                )
    return problems


def check_rulings(
    rules: RuleSet, entries: Sequence[Entry], rulings: Sequence[Ruling], place: str = "rulings"
) -> list[Problem]:
    """What in the rulings cannot be meant: projects that there are not, a method that the kind does not know."""
    problems: list[Problem] = []
    known = {entry.entry_no: entry for entry in entries}
    for index, ruling in enumerate(rulings):
        at = f"{place}[{index}]"

        def wrong(where: str, zh: str, en: str, at: str = at) -> None:
            problems.append(Problem(f"{at}.{where}", zh, en))

        if not ruling.by.strip():
            wrong("by", "请写明由谁裁定", "say who ruled")
        if not ruling.reason.strip():
            wrong("reason", "请写明裁定理由", "give the reason")
        method = (
            "order" if ruling.method is None and ruling.kind in ("cut", "award") and ruling.order else ruling.method
        )
        if method not in METHODS[ruling.kind]:
            choices = "、".join(one for one in METHODS[ruling.kind] if one)
            wrong("method", f"应为 {choices} 之一", f"must be one of {choices}")
        if ruling.kind in ("few_sheets", "votes"):
            if ruling.entry_no not in known:
                wrong("entry_no", f"没有参赛序号 {ruling.entry_no}", f"there is no entry {ruling.entry_no}")
            elif ruling.kind == "votes":
                if rules_for(rules, known[ruling.entry_no]).popularity is None:
                    wrong("kind", "本赛制没有网络人气积分", "these rules know no popularity points")
                elif ruling.method == "void_up" and (given := _given_ranks(rules, entries, known[ruling.entry_no])):
                    wrong(
                        "method",
                        f"{'、'.join(given)} 号的人气名次是给定的，不会递补；请改给新的名次，并用 void",
                        f"the ranks by votes of {', '.join(given)} are given and move nobody up: give the new ranks, "
                        "and rule void",
                    )
            else:
                keys = [one.key for one in rules_for(rules, known[ruling.entry_no]).judged_components]
                if ruling.component not in keys:
                    wrong(
                        "component",
                        f"没有得分项 {ruling.component}（有 {'、'.join(keys)}）",
                        f"{ruling.component} is not one of {'、'.join(keys)}",
                    )
            continue
        if len(ruling.entries) < 2:
            wrong("entries", "请写出两个以上的参赛序号", "name two entries or more")
        for number in ruling.entries:
            if number not in known:
                wrong("entries", f"没有参赛序号 {number}", f"there is no entry {number}")
        if ruling.kind == "cut" and method == "order":
            if (
                not ruling.order
                or len(set(ruling.order)) < len(ruling.order)
                or not set(ruling.order) <= set(ruling.entries)
            ):
                wrong("order", "order 应从 entries 中按先后列出，不重复", "must name entries, best first, each once")
        elif (ruling.kind == "tie" or method == "order") and sorted(ruling.order) != sorted(ruling.entries):
            wrong("order", "order 应恰好是 entries 的一个排列", "must be the entries, each once")
    return problems


def _given_ranks(rules: RuleSet, entries: Sequence[Entry], of: Entry) -> list[str]:
    """Who is ranked by votes with a project, itself among them, by a rank from elsewhere, of which nobody here knows what
    becomes of it without that project's votes."""
    rule = rules.popularity
    assert rule is not None
    scope = scope_of(of, rule.scope)
    return [
        entry.entry_no
        for entry in entries
        if entry.popularity_rank is not None
        and entry.votes != 0
        and scope_of(entry, rule.scope) == scope
        and rules_for(rules, entry).popularity is not None
    ]


def scope_of(entry: Entry, per: str) -> str:
    return "" if per == "all" else str(getattr(entry, per))
