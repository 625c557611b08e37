# SPDX-License-Identifier: Apache-2.0
"""Refusals: every way in which the simulated platform says no, in the official error shape.

A handler raises a :class:`Refusal`; the pipeline turns it into the ErrorBody that the official
clients expect. Texts are the simulator's own; the codes and the fields are the platform's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class Refusal(Exception):
    """One refused call.

    Args:
        status: HTTP status of the answer.
        code: the platform's code, for example ``invalid.update.wrong.version``.
        message: template of the message; ``{name}`` stands for a parameter of that name.
        params: the parameters of the message, as the official ``messageParams``.
        details: official Detail objects (``errorCode``, ``fieldName``).
        headers: further headers of the answer, for example ``Retry-After``.
        limit: the limit that was hit: ``key``, ``namespace``, ``value``.

    Source: ErrorBody of the official SDK 269; platform reference, section 12.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        params: Mapping[str, str] | None = None,
        details: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        limit: Mapping[str, Any] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.template = message
        self.params = dict(params or {})
        self.details = tuple(dict(detail) for detail in details)
        self.headers = dict(headers or {})
        self.limit = dict(limit) if limit else None
        self.message = message
        for name, value in self.params.items():
            self.message = self.message.replace("{" + name + "}", value)
        super().__init__(f"{status} {code}: {self.message}")

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The official ErrorBody; ``contextId`` is the answer's correlation id."""
        body: dict[str, Any] = {
            "message": self.message,
            "code": self.code,
            "status": self.status,
            "messageWithParams": self.template,
            "messageParams": self.params,
            "contextId": correlation_id,
            "details": list(self.details),
            "errors": [],
        }
        if self.limit is not None:
            body["limit"] = self.limit
        return body


def bad_request(code: str, message: str, **params: str) -> Refusal:
    """400 with one of the platform's codes."""
    return Refusal(400, code, message, params=params)


def bad_field(code: str, field: str, message: str) -> Refusal:
    """400 that names the field at fault in its message and its details.

    Args:
        code: ``bad.request`` for a wrong JSON type, ``invalid.value`` for a value not allowed.
        field: the path of the field, for example ``phoneColumns[0].type``.
        message: what is wrong with it; the field's path is put before it.
    """
    return Refusal(
        400,
        code,
        "{field}: " + message,
        params={"field": field},
        details=[{"errorCode": code, "fieldName": field}],
    )


def authentication_required() -> Refusal:
    """401: no bearer token came with the call."""
    return Refusal(401, "authentication.required", "No bearer token was sent with the call.")


def bad_credentials() -> Refusal:
    """401: the bearer token is unknown, expired or revoked."""
    return Refusal(401, "bad.credentials", "The bearer token is not valid.")


def missing_permissions(permissions: Iterable[str], division: str | None = None) -> Refusal:
    """403 that names every permission that the client lacks, and where."""
    params = {"permissions": ", ".join(permissions)}
    message = "The client lacks the permission(s): {permissions}"
    if division is not None:
        params["division"] = division
        message += " in division {division}"
    return Refusal(403, "missing.permissions", message, params=params)


def missing_any_permission(permissions: Iterable[str], division: str | None = None) -> Refusal:
    """403 that names permissions of which one would do, and where."""
    params = {"permissions": ", ".join(permissions)}
    message = "The client needs one of these permissions: {permissions}"
    if division is not None:
        params["division"] = division
        message += " in division {division}"
    return Refusal(403, "missing.any.permissions", message, params=params)


def not_found(what: str, code: str = "not.found") -> Refusal:
    """404 for an object that does not exist, or no longer."""
    return Refusal(404, code, "{what} was not found.", params={"what": what})


def method_not_allowed(method: str, path: str, allowed: Iterable[str]) -> Refusal:
    """405 for a path that is simulated with other methods."""
    methods = ", ".join(sorted(allowed))
    return Refusal(
        405,
        "method.not.allowed",
        "{method} {path} is not simulated; simulated here: {methods}",
        params={"method": method, "path": path, "methods": methods},
        headers={"Allow": methods},
    )


def conflict(code: str, message: str, **params: str) -> Refusal:
    """409, for example a stale version."""
    return Refusal(409, code, message, params=params)


def wrong_version(current: int) -> Refusal:
    """409 for an update whose ``version`` is not the latest.

    Source: platform reference, section 12.
    """
    return conflict(
        "invalid.update.wrong.version",
        "The update does not match the current version {version}.",
        version=str(current),
    )


def too_large(maximum: int) -> Refusal:
    """413 for a body over the size limit, in bytes."""
    return Refusal(
        413,
        "request.entity.too.large",
        "The body is larger than {maximum} bytes.",
        params={"maximum": str(maximum)},
    )


def unsupported_media_type(content_type: str) -> Refusal:
    """415 for a body that is not declared as JSON."""
    return Refusal(
        415,
        "unsupported.media.type",
        "The body must be application/json, not {contentType}.",
        params={"contentType": content_type or "undeclared"},
    )


def not_simulated(method: str, path: str, what: str = "") -> Refusal:
    """501: the real platform may have this, the simulator does not.

    The official Go client retries every other 5xx for minutes, but not this one.
    """
    message = "The simulator does not have {method} {path}"
    message += f" ({what})" if what else ""
    return Refusal(501, "not.simulated", message, params={"method": method, "path": path})
