# SPDX-License-Identifier: Apache-2.0
"""What the official Terraform provider 1.82.0 really sent, sent to the simulator again.

Seven operations of one deployment follow each other: creation, a preview, a refresh, a changed
threshold, campaigns turned on and off, destruction. The calls are made in their recorded order,
with the simulator's ids in the place of the recorded ones. The recorded answers came from a
permissive server; of them only the status is asked for, and the ids.
"""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import httpx
import pytest

from simulator.clock import VirtualClock
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.outbound.campaign_status import status_of
from simulator.resources import OPERATIONS
from simulator.routes import Routes
from simulator.virtual_time import run_virtual

from .recordings import read_exchanges
from .watch import watched

LIFE = (
    "1-create",
    "2-preview-unchanged",
    "3-refresh",
    "4-update-threshold",
    "5-turn-on",
    "6-turn-off",
    "7-destroy",
)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# The official SDK says that this call answers with the campaign, the recording server did not.
OTHER_STATUS = {"delete_outbound_campaign": {204: 200}}

# What a client sends back but the platform decides.
SYSTEM = {"id", "version", "dateCreated", "dateModified", "selfUri"}

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


READS |= {
    "post_outbound_attemptlimits": {"id": str},
    "get_outbound_attemptlimit": {"name": str, "recallEntries.busy.nbrAttempts": int},
    "post_outbound_callabletimesets": {"id": str},
    "get_outbound_callabletimeset": {"name": str, "callableTimes": list},
    "post_outbound_callanalysisresponsesets": {"id": str},
    "get_outbound_callanalysisresponseset": {"name": str, "responses": dict},
    "post_outbound_dnclists": {"id": str},
    "get_outbound_dnclist": {"name": str, "dncSourceType": str, "division.id": str},
    "post_outbound_rulesets": {"id": str},
    "get_outbound_ruleset": {"name": str, "rules": list, "version": int},
    "put_outbound_ruleset": {"version": int},
    "post_outbound_campaigns": {"id": str, "name": str, "campaignStatus": str},
    "get_outbound_campaign": {
        **dict.fromkeys(("name", "campaignStatus", "dialingMode", "contactList.id"), str),
        **dict.fromkeys(("version", "noAnswerTimeout", "priority"), int),
        **dict.fromkeys(("alwaysRunning", "skipPreviewDisabled", "callbackAutoAnswer"), bool),
        **dict.fromkeys(("phoneColumns", "dncLists", "ruleSets", "contactListFilters"), list),
        "division.id": str,
        "dynamicContactQueueingSettings.sort": bool,
        "dynamicContactQueueingSettings.filter": bool,
    },
    "put_outbound_campaign": {"campaignStatus": str, "version": int},
    "delete_outbound_campaign": {},
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
        path, query = self._renamed(recorded.path), urlencode(recorded.query)
        request = json.loads(self._renamed(json.dumps(recorded.request)))
        where = f"{recorded.method} {path}"
        answer = await self._send(recorded.method, f"{path}?{query}" if query else path, request)
        operation_id = self._routes.find(recorded.method, path).operation.operation_id
        wanted = OTHER_STATUS.get(operation_id, {}).get(recorded.status, recorded.status)
        if answer.status_code != wanted:
            self.faults.append(f"{where}: {answer.status_code} {answer.text}")
        elif answer.status_code == 200:
            self._judge(where, operation_id, request, answer.json())
            self._learn(recorded.response, answer.json())

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

    def _judge(self, where, operation_id, request, answered):
        self.read.add(operation_id)
        for name, needed in READS[operation_id].items():
            value = answered
            for part in name.split("."):
                value = value.get(part)
            if type(value) is not needed:
                self.faults.append(f"{where}: {name} is {value!r}")
        if isinstance(answered, list):
            return
        self._token = answered.get("access_token", self._token)
        if isinstance(request, dict) and "id" in answered:
            own = SYSTEM - {"id"} if "id" in request else SYSTEM
            self._sent[answered["id"]] = {
                name: value for name, value in request.items() if name not in own
            }
        # After a write the provider reads until every attribute is as it was asked for.
        wanted = self._sent.get(answered.get("id"), {})
        self.faults += [f"{where}: {change}" for change in differences(wanted, answered)]

    def _learn(self, recorded, answered):
        """Which id of the simulator stands for which recorded one: of the same object or name."""
        if not isinstance(recorded, dict):
            return
        if UUID.fullmatch(str(recorded.get("id"))):
            self._ids[recorded["id"]] = answered["id"]
        found = {one.get("name"): one["id"] for one in answered.get("entities") or ()}
        for one in recorded.get("entities") or ():
            if one.get("name") in found:
                self._ids[one["id"]] = found[one["name"]]

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
    if wanted is None and answered == []:
        return []  # an empty list reads as none
    if place.endswith(("startTime", "stopTime")):
        answered = answered[:8]  # the provider cuts the platform's milliseconds off
    same = wanted == answered and type(wanted) is type(answered)
    return [] if same else [f"{place} is {answered!r}, not {wanted!r}"]


def objects(organisation):
    """How many there are of everything that a deployment makes."""
    kinds = {noun: len(objects) for noun, objects in organisation.entities.items()}
    return kinds | {
        "contact list": len(organisation.contact_lists),
        "data table": len(list(organisation.data_tables)),
        "division": len(organisation.access.divisions),
        "role": len(organisation.access.roles),
        "client": len(organisation.clients.by_id),
    }


class Deployment:
    """An organisation with the provider's operations up to the one under test."""

    def __init__(self, *operations):
        clock = VirtualClock()
        self.organisation = Organisation(clock=clock)
        self.provider = Provider(self.organisation)
        self.before = objects(self.organisation)

        async def work():
            for operation in operations:
                self.provider.faults.clear()
                for exchange in read_exchanges(operation):
                    await self.provider.repeat(exchange)

        with watched() as self.watch:
            run_virtual(clock, work())

    def campaigns(self):
        """The statuses of the campaigns."""
        campaigns = self.organisation.entities["campaign"]
        return [status_of(self.organisation, campaign) for campaign in campaigns]


@pytest.mark.parametrize("number", range(len(LIFE)), ids=LIFE)
def test_the_provider_finds_what_it_needs(number):
    """Each recorded call is answered as the provider needs it, and what was sent comes back."""
    deployment = Deployment(*LIFE[: number + 1])
    assert deployment.provider.faults == []
    assert deployment.watch.faults == []


def test_nothing_else_is_read():
    """The whole life reads what the table of reads says, all of it, and leaves nothing behind."""
    deployment = Deployment(*LIFE)
    assert deployment.provider.read == READS.keys()
    assert objects(deployment.organisation) == deployment.before


@pytest.mark.parametrize(
    ("operations", "statuses"), [(LIFE[:4], "off"), (LIFE[:5], "on"), (LIFE[:6], "off")]
)
def test_campaigns_are_as_the_provider_left_them(operations, statuses):
    """What the provider turned on is on, and off what it turned off."""
    assert Deployment(*operations).campaigns() == [statuses] * 2


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
    assert differences({"none": None}, {"none": []}) == []
    assert differences({"none": None}, {"none": ""}) == [".none is '', not None"]
    slot = {"startTime": "09:00:00"}
    assert differences(slot, {"startTime": "09:00:00.000"}) == []
    assert differences(slot, {"startTime": "09:00:01.000"}) != []
