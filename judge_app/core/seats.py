"""Who sits where: roles, seats, and which role may give which command (default deny)."""

from __future__ import annotations

import enum

from judge_app.core import commands
from judge_app.core.contest import Struct


class Role(enum.StrEnum):
    """What a seat is for (domain.md 2.1)."""

    HOST = "host"
    JUDGE = "judge"
    CHAIR = "chair"
    SCORER = "scorer"
    CHECKER = "checker"
    SUPERVISOR = "supervisor"
    TIMEKEEPER = "timekeeper"
    STAGE = "stage"
    VIEWER = "viewer"
    SPARE = "spare"
    """A second computer that follows the journal, shows nothing, and can take the room over."""


class Seat(Struct, frozen=True):
    """A named place in the room. ``id`` is ``host``, ``stage``, ``judge:E1``, …; ``judge`` is the judge's number
    for a judge's seat, and for the chair's seat where the chair judges too."""

    id: str
    role: Role
    name: str = ""
    judge: str | None = None


_CLOCK = frozenset({Role.HOST, Role.TIMEKEEPER})
_HOST = frozenset({Role.HOST})
_JUDGE = frozenset({Role.JUDGE})
_CHAIR = frozenset({Role.CHAIR})
_HOST_CHAIR = frozenset({Role.HOST, Role.CHAIR})
_PAPER = frozenset({Role.CHAIR, Role.SCORER, Role.CHECKER})
_SIGNERS = frozenset({Role.CHAIR, Role.SCORER, Role.CHECKER, Role.SUPERVISOR})

MAY: dict[type[commands.Command], frozenset[Role]] = {
    commands.CallProject: _HOST,
    commands.StartPhase: _CLOCK,
    commands.HoldClock: _CLOCK,
    commands.ReleaseClock: _CLOCK,
    commands.AddTime: _CLOCK,
    commands.EndPhase: _CLOCK,
    commands.RestartPhase: _CLOCK,
    commands.UndoStep: _CLOCK,
    commands.OpenScoring: _HOST,
    commands.MarkNoShow: _HOST,
    commands.RemoveProject: _HOST_CHAIR,
    commands.ReorderProjects: _HOST,
    commands.SetPresence: _HOST_CHAIR,
    commands.ReplaceJudge: _HOST_CHAIR,
    commands.ProposeJudge: _HOST,
    commands.AgreeJudge: _CHAIR,
    commands.DeclineJudge: _HOST_CHAIR,
    commands.ShowMessage: _CLOCK,
    commands.ShowSlide: _CLOCK,
    commands.AdmitDevice: _HOST,
    commands.RevokeDevice: _HOST,
    commands.SubmitSheet: _JUDGE,
    commands.Recuse: _JUDGE,
    commands.AskReturn: _JUDGE,
    commands.EnterPaper: _PAPER,
    commands.DropPaper: _PAPER,
    commands.CloseScoring: _HOST_CHAIR,
    commands.RecomputeResult: frozenset({Role.SCORER}),
    commands.CheckResult: frozenset({Role.CHECKER}),
    commands.ReturnSheet: _CHAIR,
    commands.MakeRuling: _CHAIR,
    commands.LockProject: _CHAIR,
    commands.ReopenProject: _CHAIR,
    commands.SignOff: _SIGNERS,
    commands.LockSession: _CHAIR,
    commands.ConfirmAssumed: _CHAIR,
    commands.PublishResults: _CHAIR,
    commands.ShowResults: _HOST,
    commands.ReportCutOff: frozenset({Role.STAGE}),
    commands.GoOn: _HOST,
    commands.ChooseChain: _CHAIR,
}
"""Which roles may give a command; a command that is not here may be given by nobody."""


def may(role: Role, command: commands.Command) -> bool:
    """Whether a seat of this role may give this kind of command at all (the state may still refuse it)."""
    return role in MAY.get(type(command), frozenset())
