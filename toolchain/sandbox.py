# SPDX-License-Identifier: Apache-2.0
"""A private home for the Pulumi engine, in which the stand-in takes the provider's place.

A program meets whatever provider its ``PULUMI_HOME`` holds under the recorded name and version.
Here that is the stand-in of ``simulator.provider``, so the program, the SDK and the engine are
those of a live organisation and only the plugin differs. The engine never calls out: whatever
would is switched off, and the address of its service is a closed port.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

PLUGIN = "resource-terraform-provider-v1.1.3"
"""What ``packages:`` in Pulumi.yaml names; the engine asks for exactly this version."""
POLICY_PLUGIN = "analyzer-policy-python-v1.0.0"
"""Runs policy packs where there is no language host; its version is not looked at."""
POLICY_HOST = "pulumi-analyzer-policy-python"
"""The program that it is, which a Pulumi that was installed has on PATH."""
PASSPHRASE = "sandbox"  # noqa: S105 - what it protects lives and ends on this machine

# Variables of editors and shells that start programs by themselves. An engine that sees one of them
# would sign up to its service unasked.
_STARTERS = (
    "AI_AGENT",
    "ANTIGRAVITY_AGENT",
    "AUGMENT_AGENT",
    "CLAUDECODE",
    "CLAUDE_CODE",
    "CLAUDE_CODE_IS_COWORK",
    "CODEX_CI",
    "CODEX_SANDBOX",
    "CODEX_THREAD_ID",
    "COPILOT_ALLOW_ALL",
    "COPILOT_GITHUB_TOKEN",
    "COPILOT_MODEL",
    "CURSOR_AGENT",
    "CURSOR_TRACE_ID",
    "GEMINI_CLI",
    "GOOSE_PROVIDER",
    "OPENCODE",
    "OPENCODE_CALLER",
    "OPENCODE_CLIENT",
    "REPL_ID",
)
OFFLINE = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    "PULUMI_API": "http://127.0.0.1:9",
    "PULUMI_ACCESS_TOKEN": "",
    "PULUMI_CREDENTIAL_STORE": "plaintext",
    # Empty counts as not set, and reaches the engine through every layer between.
    **dict.fromkeys(_STARTERS, ""),
}
"""Environment variables with which the engine makes no call of its own."""


@dataclass(frozen=True)
class Sandbox:
    """What the engine needs to run apart from everything else on this machine.

    Args:
        engine: the folder whose ``bin/pulumi`` is the engine.
        home: its private home, with the stand-in installed.
        backend: the folder where the states of stacks are kept.
    """

    engine: Path
    home: Path
    backend: Path

    def environment(self) -> dict[str, str]:
        """The variables that keep the engine in here, to be laid over those of the process."""
        return {
            **OFFLINE,
            "PULUMI_HOME": str(self.home),
            "PULUMI_BACKEND_URL": self.backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            # A plugin on PATH would be taken before the stand-in, at any version.
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        }


def make_sandbox(folder: Path, engine: Path) -> Sandbox:
    """A sandbox in a folder of its own; states that are there already are kept.

    Args:
        folder: where home and states go; made when it is missing.
        engine: the folder whose ``bin/pulumi`` is the engine.
    """
    # The official provider, put here by hand in place of the stand-in, takes half a minute less
    # for every operation when its path contains this word.
    home = folder.absolute() / "home-debug"
    backend = folder.absolute() / "states"
    backend.mkdir(parents=True, exist_ok=True)
    _install(home, PLUGIN, "simulator.provider")
    _install(home, POLICY_PLUGIN, "pulumi.policy")
    return Sandbox(engine=engine, home=home, backend=backend)


def install_policy_host(folder: Path) -> Path:
    """Puts what runs policy packs into a folder, for PATH, where no language host is installed."""
    _write(folder / POLICY_HOST, "pulumi.policy")
    return folder


def _install(home: Path, plugin: str, module: str) -> None:
    """Installs a plugin that is a Python module of this very environment."""
    name = plugin.rpartition("-v")[0]
    _write(home / "plugins" / plugin / f"pulumi-{name}", module)


def _write(program: Path, module: str) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    # -P: the plugin starts in the folder of some project, and must not import from there.
    python = shlex.quote(sys.executable)
    text = f'#!/bin/sh\nexec {python} -P -u -m {module} "$@"\n'
    # Replaced in one step: the engine may be about to start it.
    fresh = program.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o755)
    fresh.replace(program)
