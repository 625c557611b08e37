# SPDX-License-Identifier: Apache-2.0
"""What a stack refuses, and how failures of the engine are put into words."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from types import SimpleNamespace

import pytest
from pulumi.automation import (
    CommandError,
    ConcurrentUpdateError,
    EngineEvent,
    StackNotFoundError,
)
from pulumi.automation._cmd import CommandResult

from infra import stack as stacks
from infra import workspace as workspaces
from infra.stack import PROVIDER_TYPE, Refused, Stack, StackError, list_stacks, open_stack
from infra.stack_changes import CONTACT_LIST
from infra.workspace import LOCAL_CLIENT, Runs, _inline
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET
from toolchain.engine import EngineError
from toolchain.sandbox import POLICY_HOST

LIST = {"type": CONTACT_LIST, "urn": "urn:pulumi:x::y::z::leads"}


class FakeEngine:
    """Stands in for the Automation API: answers with the events and the state of the test."""

    name = "local"

    def __init__(self, state=(), events=(), error=None):
        self.state, self.events, self.error = list(state), events, error
        self.called = []

    def _operation(self, verb):
        def run(**options):
            self.called.append((verb, options))
            for event in self.events:
                options["on_event"](EngineEvent.from_json({"sequence": 1, "timestamp": 0, **event}))
            if self.error:
                raise self.error

        return run

    def __getattr__(self, verb):
        if verb in {"up", "preview", "refresh", "preview_refresh", "destroy"}:
            return self._operation(verb)
        raise AttributeError(verb)

    def export_stack(self):
        return SimpleNamespace(deployment={"resources": self.state} if self.state else None)

    def outputs(self):
        secret = SimpleNamespace(value="hidden", secret=True)
        return {"id": SimpleNamespace(value="1", secret=False), "client": secret}

    def cancel(self):
        raise self.error

    @property
    def verbs(self):
        return [verb for verb, _ in self.called]


def stack(*args, gateway="", **named):
    engine = FakeEngine(*args, **named)
    return engine, Stack(engine, gateway, print)


def replaced(operation="replace"):
    """The event of a contact list that goes."""
    old = {"type": "", "urn": "", "id": "", "parent": "", "provider": "", "custom": True}
    old["outputs"] = {"name": "Leads", "contactsRecordCount": 12}
    metadata = {**LIST, "op": operation, "provider": "", "old": old, "keys": ["columnNames"]}
    return {"resourcePreEvent": {"metadata": metadata}}


@pytest.mark.parametrize("operation", ["replace", "delete"])
def test_an_update_that_would_lose_contacts_is_refused(operation):
    """Before an update its changes are read; one that loses a list is never begun."""
    engine, opened = stack(state=[LIST], events=[replaced(operation)])
    with pytest.raises(Refused, match=r"(?s)Leads.*12 contacts.*--replace-contact-lists"):
        opened.up()
    assert engine.verbs == ["preview"]


def test_an_update_may_lose_contacts_where_that_is_said():
    """With permission the update runs at once."""
    engine, opened = stack(state=[LIST], events=[replaced()])
    assert len(opened.up(replace_contact_lists=True).lost_lists) == 1
    assert engine.verbs == ["up"]


@pytest.mark.parametrize(
    ("state", "verbs"),
    [([], ["up"]), ([{**LIST, "type": "other"}], ["up"]), ([LIST], ["preview", "up"])],
    ids=["new stack", "no list", "a list"],
)
def test_only_a_stack_with_lists_is_looked_at_first(state, verbs):
    """Where there is no list to lose, no time is spent on looking."""
    engine, opened = stack(state=state)
    opened.up()
    assert engine.verbs == verbs


def test_every_update_and_removal_reads_what_is_there(tmp_path):
    """Preview, update and removal refresh; packs and plan reach the engine as texts."""
    engine, opened = stack()
    opened.preview(policy_packs=[tmp_path])
    opened.up(plan=tmp_path / "plan", policy_packs=[tmp_path])
    opened.destroy()
    assert [options["refresh"] for _, options in engine.called] == [True, True, True]
    assert [options.get("plan") for _, options in engine.called] == [
        None,
        str(tmp_path / "plan"),
        None,
    ]
    assert engine.called[0][1]["policy_packs"] == [str(tmp_path)]


@pytest.mark.parametrize(("only", "verb"), [(False, "refresh"), (True, "preview_refresh")])
def test_a_refresh_can_leave_the_state_alone(only, verb):
    """Drift can be looked at without taking it over."""
    engine, opened = stack()
    opened.refresh(preview_only=only)
    assert engine.verbs == [verb]


def test_a_protected_stack_is_not_removed():
    """One protected resource is enough; nothing is deleted before that is found."""
    engine, opened = stack(state=[LIST, {**LIST, "urn": "urn::a::table", "protect": True}])
    with pytest.raises(Refused, match=r"stack local is protected \(table\): nothing was deleted"):
        opened.destroy()
    assert engine.verbs == []


def test_secrets_are_shown_on_request_only():
    """A secret output is marked, unless it is asked for."""
    _, opened = stack()
    assert opened.outputs() == {"id": "1", "client": "[secret]"}
    assert opened.outputs(show_secrets=True) == {"id": "1", "client": "hidden"}


def failure(kind, stderr, stdout="progress"):
    return kind(CommandResult(stdout=stdout, stderr=stderr, code=255))


def test_a_failure_is_told_in_the_engines_words():
    """What the engine diagnosed is the message; without a diagnosis it is what it printed."""
    diagnosis = {"diagnosticEvent": {"message": "no site", "severity": "error"}}
    _, opened = stack(events=[diagnosis], error=failure(CommandError, "error: update failed"))
    with pytest.raises(StackError, match=r"^no site$"):
        opened.up()
    _, opened = stack(error=failure(CommandError, "error: no backend"))
    with pytest.raises(StackError, match=r"^error: no backend$"):
        opened.preview()


REFUSED = """\
previewing update....
Policies:
    pack:
        - [mandatory]  columns-on-record  (leads)
          column region is new

Outputs:
    integration: {}
"""


def test_a_policy_is_told_though_its_event_was_lost():
    """An engine that ends in a hurry has still printed which policy was broken; it is told once."""
    broken = failure(CommandError, "error: preview failed", REFUSED)
    _, opened = stack(error=broken)
    with pytest.raises(StackError, match="column region is new"):
        opened.preview()
    told = {
        "policyName": "columns-on-record",
        "message": "column region is new",
        "enforcementLevel": "mandatory",
        "color": "",
        "policyPackName": "pack",
        "policyPackVersion": "1",
        "policyPackVersionTag": "1",
    }
    _, opened = stack(events=[{"policyEvent": told}], error=broken)
    with pytest.raises(StackError) as caught:
        opened.preview()
    assert str(caught.value) == "columns-on-record: column region is new"


@pytest.mark.parametrize("verb", ["up", "cancel"])
def test_a_locked_stack_is_explained(verb):
    """Where another deployment runs, the way to take its lock away is named."""
    error = failure(ConcurrentUpdateError, "locked by 1 lock(s)")
    _, opened = stack(error=error)
    with pytest.raises(StackError, match=r"python -m infra\.stacks cancel local\nlocked by 1"):
        getattr(opened, verb)()


@pytest.mark.parametrize("verb", ["preview", "up", "refresh", "destroy"])
def test_a_simulated_platform_must_run(verb):
    """Before anything is tried, the gateway on this machine is asked whether it is there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    engine, opened = stack(gateway=f"http://127.0.0.1:{port}")
    with pytest.raises(StackError, match=f"leadscore simulate --port {port}"):
        getattr(opened, verb)()
    assert engine.verbs == []


def test_a_gateway_that_is_none_is_left_to_the_program():
    """The program names all that is wrong with the settings, a port that is none included."""
    engine, opened = stack(gateway="http://127.0.0.1:x")
    opened.preview()
    assert engine.verbs == ["preview"]


@pytest.mark.parametrize("verb", ["preview", "up", "destroy"])
@pytest.mark.parametrize(
    ("known", "first"),
    [(None, []), ("same", []), ("other", [("refresh", True)])],
    ids=["no address", "the same address", "another address"],
)
def test_a_platform_that_moved_is_read_first(known, first, verb):
    """Where the state has another address, all is read anew at the program's one before."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ports = {"same": port, "other": port + 1}
        at = {"host": "127.0.0.1", "port": str(ports.get(known)), "protocol": "http"}
        inputs = {"gateways": json.dumps([at])} if known else {}
        provider = {"type": PROVIDER_TYPE, "urn": "urn::default", "inputs": inputs}
        engine, opened = stack(state=[provider], gateway=f"http://127.0.0.1:{port}")
        getattr(opened, verb)()
    called = [(name, options.get("run_program")) for name, options in engine.called]
    assert called == [*first, (verb, None)]


def test_the_local_client_is_the_simulators():
    """What is sent to a loopback gateway is the client that every simulated platform has."""
    assert set(LOCAL_CLIENT.values()) == {BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: scoring\n", encoding="utf-8")
    return tmp_path


def test_a_stack_that_is_not_there_is_told(project):
    """A wrong name is a message, not a traceback."""
    with pytest.raises(StackError, match="there is no stack 'x'"):
        open_stack("x", print, project)


def test_a_missing_engine_is_told(project, monkeypatch):
    """Where no engine can be had, the message of the search says what to do."""
    (project / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")

    def none():
        raise EngineError("install it")

    monkeypatch.setattr(workspaces, "find_engine", none)
    with pytest.raises(StackError, match="install it"):
        open_stack("dev", print, project)


class Opened:
    """What is handed to the Automation API when a stack is opened."""

    def __init__(self, monkeypatch):
        monkeypatch.setattr(stacks.automation, "PulumiCommand", lambda root: root)
        monkeypatch.setattr(stacks.automation, "LocalWorkspace", lambda **given: given)
        monkeypatch.setattr(stacks.automation, "Stack", self)

    def create_or_select(self, name, workspace):
        self.environment = workspace["env_vars"]
        return SimpleNamespace(name=name)

    def select(self, *_):
        raise StackNotFoundError(CommandResult(stdout="", stderr="no stack", code=6))


def test_a_stack_that_was_never_deployed_is_told(project, monkeypatch):
    """Whoever wants to read a stack that is not there gets no empty one."""
    (project / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    Opened(monkeypatch)
    with pytest.raises(StackError, match="stack dev was never deployed here"):
        open_stack("dev", print, project, engine=project / "engine", new=False)


@pytest.mark.parametrize(
    ("host", "sandboxed"), [("127.0.0.1", True), ("gateway.example.com", False)]
)
def test_only_a_gateway_on_this_machine_gets_the_sandbox(project, monkeypatch, host, sandboxed):
    """Credentials of the person's own go to a live organisation, and never to this machine."""
    text = f"config: {{'genesyscloud:gateways': [{{host: {host}, port: '1', protocol: http}}]}}\n"
    (project / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
    given = Opened(monkeypatch)
    assert open_stack("dev", print, project, engine=project / "engine").name == "dev"
    names = {"PULUMI_HOME", "PULUMI_BACKEND_URL", *LOCAL_CLIENT}
    assert (names <= given.environment.keys()) is sandboxed
    assert (given.environment.keys() <= {"PATH"}) is not sandboxed
    assert (project / ".pulumi" / "sandbox").exists() is sandboxed
    if sandboxed:
        assert given.environment["GENESYSCLOUD_OAUTHCLIENT_ID"] == BOOTSTRAP_CLIENT
        assert given.environment["GENESYSCLOUD_ACCESS_TOKEN"] == ""


def test_a_program_that_fails_ends_well():
    """What is left of a failed program is waited for, and its loop is closed in the end."""
    runs = Runs()
    runs.settle()  # nothing has begun

    async def left():
        raise ValueError("the engine is gone")

    async def run():
        _inline(print, runs)()
        assert not runs.ended.is_set()
        runs.close()  # has no effect while it runs

    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    first.run_until_complete(run())
    first.run_until_complete(left())
    first.close()
    second.run_until_complete(run())
    runs.settle()
    assert runs.loops == [second]
    runs.close()
    assert second.is_closed()


def test_after_a_failure_the_program_is_waited_for():
    """The engine fails first; the program's run ends before the failure is told."""
    waited = []
    engine = FakeEngine(error=failure(CommandError, "error: refused"))
    opened = Stack(engine, "", print, SimpleNamespace(settle=lambda: waited.append(True)))
    with pytest.raises(StackError):
        opened.preview()
    assert waited == [True]


def test_a_stack_gets_a_tag():
    """A tag is set by the engine, whose failure is put into words."""
    engine, opened = stack()
    tags = {}
    engine.set_tag = tags.__setitem__
    opened.mark("lead-scoring:expires", "soon")
    assert tags == {"lead-scoring:expires": "soon"}


class Backend:
    """A place where three stacks are kept."""

    def list_stacks(self):
        names = ("pr-7", "pr-70", "dev")
        return [SimpleNamespace(name=name, resource_count=3) for name in names]

    def list_tags(self, name):
        return {"of": name}


def test_stacks_are_listed_by_their_names(project, monkeypatch):
    """Only stacks whose whole name fits are listed, each with its tags."""
    (project / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    Opened(monkeypatch)
    monkeypatch.setattr(stacks.automation, "LocalWorkspace", lambda **_: Backend())
    engine = project / "engine"
    found = list_stacks(re.compile("pr-7"), "dev", project, engine=engine)
    assert [(one.name, one.tags, one.resources) for one in found] == [("pr-7", {"of": "pr-7"}, 3)]
    with pytest.raises(StackError, match="there is no stack 'x'"):
        list_stacks(re.compile("x"), "x", project, engine=engine)


@pytest.mark.parametrize("installed", [True, False], ids=["installed", "built here"])
def test_policy_packs_can_be_asked(project, monkeypatch, installed):
    """Where Pulumi came without what runs policy packs, this environment's own is put on PATH."""
    (project / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    monkeypatch.setattr(workspaces.shutil, "which", lambda name: name if installed else None)
    given = Opened(monkeypatch)
    open_stack("dev", print, project, engine=project / "engine")
    host = project / ".pulumi" / "programs" / POLICY_HOST
    assert host.exists() is not installed
    path = given.environment.get("PATH", "").split(":")
    assert (path[0] == str(host.parent)) is not installed
