# SPDX-License-Identifier: Apache-2.0
"""The controls of the OAuth clients: made with permissions, changed, their tokens ended."""

from __future__ import annotations

from typing import Any

from pydantic import NonNegativeInt, PositiveInt, validate_call

from simulator.access import EVERYWHERE
from simulator.clients import USUAL_LIFE, OAuthClient
from simulator.errors import not_found
from simulator.limits import USUAL_CEILING
from simulator.oauth_clients import STATES, client_body
from simulator.organisation import Organisation


class ClientControl:
    """Part of :class:`simulator.control.Control`.

    Args:
        organisation: what is controlled.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    def clients(self) -> list[dict[str, Any]]:
        """The OAuth clients, without their secrets."""
        return [
            _body(self.organisation, client) for client in self.organisation.clients.by_id.values()
        ]

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
        return _body(self.organisation, client)

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
        client = _client(self.organisation, client_id)
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
        return _body(self.organisation, client)


def _client(organisation: Organisation, client_id: str) -> OAuthClient:
    client = organisation.clients.by_id.get(client_id)
    if client is None:
        raise not_found(f"the OAuth client {client_id}")
    return client


def _body(organisation: Organisation, client: OAuthClient) -> dict[str, Any]:
    return {
        **client_body(client),
        "rateLimit": organisation.limits.ceiling(client.id),
        "liveTokens": organisation.clients.live_tokens(client.id),
        "tokenRequests": organisation.clients.token_requests.get(client.id, 0),
    }
