# SPDX-License-Identifier: Apache-2.0
"""What can be set for the service alone: where it listens, who may send, and its limits."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

LONGEST_SECRETS: Final = 10_000


def option(default: Any, description: str, expects: str = "", **limits: Any) -> Any:
    """A field: what it is, and what a good value is where the type does not say it."""
    return Field(default, description=description, json_schema_extra={"expects": expects}, **limits)


def whole(default: int, description: str, least: int, most: int) -> Any:
    """A field that holds a whole number within limits."""
    expects = f"a whole number from {least:,} to {most:,}"
    return option(default, description, expects, ge=least, le=most)


def seconds(default: float, description: str, most: int) -> Any:
    """A field that holds a number of seconds."""
    expects = f"a number of seconds from 0 to {most:,}"
    return option(default, description, expects, ge=0, le=most, allow_inf_nan=False)


def _proxies(text: str) -> str:
    for one in text.replace(",", " ").split():
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            raise ValueError("addresses or networks are needed, such as 10.0.0.0/8") from None
    return text


def _host(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise ValueError("an address of this machine is needed, such as 127.0.0.1") from None
    return text


class ServiceSettings(BaseSettings):
    """The settings of ``leadscore serve`` that no other command takes."""

    listen_host: Annotated[str, AfterValidator(_host)] = option(
        "127.0.0.1",
        "Address to listen on. TLS belongs to a gateway in front, so this is this machine's own "
        "unless the network between the two can be trusted.",
    )
    listen_port: int = whole(8470, "Port to listen on; 0 takes any free one.", 0, 65_535)
    webhook_secrets: SecretStr = option(
        SecretStr(""),
        "Secrets of those who sign webhooks (whsec_…), separated by white space; better kept in a "
        "file of their own.",
        max_length=LONGEST_SECRETS,
    )
    webhook_secrets_file: Path | None = option(
        None,
        "File that holds the secrets of those who sign webhooks (whsec_…), one a line; it is read "
        "again when it changes.",
    )
    webhook_token: SecretStr = option(
        SecretStr(""),
        "Bearer token of those who cannot sign; better kept in a file of its own.",
        max_length=LONGEST_SECRETS,
    )
    webhook_token_file: Path | None = option(
        None,
        "File that holds bearer tokens of those who cannot sign, one a line; it is read again when "
        "it changes.",
    )
    trusted_proxies: Annotated[str, AfterValidator(_proxies)] = option(
        "", "Addresses or networks of gateways whose forwarded headers are believed."
    )
    body_limit: int = whole(1_048_576, "Longest body of a webhook, in bytes.", 1_024, 16_777_216)
    connection_limit: int = whole(1_000, "Connections at the same time.", 1, 100_000)
    request_seconds: int = whole(
        10, "How long a client may take to send a request, and to take its answer.", 1, 600
    )
    waiting_limit: int = whole(
        1_000_000, "Scores that may wait for delivery; more are refused.", 1, 1_000_000_000
    )
    keep_ids_days: int = whole(7, "Days for which a repeated webhook is known by its id.", 1, 365)
    batch_seconds: float = seconds(
        2.0, "How long a score may wait for others to share its batch, in seconds.", 60
    )
    sweep_hours: int = whole(
        0,
        "Hours from one sweep of stale scores to the next; 0 for none. See leadscore sweep.",
        0,
        720,
    )
    grace_seconds: float = seconds(
        20.0, "How long the service goes on delivering once it is to end, in seconds.", 600
    )
