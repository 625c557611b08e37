# SPDX-License-Identifier: Apache-2.0
"""The commands of each workflow, in their order, on simulated platforms with the real engine."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest

from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET
from tests.acceptance.simulated import PUSHER, RIGHTS, SECRET
from tests.engine.runner import Runner, git
from tests.engine.served import served

CAMPAIGNS = "/api/v2/outbound/campaigns"
LISTS = "/api/v2/outbound/contactlists"
QUEUES = "/api/v2/routing/queues"
STACKS = ("dev", "staging", "prod")
TOKENS = {"github.token": "of-the-job", "github.repository": "o/r"}


@pytest.fixture
def platforms(request):
    """A simulated organisation for each name that the test wants."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(served()) for name in request.param}


@pytest.fixture
def runner(tmp_path, platforms, engine):
    assert engine
    return Runner(tmp_path, platforms)


def codes(done):
    return {name: code for name, code, _ in done}


@pytest.mark.parametrize("platforms", [()], ids=["no organisation"], indirect=True)
def test_ci_and_preview(runner):
    """CI runs the tests; a pull request that sorts scores as text is stopped, and told so."""
    assert codes(runner.run("ci.yml", {})) == {"test 3.11": 0, "test 3.12": 0, "test 3.13": 0}
    assert runner.log.read_text(encoding="utf-8") == "make test\n" * 3

    campaign = runner.checkout / "infra" / "campaign.py"
    text = campaign.read_text(encoding="utf-8")
    campaign.write_text(text.replace("numeric=True", "numeric=False"), encoding="utf-8")
    pull_request = {"github.event.pull_request.number": "7", "github.base_ref": "main"}
    done = runner.run("preview.yml", {**pull_request, **TOKENS})
    assert codes(done) == {"preview": 1, "comment": 0}
    comment = runner.summary.read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "### Preview of pull request 7: ❌ stopped by a policy" in comment
    assert "as an update of origin/main" in comment
    assert "a lead with score 9 would be called before one with 87" in comment
    assert "| 1 | lead-070 (70) | lead-009 (9) ◀ | lead-100 (100) | lead-095 (95) ◀ |" in comment
    assert "❌ The best lead is called first" in comment
    assert "gh pr comment 7 --edit-last" in runner.log.read_text(encoding="utf-8")
    assert not (runner.checkout / ".pulumi" / "previews" / "pr-7").exists()


@pytest.mark.parametrize("platforms", [("preview",)], ids=["sandbox"], indirect=True)
def test_sandbox_and_expire(runner, platforms):
    """The stack of a pull request comes with it, is left alone while it lives, and goes with it."""
    event = {"github.event.pull_request.number": "7"}
    opened = "github.event.action != 'closed'"
    closed = "github.event.action == 'closed'"
    assert codes(runner.run("sandbox.yml", event, skip={closed})) == {"stack": 0}
    names = platforms["preview"].named(CAMPAIGNS)
    assert set(names) == {"Priority Leads senior pr-7", "Priority Leads general pr-7"}
    ((_, code, said),) = runner.run("expire.yml", {})
    assert (code, said) == (0, "removed: none\n")
    assert codes(runner.run("sandbox.yml", event, skip={opened})) == {"stack": 0}
    assert platforms["preview"].named(CAMPAIGNS) == {}


@pytest.mark.parametrize("platforms", [("preview",)], ids=["sandbox"], indirect=True)
def test_acceptance_live(runner, platforms):
    """The features run in the organisation that the environment states, and leave nothing there."""
    sandbox = platforms["preview"]
    sandbox.control.add_client(client_id=PUSHER, secret=SECRET, permissions=list(RIGHTS))
    runner.more = {"PYTEST_ADDOPTS": "-k words"}  # one of them
    known = {
        "vars.LIVE_GATEWAY": sandbox.url,
        "secrets.LIVE_CLIENT_ID": PUSHER,
        "secrets.LIVE_CLIENT_SECRET": SECRET,
        "secrets.GENESYSCLOUD_OAUTHCLIENT_ID": BOOTSTRAP_CLIENT,
        "secrets.GENESYSCLOUD_OAUTHCLIENT_SECRET": BOOTSTRAP_SECRET,
    }
    ((_, code, said),) = runner.run("acceptance-live.yml", known)
    assert code == 0, said
    assert "1 passed" in said
    assert sandbox.named(LISTS) == {}


@pytest.mark.parametrize("platforms", [STACKS], ids=["three organisations"], indirect=True)
def test_deploy_and_drift(runner, platforms):
    """One commit reaches three organisations; what would harm prod is stopped, drift is told."""
    jobs = ["dev", "staging-plan", "staging", "prod-plan", "prod"]
    assert codes(runner.run("deploy.yml", {})) == dict.fromkeys(jobs, 0)
    campaigns = {stack: platforms[stack].named(CAMPAIGNS) for stack in STACKS}
    # The same objects everywhere, but for what the settings say: here, what is behind the names.
    bare = {stack: {re.sub(f" {stack}$", "", one) for one in campaigns[stack]} for stack in STACKS}
    assert bare["dev"] == bare["staging"] == bare["prod"] == set(campaigns["prod"])
    lists = platforms["prod"].named(LISTS)

    queue = platforms["prod"].named(QUEUES)["Senior Agent Queue"]
    platforms["prod"].change(f"{QUEUES}/{queue}", name="Somebody's")
    runner.program("gh", 'if [ "$2" = list ]; then echo "[]"; else cat; fi')
    done = runner.run("drift.yml", TOKENS, matrix=["prod"])
    assert codes(done) == {"look prod": 0, "issue": 0}
    assert "drift: opened" in done[-1][2]

    for stack in STACKS:
        runner.settings(stack, extraColumns=["region"])
    git(runner.checkout, "commit", "-qam", "another column, not on record")
    ((job, code, said),) = runner.run("deploy.yml", {})
    assert (job, code) == ("dev", 1)
    assert "column region is new" in said
    ((_, code, said),) = runner.run("deploy.yml", {}, only={"prod-plan"})
    assert code == 1
    assert "all its contacts with their call history would be lost" in said
    assert "protect" in said
    assert platforms["prod"].named(LISTS) == lists
