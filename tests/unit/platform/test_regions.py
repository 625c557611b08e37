# SPDX-License-Identifier: Apache-2.0
"""Where the API and the login live."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.platform.regions import Hosts, base_url, is_loopback, locate


@pytest.mark.parametrize(
    ("region", "api", "login"),
    [
        ("us-east-1", "https://api.mypurecloud.com", "https://login.mypurecloud.com"),
        ("eu-central-1", "https://api.mypurecloud.de", "https://login.mypurecloud.de"),
        (" EU-West-1 ", "https://api.mypurecloud.ie", "https://login.mypurecloud.ie"),
        ("mypurecloud.de", "https://api.mypurecloud.de", "https://login.mypurecloud.de"),
        ("us-east-2", "https://api.use2.us-gov-pure.cloud", "https://login.use2.us-gov-pure.cloud"),
    ],
    ids=["by name", "another name", "case and white space", "by domain", "FedRAMP"],
)
def test_a_region_names_its_hosts(region, api, login):
    """A region, or its domain, leads to its API and login hosts."""
    assert locate(region) == Hosts(api, login)


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("eu-central-9", "did you mean .*eu-central-1"),
        ("mars", "known: us-east-1"),
        ("", "a region such as"),
        ("  ", "a region such as"),
    ],
    ids=["nearly right", "far off", "none", "blank"],
)
def test_an_unknown_region_is_an_error_that_helps(region, hint):
    """The error names regions that exist."""
    with pytest.raises(ValueError, match=hint):
        locate(region)


@pytest.mark.parametrize(
    ("gateway", "url"),
    [
        ("http://127.0.0.1:8089", "http://127.0.0.1:8089"),
        ("http://127.0.0.1:8089/", "http://127.0.0.1:8089"),
        ("http://[::1]:8089", "http://[::1]:8089"),
        ("http://LocalHost:8089", "http://localhost:8089"),
        ("https://gateway.example.com", "https://gateway.example.com"),
        ("https://gateway.example.com:8443/genesys/", "https://gateway.example.com:8443/genesys"),
    ],
    ids=["simulator", "slash at the end", "IPv6", "localhost", "https anywhere", "with a path"],
)
def test_a_gateway_serves_api_and_login(gateway, url):
    """A gateway beats the region, and the token endpoint is on the same host and port."""
    assert locate("us-east-1", gateway) == Hosts(url, url)


@pytest.mark.parametrize(
    "gateway",
    [
        "http://gateway.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:8089",
        "http://10.0.0.1",
        "http://2130706433",
    ],
)
def test_plain_http_is_for_this_machine_only(gateway):
    """A secret is never sent over plain http to another machine."""
    with pytest.raises(ValueError, match="plain http"):
        base_url(gateway)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:8089",
        "ftp://127.0.0.1",
        "https://",
        "https://:443",
        "https://host:99999",
        "https://host:0",
        "https://host:port",
        "https://[::1",
        "https://me:hunter2@host",
        "https://me@host",
        "http://127.0.0.1\\@evil.example.com",
        "https://host/?a=b",
        "https://host/#part",
        "https://host/a/../b",
        "https://ho st",
        "https://host\x00",
        "https://hôst",
    ],
)
def test_anything_else_is_no_address(address):
    """Incomplete, ambiguous or overloaded addresses are refused, and passwords not repeated."""
    with pytest.raises(ValueError, match="address") as refused:
        base_url(address)
    assert "hunter2" not in str(refused.value)


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://", "http://127.0.0.1"]))
def test_no_text_breaks_the_reader(text, start):
    """Any text is either an address, unchanged by a second reading, or a ValueError."""
    try:
        url = base_url(start + text)
    except ValueError:
        return
    assert base_url(url) == url
    assert url.startswith("https://") or is_loopback(url)


@pytest.mark.parametrize(
    ("url", "here"),
    [("http://127.0.0.1:1", True), ("https://[::1]", True), ("https://api.mypurecloud.de", False)],
)
def test_loopback_is_recognised(url, here):
    """Addresses of this machine are told from all others."""
    assert is_loopback(url) is here
