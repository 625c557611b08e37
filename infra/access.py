# SPDX-License-Identifier: Apache-2.0
"""Who may do what: a division for the project, and two clients of least privilege.

The **pusher** writes scores and can do nothing else. The **operator** looks at everything that
the score steers, and starts and stops campaigns. Each has what its verbs need, and nothing more:
docs/permissions.md has the table, and a test compares it with these roles. What a probe of the
platform's behaviour has to create and delete lives in a scratch division, so that no client of the
project can delete anything that is dialled.

Source: platform reference, section 11: scopes do not apply to client credentials, only pairs of
role and division do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_genesyscloud as genesyscloud

Permissions = Mapping[str, Sequence[str]]
"""Actions by ``domain:entity``."""

PUSHER: Final[Permissions] = {
    "outbound:campaign": ("view",),  # who is on the line does not change queues
    "outbound:contact": ("add", "edit", "view"),
    "outbound:contactList": ("view",),
}
OPERATOR: Final[Permissions] = {
    "analytics:rateLimitAggregate": ("view",),
    "outbound:attemptLimits": ("view",),
    "outbound:callableTimeSet": ("view",),
    "outbound:campaign": ("start", "stop", "view"),
    "outbound:contact": ("view",),
    "outbound:contactList": ("view",),
    "outbound:contactListFilter": ("view",),
    "outbound:ruleSet": ("view",),
    "routing:queue": ("view",),
}
SCRATCH: Final[Permissions] = {
    "outbound:contact": ("add", "edit", "view"),
    "outbound:contactList": ("add", "delete", "view"),
}
_TOKEN_LIFE: Final = 86_400  # seconds; the platform's own default, stated so that drift shows


@dataclass(frozen=True, slots=True)
class AccessArgs:
    """Names of the divisions, roles and clients, and whether the clients are protected."""

    division: str
    scratch_division: str
    pusher: str
    operator: str
    scratch_role: str
    protect: bool


class Access(pulumi.ComponentResource):
    """The divisions, the roles and the clients.

    Attributes:
        division_id: the division of everything that is dialled.
        scratch_division_id: the division that holds nothing but what a probe makes.
        pusher: the pusher's client, whose secret is exposed.
        operator: the operator's.
    """

    division_id: pulumi.Output[str]
    scratch_division_id: pulumi.Output[str]
    pusher: genesyscloud.OauthClient
    operator: genesyscloud.OauthClient

    def __init__(
        self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("leadscoring:infra:Access", name, None, opts)
        division = self._division("division", args.division, "Everything that lead scores steer.")
        scratch = self._division(
            "scratch-division", args.scratch_division, "What probes make and remove again."
        )
        pusher = self._role("pusher", args.pusher, "Writes lead scores.", PUSHER)
        operator = self._role("operator", args.operator, "Watches, starts and stops.", OPERATOR)
        probe = self._role("scratch", args.scratch_role, "Probes, in scratch lists only.", SCRATCH)
        self.division_id = division.id
        self.scratch_division_id = scratch.id
        self.pusher = self._client("pusher", args.pusher, [(pusher, division)], args.protect)
        self.operator = self._client(
            "operator", args.operator, [(operator, division), (probe, scratch)], args.protect
        )
        self.register_outputs(
            {"divisionId": self.division_id, "scratchDivisionId": self.scratch_division_id}
        )

    def _division(self, name: str, title: str, purpose: str) -> genesyscloud.AuthDivision:
        return genesyscloud.AuthDivision(
            name, name=title, description=purpose, opts=pulumi.ResourceOptions(parent=self)
        )

    def _role(
        self, name: str, title: str, purpose: str, permissions: Permissions
    ) -> genesyscloud.AuthRole:
        policies = []
        for permission, actions in permissions.items():
            domain, _, entity = permission.partition(":")
            policies.append(
                genesyscloud.AuthRolePermissionPolicyArgs(
                    domain=domain, entity_name=entity, action_sets=list(actions)
                )
            )
        return genesyscloud.AuthRole(
            f"{name}-role",
            name=title,
            description=purpose,
            permission_policies=policies,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _client(
        self,
        name: str,
        title: str,
        grants: Sequence[tuple[genesyscloud.AuthRole, genesyscloud.AuthDivision]],
        protect: bool,  # noqa: FBT001 - private, and named where it comes from
    ) -> genesyscloud.OauthClient:
        return genesyscloud.OauthClient(
            f"{name}-client",
            name=title,
            authorized_grant_type="CLIENT-CREDENTIALS",
            access_token_validity_seconds=_TOKEN_LIFE,
            expose_client_secret=True,
            state="active",
            roles=[
                genesyscloud.OauthClientRoleArgs(role_id=role.id, division_id=division.id)
                for role, division in grants
            ],
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
