# SPDX-License-Identifier: Apache-2.0
"""The call budget over time, from a log of API calls.

The platform counts calls per OAuth client, so the budget is that of one client. Requests for
tokens cost nothing and are left out. Over hours a minute is too narrow to be seen: then each bar
is the busiest minute of several, for the limit holds in every one of them.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from integration.reporting.moments import Moment
from integration.sources import SourceError
from integration.sources.opening import open_source
from integration.sources.text import ByteStream

MOST_BARS: Final = 240
MINUTE: Final = 60_000
_REFUSED: Final = 429
_TOKENS: Final = "/oauth/"
_ADVICE: Final = (
    "a log of API calls has a time, a status and a client_id for each call, as GET /sim/calls of "
    "the simulator gives it, as one document or one object a line"
)


class _Call(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    time: Moment
    status: int
    client_id: str = ""
    path: str = ""
    allowed: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, slots=True)
class BudgetBar:
    """The busiest minute of a span.

    Attributes:
        at: where the span begins, in ms since 1970.
        used: calls that were served.
        refused: calls that were refused because of the limit.
        allowed: calls that the platform allows in a minute.
    """

    at: int
    used: int
    refused: int
    allowed: int


@dataclass(frozen=True, slots=True)
class Budget:
    """The call budget of one client over time.

    Attributes:
        client: its id.
        minutes: how many minutes a bar stands for.
        bars: from the first call to the last, without a gap.
        calls: its calls, served or refused.
        refused: those that were refused because of the limit.
        others: calls of other clients, which have budgets of their own.
        stated: whether the log itself states the allowance; else it is that of the settings.
    """

    client: str
    minutes: int
    bars: tuple[BudgetBar, ...]
    calls: int
    refused: int
    others: int
    stated: bool

    @property
    def busiest(self) -> BudgetBar:
        """The bar with the most calls."""
        return max(self.bars, key=lambda one: one.used)


def read_budget(
    path: str, *, client_id: str, allowed: int, stdin: ByteStream | None = None
) -> Budget:
    """The budget over time, from a log of API calls.

    Args:
        path: the log.
        client_id: whose budget; where it is blank, that of the client with the most calls.
        allowed: calls per minute, where the log does not state them.
        stdin: stands in for standard input.

    Raises:
        SourceError: it cannot be read, is no such log, or has no call of the client.
    """
    opened = open_source(path, stdin, "jsonl", twice=True)
    try:
        assert opened.stream is not None
        opened.stream.seek(0)  # as a whole: one document is one line, however long
        text = opened.stream.read().decode("utf-8-sig")
    finally:
        opened.close()
    calls = [_checked(found, opened.name, where) for where, found in _objects(text, opened.name)]
    calls = [one for one in calls if not one.path.startswith(_TOKENS)]
    counts = Counter(one.client_id for one in calls if one.client_id)
    client = client_id or (counts.most_common(1)[0][0] if counts else "")
    own = [one for one in calls if one.client_id == client]
    if not own:
        whose = f"of the client {client_id}" if client_id else "at all"
        raise SourceError(opened.name, f"has no API call {whose}", _ADVICE)
    return _budget(own, client, allowed, len(calls) - len(own))


def _objects(text: str, name: str) -> Iterator[tuple[str, Any]]:
    """The calls of a document, or of lines, each with its place."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and isinstance(document.get("calls"), list):
        yield from ((f"call {n}", one) for n, one in enumerate(document["calls"], 1))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(name, f"line {number} is broken JSON ({error})", _ADVICE) from error


def _checked(found: Any, name: str, where: str) -> _Call:
    try:
        return _Call.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"])) or "call"
        raise SourceError(name, f"{where} has no usable {field}", _ADVICE) from error


def _budget(calls: list[_Call], client: str, allowed: int, others: int) -> Budget:
    minutes: defaultdict[int, list[_Call]] = defaultdict(list)
    for one in calls:
        minutes[one.time // MINUTE].append(one)
    first, last = min(minutes), max(minutes)
    width = -(-(last - first + 1) // MOST_BARS)
    limits = [one.allowed for one in calls if one.allowed is not None]
    limit = limits[0] if limits else allowed
    bars = []
    for start in range(first, last + 1, width):
        of_span = [minutes.get(minute, []) for minute in range(start, start + width)]
        busiest = max(of_span, key=len)
        refused = sum(one.status == _REFUSED for one in busiest)
        stated = [one.allowed for one in busiest if one.allowed is not None]
        limit = min(stated, default=limit)
        bars.append(BudgetBar(start * MINUTE, len(busiest) - refused, refused, limit))
    return Budget(
        client=client,
        minutes=width,
        bars=tuple(bars),
        calls=len(calls),
        refused=sum(one.status == _REFUSED for one in calls),
        others=others,
        stated=bool(limits),
    )
