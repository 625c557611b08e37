# SPDX-License-Identifier: Apache-2.0
"""The stand-in's descriptions beside the package schema of the official provider."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.provider.blocks import Block, Blocks
from simulator.provider.kinds import Many, Scalar, TextMap
from simulator.provider.lookups import LOOKUPS
from simulator.provider.resources import RESOURCES

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "toolchain/schema/genesyscloud-1.82.0.json").read_text("utf-8"))
LEFT_OUT = (ROOT / "docs/stand-in-provider.md").read_text("utf-8")
NOT_STOOD_IN_FOR = {"Script", "TelephonyProvidersEdgesSite"}  # looked up, never made

each_resource = pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda r: r.token)


def kind_of(kind):
    """The schema's word for what a property holds."""
    if isinstance(kind, (Many, Blocks)):
        return "array"
    if isinstance(kind, (Block, TextMap)):
        return "object"
    assert isinstance(kind, Scalar)
    return {str: "string", bool: "boolean"}.get(kind.types[0], "number")


def disagreements(fields, properties, required, where):
    """Where a description differs from the schema in names, types or required flags."""
    for field in fields:
        place = f"{where}.{field.name}"
        if field.name not in properties:
            yield f"{place} is not in the schema"
            continue
        told = properties[field.name]
        of_items = told.get("items", told)
        if kind_of(field.kind) != told.get("type", "object"):
            yield f"{place} is {told.get('type')} in the schema"
        if field.name in required and not (field.required or field.output_only):
            yield f"{place} is required in the schema"
        if isinstance(field.kind, (Block, Blocks)) and field.kind.fields:
            inner = SCHEMA["types"][of_items["$ref"].removeprefix("#/types/")]
            yield from disagreements(
                field.kind.fields, inner["properties"], inner.get("required", ()), place
            )


@each_resource
def test_descriptions_agree_with_the_schema(resource):
    """Names, types and required flags, at every depth, are those of the official provider."""
    told = SCHEMA["resources"][resource.type]
    required = told.get("requiredInputs", ())
    assert list(disagreements(resource.fields, told["properties"], required, "")) == []


@each_resource
def test_what_is_left_out_is_documented(resource):
    """Each property that the stand-in refuses is named in its documentation."""
    known = {field.name for field in resource.fields if not field.output_only}
    inputs = set(SCHEMA["resources"][resource.type]["inputProperties"]) - {resource.id_property}
    section = LEFT_OUT.split(f"`{resource.token}`", 1)[-1].split("\n", 1)[0]
    missing = {name for name in inputs - known if f"`{name}`" not in section}
    assert missing == set()


def test_every_resource_and_data_source_of_the_schema():
    """No resource type or data source of the schema is forgotten."""
    types = {type_.rpartition(":")[2] for type_ in SCHEMA["resources"]}
    assert {type_.rpartition(":")[2] for type_ in RESOURCES} == types - NOT_STOOD_IN_FOR
    functions = {name.rpartition(":get")[2] for name in SCHEMA["functions"] if ":get" in name}
    assert {*LOOKUPS, "AuthDivisionHome"} == functions
