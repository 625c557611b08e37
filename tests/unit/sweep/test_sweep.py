# SPDX-License-Identifier: Apache-2.0
"""Stale scores are made 0 where they lie, and nothing else is changed."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from integration.configuration import SettingsError
from integration.reports import ExitCode
from simulator.switches import Switches

UPDATE = "post_outbound_contactlist_contacts_bulk_update"
POLL = "get_outbound_contactlist_contacts_bulk_job"
JOBS = "get_outbound_contactlist_contacts_bulk_jobs"
DOWNLOAD = "get_download"
LEADS = [f"L-{number}" for number in range(5)]


def test_a_dry_run(one_list):
    """Without being told to mark, the sweep counts the stale leads and changes nothing."""
    one_list.cohort(LEADS)
    one_list.lead("fresh", 85)
    found = one_list.sweep(mark=False, sweep_verified=False)
    assert (found.found, found.marked, found.calls) == (5, 0, 1)
    assert found.exit_code == ExitCode.FINE
    assert one_list.made(UPDATE) == 0
    assert one_list.score("L-0") == "90"


def test_the_stale_cohort(one_list):
    """Scores that are too old become 0, by one job; fresh ones and blank ones stay."""
    one_list.cohort(LEADS)
    one_list.lead("fresh", 85)
    one_list.lead("none")
    before = one_list.data("L-0")
    found = one_list.sweep()
    assert (found.found, found.marked, found.exit_code) == (5, 5, ExitCode.FINE)
    assert [one_list.score(lead) for lead in LEADS] == ["0"] * 5
    assert one_list.data("L-0") == before | {"ml_score": "0"}
    assert (one_list.score("fresh"), one_list.score("none")) == ("85", "")
    assert one_list.made(UPDATE) == 1
    assert one_list.sweep().found == 0  # a second time there is nothing left


def test_a_border(one_list):
    """The maximum age of the policy decides, to the minute."""
    one_list.lead("A", 90, age=timedelta(minutes=91))
    one_list.lead("B", 90, age=timedelta(minutes=89))
    assert one_list.sweep(max_age_minutes=90).marked == 1
    assert (one_list.score("A"), one_list.score("B")) == ("0", "90")


def test_the_order_after_it(one_list):
    """The guide's starvation: 90 of yesterday before 85 of today; after a sweep it is behind."""
    one_list.cohort(["old"], 90)
    one_list.lead("new", 85)
    one_list.sweep()
    assert one_list.explain("new", client_id="operator").place.better == 0


def test_both_lists(two_lists):
    """Where each tier has a list of its own, both are swept."""
    two_lists.cohort(LEADS, tier="senior")
    found = two_lists.sweep()
    assert (found.found, found.marked) == (10, 10)
    assert {two_lists.score("L-0", tier) for tier in ("senior", "general")} == {"0"}
    assert two_lists.data("L-0", "senior")["route_tier"] == "senior"
    assert len(found.backups) == 2


def test_the_backup_is_kept(one_list):
    """The platform's backup lies beside the outbox, for the user alone: who was marked, and how."""
    one_list.cohort(LEADS, 77)
    (kept,) = one_list.sweep().backups
    file = Path(kept)
    assert file.parent == one_list.folder / "sweeps"
    assert file.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert [(row["inin-outbound-id"], row["ml_score"]) for row in rows] == [
        (lead, "77") for lead in LEADS
    ]


def test_nobody_becomes_callable_again(one_list):
    """A called lead stays called: the job touches one column alone."""
    one_list.cohort(["A"])
    record = {"phone": {"lastAttempt": "2026-11-24T08:00:00.000Z", "lastResult": "X"}}
    one_list.alter("A", callRecords=record, queued=False)
    one_list.sweep()
    contact = one_list.control.contact(one_list.lists[""], "A")
    assert not contact["queue"]["queued"]
    assert contact["callRecords"] == record


def test_unverified_organisations(one_list):
    """In a live organisation nothing is marked before somebody has verified what a job does."""
    one_list.cohort(LEADS)
    with pytest.raises(SettingsError, match="sweep_verified"):
        one_list.sweep(sweep_verified=False)
    assert one_list.made(UPDATE) == 0
    assert one_list.settings.model_copy(update={"sweep_verified": True}).may_sweep
    local = {"sweep_verified": False, "gateway": "http://127.0.0.1:8089"}
    assert one_list.settings.model_copy(update=local).may_sweep


def test_other_stores(one_list):
    """A data table has no bulk jobs: a usage error says so."""
    with pytest.raises(SettingsError, match="sweep looks at contact lists, not at a data_table"):
        one_list.sweep(store="data_table")


def test_what_the_setting_is_about(one_list):
    """Where jobs queue contacts again, a sweep has people called twice: hence the setting."""
    one_list.organisation.switches = Switches(bulk_update_requeues=True)
    one_list.cohort(["A"])
    one_list.alter("A", queued=False)
    one_list.sweep()
    assert one_list.control.contact(one_list.lists[""], "A")["queue"]["queued"]
