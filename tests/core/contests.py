"""A small contest of several sessions, played: what spans rooms is counted from these."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from judge_app.core import commands
from judge_app.core.contest import PlannedSession
from judge_app.core.rules import Advance, Award, RuleSet
from tests.core.sessions import RULES, setup
from tests.core.simulation import Sitting

TOP_TWO = Advance(type="top_n", n=2, per="all")
CONTEST_RULES: RuleSet = msgspec.structs.replace(
    RULES,
    popularity=None,
    advance=TOP_TWO,
    awards=(Award(name="一等奖", count=1), Award(name="二等奖", count=1)),
    assumed=("tie_keys",),
)
PLANNED = (
    PlannedSession(name="第一场", hall="一号厅", date="2026-12-05", start="09:00"),
    PlannedSession(name="第二场", hall="二号厅", date="2026-12-05", start="14:00"),
)


def sitting(at: int, rules: RuleSet = CONTEST_RULES, *, projects: int = 2) -> Sitting:
    """The session at a place (0, 1) with its own projects, numbered on: 1, 2, then 3, 4."""
    base = setup(rules, projects=projects)
    named = tuple(
        msgspec.structs.replace(
            project,
            entry_no=str(at * projects + number),
            session=PLANNED[at].name,
            name=f"项目{at * projects + number}",
        )
        for number, project in enumerate(base.contest.projects, 1)
    )
    contest = msgspec.structs.replace(base.contest, sessions=PLANNED, projects=named)
    return Sitting(msgspec.structs.replace(base, session_id=f"{at + 1:x}" * 32, contest=contest, session=PLANNED[at]))


def heard(at: int, shares: Sequence[float], rules: RuleSet = CONTEST_RULES, *, lock: bool = True) -> Sitting:
    """A session with every sheet of its projects giving a share of full marks, signed and locked."""
    made = sitting(at, rules, projects=len(shares))
    for project, share in zip(made.setup.contest.projects, shares, strict=True):
        made.hear(project.entry_no)
        for judge in made.state.projects[project.entry_no].missing:
            made.submit(judge, project.entry_no, share)
        made.lock(project.entry_no)
    if lock:
        made.sign()
        made.do("chair", commands.LockSession())
    return made
