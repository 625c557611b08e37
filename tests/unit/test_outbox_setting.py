# SPDX-License-Identifier: Apache-2.0
"""Where the outbox is: a path or a server's address, whose password nobody gets to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.configuration import SettingsError, load_settings
from integration.outbox import OutboxServer
from integration.outbox.place import place_of
from integration.settings import Settings

PASSWORD = "s3cret-pass"
PLAIN = "postgresql://leadscore@db.internal:5433/scores"
WITH_PASSWORD = f"postgresql://leadscore:{PASSWORD}@db.internal:5433/scores?sslmode=require"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def problem(flags=None):
    with pytest.raises(SettingsError) as caught:
        load_settings(flags)
    assert PASSWORD not in str(caught.value)
    (told,) = caught.value.problems
    return told


@pytest.mark.parametrize(
    ("text", "shown", "password"),
    [
        (PLAIN, PLAIN, ""),
        (WITH_PASSWORD, PLAIN, PASSWORD),
        (f"{PLAIN}?password={PASSWORD}", PLAIN, PASSWORD),
        ("postgres://h1:1,h2:2/scores", "postgresql://h1:1,h2:2/scores", ""),
        ("postgresql:///scores?host=/run", "postgresql:///scores", ""),
        ("postgresql://a:p%2Fq%40r@h/d", "postgresql://a@h/d", "p/q@r"),
    ],
)
def test_the_address_of_a_server(text, shown, password):
    """An address is shown without its password, and without its options, which may hold one."""
    server = place_of(text)
    assert isinstance(server, OutboxServer)
    assert (str(server), server.password, server.secret_address) == (shown, password, text)
    assert repr(server) == f"OutboxServer({shown!r})"
    assert server == OutboxServer(text)
    assert hash(server) == hash(OutboxServer(text))
    assert server != OutboxServer("postgresql://elsewhere/scores")
    assert server != text


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://a:{PASSWORD}/x@host/d",
        f"postgresql://a:{PASSWORD}#x@host/d",
        f"postgresql://a:{PASSWORD}?x@host/d",
        f"postgresql://a:{PASSWORD}@[host/d",
    ],
)
@pytest.mark.parametrize("how", ["variable", "flag"])
def test_an_address_that_would_be_misread(monkeypatch, how, text):
    """Where a password could be taken for another part, the address is refused, unrepeated."""
    monkeypatch.setenv("LEADSCORE_OUTBOX", text)
    flags = {"outbox": text} if how == "flag" else None
    with pytest.raises(SettingsError, match="escape special characters") as caught:
        load_settings(flags)
    assert PASSWORD not in str(caught.value)


def test_what_is_no_address():
    """Who names a server names it by its address."""
    with pytest.raises(ValueError, match="begins with postgresql://"):
        OutboxServer("mysql://host/d")


def test_the_outbox_on_a_server(monkeypatch):
    """The address works as flag and as variable; in settings its password is not to be seen."""
    assert load_settings({"outbox": PLAIN}).outbox == OutboxServer(PLAIN)
    monkeypatch.setenv("LEADSCORE_OUTBOX", WITH_PASSWORD)
    settings = load_settings()
    assert settings.outbox == OutboxServer(WITH_PASSWORD)
    assert PASSWORD not in repr(settings) + str(settings.outbox)
    assert settings.state_folder == Path(".leadscore")
    assert Settings(outbox=Path("x/o.db")).state_folder == Path("x")


def test_a_password_on_the_command_line():
    """Command lines show up in process lists: a password there is refused."""
    assert "list of processes" in problem({"outbox": WITH_PASSWORD})


def test_a_password_in_a_file_that_others_may_read():
    """The settings file is as private as the secret in it."""
    path = Path("leadscore.toml")
    path.write_text(f'outbox = "{WITH_PASSWORD}"')
    path.chmod(0o644)
    assert (
        problem()
        == "leadscore.toml holds outbox and other users may read it; run: chmod 600 leadscore.toml"
    )
    path.chmod(0o600)
    assert load_settings().outbox == OutboxServer(WITH_PASSWORD)


def test_the_address_in_a_file_of_its_own(monkeypatch):
    """A file keeps the address with its password; it beats what a weaker place says."""
    Path("address").write_text(f"{WITH_PASSWORD}\n")
    Path("leadscore.toml").write_text('outbox = "weaker.db"')
    monkeypatch.setenv("LEADSCORE_OUTBOX_FILE", "address")
    assert load_settings().outbox == OutboxServer(WITH_PASSWORD)
    assert load_settings({"outbox": "stronger.db"}).outbox == Path("stronger.db")
    monkeypatch.setenv("LEADSCORE_OUTBOX", "o.db")
    assert "are both given" in problem()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"o.db", "it holds no postgresql:// address"),
        (f"postgresql://a:{PASSWORD}/@h/d".encode(), "escape special characters"),
        (PASSWORD.encode() + b"\xff", "it cannot be read as text"),
    ],
)
def test_a_file_without_an_address(monkeypatch, content, reason):
    """What the file holds instead is not shown: it may be a secret."""
    if content is not None:
        Path("address").write_bytes(content)
    monkeypatch.setenv("LEADSCORE_OUTBOX_FILE", "address")
    told = problem()
    assert told.startswith("LEADSCORE_OUTBOX_FILE: address cannot be used")
    assert reason in told
