# SPDX-License-Identifier: Apache-2.0
"""Accepts webhook messages: many of them in one durable transaction, each of them once.

Senders repeat a message until they hear that it has arrived. Its id is put on record in the
transaction that accepts its scores, so a repetition is known for certain, also where both copies
are accepted together, or the process died before the sender heard anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from integration.outbox.intake import Arrival, leads_of, take_in
from integration.outbox.judging import why_held
from integration.outbox.port import Database, Statements
from integration.outbox.rows import HELD, InputRow

_PRUNED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """One message: the rows in it, its id (blank where it has none) and a digest of its body."""

    id: str
    digest: bytes
    rows: tuple[InputRow, ...]


class Repetition(Enum):
    """A message that was accepted before."""

    SAME = "same"
    OTHER_BODY = "other body"
    """The id is an earlier message's, the body is not: nothing of it was accepted."""


Receipt = tuple[Arrival, ...] | Repetition
"""What became of a message: of each of its rows, or nothing because it was a repetition."""


class Webhooks:
    """The entrance of the outbox for webhook messages."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def accept(
        self,
        run: int,
        destination: str,
        messages: Sequence[WebhookMessage],
        now: int,
        *,
        guarded: bool = False,
    ) -> list[Receipt]:
        """Accept ``messages`` as rows of ``run`` durably, all or none; ``now`` in ms since 1970.

        Of each message, in their order, what became of it. A repetition changes nothing. Where
        they are ``guarded``, scores are held for as long as the stream is.

        Raises:
            OutboxError: the outbox cannot be written.
        """
        leads = leads_of(row for message in messages for row in message.rows)
        with self._db.transaction(leads=leads) as connection:
            known = [_known(connection, one, now) for one in messages]
            rows = [
                row
                for message, repetition in zip(messages, known, strict=True)
                if repetition is None
                for row in message.rows
            ]
            why = why_held(connection, destination) if guarded else ""
            parked = HELD if why else None
            arrivals = take_in(connection, run, destination, rows, now, parked, why or None)
        return [
            repetition or tuple(arrivals[row.row] for row in message.rows)
            for message, repetition in zip(messages, known, strict=True)
        ]

    def prune(self, before: int) -> int:
        """Forget some messages received before ``before`` (ms since 1970); how many.

        At most some thousand at a time, so that nothing waits for it.
        """
        with self._db.transaction(durable=False, leads=()) as connection:
            return connection.execute(
                "DELETE FROM webhook WHERE id IN"
                " (SELECT id FROM webhook WHERE received < ? ORDER BY received LIMIT ?)",
                (before, _PRUNED_AT_ONCE),
            ).rowcount


def _known(connection: Statements, message: WebhookMessage, now: int) -> Repetition | None:
    """Put ``message`` on record; whether it was there before."""
    if not message.id:
        return None
    added = connection.execute(
        "INSERT INTO webhook (id, body, received) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (message.id, message.digest, now),
    ).rowcount
    if added:
        return None
    (digest,) = connection.execute(
        "SELECT body FROM webhook WHERE id = ?", (message.id,)
    ).fetchone()
    return Repetition.SAME if digest == message.digest else Repetition.OTHER_BODY
