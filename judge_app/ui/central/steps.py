"""The one next step of the All rooms window in words, and how near the contest is to its publication."""

from __future__ import annotations

import msgspec

from judge_app.core import overall
from judge_app.store.rooms import Room
from judge_app.ui.central.board import Board, Counted, gathered, trusted
from judge_app.ui.language import tr, tr_count
from judge_app.ui.theme import Tone


class RoomsStep(msgspec.Struct, frozen=True):
    """What is next, a line below it, and what it does; no ``act``: nothing to press."""

    text: str
    note: str = ""
    act: str = ""


def next_step(board: Board | None) -> RoomsStep:
    counted = None if board is None else board.counted
    if board is None or counted is None:
        return RoomsStep(tr("Nothing can be published yet"))
    first = counted.before_list[0] if counted.before_list else None
    doubtful = doubted(board)
    if doubtful is not None:
        note = _things(len(gathered(board, counted.before_list)))
        return RoomsStep(tr("See to {session}", session=doubtful.state.session.session.name), note, "room")
    if first is not None:
        words = {
            "session": tr("Wait for {session}", session=first.place),
            "project": tr("Wait for the sessions"),
            "cut": tr("Rule on the tie"),
            "award": tr("Rule on the tie"),
            "alternate": tr("Rule on the alternate"),
            "basis": tr("Give the numbers"),
            "value": tr("Confirm the values"),
        }
        note = _things(len(gathered(board, counted.before_list)))
        act = "" if first.kind in ("session", "project") else first.kind
        return RoomsStep(words[first.kind], note, act)
    if board.log.final is not None and not changed(counted, board):
        return RoomsStep(tr("The results are published"))
    if not counted.before_final:
        return RoomsStep(tr("Publish the results"), tr("workbook, ranking (F3) and the record"), "final")
    kinds = {one.kind for one in counted.before_final}
    if kinds & {"list", "changed"}:
        again = "changed" in kinds
        note = tr("workbook, ranking (F3), public list (F4)")
        return RoomsStep(tr("Publish the list again") if again else tr("Make the list public"), note, "publicity")
    if "objection" in kinds:
        return RoomsStep(tr("Decide the objection"), "", "objection")
    end = next((one.place for one in counted.before_final if one.kind == "period"), "")
    return RoomsStep(tr("Open to objections until {day}", day=end))


def doubted(board: Board) -> Room | None:
    """The first room whose records cannot be relied on before somebody has looked at it."""
    return next((room for room in board.rooms if not trusted(room)), None)


def changed(counted: Counted, board: Board) -> bool:
    """Whether the results are others than those that were published."""
    final = board.log.final
    assert final is not None
    now = overall.fingerprint(counted.held.tabulation), counted.held.advance
    return (final.published.results_sha256, final.published.advance) != now


def standing(board: Board) -> tuple[str, Tone]:
    """How near the contest is to its publication, in a word."""
    counted = board.counted
    if counted is None:
        return tr("Cannot be counted"), "stop"
    if board.log.final is not None and not changed(counted, board):
        return tr("Published"), "ok"
    left = [one for one in counted.before_final if one.kind not in ("list", "period")]
    if left:
        return _things(len(gathered(board, left))), "warn"
    kinds = {one.kind for one in counted.before_final}
    if "list" in kinds:
        return tr("The list can be made public"), "ok"
    if "period" in kinds:
        return tr("Open to objections"), "info"
    return tr("Nothing keeps it back"), "ok"


def _things(n: int) -> str:
    return tr_count(n, "{n} thing keeps it from being published", "{n} things keep it from being published")
