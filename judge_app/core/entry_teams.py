"""Checks on teams and people: size, captain, entries of one person, judges and staff, age, fee (S2-06, S4-06 … S4-09)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from judge_app.core.contest import Project
from judge_app.core.entries import TeamMember
from judge_app.core.entry_awards import day_of, entry_day
from judge_app.core.entry_case import Case, Found, Verdict, numbers
from judge_app.core.rules import OwnEvent


def team_size(case: Case, path: str) -> Iterator[Found]:
    """S4-06, S2-07: how many, and who is captain."""
    for project in case.projects:
        team = case.team(project)
        event = case.event(project)
        least = event.team_size if event else case.entry.team_min
        most = event.team_size if event else case.entry.team_max
        if event is not None and not path.startswith("own_events"):
            continue
        if path.startswith("own_events") and (event is None or event is not event_at(case, path)):
            continue
        if not team:
            yield (
                Verdict.CONFIRM,
                project.entry_no,
                "没有填团队成员，人数无法核对；请补上",
                "no team member is given, the number cannot be checked; add them",
            )
        elif (least is not None and len(team) < least) or (most is not None and len(team) > most):
            span = f"{least}" if least == most else f"{least or 1}–{most}"
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"团队有 {len(team)} 人，应为 {span} 人",
                f"the team has {len(team)} members; it should have {span}",
            )


def event_at(case: Case, path: str) -> OwnEvent:
    return case.rules.own_events[int(path.split(".")[1])]


def team_paths(case: Case) -> Sequence[str]:
    paths = []
    if case.entry.team_max is not None or case.entry.team_min is not None:
        paths.append("entry_rules.team_max" if case.entry.team_max is not None else "entry_rules.team_min")
    paths += [
        f"own_events.{index}.team_size"
        for index, event in enumerate(case.rules.own_events)
        if event.team_size is not None and any(project.track == event.name for project in case.projects)
    ]
    return paths


def captain_of(project: Project, team: Sequence[TeamMember], *, single_is_captain: bool = True) -> str:
    """The captain's name: as given, or the only member (S4-06); "" where there is none."""
    named = [member.name for member in team if member.captain] or ([project.captain] if project.captain else [])
    if not named and len(team) == 1 and single_is_captain:
        return team[0].name
    return named[0] if named else ""


def captain(case: Case, path: str) -> Iterator[Found]:
    for project in case.projects:
        team = case.team(project)
        captains = [member.name for member in team if member.captain]
        if not team:
            continue
        if len(captains) > 1:
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"有 {len(captains)} 位队长（{'、'.join(captains)}），只设一位",
                f"it has {len(captains)} captains ({', '.join(captains)}); there is one",
            )
        elif project.captain and project.captain not in [member.name for member in team]:
            yield (
                Verdict.CONFIRM,
                project.entry_no,
                f"队长 {project.captain} 不在成员里；请确认",
                f"the captain {project.captain} is not among the members; confirm",
            )
        elif not captains and not project.captain:
            if len(team) == 1 and case.entry.single_member_is_captain:
                yield (
                    Verdict.NOTE,
                    project.entry_no,
                    f"只有 1 人参赛，默认 {team[0].name} 为队长",
                    f"with one member, {team[0].name} is captain",
                )
            else:
                yield (
                    Verdict.REJECT,
                    project.entry_no,
                    "没有队长；请从成员里指定一位",
                    "it has no captain; name one of the members",
                )


def persons(case: Case, path: str) -> Iterator[Found]:
    """S4-08: one person in at most so many projects. Same name and same unit is one person; same name alone is asked."""
    limit = case.entry.projects_per_person or 0
    sure: dict[tuple[str, str], list[str]] = {}
    maybe: dict[str, list[tuple[str, TeamMember]]] = {}
    for project in case.projects:
        for member in {member.name: member for member in case.team(project)}.values():
            unit = case.units.canonical(member.unit or project.lead_unit)
            known = sure.setdefault((member.name, unit), [])
            known.append(project.entry_no)
            namesakes = maybe.setdefault(member.name, [])
            namesakes.append((project.entry_no, member))
            if len(known) > limit:
                yield (
                    Verdict.REJECT,
                    project.entry_no,
                    f"{member.name} 已参加 {numbers(known[:-1])} 号，本项目是第 {len(known)} 个，超过上限 {limit}",
                    f"{member.name} is already in entries {numbers(known[:-1])}; this is number {len(known)}, over {limit}",
                )
                continue
            same_person = [no for no, other in namesakes if not _told_apart(other, member)]
            if len(same_person) > limit:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"{member.name} 这个姓名已见于 {numbers(same_person[:-1])} 号；若是同一人则超过上限 {limit}，请确认",
                    f"the name {member.name} is also in entries {numbers(same_person[:-1])}; if one person, over {limit}",
                )


def _told_apart(one: TeamMember, other: TeamMember) -> bool:
    return bool(
        one.birth and other.birth and not (one.birth.startswith(other.birth) or other.birth.startswith(one.birth))
    )


def staff(case: Case, path: str) -> Iterator[Found]:
    """S4-09 and §2.1: judges, staff and the host unit's people do not compete."""
    people = [(judge.name, judge.unit, f"评委 {judge.no}", f"judge {judge.no}") for judge in case.contest.judges]
    people += [(one.name, one.unit, one.role, f"staff ({one.role})") for one in case.contest.staff]
    hosts = {case.units.canonical(one.unit) for one in case.contest.staff if one.role == "承办" and one.unit}
    barred = not case.entry.staff_may_compete
    for project in case.projects:
        for member in case.team(project):
            unit = case.units.canonical(member.unit) if member.unit else ""
            for name, theirs, zh, en in people:
                if name != member.name:
                    continue
                apart = bool(unit and theirs and case.units.canonical(theirs) != unit)
                if apart:
                    verdict, why_zh, why_en = (
                        Verdict.CONFIRM,
                        "同名，单位不同，请确认是否同一人",
                        "same name, other unit",
                    )
                elif barred:
                    verdict, why_zh, why_en = Verdict.REJECT, "不可参赛", "may not compete"
                else:
                    verdict, why_zh, why_en = (
                        Verdict.CONFIRM,
                        "赛制未禁止，但不宜兼任，请确认",
                        "not barred, but confirm",
                    )
                yield (
                    verdict,
                    project.entry_no,
                    f"{member.name} 与{zh}同名：{why_zh}",
                    f"{member.name} has the name of {en}: {why_en}",
                )
            if barred and unit and unit in hosts:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"{member.name} 的单位 {member.unit} 是承办方；请确认其是否承办人员",
                    f"{member.name} is of {member.unit}, a host unit; does this person work for the contest? confirm",
                )


def age_on(birth: str, day: str) -> tuple[int, int] | None:
    """The least and the greatest age that a birth date (a month or a year will do) can mean on a day; None: unreadable.

    Full years: born 1989-11-16 is 35 on 2025-11-15, born 1989-11-15 is 36.
    """
    first, last = day_of(birth, last=False), day_of(birth, last=True)
    on = day_of(day[:10], last=False)
    if first is None or last is None or on is None:
        return None
    youngest, oldest = (on.year - born.year - ((on.month, on.day) < (born.month, born.day)) for born in (last, first))
    return youngest, oldest


def age(case: Case, path: str) -> Iterator[Found]:
    """S2-06: so old on the day, inclusive."""
    event = event_at(case, path) if path.startswith("own_events") else None
    limit = (event.max_age if event else case.entry.max_age) or 0
    day = _age_day(case, event)
    for project in case.projects:
        if (case.event(project) is not event) if event else (case.event(project) is not None):
            continue
        for member in case.team(project):
            ages = age_on(member.birth, day)
            if ages is None:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"没有 {member.name} 可用的出生日期，无法核对 {limit} 岁（含）以下；请补上",
                    f"{member.name} has no usable date of birth for the limit of {limit} years; add it",
                )
            elif ages[0] > limit:
                yield (
                    Verdict.REJECT,
                    project.entry_no,
                    f"{member.name} 在 {day} 已满 {ages[0]} 岁，超过 {limit} 岁（含）",
                    f"{member.name} is {ages[0]} on {day}, over {limit}",
                )
            elif ages[1] > limit:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"{member.name} 只有出生年月 {member.birth}，在 {day} 是 {ages[0]} 或 {ages[1]} 岁；请确认",
                    f"{member.name} was born in {member.birth} and is {ages[0]} or {ages[1]} on {day}; confirm",
                )


def _age_day(case: Case, event: OwnEvent | None) -> str:
    own = event.age_on if event else case.entry.age_on
    return own or (entry_day(case.contest.entry_deadline) if case.contest.entry_deadline else "")


def age_paths(case: Case) -> Sequence[str]:
    paths = ["entry_rules.max_age"] if case.entry.max_age is not None else []
    paths += [
        f"own_events.{index}.max_age"
        for index, event in enumerate(case.rules.own_events)
        if event.max_age is not None and any(project.track == event.name for project in case.projects)
    ]
    return paths


def needs_births(case: Case) -> str:
    if case.entries.members is None:
        return "成员"
    events = [event for event in case.rules.own_events if event.max_age is not None]
    days = [_age_day(case, event) for event in events] + ([_age_day(case, None)] if case.entry.max_age else [])
    return "" if all(days) else "大赛 · 报名截止"


def fee(case: Case, path: str) -> Iterator[Found]:
    """S3-08, A-37: a note on the fee, not a limit."""
    covered = case.entry.fee_covers_members or 0
    for project in case.projects:
        more = len(case.team(project)) - covered
        if more > 0:
            yield (
                Verdict.NOTE,
                project.entry_no,
                f"团队 {covered + more} 人，参赛费含 {covered} 人，另 {more} 人须单独缴费（不影响参赛）",
                f"{covered + more} members, the fee covers {covered}; {more} pay on their own (no obstacle)",
            )
