# SPDX-License-Identifier: Apache-2.0
"""What the pre-call rules of a campaign say about a call: whether to make it, with which skills.

Rule sets are taken in the campaign's order, rules in their own; the first DO_NOT_DIAL ends it.
Judging changes nothing, so that it can be asked of contacts that are not called after all.

Source: platform reference, section 7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.dialer.conditions import OPERATOR, NotEvaluated, Subject, Unfit, holds
from simulator.outbound.rule_sets import PRECALL, skills_in
from simulator.predicates import Moment


@dataclass(frozen=True, slots=True)
class Fault:
    """What the event log is told about a rule: a code, words, the rule's name."""

    code: str
    message: str
    rule: str


@dataclass(slots=True)
class Verdict:
    """What the rules say.

    Args:
        dial: whether to call.
        rule: the name of the rule that refused.
        skills: ids of the skills asked for.
        uncallable: ``contact`` or ``number`` where a rule made that uncallable.
        faults: what did not fit.
    """

    dial: bool = True
    rule: str = ""
    skills: tuple[str, ...] = ()
    uncallable: str = ""
    faults: list[Fault] = field(default_factory=list)


class Rules:
    """The pre-call rules of a campaign.

    Args:
        definitions: the rule sets, as the platform keeps them.
    """

    def __init__(self, definitions: Sequence[Mapping[str, Any]]) -> None:
        self._rules = [
            rule
            for definition in definitions
            for rule in sorted(definition["rules"], key=lambda each: int(each["order"]))
            if rule["category"] == PRECALL
        ]

    def judge(self, subject: Subject, moment: Moment) -> Verdict:
        """What the rules say about calling ``subject`` at ``moment``."""
        verdict = Verdict()
        for rule in self._rules:
            if self._applies(rule, subject, moment, verdict):
                _act(rule, verdict)
            if not verdict.dial:
                verdict.rule = rule["name"]
                break
        return verdict

    def _applies(
        self, rule: Mapping[str, Any], subject: Subject, moment: Moment, verdict: Verdict
    ) -> bool:
        try:
            return all(holds(each, subject, moment) for each in rule.get("conditions", ()))
        except Unfit as unfit:
            verdict.faults.append(Fault(unfit.code, str(unfit), rule["name"]))
            verdict.dial = moment.switches.unfit_rule == "not_met"
        except NotEvaluated as reason:
            verdict.faults.append(Fault(OPERATOR, str(reason), rule["name"]))
            verdict.dial = False
        return False


def _act(rule: Mapping[str, Any], verdict: Verdict) -> None:
    for action in rule.get("actions", ()):
        match action["actionTypeName"]:
            case "DO_NOT_DIAL":
                verdict.dial = False
            case "SET_SKILLS":
                verdict.skills = tuple(skills_in(action["properties"]["skills"]))
            case "CONTACT_UNCALLABLE":
                verdict.dial, verdict.uncallable = False, "contact"
            case "NUMBER_UNCALLABLE":
                verdict.dial, verdict.uncallable = False, "number"
