# SPDX-License-Identifier: Apache-2.0
"""One campaign at work: who waits, in which order, who was fetched, who has to wait longer.

Each contact that waits stands in one place: ``ready`` in the campaign's order, ``parked`` until
a time (or a change) because something forbids the call at present, ``fetched`` into the working
set, or ``held`` until an agent with its skills is free. A change of the contact puts it back to
``ready``, but not out of the working set. What depends on time is looked at only when a contact
comes to the front, so a change costs the same however long the list is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any

from simulator.contact import Contact
from simulator.dialer.attempts import NEVER
from simulator.dialer.conditions import Subject
from simulator.dialer.rules import Verdict
from simulator.dialer.shelf import Shelf
from simulator.dialer.sort_order import Key
from simulator.dialer.terms import Refused, Terms
from simulator.dialer.turns import Standing, Turns
from simulator.dialer.waiting import Waiting
from simulator.instants import from_wire

MOST_COUNTED = 1_000
"""How many contacts with a better score are looked at when a call is logged."""


PASSING = ("hours", "recall")
"""Reasons that end by themselves: a campaign waits for such contacts before it is complete."""

Skills = tuple[str, ...]
Servable = Callable[[Skills], bool]
"""Whether an agent with these skills is free."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that is about to be called.

    Args:
        column: the phone column to call by.
        verdict: what the pre-call rules said.
        recall: whether it is called again by the dialer itself.
    """

    contact: Contact
    column: str
    verdict: Verdict
    recall: bool


Judged = Callable[[Contact, Verdict], None]
"""Is told of each contact that the rules were asked about in order to call it."""


class Lane:
    """One campaign that is on.

    Args:
        terms: the campaign's terms.
        now: when it was turned on.
        judged: is told what the pre-call rules said.
        in_hand: ids of contacts that are being called.
    """

    def __init__(
        self, terms: Terms, now: datetime, judged: Judged, in_hand: Iterable[str] = ()
    ) -> None:
        self.terms = terms
        self.in_hand = set(in_hand)
        self.fetched: deque[str] = deque()
        self._judged = judged
        self._ready = Waiting()
        self._parked = Shelf()
        self._reasons: dict[str, str] = {}
        self._held: dict[Skills, Waiting] = {}
        self._turns = Turns()
        self.frozen: dict[str, dict[str, str]] = {}
        self.membership: dict[str, bool] = {}
        self.begin(now)

    def begin(self, now: datetime) -> None:
        """Take the list as it is now; static order and static filter are fixed here."""
        contacts, dynamic = self.terms.contacts.contacts.values(), self.terms.dynamic
        columns = [each["fieldName"] for each in self.terms.campaign.definition["contactSorts"]]
        if not dynamic["sort"]:
            self.frozen = {
                each.id: {column: each.data.get(column, "") for column in columns}
                for each in contacts
            }
        if not dynamic["filter"]:
            kept = {each.id: self.terms.filtered(each, now) is None for each in contacts}
            self.membership = kept
        self.refresh(None, now)

    def end(self) -> None:
        """Give back what was fetched."""
        self.terms.contacts.busy.difference_update(self.fetched)
        self.fetched.clear()

    def refresh(self, ids: Iterable[str] | None, now: datetime) -> None:
        """Look again at contacts that changed; None for all of them."""
        if ids is None:
            ids = [*self._ready, *self._parked, *self.fetched, *self.terms.contacts.contacts]
            self._held.clear()
            self._ready = Waiting()  # keys of another sort may not be comparable with these
            ids = dict.fromkeys(ids)
        for each in ids:
            self._place(each, now)

    def wake(self, now: datetime) -> None:
        """Let those come back whose time has come."""
        while (first := self._parked.first()) is not None and first[0] <= now:
            self._place(first[1], now)

    def next_wake(self) -> datetime | None:
        """When the next contact comes back by itself."""
        first = self._parked.first()
        return None if first is None or first[0] == NEVER else first[0]

    def take(self, now: datetime, servable: Servable) -> Candidate | None:
        """The next contact to call; None where nobody may be called now."""
        self.wake(now)
        while True:
            self.fetch(now)
            place = self._front(servable)
            if place is None:
                return None
            candidate = self._look(place, now, servable)
            if candidate is not None:
                return candidate

    def compare(self, chosen: Contact, now: datetime, servable: Servable) -> Standing:
        """How the call of ``chosen`` compares with those that could be made in its place."""
        value, turns = self.terms.value(chosen.data), self._turns
        decided, standing = turns.decided(chosen.id, value), turns.overtaken(chosen.id)
        recall = bool(chosen.recall_at) and self.terms.contacts.switches.recalls_first
        better = passed_over = 0
        held = [waiting for skills, waiting in self._held.items() if servable(skills)]
        outside = chain(*(each.better(value) for each in (self._ready, *held)))
        for item in list(islice(outside, MOST_COUNTED)):
            other = self.terms.contacts.contacts[item]
            if not self._could_be(other, now, servable):
                continue
            better += 1
            if turns.value(item) < decided.value and (other.recall_at or not recall):
                passed_over += turns.waited_since(item) < decided.at
                turns.overtake(item)
        for item in self.fetched:  # whether these can be called is found out at their turn
            if turns.value(item) < min(value, decided.value) and not recall:
                turns.overtake(item)
        turns.leave(chosen.id)
        return Standing(better, passed_over, standing)

    def _could_be(self, contact: Contact, now: datetime, servable: Servable) -> bool:
        """Whether the contact could be called now; whoever may not wait longer is parked."""
        column = self._gate(contact, now)
        if isinstance(column, Refused):
            self._park(contact.id, column)
            return False
        verdict = self.terms.rules.judge(Subject(contact, column), self.terms.moment(now))
        return verdict.dial and servable(verdict.skills)

    def exhausted(self, now: datetime) -> bool:
        """Whether nobody is left to be called, now or by the mere passing of time."""
        self.wake(now)
        self.fetch(now)
        while not self.fetched and (first := self._ready.first()) is not None:
            refused = self._gate(self.terms.contacts.contacts[first[1]], now)
            if not isinstance(refused, Refused):
                return False
            self._park(first[1], refused)
        waiting = any(reason in PASSING for reason in self._reasons.values())
        return not (self.fetched or self.in_hand or waiting or any(map(len, self._held.values())))

    def figures(self) -> dict[str, int]:
        """How many are parked for which reason, and how many may be called."""
        found = dict.fromkeys((*PASSING, "filter"), 0)
        for reason in self._reasons.values():
            found[reason] = found.get(reason, 0) + 1
        held = sum(map(len, self._held.values()))
        return {**found, "callable": len(self._ready) + len(self.fetched) + held}

    def skip(self, contact: Contact) -> None:
        """Let the contact wait no more; a rule refused it."""
        contact.skipped = True
        contact.recall_at = ""

    def snapshot(self) -> dict[str, Any]:
        """What cannot be found out from the contacts, as JSON."""
        held = [each for shelf in self._held.values() for each in shelf]
        early = held if self.terms.contacts.switches.working_set else []
        return {
            "fetched": [*early, *self.fetched],
            "frozen": self.frozen,
            "membership": self.membership,
            "in_hand": sorted(self.in_hand),
            "turns": self._turns.snapshot(),
        }

    def restore(self, data: dict[str, Any], now: datetime) -> None:
        """Go on where :meth:`snapshot` was taken."""
        self.in_hand = set(data["in_hand"])
        self.frozen, self.membership = dict(data["frozen"]), dict(data["membership"])
        self.refresh(None, now)
        for each in data["fetched"]:
            self._remove(each)
            self.fetched.append(each)
        self._turns.restore(data["turns"])

    def _waits(self, contact: Contact | None) -> bool:
        if contact is None or contact.id in self.in_hand:
            return False
        return bool((contact.queued and not contact.skipped) or contact.recall_at)

    def _place(self, item: str, now: datetime) -> None:
        """Put a contact where it belongs; a fetched one stays where it is."""
        contact = self.terms.contacts.contacts.get(item)
        if item in self.fetched:
            if contact is None:
                self._unfetch(item)
                self._turns.leave(item)
            else:
                self._turns.wait(item, self.terms.value(contact.data))
            return
        self._remove(item)
        if contact is None or not self._waits(contact):
            self._turns.leave(item)
            return
        if not contact.queued and from_wire(contact.recall_at) > now:
            self._park(item, Refused("recall", from_wire(contact.recall_at)))
            return
        value = self.terms.value(contact.data)
        self._turns.put_back(item, value)
        self._ready.put(item, self._key(contact), value)

    def _key(self, contact: Contact) -> Key:
        recall = bool(contact.recall_at) and self.terms.contacts.switches.recalls_first
        if self.terms.dynamic["sort"]:
            late, data = False, contact.data
        else:  # who came after the start stands behind those of the start
            cells = self.frozen.get(contact.id)
            late, data = cells is None, cells if cells is not None else contact.data
        return (not recall, late, *self.terms.key(data), contact.queue_seq)

    def _gate(self, contact: Contact, now: datetime) -> str | Refused:
        """The phone column to call by, or what forbids the call at present."""
        refused = self._filtered(contact, now)
        if refused is not None:
            return refused
        return self.terms.column(contact, now)

    def _filtered(self, contact: Contact, now: datetime) -> Refused | None:
        """What the filter says: now, or when the campaign began where it is static."""
        if self.terms.dynamic["filter"]:
            return self.terms.filtered(contact, now)
        if contact.id not in self.membership:  # came after the start
            self.membership[contact.id] = self.terms.filtered(contact, now) is None
        return None if self.membership[contact.id] else Refused("filter")

    def _park(self, item: str, refused: Refused) -> None:
        self._remove(item)
        self._turns.leave(item)
        self._parked.put(item, refused.until or NEVER)
        self._reasons[item] = refused.reason

    def _remove(self, item: str) -> None:
        self._parked.discard(item)
        for waiting in (self._ready, *self._held.values()):
            waiting.discard(item)
        self._reasons.pop(item, None)

    def fetch(self, now: datetime) -> None:
        """Fill up the working set."""
        contacts = self.terms.contacts
        while len(self.fetched) < contacts.switches.working_set:
            first = self._ready.first()
            if first is None:
                return
            refused = self._gate(contacts.contacts[first[1]], now)
            if isinstance(refused, Refused):
                self._park(first[1], refused)
                continue
            self._remove(first[1])
            self.fetched.append(first[1])
            self._turns.fetch(first[1])
            contacts.busy.add(first[1])

    def _unfetch(self, item: str) -> None:
        self.fetched.remove(item)
        self.terms.contacts.busy.discard(item)

    def _front(self, servable: Servable) -> str | None:
        """The contact whose turn it is: held ones were fetched before all others."""
        heads = [
            first
            for skills, shelf in self._held.items()
            if (first := shelf.first()) is not None and servable(skills)
        ]
        if self.fetched:
            return min(heads)[1] if heads else self.fetched[0]
        first = self._ready.first() if not self.terms.contacts.switches.working_set else None
        heads += [first] if first is not None else []
        return min(heads)[1] if heads else None

    def _look(self, item: str, now: datetime, servable: Servable) -> Candidate | None:
        """Decide about the contact in front; None where it is not called now."""
        fetched = item in self.fetched
        if fetched:
            self._unfetch(item)
        contact = self.terms.contacts.contacts.get(item)
        if contact is None or not self._waits(contact):
            self._remove(item)
            return None
        # What was fetched went through the filter then, and does not again.
        column = self.terms.column(contact, now) if fetched else self._gate(contact, now)
        if isinstance(column, Refused):
            self._park(item, column)
            return None
        verdict = self.terms.rules.judge(Subject(contact, column), self.terms.moment(now))
        if verdict.dial and not servable(verdict.skills):
            key, value = self._key(contact), self.terms.value(contact.data)
            self._remove(item)
            self._held.setdefault(verdict.skills, Waiting()).put(item, key, value)
            return None
        self._remove(item)
        recall = not contact.queued
        if not verdict.dial:
            self.skip(contact)
            if verdict.uncallable == "contact":
                contact.callable = False
            elif verdict.uncallable:
                status = {**contact.phone_number_status, column: {"callable": False}}
                contact.phone_number_status = status
        self._judged(contact, verdict)
        return Candidate(contact, column, verdict, recall) if verdict.dial else None
