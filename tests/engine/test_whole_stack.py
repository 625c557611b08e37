# SPDX-License-Identifier: Apache-2.0
"""The whole program on the real engine, beside what ``features/deployment.feature`` tells."""

from __future__ import annotations

import asyncio

import pytest

from demo.dialling_check import try_out
from infra.stack import Refused, StackError
from infra.stack_files import PROJECT

CAMPAIGNS = "/api/v2/outbound/campaigns"
LISTS = "/api/v2/outbound/contactlists"
POLICY = PROJECT / "infra" / "policy"


def operations(changes):
    """What happens to which resource."""
    return {(change.operation, change.name) for change in changes}


def objects(platform):
    """What is on the platform: named objects by their ids, all else as it is."""
    states = platform.organisation.snapshot()["states"]
    states["clients"] = states["clients"]["clients"]
    return {
        name: [one["id"] for one in state] if isinstance(state, list) else state
        for name, state in states.items()
        if name not in {"ids", "events", "limits"}
    }


def failures(platform):
    """The calls that the simulator had no answer for."""
    return [call for call in platform.organisation.calls.find() if call.status >= 500]


def test_a_deployed_stack_is_at_rest(deployed):
    """Right after the first update neither preview nor refresh finds anything to do."""
    stack = deployed()
    assert stack.preview(policy_packs=[POLICY]).counts == {}
    assert stack.refresh().drift == []
    assert deployed.platform.writes() == []
    assert failures(deployed.platform) == []


def test_the_outputs_say_what_a_push_needs(deployed):
    """Lists and address are plain, credentials are secret, and no secret is in any file."""
    stack = deployed()
    outputs = stack.outputs()
    named = deployed.platform.named(LISTS)
    assert set(outputs["integration"]["lists"].values()) == set(named.values())
    assert outputs["pusher"] == outputs["operator"] == "[secret]"
    secret = stack.outputs(show_secrets=True)["pusher"]["client_secret"].encode()
    files = [path for path in deployed.state.rglob("*") if path.is_file()]
    assert len(secret) > 10
    assert [path for path in files if secret in path.read_bytes()] == []


def test_a_deployed_stack_dials_sample_leads_as_it_should(deployed):
    """What a preview tries out holds: everybody loaded, pushed and called once, the best first."""
    found = asyncio.run(try_out(deployed(), deployed.platform.url))
    assert [one for one in found.checks if one.failure] == []
    assert len(found.checks) == 6
    assert [order[0].lead for order in found.orders.values()] == ["lead-070", "lead-100"]


def test_drift_is_shown_and_put_right(deployed):
    """What somebody changed at the platform is named, and the next update takes it back."""
    platform = deployed.platform
    stack = deployed()
    stack.refresh()
    name, queue = next(iter(platform.named("/api/v2/routing/queues").items()))
    platform.change(f"/api/v2/routing/queues/{queue}", name="Somebody's")
    assert len(stack.refresh(preview_only=True).drift) == 1
    assert stack.up().counts == {"update": 1}
    assert name in platform.named("/api/v2/routing/queues")


def test_another_column_is_refused(deployed):
    """Columns are fixed: the update is refused, the pack refuses the preview, nothing changes."""
    stack = deployed(extraColumns=["region"])
    with pytest.raises(Refused, match=r"would be replaced because columnNames"):
        stack.up()
    with pytest.raises(StackError, match=r"columns\.json"):
        stack.preview(policy_packs=[POLICY])
    assert deployed.platform.writes() == []


def test_another_column_is_refused_before_the_first_update(empty):
    """In a first preview, too, the pack compares the columns with the record."""
    with pytest.raises(StackError, match=r"columns\.json"):
        empty(extraColumns=["region"]).preview(policy_packs=[POLICY])


def test_a_removed_stack_leaves_the_platform_as_it_was(deployed, platform):
    """Everything that was made is deleted, in an order that the platform allows."""
    deployed().destroy(remove=True)
    assert objects(deployed.platform) == objects(platform)
    assert failures(deployed.platform) == []


def test_one_list_for_skills(empty):
    """With the other strategy one list and one campaign are made, and all is at rest."""
    stack = empty(strategy="skills")
    stack.up(policy_packs=[POLICY])
    assert len(empty.platform.named(LISTS)) == len(empty.platform.named(CAMPAIGNS)) == 1
    assert stack.preview().counts == {}


def test_lists_that_exist_are_adopted(deployed, empty):
    """A list with contacts in it is taken over, and keeps them."""
    source = deployed.platform
    names = source.named(LISTS)
    name = next(name for name in names if "senior" in name)
    definition = source.call("GET", f"{LISTS}/{names[name]}")
    kept = ("name", "columnNames", "phoneColumns", "columnDataTypeSpecifications")
    adopted = empty.platform.call("POST", LISTS, {key: definition[key] for key in kept})["id"]
    lead = {"contactListId": adopted, "data": {"lead_id": "L-1", "phone": "+15550101"}}
    empty.platform.call("POST", f"{LISTS}/{adopted}/contacts", [lead])

    changes = empty(adopt={"leads-senior": adopted}).up()
    assert ("import", "leads-senior") in operations(changes.changes)
    assert empty.platform.named(LISTS)[name] == adopted
    assert empty.platform.call("GET", f"{LISTS}/{adopted}?includeSize=true")["size"] == 1


def test_a_failure_in_the_middle_is_mended(empty):
    """Where the platform refuses one object, the next update makes what is missing."""
    refusal = {"operation": "post_outbound_campaigns", "kind": "status", "status": 400}
    empty.platform.control.set_faults(rules=[refusal])
    stack = empty()
    with pytest.raises(StackError, match="campaign"):
        stack.up()
    empty.platform.control.clear_faults()
    assert operations(stack.up().changes) == {
        ("create", "campaign-senior"),
        ("create", "campaign-general"),
    }
    assert stack.preview().counts == {}
