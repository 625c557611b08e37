# SPDX-License-Identifier: Apache-2.0
"""What is read from the events of the engine."""

from __future__ import annotations

import pytest
from pulumi.automation import EngineEvent

from infra.stack_changes import CONTACT_LIST, Change, Changes

SKILL = "genesyscloud:index/routingSkill:RoutingSkill"


def event(kind, **data):
    return EngineEvent.from_json({"sequence": 1, "timestamp": 0, kind: data})


def step(op, name="skill", kind=SKILL, *, moment="resourcePreEvent", custom=True, **more):
    """A step of a resource, before it or, with its outputs, after it."""
    urn = f"urn:pulumi:local::project::{kind}::{name}"
    state = {"type": kind, "urn": urn, "id": "1", "parent": "", "provider": ""}
    state["custom"] = custom
    data = {"op": op, "urn": urn, "type": kind, "provider": "", "new": state, **more}
    if "old" in more:
        data["old"] = {**state, "outputs": more["old"]}
    return event(moment, metadata=data)


def noted(*events):
    changes = Changes()
    for one in events:
        changes.note(one)
    return changes


def test_each_resource_counts_once():
    """The steps on the way of a replacement are one change; what stays the same is none."""
    changes = noted(
        step("same"),
        step("create-replacement", "a"),
        step("replace", "a", diffs=["name"]),
        step("delete-replaced", "a"),
        step("update", "b", detailedDiff={"rules[0].x": {"diffKind": "update"}}),
        step("create", "c"),
        step("create", "d"),
    )
    assert changes.counts == {"replace": 1, "update": 1, "create": 2}
    assert changes.changes[:2] == [
        Change("replace", SKILL, "a", ("name",)),
        Change("update", SKILL, "b", ("rules[0].x",)),
    ]


@pytest.mark.parametrize(
    ("kind", "custom"),
    [
        ("pulumi:pulumi:Stack", False),
        ("pulumi:providers:genesyscloud", True),
        ("leadscoring:infra:Access", False),
    ],
    ids=["stack", "provider", "component"],
)
def test_what_is_no_object_of_the_platform_does_not_count(kind, custom):
    """The stack, its provider and components of the program are on no platform."""
    assert noted(step("create", kind=kind, custom=custom)).changes == []


@pytest.mark.parametrize(
    ("operation", "lost"), [("replace", 1), ("delete", 1), ("update", 0), ("create", 0)]
)
def test_a_contact_list_that_goes_is_told(operation, lost):
    """A list that is replaced or deleted loses its contacts; no other change does."""
    old = {"name": "Leads senior", "contactsRecordCount": 8214.0}
    changes = noted(step(operation, "leads", CONTACT_LIST, keys=["columnNames"], old=old))
    assert len(changes.lost_lists) == lost
    if lost:
        assert str(changes.lost_lists[0]) == (
            f'contact list "Leads senior" would be {operation}d because columnNames changed: '
            "8,214 contacts would be lost"
        )


def test_a_list_of_unknown_size_is_told_without_a_number():
    """Where the state knows no number, none is invented."""
    [lost] = noted(step("delete", "leads", CONTACT_LIST)).lost_lists
    assert str(lost) == 'contact list "leads" would be deleted: its contacts would be lost'


def test_what_was_changed_by_another_way_is_drift():
    """A resource that was read differently from the state drifted; its later update did not."""
    changes = noted(
        step("refresh", "a"),
        step("refresh", "b"),
        step("refresh", "a", moment="resOutputsEvent", diffs=["name"]),
        step("refresh", "b", moment="resOutputsEvent"),
        step("update", "a", diffs=["name"]),
        step("update", "a", moment="resOutputsEvent", diffs=["name"]),
    )
    assert changes.drift == [Change("update", SKILL, "a", ("name",))]
    assert changes.counts == {"update": 1}


@pytest.mark.parametrize(
    "found",
    [
        step("refresh", moment="resOutputsEvent", new=None),
        step("delete", moment="resOutputsEvent"),
    ],
    ids=["while updating", "while refreshing"],
)
def test_what_is_gone_is_drift(found):
    """A resource that is no longer on the platform is told as deleted."""
    assert noted(step("refresh"), found).drift == [Change("delete", SKILL, "skill")]


def test_errors_are_kept_in_plain_text_once():
    """Errors of the engine and broken mandatory policies are problems; notes and advice are not."""
    changes = noted(
        event("diagnosticEvent", message="<{%reset%}>no site<{%reset%}>\n", severity="error"),
        event("diagnosticEvent", message="no site", severity="error"),
        event(
            "diagnosticEvent", message="an unhandled error occurred: no site\n", severity="error"
        ),
        event(
            "diagnosticEvent",
            message="python inline source runtime error: no site"
            "\nTraceback (most recent call last):\n  File x",
            severity="error",
        ),
        event("diagnosticEvent", message="update failed", severity="error"),
        event("diagnosticEvent", message="hm", severity="warning"),
        event("diagnosticEvent", message=" ", severity="error"),
        event("policyEvent", message="not", policyName="sort", enforcementLevel="mandatory"),
        event("policyEvent", message="hm", policyName="x", enforcementLevel="advisory"),
    )
    assert changes.problems == ["no site", "sort: not"]
