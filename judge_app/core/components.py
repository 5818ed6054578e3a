"""One project's components: which sheets count, who is dropped, the mean and its rounding (A-01 … A-06).

The work is done in integers of hundredths; only what is printed becomes a ``Decimal``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import NoReturn

from judge_app.core.contest import Presence, Struct
from judge_app.core.errors import BadInput
from judge_app.core.marks import Entry, Ruling, Sheet, check_entry
from judge_app.core.ranking import natural
from judge_app.core.rules import Component, OutlierRule, RuleSet, Trim
from judge_app.core.working import (
    ComponentResult,
    CriterionResult,
    Mark,
    Status,
    Use,
    Why,
    points_of,
    round_ratio,
    rounded,
)


class Plan:
    """What the hot path needs of a component, worked out once per rule set.

    ``known`` maps values that were found in range and on step to hundredths: for each criterion, and for totals.
    """

    __slots__ = ("component", "criteria", "each_criterion", "totals", "trim", "weight")

    def __init__(self, component: Component) -> None:
        self.component = component
        self.trim = component.trim
        self.each_criterion = component.trim is not None and component.trim.on == "criterion"
        self.weight = Fraction(component.weight)
        self.criteria = {one.name: _Line(one.max, component.step_of(one)) for one in component.criteria}
        self.totals = _Line(component.max, component.smallest_step)


class _Line:
    """The values that a line of a sheet may hold, as hundredths; those already seen are remembered."""

    __slots__ = ("full", "known", "step")

    def __init__(self, full: Decimal, step: Decimal) -> None:
        self.full = full
        self.step = step
        self.known: dict[Decimal | None, int] = {}

    def hundredths(self, value: Decimal) -> int | None:
        """The value in hundredths of a point; None if it is out of range or off the step."""
        found = self.known.get(value)
        if found is None:
            scaled = value * 100
            if not 0 <= value <= self.full or value % self.step != 0 or scaled != int(scaled):
                return None
            found = self.known[value] = int(scaled)
        return found


class ProjectScore(Struct, frozen=True):
    """What one project's sheets alone give, before popularity, ranks and awards.

    ``judged`` is the weighted sum of the judged components as the total takes it (of printed scores, or exact where the
    rules round once at the end), ``base`` that of all components less deductions, ``exact`` the same unrounded;
    ``total`` is ``base`` as printed, the total of a project without popularity points. None while unknown.
    """

    status: Status
    components: dict[str, ComponentResult]
    flags: tuple[str, ...] = ()
    judged: Fraction | None = None
    base: Fraction | None = None
    exact: Fraction | None = None
    total: Decimal | None = None
    deducted: Decimal = Decimal(0)
    used_rulings: tuple[int, ...] = ()


def score_project(rules: RuleSet, entry: Entry, rulings: Sequence[tuple[int, Ruling]] = ()) -> ProjectScore:
    """One project's components with their working. ``rulings`` are (position, few_sheets ruling) of this project.

    Raises BadInput if a sheet cannot be taken (out of range, off the step, unknown component or criterion).
    """
    return score_planned(tuple(Plan(component) for component in rules.components), rules, entry, rulings)


def _refuse(rules: RuleSet, entry: Entry) -> NoReturn:
    problems = check_entry(rules, entry, f"entry {entry.entry_no}")
    if not problems:
        raise AssertionError(f"entry {entry.entry_no} was refused without a reason")
    raise BadInput(problems)


def score_planned(
    plans: tuple[Plan, ...], rules: RuleSet, entry: Entry, rulings: Sequence[tuple[int, Ruling]]
) -> ProjectScore:
    if (entry.votes is not None and entry.votes < 0) or (
        entry.popularity_rank is not None and entry.popularity_rank < 1
    ):
        _refuse(rules, entry)
    by_component: dict[str, dict[str, Sheet]] = {plan.component.key: {} for plan in plans if plan.component.judged}
    if not entry.external.keys() <= {plan.component.key for plan in plans if not plan.component.judged}:
        _refuse(rules, entry)
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
    judges: dict[str | None, dict[str, None]] = {}
    for plan in plans:
        if plan.component.judged and plan.component.judge_class is not None:
            judges.setdefault(plan.component.judge_class, {}).update(dict.fromkeys(by_component[plan.component.key]))
    orders = {judge_class: sorted(held, key=natural) for judge_class, held in judges.items()}
    components: dict[str, ComponentResult] = {}
    used: list[int] = []
    flags: list[str] = []
    for plan in plans:
        component = plan.component
        if component.judged:
            lines = by_component[component.key]
            order = orders[component.judge_class] if component.judge_class is not None else sorted(lines, key=natural)
            ruling = next((one for one in rulings if one[1].component == component.key), None)
            result = _judged(plan, rules, entry, lines, order, presence, None if ruling is None else ruling[1].method)
            if result.method is not None and ruling is not None:
                used.append(ruling[0])
            flags += _component_flags(rules, plan, result)
        else:
            result = _external(component, rules, entry)
        components[component.key] = result
    penalties = {rule.key: rule.points for rule in rules.deductions}
    if any(deduction.key not in penalties for deduction in entry.deductions):
        _refuse(rules, entry)
    deducted = sum((penalties[deduction.key] for deduction in entry.deductions), Decimal(0))
    statuses = [result.status for result in components.values()]
    status = next((one for one in _WORST_FIRST if one in statuses), Status.FINAL)
    judged, base, exact = _sums(plans, rules, components)
    if base is not None and exact is not None:
        base, exact = base - Fraction(deducted), exact - Fraction(deducted)
    return ProjectScore(
        status=status,
        components=components,
        flags=tuple(dict.fromkeys((*_judge_flags(presence, replaced), *flags, *_zero_flags(components)))),
        judged=judged,
        base=base,
        exact=exact,
        total=None if base is None or not status.finished else rounded(max(base, Fraction(0)), rules.rounding),
        deducted=deducted,
        used_rulings=tuple(used),
    )


_WORST_FIRST = (Status.INCOMPLETE, Status.PENDING_RULING, Status.FINAL_BY_RULING)


def _judge_flags(presence: Mapping[str, Presence], replaced: Mapping[str, str]) -> list[str]:
    """Who was not there and who scored for whom, in the natural order of the judges' numbers."""
    flags = []
    there = Presence.PRESENT
    for judge in sorted({judge for judge, here in presence.items() if here is not there} | set(replaced), key=natural):
        if presence[judge] is Presence.RECUSED:
            flags.append(f"JUDGE_RECUSED:{judge}")
        elif presence[judge] is not there:
            flags.append(f"JUDGE_ABSENT:{judge}")
        if judge in replaced:
            flags.append(f"JUDGE_REPLACED:{replaced[judge]}→{judge}")
    return flags


def _zero_flags(components: Mapping[str, ComponentResult]) -> list[str]:
    """Judges who gave nothing but zeros in a component: a 0 counts, and is pointed out."""
    found = {mark.judge for one in components.values() for mark in one.marks if not mark.total and not mark.why}
    return [f"ZERO_SCORE:{judge}" for judge in sorted(found, key=natural)]


def _sums(
    plans: tuple[Plan, ...], rules: RuleSet, components: Mapping[str, ComponentResult]
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """(the judged components' weighted sum as the total takes it, that of all, that of all exact); None where one is
    unknown. Done on one common denominator, since a fraction at each step costs more than all the rest."""
    exact = [0, 1]
    printed: dict[bool, int] = {True: 0, False: 0}
    unrounded: dict[bool, Fraction] = {}
    unknown = set()
    scale = 10**rules.rounding.places
    weights = lcm(*(plan.weight.denominator for plan in plans))
    for judged in (True, False):
        exact = [0, 1]
        for plan in plans:
            result = components[plan.component.key]
            if plan.component.judged is not judged or result.omitted:
                continue
            if result.score is None:
                unknown.add(judged)
                continue
            weight = plan.weight.numerator * (weights // plan.weight.denominator)
            printed[judged] += weight * int(result.score * scale)
            numerator, denominator = result.kept_sum.as_integer_ratio()
            denominator *= result.kept
            exact = [exact[0] * denominator + weight * numerator * exact[1], exact[1] * denominator]
        unrounded[judged] = Fraction(exact[0], exact[1] * weights)
    final_only = rules.rounding_stage == "final_only"
    sums = {
        judged: unrounded[judged] if final_only else Fraction(printed[judged], scale * weights)
        for judged in (True, False)
    }
    if True in unknown:
        return None, None, None
    if False in unknown:
        return sums[True], None, None
    return sums[True], sums[True] + sums[False], unrounded[True] + unrounded[False]


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


def _given(plan: Plan, rules: RuleSet, entry: Entry, sheet: Sheet) -> tuple[int | None, bool]:
    """(the sheet's total in hundredths, whether lines are missing); refuses what is out of range or off the step."""
    points = sheet.points
    total = sheet.total
    if points is None:
        if total is None:
            return None, False
        whole = plan.totals.hundredths(total)
        if whole is None or (plan.each_criterion and sheet.presence is Presence.PRESENT):
            _refuse(rules, entry)
        return whole, False
    given = 0
    count = 0
    criteria = plan.criteria
    for name, value in points.items():
        line = criteria.get(name)
        if line is None:
            _refuse(rules, entry)
        if value is None:
            continue
        found = line.known.get(value)
        if found is None:
            found = line.hundredths(value)
            if found is None:
                _refuse(rules, entry)
        given += found
        count += 1
    if total is not None and total * 100 != given:
        _refuse(rules, entry)
    if count == 0:
        return None, False
    return given, count < len(criteria)


def _judged(
    plan: Plan,
    rules: RuleSet,
    entry: Entry,
    lines: Mapping[str, Sheet],
    order: Sequence[str],
    presence: Mapping[str, Presence],
    ruled: str | None,
) -> ComponentResult:
    """One judged component; ``order`` are all judges of its class in this project, ``ruled`` the method of a ruling."""
    totals: list[int | None] = []
    whys: list[Why] = []
    valid: list[tuple[int, int]] = []
    blank = False
    for position, judge in enumerate(order):
        sheet = lines.get(judge)
        total, unfinished = (None, False) if sheet is None else _given(plan, rules, entry, sheet)
        here = presence[judge]
        if here is not Presence.PRESENT:
            why = _NOT_THERE[here]
        elif total is None:
            why, blank = Why.BLANK, True
        elif unfinished:
            why, blank = Why.UNFINISHED, True
        else:
            why = Why.VALID
            valid.append((total, position))
        totals.append(total)
        whys.append(why)
    if not order and not plan.component.required:
        return ComponentResult(status=Status.FINAL, score=None, valid=0, omitted=True)
    trim = plan.trim
    count = len(valid)
    status, method, cut_off = _treatment(trim, count, ruled)
    if blank or not order:
        status, method = Status.INCOMPLETE, None
    uses = [Use.NOT_VALID if why else Use.KEPT for why in whys]
    criteria: tuple[CriterionResult, ...] = ()
    kept_sum, kept = 0, 0
    score: Decimal | None = None
    if status.finished:
        kept = count
        if not cut_off or trim is None:
            kept_sum = sum([total for total, _ in valid])
        else:
            kept -= trim.high + trim.low
            if trim.on == "judge_total":
                kept_sum, high, low = _trim(valid, trim.high, trim.low)
                for position in high:
                    uses[position] = Use.DROPPED_HIGH
                for position in low:
                    uses[position] = Use.DROPPED_LOW
            else:
                criteria, kept_sum = _trim_criteria(plan, order, lines, [position for _, position in valid])
        places = rules.rounding.places
        units = round_ratio(kept_sum * 10**places, 100 * kept, rules.rounding.mode)
        score = points_of(units) if places == 2 else Decimal(units).scaleb(-places)
    return ComponentResult(
        status=status,
        score=score,
        valid=count,
        kept=kept,
        kept_sum=points_of(kept_sum),
        dropped_high=tuple([order[at] for at, use in enumerate(uses) if use is Use.DROPPED_HIGH]),
        dropped_low=tuple([order[at] for at, use in enumerate(uses) if use is Use.DROPPED_LOW]),
        marks=tuple(
            [
                Mark(
                    judge=judge,
                    presence=presence[judge],
                    total=None if total is None else points_of(total),
                    use=use,
                    why=why,
                    replaces=lines[judge].replaces if judge in lines else None,
                )
                for judge, total, use, why in zip(order, totals, uses, whys, strict=True)
            ]
        ),
        criteria=criteria,
        method=method,
    )


def _treatment(trim: Trim | None, count: int, ruled: str | None) -> tuple[Status, str | None, bool]:
    """(status, the ruling's method if it was needed, whether extremes are dropped) for ``count`` valid sheets (A-02)."""
    if count == 0:
        return Status.PENDING_RULING, None, False
    if trim is None:
        return Status.FINAL, None, False
    possible = count > trim.high + trim.low
    if count >= trim.from_n and possible:
        return Status.FINAL, None, True
    if count < trim.from_n and trim.below == "plain_mean":
        return Status.FINAL, None, False
    if ruled == "plain_mean":
        return Status.FINAL_BY_RULING, ruled, False
    if ruled == "literal" and possible:
        return Status.FINAL_BY_RULING, ruled, True
    return Status.PENDING_RULING, None, False


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
    plan: Plan, order: Sequence[str], lines: Mapping[str, Sheet], valid: Sequence[int]
) -> tuple[tuple[CriterionResult, ...], int]:
    """(each criterion's working, the sum kept over all of them in hundredths) where each criterion is trimmed."""
    trim = plan.trim
    assert trim is not None
    found = []
    kept_sum = 0
    for name, line in plan.criteria.items():
        marks: list[tuple[int, int]] = []
        for position in valid:
            points = lines[order[position]].points
            value = None if points is None else points[name]
            assert value is not None, "a valid sheet has every criterion"
            marks.append((line.known[value], position))
        kept, high, low = _trim(marks, trim.high, trim.low)
        kept_sum += kept
        found.append(
            CriterionResult(
                name=name,
                kept_sum=points_of(kept),
                dropped_high=tuple(order[position] for position in high),
                dropped_low=tuple(order[position] for position in low),
            )
        )
    return tuple(found), kept_sum


def _component_flags(rules: RuleSet, plan: Plan, result: ComponentResult) -> list[str]:
    component = plan.component
    if result.status is Status.INCOMPLETE or result.omitted:
        return []
    flags = []
    if plan.trim is not None and result.valid < plan.trim.warn_below:
        flags.append(f"VALID_BELOW_{plan.trim.warn_below}:{component.key}={result.valid}")
    if result.kept == 1:
        flags.append("SINGLE_SCORE_LEFT")
    if rules.outliers is not None and result.valid >= rules.outliers.from_n:
        flags += [f"OUTLIER:{component.key}:{judge}" for judge in _outliers(rules.outliers, component, result)]
    return flags


def _outliers(rule: OutlierRule, component: Component, result: ComponentResult) -> list[str]:
    """Judges whose mark is further from the median of the others than the rule's share of the maximum."""
    marks = sorted([(mark.total, mark.judge) for mark in result.marks if mark.total is not None and not mark.why])
    twice = component.max * rule.share * 2
    if 2 * (marks[-1][0] - marks[0][0]) <= twice:
        return []
    others = len(marks) - 1
    found = []
    for index, (mark, judge) in enumerate(marks):
        lower, upper = (others - 1) // 2, others // 2  # positions of the middle among the others
        middle = marks[lower + (lower >= index)][0] + marks[upper + (upper >= index)][0]
        if abs(2 * mark - middle) > twice:
            found.append(judge)
    return sorted(found, key=natural)
