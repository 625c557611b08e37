# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL server for the tests that need one, started when the first of them runs."""

from __future__ import annotations

import itertools

import psycopg
import pytest

from benchmarks.postgres import postgres_server
from integration.outbox import OutboxServer

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres():
    """The address of a PostgreSQL server that runs for these tests alone."""
    with postgres_server(durable=False) as address:
        yield address


@pytest.fixture
def new_schema(postgres):
    """Makes addresses of outboxes that do not exist yet, on the server."""
    made = []

    def make():
        made.append(f"test_{next(_NUMBERS)}")
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {made[-1]}".encode())
        return OutboxServer(f"{postgres}&options=-csearch_path%3D{made[-1]}")

    yield make
    with psycopg.connect(postgres, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())
