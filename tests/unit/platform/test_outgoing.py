# SPDX-License-Identifier: Apache-2.0
"""Files from signed addresses: no token goes there, and no address shows up in a message."""

from __future__ import annotations

import asyncio
import io

import httpx
import pytest

from integration.platform.errors import Unreachable
from integration.platform.outgoing import fetch

ADDRESS = "https://storage.example/file?signature=swordfish"


def get(answer, address=ADDRESS):
    """What is fetched from a storage that answers so, and the requests that it got."""
    requests, file = [], io.BytesIO()

    def storage(request):
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    asyncio.run(fetch(address, file, transport=httpx.MockTransport(storage)))
    return file.getvalue(), requests


def test_a_file():
    """It is written as it comes, and asked for without credentials."""
    content, (request,) = get(httpx.Response(200, content=b"a,b\r\n"))
    assert content == b"a,b\r\n"
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(403, text=f"not {ADDRESS}"), "answered 403"),
        (httpx.Response(302, headers={"location": ADDRESS}), "answered 302"),
        (httpx.ReadTimeout(ADDRESS), "failed .ReadTimeout."),
    ],
    ids=["refused", "redirected", "no answer"],
)
def test_no_file(answer, told):
    """What went wrong is told, and nothing of the address, which is a secret."""
    with pytest.raises(Unreachable, match=told) as failure:
        get(answer)
    assert "swordfish" not in str(failure.value)


@pytest.mark.parametrize(
    "address", ["http://storage.example/file", "file:///etc/passwd", "", "None"]
)
def test_an_address_that_is_not_safe(address):
    """Contacts are fetched over https alone, but for this machine."""
    with pytest.raises(Unreachable, match="not an https address"):
        get(httpx.Response(200), address)
    assert get(httpx.Response(200, content=b"x"), "http://127.0.0.1:1/file")[0] == b"x"
