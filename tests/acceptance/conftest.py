# SPDX-License-Identifier: Apache-2.0
"""Wires the features: their tags, their steps, and the world of each scenario."""

from __future__ import annotations

import importlib
import os
import tempfile
from pathlib import Path

import pytest

from tests.acceptance.live import Live, chosen
from tests.acceptance.tags import ABILITIES, ENGINE, REQUIREMENTS, SIMULATOR_ONLY
from tests.acceptance.world import World

TOPICS = (
    "alerts",
    "budget",
    "calling",
    "dialling",
    "explaining",
    "failures",
    "guard",
    "history",
    "interruptions",
    "leads",
    "loading",
    "preflight",
    "pushing",
    "service",
    "sign_in",
    "stores",
    "sweeping",
    "time",
    "two_queues",
    "webhook",
)
# Before they are imported, so that their assertions show what they compared.
STEPS = [f"tests.acceptance.steps_{topic}" for topic in TOPICS]
pytest.register_assert_rewrite(*STEPS)


LIVE = pytest.StashKey[Live | None]()


def pytest_addoption(parser):
    parser.addoption(
        "--platform",
        choices=("simulator", "live"),
        default="simulator",
        help="Run the features that need no simulator in the organisation of LEADSCORE_LIVE_….",
    )


def pytest_collection_modifyitems(config, items):
    if config.stash[LIVE]:
        items[:], others = chosen(items, SIMULATOR_ONLY, ENGINE)
        config.hook.pytest_deselected(items=others)


def pytest_configure(config):
    try:
        live = config.getoption("--platform", "simulator") == "live"
        config.stash[LIVE] = Live.read(os.environ) if live else None
    except ValueError as missing:
        raise pytest.UsageError(str(missing)) from None
    for steps in STEPS:
        config.pluginmanager.register(importlib.import_module(steps))
    for tag, meaning in (REQUIREMENTS | ABILITIES).items():
        config.addinivalue_line("markers", f"{tag}: {meaning}")


IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the files in it are private to this user
"""Linux' disk in memory: an outbox waits there for no real disk at each of its commits."""


@pytest.fixture
def folder():
    place = IN_MEMORY if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as path:
        yield Path(path)


@pytest.fixture
def world(folder, monkeypatch, request):
    for name in os.environ:
        if name.startswith("LEADSCORE_"):
            monkeypatch.delenv(name)
    scenario = World(folder, request.config.stash[LIVE])
    yield scenario
    scenario.platform.close()
    scenario.check(simulator_only=request.node.get_closest_marker(SIMULATOR_ONLY) is not None)
