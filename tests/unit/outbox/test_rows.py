# SPDX-License-Identifier: Apache-2.0
"""How conditions of scores are kept in the database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.outbox.rows import PENDING_COLUMNS, decode_bases, encode_bases, read_pending
from integration.scores import LAST_INSTANT, LeadScore


@pytest.mark.parametrize(
    ("bases", "text"),
    [
        (None, None),
        (frozenset((None,)), "-"),
        (frozenset((0,)), "0"),
        (frozenset((LAST_INSTANT, None)), f"-,{LAST_INSTANT}"),
    ],
)
def test_how_bases_are_kept(bases, text):
    """Instants are kept as numbers, "nothing stored" as a dash, and no condition as none."""
    assert encode_bases(bases) == text
    assert decode_bases(text) == bases


@given(st.none() | st.frozensets(st.none() | st.integers(0, LAST_INSTANT), min_size=1))
def test_bases_survive_the_database(bases):
    """What a score is based on is read back as it was kept."""
    assert decode_bases(encode_bases(bases)) == bases


def test_a_pending_score_is_read_from_its_columns():
    """The columns of a pending score come in the order in which they are read."""
    names = "lead, score, at, model, based_on, run, row, attempts, lane, accepted"
    assert names == PENDING_COLUMNS
    found = read_pending(["L", 50, 5, "m7", "-,3", 2, 9, 4, "express", 7, "parked"])
    assert found.score == LeadScore("L", 50, 5, "m7", frozenset((None, 3)))
    assert (found.run, found.row, found.attempts, found.lane, found.accepted) == (
        2,
        9,
        4,
        "express",
        7,
    )
