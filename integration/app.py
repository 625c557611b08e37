# SPDX-License-Identifier: Apache-2.0
"""The composition root: puts the pieces together for one run of a command.

Commands that only look at the outbox need no credentials; the platform is connected when the
first call is to be made.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from integration.alerting import notifiers_of
from integration.campaigns import Action, Campaigns, CampaignState
from integration.clock import Clock, SystemClock
from integration.configuration import SettingsError
from integration.connection import Connection
from integration.delivery import DeliveryReport
from integration.doctoring.doctor import diagnose
from integration.doctoring.findings import Diagnosis
from integration.explaining.explanation import Explanation
from integration.explaining.looking import Explaining
from integration.forgetting import ForgetSummary, forget, kept_files
from integration.load_run import LoadRun
from integration.order import Verdict
from integration.outbox import CallPool, LedgerRecord, Outbox, OutboxServer, OutboxStatus, RunCounts
from integration.planning import plan
from integration.platform.client import Transport
from integration.probing.facts import ProbeResult
from integration.probing.probe import Asked, Probe
from integration.pushing import ProgressSink, Push, PushTools, push_tools
from integration.reconciling.places import Place
from integration.reconciling.reconciliation import Reconciliation
from integration.reporting.dialled import Record
from integration.reporting.live import LastCalls
from integration.reports import (
    Held,
    LoadSummary,
    Plan,
    ReconcileSummary,
    RunSummary,
    SweepSummary,
    VerdictRow,
)
from integration.run_summary import summary_of
from integration.scores import instant_of
from integration.serving.service import Service
from integration.serving.stream import ALERT_AGAIN_S
from integration.settings import Settings
from integration.sources import ContactRow, SourceRow
from integration.sweeping import UNVERIFIED, Sweep, Turn, sweep_beside
from integration.telemetry import Telemetry

_DAY_MS: Final = 24 * 3600 * 1000

T = TypeVar("T")


class App:
    """One use of the integration.

    Args:
        settings: validated settings.
        clock: the time; the machine's own unless given.
        transport: stands in for the network.
        rng: jitter of repetitions.
        correlate: names batches of writes; random names unless given.
        telemetry: metrics and logs of this process.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        transport: Transport | None = None,
        rng: random.Random | None = None,
        correlate: Callable[[], str] | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311 - jitter needs no secrecy
        self._correlate = correlate or (lambda: uuid.uuid4().hex)
        self._telemetry = telemetry or Telemetry()
        self._transport = transport
        self._connection: Connection | None = None
        self._stop = asyncio.Event()
        self._cut_short = False

    @cached_property
    def outbox(self) -> Outbox:
        """The outbox, opened when it is used first.

        Raises:
            OutboxError: the file cannot be used.
        """
        return Outbox(self._settings.outbox)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close connections and the outbox."""
        if self._connection is not None:
            await self._connection.close()
        if "outbox" in vars(self):
            self.outbox.close()

    def interrupt(self) -> None:
        """Settle what is under way, keep the rest, and come to an end."""
        self._stop.set()

    # -- commands that call the platform -------------------------------------------------

    async def push(
        self,
        rows: Iterable[SourceRow],
        *,
        name: str,
        trusted: bool = False,
        progress: ProgressSink | None = None,
    ) -> RunSummary:
        """Accept rows durably, deliver; ``trusted`` ones whatever they look like all together.

        Raises:
            SourceError: the source broke off; the rows before that are kept.
            TooManyLeadsError: the store cannot hold them; nothing was accepted.
            OutboxError: the outbox cannot be used.
        """
        started = self._clock.monotonic()
        now = self._now()
        self.outbox.records.prune(now - self._settings.keep_days * _DAY_MS)
        connection = self._connect()
        push = Push(self._push_tools(connection), self._stop, progress)
        run = self.outbox.records.start_run(name, connection.store.destination, now)
        try:
            await push.accept(run, self._unless_stopped(rows), name)
            held = await push.judge(run, trusted=trusted)
            report = await push.deliver(run)
        finally:
            self.outbox.records.finish_run(run, self._now())
        return self._summary(run, name, self.outbox.records.counts(run), report, started, held)

    async def resume(self, *, progress: ProgressSink | None = None) -> RunSummary:
        """Deliver what earlier runs have left behind."""
        started = self._clock.monotonic()
        self.outbox.records.release(self._now(), reason="put_off")
        push = Push(self._push_tools(self._connect()), self._stop, progress)
        judged = await push.judge()
        report = await push.deliver(None)
        verdicts = {str(verdict): rows for verdict, rows in report.verdicts.items()}
        left = self.outbox.records.status(self._now())
        held = Held(left.held, judged.reason)
        verdicts[Verdict.WAITING] = left.ready + left.put_off + left.claimed + held.scores
        counts = RunCounts(verdicts, report.unchanged, report.verdicts[Verdict.DELIVERED])
        return self._summary(None, "earlier runs", counts, report, started, held)

    async def load(
        self,
        contacts: Iterable[ContactRow],
        columns: Sequence[str],
        *,
        progress: ProgressSink | None = None,
    ) -> LoadSummary:
        """Put contacts on the list: new ones are created, changed columns are changed.

        Raises:
            UnknownColumnsError: the list lacks a column of the file.
            PlatformError: the rest could not be loaded; loading again is harmless.
        """
        connection = self._connect()
        run = LoadRun(connection.loaders(), connection, self._clock, self._stop, progress)
        return await run.load(contacts, columns)

    async def campaigns(self, action: Action) -> list[CampaignState]:
        """Start or stop the campaigns, or look at them alone; how they stand afterwards.

        Raises:
            PlatformError: the platform refused; campaigns before that one are changed.
        """
        campaigns = Campaigns(self._connect().client)
        acts = {"start": campaigns.start, "stop": campaigns.stop, "status": campaigns.state}
        return [await acts[action](one) for one in self._settings.campaigns()]

    async def explain(self, lead_id: str) -> Explanation:
        """Why a lead stands where it stands in its campaign; changes nothing.

        Raises:
            UnknownLeadError: it is on none of the lists.
            PlatformError: something cannot be read.
        """
        settings, client = self._settings, self._connect().client
        campaigns = dict(zip(settings.lists(), settings.campaigns(), strict=True))
        return await Explaining(client, campaigns, settings.policy(), self._clock).explain(lead_id)

    async def doctor(self, outputs: Mapping[str, Any]) -> Diagnosis:
        """How everything stands that calls and scores need; changes nothing.

        Args:
            outputs: what the stack exports; empty without one.
        """
        return await diagnose(self._settings, self._connect(), self._connected, outputs)

    async def dialled(self) -> Record:
        """The last call of every contact, as the platform has it; changes nothing."""
        campaigns, columns = self._settings.campaigns(), self._settings.score_columns()
        history = self.outbox.records.history
        return await LastCalls(self._connect(), campaigns, columns, history).read()

    async def probe(self, asked: Asked | None = None) -> ProbeResult:
        """Learn what is not documented, on a contact list of its own that is removed again."""
        client, division = self._connect().client, self._settings.scratch_division
        return await Probe(client, self._clock, division, self._stop, asked).run()

    async def plan(self, rows: Iterable[SourceRow]) -> Plan:
        """What pushing ``rows`` would take; changes nothing.

        One call asks the platform for the current limit; where that is not possible, the
        settings' figure is used.
        """
        return await plan(rows, self._clock.now(), self._connect())

    async def reconcile(
        self, *, mend: bool = False, progress: ProgressSink | None = None
    ) -> ReconcileSummary:
        """Find leads that do not lie as their scores say; with ``mend`` put them right.

        Raises:
            SettingsError: scores are kept in no contact list.
            UnknownColumnsError: the lists of the two tiers differ in their columns.
            OutboxError: the outbox cannot be used.
        """
        connection, push = self._connect(), self._thorough("reconcile")
        places = {
            tier: Place(partial(connection.export, list_id), connection.loader(list_id))
            for tier, list_id in self._settings.lists().items()
        }
        policy = self._settings.policy()
        run = Reconciliation(push, policy, places, self._stop, progress)
        return await run.run(mend=mend)

    async def sweep(
        self, *, mark: bool = False, progress: ProgressSink | None = None
    ) -> SweepSummary:
        """Find contacts whose score is stale and not 0 yet; with ``mark`` make it 0.

        Raises:
            SettingsError: scores are kept in no contact list, or nobody has verified what a
                sweep does in this organisation.
            OutboxError: the outbox cannot be used.
        """
        return await self._sweep(mark=mark, progress=progress).run(mark=mark)

    def service(self) -> Service:
        """What accepts scores by webhook and delivers them, until interrupted.

        Raises:
            SettingsError: nobody could send a webhook, or it is to sweep and must not.
        """
        tools, sweep = self._push_tools(self._connect(), quiet=ALERT_AGAIN_S), None
        if self._settings.sweep_hours:
            self._sweep(mark=True)
            sweep = partial(sweep_beside, lambda turn: self._sweep(mark=True, turn=turn))
        return Service(self._settings, tools, self._stop, sweep)

    # -- commands that look at the outbox alone -------------------------------------------

    def status(self) -> OutboxStatus:
        """What has not been delivered, and why."""
        return self.outbox.records.status(self._now())

    def retry(self, *, lead_id: str | None = None, reason: str | None = None) -> int:
        """Make parked and put-off scores due again; how many there were."""
        return self.outbox.records.release(self._now(), lead_id=lead_id, reason=reason)

    def release(self, *, run: int | None = None, drop: bool = False) -> int:
        """Let held scores (of ``run``, or all) go on, or ``drop`` them; how many there were."""
        judging = self.outbox.judging
        return (judging.drop if drop else judging.release)(self._now(), run)

    def history(self, lead_id: str) -> list[LedgerRecord]:
        """Every write for a lead that is on record."""
        return self.outbox.records.history(lead_id)

    def forget(self, lead_id: str) -> ForgetSummary:
        """Remove a lead from outbox and ledger, for good.

        Raises:
            LeadInHandError: its score is being delivered.
            OutboxError: the outbox cannot be written.
        """
        files = kept_files(self._settings.state_folder, self._settings.drift_file)
        return forget(self.outbox, lead_id, files)

    def verdicts(self, run: int) -> Iterator[VerdictRow]:
        """The rows of a run, in their order, with what became of them."""
        return map(VerdictRow.of, self.outbox.records.arrivals(run))

    # -- the pieces -----------------------------------------------------------------------

    def _unless_stopped(self, rows: Iterable[T]) -> Iterator[T]:
        """``rows``; a stop before their end means that some may not have been read."""
        yield from rows
        self._cut_short = self._stop.is_set()

    def _now(self) -> int:
        return instant_of(self._clock.now())

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._connected(self._settings)
        return self._connection

    def _connected(self, settings: Settings) -> Connection:
        pool = None
        if isinstance(settings.outbox, OutboxServer):  # others make calls of the same client
            pool = CallPool(lambda: self.outbox.server, settings.client_id)
        try:
            return Connection(
                settings,
                clock=self._clock,
                transport=self._transport,
                rng=self._rng,
                telemetry=self._telemetry,
                pool=pool,
            )
        except ValueError as problem:
            raise SettingsError([str(problem)]) from None

    def _thorough(self, verb: str) -> PushTools:
        """What a push works with that also writes what lies there in a wrong way.

        Raises:
            SettingsError: scores are kept in no contact list.
        """
        if self._settings.store != "contact_list":
            raise SettingsError([f"{verb} looks at contact lists, not at a {self._settings.store}"])
        push = self._push_tools(self._connect())
        store = self._connect().make_store(thorough=True)
        tools = replace(push.tools, store=store, skip_unchanged=False, trust_ledger=False)
        return replace(push, tools=tools)

    def _sweep(
        self, *, mark: bool, progress: ProgressSink | None = None, turn: Turn | None = None
    ) -> Sweep:
        tools, settings = self._thorough("sweep"), self._settings
        if mark and not settings.may_sweep:
            raise SettingsError([UNVERIFIED])
        jobs = [self._connect().bulk_edit(one) for one in settings.lists().values()]
        backups = settings.state_folder / "sweeps"
        return Sweep(tools, settings.policy(), jobs, backups, self._stop, progress, turn)

    def _push_tools(self, connection: Connection, *, quiet: float = 0.0) -> PushTools:
        return push_tools(
            self._settings,
            connection,
            self.outbox,
            clock=self._clock,
            telemetry=self._telemetry,
            notifiers=notifiers_of(self._settings, self._transport),
            correlate=self._correlate,
            quiet=quiet,
        )

    def _summary(
        self,
        run: int | None,
        source: str,
        counts: RunCounts,
        report: DeliveryReport,
        started: float,
        held: Held,
    ) -> RunSummary:
        stop = "cut" if self._cut_short else "stop"
        return summary_of(
            run,
            source,
            counts,
            report,
            self._connect(),
            held=held,
            audit=self._settings.audit,
            seconds=self._clock.monotonic() - started,
            ended_by=stop if self._stop.is_set() else "",
        )
