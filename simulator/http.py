# SPDX-License-Identifier: Apache-2.0
"""What a resource module is made of: operations, and the call that a handler gets.

A resource module holds a state class and ends with its table::

    OPERATIONS = (
        Operation(
            "GET", "/api/v2/outbound/contactlists/{contactListId}", "get_outbound_contactlist",
            read_list, permissions=("outbound:contactList:view",), model="ContactList",
        ),
    )

``simulator.resources`` joins the tables. Authentication, limits, faults and the permission
"somewhere" are settled before a handler runs; the permission in the division of the object at
hand is the handler's own question (:meth:`Call.require`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.errors import bad_field, missing_any_permission, missing_permissions
from simulator.paging import Page

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.clients import OAuthClient
    from simulator.organisation import Organisation

TRUE_FALSE = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Answer:
    """A success.

    Args:
        body: what is sent as JSON; None for an empty body, bytes for a file.
        status: the HTTP status; 200 unless stated.
        headers: further headers.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Result = Answer | dict[str, Any] | list[Any] | None
Handler = Callable[["Call"], Result | Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the platform's API.

    Args:
        method: HTTP method in capitals.
        path: the whole path; ``{name}`` stands for one segment, ``{name*}`` as the last one for
            the rest of the path (keys that contain a slash).
        operation_id: the official Python SDK's method, for example ``get_tokens_me``.
        handler: answers the call; may be a coroutine function.
        permissions: all of them are needed, in any division; empty for none.
        any_permission: one of them is needed, in any division; empty for none.
        model: the official type of the success answer, for example ``list[DialerContact]``;
            None for an empty body or one that no official type describes.
        authenticated: whether a bearer token is needed.
        counted: whether the call counts against the rate limit of its client.
        form: whether the body is a form and not JSON.
        official: whether the real platform has this call; False for the data service of the
            seed guide, which only the simulator has.
    """

    method: str
    path: str
    operation_id: str
    handler: Handler
    permissions: tuple[str, ...] = ()
    model: str | None = None
    authenticated: bool = True
    counted: bool = True
    form: bool = False
    any_permission: tuple[str, ...] = ()
    official: bool = True


@dataclass(slots=True)
class Call:
    """One authenticated call, as a handler sees it.

    Args:
        organisation: the state that the call reads and changes.
        operation: what was called.
        path: the path's parameters, percent-decoded.
        query: the query's parameters, percent-decoded, each with all its values.
        headers: the request's headers, names in lower case.
        correlation_id: goes into ``ININ-Correlation-Id`` and ``contextId``.
        caller: the OAuth client; None for an operation without authentication.
        token: its access token; empty for an operation without authentication.
        body: the parsed JSON body (a dict of lists of texts for a form); None where it is empty
            or ``null``.
        origin: scheme and host that were called, for addresses in answers.
    """

    organisation: Organisation
    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    correlation_id: str
    caller: OAuthClient | None = None
    token: str = ""
    body: Any = None
    origin: str = ""

    @property
    def client(self) -> OAuthClient:
        """The OAuth client that calls; only for operations with authentication."""
        assert self.caller is not None
        return self.caller

    @property
    def now(self) -> datetime:
        """The server's time, with its skew if it has one."""
        return self.organisation.now()

    def text(self, name: str, default: str = "") -> str:
        """The query parameter ``name``; ``default`` where it is absent."""
        values = self.query.get(name)
        return values[-1] if values else default

    def integer(
        self, name: str, default: int, *, minimum: int = 0, maximum: int | None = None
    ) -> int:
        """The query parameter ``name`` as a number, cut to ``maximum``.

        Raises:
            Refusal: 400 ``invalid.value``; it is no integer, or below ``minimum``.
        """
        given = self.text(name)
        if not given:
            return default
        digits = given.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
            raise bad_field("invalid.value", name, "must be an integer")
        value = int(given)
        if value < minimum:
            raise bad_field("invalid.value", name, f"must be {minimum} or more")
        return value if maximum is None else min(value, maximum)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """The query parameter ``name`` as true or false, in any case of letters.

        Raises:
            Refusal: 400 ``invalid.value``; it is neither.
        """
        given = self.text(name)
        if not given:
            return default
        value = TRUE_FALSE.get(given.lower())
        if value is None:
            raise bad_field("invalid.value", name, "must be true or false")
        return value

    def listing(self, name: str) -> list[str]:
        """The query parameter ``name`` as a list: joined by commas, repeated, or both."""
        values = self.query.get(name, ())
        return [part for value in values for part in value.split(",") if part]

    def grants(self, permission: str, division_id: str | None = None) -> bool:
        """Whether the client's roles grant ``permission`` in that division (None: in any)."""
        return self.organisation.access.grants(self.client, permission, division_id)

    def require(self, permission: str, division_id: str) -> None:
        """Insist on ``permission`` in the division of the object at hand.

        Raises:
            Refusal: 403 ``missing.permissions``.
        """
        if not self.grants(permission, division_id):
            raise missing_permissions([permission], division_id)

    def require_any(self, permissions: Sequence[str], division_id: str) -> None:
        """Insist on one of ``permissions`` in the division of the object at hand.

        Raises:
            Refusal: 403 ``missing.any.permissions``.
        """
        if not any(self.grants(permission, division_id) for permission in permissions):
            raise missing_any_permission(permissions, division_id)

    def page(self, *, size: int = 25, maximum: int = 100) -> Page:
        """The page that ``pageNumber`` and ``pageSize`` ask for.

        Args:
            size: the page size where none is asked for.
            maximum: a larger page size is cut to this.
        """
        return Page(
            number=self.integer("pageNumber", 1, minimum=1),
            size=self.integer("pageSize", size, minimum=1, maximum=maximum),
        )
