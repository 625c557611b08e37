# SPDX-License-Identifier: Apache-2.0
"""The table of regions against the official SDK's."""

from __future__ import annotations

from integration.platform.regions import REGIONS, locate

from . import official


def test_the_regions_are_those_of_the_official_sdk():
    """The table has every region that the official Python SDK knows, and no other."""
    assert {locate(name).api_url for name in REGIONS} == official.hosts() != set()
