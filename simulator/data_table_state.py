# SPDX-License-Identifier: Apache-2.0
"""Architect data tables as the platform keeps them: their names, their schemas, their rows.

Source: platform reference, section 9 (limits and codes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.errors import bad_field, bad_request, conflict, not_found
from simulator.references import DIVISION, Use

if TYPE_CHECKING:
    from simulator.organisation import Organisation

ROOT = "/api/v2/flows/datatables"
MOST_TABLES = 200
MOST_ROWS = 5_000
"""Tables, and rows of each. Source: Genesys help, work-with-data-tables."""


@dataclass(slots=True)
class DataTable:
    """One table.

    Args:
        id: its id.
        name: unique in the organisation, in any case of letters.
        division_id: the division that decides who may use it.
        schema: what :func:`simulator.data_table_schema.read_schema` makes of the document.
        date_created: when it was made.
        date_modified: when its definition was changed last.
        description: free text.
        rows: whole rows by their key.
    """

    id: str
    name: str
    division_id: str
    schema: dict[str, Any]
    date_created: str
    date_modified: str
    description: str = ""
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """The path of the table in the API."""
        return f"{ROOT}/{self.id}"


class DataTables:
    """Every data table of one organisation.

    Args:
        organisation: gives ids, time and divisions.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._by_id: dict[str, DataTable] = {}
        self.most_tables = MOST_TABLES
        self.most_rows = MOST_ROWS
        organisation.references.ask(self._uses)

    def __iter__(self) -> Iterator[DataTable]:
        return iter(self._by_id.values())

    def get(self, table_id: str) -> DataTable:
        """The table.

        Raises:
            Refusal: 404 ``not.found``.
        """
        table = self._by_id.get(table_id)
        if table is None:
            raise not_found(f"Data table {table_id}")
        return table

    def add(
        self, name: str, division_id: str, schema: dict[str, Any], description: str
    ) -> DataTable:
        """A new table, empty.

        Raises:
            Refusal: 409, the name is taken; 400, there are too many tables.
        """
        if len(self._by_id) >= self.most_tables:
            raise bad_request(
                "flows.datatables.too.many.schemas",
                "There are {maximum} data tables, no more are allowed.",
                maximum=str(self.most_tables),
            )
        self.check_name(name)
        now = self._organisation.timestamp()
        table = DataTable(
            self._organisation.ids.new(), name, division_id, schema, now, now, description
        )
        self._by_id[table.id] = table
        return table

    def check_name(self, name: str, but: DataTable | None = None) -> None:
        """Refuse a blank name, and one that another table than ``but`` has.

        Raises:
            Refusal: 400 ``invalid.value``, 409 ``flows.datatables.not.unique``.
        """
        if not name.strip():
            raise bad_field("invalid.value", "name", "must not be blank")
        if any(
            table is not but and table.name.casefold() == name.casefold()
            for table in self._by_id.values()
        ):
            raise conflict(
                "flows.datatables.not.unique", "A data table is called {name} already.", name=name
            )

    def remove(self, table: DataTable) -> None:
        """Delete a table with all of its rows."""
        del self._by_id[table.id]

    def snapshot(self) -> list[dict[str, Any]]:
        """Every table with its rows, as JSON."""
        return [
            {name: getattr(table, name) for name in DataTable.__slots__} | {"rows": {**table.rows}}
            for table in self._by_id.values()
        ]

    def restore(self, data: list[Mapping[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self._by_id = {item["id"]: DataTable(**{**item, "rows": {**item["rows"]}}) for item in data}

    def _uses(self) -> Iterator[Use]:
        return (Use("data table", table.name, DIVISION, table.division_id) for table in self)
