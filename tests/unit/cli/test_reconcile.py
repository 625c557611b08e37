# SPDX-License-Identifier: Apache-2.0
"""`reconcile`: what is found, what is mended, what is left, and the exit code."""

from __future__ import annotations

import json

import pytest

from integration.cli.reconciliations import KINDS, LEFT
from integration.platform.errors import Forbidden
from integration.reconciling.findings import Kind

FOUND = {
    "found": 3,
    "kinds": {"in_both": 1, "wrong_tier": 2},
    "examples": (("L1", ("in_both", "wrong_tier")), ("L2", ("wrong_tier",))),
}


def plain(result):
    """What was shown, with single spaces."""
    return " ".join(result.stdout.split())


def test_all_is_well(leadscore, app):
    """One line says how many leads were looked at, and that nothing was found."""
    result = leadscore("reconcile")
    assert (result.exit_code, app.calls[0]) == (0, ("reconcile", False))
    assert "reconcile: 100,000 leads in 2.0 s" in result.stdout
    assert "found 0" in plain(result)
    assert "mended" not in result.stdout
    assert "Nothing was changed" not in result.stdout


def test_what_is_found_is_told(leadscore, app):
    """Each kind with its number and words, some leads by name, and what to do."""
    app.result = FOUND
    result = leadscore("reconcile")
    assert result.exit_code == 1
    assert "in both 1 are dialled from both lists" in plain(result)
    assert "wrong tier 2 have a score that belongs to another tier" in plain(result)
    assert "lead L1: in both, wrong tier" in result.stdout
    assert "and 1 more lead" in result.stdout
    assert "leadscore reconcile --mend puts it right" in result.stdout


def test_what_is_mended_and_what_is_left(leadscore, app):
    """With --mend the summary also says what became of it, and why some is left."""
    app.result = FOUND | {"mended": 1, "left": {"recall": 2}, "tier_moves": 1}
    result = leadscore("reconcile", "--mend")
    assert (result.exit_code, app.calls[0]) == (1, ("reconcile", True))
    assert "mended 1" in plain(result)
    assert "left 2" in plain(result)
    assert "recall 2 change tier when a pending recall is over" in plain(result)
    app.result = FOUND | {"mended": 2, "right_by_now": 1}
    result = leadscore("reconcile", "--mend")
    assert result.exit_code == 0
    assert "right by now 1" in plain(result)


def test_as_json(leadscore, app):
    """Scripts get the same as one document of stable keys."""
    app.result = FOUND | {"left": {"waiting": 3}}
    document = json.loads(leadscore("reconcile", "--mend", "--json").stdout)
    assert document["kinds"] == {"in_both": 1, "wrong_tier": 2}
    assert document["examples"][1] == {"lead_id": "L2", "kinds": ["wrong_tier"]}
    assert (document["left"], document["exit_code"], document["stopped"]) == (
        {"waiting": 3},
        1,
        None,
    )


def test_quiet(leadscore, app):
    """Nothing is said where all is well, everything where it is not."""
    assert leadscore("reconcile", "-q").output == ""
    app.result = FOUND
    assert "in both" in leadscore("reconcile", "-q").stdout


@pytest.mark.parametrize(
    ("result", "code", "told"),
    [
        ({"interrupted": True}, 4, "Interrupted"),
        ({"stopped": Forbidden(operation="export contacts", status=403)}, 3, "Stopped: "),
    ],
    ids=["interrupted", "refused"],
)
def test_what_ended_it(leadscore, app, result, code, told):
    """An early end is told and is the exit code, whatever was found."""
    app.result = FOUND | result
    found = leadscore("reconcile")
    assert found.exit_code == code
    assert told in found.stdout


def test_it_needs_the_lists(leadscore, monkeypatch):
    """Without the contact list there is nothing to look at."""
    monkeypatch.delenv("LEADSCORE_CONTACT_LIST")
    result = leadscore("reconcile")
    assert result.exit_code == 2
    assert "contact_list is missing" in result.stderr


def test_every_code_has_words():
    """No kind of finding and no reason is told by its code alone."""
    assert KINDS.keys() == {str(kind) for kind in Kind}
    assert {"recall", "conflict", "refused", "rejected", "unknown_lead", "waiting"} < LEFT.keys()
