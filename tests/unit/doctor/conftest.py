# SPDX-License-Identifier: Apache-2.0
"""A contact centre in which everything is ready, to be broken in one place at a time."""

from __future__ import annotations

import pytest

from integration.app import App
from integration.doctoring.findings import Standing
from tests.unit.centre import GENERAL, SENIOR, Centre

SKILL = "High Value Sales"


class Ward(Centre):
    """Two queues with agents, three leads with fresh scores, and a doctor."""

    def __init__(self, tiers, folder):
        super().__init__(tiers, folder)
        queues = [f"{tier or 'one'} queue" for tier in tiers]
        self.agent = self.control.add_agent(name="Ada", skills={SKILL: 4}, queues=queues)
        for lead, score in (("A", 95), ("B", 71), ("C", 70)):
            self.lead(lead, score, tier=SENIOR if score > 70 else GENERAL)

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
