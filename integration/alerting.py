# SPDX-License-Identifier: Apache-2.0
"""Who is told of alerts, as the settings say."""

from __future__ import annotations

from functools import partial

from integration.drift import FileNotifier, Notifier, WebhookNotifier
from integration.platform.client import Transport
from integration.platform.outgoing import post_json
from integration.settings import Settings


def notifiers_of(settings: Settings, transport: Transport | None) -> list[Notifier]:
    """Those who are told, beside the log; ``transport`` stands in for the network."""
    notifiers: list[Notifier] = []
    if settings.drift_file is not None:
        notifiers.append(FileNotifier(settings.drift_file))
    if settings.drift_webhook is not None:
        post = partial(post_json, settings.drift_webhook, transport=transport)
        notifiers.append(WebhookNotifier(post))
    return notifiers
