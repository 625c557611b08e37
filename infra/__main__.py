# SPDX-License-Identifier: Apache-2.0
"""What ``pulumi up`` runs. Programs that deploy by themselves call ``build`` instead."""

from __future__ import annotations

from infra.program import build

build()
