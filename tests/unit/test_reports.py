# SPDX-License-Identifier: Apache-2.0
"""What reports mean as exit codes, as JSON, and as verdict lines."""

from __future__ import annotations

import io
import json

import pytest

from integration.platform.errors import (
    Forbidden,
    PlatformError,
    RateLimited,
    Redirected,
    Refused,
    Unauthorized,
    Unreachable,
)
from integration.reports import (
    ExitCode,
    LoadSummary,
    Plan,
    RunSummary,
    VerdictRow,
    as_json,
    write_verdicts,
)
from integration.scores import Rejected

COUNTS = [
    "rows",
    "accepted",
    "delivered",
    "unchanged",
    "superseded",
    "duplicates",
    "conflicts",
    "rejected",
    "unknown",
    "waiting",
    "calls",
    "calls_saved",
    "waits",
    "waited_seconds",
    "episodes_429",
    "previous_logged",
]


def run(**changed):
    plain = {"run_id": 7, "source": "leads.csv", "audit": "read", "seconds": 1.23456}
    return RunSummary(**{**dict.fromkeys(COUNTS, 0), **plain, **changed})


def load(**changed):
    plain = {"rows": 2, "created": 1, "changed": 1, "unchanged": 0, "rejected": (), "refused": ()}
    return LoadSummary(**{**plain, "calls": 3, "seconds": 0.5, **changed})


def plan(**changed):
    plain = {"rows": 9, "accepted": 9, "rejected": 0, "leads": 9, "calls": 2, "reads": 1}
    return Plan(**{**plain, "writes": 1, "allowed": 300, "seconds": 0.0, **changed})


REFUSALS = [
    Unauthorized(operation="token", client="x"),
    Forbidden(operation="write", client="x"),
    Refused(operation="write", status=404),
    Redirected(operation="write"),
]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0),
        ({"delivered": 3, "duplicates": 2, "superseded": 1, "unchanged": 1}, 0),
        ({"rejected": 1}, 1),
        ({"conflicts": 1}, 1),
        ({"unknown": 1}, 1),
        ({"waiting": 1}, 1),
        *(({"stopped": refusal, "waiting": 1, "rejected": 1}, 3) for refusal in REFUSALS),
        ({"stopped": Unreachable(operation="write"), "waiting": 1}, 1),
        ({"stopped": RateLimited(operation="write"), "waiting": 1}, 1),
        ({"stopped": Unreachable(operation="write")}, 1),
        ({"interrupted": True}, 4),
        ({"interrupted": True, "waiting": 5, "rejected": 1}, 4),
        ({"interrupted": True, "stopped": REFUSALS[0]}, 3),
    ],
)
def test_the_exit_code_of_a_push(changed, code):
    """Beaten and repeated rows are fine; refusal beats what is left; interruption is its own."""
    assert run(**changed).exit_code == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0),
        ({"rejected": ((1, Rejected("malformed_row", "x")),)}, 1),
        ({"refused": (("L1", "x"),)}, 1),
        ({"stopped": REFUSALS[1]}, 3),
        ({"stopped": Unreachable(operation="write")}, 1),
        ({"interrupted": True}, 4),
    ],
)
def test_the_exit_code_of_a_load(changed, code):
    """Loads end with the same numbers for the same reasons."""
    assert load(**changed).exit_code == code


def test_the_exit_code_of_a_plan():
    """A plan warns of rows that the push would reject."""
    assert plan().exit_code == ExitCode.FINE
    assert plan(rejected=1).exit_code == ExitCode.ROWS_LEFT


def test_a_run_as_json_has_stable_keys():
    """Scripts find every count, the reason of a stop as text, and the exit code."""
    stopped = PlatformError(operation="write", status=400, message="no")
    document = json.loads(json.dumps(as_json(run(stopped=stopped, waited_seconds=61.00049))))
    assert [*document] == [
        "run_id",
        "source",
        *COUNTS,
        "audit",
        "seconds",
        "held",
        "held_because",
        "tier_moves",
        "recalls_waited_for",
        "interrupted",
        "stopped",
        "exit_code",
    ]
    assert document["seconds"] == 1.235
    assert document["waited_seconds"] == 61.0
    assert document["stopped"] == "Genesys Cloud failed at write (400): no"
    assert document["exit_code"] == 3
    assert as_json(run())["stopped"] is None


def test_a_load_and_a_plan_as_json():
    """Rejected and refused contacts are listed with their reasons."""
    rejected = ((4, Rejected("invalid_lead_id", "no lead", lead_id="L 1")),)
    document = json.loads(json.dumps(as_json(load(rejected=rejected, refused=(("L2", "why"),)))))
    assert document["rejected"] == [
        {"row": 4, "lead_id": "L 1", "reason": "invalid_lead_id", "message": "no lead"}
    ]
    assert document["refused"] == [{"lead_id": "L2", "message": "why"}]
    assert document["exit_code"] == 1
    document = json.loads(json.dumps(as_json(plan(limit_problem="x"))))
    assert document["limit_problem"] == "x"
    assert document["exit_code"] == 0


def test_one_json_line_is_written_for_each_row():
    """Verdicts come in the order of rows, ASCII only, with all keys on every line."""
    rows = [
        VerdictRow(1, "L1", "delivered", None, None, 10, "a", 20, "b"),
        VerdictRow(
            2, "é\n\u2028\ud800", "rejected", "invalid_lead_id", "x\n", None, None, None, None
        ),
    ]
    out = io.StringIO()
    assert write_verdicts(iter(rows), out) == 2
    lines = out.getvalue().splitlines()
    assert out.getvalue().isascii()
    first, second = (json.loads(line) for line in lines)
    assert [*first] == [
        "row",
        "lead_id",
        "verdict",
        "reason",
        "message",
        "previous",
        "previous_at",
        "new",
        "new_at",
    ]
    assert first["previous"] == 10
    assert second["lead_id"] == "é\n\u2028\ud800"
