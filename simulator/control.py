# SPDX-License-Identifier: Apache-2.0
"""What tests and people may do to the simulated platform behind its clients' backs.

Every method takes and gives plain JSON values, checks what it is given, and is the same over
HTTP (:mod:`simulator.control_plane`) and in the process.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PositiveInt, validate_call

from simulator.agent_control import AgentControl
from simulator.client_control import ClientControl
from simulator.clock import VirtualClock
from simulator.contact_control import ContactChange, contact_json, write_contact
from simulator.dialer.control import DialerControl
from simulator.faults import FaultPlan, FaultRule
from simulator.instants import to_wire
from simulator.organisation import Organisation
from simulator.rate_control import TEN_YEARS, RateControl, Seconds

LONGEST_SLEEP = 3600.0
Shift = Annotated[float, Field(ge=-TEN_YEARS, le=TEN_YEARS)]


class Control(RateControl, ClientControl, AgentControl, DialerControl):
    """The controls of one organisation.

    Every method may raise ``ValueError`` (pydantic's ``ValidationError`` is one) for a value
    that makes no sense, and ``Refusal`` for an object that does not exist.

    Args:
        organisation: what is controlled.
    """

    def clock(self) -> dict[str, Any]:
        """What time it is: ``now``, ``monotonic`` (seconds), ``mode``, the server's ``skew``."""
        organisation = self.organisation
        return {
            "mode": organisation.clock.mode,
            "now": to_wire(organisation.clock.now()),
            "monotonic": organisation.clock.monotonic(),
            "skew": organisation.clock_skew.total_seconds(),
        }

    @validate_call
    def advance(self, seconds: Seconds) -> dict[str, Any]:
        """Move a virtual clock on; any other runs by itself."""
        clock = self.organisation.clock
        if clock.mode != "virtual":
            raise ValueError(f"only a virtual clock can be advanced, this one is {clock.mode}")
        assert isinstance(clock, VirtualClock)
        clock.advance(seconds)
        return self.clock()

    @validate_call
    async def sleep(self, seconds: Seconds) -> dict[str, Any]:
        """Return after so many simulated seconds, an hour at most."""
        await self.organisation.clock.sleep(min(seconds, LONGEST_SLEEP))
        return self.clock()

    @validate_call
    def skew(self, seconds: Shift) -> dict[str, Any]:
        """Let the server's time differ from the clock's."""
        self.organisation.set_clock_skew(seconds)
        return self.clock()

    def faults(self) -> dict[str, Any]:
        """The plan, what it did so far, and the same without chance (``schedule``)."""
        plan = self.organisation.faults
        return {
            "seed": plan.seed,
            "rules": [rule.model_dump(mode="json") for rule in plan.rules],
            "history": [fault.as_json() for fault in plan.history],
            "schedule": [rule.model_dump(mode="json") for rule in plan.schedule()],
        }

    @validate_call
    def set_faults(self, *, rules: list[FaultRule], seed: int = 0) -> dict[str, Any]:
        """Set a plan in place of the one before; its counts begin anew."""
        organisation = self.organisation
        organisation.faults = FaultPlan(seed, rules, organisation.clock.monotonic())
        return self.faults()

    def clear_faults(self) -> None:
        """Let nothing go wrong any more; the server's skew, if any, stays."""
        self.organisation.faults = FaultPlan()

    def switches(self) -> dict[str, Any]:
        """Every switch: its value, its default, and what it stands for."""
        switches = self.organisation.switches
        return {
            name: {
                "value": getattr(switches, name),
                "default": field.default,
                "description": field.description,
            }
            for name, field in type(switches).model_fields.items()
        }

    def set_switches(self, /, **changes: Any) -> dict[str, Any]:
        """Set switches by name; none is set where one value is wrong."""
        self.organisation.dialer.catch_up()
        self.organisation.switches.update(changes)
        self.organisation.dialer.settle()
        return self.switches()

    def reset(self) -> None:
        """Begin anew: objects, clients, limits, faults and log; clock and switches go on."""
        self.organisation.reset()

    def snapshot(self) -> dict[str, Any]:
        """The whole organisation as JSON."""
        return self.organisation.snapshot()

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Go back to a snapshot; nothing is changed where it is none."""
        trial = Organisation(clock=self.organisation.clock)
        try:
            trial.restore(snapshot)
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise ValueError(f"this is no snapshot: {error!r}") from None
        self.organisation.restore(snapshot)

    @validate_call
    def calls(
        self,
        *,
        operation: str = "*",
        client_id: str = "",
        status: int | None = None,
        after: int = 0,
        last: PositiveInt | None = None,
    ) -> dict[str, Any]:
        """The call log; see :meth:`simulator.calllog.CallLog.find`."""
        log = self.organisation.calls
        found = log.find(
            operation=operation, client_id=client_id, status=status, after=after, last=last
        )
        return {"total": log.total, "calls": [call.as_json() for call in found]}

    @validate_call
    def forget_calls(self, *, record_bodies: bool | None = None) -> None:
        """Empty the call log; ``record_bodies`` says whether bodies are kept from now on."""
        self.organisation.calls.clear()
        if record_bodies is not None:
            self.organisation.calls.record_bodies = record_bodies

    def contact(self, list_id: str, contact_id: str) -> dict[str, Any]:
        """A contact with what the API does not show: its place in the dialling queue."""
        state = self.organisation.contact_lists.get(list_id)
        return contact_json(state, contact_id)

    @validate_call
    def change_contact(
        self, list_id: str, contact_id: str, change: ContactChange
    ) -> dict[str, Any]:
        """Play the dialer or a third party: change data or system data of a contact."""
        self.organisation.dialer.catch_up()
        state = self.organisation.contact_lists.get(list_id)
        write_contact(state, contact_id, change)
        return contact_json(state, contact_id)

    def events(self) -> list[dict[str, Any]]:
        """The outbound event log, oldest first."""
        return list(self.organisation.events)
