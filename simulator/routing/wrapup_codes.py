# SPDX-License-Identifier: Apache-2.0
"""Wrap-up codes: what an agent says came of a call.

A code without a division belongs to all of them, which the platform writes as ``*``.

Source: RoutingApi of the official SDK 269; provider reference, section B.8.
"""

from __future__ import annotations

from simulator.entities import Kind
from simulator.entity_calls import usual_calls
from simulator.fields import Text
from simulator.references import WRAPUP_CODE
from simulator.routing.unknowns import NAME_LENGTH, force, unique

WRAPUP_CODES = Kind(
    noun=WRAPUP_CODE,
    root="/api/v2/routing/wrapupcodes",
    parameter="codeId",
    permission="routing:wrapupCode",
    model="WrapupCode",
    fields={"description": Text()},
    division="*",
    system=("dateCreated", "dateModified"),
    name_length=NAME_LENGTH,
    unique=unique,
    force=force,
)

OPERATIONS = usual_calls(WRAPUP_CODES)
