# SPDX-License-Identifier: Apache-2.0
"""Requests that mean no good, by the thousand, and some good ones among them.

Each comes with the answers that are right for it. One seed makes the same requests every time.
"""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from integration.listener.endpoint import PATH
from tests.unit.listener.conftest import OTHER, SECRET, TOKEN, update

REFUSED = frozenset({400, 401, 404, 405, 413, 415})
NOT_LET_IN = frozenset({401})
BAD = frozenset({400})

NUMBERS = [
    "0", "101", "-1", "1.5", "1e400", "-1e400", "9" * 400, "0.1e1000000000", "1" + "0" * 3000,
    "true", "null", '""', '"NaN"', '"٨٧"', '"\uff18\uff17"', "[87]", '{"a":87}', '"0x10"', "1e-9",
]  # fmt: skip
LEADS = [
    "", " ", "a b", "L\u0000", "L\ud800", "Ⅷ", "L\u200b1", "\u202eL-1", "\uff4c\uff45", "é",
    "l/../x",
    "x" * 129, "' OR 1=1 --", "${jndi:x}", "<script>", "L\r\nset-cookie: a", "%00", "😀",
]  # fmt: skip
TIMES = [
    "", "now", "2026-11-23", "2026-11-23T08:00:00", "2026-11-23T08:00:60Z", "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59Z", "2026-11-23T25:00:00Z", "2026-02-30T00:00:00Z", "2099-01-01T00:00:00Z",
    "\uff12\uff10\uff12\uff16-11-23T08:00:00Z",
    "2026-11-23T08:00:00+99:99", "2026-11-23T08:00:00." + "9" * 500,
]  # fmt: skip
DOCUMENTS = [
    "", " ", "nul", "null", "true", "87", '"text"', "[]", "{", "[", "{}{}", "[{}", '{"event"}',
    "[" * 100_000, '{"a":' * 50_000, "[[[[]]]]", "\ufeff{}", "NaN", "[Infinity]", "{'event': 1}",
    '{"event":"LEAD_SCORE_UPDATE","leadId":"L","leadId":"L","timestamp":"x","new_score":1}',
    json.dumps([{}] * 1001), "\u0000", "//", "{\u00a0}", "1" * 5000,
]  # fmt: skip
RAW = [b"\xff", b'{"leadId":"\xc3\x28"}', b"\xed\xa0\x80", b"\x80" * 1000, b"{}\xf8", b"\xfe\xff{"]
KINDS = [
    b"text/plain", b"", b"application/xml", b"application/json-seq", b"multipart/form-data",
    b"application/x-www-form-urlencoded", b"application/jsonp", b"\xff",
]  # fmt: skip


@dataclass
class Request:
    """One request, the statuses that are right for it, and the leads it may bring in."""

    body: bytes
    headers: list[tuple[bytes, bytes]]
    right: frozenset[int]
    accepted: tuple[str, ...] = ()
    method: str = "POST"
    path: str = PATH
    parts: int = field(default=1)


class Hostile:
    """A source of requests.

    Args:
        listener: signs for those that are to get through the gate.
        seed: decides on all of them.
    """

    def __init__(self, listener, seed) -> None:
        self._listener = listener
        self._rng = random.Random(seed)
        self._numbers = iter(range(10**9))
        self._sent: deque[Request] = deque(maxlen=50)
        self._makers = [
            self._forged, self._forged, self._altered, self._replayed, self._late, self._number,
            self._lead, self._time, self._document, self._raw, self._kind, self._twice, self._long,
            self._elsewhere, self._mixed, self._nested, self._no_token, self._good,
        ]  # fmt: skip

    def requests(self, count) -> Iterator[Request]:
        """``count`` requests."""
        for _ in range(count):
            yield self._rng.choice(self._makers)()

    def _good(self):
        lead = f"good-{next(self._numbers)}"
        request = self._signed(json.dumps(update(lead)), frozenset({202}), (lead,))
        self._sent.append(request)
        return request

    def _signed(self, text, right, accepted=(), **sign):
        headers = self._listener.signed(text, **sign)
        return Request(text.encode(), _raw(headers), right, accepted)

    def _forged(self):
        """A signature that nobody with a key has made."""
        text = json.dumps(update(f"forged-{next(self._numbers)}"))
        headers = self._listener.signed(text)
        good = headers["webhook-signature"]
        headers["webhook-signature"] = self._rng.choice(
            [
                "", "v1,", "v1", good[:-2], good + "=", good.replace("v1,", "v2,"), good[3:],
                good.swapcase(), "v1," + "A" * 43 + "=", " ".join(["v1,AAAA"] * 500), ",",
                self._listener.signed(text, secret=OTHER)["webhook-signature"],
                "v1a," + good[3:], good[:3] + " " + good[3:], "\u00ff" * 50,
            ]
        )  # fmt: skip
        return Request(text.encode(), _raw(headers), NOT_LET_IN)

    def _altered(self):
        """A good message of which something was changed after it was signed."""
        text = json.dumps(update(f"altered-{next(self._numbers)}", 87))
        headers = self._listener.signed(text)
        body = text.encode()
        match self._rng.randrange(6):
            case 0:
                body = body.replace(b"87", b"99")
            case 1:
                headers["webhook-id"] += "x"
            case 2:
                stamp = int(headers["webhook-timestamp"])
                headers["webhook-timestamp"] = str(stamp + self._rng.randint(1, 200))
            case 3:
                body += b" "
            case 4:
                body = body[: self._rng.randrange(len(body))]
            case _:
                name = self._rng.choice(["webhook-id", "webhook-timestamp", "webhook-signature"])
                del headers[name]
        return Request(body, _raw(headers), NOT_LET_IN)

    def _replayed(self):
        """A message that was accepted, once more."""
        if not self._sent:
            return self._good()
        again = self._rng.choice(self._sent)
        return Request(again.body, again.headers, frozenset({200}))

    def _late(self):
        """A good signature of another time, or of no time at all."""
        text = json.dumps(update(f"late-{next(self._numbers)}"))
        away = self._rng.choice([-1, 1]) * self._rng.randint(301, 10**8)
        at = self._listener.clock.now() + timedelta(seconds=away)
        headers = self._listener.signed(text, at=at)
        if self._rng.random() < 0.3:
            stamp = headers["webhook-timestamp"]
            headers["webhook-timestamp"] = self._rng.choice(
                ["nan", "1e9", "-1", "", "9" * 400, stamp + ".0", " " + stamp, "٣", "0x5"]
            )
        return Request(text.encode(), _raw(headers), NOT_LET_IN)

    def _number(self):
        bad = json.dumps(update("number")).replace("87", self._rng.choice(NUMBERS))
        return self._signed(bad, BAD)

    def _lead(self):
        return self._signed(json.dumps(update(self._rng.choice(LEADS))), BAD)

    def _time(self):
        bad = update("time", at=self._rng.choice(TIMES))
        if self._rng.random() < 0.3:
            bad = update("time", based_on=self._rng.choice(TIMES[1:]))
        if self._rng.random() < 0.2:
            bad = update("time", model_version=self._rng.choice(["x" * 129, "\ud800", 5.5, ["a"]]))
            if bad["model_version"] == 5.5:
                bad["event"] = "OTHER"
        return self._signed(json.dumps(bad), BAD)

    def _document(self):
        return self._signed(self._rng.choice(DOCUMENTS), frozenset({400, 413}))

    def _raw(self):
        body = self._rng.choice(RAW)
        headers = self._listener.signed("x")
        return Request(body, _raw(headers), frozenset({400}))

    def _kind(self):
        request = self._signed(json.dumps(update("kind")), frozenset({415}))
        if self._rng.random() < 0.3:
            request.headers.append((b"content-encoding", self._rng.choice([b"gzip", b"br", b"x"])))
        else:
            request.headers = [one for one in request.headers if one[0] != b"content-type"]
            request.headers.append((b"content-type", self._rng.choice(KINDS)))
        return request

    def _twice(self):
        """A header that stands there twice, one of them perhaps a good one."""
        request = self._signed(json.dumps(update("twice")), BAD)
        request.headers.append(self._rng.choice(request.headers))
        return request

    def _long(self):
        """A body beyond the limit, announced or not, in pieces or not."""
        request = self._signed(json.dumps(update("long")) + " " * 5000, frozenset({413}))
        request.parts = self._rng.choice([1, 3, 50])
        if self._rng.random() < 0.5:
            length = self._rng.choice([b"5000", b"9" * 30, b"-1", b"1e9", b"", b"\xb2"])
            request.headers.append((b"content-length", length))
        return request

    def _elsewhere(self):
        request = self._signed(json.dumps(update("elsewhere")), frozenset({404, 405}))
        if self._rng.random() < 0.5:
            methods = ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW"]
            request.method = self._rng.choice(methods)
        else:
            places = ["/", PATH + "/", PATH + "/x", PATH.upper(), "//", "/webhooks", PATH + "\x00"]
            request.path = self._rng.choice(places)
        return request

    def _mixed(self):
        """Good and bad ones in one message: the good ones get in."""
        good = [f"good-{next(self._numbers)}" for _ in range(self._rng.randint(1, 4))]
        items = [update(lead) for lead in good]
        bad = [None, [], "x", 5, {}, update(""), update("x", 0), {"event": {"a": []}}, [[[]]]]
        for _ in range(self._rng.randint(1, 5)):
            items.insert(self._rng.randrange(len(items) + 1), self._rng.choice(bad))
        return self._signed(json.dumps(items), frozenset({202}), tuple(good))

    def _nested(self):
        depth = self._rng.choice([10, 500])
        text = json.dumps(update("nested"))
        key = self._rng.choice(["leadId", "new_score", "timestamp", "model_version", "event"])
        deep = "[" * depth + "]" * depth
        document = json.loads(text) | {key: "DEEP"}
        return self._signed(json.dumps(document).replace('"DEEP"', deep), BAD)

    def _no_token(self):
        """A token that is none, or the right one in the wrong words."""
        given = self._rng.choice(
            [
                "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer null",
                f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN.upper()}", f"Bearer {SECRET}", "",
            ]
        )  # fmt: skip
        headers = {"content-type": "application/json", "authorization": given}
        return Request(json.dumps(update("token")).encode(), _raw(headers), NOT_LET_IN)


def _raw(headers):
    return [(name.encode(), value.encode("utf-8", "replace")) for name, value in headers.items()]
