# SPDX-License-Identifier: Apache-2.0
"""The inputs of every resource are what the provider takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.stack_files import PROJECT
from tests.unit.infra.mocked import run_stack
from tests.unit.infra.schema import SCHEMA, problems

LIST = "genesyscloud:index/outboundContactList:OutboundContactList"
CAMPAIGN = "genesyscloud:index/outboundCampaign:OutboundCampaign"
FILTER = "genesyscloud:index/outboundContactlistfilter:OutboundContactlistfilter"


@pytest.mark.parametrize("preview", [True, False], ids=["first preview", "update"])
@pytest.mark.parametrize("strategy", ["queues", "skills"])
@pytest.mark.parametrize("stack", ["dev", "local", "prod", "staging"])
def test_inputs_fit_the_schema(stack: str, strategy: str, *, preview: bool):
    """Names, types, required properties and values are the provider's, everywhere."""
    run = run_stack(stack, preview=preview, strategy=strategy)
    wrong = {one.name: problems(one.type, one.inputs) for one in run.deployed}
    assert not {name: found for name, found in wrong.items() if found}
    # Every type of the SDK that makes an object is in use, but for what exists already.
    kinds = {one.type for one in run.deployed}
    assert SCHEMA["resources"].keys() - kinds == {
        "genesyscloud:index/script:Script",
        "genesyscloud:index/telephonyProvidersEdgesSite:TelephonyProvidersEdgesSite",
    }


@pytest.mark.parametrize(
    ("token", "inputs", "found"),
    [
        (LIST, {"name": "x"}, ["OutboundContactList.columnNames is missing"]),
        (LIST, {"columnNames": ["a"], "colour": 1}, ["OutboundContactList.colour is unknown"]),
        (LIST, {"columnNames": "a"}, ["OutboundContactList.columnNames is no list"]),
        (LIST, {"columnNames": [1]}, ["OutboundContactList.columnNames is 1, not a string"]),
        (LIST, {"columnNames": [""]}, ["OutboundContactList.columnNames is blank"]),
        (
            LIST,
            {"columnNames": ["p"], "phoneColumns": [{"columnName": "p"}]},
            ["OutboundContactList.phoneColumns.type is missing"],
        ),
        (
            FILTER,
            {"filterType": "XOR"},
            ["OutboundContactlistfilter.filterType is 'XOR', which is refused"],
        ),
        ("genesyscloud:index/x:X", {}, ["genesyscloud:index/x:X is not in the schema"]),
    ],
    ids=["required", "unknown", "list", "type", "blank", "nested", "value", "kind"],
)
def test_the_check_sees(token: str, inputs: dict[str, object], found: list[str]):
    """The check of inputs finds each kind of mistake."""
    assert problems(token, inputs) == found


RECORDED = [
    json.loads(line)
    for line in (PROJECT / "tests/conformance/data/provider-1.82.0/resources.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda one: one["name"])
def test_recorded_inputs_pass(recorded: dict[str, Any]):
    """What the official provider was seen to accept passes the same check."""
    assert problems(recorded["type"], recorded["inputs"]) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"priority": 6}, "priority is 6, which is refused"),
        ({"contactListFilterIds": ["a", "b"]}, "contactListFilterIds has 2 items"),
        ({"alwaysRunning": 1}, "alwaysRunning is 1, not a boolean"),
        ({"priority": True}, "priority is True, not a number"),
    ],
    ids=["value", "length", "number for a flag", "flag for a number"],
)
def test_changed_inputs_do_not(change: dict[str, Any], said: str):
    """One wrong value in inputs that are good is found."""
    (campaign,) = run_stack("prod", strategy="skills").kind("OutboundCampaign").values()
    assert problems(CAMPAIGN, {**campaign.inputs, **change}) == [f"OutboundCampaign.{said}"]
