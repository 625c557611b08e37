# SPDX-License-Identifier: Apache-2.0
"""Rules for campaigns: the right order, nobody by an outdated score, nobody against the law.

Each rule yields one sentence for each thing that is wrong with a campaign, and says what would
happen to whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.columns import recorded_types
from infra.policy.declared import Declared
from infra.project_copy import PREVIEW_STACK

CAMPAIGN = "OutboundCampaign"
_FICTION = re.compile(r"\+1[2-9][0-9]{2}55501[0-9]{2}")
_TEXT_TESTS = frozenset({"BEGINS_WITH", "CONTAINS", "ENDS_WITH"})


def best_score_first(campaign: Declared, record: Mapping[str, Any]) -> Iterator[str]:
    """The first sort is by the score, as a number, descending."""
    scores = recorded_types(record, campaign.stack, "NUMERIC")
    sorts = campaign.properties.get("contactSorts") or ()
    if not sorts or sorts[0]["fieldName"] not in scores:
        by = sorts[0]["fieldName"] if sorts else "nothing"
        yield (
            f"sorts by {by}, not by {' or '.join(sorted(scores))}: its leads would be called in "
            "an order that their scores have no say in"
        )
        return
    if sorts[0].get("direction") != "DESC":
        yield "does not sort descending: the leads least likely to buy would be called first"
    if not sorts[0].get("numeric"):
        yield "sorts scores as text: a lead with score 9 would be called before one with 87"


def follows_the_scores(campaign: Declared, _: Mapping[str, Any]) -> Iterator[str]:
    """Order and filter are dynamic; both are fixed when a campaign is created."""
    dynamic = campaign.properties.get("dynamicContactQueueingSettings") or {}
    if not dynamic.get("sort"):
        yield (
            "does not sort dynamically: scores that arrive while it runs would change nothing "
            "until its contacts are recycled"
        )
    if not dynamic.get("filter"):
        yield (
            "does not filter dynamically: leads whose score grows too old while it runs would "
            "still be called"
        )


def status_is_operations(campaign: Declared, _: Mapping[str, Any]) -> Iterator[str]:
    """No status is declared; people start and stop campaigns."""
    if campaign.properties.get("campaignStatus"):
        yield (
            "declares its status: the next update would undo what an operator did, and stop "
            "calls in the middle of a shift or begin them at night; use leadscore campaign"
        )


def calls_as_nobody(campaign: Declared, _: Mapping[str, Any]) -> Iterator[str]:
    """A preview shows a number that is kept for fiction."""
    shown = str(campaign.properties.get("callerAddress", ""))
    if PREVIEW_STACK.fullmatch(campaign.stack) and not _FICTION.fullmatch(shown):
        yield (
            f"shows {shown}: whoever calls it back would reach somebody who knows nothing of a "
            "preview; take +12025550100 to +12025550199, which are kept for fiction"
        )


def only_fresh_leads(campaign: Declared, record: Mapping[str, Any]) -> Iterator[str]:
    """A filter of the campaign's own list keeps old and blank scores out."""
    times = recorded_types(record, campaign.stack, "TIMESTAMP")
    filters = campaign.made_from("OutboundContactlistfilter", "contactListFilterIds")
    if not filters:
        yield "has no contact list filter: leads would be called on scores of any age"
    for one in filters:
        predicates = list(_required(one.properties))
        if not any(_is_fresh(predicate, times) for predicate in predicates):
            yield f"filter {one.name} lets old scores pass: leads would be called on them"
        if not any(_is_not_blank(predicate, times) for predicate in predicates):
            yield (
                f"filter {one.name} does not ask for a time: leads that never had a score could "
                "be called as if theirs were fresh"
            )
        if _lists(one) != _lists(campaign):
            yield f"filter {one.name} belongs to another list: the platform would refuse it"


def checked_before_the_call(campaign: Declared, record: Mapping[str, Any]) -> Iterator[str]:
    """Rules right before the call stop leads whose score grew old since they were fetched."""
    times = recorded_types(record, campaign.stack, "TIMESTAMP")
    rules = [
        rule
        for one in campaign.made_from("OutboundRuleset", "ruleSetIds")
        for rule in one.properties.get("rules") or ()
        if rule.get("category") == "DIALER_PRECALL" and _refuses(rule)
    ]
    conditions = [rule["conditions"][0] for rule in rules if len(rule["conditions"]) == 1]
    if not any(
        one["attributeName"] in times
        and one["operator"] == "BEFORE"
        and one["valueType"] == "PERIOD"
        and not one.get("inverted")
        for one in conditions
    ):
        yield (
            "has no rule against old scores right before the call: leads that waited in the "
            "dialer would be called on a score from another day"
        )
    if not any(
        one["attributeName"] in times and one["operator"] in _TEXT_TESTS and one.get("inverted")
        for one in conditions
    ):
        yield "has no rule against leads without a time of their score right before the call"


def lawful(campaign: Declared, _: Mapping[str, Any]) -> Iterator[str]:
    """Hours, the do-not-call list and a limit of attempts."""
    if not campaign.made_from("OutboundCallabletimeset", "callableTimeSetId"):
        yield "has no callable times: people would be called at night"
    if not campaign.made_from("OutboundDnclist", "dncListIds"):
        yield "has no do-not-call list: people who asked not to be called would be called"
    for one in campaign.made_from("OutboundContactList", "contactListId"):
        if not one.made_from("OutboundAttemptLimit", "attemptLimitId"):
            yield f"its list {one.name} has no attempt limit: people would be called over and over"


def _required(properties: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The predicates that every lead has to satisfy; none where alternatives are allowed."""
    clauses = properties.get("clauses") or ()
    if len(clauses) > 1 and properties.get("filterType") != "AND":
        return
    for clause in clauses:
        if clause.get("filterType", "AND") == "AND" or len(clause["predicates"]) == 1:
            yield from clause["predicates"]


def _is_fresh(predicate: Mapping[str, Any], times: frozenset[str]) -> bool:
    wanted = {"BEFORE": True, "AFTER": False}.get(predicate["operator"])
    past = str(predicate.get("value", "")).startswith("P-")
    inverted = bool(predicate.get("inverted"))
    return predicate["column"] in times and wanted is inverted and past


def _is_not_blank(predicate: Mapping[str, Any], times: frozenset[str]) -> bool:
    asks = predicate["operator"] in _TEXT_TESTS and bool(predicate.get("value"))
    return predicate["column"] in times and asks and not predicate.get("inverted")


def _refuses(rule: Mapping[str, Any]) -> bool:
    return any(action.get("actionTypeName") == "DO_NOT_DIAL" for action in rule["actions"])


def _lists(one: Declared) -> set[str]:
    return {found.urn for found in one.made_from("OutboundContactList", "contactListId")}
