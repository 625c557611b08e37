# SPDX-License-Identifier: Apache-2.0
"""The demonstration: 10,000 scores reach what was just deployed, through bad weather.

The stack is deployed by the real engine; leads are loaded into its lists, scores pushed, and the
order is read in which its senior campaign would dial. Simulator and push run in one process on
one clock that is faster than the wall, and talk HTTP over the loopback address as they would
over a network.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from demo.deployment import STACK, Deployment, deploy
from demo.leads import Lead, sample_leads, write_contacts, write_scores
from demo.organisation import Administrator, Weather, let_it_rain
from demo.updates import RAISED_TO, Raised, Scene
from integration.app import App
from integration.cli.summaries import run_summary
from integration.reports import Progress, RunSummary
from integration.settings import Settings
from integration.sources import contacts, rows
from simulator.clock import ScaledClock
from simulator.control import Control
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.server import listen, serving


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the push has shown.

    Attributes:
        summary: of the push.
        wrong: leads that do not carry their newest score.
        episodes: of refusals for too many calls.
        share_used: of the call budget, while work waited; None where no whole minute passed.
        first: the first contacts that the senior campaign dials.
    """

    summary: RunSummary
    wrong: int
    episodes: int
    share_used: float | None
    first: list[dict[str, Any]]

    @property
    def holds(self) -> bool:
        """Whether everything is as promised."""
        return self.wrong == 0 and self.summary.exit_code == 0 and self.episodes <= 2


@dataclass(frozen=True, slots=True)
class Findings:
    """What the demonstration has shown: scores by file, and a score by webhook."""

    delivered: Delivered
    raised: Raised

    @property
    def holds(self) -> bool:
        """Whether everything is as promised."""
        return self.delivered.holds and self.raised.place == 1


async def tell(
    console: Console, *, leads: int = 10_000, scale: float = 12.0, seed: int = 0
) -> Findings:
    """Run the whole story and print it as it goes.

    Args:
        console: where to print.
        leads: how many leads are scored.
        scale: how much faster than the wall the simulated time runs.
        seed: decides on leads, ids and weather.
    """
    clock = ScaledClock(scale)
    organisation = Organisation(clock=clock, seed=seed)
    listener = listen(0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sample = list(sample_leads(leads, clock.now(), seed))
    console.print(f"Simulated Genesys Cloud at {url}, {scale:g} times as fast as the wall clock")
    with tempfile.TemporaryDirectory() as folder:
        async with serving(organisation, listener):
            administrator = Administrator(url)
            try:
                return await _story(
                    console, Path(folder), url, sample, Control(organisation), administrator, seed
                )
            finally:
                await administrator.close()


async def _story(
    console: Console,
    folder: Path,
    url: str,
    sample: Sequence[Lead],
    control: Control,
    administrator: Administrator,
    seed: int,
) -> Findings:
    clock = control.organisation.clock
    deployment = await deploy(url, folder)
    _tell_of(deployment, console)
    outbox = folder / "outbox.db"
    settings = deployment.settings(outbox)
    write_contacts(folder / "leads.csv", sample)
    write_scores(folder / "scores.csv", sample)
    await administrator.log_in()

    # The pusher's budget is for scores: leads come from elsewhere, by a client of their own.
    loader = {"client_id": BOOTSTRAP_CLIENT, "client_secret": SecretStr(BOOTSTRAP_SECRET)}
    async with App(settings.model_copy(update=loader), clock=clock) as app:
        with contacts(str(folder / "leads.csv")) as source:
            loaded = await app.load(source, source.columns)
    console.print(f"Loaded {loaded.created:,} leads into the contact lists (no scores yet)")

    weather = Weather()
    let_it_rain(control, settings.client_id, weather, seed)
    console.print(
        f"Now the weather turns: {weather.limit} calls a minute for this client, another program "
        f"uses {weather.others} of them\nand grabs all for {weather.greedy_s:g} s, "
        f"{weather.unavailable:.0%} of the calls find the service unavailable,\n"
        f"{weather.lost:.0%} of the writes lose their answer. Pushing {len(sample):,} scores …"
    )
    control.forget_calls()
    async with App(settings, clock=clock) as app:
        with rows(str(folder / "scores.csv")) as scores:
            summary = await app.push(scores, name="scores.csv", progress=_Ticker(console))

    control.clear_faults()
    clients = control.limits()["clients"]
    report = next(one for one in clients if one["client_id"] == settings.client_id)
    delivered = Delivered(
        summary=summary,
        wrong=await _wrong(administrator, sample, settings),
        episodes=report["episodes"],
        share_used=report["share_used"],
        first=await administrator.in_dial_order(settings.campaigns()[0], 10),
    )
    tell_of_delivered(console, delivered)
    console.print("Now the campaigns call, and webhooks bring new scores meanwhile …")
    raised = await Scene(deployment, settings, outbox, control, clock, sample, seed).play()
    tell_of_raised(console, raised)
    return Findings(delivered, raised)


def _tell_of(deployment: Deployment, console: Console) -> None:
    integration = deployment.outputs["integration"]
    console.print(
        f"Deployed stack {STACK} with the Pulumi engine: {deployment.created} resources, "
        f"{len(integration['campaigns'])} campaigns (strategy {integration['strategy']})"
    )


async def _wrong(administrator: Administrator, sample: Sequence[Lead], settings: Settings) -> int:
    """How many leads do not carry their score in the list of their tier."""
    policy = settings.policy()
    columns = policy.columns
    lists = {policy.senior_tier: settings.senior_list, policy.general_tier: settings.general_list}
    carried = {
        (tier, contact["id"]): (contact["data"][columns.score], contact["data"][columns.tier])
        for tier, list_id in lists.items()
        for contact in await administrator.all_contacts(list_id)
    }
    tiers = [policy.tier(lead.score) for lead in sample]
    return sum(
        carried.get((tier, lead.lead_id)) != (str(lead.score), tier)
        for lead, tier in zip(sample, tiers, strict=True)
    )


class _Ticker:
    """Prints how the push stands, once for every thousand scores and for every long wait."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown = 0
        self._reason = ""

    def __call__(self, progress: Progress) -> None:
        step = progress.done // 1000
        closed = progress.waiting_reason.startswith("the platform")
        if step > self._shown or (closed and not self._reason):
            self._console.print(
                f"  {progress.done:>6,} of {progress.total or 0:,} settled, "
                f"{progress.budget_used} of {progress.budget_allowed} calls of the minute used"
                + (f"; {progress.waiting_reason}" if progress.waiting_reason else "")
            )
        self._shown = max(self._shown, step)
        self._reason = progress.waiting_reason if closed else ""


def tell_of_delivered(console: Console, findings: Delivered) -> None:
    """What became of the push, and whom the campaign would call first."""
    share = "-" if findings.share_used is None else f"{findings.share_used:.1%}"
    carried = (
        "every lead carries its newest score and tier"
        if findings.wrong == 0
        else f"{findings.wrong:,} leads do NOT carry their score"
    )
    console.print(run_summary(findings.summary))
    console.print(f"Checked over the platform's API: {carried}")
    console.print(f"429 episodes: {findings.episodes}; call budget used while work waited: {share}")
    table = Table(title="First 10 that the senior campaign dials (its own sort order and filter)")
    for heading in ("#", "lead", "score", "tier", "calculated at"):
        table.add_column(heading, justify="right" if heading in {"#", "score"} else "left")
    for place, contact in enumerate(findings.first, 1):
        data = contact["data"]
        table.add_row(
            str(place), contact["id"], data["ml_score"], data["route_tier"], data["ml_score_at"]
        )
    console.print(table)


def tell_of_raised(console: Console, raised: Raised) -> None:
    """Whether the lead with the raised score was called next."""
    lead, own = raised.lead, raised.lead.lead_id
    console.print(
        f"{raised.accepted} scores accepted by webhook while the campaigns called; the last of "
        f"them raised {own} from {lead.score} to {RAISED_TO}:"
    )
    if raised.settled is None or raised.place is None:
        console.print("it was NOT called")
        return
    waited = (raised.settled - raised.sent) / 1000
    console.print(
        f"it was on the senior campaign's list {waited:.1f} s after it was sent, and was called "
        + ("next" if raised.place == 1 else f"only as number {raised.place} from then on")
    )
    called = [one["lead"] for one in raised.calls].index(own)
    table = Table(title="Calls of the senior campaign")
    for heading in ("called at", "agent", "lead", "score"):
        table.add_column(heading, justify="right" if heading == "score" else "left")
    for one in raised.calls[max(called - 4, 0) : called + 3]:
        shown = (one["time"], one["agent"], one["lead"], f"{one['score']:g}")
        table.add_row(*shown, style="bold" if one["lead"] == own else "")
    console.print(table)
