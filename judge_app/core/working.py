"""What comes out of a tabulation, with the whole working, and how its numbers are printed.

Marks are integers of hundredths inside, means exact fractions; a printed value is a ``Decimal``.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import msgspec

from judge_app.core.awards import Outcome
from judge_app.core.contest import Presence, Struct
from judge_app.core.marks import Standing
from judge_app.core.rules import Rounding


class Status(enum.StrEnum):
    """Where a project's result stands."""

    FINAL = "FINAL"
    FINAL_BY_RULING = "FINAL_BY_RULING"
    PENDING_RULING = "PENDING_RULING"
    INCOMPLETE = "INCOMPLETE"

    @property
    def finished(self) -> bool:
        return self in (Status.FINAL, Status.FINAL_BY_RULING)


class Use(enum.StrEnum):
    """What became of a mark."""

    KEPT = "kept"
    DROPPED_HIGH = "dropped_high"
    DROPPED_LOW = "dropped_low"
    NOT_VALID = "not_valid"


class Why(enum.StrEnum):
    """Why a mark is not valid."""

    VALID = ""
    ABSENT = "absent"
    LEFT = "left"
    RECUSED = "recused"
    BLANK = "blank"
    UNFINISHED = "unfinished"
    """Some lines of the sheet are blank."""


class Mark(Struct, frozen=True, gc=False):
    """One judge's mark in one component's working. ``total`` is what the judge gave, counted or not."""

    judge: str
    presence: Presence
    total: Decimal | None
    use: Use
    why: Why = Why.VALID
    replaces: str | None = None


class CriterionResult(Struct, frozen=True):
    """One criterion's working where the trim is on each criterion: the sum of what is kept, and who was dropped."""

    name: str
    kept_sum: Decimal
    dropped_high: tuple[str, ...] = ()
    dropped_low: tuple[str, ...] = ()


class ComponentResult(Struct, frozen=True):
    """One component's working. The exact mean is ``kept_sum / kept``; ``score`` is it rounded, None while unknown.

    ``valid`` counts valid sheets, ``kept`` those averaged. ``method`` is that of the ruling that was needed. ``marks``
    are in the natural order of the judges' numbers.
    """

    status: Status
    score: Decimal | None
    valid: int
    kept: int = 0
    kept_sum: Decimal = Decimal(0)
    dropped_high: tuple[str, ...] = ()
    dropped_low: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    criteria: tuple[CriterionResult, ...] = ()
    method: str | None = None
    omitted: bool = False
    """An optional component for which nothing was given."""

    @property
    def exact(self) -> Fraction | None:
        return Fraction(self.kept_sum) / self.kept if self.score is not None else None


VOTES_VOIDED = "VOTES_VOIDED"
"""The flag of a result whose project's votes give no points, by a ruling or all of the contest's."""
VOTES_OF_ONE_ROOM = "VOTES_OF_ONE_ROOM"
"""The flag of a result whose points for votes are by one room's votes, in a contest that ranks those of several."""


class ProjectResult(Struct, frozen=True):
    """One project's result. ``popularity_points`` are before the cap, ``popularity_counted`` after it (None while the
    judged sum is unknown). ``deducted`` is what penalties took."""

    entry_no: str
    status: Status
    total: Decimal | None
    rank: int | None
    components: dict[str, ComponentResult]
    tie_key: str | None = None
    flags: tuple[str, ...] = ()
    popularity_rank: int | None = None
    popularity_points: Decimal = Decimal("0.00")
    popularity_counted: Decimal | None = None
    popularity_cap: Decimal | None = None
    """The most that could count (or, scaled, None)."""
    deducted: Decimal = Decimal(0)
    standing: Standing = Standing.COMPETING
    scope: str = ""

    @property
    def votes_voided(self) -> bool:
        """Whether its votes give no points because they were voided."""
        return VOTES_VOIDED in self.flags

    @property
    def signed_of_votes(self) -> tuple[object, ...]:
        """What of votes stands on the project's signed sheet, and the total that holds it."""
        given = self.popularity_rank, self.popularity_points, self.popularity_counted, self.popularity_cap
        return (*given, self.votes_voided, self.total)


class Tabulation(Struct, frozen=True):
    """A contest's results. ``projects`` are in the order given. ``award_candidates`` tie across a boundary, group by
    group; ``places`` is the quota of each scope; ``unused_rulings`` are positions of rulings that fitted nothing."""

    full_marks: Decimal
    projects: tuple[ProjectResult, ...]
    advance: tuple[str, ...] = ()
    advance_status: Outcome = Outcome.NOT_STATED
    advance_candidates: tuple[str, ...] = ()
    awards: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    award_status: Outcome = Outcome.NOT_STATED
    award_candidates: tuple[tuple[str, ...], ...] = ()
    award_unfilled: dict[str, int] = msgspec.field(default_factory=dict)
    places: dict[str, int] = msgspec.field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    unused_rulings: tuple[int, ...] = ()

    def project(self, entry_no: str) -> ProjectResult:
        """One project's result; KeyError if there is none."""
        for project in self.projects:
            if project.entry_no == entry_no:
                return project
        raise KeyError(entry_no)

    @property
    def ranked(self) -> tuple[ProjectResult, ...]:
        """Scope by scope in first-seen order, by rank; what has no rank last."""
        scopes = {scope: index for index, scope in enumerate(dict.fromkeys(one.scope for one in self.projects))}
        far = len(self.projects) + 1
        return tuple(sorted(self.projects, key=lambda one: (scopes[one.scope], far if one.rank is None else one.rank)))


@lru_cache(maxsize=65536)
def points_of(hundredths: int) -> Decimal:
    """Hundredths of a point as points."""
    return Decimal(hundredths).scaleb(-2)


def round_ratio(numerator: int, denominator: int, mode: str) -> int:
    """numerator / denominator (not negative; denominator > 0) to a whole number: HALF_UP, HALF_EVEN or DOWN."""
    whole, rest = divmod(numerator, denominator)
    if mode == "DOWN" or rest == 0:
        return whole
    if 2 * rest == denominator and mode == "HALF_EVEN":
        return whole + (whole & 1)
    return whole + (2 * rest >= denominator)


def rounded(value: Fraction, rounding: Rounding) -> Decimal:
    """A non-negative fraction as it is printed."""
    units = round_ratio(value.numerator * 10**rounding.places, value.denominator, rounding.mode)
    return Decimal(units).scaleb(-rounding.places)


def floored(value: Fraction, places: int) -> Decimal:
    """A non-negative fraction cut to ``places`` (the cap of popularity points, A-14)."""
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)
