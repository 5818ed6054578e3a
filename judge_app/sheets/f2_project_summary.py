"""F2 项目得分汇总表: one project's result with its whole working (domain.md "Print layouts", F2).

Every mark stands in its judge's column: a dropped one is struck through and says which way it went, an absent or recused
judge is said in words. Below stand the sums that lead to the score, so that anybody can compute it again with a pencil.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from judge_app.core.contest import Project, Struct
from judge_app.core.explain import announce, trim_words
from judge_app.core.marks import plain
from judge_app.core.rules import Component, RuleSet
from judge_app.core.views import Briefing, ChairView
from judge_app.core.working import ComponentResult, ProjectResult, Status, Use
from judge_app.sheets import words
from judge_app.sheets.f1_judge_sheet import rules_of
from judge_app.sheets.layout import MM, Block, Gap, Signature, SigningBlock
from judge_app.sheets.paper import Form, Head, canonical
from judge_app.sheets.tables import Cell, Row, Table, cell, figure, label
from judge_app.sheets.text import BODY, LABEL, LARGE, NO_DATA, NUMBER, SMALL, STRONG, Span

CODE = "F2"
TITLE = "项目得分汇总表"
DATE: Final = "日期：　　　年　　月　　日"
_ACROSS: Final = 16
"""The most judges in one band of columns; more go into further bands of equal size."""


class Given(Struct, frozen=True):
    """One judge's mark in a component. ``mark`` None: none given; ``use`` in words (计入, 去掉最高, 回避, …)."""

    judge: str
    mark: str | None
    use: str
    dropped: bool = False
    counted: bool = False
    replaces: str = ""


class CriterionSum(Struct, frozen=True):
    """A criterion's working where the extremes are dropped on each criterion."""

    name: str
    dropped_high: tuple[str, ...]
    dropped_low: tuple[str, ...]
    kept_sum: str


class Part(Struct, frozen=True):
    """One component's working. Numbers are as printed; None: not known (yet)."""

    name: str
    full_marks: str
    how: str
    weight: str = "1"
    judged: bool = True
    marks: tuple[Given, ...] = ()
    valid: int | None = None
    dropped_high: tuple[str, ...] = ()
    """``mark（judge）`` of each mark dropped as highest."""
    dropped_low: tuple[str, ...] = ()
    kept_sum: str | None = None
    kept: int = 0
    score: str | None = None
    method: str = ""
    """The method of the ruling that was needed, in words."""
    omitted: bool = False
    criteria: tuple[CriterionSum, ...] = ()


class Popularity(Struct, frozen=True):
    """Popularity points: the rank of the votes, points before the cap, the cap and what counts."""

    name: str
    rank: int | None = None
    points: str | None = None
    cap: str = ""
    counted: str | None = None


class Summary(Struct, frozen=True):
    """What an F2 says. ``status`` empty: a form to be filled by hand."""

    parts: tuple[Part, ...]
    full_marks: str
    entry_no: str = ""
    project: str = ""
    lead_unit: str = ""
    group: str = ""
    status: str = ""
    popularity: Popularity | None = None
    deducted: str = ""
    total: str | None = None
    rank: int | None = None
    flags: tuple[str, ...] = ()
    rulings: tuple[str, ...] = ()
    announcement: str = ""
    confirmed: tuple[Signature, ...] = ()
    presenter_signs: bool = False


def _part(component: Component, result: ComponentResult | None, places: int) -> Part:
    base = Part(
        name=component.name,
        full_marks=plain(component.max),
        how=trim_words(component.trim).zh if component.judged else "外部成绩",
        weight=plain(component.weight),
        judged=component.judged,
    )
    if result is None:
        return base
    step = component.smallest_step
    marks = {mark.judge: None if mark.total is None else words.on_step(mark.total, step) for mark in result.marks}

    def dropped(judges: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"{marks.get(judge) or NO_DATA}（{judge}）" for judge in judges)

    known = result.score is not None
    return Part(
        name=base.name,
        full_marks=base.full_marks,
        how=base.how,
        weight=base.weight,
        judged=base.judged,
        marks=tuple(
            Given(
                judge=mark.judge,
                mark=marks[mark.judge],
                use=words.use(mark),
                dropped=mark.use in (Use.DROPPED_HIGH, Use.DROPPED_LOW),
                counted=mark.use is Use.KEPT,
                replaces=mark.replaces or "",
            )
            for mark in result.marks
        ),
        valid=result.valid if component.judged else None,
        dropped_high=dropped(result.dropped_high),
        dropped_low=dropped(result.dropped_low),
        kept_sum=words.on_step(result.kept_sum, step) if known and component.judged else None,
        kept=result.kept if component.judged else 0,
        score=None if result.score is None else words.fixed(result.score, places),
        method="" if result.method is None else words.method(result.method),
        omitted=result.omitted,
        criteria=tuple(
            CriterionSum(
                name=one.name,
                dropped_high=one.dropped_high,
                dropped_low=one.dropped_low,
                kept_sum=words.on_step(one.kept_sum, step),
            )
            for one in result.criteria
        ),
    )


def _popularity(rules: RuleSet, result: ProjectResult | None) -> Popularity | None:
    rule = rules.popularity
    if rule is None:
        return None
    places = rules.rounding.places
    if result is None:
        return Popularity(name=rule.name)
    most = result.popularity_cap
    return Popularity(
        name=rule.name,
        rank=result.popularity_rank,
        points=words.fixed(result.popularity_points, places),
        cap=words.fixed(most, places)
        if most is not None
        else "按比例折算"
        if rule.cap_mode == "full_marks_scale"
        else "",
        counted=None if result.popularity_counted is None else words.fixed(result.popularity_counted, places),
    )


def _status(result: ProjectResult, stage: str) -> str:
    if result.status is Status.FINAL:
        return stage or words.RESULT[result.status]
    if result.status is Status.FINAL_BY_RULING and stage:
        return f"{words.RESULT[result.status]}，{stage}"
    return words.RESULT[result.status]


def summary(
    rules: RuleSet,
    project: Project | None,
    result: ProjectResult | None,
    *,
    stage: str = "",
    announcement: str = "",
    rulings: Sequence[str] = (),
    confirmed: Sequence[Signature] = (),
    presenter_signs: bool = False,
) -> Summary:
    """The summary of a project's result; without a result a form to be filled by hand. ``stage`` (待复核, 已锁定) is told
    of a result that is final, beside the ruling that made it so."""
    places = rules.rounding.places
    components = rules.components
    return Summary(
        parts=tuple(
            _part(one, None if result is None else result.components.get(one.key), places) for one in components
        ),
        full_marks=plain(rules.full_marks),
        entry_no=project.entry_no if project else "",
        project=project.name if project else "",
        lead_unit=project.lead_unit if project else "",
        group="　".join(part for part in (project.track, project.topic) if part) if project else "",
        status=_status(result, stage) if result else "",
        popularity=_popularity(rules, result),
        deducted=words.fixed(result.deducted, places) if result and result.deducted else "",
        total=None if result is None or result.total is None else words.fixed(result.total, places),
        rank=result.rank if result else None,
        flags=words.flags(result.flags, rules) if result else (),
        rulings=tuple(rulings),
        announcement=announcement,
        confirmed=tuple(confirmed),
        presenter_signs=presenter_signs,
    )


def form(head: Head, data: Summary) -> Form:
    """The form ready to be set."""
    blocks: list[Block] = [_who(data), Gap()]
    for part in data.parts:
        blocks += [*_working(part, blank=not data.status), Gap(1.8 * MM)]
    if data.popularity is not None:
        blocks += [_votes(data.popularity, blank=not data.status), Gap(1.8 * MM)]
    blocks += [_total(data), Gap(1.6 * MM), *_remarks(data), _signing(data)]
    about = f"参赛序号 {data.entry_no}" if data.entry_no else ""
    return Form(CODE, TITLE, head, tuple(blocks), canonical(CODE, head, data), landscape=True, about=about)


def blank(rules: RuleSet, head: Head, *, judges: int = 7, presenter_signs: bool = True) -> Form:
    """The form without any data, with room for so many judges in each component."""
    empty = summary(rules, None, None, presenter_signs=presenter_signs)
    marks = tuple(Given(judge="", mark=None, use="") for _ in range(max(judges, 1)))
    parts = tuple(
        Part(
            name=part.name,
            full_marks=part.full_marks,
            how=part.how,
            weight=part.weight,
            judged=part.judged,
            marks=marks,
        )
        if part.judged
        else part
        for part in empty.parts
    )
    return form(
        head,
        Summary(parts=parts, full_marks=empty.full_marks, popularity=empty.popularity, presenter_signs=presenter_signs),
    )


def _who(data: Summary) -> Table:
    return Table(
        (22, 30, 24, 120, 20, 47),
        (
            Row(
                (
                    label("参赛序号", rows=2),
                    Cell(((Span(data.entry_no, NUMBER),),), "center", rows=2),
                    label("项目名称"),
                    cell(data.project, STRONG),
                    label("分　组"),
                    cell(data.group),
                ),
                7 * MM,
            ),
            Row(
                (
                    label("主体申报单位"),
                    cell(data.lead_unit),
                    label("成绩状态"),
                    cell(data.status, STRONG, align="center"),
                ),
                7 * MM,
            ),
        ),
    )


def _shown(value: str | None, blank: bool) -> str:
    return "" if blank else value if value is not None else NO_DATA


def _named(part: Part) -> Cell:
    """The component with its full marks, how it is counted, and its weight where it has one."""
    lines = [(Span(part.name, LABEL),), (Span(f"满分 {part.full_marks}", SMALL),)]
    if part.weight != "1":
        lines.append((Span(f"权重 {part.weight}", SMALL),))
    return Cell(tuple(lines), "center", "middle", 1, 3, True)


def _working(part: Part, *, blank: bool) -> list[Block]:
    if not part.judged:
        value = "未提供" if part.omitted else _shown(part.score, blank)
        name = f"{part.name}（满分 {part.full_marks}" + (f"，权重 {part.weight}" if part.weight != "1" else "") + "）"
        return [Table((80, 60, 103), (Row((label(name), label("外部成绩"), figure(value, STRONG)), 7 * MM),))]
    blocks: list[Block] = []
    bands = -(-len(part.marks) // _ACROSS) or 1
    size = -(-len(part.marks) // bands) or 1
    for band in range(bands):
        marks = part.marks[band * size : (band + 1) * size]
        blocks.append(_band(part, marks, size, blank=blank))
    blocks.append(_sums(part, blank=blank))
    blocks += [_criteria(part)] if part.criteria else []
    return blocks


def _band(part: Part, marks: Sequence[Given], size: int, *, blank: bool) -> Table:
    def padded(cells: list[Cell]) -> tuple[Cell, ...]:
        return (*cells, *(cell("") for _ in range(max(size, 1) - len(cells))))

    judges = padded(
        [
            cell(f"{one.judge}（代 {one.replaces}）" if one.replaces else one.judge, LABEL, align="center")
            for one in marks
        ]
    )
    given = padded(
        [
            cell(_shown(one.mark, blank), STRONG if one.counted else BODY, align="center", struck=one.dropped)
            for one in marks
        ]
    )
    states = padded([cell(one.use, SMALL, align="center") for one in marks])
    side = (30, 18)
    column = (243 - sum(side)) / max(size, 1)
    return Table(
        (*side, *([column] * max(size, 1))),
        (
            Row((_named(part), label("评委编号"), *judges), 5.6 * MM),
            Row((label("得　分"), *given), 6 * MM),
            Row((label("状　态"), *states), 5.4 * MM),
        ),
    )


def _sums(part: Part, *, blank: bool) -> Table:
    valid = "" if blank else str(part.valid) if part.valid is not None else NO_DATA
    each = "见下表" if part.criteria else None

    def gone(marks: Sequence[str]) -> str:
        return "" if blank else each or words.listed(marks, NO_DATA)

    kept = "" if blank else f"{part.kept_sum} ÷ {part.kept}" if part.kept_sum is not None else NO_DATA
    how = f"（{part.method}）" if part.method else ""
    score = "未提供" if part.omitted else _shown(part.score, blank)
    return Table(
        (18, 12, 20, 32, 20, 32, 22, 34, 29, 24),
        (
            Row(
                (
                    label("有效评分"),
                    cell(valid, align="center"),
                    label("去掉最高分"),
                    cell(gone(part.dropped_high), align="center"),
                    label("去掉最低分"),
                    cell(gone(part.dropped_low), align="center"),
                    label("有效分合计"),
                    cell(f"{kept}{how}", align="center"),
                    label("平均分（得分）"),
                    figure(score, STRONG),
                ),
                6.4 * MM,
            ),
        ),
    )


def _criteria(part: Part) -> Table:
    rows = tuple(
        Row(
            (
                cell(one.name),
                cell(words.listed(one.dropped_high, NO_DATA), align="center"),
                cell(words.listed(one.dropped_low, NO_DATA), align="center"),
                figure(one.kept_sum),
            )
        )
        for one in part.criteria
    )
    heading = Row((label("评分要素"), label("去掉最高分的评委"), label("去掉最低分的评委"), label("其余合计")))
    return Table((83, 60, 60, 40), rows, (heading,))


def _votes(data: Popularity, *, blank: bool) -> Table:
    rank = "" if blank else str(data.rank) if data.rank is not None else NO_DATA
    return Table(
        (48, 24, 16, 24, 24, 20, 28, 30, 29),
        (
            Row(
                (
                    label(data.name),
                    label("投票名次"),
                    cell(rank, align="center"),
                    label("折前积分"),
                    cell(_shown(data.points, blank), align="right"),
                    label("上限"),
                    cell("" if blank else data.cap or NO_DATA, align="right"),
                    label("计入积分"),
                    cell(_shown(data.counted, blank), STRONG, align="right"),
                ),
                6.4 * MM,
            ),
        ),
    )


def _formula(data: Summary) -> str:
    """The sum that gives the total, in full, or empty where it is not known."""
    if data.total is None:
        return ""
    terms = []
    for part in data.parts:
        if part.score is not None:
            terms.append(f"{part.name} {part.score}" + (f" × {part.weight}" if part.weight != "1" else ""))
    if data.popularity is not None and data.popularity.counted is not None:
        terms.append(f"{data.popularity.name} {data.popularity.counted}")
    return " + ".join(terms) + (f" − 扣分 {data.deducted}" if data.deducted else "")


def _total(data: Summary) -> Table:
    blank = not data.status
    rank = "" if blank else str(data.rank) if data.rank is not None else NO_DATA
    total = "" if blank else data.total if data.total is not None else data.status
    return Table(
        (24, 116, 22, 45, 16, 20),
        (
            Row(
                (
                    label("计算式"),
                    cell(_formula(data), SMALL),
                    label("总 得 分"),
                    Cell(((Span(total, LARGE), Span(f"　/ {data.full_marks}", BODY)),), "right"),
                    label("名次"),
                    cell(rank, LARGE, align="center"),
                ),
                10 * MM,
            ),
        ),
    )


def _remarks(data: Summary) -> list[Block]:
    blank = not data.status
    rows = [Row((label("情况说明"), cell("" if blank else words.listed_sentences(data.flags), SMALL)), 6.4 * MM)]
    if data.rulings:
        rows.append(Row((label("裁　定"), Cell(tuple((Span(text, SMALL),) for text in data.rulings))), 6.4 * MM))
    rows.append(Row((label("报　分"), cell(data.announcement)), 8 * MM))
    return [Table((24, 219), tuple(rows)), Gap(0.8 * MM)]


def _signing(data: Summary) -> SigningBlock:
    rows: list[tuple[Signature, ...]] = [(*signatories(data.confirmed), Signature(label=DATE, line=False))]
    if data.presenter_signs:
        rows.append(
            (Signature(label="参赛代表确认签字："), Signature(label=DATE, line=False), Signature(label="", line=False))
        )
    return SigningBlock(tuple(rows))


_ROLES: Final = (
    ("scorer", "统分人签字："),
    ("checker", "复核人签字："),
    ("supervisor", "监督人签字："),
    ("chair", "评委组长签字："),
)


def signatories(confirmed: Sequence[Signature]) -> tuple[Signature, ...]:
    """The four lines to sign on, with who has confirmed electronically (``label`` of a confirmation is its role)."""
    done = {one.label: one.confirmed for one in confirmed}
    return tuple(Signature(label=name, confirmed=done.get(role, "")) for role, name in _ROLES)


def confirmations(view: ChairView, zone: tzinfo | None) -> tuple[Signature, ...]:
    """The electronic confirmations that still hold, the last one of each role, with their time in ``zone``."""
    return tuple(
        Signature(label=one.role, confirmed=f"电子确认 {one.name} {words.local_time(one.at, zone)}")
        for one in view.signatures
        if not one.stale
    )


def from_chair(
    briefing: Briefing, view: ChairView, *, zone: tzinfo | None = None, presenter_signs: bool = False
) -> list[Summary]:
    """The summaries of the projects that the view shows, in running order."""
    if view.tabulation is None:
        return []
    results = {result.entry_no: result for result in view.tabulation.projects}
    projects = {project.entry_no: project for project in briefing.projects}
    found = []
    for progress in view.projects:
        result, project = results.get(progress.entry_no), projects.get(progress.entry_no)
        if result is None or project is None:
            continue
        rules = rules_of(briefing.rules, project)
        found.append(
            summary(
                rules,
                project,
                result,
                stage="已公布" if view.published else words.STAGE[progress.stage],
                announcement=announce(rules, result).zh,
                rulings=words.rulings_about(view.rulings, project.entry_no, rules),
                confirmed=confirmations(view, zone),
                presenter_signs=presenter_signs,
            )
        )
    return found
