"""The four signatures under the results: who has signed, for which version, and who has not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from judge_app.core.seats import Role
from judge_app.core.views import ChairView
from judge_app.ui.glossary import ROLES, local_time
from judge_app.ui.language import tr
from judge_app.ui.widgets import Card, ElidedLabel, Label, Pill, rule
from judge_app.ui.widgets.button import ActionButton

SIGNERS = (Role.SCORER, Role.CHECKER, Role.SUPERVISOR, Role.CHAIR)


class _Row(QWidget):
    """One role."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.setMinimumHeight(34)
        self.role = Label("", "second")
        self.role.setMinimumWidth(64)
        self.name = ElidedLabel("")
        self.state = Pill()
        self.button = ActionButton("", kind="quiet")
        row.addWidget(self.role)
        row.addWidget(self.name, 1)
        row.addWidget(self.state)
        row.addWidget(self.button)
        self.button.clicked.connect(self.clicked)


class SignatureCard(Card):
    """``sign_asked`` carries the role (its value) that wants to sign."""

    sign_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._view: ChairView | None = None
        self._may: frozenset[Role] = frozenset()
        self._ready = False
        self._rows: dict[Role, _Row] = {}
        self.body.setSpacing(2)
        for at, role in enumerate(SIGNERS):
            row = _Row()
            row.clicked.connect(lambda role=role: self.sign_asked.emit(role.value))
            self._rows[role] = row
            if at:
                self.body.addWidget(rule())
            self.body.addWidget(row)

    def set_state(self, view: ChairView, may: frozenset[Role], ready: bool) -> None:
        """``may``: the roles that can sign at this seat; ``ready``: every project is locked or out."""
        self._view, self._may, self._ready = view, may, ready
        self.retranslate()

    def retranslate(self) -> None:
        self.set_heading(tr("Signatures"))
        view = self._view
        for role, row in self._rows.items():
            row.role.setText(tr(ROLES[role]))
            row.button.set_action(tr("Sign…"))
            found = next((one for one in view.signatures if one.role == role.value), None) if view else None
            row.button.setVisible(self._ready and role in self._may and (found is None or found.stale))
            if found is None:
                row.name.setText("")
                row.state.set("" if row.button.isVisibleTo(self) else tr("Not signed"), "plain")
            elif found.stale:
                row.name.setText(found.name)
                row.state.set(tr("Stale: sign again"), "warn", tr("A result changed after this signature."))
            else:
                row.name.setText(found.name)
                row.state.set(tr("Signed {time}", time=local_time(found.at, seconds=False)), "ok", found.head)
