# SPDX-License-Identifier: Apache-2.0
"""Callable time sets: when people may be called, per time zone and day of the week.

Times are kept as the platform writes them, with milliseconds.

Source: CallableTimeSet of the official SDK 269; provider reference, section B.16.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.entities import Kind
from simulator.entity_calls import usual_calls
from simulator.errors import bad_field
from simulator.fields import Integer, ListOf, Object, Reader, Text
from simulator.references import CALLABLE_TIME_SET

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{3})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfDay(Reader):
    """A time of the day as ``HH:mm:ss``, with milliseconds or without."""

    required: bool = False

    def read(self, value: object, where: str) -> str:
        """The time as ``HH:mm:ss.SSS``."""
        text = Text().read(value, where)
        match = _TIME.fullmatch(text)
        if match is None:
            raise bad_field("invalid.value", where, "must be a time such as 09:00:00")
        return text if match[2] else f"{text}.000"


_SLOT = {
    "startTime": TimeOfDay(required=True),
    "stopTime": TimeOfDay(required=True),
    "day": Integer(required=True, minimum=1, maximum=7),  # 1 is Monday
}
_CALLABLE_TIME = {
    "timeSlots": ListOf(Object(_SLOT), required=True),
    "timeZoneId": Text(required=True, minimum=1),
}

CALLABLE_TIMES = Kind(
    noun=CALLABLE_TIME_SET,
    root="/api/v2/outbound/callabletimesets",
    parameter="callableTimeSetId",
    permission="outbound:callableTimeSet",
    model="CallableTimeSet",
    fields={"callableTimes": ListOf(Object(_CALLABLE_TIME), required=True)},
)

OPERATIONS = usual_calls(CALLABLE_TIMES)
