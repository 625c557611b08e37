# SPDX-License-Identifier: Apache-2.0
"""Every kind of object that the organisation keeps as :class:`simulator.entities.Entities`."""

from __future__ import annotations

from simulator.contact_list_filters import FILTERS
from simulator.entities import Kind
from simulator.outbound.attempt_limits import ATTEMPT_LIMITS
from simulator.outbound.call_analysis import CALL_ANALYSIS
from simulator.outbound.callable_times import CALLABLE_TIMES
from simulator.outbound.campaigns import CAMPAIGNS
from simulator.outbound.dnc_lists import DNC
from simulator.outbound.rule_sets import RULES
from simulator.outbound.sequences import SEQUENCES
from simulator.outbound.settings import MAPPINGS, SETTINGS
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
    ATTEMPT_LIMITS,
    CALLABLE_TIMES,
    CALL_ANALYSIS,
    DNC,
    RULES,
    FILTERS,
    CAMPAIGNS,
    SEQUENCES,
    SETTINGS,
    MAPPINGS,
)
