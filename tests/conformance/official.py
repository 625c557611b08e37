# SPDX-License-Identifier: Apache-2.0
"""The official Python SDK, read as a description of the platform: its models and its calls.

Importing PureCloudPlatformClientV2 imports 6,651 models and every API: two seconds of processor
time in each test process, seven where Python may not keep compiled modules. All that a check
needs stands in its source as plain literals, though: ``swagger_types``, ``attribute_map`` and
``allowed_values`` of a model; path, method, query parameters, body and answer of a call. So its
source is read here, and nothing of it is run; a model costs some milliseconds, all calls half a
second. One test alone imports the SDK, in a process of its own.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "PureCloudPlatformClientV2"
HOSTS = "purecloud_region_hosts.py"

_TYPES = re.compile(r"self\.swagger_types = (\{.*?\})", re.DOTALL)
_NAMES = re.compile(r"self\.attribute_map = (\{.*?\})", re.DOTALL)
_SETTER = re.compile(
    r"^    @(\w+)\.setter\n(.*?)(?=^    @property|^    def to_dict)", re.DOTALL | re.MULTILINE
)
_ALLOWED = re.compile(r"^ +allowed_values = (\[.*\])$", re.MULTILINE)
_METHOD = re.compile(r"^    def (\w+)\(self", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model: its type as the SDK writes it, and its values if it is an enum."""

    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficialCall:
    """One call of the SDK.

    Args:
        method: HTTP method in capitals.
        path: with ``{name}`` for parameters.
        query: names of the query parameters, on the wire.
        body: type of the body; None without one.
        answer: type of the answer; None for an empty one.
    """

    method: str
    path: str
    query: frozenset[str]
    body: str | None
    answer: str | None


@cache
def model(name: str) -> Mapping[str, Field]:
    """The fields of a model by their names on the wire.

    Raises:
        LookupError: the SDK has no such model.
    """
    module = _modules().get(name)
    if module is None:
        raise LookupError(f"the official SDK has no model {name}")
    source = _source(f"models/{module}.py")
    types, names = literal_eval(_TYPES.search(source)[1]), literal_eval(_NAMES.search(source)[1])
    choices = {
        attribute: tuple(literal_eval(allowed[1]))
        for attribute, setter in _SETTER.findall(source)
        if (allowed := _ALLOWED.search(setter))
    }
    return {
        wire: Field(types[attribute], choices.get(attribute, ()))
        for attribute, wire in names.items()
    }


@cache
def call(operation_id: str) -> OfficialCall:
    """The call that the SDK has under this name.

    Raises:
        LookupError: the SDK has no such call.
    """
    source = _calls().get(operation_id)
    if source is None:
        raise LookupError(f"the official SDK has no call {operation_id}")
    name = re.search(r"body_params = params\['(\w+)'\]", source)
    body = re.search(rf"^ +:param (.+) {name[1]}:", source, re.MULTILINE) if name else None
    answer = re.search(r"response_type=(.+),$", source, re.MULTILINE)[1]
    return OfficialCall(
        method=re.search(r"call_api\(resource_path, '(\w+)'", source)[1],
        path=re.search(r"resource_path = '([^']*)'", source)[1],
        query=frozenset(re.findall(r"query_params\['(\w+)'\]", source)),
        body=body[1] if body else None,
        answer=literal_eval(answer),
    )


def hosts() -> set[str]:
    """The API hosts of the SDK's table of regions."""
    return set(re.findall(r'^ +\w+ *= *"(https://[^"]+)"', _source(HOSTS), re.MULTILINE))


def _source(name: str) -> str:
    # Finding a package, unlike a module in it, does not run any of it.
    spec = find_spec(PACKAGE)
    return (Path(spec.submodule_search_locations[0]) / name).read_text(encoding="utf-8")


@cache
def _modules() -> dict[str, str]:
    """The module of each model."""
    lines = re.findall(r"^from \.(\w+) import (\w+)$", _source("models/__init__.py"), re.MULTILINE)
    return {name: module for module, name in lines}


@cache
def _calls() -> dict[str, str]:
    """The source of each call; a few stand in two APIs, word for word."""
    found = {}
    for module in re.findall(r"^from \.(\w+) import", _source("apis/__init__.py"), re.MULTILINE):
        source = _source(f"apis/{module}.py")
        starts = [(match[1], match.start()) for match in _METHOD.finditer(source)]
        ends = [start for _, start in starts[1:]] + [len(source)]
        for (name, start), end in zip(starts, ends, strict=True):
            found[name] = source[start:end]
    return found
