# SPDX-License-Identifier: Apache-2.0
"""The control plane: what it changes behind the clients' backs, in the process and over HTTP."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from simulator.clock import ScaledClock, VirtualClock
from simulator.control import Control
from simulator.errors import Refusal
from simulator.mount import SimulatorTransport
from simulator.organisation import Organisation
from simulator.virtual_time import run_virtual

LISTS = "/api/v2/outbound/contactlists"


def test_the_index_lists_everything(sim):
    """GET /sim says what there is."""
    endpoints = sim("GET", "/sim").json()["endpoints"]
    assert "POST /sim/clock" in endpoints
    assert sim("GET", "/sim/").json()["endpoints"] == endpoints


def test_a_virtual_clock_is_advanced(sim):
    """Advancing moves both readings of the clock."""
    assert sim("POST", "/sim/clock", {"advance": 90}).json() == {
        "mode": "virtual",
        "now": "2026-11-23T09:01:30.000Z",
        "monotonic": 90,
        "skew": 0,
    }


def test_only_a_virtual_clock_is_advanced():
    """The wall clock runs by itself."""
    control = Control(Organisation(clock=ScaledClock(1000)))
    with pytest.raises(ValueError, match="this one is scaled"):
        control.advance(1)
    assert control.clock()["mode"] == "scaled"


def test_a_sleeper_wakes_when_its_time_has_come():
    """A long poll returns after so many simulated seconds, whoever moves the clock."""
    clock = VirtualClock()
    control = Control(Organisation(clock=clock))

    async def nap():
        sleeper = asyncio.create_task(control.sleep(30))
        await asyncio.sleep(0)
        control.advance(29)
        await asyncio.sleep(0)
        assert not sleeper.done()
        control.advance(1)
        return await sleeper

    assert asyncio.run(nap())["monotonic"] == 30


def test_a_sleep_is_an_hour_at_most(sim, platform):
    """Nobody waits for ever."""
    assert sim("POST", "/sim/clock", {"sleep": 1e8}).json()["monotonic"] == 3600
    assert platform.clock.monotonic() == 3600


def test_the_servers_clock_can_be_skewed(sim, platform):
    """The skew shifts the server's time and not the clock's."""
    assert sim("POST", "/sim/clock", {"skew": 5}).json()["skew"] == 5
    assert platform.organisation.timestamp() == "2026-11-23T09:00:05.000Z"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sim/clock", {}),
        ("POST", "/sim/clock", {"advance": -1}),
        ("POST", "/sim/clock", {"advance": "soon"}),
        ("POST", "/sim/clock", {"advance": 1e300}),
        ("POST", "/sim/clock", {"advance": "inf"}),
        ("POST", "/sim/clock", {"advance": "nan"}),
        ("POST", "/sim/clock", {"skew": -1e300}),
        (
            "PUT",
            "/sim/limits",
            {"operations": [{"operation": "x", "allowed": 1, "seconds": "nan"}]},
        ),
        ("PUT", "/sim/limits", {"operations": [{"operation": "x", "allowed": 1, "seconds": 0}]}),
        ("POST", "/sim/clock", {"advance": 1, "sleep": 1}),
        ("POST", "/sim/clock", {"rewind": 1}),
        ("POST", "/sim/clock", [1]),
        ("PUT", "/sim/limits", {"ceiling": 5}),
        ("PUT", "/sim/limits", {"client_id": "local-deployer", "ceiling": -1}),
        ("PUT", "/sim/limits", {"client_id": "local-deployer", "cieling": 1}),
        ("PUT", "/sim/limits", {"operations": [{"operation": "x", "allowed": -1}]}),
        ("POST", "/sim/traffic", {"client_id": "local-deployer"}),
        ("PUT", "/sim/faults", {"rules": [{"kind": "magic"}]}),
        ("PUT", "/sim/faults", {}),
        ("PATCH", "/sim/switches", {"keep_absent_columns": "perhaps"}),
        ("PATCH", "/sim/switches", {"unknown": True}),
        ("PATCH", "/sim/switches", {"self": True}),
        ("PUT", "/sim/limits", {"self": 1}),
        ("POST", "/sim/snapshot", {"version": 0}),
        ("POST", "/sim/snapshot", {"version": 1}),
        ("POST", "/sim/clients", {"client_id": "x"}),
        ("PATCH", "/sim/clients/local-deployer", {"state": "asleep"}),
        ("PATCH", "/sim/clients/local-deployer", {"client_id": "x"}),
        ("PATCH", "/sim/contacts/a/b", {"colour": "red"}),
    ],
)
def test_what_makes_no_sense_is_refused(sim, platform, method, path, body):
    """A wrong request is 400 with an explanation, and changes nothing."""
    before = platform.control.snapshot()
    said = sim(method, path, body)
    assert said.status_code == 400
    assert said.json()["errors"]
    assert platform.control.snapshot() == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/sim/limits", {"client_id": "nobody", "ceiling": 5}),
        ("POST", "/sim/traffic", {"client_id": "nobody", "greedy": True, "seconds": 1}),
        ("PATCH", "/sim/clients/nobody", {}),
        ("GET", "/sim/contacts/none/none", None),
        ("GET", "/sim/nothing", None),
        (
            "POST",
            "/sim/clients",
            {"client_id": "x", "secret": "y", "permissions": [], "division": "none"},
        ),
    ],
)
def test_what_is_not_there_is_404(sim, method, path, body):
    """Unknown clients, lists and endpoints are 404."""
    assert sim(method, path, body).status_code == 404


def test_broken_json_is_refused(platform):
    """A body that is no JSON is 400."""

    async def call():
        transport = SimulatorTransport(platform.organisation)
        async with httpx.AsyncClient(transport=transport, base_url="http://sim") as client:
            return await client.post("/sim/reset", content=b"{")

    assert platform.run(call()).status_code == 400


def test_strangers_are_turned_away(platform):
    """The control plane answers this machine alone, whatever a header says."""
    app = SimulatorTransport(platform.organisation)._app
    sent = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/sim/clock",
        "raw_path": b"/sim/clock",
        "query_string": b"",
        "headers": [(b"x-forwarded-for", b"127.0.0.1")],
        "client": ("192.0.2.7", 1),
    }
    run_virtual(platform.clock, app(scope, receive, send))
    assert sent[0]["status"] == 403


def test_limits_are_shown_and_changed(sim):
    """PUT changes what it names and shows everything."""
    said = sim(
        "PUT",
        "/sim/limits",
        {"client_id": "local-deployer", "ceiling": 50, "hidden": 40, "default": 200},
    ).json()
    assert said["default"] == 200
    (client,) = said["clients"]
    assert (client["allowed"], client["hidden"]) == (50, 40)
    assert sim("GET", "/sim/limits").json() == said


def test_the_default_ceiling_is_for_clients_without_their_own(sim, platform):
    """Clients made over the API have the default ceiling."""
    body = {"name": "x", "authorizedGrantType": "CLIENT-CREDENTIALS"}
    made = platform.call("POST", "/api/v2/oauth/clients", body).body["id"]
    sim("PUT", "/sim/limits", {"default": 7})
    assert platform.organisation.limits.ceiling(made) == 7


def test_limits_of_operations_are_replaced(sim):
    """The list of layered limits is taken as a whole."""
    limit = {"operation": "get_*", "allowed": 5, "seconds": 10, "per": "organisation"}
    (said,) = sim("PUT", "/sim/limits", {"operations": [limit]}).json()["operations"]
    assert limit.items() <= said.items()


def test_traffic_faults_and_switches_over_http(sim, platform):
    """Each control works over HTTP as it does in the process."""
    traffic = {"client_id": "local-deployer", "calls_per_second": 2, "seconds": 5}
    assert sim("POST", "/sim/traffic", traffic).json()["client_id"] == "local-deployer"
    rules = [{"kind": "status", "nth": [1]}]
    assert sim("PUT", "/sim/faults", {"seed": 3, "rules": rules}).json()["seed"] == 3
    assert platform.me().status == 503
    assert len(sim("GET", "/sim/faults").json()["history"]) == 1
    assert sim("DELETE", "/sim/faults").status_code == 204
    assert sim("GET", "/sim/faults").json()["rules"] == []
    said = sim("PATCH", "/sim/switches", {"put_requeues": True}).json()
    assert (said["put_requeues"]["value"], said["put_requeues"]["default"]) == (True, False)
    assert said["put_requeues"]["description"]
    assert platform.organisation.switches.put_requeues is True


def test_a_wrong_switch_leaves_the_others_alone(platform):
    """Either all switches of a change are set, or none."""
    with pytest.raises(ValueError, match="rate_per"):
        platform.control.set_switches(put_requeues=True, rate_per="planet")
    assert platform.organisation.switches.put_requeues is False


def test_every_switch_says_what_is_unknown(platform):
    """No switch without a sentence."""
    assert all(len(item["description"]) > 20 for item in platform.control.switches().values())


def test_clients_are_made_and_changed(sim, platform):
    """A client is made with permissions, and its secret, state, life and tokens changed."""
    body = {
        "client_id": "pusher",
        "secret": "one",
        "permissions": ["outbound:contact:view"],
        "rate_limit": 50,
        "token_life": 10,
    }
    made = sim("POST", "/sim/clients", body).json()
    assert (made["rateLimit"], made["accessTokenValiditySeconds"]) == (50, 10)
    assert "one" not in sim("GET", "/sim/clients").text
    assert sim("POST", "/sim/clients", body).status_code == 400
    token = platform.token("pusher")
    assert platform.call("GET", LISTS, token=token).status == 403
    sim("PATCH", "/sim/clients/pusher", {"permissions": ["outbound:contactList:view"]})
    assert platform.call("GET", LISTS, token=token).status == 200
    said = sim("PATCH", "/sim/clients/pusher", {"revoke_tokens": True, "secret": "two"}).json()
    assert said["liveTokens"] == 0
    assert platform.call("GET", LISTS, token=token).status == 401
    assert platform.login("pusher", "one").status == 401
    sim("PATCH", "/sim/clients/pusher", {"token_life": 20})
    assert platform.login("pusher", "two").body["expires_in"] == 20


def test_the_call_log_is_searched(sim, platform):
    """Calls are found by operation, client, status and number, and the last ones."""
    platform.client("other")
    platform.me()
    platform.me("other")
    platform.call("GET", LISTS, client="other")

    def ns(**query):
        return [call["n"] for call in sim("GET", "/sim/calls", **query).json()["calls"]]

    assert ns() == [1, 2, 3]
    assert ns(operation="get_outbound*") == [3]
    assert ns(client_id="other") == [2, 3]
    assert ns(status=403) == [3]
    assert ns(after=1) == [2, 3]
    assert ns(last=1) == [3]
    assert sim("GET", "/sim/calls", last=0).status_code == 400
    assert sim("DELETE", "/sim/calls").status_code == 204
    assert sim("GET", "/sim/calls").json() == {"total": 3, "calls": []}


def test_bodies_are_recorded_unless_told_otherwise(sim, platform):
    """Recording of bodies can be switched off and on."""

    def bodies():
        return [call["body"] for call in sim("GET", "/sim/calls").json()["calls"]]

    division = "/api/v2/authorization/divisions"
    platform.call("POST", division, {"name": "A"})
    assert bodies() == [{"name": "A"}]
    sim("DELETE", "/sim/calls", record_bodies="false")
    platform.call("POST", division, {"name": "B"})
    assert bodies() == [None]
    sim("DELETE", "/sim/calls", record_bodies="true")
    platform.call("POST", division, {"name": "C"})
    assert bodies() == [{"name": "C"}]


def test_a_contact_is_changed_as_a_dialer_would(sim, platform, lead):
    """System data and queue state are set directly, and the API shows them."""
    path = "/sim/contacts/" + "/".join(lead)
    records = {"phone": {"lastAttempt": "2026-11-23T08:00:00.000Z", "lastResult": "x"}}
    said = sim(
        "PATCH",
        path,
        {
            "callable": False,
            "callRecords": records,
            "phoneNumberStatus": {"phone": {"callable": False}},
            "contactableStatus": {"Voice": {"contactable": False}},
            "queued": False,
            "skipped": True,
        },
    ).json()
    assert said["queue"] == {
        "queued": False,
        "place": 1,
        "skipped": True,
        "requeued": 0,
        "recallAt": "",
    }
    shown = platform.call("GET", f"{LISTS}/{lead[0]}/contacts/{lead[1]}").body
    assert shown["callable"] is False
    assert shown["callRecords"] == records
    assert shown["phoneNumberStatus"] == {"phone": {"callable": False}}
    assert shown["contactableStatus"] == {"Voice": {"contactable": False}}
    assert sim("GET", path).json() == said


def test_a_third_party_changes_data(sim, platform, lead):
    """Columns are overwritten without any call in the log, and searches see it."""
    path = "/sim/contacts/" + "/".join(lead)
    before = platform.control.calls()["total"]
    said = sim("PATCH", path, {"data": {"ml_score": "12"}}).json()
    assert said["data"] == {"phone": "+1", "ml_score": "12"}
    assert platform.control.calls()["total"] == before
    assert sim("PATCH", path, {"data": {"colour": "red"}}).status_code == 400
    assert sim("PATCH", path, {"data": {"ml_score": 12}}).status_code == 400


def test_unknown_contacts_are_404(platform, lead):
    """A contact that is not there cannot be looked at."""
    with pytest.raises(Refusal, match="L2"):
        platform.control.contact(lead[0], "L2")


@pytest.mark.usefixtures("lead")
def test_a_reset_begins_anew(sim, platform):
    """After a reset nothing is left but the bootstrap client, the clock and the switches."""
    platform.client("pusher")
    platform.clock.advance(5)
    sim("PATCH", "/sim/switches", {"put_requeues": True})
    sim("PUT", "/sim/faults", {"rules": [{"kind": "status"}]})
    old = platform.token()
    assert sim("POST", "/sim/reset").status_code == 204
    assert [item["id"] for item in platform.control.clients()] == ["local-deployer"]
    assert platform.control.calls() == {"total": 0, "calls": []}
    assert platform.call("GET", LISTS, token=old).status == 401
    platform._tokens.clear()
    assert platform.call("GET", LISTS).body["total"] == 0
    assert platform.clock.monotonic() == 5
    assert platform.organisation.switches.put_requeues is True


def test_events_are_shown(sim, platform):
    """The outbound event log is in the control plane and in the API, the latest first there."""
    events = platform.organisation.events
    events.add("CONTACT", "INVALID_CONTACT_UPDATE", "one", entity={"id": "1", "name": "a"})
    events.add("CALL_RULE", "CALL_RULE_MISMATCH_TYPE", "two", related={"id": "2"}, level="WARNING")
    assert [item["eventMessage"]["message"] for item in sim("GET", "/sim/events").json()] == [
        "one",
        "two",
    ]
    said = platform.call("GET", "/api/v2/outbound/events").body["entities"]
    assert [item["level"] for item in said] == ["WARNING", "ERROR"]
    said = platform.call("GET", "/api/v2/outbound/events?category=CONTACT").body["entities"]
    assert len(said) == 1
    assert platform.call("GET", said[0]["selfUri"]).body == said[0]
    assert platform.call("GET", "/api/v2/outbound/events/none").status == 404
