# SPDX-License-Identifier: Apache-2.0
"""OAuth clients, roles and divisions over the API, and what they grant."""

from __future__ import annotations

import pytest

from simulator.access import Access, Role
from simulator.clients import OAuthClient
from simulator.ids import Ids
from simulator.permissions import known
from simulator.resources import OPERATIONS

CLIENTS = "/api/v2/oauth/clients"
ROLES = "/api/v2/authorization/roles"
DIVISIONS = "/api/v2/authorization/divisions"
NEW_CLIENT = {"name": "pusher", "authorizedGrantType": "CLIENT-CREDENTIALS"}


def policy(entity, *actions, domain="outbound"):
    return {"domain": domain, "entityName": entity, "actionSet": list(actions)}


def role(platform, *policies, name="a role"):
    said = platform.call("POST", ROLES, {"name": name, "permissionPolicies": list(policies)})
    assert said.status == 200, said.body
    return said.body["id"]


def client(platform, *pairs, **more):
    divisions = [{"roleId": role_id, "divisionId": division} for role_id, division in pairs]
    said = platform.call("POST", CLIENTS, {**NEW_CLIENT, "roleDivisions": divisions, **more})
    assert said.status == 200, said.body
    return said.body


@pytest.mark.parametrize(
    ("granted", "asked", "allowed"),
    [
        ("outbound:contact:view", "outbound:contact:view", True),
        ("outbound:contact:view", "OUTBOUND:Contact:View", True),
        ("outbound:contact:view", "outbound:contact:edit", False),
        ("outbound:contact:view", "outbound:contactList:view", False),
        ("outbound:contact:*", "outbound:contact:edit", True),
        ("outbound:*:*", "outbound:contact:edit", True),
        ("outbound:*:view", "outbound:contact:edit", False),
        ("*", "outbound:contact:edit", True),
        ("outbound", "outbound:contact:edit", False),
        ("", "outbound:contact:edit", False),
    ],
)
def test_what_a_permission_covers(granted, asked, allowed):
    """Permissions compare part by part, in any case of letters, with * for any part."""
    assert Role("id", "name", permissions=[granted]).allows(asked) is allowed


def test_policies_grant_like_permission_strings():
    """A policy grants each of its actions on its entity."""
    one = Role(
        "id", "name", policies=[policy("contact", "add", "view"), policy("*", "*", domain="a")]
    )
    assert one.allows("outbound:contact:add")
    assert not one.allows("outbound:contact:edit")
    assert one.allows("a:b:c")


def test_a_grant_holds_in_its_division_alone():
    """A pair of role and division grants nothing elsewhere; * is everywhere."""
    access = Access(Ids(0))
    access.roles["r"] = Role("r", "r", permissions=["a:b:c"])
    here = OAuthClient("x", "x", "s", role_divisions=(("r", "here"), ("gone", "*")))
    assert access.grants(here, "a:b:c", "here")
    assert access.grants(here, "a:b:c", None)
    assert not access.grants(here, "a:b:c", "there")
    everywhere = OAuthClient("y", "y", "s", role_divisions=(("r", "*"),))
    assert access.grants(everywhere, "a:b:c", "there")


def test_a_client_can_do_what_its_role_says_where_it_says_so(platform):
    """A client made over the API logs in with its secret and is held to its division."""
    sales = platform.call("POST", DIVISIONS, {"name": "Sales"}).body["id"]
    viewer = role(platform, policy("contactList", "view"))
    made = client(platform, (viewer, sales))
    token = platform.login(made["id"], made["secret"]).body["access_token"]
    lists = "/api/v2/outbound/contactlists"
    definition = {
        "name": "Leads",
        "columnNames": ["phone"],
        "phoneColumns": [{"columnName": "phone", "type": "cell"}],
    }
    home = platform.call("POST", lists, definition).body["id"]
    own = platform.call(
        "POST", lists, {**definition, "name": "Own", "division": {"id": sales}}
    ).body["id"]
    assert platform.call("GET", f"{lists}/{own}", token=token).status == 200
    refused = platform.call("GET", f"{lists}/{home}", token=token)
    assert (refused.status, refused.code) == (403, "missing.permissions")
    assert platform.call("DELETE", f"{lists}/{own}", token=token).status == 403


def test_a_changed_role_is_felt_at_once(platform):
    """A token issued before a role changed has the new permissions."""
    viewer = role(platform, policy("contactList", "view"))
    made = client(platform, (viewer, "*"))
    token = platform.login(made["id"], made["secret"]).body["access_token"]
    path = "/api/v2/outbound/contactlists"
    assert platform.call("GET", path, token=token).status == 200
    platform.call("PUT", f"{ROLES}/{viewer}", {"name": "a role"})
    assert platform.call("GET", path, token=token).status == 403


def test_a_deleted_role_grants_nothing(platform):
    """Clients lose what a deleted role granted."""
    viewer = role(platform, policy("contactList", "view"))
    made = client(platform, (viewer, "*"))
    token = platform.login(made["id"], made["secret"]).body["access_token"]
    assert platform.call("DELETE", f"{ROLES}/{viewer}").status == 204
    assert platform.call("GET", f"{ROLES}/{viewer}").status == 404
    assert platform.call("GET", "/api/v2/outbound/contactlists", token=token).status == 403


def test_the_secret_is_shown_once(platform):
    """The secret is in the answer that makes it; reading and listing do not show it."""
    made = client(platform)
    assert len(made["secret"]) == 64
    assert "secret" not in platform.call("GET", f"{CLIENTS}/{made['id']}").body
    assert made["secret"] not in platform.call("GET", CLIENTS).text


def test_a_new_secret_ends_the_old_one(platform):
    """After POST secret only the new secret gets a token."""
    made = client(platform)
    rotated = platform.call("POST", f"{CLIENTS}/{made['id']}/secret").body["secret"]
    assert platform.login(made["id"], made["secret"]).status == 401
    assert platform.login(made["id"], rotated).status == 200


def test_a_put_replaces_a_client(platform):
    """Fields that a PUT leaves out go back to their defaults; id and dates are kept."""
    made = client(platform, accessTokenValiditySeconds=300, description="x", scope=["outbound"])
    platform.clock.advance(1)
    said = platform.call("PUT", f"{CLIENTS}/{made['id']}", {**NEW_CLIENT, "name": "other"}).body
    assert (said["name"], said["accessTokenValiditySeconds"]) == ("other", 86400)
    assert (said["description"], said["scope"]) == ("", [])
    assert said["dateCreated"] == made["dateCreated"] < said["dateModified"]


def test_a_token_lives_as_long_as_its_client_says(platform):
    """The client's token life is what the token call answers."""
    made = client(platform, accessTokenValiditySeconds=300)
    assert platform.login(made["id"], made["secret"]).body["expires_in"] == 300


def test_a_deleted_client_is_gone_with_its_tokens(platform):
    """After DELETE the client is 404, its token 401 and its secret worthless."""
    made = client(platform)
    token = platform.login(made["id"], made["secret"]).body["access_token"]
    assert platform.call("DELETE", f"{CLIENTS}/{made['id']}").status == 204
    assert platform.call("GET", f"{CLIENTS}/{made['id']}").status == 404
    assert platform.call("GET", "/api/v2/tokens/me", token=token).status == 401
    assert platform.login(made["id"], made["secret"]).status == 401


def test_the_older_role_ids_are_granted_in_the_home_division(platform):
    """roleIds, the form before roleDivisions, grants at home."""
    viewer = role(platform, policy("contactList", "view"))
    made = client(platform, roleIds=[viewer])
    home = platform.organisation.access.home.id
    assert made["roleDivisions"] == [{"roleId": viewer, "divisionId": home}]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"authorizedGrantType": "FREE"}, "authorizedGrantType"),
        ({"accessTokenValiditySeconds": 299}, "accessTokenValiditySeconds"),
        ({"accessTokenValiditySeconds": 172801}, "accessTokenValiditySeconds"),
        ({"accessTokenValiditySeconds": "300"}, "accessTokenValiditySeconds"),
        ({"state": "asleep"}, "state"),
        ({"scope": "outbound"}, "scope"),
        ({"roleDivisions": [{"roleId": "none", "divisionId": "*"}]}, "roleDivisions[0].roleId"),
        ({"roleDivisions": [{"roleId": "none"}]}, "roleDivisions[0].divisionId"),
    ],
)
def test_a_client_that_makes_no_sense_is_refused(platform, change, field):
    """A bad field is 400 and named."""
    said = platform.call("POST", CLIENTS, {**NEW_CLIENT, **change})
    assert said.status == 400
    assert said.body["details"][0]["fieldName"] == field


def test_a_client_cannot_be_granted_a_division_that_is_not_there(platform):
    """Unknown divisions are refused."""
    viewer = role(platform)
    pairs = [{"roleId": viewer, "divisionId": "nowhere"}]
    said = platform.call("POST", CLIENTS, {**NEW_CLIENT, "roleDivisions": pairs})
    assert said.body["details"][0]["fieldName"] == "roleDivisions[0].divisionId"


def test_a_client_of_another_grant_gets_no_client_credentials_token(platform):
    """Only clients made for client credentials may use that grant."""
    made = client(platform, authorizedGrantType="CODE")
    said = platform.login(made["id"], made["secret"])
    assert (said.status, said.body["error"]) == (400, "unauthorized_client")


def test_divisions_come_and_go(platform):
    """A division is made, found by name, changed and deleted; the home division stays."""
    made = platform.call("POST", DIVISIONS, {"name": "Sales", "description": "x"}).body
    assert made["homeDivision"] is False
    found = platform.call("GET", f"{DIVISIONS}?name=sal").body["entities"]
    assert found == [made]
    one = f"{DIVISIONS}/{made['id']}"
    assert platform.call("PUT", one, {"name": "SALES"}).body["description"] == ""
    assert platform.call("DELETE", one).status == 204
    assert platform.call("GET", one).status == 404
    home = platform.call("GET", f"{DIVISIONS}/home").body
    assert home["homeDivision"] is True
    assert platform.call("DELETE", f"{DIVISIONS}/{home['id']}").status == 400


def test_a_division_in_use_is_kept(platform):
    """A division that holds a contact list is deleted only by force."""
    sales = platform.call("POST", DIVISIONS, {"name": "Sales"}).body["id"]
    definition = {
        "name": "Leads",
        "columnNames": ["phone"],
        "phoneColumns": [{"columnName": "phone", "type": "cell"}],
        "division": {"id": sales},
    }
    platform.call("POST", "/api/v2/outbound/contactlists", definition)
    said = platform.call("DELETE", f"{DIVISIONS}/{sales}?force=false")
    assert said.status == 400
    assert "contact list Leads" in said.body["message"]
    assert platform.call("DELETE", f"{DIVISIONS}/{sales}?force=TRUE").status == 204


def test_a_flag_of_the_query_is_true_or_false(platform):
    """Anything else is 400."""
    sales = platform.call("POST", DIVISIONS, {"name": "Sales"}).body["id"]
    assert platform.call("DELETE", f"{DIVISIONS}/{sales}?force=yes").status == 400
    assert platform.call("DELETE", f"{DIVISIONS}/{sales}?force=").status == 204


@pytest.mark.parametrize("root", [DIVISIONS, ROLES])
def test_names_are_unique_in_any_case(platform, root):
    """A second object of a name is refused, on POST and on PUT; its own name is no clash."""
    first = platform.call("POST", root, {"name": "Sales"}).body["id"]
    second = platform.call("POST", root, {"name": "Other"}).body["id"]
    assert platform.call("POST", root, {"name": "sales"}).code == "duplicate.name"
    assert platform.call("PUT", f"{root}/{second}", {"name": "SALES"}).code == "duplicate.name"
    assert platform.call("PUT", f"{root}/{first}", {"name": "Sales"}).status == 200


def test_a_role_echoes_what_it_was_given(platform):
    """Policies and permissions come back as they were sent, in their order."""
    sent = {
        "name": "pusher",
        "description": "d",
        "defaultRoleId": "employee",
        "permissions": ["group_creation"],
        "permissionPolicies": [policy("contact", "view", "add"), policy("contactList", "view")],
    }
    made = platform.call("POST", ROLES, sent).body
    assert {name: made[name] for name in sent} == sent
    assert platform.call("GET", f"{ROLES}/{made['id']}").body == made


def test_roles_can_be_found(platform):
    """Roles are found by name, id, permission and default role."""
    viewer = role(platform, policy("contact", "view"), name="viewer")
    for query in (
        "name=VIEW",
        f"id={viewer}",
        "permission=outbound:contact:view&name=viewer",
    ):
        found = platform.call("GET", f"{ROLES}?{query}").body["entities"]
        assert [item["id"] for item in found] == [viewer]
    assert platform.call("GET", f"{ROLES}?defaultRoleId=employee").body["total"] == 0


@pytest.mark.parametrize(
    ("policies", "status"),
    [
        ([policy("contact")], 400),
        ([{"domain": "outbound", "entityName": "contact"}], 400),
        ([{"domain": "outbound", "actionSet": ["view"]}], 400),
        (["outbound:contact:view"], 400),
        ([{**policy("contact", "view"), "resourceConditionNode": {"operator": "EQ"}}], 501),
    ],
    ids=["no action", "no action set", "no entity", "a text", "a condition"],
)
def test_a_policy_has_to_be_complete_and_without_conditions(platform, policies, status):
    """Half policies are 400; conditions, which are not simulated, are 501 and not ignored."""
    said = platform.call("POST", ROLES, {"name": "x", "permissionPolicies": policies})
    assert said.status == status


def test_the_catalogue_can_be_asked_by_domain(platform):
    """The permissions of one domain come with a map of entities."""
    said = platform.call(
        "GET",
        "/api/v2/authorization/permissions?queryType=domain&query=Outbound&pageSize=100",
    ).body
    (domain,) = said["entities"]
    assert said["pageCount"] == 1
    assert {"domain": "outbound", "entityType": "contact", "action": "add"} in domain[
        "permissionMap"
    ]["contact"]
    path = "/api/v2/authorization/permissions?queryType=domain&query=none"
    assert platform.call("GET", path).body["entities"] == []


def test_the_catalogue_has_every_permission_that_is_checked():
    """No operation asks for a permission that nobody can look up."""
    asked = {name for operation in OPERATIONS for name in operation.permissions}
    assert [name for name in sorted(asked) if not known(name)] == []
