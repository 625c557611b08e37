# SPDX-License-Identifier: Apache-2.0
"""The page that leads from a requirement to the scenarios that prove it.

``UPDATE_DOCS=1`` rewrites ``docs/traceability.md``; without it a page that is out of date fails.
"""

from __future__ import annotations

import os

from tests.acceptance.catalogue import ROOT, Entry, entries
from tests.acceptance.tags import REQUIREMENTS

PAGE = ROOT / "docs" / "traceability.md"
COMMAND = "UPDATE_DOCS=1 .venv/bin/pytest tests/acceptance/test_traceability.py"
INTRODUCTION = f"""\
# From requirements to scenarios

Every requirement has a tag; every scenario carries the tags of the requirements that it proves.
Scenarios marked with a clock (⏱) move clocks, set limits or inject faults, so they run on the
simulator alone; the others need nothing that a live organisation does not have. This page is
written by a test (`{COMMAND}`).

Run the proofs of one requirement with `.venv/bin/pytest tests/acceptance -m TAG`.
"""


def link(entry: Entry) -> str:
    """A feature as a link."""
    return f"[{entry.feature}](../features/{entry.file.rsplit('/', 1)[-1]})"


def cases(entry: Entry) -> int:
    """How often a scenario runs."""
    return max(1, entry.examples)


def page(found: list[Entry]) -> str:
    """The whole page."""
    parts = [INTRODUCTION, "| Tag | Requirement | Scenarios | Runs |", "|---|---|---|---|"]
    proofs = {tag: [one for one in found if tag in one.tags] for tag in REQUIREMENTS}
    for tag, meaning in REQUIREMENTS.items():
        runs = sum(cases(one) for one in proofs[tag])
        parts.append(f"| [`{tag}`](#{tag}) | {meaning} | {len(proofs[tag])} | {runs} |")
    parts.append(f"\nIn all: {len(found)} scenarios, {sum(map(cases, found))} runs.")
    for tag, meaning in REQUIREMENTS.items():
        parts.append(f"\n## {tag}\n\n{meaning}.")
        place = ""
        for one in proofs[tag]:
            if place != (place := f"{link(one)}: {one.rule}"):
                parts.append(f"\n{place}\n")
            times = f" ({one.examples} examples)" if one.examples else ""
            clock = " ⏱" if "simulator-only" in one.tags else ""
            parts.append(f"- {one.name.replace('<', '&lt;')}{times}{clock}")
    return "\n".join(parts) + "\n"


def test_the_page_is_up_to_date():
    """The committed page names exactly the scenarios that there are."""
    wanted = page(entries())
    if os.environ.get("UPDATE_DOCS") == "1":
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.is_file(), f"write it with {COMMAND}"
    assert PAGE.read_text(encoding="utf-8") == wanted, f"write it anew with {COMMAND}"


def test_every_requirement_is_proved_by_several_scenarios():
    """No requirement hangs on a single example."""
    thin = {
        tag: number
        for tag in REQUIREMENTS
        if (number := sum(tag in one.tags for one in entries())) < 3
    }
    assert thin == {}
