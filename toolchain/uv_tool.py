# SPDX-License-Identifier: Apache-2.0
"""The uv this project works with: the one on PATH when it will do, else one of its own.

A newcomer has python3 and nothing else. uv resolves and installs in seconds what takes pip
minutes, and reads the pins of ``pyproject.toml``, so it is worth a private copy in ``.tools/``
where the machine has none, or one that is too old. Standard library only: this runs before
anything is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = "0.13.9"
OLDEST = (0, 8, 0)  # the oldest one the set-up was tried with
_OWN = ROOT / ".tools" / "uv"
# Started from a virtual environment, possibly the very one that is about to be replaced, the
# interpreter behind it is meant; asked now, because later it may be gone.
_IN_VENV = sys.prefix != sys.base_prefix
_INTERPRETER = os.path.realpath(sys.executable) if _IN_VENV else sys.executable

# Would make uv install something else than this project's lock, or somewhere else.
_MISLEADING = (
    "UV_FROZEN",
    "UV_LOCKED",
    "UV_NO_DEV",
    "UV_NO_SYNC",
    "UV_PROJECT",
    "UV_WORKING_DIRECTORY",
    "VIRTUAL_ENV",
)


class SetUpError(Exception):
    """Set-up cannot go on; the message says what the person at the desk can do."""


def say(line: str) -> None:
    """Prints one plain line of progress."""
    print(f"set-up: {line}", flush=True)


def uv_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment uv runs in: this interpreter, ``.venv``, and no downloads of Pythons.

    An index that is named for pip alone is handed on, because uv does not read pip's variables.
    """
    env = {name: value for name, value in environ.items() if name not in _MISLEADING}
    env["UV_PYTHON"] = _INTERPRETER
    env["UV_PYTHON_DOWNLOADS"] = "never"
    env["UV_PROJECT_ENVIRONMENT"] = str(ROOT / ".venv")
    env.setdefault("UV_HTTP_TIMEOUT", "120")  # seconds; slow networks are no reason to fail
    env.setdefault("UV_SYSTEM_CERTS", "true")  # as pip does; closed networks sign their own
    if "PIP_INDEX_URL" in env and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & env.keys():
        env["UV_DEFAULT_INDEX"] = env["PIP_INDEX_URL"]
    return env


def find_uv() -> Path:
    """A uv that is new enough, installed into ``.tools/`` when there is none.

    Raises:
        SetUpError: it could not be installed.
    """
    on_path = shutil.which("uv")
    if on_path and (version_of(Path(on_path)) or (0,)) >= OLDEST:
        return Path(on_path)
    own = _OWN / "bin" / "uv"
    if version_of(own) != _numbers(PINNED):
        why = "uv on PATH is too old" if on_path else "there is no uv on PATH"
        say(f"installing uv {PINNED} into .tools/ with pip ({why})")
        _install()
    return own


def version_of(uv: Path) -> tuple[int, ...] | None:
    """The version of a uv program as numbers, or None when it is missing or does not run."""
    try:
        answer = subprocess.run(
            [uv, "--version"], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None  # a shim of a version manager may be on PATH and lead nowhere
    return _numbers(answer)


def _numbers(text: str) -> tuple[int, ...] | None:
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else None


def _install() -> None:
    shutil.rmtree(_OWN, ignore_errors=True)
    _run(
        [_INTERPRETER, "-m", "venv", _OWN],
        "python3 cannot make virtual environments; install its venv and pip modules "
        "(on Debian and Ubuntu the package python3-venv)",
    )
    _run(
        [_OWN / "bin" / "python", "-m", "pip", "install", "--quiet", f"uv=={PINNED}"],
        f"pip could not install uv {PINNED}; check the network and pip's settings, "
        f"or put uv {'.'.join(map(str, OLDEST))} or newer on PATH",
    )


def _run(command: list[str | Path], trouble: str) -> None:
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, env=env)
    if done.returncode:
        shutil.rmtree(_OWN, ignore_errors=True)
        raise SetUpError(trouble)
