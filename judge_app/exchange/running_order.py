"""The running order of a file: a contest.xlsx, or a text file with one project name a line (``judge-app order FILE``).

Reads, orders by core/order.py, and words the result: as text for a terminal or a notice board, as a draw list to sign,
as data. Stroke data comes from resources/strokes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.order import (
    DRAW_ALGORITHM,
    Entrant,
    RunningOrder,
    StrokeTable,
    by_draw,
    by_registration,
    by_strokes,
    ticket,
)
from judge_app.exchange import cells, safety, workbook
from judge_app.exchange.tables import Book

STROKES: Final = Path(__file__).resolve().parents[2] / "resources" / "strokes" / "strokes-gb.z"
MAX_NAMES = 20_000
MAX_NAME_CHARS = 500

_METHODS = {"strokes": "按项目名称笔划", "draw": "抽签", "registration": "按报名顺序", "manual": "人工排定"}


def stroke_table(path: Path = STROKES) -> StrokeTable:
    """The stroke table that the program ships. Raises BadInput when it is missing or damaged."""
    return StrokeTable.parse(safety.read_file(path))


def read_entrants(path: Path | str) -> tuple[Entrant, ...]:
    """Who is to be ordered: the projects of a workbook (sheet 项目 alone is needed), or the lines of a text file.

    In a text file the name itself is the id, so a name given twice is a problem. Raises BadInput with every problem.
    """
    path = Path(path)
    data = safety.read_file(path)
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or path.suffix.lower() in (".xlsx", ".xls", ".xlsm", ".et"):
        return _from_workbook(Book(path))
    return _from_lines(data, path.name)


def _from_workbook(book: Book) -> tuple[Entrant, ...]:
    projects = workbook.read_projects(book)
    book.findings.raise_if_any()
    return tuple(
        Entrant(id=project.entry_no, name=project.name, unit=project.lead_unit, session=project.session)
        for project in projects
    )


def _from_lines(data: bytes, name: str) -> tuple[Entrant, ...]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = "\x00"
    if "\x00" in text:
        raise safety.refuse(
            name,
            "不是文本；请给出 contest.xlsx，或每行一个项目名称的文本文件（UTF-8 或 GBK）",
            "it is not text; give a contest.xlsx, or a text file with one project name a line (UTF-8 or GBK)",
        )
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        project = cells.text(line)
        if not project:
            continue
        place = f"{name} · 第 {number} 行"
        if project in seen:
            problems.append(
                Problem(
                    place,
                    f"“{cells.shown(project)}”与第 {seen[project]} 行相同；请删去一行，或改用带参赛序号的工作簿",
                    f'"{cells.shown(project)}" is already line {seen[project]}; delete one, or use a workbook with '
                    "entry numbers",
                )
            )
        elif len(project) > MAX_NAME_CHARS:
            problems.append(
                Problem(
                    place,
                    f"有 {len(project)} 个字，不像项目名称；每行只写一个名称",
                    f"it has {len(project)} characters and is no project name; write one name a line",
                )
            )
        seen.setdefault(project, number)
        if len(seen) > MAX_NAMES:
            raise safety.refuse(name, f"超过 {MAX_NAMES} 个名称", f"it has more than {MAX_NAMES} names")
    if not seen:
        problems.append(Problem(name, "没有任何项目名称；请每行写一个", "there is no project name; write one a line"))
    if problems:
        raise BadInput(problems)
    return tuple(Entrant(id=project, name=project) for project in seen)


class OrderReport(Struct, frozen=True):
    """An order with the names it is about; ``text``, ``draw_list`` and ``data`` render it."""

    file_name: str
    order: RunningOrder
    entrants: tuple[Entrant, ...]

    def rows(self) -> list[tuple[int, Entrant]]:
        """(place, entrant) in order."""
        by_id = {entrant.id: entrant for entrant in self.entrants}
        return [(place, by_id[id]) for place, id in enumerate(self.order.ids, start=1)]

    def text(self, language: Literal["zh", "en"] = "zh") -> str:
        """The list for a terminal: place, entry number where there is one, name, session; then what is unsure."""
        numbered = any(entrant.id != entrant.name for entrant in self.entrants)
        width = len(str(len(self.entrants)))
        lines = [self._head(language)]
        for place, entrant in self.rows():
            session = f"  [{entrant.session}]" if entrant.session else ""
            number = f"  ({entrant.id})" if numbered else ""
            lines.append(f"{place:>{width}}  {entrant.name}{number}{session}")
        return "\n".join(lines + self._unsure(language))

    def _head(self, language: Literal["zh", "en"]) -> str:
        count = len(self.entrants)
        if language == "en":
            head = f"Running order ({self.order.method}), {count} projects"
            return head + (
                f"; seed {self.order.draw.seed}, algorithm {self.order.draw.algorithm}" if self.order.draw else ""
            )
        head = f"出场顺序（{_METHODS[self.order.method]}），共 {count} 个项目"
        return head + (f"；种子 {self.order.draw.seed}，算法 {self.order.draw.algorithm}" if self.order.draw else "")

    def _unsure(self, language: Literal["zh", "en"]) -> list[str]:
        lines: list[str] = []
        names = {entrant.id: entrant.name for entrant in self.entrants}
        for place in self.order.unsure:
            name = names[place.id]
            others = "、".join(names[id] for id in place.with_ids)
            if place.why == "lacking":
                zh = f"需人工确认：{name}（笔画表缺字 {place.characters}，暂排在同位字之后）"
                en = f"to be confirmed by hand: {name} (no strokes for {place.characters}, put last at that character)"
            else:
                zh = f"需人工确认：{name} 与 {others} 笔画笔顺全同"
                en = f"to be confirmed by hand: {name} has the very strokes of {others}"
            lines.append(en if language == "en" else zh)
        return lines

    def draw_list(self) -> str:
        """The draw list to read out and sign: seed, algorithm, and each entry's ticket, so that anybody can redo it.

        Raises ValueError for an order that was not drawn.
        """
        draw = self.order.draw
        if draw is None:
            raise ValueError("this order was not drawn")
        lines = [
            f"抽签记录 · {self.file_name}",
            f"种子：{draw.seed}    算法：{draw.algorithm}    时间：{draw.at or '________'}",
            "算法说明：每个项目的签 = SHA-256(“种子:参赛序号”)，按签由小到大排列；任何人可用 SHA-256 工具复核。",
            "",
        ]
        for place, entrant in self.rows():
            label = entrant.name if entrant.id == entrant.name else f"{entrant.id} 号  {entrant.name}"
            unit = f"（{entrant.unit}）" if entrant.unit else ""
            lines.append(f"{place:>3}  {label}{unit}  签 {ticket(draw.seed, entrant.id)[:16]}…  签字 ____________")
        lines += [
            "",
            f"抽签人：{draw.operator or '________'}    监督人：{draw.witness or '________'}    日期：____年__月__日",
        ]
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """JSON-ready: ``{"format": "judge-app/order/1", "method", "order": [{place, entry_no, name, session}], …}``."""
        data: dict[str, Any] = {
            "format": "judge-app/order/1",
            "method": self.order.method,
            "order": [
                {"place": place, "entry_no": entrant.id, "name": entrant.name, "session": entrant.session}
                for place, entrant in self.rows()
            ],
            "unsure": [
                {"entry_no": place.id, "why": place.why, "characters": place.characters, "with": list(place.with_ids)}
                for place in self.order.unsure
            ],
        }
        if self.order.draw is not None:
            data["draw"] = {"seed": self.order.draw.seed, "algorithm": self.order.draw.algorithm}
        return data


def order_file(
    path: Path | str, *, method: Literal["strokes", "draw", "registration"], seed: str = "", at: str = ""
) -> OrderReport:
    """The order of a file's projects. ``seed`` is needed for a draw (Refused without one). Raises BadInput."""
    entrants = read_entrants(path)
    return OrderReport(file_name=Path(path).name, order=order_of(entrants, method, seed=seed, at=at), entrants=entrants)


def order_of(
    entrants: Sequence[Entrant], method: Literal["strokes", "draw", "registration"], *, seed: str = "", at: str = ""
) -> RunningOrder:
    """The order of entrants already read, with the stroke table that the program ships."""
    if method == "strokes":
        return by_strokes(entrants, stroke_table())
    if method == "draw":
        return by_draw(entrants, seed, at=at)
    return by_registration(entrants)


__all__ = ["DRAW_ALGORITHM", "OrderReport", "order_file", "order_of", "read_entrants", "stroke_table"]
