# SPDX-License-Identifier: Apache-2.0
"""Each prerequisite that is missing is told, in its own words, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.reports import ExitCode
from tests.unit.centre import GENERAL, SENIOR, precall

FRESH = {"column": "ml_score_at", "columnType": "alphabetic"}
OLD = {**FRESH, "operator": "BEFORE", "value": "P-01DT00H00M"}
TIMED = {**FRESH, "operator": "ENDS_WITH", "value": "Z"}
OF_TIER = {"column": "route_tier", "columnType": "alphabetic", "operator": "EQUALS"}
MINE = OF_TIER | {"value": SENIOR}
REFUSE = {"actionTypeName": "DO_NOT_DIAL"}


def test_all_is_ready(ward):
    """Of a centre in which nothing is missing nothing is told, and the exit code is 0."""
    found = ward.doctor()
    assert ward.wrong(found) == []
    assert found.exit_code == ExitCode.FINE
    assert found.calls == 26
    assert all(one.why for one in found.findings)


def test_all_is_ready_with_one_list(one_list):
    """The same for the strategy with one list for all leads."""
    assert one_list.wrong() == []


def filtered(ward, *predicates, **fields):
    body = {"clauses": [{"filterType": "AND", "predicates": list(predicates)}], **fields}
    ward.change(f"/outbound/contactlistfilters/{ward.filters[SENIOR]}", **body)


def ruled(ward, *rules):
    [found] = [
        one
        for one in ward.call("GET", "/outbound/rulesets")["entities"]
        if one["name"].endswith(SENIOR)
    ]
    rules = [one | {"order": place} for place, one in enumerate(rules)]
    ward.change(f"/outbound/rulesets/{found['id']}", rules=rules)


def stale_rule(value="P-1DT-0H-0M"):
    return precall("Score too old", "ml_score_at", "BEFORE", "PERIOD", value, REFUSE)


def blank_rule():
    at = ("ml_score_at", "ENDS_WITH", "STRING", "Z")
    return precall("Score without a time", *at, REFUSE, inverted=True)


def skill_rule(ward, value="80", skill=None):
    properties = {"skills": f'["{skill or ward.skill}"]'}
    action = {"actionTypeName": "SET_SKILLS", "properties": properties}
    at = ("ml_score", "GREATER_THAN_EQUALS", "NUMERIC", value)
    return precall("High value", *at, action)


def another_skill(ward):
    ruled(ward, stale_rule(), blank_rule(), skill_rule(ward, skill=ward.make(*GOLD)))


GOLD = ("/routing/skills", {"name": "Gold"})
SORTED = {"fieldName": "ml_score", "direction": "DESC", "numeric": True}

ALL_IN = (
    '"RouteByPriority senior" lets in a lead whose score is too old; '
    "lets in a lead without a score; lets in a lead of the other tier"
)

BROKEN = {
    "no product": (
        lambda ward: setattr(ward.organisation, "products", ()),
        ("products", "", "fail", "the organisation has no product"),
    ),
    "clock a minute behind": (
        lambda ward: ward.control.skew(60),
        ("clock", "", "warn", "60 s behind the platform's"),
    ),
    "clock ten minutes ahead": (
        lambda ward: ward.control.skew(-600),
        ("clock", "", "fail", "600 s ahead of the platform's"),
    ),
    "no sort": (
        lambda ward: ward.campaign(contactSorts=[]),
        (
            "sort",
            SENIOR,
            "fail",
            "there is no sort: leads are called in the order of their arrival",
        ),
    ),
    "sorted as text": (
        lambda ward: ward.campaign(contactSorts=[SORTED | {"numeric": False}]),
        ("sort", SENIOR, "fail", "it is by ml_score as text, so 9 comes before 87"),
    ),
    "lowest first": (
        lambda ward: ward.campaign(contactSorts=[SORTED | {"direction": "ASC"}]),
        ("sort", SENIOR, "fail", "it is by ml_score, the lowest first"),
    ),
    "sorted by something else": (
        lambda ward: ward.campaign(contactSorts=[SORTED | {"fieldName": "rank"}, SORTED]),
        ("sort", SENIOR, "fail", "it is by rank, not by ml_score"),
    ),
    "not always running": (
        lambda ward: ward.campaign(alwaysRunning=False),
        (
            "dynamic queueing",
            SENIOR,
            "warn",
            "order and filter follow the scores, but the campaign ends when it is through",
        ),
    ),
    "no filter": (
        lambda ward: ward.campaign(contactListFilters=[]),
        ("filter", SENIOR, "fail", "the campaign has no filter: it dials stale leads too"),
    ),
    "no freshness": (
        lambda ward: filtered(ward, TIMED, MINE),
        (
            "filter",
            SENIOR,
            "fail",
            '"RouteByPriority senior" lets in a lead whose score is too old',
        ),
    ),
    "freshness of 48 hours": (
        lambda ward: filtered(ward, OLD | {"value": "P-02DT00H00M", "inverted": True}, TIMED, MINE),
        (
            "filter",
            SENIOR,
            "fail",
            '"RouteByPriority senior" lets in a lead whose score is too old',
        ),
    ),
    "freshness of 12 hours": (
        lambda ward: filtered(ward, OLD | {"value": "P00DT-12H00M", "inverted": True}, TIMED, MINE),
        ("filter", SENIOR, "fail", '"RouteByPriority senior" keeps out a fresh lead'),
    ),
    "blank times": (
        lambda ward: filtered(ward, OLD | {"inverted": True}, MINE),
        (
            "filter",
            SENIOR,
            "warn",
            'what "RouteByPriority senior" does with a lead without a score is not certain',
        ),
    ),
    "no tier": (
        lambda ward: filtered(ward, OLD | {"inverted": True}, TIMED),
        ("filter", SENIOR, "fail", '"RouteByPriority senior" lets in a lead of the other tier'),
    ),
    "any condition is enough": (
        lambda ward: ward.change(
            f"/outbound/contactlistfilters/{ward.filters[SENIOR]}",
            clauses=[{"filterType": "OR", "predicates": [OLD | {"inverted": True}, TIMED, MINE]}],
        ),
        (
            "filter",
            SENIOR,
            "fail",
            ALL_IN,
        ),
    ),
    "no rule for stale leads": (
        lambda ward: ruled(ward, blank_rule(), skill_rule(ward)),
        ("pre-call rules", SENIOR, "fail", "no rule stops a lead whose score is too old"),
    ),
    "rule of 12 hours": (
        lambda ward: ruled(ward, stale_rule("P-0DT-12H-0M"), blank_rule(), skill_rule(ward)),
        ("pre-call rules", SENIOR, "fail", "a fresh lead is not dialled"),
    ),
    "no rule for blank times": (
        lambda ward: ruled(ward, stale_rule(), skill_rule(ward)),
        (
            "pre-call rules",
            SENIOR,
            "warn",
            "what the rules do with a lead without a score is not certain",
        ),
    ),
    "no rule for the skill": (
        lambda ward: ruled(ward, stale_rule(), blank_rule()),
        ("high-value skill", SENIOR, "fail", "no rule asks for a skill at a score of 80"),
    ),
    "skill from 75 on": (
        lambda ward: ruled(ward, stale_rule(), blank_rule(), skill_rule(ward, "75")),
        (
            "high-value skill",
            SENIOR,
            "fail",
            "a score of 79 asks for a skill too; from 80 on is right",
        ),
    ),
    "another skill": (
        another_skill,
        (
            "high-value skill",
            SENIOR,
            "fail",
            'the skill is Gold, the settings say "High Value Sales"',
        ),
    ),
    "a lead in the wrong tier": (
        lambda ward: ward.lead("D", 70, tier=SENIOR),
        (
            "leads",
            SENIOR,
            "fail",
            "1 of 4 leads name a tier that their score does not belong to",
        ),
    ),
    "a lead in the wrong tier, the other way": (
        lambda ward: ward.lead("D", 71, tier=GENERAL),
        (
            "leads",
            GENERAL,
            "fail",
            "1 of 4 leads name a tier that their score does not belong to",
        ),
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_one_thing_is_missing(ward, broken):
    """What is missing is the only thing that is told, with what to do."""
    break_it, told = BROKEN[broken]
    break_it(ward)
    found = ward.doctor()
    assert ward.wrong(found) == [told]
    assert found.exit_code == (ExitCode.ROWS_LEFT if told[2] == "fail" else ExitCode.FINE)
    assert all(one.todo for one in found.findings if one.standing in ("warn", "fail"))


def test_a_stale_lead_may_name_any_tier(ward):
    """A stale score steers nothing, so that its tier is nobody's business."""
    ward.lead("D", 40, age=timedelta(hours=25), tier=SENIOR)
    assert ward.wrong() == []


def test_nobody_to_take_the_calls(ward):
    """An empty queue fails twice: it has no agents, and none with the skill."""
    ward.call("DELETE", f"/users/{ward.agent['id']}")
    assert ward.wrong() == [
        ("agents", SENIOR, "fail", 'nobody is in "senior queue"'),
        ("agents", GENERAL, "fail", 'nobody is in "general queue"'),
        ("agents with the skill", SENIOR, "fail", 'nobody in "senior queue" has High Value Sales'),
    ]


def test_agents_without_the_skill(ward):
    """Agents there are, but the best leads would wait for nobody."""
    path = f"/users/{ward.agent['id']}/routingskills/{ward.skill}"
    ward.call("DELETE", path)
    told = 'nobody in "senior queue" has High Value Sales'
    assert ward.wrong() == [("agents with the skill", SENIOR, "fail", told)]


def test_columns_that_a_list_does_not_have(ward):
    """A missing column is told where it is missing, and with what depends on it."""
    wrong = ward.wrong(column_model="modelo")
    says = '"Leads senior" has no column modelo'
    assert wrong[0] == ("contact list columns", SENIOR, "fail", says)
    assert len(wrong) == 2


def test_a_column_of_another_type(ward):
    """A score column without a number type, or with a smaller range, cannot be sorted by."""
    told = [
        says for check, _, _, says in ward.wrong(column_score="zone") if check == "column types"
    ]
    assert told[0] == "zone is without a type instead of NUMERIC"
    told = [one for one in ward.wrong(column_instant="rank") if one[0] == "column types"]
    assert told[0][3] == "rank is NUMERIC instead of TIMESTAMP"


def made(ward, **fields):
    body = ward.call("GET", f"/outbound/contactlists/{ward.lists[SENIOR]}")
    return ward.make("/outbound/contactlists", {**body, "name": "Another", **fields})


def test_a_range_that_is_too_small(ward):
    """A column that takes no score above 10 is told."""
    kinds = [
        {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 10},
        {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
        {"columnName": "route_tier", "columnDataType": "TEXT"},
    ]
    wrong = ward.wrong(senior_list=made(ward, columnDataTypeSpecifications=kinds))
    assert ("column types", SENIOR, "fail", "ml_score takes 0 to 10, scores are 0 to 100") in wrong


def test_lists_that_differ(ward):
    """A column on one list only would be lost when a lead changes tier."""
    body = ward.call("GET", f"/outbound/contactlists/{ward.lists[SENIOR]}")
    other = made(ward, columnNames=[*body["columnNames"], "region"])
    wrong = ward.wrong(senior_list=other)
    assert ("both lists", "", "fail", "only one of the two has region") in wrong
    says = f'"Leads campaign senior" dials contact list {ward.lists[SENIOR]}, scores go to {other}'
    assert ("campaign", SENIOR, "fail", says) in wrong
    assert ("leads", SENIOR, "warn", "no lead is on it") in wrong


def test_fixed_order(ward):
    """Without dynamic queueing order and filter are those of the start."""
    path = f"/outbound/campaigns/{ward.campaigns[SENIOR]}"
    body = ward.call("GET", path) | {"campaignStatus": "off", "name": "Fixed"}
    body["dynamicContactQueueingSettings"] = {"sort": False, "filter": False}
    wrong = ward.wrong(senior_campaign=ward.make("/outbound/campaigns", body))
    says = "dynamic queueing is off for the sort and the filter"
    assert wrong == [("dynamic queueing", SENIOR, "fail", says)]


def test_yesterdays_scores(ward):
    """Where every score is stale nobody is called."""
    ward.clock.advance(25 * 3600)
    told = "none of 3 leads has a fresh score"
    assert ward.wrong() == [("fresh scores", tier, "warn", told) for tier in (SENIOR, GENERAL)]


def test_a_list_that_is_gone(ward):
    """An id that the platform does not know fails, and the rest is looked at."""
    wrong = ward.wrong(senior_list="none-such")
    assert {one[2] for one in wrong} == {"fail"}
    assert wrong[0][:2] == ("contact list columns", SENIOR)
    assert wrong[0][3].startswith("it does not exist: Genesys Cloud refused read contact list (404")
    assert "leads" in {one[0] for one in wrong}
    assert not [one for one in wrong if one[1] == GENERAL]


def test_conditions_on_other_columns(ward):
    """A filter that asks for more than scores leaves it open whom it lets in."""
    other = {"column": "rank", "columnType": "numeric", "operator": "EQUALS", "value": "1"}
    filtered(ward, OLD | {"inverted": True}, TIMED, MINE, other)
    says = 'what "RouteByPriority senior" does with a fresh lead is not certain'
    assert ward.wrong() == [("filter", SENIOR, "warn", says)]


def test_settings_that_name_nothing(ward):
    """Where no list, or no campaign, is named, that is told once; the rest is looked at."""
    wrong = ward.wrong(senior_campaign="", general_list="")
    says = f'"Leads campaign general" dials contact list {ward.lists[GENERAL]}, scores go to none'
    assert wrong == [
        ("contact list columns", GENERAL, "fail", "the settings name no contact list"),
        ("campaign", SENIOR, "not checked", "the settings name no campaign"),
        ("campaign", GENERAL, "fail", says),
    ]


def test_scores_elsewhere(ward):
    """Where scores are kept in no contact list there is none to look at."""
    checks = {one.check for one in ward.doctor(store="data_table", data_table="t").findings}
    assert "contact list columns" not in checks
    assert {"sign-in", "outbox"} <= checks
