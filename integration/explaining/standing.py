# SPDX-License-Identifier: Apache-2.0
"""Says in sentences why a lead is kept out, and what nobody can know of it over the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from integration.explaining.explanation import FilterVerdict, RuleVerdict, ScoreNow, Standing
from integration.explaining.hours import CallingHours

_ON: Final = "on"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the standing of a lead follows from."""

    campaign: Mapping[str, Any]
    contact: Mapping[str, Any]
    score: ScoreNow
    filter: FilterVerdict | None
    rules: tuple[RuleVerdict, ...]
    hours: CallingHours

    @property
    def numbers(self) -> list[str]:
        """The columns of the numbers that the campaign dials."""
        return [str(one.get("columnName")) for one in self.campaign.get("phoneColumns") or ()]

    @property
    def callable(self) -> bool:
        """Whether the contact and one of its numbers may be called."""
        status = self.contact.get("phoneNumberStatus") or {}
        voice = (self.contact.get("contactableStatus") or {}).get("Voice") or {}
        numbers = [(status.get(one) or {}).get("callable") is not False for one in self.numbers]
        return (
            self.contact.get("callable") is not False
            and voice.get("contactable") is not False
            and any(numbers or [True])
        )


def reasons_of(seen: Seen) -> Iterator[str]:
    """Why the lead is not called as things stand, the firmest reason first."""
    if not seen.callable:
        yield "it is marked as not callable, after a call or by a person"
    if seen.filter is not None and seen.filter.passes is False:
        failed = [one.words for one in seen.filter.conditions if one.holds is False]
        asks = f", which asks that {' and that '.join(failed)}" if failed else ""
        yield f"the filter {seen.filter.name} keeps it out{asks}"
    for rule in seen.rules:
        if rule.applies and rule.keeps_out:
            because = " and ".join(one.words for one in rule.conditions)
            yield f'the rule "{rule.name}" says {", ".join(rule.actions)}: {because}'
    if seen.contact.get("callRecords"):
        yield "it was called already; only the attempt limit's recalls call it again"
    if seen.hours.open is False:
        yield f"it is {seen.hours.local_time} there; it may be called {seen.hours.note}"
    status = seen.campaign.get("campaignStatus")
    if status != _ON:
        yield f"the campaign is {status}"


def standing_of(seen: Seen) -> Standing:
    """Whether the lead is in line for a call."""
    if any(True for _ in reasons_of(seen)):
        return "kept_out"
    undecided = any(one.applies is None and one.keeps_out for one in seen.rules)
    return "unknown" if undecided or seen.hours.open is None else "waiting"


def unknown_of(seen: Seen) -> Iterator[str]:
    """What the API does not tell."""
    if seen.contact.get("callRecords"):
        yield "how often it was called: a contact shows its last attempt only"
        yield "whether a recall is planned: the API has no field for it"
    else:
        yield (
            "whether a rule refused it before: such a lead stays skipped until it is queued again, "
            "and the API does not show that"
        )
    if seen.campaign.get("dncLists"):
        yield "whether it is on a do-not-call list: entries cannot be looked up, only exported"
    if seen.campaign.get("campaignStatus") == _ON:
        yield "whether the dialer has it in hand: contacts that it has fetched are not re-sorted"
    if any(one.applies is None for one in seen.rules):
        yield "whether the rules marked with ? apply: that is not documented, or asked elsewhere"
    if seen.hours.open is None:
        yield f"whether it may be called at this hour: {seen.hours.note}"
