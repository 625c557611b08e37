# SPDX-License-Identifier: Apache-2.0
"""What the official provider 1.82.0 sent and was answered, as it was recorded on loopback.

``data/provider-1.82.0`` has the exchanges of one life of 23 resources, a file for each operation,
and the resources with their inputs and outputs. Cut out are repetitions only: of the logins of
one operation all but the first, of two passes of a refresh the second, and an answer that is the
same as the last one for the same object. ``read_exchanges`` puts the answers back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

FOLDER = Path(__file__).parent / "data" / "provider-1.82.0"


@dataclass(frozen=True)
class Exchange:
    """One call and its answer; the order of a query means nothing."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    request: Any
    status: int
    response: Any


def read_resources() -> list[dict[str, Any]]:
    """Type, name, id, inputs and outputs of each resource after the first deployment."""
    lines = (FOLDER / "resources.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read_exchanges(operation: str) -> list[Exchange]:
    """The exchanges of ``operation``, such as ``1-create``, in their order."""
    exchanges, last = [], {}
    for line in (FOLDER / f"{operation}.jsonl").read_text(encoding="utf-8").splitlines():
        recorded = json.loads(line)
        answer = recorded.get("response", last.get(recorded["path"]))
        exchanges.append(
            Exchange(
                recorded["method"],
                recorded["path"],
                in_order(recorded.get("query", "")),
                recorded.get("request"),
                recorded["status"],
                answer if recorded["status"] == 200 else recorded.get("response"),
            )
        )
        if recorded["status"] == 200:
            made = recorded["method"] == "POST" and isinstance(answer, dict) and "id" in answer
            last[recorded["path"] + (f"/{answer['id']}" if made else "")] = answer
    return exchanges


def in_order(query: str) -> tuple[tuple[str, str], ...]:
    """The parameters of a query, sorted; empty ones are kept."""
    return tuple(sorted(parse_qsl(query, keep_blank_values=True)))
