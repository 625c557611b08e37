# SPDX-License-Identifier: Apache-2.0
"""When preview stacks are made and removed; tests/engine does it with the engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from infra import preview_stacks
from infra.preview_stacks import EXPIRES, LIFE, PreviewStacks
from infra.stack import Listed, StackError
from infra.stack_changes import Changes

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Place:
    """Keeps stacks as names with tags, and what was done to them."""

    def __init__(self):
        self.tags = {}
        self.done = []
        self.on = []
        self.broken = set()

    def list(self, pattern, like, *_, **_more):
        assert pattern.fullmatch(like)
        return [Listed(name, tags, 2) for name, tags in self.tags.items()]

    def open(self, name, *_, new, **_more):
        if new:
            self.tags.setdefault(name, {})
        assert name in self.tags
        return SimpleNamespace(
            name=name,
            mark=self.tags[name].__setitem__,
            up=lambda **how: self.act("up", name, how),
            destroy=lambda **how: self.act("destroy", name, how),
            resources=lambda _kind: self.on,
        )

    def act(self, verb, name, how):
        self.done.append((verb, name))
        if name in self.broken:
            raise StackError("the platform refused")
        if verb == "destroy":
            assert how == {"remove": True}
            del self.tags[name]
        return Changes()

    @property
    def expiry(self):
        return {name: tags.get(EXPIRES) for name, tags in self.tags.items()}


@pytest.fixture(autouse=True)
def place(monkeypatch):
    found = Place()
    monkeypatch.setattr(preview_stacks, "list_stacks", found.list)
    monkeypatch.setattr(preview_stacks, "open_stack", found.open)
    return found


@pytest.fixture
def previews(tmp_path):
    return PreviewStacks({}, state=tmp_path)


def test_a_second_push_updates_and_puts_off_the_end(place, previews):
    """The same stack is deployed again, and lives for its whole life from then on."""
    previews.up(7, NOW)
    previews.up(7, NOW + timedelta(hours=5), timedelta(days=1))
    assert place.done == [("up", "pr-7")] * 2
    assert place.expiry == {"pr-7": "2026-11-24T15:00:00+00:00"}


def test_a_failed_deployment_expires_too(place, previews):
    """The tag is there before anything is deployed."""
    place.broken.add("pr-7")
    with pytest.raises(StackError):
        previews.up(7, NOW)
    assert place.expiry == {"pr-7": (NOW + LIFE).isoformat()}
    place.broken.clear()
    assert previews.destroy(7) is not None
    assert place.tags == {}


def test_a_campaign_that_is_on_is_told(place, previews):
    """A preview whose campaign somebody turned on is named as one that could call people."""
    place.on = [
        {"inputs": {"name": "Priority Leads pr-7"}, "outputs": {"campaignStatus": "on"}},
        {"inputs": {"name": "off"}, "outputs": {"campaignStatus": "off"}},
        {"inputs": {"name": "not made"}},
    ]
    with pytest.raises(StackError, match=r"turned on Priority Leads pr-7: previews call nobody"):
        previews.up(7, NOW)


def test_removing_what_is_not_there_is_fine(place, previews):
    """A pull request without a stack can be closed."""
    assert previews.destroy(7) is None
    assert place.done == []


def test_the_copy_goes_with_the_stack(previews, tmp_path):
    """The private copy of the project files is removed with the stack."""
    copy = tmp_path / "projects" / "pr-7"
    copy.mkdir(parents=True)
    previews.up(7, NOW)
    previews.destroy(7)
    assert not copy.exists()


@pytest.mark.parametrize(
    ("tag", "removed"),
    [
        ("2026-11-23T10:00:00+00:00", True),
        ("2026-11-23T11:00:00+01:00", True),
        ("2026-11-23T10:00:01+00:00", False),
        ("2026-11-23T09:00:00", False),
        ("some day", False),
        (None, False),
    ],
    ids=["right now", "in another zone", "in a second", "no zone", "no time", "no tag"],
)
def test_only_what_is_over_is_removed(place, previews, tag, removed):
    """A stack goes at its instant; one that states none gets one and goes another day."""
    place.tags = {"pr-7": {EXPIRES: tag} if tag else {}}
    assert previews.expire(NOW) == (["pr-7"] if removed else [])
    assert (place.tags == {}) is removed
    previews.expire(NOW + LIFE)
    assert place.tags == {}


def test_one_that_cannot_be_removed_keeps_no_other(place, previews):
    """All that can go is removed, and what could not is told in the end."""
    past = {EXPIRES: NOW.isoformat()}
    place.tags = {name: dict(past) for name in ("pr-10", "pr-9", "pr-8")}
    place.broken = {"pr-9"}
    with pytest.raises(StackError, match=r"^pr-9 could not be removed: the platform refused$"):
        previews.expire(NOW)
    assert [name for _, name in place.done] == ["pr-8", "pr-9", "pr-10"]
    assert [one.name for one in previews.list()] == ["pr-9"]
