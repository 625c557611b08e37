# SPDX-License-Identifier: Apache-2.0
"""Where the stand-in provider sends its calls, and as whom.

The settings are those of the official provider, from the stack's configuration or from
``GENESYSCLOUD_*`` in the environment. One thing is stricter: the gateway must be on this
machine, because what stands in for a provider has no business with a live organisation.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105 - marks Pulumi's secrets in JSON
_LIVE = "Live organisations are deployed with the official provider (docs/stand-in-provider.md)."


class ConfigurationError(Exception):
    """The settings cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Configuration:
    """The settings of one deployment.

    Args:
        api: start of every URL of the platform's API.
        login: start of the URL of its login.
        client_id: OAuth client of the deployment.
        client_secret: its secret.
        access_token: a token to use in place of a login; empty for none.
        connections: calls that may run side by side.
    """

    api: str
    login: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    connections: int = 10


def configuration(settings: Mapping[str, Any], environment: Mapping[str, str]) -> Configuration:
    """The configuration that a stack's ``settings`` and the environment make.

    Raises:
        ConfigurationError: there is no gateway, it is not on this machine, or nobody to sign in.
    """
    given = {name: _decoded(value) for name, value in settings.items()}

    def setting(name: str, variable: str) -> str:
        return str(given.get(name) or environment.get(f"GENESYSCLOUD_{variable}", ""))

    gateway = _gateway(given.get("gateways"), environment)
    paths = {param["pathName"]: param["pathValue"] for param in gateway.get("pathParams") or []}
    address = _address(gateway)
    made = Configuration(
        api=address + _path(paths.get("api", "")),
        login=address + _path(paths.get("login", "")),
        client_id=setting("oauthclientId", "OAUTHCLIENT_ID"),
        client_secret=setting("oauthclientSecret", "OAUTHCLIENT_SECRET"),
        access_token=setting("accessToken", "ACCESS_TOKEN"),
        connections=int(float(setting("tokenPoolSize", "TOKEN_POOL_SIZE") or 10)),
    )
    if not made.access_token and not (made.client_id and made.client_secret):
        raise ConfigurationError(
            "there is no OAuth client: set GENESYSCLOUD_OAUTHCLIENT_ID and "
            "GENESYSCLOUD_OAUTHCLIENT_SECRET in the environment"
        )
    return made


def _gateway(gateways: Any, environment: Mapping[str, str]) -> Mapping[str, Any]:
    if not isinstance(gateways, list) or not gateways:
        raise ConfigurationError(
            "genesyscloud:gateways is not set, and the stand-in provider deploys to a simulator "
            f"on this machine only. {_LIVE}"
        )
    from_environment = {
        name: environment.get(f"GENESYSCLOUD_GATEWAY_{name.upper()}", "")
        for name in ("host", "port", "protocol")
    }
    return {**from_environment, **gateways[-1]}  # of several, the official one takes the last


def _address(gateway: Mapping[str, Any]) -> str:
    host, port = str(gateway["host"]), _port(gateway["port"])
    if not _is_this_machine(host):
        raise ConfigurationError(
            f"the gateway {host!r} is not this machine; the stand-in provider calls nothing else. "
            f"{_LIVE}"
        )
    if gateway["protocol"] not in {"http", "https"}:
        raise ConfigurationError("genesyscloud:gateways[0].protocol must be http or https")
    return f"{gateway['protocol']}://{f'[{host}]' if ':' in host else host}:{port}"


def _port(port: Any) -> int:
    try:
        return int(port)
    except (TypeError, ValueError):
        raise ConfigurationError(
            f"genesyscloud:gateways[0].port must be a number, not {port!r}"
        ) from None


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _path(text: str) -> str:
    stripped = text.strip("/")
    return f"/{stripped}" if stripped else ""


def _decoded(value: Any) -> Any:
    """Settings that are no texts travel as JSON, secrets inside them as marked objects."""
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        value = json.loads(value)
    if isinstance(value, dict):
        if _SECRET in value:
            return _decoded(value.get("value"))
        return {name: _decoded(item) for name, item in value.items()}
    return [_decoded(item) for item in value] if isinstance(value, list) else value
