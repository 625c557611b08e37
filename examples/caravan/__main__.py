# SPDX-License-Identifier: Apache-2.0
"""``python -m examples.caravan``: from the real prospects to the buyers that each order reaches."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from examples.caravan import shift
from examples.caravan.gains import gains, table, verdict
from examples.caravan.model import Lead, scored_half
from examples.caravan.prospects import NoProspectsError, prospects
from integration.policy import ScoringPolicy
from integration.reporting.dial_log import read_dial_log
from integration.reporting.figures import make_report
from integration.reporting.page import page_of

DRAWS: Final = 20
FOLDER: Final = Path(".demo")


def main(draws: int = DRAWS, folder: Path = FOLDER) -> int:
    """Run the example and print what it shows; the exit code is 0 where the scores pay.

    Args:
        draws: how many orders are drawn by lot.
        folder: gets the dial log of the scored shift, and the report on it.
    """
    console = Console(highlight=False, soft_wrap=True)
    try:
        everybody = prospects()
    except NoProspectsError as trouble:
        console.print(f"caravan: {trouble}", markup=False)
        return 2
    leads = scored_half(everybody)
    console.print(
        f"{len(everybody.bought):,} prospects of an insurer, {everybody.bought.sum()} of whom "
        "bought (CoIL Challenge 2000).\n"
        f"A model learned from one half; the other {len(leads):,} are loaded, scored 1-100, pushed "
        f"and called\nby {shift.AGENTS} agents in a simulated shift of {shift.HOURS} hours, once "
        f"in each of {draws + 2} orders, and answer as they did."
    )
    scored, by_file = shift.scored(leads), shift.in_file_order(leads)
    drawn = [shift.shuffled(leads, seed).sales for seed in range(1, draws + 1)]
    found = gains(scored.sales, drawn, by_file.sales)
    console.print(table(found))
    console.print(verdict(found))
    log, page = folder / "caravan.jsonl", folder / "caravan.html"
    folder.mkdir(exist_ok=True)
    log.write_text(scored.log, encoding="utf-8")
    page.write_text(report_on(log, leads), encoding="utf-8")
    console.print(f"The scored shift: {log} is its dial log, {page} the report on it")
    return 0 if found.holds else 1


def report_on(log: Path, leads: Sequence[Lead]) -> str:
    """The page of ``leadscore report`` on the scored shift, with real answers and file order."""
    record = read_dial_log(str(log))
    report = make_report(
        record,
        ScoringPolicy(),
        record.lines[-1].at,
        successes=[shift.SALE],
        file_order=[lead.lead_id for lead in leads],
    )
    return page_of(report)


if __name__ == "__main__":
    sys.exit(main())
