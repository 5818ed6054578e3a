"""Who this device is in a room: its key, and what the room gave it on enrolling; one private file a seat."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from judge_app.seat.outbox import sync_folder
from judge_app.wire.link import JoinLink
from judge_app.wire.messages import Enrolled
from judge_app.wire.signing import public_hex

log = logging.getLogger(__name__)

MACHINE = "machine"
"""The file of random bytes that tells this computer from every other."""


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    private_key: bytes
    enrolled: Enrolled | None = None
    epoch: int = 0
    newest: int = 0
    proof: str = ""


def file_name(link: JoinLink) -> str:
    """What the files of a link's seat are called, without their ending."""
    return hashlib.sha256(link.fingerprint + link.token.encode()).hexdigest()[:16]


def known_key(folder: Path, link: JoinLink) -> str:
    """The public key (hex) of this device's seat for a link, '' where it has none; nothing is made."""
    path = folder / f"{file_name(link)}.key"
    return Identity(path).public if path.exists() else ""


def machine_of(folder: Path, link: JoinLink) -> str:
    """What tells this computer from every other in that link's room, whichever seat it takes there, and tells nothing
    elsewhere; '' where it cannot be kept. A scorer's and a checker's computers are told apart by it."""
    path = folder / MACHINE
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            fresh = folder / f"{MACHINE}.{os.getpid()}"
            fresh.write_bytes(os.urandom(16))
            with contextlib.suppress(FileExistsError):  # another window was quicker
                os.link(fresh, path)
            fresh.unlink(missing_ok=True)
        return hashlib.sha256(b"rsj-machine-v1" + link.fingerprint + path.read_bytes()).hexdigest()[:32]
    except OSError as error:
        log.warning("this computer's mark cannot be kept: %s", error)
        return ""


class Identity:
    """A device's identity for one join link. ``path`` None: kept in memory alone."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.key = Ed25519PrivateKey.generate()
        self.enrolled: Enrolled | None = None
        self.epoch = 0
        """The newest epoch of the room in which it has everything that this device holds receipts for."""
        self.newest = 0
        """The newest epoch that was ever met; an older room is one that was taken over."""
        self.proof = ""
        if path is None or not path.exists():
            self._save()
            return
        try:
            stored = msgspec.json.decode(path.read_bytes(), type=_Stored)
            self.key = Ed25519PrivateKey.from_private_bytes(stored.private_key)
            self.enrolled = stored.enrolled
            self.epoch, self.newest, self.proof = stored.epoch, stored.newest, stored.proof
        except (msgspec.DecodeError, ValueError):
            # The room will not take the used link again and says so: the host gives a new one.
            log.warning("%s is damaged; it is kept as %s.damaged", path.name, path.name)
            path.replace(path.with_name(path.name + ".damaged"))
            self._save()

    @property
    def public(self) -> str:
        return public_hex(self.key)

    def remember(self, enrolled: Enrolled) -> None:
        """What the room answered to the enrolment."""
        self.enrolled = enrolled
        self._save()

    def forget_enrolment(self) -> None:
        """The room does not know this device any more: it enrols anew, with the same key."""
        self.enrolled = None
        self._save()

    def saw(self, epoch: int, proof: str) -> None:
        """A room said, and signed, that it is in that epoch."""
        if epoch > self.newest:
            self.newest, self.proof = epoch, proof
            self._save()

    def met(self, epoch: int) -> None:
        """The room of that epoch has all that this device holds receipts for."""
        if epoch != self.epoch:
            self.epoch = epoch
            self._save()

    def _save(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(self._path.name + ".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            stored = _Stored(
                private_key=self.key.private_bytes_raw(),
                enrolled=self.enrolled,
                epoch=self.epoch,
                newest=self.newest,
                proof=self.proof,
            )
            file.write(msgspec.json.encode(stored))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        sync_folder(self._path)

    def wipe(self) -> None:
        """Leave nothing behind on a borrowed computer."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            if not any(self._path.parent.glob("*.key")):
                (self._path.parent / MACHINE).unlink(missing_ok=True)
