# SPDX-License-Identifier: Apache-2.0
"""What is there already and is found by its name: the telephony site and the agents' script.

Both belong to others. A wrong name fails the preview, before anything is made.

Source: provider reference, section F.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_genesyscloud as genesyscloud


@dataclass(frozen=True, slots=True)
class Existing:
    """Ids of what is there already."""

    site_id: pulumi.Output[str]
    script_id: pulumi.Output[str]


def look_up(site: str, script: str) -> Existing:
    """Find the site and the published script of these names."""
    return Existing(
        genesyscloud.get_telephony_providers_edges_site_output(name=site).id,
        genesyscloud.get_script_output(name=script).id,
    )
