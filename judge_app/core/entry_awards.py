"""Checks on prior awards, and the days that entries count from (S0-20, S4-10, A-22, A-36)."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator

from judge_app.core.contest import Project
from judge_app.core.entries import PriorAward, same
from judge_app.core.entry_case import Case, Found, Verdict


def prior_awards(case: Case, path: str) -> Iterator[Found]:
    """S0-20, A-22: "in principle", so it is asked, never refused."""
    months = case.entry.prior_award_months or 0
    deadline = datetime.date.fromisoformat(entry_day(case.contest.entry_deadline))
    limit = _months_before(deadline, months)
    for project, award in _awards(case):
        latest = day_of(award.date, last=True)
        fields = [same(one) for one in (project.topic, project.track, project.name) if one]
        near = not award.field or any(same(award.field) in one or one in same(award.field) for one in fields)
        if latest is None:
            yield (
                Verdict.CONFIRM,
                project.entry_no,
                f"获奖“{award.award}”没有可用的日期；请确认是否早于 {limit.isoformat()}",
                f'the award "{award.award}" has no usable date; was it before {limit.isoformat()}? confirm',
            )
        elif latest < limit:
            yield (
                Verdict.CONFIRM if near else Verdict.NOTE,
                project.entry_no,
                f"{award.date} 获“{award.award}”，早于截止日期前 {months} 个月（{limit.isoformat()}）；"
                + ("原则上不接受，请确认" if near else f"领域为“{award.field}”，似非同领域"),
                f'it had "{award.award}" on {award.date}, earlier than {months} months before the deadline '
                f"({limit.isoformat()}); "
                + ("in principle barred, confirm" if near else f'its field "{award.field}" seems another'),
            )


def barred_awards(case: Case, path: str) -> Iterator[Found]:
    """S4-10: awards that bar an entry outright."""
    for project, award in _awards(case):
        kind = any(_award_matches(word, award.award) for word in case.entry.barred_awards)
        if not kind:
            continue
        levels = case.entry.barred_award_levels
        said = same(award.level + award.award)
        if not levels or any(same(one).removesuffix("级") in said for one in levels):
            verdict, zh, en = Verdict.REJECT, "不能申报", "it may not enter"
        elif award.level:
            continue
        else:
            verdict, zh, en = Verdict.CONFIRM, "级别未填，请确认", "its level is not given, confirm"
        yield (
            verdict,
            project.entry_no,
            f"已获 {award.level}“{award.award}”：{zh}",
            f'it had "{award.award}" {award.level}: {en}',
        )


def _award_matches(word: str, award: str) -> bool:
    """科学技术奖 takes in 科学技术进步奖, 科技进步奖 and their like."""
    stem = same(word).removesuffix("奖").replace("科学技术", "科技")
    return stem in same(award).replace("科学技术", "科技")


def _awards(case: Case) -> Iterator[tuple[Project, PriorAward]]:
    for project in case.projects:
        for award in case.awards_of.get(project.entry_no, ()):
            yield project, award


def needs_awards_and_deadline(case: Case) -> str:
    if case.entries.awards is None:
        return "既往获奖"
    return "" if case.contest.entry_deadline else "大赛 · 报名截止"


def entry_day(deadline: str) -> str:
    """The last day of entry: a deadline of 2023-07-01T00:00 is the end of 30 June (A-36)."""
    if deadline.endswith("T00:00"):
        return (datetime.date.fromisoformat(deadline[:10]) - datetime.timedelta(days=1)).isoformat()
    return deadline[:10]


def _months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months earlier, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def day_of(text: str, *, last: bool) -> datetime.date | None:
    """An ISO date, or the first or last day of an ISO month or a year."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2] or (12 if last else 1)), match[3]
    try:
        return datetime.date(year, month, int(day or (calendar.monthrange(year, month)[1] if last else 1)))
    except ValueError:
        return None
