# SPDX-License-Identifier: Apache-2.0
"""The heap that keeps contacts in order does what sorting everything would do."""

from __future__ import annotations

import random

from simulator.dialer.shelf import Shelf


def test_a_shelf_is_in_order_whatever_is_moved():
    """After thousands of changes the first one, and those before a key, are right."""
    chance, shelf, expected = random.Random(1), Shelf(), {}
    for _ in range(5000):
        item, key = f"L{chance.randrange(200)}", chance.randrange(50)
        if chance.random() < 0.3:
            shelf.discard(item)
            expected.pop(item, None)
        else:
            shelf.put(item, key)
            expected[item] = key
        first = shelf.first()
        assert first == min(((key, item) for item, key in expected.items()), default=None)
        border = chance.randrange(50)
        assert sorted(shelf.before(border)) == sorted(
            item for item, key in expected.items() if key < border
        )
    assert sorted(shelf) == sorted(expected)
    assert len(shelf) == len(expected)
