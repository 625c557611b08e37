# SPDX-License-Identifier: Apache-2.0
"""Reads a dial log, as the simulator's control plane gives it: JSON Lines or Parquet.

A log that is damaged is refused as a whole, with the line at fault: a report on part of a day
would look like a report on the day.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from integration.reporting.dialled import Dialled, Record, in_order
from integration.reporting.moments import Moment
from integration.sources import SourceError
from integration.sources.opening import open_source
from integration.sources.text import OVERLONG, ByteStream

_ADVICE: Final = "a dial log is what GET /sim/dialer/log of the simulator gives: get it again"

Number = Annotated[float, Field(allow_inf_nan=False)]
Lines = Generator[tuple[str, Any], None, None]
"""What the lines of a log hold, each with its place."""
Count = Annotated[int, Field(ge=0)]


class _Line(BaseModel):
    """A line of the log; what the report does not use is ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)

    n: Count
    kind: Literal["call", "skip"]
    time: Moment
    lead: Annotated[str, Field(min_length=1)]
    campaign: str = ""
    queue: str = ""
    agent: str = ""
    attempt: Annotated[int, Field(ge=0)] = 1
    recall: bool = False
    score: Number | None
    score_age: Number | None
    better: Count
    passed_over: Count | None = None
    overtaken: Count | None = None
    outcome: str = ""
    wrap_up: str = ""


def read_dial_log(path: str, stdin: ByteStream | None = None) -> Record:
    """The calls and refusals of a dial log.

    Args:
        path: the file; ``-`` is standard input, for JSON Lines.
        stdin: stands in for standard input.

    Raises:
        SourceError: it cannot be read, is no dial log, or holds nothing.
    """
    numbers: dict[int, str] = {}
    lines: list[Dialled] = []
    exact = True
    name, found = _objects(path, stdin)
    with closing(found):
        for where, one in found:
            line = _checked(one, name, where)
            if (before := numbers.setdefault(line.n, where)) != where:
                raise SourceError(
                    name,
                    f"{where} has the number {line.n}, as {before} has",
                    "these are two logs, or one twice; report on one at a time",
                )
            exact = exact and line.passed_over is not None
            lines.append(_dialled(line))
    if not lines:
        raise SourceError(
            name, "holds neither a call nor a refusal", "turn the dialer on and let it work first"
        )
    return Record(source=f"dial log {name}", lines=in_order(lines), exact=exact)


def _objects(path: str, stdin: ByteStream | None) -> tuple[str, Lines]:
    """The name of the file, and what its lines hold, each with its place."""
    opened = open_source(path, stdin, None)
    if opened.format == "parquet":
        return opened.name, _rows(path, opened.name)
    if opened.format == "csv":
        opened.close()
        raise SourceError(opened.name, "is neither JSON Lines nor Parquet", _ADVICE)

    def parsed() -> Lines:
        try:
            for number, text in enumerate(opened.lines, 1):
                if text.strip():
                    yield f"line {number}", _parsed(text, opened.name, number)
        finally:
            opened.close()

    return opened.name, parsed()


def _parsed(text: str, name: str, number: int) -> Any:
    if text is OVERLONG:
        raise SourceError(name, f"line {number} is too long for a line of a dial log", _ADVICE)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(name, f"line {number} is broken JSON ({error})", _ADVICE) from error


def _rows(path: str, name: str) -> Lines:
    import polars as pl  # noqa: PLC0415 - a heavy import that a log of JSON does not need

    try:
        frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise SourceError(name, "is no Parquet file that can be read", _ADVICE) from error
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        yield f"row {number}", row


def _checked(found: Any, name: str, where: str) -> _Line:
    try:
        return _Line.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise SourceError(name, f"{where} {_wrong(first)}", _ADVICE) from error


def _wrong(error: ErrorDetails) -> str:
    field = ".".join(map(str, error["loc"]))
    if not field:
        return "is no JSON object"
    if error["type"] == "missing":
        return f"has no {field}"
    reason = error["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return f"has no usable {field} ({reason})"


def _dialled(line: _Line) -> Dialled:
    return Dialled(
        kind=line.kind,
        at=line.time,
        lead=line.lead,
        campaign=line.campaign,
        queue=line.queue,
        agent=line.agent,
        attempt=line.attempt,
        recall=line.recall,
        score=line.score,
        age=line.score_age,
        passed_over=line.better if line.passed_over is None else line.passed_over,
        overtaken=line.overtaken,
        results=tuple(one for one in (line.outcome, line.wrap_up) if one),
    )
