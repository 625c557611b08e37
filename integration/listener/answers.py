# SPDX-License-Identifier: Apache-2.0
"""What senders are told: receipts, and problems in the form of RFC 9457."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from integration.listener.body import RejectedItem
from integration.outbox import Arrival
from integration.scores import LeadScore

Header = tuple[bytes, bytes]
_JSON: Final = b"application/json"
_PROBLEM: Final = b"application/problem+json"
ACCEPTED: Final = "accepted"


@dataclass(frozen=True, slots=True)
class Answer:
    """One response."""

    status: int
    body: bytes
    headers: tuple[Header, ...]

    @property
    def all_headers(self) -> list[Header]:
        """The headers, with the length of the body."""
        return [*self.headers, (b"content-length", b"%d" % len(self.body))]

    @property
    def messages(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The response as ASGI wants it."""
        return (
            {"type": "http.response.start", "status": self.status, "headers": self.all_headers},
            {"type": "http.response.body", "body": self.body},
        )


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    headers: Sequence[Header] = (),
    **more: object,
) -> Answer:
    """A refusal; ``detail`` says what is wrong and what to do."""
    document = {"title": status.phrase, "status": status.value, "detail": detail, **more}
    return _answer(status, document, _PROBLEM, headers)


def rejected(items: Sequence[RejectedItem]) -> Answer:
    """Nothing could be accepted, because of everything that is named."""
    count = sum(len(one.problems) for one in items)
    return problem(
        HTTPStatus.BAD_REQUEST,
        f"nothing was accepted: {count:,} problem{'s' if count != 1 else ''}",
        problems=[one for place, item in enumerate(items) for one in _problems(place, item)],
    )


def receipt(items: Sequence[LeadScore | RejectedItem], arrivals: Sequence[Arrival]) -> Answer:
    """The items are on disk; of each, what became of it so far."""
    results = [
        _result(place, item, arrival)
        for place, (item, arrival) in enumerate(zip(items, arrivals, strict=True))
    ]
    return _answer(HTTPStatus.ACCEPTED, {"repeated": False, "results": results}, _JSON)


REPEATED: Final = b'{"repeated": true}'


def repeated() -> Answer:
    """The message was accepted before."""
    return Answer(HTTPStatus.OK, REPEATED, ((b"content-type", _JSON),))


def _result(place: int, item: LeadScore | RejectedItem, arrival: Arrival) -> dict[str, object]:
    result: dict[str, object] = {
        "item": place,
        "leadId": item.lead_id,
        "verdict": arrival.verdict or ACCEPTED,
    }
    if isinstance(item, RejectedItem):
        result["problems"] = _problems(place, item)
    elif arrival.reason:
        result |= {"reason": arrival.reason, "message": arrival.message}
    return result


def _problems(place: int, item: RejectedItem) -> list[dict[str, object]]:
    return [
        {"item": place, "field": one.field, "reason": one.reason, "message": one.message}
        for one in item.problems
    ]


def _answer(
    status: HTTPStatus, document: object, kind: bytes, headers: Sequence[Header] = ()
) -> Answer:
    body = json.dumps(document).encode()
    return Answer(status, body, ((b"content-type", kind), *headers))
