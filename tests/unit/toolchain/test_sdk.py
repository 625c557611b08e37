# SPDX-License-Identifier: Apache-2.0
"""How the committed SDK is compared with what the schema says."""

from __future__ import annotations

import shutil
import sys

import pytest

from toolchain import sdk
from toolchain.engine import ENGINE_VERSION, EngineError
from toolchain.sdk import differences


def folder(path, **files):
    """A folder with files; two underscores in a name stand for a folder."""
    for name, text in files.items():
        file = path / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("files", "different"),
    [
        ({"a": "1", "b__c": "2"}, []),
        ({"a": "1", "b__c": "3"}, ["b/c"]),
        ({"a": "1"}, ["b/c"]),
        ({"a": "1", "b__c": "2", "d": ""}, ["d"]),
        ({"a": "1", "b__c": "2", "build__x": "", "x.egg-info__y": ""}, []),
    ],
    ids=["the same", "changed", "missing", "too many", "left by a build"],
)
def test_every_file_that_differs_is_named(tmp_path, files, different):
    """A file that is missing in one folder or has other content differs; leftovers do not count."""
    ours = folder(tmp_path / "ours", a="1", b__c="2")
    assert differences(ours, folder(tmp_path / "theirs", **files)) == different


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository whose SDK has the file ``a``; generating it anew gives other content."""
    committed = folder(tmp_path / "genesyscloud", a="1", b="1")
    monkeypatch.setattr(sdk, "SDK", committed)
    monkeypatch.setattr(sdk, "generate", lambda path: folder(path, a="2"))
    return committed


@pytest.mark.parametrize(
    ("arguments", "code", "content", "printed"),
    [
        (["--check"], 1, "1", ["genesyscloud/a: differs", "genesyscloud/b: differs"]),
        ([], 0, "2", ["genesyscloud/a: written", "genesyscloud/b: written"]),
    ],
    ids=["checked", "written"],
)
def test_the_sdk_is_written_or_checked(
    repository, monkeypatch, capsys, arguments, code, content, printed
):
    """Checking changes nothing and fails on a difference; writing replaces the whole SDK."""
    monkeypatch.setattr(sys, "argv", ["sdk", *arguments])
    assert sdk.main() == code
    assert (repository / "a").read_text(encoding="utf-8") == content
    assert (repository / "b").exists() is bool(arguments)
    assert capsys.readouterr().out.splitlines() == printed


def test_an_sdk_that_is_as_the_schema_says_is_left_alone(repository, monkeypatch, capsys):
    """Nothing is written where nothing differs."""
    monkeypatch.setattr(sdk, "generate", lambda path: shutil.copytree(repository, path))
    monkeypatch.setattr(sys, "argv", ["sdk"])
    assert sdk.main() == 0
    assert "as the schema says" in capsys.readouterr().out


def test_trouble_leaves_the_sdk_as_it_was(repository, monkeypatch, capsys):
    """Where nothing can generate it, the reason is told and the SDK stays."""

    def fails(_path):
        raise EngineError("no Go")

    monkeypatch.setattr(sdk, "generate", fails)
    monkeypatch.setattr(sys, "argv", ["sdk"])
    assert sdk.main() == 1
    assert "no Go" in capsys.readouterr().err
    assert (repository / "a").read_text(encoding="utf-8") == "1"


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A PATH with programs of the test's choice; each records how it was called."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    cp = shutil.which("cp", path="/usr/bin:/bin")

    def put(name, script):
        file = folder(
            tmp_path / "bin", **{name: f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n{script}\n'}
        )
        (file / name).chmod(0o755)

    put.copy = cp
    put.calls = lambda: (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    return put


def test_without_go_the_engine_itself_generates(tools, tmp_path):
    """An installed Pulumi of the pinned version makes the SDK by its own command."""
    source = folder(tmp_path / "made", python__a="2")
    script = f"""
    [ "$1" = version ] && echo v{ENGINE_VERSION} && exit
    {tools.copy} -R {source}/python "${{5#--out=}}"
    """
    tools("pulumi", script)
    target = folder(tmp_path / "sdk", old="1")
    sdk.generate(target)
    assert [path.name for path in target.iterdir()] == ["a"]
    assert tools.calls()[-1].startswith(f"package gen-sdk {sdk.SCHEMA} --language=python")


def test_a_generator_that_fails_is_quoted(tools, tmp_path):
    """What the generator says is in the error."""
    tools("go", "echo 'is not a package schema' >&2; exit 1")
    with pytest.raises(EngineError, match="is not a package schema"):
        sdk.generate(tmp_path / "sdk")
    assert tools.calls() == [f"run ./generate {sdk.SCHEMA} {tmp_path}/sdk"]
