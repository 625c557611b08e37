# SPDX-License-Identifier: Apache-2.0
"""Contacts behind the API's back: what a dialer or another integration would do to them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from simulator.contact import Contact
from simulator.contact_list_state import ContactListState
from simulator.errors import bad_field, not_found
from simulator.instants import to_wire

_PLAIN = {
    "callable": "callable",
    "callRecords": "call_records",
    "phoneNumberStatus": "phone_number_status",
    "contactableStatus": "contactable_status",
    "queued": "queued",
    "skipped": "skipped",
}
"""Fields of a change that are taken over as they are, and where on a contact."""


class ContactChange(BaseModel):
    """What to change on a contact; a field that is not given stays as it is."""

    model_config = ConfigDict(extra="forbid")

    data: dict[str, str] | None = Field(default=None, description="Columns to overwrite.")
    callable: bool | None = None
    callRecords: dict[str, dict[str, Any]] | None = Field(  # noqa: N815 - the official name
        default=None, description="Per phone column `lastAttempt` and `lastResult`; {} for none."
    )
    phoneNumberStatus: dict[str, dict[str, Any]] | None = None  # noqa: N815 - the official name
    contactableStatus: dict[str, dict[str, Any]] | None = None  # noqa: N815 - the official name
    queued: bool | None = Field(default=None, description="Whether it waits to be dialled.")
    skipped: bool | None = Field(default=None, description="Whether a rule refused it.")
    recallAt: AwareDatetime | Literal[""] | None = Field(  # noqa: N815 - the official name
        default=None, description="When the dialer calls it again by itself; empty: not at all."
    )


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
            "recallAt": contact.recall_at,
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
    for name, attribute in _PLAIN.items():
        if (value := getattr(change, name)) is not None:
            setattr(contact, attribute, value)
    if change.recallAt is not None:
        contact.recall_at = to_wire(change.recallAt) if change.recallAt else ""
    state.changed([contact.id])


def _contact(state: ContactListState, contact_id: str) -> Contact:
    contact = state.contacts.get(contact_id)
    if contact is None:
        raise not_found(f"the contact {contact_id}")
    return contact
