"""The scenes of the desk: scorer, checker and supervisor at work, and what the chair sees of it."""

from __future__ import annotations

from collections.abc import Callable

from judge_app.core import commands
from judge_app.ui import samples
from judge_app.ui.chair import ChairWindow
from judge_app.ui.samples import Play
from judge_app.ui.scenes.chair import chair
from judge_app.ui.scenes.console import console
from judge_app.ui.scenes.judge import judge
from judge_app.ui.scenes.plays import (
    PROPOSE,
    paper_play,
    presenting,
    review,
    reviewed_play,
    supervised_play,
    void,
    voted_play,
)
from judge_app.ui.scenes.scene import Scene, Shown

NAMES = ("纪言深", "程见微", "86", "抄错一位", "刷票")


def _recomputed() -> Play:
    return review(reviewed_play(), "3", checked=False)


def _differing() -> Play:
    return review(reviewed_play(), "3", checked=False, found="86", reason="抄错一位")


def _at(
    seat: str, play: Callable[[], Play], entry_no: str = "3", then: Callable[[ChairWindow], None] | None = None
) -> Callable[[], Shown]:
    """A project at a seat's window, and what its person does there (``then``)."""

    def make() -> Shown:
        played = play()
        window = chair(played, seat)

        def after() -> None:
            window.show_project(entry_no)
            if then is not None:
                then(window)

        return Shown(window, played.setup, written=NAMES, after=after)

    return make


def _compare(window: ChairWindow, numbers: int, *, differs: bool = False) -> None:
    """So many numbers are compared with the sheets; with ``differs`` the second is another there."""
    for at in range(numbers):
        if differs and at == 1:
            window.review_card.tick("86", "抄错一位")
        else:
            window.review_card.tick()


def _ask_difference(window: ChairWindow) -> None:
    _compare(window, 4)
    window.ask_difference()


def _record(window: ChairWindow) -> None:
    while window.review_card.at_hand is not None:
        window.review_card.tick()
    window.take_next_step()


def _ask_votes(window: ChairWindow) -> None:
    window.asking.ask_votes()


def _enter_paper(window: ChairWindow) -> None:
    window.enter_paper("4", "E6")


def _console_paper() -> Shown:
    play = paper_play(9)
    return Shown(console(play), play.setup, written=NAMES)


PROPOSED = (
    "与项目单位存在利益关系",
    "戚望舒",
    "云洲大学",
    "第 6 号评委临时有急事",
    "第二项涂改",
    "单位提出异议",
    "投影重启",
    "贺知微",
)


def _supervisor(busy: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = supervised_play().do("chair", commands.AgreeJudge(no="E8")) if busy else presenting()
        return Shown(chair(play, "supervisor"), play.setup, written=(*NAMES, *PROPOSED))

    return make


def _chair_proposed() -> Shown:
    play = presenting().do("host", PROPOSE)
    return Shown(chair(play), play.setup, written=PROPOSED)


def _console_propose(asked: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting()
        if not asked:
            play.do("host", PROPOSE)
        window = console(play)
        return Shown(window, play.setup, written=PROPOSED, after=window.ask_judge if asked else None)

    return make


def _evidence() -> Play:
    """A sheet of 1 came in after it was locked."""
    play = presenting()
    sheet = play.state.projects["1"].sheets["E2"]
    assert sheet.points is not None
    return play.do("judge:E2", commands.SubmitSheet(entry_no="1", revision=1, points=sheet.points))


def _judge_paper() -> Shown:
    play = paper_play(9, 9)
    window = judge(play, "E6")
    return Shown(window, play.setup, written=NAMES, after=lambda: window.own_list.picked.emit("4"))


def _judge_evidence() -> Shown:
    play = _evidence()
    window = judge(play, "E2")
    return Shown(window, play.setup, after=lambda: window.own_list.picked.emit("1"))


def _chair_charts() -> Shown:
    play = samples.opened()
    for project in play.setup.contest.projects[:6]:
        samples.hear(play, project.entry_no, lock=True)
    window = chair(play)
    return Shown(window, play.setup, after=window.show_charts)


def scenes() -> tuple[Scene, ...]:
    """Every state of the desk's windows."""
    return (
        Scene("desk", "scorer-begins", _at("scorer", reviewed_play)),
        Scene(
            "desk",
            "scorer-compares",
            _at("scorer", reviewed_play, then=lambda window: _compare(window, 9, differs=True)),
        ),
        Scene("desk", "scorer-ask-difference", _at("scorer", reviewed_play, then=_ask_difference)),
        Scene("desk", "scorer-records", _at("scorer", reviewed_play, then=_record)),
        Scene("desk", "scorer-difference", _at("scorer", _differing)),
        Scene("desk", "checker", _at("checker", _recomputed)),
        Scene("desk", "paper-form", _at("scorer", paper_play, "4", _enter_paper)),
        Scene("desk", "paper-waits", _at("checker", lambda: paper_play(9), "4")),
        Scene("desk", "paper-differs", _at("scorer", lambda: paper_play(9, 8), "4", _enter_paper)),
        Scene("desk", "paper-differs-chair", _at("chair", lambda: paper_play(9, 8), "4")),
        Scene("desk", "paper-recorded", _at("chair", lambda: paper_play(9, 9), "4")),
        Scene("desk", "paper-console", _console_paper),
        Scene("desk", "supervisor", _supervisor(True)),
        Scene("desk", "supervisor-quiet", _supervisor(False)),
        Scene("desk", "judge-proposed", _chair_proposed),
        Scene("desk", "judge-ask", _console_propose(True)),
        Scene("desk", "judge-asked", _console_propose(False)),
        Scene("desk", "late-evidence", _at("chair", _evidence, "1")),
        Scene("desk", "charts", _chair_charts),
        Scene("desk", "judge-paper", _judge_paper),
        Scene("desk", "judge-evidence", _judge_evidence),
        Scene("desk", "votes-ask", _at("chair", lambda: voted_play(lock=False), then=_ask_votes)),
        Scene("desk", "votes-ask-locked", _at("chair", voted_play, then=_ask_votes)),
        Scene("desk", "votes-voided", _at("chair", lambda: voted_play().do("chair", void("3", "void")))),
        Scene("desk", "votes-of-one-room", _at("chair", lambda: voted_play(part=True))),
        Scene("desk", "votes-compared", _at("scorer", voted_play, then=lambda window: _compare(window, 16))),
        Scene("desk", "chair-waits", _at("chair", reviewed_play)),
        Scene("desk", "chair-waits-check", _at("chair", _recomputed)),
        Scene("desk", "chair-checked", _at("chair", lambda: review(reviewed_play(), "3"))),
        Scene("desk", "chair-difference", _at("chair", _differing)),
    )
