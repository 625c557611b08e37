# SPDX-License-Identifier: Apache-2.0
"""What a call leaves behind on its contact: last result, recall, "not callable".

Source: CallRecord of the official SDK 269; provider reference, section B.29 (what wrap-up codes
mean to the dialer).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.contact import Contact
from simulator.dialer.attempts import AttemptLimit
from simulator.instants import to_wire
from simulator.outbound.settings import MAPPING_ID
from simulator.references import WRAPUP_CODE, WRAPUP_MAPPING

if TYPE_CHECKING:
    from simulator.organisation import Organisation

RESULTS: Mapping[str, str] = {
    "person": "ININ-OUTBOUND-TRANSFERRED-TO-QUEUE",
    "abandoned": "ININ-OUTBOUND-ABANDON",
    "machine": "ININ-OUTBOUND-MACHINE",
    "busy": "ININ-OUTBOUND-BUSY",
    "no_answer": "ININ-OUTBOUND-NO-ANSWER",
    "fax": "ININ-OUTBOUND-FAX",
    "disconnect": "ININ-OUTBOUND-DISCONNECT",
    "sit": "ININ-OUTBOUND-SIT-CALLABLE",
    "uncallable": "ININ-OUTBOUND-SIT-UNCALLABLE",
}
"""The last result of a call, where no agent gave it a code."""


def record(contact: Contact, column: str, started: datetime, result: str) -> None:
    """Write the last attempt on the contact; an empty ``result`` is not known yet."""
    made = {"lastAttempt": to_wire(started), **({"lastResult": result} if result else {})}
    contact.call_records = {**contact.call_records, column: made}


def conclude(
    organisation: Organisation,
    contact: Contact,
    column: str,
    outcome: str,
    wrap_up_code: str,
    limit: AttemptLimit,
    started: datetime,
    ended: datetime,
) -> None:
    """Write down how a call ended, and what follows from it."""
    code = _code_id(organisation, wrap_up_code)
    record(contact, column, started, code or RESULTS[outcome])
    meanings = _meanings(organisation, code) if wrap_up_code else ()
    if outcome == "uncallable" or "Number_UnCallable" in meanings:
        contact.phone_number_status = {
            **contact.phone_number_status,
            column: {"callable": False},
        }
    if "Contact_UnCallable" in meanings:
        contact.callable = False
    again = limit.recall(contact, column, outcome, ended)
    contact.recall_at = to_wire(again) if again is not None else ""


def _code_id(organisation: Organisation, name: str) -> str:
    """The id of the wrap-up code; its name where the organisation has no such code."""
    for code in organisation.entities[WRAPUP_CODE]:
        if code.name == name:
            return code.id
    return name


def _meanings(organisation: Organisation, code: str) -> list[str]:
    definition = organisation.entities[WRAPUP_MAPPING].get(MAPPING_ID).definition
    found: list[str] = definition["mapping"].get(code, definition["defaultSet"])
    return found
