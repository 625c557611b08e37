# SPDX-License-Identifier: Apache-2.0
"""Call analysis response sets: what is done with a call once it is known who or what answered.

The platform fills in the answers that a client leaves out; here only those come back that were
sent, which the official clients take as well.

Source: ResponseSet of the official SDK 269; provider reference, section B.14.
"""

from __future__ import annotations

from simulator.entities import Kind
from simulator.entity_calls import usual_calls
from simulator.fields import Flag, Object, Text
from simulator.references import RESPONSE_SET

CALLABLE = ("lineconnected", "person", "busy", "noanswer", "fax", "disconnect", "machine", "sit")
UNCALLABLE = ("sit", "notfound")
DISPOSITIONS = (
    *(f"disposition.classification.callable.{name}" for name in CALLABLE),
    *(f"disposition.classification.uncallable.{name}" for name in UNCALLABLE),
)

_REACTION = {
    "data": Text(),
    "name": Text(),
    "reactionType": Text(
        required=True, choices=("hangup", "transfer", "transfer_flow", "play_file")
    ),
}

CALL_ANALYSIS = Kind(
    noun=RESPONSE_SET,
    root="/api/v2/outbound/callanalysisresponsesets",
    parameter="callAnalysisSetId",
    permission="outbound:responseSet",
    model="ResponseSet",
    fields={
        "responses": Object(dict.fromkeys(DISPOSITIONS, Object(_REACTION)), required=True),
        "beepDetectionEnabled": Flag(),
        "amdSpeechDistinguishEnabled": Flag(),
        "liveSpeakerDetectionMode": Text(choices=("Disabled", "Low", "Medium", "High")),
    },
    defaults={"beepDetectionEnabled": False, "amdSpeechDistinguishEnabled": False},
)

OPERATIONS = usual_calls(CALL_ANALYSIS)
