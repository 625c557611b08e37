# SPDX-License-Identifier: Apache-2.0
"""Whether the dialer is going to call a contact again by itself.

The platform's API has no field that says so. What it has are the time and the result of the last
attempt, and the outcomes after which a campaign's attempt limit can have a number called again.
So an attempt of such an outcome, made not long ago, counts as a recall that is pending. A
callback's time counts too where the platform shows one on the contact; that it does so anywhere
is a guess.

Source: CallRecord (``lastAttempt``, ``lastResult``) and AttemptLimits.recallEntries (busy, no
answer, answering machine, fax) of the official SDK 269; the name of the time is the one that
callbacks have elsewhere in that SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from integration.scores import instant_of, read_instant

RECALLED: Final = frozenset(
    {
        "ININ-OUTBOUND-BUSY",
        "ININ-OUTBOUND-NO-ANSWER",
        "ININ-OUTBOUND-MACHINE",
        "ININ-OUTBOUND-FAX",
    }
)
"""Results after which an attempt limit can have a number called again."""
CALLBACK: Final = "callbackScheduledTime"


def recall_pending(contact: Mapping[str, Any], now: datetime, within: timedelta) -> bool:
    """Whether the dialer may still call ``contact`` again by itself.

    Args:
        contact: as the platform shows it.
        now: the time.
        within: how long after an attempt that reached nobody another one is to be expected;
            0 expects none.
    """
    if contact.get("callable") is False:
        return False
    since = instant_of(now) - within // timedelta(milliseconds=1)
    numbers = contact.get("phoneNumberStatus") or {}
    for column, record in (contact.get("callRecords") or {}).items():
        if (numbers.get(column) or {}).get("callable") is False:
            continue
        if record.get(CALLBACK):
            return True
        attempt = read_instant(str(record.get("lastAttempt") or ""))
        if record.get("lastResult") in RECALLED and attempt is not None and attempt > since:
            return True
    return False
