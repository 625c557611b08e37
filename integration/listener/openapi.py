# SPDX-License-Identifier: Apache-2.0
"""The service's interface in the words of OpenAPI 3.1, served at ``/openapi.json``.

Written by hand: what it says is what tests send at random and compare answers with.
"""

from __future__ import annotations

from typing import Any, Final

from integration.listener.body import EVENT, MOST_ITEMS

PATH: Final = "/openapi.json"
_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
_UPDATE: Final = {"$ref": "#/components/schemas/Update"}


def document(webhooks: str) -> dict[str, Any]:
    """The document; ``webhooks`` is the path that takes updates."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lead scores",
            "version": "1",
            "description": "Updates of lead scores, which are on disk before they are answered.",
        },
        "paths": {webhooks: {"post": _post()}},
        "components": {
            "schemas": {
                "Update": _update(),
                "Receipt": _receipt(),
                "Repeated": _object({"repeated": {"const": True}}),
                "Problem": _problem(),
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "Standard Webhooks: v1,<base64 of HMAC-SHA256 over "
                    "webhook-id.webhook-timestamp.body>; webhook-id and webhook-timestamp are "
                    "needed beside it, the latter at most five minutes away from now.",
                },
            },
        },
    }


def _post() -> dict[str, Any]:
    retry = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return {
        "operationId": "update_lead_scores",
        "summary": "Accept updates of lead scores durably.",
        "security": [{"token": []}, {"signature": []}],
        "parameters": [
            {
                "name": "webhook-id",
                "in": "header",
                "description": "Names the message: it is accepted once.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,256}$"},
            },
            {
                "name": "webhook-timestamp",
                "in": "header",
                "description": "With a signature: when it was made, in seconds since 1970.",
                "schema": {"type": "string"},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "oneOf": [
                            _UPDATE,
                            {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": MOST_ITEMS,
                                "items": _UPDATE,
                            },
                        ]
                    }
                }
            },
        },
        "responses": {
            "202": _answer("Accepted: on disk, as far as items are good.", "Receipt"),
            "200": _answer("The message was accepted before; nothing was done.", "Repeated"),
            "400": _refusal("Nothing was accepted; every problem is named."),
            "401": _refusal("No valid signature or token, or one of another time."),
            "405": _refusal("Only POST is answered."),
            "408": _refusal("The request did not come to its end in time."),
            "409": _refusal("The webhook-id was used for another body."),
            "413": _refusal("The body is too long."),
            "415": _refusal("The body is not application/json."),
            "429": _refusal("Too much waits for delivery.") | {"headers": retry},
            "431": _refusal("The headers are too long."),
            "503": _refusal("The service is being stopped, or cannot store.") | {"headers": retry},
        },
    }


def _update() -> dict[str, Any]:
    instant = {
        "type": "string",
        "format": "date-time",
        "description": "RFC 3339 with a time zone, from 1970 to 2038, at most 5 minutes ahead.",
    }
    score = {
        "oneOf": [
            {"type": "integer", "minimum": 1, "maximum": 100},
            {"type": "string", "pattern": r"^\s*\+?0*([1-9][0-9]?|100)(\.0*)?\s*$"},
        ],
        "description": "A whole number from 1 to 100.",
    }
    return {
        "type": "object",
        "required": ["event", "leadId", "timestamp", "new_score"],
        "properties": {
            "event": {"const": EVENT},
            "leadId": {"type": "string", "pattern": r"^\s*[A-Za-z0-9._:@-]{1,128}\s*$"},
            "timestamp": instant
            | {"description": "When the score was calculated; " + str(instant["description"])},
            "new_score": score,
            "model_version": {
                "type": ["string", "number", "null"],
                "maxLength": 128,
                "description": "A number counts as the text that it is written with.",
            },
            "based_on": {
                "anyOf": [
                    instant,
                    {"type": "null"},
                    {"type": "string", "pattern": r"^\s*(null)?\s*$"},
                ],
                "description": "The timestamp of the score that this one was computed from; null "
                "where there was none. Another stored score makes it a conflict. Blank is as if "
                "it were left out.",
            },
        },
        "examples": [
            {
                "event": EVENT,
                "leadId": "L-1001",
                "timestamp": "2026-11-23T10:00:00Z",
                "new_score": 87,
                "model_version": "2026-11",
            }
        ],
    }


def _receipt() -> dict[str, Any]:
    verdicts = ["accepted", "superseded", "duplicate", "conflict", "rejected"]
    result = _object(
        {
            "item": {"type": "integer", "minimum": 0},
            "leadId": {"type": "string"},
            "verdict": {"enum": verdicts},
        },
        {
            "reason": {"type": "string"},
            "message": {"type": "string"},
            "problems": {"type": "array", "items": _item_problem()},
        },
    )
    return _object({"repeated": {"const": False}, "results": {"type": "array", "items": result}})


def _item_problem() -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in ("field", "reason", "message")}
    return _object({"item": {"type": "integer", "minimum": 0}, **texts})


def _problem() -> dict[str, Any]:
    return _object(
        {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
        {"problems": {"type": "array", "items": _item_problem()}},
    )


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*required],
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


def _answer(description: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {
        "description": description,
        "content": {"application/json": {"schema": reference}},
    }


def _refusal(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }
