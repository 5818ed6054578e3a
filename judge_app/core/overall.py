"""The contest's results from the journals of its sessions: what spans rooms is computed here, never by a room.

Sessions of one contest share one rule set; the one with the highest version counts, and a difference is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from judge_app.core import session
from judge_app.core.errors import BadInput, Problem
from judge_app.core.journal import Record
from judge_app.core.scoring import Tabulation, tabulate
from judge_app.core.session import State


def replay(records: Iterable[Record]) -> State:
    """The session after its journal."""
    state = State()
    for record in records:
        state = session.evolve(state, record.body)
    return state


def check_together(states: Sequence[State]) -> None:
    """Whether sessions are parts of one contest: the same rules, no session and no entry number twice. Raises BadInput."""
    problems = []
    first = states[0].session
    seen_sessions: set[str] = set()
    seen_entries: dict[str, str] = {}
    for state in states:
        setup = state.session
        name = setup.session.name
        if setup.session_id in seen_sessions:
            problems.append(Problem(name, "同一场次给了两次", "the same session was given twice"))
            continue
        seen_sessions.add(setup.session_id)
        if setup.rules != first.rules:
            problems.append(
                Problem(
                    name,
                    f"评审规则与“{first.session.name}”不同，不能合并计算",
                    f"its rules differ from those of {first.session.name}: they cannot be counted together",
                )
            )
        for entry_no in state.order:
            if entry_no in seen_entries:
                other = seen_entries[entry_no]
                problems.append(
                    Problem(name, f"{entry_no} 号项目也在“{other}”", f"project {entry_no} is in {other} as well")
                )
            seen_entries[entry_no] = name
    if problems:
        raise BadInput(problems)


def results(states: Sequence[State]) -> Tabulation:
    """One tabulation over all sessions, in the order given. Raises BadInput where they do not belong together."""
    check_together(states)
    first = states[0].session
    entries = tuple(entry for state in states for entry in session.entries(state))
    made = [ruling for state in states for ruling in session.rulings(state)]
    return tabulate(
        first.rules,
        entries,
        rulings=tuple(ruling for _, ruling in session.grounded(made, entries)),
        passed_initial_review=first.contest.passed_initial_review,
    )
