"""A sitting for the tests of windows: the sample contest under its preset, clocks and views by hand, a clock by hand."""

from __future__ import annotations

from typing import Any

from judge_app.core.clock import SECOND, EndedBy
from judge_app.core.contest import Contest, Judge, PanelRole, PlannedSession, Project
from judge_app.core.rules import RuleSet
from judge_app.core.seats import Role, Seat
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ClockView, JudgeCard, StageView
from judge_app.store import presets

RULES: RuleSet = presets.read_rules(presets.shipped() / "shanxi-2019.toml")
PROJECTS = (
    Project(entry_no="1", name="一站式多学科会诊平台", lead_unit="栖云市第一人民医院", captain="芮书棠"),
    Project(entry_no="2", name="区域影像共享云", lead_unit="星澜省影像质控中心", captain="郦承泽"),
    Project(entry_no="5", name="全流程输血安全管理", lead_unit="松涧市中心血站", captain="郦清和"),
    Project(entry_no="6", name="远程超声带教系统", lead_unit="鹿鸣县医共体总院", captain="邬沐辰"),
)
JUDGES = (
    Judge(no="E1", name="沈知衡", judge_class="专家评委", unit="青屿医科大学", role=PanelRole.CHAIR),
    Judge(no="E6", name="温以宁", judge_class="专家评委", unit="鹿鸣信息职业学院"),
    Judge(no="P1", name="叶疏桐", judge_class="专业评委", unit="栖云研究院"),
)
CONTEST = Contest(name="星澜赛区决赛（样例）", round="分赛区决赛", projects=PROJECTS, judges=JUDGES)
SESSION = PlannedSession(name="第一场", hall="多功能厅", date="2026-12-05", start="08:30")


def briefing(role: Role = Role.STAGE, judge: str | None = None, **changes: Any) -> Briefing:
    """What a seat is told once."""
    values: dict[str, Any] = {
        "seat": Seat(id=role.value if judge is None else f"judge:{judge}", role=role, judge=judge),
        "session_id": "0" * 32,
        "contest_name": CONTEST.name,
        "edition": "第四届",
        "region": "星澜省",
        "round": CONTEST.round,
        "session": SESSION,
        "rehearsal": False,
        "rules": RULES,
        "projects": PROJECTS,
        "judges": tuple(
            JudgeCard(no=one.no, name=one.name, judge_class=one.judge_class, unit=one.unit)
            for one in JUDGES
            if one.no == judge
        ),
    }
    return Briefing(**{**values, **changes})


def running(until_ns: int, phase: str = "presentation", **changes: Any) -> ClockView:
    """A phase of project 5 that runs to a deadline; presentation is run 9, questions run 10."""
    talk = phase == "presentation"
    seconds = 480 if talk else 240
    values: dict[str, Any] = {
        "run": 9 if talk else 10,
        "entry_no": "5",
        "phase": phase,
        "slides_end": talk,
        "planned_ns": seconds * SECOND,
        "added_ns": 0,
        "started_ns": until_ns - seconds * SECOND,
        "deadline_ns": until_ns,
    }
    return ClockView(**{**values, **changes})


def ended(at_ns: int, by: EndedBy, left_ns: int = 0, phase: str = "presentation", **changes: Any) -> ClockView:
    """A phase of project 5 that is over."""
    return running(
        at_ns + left_ns, phase, deadline_ns=None, remaining_ns=left_ns, ended_ns=at_ns, ended_by=by, **changes
    )


def stage_view(clock: ClockView | None = None, **changes: Any) -> StageView:
    """Project 5 on stage."""
    stage = ProjectStage.RUNNING if clock is not None and clock.ended_ns is None else ProjectStage.BETWEEN
    values: dict[str, Any] = {
        "current": "5",
        "stage": ProjectStage.CALLED if clock is None else stage,
        "clock": clock,
        "following": "6",
    }
    return StageView(**{**values, **changes})


class HandClock:
    """The room's clock, moved by hand."""

    def __init__(self, ns: int = 0) -> None:
        self.ns: int | None = ns

    def __call__(self) -> int | None:
        return self.ns
