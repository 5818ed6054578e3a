"""What becomes of results: corrections and their effect, what keeps them from being published, who goes on, and who
fills a place that falls free.

Everything is a pure function over a tabulation; what people decide (a correction, a confirmation, a departure, an
objection) comes in as a typed value with who and why, and leaves as a value that can be logged.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from judge_app.core.awards import Outcome, Quotas, quotas
from judge_app.core.contest import Contest, Project, Struct, same_person
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.core.marks import Deduction, Entry, Sheet, Standing, scope_of
from judge_app.core.rule_check import check, label_of, values_at
from judge_app.core.rules import RuleSet, Text, change_rules
from judge_app.core.scoring import Scorebook, open_book, places_of, replace_entry, tabulate_book
from judge_app.core.working import Status, Tabulation

# from a contest to entries


def external_scores(rules: RuleSet, contest: Contest) -> tuple[dict[str, dict[str, Decimal]], list[Problem]]:
    """(entry number → component → score, what is wrong) of the results that no judge gives.

    A component that must be entered twice counts only when two different people entered it; until then it is missing,
    which makes the project INCOMPLETE, and is said. Several rows of one result must agree.
    """
    found: dict[str, dict[str, Decimal]] = {}
    people: dict[tuple[str, str], set[str]] = {}
    problems: list[Problem] = []
    contested: set[tuple[str, str]] = set()
    for row in contest.external:
        place = f"{row.entry_no} · {row.component}"
        component = next((one for one in rules.components if row.component in (one.key, one.name)), None)
        if component is None or component.judged:
            problems.append(Problem(place, "规则中没有这个外部得分项", "the rules have no such external component"))
            continue
        at = row.entry_no, component.key
        score = Decimal(row.score)
        people.setdefault(at, set()).update(person.strip() for person in row.entered_by if person.strip())
        before = found.setdefault(row.entry_no, {}).setdefault(component.key, score)
        if before != score:
            contested.add(at)
            problems.append(
                Problem(place, f"两次录入不一致：{before} 与 {score}", f"the two entries differ: {before} and {score}")
            )
    for (entry_no, key), names in people.items():
        component = rules.component(key)
        if component is not None and component.entry == "twice" and len(names) < 2:
            contested.add((entry_no, key))
            problems.append(
                Problem(f"{entry_no} · {key}", "须由两人各录入一次", "must be entered by two different people")
            )
    for entry_no, key in contested:
        del found[entry_no][key]
    return found, problems


def entries_of(
    rules: RuleSet,
    contest: Contest,
    sheets: Mapping[str, Sequence[Sheet]],
    *,
    standings: Mapping[str, Standing] | None = None,
    deductions: Mapping[str, Sequence[Deduction]] | None = None,
    round_projects: Collection[str] | None = None,
) -> tuple[tuple[Entry, ...], list[Problem]]:
    """(the contest's projects with their sheets as entries, in the contest's order; what is wrong with external scores).

    ``round_projects``: only these entry numbers take part (the list that advanced from the round before).
    """
    external, problems = external_scores(rules, contest)
    standings = standings or {}
    deductions = deductions or {}
    entries = tuple(
        Entry(
            entry_no=project.entry_no,
            name=project.name,
            lead_unit=project.lead_unit,
            track=project.track,
            topic=project.topic,
            session=project.session,
            sheets=tuple(sheets.get(project.entry_no, ())),
            votes=project.votes,
            external=external.get(project.entry_no, {}),
            standing=standings.get(project.entry_no, Standing.COMPETING),
            deductions=tuple(deductions.get(project.entry_no, ())),
        )
        for project in contest.projects
        if round_projects is None or project.entry_no in round_projects
    )
    return entries, problems


def advancing(contest: Contest, tabulation: Tabulation) -> tuple[Project, ...]:
    """The projects of the next round, in the order they advanced. Raises Refused while that is not decided."""
    if tabulation.advance_status is not Outcome.FINAL:
        raise Refused(
            "advance_not_final",
            "晋级名单尚未确定，不能作为下一轮名单",
            "who advances is not decided: it cannot be the list of the next round",
        )
    projects = {project.entry_no: project for project in contest.projects}
    return tuple(projects[number] for number in tabulation.advance)


# corrections


class Correction(Struct, frozen=True):
    """更正: one value of one judge's sheet, with who and why. ``criterion`` None: the sheet's total.

    ``old`` and ``new`` None: the line was (is to be) blank. The scorer (``by``) and the checker must differ.
    """

    entry_no: str
    judge: str
    component: str
    old: Decimal | None
    new: Decimal | None
    by: str
    checked_by: str
    reason: str
    criterion: str | None = None


class Change(Struct, frozen=True):
    """What changed for one project; equal fields did not."""

    entry_no: str
    status_before: Status
    status_after: Status
    total_before: Decimal | None
    total_after: Decimal | None
    rank_before: int | None
    rank_after: int | None
    awards_before: tuple[str, ...]
    awards_after: tuple[str, ...]
    advances_before: bool
    advances_after: bool


class Effect(Struct, frozen=True):
    """What a change of sheets, rules or rulings does to results: the projects it touches, and the lists' states."""

    changes: tuple[Change, ...]
    advance_before: Outcome
    advance_after: Outcome
    awards_before: Outcome
    awards_after: Outcome

    @property
    def touches_ranks(self) -> bool:
        return any(one.rank_before != one.rank_after for one in self.changes)

    @property
    def touches_awards(self) -> bool:
        return any(one.awards_before != one.awards_after for one in self.changes)

    @property
    def touches_advancement(self) -> bool:
        return any(one.advances_before != one.advances_after for one in self.changes)


def moved_by_votes(before: Tabulation, after: Tabulation, among: Collection[str]) -> list[str]:
    """Of these projects those whose rank by votes, points for votes or total is another: signed results, which a ruling
    on the votes of one project may not change by the way."""
    held = {one.entry_no: one.signed_of_votes for one in before.projects}
    return [
        one.entry_no
        for one in after.projects
        if one.entry_no in among and one.signed_of_votes != held.get(one.entry_no)
    ]


def effect(before: Tabulation, after: Tabulation) -> Effect:
    """Before and after for every project for which something changed, in the order of ``after``; for projects in both."""
    held = {project.entry_no: project for project in before.projects}
    changes = []
    for project in after.projects:
        old = held.get(project.entry_no)
        if old is None:
            continue
        change = Change(
            entry_no=project.entry_no,
            status_before=old.status,
            status_after=project.status,
            total_before=old.total,
            total_after=project.total,
            rank_before=old.rank,
            rank_after=project.rank,
            awards_before=awards_won(before, project.entry_no),
            awards_after=awards_won(after, project.entry_no),
            advances_before=project.entry_no in before.advance,
            advances_after=project.entry_no in after.advance,
        )
        if (
            change.status_before != change.status_after
            or change.total_before != change.total_after
            or change.rank_before != change.rank_after
            or change.awards_before != change.awards_after
            or change.advances_before != change.advances_after
        ):
            changes.append(change)
    return Effect(
        changes=tuple(changes),
        advance_before=before.advance_status,
        advance_after=after.advance_status,
        awards_before=before.award_status,
        awards_after=after.award_status,
    )


def awards_won(tabulation: Tabulation, entry_no: str) -> tuple[str, ...]:
    """The awards of one project."""
    return tuple(name for name, numbers in tabulation.awards.items() if entry_no in numbers)


def correct(book: Scorebook, correction: Correction) -> tuple[Scorebook, Effect]:
    """The book with one value corrected, and what that does.

    Raises Refused where a reason or the second person is missing, the sheet is not there or the old value is another
    one (somebody was faster); BadInput where the new value is out of range or off the step.
    """
    if not correction.reason.strip():
        raise Refused("reason_missing", "更正必须写明原因", "a correction needs its reason")
    if not correction.by.strip() or not correction.checked_by.strip():
        raise Refused("names_missing", "更正须有录入人和复核人", "a correction needs a scorer and a checker")
    if same_person(correction.by, correction.checked_by):
        raise Refused("same_person", "录入人与复核人不能是同一人", "the scorer and the checker must be two people")
    entry = next((one for one in book.entries if one.entry_no == correction.entry_no), None)
    if entry is None:
        raise Refused("no_entry", f"没有参赛序号 {correction.entry_no}", f"there is no entry {correction.entry_no}")
    position = next(
        (
            at
            for at, sheet in enumerate(entry.sheets)
            if sheet.judge == correction.judge and sheet.component == correction.component
        ),
        None,
    )
    if position is None:
        raise Refused(
            "no_sheet",
            f"评委 {correction.judge} 没有 {correction.entry_no} 号项目的这份评分表",
            f"judge {correction.judge} has no such sheet for project {correction.entry_no}",
        )
    sheet = _corrected(entry.sheets[position], correction)
    changed = msgspec.structs.replace(entry, sheets=(*entry.sheets[:position], sheet, *entry.sheets[position + 1 :]))
    after = replace_entry(book, changed)
    return after, effect(tabulate_book(book), tabulate_book(after))


def _corrected(sheet: Sheet, correction: Correction) -> Sheet:
    held = sheet.total if correction.criterion is None else (sheet.points or {}).get(correction.criterion)
    if held != correction.old:
        raise Refused(
            "value_moved",
            f"原值已是 {held}，不是 {correction.old}，请重新核对",
            f"the value is {held}, not {correction.old}: look again",
        )
    if correction.criterion is None:
        if sheet.points is not None:
            raise Refused(
                "has_criteria", "这份评分表有各要素分数，请更正要素", "this sheet has criteria: correct those"
            )
        return msgspec.structs.replace(sheet, total=correction.new)
    if sheet.points is None:
        raise Refused("total_only", "这份评分表只有总分，请更正总分", "this sheet has a total alone: correct that")
    points = {**sheet.points, correction.criterion: correction.new}
    return msgspec.structs.replace(sheet, points=points, total=None)


class RuleChange(Struct, frozen=True):
    """A change of the rules after the first sheet: a merge patch, with who, a second person and why (contract 9)."""

    patch: dict[str, Any]
    by: str
    second_person: str
    reason: str


def change_rules_of(book: Scorebook, change: RuleChange) -> tuple[Scorebook, Effect]:
    """The book under changed rules, one version on, and what that does to every project.

    Raises Refused without a reason or two people; BadInput for rules that cannot be taken, cannot work, or under which
    sheets that were given cannot be counted.
    """
    if not change.reason.strip():
        raise Refused("reason_missing", "修改规则必须写明原因", "a change of the rules needs its reason")
    if not change.by.strip() or not change.second_person.strip() or same_person(change.by, change.second_person):
        raise Refused("two_people", "修改规则须由两人确认", "a change of the rules needs two people")
    changed = change_rules(book.rules, {**change.patch, "version": book.rules.version + 1}, "")
    problems = check(changed)
    if problems:
        raise BadInput(problems)
    after = open_book(
        changed,
        book.entries,
        rulings=book.rulings,
        popularity_voided=book.popularity_voided,
        passed_initial_review=book.passed_initial_review,
    )
    return after, effect(tabulate_book(book), tabulate_book(after))


# what keeps results from being published


def unconfirmed(rules: RuleSet, confirmed: Mapping[str, str]) -> tuple[str, ...]:
    """Assumed paths of values that the rules hold and that nobody has confirmed by name (待组委会确认)."""
    return tuple(path for path in rules.all_assumed if values_at(rules, path) and not confirmed.get(path, "").strip())


def obstacles(rules: RuleSet, tabulation: Tabulation, confirmed: Mapping[str, str]) -> list[Problem]:
    """Everything that keeps results from being published, in the order in which people clear it: unfinished projects,
    rulings, ties across a line, values that no notice states. Empty: publish. ``confirmed`` is path → who confirmed."""
    found: list[Problem] = []
    for project in tabulation.projects:
        if project.standing is not Standing.COMPETING or project.status.finished:
            continue
        if project.status is Status.INCOMPLETE:
            found.append(Problem(project.entry_no, "评分未齐", "sheets or results are missing"))
        else:
            found.append(Problem(project.entry_no, "有效评分不足，待裁定", "too few valid sheets: a ruling is needed"))
    if tabulation.advance_candidates:
        numbers = "、".join(tabulation.advance_candidates)
        found.append(Problem("advance", f"{numbers} 号在晋级线上同分，待裁定", f"{numbers} tie at the cut: rule on it"))
    for group in tabulation.award_candidates:
        numbers = "、".join(group)
        found.append(
            Problem("awards", f"{numbers} 号在奖项分界上同分，待裁定", f"{numbers} tie across awards: rule on it")
        )
    if rules.advance is not None and tabulation.advance_status is Outcome.NOT_STATED:
        found.append(Problem("advance", "晋级名额的基数未填写", "the number the quota is a share of is not given"))
    for path in unconfirmed(rules, confirmed):
        zh, en = label_of(rules, path)
        found.append(Problem(path, f"{zh}：待组委会确认", f"{en}: to be confirmed by the organiser"))
    return found


# places that fall free


class Departure(Struct, frozen=True):
    """A project that gives up (弃赛) or loses (取消资格) its place after the list was made, with who decided and why."""

    entry_no: str
    standing: Standing
    by: str
    reason: str


class Alternate(Struct, frozen=True):
    """递补: who takes a free place; ``entry_no`` None with ``candidates`` where equals must be told apart by a ruling,
    or without any where nobody is left. One log line each."""

    departure: Departure
    scope: str
    entry_no: str | None
    candidates: tuple[str, ...] = ()


def alternates(book: Scorebook, departures: Sequence[Departure]) -> tuple[tuple[str, ...], tuple[Alternate, ...]]:
    """(the list after all departures, one log line for each place that fell free), filled by rank (依序递补).

    The list is the one that ``book`` gives, as it was published; the number of places stays what it was and those who
    departed are passed over. Raises Refused while the list is not final, and for a departure of a project that is not
    there, twice, or without a name and a reason.
    """
    rules = book.rules
    tabulation = tabulate_book(book)
    if rules.advance is None or tabulation.advance_status is not Outcome.FINAL:
        raise Refused("advance_not_final", "晋级名单尚未确定", "who advances is not decided yet")
    gone: list[str] = []
    numbers = {entry.entry_no for entry in book.entries}
    for departure in departures:
        _check_departure(departure, numbers, gone)
        gone.append(departure.entry_no)
    scopes = places_of(book, rules.advance.per or rules.rank_scope)
    scope_by_number = {place.entry_no: scope for scope, places in scopes.items() for place in places}
    held = list(tabulation.advance)
    log: list[Alternate] = []
    for departure in departures:
        if departure.entry_no not in held:
            continue  # it was only next in line: it is passed over, no place falls free
        at = held.index(departure.entry_no)
        del held[at]
        scope = scope_by_number[departure.entry_no]
        waiting = [place for place in scopes[scope] if place.entry_no not in held and place.entry_no not in gone]
        best = tuple(place.entry_no for place in waiting if place.rank == waiting[0].rank)
        if len(best) == 1:
            held.insert(
                max((index + 1 for index, number in enumerate(held) if scope_by_number[number] == scope), default=at),
                best[0],
            )
        log.append(
            Alternate(
                departure=departure,
                scope=scope,
                entry_no=best[0] if len(best) == 1 else None,
                candidates=best if len(best) > 1 else (),
            )
        )
    return tuple(held), tuple(log)


def _check_departure(departure: Departure, numbers: Collection[str], gone: Collection[str]) -> None:
    number = departure.entry_no
    if not departure.by.strip() or not departure.reason.strip():
        raise Refused("reason_missing", "请写明由谁决定及原因", "say who decided and why")
    if departure.standing is Standing.COMPETING:
        raise Refused("not_a_departure", "请写明弃赛或取消资格", "say whether it withdrew or was disqualified")
    if number not in numbers:
        raise Refused("no_entry", f"没有参赛序号 {number}", f"there is no entry {number}")
    if number in gone:
        raise Refused("gone_already", f"{number} 号项目已登记过", f"project {number} has left already")


def top_of_each(book: Scorebook, per: str = "track") -> dict[str, tuple[str, ...]]:
    """The first of each track (S4-22), or of each topic or session; several where they share the best rank and must be
    told apart. A scope with an unfinished project is left out."""
    results = {project.entry_no: project for project in tabulate_book(book).projects}
    waiting = {
        scope_of(entry, per)
        for entry in book.entries
        if entry.standing is Standing.COMPETING and results[entry.entry_no].total is None
    }
    return {
        scope: tuple(place.entry_no for place in places if place.rank == 1)
        for scope, places in places_of(book, per).items()
        if scope not in waiting and places
    }


def quota_table(book: Scorebook) -> dict[str, Quotas]:
    """The four roundings side by side for each basis that a ratio can have (A-20, A-21); empty where no ratio is used.

    Keys are the bases: ranked_in_final, and passed_initial_review where those numbers are given.
    """
    rule = book.rules.advance
    if rule is None or rule.type != "ratio" or rule.ratio is None:
        return {}
    per = rule.per or book.rules.rank_scope
    ranked = {scope: len(places) for scope, places in places_of(book, per).items()}
    found = {"ranked_in_final": quotas(rule.ratio, ranked, rule.rounding)}
    passed = book.passed_initial_review
    if passed:
        basis = {"": sum(passed.values())} if per == "all" else dict(passed)
        found["passed_initial_review"] = quotas(rule.ratio, basis, rule.rounding)
    return found


# publicity and objections


class PublicityRow(Struct, frozen=True):
    """One line of the public list (F4): no marks, no people, confidential titles masked."""

    position: int
    entry_no: str
    name: str
    lead_unit: str
    partner_units: tuple[str, ...]
    track: str
    rank: int | None = None
    total: Decimal | None = None


class Publicity(Struct, frozen=True):
    """公示: the list with its basis in words and its period (ISO dates, both inclusive)."""

    rows: tuple[PublicityRow, ...]
    start: str
    end: str
    basis: Text
    order: Text


_MASK = "（涉密项目，名称不公开）"
_BASES = {
    "passed_initial_review": ("通过初审项目总数", "the projects that passed the initial review"),
    "ranked_in_final": ("决赛排名项目总数", "the projects ranked in the final"),
}
_SCOPES = {
    "all": ("", ""),
    "track": ("各赛道", " in each track"),
    "topic": ("各主题", " in each topic"),
    "session": ("各场次", " in each session"),
}
_ROUNDINGS = {
    "half_up": ("四舍五入", "rounded half up"),
    "floor": ("舍去尾数", "rounded down"),
    "ceil": ("进一", "rounded up"),
    "largest_remainder": ("最大余数法", "by largest remainder"),
}


def basis_of(rules: RuleSet) -> Text:
    """The rule by which places were given, in a sentence (F4: rule, basis, ratio, rounding)."""
    rule = rules.advance
    if rule is None:
        return Text(zh="通知未写明晋级办法", en="the notice states no advancement")
    scope_zh, scope_en = _SCOPES[rule.per or rules.rank_scope]
    if rule.type == "top_n":
        return Text(zh=f"{scope_zh}综合排名前 {rule.n} 名晋级", en=f"the first {rule.n}{scope_en} advance")
    if rule.type == "score_line":
        return Text(zh=f"{scope_zh}总得分 {rule.line} 分以上晋级", en=f"from {rule.line} points on{scope_en}")
    base_zh, base_en = _BASES[rule.basis]
    share = format((rule.ratio or Decimal(0)) * 100, "f")
    share = share.rstrip("0").rstrip(".") if "." in share else share
    rounding_zh, rounding_en = _ROUNDINGS[rule.rounding]
    return Text(
        zh=f"{scope_zh}按{base_zh}的 {share}% 晋级，名额{rounding_zh}",
        en=f"{share} % of {base_en}{scope_en}, {rounding_en}",
    )


def publicity(
    rules: RuleSet,
    tabulation: Tabulation,
    projects: Sequence[Project],
    start: str,
    *,
    numbers: Sequence[str] | None = None,
    by_rank: bool = False,
    scores: bool = False,
    confidential: Collection[str] = (),
) -> Publicity:
    """The list that is made public from ``start`` (an ISO date) for the rule set's days, at least one.

    ``numbers``: the list after alternates (None: who advances). Ordered by the contest's own order, or by rank.
    Raises Refused while the list is not decided.
    """
    if numbers is None:
        if tabulation.advance_status is not Outcome.FINAL:
            raise Refused("advance_not_final", "晋级名单尚未确定，不能公示", "who advances is not decided yet")
        numbers = tabulation.advance
    wanted = list(numbers)
    held = {project.entry_no: project for project in projects}
    results = {project.entry_no: project for project in tabulation.projects}
    listed = wanted if by_rank else [project.entry_no for project in projects if project.entry_no in set(wanted)]
    days = rules.publicity_days or 1
    first = datetime.date.fromisoformat(start)
    return Publicity(
        rows=tuple(
            PublicityRow(
                position=position,
                entry_no=number,
                name=_MASK if number in confidential else held[number].name,
                lead_unit=held[number].lead_unit,
                partner_units=held[number].partner_units,
                track=held[number].track or held[number].topic,
                rank=results[number].rank if by_rank or scores else None,
                total=results[number].total if scores else None,
            )
            for position, number in enumerate(listed, 1)
        ),
        start=start,
        end=(first + datetime.timedelta(days=days - 1)).isoformat(),
        basis=basis_of(rules),
        order=Text(zh="按名次排列", en="by rank") if by_rank else Text(zh="按参赛序号排列", en="by entry number"),
    )


class Objection(Struct, frozen=True):
    """异议 against a published list: real name, contact and facts in writing (A-33); ``received`` is an ISO date.

    ``outcome`` stays open until it is decided, by a named person with a decision in words.
    """

    number: str
    entry_no: str
    name: str
    contact: str
    facts: str
    received: str
    outcome: str = "open"
    decision: str = ""
    decided_by: str = ""


OUTCOMES = {
    "open": ("处理中", "open"),
    "upheld": ("异议成立", "upheld"),
    "rejected": ("异议不成立", "rejected"),
    "withdrawn": ("异议人撤回", "withdrawn"),
}


def check_objection(objection: Objection, listed: Publicity) -> list[Problem]:
    """Why an objection is not taken: no name, contact or facts; too early or too late (逾期不予受理); not on the list."""
    found = []
    for field, zh in (("name", "实名（单位加盖公章）"), ("contact", "联系方式"), ("facts", "事实")):
        if not getattr(objection, field).strip():
            found.append(Problem(f"{objection.number}.{field}", f"缺少{zh}", f"{field} is missing"))
    try:
        received = datetime.date.fromisoformat(objection.received)
    except ValueError:
        found.append(Problem(f"{objection.number}.received", "日期应为 2026-12-05 的形式", "a date like 2026-12-05"))
    else:
        if received > datetime.date.fromisoformat(listed.end):
            found.append(
                Problem(
                    f"{objection.number}.received", f"公示期至 {listed.end}，逾期不予受理", f"too late: {listed.end}"
                )
            )
        elif received < datetime.date.fromisoformat(listed.start):
            found.append(Problem(f"{objection.number}.received", "公示尚未开始", f"the list opens on {listed.start}"))
    if objection.entry_no not in {row.entry_no for row in listed.rows}:
        found.append(Problem(f"{objection.number}.entry_no", "该项目不在公示名单中", "the project is not on the list"))
    return found


def decide_objection(objection: Objection, outcome: str, decision: str, by: str) -> Objection:
    """The objection with its outcome. Raises Refused without a decision in words or a name, or if it is decided."""
    if outcome not in OUTCOMES or outcome == "open":
        raise Refused("no_outcome", "请选择处理结果", "choose an outcome")
    if objection.outcome != "open":
        raise Refused("decided", "该异议已有处理结果", "this objection is decided")
    if not decision.strip() or not by.strip():
        raise Refused("reason_missing", "请写明处理意见和处理人", "say what was decided and by whom")
    return msgspec.structs.replace(objection, outcome=outcome, decision=decision, decided_by=by)
