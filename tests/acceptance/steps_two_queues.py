# SPDX-License-Identifier: Apache-2.0
"""Steps about the senior and the general queue, and about looking over where leads lie."""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_bdd import given, then, when

from integration.reports import ReconcileSummary
from tests.acceptance.simulated import NUMBER, PHONE
from tests.acceptance.steps_leads import score_columns
from tests.acceptance.words import code, phrase, records, stored
from tests.acceptance.world import World

QUEUES = ("senior", "general")
TEN_MINUTES_AGO = "2026-11-23T08:50:00.000Z"
REACHED, BUSY = "ININ-OUTBOUND-LIVE", "ININ-OUTBOUND-BUSY"


@dataclass
class TwoQueues:
    """The contact lists of both queues, and the leads that were ever dialled for both."""

    world: World
    lists: dict[str, str]
    twice: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    check: ReconcileSummary | None = None

    def add(self, lead: str, columns: dict[str, dict[str, str]]) -> None:
        """Put a lead on both lists, with the columns of each."""
        for queue, list_id in self.lists.items():
            self.world.platform.add({lead: columns.get(queue, {})}, list_id)

    def columns(self, lead: str, queue: str) -> dict[str, str]:
        """The columns of a lead's contact on one of the lists."""
        return dict(self.world.platform.contact(lead, self.lists[queue])["data"])

    def change(self, lead: str, queue: str, **change: object) -> None:
        """Play the dialer or a colleague."""
        self.world.platform.change(lead, self.lists[queue], **change)

    def queues_of(self, lead: str) -> list[str]:
        """The queues whose lists say that a lead is dialled for them."""
        return [one for one in QUEUES if self.columns(lead, one)["route_tier"] == one]

    def look(self) -> None:
        """Note who is dialled for both queues at this moment."""
        self.twice |= {one for one in self.leads if len(self.queues_of(one)) > 1}

    @property
    def leads(self) -> list[str]:
        """The leads that are on both lists."""
        return [lead for lead in self.world.platform.leads if lead not in self.deleted]

    @property
    def told(self) -> ReconcileSummary:
        """What the last check told."""
        assert self.check is not None, "nothing was checked"
        return self.check


@given("the senior and the general queue have a contact list each", target_fixture="two_queues")
def two_lists(world: World):
    lists = {queue: world.platform.new_list(f"Leads {queue}") for queue in QUEUES}
    world.product.options |= {
        "strategy": "queues",
        "contact_list": "",
        **{f"{queue}_list": list_id for queue, list_id in lists.items()},
    }
    queues = TwoQueues(world, lists)
    world.platform.watchers.append(queues.look)
    return queues


@given(
    phrase(
        "lead {lead:Lead} is dialled for the {queue:Lead} queue by score {score:d}, "
        "calculated at {at:Moment}"
    )
)
def lies_in(two_queues, lead, queue, score, at):
    other = next(one for one in QUEUES if one != queue)
    columns = score_columns(score, at) | {"route_tier": queue}
    two_queues.add(lead, {queue: columns, other: {"route_tier": queue}})


@given(phrase("lead {lead:Lead} has no score yet"))
def without_score(two_queues, lead):
    two_queues.add(lead, {"general": {"route_tier": "general"}})


@given(phrase("scores above {border:d} belong to the senior queue from now on"))
def border_moves(world: World, border):
    world.product.options["senior_above"] = border


# -- what the dialer and colleagues do -------------------------------------------------------


@given(phrase("an agent of the {queue:Lead} queue has reached lead {lead:Lead}"))
def reached_by(two_queues, queue, lead):
    call = {PHONE: {"lastAttempt": TEN_MINUTES_AGO, "lastResult": REACHED}}
    two_queues.change(lead, queue, callRecords=call, queued=False)


@given(phrase("lead {lead:Lead} was busy when the {queue:Lead} campaign called 10 minutes ago"))
def busy(two_queues, lead, queue):
    call = {PHONE: {"lastAttempt": TEN_MINUTES_AGO, "lastResult": BUSY}}
    two_queues.change(lead, queue, callRecords=call)


@given(phrase("a colleague has put lead {lead:Lead} into the {queue:Lead} queue as well"))
def put_into(two_queues, lead, queue):
    two_queues.change(lead, queue, data={"route_tier": queue})


@given(phrase("a colleague has taken lead {lead:Lead} out of the {queue:Lead} queue"))
def taken_out(two_queues, lead, queue):
    two_queues.change(lead, queue, data={"route_tier": ""})


@given(phrase("a colleague has deleted lead {lead:Lead} from the list of the {queue:Lead} queue"))
def deleted(world: World, two_queues, lead, queue):
    two_queues.deleted.add(lead)
    world.platform.delete(lead, two_queues.lists[queue])


@given(
    phrase(
        "another program has written score {score:d}, calculated at {at:Moment}, to lead "
        "{lead:Lead} in the list of the {queue:Lead} queue"
    )
)
def foreign_score(two_queues, score, at, lead, queue):
    data = {"ml_score": str(score), "ml_score_at": stored(at)}
    two_queues.change(lead, queue, data=data)


# -- for which queue ---------------------------------------------------------------------------


@then(
    phrase(
        "lead {lead:Lead} is dialled for the {queue:Lead} queue alone, by score {score:d} "
        "of {at:Moment}"
    )
)
def is_dialled_for(two_queues, lead, queue, score, at):
    assert two_queues.queues_of(lead) == [queue]
    columns = two_queues.columns(lead, queue)
    assert (columns["ml_score"], columns["ml_score_at"]) == (str(score), stored(at))


@then(phrase("lead {lead:Lead} is dialled for neither queue"))
def is_dialled_for_none(two_queues, lead):
    assert two_queues.queues_of(lead) == []


@then("no lead was dialled for both queues at any time")
def never_both(two_queues):
    assert two_queues.leads
    assert two_queues.twice == set()


@then(phrase("nobody calls lead {lead:Lead} for the {queue:Lead} queue"))
def not_callable_there(two_queues, lead, queue):
    assert two_queues.world.platform.contact(lead, two_queues.lists[queue])["callable"] is False


@then(phrase("lead {lead:Lead} may be called for the {queue:Lead} queue"))
def callable_there(two_queues, lead, queue):
    assert two_queues.world.platform.contact(lead, two_queues.lists[queue])["callable"] is True


@then(phrase("the list of the {queue:Lead} queue has the phone number of lead {lead:Lead}"))
def has_number(two_queues, queue, lead):
    assert two_queues.columns(lead, queue)[PHONE] == NUMBER


# -- looking over ------------------------------------------------------------------------------


@when("all leads are checked")
def check(world: World, two_queues):
    two_queues.check = world.virtually(world.product.reconcile(mend=False))


@given("all leads were put right")
@when("all leads are put right")
def put_right(world: World, two_queues):
    two_queues.check = world.virtually(world.product.reconcile(mend=True))
    two_queues.deleted.clear()


@then("the check finds")
def finds(two_queues, datatable):
    wanted = [(one["lead"], code(one["what is wrong"])) for one in records(datatable)]
    assert [(lead, kind) for lead, kinds in two_queues.told.examples for kind in kinds] == wanted
    assert two_queues.told.exit_code == 1


@then("a check finds nothing")
def finds_nothing(world: World, two_queues):
    check(world, two_queues)
    assert (two_queues.told.found, two_queues.told.exit_code) == (0, 0)


@then(phrase("{mended:Count} leads were put right and {left:Count} was left for its recall"))
def mended(two_queues, mended, left):
    assert (two_queues.told.mended, two_queues.told.left) == (mended, {"recall": left})
