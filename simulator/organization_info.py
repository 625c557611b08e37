# SPDX-License-Identifier: Apache-2.0
"""What the organisation says about itself: its name, its products, its limits.

Source: OrganizationApi of the official SDK 269; provider reference, section A.6; platform
reference, section 2.
"""

from __future__ import annotations

from typing import Any

from simulator.errors import not_found
from simulator.http import Call, Operation
from simulator.limits import CLIENT_LIMIT, CLIENT_NAMESPACE, USUAL_CEILING
from simulator.operation_limits import RECYCLE_LIMIT

NAMESPACES = "/api/v2/organizations/limits/namespaces"
NAMED = (
    "analytics",
    "architect",
    "auth.api",
    "authorization",
    "datatables",
    "outbound",
    "platform.api",
    "routing",
)
_USERS = (("org.app.user.rate.per.minute", 300), ("org.user.rate.per.minute", 3000))


def get_me(call: Call) -> dict[str, Any]:
    """The organisation."""
    organisation = call.organisation
    return {
        "id": organisation.id,
        "name": organisation.name,
        "defaultLanguage": "en-us",
        "defaultCountryCode": "GB",
        "thirdPartyOrgName": "lead-scoring-local",
        "domain": "lead-scoring.local",
        "version": 1,
        "state": "active",
        "productPlatform": "GenesysCloud",
        "voicemailEnabled": False,
        "features": {},
        "selfUri": "/api/v2/organizations/me",
    }


def get_products(call: Call) -> dict[str, Any]:
    """The products that the organisation has."""
    products = [{"id": product} for product in call.organisation.products]
    return {
        "entities": products,
        "pageSize": len(products),
        "pageNumber": 1,
        "total": len(products),
        "pageCount": 1,
    }


def get_namespaces(call: Call) -> dict[str, Any]:
    """The names of the namespaces of limits."""
    return call.page(size=100).listing(NAMED, NAMESPACES)


def get_namespace(call: Call) -> dict[str, Any]:
    """The limits of a namespace in force; the rate is the calling client's own."""
    name = _namespace(call)
    limits = call.organisation.limits
    rate = limits.ceiling(call.client.id)
    return _listing(
        name,
        rate,
        [
            (limit.key, limit.allowed)
            for limit in limits.operations.limits
            if limit.namespace == name
        ],
    )


def get_defaults(call: Call) -> dict[str, Any]:
    """The limits of a namespace that an organisation has unless it asked for others."""
    name = _namespace(call)
    own = [(RECYCLE_LIMIT.key, RECYCLE_LIMIT.allowed)] if name == RECYCLE_LIMIT.namespace else []
    return _listing(name, USUAL_CEILING, own)


def _namespace(call: Call) -> str:
    name = call.path["namespaceName"]
    if name not in NAMED:
        raise not_found(f"the namespace {name}")
    return name


def _listing(namespace: str, rate: int, operations: list[tuple[str, int]]) -> dict[str, Any]:
    general = ((CLIENT_LIMIT, rate), *_USERS) if namespace == CLIENT_NAMESPACE else ()
    return {
        "entities": [
            {"key": key, "namespace": namespace, "value": value}
            for key, value in (*general, *operations)
        ]
    }


OPERATIONS = (
    Operation(
        "GET", "/api/v2/organizations/me", "get_organizations_me", get_me, model="Organization"
    ),
    Operation(
        "GET",
        "/api/v2/authorization/products",
        "get_authorization_products",
        get_products,
        model="OrganizationProductEntityListing",
    ),
    Operation(
        "GET", NAMESPACES, "get_organizations_limits_namespaces", get_namespaces, model="object"
    ),
    Operation(
        "GET",
        f"{NAMESPACES}/{{namespaceName}}",
        "get_organizations_limits_namespace",
        get_namespace,
        model="LimitsEntityListing",
    ),
    Operation(
        "GET",
        f"{NAMESPACES}/{{namespaceName}}/defaults",
        "get_organizations_limits_namespace_defaults",
        get_defaults,
        model="LimitsEntityListing",
    ),
)
