# SPDX-License-Identifier: Apache-2.0
"""Exports: the contacts of a list as they were at one moment, as a CSV file to download.

A user asks for an export and polls for its address; a bulk job makes one as the backup of what
it is about to change. The way in by file (uploads, imports) is not simulated.

Source: ExportUri, ContactsExportRequest of the official SDK 269; platform reference, section 4.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.contact import Contact
from simulator.contact_list_state import ROOT, ContactListState
from simulator.contact_search import criteria_of, select
from simulator.errors import not_found, not_simulated
from simulator.fields import Anything, ListOf, Text, read_object
from simulator.http import Answer, Call, Operation

if TYPE_CHECKING:
    from simulator.organisation import Organisation

DOWNLOADS = "/api/v2/downloads"
SECONDS = 2.0
"""How long an export takes in simulated seconds; the real time is not documented."""

KEPT = 100
"""Exports kept per organisation; beyond that the oldest is forgotten, to bound memory."""

VIEW_CONTACTS = "outbound:contact:view"
VIEW_LIST = "outbound:contactList:view"
UPLOAD = "outbound:contactList:upload"


@dataclass(slots=True)
class Export:
    """Contacts as they were when the export was asked for.

    Args:
        id: the id of the download.
        list_id: the contact list.
        columns: its columns, in order.
        phone_columns: those of them that are dialled.
        rows: per contact its id, data, whether it is callable, and its call records.
        asked_at: when, as the platform writes it.
        ready_at: when it can be fetched, on the organisation's monotonic clock.
        backup: made by a job, so it is not what a GET of the list's export shows.
    """

    id: str
    list_id: str
    columns: list[str]
    phone_columns: list[str]
    rows: list[tuple[str, Mapping[str, str], bool, Mapping[str, Any]]]
    asked_at: str
    ready_at: float
    backup: bool

    @property
    def uri(self) -> str:
        """Where the file is, as a path."""
        return f"{DOWNLOADS}/{self.id}"

    def csv(self) -> str:
        """The file: id, the list's columns, then what the dialer recorded."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        records = [
            f"CallRecord{what}-{column}"
            for column in self.phone_columns
            for what in ("LastAttempt", "LastResult")
        ]
        writer.writerow(["inin-outbound-id", *self.columns, "ContactCallable", *records])
        for contact_id, data, callable_, call_records in self.rows:
            recorded = [
                call_records.get(column, {}).get(field, "")
                for column in self.phone_columns
                for field in ("lastAttempt", "lastResult")
            ]
            cells = [data.get(column, "") for column in self.columns]
            writer.writerow([contact_id, *cells, 1 if callable_ else 0, *recorded])
        return text.getvalue()


class ContactExports:
    """The exports of one organisation.

    Args:
        organisation: gives ids and time.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._by_id: dict[str, Export] = {}
        self.seconds = SECONDS

    def make(
        self, state: ContactListState, contacts: Iterable[Contact], *, backup: bool = False
    ) -> Export:
        """An export of ``contacts`` as they are now; a backup can be fetched at once."""
        organisation = self._organisation
        export = Export(
            organisation.ids.new(),
            state.id,
            list(state.columns),
            [column["columnName"] for column in state.definition["phoneColumns"]],
            [(each.id, each.data, each.callable, each.call_records) for each in contacts],
            organisation.timestamp(),
            organisation.clock.monotonic() + (0 if backup else self.seconds),
            backup,
        )
        while len(self._by_id) >= KEPT:
            del self._by_id[next(iter(self._by_id))]
        self._by_id[export.id] = export
        return export

    def latest(self, list_id: str) -> Export | None:
        """The newest export of the list that a user asked for, if it is ready."""
        now = self._organisation.clock.monotonic()
        for export in reversed(self._by_id.values()):
            if export.list_id == list_id and not export.backup and export.ready_at <= now:
                return export
        return None

    def get(self, export_id: str) -> Export:
        """The export behind a download address.

        Raises:
            Refusal: 404 ``not.found``; unknown, forgotten, or not ready.
        """
        export = self._by_id.get(export_id)
        if export is None or export.ready_at > self._organisation.clock.monotonic():
            raise not_found(f"Download {export_id}")
        return export

    def snapshot(self) -> list[dict[str, Any]]:
        """Every export, as JSON."""
        return [
            {name: getattr(export, name) for name in Export.__slots__}
            for export in self._by_id.values()
        ]

    def restore(self, data: list[Mapping[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self._by_id = {
            item["id"]: Export(**{**item, "rows": [tuple(row) for row in item["rows"]]})
            for item in data
        }


_CHOICE = {
    "contactListFilterId": Text(),
    "criteria": Anything(),
    "contactIds": ListOf(Text()),
}


def start(call: Call) -> dict[str, Any]:
    """Ask for an export of the list, or of those contacts that the body chooses."""
    state = _list_of(call)
    sent = read_object({} if call.body is None else call.body, _CHOICE)
    if "contactIds" in sent:
        found = [state.contacts[each] for each in sent["contactIds"] if each in state.contacts]
    else:
        found = list(select(call, state, criteria_of(call, state, sent)))
    call.organisation.contact_exports.make(state, found)
    return {"id": state.id, "name": state.name, "selfUri": state.uri}


def poll(call: Call) -> dict[str, Any]:
    """Where the newest finished export of the list is."""
    state = _list_of(call)
    export = call.organisation.contact_exports.latest(state.id)
    if export is None:
        raise not_found(f"An export of contact list {state.id}", "no.available.list.export.uri")
    return {"uri": call.origin + export.uri, "exportTimestamp": export.asked_at}


def download(call: Call) -> Answer:
    """The file itself, or where it is, to a client that may see the list's contacts.

    Source: ``issueRedirect`` of the official SDK's DownloadsApi; false asks for the address.
    """
    export = call.organisation.contact_exports.get(call.path["downloadId"])
    state = call.organisation.contact_lists.get(export.list_id)
    call.require(VIEW_CONTACTS, state.division_id)
    if not call.flag("issueRedirect", default=True):
        return Answer({"url": f"{call.origin}{export.uri}/file"})
    return _file(export)


def signed_download(call: Call) -> Answer:
    """The file, to whoever knows its address: as signed addresses do, it needs no token."""
    return _file(call.organisation.contact_exports.get(call.path["downloadId"]))


def _file(export: Export) -> Answer:
    return Answer(export.csv().encode(), headers={"Content-Type": "text/csv; charset=utf-8"})


def import_status(call: Call) -> dict[str, Any]:
    """The state of the list's import: there never is one, hence no ``state``."""
    state = call.organisation.contact_lists.get(call.path["contactListId"])
    call.require(VIEW_LIST, state.division_id)
    return {"totalRecords": 0, "completedRecords": 0, "percentComplete": 0}


def upload(call: Call) -> Answer:
    """Refuse an import by file; contacts come in through the bulk POST."""
    raise not_simulated(call.operation.method, call.operation.path, "imports of files")


def _list_of(call: Call) -> ContactListState:
    state = call.organisation.contact_lists.get(call.path["contactListId"])
    call.require(VIEW_CONTACTS, state.division_id)
    call.require(VIEW_LIST, state.division_id)
    return state


_EXPORT = ROOT + "/{contactListId}/export"

OPERATIONS = (
    Operation(
        "POST",
        _EXPORT,
        "post_outbound_contactlist_export",
        start,
        permissions=(VIEW_CONTACTS, VIEW_LIST),
        model="DomainEntityRef",
    ),
    Operation(
        "GET",
        _EXPORT,
        "get_outbound_contactlist_export",
        poll,
        permissions=(VIEW_CONTACTS, VIEW_LIST),
        model="ExportUri",
    ),
    Operation("GET", DOWNLOADS + "/{downloadId}", "get_download", download),
    Operation(
        "GET",
        DOWNLOADS + "/{downloadId}/file",
        "get_download_file",
        signed_download,
        authenticated=False,
        counted=False,
        official=False,
    ),
    Operation(
        "GET",
        ROOT + "/{contactListId}/importstatus",
        "get_outbound_contactlist_importstatus",
        import_status,
        permissions=(VIEW_LIST,),
        model="ImportStatus",
    ),
    Operation(
        "POST",
        ROOT + "/uploads",
        "post_outbound_contactlists_uploads",
        upload,
        permissions=(UPLOAD,),
        model="UploadUrlResponse",
    ),
)
