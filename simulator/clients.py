# SPDX-License-Identifier: Apache-2.0
"""OAuth clients and the access tokens that they were given.

Tokens are opaque and expire by the server's clock; a disabled or deleted client loses its
tokens at once, an inactive one keeps them but gets no new ones.

Source: OAuthClient of the official SDK 269; platform reference, section 1.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.errors import authentication_required, bad_credentials
from simulator.instants import from_wire, to_wire

if TYPE_CHECKING:
    from simulator.organisation import Organisation

SHORTEST_LIFE = 300
LONGEST_LIFE = 172_800
USUAL_LIFE = 86_400
MOST_TOKENS = 10_000
"""Live tokens kept per organisation; beyond that the oldest is forgotten, to bound memory."""


@dataclass(slots=True)
class OAuthClient:
    """One client of the client-credentials grant.

    Args:
        id: its id, also the user name of the token call.
        name: free text.
        secret: never shown again but where it is made or rotated.
        role_divisions: pairs of role id and division id (``*`` for all divisions).
        token_life: seconds; the official ``accessTokenValiditySeconds``.
        state: ``active``, ``disabled`` or ``inactive``.
        description: free text.
        grant_type: the official ``authorizedGrantType``.
        scope: kept and echoed; it grants nothing.
        redirect_uris: kept and echoed.
        date_created: when it was made.
        date_modified: when it was changed last.
    """

    id: str
    name: str
    secret: str = field(repr=False)
    role_divisions: tuple[tuple[str, str], ...] = ()
    token_life: int = USUAL_LIFE
    state: str = "active"
    description: str = ""
    grant_type: str = "CLIENT-CREDENTIALS"
    scope: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    date_created: str = ""
    date_modified: str = ""

    def has_secret(self, secret: str) -> bool:
        """Whether ``secret`` is this client's, compared in constant time."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())


@dataclass(slots=True)
class Token:
    """One access token: whose it is, and from when on it is no longer valid."""

    client_id: str
    expires_at: datetime


class Clients:
    """The OAuth clients of one organisation and their tokens.

    Args:
        organisation: gives the time, the ids and the switches.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self.by_id: dict[str, OAuthClient] = {}
        self._tokens: dict[str, Token] = {}
        self.token_requests: dict[str, int] = {}
        """Token requests that were looked at, per client id; those of unknown clients under ''."""

    def count_request(self, client_id: str) -> None:
        """Count a token request, whatever comes of it; an unknown client counts as empty."""
        self.token_requests[client_id] = self.token_requests.get(client_id, 0) + 1

    def issue(self, client: OAuthClient) -> str:
        """A new access token of ``client``, valid for its token life."""
        now = self._organisation.now()
        if len(self._tokens) >= MOST_TOKENS:
            self._tokens = {
                text: token for text, token in self._tokens.items() if token.expires_at > now
            }
        if len(self._tokens) >= MOST_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        text = self._organisation.ids.secret()
        self._tokens[text] = Token(client.id, now + timedelta(seconds=client.token_life))
        return text

    def authenticate(self, bearer: str) -> OAuthClient:
        """The client whose access token ``bearer`` is; empty where a call came without one.

        Raises:
            Refusal: 401 ``authentication.required`` without a token, ``bad.credentials`` for one
                that is unknown, expired or revoked.
        """
        if not bearer:
            raise authentication_required()
        token = self._tokens.get(bearer)
        client = self.by_id.get(token.client_id) if token is not None else None
        if token is None or client is None or client.state == "disabled":
            raise bad_credentials()
        if self._organisation.now() >= token.expires_at:
            if self._organisation.switches.code_after_expiry == "authentication.required":
                raise authentication_required()
            raise bad_credentials()
        return client

    def revoke(self, text: str) -> None:
        """End one token."""
        self._tokens.pop(text, None)

    def revoke_all(self, client_id: str) -> int:
        """End every token of that client; how many there were."""
        ended = [text for text, token in self._tokens.items() if token.client_id == client_id]
        for text in ended:
            del self._tokens[text]
        return len(ended)

    def live_tokens(self, client_id: str) -> int:
        """How many tokens of that client are valid now."""
        now = self._organisation.now()
        return sum(
            token.client_id == client_id and token.expires_at > now
            for token in self._tokens.values()
        )

    def set_state(self, client: OAuthClient, state: str) -> None:
        """Change the client's state; disabling it ends its tokens."""
        client.state = state
        if state == "disabled":
            self.revoke_all(client.id)

    def delete(self, client_id: str) -> None:
        """Remove the client and end its tokens."""
        del self.by_id[client_id]
        self.revoke_all(client_id)

    def snapshot(self) -> dict[str, Any]:
        """Everything, as JSON; secrets and tokens included."""
        return {
            "clients": [asdict(client) for client in self.by_id.values()],
            "tokens": {
                text: [token.client_id, to_wire(token.expires_at)]
                for text, token in self._tokens.items()
            },
            "token_requests": dict(self.token_requests),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self.by_id = {item["id"]: _client(item) for item in data["clients"]}
        self._tokens = {
            text: Token(client_id, from_wire(expires_at))
            for text, (client_id, expires_at) in data["tokens"].items()
        }
        self.token_requests = dict(data["token_requests"])


def _client(item: Mapping[str, Any]) -> OAuthClient:
    return OAuthClient(
        **{
            **item,
            "role_divisions": tuple((role, division) for role, division in item["role_divisions"]),
            "scope": tuple(item["scope"]),
            "redirect_uris": tuple(item["redirect_uris"]),
        }
    )
