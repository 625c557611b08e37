# SPDX-License-Identifier: Apache-2.0
"""The verb ``probe``, and what a simulated platform does with what it wrote."""

from __future__ import annotations

import json
import tomllib

import pytest
from typer.testing import CliRunner

from integration.app import App
from integration.cli.command import build
from simulator.clock import ScaledClock
from simulator.control import Control
from simulator.organisation import Organisation
from simulator.setup_file import SetupError, read_switches


@pytest.fixture
def run(monkeypatch, bench, tmp_path):
    """Runs a verb as the operator of the bench, in an empty folder."""
    clock = ScaledClock(50, start=bench.clock.now())  # the command has an event loop of its own
    bench.organisation.clock = clock
    monkeypatch.chdir(tmp_path)
    given = {
        "GATEWAY": bench.settings.gateway,
        "CLIENT_ID": "operator",
        "CLIENT_SECRET": "s3cret-s3cret",
        "SCRATCH_DIVISION": bench.division,
        "CONTACT_LIST": bench.lists[""],
    }
    for name, value in given.items():
        monkeypatch.setenv(f"LEADSCORE_{name}", value)

    def make_app(settings, telemetry):
        return App(settings, clock=clock, transport=bench.transport, telemetry=telemetry)

    def run_verb(*words):
        result = CliRunner().invoke(build(make_app, clock), list(words))
        assert isinstance(result.exception, SystemExit | None)
        assert "Traceback" not in result.output
        return result

    return run_verb


def test_for_a_person(bench, run, tmp_path):
    """Each question has its answer, what follows is told, and kept in the settings file."""
    bench.control.set_switches(keep_absent_callable=False)
    seen = run("probe", "--quiet")
    assert seen.exit_code == 0, seen.output
    lines = seen.stdout.splitlines()
    assert lines[0] == "Lead scoring, simulated: 8 questions asked"
    assert lines[3].startswith("  no   a contact written without callable keeps its mark:")
    assert "It follows: columns_kept = true" in lines
    assert seen.stderr == "kept in leadscore.toml\n"
    kept = tomllib.loads((tmp_path / "leadscore.toml").read_text())
    assert kept["columns_kept"] is True
    assert kept["probe"]["switches"]["keep_absent_callable"] is False


@pytest.mark.parametrize("kept", [True, False])
def test_the_ledger_audit_follows(bench, run, tmp_path, kept):
    """What the probe has found out lets a push take the ledger audit, or refuses it."""
    bench.control.set_switches(keep_absent_columns=kept)
    assert run("probe", "-q").exit_code == 0
    file = tmp_path / "scores.csv"
    file.write_text("lead_id,priority_score,last_calculated_at\n")
    bench.organisation.grant(bench.organisation.clients.by_id["operator"], ["*"])
    pushed = run("push", str(file), "--audit", "ledger", "-q")
    assert pushed.exit_code == (0 if kept else 2)
    assert ("leadscore probe finds that out" in pushed.stderr) is not kept


def test_a_push_that_would_have_people_called_again(bench, run, tmp_path):
    """Where a write makes contacts callable again, none is written, and that is said."""
    bench.control.set_switches(keep_absent_callable=False)
    assert run("probe", "-q").exit_code == 0
    file = tmp_path / "scores.csv"
    file.write_text("lead_id,priority_score,last_calculated_at\nA,50,2026-11-24T09:30:00Z\n")
    bench.organisation.grant(bench.organisation.clients.by_id["operator"], ["*"])
    for verb in ("push", "load"):
        seen = run(verb, str(file), "-q")
        assert seen.exit_code == 2
        assert "callable_kept is false: a write makes contacts callable" in seen.stderr
    assert run("push", str(file), "-q", "--callable-kept").exit_code == 0
    assert run("status").exit_code == 0


def test_for_a_program(run, tmp_path):
    """One document, that a simulated platform takes its switches from; nothing is kept."""
    seen = run("probe", "--json", "--no-save")
    document = json.loads(seen.stdout)
    assert document["exit_code"] == seen.exit_code == 0
    assert document["settings"] == {"columns_kept": True, "callable_kept": True}
    assert set(document["not_looked_at"]) == {
        *("bulk_update_requeues", "put_requeues", "recall_shown")
    }
    assert not (tmp_path / "leadscore.toml").exists()
    file = tmp_path / "probe.json"
    file.write_text(seen.stdout)
    assert read_switches(file) == document["switches"]


def test_a_simulated_platform_like_the_one_that_was_probed(bench, run, tmp_path):
    """The switches that a probe has found out make the simulator behave alike."""
    odd = {"keep_absent_columns": False, "atomic_batches": False, "filters_ignore_case": True}
    bench.control.set_switches(**odd)
    run("probe", "-q")
    like_it = Organisation()
    Control(like_it).set_switches(**read_switches(tmp_path / "leadscore.toml"))
    assert {name: getattr(like_it.switches, name) for name in odd} == odd


@pytest.mark.parametrize("text", ['{"facts": []}', "[]", "no JSON"])
def test_a_file_without_switches(tmp_path, text):
    """A file that no probe has written is told."""
    file = tmp_path / "probe.json"
    file.write_text(text)
    with pytest.raises(SetupError, match=r"probe\.json: "):
        read_switches(file)


def test_a_file_that_cannot_be_kept(run, tmp_path):
    """The findings are shown, what to write by hand is told, and the exit code is 1."""
    (tmp_path / "leadscore.toml").write_text('"columns_kept" = false\n')
    seen = run("probe", "-q")
    assert seen.exit_code == 1
    assert "write into it by hand: columns_kept = true" in seen.stderr
    assert "8 questions asked" in seen.stdout


def test_a_probe_that_was_stopped(bench, run, tmp_path):
    """Nothing is kept of it; the scratch list that is left is named."""
    bench.fail("delete_outbound_contactlist")
    seen = run("probe", "-q", "--retry-attempts", "1")
    assert seen.exit_code == 1
    assert "Left: the contact list leadscore probe 20261124T" in seen.stdout
    assert "Stopped: Genesys Cloud could not serve delete scratch list" in seen.stdout
    assert not (tmp_path / "leadscore.toml").exists()
    bench.control.clear_faults()
    assert "Removed: leadscore probe 20261124T" in run("probe", "-q").stdout
