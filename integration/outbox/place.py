# SPDX-License-Identifier: Apache-2.0
"""Where an outbox is: a file, or a PostgreSQL server for several machines.

The address of a server may hold a password. It is never shown: not in messages, not in a repr.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

_SCHEMES: Final = ("postgresql://", "postgres://")
_SECRETS: Final = frozenset({"password", "sslpassword"})
_AFTER_PASSWORD: Final = re.compile(r"^[^?#]*@")


class OutboxServer:
    """A PostgreSQL server, by its ``postgresql://`` address.

    Raises:
        ValueError: it is no such address. The message does not repeat it.
    """

    __slots__ = ("_address",)

    def __init__(self, address: str) -> None:
        if not is_server(address):
            raise ValueError("the address of a server begins with postgresql://")
        try:
            parts = urlsplit(address)
            readable = "@" not in f"{parts.path}{parts.query}{parts.fragment}"
        except ValueError:
            readable = False
        if not readable:  # else a part of the password would be taken for another one
            raise ValueError(
                "escape special characters in the address: in a password / is %2F, @ is %40"
            )
        self._address = address

    @property
    def secret_address(self) -> str:
        """The whole address, with the password if there is one."""
        return self._address

    @property
    def password(self) -> str:
        """The password in the address; blank where there is none."""
        parts = urlsplit(self._address)
        found = [value for name, value in parse_qsl(parts.query) if name.lower() in _SECRETS]
        return unquote(parts.password or "") or "".join(found[:1])

    def __str__(self) -> str:
        """The address without passwords and options."""
        parts = urlsplit(self._address)
        user = f"{parts.username}@" if parts.username else ""
        return f"postgresql://{user}{_AFTER_PASSWORD.sub('', parts.netloc)}{parts.path}"

    def __repr__(self) -> str:
        """As in messages."""
        return f"OutboxServer({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Whether it is the same address."""
        return isinstance(other, OutboxServer) and other._address == self._address

    def __hash__(self) -> int:
        """Equal ones have the same."""
        return hash(self._address)


OutboxPlace = Path | OutboxServer


def is_server(text: str) -> bool:
    """Whether ``text`` is meant as the address of a server."""
    return text.lower().startswith(_SCHEMES)


def place_of(text: str) -> OutboxPlace:
    """The file or server that ``text`` names.

    Raises:
        ValueError: it is a server's address that cannot be read.
    """
    return OutboxServer(text) if is_server(text) else Path(text)
