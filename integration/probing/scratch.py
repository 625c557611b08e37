# SPDX-License-Identifier: Apache-2.0
"""The scratch list: made for one probe, known by its name and its columns, removed after it.

A probe that was killed leaves its list. The next one finds it by its name, and removes it only
where its columns are the probe's too: a list that merely bears such a name is somebody's.

Source: docs/platform.md sections 3, 4 and 6.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from integration.platform.client import GenesysClient
from integration.platform.errors import Refused
from integration.platform.paths import path
from integration.stores.contact_list import QUEUE_UNTOUCHED

LEAD, PHONE, KEPT, NUMBER, TIME, TEXT = (
    *("probe_id", "probe_phone", "probe_kept", "probe_number", "probe_time", "probe_text"),
)
COLUMNS: Final = (LEAD, PHONE, KEPT, NUMBER, TIME, TEXT)
_PREFIX: Final = "leadscore probe"
_NAME: Final = re.compile(rf"{_PREFIX} \d{{8}}T\d{{6}}Z [0-9a-f]{{8}}")
_LISTS: Final = "/api/v2/outbound/contactlists"
_PREVIEW: Final = "/api/v2/outbound/contactlistfilters/preview"
_PAGE: Final = 100


class ScratchList:
    """A contact list that holds nothing but what a probe makes.

    Args:
        client: the platform.
        list_id: the list, which this probe has made.
        name: its name.
    """

    def __init__(self, client: GenesysClient, list_id: str, name: str) -> None:
        self._client = client
        self._list_id = list_id
        self.name = name
        self._contacts = path(f"{_LISTS}/{{list}}/contacts", list=list_id)

    async def write(self, *contacts: Mapping[str, Any]) -> None:
        """Write contacts, as a push does it.

        Raises:
            PlatformError: they were refused.
        """
        rows = [{"contactListId": self._list_id, **one} for one in contacts]
        await self._client.call(
            "write scratch contacts", "POST", self._contacts, query=QUEUE_UNTOUCHED, body=rows
        )

    async def read(self, contact_id: str) -> Mapping[str, Any] | None:
        """A contact; None where there is none.

        Raises:
            PlatformError: it cannot be read.
        """
        answer = await self._client.call(
            "read scratch contact",
            "POST",
            f"{self._contacts}/bulk",
            body=[contact_id],
            expect=list,
        )
        return next((one for one in answer.body if one.get("id") == contact_id), None)

    async def count(self, *predicates: Mapping[str, Any]) -> int:
        """How many contacts a filter of these predicates lets through.

        Raises:
            PlatformError: the platform does not take such a filter.
        """
        body = {
            "name": self.name,
            "contactList": {"id": self._list_id},
            "filterType": "AND",
            "clauses": [{"filterType": "AND", "predicates": list(predicates)}],
        }
        answer = await self._client.call(
            "preview scratch filter", "POST", _PREVIEW, body=body, expect=dict
        )
        return int(answer.body.get("filteredContacts") or 0)

    async def patch(self, contact_id: str, data: Mapping[str, str]) -> str:
        """Start a bulk update job on one contact; its id.

        Raises:
            PlatformError: it was not started.
        """
        contact = {"contactListId": self._list_id, "data": dict(data)}
        body = {"contactIds": [contact_id], "contact": contact, "generateDownloadURI": False}
        answer = await self._client.call(
            "start scratch job", "POST", f"{self._contacts}/bulk/update", body=body, expect=dict
        )
        return str(answer.body.get("id") or "")

    async def runs(self, job_id: str) -> bool:
        """Whether a bulk update job goes on.

        Raises:
            PlatformError: the platform does not say.
        """
        where = self._contacts + path("/bulk/jobs/{id}", id=job_id)
        answer = await self._client.call("look for scratch job", "GET", where, expect=dict)
        return bool(answer.body.get("state") == "InProgress")

    async def remove(self) -> None:
        """Delete the list with all that is on it.

        Raises:
            PlatformError: it is still there.
        """
        try:
            await self._client.call(
                "delete scratch list", "DELETE", path(f"{_LISTS}/{{list}}", list=self._list_id)
            )
        except Refused as refusal:
            if refusal.status != 404:  # it is gone: a repetition of a call that got through
                raise


async def make(client: GenesysClient, stamp: str, token: str, division: str) -> ScratchList:
    """A new scratch list.

    Args:
        client: the platform.
        stamp: the time, ``20261123T100000Z``.
        token: eight hexadecimal digits, so that two probes make two lists.
        division: where it belongs; the platform's choice where blank.

    Raises:
        PlatformError: it was refused.
    """
    name = f"{_PREFIX} {stamp} {token}"
    body: dict[str, Any] = {
        "name": name,
        "columnNames": list(COLUMNS),
        "phoneColumns": [{"columnName": PHONE, "type": "cell"}],
        "columnDataTypeSpecifications": [
            {"columnName": NUMBER, "columnDataType": "NUMERIC", "min": 0, "max": 100},
            {"columnName": TIME, "columnDataType": "TIMESTAMP"},
            {"columnName": TEXT, "columnDataType": "TEXT", "maxLength": 64},
        ],
    }
    if division:
        body["division"] = {"id": division}
    # Once: a list that was made and whose answer was lost is found by its name, by the next probe.
    answer = await client.call(
        "make scratch list", "POST", _LISTS, body=body, once=True, expect=dict
    )
    return ScratchList(client, str(answer.body["id"]), name)


async def orphans(client: GenesysClient, division: str) -> AsyncIterator[ScratchList]:
    """Scratch lists that probes have left which did not come to their end.

    Raises:
        PlatformError: the lists cannot be seen.
    """
    found: list[Mapping[str, Any]] = []
    number, pages = 1, 1
    while number <= pages:
        query: dict[str, str | int] = {"name": _PREFIX, "pageSize": _PAGE, "pageNumber": number}
        answer = await client.call("list scratch lists", "GET", _LISTS, query=query, expect=dict)
        found += answer.body.get("entities") or []
        pages, number = int(answer.body.get("pageCount") or 1), number + 1
    for one in found:
        if _is_mine(one, division):
            yield ScratchList(client, str(one["id"]), str(one["name"]))


def _is_mine(one: Mapping[str, Any], division: str) -> bool:
    """Whether a list was made by a probe: its name, its columns and its division say so."""
    names: Sequence[str] = one.get("columnNames") or ()
    here = not division or (one.get("division") or {}).get("id") == division
    return bool(_NAME.fullmatch(str(one.get("name")))) and tuple(names) == COLUMNS and here
