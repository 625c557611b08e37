# SPDX-License-Identifier: Apache-2.0
"""The stand-in under the real engine, deploying to a served simulator.

One stack goes through what a real one meets: an import, a failure in the middle and its repair,
secrets, an unchanged program, drift, removal. It is a single test, as each operation starts the
engine and the plugin anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET
from toolchain.engine import find_engine
from toolchain.sandbox import make_sandbox

PROGRAM = Path(__file__).with_name("stand_in_program.py")
CONFIG = """\
config:
  genesyscloud:gateways:
    - host: 127.0.0.1
      port: "{port}"
      protocol: http
"""
LIST = {
    "name": "Leads",
    "columnNames": ["lead_id", "phone"],
    "phoneColumns": [{"columnName": "phone", "type": "cell"}],
}


@pytest.fixture
def simulator():
    """A served simulator, and a client that may do everything there."""
    served = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    with served:
        try:
            url = served.stdout.readline().split(" at ")[1].split()[0]
            with httpx.Client(base_url=url, trust_env=False) as http:
                login = http.post(
                    "/oauth/token",
                    data={"grant_type": "client_credentials"},
                    auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
                )
                http.headers["Authorization"] = f"Bearer {login.json()['access_token']}"
                yield http
        finally:
            served.terminate()


class Stack:
    """The test's stack, with one process for each operation."""

    def __init__(self, folder, port):
        self._box = make_sandbox(folder / "box", find_engine())
        self._project = folder / "project"
        self._project.mkdir()
        (self._project / "Pulumi.yaml").write_text(
            "name: stand-in\nruntime: python\n", encoding="utf-8"
        )
        (self._project / "Pulumi.test.yaml").write_text(CONFIG.format(port=port), encoding="utf-8")
        self._environment = {
            **os.environ,
            **self._box.environment(),
            "GENESYSCLOUD_OAUTHCLIENT_ID": BOOTSTRAP_CLIENT,
            "GENESYSCLOUD_OAUTHCLIENT_SECRET": BOOTSTRAP_SECRET,
        }

    def run(self, operation, *more, adopt=""):
        """The process of one operation."""
        folders = [str(self._project), str(self._box.engine)]
        return subprocess.run(  # noqa: S603 - this very interpreter
            [sys.executable, str(PROGRAM), operation, *folders, *more],
            capture_output=True,
            text=True,
            check=False,
            env={**self._environment, "ADOPT": adopt},
        )

    def done(self, operation, *more):
        """What changed in an operation that has to succeed, and the outputs."""
        ended = self.run(operation, *more)
        assert ended.returncode == 0, ended.stderr[-3000:]
        told = json.loads(ended.stdout.splitlines()[-1])
        return told["changes"], told["outputs"]

    def states(self):
        """The files in which the engine keeps what it knows."""
        return [path.read_text(encoding="utf-8") for path in self._box.backend.rglob("*.json")]


@pytest.mark.engine
def test_a_stack_goes_through_its_life(simulator, tmp_path):
    """Import, failure, repair, no change, drift and removal, as with the official provider."""
    stack = Stack(tmp_path, simulator.base_url.port)
    made = simulator.post("/api/v2/outbound/contactlists", json=LIST).json()
    path = f"/api/v2/outbound/contactlists/{made['id']}"

    # The list is adopted. The codes of the queue fail once: the queue is there by then.
    rule = {"operation": "post_routing_queue_wrapupcodes", "kind": "status", "status": 400}
    simulator.put("/sim/faults", json={"rules": [{**rule, "times": 1}]}).raise_for_status()
    failed = stack.run("up", adopt=made["id"])
    assert failed.returncode != 0
    assert "queue 'Senior' (senior): POST" in failed.stderr
    assert "was refused: 400" in failed.stderr
    changes, outputs = stack.done("up")
    assert changes["update"] == 1
    codes = simulator.get(f"/api/v2/routing/queues/{outputs['queue'][0]}/wrapupcodes").json()
    assert [code["name"] for code in codes["entities"]] == ["Won"]

    # The secret is exposed to the program, and in clear text nowhere.
    secret, marked = outputs["secret"]
    assert marked
    assert stack.states()
    assert not [text for text in stack.states() if secret in text or BOOTSTRAP_SECRET in text]

    # Nothing changes by itself; somebody else's change is seen and undone.
    stack.done("preview", "--same")
    stack.done("refresh", "--same")
    drifted = {**simulator.get(path).json(), "name": "Renamed"}
    simulator.put(path, json=drifted).raise_for_status()
    assert stack.done("refresh")[0]["update"] == 1
    assert stack.done("up")[0]["update"] == 1
    assert simulator.get(path).json()["name"] == "Leads"

    stack.done("destroy")
    assert simulator.get(path).status_code == 404
    assert simulator.get("/api/v2/routing/queues").json()["total"] == 0
