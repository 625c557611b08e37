# SPDX-License-Identifier: Apache-2.0
"""Bulk jobs: one patch for many contacts, or their deletion, done in the background.

A job knows its contacts when it starts and works through them while time passes: what a poll
shows as completed is done, the rest is not. So a score that is written while a job runs may be
overwritten by it, as on the real platform nobody promises otherwise. There is no task behind
it: whoever next asks for the list finds done what should be done by then.

Source: ContactBulkEditRequest, ContactsBulkOperationJob of the official SDK 269.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.contact_body import ContactBody, read_contact
from simulator.contact_list_state import ROOT, ContactListState
from simulator.contact_search import criteria_of, select
from simulator.errors import bad_field, not_found
from simulator.fields import Anything, Flag, ListOf, Text, read_object
from simulator.http import Call, Operation

if TYPE_CHECKING:
    from simulator.organisation import Organisation

START_SECONDS = 1.0
CONTACTS_PER_SECOND = 1_000.0
"""How fast a job is in simulated time; the real speed is not documented."""

EDIT = "outbound:contact:edit"
DELETE = "outbound:contact:delete"
VIEW_LIST = "outbound:contactList:view"

_CHOICE = {
    "contactListFilterId": Text(minimum=1),
    "criteria": Anything(),
    "generateDownloadURI": Flag(),
}
_EDIT = {**_CHOICE, "contactIds": ListOf(Text()), "contact": Anything(required=True)}


class BulkJob:
    """One job on one list.

    Args:
        organisation: gives the switches.
        state: the list.
        job_id: its id.
        contact_ids: what it works through, in order.
        patch: what is written to each contact; None deletes them.
        started: on the organisation's monotonic clock.
        seconds: simulated seconds before the first contact is done.
        rate: contacts done per simulated second after that.
        download: the path of the backup; empty for none.
    """

    def __init__(
        self,
        organisation: Organisation,
        state: ContactListState,
        job_id: str,
        contact_ids: list[str],
        *,
        patch: ContactBody | None,
        started: float,
        seconds: float,
        rate: float,
        download: str,
    ) -> None:
        self._organisation = organisation
        self._state = state
        self.id = job_id
        self.contact_ids = contact_ids
        self.total = len(contact_ids)
        self.patch = patch
        self.started = started
        self.seconds = seconds
        self.rate = rate
        self.download = download
        self.completed = 0
        self.over = False

    @property
    def list_id(self) -> str:
        """The list that it works on."""
        return self._state.id

    def advance(self, monotonic: float) -> bool:
        """Do what is due by then; whether all is done."""
        worked = monotonic - self.started - self.seconds
        due = min(int(max(worked, 0.0) * self.rate), self.total)
        if due > self.completed:
            self._work(self.contact_ids[self.completed : due])
            self.completed = due
        self.over = worked >= 0 and due == self.total
        if self.over:
            self.contact_ids = []  # what is over is remembered, but not all it was about
        return self.over

    def _work(self, contact_ids: list[str]) -> None:
        state = self._state
        if self.patch is None:
            state.remove(contact_ids)
            return
        requeues = self._organisation.switches.bulk_update_requeues
        for contact_id in contact_ids:
            contact = state.contacts.get(contact_id)
            if contact is None:  # deleted since the job began
                continue
            contact.data = {**contact.data, **self.patch.data}
            contact.set_system_data(self.patch.system)
            if self.patch.priority is not None or requeues:
                state.requeue(contact, priority=bool(self.patch.priority))
        state.changed(contact_ids)

    def body(self, origin: str) -> dict[str, Any]:
        """The official ContactsBulkOperationJob; ``origin`` goes before the backup's path."""
        body: dict[str, Any] = {
            "id": self.id,
            "state": "Complete" if self.over else "InProgress",
            "type": "BulkDelete" if self.patch is None else "BulkEdit",
            "totalRecords": self.total,
            "completedRecords": self.completed,
            "percentComplete": 100 if self.over else 100 * self.completed // max(self.total, 1),
            "selfUri": f"{self._state.uri}/contacts/bulk/jobs/{self.id}",
        }
        if self.over and self.download:
            body["downloadURI"] = origin + self.download
        return body

    def snapshot(self, monotonic: float) -> dict[str, Any]:
        """Everything, as JSON; times are relative to now."""
        patch = self.patch
        return {
            "id": self.id,
            "list": self.list_id,
            "contacts": self.contact_ids,
            "total": self.total,
            "over": self.over,
            "patch": patch and {"data": patch.data, "system": dict(patch.system)},
            "age": monotonic - self.started,
            "seconds": self.seconds,
            "rate": self.rate,
            "download": self.download,
            "completed": self.completed,
        }


class BulkJobs:
    """The bulk jobs of one organisation.

    Args:
        organisation: gives ids, time and the lists.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._by_id: dict[str, BulkJob] = {}
        self.start_seconds = START_SECONDS
        self.contacts_per_second = CONTACTS_PER_SECOND

    def start(
        self,
        state: ContactListState,
        contact_ids: list[str],
        patch: ContactBody | None,
        *,
        backup: bool,
    ) -> BulkJob:
        """Begin a job; it works whenever the list is looked at from now on."""
        organisation = self._organisation
        download = ""
        if backup:
            contacts = (state.contacts[contact_id] for contact_id in contact_ids)
            download = organisation.contact_exports.make(state, contacts, backup=True).uri
        job = BulkJob(
            organisation,
            state,
            organisation.ids.new(),
            contact_ids,
            patch=patch,
            started=organisation.clock.monotonic(),
            seconds=self.start_seconds,
            rate=self.contacts_per_second,
            download=download,
        )
        self._by_id[job.id] = job
        state.pending.append(job)
        return job

    def of(self, list_id: str) -> list[BulkJob]:
        """The jobs on one list, the oldest first."""
        return [job for job in self._by_id.values() if job.list_id == list_id]

    def snapshot(self) -> list[dict[str, Any]]:
        """Every job, as JSON."""
        now = self._organisation.clock.monotonic()
        return [job.snapshot(now) for job in self._by_id.values()]

    def restore(self, data: list[Mapping[str, Any]]) -> None:
        """Take the place of what is here; the lists have to be restored before."""
        organisation = self._organisation
        now = organisation.clock.monotonic()
        lists = {state.id: state for state in organisation.contact_lists}
        self._by_id = {}
        for item in data:
            if item["list"] not in lists:  # the list was deleted, its jobs can no longer be seen
                continue
            patch = item["patch"]
            job = BulkJob(
                organisation,
                lists[item["list"]],
                item["id"],
                list(item["contacts"]),
                patch=patch and ContactBody("", patch["data"], patch["system"]),
                started=now - item["age"],
                seconds=item["seconds"],
                rate=item["rate"],
                download=item["download"],
            )
            job.total, job.completed, job.over = item["total"], item["completed"], item["over"]
            self._by_id[job.id] = job
            if not job.over:
                lists[job.list_id].pending.append(job)


def update(call: Call) -> dict[str, Any]:
    """Start to write one patch to every contact chosen."""
    state = _list_of(call, EDIT)
    sent = read_object(call.body, _EDIT)
    if ("contactIds" in sent) + ("criteria" in sent) + ("contactListFilterId" in sent) != 1:
        raise bad_field(
            "bad.request",
            "body",
            "exactly one of contactListFilterId, criteria and contactIds is needed",
        )
    decimals = call.organisation.switches.decimals_in_numeric
    checks = state.checks(decimals=decimals)
    patch = read_contact(sent["contact"], state, checks, "contact", patch=True)
    if "contactIds" in sent:
        chosen = [each for each in dict.fromkeys(sent["contactIds"]) if each in state.contacts]
    else:
        chosen = _chosen(call, state, sent)
    return _started(call, state, chosen, patch, sent)


def remove(call: Call) -> dict[str, Any]:
    """Start to delete every contact chosen; a choice without conditions is refused."""
    state = _list_of(call, DELETE)
    sent = read_object(call.body, _CHOICE)
    if ("criteria" in sent) + ("contactListFilterId" in sent) != 1:
        raise bad_field(
            "bad.request", "body", "exactly one of contactListFilterId and criteria is needed"
        )
    return _started(call, state, _chosen(call, state, sent), None, sent)


def read(call: Call) -> dict[str, Any]:
    """How far one job is."""
    state = _list_of(call, VIEW_LIST)
    for job in call.organisation.bulk_jobs.of(state.id):
        if job.id == call.path["jobId"]:
            return job.body(call.origin)
    raise not_found(f"Bulk job {call.path['jobId']}", "resource.not.found")


def list_all(call: Call) -> dict[str, Any]:
    """Every job on the list."""
    state = _list_of(call, VIEW_LIST)
    entities = [job.body(call.origin) for job in call.organisation.bulk_jobs.of(state.id)]
    return {
        "total": len(entities),
        "entities": entities,
        "selfUri": f"{state.uri}/contacts/bulk/jobs",
    }


def _chosen(call: Call, state: ContactListState, sent: Mapping[str, Any]) -> list[str]:
    criteria = criteria_of(call, state, sent)
    if not any(clause["predicates"] for clause in criteria["clauses"]):
        raise bad_field("invalid.value", "criteria.clauses", "at least one condition is needed")
    return [contact.id for contact in select(call, state, criteria)]


def _started(
    call: Call,
    state: ContactListState,
    chosen: list[str],
    patch: ContactBody | None,
    sent: Mapping[str, Any],
) -> dict[str, Any]:
    backup = sent.get("generateDownloadURI", True)
    job = call.organisation.bulk_jobs.start(state, chosen, patch, backup=backup)
    return job.body(call.origin)


def _list_of(call: Call, permission: str) -> ContactListState:
    state = call.organisation.contact_lists.get(call.path["contactListId"])
    call.require(permission, state.division_id)
    return state


_BULK = ROOT + "/{contactListId}/contacts/bulk"
_MODEL = "ContactsBulkOperationJob"

OPERATIONS = (
    Operation(
        "POST",
        _BULK + "/update",
        "post_outbound_contactlist_contacts_bulk_update",
        update,
        permissions=(EDIT,),
        model=_MODEL,
    ),
    Operation(
        "POST",
        _BULK + "/remove",
        "post_outbound_contactlist_contacts_bulk_remove",
        remove,
        permissions=(DELETE,),
        model=_MODEL,
    ),
    Operation(
        "GET",
        _BULK + "/jobs",
        "get_outbound_contactlist_contacts_bulk_jobs",
        list_all,
        permissions=(VIEW_LIST,),
        model="ContactsBulkOperationJobListing",
    ),
    Operation(
        "GET",
        _BULK + "/jobs/{jobId}",
        "get_outbound_contactlist_contacts_bulk_job",
        read,
        permissions=(VIEW_LIST,),
        model=_MODEL,
    ),
)
