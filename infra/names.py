# SPDX-License-Identifier: Apache-2.0
"""What the objects are called: the guide's names where the guide has one.

A stack may call each of them otherwise (setting ``names``). The lane and the environment are
put behind a name by :meth:`infra.settings.Settings.title`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Name = Annotated[str, Field(min_length=1)]


class Names(BaseModel):
    """One name for each object, without lane and environment."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, str_strip_whitespace=True
    )

    division: Name = "Lead Scoring"
    scratch_division: Name = "Lead Scoring Scratch"
    pusher: Name = "Lead Score Pusher"
    operator: Name = "Lead Score Operator"
    scratch_role: Name = "Lead Score Scratch"
    data_table: Name = "LeadScore"
    contact_list: Name = "LeadScoringIntegration"
    route: Name = "RouteByPriority"
    dispatch: Name = "Priority Lead Dispatch"
    campaign: Name = "Priority Leads"
    high_value_skill: Name = "High Value Sales"
    senior_group: Name = "High Value Sales"
    senior_queue: Name = "Senior Agent Queue"
    general_queue: Name = "General Support Queue"
    attempt_limit: Name = "Lead Attempts"
    calling_hours: Name = "Lead Calling Hours"
    call_answers: Name = "Lead Call Answers"
    do_not_call: Name = "Lead Do Not Call"
