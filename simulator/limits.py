# SPDX-License-Identifier: Apache-2.0
"""Rate limits: one per OAuth client, and lower ones of single operations on top.

Every counted answer tells where the client stands; a call too many is refused with 429 and
takes no place in the window (switch ``count_refused``). Ceilings can be changed, hidden lower
ones set, and other processes of a client made up while the simulator runs. A call that an
operation's own limit refuses has taken its place in the client's window.

Source: platform reference, section 2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.errors import Refusal
from simulator.operation_limits import OperationLimit, OperationLimits, too_many
from simulator.rate_meter import Meter
from simulator.rate_statistics import RateStatistics
from simulator.rate_window import whole_seconds
from simulator.traffic import Greedy, Steady, Traffic, traffic_from_json

if TYPE_CHECKING:
    from simulator.http import Call
    from simulator.organisation import Organisation

WINDOW = 60.0
GUIDE_HEADER = "X-Rate-Limit-Remaining"
"""What the guide's data service tells in its own dialect, out of the same window."""
USUAL_CEILING = 300
CLIENT_LIMIT = "client.credentials.token.rate.per.minute"
CLIENT_NAMESPACE = "platform.api"
MOST_METERS = 5000
MOST_RECORDS = 20_000


@dataclass(frozen=True, slots=True)
class Charge:
    """What a counted call was told.

    Args:
        headers: where the client stands, for the answer.
        refusal: the 429; None where the call may go on.
    """

    headers: dict[str, str]
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """One 429, for the analytics of rate limits."""

    at: float
    limit: OperationLimit
    client_id: str
    correlation_id: str


class Limits:
    """The rate limits of one organisation.

    Args:
        organisation: gives the clock and the switches.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self.default_ceiling = USUAL_CEILING
        self.operations = OperationLimits()
        self.refusals: deque[Refused] = deque(maxlen=MOST_RECORDS)
        self._ceilings: dict[str, int] = {}
        self._hidden: dict[str, int] = {}
        self._meters: dict[tuple[str, str], Meter] = {}
        self._statistics: dict[str, RateStatistics] = {}

    def ceiling(self, client_id: str) -> int:
        """Calls per minute that the client is told it has."""
        return self._ceilings.get(client_id, self.default_ceiling)

    def enforced(self, client_id: str) -> int:
        """Calls per minute that the client really has."""
        shown = self.ceiling(client_id)
        return min(shown, self._hidden.get(client_id, shown))

    def hidden(self, client_id: str) -> int | None:
        """The ceiling that no header shows; None without one."""
        return self._hidden.get(client_id)

    def set_ceiling(self, client_id: str, ceiling: int) -> None:
        """Change what the client is told, from now on.

        Raises:
            ValueError: ``ceiling`` is negative.
        """
        self._change(client_id, self._ceilings, ceiling)

    def hide(self, client_id: str, ceiling: int | None) -> None:
        """Enforce a lower ceiling that no header shows; None ends it.

        Raises:
            ValueError: ``ceiling`` is negative.
        """
        self._change(client_id, self._hidden, ceiling)

    def other_traffic(
        self, client_id: str, calls_per_second: float, seconds: float, start_in: float = 0.0
    ) -> None:
        """Let another process of this client call evenly for a while.

        Args:
            client_id: whose window it shares.
            calls_per_second: how fast it calls, served or not.
            seconds: for how long.
            start_in: seconds from now until its first call.

        Raises:
            ValueError: a number that is not positive.
        """
        if calls_per_second <= 0 or seconds <= 0 or start_in < 0:
            raise ValueError("other traffic needs a positive rate and duration")
        start = self._now() + start_in
        self._join(client_id, Steady(start, start + seconds, 1 / calls_per_second))

    def greedy(self, client_id: str, seconds: float, start_in: float = 0.0) -> None:
        """Let another process of this client take every free place for a while.

        Args:
            client_id: whose window it shares.
            seconds: for how long.
            start_in: seconds from now until it begins.

        Raises:
            ValueError: a number that is not positive.
        """
        if seconds <= 0 or start_in < 0:
            raise ValueError("greedy traffic needs a positive duration")
        start = self._now() + start_in
        self._join(client_id, Greedy(start, start + seconds))

    def charge(self, call: Call, path: str) -> Charge:
        """Count a call to ``path`` and say whether it may go on."""
        now = self._now()
        client_id, operation_id = call.client.id, call.operation.operation_id
        switches = self._organisation.switches
        shown, enforced = self.ceiling(client_id), self.enforced(client_id)
        meter = self._meter(client_id, call.token if switches.rate_per == "token" else "")
        served = meter.admit(now, enforced, count_refused=switches.count_refused)
        headers = _headers(meter, shown, now)
        if not call.operation.official:
            remaining = {GUIDE_HEADER: str(max(0, shown - meter.window.count))}
            headers = {**headers, **remaining} if switches.data_service_headers else remaining
        refused: tuple[OperationLimit, Refusal] | None
        if served:
            refused = self.operations.charge(
                operation_id, client_id, path, now, switches.rate_window
            )
        else:
            limit = OperationLimit("*", shown, key=CLIENT_LIMIT, namespace=CLIENT_NAMESPACE)
            refused = limit, too_many(meter, limit, enforced, now, hidden=enforced < shown)
        self._statistics_of(client_id).own_call(now, served=refused is None)
        if refused is None:
            return Charge(headers)
        self.refusals.append(Refused(now, refused[0], client_id, call.correlation_id))
        return Charge(headers, refused[1])

    def report(self, client_id: str) -> dict[str, Any]:
        """What became of the client's calls; see :class:`RateStatistics`."""
        now = self._now()
        self._meter(client_id, "").settle(now, self.enforced(client_id))
        return {
            "client_id": client_id,
            "allowed": self.ceiling(client_id),
            "hidden": self.hidden(client_id),
            **self._statistics_of(client_id).report(now),
        }

    def snapshot(self) -> dict[str, Any]:
        """Ceilings, limits and windows, as JSON; without the statistics."""
        now = self._now()
        return {
            "default_ceiling": self.default_ceiling,
            "ceilings": dict(self._ceilings),
            "hidden": dict(self._hidden),
            "operations": self.operations.as_json(),
            "windows": [
                {"client_id": client_id, "token": token, **meter.snapshot(now)}
                for (client_id, token), meter in self._meters.items()
            ],
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave; statistics begin anew."""
        now = self._now()
        self.default_ceiling = data["default_ceiling"]
        self._ceilings = dict(data["ceilings"])
        self._hidden = dict(data["hidden"])
        self.operations = OperationLimits()
        self.operations.set(OperationLimit(**item) for item in data["operations"])
        self.refusals.clear()
        self._statistics.clear()
        self._meters.clear()
        for item in data["windows"]:
            meter = self._meter(item["client_id"], item["token"])
            meter.restore(now, item["ages"])
            meter.traffic.extend(traffic_from_json(source, now) for source in item["traffic"])

    def _change(self, client_id: str, ceilings: dict[str, int], ceiling: int | None) -> None:
        if ceiling is not None and ceiling < 0:
            raise ValueError(f"a rate limit is 0 or more, not {ceiling}")
        now = self._now()
        self._meter(client_id, "").settle(now, self.enforced(client_id))
        if ceiling is None:
            ceilings.pop(client_id, None)
        else:
            ceilings[client_id] = ceiling
        self._statistics_of(client_id).ceiling_changed(now, self.enforced(client_id))

    def _join(self, client_id: str, source: Traffic) -> None:
        meter = self._meter(client_id, "")
        meter.settle(self._now(), self.enforced(client_id))
        meter.traffic.append(source)

    def _meter(self, client_id: str, token: str) -> Meter:
        """The window of a client (or of its token); a changed shape begins with an empty one."""
        shape = self._organisation.switches.rate_window
        meter = self._meters.get((client_id, token))
        if meter is None or meter.shape != shape:
            if len(self._meters) >= MOST_METERS:
                now = self._now()
                self._meters = {
                    key: known for key, known in self._meters.items() if not known.idle(now)
                }
            traffic = meter.traffic if meter is not None else []
            meter = Meter(shape, WINDOW, self._statistics_of(client_id).others_call)
            meter.traffic = traffic
            self._meters[(client_id, token)] = meter
        return meter

    def _statistics_of(self, client_id: str) -> RateStatistics:
        statistics = self._statistics.get(client_id)
        if statistics is None:
            statistics = RateStatistics(self.enforced(client_id))
            self._statistics[client_id] = statistics
        return statistics

    def _now(self) -> float:
        return self._organisation.clock.monotonic()


def _headers(meter: Meter, shown: int, now: float) -> dict[str, str]:
    count = meter.window.count
    reset = whole_seconds(meter.window.resets_at(), now) if count else int(WINDOW)
    return {
        "inin-ratelimit-count": str(count),
        "inin-ratelimit-allowed": str(shown),
        "inin-ratelimit-reset": str(reset),
    }
