# SPDX-License-Identifier: Apache-2.0
"""What the official Terraform provider 1.82.0 really sent, sent to the simulator again.

``data/provider-1.82.0.jsonl`` is cut from a recording of one deployment and its removal, on
loopback: of each pair of lists, filters and calls one, and of the answers the ids alone, as the
server that gave them was a permissive stand-in. The calls are replayed in their order, with the
simulator's ids in the place of the recorded ones.
"""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from simulator.clock import VirtualClock
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.resources import OPERATIONS
from simulator.routes import Routes
from simulator.virtual_time import run_virtual

from .watch import watched

RECORDED = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "provider-1.82.0.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]

# What the provider takes from an answer without asking whether it is there. A missing one is a
# panic of the provider, or a loop without end. Source: the code of the provider, release 1.82.0.
READS = {
    "post_oauth_token": {"access_token": str, "expires_in": int},
    "get_organizations_me": {"defaultCountryCode": str},
    "get_authorization_products": {"total": int, "entities": list},
    "get_authorization_divisions_home": {"id": str},
    "post_authorization_divisions": {"id": str},
    "get_authorization_division": {"name": str, "homeDivision": bool},
    "get_authorization_permissions": {"pageCount": int, "entities": list},
    "post_authorization_roles": {"id": str},
    "get_authorization_role": {"name": str, "permissionPolicies": list},
    "get_tokens_me": {"OAuthClient.id": str, "OAuthClient.organization.id": str},
    "post_oauth_clients": {"id": str, "secret": str},
    "get_oauth_client": {"name": str, "state": str, "roleDivisions": list},
    "post_outbound_contactlists": {"id": str},
    "get_outbound_contactlist": {"name": str, "columnNames": list, "version": int},
    "post_outbound_contactlist_contacts_search": {"contactsCount": int},
    "post_flows_datatables": {"id": str},
    "get_flows_datatable": {"name": str, "division.id": str, "schema.properties": dict},
    "post_outbound_attemptlimits": {"id": str},
    "get_outbound_attemptlimit": {"name": str, "recallEntries": dict, "version": int},
    "post_outbound_contactlistfilters": {"id": str},
    "get_outbound_contactlistfilter": {"sourceType": str, "version": int},
    "put_oauth_client": {"state": str},
    "get_telephony_providers_edges_sites": {"entities": list, "total": int, "pageCount": int},
    "get_scripts": {"entities": list},
    "get_scripts_published": {"entities": list},
    "post_routing_skills": {"id": str},
    "get_routing_skill": {"name": str, "state": str},
    "post_routing_wrapupcodes": {"id": str},
    "get_routing_wrapupcode": {"name": str, "division.id": str},
    "post_routing_skillgroups": {"id": str},
    "get_routing_skillgroup": {"name": str, "division.id": str, "skillConditions": list},
    "get_routing_skillgroup_members_divisions": {"entities": list},
    "post_routing_queues": {"id": str},
    "get_routing_queue": {"name": str, "division.id": str, "memberCount": int},
    "get_routing_queue_wrapupcodes": {"entities": list, "pageCount": int},
    "post_routing_queue_wrapupcodes": {},
}


class Provider:
    """Sends the recorded calls and judges the answers as the provider does."""

    def __init__(self, organisation):
        transport = SimulatorTransport(organisation)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8089")
        self._routes = Routes(OPERATIONS)
        self._token = ""
        self._ids = {}
        self._sent = {}  # what was asked for, by the id of the object
        self.faults = []
        self.read = set()

    async def repeat(self, recorded):
        """Send one call; note what the provider could not have lived with."""
        path, query = self._renamed(recorded["path"]), recorded.get("query", "")
        request = json.loads(self._renamed(json.dumps(recorded.get("request"))))
        where = f"{recorded['method']} {path}"
        answer = await self._send(recorded["method"], f"{path}?{query}" if query else path, request)
        if answer.status_code != recorded["status"]:
            self.faults.append(f"{where}: {answer.status_code} {answer.text}")
        elif answer.status_code == 200:
            self._judge(where, recorded, request, answer.json())

    async def _send(self, method, path, request):
        if isinstance(request, str):
            return await self._http.post(
                path,
                content=request,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
            )
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        content = None if request is None else json.dumps(request)
        return await self._http.request(method, path, content=content, headers=headers)

    def _judge(self, where, recorded, request, answered):
        operation = self._routes.find(recorded["method"], self._renamed(recorded["path"])).operation
        self.read.add(operation.operation_id)
        for name, needed in READS[operation.operation_id].items():
            value = answered
            for part in name.split("."):
                value = value.get(part)
            if type(value) is not needed:
                self.faults.append(f"{where}: {name} is {value!r}")
        if isinstance(answered, list):
            return
        self._token = answered.get("access_token", self._token)
        if "made" in recorded:
            self._ids[recorded["made"]] = answered["id"]
        if isinstance(request, dict) and "id" in answered:
            self._sent[answered["id"]] = request
        # After a write the provider reads until every attribute is as it was asked for.
        wanted = self._sent.get(answered.get("id"), {})
        self.faults += [f"{where}: {change}" for change in differences(wanted, answered)]

    def _renamed(self, text):
        for recorded, simulated in self._ids.items():
            text = text.replace(recorded, simulated)
        return text


def differences(wanted, answered, place=""):
    """Where ``answered`` is not what was ``wanted``; objects may have further fields."""
    if isinstance(wanted, dict) and isinstance(answered, dict):
        return [
            found
            for name, value in wanted.items()
            for found in differences(value, answered.get(name), f"{place}.{name}")
        ]
    same_length = isinstance(wanted, list) and isinstance(answered, list)
    if same_length and len(wanted) == len(answered):
        return [
            found
            for number, (one, other) in enumerate(zip(wanted, answered, strict=True))
            for found in differences(one, other, f"{place}[{number}]")
        ]
    same = wanted == answered and type(wanted) is type(answered)
    return [] if same else [f"{place} is {answered!r}, not {wanted!r}"]


def test_the_provider_finds_what_it_needs():
    """Each recorded call is answered as the provider needs it, and what was sent comes back."""
    clock = VirtualClock()
    provider = Provider(Organisation(clock=clock))

    async def deploy_and_destroy():
        for recorded in RECORDED:
            await provider.repeat(recorded)

    with watched() as watch:
        run_virtual(clock, deploy_and_destroy())
    assert provider.faults == []
    assert watch.faults == []
    assert provider.read == READS.keys()


def test_a_token_lives_long_enough_for_the_provider():
    """A token lives well over a minute: the provider renews it a minute early, or spins."""
    organisation = Organisation(clock=VirtualClock())
    assert organisation.clients.by_id[BOOTSTRAP_CLIENT].token_life > 60


def test_differences_are_told():
    """What the provider would wait for in vain is found at any depth."""
    wanted = {"name": "a", "columns": [{"min": 0}, {"min": 1}], "off": False}
    assert differences(wanted, {**wanted, "id": "x"}) == []
    assert differences(wanted, {"name": "a", "columns": [{"min": 0}, {"min": 1.0}]}) == [
        ".columns[1].min is 1.0, not 1",
        ".off is None, not False",
    ]
    assert differences({"list": [1]}, {"list": []}) == [".list is [], not [1]"]
