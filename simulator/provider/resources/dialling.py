# SPDX-License-Identifier: Apache-2.0
"""How calls are made: attempts, callable times, call analysis and do-not-call lists."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.provider.api import Api, Refused
from simulator.provider.blocks import Block, Blocks
from simulator.provider.fields import Field
from simulator.provider.kinds import FLAG, NUMBER, TEXT, TIME_OF_DAY, choice
from simulator.provider.resource import Resource
from simulator.provider.resources.access import NAME
from simulator.provider.resources.routing import DIVISION_ID

_RECALL = Block(
    (
        Field("nbrAttempts", NUMBER, always=True),
        Field("minutesBetweenAttempts", NUMBER, required=True),
    )
)

ATTEMPT_LIMIT = Resource(
    "outboundAttemptLimit",
    "attempt limit",
    "/api/v2/outbound/attemptlimits",
    (
        NAME,
        Field("maxAttemptsPerContact", NUMBER),
        Field("maxAttemptsPerNumber", NUMBER),
        Field("timeZoneId", TEXT),
        Field("resetPeriod", choice("NEVER", "TODAY"), computed=True),
        Field(
            "recallEntries",
            Block(
                tuple(
                    Field(name, _RECALL) for name in ("answeringMachine", "busy", "fax", "noAnswer")
                )
            ),
        ),
    ),
    versioned=True,
)


@dataclass(frozen=True)
class CallableTimeSet(Resource):
    """Hours in which contacts may be called."""

    async def is_gone(self, api: Api, object_id: str) -> bool:
        """Whether a further DELETE finds nothing; the official provider asks in this way."""
        try:
            await api.call("DELETE", self.at(object_id))
        except Refused as refusal:
            return refusal.status == 404
        return False


CALLABLE_TIME_SET = CallableTimeSet(
    "outboundCallabletimeset",
    "callable time set",
    "/api/v2/outbound/callabletimesets",
    (
        NAME,
        Field(
            "callableTimes",
            Blocks(
                (
                    Field(
                        "timeSlots",
                        Blocks(
                            (
                                Field("startTime", TIME_OF_DAY, required=True),
                                Field("stopTime", TIME_OF_DAY, required=True),
                                Field("day", NUMBER, required=True),
                            ),
                            unordered=True,
                        ),
                        required=True,
                    ),
                    Field("timeZoneId", TEXT, required=True),
                ),
                unordered=True,
            ),
        ),
    ),
    versioned=True,
)

_REACTION = Block(
    (
        Field("data", TEXT, shown=True),
        Field("name", TEXT, shown=True),
        Field(
            "reactionType",
            choice("hangup", "transfer", "transfer_flow", "play_file"),
            required=True,
        ),
    )
)
_RESULTS = {
    "callable": (
        "lineconnected",
        "person",
        "busy",
        "noanswer",
        "fax",
        "disconnect",
        "machine",
        "sit",
    ),
    "uncallable": ("sit", "notfound"),
}

CALL_ANALYSIS = Resource(
    "outboundCallanalysisresponseset",
    "call analysis response set",
    "/api/v2/outbound/callanalysisresponsesets",
    (
        NAME,
        Field("beepDetectionEnabled", FLAG, default=False),
        Field("amdSpeechDistinguishEnabled", FLAG, default=True, computed=True),
        Field(
            "liveSpeakerDetectionMode",
            choice("Disabled", "Low", "Medium", "High"),
            computed=True,
            shown=True,
        ),
        Field(
            "responses",
            Block(
                tuple(
                    Field(
                        f"{reach}{result.capitalize()}",
                        _REACTION,
                        f"disposition.classification.{reach}.{result}",
                        computed=True,
                    )
                    for reach, results in _RESULTS.items()
                    for result in results
                )
            ),
        ),
    ),
    versioned=True,
)

DO_NOT_CALL_LIST = Resource(
    "outboundDnclist",
    "do-not-call list",
    "/api/v2/outbound/dnclists",
    (
        NAME,
        # The other sources need exports of files and outside services.
        Field("dncSourceType", choice("rds_custom"), required=True, replaces=True),
        Field("contactMethod", choice("Email", "Phone", "Any"), computed=True),
        Field("customExclusionColumn", TEXT, replaces=True),
        DIVISION_ID,
        Field("campaignId", TEXT, output_only=True, shown=True),
        Field("licenseId", TEXT, output_only=True, shown=True),
        Field("loginId", TEXT, output_only=True, shown=True),
        Field("entries", Blocks(()), None, output_only=True, shown=True),
    ),
    constant={"dncCodes": []},
    read_query="?includeImportStatus=false&includeSize=false",
    versioned=True,
)
