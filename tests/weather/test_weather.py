# SPDX-License-Identifier: Apache-2.0
"""Seeded bad weather: the product keeps every rule, and the check notices each broken one."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from benchmarks.weather.__main__ import failures, main
from benchmarks.weather.check import RULES
from benchmarks.weather.plan import make_plan
from integration import batch as batch_module
from integration.order import Verdict
from integration.outbox import Settlement, intake
from integration.platform.auth import ClientCredentials
from integration.platform.errors import RateLimited, Unreachable
from integration.platform.gates import Gates
from integration.platform.window import CallWindow
from integration.stores.contact_list import ContactListStore
from integration.stores.queues import QueuesStore

PARTS = 8
SEEDS_EACH = 30


@pytest.mark.parametrize("part", range(PARTS))
def test_no_rule_breaks(part):
    """Hundreds of seeded storms, kills and other writers break no rule."""
    seeds = range(part * SEEDS_EACH, (part + 1) * SEEDS_EACH)
    assert list(failures(seeds)) == []


def no_lock_check(patch):
    """Whatever the store holds is overwritten."""
    real = batch_module.against_stored

    def unlocked(score, stored):
        verdict = real(score, stored)
        return None if verdict is Verdict.SUPERSEDED else verdict

    patch.setattr(batch_module, "against_stored", unlocked)


def older_accepted(patch):
    """The latest arrival wins, however old its score."""
    real = intake.against_pending

    def latest(newcomer, pending):
        verdict = real(newcomer, pending)
        return newcomer if verdict is Verdict.SUPERSEDED else verdict

    patch.setattr(intake, "against_pending", latest)


def ignore_retry_after(patch):
    """The time that the platform asks for is not waited."""
    real = Gates.refused

    def hasty(self, permit, resource, retry_after, *, sent, now):
        return real(self, permit, resource, retry_after and 0.0, sent=sent, now=now)

    patch.setattr(Gates, "refused", hasty)


def ignore_the_budget(patch):
    """Calls are made as if none had been made before."""
    patch.setattr(CallWindow, "held", lambda self, now: 0)  # noqa: ARG005 - a stand-in


def acknowledge_before_write(patch):
    """Scores count as delivered, whatever becomes of their write."""
    real = ContactListStore.write

    async def careless(self, group, calls):
        with contextlib.suppress(RateLimited, Unreachable):
            return await real(self, group, calls)
        return ()

    patch.setattr(ContactListStore, "write", careless)


def resend_callable(patch):
    """The dialler's own flag goes back with every write."""
    real = ContactListStore.write

    async def meddling(self, group, calls):
        client, sending = self._client, self._client.call

        async def with_callable(*args, body=None, **more):
            if isinstance(body, list) and body and isinstance(body[0], dict):
                body = [row | {"callable": True} for row in body]
            return await sending(*args, body=body, **more)

        patch.setattr(client, "call", with_callable)
        try:
            return await real(self, group, calls)
        finally:
            patch.setattr(client, "call", sending)

    patch.setattr(ContactListStore, "write", meddling)


def no_single_flight(patch):
    """Every caller that finds no token asks for one of its own."""

    def alone(self):
        fetch = asyncio.create_task(self._new_token())
        fetch.add_done_callback(self._fetched)
        return fetch

    patch.setattr(ClientCredentials, "_fetching", alone)


def bisect_drops_a_row(patch):
    """The search for refused rows loses a row of each half."""
    real = batch_module.Batch._smaller

    def losing(self, part, refusal):
        parts = real(self, part, refusal)
        for one in parts:
            if len(one.group.writes) > 1:
                write = one.group.writes[-1]
                pending = self._open.pop(write.score.lead_id)
                self.done.append(Settlement(pending, Verdict.DELIVERED, write.held.stored))
                one.group = batch_module.WriteGroup(one.group.writes[:-1], one.group.kind)
        return parts

    patch.setattr(batch_module.Batch, "_smaller", losing)


def winning_list_first(patch):
    """A lead that changes tier comes into its new list before it has left the old one."""

    async def hasty(self, group, calls):
        way = self._ways[group.kind]
        rows = [self._row(write, way, set()) for write in group.writes]
        await self._lists[way.tier].send(rows, calls, queue_again=way.again)
        if way.leaves:
            await self._leave(group.writes, self._other(way.tier), way.tier, calls)
        self._count(group.writes)
        return ()

    patch.setattr(QueuesStore, "write", hasty)


def called_from_both_lists(patch):
    """A lead that was called from one list can be called from the other one."""
    real = QueuesStore._row

    def callable_again(self, write, way, called):
        row = real(self, write, way, called)
        row.pop("callable", None)
        return row

    patch.setattr(QueuesStore, "_row", callable_again)


@pytest.mark.parametrize(
    ("mutant", "rule"),
    [
        (no_lock_check, "previous_values_are_true"),
        (older_accepted, "newest_wins"),
        (ignore_retry_after, "retry_after_is_kept"),
        (ignore_the_budget, "the_budget_is_kept"),
        (acknowledge_before_write, "newest_wins"),
        (resend_callable, "nobody_is_called_again"),
        (no_single_flight, "no_avoidable_call"),
        (bisect_drops_a_row, "newest_wins"),
        (winning_list_first, "one_tier_at_a_time"),
        (called_from_both_lists, "nobody_is_called_again"),
    ],
    ids=lambda one: one.__name__.replace("_", " ") if callable(one) else "",
)
def test_each_broken_rule_is_noticed(mutant, rule, monkeypatch):
    """A product with one rule patched away is caught within 1,000 seeds, and for that rule."""
    mutant(monkeypatch)
    _, found = next(iter(failures(range(1000))), (None, []))
    assert rule in {one.partition(":")[0] for one in found}
    assert not [one for one in found if "crashed" in one]


def test_the_command_says_how_it_went(capsys, monkeypatch):
    """The runner prints what it found and how to see it again."""
    monkeypatch.setattr("sys.argv", ["weather", "--seeds", "2"])
    assert main() == 0
    assert "2 seeds, 0 with violations" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["weather", "--seed", "7"])
    assert main() == 0
    assert "seed 7: weather" in capsys.readouterr().out


def test_every_kind_of_weather_is_drawn():
    """Each fault that the design names comes up, alone and with others."""
    drawn = {name for seed in range(200) for name in make_plan(seed).weather}
    assert drawn == {
        *("refusing", "unavailable", "failing", "slow gateway", "gateway gives up"),
        *("no connection", "reset before", "reset after", "time-out before", "time-out after"),
        *("garbled", "a proxy's page", "slow", "token revoked", "clock jumps"),
    }


def test_rules_have_words():
    """Each rule says in a sentence what it demands."""
    assert all((rule.__doc__ or "").strip().endswith(".") for rule in RULES)
