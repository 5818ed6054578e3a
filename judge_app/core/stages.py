"""Where a project and a sheet stand in a session."""

from __future__ import annotations

import enum


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


class SheetStatus(enum.StrEnum):
    """Where one judge's sheet for one project stands."""

    EMPTY = "empty"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECUSED = "recused"
    ABSENT = "absent"
    LEFT = "left"
