"""The lines of a judge's sheet, and how points are read and written on them: whole hundredths, never a float. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from judge_app.core.commands import Points
from judge_app.core.contest import Project, Struct
from judge_app.core.rules import Component, Criterion, GradeBand, RuleSet
from judge_app.ui.language import mark, tr

_FIGURES = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")


class Line(Struct, frozen=True):
    """One criterion to be marked. ``full`` and ``step`` are hundredths of a point."""

    component: Component
    criterion: Criterion
    full: int
    step: int

    @property
    def key(self) -> tuple[str, str]:
        return self.component.key, self.criterion.name

    @property
    def places(self) -> int:
        """Decimal places that its step needs."""
        return 0 if self.step % 100 == 0 else 1 if self.step % 10 == 0 else 2


class Wrong(Struct, frozen=True):
    """Why what stands in a field is not a mark of its line, in the language in force."""

    words: str


def components_for(rules: RuleSet, project: Project | None, judge_class: str) -> tuple[Component, ...]:
    """What a judge of a class fills in for a project (an event of its own has its own sheet)."""
    held = rules
    if project is not None and any(event.name == project.track for event in rules.own_events):
        held = rules.for_event(project.track)
    return held.components_of(judge_class)


def lines_of(components: Sequence[Component]) -> tuple[Line, ...]:
    """The lines of a sheet in their order."""
    return tuple(
        Line(
            component=component,
            criterion=criterion,
            full=int(criterion.max * 100),
            step=int(component.step_of(criterion) * 100),
        )
        for component in components
        for criterion in component.criteria
    )


def written(value: int, line: Line) -> str:
    """A mark as it stands on the sheet: with the places of its step, and more only where the value has them."""
    places = line.places if value % (10 ** (2 - line.places)) == 0 else 2
    return f"{Decimal(value).scaleb(-2):.{places}f}"


def plain(hundredths: int) -> str:
    """Points without needless zeros."""
    return f"{Decimal(hundredths).scaleb(-2).normalize():f}"


def read(text: str, line: Line) -> int | Wrong | None:
    """The mark that a text says; None for an empty one. Full-width figures and signs are taken as the plain ones."""
    typed = unicodedata.normalize("NFKC", text).replace("。", ".").replace("．", ".").strip()
    if not typed:
        return None
    if not _FIGURES.fullmatch(typed):
        return Wrong(tr("Figures only"))
    value = Decimal(typed) * 100
    if value > line.full:
        return Wrong(tr("At most {full} points", full=plain(line.full)))
    if value % line.step != 0:
        return Wrong(tr("In steps of {step}", step=plain(line.step)))
    return int(value)


def stepped(value: int | None, steps: int, line: Line) -> int:
    """A mark moved by steps, within 0 and full marks. From a blank, up begins at 0 and down at full marks."""
    if value is None:
        value = 0 if steps > 0 else line.full
        steps = steps - 1 if steps > 0 else steps + 1
    down = value // line.step * line.step
    if steps < 0 and down != value:
        steps += 1
    return max(0, min(line.full // line.step * line.step, down + steps * line.step))


def points_of(values: dict[tuple[str, str], int]) -> Points:
    """Marks by line as a command carries them."""
    points: Points = {}
    for (component, criterion), value in values.items():
        points.setdefault(component, {})[criterion] = value
    return points


def values_of(points: Points | None) -> dict[tuple[str, str], int]:
    """The other way round."""
    if points is None:
        return {}
    return {(component, name): value for component, held in points.items() for name, value in held.items()}


def totals(points: Points | None, components: Sequence[Component]) -> tuple[int, ...]:
    """The sum of each component, in hundredths, in the sheet's order."""
    held = points or {}
    return tuple(sum(held.get(component.key, {}).values()) for component in components)


def band_words(band: GradeBand) -> str:
    """A grade band as it stands under the slider: 优 17–20."""
    low, high = plain(int(band.low * 100)), plain(int(band.high * 100))
    return f"{band_name(band)} {low}–{high}"


_GRADES = {"优": mark("Excellent"), "良": mark("Good"), "中": mark("Fair"), "差": mark("Poor")}


def band_name(band: GradeBand) -> str:
    """A grade's name; one that is not among the usual four stays as the rule set has it."""
    words = _GRADES.get(band.name)
    return tr(words) if words else band.name
