# SPDX-License-Identifier: Apache-2.0
"""Which kind of drive a file lies on, for an outbox must not lie on one of the network.

SQLite's write-ahead log shares memory between the processes of one machine. Two machines that
open one outbox do not see each other's, and ruin it.

Source: https://www.sqlite.org/wal.html, section 2.2 ("does not work over a network filesystem").
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")
"""The mounted drives of this process, on Linux; elsewhere nothing is known of them."""
NETWORK: Final = (
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "cephfs", "lustre"),
    *("beegfs", "gpfs", "glusterfs", "sshfs"),
)
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")


def network_drive(file: Path, mounts: Path = MOUNTS) -> str:
    """The kind of network drive that ``file`` lies on; blank where it lies on none.

    Args:
        file: need not exist.
        mounts: a list of drives in the kernel's form.
    """
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ""
    place = file.resolve()
    # The innermost drive holds the file; of several at one place the one that was mounted last.
    drives = [one for one in map(_drive, reversed(lines)) if place.is_relative_to(one[0])]
    _, kind = max(drives, key=lambda drive: len(drive[0].parts), default=(place, ""))
    return kind if kind in NETWORK else ""


def _drive(line: str) -> tuple[Path, str]:
    """Where a drive is mounted, and its kind without the ``fuse.`` of user-space drives."""
    before, _, after = line.partition(" - ")
    place = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), before.split(" ")[4])
    return Path(place), after.split(" ")[0].removeprefix("fuse.")
