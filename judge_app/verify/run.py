"""Several files at once: each alone, and against each other where they hold one session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from judge_app.verify.chain import Fault
from judge_app.verify.files import verify_file
from judge_app.verify.report import Report, Witness


def main_report(
    paths: Sequence[str], witnesses: Sequence[str] = (), keys: Sequence[str] = ()
) -> tuple[int, dict[str, Any], list[str]]:
    """Verify files, against witnesses (``SEQ:HASH``) and, where one session is in several files, against each other.

    ``keys`` are the public keys (hex) that may have signed checkpoints; none: any may. Returns the exit status (0 all
    sound, 1 something is not, 2 a file or a witness cannot be read), the object for ``--json`` and the lines to print.
    """
    try:
        given = [Witness.parse(text) for text in witnesses]
    except ValueError as problem:
        return (
            2,
            {"format": "judge-app/verification/1", "ok": False, "error": str(problem), "files": []},
            [str(problem)],
        )
    reports = [verify_file(path, given, keys) for path in paths]
    apart = _apart(reports)
    lines = [line for report in reports for line in report.as_text()]
    lines.extend(f"{fault.zh} / {fault.en}" for fault in apart)
    sound = all(report.ok for report in reports) and not apart
    status = 0 if sound else 2 if any(not report.readable for report in reports) else 1
    made = {
        "format": "judge-app/verification/1",
        "ok": sound,
        "files": [report.as_json() for report in reports],
        "differences": [{"code": one.code, "seq": one.seq, "zh": one.zh, "en": one.en} for one in apart],
    }
    return status, made, lines


def _apart(reports: Sequence[Report]) -> list[Fault]:
    """Where two files of one session tell different stories."""
    found = []
    for number, one in enumerate(reports):
        for other in reports[number + 1 :]:
            if not one.session_id or one.session_id != other.session_id:
                continue
            pairs = enumerate(zip(one.hashes, other.hashes, strict=False), 1)
            seq = next((seq for seq, (a, b) in pairs if a != b), None)
            if seq is not None:
                found.append(
                    Fault(
                        "apart",
                        seq,
                        f"{one.path} 与 {other.path} 从第 {seq} 条起不一致",
                        f"{one.path} and {other.path} differ from event {seq} on",
                    )
                )
    return found
