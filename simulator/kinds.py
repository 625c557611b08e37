# SPDX-License-Identifier: Apache-2.0
"""Every kind of object that the organisation keeps as :class:`simulator.entities.Entities`.

The order is the order of restoring: each kind after those that it refers to.
"""

from __future__ import annotations

from simulator.entities import Kind
from simulator.outbound.attempt_limits import ATTEMPT_LIMIT

KINDS: tuple[Kind, ...] = (ATTEMPT_LIMIT,)
