# SPDX-License-Identifier: Apache-2.0
"""Switches: one per behaviour of the platform that no source documents.

Where the platform's behaviour is unknown, the simulator does not guess in code: each unknown has
a name, a default (the reading that the sources make likelier, or the one that is harder on a
client) and a sentence on what is unknown. They can be changed while the simulator runs.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """The state of every switch; assigning a value checks it."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    # Contacts
    keep_absent_columns: bool = Field(
        default=True,
        description="A contact written without some of its columns keeps them; off: blanked.",
    )
    keep_absent_callable: bool = Field(
        default=True,
        description="A contact written without `callable` keeps its state; off: callable again.",
    )
    atomic_batches: bool = Field(
        default=True,
        description="A bulk write with one bad row writes nothing; off: the rows before it stay.",
    )
    put_requeues: bool = Field(
        default=False,
        description="A PUT without a priority override puts a dialled contact into the queue.",
    )
    bulk_update_requeues: bool = Field(
        default=False,
        description="A bulk update job puts every contact it changes into the queue again.",
    )
    recall_shown: Literal["nowhere", "call_record"] = Field(
        default="nowhere",
        description="Where a contact shows that the dialer will call it again by itself: the API "
        "has no field for it. call_record: as `callbackScheduledTime` of its call records.",
    )
    decimals_in_numeric: bool = Field(
        default=True,
        description="A NUMERIC column accepts a value with decimals; off: 400.",
    )

    # Filters and rules
    blank_satisfies_before: bool = Field(
        default=False,
        description="A blank date satisfies BEFORE in filters and PERIOD rules.",
    )
    border_is_stale: bool = Field(
        default=False,
        description="A date exactly at the border of a relative time satisfies BEFORE.",
    )
    filters_ignore_case: bool = Field(
        default=False,
        description="Filters compare text without regard to upper and lower case.",
    )

    # Routing
    unique_routing_names: bool = Field(
        default=True,
        description="Two skills, skill groups, wrap-up codes or queues cannot have one name: 400 "
        "`duplicate.name`; off: they can.",
    )
    used_routing_objects: Literal["refused", "deleted"] = Field(
        default="refused",
        description="What becomes of deleting a skill that an agent has, a wrap-up code or a skill "
        "group that a queue has: 400, or it is gone from them too.",
    )
    force_deletes_used_queue: bool = Field(
        default=False,
        description="`forceDelete` deletes a queue that a campaign or rule set refers to; off: 400 "
        "as without it.",
    )

    # Limits and tokens
    rate_window: Literal["sliding", "fixed"] = Field(
        default="sliding",
        description="The shape of the rate limit's window of 60 seconds. Fixed: it opens with the "
        "first call and empties at its end.",
    )
    rate_per: Literal["client", "token"] = Field(
        default="client",
        description="What the rate limit counts: all calls of an OAuth client, or of each token.",
    )
    count_refused: bool = Field(
        default=False,
        description="A call refused with 429 takes a place in the window like a served one.",
    )
    code_after_expiry: Literal["bad.credentials", "authentication.required"] = Field(
        default="bad.credentials",
        description="The code of the 401 for an expired or revoked token.",
    )

    # The guide's data service
    data_service_headers: bool = Field(
        default=True,
        description="Answers of the guide's data service carry the platform's rate limit headers "
        "beside `X-Rate-Limit-Remaining`; off: that one alone.",
    )

    # Campaigns
    active_campaign_edits: Literal["settings", "nothing"] = Field(
        default="settings",
        description="What a PUT may change of a campaign that is on. settings: all but its contact "
        "list, dialing mode and phone columns; nothing: 409 for whatever a PATCH cannot change.",
    )
    campaign_stopping_seconds: int = Field(
        default=0,
        ge=0,
        description="How long a campaign that is turned off says `stopping` before `off`, in "
        "seconds.",
    )
    dynamic_columns_declared: Literal["sort", "sort_and_filter", "nothing"] = Field(
        default="sort",
        description="Where dynamic queueing refuses columns without a data type specification: in "
        "the sort, in sort and filter, nowhere.",
    )
    rule_skills_checked: bool = Field(
        default=False,
        description="A rule set is refused whose SET_SKILLS names a skill that does not exist.",
    )

    # Dialling
    working_set: int = Field(
        default=20,
        ge=0,
        description="Contacts that the dialer has fetched and no longer re-sorts.",
    )
    unfit_rule: Literal["not_met", "not_dialled"] = Field(
        default="not_met",
        description="What becomes of a pre-call rule that compares values of different kinds, "
        "beside the line in the event log: its condition is not met, or the contact is skipped.",
    )
    unlisted_zone_called: bool = Field(
        default=False,
        description="A contact without a time zone, or with one that the campaign's callable time "
        "set does not list, is called at any hour; off: never.",
    )
    recalls_first: bool = Field(
        default=True,
        description="A recall that is due is dialled before everybody else; off: where the sort "
        "puts the contact.",
    )
    call_recorded: Literal["at_end", "at_start"] = Field(
        default="at_end",
        description="When a contact shows its last attempt: after the call, or as soon as it "
        "rings (the result comes after the call in both).",
    )
    reserve_for_skills: bool = Field(
        default=True,
        description="Progressive dialing calls a contact that asks for skills only when an agent "
        "who has them is free, and others meanwhile; off: whoever is free starts the call, and "
        "who answers waits for the right agent.",
    )

    def update(self, changes: dict[str, Any]) -> None:
        """Set several switches at once, or none where one value is wrong.

        Raises:
            pydantic.ValidationError: an unknown name or a value that the switch does not have.
        """
        checked = type(self).model_validate({**self.model_dump(), **changes})
        for name in changes:
            setattr(self, name, getattr(checked, name))
