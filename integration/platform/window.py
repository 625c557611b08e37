# SPDX-License-Identifier: Apache-2.0
"""What the server's window holds, as far as it can be known from here.

Own calls are known; only the instant at which the server counted one is not: it lies between
sending and answer. Calls of other processes of the same client show in the server's count
alone. Which of our calls a count includes is known within bounds, so each count bounds the
calls of others from both sides, and the estimate moves no further than the bounds force it to.

An own call is kept for a whole window after its answer, so that no window of our own making
holds more than the limit; sooner it is let go only if a window has passed since it was sent
and the count shows that the server has let go of it too. A server whose window is fixed
forgets far sooner; that tells how many of the counted calls are those of others, nothing more.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from integration.platform.permits import Permit

MARGIN_S: Final = 0.05
"""The window is kept longer than the server's by this, against rounding and float arithmetic."""

_LOST: Final = 3
"""So few calls missing from a count may have been lost on their way."""


class CallWindow:
    """Own calls, calls in flight, and the calls of others.

    Instants are seconds of the clock's monotonic time. Answered calls are numbered from 0 in
    the order of their answers; those below :attr:`left` have left the window.

    Args:
        seconds: length of the server's window.
    """

    __slots__ = (
        "_answers",
        "_fixed_at",
        "_forgotten",
        "_kept",
        "_maybe_left",
        "_sendings",
        "answered",
        "in_flight",
        "left",
        "others",
        "seconds",
        "seen",
    )

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.in_flight = 0
        self.answered = 0
        """Calls answered, ever."""
        self.left = 0
        """Calls that have left the window, ever."""
        self.others = 0
        """Calls of others, as of the last count."""
        self.seen = -math.inf
        """When the server last told its count."""
        self._kept = seconds + MARGIN_S
        self._answers: deque[float] = deque()
        self._sendings: deque[float] = deque()
        self._maybe_left = 0  # the first call that has not left the server's window for sure
        self._forgotten = 0  # the first call that a fixed window has not forgotten
        self._fixed_at = -math.inf  # when it was last seen to forget most of them

    @property
    def own(self) -> int:
        """Answered calls of our own."""
        return len(self._answers)

    def fixed(self, now: float) -> bool:
        """Whether the server's window has lately been seen to let go of all its calls at once."""
        return now - self._fixed_at < 2 * self.seconds

    def held(self, now: float) -> int:
        """Places that are taken at ``now``."""
        answers = self._answers
        horizon = now - self._kept
        while answers and answers[0] <= horizon:
            answers.popleft()
            self._sendings.popleft()
            self.left += 1
        taken = len(answers) + self.in_flight
        if self.others:
            taken += self.others
            if self._forgotten > self.left:
                taken -= min(self.others, self._forgotten - self.left)
        return taken

    def leaves(self, nth: int) -> float:
        """When the ``nth`` own call from now on (1 is the oldest) leaves; infinity without one."""
        return self._answers[nth - 1] + self._kept if nth <= len(self._answers) else math.inf

    def leaving(self, instant: float, most: int) -> int:
        """How many own calls leave until ``instant``, counted up to ``most``."""
        count = 0
        while count < most and self.leaves(count + 1) <= instant:
            count += 1
        return count

    def settle(self, permit: Permit, now: float) -> None:
        """The call of ``permit`` has ended at ``now``; the server has or may have counted it."""
        self.in_flight -= 1
        self.answered += 1
        self._answers.append(now)
        self._sendings.append(permit.sent_at)

    def counted(
        self, permit: Permit, count: int, reset: int | None, *, itself: int, now: float
    ) -> None:
        """The answer to ``permit``, which has ended, told that the window holds ``count`` calls.

        Args:
            permit: the answered call's.
            count: places taken in the server's window as it dealt with the call.
            reset: seconds until the oldest counted call leaves at the latest, if the server said.
            itself: 1 where the call is among them, 0 where it was refused.
            now: the answer's instant.
        """
        self.seen = now
        if count == self.held(now) and not self.others and self._forgotten <= self.left:
            return  # nothing but our own calls, the usual case
        sendings, left = self._sendings, self.left
        maybe = max(left, self._maybe_left)
        border = now - self.seconds
        while maybe - left < len(sendings) and sendings[maybe - left] <= border:
            maybe += 1
        self._maybe_left = maybe
        first = max(self._forgotten, maybe)
        surely = itself + max(0, permit.answered_before - first)
        if count < surely:
            # A window that is fixed lets go of all its calls at once, and lost calls were
            # perhaps never counted.
            if surely - count > max(_LOST, surely / 2):
                self._fixed_at = now
            first += surely - count
            if reset is not None:
                opened = permit.sent_at + reset - 1.0 - self.seconds
                first = max(first, min(self._answered_by(opened), permit.answered_before))
            self._forgotten = first
            surely = itself + max(0, permit.answered_before - first)
        possibly = self.answered + self.in_flight - max(self._forgotten, permit.left_before)
        self.others = max(0, min(max(self.others, count - possibly), count - surely))
        since = self.answered - permit.answered_before - itself + self.in_flight
        self._let_go(min(self._maybe_left - left, self.held(now) - count - since))

    def _let_go(self, calls: int) -> None:
        """The oldest ``calls`` have left the server's window, slow as their answers were."""
        for _ in range(calls):
            self._answers.popleft()
            self._sendings.popleft()
            self.left += 1

    def _answered_by(self, instant: float) -> int:
        """How many calls had been answered, ever, by ``instant``."""
        return self.left + sum(answer <= instant for answer in self._answers)
