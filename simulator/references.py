# SPDX-License-Identifier: Apache-2.0
"""What refers to what, among all objects of one organisation.

A campaign names a contact list, a list names its division. Nobody keeps books on that: each
state says, when asked, what its objects refer to, so that a reference can neither be forgotten
nor go stale. Two rules follow: nothing may refer to what does not exist, and nothing that is
referred to may be deleted.

Source: platform reference, sections 3 to 7 (``referential.integrity.error``); provider
reference, section C.3.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.errors import Refusal, bad_field
from simulator.fields import ListOf, Object, Reader, Text, read_object

DIVISION = "division"
CONTACT_LIST = "contact list"
FILTER = "contact list filter"
CAMPAIGN = "campaign"
QUEUE = "queue"
SCRIPT = "script"
SITE = "site"
EDGE_GROUP = "edge group"
ROUTING_SKILL = "routing skill"
SKILL_GROUP = "skill group"
WRAPUP_CODE = "wrap-up code"
USER = "user"
ATTEMPT_LIMIT = "attempt limit"
CALLABLE_TIME_SET = "callable time set"
RESPONSE_SET = "call analysis response set"
DNC_LIST = "DNC list"
RULE_SET = "rule set"
OUTBOUND_SETTINGS = "outbound settings"
WRAPUP_MAPPING = "wrap-up code mapping"
"""Nouns of kinds that several modules speak of."""

REFERENCED = "referential.integrity.error"


class Target(Protocol):
    """Anything that can be referred to by its id."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...


@dataclass(frozen=True, slots=True)
class Use:
    """One object refers to another.

    Args:
        by: the kind of the one that refers, for example ``campaign``.
        name: its name.
        noun: the kind of the one that is referred to, for example ``contact list``.
        id: its id.
    """

    by: str
    name: str
    noun: str
    id: str

    def __str__(self) -> str:
        return f"{self.by} {self.name}"


@dataclass(frozen=True, slots=True)
class RefersTo(Reader):
    """A reference to an object of one kind, read as ``{"id": "..."}``.

    Args:
        noun: the kind, under which :meth:`References.know` has it.
        required: its absence is refused.
        named: whether answers show the name beside the id (DomainEntityRef), or the id alone.
    """

    noun: str
    required: bool = False
    named: bool = True

    def read(self, value: Any, where: str) -> dict[str, str]:
        """The id alone; name and selfUri of a body that was read before are ignored."""
        return read_object(value, {"id": Text(required=True, minimum=1)}, where)


Found = tuple[str, RefersTo, dict[str, str]]


def references_in(
    definition: Mapping[str, Any], fields: Mapping[str, Reader], where: str = ""
) -> Iterator[Found]:
    """Every reference in ``definition``, as ``fields`` read it, with its place."""
    for name, reader in fields.items():
        if name in definition:
            yield from _references(definition[name], reader, f"{where}.{name}" if where else name)


def _references(value: Any, reader: Reader, where: str) -> Iterator[Found]:
    match reader:
        case RefersTo():
            yield where, reader, value
        case ListOf():
            for place, item in enumerate(value):
                yield from _references(item, reader.item, f"{where}[{place}]")
        case Object():
            yield from references_in(value, reader.fields, where)


class References:
    """The kinds that can be referred to or that refer, of one organisation."""

    def __init__(self) -> None:
        self._find: dict[str, Callable[[str], Target | None]] = {}
        self._roots: dict[str, str] = {}
        self._uses: list[Callable[[], Iterable[Use]]] = []

    def know(self, noun: str, root: str, find: Callable[[str], Target | None]) -> None:
        """Let objects of the kind ``noun`` be referred to.

        Args:
            noun: what people call the kind.
            root: the path of the kind in the API.
            find: gives the object of an id; None where there is none.
        """
        self._find[noun], self._roots[noun] = find, root

    def ask(self, uses: Callable[[], Iterable[Use]]) -> None:
        """Ask ``uses`` from now on what its objects refer to."""
        self._uses.append(uses)

    def find(self, noun: str, object_id: str) -> Target | None:
        """The object of that kind and id; None where there is none."""
        return self._find[noun](object_id)

    def users(self, noun: str, object_id: str) -> list[Use]:
        """Everything that refers to the object."""
        return [
            use for uses in self._uses for use in uses() if use.id == object_id and use.noun == noun
        ]

    def check(self, definition: Mapping[str, Any], fields: Mapping[str, Reader]) -> None:
        """Refuse a definition that refers to something that does not exist.

        Raises:
            Refusal: 400 ``invalid.value``, naming the field.
        """
        for where, reader, reference in references_in(definition, fields):
            self.check_one(reader.noun, reference["id"], where)

    def check_one(self, noun: str, object_id: str, where: str) -> None:
        """Refuse an id that no object of that kind has.

        Raises:
            Refusal: 400 ``invalid.value``, naming the field.
        """
        if self.find(noun, object_id) is None:
            raise bad_field("invalid.value", f"{where}.id", f"there is no {noun} {object_id}")

    def refuse_in_use(self, noun: str, object_id: str, code: str = REFERENCED) -> None:
        """Refuse to delete an object that another one refers to.

        Raises:
            Refusal: 400 ``code``.
        """
        users = self.users(noun, object_id)
        if users:
            raise in_use(noun, users[0], code)

    def shown(self, definition: Mapping[str, Any], fields: Mapping[str, Reader]) -> dict[str, Any]:
        """A copy of ``definition`` whose references carry name and address, as in answers."""
        body = copy.deepcopy(dict(definition))
        for _, reader, reference in references_in(body, fields):
            target = self.find(reader.noun, reference["id"])
            if target is not None and reader.named:
                reference["name"] = target.name
            reference["selfUri"] = f"{self._roots[reader.noun]}/{reference['id']}"
        return body


def in_use(noun: str, use: Use, code: str = REFERENCED) -> Refusal:
    """400: something else refers to what was to be deleted."""
    return Refusal(
        400,
        code,
        "This {noun} cannot be deleted, as {user} refers to it.",
        params={"noun": noun, "user": str(use)},
    )
