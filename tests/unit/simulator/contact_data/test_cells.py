# SPDX-License-Identifier: Apache-2.0
"""What the text in a cell means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.cells import is_integer, read_instant, read_number, read_offset


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("87", 87.0),
        ("-5", -5.0),
        ("+0087", 87.0),
        ("87.5", 87.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("", None),
        (" 87", None),
        ("87 ", None),
        ("87\n", None),
        ("n/a", None),
        ("NaN", None),
        ("Infinity", None),
        ("1_000", None),
        ("8\uff17", None),
        ("\u0668", None),
        ("0x10", None),
        ("1,5", None),
        ("e5", None),
    ],
)
def test_number(text, number):
    """Only an ASCII decimal number counts as a number."""
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "whole"), [("87", True), ("-1", True), ("87.0", False), ("1e2", False), ("", False)]
)
def test_integer(text, whole):
    """A whole number is digits and a sign, nothing else."""
    assert is_integer(text) is whole


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T09:00:00.250Z", datetime(2026, 11, 23, 9, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-11-23T10:00:00+01:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T10:00:00+0100", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T09:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23 09:00:00", None),
        ("20261123T090000Z", None),
        ("2026-W48-1", None),
        ("2026-13-01", None),
        ("2026-02-30", None),
        ("2026-11-23T24:01:00Z", None),
        ("2026-11-23T09:00:60Z", None),
        ("1795424400", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_instant(text, instant):
    """A date is ISO 8601 from the day down to fractions of a second; without a zone it is UTC."""
    assert read_instant(text) == instant


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("P-01DT00H00M", timedelta(days=-1)),
        ("P-1DT-0H-0M", timedelta(days=-1)),
        ("P00DT00H00M", timedelta()),
        ("P01DT08H30M", timedelta(days=1, hours=8, minutes=30)),
        ("P-01DT-08H-30M", timedelta(days=-1, hours=-8, minutes=-30)),
        ("P01DT00H-30M", timedelta(hours=23, minutes=30)),
        ("P-1DT-1H-1M", timedelta(days=-1, hours=-1, minutes=-1)),
        ("P-1D", None),
        ("-P1DT0H0M", None),
        ("P1DT1H", None),
        ("P1.5DT0H0M", None),
        ("P1DT0H0M ", None),
        ("p1dt0h0m", None),
        ("P999999DT0H0M", None),
        ("2026-11-23", None),
        ("", None),
    ],
)
def test_offset(text, offset):
    """A relative time has days, hours and minutes, each with its own sign and any padding."""
    assert read_offset(text) == offset
