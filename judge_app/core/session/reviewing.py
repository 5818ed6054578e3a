"""The desk's review of a result by two people at two computers."""

from __future__ import annotations

from msgspec.structs import replace

from judge_app.core import commands, events
from judge_app.core.contest import same_person
from judge_app.core.errors import Refused
from judge_app.core.events import Event
from judge_app.core.journal import Body
from judge_app.core.review import Review, Reviewed, Tick, fits, lines
from judge_app.core.seats import Seat
from judge_app.core.session.counting import tabulation
from judge_app.core.session.deciding import at_most, decides, name_of, reason_of
from judge_app.core.session.folding import folds
from judge_app.core.session.people import machines_of
from judge_app.core.session.state import MAX_NAME, State, project_of, rules_of
from judge_app.core.stages import ProjectStage


@decides(commands.RecomputeResult)
def _recompute(command: commands.RecomputeResult, state: State, seat: Seat, at_ns: int) -> list[Event]:
    ticks = _ticks(state, command.entry_no, command.ticks)
    name = name_of(command.name, "请写统分人姓名", "the scorer's name is needed")
    return [events.ResultRecomputed(entry_no=command.entry_no, name=name, ticks=ticks)]


@decides(commands.CheckResult)
def _check(command: commands.CheckResult, state: State, seat: Seat, at_ns: int) -> list[Event]:
    ticks = _ticks(state, command.entry_no, command.ticks)
    name = name_of(command.name, "请写复核人姓名", "the checker's name is needed")
    review = state.reviews.get(command.entry_no, Review())
    recomputed = review.recomputed
    if recomputed is None:
        raise Refused("not_recomputed", "统分人尚未核算这个项目", "the scorer has not recomputed this project yet")
    if same_person(name, recomputed.name):
        raise Refused("same_person", "统分人与复核人不能为同一人", "scorer and checker must be two people")
    if not state.session.rehearsal and machines_of(state, seat.id) & review.machines:
        raise Refused(
            "same_device",
            "统分与复核须在两台电脑上进行",
            "the result was recomputed on this computer: check it on another one",
        )
    return [events.ResultChecked(entry_no=command.entry_no, name=name, ticks=ticks)]


def _ticks(state: State, entry_no: str, ticks: tuple[Tick, ...]) -> tuple[Tick, ...]:
    """The lines of a review, which must be those of the result as it stands, each ticked or with what was found."""
    held = project_of(state, entry_no)
    if held.stage is ProjectStage.LOCKED:
        raise Refused("locked", "成绩已锁定", "its result is locked")
    if held.stage is not ProjectStage.CLOSED:
        raise Refused("wrong_stage", "评分尚未结束，不能核算", "scoring is not closed")
    result = tabulation(state, [entry_no]).projects[0]
    if not result.status.finished:
        raise Refused("not_computable", "成绩未齐或待裁定，不能核算", "incomplete, or a ruling is needed first")
    if not fits(ticks, lines(rules_of(state.session, entry_no), result)):
        raise Refused("result_changed", "成绩已变化，请重新核对", "the result has changed: look at it again")
    return tuple(
        replace(tick, found=at_most(tick.found.strip(), MAX_NAME), reason=reason_of(tick.reason))
        if tick.found.strip() not in ("", tick.shown)
        else replace(tick, found="", reason="")
        for tick in ticks
    )


@folds(events.ResultRecomputed)
def _result_recomputed(event: events.ResultRecomputed, state: State, body: Body) -> State:
    """A new recomputation wants a new check."""
    review = Review(recomputed=_reviewed(event, body), machines=machines_of(state, body.actor))
    return replace(state, reviews={**state.reviews, event.entry_no: review})


@folds(events.ResultChecked)
def _result_checked(event: events.ResultChecked, state: State, body: Body) -> State:
    review = replace(state.reviews.get(event.entry_no, Review()), checked=_reviewed(event, body))
    return replace(state, reviews={**state.reviews, event.entry_no: review})


def _reviewed(event: events.ResultRecomputed | events.ResultChecked, body: Body) -> Reviewed:
    return Reviewed(seat=body.actor, name=event.name, at=body.at.wall, seq=body.seq, ticks=event.ticks)
