# SPDX-License-Identifier: Apache-2.0
"""Who may hand in scores: a signature over id, time and body, or a bearer token.

A signature proves the sender and the body, its time keeps a recorded message from being played
again after five minutes, and its id keeps it from being accepted twice before that. A token
proves the sender alone, for sources that cannot sign.

Source: Standard Webhooks, section on signatures.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from integration.clock import Clock
from integration.listener.keys import Keyring

TOLERANCE_S: Final = 300
_ID: Final = re.compile(rb"[!-~]{1,256}")
_SECONDS: Final = re.compile(rb"[0-9]{1,11}")
_MOST_SIGNATURES: Final = 16
_OF_TOKENS: Final = "token "
"""Before the ids of messages that are not signed, so that they take no signed message's place."""


class Unauthorised(Exception):
    """Nobody who may hand in scores has sent this; the message names no secret."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says about its sender, as it stands in its headers."""

    id: bytes | None = None
    timestamp: bytes = b""
    signature: bytes = b""
    authorization: bytes = b""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A request whose headers are in order; its body may still show that it is a forgery."""

    message: str
    timestamp: datetime | None
    signatures: tuple[bytes, ...]


class Gate:
    """Lets in those who hold a key.

    Args:
        keyring: the keys that are valid now.
        clock: the time.
    """

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def look_at(self, credentials: Credentials) -> Visitor:
        """What the headers alone can show, before anything is read of the body.

        Raises:
            Unauthorised: they are not in order.
        """
        keys = self._keyring.current()
        if credentials.signature and keys.signers:
            return self._signed(credentials)
        kind, _, token = credentials.authorization.partition(b" ")
        if kind.lower() == b"bearer" and keys.tokens:
            if not _one_of(token.strip(), keys.tokens):
                raise Unauthorised("the bearer token is not valid")
            message = _OF_TOKENS + _message(credentials) if credentials.id is not None else ""
            return Visitor(message, None, ())
        raise Unauthorised(
            "webhook-id, webhook-timestamp and webhook-signature are needed"
            if keys.signers
            else "a bearer token is needed"
        )

    def let_in(self, visitor: Visitor, body: str) -> None:
        """Check the signature over ``body``; a token has been checked before.

        Raises:
            Unauthorised: no valid key made it.
        """
        if visitor.timestamp is None:
            return
        signed = [
            signer.sign(visitor.message, visitor.timestamp, body).encode()
            for signer in self._keyring.current().signers
        ]
        if not sum(_one_of(signature, signed) for signature in visitor.signatures):
            raise Unauthorised("the signature is not right")

    def _signed(self, credentials: Credentials) -> Visitor:
        message = _message(credentials)
        if _SECONDS.fullmatch(credentials.timestamp) is None:
            raise Unauthorised("webhook-timestamp is not a number of seconds since 1970")
        timestamp = datetime.fromtimestamp(int(credentials.timestamp), UTC)
        if abs((self._clock.now() - timestamp).total_seconds()) > TOLERANCE_S:
            raise Unauthorised("webhook-timestamp is more than five minutes away from now")
        signatures = credentials.signature.split(b" ", _MOST_SIGNATURES)
        return Visitor(message, timestamp, tuple(signatures[:_MOST_SIGNATURES]))


def _message(credentials: Credentials) -> str:
    name = credentials.id or b""
    if _ID.fullmatch(name) is None:
        raise Unauthorised("webhook-id is not 1 to 256 printable ASCII characters")
    return name.decode("ascii")


def _one_of(given: bytes, valid: Iterable[bytes]) -> bool:
    """Whether ``given`` is one of ``valid``; how long that takes tells nothing about which."""
    return sum(hmac.compare_digest(given, one) for one in valid) > 0
