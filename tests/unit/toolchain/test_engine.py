# SPDX-License-Identifier: Apache-2.0
"""Which engine is taken, and how one is built where there is none."""

from __future__ import annotations

import importlib.metadata
import re
import shutil

import pytest

from toolchain import engine
from toolchain.engine import ENGINE_VERSION, EngineError, engine_version, find_engine

VERSION = f"echo v{ENGINE_VERSION}"


def program(path, script):
    """A program that runs a line of shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with an empty cache and nothing but the shell's own tools on PATH."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cat", "chmod", "cp", "dirname", "mkdir"):
        (tools / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path' / 'bin'}:{tools}")
    return tmp_path


def builds(machine, *, version=ENGINE_VERSION, noise=""):
    """A Go that takes the name after -o and puts a program there that tells a version."""
    script = f"""
    echo "$GOTOOLCHAIN $GOFLAGS $@" >> {machine / "builds"}
    {noise}
    while [ "$1" != -o ]; do shift; done
    mkdir -p "$(dirname "$2")"
    printf '#!/bin/sh\\necho v{version}\\n' > "$2"
    chmod +x "$2"
    """
    return program(machine / "path" / "bin" / "go", script)


def test_the_engine_on_path_is_taken_at_the_pinned_version(machine):
    """A pulumi of the pinned version in a bin folder is used where it is; nothing is built."""
    program(machine / "path" / "bin" / "pulumi", VERSION)
    assert find_engine() == machine / "path"
    assert not (machine / "cache").exists()


def test_an_engine_outside_a_bin_folder_gets_one(machine, monkeypatch):
    """The engine is reached as bin/pulumi wherever it is installed, also the second time."""
    real = program(machine / "pulumi-release" / "pulumi", VERSION)
    monkeypatch.setenv("PATH", str(real.parent))
    folder = find_engine()
    assert (folder / "bin" / "pulumi").resolve() == real
    assert find_engine() == folder


@pytest.mark.parametrize("other", ["echo v3.258.0", "exit 127", None], ids=["old", "shim", "none"])
def test_any_other_engine_is_passed_over(machine, other):
    """Where PATH has no engine of the pinned version, Go builds one into the cache, once."""
    if other:
        program(machine / "path" / "bin" / "pulumi", other)
    builds(machine)
    folder = find_engine()
    assert folder.parent == machine / "cache" / "genesys-lead-scoring"
    assert engine_version(folder / "bin" / "pulumi") == ENGINE_VERSION
    assert find_engine() == folder
    [command] = (machine / "builds").read_text(encoding="utf-8").splitlines()
    assert command.startswith("local -mod=readonly build ")
    assert f"version.Version=v{ENGINE_VERSION}" in command


def test_a_broken_engine_in_the_cache_is_built_anew(machine):
    """An engine that no longer runs is replaced."""
    builds(machine)
    folder = find_engine()
    program(folder / "bin" / "pulumi", "exit 1")
    find_engine()
    assert engine_version(folder / "bin" / "pulumi") == ENGINE_VERSION


def test_the_build_shows_how_far_it_is(machine):
    """While Go builds, the number of modules and packages appears now and then."""
    noise = """
    n=0; while [ $n -lt 250 ]; do n=$((n+1)); echo "go: downloading a.b/c v1.$n" >&2; done
    n=0; while [ $n -lt 410 ]; do n=$((n+1)); echo "a.b/c/p$n" >&2; done
    """
    builds(machine, noise=noise)
    told = []
    find_engine(told.append)
    assert "building" in told[0]
    assert told[1:-1] == [
        "200 modules downloaded",
        "200 packages compiled",
        "400 packages compiled",
    ]


def test_without_go_both_ways_out_are_named(machine):
    """Where there is neither engine nor Go, the message says what to install, and what is there."""
    program(machine / "path" / "bin" / "pulumi", "echo v3.200.0")
    with pytest.raises(EngineError, match=r"3\.259\.0.*on PATH is 3\.200\.0.*Install.*Go on PATH"):
        find_engine()


def test_a_build_that_fails_leaves_nothing_and_says_why(machine):
    """The last words of Go are shown, and the cache has no half-built engine."""
    builds(machine, noise="echo 'dial tcp: no route to proxy' >&2; exit 1")
    with pytest.raises(EngineError, match="no route to proxy"):
        find_engine()
    left = {path.name for path in (machine / "cache" / "genesys-lead-scoring").iterdir()}
    assert {name for name in left if not name.endswith(".lock")} == set()


def test_a_build_of_another_version_is_refused(machine):
    """What Go built is asked for its version before it is taken."""
    builds(machine, version="3.1.0")
    with pytest.raises(EngineError, match="is not Pulumi"):
        find_engine()


def test_a_process_that_waited_does_not_build_again(machine, monkeypatch):
    """Of two processes that want the engine, the second finds what the first one built."""
    builds(machine)
    folder = machine / "cache" / "genesys-lead-scoring" / f"engine-{engine._fingerprint()}"
    told = []

    def first_builds(_file, _how):
        monkeypatch.undo()
        monkeypatch.setenv("PATH", str(machine / "path" / "bin"))
        program(folder / "bin" / "pulumi", VERSION)

    def held(_file, how):
        monkeypatch.setattr(engine.fcntl, "flock", first_builds)
        assert how & engine.fcntl.LOCK_NB
        raise BlockingIOError

    monkeypatch.setattr(engine.fcntl, "flock", held)
    assert find_engine(told.append) == folder
    assert told == ["another process is building it; waiting for that one"]
    assert not (machine / "builds").exists()


@pytest.mark.parametrize(
    ("there", "code", "printed"),
    [(True, 0, "cache"), (False, 1, "")],
    ids=["found", "not to be had"],
)
def test_the_command_prints_the_folder(machine, capsys, there, code, printed):
    """Standard output has the folder alone, so that scripts can read it."""
    if there:
        builds(machine)
    assert engine.main() == code
    out, err = capsys.readouterr()
    assert printed in out
    assert len(out.splitlines()) == there
    assert "engine: " in err


def test_the_engine_and_its_packages_are_one_version():
    """go.mod, which builds the engine, and the Python package have the version looked for."""
    module = (engine.TOOLCHAIN / "go.mod").read_text(encoding="utf-8")
    pinned = re.findall(r"github\.com/pulumi/pulumi/(?:pkg|sdk)/v3 v(\S+)", module)
    assert pinned == [ENGINE_VERSION, ENGINE_VERSION]
    assert f"tool {engine._PACKAGE}\n" in module
    assert importlib.metadata.version("pulumi") == ENGINE_VERSION
