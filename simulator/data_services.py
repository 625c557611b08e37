# SPDX-License-Identifier: Apache-2.0
"""The guide's data services: all of them, and the calls on the services themselves.

None of this exists on the real platform (see ``docs/differences.md``). The paths, codes and
permissions are this simulator's own; the rate limit and its window are the platform's.

Source: seed guide; platform reference, section 9 (there is no such endpoint).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.data_entity import DataEntity
from simulator.errors import bad_field, bad_request, conflict, not_found
from simulator.fields import Reference, Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.listing import named, ordered
from simulator.references import DIVISION, Use

if TYPE_CHECKING:
    from simulator.organisation import Organisation

ROOT = "/api/v2/data/services"
ONE = ROOT + "/{serviceId}"
NAME_LENGTH = 64
MOST_SERVICES = 100

VIEW = "data:service:view"
ADD = "data:service:add"
DELETE = "data:service:delete"

_FIELDS = {
    "name": Text(required=True, maximum=NAME_LENGTH),
    "description": Text(),
    "division": Reference(),
}


@dataclass(slots=True)
class DataService:
    """One data service with its entities by name."""

    id: str
    name: str
    division_id: str
    date_created: str
    date_modified: str
    description: str = ""
    entities: dict[str, DataEntity] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """The path of the service in the API."""
        return f"{ROOT}/{self.id}"


class DataServices:
    """Every data service of one organisation.

    Args:
        organisation: gives ids, time, divisions and contact lists.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._by_id: dict[str, DataService] = {}
        organisation.references.ask(self._uses)

    def __iter__(self) -> Iterator[DataService]:
        return iter(self._by_id.values())

    def get(self, service_id: str) -> DataService:
        """The service of that id, or of that name: the guide knows it by its name.

        Raises:
            Refusal: 404 ``data.service.not.found``.
        """
        service = self._by_id.get(service_id)
        if service is None:
            service = next((one for one in self if one.name == service_id), None)
        if service is None:
            raise not_found(f"Data service {service_id}", "data.service.not.found")
        return service

    def add(self, name: str, division_id: str, description: str) -> DataService:
        """A new service, without entities.

        Raises:
            Refusal: 400 or 409; the name is no name or taken, or there are too many services.
        """
        if len(self._by_id) >= MOST_SERVICES:
            raise bad_request(
                "max.entity.count.reached",
                "There are {maximum} data services, no more are allowed.",
                maximum=str(MOST_SERVICES),
            )
        if not name.strip() or "/" in name:
            raise bad_field("invalid.value", "name", "must not be blank or contain a slash")
        if any(other.name.casefold() == name.casefold() for other in self):
            raise conflict(
                "data.service.exists", "A data service is called {name} already.", name=name
            )
        now = self._organisation.timestamp()
        service = DataService(
            self._organisation.ids.new(), name, division_id, now, now, description
        )
        self._by_id[service.id] = service
        return service

    def remove(self, service: DataService) -> None:
        """Delete a service with its entities and records; contacts keep what they were given."""
        del self._by_id[service.id]

    def snapshot(self) -> list[dict[str, Any]]:
        """Every service with its entities, as JSON."""
        return [
            {
                **{name: getattr(service, name) for name in DataService.__slots__},
                "entities": [entity.snapshot() for entity in service.entities.values()],
            }
            for service in self
        ]

    def restore(self, data: list[Mapping[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self._by_id = {}
        for item in data:
            entities = [DataEntity.restored(one) for one in item["entities"]]
            by_name = {entity.definition.name: entity for entity in entities}
            self._by_id[item["id"]] = DataService(**{**item, "entities": by_name})

    def _uses(self) -> Iterator[Use]:
        return (Use("data service", one.name, DIVISION, one.division_id) for one in self)


def service_of(call: Call, permission: str) -> DataService:
    """The service of the call's path, if the client may do this to it.

    Raises:
        Refusal: 404 or 403.
    """
    service = call.organisation.data_services.get(call.path["serviceId"])
    call.require(permission, service.division_id)
    return service


def entity_of(call: Call, permission: str) -> DataEntity:
    """The entity of the call's path, if the client may do this to it.

    Raises:
        Refusal: 404 or 403.
    """
    service = service_of(call, permission)
    entity = service.entities.get(call.path["entityName"])
    if entity is None:
        what = f"Entity {call.path['entityName']} of data service {service.name}"
        raise not_found(what, "data.entity.not.found")
    return entity


def entity_uri(call: Call, name: str) -> str:
    """The path of an entity of the call's service."""
    service = call.organisation.data_services.get(call.path["serviceId"])
    return f"{service.uri}/entities/{name}"


def list_services(call: Call) -> dict[str, Any]:
    """The services in those divisions where the client may view services."""
    found = [
        service
        for service in call.organisation.data_services
        if call.grants(VIEW, service.division_id) and named(call, service.name)
    ]
    page = call.page()
    shown = [_service_body(service) for service in page.cut(ordered(call, found))]
    return page.of(shown, len(found), ROOT)


def create_service(call: Call) -> dict[str, Any]:
    """Make a service."""
    sent = read_object(call.body, _FIELDS)
    access = call.organisation.access
    division_id = sent.get("division", access.home.id)
    if division_id not in access.divisions:
        raise bad_field("invalid.value", "division.id", f"there is no division {division_id}")
    call.require(ADD, division_id)
    return _service_body(
        call.organisation.data_services.add(sent["name"], division_id, sent.get("description", ""))
    )


def read_service(call: Call) -> dict[str, Any]:
    """One service."""
    return _service_body(service_of(call, VIEW))


def delete_service(call: Call) -> Answer:
    """Delete a service with all that is in it."""
    call.organisation.data_services.remove(service_of(call, DELETE))
    return Answer(status=204)


def _service_body(service: DataService) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": service.name,
        "description": service.description,
        "division": {"id": service.division_id},
        "dateCreated": service.date_created,
        "dateModified": service.date_modified,
        "selfUri": service.uri,
    }


OPERATIONS = (
    Operation("GET", ROOT, "get_data_services", list_services, (VIEW,), official=False),
    Operation("POST", ROOT, "post_data_services", create_service, (ADD,), official=False),
    Operation("GET", ONE, "get_data_service", read_service, (VIEW,), official=False),
    Operation("DELETE", ONE, "delete_data_service", delete_service, (DELETE,), official=False),
)
