"""What a session's sheets and rulings give: its tabulation, and how far each result has come."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec

from judge_app.core.contest import Presence
from judge_app.core.events import SessionSetup
from judge_app.core.review import Review
from judge_app.core.rules import Component
from judge_app.core.scoring import (
    Entry,
    ProjectScore,
    Ruling,
    Scorebook,
    Sheet,
    Standing,
    Status,
    Tabulation,
    points_of,
    score_project,
    tabulate_book,
)
from judge_app.core.session.state import OUT, ProjectState, SheetState, State, project_of, rules_of
from judge_app.core.stages import PRESENCE_OF, ProjectStage, ResultStatus, ReviewStep, SheetStatus
from judge_app.core.working import VOTES_OF_ONE_ROOM

_KEPT = 512
"""How many projects' counts are kept."""


T = TypeVar("T")


class _Same(Generic[T]):
    """A value known by its identity: frozen, so that what was computed of it holds as long as it is the same one."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value


def entries(state: State, only: Iterable[str] | None = None) -> tuple[Entry, ...]:
    """The projects with their sheets as the calculation takes them, in running order. One that is out stays, with its
    standing: it has no rank, but the votes it was given keep their place among the others' (A-13), so that a withdrawal
    changes nobody's locked result."""
    setup = _Same(state.session)
    return tuple(
        _entry(setup, _Same(state.projects[entry_no]), entry_no) for entry_no in (state.order if only is None else only)
    )


_STANDINGS = {
    ProjectStage.FORFEITED: Standing.WITHDRAWN,
    ProjectStage.WITHDRAWN: Standing.WITHDRAWN,
    ProjectStage.DISQUALIFIED: Standing.DISQUALIFIED,
}


@lru_cache(maxsize=_KEPT)
def _entry(setup_: _Same[SessionSetup], held: _Same[ProjectState], entry_no: str) -> Entry:
    setup = setup_.value
    project = next(project for project in setup.contest.projects if project.entry_no == entry_no)
    rules = rules_of(setup, entry_no)
    fills = {judge.no: rules.components_of(judge.judge_class) for judge in setup.contest.judges}
    return Entry(
        entry_no=entry_no,
        name=project.name,
        lead_unit=project.lead_unit,
        track=project.track,
        topic=project.topic,
        session=setup.session.name,
        votes=project.votes,
        standing=_STANDINGS.get(held.value.stage, Standing.COMPETING),
        external={
            given.component: Decimal(given.score) for given in setup.contest.external if given.entry_no == entry_no
        },
        sheets=tuple(
            _sheet(no, component, sheet) for no, sheet in held.value.sheets.items() for component in fills[no]
        ),
    )


@lru_cache(maxsize=_KEPT)
def _score(
    setup: _Same[SessionSetup], held: _Same[ProjectState], entry_no: str, few: tuple[tuple[int, Ruling], ...]
) -> ProjectScore:
    return score_project(rules_of(setup.value, entry_no), _entry(setup, held, entry_no), few)


def _sheet(judge: str, component: Component, sheet: SheetState) -> Sheet:
    given = sheet.points if sheet.status is SheetStatus.SUBMITTED else None
    return Sheet(
        judge=judge,
        component=component.key,
        presence=PRESENCE_OF.get(sheet.status, Presence.PRESENT),
        points=None if given is None else {name: points_of(value) for name, value in given[component.key].items()},
        replaces=sheet.replaces,
    )


def rulings(state: State) -> tuple[Ruling, ...]:
    """The rulings that were made, in the order made."""
    return tuple(msgspec.json.decode(ruling, type=Ruling) for ruling, _, _ in state.rulings)


def ruled_on(ruling: Ruling) -> frozenset[str]:
    """The projects that a ruling names."""
    return frozenset((*ruling.entries, *((ruling.entry_no,) if ruling.entry_no else ())))


def grounded(made: Iterable[Ruling], given: Iterable[Entry]) -> list[tuple[int, Ruling]]:
    """The rulings, with their positions, of which every project competes: one on a project that is out has lost its
    ground. One on votes stands whoever is looked at and whoever leaves, as the votes themselves do: where it lets
    others move up, their points are its doing."""
    here = {entry.entry_no for entry in given if entry.standing is Standing.COMPETING}
    return [(at, ruling) for at, ruling in enumerate(made) if ruling.kind == "votes" or ruled_on(ruling) <= here]


def tabulation(state: State, only: Iterable[str] | None = None) -> Tabulation:
    """This session's results alone, as they stand (what spans rooms is computed from all sessions' journals), of the
    projects that compete.

    A ruling counts where every project it names is counted, one on votes always; another one on a project that is out
    has lost its ground and is among ``unused_rulings``, which are positions in ``rulings(state)``. What a project's own
    sheets give is computed once for each state of it, so that a new sheet costs one project. Where votes are ranked over
    several sessions, points for them and totals are flagged as those of this room alone.
    """
    setup = state.session
    given = entries(state, only)
    made = rulings(state)
    holding = grounded(made, given)
    fitting = tuple(ruling for _, ruling in holding)
    few: dict[str, tuple[tuple[int, Ruling], ...]] = {}
    for at, ruling in enumerate(fitting):
        if ruling.kind == "few_sheets" and ruling.entry_no is not None:
            few[ruling.entry_no] = ((at, ruling), *few.get(ruling.entry_no, ()))  # the last one made decides
    result = tabulate_book(
        Scorebook(
            rules=setup.rules,
            entries=given,
            scores=tuple(
                _score(_Same(setup), _Same(state.projects[one.entry_no]), one.entry_no, few.get(one.entry_no, ()))
                for one in given
            ),
            rulings=fitting,
            passed_initial_review=setup.contest.passed_initial_review,
            beside=_beside(state, given),
        )
    )
    out = {entry_no for entry_no, held in state.projects.items() if held.stage in OUT}
    unused = {holding[at][0] for at in result.unused_rulings}
    unused |= {at for at, ruling in enumerate(made) if ruling.kind != "votes" and ruled_on(ruling) & out}
    competing = tuple(project for project in result.projects if project.standing is Standing.COMPETING)
    if votes_elsewhere(state):
        competing = tuple(
            project
            if rules_of(setup, project.entry_no).popularity is None
            else msgspec.structs.replace(project, flags=(*project.flags, VOTES_OF_ONE_ROOM))
            for project in competing
        )
    return msgspec.structs.replace(result, projects=competing, unused_rulings=tuple(sorted(unused)))


def votes_elsewhere(state: State) -> bool:
    """Whether the votes of other sessions have their place among this one's, so that what votes give here is settled only
    where all sessions are counted together. A room does not know who else is in its tracks or topics."""
    rule, setup = state.session.rules.popularity, state.session
    others = setup.contest.part or any(one.name != setup.session.name for one in setup.contest.sessions)
    return rule is not None and rule.scope != "session" and others


def _beside(state: State, counted: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The session's other projects where their votes matter: ranks by votes are over all of them, whoever is looked at."""
    if state.session.rules.popularity is None or len(counted) == len(state.order):
        return ()
    here = {entry.entry_no for entry in counted}
    return entries(state, [entry_no for entry_no in state.order if entry_no not in here])


def review_step(state: State, entry_no: str) -> ReviewStep:
    """How far the desk's review of a project has come."""
    review = state.reviews.get(entry_no, Review())
    if review.differs:
        return ReviewStep.DIFFERS
    if review.passed:
        return ReviewStep.CHECKED
    return ReviewStep.NONE if review.recomputed is None else ReviewStep.RECOMPUTED


def result_status(state: State, entry_no: str) -> ResultStatus:
    """Where a project's result stands: 未齐 or 可计算 → 待裁定, 待复核 → 已复核 → 已锁定 → 已公布. Where the rules ask for
    no review, a result that can be computed may be locked as it is."""
    held = project_of(state, entry_no)
    if held.stage is ProjectStage.LOCKED:
        return ResultStatus.PUBLISHED if state.published else ResultStatus.LOCKED
    if held.stage is not ProjectStage.CLOSED:
        return ResultStatus.INCOMPLETE
    status = tabulation(state, [entry_no]).projects[0].status
    if not status.finished:
        return ResultStatus.PENDING_RULING if status is Status.PENDING_RULING else ResultStatus.INCOMPLETE
    step = review_step(state, entry_no)
    if step is ReviewStep.CHECKED:
        return ResultStatus.REVIEWED
    return ResultStatus.COMPUTABLE if step is ReviewStep.NONE else ResultStatus.PENDING_REVIEW
