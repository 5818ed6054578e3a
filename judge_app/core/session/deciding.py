"""What a command makes: the gate before every command, and the table of who decides which (filled by the modules beside)."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from judge_app.core import commands
from judge_app.core.errors import Refused
from judge_app.core.events import Event
from judge_app.core.seats import Seat, may
from judge_app.core.session.state import MAX_NAME, MAX_TEXT, State


def decide(state: State, command: commands.Command, seat: Seat, at_ns: int) -> list[Event]:
    """The events that a seat's command makes at an instant of the room's clock, at least one; raises Refused with the
    reason. What time alone has made by then (``due``) is expected to have been taken first."""
    if not may(seat.role, command):
        raise Refused("not_allowed", "这个席位不能执行此操作", "this seat may not do that")
    if state.locked and not isinstance(command, _AFTER_LOCK):
        raise Refused("session_locked", "本场成绩已锁定", "the session's results are locked")
    if state.paused is not None and not isinstance(command, _WHILE_PAUSED):
        raise Refused("paused", "主机正在恢复，等主持人点“继续”", "the host has still to go on after a restart")
    return _decide(command, state, seat, at_ns)


_AFTER_LOCK = (
    commands.PublishResults,
    commands.ShowResults,
    commands.ConfirmAssumed,
    commands.SignOff,
    commands.ReopenProject,
    commands.SubmitSheet,  # kept as evidence
    commands.ReportCutOff,
    commands.AdmitDevice,
    commands.RevokeDevice,
    commands.GoOn,
    commands.ChooseChain,
)
"""What is still heard once the session's results are locked; ReopenProject is the correction that opens it again."""


_WHILE_PAUSED = (commands.GoOn, commands.AdmitDevice, commands.RevokeDevice, commands.ReportCutOff)


@singledispatch
def _decide(command: commands.Command, state: State, seat: Seat, at_ns: int) -> list[Event]:
    raise Refused("unknown_command", "不认识的操作", "this command is not known")


def decides(command: type[Any]) -> Callable[[Callable[..., list[Event]]], Callable[..., list[Event]]]:
    """The function that decides this kind of command."""

    def register(function: Callable[..., list[Event]]) -> Callable[..., list[Event]]:
        _decide.register(command, function)
        return function

    return register


def reason_of(text: str) -> str:
    """A reason as it is recorded; raises Refused where there is none, or one that is too long."""
    given = text.strip()
    if not given:
        raise Refused("reason_needed", "请写明理由", "a reason is needed")
    if len(given) > MAX_TEXT:
        raise Refused("too_long", f"理由最多 {MAX_TEXT} 字", f"a reason has at most {MAX_TEXT} characters")
    return given


def name_of(text: str, zh: str, en: str) -> str:
    """A person's name as it is recorded; raises Refused with these words where there is none, or one too long."""
    given = text.strip()
    if not given or len(given) > MAX_NAME:
        raise Refused("name_needed", zh, en)
    return given


def at_most(text: str, most: int) -> str:
    """The text, if it has no more characters; else Refused."""
    if len(text) > most:
        raise Refused("too_long", f"最多 {most} 字", f"at most {most} characters")
    return text
