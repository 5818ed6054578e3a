"""The error tree.

JudgeAppError
 ├── BadInput        what somebody gave us cannot be taken: where, what is wrong, what to do
 └── Refused         a command that may not change the state: a code and a reason in both languages
"""

from __future__ import annotations


class JudgeAppError(Exception):
    """The root of every error that this program raises on purpose."""


class Problem:
    """One thing wrong with an input: ``place`` (file, sheet, row, column or JSON path), and zh/en texts with what to do."""

    __slots__ = ("en", "place", "zh")

    def __init__(self, place: str, zh: str, en: str) -> None:
        self.place = place
        self.zh = zh
        self.en = en

    def __str__(self) -> str:
        return f"{self.place}: {self.zh} / {self.en}"

    def __repr__(self) -> str:
        return f"Problem({self.place!r}, {self.zh!r}, {self.en!r})"


class BadInput(JudgeAppError):
    """An input that cannot be taken; nothing was created. ``problems`` is never empty, in reading order."""

    def __init__(self, problems: Problem | list[Problem]) -> None:
        self.problems: list[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Refused(JudgeAppError):
    """A command that the state does not allow. ``code`` is stable and machine-readable; texts are for people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en
        super().__init__(f"{code}: {zh} / {en}")
