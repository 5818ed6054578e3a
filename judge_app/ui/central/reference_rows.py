"""The lines of judges and panels compared."""

from __future__ import annotations

from judge_app.ui.central.board import Counted
from judge_app.ui.central.table import Cell, Column, TableRow
from judge_app.ui.glossary import component_name, printed
from judge_app.ui.language import tr


def judge_columns() -> list[Column]:
    return [
        Column(tr("Judge"), 1.0, 72),
        Column(tr("Session"), 1.0, 72),
        Column(tr("Score part"), 1.2, 80, give=1),
        Column(tr("Marks"), 0.5, 48, right=True),
        Column(tr("Mean"), 0.6, 56, right=True),
        Column(tr("Spread"), 0.6, 56, right=True),
        Column(tr("Against the panel"), 0.8, 64, right=True),
        Column(tr("Agreement"), 0.8, 64, right=True),
    ]


def judge_rows(counted: Counted) -> list[TableRow]:
    rules = counted.held.rules
    contest = counted.held.contest
    names = {(held.name, one.no): one.name for held in contest.sessions for one in contest.panel(held.name)}
    found = []
    for one in counted.leniency.judges if counted.leniency is not None else ():
        component = rules.component(one.component)
        found.append(
            TableRow(
                key=f"{one.judge}|{one.session}|{one.component}",
                cells=(
                    Cell(f"{one.judge} {names.get((one.session, one.judge), '')}".strip()),
                    Cell(one.session),
                    Cell(component_name(component) if component is not None else one.component),
                    Cell(str(one.marks)),
                    Cell(printed(one.mean)),
                    Cell(printed(one.spread)),
                    Cell("—" if one.against_panel is None else f"{one.against_panel:+.2f}"),
                    Cell(printed(one.agreement)),
                ),
            )
        )
    return found


def panel_columns() -> list[Column]:
    return [
        Column(tr("Panel of"), 1.4, 96),
        Column(tr("Score part"), 1.4, 96),
        Column(tr("Marks"), 0.5, 48, right=True),
        Column(tr("Mean"), 0.6, 56, right=True),
        Column(tr("Spread"), 0.6, 56, right=True),
        Column(tr("Against all panels"), 0.8, 64, right=True),
    ]


def panel_rows(counted: Counted) -> list[TableRow]:
    rules = counted.held.rules
    found = []
    for one in counted.leniency.panels if counted.leniency is not None else ():
        component = rules.component(one.component)
        found.append(
            TableRow(
                key=f"{one.session}|{one.component}",
                cells=(
                    Cell(one.session, strong=True),
                    Cell(component_name(component) if component is not None else one.component),
                    Cell(str(one.marks)),
                    Cell(printed(one.mean)),
                    Cell(printed(one.spread)),
                    Cell(f"{one.against_all:+.2f}"),
                ),
            )
        )
    return found
