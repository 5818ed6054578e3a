"""What is known about entries before a contest: units, team members, prior awards, past editions, papers, forms, slides.

Each list is None where the organiser has not given it: then a check that needs it says *not checked* (eligibility.py).
"""

from __future__ import annotations

import re
import unicodedata

from judge_app.core.contest import Contest, Struct
from judge_app.core.rules import Text


class UnitRecord(Struct, frozen=True):
    """A unit as the organiser knows it. ``aliases`` are other names of the same unit; ``parent`` is another unit (A-24)."""

    name: str
    type: str = ""
    level: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()


class TeamMember(Struct, frozen=True):
    """A member of a team. ``birth`` is ISO (1989-11-16), or 1989-11 where only the month is known."""

    entry_no: str
    name: str
    unit: str = ""
    birth: str = ""
    captain: bool = False


class PriorAward(Struct, frozen=True):
    """An award that the project had before. ``date`` is ISO, a month or a year."""

    entry_no: str
    award: str
    level: str = ""
    field: str = ""
    date: str = ""


class PastEntry(Struct, frozen=True):
    """A unit's entry with a topic in an earlier edition."""

    unit: str
    topic: str
    edition: int


class EntryFile(Struct, frozen=True):
    """A paper handed in. ``size`` is in bytes."""

    entry_no: str
    kind: str
    name: str = ""
    size: int | None = None


class FormAnswer(Struct, frozen=True):
    """One field of an entry form as filled in."""

    entry_no: str
    field: str
    content: str = ""


class Placement(Struct, frozen=True):
    """A region and a track in which a project is entered."""

    entry_no: str
    region: str = ""
    track: str = ""


class DeckFacts(Struct, frozen=True):
    """What a slide deck's file says of itself. ``width`` and ``height`` are in any one unit; ``text`` is that of all pages.

    ``unreadable`` says why nothing is known; None where it could be read.
    """

    entry_no: str
    width: float = 0
    height: float = 0
    text: str = ""
    unreadable: Text | None = None


class Entries(Struct, frozen=True):
    """A contest's projects with what is known about them."""

    contest: Contest
    units: tuple[UnitRecord, ...] | None = None
    members: tuple[TeamMember, ...] | None = None
    awards: tuple[PriorAward, ...] | None = None
    past: tuple[PastEntry, ...] | None = None
    files: tuple[EntryFile, ...] | None = None
    forms: tuple[FormAnswer, ...] | None = None
    placements: tuple[Placement, ...] | None = None
    decks: tuple[DeckFacts, ...] | None = None
    judges_given: bool = True
    staff_given: bool = True


def same(text: str) -> str:
    """Text as it is compared: NFKC, without spaces, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


class Units:
    """Units by any of their names: ``canonical`` follows aliases, ``root`` also parents."""

    def __init__(self, records: tuple[UnitRecord, ...] | None) -> None:
        self._by_name: dict[str, UnitRecord] = {}
        for record in records or ():
            for name in (record.name, *record.aliases):
                self._by_name.setdefault(same(name), record)

    def record(self, name: str) -> UnitRecord | None:
        return self._by_name.get(same(name))

    def canonical(self, name: str) -> str:
        """The unit's own name, or the name as given where it is not listed."""
        record = self.record(name)
        return record.name if record else name.strip()

    def root(self, name: str) -> str:
        """The topmost parent; a circle of parents ends where it closes."""
        seen: list[str] = []
        current = self.canonical(name)
        while current not in seen:
            seen.append(current)
            record = self.record(current)
            if record is None or not record.parent:
                return current
            current = self.canonical(record.parent)
        return min(seen)

    def names(self, name: str) -> tuple[str, ...]:
        """All names of a unit, its own first."""
        record = self.record(name)
        return (record.name, *record.aliases) if record else (name,)
