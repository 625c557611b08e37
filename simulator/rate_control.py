# SPDX-License-Identifier: Apache-2.0
"""The controls of the rate limits: ceilings shown and hidden, and other processes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, NonNegativeInt, validate_call

from simulator.errors import not_found
from simulator.operation_limits import OperationLimit
from simulator.organisation import Organisation

TEN_YEARS = 10 * 366 * 86400.0
Seconds = Annotated[float, Field(ge=0, le=TEN_YEARS)]
Duration = Annotated[float, Field(gt=0, le=TEN_YEARS)]
Rate = Annotated[float, Field(gt=0, le=10_000)]


class RateControl:
    """Part of :class:`simulator.control.Control`.

    Args:
        organisation: what is controlled.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

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
            _check_client(self.organisation, client_id)
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
        _check_client(self.organisation, client_id)
        if greedy == (calls_per_second is not None):
            raise ValueError("other traffic has calls_per_second or is greedy")
        if calls_per_second is None:
            self.organisation.limits.greedy(client_id, seconds, start_in)
        else:
            self.organisation.limits.other_traffic(client_id, calls_per_second, seconds, start_in)
        return self.organisation.limits.report(client_id)


def _check_client(organisation: Organisation, client_id: str) -> None:
    if client_id not in organisation.clients.by_id:
        raise not_found(f"the OAuth client {client_id}")
