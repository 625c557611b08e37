# SPDX-License-Identifier: Apache-2.0
"""The verb ``explain``, as a person and a program see it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from integration.app import App
from integration.cli.command import build
from simulator.clock import ScaledClock

NOW_ON = {"stored": 90, "effective": 90, "stale": False, "age_minutes": 60}


@pytest.fixture
def run(monkeypatch):
    """Runs the verb as the operator of a centre."""

    def run_verb(centre, *words):
        # The command has an event loop of its own, so the clock has to be one that goes by itself.
        clock = ScaledClock(start=centre.clock.now())
        centre.organisation.clock = clock
        chosen = centre.settings
        given = {
            "GATEWAY": chosen.gateway,
            "CLIENT_ID": chosen.client_id,
            "CLIENT_SECRET": chosen.client_secret.get_secret_value(),
            "STRATEGY": chosen.strategy,
            "OUTBOX": str(chosen.outbox),
            **{
                name.upper(): getattr(chosen, name)
                for name in ("campaign", "senior_campaign", "general_campaign")
            },
        }
        for name, value in given.items():
            monkeypatch.setenv(f"LEADSCORE_{name}", value)

        def make_app(settings, telemetry):
            return App(settings, clock=clock, transport=centre.transport, telemetry=telemetry)

        result = CliRunner().invoke(build(make_app, clock), ["explain", *words])
        assert isinstance(result.exception, SystemExit | None)
        assert "Traceback" not in result.output
        return result

    return run_verb


def test_for_a_person(centre, run):
    """The answer is in the first line, what it follows from below, what is unknown last."""
    centre.lead("A", 95)
    centre.alter("A", callRecords={"phone": {"lastAttempt": "2026-11-24T08:00:00.000Z"}})
    centre.lead("B", 90, model_version="m7")
    seen = run(centre, "B")
    assert seen.exit_code == 0, seen.output
    lines = seen.stdout.splitlines()
    assert lines[0] == "lead B: in line for a call, 1 lead with a better score before it"
    for words in (
        "90, model m7",
        "1 h, fresh (limit 24 h)",
        "Leads campaign (on), calls go to one queue",
        "yes  ml_score_at is not earlier than 24 hours ago",
        "High value (ask for an agent with High Value Sales): applies",
        "at most 4 a day (Attempts); never called",
        "open, until 18:00; it is Tuesday 11:00 in Europe/Berlin",
        "1 of the first 1 of them were called already",
        "Not known: whether it is on a do-not-call list",
        "10 calls made.",
    ):
        assert words in seen.stdout, words


def test_a_lead_that_is_kept_out(two_queues, run):
    """Each reason has a line of its own, right below the answer."""
    two_queues.lead("A", 95, age=timedelta(minutes=1590), tier="senior")
    two_queues.alter("A", "senior", callRecords={"phone": {"lastAttempt": "x", "lastResult": "y"}})
    two_queues.organisation.contact_lists.get(two_queues.lists["general"]).remove(["A"])
    lines = run(two_queues, "A").stdout.splitlines()
    assert lines[0] == "lead A: not called as things stand"
    assert lines[1].startswith("  - the filter RouteByPriority senior keeps it out")
    assert lines[2].startswith('  - the rule "Score too old" says do not dial')
    text = "\n".join(lines)
    for words in (
        "95 stored, counts as 0",
        "26 h 30 min, stale",
        "last called at x: y",
        "lacks it",
    ):
        assert words in text, words


def test_little_is_known(centre, run):
    """No score, no filter's answer, no hour: each is said to be unknown and not guessed."""
    centre.lead("A", zone="", route_tier="senior")
    text = run(centre, "A").stdout
    for words in (
        "no time on record",
        "?  ml_score is at least 80",
        "? the contact has no time zone",
        "none: it is not in line",
        "Not known: whether the rules marked with ? apply",
    ):
        assert words in text, words


def test_a_bare_campaign(centre, run):
    """What a campaign does not have is told as well."""
    path = f"/outbound/campaigns/{centre.campaigns['']}"
    centre.call("POST", f"{path}/stop")
    bare = {"contactListFilters": [], "dncLists": [], "callableTimeSet": None, "contactSorts": []}
    centre.change(path, **bare, campaignStatus="off")
    campaign = centre.organisation.entities["campaign"].get(centre.campaigns[""])
    campaign.definition["dynamicContactQueueingSettings"] = {}
    limits = centre.organisation.entities["attempt limit"].get(centre.limit)
    del limits.definition["maxAttemptsPerContact"]
    centre.lead("A", 90, tier="general", age=timedelta(minutes=5))
    text = run(centre, "A").stdout
    for words in (
        "general, though its score belongs to senior",
        "none: every contact of the list may be called",
        "none: called at any hour",
        "the order was fixed when the campaign started",
        "? the campaign has no sort",
        "limited for each number (Attempts)",
        "5 min, fresh",
    ):
        assert words in text, words


def test_a_single_number_of_words(centre, run):
    """Limits of other spans, and a lead of the same score, are told as they are."""
    centre.change(f"/outbound/attemptlimits/{centre.limit}", resetPeriod="DAYS_7")
    centre.lead("A", 90)
    centre.lead("B", 90)
    text = run(centre, "A").stdout
    assert "at most 4 until reset (DAYS_7) (Attempts)" in text
    assert "nobody has a better score, 1 with the same" in text


def test_closed_hours_and_the_platform_itself(centre, run):
    """At night the next opening is told; what the platform was asked is marked."""
    centre.change(
        f"/outbound/contactlistfilters/{centre.filters['']}",
        clauses=[
            {
                "predicates": [
                    {
                        "column": "route_tier",
                        "columnType": "alphabetic",
                        "operator": "EQUALS",
                        "value": "senior",
                    }
                ]
            }
        ],
    )
    centre.lead("A", 90, tier="Senior")
    centre.clock.advance(10 * 3600.0)
    text = run(centre, "A").stdout
    assert "keeps it out (the platform says so itself)" in text
    assert "closed, from Wednesday 09:00; it is Tuesday 21:00 in Europe/Berlin" in text


def test_the_other_list(two_queues, run):
    """With a list for each tier, it is told why the other one does not dial the lead."""
    two_queues.lead("A", 90, tier="senior")
    text = run(two_queues, "A").stdout
    assert "Leads general names the tier senior; Leads campaign general keeps it out" in text


def test_an_answer_that_nobody_has(centre, run):
    """Without a time zone nobody can tell whether the lead may be called at this hour."""
    centre.lead("A", 90, zone="")
    first = run(centre, "A").stdout.splitlines()[0]
    assert first == "lead A: it cannot be told whether it is called, nobody has a better score"


def test_for_a_program(centre, run):
    """The same as one JSON document."""
    centre.lead("A", 90)
    seen = run(centre, "A", "--json")
    document = json.loads(seen.stdout)
    assert document["standing"] == "waiting"
    assert {name: document["score"][name] for name in NOW_ON} == NOW_ON
    assert document["place"]["better"] == 0
    assert document["rules"][2]["skills"] == ["High Value Sales"]


@pytest.mark.parametrize("lead", ["L-9", ".."])
def test_an_unknown_lead(centre, run, lead):
    """One message that says where was looked and what to do; exit code 1."""
    seen = run(centre, lead)
    assert seen.exit_code == 1
    assert f"lead {lead} is not on Leads; " in seen.stderr
    assert "leadscore load" in seen.stderr
    assert not seen.stdout


@pytest.mark.parametrize("lead", ["", "a/b", "Müller"])
def test_what_cannot_be_a_lead(centre, run, lead):
    """It is told before anything is asked of the platform; exit code 2."""
    seen = run(centre, lead)
    assert seen.exit_code == 2
    assert "lead_id" in seen.stderr
