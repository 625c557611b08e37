# SPDX-License-Identifier: Apache-2.0
"""``python -m simulator``: the same as ``leadscore simulate``."""

from __future__ import annotations

import typer

from simulator.cli import simulate

typer.run(simulate)
