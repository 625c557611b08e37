# SPDX-License-Identifier: Apache-2.0
"""The status of campaigns: who may turn them on, what is refused meanwhile, when they are off."""

from __future__ import annotations

import pytest

BAD = (400, "invalid.update.bad.status.transition")
ACTIVE = (409, "invalid.update.campaign.active")
DECIMAL = "?useMaxCallsPerAgentDecimal=true"


@pytest.fixture
def senior(make, campaign):
    """The id of a campaign that is off."""
    return make("campaigns", campaign())["id"]


@pytest.fixture
def status(outbound, senior):
    """Ask what the status of the campaign is."""
    return lambda: outbound("GET", f"campaigns/{senior}").body["campaignStatus"]


def become(platform, campaign_id, status):
    """Let the campaign have a status that no client can write."""
    platform.organisation.entities["campaign"].get(campaign_id).definition["campaignStatus"] = (
        status
    )


def test_on_and_off(put, senior, status):
    """A campaign is turned on and off by a PUT; each says at once what it is."""
    said = put(senior, DECIMAL, campaignStatus="on").body
    assert (said["campaignStatus"], said["version"], status()) == ("on", 2, "on")
    assert put(senior, DECIMAL, campaignStatus="on").status == 200
    said = put(senior, DECIMAL, campaignStatus="off").body
    assert (said["campaignStatus"], said["version"], status()) == ("off", 4, "off")
    assert put(senior, DECIMAL, campaignStatus="off").status == 200


@pytest.mark.parametrize(
    ("now", "wanted", "then"),
    [
        ("off", "complete", BAD),
        ("off", "stopping", BAD),
        ("off", "forced_off", BAD),
        ("on", "complete", BAD),
        ("on", "invalid", BAD),
        ("complete", "on", "on"),
        ("complete", "complete", "complete"),
        ("complete", "off", BAD),
        ("invalid", "on", "on"),
        ("invalid", "off", BAD),
        ("forced_off", "on", "on"),
        ("stopping", "on", BAD),
        ("stopping", "off", "stopping"),
        ("stopping", "stopping", "stopping"),
    ],
)
def test_transitions(platform, put, senior, status, now, wanted, then):
    """Clients write on and off; the status at hand may always be sent back."""
    become(platform, senior, now)
    said = put(senior, campaignStatus=wanted)
    if then is BAD:
        assert (said.status, said.code) == BAD
        assert (
            said.body["message"] == f"Invalid transition from <{now.upper()}> to <{wanted.upper()}>"
        )
        assert status() == now
    else:
        assert said.body["campaignStatus"] == status() == then


def test_an_update_needs_the_status(put, senior):
    """A PUT without a status is refused."""
    assert put(senior, campaignStatus=None).code == "bad.request"


def test_a_campaign_is_made_off(make, campaign):
    """Off may be said when a campaign is made."""
    assert make("campaigns", campaign(campaignStatus="off"))["campaignStatus"] == "off"


def test_stopping_takes_its_time(platform, outbound, put, senior, status):
    """A campaign that stops is stopping for the time that a switch says; then it is off."""
    platform.organisation.switches.campaign_stopping_seconds = 30
    put(senior, campaignStatus="on")
    assert put(senior, campaignStatus="off").body["campaignStatus"] == "stopping"
    platform.clock.advance(20)
    assert put(senior, campaignStatus="off", priority=2).body["campaignStatus"] == "stopping"
    assert outbound("DELETE", f"campaigns/{senior}").status == 400
    platform.clock.advance(10)
    assert status() == "off"
    assert put(senior, campaignStatus="on").body["campaignStatus"] == "on"


@pytest.mark.parametrize("now", ["on", "stopping"])
def test_a_running_campaign_is_not_deleted(platform, outbound, senior, now):
    """A campaign that is on, or not yet off, stays."""
    become(platform, senior, now)
    said = outbound("DELETE", f"campaigns/{senior}")
    assert (said.status, said.code) == (400, "bad.request")
    for status in ("complete", "invalid"):
        become(platform, senior, status)
    assert outbound("DELETE", f"campaigns/{senior}").status == 200


@pytest.mark.parametrize(
    ("switch", "changes", "refused"),
    [
        ("settings", {"priority": 1, "name": "Best", "ruleSets": None}, False),
        ("settings", {"phoneColumns": [{"columnName": "mobile"}]}, True),
        ("settings", {"dialingMode": "preview"}, True),
        ("nothing", {"priority": 1}, True),
        ("nothing", {"abandonRate": 3}, False),
        ("nothing", {}, False),
    ],
)
@pytest.mark.parametrize("wanted", ["on", "off"])
def test_edits_while_on(platform, put, senior, status, switch, changes, refused, wanted):
    """What may be changed of a campaign that is on is a switch; its PATCH fields always may."""
    platform.organisation.switches.active_campaign_edits = switch
    put(senior, campaignStatus="on")
    said = put(senior, campaignStatus=wanted, **changes)
    if refused:
        assert (said.status, said.code) == ACTIVE
        assert status() == "on"
    else:
        assert said.body["campaignStatus"] == wanted


def test_a_list_is_dialled_once(make, put, outbound, campaign, senior, status):
    """Two campaigns may share a list, but not run on it at the same time."""
    other = make("campaigns", campaign(name="General"))["id"]
    put(other, campaignStatus="on")
    said = put(senior, campaignStatus="on")
    assert (said.status, said.code) == (400, "resources.in.use")
    assert "General" in said.body["message"]
    assert outbound("POST", f"campaigns/{senior}/start").code == "resources.in.use"
    assert status() == "off"
    put(other, campaignStatus="off")
    assert put(senior, campaignStatus="on").status == 200


def test_start_and_stop(platform, outbound, senior, status):
    """Start and stop have permissions of their own, and are nothing new the second time."""
    operator = platform.client(
        "operator", "outbound:campaign:start", "outbound:campaign:stop", "outbound:campaign:view"
    )
    for action, then in (("start", "on"), ("start", "on"), ("stop", "off"), ("stop", "off")):
        said = outbound("POST", f"campaigns/{senior}/{action}", client=operator)
        assert (said.status, said.text, status()) == (204, "", then)
    assert outbound("GET", f"campaigns/{senior}").body["version"] == 3
    viewer = platform.client("viewer", "outbound:campaign:view")
    assert outbound("POST", f"campaigns/{senior}/start", client=viewer).status == 403
    become(platform, senior, "complete")
    assert outbound("POST", f"campaigns/{senior}/stop").code == BAD[1]
    assert outbound("POST", f"campaigns/{senior}/start").status == 204


def test_patch(platform, make, outbound, put, senior, status):
    """A PATCH changes few settings, at any time, and nothing else."""
    platform.organisation.switches.active_campaign_edits = "nothing"
    queue = make("/api/v2/routing/queues", {"name": "General Support Queue"})["id"]
    put(senior, campaignStatus="on")
    patch = {"abandonRate": 2.5, "maxCallsPerAgent": 1.5, "queue": {"id": queue}, "priority": 1}
    assert outbound("PATCH", f"campaigns/{senior}", patch).status == 204
    said = outbound("GET", f"campaigns/{senior}").body
    assert (said["abandonRate"], said["maxCallsPerAgentDecimal"]) == (2.5, 1.5)
    assert (said["queue"]["id"], said["priority"], status()) == (queue, 5, "on")
    said = outbound("PATCH", f"campaigns/{senior}", {"queue": {"id": "nobody"}})
    assert said.code == "invalid.value"
    assert outbound("PATCH", f"campaigns/{senior}", {"outboundLineCount": 3}).status == 204


def test_progress(make, outbound, parts, senior, campaign):
    """Progress counts the contacts of the list and those called; recycling begins anew."""
    path = f"campaigns/{senior}/progress"
    empty = outbound("GET", path).body
    assert (empty["totalNumberOfContacts"], empty["percentage"]) == (0, 0)
    leads = parts["contactList"]
    contacts = [
        {"id": name, "contactListId": leads, "data": {"phone": f"+{name}"}} for name in "1234"
    ]
    outbound("POST", f"contactlists/{leads}/contacts", contacts)
    other = make("campaigns", campaign(name="General"))["id"]
    found = outbound("POST", "campaigns/progress", [other, senior, "nobody"]).body
    assert [(one["campaign"]["name"], one["totalNumberOfContacts"]) for one in found] == [
        ("Senior", 4),
        ("General", 4),
    ]
    assert outbound("GET", path).body["contactList"]["name"] == "Leads"


def test_recycle(platform, outbound, senior):
    """Recycling resets the progress, at most once in five seconds, with its own permission."""
    path = f"campaigns/{senior}/progress"
    state = platform.organisation.entities["campaign"].get(senior).more
    state |= {"called": 3, "skipped": {"filtered": 1}}
    shown = outbound("GET", path).body
    assert (shown["numberOfContactsCalled"], shown["numberOfContactsSkipped"]) == (
        3,
        {"filtered": 1},
    )
    operator = platform.client("operator", "outbound:campaign:recycle")
    assert outbound("DELETE", path, client=operator).status == 204
    assert state == {"called": 0, "skipped": {}, "recycled": 1}
    said = outbound("DELETE", path)
    assert (said.status, said.code) == (429, "too.many.recycles")
    platform.clock.advance(5)
    assert outbound("DELETE", path).status == 204
    assert state["recycled"] == 2
    viewer = platform.client("viewer", "outbound:campaign:view")
    platform.clock.advance(5)
    assert outbound("DELETE", path, client=viewer).status == 403


def test_stats_and_diagnostics(outbound, senior):
    """Nothing is dialled yet, and that is what the statistics say."""
    assert outbound("GET", f"campaigns/{senior}/stats").body["outstandingCalls"] == 0
    said = outbound("GET", f"campaigns/{senior}/diagnostics").body
    assert (said["numberOfContactsCalled"], said["campaignErrors"]) == (0, [])


def test_a_snapshot_keeps_the_status(platform, make_platform, put, senior):
    """A restored organisation has its campaigns as they were."""
    put(senior, campaignStatus="on")
    other = make_platform(seed=7)
    other.organisation.restore(platform.organisation.snapshot())
    said = other.call("GET", f"/api/v2/outbound/campaigns/{senior}").body
    assert said == platform.call("GET", f"/api/v2/outbound/campaigns/{senior}").body
    assert said["campaignStatus"] == "on"
