# SPDX-License-Identifier: Apache-2.0
"""Steps of the feature about deployments: the whole program, the real engine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from pytest_bdd import given, parsers, then, when

from infra.stack import Refused
from integration.app import App
from integration.settings import Settings
from integration.sources import contacts, rows
from integration.stack import client_of, settings_of

CAMPAIGNS = "/api/v2/outbound/campaigns"
LISTS = "/api/v2/outbound/contactlists"
QUEUES = "/api/v2/routing/queues"
LEADS = 12


class Environment:
    """An environment of the scenario, and what came of the last change."""

    def __init__(self, deployment, folder):
        self.deployment = deployment
        self.platform = deployment.platform
        self.folder = folder
        self.settings = {}
        self.changes = None
        self.refused = ""
        self.names = {}

    @property
    def stack(self):
        return self.deployment(**self.settings)

    def change(self, **settings):
        self.settings |= settings
        self.platform.writes()
        try:
            self.changes = self.stack.up()
        except Refused as refusal:
            self.refused = str(refusal)

    def touched(self):
        return {(one.operation, one.name) for one in self.changes.changes}

    def campaigns(self):
        ids = self.platform.named(CAMPAIGNS).values()
        return [self.platform.call("GET", f"{CAMPAIGNS}/{one}") for one in ids]

    def push(self):
        """Loads leads and pushes their scores with what the stack tells; the two summaries."""
        outputs = self.stack.outputs(show_secrets=True)
        stated = {
            **settings_of("local", outputs, list(Settings.model_fields)),
            **client_of("local", outputs, "pusher"),
            "gateway": self.platform.url,  # a platform that was begun from a copy is elsewhere
        }
        settings = Settings(**stated, outbox=self.folder / "outbox.db")
        leads, scores = self.folder / "leads.csv", self.folder / "scores.csv"
        now = datetime.now(UTC).isoformat()
        leads.write_text("lead_id,phone\n" + "".join(f"L-{n},+15550{n:03}\n" for n in range(LEADS)))
        scores.write_text(
            "lead_id,priority_score,last_calculated_at\n"
            + "".join(f"L-{n},{60 + 2 * n},{now}\n" for n in range(LEADS))
        )

        async def work():
            async with App(settings) as app:
                with contacts(str(leads)) as source:
                    loaded = await app.load(source, source.columns)
                with rows(str(scores)) as source:
                    return loaded, await app.push(source, name="scores.csv")

        return asyncio.run(work())


@pytest.fixture
def environment(request, tmp_path):
    """The environment that a scenario begins with."""

    def of(fixture):
        return Environment(request.getfixturevalue(fixture), tmp_path)

    return of


@given("an organisation in which nothing is set up", target_fixture="env")
def _nothing(environment):
    return environment("empty")


@given("an environment whose campaigns are dialling", target_fixture="env")
def _dialling(environment):
    env = environment("deployed")
    for one in env.campaigns():
        env.platform.call("POST", f"{CAMPAIGNS}/{one['id']}/start")
    assert {one["campaignStatus"] for one in env.campaigns()} == {"on"}
    return env


@given(parsers.parse("an environment with {count:d} leads"), target_fixture="env")
def _with_leads(environment, count):
    env = environment("deployed")
    loaded, _ = env.push()
    assert loaded.created == count
    return env


@given("an environment that is protected", target_fixture="env")
def _protected(environment):
    env = environment("deployed")
    env.change(protect="true")
    return env


@when("the environment is set up")
def _set_up(env):
    env.change()


@when(parsers.parse("the score from which leads are of high value is changed to {score:d}"))
def _threshold(env, score):
    env.change(highValueFrom=str(score))


@when(parsers.parse('the name that is shown to the called is changed to "{name}"'))
def _caller(env, name):
    env.change(callerName=name)


@when(parsers.parse('the leads shall have a column "{column}" as well'))
def _column(env, column):
    env.change(extraColumns=[column])


@when("the environment is taken down")
def _taken_down(env):
    env.platform.writes()
    with pytest.raises(Refused) as refusal:
        env.stack.destroy()
    env.refused = str(refusal.value)


@when(parsers.parse('somebody renames the senior queue to "{name}"'))
def _renamed(env, name):
    env.names = env.platform.named(QUEUES)
    queue = next(one for title, one in env.names.items() if "Senior" in title)
    env.platform.change(f"{QUEUES}/{queue}", name=name)
    assert name in env.platform.named(QUEUES)


@then("leads can be loaded and their scores pushed, with nothing else to be told")
def _pushed(env):
    loaded, pushed = env.push()
    assert loaded.created == LEADS
    assert (pushed.delivered, pushed.exit_code) == (LEADS, 0)


@then("no campaign dials until somebody starts it")
def _off(env):
    assert [one["campaignStatus"] for one in env.campaigns()] == ["off", "off"]


@then("setting it up once more changes nothing")
def _unchanged(env):
    assert env.stack.preview().counts == {}


@then("the dialling rules of both campaigns are changed and nothing else")
def _rules_only(env):
    assert env.touched() == {("update", "dispatch-senior"), ("update", "dispatch-general")}
    assert {call.split("/")[4] for call in env.platform.writes()} == {"rulesets"}


@then("both campaigns are still dialling")
def _still_on(env):
    assert [one["campaignStatus"] for one in env.campaigns()] == ["on", "on"]


@then(parsers.parse('both campaigns call as "{name}"'))
def _called_as(env, name):
    assert env.touched() == {("update", "campaign-senior"), ("update", "campaign-general")}
    assert [one["callerName"] for one in env.campaigns()] == [name, name]


@then(parsers.parse("the change is refused, and {count:d} contacts are named as lost on each list"))
def _refused(env, count):
    assert env.refused.count(f"{count} contacts") == len(env.platform.named(LISTS))


@then("that is refused because it is protected")
def _refused_protected(env):
    assert "is protected" in env.refused


@then("nothing has been changed")
def _nothing_changed(env):
    assert env.platform.writes() == []


@then("the change by hand is noticed")
def _noticed(env):
    drift = env.stack.refresh(preview_only=True).drift
    assert [(one.name, one.properties) for one in drift if one.properties == ("name",)]


@then("setting the environment up again gives the queue its name back")
def _put_right(env):
    env.change()
    assert len(env.touched()) == 1
    assert env.platform.named(QUEUES) == env.names
