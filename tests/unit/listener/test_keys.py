# SPDX-License-Identifier: Apache-2.0
"""The secrets of the senders: where they are read from, and what they look like."""

from __future__ import annotations

import pytest

from integration.listener.keys import KeyProblem, Keyring
from integration.settings import Settings
from simulator.clock import VirtualClock
from tests.unit.listener.conftest import OTHER, SECRET, TOKEN


@pytest.fixture
def clock():
    return VirtualClock()


def test_all_places_count(tmp_path, clock):
    """Secrets of the environment and of a file are valid together, and so are tokens."""
    (tmp_path / "secrets").write_text(f"\n{OTHER}\n\n  {SECRET}  \n")
    (tmp_path / "tokens").write_text(TOKEN + "\n")
    settings = Settings(
        webhook_secrets=f"{SECRET} {OTHER}",
        webhook_secrets_file=tmp_path / "secrets",
        webhook_token=TOKEN,
        webhook_token_file=tmp_path / "tokens",
    )
    keys = Keyring(settings, clock).current()
    assert (len(keys.signers), len(keys.tokens)) == (4, 2)


def test_no_secret_shows(tmp_path, clock):
    """Nothing that is printed of keys, keyring or settings shows a secret."""
    (tmp_path / "secrets").write_text(SECRET)
    settings = Settings(
        webhook_secrets=OTHER, webhook_token=TOKEN, webhook_secrets_file=tmp_path / "secrets"
    )
    keyring = Keyring(settings, clock)
    shown = repr((keyring, keyring.current(), settings))
    assert not any(one in shown for one in (SECRET, OTHER, TOKEN, SECRET[6:]))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "nobody may send webhooks: set LEADSCORE_WEBHOOK_SECRETS_FILE"),
        ({"webhook_secrets": "whsec_!!!"}, "webhook_secrets, number 1: it is no secret"),
        ({"webhook_secrets": "whsec_c2hvcnQ="}, "it has 5 bytes; 24 random ones are the fewest"),
        ({"webhook_secrets": SECRET + " x"}, "webhook_secrets, number 2: it is no secret"),
        ({"webhook_token": "short"}, "webhook_token, number 1: a token of 24 printable"),
        ({"webhook_token": "é" * 30}, "a token of 24 printable"),
    ],
    ids=["none", "no base64", "too short", "the second", "a short token", "no ASCII"],
)
def test_keys_that_cannot_be_used(options, told, clock):
    """Without a usable key the service does not start; the message says where, and no secret."""
    with pytest.raises(KeyProblem, match=told) as caught:
        Keyring(Settings(**options), clock)
    assert not any(text in str(caught.value) for one in options.values() for text in one.split())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read .No such file"),
        (b"", "holds no secret"),
        (b"\n \n", "holds no secret"),
        (b"\xff\xfe", "cannot be read .it is not plain text"),
        (SECRET.encode() + b"\nnonsense!\n", "line 2: it is no secret"),
    ],
    ids=["none", "empty", "blank", "bytes", "one bad line"],
)
def test_a_file_that_cannot_be_used(tmp_path, content, told, clock):
    """A file is named with what is wrong with it."""
    path = tmp_path / "secrets"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KeyProblem, match=told):
        Keyring(Settings(webhook_secrets_file=path), clock)


def test_a_file_that_changes(tmp_path, clock):
    """A changed file counts within a second; one that turns bad changes nothing."""
    path = tmp_path / "secrets"
    path.write_text(SECRET)
    keyring = Keyring(Settings(webhook_secrets_file=path), clock)
    path.write_text(f"{SECRET}\n{OTHER}\n")
    assert len(keyring.current().signers) == 1
    clock.advance(1)
    assert len(keyring.current().signers) == 2
    for content in ("", None):
        path.unlink() if content is None else path.write_text(content)
        clock.advance(1)
        assert len(keyring.current().signers) == 2
    path.write_text(OTHER)
    clock.advance(1)
    assert len(keyring.current().signers) == 1
