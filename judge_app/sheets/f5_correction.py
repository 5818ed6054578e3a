"""F5 异常/更正记录表: one numbered record of what did not go as it should (domain.md "Print layouts", F5).

The old value stays readable beside the new one, and what the change does to totals, ranks, awards and advancement stands
before and after in a table. Five people sign: who asked, scorer, checker, supervisor, chair.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from judge_app.core.contest import Struct
from judge_app.core.results import Change, Correction, Effect
from judge_app.core.rules import RuleSet
from judge_app.sheets import words
from judge_app.sheets.layout import MM, Block, Gap, Prose, Signature, SigningBlock
from judge_app.sheets.paper import Form, Head, canonical
from judge_app.sheets.tables import Cell, Row, Table, cell, label
from judge_app.sheets.text import BODY, LARGE, NO_DATA, NOTE, SMALL, STRONG, Span

CODE = "F5"
TITLE = "异常／更正记录表"


class Kind(enum.StrEnum):
    """What a record is about, in the form's order."""

    CORRECTION = "评分更正"
    ABSENCE = "缺席"
    RECUSAL = "回避"
    FAULT = "设备故障"
    EXTRA_TIME = "补时"
    OVERTIME = "超时"
    TIE = "同分裁定"
    QUOTA = "名额裁定"
    VOTES_VOIDED = "投票作废"
    WITHDRAWAL = "弃赛"
    DISQUALIFIED = "取消资格"
    OBJECTION = "异议"


class Impact(Struct, frozen=True):
    """What changed for one project, before and after, as printed."""

    entry_no: str
    field: str
    before: str
    after: str


class Record(Struct, frozen=True):
    """What an F5 says. ``kind`` empty: a form to be filled by hand. ``impacts`` None: the effect was not worked out."""

    number: str = ""
    kind: str = ""
    at: str = ""
    place: str = ""
    entry_no: str = ""
    judge: str = ""
    field: str = ""
    facts: str = ""
    old: str = ""
    new: str = ""
    impacts: tuple[Impact, ...] | None = None
    lists: tuple[str, ...] = ()
    """What becomes of the lists of those who advance and of awards, in words."""
    decision: str = ""
    applicant: str = ""
    scorer: str = ""
    checker: str = ""
    attachments: tuple[str, ...] = ()


_OUTCOMES = {"FINAL": "已确定", "PENDING_RULING": "待裁定", "PENDING": "未齐", "NOT_STATED": "未规定"}


def impacts(effect: Effect, places: int = 2) -> tuple[Impact, ...]:
    """The table of an effect: one line for each thing that changed."""
    found: list[Impact] = []
    for one in effect.changes:
        found += _impacts(one, places)
    return tuple(found)


def _impacts(one: Change, places: int) -> list[Impact]:
    def number(value: object) -> str:
        return NO_DATA if value is None else str(value)

    pairs = [
        ("成绩状态", words.RESULT[one.status_before], words.RESULT[one.status_after]),
        (
            "总得分",
            NO_DATA if one.total_before is None else words.fixed(one.total_before, places),
            NO_DATA if one.total_after is None else words.fixed(one.total_after, places),
        ),
        ("名次", number(one.rank_before), number(one.rank_after)),
        ("奖项", "、".join(one.awards_before) or NO_DATA, "、".join(one.awards_after) or NO_DATA),
        ("晋级", "是" if one.advances_before else "否", "是" if one.advances_after else "否"),
    ]
    return [
        Impact(entry_no=one.entry_no, field=field, before=before, after=after)
        for field, before, after in pairs
        if before != after
    ]


def lists_touched(effect: Effect) -> tuple[str, ...]:
    """What becomes of the lists, in words; empty where they stand as they stood."""
    found = []
    for name, before, after in (
        ("晋级名单", effect.advance_before, effect.advance_after),
        ("奖项名单", effect.awards_before, effect.awards_after),
    ):
        if before != after:
            found.append(f"{name}由{_OUTCOMES[before.value]}变为{_OUTCOMES[after.value]}")
    return tuple(found)


def of_correction(
    number: str,
    correction: Correction,
    effect: Effect,
    rules: RuleSet,
    *,
    at: str,
    place: str = "",
    applicant: str = "",
    attachments: Sequence[str] = (),
) -> Record:
    """The record of a correction with its effect. ``at`` is as printed."""
    component = rules.component(correction.component)
    name = component.name if component else correction.component
    criterion = component.criterion(correction.criterion) if component and correction.criterion else None
    step = component.step_of(criterion) if component and criterion else component.smallest_step if component else None

    def shown(value: object) -> str:
        if value is None:
            return "空白"
        return words.on_step(value, step) if step is not None else str(value)  # type: ignore[arg-type]  # a Decimal

    return Record(
        number=number,
        kind=Kind.CORRECTION.value,
        at=at,
        place=place,
        entry_no=correction.entry_no,
        judge=correction.judge,
        field=f"{name}·{correction.criterion or '总分'}",
        facts=correction.reason,
        old=shown(correction.old),
        new=shown(correction.new),
        impacts=impacts(effect, rules.rounding.places),
        lists=lists_touched(effect),
        applicant=applicant,
        scorer=correction.by,
        checker=correction.checked_by,
        attachments=tuple(attachments),
    )


def form(head: Head, data: Record) -> Form:
    """The form ready to be set."""
    blocks: list[Block] = [_what(data), Gap(), _values(data), Gap(), _effect(data), Gap(), _decision(data)]
    blocks += [
        Gap(1.6 * MM),
        Prose(((Span("说明：更正不得涂抹原值；本表一事一号，原评分表随附存档。", NOTE),),)),
        _signing(data),
    ]
    about = f"编号 {data.number}" if data.number else ""
    return Form(CODE, TITLE, head, tuple(blocks), canonical(CODE, head, data), about=about)


def blank(head: Head) -> Form:
    """The form without any data."""
    return form(head, Record())


def _kinds(data: Record) -> Cell:
    boxes = [f"{'■' if kind.value == data.kind else '□'} {kind.value}" for kind in Kind]
    half = len(boxes) // 2
    return Cell(tuple((Span("　　".join(row), BODY),) for row in (boxes[:half], boxes[half:])), columns=5)


def _what(data: Record) -> Table:
    place = "\n".join(part for part in (data.at, data.place) if part)
    return Table(
        (22, 40, 18, 36, 18, 42),
        (
            Row(
                (
                    label("编　号"),
                    cell(data.number, LARGE, align="center"),
                    label("时间\n地点"),
                    cell(place, columns=3),
                ),
                11 * MM,
            ),
            Row((label("类　型"), _kinds(data)), 14 * MM),
            Row(
                (
                    label("参赛序号"),
                    cell(data.entry_no, STRONG, align="center"),
                    label("评　委"),
                    cell(data.judge, align="center"),
                    label("字　段"),
                    cell(data.field),
                ),
                9 * MM,
            ),
            Row((label("事　实"), cell(data.facts, columns=5, valign="top" if data.facts else "middle")), 26 * MM),
        ),
    )


def _values(data: Record) -> Table:
    return Table(
        (22, 66, 22, 66),
        (
            Row(
                (
                    label("原　值"),
                    cell(data.old, LARGE, align="center"),
                    label("新　值"),
                    cell(data.new, LARGE, align="center"),
                ),
                11 * MM,
            ),
        ),
    )


def _effect(data: Record) -> Table:
    lines = (Impact(entry_no="", field="", before="", after=""),) * 3 if data.impacts is None else data.impacts
    rows = [
        Row(
            (
                cell(one.entry_no, STRONG, align="center"),
                cell(one.field, align="center"),
                cell(one.before, align="center"),
                cell(one.after, STRONG, align="center"),
            ),
            6.6 * MM,
        )
        for one in lines
    ]
    if data.impacts == ():
        rows.append(Row((cell("对总得分、名次、奖项和晋级均无影响", align="center", columns=4),), 6.6 * MM))
    rows += [Row((cell(text, SMALL, columns=4),), 6.6 * MM) for text in data.lists]
    heading = (
        Row((label("对总得分、名次、奖项、晋级的影响", columns=4),), 7 * MM),
        Row((label("参赛序号"), label("项目"), label("更正前"), label("更正后")), 6.6 * MM),
    )
    return Table((36, 36, 52, 52), tuple(rows), heading)


def _decision(data: Record) -> Table:
    text = data.decision
    return Table(
        (22, 154),
        (
            Row((label("处理依据\n与决定"), cell(text, valign="top" if text else "middle")), 24 * MM),
            Row((label("附　件"), cell("；".join(data.attachments), BODY)), 9 * MM),
        ),
    )


def _signing(data: Record) -> SigningBlock:
    def confirmed(name: str) -> str:
        return f"电子记录 {name}" if name else ""

    return SigningBlock(
        (
            (
                Signature(label="申请人签字：", confirmed=confirmed(data.applicant)),
                Signature(label="计分员签字：", confirmed=confirmed(data.scorer)),
                Signature(label="复核人签字：", confirmed=confirmed(data.checker)),
            ),
            (
                Signature(label="监督人签字："),
                Signature(label="评委组长签字："),
                Signature(label="日期：　　　年　　月　　日", line=False),
            ),
        ),
        13 * MM,
    )
