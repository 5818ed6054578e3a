"""The chair's window, and that of the scorer, the checker and the supervisor."""

from judge_app.ui.chair.window import ChairWindow

__all__ = ["ChairWindow"]
