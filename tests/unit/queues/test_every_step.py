# SPDX-License-Identifier: Apache-2.0
"""A process that dies at any of its calls, before or after the platform carried it out."""

from __future__ import annotations

import shutil

import pytest

from .conftest import GENERAL, SENIOR, Site

HOUR = 3600.0
MOST = 60
"""More calls than any of these runs makes."""

answered = pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])


class Steps:
    """One story again and again, each time with a crash one call later.

    Args:
        folder: where the machines of the story live.
        answered: whether the call of the crash is still carried out.
    """

    def __init__(self, folder, *, answered):
        self._folder = folder
        self._answered = answered
        self.seen_twice = []

    def __call__(self, prepare, work, leads, **changes):
        """Each site after its crash, until the run has no more calls to die at."""
        for call in range(1, MOST):
            folder = self._folder / str(call)
            folder.mkdir()
            site = Site(folder)
            prepare(site)

            def watch(site=site):
                self.seen_twice += [one for one in leads if site.tiers(one) == (SENIOR, GENERAL)]

            killed = site.killed_at(
                work(site), call, answered=self._answered, watch=watch, **changes
            )
            watch()
            yield site
            shutil.rmtree(folder)
            if not killed:
                assert call > 3, "it made hardly a call"
                return
        pytest.fail("it never ends")


@pytest.fixture
def steps(tmp_path, request):
    made = Steps(tmp_path, answered=request.getfixturevalue("answered"))
    yield made
    assert made.seen_twice == []


@pytest.mark.parametrize(
    ("answered", "named"),
    [(False, True), (True, False)],
    ids=["before, named on both", "after, named on one list"],
)
def test_a_push_that_moves_leads(steps, answered, named):  # noqa: ARG001 - taken by steps
    """Wherever a push dies, the next delivery ends each move, and no lead is ever in both tiers."""

    def prepare(site):
        site.settle("up", GENERAL, 40, named=named)
        site.settle("down", SENIOR, 90, named=named)
        site.settle("called", GENERAL, 40, named=named)
        site.called("called", GENERAL)
        site.settle("stays", SENIOR, 80, named=named)

    scores = (("up", 90), ("down", 20), ("called", 95), ("stays", 81))

    def push(site):
        rows = site.rows(*scores)
        return lambda app: app.push(rows, name="test")

    for site in steps(prepare, push, [lead for lead, _ in scores]):
        site.resume()
        site.push(*scores)
        assert site.dialled_from("up") == site.dialled_from("stays") == [SENIOR]
        assert site.dialled_from("down") == [GENERAL]
        assert site.tiers("called")[0] == SENIOR
        assert site.contact("called", SENIOR)["callable"] is False
        assert site.kinds() == {}
        first, *_ = site.history("up")
        assert (first.previous, first.outcome) == (40, "delivered")


@answered
def test_a_push_that_dies_and_another_machine(steps, answered):  # noqa: ARG001 - taken by steps
    """What a crash has left between the lists, a reconciliation puts right without the outbox."""

    def prepare(site):
        site.settle("up", GENERAL, 40)
        site.settle("down", SENIOR, 90)

    def push(site):
        rows = site.rows(("up", 90), ("down", 20))
        return lambda app: app.push(rows, name="test")

    for site in steps(prepare, push, ["up", "down"]):
        site.another_machine()
        site.mend()
        assert [len(site.dialled_from(lead)) for lead in ("up", "down")] == [1, 1]


@answered
def test_a_load(steps, answered):  # noqa: ARG001 - taken by steps
    """Wherever a load dies, loading again puts every lead on both lists, dialled as before."""

    def prepare(site):
        site.settle("a", SENIOR, 90)
        site.settle("b", GENERAL, 20)
        site.remove("b", SENIOR)

    def load(site):
        rows = site.contact_rows(("a", "+49309", "x"), ("b", "+49309", "x"), ("c", "+49309", "x"))
        return lambda app: app.load(rows, ("phone", "zone"))

    for site in steps(prepare, load, ["a", "b"]):
        site.use(load(site))
        assert {site.data(lead, tier)["phone"] for lead in "abc" for tier in site.lists} == {
            "+49309"
        }
        assert (site.dialled_from("a"), site.dialled_from("b")) == ([SENIOR], [GENERAL])
        site.push(("c", 90))
        assert site.dialled_from("c") == [SENIOR]


@answered
def test_a_reconciliation(steps, answered):  # noqa: ARG001 - taken by steps
    """Wherever a mending reconciliation dies, the next one ends it, and the one after is idle."""
    leads = ["moves", "none", "lost", "called"]

    def prepare(site):
        site.add(*leads, "old")
        site.push(("old", 80), ("lost", 20), age=60)
        for lead in ("moves", "called"):
            site.settle(lead, SENIOR, 80)
        site.called("called", SENIOR)
        site.settle("none", GENERAL, 20)
        site.change("none", GENERAL, data={"route_tier": ""})
        site.remove("lost", GENERAL)
        site.change("old", SENIOR, data={"ml_score": "5", "ml_score_at": site.instant(HOUR)})

    def mend(site):  # noqa: ARG001 - one of several runs
        return lambda app: app.reconcile(mend=True)

    for site in steps(prepare, mend, leads, senior_above=85):
        assert site.contact("called", SENIOR)["queue"]["requeued"] == 0
        site.mend(senior_above=85)
        for lead in ("moves", "none", "lost"):
            assert site.dialled_from(lead) == [GENERAL]
        assert site.tiers("called")[1] == GENERAL
        assert site.contact("called", GENERAL)["callable"] is False
        assert site.score("old", GENERAL)[0] == "80"
