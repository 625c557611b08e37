# SPDX-License-Identifier: Apache-2.0
"""The prerequisites, one by one, in the order in which one needs the other."""

from __future__ import annotations

from typing import Final

from integration.doctoring import access, campaigns, gates, limits, lists, machine, people
from integration.doctoring.examination import Check

CHECKS: Final = (
    Check("sign-in", "without it nothing reaches the platform", access.token),
    Check(
        "clock",
        "ages of scores are judged by this machine's clock, and again by the platform's",
        access.clock,
    ),
    Check("products", "outbound dialing has to be licensed", access.products),
    Check(
        "permissions",
        "a client that may do less cannot run its verbs; see docs/permissions.md",
        access.permissions,
    ),
    Check(
        "contact list columns",
        "scores are written into these columns, and the dialer reads them there",
        look_at=lists.columns,
        of_campaign=False,
    ),
    Check(
        "column types",
        "only a column of a declared type can be sorted and filtered by while a campaign runs",
        look_at=lists.types,
        of_campaign=False,
    ),
    Check("both lists", "a lead is on both lists, and changes tier between them", lists.alike),
    Check(
        "campaign",
        "scores have to be on the list that is dialled",
        look_at=campaigns.dials,
    ),
    Check("sort", "the best lead is called first", look_at=campaigns.sort),
    Check(
        "dynamic queueing",
        "otherwise order and filter are fixed when the campaign starts, and new scores are late",
        look_at=campaigns.dynamic,
    ),
    Check(
        "filter",
        "it keeps stale leads out, and each lead with its queue",
        look_at=gates.filtered,
    ),
    Check(
        "pre-call rules",
        "a lead may go stale between the filter and its call",
        look_at=gates.refused,
    ),
    Check("high-value skill", "the best leads get the best agents", look_at=gates.skill),
    Check("agents", "without agents nobody is called", look_at=people.agents),
    Check(
        "agents with the skill",
        "a call that asks for a skill waits for an agent who has it",
        look_at=people.skilled,
    ),
    Check(
        "leads",
        "a lead in the wrong tier is called by the wrong agents",
        look_at=lists.leads,
        of_campaign=False,
    ),
    Check(
        "fresh scores",
        "a lead without a fresh score is not called",
        look_at=lists.stale,
        of_campaign=False,
    ),
    Check("call limit", "it decides how fast scores get there", limits.allowed),
    Check("refused calls", "each one costs time, and tells of a crowded client", limits.refusals),
    Check("outbox", "every score is kept here until it is delivered", machine.outbox, local=True),
    Check(
        "settings",
        "the two halves have to name the same lists, columns and thresholds",
        machine.stack,
        local=True,
    ),
)
