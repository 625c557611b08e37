# SPDX-License-Identifier: Apache-2.0
"""How a reconciliation looks to a person: what is wrong with how many leads, and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType

from integration.cli.summaries import Line, count_of, ending_of, report
from integration.reports import ReconcileSummary

KINDS: Final = {
    "in_both": "are dialled from both lists",
    "in_none": "have a score and are dialled from neither list",
    "missing": "are on one of the two lists only",
    "score_elsewhere": "have their newest score in the list they are not dialled from",
    "wrong_tier": "have a score that belongs to another tier",
    "outdated": "hold an older score than was delivered, or none that counts",
    "foreign": "hold a newer score, written by another program",
    "conflict": "hold another score of the same time than was delivered",
}
LEFT: Final = {
    "recall": "change tier when a pending recall is over; reconcile again then",
    "conflict": "are settled by their next score",
    "refused": "were refused by the platform as contacts; load names the reason",
    "rejected": "were refused by the platform; leadscore status has the reason",
    "unknown_lead": "left the lists meanwhile",
    "waiting": "leadscore push --resume delivers them; reconcile again then",
    "not_tried": "reconcile again",
}


def summary_of(run: ReconcileSummary) -> RenderableType:
    """What was found, and what became of it."""
    lines: list[Line] = [("found", run.found, f"of {count_of(run.leads, 'lead')}")]
    lines += [(_words(kind), run.kinds[kind], KINDS[kind]) for kind in KINDS if kind in run.kinds]
    if run.mend:
        lines += [
            ("mended", run.mended, ""),
            ("right by now", run.right_by_now, "when they were looked at again"),
            ("left", sum(run.left.values()), ""),
            *((f"  {_words(why)}", leads, LEFT.get(why, "")) for why, leads in run.left.items()),
            ("tier moves", run.tier_moves, "leads are dialled from the other list now"),
        ]
    lines.append(("calls", run.calls, ""))
    shown = [line for line in lines if line[1] or line[0] in {"found", "mended", "left", "calls"}]
    title = f"reconcile: {count_of(run.leads, 'lead')} in {run.seconds:,.1f} s"
    return report(title, shown, [*_endings(run), *ending_of(run.interrupted, run.stopped)])


def _endings(run: ReconcileSummary) -> Iterator[str]:
    for lead, kinds in run.examples:
        yield f"lead {lead}: {', '.join(map(_words, kinds))}"
    if run.found > len(run.examples):
        yield f"and {count_of(run.found - len(run.examples), 'more lead')}"
    if run.found and not run.mend:
        yield "Nothing was changed. leadscore reconcile --mend puts it right."


def _words(code: str) -> str:
    return code.replace("_", " ")
