# SPDX-License-Identifier: Apache-2.0
"""The catalogue of permissions: domain, entity, actions.

It holds those that simulated calls need and those that the project's roles name, and not the
platform's hundreds of others. The domain ``data`` is the guide's data service: the platform has
neither.

Source: platform reference, sections 4 and 11.
"""

from __future__ import annotations

from collections.abc import Mapping

_KEEP = ("add", "delete", "edit", "view")

CATALOGUE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "analytics": {"rateLimitAggregate": ("view",)},
    "architect": {"datatable": (*_KEEP, "search"), "datatableRow": _KEEP},
    "audits": {"audit": ("view",)},
    "authorization": {"division": _KEEP, "role": _KEEP},
    "directory": {"user": _KEEP},
    "data": {"entity": _KEEP, "record": _KEEP, "service": _KEEP},
    "oauth": {"client": _KEEP},
    "outbound": {
        "attemptLimits": _KEEP,
        "callableTimeSet": _KEEP,
        "campaign": (*_KEEP, "recycle", "start", "stop"),
        "campaignSequence": _KEEP,
        "contact": _KEEP,
        "contactList": (*_KEEP, "search", "upload"),
        "contactListFilter": _KEEP,
        "dnc": _KEEP,
        "dncList": _KEEP,
        "eventLog": ("view",),
        "responseSet": _KEEP,
        "ruleSet": _KEEP,
        "settings": ("edit", "view"),
        "wrapUpCodeMapping": ("edit", "view"),
    },
    "routing": {
        "queue": (*_KEEP, "join"),
        "queueMember": ("manage",),
        "skill": ("assign", "manage", "view"),
        "skillGroup": _KEEP,
        "wrapupCode": _KEEP,
    },
    "scripter": {"publishedScript": ("view",), "script": ("edit", "view")},
    "telephony": {"plugin": ("all",)},
}


def known(permission: str) -> bool:
    """Whether the catalogue has ``permission`` (``domain:entity:action``, exact case)."""
    domain, _, rest = permission.partition(":")
    entity, _, action = rest.partition(":")
    return action in CATALOGUE.get(domain, {}).get(entity, ())
