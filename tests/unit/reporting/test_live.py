# SPDX-License-Identifier: Apache-2.0
"""The report on a live organisation, read from the simulated platform as the operator."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from integration.app import App
from integration.cli.command import build
from integration.outbox import LedgerRecord
from integration.permissions import VERBS
from integration.reporting.live import LastCalls
from integration.scores import instant_of
from simulator.clock import ScaledClock
from tests.unit.centre import GENERAL, NOW, SENIOR, Centre
from tests.unit.reporting.test_page import Read


def called(minutes, result="disconnect"):
    """A call record of so many minutes ago."""
    at = (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"phone": {"lastAttempt": at, "lastResult": result}}


@pytest.fixture
def centre(tmp_path):
    """Two tiers: three leads called in order, one again scored since, one never called."""
    made = Centre((SENIOR, GENERAL), folder=tmp_path)
    for lead, score, tier, minutes in (
        ("A", 95, SENIOR, 50),
        ("B", 80, SENIOR, 40),
        ("C", 60, GENERAL, 45),
    ):
        made.lead(lead, score, tier=tier, age=timedelta(hours=2))
        made.alter(lead, tier, callRecords=called(minutes))
    made.lead("D", 99, tier=SENIOR, age=timedelta(minutes=5))
    made.alter("D", SENIOR, callRecords=called(30, "sale"))
    made.lead("E", 10, tier=GENERAL)
    return made


@pytest.fixture
def run(centre, tmp_path, monkeypatch):
    """Runs the verb as the operator."""
    monkeypatch.chdir(tmp_path)

    def run_verb(*words):
        # The command has an event loop of its own, so the clock has to be one that goes by itself.
        clock = ScaledClock(100, start=centre.clock.now())
        centre.organisation.clock = clock
        chosen = centre.settings
        secret = chosen.client_secret.get_secret_value()
        given = {"GATEWAY": chosen.gateway, "CLIENT_ID": "operator", "CLIENT_SECRET": secret}
        for name in ("strategy", "outbox", "senior_campaign", "general_campaign"):
            given[name.upper()] = str(getattr(chosen, name))
        for name, value in given.items():
            monkeypatch.setenv(f"LEADSCORE_{name}", value)

        def make_app(settings, telemetry):
            return App(settings, clock=clock, transport=centre.transport, telemetry=telemetry)

        return CliRunner().invoke(build(make_app, clock), ["report", *words])

    return run_verb


def test_the_last_calls_of_all_lists(run):
    """Each called contact is a call of its campaign's queue; what nobody knows is null."""
    found = run("--json")
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    assert document["live"]
    assert document["leads"] == 5
    headline = document["headline"]
    assert (headline["calls"], headline["leads"], headline["senior_calls"]) == (4, 4, 3)
    assert (headline["stale_dialled"], headline["unscored"]) == (0, 1)
    for unknown in ("order_exceptions", "redials", "recalls", "skipped", "overtaken_most"):
        assert headline[unknown] is None, unknown
    assert document["queues"] == [
        {
            "queue": "senior queue",
            "calls": 3,
            "least": 80,
            "middle": 87.5,
            "most": 95,
            "agents": None,
        },
        {
            "queue": "general queue",
            "calls": 1,
            "least": 60,
            "middle": 60,
            "most": 60,
            "agents": None,
        },
    ]
    text = " ".join(document["left_out"])
    assert "Scores of 1 called lead" in text
    assert "who else could have been called" in text


def test_the_page_of_a_live_organisation(run, tmp_path):
    """The page says what it is read from, and that order exceptions are not known."""
    found = run("--success", "SALE")
    assert found.exit_code == 0, found.output
    read = Read((tmp_path / "dial-order.html").read_text())
    assert "the contact lists of Leads campaign senior and Leads campaign general" in read.text
    assert "not known" in read.text
    assert "1 lead" not in read.text.split("Headline figures")[0]
    assert "5 leads on the lists" in read.text
    assert "No call went to a stale score." in read.text


def test_since_a_time(run):
    """Calls before --since are left out; what is no time is refused."""
    since = (NOW - timedelta(minutes=42)).isoformat()
    assert json.loads(run("--json", "--since", since).stdout)["headline"]["calls"] == 2
    bad = run("--json", "--since", "yesterday")
    assert bad.exit_code == 2
    assert '--since "yesterday" is no time' in bad.output


def delivered(score, minutes, outcome="delivered"):
    """A write of so many minutes ago, of a score that was calculated a minute before."""
    settled = instant_of(NOW - timedelta(minutes=minutes))
    return LedgerRecord(
        *("D", "list", score, settled - 60_000, "m1", None, None, 1, "x"),
        *(settled, settled, outcome),
    )


@pytest.mark.parametrize(
    ("writes", "score"),
    [
        ([delivered(40, 90), delivered(55, 35), delivered(99, 5)], 55),
        ([delivered(55, 35, "superseded"), delivered(99, 5)], None),
        ([], None),
    ],
    ids=["the last one before the call", "none was delivered before", "nothing on record"],
)
def test_a_score_from_the_ledger(centre, writes, score):
    """A lead that was scored again after its call counts with the score delivered before it."""

    async def read():
        async with App(centre.settings, clock=centre.clock, transport=centre.transport) as app:
            chosen = centre.settings
            known = {"D": writes}
            return await LastCalls(
                app._connect(),
                chosen.campaigns(),
                chosen.score_columns(),
                lambda lead: known.get(lead, []),
            ).read()

    record = centre.run(read())
    found = next(one for one in record.lines if one.lead == "D")
    assert found.score == score
    assert found.age == (360 if score else None)
    assert ("Scores of 1 called lead" in " ".join(record.left_out)) is (score is None)


def test_times_that_cannot_be_read(centre):
    """A last attempt in a form that nobody knows is told, not guessed."""
    record = {"phone": {"lastAttempt": "yesterday", "lastResult": "busy"}}
    centre.alter("A", SENIOR, callRecords=record)

    async def read():
        async with App(centre.settings, clock=centre.clock, transport=centre.transport) as app:
            return await app.dialled()

    found = centre.run(read())
    assert [one.lead for one in found.lines] == ["C", "B", "D"]
    assert "1 called lead: the time" in " ".join(found.left_out)


def test_the_newest_of_two_numbers(centre):
    """A contact that was called on two numbers counts with the later of the two attempts."""
    export = "CallRecordLastAttempt-{0},CallRecordLastResult-{0}".format
    head = f"inin-outbound-id,ml_score,ml_score_at,{export('phone')},{export('mobile')}"
    row = "A,90,2026-11-24T07:00:00Z,2026-11-24T08:00:00Z,busy,2026-11-24T09:00:00Z,person"

    class Export:
        async def order(self):
            pass

        async def save(self, file):
            file.write(f"{head}\r\n{row}\r\n".encode())

    class Organisation:
        def __init__(self, app):
            self.client = app._connect().client

        def export(self, _list_id):
            return Export()

    async def read():
        async with App(centre.settings, clock=centre.clock, transport=centre.transport) as app:
            chosen = centre.settings
            one = chosen.campaigns()[:1]
            columns = chosen.score_columns()
            return await LastCalls(Organisation(app), one, columns, lambda _: []).read()

    [found] = centre.run(read()).lines
    assert (found.results, found.age) == (("person",), 7200)


def test_nobody_was_called(centre, run):
    """Lists on which nobody was called yet are no error: the report says so."""
    for lead, tier in (("A", SENIOR), ("B", SENIOR), ("C", GENERAL), ("D", SENIOR)):
        centre.alter(lead, tier, callRecords={})
    found = run()
    assert found.exit_code == 0, found.output
    assert "Nobody was called." in found.stdout


NEEDED = next(one.permissions for one in VERBS if one.verb == "report")


@pytest.mark.parametrize("missing", ["", *NEEDED])
def test_the_rights_it_takes(centre, run, missing):
    """The stated permissions are enough; without one of them it ends with 3 and its name."""
    rights = [one for one in NEEDED if one != missing]
    centre.organisation.grant(centre.organisation.clients.by_id["operator"], rights)
    found = run("--json")
    assert found.exit_code == (3 if missing else 0), found.output
    assert missing in found.output


def test_settings_that_are_missing(run, monkeypatch):
    """Without a campaign nothing can be read: the message says what to give."""
    monkeypatch.setenv("LEADSCORE_STRATEGY", "skills")
    found = run("--json", "--strategy", "skills")
    assert found.exit_code == 2
    assert "campaign is missing" in found.output
