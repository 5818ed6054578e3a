"""How the session goes against its plan: how late it is, and when it may end at the pace so far."""

from __future__ import annotations

from datetime import datetime, timedelta

from judge_app.core.clock import SECOND
from judge_app.core.contest import Struct
from judge_app.core.rules import RuleSet
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, HostView
from judge_app.ui.glossary import OUT
from judge_app.ui.own_rules import rules_of

_COMING = (ProjectStage.WAITING, ProjectStage.CALLED)


class Pace(Struct, frozen=True):
    """``late`` against the plan (None: there is no plan for today); ``ends`` in local time (None: not to be said)."""

    late: timedelta | None = None
    ends: datetime | None = None


def pace(view: HostView, briefing: Briefing, now_ns: int, wall: datetime) -> Pace:
    """``now_ns`` of the room's clock is ``wall`` now. The plan starts the first project at the session's start and each
    other after the phases of those before; scoring and changing over are in the pace, not in the plan."""
    begun: dict[str, int] = {}
    for run in view.runs:
        begun.setdefault(run.entry_no, run.started_ns)
    starts = sorted(begun.values())
    local = wall.astimezone()
    return Pace(late=_late(view, briefing, begun, now_ns, local), ends=_ends(view, briefing, starts, now_ns, local))


def _slots(briefing: Briefing) -> dict[str, int]:
    """The seconds of each project's phases; a contest whose rules hold for all of them is asked once."""

    def seconds(rules: RuleSet) -> int:
        return sum(phase.seconds for phase in rules.timing.phases) if rules.timing is not None else 0

    if not briefing.rules.own_events:
        return dict.fromkeys((one.entry_no for one in briefing.projects), seconds(briefing.rules))
    return {one.entry_no: seconds(rules_of(briefing, one.entry_no)) for one in briefing.projects}


def _late(view: HostView, briefing: Briefing, begun: dict[str, int], now_ns: int, local: datetime) -> timedelta | None:
    """Of the project that began last, or of the next one where its time has come already."""
    try:
        start = datetime.fromisoformat(f"{briefing.session.date}T{briefing.session.start}").astimezone()
    except ValueError:
        return None
    if briefing.rehearsal or start.date() != local.date():
        return None
    due, late = start, None
    slots = _slots(briefing)
    for one in view.projects:
        if one.stage in OUT:
            continue
        if one.entry_no in begun:
            late = local - timedelta(microseconds=(now_ns - begun[one.entry_no]) / 1000) - due
        elif one.stage in _COMING:
            waits = local - due
            return max(late, waits) if late is not None else waits
        due += timedelta(seconds=slots.get(one.entry_no, 0))
    return late


def _ends(view: HostView, briefing: Briefing, starts: list[int], now_ns: int, local: datetime) -> datetime | None:
    """From the second project on, at the mean time from one start to the next."""
    coming = [one.entry_no for one in view.projects if one.stage in _COMING]
    if len(starts) < 2 or not coming:
        return None
    each = (starts[-1] - starts[0]) // (len(starts) - 1)
    ahead = max(0, starts[-1] + each - now_ns) + len(coming) * each
    return local + timedelta(seconds=ahead / SECOND)
