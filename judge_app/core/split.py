"""Projects split into sessions, a session's turns with clock times, and the conflicts of interest in its panel.

Splitting keeps a track (or topic) together in as few sessions as it needs and makes sessions of one track differ by at
most one project. Sources: S1-17, S3-03, cases T-5, practice W28 (same unit, declared relation → the judge withdraws).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from judge_app.core.contest import Contest, Judge, Project, Struct
from judge_app.core.errors import Refused

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NUMERALS = "零一二三四五六七八九"


class Sitting(Struct, frozen=True):
    """One session of a split: its scope (tracks or topics with 、) and its projects in order of appearance."""

    name: str
    scope: str
    entry_nos: tuple[str, ...]


class Turn(Struct, frozen=True):
    """One project's time in a session. ``starts`` and ``ends`` are HH:MM or HH:MM:SS, without the changeover."""

    entry_no: str
    starts: str
    ends: str


class Timetable(Struct, frozen=True):
    """A session by the clock. ``ends`` includes the last changeover; ``breaks`` are (from, to)."""

    turns: tuple[Turn, ...]
    breaks: tuple[tuple[str, str], ...]
    ends: str


class Conflict(Struct, frozen=True):
    """A judge who may have to withdraw for one project. It is shown; the chair decides (domain.md 46)."""

    session: str
    entry_no: str
    judge: str
    kind: Literal["lead_unit", "partner_unit", "member", "declared"]
    detail: str


def ordinal(number: int) -> str:
    """The name of the n-th session: 第一场 … 第九十九场, then 第100场."""
    if number < 10:
        return f"第{_NUMERALS[number]}场"
    if number >= 100:
        return f"第{number}场"
    tens, ones = divmod(number, 10)
    return f"第{_NUMERALS[tens] if tens > 1 else ''}十{_NUMERALS[ones] if ones else ''}场"


def split(
    projects: Sequence[Project], sessions: int, *, by: Literal["track", "topic", "nothing"] = "track"
) -> tuple[Sitting, ...]:
    """The projects, in the order given, dealt to ``sessions`` sittings.

    Each track (topic) gets sessions in proportion to its size, and its projects go to them in blocks that differ by at
    most one. With more tracks than sessions, whole tracks share a session so that the fullest one is as small as can be
    found by putting the largest track into the emptiest session. Raises Refused for fewer projects than sessions.
    """
    if sessions < 1 or sessions > len(projects):
        raise Refused(
            "CANNOT_SPLIT",
            f"{len(projects)} 个项目不能分成 {sessions} 场；请填 1 到 {len(projects)}",
            f"{len(projects)} projects cannot be split into {sessions} sessions; give 1 to {len(projects)}",
        )
    groups: dict[str, list[str]] = {}
    for project in projects:
        groups.setdefault("" if by == "nothing" else getattr(project, by), []).append(project.entry_no)
    if len(groups) > sessions:
        places = {project.entry_no: place for place, project in enumerate(projects)}
        shared = _share(groups, sessions)
        dealt = [
            ("、".join(scope for scope in scopes if scope), sorted(ids, key=places.__getitem__))
            for scopes, ids in shared
        ]
    else:
        dealt = [
            (scope, block)
            for scope, count in _apportion({scope: len(ids) for scope, ids in groups.items()}, sessions).items()
            for block in _blocks(groups[scope], count)
        ]
    return tuple(
        Sitting(name=ordinal(number), scope=scope, entry_nos=tuple(ids))
        for number, (scope, ids) in enumerate(dealt, start=1)
    )


def _apportion(sizes: Mapping[str, int], sessions: int) -> dict[str, int]:
    """One session each, then one more where the sessions are fullest, until all are given."""
    counts = dict.fromkeys(sizes, 1)
    for _ in range(sessions - len(counts)):
        fullest = max(
            (scope for scope in sizes if counts[scope] < sizes[scope]), key=lambda scope: sizes[scope] / counts[scope]
        )
        counts[fullest] += 1
    return counts


def _blocks(ids: Sequence[str], count: int) -> list[list[str]]:
    size, longer = divmod(len(ids), count)
    blocks: list[list[str]] = []
    start = 0
    for number in range(count):
        end = start + size + (number < longer)
        blocks.append(list(ids[start:end]))
        start = end
    return blocks


def _share(groups: Mapping[str, list[str]], sessions: int) -> list[tuple[list[str], list[str]]]:
    """Whole groups in ``sessions`` heaps, largest first into the emptiest; heaps and scopes in first-seen order."""
    order = {scope: place for place, scope in enumerate(groups)}
    heaps: list[list[str]] = [[] for _ in range(sessions)]
    for scope in sorted(groups, key=lambda scope: (-len(groups[scope]), order[scope])):
        min(heaps, key=lambda heap: sum(len(groups[one]) for one in heap)).append(scope)
    heaps = sorted((sorted(heap, key=order.__getitem__) for heap in heaps), key=lambda heap: order[heap[0]])
    return [(heap, [id for scope in heap for id in groups[scope]]) for heap in heaps]


def timetable(
    entry_nos: Sequence[str],
    *,
    start: str,
    talk_seconds: int,
    changeover_seconds: int = 180,
    break_after: int | None = None,
    break_seconds: int = 600,
) -> Timetable:
    """When each project comes on from ``start`` (HH:MM); a break follows every ``break_after`` projects but the last.

    Raises Refused for a start that is no time, a turn without length, or a session that would run past midnight.
    """
    match = _CLOCK.fullmatch(start)
    if not match:
        raise Refused("NO_TIME", f"“{start}”不是时间；请写成 08:30", f'"{start}" is not a time; write it as 08:30')
    if (
        talk_seconds <= 0
        or changeover_seconds < 0
        or break_seconds < 0
        or (break_after is not None and break_after < 1)
    ):
        raise Refused(
            "NO_LENGTH", "用时必须大于 0", "a turn must have a length, and a break a number of projects before it"
        )
    now = int(match[1]) * 3600 + int(match[2]) * 60
    turns: list[Turn] = []
    breaks: list[tuple[str, str]] = []
    for number, entry_no in enumerate(entry_nos, start=1):
        turns.append(Turn(entry_no=entry_no, starts=_clock(now), ends=_clock(now + talk_seconds)))
        now += talk_seconds + changeover_seconds
        if break_after is not None and number % break_after == 0 and number < len(entry_nos) and break_seconds:
            breaks.append((_clock(now), _clock(now + break_seconds)))
            now += break_seconds
    if now > 86400:
        raise Refused(
            "PAST_MIDNIGHT", "这一场会过午夜；请分成更多场次", "the session would run past midnight; split it"
        )
    return Timetable(turns=tuple(turns), breaks=tuple(breaks), ends=_clock(now))


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def conflicts(
    contest: Contest, *, declared: Iterable[tuple[str, str, str]] = (), same_unit: Mapping[str, str] | None = None
) -> tuple[Conflict, ...]:
    """Every judge of a project's session who belongs to a unit of it, is in its team, or has declared a relation.

    ``declared`` holds (judge number, entry number, what he declared); ``same_unit`` maps a unit's name to the name it
    counts under (aliases and parents). In session, running and panel order; one conflict per judge, project and kind.
    """
    canonical = same_unit or {}
    said: dict[tuple[str, str], str] = {(judge, entry_no): detail for judge, entry_no, detail in declared}
    found: list[Conflict] = []
    for session in contest.sessions:
        panel = contest.panel(session.name)
        for project in contest.heard_in(session.name):
            for judge in panel:
                found += between(session.name, project, judge, canonical, said.get((judge.no, project.entry_no)))
    return tuple(found)


def between(
    session: str, project: Project, judge: Judge, canonical: Mapping[str, str], declared: str | None
) -> Iterable[Conflict]:
    """What ties one judge to one project: a unit, the team, or what he ``declared`` (None: nothing)."""

    def conflict(kind: Literal["lead_unit", "partner_unit", "member", "declared"], detail: str) -> Conflict:
        return Conflict(session=session, entry_no=project.entry_no, judge=judge.no, kind=kind, detail=detail)

    unit = canonical.get(judge.unit, judge.unit)
    if unit and unit == canonical.get(project.lead_unit, project.lead_unit):
        yield conflict("lead_unit", project.lead_unit)
    for partner in project.partner_units:
        if unit and unit == canonical.get(partner, partner):
            yield conflict("partner_unit", partner)
            break
    if judge.name and judge.name in (project.captain, *project.members):
        yield conflict("member", judge.name)
    if declared is not None:
        yield conflict("declared", declared)
