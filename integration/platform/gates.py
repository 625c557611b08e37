# SPDX-License-Identifier: Apache-2.0
"""Gates that a 429 closes: for the whole client, or for one resource with a limit of its own.

A gate stays closed for at least as long as the server asked. Then it is half open: one call
goes alone, and all others wait for its answer; a clean one opens the gate. Refusals of calls
that were under way when the first one came belong to the same episode. What a call sent
before the refusal reports later closes a gate, if need be, but never opens one.

Source: docs/platform.md section 2 (``Retry-After``, layered limits, ``too.many.recycles``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from integration.platform.permits import Permit

CLIENT: Final = ""
"""The gate that every call passes."""
_MARGIN_S: Final = 0.05
"""A gate opens later by this than was asked, against rounding and float arithmetic."""
_BACKOFF_S: Final = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Waits after a 429 without a usable ``Retry-After``, by the length of the episode."""
_AGAIN_S: Final = (0.0, 2.0, 4.0)
"""Shortest waits by the length of the episode: ``Retry-After`` says when a place leaves the
window, and whoever else waits for that place asks at the same instant."""


class Gate:
    """What holds back the calls of one resource."""

    __slots__ = ("border", "opens", "probe", "refusals")

    def __init__(self) -> None:
        self.opens = -math.inf
        """When it is half open."""
        self.probe: Permit | None = None
        """The call that goes alone while the gate is half open."""
        self.refusals = 0
        """Of this episode; those of calls already in flight do not count."""
        self.border = 0
        """The last call sent before the refusal."""


class Gates:
    """The gates of one client, by resource; :data:`CLIENT` is the one for all calls."""

    def __init__(self) -> None:
        self.shut: dict[str, Gate] = {}
        """The gates that no clean answer has opened yet."""
        self._all: dict[str, Gate] = {}

    def closed_until(self) -> float:
        """When the client's gate is at least half open; minus infinity where it is open."""
        gate = self.shut.get(CLIENT)
        return gate.opens if gate else -math.inf

    def close(self, until: float, *, sent: int) -> None:
        """Another process of the client was refused and asked to wait until ``until``.

        Args:
            until: when the client's gate is half open at the earliest.
            sent: calls sent so far, whose answers do not open it.
        """
        gate = self._all.setdefault(CLIENT, Gate())
        self.shut[CLIENT] = gate
        gate.opens = max(gate.opens, until)
        gate.border = max(gate.border, sent)

    def passable(self, resource: str, now: float) -> float:
        """When a call for ``resource`` may pass as far as is known; ``now`` or before: at once.

        Infinity where that depends on the answer of the call that goes alone.
        """
        passable = -math.inf
        for name in {CLIENT, resource} & self.shut.keys():
            gate = self.shut[name]
            alone = gate.probe is not None and gate.opens <= now
            passable = max(passable, math.inf if alone else gate.opens)
        return passable

    def passed(self, permit: Permit) -> None:
        """The call of ``permit`` goes through; where a gate is half open, it goes alone."""
        for name in {CLIENT, permit.resource} & self.shut.keys():
            self.shut[name].probe = permit

    def returned(self, permit: Permit) -> None:
        """The call of ``permit`` is under way no more, however it ended."""
        for gate in self.shut.values():
            if gate.probe is permit:
                gate.probe = None

    def clean(self, permit: Permit, resource: str) -> bool:
        """An answer that was no 429 of ``resource``; whether the call was sent late enough."""
        gate = self.shut.get(resource)
        if gate is None or permit.order <= gate.border:
            return gate is None
        gate.refusals = 0
        del self.shut[resource]
        return True

    def refused(
        self, permit: Permit, resource: str, retry_after: float | None, *, sent: int, now: float
    ) -> bool:
        """A 429 for ``resource`` came at ``now``; whether an episode begins with it.

        Args:
            permit: the refused call's.
            resource: what the limit concerns.
            retry_after: seconds that the server asked to wait, if it did.
            sent: calls sent so far.
            now: the instant of the answer.
        """
        gate = self._all.setdefault(resource, Gate())
        self.shut[resource] = gate
        begins = permit.order > gate.border and gate.refusals == 0
        if permit.order > gate.border:
            gate.refusals += 1
            gate.border = sent
        length = max(0, gate.refusals - 1)
        if retry_after is None or not 0.0 <= retry_after < math.inf:
            wait = _BACKOFF_S[min(length, len(_BACKOFF_S) - 1)]
        else:
            wait = max(retry_after, _AGAIN_S[min(length, len(_AGAIN_S) - 1)])
        gate.opens = max(gate.opens, now + wait + _MARGIN_S)
        return begins
