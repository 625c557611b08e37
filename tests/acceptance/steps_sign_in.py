# SPDX-License-Identifier: Apache-2.0
"""Steps about signing in: accounts, secrets, rights, and sign-ins that end."""

from __future__ import annotations

from pytest_bdd import given, then, when

from tests.acceptance.simulated import CHANGE, RIGHTS, SECRET, SIGN_IN
from tests.acceptance.words import phrase
from tests.acceptance.world import World

NEW_SECRET = "the-new-secret-of-the-pusher"
WRONG_SECRET = "something-else-entirely"


@given(phrase("a sign-in lasts {life:Span}"))
def sign_in_lasts(world: World, life):
    world.platform.administer(token_life=int(life))


@given(phrase("signing in takes {span:Span}"))
def sign_in_takes(world: World, span):
    world.fault(operation=SIGN_IN, kind="latency", seconds=span)


@given(phrase("the sign-in is withdrawn, {span:Span} into the run"))
def withdrawn(world: World, span):
    world.at(
        span, lambda: world.platform.administer(revoke_tokens=True), "the sign-in is withdrawn"
    )


@given("every sign-in is withdrawn as soon as it is used")
def always_withdrawn(world: World):
    world.fault(operation="*contact*", kind="revoke_token")


@given(phrase("nobody can sign in for {span:Span}"))
def nobody_signs_in(world: World, span):
    world.fault(operation=SIGN_IN, kind="status", until_seconds=span)


@given(phrase("nobody can sign in for {span:Span}, {start:Span} into the run"))
def nobody_signs_in_later(world: World, span, start):
    world.fault(operation=SIGN_IN, kind="status", from_seconds=start, until_seconds=start + span)


@given(phrase("the platform's clock jumps ahead by {span:Span}, {start:Span} into the run"))
def clock_jumps(world: World, span, start):
    world.at(start, lambda: world.platform.control.skew(span), "the platform's clock jumps")


# -- the account -----------------------------------------------------------------------------


@given("the integration has the wrong secret")
def wrong_secret(world: World):
    world.product.options["client_secret"] = WRONG_SECRET


@when("the secret is corrected")
def corrected(world: World):
    world.product.options["client_secret"] = SECRET


@given("the integration reads its secret from a file", target_fixture="secret_file")
def secret_file(world: World, folder):
    path = folder / "secret"
    path.write_text(SECRET + "\n")
    world.product.options["client_secret"] = ""
    world.product.options["client_secret_file"] = path
    return path


def rotate(world: World):
    """Put another secret in the place of the old one; sign-ins end with it."""
    world.platform.administer(secret=NEW_SECRET, revoke_tokens=True)


@given(phrase("the secret is rotated, {span:Span} into the run"))
def rotated(world: World, span):
    world.at(span, lambda: rotate(world), "the secret is rotated")


@given(phrase("the secret is rotated and put into its file, {span:Span} into the run"))
def rotated_in_file(world: World, span, secret_file):
    def act():
        rotate(world)
        secret_file.write_text(NEW_SECRET + "\n")

    world.at(span, act, "the secret is rotated")


@given(phrase("the account is disabled, {span:Span} into the run"))
def disabled(world: World, span):
    world.at(span, lambda: world.platform.administer(state="disabled"), "the account is disabled")


@when("the account is enabled again")
def enabled(world: World):
    world.platform.administer(state="active")


def take_away(world: World):
    """Leave every right but the one to change contacts."""
    world.platform.administer(permissions=[right for right in RIGHTS if right != CHANGE])


@given("the account lacks the right to change contacts")
def lacks_right(world: World):
    take_away(world)


@given(phrase("the right to change contacts is taken away, {span:Span} into the run"))
def right_taken(world: World, span):
    world.at(span, lambda: take_away(world), "the right is taken away")


# -- what became of it -----------------------------------------------------------------------


@then("the integration signed in once")
def signed_in_once(world: World):
    assert world.platform.sign_ins() == 1


@then(phrase("the integration signed in {number:Count} times"))
def signed_in(world: World, number):
    assert world.platform.sign_ins() == number


@then(phrase("the integration signed in at least {number:Count} times"))
def signed_in_at_least(world: World, number):
    assert world.platform.sign_ins() >= number


@then("no call was made with a sign-in that had run out")
def never_expired(world: World):
    log = world.platform.attempts(after=0)
    assert log
    assert [call["operation_id"] for call in log if call["status"] == 401] == []


@then("the message names the missing right")
def names_right(world: World):
    assert CHANGE in str(world.run.stopped)


@then("the secret appears in no message, alert or status")
def secret_hidden(world: World, capfd):
    status = world.product.status()
    told = [
        str(world.run.stopped),
        repr(world.run.stopped),
        repr(world.run.told),
        *(repr(one) for one in world.run.rows),
        *(repr(one) for one in world.run.progress),
        str(world.product.alerts()),
        repr(status),
        *capfd.readouterr(),
    ]
    assert status.put_off > 0
    assert world.product.alerts()
    assert not any(WRONG_SECRET in text for text in told)
