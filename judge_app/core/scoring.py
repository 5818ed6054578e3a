"""The calculation: sheets → components → totals → ranks, advancement and awards, with its whole working.

Inside, marks are integers of hundredths and means exact fractions; printed values are ``Decimal``, rounded as the rule
set says (HALF_UP to two places). The contract is domain.md's: valid sheets (A-01), one highest and one lowest dropped
(A-03), a ruling where there are too few (A-02), popularity capped (A-14), a missing required component INCOMPLETE,
ranks by the printed total. ``tabulate`` is a pure function; a ``Scorebook`` keeps what it knows of each project, so
that one changed sheet costs one project (``open_book``, ``replace_entry``, ``tabulate_book``).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NoReturn

import msgspec

from judge_app.core.awards import AwardRuling, CutRuling, Given, Outcome, cut, give, quotas, worst
from judge_app.core.contest import Presence, Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.ranking import Place, natural, rank
from judge_app.core.rules import Advance, Award, Component, Popularity, Rounding, RuleSet

# what goes in


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
    ``order``), keep_total or add_place. A ruling that fits nothing (any more) changes nothing and is listed as unused.
    """

    kind: Literal["few_sheets", "tie", "cut", "award"]
    by: str
    reason: str
    entry_no: str | None = None
    component: str | None = None
    method: Literal["plain_mean", "literal", "both", "order", "keep_total", "add_place"] | None = None
    entries: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


# what comes out


class Status(enum.StrEnum):
    """Where a project's result stands."""

    FINAL = "FINAL"
    FINAL_BY_RULING = "FINAL_BY_RULING"
    PENDING_RULING = "PENDING_RULING"
    INCOMPLETE = "INCOMPLETE"

    @property
    def finished(self) -> bool:
        return self in (Status.FINAL, Status.FINAL_BY_RULING)


class Use(enum.StrEnum):
    """What became of a mark."""

    KEPT = "kept"
    DROPPED_HIGH = "dropped_high"
    DROPPED_LOW = "dropped_low"
    NOT_VALID = "not_valid"


class Why(enum.StrEnum):
    """Why a mark is not valid."""

    VALID = ""
    ABSENT = "absent"
    LEFT = "left"
    RECUSED = "recused"
    BLANK = "blank"
    UNFINISHED = "unfinished"
    """Some lines of the sheet are blank."""


class Mark(Struct, frozen=True, gc=False):
    """One judge's mark in one component's working. ``total`` is what the judge gave, counted or not."""

    judge: str
    presence: Presence
    total: Decimal | None
    use: Use
    why: Why = Why.VALID
    replaces: str | None = None


class CriterionResult(Struct, frozen=True):
    """One criterion's working where the trim is on each criterion: the sum of what is kept, and who was dropped."""

    name: str
    kept_sum: Decimal
    dropped_high: tuple[str, ...] = ()
    dropped_low: tuple[str, ...] = ()


class ComponentResult(Struct, frozen=True):
    """One component's working. The exact mean is ``kept_sum / kept``; ``score`` is it rounded, None while unknown.

    ``valid`` counts valid sheets, ``kept`` those averaged. ``method`` is that of the ruling that was needed. ``marks``
    are in the natural order of the judges' numbers.
    """

    status: Status
    score: Decimal | None
    valid: int
    kept: int = 0
    kept_sum: Decimal = Decimal(0)
    dropped_high: tuple[str, ...] = ()
    dropped_low: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    criteria: tuple[CriterionResult, ...] = ()
    method: str | None = None
    omitted: bool = False
    """An optional component for which nothing was given."""

    @property
    def exact(self) -> Fraction | None:
        return Fraction(self.kept_sum) / self.kept if self.score is not None else None


class ProjectResult(Struct, frozen=True):
    """One project's result. ``popularity_points`` are before the cap, ``popularity_counted`` after it (None while the
    judged sum is unknown). ``deducted`` is what penalties took. ``exact_total`` is a fraction as text ("1233/10")."""

    entry_no: str
    status: Status
    total: Decimal | None
    rank: int | None
    components: dict[str, ComponentResult]
    tie_key: str | None = None
    flags: tuple[str, ...] = ()
    popularity_rank: int | None = None
    popularity_points: Decimal = Decimal("0.00")
    popularity_counted: Decimal | None = None
    popularity_cap: Decimal | None = None
    """The most that could count (or, scaled, None)."""
    deducted: Decimal = Decimal(0)
    exact_total: str | None = None
    standing: Standing = Standing.COMPETING
    scope: str = ""


class Tabulation(Struct, frozen=True):
    """A contest's results. ``projects`` are in the order given. ``award_candidates`` tie across a boundary, group by
    group; ``places`` is the quota of each scope; ``unused_rulings`` are positions of rulings that fitted nothing."""

    full_marks: Decimal
    projects: tuple[ProjectResult, ...]
    advance: tuple[str, ...] = ()
    advance_status: Outcome = Outcome.NOT_STATED
    advance_candidates: tuple[str, ...] = ()
    awards: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    award_status: Outcome = Outcome.NOT_STATED
    award_candidates: tuple[tuple[str, ...], ...] = ()
    award_unfilled: dict[str, int] = msgspec.field(default_factory=dict)
    places: dict[str, int] = msgspec.field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    unused_rulings: tuple[int, ...] = ()

    def project(self, entry_no: str) -> ProjectResult:
        """One project's result; KeyError if there is none."""
        for project in self.projects:
            if project.entry_no == entry_no:
                return project
        raise KeyError(entry_no)

    @property
    def ranked(self) -> tuple[ProjectResult, ...]:
        """Scope by scope in first-seen order, by rank; what has no rank last."""
        scopes = {scope: index for index, scope in enumerate(dict.fromkeys(one.scope for one in self.projects))}
        far = len(self.projects) + 1
        return tuple(sorted(self.projects, key=lambda one: (scopes[one.scope], far if one.rank is None else one.rank)))


# exact numbers


@lru_cache(maxsize=65536)
def points_of(hundredths: int) -> Decimal:
    """Hundredths of a point as points."""
    return Decimal(hundredths).scaleb(-2)


def round_ratio(numerator: int, denominator: int, mode: str) -> int:
    """numerator / denominator (not negative; denominator > 0) to a whole number: HALF_UP, HALF_EVEN or DOWN."""
    whole, rest = divmod(numerator, denominator)
    if mode == "DOWN" or rest == 0:
        return whole
    if 2 * rest == denominator and mode == "HALF_EVEN":
        return whole + (whole & 1)
    return whole + (2 * rest >= denominator)


def rounded(value: Fraction, rounding: Rounding) -> Decimal:
    """A non-negative fraction as it is printed."""
    units = round_ratio(value.numerator * 10**rounding.places, value.denominator, rounding.mode)
    return Decimal(units).scaleb(-rounding.places)


def floored(value: Fraction, places: int) -> Decimal:
    """A non-negative fraction cut to ``places`` (the cap of popularity points, A-14)."""
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)


# checks of what is given


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


# one project


class _Plan:
    """What the hot path needs of a component, worked out once per rule set."""

    __slots__ = ("component", "criteria", "criterion_names", "max_h", "step_h", "trim", "weight")

    def __init__(self, component: Component) -> None:
        self.component = component
        self.trim = component.trim
        self.weight = Fraction(component.weight)
        self.max_h = int(component.max * 100)
        self.step_h = int(component.smallest_step * 100)
        self.criteria = {
            one.name: (int(one.max * 100), int(component.step_of(one) * 100)) for one in component.criteria
        }
        self.criterion_names = tuple(self.criteria)


class ProjectScore(Struct, frozen=True):
    """What one project's sheets alone give, before popularity, ranks and awards. ``judged_printed`` and
    ``judged_exact`` are the weighted sums of the judged components as printed and unrounded, ``other_*`` of the
    external ones."""

    status: Status
    components: dict[str, ComponentResult]
    flags: tuple[str, ...]
    judged_printed: Fraction | None
    judged_exact: Fraction | None
    other_printed: Fraction | None
    other_exact: Fraction | None
    deducted: Decimal
    used_rulings: tuple[int, ...] = ()


def rules_for(rules: RuleSet, entry: Entry) -> RuleSet:
    """The rules that apply to a project: those of an event of its own if its track is one."""
    for event in rules.own_events:
        if entry.track == event.name:
            return rules.for_event(event.name)
    return rules


def score_project(rules: RuleSet, entry: Entry, rulings: Sequence[tuple[int, Ruling]] = ()) -> ProjectScore:
    """One project's components with their working. ``rulings`` are (position, few_sheets ruling) of this project.

    Raises BadInput if a sheet cannot be taken (out of range, off the step, unknown component or criterion).
    """
    return _score(tuple(_Plan(component) for component in rules.components), rules, entry, rulings)


def _refuse(rules: RuleSet, entry: Entry) -> NoReturn:
    problems = check_entry(rules, entry, f"projects[{entry.entry_no}]")
    if not problems:
        raise AssertionError(f"entry {entry.entry_no} was refused without a reason")
    raise BadInput(problems)


def _score(
    plans: tuple[_Plan, ...], rules: RuleSet, entry: Entry, rulings: Sequence[tuple[int, Ruling]]
) -> ProjectScore:
    by_component: dict[str, dict[str, Sheet]] = {plan.component.key: {} for plan in plans if plan.component.judged}
    presence: dict[str, Presence] = {}
    replaced: dict[str, str] = {}
    for sheet in entry.sheets:
        lines = by_component.get(sheet.component)
        if (
            lines is None
            or sheet.judge in lines
            or presence.setdefault(sheet.judge, sheet.presence) is not sheet.presence
        ):
            _refuse(rules, entry)
        lines[sheet.judge] = sheet
        if sheet.replaces is not None:
            replaced[sheet.judge] = sheet.replaces
    expected: dict[str, dict[str, None]] = {}
    for plan in plans:
        if plan.component.judged and plan.component.judge_class is not None:
            expected.setdefault(plan.component.judge_class, {}).update(dict.fromkeys(by_component[plan.component.key]))
    components: dict[str, ComponentResult] = {}
    used: list[int] = []
    flags: list[str] = []
    for plan in plans:
        component = plan.component
        if component.judged:
            lines = by_component[component.key]
            judges = expected[component.judge_class] if component.judge_class is not None else lines
            ruling = next(((at, one) for at, one in rulings if one.component == component.key), None)
            result = _judged(plan, rules, entry, lines, judges, presence, ruling)
            if result.method is not None and ruling is not None:
                used.append(ruling[0])
        else:
            result = _external(component, rules, entry)
        components[component.key] = result
    for judge in sorted(presence, key=natural):
        if presence[judge] is Presence.RECUSED:
            flags.append(f"JUDGE_RECUSED:{judge}")
        elif presence[judge] is not Presence.PRESENT:
            flags.append(f"JUDGE_ABSENT:{judge}")
        if judge in replaced:
            flags.append(f"JUDGE_REPLACED:{replaced[judge]}→{judge}")
    for plan in plans:
        flags += _component_flags(rules, plan, components[plan.component.key])
    zero = {mark.judge for one in components.values() for mark in one.marks if mark.total == 0 and not mark.why}
    flags += [f"ZERO_SCORE:{judge}" for judge in sorted(zero, key=natural)]
    statuses = {result.status for result in components.values()}
    status = next(
        one
        for one in (Status.INCOMPLETE, Status.PENDING_RULING, Status.FINAL_BY_RULING, Status.FINAL)
        if one in statuses or one is Status.FINAL
    )
    judged_printed, judged_exact = _sum(plans, components, judged=True)
    other_printed, other_exact = _sum(plans, components, judged=False)
    penalties = {rule.key: rule.points for rule in rules.deductions}
    if any(deduction.key not in penalties for deduction in entry.deductions):
        _refuse(rules, entry)
    return ProjectScore(
        status=status,
        components=components,
        flags=tuple(flags),
        judged_printed=judged_printed,
        judged_exact=judged_exact,
        other_printed=other_printed,
        other_exact=other_exact,
        deducted=sum((penalties[deduction.key] for deduction in entry.deductions), Decimal(0)),
        used_rulings=tuple(used),
    )


def _sum(
    plans: tuple[_Plan, ...], components: Mapping[str, ComponentResult], *, judged: bool
) -> tuple[Fraction | None, Fraction | None]:
    """The weighted sum of the judged (or the other) components, as printed and exact; None if one is unknown."""
    printed = exact = Fraction(0)
    for plan in plans:
        if plan.component.judged is not judged:
            continue
        result = components[plan.component.key]
        if result.omitted:
            continue
        if result.score is None:
            return None, None
        printed += plan.weight * Fraction(result.score)
        exact += plan.weight * Fraction(result.kept_sum) / result.kept
    return printed, exact


def _external(component: Component, rules: RuleSet, entry: Entry) -> ComponentResult:
    score = entry.external.get(component.key)
    if score is None:
        if component.required:
            return ComponentResult(status=Status.INCOMPLETE, score=None, valid=0)
        return ComponentResult(status=Status.FINAL, score=None, valid=0, omitted=True)
    if not 0 <= score <= component.max:
        _refuse(rules, entry)
    return ComponentResult(
        status=Status.FINAL, score=rounded(Fraction(score), rules.rounding), valid=1, kept=1, kept_sum=score
    )


_NOT_THERE = {Presence.ABSENT: Why.ABSENT, Presence.LEFT: Why.LEFT, Presence.RECUSED: Why.RECUSED}


def _hundredths(plan: _Plan, rules: RuleSet, entry: Entry, sheet: Sheet) -> tuple[int | None, bool]:
    """(the sheet's total in hundredths, whether lines are missing); refuses what is out of range or off the step."""
    points = sheet.points
    total = sheet.total
    if points is None:
        if total is None:
            return None, False
        scaled = total * 100
        given = int(scaled)
        if given != scaled or not 0 <= given <= plan.max_h or given % plan.step_h:
            _refuse(rules, entry)
        return given, False
    missing = False
    given = 0
    count = 0
    criteria = plan.criteria
    for name, value in points.items():
        limits = criteria.get(name)
        if limits is None:
            _refuse(rules, entry)
        if value is None:
            missing = True
            continue
        scaled = value * 100
        line = int(scaled)
        if line != scaled or not 0 <= line <= limits[0] or line % limits[1]:
            _refuse(rules, entry)
        given += line
        count += 1
    if total is not None and total * 100 != given:
        _refuse(rules, entry)
    if count == 0:
        return None, False
    return given, missing or count < len(criteria)


def _judged(
    plan: _Plan,
    rules: RuleSet,
    entry: Entry,
    lines: Mapping[str, Sheet],
    judges: Mapping[str, None] | Mapping[str, Sheet],
    presence: Mapping[str, Presence],
    ruling: tuple[int, Ruling] | None,
) -> ComponentResult:
    order = sorted(judges, key=natural)
    given: list[tuple[str, Presence, int | None, Why, str | None]] = []
    valid: list[tuple[int, int]] = []
    blank = False
    for position, judge in enumerate(order):
        sheet = lines.get(judge)
        here = presence[judge]
        marks: int | None = None
        unfinished = False
        if sheet is not None:
            marks, unfinished = _hundredths(plan, rules, entry, sheet)
        if here is not Presence.PRESENT:
            why = _NOT_THERE[here]
        elif marks is None:
            why = Why.BLANK
            blank = True
        elif unfinished:
            why = Why.UNFINISHED
            blank = True
        else:
            why = Why.VALID
            valid.append((marks, position))
        given.append((judge, here, marks, why, sheet.replaces if sheet is not None else None))
    component = plan.component
    trim = plan.trim
    count = len(valid)
    status = Status.FINAL
    method: str | None = None
    cut_off = False
    if not order or blank:
        if not order and not component.required:
            return ComponentResult(status=Status.FINAL, score=None, valid=0, omitted=True)
        status = Status.INCOMPLETE
    elif count == 0:
        status = Status.PENDING_RULING
    elif trim is not None:
        if count >= trim.from_n and count > trim.high + trim.low:
            cut_off = True
        elif trim.below == "ruling" or count >= trim.from_n:
            if ruling is not None and ruling[1].method == "plain_mean":
                status, method = Status.FINAL_BY_RULING, "plain_mean"
            elif ruling is not None and ruling[1].method == "literal" and count > trim.high + trim.low:
                status, method, cut_off = Status.FINAL_BY_RULING, "literal", True
            else:
                status = Status.PENDING_RULING
    high: list[int] = []
    low: list[int] = []
    criteria: tuple[CriterionResult, ...] = ()
    kept_sum = sum(marks for marks, _ in valid)
    kept = count
    if cut_off and trim is not None:
        kept = count - trim.high - trim.low
        if trim.on == "judge_total":
            kept_sum, high, low = _trim(valid, trim.high, trim.low)
        else:
            criteria = _trim_criteria(plan, order, lines, [position for _, position in valid])
            kept_sum = int(sum((one.kept_sum for one in criteria), Decimal(0)) * 100)
    known = status.finished
    score: Decimal | None = None
    if known:
        rounding = rules.rounding
        units = round_ratio(kept_sum * 10**rounding.places, 100 * kept, rounding.mode)
        score = points_of(units) if rounding.places == 2 else Decimal(units).scaleb(-rounding.places)
    working = []
    for position, (judge, here, total, why, replaces) in enumerate(given):
        if why:
            use = Use.NOT_VALID
        elif position in high:
            use = Use.DROPPED_HIGH
        elif position in low:
            use = Use.DROPPED_LOW
        else:
            use = Use.KEPT
        working.append(
            Mark(
                judge=judge,
                presence=here,
                total=None if total is None else points_of(total),
                use=use,
                why=why,
                replaces=replaces,
            )
        )
    return ComponentResult(
        status=status,
        score=score,
        valid=count,
        kept=kept if known else 0,
        kept_sum=points_of(kept_sum) if known else Decimal(0),
        dropped_high=tuple(order[position] for position in high),
        dropped_low=tuple(order[position] for position in low),
        marks=tuple(working),
        criteria=criteria,
        method=method,
    )


def _trim(valid: Sequence[tuple[int, int]], high: int, low: int) -> tuple[int, list[int], list[int]]:
    """(the sum kept, positions dropped as highest, as lowest) of (hundredths, position in the judges' order).

    One copy for each place to drop; of equal marks the one whose judge sorts last goes.
    """
    left = sorted(valid)
    tops = [left.pop()[1] for _ in range(high)]
    bottoms: list[int] = []
    for _ in range(low):
        lowest = left[0][0]
        last = 0
        while last + 1 < len(left) and left[last + 1][0] == lowest:
            last += 1
        bottoms.append(left.pop(last)[1])
    return sum(marks for marks, _ in left), tops, bottoms


def _trim_criteria(
    plan: _Plan, order: Sequence[str], lines: Mapping[str, Sheet], valid: Sequence[int]
) -> tuple[CriterionResult, ...]:
    trim = plan.trim
    assert trim is not None
    found = []
    for name in plan.criterion_names:
        marks: list[tuple[int, int]] = []
        for position in valid:
            points = lines[order[position]].points
            value = None if points is None else points[name]
            assert value is not None, "a valid sheet has every criterion"
            marks.append((int(value * 100), position))
        kept_sum, high, low = _trim(marks, trim.high, trim.low)
        found.append(
            CriterionResult(
                name=name,
                kept_sum=points_of(kept_sum),
                dropped_high=tuple(order[position] for position in high),
                dropped_low=tuple(order[position] for position in low),
            )
        )
    return tuple(found)


def _component_flags(rules: RuleSet, plan: _Plan, result: ComponentResult) -> list[str]:
    component = plan.component
    if not component.judged or result.status is Status.INCOMPLETE or result.omitted:
        return []
    flags = []
    if plan.trim is not None and result.valid < plan.trim.warn_below:
        flags.append(f"VALID_BELOW_{plan.trim.warn_below}:{component.key}={result.valid}")
    if result.kept == 1:
        flags.append("SINGLE_SCORE_LEFT")
    if rules.outliers is not None and result.valid >= rules.outliers.from_n:
        flags += [f"OUTLIER:{component.key}:{judge}" for judge in _outliers(rules, component, result)]
    return flags


def _outliers(rules: RuleSet, component: Component, result: ComponentResult) -> list[str]:
    """Judges whose mark is further from the median of the others than the rule's share of the maximum."""
    assert rules.outliers is not None
    marks = sorted(
        (int(mark.total * 100), mark.judge) for mark in result.marks if mark.total is not None and not mark.why
    )
    limit = int(component.max * rules.outliers.share * 200)
    size = len(marks)
    if 2 * (marks[-1][0] - marks[0][0]) <= limit:
        return []
    found = []
    for index, (mark, judge) in enumerate(marks):
        others = [value for at, (value, _) in enumerate(marks) if at != index]
        middle = others[(size - 1) // 2] + others[(size - 2) // 2]
        if abs(2 * mark - middle) > limit:
            found.append(judge)
    return sorted(found, key=natural)


# the contest


class Scorebook(Struct, frozen=True):
    """Everything a tabulation is made of, with each project's own score kept, by position."""

    rules: RuleSet
    entries: tuple[Entry, ...]
    scores: tuple[ProjectScore, ...]
    rulings: tuple[Ruling, ...] = ()
    popularity_voided: bool = False
    passed_initial_review: dict[str, int] = msgspec.field(default_factory=dict)


def _few_sheets(rulings: Sequence[Ruling]) -> dict[str, list[tuple[int, Ruling]]]:
    found: dict[str, list[tuple[int, Ruling]]] = {}
    for position, ruling in enumerate(rulings):
        if ruling.kind == "few_sheets" and ruling.entry_no is not None:
            found.setdefault(ruling.entry_no, []).insert(0, (position, ruling))  # the last one made decides
    return found


def open_book(
    rules: RuleSet,
    entries: Iterable[Entry],
    *,
    rulings: Sequence[Ruling] = (),
    popularity_voided: bool = False,
    passed_initial_review: Mapping[str, int] | None = None,
) -> Scorebook:
    """A scorebook with every project scored. Raises BadInput for entries that cannot be taken, two with one number and
    rulings on projects that there are not."""
    entries = tuple(entries)
    if len({entry.entry_no for entry in entries}) < len(entries):
        raise BadInput(check_entries(rules, entries))
    problems = check_rulings(rules, entries, rulings)
    if problems:
        raise BadInput(problems)
    few = _few_sheets(rulings)
    plans: dict[str, tuple[RuleSet, tuple[_Plan, ...]]] = {
        name: (held, tuple(_Plan(component) for component in held.components))
        for name, held in {"": rules, **{event.name: rules.for_event(event.name) for event in rules.own_events}}.items()
    }
    scores = []
    for entry in entries:
        held, plan = plans.get(entry.track) or plans[""]
        scores.append(_score(plan, held, entry, few.get(entry.entry_no, ())))
    return Scorebook(
        rules=rules,
        entries=entries,
        scores=tuple(scores),
        rulings=tuple(rulings),
        popularity_voided=popularity_voided,
        passed_initial_review=dict(passed_initial_review or {}),
    )


def replace_entry(book: Scorebook, entry: Entry) -> Scorebook:
    """The book with one entry exchanged (a sheet came in, was corrected, a judge recused); KeyError if it is new."""
    position = next((at for at, held in enumerate(book.entries) if held.entry_no == entry.entry_no), None)
    if position is None:
        raise KeyError(entry.entry_no)
    score = score_project(rules_for(book.rules, entry), entry, _few_sheets(book.rulings).get(entry.entry_no, ()))
    return msgspec.structs.replace(
        book,
        entries=(*book.entries[:position], entry, *book.entries[position + 1 :]),
        scores=(*book.scores[:position], score, *book.scores[position + 1 :]),
    )


def tabulate(
    rules: RuleSet,
    entries: Iterable[Entry],
    *,
    rulings: Sequence[Ruling] = (),
    popularity_voided: bool = False,
    passed_initial_review: Mapping[str, int] | None = None,
) -> Tabulation:
    """A contest's results from its sheets. Raises BadInput as ``open_book`` does."""
    return tabulate_book(
        open_book(
            rules,
            entries,
            rulings=rulings,
            popularity_voided=popularity_voided,
            passed_initial_review=passed_initial_review,
        )
    )


def check_rulings(
    rules: RuleSet, entries: Sequence[Entry], rulings: Sequence[Ruling], place: str = "rulings"
) -> list[Problem]:
    """What in the rulings cannot be meant: projects that there are not, a method that the kind does not know."""
    problems: list[Problem] = []
    known = {entry.entry_no: entry for entry in entries}
    methods = {
        "few_sheets": ("plain_mean", "literal"),
        "tie": (None, "order"),
        "cut": ("both", "order"),
        "award": ("order", "keep_total", "add_place"),
    }
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
        if method not in methods[ruling.kind]:
            choices = "、".join(one for one in methods[ruling.kind] if one)
            wrong("method", f"应为 {choices} 之一", f"must be one of {choices}")
        if ruling.kind == "few_sheets":
            if ruling.entry_no not in known:
                wrong("entry_no", f"没有参赛序号 {ruling.entry_no}", f"there is no entry {ruling.entry_no}")
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
        if (ruling.kind == "tie" or method == "order") and sorted(ruling.order) != sorted(ruling.entries):
            wrong("order", "order 应恰好是 entries 的一个排列", "must be the entries, each once")
    return problems


def _scope(entry: Entry, per: str) -> str:
    return "" if per == "all" else str(getattr(entry, per))


def _popularity_ranks(rule: Popularity, entries: Sequence[Entry]) -> dict[str, tuple[int, int] | None]:
    """Entry → (rank of its votes in the scope, how many share it); None: no vote was cast for it."""
    counts: dict[str, list[int]] = {}
    for entry in entries:
        if entry.votes:
            counts.setdefault(_scope(entry, rule.scope), []).append(entry.votes)
    first: dict[tuple[str, int], tuple[int, int]] = {}
    for scope, votes in counts.items():
        votes.sort(reverse=True)
        for index, vote in enumerate(votes):
            place, sharing = first.get((scope, vote), (index + 1, 0))
            first[scope, vote] = place, sharing + 1
    found: dict[str, tuple[int, int] | None] = {}
    for entry in entries:
        if entry.votes == 0:
            found[entry.entry_no] = None
        elif entry.popularity_rank is not None:
            found[entry.entry_no] = entry.popularity_rank, 1
        else:
            found[entry.entry_no] = first[_scope(entry, rule.scope), entry.votes] if entry.votes else None
    return found


def _popularity_points(rule: Popularity, held: tuple[int, int] | None) -> Fraction:
    if held is None:
        return Fraction(rule.zero_votes)
    place, sharing = held
    if rule.tie == "same_rank_same_points":
        sharing = 1
    values = rule.table[place - 1 : place - 1 + sharing]
    return Fraction(sum(values, Decimal(0))) / sharing


def _capped(rules: RuleSet, points: Fraction, judged: Fraction | None) -> tuple[Decimal | None, Decimal | None]:
    """(points that count, the most that could) of points before the cap; None while the judged sum is unknown."""
    rule = rules.popularity
    assert rule is not None
    printed = rounded(points, rules.rounding)
    if judged is None:
        return None, None
    if rule.cap_mode == "none" or rule.cap is None:
        return printed, None
    places = rules.rounding.places
    share = Fraction(rule.cap)
    if rule.cap_mode == "own_total":
        most = floored(judged * share / (1 - share), places)
        return min(printed, most), most
    most = floored(Fraction(rules.full_marks) * share, places)
    if rule.cap_mode == "full_marks_clip":
        return min(printed, most), most
    best = max(rule.table, default=Decimal(0))
    factor = Fraction(rules.full_marks) * share / Fraction(best) if best else Fraction(0)
    return rounded(points * min(factor, Fraction(1)), rules.rounding), None


class _Row:
    """A project on its way from its score to its result."""

    __slots__ = (
        "cap",
        "counted",
        "entry",
        "exact",
        "flags",
        "place",
        "points",
        "ruled",
        "rules",
        "score",
        "total",
        "votes_rank",
    )

    def __init__(self, entry: Entry, score: ProjectScore, rules: RuleSet) -> None:
        self.entry = entry
        self.score = score
        self.rules = rules
        self.total: Decimal | None = None
        self.exact: Fraction | None = None
        self.points = Fraction(0)
        self.votes_rank: int | None = None
        self.counted: Decimal | None = None
        self.cap: Decimal | None = None
        self.place: Place | None = None
        self.flags: list[str] = []
        self.ruled = False

    @property
    def competing(self) -> bool:
        return self.entry.standing is Standing.COMPETING


def tabulate_book(book: Scorebook) -> Tabulation:
    """The results that a scorebook gives."""
    rules = book.rules
    events = {event.name: rules.for_event(event.name) for event in rules.own_events}
    rows = [
        _Row(entry, score, events.get(entry.track, rules))
        for entry, score in zip(book.entries, book.scores, strict=True)
    ]
    used = {position for score in book.scores for position in score.used_rulings}
    held = rules.popularity
    ranks = {} if held is None else _popularity_ranks(held, book.entries)
    for row in rows:
        _total(row, ranks.get(row.entry.entry_no), voided=book.popularity_voided)
    parts = [_outcome(book, rules, [row for row in rows if row.rules is rules], used)]
    parts += [_outcome(book, event, [row for row in rows if row.rules is event], used) for event in events.values()]
    main = parts[0]
    awards: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, numbers in part.given.awards.items():
            awards[name] = (*awards.get(name, ()), *numbers)
    live = [part for part in parts if part.rows] or parts[:1]
    return Tabulation(
        full_marks=rules.full_marks,
        projects=tuple(_result(row) for row in rows),
        advance=tuple(number for part in parts for number in part.advance),
        advance_status=_joined(part.advance_status for part in live),
        advance_candidates=tuple(number for part in parts for number in part.candidates),
        awards=awards,
        award_status=_joined(part.given.outcome for part in live),
        award_candidates=tuple(group for part in parts for group in part.given.candidates),
        award_unfilled=main.given.unfilled,
        places=main.places,
        assumed=rules.assumed,
        unused_rulings=tuple(position for position in range(len(book.rulings)) if position not in used),
    )


def _joined(outcomes: Iterable[Outcome]) -> Outcome:
    """One state for several events: an event that states no quota or no award says nothing about the others."""
    stated = [outcome for outcome in outcomes if outcome is not Outcome.NOT_STATED]
    return worst(stated) if stated else Outcome.NOT_STATED


def _total(row: _Row, held: tuple[int, int] | None, *, voided: bool) -> None:
    """Fills in a row's popularity and total."""
    rules, score = row.rules, row.score
    final_only = rules.rounding_stage == "final_only"
    judged = score.judged_exact if final_only else score.judged_printed
    if voided:
        row.flags.append("VOTES_VOIDED")
    if rules.popularity is None or voided:
        row.counted = None if judged is None else Decimal("0.00")
    else:
        row.points = _popularity_points(rules.popularity, held)
        row.votes_rank = held[0] if held is not None else None
        row.counted, row.cap = _capped(rules, row.points, judged)
    if not score.status.finished or row.counted is None or judged is None or score.judged_exact is None:
        return
    other = score.other_exact if final_only else score.other_printed
    if other is None or score.other_exact is None:
        return
    extra = Fraction(row.counted) - Fraction(score.deducted)
    row.total = rounded(max(judged + other + extra, Fraction(0)), rules.rounding)
    row.exact = max(score.judged_exact + score.other_exact + extra, Fraction(0))


def _key_value(rows: Mapping[str, _Row]) -> Callable[[str, str], Fraction | None]:
    """The values of tie keys (A-08): exact_total, a component's score, untrimmed_mean[:component],
    criterion:NAME or criterion:COMPONENT:NAME. Means are over all valid sheets, None if one lacks the number."""

    def value(entry_no: str, key: str) -> Fraction | None:
        row = rows[entry_no]
        if key == "exact_total":
            return row.exact
        name, _, rest = key.partition(":")
        if name == "untrimmed_mean":
            component = row.rules.component(rest) if rest else next(iter(row.rules.judged_components), None)
            return None if component is None else _untrimmed(row, component)
        if name == "criterion":
            return _criterion_mean(row, rest)
        result = row.score.components.get(key)
        return None if result is None or result.score is None else Fraction(result.score)

    return value


def _untrimmed(row: _Row, component: Component) -> Fraction | None:
    marks = [
        mark.total for mark in row.score.components[component.key].marks if not mark.why and mark.total is not None
    ]
    return Fraction(sum(marks, Decimal(0))) / len(marks) if marks else None


def criterion_of(rules: RuleSet, name: str) -> tuple[Component, str] | None:
    """The component and criterion that a ``criterion:`` tie key names: COMPONENT:NAME, or NAME of the first judged
    component that has it; None if there is none."""
    key, _, inner = name.partition(":")
    component = rules.component(key)
    if component is not None and component.criterion(inner) is not None:
        return component, inner
    for component in rules.judged_components:
        if component.criterion(name) is not None:
            return component, name
    return None


def _criterion_mean(row: _Row, name: str) -> Fraction | None:
    found = criterion_of(row.rules, name)
    if found is None:
        return None
    component, criterion = found
    valid = {mark.judge for mark in row.score.components[component.key].marks if not mark.why}
    values = []
    for sheet in row.entry.sheets:
        if sheet.component == component.key and sheet.judge in valid:
            value = None if sheet.points is None else sheet.points.get(criterion)
            if value is None:
                return None
            values.append(value)
    return Fraction(sum(values, Decimal(0))) / len(values) if values else None


class _Part:
    """The ranks, advancement and awards of the contest proper, or of an event of its own."""

    __slots__ = ("advance", "advance_status", "candidates", "given", "places", "rows")

    def __init__(self, rows: list[_Row]) -> None:
        self.rows = rows
        self.advance: tuple[str, ...] = ()
        self.advance_status = Outcome.NOT_STATED
        self.candidates: tuple[str, ...] = ()
        self.given = Given(awards={}, outcome=Outcome.NOT_STATED)
        self.places: dict[str, int] = {}


def _outcome(book: Scorebook, rules: RuleSet, rows: list[_Row], used: set[int]) -> _Part:
    by_number = {row.entry.entry_no: row for row in rows}
    value = _key_value(by_number)
    orders = [ruling.order for ruling in book.rulings if ruling.kind == "tie"]

    ranked: dict[str, dict[str, tuple[Place, ...]]] = {}

    def places_per(per: str) -> dict[str, tuple[Place, ...]]:
        if per not in ranked:
            scopes: dict[str, dict[str, Decimal]] = {}
            for row in rows:
                if row.competing:
                    totals = scopes.setdefault(_scope(row.entry, per), {})
                    if row.total is not None:
                        totals[row.entry.entry_no] = row.total
            ranked[per] = {scope: rank(totals, rules.tie_keys, value, orders) for scope, totals in scopes.items()}
        return ranked[per]

    ruled: set[str] = set()
    for places in places_per(rules.rank_scope).values():
        for place in places:
            by_number[place.entry_no].place = place
    part = _Part(rows)
    ruled |= _advance(book, rules, part, places_per)
    ruled |= _awards(book, rules, part, places_per)
    for scopes in ranked.values():
        for places in scopes.values():
            ruled |= {place.entry_no for place in places if place.ruled}
    for position, ruling in enumerate(book.rulings):
        if ruling.kind != "few_sheets" and ruled.issuperset(ruling.entries):
            used.add(position)
    for number in ruled:
        by_number[number].ruled = True
    return part


def _unfinished(rows: Sequence[_Row], per: str) -> set[str]:
    return {_scope(row.entry, per) for row in rows if row.competing and row.total is None}


def _flag(part: _Part, numbers: Iterable[str], flag: str) -> None:
    wanted = set(numbers)
    for row in part.rows:
        if row.entry.entry_no in wanted and flag not in row.flags:
            row.flags.append(flag)


def _advance(
    book: Scorebook, rules: RuleSet, part: _Part, places_per: Callable[[str], dict[str, tuple[Place, ...]]]
) -> set[str]:
    """Fills in who goes on; returns those whom a ruling decided."""
    rule = rules.advance
    if rule is None:
        return set()
    per = rule.per or rules.rank_scope
    scopes = places_per(per)
    part.places, known = _quotas(rule, scopes, book.passed_initial_review)
    waiting = _unfinished(part.rows, per)
    rulings = [
        CutRuling(entries=one.entries, order=one.order, both=one.method == "both")
        for one in reversed(book.rulings)
        if one.kind == "cut"
    ]
    outcomes: list[Outcome] = []
    ruled: set[str] = set()
    for scope, places in scopes.items():
        if scope in waiting:
            outcomes.append(Outcome.PENDING)
            continue
        if rule.type == "score_line":
            assert rule.line is not None
            totals = {row.entry.entry_no: row.total for row in part.rows}
            part.advance += tuple(one.entry_no for one in places if (totals[one.entry_no] or Decimal(0)) >= rule.line)
            outcomes.append(Outcome.FINAL)
            continue
        if scope not in known:
            outcomes.append(Outcome.NOT_STATED)
            continue
        line = cut(places, part.places[scope], hard=rule.quota == "hard", rulings=rulings)
        part.advance += line.advance
        part.candidates += line.candidates
        outcomes.append(line.outcome)
        ruled |= set(line.ruled)
        _flag(part, line.tied, "TIE_AT_CUT")
    part.advance_status = worst(outcomes) if outcomes else Outcome.PENDING
    return ruled


def _quotas(
    rule: Advance, scopes: Mapping[str, Sequence[Place]], passed: Mapping[str, int]
) -> tuple[dict[str, int], set[str]]:
    """(places by scope, scopes whose quota is known)."""
    if rule.type == "score_line":
        return {}, set(scopes)
    if rule.type == "top_n":
        return dict.fromkeys(scopes, rule.n or 0), set(scopes)
    assert rule.ratio is not None
    basis = {scope: len(places) for scope, places in scopes.items()}
    if rule.basis == "passed_initial_review":
        if (rule.per == "all" or list(scopes) == [""]) and passed:
            basis = {"": sum(passed.values())}
        else:
            basis = {**{scope: passed[scope] for scope in scopes if scope in passed}, **passed}
    found = quotas(rule.ratio, basis, rule.rounding).by(rule.rounding)
    return found, set(found)


def _awards(
    book: Scorebook, rules: RuleSet, part: _Part, places_per: Callable[[str], dict[str, tuple[Place, ...]]]
) -> set[str]:
    """Fills in the awards; returns those whom a ruling decided."""
    composite = [award for award in rules.awards if award.kind == "composite"]
    if not any(award.count is not None for award in composite):
        return set()
    by_per: dict[str, list[Award]] = {}
    for award in composite:
        by_per.setdefault(award.per or rules.rank_scope, []).append(award)
    rulings = [
        AwardRuling(entries=one.entries, method=one.method or "order", order=one.order)
        for one in reversed(book.rulings)
        if one.kind == "award"
    ]
    won: dict[str, list[str]] = {}
    unfilled: dict[str, int] = {}
    outcomes: list[Outcome] = []
    candidates: list[tuple[str, ...]] = []
    ruled: set[str] = set()
    for per, awards in by_per.items():
        waiting = _unfinished(part.rows, per)
        for scope, places in places_per(per).items():
            if scope in waiting:
                outcomes.append(Outcome.PENDING)
                continue
            given = give(places, awards, rulings)
            for name, numbers in given.awards.items():
                won.setdefault(name, []).extend(numbers)
            for name, free in given.unfilled.items():
                unfilled[name] = unfilled.get(name, 0) + free
            outcomes.append(given.outcome)
            candidates += given.candidates
            ruled |= set(given.ruled)
            _flag(part, given.tied, "TIE_AT_AWARD")
    part.given = Given(
        awards={name: tuple(numbers) for name, numbers in won.items()},
        outcome=worst(outcomes) if outcomes else Outcome.PENDING,
        candidates=tuple(candidates),
        unfilled=unfilled,
    )
    return ruled


def _result(row: _Row) -> ProjectResult:
    status = row.score.status
    if status is Status.FINAL and row.ruled:
        status = Status.FINAL_BY_RULING
    flags = (*row.score.flags, *row.flags)
    if not row.competing:
        flags = (*flags, row.entry.standing.name)
    return ProjectResult(
        entry_no=row.entry.entry_no,
        status=status,
        total=row.total,
        rank=row.place.rank if row.place is not None else None,
        tie_key=row.place.tie_key if row.place is not None else None,
        components=row.score.components,
        flags=flags,
        popularity_rank=row.votes_rank,
        popularity_points=Decimal("0.00") if not row.points else rounded(row.points, row.rules.rounding),
        popularity_counted=row.counted,
        popularity_cap=row.cap,
        deducted=row.score.deducted,
        exact_total=None if row.exact is None else str(row.exact),
        standing=row.entry.standing,
        scope=_scope(row.entry, row.rules.rank_scope),
    )
