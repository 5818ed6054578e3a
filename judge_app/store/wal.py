"""The write-ahead log as bytes: whether one that was left behind is whole, torn at its end, or damaged.

SQLite reads a log up to the first frame whose checksum fails and drops the rest without a word. After a power cut that
is right for the one transaction that was being written; anywhere before it, acknowledged records would vanish.
Each commit is synced before the next begins, so at most one commit may stand behind a bad frame.
Format: https://www.sqlite.org/walformat.html
"""

from __future__ import annotations

import struct
from pathlib import Path

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")


def _checksum(data: bytes, order: str, s0: int, s1: int) -> tuple[int, int]:
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[0::2], words[1::2], strict=True):
        s0 = (s0 + even + s1) & 0xFFFFFFFF
        s1 = (s1 + odd + s0) & 0xFFFFFFFF
    return s0, s1


def is_damaged(path: Path) -> bool:
    """Whether the log at ``path`` holds commits behind a broken frame that cannot be the tail of an unfinished one.

    A log that is absent, empty or torn at its end is not damaged. Damage inside the very last transaction cannot be
    told from a torn write: receipts, the mirror and the centre are the witnesses for that one.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return False
    if len(data) < _HEADER.size:
        return False
    magic, _, page, _, salt1, salt2, check0, check1 = _HEADER.unpack_from(data)
    order = ">" if magic & 1 else "<"
    running = _checksum(data[:24], order, 0, 0)
    header_good = magic & 0xFFFFFFFE == 0x377F0682 and running == (check0, check1)
    if page not in {1 << power for power in range(9, 17)}:
        page = 4096
    size = _FRAME.size + page
    commits_behind = 0
    broken = not header_good
    for start in range(_HEADER.size, len(data) - size + 1, size):
        _, committed, frame1, frame2, check0, check1 = _FRAME.unpack_from(data, start)
        if header_good and (frame1, frame2) != (salt1, salt2):
            broken = True  # a frame of an earlier round of the log, or one whose salts were hit
            continue
        if not broken:
            body = data[start : start + 8] + data[start + _FRAME.size : start + size]
            running = _checksum(body, order, *running)
            broken = running != (check0, check1)
        if broken and committed:
            commits_behind += 1
    return commits_behind > 1
