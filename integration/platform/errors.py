# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between us and Genesys Cloud, in words that a person can act on.

Callers decide by class: :class:`RateLimited` and :class:`Unreachable` pass with time,
:class:`Refused` concerns one call, and an error with ``stops_run`` makes every further call
pointless until somebody has changed credentials, permissions or the address.

No error carries a secret, a token or the data of a contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

TOKEN_OPERATION = "token"  # noqa: S105 - the name of an operation
"""The operation under which requests for a token are counted and reported."""

_SHOWN_DETAILS = 3


def shortened(client_id: str) -> str:
    """The first characters of a client id: enough to recognise it, too few to use it."""
    return f"{client_id[: min(4, len(client_id) // 2)]}…"


@dataclass(frozen=True, slots=True)
class Detail:
    """One entry of ``details`` (or of nested ``errors``) of a refusal; blank where not given."""

    code: str = ""
    field: str = ""
    entity_id: str = ""
    entity_name: str = ""

    def __str__(self) -> str:
        where = self.field or self.entity_name or self.entity_id
        return f"{where}: {self.code}" if where and self.code else where or self.code


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that a call ran into, as the platform names it."""

    key: str = ""
    namespace: str = ""
    value: str = ""

    def __str__(self) -> str:
        name = ".".join(part for part in (self.namespace, self.key) if part)
        return f"limit {name} of {self.value}" if self.value else f"limit {name}"


@dataclass(kw_only=True, eq=False, repr=False)
class PlatformError(Exception):
    """A call to Genesys Cloud did not succeed.

    Attributes:
        operation: the name of the call, as the caller gave it.
        status: the HTTP status; None where no answer came.
        code: the platform's error code, such as ``bad.credentials``; blank where not given.
        message: what the platform said, or what happened to the connection.
        correlation_id: what Genesys support asks for; blank where not given.
        attempts: how often the call was tried before this error was raised.
        stops_run: whether every further call would fail in the same way.
    """

    operation: str = ""
    status: int | None = None
    code: str = ""
    message: str = ""
    correlation_id: str = ""
    attempts: int = 1

    stops_run: ClassVar[bool] = False

    def __str__(self) -> str:
        text = self._sentence()
        if self.attempts > 1:
            text += f"; given up after {self.attempts} attempts"
        return text

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def _sentence(self) -> str:
        return f"Genesys Cloud failed at {self.operation}{self._said()}{self._because()}"

    def _said(self) -> str:
        """Status, code and correlation id in brackets."""
        first = " ".join(str(part) for part in (self.status, self.code) if part)
        trace = f"correlation id {self.correlation_id}" if self.correlation_id else ""
        inside = ", ".join(part for part in (first, trace) if part)
        return f" ({inside})" if inside else ""

    def _because(self) -> str:
        return f": {self.message}" if self.message else ""


@dataclass(kw_only=True, eq=False, repr=False)
class Unreachable(PlatformError):
    """No usable answer: no connection, a time limit, a reset, 408, a 5xx, an unreadable body.

    Attributes:
        ambiguous: the call may have been carried out all the same.
        retry_after: seconds that the server asked to wait; None where it did not say.
        final: the call was already repeated for as long as that is worth it.
    """

    ambiguous: bool = False
    retry_after: float | None = None
    final: bool = False

    def _sentence(self) -> str:
        happened = "did not answer" if self.status is None else "could not serve"
        text = f"Genesys Cloud {happened} {self.operation}{self._said()}{self._because()}"
        if self.ambiguous:
            text += "; whether the call was carried out is not known"
        return text


@dataclass(kw_only=True, eq=False, repr=False)
class BadAnswer(Unreachable):
    """The platform reported success, but what it sent cannot be read."""

    def _sentence(self) -> str:
        text = f"Genesys Cloud sent an unreadable answer to {self.operation}"
        text += f"{self._said()}{self._because()}"
        if self.ambiguous:
            text += "; whether the call was carried out is not known"
        return text


@dataclass(kw_only=True, eq=False, repr=False)
class RateLimited(PlatformError):
    """429: too many calls. It was not carried out.

    Attributes:
        retry_after: seconds that the platform asked to wait; None where it did not say.
        limit: the limit that was hit; None where it was not named.
        one_resource: only this resource's own limit was hit, not the client's.
    """

    retry_after: float | None = None
    limit: Limit | None = None
    one_resource: bool = False

    def _sentence(self) -> str:
        text = f"Genesys Cloud limits {self.operation}{self._said()}{self._because()}"
        if self.limit:
            text += f"; {self.limit}"
        if self.retry_after is not None:
            text += f"; it asked to wait {self.retry_after:g} s"
        return text


@dataclass(kw_only=True, eq=False, repr=False)
class Unauthorized(PlatformError):
    """The client's credentials do not get it in: no token, or two tokens refused in a row.

    Attributes:
        client: the client id, shortened.
    """

    stops_run: ClassVar[bool] = True

    client: str = ""

    def _sentence(self) -> str:
        if self.operation == TOKEN_OPERATION:
            return (
                f"Genesys Cloud gives client {self.client} no token{self._said()}"
                f"{self._because()}; check the client id, its secret and the region"
            )
        return (
            f"Genesys Cloud refused the token{self._said()} twice{self._because()}; "
            f"client {self.client} may be disabled or its secret rotated"
        )


@dataclass(kw_only=True, eq=False, repr=False)
class Forbidden(PlatformError):
    """403: the client may not do this.

    Attributes:
        client: the client id, shortened.
        permissions: the permissions that the platform named as missing.
        any_of: one of ``permissions`` is enough.
    """

    stops_run: ClassVar[bool] = True

    client: str = ""
    permissions: tuple[str, ...] = ()
    any_of: bool = False

    def _sentence(self) -> str:
        text = f"Genesys Cloud forbids {self.operation}{self._said()}"
        if not self.permissions:
            return f"{text}{self._because()}; check the roles and divisions of client {self.client}"
        names = ", ".join(self.permissions)
        which = "one of " if self.any_of else ""
        return (
            f"{text}: client {self.client} lacks {which}{names}; "
            "grant it in a role of the client, in the division of the object"
        )


@dataclass(kw_only=True, eq=False, repr=False)
class Refused(PlatformError):
    """Any other refusal: this call, as it is, will never be carried out.

    Attributes:
        details: what the platform says about single fields or entities.
        limit: the limit that was hit; None where none was named.
    """

    details: tuple[Detail, ...] = ()
    limit: Limit | None = None

    def _sentence(self) -> str:
        text = f"Genesys Cloud refused {self.operation}{self._said()}{self._because()}"
        if self.details:
            shown = ", ".join(str(detail) for detail in self.details[:_SHOWN_DETAILS])
            more = len(self.details) - _SHOWN_DETAILS
            text += f" [{shown}{f' and {more} more' if more > 0 else ''}]"
        if self.limit:
            text += f"; {self.limit}"
        return text


@dataclass(kw_only=True, eq=False, repr=False)
class Redirected(PlatformError):
    """A 3xx: something other than the platform's API answers at this address.

    Redirects are not followed, because the token would go with them.

    Attributes:
        location: scheme and host that the answer points at; blank where it does not say.
    """

    stops_run: ClassVar[bool] = True

    location: str = ""

    def _sentence(self) -> str:
        target = f" to {self.location}" if self.location else ""
        return (
            f"{self.operation} was redirected{target}{self._said()} and not followed; "
            "check the region or gateway address, and any proxy in between"
        )
