"""The start window."""

from judge_app.ui.start.ways import Recent
from judge_app.ui.start.window import StartWindow

__all__ = ["Recent", "StartWindow"]
