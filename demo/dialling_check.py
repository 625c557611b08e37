# SPDX-License-Identifier: Apache-2.0
"""Tries a deployed stack out with a few leads: what its campaigns would dial, and what must hold.

The leads have scores at every border, two of them have scores from the day before yesterday, and
two have none. They are loaded and pushed with what the stack tells, as its users would do it.

``python -m demo.dialling_check STACK GATEWAY STATE ANSWER`` deploys the stack of this checkout
first, and writes what it found to a file: so a base branch is tried out by its own code.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from demo.deployment import Deployment
from demo.leads import Lead, write_contacts, write_scores
from demo.organisation import Administrator
from infra.organisation import GATEWAYS, gateway_setting
from infra.program import build
from infra.stack import Stack, StackError, open_stack
from infra.stack_files import PROJECT
from integration.app import App
from integration.clock import Clock, SystemClock
from integration.settings import Settings
from integration.sources import contacts, rows
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET

SCORES: Final = (5, 9, 12, 21, 33, 42, 55, 64, 68, 70, 71, 74, 76, 79, 80, 87, 88, 91, 95, 100)
_OLD: Final = (60, 90)
_WITHOUT: Final = 2
_TOO_OLD: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Dialled:
    """A lead in the order of a campaign, with the score that its list has."""

    lead: str
    score: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold, in the words of the contact centre.

    Args:
        words: what must hold.
        failure: what was found instead; blank where it holds.
    """

    words: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a stack did with the sample leads.

    Args:
        orders: by campaign, the leads that it would dial, in its order.
        checks: what must hold.
    """

    orders: Mapping[str, Sequence[Dialled]]
    checks: Sequence[Check]

    @classmethod
    def read(cls, text: str) -> Found:
        """What :func:`main` has written."""
        found = json.loads(text)
        orders = {name: [Dialled(**one) for one in dialled] for name, dialled in found["orders"]}
        return cls(orders, [Check(**one) for one in found["checks"]])

    def write(self) -> str:
        """As text, for :meth:`read`."""
        orders = [(name, [asdict(one) for one in dialled]) for name, dialled in self.orders.items()]
        return json.dumps({"orders": orders, "checks": [asdict(one) for one in self.checks]})


def sample(now: datetime) -> tuple[list[Lead], list[Lead]]:
    """The leads with a score, and those without one."""
    scored = [
        *((f"lead-{score:03}", score, now) for score in SCORES),
        *((f"old-{score:03}", score, now - _TOO_OLD) for score in _OLD),
    ]
    names = [name for name, *_ in scored] + [f"new-{number}" for number in range(1, _WITHOUT + 1)]
    leads = [
        Lead(name, f"+1202555{100 + place:04}", "Europe/Berlin", 1, now)
        for place, name in enumerate(names)
    ]
    with_score = [
        Lead(lead.lead_id, lead.phone, lead.zone, score, at)
        for lead, (_, score, at) in zip(leads, scored, strict=False)
    ]
    return with_score, leads[len(scored) :]


async def try_out(stack: Stack, gateway: str, clock: Clock | None = None) -> Found:
    """Load the sample leads, push their scores, and look at what the campaigns would dial.

    Args:
        stack: is deployed.
        gateway: the address of the simulated platform that it was deployed to.
        clock: the machine's own unless given.

    Raises:
        StackError: the stack does not export what a push needs.
    """
    clock = clock or SystemClock()
    outputs = await asyncio.to_thread(stack.outputs, show_secrets=True)
    administrator = Administrator(gateway)
    try:
        await administrator.log_in()
        with tempfile.TemporaryDirectory() as folder:
            settings = Deployment(0, outputs).settings(Path(folder) / "outbox.db")
            # The state may know the platform by another address.
            settings = settings.model_copy(update={"gateway": gateway})
            done = await _push(settings, Path(folder), clock)
        campaigns = outputs["integration"]["campaigns"]
        found = {key: await administrator.campaign(one) for key, one in campaigns.items()}
        leads = {
            one["name"]: await administrator.in_dial_order(one["id"], 100) for one in found.values()
        }
    finally:
        await administrator.close()
    orders = {
        name: [Dialled(one["id"], one["data"].get("ml_score", "")) for one in dialled]
        for name, dialled in leads.items()
    }
    on = [one["name"] for one in found.values() if one["campaignStatus"] != "off"]
    return Found(orders, [*done, *judge(orders, on)])


async def _push(settings: Settings, folder: Path, clock: Clock) -> list[Check]:
    """Loads and pushes; whether both went well."""
    scored, others = sample(clock.now())
    write_contacts(folder / "leads.csv", [*scored, *others])
    write_scores(folder / "scores.csv", scored)
    loader = {"client_id": BOOTSTRAP_CLIENT, "client_secret": SecretStr(BOOTSTRAP_SECRET)}
    async with App(settings.model_copy(update=loader), clock=clock) as app:
        with contacts(str(folder / "leads.csv")) as source:
            loaded = await app.load(source, source.columns)
    async with App(settings, clock=clock) as app:
        with rows(str(folder / "scores.csv")) as source:
            pushed = await app.push(source, name="scores.csv")
    left = len(loaded.rejected) + len(loaded.refused)
    late = pushed.accepted - pushed.delivered
    return [
        Check(
            "Every lead gets onto its contact list",
            "" if loaded.exit_code == 0 else _of(left, loaded.rows, loaded.stopped),
        ),
        Check(
            "Every new score is delivered",
            "" if pushed.exit_code == 0 else _of(late, pushed.rows, pushed.stopped),
        ),
    ]


def _of(left: int, rows: int, stopped: object) -> str:
    return f"{left} of {rows} did not get there" + (f": {stopped}" if stopped else "")


def judge(orders: Mapping[str, Sequence[Dialled]], on: Sequence[str]) -> Iterator[Check]:
    """What must hold of the orders of all campaigns, given the campaigns that are on."""
    yield Check("The best lead is called first", "; ".join(_out_of_order(orders)))
    dialled = [one.lead for order in orders.values() for one in order]
    wrong = sorted(lead for lead in dialled if not lead.startswith("lead-"))
    yield Check(
        "Nobody is called on an old score, or without one",
        f"{', '.join(wrong)} would be called" if wrong else "",
    )
    fresh = [f"lead-{score:03}" for score in SCORES]
    missed = [lead for lead in fresh if lead not in dialled]
    twice = [lead for lead in fresh if dialled.count(lead) > 1]
    said = [f"nobody would call {', '.join(missed)}"] if missed else []
    said += [f"{', '.join(twice)} would be called by two campaigns"] if twice else []
    yield Check("Every lead with a fresh score is called by one campaign", "; ".join(said))
    yield Check(
        "No campaign dials until somebody starts it", f"{', '.join(on)} is on" if on else ""
    )


def _out_of_order(orders: Mapping[str, Sequence[Dialled]]) -> Iterator[str]:
    for campaign, order in orders.items():
        scores = [int(one.score) if one.score.isdecimal() else 0 for one in order]
        for place in range(1, len(order)):
            if scores[place] > scores[place - 1]:
                first, then = order[place - 1], order[place]
                yield (
                    f"{campaign} would call {first.lead} (score {first.score or 'none'}) before "
                    f"{then.lead} (score {then.score})"
                )
                break


def main(arguments: Sequence[str]) -> int:
    """Deploy the stack of this checkout and try it out; returns the exit code."""
    name, gateway, state, answer = arguments
    config: dict[str, Any] = {GATEWAYS: gateway_setting(gateway)}
    try:
        stack = open_stack(name, build, PROJECT, config=config, state=Path(state), tell=_silence)
        stack.up(replace_contact_lists=True)
        found = asyncio.run(try_out(stack, gateway))
    except StackError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    Path(answer).write_text(found.write(), encoding="utf-8")
    return 0


def _silence(_line: str) -> None:
    """Tells nothing: only what was found counts."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
