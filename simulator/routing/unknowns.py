# SPDX-License-Identifier: Apache-2.0
"""What no source says of routing objects: the length of names, their uniqueness, forced deletes.

The last two are switches, read here for all kinds of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.http import Call
    from simulator.organisation import Organisation

NAME_LENGTH = 256


def unique(organisation: Organisation) -> bool:
    """Whether two objects of a kind may not be called the same."""
    return organisation.switches.unique_routing_names


def force(call: Call) -> bool:
    """Whether what something refers to is deleted all the same."""
    return call.organisation.switches.used_routing_objects == "deleted"
