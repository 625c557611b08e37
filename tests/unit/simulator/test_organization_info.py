# SPDX-License-Identifier: Apache-2.0
"""What the organisation says about itself, as the official clients need it."""

from __future__ import annotations

from simulator.operation_limits import OperationLimit

NAMESPACES = "/api/v2/organizations/limits/namespaces"
CLIENT_LIMIT = "client.credentials.token.rate.per.minute"


def values(platform, path, client="local-deployer"):
    said = platform.call("GET", f"{NAMESPACES}/{path}", client=client)
    return {item["key"]: item["value"] for item in said.body["entities"]}


def test_the_organisation_has_a_country(platform):
    """The official Go client reads the default country code without looking."""
    said = platform.me().body
    assert said["defaultCountryCode"] == "GB"
    assert said["id"] == platform.organisation.id


def test_products_are_counted(platform):
    """The official Go client needs a total and an id in each product."""
    said = platform.call("GET", "/api/v2/authorization/products").body
    assert said["total"] == len(said["entities"]) == 1
    assert said["entities"][0]["id"]


def test_namespaces_are_listed(platform):
    """The namespaces' names come in pages."""
    said = platform.call("GET", f"{NAMESPACES}?pageSize=2&pageNumber=2").body
    assert said["entities"] == ["auth.api", "authorization"]
    assert (said["total"], said["pageCount"]) == (8, 4)
    assert said["nextUri"].endswith("pageNumber=3")
    assert said["previousUri"].endswith("pageNumber=1")


def test_a_page_past_the_end_is_empty(platform):
    """Clients that page until an empty page come to an end."""
    assert platform.call("GET", f"{NAMESPACES}?pageNumber=99").body["entities"] == []


def test_a_client_reads_its_own_rate(platform):
    """The namespace shows the ceiling in force, its defaults the usual one."""
    platform.client("pusher", rate_limit=77)
    assert values(platform, "platform.api", "pusher")[CLIENT_LIMIT] == 77
    assert values(platform, "platform.api/defaults", "pusher")[CLIENT_LIMIT] == 300


def test_a_hidden_limit_is_not_told(platform):
    """What no header shows is not in the namespaces either."""
    platform.control.set_limits(client_id="local-deployer", hidden=5)
    assert values(platform, "platform.api")[CLIENT_LIMIT] == 3000


def test_layered_limits_are_told_in_their_namespace(platform):
    """A limit of an operation is listed where it belongs."""
    limit = OperationLimit("x", 9, key="contacts.rate", namespace="outbound")
    platform.organisation.limits.operations.set([limit])
    assert values(platform, "outbound") == {"contacts.rate": 9}
    assert values(platform, "outbound/defaults") == {"campaign.recycle.rate": 1}
    assert values(platform, "datatables") == {}


def test_an_unknown_namespace_is_404(platform):
    """Only official namespaces are there."""
    assert platform.call("GET", f"{NAMESPACES}/none").status == 404
