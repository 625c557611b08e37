# SPDX-License-Identifier: Apache-2.0
"""The stand-in's settings: from the stack and the environment, for this machine alone."""

from __future__ import annotations

import json

import pytest

from simulator.provider.configuration import ConfigurationError, configuration

GATEWAY = {"host": "127.0.0.1", "port": "8089", "protocol": "http"}
CLIENT = {"oauthclientId": "deploy", "oauthclientSecret": "hidden"}
IN_ENVIRONMENT = {
    "GENESYSCLOUD_OAUTHCLIENT_ID": "other",
    "GENESYSCLOUD_OAUTHCLIENT_SECRET": "other-secret",
    "GENESYSCLOUD_GATEWAY_PORT": "9000",
    "GENESYSCLOUD_TOKEN_POOL_SIZE": "4",
}


def test_settings_of_the_stack():
    """Gateway and client come from the stack's configuration."""
    made = configuration({**CLIENT, "gateways": [GATEWAY], "tokenPoolSize": 3}, {})
    assert (made.api, made.login) == ("http://127.0.0.1:8089", "http://127.0.0.1:8089")
    assert (made.client_id, made.client_secret, made.connections) == ("deploy", "hidden", 3)


def test_the_environment_completes_the_settings():
    """What the stack does not say, the environment does; of a gateway its missing parts."""
    gateway = {"host": "localhost", "protocol": "http"}
    made = configuration({"gateways": [gateway]}, IN_ENVIRONMENT)
    assert (made.api, made.client_id, made.connections) == ("http://localhost:9000", "other", 4)


def test_the_stack_wins_over_the_environment():
    """What the stack says counts."""
    made = configuration({**CLIENT, "gateways": [GATEWAY]}, IN_ENVIRONMENT)
    assert (made.api, made.client_id) == ("http://127.0.0.1:8089", "deploy")


def test_settings_travel_as_json():
    """The engine hands over lists as JSON, with marked objects for the secrets inside."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    gateway = {**GATEWAY, "port": {**secret, "value": "8090"}}
    made = configuration({**CLIENT, "gateways": json.dumps([gateway])}, {})
    assert made.api == "http://127.0.0.1:8090"


def test_paths_of_a_gateway():
    """A gateway may have the API and the login under paths of their own."""
    paths = [{"pathName": "api", "pathValue": "/one/"}, {"pathName": "login", "pathValue": "two"}]
    made = configuration({**CLIENT, "gateways": [{**GATEWAY, "pathParams": paths}]}, {})
    assert made.api == "http://127.0.0.1:8089/one"
    assert made.login == "http://127.0.0.1:8089/two"


def test_a_token_needs_no_client():
    """With an access token nobody has to sign in."""
    made = configuration({"accessToken": "t", "gateways": [{**GATEWAY, "host": "::1"}]}, {})
    assert (made.access_token, made.api) == ("t", "http://[::1]:8089")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "genesyscloud:gateways is not set"),
        ({"gateways": []}, "genesyscloud:gateways is not set"),
        ({"gateways": [{**GATEWAY, "host": "api.mypurecloud.com"}]}, "is not this machine"),
        ({"gateways": [{**GATEWAY, "host": "10.0.0.1"}]}, "is not this machine"),
        ({"gateways": [{**GATEWAY, "port": ""}]}, "port must be a number, not ''"),
        ({"gateways": [{**GATEWAY, "protocol": "ftp"}]}, "protocol must be http or https"),
        ({"gateways": [GATEWAY]}, "there is no OAuth client"),
    ],
    ids=[
        "no gateway",
        "an empty list of gateways",
        "a live organisation",
        "another machine",
        "no port",
        "another protocol",
        "nobody to sign in",
    ],
)
def test_settings_that_are_refused(settings, message):
    """Only a simulator on this machine is deployed to, and the message says what to do."""
    with pytest.raises(ConfigurationError, match=message):
        configuration(settings, {})
