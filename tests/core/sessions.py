"""Set-ups of small sessions and of a bundled sample, whole sheets, and strategies that draw points and commands."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec
from hypothesis import strategies as st

from judge_app.core import commands, session
from judge_app.core.clock import Outcome
from judge_app.core.commands import Points
from judge_app.core.contest import (
    Contest,
    ExternalScore,
    Judge,
    PanelRole,
    PlannedSession,
    Presence,
    Project,
    StaffMember,
)
from judge_app.core.events import SessionSetup
from judge_app.core.review import Tick
from judge_app.core.rules import (
    Component,
    Criterion,
    OwnEvent,
    Phase,
    Popularity,
    RuleSet,
    Text,
    Timing,
    Trim,
)
from judge_app.core.seats import Seat
from judge_app.core.stages import Showing
from judge_app.exchange.scores import GivenScores, read_scores
from judge_app.exchange.workbook import read_contest
from judge_app.store.presets import Presets

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"

EXPERT, PROFESSIONAL = "专家评委", "专业评委"

CONTENT = Component(
    key="expert100",
    name="专家评委评分",
    max=Decimal(100),
    judge_class=EXPERT,
    criteria=(Criterion(name="表现", max=Decimal(40)), Criterion(name="技术", max=Decimal(60))),
    trim=Trim(),
)
CREATIVE = Component(
    key="creative10",
    name="创新创意分",
    max=Decimal(10),
    judge_class=EXPERT,
    step=Decimal("0.5"),
    criteria=(Criterion(name="创意", max=Decimal(10)),),
    trim=Trim(),
)
TRADE = Component(
    key="professional30",
    name="专业评委评分",
    max=Decimal(30),
    judge_class=PROFESSIONAL,
    criteria=(Criterion(name="专业", max=Decimal(30)),),
)
TIMING = Timing(
    phases=(
        Phase(key="presentation", name="演示", seconds=480, slides_end=True),
        Phase(key="qa", name="问答", seconds=240),
    )
)
RULES = RuleSet(
    key="small",
    name=Text(zh="小赛", en="Small"),
    components=(CONTENT, CREATIVE, TRADE),
    popularity=Popularity(table=(Decimal(3), Decimal(2), Decimal(1))),
    timing=TIMING,
    assumed=("tie_keys",),
)
FLOWING = msgspec.structs.replace(
    RULES,
    timing=Timing(
        phases=(
            Phase(key="presentation", name="演示", seconds=480, slides_end=True, auto_advance=True),
            Phase(key="qa", name="问答", seconds=240, auto_advance=True),
            Phase(key="comment", name="点评", seconds=60),
        )
    ),
)
"""The same with phases that go over into each other."""

TALK = OwnEvent(
    name="星锐TALK秀",
    components=(
        Component(
            key="talk50",
            name="现场表现",
            max=Decimal(50),
            judge_class=EXPERT,
            criteria=(Criterion(name="台风", max=Decimal(50)),),
        ),
    ),
    timing=Timing(phases=(Phase(key="talk", name="演讲", seconds=300, slides_end=True),)),
)
WITH_TALK = msgspec.structs.replace(RULES, own_events=(TALK,))
REVIEWED = msgspec.structs.replace(RULES, review="two_people", popularity=None)
"""The same where the desk reviews every result before its lock."""
PAPER = msgspec.structs.replace(RULES, kind="paper_review", timing=None, popularity=None)

JUDGES = (
    Judge(no="E1", name="王一", judge_class=EXPERT, unit="甲院", role=PanelRole.CHAIR),
    Judge(no="E2", name="李二", judge_class=EXPERT, unit="乙院"),
    Judge(no="E3", name="张三", judge_class=EXPERT, unit="丙院"),
    Judge(no="P1", name="赵一", judge_class=PROFESSIONAL, unit="丁院"),
    Judge(no="E8", name="候一", judge_class=EXPERT, role=PanelRole.RESERVE),
    Judge(no="E9", name="候二", judge_class=EXPERT, role=PanelRole.RESERVE),
    Judge(no="P9", name="候三", judge_class=PROFESSIONAL, role=PanelRole.RESERVE),
)
PRESIDING = (Judge(no="C1", name="钱主", judge_class="主席", role=PanelRole.CHAIR), *JUDGES[1:])
"""The same panel under a chair who presides and gives no sheet."""

STAFF = (
    StaffMember(name="周持", role="主持人"),
    StaffMember(name="吴计", role="计分员"),
    StaffMember(name="郑核", role="复核人"),
)


def setup(
    rules: RuleSet = RULES,
    *,
    projects: int = 3,
    judges: tuple[Judge, ...] = JUDGES,
    votes: tuple[int, ...] = (),
    external: tuple[ExternalScore, ...] = (),
    tracks: dict[str, str] | None = None,
) -> SessionSetup:
    """A session of a few projects, numbered from 1."""
    names = [str(number) for number in range(1, projects + 1)]
    return SessionSetup(
        session_id="5e" * 16,
        contest=Contest(
            name="小赛",
            preset=rules.key,
            judges=judges,
            staff=STAFF,
            external=external,
            projects=tuple(
                Project(
                    entry_no=no,
                    name=f"项目{no}",
                    lead_unit=f"单位{no}",
                    session="第一场",
                    track=(tracks or {}).get(no, ""),
                    captain=f"队长{no}",
                    members=(f"队员{no}",),
                    deck=f"{no}.pdf",
                    votes=votes[index] if index < len(votes) else None,
                )
                for index, no in enumerate(names)
            ),
        ),
        session=PlannedSession(name="第一场", hall="一号厅"),
        rules=rules,
    )


@cache
def regional_final() -> tuple[SessionSetup, GivenScores]:
    """The bundled regional final: its set-up and what its judges give."""
    presets = Presets()
    contest = read_contest(SAMPLES / "regional-final" / "contest.xlsx", known_presets=presets.keys())
    rules = presets.load(contest.preset)
    planned = contest.sessions[0]
    scores = read_scores(SAMPLES / "regional-final" / "scores.csv", contest, rules)
    here = msgspec.structs.replace(contest, projects=contest.heard_in(planned.name), judges=contest.panel(planned.name))
    return SessionSetup(session_id="5e" * 16, contest=here, session=planned, rules=rules), scores


def seat(setup: SessionSetup, id: str) -> Seat:
    """A seat of the room by its id."""
    return next(one for one in session.seats(setup) if one.id == id)


def sheet(setup: SessionSetup, judge: str, share: float = 1, entry_no: str = "") -> Points:
    """A whole sheet of a judge: ``share`` of every line's full marks, on its step."""
    components = session.components_of(setup, session.panel_judge(setup, judge), entry_no)
    return {
        component.key: {
            line.name: int(Decimal(str(share)) * line.max / component.step_of(line))
            * int(component.step_of(line) * 100)
            for line in component.criteria
        }
        for component in components
    }


def lines(component: Component) -> st.SearchStrategy[dict[str, int]]:
    """Every line of a component, in range and on its step."""

    def line(criterion: Criterion) -> st.SearchStrategy[int]:
        step = int(component.step_of(criterion) * 100)
        return st.integers(0, int(criterion.max * 100) // step).map(lambda steps: steps * step)

    return st.fixed_dictionaries({criterion.name: line(criterion) for criterion in component.criteria})


def sheets(components: tuple[Component, ...]) -> st.SearchStrategy[Points]:
    """Sheets that the rules take."""
    return st.fixed_dictionaries({component.key: lines(component) for component in components})


TEXTS = st.sampled_from(["", " ", "理由", "设备故障", "<b>x</b>", "a" * 2_001, "\u202e反", "😀"])
NAMES = st.sampled_from(["", "王一", " 王 一 ", "吴计", "吴 计", "郑核", "x" * 51])


def any_command(setup: SessionSetup) -> st.SearchStrategy[commands.Command]:
    """Any command with values from both sides of every edge, whoever may give it."""
    return st.one_of(every_command(setup))


def every_command(setup: SessionSetup) -> list[st.SearchStrategy[commands.Command]]:
    """One strategy for each kind of command."""
    entries = st.sampled_from([*(one.entry_no for one in setup.contest.projects), "0", ""])
    judges = st.sampled_from([*(one.no for one in setup.contest.judges), "X", ""])
    every = tuple(one.entry_no for one in setup.contest.projects)
    phases = [phase.key for phase in setup.rules.timing.phases] if setup.rules.timing else []
    presences = st.sampled_from(Presence)
    numbers = st.integers(-(2**70), 2**70) | st.integers(-5, 4_000)
    rulings = st.sampled_from(
        [
            "",
            "{",
            "null",
            "[1]",
            '{"kind": "tie"}',
            '{"kind":"few_sheets","by":"王一","reason":"人少","entry_no":"1","component":"expert100",'
            '"method":"plain_mean"}',
            '{"kind":"few_sheets","by":"王一","reason":"人少","entry_no":"2","component":"creative10",'
            '"method":"plain_mean"}',
            '{"kind":"tie","by":"王一","reason":"商定","entries":["1","2"],"order":["2","1"]}',
            '{"kind":"tie","by":"王一","reason":"商定","entries":["1","77"],"order":["77","1"]}',
            '{"kind":"cut","by":"","reason":"","entries":["1"],"method":"plain_mean"}',
        ]
    )
    whole = st.sampled_from([sheet(setup, judge, share) for judge in ("E2", "P1") for share in (0, 0.5, 1)])
    broken = st.dictionaries(
        st.sampled_from(["expert100", "creative10", "professional30", "x"]),
        st.dictionaries(st.sampled_from(["表现", "技术", "创意", "专业", ""]), numbers, max_size=3),
        max_size=3,
    )
    ticks = st.lists(st.builds(Tick, line=TEXTS, shown=TEXTS, found=TEXTS, reason=TEXTS), max_size=3).map(tuple)
    build = st.builds
    return [
        build(commands.CallProject, entry_no=entries),
        build(commands.StartPhase, phase=st.sampled_from([*phases, "x"])),
        build(commands.HoldClock, technical=st.booleans(), reason=TEXTS),
        build(commands.ReleaseClock, outcome=st.none() | st.sampled_from(Outcome), extra_seconds=numbers),
        build(commands.AddTime, seconds=numbers, reason=TEXTS),
        build(commands.EndPhase, reason=TEXTS),
        build(commands.RestartPhase, reason=TEXTS),
        build(commands.UndoStep),
        build(commands.OpenScoring),
        build(commands.MarkNoShow, entry_no=entries, forfeit=st.booleans(), reason=TEXTS),
        build(commands.RemoveProject, entry_no=entries, disqualified=st.booleans(), reason=TEXTS),
        build(commands.ReorderProjects, entry_nos=st.permutations(every).map(tuple), reason=TEXTS),
        build(
            commands.SetPresence,
            entry_no=entries,
            judge=judges,
            presence=presences,
            reason=TEXTS,
            replaced_by=st.none() | judges,
        ),
        build(commands.ReplaceJudge, judge=judges, replaced_by=judges, presence=presences, reason=TEXTS),
        build(
            commands.ProposeJudge,
            name=NAMES | st.just("新评委"),
            judge_class=st.sampled_from([EXPERT, PROFESSIONAL, "x", ""]),
            reason=TEXTS,
            unit=TEXTS,
            reserve=st.booleans(),
        ),
        build(commands.AgreeJudge, no=st.sampled_from(["E10", "P10", "x"])),
        build(commands.DeclineJudge, no=st.sampled_from(["E10", "P10", "x"]), reason=TEXTS),
        build(commands.ShowMessage, text=TEXTS),
        build(commands.ShowSlide, slide=st.integers(-1, 3) | numbers),
        build(commands.AdmitDevice, seat=judges, device=TEXTS),
        build(commands.RevokeDevice, seat=judges, device=TEXTS, reason=TEXTS),
        build(
            commands.SubmitSheet,
            entry_no=entries,
            revision=st.integers(-1, 3) | numbers,
            points=whole | broken,
            comment=TEXTS,
        ),
        build(commands.Recuse, entry_no=entries, reason=TEXTS),
        build(commands.AskReturn, entry_no=entries, reason=TEXTS),
        build(
            commands.EnterPaper,
            entry_no=entries,
            judge=judges,
            revision=st.integers(-1, 3) | numbers,
            points=whole | broken,
            name=NAMES,
            comment=TEXTS,
            photo=st.sampled_from(["", "ab" * 32, "../x", "AB" * 32]),
        ),
        build(commands.DropPaper, entry_no=entries, judge=judges, reason=TEXTS),
        build(commands.CloseScoring, entry_no=entries, missing=st.lists(judges, max_size=4).map(tuple)),
        build(commands.RecomputeResult, entry_no=entries, name=NAMES, ticks=ticks),
        build(commands.CheckResult, entry_no=entries, name=NAMES, ticks=ticks),
        build(commands.ReturnSheet, entry_no=entries, judge=judges, reason=TEXTS),
        build(commands.MakeRuling, ruling=rulings, reason=TEXTS),
        build(commands.LockProject, entry_no=entries),
        build(commands.ReopenProject, entry_no=entries, reason=TEXTS, second_person=NAMES),
        build(
            commands.SignOff,
            role=st.sampled_from(["chair", "scorer", "checker", "supervisor", "host", ""]),
            name=NAMES,
            head=TEXTS,
        ),
        build(commands.LockSession),
        build(commands.ConfirmAssumed, path=st.sampled_from(["tie_keys", "x"]), name=NAMES),
        build(commands.PublishResults),
        build(
            commands.ShowResults,
            kind=st.sampled_from(list(Showing)),
            entry_no=st.one_of(st.just(""), entries),
            step=st.integers(-1, 4),
        ),
        build(
            commands.ReportCutOff,
            run=st.integers(0, 4),
            driver=TEXTS,
            method=TEXTS,
            curtain_us=numbers,
            gone_us=numbers,
            confirmed=st.booleans(),
        ),
        build(commands.GoOn, second_person=NAMES),
        build(commands.ChooseChain, reason=TEXTS),
    ]
