# SPDX-License-Identifier: Apache-2.0
"""Logging in with client credentials, and what a token says about itself.

The token call answers errors in the OAuth style, not as ErrorBody.

Source: platform reference, section 1; RFC 6749, sections 4.4 and 5.2.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from simulator.http import Answer, Call, Operation
from simulator.oauth_clients import client_body

GRANT = "client_credentials"


def post_token(call: Call) -> Answer:
    """A new access token for a client that proves who it is."""
    form: dict[str, list[str]] | None = call.body
    if form is None:
        return _refused(400, "invalid_request", "a form body is needed")
    clients = call.organisation.clients
    client_id, secret = _credentials(call.headers.get("authorization", ""), form)
    client = clients.by_id.get(client_id)
    clients.count_request(client_id if client is not None else "")
    grant = form.get("grant_type", [""])[-1]
    if grant != GRANT:
        error = "unsupported_grant_type" if grant else "invalid_request"
        return _refused(400, error, f"grant_type must be {GRANT}")
    if client is None or not client.has_secret(secret):
        return _refused(401, "invalid_client", "client id or secret is wrong")
    if client.state != "active":
        return _refused(401, "invalid_client", f"the client is {client.state}")
    if client.grant_type != "CLIENT-CREDENTIALS":
        return _refused(400, "unauthorized_client", f"the client's grant is {client.grant_type}")
    token = {
        "access_token": clients.issue(client),
        "token_type": "bearer",
        "expires_in": client.token_life,
    }
    return Answer(token, headers={"Cache-Control": "no-store"})


def get_me(call: Call) -> dict[str, Any]:
    """What the token is: its client and its organisation."""
    organisation = call.organisation
    named = {"id": organisation.id, "name": organisation.name}
    client = client_body(call.client)
    return {
        "organization": named,
        "homeOrganization": named,
        "authorizedScope": list(call.client.scope),
        "OAuthClient": {
            **{name: client[name] for name in client if name in _OF_ORG_CLIENT},
            "organization": named,
        },
    }


def head_me(call: Call) -> Answer:  # noqa: ARG001 - a handler
    """Whether the token is valid: reaching this says yes."""
    return Answer()


def delete_me(call: Call) -> Answer:
    """Revoke the token that the call came with."""
    call.organisation.clients.revoke(call.token)
    return Answer()


_OF_ORG_CLIENT = frozenset(
    {"id", "name", "dateCreated", "dateModified", "authorizedGrantType", "scope", "state"}
    | {"roleDivisions"}
)


def _credentials(authorization: str, form: dict[str, list[str]]) -> tuple[str, str]:
    """Client id and secret, from a Basic header or from the form; empty without either."""
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", [""])[-1], form.get("client_secret", [""])[-1]
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return client_id, secret


def _refused(status: int, error: str, description: str) -> Answer:
    headers = {"WWW-Authenticate": 'Basic realm="oauth"'} if status == 401 else {}
    return Answer({"error": error, "error_description": description}, status, headers)


OPERATIONS = (
    Operation(
        "POST",
        "/oauth/token",
        "post_oauth_token",
        post_token,
        authenticated=False,
        counted=False,
        form=True,
    ),
    Operation("GET", "/api/v2/tokens/me", "get_tokens_me", get_me, model="TokenInfo"),
    Operation("HEAD", "/api/v2/tokens/me", "head_tokens_me", head_me),
    Operation("DELETE", "/api/v2/tokens/me", "delete_tokens_me", delete_me),
)
