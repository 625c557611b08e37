# SPDX-License-Identifier: Apache-2.0
"""The campaign of a lane: dials its list, the best score first.

The sort is numeric (as text, 9 would come before 87) and both dynamic flags are on, so that
order and filter follow the scores while the campaign runs. Both are fixed at creation.

Whether a campaign is on is operations, not declaration: the status is left unset, and the
project refreshes before each update, so that an update never turns a running campaign off.

Source: platform reference, section 5; engine reference, section 00 (campaign status).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_genesyscloud as genesyscloud

from infra.compliance import Compliance
from infra.replacing import with_its_list


@dataclass(frozen=True, slots=True)
class CampaignArgs:
    """What a campaign is made of.

    Args:
        priority: 1 to 5, 5 highest.
        site_id: the telephony site that places the calls.
        script_id: the published script that agents see.
        caller_name: what the callee's phone shows.
        caller_address: the number that it shows, E.164.
    """

    name: str
    division_id: pulumi.Input[str]
    list_id: pulumi.Input[str]
    filter_id: pulumi.Input[str]
    rule_set_id: pulumi.Input[str]
    queue_id: pulumi.Input[str]
    compliance: Compliance
    score_column: str
    phone_column: str
    priority: int
    site_id: pulumi.Input[str]
    script_id: pulumi.Input[str]
    caller_name: str
    caller_address: str


class LeadCampaign(pulumi.ComponentResource):
    """A campaign.

    Attributes:
        campaign_id: its id.
    """

    campaign_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: CampaignArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("leadscoring:infra:LeadCampaign", name, None, opts)
        campaign = genesyscloud.OutboundCampaign(
            name,
            name=args.name,
            division_id=args.division_id,
            dialing_mode="progressive",
            contact_list_id=args.list_id,
            contact_list_filter_ids=[args.filter_id],
            rule_set_ids=[args.rule_set_id],
            contact_sorts=[
                genesyscloud.OutboundCampaignContactSortArgs(
                    field_name=args.score_column, direction="DESC", numeric=True
                )
            ],
            dynamic_contact_queueing_settings=(
                genesyscloud.OutboundCampaignDynamicContactQueueingSettingsArgs(
                    sort=True, filter=True
                )
            ),
            # Stay on when the list is through: scores and leads keep coming.
            always_running=True,
            priority=args.priority,
            queue_id=args.queue_id,
            script_id=args.script_id,
            site_id=args.site_id,
            caller_name=args.caller_name,
            caller_address=args.caller_address,
            phone_columns=[
                genesyscloud.OutboundCampaignPhoneColumnArgs(column_name=args.phone_column)
            ],
            call_analysis_response_set_id=args.compliance.call_answers_id,
            callable_time_set_id=args.compliance.calling_hours_id,
            dnc_list_ids=[args.compliance.do_not_call_id],
            opts=with_its_list(self),
        )
        self.campaign_id = campaign.id
        self.register_outputs({"campaignId": self.campaign_id})
