# SPDX-License-Identifier: Apache-2.0
"""What a probe finds out is so, and nothing of it is left."""

from __future__ import annotations

import pytest

from infra.access import SCRATCH
from integration.probing.scratch import COLUMNS
from integration.reports import ExitCode
from tests.unit.probe.conftest import strings

SEEN = (
    "keep_absent_columns",
    "keep_absent_callable",
    "atomic_batches",
    "decimals_in_numeric",
    "blank_satisfies_before",
    "filters_ignore_case",
    "border_is_stale",
)


@pytest.mark.parametrize("position", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("switch", SEEN)
def test_each_position_of_each_switch(bench, switch, position):
    """Whatever a switch of the simulator is set to, the probe finds exactly that."""
    bench.control.set_switches(**{switch: position})
    before = bench.organisation.switches.model_dump()
    found = bench.probe()
    assert found.switches == {name: before[name] for name in SEEN}
    assert found.switches[switch] is position
    assert found.exit_code == ExitCode.FINE
    assert bench.names() == ["Leads"]


def test_what_follows(bench):
    """Kept columns unlock the ledger audit, a mark that is not kept refuses every push."""
    assert bench.probe().settings == {"columns_kept": True, "callable_kept": True}
    bench.control.set_switches(keep_absent_columns=False)
    assert bench.probe().settings == {"columns_kept": False, "callable_kept": True}
    bench.control.set_switches(keep_absent_callable=False)
    assert bench.probe().settings == {"columns_kept": False, "callable_kept": False}


def test_a_job_that_changes_more_than_its_column(bench, monkeypatch):
    """Where a bulk update job is no patch, a sweep must not be made."""

    def work(job, contact_ids):
        for one in contact_ids:
            contact = job._state.contacts[one]
            contact.data = {**job._state.columns, **job.patch.data}

    monkeypatch.setattr("simulator.bulk_jobs.BulkJob._work", work)
    found = bench.probe()
    assert found.settings["sweep_verified"] is False
    fact = next(one for one in found.facts if one.switch == "bulk_update_patches")
    assert fact.says == "probe_id, probe_phone, probe_kept, probe_text changed too"
    assert "bulk_update_patches" not in found.switches


def test_nobody_is_dialled(bench):
    """No campaign and no other list is touched, not even looked at; the list is of the division."""
    bench.probe()
    assert bench.made() == {
        "get_tokens_me",
        "get_outbound_contactlists",
        "post_outbound_contactlists",
        "post_outbound_contactlist_contacts",
        "post_outbound_contactlist_contacts_bulk",
        "post_outbound_contactlistfilters_preview",
        "post_outbound_contactlist_contacts_bulk_update",
        "get_outbound_contactlist_contacts_bulk_job",
        "delete_outbound_contactlist",
    }
    paths = [one["path"] for one in bench.control.calls(client_id="operator")["calls"]]
    assert not [path for path in paths if bench.lists[""] in path]
    assert bench.control.contact(bench.lists[""], "A")["data"]["ml_score"] == "90"


def test_it_is_made_in_the_scratch_division(bench, monkeypatch):
    """Without rights in any other division it goes there, and nowhere else."""
    seen = []
    add = type(bench.organisation.contact_lists).add

    def added(lists, definition, division):
        seen.append(division)
        return add(lists, definition, division)

    monkeypatch.setattr("simulator.contact_lists.ContactLists.add", added)
    bench.probe()
    assert seen == [bench.division]


@pytest.mark.parametrize("missing", strings(SCRATCH))
def test_a_right_that_is_missing(bench, missing):
    """Without any one right in the scratch division it stops, and names the right."""
    bench.allow([one for one in strings(SCRATCH) if one != missing])
    found = bench.probe()
    assert found.exit_code == ExitCode.REFUSED
    assert missing in str(found.stopped)


@pytest.mark.parametrize(
    "operation",
    [
        "post_outbound_contactlist_contacts",
        "post_outbound_contactlist_contacts_bulk",
        "post_outbound_contactlistfilters_preview",
        "post_outbound_contactlist_contacts_bulk_update",
        "get_outbound_contactlist_contacts_bulk_job",
    ],
)
def test_a_failure_on_the_way(bench, operation):
    """A probe that cannot go on removes its list all the same, and says what stopped it."""
    bench.fail(operation)
    found = bench.probe()
    assert found.exit_code == ExitCode.ROWS_LEFT
    assert found.stopped is not None
    assert bench.names() == ["Leads"]


def test_a_list_that_cannot_be_removed(bench):
    """It is named, and the next probe removes it first."""
    bench.fail("delete_outbound_contactlist")
    found = bench.probe()
    assert found.exit_code == ExitCode.ROWS_LEFT
    assert found.left.startswith("leadscore probe 20261124T")
    assert bench.names() == ["Leads", found.left]
    bench.control.clear_faults()
    again = bench.probe()
    assert (again.removed, again.left) == ((found.left,), "")
    assert bench.names() == ["Leads"]


def test_an_answer_that_is_lost(bench):
    """A list that was made though nobody heard of it is found by the next probe."""
    rule = {
        "operation": "post_outbound_contactlists",
        "kind": "timeout",
        "after_commit": True,
        "nth": [1],
    }
    bench.control.set_faults(rules=[rule])
    assert bench.probe().exit_code == ExitCode.ROWS_LEFT
    assert len(bench.names()) == 2
    assert len(bench.probe().removed) == 1
    assert bench.names() == ["Leads"]


def test_a_deletion_whose_answer_is_lost(bench):
    """A list that is gone already is gone."""
    rule = {
        "operation": "delete_outbound_contactlist",
        "kind": "timeout",
        "after_commit": True,
        "nth": [1],
    }
    bench.control.set_faults(rules=[rule])
    found = bench.probe()
    assert (found.exit_code, found.left) == (ExitCode.FINE, "")


@pytest.mark.parametrize("after", [0.5, 5], ids=["while a job runs", "while it waits"])
def test_ctrl_c(bench, after):
    """A signal ends it at once, whatever it waits for; the list is removed."""
    began = bench.clock.monotonic()
    found = bench.probe(stop_after=after)
    assert bench.clock.monotonic() - began == pytest.approx(after)
    assert found.exit_code == ExitCode.INTERRUPTED
    assert 0 < len(found.facts) < 8
    assert bench.names() == ["Leads"]


def test_ctrl_c_before_it_began(bench):
    """A signal that comes first keeps the list from being made."""
    found = bench.probe(stop_after=0)
    assert (found.facts, found.exit_code) == ((), ExitCode.INTERRUPTED)
    assert "post_outbound_contactlists" not in bench.made()


OTHERS = {
    "other columns": {"columnNames": [*COLUMNS, "mine"]},
    "another name": {"name": "leadscore probe of mine"},
    "more than the name": {"name": "leadscore probe 20261124T090000Z 0a1b2c3d copy"},
    "another division": {"division": None},
}


@pytest.mark.parametrize("other", OTHERS)
def test_lists_of_others(bench, other):
    """A list that only looks like a probe's is not touched."""
    body = {
        "name": "leadscore probe 20261124T090000Z 0a1b2c3d",
        "columnNames": list(COLUMNS),
        "phoneColumns": [{"columnName": "probe_phone", "type": "cell"}],
        "division": {"id": bench.division},
        **OTHERS[other],
    }
    bench.make("/outbound/contactlists", {k: v for k, v in body.items() if v is not None})
    before = bench.names()
    assert bench.probe().removed == ()
    assert bench.names() == before


def test_many_orphans(bench):
    """All lists of earlier probes are found, also where they fill more than a page."""
    for number in range(103):
        bench.make(
            "/outbound/contactlists",
            {
                "name": f"leadscore probe 20261124T090000Z {number:08x}",
                "columnNames": list(COLUMNS),
                "phoneColumns": [{"columnName": "probe_phone", "type": "cell"}],
                "division": {"id": bench.division},
            },
        )
    assert len(bench.probe().removed) == 103
    assert bench.names() == ["Leads"]


def test_without_a_scratch_division(bench):
    """Where no division is named, the platform chooses one; all works alike."""
    bench.organisation.grant(bench.organisation.clients.by_id["operator"], ["*"])
    assert bench.probe(scratch_division="").exit_code == ExitCode.FINE


SAYS = {
    "keep_absent_columns": (
        "post_outbound_contactlist_contacts",
        "it could not be tried: Genesys Cloud refused write scratch contacts",
    ),
    "filters_ignore_case": (
        "post_outbound_contactlistfilters_preview",
        "it could not be tried: Genesys Cloud refused preview scratch filter",
    ),
}


@pytest.mark.parametrize("switch", SAYS)
def test_what_cannot_be_seen(bench, switch):
    """A question that the platform refuses stays open, and so does what follows from it."""
    operation, says = SAYS[switch]
    bench.fail(operation, status=400)
    found = bench.probe()
    fact = next(one for one in found.facts if one.switch == switch)
    assert (fact.value, fact.says.startswith(says)) == (None, True)
    assert switch not in found.switches
    assert found.exit_code == ExitCode.FINE
