"""Who may give which command: the whole table, default deny."""

from __future__ import annotations

import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core import commands
from judge_app.core.seats import MAY, Role, may
from tests.core.sessions import every_command, setup

KINDS: tuple[type[commands.Command], ...] = typing.get_args(commands.AnyCommand)

# h host, t timekeeper, j judge, c chair, s scorer, k checker, v supervisor, g stage; a viewer may nothing
TABLE = """
CallProject      h
StartPhase       h t
HoldClock        h t
ReleaseClock     h t
AddTime          h t
EndPhase         h t
RestartPhase     h t
UndoStep         h t
OpenScoring      h
MarkNoShow       h
RemoveProject    h c
ReorderProjects  h
SetPresence      h c
ReplaceJudge     h c
ProposeJudge     h
AgreeJudge       c
DeclineJudge     h c
ShowMessage      h t
ShowSlide        h t
AdmitDevice      h
RevokeDevice     h
SubmitSheet      j
Recuse           j
AskReturn        j
EnterPaper       c s k
DropPaper        c s k
CloseScoring     h c
RecomputeResult  s
CheckResult      k
ReturnSheet      c
MakeRuling       c
LockProject      c
ReopenProject    c
SignOff          c s k v
LockSession      c
ConfirmAssumed   c
PublishResults   c
ShowResults      h
ReportCutOff     g
GoOn             h
ChooseChain      c
"""
LETTERS = {
    "h": Role.HOST,
    "t": Role.TIMEKEEPER,
    "j": Role.JUDGE,
    "c": Role.CHAIR,
    "s": Role.SCORER,
    "k": Role.CHECKER,
    "v": Role.SUPERVISOR,
    "g": Role.STAGE,
}
ALLOWED = {
    name: {LETTERS[letter] for letter in letters}
    for name, *letters in (line.split() for line in TABLE.strip().splitlines())
}


def bare(kind: type[commands.Command]) -> commands.Command:
    """A command of a kind, whatever it says: what may be given at all does not look inside."""
    return kind(**dict.fromkeys(kind.__struct_fields__, ""))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_give_exactly_the_commands_of_the_table(role: Role, kind: type[commands.Command]) -> None:
    assert may(role, bare(kind)) is (role in ALLOWED[kind.__name__])


def test_the_tables_hold_every_command_and_nothing_else() -> None:
    assert set(MAY) == set(KINDS)
    assert set(ALLOWED) == {kind.__name__ for kind in KINDS}


def test_every_command_there_is_can_come_over_the_wire() -> None:
    """A command class that was forgotten in the union could be decided but never sent."""
    defined = {
        kind
        for kind in vars(commands).values()
        if isinstance(kind, type) and issubclass(kind, commands.Command) and kind is not commands.Command
    }
    assert defined == set(KINDS)


def test_what_is_not_in_the_table_nobody_may() -> None:
    class Wish(commands.Command, frozen=True):
        pass

    assert not any(may(role, Wish()) for role in Role)


def test_nobody_may_both_score_and_check_and_a_viewer_may_nothing() -> None:
    assert not [kind for kind, roles in MAY.items() if Role.VIEWER in roles]
    for kind, roles in MAY.items():
        if kind not in (commands.SignOff, commands.EnterPaper, commands.DropPaper):
            assert len(roles & {Role.SCORER, Role.CHECKER}) < 2
        assert Role.SUPERVISOR not in roles or kind is commands.SignOff


@given(st.data())
@settings(max_examples=1)
def test_the_drawn_commands_are_of_every_kind(data: st.DataObject) -> None:
    """The stateful tests draw from all commands: one that was added is to be tried there, too."""
    assert [type(data.draw(one)) for one in every_command(setup())] == list(KINDS)
