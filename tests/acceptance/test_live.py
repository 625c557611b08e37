# SPDX-License-Identifier: Apache-2.0
"""The features on a live organisation: which of them run there, and what they need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET
from tests.acceptance.catalogue import ROOT, entries
from tests.acceptance.live import LEFT_OUT, PREFIX, Live
from tests.acceptance.simulated import PUSHER, RIGHTS, SECRET
from tests.acceptance.tags import ENGINE, SIMULATOR_ONLY
from tests.engine.served import served

CLIENTS = {
    "CLIENT_ID": PUSHER,
    "CLIENT_SECRET": SECRET,
    "ADMIN_CLIENT_ID": BOOTSTRAP_CLIENT,
    "ADMIN_CLIENT_SECRET": BOOTSTRAP_SECRET,
}


def pytest_live(*words, **stated):
    """What pytest prints in a process of its own, with the settings of an organisation."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(  # noqa: S603 - this interpreter, with words of the test
        [sys.executable, "-m", "pytest", "-q", "-n0", "tests/acceptance", *words],
        cwd=ROOT,
        env=own | {PREFIX + name: value for name, value in stated.items()},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_rest_of_the_features_runs_over_the_network():
    """Over HTTP, in real time, with a list of its own that is gone in the end."""
    with served() as platform:
        platform.control.add_client(client_id=PUSHER, secret=SECRET, permissions=list(RIGHTS))
        words = ("--platform", "live", "-k", "words or warms_up or next_night")
        ended = pytest_live(*words, GATEWAY=platform.url, **CLIENTS)
        assert "3 passed" in ended.stdout, ended.stdout
        assert platform.named("/api/v2/outbound/contactlists") == {}
        calls = platform.organisation.calls.find()
    assert any(call.method == "DELETE" for call in calls)


def test_only_what_needs_no_simulator_is_chosen():
    """No scenario that moves clocks, injects faults or needs the engine, and none left out."""
    words = ("--platform", "live", "--collect-only")
    ended = pytest_live(*words, GATEWAY="http://127.0.0.1:9", **CLIENTS)
    chosen = [line.partition("::")[2] for line in ended.stdout.splitlines() if "::" in line]
    fits = [one for one in entries() if not one.tags & {SIMULATOR_ONLY, ENGINE}]
    kept = [one for one in fits if not {one.file_stem, one.name} & LEFT_OUT.keys()]
    assert len(chosen) == sum(one.examples or 1 for one in kept)
    assert len(chosen) > 100


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "LEADSCORE_LIVE_REGION or LEADSCORE_LIVE_GATEWAY"),
        ({"REGION": "eu-central-1", "GATEWAY": "http://127.0.0.1:9", **CLIENTS}, "one of them"),
        ({"REGION": "eu-central-1", "CLIENT_ID": "x"}, "LEADSCORE_LIVE_ADMIN_CLIENT_SECRET"),
    ],
    ids=["nothing", "both", "no administrator"],
)
def test_what_is_missing_is_named(given, told):
    """All that an organisation has to state is told at once."""
    with pytest.raises(ValueError, match=told):
        Live.read({PREFIX + name: value for name, value in given.items()})


def test_what_is_left_out_exists():
    """Each feature and scenario that is left out is there, so that none is left out by mistake."""
    names = {one.name for one in entries()} | {one.file_stem for one in entries()}
    assert LEFT_OUT.keys() - names == set()
