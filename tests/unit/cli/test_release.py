# SPDX-License-Identifier: Apache-2.0
"""The verb ``release``, and what push and status say of scores that are held."""

from __future__ import annotations

import json

import pytest

from integration.outbox import OutboxStatus


@pytest.mark.parametrize(
    ("options", "asked", "told"),
    [
        ([], (None, False), "1,200 held scores released; leadscore push --resume delivers them"),
        (["--run", "7"], (7, False), "1,200 held scores released; leadscore push --resume"),
        (["--drop"], (None, True), "1,200 held scores rejected"),
    ],
    ids=["all", "one run", "drop"],
)
def test_held_scores_are_released_or_dropped(leadscore, app, options, asked, told):
    """The verb says how many scores it was about, and what comes next."""
    result = leadscore("release", *options)
    assert app.calls[0] == ("release", asked)
    assert result.stdout.startswith(told)
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("options", "key"), [([], "released"), (["--drop"], "dropped")], ids=["release", "drop"]
)
def test_scripts_read_a_number(leadscore, options, key):
    """--json gives the number alone."""
    assert json.loads(leadscore("release", "--json", *options).stdout) == {key: 1_200}


def test_nothing_was_held(leadscore, app, monkeypatch):
    """Where nothing is held, nothing is said to come."""
    monkeypatch.setattr(type(app), "release", lambda *_, **__: 0)
    assert leadscore("release").stdout == "0 held scores released\n"


def test_a_push_says_that_scores_are_held(leadscore, app, scores):
    """The summary counts held scores apart from waiting ones, and says why and what to do."""
    app.result = {"waiting": 240, "held": 240, "held_because": "all 100"}
    shown = leadscore("push", scores).stdout
    assert "held" in shown
    assert "leadscore release lets them go on, leadscore release --drop rejects them" in shown
    assert "Held, for they look broken: all 100" in shown
    assert "leadscore push --resume delivers them" not in shown


def test_a_file_can_be_trusted(leadscore, app, scores):
    """--accept-distribution reaches the push; it needs a file."""
    leadscore("push", scores, "--accept-distribution")
    assert ("trusted", str(scores)) in app.calls
    refused = leadscore("push", "--resume", "--accept-distribution")
    assert refused.exit_code == 2
    assert "--resume goes without --accept-distribution" in refused.stderr


def test_the_status_says_what_to_do(leadscore, app):
    """Held and unjudged scores have ways out of their own."""
    parked = {"held": 3, "unjudged": 2, "unknown_lead": 1}
    app.outbox_status = OutboxStatus(0, 0, 0, parked, None, None, ())
    shown = leadscore("status").stdout
    assert "look broken; leadscore release lets them go on, with --drop rejects them" in shown
    assert "of a run that broke off; leadscore push --resume judges them" in shown
    assert "leadscore retry makes them due again" in shown
