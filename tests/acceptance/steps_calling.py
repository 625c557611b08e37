# SPDX-License-Identifier: Apache-2.0
"""Steps about a shift: campaigns as the stack deploys them call, and the dial log says whom."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pytest_bdd import given, parsers, then, when

from tests.acceptance.words import column_values, phrase, records, stored
from tests.acceptance.world import World
from tests.unit.centre import GENERAL, SENIOR, Centre

SKILL = "High Value Sales"
ZONE = {"zone": "Europe/Berlin"}
A_CALL = {
    "ring": {"least": 20, "most": 20},
    "talk": {"least": 120, "most": 120},
    "wrap_up": {"least": 40, "most": 40},
    "outcomes": {"person": 1},
}
"""Three minutes in all, and everybody answers."""


@dataclass
class Shift:
    """Campaigns, their agents, and what was called so far."""

    world: World
    centre: Centre
    agents: list[tuple[str, str, dict[str, float] | None]] = field(default_factory=list)

    def put(self, name: str, columns: dict[str, str], queue: str = "") -> None:
        """Put a lead on all lists; its score on that of its queue."""
        for tier, list_id in self.centre.lists.items():
            mine = columns if tier == queue else {}
            owner = {"route_tier": queue} if queue else {}
            self.world.platform.add({name: ZONE | owner | mine}, list_id)

    def call(self, seconds: float) -> None:
        """Let the dialer call; the agents come with the first calls."""
        control = self.centre.control
        agents, self.agents = self.agents, []
        for name, queue, skills in agents:
            control.add_agent(name=name, queues=[f"{queue} queue"], skills=skills)
        if agents:
            control.configure_dialer(**A_CALL)
        control.run_dialer(seconds=seconds)

    def log(self) -> list[dict[str, Any]]:
        """The calls of the dial log."""
        return [json.loads(line) for line in self.centre.control.dial_log(kind="call").splitlines()]

    def calls_to(self, name: str) -> list[dict[str, Any]]:
        """The calls to a lead."""
        return [line for line in self.log() if line["lead"] == name]

    def scored(self) -> list[int]:
        """The scores at which leads were called, in the order of the calls."""
        return [int(line["score"]) for line in self.log()]


def deployed(world: World, folder, tiers: tuple[str, ...]) -> Shift:
    """Campaigns of ``tiers`` in the scenario's organisation; scores are pushed to their lists."""
    organisation = world.platform.control.organisation
    organisation.switches.working_set = 0
    world.platform.administrate(
        "DELETE", f"/api/v2/outbound/contactlists/{world.platform.list_id}"
    )  # the stack's list has its name
    centre = Centre(tiers, folder, organisation)
    return Shift(world, centre)


@given("a campaign calls fresh leads, the best score first", target_fixture="shift")
def one_campaign(world: World, folder):
    shift = deployed(world, folder, ("",))
    world.platform.list_id = shift.centre.lists[""]
    world.product.options["contact_list"] = world.platform.list_id
    return shift


@given("a senior and a general campaign call fresh leads", target_fixture="shift")
def two_campaigns(world: World, folder):
    shift = deployed(world, folder, (SENIOR, GENERAL))
    world.product.options |= {
        "strategy": "queues",
        "contact_list": "",
        **{f"{queue}_list": list_id for queue, list_id in shift.centre.lists.items()},
        **{f"{queue}_campaign": one for queue, one in shift.centre.campaigns.items()},
    }
    return shift


@given(phrase("agent {name:Lead} takes the calls"))
def agent(shift: Shift, name):
    shift.agents.append((name, "one", None))


@given(phrase("agent {name:Lead} takes the calls, with the skill for leads of high value"))
def skilled_agent(shift: Shift, name):
    shift.agents.append((name, "one", {SKILL: 5.0}))


@given(phrase("agent {name:Lead} takes the calls of the {queue:Lead} queue"))
def agent_of_queue(shift: Shift, name, queue):
    skills = {SKILL: 5.0} if queue == SENIOR else None  # as their leads from 80 on ask for it
    shift.agents.append((name, queue, skills))


# -- leads -------------------------------------------------------------------------------------


@given("these leads are to be called")
def leads(shift: Shift, datatable):
    for record in records(datatable):
        queue = record.pop("queue", "")
        shift.put(record["lead"], column_values(record), queue)


@given(phrase("{count:Count} leads have score {score:d}, calculated at {at:Moment}"))
def many(shift: Shift, count, score, at):
    for number in range(1, count + 1):
        shift.put(f"{score}-{number:02}", {"ml_score": str(score), "ml_score_at": stored(at)})


@given(
    phrase(
        "{count:Count} leads of the {queue:Lead} queue have score {score:d}, "
        "calculated at {at:Moment}"
    )
)
def many_of_queue(shift: Shift, count, queue, score, at):
    columns = {"ml_score": str(score), "ml_score_at": stored(at)}
    for number in range(1, count + 1):
        shift.put(f"{score}-{number:02}", columns, queue)


@given(phrase("lead {name:Lead} is to be called and has no score yet"))
def unscored(shift: Shift, name):
    shift.put(name, {}, GENERAL if GENERAL in shift.centre.lists else "")


# -- how the campaign is set up ------------------------------------------------------------------


@given("the campaign takes leads of any age")
def without_filter(shift: Shift):
    for campaign in shift.centre.campaigns.values():
        shift.centre.change(f"/outbound/campaigns/{campaign}", contactListFilters=[])


@given("no rule looks at the age of a score before the call")
def without_rules(shift: Shift):
    path = f"/outbound/rulesets/{shift.centre.rules}"
    rules = shift.centre.call("GET", path)["rules"]
    kept = [rule for rule in rules if "Score" not in rule["name"]]
    assert len(kept) == len(rules) - 2
    shift.centre.change(path, rules=kept)


@given(parsers.parse("{gate} alone keeps stale leads back"))
def one_gate(shift: Shift, gate):
    {
        "the filter": without_rules,
        "the rule before each call": without_filter,
        "a sweep before the shift": sweep_alone,
    }[gate](shift)


def sweep_alone(shift: Shift):
    without_filter(shift)
    without_rules(shift)
    shift.world.product.options["sweep_verified"] = True
    swept = shift.world.virtually(shift.world.product.sweep(mark=True))
    assert swept.exit_code == 0


@given("the campaign compares scores as words")
def text_sort(shift: Shift):
    sort_by_score(shift, numeric=False)


@when("the campaign compares scores as numbers again")
def numeric_sort(shift: Shift):
    sort_by_score(shift, numeric=True)


def sort_by_score(shift: Shift, *, numeric: bool):
    sort = {"fieldName": "ml_score", "direction": "DESC", "numeric": numeric}
    for campaign in shift.centre.campaigns.values():
        shift.centre.change(f"/outbound/campaigns/{campaign}", contactSorts=[sort])


@given(phrase("the dialer has always fetched the next {count:Count} leads"))
def fetched_ahead(shift: Shift, count):
    shift.centre.organisation.switches.working_set = count


# -- the shift -----------------------------------------------------------------------------------


@given(phrase("the campaign has called for {length:Span}"))
@when(phrase("the campaign calls for {length:Span}"))
@when(phrase("the campaigns call for {length:Span}"))
def calls(shift: Shift, length):
    shift.call(length)


@when(phrase("another program writes lead {name:Lead} anew"))
def written_anew(shift: Shift, name):
    shift.world.platform.add({name: shift.world.platform.columns(name)})


# -- whom, in which order, by whom ---------------------------------------------------------------


@then(phrase("the calls go to {leads:Leads}"))
def order(shift: Shift, leads):
    assert [line["lead"] for line in shift.log()] == leads


@then(
    phrase(
        "the first {first:Count} calls go to leads with score {score:d}, and the next "
        "{second:Count} to leads with score {other:d}"
    )
)
def in_turn(shift: Shift, first, score, second, other):
    assert shift.scored() == [score] * first + [other] * second


@then(phrase("the {count:Count} calls of the shift go to leads with score {score:d}"))
def all_of_score(shift: Shift, count, score):
    assert shift.scored() == [score] * count


@then("at each call the best lead that could be called was taken")
def none_better(shift: Shift):
    log = shift.log()
    assert log
    assert [line["better"] for line in log] == [0] * len(log)


@then(phrase("at {count:Count} calls a better lead had to wait"))
def some_better(shift: Shift, count):
    assert sum(line["better"] > 0 for line in shift.log()) == count


@then("nobody was passed over")
def none_passed_over(shift: Shift):
    log = shift.log()
    assert log
    assert [line["passed_over"] for line in log] == [0] * len(log)


@then(phrase("{count:Count} calls passed a better lead over"))
def some_passed_over(shift: Shift, count):
    assert sum(line["passed_over"] > 0 for line in shift.log()) == count


@then(phrase("lead {name:Lead} let {count:Count} worse leads go first"))
def overtaken(shift: Shift, name, count):
    assert [line["overtaken"] for line in shift.calls_to(name)] == [count]


@then(phrase("agent {name:Lead} talks to {leads:Leads}"))
def talked(shift: Shift, name, leads):
    assert [line["lead"] for line in shift.log() if line["agent"] == name] == leads


@then(phrase("agent {names:Leads} has {count:Count} calls, by scores from {least:d} to {most:d}"))
@then(phrase("agents {names:Leads} have {count:Count} calls, by scores from {least:d} to {most:d}"))
def calls_within(shift: Shift, names, count, least, most):
    scores = [line["score"] for line in shift.log() if line["agent"] in names]
    assert (len(scores), min(scores), max(scores)) == (count, least, most)


@then(
    phrase(
        "{count:Count} of the calls of agent {name:Lead} go to leads with score {score:d}, and "
        "these are the first"
    )
)
def first_calls(shift: Shift, count, name, score):
    best = [line["score"] == score for line in shift.log() if line["agent"] == name]
    assert best == [True] * count + [False] * (len(best) - count)


@then(phrase("the first leads that agent {name:Lead} talks to after {at:Moment} are {leads:Leads}"))
def next_calls(shift: Shift, name, at, leads):
    made = [line for line in shift.log() if line["agent"] == name and line["time"] > stored(at)]
    assert [line["lead"] for line in made][: len(leads)] == leads


@then(phrase("agent {name:Lead} has no call"))
def talked_to_nobody(shift: Shift, name):
    assert shift.log()
    assert [line["lead"] for line in shift.log() if line["agent"] == name] == []


@then("everybody was called once")
def once(shift: Shift):
    called = Counter(line["lead"] for line in shift.log())
    assert called == dict.fromkeys(shift.world.platform.leads, 1)


@then(phrase("called twice were {leads:Leads}"))
def twice(shift: Shift, leads):
    called = Counter(line["lead"] for line in shift.log())
    assert [name for name, times in called.items() if times == 2] == leads


@then(phrase("lead {name:Lead} is not called"))
def not_called(shift: Shift, name):
    assert shift.calls_to(name) == []


@then(phrase("lead {name:Lead} is called once, by score {score:d}"))
def called_once(shift: Shift, name, score):
    assert [line["score"] for line in shift.calls_to(name)] == [score]


@then("nobody was called by a score older than 24 hours")
def none_stale(shift: Shift):
    ages = [line["score_age"] for line in shift.log()]
    assert ages
    assert max(ages) <= 24 * 3600
