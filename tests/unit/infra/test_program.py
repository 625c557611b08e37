# SPDX-License-Identifier: Apache-2.0
"""The whole program under mocks: every environment, both strategies."""

from __future__ import annotations

import pytest

from tests.unit.infra.mocked import run_stack

STACKS = ("dev", "local", "prod", "staging")


@pytest.mark.parametrize("strategy", ["queues", "skills"])
@pytest.mark.parametrize("stack", STACKS)
def test_every_stack(stack: str, strategy: str):
    """Each environment deploys with each strategy."""
    run = run_stack(stack, strategy=strategy)
    assert len(run.kind("OutboundCampaign")) == (2 if strategy == "queues" else 1)
