"""The Prepare window: a contest from a workbook or a preset, its rules, its sessions and orders, and a folder a room."""

from judge_app.ui.prepare.desk import PrepareDesk
from judge_app.ui.prepare.entry_check import EntryCheck
from judge_app.ui.prepare.preparation import Preparation
from judge_app.ui.prepare.recovery import Recovery
from judge_app.ui.prepare.window import PrepareWindow

__all__ = ["EntryCheck", "Preparation", "PrepareDesk", "PrepareWindow", "Recovery"]
