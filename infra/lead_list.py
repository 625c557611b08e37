# SPDX-License-Identifier: Apache-2.0
"""The contact list of a lane: leads with phone, time zone, and the columns of their score.

Columns cannot be added to a list later, so all of them exist from the first day.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_genesyscloud as genesyscloud

from infra.columns import Columns

_PHONE = "cell"
_LONGEST_TIER = 64


@dataclass(frozen=True, slots=True)
class LeadListArgs:
    """What a list needs.

    Args:
        columns: as :func:`infra.columns.columns_of` gives them.
        attempt_limit_id: of how often a lead is called.
        adopt: id of a list that exists and is to be managed from now on; blank for a new one.
    """

    name: str
    division_id: pulumi.Input[str]
    columns: Columns
    attempt_limit_id: pulumi.Input[str]
    protect: bool
    adopt: str = ""


class LeadList(pulumi.ComponentResource):
    """A contact list.

    Attributes:
        list_id: its id.
    """

    list_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: LeadListArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("leadscoring:infra:LeadList", name, None, opts)
        contacts = genesyscloud.OutboundContactList(
            name,
            name=args.name,
            division_id=args.division_id,
            column_names=args.columns["columns"],
            column_data_type_specifications=[
                _specification(column, kind) for column, kind in args.columns["types"].items()
            ],
            phone_columns=[
                genesyscloud.OutboundContactListPhoneColumnArgs(
                    column_name=phone, type=_PHONE, callable_time_column_name=zone
                )
                for phone, zone in args.columns["phones"].items()
            ],
            automatic_time_zone_mapping=False,
            attempt_limit_id=args.attempt_limit_id,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                import_=args.adopt or None,
                # A second list of the same name is refused.
                delete_before_replace=True,
            ),
        )
        self.list_id = contacts.id
        self.register_outputs({"listId": self.list_id})


def _specification(
    column: str, kind: str
) -> genesyscloud.OutboundContactListColumnDataTypeSpecificationArgs:
    specification = genesyscloud.OutboundContactListColumnDataTypeSpecificationArgs
    if kind == "NUMERIC":
        return specification(column_name=column, column_data_type=kind, min=0, max=100)
    if kind == "TEXT":
        return specification(column_name=column, column_data_type=kind, max_length=_LONGEST_TIER)
    return specification(column_name=column, column_data_type=kind)
