# SPDX-License-Identifier: Apache-2.0
"""What an operation of the engine changes, read from its events.

The engine's text is for people. What has to be decided on is in its events: which resources it
creates, updates, replaces or deletes, and what the old ones held. A replaced contact list is the
one change that cannot be taken back, because its contacts go with it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pulumi.automation import EngineEvent, OpType, StepEventMetadata

CONTACT_LIST = "genesyscloud:index/outboundContactList:OutboundContactList"
CAMPAIGN = "genesyscloud:index/outboundCampaign:OutboundCampaign"
_LOSING = {OpType.REPLACE, OpType.DELETE}
_WHOLE = {OpType.CREATE, OpType.UPDATE, OpType.IMPORT, *_LOSING}
"""Operations that say what happens to a resource; the others are steps on the way."""
_OF_THE_ENGINE = "pulumi:"
_PREFIXES = ("an unhandled error occurred: ", "python inline source runtime error: ")
_TRACEBACK = "\nTraceback (most recent call last):"
_COLOURS = re.compile(r"<\{%.*?%\}>")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one resource.

    Args:
        operation: create, update, replace, delete or import; as drift, update or delete.
        type: the Pulumi type, such as ``genesyscloud:index/routingQueue:RoutingQueue``.
        name: the resource's name in the program.
        properties: paths of the properties that differ.
    """

    operation: str
    type: str
    name: str
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LostList:
    """A contact list that would go, with what it holds.

    Args:
        name: what it is called on the platform.
        operation: replace or delete.
        contacts: how many contacts it had when the state was last read; None when unknown.
        properties: what makes the engine replace it.
    """

    name: str
    operation: str
    contacts: int | None
    properties: tuple[str, ...]

    def __str__(self) -> str:
        held = "its contacts" if self.contacts is None else f"{self.contacts:,} contacts"
        why = f" because {', '.join(self.properties)} changed" if self.properties else ""
        return f'contact list "{self.name}" would be {self.operation}d{why}: {held} would be lost'


@dataclass
class Changes:
    """Collects the events of one operation; hand :meth:`note` to the engine."""

    changes: list[Change] = field(default_factory=list)
    """What is done to resources; what is no object of the platform is left out."""
    drift: list[Change] = field(default_factory=list)
    """Where the platform differed from the state: somebody changed it by another way."""
    lost_lists: list[LostList] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What the engine and the policies call an error, in plain text."""
    policies: list[str] = field(default_factory=list)
    """The names of mandatory policies that were broken, once for each time."""
    _read: set[str] = field(default_factory=set)

    def note(self, event: EngineEvent) -> None:
        """Takes in one event."""
        if begun := event.resource_pre_event:
            self._begun(begun.metadata)
        elif done := event.res_outputs_event:
            self._done(done.metadata)
        elif (found := event.diagnostic_event) and found.severity == "error":
            self._problem(found.message)
        elif (broken := event.policy_event) and broken.enforcement_level == "mandatory":
            self.policies.append(broken.policy_name)
            self._problem(f"{broken.policy_name}: {broken.message}")

    @property
    def counts(self) -> dict[str, int]:
        """How many resources each operation concerns."""
        return dict(Counter(change.operation for change in self.changes))

    def _begun(self, step: StepEventMetadata) -> None:
        if step.op is OpType.REFRESH:
            self._read.add(step.urn)
        elif step.op in _WHOLE and _is_object(step):
            self.changes.append(_change(step, step.op.value))
            if step.type == CONTACT_LIST and step.op in _LOSING:
                self.lost_lists.append(_lost(step))

    def _done(self, step: StepEventMetadata) -> None:
        if step.urn not in self._read:
            return
        self._read.discard(step.urn)
        if step.new is None or step.op is OpType.DELETE:
            self.drift.append(_change(step, OpType.DELETE.value))
        elif step.diffs or step.detailed_diff:
            self.drift.append(_change(step, OpType.UPDATE.value))

    def _problem(self, message: str) -> None:
        # The engine repeats what a program died of, once with the way it got there.
        text = _COLOURS.sub("", message).partition(_TRACEBACK)[0].strip()
        for prefix in _PREFIXES:
            text = text.removeprefix(prefix)
        if text and text not in {*self.problems, "preview failed", "update failed"}:
            self.problems.append(text)


def _is_object(step: StepEventMetadata) -> bool:
    """Whether a resource is an object of the platform: no component, and not the engine's own."""
    state = step.new or step.old
    return bool(state and state.custom) and not step.type.startswith(_OF_THE_ENGINE)


def _change(step: StepEventMetadata, operation: str) -> Change:
    properties = tuple(sorted(step.detailed_diff or step.diffs or ()))
    return Change(operation, step.type, step.urn.rpartition("::")[2], properties)


def _lost(step: StepEventMetadata) -> LostList:
    old: dict[str, Any] = dict((step.old and step.old.outputs) or {})
    held = old.get("contactsRecordCount")
    return LostList(
        name=str(old.get("name", step.urn.rpartition("::")[2])),
        operation=step.op.value,
        contacts=None if held is None else int(held),
        properties=tuple(sorted(step.keys or ())),
    )
