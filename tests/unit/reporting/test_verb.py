# SPDX-License-Identifier: Apache-2.0
"""The verb ``report`` on logs, as a person and a program see it."""

from __future__ import annotations

import json
import sys

import pytest
from typer.testing import CliRunner

from integration.cli.command import build
from simulator.clock import VirtualClock
from tests.unit.reporting.conftest import HOUR, line, write_log


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the verb in a folder of its own; nothing may call the platform."""
    monkeypatch.chdir(tmp_path)

    def run_verb(*words):
        command = build(lambda *_: pytest.fail("the platform was asked"), VirtualClock())
        found = CliRunner().invoke(command, ["report", *words])
        assert isinstance(found.exception, SystemExit | None)
        assert "Traceback" not in found.output
        return found

    return run_verb


@pytest.fixture
def log(tmp_path):
    lines = [line(n, score=float(100 - n), wrap_up="Sale" if n < 4 else "") for n in range(1, 21)]
    return write_log(tmp_path / "day.jsonl", lines)


def test_for_a_person(run, log, tmp_path):
    """Figures and verdict go to the terminal, the page beside the user, and its name is told."""
    found = run("--dial-log", log)
    assert found.exit_code == 0, found.output
    assert "order exceptions" in found.stdout
    assert "Every first attempt took the best lead" in found.stdout
    assert found.stdout.splitlines()[-1] == "The page: dial-order.html"
    assert (tmp_path / "dial-order.html").read_text().startswith("<!DOCTYPE html>")
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_for_a_program(run, log, tmp_path):
    """With --json there is one document and no page, unless one is asked for."""
    found = run("--dial-log", log, "--json", "--success", "sale")
    document = json.loads(found.stdout)
    assert document["headline"]["calls"] == 20
    assert document["value"]["counts"] == "success"
    assert document["value"]["after"]["20"]["dialled"] == 1
    assert not (tmp_path / "dial-order.html").exists()
    assert run("--dial-log", log, "--json", "-o", "p.html").exit_code == 0
    assert (tmp_path / "p.html").exists()


def test_thresholds_are_settings(run, log):
    """Threshold and maximum age come from the settings, as for every verb."""
    words = ("--dial-log", log, "--json", "--senior-above", "95", "--max-age-minutes", "59")
    document = json.loads(run(*words).stdout)
    assert document["headline"]["stale_dialled"] == 20
    assert document["headline"]["senior_low"] == 20
    assert document["senior_above"] == 95
    fresh = json.loads(run(*words[:-1], str(int(HOUR // 60))).stdout)
    assert fresh["headline"]["stale_dialled"] == 0
    assert fresh["headline"]["senior_low"] == 16


def test_files_beside_the_log(run, log, tmp_path):
    """The file of the leads gives the file order, a log of API calls the budget."""
    rows = "".join(f"L-{n},1\n" for n in range(20, 0, -1))
    (tmp_path / "leads.csv").write_text(f"lead_id,phone\n{rows},2\n")
    call = {"time": "2026-11-23T09:00:00Z", "status": 200, "client_id": "pusher"}
    (tmp_path / "calls.jsonl").write_text(json.dumps(call))
    words = ("--leads", "leads.csv", "--calls", "calls.jsonl", "--calls-per-minute", "60")
    document = json.loads(run("--dial-log", log, "--json", "--success", "Sale", *words).stdout)
    assert document["value"]["after"]["80"]["file"] == 0
    assert document["budget"]["bars"] == [
        {"at": "2026-11-23T09:00:00.000Z", "used": 1, "refused": 0, "allowed": 60}
    ]
    assert document["left_out"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--dial-log", "none.jsonl"), "none.jsonl does not exist"),
        (("--dial-log", "day.jsonl", "--leads", "none.csv"), "none.csv does not exist"),
        (("--dial-log", "day.jsonl", "--calls", "none.json"), "none.json does not exist"),
        (("--dial-log", "-", "--leads", "-"), "only one of the files can be standard input"),
        (("--dial-log", "day.jsonl", "-o", "no/p.html"), "--out no/p.html cannot be written"),
        (("--dial-log", "day.jsonl", "-o", ""), "cannot be written"),
        (("--dial-log", "day.jsonl", "--senior-above", "101"), "--senior-above"),
    ],
    ids=["no log", "no leads", "no calls", "both from input", "no folder", "no name", "setting"],
)
def test_what_cannot_be_used(run, log, words, told):
    """A file or a setting that cannot be used ends with 2 and one message that names it."""
    assert log
    found = run(*words)
    assert found.exit_code == 2, found.output
    assert told in found.output


def test_without_the_extra(run, log, monkeypatch):
    """Without the extra the verb says how to install it, and JSON works all the same."""
    monkeypatch.delitem(sys.modules, "integration.reporting.page", raising=False)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    found = run("--dial-log", log)
    assert found.exit_code == 2
    assert 'pip install "genesys-lead-scoring[report]"' in found.output
    assert run("--dial-log", log, "--json").exit_code == 0
