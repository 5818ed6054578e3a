"""The stage: what the audience and the presenter see, and the cut-off at the deadline."""

from judge_app.ui.stage.window import StageWindow

__all__ = ["StageWindow"]
