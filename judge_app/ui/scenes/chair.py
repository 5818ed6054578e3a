"""The scenes of the chair's window, and of the desk's at its simplest."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from judge_app.core import commands
from judge_app.core.seats import Role
from judge_app.seat.state import Connection
from judge_app.ui import samples
from judge_app.ui.chair import ChairWindow
from judge_app.ui.samples import Play
from judge_app.ui.scenes.plays import all_heard, few_sheets, long_play, presenting, published
from judge_app.ui.scenes.scene import OFFLINE, ONLINE, Scene, Shown


def chair(play: Play, seat: str = "chair", *, connection: Connection = ONLINE) -> ChairWindow:
    """The chair's window, or another seat's of the desk (``seat``), that shows a session as it stands."""
    window = ChairWindow()
    window.set_briefing(play.briefing(seat))
    window.set_view(play.chair(seat))
    window.set_connection(connection)
    return window


def _loading() -> Shown:
    return Shown(ChairWindow())


def contested(asked: bool) -> Callable[[], Shown]:
    """The centre holds two records of the session."""

    def make() -> Shown:
        play = all_heard()
        play.live = msgspec.structs.replace(
            play.live, health=msgspec.structs.replace(samples.HEALTHY, centre="contested")
        )
        window = chair(play)
        if asked:
            window.tasks.acted.emit("contested", "choose-chain")
        return Shown(window, play.setup)

    return make


def _own_first() -> Shown:
    play = presenting(missing=["E1", "E2"])
    window = chair(play)
    return Shown(window, play.setup, after=lambda: window.show_project("5"))


def _review() -> Shown:
    play = presenting()
    return Shown(chair(play), play.setup)


def _locked() -> Shown:
    play = presenting()
    window = chair(play)

    def after() -> None:
        window.show_project("1")
        window.choose_judge("E3")

    return Shown(window, play.setup, written=("与项目单位存在利益关系",), after=after)


def _ruling(ask: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = few_sheets()
        window = chair(play)
        return Shown(
            window,
            play.setup,
            written=("第二项应为 17", "临时离会"),
            after=window.take_next_step if ask else None,
        )

    return make


def _incomplete() -> Shown:
    play = presenting()
    missing = ("E6",)
    play.do("host", commands.CloseScoring(entry_no="4", missing=missing))
    window = chair(play)
    return Shown(window, play.setup, after=lambda: window.show_project("4"))


def _presence() -> Shown:
    play = presenting()
    window = chair(play)

    def after() -> None:
        window.show_project("4")
        window.choose_judge("E6")
        window.ask_presence()

    return Shown(window, play.setup, after=after)


def _reopen() -> Shown:
    play = presenting()
    window = chair(play)

    def after() -> None:
        window.show_project("2")
        window.asking.ask_reopen()

    return Shown(window, play.setup, after=after)


def _asked_back() -> Shown:
    """The space bar would lock a project whose judge asked for his sheet back."""
    play = presenting()
    play.do("judge:E2", commands.AskReturn(entry_no="3", reason="第二项应为 17"))
    window = chair(play)

    def after() -> None:
        window.show_project("3")
        window.take_next_step()

    return Shown(window, play.setup, written=("第二项应为 17",), after=after)


def _cut_tie() -> Shown:
    """A tie across the line of a hard quota: rules with no key but the total."""
    contest, rules, _ = samples.regional_final()
    plain = msgspec.structs.replace(rules, tie_keys=("exact_total",))
    play = Play(samples.setup_of(contest, plain))
    for project in play.setup.contest.projects:
        samples.hear(play, project.entry_no, lock=True)
    window = chair(play)
    return Shown(window, play.setup, after=window.take_next_step)


def _signing(seat: str) -> Callable[[], Shown]:
    def make() -> Shown:
        play = all_heard(lock=True)
        play.do("scorer", commands.SignOff(role="scorer", name="程见微", head="0" * 64))
        return Shown(chair(play, seat), play.setup, written=("程见微",))

    return make


def _sign_question() -> Shown:
    play = all_heard(lock=True)
    window = chair(play)
    return Shown(window, play.setup, after=lambda: window.asking.ask_signature(Role.CHECKER))


def _confirm() -> Shown:
    play = all_heard(lock=True)
    play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
    window = chair(play)
    return Shown(window, play.setup, after=window.take_next_step)


def _published() -> Shown:
    play = published()
    return Shown(chair(play), play.setup)


def _printed(path: str, error: str, *, opened: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting()
        window = chair(play)
        window.print_box.print_form("F3", "")
        window.set_printed("F3", path, error, opened=opened)
        return Shown(window, play.setup, written=("papers", "pdf", "No", "space", "left", "on", "device"))

    return make


def _desk() -> Shown:
    play = presenting()
    return Shown(chair(play, "checker"), play.setup)


def _offline() -> Shown:
    play = presenting()
    return Shown(chair(play, connection=OFFLINE), play.setup)


def long_contest() -> Shown:
    play = long_play()
    window = chair(play)
    return Shown(window, play.setup, after=lambda: window.show_project("2"))


def scenes() -> tuple[Scene, ...]:
    """Every state of the chair's window."""
    return (
        Scene("chair", "loading", _loading),
        Scene("chair", "own-first", _own_first),
        Scene("chair", "review", _review),
        Scene("chair", "locked", _locked),
        Scene("chair", "contested", contested(False)),
        Scene("chair", "ask-contested", contested(True)),
        Scene("chair", "ruling", _ruling(False)),
        Scene("chair", "ask-ruling", _ruling(True)),
        Scene("chair", "incomplete", _incomplete),
        Scene("chair", "ask-presence", _presence),
        Scene("chair", "ask-reopen", _reopen),
        Scene("chair", "ask-asked-back", _asked_back),
        Scene("chair", "ask-cut", _cut_tie),
        Scene("chair", "signing", _signing("chair")),
        Scene("chair", "ask-signature", _sign_question),
        Scene("chair", "ask-confirm", _confirm),
        Scene("chair", "published", _published),
        Scene("chair", "printed", _printed("/papers/F3-171204.pdf", "", opened=True)),
        Scene("chair", "print-failed", _printed("/papers/F3.pdf", "No space left on device", opened=False)),
        Scene("chair", "print-unshown", _printed("/papers/F3-171204.pdf", "", opened=False)),
        Scene("chair", "desk", _desk),
        Scene("chair", "desk-signing", _signing("checker")),
        Scene("chair", "offline", _offline),
        Scene("chair", "long", long_contest),
    )
