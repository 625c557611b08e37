# SPDX-License-Identifier: Apache-2.0
"""A contact centre whose operator may probe in a division of its own."""

from __future__ import annotations

import asyncio

import pytest

from infra.access import OPERATOR, SCRATCH
from integration.app import App
from simulator.access import Role
from tests.unit.centre import Centre


def strings(permissions):
    return [f"{kind}:{one}" for kind, actions in permissions.items() for one in actions]


class Bench(Centre):
    """One list that is dialled, and a division for scratch lists."""

    def __init__(self, folder):
        super().__init__(("",), folder)
        self.folder = folder
        self.division = self.make("/authorization/divisions", {"name": "Scratch"})
        self.settings = self.settings.model_copy(
            update={"scratch_division": self.division, "retry_attempts": 2}
        )
        self.allow(strings(SCRATCH))
        self.lead("A", 90)

    def allow(self, scratch):
        """The operator's usual rights everywhere, and these in the scratch division."""
        client = self.organisation.clients.by_id["operator"]
        self.organisation.grant(client, strings(OPERATOR), self.organisation.access.home.id)
        role = Role("scratch-role", "scratch", permissions=list(scratch))
        self.organisation.access.roles[role.id] = role
        client.role_divisions = (*client.role_divisions, (role.id, self.division))
        self.organisation.access.changed()

    def probe(self, *, stop_after=None, **settings):
        async def probed():
            chosen = self.settings.model_copy(update=settings)
            async with App(chosen, clock=self.clock, transport=self.transport) as app:
                if stop_after is not None:
                    asyncio.get_running_loop().call_later(stop_after, app.interrupt)
                return await app.probe()

        return self.run(probed())

    def names(self):
        return sorted(one.name for one in self.organisation.contact_lists)

    def fail(self, operation, **more):
        rule = {"operation": operation, "kind": "status", "status": 503, "probability": 1}
        self.control.set_faults(rules=[rule | more])

    def made(self):
        """The calls of the operator, as method and path without ids."""
        calls = self.control.calls(client_id="operator")["calls"]
        return {str(one["operation_id"]) for one in calls}


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)
