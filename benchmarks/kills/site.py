# SPDX-License-Identifier: Apache-2.0
"""The platform before the push: lists, leads, an earlier push, and what the dialer has done."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import SecretStr

from benchmarks.kills.case import MINUTE_MS, Case, Lead, Row
from benchmarks.leads import LIST, LISTS
from benchmarks.stage import PERMISSIONS, PUSHER, SECRET, log_in
from integration.app import App
from integration.scores import RawScore, format_instant, read_instant
from integration.settings import Settings
from integration.sources import SourceRow
from simulator.calllog import CallLog, LoggedCall
from simulator.clock import SimClock, VirtualClock
from simulator.contact_control import ContactChange
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.virtual_time import run_virtual

GATEWAY: Final = "https://api.example.test"
TIERS: Final = ("senior", "general")
_UNLIMITED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """How everything stands before the push: to be begun from as often as one likes."""

    case: Case
    lists: dict[str, str]
    organisation: dict[str, Any]
    outbox: Path

    def settings(self, outbox: Path, gateway: str = GATEWAY) -> Settings:
        """What the product is told."""
        return Settings(
            gateway=gateway,
            client_id=PUSHER,
            client_secret=SecretStr(SECRET),
            outbox=outbox,
            **self.options,
        )

    @property
    def options(self) -> dict[str, Any]:
        """The settings that the case decides on."""
        case = self.case
        options = {
            "audit": case.audit,
            "columns_kept": True,
            "batch_size": case.batch_size,
            "strategy": case.strategy,
        }
        if case.strategy == "queues":
            return options | {f"{tier}_list": self.lists[tier] for tier in TIERS}
        return options | {"contact_list": self.lists[TIERS[0]]}

    def source(self) -> Iterator[SourceRow]:
        """The rows of the file, as they are read."""
        yield from _source(self.case.rows)


def prepare(case: Case, folder: Path) -> Prepared:
    """Set the platform up, push the earlier scores, let the dialer work."""
    clock = VirtualClock(datetime.fromtimestamp(case.now / 1000, UTC))
    site = Site(clock, case.seed)
    lists = run_virtual(clock, site.make_lists(case))
    prepared = Prepared(case, lists, {}, folder / "before.db")
    earlier = [
        Row(lead.lead_id, str(lead.score), lead.at) for lead in case.leads if lead.at is not None
    ]
    run_virtual(clock, _push(prepared, site, list(_source(earlier))))
    for lead in case.leads:
        if lead.listed:
            site.dial(lead, case, lists)
    return Prepared(case, lists, site.organisation.snapshot(), prepared.outbox)


async def _push(prepared: Prepared, site: Site, rows: list[SourceRow]) -> None:
    settings = prepared.settings(prepared.outbox)
    async with App(settings, clock=site.organisation.clock, transport=site.transport) as app:
        await app.push(rows, name="earlier scores")


class Site:
    """A simulated organisation, in this process.

    Args:
        clock: its time.
        seed: decides on ids and chance.
    """

    def __init__(self, clock: SimClock, seed: int) -> None:
        self.organisation = Organisation(clock=clock, seed=seed)
        self.control = Control(self.organisation)
        self.transport = SimulatorTransport(self.organisation)
        self.organisation.add_client(PUSHER, SECRET, permissions=PERMISSIONS, rate_limit=_UNLIMITED)

    async def make_lists(self, case: Case) -> dict[str, str]:
        """A contact list for each tier with the leads that are listed; their ids by tier."""
        lists = {}
        async with httpx.AsyncClient(transport=self.transport, base_url=GATEWAY) as http:
            await log_in(http, BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET)
            for tier in TIERS if case.strategy == "queues" else TIERS[:1]:
                made = await http.post(LISTS, json={**LIST, "name": f"Leads {tier}"})
                lists[tier] = made.raise_for_status().json()["id"]
                rows = [
                    {
                        "id": lead.lead_id,
                        "contactListId": lists[tier],
                        "data": {"lead_id": lead.lead_id, "phone": "+49301", "zone": "Etc/UTC"},
                    }
                    for lead in case.leads
                    if lead.listed
                ]
                path = f"{LISTS}/{lists[tier]}/contacts"
                (await http.post(path, json=rows)).raise_for_status()
        return lists

    def dial(self, lead: Lead, case: Case, lists: dict[str, str]) -> None:
        """Leave on the lead's contact what the dialer would have left."""
        senior = "senior" in lists and lead.score is not None and lead.score > 70
        place = lists["senior" if senior or len(lists) == 1 else "general"]
        attempt = format_instant(case.now - 10 * MINUTE_MS)
        results = {"called": "ININ-OUTBOUND-LIVE", "recall": "ININ-OUTBOUND-NO-ANSWER"}
        change: dict[str, Any] = {"skipped": lead.score is None}
        if lead.mark in results:
            record = {"lastAttempt": attempt, "lastResult": results[lead.mark]}
            change = {"queued": False, "callRecords": {"phone": record}}
        elif lead.mark == "barred":
            change = {"callable": False}
        self.control.change_contact(place, lead.lead_id, ContactChange(**change))

    def begin(self, prepared: Prepared, outbox: Path) -> Watch:
        """Go back to what was prepared, with its outbox at ``outbox``; what is seen from then."""
        self.control.restore(prepared.organisation)
        self.control.set_faults(seed=prepared.case.seed, rules=list(prepared.case.faults))
        shutil.copy(prepared.outbox, outbox)
        self.organisation.calls = watch = Watch(self.organisation, prepared)
        return watch

    def contacts(self, prepared: Prepared) -> dict[str, dict[str, Any]]:
        """Every contact of every list, with what the API does not show, but for its place."""
        found = {}
        for tier, list_id in prepared.lists.items():
            for lead in self.organisation.contact_lists.get(list_id).contacts:
                contact = self.control.contact(list_id, lead)
                del contact["queue"]["place"]  # those that are queued together, in any order
                found[f"{lead} in {tier}"] = contact
        return found


class Watch(CallLog):
    """Looks at the lists after every call, before its answer leaves.

    Args:
        organisation: what is looked at.
        prepared: which lists.

    Attributes:
        then: told of each call afterwards.
        wrong: what must not be, and was seen.
        writes: how often each contact was written.
    """

    def __init__(self, organisation: Organisation, prepared: Prepared) -> None:
        super().__init__()
        self._organisation = organisation
        self._lists = prepared.lists
        self._newest: dict[tuple[str, str], int] = {}
        self._cells: dict[tuple[str, str], Any] = {}
        self.then: Callable[[LoggedCall], None] = lambda _: None
        self.wrong: list[str] = []
        self.writes: Counter[str] = Counter()
        self._look()
        self.writes.clear()

    def add(self, call: LoggedCall) -> None:
        """Keep ``call`` and see what it has done."""
        super().add(call)
        self._look()
        self.then(call)

    def _look(self) -> None:
        for tier, list_id in self._lists.items():
            for lead, contact in self._organisation.contact_lists.get(list_id).contacts.items():
                if contact.data is not self._cells.get((tier, lead)):
                    self._cells[tier, lead] = contact.data
                    self._changed(tier, lead, contact.data)

    def _changed(self, tier: str, lead: str, data: Any) -> None:
        self.writes[f"{lead} in {tier}"] += 1
        at = read_instant(data["ml_score_at"])
        newest = self._newest.get((tier, lead))
        if newest is not None and (at is None or at < newest):
            self.wrong.append(f"{lead} went back from {newest} to {at} in {tier}")
        if at is not None:
            self._newest[tier, lead] = at
        cells = [self._cells.get((one, lead)) for one in self._lists]
        homes = [
            one
            for one, found in zip(self._lists, cells, strict=True)
            if found is not None and found["route_tier"] == one
        ]
        if len(homes) > 1:
            self.wrong.append(f"{lead} would be dialled from both lists")


def _source(rows: tuple[Row, ...] | list[Row]) -> Iterator[SourceRow]:
    for number, row in enumerate(rows, 1):
        based_on = None if row.based_on is None else format_instant(row.based_on)
        raw = RawScore(row.lead_id, row.score, format_instant(row.at), "m1", based_on)
        yield SourceRow(number, raw, None)
