"""Checks signatures beside the loop: a check costs more than all the rest of a command, and needs no lock of Python's."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from judge_app.wire import signing
from judge_app.wire.messages import Submit

MAX_BATCH = 25
"""How many checked commands are told at once at most: the first of a burst does not wait for the last."""

T = TypeVar("T")


class Job(NamedTuple, Generic[T]):
    """A command to be checked, and whatever the room wants to have back with the answer."""

    key: Ed25519PublicKey
    session_id: str
    device: str
    message: Submit
    back: T


class Verifier(Generic[T]):
    """Takes commands in order and tells in that order whether each is genuine, by ``checked`` from its own thread."""

    def __init__(self, checked: Callable[[Sequence[tuple[Job[T], bool]]], None]) -> None:
        self._checked = checked
        self._waiting: queue.SimpleQueue[Job[T] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="signatures", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def check(self, job: Job[T]) -> None:
        self._waiting.put(job)

    def stop(self) -> None:
        """Check what waits, then end the thread."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _run(self) -> None:
        job = self._waiting.get()
        while job is not None:
            answers: list[tuple[Job[T], bool]] = []
            while job is not None:
                answers.append((job, signing.command_is_genuine(job.key, job.session_id, job.device, job.message)))
                if len(answers) == MAX_BATCH or self._waiting.empty():
                    break
                job = self._waiting.get()
            self._checked(answers)
            if job is not None:
                job = self._waiting.get()
