# SPDX-License-Identifier: Apache-2.0
"""The service keeps its own description: what it says, at random, against what it does.

Schemathesis sends what the document allows, and what it forbids, and judges the answers by it:
statuses, kinds, bodies, and whether good requests are accepted and bad ones refused.
"""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from integration.listener import openapi
from integration.listener.endpoint import PATH
from integration.listener.server import listen, make_server
from integration.settings import Settings
from tests.unit.listener.conftest import TOKEN, Listener, empty_outbox  # noqa: F401 - a fixture

# What no schema can say of a score's time: it was calculated, so it is not ahead of now.
schemathesis.openapi.format(
    "date-time",
    st.datetimes(
        datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(2026, 11, 23, 9),  # noqa: DTZ001 - the same
        timezones=st.just(UTC),
    ).map(datetime.isoformat),
)
DOCUMENT = openapi.document(PATH)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@SCHEMA.auth()
class Token:
    """Lets schemathesis prove what it does with and without it."""

    def get(self, _case, _context):
        return TOKEN

    def set(self, case, token, _context):
        case.headers["authorization"] = f"Bearer {token}"


OPERATION = SCHEMA[PATH]["POST"]


@pytest.fixture(scope="module")
def address(tmp_path_factory, empty_outbox):  # noqa: F811 - the fixture
    """Where the service listens, in a thread of its own."""
    listener = Listener(tmp_path_factory.mktemp("service"), empty_outbox)
    listener.body_limit = Settings().body_limit
    with listen("127.0.0.1", 0) as listening:
        loop, stop = asyncio.new_event_loop(), asyncio.Event()

        async def serve():
            async with listener.open_app() as app:
                server = make_server(app, Settings(), listener.clock)
                serving = asyncio.create_task(server.serve(sockets=[listening]))
                await stop.wait()
                server.stop()
                await serving

        thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _partly_rejected(response):
    if response.status_code != 202:
        return False
    return "rejected" in {one["verdict"] for one in response.json()["results"]}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_requests_at_random(address, mode):
    """Whatever is sent, the answer is one that the document announces."""

    @hypothesis.settings(max_examples=150, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=OPERATION.as_strategy(generation_mode=mode))
    def check(case):
        response = case.call(base_url=address)
        # The good items of an array are accepted beside bad ones, each of which is told.
        left_out = [negative_data_rejection] if _partly_rejected(response) else []
        case.validate_response(response, excluded_checks=left_out)

    check()
