"""Which seat a join token is for: one look-up for a wrong token, however many seats there are.

Every token that is good, or was, is known by a hash under a key of this process, so that neither the look-up's time nor
what is in memory tells anything about a token; what was found is then compared with the token itself in constant time.
"""

from __future__ import annotations

import collections
import hashlib
import os
from collections.abc import Mapping

from judge_app.room.keys import LINK_MINUTES, RoomKeys

Place = tuple[str, int]
"""A seat and the generation of its tokens."""


class Tokens:
    """The tokens of one room's seats. A card's token is known from its generation on, one in a passing link for the
    minutes in which it is good; of those of a generation that is over the last ones run out by themselves."""

    def __init__(self, keys: RoomKeys) -> None:
        self._keys = keys
        self._key = os.urandom(32)
        self._cards: dict[bytes, Place] = {}
        self._passing: dict[bytes, Place] = {}
        self._of_minute: collections.OrderedDict[int, list[bytes]] = collections.OrderedDict()
        self._generations: dict[str, int] = {}
        self._now: tuple[str, int] | None = None

    def update(self, generations: Mapping[str, int], boot_id: str, minute: int) -> None:
        """The seats' generations now, and the minute: of a seat that has not changed only what is new is made."""
        if self._now is None or self._now[0] != boot_id or minute < self._now[1]:
            self._passing.clear()
            self._of_minute.clear()
            before, known = minute - LINK_MINUTES - 1, dict[str, int]()
        else:
            before, known = self._now[1], self._generations
        first = minute - LINK_MINUTES
        while self._of_minute and next(iter(self._of_minute)) < first:
            for gone in self._of_minute.popitem(last=False)[1]:
                self._passing.pop(gone, None)
        for at in range(first, minute + 1):
            self._of_minute.setdefault(at, [])
        for seat, generation in generations.items():
            for one in range(known.get(seat, -1) + 1, generation + 1):
                self._cards[self._hash(self._keys.token(seat, one))] = seat, one
            fresh = known.get(seat) != generation
            for at in range(first if fresh else max(first, before + 1), minute + 1):
                hashed = self._hash(self._keys.passing_token(seat, generation, boot_id, at))
                self._passing[hashed] = seat, generation
                self._of_minute[at].append(hashed)
        self._generations = dict(generations)
        self._now = boot_id, minute

    def find(self, token: str) -> Place | None:
        """The seat and generation that a token is for, as of the last update; None for one that is for none."""
        hashed = self._hash(token)
        place = self._cards.get(hashed)
        if place is not None:
            return place if self._keys.fits(token, *place) else None
        place = self._passing.get(hashed)
        if place is None or self._now is None:
            return None
        return place if self._keys.fits_passing(token, *place, *self._now) else None

    def _hash(self, token: str) -> bytes:
        return hashlib.blake2b(token.encode(), key=self._key, digest_size=16).digest()
