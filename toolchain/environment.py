# SPDX-License-Identifier: Apache-2.0
"""Makes ``.venv``: resolves against the pins of ``pyproject.toml`` and installs the result.

``uv.lock`` is made here and not committed: it records the download addresses of whatever index
the machine uses. The pins make a fresh one name the same versions everywhere. Called by make,
which also knows when nothing has to be done. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from toolchain.uv_tool import ROOT, SetUpError, find_uv, say, uv_environment


def set_up(stamp: Path, mark: str) -> None:
    """Installs the project with all its tools into ``.venv`` and writes ``mark`` to ``stamp``.

    A ``.venv`` whose stamp bears another mark (copied folder, other interpreter) is made anew.

    Raises:
        SetUpError: uv could not be had, or could not resolve or install.
    """
    say(f"Python {sys.version.split()[0]} ({sys.executable})")
    if stamp.exists() and stamp.read_text(encoding="utf-8").strip() != mark:
        say("removing .venv/, made for another folder or interpreter")
        shutil.rmtree(stamp.parent)
    uv = find_uv()
    say("resolving and installing the pinned versions into .venv/")
    # Without a terminal uv would list every package; errors are shown either way.
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    done = subprocess.run(
        # The generated SDK keeps its version when its code changes, so uv would not notice.
        [uv, "sync", "--all-extras", "--reinstall-package", "pulumi-genesyscloud", *quiet],
        check=False,
        cwd=ROOT,
        env=uv_environment(os.environ),
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        trouble = (
            "uv could not make .venv/ (see above); behind a private index name it in "
            "UV_DEFAULT_INDEX, since uv does not read pip's configuration files"
        )
        raise SetUpError(trouble)
    stamp.write_text(f"{mark}\n", encoding="utf-8")
    say("done; the next time this step is skipped until pyproject.toml or sdks/ changes")


def main() -> int:
    """Runs the set-up for ``environment STAMP MARK``; returns the exit code."""
    stamp, mark = sys.argv[1:]
    try:
        set_up(ROOT / stamp, mark)
    except SetUpError as trouble:
        print(f"set-up: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
