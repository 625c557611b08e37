# SPDX-License-Identifier: Apache-2.0
"""The score as a data entity: the data table ``LeadScore``, for flows that ask for a score.

The guide wants an entity of a data service. The platform has none; a data table with the same
fields is what its flows can read.

Source: platform reference, section 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_genesyscloud as genesyscloud

_FIELDS: Final = (
    ("key", "leadId", "string"),
    ("priorityScore", "priorityScore", "integer"),
    ("lastCalculatedAt", "lastCalculatedAt", "string"),
)
"""Name, title and type; the platform wants the first one to be called key."""


@dataclass(frozen=True, slots=True)
class ScoreEntityArgs:
    """The table's name and division, and whether it is protected."""

    name: str
    division_id: pulumi.Input[str]
    protect: bool


class ScoreEntity(pulumi.ComponentResource):
    """The data table of scores.

    Attributes:
        table_id: its id.
    """

    table_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: ScoreEntityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("leadscoring:infra:ScoreEntity", name, None, opts)
        table = genesyscloud.ArchitectDatatable(
            name,
            name=args.name,
            description="Scores of leads, by lead.",
            division_id=args.division_id,
            properties=[
                genesyscloud.ArchitectDatatablePropertyArgs(name=field, title=title, type=kind)
                for field, title, kind in _FIELDS
            ],
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.protect, delete_before_replace=True
            ),
        )
        self.table_id = table.id
        self.register_outputs({"tableId": self.table_id})
