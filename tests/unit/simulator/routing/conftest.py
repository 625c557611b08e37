# SPDX-License-Identifier: Apache-2.0
"""A contact centre with nothing in it yet."""

from __future__ import annotations

import pytest

from tests.unit.simulator.routing.centre import Centre


@pytest.fixture
def centre(platform):
    return Centre(platform)
