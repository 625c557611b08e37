# SPDX-License-Identifier: Apache-2.0
"""What the engine deployed is found well, and its clients can do what they are for."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from integration.app import App
from integration.doctoring.findings import Standing
from integration.reports import ExitCode
from integration.settings import Settings
from integration.stack import client_of, settings_of
from simulator.clock import VirtualClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import Organisation
from simulator.virtual_time import run_virtual


class Stack:
    """A stack as it is right after it was deployed, in virtual time."""

    def __init__(self, deployed, folder):
        self.outputs = deployed().outputs(show_secrets=True)
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock)
        self.organisation.restore(deployed.platform.organisation.snapshot())
        self.control = Control(self.organisation)
        self.folder = folder

    def use(self, work, client="operator"):
        """Run ``work(app)`` as one of the stack's clients."""
        found = settings_of("local", self.outputs, list(Settings.model_fields))
        credentials = client_of("local", self.outputs, client)
        settings = Settings(
            **found | {"client_id": credentials["client_id"]},
            client_secret=SecretStr(credentials["client_secret"]),
            outbox=self.folder / "outbox.db",
        )

        async def main():
            transport = SimulatorTransport(self.organisation)
            async with App(settings, clock=self.clock, transport=transport) as app:
                return await work(app)

        return run_virtual(self.clock, main())


@pytest.fixture
def stack(deployed, tmp_path):
    return Stack(deployed, tmp_path)


def test_a_stack_lacks_nothing_but_people(stack):
    """Nothing of what is declared is amiss; agents and leads are not declared."""
    found = stack.use(lambda app: app.doctor(stack.outputs))
    wrong = {one.check for one in found.findings if one.standing is not Standing.OK}
    assert wrong == {"agents", "agents with the skill", "leads"}
    assert found.exit_code == ExitCode.ROWS_LEFT


def test_a_probe_in_the_scratch_division(stack):
    """The operator of the stack may probe, and nothing is left of it."""
    before = {one.name for one in stack.organisation.contact_lists}
    found = stack.use(lambda app: app.probe())
    assert found.exit_code == ExitCode.FINE
    assert len(found.switches) == 7
    assert {one.name for one in stack.organisation.contact_lists} == before
