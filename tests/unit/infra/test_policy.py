# SPDX-License-Identifier: Apache-2.0
"""The rules of the policy pack: the program keeps them, and each breach is told."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from infra.columns import read_record
from infra.policy.declared import Declared
from infra.policy.pack import RESOURCE_RULES, STACK_RULES
from tests.unit.infra.mocked import Resource, Run, run_stack

RECORD = read_record()
RULES = {one.name: one for one in (*RESOURCE_RULES, *STACK_RULES)}


def declared(run: Run, one: Resource, depth: int = 2) -> Declared:
    """A resource of a run as the rules see it."""
    by_name = {(other.kind, other.name): other for other in run.deployed}
    depends = {
        key: [
            declared(run, by_name[urn.rpartition("::")[0].rpartition(":")[2], name], depth - 1)
            for urn in sorted(found.urns)
            if (name := urn.rpartition("::")[2])
        ]
        for key, found in one.options.propertyDependencies.items()
        if depth
    }
    return Declared(
        urn=one.urn,
        kind=one.kind,
        name=one.name,
        properties=one.inputs,
        protect=one.options.protect,
        depends=depends,
    )


def pick(kind: str, name: str, stack: str = "prod") -> Declared:
    """A resource of a stack that keeps all rules."""
    run = run_stack(stack, preview=True)
    return declared(run, run.kind(kind)[name])


def told(rule: str, one: Declared) -> list[str]:
    """What a rule says about a resource."""
    return list(RULES[rule].violations(one, RECORD))


def changed(one: Declared, **properties: Any) -> Declared:
    """A resource with other properties; None takes one away."""
    both = {**one.properties, **properties}
    return replace(one, properties={key: value for key, value in both.items() if value is not None})


def without(one: Declared, key: str) -> Declared:
    """A resource of which one property was made from nothing."""
    return replace(one, depends={**one.depends, key: []})


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


SCORE = {"fieldName": "ml_score", "direction": "DESC", "numeric": True}


@pytest.mark.parametrize(
    ("sorts", "words"),
    [
        ([], "sorts by nothing, not by ml_score"),
        (None, "sorts by nothing, not by ml_score"),
        ([SCORE | {"fieldName": "lead_id"}], "sorts by lead_id, not by ml_score"),
        ([SCORE | {"fieldName": "ml_score_at"}, SCORE], "sorts by ml_score_at"),
        ([SCORE | {"direction": "ASC"}], "the leads least likely to buy"),
        ([{"fieldName": "ml_score", "numeric": True}], "does not sort descending"),
        ([SCORE | {"numeric": False}], "score 9 would be called before one with 87"),
        ([{"fieldName": "ml_score", "direction": "DESC"}], "sorts scores as text"),
    ],
    ids=["none", "unset", "other column", "second", "ascending", "default", "text", "left out"],
)
def test_best_score_first(sorts: Any, words: str):
    """A campaign that does not dial the best score first is refused."""
    (said,) = told(
        "best-score-first", changed(pick("OutboundCampaign", "campaign-senior"), contactSorts=sorts)
    )
    assert said.startswith("campaign-senior (OutboundCampaign) ")
    assert words in said


@pytest.mark.parametrize(
    ("flags", "count"),
    [
        ({"sort": False, "filter": True}, 1),
        ({"sort": True, "filter": False}, 1),
        ({}, 2),
        (None, 2),
    ],
    ids=["sort", "filter", "neither", "unset"],
)
def test_dynamic_flags(flags: Any, count: int):
    """Each of the two dynamic flags has to be on."""
    campaign = changed(
        pick("OutboundCampaign", "campaign-general"), dynamicContactQueueingSettings=flags
    )
    assert len(told("follows-the-scores", campaign)) == count


@pytest.mark.parametrize("status", ["on", "off"])
def test_no_declared_status(status: str):
    """A declared status would undo what operators do."""
    campaign = changed(pick("OutboundCampaign", "campaign-general"), campaignStatus=status)
    (said,) = told("status-is-operations", campaign)
    assert "undo what an operator did" in said


def refiltered(change: Any) -> Declared:
    """A campaign whose filter was changed by a function of its properties."""
    campaign = pick("OutboundCampaign", "campaign-senior")
    (filter_,) = campaign.depends["contactListFilterIds"]
    properties = deepcopy(dict(filter_.properties))
    change(properties)
    other = replace(filter_, properties=properties)
    return replace(campaign, depends={**campaign.depends, "contactListFilterIds": [other]})


def _predicates(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties["clauses"][0]["predicates"]
    return found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: _predicates(p).pop(0), ["lets old scores pass"]),
        (lambda p: _predicates(p).pop(1), ["never had a score"]),
        (lambda p: _predicates(p)[0].update(inverted=False), ["lets old scores pass"]),
        (lambda p: _predicates(p)[0].update(operator="AFTER"), ["lets old scores pass"]),
        (lambda p: _predicates(p)[0].update(value="P00DT00H00M"), ["lets old scores pass"]),
        (lambda p: _predicates(p)[0].update(column="zone"), ["lets old scores pass"]),
        (lambda p: _predicates(p)[1].update(inverted=True), ["never had a score"]),
        (lambda p: _predicates(p)[1].update(value=""), ["never had a score"]),
        (lambda p: p["clauses"][0].update(filterType="OR"), ["lets old", "never had"]),
        (
            lambda p: p.update(clauses=[*p["clauses"], *p["clauses"]], filterType="OR"),
            ["lets old", "never had"],
        ),
        (lambda p: p.update(clauses=[]), ["lets old", "never had"]),
    ],
    ids=[
        "no age",
        "no blank",
        "fresh refused",
        "other operator",
        "no age at all",
        "other column",
        "dated refused",
        "blank compared",
        "either",
        "either clause",
        "empty",
    ],
)
def test_filter_lets_old_scores_pass(change: Any, words: list[str]):
    """Each way in which a filter stops keeping old and blank scores out is told."""
    said = told("only-fresh-leads", refiltered(change))
    assert len(said) == len(words)
    assert all(word in one for word, one in zip(words, said, strict=True))


def test_after_is_as_good_as_not_before():
    """A filter may say the same the other way round."""

    def change(properties: dict[str, Any]) -> None:
        _predicates(properties)[0].update(operator="AFTER", inverted=False)

    assert told("only-fresh-leads", refiltered(change)) == []


def test_clauses_that_must_all_hold():
    """Predicates in clauses of their own count as well, where all clauses must hold."""

    def change(properties: dict[str, Any]) -> None:
        properties["clauses"] = [
            {"filterType": "OR", "predicates": [one]} for one in _predicates(properties)
        ]

    assert told("only-fresh-leads", refiltered(change)) == []


def test_no_filter():
    """A campaign without a filter would call on scores of any age."""
    campaign = without(pick("OutboundCampaign", "campaign-senior"), "contactListFilterIds")
    (said,) = told("only-fresh-leads", campaign)
    assert "has no contact list filter" in said


def test_filter_of_another_list():
    """A filter has to belong to the campaign's own list."""
    senior = pick("OutboundCampaign", "campaign-senior")
    general = pick("OutboundCampaign", "campaign-general")
    key = "contactListFilterIds"
    mixed = replace(senior, depends={**senior.depends, key: general.depends[key]})
    (said,) = told("only-fresh-leads", mixed)
    assert "filter route-general belongs to another list" in said


def reruled(change: Any) -> Declared:
    """A campaign whose rules were changed by a function of them."""
    campaign = pick("OutboundCampaign", "campaign-senior")
    (rule_set,) = campaign.depends["ruleSetIds"]
    # Not a deep copy: the skill's id is unknown, and an unknown value must not be copied.
    rules = [
        {**rule, "conditions": [dict(one) for one in rule["conditions"]]}
        for rule in rule_set.properties["rules"]
    ]
    change(rules)
    other = replace(rule_set, properties={**rule_set.properties, "rules": rules})
    return replace(campaign, depends={**campaign.depends, "ruleSetIds": [other]})


OLD, BLANK = "on a score from another day", "without a time of their score"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rules: rules.pop(0), [OLD]),
        (lambda rules: rules.pop(1), [BLANK]),
        (list.clear, [OLD, BLANK]),
        (lambda rules: rules[0].update(category="DIALER_WRAPUP"), [OLD]),
        (lambda rules: rules[0].update(actions=[]), [OLD]),
        (lambda rules: rules[0]["conditions"][0].update(inverted=True), [OLD]),
        (lambda rules: rules[0]["conditions"][0].update(operator="AFTER"), [OLD]),
        (lambda rules: rules[0]["conditions"][0].update(valueType="STRING"), [OLD]),
        (lambda rules: rules[0]["conditions"][0].update(attributeName="zone"), [OLD]),
        (lambda rules: rules[0]["conditions"].append(rules[1]["conditions"][0]), [OLD]),
        (lambda rules: rules[1]["conditions"][0].update(inverted=False), [BLANK]),
        (lambda rules: rules[1]["conditions"][0].update(attributeName="zone"), [BLANK]),
        (lambda rules: rules[1]["conditions"][0].update(operator="EQUALS"), [BLANK]),
    ],
    ids=[
        "no age",
        "no blank",
        "no rules",
        "after the call",
        "no refusal",
        "fresh refused",
        "later",
        "as text",
        "other column",
        "further condition",
        "dated refused",
        "blank of another column",
        "blank compared",
    ],
)
def test_rules_before_the_call(change: Any, words: list[str]):
    """Each way in which the rules stop refusing old and blank scores is told."""
    said = told("checked-before-the-call", reruled(change))
    assert len(said) == len(words)
    assert all(word in one for word, one in zip(words, said, strict=True))


def test_no_rule_set():
    """A campaign without rules is told both."""
    campaign = without(pick("OutboundCampaign", "campaign-senior"), "ruleSetIds")
    assert len(told("checked-before-the-call", campaign)) == 2


@pytest.mark.parametrize(
    ("key", "words"),
    [("callableTimeSetId", "at night"), ("dncListIds", "asked not to be called")],
)
def test_lawful(key: str, words: str):
    """Hours and the do-not-call list have to be there."""
    (said,) = told("lawful", without(pick("OutboundCampaign", "campaign-senior"), key))
    assert words in said


def test_attempt_limit():
    """A list without a limit of attempts is told, at the campaign that would dial it."""
    campaign = pick("OutboundCampaign", "campaign-senior")
    (contacts,) = campaign.depends["contactListId"]
    free = replace(
        campaign,
        depends={**campaign.depends, "contactListId": [without(contacts, "attemptLimitId")]},
    )
    (said,) = told("lawful", free)
    assert "its list leads-senior has no attempt limit" in said


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
