# SPDX-License-Identifier: Apache-2.0
"""Which permissions each verb needs, and of which client: stated here and nowhere else.

The page docs/permissions.md is written from it, ``leadscore doctor`` looks for them, and a test
runs every verb with exactly these, and with each of them missing.

Source: docs/platform.md section 11; the permissions of the single calls are in
docs/differences.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from integration.stack import Client

ADD, EDIT = "outbound:contact:add", "outbound:contact:edit"
VIEW, VIEW_LIST = "outbound:contact:view", "outbound:contactList:view"
DELETE = "outbound:contact:delete"
VIEW_CAMPAIGN = "outbound:campaign:view"
VIEW_FILTER = "outbound:contactListFilter:view"
VIEW_RULES = "outbound:ruleSet:view"
VIEW_QUEUE = "routing:queue:view"
VIEW_REFUSALS = "analytics:rateLimitAggregate:view"


@dataclass(frozen=True, slots=True)
class Needs:
    """What one verb needs.

    Attributes:
        verb: the words after ``leadscore``, options that matter among them.
        client: who runs it.
        permissions: without any one of these it fails, and says which one is missing.
        partly: without one of these it does the rest, and says what it could not do.
        scratch: they are granted in the division for scratch lists, where nothing is dialled.
        by_hand: the stack grants no client what this needs; the reason.
    """

    verb: str
    client: Client
    permissions: tuple[str, ...]
    partly: tuple[str, ...] = ()
    scratch: bool = False
    by_hand: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Both kinds."""
        return (*self.permissions, *self.partly)


_DOCTOR: Final = (
    VIEW,
    VIEW_LIST,
    VIEW_CAMPAIGN,
    VIEW_FILTER,
    VIEW_RULES,
    VIEW_QUEUE,
    VIEW_REFUSALS,
)
_EXPLAIN: Final = (
    VIEW_CAMPAIGN,
    VIEW,
    VIEW_LIST,
    VIEW_FILTER,
    VIEW_RULES,
    "outbound:attemptLimits:view",
    "outbound:callableTimeSet:view",
)
_PROBE: Final = (
    ADD,
    EDIT,
    VIEW,
    "outbound:contactList:add",
    "outbound:contactList:delete",
    VIEW_LIST,
)
VERBS: Final = (
    Needs("push", "pusher", (ADD, VIEW), partly=(VIEW_CAMPAIGN,)),
    Needs(
        "push --audit ledger",
        "pusher",
        (ADD, VIEW, DELETE),
        by_hand="a lead that is gone from the list is made again by the write, and then deleted",
    ),
    Needs("load", "pusher", (ADD, VIEW, VIEW_LIST)),
    Needs("plan", "pusher", ()),
    Needs("reconcile", "pusher", (VIEW, VIEW_LIST)),
    Needs("reconcile --mend", "pusher", (ADD, VIEW, VIEW_LIST), partly=(VIEW_CAMPAIGN,)),
    Needs("sweep", "pusher", (VIEW,)),
    # and what a push needs, for scores that arrive while it runs
    Needs("sweep --mark", "pusher", (EDIT, VIEW, VIEW_LIST)),
    Needs("serve", "pusher", (ADD, VIEW), partly=(VIEW_CAMPAIGN,)),
    Needs("explain", "operator", _EXPLAIN),
    Needs("campaign status", "operator", (VIEW_CAMPAIGN,)),
    Needs("campaign start", "operator", (VIEW_CAMPAIGN, "outbound:campaign:start")),
    Needs("campaign stop", "operator", (VIEW_CAMPAIGN, "outbound:campaign:stop")),
    Needs("report", "operator", (VIEW_CAMPAIGN, VIEW, VIEW_LIST)),
    Needs("doctor", "operator", (), partly=_DOCTOR),
    Needs("probe", "operator", _PROBE, scratch=True),
)
"""The verbs that call the platform."""

LOCAL: Final[Mapping[str, str]] = {
    "status": "looks at the outbox alone",
    "retry": "changes the outbox alone",
    "release": "changes the outbox alone",
    "history": "looks at the outbox alone",
    "forget": "changes the outbox alone",
    "report --dial-log": "looks at files alone",
}
"""The verbs that do not, and why."""


@dataclass(frozen=True, slots=True)
class Grants:
    """What a client was granted: divisions by permission, ``*`` standing for all of either.

    Attributes:
        divisions: ids of divisions by ``domain:entity:action``, in lower case.
    """

    divisions: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def allow(self, permission: str, division: str = "") -> bool:
        """Whether ``permission`` is granted in a division; in any one where none is named."""
        where: set[str] = set()
        for granted, found in self.divisions.items():
            if _covers(granted, permission):
                where |= found
        return bool(where) if not division else bool(where & {division, "*"})


def _covers(granted: str, permission: str) -> bool:
    parts, wanted = granted.lower().split(":"), permission.lower().split(":")
    return all(have in ("*", want) for have, want in zip(parts, wanted, strict=False))
