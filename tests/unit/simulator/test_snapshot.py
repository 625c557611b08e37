# SPDX-License-Identifier: Apache-2.0
"""Snapshots: the whole organisation as JSON, and back."""

from __future__ import annotations

import pytest

from .conftest import DEFINITION, LISTS


def test_a_snapshot_brings_everything_back(sim, platform, lead):
    """Objects, clients, tokens, windows, faults, switches and ids come back as they were."""
    platform.client("pusher", "outbound:contactList:view", rate_limit=5)
    for _ in range(3):
        platform.me("pusher")
    platform.control.traffic(client_id="pusher", greedy=True, seconds=30, start_in=100)
    platform.control.traffic(client_id="pusher", calls_per_second=1, seconds=9, start_in=200)
    platform.control.set_limits(client_id="pusher", hidden=4, default=9)
    platform.control.set_switches(put_requeues=True)
    platform.control.skew(7)
    platform.control.set_faults(rules=[{"kind": "status", "nth": [2]}], seed=4)
    platform.organisation.events.add("CONTACT", "INVALID_CONTACT_UPDATE", "x", entity={"id": "1"})
    platform.call("POST", "/api/v2/authorization/divisions", {"name": "Sales"})
    platform.clock.advance(12.5)
    snapshot = sim("GET", "/sim/snapshot").json()
    token = platform.token("pusher")
    platform.control.reset()
    platform.control.set_switches(put_requeues=False)
    platform.clock.advance(1000)
    assert sim("POST", "/sim/snapshot", snapshot).status_code == 204
    again = sim("GET", "/sim/snapshot").json()
    for window in (*again["states"]["limits"]["windows"], *snapshot["states"]["limits"]["windows"]):
        window["ages"] = [round(age, 3) for age in window["ages"]]
        for source in window["traffic"]:
            source["starts_in"] = round(source["starts_in"], 3)
            source["seconds"] = round(source["seconds"], 3)
    again["faults"]["elapsed"] = snapshot["faults"]["elapsed"]
    for name, state in snapshot["states"].items():
        assert again["states"][name] == state
    assert again == snapshot
    assert platform.call("GET", "/api/v2/tokens/me", token=token).count == 4
    assert platform.control.contact(*lead)["data"]["ml_score"] == "87"


def test_a_snapshot_does_not_change_afterwards(platform, lead):
    """What is written after a snapshot was taken is not in it."""
    snapshot = platform.control.snapshot()
    path = f"{LISTS}/{lead[0]}/contacts"
    contact = {"id": "L1", "contactListId": lead[0], "data": {"phone": "+1", "ml_score": "5"}}
    platform.call("POST", path, [contact])
    platform.control.restore(snapshot)
    assert platform.control.contact(*lead)["data"]["ml_score"] == "87"


def test_half_a_snapshot_changes_nothing(platform):
    """A snapshot with one bad part is refused as a whole."""
    platform.client("pusher")
    snapshot = platform.control.snapshot()
    for part, value in (("switches", {"unknown": 1}), ("states", {}), ("seed", [])):
        with pytest.raises(ValueError, match=r"unknown|no snapshot"):
            platform.control.restore({**snapshot, part: value, "id": "other"})
    assert platform.control.snapshot() == snapshot


def test_ids_go_on_after_a_restore(platform):
    """A restored organisation gives no id twice."""
    first = platform.call("POST", LISTS, DEFINITION).body["id"]
    snapshot = platform.control.snapshot()
    platform.control.restore(snapshot)
    second = platform.call("POST", LISTS, {**DEFINITION, "name": "Other"}).body["id"]
    assert first != second
