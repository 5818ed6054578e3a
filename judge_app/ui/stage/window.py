"""The stage: the audience's window, with the deck, the curtain, the presenter's monitor and the cut-off in its hands.

It acts by itself at the absolute deadline that it was last told, whether room and console still live or not. Setters
in, signals out; it knows no network. Times are nanoseconds of the room's clock (``set_now``), which in a rehearsal
runs ``rate`` times as fast as real time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QMoveEvent,
    QResizeEvent,
    QScreen,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from judge_app.core.rules import Phase
from judge_app.core.seats import Role
from judge_app.core.views import Briefing, StageView
from judge_app.seat.state import CommandState, Connection, Link
from judge_app.show.driver import DriverKind, deck_kind
from judge_app.show.kept import KeptDecks
from judge_app.show.ladder import Verdict
from judge_app.ui.language import both, either, mark, tr
from judge_app.ui.stage.audience import AudienceSurface
from judge_app.ui.stage.corner import CornerClock
from judge_app.ui.stage.curtain import Curtain, bring_over, over_all
from judge_app.ui.stage.cutoff import CutOffs
from judge_app.ui.stage.deckhand import DeckHand, PdfDeckHand, fill, place
from judge_app.ui.stage.desk import StageDesk, screen_troubles
from judge_app.ui.stage.duty import Cut, Duty, Rest, Show, duty
from judge_app.ui.stage.identify import Identify
from judge_app.ui.stage.presenter import PresenterWindow
from judge_app.ui.stage.scene import Kind, prompt_at, scene_of, timing_of
from judge_app.ui.stage.screens import ScreenMark, ScreenRole, assign, chosen, mark_of, recalled, shared
from judge_app.ui.stage.sound import Player
from judge_app.ui.stage.stills import Stills
from judge_app.ui.theme import DARK, Theme, wear
from judge_app.ui.widgets import Trouble
from judge_app.ui.widgets.running import Now, left_ns, until_change_ms

_LONGEST_MS = 500
"""How far ahead a timer is set at most: what is compared with the deadline is the clock, never a timer's word."""
_SHORTEST_MS = 15
_STRAY = mark("A show has been started, but its clock has not: press the next step on the host's desk")
_WORDS_STAY_MS = 4000
"""How long the curtain's words stay up where host and audience share one monitor."""


class StageWindow(AudienceSurface):
    """The audience's window. ``command`` carries what is to be sent to the room."""

    command = Signal(object)
    relapsed = Signal(int, object)
    """(run, Verdict | None): a forbidden show was started again, and how it was ended."""
    trouble_changed = Signal(str)
    """What is wrong with the slides now, in words; empty: nothing."""
    troubles_changed = Signal(object)
    """All that the host has to know (zh, en), said again whenever the room is reached."""
    slides_counted = Signal(str, int)
    """(entry number, of how many of its slides there are pictures to show again), said again whenever the room is
    reached."""
    screens_chosen = Signal(object)
    """The screen of each role, as a person has settled it: to be remembered."""
    leave_requested = Signal()

    def __init__(
        self,
        hands: Mapping[str, DeckHand] | None = None,
        player: Player | None = None,
        monotonic: Callable[[], int] = time.monotonic_ns,
        parent: QWidget | None = None,
        kept: KeptDecks | None = None,
    ) -> None:
        """``hands`` show decks of a kind (``pdf``, ``slides``, ``keynote``: show/driver.py); PDF is always there.
        ``kept`` has the pictures of slides and the PDFs that the pre-flight made."""
        super().__init__(parent)
        self.setWindowTitle(tr("Stage"))
        self.setMinimumSize(384, 216)
        self._monotonic = monotonic
        self._briefing: Briefing | None = None
        self._view: StageView | None = None
        self._connection: Connection | None = None
        self._now: Now | None = None
        self._rate = 1
        self._decks: dict[str, Path] = {}
        self._player = player or Player()
        self._hands: dict[str, DeckHand] = {**({"pdf": PdfDeckHand(self, monotonic)}), **(hands or {})}
        self._active: DeckHand | None = None
        self._shown_run: int | None = None
        self._up = False
        self._slides: dict[int, int] = {}
        self._cut_run: int | None = None
        self._prompted: tuple[int, int | None] | None = None
        self._trouble = ("", "")
        self._no_deck = False
        self._stray = False
        self._stills = Stills(kept)
        self._counted: tuple[str, int] | None = None
        self._lacking = 0
        self._looked_for = 0
        self._told: tuple[tuple[str, str], ...] = ()
        self._failed: dict[Path, tuple[str, str]] = {}
        self._opening: Path | None = None
        self._roles: dict[ScreenRole, ScreenMark] = {}
        self._remembered: dict[ScreenRole, ScreenMark] = {}
        self._placed: dict[ScreenRole, tuple[object, ...]] = {}
        self._full = False
        self._closing = False
        self._placing = False
        self._corner_wanted = True
        self._corner_in: tuple[DriverKind, QWidget | None] | None = None
        self._known = False
        self._introduced = False

        self.curtain = Curtain(monotonic)
        self.presenter = PresenterWindow()
        self.corner = CornerClock()
        self.desk = StageDesk(self._player)
        self.identify = Identify(self)
        for window in (self, self.curtain, self.presenter, self.corner):
            wear(window, Theme(palette=DARK))
        self._cut_offs = CutOffs(self.curtain, self, monotonic)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)

        self._timer.timeout.connect(self._evaluate)
        self._cut_offs.reported.connect(self.command)
        self._cut_offs.done.connect(self._cut_done)
        self.presenter.pressed.connect(self._forward)
        self.desk.role_chosen.connect(self.choose_screen)
        self.desk.identify_requested.connect(self._identify)
        self.desk.full_requested.connect(self._fill_or_not)
        self.desk.muted.connect(self.set_muted)
        self.desk.motion_reduced.connect(self.set_motion_reduced)
        self.desk.put_away.connect(self._settled)
        self.desk.acted.connect(self._trouble_acted)
        self._stills.counted.connect(self._stills_counted)
        for hand in self._hands.values():
            hand.shown.connect(lambda up, hand=hand: self._deck_shown(hand, up))
            hand.moved.connect(lambda slide, slides, hand=hand: self._deck_moved(hand, slide, slides))
            hand.failed.connect(self._deck_failed)
            hand.relapsed.connect(self._deck_relapsed)
            hand.stray.connect(lambda there, hand=hand: self._deck_stray(hand, there))
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenAdded.connect(self._screens_changed)
        app.screenRemoved.connect(self._screens_changed)

    # setters

    def set_briefing(self, briefing: Briefing) -> None:
        self._briefing = briefing
        self._evaluate()

    def set_view(self, view: StageView) -> None:
        self._view = view
        if view.clock is not None:  # nothing lies over a project that has begun
            self.identify.clear()
            if view.clock.run != self._looked_for:
                self._looked_for = view.clock.run
                self._stills.look_again()
        self._introduce()
        self._evaluate()

    def set_connection(self, connection: Connection) -> None:
        back = connection.link is Link.ONLINE and (self._connection is None or self._connection.link is not Link.ONLINE)
        self._connection = connection
        if back:
            self.troubles_changed.emit(self._told)
            if self._counted is not None:
                self.slides_counted.emit(*self._counted)
        self._evaluate()

    def set_command_state(self, state: CommandState) -> None:
        """A report that the room refuses (it has one already) is nothing to an audience."""

    def set_now(self, now: Now | None) -> None:
        """The room's time; None while it is not known."""
        self._now = now
        self._evaluate()

    def set_rate(self, rate: int) -> None:
        """How many seconds of the room's clock go by in a real one (a rehearsal's speed)."""
        self._rate = max(1, rate)
        self._evaluate()

    def set_decks(self, decks: Mapping[str, Path]) -> None:
        """Entry number → file. A project without one is timed all the same, and that is said."""
        self._decks = dict(decks)
        self._evaluate()

    def set_muted(self, muted: bool) -> None:
        self._player.muted = muted

    def set_motion_reduced(self, reduced: bool) -> None:
        """Whether everything of a reveal is in its place at once."""
        self.motion.reduced = self.curtain.motion.reduced = reduced

    def set_corner_clock(self, wanted: bool) -> None:
        """Whether the clock lies over the slides."""
        self._corner_wanted = wanted
        self._place_corner()

    def set_screens(self, remembered: Mapping[ScreenRole, ScreenMark]) -> None:
        """The screens that were chosen before, by role; they count where the audience's is among those here."""
        self._remembered = recalled(_screens_here(), remembered)
        self._known = bool(self._remembered)
        self._screens_changed()

    def choose_screen(self, screen: ScreenMark, role: ScreenRole) -> None:
        """A person gives a screen another role; who had it gets the one that is free now."""
        self._remembered = chosen(self._roles, screen, role)
        self._screens_changed()
        self._settled()
        self._identify()

    # what is known

    @property
    def screens(self) -> Mapping[ScreenRole, ScreenMark]:
        """The screen that each role has now, to be remembered."""
        return self._roles

    @property
    def _acting(self) -> bool:
        """A viewer looks on: the slides and their end belong to the stage's own seat."""
        return self._briefing is not None and self._briefing.seat.role is Role.STAGE

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of deck (show/driver.py) that can be shown here."""
        return frozenset(self._hands)

    @property
    def trouble(self) -> str:
        """What is wrong with the slides, in the language in force."""
        return either(*self._trouble)

    @property
    def deck_up(self) -> bool:
        """Whether slides are shown."""
        return self._up

    # screens

    def open_full_screen(self) -> None:
        """Take the screens by role and fill them; the desk lies open at first where they are not known from before."""
        self._full = True
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # the keys stay with the host's desk
        self._screens_changed()
        self._place_desk()
        self._introduce()

    def _introduce(self) -> None:
        """The desk and the signs, once it is known that the session has not begun: a stage that was started anew in the
        middle of a talk puts nothing over it."""
        if not self._full or self._introduced or self._view is None:
            return
        self._introduced = True
        if self._known or self._view.current is not None or self._view.done:
            self.desk.showMinimized()
            return
        self.desk.show()
        if len(_screens_here()) > 1:
            self._identify()

    def open_in_window(self) -> None:
        """A plain window, to try and to look at: on the second screen where there is one."""
        self._full = False
        self.resize(1280, 720)
        roles = assign(_screens_here(), {})
        screen = self._screen_of(roles.get(ScreenRole.AUDIENCE))
        if screen is not None and not shared(roles):
            area = screen.availableGeometry()
            self.setGeometry(QRect(area.topLeft() + QPoint(0, 32), self.size().boundedTo(area.size())))
        self.show()

    def open_desk(self) -> None:
        """The desk with screens and sound, on the host's screen."""
        self._place_desk()
        self.desk.showNormal()
        bring_over(self.desk)

    def _place_desk(self) -> None:
        """At the upper right of the host's screen, where it covers neither the clock nor the next step of his desk."""
        screen = self._screen(ScreenRole.HOST) or self.screen()
        area, size = screen.availableGeometry(), self.desk.frameGeometry().size()
        size = QSize(min(size.width(), area.width()), min(max(size.height(), 560), area.height()))
        self.desk.setGeometry(QRect(area.right() - size.width() - 8, area.top() + 32, size.width(), size.height() - 40))

    def _identify(self) -> None:
        self.identify.show(self._roles)

    def _settled(self) -> None:
        """A person has seen the screens and finds them right."""
        if self._full and not self._closing and not shared(self._roles) and ScreenRole.AUDIENCE in self._roles:
            self._known = True
            self.screens_chosen.emit(dict(self._roles))

    def _screens_changed(self) -> None:
        if self._closing:
            return
        here = _screens_here()
        known = self._remembered if not _is_shared(self._remembered) else {}
        self._roles = assign(here, known)
        if not shared(self._roles) and ScreenRole.AUDIENCE in self._roles:
            self._remembered = {**known, **self._roles}
        self.desk.set_screens(here, self._roles)
        self._show_troubles()
        if self._full:
            self._place_windows()

    def _show_troubles(self) -> None:
        """What is wrong with screens and slides, on the desk; ``trouble_changed`` says it to the room."""
        made = screen_troubles(_screens_here(), self._roles) if self._full else []
        told: list[tuple[str, str]] = []
        if made:
            told.append(both(mark("The audience's screen is gone: the clock and the cut-off go on")))
        if self.trouble:
            made.append(Trouble(key="slides", title=self.trouble, tone="warn"))
            if not self._no_deck:
                told.append(self._trouble)
        if self._stray:
            made.append(Trouble(key="stray", title=tr(_STRAY), tone="warn"))
            told.append(both(_STRAY))
        if self._lacking:
            words = both(mark("There is no picture of slide {n} to show"), n=self._lacking)
            made.append(Trouble(key="still", title=either(*words), tone="warn"))
            told.append(words)
        self.desk.set_troubles(made)
        if tuple(told) != self._told:
            self._told = tuple(told)
            self.troubles_changed.emit(self._told)

    def _trouble_acted(self, key: str, action: str) -> None:
        here = _screens_here()
        if key == "projector" and action.isdigit() and int(action) <= len(here):
            self.choose_screen(here[int(action) - 1], ScreenRole.AUDIENCE)

    def _place_windows(self) -> None:
        """Every window on its role's screen; hidden where the role has none. What stands where it should is left alone:
        a window that is shown again would come over the slides."""
        self._placing = True  # being shown makes a window look at the clock: not before all of them stand
        self._place_audience()
        self._place_presenter()
        self._placing = False
        self._evaluate()

    def _place_audience(self) -> None:
        mark, audience = self._roles.get(ScreenRole.AUDIENCE), self._screen(ScreenRole.AUDIENCE)
        if audience is None:
            self._placed.pop(ScreenRole.AUDIENCE, None)
            self.hide()
            self.curtain.lower_away()
            self._take_down()
            return
        assert mark is not None
        if self._placed.get(ScreenRole.AUDIENCE) == mark.spot and self.isVisible():
            return
        self._take_down()
        self._placed[ScreenRole.AUDIENCE] = mark.spot
        alone = not shared(self._roles)
        self.setWindowState(Qt.WindowState.WindowNoState)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint, alone)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnBottomHint, alone)  # slides lie over it
        if alone:
            place(self, audience)
            fill(self)
            self.curtain.raise_over(audience)
            place(self, audience)
        else:
            self.curtain.lower_away()
            self.setGeometry(_beside(audience.availableGeometry()))
            self.show()

    def _place_presenter(self) -> None:
        mark, presenter = self._roles.get(ScreenRole.PRESENTER), self._screen(ScreenRole.PRESENTER)
        if presenter is None or mark is None:
            self._placed.pop(ScreenRole.PRESENTER, None)
            self.presenter.hide()
        elif self._placed.get(ScreenRole.PRESENTER) != mark.spot:
            self._placed[ScreenRole.PRESENTER] = mark.spot
            place(self.presenter, presenter)
            fill(self.presenter)

    def _take_down(self) -> None:
        """The slides, for as long as they have no screen; the next look shows them again at the same slide."""
        if self._active is not None and self._up:
            self._active.rest()
        if self._cut_run is None:
            self._shown_run = None

    def _screen(self, role: ScreenRole) -> QScreen | None:
        return self._screen_of(self._roles.get(role))

    def _screen_of(self, mark: ScreenMark | None) -> QScreen | None:
        if mark is None:
            return None
        return next((screen for screen in QGuiApplication.screens() if mark_of(screen).spot == mark.spot), None)

    def _audience_screen(self) -> QScreen | None:
        """Where slides and curtain go: the audience's screen, or the one this window stands on."""
        return self._screen(ScreenRole.AUDIENCE) if self._full else self.screen()

    @property
    def _windowed(self) -> bool:
        """Whether the audience's picture is a window among others: one monitor, or no screen of its own."""
        return not self._full or (shared(self._roles) and not self.isFullScreen())

    def _inside(self, hand: DeckHand | None = None) -> QRect | None:
        """The part of the screen that slides and curtain keep to; what a foreign program shows always fills a screen."""
        if not self._windowed or (hand is not None and hand.overlay_parent is None):
            return None
        return QRect(self.mapToGlobal(QPoint(0, 0)), self.size())

    def _fill_or_not(self) -> None:
        """The audience's picture over the whole of the one screen (a projector mirrors it), or in its window again."""
        if self._full and not shared(self._roles):
            return
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _follow(self) -> None:
        """Our own show keeps to the window that was moved or made larger."""
        inside = None if self._active is None else self._active.overlay_parent
        if inside is not None and self._up and (not self._full or shared(self._roles)):
            inside.setGeometry(QRect(self.mapToGlobal(QPoint(0, 0)), self.size()))
        self._place_corner()

    # the clock

    def _evaluate(self) -> None:
        """Look at the clock and do what is due; then come back when the next thing is."""
        if self._closing or self._placing:
            return
        now = None if self._now is None else self._now()
        if now is not None and self._view is not None and self._acting:
            self._act(duty(self._view.clock, self._phases(), now, self._shown_run), now)
        self._look_for_stills()
        self._draw(now)
        self._arm(now)

    def _phases(self) -> tuple[Phase, ...]:
        if self._briefing is None or self._view is None:
            return ()
        project = next((one for one in self._briefing.projects if one.entry_no == self._view.current), None)
        timing = timing_of(self._briefing, project)
        return () if timing is None else timing.phases

    def _arm(self, now: int | None) -> None:
        self._timer.stop()
        clock = None if self._view is None else self._view.clock
        if clock is None or clock.deadline_ns is None:
            return
        if now is None:
            self._timer.start(_LONGEST_MS)
            return
        left = clock.deadline_ns - now
        change = min(_LONGEST_MS, max(_SHORTEST_MS, -(-until_change_ms(left) // self._rate)))
        if clock.slides_end and left > 0:
            change = min(change, max(1, -(-left // (1_000_000 * self._rate))))
        self._timer.start(change)

    def _look_for_stills(self) -> None:
        """Of the project that is called, so that they are at hand when the judges ask."""
        current = None if self._view is None or not self._acting else self._view.current
        deck = None if current is None else self._decks.get(current)
        self._stills.look(deck)
        if current is not None and deck is None:
            self._stills_counted(0)

    def _stills_counted(self, slides: int) -> None:
        if self._view is None or self._view.current is None:
            return
        counted = self._view.current, slides
        if counted != self._counted:
            self._counted = counted
            self.slides_counted.emit(*counted)
            self._evaluate()

    def _picture_of(self, slide: int) -> QImage | None:
        """The picture of a slide that is to be shown again; where there is none, the host hears of it."""
        image = self._stills.picture(slide) if slide else None
        known = self._counted is not None and self._view is not None and self._counted[0] == self._view.current
        lacking = slide if slide and image is None and known else 0
        if lacking != self._lacking:
            self._lacking = lacking
            self._show_troubles()
        return image

    def _draw(self, now: int | None) -> None:
        scene = scene_of(self._briefing, self._view, now, self._connection)
        still = self._picture_of(scene.still)
        if still is None and scene.still:
            scene = msgspec.structs.replace(scene, kind=Kind.CLOCK, still=0)
        if self._full and self._windowed and not scene.note:
            scene = msgspec.structs.replace(scene, note=tr("One screen: this is what the audience sees · F11 fills it"))
        for surface in (self, self.curtain):
            surface.set_scene(scene, still)
        self.presenter.set_scene(scene, still)
        self.presenter.set_message("" if self._view is None else self._view.message)
        self.corner.set_scene(scene)
        self.corner.setVisible(self._corner_wanted and self._up and scene.kind is Kind.CLOCK)
        self._prompt(now)

    def _prompt(self, now: int | None) -> None:
        """A sound when a prompt is reached while we look; never for one that was reached before."""
        if self._briefing is None or self._view is None or self._view.clock is None or now is None:
            return
        clock = self._view.clock
        project = next((one for one in self._briefing.projects if one.entry_no == clock.entry_no), None)
        timing = timing_of(self._briefing, project)
        phase = next((one for one in self._phases() if one.key == clock.phase), None)
        left = left_ns(clock, now)
        if left is None or clock.held is not None:
            return
        reached = (clock.run, prompt_at(timing, phase, left))
        before, self._prompted = self._prompted, reached
        if before is not None and before[0] == reached[0] and before != reached and reached[1] is not None:
            if clock.ended_ns is not None and reached[1] != 0:
                return
            if before[1] is None or reached[1] < before[1]:
                self._player.play("long" if reached[1] == 0 else "short")

    # the show

    def _act(self, owed: Duty, now: int) -> None:
        match owed:
            case Show():
                self._let_show(owed)
            case Cut():
                self._cut(owed, now)
            case Rest():
                self._rest()

    def _let_show(self, show: Show) -> None:
        if self._shown_run == show.run and self._cut_run is None:
            return
        screen = self._audience_screen()
        if screen is None:
            return
        again = self._slides.get(show.run, 1)
        self._cut_offs.release()
        self._cut_run = None
        self._shown_run = show.run
        self._slides.setdefault(show.run, 1)
        self._failed.pop(self._decks.get(show.entry_no, Path()), None)
        hand, deck = self._hand_for(show.entry_no)
        if self._active is not None and self._active is not hand:
            self._active.rest()
        self._active = hand
        self.curtain.lower_away()
        if hand is not None and deck is not None:
            self._opening = deck
            hand.allow()
            hand.show_deck(deck, screen, again, self._inside())

    def _cut(self, cut: Cut, now: int) -> None:
        key = cut.run if cut.run is not None else -1
        if self._cut_run == key:
            return
        self._cut_run = key
        self.presenter.set_slide(None, 0, 0)  # who talks on has no slides to read from, either
        late_ns = max(0, now - cut.since_ns) // self._rate
        if self._active is None:
            self._active = self._hand_for(cut.entry_no)[0]
        hand, screen, inside = self._active, self._audience_screen(), self._inside(self._active)
        deck = hand is not None or cut.entry_no in self._decks
        self._cut_offs.cut(key, cut.run, self._monotonic() - late_ns, hand, screen, inside, deck)

    def _rest(self) -> None:
        if self._cut_run is not None:
            self._cut_offs.release()
            self._cut_run = None
        self._shown_run = None
        if self._active is not None:
            self._active.rest()
            self._active = None
            self._up = False
            self._say_trouble()
            self.presenter.set_slide(None, 0, 0)
        if not self._full or shared(self._roles):
            self.curtain.lower_away()
        current = None if self._view is None else self._view.current
        if current is not None:
            hand, deck = self._hand_for(current)
            if hand is not None and deck is not None and deck not in self._failed:
                self._opening = deck
                hand.prepare(deck)

    def _cut_done(self, key: int, confirmed: bool) -> None:
        """On a shared monitor the curtain gives way once the show is proved gone; elsewhere it is the picture now."""
        if confirmed and (not self._full or shared(self._roles)):
            QTimer.singleShot(_WORDS_STAY_MS, self, lambda: self._give_way(key))

    def _give_way(self, key: int) -> None:
        if self._cut_run == key:
            self.curtain.lower_away()

    def _hand_for(self, entry_no: str) -> tuple[DeckHand | None, Path | None]:
        deck = self._decks.get(entry_no)
        if deck is None:
            self._say_trouble(both(mark("No slides were handed in: only the clock is shown")), no_deck=True)
            return None, None
        hand = self._hands.get(deck_kind(deck))
        if hand is None:
            words = mark("No program here shows {name}: only the clock and the curtain")
            self._say_trouble(both(words, name=deck.name))
            return None, None
        if not deck.is_file():
            self._say_trouble(both(mark("The file of the slides is missing: {name}"), name=deck.name))
            return None, None
        self._say_trouble(self._failed.get(deck, ("", "")))
        return hand, deck

    def _deck_shown(self, hand: DeckHand, up: bool) -> None:
        if hand is not self._active:
            return
        self._up = up
        self._place_corner()
        if up:
            clock = None if self._view is None else self._view.clock
            if clock is not None and hand.pages is not None:
                self._deck_moved(hand, self._slides.get(clock.run, 1), hand.pages.count)
        self._draw(None if self._now is None else self._now())

    def _deck_moved(self, hand: DeckHand, slide: int, slides: int) -> None:
        if hand is not self._active or self._cut_run is not None:
            return
        if self._shown_run is not None:
            self._slides[self._shown_run] = slide
        pages = hand.pages
        self.presenter.set_slide(None if pages is None else pages.picture, slide, slides)

    def _deck_failed(self, zh: str, en: str) -> None:
        if self._opening is not None:
            self._failed[self._opening] = (zh, en)
        self._say_trouble((zh, en))

    def _deck_relapsed(self, run: int, verdict: object) -> None:
        screen = self._audience_screen()
        assert verdict is None or isinstance(verdict, Verdict)
        self._cut_offs.relapsed(run, verdict)
        if verdict is None and screen is not None:
            self.curtain.raise_over(screen, self._inside(self._active))
        self.relapsed.emit(run, verdict)

    def _say_trouble(self, words: tuple[str, str] = ("", ""), *, no_deck: bool = False) -> None:
        """``no_deck``: it is as it is, and nothing that the host has to mend now."""
        self._no_deck = no_deck
        if words != self._trouble:
            self._trouble = words
            self.presenter.set_trouble(either(*words))
            self._show_troubles()
            self.trouble_changed.emit(either(*words))

    def _deck_stray(self, hand: DeckHand, there: bool) -> None:
        """A show that somebody has started by hand, before its phase."""
        self._stray = there
        self._show_troubles()

    def _place_corner(self) -> None:
        """Into the window of our own show, or over a foreign one."""
        screen = self._audience_screen()
        if self._active is None or screen is None or not self._up:
            self.corner.hide()
            return
        inside = self._active.overlay_parent
        if self._corner_in != (self._active.kind, inside):
            self._corner_in = (self._active.kind, inside)
            self.corner.setParent(inside)
            if inside is None:
                over_all(self.corner)
        corner = QPoint(0, 0) if inside is not None else screen.geometry().topLeft()
        within = self._inside(self._active)
        self.corner.set_place(corner, screen.geometry().size() if within is None else within.size())
        self.corner.setVisible(self._corner_wanted)
        if inside is not None:
            self.corner.raise_()

    # events

    def _forward(self, event: QKeyEvent) -> None:
        """Keys on the presenter's monitor go to our own show."""
        inside = None if self._active is None else self._active.overlay_parent
        if inside is not None and self._up:
            QApplication.sendEvent(inside, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._evaluate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F11 fills the one screen or gives it back, Escape gives it back or opens the desk."""
        key, filled = event.key(), self.isFullScreen() and shared(self._roles)
        if key == Qt.Key.Key_F11 or (key == Qt.Key.Key_Escape and filled):
            self._fill_or_not()
        elif key == Qt.Key.Key_Escape and self._full:
            self.open_desk()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._full:
            self.open_desk()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._follow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.setWindowTitle(tr("Stage"))
            self.presenter.setWindowTitle(tr("Presenter"))
            self._show_troubles()
            self._evaluate()
        elif event.type() is QEvent.Type.WindowStateChange:
            self._evaluate()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._closing = True
        self._timer.stop()
        self.curtain.lower_away()
        for hand in self._hands.values():
            hand.stop()
        self._stills.stop()
        self.identify.clear()
        for window in (self.curtain, self.presenter, self.corner, self.desk):
            window.close()
            window.deleteLater()
        self.leave_requested.emit()
        super().closeEvent(event)


def _is_shared(remembered: Mapping[ScreenRole, ScreenMark]) -> bool:
    return bool(remembered) and shared(remembered)


def _screens_here() -> list[ScreenMark]:
    return [mark_of(screen) for screen in QGuiApplication.screens()]


def _beside(area: QRect) -> QRect:
    """A window of 16:9 at the lower right that leaves the one screen's clock and next step to the host's desk."""
    share = 2 / 5 if area.width() >= 1600 else 3 / 10
    width = min(round(area.width() * share), (area.height() - 80) * 16 // 9)
    height = width * 9 // 16
    return QRect(area.right() - width - 8, area.bottom() - height - 8, width, height)
