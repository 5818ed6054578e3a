"""代录: a sheet from paper, for a judge whose laptop is dead, entered by two people at two computers who must agree.

The first entry is shown to nobody but who made it until a second person has entered the same sheet. Two that agree are
the judge's sheet, with both names; where they differ both may look and enter again. A photo of the paper is kept beside
the session file under its SHA-256; the record holds the hash.
"""

from __future__ import annotations

from judge_app.core.commands import Points
from judge_app.core.contest import Struct


class PaperOrigin(Struct, frozen=True):
    """Where a sheet came from that no judge sent: who entered it, in the order entered, and the photo's SHA-256 (hex)."""

    names: tuple[str, str]
    photo: str = ""


class PaperEntry(Struct, frozen=True):
    """One person's reading of a judge's paper sheet."""

    seat: str
    name: str
    points: Points
    comment: str = ""
    photo: str = ""
    seq: int = 0
    machines: frozenset[str] = frozenset()
    """The computers that acted for the seat then."""


def with_entry(entries: tuple[PaperEntry, ...], new: PaperEntry) -> tuple[PaperEntry, ...]:
    """The readings after one more; a seat's later reading takes the place of its earlier one."""
    return (*(one for one in entries if one.seat != new.seat), new)


def agreeing(entries: tuple[PaperEntry, ...], new: PaperEntry) -> PaperEntry | None:
    """The reading from another seat that gives exactly the same marks, if there is one."""
    return next((one for one in entries if one.seat != new.seat and one.points == new.points), None)


def differing(first: Points, second: Points) -> tuple[tuple[str, str, int, int], ...]:
    """Line by line where two readings differ: (component, criterion, first, second), in hundredths."""
    return tuple(
        (component, criterion, value, second[component][criterion])
        for component, lines in first.items()
        for criterion, value in lines.items()
        if second[component][criterion] != value
    )
