"""The contest's results from the journals of its sessions: what spans rooms is computed here, never by a room.

Sessions of one contest share one rule set; the one with the highest version counts, and a difference is said.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from judge_app.core import session
from judge_app.core.awards import Outcome
from judge_app.core.contest import Contest, Judge, Struct, same_person
from judge_app.core.contest_log import Log, QuotaChosen
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.core.events import SessionSetup
from judge_app.core.journal import Record
from judge_app.core.marks import Ruling, Standing, check_rulings
from judge_app.core.results import Alternate, Effect, alternates, effect, obstacles
from judge_app.core.rules import RuleSet
from judge_app.core.scoring import Scorebook, Tabulation, open_book, tabulate_book
from judge_app.core.session import State
from judge_app.core.stages import ProjectStage


def replay(records: Iterable[Record]) -> State:
    """The session after its journal."""
    state = State()
    for record in records:
        state = session.evolve(state, record.body)
    return state


def check_together(states: Sequence[State]) -> None:
    """Whether sessions are parts of one contest: the same rules, no session and no entry number twice. Raises BadInput."""
    problems = []
    first = states[0].session
    seen_sessions: set[str] = set()
    seen_entries: dict[str, str] = {}
    for state in states:
        setup = state.session
        name = setup.session.name
        if setup.session_id in seen_sessions:
            problems.append(Problem(name, "同一场次给了两次", "the same session was given twice"))
            continue
        seen_sessions.add(setup.session_id)
        if setup.rules != first.rules:
            problems.append(
                Problem(
                    name,
                    f"评审规则与“{first.session.name}”不同，不能合并计算",
                    f"its rules differ from those of {first.session.name}: they cannot be counted together",
                )
            )
        for entry_no in state.order:
            if entry_no in seen_entries:
                other = seen_entries[entry_no]
                problems.append(
                    Problem(name, f"{entry_no} 号项目也在“{other}”", f"project {entry_no} is in {other} as well")
                )
            seen_entries[entry_no] = name
    if problems:
        raise BadInput(problems)


class Count(Struct, frozen=True):
    """A whole contest counted from its sessions and from what was decided about it."""

    contest: Contest
    """All sessions' projects, judges and external results together, session by session. Two rooms may give one number to
    two people who walk in: a judge is known by his session's panel and his number."""
    rules: RuleSet
    """With the quota that was chosen."""
    book: Scorebook
    tabulation: Tabulation
    """Of the projects that compete."""
    outside: dict[str, ProjectStage]
    """Projects that left in their session, and how."""
    rulings: tuple[tuple[str, Ruling], ...]
    """(session, '' for the contest; ruling) in the order in which they count: of two on one question the later one."""
    confirmed: dict[str, str]
    """Assumed path → who confirmed it, in a session or for the contest."""
    advance: tuple[str, ...]
    """Who goes on, alternates in the places that fell free."""
    filled: tuple[Alternate, ...] = ()


_NO_LOG = Log()


def count(states: Sequence[State], log: Log = _NO_LOG) -> Count:
    """The results over all sessions, in the order given. Raises BadInput where they do not belong together."""
    check_together(states)
    contest = _joined(states)
    rules = _with_quota(states[0].session.rules, log.quota)
    entries = tuple(entry for state in states for entry in session.entries(state))
    made = [(state.session.session.name, ruling) for state in states for ruling in session.rulings(state)]
    made += [("", ruling) for ruling in log.rulings]
    fitting = [made[at] for at, _ in session.grounded([ruling for _, ruling in made], entries)]
    passed = contest.passed_initial_review
    if log.quota is not None and log.quota.passed_initial_review:
        passed = log.quota.passed_initial_review
    book = open_book(rules, entries, rulings=tuple(ruling for _, ruling in fitting), passed_initial_review=passed)
    tabulation = _competing(tabulate_book(book))
    advance = tabulation.advance
    filled: tuple[Alternate, ...] = ()
    if log.departures and tabulation.advance_status is Outcome.FINAL:
        advance, filled = alternates(book, log.departures)
    return Count(
        contest=contest,
        rules=rules,
        book=book,
        tabulation=tabulation,
        outside={
            no: held.stage for state in states for no, held in state.projects.items() if held.stage in session.OUT
        },
        rulings=tuple(fitting),
        confirmed={**{path: by for state in states for path, by in state.confirmed}, **log.confirmed},
        advance=advance,
        filled=filled,
    )


def results(states: Sequence[State]) -> Tabulation:
    """One tabulation over all sessions, in the order given. Raises BadInput where they do not belong together."""
    return count(states).tabulation


def _joined(states: Sequence[State]) -> Contest:
    setups = [state.session for state in states]
    planned = {one.name: one for setup in setups for one in setup.contest.sessions}
    return msgspec.structs.replace(
        setups[0].contest,
        sessions=tuple({**planned, **{setup.session.name: setup.session for setup in setups}}.values()),
        projects=tuple(project for setup in setups for project in setup.contest.projects),
        judges=_all_judges(setups),
        external=tuple(dict.fromkeys(row for setup in setups for row in setup.contest.external)),
        part=False,
    )


def _all_judges(setups: Sequence[SessionSetup]) -> tuple[Judge, ...]:
    """Everybody who judges, each once with all his sessions."""
    found: dict[tuple[str, int], Judge] = {}
    for setup in setups:
        for judge in setup.contest.judges:
            other = 0  # how many other people have his number
            while (held := found.get((judge.no, other))) is not None and not same_person(held.name, judge.name):
                other += 1
            before = held or judge
            sits_in = tuple(dict.fromkeys((*before.sessions, *judge.sessions, setup.session.name)))
            found[judge.no, other] = msgspec.structs.replace(before, sessions=sits_in)
    return tuple(found.values())


def _with_quota(rules: RuleSet, chosen: QuotaChosen | None) -> RuleSet:
    if chosen is None or rules.advance is None:
        return rules
    advance = msgspec.structs.replace(rules.advance, rounding=chosen.rounding, basis=chosen.basis)
    return msgspec.structs.replace(rules, advance=advance)


def _competing(result: Tabulation) -> Tabulation:
    kept = tuple(project for project in result.projects if project.standing is Standing.COMPETING)
    return msgspec.structs.replace(result, projects=kept)


def fingerprint(tabulation: Tabulation) -> str:
    """SHA-256 (hex) of a tabulation: whether results are still those that were published."""
    return hashlib.sha256(msgspec.json.encode(tabulation)).hexdigest()


# before deciding


def with_ruling(held: Count, ruling: Ruling) -> tuple[Tabulation, Effect]:
    """The results with one more ruling, and what changes by it. Raises BadInput for one that cannot be meant."""
    rulings = (*held.book.rulings, ruling)
    if ruling.kind == "few_sheets":  # the only one that changes what a project's own sheets give
        after = open_book(
            held.rules, held.book.entries, rulings=rulings, passed_initial_review=held.book.passed_initial_review
        )
    else:
        problems = check_rulings(held.rules, held.book.entries, [ruling])
        if problems:
            raise BadInput(problems)
        after = msgspec.structs.replace(held.book, rulings=rulings)
    tabulation = _competing(tabulate_book(after))
    return tabulation, effect(held.tabulation, tabulation)


def with_quota(held: Count, chosen: QuotaChosen) -> tuple[Tabulation, Effect]:
    """The results with the quota chosen otherwise, and what changes by it. Raises Refused without a reason or two people,
    or where the rules know no ratio."""
    rule = held.rules.advance
    if rule is None or rule.type != "ratio":
        raise Refused("no_ratio", "本赛制的名额不是按比例计算", "the quota of these rules is no ratio")
    if not chosen.reason.strip():
        raise Refused("reason_missing", "请写明理由", "give the reason")
    if not chosen.by.strip() or same_person(chosen.by, chosen.second_person) or not chosen.second_person.strip():
        raise Refused("two_people", "须由两人确认", "it needs two people")
    passed = chosen.passed_initial_review or held.book.passed_initial_review
    after = msgspec.structs.replace(
        held.book, rules=_with_quota(held.rules, chosen), passed_initial_review=dict(passed)
    )
    tabulation = _competing(tabulate_book(after))
    return tabulation, effect(held.tabulation, tabulation)


# what keeps the contest from being published


class Obstacle(Struct, frozen=True):
    """One thing that keeps results from being published, and by what it is cleared. ``place`` is a session, a project,
    a path or an objection's number; ``entries`` are the projects to be told apart."""

    kind: Literal[
        "session", "project", "cut", "award", "alternate", "basis", "value", "list", "period", "changed", "objection"
    ]
    place: str
    zh: str
    en: str
    entries: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return "|".join((self.kind, self.place, *self.entries))


def keeping_from_list(held: Count, states: Sequence[State]) -> tuple[Obstacle, ...]:
    """Everything that keeps the results from going out at all, in the order in which people clear it."""
    here = {state.session.session.name for state in states}
    found = [
        Obstacle(
            kind="session",
            place=one.name,
            zh=f"“{one.name}”还没有任何记录：请接入它的会场或加入它的场次文件",
            en=f"nothing of {one.name} is here: connect its room, or add its session file",
        )
        for one in held.contest.sessions
        if one.name not in here
    ]
    found += [
        Obstacle(
            kind="session",
            place=state.session.session.name,
            zh=f"“{state.session.session.name}”的成绩还没有锁定：请评委组长复核、签字并锁定本场",
            en=f"the results of {state.session.session.name} are not locked: its chair reviews, signs and locks them",
        )
        for state in states
        if not state.locked
    ]
    where = {no: state.session.session.name for state in states for no in state.projects}
    numbers = {project.entry_no for project in held.tabulation.projects}
    awards = list(held.tabulation.award_candidates)
    for problem in obstacles(held.rules, held.tabulation, held.confirmed):
        place, zh, en = problem.place, problem.zh, problem.en
        if place in numbers:
            zh, en = f"{place} 号（{where[place]}）：{zh}", f"{place} ({where[place]}): {en}"
            found.append(Obstacle(kind="project", place=place, zh=zh, en=en))
        elif place == "advance" and held.tabulation.advance_candidates and "晋级线" in zh:
            found.append(Obstacle(kind="cut", place="", zh=zh, en=en, entries=held.tabulation.advance_candidates))
        elif place == "advance":
            found.append(Obstacle(kind="basis", place="", zh=zh, en=en))
        elif place == "awards":
            found.append(Obstacle(kind="award", place="", zh=zh, en=en, entries=awards.pop(0)))
        else:
            found.append(Obstacle(kind="value", place=place, zh=zh, en=en))
    for one in held.filled:
        if one.entry_no is None and one.candidates:
            listed = "、".join(one.candidates)
            found.append(
                Obstacle(
                    kind="alternate",
                    place=one.departure.entry_no,
                    zh=f"{listed} 号同名次，递补 {one.departure.entry_no} 号的名额待裁定",
                    en=f"{listed} share the rank next in line for the place of {one.departure.entry_no}: rule on it",
                    entries=one.candidates,
                )
            )
    return tuple(found)


def needs_list(rules: RuleSet) -> bool:
    """Whether a public list (公示) comes before the final publication: where somebody advances."""
    return rules.advance is not None


def keeping_from_final(held: Count, states: Sequence[State], log: Log, today: str) -> tuple[Obstacle, ...]:
    """What keeps the results from being published for good on ``today`` (an ISO date)."""
    found = list(keeping_from_list(held, states))
    if not needs_list(held.rules):
        return tuple(found)
    listed = log.listed
    if listed is None:
        return (*found, Obstacle(kind="list", place="", zh="名单尚未公示", en="the list has not been made public"))
    published = listed.published
    if published.results_sha256 != fingerprint(held.tabulation) or published.advance != held.advance:
        zh, en = "公示后成绩或名单有变化，请重新公示", "results or list have changed since: make the list public again"
        found.append(Obstacle(kind="changed", place="", zh=zh, en=en))
    if datetime.date.fromisoformat(today) <= datetime.date.fromisoformat(published.end):
        zh, en = f"公示期至 {published.end}，期满后公布", f"open to objections until {published.end}; publish after it"
        found.append(Obstacle(kind="period", place=published.end, zh=zh, en=en))
    for one in log.open_objections:
        zh, en = f"异议 {one.number}（{one.entry_no} 号）还没有处理", f"objection {one.number} is open"
        found.append(Obstacle(kind="objection", place=one.number, zh=zh, en=en))
    return tuple(found)
