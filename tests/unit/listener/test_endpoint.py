# SPDX-License-Identifier: Apache-2.0
"""What senders of webhooks are told, and what is in the outbox then."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from integration.listener.desk import DeskRules
from integration.listener.endpoint import PATH
from integration.outbox import OutboxError
from tests.unit.listener.conftest import OTHER, TOKEN, update

AT = 1_795_420_800_000
"""2026-11-23T08:00:00Z"""


def test_an_update_is_accepted(listener):
    """A signed update is in the outbox before its sender hears of it."""

    async def work(one):
        response = await one.send(update())
        return response, one.waiting(), one.desk.arrived.is_set()

    response, waiting, arrived = listener.run(work)
    assert response.status_code == 202
    assert response.json() == {
        "repeated": False,
        "results": [{"item": 0, "leadId": "L-1", "verdict": "accepted"}],
    }
    assert waiting == [("L-1", 87, AT)]
    assert arrived


def test_a_mixed_array(listener):
    """Good items of an array are accepted, and each bad one is named with all its problems."""

    async def work(one):
        return await one.send(update("L-1"), update("L 2", 101), update("L-3", 5))

    response = listener.run(work)
    assert response.status_code == 202
    good, bad, other = response.json()["results"]
    assert [one["verdict"] for one in (good, bad, other)] == ["accepted", "rejected", "accepted"]
    assert [(one["field"], one["reason"]) for one in bad["problems"]] == [
        ("leadId", "invalid_lead_id"),
        ("new_score", "score_out_of_range"),
    ]
    assert [lead for lead, _, _ in listener.waiting()] == ["L-1", "L-3"]


def test_nothing_good_in_it(listener):
    """A body without one good item is refused, and every problem of every item is named."""

    async def work(one):
        return await one.send(update(score=0), {"event": "OTHER", "leadId": "L-2"})

    response = listener.run(work)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert [(one["item"], one["field"]) for one in response.json()["problems"]] == [
        (0, "new_score"),
        (1, "timestamp"),
        (1, "new_score"),
        (1, "event"),
    ]
    assert listener.waiting() == []


@pytest.mark.parametrize("together", [True, False], ids=["in flight together", "one by one"])
def test_a_repeated_delivery(listener, together):
    """The same message twice is accepted once, and its sender hears that both are well."""

    async def work(one):
        copies = [one.send(update(), name="msg_same") for _ in range(2)]
        if together:
            return await asyncio.gather(*copies)
        return [await copy for copy in copies]

    responses = listener.run(work)
    assert sorted(one.status_code for one in responses) == [200, 202]
    assert {"repeated": True} in [one.json() for one in responses]
    assert listener.waiting() == [("L-1", 87, AT)]


def test_an_id_used_again(listener):
    """Another message under an id that was used is refused, and not taken for a repetition."""

    async def work(one):
        await one.send(update(), name="msg_same")
        return await one.send(update("L-2"), name="msg_same")

    assert listener.run(work).status_code == 409
    assert [lead for lead, _, _ in listener.waiting()] == ["L-1"]


@pytest.mark.parametrize("away", [timedelta(seconds=-301), timedelta(seconds=301)])
def test_a_signature_of_another_time(listener, away):
    """A message that was signed more than five minutes from now is refused."""

    async def work(one):
        return await one.send(update(), at=one.clock.now() + away)

    assert listener.run(work).status_code == 401
    assert listener.waiting() == []


@pytest.mark.parametrize("away", [timedelta(seconds=-300), timedelta(seconds=300)])
def test_a_signature_at_the_border(listener, away):
    """A message that was signed five minutes from now is accepted."""

    async def work(one):
        return await one.send(update(), at=one.clock.now() + away)

    assert listener.run(work).status_code == 202


def test_a_signature_of_somebody_else(listener):
    """A message signed with another secret is refused."""

    async def work(one):
        return await one.send(update(), secret=OTHER)

    assert listener.run(work).status_code == 401
    assert listener.waiting() == []


def test_a_bearer_token(listener):
    """A source that cannot sign sends its token."""

    async def work(one):
        headers = {"content-type": "application/json", "authorization": f"Bearer {TOKEN}"}
        return await one.send(update(), headers=headers)

    assert listener.run(work).status_code == 202


def test_many_share_a_transaction(listener):
    """A hundred messages at once are all accepted, each with its own receipt."""

    async def work(one):
        return await asyncio.gather(*(one.send(update(f"L-{n:03}")) for n in range(100)))

    responses = listener.run(work)
    assert {one.status_code for one in responses} == {202}
    assert [one.json()["results"][0]["leadId"] for one in responses] == [
        f"L-{n:03}" for n in range(100)
    ]
    assert len(listener.waiting()) == 100


def test_a_body_that_is_no_json(listener):
    """Broken JSON is refused with its place."""

    async def work(one):
        return await one.send(body=json.dumps(update())[:-1])

    response = listener.run(work)
    assert response.status_code == 400
    assert "broken JSON" in response.json()["detail"]


def test_a_document_nested_too_deeply(listener):
    """A document that is all brackets is refused, however long it may be."""
    listener.body_limit = 1_048_576

    async def work(one):
        return await one.send(body="[" * 1_000_000)

    response = listener.run(work)
    assert (response.status_code, response.json()["detail"]) == (
        400,
        "the body is no update: it is nested too deeply",
    )


def test_while_the_service_ends(listener):
    """Who comes too late is asked to come back, before and after the body is read."""

    async def work(one):
        receive = one.desk.accept

        async def too_late(*arguments, **options):
            one.desk.stop()
            return await receive(*arguments, **options)

        one.desk.accept = too_late
        return [await one.send(update()) for _ in range(2)]

    responses = listener.run(work)
    assert [one.status_code for one in responses] == [503, 503]
    assert [one.headers["retry-after"] for one in responses] == ["5", "5"]
    assert listener.waiting() == []


def test_an_outbox_that_is_full(listener):
    """Where too much waits, the sender is told when to come back."""
    listener.rules = DeskRules(most=1)

    async def work(one):
        return [await one.send(update(f"L-{n}")) for n in range(2)]

    first, second = listener.run(work)
    assert (first.status_code, second.status_code) == (202, 429)
    assert second.headers["retry-after"] == "30"


def test_an_outbox_that_cannot_be_written(listener, monkeypatch):
    """Nothing is accepted that is not on disk, and the sender is asked to come back."""

    def fails(*_, **__):
        raise OutboxError("the disk is full")

    monkeypatch.setattr("integration.outbox.webhooks.Webhooks.accept", fails)

    async def work(one):
        return await one.send(update())

    response = listener.run(work)
    assert (response.status_code, response.headers["retry-after"]) == (503, "30")
    assert "disk" not in response.text


def test_too_many_long_bodies_at_once(listener, monkeypatch):
    """All bodies together take no more memory than is meant for them."""
    monkeypatch.setattr("integration.listener.endpoint._HELD_MOST", 1000)

    async def parts(body):
        for start in range(0, len(body), 500):
            yield body[start : start + 500].encode()

    async def work(one):
        body = json.dumps(update(model_version="x" * 100)) + " " * 1500
        long = await one.http.post(PATH, content=parts(body), headers=one.signed(body))
        return long, await one.send(update())

    long, short = listener.run(work)
    assert (long.status_code, long.headers["retry-after"]) == (503, "1")
    assert short.status_code == 202


def test_the_interface_describes_itself(listener):
    """The document of the interface is there for everybody, and problems look alike."""

    async def work(one):
        return await one.http.get("/openapi.json"), await one.http.get("/elsewhere")

    document, elsewhere = listener.run(work)
    assert PATH in document.json()["paths"]
    assert (elsewhere.status_code, elsewhere.headers["content-type"]) == (
        404,
        "application/problem+json",
    )


def test_who_watches_does_not_disturb(listener):
    """A defect of those who count messages costs nobody a receipt."""
    listener.on_accepted = lambda *_: 1 / 0

    async def work(one):
        return [await one.send(update(f"L-{n}")) for n in range(2)]

    assert [one.status_code for one in listener.run(work)] == [202, 202]
