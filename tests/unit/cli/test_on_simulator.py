# SPDX-License-Identifier: Apache-2.0
"""The whole command against the simulated platform: real app, real outbox, no network."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
from typer.testing import CliRunner

from integration.app import App
from integration.cli.command import build
from simulator.clock import ScaledClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation

LEADS = [f"L{n}" for n in range(1, 121)]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
T = "2026-11-23T10:00:00Z"
LATER = "2026-11-23T11:00:00Z"
RIGHTS = ["outbound:contact:view", "outbound:contact:add", "outbound:contactList:view"]
LIST = {
    "name": "Leads",
    "columnNames": [
        *("lead_id", "phone", "zone", "ml_score", "ml_score_at", "route_tier", "model_version")
    ],
    "phoneColumns": [{"columnName": "phone", "type": "cell"}],
    "columnDataTypeSpecifications": [
        {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
        {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
    ],
}


class World:
    """A simulated organisation with a contact list, and the command beside it."""

    def __init__(self, monkeypatch):
        self.clock = ScaledClock(start=NOW)
        self.organisation = Organisation(clock=self.clock)
        self.control = Control(self.organisation)
        self.control.add_client(client_id="pusher", secret="s3cret-s3cret", permissions=RIGHTS)
        self.list_id = asyncio.run(self._make_list())
        monkeypatch.setenv("LEADSCORE_CLIENT_SECRET", "s3cret-s3cret")
        monkeypatch.setenv("LEADSCORE_CONTACT_LIST", self.list_id)

    async def _make_list(self):
        base = "https://api.mypurecloud.de"
        async with httpx.AsyncClient(transport=SimulatorTransport(self.organisation)) as http:
            answer = await http.post(
                "https://login.mypurecloud.de/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
            )
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            path = f"{base}/api/v2/outbound/contactlists"
            return (await http.post(path, json=LIST, headers=headers)).json()["id"]

    def run(self, *words, stdin=b""):
        def make_app(settings, telemetry):
            transport = SimulatorTransport(self.organisation)
            return App(settings, clock=self.clock, transport=transport, telemetry=telemetry)

        command = build(make_app, self.clock)
        result = CliRunner().invoke(command, [str(word) for word in words], input=stdin)
        assert isinstance(result.exception, SystemExit | None)
        assert "Traceback" not in result.output
        assert "s3cret" not in result.output
        return result

    def stored(self, lead):
        return self.control.contact(self.list_id, lead)["data"]


@pytest.fixture
def world(monkeypatch, tmp_path):
    (tmp_path / "contacts.csv").write_text(
        "lead_id,phone,zone\n" + "".join(f"{lead},+49301,Europe/Berlin\n" for lead in LEADS)
    )
    (tmp_path / "scores.csv").write_text(
        "lead_id,priority_score,last_calculated_at,model_version\n"
        + "".join(f"{lead},{n % 100 + 1},{T},v1\n" for n, lead in enumerate(LEADS))
    )
    world = World(monkeypatch)
    assert world.run("load", "contacts.csv").exit_code == 0
    return world


def test_a_file_pushed_twice_ends_well_both_times(world):
    """Load, push, push again: every lead has its score, and exit codes are 0."""
    assert world.run("plan", "scores.csv").exit_code == 0
    first = world.run("push", "scores.csv", "--json")
    assert (first.exit_code, json.loads(first.stdout)["delivered"]) == (0, 120)
    second = world.run("push", "scores.csv", "--json")
    assert (second.exit_code, json.loads(second.stdout)["duplicates"]) == (0, 120)
    assert world.stored("L7")["ml_score"] == "7"
    assert world.stored("L7")["phone"] == "+49301"
    history = json.loads(world.run("history", "L7", "--json").stdout)["history"]
    assert [entry["score"] for entry in history] == [7]


BAD = [
    ("malformed_row", "L1,5", '{"lead_id": "L1"}'),
    ("invalid_lead_id", f"L 1,5,{T}", f'["L 1", "5", "{T}"]'),
    ("score_not_a_number", f"L1,n/a,{T}", f'["L1", "n/a", "{T}"]'),
    ("score_out_of_range", f"L1,0,{T}", f'["L1", 0, "{T}"]'),
    ("score_not_integer", f"L1,87.5,{T}", f'["L1", 87.5, "{T}"]'),
    ("time_without_zone", f"L1,5,{T[:-1]}", f'["L1", 5, "{T[:-1]}"]'),
    ("time_invalid", "L1,5,yesterday", '["L1", 5, "yesterday"]'),
    ("time_in_future", "L1,5,2037-01-01T00:00:00Z", '["L1", 5, "2037-01-01T00:00:00Z"]'),
]
KEYS = ("lead_id", "priority_score", "last_calculated_at")


def as_json_line(text):
    values = json.loads(text)
    if isinstance(values, list):
        values = dict(zip(KEYS, values, strict=True))
    return json.dumps(values)


@pytest.mark.parametrize("extension", ["csv", "jsonl"])
def test_every_kind_of_bad_row_gets_its_verdict(world, tmp_path, extension):
    """Each row has one line in the verdicts, in order, with its code; good ones are delivered."""
    good = [("L1", 5, LATER), ("L2", 9, LATER), ("nobody", 9, T), ("L2", 7, T), ("L2", 8, LATER)]
    expected = [
        *("delivered", "delivered", "unknown_lead", "superseded", "conflict"),
        *(reason for reason, *_ in BAD),
    ]
    if extension == "csv":
        lines = [",".join(KEYS), *(",".join(map(str, row)) for row in good)]
        lines += [row for _, row, _ in BAD]
    else:
        lines = [json.dumps(dict(zip(KEYS, row, strict=True))) for row in good]
        lines += [as_json_line(row) for *_, row in BAD]
    file = tmp_path / f"mixed.{extension}"
    file.write_text("\n\n".join(lines))
    result = world.run("push", file, "--verdicts", "v.jsonl")
    assert result.exit_code == 1
    verdicts = [json.loads(line) for line in (tmp_path / "v.jsonl").read_text().splitlines()]
    assert [one["row"] for one in verdicts] == list(range(1, len(expected) + 1))
    found = [one["reason"] if one["verdict"] == "rejected" else one["verdict"] for one in verdicts]
    assert found == expected
    assert all(one["reason"] and one["message"] for one in verdicts[2:])
    beaten = [(one["reason"], one["message"]) for one in verdicts[3:5]]
    held = "row 2 has 9 of 2026-11-23T11:00:00.000Z"
    assert beaten == [("newer_score", held), ("same_instant", held)]
    assert verdicts[0]["new"] == 5
    assert world.stored("L2")["ml_score"] == "9"
    assert world.run("push", file).exit_code == 1


def test_an_unknown_lead_is_parked_until_it_is_loaded(world, tmp_path):
    """Status names it; loaded and retried, it is delivered without the file."""
    (tmp_path / "one.csv").write_text(f"{','.join(KEYS)}\nnew,50,{T}\n")
    assert world.run("push", "one.csv").exit_code == 1
    assert "parked: unknown_lead" in world.run("status").stdout
    (tmp_path / "new.csv").write_text("lead_id,phone\nnew,+49302\n")
    assert world.run("load", "new.csv").exit_code == 0
    assert world.run("retry", "new").stdout.startswith("1 score is due again")
    assert world.run("push", "--resume").exit_code == 0
    assert world.stored("new")["ml_score"] == "50"


def test_metrics_of_a_run_are_left_for_a_collector(world, tmp_path, monkeypatch):
    """The file is whole, and there after a refusal too; a place that is none is told."""
    assert world.run("push", "scores.csv", "--metrics-file", "m.prom").exit_code == 0
    metrics = (tmp_path / "m.prom").read_text()
    assert 'leadscore_scores_total{verdict="delivered"} 120.0' in metrics
    assert 'leadscore_calls_total{operation="write contacts",status="200"}' in metrics
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET", "wrong")
    assert world.run("push", "scores.csv", "--metrics-file", "m.prom").exit_code == 3
    assert 'status="401"' in (tmp_path / "m.prom").read_text()
    result = world.run("push", "scores.csv", "--metrics-file", "no/where")
    assert result.exit_code == 2
    assert "--metrics-file no/where cannot be written (No such file" in result.stderr
    assert not list(tmp_path.glob(".*.part"))


def test_a_wrong_secret_is_refused_and_everything_kept(world, monkeypatch):
    """Exit code 3, the reason told, and push --resume delivers once the secret is right."""
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET", "wrong")
    result = world.run("push", "scores.csv")
    assert result.exit_code == 3
    assert "Stopped: Genesys Cloud gives client" in result.stdout
    for verb in ("load", "plan"):
        found = world.run(verb, "contacts.csv" if verb == "load" else "scores.csv")
        assert "Genesys Cloud gives client" in found.output
    monkeypatch.setenv("LEADSCORE_CLIENT_SECRET", "s3cret-s3cret")
    world.run("retry", "--all")
    assert world.run("push", "--resume").exit_code == 0
    assert world.stored("L7")["ml_score"] == "7"


def test_columns_that_the_list_lacks_are_told_before_anything_is_loaded(world):
    """A file of other columns is refused with the columns of the list."""
    result = world.run("load", "scores.csv")
    assert result.exit_code == 2
    assert "has no column priority_score, last_calculated_at" in result.stderr


def test_an_outbox_that_is_none_is_refused(world, tmp_path):
    """A file that is no outbox is left as it is."""
    before = (tmp_path / "scores.csv").read_bytes()
    result = world.run("status", "--outbox", "scores.csv")
    assert result.exit_code == 2
    assert "name another file with --outbox" in result.stderr
    assert (tmp_path / "scores.csv").read_bytes() == before
