# SPDX-License-Identifier: Apache-2.0
"""Every kind of object that the organisation keeps as :class:`simulator.entities.Entities`.

The order is the order of restoring: each kind after those that it refers to.
"""

from __future__ import annotations

from simulator.entities import Kind
from simulator.outbound.attempt_limits import ATTEMPT_LIMIT
from simulator.routing.queues import QUEUES
from simulator.routing.skill_groups import SKILL_GROUPS
from simulator.routing.skills import SKILLS
from simulator.routing.users import USERS
from simulator.routing.wrapup_codes import WRAPUP_CODES
from simulator.scripts import SCRIPTS
from simulator.telephony.edge_groups import EDGE_GROUPS
from simulator.telephony.sites import SITES

KINDS: tuple[Kind, ...] = (
    SITES,
    EDGE_GROUPS,
    SCRIPTS,
    SKILLS,
    USERS,
    SKILL_GROUPS,
    WRAPUP_CODES,
    QUEUES,
    ATTEMPT_LIMIT,
)
