# SPDX-License-Identifier: Apache-2.0
"""The engine, the sandbox and the stand-in provider together, with a program of few words."""

from __future__ import annotations

import shutil

import pulumi
import pulumi_genesyscloud as genesyscloud
import pytest

from infra.stack import Refused, StackError, open_stack
from infra.stack_files import PROJECT
from tests.engine.conftest import TINY
from toolchain.sandbox import POLICY_PLUGIN, make_sandbox

QUEUES = "/api/v2/routing/queues"
LISTS = "/api/v2/outbound/contactlists"


class Program:
    """A skill, a queue and a contact list; the test changes what they are like."""

    skill = "High Value Sales"
    queue = "Senior Agent Queue"
    columns = ("lead_id", "phone")
    broken = False

    def __call__(self):
        genesyscloud.RoutingSkill("skill", name=self.skill)
        genesyscloud.RoutingQueue("queue", name=self.queue)
        if self.broken:
            raise pulumi.RunError("the list is not for today")
        leads = genesyscloud.OutboundContactList(
            "leads",
            name="Leads",
            column_names=list(self.columns),
            phone_columns=[{"column_name": "phone", "type": "cell"}],
            opts=pulumi.ResourceOptions(delete_before_replace=True),
        )
        pulumi.export("list", leads.id)
        pulumi.export("client", pulumi.Output.secret("hidden-from-everyone"))


@pytest.fixture
def program():
    return Program()


def test_secrets_stay_secret(tiny, program, tmp_path, capsys):
    """A secret is in no state, no saved plan and no output; it is given when asked for."""
    stack = tiny(program)
    stack.preview(plan=tmp_path / "plan.json")
    stack.up(plan=tmp_path / "plan.json")
    assert stack.outputs()["client"] == "[secret]"
    assert stack.outputs(show_secrets=True)["client"] == "hidden-from-everyone"
    files = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert tmp_path / "plan.json" in files
    assert [path for path in files if b"hidden-from" in path.read_bytes()] == []
    assert "hidden-from" not in "".join(capsys.readouterr())


def test_a_list_with_contacts_is_not_replaced(tiny, program, platform):
    """A new column is refused with the number of contacts at stake; permission lets it through."""
    stack = tiny(program)
    stack.up()
    list_id = stack.outputs()["list"]
    leads = [{"lead_id": str(n), "phone": f"+1555010{n}"} for n in range(3)]
    contacts = [{"contactListId": list_id, "data": lead} for lead in leads]
    platform.call("POST", f"{LISTS}/{list_id}/contacts", contacts)
    platform.writes()

    program.columns = ("lead_id", "phone", "zone")
    program.queue = "Senior Agents"
    with pytest.raises(Refused, match=r'"Leads" would be replaced because columnNames.*3 contacts'):
        stack.up()
    assert platform.writes() == []

    stack.up(replace_contact_lists=True)
    assert stack.outputs()["list"] != list_id


def test_a_failure_is_mended_by_the_next_update(tiny, program, platform):
    """What was made before a failure is kept, and the next update makes the rest."""
    program.broken = True
    stack = tiny(program)
    with pytest.raises(StackError, match=r"^the list is not for today$"):
        stack.up()
    assert list(platform.named(QUEUES)) == ["Senior Agent Queue"]
    program.broken = False
    assert [change.name for change in stack.up().changes] == ["leads"]


def test_a_platform_that_began_anew_is_filled_again(tiny, program, platform):
    """A simulated platform that lost everything gets it again from the next update."""
    stack = tiny(program)
    stack.up()
    platform.control.reset()
    assert stack.up().counts == {"create": 3}
    assert list(platform.named(LISTS)) == ["Leads"]


def test_a_stuck_update_is_recovered(tiny, program, tmp_path):
    """A killed deployment leaves its lock; the next one says so, cancel takes it away."""
    stack = tiny(program)
    (states,) = tmp_path.rglob("states/.pulumi")
    left = states / "locks" / "organization" / "tiny" / "local" / "left.json"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text('{"pid": 1, "username": "x", "hostname": "y"}', encoding="utf-8")
    with pytest.raises(StackError, match=r"python -m infra\.stacks cancel local"):
        stack.up()
    stack.cancel()
    assert not left.exists()
    assert stack.up().counts == {"create": 3}


def test_policies_are_asked_outside_the_sandbox(tmp_path, monkeypatch, engine):
    """With an engine that was built here, and nothing else of Pulumi, packs are asked, too."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(TINY, encoding="utf-8")
    region = "config: {'genesyscloud:awsRegion': eu-central-1}\n"
    (project / "Pulumi.dev.yaml").write_text(region, encoding="utf-8")
    sandbox = make_sandbox(tmp_path / "home", engine).environment()
    for name, value in (sandbox | {"PULUMI_IGNORE_AMBIENT_PLUGINS": ""}).items():
        monkeypatch.setenv(name, value)
    shutil.rmtree(next((tmp_path / "home").rglob(POLICY_PLUGIN)))
    said = []
    stack = open_stack("dev", lambda: None, project, engine=engine, tell=said.append)
    stack.preview(policy_packs=[PROJECT / "infra" / "policy"])
    assert any("lead-scoring" in line and "Policies" not in line for line in said), said
