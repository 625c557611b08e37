# SPDX-License-Identifier: Apache-2.0
"""The questions, each with the smallest experiment that answers it.

Source: docs/differences.md, "What is not known".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from integration.clock import Clock
from integration.platform.errors import Refused
from integration.probing.facts import Fact
from integration.probing.scratch import KEPT, LEAD, NUMBER, PHONE, TEXT, TIME, ScratchList
from integration.scores import format_instant, instant_of

_NOBODY: Final = "+12025550100"
"""A number that is set aside for fiction, should anybody ever look at the list."""
_PATIENCE_S: Final = 30.0
_DAY: Final = "P-01DT00H00M"


@dataclass(frozen=True, slots=True)
class Seen:
    """What an experiment has shown: whether it is so (None: not to be seen), and what was seen."""

    value: bool | None
    says: str


Experiment = Callable[[ScratchList, Clock], Awaitable[Seen]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        switch: its name, and that of the simulator's switch.
        question: what is asked, as a statement.
        matters: what follows.
        experiment: answers it.
    """

    switch: str
    question: str
    matters: str
    experiment: Experiment

    async def ask(self, scratch: ScratchList, clock: Clock) -> Fact:
        """The answer.

        Raises:
            PlatformError: nobody can tell whether the platform refuses this or everything.
        """
        try:
            seen = await self.experiment(scratch, clock)
        except Refused as refusal:
            seen = Seen(None, f"it could not be tried: {refusal}")
        return Fact(self.switch, self.question, seen.value, seen.says, self.matters)


def _contact(name: str, **columns: str) -> dict[str, Any]:
    whole = {LEAD: name, PHONE: _NOBODY, KEPT: "kept", NUMBER: "50", TIME: "", TEXT: "Probe"}
    return {"id": f"probe-{name}", "data": whole | columns, "callable": False}


async def _read(scratch: ScratchList, name: str) -> Any:
    """A contact that was just written; empty where it is not there."""
    return await scratch.read(f"probe-{name}") or {}


async def _there(scratch: ScratchList, clock: Clock, name: str) -> bool:
    """Whether filters see a contact that was just written; they may be behind for a while."""
    deadline = clock.monotonic() + _PATIENCE_S
    while not await scratch.count(_equals(LEAD, name)):
        if clock.monotonic() >= deadline:
            return False
        await clock.sleep(1.0)
    return True


def _equals(column: str, value: str) -> dict[str, Any]:
    return {"column": column, "columnType": "alphabetic", "operator": "EQUALS", "value": value}


async def _columns(scratch: ScratchList, _: Clock) -> Seen:
    await scratch.write(_contact("columns"))
    await scratch.write({"id": "probe-columns", "data": {NUMBER: "51"}})
    data = (await _read(scratch, "columns")).get("data") or {}
    if data.get(NUMBER) != "51":
        return Seen(None, f"the second write did not arrive: {NUMBER} is {data.get(NUMBER)!r}")
    kept = data.get(KEPT) == "kept"
    return Seen(kept, "the other columns are " + ("as they were" if kept else "blank now"))


async def _callable(scratch: ScratchList, _: Clock) -> Seen:
    await scratch.write(_contact("callable"))
    before = (await _read(scratch, "callable")).get("callable")
    if before is not False:
        return Seen(None, "a contact cannot be marked as not callable by a write")
    again = _contact("callable")
    del again["callable"]
    await scratch.write(again)
    kept = (await _read(scratch, "callable")).get("callable") is False
    return Seen(kept, "it is not callable still" if kept else "it is callable again")


async def _atomic(scratch: ScratchList, _: Clock) -> Seen:
    bad = {"id": "probe-bad", "data": {"no such column": "1"}}
    try:
        await scratch.write(_contact("before"), bad, _contact("after"))
    except Refused:
        pass
    else:
        return Seen(None, "a row with an unknown column was taken")
    there = [name for name in ("before", "after") if await _read(scratch, name)]
    says = f"of its good rows {' and '.join(there)} arrived" if there else "nothing arrived"
    return Seen(not there, says)


async def _decimals(scratch: ScratchList, _: Clock) -> Seen:
    try:
        await scratch.write(_contact("decimals", **{NUMBER: "87.5"}))
    except Refused as refusal:
        return Seen(value=False, says=f"refused ({refusal.code or refusal.status})")
    stored = ((await _read(scratch, "decimals")).get("data") or {}).get(NUMBER)
    return Seen(stored == "87.5" or None, f"87.5 is stored as {stored}")


async def _blank(scratch: ScratchList, clock: Clock) -> Seen:
    await scratch.write(_contact("blank"))
    if not await _there(scratch, clock, "blank"):
        return Seen(None, "filters do not see the contact")
    early = {"column": TIME, "columnType": "alphabetic", "operator": "BEFORE", "value": _DAY}
    found = bool(await scratch.count(_equals(LEAD, "blank"), early))
    return Seen(found, "a blank time is " + ("earlier" if found else "not earlier"))


async def _case(scratch: ScratchList, clock: Clock) -> Seen:
    await scratch.write(_contact("case"))
    if not await _there(scratch, clock, "case"):
        return Seen(None, "filters do not see the contact")
    found = bool(await scratch.count(_equals(LEAD, "case"), _equals(TEXT, "pROBE")))
    return Seen(found, "Probe " + ("is" if found else "is not") + " found as pROBE")


async def _patches(scratch: ScratchList, clock: Clock) -> Seen:
    await scratch.write(_contact("patch"))
    job = await scratch.patch("probe-patch", {NUMBER: "0"})
    deadline = clock.monotonic() + _PATIENCE_S
    while await scratch.runs(job):
        if clock.monotonic() >= deadline:
            return Seen(None, f"the job did not end within {_PATIENCE_S:.0f} s")
        await clock.sleep(1.0)
    found = await _read(scratch, "patch")
    data = found.get("data") or {}
    if data.get(NUMBER) != "0":
        return Seen(None, f"the job changed nothing: {NUMBER} is {data.get(NUMBER)!r}")
    lost = [name for name, value in _contact("patch")["data"].items() if data.get(name) != value]
    lost.remove(NUMBER)
    if found.get("callable") is not False:
        lost.append("callable")
    return Seen(not lost, f"{', '.join(lost)} changed too" if lost else "nothing else changed")


_GRID: Final = 1_000
_AHEAD: Final = timedelta(seconds=10)
_HOUR: Final = "P00DT-01H00M"
_TRIES: Final = 5


async def _border(scratch: ScratchList, clock: Clock) -> Seen:
    """Ask at a moment for which there is a contact at every millisecond around the border."""
    middle = clock.now() + _AHEAD
    first = instant_of(middle - timedelta(hours=1)) - _GRID
    for start in (0, _GRID):
        times = (format_instant(first + ms) for ms in range(start, start + _GRID))
        rows = [_contact(f"border-{start + n}", **{TIME: at}) for n, at in enumerate(times)]
        await scratch.write(*rows)
    await clock.sleep(max(0.0, (middle - clock.now()).total_seconds()))
    time = {"column": TIME, "columnType": "alphabetic"}
    bounds = {"min": _HOUR, "max": _HOUR, "minInclusive": True, "maxInclusive": True}
    at_it = time | {"operator": "BETWEEN", "range": bounds}
    before = time | {"operator": "BEFORE", "value": _HOUR}
    for _ in range(_TRIES):
        # Two calls at two moments: each has a contact of its own exactly at its border, or none.
        if await scratch.count(at_it, before):
            return Seen(value=True, says="a time exactly at the border is earlier than it")
        if await scratch.count(at_it, before | {"inverted": True}):
            return Seen(value=False, says="a time exactly at the border is not earlier than it")
    return Seen(None, "no time was ever exactly at the border, to the millisecond")


QUESTIONS: Final = (
    Question(
        "keep_absent_columns",
        "a contact written without some of its columns keeps them",
        "only then may the ledger audit write score columns alone (columns_kept)",
        _columns,
    ),
    Question(
        "keep_absent_callable",
        "a contact written without callable keeps its mark",
        "otherwise a push makes contacts callable that were marked as not, and is refused "
        "(callable_kept)",
        _callable,
    ),
    Question(
        "atomic_batches",
        "a bulk write with one bad row writes nothing",
        "a push bisects such a batch; rows that did arrive are written again, which is harmless",
        _atomic,
    ),
    Question(
        "decimals_in_numeric",
        "a column of numbers takes 87.5",
        "scores are whole numbers, so nothing; other columns may have them",
        _decimals,
    ),
    Question(
        "blank_satisfies_before",
        "a blank time is earlier than any other for a filter",
        "the stack's filter asks for a time that is not blank, so nothing; filters of others may "
        "let leads without a score in",
        _blank,
    ),
    Question(
        "filters_ignore_case",
        "filters take upper and lower case for the same",
        "the names of the two tiers must differ in more than that where they do",
        _case,
    ),
    Question(
        "bulk_update_patches",
        "a bulk update job changes the column that it names and nothing else",
        "otherwise a sweep must not be made (sweep_verified)",
        _patches,
    ),
    Question(
        "border_is_stale",
        "a score exactly as old as it may be is stale",
        "one millisecond of difference to what this product counts",
        _border,
    ),
)
