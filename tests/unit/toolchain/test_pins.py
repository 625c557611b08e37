# SPDX-License-Identifier: Apache-2.0
"""Pins: from a lock file to requirements, and into the project file."""

from __future__ import annotations

import json
import subprocess
import tomllib

import pytest

from toolchain import pins
from toolchain.pins import BUILD_TIME, RUN_TIME, PinsError, locked, rewrite, written

PROJECT = f"""\
[build-system]
requires = ["builder>=1"]

[tool.uv]
# a comment that stays
{RUN_TIME} = [
    "old==1.0",
]
{BUILD_TIME} = []

[tool.other]
key = [1]
"""


def package(name, version, source="registry", **more):
    return {"name": name, "version": version, "source": {source: "somewhere"}} | more


def test_every_registry_package_is_pinned():
    """Packages of an index are pinned in name order; the project itself is not."""
    lock = {
        "package": [
            package("b", "2"),
            package("a", "1.0"),
            package("me", "0.1", "editable"),
        ]
    }
    assert locked(lock) == ["a==1.0", "b==2"]


def test_two_versions_of_a_package_keep_their_markers():
    """A package that resolves differently by platform is pinned once for each."""
    lock = {
        "package": [
            package("a", "1", **{"resolution-markers": ["os_name == 'nt'"]}),
            package("a", "2", **{"resolution-markers": ["os_name != 'nt'", "os_name == 'x'"]}),
        ]
    }
    assert locked(lock) == [
        "a==1 ; (os_name == 'nt')",
        "a==2 ; (os_name != 'nt') or (os_name == 'x')",
    ]


def test_only_the_list_itself_is_rewritten():
    """Writing pins replaces that one list and leaves every other character alone."""
    text = written(PROJECT, RUN_TIME, ["a==1", "b==2"])
    assert text == PROJECT.replace('"old==1.0",', '"a==1",\n    "b==2",')


def test_no_pins_leave_an_empty_list():
    """Writing no pins gives a list that can be written again."""
    assert tomllib.loads(written(PROJECT, RUN_TIME, []))["tool"]["uv"][RUN_TIME] == []
    assert written(written(PROJECT, RUN_TIME, []), RUN_TIME, ["old==1.0"]) == PROJECT


@pytest.mark.parametrize(
    "text", ["[tool.uv]\n", PROJECT + f"{RUN_TIME} = []\n"], ids=["missing", "twice"]
)
def test_a_project_without_exactly_one_list_is_refused(text):
    """Pins are never written to a file in which their place is not clear."""
    with pytest.raises(PinsError, match=RUN_TIME):
        written(text, RUN_TIME, ["a==1"])


@pytest.fixture
def project(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text(PROJECT, encoding="utf-8")
    return file


class FakeUv:
    """Answers as uv does: ``lock`` writes a lock file, ``pip compile`` prints requirements."""

    def __init__(self, *locks, code=0):
        self.locks, self.code, self.seen = list(locks), code, []

    def __call__(self, command, *, cwd, **options):
        verb, *rest = command[1:]
        self.seen.append((verb, rest, (cwd / "pyproject.toml").read_text(encoding="utf-8")))
        if verb == "lock":
            name, version = self.locks.pop(0)
            source = '{ registry = "somewhere" }'
            lock = f"[[package]]\nname = {json.dumps(name)}\nversion = {json.dumps(version)}\n"
            (cwd / "uv.lock").write_text(f"{lock}source = {source}\n", encoding="utf-8")
        if verb == "pip":
            self.asked = options["input"].splitlines()
        return subprocess.CompletedProcess(command, self.code, stdout="builder==1.5\n")


def test_new_versions_are_found_without_the_old_pins(project, tmp_path, monkeypatch):
    """Rewriting resolves with both lists empty, then writes what was found to both."""
    uv = FakeUv(("a", "3"), ("a", "3"))
    monkeypatch.setattr(pins.subprocess, "run", uv)
    assert rewrite(project, tmp_path / "uv", keep=False) == ["a==3"]
    settings = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["uv"]
    assert settings == {RUN_TIME: ["a==3"], BUILD_TIME: ["builder==1.5"]}
    verb, rest, text_then = uv.seen[0]
    assert (verb, rest) == ("lock", ["--upgrade"])
    assert "old==1.0" not in text_then


def test_pins_can_be_kept(project, tmp_path, monkeypatch):
    """With keep, the old pins still bind while what is new is resolved."""
    uv = FakeUv(("old", "1.0"), ("old", "1.0"))
    monkeypatch.setattr(pins.subprocess, "run", uv)
    rewrite(project, tmp_path / "uv", keep=True)
    verb, rest, text_then = uv.seen[0]
    assert (verb, rest) == ("lock", [])
    assert "old==1.0" in text_then


@pytest.mark.parametrize(
    ("uv", "words"),
    [
        (FakeUv(("a", "3"), code=1), "uv lock failed"),
        (FakeUv(("a", "3"), ("a", "4")), "other versions"),
    ],
    ids=["no solution", "pins that do not reproduce"],
)
def test_trouble_leaves_the_project_as_it_was(uv, words, project, tmp_path, monkeypatch):
    """When no pins can be made, the project file is restored to the last character."""
    monkeypatch.setattr(pins.subprocess, "run", uv)
    with pytest.raises(PinsError, match=words):
        rewrite(project, tmp_path / "uv", keep=False)
    assert project.read_text(encoding="utf-8") == PROJECT


def test_what_builds_the_packages_of_this_repository_is_pinned_too(project, tmp_path, monkeypatch):
    """Build requirements are those of the project and of each package that has a path here."""
    with project.open("a", encoding="utf-8") as file:
        file.write('[tool.uv.sources]\nsdk = { path = "sdks/sdk" }\n')
    sdk = tmp_path / "sdks" / "sdk" / "pyproject.toml"
    sdk.parent.mkdir(parents=True)
    sdk.write_text('[build-system]\nrequires = ["other>=2"]\n', encoding="utf-8")
    uv = FakeUv(("old", "1.0"), ("old", "1.0"))
    monkeypatch.setattr(pins.subprocess, "run", uv)
    rewrite(project, tmp_path / "uv", keep=True)
    verb, rest, _ = uv.seen[1]
    assert (verb, rest[0]) == ("pip", "compile")
    assert uv.asked == ["builder>=1", "other>=2", "editables"]
