# SPDX-License-Identifier: Apache-2.0
"""Pulumi's values as plain ones, and back again."""

from __future__ import annotations

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc

from simulator.provider.fields import UNKNOWN
from simulator.provider.values import marked, plain, secret_names


def test_whole_numbers_are_whole():
    """Pulumi's numbers are all floats; the platform wants 3, and 2.5."""
    found = plain({"whole": PropertyValue(3.0), "part": PropertyValue(2.5)})
    assert repr(found) == "{'whole': 3, 'part': 2.5}"


def test_values_come_back_as_they_were():
    """Texts, flags, numbers, lists and maps survive both ways."""
    values = {"a": "x", "b": True, "c": 3, "d": [1, {"e": False}], "f": {"g": []}}
    assert plain(marked(values)) == values


def test_nothing_is_left_out_but_nothing():
    """Properties that are null count as not given, at every depth."""
    inner = PropertyValue({"x": PropertyValue(None), "y": PropertyValue("")})
    assert plain({"a": PropertyValue(None), "b": inner}) == {"b": {"y": ""}}


def test_unknown_values():
    """Both forms of an unknown value are understood; the one that can be sent is sent."""
    both = {"a": PropertyValue.computed(), "b": PropertyValue(rpc.UNKNOWN)}
    assert plain(both) == {"a": UNKNOWN, "b": UNKNOWN}
    assert marked({"a": [UNKNOWN]}) == {"a": PropertyValue([PropertyValue(rpc.UNKNOWN)])}


def test_secrets_are_found_at_every_depth():
    """A property that holds a secret somewhere is one."""
    hidden = PropertyValue([PropertyValue("s", is_secret=True)])
    properties = {"a": hidden, "b": PropertyValue("open")}
    assert secret_names(properties) == {"a"}
    assert plain(properties) == {"a": ["s"], "b": "open"}
    assert marked({"a": ["s"], "b": "open"}, {"a"})["a"].is_secret
