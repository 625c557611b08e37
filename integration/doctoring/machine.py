# SPDX-License-Identifier: Apache-2.0
"""This machine: its outbox, and whether its settings say what the stack says."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Final

from integration.doctoring.desk import Desk
from integration.doctoring.findings import Remark, fail, ok, unknown, warn
from integration.outbox import HELD, UNJUDGED, Outbox, OutboxError
from integration.outbox.database import APPLICATION_ID
from integration.outbox.schema import SCHEMA_VERSION
from integration.scores import format_instant, instant_of

_HELD: Final = (HELD, UNJUDGED)
"""Reasons of scores that nobody has to retry: they wait for a word on their run."""


async def outbox(desk: Desk) -> AsyncIterator[Remark]:
    """The outbox can be used, and what is stuck in it."""
    where = desk.settings.outbox
    if isinstance(where, Path) and (remark := _file(where)):
        yield remark
        return
    try:
        with closing(Outbox(where)) as box:
            status = box.records.status(instant_of(desk.clock.now()))
    except (OutboxError, sqlite3.Error) as problem:
        yield fail(f"{problem}", "keep a copy of it before you do anything to it")
        return
    if status.held:
        says = f"{status.held:,} scores are held, for those of their run look broken"
        yield warn(says, "look at them, then deliver them with leadscore release")
    parked = {reason: count for reason, count in status.parked.items() if reason not in _HELD}
    if parked:
        told = ", ".join(f"{count:,} {reason}" for reason, count in parked.items())
        yield warn(f"parked: {told}", "see leadscore status; leadscore retry tries them again")
    if status.held or parked:
        return
    waiting = status.put_off + status.ready + status.claimed + status.parked.get(UNJUDGED, 0)
    if waiting:
        since = "" if status.oldest is None else f" since {format_instant(status.oldest)}"
        yield ok(f"{waiting:,} scores wait for delivery{since}")
    else:
        yield ok(f"{where}: nothing waits")


def _file(where: Path) -> Remark | None:
    """What can be said of an outbox file before it is opened; nothing where it should be."""
    folder = where.absolute().parent
    if where.exists():
        if all(os.access(one, os.R_OK | os.W_OK) for one in (where, folder)):
            return _older(where)
        return fail(f"{where} cannot be written by this user", "run as the user who made it")
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if os.access(there, os.W_OK | os.X_OK):
        return ok(f"{where} is made by the first push")
    return fail(f"{where} cannot be made in {there}", "name another file with --outbox")


def _older(where: Path) -> Remark | None:
    """An outbox of an older format is not opened: that would upgrade it."""
    try:
        with closing(sqlite3.connect(f"{where.absolute().as_uri()}?mode=ro", uri=True)) as file:
            (application,) = file.execute("PRAGMA application_id").fetchone()
            (version,) = file.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error:
        return None  # opening it says what is wrong
    if application != APPLICATION_ID or version >= SCHEMA_VERSION:
        return None
    says = f"{where} has format {version}, this version writes {SCHEMA_VERSION}"
    return warn(says, "stop what an older version runs on it; the next push upgrades it")


async def stack(desk: Desk) -> AsyncIterator[Remark]:
    """The settings that count are those of the stack."""
    if not desk.stack:
        yield unknown("no stack is named", "name it with --stack to compare")
        return
    other = [
        f"{option} is {_text(getattr(desk.settings, option))}, not {_text(value)}"
        for option, value in desk.stack.items()
        if _text(getattr(desk.settings, option)) != _text(value)
    ]
    if other:
        yield fail(
            "; ".join(other),
            "take them out of flags, environment and file, or change the stack and deploy it",
        )
    else:
        yield ok(f"all {len(desk.stack)} are as the stack says")


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)
