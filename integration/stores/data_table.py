# SPDX-License-Identifier: Apache-2.0
"""Scores as rows of an Architect data table, where flows can look them up.

A data table holds 5,000 rows and is meant for configuration: it suits a pilot, or a short list
of leads, and must not hold personal data. The dialer does not sort by it. More leads than fit
are refused before any of them is written.

Source: docs/platform.md section 9 (calls, codes, limits; no bulk write, no version).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, Final

import structlog

from integration.clock import Clock
from integration.platform.client import GenesysClient
from integration.platform.errors import Refused, Unreachable
from integration.platform.paths import path
from integration.platform.permits import Reservation
from integration.policy import ScoringPolicy
from integration.stores.lead_records import BATCH, LeadRecordStore, RecordFields

KEY: Final = "key"
MOST_ROWS: Final = 5_000
TOO_MANY: Final = "flows.datatables.too.many.rows"
NO_ROW: Final = "flows.datatables.row.not.found"
NOT_UNIQUE: Final = "flows.datatables.not.unique"

_PAGE: Final = 100
_log = structlog.get_logger("leadscore.data_table")


class DataTableStore(LeadRecordStore):
    """One data table whose rows have the lead id as their key.

    Args:
        client: the platform.
        table_id: the data table.
        policy: decides which score may steer dialling.
        clock: the time.
        batch: scores that are delivered together, at most :data:`BATCH`.
        concurrency: reads under way at the same time.
    """

    fields: ClassVar = RecordFields(KEY, "priorityScore", "lastCalculatedAt")

    def __init__(
        self,
        client: GenesysClient,
        table_id: str,
        policy: ScoringPolicy,
        clock: Clock,
        *,
        batch: int = BATCH,
        concurrency: int = 10,
    ) -> None:
        super().__init__(client, policy, clock, batch=batch, concurrency=concurrency)
        self._table_id = table_id
        self._rows = path("/api/v2/flows/datatables/{table}/rows", table=table_id)
        self._checking = asyncio.Lock()
        self._checked = False

    @property
    def destination(self) -> str:
        """The name under which the outbox keeps scores for this table."""
        return f"data_table:{self._table_id}"

    @property
    def capacity(self) -> int | None:
        """Rows that the platform allows."""
        return MOST_ROWS

    async def check(self, leads: Callable[[], Collection[str]], calls: Reservation) -> None:
        """Refuse leads that do not fit beside the rows that are there; asked once.

        Raises:
            Refused: there would be too many rows.
            PlatformError: the rows could not be counted.
        """
        async with self._checking:
            if self._checked:
                return
            _log.warning(
                "data_table_is_no_place_for_personal_data",
                data_table=self._table_id,
                advice="data tables are meant for configuration; use lead ids that name nobody",
            )
            there, total = await self._keys(1, calls)
            wanted = set(leads())
            if total + len(wanted) > MOST_ROWS:
                for number in range(2, -(-total // _PAGE) + 1):
                    more, total = await self._keys(number, calls)
                    there |= more
                self._refuse_surplus(len(wanted - there), total)
            self._checked = True

    async def _keys(self, page: int, calls: Reservation) -> tuple[set[str], int]:
        """The keys on one page, and how many rows there are in all."""
        answer = await self._client.call(
            "list rows",
            "GET",
            self._rows,
            query={"pageSize": _PAGE, "pageNumber": page, "showbrief": True},
            permit=calls,
            expect=dict,
        )
        rows = answer.body.get("entities")
        keys = {row[KEY] for row in rows or () if isinstance(row, Mapping) and KEY in row}
        total = answer.body.get("total")
        return keys, total if isinstance(total, int) else len(keys)

    def _refuse_surplus(self, new: int, rows: int) -> None:
        if rows + new > MOST_ROWS:
            raise Refused(
                operation="write row",
                code=TOO_MANY,
                message=f"data table {self._table_id} has {rows:,} rows and {new:,} leads are new; "
                f"{MOST_ROWS:,} rows are the most. Nothing was written: delete rows, or keep the "
                "scores in a contact list",
            )

    async def _read(self, lead_id: str, calls: Reservation) -> Mapping[str, Any] | None:
        """The whole row; None where there is none yet."""
        try:
            answer = await self._client.call(
                "read row",
                "GET",
                self._path(lead_id),
                query={"showbrief": False},
                permit=calls,
                expect=dict,
            )
        except Refused as refusal:
            if refusal.code != NO_ROW:
                raise
            return None
        row: Mapping[str, Any] = answer.body
        return row

    async def _write(
        self, lead_id: str, row: Mapping[str, Any], calls: Reservation, *, exists: bool
    ) -> None:
        """Make the row, or replace it.

        Somebody else may have made or deleted it in between: then nothing is known of it any
        more, and it is read again.
        """
        try:
            await self._client.call(
                "write row",
                "PUT" if exists else "POST",
                self._path(lead_id) if exists else self._rows,
                body=row,
                permit=calls,
                once=True,
            )
        except Refused as refusal:
            if refusal.code not in {NO_ROW, NOT_UNIQUE}:
                raise
            raise Unreachable(
                operation=refusal.operation,
                status=refusal.status,
                code=refusal.code,
                message="somebody else made or deleted the row meanwhile",
                correlation_id=refusal.correlation_id,
                ambiguous=True,
            ) from refusal

    def _path(self, lead_id: str) -> str:
        return f"{self._rows}/{path('{lead}', lead=lead_id)}"
