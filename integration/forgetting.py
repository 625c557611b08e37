# SPDX-License-Identifier: Apache-2.0
"""Forgets a lead: what this machine has on record about somebody who wants to be forgotten.

What the outbox removes, its file would keep for a while in places that are not in use, so the file
is written anew. Files that were made for people to keep (backups of sweeps, alerts) are theirs to
remove: those that still name the lead are told. The contact itself belongs to the platform.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integration.outbox import Outbox
from integration.reports import ExitCode

OUT_OF_REACH: Final = (
    "the contact on the platform",
    "files of verdicts and logs",
    "copies and other machines' outboxes",
)
"""What is never looked at."""
_AROUND: Final = rb"[A-Za-z0-9_.:@-]"
"""What an id is made of: next to one of these, a text is part of another id."""


@dataclass(frozen=True, slots=True)
class ForgetSummary:
    """What was on record about a lead, and where it is still named.

    Attributes:
        lead_id: the lead.
        waiting: scores that had not been delivered, and never will be.
        writes: writes in the ledger.
        rows: input rows.
        files: files of this machine that still name it.
        problem: why the outbox file could not be written anew; blank where it was.
    """

    lead_id: str
    waiting: int
    writes: int
    rows: int
    files: tuple[str, ...]
    problem: str

    @property
    def exit_code(self) -> ExitCode:
        """1 where the file may still hold what was removed."""
        return ExitCode.ROWS_LEFT if self.problem else ExitCode.FINE


def forget(outbox: Outbox, lead_id: str, files: Iterable[Path]) -> ForgetSummary:
    """Remove a lead from ``outbox``, and look for it in ``files``.

    Raises:
        LeadInHandError: its score is being delivered.
        OutboxError: the outbox cannot be written.
        OSError: a file cannot be read; the lead is forgotten by then.
    """
    gone = outbox.forget(lead_id)
    # Also where nothing was on record: it may have been removed by the age of its records.
    problem = outbox.scrub()
    named = tuple(str(one) for one in files if names(one, lead_id))
    return ForgetSummary(lead_id, gone.waiting, gone.writes, gone.rows, named, problem)


def names(path: Path, lead_id: str) -> bool:
    """Whether a file names the lead, and not only another one whose id holds that id."""
    whole = re.compile(rb"(?<!%s)%s(?!%s)" % (_AROUND, re.escape(lead_id.encode()), _AROUND))
    with path.open("rb") as file:
        return any(whole.search(line) for line in file)


def kept_files(folder: Path, alerts: Path | None) -> Iterator[Path]:
    """Files that this product has written for people to keep: backups of sweeps, alerts.

    Args:
        folder: where files are that go with the outbox.
        alerts: the file of alerts, if there is one.
    """
    yield from sorted((folder / "sweeps").glob("*.csv"))
    if alerts is not None and alerts.is_file():
        yield alerts
