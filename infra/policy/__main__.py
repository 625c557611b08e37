# SPDX-License-Identifier: Apache-2.0
"""What ``pulumi preview --policy-pack infra/policy`` runs."""

from __future__ import annotations

from infra.policy.pack import open_pack

open_pack()
