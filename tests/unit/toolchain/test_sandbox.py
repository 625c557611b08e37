# SPDX-License-Identifier: Apache-2.0
"""What a private home of the engine holds, and what the engine is told in it."""

from __future__ import annotations

import subprocess
import sys

from toolchain.sandbox import PLUGIN, POLICY_PLUGIN, make_sandbox
from toolchain.sdk import SDK


def test_everything_of_a_sandbox_is_inside_its_folder(tmp_path):
    """Home and states are in the folder, and the environment names them absolutely."""
    box = make_sandbox(tmp_path / "box", tmp_path / "engine")
    env = box.environment()
    assert env["PULUMI_HOME"].startswith(str(tmp_path / "box"))
    assert env["PULUMI_BACKEND_URL"] == (tmp_path / "box" / "states").as_uri()
    assert box.backend.is_dir()


def test_the_engine_is_told_to_stay_alone(tmp_path, monkeypatch):
    """No update check, no download, no registry, no service, and no signing up unasked."""
    monkeypatch.setenv("CLAUDECODE", "1")
    env = make_sandbox(tmp_path, tmp_path).environment()
    assert env["CLAUDECODE"] == env["AI_AGENT"] == env["PULUMI_ACCESS_TOKEN"] == ""
    assert env["PULUMI_API"] == "http://127.0.0.1:9"
    switches = {name for name, value in env.items() if value == "true"}
    assert switches == {
        "PULUMI_SKIP_UPDATE_CHECK",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
        "PULUMI_DISABLE_REGISTRY_RESOLVE",
        "PULUMI_IGNORE_AMBIENT_PLUGINS",
    }


def test_the_stand_in_has_the_name_that_the_sdk_asks_for(tmp_path):
    """The plugin's folder names the provider and version that the generated SDK names."""
    text = (SDK / "pulumi_genesyscloud" / "pulumi-plugin.json").read_text(encoding="utf-8")
    assert '"name": "terraform-provider"' in text
    assert '"version": "1.1.3"' in text
    home = make_sandbox(tmp_path, tmp_path).home
    assert (home / "plugins" / PLUGIN / "pulumi-resource-terraform-provider").exists()
    assert "debug" in str(home)


def test_plugins_run_in_this_environment_wherever_they_start(tmp_path):
    """A plugin is a module of this environment; a folder of that name beside it is not taken."""
    home = make_sandbox(tmp_path / "with space", tmp_path).home
    (tmp_path / "pulumi").mkdir()
    (tmp_path / "pulumi" / "__init__.py").write_text("raise SystemExit(9)", encoding="utf-8")
    plugin = home / "plugins" / POLICY_PLUGIN / "pulumi-analyzer-policy-python"
    assert f"exec {sys.executable} " in plugin.read_text(encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - written by the test
        [plugin], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    # The policy runner misses the arguments that the engine gives.
    assert (done.returncode, "engineAddress" in done.stderr) == (2, True)


def test_a_sandbox_made_again_keeps_its_states(tmp_path):
    """Making a sandbox where one is renews the plugins and touches no state."""
    box = make_sandbox(tmp_path, tmp_path)
    (box.backend / "state").touch()
    assert make_sandbox(tmp_path, tmp_path) == box
    assert (box.backend / "state").exists()
    assert [path.name for path in box.home.rglob("*.new")] == []
