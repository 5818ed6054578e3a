"""Running orders: by the strokes of the project's name, by draw, by registration, by hand; frozen once published.

An order is a frozen value that carries how it came about: the draw with its seed and algorithm, every move by hand with
who and why, and every place that the rule alone does not decide. Sources: S1-16, W1, W10, W19, domain.md A-17, A-18.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem, Refused

OrderMethod = Literal["strokes", "draw", "registration", "manual"]
DRAW_ALGORITHM = "judge-app/draw/1"
"""Each entry's ticket is the SHA-256 (hex) of the UTF-8 text ``SEED:ENTRY_NO``; the tickets in ascending order are the
order. It does not depend on the order of input, and a witness can redo it with any SHA-256 tool."""

_FORM = "judge-app/strokes/1"
_DIGITS = re.compile(r"([0-9]+)")


class StrokeTable:
    """Strokes of characters by the mainland standard, as strings of forms 横竖撇点折 = 1…5 (resources/strokes)."""

    def __init__(self, first: int, strokes: Sequence[str]) -> None:
        self._first = first
        self._strokes = tuple(strokes)

    @classmethod
    def parse(cls, data: bytes) -> StrokeTable:
        """The table in the bytes of a stroke file. Raises BadInput when they are not one, whole."""
        try:
            lines = zlib.decompress(data).decode("ascii").split("\n")
            form, first, count = lines[0].split(" ")
            table = cls(int(first, 16), lines[1:])
        except (zlib.error, UnicodeDecodeError, ValueError):
            form, count, table = "", "-1", cls(0, ())
        if form != _FORM or int(count) != len(table) or any(not strokes for strokes in table._strokes):
            raise BadInput(
                Problem(
                    "strokes", "笔画数据已损坏；请重新安装", "the stroke data is damaged; install the program again"
                )
            )
        return table

    def __len__(self) -> int:
        return len(self._strokes)

    def strokes(self, character: str) -> str | None:
        """The character's strokes ("1345" for 区), or None where the table lacks it."""
        index = ord(character) - self._first
        return self._strokes[index] if 0 <= index < len(self._strokes) else None


class Entrant(Struct, frozen=True):
    """Who is put in order. ``id`` is unique: the entry number, or the name itself in a bare list of names."""

    id: str
    name: str
    unit: str = ""
    session: str = ""


class Unsure(Struct, frozen=True):
    """A place that the rule does not decide: somebody must confirm or change it before the order is published.

    ``why`` lacking: ``characters`` have no strokes in the table. equal: the strokes of these names are the same.
    """

    id: str
    why: Literal["lacking", "equal"]
    characters: str = ""
    with_ids: tuple[str, ...] = ()


class DrawRecord(Struct, frozen=True):
    """A draw that can be held again before witnesses: same seed, algorithm and entries give the same order."""

    seed: str
    entries: tuple[str, ...]
    """The ids that took part, in natural order."""
    algorithm: str = DRAW_ALGORITHM
    operator: str = ""
    witness: str = ""
    at: str = ""


class OrderChange(Struct, frozen=True):
    """One thing done to an order by hand. ``before`` and ``after`` are places from 1; equal: a place was confirmed."""

    id: str
    before: int
    after: int
    by: str
    reason: str
    at: str = ""


class RunningOrder(Struct, frozen=True):
    """An order of ids, first first, with its history. Published, it takes no change (A-17)."""

    method: OrderMethod
    ids: tuple[str, ...]
    unsure: tuple[Unsure, ...] = ()
    draw: DrawRecord | None = None
    changes: tuple[OrderChange, ...] = ()
    published_at: str = ""
    published_by: str = ""

    def place(self, id: str) -> int:
        """The place of an id, from 1. Raises Refused for one that is not in the order."""
        try:
            return self.ids.index(id) + 1
        except ValueError:
            raise Refused("NOT_IN_ORDER", f"出场顺序里没有 {id}", f"{id} is not in the running order") from None

    def numbers(self) -> dict[str, str]:
        """Id → the entry number that the order gives (S1-16): "1", "2", …"""
        return {id: str(place) for place, id in enumerate(self.ids, start=1)}


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which J2 comes before J10."""
    parts = _DIGITS.split(text)
    return tuple((0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts if part)


CharKey = tuple[int, int, str]


def _char_key(character: str, table: StrokeTable) -> CharKey | None:
    """Digits by value, Latin, other letters, Chinese by strokes, Chinese that the table lacks. None: ignored."""
    if character.isdecimal():
        return (0, unicodedata.decimal(character), "")
    if not character.isalpha() and character != "〇":
        return None
    strokes = table.strokes(character)
    if strokes is not None:
        return (3, len(strokes), strokes)
    if _is_han(character):
        return (4, ord(character), "")
    base = unicodedata.normalize("NFD", character)[0].casefold()
    return (1, 0, base) if "a" <= base <= "z" else (2, 0, character.casefold())


def _is_han(character: str) -> bool:
    return character == "〇" or unicodedata.name(character, "").startswith("CJK")


def stroke_key(name: str, table: StrokeTable) -> tuple[CharKey, ...]:
    """What names are compared by, character by character; quotes, 《》, spaces and other marks are ignored."""
    folded = unicodedata.normalize("NFKC", name)
    return tuple(key for key in (_char_key(character, table) for character in folded) if key is not None)


def by_strokes(entrants: Iterable[Entrant], table: StrokeTable) -> RunningOrder:
    """The entrants by the strokes of their names (S1-16, A-17): digits, then Latin, then Chinese by stroke count, then
    stroke forms 横竖撇点折, then the next character; a shorter name first.

    A character that the table lacks sorts last at its position, and where that decided a place, the place is
    ``unsure``; so is that of names whose strokes are wholly equal (they are told apart by their text, then by id).
    """
    cache: dict[str, CharKey | None] = {}
    keyed: list[tuple[tuple[CharKey, ...], str, Entrant]] = []
    for entrant in _checked(entrants):
        folded = unicodedata.normalize("NFKC", entrant.name)
        for character in folded:
            if character not in cache:
                cache[character] = _char_key(character, table)
        key = tuple(part for part in (cache[character] for character in folded) if part is not None)
        keyed.append((key, folded, entrant))
    keyed.sort(key=lambda item: (item[0], item[1], natural(item[2].id), item[2].id))
    return RunningOrder(
        method="strokes", ids=tuple(entrant.id for _, _, entrant in keyed), unsure=tuple(_unsure(keyed))
    )


def _unsure(keyed: list[tuple[tuple[CharKey, ...], str, Entrant]]) -> Iterable[Unsure]:
    """In sorted order the longest prefix that a name shares is shared with a neighbour: a lacking character within it,
    or just behind it, decided the place."""
    for index, (key, _, entrant) in enumerate(keyed):
        neighbours = [keyed[other][0] for other in (index - 1, index + 1) if 0 <= other < len(keyed)]
        shared = max((_shared(key, neighbour) for neighbour in neighbours), default=0)
        lacking = "".join(chr(part[1]) for part in key[: shared + 1] if part[0] == 4)
        if lacking and neighbours:
            yield Unsure(id=entrant.id, why="lacking", characters=lacking)
        elif any(neighbour == key for neighbour in neighbours):
            start, end = index, index
            while start > 0 and keyed[start - 1][0] == key:
                start -= 1
            while end + 1 < len(keyed) and keyed[end + 1][0] == key:
                end += 1
            others = tuple(keyed[other][2].id for other in range(start, end + 1) if other != index)
            yield Unsure(id=entrant.id, why="equal", with_ids=others)


def _shared(one: tuple[CharKey, ...], other: tuple[CharKey, ...]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def ticket(seed: str, id: str) -> str:
    """The draw ticket of one entry (64 hex digits): see DRAW_ALGORITHM."""
    return hashlib.sha256(f"{seed}:{id}".encode()).hexdigest()


def by_draw(
    entrants: Iterable[Entrant], seed: str, *, operator: str = "", witness: str = "", at: str = ""
) -> RunningOrder:
    """The entrants as drawn with ``seed``, any text, announced before the draw. Raises Refused without one."""
    if not seed.strip():
        raise Refused(
            "NO_SEED", "抽签需要种子；请输入现场公布的数字或文字", "a draw needs a seed; give the one announced"
        )
    ids = sorted((entrant.id for entrant in _checked(entrants)), key=lambda id: (natural(id), id))
    record = DrawRecord(seed=seed, entries=tuple(ids), operator=operator, witness=witness, at=at)
    return RunningOrder(method="draw", ids=replay(record), draw=record)


def replay(record: DrawRecord) -> tuple[str, ...]:
    """The order that a recorded draw gives. Raises Refused for an algorithm that this version does not know."""
    if record.algorithm != DRAW_ALGORITHM:
        raise Refused(
            "UNKNOWN_DRAW",
            f"不认识抽签算法 {record.algorithm}；请升级程序",
            f"the draw algorithm {record.algorithm} is not known; update the program",
        )
    return tuple(sorted(record.entries, key=lambda id: (ticket(record.seed, id), id)))


def by_registration(entrants: Iterable[Entrant]) -> RunningOrder:
    """The entrants as they registered: in the order given."""
    return RunningOrder(method="registration", ids=tuple(entrant.id for entrant in _checked(entrants)))


def by_hand(entrants: Iterable[Entrant], ids: Sequence[str]) -> RunningOrder:
    """The entrants in the order of ``ids``. Raises Refused where one is missing, unknown or twice."""
    known = {entrant.id for entrant in _checked(entrants)}
    if len(set(ids)) != len(ids) or set(ids) != known:
        odd = sorted({id for id in ids if ids.count(id) > 1} | (set(ids) ^ known), key=natural)
        raise Refused(
            "NOT_A_PERMUTATION",
            f"顺序须包含每个项目恰好一次；请检查：{'、'.join(odd)}",
            f"the order must have each project exactly once; check: {', '.join(odd)}",
        )
    return RunningOrder(method="manual", ids=tuple(ids))


def moved(order: RunningOrder, id: str, to: int, *, by: str, reason: str, at: str = "") -> RunningOrder:
    """The order with ``id`` at place ``to`` (from 1), logged. Raises Refused when published or without name and reason.

    To confirm an unsure place, move the id to the place it has.
    """
    _may_change(order, by, reason)
    before = order.place(id)
    if not 1 <= to <= len(order.ids):
        raise Refused(
            "NO_SUCH_PLACE",
            f"没有第 {to} 位；请填 1 到 {len(order.ids)}",
            f"there is no place {to}; give 1 to {len(order.ids)}",
        )
    ids = [other for other in order.ids if other != id]
    ids.insert(to - 1, id)
    change = OrderChange(id=id, before=before, after=to, by=by, reason=reason, at=at)
    return msgspec.structs.replace(
        order,
        ids=tuple(ids),
        unsure=tuple(place for place in order.unsure if place.id != id),
        changes=(*order.changes, change),
    )


def published(order: RunningOrder, *, by: str, at: str) -> RunningOrder:
    """The order, frozen. Raises Refused when it is already published, nobody signs for it, or places are unsure."""
    if order.published_at:
        raise _frozen(order)
    if not by.strip() or not at.strip():
        raise Refused("NO_NAME", "公布需要署名和时间", "publishing needs a name and a time")
    if order.unsure:
        names = "、".join(place.id for place in order.unsure)
        raise Refused(
            "UNSURE_PLACES",
            f"有 {len(order.unsure)} 个位置需人工确认：{names}；请逐个确认或调整",
            f"{len(order.unsure)} places wait to be confirmed by hand: {names}; confirm or move each",
        )
    return msgspec.structs.replace(order, published_by=by, published_at=at)


def _may_change(order: RunningOrder, by: str, reason: str) -> None:
    if order.published_at:
        raise _frozen(order)
    if not by.strip() or not reason.strip():
        raise Refused("NO_REASON", "人工调整需要署名和理由", "a change by hand needs a name and a reason")


def _frozen(order: RunningOrder) -> Refused:
    return Refused(
        "ORDER_FROZEN",
        f"出场顺序已于 {order.published_at} 公布，不能再改",
        f"the running order was published at {order.published_at} and can no longer be changed",
    )


def _checked(entrants: Iterable[Entrant]) -> list[Entrant]:
    """The entrants; raises Refused where two have one id."""
    listed = list(entrants)
    seen: set[str] = set()
    for entrant in listed:
        if entrant.id in seen:
            raise Refused(
                "TWICE_IN_ORDER", f"{entrant.id} 出现两次；请删去一个", f"{entrant.id} is there twice; drop one"
            )
        seen.add(entrant.id)
    return listed
