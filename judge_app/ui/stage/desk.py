"""The stage's own small window on the host's screen: which screen is for whom, the sound, and what is wrong.

Setters in, signals out, as everywhere; the stage's window decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from judge_app.ui.language import tr
from judge_app.ui.stage.identify import ROLE_WORDS, role_of, screen_name
from judge_app.ui.stage.screens import Roles, ScreenMark, ScreenRole
from judge_app.ui.stage.sound import Player
from judge_app.ui.theme import theme_of
from judge_app.ui.theme.type import BODY, BOLD, SMALL, TITLE
from judge_app.ui.widgets import ActionButton, Card, ElidedLabel, FlowLayout, Label, NextStepButton, Trouble
from judge_app.ui.widgets import TroublePanel as Troubles

_HEARD_MS = 1500
"""How long a player may take to say that it cannot play."""


def screen_troubles(screens: Sequence[ScreenMark], roles: Roles) -> list[Trouble]:
    """What is wrong with the screens; another one that is free is offered for the audience, by its number."""
    if ScreenRole.AUDIENCE in roles:
        return []
    taken = {had.spot for role, had in roles.items() if role is not ScreenRole.SPARE}
    free = [at for at, one in enumerate(screens, start=1) if one.spot not in taken]
    return [
        Trouble(
            key="projector",
            title=tr("The audience's screen is gone"),
            text=tr(
                "Its picture is put away and does not come onto the host's screen; the clock and the cut-off go on."
                " It comes back by itself when the screen is plugged in again."
            ),
            actions=tuple((str(at), tr("Use screen {n} for the audience", n=at), False) for at in free),
        )
    ]


class ScreenMap(QWidget):
    """The screens as they stand side by side, each with its number and for whom it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._screens: tuple[ScreenMark, ...] = ()
        self._roles: Roles = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_screens(self, screens: Sequence[ScreenMark], roles: Roles) -> None:
        self._screens, self._roles = tuple(screens), roles
        self.setAccessibleName(
            "; ".join(f"{at} {self._word(one)}" for at, one in enumerate(self._screens, start=1)),
        )
        self.update()

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        return QSize(theme.px(320), theme.px(132))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _word(self, screen: ScreenMark) -> str:
        if len(self._screens) == 1:
            return " · ".join(tr(ROLE_WORDS[role]) for role in self._roles)
        return tr(ROLE_WORDS[role_of(self._roles, screen)])

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._screens:
            return
        theme, painter = theme_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = min(one.place[0] for one in self._screens)
        top = min(one.place[1] for one in self._screens)
        wide = max(one.place[0] + one.place[2] for one in self._screens) - left
        tall = max(one.place[1] + one.place[3] for one in self._screens) - top
        scale = min(self.width() / max(1, wide), self.height() / max(1, tall))
        shift = (self.width() - wide * scale) / 2, (self.height() - tall * scale) / 2
        for at, one in enumerate(self._screens, start=1):
            x, y, width, height = one.place
            box = QRectF(
                shift[0] + (x - left) * scale, shift[1] + (y - top) * scale, width * scale, height * scale
            ).adjusted(3, 3, -3, -3)
            audience = role_of(self._roles, one) is ScreenRole.AUDIENCE
            painter.setPen(QPen(theme.colour("brand" if audience else "edge"), theme.px(2)))
            painter.setBrush(theme.colour("brand_soft" if audience else "paper"))
            painter.drawRoundedRect(box, theme.px(6), theme.px(6))
            painter.setPen(theme.colour("ink"))
            painter.setFont(theme.font(TITLE if box.height() > theme.px(52) else BODY, BOLD))
            half = box.height() * 0.56
            painter.drawText(
                QRectF(box.x(), box.y(), box.width(), half),
                int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom),
                str(at),
            )
            painter.setFont(theme.font(SMALL if box.width() < theme.px(110) else BODY))
            painter.drawText(
                QRectF(box.x(), box.y() + half, box.width(), box.height() - half),
                int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop),
                self._word(one),
            )


class ScreenRow(QWidget):
    """One screen: its number and name, and for whom it is. ``chosen`` carries the role that a person gives it."""

    chosen = Signal(object)

    def __init__(self, number: int, screen: ScreenMark, role: ScreenRole, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        name = ElidedLabel(f"{number}　{screen_name(screen)}", "strong")
        column.addWidget(name)
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=6)
        self.group = QButtonGroup(self)
        for one, words in ROLE_WORDS.items():
            button = QPushButton(tr(words))
            button.setProperty("kind", "chip")
            button.setCheckable(True)
            button.setChecked(one is role)
            button.setAccessibleName(f"{number} {tr(words)}")
            button.clicked.connect(lambda _=False, one=one: self.chosen.emit(one))
            self.group.addButton(button)
            flow.addWidget(button)
        buttons.setMinimumHeight(theme_of(self).px(36))  # a chosen one has the thicker frame
        column.addWidget(buttons)


class StageDesk(QWidget):
    """``role_chosen`` (screen, role), ``identify_requested``, ``full_requested`` (one monitor: the audience's picture
    over the whole of it), ``muted`` (the sounds are not wanted), ``put_away`` when the person has done."""

    role_chosen = Signal(object, object)
    identify_requested = Signal()
    full_requested = Signal()
    muted = Signal(bool)
    motion_reduced = Signal(bool)
    put_away = Signal()
    acted = Signal(str, str)
    """(trouble, action)"""

    def __init__(self, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._player = player
        self._screens: tuple[ScreenMark, ...] = ()
        self._roles: Roles = {}
        self._tried: bool | None = None
        self._made: tuple[object, ...] = ()
        self.troubles = Troubles()
        self.map = ScreenMap()
        self._words = Label("", "second", wrap=True)
        self.rows: list[ScreenRow] = []
        self._rows = QVBoxLayout()
        self.identify = ActionButton("")
        self.full = ActionButton("")
        self._sound = Label("", "second", wrap=True)
        self.try_sound = ActionButton("")
        self.quiet = QCheckBox()
        self.still = QCheckBox()
        self.done = NextStepButton()
        self._screen_card, self._sound_card = Card(), Card()
        self._lay_out()
        # Connect Signals
        self.identify.clicked.connect(self.identify_requested)
        self.full.clicked.connect(self.full_requested)
        self.try_sound.clicked.connect(self._try)
        self.quiet.toggled.connect(self._quieten)
        self.still.toggled.connect(self.motion_reduced)
        self.done.clicked.connect(self._put_away)
        self.troubles.acted.connect(self.acted)
        theme = theme_of(self)
        self.setMinimumSize(theme.px(420), theme.px(320))
        self.resize(theme.px(460), theme.px(640))
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(12)
        inside = QWidget()
        inside.setProperty("kind", "flow")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        outer.addWidget(scroll, 1)
        outer.addWidget(self.done)
        column.addWidget(self.troubles)
        body = self._screen_card.body
        body.addWidget(self.map)
        body.addWidget(self._words)
        body.addLayout(self._rows)
        row = QHBoxLayout()
        row.addWidget(self.identify)
        row.addWidget(self.full)
        row.addStretch(1)
        body.addLayout(row)
        column.addWidget(self._screen_card)
        self._sound_card.body.addWidget(self._sound)
        row = QHBoxLayout()
        row.addWidget(self.try_sound)
        row.addWidget(self.quiet)
        row.addStretch(1)
        self._sound_card.body.addLayout(row)
        column.addWidget(self._sound_card)
        column.addWidget(self.still)
        column.addStretch(1)

    # setters

    def set_screens(self, screens: Sequence[ScreenMark], roles: Roles) -> None:
        """The screens that are here, in the system's order, and for whom each is."""
        self._screens, self._roles = tuple(screens), roles
        self.map.set_screens(screens, roles)
        self._show()

    def set_troubles(self, troubles: Sequence[Trouble]) -> None:
        """What is wrong with screens and slides now."""
        self.troubles.set_troubles(troubles)

    # showing

    @property
    def one_screen(self) -> bool:
        return len(self._screens) < 2

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self.setWindowTitle(tr("Stage: screens and sound"))
        self._screen_card.set_heading(tr("Screens"))
        self._sound_card.set_heading(tr("Sounds"))
        self.identify.set_action(tr("Which is which?"))
        self.full.set_action(tr("Fill this screen"), "F11")
        self.try_sound.set_action(tr("Try the sound"))
        self.quiet.setText(tr("No sounds"))
        self.still.setText(tr("No motion when results are revealed"))
        self.done.set_step(tr("Right so, put away"), tr("It comes back when the audience's picture is double-clicked"))
        self._made = ()
        self._show()

    def _show(self) -> None:
        one = self.one_screen
        self._words.setVisible(ScreenRole.AUDIENCE in self._roles)
        self.full.setVisible(one and ScreenRole.AUDIENCE in self._roles)
        self._words.setText(
            tr(
                "There is one screen only: the audience's picture is a window beside the host's desk. A projector that is"
                " plugged in gets the picture by itself; if it mirrors this screen, fill the screen."
            )
            if one
            else tr("The audience's screen is filled by the stage; nothing of it comes onto the host's.")
        )
        self._show_rows()
        self._show_sound()

    def _show_rows(self) -> None:
        made = (self._screens, tuple(self._roles.items()))
        if made == self._made:
            return
        self._made = made
        for old in self.rows:
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = []
        if self.one_screen:
            return
        for number, screen in enumerate(self._screens, start=1):
            row = ScreenRow(number, screen, role_of(self._roles, screen))
            row.chosen.connect(lambda role, screen=screen: self.role_chosen.emit(screen, role))
            self._rows.addWidget(row)
            self.rows.append(row)

    def _show_sound(self) -> None:
        through = self._player.through
        self.try_sound.setEnabled(bool(through) and not self._player.muted)
        if not through:
            words = tr("This computer has no program to play sounds: the prompts are silent, in words and colour only.")
        elif self._player.muted:
            words = tr("The prompts are silent, in words and colour only.")
        elif self._tried is False:
            words = tr("No sound came out ({name} failed): check the loudspeaker and its volume.", name=through)
        elif self._tried:
            words = tr("Played by {name}. Heard nothing? Check the volume and where the sound goes.", name=through)
        else:
            words = tr("Prompts sound from this computer's usual output (played by {name}).", name=through)
        self._sound.setText(words)

    # what a person does

    def _try(self) -> None:
        self._player.play("long")
        self._tried = None
        QTimer.singleShot(_HEARD_MS, self, self._heard)

    def _heard(self) -> None:
        self._tried = not self._player.failed
        self._show_sound()

    def _quieten(self, quiet: bool) -> None:
        self.muted.emit(quiet)
        self._show_sound()

    def _put_away(self) -> None:
        self.put_away.emit()
        self.showMinimized()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
