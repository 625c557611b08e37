# SPDX-License-Identifier: Apache-2.0
"""Pulumi's property values as plain ones, and back again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime import rpc

from simulator.provider.fields import UNKNOWN

Properties = dict[str, PropertyValue]


def plain(properties: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Values without their marks; properties that are null are left out."""
    values = {name: _plain(value) for name, value in properties.items()}
    return {name: value for name, value in values.items() if value is not None}


def marked(values: Mapping[str, Any], secret: Collection[str] = ()) -> Properties:
    """Values as Pulumi takes them, those whose names are ``secret`` marked so."""
    return {
        name: PropertyValue(_marked(value).value, is_secret=name in secret)
        for name, value in values.items()
    }


def secret_names(properties: Mapping[str, PropertyValue]) -> set[str]:
    """Names of the properties that are or hold a secret."""
    return {name for name, value in properties.items() if value.contains_secret()}


def _plain(value: PropertyValue) -> Any:
    held = value.value
    if isinstance(held, Computed) or held == rpc.UNKNOWN:
        return UNKNOWN
    if isinstance(held, Mapping):
        return plain(held)
    if isinstance(held, Sequence) and not isinstance(held, str):
        return [_plain(item) for item in held]
    if isinstance(held, float) and held.is_integer():
        return int(held)  # Pulumi's numbers are floats; the platform wants 3, not 3.0
    return held


def _marked(value: Any) -> PropertyValue:
    if value is UNKNOWN:
        return PropertyValue(rpc.UNKNOWN)  # the Computed of Pulumi cannot be sent
    if isinstance(value, dict):
        return PropertyValue({name: _marked(item) for name, item in value.items()})
    if isinstance(value, list):
        return PropertyValue([_marked(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)
