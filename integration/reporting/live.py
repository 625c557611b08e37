# SPDX-License-Identifier: Apache-2.0
"""What a live organisation has on record of its calls: the last call of each contact, by export.

A contact keeps its last attempt and how that ended, nothing else: who took the call, how often it
was called, and who else could have been called then cannot be read afterwards. Its columns show
the score as it is now. Where that was calculated after the call, the ledger of this machine is
asked which score had been delivered before; where it does not know either, nobody does.

Source: platform.md section 4 (export; callRecords of a contact hold the last attempt only).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Final, Protocol

from integration.order import StoredScore
from integration.outbox import LedgerRecord
from integration.platform.client import GenesysClient
from integration.platform.paths import path
from integration.policy import ScoreColumns
from integration.reporting.dialled import Dialled, Record, in_order
from integration.scores import read_instant
from integration.stores.contact_list import stored_in
from integration.stores.exports import ContactExport, contacts_in

_ATTEMPT: Final = "CallRecordLastAttempt-"
_RESULT: Final = "CallRecordLastResult-"
_NO_ORDER: Final = (
    "Order exceptions, redials and refusals of rules: the platform keeps the last call of a lead "
    "only, and does not record who else could have been called, or was refused."
)
_NO_AGENTS: Final = "Agents: an export does not name who took a call."

History = Callable[[str], Sequence[LedgerRecord]]
"""The writes for a lead that are on record, the oldest score first."""


class Organisation(Protocol):
    """A connected organisation."""

    client: GenesysClient

    def export(self, list_id: str) -> ContactExport:
        """The next export of a contact list."""
        ...


@dataclass(frozen=True, slots=True)
class _Lane:
    """A campaign with the export of its contact list."""

    campaign: str
    queue: str
    export: ContactExport


class LastCalls:
    """Reads the last calls of all contacts that the campaigns dial.

    Args:
        organisation: the platform.
        campaigns: ids of campaigns.
        columns: the names of the columns of a score.
        history: the ledger.
    """

    def __init__(
        self,
        organisation: Organisation,
        campaigns: Sequence[str],
        columns: ScoreColumns,
        history: History,
    ) -> None:
        self._organisation = organisation
        self._campaigns = campaigns
        self._columns = columns
        self._history = history
        self._counts: Counter[str] = Counter()

    async def read(self) -> Record:
        """The last calls. Changes nothing.

        Raises:
            PlatformError: something cannot be read.
        """
        lanes = [await self._lane(one) for one in self._campaigns]
        leads: set[str] = set()
        lines: list[Dialled] = []
        for lane in lanes:
            with TemporaryFile() as file:
                await lane.export.save(file)
                file.seek(0)
                text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
                for lead, row in contacts_in(text):
                    leads.add(lead)
                    lines += self._calls(lane, lead, row)
                text.detach()
        names = " and ".join(lane.campaign for lane in lanes)
        return Record(
            source=f"the contact lists of {names}, read from the platform",
            live=True,
            lines=in_order(lines),
            left_out=(_NO_ORDER, _NO_AGENTS, *self._notes()),
            leads=len(leads),
        )

    async def _lane(self, campaign_id: str) -> _Lane:
        """Look at a campaign, and ask for an export of its list."""
        where = path("/api/v2/outbound/campaigns/{id}", id=campaign_id)
        answer = await self._organisation.client.call("read campaign", "GET", where, expect=dict)
        campaign = answer.body
        export = self._organisation.export(str((campaign.get("contactList") or {}).get("id")))
        await export.order()
        queue = str((campaign.get("queue") or {}).get("name") or "")
        return _Lane(str(campaign.get("name") or campaign_id), queue, export)

    def _calls(self, lane: _Lane, lead: str, row: Mapping[str, str]) -> Iterator[Dialled]:
        """The last call of a contact, on whatever number; none where it was never called."""
        attempts = {
            name.removeprefix(_ATTEMPT): text
            for name, text in row.items()
            if _is_attempt(name, text)
        }
        known = {phone: at for phone, text in attempts.items() if (at := read_instant(text))}
        self._counts["unreadable"] += bool(attempts) and not known
        if not known:
            return
        phone = max(known, key=lambda one: known[one])
        at, result = known[phone], row.get(_RESULT + phone) or ""
        stored = self._at_the_call(lead, stored_in(row, self._columns), at)
        yield Dialled(
            kind="call",
            at=at,
            lead=lead,
            campaign=lane.campaign,
            queue=lane.queue,
            score=stored.score,
            age=None if stored.at is None else (at - stored.at) / 1000,
            results=(result,) if result else (),
        )

    def _at_the_call(self, lead: str, stored: StoredScore, at: int) -> StoredScore:
        """The score that lay on the contact when it was called."""
        if stored.at is None or stored.at <= at:
            return stored
        before = [
            one
            for one in self._history(lead)
            if one.outcome == "delivered" and one.settled is not None and one.settled <= at
        ]
        self._counts["from ledger" if before else "scored again"] += 1
        if not before:
            return StoredScore(None, None)
        return StoredScore(before[-1].score, before[-1].at)

    def _notes(self) -> Iterator[str]:
        if number := self._counts["scored again"]:
            yield (
                f"Scores of {_leads(number)}: scored again after the call, and "
                "the ledger of this machine has no score that was delivered before it."
            )
        if number := self._counts["unreadable"]:
            yield (
                f"{_leads(number)}: the time of the last attempt is written in a form "
                "that cannot be read as RFC 3339."
            )


def _leads(number: int) -> str:
    return f"{number:,} called lead{'' if number == 1 else 's'}"


def _is_attempt(name: str | None, text: str | None) -> bool:
    """Whether a cell of an export holds the time of an attempt; a row may be too long or short."""
    return bool(name and text and name.startswith(_ATTEMPT))
