"""How mild or strict judges and panels are, for information only: no result is ever changed by it (A-19).

Panels hear different projects, so a difference between panels may be the projects'; a judge is compared with the others
on the same projects. Numbers are rounded for reading; official results are raw totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from judge_app.core.contest import Struct
from judge_app.core.marks import Entry
from judge_app.core.ranking import natural
from judge_app.core.rules import RuleSet, Text
from judge_app.core.working import Tabulation

NOTICE = Text(zh="仅供参考，不影响任何成绩", en="for information only: no result is changed by it")


class JudgeLeniency(Struct, frozen=True):
    """One judge in one component and session. ``mean`` and ``spread`` (standard deviation) are of his valid marks;
    ``against_panel`` is how much he gives more than the others' mean on the same projects; ``agreement`` is Spearman's
    rank correlation with the others' mean (−1 … 1). None where there is too little to say."""

    judge: str
    component: str
    session: str
    marks: int
    mean: Decimal
    spread: Decimal | None
    against_panel: Decimal | None
    agreement: Decimal | None


class PanelLeniency(Struct, frozen=True):
    """One panel's marks in one component: how many, their mean and spread, and the mean's distance from all panels'."""

    session: str
    component: str
    marks: int
    mean: Decimal
    spread: Decimal | None
    against_all: Decimal


class LeniencySheet(Struct, frozen=True):
    """The sheet of a contest; ``notice`` is to be shown with it, always."""

    judges: tuple[JudgeLeniency, ...]
    panels: tuple[PanelLeniency, ...]
    notice: Text = NOTICE


def leniency(rules: RuleSet, tabulation: Tabulation, entries: Sequence[Entry]) -> LeniencySheet:
    """Every judge's and panel's marks compared; only valid marks count, dropped ones included."""
    results = {project.entry_no: project for project in tabulation.projects}
    judges: list[JudgeLeniency] = []
    panels: list[PanelLeniency] = []
    sessions = list(dict.fromkeys(entry.session for entry in entries))
    for component in rules.judged_components:
        given: dict[str, dict[str, dict[str, Fraction]]] = {session: {} for session in sessions}
        for entry in entries:
            held = results[entry.entry_no].components.get(component.key)
            if held is not None:
                given[entry.session][entry.entry_no] = {
                    mark.judge: Fraction(mark.total) for mark in held.marks if mark.total is not None and not mark.why
                }
        everything = [mark for panel in given.values() for marks in panel.values() for mark in marks.values()]
        for session, panel in given.items():
            names = sorted({judge for marks in panel.values() for judge in marks}, key=natural)
            judges += [_judge(judge, component.key, session, panel) for judge in names]
            own = [mark for marks in panel.values() for mark in marks.values()]
            if own:
                panels.append(
                    PanelLeniency(
                        session=session,
                        component=component.key,
                        marks=len(own),
                        mean=_round(_mean(own)),
                        spread=_spread(own),
                        against_all=_round(_mean(own) - _mean(everything)),
                    )
                )
    return LeniencySheet(judges=tuple(judges), panels=tuple(panels))


def _judge(judge: str, component: str, session: str, panel: dict[str, dict[str, Fraction]]) -> JudgeLeniency:
    own = [marks[judge] for marks in panel.values() if judge in marks]
    shared = [marks for marks in panel.values() if judge in marks and len(marks) > 1]
    mine = [marks[judge] for marks in shared]
    others = [(sum(marks.values()) - marks[judge]) / (len(marks) - 1) for marks in shared]
    return JudgeLeniency(
        judge=judge,
        component=component,
        session=session,
        marks=len(own),
        mean=_round(_mean(own)),
        spread=_spread(own),
        against_panel=_round(_mean(mine) - _mean(others)) if shared else None,
        agreement=rank_correlation(mine, others),
    )


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _round(value: Fraction) -> Decimal:
    """Two places, half up away from zero; for reading only."""
    with localcontext(prec=50):
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        return quotient.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _spread(values: Sequence[Fraction]) -> Decimal | None:
    """The sample's standard deviation; None for fewer than two."""
    if len(values) < 2:
        return None
    mean = _mean(values)
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)
    with localcontext(prec=50):
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
        return root.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _ranks(values: Sequence[Fraction]) -> list[Fraction]:
    """Ranks from 1, equal values sharing the mean of their places."""
    first: dict[Fraction, int] = {}
    count: dict[Fraction, int] = {}
    for place, value in enumerate(sorted(values)):
        first.setdefault(value, place)
        count[value] = count.get(value, 0) + 1
    return [first[value] + Fraction(count[value] + 1, 2) for value in values]


def rank_correlation(left: Sequence[Fraction], right: Sequence[Fraction]) -> Decimal | None:
    """Spearman's rank correlation, ties by mean ranks, two places; None for fewer than three or where all are equal."""
    if len(left) < 3:
        return None
    one, two = _ranks(left), _ranks(right)
    mean = Fraction(len(one) + 1, 2)
    product = sum(((a - mean) * (b - mean) for a, b in zip(one, two, strict=True)), Fraction(0))
    squares = [sum(((a - mean) ** 2 for a in values), Fraction(0)) for values in (one, two)]
    if not all(squares):
        return None
    with localcontext(prec=50):
        below = (Decimal((squares[0] * squares[1]).numerator) / Decimal((squares[0] * squares[1]).denominator)).sqrt()
        value = Decimal(product.numerator) / Decimal(product.denominator) / below
        return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
