"""The console: the host's desk."""

from judge_app.ui.console.window import ConsoleWindow

__all__ = ["ConsoleWindow"]
