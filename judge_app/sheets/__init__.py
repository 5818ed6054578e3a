"""Printed forms: one file per form, set in A4 by our own layout, fonts embedded, the numbers attached as JSON.

``print_all`` writes a session's forms from a chair's briefing and view, ``print_blank`` the forms to fill by hand,
``print_cards`` the cards that lie at the judges' places.
"""

from judge_app.sheets.f6_timing import anchored
from judge_app.sheets.printing import Printing, print_all, print_blank, print_cards

__all__ = ["Printing", "anchored", "print_all", "print_blank", "print_cards"]
