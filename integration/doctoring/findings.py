# SPDX-License-Identifier: Apache-2.0
"""What a check has found: how it stands, why that matters, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from integration.reports import ExitCode


class Standing(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARN = "warn"
    """It works, but not as well as it should, or somebody should know."""
    FAIL = "fail"
    """Leads would not be called, or wrongly, or their scores would not arrive."""
    UNKNOWN = "not checked"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check says of one thing.

    Attributes:
        standing: how it stands.
        says: what was found, in a sentence.
        todo: what to do; blank where nothing is.
        refused: whether the platform refused something.
    """

    standing: Standing
    says: str
    todo: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark with the check that made it.

    Attributes:
        check: what was looked at.
        about: which one of several; blank where there is but one.
        standing: how it stands.
        says: what was found, in a sentence.
        why: why it matters.
        todo: what to do; blank where nothing is.
        refused: whether the platform refused something.
    """

    check: str
    about: str
    standing: Standing
    says: str
    why: str
    todo: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings.

    Attributes:
        findings: in the order in which they were looked for.
        calls: requests made.
    """

    findings: Sequence[Finding]
    calls: int

    @property
    def counts(self) -> Mapping[Standing, int]:
        """Findings by standing."""
        return Counter(one.standing for one in self.findings)

    @property
    def exit_code(self) -> ExitCode:
        """3 where the platform refused something, 1 where something fails."""
        if any(one.refused for one in self.findings):
            return ExitCode.REFUSED
        return ExitCode.ROWS_LEFT if self.counts[Standing.FAIL] else ExitCode.FINE

    def as_json(self) -> dict[str, Any]:
        """Everything, under stable keys."""
        return {
            "findings": [asdict(one) for one in self.findings],
            "counts": {str(one): self.counts[one] for one in Standing},
            "calls": self.calls,
            "exit_code": int(self.exit_code),
        }


def ok(says: str) -> Remark:
    """All is well."""
    return Remark(Standing.OK, says)


def warn(says: str, todo: str) -> Remark:
    """Somebody should know."""
    return Remark(Standing.WARN, says, todo)


def fail(says: str, todo: str, *, refused: bool = False) -> Remark:
    """It has to be put right."""
    return Remark(Standing.FAIL, says, todo, refused)


def unknown(says: str, todo: str = "") -> Remark:
    """It could not be looked at."""
    return Remark(Standing.UNKNOWN, says, todo)
