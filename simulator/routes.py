# SPDX-License-Identifier: Apache-2.0
"""The operation table, compiled: which operation a method and a path stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from simulator.errors import method_not_allowed, not_found, not_simulated
from simulator.http import Operation

BASES = ("/api/v2/", "/oauth/")


@dataclass(slots=True)
class _Node:
    """One segment of the paths: what may follow it, and what may be called here."""

    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    rest: _Node | None = None
    operations: dict[str, Operation] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """An operation and the parameters of its path, percent-decoded."""

    operation: Operation
    path: dict[str, str]


class Routes:
    """Finds operations.

    Literal segments are compared without regard to case (official clients disagree on some);
    they win over parameters.

    Args:
        operations: the whole table.

    Raises:
        ValueError: two operations for one method and path, or with one operation id.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = tuple(operations)
        self._root = _Node()
        seen: set[str] = set()
        for operation in self.operations:
            if operation.operation_id in seen:
                raise ValueError(f"two operations are called {operation.operation_id}")
            seen.add(operation.operation_id)
            self._add(operation)

    def find(self, method: str, path: str) -> Match:
        """What ``method`` on the percent-encoded ``path`` stands for.

        Raises:
            Refusal: 405 for a path simulated with other methods, 501 for one that the platform
                may have, 404 for one that it has not.
        """
        search = _Search(method, path.split("/")[1:])
        node = search.walk(self._root, 0)
        if node is not None:
            values = zip(node.names[method], search.values, strict=True)
            return Match(node.operations[method], dict(values))
        if search.others:
            raise method_not_allowed(method, path, search.others)
        if path.lower().startswith(BASES):
            raise not_simulated(method, path)
        raise not_found(f"the path {path}")

    def _add(self, operation: Operation) -> None:
        node = self._root
        names = []
        for segment in operation.path.split("/")[1:]:
            if not segment.startswith("{"):
                node = node.literal.setdefault(segment.lower(), _Node())
                continue
            name = segment[1:-1]
            names.append(name.removesuffix("*"))
            if name.endswith("*"):
                node.rest = node.rest or _Node()
                node = node.rest
            else:
                node.parameter = node.parameter or _Node()
                node = node.parameter
        if operation.method in node.operations:
            raise ValueError(f"two operations for {operation.method} {operation.path}")
        node.operations[operation.method] = operation
        node.names[operation.method] = tuple(names)


class _Search:
    """One look-up; goes back where a literal segment turns out to lead nowhere."""

    def __init__(self, method: str, segments: list[str]) -> None:
        self.values: list[str] = []
        self.others: set[str] = set()
        self._method = method
        self._segments = segments

    def walk(self, node: _Node, place: int) -> _Node | None:
        """The operation's node, from ``node`` on, which stands for all before ``place``."""
        if place == len(self._segments):
            return self._arrived(node)
        segment = self._segments[place]
        literal = node.literal.get(segment.lower())
        if literal is not None and (found := self.walk(literal, place + 1)) is not None:
            return found
        if not segment:
            return None
        if node.parameter is not None:
            self.values.append(unquote(segment))
            if (found := self.walk(node.parameter, place + 1)) is not None:
                return found
            self.values.pop()
        if node.rest is not None:
            self.values.append(unquote("/".join(self._segments[place:])))
            return self._arrived(node.rest)
        return None

    def _arrived(self, node: _Node) -> _Node | None:
        if self._method in node.operations:
            return node
        self.others.update(node.operations)
        return None
