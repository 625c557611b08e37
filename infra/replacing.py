# SPDX-License-Identifier: Apache-2.0
"""What has to go when a contact list goes.

The platform refuses to delete a list that a filter, a rule set or a campaign refers to. Where a
list is replaced, these are therefore replaced with it: deleted before it, made again after it.

Source: platform reference, section 3 (``contact.list.in.use``, ``referential.integrity.error``).
"""

from __future__ import annotations

import pulumi


def with_its_list(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    """Options of a resource that refers to a contact list as ``contactListId``."""
    return pulumi.ResourceOptions(
        parent=parent, delete_before_replace=True, replace_on_changes=["contactListId"]
    )
