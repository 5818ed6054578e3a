"""Who gets which screen, and what happens when one goes and comes back."""

from __future__ import annotations

from pathlib import Path

from judge_app.ui.stage.screens import (
    ScreenMark,
    ScreenRole,
    assign,
    chosen,
    keep_screens,
    read_screens,
    recalled,
    shared,
)

LAPTOP = ScreenMark(name="eDP-1", maker="LEN", model="T14", serial="1", place=(0, 0, 1280, 720), primary=True)
BEAMER = ScreenMark(name="HDMI-1", maker="EPS", model="EB", serial="7", place=(1280, 0, 1920, 1080))
MONITOR = ScreenMark(name="DP-1", maker="DEL", model="U24", serial="9", place=(3200, 0, 1920, 1080))
HOST, AUDIENCE, PRESENTER = ScreenRole.HOST, ScreenRole.AUDIENCE, ScreenRole.PRESENTER
SPARE = ScreenRole.SPARE


def test_a_single_screen_is_shared() -> None:
    roles = assign([LAPTOP], {})
    assert roles == {HOST: LAPTOP, AUDIENCE: LAPTOP}
    assert shared(roles)


def test_the_second_screen_is_the_audiences_whatever_the_order() -> None:
    assert assign([BEAMER, LAPTOP], {}) == {HOST: LAPTOP, AUDIENCE: BEAMER}
    assert not shared(assign([BEAMER, LAPTOP], {}))


def test_a_third_screen_is_the_presenters() -> None:
    assert assign([LAPTOP, BEAMER, MONITOR], {}) == {HOST: LAPTOP, AUDIENCE: BEAMER, PRESENTER: MONITOR}


def test_a_projector_that_is_unplugged_leaves_the_audience_without_a_screen_and_not_on_the_hosts() -> None:
    known = {HOST: LAPTOP, AUDIENCE: BEAMER}
    assert assign([LAPTOP], known) == {HOST: LAPTOP}
    assert assign([LAPTOP, MONITOR], known) == {HOST: LAPTOP}, "another screen is not the projector"


def test_a_projector_that_comes_back_is_bound_again_also_at_another_place() -> None:
    moved = ScreenMark(name="HDMI-1", maker="EPS", model="EB", serial="7", place=(-1920, 0, 1920, 1080))
    assert assign([LAPTOP, moved], {HOST: LAPTOP, AUDIENCE: BEAMER})[AUDIENCE] == moved


def test_screens_without_marks_are_known_by_their_place() -> None:
    left = ScreenMark(name="DUMMY0", place=(0, 0, 1280, 720), primary=True)
    right = ScreenMark(name="DUMMY1", place=(1280, 0, 1280, 720))
    renamed = ScreenMark(name="DUMMY7", place=(1280, 0, 1280, 720))
    assert assign([left, renamed], {HOST: left, AUDIENCE: right})[AUDIENCE] == renamed


def test_what_the_host_chose_goes_before_the_usual() -> None:
    roles = assign([LAPTOP, BEAMER, MONITOR], {AUDIENCE: MONITOR, PRESENTER: BEAMER})
    assert (roles[AUDIENCE], roles[PRESENTER], roles[HOST]) == (MONITOR, BEAMER, LAPTOP)


def test_without_any_screen_nobody_has_one() -> None:
    assert assign([], {HOST: LAPTOP, AUDIENCE: BEAMER}) == {}
    assert assign([], {}) == {}


def test_a_mirror_of_the_hosts_screen_is_not_another_screen() -> None:
    mirror = ScreenMark(name="HDMI-1", maker="EPS", model="EB", serial="8", place=LAPTOP.place)
    assert assign([LAPTOP, mirror], {}) == {HOST: LAPTOP, AUDIENCE: LAPTOP}
    assert assign([LAPTOP, mirror, BEAMER], {HOST: LAPTOP, AUDIENCE: BEAMER}) == {HOST: LAPTOP, AUDIENCE: BEAMER}


def test_in_another_hall_nothing_is_remembered_and_the_projector_there_is_used() -> None:
    elsewhere = ScreenMark(name="HDMI-1", maker="SON", model="VPL", serial="3", place=(1280, 0, 1920, 1080))
    known = {HOST: LAPTOP, AUDIENCE: BEAMER}
    assert recalled([LAPTOP, elsewhere], known) == {}
    assert recalled([LAPTOP], known) == {}
    assert recalled([LAPTOP, BEAMER, elsewhere], known) == known


def test_a_screen_that_gets_anothers_role_changes_places_with_it() -> None:
    roles = {HOST: LAPTOP, AUDIENCE: BEAMER, PRESENTER: MONITOR}
    assert chosen(roles, LAPTOP, AUDIENCE) == {HOST: BEAMER, AUDIENCE: LAPTOP, PRESENTER: MONITOR}
    assert chosen(roles, MONITOR, AUDIENCE) == {HOST: LAPTOP, AUDIENCE: MONITOR, PRESENTER: BEAMER}
    assert chosen(roles, BEAMER, AUDIENCE) == roles


def test_a_screen_that_is_not_to_be_used_stays_so() -> None:
    roles = chosen({HOST: LAPTOP, AUDIENCE: BEAMER, PRESENTER: MONITOR}, MONITOR, SPARE)
    assert roles == {HOST: LAPTOP, AUDIENCE: BEAMER, SPARE: MONITOR}
    assert assign([LAPTOP, BEAMER, MONITOR], roles) == roles


def test_a_choice_is_kept_and_a_broken_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "screens.json"
    assert read_screens(path) == {}
    keep_screens(path, {HOST: LAPTOP, AUDIENCE: BEAMER})
    assert read_screens(path) == {HOST: LAPTOP, AUDIENCE: BEAMER}
    path.write_text("{")
    assert read_screens(path) == {}
