# SPDX-License-Identifier: Apache-2.0
"""What a probe finds out: one fact for each question, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from integration.platform.errors import PlatformError, RateLimited, Unreachable
from integration.reports import ExitCode


@dataclass(frozen=True, slots=True)
class Fact:
    """The answer to one question.

    Attributes:
        switch: the name of the question; where it has one, the simulator's switch for it.
        question: what was asked, in a sentence that ``value`` makes true or false.
        value: whether it is so; None where it could not be seen.
        says: what was seen, in words.
        matters: what follows from it.
    """

    switch: str
    question: str
    value: bool | None
    says: str
    matters: str


NOT_SEEN: Final[Mapping[str, str]] = {
    "bulk_update_requeues": "a bulk update job puts contacts into the dialing queue again",
    "put_requeues": "a single write puts a called contact into the dialing queue again",
    "recall_shown": "a contact shows that it will be called again",
}
"""What nobody can see without calling people; by switch of the simulator."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a probe has found out.

    Attributes:
        at: when, RFC 3339.
        organisation: its name.
        facts: in the order of the questions; those before it ended.
        removed: names of scratch lists of earlier probes that were removed.
        left: the scratch list, where it could not be removed; else blank.
        calls: requests made.
        interrupted: whether a signal ended it.
        stopped: the refusal that ended it; None where nothing did.
    """

    at: str
    organisation: str
    facts: Sequence[Fact]
    removed: tuple[str, ...]
    left: str
    calls: int
    interrupted: bool = False
    stopped: PlatformError | None = None

    @property
    def switches(self) -> dict[str, bool]:
        """What was seen, by switch of the simulator."""
        return {
            one.switch: one.value
            for one in self.facts
            if one.value is not None and one.switch not in _NO_SWITCHES
        }

    @property
    def settings(self) -> dict[str, bool]:
        """Settings that follow from the facts."""
        known = {one.switch: one.value for one in self.facts}
        found = {}
        for switch, option in _OPTIONS.items():
            if (value := known.get(switch)) is not None:
                found[option] = value
        if known.get("bulk_update_patches") is False:
            found["sweep_verified"] = False
        return found

    @property
    def exit_code(self) -> ExitCode:
        """3 where the platform refused, 1 where it could not be ended in good order."""
        passes = isinstance(self.stopped, Unreachable | RateLimited)
        if self.stopped is not None and not passes:
            return ExitCode.REFUSED
        if self.interrupted:
            return ExitCode.INTERRUPTED
        return ExitCode.ROWS_LEFT if self.left or self.stopped else ExitCode.FINE

    def as_json(self) -> dict[str, Any]:
        """Everything, under stable keys."""
        return {
            "at": self.at,
            "organisation": self.organisation,
            "facts": [asdict(one) for one in self.facts],
            "switches": self.switches,
            "settings": self.settings,
            "not_looked_at": dict(NOT_SEEN),
            "removed": list(self.removed),
            "left": self.left,
            "calls": self.calls,
            "stopped": None if self.stopped is None else str(self.stopped),
            "exit_code": int(self.exit_code),
        }


_OPTIONS: Final[Mapping[str, str]] = {
    "keep_absent_columns": "columns_kept",
    "keep_absent_callable": "callable_kept",
}
"""Settings that say the same as a fact."""
_NO_SWITCHES: Final = frozenset({"bulk_update_patches"})
"""Questions that the simulator has no switch for: it knows but one answer."""
