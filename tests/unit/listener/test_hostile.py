# SPDX-License-Identifier: Apache-2.0
"""Ten thousand requests that mean no good: none gets in, none hurts."""

from __future__ import annotations

import gc
import sys

from tests.unit.listener.hostile import Hostile

COUNT = 10_000
SEED = 20_261_123


async def ask(app, request):
    """The status of the answer to one request, straight into the application."""
    size = max(-(-len(request.body) // request.parts), 1)
    parts = [request.body[at : at + size] for at in range(0, len(request.body), size)] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]
    heard = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        heard.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": request.headers,
        "client": ("192.0.2.1", 4711),
        "server": ("leads", 80),
    }
    await app(scope, receive, send)
    return heard[0]["status"]


def test_ten_thousand_hostile_requests(listener):
    """Each gets the answer that is right for it, what is good gets in, and nothing is kept."""
    wrong, accepted, blocks = [], [], []

    async def main():
        async with listener.open_app() as app:
            for number, request in enumerate(Hostile(listener, SEED).requests(COUNT), 1):
                status = await ask(app, request)
                accepted.extend(request.accepted)
                if status not in request.right:
                    wrong.append((status, request))
                if number in {COUNT // 2, COUNT}:
                    gc.collect()
                    blocks.append(sys.getallocatedblocks())

    listener.virtually(main())
    assert wrong == []
    assert [lead for lead, _, _ in listener.waiting()] == sorted(accepted)
    assert len(accepted) > COUNT / 20
    half, end = blocks
    assert end - half < COUNT // 2, "something is kept of every request"
