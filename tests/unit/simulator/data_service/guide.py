# SPDX-License-Identifier: Apache-2.0
"""The guide's entity and one of its scores."""

from __future__ import annotations

SERVICES = "/api/v2/data/services"
ENTITY = {
    "name": "LeadScore",
    "keyField": "lead_id",
    "fields": [
        {"name": "lead_id", "type": "string", "required": True},
        {"name": "priority_score", "type": "integer", "required": True, "maximum": 1000},
        {"name": "last_calculated_at", "type": "datetime"},
        {"name": "share", "type": "number", "minimum": 0},
        {"name": "locked", "type": "boolean"},
    ],
}
SCORE = {
    "lead_id": "a",
    "priority_score": 87,
    "last_calculated_at": "2026-11-23T08:30:00.000Z",
}


def put(score=SCORE, *, overwrite=True):
    """The body of a write."""
    return {"entity": score, "overwriteExisting": overwrite}
