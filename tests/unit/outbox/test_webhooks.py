# SPDX-License-Identifier: Apache-2.0
"""Webhook messages in the outbox: together in one transaction, and each of them once."""

from __future__ import annotations

import pytest

from integration.order import Verdict
from integration.outbox import InputRow, OutboxError, Repetition, WebhookMessage
from integration.scores import Rejected

DAY = 24 * 3_600_000


@pytest.fixture
def hooks(box):
    box.hooks = box.outbox.webhooks
    box.open_run = box.records.start_run("webhooks", "list", box.now)
    box.numbers = iter(range(1, 1000))
    return box


def message(box, *scores, name="", body=b"body"):
    rows = [InputRow(next(box.numbers), one) for one in scores]
    return WebhookMessage(name, body, tuple(rows))


def accept(box, *messages):
    return box.hooks.accept(box.open_run, "list", messages, box.now)


def verdicts(receipt):
    return [arrival.verdict for arrival in receipt]


def test_messages_are_accepted_together(hooks):
    """Each message learns what became of its own rows, in their order."""
    first = message(hooks, hooks.score(5, lead="A"), hooks.score(7, lead="B"), name="one")
    second = message(hooks, hooks.score(6, lead="A"), hooks.score(3, lead="B"), name="two")
    one, two = accept(hooks, first, second)
    assert verdicts(one) == [Verdict.SUPERSEDED, None]
    assert verdicts(two) == [None, Verdict.SUPERSEDED]
    assert hooks.waiting() == [("A", 6, hooks.open_run, 3), ("B", 7, hooks.open_run, 2)]


def test_a_rejected_row_is_on_record(hooks):
    """A row that is no score stands in the run with its reason."""
    bad = InputRow(1, rejected=Rejected("score_not_a_number", "no", lead_id="A"))
    (receipt,) = accept(hooks, WebhookMessage("one", b"", (bad,)))
    assert verdicts(receipt) == [Verdict.REJECTED]
    assert hooks.row(hooks.open_run).reason == "score_not_a_number"


@pytest.mark.parametrize("together", [True, False], ids=["in flight together", "later"])
def test_a_repetition_does_nothing(hooks, together):
    """Of two copies the first is accepted, and the second leaves no trace."""
    copies = [message(hooks, hooks.score(5), name="one") for _ in range(2)]
    if together:
        receipts = accept(hooks, *copies)
    else:
        receipts = [*accept(hooks, copies[0])]
        hooks.deliver()
        receipts += accept(hooks, copies[1])
    assert verdicts(receipts[0]) == [None]
    assert receipts[1] is Repetition.SAME
    assert len(hooks.verdicts(hooks.open_run)) == 1


def test_an_id_that_is_used_again_for_another_body(hooks):
    """A second message under the id of another one is not taken for a repetition."""
    accept(hooks, message(hooks, hooks.score(5), name="one", body=b"one"))
    (receipt,) = accept(hooks, message(hooks, hooks.score(6), name="one", body=b"two"))
    assert receipt is Repetition.OTHER_BODY
    assert [at for _, at, _, _ in hooks.waiting()] == [5]


def test_messages_without_an_id(hooks):
    """Without an id nothing is a repetition; the order of scores settles it."""
    copies = [message(hooks, hooks.score(5)) for _ in range(2)]
    one, two = accept(hooks, *copies)
    assert (verdicts(one), verdicts(two)) == ([None], [Verdict.DUPLICATE])


def test_a_message_that_failed_is_no_repetition(hooks, monkeypatch):
    """Where the transaction fails, the id is not on record: the sender's next try counts."""
    again = message(hooks, hooks.score(5), name="one")
    with monkeypatch.context() as broken:
        broken.setattr("integration.outbox.intake._keep", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            accept(hooks, again)
    assert [verdicts(one) for one in accept(hooks, again)] == [[None]]


def test_an_outbox_that_cannot_be_written(hooks):
    """Where nothing can be written, nothing is accepted, and that is said."""
    with pytest.raises(OutboxError, match=r"cannot be written|nothing of this step was kept"):
        hooks.hooks.accept(None, "list", [message(hooks, hooks.score(5), name="one")], hooks.now)
    assert hooks.waiting() == []
    assert verdicts(*accept(hooks, message(hooks, hooks.score(5), name="one"))) == [None]


def test_old_messages_are_forgotten(hooks, monkeypatch):
    """Ids are kept for as long as asked, and dropped some at a time."""
    monkeypatch.setattr("integration.outbox.webhooks._PRUNED_AT_ONCE", 2)
    accept(hooks, *(message(hooks, name=f"old {number}") for number in range(3)))
    hooks.now += DAY
    accept(hooks, message(hooks, name="new"))
    assert [hooks.hooks.prune(hooks.now) for _ in range(3)] == [2, 1, 0]
    (known,) = accept(hooks, message(hooks, name="new"))
    assert known is Repetition.SAME
    assert accept(hooks, message(hooks, name="old 1")) == [()]
