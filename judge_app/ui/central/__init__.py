"""All rooms of a contest: their state, what they give together, and publishing it."""

from judge_app.ui.central.window import CentralWindow

__all__ = ["CentralWindow"]
