# SPDX-License-Identifier: Apache-2.0
"""Attempt limits: how often a contact is called, and when it is called again.

Source: AttemptLimits of the official SDK 269; provider reference, sections B.15 and D.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.entities import Definition, Entity, Kind
from simulator.entity_calls import usual_calls
from simulator.errors import bad_field
from simulator.fields import Integer, Object, Text
from simulator.references import ATTEMPT_LIMIT

if TYPE_CHECKING:
    from simulator.organisation import Organisation

_RECALL = {
    "nbrAttempts": Integer(required=True, minimum=0),
    "minutesBetweenAttempts": Integer(required=True, minimum=5),
}


def _check(_: Organisation, definition: Definition, __: Entity | None) -> None:
    limits = ("maxAttemptsPerContact", "maxAttemptsPerNumber")
    if not any(name in definition for name in limits):
        raise bad_field("bad.request", limits[0], f"is required where {limits[1]} is not given")


ATTEMPT_LIMITS = Kind(
    noun=ATTEMPT_LIMIT,
    root="/api/v2/outbound/attemptlimits",
    parameter="attemptLimitsId",
    permission="outbound:attemptLimits",
    model="AttemptLimits",
    fields={
        "maxAttemptsPerContact": Integer(minimum=1),
        "maxAttemptsPerNumber": Integer(minimum=1),
        "timeZoneId": Text(),
        "resetPeriod": Text(choices=("NEVER", "TODAY", *(f"DAYS_{days}" for days in range(2, 31)))),
        "recallEntries": Object(
            dict.fromkeys(("answeringMachine", "busy", "fax", "noAnswer"), Object(_RECALL))
        ),
    },
    defaults={"resetPeriod": "NEVER", "recallEntries": {}},
    check=_check,
)

OPERATIONS = usual_calls(ATTEMPT_LIMITS)
