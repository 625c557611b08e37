# SPDX-License-Identifier: Apache-2.0
"""Steps about pushing scores: what is pushed, each row's verdict, and how the run ends."""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from integration.platform.errors import Unreachable
from integration.reports import ExitCode
from integration.sources import SourceError, rows
from tests.acceptance.product import row
from tests.acceptance.words import code, phrase, records, stored, written
from tests.acceptance.world import World

KEYS = {"model": "model_version", "based on": "based_on"}


def score_rows(table):
    """The rows of a table of scores, with a base and a model where they are named."""
    return [
        row(
            number,
            one["lead"],
            one["score"],
            written(one["calculated at"]),
            **{key: written(one[word]) for word, key in KEYS.items() if word in one},
        )
        for number, one in enumerate(records(table), 1)
    ]


# -- pushing ---------------------------------------------------------------------------------


@given("the scores were pushed")
@when("the scores are pushed")
@when("the scores are pushed again")
def push_waiting(world: World):
    world.push_waiting()


@when("these scores are pushed")
def push_table(world: World, datatable):
    world.push(score_rows(datatable))


@given(phrase("score {score:d} for lead {lead:Lead}, calculated at {at:Moment}, was pushed"))
@when(phrase("score {score:d} for lead {lead:Lead}, calculated at {at:Moment}, is pushed"))
def push_one(world: World, score, lead, at):
    world.push([row(1, lead, str(score), at.isoformat())])


@when(phrase("score {score:d} for lead {lead:Lead}, calculated {age:Span} ago, is pushed"))
def push_aged(world: World, score, lead, age):
    push_ahead(world, score, lead, -age)


@when(phrase("score {score:d} for lead {lead:Lead}, calculated {ahead:Span} ahead, is pushed"))
def push_ahead(world: World, score, lead, ahead):
    at = world.time_in(ahead)
    world.push([row(1, lead, str(score), at.isoformat())])


@when(
    phrase(
        "score {score:d} for lead {lead:Lead}, calculated at {at:Moment} and based on no score, "
        "is pushed"
    )
)
def push_first(world: World, score, lead, at):
    world.push([row(1, lead, str(score), at.isoformat(), based_on="null")])


@when(
    phrase(
        "score {score:d} for lead {lead:Lead}, calculated at {at:Moment} and based on the score "
        "of {base:Moment}, is pushed"
    )
)
def push_based(world: World, score, lead, at, base):
    world.push([row(1, lead, str(score), at.isoformat(), based_on=base.isoformat())])


@when(
    phrase(
        "score {score:d} for lead {lead:Lead}, calculated at {at:Moment}, is pushed from another "
        "machine"
    )
)
def push_elsewhere(world: World, score, lead, at):
    world.product.another_machine()
    push_one(world, score, lead, at)


@when(
    phrase(
        "score {a:d} for lead {lead:Lead}, calculated at {first:Moment}, is pushed, and "
        "{later:Span} later from a second window score {b:d}, calculated at {second:Moment}"
    )
)
def push_from_two_windows(world: World, a, lead, first, later, b, second):
    world.push_twice(
        [row(1, lead, str(a), first.isoformat())],
        later,
        [row(1, lead, str(b), second.isoformat())],
    )


@when(phrase("the scores are pushed, and once more from a second window {later:Span} later"))
def push_same_from_two_windows(world: World, later):
    world.push_twice(world.waiting, later, world.waiting)


@when(phrase("the scores are pushed, and newer ones by the same process {later:Span} later"))
def push_again_later(world: World, later):
    def newer():
        world.calculate(world.platform.leads)
        return world.waiting

    world.push_again_later(later, newer)


@when(phrase("newer scores are pushed {later:Span} later"))
def push_newer(world: World, later):
    world.pass_time(later)
    world.calculate(world.platform.leads)
    world.push_waiting()


@when(phrase("newer scores for the first {number:Count} leads are pushed {later:Span} later"))
def push_newer_for_some(world: World, number, later):
    world.pass_time(later)
    world.calculate(world.platform.leads[:number])
    world.push_waiting()


@when(parsers.re(r'the row (?P<lead>.*), "(?P<score>.*)", "(?P<at>.*)" is pushed'))
def push_row(world: World, lead, score, at):
    world.push([row(1, lead, score, at)])


@when("a file with these lines is pushed")
def push_file(world: World, datatable, folder):
    path = folder / "scores.csv"
    lines = [one["line"] for one in records(datatable)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with rows(path) as source:
        world.push(source)


@given(phrase("the file breaks off after {number:Count} rows"))
def file_breaks_off(world: World, number):
    world.breaks_off_after = number


@given(phrase("the integration writes {number:Count} scores at a time"))
def batch_size(world: World, number):
    world.product.options["batch_size"] = number


@given(phrase("the integration makes {number:Count} calls at a time"))
def concurrency(world: World, number):
    world.product.options["concurrency"] = number


@given("the integration leaves out scores whose value did not change")
def skip_unchanged(world: World):
    world.product.options["skip_unchanged"] = True


@given("the integration trusts its own history")
def trust_ledger(world: World):
    world.product.options |= {"audit": "ledger", "columns_kept": True}


@given(phrase("scores count for {age:Span}"))
def max_age(world: World, age):
    world.product.options["max_age_minutes"] = int(age / 60)


@given(phrase("senior agents take leads above {score:d}"))
def senior_above(world: World, score):
    world.product.options["senior_above"] = score


# -- verdicts --------------------------------------------------------------------------------


def the_row(world: World):
    """The only row of the last run."""
    (only,) = world.run.rows
    return only


@then(parsers.parse("the verdict is {verdict}"))
def verdict_is(world: World, verdict):
    assert the_row(world).verdict == code(verdict)


@then(parsers.parse("the reason is {reason}"))
def reason_is(world: World, reason):
    assert (the_row(world).reason or "") == code(reason)


@then(parsers.parse('the verdict\'s message says "{words}"'))
def message_says(world: World, words):
    assert words in (the_row(world).message or "")


@then("the verdicts are")
def verdicts_are(world: World, datatable):
    wanted = [
        (int(one["row"]), code(one["verdict"]), code(one.get("reason", "")))
        for one in records(datatable)
    ]
    with_reason = "reason" in datatable[0]
    found = [
        (one.row, one.verdict, (one.reason or "") if with_reason else "") for one in world.run.rows
    ]
    assert found == wanted


@then(phrase("the verdict on lead {lead:Lead} is {verdict:Lead}"))
def verdict_on_lead(world: World, lead, verdict):
    assert [one.verdict for one in world.run.rows if one.lead_id == lead] == [verdict]


@then(phrase("the verdict on lead {lead:Lead} gives the platform's own reason"))
def platforms_reason(world: World, lead):
    (found,) = (one for one in world.run.rows if one.lead_id == lead)
    assert found.reason == "contact.data.invalid.datatype"
    assert "last_visit" in (found.message or "")


@then("every row is a duplicate")
def all_duplicates(world: World):
    assert {one.verdict for one in world.run.rows} == {"duplicate"}
    assert len(world.run.rows) == len(world.waiting)


@then("every row is delivered")
def all_delivered(world: World):
    assert {one.verdict for one in world.run.rows} == {"delivered"}
    assert len(world.run.rows) == len(world.waiting)


@then(phrase("the verdict names {score:d}, calculated at {at:Moment}, as the previous score"))
def previous_named(world: World, score, at):
    found = the_row(world)
    assert (found.previous, found.previous_at) == (score, stored(at))


# -- how a run ends --------------------------------------------------------------------------


@then("the run ends well")
def ends_well(world: World):
    assert world.run.exit_code is ExitCode.FINE


@then("both runs end well")
def both_end_well(world: World):
    assert [run.exit_code for run in world.runs[-2:]] == [ExitCode.FINE, ExitCode.FINE]


@then("the run ends with rows that need attention")
def ends_with_rows_left(world: World):
    assert world.run.exit_code is ExitCode.ROWS_LEFT


@then("the run ends because the platform refused it")
def ends_refused(world: World):
    assert world.run.exit_code is ExitCode.REFUSED
    assert not isinstance(world.run.stopped, Unreachable)


@then("the run ends because the platform could not be reached")
def ends_unreachable(world: World):
    assert isinstance(world.run.stopped, Unreachable)
    assert world.run.exit_code is not ExitCode.FINE


@then("the run ends as interrupted, with the rest kept")
def ends_interrupted(world: World):
    assert world.run.exit_code is ExitCode.INTERRUPTED
    assert world.run.told.waiting > 0


@then("the run fails and says that the file broke off")
def ends_broken_off(world: World):
    assert isinstance(world.run.failure, SourceError)
    assert "breaks off" in str(world.run.failure)


@then(parsers.parse('the message says "{words}"'))
def run_says(world: World, words):
    assert words in str(world.run.stopped)


@then(phrase("the summary counts {number:Count} score whose value did not change"))
def counts_unchanged(world: World, number):
    assert world.run.told.unchanged == number


@then(phrase("the summary counts {number:Count} previous values on record"))
def counts_previous(world: World, number):
    assert world.run.told.previous_logged == number
