# SPDX-License-Identifier: Apache-2.0
"""Contacts behind the API's back: what a dialer or another integration would do to them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.contact import Contact
from simulator.contact_list_state import ContactListState
from simulator.errors import bad_field, not_found


class ContactChange(BaseModel):
    """What to change on a contact; a field that is not given stays as it is."""

    model_config = ConfigDict(extra="forbid")

    data: dict[str, str] | None = Field(default=None, description="Columns to overwrite.")
    callable: bool | None = None
    callRecords: dict[str, dict[str, Any]] | None = Field(  # noqa: N815 - the official name
        default=None, description="Per phone column `lastAttempt` and `lastResult`; {} for none."
    )
    phoneNumberStatus: dict[str, dict[str, Any]] | None = None  # noqa: N815
    contactableStatus: dict[str, dict[str, Any]] | None = None  # noqa: N815
    queued: bool | None = Field(default=None, description="Whether it waits to be dialled.")
    skipped: bool | None = Field(default=None, description="Whether a rule refused it.")


def contact_json(state: ContactListState, contact_id: str) -> dict[str, Any]:
    """The official DialerContact and its ``queue``."""
    contact = _contact(state, contact_id)
    return {
        **state.contact_body(contact),
        "queue": {
            "queued": contact.queued,
            "place": contact.queue_seq,
            "skipped": contact.skipped,
            "requeued": contact.requeued_count,
        },
    }


def write_contact(state: ContactListState, contact_id: str, change: ContactChange) -> None:
    """Apply ``change`` without any of the effects that a call of the API has on the queue.

    Raises:
        Refusal: 404 for an unknown contact, 400 for a column that the list does not have.
    """
    contact = _contact(state, contact_id)
    if change.data is not None:
        for column in change.data:
            if column not in state.columns:
                raise bad_field("invalid.value", f"data.{column}", "is no column of the list")
        contact.data = {**contact.data, **change.data}
    if change.callable is not None:
        contact.callable = change.callable
    if change.callRecords is not None:
        contact.call_records = change.callRecords
    if change.phoneNumberStatus is not None:
        contact.phone_number_status = change.phoneNumberStatus
    if change.contactableStatus is not None:
        contact.contactable_status = change.contactableStatus
    if change.queued is not None:
        contact.queued = change.queued
    if change.skipped is not None:
        contact.skipped = change.skipped
    state.changed()


def _contact(state: ContactListState, contact_id: str) -> Contact:
    contact = state.contacts.get(contact_id)
    if contact is None:
        raise not_found(f"the contact {contact_id}")
    return contact
