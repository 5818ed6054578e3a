"""The lines of the results over all rooms, by any scope, and how a table says that a project advances."""

from __future__ import annotations

from judge_app.core.explain import key_words
from judge_app.core.marks import Entry
from judge_app.core.rules import RuleSet
from judge_app.core.working import Status
from judge_app.ui.central.board import Counted
from judge_app.ui.central.table import Cell, Column, TableRow
from judge_app.ui.glossary import STAGES, component_name, number, points, printed
from judge_app.ui.language import either, mark, tr
from judge_app.ui.theme import Tone

RESULTS: dict[Status, tuple[str, Tone]] = {
    Status.FINAL: (mark("Final"), "ok"),
    Status.FINAL_BY_RULING: (mark("Final by ruling"), "ok"),
    Status.PENDING_RULING: (mark("Ruling needed"), "warn"),
    Status.INCOMPLETE: (mark("Incomplete"), "warn"),
}


SCOPES = {
    "all": mark("All projects together"),
    "session": mark("By session"),
    "track": mark("By track"),
    "topic": mark("By topic"),
}


def result_columns(counted: Counted) -> list[Column]:
    rules = counted.held.rules
    found = [
        Column(tr("Rank"), 0.2, 40, right=True),
        Column(tr("No."), 0.2, 40, right=True),
        Column(tr("Project"), 3.0, 140),
        Column(tr("Within"), 2.0, 72, give=3),
    ]
    found += [Column(component_name(one), 0.5, 60, give=5, right=True) for one in rules.components]
    if rules.popularity is not None:
        found.append(Column(either(rules.popularity.name, rules.popularity.name_en), 0.5, 60, give=5, right=True))
    found.append(Column(tr("Total score"), 0.4, 60, right=True))
    found.append(Column(tr("Told apart by"), 0.2, 64, give=4, whole=True))
    if rules.advance is not None:
        found.append(Column(tr("Advances"), 0.5, 56, give=1))
    if has_awards(counted):
        found.append(Column(tr("Award"), 0.7, 64, give=2))
    found.append(Column(tr("State"), 0.6, 64, give=1))
    return found


def has_awards(counted: Counted) -> bool:
    """Whether the rules say how many awards there are."""
    return any(award.count is not None for award in counted.held.rules.awards)


def result_rows(counted: Counted, per: str, find: str = "") -> list[TableRow]:
    """The projects by rank within each scope of a kind; those without a rank behind them, those that left last."""
    held = counted.held
    results = {one.entry_no: one for one in held.tabulation.projects}
    entries = {one.entry_no: one for one in held.book.entries}
    prizes = {no: name for name, winners in held.tabulation.awards.items() for no in winners}
    found: list[TableRow] = []
    shown: set[str] = set()

    def add(entry_no: str, rank: str, key: str | None, scope: str) -> None:
        shown.add(entry_no)
        project, result = entries[entry_no], results.get(entry_no)
        if (
            find
            and find.casefold() not in f"{number(entry_no)} {entry_no} {project.name} {project.lead_unit}".casefold()
        ):
            return
        cells = [Cell(rank, strong=True), Cell(number(entry_no)), Cell(project.name, project.lead_unit), Cell(scope)]
        for one in held.rules.components:
            part = None if result is None else result.components.get(one.key)
            cells.append(Cell(printed(None if part is None else part.score)))
        if held.rules.popularity is not None:
            cells.append(Cell(printed(None if result is None else result.popularity_counted)))
        cells.append(Cell(printed(None if result is None else result.total), strong=True))
        cells.append(Cell(_tie_place(held.rules, key)))
        if held.rules.advance is not None:
            cells.append(advances(counted, entry_no))
        if has_awards(counted):
            cells.append(Cell(prizes.get(entry_no, "")))
        if result is None:
            words, tone = STAGES[held.outside[entry_no]]
        else:
            words, tone = RESULTS[result.status]
        cells.append(Cell(tr(words), tone=tone, pill=True))
        found.append(
            TableRow(
                key=entry_no,
                cells=tuple(cells),
                tip="\n".join(one for one in (project.session, _tie_words(held.rules, key)) if one),
            )
        )

    for scope, places in counted.places[per].items():
        for place in places:
            add(
                place.entry_no,
                str(place.rank),
                place.tie_key,
                scope or scope_words(entries[place.entry_no]),
            )
    for entry_no in (*results, *held.outside):
        if entry_no not in shown and entry_no in entries:
            add(entry_no, "—", None, scope_words(entries[entry_no]))
    return found


def scope_words(entry: Entry) -> str:
    """Where a project belongs: its track or topic, else its session."""
    return entry.track or entry.topic or entry.session


def _tie_place(rules: RuleSet, key: str | None) -> str:
    """Which of the rules' tie keys put a project ahead; which one that is, the tool tip says in words."""
    if not key:
        return ""
    return tr("Key {n}", n=rules.tie_keys.index(key) + 1) if key in rules.tie_keys else tr("Ruling")


def _tie_words(rules: RuleSet, key: str | None) -> str:
    if not key:
        return ""
    text = key_words(rules, key)
    return either(text.zh, text.en)


def advances(counted: Counted, entry_no: str) -> Cell:
    held = counted.held
    gone = {one.departure.entry_no for one in held.filled}
    if entry_no in gone:
        return Cell(tr("Off the list"), tone="stop", pill=True)
    if entry_no in held.advance:
        alternate = entry_no not in held.tabulation.advance
        return Cell(tr("Alternate") if alternate else tr("Advances"), tone="info" if alternate else "ok", pill=True)
    if entry_no in held.tabulation.advance_candidates:
        return Cell(tr("Tied"), tone="warn", pill=True)
    return Cell()


def full_marks(counted: Counted) -> str:
    return tr("Full marks {n}", n=points(counted.held.tabulation.full_marks))
