"""What a writer acknowledged, and whether the file keeps it: the checker of the storage faults."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from judge_app.core.errors import BadInput
from judge_app.store.errors import StoreFailed
from judge_app.store.session_file import read_session
from judge_app.verify import Witness, verify_file

WRITER = [sys.executable, str(Path(__file__).parent / "writer.py")]


class Writers:
    """Writers on demand, each a process of its own (``writer.py serve``)."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [*WRITER, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self) -> Writers:
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(60)
        self._server.stdout.close()

    def start(self, path: Path, mode: str, seed: int, batches: int, *flags: str) -> int:
        """Start a writer; returns its pid. Its words are read with ``words``."""
        self.say("\t".join([str(path), mode, str(seed), str(batches), *flags]))
        return int(self._line().split()[1])

    def say(self, text: str = "") -> None:
        """A line to the server, or to a writer that waits (``--step``)."""
        assert self._server.stdin is not None
        self._server.stdin.write(text + "\n")
        self._server.stdin.flush()

    def words(self) -> Iterator[str]:
        """What the running writer says, line by line, until it is gone."""
        while (line := self._line()) != "gone\n":
            yield line

    def _line(self) -> str:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise AssertionError("the writers' server has ended")
        return line


class Ledger:
    """The acknowledgements of one or many writers on one file, in the order they came."""

    def __init__(self) -> None:
        self.acknowledged: dict[int, str] = {}
        self.ended = ""

    def hear(self, line: str) -> None:
        """One line of a writer's output; a line cut by a kill does not count."""
        if not line.endswith("\n"):
            return
        word, *rest = line.split()
        if word == "ack":
            seq, digest = int(rest[0]), rest[1]
            if self.acknowledged.get(seq, digest) != digest:
                raise AssertionError(f"event {seq} was acknowledged twice with different hashes")
            self.acknowledged[seq] = digest
        elif word in ("failed", "done"):
            self.ended = " ".join([word, *rest])

    def hear_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.hear(line)

    def problems(self, path: Path) -> list[str]:
        """What is wrong with the file: an acknowledged event that is not there or is another, a broken chain, a file
        that the program or the independent verifier refuses."""
        if not self.acknowledged and not path.exists():
            return []
        last = max(self.acknowledged, default=0)
        witnesses = [Witness(last, self.acknowledged[last])] if last else []
        found = []
        try:
            stored = {record.seq: record.hash.hex() for record in read_session(path)}
        except (BadInput, StoreFailed) as problem:
            return [str(problem)]
        for seq, digest in sorted(self.acknowledged.items()):
            if seq not in stored:
                found.append(f"event {seq} was acknowledged and is not stored")
            elif stored[seq] != digest:
                found.append(f"event {seq} was acknowledged with another hash")
        report = verify_file(path, witnesses)
        found.extend(f"verifier: {fault.en}" for fault in report.faults)
        return found
