"""What the stage owes the show at an instant: let it run, have it down, or leave it. Pure.

Slides are allowed up to the end of the last phase whose end takes them off (A-28: the end of the presentation); a rule
set with no such phase never forbids them. The room's word and the stage's own clock agree here: at the deadline the
show is forbidden, whether the room has said so yet or not.
"""

from __future__ import annotations

from collections.abc import Sequence

from judge_app.core.contest import Struct
from judge_app.core.rules import Phase
from judge_app.core.views import ClockView


class Show(Struct, frozen=True):
    """Slides may be up. ``until_ns`` is when they have to be down; None: the clock is held, or nothing ends them."""

    run: int
    entry_no: str
    until_ns: int | None


class Cut(Struct, frozen=True):
    """No slides since ``since_ns``. ``run`` is the run whose end took them off; None where it is not known any more
    (the stage was started after it), so that there is nothing to report."""

    run: int | None
    entry_no: str
    since_ns: int


class Rest(Struct, frozen=True):
    """No phase has begun for the project on stage: nothing is forbidden, nothing is shown."""


Duty = Show | Cut | Rest


def duty(clock: ClockView | None, phases: Sequence[Phase], now_ns: int, shown_run: int | None = None) -> Duty:
    """``shown_run`` is the run during which the stage last showed slides, for a cut that the next phase's start made."""
    if clock is None:
        return Rest()
    place = next((at for at, phase in enumerate(phases) if phase.key == clock.phase), None)
    last = max((at for at, phase in enumerate(phases) if phase.slides_end), default=None)
    if not clock.slides_end:
        if last is not None and (place is None or place > last):
            known = shown_run if shown_run is not None and shown_run < clock.run else None
            return Cut(run=known, entry_no=clock.entry_no, since_ns=clock.started_ns)
        if clock.ended_ns is not None and last is None:
            return Rest()
        return Show(run=clock.run, entry_no=clock.entry_no, until_ns=None)
    if clock.ended_ns is not None:
        return Cut(run=clock.run, entry_no=clock.entry_no, since_ns=clock.ended_ns)
    if clock.deadline_ns is not None and clock.deadline_ns <= now_ns:
        return Cut(run=clock.run, entry_no=clock.entry_no, since_ns=clock.deadline_ns)
    return Show(run=clock.run, entry_no=clock.entry_no, until_ns=clock.deadline_ns)
