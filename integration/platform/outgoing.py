# SPDX-License-Identifier: Apache-2.0
"""Documents posted to addresses that are not the platform's: alerts for people.

They are no part of the call budget and carry no token of ours.
"""

from __future__ import annotations

import httpx

_TIMEOUT_S = 10.0


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
