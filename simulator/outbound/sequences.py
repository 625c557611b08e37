# SPDX-License-Identifier: Apache-2.0
"""Campaign sequences: campaigns that shall run one after another. They are kept, but not run.

Source: CampaignSequence of the official SDK 269; provider reference, section B.19.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.entities import Definition, Entity, Kind
from simulator.entity_calls import usual_calls
from simulator.errors import not_simulated
from simulator.fields import Flag, ListOf, Text
from simulator.references import CAMPAIGN, RefersTo

if TYPE_CHECKING:
    from simulator.organisation import Organisation

ROOT = "/api/v2/outbound/sequences"


def _check(_: Organisation, definition: Definition, entity: Entity | None) -> None:
    if definition["status"] != "off":
        raise not_simulated("POST" if entity is None else "PUT", ROOT, "sequences that run")


SEQUENCES = Kind(
    noun="campaign sequence",
    root=ROOT,
    parameter="sequenceId",
    permission="outbound:campaignSequence",
    model="CampaignSequence",
    fields={
        "campaigns": ListOf(RefersTo(CAMPAIGN), required=True),
        "status": Text(choices=("on", "off", "complete")),
        "repeat": Flag(),
    },
    defaults={"status": "off", "repeat": False},
    check=_check,
)

OPERATIONS = usual_calls(SEQUENCES)
