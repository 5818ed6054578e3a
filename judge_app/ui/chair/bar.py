"""The bar on top of the chair's window: who sits here, what still waits of the session, and how far its record is."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy

from judge_app.core.views import Briefing, ChairView
from judge_app.ui.chair import pending, steps
from judge_app.ui.chair.signatures import SIGNERS
from judge_app.ui.glossary import ROLES
from judge_app.ui.language import tr, tr_count
from judge_app.ui.widgets import AppearanceButton, ElidedLabel, Pill, TopBar


class ChairBar(TopBar):
    """What stands in it is the role's and the session's; ``appearance`` has signals of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._who = ElidedLabel("", "strong")
        self._session = Pill()
        self._rehearsal = Pill()
        self._rulings = Pill()
        self._unsigned = Pill()
        self._assumed = Pill()
        self._record = Pill()
        self.appearance = AppearanceButton()
        self._who.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.add_left(self._who, self._session, self._rehearsal)
        self.add_right(self._rulings, self._unsigned, self._assumed, self._record, self.appearance)
        self.give_way(self._session, self._record, self._unsigned, self._assumed, self._rulings)

    def set_view(self, view: ChairView | None, briefing: Briefing | None) -> None:
        """Where the session stands; None before the room has told it."""
        if briefing is None:
            self._who.setText(tr("Connecting…"))
            self.fit()
            return
        role = tr(ROLES[briefing.seat.role])
        self._who.setText(" · ".join(part for part in (role, briefing.seat.name) if part))
        self._session.set(briefing.session.name)
        self._rehearsal.set(tr("Rehearsal") if briefing.rehearsal else "", "info")
        if view is None:
            return
        waiting = len(pending.rulings_needed(view))
        self._rulings.set(tr_count(waiting, "{n} ruling needed", "{n} rulings needed") if waiting else "", "warn")
        unsigned = sum(1 for role_ in SIGNERS if not steps.signed(view, role_))
        done = view.session_locked
        self._unsigned.set(
            tr_count(unsigned, "{n} signature to come", "{n} signatures to come") if unsigned and not done else "",
            "info",
        )
        left = len(steps.unconfirmed(view, briefing))
        self._assumed.set(tr_count(left, "{n} value to confirm", "{n} values to confirm") if left else "", "warn")
        self._record.set(tr("Record #{seq}", seq=view.head_seq), "ok", view.head_hash)
        self.fit()
