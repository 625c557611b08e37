# SPDX-License-Identifier: Apache-2.0
"""Where more comes in than the platform takes, leads that change their tier go first."""

from __future__ import annotations

from tests.unit.centre import GENERAL, SENIOR
from tests.unit.serving.conftest import READ
from tests.unit.serving.watcher import watch


def test_a_lead_that_changes_its_tier_overtakes_the_others(two_lists):
    """A raised score does not wait behind those that change nothing but the order."""
    leads = two_lists.leads(30)

    async def script(one):
        await one.send(*((lead, 60) for lead in leads))
        await one.wait(60)
        assert {two_lists.held(lead, GENERAL) for lead in leads} == {"60"}
        two_lists.fail(READ, "latency", seconds=5)
        await one.send(*((lead, 61) for lead in leads[:-1]))
        await one.wait(4)
        await one.send((leads[-1], 95))
        waited = 0
        while two_lists.held(leads[-1], SENIOR) != "95":
            await one.wait(1)
            waited += 1
        late = [lead for lead in leads[:-1] if two_lists.held(lead, GENERAL) == "60"]
        assert waited <= 20  # the batches under way, and its own: each takes its two reads
        assert len(late) >= 15
        two_lists.control.clear_faults()

    watch(two_lists, script, batch_size=2)
