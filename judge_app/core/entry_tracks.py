"""Checks on tracks, regions and editions running (S0-17, S0-19, S4-08, A-23)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from judge_app.core.entries import same
from judge_app.core.entry_case import Case, Found, Verdict

_CHINESE_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}


def one_track(case: Case, path: str) -> Iterator[Found]:
    """S0-17, S4-08: one track for one project, under any of its names."""
    for project in case.projects:
        named = [project.track] if project.track in case.events else re.split(r"[、,，;；/]", project.track)
        named += [one.track for one in case.placements_of.get(project.entry_no, ())]
        tracks = _distinct(case, named)
        if len(tracks) > 1:
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"报了 {len(tracks)} 个赛道（{'、'.join(tracks)}），只能报一个",
                f"it is entered in {len(tracks)} tracks ({', '.join(tracks)}); one is allowed",
            )


def _distinct(case: Case, names: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in names:
        if name.strip():
            track = case.tracks.get(same(name))
            found.setdefault(same(track.name if track else name), track.name if track else name.strip())
    return list(found.values())


def known_track(case: Case, path: str) -> Iterator[Found]:
    """S0-06, S2-03, S3-02, S4-01: the tracks that there are."""
    for project in case.projects:
        if project.track and project.track not in case.events and same(project.track) not in case.tracks:
            names = "、".join(track.name for track in case.rules.tracks)
            yield (
                Verdict.CONFIRM,
                project.entry_no,
                f"赛制里没有赛道“{project.track}”（有 {names}）；请确认",
                f'the rules have no track "{project.track}" (there are {names}); confirm',
            )


def one_region(case: Case, path: str) -> Iterator[Found]:
    for project in case.projects:
        regions = list(
            dict.fromkeys(_region(one.region) for one in case.placements_of.get(project.entry_no, ()) if one.region)
        )
        if len(regions) > 1:
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"报了 {len(regions)} 个分赛区（{'、'.join(regions)}），只能报一个",
                f"it is entered in {len(regions)} regions ({', '.join(regions)}); one is allowed",
            )
        elif regions and case.contest.region and regions[0] != _region(case.contest.region):
            yield (
                Verdict.CONFIRM,
                project.entry_no,
                f"报的分赛区是 {regions[0]}，本赛区是 {case.contest.region}；请确认",
                f"it is entered in {regions[0]}, this region is {case.contest.region}; confirm",
            )


def _region(name: str) -> str:
    return re.sub(r"(分?赛区|省|市|自治区)$", "", re.sub(r"(分?赛区)$", "", name.strip()))


def edition_number(text: str) -> int | None:
    """The number in "第六届", "第十二届", "第6届" or "6"; 首届 is 1; None where there is none."""
    if "首届" in text:
        return 1
    match = re.search(r"\d+", text)
    if match:
        return int(match[0])
    match = re.search(r"[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]", text)
    if not match:
        return None
    tens, ten, ones = match[0].partition("十")
    if not ten:
        return _CHINESE_DIGITS[tens]
    return (_CHINESE_DIGITS[tens] if tens else 1) * 10 + (_CHINESE_DIGITS[ones] if ones else 0)


def editions(case: Case, path: str) -> Iterator[Found]:
    """S0-19, A-23: one unit with one topic may not run in more than so many editions in a row; a gap resets."""
    limit = case.entry.editions_running or 0
    now = edition_number(case.contest.edition)
    if now is None:
        return
    past: dict[tuple[str, str], set[int]] = {}
    roots: dict[tuple[str, str], set[int]] = {}
    for entry in case.entries.past or ():
        topic = same(entry.topic)
        past.setdefault((case.units.canonical(entry.unit), topic), set()).add(entry.edition)
        roots.setdefault((case.units.root(entry.unit), topic), set()).add(entry.edition)
    for project in case.projects:
        topics = [same(topic) for topic in re.split(r"[、;；]", project.topic) if topic.strip()]
        unit = case.units.canonical(project.lead_unit)
        root = case.units.root(project.lead_unit)
        if not topics:
            ran = [topic for one, topic in past if one == unit and _running(past[one, topic], now, limit)]
            if ran:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"{unit} 已连续 {limit} 届参赛，而本项目没有主题分类；请确认是否同一主题",
                    f"{unit} ran in the last {limit} editions and this entry has no topic; is it the same one? confirm",
                )
            continue
        for topic in topics:
            if _running(past.get((unit, topic), set()), now, limit):
                yield (
                    Verdict.REJECT,
                    project.entry_no,
                    f"{unit} 的同一主题已连续参加前 {limit} 届，本届是第 {limit + 1} 届",
                    f"{unit} ran with this topic in the last {limit} editions; this would be number {limit + 1} in a row",
                )
            elif _running(roots.get((root, topic), set()), now, limit):
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"与上级或下属单位（{root}）合计，同一主题已连续参加前 {limit} 届；请确认",
                    f"with its parent or branches ({root}) it ran with this topic in the last {limit} editions; confirm",
                )


def _running(editions: set[int], now: int, limit: int) -> bool:
    return all(now - back in editions for back in range(1, limit + 1))


def needs_past(case: Case) -> str:
    if case.entries.past is None:
        return "往届"
    return "" if edition_number(case.contest.edition) is not None else "大赛 · 届次"
