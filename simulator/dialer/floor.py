# SPDX-License-Identifier: Apache-2.0
"""The floor: who is called next and by whom, and how a call goes on and ends.

Each event has an instant; what follows from it is planned as a further event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.cells import read_instant, read_number
from simulator.contact import Contact
from simulator.contact_list_state import ContactListState
from simulator.dialer.attempts import AttemptLimit
from simulator.dialer.calls import Calls, Placed
from simulator.dialer.dial_log import Dialled, DialLog
from simulator.dialer.lane import Candidate, Lane, Servable
from simulator.dialer.outcomes import course_of
from simulator.dialer.results import conclude, record
from simulator.dialer.roster import Agent, Roster, takes
from simulator.dialer.rules import Verdict
from simulator.dialer.settings import DialerSettings
from simulator.dialer.turns import Standing
from simulator.entities import Entity
from simulator.instants import to_wire
from simulator.references import ATTEMPT_LIMIT, CONTACT_LIST, ROUTING_SKILL

if TYPE_CHECKING:
    from simulator.organisation import Organisation

PROGRESSIVE = "progressive"
POWER = ("power", "predictive")

Plan = Callable[[float, str, int], None]
"""Plans an event: seconds from now, what it is, the number of the call."""


class Floor:
    """Lines, agents and calls of the campaigns that are on.

    Args:
        organisation: has lists, skills and switches.
        settings: how the day goes.
        log: gets a line for each call.
        plan: plans what happens next to a call.
    """

    def __init__(
        self, organisation: Organisation, settings: DialerSettings, log: DialLog, plan: Plan
    ) -> None:
        self._organisation = organisation
        self.settings = settings
        self.log = log
        self._plan = plan
        self.lanes: dict[str, Lane] = {}
        self.roster = Roster(settings.shifts)
        self.calls = Calls()

    def attend(self, now: datetime) -> None:
        """Give every free agent and line something to do."""
        free = self.roster.free(now)
        self._connect_waiting(free)
        while self._dial_next(free, now):
            pass
        for lane in self.lanes.values():
            lane.wake(now)
            lane.fetch(now)

    def happen(self, kind: str, number: int, now: datetime, t: float) -> None:
        """Let a planned event of a call happen.

        Args:
            kind: ``answered``, ``talked``, ``free`` (the agent is) or ``tired`` (of waiting).
            number: the call's.
            now: when that is.
            t: the same on the simulated monotonic clock.
        """
        call = self.calls.get(number)
        if call is None:
            return
        if kind == "answered":
            self._answered(call, now, t)
        elif kind == "talked":
            self._finish(call, "person", now)
            self._plan(call.wrap_up, "free", number)
        elif kind == "free":
            self._release(call.agent_id, t)
            self.calls.end(number)
        elif call.waits:
            self._finish(call, "abandoned", now)
            self.calls.end(number)

    def judged(self, lane: Lane, contact: Contact, verdict: Verdict, now: datetime) -> None:
        """Write down what the rules said about a contact whose turn it was."""
        for fault in verdict.faults:
            self._organisation.events.add(
                "CALL_RULE",
                fault.code,
                f"rule {fault.rule}, contact {contact.id}: {fault.message}",
                entity={"id": contact.id, "name": contact.id},
                related={"id": lane.terms.campaign.id, "name": lane.terms.campaign.name},
                at=to_wire(now),
            )
        if not verdict.dial:
            line = self._line(lane, contact, verdict, now, "skip")
            line.rule, line.outcome = verdict.rule, "skipped"
            skipped = lane.terms.campaign.more.setdefault("skipped", {})
            skipped["rule"] = skipped.get("rule", 0) + 1
            lane.terms.contacts.changed([contact.id])

    def _dial_next(self, free: list[Agent], now: datetime) -> bool:
        """Make one call, of the campaign with the highest priority that has one to make."""
        for lane in sorted(self.lanes.values(), key=_precedence):
            queue = lane.terms.parts.queue
            mine = [each for each in free if queue is None or queue.id in each.queues]
            if not self._has_line(lane, mine):
                continue
            keeps = lane.terms.campaign.definition["dialingMode"] == PROGRESSIVE
            choosy = keeps and self._organisation.switches.reserve_for_skills
            servable = _able(mine, queue) if choosy else _anybody
            candidate = lane.take(now, servable)
            if candidate is None:
                continue
            agent = None
            if keeps:
                agent = takes(mine, candidate.verdict.skills, queue) or mine[0]
                agent.busy = True
                free.remove(agent)
            self._dial(lane, candidate, agent, lane.compare(candidate.contact, now, servable), now)
            return True
        return False

    def _has_line(self, lane: Lane, mine: list[Agent]) -> bool:
        definition = lane.terms.campaign.definition
        if definition["dialingMode"] == PROGRESSIVE:
            return bool(mine)
        if definition["dialingMode"] not in POWER:
            return False
        rate = definition.get("maxCallsPerAgentDecimal", 1.0)
        return self.calls.without_agent(lane.terms.campaign.id) < int(len(mine) * rate)

    def _dial(
        self,
        lane: Lane,
        candidate: Candidate,
        agent: Agent | None,
        standing: Standing,
        now: datetime,
    ) -> None:
        contact, terms = candidate.contact, lane.terms
        contact.queued, contact.recall_at = False, ""
        contact.attempted += 1
        terms.limit.count(contact, candidate.column, now)
        terms.contacts.busy.add(contact.id)
        lane.in_hand.add(contact.id)
        if self._organisation.switches.call_recorded == "at_start":
            record(contact, candidate.column, now, "")
        more = terms.campaign.more
        more["called"] = more.get("called", 0) + (not candidate.recall)
        more["attempts"] = more.get("attempts", 0) + 1
        line = self._line(lane, contact, candidate.verdict, now, "call")
        line.recall, line.better = candidate.recall, standing.better
        line.passed_over, line.overtaken = standing.passed_over, standing.overtaken
        line.agent = agent.name if agent is not None else ""
        course = course_of(self.settings, contact.id, contact.attempted)
        ring = course.ring
        if course.outcome == "no_answer":
            ring = float(terms.campaign.definition["noAnswerTimeout"])
        call = Placed(
            number=line.n,
            campaign_id=terms.campaign.id,
            list_id=terms.contacts.id,
            contact_id=contact.id,
            column=candidate.column,
            agent_id=agent.id if agent is not None else "",
            skills=candidate.verdict.skills,
            started=line.time,
            outcome=course.outcome,
            wrap_up_code=course.wrap_up_code,
            talk=course.talk,
            wrap_up=course.wrap_up,
            patience=course.patience,
        )
        self.calls.add(call, line)
        self._plan(ring, "answered", call.number)
        terms.contacts.changed([contact.id])

    def _answered(self, call: Placed, now: datetime, t: float) -> None:
        if call.outcome != "person":
            self._finish(call, call.outcome, now)
            self._release(call.agent_id, t)
            self.calls.end(call.number)
            return
        self.calls.line(call.number).answered = to_wire(now)
        lane = self.lanes.get(call.campaign_id)
        if lane is not None:
            more = lane.terms.campaign.more
            more["connects"] = more.get("connects", 0) + 1
        kept = self.roster.agents.get(call.agent_id)
        if kept is not None and (lane is None or takes([kept], call.skills, _queue(lane))):
            self._plan(call.talk, "talked", call.number)
            return
        self._release(call.agent_id, t)
        call.agent_id, call.waits = "", True
        self.calls.line(call.number).agent = ""
        self._plan(call.patience, "tired", call.number)

    def _connect_waiting(self, free: list[Agent]) -> None:
        for call in self.calls.waiting():
            lane = self.lanes.get(call.campaign_id)
            agent = takes(free, call.skills, _queue(lane)) if lane is not None else None
            if agent is None:
                continue
            agent.busy = True
            free.remove(agent)
            call.agent_id, call.waits = agent.id, False
            self.calls.line(call.number).agent = agent.name
            self._plan(call.talk, "talked", call.number)

    def _finish(self, call: Placed, outcome: str, now: datetime) -> None:
        """Hang up, and write down on contact and log what came of the call."""
        code = call.wrap_up_code if outcome == "person" else ""
        line = self.calls.line(call.number)
        line.outcome, line.wrap_up, line.ended = outcome, code, to_wire(now)
        lane = self.lanes.get(call.campaign_id)
        if lane is not None:
            lane.in_hand.discard(call.contact_id)
        state = self._organisation.references.find(CONTACT_LIST, call.list_id)
        if not isinstance(state, ContactListState):  # the list was deleted meanwhile
            return
        state.busy.discard(call.contact_id)
        contact = state.contacts.get(call.contact_id)
        if contact is None:
            return
        started = read_instant(call.started) or now
        limit = self._limit_of(state)
        conclude(self._organisation, contact, call.column, outcome, code, limit, started, now)
        state.changed([contact.id])

    def _limit_of(self, state: ContactListState) -> AttemptLimit:
        reference = state.definition.get("attemptLimits")
        if reference is None:
            return AttemptLimit({})
        limits = self._organisation.entities[ATTEMPT_LIMIT]
        return AttemptLimit(limits.get(reference["id"]).definition)

    def _release(self, agent_id: str, t: float) -> None:
        agent = self.roster.agents.get(agent_id)
        if agent is not None:
            agent.busy, agent.free_since = False, t

    def _line(
        self, lane: Lane, contact: Contact, verdict: Verdict, now: datetime, kind: str
    ) -> Dialled:
        terms = lane.terms
        calculated = read_instant(contact.data.get(terms.instant_column, ""))
        queue = terms.parts.queue
        find = self._organisation.references.find
        skills = [find(ROUTING_SKILL, each) for each in verdict.skills]
        return self.log.add(
            kind=kind,
            time=to_wire(now),
            lead=contact.id,
            campaign=terms.campaign.name,
            contact_list=terms.contacts.name,
            queue=queue.name if queue is not None else "",
            agent="",
            attempt=contact.attempted,
            recall=False,
            skills=[skill.name for skill in skills if skill is not None],
            score=read_number(contact.data.get(terms.score_column, "")),
            score_age=(now - calculated).total_seconds() if calculated is not None else None,
            better=0,
            passed_over=0,
            overtaken=0,
        )


def _precedence(lane: Lane) -> tuple[int, int, str]:
    """The highest priority first; of campaigns alike the one with the fewest calls."""
    campaign = lane.terms.campaign
    return (-campaign.definition["priority"], campaign.more.get("attempts", 0), campaign.name)


def _queue(lane: Lane) -> Entity | None:
    return lane.terms.parts.queue


def _able(agents: list[Agent], queue: Entity | None) -> Servable:
    return lambda skills: takes(agents, skills, queue) is not None


def _anybody(_: tuple[str, ...]) -> bool:
    return True
