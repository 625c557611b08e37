# SPDX-License-Identifier: Apache-2.0
"""Writes what a probe has found out into the settings file; all else in it stays as it is.

Settings that follow from the facts become keys of the file; the facts themselves, with the day
and the organisation, a table ``probe``, which ``leadscore simulate --switches`` reads too.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from integration.probing.facts import ProbeResult
from integration.settings_file import PROBE

_HEADER: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)
_PRIVATE: Final = 0o600


class NotKeptError(Exception):
    """The settings file cannot be written; the message says why and what to write by hand."""


def keep(result: ProbeResult, path: Path) -> None:
    """Write ``result`` into the settings file ``path``, which is made where there is none.

    Raises:
        NotKeptError: it cannot be written, or is written in a way that this does not understand.
    """
    by_hand = ", ".join(f"{name} = {_toml(value)}" for name, value in result.settings.items())
    todo = f"write into it by hand: {by_hand or 'nothing'}"
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else _PRIVATE
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = changed(before, result)
        _check(before, after, result)
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            beside.touch(mode)
            beside.write_text(after, encoding="utf-8")
            beside.replace(path)
        finally:
            with suppress(OSError):
                beside.unlink()
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise NotKeptError(f"{path} was not changed ({reason}); {todo}") from problem


def changed(text: str, result: ProbeResult) -> str:
    """The text of a settings file with the findings in place of earlier ones."""
    text = re.sub(
        rf"^[ \t]*\[{PROBE}(?:\.[^\]]*)?\].*?(?=^[ \t]*\[|\Z)",
        "",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    for name, value in result.settings.items():
        text = _with(text, f"{name} = {_toml(value)}", name)
    lines = [
        "",
        "# Written by leadscore probe.",
        f"[{PROBE}]",
        f"at = {_toml(result.at)}",
        f"organisation = {_toml(result.organisation)}",
        "",
        f"[{PROBE}.switches]",
        *(f"{name} = {_toml(value)}" for name, value in result.switches.items()),
        "",
    ]
    head = text.replace("\n# Written by leadscore probe.\n", "\n").rstrip()
    return f"{head}\n".lstrip("\n") + "\n".join(lines)


def _with(text: str, line: str, name: str) -> str:
    """``text`` with a key above its first table, in the place of an earlier one."""
    table = _HEADER.search(text)
    top, rest = (text, "") if table is None else (text[: table.start()], text[table.start() :])
    replaced, count = re.subn(rf"^[ \t]*{name}[ \t]*=.*$", line, top, flags=re.MULTILINE)
    if not count:
        gap = "\n" if top and not top.endswith("\n") else ""
        replaced = f"{top}{gap}{line}\n"
    return replaced + rest


def _check(before: str, after: str, result: ProbeResult) -> None:
    """Insist that nothing else has changed.

    Raises:
        ValueError: it has, or one of the two is no TOML.
    """
    was, now = tomllib.loads(before), tomllib.loads(after)
    for name in (PROBE, *result.settings):
        was.pop(name, None)
    ours = {name: now.pop(name, None) for name in (PROBE, *result.settings)}
    if was != now or {name: ours[name] for name in result.settings} != result.settings:
        raise ValueError("it is written in an unusual way")


def _toml(value: Any) -> str:
    """A text or a truth value: TOML writes both as JSON does, where JSON escapes all else."""
    return json.dumps(value)
