"""Where a project and a sheet stand in a session."""

from __future__ import annotations

import enum

from judge_app.core.contest import Presence


class ProjectStage(enum.StrEnum):
    """Where a project stands in the session (domain.md, state rules)."""

    WAITING = "waiting"
    CALLED = "called"
    RUNNING = "running"
    BETWEEN = "between"
    """A phase has ended and the next has not begun."""
    SCORING = "scoring"
    CLOSED = "closed"
    """No more sheets are expected: 待复核."""
    LOCKED = "locked"
    FORFEITED = "forfeited"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


class Showing(enum.StrEnum):
    """What of the published results stands before the audience, as the host leads it."""

    NOTHING = "nothing"
    LIST = "list"
    """All of them as a list; a step is a page."""
    RANKING = "ranking"
    """One after the other from the last place; a step is one more."""
    MARKS = "marks"
    """One project's: hidden, then its marks all at once, the dropped ones fall out, the total."""


class SheetStatus(enum.StrEnum):
    """Where one judge's sheet for one project stands."""

    EMPTY = "empty"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECUSED = "recused"
    ABSENT = "absent"
    LEFT = "left"


STATUS_OF = {
    Presence.ABSENT: SheetStatus.ABSENT,
    Presence.LEFT: SheetStatus.LEFT,
    Presence.RECUSED: SheetStatus.RECUSED,
}
"""What a judge's absence makes of the sheets that wait."""
PRESENCE_OF = {status: presence for presence, status in STATUS_OF.items()}
"""What the calculation makes of such a sheet; the judge of any other is present."""


class ReviewStep(enum.StrEnum):
    """How far the desk's review of a closed project has come (domain.md 62: 可计算 → 待复核 → 已复核)."""

    NONE = ""
    """Nobody has recomputed it."""
    RECOMPUTED = "recomputed"
    """待复核: the scorer has, without a difference."""
    DIFFERS = "differs"
    """Somebody found another number; it must be settled."""
    CHECKED = "checked"
    """已复核: the checker agrees."""


class ResultStatus(enum.StrEnum):
    """Where a project's result stands (domain.md 62)."""

    INCOMPLETE = "incomplete"
    """未齐"""
    COMPUTABLE = "computable"
    """可计算"""
    PENDING_RULING = "pending_ruling"
    """待裁定"""
    PENDING_REVIEW = "pending_review"
    """待复核"""
    REVIEWED = "reviewed"
    """已复核"""
    LOCKED = "locked"
    """已锁定"""
    PUBLISHED = "published"
    """已公布"""
