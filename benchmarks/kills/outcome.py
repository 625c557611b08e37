# SPDX-License-Identifier: Apache-2.0
"""What a push has left behind, and how that may differ from an undisturbed push: not at all."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.kills.case import Case
from benchmarks.kills.site import Prepared, Site, Watch
from integration.outbox import Outbox

_WRITE: Final = "score {} of {}, {} of {} before, {}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left behind.

    Args:
        contacts: what the platform holds.
        writes: how often each contact was written.
        wrong: what was seen on the way that must not be.
        ledger: the writes on record for each lead.
        verdicts: the verdict and message of each row of the file, one for each push of it.
        waiting: scores that are still to be delivered.
        unsound: what the database itself complains of.
    """

    contacts: Mapping[str, Mapping[str, Any]]
    writes: Counter[str]
    wrong: list[str]
    ledger: Mapping[str, list[str]]
    verdicts: Mapping[int, list[tuple[str, str]]]
    waiting: int
    unsound: list[str]


def look(prepared: Prepared, site: Site, watch: Watch, path: Path) -> Outcome:
    """What is left on the platform and in the outbox at ``path``."""
    outbox = Outbox(path)
    try:
        status = outbox.records.status(prepared.case.now)
        verdicts: dict[int, list[tuple[str, str]]] = {}
        for run in _pushes(path):
            for one in outbox.records.arrivals(run):
                verdicts.setdefault(one.row, []).append((one.verdict, one.message or ""))
        ledger = {
            lead.lead_id: [
                _WRITE.format(one.score, one.at, one.previous, one.previous_at, one.outcome)
                for one in outbox.records.history(lead.lead_id)
            ]
            for lead in prepared.case.leads
        }
    finally:
        outbox.close()
    return Outcome(
        contacts=site.contacts(prepared),
        writes=watch.writes,
        wrong=watch.wrong,
        ledger=ledger,
        verdicts=verdicts,
        waiting=status.ready + status.put_off + status.claimed,
        unsound=list(_unsound(path)),
    )


def whole(case: Case, path: Path) -> bool:
    """Whether all rows of the file have been accepted."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT count(*) FROM arrival WHERE run > 1 GROUP BY run")
        return any(rows == len(case.rows) for (rows,) in found)


def _pushes(path: Path) -> list[int]:
    """The runs of the file: all but the earlier one."""
    with closing(sqlite3.connect(path)) as connection:
        return [run for (run,) in connection.execute("SELECT id FROM run WHERE id > 1 ORDER BY id")]


def _unsound(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as connection:
        (check,) = connection.execute("PRAGMA integrity_check").fetchone()
        if check != "ok":
            yield check
        for table, what in (("run WHERE finished IS NULL", "runs open"), ("claim", "claims")):
            (left,) = connection.execute(
                f"SELECT count(*) FROM {table}"  # noqa: S608 - constants
            ).fetchone()
            if left:
                yield f"{left} {what} are left"


def differences(seen: Outcome, undisturbed: Outcome, case: Case, kills: int) -> Iterator[str]:
    """Everything that so many kills have changed for good, in words."""
    yield from seen.wrong
    yield from seen.unsound
    if seen.waiting:
        yield f"{seen.waiting} scores still wait"
    yield from _unlike("the platform holds", seen.contacts, undisturbed.contacts)
    yield from _unlike("the ledger says", seen.ledger, undisturbed.ledger)
    # Who trusts the ledger does not look whether the platform has a score already.
    most = 1 + len(case.faults) + (kills if case.audit == "ledger" else 0)
    for contact, times in seen.writes.items():
        if times > most:
            yield f"{contact} was written {times} times"
    for row, verdicts in undisturbed.verdicts.items():
        yield from _verdict(row, seen.verdicts.get(row, []), verdicts[-1])


def _unlike(what: str, seen: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(seen.keys() | wanted.keys()):
        if seen.get(name) != wanted.get(name):
            yield f"{name}: {what} {seen.get(name)}, undisturbed {wanted.get(name)}"


def _verdict(row: int, seen: list[tuple[str, str]], wanted: tuple[str, str]) -> Iterator[str]:
    """The row of the last push of the file has the verdict that it ought to have.

    Where the file was pushed twice, the second time finds what the first has delivered, and
    names another run as the reason.
    """
    if not seen:
        yield f"row {row} was lost"
        return
    verdict, _ = last = seen[-1]
    if len(seen) > 1:
        good = verdict == wanted[0] or (verdict, wanted[0]) == ("duplicate", "delivered")
    else:
        good = last == wanted
    if not good:
        yield f"row {row} ended as {last}, undisturbed as {wanted}"
