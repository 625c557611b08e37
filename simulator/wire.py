# SPDX-License-Identifier: Apache-2.0
"""Bodies on the wire: strict JSON in, plain JSON out, a form for the token call.

What the official SDKs send is taken as they send it: ``null`` or nothing for "no body", a JSON
content type on GET and DELETE.

Source: platform reference, section 15.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qs

from simulator.errors import bad_request, unsupported_media_type

FORM = "application/x-www-form-urlencoded"
MOST_FORM_FIELDS = 100
_BODILESS = frozenset({"GET", "HEAD", "DELETE"})


def read_body(method: str, headers: Mapping[str, str], body: bytes, *, form: bool) -> Any:
    """What the body says: JSON, or the fields of a form with all their values.

    None for no body, for the JSON ``null``, for what is no form where a form is needed, and for
    whatever comes with a method that has no body.

    Raises:
        Refusal: 415 for a body that is not declared as JSON; 400 for one that is none.
    """
    if not body or method in _BODILESS:
        return None
    content_type = headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if form:
        return _form(body) if kind == FORM else None
    if kind != "application/json" and not kind.endswith("+json"):
        raise unsupported_media_type(content_type)
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise bad_request("bad.request", "The body is no JSON in UTF-8.") from None


def write_body(body: Any) -> bytes:
    """``body`` as JSON; nothing for None; bytes (a file) as they are."""
    if isinstance(body, bytes):
        return body
    return b"" if body is None else _ENCODER.encode(body).encode("ascii")


def _form(body: bytes) -> dict[str, list[str]] | None:
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FORM_FIELDS)
    except ValueError:
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
