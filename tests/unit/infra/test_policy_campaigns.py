# SPDX-License-Identifier: Apache-2.0
"""The rules about campaigns: each breach is told."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from infra.policy.declared import Declared
from tests.unit.infra.ruled import changed, pick, told, without

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
    ("stack", "number", "refusals"),
    [
        ("pr-7", "+12025550100", 0),
        ("pr-7", "+4930555010", 1),
        ("pr-7", "+12025550200", 1),
        ("dev", "+4930555010", 0),
    ],
    ids=["fiction", "a number", "next to fiction", "no preview"],
)
def test_previews_show_a_number_of_nobody(stack: str, number: str, refusals: int):
    """In a preview, and only there, the number that is shown is one kept for fiction."""
    campaign = changed(pick("OutboundCampaign", "campaign-senior"), callerAddress=number)
    campaign = replace(campaign, urn=f"urn:pulumi:{stack}::lead-scoring::x::campaign-senior")
    said = told("calls-as-nobody", campaign)
    assert ["would reach somebody" in one for one in said] == [True] * refusals
