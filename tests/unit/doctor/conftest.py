# SPDX-License-Identifier: Apache-2.0
"""A contact centre in which everything is ready, to be broken in one place at a time."""

from __future__ import annotations

import pytest

from infra.access import SCRATCH
from integration.app import App
from integration.doctoring.findings import Standing
from simulator.access import Role
from tests.unit.centre import GENERAL, SENIOR, Centre

SKILL = "High Value Sales"


def strings(permissions):
    return [f"{kind}:{one}" for kind, actions in permissions.items() for one in actions]


class Ward(Centre):
    """Two queues with agents, three leads with fresh scores, and a doctor."""

    def __init__(self, tiers, folder):
        super().__init__(tiers, folder)
        queues = [f"{tier or 'one'} queue" for tier in tiers]
        self.agent = self.control.add_agent(name="Ada", skills={SKILL: 4}, queues=queues)
        for lead, score in (("A", 95), ("B", 71), ("C", 70)):
            self.lead(lead, score, tier=SENIOR if score > 70 else GENERAL)

        self._let_probe()

    def _let_probe(self):
        """The operator's second role, in a division of its own."""
        self.division = self.make("/authorization/divisions", {"name": "Scratch"})
        self.settings = self.settings.model_copy(update={"scratch_division": self.division})
        client = self.organisation.clients.by_id["operator"]
        role = Role("scratch-role", "scratch", permissions=strings(SCRATCH))
        self.organisation.access.roles[role.id] = role
        client.role_divisions = (*client.role_divisions, (role.id, self.division))
        self.organisation.access.changed()

    def doctor(self, outputs=None, **settings):
        async def examined():
            chosen = self.settings.model_copy(update=settings)
            async with App(chosen, clock=self.clock, transport=self.transport) as app:
                return await app.doctor(outputs or {})

        return self.run(examined())

    def wrong(self, found=None, **settings):
        """What is not well, but for the comparison with a stack: check, tier, standing, words."""
        return [
            (one.check, one.about, str(one.standing), one.says)
            for one in (found or self.doctor(**settings)).findings
            if one.standing is not Standing.OK and one.check != "settings"
        ]

    def granted(self, *permissions):
        self.organisation.grant(self.organisation.clients.by_id["operator"], permissions)

    def campaign(self, tier=SENIOR, **fields):
        self.change(f"/outbound/campaigns/{self.campaigns[tier]}", **fields)


@pytest.fixture
def ward(tmp_path):
    return Ward((SENIOR, GENERAL), tmp_path)


@pytest.fixture
def one_list(tmp_path):
    return Ward(("",), tmp_path)
