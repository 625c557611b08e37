# SPDX-License-Identifier: Apache-2.0
"""OAuth clients over the API: made, listed, changed, given a new secret, deleted.

The secret is in the answer that makes it and in no other.

Source: OAuthApi of the official SDK 269; provider reference, section B.3.
"""

from __future__ import annotations

from typing import Any

from simulator.clients import LONGEST_LIFE, SHORTEST_LIFE, USUAL_LIFE, OAuthClient
from simulator.errors import bad_field, not_found
from simulator.fields import Integer, ListOf, Object, Text, read_object
from simulator.http import Answer, Call, Operation

ROOT = "/api/v2/oauth/clients"
STATES = ("active", "disabled", "inactive")
GRANTS = ("CODE", "TOKEN", "SAML2-BEARER", "SAML2BEARER", "PASSWORD", "CLIENT-CREDENTIALS")
FIELDS = {
    "name": Text(required=True, minimum=1, maximum=256),
    "description": Text(),
    "accessTokenValiditySeconds": Integer(minimum=SHORTEST_LIFE, maximum=LONGEST_LIFE),
    "registeredRedirectUri": ListOf(Text()),
    "roleIds": ListOf(Text()),
    "authorizedGrantType": Text(required=True, choices=GRANTS),
    "scope": ListOf(Text()),
    "roleDivisions": ListOf(
        Object({"roleId": Text(required=True), "divisionId": Text(required=True)})
    ),
    "state": Text(choices=STATES),
}


def client_body(client: OAuthClient) -> dict[str, Any]:
    """The official OAuthClient, without the secret."""
    return {
        "id": client.id,
        "name": client.name,
        "accessTokenValiditySeconds": client.token_life,
        "description": client.description,
        "registeredRedirectUri": list(client.redirect_uris),
        "roleIds": [role_id for role_id, _ in client.role_divisions],
        "dateCreated": client.date_created,
        "dateModified": client.date_modified,
        "authorizedGrantType": client.grant_type,
        "scope": list(client.scope),
        "roleDivisions": [
            {"roleId": role_id, "divisionId": division_id}
            for role_id, division_id in client.role_divisions
        ],
        "state": client.state,
        "selfUri": f"{ROOT}/{client.id}",
    }


def post_client(call: Call) -> dict[str, Any]:
    """A new client with a new secret, which this answer alone shows."""
    organisation = call.organisation
    sent = read_object(call.body, FIELDS)
    client = OAuthClient(organisation.ids.new(), sent["name"], organisation.ids.secret())
    client.date_created = organisation.timestamp()
    _write(call, client, sent)
    organisation.clients.by_id[client.id] = client
    return {**client_body(client), "secret": client.secret}


def get_clients(call: Call) -> dict[str, Any]:
    """All clients on one page, as the platform lists them."""
    bodies = [client_body(client) for client in call.organisation.clients.by_id.values()]
    size = max(len(bodies), 1)
    return call.page(size=size, maximum=size).listing(bodies, ROOT)


def get_client(call: Call) -> dict[str, Any]:
    """One client."""
    return client_body(_client(call))


def put_client(call: Call) -> dict[str, Any]:
    """Replace everything of a client that can be replaced."""
    client = _client(call)
    _write(call, client, read_object(call.body, FIELDS))
    return client_body(client)


def delete_client(call: Call) -> Answer:
    """Delete a client; its tokens end."""
    call.organisation.clients.delete(_client(call).id)
    return Answer(status=204)


def post_secret(call: Call) -> dict[str, Any]:
    """A new secret in place of the old one, which is no longer good for a token."""
    client = _client(call)
    client.secret = call.organisation.ids.secret()
    client.date_modified = call.organisation.timestamp()
    return {**client_body(client), "secret": client.secret}


def _client(call: Call) -> OAuthClient:
    client_id = call.path["clientId"]
    client = call.organisation.clients.by_id.get(client_id)
    if client is None:
        raise not_found(f"the OAuth client {client_id}")
    return client


def _write(call: Call, client: OAuthClient, sent: dict[str, Any]) -> None:
    organisation = call.organisation
    client.role_divisions = _role_divisions(call, sent)
    client.name = sent["name"]
    client.description = sent.get("description", "")
    client.token_life = sent.get("accessTokenValiditySeconds", USUAL_LIFE)
    client.redirect_uris = tuple(sent.get("registeredRedirectUri", ()))
    client.grant_type = sent["authorizedGrantType"]
    client.scope = tuple(sent.get("scope", ()))
    client.date_modified = organisation.timestamp()
    organisation.clients.set_state(client, sent.get("state", "active"))


def _role_divisions(call: Call, sent: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The pairs that were sent; ``roleIds``, the older form, are granted in the home division."""
    access = call.organisation.access
    pairs = [(pair["roleId"], pair["divisionId"]) for pair in sent.get("roleDivisions", ())]
    if not pairs:
        pairs = [(role_id, access.home.id) for role_id in sent.get("roleIds", ())]
    for place, (role_id, division_id) in enumerate(pairs):
        where = f"roleDivisions[{place}]"
        if role_id not in access.roles:
            raise bad_field("invalid.value", f"{where}.roleId", "no such role")
        if not access.has_division(division_id):
            raise bad_field("invalid.value", f"{where}.divisionId", "no such division")
    return tuple(pairs)


OPERATIONS = (
    Operation(
        "POST", ROOT, "post_oauth_clients", post_client, ("oauth:client:add",), "OAuthClient"
    ),
    Operation(
        "GET",
        ROOT,
        "get_oauth_clients",
        get_clients,
        ("oauth:client:view",),
        "OAuthClientEntityListing",
    ),
    Operation(
        "GET",
        f"{ROOT}/{{clientId}}",
        "get_oauth_client",
        get_client,
        ("oauth:client:view",),
        "OAuthClient",
    ),
    Operation(
        "PUT",
        f"{ROOT}/{{clientId}}",
        "put_oauth_client",
        put_client,
        ("oauth:client:edit",),
        "OAuthClient",
    ),
    Operation(
        "DELETE",
        f"{ROOT}/{{clientId}}",
        "delete_oauth_client",
        delete_client,
        ("oauth:client:delete",),
    ),
    Operation(
        "POST",
        f"{ROOT}/{{clientId}}/secret",
        "post_oauth_client_secret",
        post_secret,
        ("oauth:client:edit",),
        "OAuthClient",
    ),
)
