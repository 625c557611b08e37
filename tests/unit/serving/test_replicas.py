# SPDX-License-Identifier: Apache-2.0
"""Two services that share an outbox on a server: both deliver, and one goes on for the other."""

from __future__ import annotations


def test_replicas_deliver_side_by_side(service, new_schema):
    """Scores of two services reach the platform once each; the newest of a lead stays."""
    place = new_schema()
    leads = service.leads(40)

    async def script(one):
        async with service.serving(outbox=place) as other:
            for turn in range(1, 6):
                one.put(*(service.score(lead, 10 + turn, age_s=0) for lead in leads))
                other.put(*(service.score(lead, 50, age_s=60) for lead in leads))
                await one.wait(3)
            assert one.standing.state == other.standing.state == "delivering"
            await one.until_empty()
            assert {service.held(lead) for lead in leads} == {"15"}
            one.stop.set()
            await one.running
            other.put(*(service.score(lead, 99, age_s=0) for lead in leads))
            await other.until_empty()

    service.serve(script, outbox=place)
    assert {service.held(lead) for lead in leads} == {"99"}
