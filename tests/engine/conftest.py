# SPDX-License-Identifier: Apache-2.0
"""The real engine, a simulated platform to deploy to, and stacks of either."""

from __future__ import annotations

import importlib
import shutil

import pytest

from infra.program import build
from infra.stack import open_stack
from infra.stack_files import PROJECT, project_name
from tests.acceptance.tags import REQUIREMENTS
from tests.engine.served import served
from toolchain.engine import EngineError, find_engine

STEPS = ("tests.engine.steps_deployment", "tests.engine.steps_previews")
TAGS = ("deployment", "previews")
TINY = """\
name: tiny
runtime: python
options:
  refresh: always
"""


def pytest_configure(config):
    """The features' tags are marks, and their steps are known to all of this folder."""
    for tag in TAGS:
        config.addinivalue_line("markers", f"{tag}: {REQUIREMENTS[tag]}")
    pytest.register_assert_rewrite(*STEPS)
    for name in STEPS:
        steps = importlib.import_module(name)
        if not config.pluginmanager.is_registered(steps):
            config.pluginmanager.register(steps)


def pytest_collection_modifyitems(items):
    """Whatever is in this folder needs the engine."""
    for item in items:
        if "tests/engine/" in item.path.as_posix():
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def engine():
    """The folder of the engine. Where none can be had, the tests fail and say why."""
    try:
        return find_engine()
    except EngineError as trouble:
        pytest.fail(str(trouble), pytrace=False)


@pytest.fixture
def platform():
    """A fresh simulated platform."""
    with served() as one:
        yield one


@pytest.fixture
def tiny(tmp_path, engine, platform):
    """Opens the stack ``local`` of a project of few words, with the program of the test."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(TINY, encoding="utf-8")
    (project / "Pulumi.local.yaml").write_text("config: {}\n", encoding="utf-8")

    def opened(program, **more):
        return open_stack("local", program, project, config=platform.config, engine=engine, **more)

    return opened


@pytest.fixture(scope="session")
def once(tmp_path_factory, engine):
    """The whole program, deployed once: a snapshot of the platform, and the stack's state."""
    state = tmp_path_factory.mktemp("deployed")
    with served() as platform:
        stack = open_stack(
            "local", build, PROJECT, config=platform.config, state=state, engine=engine
        )
        stack.up()
        return platform.organisation.snapshot(), state


class Deployment:
    """Opens stacks of the whole program at a platform, with settings of the test."""

    def __init__(self, platform, state, engine):
        self.platform = platform
        self.state = state
        self._engine = engine

    def __call__(self, **settings):
        config = {f"{project_name()}:{key}": value for key, value in settings.items()}
        return open_stack(
            "local",
            build,
            PROJECT,
            config={**self.platform.config, **config},
            state=self.state,
            engine=self._engine,
        )


@pytest.fixture
def deployed(once, tmp_path, engine):
    """The whole program as it is right after the first update, on a platform of its own."""
    snapshot, state = once
    shutil.copytree(state, tmp_path / "state")
    with served(snapshot) as platform:
        yield Deployment(platform, tmp_path / "state", engine)


@pytest.fixture
def empty(tmp_path, engine, platform):
    """A platform on which the whole program was not deployed yet."""
    return Deployment(platform, tmp_path / "empty", engine)
