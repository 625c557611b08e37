# SPDX-License-Identifier: Apache-2.0
"""A small stack for the test of the stand-in; as a program of its own it runs one operation.

``python stand_in_program.py OPERATION FOLDER ENGINE [--same]``: an operation that fails leaves its
event loop open in the process, which is therefore not that of the tests.
"""

from __future__ import annotations

import json
import os
import sys

import pulumi
import pulumi_genesyscloud as genesyscloud
from pulumi import automation


def program():
    """Objects that show what the recordings cannot: failures, secrets, drift, an import."""
    home = genesyscloud.get_auth_division_home()
    code = genesyscloud.RoutingWrapupcode("won", name="Won", division_id=home.id)
    role = genesyscloud.AuthRole(
        "role",
        name="Writer",
        permission_policies=[
            {"domain": "outbound", "entity_name": "contact", "action_sets": ["view", "add"]}
        ],
    )
    client = genesyscloud.OauthClient(
        "client",
        name="Writer",
        authorized_grant_type="CLIENT-CREDENTIALS",
        expose_client_secret=True,
        roles=[{"role_id": role.id}],
    )
    leads = genesyscloud.OutboundContactList(
        "leads",
        name="Leads",
        column_names=["lead_id", "phone"],
        phone_columns=[{"column_name": "phone", "type": "cell"}],
        opts=pulumi.ResourceOptions(import_=os.environ.get("ADOPT") or None),
    )
    # Last, so that nothing else is under way when it fails: the engine would give that up as well.
    queue = genesyscloud.RoutingQueue(
        "senior",
        name="Senior",
        ignore_members=True,
        wrapup_codes=[code.id],
        opts=pulumi.ResourceOptions(depends_on=[client, leads]),
    )
    pulumi.export("queue", queue.id)
    pulumi.export("secret", client.client_secret)


def main(operation, folder, engine, *more):
    """Run one operation; prints what changed and what the stack gives out."""
    stack = automation.create_or_select_stack(
        "test",
        project_name="stand-in",
        program=program,
        opts=automation.LocalWorkspaceOptions(
            work_dir=folder,
            pulumi_command=automation.PulumiCommand(root=engine),
            secrets_provider="passphrase",
        ),
    )
    same = {"expect_no_changes": True} if "--same" in more else {}
    result = getattr(stack, operation)(**same)
    changes = result.change_summary if operation == "preview" else result.summary.resource_changes
    outputs = {name: [output.value, output.secret] for name, output in stack.outputs().items()}
    print(json.dumps({"changes": changes, "outputs": outputs}))  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(*sys.argv[1:])
