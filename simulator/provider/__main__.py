# SPDX-License-Identifier: Apache-2.0
"""``python -m simulator.provider``: the plugin that the Pulumi engine starts."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    try:
        from simulator.provider.server import main
    except ModuleNotFoundError as missing:
        sys.exit(
            f"the stand-in provider needs the package {missing.name}; install the group infra: "
            "uv sync --group infra"
        )
    main(sys.argv[1:])
