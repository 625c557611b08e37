# SPDX-License-Identifier: Apache-2.0
"""Keeps one issue about what somebody changed on the platform by hand.

``python -m demo.drift_issue drift-dev.json drift-prod.json`` reads what ``infra.stacks refresh
--preview-only --json`` printed for each stack. Where something differs, the issue is opened or
brought up to date; where nothing does, it is closed. ``gh`` talks to the repository.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from demo.comment import plain

LABEL: Final = "drift"
TITLE: Final = "The platform differs from what is declared"
_ROWS: Final = 30

Gh = Callable[[Sequence[str], str], str]
"""Runs ``gh`` with words and standard input, and returns what it printed."""


def body(drift: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The issue's text: what differs, by stack; blank where nothing does."""
    sections = [_section(stack, found) for stack, found in sorted(drift.items()) if found]
    if not sections:
        return ""
    closing = (
        "The next deployment takes it back. Where it is meant to stay, declare it; "
        "`python -m infra.stacks refresh STACK --preview-only` shows it again."
    )
    return "\n\n".join(["\n".join(one) for one in sections] + [closing]) + "\n"


def _section(stack: str, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"**{plain(stack)}**\n"
    for one in found[:_ROWS]:
        what = "is gone" if one["operation"] == "delete" else ", ".join(one["properties"])
        kind = str(one["type"]).rpartition(":")[2]
        yield f"- {plain(kind, 80)} {plain(str(one['name']), 80)}: {plain(what, 200)}"
    if len(found) > _ROWS:
        yield f"- … and {len(found) - _ROWS} more"


def keep(text: str, gh: Gh) -> str:
    """Open, update or close the one issue; returns what was done."""
    listed = gh(["issue", "list", "--label", LABEL, "--state", "open", "--json", "number"], "")
    numbers = sorted(one["number"] for one in json.loads(listed))
    if not text:
        for number in numbers:
            gh(["issue", "close", str(number), "--comment", "Nothing differs any more."], "")
        return f"closed {', '.join(map(str, numbers))}" if numbers else "nothing differs"
    if numbers:
        gh(["issue", "edit", str(numbers[0]), "--body-file", "-"], text)
        return f"updated {numbers[0]}"
    gh(["label", "create", LABEL, "--force", "--description", TITLE], "")
    gh(["issue", "create", "--title", TITLE, "--label", LABEL, "--body-file", "-"], text)
    return "opened"


def main(arguments: Sequence[str]) -> int:
    """Read the reports and keep the issue; returns the exit code."""
    drift = {}
    for path in map(Path, arguments):
        found = json.loads(path.read_text(encoding="utf-8"))
        drift[path.stem.removeprefix("drift-")] = found["drift"]
    try:
        done = keep(body(drift), _gh)
    except subprocess.CalledProcessError as failed:
        sys.stderr.write(f"drift: gh failed: {failed.stderr.strip()}\n")
        return 1
    sys.stdout.write(f"drift: {done}\n")
    return 0


def _gh(words: Sequence[str], text: str) -> str:
    command = ["gh", *words]
    return subprocess.run(  # noqa: S603 - no shell; names of others are in the text alone
        command, input=text, capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
