"""The state after an event: the fold itself, and the table of what each event changes (filled by the modules beside)."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import msgspec
from msgspec.structs import replace

from judge_app.core import acts, events
from judge_app.core.events import Event
from judge_app.core.journal import Body
from judge_app.core.review import Review
from judge_app.core.scoring import Ruling
from judge_app.core.session.counting import ruled_on
from judge_app.core.session.state import State
from judge_app.core.stages import ProjectStage


def evolve(state: State, body: Body) -> State:
    """The state after an event; a fold of this over the journal is the session."""
    after = _evolve(body.event, state, body)
    changes = isinstance(body.event, _CHANGES_RESULTS)
    return msgspec.structs.replace(
        after,
        seq=body.seq,
        results_seq=body.seq if changes else after.results_seq,
        acts=after.acts if (act := acts.act_of(body)) is None else (*after.acts, act),
        reviews=_still_reviewed(after, body.event) if changes and after.reviews else after.reviews,
    )


def _still_reviewed(state: State, event: Event) -> dict[str, Review]:
    """The reviews that an event leaves standing."""
    reviews = state.reviews
    if isinstance(event, events.ProjectLocked):
        return reviews
    if isinstance(event, events.RulingMade):
        ruling = msgspec.json.decode(event.ruling, type=Ruling)
        gone = ruled_on(ruling)
        if ruling.kind == "votes":  # others' points may move with them
            gone = frozenset(no for no in reviews if state.projects[no].stage is not ProjectStage.LOCKED)
    else:
        gone = frozenset({getattr(event, "entry_no", "")})
    return {entry_no: review for entry_no, review in reviews.items() if entry_no not in gone}


_CHANGES_RESULTS = (
    events.SheetSubmitted,
    events.SheetReturned,
    events.PresenceSet,
    events.RulingMade,
    events.ProjectReopened,
    events.ProjectRemoved,
    events.ProjectLocked,
    events.NoShowMarked,
)


@singledispatch
def _evolve(event: Event, state: State, body: Body) -> State:
    return state


def folds(event: type[Any]) -> Callable[[Callable[..., State]], Callable[..., State]]:
    """The function that changes the state by this kind of event."""

    def register(function: Callable[..., State]) -> Callable[..., State]:
        _evolve.register(event, function)
        return function

    return register


def with_project(state: State, entry_no: str, **changes: Any) -> State:
    """The state with one project changed."""
    held = replace(state.projects[entry_no], **changes)
    return replace(state, projects={**state.projects, entry_no: held})


def with_sheet(state: State, entry_no: str, judge: str, **changes: Any) -> State:
    """The state with one sheet changed."""
    sheets = state.projects[entry_no].sheets
    return with_project(state, entry_no, sheets={**sheets, judge: replace(sheets[judge], **changes)})
