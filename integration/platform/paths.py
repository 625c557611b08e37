# SPDX-License-Identifier: Apache-2.0
"""Paths and queries of calls, safe whatever an id contains.

An id is data: it comes out of a file or out of somebody else's system. Put into a path as it
is, ``..`` or an empty id would address something else, such as the list instead of the
contact, and servers and proxies differ in what they resolve after decoding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

QueryValue = str | int | bool | Sequence[str] | None

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PATH = re.compile(r"(/[A-Za-z0-9\-._~%!$&'()*+,;=:@]+)+")


def path(template: str, /, **values: str) -> str:
    """``template`` with each ``{name}`` replaced by its value, percent-encoded.

    Raises:
        ValueError: a value is missing or blank, or is a path of its own (``.``, ``..``).
    """

    def encoded(match: re.Match[str]) -> str:
        value = values.get(match[1], "")
        if not value.strip() or value in {".", ".."}:
            raise ValueError(f"{value!r} cannot stand for {match[1]} in {template}")
        return quote(value, safe="")

    return _PLACEHOLDER.sub(encoded, template)


def checked(path: str) -> str:
    """``path`` itself.

    Raises:
        ValueError: it is not absolute, has an empty, ``.`` or ``..`` segment, or holds
            characters that belong to a query or have to be encoded.
    """
    if not _PATH.fullmatch(path) or any(part in {".", ".."} for part in path.split("/")):
        raise ValueError(f"{path!r} is not the path of a call")
    return path


def query_string(query: Mapping[str, QueryValue] | None) -> str:
    """The query with its question mark; blank where there is nothing to say.

    Flags are written ``true`` and ``false``, lists joined by commas, None left out, as the
    platform expects (docs/platform.md section 13).
    """
    pairs = [(name, _text(value)) for name, value in (query or {}).items() if value is not None]
    return f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""


def _text(value: str | int | Sequence[str]) -> str:  # a bool is an int
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    return ",".join(value)
