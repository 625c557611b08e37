# SPDX-License-Identifier: Apache-2.0
"""The stand-in's configuration, its checks of a program, and what it takes for a change."""

from __future__ import annotations

import pytest
from pulumi.provider.experimental import provider as pulumi_api

from simulator.provider.fields import UNKNOWN
from simulator.provider.stand_in import VERSION, Failed
from simulator.provider.values import marked

from .platform import LIST, SETTINGS, World, refusal

LIST_STATE = {
    **LIST,
    "description": "d",
    "divisionId": "home",
    "attemptLimitId": "a",
    "columnDataTypeSpecifications": [],
    "phoneColumns": [],
}


class TestConfiguration:
    """Settings of the provider."""

    def test_the_plugin_is_for_one_package(self):
        """The bridge would load any provider; the stand-in is one."""
        ours = pulumi_api.ParametersValue("genesyscloud", "1.82.0", b"{}")
        world = World()
        request = pulumi_api.ParameterizeRequest(ours)
        answer = world.run(world.provider.parameterize(request))
        assert (answer.name, answer.version) == ("genesyscloud", VERSION)
        other = pulumi_api.ParametersValue("aws", "1", b"{}")
        with pytest.raises(Failed, match="is for genesyscloud, not for aws"):
            world.run(world.provider.parameterize(pulumi_api.ParameterizeRequest(other)))

    def check(self, settings):
        """The engine's check of the provider's configuration."""
        world = World()
        request = pulumi_api.CheckRequest("", {}, marked(settings), b"")
        return world.run(world.provider.check_config(request))

    def test_another_machine_is_refused_before_anything_happens(self):
        """A gateway that is not on this machine fails the check."""
        gateway = {**SETTINGS["gateways"][0], "host": "api.mypurecloud.de"}
        (failure,) = self.check({**SETTINGS, "gateways": [gateway]}).failures
        assert "is not this machine" in failure.reason

    def test_credentials_become_secrets(self):
        """A secret that a person forgot to mark is marked."""
        answer = self.check(SETTINGS)
        assert answer.failures == []
        assert answer.inputs["oauthclientSecret"].is_secret
        assert not answer.inputs["oauthclientId"].is_secret

    def test_settings_that_are_not_known_yet(self):
        """In a preview the gateway may be unknown: nothing is called, and calls say why."""
        world = World()
        unknown = {**SETTINGS, "oauthclientId": UNKNOWN}
        assert self.check(unknown).failures == []
        world.provider._api = None
        world.run(world.configure(unknown))
        with pytest.raises(Failed, match="not configured"):
            world.read("routingSkill", "id-1")

    def test_a_refused_login_is_explained(self):
        """The message has the status, and not the secret."""
        world = World()
        world.platform.refusals.append(("POST", "/oauth/token", refusal(401)))
        with pytest.raises(Failed, match=r"provider: the login was refused: 401") as caught:
            world.run(world.configure())
        assert "hidden" not in str(caught.value)

    def test_a_wrong_gateway_is_refused_at_the_start_too(self):
        """A configuration that was never checked does not get past the start."""
        with pytest.raises(Failed, match="gateways is not set"):
            World().run(World().configure({"oauthclientId": "x"}))


class TestCheck:
    """A program's inputs."""

    def test_a_name_is_made_and_kept(self):
        """Without a name an object gets its logical one with seven digits, for good."""
        world = World()
        first, failures = world.check("routingSkill", {})
        assert failures == {}
        assert first["name"].startswith("one-")
        assert len(first["name"]) == len("one-1234567")
        assert world.check("routingSkill", {}, old=first)[0] == first
        assert world.check("routingSkill", {"name": "High"}, old=first)[0] == {"name": "High"}

    def test_all_mistakes_are_told_at_once(self):
        """Unknown, missing and wrong properties are found at every depth."""
        campaign = {
            "dialingMode": "fast",
            "phoneColumns": [{"colum": "phone"}],
            "priority": "high",
            "ruleSetIds": "r",
            "dynamicContactQueueingSettings": [],
            "contactSorts": {},
            "speed": 3,
        }
        _, failures = World().check("outboundCampaign", campaign)
        assert failures == {
            "contactListId": "is required",
            "dialingMode": "must be one of agentless, preview, power, predictive, progressive, "
            "external, not 'fast'",
            "phoneColumns[0].colum": "the stand-in provider has no such property "
            "(docs/stand-in-provider.md)",
            "phoneColumns[0].columnName": "is required",
            "priority": "must be a number, not a text",
            "ruleSetIds": "must be a list, not a text",
            "dynamicContactQueueingSettings": "must be a map",
            "contactSorts": "must be a list",
            "speed": "the stand-in provider has no such property (docs/stand-in-provider.md)",
        }

    def test_texts_of_maps_and_json(self):
        """Maps hold texts, and a text of JSON has to be one."""
        rule = {"name": "r", "category": "DIALER_PRECALL", "conditions": []}
        action = {"type": "Action", "actionTypeName": "SET_SKILLS", "properties": {"skills": 3}}
        rules = {"rules": [{**rule, "actions": [action, {**action, "properties": True}]}]}
        assert World().check("outboundRuleset", rules)[1] == {
            'rules[0].actions[0].properties["skills"]': "must be a text, not a number",
            "rules[0].actions[1].properties": "must be a map of texts, not true or false",
        }
        wrong = World().check("routingSkillGroup", {"skillConditions": "["})[1]
        assert wrong["skillConditions"].startswith("is no JSON: ")
        assert World().check("routingSkillGroup", {"skillConditions": "[]"})[1] == {}

    def test_what_a_preview_cannot_know_is_no_mistake(self):
        """Values of objects that are still to be made are taken on trust."""
        unknown = dict.fromkeys(
            ("contactListId", "phoneColumns", "ruleSetIds", "dynamicContactQueueingSettings"),
            UNKNOWN,
        )
        campaign = {**unknown, "dialingMode": "preview"}
        assert World().check("outboundCampaign", campaign)[1] == {}
        action = {"type": "Action", "actionTypeName": "X", "properties": UNKNOWN}
        rule = {"name": "r", "category": "DIALER_PRECALL", "conditions": [], "actions": [action]}
        assert World().check("outboundRuleset", {"rules": [rule]})[1] == {}

    def test_a_resource_inside_components(self):
        """The type of a component's child follows the types of its parents."""
        world = World()
        child = "leads:infra:Access$genesyscloud:index/routingSkill:RoutingSkill"
        assert world.check(child, {"name": "High"}) == ({"name": "High"}, {})

    def test_a_resource_type_that_is_not_known(self):
        """Another type is refused by its name."""
        with pytest.raises(Failed, match="has no resource type genesyscloud:index/flow:Flow"):
            World().check("genesyscloud:index/flow:Flow", {})


class TestDiff:
    """What has changed."""

    def test_columns_need_a_new_list(self):
        """A changed column replaces the list, and says which property did it."""
        diff = World().diff("outboundContactList", LIST_STATE, {**LIST, "columnNames": ["a"]})
        assert (diff.changes, diff.replaces) == (True, ["columnNames"])
        kind = pulumi_api.PropertyDiffKind
        assert {where: found.kind for where, found in diff.detailed_diff.items()} == {
            "columnNames": kind.UPDATE_REPLACE,
            "attemptLimitId": kind.DELETE,
        }

    def test_a_property_is_added(self):
        """A property that the state does not have is added."""
        inputs = {**LIST, "attemptLimitId": "a", "zipCodeColumnName": "zip"}
        diff = World().diff("outboundContactList", LIST_STATE, inputs)
        (found,) = diff.detailed_diff.items()
        assert (found[0], found[1].kind) == (
            "zipCodeColumnName",
            pulumi_api.PropertyDiffKind.ADD_REPLACE,
        )

    def test_every_change_of_a_skill_needs_a_new_one(self):
        """Skills cannot be changed."""
        assert World().diff("routingSkill", {"name": "a"}, {"name": "b"}).replaces == ["name"]

    @pytest.mark.parametrize(
        ("token", "state", "inputs", "where"),
        [
            ("outboundCampaign", {"ruleSetIds": ["a"]}, {"ruleSetIds": [UNKNOWN]}, ["ruleSetIds"]),
            ("outboundCampaign", {"dncListIds": ["a", "b"]}, {"dncListIds": ["b", "a"]}, []),
            (
                "outboundCampaign",
                {"ruleSetIds": ["a", "b"]},
                {"ruleSetIds": ["b", "a"]},
                ["ruleSetIds[0]", "ruleSetIds[1]"],
            ),
            ("outboundCampaign", {"campaignStatus": "complete"}, {"campaignStatus": "off"}, []),
            (
                "outboundCampaign",
                {"campaignStatus": "complete"},
                {"campaignStatus": "on"},
                ["campaignStatus"],
            ),
            ("outboundCampaign", {"campaignStatus": "on"}, {}, []),
            (
                "routingSkillGroup",
                {"skillConditions": '[{"a":1}]'},
                {"skillConditions": '[{"a": 1}]'},
                [],
            ),
            (
                "routingSkillGroup",
                {"skillConditions": '[{"a":1}]'},
                {"skillConditions": "[]"},
                ["skillConditions"],
            ),
            (
                "oauthClient",
                {"roles": [{"roleId": "a", "divisionId": "x"}, {"roleId": "b", "divisionId": "y"}]},
                {"roles": [{"roleId": "b"}, {"roleId": "a", "divisionId": "x"}]},
                [],
            ),
            (
                "oauthClient",
                {"roles": [{"roleId": "a", "divisionId": "x"}, {"roleId": "b", "divisionId": "y"}]},
                {"roles": [{"roleId": "b"}, {"roleId": "b"}]},
                ["roles"],
            ),
            ("oauthClient", {"roles": []}, {"roles": UNKNOWN}, ["roles"]),
            (
                "outboundAttemptLimit",
                {"recallEntries": {"busy": {"nbrAttempts": 1, "minutesBetweenAttempts": 5}}},
                {},
                ["recallEntries"],
            ),
            ("outboundRuleset", {"rules": []}, {"rules": [{}]}, ["rules"]),
        ],
        ids=[
            "an id that is not known yet",
            "another order of a set",
            "another order of a list",
            "a campaign that ended is off",
            "a campaign that ended is turned on again",
            "a status that the program leaves open",
            "the same JSON with other spaces",
            "other JSON",
            "another order of blocks, with a filled in division",
            "another block",
            "blocks that are not known yet",
            "a block that goes",
            "a block that comes",
        ],
    )
    def test_what_counts_as_a_change(self, token, state, inputs, where):
        """Order, spaces and filled in values are no change where they mean nothing."""
        resource_defaults = {
            "acwWrapupPrompt": "MANDATORY_TIMEOUT",
            "accessTokenValiditySeconds": 86400,
            "state": "active",
        }
        diff = World().diff(token, {**resource_defaults, **state}, inputs)
        assert sorted(diff.detailed_diff) == where

    def test_a_map_is_compared_as_a_whole(self):
        """A rule's action properties change as one."""
        rule = {"name": "r", "category": "DIALER_PRECALL", "conditions": []}
        action = {"type": "Action", "actionTypeName": "SET_SKILLS"}
        rules = [
            [{**rule, "actions": [{**action, "properties": {"skills": skills}}]}]
            for skills in ("[]", '["a"]')
        ]
        diff = World().diff("outboundRuleset", {"rules": rules[0]}, {"rules": rules[1]})
        assert list(diff.detailed_diff) == ["rules[0].actions[0].properties"]
