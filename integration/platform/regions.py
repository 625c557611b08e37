# SPDX-License-Identifier: Apache-2.0
"""Where an organisation's API and login live: by region, or behind a gateway.

Client secret and tokens go to these addresses, so nothing here is lenient: an unknown region
is an error, and plain http is spoken with this machine only (the simulator).

Source: docs/platform.md section 1 (hosts of the official SDK).
"""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "us-east-1": "mypurecloud.com",
        "eu-west-1": "mypurecloud.ie",
        "ap-southeast-2": "mypurecloud.com.au",
        "ap-northeast-1": "mypurecloud.jp",
        "eu-central-1": "mypurecloud.de",
        "us-west-2": "usw2.pure.cloud",
        "ca-central-1": "cac1.pure.cloud",
        "ap-northeast-2": "apne2.pure.cloud",
        "eu-west-2": "euw2.pure.cloud",
        "ap-south-1": "aps1.pure.cloud",
        "us-east-2": "use2.us-gov-pure.cloud",
        "sa-east-1": "sae1.pure.cloud",
        "me-central-1": "mec1.pure.cloud",
        "ap-northeast-3": "apne3.pure.cloud",
        "eu-central-2": "euc2.pure.cloud",
        "mx-central-1": "mxc1.pure.cloud",
        "ap-southeast-1": "apse1.pure.cloud",
        "eusc-de-east-1": "edee1.eusc-pure.cloud",
    }
)
"""Domain of every region; ``us-east-2`` is the FedRAMP region."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Base URLs, without a slash at the end."""

    api_url: str
    login_url: str


def locate(region: str = "", gateway: str = "") -> Hosts:
    """The hosts of a region, or of the gateway where one is given.

    Args:
        region: a name such as ``eu-central-1``, or its domain such as ``mypurecloud.de``.
        gateway: base URL that serves the API and, on the same host and port, ``/oauth/token``.

    Raises:
        ValueError: neither is given, or one of them cannot be used.
    """
    if gateway.strip():
        url = base_url(gateway)
        return Hosts(api_url=url, login_url=url)
    name = region.strip().lower()
    if not name:
        raise ValueError("a region such as eu-central-1 is needed, or the address of a gateway")
    domain = REGIONS.get(name, name if name in REGIONS.values() else "")
    if not domain:
        close = difflib.get_close_matches(name, [*REGIONS, *REGIONS.values()], n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(REGIONS)}"
        raise ValueError(f"there is no Genesys Cloud region {region.strip()[:60]!r}; {hint}")
    return Hosts(api_url=f"https://api.{domain}", login_url=f"https://login.{domain}")


def base_url(text: str) -> str:
    """``text`` in one spelling: scheme, host, port where it is not the usual one, path.

    Raises:
        ValueError: not an absolute http(s) address, or more than an address (user name,
            query, fragment), or plain http to another machine.
    """
    parts = _split(text.strip())
    if parts.username is not None or parts.password is not None:
        raise ValueError("the platform's address must not carry a user name or password")
    if parts.query or parts.fragment:
        raise ValueError("the platform's address must end with its path: no '?' and no '#'")
    if any(segment in {".", ".."} for segment in parts.path.split("/")):
        raise ValueError("the platform's address must not have '.' or '..' in its path")
    host = (parts.hostname or "").lower()
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(
            f"plain http would show the client's secret on its way to {host}; use https "
            "(http is for this machine only: 127.0.0.1, [::1], localhost)"
        )
    shown = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{parts.scheme}://{shown}{port}{parts.path.rstrip('/')}"


def is_loopback(url: str) -> bool:
    """Whether a base URL means this machine."""
    return _is_loopback(urlsplit(url).hostname or "")


def _split(text: str) -> SplitResult:
    """``text`` as the parts of a URL that every reader takes apart in the same way."""
    if not text.isascii() or not text.isprintable() or set(text) & set(' \\"<>^`{|}'):
        raise ValueError("the platform's address has characters that do not belong into a URL")
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"http", "https"}:
        raise ValueError(
            "the platform's address must look like https://api.mypurecloud.de or "
            "http://127.0.0.1:8089"
        )
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
