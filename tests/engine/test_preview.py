# SPDX-License-Identifier: Apache-2.0
"""A pull request tried out against the commit it is based on, with the real engine."""

from __future__ import annotations

import asyncio
import os

import pulumi_genesyscloud as genesyscloud

from demo.comment import comment
from demo.preview import Trial
from infra.program import build
from simulator.server import listen


def test_a_pull_request_that_sorts_scores_as_text(monkeypatch, tmp_path, engine):
    """It is stopped, the dial order shows what it would have done, and nothing is left of it."""
    for name in [name for name in os.environ if name.startswith("COV")]:
        monkeypatch.delenv(name)  # the base's files are gone when coverage looks for them
    sort = genesyscloud.OutboundCampaignContactSortArgs

    def program():
        with monkeypatch.context() as patch:
            patch.setattr(
                genesyscloud,
                "OutboundCampaignContactSortArgs",
                lambda **given: sort(**given | {"numeric": False}),
            )
            build()

    with listen(0) as free:
        port = free.getsockname()[1]
    trial = Trial(str, program=program, engine=engine, state=tmp_path / "previews")
    found = asyncio.run(trial.run(7, base="HEAD", port=port))

    assert found.trouble == ""
    assert found.changes.counts == {"update": 2}
    assert set(found.changes.policies) == {"best-score-first"}
    assert [one for one in found.before.checks if one.failure] == []
    failed = [one.words for one in found.acceptance if one.failure]
    assert failed == ["The best lead is called first"]
    orders = [found.before.orders, found.after.orders]
    first = [[order[0].lead for order in one.values()] for one in orders]
    assert first == [["lead-070", "lead-100"], ["lead-009", "lead-095"]]
    assert list((tmp_path / "previews").iterdir()) == []
    said = comment(found)
    assert "stopped by a policy" in said
    assert "a lead with score 9 would be called before one with 87" in said
