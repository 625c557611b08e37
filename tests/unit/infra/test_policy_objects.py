# SPDX-License-Identifier: Apache-2.0
"""The rules about all else, and that the program keeps every rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.infra.mocked import run_stack
from tests.unit.infra.ruled import RECORD, RULES, changed, declared, pick, told


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("strategy", ["queues", "skills"])
@pytest.mark.parametrize("stack", ["dev", "local", "prod", "staging"])
def test_the_program_keeps_the_rules(stack: str, strategy: str, rule: str):
    """No stack breaks a rule, and every rule finds something to look at."""
    run = run_stack(stack, preview=True, strategy=strategy)
    checked = RULES[rule]
    asked = [one for one in run.deployed if not checked.kinds or one.kind in checked.kinds]
    assert asked
    assert [said for one in asked for said in told(rule, declared(run, one))] == []


def test_rules_have_kinds_that_exist():
    """A rule about a kind that nobody deploys would never speak."""
    kinds = {one.kind for one in run_stack("prod").deployed}
    assert {kind for checked in RULES.values() for kind in checked.kinds} <= kinds


@pytest.mark.parametrize(
    ("key", "change", "words"),
    [
        ("columnNames", lambda names: [*names, "region"], "column region is new"),
        ("columnNames", lambda names: names[:-1], "column model_version is gone"),
        ("columnNames", lambda names: [*reversed(names)], "in another order"),
        (
            "columnDataTypeSpecifications",
            lambda types: [{**types[0], "columnDataType": "TEXT"}, *types[1:]],
            "column ml_score was of NUMERIC and is of TEXT",
        ),
        (
            "columnDataTypeSpecifications",
            lambda types: types[:-1],
            "column route_tier was of TEXT and is of no type",
        ),
        ("phoneColumns", lambda _: None, "the phone columns were {'phone': 'zone'} and are {}"),
    ],
    ids=["new", "gone", "order", "type", "untyped", "phone"],
)
def test_columns(key: str, change: Any, words: str):
    """Another column costs the list's contacts, and the preview says so."""
    contacts = pick("OutboundContactList", "leads-senior")
    (said,) = told(
        "columns-on-record", changed(contacts, **{key: change(contacts.properties[key])})
    )
    assert words in said
    assert "all its contacts with their call history would be lost" in said


def test_a_list_off_the_record():
    """A list that is not on record cannot be watched."""
    contacts = replace(pick("OutboundContactList", "leads-senior"), name="leads-silver")
    (said,) = told("columns-on-record", contacts)
    assert "leads-silver (OutboundContactList) is not in infra/columns.json" in said


def test_a_stack_with_columns_of_its_own():
    """A stack's own section of the record takes the place of the usual one."""
    contacts = pick("OutboundContactList", "leads-senior")
    section = {"leads-senior": {"columns": [], "types": {}, "phones": {}}}
    said = list(RULES["columns-on-record"].violations(contacts, {**RECORD, "prod": section}))
    assert len(said) == 1
    assert "column lead_id is new" in said[0]


@pytest.mark.parametrize(
    ("kind", "name", "lost"),
    [
        ("OutboundContactList", "leads-general", "its contacts"),
        ("ArchitectDatatable", "lead-score", "the scores in it"),
        ("OutboundDnclist", "do-not-call", "asked not to be called"),
        ("OauthClient", "pusher-client", "every running push"),
    ],
)
@pytest.mark.parametrize(
    ("stack", "refused"),
    [
        ("prod", True),
        ("staging", True),
        ("emea", True),
        ("pr-x", True),
        ("pr-7", False),
        ("dev", False),
        ("local", False),
    ],
)
def test_protection(kind: str, name: str, lost: str, stack: str, *, refused: bool):
    """What cannot be made again is protected, unless the stack is there for trying things out."""
    one = pick(kind, name)
    bare = replace(one, urn=f"urn:pulumi:{stack}::{one.urn.partition('::')[2]}", protect=False)
    said = told("protected", bare)
    assert len(said) == refused
    assert all(lost in sentence for sentence in said)
    assert told("protected", replace(bare, protect=True)) == []


@pytest.mark.parametrize(
    ("stack", "name", "words"),
    [
        ("prod", "x" * 65, "has a name of 65 characters"),
        ("prod", "", "made-up name ''"),
        ("prod", "senior-queue-1a2b3c4", "made-up name 'senior-queue-1a2b3c4'"),
        ("dev", "Senior Agent Queue", "without 'dev' behind it"),
        ("dev", "Senior Agent Queue prod", "without 'dev' behind it"),
        ("prod", "Senior Agent Queue", ""),
        ("dev", "Senior Agent Queue dev", ""),
        ("prod", "x" * 64, ""),
    ],
    ids=["long", "none", "generated", "bare", "another's", "bare in prod", "own", "longest"],
)
def test_names(stack: str, name: str, words: str):
    """Names are given, short enough, and the environment's own."""
    queue = pick("RoutingQueue", "senior-queue")
    here = replace(queue, urn=f"urn:pulumi:{stack}::{queue.urn.partition('::')[2]}")
    said = told("own-names", changed(here, name=name))
    assert [words in one for one in said] == ([True] if words else [])


def policy(entity: str, *actions: str) -> dict[str, Any]:
    """One entry of a role."""
    domain, _, name = entity.partition(":")
    return {"domain": domain, "entityName": name, "actionSets": list(actions)}


@pytest.mark.parametrize(
    ("role", "policies", "words"),
    [
        ("pusher-role", [policy("outbound:contact", "delete")], "may delete outbound:contact:"),
        ("pusher-role", [policy("outbound:contact", "*")], "may * outbound:contact:"),
        ("pusher-role", [policy("outbound:*", "view")], "may view outbound:*:"),
        ("operator-role", [policy("*:*", "view")], "may view *:*:"),
        ("operator-role", [policy("outbound:campaign", "edit")], "may edit outbound:campaign:"),
        ("operator-role", [policy("authorization:role", "edit")], "may edit authorization:role:"),
        ("scratch-role", [policy("outbound:campaign", "start")], "may start outbound:campaign:"),
        (
            "operator-role",
            [policy("outbound:contact", "add"), policy("outbound:campaign", "start")],
            "both write scores and run campaigns",
        ),
        ("operator-role", [policy("outbound:campaign", "view", "start", "stop")], ""),
        ("scratch-role", [policy("outbound:contactList", "add", "delete")], ""),
    ],
    ids=[
        "delete contacts",
        "any action",
        "any entity",
        "anything",
        "edit campaigns",
        "edit roles",
        "scratch starts",
        "writes and runs",
        "runs",
        "scratch",
    ],
)
def test_roles(role: str, policies: list[dict[str, Any]], words: str):
    """A role that may do more than the project needs is refused."""
    said = told("narrow-roles", changed(pick("AuthRole", role), permissionPolicies=policies))
    assert [words in one for one in said] == ([True] if words else [])


def test_loose_permissions():
    """Permissions outside policies cannot be judged."""
    role = changed(pick("AuthRole", "pusher-role"), permissions=["outbound"])
    assert len(told("narrow-roles", role)) == 1


def test_clients_act_for_themselves():
    """A client that acts for a person would have the person's rights."""
    client = changed(pick("OauthClient", "pusher-client"), authorizedGrantType="CODE")
    (said,) = told("machines-only", client)
    assert "has the grant CODE" in said
