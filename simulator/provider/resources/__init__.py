# SPDX-License-Identifier: Apache-2.0
"""The resource types that the stand-in provider knows, one description each."""

from __future__ import annotations

from simulator.provider.resource import Resource
from simulator.provider.resources.access import DIVISION, OAUTH_CLIENT, ROLE
from simulator.provider.resources.campaign import CAMPAIGN
from simulator.provider.resources.dialling import (
    ATTEMPT_LIMIT,
    CALL_ANALYSIS,
    CALLABLE_TIME_SET,
    DO_NOT_CALL_LIST,
)
from simulator.provider.resources.lists import CONTACT_LIST, DATA_TABLE, FILTER
from simulator.provider.resources.routing import QUEUE, SKILL, SKILL_GROUP, WRAPUP_CODE
from simulator.provider.resources.rules import RULE_SET

RESOURCES: dict[str, Resource] = {
    resource.type: resource
    for resource in (
        ATTEMPT_LIMIT,
        CALL_ANALYSIS,
        CALLABLE_TIME_SET,
        CAMPAIGN,
        CONTACT_LIST,
        DATA_TABLE,
        DIVISION,
        DO_NOT_CALL_LIST,
        FILTER,
        OAUTH_CLIENT,
        QUEUE,
        ROLE,
        RULE_SET,
        SKILL,
        SKILL_GROUP,
        WRAPUP_CODE,
    )
}
"""By their type in the program's URNs."""
