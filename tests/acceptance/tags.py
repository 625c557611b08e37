# SPDX-License-Identifier: Apache-2.0
"""The tags of the features: which requirement a scenario proves, and what it needs to run."""

from __future__ import annotations

REQUIREMENTS = {
    "guide-edge-case-1": "The seed guide's edge case 1: the call limit hits during bulk scoring",
    "guide-edge-case-2": "The seed guide's edge case 2: a stale score starves the campaign",
    "rate-limit": "The call budget is kept and used, and a limit costs no score",
    "token": "Sign-ins are shared, renewed, and replaced when they are refused",
    "newest-wins": "Of all scores of a lead the newest calculation counts",
    "concurrency": "Callers, runs and writers at the same time do not disturb each other",
    "lost-update": "Nobody's newer score is overwritten, also where it depends on another one",
    "stale-scores": "A score older than its maximum age does not steer the campaign",
    "audit": "What a score replaced is on record",
    "drift-alert": "Somebody is told when scores cannot be delivered",
    "score-guard": "Scores that look broken are held until somebody has looked",
    "bad-input": "Each bad row gets its reason and harms no other",
    "redial-safety": "A push gets nobody called twice",
    "resume": "An interrupted run loses nothing",
    "outage": "A run rides out an outage and does not make it worse",
    "webhook": "Scores are accepted as messages: durably, once, and from those who may send them",
    "loading": "Leads are put on the contact list without disturbing the campaign",
    "plan": "A run can be planned before it is made",
    "dial-order": "The campaign calls the best leads first, with the right agents",
    "two-queues": "Each lead is dialled for one queue, the one that its score belongs to",
    "reconcile": "What lies wrong is found, and put right under the rules of a push",
    "explain": "Why a lead stands where it stands can be asked, and what is not known is said",
    "preflight": "Whether everything is ready is known before the first call, with what to do",
    "deployment": "An environment is made, changed and guarded by one command",
    "previews": "A change is tried out, and stopped where it would harm leads",
    "system-clock": "The machine's own clock is read correctly",
}
"""Tags of requirements, in the order of the traceability page, and what each stands for."""

SIMULATOR_ONLY = "simulator-only"
ENGINE = "engine"
ABILITIES = {
    SIMULATOR_ONLY: "Moves clocks, sets limits or injects faults: not for a live organisation",
    ENGINE: "Needs the Pulumi engine: runs in tests/engine",
}
"""Tags that say what a scenario needs."""
