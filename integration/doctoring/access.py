# SPDX-License-Identifier: Apache-2.0
"""Signing in, clocks, permissions, products: what everything else stands on.

Source: docs/platform.md sections 1 and 11; AuthzSubject of the official SDK 269, which a client
may ask for without any permission.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

from integration.doctoring.desk import Client, Desk
from integration.doctoring.findings import Remark, fail, ok, unknown, warn
from integration.permissions import VERBS, Grants
from integration.platform.errors import (
    Forbidden,
    PlatformError,
    Refused,
    Unauthorized,
    shortened,
)
from integration.stack import Client as Role

_TOKEN: Final = "/api/v2/tokens/me"  # noqa: S105 - a path
_GRANTS: Final = "/api/v2/authorization/subjects/me"
_PRODUCTS: Final = "/api/v2/authorization/products"
_ROLES: Final[tuple[Role, ...]] = ("pusher", "operator")
_NOTICEABLE_S: Final = 30
_TOO_FAR_S: Final = 300
"""A score from further in the future is rejected."""


async def token(desk: Desk) -> AsyncIterator[Remark]:
    """Each client gets in; what organisation that is."""
    for client in desk.clients:
        try:
            answer = await client.connection.client.call("read token", "GET", _TOKEN, expect=dict)
        except Unauthorized as problem:
            if client is desk.clients[0]:
                raise
            desk.locked_out.add(client.client_id)
            todo = "deploy the stack again where its secret was rotated outside of it"
            yield fail(f"{_named(client)}: {problem}", todo, refused=True)
            continue
        organisation = answer.body.get("organization") or {}
        yield ok(f"{_named(client)} is signed in to {organisation.get('name') or 'it'}")


async def clock(desk: Desk) -> AsyncIterator[Remark]:
    """The clock of this machine against that of the platform."""
    answer = await desk.connection.client.call("read token", "GET", _TOKEN)
    now = desk.clock.now()
    if answer.date is None:
        yield unknown("the platform does not say what time it is")
        return
    ahead = round((now - answer.date).total_seconds())
    away = abs(ahead)
    # The platform's time is cut to seconds, and its answer was under way for a while.
    if away <= _NOTICEABLE_S:
        yield ok(f"within {max(2, away)} s of the platform's")
        return
    says = f"{away:,} s {'ahead of' if ahead > 0 else 'behind'} the platform's"
    todo = "let this machine's clock be set by a time server (NTP)"
    yield fail(says, todo) if away > _TOO_FAR_S else warn(says, todo)


async def permissions(desk: Desk) -> AsyncIterator[Remark]:
    """What each client may do, verb by verb."""
    for client in desk.clients:
        if client.client_id in desk.locked_out:
            continue  # told already
        try:
            granted = await _granted(client)
        except (Forbidden, Refused) as problem:
            yield unknown(f"{_named(client)}: its roles are not shown ({_short(problem)})")
            continue
        if granted is None:
            yield unknown(f"{_named(client)}: the platform does not show what its roles grant")
            continue
        scratch = desk.settings.scratch_division
        for remark in _verbs(client, granted, await _division(desk), scratch):
            yield remark


async def products(desk: Desk) -> AsyncIterator[Remark]:
    """What the organisation has licensed."""
    answer = await desk.connection.client.call("read products", "GET", _PRODUCTS, expect=dict)
    names = [str(one.get("id")) for one in answer.body.get("entities") or ()]
    if names:
        yield ok(", ".join(names))
    else:
        yield fail(
            "the organisation has no product",
            "let the account's owner license Genesys Cloud with outbound dialing",
        )


def _verbs(client: Client, granted: Grants, division: str, scratch: str) -> Iterable[Remark]:
    """What the client can run, what only in part, and what not at all."""
    mine = [one for one in VERBS if client.role in ("", one.client) and not one.by_hand]
    where = {one.verb: scratch if one.scratch else division for one in mine}
    lacking = {one.verb: _missing(one.all, granted, where[one.verb]) for one in mine}
    runs = [verb for verb, lacks in lacking.items() if not lacks]
    cannot = [one.verb for one in mine if _missing(one.permissions, granted, where[one.verb])]
    partly = [one.verb for one in mine if one.verb not in (*runs, *cannot)]
    says = f"{_named(client)} can run {', '.join(runs) or 'nothing'}"
    says += f"; only in part {', '.join(partly)}" if partly else ""
    says += f"; not {', '.join(cannot)}" if cannot else ""
    whole = any(all(one.verb in runs for one in mine if one.client == role) for role in _ROLES)
    if len(runs) == len(mine) or (not client.role and whole):
        yield ok(says)
        return
    names = ", ".join(sorted({one for lacks in lacking.values() for one in lacks}))
    todo = f"grant {names} to a role of the client; docs/permissions.md says in which division"
    # Without a stack nobody says which of the two clients this is to be.
    yield (fail if cannot and (client.role or not runs) else warn)(says, todo)


def _missing(permissions: Iterable[str], granted: Grants, division: str) -> list[str]:
    return [
        one
        for one in permissions
        if not granted.allow(one, division if one.startswith("outbound:") else "")
    ]


async def _granted(client: Client) -> Grants | None:
    """What the client's roles grant; None where the platform leaves out what is in them."""
    answer = await client.connection.client.call(
        "read grants", "GET", _GRANTS, query={"includeFullRoles": True}, expect=dict
    )
    divisions: dict[str, set[str]] = {}
    for grant in answer.body.get("grants") or ():
        policies = (grant.get("role") or {}).get("policies")
        if policies is None:
            return None
        where = str((grant.get("division") or {}).get("id") or "")
        for permission in _permissions(policies):
            divisions.setdefault(permission, set()).add(where)
    return Grants({name: frozenset(where) for name, where in divisions.items()})


def _permissions(policies: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for one in policies:
        for action in one.get("actions") or ():
            yield f"{one.get('domain')}:{one.get('entityName')}:{action}"


async def _division(desk: Desk) -> str:
    """The division of the first contact list that can be seen; blank where none can."""
    for lane in desk.lanes():
        try:
            found = await desk.contact_list(lane) if lane.list_id else {}
        except PlatformError:
            continue
        if found.get("division"):
            return str(found["division"].get("id") or "")
    return ""


def _named(client: Client) -> str:
    return f"{client.role or 'client'} {shortened(client.client_id)}"


def _short(problem: PlatformError) -> str:
    return " ".join(str(one) for one in (problem.status, problem.code) if one)
