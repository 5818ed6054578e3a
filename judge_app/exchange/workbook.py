"""contest.xlsx: the contest as an organiser keeps it, read whole or not at all.

The sheets and columns are those of the file's template (大赛, 场次, 项目, 评委, 外部成绩, 工作人员). Everything
wrong is collected in reading order and raised as one BadInput; nothing comes from a workbook with a problem.
Decided here:

* A project may have no 场次 only while no project has one (the split into sessions is still to come).
* Every session that a judge sits in has exactly one 评委组长; reserves do not count.
* A column or key that we do not know is ignored, unless it looks like one that is missing: then it is a problem.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path

from judge_app.core.contest import Contest, ExternalScore, Judge, PanelRole, PlannedSession, Project, StaffMember
from judge_app.core.errors import Problem
from judge_app.core.rules import RuleSet
from judge_app.exchange import cells
from judge_app.exchange.tables import Book, Columns, Row, Table

JUDGE_CLASSES = ("评委", "专家评委", "专业评委")
STAFF_ROLES = ("主持人", "计时员", "计分员", "复核人", "监督人", "技术保障", "策划", "承办")

SESSIONS = Columns(("场次",), ("会场", "日期", "开始时间", "赛道/主题"))
PROJECTS = Columns(
    ("参赛序号", "项目名称", "主体申报单位", "场次"),
    ("联合申报单位", "赛道", "主题分类", "队长", "团队成员", "路演材料", "网络投票数"),
)
JUDGES = Columns(("编号", "姓名", "类别", "场次"), ("单位", "角色"))
EXTERNAL = Columns(("参赛序号", "得分项", "成绩"), ("录入人一", "录入人二"))
STAFF = Columns(("姓名", "角色"), ("单位",))

NONE: tuple[str, ...] = ()

_KEYS = ("大赛名称", "届次", "分赛区", "阶段", "赛制模板", "奖项名额", "报名截止", "本册场次")
"""本册场次 marks a part that was handed out to one room: the tracks of the other rooms are not in it."""
_PASSED = "通过初审数"
_AWARD = re.compile(r"(.*\D)\s*(\d{1,4})\s*(?:个|名|项)?")


def read_contest(
    path: Path | str, *, known_presets: Collection[str], judge_classes: Collection[str] = JUDGE_CLASSES
) -> Contest:
    """The contest in the workbook at ``path``.

    ``known_presets`` are the keys that 赛制模板 may name. Raises BadInput with every problem, in reading order; each
    names file, sheet, row, column and cell (``contest.xlsx · 项目 · 第 4 行 · 参赛序号 (A4)``).
    """
    book = Book(Path(path))
    contest = read_from(book, known_presets=known_presets, judge_classes=judge_classes)
    book.findings.raise_if_any()
    return contest


def check_fit(contest: Contest, rules: RuleSet, *, file_name: str = "contest.xlsx") -> list[Problem]:
    """What in the contest does not fit its rules: a round that they do not hold, judges whose class no component has,
    components that nobody in a session fills, external results of unknown components or over their full marks, awards
    that the rules do not know. Empty when the contest can be run. Raises nothing.
    """
    found: list[Problem] = []
    if rules.rounds and contest.round and rules.round_at(contest.round) is None:
        names = "、".join(one.name for one in rules.rounds)
        found.append(
            Problem(
                f"{file_name} · 大赛 · 阶段",
                f"本赛制没有“{contest.round}”这一轮；请改为：{names}，或留空",
                f'the rules hold no round "{contest.round}"; use: {cells.in_english(names)}, or leave it empty',
            )
        )
    rules = rules.held_in(contest.round)
    for judge in contest.judges:
        if not rules.components_of(judge.judge_class):
            classes = "、".join(dict.fromkeys(one.judge_class or "" for one in rules.judged_components))
            found.append(
                Problem(
                    f"{file_name} · 评委 · {judge.no} · 类别",
                    f"本赛制没有{judge.judge_class}的得分项；请改为：{classes}",
                    f"the rules have no component for {judge.judge_class}; use: {cells.in_english(classes)}",
                )
            )
    for session in contest.sessions:
        panel = [judge for judge in contest.panel(session.name) if judge.role is not PanelRole.RESERVE]
        filled = {component.key for judge in panel for component in rules.components_of(judge.judge_class)}
        found.extend(
            Problem(
                f"{file_name} · 评委 · {session.name}",
                f"“{session.name}”没有{component.judge_class}，“{component.name}”无人评分；请安排评委",
                f'"{session.name}" has no {component.judge_class} to give "{component.name}"; assign judges',
            )
            for component in rules.judged_components
            if component.required and component.key not in filled
        )
    for score in contest.external:
        component = next((one for one in rules.components if score.component in (one.key, one.name)), None)
        place = f"{file_name} · 外部成绩 · {score.entry_no} · {score.component}"
        if component is None or component.judged:
            names = "、".join(one.name for one in rules.components if not one.judged) or "（无）"
            found.append(
                Problem(
                    place,
                    f"不是本赛制的外部得分项；现有：{names}",
                    f"no external component of the rules; there are: {cells.in_english(names)}",
                )
            )
        elif Decimal(score.score) > component.max:
            found.append(
                Problem(
                    place,
                    f"{score.score} 超过满分 {component.max}；请改正",
                    f"{score.score} is over the full marks {component.max}; correct it",
                )
            )
    awards = {award.name for award in rules.awards}
    found.extend(
        Problem(
            f"{file_name} · 大赛 · 奖项名额",
            f"本赛制没有奖项“{name}”；现有：{'、'.join(sorted(awards)) or '（无）'}",
            f'the rules have no award "{name}"; there are: {", ".join(sorted(awards)) or "none"}',
        )
        for name in contest.award_counts
        if awards and name not in awards
    )
    return found


def read_projects(book: Book) -> tuple[Project, ...]:
    """The projects alone, for a running order; the other sheets need not be there. Problems go to ``book.findings``."""
    if not book.has("项目"):
        book.missing("项目", 3)
        return ()
    return _read_projects(book.table("项目", 3, PROJECTS), None)


def read_judges(book: Book) -> tuple[Judge, ...]:
    """The judges alone, without regard to sessions and chairs. Problems go to ``book.findings``."""
    return _read_judges(book.table("评委", 4, JUDGES), None, JUDGE_CLASSES)


def read_staff(book: Book) -> tuple[StaffMember, ...]:
    """The staff alone. Problems go to ``book.findings``."""
    return _read_staff(book.table("工作人员", 6, STAFF))


def read_from(book: Book, *, known_presets: Collection[str], judge_classes: Collection[str] = JUDGE_CLASSES) -> Contest:
    """The contest in an open workbook, as far as it can be read; the problems are left in ``book.findings``."""
    for order, title in enumerate(("大赛", "场次", "项目", "评委"), start=1):
        if not book.has(title):
            book.missing(title, order)
    settings = Settings(book.pairs("大赛", 1) if book.has("大赛") else None, known_presets)
    sessions = _read_sessions(book.table("场次", 2, SESSIONS)) if book.has("场次") else None
    projects = _read_projects(book.table("项目", 3, PROJECTS), sessions) if book.has("项目") else ()
    judges = _read_judges(book.table("评委", 4, JUDGES), sessions, judge_classes) if book.has("评委") else ()
    external = _read_external(book.table("外部成绩", 5, EXTERNAL), projects) if book.has("外部成绩") else ()
    staff = _read_staff(book.table("工作人员", 6, STAFF)) if book.has("工作人员") else ()
    settings.check_tracks(projects)
    return Contest(
        name=settings.text("大赛名称"),
        edition=settings.text("届次"),
        region=settings.text("分赛区"),
        round=settings.text("阶段"),
        preset=settings.preset,
        passed_initial_review=settings.passed,
        award_counts=settings.awards,
        entry_deadline=settings.deadline,
        sessions=sessions or (),
        projects=projects,
        judges=judges,
        staff=staff,
        external=external,
        part=settings.part,
    )


class Settings:
    """The sheet 大赛: one key and one value a row. ``named`` False: 赛制模板 need not be there."""

    def __init__(self, table: Table | None, known_presets: Collection[str], *, named: bool = True) -> None:
        self._table = table
        self._values: dict[str, str] = {}
        self._passed_rows: dict[str, Row] = {}
        self.part = False
        self.passed: dict[str, int] = {}
        self.awards: dict[str, int] = {}
        self.deadline = ""
        self.preset = ""
        if table is None:
            return
        rows: dict[str, Row] = {}
        strangers: list[tuple[str, Row]] = []
        for row in table.rows:
            key = row.take("键", cells.text, "").replace("：", ":").replace(" ", "").strip(":")
            if key in rows:
                row.problem("值", f"“{key}”写了两次；请删去一行", f'"{key}" is given twice; delete one row')
            elif key in _KEYS:
                rows[key] = row
            elif key.startswith(_PASSED + ":"):
                rows[key] = row
                track = key.partition(":")[2]
                self.passed[track] = row.take("值", cells.whole, 0, required=True)
                self._passed_rows[track] = row
            elif key:
                strangers.append((key, row))
            elif row.given("值"):
                row.problem(
                    "值", "这一行有值但没有名目；请在 A 列写上名目", "this value has no key; write it in column A"
                )
        for key, row in strangers:
            close = difflib.get_close_matches(
                key.partition(":")[0], [known for known in (*_KEYS, _PASSED) if known not in rows], 1, 0.6
            )
            if close:
                row.problem(
                    "值",
                    f"不认识名目“{cells.shown(key)}”；是否就是“{close[0]}”？请改名",
                    f'the key "{cells.shown(key)}" is not known; is it "{close[0]}"? rename it',
                )
        for key in ("大赛名称", "赛制模板") if named else ("大赛名称",):
            if key not in rows:
                table.problem(f"缺少“{key}”；请加一行", f'the key "{key}" is missing; add a row', detail=key)
        for key in ("大赛名称", "届次", "分赛区", "阶段"):
            if key in rows:
                self._values[key] = rows[key].take("值", cells.text, "", required=key == "大赛名称")
        self.part = "本册场次" in rows
        if "赛制模板" in rows:
            self.preset = rows["赛制模板"].take("值", cells.text, "", required=True)
            if named and self.preset and self.preset not in known_presets:
                names = "、".join(sorted(known_presets))
                rows["赛制模板"].problem(
                    "值",
                    f"没有名为“{cells.shown(self.preset)}”的赛制模板；现有：{names}",
                    f'there is no preset "{cells.shown(self.preset)}"; there are: {cells.in_english(names)}',
                )
        if "奖项名额" in rows:
            self.awards = rows["奖项名额"].take("值", _award_counts, {})
        if "报名截止" in rows:
            self.deadline = rows["报名截止"].take("值", cells.moment, "")

    def text(self, key: str) -> str:
        return self._values.get(key, "")

    def check_tracks(self, projects: tuple[Project, ...]) -> None:
        """A quota's basis for a track that no project has, or smaller than the projects in it, is a slip."""
        if self.part:
            return
        counts: dict[str, int] = {}
        for project in projects:
            counts[project.track] = counts.get(project.track, 0) + 1
        for track, row in self._passed_rows.items():
            if projects and track not in counts:
                close = difflib.get_close_matches(track, list(counts), 1, 0.5)
                row.problem(
                    "值",
                    f"没有项目属于赛道“{track}”" + (f"；是否就是“{close[0]}”？" if close else "；请核对赛道名"),
                    f'no project is in the track "{track}"'
                    + (f'; is it "{close[0]}"?' if close else "; check the track's name"),
                )


def _award_counts(value: object) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in cells.listed(value):
        match = _AWARD.fullmatch(item)
        if not match:
            raise cells.Unreadable(
                f"“{cells.shown(item)}”没有名额；请写成 特等奖1、一等奖9",
                f'"{cells.shown(item)}" has no count; write 特等奖1、一等奖9',
            )
        name = match[1].strip().rstrip(":：×x*").strip()
        if name in counts:
            raise cells.Unreadable(f"“{name}”写了两次；请合并", f'"{name}" is given twice; join them')
        counts[name] = int(match[2])
    return counts


def _read_sessions(table: Table) -> tuple[PlannedSession, ...]:
    sessions: list[PlannedSession] = []
    seen: dict[str, int] = {}
    for row in table.rows:
        name = row.take("场次", cells.text, "", required=True)
        if name and name in seen:
            row.problem(
                "场次",
                f"场次“{name}”与第 {seen[name]} 行重名；请改成不同的名称",
                f'the session "{name}" is already in row {seen[name]}; give it another name',
            )
        seen.setdefault(name, row.number)
        sessions.append(
            PlannedSession(
                name=name,
                hall=row.take("会场", cells.text, ""),
                date=row.take("日期", cells.date, ""),
                start=row.take("开始时间", cells.time, ""),
                scope=row.take("赛道/主题", cells.text, ""),
            )
        )
    if not sessions and table.columns:
        table.problem("没有任何场次；请至少填一行", "there is no session; fill in at least one row")
    return tuple(sessions)


def _read_projects(table: Table, sessions: tuple[PlannedSession, ...] | None) -> tuple[Project, ...]:
    projects: list[Project] = []
    seen: dict[str, int] = {}
    rows: list[Row] = []
    for row in table.rows:
        entry_no = row.take("参赛序号", cells.identifier, "", required=True)
        _check_unique(row, "参赛序号", entry_no, seen)
        captain = row.take("队长", cells.person, "")
        members = row.take("团队成员", cells.listed, NONE)
        projects.append(
            Project(
                entry_no=entry_no,
                name=row.take("项目名称", cells.text, "", required=True),
                lead_unit=row.take("主体申报单位", cells.text, "", required=True),
                partner_units=row.take("联合申报单位", cells.listed, NONE),
                track=row.take("赛道", cells.text, ""),
                topic=row.take("主题分类", cells.text, ""),
                session=row.take("场次", cells.text, ""),
                captain=captain,
                members=tuple(cells.person(member) for member in members),
                deck=row.take("路演材料", cells.text, ""),
                votes=row.take("网络投票数", cells.whole, None),
            )
        )
        rows.append(row)
    if not projects and table.columns:
        table.problem("没有任何项目；请至少填一行", "there is no project; fill in at least one row")
    split = any(project.session for project in projects)
    names = {session.name for session in sessions or ()}
    for row, project in zip(rows, projects, strict=True):
        if project.session:
            if sessions is not None and project.session not in names:
                _unknown_session(row, project.session, names)
        elif split and not row.given("场次"):
            row.problem(
                "场次",
                "没有场次，而别的项目有；请填写（或全部留空，以后再分场）",
                "it has no session while others have one; fill it in (or leave all empty and split later)",
            )
    return tuple(projects)


def _unknown_session(row: Row, session: str, names: Collection[str]) -> None:
    listed = "、".join(sorted(names)) or "（无）"
    row.problem(
        "场次",
        f"“场次”表里没有“{cells.shown(session)}”；现有：{listed}",
        f'the sheet 场次 has no session "{cells.shown(session)}"; it has: {cells.in_english(listed)}',
    )


def _check_unique(row: Row, column: str, number: str, seen: dict[str, int]) -> None:
    """Numbers that differ only in case or leading zeros (1, 01) are taken for the same: on paper they are."""
    if not number:
        return
    key = number.lower()
    key = key.lstrip("0") or "0" if key.isdigit() else key
    if key in seen:
        row.problem(
            column,
            f"{column} {number} 与第 {seen[key]} 行重复；请改成不同的编号",
            f"{column} {number} is already in row {seen[key]}; give it another number",
        )
    seen.setdefault(key, row.number)


def _read_judges(
    table: Table, sessions: tuple[PlannedSession, ...] | None, judge_classes: Collection[str]
) -> tuple[Judge, ...]:
    judges: list[Judge] = []
    seen: dict[str, int] = {}
    chairs: dict[str, list[int]] = {}
    names = {session.name for session in sessions or ()}
    for row in table.rows:
        number = row.take("编号", cells.identifier, "", required=True)
        _check_unique(row, "编号", number, seen)
        judge_class = row.take("类别", cells.text, "", required=True)
        if judge_class and judge_class not in judge_classes:
            listed = "、".join(judge_classes)
            row.problem(
                "类别",
                f"没有“{cells.shown(judge_class)}”这一类别；请用：{listed}",
                f'there is no class "{cells.shown(judge_class)}"; use one of: {cells.in_english(listed)}',
            )
        written = row.take("角色", cells.text, "")
        role = PanelRole(written) if written in tuple(PanelRole) else PanelRole.JUDGE
        if written and written != role:
            listed = "、".join(PanelRole)
            row.problem(
                "角色",
                f"没有“{cells.shown(written)}”这一角色；请用：{listed}",
                f'there is no role "{cells.shown(written)}"; use one of: {cells.in_english(listed)}',
            )
        sits_in = row.take("场次", lambda value: _sessions_of(value, names), NONE, required=True)
        for session in sits_in:
            if sessions is not None and session not in names:
                _unknown_session(row, session, names)
            elif role is PanelRole.CHAIR:
                chairs.setdefault(session, []).append(row.number)
        judges.append(
            Judge(
                no=number,
                name=row.take("姓名", cells.person, "", required=True),
                judge_class=judge_class,
                unit=row.take("单位", cells.text, ""),
                sessions=sits_in,
                role=role,
            )
        )
    if not judges and table.columns:
        table.problem("没有任何评委；请至少填一行", "there is no judge; fill in at least one row")
    elif table.columns:
        _check_chairs(table, sessions or (), judges, chairs)
    return tuple(judges)


def _sessions_of(value: object, names: Collection[str]) -> tuple[str, ...]:
    whole = cells.text(value)
    return (whole,) if whole in names else tuple(dict.fromkeys(cells.listed(value)))


def _check_chairs(
    table: Table, sessions: tuple[PlannedSession, ...], judges: list[Judge], chairs: dict[str, list[int]]
) -> None:
    for session in dict.fromkeys(session.name for session in sessions if session.name):
        rows = chairs.get(session, [])
        if len(rows) > 1:
            others = "、".join(str(row) for row in rows[:-1])
            table.problem_at(
                rows[-1],
                "角色",
                f"“{session}”有 {len(rows)} 位评委组长（另见第 {others} 行）；请只留一位",
                f'"{session}" has {len(rows)} chairs (see also row {cells.in_english(others)}); keep one',
            )
        elif not any(session in judge.sessions for judge in judges):
            table.problem(
                f"“{session}”没有评委；请安排评委", f'"{session}" has no judge; assign its panel', detail=session
            )
        elif not rows:
            table.problem(
                f"“{session}”没有评委组长；请把一位评委的角色改为评委组长",
                f'"{session}" has no chair; give one of its judges the role 评委组长',
                detail=session,
            )


def _read_external(table: Table, projects: tuple[Project, ...]) -> tuple[ExternalScore, ...]:
    scores: list[ExternalScore] = []
    known = {project.entry_no for project in projects}
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        entry_no = row.take("参赛序号", cells.identifier, "", required=True)
        if entry_no and entry_no not in known:
            row.problem(
                "参赛序号",
                f"“项目”表里没有 {entry_no} 号；请核对",
                f"the sheet 项目 has no entry {entry_no}; check it",
            )
        component = row.take("得分项", cells.text, "", required=True)
        score = row.take("成绩", cells.decimal, Decimal(0), required=True)
        people = tuple(row.take(column, cells.person, "", required=True) for column in ("录入人一", "录入人二"))
        if all(people) and people[0] == people[1]:
            row.problem(
                "录入人二",
                "两次录入是同一人；须由两个人各录入一次",
                "both entries are by one person; two people must enter it",
            )
        if (entry_no, component) in seen and entry_no and component:
            row.problem(
                "得分项",
                f"{entry_no} 号的“{component}”已在第 {seen[entry_no, component]} 行；请删去一行",
                f'"{component}" of entry {entry_no} is already in row {seen[entry_no, component]}; delete one',
            )
        seen.setdefault((entry_no, component), row.number)
        scores.append(
            ExternalScore(entry_no=entry_no, component=component, score=format(score, "f"), entered_by=people)
        )
    return tuple(scores)


def _read_staff(table: Table) -> tuple[StaffMember, ...]:
    staff: list[StaffMember] = []
    for row in table.rows:
        name = row.take("姓名", cells.person, "", required=True)
        roles = row.take("角色", cells.listed, NONE, required=True)
        for role in roles:
            if role not in STAFF_ROLES:
                listed = "、".join(STAFF_ROLES)
                row.problem(
                    "角色",
                    f"没有“{cells.shown(role)}”这一角色；请用：{listed}",
                    f'there is no role "{cells.shown(role)}"; use one of: {cells.in_english(listed)}',
                )
        unit = row.take("单位", cells.text, "")
        staff.extend(StaffMember(name=name, role=role, unit=unit) for role in roles)
    by_role: dict[str, set[str]] = {}
    for member in staff:
        by_role.setdefault(member.role, set()).add(member.name)
    for name in sorted(by_role.get("计分员", set()) & by_role.get("复核人", set())):
        table.problem(
            f"{name} 既是计分员又是复核人；须是两个人",
            f"{name} is both scorer and checker; they must be two people",
            detail=name,
        )
    return tuple(staff)
