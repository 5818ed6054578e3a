"""A room that acknowledges before the commit: the build that the fault trials must catch. Takes the program's arguments.

python tests/faults/hasty_room.py room FILE …
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from judge_app.__main__ import main
from judge_app.core.journal import Record
from judge_app.room.writer import Writer

LEAD_S = 0.1
"""How long the receipt is ahead of the commit."""

_commit = Writer._commit


def _hasty(self: Writer, batch: Sequence[Record]) -> None:
    self._committed(batch, 0)
    time.sleep(LEAD_S)
    committed, self._committed = self._committed, lambda *_: None  # type: ignore[method-assign]
    _commit(self, batch)
    self._committed = committed  # type: ignore[method-assign]


Writer._commit = _hasty  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
