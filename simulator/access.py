# SPDX-License-Identifier: Apache-2.0
"""Who may do what, where: divisions, roles, and the question whether a client is granted it.

A client holds pairs of role and division. OAuth scopes play no part for client credentials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.clients import OAuthClient
    from simulator.ids import Ids

EVERYWHERE = "*"


@dataclass(slots=True)
class Division:
    """A part of the organisation; every object belongs to one."""

    id: str
    name: str
    description: str = ""
    home: bool = False


@dataclass(slots=True)
class Role:
    """A set of permissions.

    Args:
        id: its id.
        name: unique in the organisation, in any case of letters.
        description: free text.
        default_role_id: the built-in role that it was made from.
        permissions: permission strings, ``domain:entity:action``.
        policies: the official permission policies, as they were sent.
    """

    id: str
    name: str
    description: str = ""
    default_role_id: str = ""
    permissions: list[str] = field(default_factory=list)
    policies: list[dict[str, Any]] = field(default_factory=list)

    def allows(self, permission: str) -> bool:
        """Whether the role has ``permission``; case does not matter, ``*`` stands for all."""
        wanted = permission.lower().split(":")
        return any(_covers(granted, wanted) for granted in self._granted())

    def _granted(self) -> Iterable[list[str]]:
        for text in self.permissions:
            yield text.lower().split(":")
        for policy in self.policies:
            domain = policy.get("domain", EVERYWHERE).lower()
            entity = policy.get("entityName", EVERYWHERE).lower()
            for action in policy.get("actionSet", ()):
                yield [domain, entity, action.lower()]


class Access:
    """The divisions and roles of one organisation, and what they grant.

    Args:
        ids: makes the id of the home division.
    """

    def __init__(self, ids: Ids) -> None:
        self.home = Division(ids.new(), "Home", "", home=True)
        self.divisions: dict[str, Division] = {self.home.id: self.home}
        self.roles: dict[str, Role] = {}
        self._granted: dict[tuple[tuple[tuple[str, str], ...], str], frozenset[str]] = {}

    def changed(self) -> None:
        """Forget answers given so far; to be called after any change of a role."""
        self._granted.clear()

    def has_division(self, division_id: str) -> bool:
        """Whether a grant may name this division; ``*`` is every division."""
        return division_id == EVERYWHERE or division_id in self.divisions

    def grants(self, client: OAuthClient, permission: str, division_id: str | None) -> bool:
        """Whether ``client`` has ``permission`` in that division (None: in any division)."""
        key = (client.role_divisions, permission)
        where = self._granted.get(key)
        if where is None:
            where = frozenset(
                division
                for role_id, division in client.role_divisions
                if (role := self.roles.get(role_id)) is not None and role.allows(permission)
            )
            self._granted[key] = where
        if division_id is None:
            return bool(where)
        return division_id in where or EVERYWHERE in where

    def snapshot(self) -> dict[str, Any]:
        """Everything, as JSON."""
        return {
            "divisions": [asdict(division) for division in self.divisions.values()],
            "roles": [asdict(role) for role in self.roles.values()],
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self.divisions = {item["id"]: Division(**item) for item in data["divisions"]}
        self.home = next(item for item in self.divisions.values() if item.home)
        self.roles = {item["id"]: Role(**item) for item in data["roles"]}
        self.changed()


def _covers(granted: list[str], wanted: list[str]) -> bool:
    if granted == [EVERYWHERE]:
        return True
    return len(granted) == len(wanted) and all(
        have in (EVERYWHERE, want) for have, want in zip(granted, wanted, strict=True)
    )
