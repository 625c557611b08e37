# SPDX-License-Identifier: Apache-2.0
"""Steps about a partner that sends scores as messages, signed or not, and what it hears."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from pytest_bdd import given, parsers, then, when
from standardwebhooks import Webhook

from tests.acceptance.serving import ADDRESS, TOKEN, Sent
from tests.acceptance.words import code, phrase, records, span, written
from tests.acceptance.world import World

ANSWERS = {
    200: "known already",
    202: "accepted",
    400: "nothing in it good",
    401: "not let in",
    409: "another message has this name",
    429: "come back",
}


def secret(name):
    """The secret that the features call by a colour."""
    return "whsec_" + base64.b64encode(f"the secret called {name:20}".encode()).decode()


@dataclass
class Message:
    """One message: its name, its updates, how it was signed, and what the partner heard."""

    name: str
    after: float
    updates: list[dict]
    signed: str
    answer: str = "nothing"
    told: dict = field(default_factory=dict)

    def headers(self, body, now):
        """The message's own headers at the time ``now``."""
        kind = {"content-type": "application/json", "webhook-id": self.name}
        if self.signed == "not at all":
            return kind
        if self.signed == "with a password":
            return kind | {"authorization": f"Bearer {TOKEN}"}
        if away := re.fullmatch(r"(.+) (ago|ahead)", self.signed):
            now += timedelta(seconds=span(away[1]) * (1 if away[2] == "ahead" else -1))
        name = self.signed.removeprefix("with ") if self.signed.startswith("with ") else "blue"
        over = body + " " if self.signed == "for another message" else body
        signature = Webhook(secret(name)).sign(self.name, now, over)
        stamp = str(int(now.timestamp()))
        return kind | {"webhook-timestamp": stamp, "webhook-signature": signature}

    async def post(self, http, now):
        """Send it, and note the answer."""
        items = [{"event": "LEAD_SCORE_UPDATE", **one} for one in self.updates]
        body = json.dumps(items[0] if len(items) == 1 else items)
        found = await http.post(ADDRESS, content=body, headers=self.headers(body, now()))
        self.answer, self.told = ANSWERS.get(found.status_code, str(found)), found.json()


@dataclass
class Partner:
    """Who sends: the secrets that the service knows, and the messages in their order."""

    secrets: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @property
    def last(self) -> Message:
        return self.messages[-1]


@pytest.fixture
def partner():
    return Partner()


def put(world: World, partner: Partner):
    """Let the service know the secrets that the partner has now."""
    file = world.product.folder.parent / "secrets"
    file.write_text("".join(f"{secret(name)}\n" for name in partner.secrets))
    world.product.options["webhook_secrets_file"] = file


def send(world: World, partner: Partner, messages):
    partner.messages += messages
    world.serve(
        [
            Sent(one.after, post=lambda http, one=one: one.post(http, world.clock.now))
            for one in messages
        ]
    )


@given(parsers.parse('the partner and the service share the secret "{name}"'))
def share(world: World, partner: Partner, name):
    partner.secrets.append(name)
    put(world, partner)


@given(phrase('the service learns the secret "{name:Lead}" too, {seconds:Span} into the run'))
def learns(world: World, partner: Partner, name, seconds):
    def learn():
        partner.secrets.append(name)
        put(world, partner)

    world.at(seconds, learn, f"the service learns {name}")


@given(phrase('the service forgets the secret "{name:Lead}", {seconds:Span} into the run'))
def forgets(world: World, partner: Partner, name, seconds):
    def forget():
        partner.secrets.remove(name)
        put(world, partner)

    world.at(seconds, forget, f"the service forgets {name}")


@given(phrase("leads {first:Leads} and {last:Lead} are on the contact list"))
def leads_are_there(world: World, first, last):
    for lead in (*first, last):
        world.add_lead(lead)


@given(phrase("no more than {most:Count} scores may wait in the service"))
def few_may_wait(world: World, most):
    world.product.options["waiting_limit"] = most


@given("the partner has sent")
@when("the partner sends")
def sends(world: World, partner: Partner, datatable):
    sent: list[Message] = []
    for one in records(datatable):
        after, signed = span(one.get("after", "0 seconds")), one.get("signed", "with blue")
        update = {
            "leadId": one["lead"],
            "new_score": int(one["score"]) if one["score"].isdigit() else one["score"],
            "timestamp": written(one["calculated at"]),
        }
        last = sent[-1] if sent else None
        # Rows of one name are one message, unless a lead comes again: then it is sent twice.
        if (
            last is not None
            and (last.name, last.after) == (one["message"], after)
            and one["lead"] not in {known["leadId"] for known in last.updates}
        ):
            last.updates.append(update)
        else:
            sent.append(Message(one["message"], after, [update], signed))
    send(world, partner, sent)


@when("the partner sends all of them in one message")
def sends_all(world: World, partner: Partner):
    updates = [
        {
            "leadId": one.raw.lead_id,
            "new_score": int(one.raw.priority_score),
            "timestamp": one.raw.last_calculated_at,
        }
        for one in world.waiting
    ]
    send(world, partner, [Message("all", 0, updates, "with blue")])


@then("the partner hears")
def hears(partner: Partner, datatable):
    wanted = [(one["message"], one["answer"]) for one in records(datatable)]
    assert sorted((one.name, one.answer) for one in partner.messages) == sorted(wanted)


@then("the partner hears of each lead")
def hears_of_each(partner: Partner, datatable):
    told = [
        (one["leadId"], one["verdict"], [problem["reason"] for problem in one.get("problems", [])])
        for one in partner.last.told["results"]
    ]
    assert told == [
        (one["lead"], one["verdict"], [code(one["reason"])] if code(one["reason"]) else [])
        for one in records(datatable)
    ]


@then("the partner hears of each problem")
def hears_of_problems(partner: Partner, datatable):
    wanted = {code(one["reason"]) for one in records(datatable)}
    assert {one["reason"] for one in partner.last.told["problems"]} == wanted


@then(phrase("the service has taken in {count:Count} score"))
def taken_in(world: World, count):
    assert len(world.run.rows) == count
