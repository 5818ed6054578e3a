"""Checks what the room wrote, from the written format alone (FORMAT.md): standard library only, nothing of ours imported.

``main_report(paths, witnesses)`` is what ``judge-app verify`` prints; ``verify_file(path)`` checks one file.
"""

from judge_app.verify.files import verify_file
from judge_app.verify.report import Report, Witness
from judge_app.verify.run import main_report

__all__ = ["Report", "Witness", "main_report", "verify_file"]
