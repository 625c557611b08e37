# SPDX-License-Identifier: Apache-2.0
"""The life of objects under the stand-in, beyond what the recordings show."""

from __future__ import annotations

import httpx
import pytest
from pulumi.provider.experimental import provider as pulumi_api
from pulumi.provider.experimental.property_value import PropertyValue

from simulator.provider.fields import UNKNOWN
from simulator.provider.stand_in import Failed, Unfinished
from simulator.provider.values import marked, plain

from .platform import CLIENT, LIST, World, refusal, urn


class TestPreview:
    """What a preview promises without a call."""

    def test_a_new_object(self):
        """The program's inputs and the defaults are promised; the platform's part is unknown."""
        world = World()
        world.platform.calls.clear()
        made, outputs = world.create("oauthClient", {**CLIENT, "roles": UNKNOWN}, preview=True)
        assert made is None
        assert outputs == {
            **CLIENT,
            "roles": UNKNOWN,
            "description": "",
            "accessTokenValiditySeconds": 86400,
            "state": "active",
            "exposeClientSecret": False,
            "clientId": UNKNOWN,
            "clientSecret": UNKNOWN,
            "oauthClientId": UNKNOWN,
        }
        assert world.platform.calls == []

    def test_a_changed_object(self):
        """The state is promised again with the changes laid over it."""
        world = World()
        made, state = world.create("outboundContactList", {**LIST, "zipCodeColumnName": "zip"})
        world.platform.calls.clear()
        foreseen = world.update(
            "outboundContactList", made, state, {**LIST, "name": "New"}, preview=True
        )
        expected = {**state, "name": "New"}
        del expected["zipCodeColumnName"]
        assert foreseen == expected
        assert world.platform.calls == []


class TestLife:
    """Objects that are made, changed and removed."""

    def test_a_role_without_a_division_is_granted_at_home(self):
        """The home division is filled in, and is no change afterwards."""
        world = World()
        inputs = {**CLIENT, "roles": [{"roleId": "r"}]}
        made, state = world.create("oauthClient", inputs)
        assert state["roles"] == [{"roleId": "r", "divisionId": "home"}]
        assert world.diff("oauthClient", state, inputs).changes is False
        assert "clientSecret" not in state
        assert state["clientId"] == made

    def test_the_newer_name_of_the_time_zone_column(self):
        """A list made elsewhere, whose columns are named the newer way, is read the same."""
        world = World()
        made, _ = world.create("outboundContactList", LIST)
        (path,) = (path for path in world.platform.objects if path.endswith(made))
        phone = {"columnName": "phone", "type": "cell"}
        world.platform.objects[path]["phoneColumns"] = [{**phone, "callableTimeColumnName": "zone"}]
        _, reread, _ = world.read("outboundContactList", made)
        (column,) = reread["phoneColumns"]
        assert column["callableTimeColumnName"] == "zone"

    def test_a_secret_is_told_once_and_stays_one(self):
        """The secret of the creation is kept through refreshes and updates, marked."""
        world = World()
        inputs = {**CLIENT, "exposeClientSecret": True}
        request = pulumi_api.CreateRequest(urn("oauthClient"), marked(inputs), 0, preview=False)
        made = world.run(world.provider.create(request))
        assert made.properties["clientSecret"] == PropertyValue("S3cret", is_secret=True)
        reread = world.run(
            world.provider.read(
                pulumi_api.ReadRequest(
                    urn("oauthClient"), made.resource_id, made.properties, marked(inputs)
                )
            )
        )
        assert reread.properties["clientSecret"] == PropertyValue("S3cret", is_secret=True)
        state = plain(made.properties)
        renamed = {**inputs, "name": "new"}
        assert world.update("oauthClient", made.resource_id, state, renamed)["clientSecret"]
        hidden = world.update("oauthClient", made.resource_id, state, CLIENT)
        assert "clientSecret" not in hidden

    def test_secret_inputs_stay_secret(self):
        """An output whose input is a secret is one."""
        world = World()
        inputs, hush = {"name": "Won", "description": "hush"}, {"description"}
        made, outputs = world.create("routingWrapupcode", inputs, secret=hush)
        for preview in (True, False):
            updated = world.update(
                "routingWrapupcode", made, plain(outputs), inputs, preview=preview, secret=hush
            )
            for known in (outputs, updated):
                assert known["description"].is_secret
                assert not known["name"].is_secret

    def test_wrapup_codes_are_added_and_removed(self):
        """A queue gets the codes that it lacks and loses those that it should not have."""
        world = World()
        made, state = world.create("routingQueue", {"name": "q", "wrapupCodes": ["a", "b"]})
        assert state["wrapupCodes"] == ["a", "b"]
        now = world.update("routingQueue", made, state, {"name": "q", "wrapupCodes": ["b", "c"]})
        assert now["wrapupCodes"] == ["b", "c"]
        world.platform.calls.clear()
        world.update("routingQueue", made, now, {"name": "new", "wrapupCodes": ["c", "b"]})
        codes = [call for call in world.platform.calls if "/wrapupcodes" in call]
        assert {call.split()[0] for call in codes} == {"GET"}

    def test_codes_of_a_queue_that_names_none_are_left_alone(self):
        """Without codes in the program nothing is added or removed."""
        world = World()
        made, state = world.create("routingQueue", {"name": "q"})
        world.platform.codes[f"/api/v2/routing/queues/{made}"] = ["x"]
        _, state, _ = world.read("routingQueue", made, state, {"name": "q"})
        assert state["wrapupCodes"] == ["x"]
        assert world.diff("routingQueue", state, {"name": "q"}).changes is False

    def test_groups_of_different_types_share_a_list(self):
        """Skill groups, groups and teams come back as what they were."""
        inputs = {"name": "q", "skillGroups": ["s"], "groups": ["g2", "g1"], "teams": ["t"]}
        _, state = World().create("routingQueue", inputs)
        assert {name: state[name] for name in ("skillGroups", "groups", "teams")} == {
            "skillGroups": ["s"],
            "groups": ["g1", "g2"],
            "teams": ["t"],
        }

    def test_a_skill_group_is_at_home_by_itself(self):
        """Without a division a skill group is made in the home division, and changed there."""
        world = World()
        made, state = world.create("routingSkillGroup", {"name": "g"})
        assert state["divisionId"] == "home"
        assert world.update("routingSkillGroup", made, state, {"name": "h"})["name"] == "h"
        assert f"PATCH /api/v2/routing/skillgroups/{made}" in world.platform.calls

    def test_defaults_of_columns(self):
        """Defaults of a data table are typed on the platform and texts in the program."""
        columns = [
            {"name": "key", "type": "string", "default": "none"},
            {"name": "score", "type": "integer", "default": "3"},
            {"name": "fresh", "type": "boolean", "default": "true"},
        ]
        world = World()
        made, state = world.create("architectDatatable", {"name": "t", "properties": columns})
        sent = world.platform.objects[f"/api/v2/flows/datatables/{made}"]["schema"]["properties"]
        assert [column["default"] for column in sent.values()] == ["none", 3, True]
        assert [column["default"] for column in state["properties"]] == ["none", "3", "true"]
        inputs = {"name": "t", "properties": columns}
        assert world.diff("architectDatatable", state, inputs).changes is False

    def test_an_update_has_the_current_version(self):
        """The platform refuses another version than the one that it has."""
        world = World()
        inputs = {"name": "a", "maxAttemptsPerContact": 3}
        made, state = world.create("outboundAttemptLimit", inputs)
        for number in (4, 5):
            state = world.update(
                "outboundAttemptLimit", made, state, {**inputs, "maxAttemptsPerContact": number}
            )
        assert state["maxAttemptsPerContact"] == 5

    def test_a_versioned_object_that_is_gone_cannot_be_changed(self):
        """An update of an object that somebody removed says what to do."""
        world = World()
        with pytest.raises(Failed, match="contact list x is gone; refresh the stack"):
            world.update("outboundContactList", "x", LIST, {**LIST, "name": "new"})

    def test_an_object_that_is_gone_after_a_write(self):
        """An object that vanishes at once is an error."""
        world = World()
        world.platform.refusals.append(("GET", "", refusal(404)))
        with pytest.raises(Unfinished, match="is gone right after it was written"):
            world.create("routingSkill", {"name": "s"})


class TestRefresh:
    """What is there now."""

    def test_an_object_that_is_gone(self):
        """A missing object has no id; so has one that is only marked as deleted."""
        world = World()
        assert world.read("outboundContactList", "x") == (None, {}, {})
        assert world.read("routingQueue", "x") == (None, {}, {})
        made, state = world.create("routingSkill", {"name": "s"})
        world.platform.objects[f"/api/v2/routing/skills/{made}"]["state"] = "deleted"
        assert world.read("routingSkill", made, state) == (None, {}, {})

    def test_drift_shows_in_outputs_and_inputs(self):
        """What somebody else changed is seen, and is a change for the program."""
        world = World()
        inputs = {"name": "Won", "description": "d"}
        made, state = world.create("routingWrapupcode", inputs)
        known = world.platform.objects[f"/api/v2/routing/wrapupcodes/{made}"]
        known.update(name="Lost")
        del known["description"]
        _, outputs, seen = world.read("routingWrapupcode", made, state, inputs)
        assert outputs == {**state, "name": "Lost", "description": ""}
        assert seen == {"name": "Lost", "description": ""}
        assert sorted(world.diff("routingWrapupcode", outputs, inputs).detailed_diff) == [
            "description",
            "name",
        ]

    def test_a_property_that_vanished_is_no_input_any_more(self):
        """An input whose property the platform has lost is left out."""
        world = World()
        inputs = {"name": "a", "maxAttemptsPerContact": 3}
        made, state = world.create("outboundAttemptLimit", inputs)
        del world.platform.objects[f"/api/v2/outbound/attemptlimits/{made}"][
            "maxAttemptsPerContact"
        ]
        assert world.read("outboundAttemptLimit", made, state, inputs)[2] == {"name": "a"}

    def test_an_import_finds_inputs_by_itself(self):
        """Without a state the inputs are all that a program could have said."""
        world = World()
        made, _ = world.create("outboundContactList", LIST)
        found, outputs, inputs = world.read("outboundContactList", made)
        assert found == made
        assert inputs == {**LIST, "divisionId": "home"}
        assert world.diff("outboundContactList", outputs, LIST).changes is False


class TestRemoval:
    """Objects that go."""

    def test_an_object_that_was_gone_already(self):
        """A removal of a missing object is well, for every resource type."""
        world = World()
        for token in ("routingSkill", "oauthClient", "outboundCallabletimeset"):
            world.delete(token, "x", {"name": "x", "authorizedGrantType": "CODE"})

    def test_a_refusal_is_an_error(self):
        """An object that something refers to stays, and the message has the platform's reason."""
        world = World()
        for token, method in (
            ("routingSkill", "DELETE"),
            ("oauthClient", "PUT"),
        ):
            world.platform.refusals.append((method, "/x", refusal()))
            with pytest.raises(Failed, match=r"400 bad\.request: not like this"):
                world.delete(token, "x", {"name": "x", "authorizedGrantType": "CODE"})

    def test_a_callable_time_set_is_removed_until_it_is_gone(self):
        """The removal is repeated until it finds nothing."""
        world = World()
        world.platform.refusals += [
            ("DELETE", "/x", httpx.Response(204)),
            ("DELETE", "/x", httpx.Response(204)),
        ]
        world.delete("outboundCallabletimeset", "x", {"name": "x"})
        assert world.platform.calls.count("DELETE /api/v2/outbound/callabletimesets/x") == 3

    def test_an_object_that_does_not_go(self):
        """After half a minute the wait for the end of an object ends."""
        world = World()
        made, state = world.create("routingSkill", {"name": "s"})
        world.platform.refusals.append(("DELETE", made, httpx.Response(204)))
        with pytest.raises(Failed, match=rf"skill {made} was not gone within 30 s"):
            world.delete("routingSkill", made, state)


class TestFailures:
    """Deployments that do not get through."""

    def test_a_refusal_names_the_resource(self):
        """The message has the resource, the status, the code and the correlation id."""
        world = World()
        world.platform.refusals.append(("POST", "/skills", refusal()))
        with pytest.raises(
            Failed,
            match=r"skill 'High' \(one\): POST /api/v2/routing/skills was refused: "
            r"400 bad.request: not like this \(correlation id c-9\)",
        ) as caught:
            world.create("routingSkill", {"name": "High"})
        assert not isinstance(caught.value, Unfinished)

    def test_an_object_that_was_made_is_remembered(self):
        """When the creation fails half-way the engine learns the id, and the next up repairs."""
        world = World()
        world.platform.refusals.append(("POST", "/wrapupcodes", refusal()))
        inputs = {"name": "q", "wrapupCodes": ["a"]}
        with pytest.raises(Unfinished, match="queue 'q'") as caught:
            world.create("routingQueue", inputs)
        made = caught.value.resource_id
        assert f"/api/v2/routing/queues/{made}" in world.platform.objects
        state = plain(caught.value.properties)
        assert state == {**inputs, "routingQueueId": made}
        assert world.update("routingQueue", made, state, inputs)["wrapupCodes"] == ["a"]

    def test_a_cancelled_deployment_makes_no_call(self):
        """After a cancellation every step fails without a call."""
        world = World()
        world.run(world.provider.cancel())
        world.platform.calls.clear()
        with pytest.raises(Failed, match="the deployment was cancelled"):
            world.create("routingSkill", {"name": "s"})
        assert world.platform.calls == []

    def test_cancelling_before_the_start(self):
        """A provider that was never configured can be cancelled."""
        world = World()
        world.provider._api = None
        world.run(world.provider.cancel())
