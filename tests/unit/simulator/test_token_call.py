# SPDX-License-Identifier: Apache-2.0
"""Logging in: the token call, its errors in the OAuth style, and the life of a token."""

from __future__ import annotations

import json

import pytest

FORM = {"content-type": "application/x-www-form-urlencoded"}
ME = "/api/v2/tokens/me"


def test_a_client_that_proves_itself_gets_a_bearer_token(platform):
    """The token call answers an opaque bearer token and its life in seconds."""
    said = platform.login("local-deployer", "local-deployer-secret")
    assert said.status == 200
    assert said.body["token_type"] == "bearer"
    assert said.body["expires_in"] == 86400
    assert platform.call("GET", ME, token=said.body["access_token"]).status == 200


def test_credentials_may_stand_in_the_form(platform):
    """Client id and secret are taken from the form where no Basic header is sent."""
    form = (
        b"grant_type=client_credentials&client_id=local-deployer"
        b"&client_secret=local-deployer-secret"
    )
    assert platform.send("POST", "/oauth/token", form, FORM).status == 200


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        ("local-deployer", "wrong"),
        ("local-deployer", ""),
        ("nobody", "local-deployer-secret"),
        ("", ""),
    ],
    ids=["wrong secret", "no secret", "unknown client", "nothing at all"],
)
def test_a_client_that_proves_nothing_is_refused(platform, client_id, secret):
    """Unknown clients and wrong secrets get 401 invalid_client, not an ErrorBody."""
    said = platform.login(client_id, secret)
    assert said.status == 401
    assert said.body.keys() == {"error", "error_description"}
    assert said.body["error"] == "invalid_client"
    assert "WWW-Authenticate" in said.headers


@pytest.mark.parametrize(
    ("headers", "form", "error"),
    [
        (FORM, b"grant_type=password", "unsupported_grant_type"),
        (FORM, b"grant_type=", "invalid_request"),
        (FORM, b"scope=x", "invalid_request"),
        (FORM, b"", "invalid_request"),
        (FORM, b"grant_type=%ff&a=1" + b"&a=1" * 200, "invalid_request"),
        (FORM, b"\xff", "invalid_request"),
        ({"content-type": "application/json"}, b'{"grant_type": "x"}', "invalid_request"),
    ],
    ids=[
        "another grant",
        "blank grant",
        "no grant",
        "no body",
        "too many fields",
        "no text",
        "JSON instead of a form",
    ],
)
def test_a_request_that_is_no_client_credentials_grant_is_refused(platform, headers, form, error):
    """A token request of another kind gets 400 and says what is wrong with it."""
    said = platform.send("POST", "/oauth/token", form, headers)
    assert (said.status, said.body["error"]) == (400, error)


@pytest.mark.parametrize("header", ["Basic %%%", "Basic", "Basic bm9jb2xvbg==", "Bearer x"])
def test_a_broken_basic_header_is_a_refusal_and_no_failure(platform, header):
    """What cannot be decoded as Basic credentials is 401, never an exception."""
    headers = {**FORM, "authorization": header}
    said = platform.send("POST", "/oauth/token", b"grant_type=client_credentials", headers)
    assert said.status == 401


@pytest.mark.parametrize("state", ["disabled", "inactive"])
def test_a_client_that_is_not_active_gets_no_new_token(platform, state):
    """Disabled and inactive clients are refused at the token call."""
    platform.client("pusher")
    platform.control.change_client(client_id="pusher", state=state)
    assert platform.login("pusher", "pusher-secret").status == 401


@pytest.mark.parametrize(
    ("state", "status"), [("disabled", 401), ("inactive", 200)], ids=["disabled", "inactive"]
)
def test_what_a_state_does_to_tokens_that_exist(platform, state, status):
    """Disabling a client ends its tokens; an inactive client keeps them."""
    platform.client("pusher")
    token = platform.token("pusher")
    platform.control.change_client(client_id="pusher", state=state)
    assert platform.call("GET", ME, token=token).status == status


def test_tokens_of_a_disabled_client_stay_dead(platform):
    """A client that is made active again needs new tokens."""
    platform.client("pusher")
    token = platform.token("pusher")
    platform.control.change_client(client_id="pusher", state="disabled")
    platform.control.change_client(client_id="pusher", state="active")
    assert platform.call("GET", ME, token=token).status == 401


def test_a_token_lives_to_the_second(platform):
    """A token is good until its life is over, and refused from that instant on."""
    platform.client("pusher", token_life=300)
    platform.token("pusher")
    platform.clock.advance(299.999)
    assert platform.me("pusher").status == 200
    platform.clock.advance(0.001)
    said = platform.me("pusher")
    assert (said.status, said.code) == (401, "bad.credentials")


def test_expiry_follows_the_servers_clock(platform):
    """A server whose clock runs ahead ends tokens early."""
    platform.client("pusher", token_life=300)
    platform.token("pusher")
    platform.control.skew(301)
    assert platform.me("pusher").status == 401


def test_the_code_after_expiry_is_a_switch(platform):
    """What the 401 of an expired token says is not documented, so it can be switched."""
    platform.client("pusher", token_life=300)
    platform.token("pusher")
    platform.clock.advance(300)
    platform.control.set_switches(code_after_expiry="authentication.required")
    assert platform.me("pusher").code == "authentication.required"


@pytest.mark.parametrize(
    "header", [None, "Bearer ", "Bearer", "bearer   ", "Basic abc", "sometoken"]
)
def test_a_call_without_a_bearer_token_says_so(platform, header):
    """No token, or the SDK's empty one, is 401 authentication.required."""
    headers = {} if header is None else {"authorization": header}
    said = platform.send("GET", ME, headers=headers)
    assert (said.status, said.code) == (401, "authentication.required")


def test_an_unknown_token_is_bad_credentials(platform):
    """A token that was never issued is 401 bad.credentials in the official shape."""
    said = platform.call("GET", ME, token="made-up")
    assert (said.status, said.code) == (401, "bad.credentials")
    assert said.body["contextId"] == said.headers["ININ-Correlation-Id"]


def test_the_scheme_of_the_header_is_read_in_any_case(platform):
    """``bearer`` is as good as ``Bearer``."""
    headers = {"authorization": f"bearer {platform.token()}"}
    assert platform.send("GET", ME, headers=headers).status == 200


def test_a_client_can_revoke_its_own_token(platform):
    """DELETE tokens/me ends the token that it came with, and no other."""
    other = platform.organisation.clients.issue(
        platform.organisation.clients.by_id["local-deployer"]
    )
    assert platform.call("DELETE", ME).status == 200
    assert platform.call("GET", ME).status == 401
    assert platform.call("GET", ME, token=other).status == 200


def test_a_token_says_whose_it_is(platform):
    """GET tokens/me names client and organisation; HEAD says the same without a body."""
    said = platform.call("GET", ME)
    assert said.body["OAuthClient"]["id"] == "local-deployer"
    assert said.body["organization"]["id"] == platform.organisation.id
    assert platform.call("HEAD", ME).status == 200


def test_a_rotated_secret_is_refused_and_tokens_go_on(platform):
    """After a rotation the old secret gets no token; tokens issued before stay good."""
    platform.client("pusher")
    token = platform.token("pusher")
    platform.control.change_client(client_id="pusher", secret="another")
    assert platform.login("pusher", "pusher-secret").status == 401
    assert platform.login("pusher", "another").status == 200
    assert platform.call("GET", ME, token=token).status == 200


def test_token_requests_are_counted_per_client(platform):
    """The control plane knows how often each client asked for a token, refusals included."""
    platform.client("pusher")
    platform.login("pusher", "pusher-secret")
    platform.login("pusher", "wrong")
    counts = {item["id"]: item["tokenRequests"] for item in platform.control.clients()}
    assert counts == {"local-deployer": 0, "pusher": 2}


def test_the_token_call_takes_no_place_in_the_rate_limit(platform):
    """Logging in is not counted, and its answer shows no rate limit."""
    said = platform.login("local-deployer", "local-deployer-secret")
    assert not any(name.startswith("inin-ratelimit") for name in said.headers)
    assert platform.me().count == 1


def test_secrets_of_the_form_are_not_logged(platform):
    """The call log keeps no body of a token call."""
    form = b"grant_type=client_credentials&client_id=x&client_secret=hush"
    platform.send("POST", "/oauth/token", form, FORM)
    assert "hush" not in json.dumps(platform.control.calls())


def test_the_number_of_live_tokens_is_bounded(platform, monkeypatch):
    """The oldest token is forgotten where there would be too many."""
    monkeypatch.setattr("simulator.clients.MOST_TOKENS", 2)
    clients = platform.organisation.clients
    deployer = clients.by_id["local-deployer"]
    first, second, third = (clients.issue(deployer) for _ in range(3))
    assert platform.call("GET", ME, token=first).status == 401
    assert platform.call("GET", ME, token=second).status == 200
    assert platform.call("GET", ME, token=third).status == 200


def test_expired_tokens_make_room_first(platform, monkeypatch):
    """A live token is not forgotten while expired ones are kept."""
    monkeypatch.setattr("simulator.clients.MOST_TOKENS", 2)
    platform.client("short", token_life=300)
    clients = platform.organisation.clients
    live = platform.token()
    clients.issue(clients.by_id["short"])
    platform.clock.advance(301)
    clients.issue(clients.by_id["short"])
    assert platform.call("GET", ME, token=live).status == 200


def test_live_tokens_are_those_of_the_client_that_are_good_now(platform):
    """The control plane counts neither expired tokens nor those of others."""
    platform.client("pusher", token_life=300)
    clients = platform.organisation.clients
    platform.token()
    clients.issue(clients.by_id["pusher"])
    platform.clock.advance(299)
    clients.issue(clients.by_id["pusher"])
    assert clients.live_tokens("pusher") == 2
    platform.clock.advance(1)
    assert clients.live_tokens("pusher") == 1
