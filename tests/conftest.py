# SPDX-License-Identifier: Apache-2.0
"""What holds for every test: property tests give the same answer on every machine.

Hypothesis draws the same examples each time and measures no durations, whether or not the
machine says it is a CI server. ``--hypothesis-profile=explore`` looks for new counterexamples.
"""

from __future__ import annotations

import hypothesis
import pytest
import structlog

hypothesis.settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, print_blob=True
)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _logs_of_one_test():
    """What one test or command does to the logs does not reach the next."""
    structlog.reset_defaults()
