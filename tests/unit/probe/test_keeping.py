# SPDX-License-Identifier: Apache-2.0
"""What a probe has found out is written into the settings file, and nothing else in it changes."""

from __future__ import annotations

import tomllib

import pytest

from integration.configuration import load_settings
from integration.probing.facts import Fact, ProbeResult
from integration.probing.keeping import NotKeptError, keep


def result(*, kept=True, patches=True, organisation='Acme "North"'):
    facts = [
        Fact("keep_absent_columns", "q", kept, "s", "m"),
        Fact("bulk_update_patches", "q", patches, "s", "m"),
        Fact("border_is_stale", "q", None, "s", "m"),
    ]
    return ProbeResult("2026-11-24T10:00:00.000Z", organisation, facts, (), "", 30)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "leadscore.toml"


FOUND = {
    "columns_kept": True,
    "probe": {
        "at": "2026-11-24T10:00:00.000Z",
        "organisation": 'Acme "North"',
        "switches": {"keep_absent_columns": True},
    },
}


def test_a_file_that_is_not_there(file):
    """It is made, for its owner alone: somebody may put a secret into it."""
    keep(result(), file)
    assert tomllib.loads(file.read_text()) == FOUND
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_of_somebody(file):
    """Comments, order and other keys stay; the mode of the file does too."""
    file.write_text('# mine\nregion = "eu-central-1"  # Frankfurt\nretry_attempts = 3\n')
    file.chmod(0o640)
    keep(result(), file)
    text = file.read_text()
    assert text.startswith('# mine\nregion = "eu-central-1"  # Frankfurt\nretry_attempts = 3\n')
    assert tomllib.loads(text) == {"region": "eu-central-1", "retry_attempts": 3, **FOUND}
    assert file.stat().st_mode & 0o777 == 0o640


def test_twice(file):
    """A later probe takes the place of an earlier one."""
    file.write_text('columns_kept = false # by hand\nregion = "eu-central-1"')
    keep(result(), file)
    once = file.read_text()
    keep(result(), file)
    assert file.read_text() == once
    keep(result(kept=False, patches=False), file)
    found = tomllib.loads(file.read_text())
    assert (found["columns_kept"], found["sweep_verified"]) == (False, False)
    assert found["probe"]["switches"] == {"keep_absent_columns": False}
    assert file.read_text().count("Written by leadscore probe") == 1


def test_what_was_not_seen_stays_as_it_is(file):
    """A question that stays open changes no setting."""
    file.write_text("columns_kept = true\n")
    keep(result(kept=None), file)
    found = tomllib.loads(file.read_text())
    assert found["columns_kept"] is True
    assert found["probe"]["switches"] == {}


@pytest.mark.parametrize(
    "text",
    ['note = """\ncolumns_kept = 1\n"""\n', '"columns_kept" = true\n', "region = \n"],
    ids=["in a text", "in quotes", "no TOML"],
)
def test_a_file_that_is_written_in_another_way(file, text):
    """Rather than change what it does not understand, it says what to write by hand."""
    file.write_text(text)
    with pytest.raises(NotKeptError, match="write into it by hand: columns_kept = true"):
        keep(result(), file)
    assert file.read_text() == text
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_folder_that_cannot_be_written(tmp_path):
    """The reason is told."""
    with pytest.raises(NotKeptError, match="was not changed"):
        keep(result(), tmp_path / "none" / "leadscore.toml")


def test_the_settings_are_unlocked(file):
    """The file is read as ever, and the ledger audit may be asked for."""
    file.write_text('contact_list = "list-1"\n')
    keep(result(), file)
    settings = load_settings({"audit": "ledger"}, config=file)
    assert settings.columns_kept
    assert settings.contact_list == "list-1"
