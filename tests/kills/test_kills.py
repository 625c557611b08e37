# SPDX-License-Identifier: Apache-2.0
"""A push that is killed anywhere, and finished by another run, leaves what an undisturbed one does.

By hand: ``python -m benchmarks.kills --runs 100`` and ``--every-point``.
"""

from __future__ import annotations

import pytest
import structlog

from benchmarks.kills import __main__ as command
from benchmarks.kills.__main__ import every_point_once, main, sample, step_through
from benchmarks.kills.steps import Cut
from integration import batch as batch_module
from integration.order import Verdict
from integration.outbox import Settlement
from integration.outbox.claims import Claims
from integration.scores import instant_of
from integration.stores.queues import QueuesStore

TIER_MOVES = 3
"""A case of two lists with tier moves, conditions, stale scores and a write that is repeated."""
SEEDS = 12
CUTS_EACH = 8


@pytest.fixture(autouse=True)
def log():
    """The log of other tests is not touched."""
    yield
    structlog.reset_defaults()


def wrong(seed, choice):
    """What is wrong after cuts of the case ``seed``."""
    return {cut: found for cut, found in step_through(seed, choice) if found}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_push_may_be_cut_anywhere(seed):
    """Cuts at statements, requests and waits, with and without the power, change nothing."""
    assert wrong(seed, sample(seed, CUTS_EACH)) == {}


def test_a_push_with_tier_moves_may_be_cut_at_every_point():
    """Every single point is a safe one to be killed at."""
    assert wrong(TIER_MOVES, every_point_once) == {}


def ours_are_taken_for_duplicates(patch):
    """What the platform holds is not looked up among the intents."""

    def present(self, present, held):
        for pending in present:
            self._settle(pending, Verdict.DUPLICATE, held[pending.score.lead_id].stored)

    patch.setattr(batch_module.Batch, "_settle_present", present)


def claims_are_lost(patch):
    """Nobody returns what a dead process had claimed."""
    patch.setattr(Claims, "recover", lambda *_: {})


def intents_come_after_the_write(patch):
    """Writes are put on record once they are made."""
    real_intend, real_write = Claims.intend, batch_module.Batch._write

    def later(self, claim, writes, correlation, now):
        self.held_back = [*getattr(self, "held_back", []), (claim, writes, correlation, now)]
        return {pending.score.lead_id: stored for pending, stored in writes}

    async def write(self, writes):
        await real_write(self, writes)
        claims = self._tools.outbox.claims
        for one in claims.__dict__.pop("held_back", []):
            real_intend(claims, *one)

    patch.setattr(Claims, "intend", later)
    patch.setattr(batch_module.Batch, "_write", write)


def acknowledge_before_write(patch):
    """Scores leave the outbox before they are on the platform."""
    real_write, real_settle = batch_module.Batch._write, Claims.settle
    acknowledged = set()

    async def careless(self, writes):
        tools, claim = self._tools, self._claim
        gone = [
            Settlement(self._open[write.score.lead_id], Verdict.DELIVERED, write.held.stored)
            for write in writes
        ]
        real_settle(tools.outbox.claims, claim, [*self.done, *gone], instant_of(tools.clock.now()))
        acknowledged.add(claim.id)
        await real_write(self, writes)

    def once(self, claim, settlements, now):
        if claim.id not in acknowledged:
            real_settle(self, claim, settlements, now)

    patch.setattr(batch_module.Batch, "_write", careless)
    patch.setattr(Claims, "settle", once)


def the_new_list_is_told_first(patch):
    """A lead comes into one list before it has left the other."""
    real_write, real_leave = QueuesStore.write, QueuesStore._leave

    async def write(self, group, calls):
        late = []

        async def leave(*how):
            late.append(how)
            return set()

        self._leave = leave
        done = await real_write(self, group, calls)
        for how in late:
            await real_leave(self, *how)
        return done

    patch.setattr(QueuesStore, "write", write)


def runs_stay_open(patch):
    """The runs of the dead are not closed."""
    patch.setattr("integration.outbox.records.Records.close_runs", lambda *_, **__: None)


@pytest.mark.parametrize(
    "mutant",
    [
        ours_are_taken_for_duplicates,
        claims_are_lost,
        intents_come_after_the_write,
        acknowledge_before_write,
        the_new_list_is_told_first,
        runs_stay_open,
    ],
    ids=lambda mutant: mutant.__name__.replace("_", " "),
)
def test_each_broken_step_is_noticed(mutant, monkeypatch):
    """A product that does one step wrong is caught by a few cuts."""
    mutant(monkeypatch)
    assert any(wrong(seed, sample(seed, CUTS_EACH)) for seed in range(SEEDS))


def test_real_processes_may_be_killed(capsys, monkeypatch):
    """The real command, killed with SIGKILL while it talks to a platform, recovers."""
    monkeypatch.setattr("sys.argv", ["kills", "--runs", "1", "--first", "9", "--at-once", "1"])
    assert main() == 0
    said = capsys.readouterr().out
    assert "1 of 1 runs recovered" in said
    assert not said.startswith("0 processes")


@pytest.fixture
def few(monkeypatch):
    """Every point means two of them."""
    ends = [Cut(1), Cut(40, power=True, resumed=False)]
    monkeypatch.setattr(command, "every_point", lambda _: ends)


@pytest.mark.usefixtures("few")
def test_a_case_is_replayed_in_full(capsys, monkeypatch):
    """Every cut of a seed is told with its place, and in the end how many did no harm."""
    monkeypatch.setattr("sys.argv", ["kills", "--every-point", "--seed", "5"])
    assert main() == 0
    first, second, last = capsys.readouterr().out.splitlines()
    assert first == ("seed 5: cut at point 1, then resumed (PRAGMA application_id): as undisturbed")
    assert second.startswith("seed 5: power lost at point 40, then pushed again (")
    assert last == "2 of 2 cuts left everything as an undisturbed push does"


@pytest.mark.usefixtures("few")
def test_what_is_wrong_is_told(capsys, monkeypatch):
    """A cut that leaves something behind is named with what that is, and the exit code is 1."""
    runs_stay_open(monkeypatch)
    monkeypatch.setattr("sys.argv", ["kills", "--every-point", "--first", "5", "--runs", "1"])
    assert main() == 1
    cut, what, last = capsys.readouterr().out.splitlines()
    assert (cut.endswith("WRONG"), what) == (True, "  1 runs open are left")
    assert last.startswith("1 of 2 cuts")
