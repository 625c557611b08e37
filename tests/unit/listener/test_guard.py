# SPDX-License-Identifier: Apache-2.0
"""A stream whose scores begin to look broken: what comes from then on is held."""

from __future__ import annotations

import pytest

from integration.distribution import GuardLimits
from integration.listener.guard import StreamGuard
from integration.outbox import STREAM, InputRow, Outbox, WebhookMessage
from integration.scores import LeadScore

LIST = "contact_list:1"
NOW = 1_795_428_000_000
WINDOW = 200
NORMAL = [1 + (37 * place) % 60 for place in range(WINDOW)]


class Side:
    """One replica of a service, on an outbox that others may use as well."""

    def __init__(self, path):
        self.outbox = Outbox(path)
        self.guard = StreamGuard(GuardLimits(least=WINDOW), LIST)
        self.begin()

    def begin(self):
        self.run, self.row = self.outbox.records.start_run(STREAM, LIST, NOW), 0

    def send(self, scores, lead="L"):
        """Whether one message with these scores made the stream look broken."""
        rows = []
        for score in scores:
            self.row += 1
            name = f"{lead}-{self.run}-{self.row}"
            rows.append(InputRow(self.row, LeadScore(name, score, NOW + self.row)))
        message = WebhookMessage("", b"", tuple(rows))
        self.outbox.webhooks.accept(self.run, LIST, [message], NOW, guarded=True)
        return self.guard.passed(self.outbox.judging, self.run, rows)

    def parked(self):
        return self.outbox.records.status(NOW).parked.get("held", 0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox.db"


@pytest.fixture
def side(path):
    made = Side(path)
    yield made
    made.outbox.close()


def test_ordinary_scores_pass(side):
    """Hours of ordinary scores hold nothing, also where noon looks a little different."""
    for _ in range(12):
        assert side.send(NORMAL) is False
        assert side.send([min(one + 15, 100) for one in NORMAL]) is False
    assert (side.guard.reason, side.parked()) == ("", 0)


def test_a_stream_of_hundreds_is_held(side):
    """Once most of the last scores are 100, what comes next is held, and it is told once."""
    side.send(NORMAL)
    told = [side.send([100] * 50) for _ in range(6)]
    assert told == [False, False, True, False, False, False]
    assert side.guard.reason.startswith("75% of 200 leads have a score above 60")
    assert side.parked() == 150


def test_a_stream_that_begins_broken_is_held(side):
    """With nothing to compare with, nearly all the same is broken enough."""
    told = [side.send([100] * 50) for _ in range(6)]
    assert told == [False, False, False, True, False, False]
    assert side.guard.reason == "100% of 200 leads have the same score, 100"
    assert side.parked() == 100


def test_a_stream_that_moves_is_held(side):
    """A jump of everybody is noticed, though each score alone is an ordinary one."""
    for _ in range(3):
        side.send(NORMAL)
    assert any(side.send([40 + one for one in NORMAL[:50]]) for _ in range(4))
    assert "of those accepted before" in side.guard.reason


def test_too_few_scores_are_not_judged(side):
    """Until a window is full nothing is held."""
    assert side.send([100] * (WINDOW - 1)) is False
    assert side.send([100]) is True


def test_what_is_held_is_on_record(side, path):
    """Another replica, and the same one after a restart, hold what comes as well."""
    side.send([100] * WINDOW)
    other = Side(path)
    assert other.send([50] * 3) is False
    assert (other.guard.reason, other.parked()) == (side.guard.reason, 3)
    other.begin()
    other.send([50])
    assert other.parked() == 4
    other.outbox.close()


@pytest.mark.parametrize("drop", [False, True], ids=["released", "dropped"])
def test_somebody_decides(side, drop):
    """After a release, or a drop, the stream goes on, and what is normal is learned anew."""
    side.send([100] * WINDOW)
    side.send([100] * 20)
    assert side.parked() == 20
    judging = side.outbox.judging
    assert (judging.drop if drop else judging.release)(NOW) == 20
    assert side.send([40] * 10) is False
    assert (side.guard.reason, side.parked()) == ("", 0)
    assert side.send(NORMAL) is False


def test_a_release_before_anything_is_held(side):
    """Where nothing has come since, a release still lets the stream go on."""
    side.send([100] * WINDOW)
    assert side.outbox.judging.release(NOW) == 0
    assert side.send([40]) is False
    assert side.parked() == 0


def test_why_is_told_with_each_score(side):
    """Held scores of a stream say in the status what is wrong."""
    side.send([100] * WINDOW)
    side.send([100])
    ((_, reason, message),) = side.outbox.records.status(NOW).examples
    assert (reason, message) == ("held", "100% of 200 leads have the same score, 100")
