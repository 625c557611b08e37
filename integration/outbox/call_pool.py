# SPDX-License-Identifier: Apache-2.0
"""The call budget of one client, as the replicas of an outbox share it.

Each replica has a row with its share of the window, confirmed every second. The server's clock
alone is looked at. The row of one who is gone is dropped once his last calls must have left the
window: his lease, an answer's longest way and a whole window later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from integration.outbox.port import OutboxError

if TYPE_CHECKING:
    from integration.outbox.postgres import PostgresDatabase

_LEASE_MS: Final = 15_000
_GONE_MS: Final = _LEASE_MS + 30_000 + 60_000
"""The lease, an answer's longest way, and the window."""
_NOW: Final = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"


@dataclass(frozen=True, slots=True)
class Other:
    """What another replica has, and whether it wants more."""

    share: int
    hungry: bool


def divide(limit: int, keeps: int, wanted: int, others: Sequence[Other]) -> int:
    """The share of one replica.

    Args:
        limit: places in the window.
        keeps: places of its share so far that are taken or set aside.
        wanted: places that it would like to have.
        others: the other replicas.
    """
    hungry = sum(one.hungry for one in others)
    free = limit - sum(one.share for one in others)
    if hungry:  # nobody gets more than an equal part while others wait
        wanted = min(wanted, limit // (1 + hungry))
    return max(keeps, min(wanted, free))


class CallPool:
    """Where the replicas agree on the shares of ``client``.

    Args:
        server: opens the outbox, or gives it as it is open already.
        client: the OAuth client that makes the calls.
    """

    def __init__(self, server: Callable[[], PostgresDatabase], client: str) -> None:
        self._server = server
        self._client = client
        self._member = uuid4().hex

    def exchange(
        self, *, taken: int, wanted: int, limit: int, closed_for: float
    ) -> tuple[int, float] | None:
        """The share of this replica, and the seconds that the platform has asked others to wait.

        None where the server cannot be asked.

        Args:
            taken: places that its calls take or that are set aside for them.
            wanted: those, and all that wait for one.
            limit: places in the window, as far as it knows.
            closed_for: seconds that the platform has asked it to wait.
        """
        try:
            return self._exchange(taken, wanted, limit, round(closed_for * 1000))
        except OutboxError:
            return None

    def _exchange(self, taken: int, wanted: int, limit: int, closed_for: int) -> tuple[int, float]:
        names = {"client": self._client, "member": self._member}
        with self._server().step() as connection:
            # One after the other, so that all of them together never get more than there is.
            connection.execute("LOCK TABLE call_share IN EXCLUSIVE MODE")
            ((now,),) = connection.execute(f"SELECT {_NOW}").fetchall()
            connection.execute("DELETE FROM call_share WHERE seen < ?", (now - _GONE_MS,))
            rows = connection.execute(
                "SELECT member, share, wanted, places, closed_until, seen FROM call_share"
                " WHERE client = :client",
                names,
            ).fetchall()
            mine = sum(share for member, share, *_ in rows if member == self._member)
            others = [row[1:] for row in rows if row[0] != self._member]
            places = min([limit, *(known for _, _, known, *_ in others)])
            share = divide(
                places,
                min(taken, mine),
                wanted,
                [
                    Other(has, hungry=has < wants and seen > now - _LEASE_MS)
                    for has, wants, *_, seen in others
                ],
            )
            connection.execute(
                "INSERT INTO call_share VALUES (:client, :member, :share, :wanted, :places,"
                " :closed, :now) ON CONFLICT (client, member) DO UPDATE SET share = :share,"
                " wanted = :wanted, places = :places, closed_until = :closed, seen = :now",
                names
                | {
                    "share": share,
                    "wanted": wanted,
                    "places": limit,
                    "closed": now + closed_for,
                    "now": now,
                },
            )
        closed_until = max([now, *(until for *_, until, _ in others)])
        return share, (closed_until - now) / 1000
