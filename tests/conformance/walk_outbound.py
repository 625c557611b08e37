# SPDX-License-Identifier: Apache-2.0
"""A valid call of every operation on campaigns and what they are made of, by its id."""

from __future__ import annotations

from .outbound_bodies import (
    ANSWERS,
    ATTEMPT_LIMIT,
    CALLABLE_TIMES,
    CAMPAIGN,
    CUSTOM_DNC,
    DNC,
    RULES,
)
from .world import Ask

PAGE = {"pageNumber": "1", "pageSize": "2"}
SORTED = {
    **PAGE,
    "sortBy": "name",
    "sortOrder": "descending",
    "name": "e",
    "filterType": "Contains",
}
RUNNING = {"campaignId": "$runningId"}

OUTBOUND_WALK: dict[str, list[Ask]] = {
    # What campaigns are made of
    "get_outbound_attemptlimits": [Ask(), Ask(query=SORTED)],
    "post_outbound_attemptlimits": [
        Ask({**ATTEMPT_LIMIT, "name": "Another"}),
        Ask({"name": "Fewest words", "maxAttemptsPerNumber": 1}),
    ],
    "get_outbound_attemptlimit": [Ask()],
    "put_outbound_attemptlimit": [
        Ask({"name": "Once", "maxAttemptsPerContact": 1, "version": 1}),
    ],
    "delete_outbound_attemptlimit": [Ask()],
    "get_outbound_callabletimesets": [Ask(), Ask(query=SORTED)],
    "post_outbound_callabletimesets": [Ask({**CALLABLE_TIMES, "name": "Another"})],
    "get_outbound_callabletimeset": [Ask()],
    "put_outbound_callabletimeset": [
        Ask({**CALLABLE_TIMES, "name": "Changed", "version": 1}),
    ],
    "delete_outbound_callabletimeset": [Ask(path={"callableTimeSetId": "$spareTimesId"})],
    "get_outbound_callanalysisresponsesets": [Ask(), Ask(query=SORTED)],
    "post_outbound_callanalysisresponsesets": [
        Ask({**ANSWERS, "name": "Another"}),
        Ask({"name": "Fewest words", "responses": {}}),
    ],
    "get_outbound_callanalysisresponseset": [Ask()],
    "put_outbound_callanalysisresponseset": [Ask({**ANSWERS, "name": "Changed", "version": 1})],
    "delete_outbound_callanalysisresponseset": [Ask(path={"callAnalysisSetId": "$spareAnswersId"})],
    "get_outbound_dnclists": [
        Ask(query={"includeSize": "true", "dncSourceType": "rds"}),
        Ask(query={**SORTED, "divisionId": "$divisionId"}),
    ],
    "post_outbound_dnclists": [
        Ask({**DNC, "name": "Another"}),
        Ask({**CUSTOM_DNC, "name": "A third"}),
    ],
    "get_outbound_dnclist": [Ask(query={"includeSize": "true", "includeImportStatus": "false"})],
    "put_outbound_dnclist": [Ask({**DNC, "name": "Changed", "version": 1})],
    "delete_outbound_dnclist": [Ask(path={"dncListId": "$spareDncId"})],
    "post_outbound_dnclist_phonenumbers": [
        Ask(["+442"]),
        Ask(["+442"], query={"expirationDateTime": "2027-01-01T00:00:00Z"}),
    ],
    "patch_outbound_dnclist_phonenumbers": [
        Ask(
            {
                "action": "Add",
                "phoneNumbers": ["+442"],
                "expirationDateTime": "2027-01-01T00:00:00Z",
            }
        ),
        Ask({"action": "Remove", "phoneNumbers": ["+441"]}),
    ],
    "delete_outbound_dnclist_phonenumbers": [Ask(), Ask(query={"expiredOnly": "true"})],
    "patch_outbound_dnclist_customexclusioncolumns": [
        Ask(
            {"action": "Add", "customExclusionColumnEntries": ["a"]},
            path={"dncListId": "$customDncListId"},
        )
    ],
    "delete_outbound_dnclist_customexclusioncolumns": [Ask(path={"dncListId": "$customDncListId"})],
    "post_outbound_dnclist_export": [Ask()],
    "get_outbound_dnclist_export": [Ask(query={"download": "false"})],
    "get_dnclist_download": [Ask()],
    "get_outbound_rulesets": [Ask(), Ask(query=SORTED)],
    "post_outbound_rulesets": [Ask({**RULES, "name": "Another"}), Ask({"name": "Fewest words"})],
    "get_outbound_ruleset": [Ask()],
    "put_outbound_ruleset": [Ask({**RULES, "name": "Changed", "version": 1})],
    "delete_outbound_ruleset": [Ask(path={"ruleSetId": "$spareRulesId"})],
    # Campaigns
    "get_outbound_campaigns": [
        Ask(),
        Ask(
            query={
                **SORTED,
                "contactListId": "$contactListId",
                "distributionQueueId": "$queueId",
                "divisionId": "$divisionId",
            }
        ),
    ],
    "post_outbound_campaigns": [
        Ask({**CAMPAIGN, "name": "Another"}, query={"useMaxCallsPerAgentDecimal": "true"}),
        Ask({**CAMPAIGN, "name": "A third", "dialingMode": "progressive", "maxCallsPerAgent": 2}),
    ],
    "get_outbound_campaign": [Ask(), Ask(path=RUNNING)],
    "put_outbound_campaign": [
        Ask(
            {**CAMPAIGN, "name": "Changed", "version": 1, "campaignStatus": "off"},
            query={"useMaxCallsPerAgentDecimal": "true"},
        ),
        Ask(
            {**CAMPAIGN, "name": "Stopped", "version": 2, "campaignStatus": "off"},
            path=RUNNING,
        ),
    ],
    "patch_outbound_campaign": [
        Ask(
            {
                "outboundLineCount": 2,
                "abandonRate": 1.5,
                "maxCallsPerAgent": 1.5,
                "dynamicLineBalancingSettings": {"enabled": False},
                "queue": {"id": "$queueId"},
            },
            path=RUNNING,
        )
    ],
    "delete_outbound_campaign": [Ask()],
    "post_outbound_campaign_start": [Ask(path=RUNNING)],
    "post_outbound_campaign_stop": [Ask(path=RUNNING), Ask()],
    "delete_outbound_campaign_progress": [Ask()],
    "get_outbound_campaign_progress": [Ask()],
    "post_outbound_campaigns_progress": [Ask(["$campaignId", "nobody"])],
    "get_outbound_campaign_stats": [Ask()],
    "get_outbound_campaign_interactions": [Ask()],
    "get_outbound_campaign_diagnostics": [Ask()],
    "get_outbound_sequences": [Ask(), Ask(query=SORTED)],
    "post_outbound_sequences": [
        Ask({"name": "Another", "campaigns": [{"id": "$campaignId"}], "repeat": True})
    ],
    "get_outbound_sequence": [Ask()],
    "put_outbound_sequence": [Ask({"name": "Changed", "campaigns": [], "version": 1})],
    "delete_outbound_sequence": [Ask()],
    "get_outbound_settings": [Ask()],
    "patch_outbound_settings": [
        Ask(
            {
                "name": "Outbound",
                "version": 1,
                "maxCallsPerAgentDecimal": 2.5,
                "automaticTimeZoneMapping": {
                    "supportedCountries": ["GB"],
                    "callableWindows": [
                        {
                            "mapped": {"earliestCallableTime": "09:00"},
                            "unmapped": {"latestCallableTime": "18:00", "timeZoneId": "UTC"},
                        }
                    ],
                },
            },
            query={"useMaxCallsPerAgentDecimal": "true"},
        )
    ],
    "get_outbound_wrapupcodemappings": [Ask()],
    "put_outbound_wrapupcodemappings": [
        Ask({"version": 1, "defaultSet": [], "mapping": {"$codeId": ["Right_Party_Contact"]}})
    ],
}
