# SPDX-License-Identifier: Apache-2.0
"""A whole contact list in a handful of calls: the platform writes it into a file.

To look at 100,000 contacts takes 1,000 calls by search and 2,000 by bulk reads. An export takes
five: what was exported last, ask for a new one, ask until it is there, ask for its address. The
file itself comes from the platform's storage and costs no call.

Source: docs/platform.md section 4 (export, 404 until it is ready); DownloadsApi of the official SDK
(``issueRedirect`` false names the signed address instead of redirecting to it).
"""

from __future__ import annotations

import csv
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import BinaryIO, Final, TextIO

from integration.clock import Clock
from integration.platform.client import GenesysClient
from integration.platform.errors import BadAnswer, Refused, Unreachable
from integration.platform.paths import path

CONTACT_ID: Final = "inin-outbound-id"
"""The column of the file that holds the contact's id."""
_DOWNLOADS: Final = "/api/v2/downloads/"
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 30.0
_PATIENCE_S: Final = 1800.0
_ATTEMPTS: Final = 3

Fetch = Callable[[str, BinaryIO], Awaitable[None]]
"""Writes what lies at a signed address to a file."""


class ContactExport:
    """The next export of one contact list.

    Args:
        client: the platform.
        list_id: the contact list.
        fetch: gets the file from its signed address.
        clock: the time.
    """

    def __init__(self, client: GenesysClient, list_id: str, fetch: Fetch, clock: Clock) -> None:
        self._client = client
        self._list_id = list_id
        self._path = path("/api/v2/outbound/contactlists/{list}/export", list=list_id)
        self._fetch = fetch
        self._clock = clock
        self._before: Mapping[str, str] | None = None

    async def order(self) -> None:
        """Ask the platform to write the list as it is now.

        Raises:
            PlatformError: it does not.
        """
        self._before = await self._latest()
        await self._client.call("export contacts", "POST", self._path, expect=dict)

    async def save(self, file: BinaryIO) -> None:
        """Wait until what was ordered is there, and write it to ``file``.

        Raises:
            PlatformError: it did not come.
        """
        await self.save_from(await self._ready(), file)

    async def save_from(self, address: str, file: BinaryIO) -> None:
        """Write what the platform has put at ``address`` to ``file``.

        Raises:
            PlatformError: it did not come.
        """
        attempt = 1
        while True:
            try:
                # An address may be good for a short time only: each attempt asks for a new one.
                await self._fetch(await self._signed(address), file)
            except Unreachable:
                if attempt == _ATTEMPTS:
                    raise
            else:
                return
            await self._clock.sleep(_FIRST_WAIT_S * attempt)
            attempt += 1
            file.seek(0)
            file.truncate()

    async def _latest(self) -> Mapping[str, str] | None:
        """The newest export that is ready; None where there is none."""
        try:
            answer = await self._client.call("look for export", "GET", self._path, expect=dict)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None
        found: Mapping[str, str] = answer.body
        return found

    async def _ready(self) -> str:
        """The address of the export that was ordered; it differs from the one before."""
        wait, begun = _FIRST_WAIT_S, self._clock.monotonic()
        while True:
            await self._clock.sleep(wait)
            latest = await self._latest()
            if latest is not None and latest != self._before:
                return str(latest.get("uri"))
            if self._clock.monotonic() - begun > _PATIENCE_S:
                raise Unreachable(
                    operation="export contacts",
                    message=f"the export of contact list {self._list_id} is not ready after "
                    f"{_PATIENCE_S / 60:.0f} minutes",
                )
            wait = min(2 * wait, _LONGEST_WAIT_S)

    async def _signed(self, address: str) -> str:
        """Where the file of an export lies, for whoever knows it."""
        _, found, download = address.partition(_DOWNLOADS)
        if not found or not download:
            raise BadAnswer(operation="look for export", message="it names no download")
        answer = await self._client.call(
            "locate export",
            "GET",
            path(_DOWNLOADS + "{download}", download=download),
            query={"issueRedirect": False},
            expect=dict,
        )
        return str(answer.body.get("url"))


def contacts_in(file: TextIO) -> Iterator[tuple[str, dict[str, str]]]:
    """The contacts in an export, one by one: their ids, and their columns by name.

    Raises:
        BadAnswer: the file is none.
    """
    reader = csv.DictReader(file)
    if CONTACT_ID not in (reader.fieldnames or ()):
        raise BadAnswer(operation="read export", message=f"the file has no column {CONTACT_ID}")
    for row in reader:
        yield row[CONTACT_ID], row
