"""What the All rooms window asks before it acts or takes in; each answer is a wish that somebody else carries out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any

import msgspec

from judge_app.core import overall
from judge_app.core.contest_log import (
    Entry,
    Log,
    ObjectionDecided,
    ObjectionReceived,
    ProjectDeparted,
    QuotaChosen,
    RulingMade,
    ValueConfirmed,
)
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.core.explain import VOTES_METHODS
from judge_app.core.marks import Ruling, Standing, rules_for
from judge_app.core.overall import Obstacle
from judge_app.core.results import Departure, Effect, Objection, Publicity, alternates, check_objection
from judge_app.core.rules import Text
from judge_app.store.intake import Alarm, Head
from judge_app.store.rooms import Room
from judge_app.ui.central.board import Board, Counted
from judge_app.ui.central.publishing import Order
from judge_app.ui.chair import votes as popularity
from judge_app.ui.chair.questions import assumed_value
from judge_app.ui.effects import change_words
from judge_app.ui.glossary import assumed, local_time, number, people
from judge_app.ui.language import mark, tr, tr_count
from judge_app.ui.widgets import Choice, Question


class Record(msgspec.Struct, frozen=True):
    """Entries to be written to the contest's log by a named person."""

    entries: tuple[Entry, ...]
    actor: str


class Resolve(msgspec.Struct, frozen=True):
    """Which chain of a contested session counts."""

    session_id: str
    head: Head
    by: str
    why: str


class Settle(msgspec.Struct, frozen=True):
    """An alarm of the centre's that somebody has looked at."""

    alarm: Alarm
    by: str
    why: str


class Numbers(msgspec.Struct, frozen=True):
    """The numbers that a quota is a share of, by scope; the quota is asked for next."""

    given: dict[str, int]


Wish = Record | Resolve | Settle | Numbers | Order | str
"""A text is what is wrong with an answer."""


class Asked(msgspec.Struct, frozen=True):
    """A question with what its answer becomes: (choice, reason, second text) → the wish."""

    question: Question
    make: Callable[[str, str, str], Wish]


def numbers(entries: Sequence[str], most: int = 0) -> str:
    """Entry numbers in a row; of more than ``most`` (0: any number) the first ones and how many more there are."""
    return listed([number(no) for no in entries], most)


def listed(names: Sequence[str], most: int = 0) -> str:
    """Names in a row; of more than ``most`` (0: any number) the first ones and how many more there are."""
    if most and len(names) > most:
        return tr("{nos} and {n} more", nos=people(list(names[:most])), n=len(names) - most)
    return people(list(names))


MOST_PERMUTED = 3
"""Up to so many tied projects every order is offered; of more, each one first with the others in their order."""

_Ways = dict[str, tuple[Choice, Ruling, Effect]]
"""Each way to rule by its key: as it is offered, the ruling without who and why, and what it does."""

TIES = {
    "cut": mark("{nos} tie at the last place that advances"),
    "award": mark("{nos} tie across an award boundary"),
    "alternate": mark("{nos} are equally next in line"),
}


def tie_words(obstacle: Obstacle) -> str:
    """Who cannot be told apart, and where."""
    return tr(TIES[obstacle.kind], nos=numbers(obstacle.entries, 8))


def ruling(obstacle: Obstacle, counted: Counted) -> Asked | None:
    """How projects that the rules cannot tell apart are told apart; None where there is no way to."""
    ways: _Ways = {}
    for key, text, ruled in _ways(obstacle):
        try:
            _, change = overall.with_ruling(counted.held, ruled)
        except BadInput:
            continue
        ways[key] = Choice(key, text, _effect(change)), ruled, change
    said = tr("The rules leave it open. What is decided is kept with who and why; below each way its effect.")
    return _ruled("ruling", tie_words(obstacle), said, ways)


def votes(entry_no: str, counted: Counted) -> Asked | None:
    """What becomes of a project's votes, with what each way does; None where it has none or nothing would change."""
    entry = next((one for one in counted.held.book.entries if one.entry_no == entry_no), None)
    result = next((one for one in counted.held.tabulation.projects if one.entry_no == entry_no), None)
    if entry is None or result is None or not entry.votes or rules_for(counted.held.rules, entry).popularity is None:
        return None
    ways: _Ways = {}
    seen = [popularity.points_by_project(counted.held.tabulation.projects)]
    for method in VOTES_METHODS:
        ruled = popularity.made(entry_no, method)
        try:
            after, change = overall.with_ruling(counted.held, ruled)
        except BadInput:
            continue
        points = popularity.points_by_project(after.projects)
        if points not in seen:
            seen.append(points)
            effect = popularity.effect_words(entry_no, result, after, change.changes)
            ways[method] = popularity.way(method, effect), ruled, change
    title = tr_count(entry.votes, "The votes of {no}: {n} vote", "The votes of {no}: {n} votes", no=number(entry_no))
    said = tr("What is decided is kept with who and why; below each way its effect on the results over all.")
    return _ruled("votes", title, f"{entry.name}\n{said}", ways)


def _ruled(key: str, title: str, consequence: str, ways: _Ways) -> Asked | None:
    """Which way is taken, by whom and why, to be recorded as a ruling; None where there is no way."""
    if not ways:
        return None

    def make(choice: str, reason: str, by: str) -> Wish:
        _, ruled, change = ways[choice]
        made = msgspec.structs.replace(ruled, by=by, reason=reason)
        return Record((RulingMade(ruling=made, effect=change),), by)

    return Asked(
        Question(
            key=key,
            title=title,
            consequence=consequence,
            choices=tuple(choice for choice, _, _ in ways.values()),
            chosen=next(iter(ways)) if len(ways) == 1 else "",
            second_field=tr("Who rules (name)"),
            yes=tr("Record the ruling"),
            tone="warn",
        ),
        make,
    )


def _ways(obstacle: Obstacle) -> list[tuple[str, str, Ruling]]:
    entries = obstacle.entries
    kind = "tie" if obstacle.kind == "alternate" else obstacle.kind

    def made(**more: Any) -> Ruling:
        return msgspec.convert({"kind": kind, "by": "—", "reason": "—", "entries": entries, **more}, Ruling)

    found: list[tuple[str, str, Ruling]] = []
    if kind == "cut":
        found.append(("both", tr("All of them advance"), made(method="both")))
    if kind == "award":
        found.append(("keep_total", tr("The same award; the next one shrinks"), made(method="keep_total")))
        found.append(("add_place", tr("The same award; a place is added"), made(method="add_place")))
    for order in _orders(entries):
        words = tr("In this order: {nos}", nos=numbers(order))
        found.append((">".join(order), words, made(method="order", order=order)))
    return found


def _effect(change: Effect) -> str:
    return " · ".join(change_words(change.changes)) or tr("nothing changes")


def _orders(entries: tuple[str, ...]) -> list[tuple[str, ...]]:
    if len(entries) <= MOST_PERMUTED:
        return list(permutations(entries))
    return [(first, *(no for no in entries if no != first)) for first in entries]


def confirm(paths: tuple[str, ...], counted: Counted, name: str) -> Asked:
    """Assumed values, to be confirmed by name: the first, or all of them at once."""
    rules = counted.held.rules
    choices = [Choice("one", assumed(paths[0]), assumed_value(rules, paths[0]))]
    if len(paths) > 1:
        others = people([assumed(path) for path in paths[1:]])
        choices.append(Choice("all", tr("All {n} at once", n=len(paths)), others))

    def make(choice: str, who: str, _second: str) -> Wish:
        chosen = paths if choice == "all" else paths[:1]
        entries = tuple(ValueConfirmed(path=path, by=who, value=assumed_value(rules, path)) for path in chosen)
        return Record(entries, who)

    return Asked(
        Question(
            key="confirm",
            title=tr("To be confirmed by the organiser"),
            consequence=tr("No notice states these values. Nothing is published before they are confirmed by name."),
            choices=tuple(choices),
            chosen="one",
            field=tr("Who confirms (name)"),
            text=name,
            yes=tr("Confirm"),
        ),
        make,
    )


ROUNDINGS = {
    "floor": mark("Round down"),
    "half_up": mark("Round half up"),
    "ceil": mark("Round up"),
    "largest_remainder": mark("Largest remainder"),
}
BASES = {
    "passed_initial_review": mark("Of those who passed the initial review"),
    "ranked_in_final": mark("Of those ranked in the final"),
}


def basis(counted: Counted) -> Asked:
    """The numbers that passed the initial review, by scope, as one line of text."""
    scopes = [scope for scope in _quota_scopes(counted) if scope]
    example = people([f"{scope} 8" for scope in scopes[:2]]) or "22"
    given = people([f"{scope} {n}" for scope, n in counted.held.book.passed_initial_review.items()])

    def make(_choice: str, text: str, _second: str) -> Wish:
        found = read_numbers(text, scopes)
        return Numbers(found) if found else tr("Write it like this: {example}", example=example)

    return Asked(
        Question(
            key="basis",
            title=tr("How many passed the initial review?"),
            consequence=tr("The quota is a share of these numbers. Like this: {example}", example=example),
            field=tr("Numbers"),
            text=given,
            yes=tr("Next: the rounding"),
        ),
        make,
    )


def _quota_scopes(counted: Counted) -> list[str]:
    rule = counted.held.rules.advance
    per = (rule.per if rule is not None else None) or counted.held.rules.rank_scope
    return list(counted.places.get(per, {"": ()}))


def read_numbers(text: str, scopes: Sequence[str]) -> dict[str, int]:
    """``应用创新 8、技术创新 6`` by scope, or one number where there is one scope; {} for anything else."""
    if not scopes:
        return {"": int(text)} if re.fullmatch(r"\s*\d+\s*", text) else {}
    found: dict[str, int] = {}
    for part in re.split(r"[、，,;；\n]+", text):
        match = re.fullmatch(r"\s*(.+?)\s*[:：]?\s*(\d+)\s*", part)
        if match is None or match[1] not in scopes:
            return {}
        found[match[1]] = int(match[2])
    return found if set(found) == set(scopes) else {}


def quota(counted: Counted, given: Mapping[str, int] | None = None) -> Asked | None:
    """The rounding (and basis) of a ratio, each with whom it lets advance; None where the rules know no ratio."""
    rule = counted.held.rules.advance
    if rule is None or rule.type != "ratio":
        return None
    numbers_given = dict(given or {})
    own = counted.quotas.get(rule.basis)
    alike = [one for one, table in counted.quotas.items() if own is not None and table.exact == own.exact]
    bases = (
        [rule.basis, *(one for one in counted.quotas if one not in alike)] if own is not None else list(counted.quotas)
    )
    bases = ["passed_initial_review"] if given else bases
    ways: dict[str, tuple[Choice, QuotaChosen]] = {}
    now = ""
    for held in bases:
        for rounding, words in ROUNDINGS.items():
            chosen = msgspec.convert(
                {
                    "entry": "QuotaChosen",
                    "rounding": rounding,
                    "basis": held,
                    "passed_initial_review": numbers_given,
                    "by": "—",
                    "second_person": "——",
                    "reason": "—",
                },
                QuotaChosen,
            )
            try:
                after, change = overall.with_quota(counted.held, chosen)
            except Refused:
                continue
            key = f"{held}|{rounding}"
            text = tr(words) if len(bases) == 1 else f"{tr(words)} · {tr(BASES[held])}"
            effect = tr_count(sum(after.places.values()), "{n} place", "{n} places") + " · " + _effect(change)
            ways[key] = Choice(key, text, effect), chosen
            if (held, rounding) == (rule.basis, rule.rounding):
                now = key
    if not ways:
        return None

    def make(choice: str, reason: str, names: str) -> Wish:
        two = [name for name in re.split(r"[、，,;；\s]+", names) if name]
        if len(two) != 2 or two[0] == two[1]:
            return tr("It needs two people: write both names, with a comma between them.")
        chosen = msgspec.structs.replace(ways[choice][1], by=two[0], second_person=two[1], reason=reason)
        return Record((chosen,), two[0])

    return Asked(
        Question(
            key="quota",
            title=tr("How does the share become places?"),
            consequence=tr("It may move who advances, so two people decide it, with a reason."),
            choices=tuple(choice for choice, _ in ways.values()),
            chosen=now,
            second_field=tr("Two people (name, name)"),
            yes=tr("Record the choice"),
            tone="warn",
        ),
        make,
    )


def quota_needs_numbers(counted: Counted) -> bool:
    """Whether the quota is a share of a number that nobody gave."""
    rule = counted.held.rules.advance
    return rule is not None and rule.basis == "passed_initial_review" and not counted.held.book.passed_initial_review


def departure(entry_no: str, board: Board) -> Asked | None:
    """A project on the list that gives up or loses its place, with who would take it."""
    counted = board.counted
    if counted is None or entry_no not in counted.held.advance:
        return None
    name = next((one.name for one in counted.held.contest.projects if one.entry_no == entry_no), "")
    tried = Departure(entry_no=entry_no, standing=Standing.WITHDRAWN, by="—", reason="—")
    try:
        _, filled = alternates(counted.held.book, (*board.log.departures, tried))
    except Refused:
        return None
    last = next((one for one in filled if one.departure.entry_no == entry_no), None)
    if last is not None and last.entry_no is not None:
        who = tr("{no} takes the place.", no=number(last.entry_no))
    elif last is not None and last.candidates:
        who = tr("{nos} share the rank next in line: a ruling will be needed.", nos=numbers(last.candidates))
    else:
        who = tr("Nobody is next in line: the place stays free.")

    def make(choice: str, reason: str, by: str) -> Wish:
        gone = Departure(entry_no=entry_no, standing=Standing(choice), by=by, reason=reason)
        return Record((ProjectDeparted(departure=gone, filled=tuple(one for one in (last,) if one is not None)),), by)

    return Asked(
        Question(
            key="departure",
            title=tr("{no} leaves the list?", no=number(entry_no)),
            consequence=f"{name}\n{who}",
            choices=(
                Choice("withdrawn", tr("Gives up its place"), tr("By a signed letter.")),
                Choice("disqualified", tr("Loses its place"), tr("By a decision of the organiser.")),
            ),
            second_field=tr("Who decided (name)"),
            yes=tr("Record it"),
            danger=True,
        ),
        make,
    )


def received(objection: Objection, by: str, log: Log) -> Record | Problem | None:
    """An objection that came in, numbered and to be recorded, or what is wrong with it; None where no list is public."""
    listed = log.listed
    if listed is None:
        return None
    held = listed.published
    public = Publicity(
        rows=held.rows, start=held.start, end=held.end, basis=Text(zh="", en=""), order=Text(zh="", en="")
    )
    made = msgspec.structs.replace(objection, number=str(len(log.objections) + 1))
    problems = check_objection(made, public)
    if not by:
        problems.append(Problem("by", "请写明由谁受理", "say who takes it"))
    return problems[0] if problems else Record((ObjectionReceived(objection=made),), by)


def decision(objection: Objection) -> Asked:
    """The outcome of an objection."""

    def make(choice: str, reason: str, by: str) -> Wish:
        entry = ObjectionDecided(number=objection.number, outcome=choice, decision=reason, by=by)
        return Record((entry,), by)

    return Asked(
        Question(
            key="objection",
            title=tr("Objection {n} about {no}", n=objection.number, no=number(objection.entry_no)),
            consequence=objection.facts,
            choices=(
                Choice(
                    "upheld", tr("Upheld"), tr("A correction follows in the session, or the project leaves the list.")
                ),
                Choice("rejected", tr("Rejected")),
                Choice("withdrawn", tr("Taken back")),
            ),
            field=tr("What was decided"),
            second_field=tr("Who decided (name)"),
            yes=tr("Record it"),
        ),
        make,
    )


def contested(room: Room) -> Asked:
    """Which of a session's chains counts."""
    heads = {f"{head.host}|{head.epoch}": head for head in room.heads}
    choices = tuple(
        Choice(
            key,
            tr("Computer {host}, start {epoch}", host=head.host[:12] or "—", epoch=head.epoch),
            tr("{n} records; ends with {hash}", n=head.seq, hash=head.hash.hex()[:8])
            + (f" · {tr('counts now')}" if at == 0 else ""),
        )
        for at, (key, head) in enumerate(heads.items())
    )
    return Asked(
        Question(
            key="contested",
            title=tr("Two records of {session}: which one counts?", session=room.state.session.session.name),
            consequence=tr("Ask the chair of the room. Both are kept; results follow the one that counts."),
            choices=choices,
            second_field=tr("Who decides (name)"),
            yes=tr("Let this record count"),
            danger=True,
        ),
        lambda choice, reason, by: Resolve(room.session_id, heads[choice], by, reason),
    )


def settle(alarm: Alarm, session: str) -> Asked:
    """An alarm that somebody has looked at."""
    return Asked(
        Question(
            key="settle",
            title=tr("Alarm of {session}, {at}", session=session, at=local_time(alarm.raised_at)),
            consequence=alarm.detail,
            field=tr("What was found"),
            second_field=tr("Who looked at it (name)"),
            yes=tr("Settle it"),
        ),
        lambda _choice, reason, by: Settle(alarm, by, reason),
    )


USUAL_DAYS = 3
"""How long a list is open to objections where the rules do not say: notice 001's three days (A-33)."""


def make_public(board: Board) -> Asked:
    """The list goes out, open to objections."""
    counted = board.counted
    assert counted is not None
    days = counted.held.rules.publicity_days
    first = dt.date.fromisoformat(board.today) + dt.timedelta(days=1)
    period = f"{first.isoformat()} – {(first + dt.timedelta(days=(days or USUAL_DAYS) - 1)).isoformat()}"

    def make(choice: str, text: str, by: str) -> Wish:
        found = re.findall(r"\d{4}-\d{2}-\d{2}", text)
        try:
            start, end = (dt.date.fromisoformat(one) for one in found)
        except ValueError:
            start, end = first, first - dt.timedelta(days=1)
        if end < start:
            return tr("Write the two days like this: {example}", example=period)
        return Order(
            kind="publicity",
            by=by,
            start=start.isoformat(),
            end=end.isoformat(),
            by_rank=choice != "number",
            scores=choice == "scores",
        )

    said = (
        tr("The rules do not say how many days, the usual three are filled in; objections are taken on these days.")
        if days is None
        else tr("The rules say {n} days; objections are taken from the first day to the last.", n=days)
    )
    return Asked(
        Question(
            key="publicity",
            title=tr_count(
                len(counted.held.advance),
                "Make the list of {n} project public?",
                "Make the list of {n} projects public?",
            ),
            consequence=f"{counting(board)}\n{said}",
            choices=(
                Choice("number", tr("By entry number")),
                Choice("rank", tr("By rank")),
                Choice("scores", tr("By rank, with totals")),
            ),
            chosen="number",
            field=tr("First and last day"),
            text=period,
            second_field=tr("Who publishes (name)"),
            yes=tr("Make it public"),
        ),
        make,
    )


def make_final(board: Board, name: str) -> Asked:
    """The results go out for good."""
    return Asked(
        Question(
            key="final",
            title=tr("Publish the results of the contest?"),
            consequence=counting(board),
            field=tr("Who publishes (name)"),
            text=name,
            yes=tr("Publish"),
        ),
        lambda _choice, by, _second: Order(kind="final", by=by, by_rank=True, scores=True),
    )


def counting(board: Board) -> str:
    """What is counted: sessions, projects, and how far each record goes."""
    counted = board.counted
    return tr(
        "Counted: {n} sessions ({names}), {projects} projects.",
        n=len(board.rooms),
        names=listed([room.state.session.session.name for room in board.rooms], 6),
        projects=0 if counted is None else len(counted.held.tabulation.projects),
    )
