# SPDX-License-Identifier: Apache-2.0
"""The operation table: which operation a method and a path stand for."""

from __future__ import annotations

import pytest

from simulator.errors import Refusal
from simulator.http import Operation
from simulator.resources import OPERATIONS
from simulator.routes import Routes


def operation(method, path, name=None):
    return Operation(method, path, name or f"{method} {path}", lambda _: None)


ROUTES = Routes(
    [
        operation("GET", "/api/v2/things", "all"),
        operation("GET", "/api/v2/things/{thingId}", "one"),
        operation("DELETE", "/api/v2/things/{thingId}", "delete"),
        operation("GET", "/api/v2/things/home", "home"),
        operation("POST", "/api/v2/things/search", "search"),
        operation("GET", "/api/v2/things/home/keys", "keys"),
        operation("GET", "/api/v2/things/{thingId}/parts/{partId}", "part"),
        operation("GET", "/api/v2/tables/{tableId}/rows/{rowId*}", "row"),
        operation("GET", "/api/v2/tables/{tableId}/rows/{rowId}/cells", "cells"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "name", "values"),
    [
        ("GET", "/api/v2/things", "all", {}),
        ("GET", "/api/v2/things/7", "one", {"thingId": "7"}),
        ("GET", "/api/v2/things/home", "home", {}),
        ("DELETE", "/api/v2/things/home", "delete", {"thingId": "home"}),
        ("GET", "/api/v2/things/search", "one", {"thingId": "search"}),
        ("GET", "/api/v2/things/home/parts/3", "part", {"thingId": "home", "partId": "3"}),
        ("GET", "/API/V2/Things", "all", {}),
        ("GET", "/api/v2/things/a%2Fb%20%C3%BC", "one", {"thingId": "a/b ü"}),
        ("GET", "/api/v2/things/a+b", "one", {"thingId": "a+b"}),
        ("GET", "/api/v2/tables/t/rows/a/cells", "cells", {"tableId": "t", "rowId": "a"}),
        ("GET", "/api/v2/tables/t/rows/a/b%2Fc", "row", {"tableId": "t", "rowId": "a/b/c"}),
    ],
)
def test_paths_lead_to_operations(method, path, name, values):
    """Literals win, a literal that leads nowhere is a parameter, values are decoded once."""
    match = ROUTES.find(method, path)
    assert (match.operation.operation_id, match.path) == (name, values)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v2/things/", 501),
        ("GET", "/api/v2//things", 501),
        ("GET", "/api/v2/things/7/", 501),
        ("GET", "/api/v2/things//parts/3", 501),
        ("GET", "/api/v2/tables/t/rows/", 501),
        ("PUT", "/api/v2/things/7", 405),
        ("GET", "/elsewhere", 404),
    ],
)
def test_paths_that_lead_nowhere(method, path, status):
    """Empty segments never stand for a parameter."""
    with pytest.raises(Refusal) as refused:
        ROUTES.find(method, path)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "twice",
    [
        [operation("GET", "/api/v2/a/{x}", "one"), operation("GET", "/api/v2/a/{y}", "two")],
        [operation("GET", "/api/v2/a", "one"), operation("GET", "/api/v2/b", "one")],
    ],
    ids=["one path", "one name"],
)
def test_a_table_that_contradicts_itself_is_refused(twice):
    """Two operations on one path, or of one name, are a mistake of the table."""
    with pytest.raises(ValueError, match="two operations"):
        Routes(twice)


def test_the_whole_table_is_sound():
    """Every operation of the simulator is found by its own path."""
    routes = Routes(OPERATIONS)
    for item in OPERATIONS:
        path = item.path.replace("{", "").replace("*}", "").replace("}", "")
        assert routes.find(item.method, path).operation is item
