"""The calculation of a whole contest: sheets → components → totals → ranks, advancement and awards, with the working.

The contract is domain.md's: valid sheets (A-01), one highest and one lowest dropped (A-03), a ruling where there are too
few (A-02), popularity capped (A-14), a missing required component INCOMPLETE, ranks by the printed total. ``tabulate``
is a pure function; a ``Scorebook`` keeps what it knows of each project, so that one changed sheet costs one project
(``open_book``, ``replace_entry``, ``tabulate_book``). What goes in is in marks.py, what comes out in working.py; both
are offered here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

import msgspec

from judge_app.core.awards import AwardRuling, CutRuling, Given, Outcome, cut, give, quotas, worst
from judge_app.core.components import Plan, ProjectScore, score_planned, score_project
from judge_app.core.contest import Presence, Struct
from judge_app.core.errors import BadInput
from judge_app.core.marks import (
    Deduction,
    Entry,
    Ruling,
    Sheet,
    Standing,
    check_entries,
    check_entry,
    check_rulings,
    plain,
    rules_for,
    scope_of,
)
from judge_app.core.popularity import capped, popularity_points, popularity_ranks
from judge_app.core.ranking import Place, rank
from judge_app.core.rules import Advance, Award, Component, RuleSet
from judge_app.core.working import (
    VOTES_VOIDED,
    ComponentResult,
    CriterionResult,
    Mark,
    ProjectResult,
    Status,
    Tabulation,
    Use,
    Why,
    floored,
    points_of,
    round_ratio,
    rounded,
)

__all__ = [
    "ComponentResult",
    "CriterionResult",
    "Deduction",
    "Entry",
    "Mark",
    "Outcome",
    "Presence",
    "ProjectResult",
    "ProjectScore",
    "Ruling",
    "Scorebook",
    "Sheet",
    "Standing",
    "Status",
    "Tabulation",
    "Use",
    "Why",
    "check_entries",
    "check_entry",
    "check_rulings",
    "floored",
    "open_book",
    "places_of",
    "plain",
    "points_of",
    "replace_entry",
    "round_ratio",
    "rounded",
    "rules_for",
    "score_project",
    "tabulate",
    "tabulate_book",
    "tie_value",
]


class Scorebook(Struct, frozen=True):
    """Everything a tabulation is made of, with each project's own score kept, by position."""

    rules: RuleSet
    entries: tuple[Entry, ...]
    scores: tuple[ProjectScore, ...]
    rulings: tuple[Ruling, ...] = ()
    popularity_voided: bool = False
    passed_initial_review: dict[str, int] = msgspec.field(default_factory=dict)
    beside: tuple[Entry, ...] = ()
    """Finalists that are not counted here: only their votes are, which keep their place among the others'."""


def _few_sheets(rulings: Sequence[Ruling]) -> dict[str, list[tuple[int, Ruling]]]:
    found: dict[str, list[tuple[int, Ruling]]] = {}
    for position, ruling in enumerate(rulings):
        if ruling.kind == "few_sheets" and ruling.entry_no is not None:
            found.setdefault(ruling.entry_no, []).insert(0, (position, ruling))  # the last one made decides
    return found


def _votes_ruled(rulings: Sequence[Ruling]) -> dict[str, tuple[int, Ruling]]:
    """Entry → the ruling on its votes, with its position: of several the last one made."""
    return {
        one.entry_no: (at, one) for at, one in enumerate(rulings) if one.kind == "votes" and one.entry_no is not None
    }


def open_book(
    rules: RuleSet,
    entries: Iterable[Entry],
    *,
    rulings: Sequence[Ruling] = (),
    popularity_voided: bool = False,
    passed_initial_review: Mapping[str, int] | None = None,
    beside: Iterable[Entry] = (),
) -> Scorebook:
    """A scorebook with every project scored. Raises BadInput for entries that cannot be taken, two with one number and
    rulings on projects that there are not."""
    entries, beside = tuple(entries), tuple(beside)
    if len({entry.entry_no for entry in entries}) < len(entries):
        raise BadInput(check_entries(rules, entries))
    problems = check_rulings(rules, (*entries, *beside), rulings)
    if problems:
        raise BadInput(problems)
    few = _few_sheets(rulings)
    plans: dict[str, tuple[RuleSet, tuple[Plan, ...]]] = {
        name: (held, tuple(Plan(component) for component in held.components))
        for name, held in {"": rules, **{event.name: rules.for_event(event.name) for event in rules.own_events}}.items()
    }
    scores = []
    for entry in entries:
        held, plan = plans.get(entry.track) or plans[""]
        scores.append(score_planned(plan, held, entry, few.get(entry.entry_no, ())))
    return Scorebook(
        rules=rules,
        entries=entries,
        scores=tuple(scores),
        rulings=tuple(rulings),
        popularity_voided=popularity_voided,
        passed_initial_review=dict(passed_initial_review or {}),
        beside=beside,
    )


def replace_entry(book: Scorebook, entry: Entry) -> Scorebook:
    """The book with one entry exchanged (a sheet came in, was corrected, a judge recused); KeyError if it is new."""
    position = next((at for at, held in enumerate(book.entries) if held.entry_no == entry.entry_no), None)
    if position is None:
        raise KeyError(entry.entry_no)
    score = score_project(rules_for(book.rules, entry), entry, _few_sheets(book.rulings).get(entry.entry_no, ()))
    return msgspec.structs.replace(
        book,
        entries=(*book.entries[:position], entry, *book.entries[position + 1 :]),
        scores=(*book.scores[:position], score, *book.scores[position + 1 :]),
    )


def tabulate(
    rules: RuleSet,
    entries: Iterable[Entry],
    *,
    rulings: Sequence[Ruling] = (),
    popularity_voided: bool = False,
    passed_initial_review: Mapping[str, int] | None = None,
    beside: Iterable[Entry] = (),
) -> Tabulation:
    """A contest's results from its sheets. Raises BadInput as ``open_book`` does."""
    return tabulate_book(
        open_book(
            rules,
            entries,
            rulings=rulings,
            popularity_voided=popularity_voided,
            passed_initial_review=passed_initial_review,
            beside=beside,
        )
    )


class _Row:
    """A project on its way from its score to its result."""

    __slots__ = (
        "cap",
        "entry",
        "flags",
        "place",
        "points",
        "popularity_counted",
        "ruled",
        "rules",
        "score",
        "total",
        "votes_rank",
    )

    def __init__(self, entry: Entry, score: ProjectScore, rules: RuleSet) -> None:
        self.entry = entry
        self.score = score
        self.rules = rules
        self.total: Decimal | None = None
        self.points = Fraction(0)
        self.votes_rank: int | None = None
        self.popularity_counted: Decimal | None = None
        self.cap: Decimal | None = None
        self.place: Place | None = None
        self.flags: list[str] = []
        self.ruled = False

    @property
    def components(self) -> dict[str, ComponentResult]:
        return self.score.components

    @property
    def deducted(self) -> Decimal:
        return self.score.deducted

    @property
    def competing(self) -> bool:
        return self.entry.standing is Standing.COMPETING


def _rows(book: Scorebook) -> list[_Row]:
    """Every project with its popularity and total, before ranks. The votes are ranked over all finalists (A-13), those
    who left among them: whoever leaves, the others' points stay what they were. Votes that were voided give nothing."""
    rules = book.rules
    events = {event.name: rules.for_event(event.name) for event in rules.own_events}
    rows = [
        _Row(entry, score, events.get(entry.track, rules))
        for entry, score in zip(book.entries, book.scores, strict=True)
    ]
    ruled = _votes_ruled(book.rulings)
    voided = {entry_no for entry_no, (_, one) in ruled.items() if one.method != "count"}
    ranks: dict[str, tuple[int, int] | None] = {}
    if rules.popularity is not None:
        given = [row.entry for row in rows if row.rules is rules]
        given += [entry for entry in book.beside if entry.track not in events]
        gone = {entry_no for entry_no, (_, one) in ruled.items() if one.method == "void_up"}
        without = [
            msgspec.structs.replace(entry, votes=None, popularity_rank=None) if entry.entry_no in gone else entry
            for entry in given
        ]
        ranks = popularity_ranks(rules.popularity, without)
    for row in rows:
        own = row.rules.popularity is not None and row.entry.entry_no in voided
        row.ruled = own
        _total(row, ranks.get(row.entry.entry_no), voided=book.popularity_voided or own)
    return rows


def _ranker(book: Scorebook, rules: RuleSet, rows: Sequence[_Row]) -> Callable[[str], dict[str, tuple[Place, ...]]]:
    """A function from a kind of scope (all, track, topic, session) to the places of each scope, worked out once."""
    by_number = {row.entry.entry_no: row for row in rows}
    orders = [ruling.order for ruling in reversed(book.rulings) if ruling.kind == "tie"]
    ranked: dict[str, dict[str, tuple[Place, ...]]] = {}

    def value(entry_no: str, key: str) -> Fraction | Decimal | None:
        row = by_number[entry_no]
        if key == "exact_total" and row.score.exact is not None:  # known since the project was scored
            exact = row.score.exact + Fraction(row.popularity_counted) if row.popularity_counted else row.score.exact
            return max(exact, Fraction(0)) if row.score.deducted else exact
        return tie_value(rules, row.entry, row, key)

    def places_per(per: str) -> dict[str, tuple[Place, ...]]:
        if per not in ranked:
            scopes: dict[str, dict[str, Decimal]] = {}
            for row in rows:
                if row.competing:
                    totals = scopes.setdefault(scope_of(row.entry, per), {})
                    if row.total is not None:
                        totals[row.entry.entry_no] = row.total
            ranked[per] = {scope: rank(totals, rules.tie_keys, value, orders) for scope, totals in scopes.items()}
        return ranked[per]

    return places_per


def places_of(book: Scorebook, per: str) -> dict[str, tuple[Place, ...]]:
    """The places of the contest proper within another kind of scope than its rank scope: (scope → best first)."""
    return _ranker(book, book.rules, [row for row in _rows(book) if row.rules is book.rules])(per)


def tabulate_book(book: Scorebook) -> Tabulation:
    """The results that a scorebook gives."""
    rules = book.rules
    rows = _rows(book)
    used = {position for score in book.scores for position in score.used_rulings}
    counting = {row.entry.entry_no for row in rows if row.rules.popularity is not None}
    counting |= {entry.entry_no for entry in book.beside if rules_for(rules, entry).popularity is not None}
    used |= {position for entry_no, (position, _) in _votes_ruled(book.rulings).items() if entry_no in counting}
    others = list(dict.fromkeys(id(row.rules) for row in rows if row.rules is not rules))
    events = [next(row.rules for row in rows if id(row.rules) == one) for one in others]
    parts = [_outcome(book, rules, [row for row in rows if row.rules is rules], used)]
    parts += [_outcome(book, event, [row for row in rows if row.rules is event], used) for event in events]
    main = parts[0]
    awards: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, numbers in part.given.awards.items():
            awards[name] = (*awards.get(name, ()), *numbers)
    live = [part for part in parts if any(row.competing for row in part.rows)] or parts[:1]
    return Tabulation(
        full_marks=rules.full_marks,
        projects=tuple(_result(row) for row in rows),
        advance=tuple(number for part in parts for number in part.advance),
        advance_status=_joined(part.advance_status for part in live),
        advance_candidates=tuple(number for part in parts for number in part.candidates),
        awards=awards,
        award_status=_joined(part.given.outcome for part in live),
        award_candidates=tuple(group for part in parts for group in part.given.candidates),
        award_unfilled=main.given.unfilled,
        places=main.places,
        assumed=rules.assumed,
        unused_rulings=tuple(position for position in range(len(book.rulings)) if position not in used),
    )


def _joined(outcomes: Iterable[Outcome]) -> Outcome:
    """One state for several events: an event that states no quota or no award says nothing about the others."""
    stated = [outcome for outcome in outcomes if outcome is not Outcome.NOT_STATED]
    return worst(stated) if stated else Outcome.NOT_STATED


def _total(row: _Row, held: tuple[int, int] | None, *, voided: bool) -> None:
    """Fills in a row's popularity and total."""
    rules, score = row.rules, row.score
    row.total = score.total
    if voided:
        row.flags.append(VOTES_VOIDED)
    if rules.popularity is None or voided or not row.competing:
        row.popularity_counted = None if score.judged is None else _no_points(rules.rounding.places)
        return
    row.points = popularity_points(rules.popularity, held)
    row.votes_rank = held[0] if held is not None else None
    row.popularity_counted, row.cap = capped(rules, row.points, score.judged)
    if row.popularity_counted and score.total is not None and score.base is not None:
        row.total = rounded(max(score.base + Fraction(row.popularity_counted), Fraction(0)), rules.rounding)


@lru_cache
def _no_points(places: int) -> Decimal:
    return Decimal(0).scaleb(-places)


def tie_value(rules: RuleSet, entry: Entry, result: Scored, key: str) -> Fraction | Decimal | None:
    """The value of a tie key for a project (A-08), more is better; None where it has none.

    exact_total; a component's printed score; untrimmed_mean[:component]; criterion:NAME or criterion:COMPONENT:NAME.
    Means are over all valid sheets, None if one of them lacks the number. ``rules`` are those of the project.
    """
    if key == "exact_total":
        return _exact_total(rules, result)
    name, _, rest = key.partition(":")
    if name == "untrimmed_mean":
        component = rules.component(rest) if rest else next(iter(rules.judged_components), None)
        return None if component is None else _untrimmed(result.components.get(component.key))
    if name == "criterion":
        return _criterion_mean(rules, entry, result, rest)
    held = result.components.get(key)
    return None if held is None else held.score


class Scored(Protocol):
    """What a tie key reads: a project's components and what is added to them."""

    @property
    def components(self) -> dict[str, ComponentResult]: ...

    @property
    def popularity_counted(self) -> Decimal | None: ...

    @property
    def deducted(self) -> Decimal: ...


def _exact_total(rules: RuleSet, result: Scored) -> Fraction | None:
    total = Fraction(result.popularity_counted or 0) - Fraction(result.deducted)
    for component in rules.components:
        held = result.components[component.key]
        if held.omitted:
            continue
        exact = held.exact
        if exact is None:
            return None
        total += Fraction(component.weight) * exact
    return max(total, Fraction(0))


def _untrimmed(held: ComponentResult | None) -> Fraction | None:
    marks = [] if held is None else [mark.total for mark in held.marks if not mark.why and mark.total is not None]
    return Fraction(sum(marks, Decimal(0))) / len(marks) if marks else None


def criterion_of(rules: RuleSet, name: str) -> tuple[Component, str] | None:
    """The component and criterion that a ``criterion:`` tie key names: COMPONENT:NAME, or NAME of the first judged
    component that has it; None if there is none."""
    key, _, inner = name.partition(":")
    component = rules.component(key)
    if component is not None and component.criterion(inner) is not None:
        return component, inner
    for component in rules.judged_components:
        if component.criterion(name) is not None:
            return component, name
    return None


def _criterion_mean(rules: RuleSet, entry: Entry, result: Scored, name: str) -> Fraction | None:
    found = criterion_of(rules, name)
    if found is None or found[0].key not in result.components:
        return None
    component, criterion = found
    valid = {mark.judge for mark in result.components[component.key].marks if not mark.why}
    values = []
    for sheet in entry.sheets:
        if sheet.component == component.key and sheet.judge in valid:
            value = None if sheet.points is None else sheet.points.get(criterion)
            if value is None:
                return None
            values.append(value)
    return Fraction(sum(values, Decimal(0))) / len(values) if values else None


class _Part:
    """The ranks, advancement and awards of the contest proper, or of an event of its own."""

    __slots__ = ("advance", "advance_status", "candidates", "given", "places", "rows")

    def __init__(self, rows: list[_Row]) -> None:
        self.rows = rows
        self.advance: tuple[str, ...] = ()
        self.advance_status = Outcome.NOT_STATED
        self.candidates: tuple[str, ...] = ()
        self.given = Given(awards={}, outcome=Outcome.NOT_STATED)
        self.places: dict[str, int] = {}


def _outcome(book: Scorebook, rules: RuleSet, rows: list[_Row], used: set[int]) -> _Part:
    by_number = {row.entry.entry_no: row for row in rows}
    places_per = _ranker(book, rules, rows)
    scopes = places_per(rules.rank_scope)
    for places in scopes.values():
        for place in places:
            by_number[place.entry_no].place = place
    part = _Part(rows)
    ruled = {"cut": _advance(book, rules, part, places_per), "award": _awards(book, rules, part, places_per)}
    ruled["tie"] = {
        place.entry_no
        for per in {rules.rank_scope, *_other_scopes(rules)}
        for places in places_per(per).values()
        for place in places
        if place.ruled
    }
    for position, ruling in enumerate(book.rulings):
        if ruling.kind in ruled and ruled[ruling.kind].issuperset(ruling.entries):
            used.add(position)
    for numbers in ruled.values():
        for number in numbers:
            by_number[number].ruled = True
    return part


def _other_scopes(rules: RuleSet) -> set[str]:
    """The kinds of scope besides the rank scope in which projects are compared: the quota's and the awards'."""
    held = {award.per for award in rules.awards if award.per is not None and award.kind == "composite"}
    if rules.advance is not None and rules.advance.per is not None:
        held.add(rules.advance.per)
    return set(held)


def _unfinished(rows: Sequence[_Row], per: str) -> set[str]:
    return {scope_of(row.entry, per) for row in rows if row.competing and row.total is None}


def _flag(part: _Part, numbers: Iterable[str], flag: str) -> None:
    wanted = set(numbers)
    for row in part.rows:
        if row.entry.entry_no in wanted and flag not in row.flags:
            row.flags.append(flag)


def _advance(
    book: Scorebook, rules: RuleSet, part: _Part, places_per: Callable[[str], dict[str, tuple[Place, ...]]]
) -> set[str]:
    """Fills in who goes on; returns those whom a ruling decided."""
    rule = rules.advance
    if rule is None:
        return set()
    per = rule.per or rules.rank_scope
    scopes = places_per(per)
    part.places, known = _quotas(rule, scopes, book.passed_initial_review)
    waiting = _unfinished(part.rows, per)
    rulings = [
        CutRuling(entries=one.entries, order=one.order, both=one.method == "both")
        for one in reversed(book.rulings)
        if one.kind == "cut"
    ]
    outcomes: list[Outcome] = []
    ruled: set[str] = set()
    for scope, places in scopes.items():
        if scope in waiting:
            outcomes.append(Outcome.PENDING)
            continue
        if rule.type == "score_line":
            assert rule.line is not None
            totals = {row.entry.entry_no: row.total for row in part.rows}
            part.advance += tuple(one.entry_no for one in places if (totals[one.entry_no] or Decimal(0)) >= rule.line)
            outcomes.append(Outcome.FINAL)
            continue
        if scope not in known:
            outcomes.append(Outcome.NOT_STATED)
            continue
        line = cut(places, part.places[scope], hard=rule.quota == "hard", rulings=rulings)
        part.advance += line.advance
        part.candidates += line.candidates
        outcomes.append(line.outcome)
        ruled |= set(line.ruled)
        _flag(part, line.tied, "TIE_AT_CUT")
    part.advance_status = worst(outcomes) if outcomes else Outcome.PENDING
    return ruled


def _quotas(
    rule: Advance, scopes: Mapping[str, Sequence[Place]], passed: Mapping[str, int]
) -> tuple[dict[str, int], set[str]]:
    """(places by scope, scopes whose quota is known)."""
    if rule.type == "score_line":
        return {}, set(scopes)
    if rule.type == "top_n":
        return dict.fromkeys(scopes, rule.n or 0), set(scopes)
    assert rule.ratio is not None
    basis = {scope: len(places) for scope, places in scopes.items()}
    if rule.basis == "passed_initial_review":
        if (rule.per == "all" or list(scopes) == [""]) and passed:
            basis = {"": sum(passed.values())}
        else:
            basis = {**{scope: passed[scope] for scope in scopes if scope in passed}, **passed}
    found = quotas(rule.ratio, basis, rule.rounding).by(rule.rounding)
    return found, set(found)


def _awards(
    book: Scorebook, rules: RuleSet, part: _Part, places_per: Callable[[str], dict[str, tuple[Place, ...]]]
) -> set[str]:
    """Fills in the awards; returns those whom a ruling decided."""
    composite = [award for award in rules.awards if award.kind == "composite"]
    if not any(award.count is not None for award in composite):
        return set()
    by_per: dict[str, list[Award]] = {}
    for award in composite:
        by_per.setdefault(award.per or rules.rank_scope, []).append(award)
    rulings = [
        AwardRuling(entries=one.entries, method=one.method or "order", order=one.order)
        for one in reversed(book.rulings)
        if one.kind == "award"
    ]
    won: dict[str, list[str]] = {}
    unfilled: dict[str, int] = {}
    outcomes: list[Outcome] = []
    candidates: list[tuple[str, ...]] = []
    ruled: set[str] = set()
    for per, awards in by_per.items():
        waiting = _unfinished(part.rows, per)
        for scope, places in places_per(per).items():
            if scope in waiting:
                outcomes.append(Outcome.PENDING)
                continue
            given = give(places, awards, rulings)
            for name, numbers in given.awards.items():
                won.setdefault(name, []).extend(numbers)
            for name, free in given.unfilled.items():
                unfilled[name] = unfilled.get(name, 0) + free
            outcomes.append(given.outcome)
            candidates += given.candidates
            ruled |= set(given.ruled)
            _flag(part, given.tied, "TIE_AT_AWARD")
    part.given = Given(
        awards={name: tuple(numbers) for name, numbers in won.items()},
        outcome=worst(outcomes) if outcomes else Outcome.PENDING,
        candidates=tuple(candidates),
        unfilled=unfilled,
    )
    return ruled


def _result(row: _Row) -> ProjectResult:
    status = row.score.status
    if status is Status.FINAL and row.ruled:
        status = Status.FINAL_BY_RULING
    flags = (*row.score.flags, *row.flags)
    if not row.competing:
        flags = (*flags, row.entry.standing.name)
    return ProjectResult(
        entry_no=row.entry.entry_no,
        status=status,
        total=row.total,
        rank=row.place.rank if row.place is not None else None,
        tie_key=row.place.tie_key if row.place is not None else None,
        components=row.score.components,
        flags=flags,
        popularity_rank=row.votes_rank,
        popularity_points=_no_points(row.rules.rounding.places)
        if not row.points
        else rounded(row.points, row.rules.rounding),
        popularity_counted=row.popularity_counted,
        popularity_cap=row.cap,
        deducted=row.score.deducted,
        standing=row.entry.standing,
        scope=scope_of(row.entry, row.rules.rank_scope),
    )
