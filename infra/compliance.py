# SPDX-License-Identifier: Apache-2.0
"""What protects the people who are called: how often, at what hours, and who never again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_genesyscloud as genesyscloud

_RECALLS: Final = 2
"""Calls to a number that was busy or not answered, within the attempts of the lead."""


@dataclass(frozen=True, slots=True)
class ComplianceArgs:
    """Names, limits and hours.

    Args:
        attempts: most calls to a lead in a day.
        minutes_between: least minutes between two of them.
        zones: IANA time zones of the leads; the first one is that of the day's reset.
        days: 1 (Monday) to 7.
        hours: from and until, ``HH:MM``, in the zone of the lead.
        phone_column: what the do-not-call list is compared with.
        protect: whether the do-not-call list is protected; its entries are people's wishes.
    """

    attempt_limit: str
    calling_hours: str
    call_answers: str
    do_not_call: str
    division_id: pulumi.Input[str]
    attempts: int
    minutes_between: int
    zones: Sequence[str]
    days: Sequence[int]
    hours: tuple[str, str]
    phone_column: str
    protect: bool


class Compliance(pulumi.ComponentResource):
    """Attempt limit, callable times, call analysis and do-not-call list.

    Attributes:
        attempt_limit_id: of the contact lists.
        calling_hours_id: of the campaigns, as are the other two.
        call_answers_id: what to do when a call is answered, by whom or what.
        do_not_call_id: numbers that are never dialled.
    """

    attempt_limit_id: pulumi.Output[str]
    calling_hours_id: pulumi.Output[str]
    call_answers_id: pulumi.Output[str]
    do_not_call_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: ComplianceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("leadscoring:infra:Compliance", name, None, opts)
        self.attempt_limit_id = self._attempt_limit(args).id
        self.calling_hours_id = self._calling_hours(args).id
        self.call_answers_id = self._call_answers(args).id
        self.do_not_call_id = self._do_not_call(args).id
        self.register_outputs(
            {
                "attemptLimitId": self.attempt_limit_id,
                "callingHoursId": self.calling_hours_id,
                "callAnswersId": self.call_answers_id,
                "doNotCallId": self.do_not_call_id,
            }
        )

    def _attempt_limit(self, args: ComplianceArgs) -> genesyscloud.OutboundAttemptLimit:
        minutes = args.minutes_between
        return genesyscloud.OutboundAttemptLimit(
            "attempts",
            name=args.attempt_limit,
            max_attempts_per_contact=args.attempts,
            reset_period="TODAY",
            time_zone_id=args.zones[0],
            recall_entries=genesyscloud.OutboundAttemptLimitRecallEntriesArgs(
                busy=genesyscloud.OutboundAttemptLimitRecallEntriesBusyArgs(
                    nbr_attempts=_RECALLS, minutes_between_attempts=minutes
                ),
                no_answer=genesyscloud.OutboundAttemptLimitRecallEntriesNoAnswerArgs(
                    nbr_attempts=_RECALLS, minutes_between_attempts=minutes
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _calling_hours(self, args: ComplianceArgs) -> genesyscloud.OutboundCallabletimeset:
        start, stop = (f"{hour}:00" for hour in args.hours)
        return genesyscloud.OutboundCallabletimeset(
            "calling-hours",
            name=args.calling_hours,
            callable_times=[
                genesyscloud.OutboundCallabletimesetCallableTimeArgs(
                    time_zone_id=zone,
                    time_slots=[
                        genesyscloud.OutboundCallabletimesetCallableTimeTimeSlotArgs(
                            start_time=start, stop_time=stop, day=day
                        )
                        for day in args.days
                    ],
                )
                for zone in args.zones
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _call_answers(self, args: ComplianceArgs) -> genesyscloud.OutboundCallanalysisresponseset:
        # All ten are stated: the platform fills in what is left out, which would look like drift.
        return genesyscloud.OutboundCallanalysisresponseset(
            "call-answers",
            name=args.call_answers,
            beep_detection_enabled=False,
            responses={
                "callable_person": {"reaction_type": "transfer", "name": "Agent"},
                "callable_lineconnected": {"reaction_type": "transfer", "name": "Agent"},
                "callable_busy": {"reaction_type": "hangup"},
                "callable_noanswer": {"reaction_type": "hangup"},
                "callable_fax": {"reaction_type": "hangup"},
                "callable_disconnect": {"reaction_type": "hangup"},
                "callable_machine": {"reaction_type": "hangup"},
                "callable_sit": {"reaction_type": "hangup"},
                "uncallable_sit": {"reaction_type": "hangup"},
                "uncallable_notfound": {"reaction_type": "hangup"},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _do_not_call(self, args: ComplianceArgs) -> genesyscloud.OutboundDnclist:
        return genesyscloud.OutboundDnclist(
            "do-not-call",
            name=args.do_not_call,
            division_id=args.division_id,
            contact_method="Phone",
            # The entries are people's wishes and come in day by day: none are declared here. A
            # list of this kind is also not exported at each refresh, as an `rds` one would be.
            dnc_source_type="rds_custom",
            custom_exclusion_column=args.phone_column,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
