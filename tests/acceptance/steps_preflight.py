# SPDX-License-Identifier: Apache-2.0
"""Steps about asking whether everything is ready for the shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from infra.access import OPERATOR, PUSHER
from integration.doctoring.findings import Diagnosis, Finding, Standing
from integration.reports import ExitCode
from tests.acceptance.steps_calling import SKILL, ZONE, Shift, deployed
from tests.acceptance.words import phrase
from tests.acceptance.world import World
from tests.unit.centre import GENERAL, SENIOR

MANAGER = "operator"
AT_EIGHT = "2026-11-23T08:00:00.000Z"
ALONE = frozenset({"settings", "permissions"})
"""What the manager's questions are not about here: nothing declares this contact centre."""


@dataclass
class Ready:
    """A contact centre before its shift, and the last answer."""

    shift: Shift
    agent: str = ""
    answer: Diagnosis | None = None

    def change(self, path: str, **fields: Any) -> None:
        """Change fields of an object, as an administrator would."""
        self.shift.centre.change(path, **fields)

    @property
    def campaign(self) -> str:
        """The campaign of the senior queue."""
        return f"/outbound/campaigns/{self.shift.centre.campaigns[SENIOR]}"

    def rules(self) -> tuple[str, list[dict[str, Any]]]:
        """The senior campaign's rules before the call, and where they are."""
        path = "/outbound/rulesets"
        found = self.shift.centre.call("GET", path)["entities"]
        [one] = [one for one in found if one["name"].endswith(SENIOR)]
        return f"{path}/{one['id']}", one["rules"]

    @property
    def missing(self) -> list[Finding]:
        """What is not as it should be."""
        assert self.answer is not None
        findings = self.answer.findings
        return [one for one in findings if one.standing != "ok" and one.check not in ALONE]


@pytest.fixture
def ready(world: World, folder):
    shift = deployed(world, folder, (SENIOR, GENERAL))
    centre = shift.centre
    queues = [f"{tier} queue" for tier in (SENIOR, GENERAL)]
    agent = centre.control.add_agent(name="Sam", queues=queues, skills={SKILL: 5.0})
    for name, score, queue in (("Miller", "95", SENIOR), ("Garcia", "40", GENERAL)):
        columns = {"ml_score": score, "ml_score_at": AT_EIGHT, "route_tier": queue}
        world.platform.add({name: ZONE | columns}, centre.lists[queue])
    world.platform.sign_up(MANAGER, [*rights(OPERATOR), *rights(PUSHER)])
    return Ready(shift, agent["id"])


def rights(permissions):
    return [f"{kind}:{one}" for kind, actions in permissions.items() for one in actions]


@given("a senior and a general campaign, with all that they need")
def all_there(ready):
    assert ready.shift.centre.campaigns


# -- what may be missing ---------------------------------------------------------------------


@given("the campaign sorts scores as text")
def sorted_as_text(ready):
    sort = {"fieldName": "ml_score", "direction": "DESC", "numeric": False}
    ready.change(ready.campaign, contactSorts=[sort])


@given("the campaign has no sort")
def not_sorted(ready):
    ready.change(ready.campaign, contactSorts=[])


@given("the campaign keeps its order once it has started")
def fixed_order(ready):
    body = ready.shift.centre.call("GET", ready.campaign)
    body |= {"name": "Fixed", "campaignStatus": "off"}
    body["dynamicContactQueueingSettings"] = {"sort": False, "filter": False}
    made = ready.shift.centre.make("/outbound/campaigns", body)
    ready.shift.centre.campaigns[SENIOR] = made


@given("the campaign has no filter")
def no_filter(ready):
    ready.change(ready.campaign, contactListFilters=[])


@given("the filter lets leads in whatever the age of their scores")
def any_age(ready):
    path = f"/outbound/contactlistfilters/{ready.shift.centre.filters[SENIOR]}"
    clauses = ready.shift.centre.call("GET", path)["clauses"]
    kept = [one for one in clauses[0]["predicates"] if one["operator"] != "BEFORE"]
    ready.change(path, clauses=[{"filterType": "AND", "predicates": kept}])


@given("the filter lets leads of both queues in")
def both_queues(ready):
    path = f"/outbound/contactlistfilters/{ready.shift.centre.filters[SENIOR]}"
    clauses = ready.shift.centre.call("GET", path)["clauses"]
    kept = [one for one in clauses[0]["predicates"] if one["column"] != "route_tier"]
    ready.change(path, clauses=[{"filterType": "AND", "predicates": kept}])


@given(parsers.re(r'there is no rule "(?P<name>.+)" before the call'))
def no_rule(ready, name):
    path, rules = ready.rules()
    ready.change(path, rules=[one for one in rules if one["name"] != name])


@given("nobody is in the queues")
def nobody_there(ready):
    ready.shift.centre.call("DELETE", f"/users/{ready.agent}")


@given("no agent has the skill for leads of high value")
def no_skill(ready):
    path = f"/users/{ready.agent}/routingskills/{ready.shift.centre.skill}"
    ready.shift.centre.call("DELETE", path)


@given(phrase("lead {lead:Lead} with score {score:d} is to be called by the senior agents"))
def wrong_tier(ready, world, lead, score):
    columns = {"ml_score": str(score), "ml_score_at": AT_EIGHT, "route_tier": SENIOR}
    world.platform.add({lead: ZONE | columns}, ready.shift.centre.lists[SENIOR])


@given("the organisation has licensed nothing")
def no_product(ready):
    ready.shift.centre.organisation.products = ()


@given(phrase("the clock of this machine is {span:Span} ahead"))
def clock_ahead(ready, span):
    ready.shift.centre.control.skew(-span)


@given("the manager may not see campaigns")
def may_not_see(ready):
    seen = [one for one in rights(OPERATOR) if one != "outbound:campaign:view"]
    centre = ready.shift.centre
    centre.organisation.grant(centre.organisation.clients.by_id[MANAGER], seen)


# -- asking ----------------------------------------------------------------------------------


@when("the manager asks whether everything is ready")
def asks(ready, world):
    centre = ready.shift.centre
    options = {
        "client_id": MANAGER,
        "strategy": "queues",
        "contact_list": "",
        **{f"{tier}_list": one for tier, one in centre.lists.items()},
        **{f"{tier}_campaign": one for tier, one in centre.campaigns.items()},
    }
    ready.answer = world.virtually(world.product.doctor(options))


@then("everything is ready")
def is_ready(ready):
    assert ready.missing == []
    assert ready.answer.exit_code == ExitCode.FINE


@then(parsers.re(r'it is not ready, because "(?P<says>.+)"'))
def is_not_ready(ready, says):
    assert says in [one.says for one in ready.missing]
    assert ready.answer.exit_code == ExitCode.ROWS_LEFT


@then(parsers.parse("that matters, for {why}"))
def matters(ready, why):
    assert why in {one.why for one in ready.missing}


@then("everything else is as it should be")
def nothing_else(ready):
    assert len({one.check for one in ready.missing}) == 1
    assert all(one.todo for one in ready.missing)


@then("it says which permission is missing, and looks at everything else")
def permission_named(ready):
    hidden = [one for one in ready.missing if one.standing is Standing.UNKNOWN]
    assert {one.says for one in hidden} == {"needs permission outbound:campaign:view"}
    looked_at = {one.check for one in ready.answer.findings if one.standing is Standing.OK}
    assert {"contact list columns", "leads", "refused calls", "outbox"} <= looked_at
    assert ready.answer.exit_code == ExitCode.REFUSED
