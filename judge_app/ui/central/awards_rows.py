"""The lines of places and awards: the roundings, the list, the awards, the first of each, the rulings."""

from __future__ import annotations

from judge_app.core.awards import Outcome
from judge_app.core.explain import VOTES_METHODS
from judge_app.core.marks import Ruling
from judge_app.ui.central.board import Counted
from judge_app.ui.central.questions import BASES, numbers
from judge_app.ui.central.results_rows import advances, scope_words
from judge_app.ui.central.table import DASH, Cell, Column, TableRow
from judge_app.ui.glossary import number
from judge_app.ui.language import either, mark, tr, tr_count
from judge_app.ui.theme import Tone

OUTCOME_WORDS: dict[Outcome, tuple[str, Tone]] = {
    Outcome.FINAL: (mark("Decided"), "ok"),
    Outcome.PENDING_RULING: (mark("Ruling needed"), "warn"),
    Outcome.PENDING: (mark("Projects unfinished"), "info"),
    Outcome.NOT_STATED: (mark("Not stated by the rules"), "plain"),
}


_SHORT = {"passed_initial_review": mark("passed the review"), "ranked_in_final": mark("ranked in the final")}


def quota_columns() -> list[Column]:
    return [
        Column(tr("Within"), 1.6, 96, whole=True),
        Column(tr("Share"), 0.8, 48, right=True),
        Column(tr("Floor"), 0.8, 48, right=True),
        Column(tr("Half up"), 0.8, 48, right=True),
        Column(tr("Ceiling"), 0.8, 40, right=True),
        Column(tr("Remainder"), 0.8, 48, right=True),
        Column(tr("Chosen"), 0.8, 48, right=True),
    ]


def quota_rows(counted: Counted) -> list[TableRow]:
    """The four roundings side by side, basis by basis, with the places that are given now."""
    found = []
    rule = counted.held.rules.advance
    bases = sorted(counted.quotas.items(), key=lambda one: rule is not None and one[0] != rule.basis)
    for basis, held in bases:
        now = rule is not None and rule.basis == basis
        for scope, exact in held.exact.items():
            given = str(counted.held.tabulation.places.get(scope, "—")) if now else "—"
            found.append(
                TableRow(
                    key=f"{basis}|{scope}",
                    cells=(
                        Cell(scope or tr("All projects together"), tr(_SHORT[basis])),
                        Cell(_fraction(exact)),
                        Cell(str(held.floor[scope])),
                        Cell(str(held.half_up[scope])),
                        Cell(str(held.ceil[scope])),
                        Cell(str(held.largest_remainder[scope])),
                        Cell(given, strong=True),
                    ),
                    tip=tr(BASES[basis]),
                    mark="brand" if now else "plain",
                )
            )
        found.append(
            TableRow(
                key=f"{basis}|=",
                cells=(
                    Cell(tr("Together"), tr("{n} of all together", n=held.total)),
                    Cell(),
                    *(
                        Cell(str(sum(one.values())))
                        for one in (held.floor, held.half_up, held.ceil, held.largest_remainder)
                    ),
                    Cell(str(sum(counted.held.tabulation.places.values())) if now else "—", strong=True),
                ),
            )
        )
    return found


def _fraction(text: str) -> str:
    """``8/5`` as 1.60."""
    top, _, bottom = text.partition("/")
    return f"{int(top) / int(bottom or 1):.2f}"


def list_columns() -> list[Column]:
    return [
        Column(tr("No."), 0.2, 44, right=True),
        Column(tr("Project"), 4.0, 160),
        Column(tr("Within"), 1.2, 80, give=1),
        Column(tr("Rank"), 0.3, 44, right=True),
        Column(tr("State"), 0.8, 64),
    ]


def list_rows(counted: Counted) -> list[TableRow]:
    """Who goes on, alternates among them; then those who left and those who tie for a place."""
    held = counted.held
    names = {one.entry_no: one for one in held.contest.projects}
    entries = {one.entry_no: one for one in held.book.entries}
    ranks = {one.entry_no: one.rank for one in held.tabulation.projects}
    for places in counted.places.get((held.rules.advance.per if held.rules.advance else None) or "", {}).values():
        ranks |= {place.entry_no: place.rank for place in places}
    gone = [one.departure.entry_no for one in held.filled]
    found = []
    for entry_no in (*held.advance, *gone, *held.tabulation.advance_candidates):
        project = names[entry_no]
        found.append(
            TableRow(
                key=entry_no,
                cells=(
                    Cell(number(entry_no)),
                    Cell(project.name, project.lead_unit),
                    Cell(scope_words(entries[entry_no])),
                    Cell(str(ranks.get(entry_no) or "—"), strong=True),
                    advances(counted, entry_no),
                ),
                tip=_why_gone(counted, entry_no),
            )
        )
    return found


def _why_gone(counted: Counted, entry_no: str) -> str:
    for one in counted.held.filled:
        if one.departure.entry_no == entry_no:
            return f"{one.departure.reason} · {one.departure.by}"
        if one.entry_no == entry_no:
            return tr("In the place of {no}", no=number(one.departure.entry_no))
    return ""


def award_columns() -> list[Column]:
    return [
        Column(tr("Award"), 0.8, 84),
        Column(tr("No."), 0.2, 44, right=True),
        Column(tr("Project"), 4.0, 160),
        Column(tr("State"), 0.8, 64),
    ]


def award_rows(counted: Counted) -> list[TableRow]:
    """Awards in the order of the rules, then ties across a line, then places for which there was nobody."""
    table = counted.held.tabulation
    names = {one.entry_no: one for one in counted.held.contest.projects}
    found = [
        TableRow(
            key=f"{award}|{no}",
            cells=(
                Cell(award, strong=True),
                Cell(number(no)),
                Cell(names[no].name, names[no].lead_unit),
                Cell(tr("Award given"), tone="ok", pill=True),
            ),
        )
        for award, winners in table.awards.items()
        for no in winners
    ]
    found += [
        TableRow(
            key=f"tied|{no}",
            cells=(
                DASH,
                Cell(number(no)),
                Cell(names[no].name, names[no].lead_unit),
                Cell(tr("Tied"), tone="warn", pill=True),
            ),
        )
        for group in table.award_candidates
        for no in group
    ]
    found += [
        TableRow(
            key=f"free|{award}",
            cells=(
                Cell(award, strong=True),
                Cell(),
                Cell(tr_count(free, "{n} place stays free", "{n} places stay free"), ""),
                Cell(tr("Unfilled"), tone="info", pill=True),
            ),
        )
        for award, free in table.award_unfilled.items()
    ]
    return found


def top_columns() -> list[Column]:
    return [
        Column(tr("Within"), 1.2, 96),
        Column(tr("No."), 0.2, 44, right=True),
        Column(tr("Project"), 4.0, 160),
        Column(tr("State"), 0.8, 64),
    ]


def top_rows(counted: Counted) -> list[TableRow]:
    """The first of each track, or else of each topic; several where they share the rank."""
    firsts = counted.top.get("track") or counted.top.get("topic") or {}
    names = {one.entry_no: one for one in counted.held.contest.projects}
    return [
        TableRow(
            key=f"{scope}|{no}",
            cells=(
                Cell(scope, strong=True),
                Cell(number(no)),
                Cell(names[no].name, names[no].lead_unit),
                Cell(tr("Tied"), tone="warn", pill=True) if len(first) > 1 else Cell(tr("First"), tone="ok", pill=True),
            ),
        )
        for scope, first in firsts.items()
        for no in first
    ]


def ruling_columns() -> list[Column]:
    return [
        Column(tr("Ruling"), 2.4, 140),
        Column(tr("Made in"), 0.8, 80, give=1),
        Column(tr("By"), 0.6, 64),
        Column(tr("Reason"), 2.0, 100),
    ]


_KINDS = {
    "few_sheets": mark("Too few sheets"),
    "tie": mark("Equal totals"),
    "cut": mark("Tie at the cut"),
    "award": mark("Tie across awards"),
    "votes": mark("Votes"),
}
_METHODS = {
    "plain_mean": mark("the mean of all valid sheets"),
    "literal": mark("dropped by the rule all the same"),
    "both": mark("all of them advance"),
    "keep_total": mark("the same award; the next one shrinks"),
    "add_place": mark("the same award; a place is added"),
}


def ruling_words(ruling: Ruling) -> tuple[str, str]:
    """(what it is about, how it was decided)."""
    about = numbers(ruling.entries) if ruling.entries else number(ruling.entry_no or "")
    question = f"{tr(_KINDS[ruling.kind])} · {about}"
    if ruling.method in VOTES_METHODS:
        words = VOTES_METHODS[ruling.method]
        return question, either(words.zh, words.en)
    if ruling.method in _METHODS:
        return question, tr(_METHODS[ruling.method])
    return question, tr("In this order: {nos}", nos=numbers(ruling.order))


def ruling_rows(counted: Counted) -> list[TableRow]:
    """Every ruling that counts, session by session, then those of the contest; the one made last first."""
    found = []
    for at, (where, ruling) in enumerate(counted.held.rulings):
        about, how = ruling_words(ruling)
        cells = (Cell(about, how), Cell(where or tr("The contest")), Cell(ruling.by), Cell(ruling.reason))
        found.append(TableRow(key=str(at), cells=cells))
    return found[::-1]
