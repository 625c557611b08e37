# SPDX-License-Identifier: Apache-2.0
"""What fails between the two writes of a move, and how the lead comes to rest."""

from __future__ import annotations

import pytest

from integration.scores import RawScore
from integration.sources import SourceRow

HOUR = 3600.0
MOVES = [("general", 90, "senior"), ("senior", 20, "general")]
moves = pytest.mark.parametrize(("was", "score", "now"), MOVES, ids=["up", "down"])


@pytest.mark.parametrize(
    ("was", "score", "now", "tiers"),
    [("general", 90, "senior", ("", "senior")), ("senior", 20, "general", ("general", ""))],
    ids=["up", "down"],
)
def test_the_next_delivery_finishes_the_move(site, was, score, now, tiers):
    """After a crash between the writes, what was accepted is delivered where it belongs."""
    site.settle("a", was, named=False)
    site.push_until_killed(("a", score), at_write=2)
    assert site.tiers("a") == tiers
    assert site.dialled_from("a") == []
    site.forget_calls()
    site.resume()
    assert site.dialled_from("a") == [now]
    assert site.writes() == [(now, ["a"])]
    (record,) = site.history("a")
    assert (record.previous, record.score, record.outcome) == (50, score, "delivered")


@moves
def test_another_machine_finishes_the_move(site, was, score, now):
    """A machine that knows nothing of the crash puts the lead right with its next score."""
    site.settle("a", was, named=False)
    site.push_until_killed(("a", score), at_write=2)
    site.another_machine()
    site.push(("a", score), age=1)
    assert site.dialled_from("a") == [now]


@moves
def test_a_crash_before_the_move_changes_nothing(site, was, score, now):
    """A process that dies before the first write leaves the lead where it was."""
    site.settle("a", was)
    site.push_until_killed(("a", score), at_write=1)
    assert site.dialled_from("a") == [was]
    site.resume()
    assert site.dialled_from("a") == [now]


@moves
def test_a_lead_called_before_the_crash_is_not_called_again(site, was, score, now):
    """What the list that was left knows of calls counts when the move is finished later."""
    site.settle("a", was, named=False)
    site.called("a", was)
    site.push_until_killed(("a", score), at_write=2)
    site.resume()
    assert site.contact("a", now)["callable"] is False
    assert site.dialled_from("a") == []


@moves
@pytest.mark.parametrize("lost", [1, 2], ids=["the first", "the second"])
@pytest.mark.parametrize("done", [True, False], ids=["carried out", "not carried out"])
def test_a_write_whose_answer_got_lost(site, was, score, now, lost, done):
    """Whichever answer of a move gets lost, the lead ends up in its tier, and its history true."""
    site.settle("a", was)
    site.fault(kind="reset", nth=(lost,), after_commit=done)
    summary = site.push(("a", score))
    assert (summary.delivered, site.dialled_from("a")) == (1, [now])
    assert site.tiers("a") == (now, now)
    (record,) = site.history("a")
    assert (record.previous, record.outcome) == (50, "delivered")


@moves
@pytest.mark.parametrize("refused", [1, 2], ids=["the first", "the second"])
def test_a_call_is_refused_for_the_limit(site, was, score, now, refused):
    """Where the platform asks to wait in the middle of a move, the move goes on afterwards."""
    site.settle("a", was)
    site.fault(kind="status", status=429, retry_after=20, nth=(refused,))
    summary = site.push(("a", score))
    assert (summary.delivered, site.dialled_from("a")) == (1, [now])


@moves
def test_a_platform_that_stays_away_in_the_middle_of_a_move(site, was, score, now):
    """The score waits with its lead in neither list, and is delivered when the platform is back."""
    site.settle("a", was)
    site.fault(kind="connect_error", nth=tuple(range(2, 30)))
    summary = site.push(("a", score))
    assert (summary.waiting, site.dialled_from("a")) == (1, [])
    site.control.clear_faults()
    site.resume()
    assert site.dialled_from("a") == [now]
    (record,) = site.history("a")
    assert (record.previous, record.outcome) == (50, "delivered")


# -- refused rows ----------------------------------------------------------------------------

LONG = "x" * 600
"""Longer than a cell may be: a write that carries it is refused."""


@moves
def test_a_refused_contact_stays_in_its_tier(site, was, score, now):
    """A lead whose new list refuses it goes back to the list that it was about to leave."""
    site.settle("a", was)
    site.change("a", now, data={"zone": LONG})
    summary = site.push(("a", score))
    assert summary.rejected == 1
    assert site.dialled_from("a") == [was]
    assert site.writes() == [(was, ["a"]), (now, ["a"]), (was, ["a"])]
    assert site.reads() == [(now, ["a"]), (was, ["a"])]
    assert site.data("a", was)["ml_score"] == "50"


@moves
def test_a_refused_contact_of_the_old_list_stays_too(site, was, score, now):
    """A lead that its old list does not let go is dialled from there as before."""
    site.settle("a", was)
    site.change("a", was, data={"zone": LONG})
    summary = site.push(("a", score))
    assert summary.rejected == 1
    assert site.dialled_from("a") == [was]
    assert site.score("a", now)[0] == ""


@moves
def test_a_contact_that_is_refused_after_a_crash(site, was, score, now):
    """A lead that a crash has left in neither list, and whose new list refuses it, goes back."""
    site.settle("a", was)
    site.push_until_killed(("a", score), at_write=2)
    assert site.dialled_from("a") == []
    site.change("a", now, data={"zone": LONG})
    site.resume()
    assert site.dialled_from("a") == [was]
    assert site.score("a", was)[0] == "50"
    site.change("a", now, data={"zone": ""})
    site.use(retry_all)
    site.resume()
    assert site.dialled_from("a") == [now]


async def retry_all(app):
    return app.retry()


@moves
def test_many_contacts_that_are_refused_after_a_crash(site, was, score, now):
    """Those that are taken come in, those that are refused go back, and none is ever in both."""
    leads = [f"l{number:02}" for number in range(20)]
    for lead in leads:
        site.settle(lead, was)
    site.push_until_killed(*((lead, score) for lead in leads), at_write=2)
    for lead in ("l03", "l17"):
        site.change(lead, now, data={"zone": LONG})
    seen_twice = watch(site, leads)
    site.resume()
    for lead in leads:
        assert site.dialled_from(lead) == [was if lead in {"l03", "l17"} else now]
    assert not seen_twice


@moves
def test_another_score_that_is_refused_after_a_crash(site, was, score, now):
    """A lead in neither list goes back also where the refused score would have kept it there."""
    site.settle("a", was)
    site.called("a", now)
    site.push_until_killed(("a", score), at_write=2)
    site.another_machine()
    bad = [SourceRow(1, RawScore("a", "100" if was == "senior" else "1", site.instant()), None)]
    site.fault(kind="status", status=400, code="bad.request", nth=(1,))
    site.use(lambda app: app.push(bad, name="test"))
    assert site.tiers("a")[was == "general"] == was
    assert site.score("a", was)[0] == "50"
    assert site.contact("a", was)["callable"] is False


def test_a_lead_that_cannot_be_put_back_is_told(site, capsys):
    """Where even that fails, the log says that a lead is in no tier."""
    site.settle("a", "general")
    site.push_until_killed(("a", 90), at_write=2)
    site.fault(kind="status", status=400, code="bad.request", nth=(1, 2))
    site.resume()
    assert site.dialled_from("a") == []
    assert "leads_in_no_tier" in capsys.readouterr().out


def test_a_first_score_that_is_refused(site):
    """A lead that had no score, and was dialled from neither list, stays as it was."""
    site.add("a")
    site.change("a", "senior", data={"zone": LONG})
    site.push(("a", 90))
    assert site.tiers("a") == ("", "")
    assert len(site.writes()) == 1


@moves
@pytest.mark.parametrize("atomic", [True, False], ids=["all or nothing", "rows before it stay"])
def test_one_refused_contact_among_many(site, was, score, now, atomic):
    """The others change tier, and no lead is dialled from both lists at any time."""
    leads = [f"l{number:02}" for number in range(40)]
    for lead in leads:
        site.settle(lead, was)
    site.change("l17", now, data={"zone": LONG})
    site.control.set_switches(atomic_batches=atomic)
    seen_twice = watch(site, leads)
    summary = site.push(*((lead, score) for lead in leads))
    assert (summary.delivered, summary.rejected) == (39, 1)
    for lead in leads:
        assert site.dialled_from(lead) == [was if lead == "l17" else now]
    assert not seen_twice


def watch(site, leads):
    """The leads that are in both tiers after any call, as they show up."""
    carry, found = site.transport.handle_async_request, set()

    async def look(request):
        answer = await carry(request)
        found.update(lead for lead in leads if site.tiers(lead) == ("senior", "general"))
        return answer

    site.transport.handle_async_request = look
    return found


@moves
def test_a_list_that_takes_no_writes(site, was, score, now):
    """Where the new list refuses everything, its leads stay where they were."""
    leads = [f"l{number:02}" for number in range(30)]
    for lead in leads:
        site.settle(lead, was)
        site.change(lead, now, data={"zone": LONG})
    summary = site.push(*((lead, score) for lead in leads))
    assert summary.stopped is not None
    assert summary.waiting == 30
    assert [lead for lead in leads if site.dialled_from(lead) != [was]] == []


@moves
def test_a_list_that_the_client_may_not_write(site, was, score, now):  # noqa: ARG001 - of the table of moves
    """Without the permission for the new list, leads go back to the one that they left."""
    site.settle("a", was)

    def forbid():
        site.fault(kind="status", status=403, code="missing.permissions", nth=(1,))

    site.before_write(2, forbid)
    summary = site.push(("a", score))
    assert summary.exit_code == 3
    assert site.dialled_from("a") == [was]


def test_a_lead_that_cannot_go_back_is_told(site, capsys):
    """Where even going back fails, the log says how many leads are in no tier."""
    site.settle("a", "general")
    site.change("a", "senior", data={"zone": LONG})
    site.fault(kind="status", status=400, nth=(3,), code="bad.request")
    site.push(("a", 90))
    assert site.dialled_from("a") == []
    assert "leads_in_no_tier" in capsys.readouterr().out


@moves
def test_what_was_read_too_long_ago_is_read_again(site, was, score, now):
    """A move is made by what both lists hold now, not by what one held some time ago."""
    site.settle("a", was)
    site.fault("post_outbound_contactlist_contacts_bulk", kind="latency", seconds=10, nth=(2,))
    site.push(("a", score))
    assert site.reads() == [(now, ["a"]), (was, ["a"])] * 2
    assert site.dialled_from("a") == [now]


# -- the budget ------------------------------------------------------------------------------


def test_no_lead_waits_in_neither_list_for_the_budget(site):
    """The calls of a move are made together: who cannot make both makes neither."""
    site.settle("a", "general")
    site.control.set_limits(client_id="pusher", ceiling=3)
    site.push(("b", 1))  # learns the limit
    moments = []
    carry = site.transport.handle_async_request

    async def look(request):
        if request.url.path.endswith("/contacts"):
            moments.append(site.clock.monotonic())
        return await carry(request)

    site.transport.handle_async_request = look
    site.push(("a", 90))
    left, came = moments
    assert came - left < 1
    assert site.dialled_from("a") == ["senior"]


@pytest.mark.parametrize("ceiling", [1, 2], ids=["one call a minute", "two calls a minute"])
def test_a_limit_too_low_for_a_move(site, ceiling):
    """With hardly any calls a move takes minutes, and ends."""
    site.settle("a", "general")
    site.control.set_limits(client_id="pusher", ceiling=ceiling)
    summary = site.push(("a", 90))
    assert (summary.delivered, site.dialled_from("a")) == (1, ["senior"])
