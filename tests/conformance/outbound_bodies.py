# SPDX-License-Identifier: Apache-2.0
"""Bodies of what campaigns are made of, and of campaigns; ``$name`` stands for an id."""

from __future__ import annotations

FRESH = {
    "filterType": "AND",
    "clauses": [
        {
            "filterType": "AND",
            "predicates": [
                {
                    "column": "ml_score_at",
                    "columnType": "alphabetic",
                    "operator": "AFTER",
                    "value": "P-01DT00H00M",
                    "inverted": False,
                },
                {
                    "column": "ml_score",
                    "columnType": "numeric",
                    "operator": "BETWEEN",
                    "range": {
                        "min": "1",
                        "max": "100",
                        "minInclusive": True,
                        "maxInclusive": True,
                    },
                },
            ],
        }
    ],
}
FILTER = {
    "name": "Fresh",
    "contactList": {"id": "$contactListId"},
    "sourceType": "ContactList",
    **FRESH,
}
ATTEMPT_LIMIT = {
    "name": "Three times",
    "maxAttemptsPerContact": 3,
    "maxAttemptsPerNumber": 2,
    "timeZoneId": "Europe/London",
    "resetPeriod": "TODAY",
    "recallEntries": {"busy": {"nbrAttempts": 2, "minutesBetweenAttempts": 10}},
}
CALLABLE_TIMES = {
    "name": "Office hours",
    "callableTimes": [
        {
            "timeZoneId": "Europe/London",
            "timeSlots": [{"startTime": "09:00:00", "stopTime": "18:00:00", "day": 1}],
        }
    ],
}
ANSWERS = {
    "name": "Answers",
    "responses": {
        "disposition.classification.callable.person": {"name": "p", "reactionType": "transfer"},
        "disposition.classification.callable.machine": {"reactionType": "hangup", "data": ""},
    },
    "beepDetectionEnabled": False,
    "amdSpeechDistinguishEnabled": True,
    "liveSpeakerDetectionMode": "Medium",
}
DNC = {
    "name": "Never",
    "division": {"id": "$divisionId"},
    "dncSourceType": "rds",
    "contactMethod": "Phone",
    "dncCodes": [],
}
CUSTOM_DNC = {**DNC, "dncSourceType": "rds_custom", "customExclusionColumn": "lead_id"}
RULES = {
    "name": "Priority Lead Dispatch",
    "contactList": {"id": "$contactListId"},
    "queue": {"id": "$queueId"},
    "rules": [
        {
            "name": "High value",
            "order": 1,
            "category": "DIALER_PRECALL",
            "conditions": [
                {
                    "type": "contactAttributeCondition",
                    "inverted": False,
                    "attributeName": "ml_score",
                    "value": "80",
                    "valueType": "NUMERIC",
                    "operator": "GREATER_THAN_EQUALS",
                    "codes": [],
                    "dataAction": {"id": ""},
                    "predicates": [
                        {
                            "outputField": "a",
                            "outputOperator": "EQUALS",
                            "comparisonValue": "1",
                            "inverted": False,
                            "outputFieldMissingResolution": False,
                        }
                    ],
                    "subConditions": [
                        {
                            "type": "dayOfWeek",
                            "operator": "IN",
                            "range": {"inSet": ["1"]},
                            "inverted": False,
                        }
                    ],
                }
            ],
            "actions": [
                {
                    "type": "Action",
                    "actionTypeName": "SET_SKILLS",
                    "properties": {"skills": '["a"]'},
                    "dataAction": {"id": ""},
                    "contactColumnToDataActionFieldMappings": [
                        {"contactColumnName": "lead_id", "dataActionField": "id"}
                    ],
                }
            ],
        }
    ],
}
CAMPAIGN = {
    "name": "Senior",
    "division": {"id": "$divisionId"},
    "contactList": {"id": "$contactListId"},
    "queue": {"id": "$queueId"},
    "script": {"id": "$scriptId"},
    "site": {"id": "$siteId"},
    "dialingMode": "power",
    "abandonRate": 2.5,
    "maxCallsPerAgentDecimal": 1.5,
    "phoneColumns": [{"columnName": "phone"}],
    "callerName": "Acme",
    "callerAddress": "+13175550100",
    "callAnalysisResponseSet": {"id": "$callAnalysisSetId"},
    "callableTimeSet": {"id": "$callableTimeSetId"},
    "dncLists": [{"id": "$dncListId"}],
    "ruleSets": [{"id": "$ruleSetId"}],
    "contactListFilters": [{"id": "$campaignFilterId"}],
    "contactSorts": [{"fieldName": "ml_score", "direction": "DESC", "numeric": True}],
    "dynamicContactQueueingSettings": {"sort": True, "filter": True},
    "dynamicLineBalancingSettings": {"enabled": True, "relativeWeight": 40},
    "diagnosticsSettings": {"reportLowMaxCallsPerAgentAlert": False},
    "skillColumns": ["mode"],
    "alwaysRunning": True,
    "priority": 3,
}
FURNITURE = (
    ("attemptLimitsId", "attemptlimits", ATTEMPT_LIMIT),
    ("callableTimeSetId", "callabletimesets", CALLABLE_TIMES),
    ("callAnalysisSetId", "callanalysisresponsesets", ANSWERS),
    ("dncListId", "dnclists", DNC),
    ("customDncListId", "dnclists", {**CUSTOM_DNC, "name": "Never these leads"}),
    ("ruleSetId", "rulesets", RULES),
    ("campaignFilterId", "contactlistfilters", {**FILTER, "name": "Of the campaign"}),
    ("campaignId", "campaigns", CAMPAIGN),
    ("sequenceId", "sequences", {"name": "Both", "campaigns": []}),
    # The same once more, which nothing refers to.
    ("spareTimesId", "callabletimesets", {**CALLABLE_TIMES, "name": "Spare"}),
    ("spareAnswersId", "callanalysisresponsesets", {**ANSWERS, "name": "Spare"}),
    ("spareDncId", "dnclists", {**DNC, "name": "Spare"}),
    ("spareRulesId", "rulesets", {"name": "Spare"}),
    ("runningId", "campaigns", {**CAMPAIGN, "name": "Running"}),
)
"""What a furnished organisation has: the name of the id, the path, the body; in this order."""
