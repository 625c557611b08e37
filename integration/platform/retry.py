# SPDX-License-Identifier: Apache-2.0
"""How often, how long and at whose expense a failed call is repeated.

Failures that pass (no connection, 408, 5xx) are repeated after exponential backoff with full
jitter, bounded three times: by attempts, by time, and by a quota that all calls share, so
that an outage is not answered with a storm of repetitions. A 429 takes neither attempts nor
quota, because the call budget does the waiting; it is bounded by its own, longer patience.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from integration.clock import Clock
from integration.platform.errors import PlatformError, RateLimited, Unreachable

_LARGEST_EXPONENT = 30


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounds of repetition; times are seconds.

    Attributes:
        attempts: tries in all, the first one included.
        total: from the first failure to the last repetition, waits for the budget left out.
        base: upper end of the first wait; it doubles with every failure.
        cap: upper end of every wait, unless the server asks for more.
        patience: how long a call is refused with 429 before it is given up.

    Raises:
        ValueError: a bound is negative, or there is no attempt.
    """

    attempts: int = 8
    total: float = 180.0
    base: float = 0.5
    cap: float = 20.0
    patience: float = 1800.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"a call needs at least one attempt, not {self.attempts}")
        for name in ("total", "base", "cap", "patience"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 s or more, not {getattr(self, name)}")


CALLS = RetryPolicy()
"""For calls that may be repeated: 8 attempts take half a minute on average."""

TOKENS = RetryPolicy(attempts=6, total=60.0, base=0.5, cap=10.0)
"""For the token endpoint: all callers wait for it, so they learn of an outage within a minute."""


class RetryQuota:
    """A bucket of repetitions that all calls share: failures take, successes give back.

    Args:
        capacity: what the bucket holds, full at the start.
        cost: what one repetition takes; a success after repetitions gives it back, any other
            success gives 1.
    """

    def __init__(self, capacity: int = 500, cost: int = 5) -> None:
        self._capacity = capacity
        self._cost = cost
        self.level = capacity

    def take(self) -> bool:
        """Pay for one repetition; False where the bucket does not hold enough."""
        if self.level < self._cost:
            return False
        self.level -= self._cost
        return True

    def succeeded(self, *, after_repetition: bool) -> None:
        """A call went well."""
        back = self._cost if after_repetition else 1
        self.level = min(self._capacity, self.level + back)


class RetrySession:
    """The repetitions of one call: asked after every failure.

    Args:
        policy: the bounds.
        clock: the time.
        rng: where the jitter comes from.
        quota: shared with other calls; None for a call that stands alone.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        *,
        clock: Clock,
        rng: random.Random,
        quota: RetryQuota | None = None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._rng = rng
        self._quota = quota
        self._failures = 0
        self._refusals = 0
        self._failing_since: float | None = None
        self._refused_since: float | None = None
        self._waited = 0.0

    @property
    def attempts(self) -> int:
        """How many attempts have failed so far."""
        return self._failures + self._refusals

    def waited(self, seconds: float) -> None:
        """The call has waited for the budget, in all: that time does not count as an outage."""
        self._waited = seconds

    def succeeded(self) -> None:
        """The call went well; its quota is given back."""
        if self._quota:
            self._quota.succeeded(after_repetition=self._failures > 0)

    def next_delay(self, error: PlatformError) -> float | None:
        """Seconds to wait before the next attempt; None where the call is to be given up.

        It is never less than the server's ``Retry-After``: a wait that does not fit into the
        bounds ends the call instead. After a 429 it is 0, because the budget's gate waits.
        """
        if isinstance(error, RateLimited):
            return self._after_refusal(error)
        if isinstance(error, Unreachable):
            return self._after_failure(error)
        return None

    def _after_refusal(self, error: RateLimited) -> float | None:
        now = self._clock.monotonic()
        self._refusals += 1
        if self._refused_since is None:
            self._refused_since = now
        lasts = now - self._refused_since + (error.retry_after or 0.0)
        return None if lasts > self._policy.patience else 0.0

    def _after_failure(self, error: Unreachable) -> float | None:
        now = self._clock.monotonic() - self._waited
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = now
        if error.final or self._failures >= self._policy.attempts:
            return None
        doubled = self._policy.base * 2 ** min(self._failures - 1, _LARGEST_EXPONENT)
        delay = self._rng.uniform(0.0, min(self._policy.cap, doubled))
        delay = max(delay, error.retry_after or 0.0)
        if now - self._failing_since + delay > self._policy.total:
            return None
        if self._quota and not self._quota.take():
            return None
        return delay
