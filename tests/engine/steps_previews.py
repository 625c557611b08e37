# SPDX-License-Identifier: Apache-2.0
"""Steps of the feature about previews: stacks of pull requests beside an environment."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pulumi_genesyscloud as genesyscloud
import pytest
from pytest_bdd import given, parsers, then, when

from infra import access, route
from infra.preview_stacks import LIFE, POLICY, PreviewStacks
from infra.stack import StackError
from infra.stack_files import PROJECT, project_name
from infra.workspace import folder_of

CAMPAIGNS = "/api/v2/outbound/campaigns"
RULES = "/api/v2/outbound/rulesets"
START = datetime(2026, 11, 23, 10, tzinfo=UTC)
THRESHOLD = f"{project_name()}:highValueFrom"


def objects(platform):
    """What is on the platform, by kind; named objects as they are, all else by what it holds."""
    states = platform.organisation.snapshot()["states"]
    states["clients"] = states["clients"]["clients"]
    return {
        kind: state for kind, state in states.items() if kind not in {"ids", "events", "limits"}
    }


class Previews:
    """The preview stacks of a scenario's organisation, and the time there."""

    def __init__(self, platform, state, engine):
        self.platform = platform
        self.state = state
        self.engine = engine
        self.before = objects(platform)

    def stacks(self, **settings):
        config = {**self.platform.config, **settings}
        return PreviewStacks(config, tell=str, state=self.state, engine=self.engine)

    def thresholds(self, number):
        """The scores from which the rules of a preview ask for the skill."""
        found = self.platform.call("GET", f"{RULES}?pageSize=100")["entities"]
        return {
            condition["value"]
            for one in found
            if one["name"].endswith(f" pr-{number}")
            for rule in one["rules"]
            for condition in rule["conditions"]
            if rule["actions"][0]["actionTypeName"] == "SET_SKILLS"
        }

    def names(self):
        return [name for name in self.platform.named(CAMPAIGNS) if " pr-" in name]


@pytest.fixture
def previews(request, tmp_path, engine):
    """The previews in the organisation of the scenario's environment."""
    return Previews(request.getfixturevalue("env").platform, tmp_path / "previews", engine)


@given("the organisation refuses campaigns")
def _refuses(env, previews):
    del previews  # it is to look before anything happens
    refusal = {"operation": "post_outbound_campaigns", "kind": "status", "status": 400}
    env.platform.control.set_faults(rules=[refusal])


@when(parsers.parse("changes {one:d} and {other:d} are tried out in the same organisation"))
def _tried_out(previews, one, other):
    for number in (one, other):
        previews.stacks().up(number, START)
    assert previews.thresholds(one) == previews.thresholds(other) == {"80"}


@when(
    parsers.parse(
        "change {number:d} makes leads be of high value from {score:d} on, and is tried out again "
        "from another machine"
    )
)
def _again(previews, number, score):
    shutil.rmtree(folder_of(PROJECT, f"pr-{number}", previews.state))
    changes = previews.stacks(**{THRESHOLD: str(score)}).up(number, START + timedelta(hours=1))
    assert changes.counts == {"update": 2}


@when(parsers.parse("change {number:d} is tried out, and fails"))
def _fails(previews, number):
    with pytest.raises(StackError, match="campaign"):
        previews.stacks().up(number, START)
    previews.platform.control.clear_faults()
    assert objects(previews.platform) != previews.before


@when(parsers.parse("the time of change {number:d} is over"))
def _over(previews, number):
    assert previews.stacks().expire(START + LIFE) == [f"pr-{number}"]


@when(parsers.parse("change {number:d} is closed"))
def _closed(previews, number):
    assert previews.stacks().destroy(number) is not None


@then(
    parsers.parse(
        "the preview of change {one:d} has the new rules, and that of change {other:d} has the "
        "old ones"
    )
)
def _rules(previews, one, other):
    assert (previews.thresholds(one), previews.thresholds(other)) == ({"85"}, {"80"})


@then("no preview calls anybody, and the number that is shown is nobody's")
def _calls_nobody(previews):
    assert len(previews.names()) == 4
    campaigns = previews.platform.call("GET", f"{CAMPAIGNS}?pageSize=100")["entities"]
    mine = [one for one in campaigns if one["name"] in previews.names()]
    assert {one["campaignStatus"] for one in mine} == {"off"}
    assert {one["callerAddress"] for one in mine} == {"+12025550100"}


@then(
    parsers.parse(
        "the preview of change {one:d} is still there, and that of change {other:d} is not"
    )
)
def _one_is_left(previews, one, other):
    assert [found.name for found in previews.stacks().list()] == [f"pr-{one}"]
    assert {name.rpartition(" ")[2] for name in previews.names()} == {f"pr-{one}"}
    assert previews.thresholds(other) == set()


@then("nothing of a preview is left")
def _nothing_left(previews):
    assert previews.stacks().list() == []
    assert previews.names() == []


@then("the organisation is as it was")
def _as_it_was(previews):
    assert objects(previews.platform) == previews.before


def _text(patch):
    """Sorts scores as text."""
    sort = genesyscloud.OutboundCampaignContactSortArgs
    patch.setattr(
        genesyscloud,
        "OutboundCampaignContactSortArgs",
        lambda **given: sort(**given | {"numeric": False}),
    )


def _wider(patch):
    """Lets those who push scores start campaigns."""
    patch.setattr(access, "PUSHER", {**access.PUSHER, "outbound:campaign": ("start",)})


def _any_age(patch):
    """Leaves the age out of the filters."""
    made = route._predicate
    patch.setattr(
        route,
        "_predicate",
        lambda column, operator, value, **more: (
            made(column, "ENDS_WITH", route.UTC_MARK)
            if operator == "BEFORE"
            else made(column, operator, value, **more)
        ),
    )


CHANGES = {
    "scores are sorted as text": (_text, {}),
    "those who push may dial as well": (_wider, {}),
    "leads of any age are let in": (_any_age, {}),
    "a column gets another name": (lambda _: None, {"columns": {"score": "points"}}),
}


@then("each of these changes is stopped, and it is told what would have happened to whom")
def _stopped(env, datatable):
    env.platform.writes()
    for change, told in datatable[1:]:
        edit, settings = CHANGES[change]
        with pytest.MonkeyPatch.context() as patch:
            edit(patch)
            with pytest.raises(StackError) as stopped:
                env.deployment(**settings).preview(policy_packs=[POLICY])
        assert told in str(stopped.value)
