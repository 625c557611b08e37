# SPDX-License-Identifier: Apache-2.0
"""What tests and people may do to the simulated platform behind its clients' backs.

Every method takes and gives plain JSON values, checks what it is given, and is the same over
HTTP (:mod:`simulator.control_plane`) and in the process.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, NonNegativeInt, PositiveInt, validate_call

from simulator.access import EVERYWHERE
from simulator.clients import USUAL_LIFE, OAuthClient
from simulator.clock import VirtualClock
from simulator.contact_control import ContactChange, contact_json, write_contact
from simulator.errors import not_found
from simulator.faults import FaultPlan, FaultRule
from simulator.instants import to_wire
from simulator.limits import USUAL_CEILING
from simulator.oauth_clients import STATES, client_body
from simulator.operation_limits import OperationLimit
from simulator.organisation import Organisation

LONGEST_SLEEP = 3600.0
TEN_YEARS = 10 * 366 * 86400.0
Seconds = Annotated[float, Field(ge=0, le=TEN_YEARS)]
Duration = Annotated[float, Field(gt=0, le=TEN_YEARS)]
Shift = Annotated[float, Field(ge=-TEN_YEARS, le=TEN_YEARS)]
Rate = Annotated[float, Field(gt=0, le=10_000)]


class Control:
    """The controls of one organisation.

    Every method may raise ``ValueError`` (pydantic's ``ValidationError`` is one) for a value
    that makes no sense, and ``Refusal`` for an object that does not exist.

    Args:
        organisation: what is controlled.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

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

    def limits(self) -> dict[str, Any]:
        """The rate limits, and what became of each client's calls under them."""
        limits = self.organisation.limits
        return {
            "default": limits.default_ceiling,
            "operations": limits.operations.as_json(),
            "clients": [limits.report(client_id) for client_id in self.organisation.clients.by_id],
        }

    @validate_call
    def set_limits(
        self,
        *,
        client_id: str = "",
        ceiling: NonNegativeInt | None = None,
        hidden: NonNegativeInt | None = None,
        default: NonNegativeInt | None = None,
        operations: list[OperationLimit] | None = None,
    ) -> dict[str, Any]:
        """Change limits; what is not named stays, but the hidden ceiling of a named client.

        Args:
            client_id: whose ceilings are meant.
            ceiling: calls per minute that the client is told it has.
            hidden: lower calls per minute that are enforced and shown nowhere; None ends it.
            default: calls per minute of clients without a ceiling of their own.
            operations: all limits of single operations, in place of those before.
        """
        limits = self.organisation.limits
        if client_id:
            self._client(client_id)
            if ceiling is not None:
                limits.set_ceiling(client_id, ceiling)
            limits.hide(client_id, hidden)
        elif ceiling is not None or hidden is not None:
            raise ValueError("whose ceiling? name a client_id")
        if default is not None:
            limits.default_ceiling = default
        if operations is not None:
            limits.operations.set(operations)
        return self.limits()

    @validate_call
    def traffic(
        self,
        *,
        client_id: str,
        seconds: Duration,
        calls_per_second: Rate | None = None,
        greedy: bool = False,
        start_in: Seconds = 0.0,
    ) -> dict[str, Any]:
        """Let another process of a client call for a while.

        Args:
            client_id: whose limit it shares.
            seconds: for how long.
            calls_per_second: evenly, served or not.
            greedy: instead of that: take every free place at once.
            start_in: seconds from now.
        """
        self._client(client_id)
        if greedy == (calls_per_second is not None):
            raise ValueError("other traffic has calls_per_second or is greedy")
        if calls_per_second is None:
            self.organisation.limits.greedy(client_id, seconds, start_in)
        else:
            self.organisation.limits.other_traffic(client_id, calls_per_second, seconds, start_in)
        return self.organisation.limits.report(client_id)

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
        self.organisation.switches.update(changes)
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

    def clients(self) -> list[dict[str, Any]]:
        """The OAuth clients, without their secrets."""
        return [self._body(client) for client in self.organisation.clients.by_id.values()]

    @validate_call
    def add_client(
        self,
        *,
        client_id: str,
        secret: str,
        permissions: list[str],
        division: str = EVERYWHERE,
        rate_limit: NonNegativeInt = USUAL_CEILING,
        token_life: PositiveInt = USUAL_LIFE,
    ) -> dict[str, Any]:
        """Make a client that has exactly these permissions in that division."""
        if client_id in self.organisation.clients.by_id:
            raise ValueError(f"there is a client {client_id} already")
        if not self.organisation.access.has_division(division):
            raise not_found(f"the division {division}")
        client = self.organisation.add_client(
            client_id,
            secret,
            permissions=permissions,
            division=division,
            rate_limit=rate_limit,
            token_life=token_life,
        )
        return self._body(client)

    @validate_call
    def change_client(
        self,
        *,
        client_id: str,
        state: str | None = None,
        secret: str | None = None,
        token_life: PositiveInt | None = None,
        permissions: list[str] | None = None,
        revoke_tokens: bool = False,
    ) -> dict[str, Any]:
        """Change a client behind its back.

        Args:
            client_id: which one.
            state: ``active``, ``disabled`` (its tokens end) or ``inactive``.
            secret: in place of the one before.
            token_life: seconds, of tokens issued from now on.
            permissions: in place of all that it has, everywhere.
            revoke_tokens: end all of its tokens.
        """
        organisation = self.organisation
        client = self._client(client_id)
        if state is not None:
            if state not in STATES:
                raise ValueError(f"a client is {', '.join(STATES)}, not {state}")
            organisation.clients.set_state(client, state)
        if secret is not None:
            client.secret = secret
        if token_life is not None:
            client.token_life = token_life
        if permissions is not None:
            organisation.grant(client, permissions)
        if revoke_tokens:
            organisation.clients.revoke_all(client_id)
        return self._body(client)

    def contact(self, list_id: str, contact_id: str) -> dict[str, Any]:
        """A contact with what the API does not show: its place in the dialling queue."""
        state = self.organisation.contact_lists.get(list_id)
        return contact_json(state, contact_id)

    @validate_call
    def change_contact(
        self, list_id: str, contact_id: str, change: ContactChange
    ) -> dict[str, Any]:
        """Play the dialer or a third party: change data or system data of a contact."""
        state = self.organisation.contact_lists.get(list_id)
        write_contact(state, contact_id, change)
        return contact_json(state, contact_id)

    def events(self) -> list[dict[str, Any]]:
        """The outbound event log, oldest first."""
        return list(self.organisation.events)

    def _client(self, client_id: str) -> OAuthClient:
        client = self.organisation.clients.by_id.get(client_id)
        if client is None:
            raise not_found(f"the OAuth client {client_id}")
        return client

    def _body(self, client: OAuthClient) -> dict[str, Any]:
        organisation = self.organisation
        return {
            **client_body(client),
            "rateLimit": organisation.limits.ceiling(client.id),
            "liveTokens": organisation.clients.live_tokens(client.id),
            "tokenRequests": organisation.clients.token_requests.get(client.id, 0),
        }
