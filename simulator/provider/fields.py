# SPDX-License-Identifier: Apache-2.0
"""One property of a resource: how it is called here and on the wire, and what its absence means.

A resource is a table of fields. From the table follow the checks, the body of a write, the
outputs of an answer and the difference between a program and the state, so that none of the
four can contradict another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol


class Unknown:
    """A value that a preview cannot know yet, such as the id of an object to be created."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()


class Fault(NamedTuple):
    """What is wrong with one property of a program."""

    where: str
    reason: str


class Kind(Protocol):
    """What a property holds, in the program and on the wire."""

    @property
    def zero(self) -> Any:
        """What the property is where nobody set it."""
        ...

    def faults(self, value: Any, where: str) -> Iterator[Fault]:
        """What is wrong with a program's ``value``."""
        ...

    def sent(self, value: Any) -> Any:
        """The program's ``value`` as the platform takes it."""
        ...

    def read(self, answer: Any) -> Any:
        """The platform's ``answer`` as the program knows it."""
        ...

    def changed(self, wanted: Any, actual: Any, where: str) -> Iterator[str]:
        """Where the program's ``wanted`` differs from the state's ``actual``."""
        ...


@dataclass(frozen=True)
class Field:
    """One property.

    Args:
        name: in the program.
        kind: what it holds.
        path: in the body, steps joined by ``/``; the name unless given. None: never sent.
        required: a program has to set it.
        default: what is sent where the program is silent.
        always: sent even where it is zero, which is left out otherwise.
        shown: an output even where the platform's answer has none; it is zero then.
        computed: where the program is silent, whatever the platform says is right.
        replaces: a change needs a new object.
        output_only: a program cannot set it.
        apart: written by calls of its own.
        secret: never to be shown.
    """

    name: str
    kind: Kind
    path: str | None = ""
    required: bool = False
    default: Any = None
    always: bool = False
    shown: bool = False
    computed: bool = False
    replaces: bool = False
    output_only: bool = False
    apart: bool = False
    secret: bool = False

    @property
    def steps(self) -> list[str]:
        """Where the property is in a body; nowhere for one that is never sent."""
        return [] if self.path is None else (self.path or self.name).split("/")


def faults(fields: Iterable[Field], values: Mapping[str, Any], where: str = "") -> Iterator[Fault]:
    """What is wrong with a program's ``values``, property by property."""
    known = {field.name: field for field in fields if not field.output_only}
    for name, value in values.items():
        if (field := known.get(name)) is not None:
            yield from field.kind.faults(value, join(where, name))
        else:
            reason = "the stand-in provider has no such property (docs/stand-in-provider.md)"
            yield Fault(join(where, name), reason)
    for field in known.values():
        if field.required and field.name not in values:
            yield Fault(join(where, field.name), "is required")


def body(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of ``values``."""
    sent: dict[str, Any] = {}
    for field in fields:
        if not field.steps or field.output_only or field.apart:
            continue
        value = values.get(field.name)
        value = field.default if value is None else value
        if field.always and value is None:
            value = field.kind.zero
        needless = value == field.kind.zero and not field.always and field.default is None
        if value is not None and not (needless and not field.required):
            _place(sent, field.steps, field.kind.sent(value))
    return sent


def outputs(
    fields: Iterable[Field], answer: Mapping[str, Any], kept: Mapping[str, Any]
) -> dict[str, Any]:
    """The properties that an ``answer`` shows; those that are never sent are ``kept``."""
    found: dict[str, Any] = {}
    for field in fields:
        if field.steps:
            raw = _dig(answer, field.steps)
            value = None if raw is None else field.kind.read(raw)
        else:
            value = kept.get(field.name)
        if value is None or value in ([], {}):
            value = field.kind.zero if field.shown else None
        if value is not None:
            found[field.name] = value
    return found


def changed(
    fields: Iterable[Field], wanted: Mapping[str, Any], actual: Mapping[str, Any], where: str = ""
) -> Iterator[str]:
    """Where ``wanted``, completed by defaults, differs from ``actual``."""
    for field in fields:
        if field.output_only:
            continue
        value = wanted.get(field.name)
        if value is None:
            if field.computed:
                continue
            value = field.kind.zero if field.default is None else field.default
        found = actual.get(field.name)
        found = field.kind.zero if found is None else found
        yield from field.kind.changed(value, found, join(where, field.name))


def join(where: str, name: str) -> str:
    """The path of the property ``name`` inside ``where``."""
    return f"{where}.{name}" if where else name


def _place(sent: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        sent = sent.setdefault(step, {})
    last = steps[-1]
    if isinstance(value, list) and isinstance(sent.get(last), list):
        sent[last] = sent[last] + value  # several properties fill one list of the platform
    else:
        sent[last] = value


def _dig(answer: Any, steps: list[str]) -> Any:
    for step in steps:
        if not isinstance(answer, Mapping):
            return None
        answer = answer.get(step)
    return answer
