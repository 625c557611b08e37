# SPDX-License-Identifier: Apache-2.0
"""The store of a data table: rows made and replaced, and the bound of 5,000."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from integration.order import StoredScore
from integration.platform.errors import Refused
from integration.scores import format_instant
from tests.unit.stores.benches import DataTableBench

ROWS = "*_flows_datatable_rows"


@pytest.fixture
def bench(tmp_path):
    made = DataTableBench(tmp_path)
    yield made
    made.close()


def test_a_row_is_made_and_then_replaced(bench):
    """The first score of a lead is a POST, every later one a PUT of the whole row."""
    first, second = bench.score("a.b", 50, age_s=90), bench.score("a.b", 60)
    bench.push(first)
    bench.push(second)
    made, replaced = bench.calls(bench.write_call)
    assert (made["method"], made["path"].rpartition("/")[2]) == ("POST", "rows")
    assert made["body"] == {
        "key": "a.b",
        "priorityScore": 50,
        "lastCalculatedAt": format_instant(first.at),
    }
    assert (replaced["method"], replaced["path"].rpartition("/")[2]) == ("PUT", "a.b")
    assert replaced["body"] == {**made["body"], "priorityScore": 60, "other": ""} | {
        "lastCalculatedAt": format_instant(second.at)
    }


def test_a_row_of_somebody_else_is_kept_and_replaced(bench):
    """A row that was made between read and write is read again, and its columns stay."""
    original = bench.client.call

    async def call(operation, method, *args, **more):
        if method == "POST" and not bench.table.rows:
            bench.put("a", 70, 5, other="theirs")
        return await original(operation, method, *args, **more)

    bench.client.call = call
    assert bench.push(bench.score("a", 90)) == {1: "delivered"}
    assert bench.stored("a") == (StoredScore(90, bench.outbox.records.history("a")[0].at), "theirs")
    assert [one["code"] for one in bench.calls(bench.write_call)] == [
        "flows.datatables.not.unique",
        "",
    ]


def test_a_newer_row_of_somebody_else_wins(bench):
    """A row that was made between read and write and is newer stays."""
    original = bench.client.call
    newer = bench.now

    async def call(operation, method, *args, **more):
        if method == "POST" and not bench.table.rows:
            bench.put("a", 70, newer)
        return await original(operation, method, *args, **more)

    bench.client.call = call
    assert bench.push(bench.score("a", 90)) == {1: "superseded"}
    assert bench.stored("a")[0] == StoredScore(70, newer)


def test_a_row_that_was_deleted_is_made_again(bench):
    """A row that somebody deleted between read and write is made anew."""
    bench.put("a", 40, 5)
    original = bench.client.call

    async def call(operation, method, *args, **more):
        if method == "PUT" and bench.table.rows:
            bench.drop("a")
        return await original(operation, method, *args, **more)

    bench.client.call = call
    assert bench.push(bench.score("a", 90)) == {1: "delivered"}
    assert [one["method"] for one in bench.calls(bench.write_call)] == ["PUT", "POST"]
    assert bench.stored("a")[0].score == 90


def test_a_table_that_is_gone_is_no_empty_table(bench):
    """A table that was deleted after its rows were counted ends the run."""
    bench.push(bench.score("a", 50, age_s=90))
    bench.organisation.data_tables.remove(bench.table)
    run = bench.enqueue(bench.score("b", 60))
    stopped = bench.deliver().stopped
    assert (stopped.status, stopped.operation) == (404, "read row")
    assert bench.verdicts(run) == {1: "waiting"}


def test_a_row_that_others_fight_over_does_not_hold_the_run_for_ever(bench):
    """If the row comes and goes with every write, the score is put off."""
    original = bench.client.call

    async def call(operation, method, *args, **more):
        if method == "POST":
            bench.put("a", 40, 5)
        elif method == "PUT":
            bench.drop("a")
        return await original(operation, method, *args, **more)

    bench.client.call = call
    run = bench.enqueue(bench.score("a", 90))
    stopped = bench.deliver().stopped
    assert stopped.code in {"flows.datatables.not.unique", "flows.datatables.row.not.found"}
    assert bench.verdicts(run) == {1: "waiting"}


# -- the bound -------------------------------------------------------------------------------


def test_leads_that_do_not_fit_are_refused_before_any_is_written(bench):
    """5,001 leads are refused as a whole; the message says how many there are, and what to do."""
    for number in range(4_990):
        bench.put(f"old-{number}", 1, 5)
    run = bench.enqueue(*(bench.score(f"new-{number}") for number in range(11)))
    stopped = bench.deliver().stopped
    assert isinstance(stopped, Refused)
    assert stopped.code == "flows.datatables.too.many.rows"
    for words in ("4,990 rows", "11 leads are new", "5,000", "contact list"):
        assert words in str(stopped)
    assert bench.calls(bench.write_call) == []
    assert set(bench.verdicts(run).values()) == {"waiting"}
    (alert,) = bench.alerts
    assert alert.reason == "flows.datatables.too.many.rows"


def test_leads_that_have_rows_need_no_new_ones(bench):
    """Leads fill a table to the last row; those that are there already are not counted twice."""
    for number in range(4_990):
        bench.put(f"old-{number}", 1, 5)
    leads = [f"new-{number}" for number in range(10)] + [f"old-{number}" for number in range(20)]
    verdicts = bench.push(*(bench.score(lead) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert len(bench.table.rows) == 5_000


def test_rows_are_counted_once(bench):
    """One call tells that everything fits, however many batches there are."""
    leads = [f"lead-{number}" for number in range(60)]
    bench.workers = 2
    bench.push(*(bench.score(lead) for lead in leads))
    bench.push(*(bench.score(lead, age_s=30) for lead in leads))
    (counted,) = [call for call in bench.calls(ROWS) if call["method"] == "GET"]
    assert "showbrief=true" in counted["query"]


def test_rows_are_counted_again_after_a_refusal(bench):
    """When rows have been deleted, the leads that waited go through."""
    for number in range(5_000):
        bench.put(f"old-{number}", 1, 5)
    bench.enqueue(bench.score("new"))
    assert bench.deliver().stopped is not None
    bench.drop("old-0")
    bench.outbox.records.release(bench.now)
    assert bench.deliver().verdicts == {"delivered": 1}


def test_parked_leads_are_not_counted(bench):
    """A lead that waits for somebody to act takes no row."""
    for number in range(4_999):
        bench.put(f"old-{number}", 1, 5)
    bench.put("bad", 1, 5)
    bench.refuse("bad")
    assert bench.push(bench.score("bad")) == {1: "rejected"}
    bench.drop("bad")
    bench.store = bench.make_store()
    assert bench.push(bench.score("new")) == {1: "delivered"}


def test_warns_that_a_table_is_no_place_for_personal_data(bench):
    """Whoever uses the store is told once."""
    with capture_logs() as logs:
        bench.push(bench.score("a"))
        bench.push(bench.score("b"))
    (warning,) = [one for one in logs if one["log_level"] == "warning"]
    assert warning["event"] == "data_table_is_no_place_for_personal_data"
    assert "lead ids that name nobody" in warning["advice"]


def test_a_count_that_makes_no_sense_is_survived(bench, monkeypatch):
    """A listing without a total and with odd entries counts what it shows."""
    original = bench.client.call

    async def call(operation, *args, **more):
        answer = await original(operation, *args, **more)
        if operation == "list rows":
            answer = type(answer)(200, {"entities": [{"key": "a"}, 7, {}]}, "")
        return answer

    monkeypatch.setattr(bench.client, "call", call)
    assert bench.push(bench.score("a")) == {1: "delivered"}
