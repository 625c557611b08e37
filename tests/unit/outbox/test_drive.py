# SPDX-License-Identifier: Apache-2.0
"""An outbox lies on a disk of its machine: drives of the network are told apart and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.outbox import OutboxError, database
from integration.outbox.database import Database
from integration.outbox.drive import network_drive

DRIVES = r"""
1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 0:5 / /srv rw,noatime shared:1 master:2 - nfs4 server:/srv rw
3 2 8:2 / /srv/local rw - xfs /dev/sdb1 rw
4 1 0:6 / /mnt/our\040share rw - cifs //server/share rw
5 1 0:7 / /mnt/home rw - fuse.sshfs me@server: rw
6 1 0:8 / /twice rw - nfs server:/twice rw
7 1 8:3 / /twice rw - ext4 /dev/sdc1 rw
""".strip()


@pytest.fixture
def mounts(tmp_path):
    path = tmp_path / "mountinfo"
    path.write_text(DRIVES)
    return path


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/data/outbox.db", ""),
        ("/srv/outbox.db", "nfs4"),
        ("/srv/a/../b/outbox.db", "nfs4"),
        ("/srv/local/outbox.db", ""),
        ("/srvx/outbox.db", ""),
        ("/mnt/our share/outbox.db", "cifs"),
        ("/mnt/home/outbox.db", "sshfs"),
        ("/twice/outbox.db", ""),
    ],
    ids=lambda value: value or "a disk of this machine",
)
def test_the_drive_of_a_file(mounts, file, kind):
    """The innermost drive that was mounted last decides, whatever characters its place has."""
    assert network_drive(Path(file), mounts) == kind


@pytest.mark.parametrize("listed", [None, "1 0 8:1 / /srv rw - ext4 /dev/sda1 rw"])
def test_a_drive_that_nothing_is_known_of(tmp_path, listed):
    """Where the system tells nothing, or not of this place, the file is taken for a local one."""
    mounts = tmp_path / "mountinfo"
    if listed is not None:
        mounts.write_text(listed)
    assert network_drive(Path("/elsewhere/outbox.db"), mounts) == ""


def test_an_outbox_on_a_network_drive_is_refused(tmp_path, monkeypatch):
    """The message says why and what to do, and nothing is made there."""
    monkeypatch.setattr(database, "network_drive", lambda _: "nfs4")
    path = tmp_path / "new" / "outbox.db"
    with pytest.raises(OutboxError, match=r"on a network drive \(nfs4\).*--outbox"):
        Database(path)
    assert not path.parent.exists()
