# SPDX-License-Identifier: Apache-2.0
"""Paths and queries that stay what they are, whatever an id contains."""

from __future__ import annotations

from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.platform.paths import checked, path, query_string


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_an_id_stays_one_segment_on_the_wire(value):
    """Whatever the id, the server gets it back whole, in its own place of the path."""
    if not value.strip() or value in {".", ".."}:
        with pytest.raises(ValueError, match="cannot stand for"):
            path("/lists/{list}/contacts", list=value)
        return
    built = checked(path("/api/{list}/contacts", list=value))
    sent = httpx.Request("GET", f"https://api.mypurecloud.de{built}").url.raw_path.decode()
    segments = sent.split("/")
    assert len(segments) == 4
    assert unquote(segments[2]) == value


@pytest.mark.parametrize("value", ["", " ", ".", ".."])
def test_an_id_that_would_address_something_else_is_refused(value):
    """A blank id or a step up would turn the contact's address into the list's."""
    with pytest.raises(ValueError, match="cannot stand for contact"):
        path("/lists/{list}/contacts/{contact}", list="a", contact=value)


def test_a_missing_id_is_refused():
    """A placeholder without a value is an error, not a blank."""
    with pytest.raises(ValueError, match="cannot stand for list"):
        path("/lists/{list}")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "/",
        "api",
        "//evil.example.com/x",
        "/a/../b",
        "/a/.",
        "/a?b=c",
        "/a#b",
        "/a b",
        "/ä",
        "/a/",
    ],
)
def test_only_plain_absolute_paths_are_accepted(wrong):
    """A path cannot smuggle in a host, a query or a step up."""
    with pytest.raises(ValueError, match="is not the path of a call"):
        checked(wrong)


def test_a_plain_path_is_accepted():
    """What the platform's paths look like passes unchanged."""
    plain = "/api/v2/outbound/contactlists/4f2c%2F/contacts"
    assert checked(plain) == plain


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (None, ""),
        ({}, ""),
        ({"a": None}, ""),
        ({"priority": True, "clearSystemData": False}, "?priority=true&clearSystemData=false"),
        ({"pageSize": 100, "name": "a b&c"}, "?pageSize=100&name=a%20b%26c"),
        ({"ids": ["x", "y"]}, "?ids=x%2Cy"),
    ],
    ids=["none", "empty", "left out", "flags", "number and text", "list"],
)
def test_queries_are_written_as_the_platform_reads_them(query, text):
    """Flags are lower case, lists joined by commas, and everything is encoded."""
    assert query_string(query) == text
