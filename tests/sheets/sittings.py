"""Sessions to print: the bundled regional final as it ended, and others made up to be hard on a form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec

from judge_app.core import clock, session, views
from judge_app.core.clock import SECOND, EndedBy, HoldKind, Outcome, PhaseRun
from judge_app.core.contest import Contest, Judge, PlannedSession, Presence, Project
from judge_app.core.events import CutOffReported, SessionSetup
from judge_app.core.rules import RuleSet, decode_rules
from judge_app.core.seats import Role, Seat
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import Briefing, ChairView, Live
from judge_app.exchange.scores import read_scores
from judge_app.exchange.workbook import read_contest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "resources" / "samples"
AT = datetime(2026, 12, 5, 17, 20, 31, tzinfo=timezone(timedelta(hours=8)))
CHAIR = Seat(id="chair", role=Role.CHAIR)
HEAD = "9f2c41d03b7e55aa" * 4

_STATUS = {
    Presence.PRESENT: SheetStatus.SUBMITTED,
    Presence.ABSENT: SheetStatus.ABSENT,
    Presence.LEFT: SheetStatus.LEFT,
    Presence.RECUSED: SheetStatus.RECUSED,
}


def preset(key: str) -> dict[str, Any]:
    """A contest's rule set as data, to be changed at will."""
    presets: dict[str, Any] = json.loads((ROOT / "tests" / "acceptance" / "presets-reference.json").read_text("utf-8"))
    chosen: dict[str, Any] = presets[key]
    return chosen


def shown(state: session.State) -> tuple[Briefing, ChairView]:
    """What the chair's window gets of a session."""
    view = views.view(state, CHAIR, Live(head_seq=913, head_hash=HEAD))
    assert isinstance(view, ChairView)
    return views.briefing(state, CHAIR), view


def opened(contest: Contest, rules: RuleSet, *, rehearsal: bool = False) -> session.State:
    """A session of all the contest's projects and judges, every sheet still empty."""
    setup = SessionSetup(
        session_id="8f3a21c0" + "0" * 24,
        contest=contest,
        session=contest.sessions[0],
        rules=rules,
        rehearsal=rehearsal,
    )
    order = tuple(project.entry_no for project in contest.projects)
    sheets = {judge.no: session.SheetState() for judge in contest.judges}
    return session.State(
        setup=setup, order=order, projects={no: session.ProjectState(sheets=dict(sheets)) for no in order}
    )


def with_sheet(state: session.State, entry_no: str, judge: str, **changes: Any) -> session.State:
    """The session with one sheet changed."""
    held = state.projects[entry_no]
    sheet = msgspec.structs.replace(held.sheets.get(judge, session.SheetState()), **changes)
    project = msgspec.structs.replace(held, sheets={**held.sheets, judge: sheet})
    return msgspec.structs.replace(state, projects={**state.projects, entry_no: project})


def at_stage(state: session.State, stage: ProjectStage, *entry_nos: str) -> session.State:
    """The session with projects at a stage; all of them where none is named."""
    chosen = entry_nos or state.order
    changed = {no: msgspec.structs.replace(state.projects[no], stage=stage) for no in chosen}
    return msgspec.structs.replace(state, projects={**state.projects, **changed})


def judged(state: session.State, mark: Callable[[str, str, str, int, int], int] = lambda *place: 0) -> session.State:
    """The session with every sheet submitted; ``mark(entry_no, judge, criterion, max, step)`` in hundredths."""
    rules = state.session.rules
    seq = 20
    for no in state.order:
        for judge in state.session.contest.judges:
            seq += 1
            points = {
                component.key: {
                    one.name: mark(no, judge.no, one.name, int(one.max * 100), int(component.step_of(one) * 100))
                    for one in component.criteria
                }
                for component in rules.components_of(judge.judge_class)
            }
            state = with_sheet(state, no, judge.no, status=SheetStatus.SUBMITTED, points=points, revision=1, seq=seq)
    return at_stage(state, ProjectStage.CLOSED)


def contest_of(projects: int, judges: Mapping[str, int], **text: str) -> Contest:
    """A contest of so many projects, with so many judges of each class; ``text`` replaces names (``project=…``)."""
    planned = PlannedSession(name="第一场", hall="多功能厅", date="2026-12-05", start="08:30")
    return Contest(
        name=text.get("contest", "样例大赛"),
        edition="第四届",
        region="星澜省",
        round="分赛区决赛",
        sessions=(planned,),
        projects=tuple(
            Project(
                entry_no=f"{number:02d}",
                name=text.get("project", f"项目{number}"),
                lead_unit=text.get("unit", f"单位{number}"),
                track=f"{'甲乙'[number % 2]}赛道",
                topic="远程医疗",
                session=planned.name,
            )
            for number in range(1, projects + 1)
        ),
        judges=tuple(
            Judge(
                no=f"{letter}{number}",
                name=text.get("judge", f"评委{letter}{number}"),
                judge_class=judge_class,
                sessions=(planned.name,),
            )
            for letter, (judge_class, count) in zip("EPQR", judges.items(), strict=False)
            for number in range(1, count + 1)
        ),
    )


def _timed(state: session.State) -> session.State:
    """The session with its clock's runs: the second project has a technical stop, a pause, time given, and overtime."""
    timing = state.session.rules.timing
    assert timing is not None
    runs: list[PhaseRun] = []
    cuts: list[CutOffReported] = []
    now = 1_000 * SECOND
    for no in state.order:
        for phase in timing.phases:
            number = len(runs) + 1
            run = PhaseRun(
                run=number,
                entry_no=no,
                phase=phase.key,
                planned_ns=phase.seconds * SECOND,
                slides_end=phase.slides_end,
                started_ns=now,
            )
            if number == 3:
                run = clock.hold(run, now + 100 * SECOND, HoldKind.TECHNICAL, "投影无信号", "host")
                run = clock.release(run, now + 152 * SECOND, Outcome.EXTRA_TIME)
                run = clock.add(run, now + 152 * SECOND, 30 * SECOND, "补足试播时间", "host")
                run = clock.hold(run, now + 300 * SECOND, HoldKind.PAUSE, "更换话筒电池", "timekeeper")
                run = clock.release(run, now + 320 * SECOND, None)
            if phase.slides_end:
                deadline = clock.deadline_ns(run)
                assert deadline is not None
                run = clock.end(run, deadline, EndedBy.DEADLINE)
                cuts.append(
                    CutOffReported(
                        run=number, driver="pdf", method="end", curtain_us=12_345, gone_us=18_400, confirmed=True
                    )
                )
                now = deadline + 5 * SECOND
            else:
                ended = now + (phase.seconds + (35 if number == 4 else -10)) * SECOND
                run = clock.end(run, ended, EndedBy.HOST)
                now = ended + 90 * SECOND
            runs.append(run)
    return msgspec.structs.replace(state, runs=tuple(runs), last_run=len(runs), cut_offs=tuple(cuts))


def regional_final() -> session.State:
    """The bundled regional final, judged, timed, locked, and confirmed by the scorer."""
    rules = decode_rules(preset("shanxi-2019"))
    folder = SAMPLES / "regional-final"
    contest = read_contest(folder / "contest.xlsx", known_presets=["shanxi-2019"])
    given = read_scores(folder / "scores.csv", contest, rules)
    state = opened(contest, rules)
    for seq, sheet in enumerate(given.sheets, start=21):
        points = {key: {name: int(value * 100) for name, value in lines.items()} for key, lines in sheet.points.items()}
        state = with_sheet(
            state,
            sheet.entry_no,
            sheet.judge,
            status=_STATUS[sheet.presence],
            points=points or None,
            revision=1 if points else 0,
            seq=seq if points else None,
            reason=sheet.note,
        )
    signed = session.SignatureState(role="scorer", name="钱一", at="2026-12-05T09:20:00.000Z", head=HEAD, seq=900)
    return msgspec.structs.replace(
        _timed(at_stage(state, ProjectStage.LOCKED)), signatures=(signed,), results_seq=800, locked=True
    )
