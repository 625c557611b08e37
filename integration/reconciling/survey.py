# SPDX-License-Identifier: Apache-2.0
"""Looks at whole contact lists: exports them, lays them side by side, and judges each lead.

A list may hold a million contacts, so what was read goes into a scratch database on disk that
vanishes with the process; memory stays flat.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final, Self

from integration.order import StoredScore, age_of
from integration.outbox.records import Records
from integration.reconciling.findings import Finding, Judge, Kind, Seen
from integration.scores import LeadScore

_PAGE: Final = 2_000
_SCHEMA: Final = """
CREATE TABLE seen (
    lead TEXT, tier TEXT, score INTEGER, at INTEGER, named TEXT, model TEXT,
    PRIMARY KEY (lead, tier)
) WITHOUT ROWID;
CREATE TABLE finding (
    lead TEXT PRIMARY KEY, kinds TEXT, score INTEGER, at INTEGER, model TEXT, missing TEXT,
    outcome TEXT
) WITHOUT ROWID;
"""
_FINDING: Final = "lead, kinds, score, at, model, missing"


class Survey:
    """What the lists hold, and what is wrong with it.

    Args:
        records: the outbox's records, for what was delivered.
        destination: under which name.
    """

    def __init__(self, records: Records, destination: str) -> None:
        self._records = records
        self._destination = destination
        # A database without a name is a file that nobody else sees and that is gone when closed.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, tier: str, contacts: Iterable[tuple[str, Seen]]) -> None:
        """Take in what the list of ``tier`` holds."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?)",
            (
                (lead, tier, one.stored.score, one.stored.at, one.tier, one.model)
                for lead, one in contacts
            ),
        )
        self._db.execute("COMMIT")

    def judge(self, judge: Judge) -> int:
        """Look at every lead; how many leads there are."""
        leads = 0
        self._db.execute("BEGIN")
        for lead, rows in groupby(self._seen(), key=lambda row: row[0]):
            leads += 1
            seen = {
                tier: Seen(StoredScore(score, at), named, model)
                for _, tier, score, at, named, model in rows
            }
            self._judge(judge, str(lead), seen)
        self._db.execute("COMMIT")
        return leads

    def _judge(self, judge: Judge, lead: str, seen: dict[str, Seen]) -> None:
        newest = max((one.stored for one in seen.values()), key=age_of)
        delivered, ours = self._records.newest(self._destination, lead, newest.at)
        found = judge.judge(lead, seen, delivered, ours=ours)
        if found is None:
            return
        best: tuple[int | None, int | None, str | None] = (None, None, None)
        if found.best is not None:
            best = (found.best.score, found.best.at, found.best.model_version)
        self._db.execute(
            f"INSERT INTO finding ({_FINDING}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
            (lead, ",".join(sorted(found.kinds)), *best, found.missing),
        )

    def _seen(self) -> Iterator[tuple[Any, ...]]:
        return self._paged("seen", "lead, tier, score, at, named, model", ("lead", "tier"))

    def _paged(self, table: str, columns: str, key: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        """Rows in the order of their key, page by page: the table may change meanwhile."""
        last: tuple[str, ...] = ("",) * len(key)
        names = ", ".join(key)
        marks = ", ".join("?" * len(key))
        while page := self._db.execute(
            f"SELECT {columns} FROM {table} WHERE ({names}) > ({marks})"  # noqa: S608 - constants
            f" ORDER BY {names} LIMIT {_PAGE}",
            last,
        ).fetchall():
            yield from page
            last = page[-1][: len(key)]

    # -- what was found -------------------------------------------------------------------------

    def findings(self) -> Iterator[Finding]:
        """Every lead with which something is wrong, in the order of their ids."""
        for row in self._paged("finding", _FINDING, ("lead",)):
            yield _finding(row)

    def finding(self, lead_id: str) -> Finding | None:
        """What is wrong with one lead."""
        row = self._db.execute(
            f"SELECT {_FINDING} FROM finding WHERE lead = ?",  # noqa: S608 - constant
            (lead_id,),
        ).fetchone()
        return None if row is None else _finding(row)

    def keep(self, other: Survey) -> None:
        """Forget what ``other`` has not found in the same way: it was on its way."""
        for one in self.findings():
            if other.finding(one.lead_id) != one:
                self._db.execute("DELETE FROM finding WHERE lead = ?", (one.lead_id,))

    def kinds(self) -> Counter[Kind]:
        """How many leads each kind concerns."""
        return Counter(kind for one in self.findings() for kind in one.kinds)

    def lacks(self, tier: str) -> bool:
        """Whether the list of ``tier`` lacks any lead."""
        found = self._db.execute("SELECT 1 FROM finding WHERE missing = ? LIMIT 1", (tier,))
        return bool(tier) and found.fetchone() is not None

    def settle(self, lead_id: str, outcome: str, *, first: bool = False) -> None:
        """Say what became of a lead; a contact that was refused stays so.

        Args:
            lead_id: the lead.
            outcome: ``mended``, ``right_by_now``, or why it is left.
            first: only if nothing has been said yet.
        """
        known = "outcome IS NULL" if first else "outcome IS NOT 'refused'"
        self._db.execute(
            f"UPDATE finding SET outcome = ? WHERE lead = ? AND {known}",  # noqa: S608 - constants
            (outcome, lead_id),
        )

    def outcomes(self) -> dict[str | None, int]:
        """Findings by what became of them; None where nothing was said."""
        return dict(
            self._db.execute("SELECT outcome, count(*) FROM finding GROUP BY outcome").fetchall()
        )


def _finding(row: tuple[Any, ...]) -> Finding:
    lead, kinds, score, at, model, missing = row
    best = None if at is None else LeadScore(lead, score, at, model)
    return Finding(lead, frozenset(Kind(one) for one in kinds.split(",")), best, missing)
