# SPDX-License-Identifier: Apache-2.0
"""Every operation of the simulator, asked at least once, against the official SDK."""

from __future__ import annotations

import copy
import random

import pytest

from simulator.organisation import BOOTSTRAP_CLIENT
from simulator.resources import OPERATIONS
from simulator.virtual_time import run_virtual

from . import official
from .conformity import faults_in
from .walk import WALK
from .watch import DOWNLOAD, LOGIN, watched
from .world import Ask, World, parameters_of

BY_ID = {operation.operation_id: operation for operation in OPERATIONS}
OF_THE_SDK = [name for name in BY_ID if name != LOGIN and BY_ID[name].official]
PLATFORM = [name for name in BY_ID if BY_ID[name].authenticated]
WITH_BODY = [
    name
    for name in PLATFORM
    if any(question.body is not None for question in WALK[name])
    and 501 not in {question.status for question in WALK[name]}
]
WITH_QUERY = [
    name
    for name in PLATFORM
    if any(question.query for question in WALK[name])
    or (BY_ID[name].official and official.call(name).query)
]
every_operation = pytest.mark.parametrize("operation_id", BY_ID)


@pytest.fixture(scope="module")
def furnished():
    """A snapshot of an organisation that has one of each kind, and the names of its objects."""
    world = World()
    run_virtual(world.clock, world.furnish())
    return world.organisation.snapshot(), world.names


@pytest.fixture
def world(furnished):
    return like(furnished)


@pytest.fixture(scope="module")
def untouched_world(furnished):
    return like(furnished)


def like(furnished):
    """A world of its own, as it was when it had been furnished: forty times quicker to make."""
    snapshot, names = furnished
    world = World()
    world.organisation.restore(snapshot)
    world.names |= names
    run_virtual(world.clock, world.export())
    return world


def run(world, coroutine):
    """Run ``coroutine`` in the world's time, looking at every answer; what was seen."""
    with watched() as watch:
        run_virtual(world.clock, coroutine)
    return watch


def test_every_operation_has_a_walk():
    """The walk calls every operation of the simulator, and nothing else."""
    assert WALK.keys() == BY_ID.keys()
    assert [name for name, questions in WALK.items() if not questions] == []


@pytest.mark.parametrize("operation_id", OF_THE_SDK)
def test_operation_is_one_of_the_official_sdk(operation_id):
    """Method, path and model of an operation are those that the SDK's method of its name has."""
    operation, call = BY_ID[operation_id], official.call(operation_id)
    assert operation.method == call.method
    assert operation.path.replace("*}", "}") == call.path
    if operation_id != DOWNLOAD:
        assert operation.model == call.answer


@pytest.mark.parametrize("operation_id", OF_THE_SDK)
def test_walk_asks_what_the_sdk_can_ask(operation_id, untouched_world):
    """The walk's own questions are official: their query parameters and bodies are the SDK's."""
    call = official.call(operation_id)
    for question in WALK[operation_id]:
        assert question.query.keys() <= call.query
        if question.body is not None:
            assert faults_in(untouched_world.named(question.body), call.body) == []


@every_operation
def test_answers_are_official(operation_id, world):
    """An operation answers valid questions with success, headers and models as the SDK has them."""
    wanted = [question.status for question in WALK[operation_id]]
    answers = []

    async def walk():
        answers.extend(
            [await world.put(BY_ID[operation_id], question) for question in WALK[operation_id]]
        )

    watch = run(world, walk())
    refused = [
        f"{answer.status_code} {answer.text}"
        for answer, status in zip(answers, wanted, strict=True)
        if (answer.status_code >= 300 if status is None else answer.status_code != status)
    ]
    assert refused == []
    assert watch.faults == []
    assert set(watch.answered) == {operation_id}


@pytest.mark.parametrize("operation_id", PLATFORM)
def test_refusals_are_official(operation_id, world):
    """Calls that must be refused get an ErrorBody with the documented status and code."""
    operation = BY_ID[operation_id]
    path = world.path_of(operation)
    world.organisation.add_client("nobody", "nobody-secret")
    world.organisation.add_client("blocked", "blocked-secret", permissions=["*"], rate_limit=0)
    seen = []

    async def misuse():
        def bearer(token):
            return {"Authorization": f"Bearer {token}"}

        allowed = bearer(world.names["token"])
        calls = [
            ({}, 401, "authentication.required"),
            (bearer(""), 401, "authentication.required"),
            (bearer("unknown"), 401, "bad.credentials"),
            (bearer(await world.log_in("blocked", "blocked-secret")), 429, "too.many.requests"),
        ]
        for needed, code in (
            (operation.permissions, "missing.permissions"),
            (operation.any_permission, "missing.any.permissions"),
        ):
            if needed:
                token = await world.log_in("nobody", "nobody-secret")
                calls.append((bearer(token), 403, code))
        for headers, status, code in calls:
            answer = await world.send(operation.method, path, headers=headers)
            seen.append((answer, status, code))
        if operation.method in ("POST", "PUT"):
            for content, kind, status, code in (
                (b"{", "application/json", 400, "bad.request"),
                (b'{"a": NaN}', "application/json", 400, "bad.request"),
                (b"<a/>", "text/xml", 415, "unsupported.media.type"),
            ):
                answer = await world.send(
                    operation.method,
                    path,
                    content=content,
                    headers={**allowed, "Content-Type": kind},
                )
                seen.append((answer, status, code))
        answer = await world.send("TRACE", path, headers=allowed)
        seen.append((answer, 405, "method.not.allowed"))

    watch = run(world, misuse())
    assert watch.faults == []
    for answer, status, code in seen:
        assert answer.status_code == status, answer.text
        if operation.method != "HEAD":
            assert answer.json()["code"] == code


@pytest.mark.parametrize("operation_id", [name for name in BY_ID if parameters_of(BY_ID[name])])
@pytest.mark.parametrize("name", ["00000000-0000-4000-8000-000000000000", "ä/%? ;\n"], ids=repr)
def test_what_does_not_exist_is_not_found(operation_id, name, world):
    """A path that names an object that does not exist is refused with an official 404."""
    operation = BY_ID[operation_id]
    answers = []

    async def ask():
        question = WALK[operation_id][0]
        for parameter in parameters_of(operation):
            strange = Ask(question.body, question.query, {parameter: name})
            answers.append(await world.put(operation, strange))

    watch = run(world, ask())
    assert watch.faults == []
    # A contact is refused as one of another list; a record of the guide's may be made.
    creates = {
        "put_outbound_contactlist_contact": {400, 404},
        "put_data_service_entity_record": {400, 404},
        "post_data_service_entity_record": {400, 404},
    }
    assert {answer.status_code for answer in answers} <= creates.get(operation_id, {404})


def mutations(body, count, seed):
    """Bodies like ``body`` in which one value is something else, or one field is gone."""
    chance = random.Random(seed)
    for _ in range(count):
        changed = [copy.deepcopy(body)]
        holder, key = changed, 0
        while isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.8:
            holder = holder[key]
            key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if isinstance(holder, dict) and chance.random() < 0.2:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(chance.choice(STRANGE))
        yield changed[0]


STRANGE = [
    None,
    True,
    -1,
    0,
    1.5,
    10**30,
    1e308,
    "",
    " ",
    "x" * 2000,
    "\u0000\U0001f600",
    "\ud800",
    "2026-13-45T99:99:99Z",
    "P-99999DT00H00M",
    "nobody",
    [],
    [None],
    [[]],
    {},
    {"": ""},
    {"id": None},
    {"id": "x"},
]


@pytest.mark.parametrize("operation_id", WITH_BODY)
def test_strange_bodies_are_answered_officially(operation_id, world):
    """Whatever stands in a body, the answer is a success or an ErrorBody below 500."""
    operation = BY_ID[operation_id]
    questions = [question for question in WALK[operation_id] if question.body is not None]
    statuses = set()

    async def ask():
        for question in questions:
            body = world.named(question.body)
            for strange in mutations(body, 60, operation_id):
                answer = await world.put(operation, Ask(strange, question.query, question.path))
                statuses.add(answer.status_code)
                world.organisation.limits.set_ceiling(BOOTSTRAP_CLIENT, 10**6)

    watch = run(world, ask())
    assert watch.faults == []
    assert max(statuses) < 500


SEARCH = "post_outbound_contactlist_contacts_search"
REMOVE = "post_outbound_contactlist_contacts_bulk_remove"
UPDATE = "post_outbound_contactlist_contacts_bulk_update"


@pytest.mark.parametrize(
    ("operation_id", "body", "status"),
    [
        (SEARCH, {"pageNumber": 10**30, "pageSize": 1}, 200),
        (SEARCH, {"contactListFilterId": "", "pageSize": 10**30}, 200),
        (REMOVE, {"contactListFilterId": ""}, 400),
        (UPDATE, {"contactListFilterId": "", "contact": {"data": {}}}, 400),
    ],
    ids=["page past all", "no filter, all on a page", "remove by no filter", "update by no filter"],
)
def test_values_at_the_edge(operation_id, body, status, world):
    """Pages past the end are empty, and a job is never started by a filter without an id."""
    answers = []

    async def ask():
        answers.append(await world.put(BY_ID[operation_id], Ask(body)))

    watch = run(world, ask())
    assert [answer.status_code for answer in answers] == [status]
    assert watch.faults == []


def test_addresses_in_answers_lead_to_the_platform(world):
    """The address of a file is whole, and leads to the host that was called."""
    path = world.path_of(BY_ID["get_outbound_contactlist_export"])
    job = world.path_of(BY_ID["get_outbound_contactlist_contacts_bulk_job"])
    token = {"Authorization": f"Bearer {world.names['token']}"}
    found = []

    async def ask():
        for host in ("https://api.mypurecloud.de", "http://127.0.0.1:8089"):
            export = (await world.send("GET", host + path, headers=token)).json()["uri"]
            backup = (await world.send("GET", host + job, headers=token)).json()["downloadURI"]
            for address in (export, backup):
                assert address.startswith(f"{host}/api/v2/downloads/")
                found.append(await world.send("GET", address, headers=token))

    watch = run(world, ask())
    assert watch.faults == []
    assert [answer.headers["content-type"].partition(";")[0] for answer in found] == [
        "text/csv"
    ] * 4


STRANGE_TEXTS = (
    "",
    "0",
    "-1",
    "1.5",
    "true",
    "9" * 15,
    "9" * 40,
    "x" * 3000,
    "\0",
    ",,",
    "[]",
    "2",
)


@pytest.mark.parametrize("operation_id", WITH_QUERY)
def test_strange_queries_are_answered_officially(operation_id, world):
    """Whatever stands in a query, the answer is a success or an ErrorBody below 500."""
    operation, question = BY_ID[operation_id], WALK[operation_id][0]
    names = {name for asked in WALK[operation_id] for name in asked.query}
    if operation.official:
        names |= official.call(operation_id).query
    statuses = set()

    async def ask():
        for name in sorted(names):
            for text in STRANGE_TEXTS:
                strange = Ask(question.body, {**question.query, name: text}, question.path)
                statuses.add((await world.put(operation, strange)).status_code)

    watch = run(world, ask())
    assert watch.faults == []
    assert max(statuses) < 500
