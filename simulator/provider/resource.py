# SPDX-License-Identifier: Apache-2.0
"""The description of one resource type, and the calls of its life.

Most resources are created, read, changed and deleted in the same few calls; the others override
the one step in which they differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.provider.api import Api, Refused
from simulator.provider.fields import Field, body, outputs

Values = dict[str, Any]

GONE_WITHIN = 30.0
"""Seconds after which a deleted object must be gone."""


class Missing(Exception):
    """The platform has no such object, though it should."""


@dataclass(frozen=True)
class Resource:
    """A resource type.

    Args:
        token: its name in the program's language, such as ``routingQueue``.
        label: what people call it.
        path: of its collection.
        fields: its properties.
        constant: parts of every body.
        read_query: of the GET of one object.
        write_query: of the writes.
        update_query: of updates alone.
        delete_query: of the DELETE.
        gone_query: of the GET that finds a deleted object gone; that of reading unless given.
        update_method: of an update.
        versioned: an update reads the object first and sends its version back.
    """

    token: str
    label: str
    path: str
    fields: tuple[Field, ...]
    constant: Mapping[str, Any] = field(default_factory=dict)
    read_query: str = ""
    write_query: str = ""
    update_query: str = ""
    delete_query: str = ""
    gone_query: str | None = None
    update_method: str = "PUT"
    versioned: bool = False

    @property
    def type(self) -> str:
        """The type in the program's URNs."""
        return f"genesyscloud:index/{self.token}:{self.token[0].upper()}{self.token[1:]}"

    @property
    def id_property(self) -> str:
        """The output that repeats the id."""
        return f"{self.token}Id"

    def at(self, object_id: str, query: str = "") -> str:
        """The path of one object."""
        return f"{self.path}/{object_id}{query}"

    def body(self, values: Mapping[str, Any]) -> Values:
        """What a write sends."""
        return {**self.constant, **body(self.fields, values)}

    def outputs(self, object_id: str, answer: Mapping[str, Any], kept: Values) -> Values:
        """The properties that an answer shows, with the id under its two names."""
        return {**outputs(self.fields, answer, kept), self.id_property: object_id}

    async def create(self, api: Api, values: Values) -> str:
        """Make the object and return its id; ``values`` may be completed."""
        await self.before_write(api, values)
        path = f"{self.path}{self.write_query}"
        return str((await api.call("POST", path, self.body(values)))["id"])

    async def complete(self, api: Api, object_id: str, values: Values) -> None:
        """What is to be done after the object was made."""

    async def read(self, api: Api, object_id: str, values: Values) -> Values | None:  # noqa: ARG002 - for those that read parts by need
        """The object, or None where it is gone."""
        answer: Values | None = await api.find(self.at(object_id, self.read_query))
        return None if answer is None or answer.get("state") == "deleted" else answer

    async def update(self, api: Api, object_id: str, values: Values) -> None:
        """Make the object what ``values`` say."""
        await self.before_write(api, values)
        version = await self._version(api, object_id) if self.versioned else {}
        path = self.at(object_id, self.update_query or self.write_query)
        await api.call(self.update_method, path, {**version, **self.body(values)})

    async def delete(self, api: Api, object_id: str, state: Values) -> None:
        """Remove the object and see that it is gone; one that was gone already is well."""
        await self.before_delete(api, object_id, state)
        if await self._removed(api, object_id):
            return

        async def is_gone() -> bool:
            return await self.is_gone(api, object_id)

        await api.until(is_gone, GONE_WITHIN, f"{self.label} {object_id} was not gone")

    async def before_write(self, api: Api, values: Values) -> None:
        """What is to be asked for before the object is made or changed."""

    async def before_delete(self, api: Api, object_id: str, state: Values) -> None:
        """What is to be done before the object can be removed."""

    async def is_gone(self, api: Api, object_id: str) -> bool:
        """Whether the platform has forgotten a removed object."""
        query = self.read_query if self.gone_query is None else self.gone_query
        found = await api.find(self.at(object_id, query))
        return found is None or found.get("state") == "deleted"

    async def _removed(self, api: Api, object_id: str) -> bool:
        """Send the DELETE; True where there was nothing to remove."""
        try:
            await api.call("DELETE", self.at(object_id, self.delete_query))
        except Refused as refusal:
            if refusal.status == 404:
                return True
            raise
        return False

    async def _version(self, api: Api, object_id: str) -> Values:
        found = await api.find(self.at(object_id, self.read_query))
        if found is None:
            raise Missing(f"{self.label} {object_id} is gone; refresh the stack")
        return {"version": found["version"]}
