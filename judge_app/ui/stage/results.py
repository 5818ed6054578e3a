"""What of the published results stands before the audience, in words: made from the briefing and the view. Pure.

The ranking builds from the last place; a project's marks come all at once, the dropped ones fall out, then the total.
"""

from __future__ import annotations

from collections.abc import Sequence

from judge_app.core.contest import Project, Struct
from judge_app.core.rules import Component
from judge_app.core.session import PAGE
from judge_app.core.stages import Showing
from judge_app.core.views import Briefing, StageView
from judge_app.core.working import ProjectResult, Use
from judge_app.ui.glossary import component_name, number, points, printed
from judge_app.ui.language import tr


class Line(Struct, frozen=True):
    """One place of a ranking. ``fresh``: it has just been revealed."""

    rank: str
    number: str
    title: str
    unit: str
    total: str
    fresh: bool = False
    first: bool = False


class Tile(Struct, frozen=True):
    """One mark. ``note`` says why it does not count; ``out``: it has fallen out."""

    text: str
    note: str = ""
    out: bool = False


class Part(Struct, frozen=True):
    """One component of a project's total: its tiles, or only its score."""

    name: str
    tiles: tuple[Tile, ...] = ()
    score: str = ""


class Results(Struct, frozen=True):
    """A page of results. ``lines`` of a ranking, or the ``parts`` of one project with its ``total`` (hundredths, to
    count up to) and ``rank``. ``hidden`` places are still to come; ``page`` of ``pages``."""

    lines: tuple[Line, ...] = ()
    parts: tuple[Part, ...] = ()
    total: str = ""
    hidden: int = 0
    page: int = 1
    pages: int = 1


def results_of(briefing: Briefing, view: StageView) -> Results | None:
    """What the host has brought before the audience; None while that is nothing."""
    if view.published is None or view.showing is None:
        return None
    projects = {project.entry_no: project for project in briefing.projects}
    showing = view.showing
    if showing.kind is Showing.MARKS:
        result = next((one for one in view.published.projects if one.entry_no == showing.entry_no), None)
        if result is None:
            return None
        return _project(_components(briefing, projects.get(showing.entry_no)), view, result)
    ranked = view.published.ranked
    if showing.kind is Showing.LIST:
        here = ranked[showing.step * PAGE : (showing.step + 1) * PAGE]
        return Results(
            lines=tuple(_line(one, projects) for one in here), page=showing.step + 1, pages=showing.steps + 1
        )
    shown = ranked[len(ranked) - showing.step :] if showing.step else ()
    lines = [_line(one, projects, fresh=at == 0) for at, one in enumerate(shown)]
    return Results(lines=tuple(lines[:PAGE]), hidden=len(ranked) - len(shown))


def _line(result: ProjectResult, projects: dict[str, Project], *, fresh: bool = False) -> Line:
    project = projects.get(result.entry_no)
    return Line(
        rank="—" if result.rank is None else str(result.rank),
        number=number(result.entry_no),
        title="" if project is None else project.name,
        unit="" if project is None else project.lead_unit,
        total=printed(result.total),
        fresh=fresh,
        first=result.rank == 1,
    )


def _components(briefing: Briefing, project: Project | None) -> tuple[Component, ...]:
    """The judged components that a project is counted by: an event of its own may have its own."""
    for event in briefing.rules.own_events:
        if project is not None and event.name == project.track and event.components is not None:
            return tuple(one for one in event.components if one.judged)
    return briefing.rules.judged_components


def _project(components: tuple[Component, ...], view: StageView, result: ProjectResult) -> Results:
    assert view.showing is not None
    last = view.showing.step == view.showing.steps
    dropped = view.showing.step >= 2
    parts: list[Part] = []
    for component in components:
        marks = view.marks.get(component.key, ())
        held = result.components.get(component.key)
        score = printed(held.score) if last and held is not None else ""
        tiles: Sequence[Tile] = [
            Tile(
                text=points(mark.total),
                note="" if mark.use is Use.KEPT or not dropped or last else _note(mark.use),
                out=dropped and mark.use is not Use.KEPT,
            )
            for mark in marks
        ]
        if tiles or score:
            parts.append(Part(name=component_name(component), tiles=tuple(tiles), score=score))
    if last and result.popularity_counted:
        parts.append(Part(name=tr("Popularity points"), score=printed(result.popularity_counted)))
    return Results(parts=tuple(parts), total=printed(result.total) if last else "")


def _note(use: Use) -> str:
    return tr("Highest out") if use is Use.DROPPED_HIGH else tr("Lowest out")
