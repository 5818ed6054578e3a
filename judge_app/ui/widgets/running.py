"""What a clock shows at an instant: read from a ClockView and the room's time, never counted."""

from __future__ import annotations

from collections.abc import Callable

from judge_app.core.clock import SECOND, EndedBy, displayed
from judge_app.core.views import ClockView
from judge_app.ui.theme import Tone

Now = Callable[[], int | None]
"""Nanoseconds of the room's clock, or None while they are not known."""

LAST_MINUTE_NS = 60 * SECOND


def left_ns(clock: ClockView, now_ns: int | None) -> int | None:
    """What is left of the phase, negative over time; None where it runs and the room's time is not known."""
    if clock.deadline_ns is None:
        return clock.remaining_ns
    return None if now_ns is None else clock.deadline_ns - now_ns


def shown(clock: ClockView, left: int) -> str:
    """``1:46``, or ``+0:35`` over time; a phase whose slides end stops at 0:00."""
    return displayed(max(0, left) if clock.slides_end else left)


def tone_of(clock: ClockView, left: int) -> Tone:
    """The clock's colour: the last minute warns, time-up and over time stop."""
    if clock.ended_ns is not None:
        return "stop" if clock.ended_by is EndedBy.DEADLINE else "plain"
    if left <= 0:
        return "stop"
    return "warn" if left <= LAST_MINUTE_NS else "brand"


def until_change_ms(left: int) -> int:
    """Milliseconds until the shown second changes, at least 1, at most 1000."""
    into = left % SECOND or SECOND
    return max(1, min(1000, -(-into // 1_000_000)))
