# SPDX-License-Identifier: Apache-2.0
"""A data service with the guide's entity."""

from __future__ import annotations

import pytest

from tests.unit.simulator.data_service.guide import ENTITY, SERVICES


@pytest.fixture
def service(platform):
    """The path of a service."""
    made = platform.call("POST", SERVICES, {"name": "LeadScoringIntegration"})
    assert made.status == 200
    return made.body["selfUri"]


@pytest.fixture
def entity(platform, service):
    """The path of an entity."""
    made = platform.call("POST", f"{service}/entities", ENTITY)
    assert made.status == 200
    return made.body["selfUri"]
