# SPDX-License-Identifier: Apache-2.0
"""One of the lists that are looked at: all of it in a file, and contacts that it lacks."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from io import TextIOWrapper
from typing import BinaryIO

from integration.loading import ContactLoader
from integration.policy import ScoreColumns
from integration.reconciling.findings import Seen
from integration.stores.contact_list import stored_in
from integration.stores.exports import ContactExport, contacts_in


class Place:
    """A contact list.

    Args:
        export: makes an export of it.
        loader: puts contacts on it.
    """

    def __init__(self, export: Callable[[], ContactExport], loader: ContactLoader) -> None:
        self.loader = loader
        self._new_export = export
        self._export: ContactExport | None = None
        self._file: BinaryIO | None = None

    async def order(self) -> None:
        """Ask for the list as it is now.

        Raises:
            PlatformError: the platform does not give it.
        """
        self._export = self._new_export()
        await self._export.order()

    async def arrived(self) -> None:
        """Wait for what was ordered.

        Raises:
            PlatformError: it did not come.
        """
        assert self._export is not None
        self.forget()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by forget()
        await self._export.save(self._file)

    def forget(self) -> None:
        """Close the file, which is gone then."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def contacts(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """All contacts that have arrived: id and columns.

        Raises:
            BadAnswer: what has arrived is no export.
        """
        assert self._file is not None
        self._file.seek(0)
        text = TextIOWrapper(self._file, encoding="utf-8-sig", newline="")
        try:
            yield from contacts_in(text)
        finally:
            text.detach()

    def seen(self, columns: ScoreColumns) -> Iterator[tuple[str, Seen]]:
        """Their scores and tiers."""
        for lead, row in self.contacts():
            tier, model = row.get(columns.tier) or "", row.get(columns.model) or ""
            yield lead, Seen(stored_in(row, columns), tier, model)
