# SPDX-License-Identifier: Apache-2.0
"""The readers of JSON bodies: strict types, named fields, ignored extras."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simulator.errors import Refusal
from simulator.fields import (
    Anything,
    Flag,
    Instant,
    Integer,
    ListOf,
    Number,
    Object,
    Reference,
    Text,
    TextMap,
    read_list,
    read_object,
)


@pytest.mark.parametrize(
    ("reader", "value", "read"),
    [
        (Text(), "", ""),
        (Text(choices=("a", "b")), "b", "b"),
        (Integer(minimum=1, maximum=1), 1, 1),
        (Number(minimum=0), 0.5, 0.5),
        (Number(), 3, 3),
        (Flag(), False, False),
        (Instant(), "2026-11-23T10:00:00+01:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        (Instant(), "2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        (Reference(), {"id": "7", "name": "x"}, "7"),
        (TextMap(), {"a": "1", "b": None}, {"a": "1"}),
        (ListOf(Integer()), [1, 2], [1, 2]),
        (Object({"a": Text()}), {"a": "x", "b": 1}, {"a": "x"}),
        (Anything(), [{}], [{}]),
    ],
)
def test_values_that_are_read(reader, value, read):
    """A value of the right type and within bounds is taken."""
    assert read_object({"field": value}, {"field": reader}) == {"field": read}


@pytest.mark.parametrize(
    ("reader", "value", "code", "field"),
    [
        (Text(), 7, "bad.request", "field"),
        (Text(minimum=1), "", "invalid.value", "field"),
        (Text(maximum=1), "ab", "invalid.value", "field"),
        (Text(choices=("A",)), "a", "invalid.value", "field"),
        (Integer(), True, "bad.request", "field"),
        (Integer(), 1.0, "bad.request", "field"),
        (Integer(), "1", "bad.request", "field"),
        (Integer(minimum=1), 0, "invalid.value", "field"),
        (Integer(maximum=1), 2, "invalid.value", "field"),
        (Number(), "1", "bad.request", "field"),
        (Number(), False, "bad.request", "field"),
        (Flag(), "true", "bad.request", "field"),
        (Flag(), 1, "bad.request", "field"),
        (Instant(), 1700000000, "bad.request", "field"),
        (Instant(), "soon", "invalid.date", "field"),
        (Reference(), "7", "bad.request", "field"),
        (Reference(), {}, "bad.request", "field.id"),
        (Reference(), {"id": ""}, "invalid.value", "field.id"),
        (TextMap(), {"a": 1}, "bad.request", "field.a"),
        (TextMap(), [], "bad.request", "field"),
        (ListOf(Text()), "ab", "bad.request", "field"),
        (ListOf(Text()), ["a", None], "bad.request", "field[1]"),
        (ListOf(Text(), maximum=1), ["a", "b"], "invalid.value", "field"),
        (Object({"a": Text()}), {"a": {}}, "bad.request", "field.a"),
        (ListOf(Object({"a": Flag(required=True)})), [{}], "bad.request", "field[0].a"),
    ],
)
def test_values_that_are_refused(reader, value, code, field):
    """A wrong type is bad.request, a wrong value invalid.value or invalid.date; both name it."""
    with pytest.raises(Refusal) as refused:
        read_object({"field": value}, {"field": reader})
    assert (refused.value.status, refused.value.code) == (400, code)
    assert refused.value.details == ({"errorCode": code, "fieldName": field},)
    assert refused.value.message.startswith(f"{field}: ")


@pytest.mark.parametrize("body", [{}, {"field": None}], ids=["absent", "null"])
def test_absent_and_null_are_the_same(body):
    """A field that is absent or null is left out, unless it is required."""
    assert read_object(body, {"field": Text()}) == {}
    with pytest.raises(Refusal, match="field: is required"):
        read_object(body, {"field": Text(required=True)})


@pytest.mark.parametrize("body", [None, [], "x", 1, 1.5, True])
def test_a_body_has_to_be_an_object(body):
    """Anything else is refused and named by its JSON type."""
    with pytest.raises(Refusal, match="body: an object is needed, not "):
        read_object(body, {})


def test_an_array_is_read_item_by_item():
    """The place of a bad item is named."""
    assert read_list(["a"], Text()) == ["a"]
    with pytest.raises(Refusal, match=r"body\[1\]: a string is needed, not a number"):
        read_list(["a", 1], Text())
