"""Sessions played by the rules that several windows' scenes and tests show: a talk under way, results, the desk at work."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from judge_app.core import commands, events, session, views
from judge_app.core.clock import SECOND
from judge_app.core.contest import Presence
from judge_app.core.explain import VotesMethod
from judge_app.core.review import Tick, lines
from judge_app.core.stages import Showing
from judge_app.ui import samples
from judge_app.ui.chair import pending, votes
from judge_app.ui.samples import Play


def presenting(missing: Iterable[str] = ("E2", "E3", "E4", "E6", "E7", "P2", "P3", "P4"), *, away: str = "E6") -> Play:
    """Project 5 on stage: some write, some are in, one is away, the centre lags."""
    play = samples.under_way()
    seats = samples.everybody(play.setup, "5", E2=4, E3=2, E7=3)
    if away:
        seats[f"judge:{away}"] = msgspec.structs.replace(
            seats[f"judge:{away}"], online=False, offline_since="2026-12-05T02:14:07Z"
        )
    health = msgspec.structs.replace(samples.HEALTHY, centre="waiting", pending=12)
    play.live = msgspec.structs.replace(play.live, seats=seats, health=health)
    return samples.score(play, "5", but=missing)


def called() -> Play:
    """Project 1 is called and not there yet."""
    return samples.opened().do("host", commands.CallProject(entry_no="1")).wait(10)


def held(technical: bool) -> Callable[[], Play]:
    """The clock is held, by the host or (``technical``) for a failure."""
    return lambda: presenting().do("host", commands.HoldClock(technical=technical, reason="话筒故障"))


def asked() -> Play:
    """Project 5 in the questions."""
    return presenting().do("host", commands.StartPhase(phase="qa")).wait(35)


def recalled(slide: int = 7, wait: float = 0) -> Callable[[], Play]:
    """In the questions a judge has asked for a slide."""
    return lambda: asked().wait(wait).do("host", commands.ShowSlide(slide=slide))


def with_computer(play: Play, seat: str, name: str = "温老师的电脑") -> Play:
    """A seat with a computer that was let in."""
    play.happen(events.DeviceEnrolled(seat=seat, device="d6", name=name, key="00" * 32, admitted=True))
    seats = dict(play.live.seats)
    seats[seat] = msgspec.structs.replace(seats.get(seat, views.SeatLive()), device_name=name)
    play.live = msgspec.structs.replace(play.live, seats=seats)
    return play


def code_shown(play: Play, seat: str) -> Play:
    """The host has asked for a seat's join code a while ago."""
    play.live = msgspec.structs.replace(
        play.live,
        join_links=tuple(
            msgspec.structs.replace(one, join_code="3740 2915", code_until_ns=play.now_ns + 581 * SECOND)
            if one.seat == seat
            else one
            for one in play.live.join_links
        ),
    )
    return play


def all_heard(lock: bool = False) -> Play:
    """Every project heard and scored; with ``lock`` also locked."""
    play = samples.opened()
    for project in play.setup.contest.projects:
        samples.hear(play, project.entry_no, lock=lock)
    return play


def long_play() -> Play:
    """200 projects with long names, 15 judges, 12 criteria; the third is on stage."""
    play = Play(samples.long_contest())
    play.live = views.Live(
        seats=samples.everybody(play.setup, "3"), health=samples.HEALTHY, join_links=samples.links(play.setup)
    )
    for entry_no in ("1", "2"):
        samples.hear(play, entry_no, judged=False)
        for judge in play.setup.contest.judges:
            samples.submit_even(play, entry_no, judge.no)
    play.do("host", commands.CallProject(entry_no="3")).wait(10)
    return play.do("host", commands.StartPhase(phase="presentation")).wait(400)


def few_sheets() -> Play:
    """Project 3 with two valid sheets of its professional judges, and a judge who asks for his sheet."""
    play = presenting()
    for judge in ("P1", "P2", "P3"):
        play.do("chair", commands.SetPresence(entry_no="3", judge=judge, presence=Presence.ABSENT, reason="临时离会"))
    return play.do("judge:E2", commands.AskReturn(entry_no="4", reason="第二项应为 17"))


def published() -> Play:
    """Everything signed, locked and published."""
    play = all_heard(lock=True)
    play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
    play.do("chair", *(commands.ConfirmAssumed(path=path, name="秘书组") for path in play.setup.rules.assumed))
    return play.do("chair", commands.PublishResults())


def led(kind: Showing, step: int = 0, entry_no: str = "") -> Callable[[], Play]:
    """Published results, led so far before the audience."""
    return lambda: published().do("host", commands.ShowResults(kind=kind, entry_no=entry_no, step=step))


def ticks(play: Play, entry_no: str, found: str = "", reason: str = "") -> tuple[Tick, ...]:
    """Every number of a project ticked; with ``found`` the first one differs."""
    result = session.tabulation(play.state, [entry_no]).projects[0]
    made = [Tick(line=line.key, shown=line.shown) for line in lines(session.rules_of(play.setup, entry_no), result)]
    if found:
        made[1] = msgspec.structs.replace(made[1], found=found, reason=reason)
    return tuple(made)


def reviewed_play() -> Play:
    """As ``presenting``, under rules that have the desk review: 1 and 2 are locked, 3 is to be recomputed."""
    contest, rules, _ = samples.regional_final()
    play = Play(samples.setup_of(contest, msgspec.structs.replace(rules, review="two_people")))
    for entry_no in ("1", "2"):
        samples.hear(play, entry_no)
        review(play, entry_no)
        play.do("chair", commands.LockProject(entry_no=entry_no))
    samples.hear(play, "3")
    samples.hear(play, "4", but=["E6"])
    return play


def voted_play(*, lock: bool = True, two_people: bool = True, part: bool = False) -> Play:
    """The final with a public vote under a cap: 1 is locked (with ``lock``), 2 and 3 wait; 3 has the most votes.
    ``part``: the contest has other rooms, and the votes are ranked over all of them."""
    contest, rules, _ = samples.regional_final()
    given = {"1": 204, "2": 398, "3": 15_230}
    projects = tuple(
        msgspec.structs.replace(one, votes=given.get(one.entry_no) or int(one.entry_no) * 100)
        for one in contest.projects
    )
    voting = samples.preset("national-2020").popularity
    voted = msgspec.structs.replace(rules, popularity=voting, review="two_people" if two_people else "none")
    play = Play(samples.setup_of(msgspec.structs.replace(contest, projects=projects, part=part), voted))
    for entry_no in ("1", "2", "3"):
        samples.hear(play, entry_no)
    if lock:
        if two_people:
            review(play, "1")
        play.do("chair", commands.LockProject(entry_no="1"))
    return play


def void(entry_no: str, method: VotesMethod) -> commands.MakeRuling:
    """The ruling that voids votes of a project."""
    ruling = pending.encoded(votes.made(entry_no, method), "沈知衡", "刷票")
    return commands.MakeRuling(ruling=ruling, reason="刷票")


def review(play: Play, entry_no: str, *, checked: bool = True, found: str = "", reason: str = "") -> Play:
    """The scorer goes through a result, and the checker if wished."""
    given = ticks(play, entry_no, found, reason)
    play.do("scorer", commands.RecomputeResult(entry_no=entry_no, name="纪言深", ticks=given))
    if checked:
        play.do("checker", commands.CheckResult(entry_no=entry_no, name="程见微", ticks=ticks(play, entry_no)))
    return play


def paper_play(*readings: int) -> Play:
    """Project 4 lacks the sheet of E6, whose laptop is dead: each reading is so many tenths of the full marks."""
    play = presenting()
    people = (("scorer", "纪言深"), ("checker", "程见微"))
    for (seat, name), tenths in zip(people, readings, strict=False):
        points = {
            part.key: {line.name: int(line.max * tenths / 10) * 100 for line in part.criteria}
            for part in session.components_of(play.setup, session.panel_judge(play.setup, "E6"))
        }
        play.do(seat, commands.EnterPaper(entry_no="4", judge="E6", revision=0, points=points, name=name))
    return play


PROPOSE = commands.ProposeJudge(name="戚望舒", judge_class="专家评委", unit="云洲大学", reason="第 6 号评委临时有急事")


def supervised_play() -> Play:
    """A session in which much was out of the ordinary."""
    play = paper_play(9, 9)
    play.do("chair", commands.ReopenProject(entry_no="2", reason="单位提出异议", second_person="贺知微"))
    play.do("chair", commands.ReturnSheet(entry_no="3", judge="E2", reason="第二项涂改"))
    play.do("host", commands.AddTime(seconds=60, reason="投影重启"))
    away = commands.SetPresence(entry_no="6", judge="E6", presence=Presence.LEFT, reason="第 6 号评委临时有急事")
    play.do("host", away)
    return play.do("host", PROPOSE)
