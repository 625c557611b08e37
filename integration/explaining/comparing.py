# SPDX-License-Identifier: Apache-2.0
"""What a condition of the platform says about a value: it holds, it does not, or nobody knows.

Filters and rules compare alike. Where no source says how the platform compares (a blank date
with a relative time, a text of other letter case, an instant exactly at the border), the answer
is None: what cannot be known is not guessed.

Source: docs/platform.md sections 6 and 7 (operators, relative times, what is not written down).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

from integration.scores import read_instant

Kind = Literal["number", "text", "ago", "date"]
"""How a value is compared: as a number, a text, an offset from now, or a date."""

_OFFSET: Final = re.compile(r"P([+-]?\d{1,5})DT([+-]?\d{1,5})H([+-]?\d{1,5})M", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "EQUALS": operator.eq,
    "LESS_THAN": operator.lt,
    "LESS_THAN_EQUALS": operator.le,
    "GREATER_THAN": operator.gt,
    "GREATER_THAN_EQUALS": operator.ge,
    "BEFORE": operator.lt,
    "AFTER": operator.gt,
}
_PARTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "CONTAINS": operator.contains,
    "BEGINS_WITH": str.startswith,
    "ENDS_WITH": str.endswith,
}
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "EQUALS": ("is", "is not"),
    "LESS_THAN": ("is below", "is not below"),
    "LESS_THAN_EQUALS": ("is at most", "is not at most"),
    "GREATER_THAN": ("is above", "is not above"),
    "GREATER_THAN_EQUALS": ("is at least", "is not at least"),
    "CONTAINS": ("contains", "does not contain"),
    "BEGINS_WITH": ("begins with", "does not begin with"),
    "ENDS_WITH": ("ends with", "does not end with"),
    "BEFORE": ("is earlier than", "is not earlier than"),
    "AFTER": ("is later than", "is not later than"),
    "BETWEEN": ("is between", "is not between"),
    "IN": ("is one of", "is none of"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition on the value of a column.

    Attributes:
        column: the column that is looked at.
        operator: the platform's name, such as ``GREATER_THAN_EQUALS``.
        kind: how it compares.
        value: what it compares with.
        bounds: the platform's ``range``, for BETWEEN and IN.
        inverted: whether the opposite is asked for.
    """

    column: str
    operator: str
    kind: Kind
    value: str = ""
    bounds: Mapping[str, Any] = field(default_factory=dict)
    inverted: bool = False

    def words(self) -> str:
        """The condition as a sentence: ``ml_score is at least 80``."""
        says = _WORDS.get(self.operator, (self.operator, f"not {self.operator}"))[self.inverted]
        if self.operator == "BETWEEN":
            return f"{self.column} {says} {self._named('min')} and {self._named('max')}"
        if self.operator == "IN":
            return f"{self.column} {says} {', '.join(map(str, self.bounds.get('inSet') or ()))}"
        return f"{self.column} {says} {self._shown(self.value)}"

    def _named(self, bound: str) -> str:
        return self._shown(str(self.bounds.get(bound, "")))

    def _shown(self, value: str) -> str:
        if self.kind == "ago":
            return ago(value)
        return f'"{value}"' if self.kind == "text" else value

    def holds(self, text: str, now: int) -> bool | None:
        """Whether it holds for ``text`` at ``now`` (ms since 1970); None where nobody knows."""
        found = self._plain(text, now)
        return found if found is None else found is not self.inverted

    def _plain(self, text: str, now: int) -> bool | None:
        """None for a value that is blank or of another kind, too: that is not documented."""
        if self.kind == "text":
            exact, folded = self._of_texts(str, text), self._of_texts(str.casefold, text)
            return exact if exact == folded else None  # upper and lower case: not documented
        value = _number(text) if self.kind == "number" else read_instant(text)
        return None if value is None else self._of_values(value, self._reader(now))

    def _of_values(self, value: float, read: Callable[[str], float | None]) -> bool | None:
        if self.operator == "BETWEEN":
            low, high = read(str(self.bounds.get("min"))), read(str(self.bounds.get("max")))
            return None if low is None or high is None else self._between(low, value, high)
        if self.operator == "IN":
            return value in {read(str(one)) for one in self.bounds.get("inSet") or ()}
        wanted = read(self.value)
        at_border = value == wanted and self.operator in ("BEFORE", "AFTER")
        if wanted is None or self.operator not in _ORDERS or at_border:
            return None  # exactly at the border: not documented
        return _ORDERS[self.operator](value, wanted)

    def _reader(self, now: int) -> Callable[[str], float | None]:
        if self.kind == "number":
            return _number
        if self.kind == "date":
            return read_instant

        def border(text: str) -> float | None:
            distance = offset(text)
            return None if distance is None else now + distance // timedelta(milliseconds=1)

        return border

    def _of_texts(self, fold: Callable[[str], str], text: str) -> bool | None:
        value = fold(text)
        if self.operator == "IN":
            return value in {fold(str(one)) for one in self.bounds.get("inSet") or ()}
        if self.operator == "BETWEEN":
            low, high = (fold(str(self.bounds.get(one, ""))) for one in ("min", "max"))
            return self._between(low, value, high)
        compare = _PARTS.get(self.operator) or _ORDERS.get(self.operator)
        return None if compare is None else compare(value, fold(self.value))

    def _between(self, low: Any, value: Any, high: Any) -> bool:
        above = operator.le if self.bounds.get("minInclusive") else operator.lt
        below = operator.le if self.bounds.get("maxInclusive") else operator.lt
        return bool(above(low, value) and below(value, high))


def predicate(one: Mapping[str, Any]) -> Comparison:
    """A predicate of a contact list filter."""
    operator_, value = str(one.get("operator") or ""), str(one.get("value") or "")
    bounds = one.get("range") or {}
    kind: Kind = "number" if one.get("columnType") == "numeric" else "text"
    relative = operator_ == "BETWEEN" and offset(str(bounds.get("min") or "")) is not None
    if operator_ in ("BEFORE", "AFTER") or (kind == "text" and relative):
        kind = "ago"
    return Comparison(
        str(one.get("column") or ""), operator_, kind, value, bounds, bool(one.get("inverted"))
    )


_KINDS: Final[Mapping[str, Kind]] = {"NUMERIC": "number", "DATETIME": "date", "PERIOD": "ago"}


def condition(one: Mapping[str, Any]) -> Comparison | None:
    """A rule's condition on a contact column; None for a condition on anything else."""
    if one.get("type") != "contactAttributeCondition":
        return None
    return Comparison(
        str(one.get("attributeName") or ""),
        str(one.get("operator") or ""),
        _KINDS.get(str(one.get("valueType")), "text"),
        str(one.get("value") or ""),
        inverted=bool(one.get("inverted")),
    )


def joined(how: str, verdicts: Iterable[bool | None]) -> bool | None:
    """All of ``verdicts`` (or any of them, for OR); no verdict at all is no condition."""
    known: Sequence[bool | None] = list(verdicts)
    decisive = how == "OR" and bool(known)
    if decisive in known:
        return decisive
    return None if None in known else not decisive


def offset(text: str) -> timedelta | None:
    """The distance from now in ``PxxDTyyHzzM`` form; None where ``text`` has another form."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes = (int(number) for number in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def ago(text: str) -> str:
    """A relative time in words: ``24 hours ago``."""
    distance = offset(text)
    if distance is None:
        return text
    if not distance:
        return "now"
    hours, minutes = divmod(abs(distance) // timedelta(minutes=1), 60)
    parts = [f"{n} {unit}{'s' * (n != 1)}" for n, unit in ((hours, "hour"), (minutes, "minute"))]
    said = " and ".join(part for part in parts if not part.startswith("0 "))
    return f"{said} {'ago' if distance < timedelta(0) else 'from now'}"


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None
