"""F4 晋级名单公示: the public list of those who go on (domain.md "Print layouts", F4; wording from practice W11, W18).

It holds no telephone number of a team, no judge's mark and no title that was declared confidential: what may stand in it is
decided where the list is made (core/results.py). The opening, the words on objections and the contact may be edited.
"""

from __future__ import annotations

from datetime import date

from judge_app.core.contest import Struct
from judge_app.core.results import Publicity
from judge_app.sheets import words
from judge_app.sheets.layout import MM, Block, Gap, Prose, Signature, SigningBlock
from judge_app.sheets.paper import Form, Head, canonical, full_name
from judge_app.sheets.tables import Row, Table, cell, figure, label
from judge_app.sheets.text import LABEL, NO_DATA, SMALL, STRONG, Paragraph, Span, Style

CODE = "F4"
OBJECTION = (
    "公示期内，单位或个人对名单有异议的，请以书面形式向组委会提出，写明事实并提供必要的证明材料和联系方式。"
    "以单位名义提出的须加盖单位公章，以个人名义提出的须签署真实姓名。逾期或不符合上述要求的，不予受理。"
)
"""How an objection is made (W11, W18, A-33)."""


class Listed(Struct, frozen=True):
    """One line of the list. ``rank`` and ``total`` empty: not made public."""

    position: int
    entry_no: str
    project: str
    lead_unit: str
    partner_units: tuple[str, ...] = ()
    track: str = ""
    rank: str = ""
    total: str = ""


class Notice(Struct, frozen=True):
    """What an F4 says. Dates as printed (2026年12月8日)."""

    title: str
    opening: str
    lines: tuple[Listed, ...]
    order: str
    start: str = ""
    end: str = ""
    objection: str = OBJECTION
    contact: str = ""
    organiser: str = ""
    dated: str = ""


def notice(
    head: Head,
    held: Publicity,
    *,
    contact: str = "",
    organiser: str = "",
    dated: str = "",
    title: str = "",
    opening: str = "",
) -> Notice:
    """The notice of a list, with the words that contests use where none are given. ``dated`` is an ISO date."""
    name = full_name(head).replace("　", "")
    days = (date.fromisoformat(held.end) - date.fromisoformat(held.start)).days + 1
    start, end = words.chinese_date(held.start), words.chinese_date(held.end)
    period = f"公示期为 {days} 天，自{start}起至{end}止" if days > 1 else f"公示期为{start}当日"
    spoken = (
        f"{name}{head.round}评审已经结束。根据大赛评审规则（{held.basis.zh}），经现场评审、统分复核，"
        f"拟晋级项目共 {len(held.rows)} 个。现将名单予以公示（{held.order.zh}），{period}。"
    )
    return Notice(
        title=title or f"关于{name}{head.round}晋级名单的公示",
        opening=opening or spoken,
        lines=tuple(
            Listed(
                position=row.position,
                entry_no=row.entry_no,
                project=row.name,
                lead_unit=row.lead_unit,
                partner_units=row.partner_units,
                track=row.track,
                rank="" if row.rank is None else str(row.rank),
                total="" if row.total is None else format(row.total, "f"),
            )
            for row in held.rows
        ),
        order=held.order.zh,
        start=start,
        end=end,
        contact=contact,
        organiser=organiser,
        dated=words.chinese_date(dated),
    )


def form(head: Head, data: Notice) -> Form:
    """The form ready to be set."""
    blocks: list[Block] = [
        Gap(2 * MM),
        Prose((_indented(data.opening),)),
        Gap(2.6 * MM),
        _table(data),
        Gap(3 * MM),
        Prose((_indented(data.objection), *_contact(data))),
        Gap(6 * MM),
        _closing(data),
    ]
    return Form(CODE, data.title, head, tuple(blocks), canonical(CODE, head, data))


def blank(head: Head, *, rows: int = 15) -> Form:
    """The form without any data, with so many lines."""
    empty = Listed(position=0, entry_no="", project="", lead_unit="")
    opening = (
        "＿" * 12 + "评审已经结束，现将晋级名单予以公示，公示期自　　　　年　　月　　日起至　　　　年　　月　　日止。"
    )
    return form(head, Notice(title="晋级名单公示", opening=opening, lines=(empty,) * rows, order=""))


_TEXT = Style(size=11, leading=1.75)


def _indented(text: str) -> Paragraph:
    return (Span(f"　　{text}", _TEXT),)


def _contact(data: Notice) -> tuple[Paragraph, ...]:
    return ((Span("　　联系方式：", _TEXT), Span(data.contact or "＿" * 24, _TEXT)),)


def _table(data: Notice) -> Table:
    ranked, scored = any(line.rank for line in data.lines), any(line.total for line in data.lines)
    widths = [11.0, 15.0, *([11.0] if ranked else []), 52.0, 40.0, 34.0, 24.0, *([17.0] if scored else [])]
    heading = [
        "序号",
        "参赛\n序号",
        *(["名次"] if ranked else []),
        "项目名称",
        "主体申报单位",
        "联合申报单位",
        "赛道",
        *(["总得分"] if scored else []),
    ]
    rows = []
    for line in data.lines:
        blank = not line.entry_no
        cells = [
            cell("" if blank else str(line.position), SMALL, align="center"),
            cell(line.entry_no, STRONG, align="center"),
            *([cell(line.rank, align="center")] if ranked else []),
            cell(line.project, SMALL),
            cell(line.lead_unit, SMALL),
            cell("、".join(line.partner_units) or ("" if blank else NO_DATA), SMALL),
            cell(line.track or ("" if blank else NO_DATA), SMALL, align="center"),
            *([figure(line.total or None)] if scored else []),
        ]
        rows.append(Row(tuple(cells), 8 * MM))
    return Table(tuple(widths), tuple(rows), (Row(tuple(label(text, style=LABEL) for text in heading), 8.5 * MM),))


def _closing(data: Notice) -> Block:
    organiser = f"{data.organiser or '组委会'}（盖章）"
    dated = data.dated or "　　　　年　　月　　日"
    return SigningBlock(
        (
            (Signature(label="", line=False, share=1.6), Signature(label=organiser, line=False)),
            (Signature(label="", line=False, share=1.6), Signature(label=dated, line=False)),
        ),
        9 * MM,
    )
