# SPDX-License-Identifier: Apache-2.0
"""What a queue is made of: the fields that a client may write, and what the platform adds.

Media settings come back complete for each medium that was sent, and only for those: the official
provider needs timeout and service level of what it is shown, and shows what it gets.

Source: QueueRequest of the official SDK 269; provider reference, section B.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.errors import not_simulated
from simulator.fields import Flag, Integer, ListOf, Number, Object, Reader, Text, read_object
from simulator.references import SKILL_GROUP, RefersTo

ROOT = "/api/v2/routing/queues"

_MEDIUM: Mapping[str, Reader] = {
    "enableAutoAnswer": Flag(),
    "alertingTimeoutSeconds": Integer(minimum=7),
    "serviceLevel": Object(
        {
            "percentage": Number(required=True, minimum=0, maximum=1),
            "durationMs": Integer(required=True, minimum=1000),
        }
    ),
    "autoAnswerAlertToneSeconds": Number(minimum=0),
    "manualAnswerAlertToneSeconds": Number(minimum=0),
}
_REACTIONS = ("HangUp", "TransferToQueue", "TransferToFlow")
_CALLBACK: Mapping[str, Reader] = {
    **_MEDIUM,
    "mode": Text(choices=("AgentFirst", "CustomerFirst")),
    "enableAutoDialAndEnd": Flag(),
    "autoDialDelaySeconds": Integer(minimum=0),
    "autoEndDelaySeconds": Integer(minimum=0),
    "pacingModifier": Number(minimum=0),
    "maxRetryCount": Integer(minimum=0),
    "retryDelaySeconds": Integer(minimum=0),
    "liveVoiceReactionType": Text(choices=_REACTIONS),
    "answeringMachineReactionType": Text(choices=_REACTIONS),
}
_TIMEOUTS = {"call": 8, "callback": 30, "chat": 30, "email": 300, "message": 30}
"""Seconds that an agent has to answer, where a client does not say."""


@dataclass(frozen=True, slots=True)
class MemberGroup(RefersTo):
    """A group whose agents stand in the queue, ``{"id": "...", "type": "SKILLGROUP"}``."""

    def read(self, value: Any, where: str) -> dict[str, str]:
        """Id and type.

        Raises:
            Refusal: 501; a group or a team, which the simulator does not have.
        """
        kinds = Text(required=True, choices=("TEAM", "GROUP", "SKILLGROUP"))
        kind = read_object(value, {"type": kinds}, where)["type"]
        if kind != "SKILLGROUP":
            raise not_simulated("POST", ROOT, f"member groups of the type {kind}")
        return {**read_object(value, {"id": Text(required=True, minimum=1)}, where), "type": kind}


@dataclass(frozen=True, slots=True)
class Unset(Reader):
    """An object that the simulator does not have; an empty one stands for none."""

    required: bool = False

    def read(self, value: Any, where: str) -> dict[str, Any]:
        """An empty object.

        Raises:
            Refusal: 501; something is in it.
        """
        read_object(value, {}, where)
        if value:
            raise not_simulated("POST", ROOT, where)
        return {}


FIELDS: Mapping[str, Reader] = {
    "description": Text(),
    "mediaSettings": Object(
        {
            "call": Object(_MEDIUM),
            "callback": Object(_CALLBACK),
            "chat": Object(_MEDIUM),
            "email": Object(_MEDIUM),
            "message": Object(_MEDIUM),
        }
    ),
    "routingRules": ListOf(
        Object(
            {
                "operator": Text(required=True, choices=("MEETS_THRESHOLD", "ANY")),
                "threshold": Integer(minimum=0),
                "waitSeconds": Number(minimum=0),
            }
        )
    ),
    "scoringMethod": Text(choices=("TimestampAndPriority", "PriorityOnly")),
    "lastAgentRoutingMode": Text(choices=("Disabled", "QueueMembersOnly", "AnyAgent")),
    "acwSettings": Object(
        {
            "wrapupPrompt": Text(
                choices=(
                    "MANDATORY",
                    "OPTIONAL",
                    "MANDATORY_TIMEOUT",
                    "MANDATORY_FORCED_TIMEOUT",
                    "AGENT_REQUESTED",
                )
            ),
            "timeoutMs": Integer(minimum=1000, maximum=86_400_000),
        }
    ),
    "skillEvaluationMethod": Text(choices=("NONE", "BEST", "ALL")),
    "memberGroups": ListOf(MemberGroup(SKILL_GROUP)),
    "autoAnswerOnly": Flag(),
    "enableTranscription": Flag(),
    "enableAudioMonitoring": Flag(),
    "enableManualAssignment": Flag(),
    "suppressInQueueCallRecording": Flag(),
    "callingPartyName": Text(),
    "callingPartyNumber": Text(),
    "peerId": Text(),
    "outboundMessagingAddresses": Unset(),
    **dict.fromkeys(
        (
            "agentOwnedRouting",
            "bullseye",
            "cannedResponseLibraries",
            "conditionalGroupActivation",
            "conditionalGroupRouting",
            "defaultScripts",
            "directRouting",
            "emailInQueueFlow",
            "messageInQueueFlow",
            "onHoldPrompt",
            "outboundEmailAddress",
            "queueFlow",
            "whisperPrompt",
        ),
        Unset(),
    ),
}

DEFAULTS: Mapping[str, Any] = {
    "mediaSettings": {},
    "scoringMethod": "TimestampAndPriority",
    "acwSettings": {"wrapupPrompt": "MANDATORY_TIMEOUT"},
    "skillEvaluationMethod": "ALL",
    "memberGroups": [],
    "autoAnswerOnly": True,
    "enableTranscription": False,
    "enableAudioMonitoring": False,
    "enableManualAssignment": False,
    "suppressInQueueCallRecording": True,
    "callingPartyName": "",
    "callingPartyNumber": "",
}


def complete(definition: dict[str, Any]) -> None:
    """Add to a definition what is missing below the first level."""
    definition["acwSettings"].setdefault("wrapupPrompt", "MANDATORY_TIMEOUT")
    for medium, settings in definition["mediaSettings"].items():
        settings.setdefault("alertingTimeoutSeconds", _TIMEOUTS[medium])
        settings.setdefault("serviceLevel", {"percentage": 0.8, "durationMs": 20_000})
