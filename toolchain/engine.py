# SPDX-License-Identifier: Apache-2.0
"""Where the Pulumi engine is: on PATH at the pinned version, in the user's cache, or built now.

The engine decides what a deployment does, so one version of it is pinned, the same as that of
the Python package ``pulumi``. It is an ordinary Go module: where nobody installed Pulumi, Go
builds it once from the module proxy, checked against ``go.sum``. Nothing else is ever fetched.
Standard library only.

``python -m toolchain.engine`` prints the folder, after building when it must.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ENGINE_VERSION = "3.259.0"
TOOLCHAIN = Path(__file__).resolve().parent
_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_STAMP = f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{ENGINE_VERSION}"
# Without the stamp the Automation API cannot tell the version, and refuses the engine.
_BUILD = ("build", "-v", "-trimpath", "-tags=osusergo,grpcnotrace", f"-ldflags=-s -w -X {_STAMP}")
_EVERY = 200  # packages or modules between two lines of progress

Say = Callable[[str], None]


class EngineError(Exception):
    """No engine of the pinned version can be had; the message says what to do."""


def say(line: str) -> None:
    """Prints one plain line of progress to standard error; standard output has the answer."""
    print(f"engine: {line}", file=sys.stderr, flush=True)


def find_engine(tell: Say = say) -> Path:
    """The folder whose ``bin/pulumi`` is the engine of the pinned version.

    A ``pulumi`` on PATH may come without its language hosts: programs that run inside the caller
    need none.

    Raises:
        EngineError: it is neither on PATH nor cached, and cannot be built.
    """
    on_path = shutil.which("pulumi")
    found = engine_version(Path(on_path)) if on_path else None
    if on_path and found == ENGINE_VERSION:
        return _in_a_bin_folder(Path(on_path))
    folder = cache_folder(os.environ) / f"engine-{_fingerprint()}"
    if engine_version(folder / "bin" / "pulumi") == ENGINE_VERSION:
        return folder
    go = shutil.which("go")
    if go is None:
        other = f"; the one on PATH is {found or 'not to be run'}" if on_path else ""
        raise EngineError(
            f"there is no Pulumi {ENGINE_VERSION} here{other}. Install that version, so that "
            "`pulumi version` names it, or put Go on PATH, which builds it once in about "
            "4 minutes"
        )
    with alone(folder, tell):
        if engine_version(folder / "bin" / "pulumi") != ENGINE_VERSION:
            _build(go, folder, tell)
    return folder


def engine_version(program: Path) -> str | None:
    """What ``pulumi version`` says, without its v, or None when it does not run."""
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [program, "version"],
            capture_output=True,
            text=True,
            check=True,
            env=env,
            stdin=subprocess.DEVNULL,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.strip().removeprefix("v") or None


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where this project keeps what is worth keeping between clones, for this user."""
    caches = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "genesys-lead-scoring"


def go_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment Go runs in: this Go and these versions, nothing fetched but modules."""
    return {**environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}


def _in_a_bin_folder(program: Path) -> Path:
    # The Automation API wants FOLDER/bin/pulumi.
    if program.parent.name == "bin":
        return program.absolute().parent.parent
    name = hashlib.sha256(os.fsencode(program.absolute())).hexdigest()[:12]
    link = cache_folder(os.environ) / f"engine-at-{name}" / "bin" / "pulumi"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(program.absolute())
    return link.parent.parent


def _fingerprint() -> str:
    pins = b"".join((TOOLCHAIN / name).read_bytes() for name in ("go.mod", "go.sum"))
    return hashlib.sha256(pins).hexdigest()[:12]


@contextmanager
def alone(folder: Path, tell: Say) -> Iterator[None]:
    """Holds the lock of a folder, so that two processes do not build the same program."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("another process is building it; waiting for that one")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(go: str, folder: Path, tell: Say) -> None:
    tell(f"building Pulumi {ENGINE_VERSION} with {go}, once, into {folder} (about 4 minutes)")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as unfinished:
        program = Path(unfinished, folder.name, "bin", "pulumi")
        with subprocess.Popen(
            [go, *_BUILD, "-o", program, _PACKAGE],
            cwd=TOOLCHAIN,
            env=go_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as building:
            assert building.stderr is not None
            last = _progress(building.stderr, tell)
        if building.returncode:
            raise EngineError(
                f"Go could not build Pulumi {ENGINE_VERSION}:\n{last}\nGo 1.26 or newer and its "
                "module proxy are needed; or install that version of Pulumi"
            )
        if engine_version(program) != ENGINE_VERSION:
            raise EngineError(f"what Go built at {program} is not Pulumi {ENGINE_VERSION}")
        shutil.rmtree(folder, ignore_errors=True)
        program.parent.parent.rename(folder)
    tell(f"built {folder / 'bin' / 'pulumi'}")


def _progress(lines: Iterable[str], tell: Say) -> str:
    """Tells how far Go is, and returns the last lines that are neither."""
    counts = {"modules downloaded": 0, "packages compiled": 0}
    last: deque[str] = deque(maxlen=20)
    for line in lines:
        if line.startswith("go: downloading"):
            what = "modules downloaded"
        elif re.fullmatch(r"[\w.~/-]+", line.strip()):
            what = "packages compiled"
        else:
            last.append(line.rstrip())
            continue
        counts[what] += 1
        if counts[what] % _EVERY == 0:
            tell(f"{counts[what]:,} {what}")
    return "\n".join(last)


def main() -> int:
    """Prints where the engine is; returns the exit code."""
    try:
        print(find_engine())
    except EngineError as trouble:
        say(str(trouble))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
