"""The tables of the All rooms window: what stands in each line."""

from __future__ import annotations

from datetime import datetime

from judge_app.core.awards import Outcome
from judge_app.core.explain import VOTES_METHODS, key_words
from judge_app.core.marks import Entry, Ruling
from judge_app.core.results import OUTCOMES
from judge_app.core.rules import RuleSet
from judge_app.core.working import Status
from judge_app.store.rooms import Room
from judge_app.ui.central.board import Board, Counted
from judge_app.ui.central.questions import BASES, numbers
from judge_app.ui.central.table import Cell, Column, TableRow
from judge_app.ui.glossary import STAGES, ago, component_name, local_time, number, people, points, printed
from judge_app.ui.language import either, mark, tr, tr_count
from judge_app.ui.theme import Tone

DASH = Cell("—")

RESULTS: dict[Status, tuple[str, Tone]] = {
    Status.FINAL: (mark("Final"), "ok"),
    Status.FINAL_BY_RULING: (mark("Final by ruling"), "ok"),
    Status.PENDING_RULING: (mark("Ruling needed"), "warn"),
    Status.INCOMPLETE: (mark("Incomplete"), "warn"),
}

OUTCOME_WORDS: dict[Outcome, tuple[str, Tone]] = {
    Outcome.FINAL: (mark("Decided"), "ok"),
    Outcome.PENDING_RULING: (mark("Ruling needed"), "warn"),
    Outcome.PENDING: (mark("Projects unfinished"), "info"),
    Outcome.NOT_STATED: (mark("Not stated by the rules"), "plain"),
}


# rooms


def room_state(room: Room, board: Board) -> tuple[str, Tone]:
    """A session's state in one word."""
    state, held = room.state, board.progress[room.session_id]
    if room.contested:
        return tr("Contested"), "stop"
    if not room.check.equal:
        return tr("Not equal"), "stop"
    if state.published:
        return tr("Published"), "ok"
    if state.locked:
        return tr("Locked"), "ok"
    if held.heard + held.out == 0 and held.current is None:
        return tr("Not started yet"), "plain"
    if held.heard + held.out == held.total:
        return tr("To be locked"), "info"
    return tr("Under way"), "brand"


def check_words(room: Room) -> tuple[str, Tone]:
    """What the comparison of room and centre found."""
    if not room.check.equal:
        return tr("Not equal"), "stop"
    words: dict[str, tuple[str, Tone]] = {
        "file": (tr("Equal"), "ok"),
        "tables": (tr("Centre alone"), "plain"),
        "chain": (tr("File is whole"), "ok"),
    }
    if room.stale:
        return tr("From a backup"), "info"
    return words[room.check.by]


def check_tip(room: Room) -> str:
    if room.stale:
        return tr("The room is running and holds its file; this is its last backup.")
    return {
        "file": tr("Counts, heads and sums of the room's file and the centre are equal."),
        "tables": tr("The centre agrees with itself; add the room's session file to compare the two."),
        "chain": tr("Read from the session file; every record follows the one before it."),
    }[room.check.by]


def room_columns() -> list[Column]:
    return [
        Column(tr("Session"), 2.2, 104),
        Column(tr("Now"), 2.2, 92),
        Column(tr("Done"), 0.5, 56, whole=True),
        Column(tr("Sheets missing"), 0.6, 56, give=2, right=True),
        Column(tr("Behind plan"), 0.6, 64, give=1),
        Column(tr("State"), 0.8, 64),
        Column(tr("Last record"), 0.9, 72, give=3, whole=True),
        Column(tr("Compared"), 0.8, 64, give=1),
    ]


def room_rows(board: Board, now: datetime) -> list[TableRow]:
    """The sessions in the order of the plan."""
    return [_room_row(room, board, now) for room in board.rooms]


def _room_row(room: Room, board: Board, now: datetime) -> TableRow:
    setup, held = room.state.session, board.progress[room.session_id]
    planned = setup.session
    state, tone = room_state(room, board)
    check, check_tone = check_words(room)
    name = next((one.name for one in setup.contest.projects if one.entry_no == held.current), "")
    current = DASH
    if held.current and held.stage is not None and not room.state.locked:
        current = Cell(f"{number(held.current)} {name}", tr(STAGES[held.stage][0]))
    missing = str(held.sheets_missing) if held.sheets_missing else "—"
    edge: Tone = "stop" if tone == "stop" else "warn" if room.alarms or room.folded.parked else "plain"
    return TableRow(
        key=room.session_id,
        cells=(
            Cell(planned.name, " · ".join(one for one in (planned.hall, planned.start) if one), strong=True),
            current,
            Cell(f"{held.heard + held.out}/{held.total}", tr("{n} locked", n=held.locked)),
            Cell(missing, tone="warn" if held.sheets_missing else "plain"),
            _behind(held.behind_s),
            Cell(state, tone=tone, pill=True),
            Cell(local_time(room.folded.last_at), "" if setup.rehearsal else ago(room.folded.last_at, now)),
            Cell(check, tone=check_tone, pill=True),
        ),
        tip=check_tip(room),
        mark=edge,
    )


def _behind(seconds: int | None) -> Cell:
    if seconds is None:
        return DASH
    minutes = round(seconds / 60)
    if minutes <= 0:
        return Cell(tr("On time"), tone="ok", pill=True)
    return Cell(
        tr("+{n} min", n=minutes), tone="stop" if minutes >= 20 else "warn" if minutes >= 5 else "plain", pill=True
    )


# results


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
            cells.append(_advances(counted, entry_no))
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


def _advances(counted: Counted, entry_no: str) -> Cell:
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


# places and awards


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
                    _advances(counted, entry_no),
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


# publishing


def publication_columns() -> list[Column]:
    return [
        Column(tr("Publication"), 1.4, 96, whole=True),
        Column(tr("When"), 1.2, 96, whole=True),
        Column(tr("Published by"), 0.8, 64),
        Column(tr("Counted"), 1.6, 120, give=1),
        Column(tr("Files"), 2.4, 120, give=2),
    ]


def publication_rows(board: Board) -> list[TableRow]:
    """Every publication, the last one first."""
    found = []
    for one in reversed(board.log.publications):
        made = one.published
        period = f"{made.start} – {made.end}" if made.kind == "publicity" else ""
        kind = tr("List made public") if made.kind == "publicity" else tr("Results published")
        found.append(
            TableRow(
                key=str(one.seq),
                cells=(
                    Cell(kind, period, strong=True),
                    Cell(_day(one.at), tr("record #{seq}", seq=one.seq)),
                    Cell(made.by),
                    Cell(
                        tr_count(len(made.sessions), "{n} session", "{n} sessions"),
                        tr("{n} advance", n=len(made.advance)) if made.advance else "",
                    ),
                    Cell(people([file.name for file in made.files])),
                ),
                tip="\n".join(
                    [
                        *([tr("advance: {nos}", nos=numbers(made.advance))] if made.advance else []),
                        *(f"{file.name} {file.sha256[:16]}" for file in made.files),
                    ]
                ),
            )
        )
    return found


def _day(iso: str) -> str:
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return iso


def objection_columns() -> list[Column]:
    return [
        Column(tr("No."), 0.3, 40, right=True),
        Column(tr("About"), 0.4, 48, right=True),
        Column(tr("From"), 1.2, 96),
        Column(tr("Facts"), 2.6, 120),
        Column(tr("Outcome"), 0.8, 64),
        Column(tr("Decision"), 1.8, 100, give=1),
    ]


_OUTCOME_TONES: dict[str, Tone] = {"open": "warn", "upheld": "stop", "rejected": "ok", "withdrawn": "plain"}


def objection_rows(board: Board) -> list[TableRow]:
    return [
        TableRow(
            key=one.number,
            cells=(
                Cell(one.number),
                Cell(number(one.entry_no)),
                Cell(one.name, one.received),
                Cell(one.facts),
                Cell(either(*OUTCOMES[one.outcome]), tone=_OUTCOME_TONES[one.outcome], pill=True),
                Cell(one.decision, one.decided_by),
            ),
            tip=one.contact,
        )
        for one in board.log.objections.values()
    ]


# for information only


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


def full_marks(counted: Counted) -> str:
    return tr("Full marks {n}", n=points(counted.held.tabulation.full_marks))
