# SPDX-License-Identifier: Apache-2.0
"""`load`, `plan`, `status`, `retry`, `history`, and the command as a whole."""

from __future__ import annotations

import json

import pytest

from integration.outbox import LedgerRecord, OutboxStatus
from integration.platform.errors import Refused, Unreachable
from integration.scores import Rejected

AT = 1_795_428_000_000


@pytest.fixture
def contacts(tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("phone,leadId\n+49301,L1\n+49302,L 2\n")
    return file


def test_load_gives_contacts_and_columns_to_the_app(leadscore, app, contacts):
    """Contacts with their columns, under the names of the list."""
    result = leadscore("load", contacts.name)
    found = [(1, "L1", {"phone": "+49301"}), (2, "L 2", {})]
    assert app.calls[0] == ("load", (found, ("phone",)))
    assert result.exit_code == 0
    assert result.stdout.startswith("contacts.csv: 2 contacts in 1.0 s\n  created    2")


def test_load_finds_the_lead_under_the_column_of_the_list(leadscore, app, tmp_path):
    """The setting column_lead names the lead's column in files too."""
    (tmp_path / "c.csv").write_text("kunde,phone\nL1,1\n")
    leadscore("load", "c.csv", "--column-lead", "kunde")
    assert app.calls[0] == ("load", ([(1, "L1", {"phone": "1"})], ("phone",)))


def test_contacts_that_were_not_loaded_are_named(leadscore, app, contacts):
    """Rejected and refused contacts make the exit code 1 and are told with their reasons."""
    rejected = tuple((n, Rejected("malformed_row", "short")) for n in range(1, 13))
    named = (99, Rejected("invalid_lead_id", "bad", lead_id="L 2"))
    refused = (("L3", "no phone"),)
    app.result = {"rejected": (named, *rejected), "refused": refused}
    result = leadscore("load", contacts.name)
    lines = result.stderr.splitlines()
    assert result.exit_code == 1
    assert lines[0] == "contacts.csv row 99 (lead L 2): invalid_lead_id: bad"
    assert lines[1] == "contacts.csv row 1: malformed_row: short"
    assert lines[10] == "contacts.csv lead L3: no phone"
    assert lines[11] == "and 3 more contacts; --json lists every one"
    document = json.loads(leadscore("load", contacts, "--json").stdout)
    assert len(document["rejected"]) == 13


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ({"stopped": Refused(operation="write", status=400)}, 3),
        ({"stopped": Unreachable(operation="write")}, 1),
        ({"interrupted": True}, 4),
    ],
)
def test_a_load_that_ends_early_says_so(leadscore, app, contacts, result, code):
    """What ended it is told, and is the exit code."""
    app.result = result
    found = leadscore("load", contacts, "-q")
    assert found.exit_code == code
    assert ("Stopped: " in found.stdout) == ("stopped" in result)
    assert ("Interrupted: " in found.stdout) == ("interrupted" in result)


def test_a_quiet_load_says_nothing_where_all_is_well(leadscore, contacts):
    """As for a push."""
    assert leadscore("load", contacts, "--quiet").output == ""


def test_plan_says_what_a_push_would_take(leadscore, app, scores):
    """Rows, calls and seconds; a limit that could not be asked for is said."""
    result = leadscore("plan", scores.name)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "scores.csv: 2 rows",
        "  accepted   2  scores of 2 leads",
        "  rejected   0",
        "  calls      2  1 to read, 1 to write",
        "  seconds   60  at 300 calls per minute, at the least",
        "Nothing was changed.",
    ]
    app.result = {"rejected": 1, "limit_problem": "no answer"}
    result = leadscore("plan", scores)
    assert result.exit_code == 1
    assert "The platform could not be asked for its limit: no answer" in result.stdout
    assert json.loads(leadscore("plan", scores, "--json").stdout)["rejected"] == 1


def test_status_shows_what_waits_and_why(leadscore, app, monkeypatch):
    """Counts, times and examples; it takes no credentials."""
    monkeypatch.delenv("LEADSCORE_CLIENT_SECRET")
    app.outbox_status = OutboxStatus(
        ready=1_234,
        put_off=2,
        claimed=3,
        parked={"unknown_lead": 4},
        oldest=AT,
        next_attempt=AT + 60_000,
        examples=(
            ("L1", "unknown_lead", "L1 is not there"),
            ("L2", "", "503"),
            ("L3", "", "503"),
            ("L\x1b", "", ""),
        ),
    )
    result = leadscore("status")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "outbox .leadscore/outbox.db",
        "  ready                 1,234  since 2026-11-23T10:00:00.000Z",
        "  put off                   2  next attempt at 2026-11-23T10:01:00.000Z",
        "  being delivered           3",
        "  parked: unknown_lead      4  leadscore retry makes them due again",
        "lead L1: unknown_lead: L1 is not there",
        "lead L2 and 1 more like it: put off: 503",
        "lead L\\x1b: put off",
    ]
    document = json.loads(leadscore("status", "--json").stdout)
    assert document["oldest"] == "2026-11-23T10:00:00.000Z"
    assert document["parked"] == {"unknown_lead": 4}
    assert document["examples"][1] == {"lead_id": "L2", "reason": "", "message": "503"}
    app.outbox_status = OutboxStatus(0, 0, 0, {}, None, None, ())
    assert json.loads(leadscore("status", "--json").stdout)["next_attempt"] is None


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["L1"], ("L1", None)),
        (["--reason", "unknown_lead"], (None, "unknown_lead")),
        (["--all"], (None, None)),
    ],
)
def test_retry_makes_scores_due_again(leadscore, app, words, asked):
    """One lead, one reason, or everything."""
    result = leadscore("retry", *words)
    assert ("retry", asked) in app.calls
    assert result.stdout == "2 scores are due again; leadscore push --resume delivers them\n"
    app.result = {"count": 1}
    assert leadscore("retry", *words).stdout.startswith("1 score is due again; ")
    assert json.loads(leadscore("retry", *words, "--json").stdout) == {"due_again": 1}


@pytest.mark.parametrize("words", [[], ["L1", "--all"], ["--all", "--reason", "x"]])
def test_retry_wants_to_know_exactly_what(leadscore, app, words):
    """Nothing is retried by accident."""
    assert leadscore("retry", *words).exit_code == 2
    assert app.calls == []


def record(**changed):
    plain = {
        "lead_id": "L1",
        "destination": "d",
        "score": 87,
        "at": AT,
        "model_version": "m[red]\x1b",
        "previous": 10,
        "previous_at": AT - 1,
        "run": 3,
        "correlation": "c",
        "recorded": AT + 5,
        "settled": None,
        "outcome": "delivered",
    }
    return LedgerRecord(**plain | changed)


def test_history_shows_every_write_for_a_lead(leadscore, app):
    """A table for people, instants as text for scripts, and a word where there is nothing."""
    app.records = [record(), record(previous=None, score=5, at=AT + 1)]
    result = leadscore("history", " L1 ")
    assert ("history", "L1") in app.calls
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[1] == [
        "2026-11-23T10:00:00.000Z",
        "87",
        "10",
        "2026-11-23T10:00:00.005Z",
        "delivered",
        "3",
        "m[red]\\x1b",
    ]
    assert lines[2][1:3] == ["5", "-"]
    document = json.loads(leadscore("history", "L1", "--json").stdout)
    assert document["lead_id"] == "L1"
    assert document["history"][0]["previous_at"] == "2026-11-23T09:59:59.999Z"
    assert document["history"][0]["settled"] is None
    app.records = []
    result = leadscore("history", "L9")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "nothing is on record for lead L9 in .leadscore/outbox.db\n"
    assert json.loads(leadscore("history", "L9", "--json").stdout)["history"] == []


@pytest.mark.parametrize("verb", ["push", "load", "plan", "status", "retry", "history"])
def test_every_verb_has_a_help_worth_reading(leadscore, verb):
    """Help says what the verb does and how settings are given; options are not cut off."""
    result = leadscore(verb, "-h")
    assert result.exit_code == 0
    assert f"{verb} [OPTIONS]" in result.stdout
    assert "LEADSCORE_RETRY_TOTAL" in result.stdout
    assert "--outbox PATH" in result.stdout
    assert "…" not in result.stdout
    assert "--client-secret " not in result.stdout
    assert ("--contact-list TEXT" in result.stdout) == (verb in {"push", "load", "plan"})


def test_the_version_is_told(leadscore):
    """--version needs no settings."""
    result = leadscore("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("leadscore ")


def test_no_words_are_a_call_for_help(leadscore):
    """The command alone shows its verbs."""
    result = leadscore()
    assert "push" in result.output
    assert result.exit_code in {0, 2}
