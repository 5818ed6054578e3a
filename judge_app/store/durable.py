"""What is on the disk for good: a file's bytes, and the name of a new or renamed file."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def sync_file(path: Path) -> None:
    """Make what was written to a file durable. Raises OSError."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make the name of the new or renamed file at ``path`` durable (POSIX; Windows has no such call). Raises OSError."""
    if sys.platform == "win32":
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
