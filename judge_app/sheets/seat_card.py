"""席位卡: what lies at a judge's place before the session: the name, the code to join by, and on the back the paper sheet.

One card is a sheet printed on both sides: in front the name in large, the QR code of the join link, the digits where there
are any, and three steps; behind, the blank judge sheet (F1) for the day on which no machine works. The link is a secret for
its seat: it stands in the QR code alone, not in the embedded JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import segno

from judge_app.core.contest import Struct
from judge_app.core.rules import RuleSet
from judge_app.core.views import Briefing, JudgeCard
from judge_app.sheets import f1_judge_sheet
from judge_app.sheets.fonts import Weight
from judge_app.sheets.layout import HAIR, MM, Block, Fragment, Gap, Pen, Prose
from judge_app.sheets.paper import Form, Head, canonical
from judge_app.sheets.text import NOTE, SOFT, Line, Span, Style, wrap

CODE = "席位卡"
TITLE = "席位卡"
STEPS = (
    "打开评委电脑上的“路演评审”，选择“以评委、组长等身份入席”。",
    "输入主持人告知的地址和加入码；或扫描左侧二维码，把得到的链接粘贴进去。",
    "请主持人核对姓名后准许入席。背面是纸质评分表，设备故障时使用。",
)


class Card(Struct, frozen=True):
    """What a card says. ``code`` are the digits to type where there is no camera; empty: none."""

    seat: str
    name: str
    role: str
    unit: str = ""
    has_link: bool = False
    has_code: bool = False


class _Face(msgspec.Struct, frozen=True):
    """The front: name over the QR code with the steps beside it."""

    card: Card
    link: str
    code: str
    height: float = 205 * MM

    def place(self, width: float, room: float, page: float) -> tuple[Fragment | None, Block | None]:
        return (None, self) if room < self.height and room < page else (self, None)

    def draw(self, pen: Pen, x: float, y: float, width: float) -> None:
        y += 16 * MM
        y = pen.lines(wrap((Span(self.card.role, Style(size=20, weight=Weight.MEDIUM)),), width), x, y, width, "center")
        y = pen.lines(_largest(self.card.name, width), x, y + 4 * MM, width, "center")
        if self.card.unit:
            y = pen.lines(
                wrap((Span(self.card.unit, Style(size=14, ink=SOFT)),), width), x, y + 2 * MM, width, "center"
            )
        y += 14 * MM
        pen.rule(x, y, x + width, y, HAIR)
        y += 10 * MM
        side = 62 * MM
        if self.link:
            matrix = segno.make(self.link, micro=False, error="m").matrix
            pen.code(x, y, side, [list(row) for row in matrix])
        beside, room = x + side + 10 * MM, width - side - 10 * MM
        below = y
        for number, step in enumerate(STEPS, start=1):
            text = (Span(f"{number}　", Style(size=13, weight=Weight.BOLD)), Span(step, Style(size=12, leading=1.6)))
            below = pen.lines(wrap(text, room), beside, below, room, "left") + 3 * MM
        if self.code:
            spaced = f"{self.code[:4]} {self.code[4:]}" if len(self.code) == 8 else self.code
            pen.lines(wrap((Span("加入码", Style(size=10, ink=SOFT)),), room), beside, below + 2 * MM, room, "left")
            digits = Style(size=30, weight=Weight.BOLD, leading=1.2)
            pen.lines(wrap((Span(spaced, digits),), room), beside, below + 7 * MM, room, "left")


def _largest(name: str, width: float) -> tuple[Line, ...]:
    """The name on one line as large as it goes, from 72 points down; a very long one wraps at 26."""
    for size in range(72, 25, -2):
        lines = wrap((Span(name, Style(size=float(size), weight=Weight.BOLD, leading=1.25)),), width)
        if len(lines) == 1:
            break
    return lines


def front(head: Head, card: Card, *, link: str = "", code: str = "") -> Form:
    """The front of a card. ``link`` is the seat's join link, ``code`` its digits."""
    data = msgspec.structs.replace(card, has_link=bool(link), has_code=bool(code))
    note = "此卡只供本席位使用，二维码在加入后或本场结束时失效；请勿转借、拍照外传。"
    blocks: tuple[Block, ...] = (_Face(data, link, code), Gap(), Prose(((Span(note, NOTE),),), align="center"))
    return Form(CODE, TITLE, head, blocks, canonical(CODE, head, data), about=f"{card.role} {card.name}")


def back(rules: RuleSet, head: Head, judge: JudgeCard) -> Form:
    """The back of a judge's card: his paper sheet, with his name in it and no project."""
    return f1_judge_sheet.form(head, f1_judge_sheet.sheet(rules, None, judge))


def cards(
    briefing: Briefing,
    head: Head,
    links: Mapping[str, str],
    codes: Mapping[str, str] | None = None,
    *,
    judges: Sequence[str] | None = None,
) -> list[Form]:
    """Front and back by turns for the panel (or the ``judges`` named), for printing on both sides.

    ``links`` and ``codes`` are by seat (``judge:E1``). ``head`` has no document number: a card is no record.
    """
    found: list[Form] = []
    for judge in briefing.judges:
        if judges is not None and judge.no not in judges:
            continue
        seat = f"judge:{judge.no}"
        role = "　".join(part for part in ("评委组长" if judge.chair else judge.judge_class, judge.no) if part)
        card = Card(seat=seat, name=judge.name, role=role, unit=judge.unit)
        found.append(front(head, card, link=links.get(seat, ""), code=(codes or {}).get(seat, "")))
        found.append(back(briefing.rules, head, judge))
    return found
