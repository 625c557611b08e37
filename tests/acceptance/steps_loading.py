# SPDX-License-Identifier: Apache-2.0
"""Steps about putting leads on the contact list, and about planning a run."""

from __future__ import annotations

from pytest_bdd import parsers, then, when

from integration.loading import UnknownColumnsError
from integration.reports import LoadSummary, Plan
from tests.acceptance.simulated import names
from tests.acceptance.steps_budget import calls_of_run
from tests.acceptance.steps_pushing import score_rows
from tests.acceptance.words import count, phrase, records
from tests.acceptance.world import World

TOO_LONG = 600


def load(world: World, rows: list[dict[str, str]]) -> None:
    """Load ``rows``, a problem with the whole of them included."""
    try:
        world.load = world.virtually(world.product.load(rows))
    except UnknownColumnsError as problem:
        world.problem = problem


def loaded(world: World) -> LoadSummary:
    """What the load told."""
    assert world.load is not None, f"nothing was loaded: {world.problem}"
    return world.load


@when("these leads are loaded")
def load_table(world: World, datatable):
    rows = records(datatable)
    load(world, [{"lead_id": one.pop("lead"), **one} for one in rows])


@when(phrase("{number:Count} leads are loaded"))
def load_many(world: World, number):
    leads = names(range(1, number + 1))
    load(world, [{"lead_id": lead, "phone": f"+4930{lead[2:]}"} for lead in leads])


@when(
    phrase(
        "leads {first:Lead}, {second:Lead} and {third:Lead} are loaded, {long:Lead} with a note "
        "of {length:d} characters"
    )
)
def load_with_note(world: World, first, second, third, long, length):
    load(
        world,
        [
            {"lead_id": lead, "note": "x" * (length if lead == long else 10)}
            for lead in (first, second, third)
        ],
    )


@then(
    parsers.re(
        r"(?P<new>[\d,]+) leads? (?:is|are) new, (?P<changed>\d+) (?:has|have) changed "
        r"and (?P<same>\d+) (?:is|are) as before"
    ),
    converters={"new": count, "changed": count, "same": count},
)
def counted_leads(world: World, new, changed, same):
    summary = loaded(world)
    assert summary.stopped is None
    assert (summary.created, summary.changed, summary.unchanged) == (new, changed, same)


@then(phrase("row {row:d} was not loaded because of its invalid lead id"))
def not_loaded(world: World, row):
    assert [(one, problem.reason) for one, problem in loaded(world).rejected] == [
        (row, "invalid_lead_id")
    ]


@then(parsers.parse("the load fails and names the column {column}"))
def load_fails(world: World, column):
    assert world.load is None
    assert column in str(world.problem)


@then(phrase("lead {lead:Lead} was refused by the platform"))
def load_refused(world: World, lead):
    assert [one for one, _ in loaded(world).refused] == [lead]


# -- plans -----------------------------------------------------------------------------------


def planned(world: World) -> Plan:
    """What the plan says."""
    assert world.plan is not None, "nothing was planned"
    return world.plan


@when("the run is planned")
def plan_waiting(world: World):
    world.plan = world.virtually(world.product.plan(world.waiting))


@when("a run with these scores is planned")
def plan_table(world: World, datatable):
    world.plan = world.virtually(world.product.plan(score_rows(datatable)))


@then("the run took as many calls as planned")
def as_planned(world: World):
    assert len(calls_of_run(world)) == planned(world).calls


@then(phrase("the plan expects {calls:d} calls and at least {minutes:d} minute"))
def plan_expects(world: World, calls, minutes):
    plan = planned(world)
    assert (plan.calls, plan.seconds) == (calls, minutes * 60)


@then(phrase("the plan counts {rows:d} rows, of which {bad:d} are no scores, and {leads:d} lead"))
def plan_counts(world: World, rows, bad, leads):
    plan = planned(world)
    assert (plan.rows, plan.rejected, plan.leads) == (rows, bad, leads)


@then("the plan says that it could not ask for the limit")
def plan_without_limit(world: World):
    assert "did not answer" in planned(world).limit_problem
