# SPDX-License-Identifier: Apache-2.0
"""The outbound event log: what went wrong after a call had been answered.

The dialer reports here what it could not do with a contact or a rule; no answer tells it.

Source: EventLog and EventMessage of the official SDK 269; platform reference, section 4.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from simulator.errors import not_found
from simulator.http import Call, Operation

if TYPE_CHECKING:
    from simulator.organisation import Organisation

ROOT = "/api/v2/outbound/events"
VIEW = "outbound:eventLog:view"
MOST_EVENTS = 10_000


class EventLog:
    """The last events of one organisation.

    Args:
        organisation: gives ids and time.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._events: deque[dict[str, Any]] = deque(maxlen=MOST_EVENTS)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._events)

    def add(
        self,
        category: str,
        code: str,
        message: str,
        *,
        level: str = "ERROR",
        entity: Mapping[str, str] | None = None,
        related: Mapping[str, str] | None = None,
        at: str = "",
    ) -> None:
        """Append an event.

        Args:
            category: an official category, for example ``CONTACT``.
            code: an official code, for example ``INVALID_CONTACT_UPDATE``.
            message: what happened, in words.
            level: ``INFO``, ``WARNING`` or ``ERROR``.
            entity: ``id`` and ``name`` of what it happened to.
            related: ``id`` and ``name`` of what it happened with.
            at: when it happened, as the platform writes it; now unless given.
        """
        event_id = self._organisation.ids.new()
        event: dict[str, Any] = {
            "id": event_id,
            "timestamp": at or self._organisation.timestamp(),
            "level": level,
            "category": category,
            "eventMessage": {"code": code, "message": message, "messageParams": {}},
            "selfUri": f"{ROOT}/{event_id}",
        }
        if entity is not None:
            event["errorEntity"] = dict(entity)
        if related is not None:
            event["relatedEntity"] = dict(related)
        self._events.append(event)

    def snapshot(self) -> list[dict[str, Any]]:
        """Every event, as JSON."""
        return list(self._events)

    def restore(self, data: Iterable[dict[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self._events = deque(data, MOST_EVENTS)


def get_events(call: Call) -> dict[str, Any]:
    """The events, the latest first; ``category`` and ``level`` narrow them."""
    category, level = call.text("category"), call.text("level")
    found = [
        event
        for event in reversed(list(call.organisation.events))
        if category in ("", event["category"]) and level in ("", event["level"])
    ]
    return call.page().listing(found, ROOT)


def get_event(call: Call) -> dict[str, Any]:
    """One event."""
    event_id = call.path["eventId"]
    for event in call.organisation.events:
        if event["id"] == event_id:
            return event
    raise not_found(f"the event {event_id}")


OPERATIONS = (
    Operation("GET", ROOT, "get_outbound_events", get_events, (VIEW,), "DialerEventEntityListing"),
    Operation("GET", f"{ROOT}/{{eventId}}", "get_outbound_event", get_event, (VIEW,), "EventLog"),
)
