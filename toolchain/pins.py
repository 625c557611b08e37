# SPDX-License-Identifier: Apache-2.0
"""Pins every version, indirect ones and those of the build too, in ``pyproject.toml``.

Ranges of the direct dependencies say what the project works with; these pins say what it was
tested with. They stand in ``[tool.uv]`` instead of a committed lock file, because the lock names
the download addresses of one machine's index.

``make pins`` takes the newest versions the ranges allow; ``python -m toolchain.pins --keep``
leaves the pinned ones alone and only adds what is new.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from toolchain.uv_tool import ROOT, SetUpError, find_uv, uv_environment

PROJECT = ROOT / "pyproject.toml"
RUN_TIME = "constraint-dependencies"
BUILD_TIME = "build-constraint-dependencies"
# What hatchling asks for while it builds an editable install; nothing static says so.
ASKED_BY_THE_BUILD = ("editables",)


class PinsError(Exception):
    """The pins could not be made; ``pyproject.toml`` is as it was."""


def locked(lock: dict[str, Any]) -> list[str]:
    """The requirements that pin what a parsed ``uv.lock`` holds, sorted by name.

    The project itself and packages of this repository have no version to pin. Where one package
    has several versions, each keeps the markers that choose it.
    """
    pins: dict[str, list[str]] = defaultdict(list)
    for package in lock["package"]:
        if "registry" not in package["source"]:
            continue
        markers = " or ".join(f"({marker})" for marker in package.get("resolution-markers", ()))
        pin = f"{package['name']}=={package['version']}"
        pins[package["name"]].append(f"{pin} ; {markers}" if markers else pin)
    return [pin for name in sorted(pins) for pin in pins[name]]


def written(text: str, key: str, pins: Iterable[str]) -> str:
    """The text of ``pyproject.toml`` with the list under ``key`` replaced by ``pins``.

    Raises:
        PinsError: the list is not there exactly once.
    """
    lines = "".join(f'    "{pin}",\n' for pin in pins)
    block = f"{key} = [\n{lines}]" if lines else f"{key} = []"
    text, count = re.subn(rf"^{key} = \[[^\]]*\]", lambda _: block, text, flags=re.MULTILINE)
    if count != 1:
        trouble = f"{PROJECT.name} has {count} lists called {key} under [tool.uv], not one"
        raise PinsError(trouble)
    return text


def rewrite(project: Path, uv: Path, *, keep: bool) -> list[str]:
    """Resolves anew, writes both lists of ``project`` and returns the run-time pins.

    Raises:
        PinsError: uv found no solution, or the pins do not reproduce it. The file is restored.
    """
    before = project.read_text(encoding="utf-8")
    try:
        if not keep:
            loose = written(written(before, RUN_TIME, ()), BUILD_TIME, ())
            project.write_text(loose, encoding="utf-8")
        _uv(uv, project, "lock", *([] if keep else ["--upgrade"]))
        pins = _locked_at(project)
        text = written(project.read_text(encoding="utf-8"), RUN_TIME, pins)
        text = written(text, BUILD_TIME, _build_pins(uv, project))
        project.write_text(text, encoding="utf-8")
        _uv(uv, project, "lock")
        if _locked_at(project) != pins:
            trouble = "the pins give other versions than the ones they were made from"
            raise PinsError(trouble)
    except BaseException:
        project.write_text(before, encoding="utf-8")
        raise
    return pins


def _locked_at(project: Path) -> list[str]:
    return locked(tomllib.loads(project.with_name("uv.lock").read_text(encoding="utf-8")))


def _build_pins(uv: Path, project: Path) -> list[str]:
    settings = tomllib.loads(project.read_text(encoding="utf-8"))
    uv_settings = settings["tool"]["uv"]
    # Packages of this repository, the generated SDK for one, are built here too.
    local = [source["path"] for source in uv_settings.get("sources", {}).values()]
    others = [tomllib.loads((project.parent / path / PROJECT.name).read_text()) for path in local]
    builds = [text["build-system"]["requires"] for text in (settings, *others)]
    asked = [*chain.from_iterable(builds), *ASKED_BY_THE_BUILD]
    options = ["--universal", "--no-annotate", "--no-header", "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "kept.txt")
        kept.write_text("\n".join(uv_settings[BUILD_TIME]), encoding="utf-8")
        command = ["pip", "compile", *options, "--constraints", str(kept), "-"]
        return _uv(uv, project, *command, given="\n".join(asked)).splitlines()


def _uv(uv: Path, project: Path, *arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [uv, *arguments],
        check=False,
        cwd=project.parent,
        env=uv_environment(os.environ),
        input=given,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        trouble = f"uv {arguments[0]} failed (see above)"
        raise PinsError(trouble)
    return done.stdout


def main() -> int:
    """Rewrites the pins of this project; returns the exit code."""
    try:
        pins = rewrite(PROJECT, find_uv(), keep="--keep" in sys.argv[1:])
    except (PinsError, SetUpError) as trouble:
        print(f"pins: {trouble}; {PROJECT.name} is unchanged", file=sys.stderr)
        return 1
    print(f"pins: {len(pins)} versions pinned in {PROJECT.name}; now run make test")
    return 0


if __name__ == "__main__":
    sys.exit(main())
