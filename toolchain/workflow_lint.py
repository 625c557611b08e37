# SPDX-License-Identifier: Apache-2.0
"""Checks the workflows in ``.github/`` with actionlint, which Go builds once from its module.

It knows what only GitHub would find out: a misspelt key, an expression without a value, a shell
mistake in a ``run:``. Like the engine it is pinned by a module of its own and kept in the user's
cache. Where there is no Go it is left out, with a line that says so, except in continuous
integration, where it must not be.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from toolchain.engine import TOOLCHAIN, EngineError, Say, alone, cache_folder, go_environment

MODULE = TOOLCHAIN / "actionlint"
_PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint"
WORKFLOWS = TOOLCHAIN.parent / ".github" / "workflows"


def say(line: str) -> None:
    """Prints one line to standard error, as actionlint prints what it finds to standard output."""
    print(f"workflows: {line}", file=sys.stderr, flush=True)


def find_actionlint(environ: Mapping[str, str], tell: Say = say) -> Path | None:
    """The program, after building it when it must; None where there is no Go.

    Raises:
        EngineError: Go could not build it.
    """
    pins = b"".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))
    program = (
        cache_folder(environ) / f"actionlint-{hashlib.sha256(pins).hexdigest()[:12]}" / "actionlint"
    )
    if program.is_file():
        return program
    go = shutil.which("go", path=environ.get("PATH"))
    if go is None:
        return None
    with alone(program.parent, tell):
        if not program.is_file():
            tell(f"building actionlint with {go}, once, into {program.parent}")
            _build(go, program, environ)
    return program


def _build(go: str, program: Path, environ: Mapping[str, str]) -> None:
    program.parent.mkdir(exist_ok=True)
    unfinished = program.parent / f"unfinished-{os.getpid()}"
    done = subprocess.run(
        [go, "build", "-trimpath", "-o", unfinished, _PACKAGE],
        check=False,
        cwd=MODULE,
        env=go_environment(environ),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise EngineError(f"Go could not build actionlint:\n{done.stderr.strip()}")
    unfinished.replace(program)


def main() -> int:
    """Checks every workflow; returns the exit code."""
    try:
        program = find_actionlint(os.environ)
    except EngineError as trouble:
        say(str(trouble))
        return 1
    if program is None:
        say(
            "NOT checked by actionlint: there is no Go on PATH to build it with; continuous "
            "integration checks them"
        )
        return 1 if os.environ.get("CI") else 0
    # What is in a run: is checked by this machine's shellcheck in other versions, if at all.
    files = map(str, sorted(WORKFLOWS.glob("*.yml")))
    command = [str(program), "-shellcheck=", "-pyflakes=", *files]
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main())
