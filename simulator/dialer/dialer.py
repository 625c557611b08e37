# SPDX-License-Identifier: Apache-2.0
"""The dialer: discrete events on the organisation's clock, worked off when somebody looks.

Nothing runs in the background. Before a call to the platform or to the control plane is
answered, the dialer does everything that should have happened by then (:meth:`Dialer.catch_up`),
each event at its own instant; after it, it takes over what was changed (:meth:`Dialer.settle`).
So a run depends on the seed and on what was done when, and not on how often somebody looked.

The dialer is off until it is given settings: starting a campaign alone calls nobody.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.contact import Contact
from simulator.dialer.calls import UnderWay
from simulator.dialer.dial_log import DialLog
from simulator.dialer.floor import Floor
from simulator.dialer.lane import Lane
from simulator.dialer.parts import parts_of
from simulator.dialer.rules import Verdict
from simulator.dialer.settings import DialerSettings
from simulator.dialer.terms import Terms
from simulator.outbound.campaign_status import STATUS, status_of
from simulator.references import CAMPAIGN

if TYPE_CHECKING:
    from simulator.organisation import Organisation

_ATTEND = "attend"
_SOON = 0.001


class Dialer:
    """The dialer of one organisation.

    Args:
        organisation: has campaigns, lists, agents and the clock.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self.log = DialLog()
        self.floor: Floor | None = None
        self._events: list[tuple[float, int, str, int]] = []
        self._planned = 0
        self._next_look: float | None = None
        self._moment: float | None = None  # of the event that is happening
        self._recycled: dict[str, int] = {}
        self._anchor()

    def configure(self, settings: DialerSettings | None) -> None:
        """Call from now on as ``settings`` say; None: hang up, and call nobody any more."""
        self._stop()
        self._anchor()
        if settings is not None:
            self.floor = Floor(self._organisation, settings, self.log, self._plan)
            self.settle()

    def catch_up(self) -> None:
        """Let everything happen that should have happened by now."""
        if self.floor is None or self._moment is not None:
            return
        now = self._organisation.clock.monotonic()
        try:
            while self._events and self._events[0][0] <= now:
                self._moment, _, kind, number = heapq.heappop(self._events)
                self._happen(self.floor, kind, number)
        finally:
            self._moment = None

    def settle(self) -> None:
        """Take over what was changed on the platform: campaigns, their parts, agents."""
        floor = self.floor
        if floor is None:
            return
        organisation = self._organisation
        on = {
            campaign.id: campaign
            for campaign in organisation.entities[CAMPAIGN]
            if status_of(organisation, campaign) == "on"
        }
        for campaign_id in [each for each in floor.lanes if each not in on]:
            self._close(floor, campaign_id)
        for campaign_id, campaign in on.items():
            contacts = organisation.contact_lists.get(campaign.definition["contactList"]["id"])
            parts = parts_of(organisation, campaign, contacts)
            lane = floor.lanes.get(campaign_id)
            recycled = campaign.more.get("recycled", 0)
            if lane is None:
                self._open(floor, Terms(parts, floor.settings))
            elif self._recycled[campaign_id] != recycled:
                lane.terms = Terms(parts, floor.settings)
                lane.begin(self._now())
            elif lane.terms.parts.mark != parts.mark:
                lane.terms = Terms(parts, floor.settings)
                lane.refresh(None, self._now())
            self._recycled[campaign_id] = recycled
        queues = {
            lane.terms.parts.queue.id: lane.terms.parts.queue
            for lane in floor.lanes.values()
            if lane.terms.parts.queue is not None
        }
        floor.roster.refresh(organisation, queues.values(), self._t())
        self._look(0.0)

    def figures(self, campaign_id: str) -> dict[str, int]:
        """What is under way in a campaign that is on; empty for any other.

        Returns:
            ``idle`` (agents), ``outstanding`` (calls), ``callable`` and, by reason, those who
            have to wait: ``filter``, ``hours``, ``recall``, ``attempts`` and more.
        """
        floor = self.floor
        lane = floor.lanes.get(campaign_id) if floor is not None else None
        if floor is None or lane is None:
            return {}
        queue = lane.terms.parts.queue
        free = floor.roster.free(self._now())
        idle = sum(queue is None or queue.id in each.queues for each in free)
        return {**lane.figures(), "idle": idle, "outstanding": len(lane.in_hand)}

    def under_way(self, campaign_id: str) -> list[UnderWay]:
        """The calls of a campaign that ring or are talked at this moment."""
        return self.floor.calls.under_way(campaign_id) if self.floor is not None else []

    def snapshot(self) -> dict[str, Any] | None:
        """Everything but the log that is not found out anew, as JSON; None while it is off."""
        floor = self.floor
        if floor is None:
            return None
        now = self._organisation.clock.monotonic()
        return {
            "settings": floor.settings.model_dump(mode="json"),
            "log": self.log.snapshot(),
            "lanes": {name: lane.snapshot() for name, lane in floor.lanes.items()},
            "agents": [
                {**each, "free_since": each["free_since"] - now} for each in floor.roster.snapshot()
            ],
            "calls": floor.calls.snapshot(),
            "events": [[t - now, order, kind, number] for t, order, kind, number in self._events],
        }

    def restore(self, data: Mapping[str, Any] | None) -> None:
        """Go on where :meth:`snapshot` was taken; what is planned keeps its distance from now."""
        self._stop()
        self._anchor()
        self.log.restore(data["log"] if data else [])
        if data is None:
            return
        now = self._organisation.clock.monotonic()
        settings = DialerSettings.model_validate(data["settings"])
        self.floor = Floor(self._organisation, settings, self.log, self._plan)
        self.floor.calls.restore(data["calls"], self.log)
        agents = [{**each, "free_since": each["free_since"] + now} for each in data["agents"]]
        self.floor.roster.restore(agents)
        self._events = [(t + now, order, kind, n) for t, order, kind, n in data["events"]]
        heapq.heapify(self._events)
        self._planned = max((order for _, order, _, _ in self._events), default=0)
        self.settle()
        for campaign_id, kept in data["lanes"].items():
            if campaign_id in self.floor.lanes:
                self.floor.lanes[campaign_id].restore(kept, self._now())

    def _happen(self, floor: Floor, kind: str, number: int) -> None:
        now, t = self._now(), self._t()
        if kind != _ATTEND:
            floor.happen(kind, number, now, t)
        elif self._next_look is not None and self._next_look <= t:
            self._next_look = None
        for lane in floor.lanes.values():  # what bulk jobs have done by then
            state = lane.terms.contacts
            if state.pending:
                state.pending = [work for work in state.pending if not work.advance(t)]
        floor.attend(now)
        for campaign_id, lane in list(floor.lanes.items()):
            if not lane.terms.campaign.definition["alwaysRunning"] and lane.exhausted(now):
                self._close(floor, campaign_id)
                lane.terms.campaign.definition[STATUS] = "complete"
                self._organisation.entities[CAMPAIGN].touch(lane.terms.campaign)
        turns = [floor.roster.next_shift(now), *(each.next_wake() for each in floor.lanes.values())]
        later = [turn for turn in turns if turn is not None]
        if later:
            self._look(max((min(later) - now).total_seconds(), _SOON))

    def _open(self, floor: Floor, terms: Terms) -> None:
        campaign_id = terms.campaign.id

        def judged(contact: Contact, verdict: Verdict) -> None:
            floor.judged(lane, contact, verdict, self._now())

        def changed(ids: Iterable[str] | None) -> None:
            lane.refresh(ids, self._now())
            if self._moment is None:
                self._look(0.0)

        in_hand = {call.contact_id for call in floor.calls if call.campaign_id == campaign_id}
        lane = Lane(terms, self._now(), judged, in_hand & terms.contacts.busy)
        floor.lanes[campaign_id] = lane
        terms.contacts.watchers[campaign_id] = changed

    def _close(self, floor: Floor, campaign_id: str) -> None:
        lane = floor.lanes.pop(campaign_id)
        lane.end()
        lane.terms.contacts.watchers.pop(campaign_id, None)

    def _stop(self) -> None:
        if self.floor is not None:
            for campaign_id in list(self.floor.lanes):
                self._close(self.floor, campaign_id)
            for state in self._organisation.contact_lists:
                state.busy.clear()
        self.floor = None
        self._events, self._recycled, self._next_look = [], {}, None

    def _plan(self, seconds: float, kind: str, number: int = 0) -> None:
        self._planned += 1
        heapq.heappush(self._events, (self._t() + seconds, self._planned, kind, number))

    def _look(self, seconds: float) -> None:
        """Look for something to do after ``seconds``, unless that is planned already."""
        at = self._t() + seconds
        if self._next_look is None or at < self._next_look:
            self._next_look = at
            self._plan(seconds, _ATTEND)

    def _anchor(self) -> None:
        """Fix what the monotonic clock says at which time, so that instants never drift."""
        clock = self._organisation.clock
        self._zero = (clock.now(), clock.monotonic())

    def _t(self) -> float:
        return self._organisation.clock.monotonic() if self._moment is None else self._moment

    def _now(self) -> datetime:
        instant, monotonic = self._zero
        elapsed = timedelta(seconds=self._t() - monotonic)
        return instant + elapsed + self._organisation.clock_skew
