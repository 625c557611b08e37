# SPDX-License-Identifier: Apache-2.0
"""Bulk update jobs: one patch for all contacts that match, done by the platform in its time.

Useless for scores that differ from lead to lead; the very thing for marking a cohort, however
large, in a handful of calls. The platform makes a backup of the contacts before it begins.

Source: docs/platform.md section 4; ContactBulkEditRequest and ContactsBulkOperationJob of the
official SDK 269. What such a job does to the dialing queue is not documented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Self

from integration.platform.client import GenesysClient
from integration.platform.errors import Unreachable
from integration.platform.paths import path
from integration.stores.exports import ContactExport

_RUNNING: Final = "InProgress"
_DONE: Final = "Complete"
_EDIT: Final = "BulkEdit"


@dataclass(frozen=True, slots=True)
class Job:
    """How a bulk update job stands.

    Attributes:
        job_id: its id.
        state: ``InProgress``, ``Complete``, ``Failed`` or a newer word of the platform.
        total: contacts that it is about.
        completed: those that are done.
        backup: where the platform has put them as they were before; blank until then.
        failure: what the platform says of a failed one.
    """

    job_id: str
    state: str
    total: int
    completed: int
    backup: str
    failure: str

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.state == _RUNNING

    @property
    def failed(self) -> bool:
        """Whether it has ended before it was through."""
        return self.state not in (_RUNNING, _DONE)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """What the platform says of a job."""
        failure = body.get("failureReason") or {}
        return cls(
            str(body.get("id") or ""),
            str(body.get("state") or _RUNNING),
            int(body.get("totalRecords") or 0),
            int(body.get("completedRecords") or 0),
            str(body.get("downloadURI") or ""),
            str(failure.get("message") or failure.get("code") or ""),
        )


class BulkEdit:
    """Bulk update jobs on one contact list.

    Args:
        client: the platform.
        list_id: the contact list.
        export: gets files that the platform has written.
    """

    def __init__(
        self, client: GenesysClient, list_id: str, export: Callable[[], ContactExport]
    ) -> None:
        self.list_id = list_id
        self._client = client
        self._export = export
        self._path = path("/api/v2/outbound/contactlists/{list}/contacts", list=list_id)

    async def count(self, criteria: Mapping[str, Any]) -> int:
        """How many contacts match.

        Raises:
            PlatformError: the platform does not search.
        """
        body = {"criteria": criteria, "pageNumber": 1, "pageSize": 1}
        answer = await self._client.call(
            "search contacts", "POST", f"{self._path}/search", body=body, expect=dict
        )
        return int(answer.body.get("total") or 0)

    async def start(self, criteria: Mapping[str, Any], data: Mapping[str, str]) -> Job:
        """Have ``data`` written to the contacts that match now.

        A job whose answer was lost is found among those of the list, and not started twice.

        Raises:
            PlatformError: it was not started.
        """
        known = {one.job_id for one in await self._jobs()}
        contact = {"contactListId": self.list_id, "data": dict(data)}
        body = {"criteria": criteria, "contact": contact, "generateDownloadURI": True}
        where = f"{self._path}/bulk/update"
        try:
            answer = await self._client.call(
                "update contacts in bulk", "POST", where, body=body, once=True, expect=dict
            )
        except Unreachable:
            for one in await self._jobs():
                if one.job_id not in known:
                    return one
            raise
        return Job.of(answer.body)

    async def progress(self, job: Job) -> Job:
        """How a job stands by now.

        Raises:
            PlatformError: the platform does not say.
        """
        where = self._path + path("/bulk/jobs/{id}", id=job.job_id)
        answer = await self._client.call("look for bulk job", "GET", where, expect=dict)
        return Job.of(answer.body)

    async def save_backup(self, job: Job, file: BinaryIO) -> None:
        """Write the contacts as they were before ``job`` to ``file``.

        Raises:
            PlatformError: they cannot be had.
        """
        await self._export().save_from(job.backup, file)

    async def _jobs(self) -> list[Job]:
        where = f"{self._path}/bulk/jobs"
        answer = await self._client.call("list bulk jobs", "GET", where, expect=dict)
        found = answer.body.get("entities") or []
        return [Job.of(one) for one in found if one.get("type") == _EDIT]
