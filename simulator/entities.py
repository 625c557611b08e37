# SPDX-License-Identifier: Apache-2.0
"""Named objects with a version and a division: the shape of most of what the platform keeps.

A kind of object states what is particular to it in a :class:`Kind`; keeping the objects is the
same for all and done here, calling them over HTTP in :mod:`simulator.entity_calls`. The kinds
that there are stand in :mod:`simulator.kinds`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from simulator.errors import bad_field, bad_request, not_found, wrong_version
from simulator.fields import Reader, Text
from simulator.references import DIVISION, REFERENCED, Use, references_in

if TYPE_CHECKING:
    from simulator.http import Call
    from simulator.organisation import Organisation

MOST = 1_000
"""Objects of a kind in an organisation. Source: platform reference, section 5."""

NAME_LENGTH = 64
SYSTEM_FIELDS = ("dateCreated", "dateModified", "version")

Definition = dict[str, Any]


@dataclass(slots=True)
class Entity:
    """One object.

    Args:
        id: its id.
        definition: the official fields that a client may write, but division and version.
        division_id: the division it belongs to; ``*`` for all, empty for a kind without.
        version: the optimistic lock.
        date_created: when it was made.
        date_modified: when it was changed last.
        more: what else is kept of it, as JSON.
    """

    id: str
    definition: Definition
    division_id: str
    version: int
    date_created: str
    date_modified: str
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.definition["name"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is particular to one kind of object.

    Args:
        noun: what people call it, for example ``attempt limit``.
        root: its path in the API.
        parameter: the name of its id in paths.
        permission: domain and entity of its permissions, for example ``outbound:ruleSet``.
        model: the official type.
        listing: the official type of a listing; ``<model>EntityListing`` unless stated.
        fields: the readers of what a client may write, but name, division and version.
        defaults: what the platform fills in where a client leaves a field out.
        division: where an object belongs whose body names no division: ``home``, or ``*`` for
            all divisions; empty for a kind that belongs to none.
        division_of: the division that decides who may use an object of a kind that belongs to
            none itself.
        update: the method that changes an object: PUT replaces everything and, where the model
            has one, needs the latest version, PATCH changes what was sent; empty for a kind that
            cannot be changed.
        system: those of dateCreated, dateModified and version that the official type has.
        actions: where a permission's last word is not add, view, edit or delete: the word that
            stands in its place.
        most: objects allowed.
        most_per_page: objects that one page of a listing may have.
        name_length: characters allowed in a name.
        in_use: the code of the refusal to delete what something refers to.
        missing: the code of a 404.
        check: refuses a definition that does not fit together, and may complete it; gets the
            object that is about to change, or None.
        before_delete: refuses to delete an object, for another reason than being referred to.
        read: adapts what was sent by what the query says.
        show: completes the body of an answer.
        matches: whether an object belongs into a listing, by the query's own parameters.
        wildcards: a listing's ``name`` is the whole name, in which ``*`` stands for anything;
            else it is compared as ``filterType`` says.
        sorted_by: the order of a listing whose query has none; as made unless stated.
        flat_division: a create names the division as ``divisionId`` and not as an object.
        unique: whether two objects may not be called the same.
        used: what an object refers to but by its definition, as pairs of noun and id.
        force: whether a delete goes ahead although something refers to the object.
        seeds: the objects that every organisation has, by their ids.
        shows_deleted: whether a delete answers with the object that is gone.
    """

    noun: str
    root: str
    parameter: str
    permission: str
    model: str
    fields: Mapping[str, Reader]
    listing: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    division: Literal["", "home", "*"] = ""
    division_of: Callable[[Organisation, Entity], str] | None = None
    update: Literal["PUT", "PATCH", ""] = "PUT"
    system: tuple[str, ...] = SYSTEM_FIELDS
    actions: Mapping[str, str] = field(default_factory=dict)
    most: int = MOST
    most_per_page: int = 100
    name_length: int = NAME_LENGTH
    in_use: str = REFERENCED
    missing: str = "not.found"
    check: Callable[[Organisation, Definition, Entity | None], None] | None = None
    before_delete: Callable[[Organisation, Entity], None] | None = None
    read: Callable[[Call, Definition], None] | None = None
    show: Callable[[Call, Entity, dict[str, Any]], None] | None = None
    matches: Callable[[Call, Entity], bool] | None = None
    wildcards: bool = False
    sorted_by: str = ""
    flat_division: bool = False
    unique: Callable[[Organisation], bool] | None = None
    used: Callable[[Entity], Iterable[tuple[str, str]]] | None = None
    force: Callable[[Call], bool] | None = None
    seeds: Mapping[str, Definition] = field(default_factory=dict)
    shows_deleted: bool = False

    @property
    def readers(self) -> Mapping[str, Reader]:
        """The readers of a definition, the name first."""
        return {"name": Text(required=True), **self.fields}

    def permission_to(self, action: str) -> str:
        """The permission to ``add``, ``view``, ``edit`` or ``delete`` objects, or another one."""
        return f"{self.permission}:{self.actions.get(action, action)}"


class Entities:
    """Every object of one kind in one organisation.

    Args:
        organisation: gives ids, time, divisions and references.
        kind: what kind they are.
    """

    def __init__(self, organisation: Organisation, kind: Kind) -> None:
        self._organisation = organisation
        self.kind = kind
        self._by_id: dict[str, Entity] = {}
        organisation.references.know(kind.noun, kind.root, self._by_id.get)
        organisation.references.ask(self.uses)
        for entity_id, definition in kind.seeds.items():
            self.add(definition, entity_id=entity_id)

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, entity_id: str) -> Entity:
        """The object.

        Raises:
            Refusal: 404.
        """
        entity = self._by_id.get(entity_id)
        if entity is None:
            noun = self.kind.noun
            what = f"{noun[0].upper()}{noun[1:]} {entity_id}"
            raise not_found(what, self.kind.missing)
        return entity

    def add(
        self, definition: Mapping[str, Any], division_id: str = "", entity_id: str = ""
    ) -> Entity:
        """A new object.

        Args:
            definition: what :attr:`Kind.readers` read, without what the platform fills in.
            division_id: a division that exists; the kind's default unless given.
            entity_id: a fixed id, for what every organisation has; a new one unless given.

        Raises:
            Refusal: 400; the definition is refused, or there are too many objects.
        """
        if len(self._by_id) >= self.kind.most:
            raise bad_request(
                "max.entity.count.reached",
                "There are {maximum} objects of the kind {noun}, no more are allowed.",
                maximum=str(self.kind.most),
                noun=self.kind.noun,
            )
        organisation = self._organisation
        complete = self._completed(definition, None)
        now = organisation.timestamp()
        entity = Entity(
            entity_id or organisation.ids.new(),
            complete,
            division_id or self.default_division,
            1,
            now,
            now,
        )
        self._by_id[entity.id] = entity
        return entity

    def replace(
        self,
        entity: Entity,
        definition: Mapping[str, Any],
        *,
        version: int | None = None,
        division_id: str = "",
    ) -> None:
        """Give an object another definition, and a new version.

        Args:
            entity: the object.
            definition: all of the new definition; what is not in it is gone.
            version: the version that the client knows; None for no such check.
            division_id: the division it shall belong to; the one so far unless given.

        Raises:
            Refusal: 409, the version is not the latest; 400, the definition is refused.
        """
        if version is not None and version != entity.version:
            raise wrong_version(entity.version)
        entity.definition = self._completed(definition, entity)
        entity.division_id = division_id or entity.division_id
        self.touch(entity)

    def touch(self, entity: Entity) -> None:
        """Count a change of the object."""
        entity.version += 1
        entity.date_modified = self._organisation.timestamp()

    def remove(self, entity: Entity, *, force: bool = False) -> None:
        """Delete an object that nothing refers to, or with ``force`` any object.

        Raises:
            Refusal: 400.
        """
        kind = self.kind
        if kind.before_delete is not None:
            kind.before_delete(self._organisation, entity)
        if not force:
            self._organisation.references.refuse_in_use(kind.noun, entity.id, kind.in_use)
        del self._by_id[entity.id]

    @property
    def default_division(self) -> str:
        """Where an object belongs whose body names no division."""
        home = self._organisation.access.home.id
        return home if self.kind.division == "home" else self.kind.division

    def uses(self) -> Iterable[Use]:
        """What the objects refer to, their divisions included."""
        by, readers = self.kind.noun, self.kind.readers
        for entity in self:
            yield Use(by, entity.name, DIVISION, entity.division_id)
            for _, reader, reference in references_in(entity.definition, readers):
                yield Use(by, entity.name, reader.noun, reference["id"])
            for noun, object_id in self.kind.used(entity) if self.kind.used else ():
                yield Use(by, entity.name, noun, object_id)

    def snapshot(self) -> list[dict[str, Any]]:
        """Every object, as JSON."""
        return [asdict(entity) for entity in self]

    def restore(self, data: list[Mapping[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self._by_id.clear()
        self._by_id.update((item["id"], Entity(**copy.deepcopy(dict(item)))) for item in data)

    def _completed(self, definition: Mapping[str, Any], entity: Entity | None) -> Definition:
        """The definition with everything that the platform adds, once all checks are passed."""
        complete = {**copy.deepcopy(dict(self.kind.defaults)), **definition}
        self._check_name(complete["name"], entity)
        self._organisation.references.check(complete, self.kind.readers)
        if self.kind.check is not None:
            self.kind.check(self._organisation, complete, entity)
        return complete

    def _check_name(self, name: str, but: Entity | None) -> None:
        if not name.strip():
            raise bad_field("invalid.value", "name", "must not be blank")
        if len(name) > self.kind.name_length:
            message = f"is longer than {self.kind.name_length} characters"
            raise bad_field("name.length.exceeded", "name", message)
        if self.kind.unique is not None and not self.kind.unique(self._organisation):
            return
        for other in self:
            if other is not but and other.name.casefold() == name.casefold():
                message = f"another {self.kind.noun} is called {name}"
                raise bad_field("duplicate.name", "name", message)
