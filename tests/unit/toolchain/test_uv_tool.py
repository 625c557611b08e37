# SPDX-License-Identifier: Apache-2.0
"""Which uv is taken, and the environment it runs in."""

from __future__ import annotations

import pytest

from toolchain import uv_tool
from toolchain.uv_tool import PINNED, SetUpError, find_uv, uv_environment, version_of


def program(path, answer):
    """A program that answers like uv --version, or fails when it has no answer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{f'echo {answer}' if answer else 'exit 127'}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("uv 0.13.9", (0, 13, 9)),
        ("uv 0.9.0 '(abc 2025-01-01)'", (0, 9, 0)),
        ("hello", None),
        ("", None),
    ],
    ids=["plain", "with build", "no version", "does not run"],
)
def test_the_version_of_a_uv_is_read(tmp_path, answer, version):
    """A uv program tells its version; one that fails or says something else has none."""
    assert version_of(program(tmp_path / "uv", answer)) == version


def test_a_missing_uv_has_no_version(tmp_path):
    """A path with no program behind it is no error."""
    assert version_of(tmp_path / "uv") is None


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with nothing on PATH and an empty .tools folder; installs are recorded."""
    installed = []
    own = tmp_path / "own"
    monkeypatch.setattr(uv_tool, "_OWN", own)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))

    def install():
        installed.append(PINNED)
        program(own / "bin" / "uv", f"uv {PINNED}")

    monkeypatch.setattr(uv_tool, "_install", install)
    return tmp_path, installed


@pytest.mark.parametrize(
    ("on_path", "taken"),
    [("uv 0.8.0", True), ("uv 10.0.0", True), ("uv 0.7.22", False), ("", False), (None, False)],
    ids=["oldest that will do", "newer", "too old", "broken shim", "none"],
)
def test_a_uv_on_path_is_taken_when_it_will_do(machine, on_path, taken):
    """A new enough uv on PATH is used as it is; else the project installs its own."""
    folder, installed = machine
    if on_path is not None:
        program(folder / "path" / "uv", on_path)
    assert find_uv() == folder / ("path/uv" if taken else "own/bin/uv")
    assert installed == ([] if taken else [PINNED])


def test_an_installed_uv_is_found_again(machine):
    """The project's own uv is installed once."""
    _, installed = machine
    assert find_uv() == find_uv()
    assert installed == [PINNED]


def test_a_failed_installation_says_what_to_do(tmp_path, monkeypatch):
    """When pip cannot install uv the person is told how to go on, and no half of it stays."""
    own = tmp_path / "own"
    monkeypatch.setattr(uv_tool, "_OWN", own)
    monkeypatch.setattr(uv_tool, "_INTERPRETER", str(program(tmp_path / "python", "")))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SetUpError, match="venv"):
        find_uv()
    assert not own.exists()


def test_uv_is_kept_to_this_project():
    """Settings that lead uv elsewhere are dropped, and it downloads no interpreter."""
    env = uv_environment({"UV_FROZEN": "1", "VIRTUAL_ENV": "/elsewhere", "HOME": "/h"})
    assert env["HOME"] == "/h"
    assert env["UV_PYTHON_DOWNLOADS"] == "never"
    assert not {"UV_FROZEN", "VIRTUAL_ENV"} & env.keys()


@pytest.mark.parametrize(
    ("given", "index"),
    [
        ({"PIP_INDEX_URL": "pip's"}, "pip's"),
        ({"PIP_INDEX_URL": "pip's", "UV_DEFAULT_INDEX": "uv's"}, "uv's"),
        ({}, None),
    ],
    ids=["only pip has one", "uv has its own", "none"],
)
def test_an_index_named_for_pip_is_handed_on(given, index):
    """The index pip was told of is taken, unless uv was told of one itself."""
    assert uv_environment(given).get("UV_DEFAULT_INDEX") == index


@pytest.mark.parametrize(
    ("given", "certificates"),
    [({}, "true"), ({"UV_SYSTEM_CERTS": "false"}, "false")],
    ids=["by default", "unless told otherwise"],
)
def test_certificates_of_the_system_are_trusted(given, certificates):
    """Uv trusts what the system trusts, as pip does, so a closed network's own index works."""
    assert uv_environment(given)["UV_SYSTEM_CERTS"] == certificates
