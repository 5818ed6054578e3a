"""One session as a fold of its events: State, ``decide`` and ``evolve``; no clock, file, socket or Qt.

``decide(state, command, seat, at_ns)`` gives the events that a command makes, or raises Refused with the reason.
``due(state, now_ns)`` gives the events that time alone makes. ``evolve(state, body)`` is the state after an event.

Parted by concern, each module with what its commands make and what its events change: state.py and counting.py (results)
are what all others stand on; deciding.py and folding.py hold the tables that timing.py, projects.py, people.py, sheets.py,
reviewing.py and outcome.py fill.
"""

from __future__ import annotations

# Imported so that they fill the tables, as the others do besides.
from judge_app.core.session import projects as projects
from judge_app.core.session import reviewing as reviewing
from judge_app.core.session.counting import entries, grounded, result_status, review_step, rulings, tabulation
from judge_app.core.session.deciding import decide
from judge_app.core.session.folding import evolve
from judge_app.core.session.outcome import PAGE, evolve_ruling, show_steps
from judge_app.core.session.people import admitted
from judge_app.core.session.sheets import open_for, own_pending
from judge_app.core.session.state import (
    HEARD,
    MAX_SLIDE,
    MAX_TEXT,
    OUT,
    Device,
    ProjectState,
    SheetState,
    SignatureState,
    State,
    components_of,
    panel_judge,
    rules_for,
    rules_of,
    seats,
)
from judge_app.core.session.timing import (
    MAX_RELAPSES,
    MAX_STILLS,
    UNDO_NS,
    due,
    next_due_ns,
    next_phase,
    stills_allowed,
)

__all__ = [
    "HEARD",
    "MAX_RELAPSES",
    "MAX_SLIDE",
    "MAX_STILLS",
    "MAX_TEXT",
    "OUT",
    "PAGE",
    "UNDO_NS",
    "Device",
    "ProjectState",
    "SheetState",
    "SignatureState",
    "State",
    "admitted",
    "components_of",
    "decide",
    "due",
    "entries",
    "evolve",
    "evolve_ruling",
    "grounded",
    "next_due_ns",
    "next_phase",
    "open_for",
    "own_pending",
    "panel_judge",
    "result_status",
    "review_step",
    "rules_for",
    "rules_of",
    "rulings",
    "seats",
    "show_steps",
    "stills_allowed",
    "tabulation",
]
