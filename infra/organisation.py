# SPDX-License-Identifier: Apache-2.0
"""Where the stack's organisation is: a region of the platform, or a gateway such as the simulator.

It is the provider's own configuration (``genesyscloud:awsRegion``, ``genesyscloud:gateways``),
read here as well because the other half of the project has to reach the same organisation.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

PROVIDER = "genesyscloud"
GATEWAYS = f"{PROVIDER}:gateways"
REGION = f"{PROVIDER}:awsRegion"


@dataclass(frozen=True, slots=True)
class Organisation:
    """How the organisation is reached: one of the two is blank."""

    region: str = ""
    gateway: str = ""


def read_organisation(config: Mapping[str, str], problems: list[str]) -> Organisation:
    """What the provider is told; whatever is wrong with it goes to ``problems``.

    Args:
        config: the stack's configuration, by full key.
        problems: receives one sentence for each thing that is wrong.
    """
    region = config.get(REGION, "")
    gateways = _gateways(config.get(f"{PROVIDER}:gateways", ""), problems)
    if not gateways:  # one that a shell happens to export must not keep a stack from its gateway
        region = region or os.environ.get("GENESYSCLOUD_REGION", "")
    if region and gateways:
        problems.append(
            f"a region ({REGION}) and {PROVIDER}:gateways are both given: uploads "
            "would reach the one and all else the other; leave one of them out"
        )
    if not region and not config.get(f"{PROVIDER}:gateways"):
        problems.append(f"the organisation is not named: pulumi config set {REGION} eu-central-1")
    return Organisation(region, _address(gateways[0], problems) if gateways else "")


def _gateways(text: str, problems: list[str]) -> list[dict[str, Any]]:
    if not text:
        return []
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], dict):
        return found
    problems.append(
        f"{PROVIDER}:gateways must be a list of one gateway with host, port and protocol"
    )
    return []


def _address(gateway: Mapping[str, Any], problems: list[str]) -> str:
    host, port = str(gateway.get("host", "")), gateway.get("port", "")
    protocol = gateway.get("protocol", "")
    if not host or protocol not in ("http", "https"):
        problems.append(f"{PROVIDER}:gateways needs a host, and http or https as its protocol")
    if not isinstance(port, str) or not port.isdecimal():
        # The provider takes the port for a text; a number breaks it, an empty one its addresses.
        problems.append(f'{PROVIDER}:gateways needs its port in quotes, such as port: "8089"')
    if protocol == "http" and not is_loopback(host):
        problems.append(
            f"{PROVIDER}:gateways would send secrets to {host} over plain http, which is for this "
            "machine only; use https"
        )
    return f"{protocol}://{host}:{port}"


def gateway_setting(url: str) -> list[dict[str, str]]:
    """The setting ``genesyscloud:gateways`` that leads to an address.

    Raises:
        ValueError: the address has no protocol, host or port.
    """
    parts = urlsplit(url)
    if not parts.scheme or not parts.hostname or not parts.port:
        raise ValueError(f"{url!r} is no address with a port, such as http://127.0.0.1:8089")
    return [{"host": parts.hostname, "port": str(parts.port), "protocol": parts.scheme}]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, so that nobody else can be behind it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
