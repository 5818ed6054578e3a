"""The stage's desk: for whom each screen is, whether sounds come, and what is wrong."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from judge_app.ui.stage.desk import StageDesk
from judge_app.ui.stage.identify import Identify
from judge_app.ui.stage.screens import ScreenMark, ScreenRole
from judge_app.ui.stage.sound import Player

LAPTOP = ScreenMark(name="eDP-1", place=(0, 0, 1280, 720), primary=True)
BEAMER = ScreenMark(name="HDMI-1", place=(1280, 0, 1920, 1080))
ROLES = {ScreenRole.HOST: LAPTOP, ScreenRole.AUDIENCE: BEAMER}


class Loudspeaker(Player):
    """A computer with a player of this name, or none; ``failed`` as given."""

    def __init__(self, through: str, fails: bool = False) -> None:
        super().__init__()
        self._through, self._fails = through, fails
        self.played: list[str] = []

    @property
    def through(self) -> str:
        return self._through

    @property
    def failed(self) -> bool:
        return self._fails

    def play(self, name: str) -> None:
        self.played.append(name)


def desk(qtbot: QtBot, player: Player) -> StageDesk:
    made = StageDesk(player)
    qtbot.addWidget(made)
    made.set_screens([LAPTOP, BEAMER], ROLES)
    made.show()
    return made


def words(desk: StageDesk) -> str:
    return desk._sound.text()


def test_a_click_gives_a_screen_another_role(qtbot: QtBot) -> None:
    made = desk(qtbot, Loudspeaker("aplay"))
    asked: list[tuple[ScreenMark, ScreenRole]] = []
    made.role_chosen.connect(lambda screen, role: asked.append((screen, role)))
    button = next(one for one in made.rows[0].findChildren(QPushButton) if one.text() == "Audience")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [(LAPTOP, ScreenRole.AUDIENCE)]
    assert "2 Audience" in made.map.accessibleName()


def test_one_screen_asks_for_nothing_and_says_so(qtbot: QtBot) -> None:
    made = desk(qtbot, Loudspeaker("aplay"))
    assert made.full.isHidden()
    made.set_screens([LAPTOP], {ScreenRole.HOST: LAPTOP, ScreenRole.AUDIENCE: LAPTOP})
    assert made.rows == []
    assert "one screen only" in made._words.text()
    with qtbot.waitSignal(made.full_requested):
        qtbot.mouseClick(made.full, Qt.MouseButton.LeftButton)


def test_a_silent_computer_says_so(qtbot: QtBot) -> None:
    made = desk(qtbot, Loudspeaker(""))
    assert not made.try_sound.isEnabled()
    assert "no program to play sounds" in words(made)


def test_a_sound_is_tried_and_a_failure_is_told(qtbot: QtBot) -> None:
    for fails, said in ((False, "Heard nothing?"), (True, "No sound came out")):
        player = Loudspeaker("aplay", fails)
        made = desk(qtbot, player)
        qtbot.mouseClick(made.try_sound, Qt.MouseButton.LeftButton)
        assert player.played == ["long"]
        qtbot.waitUntil(lambda made=made, said=said: said in words(made), timeout=20_000)


def test_sounds_that_are_not_wanted_are_not_tried(qtbot: QtBot) -> None:
    player = Loudspeaker("aplay")
    made = desk(qtbot, player)
    made.muted.connect(lambda quiet: setattr(player, "muted", quiet))
    made.quiet.setChecked(True)
    assert not made.try_sound.isEnabled()
    assert "silent" in words(made)


def test_a_player_that_is_not_there_plays_nothing_and_one_that_fails_is_known(tmp_path: Path) -> None:
    player = Player(tmp_path)
    player.play("short")
    assert not player.failed, "no such sound: nothing was played, nothing failed"


def test_every_screen_says_which_it_is(qtbot: QtBot) -> None:
    signs = Identify()
    signs.show({})
    (sign,) = signs.signs
    assert sign.number == 1
    assert sign.role == "Not used"
    assert sign.isVisible()
    signs.clear()
    assert signs.signs == []
