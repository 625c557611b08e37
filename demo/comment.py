# SPDX-License-Identifier: Apache-2.0
"""What a preview found, as the comment of a pull request: Markdown, short enough to be read.

Every name and message comes from the pull request, so it is text and nothing else: no mark-up, no
link, nobody mentioned by it. What does not fit is left out and counted, never cut off silently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from demo.dialling_check import Dialled
from demo.preview import Preview
from infra.policy.pack import RESOURCE_RULES, STACK_RULES
from infra.stack_changes import Change

LONGEST: Final = 12_000
"""Characters of a comment."""
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>!|~&$])")
_LINKED: Final = re.compile(r"([@#]|:(?=//)|www(?=\.))", re.IGNORECASE)
_SENTENCE: Final = 600
_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class _Room:
    """How many rows and sentences each section may have."""

    rows: int
    sentences: int


_DONE: Final = {
    "replace": "replaced",
    "delete": "deleted",
    "create": "created",
    "import": "taken over",
    "update": "changed",
}
"""What is done to objects; what cannot be taken back comes first."""
_ROOMS: Final = (_Room(25, 10), _Room(10, 5), _Room(4, 2))
_LEADS: Final = 10
_FEW: Final = 5
_HARD: Final = "\u00a0"
"""A space at which no line is broken."""
_Orders = Mapping[str, Sequence[Dialled]]


def comment(preview: Preview, base: str = "") -> str:
    """The comment; ``base`` is what its reader calls the base branch."""
    for room in _ROOMS:
        text = "\n".join(_sections(preview, base, room)) + "\n"
        if len(text) <= LONGEST:
            return text
    raise AssertionError(f"{len(text)} characters, though all is counted")


def plain(text: str, longest: int = _SENTENCE) -> str:
    """A text of somebody else's that shows as it is, in one line.

    Control and direction characters go, so that it cannot show as something else.
    """
    seen = "".join(" " if one.isspace() else one for one in text)
    seen = "".join(one for one in seen if unicodedata.category(one)[0] != "C")
    seen = " ".join(seen.split())
    if len(seen) > longest:
        seen = f"{seen[: longest - 1]}…"
    # A word joiner, which nobody sees, keeps names from being mentioned and addresses from links.
    return _LINKED.sub("\\1\u2060", _MARKUP.sub(r"\\\1", seen))


def _sections(preview: Preview, base: str, room: _Room) -> Iterator[str]:
    yield f"### Preview of pull request {preview.number}: {_verdict(preview)}"
    against = plain(base, _NAME) if base else "the base branch"
    yield f"\nOn the simulated platform, as an update of {against} ({preview.commit[:10]})."
    if preview.trouble:
        yield "\n**It could not be deployed**\n"
        yield from _limited([plain(line) for line in preview.trouble.splitlines()], room.sentences)
    yield "\n**What changes**\n"
    yield from _changes(preview, room)
    yield "\n**Policies**\n"
    yield from _policies(preview, room)
    yield "\n**Tried out with sample leads**\n"
    yield from _acceptance(preview, room)
    if preview.before:
        yield "\n**Whom the campaigns would call first**\n"
        yield from _orders(preview)


def _verdict(preview: Preview) -> str:
    if preview.good:
        lost = preview.changes.lost_lists
        return "⚠️ it works, and contact lists are lost" if lost else "✅ all is well"
    if preview.changes.policies:
        return "❌ stopped by a policy"
    return "❌ not as it should be" if preview.after else "❌ cannot be deployed"


def _changes(preview: Preview, room: _Room) -> Iterator[str]:
    changes = preview.changes
    for lost in changes.lost_lists[: room.sentences]:
        yield f"> - ⚠️ **{plain(str(lost))}**"
    yield from _more(changes.lost_lists, room.sentences, "contact list", "> - ")
    if changes.lost_lists:
        yield ">\n> These are the sample leads here; elsewhere it is everybody on the list.\n"
    if not changes.changes:
        yield "Nothing on the platform." if not preview.trouble else "That is not known."
        return
    counts = {what: changes.counts.get(what, 0) for what in _DONE}
    yield ", ".join(f"{many} {_DONE[what]}" for what, many in counts.items() if many) + "\n"
    yield "| | object | what differs |\n|---|---|---|"
    order = list(_DONE)
    ordered = sorted(changes.changes, key=lambda one: (order.index(one.operation), one.name))
    for one in ordered[: room.rows]:
        yield _row(one)
    yield from _more(ordered, room.rows, "object", "\n")


def _row(change: Change) -> str:
    kind = plain(change.type.rpartition(":")[2], _NAME)
    differs = plain(", ".join(change.properties), 2 * _NAME)
    if change.operation == "replace" and not differs:
        differs = "goes with what it refers to"
    return f"| {_DONE[change.operation]} | {kind} {plain(change.name, _NAME)} | {differs} |"


def _policies(preview: Preview, room: _Room) -> Iterator[str]:
    broken = preview.changes.policies
    rules = len(RESOURCE_RULES) + len(STACK_RULES)
    if not broken:
        yield (
            f"All {rules} hold." if not preview.trouble or preview.after else "Not all were asked."
        )
        return
    yield f"{len(set(broken))} of {rules} refuse this:\n"
    names = set(broken)
    told = [one for one in preview.changes.problems if one.partition(": ")[0] in names]
    yield from _limited([f"❌ {plain(one)}" for one in told or sorted(names)], room.sentences)


def _acceptance(preview: Preview, room: _Room) -> Iterator[str]:
    checks = preview.acceptance
    failed = [one for one in checks if one.failure]
    held = f"{len(checks) - len(failed)} of {len(checks)} hold."
    yield held if preview.after else "Not tried out."
    if failed:
        yield ""
    yield from _limited(
        [f"❌ {plain(one.words)}: {plain(one.failure)}" for one in failed], room.sentences
    )


def _orders(preview: Preview) -> Iterator[str]:
    assert preview.before is not None
    before, after = preview.before.orders, preview.after.orders if preview.after else {}
    names = sorted({*before, *after})
    same = [name for name in names if preview.after and before.get(name) == after.get(name)]
    for name in same:
        order = before[name]
        first = ", ".join(map(_lead, order[:_FEW])) or "nobody"
        rest = f" and {len(order) - _FEW} more" if len(order) > _FEW else ""
        yield f"- {_title(name)}: as before ({first}{rest})"
    moved = [name for name in names if name not in same]
    if moved:
        yield from _table(moved, before, after, "after" if preview.after else "not deployed")


def _table(moved: Sequence[str], before: _Orders, after: _Orders, now: str) -> Iterator[str]:
    """The orders that differ, side by side."""
    columns = [list(zip_longest(before.get(name, ()), after.get(name, ()))) for name in moved]
    titles = "".join(f" {_title(name)}, before | {now} |" for name in moved)
    yield f"\n| |{titles}\n|---|{'---|---|' * len(moved)}"
    longest = max(map(len, columns))
    for place in range(min(longest, _LEADS)):
        pairs = [one[place] if place < len(one) else (None, None) for one in columns]
        cells = "".join(f" {_lead(old)} | {_lead(new)}{_mark(old, new)} |" for old, new in pairs)
        yield f"| {place + 1} |{cells}"
    yield from _more(range(longest), _LEADS, "place", "\n")


def _title(campaign: str) -> str:
    """A campaign's name, without the preview's number behind it."""
    return plain(re.sub(r" pr-\d+$", "", campaign), _NAME)


def _mark(old: Dialled | None, new: Dialled | None) -> str:
    return "" if old == new else f"{_HARD}◀"


def _lead(one: Dialled | None) -> str:
    if one is None:
        return "-"
    return f"{plain(one.lead, 40)}{_HARD}({plain(one.score, 10) or 'no score'})"


def _limited(lines: Sequence[str], room: int) -> Iterator[str]:
    for line in lines[:room]:
        yield f"- {line}"
    yield from _more(lines, room, "line", "- ")


def _more(all_: Sequence[object], shown: int, what: str, before: str) -> Iterator[str]:
    left = len(all_) - shown
    if left > 0:
        yield f"{before}… and {left} more {what}{'s' if left > 1 else ''}"
