# SPDX-License-Identifier: Apache-2.0
"""Commands whose outbox is on a server: the same words, and no password in any of them."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from integration.app import App
from integration.cli.command import build
from simulator.clock import VirtualClock

PASSWORD = "s3cret-pass"


@pytest.fixture
def leadscore(tmp_path, monkeypatch):
    """The real command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    command = build(lambda settings, _: App(settings), VirtualClock())
    return lambda *words: CliRunner().invoke(command, words)


def test_a_server_that_cannot_be_reached(leadscore, monkeypatch):
    """The message says which server and what to check, and the password stays unsaid."""
    monkeypatch.setenv("LEADSCORE_OUTBOX", f"postgresql://app:{PASSWORD}@127.0.0.1:1/scores")
    result = leadscore("status")
    assert result.exit_code == 2
    assert "postgresql://app@127.0.0.1:1/scores cannot be reached" in result.stderr
    assert PASSWORD not in result.stdout + result.stderr


def test_an_outbox_on_a_server(leadscore, new_schema):
    """An outbox on a server is named by its address, on the command line too."""
    server = new_schema()
    result = leadscore("status", "--outbox", server.secret_address)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"outbox {server}\n")
    result = leadscore("history", "L9", "--outbox", server.secret_address)
    assert result.stderr == f"nothing is on record for lead L9 in {server}\n"
