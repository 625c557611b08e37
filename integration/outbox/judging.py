# SPDX-License-Identifier: Apache-2.0
"""Scores that nobody delivers yet: a run's until they are judged together, and those held back.

A run's rows come in batch by batch, and only all of them show whether a model has broken. So they
are parked as ``unjudged``, where no deliverer takes them; once all are in, one statement makes
them due or ``held``. A process that dies in between leaves them unjudged, and whoever delivers next
judges them. What was accepted last is kept as one count for each score and destination.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from integration.distribution import LEVELS, Distribution
from integration.order import Verdict
from integration.outbox.port import Database, Reads, Statements
from integration.outbox.rows import HELD, PENDING_COLUMNS, UNJUDGED, read_pending
from integration.outbox.settling import revive

STREAM: Final = "webhooks"
"""The source of runs that have no end at which they could be judged."""
_PUSHED: Final = "push"

Judge = Callable[[int, Distribution, Distribution], str]
"""Why the new scores of a run look broken beside those accepted before; blank: they do not."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a run: ``scores`` are held for ``reason``, or due where that is blank."""

    run: int
    scores: int
    reason: str = ""


class Judging:
    """Lets scores go on, or holds them back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def judge(self, destination: str, judge: Judge, now: int) -> list[Judgement]:
        """Let ``judge`` decide on each run that has unjudged scores, the first run first.

        Those that are accepted are due at ``now`` (ms since 1970).
        """
        found = []
        with self._db.transaction() as connection:
            accepted = _accepted(connection, destination)
            for run, new in _parked(connection, destination, UNJUDGED).items():
                reason = judge(run, new, accepted)
                found.append(Judgement(run, new.scores, reason))
                if reason:
                    _hold(connection, destination, run, reason)
                else:
                    accepted = accepted.followed_by(new)
                    _let_go(connection, destination, run, UNJUDGED, now)
            if found:
                _keep(connection, destination, accepted)
        return found

    def release(self, now: int, run: int | None = None) -> int:
        """Let held scores (of ``run``, or all) go on; how many there were.

        They count as accepted: scores like them are not held again.
        """
        released = 0
        with self._db.transaction() as connection:
            for destination in _holding(connection):
                accepted = _accepted(connection, destination)
                for held, new in _parked(connection, destination, HELD).items():
                    if run in {None, held}:
                        accepted = accepted.followed_by(new)
                        released += _let_go(connection, destination, held, HELD, now)
                _keep(connection, destination, accepted)
            _forget_held(connection, run)
        return released

    def drop(self, now: int, run: int | None = None) -> int:
        """Reject held scores (of ``run``, or all) for good; how many there were.

        A score that waited, and that a dropped one had beaten, gets its turn after all.
        """
        names = {"held": HELD, "run": run}
        which = "WHERE parked = :held AND (CAST(:run AS BIGINT) IS NULL OR run = :run)"
        with self._db.transaction() as connection:
            dropped = [
                (destination, message, read_pending(columns))
                for destination, message, *columns in connection.execute(
                    f"SELECT destination, message, {PENDING_COLUMNS} FROM pending {which}",  # noqa: S608 - constants
                    names,
                ).fetchall()
            ]
            connection.executemany(
                "UPDATE arrival SET verdict = ?, reason = 'dropped', message = ?"
                " WHERE run = ? AND row = ?",
                ((Verdict.REJECTED, message, one.run, one.row) for _, message, one in dropped),
            )
            connection.execute(
                f"DELETE FROM pending {which}",  # noqa: S608 - constants
                names,
            )
            for destination, _, one in dropped:
                revive(connection, destination, one, now, before=one.score.at + 1)
            _forget_held(connection, run, STREAM)
        return len(dropped)

    def stream_held(self, destination: str) -> str:
        """Why scores of the stream are held, as is on record; blank where they are not."""
        return why_held(self._db.read(), destination)

    def hold_stream(self, run: int, reason: str) -> None:
        """Put on record that scores of the stream are held, from ``run`` on."""
        with self._db.transaction() as connection:
            connection.execute("UPDATE run SET held = ? WHERE id = ?", (reason, run))


def _parked(connection: Statements, destination: str, state: str) -> dict[int, Distribution]:
    """The scores in that state, by run."""
    counts: dict[int, list[int]] = {}
    for run, score, leads in connection.execute(
        "SELECT run, score, count(*) FROM pending WHERE destination = ? AND parked = ?"
        " GROUP BY run, score ORDER BY run",
        (destination, state),
    ):
        counts.setdefault(run, [0] * LEVELS)[score - 1] = leads
    return {run: Distribution(tuple(one)) for run, one in counts.items()}


def _holding(connection: Statements) -> list[str]:
    """Destinations with held scores."""
    found = connection.execute("SELECT DISTINCT destination FROM pending WHERE parked = ?", (HELD,))
    return [destination for (destination,) in found.fetchall()]


def _hold(connection: Statements, destination: str, run: int, reason: str) -> None:
    connection.execute(
        "UPDATE pending SET parked = ?, message = ?"
        " WHERE destination = ? AND run = ? AND parked = ?",
        (HELD, reason, destination, run, UNJUDGED),
    )
    connection.execute("UPDATE run SET held = ? WHERE id = ?", (reason, run))


def why_held(connection: Reads, destination: str) -> str:
    """Why scores of the stream are held; blank where they are not."""
    row = connection.execute(
        "SELECT held FROM run WHERE destination = ? AND source = ? AND held IS NOT NULL"
        " ORDER BY id DESC LIMIT 1",
        (destination, STREAM),
    ).fetchone()
    return "" if row is None else str(row[0])


def _forget_held(connection: Statements, run: int | None, source: str | None = None) -> None:
    """Runs (of ``source``) are held no more; those of a stream may hold nothing yet."""
    connection.execute(
        "UPDATE run SET held = NULL WHERE held IS NOT NULL"
        " AND (CAST(:run AS BIGINT) IS NULL OR id = :run)"
        " AND (CAST(:source AS TEXT) IS NULL OR source = :source)",
        {"run": run, "source": source},
    )


def _let_go(connection: Statements, destination: str, run: int, state: str, now: int) -> int:
    """The scores of ``run`` that are parked as ``state`` are due; how many there were."""
    return connection.execute(
        "UPDATE pending SET parked = NULL, message = NULL,"
        " due = CASE WHEN claim IS NULL THEN ? END"
        " WHERE destination = ? AND run = ? AND parked = ?",
        (now, destination, run, state),
    ).rowcount


def _accepted(connection: Statements, destination: str) -> Distribution:
    row = connection.execute(
        "SELECT counts FROM distribution WHERE destination = ? AND source = ?",
        (destination, _PUSHED),
    ).fetchone()
    return Distribution() if row is None else Distribution(tuple(map(int, row[0].split(","))))


def _keep(connection: Statements, destination: str, accepted: Distribution) -> None:
    connection.execute(
        "INSERT INTO distribution (destination, source, counts) VALUES (?, ?, ?)"
        " ON CONFLICT (destination, source) DO UPDATE SET counts = excluded.counts",
        (destination, _PUSHED, ",".join(map(str, accepted.counts))),
    )
