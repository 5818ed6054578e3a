"""The judge's window: the sheet of the project on stage, the own earlier ones, and what is recorded of them."""

from judge_app.ui.judge.window import JudgeWindow

__all__ = ["JudgeWindow"]
