"""What stands before the audience at an instant, in words: made from the briefing, the view and the time. Pure.

A Scene says what is shown, not how: audience.py draws it, and a test can read it.
"""

from __future__ import annotations

import enum

import msgspec

from judge_app.core.clock import SECOND, EndedBy, HoldKind, displayed_seconds
from judge_app.core.contest import Project, Struct
from judge_app.core.rules import Phase, StageText, Timing
from judge_app.core.stages import ProjectStage, Showing
from judge_app.core.views import Briefing, ClockView, StageView
from judge_app.seat.state import Connection, Link
from judge_app.ui.glossary import number, phase_words
from judge_app.ui.language import either, tr
from judge_app.ui.stage.results import Results, results_of
from judge_app.ui.theme import Tone
from judge_app.ui.widgets.running import left_ns, shown

_PROMPT_SHORTEST_S, _PROMPT_LONGEST_S = 3, 10


class Kind(enum.StrEnum):
    """The kinds of picture: a big clock, a slide of the ended talk with the clock beside it, a card with big words."""

    CLOCK = "clock"
    STILL = "still"
    CARD = "card"
    RESULTS = "results"
    """A page of published results."""


class Scene(Struct, frozen=True):
    """``number``, ``title`` and ``subtitle`` name the project; ``words`` say what is on, ``prompt`` what is left of it; ``clock`` is the
    time left.

    On a card ``kicker`` stands over the title. ``share`` of the phase is used, 0 to 1; None: no bar. ``note`` is a pill
    (the connection is lost). ``alarm``: time is up, the whole picture says so. ``still`` is the slide that is shown
    again, whose picture the surface has.
    """

    kind: Kind = Kind.CARD
    kicker: str = ""
    number: str = ""
    title: str = ""
    subtitle: str = ""
    words: str = ""
    prompt: str = ""
    tone: Tone = "plain"
    clock: str = ""
    clock_tone: Tone = "brand"
    share: float | None = None
    note: str = ""
    foot_left: str = ""
    foot_right: str = ""
    alarm: bool = False
    still: int = 0
    results: Results | None = None


def timing_of(briefing: Briefing, project: Project | None) -> Timing | None:
    """The timing that a project is held to: an event of its own may have its own."""
    if project is not None:
        for event in briefing.rules.own_events:
            if event.name == project.track and event.timing is not None:
                return event.timing
    return briefing.rules.timing


def said(briefing: Briefing, key: StageText, usual: str) -> str:
    """The contest's own words in the language in force, or the usual ones."""
    own = briefing.rules.stage_words.get(key)
    return usual if own is None else either(own.zh, own.en)


def prompt_at(timing: Timing | None, phase: Phase | None, left: int) -> int | None:
    """The prompt in force: the smallest one (in seconds) that is not below what is left; None before the first."""
    if timing is None or phase is None:
        return None
    reached = [second for second in timing.prompts_of(phase) if left <= second * SECOND]
    return min(reached, default=None)


def prompt_is_said(seconds: int, left: int) -> bool:
    """Whether a prompt's words still stand at ``left``: while the clock reads about what they say, so for a tenth of it,
    three to ten seconds; the colour stays. 时间到 stays true."""
    stays = min(_PROMPT_LONGEST_S, max(_PROMPT_SHORTEST_S, seconds // 10))
    return seconds <= 0 or displayed_seconds(left) > seconds - stays


def prompt_words(seconds: int) -> str:
    """剩余2分钟, 剩余30秒, 时间到."""
    if seconds <= 0:
        return tr("Time is up")
    if seconds % 60 == 0:
        return tr("{n} min left", n=seconds // 60)
    return tr("{n} s left", n=seconds)


def prompt_tone(seconds: int | None) -> Tone:
    """Over a minute a note, the last minute amber, the last half minute and time-up red (domain.md 2.4)."""
    if seconds is None:
        return "plain"
    if seconds <= 30:
        return "stop"
    return "warn"


def scene_of(
    briefing: Briefing | None, view: StageView | None, now_ns: int | None, connection: Connection | None
) -> Scene:
    """The picture at ``now_ns`` of the room's clock."""
    if briefing is None or view is None:
        return Scene(words=tr("Connecting to the room…"), title=tr("The stage is getting ready"))
    projects = {project.entry_no: project for project in briefing.projects}
    project = projects.get(view.current or "")
    following = projects.get(view.following or "")
    session = " · ".join(part for part in (briefing.contest_name, briefing.session.name) if part)
    base = Scene(
        number="" if project is None else number(project.entry_no),
        title="" if project is None else project.name,
        subtitle="" if project is None else _who(project),
        foot_left=session,
        foot_right="" if following is None else _next(following),
        note=_note(connection, view.clock),
    )
    if view.published is not None:
        return _results(briefing, view, base, session)
    if view.clock is not None and view.stage in (ProjectStage.CALLED, ProjectStage.RUNNING, ProjectStage.BETWEEN):
        return _clock_scene(briefing, base, view.clock, timing_of(briefing, project), now_ns, view.still)
    if project is not None and view.stage is ProjectStage.CALLED:
        timing = timing_of(briefing, project)
        plan = "" if timing is None else "　".join(_plan(phase) for phase in timing.phases)
        return _with(base, kicker=said(briefing, "called", tr("Now on stage")), words=plan, tone="brand")
    if project is not None and view.stage is ProjectStage.SCORING and not view.done:
        return _with(base, kicker=said(briefing, "scoring", tr("The judges are scoring")), tone="info")
    if view.done:
        return _end(briefing, base, session)
    return _between(briefing, base, following, projects, session)


def _results(briefing: Briefing, view: StageView, base: Scene, session: str) -> Scene:
    """The published results as far as the host has brought them before the audience."""
    held, showing = results_of(briefing, view), view.showing
    soon = said(briefing, "results_soon", tr("The results are about to be announced"))
    plain = _with(base, number="", title=soon, subtitle=session, foot_right="")
    if held is None or showing is None:
        return _with(plain, kicker=tr("Results"), tone="brand", foot_left="")
    if showing.kind is Showing.MARKS:
        project = next((one for one in briefing.projects if one.entry_no == showing.entry_no), None)
        return _with(
            base,
            kind=Kind.RESULTS,
            number=number(showing.entry_no),
            title="" if project is None else project.name,
            subtitle="" if project is None else _who(project),
            foot_right="",
            results=held,
        )
    if not held.lines:
        return _with(plain, kicker=tr("Results"), tone="brand", foot_left="")
    pages = tr("Page {page} of {pages}", page=held.page, pages=held.pages) if held.pages > 1 else ""
    coming = tr("{n} more to come", n=held.hidden) if held.hidden else ""
    return _with(plain, kind=Kind.RESULTS, title=tr("Results"), foot_right=pages or coming, results=held)


def _clock_scene(
    briefing: Briefing, base: Scene, clock: ClockView, timing: Timing | None, now_ns: int | None, still: int
) -> Scene:
    phase = None if timing is None else next((one for one in timing.phases if one.key == clock.phase), None)
    name = clock.phase if phase is None else phase_words(phase)
    left = left_ns(clock, now_ns)
    whole = clock.planned_ns + clock.added_ns
    if left is None:
        return _with(base, kind=Kind.CLOCK, words=name, clock="–:––", clock_tone="plain")
    share = 1.0 if whole <= 0 else min(1.0, max(0.0, 1 - left / whole))
    scene = _with(base, kind=Kind.CLOCK, clock=shown(clock, left), share=share)
    if clock.ended_ns is not None or (clock.slides_end and left <= 0):
        timed_out = clock.ended_by is EndedBy.DEADLINE or (clock.ended_ns is None and left <= 0)
        if timed_out and clock.slides_end:
            words = said(briefing, "time_up", tr("Time is up: please stop presenting"))
            return _with(scene, words=words, tone="stop", clock="0:00", clock_tone="stop", alarm=True)
        return _with(scene, words=tr("{phase} has ended", phase=name), clock_tone="plain")
    if clock.held is not None:
        if clock.held is HoldKind.TECHNICAL:
            words = said(briefing, "technical", tr("Technical stop: the clock is held"))
        else:
            words = said(briefing, "paused", tr("Paused: the clock is held"))
        return _with(scene, words=words, tone="info", clock_tone="plain")
    prompt = prompt_at(timing, phase, left)
    tone = prompt_tone(prompt)
    if left <= 0:
        return _with(scene, words=name, prompt=prompt_words(0), tone="stop", clock_tone="stop", alarm=True)
    clock_tone: Tone = "brand" if prompt is None or prompt > 60 else tone
    remaining = prompt_words(prompt) if prompt is not None and prompt_is_said(prompt, left) else ""
    scene = _with(scene, words=name, prompt=remaining, tone=tone, clock_tone=clock_tone)
    return _with(scene, kind=Kind.STILL, still=still) if still else scene


def _between(
    briefing: Briefing, base: Scene, following: Project | None, projects: dict[str, Project], session: str
) -> Scene:
    first = briefing.projects[0].entry_no if briefing.projects else ""
    if following is None:
        return _with(base, title=briefing.contest_name, subtitle=_where(briefing), foot_left="", foot_right="")
    if following.entry_no == first:
        return _with(
            base,
            kicker=said(briefing, "welcome", tr("Welcome")),
            number="",
            title=briefing.contest_name,
            subtitle=_where(briefing),
            foot_left="",
        )
    return _with(
        base,
        kicker=said(briefing, "between", tr("Up next")),
        number=number(following.entry_no),
        title=following.name,
        subtitle=_who(following),
        foot_right="",
    )


def _end(briefing: Briefing, base: Scene, session: str) -> Scene:
    return _with(
        base,
        kicker=tr("This session has ended"),
        number="",
        title=said(briefing, "end", tr("Thank you all")),
        subtitle=session,
        words=said(briefing, "end_note", tr("The results will follow")),
        tone="brand",
        foot_left="",
        foot_right="",
    )


def _who(project: Project) -> str:
    return "　".join(part for part in (project.lead_unit, project.captain) if part)


def _next(project: Project) -> str:
    return tr("Next {number} {name}", number=number(project.entry_no), name=project.name)


def _where(briefing: Briefing) -> str:
    parts = (briefing.round, briefing.session.name, briefing.session.hall)
    return " · ".join(part for part in parts if part)


def _plan(phase: Phase) -> str:
    return f"{phase_words(phase)} {phase.seconds // 60}:{phase.seconds % 60:02d}"


def _note(connection: Connection | None, clock: ClockView | None) -> str:
    """Said only while a clock runs on without the room: elsewhere a lost connection is nothing to the audience."""
    running = clock is not None and clock.deadline_ns is not None
    if not running or connection is None or connection.link in (Link.ONLINE, Link.CONNECTING):
        return ""
    return tr("The host is out of reach: the clock goes on by itself")


def _with(scene: Scene, **changes: object) -> Scene:
    return msgspec.structs.replace(scene, **changes)
