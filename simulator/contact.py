# SPDX-License-Identifier: Apache-2.0
"""One contact: its data, what the dialer has recorded on it, and its place in the queue.

A list may hold a million contacts, so a contact is small: maps that are still empty are shared
between contacts. Hence the rule of this module: a map on a contact is replaced, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOTHING: Mapping[str, Any] = {}
"""The map of every contact that has none of the kind yet; never changed."""


def _nothing() -> Mapping[str, Any]:
    return NOTHING


EVALUATIONS = ("latestSmsEvaluations", "latestEmailEvaluations", "latestWhatsAppEvaluations")
STATUSES = {"phoneNumberStatus": "phone_number_status", "contactableStatus": "contactable_status"}
RETENTION = ("retentionType", "retentionDays", "dateExpiration")


@dataclass(slots=True)
class Contact:
    """One contact of a contact list.

    Args:
        id: unique in its list.
        data: text per column, every column of the list, in the list's order.
        date_created: when it was added, as the platform writes it.
        callable: whether the dialer may call it at all.
        call_records: per phone column ``lastAttempt`` and ``lastResult``.
        phone_number_status: per phone column ``callable``, where it was ever set.
        contactable_status: per medium ``contactable`` and ``columnStatus``.
        evaluations: the official ``latest...Evaluations`` maps that were sent.
        retention: the official retention fields that were sent.
        queued: in the dialling queue; false once it was dialled.
        queue_seq: its place: the dialer takes low numbers first where no sort decides.
        skipped: a pre-call rule refused it; it stays skipped until it is queued again.
        requeued_count: how often a write put it into the queue again.
        recall_at: when the dialer will call it again by itself, as the platform writes times;
            empty where it will not.
        attempts: per phone column what an attempt limit counts; see
            :mod:`simulator.dialer.attempts`.
        attempted: how often it was called, ever.
    """

    id: str
    data: Mapping[str, str]
    date_created: str
    callable: bool = True
    call_records: Mapping[str, Any] = field(default_factory=_nothing)
    phone_number_status: Mapping[str, Any] = field(default_factory=_nothing)
    contactable_status: Mapping[str, Any] = field(default_factory=_nothing)
    evaluations: Mapping[str, Any] = field(default_factory=_nothing)
    retention: Mapping[str, Any] = field(default_factory=_nothing)
    queued: bool = True
    queue_seq: int = 0
    skipped: bool = False
    requeued_count: int = 0
    recall_at: str = ""
    attempts: Mapping[str, Any] = field(default_factory=_nothing)
    attempted: int = 0

    def forget_attempts(self) -> None:
        """Wipe what dialling left behind: attempts, results and callable states.

        Source: ``clearSystemData`` of the bulk POST, official SDK 269.
        """
        self.callable = True
        self.call_records = NOTHING
        self.phone_number_status = NOTHING
        self.contactable_status = NOTHING
        self.evaluations = NOTHING
        self.recall_at = ""
        self.attempts = NOTHING

    def make_callable(self) -> None:
        """Take back every "not callable", but keep the attempts."""
        self.callable = True
        self.phone_number_status = NOTHING
        self.contactable_status = NOTHING

    def set_system_data(self, sent: Mapping[str, Any]) -> None:
        """Take over what a write states besides data; what it leaves out stays.

        Args:
            sent: official field names, as :mod:`simulator.contact_body` reads them.
        """
        if "callable" in sent:
            self.callable = sent["callable"]
        for official, name in STATUSES.items():
            if official in sent:
                setattr(self, name, {**getattr(self, name), **sent[official]})
        if evaluations := {name: sent[name] for name in EVALUATIONS if name in sent}:
            self.evaluations = {**self.evaluations, **evaluations}
        if retention := {name: sent[name] for name in RETENTION if name in sent}:
            self.retention = retention

    def snapshot(self) -> dict[str, Any]:
        """Everything, as JSON; the maps are shared, which is safe as none is ever changed."""
        return {name: getattr(self, name) for name in self.__slots__}
