# SPDX-License-Identifier: Apache-2.0
"""What a deployment would do, found without a call: checks, differences and predictions.

Programs are compared with the state, as Terraform does, and not with the program of last time:
so drift that a refresh found is undone, and defaults that the platform filled in are no change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.provider.fields import UNKNOWN, Fault, Field, changed, faults
from simulator.provider.resource import Resource, Values

_RANDOM_DIGITS = 7


@dataclass(frozen=True)
class Change:
    """One difference between a program and the state.

    Args:
        where: the path of the property.
        name: of the top-level property.
        kind: ``add``, ``delete`` or ``update``.
        replaces: it needs a new object.
    """

    where: str
    name: str
    kind: str
    replaces: bool


def checked(
    resource: Resource, logical_name: str, seed: bytes, old: Values, new: Values
) -> tuple[Values, list[Fault]]:
    """A program's inputs with a name, and what is wrong with them.

    A name that the program leaves out is ``<logical name>-<7 hexadecimal digits>``, and stays.
    """
    name = old.get("name") or f"{logical_name}-{_digits(seed, logical_name)}"
    inputs = {"name": name, **new}
    return inputs, list(faults(resource.fields, inputs))


def changes(resource: Resource, state: Values, inputs: Values) -> list[Change]:
    """Where the program's ``inputs`` differ from the ``state``."""
    found = []
    for field in resource.fields:
        for where in changed((field,), inputs, state):
            if field.name not in state:
                kind = "add"
            else:
                kind = "update" if inputs.get(field.name) is not None else "delete"
            found.append(Change(where, field.name, kind, field.replaces))
    return found


def planned(resource: Resource, state: Values, inputs: Values) -> Values:
    """What an update writes: the program's inputs, and the state where that decides."""
    kept = {
        field.name: state[field.name]
        for field in resource.fields
        if (field.computed or field.output_only) and state.get(field.name) is not None
    }
    return {**kept, **inputs}


def predicted(resource: Resource, state: Values | None, inputs: Values) -> Values:
    """The outputs that a preview can promise; what only the platform knows is unknown."""
    outputs: Values = {resource.id_property: UNKNOWN} if state is None else dict(state)
    for field in resource.fields:
        if field.output_only:
            if state is None:
                outputs[field.name] = UNKNOWN
        elif field.name in inputs:
            outputs[field.name] = inputs[field.name]
        elif field.computed:
            outputs.setdefault(field.name, UNKNOWN)
        elif field.default is not None or field.shown:
            outputs[field.name] = field.kind.zero if field.default is None else field.default
        else:
            outputs.pop(field.name, None)
    return outputs


def observed(resource: Resource, old_inputs: Values, outputs: Values) -> Values:
    """The inputs that would have led to ``outputs``; the old ones where they still do.

    Without old inputs, as at an import, they are all properties that a program can set.
    """
    inputs: Values = {}
    for field in _inputs(resource.fields):
        old, now = old_inputs.get(field.name), outputs.get(field.name)
        if old is None:
            if not old_inputs and now is not None and now != field.kind.zero:
                inputs[field.name] = now
        elif any(changed((field,), {field.name: old}, outputs)):
            if now is not None:
                inputs[field.name] = now
        else:
            inputs[field.name] = old
    return inputs


def _inputs(fields: Iterable[Field]) -> Iterable[Field]:
    return (field for field in fields if not field.output_only)


def _digits(seed: bytes, logical_name: str) -> str:
    return hashlib.sha256(seed + logical_name.encode()).hexdigest()[:_RANDOM_DIGITS]


def secrets(resource: Resource, *marked: set[str]) -> set[str]:
    """Names of outputs that must not be shown: by nature, or because an input of theirs is."""
    return {field.name for field in resource.fields if field.secret}.union(*marked)
