# SPDX-License-Identifier: Apache-2.0
"""A contact centre with one list for all leads, and one with a list for each tier."""

from __future__ import annotations

import pytest

from tests.unit.centre import GENERAL, SENIOR, Centre


@pytest.fixture
def centre(tmp_path):
    return Centre(folder=tmp_path)


@pytest.fixture
def two_queues(tmp_path):
    return Centre((SENIOR, GENERAL), folder=tmp_path)
