# SPDX-License-Identifier: Apache-2.0
"""What holds for every test: property tests give the same answer on every machine.

Hypothesis draws the same examples each time and measures no durations, whether or not the
machine says it is a CI server. ``--hypothesis-profile=explore`` looks for new counterexamples.
"""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
import structlog

from tests.servers import new_schema, postgres  # noqa: F401 - fixtures

hypothesis.settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, print_blob=True
)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile("repeatable")

UNMEASURED = ("acceptance", "conformance", "engine", "weather", "unit/test_benchmarks.py")
"""Tests that do not count for coverage, since to measure it takes as long as they do.

They run through everything; what is covered by them alone has no test of its own.
"""


def pytest_collection_modifyitems(items):
    """Leave what does not count for coverage unmeasured."""
    places = [Path(__file__).parent / name for name in UNMEASURED]
    for item in items:
        if any(item.path.is_relative_to(place) for place in places):
            item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def _logs_of_one_test():
    """What one test or command does to the logs does not reach the next."""
    structlog.reset_defaults()
