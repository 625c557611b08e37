# SPDX-License-Identifier: Apache-2.0
"""Steps about asking why a lead stands where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from infra.access import OPERATOR
from integration.explaining.explanation import Explanation
from integration.explaining.looking import UnknownLeadError
from tests.acceptance.simulated import PHONE
from tests.acceptance.words import phrase
from tests.acceptance.world import World
from tests.unit.centre import precall

MANAGER = "operator"
REFUSE = {"actionTypeName": "DO_NOT_DIAL"}


@dataclass
class Asked:
    """The campaign that is asked about, and the last answer."""

    campaign: str = ""
    answer: Explanation | None = None
    unknown: str = ""

    @property
    def reasons(self) -> str:
        """Why the lead is kept out."""
        assert self.answer is not None
        assert self.answer.standing == "kept_out"
        return "; ".join(self.answer.reasons)


@pytest.fixture
def asked():
    return Asked()


@given("the campaign calls fresh leads, the best score first")
def campaign_there(world: World, asked):
    make = _Making(world)
    leads = {"contactList": {"id": world.platform.list_id}}
    skill = make("routing/skills", {"name": "High Value Sales"})
    sets = {"actionTypeName": "SET_SKILLS", "properties": {"skills": f'["{skill}"]'}}
    age = ("ml_score_at", "BEFORE", "PERIOD", "P-1DT-0H-0M")
    blank = ("ml_score_at", "ENDS_WITH", "STRING", "Z")
    high = ("ml_score", "GREATER_THAN_EQUALS", "NUMERIC", "80")
    rules = [
        precall("Score too old", *age, REFUSE),
        precall("Score without a time", *blank, REFUSE, inverted=True),
        precall("High value", *high, sets),
    ]
    sort = {"fieldName": "ml_score", "direction": "DESC", "numeric": True}
    rule_set = make("outbound/rulesets", {"name": "Before the call", "rules": rules, **leads})
    queue = make("routing/queues", {"name": "Sales"})
    answers = make("outbound/callanalysisresponsesets", {"name": "Answers", "responses": {}})
    asked.campaign = make(
        "outbound/campaigns",
        {
            **leads,
            "name": "Best leads first",
            "ruleSets": [{"id": rule_set}],
            "contactSorts": [sort],
            "dynamicContactQueueingSettings": {"sort": True, "filter": False},
            "queue": {"id": queue},
            "script": {"id": make.first("scripts")},
            "site": {"id": make.first("telephony/providers/edges/sites")},
            "callAnalysisResponseSet": {"id": answers},
            "dialingMode": "progressive",
            "campaignStatus": "off",
            "callerName": "Acme",
            "callerAddress": "+441632960000",
            "phoneColumns": [{"columnName": PHONE, "type": "cell"}],
        },
    )
    make.turn(asked.campaign, "start")
    rights = [f"{kind}:{one}" for kind, actions in OPERATOR.items() for one in actions]
    world.platform.sign_up(MANAGER, rights)


class _Making:
    """Makes what a campaign needs, as an administrator."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, kind: str, body: dict[str, Any]) -> str:
        made = self._world.platform.administrate("POST", f"/api/v2/{kind}", body)
        return str(made["id"])

    def first(self, kind: str) -> str:
        """The id of what is there from the beginning."""
        found = self._world.platform.administrate("GET", f"/api/v2/{kind}")
        return str(found["entities"][0]["id"])

    def turn(self, campaign: str, action: str) -> None:
        """Start or stop a campaign."""
        where = f"/api/v2/outbound/campaigns/{campaign}/{action}"
        self._world.platform.administrate("POST", where)


@given("the campaign was stopped")
def campaign_stopped(world: World, asked):
    _Making(world).turn(asked.campaign, "stop")


@when(phrase("a manager asks about lead {lead:Lead}"))
def asks(world: World, asked, lead):
    options = {"client_id": MANAGER, "campaign": asked.campaign}
    try:
        asked.answer = world.virtually(world.product.explain(lead, options))
    except UnknownLeadError as unknown:
        asked.unknown = str(unknown)


@then(parsers.re(r"lead (?P<lead>\w+) is in line behind (?P<leads>.+)"))
def in_line(asked, lead, leads):
    assert asked.answer.lead_id == lead
    assert asked.answer.standing == "waiting"
    assert [one.lead_id for one in asked.answer.place.first] == leads.split(", ")
    assert asked.answer.place.better == len(leads.split(", "))


@then(parsers.re(r"lead (?P<lead>\w+) is kept out, as (?:its score|it|the) (?P<why>.+)"))
def kept_out(asked, lead, why):
    assert asked.answer.lead_id == lead
    assert why in asked.reasons


@then(parsers.re(r'lead (?P<lead>\w+) is kept out by the rule "(?P<rule>.+)"'))
def kept_out_by(asked, lead, rule):
    assert asked.answer.lead_id == lead
    assert f'the rule "{rule}"' in asked.reasons


@then(phrase("its score of {stored:d} counts as {effective:d}"))
def counts_as(asked, stored, effective):
    assert (asked.answer.score.stored, asked.answer.score.effective) == (stored, effective)


@then(parsers.parse("it is not known {what}"))
def not_known(asked, what):
    assert any(what in one for one in asked.answer.unknown)


@then(parsers.parse("a call to it would ask for an agent with {skill}"))
def asks_for(asked, skill):
    assert asked.answer.skills == (skill,)


@then(phrase("the answer is that lead {lead:Lead} is on no list"))
def on_no_list(asked, lead):
    assert f"lead {lead} is not on Leads" in asked.unknown
