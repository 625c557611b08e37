# SPDX-License-Identifier: Apache-2.0
"""The base branch of a pull request, beside the checkout that is being tried out.

Its files are laid out in a folder of their own, and its code runs from there as a process; so what
a pull request changes is never in what it is compared with. Only the installed packages are shared.
"""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

from demo.dialling_check import Found
from infra.stack import StackError

USUAL: Final = ("origin/main", "main")
"""Looked for in this order where no base is named."""
_MODULE: Final = "demo.dialling_check"
_LINES: Final = 15


def fork_of(project: Path, base: str = "") -> str:
    """The commit at which the checkout parted from its base branch.

    Raises:
        StackError: there is no such branch, or this is no git checkout.
    """
    wanted = (base,) if base else USUAL
    for one in wanted:
        found = _git(project, "merge-base", one, "HEAD")
        if found.returncode == 0:
            return found.stdout.decode().strip()
    said = found.stderr.decode(errors="replace").strip()
    raise StackError(
        f"the base branch {' or '.join(wanted)} cannot be read: {said or 'nothing in common'}. "
        "Name one with --base, and fetch it with its history"
    )


def lay_out(project: Path, commit: str, folder: Path) -> None:
    """Write the files of a commit to a folder."""
    packed = _git(project, "archive", "--format=zip", commit)
    if packed.returncode:
        raise StackError(f"git cannot unpack {commit}: {packed.stderr.decode(errors='replace')}")
    with zipfile.ZipFile(io.BytesIO(packed.stdout)) as files:
        files.extractall(folder)


async def try_out_base(folder: Path, stack: str, gateway: str, state: Path) -> Found:
    """Deploy the stack from the base's files, and try it out with the base's code.

    Raises:
        StackError: the base cannot be deployed, or is too old to be tried out.
    """
    if not (folder / _MODULE.replace(".", "/")).with_suffix(".py").is_file():
        raise StackError("the base branch is too old: it cannot be tried out with sample leads yet")
    answer = folder / "found.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _MODULE, stack, gateway, str(state), str(answer)),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "sdks" / "genesyscloud")},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines()[-_LINES:]
        raise StackError("\n".join(["the base branch cannot be deployed:", *lines]))
    return Found.read(answer.read_text(encoding="utf-8"))


def _git(project: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    # The checkout of a continuous integration may belong to another user.
    command = ("git", "-c", "safe.directory=*", "-C", str(project), *words)
    try:
        return subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell
    except OSError as error:
        raise StackError(f"git cannot be run: {error}") from None
