"""Every window in every state that it must hold: empty, loading, offline, error, very long, and all between.

A scene makes a window and brings it where a person would find it, by its setters and its public methods alone; the
sessions behind are played by the rules (samples.py, plays.py here). The scenes of a view stand in the module of its name,
those of a small window in that of the window beside it: connecting and help in start.py, the stage's other windows in
presenter.py, scorer, checker and supervisor in desk.py. A new view's module is added to the list below.
"""

from __future__ import annotations

from judge_app.ui.scenes import central, chair, console, desk, judge, prepare, presenter, stage, start
from judge_app.ui.scenes.scene import Scene


def scenes() -> list[Scene]:
    """Every scene, window by window."""
    views = (start, console, chair, desk, judge, presenter, central, prepare, stage)
    return [scene for view in views for scene in view.scenes()]
