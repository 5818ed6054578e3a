"""What a ruling would do, before it is made: the same calculation once more, on the sheets that the view shows."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from judge_app.core import session
from judge_app.core.contest import Presence
from judge_app.core.errors import BadInput
from judge_app.core.marks import Entry, Ruling, Sheet
from judge_app.core.results import Effect, effect
from judge_app.core.scoring import tabulate
from judge_app.core.stages import PRESENCE_OF, SheetStatus
from judge_app.core.views import Briefing, ChairView, SheetLine
from judge_app.core.working import Tabulation
from judge_app.ui.own_rules import rules_of


def entries(view: ChairView, briefing: Briefing) -> tuple[Entry, ...]:
    """The visible projects with their sheets, as the calculation takes them."""
    projects = {project.entry_no: project for project in briefing.projects}
    cards = {card.no: card for card in briefing.judges}
    lines: dict[str, list[SheetLine]] = {}
    for line in view.sheets:
        lines.setdefault(line.entry_no, []).append(line)
    external = _external(view, briefing)
    made = []
    for entry_no in view.visible:
        project = projects[entry_no]
        own = lines.get(entry_no, [])
        replaces = {line.replaced_by: line.judge for line in own if line.replaced_by}
        made.append(
            Entry(
                entry_no=entry_no,
                name=project.name,
                lead_unit=project.lead_unit,
                track=project.track,
                topic=project.topic,
                session=briefing.session.name,
                votes=project.votes,
                external=external.get(entry_no, {}),
                sheets=tuple(
                    Sheet(
                        judge=line.judge,
                        component=component.key,
                        presence=PRESENCE_OF.get(line.status, Presence.PRESENT),
                        points=_points(line, component.key),
                        replaces=replaces.get(line.judge),
                    )
                    for line in own
                    if line.judge in cards
                    for component in rules_of(briefing, entry_no).components_of(cards[line.judge].judge_class)
                ),
            )
        )
    return tuple(made)


def _points(line: SheetLine, component: str) -> dict[str, Decimal | None] | None:
    if line.status is not SheetStatus.SUBMITTED or line.points is None or component not in line.points:
        return None
    return {name: Decimal(value).scaleb(-2) for name, value in line.points[component].items()}


def _external(view: ChairView, briefing: Briefing) -> dict[str, dict[str, Decimal]]:
    """Results that no judge gives, read back from the tabulation that was sent."""
    found: dict[str, dict[str, Decimal]] = {}
    for result in view.tabulation.projects if view.tabulation is not None else ():
        for component in rules_of(briefing, result.entry_no).components:
            held = None if component.judged else result.components.get(component.key)
            if held is not None and held.score is not None:
                found.setdefault(result.entry_no, {})[component.key] = held.score
    return found


def beside(view: ChairView, briefing: Briefing) -> tuple[Entry, ...]:
    """The projects that are not counted in this view, with the votes that keep their place among the others'."""
    return tuple(
        Entry(
            entry_no=project.entry_no,
            track=project.track,
            topic=project.topic,
            session=briefing.session.name,
            votes=project.votes,
        )
        for project in briefing.projects
        if project.entry_no not in view.visible
    )


def rulings(view: ChairView) -> tuple[Ruling, ...]:
    """The rulings made so far."""
    return tuple(msgspec.json.decode(ruling, type=Ruling) for ruling, _ in view.rulings)


def with_ruling(view: ChairView, briefing: Briefing, ruling: Ruling) -> tuple[Tabulation, Effect] | None:
    """The results with one more ruling, and what changes by it; None where the calculation does not take it."""
    given = entries(view, briefing)
    made = [one for _, one in session.grounded(rulings(view), given)]  # as the room counts
    try:
        before, after = (
            tabulate(
                briefing.rules,
                given,
                rulings=held,
                passed_initial_review=briefing.passed_initial_review,
                beside=beside(view, briefing),
            )
            for held in (made, [*made, ruling])
        )
    except BadInput:
        return None
    return after, effect(before, after)
