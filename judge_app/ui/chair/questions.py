"""What the chair's window asks before it acts; each answer makes its commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from judge_app.core import commands
from judge_app.core.commands import Command
from judge_app.core.contest import Presence
from judge_app.core.explain import key_words
from judge_app.core.review import Line, Tick
from judge_app.core.rules import RuleSet
from judge_app.core.seats import Role
from judge_app.core.views import Briefing, ChairView, JudgeCard
from judge_app.ui.chair import pending
from judge_app.ui.chair.pending import Open
from judge_app.ui.chair.review import line_words
from judge_app.ui.glossary import ROLES, assumed, duration, number, people, phase_words, points
from judge_app.ui.language import either, mark, tr, tr_count
from judge_app.ui.widgets import Choice, Question

Make = Callable[[str, str, str], list[Command]]
"""(choice, reason, second text) → the commands."""


class Asked(msgspec.Struct, frozen=True):
    """A question with what its answer does."""

    question: Question
    make: Make


def judge_name(briefing: Briefing, no: str) -> str:
    return next((card.name for card in briefing.judges if card.no == no), no)


def ruling(one: Open, view: ChairView, briefing: Briefing) -> Asked | None:
    """How an open question may be decided; None where the calculation takes no ruling on it."""
    ways = pending.choices(one, view, briefing)
    if not ways:
        return None
    by_key = {choice.key: made for choice, made in ways}

    def make(choice: str, reason: str, _second: str) -> list[Command]:
        text = pending.encoded(by_key[choice], briefing.seat.name or tr(ROLES[briefing.seat.role]), reason)
        return [commands.MakeRuling(ruling=text, reason=reason)]

    return Asked(
        Question(
            key=one.key,
            title=pending.title(one, view, briefing),
            consequence=pending.explanation(one),
            choices=tuple(choice for choice, _ in ways),
            chosen=ways[0][0].key if len(ways) == 1 else "",
            yes=tr("Record the ruling"),
            tone="warn",
        ),
        make,
    )


def return_sheet(briefing: Briefing, entry_no: str, judge: str, asked_why: str = "") -> Asked:
    name = judge_name(briefing, judge)
    return Asked(
        Question(
            key="return",
            title=tr("Return the sheet of {name} for {no}?", name=name, no=number(entry_no)),
            consequence=tr("The judge asked: {reason}", reason=asked_why)
            if asked_why
            else tr("The old marks are kept; the result waits until the new sheet is in."),
            reasons=(tr("Asked for by the judge"), tr("Looks like a slip"), tr("A line is in doubt")),
            text=asked_why,
            yes=tr("Return it"),
            danger=True,
        ),
        lambda _choice, reason, _second: [commands.ReturnSheet(entry_no=entry_no, judge=judge, reason=reason)],
    )


def lock_asked_back(briefing: Briefing, entry_no: str, requests: Sequence[tuple[str, str]]) -> Asked:
    """Before a project is locked though judges asked for their sheets back, as (judge, why): that is answered first."""
    asked = "\n".join(
        tr("{name} asked for the sheet back: {reason}", name=judge_name(briefing, judge), reason=why)
        for judge, why in requests
    )
    own_last = sorted(requests, key=lambda one: one[0] == briefing.seat.judge)  # without hers she may return no other's
    returned: list[commands.Command] = [
        commands.ReturnSheet(entry_no=entry_no, judge=judge, reason=why) for judge, why in own_last
    ]
    return Asked(
        Question(
            key="lock-asked-back",
            title=tr("Lock {no}, with a sheet asked back?", no=number(entry_no)),
            consequence=asked,
            choices=(
                Choice("return", tr("Return it"), tr("The old marks are kept; the result waits for the new sheet.")),
                Choice("lock", tr("Lock as it is"), tr("The marks stay. The record shows that it was asked for.")),
            ),
            needs_reason=False,
            tone="warn",
        ),
        lambda choice, _reason, _second: returned if choice == "return" else [commands.LockProject(entry_no=entry_no)],
    )


def presence(briefing: Briefing, entry_no: str, judge: str, chosen: str = "") -> Asked:
    """A judge's presence for one project, with a reserve judge in his place where there is one."""
    own = next((card for card in briefing.judges if card.no == judge), None)
    choices = [
        Choice("absent", tr("Absent"), tr("Not counted for this project.")),
        Choice("left", tr("Left"), tr("Went away in the middle; not counted for this project.")),
        Choice("recused", tr("Recused"), tr("Has an interest in this project; not counted.")),
        Choice("present", tr("Present"), tr("The sheet is expected.")),
    ]
    choices += [
        Choice(
            f"absent>{card.no}",
            tr("{name} judges instead", name=card.name),
            tr("The reserve judge's sheet counts for this project."),
        )
        for card in _reserves(briefing, own)
    ]
    choices += [
        Choice(
            f"left>>{card.no}",
            tr("{name} judges instead from now on", name=card.name),
            tr("For this and every project that is still to be scored."),
        )
        for card in _reserves(briefing, own)
    ]

    def make(choice: str, reason: str, _second: str) -> list[Command]:
        which, _, other = choice.partition(">")
        if other.startswith(">"):
            return [commands.ReplaceJudge(judge=judge, replaced_by=other[1:], presence=Presence(which), reason=reason)]
        return [
            commands.SetPresence(
                entry_no=entry_no, judge=judge, presence=Presence(which), reason=reason, replaced_by=other or None
            )
        ]

    return Asked(
        Question(
            key="presence",
            title=tr("{name}: presence for {no}", name=judge_name(briefing, judge), no=number(entry_no)),
            choices=tuple(choices),
            chosen=chosen,
            reasons=(tr("Interest in the project"), tr("Did not come"), tr("Left the hall"), tr("Computer failed")),
            yes=tr("Record it"),
        ),
        make,
    )


def _reserves(briefing: Briefing, own: JudgeCard | None) -> list[JudgeCard]:
    if own is None:
        return []
    return [
        card for card in briefing.judges if card.reserve and card.judge_class == own.judge_class and card.no != own.no
    ]


def close_scoring(briefing: Briefing, entry_no: str, missing: tuple[str, ...]) -> Asked:
    return Asked(
        Question(
            key="close",
            title=tr_count(
                len(missing),
                "Close scoring of {no} without {n} sheet?",
                "Close scoring of {no} without {n} sheets?",
                no=number(entry_no),
            ),
            consequence=tr(
                "Missing: {names}. The result stays incomplete until they are in or marked absent; a sheet that comes"
                " later is kept as late.",
                names=people([judge_name(briefing, no) for no in missing]),
            ),
            needs_reason=False,
            yes=tr("Close scoring"),
            danger=True,
        ),
        lambda _choice, _reason, _second: [commands.CloseScoring(entry_no=entry_no, missing=missing)],
    )


def reopen(entry_no: str) -> Asked:
    return Asked(
        Question(
            key="reopen",
            title=tr("Open the locked result of {no} again?", no=number(entry_no)),
            consequence=tr("It takes a reason and a second person. Every signature becomes stale and is given again."),
            reasons=(tr("A mark is in doubt"), tr("An objection was upheld")),
            second_field=tr("Second person (name)"),
            yes=tr("Open it again"),
            danger=True,
        ),
        lambda _choice, reason, second: [
            commands.ReopenProject(entry_no=entry_no, reason=reason, second_person=second)
        ],
    )


def choose_chain() -> Asked:
    """Two journals of one session at the centre: this one, or the other."""
    return Asked(
        Question(
            key="choose-chain",
            title=tr("Does this room's record count?"),
            consequence=tr(
                "The centre then counts what this room holds; the other record stays there as evidence. Compare both"
                " before you decide."
            ),
            reasons=(tr("The other computer failed"), tr("The other record lacks sheets")),
            yes=tr("It counts"),
            danger=True,
        ),
        lambda _choice, reason, _second: [commands.ChooseChain(reason=reason)],
    )


def disqualify(entry_no: str, name: str) -> Asked:
    return Asked(
        Question(
            key="remove",
            title=tr("Disqualify {no}?", no=number(entry_no)),
            consequence=tr("{name} is out of the ranking. Its sheets stay in the record.", name=name),
            reasons=(tr("Infringement"), tr("False data")),
            yes=tr("Disqualify"),
            danger=True,
        ),
        lambda _choice, reason, _second: [commands.RemoveProject(entry_no=entry_no, disqualified=True, reason=reason)],
    )


def sign(view: ChairView, role: Role, name: str) -> Asked:
    """A signature for the results as they stand, by role and name."""
    return Asked(
        Question(
            key="sign",
            title=tr("Sign as {role}", role=tr(ROLES[role])),
            consequence=tr(
                "For all results of this session as recorded up to #{seq}. A later change makes it stale.",
                seq=view.head_seq,
            ),
            field=tr("Name of who signs"),
            text=name,
            yes=tr("Sign"),
        ),
        lambda _choice, signer, _second: [commands.SignOff(role=role.value, name=signer, head=view.head_hash)],
    )


def differs(briefing: Briefing, entry_no: str, line: Line) -> Question:
    """What stands on the sheet instead of a number, and why; the answer goes to the ticks, not to the room."""
    return Question(
        key="differs",
        title=tr("{line}: {shown} here", line=line_words(briefing, entry_no, line.key), shown=line.shown),
        consequence=tr("Nothing is changed by this: the difference is reported and keeps the result from its lock."),
        field=tr("Number on the sheet"),
        second_field=tr("What is the matter"),
        yes=tr("Mark the difference"),
        tone="warn",
    )


def record_review(briefing: Briefing, entry_no: str, ticks: tuple[Tick, ...], name: str) -> Asked:
    """The ticks of a result, under the name of who compared."""
    scorer = briefing.seat.role is Role.SCORER
    kind = commands.RecomputeResult if scorer else commands.CheckResult
    found = sum(1 for tick in ticks if tick.found)
    return Asked(
        Question(
            key="review",
            title=tr("Recomputed: {no}", no=number(entry_no)) if scorer else tr("Checked: {no}", no=number(entry_no)),
            consequence=tr_count(
                found,
                "{n} difference is reported; the chair settles it.",
                "{n} differences are reported; the chair settles them.",
            )
            if found
            else tr("Every number is the same as on the sheets. Scorer and checker must be two people."),
            field=tr("Your name"),
            text=name,
            yes=tr("Record it"),
            tone="warn" if found else "brand",
        ),
        lambda _choice, who, _second: [kind(entry_no=entry_no, name=who, ticks=ticks)],
    )


def which_paper(entry_no: str, sheets: Sequence[tuple[str, str, str]]) -> Question:
    """Whose paper sheet is entered."""
    return Question(
        key="paper",
        title=tr("Whose paper sheet of {no}?", no=number(entry_no)),
        choices=tuple(Choice(judge, words, by) for judge, words, by in sheets),
        needs_reason=False,
        columns=2 if len(sheets) > 4 else 1,
        yes=tr("Enter it"),
    )


def decline_judge(no: str) -> Asked:
    return Asked(
        Question(
            key="decline",
            title=tr("Decline the judge {no}?", no=no),
            consequence=tr("The host is told; the panel stays as it is."),
            reasons=(tr("The panel is complete"), tr("Interest in the project")),
            yes=tr("Decline"),
            danger=True,
        ),
        lambda _choice, reason, _second: [commands.DeclineJudge(no=no, reason=reason)],
    )


def drop_paper(entry_no: str, judge: str) -> Asked:
    return Asked(
        Question(
            key="drop-paper",
            title=tr("Void the reading of this paper sheet?"),
            consequence=tr("It stays in the record without effect; the sheet is still expected."),
            reasons=(tr("The wrong judge"), tr("The judge sends it himself")),
            yes=tr("Void it"),
            danger=True,
        ),
        lambda _choice, reason, _second: [commands.DropPaper(entry_no=entry_no, judge=judge, reason=reason)],
    )


def lock_session(unsigned: Sequence[Role]) -> Asked:
    """``unsigned``: the roles whose signature is not recorded; they may still sign afterwards."""
    said = [tr("After this only a correction changes them. Publishing is a step of its own.")]
    if unsigned:
        said.append(
            tr(
                "Not signed yet: {roles}. They can still sign afterwards.",
                roles=people([tr(ROLES[one]) for one in unsigned]),
            )
        )
    return Asked(
        Question(
            key="lock-session",
            title=tr("Lock the results of this session?"),
            consequence="\n".join(said),
            needs_reason=False,
            yes=tr("Lock the session"),
        ),
        lambda _choice, _reason, _second: [commands.LockSession()],
    )


def publish() -> Asked:
    return Asked(
        Question(
            key="publish",
            title=tr("Publish the results?"),
            consequence=tr("From now on the stage and every viewer may show ranks and totals."),
            needs_reason=False,
            yes=tr("Publish"),
        ),
        lambda _choice, _reason, _second: [commands.PublishResults()],
    )


def confirm(paths: tuple[str, ...], rules: RuleSet, name: str) -> Asked:
    """The first of the assumed values that no notice states, to be confirmed by name; or all of them at once."""
    first = paths[0]
    value = assumed_value(rules, first)
    choices = [Choice("one", assumed(first), value)]
    if len(paths) > 1:
        others = people([assumed(path) for path in paths[1:]])
        choices.append(Choice("all", tr("All {n} at once", n=len(paths)), others))
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
        lambda choice, who, _second: [
            commands.ConfirmAssumed(path=path, name=who) for path in (paths if choice == "all" else paths[:1])
        ],
    )


_ORDERS = {
    "draw": mark("By draw"),
    "strokes": mark("By strokes of the name"),
    "registration": mark("By registration"),
    "manual": mark("By hand"),
}
_SCOPES = {
    "all": mark("Over all projects"),
    "track": mark("Within each track"),
    "topic": mark("Within each topic"),
    "session": mark("Within each session"),
}


def assumed_value(rules: RuleSet, path: str) -> str:
    """What an assumed value is now, in words; '' where it is too much for a line."""
    if path == "components":
        return people(
            [tr("{name} {full}", name=either(one.name, one.name_en), full=points(one.max)) for one in rules.components]
        )
    if path == "components.*.step":
        return people(sorted({points(one.smallest_step) for one in rules.judged_components}))
    if path == "components.*.criteria.*.max":
        return people(["+".join(points(line.max) for line in one.criteria) for one in rules.components if one.criteria])
    if path.startswith("timing") and rules.timing is not None:
        return people(
            [
                tr("{name} {full}", name=phase_words(phase), full=duration(phase.seconds))
                for phase in rules.timing.phases
            ]
        )
    if path == "tie_keys":
        words = [key_words(rules, key) for key in rules.tie_keys]
        return " → ".join(either(text.zh, text.en) for text in words)
    if path == "order_method":
        return tr(_ORDERS[rules.order_method])
    if path == "rank_scope":
        return tr(_SCOPES[rules.rank_scope])
    return ""
