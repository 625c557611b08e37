# SPDX-License-Identifier: Apache-2.0
"""Steps about other places for scores: the guide's data service, and a table of the platform."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from pytest_bdd import given, then

from integration.pushing import TooManyLeadsError
from tests.acceptance.simulated import RIGHTS
from tests.acceptance.words import in_ms, phrase, stored
from tests.acceptance.world import FIRST_CALCULATION, World

SERVICES = "/api/v2/data/services"
SERVICE, ENTITY = "LeadScoringIntegration", "LeadScore"
"""The guide's own names, which the product knows."""
RECORDS = f"{SERVICES}/{SERVICE}/entities/{ENTITY}/records"
TABLES = "/api/v2/flows/datatables"

DEFINITION = {
    "name": ENTITY,
    "keyField": "lead_id",
    "fields": [
        {"name": "lead_id", "type": "string"},
        {"name": "priority_score", "type": "integer", "minimum": 0, "maximum": 100},
        {"name": "last_calculated_at", "type": "datetime"},
    ],
}
MAPPED = {"priority_score": "ml_score", "last_calculated_at": "ml_score_at"}
SCHEMA = {
    "required": ["key"],
    "properties": {
        "key": {"type": "string"},
        "priorityScore": {"type": "integer"},
        "lastCalculatedAt": {"type": "string"},
    },
}
CALLS_AT_ONCE = 2_000
"""The administrator has a call limit, too."""
OF_THE_SERVICE = "*_data_service_entity_record"
WRITES_OF_THE_SERVICE = "put_data_service_entity_record"


# -- the guide's data service ----------------------------------------------------------------


@given("scores are kept in the guide's data service, which fills the contact list")
def data_service(world: World):
    platform = world.platform
    platform.administrate("POST", SERVICES, {"name": SERVICE})
    entities = f"{SERVICES}/{SERVICE}/entities"
    platform.administrate("POST", entities, DEFINITION)
    mapping = {"contactListId": platform.list_id, "columns": MAPPED}
    platform.administrate("PUT", f"{entities}/{ENTITY}/mapping", mapping)
    platform.administer(permissions=[*RIGHTS, "data:record:view", "data:record:edit"])
    world.product.options["store"] = "data_service"


def hold(world: World, leads: Iterable[str], score: int, at):
    """Let the administrator write a score into the data service."""
    for lead in leads:
        values = {"lead_id": lead, "priority_score": score, "last_calculated_at": stored(at)}
        body = {"entity": values, "overwriteExisting": True}
        world.platform.administrate("PUT", f"{RECORDS}/{lead}", body)


@given(
    phrase(
        "the data service holds score {score:d}, calculated at {at:Moment}, for lead {lead:Lead}"
    )
)
def service_holds(world: World, score, at, lead):
    hold(world, [lead], score, at)


@given(
    phrase(
        "the data service holds score {score:d}, calculated at {at:Moment}, for the first "
        "{number:Count} leads"
    )
)
def service_holds_first(world: World, score, at, number):
    assert at < FIRST_CALCULATION
    hold(world, islice(world.expected, number), score, at)


@given(phrase("the data service refuses one call in {of:Count} and asks to wait {span:Span}"))
def service_refuses(world: World, of, span):
    refusal = {"kind": "status", "status": 429, "retry_after": int(span)}
    world.fault(operation=OF_THE_SERVICE, probability=1 / of, **refusal)


@given(phrase("the data service is unable to serve one call in {of:Count}"))
def service_fails(world: World, of):
    world.fault(operation=OF_THE_SERVICE, kind="status", status=503, probability=1 / of)


@given(phrase("the answer of the data service to one write in {of:Count} gets lost"))
def service_loses(world: World, of):
    lost = {"kind": "timeout", "after_commit": True}
    world.fault(operation=WRITES_OF_THE_SERVICE, probability=1 / of, **lost)


@given("the data service tells how many calls are left, and nothing else")
def guides_words_alone(world: World):
    world.platform.control.set_switches(data_service_headers=False)


@then(
    phrase(
        "the data service holds score {score:d}, calculated at {at:Moment}, for lead {lead:Lead}"
    )
)
def service_shows(world: World, score, at, lead):
    values = world.platform.administrate("GET", f"{RECORDS}/{lead}")["entity"]
    assert (values["priority_score"], values["last_calculated_at"]) == (score, stored(at))


@then(
    phrase(
        "the history says that {score:d} was replaced for the first {number:Count} leads, and "
        "nothing for the others"
    )
)
def history_says(world: World, score, number):
    wanted = [[score]] * number + [[None]] * (len(world.expected) - number)
    found = world.product.histories(list(world.expected))
    assert [[one.previous for one in records] for records in found.values()] == wanted
    assert {one.outcome for records in found.values() for one in records} == {"delivered"}


# -- a table of the platform -----------------------------------------------------------------


@given("scores are kept in a table of the platform", target_fixture="table")
def score_table(world: World):
    body = {"name": ENTITY, "schema": SCHEMA}
    table = world.platform.administrate("POST", TABLES, body)
    rights = [f"architect:datatableRow:{may}" for may in ("view", "add", "edit")]
    world.platform.administer(permissions=[*RIGHTS, *rights])
    world.product.options |= {"store": "data_table", "data_table": table["id"]}
    return str(table["selfUri"])


@given(phrase("a file holds scores of {number:Count} leads"))
def file_of_scores(world: World, number):
    world.calculate([f"new-{place}" for place in range(number)])


@given(phrase("the table holds scores of {number:Count} other leads"))
def table_is_filled(world: World, table, number):
    for place in range(1, number + 1):
        world.platform.administrate("POST", f"{table}/rows", {"key": f"old-{place}"})
        if place % CALLS_AT_ONCE == 0:
            world.pass_time(60)


@then(phrase("the table holds score {score:d}, calculated at {at:Moment}, for lead {lead:Lead}"))
def table_shows(world: World, table, score, at, lead):
    row = world.platform.administrate("GET", f"{table}/rows/{lead}?showbrief=false")
    assert (row["priorityScore"], row["lastCalculatedAt"]) == (score, stored(at))
    assert world.product.history(lead)[-1].at == in_ms(at)


@then(phrase("the table still holds {number:Count} leads"))
def table_is_as_before(world: World, table, number):
    assert world.platform.administrate("GET", f"{table}/rows")["total"] == number


@then(phrase("the run fails and says that a table holds {number:Count} leads at the most"))
def too_many(world: World, number):
    assert isinstance(world.run.failure, TooManyLeadsError)
    assert f"{number:,}, the most" in str(world.run.failure)
