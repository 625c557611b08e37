# SPDX-License-Identifier: Apache-2.0
"""The call budget alone: its window and its gates, and what no weather may do to them."""

from __future__ import annotations

import asyncio

import pytest

from .budget_desk import Desk, headers


@pytest.fixture
def desk():
    return Desk()


def test_no_window_holds_more_than_the_limit(desk):
    """Whatever many callers want, no 60 seconds see more calls than allowed."""
    desk.run(desk.calls(35))
    assert len(desk.sent) == 35
    for first in desk.sent:
        assert sum(first <= other < first + 60 for other in desk.sent) <= 10
    assert desk.now == pytest.approx(180, abs=1)
    assert desk.budget.idle


def test_a_call_counts_from_its_answer(desk):
    """The server counts a call when it arrives: the window starts at the answer at the latest."""
    desk.run(desk.calls(11, seconds=5))
    assert desk.sent[-1] >= 65


def test_takes_over_the_servers_limit(desk):
    """A limit that the server states replaces the assumed one, downwards and upwards."""

    async def main():
        await desk.call(said=headers(1, allowed=3))
        assert desk.budget.limit == 3
        await desk.call(said=headers(2, allowed=50))
        assert desk.budget.limit == 50

    desk.run(main())


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"inin-ratelimit-allowed": "0", "inin-ratelimit-count": "-1"},
        {"inin-ratelimit-allowed": "many", "inin-ratelimit-count": "1e3"},
        {"inin-ratelimit-allowed": "\uff11\uff10", "inin-ratelimit-reset": "soon"},
    ],
    ids=["none", "nought and negative", "words", "full-width digits"],
)
def test_odd_headers_change_nothing(desk, said):
    """Headers that are no counts are ignored."""
    desk.run(desk.call(said=said))
    status = desk.budget.status()
    assert (status.allowed, status.used, status.free) == (10, 1, 9)


def test_calls_of_others_take_slots(desk):
    """What the server counts beyond our own calls is not free for us."""

    async def main():
        await desk.call(said=headers(9))
        assert desk.budget.status().used == 9
        await desk.call()
        waiting = asyncio.ensure_future(desk.budget.acquire())
        await desk.clock.sleep(1)
        assert not waiting.done()
        waiting.cancel()

    desk.run(main())


def test_slow_answers_do_not_keep_slots_for_longer_than_the_server():
    """Calls sent a window ago are let go once the server's count shows that it has done so."""
    desk = Desk(allowed=30)

    async def main():
        await desk.calls(20, seconds=10)
        await desk.clock.sleep(51)
        await desk.call(said=headers(16, allowed=30))
        assert desk.budget.status().used == 16

    desk.run(main())


def test_a_count_lower_than_ours_frees_nothing_before_its_time():
    """Whatever the server says, no window of our own making holds more than the limit."""
    desk = Desk(allowed=30)

    async def main():
        await desk.calls(20)
        await desk.call(said=headers(2, allowed=30))
        assert desk.budget.status().used == 21

    desk.run(main())


def test_others_are_forgotten_after_a_window(desk):
    """Calls of others that were seen once count for one window, not for ever."""
    desk.run(desk.call(said=headers(10, reset=1000)))
    desk.clock.advance(61)
    assert desk.budget.status().used == 0


def test_asks_when_the_servers_oldest_call_has_left(desk):
    """With all slots taken by others one call asks as soon as the server said one leaves."""

    async def main():
        await desk.call(said=headers(10, reset=7))
        await desk.calls(3, said=headers(3))

    desk.run(main())
    assert desk.sent[1] == pytest.approx(7.05)
    assert desk.sent[3] < 8


def test_reset_is_never_read_as_all_free(desk):
    """After the reset one call asks alone; the others wait for its answer."""

    async def main():
        await desk.call(said=headers(10, reset=2))
        await desk.calls(3, seconds=4, said=headers(10, reset=30))

    desk.run(main())
    assert desk.sent[1] == pytest.approx(2.05)
    assert desk.sent[2] > 6


def test_the_guides_header_is_understood(desk):
    """``X-Rate-Limit-Remaining`` says how many calls are left."""
    desk.run(desk.call(said={"x-rate-limit-remaining": "2"}))
    assert desk.budget.status().used == 8


def test_call_sent_before_is_not_taken_for_anothers(desk):
    """A call of ours that is still under way is part of the server's count."""

    async def main():
        slow = await desk.budget.acquire()
        await desk.call(said=headers(2))
        assert desk.budget.status().used == 2
        slow.lost()
        late = await desk.budget.acquire()
        early = await desk.budget.acquire()
        late.answered(200, headers(3))
        early.answered(200, headers(4))
        assert desk.budget.status().used == 4

    desk.run(main())


class TestGates:
    def test_retry_after_is_never_undercut(self, desk):
        """No worker calls before the time that the server asked for, not by a millisecond."""

        async def main():
            permits = [await desk.budget.acquire() for _ in range(3)]
            permits[0].refused(20.0, headers=headers(3))
            permits[1].answered(200, headers(3))
            permits[2].refused(5.0)
            assert desk.budget.status().reason == "the platform asked to wait 20 s"
            await desk.calls(4, seconds=1)

        desk.run(main())
        assert min(desk.sent) >= 20
        assert desk.budget.episodes == 1
        assert desk.budget.refused == 2

    def test_first_call_after_a_refusal_goes_alone(self, desk):
        """The others follow only when its answer shows that the platform serves again."""

        async def main():
            (await desk.budget.acquire()).refused(1.0)
            await desk.calls(4, seconds=3)

        desk.run(main())
        assert desk.sent[0] == pytest.approx(1.05)
        assert desk.sent[1:] == pytest.approx([4.05] * 3)

    def test_refusals_in_a_row_are_one_episode(self, desk):
        """An episode lasts until an answer comes that is no refusal."""

        async def main():
            for _ in range(3):
                (await desk.budget.acquire()).refused(1.0)
            assert desk.budget.episodes == 1
            await desk.call()
            (await desk.budget.acquire()).refused(1.0)
            assert desk.budget.episodes == 2

        desk.run(main())

    def test_waits_longer_without_a_usable_retry_after(self, desk):
        """A server that does not say how long is given more time with every refusal."""

        async def main():
            waits = []
            for _ in range(7):
                permit = await desk.budget.acquire()
                started = desk.now
                permit.refused(None)
                waits.append(round(desk.budget.status().closed_for))
                assert desk.now == started
            return waits

        assert desk.run(main()) == [5, 10, 20, 40, 60, 60, 60]

    def test_a_lost_question_is_asked_again(self, desk):
        """If the call that asks gets no answer, the next one asks."""

        async def main():
            (await desk.budget.acquire()).refused(1.0)
            (await desk.budget.acquire()).lost()
            await desk.calls(2, seconds=1)

        desk.run(main())
        assert desk.sent == pytest.approx([1.05, 2.05])

    def test_a_resource_of_its_own_closes_alone(self, desk):
        """A refusal that concerns one resource lets all other calls through."""

        async def main():
            (await desk.budget.acquire("recycle")).refused(30.0, "recycle")
            await desk.call(resource="read")
            await desk.call(resource="recycle")

        desk.run(main())
        assert desk.sent[0] == 0
        assert desk.sent[1] >= 30
        assert desk.budget.episodes == 0

    def test_a_refusal_leaves_more_room_to_others(self, desk):
        """After a refusal that others caused more slots stay free for them, for a while."""

        async def main():
            kept = []

            async def see():
                await desk.call(said=headers(200, allowed=500))
                status = desk.budget.status()
                kept.append(status.allowed - status.used - status.free)

            await see()
            (await desk.budget.acquire()).refused(1.0, "", headers(500, allowed=500))
            await desk.clock.sleep(61)
            await see()
            for _ in range(210):
                await desk.call(said=headers(200, allowed=500))
                await desk.clock.sleep(1)
            await see()
            return kept

        assert desk.run(main()) == [7, 10, 7]

    def test_a_hidden_limit_is_learned(self, desk):
        """A refusal that the counts do not explain lowers the ceiling to what was served."""

        async def main():
            for count in range(1, 8):
                await desk.call(said=headers(count, allowed=20))
            (await desk.budget.acquire()).refused(1.0, "", headers(7, allowed=20))
            assert desk.budget.limit == 7
            await desk.clock.sleep(2)
            await desk.call(said=headers(8, allowed=40))
            assert desk.budget.limit == 40

        desk.run(main())


@pytest.mark.parametrize(
    ("made", "wanted", "reason"),
    [
        (8, 5, "waiting for a share of the call budget"),
        (10, 5, "call budget used up (10 a minute)"),
        (0, 5, ""),
    ],
    ids=["some are left", "none are left", "no wait"],
)
def test_says_why_it_waits(desk, made, wanted, reason):
    """The reason of a wait is in the status, and its length is counted once for all callers."""

    async def main():
        await desk.calls(made)
        waiting = [
            asyncio.ensure_future(desk.budget.reserve(wanted, minimum=wanted)) for _ in range(2)
        ]
        await desk.clock.sleep(1)
        assert desk.budget.status().reason == reason
        assert desk.budget.status().waiting_callers == (2 if reason else 0)
        for one in waiting:
            (await one).release()

    desk.run(main())
    assert desk.budget.status().reason == ""
    assert desk.budget.waited == pytest.approx(60.05 if reason else 0, abs=0.1)
    assert (desk.budget.waits > 0) == bool(reason)
