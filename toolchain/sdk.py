# SPDX-License-Identifier: Apache-2.0
"""Makes ``sdks/genesyscloud`` from the package schema, or says that it would change.

The SDK is committed, so that a fresh clone needs neither engine nor provider to check types and
run the program under mocks. It is still generated, never edited: what generates it is the
library of the pinned engine (``toolchain/generate``), or, without Go, that engine's own command.

``python -m toolchain.sdk`` writes it anew; ``--check`` only compares and names what differs.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from toolchain.engine import TOOLCHAIN, EngineError, find_engine, go_environment, say
from toolchain.sandbox import OFFLINE

SCHEMA = TOOLCHAIN / "schema" / "genesyscloud-1.82.0.json"
SDK = TOOLCHAIN.parent / "sdks" / "genesyscloud"
# What building and importing leave in the folder.
_LEFT_BEHIND = {"build", "__pycache__"}


def generate(folder: Path) -> None:
    """Writes the SDK into a folder, which is replaced.

    Raises:
        EngineError: there is neither Go nor an engine with its Python host, or it failed.
    """
    if go := shutil.which("go"):
        _run([go, "run", "./generate", SCHEMA, folder], go_environment(os.environ))
        return
    pulumi = find_engine() / "bin" / "pulumi"
    with tempfile.TemporaryDirectory() as out:
        _run(
            [pulumi, "package", "gen-sdk", SCHEMA, "--language=python", f"--out={out}"],
            {**os.environ, **OFFLINE},
        )
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(Path(out, "python"), folder)


def differences(folder: Path, other: Path) -> list[str]:
    """The files, by their names in the SDK, that are missing in one folder or differ."""
    names = _files(folder) | _files(other)
    _, unequal, missing = filecmp.cmpfiles(folder, other, sorted(names), shallow=False)
    return sorted(unequal + missing)


def _files(folder: Path) -> set[str]:
    parts = ((path, path.relative_to(folder).parts) for path in folder.rglob("*"))
    return {
        "/".join(names)
        for path, names in parts
        if path.is_file()
        and not _LEFT_BEHIND.intersection(names)
        and not any(name.endswith(".egg-info") for name in names)
    }


def _run(command: list[str | Path], env: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        check=False,
        cwd=TOOLCHAIN,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise EngineError(f"the SDK could not be generated:\n{done.stderr.strip()}")


def main() -> int:
    """Generates the SDK, or checks the committed one; returns the exit code."""
    parser = argparse.ArgumentParser(prog="sdk", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, name what differs")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary, "sdk")
        try:
            generate(fresh)
        except EngineError as trouble:
            say(str(trouble))
            return 1
        changed = differences(SDK, fresh)
        if changed and not check:
            shutil.rmtree(SDK)
            shutil.copytree(fresh, SDK)
    for name in changed:
        print(f"{SDK.name}/{name}: {'differs' if check else 'written'}")
    if not changed:
        print(f"{SDK.name}: as the schema says")
    return 1 if changed and check else 0


if __name__ == "__main__":
    sys.exit(main())
