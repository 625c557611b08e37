# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with a sweep is told, and nothing is done twice."""

from __future__ import annotations

import pytest

from integration.reports import ExitCode
from simulator.bulk_jobs import BulkJob
from tests.unit.sweep.test_sweep import DOWNLOAD, JOBS, LEADS, POLL, UPDATE


def test_an_answer_that_is_lost(one_list):
    """A job whose answer was lost is found again, and not started twice."""
    one_list.cohort(LEADS)
    one_list.fail(UPDATE, "timeout", after_commit=True)
    found = one_list.sweep()
    assert (found.marked, found.exit_code) == (5, ExitCode.FINE)
    assert one_list.made(UPDATE) == 1


def test_a_job_that_was_not_started(one_list):
    """Where no new job is to be seen, none was: it is told, and nothing is marked."""
    one_list.cohort(LEADS)
    one_list.sweep()  # an older job, that is not taken for the new one
    one_list.cohort(["M"])
    one_list.fail(UPDATE, "timeout")
    found = one_list.sweep()
    assert (found.marked, found.exit_code) == (0, ExitCode.ROWS_LEFT)
    assert found.stopped is not None
    assert one_list.score("M") == "90"


def test_a_refusal(one_list):
    """A missing permission ends the sweep with the platform's words."""
    one_list.cohort(LEADS)
    pusher = one_list.organisation.clients.by_id["pusher"]
    one_list.organisation.grant(pusher, ["outbound:contact:view", "outbound:contactList:view"])
    found = one_list.sweep()
    assert found.exit_code == ExitCode.REFUSED
    assert "outbound:contact:edit" in str(found.stopped)


def test_a_job_that_is_lost_sight_of(one_list):
    """Without an answer on how it stands, the job may go on: that is said."""
    one_list.cohort(LEADS)
    one_list.slow(100, 1)
    one_list.fail(POLL)
    found = one_list.sweep()
    assert found.exit_code == ExitCode.ROWS_LEFT
    assert "goes on" in found.problems[0]
    assert found.stopped is not None


def test_a_backup_that_cannot_be_had(one_list):
    """The scores are marked all the same; that the backup is missing is told, and no part kept."""
    one_list.cohort(LEADS)
    one_list.fail(DOWNLOAD)
    found = one_list.sweep()
    assert (found.marked, found.backups) == (5, ())
    assert found.exit_code == ExitCode.ROWS_LEFT
    assert "was not kept" in found.problems[0]
    assert list((one_list.folder / "sweeps").iterdir()) == []


def _answers(monkeypatch, **changes):
    """The platform says something else of its jobs."""
    said = BulkJob.body

    def body(self, origin):
        told = said(self, origin)
        if told["state"] == "Complete":
            told |= changes
        return {name: value for name, value in told.items() if value is not None}

    monkeypatch.setattr(BulkJob, "body", body)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ({"message": "the list was deleted"}, "the list was deleted"),
        (None, "no reason given"),
    ],
)
def test_a_job_that_fails(one_list, monkeypatch, failure, words):
    """What it had done by then counts, and the platform's reason is told."""
    one_list.cohort(LEADS)
    _answers(monkeypatch, state="Failed", completedRecords=2, failureReason=failure)
    found = one_list.sweep()
    assert (found.marked, found.exit_code) == (2, ExitCode.ROWS_LEFT)
    assert "2 of 5 contacts" in found.problems[0]
    assert words in found.problems[0]


def test_no_backup_at_all(one_list, monkeypatch):
    """That the platform made none is told."""
    one_list.cohort(LEADS)
    _answers(monkeypatch, downloadURI=None)
    assert "no backup" in one_list.sweep().problems[0]


def test_the_delivery_afterwards_fails(one_list):
    """Scores that cannot be delivered again wait in the outbox, and the exit code says so."""
    one_list.cohort(LEADS)
    one_list.slow(10, 1)
    write = "post_outbound_contactlist_contacts"
    one_list.fail(write, from_seconds=9)
    found, _ = one_list.sweep_while({"L-4": 60}, wait=2)
    assert (found.delivered_again, found.left) == (0, 1)
    assert found.exit_code == ExitCode.ROWS_LEFT


def test_few_calls(one_list):
    """Count, jobs so far, the job, two looks at it, the backup's address: whatever the size."""
    one_list.cohort(LEADS)
    found = one_list.sweep()
    assert found.calls == 6
    assert one_list.made(JOBS) == 1
