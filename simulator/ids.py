# SPDX-License-Identifier: Apache-2.0
"""Identifiers as a function of the seed, so that a run can be repeated to the letter.

Objects, calls and secrets are counted apart: one more call does not change the id of the next
contact list.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from uuid import UUID


class Ids:
    """The identifiers of one organisation.

    Args:
        seed: the same seed gives the same identifiers in the same order.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made = {"object": 0, "call": 0, "secret": 0}

    def new(self) -> str:
        """The id of a new object: looks like a random UUID."""
        return str(UUID(bytes=self._draw("object", 16), version=4))

    def correlation(self) -> str:
        """The correlation id of a call: looks like a random UUID."""
        return str(UUID(bytes=self._draw("call", 16), version=4))

    def secret(self) -> str:
        """An opaque text of 64 characters: access tokens and client secrets."""
        return self._draw("secret", 32).hex()

    def snapshot(self) -> dict[str, int]:
        """How many identifiers of each kind were made."""
        return dict(self._made)

    def restore(self, made: Mapping[str, int]) -> None:
        """Go on where :meth:`snapshot` was taken."""
        self._made = dict(made)

    def _draw(self, kind: str, size: int) -> bytes:
        self._made[kind] += 1
        text = f"{self._seed}/{kind}/{self._made[kind]}"
        return blake2b(text.encode(), digest_size=size).digest()
