# SPDX-License-Identifier: Apache-2.0
"""Documents that go to, or come from, addresses that are not the platform's API.

Alerts for people are posted, and files that the platform has put into its storage are fetched from
their signed addresses. Neither is part of the call budget, and neither carries a token of ours.
"""

from __future__ import annotations

from typing import BinaryIO
from urllib.parse import urlsplit

import httpx

from integration.platform.errors import Unreachable
from integration.platform.regions import is_loopback

_TIMEOUT_S = 10.0
_FETCH_TIMEOUT_S = 60.0


class NotPostedError(OSError):
    """A document did not arrive; the address, which may hold a secret, is not named."""


async def post_json(
    url: str, document: object, *, transport: httpx.AsyncBaseTransport | None = None
) -> None:
    """Post ``document`` as JSON, once.

    Raises:
        NotPostedError: nobody answered, or the answer was no success.
    """
    try:
        async with httpx.AsyncClient(transport=transport, timeout=_TIMEOUT_S) as client:
            answer = await client.post(url, json=document)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotPostedError(f"the webhook could not be reached ({type(error).__name__})") from None
    if not answer.is_success:
        raise NotPostedError(f"the webhook answered {answer.status_code}")


async def fetch(
    address: str, file: BinaryIO, *, transport: httpx.AsyncBaseTransport | None = None
) -> None:
    """Write what lies at a signed ``address`` to ``file``, piece by piece, in one attempt.

    Raises:
        Unreachable: it did not come as a whole. The address, which is a secret, is not named.
    """
    local = is_loopback(address)
    problem = ""
    if urlsplit(address).scheme != "https" and not local:
        raise Unreachable(operation="fetch file", message="its address is not an https address")
    try:
        async with (
            httpx.AsyncClient(
                transport=transport, timeout=_FETCH_TIMEOUT_S, trust_env=not local
            ) as client,
            client.stream("GET", address) as answer,
        ):
            if answer.status_code == httpx.codes.OK:
                async for piece in answer.aiter_bytes():
                    file.write(piece)
                return
            problem = f"its storage answered {answer.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        problem = f"the connection to its storage failed ({type(error).__name__})"
    raise Unreachable(operation="fetch file", message=problem)
