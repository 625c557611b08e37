# SPDX-License-Identifier: Apache-2.0
"""When the environment is made anew, and when it counts as made."""

from __future__ import annotations

import subprocess

import pytest

from toolchain import environment
from toolchain.environment import set_up
from toolchain.uv_tool import SetUpError


@pytest.fixture
def sync(tmp_path, monkeypatch):
    """A uv whose exit code the test chooses; it makes .venv and keeps what it was asked."""

    class Sync:
        code = 0
        asked = ()

        def __call__(self, command, **_options):
            self.asked = command[1:]
            (tmp_path / ".venv").mkdir(exist_ok=True)
            return subprocess.CompletedProcess(command, self.code)

    fake = Sync()
    monkeypatch.setattr(environment, "find_uv", lambda: tmp_path / "uv")
    monkeypatch.setattr(environment.subprocess, "run", fake)
    return fake


@pytest.mark.parametrize(
    ("old_mark", "kept"),
    [("here python3", True), ("elsewhere python3", False), (None, True)],
    ids=["the same", "copied from elsewhere", "made by hand with uv"],
)
def test_an_environment_made_for_another_folder_is_made_anew(tmp_path, sync, old_mark, kept):
    """Only an environment that bears another mark is removed before uv runs."""
    venv = tmp_path / ".venv"
    venv.mkdir()
    (venv / "installed").touch()
    if old_mark:
        (venv / "set-up").write_text(f"{old_mark}\n", encoding="utf-8")
    set_up(venv / "set-up", "here python3")
    assert (venv / "installed").exists() is kept
    assert (venv / "set-up").read_text(encoding="utf-8") == "here python3\n"
    assert sync.asked[0] == "sync"


def test_a_set_up_that_failed_is_not_taken_for_made(tmp_path, sync):
    """When uv fails the person is told, and the next run tries again."""
    sync.code = 2
    with pytest.raises(SetUpError, match="UV_DEFAULT_INDEX"):
        set_up(tmp_path / ".venv" / "set-up", "here python3")
    assert not (tmp_path / ".venv" / "set-up").exists()


def test_the_generated_sdk_is_installed_anew(tmp_path, sync):
    """The SDK keeps its version when it is generated anew, so every set-up installs it again."""
    set_up(tmp_path / ".venv" / "set-up", "here python3")
    named = sync.asked.index("--reinstall-package") + 1
    assert sync.asked[named] == "pulumi-genesyscloud"


def test_a_set_up_brings_what_is_left_out_of_a_plain_installation(tmp_path, sync):
    """Plots and the shared outbox are tested wherever the project is."""
    set_up(tmp_path / ".venv" / "set-up", "here python3")
    assert "--all-extras" in sync.asked
