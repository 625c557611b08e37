# SPDX-License-Identifier: Apache-2.0
"""Steps about leads on the contact list: what they carry, and what others do to them."""

from __future__ import annotations

from datetime import datetime

from pytest_bdd import given, then, when

from tests.acceptance.simulated import PHONE, TYPED
from tests.acceptance.words import column_values, moment, phrase, records, stored
from tests.acceptance.world import Expected, World

CORRECTED = "+49309876543"


def score_columns(score: int, at) -> dict[str, str]:
    """The columns of a score, as a push leaves them."""
    tier = "senior" if score > 70 else "general"
    return {"ml_score": str(score), "ml_score_at": stored(at), "route_tier": tier}


# -- what is there ---------------------------------------------------------------------------


@given(phrase("lead {lead:Lead} is on the contact list"))
def lead_is_there(world: World, lead):
    world.add_lead(lead)


@given(phrase("lead {lead:Lead} carries score {score:d}, calculated at {at:Moment}"))
def lead_carries_score(world: World, lead, score, at):
    world.add_lead(lead, score_columns(score, at))


@given("these leads are on the contact list")
def leads_are_there(world: World, datatable):
    for record in records(datatable):
        columns = column_values(record)
        world.add_lead(columns.pop("lead_id"), columns)


@given(
    phrase(
        "the contact list holds {number:Count} leads that carry score {score:d}, "
        "calculated at {at:Moment}"
    )
)
def leads_with_score(world: World, number, score, at):
    world.add_leads(number, score_columns(score, at))


@given(phrase("{number:Count} leads are waiting for their new scores"))
def leads_wait(world: World, number):
    world.add_leads(number)
    world.calculate(world.platform.leads)


@given("they are waiting for their new scores")
def they_wait(world: World):
    world.calculate(world.platform.leads)


# -- what others do --------------------------------------------------------------------------


@given(
    phrase(
        "a colleague has written score {score:d}, calculated at {at:Moment}, to lead {lead:Lead}"
    )
)
def colleague_wrote(world: World, score, at, lead):
    world.platform.change(lead, data=score_columns(score, at))


@given(
    phrase(
        "a colleague writes score {score:d}, calculated at {at:Moment}, to lead {lead:Lead}, "
        "{span:Span} into the run"
    )
)
def colleague_writes(world: World, score, at, lead, span):
    columns = score_columns(score, at)
    world.at(span, lambda: world.platform.change(lead, data=columns), "a colleague writes")


@given(
    phrase(
        "a colleague writes score {score:d}, calculated at {at:Moment}, to lead {lead:Lead}, "
        "right after the first write"
    )
)
def colleague_writes_after(world: World, score, at, lead):
    columns = score_columns(score, at)
    world.after_first_write(lambda: world.platform.change(lead, data=columns))


@given("a colleague has changed the score of every lead", target_fixture="colleague")
def colleague_changed_all(world: World):
    columns = score_columns(33, moment("08:40"))
    for lead in world.platform.leads:
        world.platform.change(lead, data=columns)
    return Expected(33, columns["ml_score_at"])


@given(phrase("a colleague changes the phone number of lead {lead:Lead}, {span:Span} into the run"))
def colleague_corrects(world: World, lead, span):
    change = {PHONE: CORRECTED}
    world.at(span, lambda: world.platform.change(lead, data=change), "a colleague corrects")


@given(phrase("a colleague has blanked the time of the score of lead {lead:Lead}"))
def colleague_blanked(world: World, lead):
    world.platform.change(lead, data={"ml_score_at": ""})


@given(phrase("the contact of lead {lead:Lead} has gone bad"))
def contact_goes_bad(world: World, lead):
    world.platform.change(lead, data={TYPED: "some day"})
    world.expected.pop(lead)


@given("the contacts of all leads have gone bad")
def all_contacts_go_bad(world: World):
    for lead in world.platform.leads:
        world.platform.change(lead, data={TYPED: "some day"})


@when(phrase("the contact of lead {lead:Lead} is mended"))
def contact_is_mended(world: World, lead):
    world.platform.change(lead, data={TYPED: ""})
    waiting = next(one.raw for one in world.waiting if one.raw.lead_id == lead)
    at = stored(datetime.fromisoformat(waiting.last_calculated_at))
    world.expected[lead] = Expected(int(waiting.priority_score), at)


# -- what they carry -------------------------------------------------------------------------


@then("every lead carries its new score")
def every_lead_carries(world: World):
    assert world.expected
    assert world.carried(world.expected) == world.expected


@then(phrase("the other {number:Count} leads carry their new scores"))
def other_leads_carry(world: World, number):
    assert len(world.expected) == number
    every_lead_carries(world)


@then(phrase("the first {number:Count} leads carry their new scores"))
def first_leads_carry(world: World, number):
    expected = list(world.expected)
    assert world.delivered() == expected[:number]


@then("some leads carry their new scores")
def some_leads_carry(world: World):
    assert 0 < len(world.delivered()) < len(world.expected)


@then(phrase("lead {lead:Lead} carries score {score:d}, calculated at {at:Moment}"))
def carries_score(world: World, lead, score, at):
    assert world.carried([lead]) == {lead: Expected(score, stored(at))}


@then(phrase("lead {lead:Lead} has no score"))
def has_no_score(world: World, lead):
    assert world.platform.columns(lead)["ml_score"] == ""


@then(phrase("lead {lead:Lead} is dialled by score {score:d}"))
def is_dialled_by(world: World, lead, score):
    assert world.platform.columns(lead)["ml_score"] == str(score)


@then(phrase("lead {lead:Lead} is dialled by score {score:d} in the {tier:Lead} tier"))
def is_dialled_in_tier(world: World, lead, score, tier):
    columns = world.platform.columns(lead)
    assert (columns["ml_score"], columns["route_tier"]) == (str(score), tier)


@then("the contact list shows")
def contact_list_shows(world: World, datatable):
    for record in records(datatable):
        wanted = column_values(record)
        columns = world.platform.columns(wanted["lead_id"])
        assert {name: columns[name] for name in wanted} == wanted


@then(phrase("lead {lead:Lead} is not on the contact list"))
def is_not_there(world: World, lead):
    asked = world.platform.dial_order()
    assert lead not in asked


@then(phrase("lead {lead:Lead} has the phone number that the colleague wrote"))
def has_corrected_number(world: World, lead):
    assert world.platform.columns(lead)[PHONE] == CORRECTED


# -- how often they were written -------------------------------------------------------------


@then("no lead was written")
def no_lead_written(world: World):
    assert not world.platform.writes()


@then(phrase("lead {lead:Lead} was written once"))
def lead_written_once(world: World, lead):
    assert world.platform.writes()[lead] == 1


@then("every lead was written once")
def every_lead_written_once(world: World):
    assert world.platform.writes() == dict.fromkeys(world.expected, 1)
