# SPDX-License-Identifier: Apache-2.0
"""The status of a campaign: turned on and off by clients, and what may be edited meanwhile.

A campaign is made ``off``. Clients write ``on`` and ``off``; the others come about by
themselves, but a client that only changes other fields sends the present one back.

Source: platform reference, section 5; provider reference, sections C.2 and C.3.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.errors import bad_field, bad_request, conflict
from simulator.instants import from_wire, to_wire
from simulator.references import CAMPAIGN

if TYPE_CHECKING:
    from simulator.entities import Definition, Entity
    from simulator.organisation import Organisation

STATUS = "campaignStatus"
STATUSES = ("on", "stopping", "off", "complete", "invalid", "forced_off", "forced_stopping")
ACTIVE = ("on", "stopping", "forced_stopping")
"""The statuses in which a campaign holds its contact list and cannot be deleted."""

# To "on" from any of these; to "off" from "on" alone, from "off" it is nothing new.
_MAY_START = ("off", "complete", "invalid", "forced_off")

_PATCHED = {
    *("outboundLineCount", "abandonRate", "maxCallsPerAgentDecimal"),
    *("dynamicLineBalancingSettings", "queue"),
}
"""What the platform's PATCH changes, whatever the status."""

_FIXED_WHILE_ON = {"contactList", "dialingMode", "phoneColumns"}


def status_of(organisation: Organisation, campaign: Entity) -> str:
    """The status at this moment; a campaign that was stopping is off in time."""
    status = str(campaign.definition[STATUS])
    off_at = campaign.more.get("off_at")
    if status == "stopping" and off_at and from_wire(off_at) <= organisation.now():
        return "off"
    return status


def check_status(
    organisation: Organisation, definition: Definition, campaign: Entity | None
) -> None:
    """Settle the status that ``definition`` asks for, and refuse edits that it forbids.

    Args:
        organisation: has the time, the switches and the other campaigns.
        definition: the new one, complete but for its status.
        campaign: the campaign as it is; None for a new one.

    Raises:
        Refusal: 400 ``invalid.update.bad.status.transition`` or ``resources.in.use``; 409
            ``invalid.update.campaign.active``.
    """
    wanted = definition.get(STATUS)
    if campaign is None:
        if wanted not in (None, "off"):
            raise bad_field("invalid.value", STATUS, "must be off when a campaign is made")
        definition[STATUS] = "off"
        return
    if wanted is None:
        raise bad_field("bad.request", STATUS, "is required")
    now = status_of(organisation, campaign)
    _refuse_edits(organisation, definition, campaign, now)
    _check_transition(now, wanted)
    if wanted == "on" and now != "on":
        _refuse_busy_list(organisation, definition, campaign)
    if wanted == "off" and now == "on":
        seconds = organisation.switches.campaign_stopping_seconds
        campaign.more["off_at"] = to_wire(organisation.now() + timedelta(seconds=seconds))
        wanted = "stopping"
    definition[STATUS] = "stopping" if now == "stopping" else wanted


def _check_transition(now: str, wanted: str) -> None:
    allowed = (
        wanted == now
        or (wanted == "on" and now in _MAY_START)
        or (wanted == "off" and now in ("on", "stopping"))
    )
    if not allowed:
        raise bad_request(
            "invalid.update.bad.status.transition",
            "Invalid transition from <{now}> to <{wanted}>",
            now=now.upper(),
            wanted=wanted.upper(),
        )


def _refuse_edits(
    organisation: Organisation, definition: Definition, campaign: Entity, now: str
) -> None:
    if now not in ACTIVE:
        return
    before = campaign.definition
    changed = {
        name
        for name in {*before, *definition} - {STATUS} - _PATCHED
        if before.get(name) != definition.get(name)
    }
    if organisation.switches.active_campaign_edits == "settings":
        changed &= _FIXED_WHILE_ON
    if changed:
        raise conflict(
            "invalid.update.campaign.active",
            "Campaign {name} is running; {fields} cannot be changed now.",
            name=campaign.name,
            fields=", ".join(sorted(changed)),
        )


def _refuse_busy_list(organisation: Organisation, definition: Definition, campaign: Entity) -> None:
    """Two campaigns may share a list, but not run on it at the same time."""
    list_id = definition["contactList"]["id"]
    for other in organisation.entities[CAMPAIGN]:
        busy = other.definition["contactList"]["id"] == list_id
        if busy and other is not campaign and status_of(organisation, other) in ACTIVE:
            raise bad_request(
                "resources.in.use",
                "The contact list is in use by campaign {campaign}, which is running.",
                campaign=other.name,
            )
