# SPDX-License-Identifier: Apache-2.0
"""A dialled day: hours, shifts, the end of a campaign, power dialing, repeatability, snapshots."""

from __future__ import annotations

import io

import polars as pl
import pytest

from simulator.control import Control
from simulator.organisation import Organisation

ROUND = 90
SPANS = {"least": 5, "most": 100}
CHANCE = {
    "ring": SPANS,
    "talk": SPANS,
    "wrap_up": SPANS,
    "outcomes": {"person": 1, "busy": 1, "no_answer": 1, "machine": 1},
    "wrap_ups": {"Sold": 1, "Not Interested": 3},
}
SIM = "http://sim/sim/dialer"


def hours(centre, *zones, start="09:00:00", stop="17:00:00"):
    slots = [{"day": day, "startTime": start, "stopTime": stop} for day in range(1, 6)]
    times = [{"timeZoneId": zone, "timeSlots": slots} for zone in zones]
    return {"id": centre.make("callabletimesets", {"name": "Hours", "callableTimes": times})}


def test_people_are_called_in_the_hours_of_their_own_zone(centre):
    """At 9:00 UTC Berlin may be called, New York from 14:00 on, and Tokyo the next morning."""
    zones = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
    leads = centre.leads({zone[:2]: {"ml_score": 1, "zone": zone} for zone in zones})
    centre.campaign(leads, callableTimeSet=hours(centre, *zones))
    centre.agents("Ann")
    lines = centre.dial(24 * 3600)
    assert [(line["lead"], line["time"][:16]) for line in lines] == [
        ("Eu", "2026-11-23T09:00"),
        ("Am", "2026-11-23T14:00"),
        ("As", "2026-11-24T00:00"),
    ]


@pytest.mark.parametrize(("called", "count"), [(False, 0), (True, 2)])
def test_a_zone_that_is_not_listed_is_a_switch(centre, called, count):
    """Whoever has no zone, or one without hours, is called never, or at any hour."""
    centre.organisation.switches.unlisted_zone_called = called
    leads = centre.leads({"a": {"zone": "Asia/Tokyo"}, "b": {"zone": ""}})
    centre.campaign(leads, callableTimeSet=hours(centre, "UTC"))
    centre.agents("Ann")
    assert len(centre.dial(10 * ROUND)) == count


def test_agents_work_in_their_shifts(centre):
    """Nobody is called before the shift; a call that began in it is ended."""
    centre.campaign(centre.leads({f"L{n}": n for n in range(1, 200)}))
    centre.agents("Ann", "Bob")
    shifts = [
        {"agents": ["Ann"], "start": "10:00", "stop": "10:02"},
        {"start": "11:00", "stop": "11:01", "zone": "UTC"},
    ]
    lines = centre.dial(6 * 3600, shifts=shifts)
    assert [(line["agent"], line["time"][11:19]) for line in lines] == [
        ("Ann", "10:00:00"),
        ("Ann", "10:01:30"),
        ("Bob", "11:00:00"),
    ]
    assert lines[1]["ended"] == "2026-11-23T10:02:40.000Z"


@pytest.mark.parametrize(("always", "status"), [(False, "complete"), (True, "on")])
def test_a_campaign_is_complete_when_nobody_is_left(centre, always, status):
    """With alwaysRunning it stays on, and leads that come in later are called."""
    leads = centre.leads({"a": 1})
    campaign = centre.campaign(leads, alwaysRunning=always)
    centre.agents("Ann")
    centre.dial(ROUND)
    assert centre.status(campaign) == status
    centre.write(leads, {"b": 2})
    centre.run(ROUND)
    assert centre.order() == (["a", "b"] if always else ["a"])


def test_a_campaign_waits_for_people_whose_hours_come(centre):
    """It is not complete as long as somebody can be called later in the day."""
    leads = centre.leads({"a": {"zone": "America/New_York"}})
    times = hours(centre, "America/New_York")
    campaign = centre.campaign(leads, alwaysRunning=False, callableTimeSet=times)
    centre.agents("Ann")
    centre.dial(ROUND)
    assert centre.status(campaign) == "on"
    centre.run(6 * 3600)
    assert (centre.order(), centre.status(campaign)) == (["a"], "complete")


def test_a_campaign_that_is_off_calls_nobody(centre):
    """Calls under way are ended; on again, it goes on where it was."""
    campaign = centre.campaign(centre.leads({"a": 2, "b": 1}))
    centre.agents("Ann")
    centre.dial(10)
    centre.stop(campaign)
    (line,) = centre.run(10 * ROUND)
    assert line["outcome"] == "person"
    centre.start(campaign)
    centre.run(ROUND)
    assert centre.order() == ["a", "b"]


def test_nobody_is_called_while_the_dialer_is_off(centre, platform):
    """Starting a campaign alone calls nobody; a dialer that is turned off stops at once."""
    centre.campaign(centre.leads({"a": 2, "b": 1}))
    centre.agents("Ann")
    platform.clock.advance(ROUND)
    assert centre.lines() == []
    centre.dial(10)
    centre.control.stop_dialer()
    assert centre.control.dialer()["on"] is False
    platform.clock.advance(ROUND)
    assert centre.order() == ["a"]


def test_power_dialing_calls_more_people_than_agents_are_free(centre):
    """Who answers first is talked to; the other waits, and hangs up after a while."""
    leads = centre.leads({f"L{n}": n for n in range(1, 4)})
    power = {"dialingMode": "power", "abandonRate": 5.0, "maxCallsPerAgent": 2}
    campaign = centre.campaign(leads, **power)
    centre.agents("Ann")
    lines = centre.dial(60, patience={"least": 20, "most": 20})
    assert [(line["lead"], line["agent"], line["outcome"]) for line in lines[:2]] == [
        ("L3", "Ann", ""),
        ("L2", "", "abandoned"),
    ]
    stats = centre.platform.call("GET", f"/api/v2/outbound/campaigns/{campaign}/stats").body
    assert stats["contactRate"]["connects"] == 2


def test_stats_and_diagnostics_answer_from_the_dialer(centre):
    """Idle agents, calls under way and planned recalls are what the dialer has."""
    leads = centre.leads({"a": 1})
    campaign = centre.campaign(leads)
    centre.agents("Ann", "Bob")
    centre.dial(5)
    path = f"/api/v2/outbound/campaigns/{campaign}"
    stats = centre.platform.call("GET", f"{path}/stats").body
    assert (stats["idleAgents"], stats["outstandingCalls"]) == (1, 1)
    diagnostics = centre.platform.call("GET", f"{path}/diagnostics").body
    assert diagnostics["numberOfContactsCalled"] == 1


def day(centre, seed=1, steps=1, middle=lambda _: None):
    """A day of chance; what its log says."""
    leads = centre.leads({f"L{n}": n % 100 for n in range(1, 300)})
    centre.organisation.switches.working_set = 5
    centre.campaign(leads)
    centre.agents("Ann", "Bob", "Cid")
    centre.dial(1, **CHANCE, seed=seed)
    for step in range(steps):
        centre.run(7200 / steps)
        if step == steps // 2:
            middle(centre)
    return centre.control.dial_log()


def test_a_day_is_a_function_of_its_seed(make_centre):
    """The same seed gives the same log byte for byte, however often somebody looks."""
    once = day(make_centre())
    assert once.count("\n") > 50
    assert day(make_centre()) == once
    assert day(make_centre(), steps=16) == once
    assert day(make_centre(), seed=2) != once


def test_a_day_goes_on_from_a_snapshot(make_centre):
    """A restored organisation makes the calls that the first one would have made."""

    def restart(centre):
        centre.control.restore(centre.control.snapshot())

    assert day(make_centre(), steps=4, middle=restart) == day(make_centre(), steps=4)


def test_a_snapshot_without_a_dialer_has_none(centre):
    """What was off stays off."""
    again = Organisation(clock=centre.organisation.clock)
    again.restore(centre.organisation.snapshot())
    assert again.dialer.floor is None


def test_the_dialer_is_run_over_the_control_plane(centre, sim):
    """Turn on, run, read the log as lines of JSON and as Parquet, forget, turn off."""
    centre.campaign(centre.leads({"a": 2, "b": 1}))
    centre.agents("Ann")
    assert sim("PUT", "/sim/dialer", {"seed": 4}).json()["settings"]["seed"] == 4
    said = sim("POST", "/sim/dialer/run", {"until": "2026-11-23T12:00:00Z"}).json()
    assert (said["calls"], said["now"]) == (2, "2026-11-23T12:00:00.000Z")
    log = sim("GET", "/sim/dialer/log")
    assert log.headers["content-type"].startswith("application/x-ndjson")
    assert log.text == centre.control.dial_log()
    table = pl.read_parquet(io.BytesIO(sim("GET", "/sim/dialer/log", form="parquet").content))
    assert table["lead"].to_list() == ["a", "b"]
    assert sim("GET", "/sim/dialer/log", last=1).text.startswith('{"n":2')
    sim("DELETE", "/sim/dialer/log")
    assert sim("GET", "/sim/dialer/log").text == ""
    assert sim("DELETE", "/sim/dialer").status_code == 204


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sim/dialer/run", {}),
        ("/sim/dialer/run", {"seconds": 1, "until": "2026-11-23T12:00:00Z"}),
        ("/sim/dialer", {"ring": {"least": 2, "most": 1}}),
        ("/sim/dialer", {"outcomes": {"person": 0}}),
        ("/sim/dialer", {"shifts": [{"start": "10:00", "stop": "09:00"}]}),
        ("/sim/dialer", {"shifts": [{"zone": "Nowhere/At_All"}]}),
        ("/sim/dialer", {"unheard": 1}),
    ],
)
def test_settings_that_make_no_sense_are_refused(sim, path, body):
    """The control plane answers 400 and says why."""
    said = sim("POST" if path.endswith("run") else "PUT", path, body)
    assert said.status_code == 400
    assert said.json()["errors"]


def test_only_virtual_time_can_be_run_on():
    """A clock that runs by itself cannot be moved; the dialer follows it anyway."""
    organisation = Organisation()
    with pytest.raises(ValueError, match="virtual"):
        Control(organisation).run_dialer(seconds=1)


def test_a_campaign_without_a_number_to_call_is_complete(centre):
    """Nobody has to be free for that: there is nobody to wait for."""
    leads = centre.leads({"a": 1}, phone="")
    campaign = centre.campaign(leads, alwaysRunning=False)
    centre.dial(1)
    assert centre.status(campaign) == "complete"
