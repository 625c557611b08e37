# SPDX-License-Identifier: Apache-2.0
"""Scores, calls, recalls, failures and crashes in any order: the rules hold throughout.

Each seed is one story of some days in the life of a few leads. While it goes on, the dialer calls
whomever the lists let it call; after every request the lists are looked at.
"""

from __future__ import annotations

import random

import pytest

from simulator.faults import FaultRule

SEEDS = 12
TIERS = ("senior", "general")
LEADS = ("a", "b", "c", "d", "e")
CONTACTS = "*contacts*"
LIVE, BUSY = "ININ-OUTBOUND-LIVE", "ININ-OUTBOUND-BUSY"
FAULTS = (
    {"kind": "status", "status": 429, "retry_after": 7},
    {"kind": "status", "status": 503},
    {"kind": "reset"},
    {"kind": "reset", "after_commit": True},
    {"kind": "timeout", "after_commit": True},
    {"kind": "malformed"},
)


class Story:
    """What happens, drawn from ``seed``, and what must hold meanwhile."""

    def __init__(self, site, seed):
        self.site = site
        self.draw = random.Random(seed)
        self.newest = {}
        self.called = {lead: set() for lead in LEADS}
        self.violations = []
        for lead in LEADS:
            self._begin(lead)
        self._watch()

    def _begin(self, lead):
        tier = self.draw.choice(["senior", "general", None])
        if tier is None:
            self.site.add(lead)
            return
        score = self.draw.randint(71, 100) if tier == "senior" else self.draw.randint(1, 70)
        age = self.draw.choice([1, 20, 30]) * 3600.0
        self.site.settle(lead, tier, score, age=age, named=self.draw.random() < 0.5)
        self.newest[lead] = (str(score), self.site.instant(age))

    def _watch(self):
        carry = self.site.transport.handle_async_request

        async def look(request):
            if self.draw.random() < 0.1:
                self.dial()
            answer = await carry(request)
            self.look()
            return answer

        self.site.transport.handle_async_request = look

    def look(self):
        for lead in LEADS:
            if self.site.tiers(lead) == ("senior", "general"):
                self.violations.append(f"{lead} is dialled from both lists")

    def dial(self):
        """Call one of those whom the lists let be called."""
        ready = [(lead, tier) for lead in LEADS for tier in self.site.dialled_from(lead)]
        if not ready:
            return
        lead, tier = self.draw.choice(ready)
        if self.called[lead] - {tier}:
            self.violations.append(f"{lead} is called again, from {tier}")
        self.called[lead].add(tier)
        self.site.called(lead, tier, self.draw.choice([LIVE, BUSY]), age=0)

    def push(self):
        leads = self.draw.sample(LEADS, self.draw.randint(1, len(LEADS)))
        age = self.draw.choice([0.0, 5.0, 3600.0, 90_000.0])
        self.site.clock.advance(self.draw.choice([1, 100, 3601]))
        scores = [(lead, self.draw.choice([1, 69, 70, 71, 72, 100])) for lead in leads]
        at = self.site.instant(age)
        for lead, score in scores:
            if at > self.newest.get(lead, ("", ""))[1]:
                self.newest[lead] = (str(score), at)
        if self.draw.random() < 0.3:
            self.site.push_until_killed(*scores, at_write=self.draw.randint(1, 6), age=age)
        else:
            self.site.push(*scores, age=age)

    def fail(self):
        rules = [
            FaultRule(operation=CONTACTS, probability=0.25, times=4, **fault)
            for fault in self.draw.sample(FAULTS, 2)
        ]
        self.site.control.set_faults(rules=rules, seed=self.draw.randint(0, 10**6))

    def tell(self):
        acts = [self.push, self.push, self.push, self.dial, self.dial, self.fail]
        acts += [lambda: self.site.clock.advance(self.draw.choice([60, 7200, 90_000]))]
        for _ in range(self.draw.randint(4, 12)):
            self.draw.choice(acts)()

    def end(self):
        """Fair weather, and nobody to be called again: everything that was accepted arrives."""
        self.site.control.clear_faults()
        self.site.clock.advance(7200)
        self.site.resume()
        self.site.clock.advance(7200)
        self.site.resume()


@pytest.fixture(params=range(SEEDS))
def story(request, site):
    return Story(site, request.param)


def test_the_rules_hold_in_any_order(story):
    """Never in both tiers, never called from two lists; in the end the newest score counts."""
    story.tell()
    story.end()
    assert story.violations == []
    site = story.site
    now = site.instant(24 * 3600)
    for lead, (score, at) in story.newest.items():
        tiers = site.tiers(lead)
        held = [tier for tier, named in zip(TIERS, tiers, strict=True) if named == tier]
        scores = {tier: site.score(lead, tier) for tier in TIERS}
        assert max(one[1] for one in scores.values()) == at, (lead, scores)
        assert len(held) == 1, (lead, tiers)
        value, instant = scores[held[0]]
        assert instant == at
        assert value == score or (value == "0" and at < now)


def test_the_history_is_one_chain(story):
    """Each delivered score replaced the one before it, whichever list held it.

    A write of a process that was killed may have been carried out or not.
    """
    before = {lead: story.newest.get(lead) for lead in LEADS}
    story.tell()
    story.end()
    for lead in LEADS:
        known = {None if before[lead] is None else int(before[lead][0])}
        for record in story.site.history(lead):
            if record.outcome == "delivered":
                assert record.previous in known | {0}, (lead, record)
                known = {record.score}
            else:
                known.add(record.score)
