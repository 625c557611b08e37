# SPDX-License-Identifier: Apache-2.0
"""The secrets of those who may send webhooks; a file of them may change while the service runs.

Several are valid at a time, so that one can be replaced without a lost message: the new one is
added, the sender is switched over, the old one is taken out. A file that turns bad meanwhile
changes nothing; that is said in the log.

Source: Standard Webhooks (a secret is ``whsec_`` and 24 to 64 random bytes in base64).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from standardwebhooks import Webhook

from integration.clock import Clock
from integration.service_settings import LONGEST_SECRETS, ServiceSettings

_PREFIX: Final = "whsec_"
_SHORTEST_SECRET: Final = 24
_SHORTEST_TOKEN: Final = 24
_LOOK_EVERY_S: Final = 1.0
_LOG: Final = structlog.get_logger("leadscore.listener")


class KeyProblem(ValueError):
    """Secrets that cannot be used; the message never shows one."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Who may send: signers by their secrets, others by their tokens."""

    signers: tuple[Webhook, ...] = field(default=(), repr=False)
    tokens: tuple[bytes, ...] = field(default=(), repr=False)


class Keyring:
    """The keys that are valid now.

    Args:
        settings: where the secrets are.
        clock: the time.

    Raises:
        KeyProblem: there are none, or some cannot be used.
    """

    def __init__(self, settings: ServiceSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._files = [
            path for path in (settings.webhook_secrets_file, settings.webhook_token_file) if path
        ]
        self._seen = self._state()
        self._looked = clock.monotonic()
        self._keys = self._read()

    def current(self) -> Keys:
        """The keys as they are now: files are looked at every second."""
        now = self._clock.monotonic()
        if self._files and now - self._looked >= _LOOK_EVERY_S:
            self._looked = now
            self._look()
        return self._keys

    def _look(self) -> None:
        state = self._state()
        if state == self._seen:
            return
        self._seen = state
        try:
            self._keys = self._read()
        except KeyProblem as problem:
            _LOG.error("secrets_not_changed", problem=str(problem))
        else:
            keys = self._keys
            _LOG.warning("secrets_changed", signers=len(keys.signers), tokens=len(keys.tokens))

    def _state(self) -> list[tuple[int, int, int] | None]:
        return [_stamp(path) for path in self._files]

    def _read(self) -> Keys:
        settings = self._settings
        keys = Keys(
            tuple(
                _signer(text, place)
                for text, place in _texts(
                    settings.webhook_secrets.get_secret_value(),
                    "webhook_secrets",
                    settings.webhook_secrets_file,
                )
            ),
            tuple(
                _token(text, place)
                for text, place in _texts(
                    settings.webhook_token.get_secret_value(),
                    "webhook_token",
                    settings.webhook_token_file,
                )
            ),
        )
        if not keys.signers and not keys.tokens:
            raise KeyProblem(
                "nobody may send webhooks: set LEADSCORE_WEBHOOK_SECRETS_FILE to the path of a "
                "file with the secrets of the senders, one a line (or LEADSCORE_WEBHOOK_TOKEN_FILE "
                "for those that cannot sign)"
            )
        return keys


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _texts(inline: str, option: str, path: Path | None) -> Sequence[tuple[str, str]]:
    """Each secret, with the words for where it stands."""
    found = [(text, f"{option}, number {place}") for place, text in enumerate(inline.split(), 1)]
    if path is None:
        return found
    try:
        with path.open(encoding="ascii") as file:
            lines = file.read(LONGEST_SECRETS).splitlines()
    except (OSError, UnicodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not plain text"
        raise KeyProblem(f"{path} cannot be read ({reason})") from None
    filled = [
        (line.strip(), f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not filled:
        raise KeyProblem(f"{path} holds no secret; one a line is needed")
    return [*found, *filled]


def _signer(text: str, place: str) -> Webhook:
    body = text.removeprefix(_PREFIX)
    try:
        secret = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise KeyProblem(
            f"{place}: it is no secret; whsec_ and random bytes in base64 are needed"
        ) from None
    if len(secret) < _SHORTEST_SECRET:
        raise KeyProblem(
            f"{place}: it has {len(secret)} bytes; {_SHORTEST_SECRET} random ones are the fewest"
        )
    return Webhook(secret)


def _token(text: str, place: str) -> bytes:
    if len(text) < _SHORTEST_TOKEN or not text.isascii() or not text.isprintable():
        raise KeyProblem(
            f"{place}: a token of {_SHORTEST_TOKEN} printable characters or more is needed"
        )
    return text.encode()
